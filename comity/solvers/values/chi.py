"""The chi value: between being alone and the most one can add to any coalition."""

from __future__ import annotations

from comity.checks.compromise_values import check_chi_value, check_not_essential
from comity.declaration import declare
from comity.errors import OutsideDomain
from comity.games.coalitional.base import Game
from comity.results import Allocation
from comity.solvers.values.compromise import compromise


@declare(
    "concept",
    "Between worths alone and the largest contributions to any coalition",
    area="benefit_distribution",
    claims=(
        "efficient",
        "symmetric",
        "anonymous",
        "null_player",
        "dummy_player",
        "desirability",
        "covariant",
        "individually_rational",
    ),
    reference="Bergantiños & Massó (1996)",
    certificate="check_chi_value",
)
def chi_value(game: Game) -> Allocation:
    """The efficient point between v(i) and the largest v(S + i) - v(S) over all S (in a cost game the smallest).

    Like the tau value with the largest contribution to any coalition instead of that to all others; minimal rights are then
    the worths alone.  Defined wherever there are imputations; otherwise `OutsideDomain`.

    References
    ----------
    Bergantiños, G. & Massó, J. (1996). Notes on a new compromise value: the chi-value.

    Examples
    --------
    >>> from comity.games.coalitional.voting import VotingGame
    >>> chi_value(VotingGame((2, 1, 1), 3)).amounts.round(3).tolist()
    [0.333, 0.333, 0.333]
    """
    n, sign, everybody = game.n, game.sign, game.grand_coalition
    alone = [game.exact(1 << i) for i in range(n)]
    worth = [sign * w for w in game.exact_table()]
    if worth[-1] < sign * sum(alone):
        refusal = check_not_essential(game, None, game.evidence())
        raise OutsideDomain("the chi value needs players who are no better off alone than together; use shapley_value", refusal)
    largest = [max(worth[S | 1 << i] - worth[S] for S in range(everybody + 1) if not S >> i & 1) for i in range(n)]
    x = compromise(alone, [sign * most for most in largest], game.exact(everybody))
    return Allocation("chi_value", game.players, x, check_chi_value(game, x, game.evidence()))
