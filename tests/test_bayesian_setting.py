"""Bayesian settings and direct rules: numbers are read as written, and what makes no sense is named."""

import json
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity.errors import ComityError, InvalidGame
from comity.games.bayesian.rule import DirectRule
from comity.games.bayesian.setting import BayesianSetting, Examination
from comity.games.bayesian.standard import (
    bilateral_trade,
    disclosed_as_reported,
    examined_disclosure,
    public_project,
    single_item_auction,
)

TRADE = bilateral_trade(buyer=[2, 5], seller=[1, 4])


def random_setting(seed):
    rng = np.random.default_rng(seed)
    return BayesianSetting.random(int(rng.integers(1, 4)), rng), rng


@given(seed=st.integers(0, 2**32 - 1))
def test_a_setting_and_a_rule_come_back_from_json_as_they_were(seed):
    setting, rng = random_setting(seed)
    again = BayesianSetting.from_json(json.loads(json.dumps(setting.to_json())))
    assert again.to_json() == setting.to_json()
    rule = DirectRule(
        setting,
        rng.integers(0, len(setting.outcomes), setting.shape),
        rng.integers(-5, 6, (*setting.shape, len(setting.agents))) / 10,
    )
    read = DirectRule.from_json(json.loads(json.dumps(rule.to_json())))
    assert read.to_json() == rule.to_json()
    for profile in setting.each_profile():
        for i in range(len(setting.agents)):
            assert read.utility(i, profile) == rule.utility(i, profile)


@given(seed=st.integers(0, 2**32 - 1))
def test_independent_types_make_the_joint_prior_by_multiplying(seed):
    setting, _ = random_setting(seed)
    joint = setting.joint_prior()
    assert sum(joint[profile] for profile in setting.each_profile()) == 1
    assert all(joint[profile] == setting.probability(profile) for profile in setting.each_profile())
    again = BayesianSetting(dict(setting.types), setting.outcomes, setting.values, prior=joint)
    for i in range(len(setting.agents)):
        assert again.marginal(i) == setting.marginal(i)


def test_utility_counts_value_payment_and_the_expected_penalty():
    setting = examined_disclosure({"nothing": 0, "incident": 10}, ["0.8", "0.2"], Examination(2, 20, "0.9", "0.1"), 50)
    rule = DirectRule(setting, disclosed_as_reported(setting), payments=[[1], [-3]], examinations=[["1/2"], [0]])
    # Honest with nothing: pays 1, and half the time is examined, wrongly found guilty one time in ten: 1/2 * 1/10 * 20.
    assert rule.utility(0, (0,)) == -1 - 1
    assert rule.utility(0, (1,)) == -10 + 3
    # Hiding the incident: 1/2 * 9/10 * 20.
    assert rule.utility(0, (1,), report=0) == -1 - 9
    assert rule.cost((0,)) == 1
    assert rule.cost((1,)) == 0


def test_a_lottery_is_worth_its_average():
    rule = DirectRule(TRADE, [[["1/3", "2/3"]] * 2] * 2)
    assert rule.utility(0, (1, 0)) == Fraction(2, 3) * 5
    assert rule.utility(1, (1, 1)) == -Fraction(2, 3) * 4
    assert rule.outcome([5, 4]) == {"keep": Fraction(1, 3), "trade": Fraction(2, 3)}


def test_the_others_types_can_matter():
    lemons = BayesianSetting(
        types={"seller": ["bad", "good"], "buyer": ["any"]},
        outcomes=["keep", "sell"],
        values={"seller": [[0, -1], [0, -4]], "buyer": [[[0, 2]], [[0, 6]]]},
    )
    assert not lemons.private_values
    assert [lemons.value(1, (t, 0), 1) for t in (0, 1)] == [2, 6]
    assert lemons.welfare((1, 0), 1) == 2


def test_a_member_can_only_claim_less_than_it_has():
    setting = examined_disclosure({"none": 0, "low": 4, "high": 10}, ["0.7", "0.2", "0.1"], Examination(1, 15), 100)
    assert setting.reports[0].tolist() == [[True, False, False], [True, True, False], [True, True, True]]


def test_the_project_and_the_auction():
    project = public_project({"A": [0, 3], "B": [0, 3]}, cost=4)
    assert [project.welfare(p, 1) for p in project.each_profile()] == [-4, -1, -1, 2]
    auction = single_item_auction({"A": [1, 3], "B": [2, 4]}, reserve="1/2")
    assert auction.welfare((1, 1), 2) == Fraction(7, 2)
    assert auction.types == {"A": ("1", "3"), "B": ("2", "4")}


