"""Truth without verification: model I6, proper scores, correlated agreement, the truth serum, and what pays without looking."""

from dataclasses import replace
from fractions import Fraction
from itertools import product
from math import log, sqrt

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import comity
from comity.certificate import Basis, Verdict
from comity.checks.nash import check_equilibrium
from comity.checks.peer_prediction import (
    check_agreement_bound,
    check_peer_equilibria,
    check_proper,
    check_review_effort,
    check_truthful_report,
    check_uninformative,
)
from comity.checks.peer_scores import check_serum_scores, check_truth_serum
from comity.enclosure import Between, between
from comity.errors import ComityError, InvalidGame
from comity.games.bayesian.peer_prediction import AGREEMENT, PAYMENTS, PeerPrediction
from comity.games.bayesian.peer_signals import PeerSignals
from comity.games.bayesian.scoring_rules import (
    SCORING_RULES,
    expected_score,
    logarithmic_score,
    quadratic_score,
    spherical_score,
)
from comity.games.bayesian.truth_serum import TruthSerum
from comity.mechanisms.information_sharing.peer_scores import (
    correlated_agreement_scores,
    peer_prediction_scores,
    truth_serum_scores,
)
from comity.solvers.equilibrium.pure import pure_equilibria

TINY = Fraction(1, 10**12)
KINDS = {"good": ("0.5", ["0.85", "0.15"]), "bad": ("0.5", ["0.45", "0.55"])}
MRZ = PeerSignals.from_kinds("hl", KINDS)
THREE = PeerSignals("abc", [["0.3", "0.06", "0.02"], ["0.06", "0.18", "0.06"], ["0.02", "0.06", "0.24"]])
NOTHING = PeerSignals("hl", [["0.36", "0.24"], ["0.24", "0.16"]])  # independent: what one sees says nothing of the other
TRUTH, H, L, REVERSED = (0, 1), (0, 0), (1, 1), (1, 0)


def value(number, digits=6):
    return round(float(number.middle), digits)


def games(payments=PAYMENTS, most=3):
    def game(seed, payment, cost):
        rng = np.random.default_rng(seed)
        return PeerPrediction(PeerSignals.random(int(rng.integers(2, most + 1)), rng), payment, effort_cost=Fraction(cost, 200))

    return st.builds(game, st.integers(0, 10**6), st.sampled_from(payments), st.integers(0, 20))


def beliefs(m=3):
    weights = st.lists(st.integers(1, 50), min_size=m, max_size=m)
    return weights.map(lambda w: [Fraction(x, sum(w)) for x in w])


# --- verified numbers --------------------------------------------------------------------------------


def test_what_a_reviewer_expects_of_its_peer():  # I6-01, Miller, Resnick & Zeckhauser (2005): .71 and .54
    assert MRZ.chances[0] == Fraction(65, 100)
    assert MRZ.posterior("h")[0] == Fraction(37, 52)
    assert MRZ.posterior("l")[0] == Fraction(15, 28)
    assert [round(float(MRZ.posterior(s)[0]), 6) for s in "hl"] == [0.711538, 0.535714]
    logs = [value(logarithmic_score(MRZ.posterior(s), k), 4) for s in "hl" for k in (0, 1)]
    assert logs == [-0.3403, -1.2432, -0.6242, -0.7673]


def test_always_reporting_h_earns_less_than_the_truth_against_the_truth():  # I6-02
    game = PeerPrediction(MRZ, "logarithmic")
    assert value(game.payoff(TRUTH, TRUTH)) == -0.632207
    assert value(game.payoff(H, TRUTH)) == -0.656330


def test_correlated_agreement_of_two_signals():  # I6-03
    joint = PeerSignals("hl", [["0.4625", "0.1875"], ["0.1875", "0.1625"]])
    assert joint.joint == MRZ.joint
    assert PeerPrediction(joint).payoff(TRUTH, TRUTH) == between(Fraction(8, 100))


def test_correlated_agreement_of_three_signals_is_the_most_of_729_pairs():  # I6-04
    game = PeerPrediction(THREE)
    every = [game.payoff(f, g).low for f, g in product(game.strategies(), repeat=2)]
    assert len(every) == 729
    assert max(every) == game.payoff(game.truthful, game.truthful).low == Fraction(3832, 10000)
    assert check_agreement_bound(THREE, max(every))


