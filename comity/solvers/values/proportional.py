"""Proportional division: in proportion to what each is worth alone."""

from __future__ import annotations

from fractions import Fraction

from comity.checks.proportional_values import check_no_common_sign_alone, check_proportional_division
from comity.declaration import declare
from comity.errors import OutsideDomain
from comity.games.coalitional.base import Game
from comity.results import Allocation


@declare(
    "concept",
    "In proportion to what each is worth alone",
    area="benefit_distribution",
    claims=(
        "efficient",
        "symmetric",
        "anonymous",
        "null_player",
        "homogeneous",
        "projection",
        "individually_rational_if_superadditive",
    ),
    reference="Moriarity (1975); Zou, van den Brink, Chun & Funaki (2021)",
    certificate="check_proportional_division",
)
def proportional_division(game: Game) -> Allocation:
    """Divide v(N) in proportion to the stand-alone worths: x_i = v(i) / (sum of v(j)) v(N).

    Defined where the worths alone have one sign and are not all 0; otherwise `OutsideDomain` with the proof.

    References
    ----------
    Moriarity, S. (1975). Another approach to allocating joint costs.

    Examples
    --------
    >>> from comity.games.coalitional.table import TableGame
    >>> proportional_division(TableGame(None, [0, 10, 30, 20], "cost")).amounts.tolist()
    [5.0, 15.0]
    """
    alone = [game.exact(1 << i) for i in range(game.n)]
    refusal = check_no_common_sign_alone(game, None, game.evidence())
    if refusal:
        raise OutsideDomain(
            "proportional division needs worths alone of one sign, not all 0; use equal_surplus_division", refusal
        )
    worth, total = game.exact(game.grand_coalition), sum(alone, Fraction(0))
    x = tuple(v / total * worth for v in alone)
    return Allocation("proportional_division", game.players, x, check_proportional_division(game, x, game.evidence()))
