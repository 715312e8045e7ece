"""The Gately point: nobody has a stronger threat to leave than anybody else."""

from __future__ import annotations

from comity.checks.compromise_values import check_gately_point, check_no_gately_point, gately_refusal
from comity.declaration import declare
from comity.errors import OutsideDomain
from comity.games.coalitional.base import Game
from comity.results import Allocation
from comity.solvers.values.compromise import compromise


@declare(
    "concept",
    "All have the same propensity to disrupt",
    area="benefit_distribution",
    claims=(
        "efficient",
        "symmetric",
        "anonymous",
        "null_player",
        "dummy_player",
        "covariant",
        "individually_rational",
        "projection",
    ),
    reference="Gately (1974)",
    certificate="check_gately_point",
)
def gately_point(game: Game) -> Allocation:
    """Equalise what the others would lose over what i would lose if i left: (x(N - i) - v(N - i)) / (x_i - v(i)).

    x_i = v(i) + t (M_i - v(i)), where M_i = v(N) - v(N - i).  Defined where there are imputations and all M_i - v(i) have
    one sign, not all 0; otherwise `OutsideDomain`.  Where v(N) is just the sum of all v(i), that only imputation.

    References
    ----------
    Gately, D. (1974). Sharing the gains from regional cooperation.  Staudacher, J. & Anwander, J. (2019). Conditions for the
    uniqueness of the Gately point for cooperative games.

    Examples
    --------
    >>> from comity.games.coalitional.table import TableGame
    >>> gately_point(TableGame(None, [0, 0, 0, 4, 0, 2, 2, 6])).amounts.round(3).tolist()
    [2.4, 2.4, 1.2]
    """
    reason = gately_refusal(game)
    if reason:
        refusal = check_no_gately_point(game, None, game.evidence())
        raise OutsideDomain(f"there is no Gately point: {reason}; use nucleolus or shapley_value", refusal)
    everybody = game.grand_coalition
    worth = game.exact(everybody)
    alone = [game.exact(1 << i) for i in range(game.n)]
    x = compromise(alone, [worth - game.exact(everybody ^ 1 << i) for i in range(game.n)], worth)
    if worth == sum(alone):
        x = tuple(alone)
    return Allocation("gately_point", game.players, x, check_gately_point(game, x, game.evidence()))
