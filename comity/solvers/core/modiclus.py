"""The modiclus: the largest difference of two dissatisfactions as small as possible, then the next, ..."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from comity.checks.modiclus import check_modiclus
from comity.coalitions import check_table_size, names_of, subsets
from comity.declaration import declare
from comity.games.coalitional.base import Game
from comity.results import Allocation
from comity.solvers.core.coalition_rows import SAFE, IntegerGame
from comity.solvers.core.least_excesses import confirmed, least_excesses

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
    x, levels = least_excesses(PairGame.over(game), game.players, bounded=False, key="pairs")
    for level in levels:
        del level["bounds"]
    return confirmed(game, "modiclus", x, check_modiclus(game, x, {"levels": levels, **game.evidence()}))


@dataclass(frozen=True)
class PairGame(IntegerGame):
    """The rows 1_S - 1_T, numbered in base 3: digit i says that player i is in neither or both, in S only, or in T only.

    Players in both change the bi-excess of a pair by a constant, so only the pair for which it is largest matters.
    """

    # By row, the players in both for whom w(S) - w(T) is largest.
    both: Sequence[int] = field(default=(), compare=False)

    @classmethod
    def over(cls, game: Game) -> PairGame:
        """The pairs of coalitions of this game."""
        one = IntegerGame.of(game)
        worths: list[int] = []
        both: list[int] = []
        for k in range(3**game.n):
            S, T = _split(k, game.n)
            rest = one.grand_coalition ^ S ^ T
            best = max(subsets(rest), key=lambda C: one.worths[S | C] - one.worths[T | C])
            both.append(best)
            worths.append(one.worths[S | best] - one.worths[T | best])
        return cls(one.n, one.sign, one.scale, worths, both=both)

    @property
    def everybody(self) -> int:
        return sum(FIRST * 3**i for i in range(self.n))

    @cached_property
    def proper(self) -> NDArray[np.bool_]:
        return np.ones(len(self.worths), dtype=bool)

    def alone_and_without(self) -> list[int]:
        return sorted(place * 3**i for i in range(self.n) for place in (FIRST, SECOND))

    def row(self, S: int) -> dict[int, Fraction]:
        first, second = _split(S, self.n)
        return {i: Fraction((first >> i & 1) - (second >> i & 1)) for i in range(self.n) if (first | second) >> i & 1}

    def sums(self, amounts: Sequence[int]) -> NDArray[Any]:
        sums: NDArray[Any] = np.zeros(1, dtype=np.int64 if sum(map(abs, amounts)) < SAFE else object)
        for amount in amounts:
            sums = np.concatenate([sums, sums + amount, sums - amount])
        return sums

    def named(self, players: Sequence[str], S: int) -> list[Any]:
        return [names_of(players, half | self.both[S]) for half in _split(S, self.n)]


def _split(k: int, n: int) -> tuple[int, int]:
    """The players in S only and in T only."""
    S = T = 0
    for i in range(n):
        k, place = divmod(k, 3)
        S |= (place == FIRST) << i
        T |= (place == SECOND) << i
    return S, T
