"""A picture of the core of three or four players in the triangle or tetrahedron of all divisions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from math import sqrt
from typing import TYPE_CHECKING, Any

from comity import rational
from comity.checks.core import exact_amounts
from comity.errors import ComityError, TooManyPlayers
from comity.games.coalitional.base import Game
from comity.results import Allocation
from comity.solvers.core.core_vertices import core_vertices
from comity.solvers.core.plot_core_of_four import plot_core_of_four

if TYPE_CHECKING:
    from matplotlib.axes import Axes

CORNERS = ((0.0, 0.0), (1.0, 0.0), (0.5, sqrt(3) / 2))


def plot_core(
    game: Game, points: Mapping[str, Allocation | Sequence[Any]] | Sequence[Allocation] = (), ax: Axes | None = None
) -> Axes:
    """Draw the core of three or four players with other divisions as points.

    The triangle holds the divisions that leave nobody worse off than alone; along a dashed line two players have just what
    they can reach together, beyond it, towards the third, less.  The core is what no pair and nobody alone
    objects to; where it is empty the picture says so.  With four players the triangle is a tetrahedron, and the
    core a solid in it, drawn from its exact corners.

    Parameters
    ----------
    game : Game
        Of three or four players.
    points : {name: allocation or amounts} or allocations, optional
        Divisions of what everybody together is worth; another sum has no place in the picture.
    ax : matplotlib axes, optional
        With ``projection="3d"`` for four players.

    Returns
    -------
    Axes

    Examples
    --------
    >>> import comity
    >>> game = comity.TableGame(["A", "B", "C"], [0, 0, 0, 60, 0, 48, 36, 84])
    >>> ax = plot_core(game, [comity.shapley_value(game), comity.nucleolus(game)])
    """
    import matplotlib.pyplot as plt

    named = points if isinstance(points, Mapping) else {point.concept.replace("_", " "): point for point in points}
    divisions = {name: _division(game, name, point) for name, point in named.items()}
    if game.n == 4:
        return plot_core_of_four(game, divisions, ax)
    _bounds(game)
    if ax is None:
        _, ax = plt.subplots()
    _draw_triangle(game, ax)
    _draw_core(game, ax)
    for name, amounts in divisions.items():
        ax.plot(*_place(amounts), "o", label=name)
    ax.set_aspect("equal")
    ax.set_axis_off()
    ax.legend(loc="center left", bbox_to_anchor=(1.0, 0.5), fontsize="small")
    return ax


def _division(game: Game, name: str, point: Allocation | Sequence[Any]) -> tuple[Fraction, ...]:
    amounts = tuple(exact_amounts(game, point.exact if isinstance(point, Allocation) else point))
    total, worth = sum(amounts, Fraction(0)), game.exact(game.grand_coalition)
    if total != worth:
        sums = f"the amounts of {name} add up to {rational.short(total)}, and everybody together is worth {rational.short(worth)}"
        raise ComityError(f"{sums}; the picture holds divisions of that only")
    return amounts


def _bounds(game: Game) -> tuple[list[Fraction], list[Fraction], Fraction]:
    """The least and most of each player in the core, if there is one, and what there is to divide."""
    if game.n != 3:
        raise TooManyPlayers(
            f"the game has {game.n} players and the picture is for three or four; core_range(game) is for any number"
        )
    total = game.exact(0b111)
    alone = [game.exact(1 << i) for i in range(3)]
    left = [total - game.exact(0b111 ^ (1 << i)) for i in range(3)]  # by the other two
    return (alone, left, total) if game.sign > 0 else (left, alone, total)


def _draw_triangle(game: Game, ax: Axes) -> None:
    lows, highs, total = _bounds(game)
    alone, left = (lows, highs) if game.sign > 0 else (highs, lows)
    room = game.sign * (total - sum(alone, Fraction(0)))
    if room < 0:
        ax.set_title("alone the players do better than together")
        return
    corners = [_with(alone, i, total - sum(alone, Fraction(0)) + alone[i]) for i in range(3)]
    ax.fill(*zip(*map(_place, corners), strict=True), facecolor="none", edgecolor="black", linewidth=1)
    middle = _place([sum((corner[p] for corner in corners), Fraction(0)) / 3 for p in range(3)])
    for i, corner in enumerate(corners):
        x, y = _place(corner)
        ax.annotate(
            f"{game.players[i]} {rational.short(corner[i])}",
            (x, y),
            xytext=(14 * _sign(x - middle[0]), 14 * _sign(y - middle[1])),
            textcoords="offset points",
            ha="center",
            va="center",
        )
        j, k = (p for p in range(3) if p != i)
        rest = total - left[i]
        ends = [_with(_with(alone, i, left[i]), p, rest - alone[3 - i - p]) for p in (j, k)]
        if game.sign * (rest - alone[j] - alone[k]) >= 0 and game.sign * (left[i] - alone[i]) >= 0:
            pair = ", ".join(game.players[p] for p in (j, k))
            ax.plot(*zip(*map(_place, ends), strict=True), "--", linewidth=1, label=f"{{{pair}}} {rational.short(rest)}")


def _draw_core(game: Game, ax: Axes) -> None:
    vertices = core_vertices(game)
    if not vertices:
        ax.plot([], [], " ", label="the core is empty")
        return
    xs, ys = zip(*map(_place, vertices), strict=True)
    if len(vertices) > 2:
        ax.fill(xs, ys, color="0.8", label="core")
    else:
        ax.plot(xs, ys, "s-", color="0.7", linewidth=4, label="core")


def _with(amounts: Sequence[Fraction], i: int, amount: Fraction) -> list[Fraction]:
    return [amount if p == i else x for p, x in enumerate(amounts)]


def _place(x: Sequence[Fraction]) -> tuple[float, float]:
    """Where a division is drawn: each player pulls towards its corner."""
    return (
        sum(rational.double(amount) * corner[0] for amount, corner in zip(x, CORNERS, strict=True)),
        sum(rational.double(amount) * corner[1] for amount, corner in zip(x, CORNERS, strict=True)),
    )


def _sign(number: float) -> int:
    return (number > 0) - (number < 0)
