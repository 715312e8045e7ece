"""Dominant resource fairness: published numbers, its four promises on random reports, near misses refuted."""

from __future__ import annotations

import json
from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from comity.checks.allocation import check_dominant_resource_fairness
from comity.errors import ComityError, InvalidEvidence
from comity.games.problems.resource_demands import ResourceDemands, resource_demands
from comity.solvers.allocation.dominant_resource import dominant_resource_fairness

F = Fraction
problems = st.builds(
    lambda n, seed: ResourceDemands.random(n, np.random.default_rng(seed)), st.integers(1, 6), st.integers(0, 2**32 - 1)
)


def jobs_from(bundle, demand) -> Fraction:
    """How many of the player's own jobs a bundle of resources allows."""
    return min(amount / need for amount, need in zip(bundle, demand, strict=True) if need)


# --- numbers ---------------------------------------------------------------------------------------


def test_the_example_of_the_paper():  # P5-01, Ghodsi et al. 2011, section 4.1
    found = dominant_resource_fairness({"cpu": 9, "memory": 18}, {"A": {"cpu": 1, "memory": 4}, "B": {"cpu": 3, "memory": 1}})
    assert found.exact == (3, 2)
    assert found.notes["dominant_shares"] == {"A": F(2, 3), "B": F(2, 3)}
    assert found.certificate.witness["bottlenecks"] == {"A": "cpu", "B": "cpu"}


def test_four_labs():  # P5-02
    found = dominant_resource_fairness([100, 80, 60], [[2, 1, 0], [1, 3, 1], [1, 1, 3], [0, 2, 0]])
    assert found.amounts == pytest.approx([17.3913, 9.27536, 6.95652, 13.9130], abs=1e-4)


def test_the_compute_commons():
    found = dominant_resource_fairness(
        {"compute": 60.0, "data": 40.0, "talent": 40.0},
        {
            "A": {"compute": 2.0, "data": 1.0, "talent": 0.0},
            "B": {"compute": 1.0, "data": 3.0, "talent": 1.0},
            "C": {"compute": 1.0, "data": 1.0, "talent": 3.0},
        },
    )
    assert found.exact == (F(72, 5), F(32, 5), F(32, 5))


def test_one_player_gets_all_that_fits():
    assert dominant_resource_fairness([10, 7], [[2, 1]]).exact == (5,)


def test_a_resource_nobody_needs_stops_nobody():
    found = dominant_resource_fairness([10, 0, 6], [[1, 0, 0], [0, 0, 2]])
    assert found.exact == (10, 3)


def test_weights_are_parts_of_the_pool():
    assert dominant_resource_fairness([12], [[1], [1]], weights=[2, 1]).exact == (8, 4)
    assert dominant_resource_fairness([12], {"A": [1], "B": [1]}, weights={"B": 1, "A": 2})["A"] == 8


def test_decimals_are_read_as_written():
    assert dominant_resource_fairness([0.3], [[0.1], [0.2]]).exact == (F(3, 2), F(3, 4))


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: resource_demands([1], {"A": [0]}), "a job of A needs nothing"),
        (lambda: resource_demands({"cpu": 0}, {"A": [1]}), "a job of A needs cpu, of which there is none"),
        (lambda: resource_demands([-1], [[1]]), "capacity of 1 is -1"),
        (lambda: resource_demands([1], [[-1]]), "1's need of 1 is -1"),
        (lambda: resource_demands([1], [[1, 2]]), "lists 2 needs"),
        (lambda: resource_demands({"cpu": 1}, {"A": {"gpu": 1}}), "A needs 'gpu'"),
        (lambda: resource_demands([1], {"A": [1]}, {"A": 0}), "the weight of A is 0"),
    ],
)
def test_demands_that_make_no_sense_are_refused(make, message):
    with pytest.raises(ComityError, match=message):
        make()


# --- promises on random problems ------------------------------------------------------------------------


@settings(max_examples=100)
@given(problem=problems)
def test_everyone_does_at_least_as_well_as_with_a_part_of_everything(problem):  # sharing incentive
    jobs, total = dominant_resource_fairness(problem).exact, sum(problem.weights)
    for i, x in enumerate(jobs):
        part = [c * problem.weights[i] / total for c in problem.capacity]
        assert x >= jobs_from(part, problem.demands[i])


