"""The Banzhaf-Owen value: what a player adds to a random set of whole unions and random members of its own."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction

from comity.checks.union_values import check_banzhaf_owen_value, read_unions
from comity.coalitions import names_of
from comity.declaration import declare
from comity.games.coalitional.base import Game
from comity.results import Allocation
from comity.solvers.values.sums import dividends_by_members
from comity.solvers.values.union_levels import by_coins, by_levels, few_levels


@declare(
    "concept",
    "Average contribution to whole unions and members of the own one",
    area="governance",
    claims=(
        "anonymous",
        "null_player",
        "dummy_player",
        "covariant",
        "additive",
        "self_dual",
        "individually_rational_if_superadditive",
    ),
    reference="Owen (1981)",
    certificate="check_banzhaf_owen_value",
)
def banzhaf_owen_value(game: Game, unions: Iterable[Iterable[str]]) -> Allocation:
    """Average v(Q + T + i) - v(Q + T) over all sets Q of whole other unions and all sets T of members of i's own.

    The amounts need not add up to v(N).  With every union a single player, or all in one, it is the Banzhaf value.

    Parameters
    ----------
    unions : collection of collections of names
        Every player in exactly one; who is in no alliance is a union of one.

    References
    ----------
    Owen, G. (1981). Modification of the Banzhaf-Coleman index for games with a priori unions.

    Examples
    --------
    >>> from comity.games.coalitional.voting import VotingGame
    >>> banzhaf_owen_value(VotingGame((2, 1, 1), 3, "ABC"), [["A", "B"], ["C"]]).amounts.tolist()
    [0.75, 0.25, 0.0]
    """
    blocks = read_unions(game, unions)
    x = by_levels(game, blocks, by_coins, by_coins) if few_levels(game, blocks) else _by_dividends(game, blocks)
    witness = {"unions": [names_of(game.players, block) for block in blocks], **game.evidence()}
    return Allocation("banzhaf_owen_value", game.players, tuple(x), check_banzhaf_owen_value(game, x, witness))


def _by_dividends(game: Game, blocks: Sequence[int]) -> list[Fraction]:
    union_of = {i: k for k, block in enumerate(blocks) for i in range(game.n) if block >> i & 1}
    x = [Fraction(0)] * game.n
    for S, dividend in dividends_by_members(game):
        present = [union_of[i] for i in S]
        for i in S:
            # All of S is there if each other union of S is and each other member of the own one, by a coin each.
            others = len(set(present)) - 1 + present.count(union_of[i]) - 1
            x[i] += dividend / 2**others
    return x
