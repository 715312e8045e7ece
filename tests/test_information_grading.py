"""Who may know what: the grading that is best for all, the one originators choose, the payment between them, the frontier."""

from dataclasses import replace
from fractions import Fraction
from itertools import combinations, product

import matplotlib
import matplotlib.pyplot as plt
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import comity
from comity.certificate import Verdict
from comity.checks.grading import check_best_grade
from comity.errors import ComityError, InvalidEvidence
from comity.games.strategic import information_grading
from comity.games.strategic.information_grading import GRADES, LEVELS, GradedItem, InformationGrading, Recipient
from comity.mechanisms.information_sharing.graded_disclosure import FindingToGrade, GradedDisclosure, RecipientClass
from comity.mechanisms.members import Member
from comity.mechanisms.setting import Setting

matplotlib.use("Agg")
F = Fraction
TINY = F(1, 10**12)
RECIPIENTS = [
    Recipient("B", "RED", "0.1"),
    Recipient("C", "AMBER", "0.2"),
    Recipient("public", "CLEAR", 1),
]
EXPLOIT = GradedItem("exploit", "A", {"B": 6, "C": 4, "public": 8}, {"B": 1, "C": 0.5, "public": -2}, harm=20, borne="0.25")
GAME = InformationGrading(RECIPIENTS, [EXPLOIT])

games = st.builds(
    lambda n, seed: InformationGrading.random(n, np.random.default_rng(seed)), st.integers(0, 4), st.integers(0, 2**32 - 1)
)


# --- by hand -------------------------------------------------------------------------------------


def test_effects_of_each_grade_by_hand():
    # Leaks: 0, .1, 1 - .9 x .8 = .28, 1; harm 20 times that.
    effects = GAME.effects("exploit")
    assert {grade: (e.value, e.lost_lead, e.expected_harm, e.total, e.own) for grade, e in effects.items()} == {
        "WITHHELD": (0, 0, 0, 0, 0),
        "RED": (6, 1, 2, 3, F("-1.5")),
        "AMBER+STRICT": (6, 1, 2, 3, F("-1.5")),
        "AMBER": (10, F("1.5"), F("5.6"), F("2.9"), F("-2.9")),
        "GREEN": (10, F("1.5"), F("5.6"), F("2.9"), F("-2.9")),
        "CLEAR": (18, F("-.5"), 20, F("-1.5"), F("-4.5")),
    }
    assert GAME.efficient() == {"exploit": "RED"}
    assert GAME.chosen_alone() == {"exploit": "WITHHELD"}
    price = GAME.price("exploit")
    assert (price.gap, price.least, price.most) == (3, F("1.5"), F("4.5"))


def test_an_originator_that_seeks_credit_marks_too_openly():
    # Bearing no harm and earning 4 by being public, A publishes; B alone should know.
    game = InformationGrading(RECIPIENTS, [replace(EXPLOIT, lost_lead={"public": -4}, borne=F(0))])
    assert (game.efficient(), game.chosen_alone()) == ({"exploit": "AMBER"}, {"exploit": "CLEAR"})
    price = game.price("exploit")  # AMBER: 10 - 5.6 = 4.4; CLEAR: 18 + 4 - 20 = 2
    assert (price.gap, price.least, price.most) == (F("2.4"), 4, F("6.4"))


def test_the_originator_is_never_its_own_audience():
    game = InformationGrading([Recipient("A", "RED", 1)], [replace(EXPLOIT, value={"A": 9}, lost_lead={})])
    assert all(not effect.audience and effect.total == 0 for effect in game.effects("exploit").values())
    assert game.efficient() == {"exploit": "WITHHELD"}
    assert len(game.distinct("exploit")) == 1


def test_of_grades_that_are_equally_good_the_most_closed_is_best():
    game = InformationGrading(RECIPIENTS, [GradedItem("nothing")])
    assert game.efficient() == game.chosen_alone() == {"nothing": "WITHHELD"}


def test_an_originator_that_does_not_mind_does_what_is_better_for_all():
    game = InformationGrading(RECIPIENTS, [replace(EXPLOIT, lost_lead={}, borne=F(0))])
    assert game.chosen_alone() == game.efficient() == {"exploit": "AMBER"}  # 10 - 5.6
    assert game.price("exploit").least == game.price("exploit").gap == 0


def test_gradings_that_do_the_same_are_one_point_of_the_frontier():
    secure = [Recipient("B", "RED"), Recipient("C", "GREEN")]
    frontier = InformationGrading(secure, [GradedItem("idle", harm=5), GradedItem("good", value={"B": 2})]).frontier()
    assert [(p.expected_harm, p.net_value, p.grades) for p in frontier.points] == [(0, 2, ("WITHHELD", "RED"))]


