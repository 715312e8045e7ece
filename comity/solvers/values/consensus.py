"""The consensus value: half way between average contributions and equal surplus."""

from __future__ import annotations

from fractions import Fraction
from math import comb

from comity.checks.equal_values import check_consensus_value
from comity.declaration import declare
from comity.games.coalitional.base import Game
from comity.results import Allocation
from comity.solvers.values.equal_surplus import equal_surplus_division
from comity.solvers.values.semivalue import semivalue
from comity.solvers.values.shapley import shapley_value


@declare(
    "concept",
    "Every arrival bargains on equal terms with those who are there",
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
    reference="Ju, Borm & Ruys (2007)",
    certificate="check_consensus_value",
)
def consensus_value(game: Game) -> Allocation:
    """The mean of the Shapley value and of equal surplus division.

    In each order of arrival the last to come and the others before divide what is left as two would: each
    side its own worth and half of the surplus.  Averaged over all orders this is that mean.

    References
    ----------
    Ju, Y., Borm, P. & Ruys, P. (2007). The consensus value: a new solution concept for cooperative games.

    Examples
    --------
    >>> from comity.games.coalitional.table import TableGame
    >>> consensus_value(TableGame(None, [0, 0, 0, 12, 0, 0, 0, 12])).amounts.tolist()
    [5.0, 5.0, 2.0]
    """
    n = game.n
    if game.doubles is None:
        average = shapley_value(game).exact
    else:  # the Shapley value would be enclosed only
        average = semivalue(game, [Fraction(1, n * comb(n - 1, s)) for s in range(n)]).exact
    pairs = zip(average, equal_surplus_division(game).exact, strict=True)
    x = tuple((a + b) * Fraction(1, 2) for a, b in pairs)
    return Allocation("consensus_value", game.players, x, check_consensus_value(game, x, game.evidence()))
