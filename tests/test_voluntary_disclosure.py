"""Findings that may be withheld: thresholds of the literature, penalties that end silence, and near misses refuted (I4)."""

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from comity.checks.voluntary_disclosure import check_voluntary_disclosure, check_withheld_at_most
from comity.enclosure import Between, between
from comity.errors import InvalidGame
from comity.games.bayesian.voluntary_disclosure import DisclosureGame, Silence
from comity.games.bayesian.worths import ListedWorth, NormalWorth, standard_quantile
from comity.mechanisms.information_sharing.voluntary_disclosure import FindingWorth, VoluntaryDisclosure
from comity.mechanisms.members import Member
from comity.mechanisms.setting import Setting
from comity.normal_distribution import below_between, density_between, mills_ratio_between, pi_between

ZERO, ONE, HALF = Fraction(0), Fraction(1), Fraction(1, 2)
SMALL = Fraction(1, 10**12)

seeds = st.integers(0, 2**32 - 1)
games = st.builds(lambda seed: DisclosureGame.random(1, np.random.default_rng(seed)), seeds)
parts = st.integers(0, 20).map(lambda k: Fraction(k, 20))
amounts = st.integers(0, 60).map(lambda k: Fraction(k, 20))
exact_games = games.filter(lambda game: not isinstance(game.worth, NormalWorth))


# --- published numbers -----------------------------------------------------------------------------


@pytest.mark.parametrize(("informed", "threshold"), [("0.5", 0.414214), ("0.9", 0.240253)])  # I4-01, I4-02: Dye 1985
def test_bad_news_is_withheld_where_silence_may_be_ignorance(informed, threshold):
    game = DisclosureGame.uniform(0, 1, informed)
    assert float(game.threshold.middle) == pytest.approx(threshold, abs=5e-7)
    root = (1 - float(informed)) ** 0.5
    assert float(game.threshold.middle) == pytest.approx(root / (1 + root), rel=1e-14)
    assert check_voluntary_disclosure(game, game.silence)


def test_the_threshold_of_a_normal_worth_is_enclosed():  # I4-03
    game = DisclosureGame.normal(0, 1, "0.5")
    assert float(game.threshold.middle) == pytest.approx(-0.276030, abs=5e-7)
    assert game.threshold.width < Fraction(1, 10**30)
    certificate = check_voluntary_disclosure(game, game.silence)
    assert certificate.verdict.value == "HOLDS"
    assert certificate.basis.value == "ENCLOSED"


@pytest.mark.parametrize(("penalty", "threshold"), [("0", 0.41421), ("0.1", 0.31774), ("0.25", 0.18614), ("0.5", 0)])  # I4-05
def test_a_penalty_brings_bad_news_to_light(penalty, threshold):
    game = DisclosureGame.uniform(0, 1, "0.5", fine=penalty)
    assert float(game.threshold.middle) == pytest.approx(threshold, abs=5e-6)
    assert check_voluntary_disclosure(game, game.silence)


@pytest.mark.parametrize("cost", ["0.05", "0.1", "0.3", "0.5"])
def test_a_cost_of_disclosure_hides_twice_as_much(cost):  # Verrecchia 1983; Jovanovic 1982: U[0,1], x* = 2c
    game = DisclosureGame.uniform(0, 1, 1, cost=cost)
    assert game.threshold == between(2 * Fraction(cost))
    assert game.silence.withheld.low == min(ONE, 2 * Fraction(cost))


@pytest.mark.parametrize("informed", ["0.4", 1])
def test_nothing_is_disclosed_where_that_costs_more_than_half_of_what_is_at_stake(informed):
    game = DisclosureGame.uniform(0, 1, informed, cost="0.55")
    assert (game.silence.withheld, game.silence.price) == (between(Fraction(informed)), between(HALF))
    assert check_voluntary_disclosure(game, game.silence)


def test_the_units_of_a_uniform_worth_do_not_matter():
    here, there = DisclosureGame.uniform(0, 1, "0.7", cost="0.1"), DisclosureGame.uniform(-30, 20, "0.7", cost=5)
    assert there.threshold.low <= 50 * here.threshold.high - 30
    assert there.threshold.high >= 50 * here.threshold.low - 30


