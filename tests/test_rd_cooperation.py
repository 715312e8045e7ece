"""Research done together by rivals: model R1, its clause, and the checks that confirm both from prices and costs."""

from dataclasses import replace
from fractions import Fraction
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from comity.certificate import Basis
from comity.checks.equilibrium import check_best_reply, cournot_outputs, quadratic
from comity.checks.rd_cooperation import check_breach, check_outsider, check_plans, check_reply_slope
from comity.enclosure import Between, sqrt_between
from comity.errors import InvalidEvidence
from comity.games.strategic.rd_cooperation import REGIMES, SOCIETY, Breach, InputSpillover, OutputSpillover
from comity.mechanisms.collaborative_research.rd_cooperation import RdCooperation
from comity.mechanisms.members import Member
from comity.mechanisms.setting import Setting

TINY = Fraction(1, 10**12)


def market(model, n, rd_cost, spillover):
    return model(n, Fraction(10), Fraction(1), Fraction(rd_cost), Fraction(spillover))


def research(game):
    return [float(game.at(regime).research) for regime in ("competition", "rd_cartel", "full_cartel", SOCIETY)]


DUOPOLY = market(OutputSpillover, 2, 4, "0.2")
FOUR = market(OutputSpillover, 4, 6, "0.3")
LAB = market(InputSpillover, 2, 3, "0.2")
CONSORTIUM = RdCooperation(
    id="joint_research",
    model="output_spillover",
    regime="rd_cartel",
    demand_intercept=Fraction(60),
    demand_slope=Fraction(1),
    unit_cost=Fraction(50),
    rd_cost=Fraction(6),
    spillover=Fraction(3, 10),
)
JOINT_LAB = replace(
    CONSORTIUM,
    id="joint_lab",
    applies_to=("C1", "C2"),
    model="input_spillover",
    regime="joint_venture_cartel",
    rd_cost=Fraction(3),
    spillover=Fraction(1, 5),
)
MEMBERS = tuple(Member(id=f"C{i}", discount=Fraction(d)) for i, d in enumerate(("0.90", "0.60", "0.45", "0.30"), 1))
SETTING = Setting(members=MEMBERS, clauses=(CONSORTIUM, JOINT_LAB), everyone=MEMBERS, unit="USD_m", period="year")


def finding(clause, name, setting=SETTING):
    return next(found for found in clause.findings(setting) if found.id == f"{clause.id}.{name}")


# --- published and verified numbers -----------------------------------------------------------------


def test_research_of_the_duopoly():  # R1-01
    assert research(DUOPOLY) == pytest.approx([1.136364, 0.724638, 0.824176, 1.829268], abs=5e-7)


def test_at_a_spillover_of_one_half_a_cartel_changes_nothing():  # R1-02
    half = market(OutputSpillover, 2, 4, "0.5")
    assert half.at("competition").research == half.at("rd_cartel").research == Fraction(20, 21)


def test_research_of_four():  # R1-04
    assert research(FOUR) == pytest.approx([0.448560, 0.266144, 0.428024, 0.931829], abs=5e-7)


def test_best_replies_are_stable_from_a_spillover_of_about_17_percent():  # R1-05; Henriques 1990: (3 - sqrt 7) / 2
    slopes = [abs(market(OutputSpillover, 2, 1, spillover).reply_slope()) for spillover in ("0.17712", "0.17713")]
    assert slopes[0] > 1 > slopes[1]


def test_cost_reductions_and_profits_with_input_spillovers():  # R1-06; Kamien, Muller & Zang 1992
    points = [LAB.at(regime) for regime in REGIMES[:4]]
    assert [float(point.reduction) for point in points] == pytest.approx([1.538462, 0.975610, 0.8, 1.739130], abs=5e-7)
    assert [float(point.profit) for point in points] == pytest.approx([11.834320, 12.195122, 12.48, 13.043478], abs=5e-7)


