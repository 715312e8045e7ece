"""Values: two formulas agree, checks refute near misses, and structure is used where there is any."""

import json
from fractions import Fraction
from itertools import permutations
from math import factorial

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity.certificate import Basis, Verdict
from comity.checks.confirm import confirm
from comity.checks.values import (
    check_banzhaf_value,
    check_normalized_banzhaf_value,
    check_shapley_value,
    check_weighted_shapley_value,
)
from comity.coalitions import subsets
from comity.errors import ComityError, InvalidEvidence, TooManyPlayers
from comity.games.coalitional.airport import AirportGame
from comity.games.coalitional.function import FunctionGame
from comity.games.coalitional.table import TableGame
from comity.games.coalitional.voting import VotingGame
from comity.solvers.values.banzhaf import banzhaf_value
from comity.solvers.values.dividends import harsanyi_dividends
from comity.solvers.values.equal_division import equal_division
from comity.solvers.values.shapley import shapley_of_table, shapley_value
from comity.solvers.values.sums import level_weighted_totals
from comity.solvers.values.weighted import weighted_shapley_value
from comity.testing import axioms, strategies


def arrivals(game):
    """The Shapley value by its story: everybody arrives, in every order."""
    x = [Fraction(0)] * game.n
    for order in permutations(range(game.n)):
        present = 0
        for i in order:
            x[i] += game.exact(present | 1 << i) - game.exact(present)
            present |= 1 << i
    return [total / factorial(game.n) for total in x]


@given(strategies.gain_or_cost_games(max_players=4))
def test_the_shapley_value_is_the_average_over_all_orders_of_arrival(game):
    assert list(shapley_value(game).exact) == arrivals(game)


@given(strategies.gain_or_cost_games(max_players=4))
def test_the_banzhaf_value_is_the_average_over_all_coalitions(game):
    x = banzhaf_value(game).exact
    for i in range(game.n):
        others = list(subsets(game.grand_coalition ^ 1 << i))
        assert x[i] * len(others) == sum(game.exact(S | 1 << i) - game.exact(S) for S in others)


@given(strategies.gain_or_cost_games(max_players=4))
def test_equal_weights_give_the_shapley_value(game):
    assert weighted_shapley_value(game, [Fraction(2, 7)] * game.n).exact == shapley_value(game).exact


@given(game=strategies.gain_or_cost_games(max_players=4), data=st.data())
def test_the_weighted_shapley_value_is_efficient_null_and_linear_for_any_weights(game, data):
    weights = data.draw(st.lists(st.fractions(Fraction(1, 9), 9, max_denominator=9), min_size=game.n, max_size=game.n))

    def rule(game):
        return weighted_shapley_value(game, weights)

    axioms.assert_efficient(rule, game)
    axioms.assert_dummy_player(rule, game)
    axioms.assert_additive(rule, game)
    axioms.assert_in_core_if_convex(rule, game)
    assert confirm(game, json.dumps(rule(game).to_json()))


@given(strategies.gain_or_cost_games(max_players=4))
def test_the_normalized_banzhaf_value_is_efficient_where_it_exists(game):
    try:
        result = banzhaf_value(game, normalized=True)
    except ComityError:
        assert sum(banzhaf_value(game).exact) == 0
        return
    if any(banzhaf_value(game).exact):
        axioms.assert_efficient(lambda game: result, game)
    assert result.concept == "normalized_banzhaf_value"
    assert confirm(game, result)


@given(n=st.integers(1, 7), bits=st.sampled_from([3, 40, 61, 62, 63, 64, 200]), seed=st.integers(0, 999))
def test_sums_are_exact_for_integers_of_any_length(n, bits, seed):
    rng = np.random.default_rng(seed)
    table = [int.from_bytes(rng.bytes(32), "little") % 2**bits - 2 ** (bits - 1) for _ in range(1 << n)]
    containing, everywhere = rng.integers(-50, 50, (2, n + 1)).tolist()
    totals, total = level_weighted_totals(table, containing, everywhere)
    assert total == sum(everywhere[S.bit_count()] * worth for S, worth in enumerate(table))
    assert totals == [sum(containing[S.bit_count()] * worth for S, worth in enumerate(table) if S >> i & 1) for i in range(n)]


@given(n=st.integers(1, 7), seed=st.integers(0, 999))
def test_dividends_of_the_dual_give_the_value_that_the_table_gives(n, seed):
    game = AirportGame.random(n, np.random.default_rng(seed))
    assert list(shapley_value(game).exact) == shapley_of_table(game)
    table = TableGame(game.players, game.exact_table(), "cost")
    assert banzhaf_value(game).exact == banzhaf_value(table).exact


# --- many players --------------------------------------------------------------------------------