@pytest.mark.parametrize(
    "game",
    [
        DisclosureGame.uniform(0, 1, 1),
        DisclosureGame.normal(0, 1, 1),
        DisclosureGame.listed({-1: "0.5", 3: "0.5"}, 1),
        DisclosureGame.uniform(0, 1, 1, cost="0.1", fine="0.1"),
    ],
    ids=["uniform", "normal", "listed", "penalty as large as the cost"],
)
def test_everything_unravels_where_all_are_informed_and_nothing_costs(game):  # Grossman 1981; Milgrom 1981
    assert game.discloses_all
    assert game.silence.disclosed == between(ONE)
    assert check_voluntary_disclosure(game, game.silence).basis.value in ("EXACT", "ENCLOSED")
    assert bool(check_voluntary_disclosure(game, game.silence))


def test_a_worth_of_which_some_is_withheld_balances_silence_and_disclosure():
    # Hand calculation: 0 or 10, informed with 1/2, penalty 4.  Silent about all of the 0s silence is worth
    # (5/2 + 5/2) / (1/2 + 1/4) ... = 10/3 < 4, about none 5 > 4: about half of them, (1/2 5) / (1/2 + 1/8) = 4.
    game = DisclosureGame.listed({0: HALF, 10: HALF}, HALF, fine=4)
    silence = game.silence
    assert (silence.price.low, silence.silent_at_threshold, silence.withheld.low) == (4, HALF, Fraction(1, 8))
    assert check_voluntary_disclosure(game, silence)


# --- the normal distribution -----------------------------------------------------------------------


@pytest.mark.parametrize("z", [-40, -9.25, -5, -3, -0.001, 0, 0.5, 4.9, 5, 5.1, 12])
def test_the_chance_below_agrees_with_scipy_and_is_known_to_fifty_digits(z):
    from scipy.stats import norm

    found = below_between(Fraction(z))
    assert float(found.middle) == pytest.approx(norm.cdf(z), rel=1e-12)
    assert found.width <= found.high / 10**50
    assert float(density_between(Fraction(z)).middle) == pytest.approx(norm.pdf(z), rel=1e-12)


def test_series_and_continued_fraction_meet():
    # Either side of where one takes over from the other; the ratio falls by about its slope, z M - 1.
    near, far = mills_ratio_between(5 - SMALL), mills_ratio_between(Fraction(5))
    slope = 5 * far.middle - 1
    assert abs((near.middle - far.middle) / SMALL + slope) < Fraction(1, 10**9)


def test_pi_and_quantiles_are_those_of_tables():
    assert str(float(pi_between().middle)) == "3.141592653589793"
    assert float(standard_quantile(Fraction(975, 1000)).middle) == pytest.approx(1.959963984540054, abs=1e-15)
    assert float(standard_quantile(Fraction(1, 1000)).middle) == pytest.approx(-3.090232306167813, abs=1e-14)


# --- second methods ----------------------------------------------------------------------------------


@settings(max_examples=40, deadline=None)
@given(games)
def test_every_equilibrium_is_confirmed(game):
    assert check_voluntary_disclosure(game, game.silence)


@settings(max_examples=15, deadline=None)
@given(seed=seeds)
def test_a_normal_threshold_agrees_with_scipy(seed):
    from scipy.optimize import brentq
    from scipy.stats import norm

    rng = np.random.default_rng(seed)
    p, k = float(rng.uniform(0.05, 0.95)), float(rng.uniform(-2, 2))
    game = DisclosureGame.normal(0, 1, p, cost=max(k, 0), fine=max(-k, 0))
    root = brentq(lambda z: (1 - p) * (z - k) + p * ((z - k) * norm.cdf(z) + norm.pdf(z)), -60, k + 1, xtol=1e-13)
    assert float(game.threshold.middle) == pytest.approx(root, abs=1e-9)


@settings(max_examples=60, deadline=None)
@given(game=games.filter(lambda game: isinstance(game.worth, ListedWorth)))
def test_of_listed_worths_no_smaller_set_can_be_withheld(game):
    """All sets of the worst worths, and all mixtures of one more in steps, tried by definition."""
    values, chances, p = game.worth.values, game.worth.chances, game.informed
    best = None
    for j in range(len(values) + 1):
        silent = [Fraction(i < j) for i in range(len(values))]
        heard = [f * (1 - p + p * s) for f, s in zip(chances, silent, strict=True)]
        price = sum(h * x for h, x in zip(heard, values, strict=True)) / sum(heard) if sum(heard) else values[0]
        keeping, gains = price - game.penalty, [x - game.cost for x in values]
        if all(g <= keeping for g in gains[:j]) and all(g >= keeping for g in gains[j:]):
            best = p * sum(chances[:j])
            break
    withheld = game.silence.withheld.low
    assert best == withheld if best is not None else 0 < game.silence.silent_at_threshold < 1