def test_profits_of_the_duopoly():  # R1-08
    profits = [float(DUOPOLY.at(regime).profit) for regime in ("competition", "rd_cartel")]
    assert profits == pytest.approx([11.76538, 12.07729], abs=5e-6)


@pytest.mark.parametrize("spillover", ["0", "0.2", "0.5", "0.9", "1"])
def test_the_joint_lab_achieves_most_and_shared_results_without_a_plan_least(spillover):  # Kamien, Muller & Zang 1992
    n, c, nj, cj = (market(InputSpillover, 2, 3, spillover).at(regime).reduction for regime in REGIMES[:4])
    assert nj <= min(n, c)
    assert max(n, c) <= cj


def test_the_research_consortium():  # example 4
    assert float(finding(CONSORTIUM, "defect.C1.breach").values["profit"]) == pytest.approx(4.202269, abs=5e-7)
    third = finding(CONSORTIUM, "defect.C3.breach").values
    assert float(third["profit_after_breach"]) == pytest.approx(4.107247, abs=5e-7)
    assert float(third["best_breach"]) == pytest.approx(0.458938, abs=5e-7)
    assert float(third["breach_gain"]) == pytest.approx(0.097221, abs=5e-7)
    assert third["critical_discount"] == Fraction(47761921, 94443842)
    keeps = {name: finding(CONSORTIUM, f"defect.{name}.breach").holds for name in ("C1", "C2", "C3", "C4")}
    assert keeps == {"C1": True, "C2": True, "C3": False, "C4": False}
    assert float(finding(CONSORTIUM, "leave.C3.others_stay").gain) == pytest.approx(0.035851, abs=5e-7)
    assert float(finding(CONSORTIUM, "leave.C3.others_dissolve").gain) == pytest.approx(4.107247 - 4.202269, abs=1e-6)
    assert "cuts research" in finding(CONSORTIUM, "sweep.regimes").sentence


@pytest.mark.parametrize(("after", "critical"), [("competition", 0.444730), ("joint_venture_competition", 0.632176)])
def test_the_joint_lab(after, critical):  # example 4
    found = finding(replace(JOINT_LAB, breach=after), "defect.C2.breach")
    assert found.values["best_breach"] == 0
    assert found.values["breach_gain"] == pytest.approx(0.968445, abs=5e-7)
    assert found.values["critical_discount"] == pytest.approx(critical, abs=5e-7)
    assert found.certificate.basis is Basis.ENCLOSED
    assert found.holds is (Fraction(3, 5) > critical)


# --- laws --------------------------------------------------------------------------------------------

markets = st.builds(
    lambda model, n, seed: model.random(n, np.random.default_rng(seed)),
    st.sampled_from([OutputSpillover, InputSpillover]),
    st.integers(1, 7),
    st.integers(0, 10**6),
)


@settings(max_examples=60, deadline=None)
@given(game=markets)
def test_every_plan_breach_and_outsider_is_confirmed_from_prices_and_costs(game):
    assert check_plans(game, {regime: game.at(regime) for regime in (*REGIMES, SOCIETY)})
    for regime in REGIMES:
        assert not list(game.objections(regime))
        breach = game.best_breach(regime)
        assert breach.profit.low >= game.at(regime).profit or not breach.profit.exact
        assert check_breach(game, regime, "competition", Fraction(999, 1000), breach).witness.get("reason") is None
        apart = game.if_others_stay(regime)
        assert apart is None or check_outsider(game, regime, *apart, "outside")


@settings(max_examples=60, deadline=None)
@given(game=markets)
def test_a_cartel_raises_research_exactly_above_one_half(game):  # d'Aspremont & Jacquemin 1988, for every n
    if game.n == 1:
        assert len({game.at(regime) for regime in REGIMES}) == 1
        return
    alone, cartel = (game.at(regime).reduction for regime in ("competition", "rd_cartel"))
    assert (cartel > alone) is (game.spillover > Fraction(1, 2))
    assert (cartel == alone) is (game.spillover == Fraction(1, 2))


