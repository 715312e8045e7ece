"""Repairs: the smallest change of one lever, what it depends on, and that it does what it says."""

from fractions import Fraction
from functools import cache
from pathlib import Path

import pytest
from hypothesis import Phase, assume, given, settings
from hypothesis import strategies as st

import comity
from comity import rational
from comity.agreements.levers import STEP, UNBOUNDED_STEPS, change_of, current, least_value, one_step_back, probes, pulled
from comity.agreements.membership import leave_findings
from comity.mechanisms import paths
from comity.mechanisms.findings import Lever
from comity.mechanisms.members import Member
from comity.testing import clauses

EXAMPLES = sorted((Path(__file__).parents[1] / "examples").glob("*.toml"))
decimals = st.integers(0, 10**8).map(lambda k: Fraction(k, 10**6))


@cache
def assessed(path):
    return comity.assess(path)


def paying(dues):
    return clauses.setting_of([Member(id="A", dues=Fraction(dues))], ())


def dues_of(setting):
    return paths.read(setting, "member.A.dues")


def lever(**options):
    return Lever("price", "", ("member.A.dues",), ("lie",), **options)


# --- the search --------------------------------------------------------------------------------


@given(decimals, st.fractions(0, 200, max_denominator=10**9))
def test_the_least_value_is_the_bar_rounded_up_to_six_decimals(start, bar):
    assume(start < bar)
    found = least_value(lever(low=start), paying(start), lambda setting: dues_of(setting) < bar)
    assert found == max(rational.round_up(bar, 6), start + STEP)


@given(decimals, st.fractions(0, 200, max_denominator=10**9))
def test_a_lever_that_falls_is_rounded_down(start, bar):
    assume(rational.round_down(bar, 6) < start)
    found = least_value(lever(rises=False), paying(start), lambda setting: dues_of(setting) > bar)
    assert found == rational.round_down(bar, 6)


@given(st.fractions(0, 1, max_denominator=10**7))
def test_a_present_value_between_decimals_is_left_for_the_next_one(start):
    found = least_value(lever(low=start, high=Fraction(1)), paying(start), lambda setting: dues_of(setting) <= start)
    wanted = rational.round_down(start, 6) + STEP
    assert found == (wanted if wanted <= 1 else None)


def test_a_lever_stays_within_its_range():
    bounded = lever(low=Fraction(1), high=Fraction(2))
    assert least_value(bounded, paying(1), lambda setting: dues_of(setting) < 2) == 2
    assert least_value(bounded, paying(1), lambda setting: dues_of(setting) <= 2) is None
    assert least_value(bounded, paying(2), lambda setting: True) is None
    falling = lever(low=Fraction(1), rises=False)
    assert least_value(falling, paying(3), lambda setting: dues_of(setting) > 1) == 1
    assert least_value(falling, paying(3), lambda setting: dues_of(setting) >= 1) is None


def test_a_lever_without_bound_is_tried_as_far_as_stated():
    last = UNBOUNDED_STEPS * STEP
    assert last > 10**12
    assert least_value(lever(), paying(0), lambda setting: dues_of(setting) < last) == last
    assert least_value(lever(), paying(0), lambda setting: dues_of(setting) <= last) is None


@given(st.integers(1, 10**6), st.integers(0, 10**5))
def test_a_window_as_wide_as_the_grid_is_found_and_is_a_turning_point(left, more):
    bounded = lever(high=Fraction(1))
    right = left + 10**6 // 32 + 1 + more

    def fails(setting):
        return not left <= dues_of(setting) / STEP <= right

    found = least_value(bounded, paying(0), fails)
    assert found is None if left > 10**6 else not fails(pulled(paying(0), {"member.A.dues": found}))
    assert found == left * STEP


def test_an_added_lever_adds_to_every_number_it_names():
    setting = clauses.setting_of([Member(id="A", dues=Fraction(1)), Member(id="B", dues=Fraction(2))], ())
    added = Lever("reward", "", ("member.A.dues", "member.B.dues"), ("lie",), added=True)
    assert current(added, setting) == 0
    assert change_of(added, setting, Fraction(1, 2)) == {"member.A.dues": Fraction(3, 2), "member.B.dues": Fraction(5, 2)}
    found = least_value(added, setting, lambda changed: sum(member.dues for member in changed.members) < 10)
    assert found == Fraction(7, 2)


@given(st.integers(0, 2**60))
def test_probes_end_at_the_end_of_the_range(steps):
    tried = probes(steps)
    assert tried == sorted(set(tried))
    assert (tried[-1:] == [steps]) is bool(steps)
    assert all(0 < k <= steps for k in tried)
    assert all(k in tried for k in (2**j for j in range(steps.bit_length())) if k <= steps)


