"""The Banzhaf index: a player's share of all swings."""

from __future__ import annotations

from fractions import Fraction

from comity.checks.power import check_banzhaf_index
from comity.declaration import declare
from comity.games.coalitional.base import Game
from comity.results import Allocation
from comity.solvers.values.simple import swings, winning


@declare(
    "concept",
    "Share of all swings",
    area="governance",
    claims=(
        "efficient",
        "symmetric",
        "anonymous",
        "null_player",
        "dummy_player",
        "desirability",
        "self_dual",
        "in_core_if_convex",
        "individually_rational_if_superadditive",
    ),
    reference="Penrose (1946); Banzhaf (1965)",
    certificate="check_banzhaf_index",
)
def banzhaf_index(game: Game) -> Allocation:
    """The winning coalitions that lose without the player, as a share of all such pairs.

    It is the normalized Banzhaf value of the simple game.

    References
    ----------
    Banzhaf, J. F. (1965). Weighted voting doesn't work: a mathematical analysis.

    Examples
    --------
    >>> from comity.games.coalitional.voting import VotingGame
    >>> banzhaf_index(VotingGame((2, 1, 1), 3)).amounts.tolist()
    [0.6, 0.2, 0.2]
    """
    counts = [sum(by_size) for by_size in swings(winning(game), game.n)]
    x = tuple(Fraction(count, sum(counts)) for count in counts)
    return Allocation("banzhaf_index", game.players, x, check_banzhaf_index(game, x, game.evidence()))