@settings(max_examples=60, deadline=None)
@given(game=markets)
def test_planning_research_together_earns_at_least_what_deciding_alone_does(game):
    for alone, together in (("competition", "rd_cartel"), ("joint_venture_competition", "joint_venture_cartel")):
        assert game.at(together).profit >= game.at(alone).profit
    assert game.at("full_cartel").profit >= game.at("rd_cartel").profit


@settings(max_examples=40, deadline=None)
@given(game=markets, factor=st.sampled_from([Fraction(1, 1000), Fraction(7, 3), Fraction(10**9)]))
def test_another_currency_changes_every_profit_by_its_factor(game, factor):
    same = replace(game, margin=game.margin * factor, slope=game.slope * factor, rd_cost=game.rd_cost / factor)
    for regime in REGIMES:
        assert same.at(regime).profit == game.at(regime).profit * factor
        before, after = game.best_breach(regime).profit, same.best_breach(regime).profit
        assert abs(after.middle / factor - before.middle) <= Fraction(1, 10**30) * max(1, abs(before.middle))


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 10**6), n=st.integers(1, 6))
def test_findings_deviations_and_flaws_of_random_clauses(seed, n):
    rng = np.random.default_rng(seed)
    members = tuple(Member(id=f"M{i}", discount=Fraction(int(rng.integers(0, 100)), 100)) for i in range(n))
    clause = RdCooperation.random(members, rng)
    setting = Setting(members=members, clauses=(clause,), everyone=members)
    assert not list(clause.flaws(setting))
    for present in (setting, setting.keeping([m.id for m in members[1:]]), setting.keeping([])):
        found = clause.findings(present)
        assert found == clause.findings(present)
        assert len({f.id for f in found}) == len(found)
        assert all(bool(f.certificate) is (f.holds is not False) for f in found)
        gains = {d.member: d.gain for m in present.members for d in clause.deviations(present, m)}
        defects = [f for f in found if f.question == "defect"]
        assert {f.member: f.gain for f in defects} == gains
        assert all(f.holds is (f.gain <= 0) and f.certificate.margin == -f.gain for f in defects)


# --- second methods ----------------------------------------------------------------------------------


@pytest.mark.parametrize("spillover", ["0.05", "0.2", "0.3", "0.7", "0.9", "0.98"])
def test_no_spending_on_a_fine_grid_beats_the_enclosed_breach(spillover):
    game = market(InputSpillover, 2, 3, spillover)
    plan, (spent, profit) = game.at("rd_cartel"), game.best_breach("rd_cartel")
    assert 0 <= profit.high - profit.low < Fraction(1, 10**30)

    def earns(x):
        mine, theirs = (
            (2 * money / 3) ** 0.5
            for money in (x + float(spillover) * float(plan.research), float(plan.research) + float(spillover) * x)
        )
        return (10 + 2 * mine - theirs) ** 2 / 9 - x

    grid = np.linspace(0, 12, 4001)
    assert max(map(earns, grid)) <= float(profit.high) + 1e-12
    assert earns(float(spent.middle)) == pytest.approx(float(profit.middle), rel=1e-12)


@pytest.mark.parametrize("regime", REGIMES)
def test_no_research_on_a_grid_beats_the_best_breach(regime):
    plan, breach = FOUR.at(regime), FOUR.best_breach(regime)
    spill = 1.0 if regime.startswith("joint") else 0.3
    x_plan, q_plan = float(plan.research), float(plan.quantity)

    def earns(x):
        cost = [10 + x + 3 * spill * x_plan] + [10 + x_plan + spill * (x + 2 * x_plan)] * 3
        if regime == "full_cartel":
            return max(q * (cost[0] - q - 3 * q_plan) for q in np.linspace(0, 10, 2001)) - 3 * x * x
        q = np.linalg.solve(np.ones((4, 4)) + np.eye(4), cost)
        return q[0] ** 2 - 3 * x * x

    best = max(earns(x) for x in np.linspace(0, 2, 201))
    assert best <= float(breach.profit.high) + 1e-12
    assert best == pytest.approx(float(breach.profit.high), abs=2e-3)


