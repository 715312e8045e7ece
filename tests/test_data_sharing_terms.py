"""Terms of shared data: prices from what data add, keeping back, withdrawal and use beyond the purpose."""

from dataclasses import replace
from fractions import Fraction
from itertools import permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import comity
from comity.agreements.assessment import assess
from comity.agreements.file import Agreement
from comity.certificate import Verdict
from comity.checks.data_terms import StatedPool, check_data_parts, check_early_withdrawal
from comity.errors import AgreementError, ComityError, InvalidEvidence, InvalidGame
from comity.games.coalitional.data_pool import DataPool
from comity.mechanisms.information_sharing.data_sharing_terms import DataSet, DataSharingTerms, Purpose, Tier
from comity.mechanisms.members import Member
from comity.mechanisms.setting import Setting
from comity.testing.clauses import setting_of, written

F = Fraction
LABS = DataPool({"A": 5, "B": 10, "C": 40}, saturation=10)
NANO = F(1, 10**9)


# --- the pool --------------------------------------------------------------------------------------


def test_three_labs_share_what_their_data_are_worth():  # B7-03
    assert [round(float(x), 6) for x in LABS.average_contributions()] == [0.135082, 0.225991, 0.485082]
    assert sum(comity.shapley_value(LABS).exact) == F(55, 65)


pools = st.builds(lambda n, seed: DataPool.random(n, np.random.default_rng(seed)), st.integers(1, 5), st.integers(0, 2**32 - 1))


@settings(max_examples=40, deadline=None)
@given(pools)
def test_average_contributions_are_the_shapley_value(pool):
    exact = comity.shapley_value(pool).exact
    assert all(0 <= x - y <= F(pool.worth, 2**180) for x, y in zip(exact, pool.average_contributions(), strict=True))


def test_by_orders_of_arrival():
    total = [F(0)] * 3
    for order in permutations(range(3)):
        come = 0
        for i in order:
            total[i] += LABS.exact(come | 1 << i) - LABS.exact(come)
            come |= 1 << i
    assert [x / 6 for x in total] == list(comity.shapley_value(LABS).exact)


def test_many_owners_of_few_sizes_are_counted_by_sizes():
    pool = DataPool([F(1, 3)] * 30 + [2] * 20, 7, 90)
    parts = pool.average_contributions()
    assert abs(sum(parts) - pool.exact(pool.grand_coalition)) < F(1, 10**30)
    assert len(set(parts)) == 2
    with pytest.raises(InvalidGame, match=r"13 data sets of 13 different sizes .* round the sizes"):
        DataPool(range(1, 14), 5).average_contributions()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [((({"A": -1}), 1), "A has -1 records"), (({"A": 1}, 0), "above 0"), (({"A": 1}, 1, -1), "the worth is -1")],
)
def test_pools_that_make_no_sense_are_refused(arguments, said):
    with pytest.raises(InvalidGame, match=said):
        DataPool(*arguments)


# --- the checks ------------------------------------------------------------------------------------


def stated(change=None):
    parts = dict(zip(LABS.players, (round(x, 9) for x in comity.shapley_value(LABS).exact), strict=True))
    return [StatedPool("evaluation", dict(zip(LABS.players, LABS.sizes, strict=True)), F(10), {**parts, **(change or {})})]


def test_prices_are_confirmed_by_the_potential():
    assert check_data_parts("parts", stated())
    part = stated()[0].parts["A"]
    for off in (part + NANO, part - NANO, -part, F(0)):
        certificate = check_data_parts("parts", stated({"A": off}))
        assert certificate.verdict is Verdict.FAILS
        assert certificate.margin <= 0
        assert certificate.witness["least_exact"] == "A in evaluation"
    with pytest.raises(InvalidEvidence, match="other data sets"):
        check_data_parts("parts", [replace(stated()[0], parts={"A": part})])


@settings(max_examples=25, deadline=None)
@given(pools)
def test_the_potential_agrees_with_the_shapley_value(pool):
    one = DataPool(pool.sizes, pool.saturation)
    parts = dict(zip(pool.players, (round(x, 9) for x in comity.shapley_value(one).exact), strict=True))
    assert check_data_parts("parts", [StatedPool("p", dict(zip(pool.players, pool.sizes, strict=True)), pool.saturation, parts)])