def test_three_hundred_players_share_a_runway_without_a_table():  # Littlechild & Owen 1973
    costs = sorted((17 * i) % 301 + 1 for i in range(300))
    game = AirportGame(costs)
    result = shapley_value(game)
    x, paid = [], Fraction(0)
    for k, (cost, before) in enumerate(zip(costs, [0, *costs], strict=False)):
        paid += Fraction(cost - before, 300 - k)
        x.append(paid)
    assert list(result.exact) == x
    assert result.certificate.verdict is Verdict.HOLDS
    assert confirm(game, json.dumps(result.to_json()))
    assert not check_shapley_value(game, [x[0] + Fraction(1, 10**12), *x[1:]])
    assert bool(banzhaf_value(game).certificate)


def test_fifteen_players_are_exact_and_agree_with_floats():
    game = TableGame.random(15, np.random.default_rng(0))
    result = shapley_value(game)
    weight = np.array([0.0] + [1 / (15 * len_choose(14, s)) for s in range(15)])
    size = np.array([S.bit_count() for S in range(1 << 15)])
    v = game.table()
    float_value = [
        float(((v[members] - v[members ^ 1 << i]) * weight[size[members]]).sum())
        for i in range(15)
        for members in [np.flatnonzero(np.arange(1 << 15) >> i & 1)]
    ]
    np.testing.assert_allclose(result.amounts, float_value, atol=1e-9)


def len_choose(n, k):
    return factorial(n) // factorial(k) // factorial(n - k)


def test_many_players_without_structure_are_refused_with_the_way_out():
    with pytest.raises(TooManyPlayers, match="structured game"):
        shapley_value(FunctionGame([f"m{i}" for i in range(40)], len))


def test_what_cannot_be_recomputed_is_undecided():
    certificate = check_shapley_value(VotingGame([1] * 40, 21), ["1/40"] * 40)
    assert (certificate.verdict, certificate.basis) == (Verdict.UNDECIDED, Basis.ASSUMED)


def test_a_model_whose_dividends_contradict_its_worths_proves_nothing():
    class Wrong(AirportGame):
        def dual_dividends(self):
            return {self.grand_coalition: Fraction(3)}

    with pytest.raises(InvalidEvidence, match="do not add up"):
        check_shapley_value(Wrong(range(1, 31)), [Fraction(1, 10)] * 30)


# --- evidence ------------------------------------------------------------------------------------

GAME = TableGame(["A", "B", "C"], [0, 0, 0, 60, 0, 80, 20, 120])
NEAR_MISSES = {
    "a little more": lambda x: [x[0] + Fraction(1, 10**12), *x[1:]],
    "shifted between two": lambda x: [x[0] + Fraction(1, 10**12), x[1] - Fraction(1, 10**12), *x[2:]],
    "the sign": lambda x: [-amount for amount in x],
    "another order": lambda x: [x[1], x[0], x[2]],
    "nothing": lambda x: [0, 0, 0],
}


@pytest.mark.parametrize("miss", NEAR_MISSES.values(), ids=NEAR_MISSES.keys())
@pytest.mark.parametrize(
    ("rule", "check"),
    [
        (shapley_value, check_shapley_value),
        (banzhaf_value, check_banzhaf_value),
        (lambda game: banzhaf_value(game, normalized=True), check_normalized_banzhaf_value),
    ],
    ids=["shapley", "banzhaf", "normalized banzhaf"],
)
def test_near_misses_are_refuted_with_the_player_and_the_right_amount(rule, check, miss):
    x = list(rule(GAME).exact)
    assert check(GAME, x)
    certificate = check(GAME, miss(x))
    assert certificate.verdict is Verdict.FAILS
    assert certificate.margin < 0
    assert Fraction(certificate.witness["amount"]) == x[GAME.players.index(certificate.witness["player"])]


def test_an_amount_too_few_is_no_allocation():
    with pytest.raises(InvalidEvidence, match="2 amounts for 3 players"):
        check_shapley_value(GAME, [1, 2])


def test_weights_are_part_of_what_is_claimed():
    result = weighted_shapley_value(GAME, {"A": 1, "B": 2, "C": 3})
    assert "A: 1, B: 2, C: 3" in result.certificate.claim
    for weights in (
        {"A": "1", "B": "2", "C": "4"},
        {"A": "1", "B": "2"},
        {"A": "1", "B": "2", "C": "-3"},
        {"A": "1", "B": "2", "C": "x"},
    ):
        form = result.to_json()
        form["certificate"]["witness"]["weights"] = weights
        assert confirm(GAME, form).verdict is Verdict.FAILS
    with pytest.raises(ComityError, match="the weight of B is 0"):
        weighted_shapley_value(GAME, {"A": 1, "B": 0, "C": 3})
    with pytest.raises(InvalidEvidence, match="weights"):
        check_weighted_shapley_value(GAME, [1, 2, 3])