def test_spending_where_the_other_spends_nothing_useful_is_exact():
    breach = market(InputSpillover, 2, 3, "0").best_breach("rd_cartel")
    assert breach.profit.exact
    assert breach.research.low > 0


def test_a_cartel_that_competition_equals_leaves_nothing_to_gain():  # spillover 1/2
    game = market(InputSpillover, 2, 3, "0.5")
    assert game.best_breach("rd_cartel").profit == Between(game.at("rd_cartel").profit, game.at("rd_cartel").profit)


def test_a_member_exactly_at_its_critical_discount_keeps_to_the_plan():
    patient = replace(MEMBERS[2], discount=Fraction(47761921, 94443842))
    found = finding(CONSORTIUM, "defect.C3.breach", SETTING.with_member(patient))
    assert found.gain == 0
    assert found.holds is True


# --- the checks refute near misses -------------------------------------------------------------------


def test_a_plan_that_is_off_by_little_is_refuted():
    for game in (FOUR, LAB):
        for regime in (*REGIMES, SOCIETY):
            plan = game.at(regime)
            for field in plan._fields:
                wrong = plan._replace(**{field: getattr(plan, field) + TINY})
                assert not check_plans(game, {regime: wrong}), (regime, field)


@pytest.mark.parametrize("regime", REGIMES)
def test_a_breach_that_is_off_by_little_is_refuted(regime):
    for game in (FOUR, LAB, market(InputSpillover, 2, 3, "0.9")):
        research, profit = game.best_breach(regime)
        moved = [Between(low + TINY, high + TINY) for low, high in (research, profit)]
        for wrong in (Breach(moved[0], profit), Breach(research, moved[1]), Breach(*moved)):
            certificate = check_breach(game, regime, "competition", Fraction(9, 10), wrong)
            assert not certificate
            assert certificate.witness["reason"]


def test_an_enclosure_that_does_not_reach_the_best_breach_is_refuted():
    plan, (research, profit) = LAB.at("rd_cartel"), LAB.best_breach("rd_cartel")
    short_of_it = LAB.breach_at(plan.research, research.low - Fraction(1, 10))[0]
    for wrong in (
        Breach(Between(research.low - Fraction(1, 10), research.high), short_of_it),
        Breach(research, Between(profit.low - 1, profit.low - Fraction(1, 2))),
        Breach(research, Between(profit.high + Fraction(1, 2), profit.high + 1)),
    ):
        assert not check_breach(LAB, "rd_cartel", "competition", Fraction(9, 10), wrong)


@pytest.mark.parametrize("discount", ["0.3", "0.6"])
def test_an_enclosed_gain_is_stated_by_its_bound_on_the_safe_side(discount):
    member = replace(MEMBERS[1], discount=Fraction(discount))
    gain = JOINT_LAB.deviations(SETTING, member)[0].gain
    d, plan, then = Fraction(discount), LAB.at("joint_venture_cartel").profit, LAB.at("competition").profit
    best = LAB.best_breach("joint_venture_cartel", bits=1000).profit
    sharper = [(1 - d) * (profit - plan) - d * (plan - then) for profit in best]
    assert gain <= sharper[0] if gain > 0 else gain >= sharper[1]
    assert abs(gain - sharper[0]) < Fraction(1, 10**30)


def test_nobody_is_said_to_gain_outside_where_it_would_be_driven_from_the_market():
    five = OutputSpillover(5, Fraction(188, 5), Fraction(3, 5), Fraction(63, 5), Fraction(3, 50))
    assert five.if_others_stay("joint_venture_cartel") is None
    assert five.if_others_stay("rd_cartel") is not None


