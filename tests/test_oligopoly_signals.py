"""Rivals with signals about their market: model I1, its clause, and the checks that confirm both from covariances."""

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import comity
from comity.checks.nash import check_dominant
from comity.checks.oligopoly_signals import (
    check_concealing,
    check_industry_gain,
    check_industry_threshold,
    check_reaction,
    gain_at_ratio,
)
from comity.enclosure import Between
from comity.errors import ComityError
from comity.games.strategic.oligopoly_signals import OligopolySignals
from comity.mechanisms.information_sharing.oligopoly_signals import OligopolySignalsClause
from comity.mechanisms.members import Member
from comity.mechanisms.setting import Setting
from comity.solvers.equilibrium.pure import pure_equilibria

TINY = Fraction(1, 10**12)
COMMON = OligopolySignals(2, mean=10, variance=1, correlation=1, noise=1, own_slope=1, cross_slope=1)
PRIVATE = replace(COMMON, correlation=0, noise=0)
COMPLEMENTS = replace(COMMON, cross_slope=Fraction(-1, 2))
THREE = OligopolySignals(3, mean=10, variance=4, correlation="0.5", noise=1, own_slope=1, cross_slope="0.8")


def markets(least=1, most=5):
    return st.builds(
        lambda n, seed: OligopolySignals.random(n, np.random.default_rng(seed)), st.integers(least, most), st.integers(0, 10**6)
    )


def profits(game):
    return [float(game.profit_if_all(share)) for share in (False, True)]


# --- published and verified numbers -----------------------------------------------------------------


def test_cournot_rivals_with_a_common_state_lose_by_sharing():  # I1-01; Vives 1984, Gal-Or 1985
    assert profits(COMMON) == pytest.approx([11.19111, 11.18519], abs=5e-6)


def test_private_states_known_for_certain_are_worth_sharing():  # I1-02; Gal-Or 1986
    assert profits(PRIVATE) == pytest.approx([11.3611, 11.6667], abs=5e-5)


def test_complements_share():  # I1-03
    assert profits(COMPLEMENTS) == pytest.approx([44.6077, 44.7407], abs=5e-5)


def test_three_rivals_with_correlated_states():  # I1-04
    assert profits(THREE) == pytest.approx([8.17519, 8.51623], abs=5e-6)


def test_the_revelation_game():  # I1-06
    game = COMMON.revelation_game()
    own = [float(game.payoff(0, profile)) for profile in ((0, 0), (1, 0), (0, 1), (1, 1))]
    assert own == pytest.approx([11.1911, 11.1667, 11.2083, 11.1852], abs=5e-5)
    assert pure_equilibria(game) == [(0, 0)]
    assert check_dominant(game, 0, 0)


def test_the_industry_shares_a_common_state_up_to_a_ratio_of_sqrt_3_minus_1():  # I1-07
    threshold = COMMON.industry_threshold()
    assert float(threshold.middle) == pytest.approx(0.73205, abs=5e-6)
    assert (threshold.low + 1) ** 2 < 3 < (threshold.high + 1) ** 2
    assert check_industry_threshold(COMMON, threshold)


# --- pitfalls ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("cross", ["-0.9", "-0.3", "0.3", "0.9", "1.5"])
def test_quantity_rivals_do_share_private_states(cross):  # "Cournot hides" is wrong without the kind of state
    game = replace(PRIVATE, cross_slope=Fraction(cross))
    assert game.industry_gain > 0
    assert game.revelation_game().dominant_action(0) == 1


@pytest.mark.parametrize("cross", ["-0.9", "-0.3"])
def test_complements_share_common_states(cross):
    assert replace(COMMON, cross_slope=Fraction(cross)).revelation_game().dominant_action(0) == 1


def test_what_pays_all_together_need_not_pay_one_alone():  # 0.732 is the industry's threshold, not a member's
    game = replace(COMMON, cross_slope=Fraction(1, 2))
    assert game.industry_gain > 0
    assert game.unilateral_gain(0) < 0
    assert game.unilateral_gain(1) < 0
    assert game.revelation_game().dominant_action(0) == 0


