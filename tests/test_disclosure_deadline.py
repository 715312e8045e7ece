"""Deadlines before a flaw is made public: model I3, its clause, and the checks that confirm both by integration."""

from dataclasses import replace
from fractions import Fraction
from math import exp, sqrt

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import comity
from comity.certificate import Basis, Verdict
from comity.checks.disclosure_deadline import check_best_deadline, check_lateness
from comity.enclosure import Between, between
from comity.errors import ComityError
from comity.games.strategic.disclosure_deadline import DisclosureDeadline
from comity.mechanisms.information_sharing.deadline_disclosure import DeadlineDisclosure
from comity.mechanisms.members import Member
from comity.mechanisms.setting import Setting

TINY = Fraction(1, 10**12)
QUARTER = DisclosureDeadline(fix_cost=3600, harm=1, rediscovery="0.01", internalised="0.25")
MOST = replace(QUARTER, internalised=Fraction(4, 5))
WHOLE = replace(QUARTER, internalised=Fraction(1))


def flaws():
    return st.builds(lambda seed: DisclosureDeadline.random(1, np.random.default_rng(seed)), st.integers(0, 10**6))


def rounded(*numbers):
    return [round(float(number.middle), 2) for number in numbers]


# --- verified numbers --------------------------------------------------------------------------------


def test_a_developer_that_bears_a_quarter_of_the_harm():  # I3-01
    assert rounded(QUARTER.at_once, QUARTER.in_secrecy, QUARTER.best_deadline) == [120, 138.58, 120]
    assert rounded(QUARTER.total_at_best, QUARTER.total_at_once, QUARTER.total_in_secrecy) == [80.12, 150.0, 89.57]


def test_a_developer_that_bears_most_of_the_harm():  # I3-02
    assert rounded(MOST.at_once, MOST.best_deadline) == [67.08, 80.64]
    assert rounded(MOST.total_at_once - MOST.total_at_best) == [50.82]


# --- pitfalls ----------------------------------------------------------------------------------------


def test_the_cost_falls_up_to_the_fix_that_comes_at_once():  # do not search near 0 only
    costs = [MOST.total_at(Fraction(t)).middle for t in (1, 20, 40, 60, 67)]
    assert costs == sorted(costs, reverse=True)
    assert MOST.total_at(Fraction(1)).high > MOST.total_at_best.low + 49


def test_a_developer_that_bears_all_harm_needs_no_deadline():
    assert WHOLE.best_deadline == WHOLE.in_secrecy == WHOLE.best_fix
    assert WHOLE.total_at_best == WHOLE.total_in_secrecy


@settings(max_examples=25, deadline=None)
@given(flaw=flaws())
def test_the_best_deadline_is_never_at_once_and_the_fix_comes_exactly_then(flaw):
    best = flaw.best_deadline
    assert 0 < flaw.at_once.low <= best.high
    assert best.low <= flaw.in_secrecy.high
    assert not flaw.misses(best.high)
    assert abs(flaw.fix(best.middle).middle - best.middle) <= best.middle / 10**30


# --- second methods ----------------------------------------------------------------------------------


@settings(max_examples=15, deadline=None)
@given(flaw=flaws())
def test_no_deadline_on_a_grid_costs_less(flaw):
    k, L, h, lam = (float(getattr(flaw, name)) for name in ("fix_cost", "harm", "rediscovery", "internalised"))

    def exposure(tau, T):
        return tau - (1 - np.exp(-h * np.minimum(tau, T))) / h

    days = np.geomspace(float(flaw.at_once.middle) / 100, float(flaw.in_secrecy.middle) * 2, 4001)
    for T in (0.0, *np.linspace(0, float(flaw.in_secrecy.middle) * 1.2, 25)):
        reply = days[np.argmin(k / days + lam * L * exposure(days, T))]
        fix = float(flaw.fix(Fraction(T)).middle)
        assert fix == pytest.approx(reply, rel=5e-3)
        assert k / fix + L * exposure(fix, T) >= float(flaw.total_at_best.low) * (1 - 1e-12)