def test_an_outsider_that_is_off_by_little_is_refuted():
    outsider, insider = FOUR.if_others_stay("rd_cartel")
    assert check_outsider(FOUR, "rd_cartel", outsider, insider, "outside")
    for wrong in (
        (outsider._replace(research=outsider.research + TINY), insider),
        (outsider, insider._replace(profit=insider.profit - TINY)),
    ):
        assert not check_outsider(FOUR, "rd_cartel", *wrong, "outside")
    assert not check_outsider(FOUR, "competition", outsider, insider, "outside")


def test_the_slope_of_replies_is_confirmed_and_its_sign_matters():
    slope = FOUR.reply_slope()
    assert check_reply_slope(FOUR, slope)
    assert not check_reply_slope(FOUR, -slope)
    assert not check_reply_slope(FOUR, slope + TINY)


def test_a_best_reply_is_confirmed_and_near_misses_are_refuted():
    def payoff(x):
        return 4 * x - x * x

    assert check_best_reply("best", payoff, Fraction(2)).margin == 0
    assert check_best_reply("best", payoff, Fraction(2) + TINY).margin == -(TINY**2)
    assert check_best_reply("best at the border", payoff, Fraction(1), high=Fraction(1))
    assert check_best_reply("best at the lower border", payoff, Fraction(3), low=Fraction(3))
    assert not check_best_reply("outside", payoff, Fraction(2), high=Fraction(1))
    assert not check_best_reply("no largest", lambda x: x, Fraction(2))
    assert check_best_reply("all alike", lambda x: Fraction(3), Fraction(2))
    assert check_best_reply("convex", lambda x: x * x, Fraction(-2), low=Fraction(-2), high=Fraction(1))
    with pytest.raises(InvalidEvidence, match="not quadratic"):
        quadratic(lambda x: x**3, Fraction(1))


@given(margins=st.lists(st.integers(50, 60).map(Fraction), min_size=1, max_size=6), slope=st.integers(1, 9).map(Fraction))
def test_outputs_solve_every_sellers_condition(margins, slope):
    outputs = cournot_outputs(margins, slope)
    assert all(margin - slope * sum(outputs) - slope * q == 0 for margin, q in zip(margins, outputs, strict=True))


@given(st.fractions(Fraction(1, 10**40), 10**40), st.integers(8, 300))
def test_square_roots_lie_between_their_bounds(number, bits):
    low, high = sqrt_between(number, bits)
    assert low**2 <= number <= high**2
    assert high - low <= high / 2 ** (bits - 2)


# --- mistakes ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "path", "message"),
    [
        ({"demand_intercept": Fraction(50)}, ("demand_intercept",), "nobody would sell"),
        ({"rd_cost": Fraction(1, 2)}, ("rd_cost",), "without limit"),
        ({"model": "input_spillover"}, ("model",), "two members"),
        ({"regime": "full_cartel", "spillover": Fraction(1), "rd_cost": Fraction(2)}, ("rd_cost",), "full_cartel"),
    ],
)
def test_mistakes_are_named_with_the_way_out(change, path, message):
    flaws = list(replace(CONSORTIUM, **change).flaws(SETTING))
    assert flaws[0].path == path
    assert message in flaws[0].message
    assert flaws[0].hint


def test_numbers_without_a_plan_give_no_deviation():
    assert replace(CONSORTIUM, rd_cost=Fraction(1, 100)).deviations(SETTING, MEMBERS[0]) == ()


def test_fifty_members_are_assessed():
    members = tuple(Member(id=f"M{i}", discount=Fraction(1, 2)) for i in range(50))
    many = replace(CONSORTIUM, rd_cost=Fraction(60))
    setting = Setting(members=members, clauses=(many,), everyone=members)
    assert all(bool(f.certificate) is (f.holds is not False) for f in many.findings(setting))


def test_every_regime_can_follow_a_breach():
    for regime, after in product(REGIMES, REGIMES):
        clause = replace(CONSORTIUM, regime=regime, breach=after)
        for found in clause.findings(SETTING):
            assert bool(found.certificate) is (found.holds is not False), found.id
