"""The least and the most each player gets in the core."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from comity import rational
from comity.certificate import Certificate, plain
from comity.checks.core import check_core_range
from comity.coalitions import names_of
from comity.declaration import declare
from comity.errors import SolverFailure
from comity.games.coalitional.base import Game
from comity.linear_programme import LinearProgramme
from comity.solvers.core.coalition_rows import ONE, IntegerGame, optimise
from comity.solvers.core.core_point import require_core

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class CoreRange:
    """The least and the most of each player over the core; ``range["A"]`` is the pair as doubles.

    ``exact`` holds the pairs as Fractions, in player order.
    """

    players: tuple[str, ...]
    exact: tuple[tuple[Fraction, Fraction], ...]
    certificate: Certificate
    unit: str = ""

    def __getitem__(self, player: str) -> tuple[float, float]:
        try:
            low, high = self.exact[self.players.index(player)]
        except ValueError:
            raise KeyError(f"there is no player {player!r}; the players are {', '.join(self.players)}") from None
        return rational.double(low), rational.double(high)

    def to_frame(self) -> pd.DataFrame:
        """A DataFrame by player with the columns ``least`` and ``most``."""
        import pandas as pd

        rows = [self[player] for player in self.players]
        return pd.DataFrame(rows, index=pd.Index(self.players, name="player"), columns=["least", "most"])

    def to_json(self) -> dict[str, Any]:
        """Plain data."""
        return {
            "concept": "core_range",
            "players": list(self.players),
            "range": [list(self[player]) for player in self.players],
            "range_exact": plain(self.exact),
            "unit": self.unit,
            "certificate": self.certificate.to_json(),
        }

    def __str__(self) -> str:
        width = max(map(len, self.players))
        lines = [
            f"  {player:<{width}}  {rational.short(low):>12} to {rational.short(high)}"
            for player, (low, high) in zip(self.players, self.exact, strict=True)
        ]
        return "\n".join([f"core range{f' ({self.unit})' if self.unit else ''}", *lines, str(self.certificate)])


@declare(
    "property",
    "The least and the most each player gets in the core",
    area="benefit_distribution",
    reference="Gillies (1959)",
    certificate="check_core_range",
)
def core_range(game: Game) -> CoreRange:
    """The smallest and the largest amount of each player over the core, each with an exact linear-programming dual.

    Raises
    ------
    EmptyCore
        If there is no core.

    Examples
    --------
    >>> from comity.games.coalitional.table import TableGame
    >>> core_range(TableGame(["A", "B"], [0, 1, 2, 5]))["A"]
    (1.0, 3.0)
    """
    require_core(game)
    integer = IntegerGame.of(game)
    # In a cost game y = -x, so the least y is the most x.
    bounds = {side: [_extreme(game, integer, i, side * game.sign) for i in range(game.n)] for side in (1, -1)}
    pairs = tuple((low.amount, high.amount) for low, high in zip(bounds[1], bounds[-1], strict=True))
    witness = {"least": [bound.plain(game) for bound in bounds[1]], "most": [bound.plain(game) for bound in bounds[-1]]}
    certificate = check_core_range(game, pairs, {**witness, **game.evidence()})
    if not certificate:
        raise SolverFailure("the core range found was not confirmed; please report the game")
    return CoreRange(game.players, pairs, certificate)


@dataclass(frozen=True)
class _Bound:
    amount: Fraction
    point: list[Fraction]
    weights: dict[int, Fraction]
    grand: Fraction

    def plain(self, game: Game) -> dict[str, Any]:
        return {
            "point": [rational.text(a) for a in self.point],
            "weights": [[names_of(game.players, S), rational.text(w)] for S, w in self.weights.items()],
            "grand": rational.text(self.grand),
        }


def _extreme(game: Game, integer: IntegerGame, i: int, side: int) -> _Bound:
    """Least (side 1) or most (side -1) y_i in the core."""
    n, together = game.n, Fraction(integer.worths[-1])
    base = LinearProgramme(
        objective=tuple(Fraction(side * (j == i)) for j in range(n)),
        rows=(dict.fromkeys(range(n), ONE),),
        lower=(together,),
        upper=(together,),
        column_lower=(None,) * n,
        column_upper=(None,) * n,
    )
    best, pool = optimise(integer, base, integer.proper, integer.alone_and_without())
    point = integer.amounts(best.primal)
    weights = {S: w for S, w in zip(pool, best.dual[1:], strict=True) if w}
    return _Bound(point[i], point, weights, best.dual[0])