@settings(max_examples=100)
@given(problem=problems)
def test_nobody_prefers_the_bundle_of_another_of_the_same_weight(problem):  # envy-freeness
    jobs = dominant_resource_fairness(problem).exact
    for i, x in enumerate(jobs):
        for j, other in enumerate(jobs):
            bundle = [other * d * problem.weights[i] / problem.weights[j] for d in problem.demands[j]]
            assert x >= jobs_from(bundle, problem.demands[i])


@settings(max_examples=100)
@given(problem=problems)
def test_nothing_that_someone_could_use_is_left(problem):  # Pareto optimality
    jobs = dominant_resource_fairness(problem).exact
    left = [c - u for c, u in zip(problem.capacity, problem.used(jobs), strict=True)]
    assert min(left) >= 0
    assert all(any(need and not rest for need, rest in zip(demand, left, strict=True)) for demand in problem.demands)


@settings(max_examples=200)
@given(problem=problems, data=st.data())
def test_nobody_does_more_by_misreporting_needs(problem, data):  # P5-03, strategy-proofness
    i = data.draw(st.integers(0, len(problem.players) - 1))
    lie = tuple(F(data.draw(st.integers(0, 6))) for _ in problem.resources)
    if not any(lie):
        return
    demands = tuple(lie if j == i else demand for j, demand in enumerate(problem.demands))
    bundle = [dominant_resource_fairness(replace(problem, demands=demands)).exact[i] * need for need in lie]
    assert jobs_from(bundle, problem.demands[i]) <= dominant_resource_fairness(problem).exact[i]


@settings(max_examples=25)
@given(problem=problems)
def test_the_smallest_share_is_as_large_as_a_linear_programme_makes_it(problem):  # leximin, its first level
    jobs = dominant_resource_fairness(problem).exact
    n = len(jobs)
    per_job = [problem.dominant_share(i) / problem.weights[i] for i in range(n)]
    uses = np.c_[np.array(problem.demands, dtype=float).T, np.zeros(len(problem.resources))]
    level = np.c_[-np.diag(np.array(per_job, dtype=float)), np.ones(n)]
    best = linprog(np.r_[np.zeros(n), -1], np.r_[uses, level], np.r_[np.array(problem.capacity, dtype=float), np.zeros(n)])
    assert float(min(x * share for x, share in zip(jobs, per_job, strict=True))) == pytest.approx(-best.fun, rel=1e-6)


def test_more_of_a_resource_may_harm_someone():  # resource monotonicity fails: Ghodsi et al. 2011
    before = dominant_resource_fairness([100, 100], [[1, 0], [1, 2], [0, 1]]).exact
    after = dominant_resource_fairness([100, 200], [[1, 0], [1, 2], [0, 1]]).exact
    assert any(b < a for a, b in zip(before, after, strict=True))


# --- near misses are refuted ------------------------------------------------------------------------


@settings(max_examples=60)
@given(problem=problems, data=st.data())
def test_jobs_moved_by_1e_12_are_refuted(problem, data):
    found = dominant_resource_fairness(problem)
    stored = json.loads(json.dumps(found.certificate.to_json()))["witness"]
    assert check_dominant_resource_fairness(problem, found.exact, stored) == found.certificate
    i = data.draw(st.integers(0, len(problem.players) - 1))
    for change in (F(1, 10**12), -F(1, 10**12)):
        moved = [x + change * (j == i) for j, x in enumerate(found.exact)]
        assert not check_dominant_resource_fairness(problem, moved)


def test_another_efficient_division_is_refuted():
    problem = resource_demands([9, 18], [[1, 4], [3, 1]])
    for jobs in ([F(3, 2), F(5, 2)], [F(4), F(5, 3)], [0, 3], [3]):
        try:
            certificate = check_dominant_resource_fairness(problem, jobs)
        except InvalidEvidence:
            certificate = None
        assert not certificate


def test_jobs_that_do_not_fit_are_refuted():
    # The first resource is just used up, a bottleneck; the second is overused.
    problem = resource_demands([10, 5], [[1, 1]])
    assert not check_dominant_resource_fairness(problem, [10])
    assert check_dominant_resource_fairness(problem, [5])
