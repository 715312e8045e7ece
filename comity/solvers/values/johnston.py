"""The Johnston index: a swing counts the more the fewer others could have swung."""

from __future__ import annotations

from fractions import Fraction

import numpy as np

from comity.checks.power import check_johnston_index
from comity.declaration import declare
from comity.games.coalitional.base import Game
from comity.results import Allocation
from comity.solvers.values.simple import critical_members, winning


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
    critical = critical_members(wins)
    vulnerable = int((critical > 0).sum())
    share = []
    for i in range(game.n):
        with_i, without = (part.reshape(-1, 2, 1 << i) for part in (critical, wins))
        # How many coalitions that need i need how many in all.
        counts = np.bincount(with_i[:, 1][(with_i[:, 1] > 0) & ~without[:, 0]], minlength=1).tolist()
        share.append(sum((Fraction(count, needed) for needed, count in enumerate(counts) if count), Fraction(0)))
    x = tuple(amount / vulnerable for amount in share)
    return Allocation("johnston_index", game.players, x, check_johnston_index(game, x, game.evidence()))
