"""Security spending whose results are shared: model I2, its clause, and the checks that confirm both from costs."""

from dataclasses import replace
from fractions import Fraction
from math import e, exp, log

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import comity
from comity.certificate import Basis, Verdict
from comity.checks.nash import check_dominant
from comity.checks.regret import check_regret
from comity.checks.security_investment import check_effort, check_spending_bound, check_spending_breach
from comity.enclosure import Between, between
from comity.errors import ComityError
from comity.games.strategic.breach_function import ExponentialBreach, PowerBreach, QuadraticBreach
from comity.games.strategic.security_investment import SecurityInvestment
from comity.mechanisms.information_sharing.security_investment import SecurityInvestmentClause
from comity.mechanisms.members import Member
from comity.mechanisms.setting import Setting
from comity.testing.clauses import random_setting

TINY = Fraction(1, 10**12)
ONE = Fraction(1)
MILLIONS = Fraction(4_000_000)
THREE = SecurityInvestment(3, "0.6", MILLIONS, "0.00001", share="0.3")
BREACHES = ("underinvest", "withhold")


def best(breach, vulnerability, loss):
    return float(breach.best(Fraction(vulnerability), Fraction(loss), ONE).middle)


def games(**fixed):
    return st.builds(
        lambda n, seed: replace(SecurityInvestment.random(n, np.random.default_rng(seed)), **fixed),
        st.integers(1, 4),
        st.integers(0, 10**6),
    )


# --- published and verified numbers -----------------------------------------------------------------


def test_class_one():  # I2-01; Gordon & Loeb 2002, v = .65
    spending = best(PowerBreach("0.00001"), "0.65", MILLIONS)
    assert spending == pytest.approx(409_902, abs=0.5)
    assert spending / (0.65 * 4e6) == pytest.approx(0.1577, abs=5e-5)


def test_class_two():  # I2-02
    assert best(ExponentialBreach("0.000002"), "0.5", MILLIONS) == pytest.approx(735_616.8, abs=0.05)


def test_half_the_expected_loss_may_be_worth_spending_without_log_convexity():  # I2-05
    game = SecurityInvestment(1, "0.5", 2, QuadraticBreach(1))
    assert game.nash_effort.low / (game.vulnerability * game.loss) == Fraction(1, 2)
    shares = [QuadraticBreach(1).best(Fraction(1, 2), Fraction(k, 10), ONE).low / Fraction(k, 20) for k in range(1, 100)]
    assert max(shares) == Fraction(1, 2)
    assert not check_spending_bound(game)


def test_three_labs_that_share():  # I2-06
    assert float(THREE.nash_effort.middle) == pytest.approx(243_686, abs=0.5)
    assert float(THREE.best_effort.middle) == pytest.approx(324_798, abs=0.5)


def test_sharing_leaves_the_total_of_each_unchanged():  # Gordon, Loeb & Lucyshyn 2003: all of it is saved, none adds safety
    alone = replace(THREE, share=Fraction(0)).nash_effort
    assert abs(THREE.nash_effort.middle * THREE.weight - alone.middle) < TINY


def test_the_side_payment_is_what_the_others_gain():  # (n - 1) times the marginal benefit of a unit
    assert THREE.efficient_side_payment == Fraction(5, 4)
    total, step = THREE.weight * THREE.best_effort.middle, Fraction(1, 10**9)
    saved = THREE.breach.chance(THREE.vulnerability, total - step) - THREE.breach.chance(THREE.vulnerability, total + step)
    assert float((saved * THREE.loss * 2 / (2 * step)).middle) == pytest.approx(1.25)
    paid = replace(THREE, side_payment=THREE.efficient_side_payment)
    assert float(paid.nash_effort.middle) == pytest.approx(float(THREE.best_effort.middle), rel=1e-30)


# --- pitfalls ---------------------------------------------------------------------------------------


@settings(max_examples=40, deadline=None)
@given(game=games(labs=1, share=Fraction(0)))
def test_a_log_convex_lab_spends_at_most_37_percent(game):  # Baryshnikov 2012
    certificate = check_spending_bound(game)
    assert certificate
    assert certificate.witness["log_convex"]
    assert float(game.nash_effort.high) <= float(game.vulnerability * game.loss) / e


def test_the_bound_of_class_one_is_lower_the_less_curved():
    assert PowerBreach(1).largest_share().low == Fraction(1, 4)  # reached at productivity v L = 4
    assert SecurityInvestment(1, "0.5", 8, PowerBreach(1)).nash_effort.low == Fraction(1, 4) * 4
    assert float(PowerBreach(1, 10**6).largest_share().middle) == pytest.approx(1 / e, rel=1e-6)


