"""Graded disclosure: each finding carries a traffic light that says who may know it, chosen by worth, leaks and lost lead."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import ClassVar, Literal, Self

import numpy as np

from comity.certificate import Certificate
from comity.checks.grading import Newcomer, check_best_grade
from comity.checks.incentives import Outcome, check_at_least, check_expected_period, check_lottery
from comity.declaration import declare
from comity.games.strategic.information_grading import (
    GRADES,
    LEVELS,
    WITHHELD,
    GradedItem,
    GradeEffect,
    InformationGrading,
    Recipient,
)
from comity.mechanisms.clause import Clause, Flaw
from comity.mechanisms.findings import Deviation, Finding, Lever
from comity.mechanisms.members import Member
from comity.mechanisms.parameters import parameter, probability
from comity.mechanisms.setting import Setting
from comity.rational import short, text

ZERO, ONE = Fraction(0), Fraction(1)
Level = Literal["RED", "AMBER+STRICT", "AMBER", "GREEN", "CLEAR"]
Grade = Literal["efficient", "WITHHELD", "RED", "AMBER+STRICT", "AMBER", "GREEN", "CLEAR"]
THEOREM = "graded disclosure (derived): best grade item by item; payments after Coase 1960; levels of TLP 2.0"
# What an originator can do instead of grading as agreed: the finding's name, and how people say it.
DEEDS = {
    "withheld": "keeping {item} back",
    "more closed": "marking {item} {grade}, more closed than agreed",
    "more open": "marking {item} {grade}, more open than agreed",
}


@dataclass(frozen=True, kw_only=True)
class RecipientClass:
    """Some who come to know findings from one level on."""

    name: str = parameter("name of the class")
    level: Level = parameter("the most closed traffic-light level at which it may know")
    leak: Fraction = probability("chance that what it knows gets out: for each member in it, or for the class as a whole")
    members: tuple[str, ...] = parameter(
        "members in this class (default: none, a class outside the agreement)", refers="member", default=()
    )


@dataclass(frozen=True, kw_only=True)
class FindingToGrade:
    """One kind of finding of one member."""

    name: str = parameter("name of the finding")
    originator: str = parameter("the member that makes it and grades it", refers="member")
    p: Fraction = probability("chance that it is made in a period", default=ONE)
    grade: Grade = parameter("the agreed grade (default: the best for all together)", default="efficient")
    value: Mapping[str, Fraction] = parameter(
        "what knowing it is worth, by class: to each member in it (of weight 1), or to an outside class as a whole", unit="money"
    )
    lost_lead: Mapping[str, Fraction] = parameter(
        "what the originator loses by each member of a class knowing, or by an outside class knowing (negative: it gains)",
        unit="money",
        default={},
    )
    harm: Fraction = parameter("harm if it leaks", unit="money", low=0)
    borne: Fraction = parameter("part of that harm the originator bears", unit="share", low=0, high=1, default=ZERO)
    reward: Fraction = parameter(
        "paid to the originator by the other members, in equal parts, for each one shared at its agreed grade",
        unit="money",
        low=0,
        default=ZERO,
    )


@declare(
    "clause",
    "Findings graded by traffic lights: who may know what",
    area="information_sharing",
    claims=["no grade is better for all together than the one called best", "every grade an originator can give is compared"],
    reference="derived; FIRST Traffic Light Protocol 2.0 (2022); Coase (1960)",
)
@dataclass(frozen=True, kw_only=True)
class GradedDisclosure(Clause):
    """Members grade their findings RED to CLEAR; everybody whose level is no more open than the grade then knows.

    For an item and a grade, the game `comity.InformationGrading` gives the total (worth of knowing, less lead lost, less expected
    harm) and the originator's own part of it, u.  Where r is the reward and another grade is noticed with probability q::

        gain = u(other grade) - u(agreed grade) - r - q fine      per finding made

    q is ``audit_rate`` for a finding kept back and ``detection`` for one marked otherwise.  The best grading is best item by
    item: each grade appears in one term of the total only.

    Examples
    --------
    >>> members = (Member(id="A"), Member(id="B"))
    >>> clause = GradedDisclosure(
    ...     id="lights",
    ...     recipient=(RecipientClass(name="teams", level="AMBER", leak=Fraction(1, 10), members=("A", "B")),),
    ...     item=(FindingToGrade(name="exploit", originator="A", value={"teams": Fraction(6)}, lost_lead={"teams": ONE},
    ...                          harm=Fraction(20)),),
    ... )
    >>> [(d.name, d.gain) for d in clause.deviations(Setting(members, (clause,), members), members[0])]
    [('exploit withheld', Fraction(1, 1))]
    """

    type: ClassVar[str] = "graded_disclosure"
    area: ClassVar[str] = "information_sharing"

    recipient: tuple[RecipientClass, ...] = parameter("classes of those who may know")
    item: tuple[FindingToGrade, ...] = parameter("findings to grade")
    detection: Fraction = probability("chance that a wrong mark is noticed", default=ZERO)
    audit_rate: Fraction = probability("chance that a finding kept back comes to light", default=ZERO)
    fine: Fraction = parameter("fine for a wrong mark or a finding kept back that is noticed", unit="money", low=0, default=ZERO)

    # --- the game ------------------------------------------------------------------------------

    def game(self, setting: Setting) -> InformationGrading:
        """The recipients present and the items of members present."""
        present = {member.id: member for member in setting.among(self)}
        return self._game(present, [item for item in self.item if item.originator in present])

    def agreed(self, setting: Setting) -> dict[str, str]:
        """The agreed grade of each item of a member present."""
        game = self.game(setting)
        return {item.name: self._agreed(game, item).grade for item in self._items(setting)}

    def reward_paid(self, setting: Setting, item: FindingToGrade, agreed: GradeEffect) -> Fraction:
        """The reward: nothing for a finding nobody is to know, or where there is no other member to pay it."""
        return item.reward if agreed.audience and len(setting.among(self)) > 1 else ZERO

    def _game(self, present: Mapping[str, Member], items: Sequence[FindingToGrade]) -> InformationGrading:
        recipients, classes = [], []
        for one in self.recipient:
            for name in one.members or (one.name,):
                if not one.members or name in present:
                    recipients.append(Recipient(name, one.level, one.leak))
                    classes.append((name, one.name, present[name].receive_weight if one.members else ONE))
        graded = [
            GradedItem(
                item.name,
                item.originator,
                {name: item.value.get(of, ZERO) * weight for name, of, weight in classes},
                {name: item.lost_lead.get(of, ZERO) for name, of, _ in classes},
                item.harm,
                item.borne,
            )
            for item in items
        ]
        return InformationGrading(recipients, graded)

    def _items(self, setting: Setting) -> list[FindingToGrade]:
        present = {member.id for member in setting.among(self)}
        return [item for item in self.item if item.originator in present]

    def _agreed(self, game: InformationGrading, item: FindingToGrade) -> GradeEffect:
        return game.best(item.name) if item.grade == "efficient" else game.effects(item.name)[item.grade]

    # --- answers -------------------------------------------------------------------------------

    def value(self, setting: Setting, member: Member) -> Fraction:
        """What it learns, less what its own findings cost it at their agreed grades, with rewards given and taken; per period."""
        game = self.game(setting)
        return sum((item.p * amount for item, amount in self._position(setting, game, member)), ZERO)

    def _position(self, setting: Setting, game: InformationGrading, member: Member) -> list[tuple[FindingToGrade, Fraction]]:
        """What each item, when it is made, is worth to a member."""
        others = len(setting.among(self)) - 1
        found = []
        for item, known in zip(self._items(setting), game.items, strict=True):
            agreed = self._agreed(game, item)
            reward = self.reward_paid(setting, item, agreed)
            if item.originator == member.id:
                amount = agreed.own + reward
            else:
                amount = (known.value[member.id] if member.id in agreed.audience else ZERO) - reward / max(others, 1)
            found.append((item, amount))
        return found

    def deviations(self, setting: Setting, member: Member) -> list[Deviation]:
        """Keeping a finding back, or marking it more closed or more open than agreed, each at its best."""
        return [
            Deviation(self.id, member.id, "lie", f"{item.name} {deed}", gain, self._noticed_by(deed), self._noticed(deed))
            for item, deed, _, _, gain in self._misgradings(setting, member)
        ]

    def _misgradings(
        self, setting: Setting, member: Member
    ) -> Iterator[tuple[FindingToGrade, str, GradeEffect, GradeEffect, Fraction]]:
        """For each item of a member: the deed, what the agreed grade does, what the best other of that kind does, the gain."""
        present = {one.id: one for one in setting.among(self)}
        own = [item for item in self.item if item.originator == member.id]
        if member.id not in present or not own:
            return
        game = self._game(present, own)
        for item in own:
            agreed = self._agreed(game, item)
            reward = self.reward_paid(setting, item, agreed)
            for deed, other in _other_grades(game, item.name, agreed):
                yield item, deed, agreed, other, other.own - agreed.own - reward - self._noticed(deed) * self.fine

    def _noticed(self, deed: str) -> Fraction:
        return self.audit_rate if deed == "withheld" else self.detection

    def _noticed_by(self, deed: str) -> str:
        return "an audit of what it found" if deed == "withheld" else "a review of its marks"

    def levers(self, setting: Setting) -> list[Lever]:
        lie = ("lie",)
        paths: dict[str, tuple[str, ...]] = {}
        for item in self._items(setting):
            paths[item.originator] = (*paths.get(item.originator, ()), self.path("item", item.name, "reward"))
        own = [Lever("reward", self.id, some, lie, member=name, added=True) for name, some in paths.items()]
        every = tuple(path for some in paths.values() for path in some)
        together = [Lever("reward", self.id, every, lie, added=True)] if len(paths) > 1 else []
        return [
            Lever("sanction.fine", self.id, (self.path("fine"),), lie, low=self.fine),
            Lever("detection", self.id, (self.path("detection"),), lie, low=self.detection, high=ONE),
            Lever("audit.rate", self.id, (self.path("audit_rate"),), lie, low=self.audit_rate, high=ONE),
            *together,
            *own,
        ]

    def flaws(self, setting: Setting) -> Iterator[Flaw]:
        if not self.item:
            yield Flaw(("item",), "there is no finding to grade", "list at least one")
        if not self.recipient:
            yield Flaw(("recipient",), "there is nobody who may know", "list at least one class of recipients")
        bound = {member.id for member in setting.bound(self)}
        yield from self._flaws_of_recipients(setting, bound)
        names = [one.name for one in self.recipient]
        for at, item in enumerate(self.item):
            if item.name in [other.name for other in self.item[:at]]:
                yield Flaw(("item", at, "name"), f"finding {item.name!r} is listed twice", "give each a name of its own")
            if item.originator not in bound:
                yield Flaw(("item", at, "originator"), f"the clause does not apply to {item.originator}", "add it to applies_to")
            for key, table in (("value", item.value), ("lost_lead", item.lost_lead)):
                for name in table:
                    if name not in names:
                        yield Flaw(
                            ("item", at, key, name), f"there is no class of recipients {name!r}", f"known: {', '.join(names)}"
                        )

    def _flaws_of_recipients(self, setting: Setting, bound: set[str]) -> Iterator[Flaw]:
        everyone = {member.id for member in setting.everyone}
        where: dict[str, str] = {}
        for at, one in enumerate(self.recipient):
            if one.name in everyone or one.name in [other.name for other in self.recipient[:at]]:
                yield Flaw(("recipient", at, "name"), f"the name {one.name!r} is taken", "give each class a name of its own")
            for member in one.members:
                if member in where:
                    yield Flaw(
                        ("recipient", at, "members"),
                        f"{member} is in the classes {where[member]} and {one.name}",
                        "a member is in one class; its level is the most closed at which it may know",
                    )
                elif member not in bound:
                    yield Flaw(("recipient", at, "members"), f"the clause does not apply to {member}", "add it to applies_to")
                where[member] = one.name

    @classmethod
    def random(cls, members: Sequence[Member], rng: np.random.Generator) -> Self:
        """Members in two classes, two classes outside, and up to three findings of members."""

        def decimal(low: int, high: int) -> Fraction:
            return Fraction(int(rng.integers(low, high + 1)), 100)

        ids = [member.id for member in members]
        at = int(rng.integers(0, len(ids) + 1))
        inside: list[tuple[str, Level, list[str]]] = [("core", "RED", ids[:at]), ("members", "AMBER", ids[at:])]
        classes = [
            *(
                RecipientClass(name=name, level=level, leak=decimal(0, 20), members=tuple(who))
                for name, level, who in inside
                if who
            ),
            RecipientClass(name="community", level="GREEN", leak=decimal(5, 50)),
            RecipientClass(name="public", level="CLEAR", leak=decimal(50, 100)),
        ]
        grades: tuple[Grade, ...] = ("efficient", "efficient", "WITHHELD", "RED", "AMBER+STRICT", "AMBER", "GREEN", "CLEAR")
        items = tuple(
            FindingToGrade(
                name=f"finding_{k + 1}",
                originator=str(rng.choice(ids)),
                p=decimal(1, 100),
                grade=grades[int(rng.integers(len(grades)))],
                value={one.name: decimal(0, 500) for one in classes},
                lost_lead={one.name: decimal(-80, 200) for one in classes},
                harm=decimal(0, 3000),
                borne=decimal(0, 100),
                reward=decimal(0, 100) * int(rng.integers(2)),
            )
            for k in range(int(rng.integers(1, 4)) if ids else 0)
        )
        return cls(
            id="traffic_lights",
            recipient=tuple(classes),
            item=items,
            detection=decimal(0, 100),
            audit_rate=decimal(0, 60),
            fine=decimal(0, 500),
        )

    # --- findings ------------------------------------------------------------------------------

    def findings(self, setting: Setting) -> list[Finding]:
        """For each finding its best grade and whether its originator gives the agreed one; what members get; all together."""
        items = self._items(setting)
        if not items:
            return []
        game = self.game(setting)
        found = [self._best(setting, game, item) for item in items]
        for member in setting.among(self):
            found += [self._lie(setting, member, *misgrading) for misgrading in self._misgradings(setting, member)]
        found += [self._membership(setting, game, member) for member in setting.among(self)]
        return [*found, self._together(setting, game)]

    def _best(self, setting: Setting, game: InformationGrading, item: FindingToGrade) -> Finding:
        unit, name = f"{setting.unit} per finding", item.name
        best, alone, agreed, price = game.best(name), game.alone(name), self._agreed(game, item), game.price(name)
        sentence = f"For {name} of {item.originator}, {_marked(best)} is best for all together: {_account(best, unit)}."
        if agreed.audience != best.audience:
            sentence += f" The agreed {agreed.grade} brings {short(best.total - agreed.total)} less."
        if price.gap:
            sentence += (
                f" Left alone, {item.originator} would {'keep it back' if not alone.audience else 'mark it ' + alone.grade}, "
                f"which costs all together {short(price.gap)}; a reward between {short(price.least)} and {short(price.most)} "
                "closes the gap and leaves everybody better off."
            )
        else:
            sentence += f" {item.originator} would choose the same by itself."
        grades = [(grade, self._newcomers(game, name, grade)) for grade in GRADES]
        return Finding(
            clause=self.id,
            question="sweep",
            member=item.originator,
            item=f"{name} best grade",
            holds=None,
            unit=unit,
            sentence=sentence,
            certificate=check_best_grade(
                f"no grade of {name} is worth more to all together than {best.grade}",
                (best.grade, best.total),
                grades,
                item.harm,
                unit,
            ),
            values={
                "best": best.total,
                "as_agreed": agreed.total,
                "left_alone": alone.total,
                "least_reward": price.least,
                "largest_reward_others_would_pay": price.most,
                "chance_of_a_leak": best.leak,
            },
            theorem=THEOREM,
        )

    def _newcomers(self, game: InformationGrading, name: str, grade: str) -> list[Newcomer]:
        item = next(one for one in game.items if one.name == name)
        return [
            (r.name, item.value[r.name], item.lost_lead[r.name], r.leak)
            for r in game.recipients
            if r.level == grade and r.name != item.originator
        ]

    def _lie(
        self,
        setting: Setting,
        member: Member,
        item: FindingToGrade,
        deed: str,
        agreed: GradeEffect,
        other: GradeEffect,
        gain: Fraction,
    ) -> Finding:
        unit, noticed = f"{setting.unit} per finding", self._noticed(deed)
        reward = self.reward_paid(setting, item, agreed)
        what = DEEDS[deed].format(item=item.name, grade=other.grade)
        verb = "gains" if gain > 0 else "loses" if gain < 0 else "gains nothing"
        amount = f" {short(abs(gain))} {unit}" if gain else ""
        better = other.own - agreed.own
        reasons = [f"it {'spares' if better >= 0 else 'costs'} it {short(abs(better))} in lead and harm"]
        reasons += [f"forgoes the reward of {short(reward)}"] if reward else []
        fined = noticed and self.fine
        reasons += [
            f"is noticed with probability {short(noticed)} and then fined {short(self.fine)}" if fined else "is not fined"
        ]
        return Finding(
            clause=self.id,
            question="lie",
            member=member.id,
            item=f"{item.name} {deed}",
            holds=gain <= 0,
            gain=gain,
            unit=unit,
            sentence=f"{member.id} {verb}{amount} by {what}: {', '.join(reasons[:-1])} and {reasons[-1]}.",
            certificate=self._compare(f"{member.id} gains nothing by {what}", item, reward, noticed, (agreed, other), unit),
            values={"spared": better, "reward": reward, "detection": noticed},
            theorem=THEOREM,
            numbers=self._main_numbers(item, deed),
        )

    def _main_numbers(self, item: FindingToGrade, deed: str) -> tuple[str, ...]:
        found = [self.path("audit_rate" if deed == "withheld" else "detection"), self.path("fine")]
        found.append(self.path("item", item.name, "reward"))
        # With the best grade agreed, another harm may mean another agreed grade.
        return tuple(found if item.grade == "efficient" else [*found, self.path("item", item.name, "harm")])

    def _compare(
        self,
        claim: str,
        item: FindingToGrade,
        reward: Fraction,
        noticed: Fraction,
        effects: tuple[GradeEffect, GradeEffect],
        unit: str,
    ) -> Certificate:
        """Honest and false marks beside each other: it leaks or not, the false one is noticed or not."""
        agreed, other = effects
        borne = item.harm * item.borne
        honest: list[Outcome] = [
            ("it does not leak: lead lost, reward paid", 1 - agreed.leak, reward - agreed.lost_lead),
            ("it leaks: the part of the harm it bears besides", agreed.leak, reward - agreed.lost_lead - borne),
        ]
        false: list[Outcome] = [
            (
                f"{'noticed and fined' if seen else 'not noticed'}, {'it leaks' if leaks else 'it does not leak'}",
                (noticed if seen else 1 - noticed) * (other.leak if leaks else 1 - other.leak),
                -other.lost_lead - (self.fine if seen else ZERO) - (borne if leaks else ZERO),
            )
            for seen in (False, True)
            for leaks in (False, True)
        ]
        return check_lottery(claim, honest, false, unit)

    def _membership(self, setting: Setting, game: InformationGrading, member: Member) -> Finding:
        unit, value = f"{setting.unit} per {setting.period}", self.value(setting, member)
        position = self._position(setting, game, member)
        own = sum((item.p * amount for item, amount in position if item.originator == member.id), ZERO)
        parts = f"others' findings bring it {short(value - own)}"
        if any(item.originator == member.id for item, _ in position):
            parts += f", its own {'bring' if own >= 0 else 'cost'} it {short(abs(own))}"
        return Finding(
            clause=self.id,
            question="split",
            member=member.id,
            item="membership",
            holds=None,
            unit=unit,
            sentence=f"As graded, sharing is worth {short(value)} {unit} to {member.id}: {parts}.",
            certificate=check_expected_period(
                f"graded sharing is worth {text(value)} to {member.id}",
                value,
                events={item.name: (item.p, amount) for item, amount in position},
                certain={},
                if_none=ZERO,
                unit=unit,
            ),
            values={"value": value},
            theorem=THEOREM,
        )

    def _together(self, setting: Setting, game: InformationGrading) -> Finding:
        unit, items = f"{setting.unit} per {setting.period}", self._items(setting)
        effects = {item.name: (game.best(item.name), self._agreed(game, item), game.alone(item.name)) for item in items}
        best, agreed, alone = ([(item.name, item.p * effects[item.name][which].total) for item in items] for which in range(3))
        as_agreed = [(item.p, effects[item.name][1]) for item in items]
        worth, lost, harm = (
            sum((p * getattr(effect, what) for p, effect in as_agreed), ZERO) for what in ("value", "lost_lead", "expected_harm")
        )
        totals = [sum((amount for _, amount in part), ZERO) for part in (best, agreed, alone)]
        behind = f"{short(totals[0] - totals[1])} less than" if totals[0] != totals[1] else "as much as"
        lead = f"the lead {'lost' if lost > 0 else 'gained'} {short(abs(lost))}" if lost else "no lead is lost on balance"
        return Finding(
            clause=self.id,
            question="sweep",
            item="grading",
            holds=None,
            unit=unit,
            sentence=f"As agreed, knowing is worth {short(worth)} {unit}, leaks cost {short(harm)} on average and {lead}: "
            f"{short(totals[1])} in all, {behind} the best grading; what each originator would choose alone brings "
            f"{short(totals[2])}.",
            certificate=check_at_least("the best grading brings no less than the agreed one", best, agreed, unit),
            values={
                "worth_of_knowing": worth,
                "expected_harm": harm,
                "lost_lead": lost,
                "as_agreed": totals[1],
                "best": totals[0],
                "left_alone": totals[2],
            },
            theorem=THEOREM,
        )


def _other_grades(game: InformationGrading, item: str, agreed: GradeEffect) -> Iterator[tuple[str, GradeEffect]]:
    """The originator's best other grades of each kind; grades that reach the same audience are one."""
    reached = len(agreed.audience)
    kinds: dict[str, list[GradeEffect]] = {}
    for effect in game.distinct(item):
        size = len(effect.audience)
        if size != reached:
            deed = "more open" if size > reached else "more closed" if size else "withheld"
            kinds.setdefault(deed, []).append(effect)
    for deed, effects in kinds.items():
        yield deed, max(effects, key=lambda effect: effect.own)


def _marked(effect: GradeEffect) -> str:
    return effect.grade if effect.grade in LEVELS else "keeping it back"


def _account(effect: GradeEffect, unit: str) -> str:
    if effect.grade == WITHHELD:
        return "whoever might know, leaks and the lead lost would cost more than knowing is worth"
    lead = f"the lead {'lost' if effect.lost_lead > 0 else 'gained'} {short(abs(effect.lost_lead))}"
    lead = lead if effect.lost_lead else "no lead is lost"
    return (
        f"knowing is worth {short(effect.value)}, leaks cost {short(effect.expected_harm)} on average and {lead}: "
        f"{short(effect.total)} {unit} in all"
    )
