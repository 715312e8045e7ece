"""The solidarity value: whoever joins shares the mean contribution of all who are there."""

from __future__ import annotations

from fractions import Fraction
from math import comb, lcm

from comity.checks.equal_values import check_solidarity_value
from comity.declaration import declare
from comity.games.coalitional.base import Game
from comity.results import Allocation
from comity.solvers.values.sums import weighted_totals


@declare(
    "concept",
    "Mean contributions of coalitions, over all orders of arrival",
    area="benefit_distribution",
    claims=("efficient", "symmetric", "anonymous", "desirability", "homogeneous", "additive"),
    reference="Nowak & Radzik (1994)",
    certificate="check_solidarity_value",
)
def solidarity_value(game: Game) -> Allocation:
    """Give each player the average, over all orders of arrival, of the mean contribution in the coalition just formed.

    psi_i = sum over S with i of (n - s)! (s - 1)! / n! A(S), where A(S) is the mean of v(S) - v(S - k) over the members k
    of S.  The weak live on the strong: a player who adds nothing gets something, unlike with the Shapley value.

    References
    ----------
    Nowak, A. S. & Radzik, T. (1994). A solidarity value for n-person transferable utility games.

    Examples
    --------
    >>> from comity.games.coalitional.table import TableGame
    >>> solidarity_value(TableGame(["A", "B"], [0, 4, 0, 4])).amounts.tolist()
    [3.0, 1.0]
    """
    # Contributions multiplied out, v(S) with s members counts 1 / (s (s + 1) C(n, s)) for a member, 1 / n if S is everybody, and
    # 1 / ((s + 1)**2 C(n, s + 1)) against everybody else; what counts against everybody follows from efficiency.
    n, table = game.n, game.integer_table
    members = [Fraction(0), *(Fraction(1, s * (s + 1) * comb(n, s)) for s in range(1, n)), Fraction(1, n)]
    strangers = [*(Fraction(1, (s + 1) ** 2 * comb(n, s + 1)) for s in range(n)), Fraction(0)]
    weights = [a + b for a, b in zip(members, strangers, strict=True)]
    unit = lcm(*(weight.denominator for weight in weights))
    containing, _ = weighted_totals(table, [weight.numerator * (unit // weight.denominator) for weight in weights])
    everywhere = Fraction(sum(containing) - unit * int(table.numerators[-1]), n)
    amounts = tuple((total - everywhere) / (unit * table.denominator) for total in containing)
    return Allocation("solidarity_value", game.players, amounts, check_solidarity_value(game, amounts, game.evidence()))
