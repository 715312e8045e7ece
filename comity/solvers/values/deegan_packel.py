"""The Deegan-Packel index: minimal winning coalitions form, each as likely, and divide equally."""

from __future__ import annotations

from fractions import Fraction

from comity.checks.power import check_deegan_packel_index
from comity.declaration import declare
from comity.games.coalitional.base import Game
from comity.results import Allocation
from comity.solvers.values.simple import minimal_winning, winning


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
    share = [Fraction(0)] * game.n
    for S in minimal:
        for i in range(game.n):
            if S >> i & 1:
                share[i] += Fraction(1, S.bit_count())
    x = tuple(amount / len(minimal) for amount in share)
    return Allocation("deegan_packel_index", game.players, x, check_deegan_packel_index(game, x, game.evidence()))