@pytest.mark.scheduled
@pytest.mark.parametrize("kind", ["uniform", "normal"])
def test_a_market_that_learns_from_silence_prices_it_as_said(kind):
    """A million senders, each replying to a price; the price is set to the average of the silent, over and over."""
    rng = np.random.default_rng(7)
    game = getattr(DisclosureGame, kind)(0, 1, "0.6", cost="0.05", fine="0.15")
    worth = rng.uniform(0, 1, 10**6) if kind == "uniform" else rng.normal(0, 1, 10**6)
    informed = rng.random(10**6) < 0.6
    price = worth.mean()
    for _ in range(200):
        silent = ~informed | (worth - 0.05 < price - 0.15)
        price = worth[silent].mean()
    assert price == pytest.approx(float(game.silence.price.middle), abs=5e-3)
    assert (silent & informed).mean() == pytest.approx(float(game.silence.withheld.middle), abs=5e-3)


# --- axioms --------------------------------------------------------------------------------------------


@settings(max_examples=50, deadline=None)
@given(game=games, more=amounts)
def test_raising_the_penalty_weakly_lowers_withholding(game, more):  # property 11
    assume(game.proof > 0)
    stricter = DisclosureGame(game.worth, game.informed, game.cost, game.proof, game.fine + more)
    assert stricter.silence.withheld.low <= game.silence.withheld.high


@settings(max_examples=50, deadline=None)
@given(game=games, most=parts)
def test_the_penalty_needed_is_needed_and_enough(game, most):
    assume(game.worth.least is not None or most > 0)
    needed = game.penalty_needed(most).high
    enough = DisclosureGame(game.worth, game.informed, game.cost, ONE, needed + Fraction(1, 10**20))
    assert enough.silence.withheld.high <= most
    if needed > 0 and most < game.informed:
        less = DisclosureGame(game.worth, game.informed, game.cost, ONE, needed * (1 - SMALL))
        assert less.silence.withheld.low > most


def test_full_disclosure_takes_the_mean_less_the_worst():  # I4: q F >= mean - inf supp F
    for game in (DisclosureGame.uniform(2, 10, "0.3"), DisclosureGame.listed({2: "0.5", 10: "0.5"}, "0.99")):
        assert game.penalty_needed() == between(4)
    assert DisclosureGame.uniform(2, 10, 1, cost=1).penalty_needed() == between(1)
    assert DisclosureGame.uniform(2, 10, 0, cost=1).penalty_needed() == between(0)


@settings(max_examples=60, deadline=None)
@given(game=games, most=parts)
def test_what_withholding_gains_and_how_much_is_withheld_say_the_same(game, most):
    assume(game.worth.least is not None or most > 0)
    gain, marginal = game.gain_beyond(most), game.marginal_worth(most)
    certificate = check_withheld_at_most(game, game.silence, most, gain, marginal)
    assert "reason" not in certificate.witness
    assert bool(certificate) is (gain.safe <= 0) is (game.silence.withheld.high <= most)
    for moved in (gain + SMALL, gain - SMALL):
        assert check_withheld_at_most(game, game.silence, most, moved, marginal).witness["reason"]


# --- near misses are refuted -----------------------------------------------------------------------


@settings(max_examples=40, deadline=None)
@given(game=games, sign=st.sampled_from([1, -1]))
def test_a_threshold_or_price_a_little_off_is_refuted(game, sign):
    assume(game.informed > 0)
    assume(game.threshold is not None)
    silence, off = game.silence, sign * SMALL
    moved = replace(silence, threshold=silence.threshold + off, price=silence.price + off)
    assert not check_voluntary_disclosure(game, moved)
    assert not check_voluntary_disclosure(game, replace(silence, price=silence.price + off))
    assert not check_voluntary_disclosure(game, replace(silence, withheld=silence.withheld + off))
    shifted = replace(silence, withheld=silence.withheld + off, disclosed=silence.disclosed - off)
    assert not check_voluntary_disclosure(game, shifted)
    assert not check_voluntary_disclosure(game, replace(silence, threshold=None, price=None))


