"""The Johnston index: a swing counts the more the fewer others could have swung."""

from __future__ import annotations

from fractions import Fraction
from math import lcm

import numpy as np

from comity.checks.power import check_johnston_index
from comity.declaration import declare
from comity.games.coalitional.base import Game
from comity.results import Allocation
from comity.solvers.values.simple import critical_members, halves, winning


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
    vulnerable = int(np.count_nonzero(critical))
    # Shares of a coalition are whole in units of 1 / unit.
    unit = lcm(*range(1, game.n + 1))
    x = []
    for (_, needed), (without, with_i) in zip(halves(critical), halves(wins), strict=True):
        # How many coalitions that need i need how many in all.
        counts = np.bincount((needed * (with_i > without)).ravel()).tolist()
        x.append(Fraction(sum(count * (unit // many) for many, count in enumerate(counts) if many), unit * vulnerable))
    return Allocation("johnston_index", game.players, tuple(x), check_johnston_index(game, x, game.evidence()))