# --- second methods --------------------------------------------------------------------------------


def leak_by_outcomes(leaks):
    """The chance that somebody leaks, over all combinations of who does."""
    total = F(0)
    for who in product((False, True), repeat=len(leaks)):
        chance = F(1)
        for leaks_now, q in zip(who, leaks, strict=True):
            chance *= q if leaks_now else 1 - q
        total += chance if any(who) else 0
    return total


def total_by_outcomes(game, item, grade):
    audience = [
        r
        for r in game.recipients
        if r.name != item.originator and grade != "WITHHELD" and LEVELS.index(r.level) <= LEVELS.index(grade)
    ]
    worth = sum(item.value.get(r.name, 0) - item.lost_lead.get(r.name, 0) for r in audience)
    return worth - item.harm * leak_by_outcomes([r.leak for r in audience])


@settings(max_examples=30, deadline=None)
@given(games)
def test_no_grading_of_all_items_together_beats_the_best_item_by_item(game):
    totals = [
        sum(total_by_outcomes(game, item, grade) for item, grade in zip(game.items, grades, strict=True))
        for grades in (product(GRADES, repeat=len(game.items)) if len(game.items) < 4 else [tuple(game.efficient().values())])
    ]
    assert game.total(game.efficient()) == max(totals)
    assert all(game.effects(item.name)[g].total == total_by_outcomes(game, item, g) for item in game.items for g in GRADES)


@settings(max_examples=30, deadline=None)
@given(games)
def test_the_price_makes_the_best_grade_the_originators_own_choice_and_leaves_others_better_off(game):
    for item in game.items:
        price, best, alone = game.price(item.name), game.best(item.name), game.alone(item.name)
        assert 0 <= price.least <= price.most
        assert price.most - price.least == price.gap >= 0
        assert all(best.own + price.least >= effect.own for effect in game.effects(item.name).values())
        assert best.others - price.most == alone.others
        assert (price.gap == 0) is (best.total == alone.total)


def undominated(points):
    return {p for p in points if not any(q != p and q[0] <= p[0] and q[1] >= p[1] for q in points)}


@settings(max_examples=25, deadline=None)
@given(games)
def test_the_frontier_is_what_no_grading_dominates(game):
    game = replace(game, items=game.items[:3])
    effects = [list(game.effects(item.name).values()) for item in game.items]
    every = {(sum(e.expected_harm for e in chosen), sum(e.value - e.lost_lead for e in chosen)) for chosen in product(*effects)}
    frontier = game.frontier()
    assert {(p.expected_harm, p.net_value) for p in frontier.points} == undominated(every)
    assert len(frontier) == len({(p.expected_harm, p.net_value) for p in frontier.points})
    for point in frontier.points:
        chosen = [game.effects(item)[grade] for item, grade in zip(frontier.items, point.grades, strict=True)]
        assert point.expected_harm == sum(e.expected_harm for e in chosen)
    assert frontier.best.net_value - frontier.best.expected_harm == game.total(game.efficient())


def test_a_frontier_of_too_many_gradings_is_refused(monkeypatch):
    monkeypatch.setattr(information_grading, "MAX_FRONTIER", 2)
    with pytest.raises(ComityError, match="more than 2 gradings"):
        InformationGrading(
            [Recipient("B", "RED", "0.1")], [replace(EXPLOIT, name=f"x{k}", value={"B": 2 + k}, lost_lead={}) for k in range(3)]
        ).frontier()


def test_the_frontier_is_drawn_with_its_marks_and_units():
    try:
        ax = GAME.frontier().plot(unit="USD_m", agreed=(2, 5))
        assert ax.get_xlabel() == "expected harm of leaks (USD_m)"
        assert ax.get_ylabel() == "worth of knowing less lost lead (USD_m)"
        assert [text.get_text() for text in ax.get_legend().get_texts()] == ["frontier, 4 gradings", "efficient", "agreed"]
        assert ax.lines[1].get_xydata().tolist() == [[2, 5]]
        ax.figure.canvas.draw()
    finally:
        plt.close("all")