def test_information_scores_of_the_truth_serum():  # I6-05
    serum = TruthSerum(MRZ)
    assert [[value(serum.information(i, k), 5) for k in "hl"] for i in "hl"] == [[0.03953, -0.34146], [-0.19012, 0.14597]]
    assert check_truth_serum(serum)


# --- pitfalls ----------------------------------------------------------------------------------------


def test_both_always_reporting_h_is_an_equilibrium_that_pays_more_than_the_truth():
    game = PeerPrediction(MRZ, "logarithmic")
    blind = {game.describe(one.mine): value(one.payoffs[0], 4) for one in game.uninformative_equilibria()}
    assert blind == {"always h": -0.3403, "always l": -0.7673}
    assert game.payoff(H, H).low > game.payoff(TRUTH, TRUTH).high + Fraction(29, 100)


def test_adding_to_every_payment_does_not_make_the_truth_pay_more_than_always_h():
    shifted = PeerPrediction(MRZ, "logarithmic", price=10, base=100)
    assert (shifted.payoff(H, H) - shifted.payoff(TRUTH, TRUTH)).low > 2


def test_correlated_agreement_pays_nothing_for_agreeing_without_looking():
    for signals in (MRZ, THREE):
        game = PeerPrediction(signals, price=100)
        constants = [game.always(k) for k in range(signals.m)]
        assert {game.payoff(f, g).low for f in constants for g in game.strategies()} == {0}


def test_correlated_agreement_pays_as_much_if_both_exchange_the_two_signals():  # truth is not the only equilibrium
    game = PeerPrediction(MRZ)
    assert game.payoff(REVERSED, REVERSED) == game.payoff(TRUTH, TRUTH)
    assert REVERSED in [one.mine for one in game.equilibria(symmetric=True)]


def test_effort_must_be_paid_for_and_the_scale_says_how_much():
    cost = Fraction(1, 100)
    game = PeerPrediction(MRZ, "logarithmic", effort_cost=cost)
    assert float(game.price_for_effort().middle) == pytest.approx(0.01 / (0.656330 - 0.632207), rel=1e-4)
    assert PeerPrediction(MRZ, effort_cost=cost).price_for_effort() == between(Fraction(1, 8))


def test_the_prediction_part_of_the_truth_serum_is_never_positive():
    q = {"A": {"h": "0.9", "l": "0.1"}, "B": {"h": "0.2", "l": "0.8"}, "C": {"h": "2/3", "l": "1/3"}}
    scores = truth_serum_scores({"A": "h", "B": "h", "C": "l"}, q)
    parts = [row.parts["prediction"] for row in scores.rows]
    assert parts[0].high < 0
    assert parts[1].high < 0
    assert abs(parts[2].middle) < TINY**2  # the prediction that came true
    read = {a: {k: Fraction(p) for k, p in row.items()} for a, row in q.items()}
    information = {row.agent: row.parts["information"] for row in scores.rows}
    prediction = {row.agent: row.parts["prediction"] for row in scores.rows}
    answers = {"A": "h", "B": "h", "C": "l"}
    assert check_serum_scores(answers, read, Fraction(1), information, prediction)
    flipped = {agent: -part for agent, part in prediction.items()}
    assert not check_serum_scores(answers, read, Fraction(1), information, flipped)


def test_the_truth_serum_pays_nobody_on_average_with_weight_1():
    assert TruthSerum(MRZ).honest_score == between(0)
    less = TruthSerum(MRZ, weight="0.5")
    assert value(less.honest_score) == value(Fraction(1, 2) * sum(
        (p * less.information(i, i) for i, p in enumerate(MRZ.chances)), between(0)
    ))  # fmt: skip


def test_what_tells_nothing_is_paid_by_no_price():
    for payment in PAYMENTS:
        game = PeerPrediction(NOTHING, payment, effort_cost="0.1")
        assert game.price_for_effort() is None
        assert game.misreport("h")[1] == between(0)
        assert game.shirking()[1].low >= Fraction(1, 10)
    blind = PeerSignals.from_kinds("hl", {"good": ("0.5", ["0.6", "0.4"]), "bad": ("0.5", ["0.6", "0.4"])})
    assert TruthSerum(blind, effort_cost="0.1").price_for_effort() is None


