"""Solidarity, separable, consensus and proportional values: told as stories, examples, near misses, refusals with proof."""

import json
from dataclasses import replace
from fractions import Fraction
from itertools import permutations
from math import factorial

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from comity.certificate import Verdict
from comity.checks.confirm import check_for, confirm
from comity.checks.equal_values import check_equal_surplus_division, check_solidarity_value
from comity.checks.proportional_values import (
    check_no_common_sign,
    check_no_common_sign_alone,
    check_proportional_division,
    check_proportional_value,
)
from comity.errors import InvalidEvidence, OutsideDomain
from comity.games.coalitional.table import TableGame
from comity.games.coalitional.voting import VotingGame
from comity.solvers.values.consensus import consensus_value
from comity.solvers.values.equal_surplus import equal_surplus_division
from comity.solvers.values.nonseparable import egalitarian_nonseparable_contribution
from comity.solvers.values.proportional import proportional_division
from comity.solvers.values.proportional_value import proportional_value
from comity.solvers.values.shapley import shapley_value
from comity.solvers.values.solidarity import solidarity_value
from comity.testing import strategies
from comity.testing.holding import assert_keeps_its_claims, assert_proved_and_near_misses_refuted

games = strategies.gain_or_cost_games(max_players=4)


def over_all_orders(game, story):
    """The average of ``story(order)``, amounts by player, over all orders of arrival."""
    told = [story(order) for order in permutations(range(game.n))]
    return [sum(amounts[i] for amounts in told) / Fraction(factorial(game.n)) for i in range(game.n)]


def dual(game):
    table = game.exact_table()
    return TableGame(game.players, [table[-1] - worth for worth in reversed(table)], game.orientation)


# --- solidarity ----------------------------------------------------------------------------------------


@settings(max_examples=50)
@given(games)
def test_whoever_joins_gets_the_mean_contribution_of_all_who_are_there(game):  # Nowak & Radzik 1994
    def story(order):
        amounts, present = {}, 0
        for i in order:
            present |= 1 << i
            inside = [k for k in range(game.n) if present >> k & 1]
            amounts[i] = sum(game.exact(present) - game.exact(present ^ 1 << k) for k in inside) / len(inside)
        return amounts

    result = solidarity_value(game)
    assert list(result.exact) == over_all_orders(game, story)
    assert_proved_and_near_misses_refuted(game, result)


def test_two_brothers_support_the_third():  # Nowak & Radzik 1994, the three brothers; from memory, and by the story above
    game = TableGame(None, [0, 0, 0, 1, 0, 0, 0, 1])
    assert solidarity_value(game).exact == (Fraction(7, 18), Fraction(7, 18), Fraction(4, 18))
    assert shapley_value(game).exact == (Fraction(1, 2), Fraction(1, 2), 0)
    assert not check_solidarity_value(game, shapley_value(game).exact)


def test_many_players_are_left_undecided():
    assert check_solidarity_value(VotingGame([1] * 23, 12), [0] * 23).verdict is Verdict.UNDECIDED


# --- separable contributions, consensus -------------------------------------------------------------------


@pytest.mark.parametrize(("worths", "x"), [([0, -1, 2, 3], [-3, 6]), ([0, 0, 0, 0], [0, 0]), ([0, -1, 1, 0], [0, 0])])
def test_proportions_to_worths_of_both_signs_are_not_confirmed(worths, x):
    game = TableGame(["A", "B"], worths)
    with pytest.raises(OutsideDomain):
        proportional_division(game)
    assert check_proportional_division(game, x).verdict is Verdict.FAILS


def test_another_efficient_division_is_not_confirmed_as_the_equal_surplus_division():
    game = TableGame(["A", "B", "C"], [0, 1, 2, 5, 3, 6, 7, 12])
    result = equal_surplus_division(game)
    assert confirm(game, result).verdict is Verdict.HOLDS
    moved = (result.exact[0] + Fraction(1, 10**12), result.exact[1] - Fraction(1, 10**12), result.exact[2])
    assert confirm(game, replace(result, exact=moved)).verdict is Verdict.FAILS
    assert check_equal_surplus_division(game, moved).margin == Fraction(-1, 10**12)


@settings(max_examples=50)
@given(games)
def test_separable_contributions_are_equal_surplus_in_the_dual(game):
    result = egalitarian_nonseparable_contribution(game)
    assert result.exact == equal_surplus_division(dual(game)).exact
    assert_proved_and_near_misses_refuted(game, result)


