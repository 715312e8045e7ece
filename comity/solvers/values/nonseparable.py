"""Separable contributions, and the rest in equal parts: for costs, the separable costs method with equal parts."""

from __future__ import annotations

from fractions import Fraction

from comity.checks.equal_values import check_egalitarian_nonseparable_contribution
from comity.declaration import declare
from comity.games.coalitional.base import Game
from comity.results import Allocation


@declare(
    "concept",
    "What each adds to all others, and the rest in equal parts (ENSC; for costs, EANS)",
    area="benefit_distribution",
    claims=("efficient", "symmetric", "anonymous", "desirability", "covariant", "additive", "projection"),
    reference="Moulin (1985); Driessen & Funaki (1991)",
    certificate="check_egalitarian_nonseparable_contribution",
)
def egalitarian_nonseparable_contribution(game: Game) -> Allocation:
    """Give everyone the separable contribution v(N) - v(N - i), and the rest (which may be negative) in equal parts.

    In a cost game this is the equal allocation of nonseparable costs.  It is the equal surplus division of the dual game.

    References
    ----------
    Moulin, H. (1985). The separability axiom and equal-sharing methods.

    Examples
    --------
    >>> from comity.games.coalitional.table import TableGame
    >>> egalitarian_nonseparable_contribution(TableGame(None, [0, 0, 0, 4, 0, 2, 0, 6])).amounts.tolist()
    [4.0, 2.0, 0.0]
    """
    everybody = game.grand_coalition
    worth = game.exact(everybody)
    separable = [worth - game.exact(everybody ^ 1 << i) for i in range(game.n)]
    rest = (worth - sum(separable, Fraction(0))) / game.n
    x = tuple(amount + rest for amount in separable)
    return Allocation(
        "egalitarian_nonseparable_contribution",
        game.players,
        x,
        check_egalitarian_nonseparable_contribution(game, x, game.evidence()),
    )