def test_the_bound_of_class_two_is_reached():
    # productivity v L (-ln v) = e
    v = Fraction(1, 2)
    game = SecurityInvestment(1, v, 1, ExponentialBreach(Fraction(str(e / (0.5 * log(2))))))
    assert float(game.nash_effort.middle) / 0.5 == pytest.approx(1 / e, rel=1e-12)


def test_class_two_spends_most_on_what_is_neither_safe_nor_lost():
    weak = ExponentialBreach("0.00001")
    assert [best(weak, v, 400_000) > 0 for v in ("0.3", "0.5", "0.8", "0.95")] == [True, True, False, False]
    strong = ExponentialBreach("0.000002")
    assert best(strong, "0.8", MILLIONS) == pytest.approx(798_495, abs=0.5)
    assert best(strong, "0.95", MILLIONS) < best(strong, "0.8", MILLIONS) > best(strong, "0.5", MILLIONS)


@pytest.mark.parametrize("leak_cost", ["0.01", "0.5"])
def test_sharing_nothing_is_dominant_where_leaks_cost(leak_cost):
    game = replace(THREE, leak_cost=Fraction(leak_cost)).sharing_game(300_000)
    assert check_dominant(game, 0, 0)
    everybody, nobody = game.payoff(0, (1, 1, 1)), game.payoff(0, (0, 0, 0))
    assert everybody > nobody  # and yet all would gain by sharing


def test_a_side_payment_above_the_cost_of_leaks_makes_sharing_dominant():
    game = replace(THREE, leak_cost=Fraction(1, 10), side_payment=Fraction(2, 10)).sharing_game(300_000)
    assert check_dominant(game, 2, 1)


# --- second methods ---------------------------------------------------------------------------------


@settings(max_examples=15, deadline=None)
@given(game=games())
def test_the_plan_is_best_on_a_grid(game):
    def total_cost(z):
        chance = float(game.vulnerability)
        z = float(z)
        reach = float(game.breach.productivity) * float(game.weight) * z + 1
        chance = chance * reach ** -float(game.breach.curvature) if isinstance(game.breach, PowerBreach) else chance**reach
        return chance * float(game.loss) + z * (1 + float(game.share_passed_on * game.leak_cost))

    plan = float(game.best_effort.middle)
    grid = np.linspace(0, float(game.loss), 2001)
    assert total_cost(plan) <= min(total_cost(z) for z in grid) * (1 + 1e-12)


@settings(max_examples=10, deadline=None)
@given(game=games(side_payment=Fraction(0)))
def test_best_replies_in_floats_settle_on_the_closed_form(game):
    v, a, n = float(game.vulnerability), float(game.breach.productivity), game.labs
    price, share, loss = float(game.price), float(game.share), float(game.loss)
    if isinstance(game.breach, PowerBreach):
        b = float(game.breach.curvature)
        total = max(0.0, ((v * b * a * loss / price) ** (1 / (b + 1)) - 1) / a)
    else:
        gain = -a * v * loss * log(v) / price
        total = max(0.0, log(gain) / (-a * log(v))) if gain > 0 else 0.0
    z = [0.0] * n
    for _ in range(3000):
        for i in range(n):
            z[i] = max(0.0, total - share * (sum(z) - z[i]))
    if share < 1:  # at a share of 1 only the total is determined
        assert z == pytest.approx([float(game.nash_effort.middle)] * n, rel=1e-6, abs=1e-6 * loss)
    assert sum(z) * share + z[0] * (1 - share) == pytest.approx(total, rel=1e-6, abs=1e-6 * loss)


@settings(max_examples=25, deadline=None)
@given(game=games(), for_all=st.booleans())
def test_gains_and_plans_are_confirmed_by_secants(game, for_all):
    game = replace(game, most=game.loss)
    plan = game.best_effort if for_all else game.nash_effort
    assert check_effort(game, plan, for_all=for_all)
    for breach in BREACHES:
        gain = game.underinvestment_gain(plan) if breach == "underinvest" else game.withholding_gain(plan)
        certificate = check_spending_breach(game, plan, breach, gain, for_all=for_all)
        assert certificate.verdict is (Verdict.FAILS if gain.safe > 0 else Verdict.HOLDS)
        assert certificate.basis is Basis.ENCLOSED