def test_pools_too_large_to_confirm_are_refused():
    sizes = {str(k): F(k) for k in range(13)}
    with pytest.raises(InvalidEvidence, match="8,192 ways"):
        check_data_parts("parts", [StatedPool("p", sizes, F(1), sizes)])


def test_withdrawal_is_added_up_date_by_date():
    # Spared -3, 1, 2, -4 at patience 1/2: leaving after 1 period brings 1 + 1 - 1, after 2 brings 2 - 2, after 3 -4; less 1/2.
    spared = [F(-3), F(1), F(2), F(-4)]
    certificate = check_early_withdrawal("stays", F(1, 2), spared, F(1, 2), 0, F(1, 2))
    assert (certificate.verdict, certificate.margin, certificate.witness["best_date"]) == (Verdict.FAILS, F(-1, 2), 1)
    # With one period of notice: after 1, (2 - 2)/2; after 2, -2.
    assert check_early_withdrawal("stays", F(-1, 2), spared, F(1, 2), 1, F(1, 2))
    for off in (F(1, 2) + F(1, 10**12), F(-1, 2), F(0)):
        with pytest.raises(InvalidEvidence, match="brings 1/2"):
            check_early_withdrawal("stays", off, spared, F(1, 2), 0, F(1, 2))
    with pytest.raises(InvalidEvidence, match="no date"):
        check_early_withdrawal("stays", F(0), spared, F(1, 2), 3, F(0))


# --- the clause ------------------------------------------------------------------------------------

MEMBERS = tuple(Member(id=name, discount=F(1, 2)) for name in "ABC")
CLAUSE = DataSharingTerms(
    id="terms",
    purpose=(Purpose(name="evaluation", worth=F(60), saturation=F(10)), Purpose(name="abuse", worth=F(6), saturation=F(20))),
    tier=(Tier(name="open", leak=F(1, 10)), Tier(name="enclave", usable=F(1, 2))),
    data=(
        DataSet(name="logs", provider="A", records=F(20), tier="open", retention=3, harm=F(10), elsewhere=F(2)),
        DataSet(name="tests", provider="B", records=F(20), tier="enclave", retention=2, purposes=("evaluation",)),
    ),
    share=F(1, 2),
    deposit=F(1),
    misuse={"C": F(3)},
    detection=F(1, 4),
    fine=F(8),
)
SETTING = Setting(MEMBERS, (CLAUSE,), MEMBERS, "USD_m", "year")


def gains(clause=CLAUSE, name="A", setting=SETTING):
    return {d.name: d.gain for d in clause.deviations(setting, setting.member(name))}


def test_prices_by_hand():
    # Usable: logs 20, tests 10.  Evaluation: alone 2/3 and 1/2, together 3/4; abuse: logs alone, 1/2.
    logs, tests = F(1, 2) * (F(2, 3) + F(3, 4) - F(1, 2)), F(1, 2) * (F(1, 2) + F(3, 4) - F(2, 3))
    wanted = {"logs": F(1, 2) * (60 * logs + 3), "tests": 30 * tests}
    found = CLAUSE.prices(SETTING, 0)
    assert all(abs(found[name] - wanted[name]) <= 30 * NANO for name in wanted)
    assert CLAUSE.worth(SETTING, 0) == 48
    # Tests are deleted after two years, and logs are then alone.
    later = CLAUSE.prices(SETTING, 2)
    assert abs(later["logs"] - F(1, 2) * (40 + 3)) <= 30 * NANO
    assert later["tests"] == 0
    assert CLAUSE.worth(SETTING, 3) == 0


def test_a_longer_purpose_list_never_lowers_a_price():
    less = replace(CLAUSE, data=(replace(CLAUSE.data[0], purposes=("evaluation",)), CLAUSE.data[1]))
    assert less.prices(SETTING, 0)["logs"] == CLAUSE.prices(SETTING, 0)["logs"] - F(3, 2)


def test_gains_by_hand():
    prices = [CLAUSE.prices(SETTING, t)["logs"] for t in range(3)]
    spared = [2 + 1 - price for price in prices]  # elsewhere 2, a leak of 10 with 1/10
    assert gains() == {
        "logs kept back": spared[0] + spared[1] / 2 + spared[2] / 4,
        "logs withdrawn": max(spared[1] + spared[2] / 2, spared[2]) - 1,
    }
    assert gains(name="C") == {"beyond purpose": 1}  # 3 - 8/4
    assert gains(replace(CLAUSE, notice=2)) == {"logs kept back": gains()["logs kept back"]}  # no date is left