# --- proper scoring rules ------------------------------------------------------------------------------


@given(p=beliefs(), q=beliefs())
def test_a_forecast_loses_what_its_rule_says_to_the_belief(p, q):
    def loss(rule):
        return expected_score(rule, p, p) - expected_score(rule, p, q)

    assert loss(quadratic_score) == between(sum((a - b) ** 2 for a, b in zip(p, q, strict=True)))
    entropy = sum(float(a) * log(a / b) for a, b in zip(p, q, strict=True))
    assert float(loss(logarithmic_score).middle) == pytest.approx(entropy, abs=1e-12)
    sizes = [sqrt(sum(float(x) ** 2 for x in vector)) for vector in (p, q)]
    angle = sum(float(a * b) for a, b in zip(p, q, strict=True)) / sizes[1]
    assert float(loss(spherical_score).middle) == pytest.approx(sizes[0] - angle, abs=1e-12)


@given(p=beliefs(), q=beliefs(), rule=st.sampled_from(list(SCORING_RULES)))
def test_a_proper_rule_prefers_the_belief_and_the_certificate_says_by_how_much(p, q, rule):
    certificate = check_proper(SCORING_RULES[rule], {"p": p, "q": q})
    assert certificate
    assert (certificate.margin is None) is (p == q)
    assert p == q or certificate.margin > 0


@given(p=beliefs())
def test_a_linear_score_is_refuted(p):
    # Whatever is believed, calling the most likely outcome certain scores at least as much.
    p = sorted(p, reverse=True)
    certificate = check_proper(lambda q, k: q[k], {"p": p, "certain": [1, 0, 0]})
    assert certificate.verdict is Verdict.FAILS
    assert certificate.margin == sum(x * x for x in p) - p[0]


def test_a_rule_that_is_slightly_improper_is_refuted():
    def bent(q, k):
        return quadratic_score(q, k) + q[0] * Fraction(3, 10)

    near = {"one": ["0.5", "0.5"], "other": ["0.51", "0.49"]}
    assert check_proper(quadratic_score, near).margin == Fraction(2, 10000)
    certificate = check_proper(bent, near)
    assert certificate.verdict is Verdict.FAILS
    assert certificate.margin == Fraction(2, 10000) - Fraction(3, 1000)


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: quadratic_score([0.5, 0.4], 0), "add up to 1"),
        (lambda: quadratic_score([1.5, -0.5], 0), "add up to 1"),
        (lambda: quadratic_score([], 0), "add up to 1"),
        (lambda: quadratic_score([1], 1), "from 0 to 0"),
        (lambda: quadratic_score([1], True), "from 0 to 0"),
        (lambda: spherical_score({"h": 1}, "l"), "one of h"),
        (lambda: logarithmic_score([1, 0], 1), "use the quadratic score"),
        (lambda: PeerSignals("h", [[1]]), "two or more"),
        (lambda: PeerSignals("hh", [[1, 0], [0, 0]]), "two or more"),
        (lambda: PeerSignals("hl", [[1]]), "2 rows of 2"),
        (lambda: PeerSignals("hl", [["0.5", "0.1"], ["0.2", "0.2"]]), "give both the same"),
        (lambda: PeerSignals("hl", [["0.5", "0.1"], ["0.1", "0.2"]]), "add up to 1"),
        (lambda: PeerSignals("hl", [[1, 0], [0, 0]]), "nobody ever finds l"),
        (lambda: PeerSignals.from_kinds("hl", {"good": (1, [1])}), "1 chances for 2 signals"),
        (lambda: PeerSignals.from_kinds("hl", {"good": ("0.9", [1, 0])}), "the prior of the kinds"),
        (lambda: MRZ.posterior("x"), "use one of h, l"),
        (lambda: PeerPrediction(MRZ, "bayesian"), "use one of correlated_agreement"),
        (lambda: PeerPrediction(MRZ, price=-1), "give 0 or more"),
        (lambda: PeerPrediction(MRZ, interest=(1,)), "1 interests for 2 signals"),
        (lambda: PeerPrediction(PeerSignals("hl", [["0.5", 0], [0, "0.5"]]), "logarithmic"), "use quadratic"),
        (lambda: PeerPrediction(PeerSignals.random(5, np.random.default_rng(0))).equilibria(), "at most 4"),
        (lambda: PeerPrediction(MRZ, "logarithmic").to_normal_form(), "use quadratic"),
        (lambda: TruthSerum(THREE), "use PeerSignals.from_kinds"),
        (lambda: TruthSerum(MRZ, weight=0), "give a weight above 0"),
        (lambda: TruthSerum(MRZ).prediction("h", [1, 0]), "one for each signal"),
        (lambda: peer_prediction_scores(MRZ, {"A": {"t": "h"}}), "two or more"),
        (lambda: peer_prediction_scores(MRZ, {"A": {"t": "h"}, "B": {"t": "x"}}), "B reports 'x' on t"),
        (lambda: peer_prediction_scores(MRZ, {"A": {}, "B": {}}, "bts"), "use one of quadratic"),
        (lambda: correlated_agreement_scores([1, 2]), "write {agent"),
        (lambda: truth_serum_scores({"A": "h", "B": "l"}, {"A": {"h": 1}}), "A calls 'l' impossible"),
        (lambda: truth_serum_scores({"A": "h", "B": "h"}, {"A": {"h": 1}}), "B predicts nothing"),
        (lambda: truth_serum_scores({"A": "h"}, {"A": {"h": 1}}), "two respondents"),
        (lambda: truth_serum_scores({"A": "h", "B": "h"}, {}, weight=0), "above 0"),
    ],
)  # fmt: skip
def test_what_makes_no_sense_is_refused_with_a_way_out(call, said):
    with pytest.raises(ComityError, match=said):
        call()


