"""The solidarity value: whoever joins shares the mean contribution of all who are there."""

from __future__ import annotations

from fractions import Fraction

import numpy as np

from comity.checks.equal_values import check_solidarity_value
from comity.declaration import declare
from comity.exact_array import ExactArray
from comity.games.coalitional.base import Game
from comity.results import Allocation
from comity.solvers.values.sums import lcm_of_sizes, weighted_totals


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
    n, table = game.n, game.integer_table
    # What the members of S add to the others of S: at most 2n worths.
    added = np.zeros_like(table.numerators, dtype=np.int64 if 2 * n * table.largest < 1 << 62 else object)
    worths = table.numerators.astype(added.dtype, copy=False)
    for i in range(n):
        halves, sums = worths.reshape(-1, 2, 1 << i), added.reshape(-1, 2, 1 << i)
        sums[:, 1] += halves[:, 1] - halves[:, 0]
    # With M = lcm(1..n): M / s and the weights M (n - s)! (s - 1)! / n! are integers.
    M, weight = lcm_of_sizes(n)
    x, _ = weighted_totals(ExactArray(added, 1), [0, *(M // s * weight[s - 1] for s in range(1, n + 1))])
    amounts = tuple(Fraction(total, M * M * table.denominator) for total in x)
    return Allocation("solidarity_value", game.players, amounts, check_solidarity_value(game, amounts, game.evidence()))
