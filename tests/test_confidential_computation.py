"""R7: computing together on secrets, with rounds of which one is real (Halpern & Teague 2004; Gordon & Katz 2006)."""

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity.agreements.file import Agreement
from comity.checks.withholding import check_last_round, check_withholding, check_withholding_together
from comity.errors import ComityError
from comity.games.repeated.randomised_dealer import RandomisedDealer
from comity.mechanisms.information_sharing.confidential_computation import ConfidentialComputation
from comity.mechanisms.members import Member
from comity.mechanisms.setting import Setting

TINY = Fraction(1, 10**12)
dealers = st.integers(0, 2**32 - 1).map(lambda seed: RandomisedDealer.random(1, np.random.default_rng(seed)))


def dealer(real, bond=0):
    return RandomisedDealer(alone=3, together=1, nothing=0, real=real, bond=bond)


# --- the model -------------------------------------------------------------------------------------


def test_a_round_may_be_real_one_time_in_three():  # R7-01
    assert dealer("1/3").largest_real == Fraction(1, 3)
    assert dealer("1/3").least_rounds == 3
    assert dealer("1/3").gain == 0
    assert dealer("1/3").complies


def test_withholding_is_worth_less_than_sending_if_rounds_are_real_less_often():  # R7-02
    assert dealer("0.3").value_of_withholding == Fraction(9, 10) < 1
    assert dealer("0.3").expected_rounds == Fraction(10, 3)


@given(dealers)
def test_the_largest_probability_and_the_least_bond_are_where_the_gain_is_zero(one):
    assert replace(one, real=one.largest_real).gain == 0 or one.alone == one.together
    if one.largest_real < 1:
        assert replace(one, real=one.largest_real + (1 - one.largest_real) * TINY).gain > 0
    bond = one.required_bond
    if bond is None:
        assert one.real == 1
        assert one.alone > one.together
    else:
        assert replace(one, bond=bond).complies
        assert bond == 0 or replace(one, bond=bond * (1 - TINY)).gain > 0


@given(dealers, st.integers(1, 100))
def test_a_bond_lets_rounds_be_real_more_often(one, more):
    raised = replace(one, bond=one.bond + more)
    assert raised.largest_real > one.largest_real or one.alone == one.together


def test_a_simulation_agrees():
    rng = np.random.default_rng(7)
    n, one = 200_000, dealer("0.3", bond="0.5")
    # Withhold in round 2, everybody else sending: the party's worth over many plays.
    first, second = rng.random(n) < 0.3, rng.random(n) < 0.3
    worth = np.where(first, 1.0, np.where(second, 3.0, -0.5))
    expected = 1 + 0.7 * float(one.gain)
    assert abs(worth.mean() - expected) < 5 * worth.std() / n**0.5


@given(dealers, st.integers(1, 12))
def test_a_known_last_round_unravels(one, rounds):  # the pitfall of R7
    if one.alone > one.together:
        assert one.gain_in_last_round(rounds) > 0 or one.real == 1
        assert not one.sends(rounds)[-1], "the result is there for the taking"
        assert not any(replace(one, bond=0).sends(rounds)), "with nothing to come, nobody sends in any round"
    else:
        assert all(one.sends(rounds))


def test_fakes_and_bonds_do_not_cure_a_known_last_round():
    assert dealer("0.01", bond=1000).sends(5) == (True, True, True, True, False)
    assert dealer("0.01", bond=1000).gain_in_last_round(3) == Fraction(99, 100) ** 2 * 2


@pytest.mark.parametrize(
    ("numbers", "message"),
    [
        ({"real": 0}, "above 0 and at most 1"),
        ({"real": "1.5"}, "above 0 and at most 1"),
        ({"bond": -1}, "at least 0"),
    ],
)
def test_numbers_without_a_meaning_are_refused(numbers, message):
    with pytest.raises(ComityError, match=message):
        RandomisedDealer(**{"alone": 3, "together": 1, "nothing": 0, "real": "0.3", **numbers})


# --- the checks ------------------------------------------------------------------------------------


@given(dealers)
def test_the_check_accepts_the_gain_and_refutes_a_near_miss(one):
    assert check_withholding(one, one.gain).margin == -one.gain
    assert bool(check_withholding(one, one.gain)) is one.complies
    for wrong in (one.gain - TINY, -one.gain - 1, Fraction(-100)):
        assert not check_withholding(one, wrong)


@given(dealers, st.integers(1, 6))
def test_the_check_of_a_last_round_accepts_the_gain_and_refutes_a_near_miss(one, rounds):
    gain = one.gain_in_last_round(rounds)
    certificate = check_last_round(one, rounds, gain)
    assert certificate.margin == -gain
    assert bool(certificate) is (gain == 0)
    assert not check_last_round(one, rounds, gain - TINY)


def test_a_last_round_that_tempts_to_nothing_is_not_better_than_that():
    one = RandomisedDealer(alone=1, together=1, nothing=0, real="0.3")
    assert check_last_round(one, 3, Fraction(0))
    assert not check_last_round(one, 3, -TINY)