@settings(max_examples=50)
@given(games)
def test_every_arrival_divides_the_surplus_with_those_who_are_there(game):  # Ju, Borm & Ruys 2007
    def story(order):
        amounts = {}
        left = game.exact(game.grand_coalition)
        for k in range(game.n - 1, 0, -1):
            before, alone = game.exact(sum(1 << i for i in order[:k])), game.exact(1 << order[k])
            surplus = left - before - alone
            amounts[order[k]] = alone + surplus / 2
            left = before + surplus / 2
        return {**amounts, order[0]: left}

    result = consensus_value(game)
    assert list(result.exact) == over_all_orders(game, story)
    assert_proved_and_near_misses_refuted(game, result)


# --- proportions -----------------------------------------------------------------------------------------


@st.composite
def positive_games(draw, max_players=4):
    n = draw(st.integers(1, max_players))
    unit = draw(st.sampled_from([Fraction(1), Fraction(-1), Fraction(1, 10**12), Fraction(10**30)]))
    worths = draw(st.lists(st.fractions(Fraction(1, 9), 9, max_denominator=9), min_size=2**n - 1, max_size=2**n - 1))
    orientation = draw(st.sampled_from(["gain", "cost"]))
    return TableGame(strategies.NAMES[:n], [0, *(worth * unit for worth in worths)], orientation)


@pytest.mark.parametrize("concept", [proportional_division, proportional_value])
@settings(max_examples=30)
@given(game=positive_games())
def test_proportional_values_keep_their_claims_where_they_are_defined(concept, game):
    assert_keeps_its_claims(concept, concept, game)
    assert_proved_and_near_misses_refuted(game, concept(game))


@settings(max_examples=30)
@given(game=positive_games())
def test_two_players_gain_from_each_other_in_the_same_proportion(game):  # Ortmann 2000
    def in_coalition(S):
        inside = [i for i in range(game.n) if S >> i & 1]
        masks = [sum(1 << inside[k] for k in range(len(inside)) if T >> k & 1) for T in range(1 << len(inside))]
        x = proportional_value(TableGame(None, [game.exact(T) for T in masks])).exact
        return dict(zip(inside, x, strict=True))

    everybody = game.grand_coalition
    x = in_coalition(everybody)
    for i in range(game.n):
        for j in range(i):
            assert x[i] * in_coalition(everybody ^ 1 << i)[j] == x[j] * in_coalition(everybody ^ 1 << j)[i]


def test_two_players_divide_in_proportion_to_what_they_have_alone():
    game = TableGame(None, [0, 1, 3, 10])
    assert proportional_value(game).exact == proportional_division(game).exact == (Fraction(5, 2), Fraction(15, 2))


@pytest.mark.parametrize(
    ("concept", "table"),
    [
        (proportional_division, [0, 1, -1, 5]),
        (proportional_division, [0, 0, 0, 5]),
        (proportional_value, [0, 1, 2, -3]),
        (proportional_value, [0, 0, 0, 5]),
        (proportional_value, [0, 1, 2, 0]),
        (proportional_value, [0, 0]),
    ],
)
def test_where_there_is_no_proportion_the_refusal_carries_its_proof(concept, table):
    game = TableGame(None, table)
    with pytest.raises(OutsideDomain, match="needs") as caught:
        concept(game)
    certificate = caught.value.certificate
    assert certificate.verdict is Verdict.HOLDS
    assert check_for("", certificate.check)(game, None, json.loads(json.dumps(certificate.to_json()))["witness"]) == certificate


def test_no_proof_of_a_missing_proportion_passes_where_there_is_one():
    game = TableGame(None, [0, 1, 2, 5])
    assert not check_no_common_sign_alone(game, None)
    assert not check_no_common_sign(game, None, {"coalitions": [["1"], ["2"]]})
    assert not check_no_common_sign(game, None, {"coalitions": [[], []]})
    assert not check_no_common_sign(game, None, {"coalitions": [["1"]]})
    assert not check_proportional_division(TableGame(None, [0, 0, 0, 4]), [2, 2])
    with pytest.raises(InvalidEvidence, match="no common sign"):
        check_proportional_value(TableGame(None, [0, 1, 0, 4]), [2, 2])


def test_null_players_get_nothing_in_proportion():
    game = TableGame(None, [0, 4, 0, 4])
    assert proportional_division(game).exact == (4, 0)