# --- mistakes --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda: Recipient("B", "WHITE"), "the level of B is 'WHITE'; use one of RED"),
        (lambda: Recipient("B", "RED", 2), "B leaks with probability 2"),
        (lambda: replace(EXPLOIT, harm=-1), "harm of a leak of exploit is -1"),
        (lambda: replace(EXPLOIT, borne=2), "bears 2 of the harm"),
        (lambda: InformationGrading([*RECIPIENTS, RECIPIENTS[0]], []), "two recipients named 'B'"),
        (lambda: InformationGrading(RECIPIENTS, [EXPLOIT, EXPLOIT]), "two items named 'exploit'"),
        (lambda: InformationGrading(RECIPIENTS[:1], [EXPLOIT]), "names 'C', who is no recipient"),
        (lambda: GAME.effects("x"), "there is no item 'x'"),
        (lambda: GAME.total({}), "says nothing of exploit"),
        (lambda: GAME.total({"exploit": "PURPLE"}), "'PURPLE'; use one of WITHHELD"),
    ],
)
def test_mistakes_are_named_with_the_way_out(make, said):
    with pytest.raises(ComityError, match=said):
        make()


# --- the check -------------------------------------------------------------------------------------

STEPS = [
    (grade, [(r.name, EXPLOIT.value[r.name], EXPLOIT.lost_lead[r.name], r.leak) for r in RECIPIENTS if r.level == grade])
    for grade in GRADES
]


def best_grade(grade="RED", total=3, steps=STEPS, harm=20):
    return check_best_grade("best", (grade, total), steps, harm)


def test_the_best_grade_is_confirmed_by_who_leaks_first():
    assert best_grade().verdict is Verdict.HOLDS
    assert best_grade().margin == 0  # AMBER+STRICT reaches the same audience
    only = [step for step in STEPS if step[0] != "AMBER+STRICT"]
    assert best_grade(steps=only).margin == F("0.1")


@pytest.mark.parametrize(
    "near_miss",
    [
        lambda: best_grade(total=3 + TINY),
        lambda: best_grade(total=3 - TINY),
        lambda: best_grade(total=F(-3)),
        lambda: best_grade("AMBER", F("2.9")),
        lambda: best_grade(harm=20 + TINY),
        lambda: best_grade(steps=[(grade, who if grade != "RED" else []) for grade, who in STEPS]),
    ],
)
def test_a_grade_that_is_slightly_off_is_refuted(near_miss):
    assert near_miss().verdict is Verdict.FAILS
    assert near_miss().margin < 0


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: best_grade("PURPLE"),
        lambda: best_grade(steps=[*STEPS, STEPS[0]]),
        lambda: best_grade(steps=[("RED", [("B", F(1), F(0), F(2))])]),
    ],
)
def test_evidence_that_is_none_is_refused(wrong):
    with pytest.raises(InvalidEvidence):
        wrong()


# --- the clause ------------------------------------------------------------------------------------

MEMBERS = tuple(Member(id=name) for name in "ABC")
CLAUSE = GradedDisclosure(
    id="lights",
    recipient=(
        RecipientClass(name="teams", level="RED", leak=F(1, 10), members=("A", "B")),
        RecipientClass(name="staff", level="AMBER", leak=F(1, 5), members=("C",)),
        RecipientClass(name="public", level="CLEAR", leak=F(1)),
    ),
    item=(
        FindingToGrade(
            name="exploit",
            originator="A",
            p=F(1, 2),
            value={"teams": F(6), "staff": F(4), "public": F(8)},
            lost_lead={"teams": F(1), "staff": F(1, 2), "public": F(-2)},
            harm=F(20),
            borne=F(1, 4),
            reward=F(1),
        ),
    ),
    detection=F(1, 2),
    audit_rate=F(1, 4),
    fine=F(1),
)


def setting_of(clause=CLAUSE, members=MEMBERS):
    return Setting(members, (clause,), members, "USD_m", "year")


def gains(clause=CLAUSE, member=MEMBERS[0], setting=None):
    return {d.name: d.gain for d in clause.deviations(setting or setting_of(clause), member)}


def test_gains_of_wrong_marks_by_hand():
    # u: withheld 0, RED -1.5, AMBER -2.9, CLEAR -4.5; reward 1; fined 1 with probability 1/4 or 1/2.
    assert gains() == {"exploit withheld": F("0.25"), "exploit more open": F("-2.9")}
    assert gains(member=MEMBERS[1]) == {}
    amber = replace(CLAUSE, item=(replace(CLAUSE.item[0], grade="AMBER"),))
    assert gains(amber) == {
        "exploit withheld": F("1.65"),
        "exploit more closed": F("-0.1"),
        "exploit more open": F("-3.1"),
    }


def test_values_by_hand_and_rewards_stay_among_the_members():
    values = [CLAUSE.value(setting_of(), member) for member in MEMBERS]
    assert values == [F("-0.25"), F("2.75"), F("-0.25")]  # half of -1.5 + 1, of 6 - 1/2, of -1/2
    agreed = CLAUSE.game(setting_of()).best("exploit")
    assert sum(values) == F(1, 2) * (agreed.value + agreed.own)


