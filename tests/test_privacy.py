"""Releases under a privacy budget (I7): what noise costs, how losses add up, and what a loss is about."""

import itertools
import json
import math
import sys
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity.errors import ComityError
from comity.mechanisms.information_sharing.privacy_budget import PrivacyBudget, Query
from comity.secrets.accounting import (
    PrivacyLedger,
    advanced_composition,
    answer_information,
    basic_composition,
    concentrated_composition,
    laplace_variance,
    rate_deviation,
    rate_from_answers,
    split_of_privacy_budget,
    truth_probability,
)
from comity.secrets.release import Neighbours, Statistic, release_statistics

REPLACE, REMOVE = Neighbours.REPLACE_ONE, Neighbours.ADD_OR_REMOVE

# --- the numbers of I7 -----------------------------------------------------------------------------


def test_the_variance_of_laplace_noise():  # I7-01
    assert laplace_variance(0.5, sensitivity=2) == 32


def test_the_split_goes_by_cube_roots():  # I7-02
    weights = {"a": 1, "b": 8, "c": 27}
    split = split_of_privacy_budget(weights, 1.2)
    assert list(split.values()) == [Fraction(1, 5), Fraction(2, 5), Fraction(3, 5)]
    assert sum(w * laplace_variance(split[name]) for name, w in weights.items()) == 300


def test_randomised_response():  # I7-03
    assert truth_probability(math.log(3)) == pytest.approx(0.75, abs=1e-15)
    assert rate_deviation(0.1, math.log(3), 1000) == pytest.approx(0.0289828, abs=5e-8)
    assert rate_from_answers(0.3, math.log(3)) == pytest.approx(0.1, abs=1e-15)


def test_a_hundred_small_losses_add_up_in_three_ways():  # I7-04
    losses = [0.1] * 100
    assert basic_composition(losses) == 10
    assert advanced_composition(losses, 1e-5) == pytest.approx(5.85023, abs=6e-6)
    assert concentrated_composition(losses, 1e-5) == pytest.approx(5.29853, abs=5e-6)


# --- second methods --------------------------------------------------------------------------------


@given(st.lists(st.integers(1, 10**6), min_size=1, max_size=6), st.integers(1, 10**4), st.integers(0, 2**32 - 1))
def test_no_other_split_has_a_smaller_weighted_variance(weights, total, seed):
    named = {str(k): w for k, w in enumerate(weights)}
    split = split_of_privacy_budget(named, total)
    assert sum(split.values()) == total

    def variance(parts):
        return sum(w * laplace_variance(part) for w, part in zip(weights, parts, strict=True))

    best = variance(split.values())
    drawn = np.random.default_rng(seed).integers(1, 1000, size=len(weights)).tolist()
    other = [Fraction(total * d, sum(drawn)) for d in drawn]
    assert variance(other) * (1 + Fraction(1, 10**20)) >= best


def test_the_clause_splits_as_the_release_does():
    clause = PrivacyBudget(
        id="b",
        epsilon_total=Fraction(2),
        queries=(
            Query(name="x", weight=Fraction(3), sensitivity=Fraction(2)),
            Query(name="y", weight=Fraction(5)),
        ),
    )
    assert clause.split() == list(split_of_privacy_budget({"x": 3, "y": 5}, 2, {"x": 2}).values())


def test_randomised_answers_simulated_have_the_stated_mean_and_deviation():
    rng = np.random.default_rng(3)
    n, rate, epsilon = 500, 0.2, 1.0
    q = truth_probability(epsilon)
    truth = rng.random((4000, n)) < rate
    yes = np.where(rng.random((4000, n)) < q, truth, ~truth).mean(axis=1)
    rates = np.array([rate_from_answers(y, epsilon) for y in yes])
    sd = rate_deviation(rate, epsilon, n)
    assert abs(rates.mean() - rate) < 5 * sd / 4000**0.5
    assert abs(rates.std() / sd - 1) < 0.06
    assert rate_from_answers(0.2, math.log(3)) < 0, "unbiased means that rates below 0 stay as they are"


@given(st.floats(0.01, 0.99), st.floats(0.001, 8))
def test_randomised_answers_are_as_private_as_they_say(rate, epsilon):
    q = truth_probability(epsilon)
    assert math.log(q / (1 - q)) == pytest.approx(epsilon, rel=1e-9)


@pytest.mark.parametrize("epsilon", [0.05, 0.1, 0.5])
def test_advanced_composition_holds_for_repeated_randomised_response(epsilon):
    """The exact loss of k answers about one record: binomial tails; no bound may lie below it."""
    k, delta = 40, 1e-4
    q = truth_probability(epsilon)

    def exact_delta(loss):
        excess = 0.0
        for yes in range(k + 1):
            p = math.comb(k, yes) * q**yes * (1 - q) ** (k - yes)
            other = math.comb(k, yes) * q ** (k - yes) * (1 - q) ** yes
            excess += max(0.0, p - math.exp(loss) * other)
        return excess

    for bound in (advanced_composition([epsilon] * k, delta), concentrated_composition([epsilon] * k, delta)):
        assert exact_delta(bound) <= delta
    assert exact_delta(float(basic_composition([epsilon] * k))) <= 1e-15
    assert exact_delta(0.5 * concentrated_composition([epsilon] * k, delta)) > delta, "and they are not idle"


