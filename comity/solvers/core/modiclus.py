"""The modiclus: the largest difference of two dissatisfactions as small as possible, then the next, ..."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from comity.certificate import Certificate
from comity.checks.modiclus import check_modiclus
from comity.coalitions import check_table_size, names_of
from comity.declaration import declare
from comity.games.coalitional.base import Game
from comity.results import Allocation
from comity.solvers.core.coalition_rows import IntegerGame, common_denominator
from comity.solvers.core.least_excesses import chains, confirmed
from comity.solvers.core.widest_pairs import OpenPairs, WidestPairs, classes, pairs_above


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
        Its table of 2**n worths is read; of the 4**n pairs only those of extreme dissatisfactions are looked at.

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
    check_table_size(game.n)
    pairs = PairGame.of(game)
    found, evidence = chains(pairs, game.players, bounded=False, key="pairs", look=WidestPairs), game.evidence()

    def check(x: list[Fraction], levels: list[dict[str, Any]]) -> Certificate:
        without = [{key: part for key, part in level.items() if key != "bounds"} for level in levels]
        return check_modiclus(game, x, {"levels": without, **evidence})

    return confirmed(game, "modiclus", found, check)


@dataclass(frozen=True, eq=False)
class PairGame(IntegerGame):
    """The rows 1_S - 1_T, for all ordered pairs of coalitions; the pair (S, T) is the number S * 2**n + T."""

    @property
    def everybody(self) -> int:
        return self.grand_coalition << self.n

    def halves(self, pair: int) -> tuple[int, int]:
        """S and T."""
        return divmod(pair, 1 << self.n)

    def worth(self, pair: int) -> int:
        S, T = self.halves(pair)
        return int(self.array[S]) - int(self.array[T])

    def alone_and_without(self) -> list[int]:
        return sorted(pair for i in range(self.n) for pair in (1 << i, 1 << i << self.n))

    def row(self, pair: int) -> dict[int, Fraction]:
        return {i: Fraction(place) for i, place in enumerate(self.vector(pair)) if place}

    def vector(self, pair: int) -> list[int]:
        S, T = self.halves(pair)
        return [(S >> i & 1) - (T >> i & 1) for i in range(self.n)]

    def outside(self, normals: Sequence[Sequence[int]]) -> OpenPairs:
        return OpenPairs(classes((self.sums(normal) for normal in normals), len(self.array)))

    def most_violated(self, y: Sequence[Fraction], t: Fraction, allowed: OpenPairs, count: int) -> list[int]:
        excess = self.beyond(y, Fraction(0))
        return pairs_above(excess, allowed.seen, t * common_denominator(y), count)

    def named(self, players: Sequence[str], pair: int) -> list[Any]:
        return [names_of(players, half) for half in self.halves(pair)]