@settings(max_examples=25, deadline=None)
@given(game=games(), away=st.fractions(0, 1, max_denominator=50))
def test_no_breach_on_a_grid_gains_more(game, away):
    plan = game.best_effort
    received = (game.labs - 1) * game.share_passed_on * plan
    here = game.cost(plan, received, game.price)
    less, other = away * plan.middle, away * game.loss
    assert (here - game.cost(less, received, game.price)).low <= game.underinvestment_gain(plan).high
    assert (here - game.cost(other, received, ONE)).low <= game.withholding_gain(plan).high


# --- near misses and edges ---------------------------------------------------------------------------


@pytest.mark.parametrize("game", [THREE, replace(THREE, breach=ExponentialBreach("0.000002"))])
@pytest.mark.parametrize("off", [1 + TINY, 1 - TINY, 0])
def test_a_plan_that_is_slightly_off_is_refuted(game, off):
    moved = Between(game.best_effort.middle * off, game.best_effort.middle * off)
    assert not check_effort(game, moved, for_all=True)
    assert not check_effort(game, game.best_effort, for_all=False)
    certificate = check_spending_breach(game, moved, "withhold", game.withholding_gain(moved), for_all=True)
    assert certificate.witness["reason"] == "the plan is not the best one"


@pytest.mark.parametrize("breach", BREACHES)
def test_a_gain_that_is_slightly_off_is_refuted(breach):
    plan = THREE.best_effort
    gain = THREE.underinvestment_gain(plan) if breach == "underinvest" else THREE.withholding_gain(plan)
    assert gain.low > 0
    for moved in (gain * (1 + TINY), gain * (1 - TINY), -gain, between(0)):
        certificate = check_spending_breach(THREE, plan, breach, moved, for_all=True)
        assert certificate.witness.get("reason") == "the best breach gains more or less than stated"


def test_at_the_side_payment_of_the_plan_spending_less_gains_exactly_nothing():
    enough, short = (replace(THREE, side_payment=Fraction(5, 4) - less) for less in (0, TINY))
    plan = THREE.best_effort
    assert enough.underinvestment_gain(plan) == between(0)
    assert check_spending_breach(enough, plan, "underinvest", between(0), for_all=True).margin == 0
    gain = short.underinvestment_gain(plan)
    assert 0 < gain.low < Fraction(1, 10**10)  # of second order in what is missing
    assert not check_spending_breach(short, plan, "underinvest", between(0), for_all=True)
    shorter = replace(THREE, side_payment=Fraction(5, 4) - TINY / 10**5)  # too little for intervals to see: still no proof
    assert check_spending_breach(shorter, plan, "underinvest", between(0), for_all=True).verdict is Verdict.UNDECIDED


def test_more_than_the_plan_is_no_breach():
    assert THREE.underinvestment_gain(between(1000)) == between(0)
    assert THREE.underinvestment_gain(between(300_000)).low > 0


def test_a_lab_alone_and_a_share_of_nothing_leave_nothing_to_gain():
    for game in (replace(THREE, labs=1, leak_cost=ONE), replace(THREE, share=Fraction(0))):
        assert game.price == game.price_at_best == 1
        assert game.nash_effort == game.best_effort
        assert game.underinvestment_gain(game.best_effort) == game.withholding_gain(game.best_effort) == between(0)


def test_what_is_not_worth_defending_is_not_defended():
    game = SecurityInvestment(3, "0.5", 10, "0.1", share="0.1")
    assert game.nash_effort == game.best_effort == between(0)
    assert check_effort(game, between(0), for_all=True)
    assert check_regret(game, [0, 0, 0]).margin == 0 or check_regret(game, [0, 0, 0])


def test_spending_paid_for_in_full_needs_a_bound():
    generous = replace(THREE, side_payment=Fraction(10))
    assert generous.price < 0
    with pytest.raises(ComityError, match="give most"):
        generous.reply(between(0), generous.price)
    bounded = replace(generous, most=Fraction(1000))
    assert bounded.nash_effort == between(1000)
    assert check_regret(bounded, [1000] * 3)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"labs": 0}, "at least one"),
        ({"vulnerability": ONE}, "below 1"),
        ({"share": Fraction(2)}, "between 0 and 1"),
        ({"loss": Fraction(0)}, "above 0"),
        ({"leak_cost": Fraction(-1)}, "at least 0"),
        ({"breach": 0}, "productivity"),
    ],
)
def test_numbers_that_are_no_game_are_refused(change, message):
    with pytest.raises(ComityError, match=message):
        replace(THREE, **change)


def test_payoffs_that_are_no_fractions_are_not_put_in_a_table():
    with pytest.raises(ComityError, match="whole curvature"):
        replace(THREE, breach=ExponentialBreach("0.000002")).sharing_game(1000)


