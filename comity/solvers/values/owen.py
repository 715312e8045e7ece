"""The Owen value: unions share as if they were players, then share within."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction

from comity.checks.union_values import check_owen_value, read_unions
from comity.coalitions import names_of
from comity.declaration import declare
from comity.games.coalitional.base import Game
from comity.results import Allocation
from comity.solvers.values.sums import dividends_by_members
from comity.solvers.values.union_levels import by_levels, by_order, few_levels


@declare(
    "concept",
    "Average contribution when the members of a union arrive together",
    area="benefit_distribution",
    claims=(
        "efficient",
        "anonymous",
        "null_player",
        "dummy_player",
        "covariant",
        "additive",
        "self_dual",
        "in_core_if_convex",
        "individually_rational_if_superadditive",
    ),
    reference="Owen (1977)",
    certificate="check_owen_value",
)
def owen_value(game: Game, unions: Iterable[Iterable[str]]) -> Allocation:
    """Divide each dividend equally among the unions that have a part in it, then equally among those members.

    It is the average contribution over the orders of arrival in which no stranger comes between members of one union;
    the amounts of a union add up to its Shapley value in the game between unions.

    Parameters
    ----------
    unions : collection of collections of names
        Every player in exactly one; who is in no alliance is a union of one.  With ten unions of ten or so no table is needed:
        only coalitions of whole unions and part of one more matter.

    References
    ----------
    Owen, G. (1977). Values of games with a priori unions.

    Examples
    --------
    >>> from comity.games.coalitional.voting import VotingGame
    >>> owen_value(VotingGame((1, 1, 1), 2, "ABC"), [["A", "B"], ["C"]]).amounts.tolist()
    [0.5, 0.5, 0.0]
    """
    blocks = read_unions(game, unions)
    x = by_levels(game, blocks, by_order, by_order) if few_levels(game, blocks) else _by_dividends(game, blocks)
    witness = {"unions": [names_of(game.players, block) for block in blocks], **game.evidence()}
    return Allocation("owen_value", game.players, tuple(x), check_owen_value(game, x, witness))


def _by_dividends(game: Game, blocks: Sequence[int]) -> list[Fraction]:
    union_of = {i: k for k, block in enumerate(blocks) for i in range(game.n) if block >> i & 1}
    x = [Fraction(0)] * game.n
    for S, dividend in dividends_by_members(game):
        present = [union_of[i] for i in S]
        each = dividend / len(set(present))
        for i in S:
            x[i] += each / present.count(union_of[i])
    return x
