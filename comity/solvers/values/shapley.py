"""The Shapley value: the average of what a player adds, over all orders of arrival."""

from __future__ import annotations

from fractions import Fraction
from math import lcm

from comity.checks.values import check_shapley_value, error_bound
from comity.declaration import declare
from comity.games.coalitional.base import Game
from comity.games.coalitional.nested_parts import NestedSum
from comity.games.coalitional.rules import RuleSum
from comity.results import Allocation
from comity.solvers.values.nested_sums import FEW_PLAYERS, shapley_by_parts
from comity.solvers.values.rule_sums import shapley_by_rules
from comity.solvers.values.sums import enclosed_totals, few_dividends, lcm_of_sizes, weighted_totals


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
    of the coalitions of i, each divided equally (Harsanyi 1963).  Exact, in integers; a table of more than 2**14 doubles
    of many digits gives amounts within 2**-47 of the largest worth, which the certificate proves, and which still add up to v(N).

    Parameters
    ----------
    game : Game
        Any number of players where the model knows its dividends or those of its dual; tens of thousands where it is a sum of
        symmetric games on nested sets, such as an airport or a queue; else as far as the table
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
    if isinstance(game, RuleSum):
        x: list[Fraction] | None = shapley_by_rules(game.marginal_rules(), game.n)
    elif isinstance(game, NestedSum) and game.n > FEW_PLAYERS:
        x = shapley_by_parts(game.nested_parts())
    else:
        x = _from_dividends(game)
    if x is None:
        x = shapley_of_table(game)
    certificate = check_shapley_value(game, x, game.evidence())
    return Allocation("shapley_value", game.players, tuple(x), certificate, notes=error_bound(certificate))


def _from_dividends(game: Game) -> list[Fraction] | None:
    dividends = few_dividends(game)
    if dividends is None:
        return None
    # In integers over one denominator, for sums of fractions are slow.
    unit = lcm(*(len(S) * dividend.denominator for S, dividend in dividends))
    x = [0] * game.n
    for S, dividend in dividends:
        share = dividend.numerator * (unit // (len(S) * dividend.denominator))
        for i in S:
            x[i] += share
    return [Fraction(amount, unit) for amount in x]


def shapley_of_table(game: Game) -> list[Fraction]:
    """The amounts alone, from the table whatever else the model knows."""
    # With M = lcm(1..n), M s! (n-s-1)! / n! is an integer: v(S) counts for a member with the weight of size s - 1 and
    # against everybody else with the weight of size s; what counts against everybody follows from efficiency.
    n = game.n
    M, weight = lcm_of_sizes(n)
    weights = [a + b for a, b in zip([0, *weight], [*weight, 0], strict=True)]
    doubles = game.doubles
    if doubles is None:
        table = game.integer_table
        containing, _ = weighted_totals(table, weights)
        unit, together = Fraction(1, table.denominator), int(table.numerators[-1]) - int(table.numerators[0])
    else:
        containing, _, unit = enclosed_totals(game, doubles, weights)
        together = round(Fraction(float(doubles.worths[-1])) / unit)
    everywhere = Fraction(sum(containing) - M * together, n)
    return [(total - everywhere) * unit / M for total in containing]