# --- what repairs say --------------------------------------------------------------------------

REPAIRS = [(path, k) for path in EXAMPLES for k in range(len(assessed(path).repairs))]


@pytest.mark.parametrize(("path", "k"), REPAIRS, ids=[f"{path.stem}-{k}" for path, k in REPAIRS])
def test_a_repair_of_an_example_does_what_it_says(path, k):
    assessment = assessed(path)
    repair = assessment.repairs[k]
    assert repair.certificate
    assert (repair.condition is None) is repair.holds
    if repair.value is None:
        assert not repair.holds
        return
    if repair.lever.solve is None:
        _assert_least(assessment, repair)
    if repair.holds:
        _assert_holds_when_assessed_again(assessment, repair)


def _assert_least(assessment, repair):
    here = assessment.agreement.setting()
    here = here if repair.at == "all" else here.keeping(assessment.membership.resulting)
    back = one_step_back(repair.lever, repair.value)
    assert _failing(pulled(here, repair.change), repair, assessment) == []
    assert _failing(pulled(here, change_of(repair.lever, here, back)), repair, assessment)


def _failing(setting, repair, assessment):
    """Gains of the members and items the repair covers, from the clauses' findings."""
    covered = {(f.clause, f.question, f.member, f.item) for f in assessment.findings if f.id in repair.covers}
    asked = [finding for clause in setting.clauses for finding in clause.findings(setting)]
    asked += leave_findings(setting)
    return [f.id for f in asked if f.holds is False and (f.clause, f.question, f.member, f.item) in covered]


def _assert_holds_when_assessed_again(assessment, repair):
    """Applied to the file, with leavers found anew: what it covers holds for whoever remains, and the budget is not negative."""
    again = comity.assess(assessment.agreement.with_overrides(repair.change))
    at = "resulting" if again.membership.rounds else "all"
    covered = [f for f in assessment.findings if f.id in repair.covers]
    about = {(f.clause, f.question, f.member, f.item) for f in covered if f.member} | {
        (f.clause, f.question, f.coalition) for f in covered if f.coalition
    }
    for finding in again.findings:
        if finding.at == at:
            mine = {(finding.clause, finding.question, finding.member, finding.item)}
            mine |= {(finding.clause, finding.question, finding.coalition)}
            assert not (mine & about) or finding.holds, f"{repair.lever.key}: {finding.sentence}"
            assert finding.question != "budget" or finding.holds, finding.sentence


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_repairs_that_hold_come_first_then_those_that_cost_the_budget_least(path):
    by_target = {}
    for repair in assessed(path).repairs:
        by_target.setdefault(repair.finding, []).append(repair)
    for found in by_target.values():
        states = [0 if r.holds else 1 if r.value is not None else 2 for r in found]
        assert states == sorted(states)
        holding = [r for r in found if r.holds]
        assert [r.budget_fall for r in holding] == sorted(r.budget_fall for r in holding)


@settings(max_examples=10, phases=[Phase.generate])
@given(clauses.mixed_settings())
def test_a_repair_that_holds_does_so_in_agreements_of_many_clauses(setting):
    assessment = comity.assess(comity.Agreement.loads(clauses.written(setting)))
    for repair in assessment.repairs[:6]:
        if repair.holds:
            _assert_holds_when_assessed_again(assessment, repair)


@settings(max_examples=15, phases=[Phase.generate])
@given(clauses.mixed_settings(several=5))
def test_agreements_of_many_clauses_are_confirmed_without_a_solver(setting):
    assessment = comity.assess(comity.Agreement.loads(clauses.written(setting)))
    certificate = comity.verify(assessment.to_json())
    assert certificate, certificate.witness["differences"][:3]


@settings(max_examples=6, phases=[Phase.generate])
@given(clauses.mixed_settings(several=3))
def test_where_no_value_repairs_a_grid_finds_none_either(setting):
    assessment = comity.assess(comity.Agreement.loads(clauses.written(setting)))
    for repair in assessment.repairs:
        one = repair.lever
        if repair.value is not None or repair.values or one.solve is not None or one.high is None or not one.rises:
            continue
        here = assessment.agreement.setting()
        here = here if repair.at == "all" else here.keeping(assessment.membership.resulting)
        start = current(one, here)
        for k in range(1, 12):
            value = start + (one.high - start) * k / 11
            changed = pulled(here, change_of(one, here, value))
            assert _failing(changed, repair, assessment), f"{one.key} at {value} repairs {repair.finding}"
