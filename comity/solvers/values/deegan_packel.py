"""The Deegan-Packel index: minimal winning coalitions form, each as likely, and divide equally."""

from __future__ import annotations

from fractions import Fraction
from math import lcm

from comity.checks.power import check_deegan_packel_index
from comity.declaration import declare
from comity.games.coalitional.base import Game
from comity.results import Allocation
from comity.solvers.values.simple import minimal_winning, places, winning


@declare(
    "concept",
    "Minimal winning coalitions are equally likely and divide equally",
    area="governance",
    claims=(
        "efficient",
        "symmetric",
        "anonymous",
        "null_player",
        "dummy_player",
        "in_core_if_convex",
        "individually_rational_if_superadditive",
    ),
    reference="Deegan & Packel (1978)",
    certificate="check_deegan_packel_index",
)
def deegan_packel_index(game: Game) -> Allocation:
    """The mean of 1 / s over all minimal winning coalitions of s members, counting 0 for those without the player.

    A heavier vote may have less: what counts is in how many minimal winning coalitions it is, and how small they are.

    References
    ----------
    Deegan, J. & Packel, E. W. (1978). A new index of power for simple n-person games.

    Examples
    --------
    >>> from comity.games.coalitional.voting import VotingGame
    >>> deegan_packel_index(VotingGame((35, 20, 15, 15, 15), 51)).amounts.round(4).tolist()
    [0.3, 0.15, 0.1833, 0.1833, 0.1833]
    """
    minimal = minimal_winning(winning(game))
    # Parts of a coalition are whole in units of 1 / unit.
    unit = lcm(*range(1, game.n + 1))
    x = tuple(
        Fraction(sum(count * (unit // size) for size, count in enumerate(counts) if count), unit * len(minimal))
        for counts in places(minimal, game.n)
    )
    return Allocation("deegan_packel_index", game.players, x, check_deegan_packel_index(game, x, game.evidence()))
