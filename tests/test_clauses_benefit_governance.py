"""Windfall, risk layers, votes and growth: published numbers, a second method, and near misses refuted."""

from dataclasses import replace
from fractions import Fraction as F
from itertools import combinations, permutations
from math import factorial, log

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity.certificate import Certificate
from comity.checks.growth import check_growth
from comity.checks.layers import check_layers, check_marginal_obligation
from comity.checks.voting_power import check_voting_power, recount
from comity.errors import TooManyPlayers
from comity.games.coalitional.voting import VotingGame
from comity.games.coalitional.voting_power import voting_power
from comity.games.repeated.growing_stakes import GrowingStakes
from comity.mechanisms.benefit_distribution.risk_layers import RiskLayers
from comity.mechanisms.benefit_distribution.windfall import Bracket, Windfall
from comity.mechanisms.governance.growth import Growth
from comity.mechanisms.governance.voting import Voting
from comity.mechanisms.members import Member, random_members
from comity.mechanisms.setting import Setting

seeds = st.integers(0, 2**32 - 1)


def alone(clause, members=(), **more):
    return Setting(members=tuple(members), clauses=(clause,), everyone=tuple(members), unit="USD_m", period="year", **more)


def named(*names):
    return tuple(Member(id=name) for name in names)


# --- windfall ---------------------------------------------------------------------------------

BRACKETS = (
    Bracket(from_=F("0.001"), to=F("0.01"), rate=F("0.01")),
    Bracket(from_=F("0.01"), to=F("0.10"), rate=F("0.20")),
    Bracket(from_=F("0.10"), rate=F("0.50")),
)


def windfall(*profits, product=F(10**8), brackets=BRACKETS):
    return Windfall(id="windfall", gross_world_product=product, brackets=brackets, profit=tuple(F(p) for p in profits))


def test_the_brackets_of_the_accord():  # B5-01, in millions
    clause = windfall(50_000, 500_000, 5_000_000, 20_000_000)
    owed = [finding.values["owed"] for finding in clause.findings(alone(clause))]
    assert owed == [0, 4_000, 809_000, 6_809_000]


def test_the_brackets_of_the_accord_in_dollars():  # B5-01: G = 1e14
    clause = windfall(product=F(10**14))
    assert [clause.owed(F(p)) for p in (5 * 10**10, 5 * 10**11, 5 * 10**12)] == [0, 4 * 10**9, 809 * 10**9]


@given(seeds, st.integers(1, 1000))
def test_more_profit_owes_no_less_and_leaves_no_less(seed, more):
    clause = Windfall.random((), np.random.default_rng(seed))
    for profit in clause.profit:
        rise = clause.owed(profit + more) - clause.owed(profit)
        assert 0 <= rise <= more


@given(seeds, st.integers(1, 10**9))
def test_the_obligation_scales_with_the_unit(seed, scale):
    clause = Windfall.random((), np.random.default_rng(seed))
    scaled = replace(clause, gross_world_product=clause.gross_world_product * scale)
    assert [scaled.owed(p * scale) for p in clause.profit] == [scale * clause.owed(p) for p in clause.profit]


@given(seeds)
def test_the_area_under_the_marginal_rate_confirms_and_refutes(seed):
    clause = Windfall.random((), np.random.default_rng(seed))
    for profit in clause.profit:
        owed = clause.owed(profit)
        assert check_marginal_obligation(clause.steps(), profit, owed)
        assert check_marginal_obligation(clause.steps()[::-1], profit, owed)
        assert not check_marginal_obligation(clause.steps(), profit, owed + F(1, 10**12))
        if owed > 0:
            assert not check_marginal_obligation(clause.steps(), profit, -owed)
            assert not check_marginal_obligation([], profit, owed)


def test_a_loss_owes_nothing():
    assert windfall().owed(F(-5)) == 0
    assert check_marginal_obligation(windfall().steps(), F(-5), F(0))


@pytest.mark.parametrize(
    ("brackets", "path"),
    [
        ((Bracket(from_=F("0.2"), to=F("0.1"), rate=F(1)),), ("brackets", 0, "to")),
        ((BRACKETS[1], BRACKETS[0]), ("brackets", 1, "from")),
        ((BRACKETS[2], BRACKETS[0]), ("brackets", 1)),
        ((BRACKETS[0], replace(BRACKETS[1], from_=F("0.005"))), ("brackets", 1, "from")),
    ],
)
def test_brackets_out_of_order_are_flaws(brackets, path):
    clause = windfall(brackets=brackets)
    assert [flaw.path for flaw in clause.flaws(alone(clause))] == [path]


# --- risk layers ------------------------------------------------------------------------------

