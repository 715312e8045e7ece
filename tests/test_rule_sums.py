"""Shapley values of sums of rules: thousands of rules, any number of absent players."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from comity.checks.rule_sums import shapley_by_dividends_of_rules
from comity.checks.values import check_shapley_value
from comity.games.coalitional.rules import RuleGame
from comity.games.coalitional.table import TableGame
from comity.solvers.values.rule_sums import shapley_by_rules
from comity.solvers.values.shapley import shapley_value

TINY = Fraction(1, 10**12)


@given(n=st.integers(1, 7), seed=st.integers(0, 10**6))
@settings(max_examples=80, deadline=None)
def test_orders_dividends_and_the_table_agree(n: int, seed: int) -> None:
    game = RuleGame.random(n, np.random.default_rng(seed))
    x = shapley_by_rules(game.rules, n)
    assert x == shapley_by_dividends_of_rules(game.rules, n)
    assert tuple(x) == shapley_value(TableGame(game.players, list(game.exact_table()), orientation=game.orientation)).exact


def test_a_rule_with_one_present_and_one_absent_by_hand() -> None:
    # A alone earns 6 until B comes: A comes first half of the time, and B then ends it.
    assert shapley_value(RuleGame([(["A"], ["B"], 6)])).amounts.tolist() == [3, -3]


def test_no_rules_are_worth_nothing() -> None:
    assert shapley_value(RuleGame([], players=["A", "B"])).amounts.tolist() == [0, 0]


def test_three_thousand_rules_that_want_twenty_away() -> None:
    rng = np.random.default_rng(0)
    names = [f"m{i}" for i in range(1000)]
    rules = []
    for _ in range(3000):
        chosen = [names[i] for i in rng.choice(1000, 25, replace=False)]
        rules.append((chosen[:5], chosen[5:], int(rng.integers(-50, 100))))
    game = RuleGame(rules, names)
    result = shapley_value(game)
    assert result.certificate
    x = list(result.exact)
    assert sum(x) == game.exact(game.grand_coalition)
    assert not check_shapley_value(game, [x[0] + TINY, x[1] - TINY, *x[2:]])
    assert not check_shapley_value(game, [-x[0], *x[1:]])