# --- the clause --------------------------------------------------------------------------------------

CLAUSE = SecurityInvestmentClause(
    id="security",
    vulnerability=Fraction(3, 5),
    loss=MILLIONS,
    productivity=Fraction(1, 100_000),
    share=Fraction(3, 10),
)
MEMBERS = tuple(Member(id=name) for name in "ABC")


def setting(clause, members=MEMBERS):
    return Setting(members, (clause,), members, "USD", "year")


def told(clause, item, members=MEMBERS):
    return [finding for finding in clause.findings(setting(clause, members)) if finding.item == item]


def test_without_a_side_payment_members_ride_free():
    less = told(CLAUSE, "underinvest")
    assert [finding.holds for finding in less] == [False] * 3
    assert "A side payment of 1.25 would make it spend the plan" in less[0].sentence
    (plan,) = told(CLAUSE, "plan")
    assert (round(plan.values["spending_best_for_all"]), round(plan.values["spending_by_itself"])) == (324_798, 243_686)


def test_with_the_side_payment_they_do_not():
    paid = replace(CLAUSE, side_payment=Fraction(5, 4))
    assert [finding.holds for finding in told(paid, "underinvest")] == [True] * 3
    assert [finding.gain for finding in told(paid, "underinvest")] == [0] * 3
    assert [finding.holds for finding in told(paid, "withhold")] == [True] * 3


def test_sharing_without_reward_is_a_tie_until_leaks_cost():
    own = replace(CLAUSE, plan="own_best")
    assert [finding.gain for finding in told(own, "withhold")] == [0] * 3
    leaks = replace(own, leak_cost=Fraction(1, 10))
    (first, *_) = told(leaks, "withhold")
    assert first.holds is False
    # By the theorem of the envelope about a tenth of what is shared: .1 * .3 * 243,686 and a little more.
    assert float(first.gain) == pytest.approx(0.03 * 243_686, rel=0.05)


def test_one_member_has_nobody_to_share_with():
    findings = CLAUSE.findings(setting(CLAUSE, MEMBERS[:1]))
    assert [finding.holds for finding in findings] == [True, True, None, None]
    assert "nobody to share with" in findings[2].sentence
    assert "16.2 %" in findings[3].sentence


def test_members_stay_for_what_others_share():
    here = setting(CLAUSE)
    value, alone = CLAUSE.value(here, MEMBERS[0]), CLAUSE.fallback(here, MEMBERS[0])
    plan = float(THREE.best_effort.middle)
    assert float(value) == pytest.approx(-(0.6 / (1e-5 * 1.6 * plan + 1) * 4e6 + plan))
    assert value > alone


def test_a_class_two_clause_matches_floats():
    two = replace(CLAUSE, form="exponential", productivity=Fraction(2, 10**6))
    (first, *_) = told(two, "underinvest")
    game, plan = two.game(3), float(two.game(3).best_effort.middle)
    received = 0.6 * plan

    def cost(z):
        return exp(log(0.6) * (2e-6 * (z + received) + 1)) * 4e6 + z

    grid = np.linspace(0, plan, 20_001)
    assert float(first.gain) == pytest.approx(cost(plan) - min(map(cost, grid)), rel=1e-6)
    assert game.breach == ExponentialBreach(Fraction(2, 10**6))


FILE = """
schema = "agreement/0.1"
[agreement]
id = "red-teaming"
unit = "USD"
period = "year"
horizon = "infinite"
[[member]]
id = "A"
[[member]]
id = "B"
[[clause]]
id = "security"
area = "information_sharing"
type = "security_investment"
vulnerability = 0.6
loss = 4e6
productivity = 1e-5
share = 0.3
leak_cost = 0.05
"""


def test_the_file_is_assessed_repaired_and_verified(tmp_path):
    path = tmp_path / "security.toml"
    path.write_text(FILE, encoding="utf-8")
    assessment = comity.assess(path)
    assert not assessment.holds
    repairs = {r.finding: r for r in assessment.repairs if r.lever.name == "side_payment"}
    needed = replace(THREE, labs=2, leak_cost=Fraction(1, 20)).efficient_side_payment
    assert needed <= repairs["security.defect.A.underinvest"].value < needed + Fraction(1, 10**6)
    assert comity.verify(assessment)


def test_evidence_of_many_members_is_worked_out_once():
    here = random_setting(SecurityInvestmentClause, 50, seed=3)
    (clause,) = here.clauses
    assert len(clause.findings(here)) == 102