UNITS = {"N1": 30, "N2": 25, "N3": 20, "N4": 10, "N5": 10}


def liability(*losses, cap="158", units=None):
    units = {name: F(count) for name, count in (units or UNITS).items()}
    return RiskLayers(
        id="liability", primary=F(500), retrospective_cap=F(cap), units=units, losses=tuple(F(loss) for loss in losses)
    )


def shared(clause, ids=UNITS):
    return [finding.values for finding in clause.findings(alone(clause, named(*ids)))]


def test_price_andersons_layers():  # B6-03: 95 units
    first, second = shared(liability(9000, 20_000, cap="158.026"))
    assert round(float(first["call_per_unit"]), 4) == 89.4737
    assert (first["uncovered"], second["uncovered"]) == (0, F("4487.53"))
    assert second["capacity"] == F("15512.47")


def test_the_rounded_cap_of_the_accord_leaves_4490():  # AGREEMENTS 4
    first, second = shared(liability(9000, 20_000))
    assert (first["uncovered"], second["uncovered"]) == (0, 4490)
    assert second["shares"]["N1"] == 30 * 158


def test_losses_up_to_the_primary_layer_call_nobody():
    (small, edge) = shared(liability(400, 500))
    assert (small["primary"], small["call_per_unit"], edge["primary"], edge["uncovered"]) == (400, 0, 500, 0)


def test_a_member_that_left_is_not_called_and_nobody_left_means_no_pool():
    clause = liability(20_000)
    assert shared(clause, ["N1"])[0]["uncovered"] == 20_000 - 500 - 30 * 158
    assert shared(clause, [])[0]["uncovered"] == 19_500
    assert shared(liability(20_000, units=dict.fromkeys(UNITS, 0)))[0]["uncovered"] == 19_500


@given(seeds)
def test_the_layers_are_the_only_division_by_their_rules(seed):
    rng = np.random.default_rng(seed)
    members = random_members(4, rng)
    clause = RiskLayers.random(members, rng)
    numbers = (clause.primary, clause.retrospective_cap, clause.units)
    tiny = F(1, 10**12)
    for loss in clause.losses:
        parts = clause.layers(clause.units, loss)
        assert check_layers(loss, *numbers, parts)
        assert not check_layers(loss, *numbers, {**parts, "uncovered": parts["uncovered"] + tiny})
        assert not check_layers(loss + tiny, *numbers, parts)
        call = parts["call"] - tiny
        called = {name: count * call for name, count in clause.units.items()}
        rest = parts["uncovered"] + tiny * sum(clause.units.values())
        if any(clause.units.values()):
            assert not check_layers(loss, *numbers, {**parts, "call": call, "shares": called, "uncovered": rest})
        if loss > 0:
            moved = {**parts, "primary": parts["primary"] - tiny, "uncovered": parts["uncovered"] + tiny}
            assert not check_layers(loss, *numbers, moved)


def test_units_called_unequally_are_refuted():
    clause = liability(9000, units={"A": 2, "B": 1})
    parts = clause.layers(clause.units, F(800))
    swapped = {**parts, "shares": {"A": parts["shares"]["B"], "B": parts["shares"]["A"]}}
    assert check_layers(F(800), F(500), F(158), clause.units, parts)
    assert not check_layers(F(800), F(500), F(158), clause.units, swapped)


@pytest.mark.parametrize(
    ("loss", "units", "first", "call", "uncovered"),
    [
        (600, {"A": 1}, 600, 0, 0),  # the primary layer pays beyond its limit
        (700, {"A": 1}, 500, 200, 0),  # a unit pays beyond the cap
        (600, {"A": 1}, 480, 120, 0),  # the pool is called too early
        (400, {}, 300, 0, 100),  # the primary layer stops too early, and there is no pool
        (600, {"A": 1}, 500, 60, 40),  # the pool stops too early
        (600, {"A": 1}, 500, 101, -1),  # more is paid than lost
    ],
)
def test_a_division_that_breaks_one_rule_is_refuted(loss, units, first, call, uncovered):
    units = {name: F(count) for name, count in units.items()}
    parts = {"primary": first, "call": call, "shares": {name: count * call for name, count in units.items()}}
    assert not check_layers(F(loss), F(500), F(158), units, {**parts, "uncovered": uncovered})


# --- voting -----------------------------------------------------------------------------------


def votes(quota, **weights):
    members = named(*weights)
    clause = Voting(id="votes", weights={name: F(w) for name, w in weights.items()}, quota=F(quota))
    return {finding.member: finding for finding in clause.findings(alone(clause, members))}