def test_a_club_that_tells_members_only_is_worth_joining_where_an_open_one_is_not():
    # From a common state one learns more by being told than rivals learn from one's own signal, if competition is mild.
    game = replace(COMMON, cross_slope=Fraction(1, 2))
    assert game.unilateral_gain(1) < 0 < game.unilateral_gain(1, members_only=True)


# --- second methods ---------------------------------------------------------------------------------


@settings(max_examples=25, deadline=None)
@given(game=markets(most=4), members_only=st.booleans())
def test_alike_rivals_react_as_the_general_solution_says(game, members_only):
    for k in range(game.n + 1):
        observed = [sorted({i, *(range(k) if i < k or not members_only else ())}) for i in range(game.n)]
        general, found = game.strategies(observed), game.reaction(k, members_only=members_only)
        assert general.profits == tuple([found.profit_sharing] * k + [found.profit_hiding] * (game.n - k))


@settings(max_examples=60, deadline=None)
@given(game=markets(most=30))
def test_all_or_nobody_sharing_has_a_closed_form(game):  # Raith 1996, common and difference modes
    n, d, e, rho = game.n, game.own_slope, game.cross_slope, game.correlation
    v, s = game.variance, game.noise
    if v + s == 0:
        return
    b = v / (v + s)
    weight = b / (2 * d + e * (n - 1) * rho * b)
    assert game.profit_if_all(False) == d * (game.average**2 + weight**2 * (v + s))
    common = v * (1 + (n - 1) * rho) / n
    private = v * (1 - rho)
    variance = (common**2 / (common + s / n) if common else 0) / (2 * d + e * (n - 1)) ** 2
    variance += Fraction(n - 1, n) * (private**2 / (private + s) if private else 0) / (2 * d - e) ** 2
    assert game.profit_if_all(True) == d * (game.average**2 + variance)


@settings(max_examples=25, deadline=None)
@given(game=markets(), members_only=st.booleans())
def test_every_reaction_is_confirmed_from_covariances(game, members_only):
    for k in range(game.n + 1):
        certificate = check_reaction(game, k, game.reaction(k, members_only=members_only), members_only=members_only)
        assert certificate.margin == 0
        assert certificate


@pytest.mark.scheduled
@pytest.mark.parametrize("observed", [[[0], [1], [2]], [[0, 1, 2]] * 3, [[0, 1], [1], [1, 2]]])
def test_profits_are_those_of_drawn_markets(observed):
    rng = np.random.default_rng(11)
    covariance = 4 * (0.5 * np.eye(3) + 0.5)
    states = rng.multivariate_normal([10] * 3, covariance, size=1_000_000)
    signals = states + rng.normal(size=states.shape)
    found = THREE.strategies(observed)
    actions = np.full(states.shape, float(found.average))
    for i, weights in enumerate(found.weights):
        for k, weight in weights.items():
            actions[:, i] += float(weight) * (signals[:, k] - 10)
    earned = (states - actions - 0.8 * (actions.sum(axis=1, keepdims=True) - actions)) * actions
    error = earned.std(axis=0) / 1000
    assert np.all(np.abs(earned.mean(axis=0) - [float(p) for p in found.profits]) < 5 * error)


@settings(max_examples=20, deadline=None)
@given(n=st.integers(2, 6), variance=st.integers(1, 30), noise=st.integers(1, 30))
def test_the_threshold_is_where_the_industrys_gain_turns(n, variance, noise):
    game = OligopolySignals(n, 10, variance, 1, noise, 1, Fraction(1, 10))
    threshold = game.industry_threshold()
    assert check_industry_threshold(game, threshold)
    assert (
        gain_at_ratio(game, threshold.middle * Fraction(99, 100)) > 0 > gain_at_ratio(game, threshold.middle * Fraction(101, 100))
    )
    beside = Between(threshold.high + TINY, threshold.high + 2 * TINY)
    assert not check_industry_threshold(game, beside)


# --- near misses and edges ---------------------------------------------------------------------------


