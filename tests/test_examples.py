"""The four example agreements show every number that was computed for them by two independent routes."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest

import comity
from comity.agreements.assessment import Assessment
from comity.agreements.repairs import Repair

EXAMPLES = Path(__file__).parent.parent / "examples"


@cache
def assessed(name: str, **overrides: str) -> Assessment:
    agreement = comity.Agreement.load(EXAMPLES / f"{name}.toml")
    changes = {path.replace("__", "."): value for path, value in overrides.items()}
    return comity.assess(agreement.with_overrides(changes) if changes else agreement)


def gains(assessment: Assessment, question: str, at: str = "all") -> dict[tuple[str, str | None], float]:
    """Gains above zero by who and what."""
    return {
        (f.member or "+".join(f.coalition or ()), f.item): float(f.gain)
        for f in assessment.findings
        if f.question == question and f.at == at and f.gain is not None and f.holds is False
    }


def repair(assessment: Assessment, target: str, lever: str) -> Repair:
    (found,) = [r for r in assessment.repairs if r.finding == target and r.lever.key == lever]
    return found


def value(assessment: Assessment, finding: str, name: str) -> float:
    return float(assessment[finding].values[name])


RED = "capability_of_concern"


class TestFrontierSharing:
    def test_with_all_six_l1_and_l3_hide_a_capability_of_concern_and_l6_hides_two_classes(self):
        found = gains(assessed("frontier-sharing"), "lie")
        assert found.keys() == {("L1", RED), ("L3", RED), ("L6", "exploitable_flaw"), ("L6", RED)}
        assert found["L1", RED] == pytest.approx(0.187804, abs=5e-7)
        assert found["L3", RED] == pytest.approx(1.103184, abs=5e-7)

    def test_l6_leaves_and_nobody_else(self):
        assessment = assessed("frontier-sharing")
        leaving = assessment["disclosure.leave.L6"]
        assert float(leaving.values["value"]) == pytest.approx(0.4446)
        assert leaving.gain == 1 - leaving.values["value"]
        assert assessment.membership.rounds == (("L6",),)
        assert assessment.membership.resulting == ("L1", "L2", "L3", "L4", "L5")

    def test_once_l6_has_left_l1_and_l3_gain_more_by_hiding(self):
        found = gains(assessed("frontier-sharing"), "lie", "resulting")
        assert found == pytest.approx({("L1", RED): 2.128204, ("L3", RED): 2.080571}, abs=5e-7)

    @pytest.mark.parametrize(
        ("lever", "least"),
        [("audit.rate", 0.256700), ("sanction.fine", 12.928408), ("reward", 0.629073), (f"reward on {RED}", 1.022098)],
    )
    def test_the_smallest_levers_for_those_who_stay_are_conditional_on_l6(self, lever, least):
        found = repair(assessed("frontier-sharing"), "disclosure.lie.stayers", lever)
        assert float(found.value) == least
        assert not found.holds
        assert "L6" in found.condition

    def test_the_budget_does_not_carry_a_reward_on_every_class_but_carries_one_on_the_gravest(self):
        assessment = assessed("frontier-sharing")
        every = repair(assessment, "disclosure.lie.stayers", "reward")
        gravest = repair(assessment, "disclosure.lie.stayers", f"reward on {RED}")
        assert float(assessment["disclosure.budget.budget"].values["budget"]) == pytest.approx(2.660, abs=5e-4)
        assert float(every.cost) == pytest.approx(3.586, abs=5e-4)
        assert every.budget_after < 0
        assert float(gravest.cost) == pytest.approx(0.613, abs=5e-4)
        assert gravest.budget_after > 0

    @pytest.mark.parametrize(
        ("lever", "least"), [("audit.rate", 0.342893), ("sanction.fine", 20.350666), (f"reward on {RED}", 1.927645)]
    )
    def test_with_l6_out_these_repairs_hold(self, lever, least):
        found = repair(assessed("frontier-sharing"), "disclosure.lie@resulting", lever)
        assert float(found.value) == least
        assert found.holds
        assert found.condition is None

    def test_the_fine_comes_first_and_the_reward_leaves_a_budget(self):
        assessment = assessed("frontier-sharing")
        order = [r.lever.key for r in assessment.repairs if r.finding == "disclosure.lie@resulting"]
        assert order == ["sanction.fine", "audit.rate", f"reward on {RED}", "reward"]
        gravest = repair(assessment, "disclosure.lie@resulting", f"reward on {RED}")
        assert float(gravest.cost) == pytest.approx(0.963823, abs=1e-6)
        assert float(gravest.budget_after) == pytest.approx(1.503178, abs=1e-6)

    def test_a_reward_on_every_class_is_none_because_l6_returns_and_hides(self):
        found = repair(assessed("frontier-sharing"), "disclosure.lie@resulting", "reward")
        assert found.value is None
        assert float(found.values["least_if_membership_stays"]) == 1.186412
        assert float(found.values["L6_returns_from"]) == 0.584632
        assert float(found.budget_after) == pytest.approx(-3.168457, abs=1e-6)
        assert "L6 returns" in found.condition

    def test_l6_honest_too_takes_a_fine_under_which_it_leaves_or_a_reward_nobody_can_pay(self):
        assessment = assessed("frontier-sharing")
        assert repair(assessment, "disclosure.lie", "audit.rate").value is None
        fine, reward = (repair(assessment, "disclosure.lie", lever) for lever in ("sanction.fine", "reward"))
        assert float(fine.value) == 57.142858
        assert "L6" in fine.condition
        assert float(reward.value) == 6.183105
        assert "budget" in reward.condition

    def test_one_examination_a_year_makes_hiding_several_together_the_worst_lie(self):
        assessment = assessed("frontier-sharing", clause__disclosure__examine='"year"')
        found = gains(assessment, "lie")
        assert found["L1", "several together"] == pytest.approx(1.187804, abs=5e-7)
        assert found["L3", "several together"] == pytest.approx(1.603184, abs=5e-7)
        # L3's gain 5.5 - rate 0.7 (fine + V) vanishes at rate 0.28240967 and at fine 16.52182787 (roots by hand calculation
        # in floats as well); the least six-decimal values on the safe side follow, one step below the table they came with.
        assert float(repair(assessment, "disclosure.lie.stayers", "audit.rate").value) == 0.282410
        assert float(repair(assessment, "disclosure.lie.stayers", "sanction.fine").value) == 16.521828

    def test_the_privacy_budget_splits_as_cube_roots(self):  # I7-02
        values = assessed("frontier-sharing")["statistics.split.privacy_budget"].values
        assert [float(values[name]) for name in ("jailbreak_rate", "eval_score", "incident_count")] == [0.2, 0.4, 0.6]
        assert values["weighted_variance"] == 300


class TestComputeCommons:
    def test_contributions_are_matched_to_fifty(self):
        values = assessed("compute-commons")["dues.split.contributions"].values
        assert [values[name] for name in "ABC"] == [15, 9, 1]
        assert values["with_match"] == 50

    def test_the_pool_earns_715_sixths(self):  # P1-01
        assert str(assessed("compute-commons")["pool.split.worth"].values["worth"]) == "715/6"

    def test_the_proportional_split_is_blocked_by_b_with_c_and_by_c(self):
        assessment = assessed("compute-commons")
        values = assessment["division.split.proportional_to_contribution"].values
        assert [float(values[name]) for name in "ABC"] == pytest.approx([71.5, 42.9, 4.7667], abs=5e-5)
        found = gains(assessment, "leave")
        assert found == pytest.approx({("B+C", None): 17.33, ("C", None): 13.80}, abs=5e-3)

    def test_it_unravels_until_a_remains(self):
        who = assessed("compute-commons").membership
        assert who.rounds == (("C",), ("B",))
        assert who.resulting == ("A",)
        (second,) = who.leavers[1]
        assert (float(second.value), float(second.outside)) == (22.5, 25)

    def test_the_least_transfer_restores_the_core(self):
        found = repair(assessed("compute-commons"), "division.leave", "side_payment")
        assert str(found.value) == "52/3"
        assert found.holds
        assert found.paid_by == "A"

    @pytest.mark.parametrize("rule", ["shapley", "nucleolus", "owen_set", "equal"])
    def test_every_other_split_is_stable(self, rule):
        assert assessed("compute-commons")[f"division.split.{rule}"].values["core_margin"] >= 0

    def test_jobs_by_dominant_resource_fairness(self):  # P5
        values = assessed("compute-commons")["cluster.split.jobs"].values
        assert [float(values[name]) for name in "ABC"] == [14.4, 6.4, 6.4]


class TestSafetyAccord:
    def test_n3_and_n4_defect_and_the_others_comply(self):
        found = {f.member: f for f in assessed("safety-accord").findings if f.clause == "alarms" and f.question == "defect"}
        assert {name for name, f in found.items() if not f.holds} == {"N3", "N4"}
        assert float(found["N3"].values["critical_discount"]) == pytest.approx(0.8696, abs=5e-5)
        assert float(found["N4"].values["critical_discount"]) == pytest.approx(0.7143, abs=5e-5)

    @pytest.mark.parametrize(
        ("member", "lever", "least"),
        [
            ("N3", "bond of N3", 3.2),
            ("N4", "bond of N4", 1.6),
            ("N3", "detection", 0.8),
            ("N4", "detection", 0.866667),
            ("N3", "discount of N3", 0.869566),
            ("N4", "discount of N4", 0.714286),
        ],
    )
    def test_escrow_detection_or_patience_repair_them(self, member, lever, least):
        (target,) = [f.id for f in assessed("safety-accord").failing if f.clause == "alarms" and f.member == member]
        found = repair(assessed("safety-accord"), target, lever)
        assert float(found.value) == least
        assert found.holds

    def test_with_the_bonds_in_the_file_everyone_complies(self):
        bonds = {"clause__escrow__bond__N3": "3.2", "clause__escrow__bond__N4": "1.6"}
        assessment = assessed("safety-accord", **bonds)
        assert not [f for f in assessment.failing if f.clause in ("alarms", "escrow")]

    def test_the_treaty(self):  # T6
        found = {f.item: f for f in assessed("safety-accord").findings if f.clause == "entry"}
        sizes = next(f for f in found.values() if f.question == "join")
        assert "4" in sizes.sentence
        pivotal = found["pivotal"]
        assert pivotal.holds
        numbers = [round(float(v), 3) for v in pivotal.values.values() if not isinstance(v, list | tuple | str)]
        assert 473.684 in numbers
        assert 472.0 in numbers
        assert any(abs(n - 1.2291) < 5e-4 for n in numbers)

    def test_inspections_find_a_violation_with_this_probability(self):
        (found,) = [f for f in assessed("safety-accord").findings if f.clause == "sites"]
        assert any(abs(float(v) - 0.6284) < 5e-5 for v in found.values.values() if not isinstance(v, list | str))

    def test_windfall_and_liability(self):  # B5, B6
        assessment = assessed("safety-accord")
        sentences = " ".join(f.sentence for f in assessment.findings if f.clause in ("windfall", "liability"))
        for number in ("owes 0 ", "4,000", "809,000", "4,490", "nothing stays uncovered"):
            assert number in sentences

    def test_one_vote_of_fifteen_is_a_dummy(self):  # X4
        powers = {f.member: f for f in assessed("safety-accord").findings if f.clause == "votes"}
        assert powers["N5"].holds is None
        assert [float(powers[f"N{i}"].values["banzhaf"]) for i in range(1, 6)] == [0.25, 0.25, 0.25, 0.25, 0]

    @pytest.mark.parametrize(("member", "date"), [("N1", 31.990), ("N2", 31.990), ("N3", 10.546), ("N4", 6.036), ("N5", 31.039)])
    def test_growing_stakes_end_cooperation(self, member, date):  # X3
        (found,) = [f for f in assessed("safety-accord").findings if f.clause == "growth" and f.member == member]
        assert found.holds is False
        assert float(found.values["t_star"]) == pytest.approx(date, abs=5e-4)


class TestResearchConsortium:
    def numbers(self, clause: str) -> list[float]:
        found = [f for f in assessed("research-consortium").findings if f.clause == clause]
        listed = [v for f in found for v in (*f.values.values(), f.gain)]
        return [float(v) for v in listed if not isinstance(v, list | tuple | str | bool | dict | None)]

    @pytest.mark.parametrize(
        "number",
        [0.448560, 0.266144, 0.428024, 0.931829, 4.107247, 4.202269, 0.458938, 0.097221, 47761921 / 94443842, 0.035851],
    )
    def test_aspremont_and_jacquemin_with_four_members(self, number):
        assert any(abs(found - number) < 5e-7 for found in self.numbers("joint_research"))

    def test_c3_and_c4_defect_from_the_joint_research(self):
        failing = {f.member for f in assessed("research-consortium").failing if f.clause == "joint_research"}
        assert failing == {"C3", "C4"}

    def test_a_cartel_cuts_research_when_spillovers_are_small(self):
        assert any("cuts research" in f.sentence for f in assessed("research-consortium").findings)

    @pytest.mark.parametrize(
        "number", [1.538462, 0.975610, 0.8, 1.739130, 11.834320, 12.195122, 12.48, 13.043478, 0.968445, 0.444730]
    )
    def test_kamien_muller_and_zang_with_two_members(self, number):
        assert any(abs(found - number) < 5e-7 for found in self.numbers("joint_lab"))

    def test_a_breach_that_leads_to_a_competing_venture_asks_for_more_patience(self):
        assessment = assessed("research-consortium", clause__joint_lab__breach='"joint_venture_competition"')
        found = [f for f in assessment.findings if f.clause == "joint_lab" and f.question == "defect"]
        assert all(float(f.values["critical_discount"]) == pytest.approx(0.632176, abs=5e-7) for f in found)

    @pytest.mark.parametrize("member", ["C3", "C4"])
    def test_patience_repairs_the_joint_research(self, member):
        target = f"joint_research.defect.{member}.breach"
        assert float(repair(assessed("research-consortium"), target, f"discount of {member}").value) == 0.505718


@pytest.mark.parametrize("name", sorted(path.stem for path in EXAMPLES.glob("*.toml")))
def test_every_example_is_confirmed_from_its_evidence(name):
    certificate = comity.verify(assessed(name))
    assert certificate, certificate.witness["differences"]


class TestAmended:
    def test_frontier_sharing_is_repaired_by_the_fine(self):
        amendment = comity.amend(EXAMPLES / "frontier-sharing.toml")
        assert {path: float(to) for path, to in amendment.change.items()} == {"clause.disclosure.sanction.fine": 20.350666}
        assert amendment.holds
        assert "fine = 20.350666" in amendment.to_toml()
        assert "# model I5 + T3 + T4" in amendment.to_toml()

    def test_compute_commons_is_repaired_by_side_payments_and_then_holds_for_all(self):
        amendment = comity.amend(EXAMPLES / "compute-commons.toml")
        assert amendment.after.holds
        assert amendment.after.membership.rounds == ()
