"""Monitoring: cooperation that an alarm watches, and what members could gain by cheating once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import ClassVar, Literal, Self

import numpy as np

from comity.checks.self_enforcement import check_compliance
from comity.declaration import declare
from comity.games.repeated.monitored import MonitoredCooperation
from comity.mechanisms.clause import Clause, Flaw
from comity.mechanisms.findings import Deviation, Finding, Lever
from comity.mechanisms.members import Member
from comity.mechanisms.parameters import parameter, probability
from comity.mechanisms.setting import Setting
from comity.mechanisms.stage import STAGE_NUMBERS, stage_of
from comity.rational import short

# The most patient member considered: a discount of 1 has no present value.
MOST_PATIENT = Fraction(999_999, 1_000_000)


@declare(
    "clause",
    "Cooperation watched through an alarm that errs",
    area="trust_building",
    claims=["nobody gains by cheating once where it is said to comply"],
    reference="T4: Green & Porter (1984); Abreu, Milgrom & Pearce (1991)",
)
@dataclass(frozen=True, kw_only=True)
class Monitoring(Clause):
    """Each member plays its own dilemma (temptation, cooperate, punish) under its own alarm.

    A bond posted elsewhere in the agreement (``escrow``) is lost when the alarm rings.  Gains are averages per period.

    Examples
    --------
    >>> clause = Monitoring(id="alarms", false_alarm=Fraction(1, 10), detection=Fraction(3, 5))
    >>> lab = Member(id="L", discount=Fraction(4, 5), temptation=Fraction(7), cooperate=Fraction(3), punish=Fraction(1))
    >>> setting = Setting(members=(lab,), clauses=(clause,), everyone=(lab,))
    >>> [(round(float(d.gain), 4)) for d in clause.deviations(setting, lab)]
    [0.2286]
    """

    type: ClassVar[str] = "monitoring"
    area: ClassVar[str] = "trust_building"
    needs: ClassVar[tuple[str, ...]] = STAGE_NUMBERS

    false_alarm: Fraction = probability("probability that the alarm rings in a period in which the member cooperates")
    detection: Fraction = probability("probability that the alarm rings in a period in which the member cheats")
    response: Literal["collapse_with_probability", "grim"] = parameter(
        "what an alarm does: end cooperation with the least probability that deters, or always",
        default="collapse_with_probability",
    )

    def findings(self, setting: Setting) -> Sequence[Finding]:
        """One answer a member: does cheating once pay, and what would deter it."""
        return [self._finding(setting, member) for member in setting.among(self)]

    def deviations(self, setting: Setting, member: Member) -> Sequence[Deviation]:
        """Cheating once; the gain is an average per period."""
        if not self.binds(member.id):
            return ()
        gain = self.play(setting, member).gain
        return (Deviation(self.id, member.id, "defect", "defect", gain, "the alarm", self.detection),)

    def levers(self, setting: Setting) -> Sequence[Lever]:
        """A better alarm for everybody, or a more patient member."""
        detection = Lever(
            "detection",
            self.id,
            (self.path("detection"),),
            ("defect",),
            low=self.detection,
            high=Fraction(1),
            payer="whoever runs the alarm pays",
        )
        return [
            detection,
            *(
                Lever(
                    "discount",
                    self.id,
                    (f"member.{member.id}.discount",),
                    ("defect",),
                    member=member.id,
                    low=self.play(setting, member).discount,
                    high=MOST_PATIENT,
                    payer="patience is not bought",
                )
                for member in setting.bound(self)
            ),
        ]

    def value(self, setting: Setting, member: Member) -> Fraction | None:
        """V* (W under a bond or a grim response) if the member complies, what is left without cooperation if it cheats."""
        if not self.binds(member.id):
            return None
        play = self.play(setting, member)
        return self._worth(play) if play.complies else play.punish

    def fallback(self, setting: Setting, member: Member) -> Fraction:
        """A member that leaves has what follows the end of cooperation."""
        return member.punish or Fraction(0) if self.binds(member.id) else Fraction(0)

    def flaws(self, setting: Setting) -> Iterator[Flaw]:
        """The alarm must say something, and cheating must tempt."""
        if self.detection <= self.false_alarm:
            yield Flaw(
                ("detection",),
                f"detection {short(self.detection)} is not above false_alarm {short(self.false_alarm)}: the alarm says nothing",
                "give a detection above false_alarm",
            )
        for member in setting.bound(self):
            if member.temptation is not None and member.cooperate is not None and member.temptation < member.cooperate:
                yield Flaw(
                    ("member", member.id, "temptation"),
                    f"temptation {short(member.temptation)} is below cooperate {short(member.cooperate)}: nothing tempts",
                    f"correct it, or leave {member.id} out of applies_to",
                    of_member=True,
                )

    def uses_continuation(self) -> bool:
        """Only the loss of future cooperation deters."""
        return True

    @classmethod
    def random(cls, members: Sequence[Member], rng: np.random.Generator) -> Self:
        """An alarm that says something."""
        false_alarm = Fraction(int(rng.integers(0, 40)), 100)
        return cls(
            id="monitoring",
            false_alarm=false_alarm,
            detection=false_alarm + Fraction(int(rng.integers(1, 61)), 100),
            response="grim" if rng.random() < 0.5 else "collapse_with_probability",
        )

    def play(self, setting: Setting, member: Member) -> MonitoredCooperation:
        """The member's dilemma under this alarm, with all it has at stake elsewhere as its bond."""
        stage = stage_of(member)
        return MonitoredCooperation(
            temptation=stage.temptation,
            cooperate=stage.cooperate,
            punish=stage.punish,
            discount=stage.discount,
            false_alarm=self.false_alarm,
            detection=self.detection,
            bond=setting.stake(member.id),
        )

    def _mild(self, play: MonitoredCooperation) -> bool:
        return self.response == "collapse_with_probability" and play.bond == 0

    def _worth(self, play: MonitoredCooperation) -> Fraction | None:
        return play.best_value if self._mild(play) else play.grim_value

    def _finding(self, setting: Setting, member: Member) -> Finding:
        play = self.play(setting, member)
        plans = [(Fraction(1), play.grim_value)]
        chance = play.punishment_probability if self._mild(play) else Fraction(1)
        if chance is not None and play.complies and self._mild(play) and play.best_value is not None:
            plans.append((chance, play.best_value))
        return Finding(
            clause=self.id,
            question="defect",
            holds=play.complies,
            sentence=self._sentence(setting, member, play),
            certificate=check_compliance(play, plans, member.id),
            member=member.id,
            gain=play.gain,
            unit=f"{setting.unit} per {setting.period}",
            values={
                "value": self._worth(play),
                "value_if_every_alarm_ends_cooperation": play.grim_value,
                "gain_from_cheating_once_now": play.temptation_gain,
                "critical_discount": play.critical_discount,
                "punishment_probability": chance if play.complies else None,
                "required_detection": play.required_detection,
                "required_bond": play.required_bond,
                "bond": play.bond,
            },
            theorem="T4: Abreu, Milgrom & Pearce 1991" + ("; T3: Becker & Stigler 1974" if play.bond else ""),
            numbers=(
                f"member.{member.id}.discount",
                f"member.{member.id}.temptation",
                self.path("detection"),
                self.path("false_alarm"),
            ),
        )

    def _sentence(self, setting: Setting, member: Member, play: MonitoredCooperation) -> str:
        unit, period = setting.unit, setting.period
        # The gain is an average per period; divided by 1 - d it is money of this period.
        lost = play.temptation_gain - play.gain / (1 - play.discount)
        at_risk = " with its bond" if play.bond else ""
        text = (
            f"Cheating once gains {member.id} {short(play.temptation_gain)} {unit} now and costs it {short(lost)} {unit} later"
            f"{at_risk}, since the alarm then rings {short(play.spread)} more often: "
        )
        if play.complies:
            return text + f"it complies ({short(-play.gain)} {unit} per {period} to spare)."
        text += f"it defects, for an average of {short(play.gain)} {unit} per {period}."
        critical = play.critical_discount
        if critical is None:
            return text + " No patience would change that, since false alarms already cost what cooperation is worth."
        return text + f" It would comply from a discount of {short(critical)} on; it has {short(play.discount)}."