@pytest.mark.parametrize("field", ["sharing_own", "sharing_seen", "hiding_own", "hiding_seen", "profit_sharing", "profit_hiding"])
@pytest.mark.parametrize("change", [lambda x: x + TINY, lambda x: -x, lambda x: Fraction(0)])
def test_a_reaction_that_is_slightly_off_is_refuted(field, change):
    found = THREE.reaction(2)
    moved = found._replace(**{field: change(getattr(found, field))})
    certificate = check_reaction(THREE, 2, moved)
    assert not certificate
    assert certificate.witness["reason"]


@pytest.mark.parametrize("own_is_right", [True, False])
def test_each_weight_must_be_best_by_itself(own_is_right):
    # Two private states known for certain: 2 r0 + r1 = 1 makes the own weight best, 2 r1 + r0 = 0 that of the other's signal.
    own, seen = (Fraction(2, 5), Fraction(1, 5)) if own_is_right else (Fraction(2, 5), Fraction(-1, 5))
    profit = PRIVATE.average**2 + own - own**2 - seen**2 - 2 * own * seen
    claimed = PRIVATE.reaction(2)._replace(sharing_own=own, sharing_seen=seen, profit_sharing=profit)
    assert check_reaction(PRIVATE, 2, claimed).witness["reason"] == "another reaction earns more"


def test_a_gain_that_is_slightly_off_is_refuted():
    assert check_industry_gain(COMMON, COMMON.industry_gain)
    assert not check_industry_gain(COMMON, COMMON.industry_gain + TINY)


def test_the_side_payment_is_the_gap():
    gap = -COMMON.unilateral_gain(1)
    assert check_concealing(COMMON, 2, side_payment=gap).margin == 0
    assert not check_concealing(COMMON, 2, side_payment=gap - TINY)


def test_signals_that_repeat_each_other_leave_profits_determined():
    sure = replace(COMMON, noise=0)  # one common state, seen by each without error: there is nothing to share
    assert sure.profit_if_all(True) == sure.profit_if_all(False)
    assert sure.strategies([[0, 1], [0, 1]]).profits == sure.strategies([[0], [1]]).profits
    assert sure.industry_threshold() is None
    assert replace(COMMON, variance=0).industry_gain == 0


def test_a_monopolist_has_nobody_to_tell():
    alone = OligopolySignals(1, 10, 4, 1, 0, 1, 0)
    assert alone.profit_if_all(True) == alone.profit_if_all(False) == (100 + 4) / Fraction(4)


@settings(max_examples=30, deadline=None)
@given(game=markets(most=3), unit=st.fractions(Fraction(1, 1000), 1000))
def test_money_in_another_unit_changes_profits_by_it(game, unit):
    other = OligopolySignals(
        game.n,
        game.mean * unit,
        game.variance * unit**2,
        game.correlation,
        game.noise * unit**2,
        game.own_slope * unit,
        game.cross_slope * unit,
    )
    assert other.industry_gain == game.industry_gain * unit


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"cross_slope": Fraction(2)}, "exactly one equilibrium"),
        ({"cross_slope": Fraction(-2)}, "exactly one equilibrium"),
        ({"own_slope": Fraction(0)}, "above 0"),
        ({"correlation": Fraction(-2)}, "correlation"),
        ({"noise": Fraction(-1)}, "at least 0"),
        ({"n": 0}, "at least one"),
    ],
)
def test_numbers_that_are_no_market_are_refused(change, message):
    with pytest.raises(ComityError, match=message):
        replace(COMMON, **change)


def test_questions_without_an_answer_are_refused():
    for ask, message in (
        (lambda: THREE.industry_threshold(), "industry_gain"),
        (lambda: THREE.reaction(4), "0 to 3"),
        (lambda: THREE.unilateral_gain(3), "0 to 2"),
        (lambda: THREE.strategies([[0], [1]]), "each of the 3"),
        (lambda: replace(COMMON, n=20, cross_slope=Fraction(1, 20)).strategies([range(20)] * 20), "reaction"),
    ):
        with pytest.raises(ComityError, match=message):
            ask()


# --- the clause --------------------------------------------------------------------------------------

