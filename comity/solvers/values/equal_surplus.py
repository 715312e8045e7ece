"""Equal surplus division: everyone's stand-alone worth, and the rest in equal parts."""

from __future__ import annotations

from fractions import Fraction

from comity.checks.equal_values import check_equal_surplus_division
from comity.declaration import declare
from comity.games.coalitional.base import Game
from comity.results import Allocation


@declare(
    "concept",
    "Stand-alone worths, and the surplus in equal parts (centre of the imputation set)",
    area="benefit_distribution",
    claims=(
        "efficient",
        "symmetric",
        "anonymous",
        "desirability",
        "covariant",
        "additive",
        "projection",
        "individually_rational_if_superadditive",
    ),
    reference="Driessen & Funaki (1991)",
    certificate="check_equal_surplus_division",
)
def equal_surplus_division(game: Game) -> Allocation:
    """Give everyone their stand-alone worth and share the rest equally: v(i) + (v(N) - sum of v(j)) / n.

    References
    ----------
    Driessen & Funaki (1991), coincidence of and collinearity between game theoretic solutions.

    Examples
    --------
    >>> from comity.games.coalitional.table import TableGame
    >>> equal_surplus_division(TableGame(["A", "B"], [0, 1, 2, 5])).amounts.tolist()
    [2.0, 3.0]
    """
    alone = [game.exact(1 << i) for i in range(game.n)]
    surplus = game.exact(game.grand_coalition) - sum(alone)
    x = tuple(worth + Fraction(surplus, game.n) for worth in alone)
    return Allocation("equal_surplus_division", game.players, x, check_equal_surplus_division(game, x, game.evidence()))
