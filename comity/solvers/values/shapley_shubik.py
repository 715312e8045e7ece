"""The Shapley-Shubik index: how often a vote decides, over all orders of joining."""

from __future__ import annotations

from fractions import Fraction
from math import comb

from comity.checks.power import check_shapley_shubik_index
from comity.declaration import declare
from comity.games.coalitional.base import Game
from comity.games.coalitional.voting import VotingGame
from comity.games.coalitional.voting_power import MAX_WORK, voting_power, work
from comity.results import Allocation
from comity.solvers.values.large_votes import shapley_shubik_by_quadrature
from comity.solvers.values.simple import no_power, swings, winning


@declare(
    "concept",
    "Share of the orders of joining in which a player decides",
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
    reference="Shapley & Shubik (1954)",
    certificate="check_shapley_shubik_index",
)
def shapley_shubik_index(game: Game) -> Allocation:
    """The Shapley value of a simple game: the share of the orders of joining in which the player turns losing into winning.

    Weighted votes are counted by their sums, so that many players are no obstacle; other games need their table.  The count is
    exact up to about a hundred votes with weights up to a hundred; beyond, the amounts are doubles found by quadrature, and the
    certificate encloses each of them (basis ENCLOSED) and states how far their sum is from 1.

    References
    ----------
    Shapley, L. S. & Shubik, M. (1954). A method for evaluating the distribution of power in a committee system.

    Examples
    --------
    >>> shapley_shubik_index(VotingGame((2, 1, 1), 3)).amounts.round(4).tolist()
    [0.6667, 0.1667, 0.1667]
    """
    n = game.n
    if isinstance(game, VotingGame):
        if not game.exact(game.grand_coalition):
            raise no_power(game, "no coalition wins", game.grand_coalition)
        if work(game) > MAX_WORK:
            x = tuple(map(Fraction, shapley_shubik_by_quadrature(game)))
        else:
            x = tuple(voting_power(game).shapley_shubik.values())
    else:
        orders = [Fraction(1, n * comb(n - 1, s)) for s in range(n)]
        counts = swings(winning(game), n)
        x = tuple(sum((w * count for w, count in zip(orders, by_size, strict=True)), Fraction(0)) for by_size in counts)
    return Allocation("shapley_shubik_index", game.players, x, check_shapley_shubik_index(game, x, game.evidence()))