# --- equilibria --------------------------------------------------------------------------------------


@settings(max_examples=25, deadline=None)
@given(game=games(("quadratic", AGREEMENT), most=2))
def test_equilibria_are_those_of_the_finite_game(game):
    finite, strategies = game.to_normal_form(), list(game.strategies())
    found = {(one.mine, one.theirs) for one in game.equilibria()}
    assert found == {tuple(strategies[k] for k in profile) for profile in pure_equilibria(finite)}
    for one in game.equilibria():
        profile = [strategies.index(one.mine), strategies.index(one.theirs)]
        assert check_equilibrium(finite, profile)
        assert one.payoffs == tuple(between(finite.payoff(i, profile)) for i in (0, 1))


@settings(max_examples=12, deadline=None)
@given(game=games(), symmetric=st.booleans())
def test_every_equilibrium_is_found_and_confirmed_payment_by_payment(game, symmetric):
    found = game.equilibria(symmetric=symmetric)
    certificate = check_peer_equilibria(game, found, symmetric=symmetric)
    assert certificate
    assert certificate.basis is (Basis.EXACT if game.payment in ("quadratic", AGREEMENT) else Basis.ENCLOSED)
    constants = [one for one in found if not one.informed and one.mine == one.theirs]
    assert constants == game.uninformative_equilibria()
    assert found[0].truthful is (game.shirking()[1].high <= 0)


@settings(max_examples=30, deadline=None)
@given(game=games())
def test_the_truth_is_an_equilibrium_exactly_from_the_price_for_effort_on(game):
    price = game.price_for_effort()
    if price is None or game.effort_cost == 0:
        return
    assert replace(game, price=price.high).shirking()[1].low <= 0
    below = replace(game, price=price.low * (1 - TINY))
    assert below.shirking()[1].low > 0
    if price.exact:
        exactly = replace(game, price=price.low).shirking()[1]
        assert exactly == between(0)
        assert check_review_effort(replace(game, price=price.low), exactly).margin == 0