def test_bounds_that_are_too_wide_prove_nothing():
    game = DisclosureGame.uniform(0, 1, "0.5")
    wide = Between(Fraction(1, 10), Fraction(9, 10))
    assert check_voluntary_disclosure(game, replace(game.silence, threshold=wide, price=wide)).verdict.value == "UNDECIDED"


def test_an_equilibrium_that_withholds_more_than_needed_is_refuted():
    # All informed, disclosing costs 5.  Silent about 0 alone: silence is worth 0, and 6 - 5 > 0.  Silent about 6 as well:
    # it is worth (.4 6) / .9 = 8/3, and 6 - 5 < 8/3 < 9 - 5.  Both are equilibria.
    game = DisclosureGame.listed({0: "0.5", 6: "0.4", 9: "0.1"}, 1, cost=5)
    assert game.silence == Silence(between(Fraction(5)), between(ZERO), between(HALF), between(HALF))
    more = Silence(*map(between, (Fraction(23, 3), Fraction(8, 3), Fraction(9, 10), Fraction(1, 10))))
    certificate = check_voluntary_disclosure(game, more)
    assert not certificate
    assert certificate.witness["reason"] == "disclosing from 6 on would do as well"


def test_to_withhold_much_may_pay_where_to_withhold_a_little_does_not():
    # As before; with the 6s and half of the 6.5s withheld silence would be worth (1.2 + .65) / .8 > 6.5 - 5.  But 6 - 5 > 0.
    game = DisclosureGame.listed({0: "0.5", 6: "0.2", 6.5: "0.2", 9: "0.1"}, 1, cost=5)
    most = Fraction(4, 5)
    assert game.silence.withheld == between(HALF)
    assert game.gain_beyond(most) == between(-ONE)
    assert check_withheld_at_most(game, game.silence, most, game.gain_beyond(most))


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: DisclosureGame.uniform(1, 1, "0.5"), "low below high"),
        (lambda: DisclosureGame.normal(0, 0, "0.5"), "above 0"),
        (lambda: DisclosureGame.listed({0: "0.5", 1: "0.6"}, "0.5"), "add up"),
        (lambda: DisclosureGame.listed({}, "0.5"), "at least one"),
        (lambda: DisclosureGame.uniform(0, 1, "1.5"), "informed is 1.5; give a number from 0 to 1"),
        (lambda: DisclosureGame.uniform(0, 1, "0.5", cost=-1), "cost is -1"),
        (lambda: DisclosureGame("uniform", "0.5"), "use DisclosureGame.uniform"),
        (lambda: DisclosureGame.uniform(0, 1, float("nan")), "finite"),
        (lambda: DisclosureGame.normal(0, 1, "0.5").penalty_needed(), "no worst finding"),
        (lambda: DisclosureGame.normal(0, 1, 1).withholding_gain(0), "without bound"),
        (lambda: DisclosureGame.uniform(0, 1, "0.5").gain_beyond(-1), "from 0 on"),
    ],
)
def test_what_makes_no_sense_is_refused_with_the_way_out(make, message):
    with pytest.raises(InvalidGame if "finite" not in message else ValueError, match=message):
        make()


@pytest.mark.parametrize("unit", [Fraction(1, 10**12), Fraction(10**12)])
def test_tiny_and_huge_units_are_alike(unit):
    game = DisclosureGame.normal(3 * unit, unit, "0.5", cost=unit / 10)
    like = DisclosureGame.normal(3, 1, "0.5", cost="0.1")
    assert game.threshold.low / unit <= like.threshold.high
    assert game.threshold.high / unit >= like.threshold.low
    assert check_voluntary_disclosure(game, game.silence)