# --- confirming ------------------------------------------------------------------------------------


def test_what_a_solver_finds_is_confirmed_from_data_text_and_the_result_itself():
    result = shapley_value(GAME)
    for form in (result, result.to_json(), json.dumps(result.to_json())):
        assert confirm(GAME, form) == result.certificate


def tampered(path, value):
    form = json.loads(json.dumps(shapley_value(GAME).to_json()))
    place = form
    for key in path[:-1]:
        place = place[key]
    if value is ...:
        del place[path[-1]]
    else:
        place[path[-1]] = value
    return form


def nested(depth):
    data = {}
    for _ in range(depth):
        data = {"inside": data}
    return data


TAMPERED = {
    "an amount": tampered(["amounts_exact", 0], "171/3"),
    "a double": tampered(["amounts", 0], 57.0),
    "both": {**tampered(["amounts_exact", 0], "57"), "amounts": [57.0, *shapley_value(GAME).amounts.tolist()[1:]]},
    "the players": tampered(["players"], ["B", "A", "C"]),
    "a player too few": tampered(["players"], ["A", "B"]),
    "the concept": tampered(["concept"], "banzhaf_value"),
    "the claim": tampered(["certificate", "claim"], "the amounts are fair"),
    "the verdict": tampered(["certificate", "verdict"], "FAILS"),
    "the margin": tampered(["certificate", "margin_exact"], "1"),
    "the margin's double": tampered(["certificate", "margin"], False),
    "a part too many": tampered(["certificate", "note"], "checked twice"),
    "the basis": tampered(["certificate", "basis"], "ENCLOSED"),
    "the unit": tampered(["certificate", "unit"], "euros"),
    "the witness": tampered(["certificate", "witness"], {"proof": "trust me"}),
    "a witness that is no mapping": tampered(["certificate", "witness"], ["trust me"]),
    "a witness of worths": tampered(["certificate", "witness"], {"worths": 3}),
    "a witness without bottom": tampered(["certificate", "witness"], nested(2000)),
    "the check": tampered(["certificate", "check"], "check_efficient"),
    "no certificate": tampered(["certificate"], ...),
    "an endless fraction": tampered(["amounts_exact", 0], "9" * 3000 + "/7"),
    "no JSON": "{",
    "a list": [],
    "bottomless": "[" * 100_000,
    "a key twice": json.dumps(shapley_value(GAME).to_json()).replace('"concept"', '"concept": "fair", "concept"', 1),
}


@pytest.mark.parametrize("form", TAMPERED.values(), ids=TAMPERED.keys())
def test_a_result_that_was_tampered_with_is_refuted_with_the_reason(form):
    certificate = confirm(GAME, form)
    assert certificate.verdict is Verdict.FAILS
    assert certificate.witness["because"]
    assert certificate.witness["details"]


def test_a_result_is_not_confirmed_for_another_game():
    other = TableGame(GAME.players, [0, 0, 0, 60, 0, 80, 20, 121])
    assert confirm(other, shapley_value(GAME)).verdict is Verdict.FAILS


def test_a_concept_is_never_confirmed_by_a_weaker_check():
    from comity.checks.core import check_efficient

    equal = equal_division(GAME)
    form = {**equal.to_json(), "concept": "shapley_value", "certificate": check_efficient(GAME, equal.exact).to_json()}
    assert confirm(GAME, form).verdict is Verdict.FAILS


def test_a_result_with_no_check_is_undecided():
    form = {**shapley_value(GAME).to_json(), "concept": "my_rule"}
    form["certificate"]["check"] = ""
    certificate = confirm(GAME, form)
    assert (certificate.verdict, certificate.basis) == (Verdict.UNDECIDED, Basis.ASSUMED)


def test_a_claim_that_fails_is_not_confirmed_though_its_certificate_is_right():
    wrong = [1, 2, 3]
    form = {**shapley_value(GAME).to_json(), "amounts": [1.0, 2.0, 3.0], "amounts_exact": ["1", "2", "3"]}
    form["certificate"] = check_shapley_value(GAME, wrong).to_json()
    assert form["certificate"]["verdict"] == "FAILS"
    assert confirm(GAME, form).verdict is Verdict.FAILS


# --- dividends -------------------------------------------------------------------------------------


@given(strategies.games(max_players=4))
def test_dividends_by_name_are_those_of_the_game_smallest_coalitions_first(game):
    found = harsanyi_dividends(game)
    assert sorted(found.values()) == sorted(game.dividends().values())
    assert [len(names) for names in found] == sorted(len(names) for names in found)
    assert sum(found.values()) == game.exact(game.grand_coalition)
