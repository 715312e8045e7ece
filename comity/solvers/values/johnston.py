"""The Johnston index: a swing counts the more the fewer others could have swung."""

from __future__ import annotations

from fractions import Fraction

from comity.checks.power import check_johnston_index
from comity.coalitions import members
from comity.declaration import declare
from comity.games.coalitional.base import Game
from comity.results import Allocation
from comity.solvers.values.simple import winning


@declare(
    "concept",
    "Vulnerable coalitions are equally likely and divide among those they need",
    area="governance",
    claims=(
        "efficient",
        "symmetric",
        "anonymous",
        "null_player",
        "dummy_player",
        "desirability",
        "in_core_if_convex",
        "individually_rational_if_superadditive",
    ),
    reference="Johnston (1978)",
    certificate="check_johnston_index",
)
def johnston_index(game: Game) -> Allocation:
    """The mean, over the winning coalitions that some member can make lose, of 1 / c for each of the c members who can.

    References
    ----------
    Johnston, R. J. (1978). On the measurement of power: some reactions to Laver.

    Examples
    --------
    >>> from comity.games.coalitional.voting import VotingGame
    >>> johnston_index(VotingGame((3, 2, 1), 4)).amounts.round(4).tolist()
    [0.6667, 0.1667, 0.1667]
    """
    wins = winning(game)
    share, vulnerable = [Fraction(0)] * game.n, 0
    for S, won in enumerate(wins):
        critical = [i for i in members(S) if not wins[S ^ 1 << i]] if won else []
        vulnerable += bool(critical)
        for i in critical:
            share[i] += Fraction(1, len(critical))
    x = tuple(amount / vulnerable for amount in share)
    return Allocation("johnston_index", game.players, x, check_johnston_index(game, x, game.evidence()))