@pytest.mark.parametrize(
    "game",
    [
        DisclosureGame.listed({4: 1}, "0.5"),
        DisclosureGame.listed({4: 1}, "0.5", cost=1),
        DisclosureGame.listed({4: 1}, 1, fine=1),
        DisclosureGame.normal(0, 1, "0.5", fine=100),
        DisclosureGame.normal(0, 1, "0.5", cost=100),
        DisclosureGame.normal(0, 1, 1, cost="0.001"),
        DisclosureGame.normal(0, 1, "0.999999999999"),
        DisclosureGame.uniform(0, 1, "0.000000000001"),
        DisclosureGame.uniform(0, 1, 0),
        DisclosureGame.normal(0, 1, 0, fine=1),
    ],
)
def test_extremes_have_answers(game):
    assert check_voluntary_disclosure(game, game.silence)


# --- the clause ----------------------------------------------------------------------------------------


def findings_clause(**changes):
    given = {
        "id": "findings",
        "worth": FindingWorth(kind="uniform", low=ZERO, high=ONE),
        "informed": {"A": HALF, "B": Fraction(9, 10)},
        "detection": Fraction(1, 4),
        "fine": ONE,
        "most_withheld": Fraction(1, 20),
    }
    return VoluntaryDisclosure(**given | changes)


MEMBERS = (Member(id="A"), Member(id="B"))


def setting_of(clause):
    return Setting(MEMBERS, (clause,), MEMBERS, "USD_m", "year")


def test_the_clause_says_who_withholds_what():  # I4-05: penalty .25, informed .5: threshold .18614, withheld .09307
    clause = findings_clause()
    found = {finding.member: finding for finding in clause.findings(setting_of(clause))}
    assert found["A"].holds is False
    assert found["A"].values["threshold"] == pytest.approx(0.186141, abs=1e-6)
    assert found["A"].values["withheld"] == pytest.approx(0.0930703, abs=1e-6)
    # With .05 withheld the best of them is worth .1, and silence (.25 + .0025) / .55.
    assert found["A"].gain == Fraction(505, 1100) - Fraction(1, 10) - Fraction(1, 4)
    assert "keeps silent about findings that leave it worth less than 0.1861 USD_m" in found["A"].sentence


def test_the_fine_that_is_needed_repairs_and_less_does_not():
    clause = findings_clause()
    needed = max(clause.game(member).penalty_needed(Fraction(1, 20)).low for member in MEMBERS) * 4
    for fine, holds in ((needed, [True, True]), (needed - SMALL, None)):
        repaired = replace(clause, fine=fine)
        found = [finding.holds for finding in repaired.findings(setting_of(repaired))]
        assert found == holds if holds else not all(found)


def test_without_a_bar_the_clause_informs():
    clause = findings_clause(most_withheld=None, worth=FindingWorth(kind="normal", mean=ZERO, deviation=ONE))
    assert [finding.holds for finding in clause.findings(setting_of(clause))] == [None, None]
    assert clause.deviations(setting_of(clause), MEMBERS[0]) == ()
    assert "No penalty would bring all of it to light" in clause.findings(setting_of(clause))[0].sentence


@pytest.mark.parametrize(
    ("changes", "path"),
    [
        ({"worth": FindingWorth(kind="uniform", low=ONE, high=ZERO)}, ("worth", "high")),
        ({"worth": FindingWorth(kind="uniform", low=ZERO)}, ("worth",)),
        ({"worth": FindingWorth(kind="uniform", low=ZERO, high=ONE, mean=ZERO)}, ("worth", "mean")),
        ({"worth": FindingWorth(kind="listed", values=(ZERO,), chances=(HALF,))}, ("worth", "chances")),
        ({"worth": FindingWorth(kind="normal", mean=ZERO, deviation=ONE), "most_withheld": ZERO}, ("most_withheld",)),
    ],
)
def test_flaws_of_the_clause_are_named(changes, path):
    clause = findings_clause(**changes)
    assert [flaw.path for flaw in clause.flaws(setting_of(clause))] == [path]
    assert list(findings_clause().flaws(setting_of(findings_clause()))) == []


def test_margins_say_where_the_finding_turns():
    # Needed is an expected penalty of 505/1100 - 1/10 = 79/220; the finding fails by 6/55, more than its cost of 0.
    clause = findings_clause()
    first = clause.findings(setting_of(clause))[0]
    turns = {margin.path.removeprefix("clause.findings."): margin.turns_at for margin in first.margins}
    assert turns.pop("most_withheld") == pytest.approx(0.0930703, abs=1e-6)
    assert turns == {"fine": Fraction(79, 55), "detection": Fraction(79, 220), "disclosure_cost": None}