@settings(max_examples=30, deadline=None)
@given(game=games(), seen=st.integers(0, 1), worth=st.integers(1, 100))
def test_an_interest_in_a_report_is_outweighed_exactly_from_its_price_on(game, seen, worth):
    interest = tuple(Fraction(worth, 100) if k == 1 - seen else Fraction(0) for k in range(game.signals.m))
    game = replace(game, interest=interest)
    price = game.price_for_truth(seen)
    if price is None:
        assert replace(game, price=Fraction(10**9)).misreport(seen)[1].low > 0
        return
    assert replace(game, price=price.high).misreport(seen)[1].low <= 0
    lying = replace(game, price=price.low * (1 - TINY))
    gain = lying.misreport(seen)[1]
    assert gain.low > 0
    assert check_truthful_report(lying, seen, gain).verdict is Verdict.FAILS
    assert "reason" not in check_truthful_report(lying, seen, gain).witness


@settings(max_examples=12, deadline=None)
@given(game=games((AGREEMENT,)))
def test_no_pair_of_strategies_scores_more_than_the_truth_under_correlated_agreement(game):
    free = replace(game, effort_cost=Fraction(0))
    every = [free.payoff(f, g).low for f, g in product(free.strategies(), repeat=2)]
    assert max(every) == free.payoff(free.truthful, free.truthful).low
    assert check_agreement_bound(free.signals, max(every))
    for off in (TINY, -TINY):
        assert not check_agreement_bound(free.signals, max(every) + off)


def test_signals_found_together_just_as_often_as_by_chance_do_not_agree():
    # P(i, j) - P(i) P(j) in hundredths: (2, -2, 0), (-2, 5, -3), (0, -3, 3).
    apart = [[2, -2, 0], [-2, 5, -3], [0, -3, 3]]
    signals = PeerSignals("abc", [[Fraction(1, 9) + Fraction(d, 100) for d in row] for row in apart])
    assert signals.association == tuple(tuple(Fraction(d, 100) for d in row) for row in apart)
    game = PeerPrediction(signals)
    # Reporting a for c: c is found with a just by chance, which scores nothing, and a does not agree with c.
    assert game.gain(game.truthful, (0, 1, 0), game.truthful) == between(Fraction(-3, 100))


def test_two_signals_that_agree_are_paid_as_dasgupta_and_ghosh_do():
    # Agreement on the task, less the chance that both report h or both l on different tasks.
    p = MRZ.chances[0]
    agree = MRZ.joint[0][0] + MRZ.joint[1][1]
    assert PeerPrediction(MRZ).payoff(TRUTH, TRUTH).low == agree - (p * p + (1 - p) ** 2)


@settings(max_examples=30, deadline=None)
@given(game=games(), factor=st.fractions(Fraction(1, 50), 50, max_denominator=50))
def test_money_in_another_unit_changes_no_incentive(game, factor):
    other = replace(game, price=game.price * factor, effort_cost=game.effort_cost * factor, base=factor)
    mine, theirs = game.shirking()[1] * factor, other.shirking()[1]
    assert mine == theirs or abs(mine.middle - theirs.middle) <= TINY * abs(mine.middle)


# --- near misses -------------------------------------------------------------------------------------

MOVES = [lambda g: g * (1 + TINY), lambda g: g * (1 - TINY), lambda g: -g, lambda g: between(0)]


@pytest.mark.parametrize("payment", PAYMENTS)
@pytest.mark.parametrize("move", MOVES)
def test_a_gain_that_is_slightly_off_is_refuted(payment, move):
    game = PeerPrediction(MRZ, payment, price=2, effort_cost="0.03")
    lie, shirk = game.misreport("l")[1], game.shirking()[1]
    assert check_truthful_report(game, "l", lie)
    assert bool(check_review_effort(game, shirk)) is (shirk.high <= 0)
    for certificate in (check_truthful_report(game, "l", move(lie)), check_review_effort(game, move(shirk))):
        assert certificate.verdict is Verdict.FAILS
        assert "gains" in certificate.witness["reason"]


def test_a_gain_that_is_only_known_to_be_somewhere_is_refuted():
    game = PeerPrediction(MRZ, "logarithmic")
    gain = game.misreport("l")[1]
    assert not check_truthful_report(game, "l", Between(gain.low - TINY, gain.high + TINY))


