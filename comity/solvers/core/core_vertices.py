"""The corners of the core, exactly."""

from __future__ import annotations

from fractions import Fraction
from math import atan2
from typing import Any

from comity import rational
from comity.coalitions import check_table_size
from comity.declaration import declare
from comity.games.coalitional.base import Game
from comity.solvers.core.coalition_rows import IntegerGame
from comity.solvers.core.polytope import Point, corners

# A convex game of six has up to 720 corners.
MAX_PLAYERS = 6


@declare(
    "property",
    "The corners of the core",
    area="benefit_distribution",
    reference="Gillies (1959); Shapley (1971)",
    certificate="check_core_vertices",
)
def core_vertices(game: Game, epsilon: Any = 0) -> list[Point]:
    """The corners of the core, exactly; none if it is empty.  Those of three players are in order around it.

    With ``epsilon``, the corners of the strong epsilon-core, where no coalition but everybody has an excess of more than that.
    `check_core_vertices` proves that the list is complete.

    Parameters
    ----------
    game : Game
        Of up to 6 players.
    epsilon : number

    References
    ----------
    Shapley (1971) for convex games, whose corners are the marginal vectors; Shapley & Shubik (1966) for epsilon-cores.

    Examples
    --------
    >>> from comity.games.coalitional.table import TableGame
    >>> [tuple(map(int, x)) for x in core_vertices(TableGame(None, [0, 0, 0, 0, 0, 0, 0, 1]))]
    [(1, 0, 0), (0, 1, 0), (0, 0, 1)]
    """
    check_table_size(game.n, MAX_PLAYERS)
    integer = IntegerGame.of(game)
    more = rational.exact(epsilon, "epsilon") * integer.scale
    total = Fraction(integer.worths[-1])
    least = {S: integer.worths[S] - more for S in range(1, integer.grand_coalition)} or {1: total}
    found = sorted(tuple(integer.amounts(y)) for y in corners(game.n, total, least))
    return _around(found) if game.n == 3 else found


def _around(points: list[Point]) -> list[Point]:
    """The corners in order around their centre, as they lie in the triangle of all divisions."""
    if len(points) < 3:
        return points
    middle = [sum(amounts, Fraction(0)) / len(points) for amounts in zip(*points, strict=True)]
    size = max(abs(a - b) for point in points for a, b in zip(point, middle, strict=True))

    def angle(point: Point) -> float:
        _, x, y = (rational.double((a - b) / size) for a, b in zip(point, middle, strict=True))
        return atan2(y, x)

    return sorted(points, key=angle)
