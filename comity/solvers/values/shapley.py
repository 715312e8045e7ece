"""The Shapley value: the average of what a player adds, over all orders of arrival."""

from __future__ import annotations

from fractions import Fraction

from comity.checks.values import check_shapley_value
from comity.declaration import declare
from comity.games.coalitional.base import Game
from comity.results import Allocation
from comity.solvers.values.sums import few_dividends, lcm_of_sizes, level_weighted_totals


@declare(
    "concept",
    "Average contribution over all orders of arrival",
    area="benefit_distribution",
    claims=(
        "efficient",
        "symmetric",
        "anonymous",
        "null_player",
        "dummy_player",
        "desirability",
        "covariant",
        "additive",
        "self_dual",
        "in_core_if_convex",
        "individually_rational_if_superadditive",
    ),
    reference="Shapley (1953)",
    certificate="check_shapley_value",
)
def shapley_value(game: Game) -> Allocation:
    """Give each player the average of v(S + i) - v(S) over all orders in which the players may arrive.

    phi_i = sum over S without i of s! (n - s - 1)! / n! (v(S + i) - v(S)), which is also the sum of the dividends
    of the coalitions of i, each divided equally (Harsanyi 1963).  Exact, in integers.

    Parameters
    ----------
    game : Game
        Any number of players where the model knows its dividends or those of its dual; else as far as the table
        fits in memory, in time proportional to its length.

    References
    ----------
    Shapley, L. S. (1953). A value for n-person games.

    Examples
    --------
    >>> from comity.games.coalitional.table import TableGame
    >>> game = TableGame(["A", "B", "C"], [0, 0, 0, 60, 0, 80, 20, 120])
    >>> shapley_value(game).amounts.round(3).tolist()
    [56.667, 26.667, 36.667]
    """
    x = _from_dividends(game)
    if x is None:
        x = _from_table(game)
    certificate = check_shapley_value(game, x, game.evidence())
    return Allocation("shapley_value", game.players, tuple(x), certificate)


def _from_dividends(game: Game) -> list[Fraction] | None:
    dividends = few_dividends(game)
    if dividends is None:
        return None
    x = [Fraction(0)] * game.n
    for S, dividend in dividends:
        share = dividend / len(S)
        for i in S:
            x[i] += share
    return x


def _from_table(game: Game) -> list[Fraction]:
    # With M = lcm(1..n), M s! (n-s-1)! / n! is an integer: v(S) counts for a member with the weight of size s - 1 and
    # against everybody else with the weight of size s.
    table, denominator = game.scaled_table
    M, weight = lcm_of_sizes(game.n)
    joined = [0, *weight]
    passed_over = [*weight, 0]
    containing, everywhere = level_weighted_totals(table, [a + b for a, b in zip(joined, passed_over, strict=True)], passed_over)
    return [Fraction(total - everywhere, M * denominator) for total in containing]