def test_power_in_the_council_of_1958():  # X4-01, X4-02: Germany, France, Italy, Netherlands, Belgium, Luxembourg
    found = votes(12, D=4, F=4, I=4, N=2, B=2, L=1)
    assert [round(float(f.values["banzhaf"]), 4) for f in found.values()] == [0.2381] * 3 + [0.1429] * 2 + [0]
    assert [round(float(f.values["shapley_shubik"]), 4) for f in found.values()] == [0.2333] * 3 + [0.15] * 2 + [0]


def test_one_vote_of_fifteen_with_a_quota_of_ten_is_a_dummy():  # X4, AGREEMENTS 4
    found = votes(10, N1=4, N2=4, N3=4, N4=2, N5=1)
    assert [f.values["banzhaf"] for f in found.values()] == [F(1, 4)] * 4 + [0]
    assert [f.values["shapley_shubik"] for f in found.values()] == [F(1, 4)] * 4 + [0]
    assert [f.values["dummy"] for f in found.values()] == [False] * 4 + [True]
    assert "no power" in found["N5"].sentence
    assert {f.holds for f in found.values()} == {None}


def test_power_in_the_security_council():  # B1-04
    game = VotingGame([7] * 5 + [1] * 10, 39)
    index = voting_power(game).shapley_shubik
    assert (round(float(index["1"]), 6), round(float(index["15"]), 6)) == (0.196270, 0.001865)