@pytest.mark.parametrize("payment", PAYMENTS)
def test_a_list_of_equilibria_with_one_dropped_added_or_paid_otherwise_is_refuted(payment):
    game = PeerPrediction(MRZ, payment, effort_cost="0.001")
    found = game.equilibria()
    honest = game.payoff(TRUTH, TRUTH)
    blind = game.uninformative_equilibria()
    assert check_peer_equilibria(game, found)
    assert check_uninformative(game, blind, honest)
    for k in range(len(found)):
        assert "left out" in check_peer_equilibria(game, found[:k] + found[k + 1 :]).witness["reason"]
        pays = replace(found[k], payoffs=(found[k].payoffs[0] + TINY, found[k].payoffs[1]))
        assert "something else" in check_peer_equilibria(game, [*found[:k], pays, *found[k + 1 :]]).witness["reason"]
    stray = replace(found[0], mine=H, payoffs=(game.payoff(H, TRUTH), game.payoff(TRUTH, H)))
    assert "no equilibrium" in check_peer_equilibria(game, [*found, stray]).witness["reason"]
    assert not check_uninformative(game, blind[:1], honest)
    assert not check_uninformative(game, [*blind, found[0]], honest)
    assert not check_uninformative(game, blind, honest + TINY)
    assert not check_uninformative(game, [replace(blind[0], payoffs=(blind[0].payoffs[0] - TINY,) * 2), blind[1]], honest)


def test_scores_of_the_truth_serum_that_are_another_are_refuted():
    class Bent(TruthSerum):
        def information(self, seen, answer):
            return super().information(seen, answer) + (TINY if seen == answer else 0)

    assert "another" in check_truth_serum(Bent(MRZ)).witness["reason"]


# --- the truth serum ---------------------------------------------------------------------------------


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10**6))
def test_the_truth_is_the_best_answer_and_belief_the_best_forecast(seed):
    serum = TruthSerum.random(9, np.random.default_rng(seed))
    m, signals = serum.signals.m, serum.signals
    if len(set(signals.posteriors)) < m:
        return
    assert check_truth_serum(serum)
    for i in range(m):
        assert all(serum.information(i, i).low > serum.information(i, k).high for k in range(m) if k != i)
        believed = serum.prediction(i, signals.posterior(i))
        assert all(believed.low > serum.prediction(i, signals.posterior(k)).high for k in range(m) if k != i)
    best = max(
        sum(float(p * serum.information(i, k).middle) for i, p in enumerate(signals.chances))
        + float(serum.weight * serum.prediction(None, signals.chances).middle)
        for k in range(m)
    )
    assert float(serum.shirking()[1].middle) == pytest.approx(best - float(serum.honest_score.middle), abs=1e-12)
    assert serum.shirking()[1].high < 0


def test_a_crowd_with_the_frequencies_of_the_model_scores_as_the_model_expects():
    serum, found = TruthSerum(MRZ), []
    for kind in MRZ.kinds:
        answers = {f"{s}{n}": s for k, s in enumerate("hl") for n in range(int(100 * kind.finds[k]))}
        predictions = {agent: dict(zip("hl", MRZ.posterior(s), strict=True)) for agent, s in answers.items()}
        scores = truth_serum_scores(answers, predictions)
        assert scores.certificate
        assert scores.certificate.witness["scores_add_up_to_0"]
        assert abs(sum(total.middle for total in scores.totals.values())) < TINY
        found.append({row.task: row.parts for row in scores.rows})
    for i, s in enumerate("hl"):
        belief = [kind.prior * kind.finds[i] / MRZ.chances[i] for kind in MRZ.kinds]
        information = sum(p * parts[s]["information"].middle for p, parts in zip(belief, found, strict=True))
        prediction = sum(p * parts[s]["prediction"].middle for p, parts in zip(belief, found, strict=True))
        assert abs(information - serum.information(s, s).middle) < TINY
        assert abs(prediction - serum.prediction(s, MRZ.posterior(s)).middle) < TINY


def test_the_usual_price_of_effort_in_the_truth_serum():
    serum = TruthSerum(MRZ, effort_cost="0.01")
    price = serum.price_for_effort()
    free = float(TruthSerum(MRZ).shirking()[1].middle)
    assert value(price) == pytest.approx(0.01 / -free, abs=1e-6)
    assert TruthSerum(MRZ).price_for_effort() == between(0)


# --- actual reports ----------------------------------------------------------------------------------