@pytest.mark.scheduled
def test_exposure_is_the_average_of_drawn_discoveries():
    found = np.random.default_rng(5).exponential(100, size=2_000_000)
    for fix, deadline in ((120, 200), (120, 60), (80, 80)):
        known = np.maximum(0, fix - np.minimum(found, deadline))
        error = known.std() / sqrt(found.size)
        assert abs(known.mean() - float(QUARTER.exposure(fix, deadline).middle)) < 5 * error


# At 1 the deadline is the day of the fix, as far as numbers of so many digits tell: nobody can say who is late.
@settings(max_examples=25, deadline=None)
@given(flaw=flaws(), part=st.fractions(Fraction(1, 50), 3, max_denominator=50).filter(lambda part: part != 1))
def test_answers_are_confirmed_by_integration(flaw, part):
    assert check_best_deadline(flaw, flaw.best_deadline)
    deadline = part * flaw.at_once.middle
    certificate = check_lateness(flaw, deadline, flaw.lateness_gain(deadline))
    assert certificate.verdict is (Verdict.FAILS if flaw.misses(deadline) else Verdict.HOLDS)


@settings(max_examples=25, deadline=None)
@given(flaw=flaws(), unit=st.fractions(Fraction(1, 100), 100, max_denominator=100))
def test_days_in_another_unit_change_days_only(flaw, unit):
    other = DisclosureDeadline(flaw.fix_cost * unit, flaw.harm / unit, flaw.rediscovery / unit, flaw.internalised)
    assert float(other.best_deadline.middle) == pytest.approx(float(flaw.best_deadline.middle * unit), rel=1e-14)
    assert float(other.total_at_best.middle) == pytest.approx(float(flaw.total_at_best.middle), rel=1e-14)


# --- near misses and edges ---------------------------------------------------------------------------


@pytest.mark.parametrize("flaw", [QUARTER, MOST, WHOLE])
@pytest.mark.parametrize("off", [1 + TINY, 1 - TINY, -1, 2])
def test_a_deadline_that_is_slightly_off_is_refuted(flaw, off):
    moved = flaw.best_deadline * Fraction(off)
    certificate = check_best_deadline(flaw, moved)
    assert certificate.verdict is Verdict.FAILS
    assert certificate.witness["reason"]


def test_an_answer_that_is_slightly_off_is_refuted():
    class Late(DisclosureDeadline):
        @property
        def in_secrecy(self):
            return QUARTER.in_secrecy * (1 + TINY)

    late = Late(3600, 1, "0.01", "0.25")
    assert check_best_deadline(late, QUARTER.best_deadline).witness["reason"] == "the developer's answer is another"


@pytest.mark.parametrize("change", [lambda g: g * (1 + TINY), lambda g: g * (1 - TINY), lambda g: -g, lambda g: between(0)])
def test_a_gain_that_is_slightly_off_is_refuted(change):
    deadline = Fraction(90)
    gain = QUARTER.lateness_gain(deadline)
    assert gain == between(Fraction(5, 2))  # 3600/90 + 90/4 - 2 sqrt(3600/4)
    assert check_lateness(QUARTER, deadline, gain).margin == Fraction(-5, 2)
    certificate = check_lateness(QUARTER, deadline, change(gain))
    assert certificate.witness["reason"] == "being late gains more or less than stated"


def test_a_deadline_is_kept_exactly_from_the_fix_that_comes_at_once_on():
    assert QUARTER.lateness_gain(Fraction(120)) == between(0)
    certificate = check_lateness(QUARTER, Fraction(120), between(0))
    assert certificate
    assert certificate.basis is Basis.EXACT
    assert QUARTER.lateness_gain(120 - TINY).low > 0
    assert not check_lateness(QUARTER, Fraction(120), between(TINY))


