"""Equal division: the same for everybody."""

from __future__ import annotations

from comity.checks.values import check_equal_division
from comity.declaration import declare
from comity.games.coalitional.base import Game
from comity.results import Allocation


@declare(
    "concept",
    "The same for everybody",
    area="benefit_distribution",
    claims=("efficient", "symmetric", "anonymous", "desirability", "homogeneous", "additive", "self_dual"),
    reference="van den Brink (2007)",
    certificate="check_equal_division",
)
def equal_division(game: Game) -> Allocation:
    """Give everybody v(N) / n, whatever smaller coalitions are worth.

    Examples
    --------
    >>> from comity.games.coalitional.table import TableGame
    >>> equal_division(TableGame(None, [0, 1, 2, 5])).amounts.tolist()
    [2.5, 2.5]
    """
    x = (game.exact(game.grand_coalition) / game.n,) * game.n
    return Allocation("equal_division", game.players, x, check_equal_division(game, x, game.evidence()))
