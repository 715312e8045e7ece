"""The clause on reviews that nobody can verify: who lies, who does not look, and what pays without looking."""

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import comity
from comity.certificate import Basis, Verdict
from comity.games.bayesian.peer_prediction import PAYMENTS, PeerPrediction
from comity.games.bayesian.peer_signals import PeerSignals
from comity.mechanisms.information_sharing.peer_review import PeerReview, ReviewedKind, Signal
from comity.mechanisms.members import Member, random_members
from comity.mechanisms.setting import Setting

MEMBERS = (Member(id="A"), Member(id="B"), Member(id="C"))
MRZ = (
    ReviewedKind(name="good", prior=Fraction(1, 2), finds=(Fraction(85, 100), Fraction(15, 100))),
    ReviewedKind(name="bad", prior=Fraction(1, 2), finds=(Fraction(45, 100), Fraction(55, 100))),
)
CLAUSE = PeerReview(
    id="evals",
    signal=(Signal(name="h"), Signal(name="l")),
    kind=MRZ,
    price=Fraction(10),
    effort_cost={"A": Fraction(1, 10), "B": Fraction(8, 10), "C": Fraction(9, 10)},
)


def setting(clause, members=MEMBERS):
    return Setting(members, (clause,), members, "USD_m", "year")


def answers(clause, members=MEMBERS):
    return {finding.id.removeprefix("evals."): finding for finding in clause.findings(setting(clause, members))}


def test_who_pays_more_for_looking_than_agreement_is_worth_does_not_look():  # I6-03: .08 a task, ten for a score of 1
    found = answers(CLAUSE)
    gains = {name: found[f"defect.{name}.not_looking"].gain for name in "ABC"}
    assert gains == {"A": Fraction(1, 10) - Fraction(8, 10), "B": 0, "C": Fraction(1, 10)}
    assert [found[f"defect.{name}.not_looking"].holds for name in "ABC"] == [True, True, False]
    assert found["defect.C.not_looking"].values["least_price"] == Fraction(90, 8)
    assert "It would look from a price of 11.25 USD_m on; it is 10." in found["defect.C.not_looking"].sentence
    assert all(finding.certificate.basis is Basis.EXACT for finding in found.values())


def test_agreeing_beforehand_pays_more_than_the_truth_under_a_scoring_rule_and_nothing_under_agreement():
    # I6-02: ln P(h|h) = -.3403 against -.6322.
    scored = answers(replace(CLAUSE, payment="logarithmic"))["sweep.uninformative"]
    assert scored.holds is None
    assert scored.values["always_h"] == pytest.approx(-3.403, abs=1e-3)
    assert scored.values["honest_before_effort"] == pytest.approx(-6.32207, abs=1e-5)
    assert "agreeing beforehand pays more than the truth" in scored.sentence
    agreed = answers(CLAUSE)["sweep.uninformative"]
    assert agreed.values == {"honest_before_effort": Fraction(8, 10), "always_h": 0, "always_l": 0}
    assert "more than the truth" not in agreed.sentence


def test_an_interest_in_a_report_makes_a_liar_until_the_price_outweighs_it():
    clause = replace(CLAUSE, payment="quadratic", signal=(Signal(name="h"), Signal(name="l", interest=Fraction(1))))
    found = answers(clause)
    # Reporting l for h loses 2 (37/52 - 15/28)^2 for each unit of the price.
    loss = 2 * (Fraction(37, 52) - Fraction(15, 28)) ** 2
    assert found["lie.A.h"].gain == 1 - 10 * loss
    assert not found["lie.A.h"].holds
    assert found["lie.A.l"].holds
    assert found["lie.A.h"].values["least_price"] == 1 / loss
    assert "it lies, and gains" in found["lie.A.h"].sentence
    dear = answers(replace(clause, price=1 / loss))
    assert dear["lie.A.h"].gain == 0
    assert dear["lie.A.h"].holds


def test_pairs_and_kinds_say_the_same():
    joint = ((Fraction("0.4625"), Fraction("0.1875")), (Fraction("0.1875"), Fraction("0.1625")))
    for payment in PAYMENTS:
        by_kind = replace(CLAUSE, payment=payment)
        by_pairs = replace(by_kind, kind=(), joint=joint)
        mine, theirs = answers(by_kind), answers(by_pairs)
        assert [(f.gain, f.sentence) for f in mine.values()] == [(f.gain, f.sentence) for f in theirs.values()]


def test_findings_that_tell_nothing_are_worth_no_price():
    independent = ((Fraction("0.36"), Fraction("0.24")), (Fraction("0.24"), Fraction("0.16")))
    found = answers(replace(CLAUSE, kind=(), joint=independent))
    assert "No price would change that" in found["defect.A.not_looking"].sentence
    assert found["defect.A.not_looking"].values["least_price"] is None
    assert "is paid the same on average" in found["lie.A.h"].sentence
    assert found["lie.A.h"].holds