def test_a_provider_alone_cannot_misuse_others_data_nor_one_that_uses_nothing():
    own = replace(CLAUSE, data=(replace(CLAUSE.data[0], provider="C"),))
    assert "beyond purpose" not in gains(own, "C", replace(SETTING, clauses=(own,)))
    others_use = replace(CLAUSE, use={"A": F(1), "B": F(1)})
    assert "beyond purpose" not in gains(others_use, "C")


def test_what_users_pay_providers_earn():
    found = {f.member: f for f in CLAUSE.findings(SETTING) if f.item == "first_period"}
    assert sum(f.values["paid"] for f in found.values()) == sum(f.values["earned"] for f in found.values())
    assert sum(f.values["used"] for f in found.values()) == 48
    assert found["C"].values["total"] == 16 - found["C"].values["paid"]


def test_the_best_access_weighs_use_against_leaks():
    found = {f.item: f for f in CLAUSE.findings(SETTING) if f.question == "sweep"}
    # Logs open: 60 x 3/4 + 6 x 1/2 - 1; in the enclave 60 x 2/3 + 6 x 1/3.
    assert found["logs tier"].values == {"open": 47, "enclave": 42}
    # Tests open: 60 x 4/5, nothing is harmed.
    assert found["tests tier"].values == {"open": 51, "enclave": 48}
    assert found["tests tier"].sentence.startswith("For tests of B, open would bring all together 3 USD_m per year more")
    assert "no other tier is better" in found["logs tier"].sentence


def test_sentences():
    found = {f.item: f.sentence for f in CLAUSE.findings(SETTING)}
    assert found["beyond purpose"] == (
        "C gains 1 USD_m per year by using others' data beyond their purposes: that brings it 3, and it is noticed with "
        "probability 0.25 and then fined 8."
    )
    assert found["tests withdrawn"] == (
        "B loses 9.75 USD_m by withdrawing tests early: after 1 year, its best moment, notice forfeits the deposit of 1, and not "
        "sharing for the last year costs it 8.75."
    )
    assert "users, who pay the part 0.5 of what each adds on average" in found["prices"]


def test_nothing_is_shared_once_the_providers_have_left():
    assert CLAUSE.findings(SETTING.keeping(["C"])) == []
    assert gains(name="C", setting=SETTING.keeping(["C"])) == {}


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"data": ()}, "empty"),
        ({"data": (CLAUSE.data[0], CLAUSE.data[0])}, "listed twice"),
        ({"data": (replace(CLAUSE.data[0], tier="vault"),)}, "no tier 'vault'"),
        ({"data": (replace(CLAUSE.data[0], purposes=("fun",)),)}, "no purpose 'fun'"),
        ({"applies_to": ("B", "C")}, "does not apply to A"),
        ({"use": {"A": F(0)}}, "nobody uses"),
        ({"data": tuple(replace(CLAUSE.data[0], name=f"d{k}", records=F(k)) for k in range(13))}, "4,096 ways"),
    ],
)
def test_flaws_are_found(change, said):
    flaws = list(replace(CLAUSE, **change).flaws(SETTING))
    assert any(said in flaw.message for flaw in flaws)
    assert all(flaw.hint for flaw in flaws)
    assert not list(CLAUSE.flaws(SETTING))


def test_data_are_not_kept_beyond_the_end_of_the_agreement():
    (flaw,) = CLAUSE.flaws(replace(SETTING, horizon=2))
    assert flaw.message == "3 periods, but the agreement ends after 2"


def test_the_file_is_assessed_repaired_and_verified():
    text = written(setting_of(MEMBERS, (replace(CLAUSE, share=F(1, 20)),)))
    assessment = assess(Agreement.loads(text))
    failing = {f.id for f in assessment.failing}
    assert "terms.defect.A.logs kept back" in failing
    assert {repair.lever.name for repair in assessment.repairs if repair.value is not None} >= {"share", "sanction.fine"}
    assert comity.verify(assessment)


def test_mistakes_in_the_file_are_named_with_their_place():
    text = written(SETTING).replace('"tier" = "open"', '"tier" = "opn"')
    with pytest.raises(AgreementError, match=r"clause.terms.data\S*tier.*there is no tier 'opn'"):
        Agreement.loads(text)
    with pytest.raises(ComityError, match="retention"):
        Agreement.loads(written(SETTING).replace('"retention" = 3', '"retention" = 0'))
