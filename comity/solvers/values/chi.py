"""The chi value: between being alone and the most one can add to any coalition."""

from __future__ import annotations

from fractions import Fraction

from comity.checks.compromise_values import check_chi_value, check_not_essential
from comity.declaration import declare
from comity.errors import OutsideDomain
from comity.games.coalitional.base import Game
from comity.results import Allocation
from comity.solvers.core.coalition_rows import IntegerGame
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
    alone, together = [game.exact(1 << i) for i in range(game.n)], game.exact(game.grand_coalition)
    if game.sign * (together - sum(alone)) < 0:
        refusal = check_not_essential(game, None, game.evidence())
        raise OutsideDomain("the chi value needs players who are no better off alone than together; use shapley_value", refusal)
    gains = IntegerGame.of(game)
    halves = (gains.array.reshape(-1, 2, 1 << i) for i in range(game.n))
    largest = gains.amounts(Fraction(int((with_i[:, 1] - with_i[:, 0]).max())) for with_i in halves)
    x = compromise(alone, largest, together)
    return Allocation("chi_value", game.players, x, check_chi_value(game, x, game.evidence()))