def test_fifty_one_votes_as_in_an_electoral_college_are_counted_exactly():  # Mann & Shapley (1960) had to sample
    college = [43, 40, 29, 26, 26, 26, 25, 21, 17, 14, 14, 13, 13, 12, 12, 12, 12, 11, 11, 10, 10, 10, 10, 9, 9, 9, 9, 8, 8, 8]
    college += [7, 7, 6, 6, 6, 5, 5, 5, 4, 4, 4, 4, 4, 4, 4, 3, 3, 3, 3, 3, 3]
    game = VotingGame(college, sum(college) // 2 + 1)
    power = voting_power(game)
    assert sum(power.shapley_shubik.values()) == 1
    assert sum(power.banzhaf.values()) == 1
    name = game.players[20]
    assert check_voting_power(game, name, power.swings[name], power.shapley_shubik[name])
    assert not check_voting_power(game, name, power.swings[name] + 1, power.shapley_shubik[name])


@given(seeds, st.integers(1, 6))
def test_power_by_all_orders_and_all_coalitions(seed, n):
    rng = np.random.default_rng(seed)
    game = VotingGame.random(n, rng)
    power = voting_power(game)
    pivots, swings = dict.fromkeys(game.players, 0), dict.fromkeys(game.players, 0)
    weight = dict(zip(game.players, game.weights, strict=True))
    for order in permutations(game.players):
        reached = F(0)
        for name in order:
            if reached < game.quota <= reached + weight[name]:
                pivots[name] += 1
            reached += weight[name]
    for size in range(n):
        for name in game.players:
            for others in combinations([other for other in game.players if other != name], size):
                total = sum((weight[other] for other in others), F(0))
                swings[name] += total < game.quota <= total + weight[name]
    assert power.swings == swings
    assert power.shapley_shubik == {name: F(count, factorial(n)) for name, count in pivots.items()}


@given(seeds, st.integers(1, 12), st.fractions(min_value=F(1, 1000), max_value=1000, max_denominator=1000))
def test_a_common_factor_of_weights_and_quota_changes_nothing(seed, n, factor):
    game = VotingGame.random(n, np.random.default_rng(seed))
    scaled = VotingGame([w * factor for w in game.weights], game.quota * factor)
    assert voting_power(game).shapley_shubik == voting_power(scaled).shapley_shubik


@given(seeds, st.integers(1, 10))
def test_power_is_confirmed_by_enumeration_and_near_misses_are_refuted(seed, n):
    game = VotingGame.random(n, np.random.default_rng(seed))
    power = voting_power(game)
    for name in game.players:
        swings, share = power.swings[name], power.shapley_shubik[name]
        assert check_voting_power(game, name, swings, share)
        assert not check_voting_power(game, name, swings + 1, share)
        assert not check_voting_power(game, name, swings, share + F(1, 10**12))


def test_the_two_ways_of_counting_again_agree(monkeypatch):
    weights, quota = tuple(F(w) for w in (9, 5, 5, 4, 3, 3, 2, 1, 0)), F(17)
    enumerated = recount(weights, quota)
    recount.cache_clear()
    monkeypatch.setattr("comity.checks.voting_power.MAX_ENUMERATED", 0)
    assert recount(weights, quota) == enumerated
    recount.cache_clear()


def test_members_that_cannot_reach_the_quota_decide_nothing():
    clause = Voting(id="votes", weights={"A": F(5), "B": F(2)}, quota=F(6))
    setting = alone(clause, named("A", "B"))
    assert list(clause.flaws(setting)) == []
    (left,) = clause.findings(setting.keeping(["A"]))
    assert "nothing can pass" in left.sentence
    assert (left.values["banzhaf"], left.values["shapley_shubik"], left.values["veto"]) == (0, 0, False)
    assert clause.findings(setting.keeping([])) == []
    hopeless = replace(clause, quota=F(8))
    assert [flaw.path for flaw in hopeless.flaws(alone(hopeless, named("A", "B")))] == [("quota",)]


def test_a_veto_is_named():
    found = votes(6, A=4, B=3, C=2)
    assert {name: f.values["veto"] for name, f in found.items()} == {"A": True, "B": False, "C": False}
    assert "without it nothing passes" in found["A"].sentence


def test_fifty_votes_of_many_digits_are_refused_with_the_way_out():
    weights = {f"M{i}": F(10**9 + i**5) for i in range(50)}
    clause = Voting(id="votes", weights=weights, quota=F(26 * 10**9))
    setting = alone(clause, named(*weights))
    assert [flaw.path for flaw in clause.flaws(setting)] == [("weights",)]
    with pytest.raises(TooManyPlayers, match="round the weights"):
        clause.findings(setting)


# --- growth -----------------------------------------------------------------------------------


def stakes(d0=4, v=3, d="0.85", G="1.1", H="1.02"):
    return GrowingStakes(temptation_gain=d0, cooperation_gain=v, discount=d, growth_temptation=G, growth_benefit=H)


ACCORD = {"N1": ("0.9", 5), "N2": ("0.9", 5), "N3": ("0.8", 7), "N4": ("0.6", 5), "N5": ("0.95", 9)}
LABS = tuple(Member(id=name, discount=F(d), temptation=F(T), cooperate=F(3), punish=F(1)) for name, (d, T) in ACCORD.items())
GROWTH = Growth(id="growth", growth_temptation=F("1.1"), growth_benefit=F("1.02"))


def test_the_last_period_in_which_the_naive_condition_holds():  # X3-01
    assert round(float(stakes().continuation), 4) == 19.5564
    assert stakes().last_period == 21
    assert [t for t in range(60) if 4 * F("1.1") ** t <= stakes().continuation * F("1.02") ** t] == list(range(22))


def test_bonds_that_carry_six_periods():  # X3-02
    bonds = [round(float(bond), 4) for bond in stakes().bond_schedule(6)]
    assert bonds == [0, 0, 0, 0.1707, 3.0410, 6.4420]


def test_equal_growth_with_a_hazard():  # X3-03
    clause = Growth(id="growth", growth_temptation=F("1.1"), growth_benefit=F("1.1"), hazard=F("0.05"))
    lab = Member(id="L", discount=F("0.85"), temptation=F(9), cooperate=F(2), punish=F(1))
    assert round(float(clause.stakes(lab).continuation), 6) == 7.948546
    assert clause.findings(alone(clause, [lab]))[0].holds is True  # 7 <= 7.9485
    tempted = replace(lab, temptation=F(10))
    assert clause.findings(alone(clause, [tempted]))[0].holds is False


def test_the_first_failures_of_the_accord():  # AGREEMENTS 4
    found = {finding.member: finding for finding in GROWTH.findings(alone(GROWTH, LABS))}
    t_star = {name: round(finding.values["t_star"], 3) for name, finding in found.items()}
    assert t_star == {"N1": 31.990, "N2": 31.990, "N3": 10.546, "N4": 6.036, "N5": 31.039}
    assert {finding.holds for finding in found.values()} == {False}


@pytest.mark.parametrize(("horizon", "holds"), [(6, "N1 N2 N3 N4 N5"), (7, "N1 N2 N3 N5"), (31, "N1 N2 N5"), (32, "")])
def test_a_horizon_fails_once_it_passes_t_star(horizon, holds):
    found = GROWTH.findings(alone(GROWTH, LABS, horizon=horizon))
    assert [finding.member for finding in found if finding.holds] == holds.split()
    assert all("unravels" in finding.sentence for finding in found)


@given(seeds, st.integers(0, 60))
def test_no_period_up_to_the_horizon_pays_exactly_if_the_gain_says_so(seed, horizon):  # all periods tried
    s = GrowingStakes.random(1, np.random.default_rng(seed))
    loss = s.continuation
    pays = loss is not None and any(
        s.temptation_gain * s.growth_temptation**t > loss * s.growth_benefit**t for t in range(horizon + 1)
    )
    assert (s.gain(horizon) > 0) == pays
    last = s.last_period
    assert pays == (last is not None and horizon > last)
    assert bool(check_growth(s, loss, last, s.t_star, horizon)) == (not pays)


@given(seeds)
def test_t_star_is_the_ratio_of_logarithms(seed):
    s = GrowingStakes.random(1, np.random.default_rng(seed))
    if s.t_star is not None:
        expected = log(s.continuation / s.temptation_gain) / log(s.growth_temptation / s.growth_benefit)
        assert s.t_star == pytest.approx(expected, rel=1e-9, abs=1e-9)


@given(seeds)
def test_without_a_horizon_it_holds_exactly_if_no_period_ever_pays(seed):
    s = GrowingStakes.random(1, np.random.default_rng(seed))
    certificate = check_growth(s, s.continuation, s.last_period, s.t_star)
    assert (s.gain() <= 0) == (s.last_period is None) == bool(certificate)
    assert certificate.margin == -s.gain()


def test_wrong_periods_losses_and_times_are_refuted():
    s, tiny = stakes(), F(1, 10**12)

    def check(loss=s.continuation, last=21, t_star=s.t_star, of=s):
        return check_growth(of, loss, last, t_star, horizon=15)

    assert check()
    assert not check(loss=s.continuation + tiny)
    assert not check(loss=None)
    assert not check(last=20)
    assert not check(last=22)
    assert not check(last=-1)
    assert not check(last=None)
    assert not check(t_star=s.t_star * (1 + 1e-11))
    assert not check(t_star=-s.t_star)
    assert not check_growth(stakes(d="0.99"), F(10**9), None)


def test_a_benefit_that_outgrows_impatience_holds_for_ever():
    s = stakes(d="0.99", H="1.02")
    assert (s.continuation, s.t_star, s.last_period) == (None, None, None)
    assert s.gain() < 0
    assert check_growth(s, None, None)
    clause = replace(GROWTH, growth_benefit=F("1.2"))
    assert all(finding.holds for finding in clause.findings(alone(clause, LABS[:1])))


def test_ties_hold():
    s = stakes(d0=3, v=3, d="0.5", G="1.1", H=1)  # R0 = 3
    assert (s.t_star, s.last_period) == (0, 0)
    assert s.gain(0) == 0
    doubling = stakes(d0=1, v=8, d="0.5", G=2, H=1)  # R0 = 8 = 2**3
    assert (doubling.t_star, doubling.last_period) == (3, 3)
    assert doubling.gain(3) == 0
    assert check_growth(doubling, F(8), 3, 3.0, horizon=3)
    assert not check_growth(doubling, F(8), 3, 3.0, horizon=4)


def test_no_temptation_and_no_benefit():
    assert stakes(d0=0).gain() <= 0
    assert stakes(d0=0).last_period is None
    assert (stakes(v=0).continuation, stakes(v=0).last_period) == (0, -1)
    assert (stakes(v=-1).continuation, stakes(v=-1).gain() > 0) == (0, True)


def test_very_slow_growth_has_a_very_late_end():
    s = stakes(G=F(1_000_000_001, 10**9), H=1)
    last = s.last_period
    assert last == int(s.t_star) > 10**8
    assert check_growth(s, s.continuation, last, s.t_star, horizon=10)
    assert not check_growth(s, s.continuation, last + 1, s.t_star, horizon=10)
    assert s.gain(last) <= 0 < s.gain(last + 1)


# --- every clause -----------------------------------------------------------------------------


@pytest.mark.parametrize("kind", [Windfall, RiskLayers, Voting, Growth])
@given(seed=seeds, n=st.integers(0, 5), horizon=st.none() | st.integers(1, 40))
def test_random_clauses_have_no_flaws_and_consistent_findings(kind, seed, n, horizon):
    rng = np.random.default_rng(seed)
    members = random_members(n, rng)
    clause = kind.random(members, rng)
    setting = alone(clause, members, horizon=horizon)
    assert list(clause.flaws(setting)) == []
    for present in (setting, setting.keeping(setting.ids[:1])):
        found = clause.findings(present)
        assert len({finding.id for finding in found}) == len(found)
        for finding in found:
            assert bool(finding.certificate) == (finding.holds is not False)
            assert Certificate.from_json(finding.certificate.to_json()).claim == finding.certificate.claim
            if finding.question in ("defect", "sweep") and finding.member:
                (gain,) = (d.gain for d in clause.deviations(present, present.member(finding.member)))
                assert finding.gain == gain == -finding.certificate.margin
                assert finding.holds == (gain <= 0)
