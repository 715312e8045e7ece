"""Sets of allocations around the core, by their corners: imputations, core cover, reasonable set, Weber set."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import permutations
from typing import TYPE_CHECKING, Any

from comity import rational
from comity.certificate import Certificate, plain
from comity.checks.core_vertices import check_core_cover, check_imputation_set, check_reasonable_set
from comity.coalitions import check_table_size
from comity.declaration import declare
from comity.errors import SolverFailure
from comity.games.coalitional.base import Game
from comity.solvers.core.polytope import Point, corners
from comity.solvers.core.utopia import minimal_rights, utopia_payoffs

if TYPE_CHECKING:
    import pandas as pd

MAX_PLAYERS = 8
MAX_ORDERED_PLAYERS = 7


@dataclass(frozen=True)
class PayoffSet:
    """A bounded set of allocations by the points that span it, exact, in player order; none if it is empty.

    Iterating gives the points.  ``certificate`` proves that they are its corners and all of them; the points of a Weber set,
    which are not all corners, have none.
    """

    name: str
    players: tuple[str, ...]
    points: tuple[Point, ...]
    unit: str = ""
    certificate: Certificate | None = None

    def __iter__(self) -> Iterator[Point]:
        return iter(self.points)

    def __len__(self) -> int:
        return len(self.points)

    def to_frame(self) -> pd.DataFrame:
        """A DataFrame with a row for each point and a column for each player, as doubles."""
        import pandas as pd

        return pd.DataFrame([[rational.double(a) for a in point] for point in self.points], columns=list(self.players))

    def to_json(self) -> dict[str, Any]:
        """Plain data."""
        return {
            "set": self.name,
            "players": list(self.players),
            "points": [[rational.double(a) for a in point] for point in self.points],
            "points_exact": plain(self.points),
            "unit": self.unit,
            "certificate": self.certificate and self.certificate.to_json(),
        }

    def __str__(self) -> str:
        title = f"{self.name.replace('_', ' ')}: {len(self)} points" if self.points else f"{self.name.replace('_', ' ')}: empty"
        lines = (
            "  " + "  ".join(f"{player} {rational.short(a)}" for player, a in zip(self.players, point, strict=True))
            for point in self
        )
        return "\n".join([title, *lines])


@declare(
    "property",
    "Efficient allocations where nobody would rather be alone",
    area="benefit_distribution",
    reference="von Neumann & Morgenstern (1944)",
    certificate="check_imputation_set",
)
def imputation_set(game: Game) -> PayoffSet:
    """The corners of the set of imputations: everybody gets what they get alone, and one player the rest.

    Membership: `check_imputation`.

    Examples
    --------
    >>> from comity.games.coalitional.table import TableGame
    >>> [tuple(map(int, x)) for x in imputation_set(TableGame(None, [0, 1, 2, 5]))]
    [(1, 4), (3, 2)]
    """
    alone = [game.sign * game.exact(1 << i) for i in range(game.n)]
    return _boxed("imputation_set", game, alone, None, check_imputation_set)


@declare(
    "property",
    "Efficient allocations between minimal rights and utopia payoffs",
    area="benefit_distribution",
    reference="Tijs & Lipperts (1982)",
    certificate="check_core_cover",
)
def core_cover(game: Game) -> PayoffSet:
    """The corners of the core cover, m_i <= x_i <= M_i and x(N) = v(N): it holds the core.

    Membership: `check_in_core_cover`.

    Parameters
    ----------
    game : Game
        Of up to 8 players.

    Examples
    --------
    >>> from comity.games.coalitional.table import TableGame
    >>> [tuple(map(int, x)) for x in core_cover(TableGame(None, [0, 0, 0, 60, 0, 80, 20, 120]))]
    [(20, 40, 60), (60, 0, 60), (80, 40, 0), (100, 0, 20), (100, 20, 0)]
    """
    check_table_size(game.n, MAX_PLAYERS)
    least, most = ([game.sign * a for a in bound(game).exact] for bound in (minimal_rights, utopia_payoffs))
    return _boxed("core_cover", game, least, most, check_core_cover)


@declare(
    "property",
    "Efficient allocations between the least and the most each adds to a coalition",
    area="benefit_distribution",
    reference="Milnor (1952); Gerard-Varet & Zamir (1987)",
    certificate="check_reasonable_set",
)
def reasonable_set(game: Game) -> PayoffSet:
    """The corners of the set that is reasonable from both sides: nobody gets less or more than they ever add.

    Never empty; membership: `check_in_reasonable_set`.

    Parameters
    ----------
    game : Game
        Of up to 8 players.

    Examples
    --------
    >>> from comity.games.coalitional.table import TableGame
    >>> [tuple(map(int, x)) for x in reasonable_set(TableGame(None, [0, 1, 2, 5]))]
    [(1, 4), (3, 2)]
    """
    check_table_size(game.n, MAX_PLAYERS)
    table = [game.sign * worth for worth in game.exact_table()]
    adds = [[table[S | 1 << i] - table[S] for S in range(1 << game.n) if not S >> i & 1] for i in range(game.n)]
    return _boxed("reasonable_set", game, list(map(min, adds)), list(map(max, adds)), check_reasonable_set)


@declare(
    "property",
    "Averages of marginal vectors",
    area="benefit_distribution",
    reference="Weber (1988)",
    uncertified="its points are marginal vectors by definition; that one is in the set is certified by check_in_weber_set",
)
def weber_set(game: Game) -> PayoffSet:
    """The marginal vectors of all orders of the players, each once: their averages are the Weber set, which holds the core.

    Not every one of them is a corner.  Membership: `check_in_weber_set`.

    Parameters
    ----------
    game : Game
        Of up to 7 players.

    Examples
    --------
    >>> from comity.games.coalitional.table import TableGame
    >>> [tuple(map(int, x)) for x in weber_set(TableGame(None, [0, 1, 2, 5]))]
    [(1, 4), (3, 2)]
    """
    check_table_size(game.n, MAX_ORDERED_PLAYERS)
    table = game.exact_table()
    points = set()
    for order in permutations(range(game.n)):
        S, x = 0, [Fraction(0)] * game.n
        for i in order:
            x[i] = table[S | 1 << i] - table[S]
            S |= 1 << i
        points.add(tuple(x))
    return PayoffSet("weber_set", game.players, tuple(sorted(points)))


def _boxed(
    name: str,
    game: Game,
    least: Sequence[Fraction],
    most: Sequence[Fraction] | None,
    check: Callable[[Game, Sequence[Point], dict[str, Any]], Certificate],
) -> PayoffSet:
    """Efficient allocations between bounds, as gains; at most M for i is at least v(N) - M for the others."""
    check_table_size(game.n, MAX_PLAYERS)
    total = game.sign * game.exact(game.grand_coalition)
    bounds = {1 << i: amount for i, amount in enumerate(least)}
    for i, amount in enumerate(most or ()):
        others = game.grand_coalition ^ 1 << i
        if others:
            bounds[others] = max(bounds.get(others, total - amount), total - amount)
        elif amount < total:
            bounds[1] = max(bounds[1], total + 1)  # one player, whose most is less than there is
    found = tuple(sorted(tuple(game.sign * a for a in y) for y in corners(game.n, total, bounds)))
    certificate = check(game, found, game.evidence())
    if not certificate:
        raise SolverFailure(f"the corners found of the {name.replace('_', ' ')} were not confirmed; please report the game")
    return PayoffSet(name, game.players, found, certificate=certificate)
