"""A picture of the core of four players in the tetrahedron of all divisions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from itertools import combinations
from math import sqrt
from typing import TYPE_CHECKING, Any

import numpy as np

from comity import rational
from comity.errors import TooManyPlayers
from comity.games.coalitional.base import Game
from comity.solvers.core.core_vertices import core_vertices

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Division = Sequence[Fraction]
Place = tuple[float, float, float]
# A regular tetrahedron: what everybody gets sums to the worth, so three coordinates hold four amounts.
CORNERS = (
    (0.0, 0.0, 0.0),
    (1.0, 0.0, 0.0),
    (0.5, sqrt(3) / 2, 0.0),
    (0.5, sqrt(3) / 6, sqrt(2 / 3)),
)


def plot_core_of_four(game: Game, points: Mapping[str, Division], ax: Any = None) -> Axes:
    """Draw the tetrahedron of divisions that leave nobody worse off than alone, the core in it, and points.

    Parameters
    ----------
    game : Game
        Of four players.
    points : {name: amounts}
    ax : matplotlib axes with ``projection="3d"``, optional
    """
    import matplotlib.pyplot as plt

    if game.n != 4:
        raise TooManyPlayers(f"the game has {game.n} players and the picture is for four; core_range(game) is for any number")
    if ax is None:
        _, ax = plt.subplots(subplot_kw={"projection": "3d"})
    place = _Places(game)
    _draw_tetrahedron(game, place, ax)
    _draw_core(game, place, ax)
    for name, amounts in points.items():
        x, y, z = place(amounts)
        # Points lie inside the core; matplotlib orders whole objects by depth and would hide them.
        ax.plot([x], [y], [z], "o", label=name, zorder=10)
    ax.set_box_aspect((1, 1, 1))
    ax.view_init(elev=20, azim=-40)  # no corner hides another
    ax.set_axis_off()
    ax.legend(loc="upper left", bbox_to_anchor=(0.75, 1.0), fontsize="small")
    axes: Axes = ax
    return axes


def core_faces(game: Game, vertices: Sequence[Division]) -> list[list[Division]]:
    """The faces of the core by their corners: those that a coalition holds at its bound, and the core itself where it is flat."""
    found = {frozenset(k for k, x in enumerate(vertices) if game.excess(S, x) == 0) for S in range(1, game.grand_coalition)}
    # Two corners are an edge; three or more are a polygon, and no polygon lies in another: its own bounds are edges.
    return [[vertices[k] for k in sorted(face)] for face in sorted(found, key=sorted) if len(face) > 2]


def _draw_tetrahedron(game: Game, place: _Places, ax: Any) -> None:
    if game.sign * place.rest < 0:
        ax.set_title("alone the players do better than together")
        return
    corners = [[amount + (place.rest if p == i else 0) for p, amount in enumerate(place.alone)] for i in range(4)]
    for one, other in combinations(CORNERS, 2):
        ax.plot(*zip(one, other, strict=True), color="black", linewidth=0.8)
    middle = np.mean(CORNERS, axis=0)
    for i, corner in enumerate(corners):
        ax.text(
            *(np.array(CORNERS[i]) * 1.25 - middle * 0.25),
            f"{game.players[i]} {rational.short(corner[i])}",
            ha="center",
            va="center",
        )


def _draw_core(game: Game, place: _Places, ax: Any) -> None:
    from mpl_toolkits.mplot3d.art3d import Poly3DCollection  # type: ignore[import-untyped]

    vertices = core_vertices(game)
    if not vertices:
        ax.plot([], [], [], " ", label="the core is empty")
        return
    solid = [_around([place(x) for x in face]) for face in core_faces(game, vertices)]
    if solid:
        ax.add_collection3d(Poly3DCollection(solid, facecolor="C7", edgecolor="C7", alpha=0.35))
    line = "-" if len(vertices) == 2 else ""
    label = "core, one division" if len(vertices) == 1 else f"core, {len(vertices)} corners"
    ax.plot(*zip(*map(place, vertices), strict=True), linestyle=line, marker="s", markersize=3, color="C7", label=label)


class _Places:
    """Where a division is drawn: a player's share of what cooperation adds pulls towards the player's corner."""

    def __init__(self, game: Game) -> None:
        self.alone = [game.exact(1 << i) for i in range(4)]
        self.rest = game.exact(game.grand_coalition) - sum(self.alone, Fraction(0))

    def __call__(self, x: Division) -> Place:
        # Shares are of the same size in every unit, so that pictures of tiny and of huge worths come out alike.
        shares = [rational.double((amount - alone) / (self.rest or 1)) for amount, alone in zip(x, self.alone, strict=True)]
        east, north, up = (sum(share * corner[k] for share, corner in zip(shares, CORNERS, strict=True)) for k in range(3))
        return east, north, up


def _around(points: Sequence[Place]) -> list[Place]:
    """The corners of a flat convex polygon in order around their centre."""
    places = np.array(points)
    flat = places - places.mean(axis=0)
    _, _, axes = np.linalg.svd(flat)
    angles = np.arctan2(flat @ axes[1], flat @ axes[0])
    return [points[k] for k in np.argsort(angles)]