CLAUSE = OligopolySignalsClause(
    id="signals",
    mean=Fraction(10),
    spread=Fraction(1),
    correlation=Fraction(1),
    noise=Fraction(1),
    own_slope=Fraction(1),
    cross_slope=Fraction(1),
)
AB = (Member(id="A"), Member(id="B"))


def setting(clause, members=AB):
    return Setting(members, (clause,), members, "USD_m", "year")


def test_the_clause_says_who_hides_and_what_side_payment_it_takes():
    told = CLAUSE.findings(setting(CLAUSE))
    gap = -COMMON.unilateral_gain(1)
    assert [finding.holds for finding in told] == [False, False, None]
    assert told[0].gain == told[0].values["needed_side_payment"] == gap
    assert "a side payment of 0.02315 would" in told[0].sentence
    assert told[2].gain == COMMON.industry_gain
    assert told[2].values["threshold_of_cross_slope"] == pytest.approx(0.7320508)
    paid = replace(CLAUSE, side_payment=gap)
    assert [finding.holds for finding in paid.findings(setting(paid))] == [True, True, None]
    short = replace(CLAUSE, side_payment=gap - TINY)
    assert [finding.holds for finding in short.findings(setting(short))] == [False, False, None]


def test_a_member_that_left_stays_in_the_market():
    three = replace(CLAUSE, correlation=Fraction(1, 2), spread=Fraction(2), cross_slope=Fraction(4, 5))
    members = (*AB, Member(id="C"))
    here = setting(three, members).keeping(["A", "B"])
    assert three.value(here, members[0]) == THREE.reaction(2).profit_sharing
    assert three.fallback(here, members[0]) == THREE.reaction(1).profit_hiding
    assert {finding.member for finding in three.findings(here)} == {"A", "B", None}
    assert three.deviations(here, members[2]) == ()


def test_a_member_alone_in_the_agreement_pays_nobody():
    paid = replace(CLAUSE, side_payment=Fraction(1))
    alone = setting(paid).keeping(["A"])
    (deviation,) = paid.deviations(alone, AB[0])
    assert deviation.gain == -COMMON.unilateral_gain(0)
    assert paid.findings(alone)[0].holds is False


def test_whoever_is_told_nothing_without_telling_has_more_reason_to_tell():
    mild = replace(CLAUSE, cross_slope=Fraction(1, 2))
    club = replace(mild, reciprocity="members_only")
    assert [clause.findings(setting(clause))[0].holds for clause in (mild, club)] == [False, True]


def test_flaws_name_the_number_and_the_range():
    wild = replace(CLAUSE, cross_slope=Fraction(2), correlation=Fraction(-1))
    members = (*AB, Member(id="C"))
    flaws = {flaw.path: flaw for flaw in wild.flaws(setting(wild, members))}
    assert set(flaws) == {("cross_slope",), ("correlation",)}
    assert "-0.5" in flaws[("correlation",)].hint
    assert wild.findings(setting(wild, members)) == []
    assert wild.deviations(setting(wild, members), AB[0]) == ()
    assert wild.value(setting(wild, members), AB[0]) is None


FILE = """
schema = "agreement/0.1"
[agreement]
id = "exchange"
unit = "USD_m"
period = "year"
horizon = "infinite"
[[member]]
id = "A"
[[member]]
id = "B"
[[clause]]
id = "signals"
area = "information_sharing"
type = "oligopoly_signals"
mean = 10
spread = 1
correlation = 1
noise = 1
own_slope = 1
cross_slope = 0.5
"""


def test_the_file_is_assessed_repaired_and_verified(tmp_path):
    path = tmp_path / "exchange.toml"
    path.write_text(FILE, encoding="utf-8")
    assessment = comity.assess(path)
    assert not assessment.holds
    (repair, *_) = [r for r in assessment.repairs if r.finding == "signals.lie"]
    gap = -replace(COMMON, cross_slope=Fraction(1, 2)).unilateral_gain(1)
    assert repair.lever.name == "side_payment"
    assert gap <= repair.value < gap + Fraction(1, 10**6)
    assert comity.verify(assessment)
