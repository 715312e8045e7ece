"""The public good index: a player's share of the places in minimal winning coalitions."""

from __future__ import annotations

from fractions import Fraction

from comity.checks.power import check_public_good_index
from comity.declaration import declare
from comity.games.coalitional.base import Game
from comity.results import Allocation
from comity.solvers.values.simple import minimal_winning, places, winning


@declare(
    "concept",
    "Share of places in minimal winning coalitions (Holler)",
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
    reference="Holler (1982); Holler & Packel (1983)",
    certificate="check_public_good_index",
)
def public_good_index(game: Game) -> Allocation:
    """The number of minimal winning coalitions of the player, over the sum of these numbers.

    What a coalition wins is a public good that all its members enjoy in full.

    References
    ----------
    Holler, M. J. (1982). Forming coalitions and measuring voting power.

    Examples
    --------
    >>> from comity.games.coalitional.voting import VotingGame
    >>> public_good_index(VotingGame((35, 20, 15, 15, 15), 51)).amounts.round(4).tolist()
    [0.2667, 0.1333, 0.2, 0.2, 0.2]
    """
    minimal = minimal_winning(winning(game))
    counts = [sum(of_size) for of_size in places(minimal, game.n)]
    x = tuple(Fraction(count, sum(counts)) for count in counts)
    return Allocation("public_good_index", game.players, x, check_public_good_index(game, x, game.evidence()))