def test_nobody_pays_a_reward_for_what_nobody_is_to_know_or_to_somebody_alone():
    withheld = replace(CLAUSE, item=(replace(CLAUSE.item[0], grade="WITHHELD"),))
    assert gains(withheld) == {"exploit more open": F("-2")}  # -1.5 - 1/2
    assert [withheld.value(setting_of(withheld), member) for member in MEMBERS] == [0, 0, 0]
    alone = setting_of(members=MEMBERS[:1])
    assert CLAUSE.agreed(alone) == {"exploit": "WITHHELD"}  # only the public is left, and it leaks
    assert CLAUSE.value(alone, MEMBERS[0]) == 0
    assert CLAUSE.findings(Setting((), (CLAUSE,), MEMBERS)) == []


def test_findings_say_what_they_should():
    best, kept, opened, *_, together = CLAUSE.findings(setting_of())
    assert best.sentence == (
        "For exploit of A, RED is best for all together: knowing is worth 6, leaks cost 2 on average and the lead lost 1: "
        "3 USD_m per finding in all. Left alone, A would keep it back, which costs all together 3; a reward between 1.5 and 4.5 "
        "closes the gap and leaves everybody better off."
    )
    assert kept.sentence == (
        "A gains 0.25 USD_m per finding by keeping exploit back: it spares it 1.5 in lead and harm, forgoes the reward of 1 "
        "and is noticed with probability 0.25 and then fined 1."
    )
    assert (kept.holds, kept.gain, kept.certificate.margin, opened.holds) == (False, F(1, 4), F(-1, 4), True)
    assert "marking exploit AMBER, more open than agreed" in opened.sentence
    assert together.values["as_agreed"] == together.values["best"] == F(3, 2)


def test_the_usefulness_of_findings_to_a_member_counts():
    b = replace(MEMBERS[1], receive_weight=F(1, 3))
    setting = setting_of(members=(MEMBERS[0], b, MEMBERS[2]))
    assert CLAUSE.game(setting).effects("exploit")["RED"].value == 2
    assert CLAUSE.agreed(setting) == {"exploit": "WITHHELD"}  # 2 - 1 - 2 < 0, and 6 - 1.5 - 5.6 < 0


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"item": ()}, "no finding"),
        ({"recipient": ()}, "nobody who may know"),
        ({"item": (CLAUSE.item[0], CLAUSE.item[0])}, "listed twice"),
        ({"item": (replace(CLAUSE.item[0], value={"teens": F(1)}),)}, "no class of recipients 'teens'"),
        ({"applies_to": ("B", "C")}, "does not apply to A"),
        ({"recipient": (*CLAUSE.recipient, RecipientClass(name="A", level="RED", leak=F(0)))}, "name 'A' is taken"),
        (
            {"recipient": (*CLAUSE.recipient, RecipientClass(name="more", level="RED", leak=F(0), members=("C",)))},
            "C is in the classes staff and more",
        ),
    ],
)
def test_flaws_are_found(change, said):
    flaws = list(replace(CLAUSE, **change).flaws(setting_of()))
    assert any(said in flaw.message for flaw in flaws)
    assert all(flaw.hint for flaw in flaws)
    assert not list(CLAUSE.flaws(setting_of()))


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_deviations_are_the_best_of_all_other_grades(seed):
    members = tuple(Member(id=f"M{k}") for k in range(3))
    clause = GradedDisclosure.random(members, np.random.default_rng(seed))
    setting = Setting(members, (clause,), members)
    game, agreed = clause.game(setting), clause.agreed(setting)
    for item in clause.item:
        own = game.effects(item.name)
        here = own[agreed[item.name]]
        others = [e for e in own.values() if e.audience != here.audience]
        tried = [
            e.own
            - here.own
            - (item.reward if here.audience else 0)
            - (clause.detection if e.audience else clause.audit_rate) * clause.fine
            for e in others
        ]
        found = [
            gain
            for name, gain in gains(clause, setting.member(item.originator), setting).items()
            if name.startswith(item.name + " ")
        ]
        assert max(found) == max(tried)


def test_the_classes_of_the_light_are_nested():
    audiences = [set(effect.audience) for effect in GAME.effects("exploit").values()]
    assert all(a <= b for a, b in combinations(audiences, 2))


def test_the_names_are_public():
    assert comity.InformationGrading is InformationGrading
    assert "GradedDisclosure" in [entry.name for entry in comity.catalogue("traffic lights")]
