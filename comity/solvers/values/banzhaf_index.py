"""The Banzhaf index: a player's share of all swings."""

from __future__ import annotations

from fractions import Fraction

from comity.checks.power import check_banzhaf_index
from comity.declaration import declare
from comity.games.coalitional.base import Game
from comity.games.coalitional.voting import VotingGame
from comity.games.coalitional.voting_power import MAX_WORK, voting_power, work
from comity.results import Allocation
from comity.solvers.values.large_votes import banzhaf_by_tilting
from comity.solvers.values.simple import no_power, swings, winning


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

    It is the normalized Banzhaf value of the simple game.  Weighted votes are counted by their sums, exactly up to about a
    hundred votes with weights up to a hundred; beyond, the amounts are doubles that the certificate encloses (basis ENCLOSED).

    References
    ----------
    Banzhaf, J. F. (1965). Weighted voting doesn't work: a mathematical analysis.

    Examples
    --------
    >>> banzhaf_index(VotingGame((2, 1, 1), 3)).amounts.tolist()
    [0.6, 0.2, 0.2]
    """
    if isinstance(game, VotingGame):
        x = _of_votes(game)
    else:
        counts = [sum(by_size) for by_size in swings(winning(game), game.n)]
        x = tuple(Fraction(count, sum(counts)) for count in counts)
    return Allocation("banzhaf_index", game.players, x, check_banzhaf_index(game, x, game.evidence()))


def _of_votes(game: VotingGame) -> tuple[Fraction, ...]:
    if not game.exact(game.grand_coalition):
        raise no_power(game, "no coalition wins", game.grand_coalition)
    if work(game) > MAX_WORK:
        return tuple(map(Fraction, banzhaf_by_tilting(game)))
    return tuple(voting_power(game).banzhaf.values())