@given(st.lists(st.floats(0.001, 0.05), min_size=200, max_size=300))
def test_many_small_losses_are_less_than_their_sum(losses):
    concentrated = concentrated_composition(losses, 1e-6)
    assert concentrated <= advanced_composition(losses, 1e-6)


def test_for_few_large_losses_the_sum_is_best():
    ledger = PrivacyLedger(10).spend(1, "a").spend(2, "b")
    bounds = ledger.bounds(1e-6)
    assert min(bounds, key=bounds.get) == "basic"
    assert bounds["basic"] == 3


# --- the pitfalls of I7 ------------------------------------------------------------------------------

MEAN = {"kind": "mean", "low": -2, "high": 6, "decimals": 0}


def value(statistic, records):
    """The statistic without noise."""
    return statistic.scaled(sum(statistic.grains({statistic.field: x}) for x in records))


@pytest.mark.parametrize(
    ("statistic", "domain"),
    [
        (Statistic(name="x", size=3, **MEAN), (-9, -2, 0, 1, 6, 40)),
        (Statistic(name="x", kind="sum", low=-2, high=6, decimals=0), (-9, -2, 0, 1, 6, 40)),
        (Statistic(name="x", kind="sum", low=1, high="2.5", decimals=1), (0, 1, "1.25", "2.44", 9)),
        (Statistic(name="x", kind="count"), (0, 1)),
    ],
    ids=lambda one: one.kind if isinstance(one, Statistic) else "",
)
def test_a_sensitivity_is_the_largest_change_one_record_makes_and_is_reached(statistic, domain):
    pools = list(itertools.product(domain, repeat=3))
    replaced = [
        abs(value(statistic, pool) - value(statistic, (*pool[:i], x, *pool[i + 1 :])))
        for pool in pools
        for i in range(3)
        for x in domain
    ]
    removed = [abs(value(statistic, pool) - value(statistic, pool[:i] + pool[i + 1 :])) for pool in pools for i in range(3)]
    assert max(replaced) == statistic.sensitivity(REPLACE)
    assert max(removed) == statistic.sensitivity(REMOVE)


def test_replacing_moves_a_mean_twice_as_far_as_adding_or_removing():
    mean = Statistic(name="x", size=3, **MEAN)
    assert mean.sensitivity(REPLACE) == 2 * mean.sensitivity(REMOVE) == Fraction(8, 3)


def test_noise_for_the_wrong_neighbours_is_half_as_private():
    """Noise made for adding or removing loses twice epsilon when a record is replaced."""
    mean = Statistic(name="x", size=3, **MEAN)
    scale = mean.sensitivity(REMOVE) / Fraction(1, 2)
    shift = value(mean, (6, 0, 0)) - value(mean, (-2, 0, 0))
    # At the far side of both, the two densities have the ratio exp(shift / scale).
    assert shift / scale == 1 == 2 * Fraction(1, 2)


def test_the_neighbours_have_no_default():
    with pytest.raises(TypeError, match="neighbours"):
        release_statistics([], [Statistic(name="n", kind="count")], 1)
    with pytest.raises(ComityError, match="'replace one record' or 'add or remove one record'"):
        release_statistics([], [Statistic(name="n", kind="count")], 1, "similar")


@given(st.floats(0.01, 0.99), st.floats(0.01, 6))
def test_epsilon_is_not_the_information_but_a_bound_on_it(rate, epsilon):
    information = answer_information(rate, epsilon)
    q = truth_probability(epsilon)
    joint = [(p * a, p, rate * b + (1 - rate) * (1 - b)) for p, a, b in ((rate, q, q), (rate, 1 - q, 1 - q))]
    joint += [(p * a, p, rate * b + (1 - rate) * (1 - b)) for p, a, b in ((1 - rate, 1 - q, q), (1 - rate, q, 1 - q))]
    assert information == pytest.approx(sum(pxy * math.log(pxy / (px * py)) for pxy, px, py in joint), abs=1e-12)
    assert information < epsilon
    assert information <= epsilon**2 / 2 + 1e-12, "far below it where epsilon is small"


def test_little_information_may_have_no_epsilon_at_all():
    """To publish the record itself once in a million tells next to nothing on average, and everything then."""
    chance = 1e-6
    outputs = {"nothing": (1 - chance, 1 - chance), "it was 1": (chance, 0.0), "it was 0": (0.0, chance)}
    information = sum(p / 2 * math.log(p / ((one + zero) / 2)) for one, zero in outputs.values() for p in (one, zero) if p > 0)
    assert information == pytest.approx(chance * math.log(2))
    for loss in (1, 10, 100):
        beyond = sum(max(0.0, one - math.exp(loss) * zero) for one, zero in outputs.values())
        assert beyond == chance, "no loss however large covers it"


# --- releases --------------------------------------------------------------------------------------

