"""The solidarity value: whoever joins shares the mean contribution of all who are there."""

from __future__ import annotations

from fractions import Fraction

from comity.checks.equal_values import check_solidarity_value
from comity.coalitions import members
from comity.declaration import declare
from comity.games.coalitional.base import Game
from comity.results import Allocation
from comity.solvers.values.sums import lcm_of_sizes


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
    n = game.n
    table, denominator = game.scaled_table
    # With M = lcm(1..n): M A(S) and the weights M (n - s)! (s - 1)! / n! are integers.
    M, weight = lcm_of_sizes(n)
    x = [0] * n
    for S in range(1, len(table)):
        inside, s = list(members(S)), S.bit_count()
        mean = M // s * sum(table[S] - table[S ^ 1 << k] for k in inside)
        if mean:
            for i in inside:
                x[i] += weight[s - 1] * mean
    amounts = tuple(Fraction(total, M * M * denominator) for total in x)
    return Allocation("solidarity_value", game.players, amounts, check_solidarity_value(game, amounts, game.evidence()))