def test_frames_show_every_profile():
    frame = DirectRule(TRADE, [[1, 0], [1, 1]]).to_frame()
    assert frame.loc[("5", "4"), "trade"] == 1.0
    assert list(frame.columns) == ["keep", "trade", "buyer pays", "seller pays"]
    assert "buyer 2, seller 4: keep; payments 0, 0" in str(DirectRule(TRADE, [[1, 0], [1, 1]]))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"types": {}}, "there is no agent"),
        ({"types": {"a": [], "b": [1, 2]}}, "there is no type of a"),
        ({"types": {"a": [1, 1], "b": [1, 2]}}, "two are called type of a '1'"),
        ({"types": {"a": "xy", "b": [1, 2]}}, "'xy' is one text"),
        ({"outcomes": ["x", " "]}, "outcome 2 has an empty name"),
        ({"values": {"a": [[0, 1], [0, 2]]}}, "nothing is given for 'b'"),
        ({"values": {"a": [[0, 1], [0, 2]], "c": [[0, 1], [0, 2]]}}, "no agent 'c'"),
        ({"values": {"a": [[0, 1]], "b": [[0, 1], [0, 2]]}}, r"values of a: the table has shape \(1, 2\)"),
        ({"values": {"a": [[0, float("nan")], [0, 2]], "b": [[0, 1], [0, 2]]}}, "the value of an outcome to a is nan"),
        ({"prior": {"a": [0.5, 0.4], "b": [1, 0]}}, "a's types add up to 0.9"),
        ({"prior": {"a": [1.5, -0.5], "b": [1, 0]}}, "include -0.5"),
        ({"prior": [[0.5, 0.5], [0.5, 0.5]]}, "the profiles add up to 2"),
        ({"outside": {"a": [1, 2, 3]}}, "outside option of a: the array has shape"),
        ({"costs": [1]}, "cost of an outcome"),
        ({"reports": {"a": {"7": ["1"]}}}, "a has no type '7'"),
        ({"reports": {"a": [[1]]}}, "reports of a"),
    ],
)
def test_a_setting_that_makes_no_sense_is_refused(change, message):
    good = {
        "types": {"a": [1, 2], "b": [1, 2]},
        "outcomes": ["x", "y"],
        "values": {"a": [[0, 1], [0, 2]], "b": [[0, 1], [0, 2]]},
    }
    BayesianSetting(**good)
    with pytest.raises(ComityError, match=message):
        BayesianSetting(**good | change)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (([[2, 0], [1, 1]],), "outcome 2 is chosen"),
        (([[-1, 0], [1, 1]],), "outcome -1 is chosen"),
        (([[["1/2", "1/3"]] * 2] * 2,), "at profile \\(0, 0\\) are 0.5, 0.3333"),
        (([[[2, -1]] * 2] * 2,), "at least 0 and add up to 1"),
        (([0, 1],), "the lotteries have shape"),
        (([[0, 0], [0, 0]], [[1, 2]]), "a payment: the array has shape"),
        (([[0, 0], [0, 0]], None, [[["1/2", 0]] * 2] * 2), "the setting has no examination"),
        (([[0, 0], [0, 0]], None, [[[2, 0]] * 2] * 2), "below 0 or above 1"),
    ],
)
def test_a_rule_that_makes_no_sense_is_refused(arguments, message):
    with pytest.raises(ComityError, match=message):
        DirectRule(TRADE, *arguments)


def test_unknown_names_are_met_with_the_known_ones():
    rule = DirectRule(TRADE, [[0, 0], [0, 0]])
    with pytest.raises(InvalidGame, match="buyer has no type '3'; its types are 2, 5"):
        rule.outcome({"buyer": 3, "seller": 4})
    with pytest.raises(InvalidGame, match="no agent 'broker'"):
        TRADE.index("broker")
    with pytest.raises(InvalidGame, match="1 reports for 2 agents"):
        TRADE.profile([2])


@pytest.mark.parametrize(("field", "value"), [("cost", -1), ("penalty", -1), ("sensitivity", 2), ("false_positive", "1.1")])
def test_an_examination_makes_sense(field, value):
    with pytest.raises(InvalidGame, match=r"examination"):
        Examination(**{"cost": 1, "penalty": 1} | {field: value})


@pytest.mark.parametrize("data", [{}, {"schema": "setting/0.1"}, [], {"schema": "rule/0.1", "setting": {}}])
def test_what_is_no_setting_or_rule_is_refused(data):
    with pytest.raises(InvalidGame):
        BayesianSetting.from_json(data)
    with pytest.raises(InvalidGame):
        DirectRule.from_json(data)


def test_too_many_profiles_are_refused_before_they_are_made():
    with pytest.raises(InvalidGame, match="at most"):
        BayesianSetting({f"a{i}": range(10) for i in range(9)}, ["x"], {f"a{i}": [[0]] * 10 for i in range(9)})