def test_one_reviewer_alone_is_compared_with_nobody():
    (alone,) = CLAUSE.findings(setting(CLAUSE, MEMBERS[:1]))
    assert alone.holds is None
    assert "Only A is left" in alone.sentence
    assert CLAUSE.deviations(setting(CLAUSE, MEMBERS[:1]), MEMBERS[0]) == ()
    assert CLAUSE.findings(setting(CLAUSE, ())) == []


@pytest.mark.parametrize(
    ("change", "path", "message"),
    [
        ({"kind": ()}, (), "neither joint nor kind"),
        ({"joint": ((Fraction(1),),)}, ("joint",), "both joint and kind"),
        ({"kind": (), "joint": ((Fraction(1),),)}, ("joint",), "2 rows of 2"),
        ({"kind": (), "joint": ((Fraction(1, 2), Fraction(1, 4)), (Fraction(1, 8), Fraction(1, 8)))}, ("joint",), "way round"),
        ({"kind": MRZ[:1]}, ("kind",), "the prior of the kinds"),
        ({"kind": (replace(MRZ[0], finds=(Fraction(1),)), MRZ[1])}, ("kind",), "1 chances for 2"),
        ({"signal": (Signal(name="h"),)}, ("signal",), "one of 1 things"),
        ({"signal": (Signal(name="h"), Signal(name="h"))}, ("signal", 1, "name"), "'h' is taken"),
        (
            {"payment": "logarithmic", "kind": (), "joint": ((Fraction(1, 2), Fraction(0)), (Fraction(0), Fraction(1, 2)))},
            ("joint",),
            "never occurs",
        ),
    ],
)
def test_numbers_that_do_not_fit_together_are_named(change, path, message):
    clause = replace(CLAUSE, **change)
    (flaw, *_) = clause.flaws(setting(clause))
    assert flaw.path == path
    assert message in flaw.message
    assert flaw.hint
    assert not list(CLAUSE.flaws(setting(CLAUSE)))


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 10**6), n=st.integers(2, 4))
def test_gains_are_those_of_the_best_of_all_strategies(seed, n):
    rng = np.random.default_rng(seed)
    members = random_members(n, rng)
    clause = PeerReview.random(members, rng)
    for member in members:
        game = clause.game(member)
        honest = game.payoff(game.truthful, game.truthful).middle
        best = max(game.payoff(f, game.truthful).middle for f in game.strategies())
        gains = [deviation.gain for deviation in clause.deviations(setting(clause, members), member)]
        assert (best - honest > Fraction(1, 10**20)) is (max(gains) > 0)
    for finding in clause.findings(setting(clause, members)):
        assert finding.certificate.verdict is (Verdict.FAILS if finding.holds is False else Verdict.HOLDS)


FILE = """
schema = "agreement/0.1"
[agreement]
id = "reviews"
unit = "USD_m"
period = "year"
horizon = "infinite"
[[member]]
id = "A"
[[member]]
id = "B"
[[clause]]
id = "evals"
area = "information_sharing"
type = "peer_review"
payment = "quadratic"
price = 0.5
effort_cost = { A = 0.1, B = 0.2 }
signal = [{ name = "flaw", interest = 0.3 }, { name = "none" }]
kind = [
    { name = "flawed", prior = 0.3, finds = [0.8, 0.2] },
    { name = "sound", prior = 0.7, finds = [0.05, 0.95] },
]
"""


def test_the_file_is_assessed_repaired_and_verified(tmp_path):
    path = tmp_path / "reviews.toml"
    path.write_text(FILE, encoding="utf-8")
    assessment = comity.assess(path)
    assert not assessment.holds
    assert comity.verify(assessment)
    signals = PeerSignals.from_kinds(["flaw", "none"], {"flawed": ("0.3", ["0.8", "0.2"]), "sound": ("0.7", ["0.05", "0.95"])})
    game = PeerPrediction(signals, "quadratic", effort_cost="0.2", interest=("0.3", 0))
    wanted = game.price_for_effort().low
    repairs = [repair for repair in assessment.repairs if repair.finding == "evals.defect.B.not_looking"]
    assert any(repair.holds and 0 <= repair.value - wanted < Fraction(1, 10**6) for repair in repairs)
    assert {margin.path for margin in assessment["evals.defect.B.not_looking"].margins} == {
        "clause.evals.price",
        "clause.evals.effort_cost.B",
    }
    mended = comity.assess(comity.Agreement.load(path).with_overrides({"clause.evals.price": wanted}))
    assert mended["evals.defect.B.not_looking"].gain == 0