RECORDS = [{"severe": k % 4 == 0, "hours": k % 50} for k in range(200)]
STATISTICS = [
    Statistic(name="severe", kind="count", weight=8),
    Statistic(name="hours", kind="mean", low=0, high=48, size=200),
    Statistic(name="total", kind="sum", field="hours", low=0, high=48),
]


def test_a_release_says_what_it_costs_and_is_about():
    release = release_statistics(RECORDS, STATISTICS, 1.2, REPLACE)
    assert release.epsilon == Fraction(6, 5)
    assert release.certificate
    assert release.certificate.margin >= 0, "OpenDP proves no larger loss than was agreed"
    assert release.certificate.witness["neighbours"] == "replace one record"
    assert release.split, "the split is proved optimal for these sensitivities"
    assert release.ledger.left == 0
    assert list(release.to_frame().columns) == ["value", "noise_sd", "epsilon"]
    assert "neighbours: replace one record" in release.summary()
    assert json.loads(json.dumps(release.to_json()))["neighbours"] == "replace one record"
    assert release.values["severe"].denominator == 1
    with pytest.raises(KeyError, match="there are severe, hours, total"):
        release["minutes"]


def test_the_noise_has_the_stated_deviation_and_no_bias():
    counts = [Statistic(name=f"n{k}", kind="count", field="severe") for k in range(600)]
    release = release_statistics(RECORDS, counts, 600 * 0.5, REMOVE)
    drawn = np.array([release[one.name] for one in counts])
    sd = release.deviations["n0"]
    assert sd == pytest.approx(math.sqrt(8))
    # Laplace noise has kurtosis 6: the mean is within 7 and the deviation within 7 standard errors but once in 1e11.
    assert abs(drawn.mean() - 50) < 7 * sd / 600**0.5
    assert abs(drawn.std() / sd - 1) < 7 * (5 / (4 * 600)) ** 0.5


def test_the_same_question_twice_is_two_answers():
    count = [Statistic(name="severe", kind="count")]
    answers = {release_statistics(RECORDS, count, "0.001", REMOVE)["severe"] for _ in range(8)}
    assert len(answers) > 1


def test_a_mean_is_what_it_should_be_when_there_is_hardly_any_noise():
    release = release_statistics(RECORDS, STATISTICS, 10**7, REMOVE)
    hours = [min(record["hours"], 48) for record in RECORDS]
    assert release["hours"] == pytest.approx(sum(hours) / 200, abs=1e-3)
    assert release["total"] == pytest.approx(sum(hours), abs=1e-2)
    assert release["severe"] == 50


def test_a_budget_over_several_releases_is_kept():
    count = [Statistic(name="severe", kind="count")]
    ledger = PrivacyLedger(1)
    ledger = release_statistics(RECORDS, count, 0.6, REMOVE, ledger=ledger).ledger
    with pytest.raises(ComityError, match=r"would lose 0\.6, but of the budget 1 only 0\.4 is left"):
        release_statistics(RECORDS, count, 0.6, REMOVE, ledger=ledger)
    assert release_statistics(RECORDS, count, 0.4, REMOVE, ledger=ledger).ledger.left == 0


@pytest.mark.parametrize(
    ("numbers", "message"),
    [
        ({"kind": "median"}, "use one of count, sum, mean"),
        ({"kind": "sum", "low": 2, "high": 1}, "low must be below high"),
        ({"kind": "mean"}, "a public size"),
        ({"kind": "sum", "size": 3}, "a public size"),
        ({"kind": "sum", "low": "0.0001"}, "more than 3 decimals"),
        ({"kind": "sum", "decimals": 12}, "give 0 to 9"),
    ],
)
def test_a_statistic_that_makes_no_sense_is_refused(numbers, message):
    with pytest.raises(ComityError, match=message):
        Statistic(**{"name": "x", **numbers})


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"epsilon": 0}, "epsilon is 0; it must be above 0"),
        ({"statistics": []}, "no statistic"),
        ({"statistics": [STATISTICS[0]] * 2}, "the same name"),
        ({"statistics": [Statistic(name="minutes", kind="sum")]}, "a record has no 'minutes'; it has 'severe', 'hours'"),
        ({"statistics": [Statistic(name="hours", kind="mean", size=3)]}, "but there are 200 records"),
    ],
)
def test_a_release_that_makes_no_sense_is_refused(change, message):
    asked = {"records": RECORDS, "statistics": STATISTICS, "epsilon": 1, "neighbours": REPLACE, **change}
    with pytest.raises(ComityError, match=message):
        release_statistics(**asked)


@pytest.mark.parametrize("delta", [0, 1, -1])
def test_a_delta_that_is_no_probability_is_refused(delta):
    with pytest.raises(ComityError, match="a probability above 0 and below 1"):
        concentrated_composition([1], delta)


def test_a_missing_extra_says_how_to_install_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "opendp", None)
    monkeypatch.setitem(sys.modules, "opendp.prelude", None)
    with pytest.raises(ComityError, match=r'python -m pip install "comity\[dp\]"'):
        release_statistics(RECORDS, STATISTICS, 1, REPLACE)
    assert basic_composition([1, 2]) == 3, "accounting needs no extra"