# Eighty tasks on which two reviewers find pairs exactly as often as the prior says.
PAIRS = [(a, b) for (a, b), n in {("h", "h"): 37, ("h", "l"): 15, ("l", "h"): 15, ("l", "l"): 13}.items() for _ in range(n)]
EIGHTY = {who: {f"model {t}": pair[k] for t, pair in enumerate(PAIRS)} for k, who in enumerate("AB")}


@pytest.mark.parametrize("rule", SCORING_RULES)
def test_reports_as_frequent_as_the_prior_earn_what_is_expected(rule):
    scores = peer_prediction_scores(MRZ, EIGHTY, rule, price=3, base=1)
    assert scores.certificate
    expected = PeerPrediction(MRZ, rule, price=3, base=1).payoff(TRUTH, TRUTH)
    assert scores["A"] / 80 == pytest.approx(float(expected.middle), abs=1e-12)
    same = {who: dict.fromkeys(EIGHTY["A"], "h") for who in "AB"}
    blind = PeerPrediction(MRZ, rule, price=3, base=1).payoff(H, H)
    assert peer_prediction_scores(MRZ, same, rule, price=3, base=1)["B"] / 80 == pytest.approx(float(blind.middle), abs=1e-12)


def test_reports_as_frequent_as_the_prior_agree_as_expected():
    for signals in (MRZ, None):  # the reports themselves show what agrees
        scores = correlated_agreement_scores(EIGHTY, signals)
        assert scores.certificate
        # Two different ones of 80 tasks are a little less alike than two draws.
        assert scores.totals["A"].low / 80 == Fraction(8, 100) * Fraction(80, 79)
    same = {who: dict.fromkeys(EIGHTY["A"], "h") for who in "AB"}
    assert correlated_agreement_scores(same, MRZ)["A"] == 0


def reports_of_some():
    signal = st.sampled_from("abc")
    return st.dictionaries(
        st.sampled_from("VWXYZ"), st.dictionaries(st.sampled_from("123456"), signal, max_size=6), min_size=2, max_size=4
    )


@settings(max_examples=80, deadline=None)
@given(reports=reports_of_some(), known=st.booleans())
def test_correlated_agreement_is_its_definition(reports, known):
    scores = correlated_agreement_scores(reports, THREE if known else None)
    assert scores.certificate
    agree = {(a, a) for a in "abc"} if known else estimated(reports)
    rows = {(row.agent, row.task): row.score for row in scores.rows}
    for who, mine in reports.items():
        for task in mine:
            wanted = []
            for peer, theirs in reports.items():
                if peer == who or task not in theirs:
                    continue
                others = [(s, t) for s in mine for t in theirs if s != t and task not in (s, t)]
                if others:
                    chance = Fraction(sum((mine[s], theirs[t]) in agree for s, t in others), len(others))
                    wanted.append(((mine[task], theirs[task]) in agree) - chance)
            if wanted:
                assert rows.pop((who, task)) == between(sum(wanted) / len(wanted))
            else:
                assert (who, task) in scores.unscored
    assert not rows


def estimated(reports):
    pairs = [
        (mine[t], theirs[t])
        for a, mine in reports.items()
        for b, theirs in reports.items()
        for t in mine
        if a != b and t in theirs
    ]
    n = len(pairs)
    chance = {s: Fraction(sum(a == s for a, _ in pairs), n) for s in "abc"} if n else {}
    return {pair for pair in set(pairs) if Fraction(pairs.count(pair), n) > chance[pair[0]] * chance[pair[1]]}


def test_scores_are_shown_by_agents_and_tasks():
    scores = peer_prediction_scores(MRZ, {"A": {"m1": "h", "m2": "l"}, "B": {"m1": "h"}, "C": {"m1": "l"}}, unit="USD")
    frame = scores.to_frame()
    assert list(frame.columns) == ["agent", "task", "score"]
    assert frame.set_index(["agent", "task"]).loc[("A", "m1"), "score"] == pytest.approx(
        float(quadratic_score(MRZ.posterior("h"), 0) + quadratic_score(MRZ.posterior("h"), 1)) / 2
    )
    assert scores.unscored == (("A", "m2"),)
    assert scores.to_series()["C"] == scores["C"]
    assert scores.to_json()["scores"][0]["score_exact"]
    assert "USD" in scores.summary()
    assert "HOLDS" in scores._repr_html_()
    with pytest.raises(KeyError, match="the agents are A, B, C"):
        scores["D"]
    serum = truth_serum_scores({"A": "h", "B": "l"}, {a: {"h": "0.5", "l": "0.5"} for a in "AB"})
    assert list(serum.to_frame().columns) == ["agent", "task", "score", "information", "prediction"]