@given(st.lists(dealers, min_size=3, max_size=6), st.data())
def test_the_most_tempted_coalition_is_the_best_of_all(several, data):
    from itertools import combinations

    members = tuple(Member(id=f"M{i}") for i in range(len(several)))
    real = several[0].real
    parties = {member.id: replace(one, real=real) for member, one in zip(members, several, strict=True)}
    t = data.draw(st.integers(2, len(several) - 1))
    clause = ConfidentialComputation(
        id="c",
        real_share=real,
        shares_needed=t,
        **{key: {name: getattr(one, key) for name, one in parties.items()} for key in ("alone", "together", "nothing", "bond")},
    )
    found = {f.item: f for f in clause.findings(Setting(members=members, clauses=(clause,), everyone=members))}
    finding = found["withhold_together"]
    assert "withhold" not in found, "one member alone stops nobody"
    sizes = range(len(several) - t + 1, t)
    gains = [sum(parties[name].gain for name in c) for size in sizes for c in combinations(parties, size)]
    if not gains:
        assert finding.holds
        assert finding.gain is None
        return
    assert finding.gain == max(gains)
    coalition = tuple(finding.values["coalition"])
    assert bool(check_withholding_together(parties, t, coalition, finding.gain)) is (finding.gain <= 0) is finding.holds
    assert not check_withholding_together(parties, t, coalition, finding.gain - TINY)
    assert not check_withholding_together(parties, t, tuple(parties), finding.gain)


def test_a_less_tempted_coalition_is_refuted():
    mild, keen = dealer("0.3", bond=5), dealer("0.3", bond=1)
    parties = {"A": mild, "B": keen, "C": keen, "D": keen}
    keen_pair = 2 * keen.gain
    assert check_withholding_together(parties, 3, ("B", "C"), keen_pair)
    assert not check_withholding_together(parties, 3, ("A", "B"), mild.gain + keen.gain), "C is more tempted than A"
    assert not check_withholding_together(parties, 3, ("B",), keen.gain), "one alone stops nobody"
    assert not check_withholding_together(parties, 3, ("B", "B"), keen_pair), "a member counts once"


# --- the clause ------------------------------------------------------------------------------------

TEXT = """schema = "agreement/0.1"
[agreement]
id = "joint"
unit = "USD_m"
period = "year"
horizon = "infinite"
[[member]]
id = "L"
[[member]]
id = "M"
[[clause]]
id = "evaluation"
area = "information_sharing"
type = "confidential_computation"
real_share = 0.4
alone = {L = 3, M = 2}
together = {L = 1, M = 1}
"""


def test_who_withholds_and_what_would_stop_it():
    import comity

    assessment = comity.assess(Agreement.loads(TEXT))
    found = {finding.id: finding for finding in assessment.findings}
    assert found["evaluation.defect.L.withhold"].holds is False
    assert found["evaluation.defect.L.withhold"].gain == Fraction(1, 5)
    assert found["evaluation.defect.M.withhold"].holds is True
    levers = {repair.lever.key: repair for repair in assessment.repairs}
    assert levers["share"].value == Fraction(333333, 10**6)
    # 0.4 * 3 - 0.6 * B <= 1
    assert levers["bond of L"].value == Fraction(333334, 10**6)
    assert comity.verify(assessment)
    (margin,) = [m for m in found["evaluation.defect.L.withhold"].margins if m.path == "clause.evaluation.real_share"]
    assert margin.turns_at == Fraction(1, 3)


def test_a_last_round_in_the_file_is_found_fatal_and_no_lever_cures_it():
    import comity

    assessment = comity.assess(Agreement.loads(TEXT.replace("0.4", "0.1") + "last_round = 5\n"))
    found = {finding.id: finding for finding in assessment.findings}
    assert found["evaluation.defect.L.withhold"].holds is True
    last = found["evaluation.defect.L.withhold_in_last_round"]
    assert last.holds is False
    assert last.gain == Fraction(9, 10) ** 4 * 2
    assert "it sends in no round at all" in last.sentence
    assert all(repair.value is None for repair in assessment.repairs)


def test_too_few_members_for_the_shares_needed():
    clause = ConfidentialComputation(
        id="c", real_share=Fraction(1, 4), alone={}, together={}, shares_needed=2, applies_to=("L", "M")
    )
    members = (Member(id="L"), Member(id="M"))
    here = Setting(members=members[:1], clauses=(clause,), everyone=members)
    (finding,) = clause.findings(here)
    assert (finding.question, finding.holds, finding.certificate.margin) == ("join", False, -1)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("together = {L = 1", "together = {L = 0", "worth 0 to L, not learning it 0"),
        ("alone = {L = 3", "alone = {L = 0.5", "less than with the others"),
        ("real_share = 0.4", "real_share = 0.4\nshares_needed = 3", "applies to 2"),
        ("real_share = 0.4", "real_share = 0", "real_share"),
        (", M = 2}", "}", "M"),
    ],
)
def test_a_file_that_makes_no_sense_is_refused(old, new, message):
    with pytest.raises(ComityError, match=message):
        Agreement.loads(TEXT.replace(old, new))
