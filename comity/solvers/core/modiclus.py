"""The modiclus: the largest difference of two dissatisfactions as small as possible, then the next, ..."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from comity.certificate import Certificate
from comity.checks.modiclus import check_modiclus
from comity.coalitions import check_table_size, names_of
from comity.declaration import declare
from comity.exact_array import compact
from comity.games.coalitional.base import Game
from comity.results import Allocation
from comity.solvers.core.coalition_rows import IntegerGame
from comity.solvers.core.least_excesses import chains, confirmed

MAX_PLAYERS = 10
NEITHER, FIRST, SECOND = range(3)


@declare(
    "concept",
    "The largest difference of two dissatisfactions as small as possible, then the next, over all efficient allocations",
    area="benefit_distribution",
    claims=(
        "efficient",
        "symmetric",
        "anonymous",
        "null_player",
        "dummy_player",
        "desirability",
        "covariant",
        "self_dual",
        "in_core_if_convex",
        "individually_rational_if_superadditive",
    ),
    reference="Sudhölter (1997)",
    certificate="check_modiclus",
)
def modiclus(game: Game) -> Allocation:
    """The efficient allocation whose bi-excesses e(S) - e(T), sorted from the largest, are lexicographically least.

    Over all ordered pairs of coalitions, the empty one and everybody among them: what coalitions could gain is weighed
    against what they could prevent.  Always exists and is unique.  It is the prenucleolus of the dual cover
    max(v(S) + v*(T), v*(S) + v(T)) of 2n players, on either half.

    Parameters
    ----------
    game : Game
        Of up to 10 players: the 3**n differences 1_S - 1_T are looked at.

    References
    ----------
    Sudhölter (1997), "The modified nucleolus: properties and axiomatizations"; Kohlberg (1971) for the certificate.

    Examples
    --------
    >>> from comity.games.coalitional.table import TableGame
    >>> glove = TableGame(["left", "other left", "right"], [0, 0, 0, 0, 0, 1, 1, 1])
    >>> modiclus(glove).exact
    (Fraction(1, 4), Fraction(1, 4), Fraction(1, 2))
    """
    check_table_size(game.n, MAX_PLAYERS)
    found, evidence = chains(PairGame.over(game), game.players, bounded=False, key="pairs"), game.evidence()

    def check(x: list[Fraction], levels: list[dict[str, Any]]) -> Certificate:
        without = [{key: part for key, part in level.items() if key != "bounds"} for level in levels]
        return check_modiclus(game, x, {"levels": without, **evidence})

    return confirmed(game, "modiclus", found, check)


@dataclass(frozen=True, eq=False)
class PairGame(IntegerGame):
    """The rows 1_S - 1_T, numbered in base 3: digit i says that player i is in neither or both, in S only, or in T only.

    Players in both change the bi-excess of a pair by a constant, so only the pair for which it is largest matters.
    """

    places: ClassVar[tuple[int, ...]] = (0, 1, -1)
    # By row, the players in both for whom w(S) - w(T) is largest.
    both: NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, dtype=np.int64))

    @classmethod
    def over(cls, game: Game) -> PairGame:
        """The pairs of coalitions of this game."""
        one = IntegerGame.of(game)
        worths = (one.array[:, None] - one.array[None, :])[..., None]
        both = np.zeros(worths.shape, dtype=np.int64)
        # The last player first: what has been combined is the last axis, in base 3, the earliest player its lowest digit.
        for i in reversed(range(one.n)):
            size = 1 << i
            worths, both = (part.reshape(2, size, 2, size, -1) for part in (worths, both))
            joined = worths[1, :, 1] > worths[0, :, 0]
            places = np.where(joined, worths[1, :, 1], worths[0, :, 0]), worths[1, :, 0], worths[0, :, 1]
            which = np.where(joined, both[1, :, 1] | size, both[0, :, 0]), both[1, :, 0], both[0, :, 1]
            worths, both = (np.stack(part, axis=-1) for part in (places, which))
        return cls(one.n, one.sign, one.scale, compact(worths.ravel()), both=both.ravel())

    @property
    def everybody(self) -> int:
        return sum(FIRST * 3**i for i in range(self.n))

    @cached_property
    def proper(self) -> NDArray[np.bool_]:
        return np.ones(len(self.array), dtype=bool)

    def alone_and_without(self) -> list[int]:
        return sorted(place * 3**i for i in range(self.n) for place in (FIRST, SECOND))

    def row(self, S: int) -> dict[int, Fraction]:
        first, second = _split(S, self.n)
        return {i: Fraction((first >> i & 1) - (second >> i & 1)) for i in range(self.n) if (first | second) >> i & 1}

    def vector(self, S: int) -> list[int]:
        first, second = _split(S, self.n)
        return [(first >> i & 1) - (second >> i & 1) for i in range(self.n)]

    def named(self, players: Sequence[str], S: int) -> list[Any]:
        return [names_of(players, half | int(self.both[S])) for half in _split(S, self.n)]


def _split(k: int, n: int) -> tuple[int, int]:
    """The players in S only and in T only."""
    S = T = 0
    for i in range(n):
        k, place = divmod(k, 3)
        S |= (place == FIRST) << i
        T |= (place == SECOND) << i
    return S, T