def test_a_score_that_is_slightly_off_is_refuted():
    from comity.checks.peer_scores import check_agreement_scores, check_prediction_scores

    reports = {who: dict(list(mine.items())[30:45]) for who, mine in EIGHTY.items()}
    agreed = {(row.agent, row.task): row.score for row in correlated_agreement_scores(reports, MRZ).rows}
    assert check_agreement_scores(reports, ["hh", "ll"], agreed)
    paid = {(row.agent, row.task): row.score for row in peer_prediction_scores(MRZ, reports, "logarithmic").rows}
    game = PeerPrediction(MRZ, "logarithmic")
    assert check_prediction_scores(game, reports, paid)
    key = next(iter(agreed))
    for scores, check in ((agreed, lambda s: check_agreement_scores(reports, ["hh", "ll"], s)),
                          (paid, lambda s: check_prediction_scores(game, reports, s))):  # fmt: skip
        assert "scores" in check({**scores, key: scores[key] + TINY}).witness["reason"]
        assert "scores" in check({**scores, key: -scores[key]}).witness["reason"]
        assert "left out" in check({k: s for k, s in scores.items() if k != key}).witness["reason"]


def test_the_public_names_are_within_reach():
    assert comity.PeerPrediction is PeerPrediction
    assert comity.truth_serum_scores is truth_serum_scores
    assert isinstance(comity.logarithmic_score([0.5, 0.5], 0), Between)
    with pytest.raises(InvalidGame):
        comity.PeerSignals("h", [[1]])


# --- drawn at random -----------------------------------------------------------------------------------


@pytest.mark.scheduled
@pytest.mark.parametrize("payment", PAYMENTS)
def test_drawn_reviews_earn_what_is_expected(payment):
    rng, n = np.random.default_rng(7), 400_000
    game = PeerPrediction(THREE, payment)
    table = np.array([[float(p) for p in row] for row in THREE.joint])
    drawn = np.stack(np.unravel_index(rng.choice(9, size=n, p=table.ravel() / table.sum()), (3, 3)))
    for mine, theirs in (((0, 1, 2), (0, 1, 2)), ((0, 0, 2), (0, 1, 2)), ((1, 1, 1), (2, 0, 1))):
        reports = np.array(mine)[drawn[0]], np.array(theirs)[drawn[1]]
        if payment == AGREEMENT:
            agree = np.eye(3)
            earned = agree[reports] - agree[np.roll(reports[0], 1), np.roll(reports[1], 2)]
        else:
            rule = SCORING_RULES[payment]
            scores = [[between(rule(THREE.posterior(r), s)).middle for s in range(3)] for r in range(3)]
            earned = np.array(scores, dtype=float)[reports]
        error = earned.std() / sqrt(n)
        assert abs(earned.mean() - float(game.payoff(mine, theirs).middle)) < 5 * error + 1e-12


@pytest.mark.scheduled
def test_a_drawn_crowd_scores_about_as_the_truth_serum_expects():
    rng, serum, n, rounds = np.random.default_rng(11), TruthSerum(MRZ), 3000, 20_000
    posterior = np.log(np.array([[float(p) for p in row] for row in MRZ.posteriors]))
    total, count = np.zeros((2, 2)), np.zeros(2)
    for _ in range(rounds):
        kind = MRZ.kinds[int(rng.random() >= 0.5)]
        seen = (rng.random(n) >= float(kind.finds[0])).astype(int)
        x = np.bincount(seen, minlength=2) / n
        surprise = np.log(x) - (x @ posterior)
        i = seen[0]
        total[i] += surprise
        count[i] += 1
    for i, k in product(range(2), range(2)):
        assert total[i, k] / count[i] == pytest.approx(float(serum.information(i, k).middle), abs=0.015)