def test_what_is_rediscovered_at_once_or_hardly_ever():
    at_once = replace(QUARTER, rediscovery=Fraction(10**6))
    assert float(at_once.in_secrecy.middle) == pytest.approx(120)
    hardly = replace(QUARTER, rediscovery=Fraction(1, 10**9))
    # k / tau^2 = w h tau, nearly
    assert float(hardly.in_secrecy.middle) == pytest.approx((3600 / 0.25 * 1e9) ** (1 / 3), rel=1e-2)
    assert check_best_deadline(at_once, at_once.best_deadline)
    assert check_best_deadline(hardly, hardly.best_deadline)


@pytest.mark.parametrize("name", ["fix_cost", "harm", "rediscovery", "internalised"])
def test_numbers_at_or_below_0_are_refused(name):
    with pytest.raises(ComityError, match=f"{name} is 0"):
        replace(QUARTER, **{name: 0})
    with pytest.raises(ComityError, match="at most the whole harm"):
        replace(QUARTER, internalised=2)


# --- the clause --------------------------------------------------------------------------------------

CLAUSE = DeadlineDisclosure(
    id="embargo",
    deadline_days=Fraction(90),
    fix_cost=Fraction(3600),
    harm=Fraction(1),
    rediscovery=Fraction(1, 100),
    internalised=Fraction(1, 4),
)
MEMBERS = (Member(id="A"), Member(id="B"))
SETTING = Setting(MEMBERS, (CLAUSE,), MEMBERS, "USD_m", "year")


def test_ninety_days_are_not_kept_by_who_needs_120():
    first, _, best = CLAUSE.findings(SETTING)
    assert (first.holds, first.gain, first.unit) == (False, Fraction(5, 2), "USD_m per flaw")
    assert "fixes on day 120, after the deadline of 90 days" in first.sentence
    assert {margin.path: margin.turns_at for margin in first.margins} == {
        "clause.embargo.deadline_days": 120,
        "clause.embargo.fix_cost": 2025,
        "clause.embargo.harm": Fraction(16, 9),
        "clause.embargo.internalised": Fraction(4, 9),
    }
    assert "120 days costs least, 80.12 USD_m" in best.sentence
    assert best.values["cost_if_never_public"] == pytest.approx(89.56807)


def test_no_share_of_the_harm_makes_a_very_early_deadline_kept():
    first = replace(CLAUSE, deadline_days=Fraction(30)).findings(SETTING)[0]
    assert first.margins[-1].turns_at is None


@pytest.mark.parametrize(("days", "said"), [(120, "just in time"), (130, "just in time"), (200, "of its own accord")])
def test_later_deadlines_are_kept(days, said):
    clause = replace(CLAUSE, deadline_days=Fraction(days))
    first, _, best = clause.findings(replace(SETTING, clauses=(clause,)))
    assert first.holds
    assert first.gain == 0
    assert said in first.sentence
    assert best.values["cost_at_stated"] >= best.values["cost_at_best"]


def test_cost_at_the_stated_deadline():
    # Public after 90 days, fixed after 120: found before day 90 with rate .01, known to all afterwards.
    wanted = 3600 / 120 + 120 - (1 - exp(-0.9)) * 100
    assert CLAUSE.findings(SETTING)[2].values["cost_at_stated"] == pytest.approx(wanted)


FILE = """
schema = "agreement/0.1"
[agreement]
id = "embargoes"
unit = "USD_m"
period = "year"
horizon = "infinite"
[[member]]
id = "A"
[[clause]]
id = "embargo"
area = "information_sharing"
type = "deadline_disclosure"
deadline_days = 60
fix_cost = 3600
harm = 1
rediscovery = 0.01
internalised = 0.8
"""


def test_the_file_is_assessed_repaired_and_verified(tmp_path):
    path = tmp_path / "embargo.toml"
    path.write_text(FILE, encoding="utf-8")
    assessment = comity.assess(path)
    assert not assessment.holds
    (repair,) = assessment.repairs
    assert repair.lever.name == "deadline"
    assert 0 <= repair.value - MOST.at_once.middle < Fraction(1, 10**6)
    assert comity.verify(assessment)


def test_bounds_are_narrow():
    for number in (MOST.at_once, MOST.in_secrecy, MOST.best_fix, MOST.total_at_best):
        assert isinstance(number, Between)
        assert number.width <= number.high / 10**30
