"""Escrow: a bond that a member loses whenever the alarm of a monitoring clause rings."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import ClassVar, Self

import numpy as np

from comity.checks.self_enforcement import check_bond_worth_risking
from comity.declaration import declare
from comity.games.repeated.monitored import MonitoredCooperation
from comity.mechanisms.clause import Clause, Flaw
from comity.mechanisms.findings import Finding, Lever, Margin
from comity.mechanisms.members import Member
from comity.mechanisms.parameters import parameter
from comity.mechanisms.setting import Setting
from comity.mechanisms.trust_building.monitoring import Monitoring
from comity.rational import short


@declare(
    "clause",
    "A bond that is lost when the alarm rings",
    area="trust_building",
    claims=["a bond of the stated least size deters, and its holder still takes part"],
    reference="T3: Becker & Stigler (1974)",
)
@dataclass(frozen=True, kw_only=True)
class Escrow(Clause):
    """Members put up bonds; what they deter shows in the monitoring clause, what false alarms cost shows here.

    Examples
    --------
    >>> Escrow(id="escrow", bond={"L": Fraction(16, 5)}).stake("L")
    Fraction(16, 5)
    """

    type: ClassVar[str] = "escrow"
    area: ClassVar[str] = "trust_building"

    bond: Mapping[str, Fraction] = parameter(
        "what a member loses at every alarm; left out: nothing",
        unit="money",
        keys="member",
        optional_keys=True,
        low=0,
        default={},
    )

    def findings(self, setting: Setting) -> Sequence[Finding]:
        """For every member and alarm: is taking part worth the bond put at risk, and which bond would be enough."""
        return [
            self._finding(setting, alarm, member)
            for alarm in watching(setting)
            for member in setting.among(self)
            if alarm.binds(member.id)
        ]

    def levers(self, setting: Setting) -> Sequence[Lever]:
        """A larger bond of one member, as far as it still takes part."""
        return [
            Lever(
                "bond",
                self.id,
                (self.path("bond", member.id),),
                ("defect",),
                member=member.id,
                low=self.stake(member.id),
                high=self._largest(setting, member),
                payer="the member puts it up",
            )
            for member in setting.bound(self)
        ]

    def stake(self, member: str) -> Fraction:
        """The member's bond."""
        return self.bond.get(member, Fraction(0)) if self.binds(member) else Fraction(0)

    def flaws(self, setting: Setting) -> Iterator[Flaw]:
        """A bond that no alarm can take deters nothing."""
        for name, bond in self.bond.items():
            if bond > 0 and self.binds(name) and not any(alarm.binds(name) for alarm in watching(setting)):
                yield Flaw(
                    ("bond", name),
                    f"no monitoring clause watches {name}, so nothing can take its bond of {short(bond)}",
                    "add a clause of type monitoring that applies to it, or drop the bond",
                )

    def uses_continuation(self) -> bool:
        """The bond is weighed with future cooperation."""
        return True

    @classmethod
    def random(cls, members: Sequence[Member], rng: np.random.Generator) -> Self:
        """Bonds of up to 5, some of them 0 or left out."""
        some = [member.id for member in members if rng.random() < 0.8]
        return cls(id="escrow", bond={name: Fraction(max(0, int(rng.integers(-200, 501))), 100) for name in some})

    @classmethod
    def companions(cls, members: Sequence[Member], rng: np.random.Generator) -> Sequence[Clause]:
        """The alarm that takes the bonds."""
        return (Monitoring.random(members, rng),)

    def _largest(self, setting: Setting, member: Member) -> Fraction | None:
        """The largest bond here under which the member takes part at every alarm, never below the present one."""
        elsewhere = setting.stake(member.id) - self.stake(member.id)
        bounds = [alarm.play(setting, member).largest_bond for alarm in watching(setting) if alarm.binds(member.id)]
        limits = [bound - elsewhere for bound in bounds if bound is not None]
        return max(self.stake(member.id), min(limits)) if limits else None

    def _finding(self, setting: Setting, alarm: Monitoring, member: Member) -> Finding:
        play = alarm.play(setting, member)
        value, bond = play.grim_value, self.stake(member.id)
        single = sum(other.binds(member.id) for other in watching(setting)) == 1
        return Finding(
            clause=self.id,
            question="leave",
            holds=value >= play.punish if bond > 0 else None,
            sentence=self._sentence(setting, member, play),
            certificate=check_bond_worth_risking(play, value, member.id),
            member=member.id,
            item="participation" if single else f"participation_under_{alarm.id}",
            gain=play.punish - value if bond > 0 else None,
            unit=f"{setting.unit} per {setting.period}",
            values={
                "bond": bond,
                "value": value,
                "wrongful_loss": play.false_alarm * bond,
                "required_bond": play.required_bond,
                "largest_bond": play.largest_bond,
            },
            theorem="T3: Becker & Stigler 1974",
            numbers=(self.path("bond", member.id), alarm.path("false_alarm")) if bond > 0 else (),
            margins=self._margins(alarm, member, play) if bond > 0 else (),
        )

    def _margins(self, alarm: Monitoring, member: Member, play: MonitoredCooperation) -> tuple[Margin, ...]:
        # Taking part is worth it exactly as long as p0 B <= R - P.
        kept, bond = play.cooperate - play.punish, self.stake(member.id)
        largest = play.largest_bond
        turns = None if largest is None or largest - (play.bond - bond) < 0 else largest - (play.bond - bond)
        rate = kept / play.bond
        return (
            Margin(self.path("bond", member.id), bond, turns),
            Margin(alarm.path("false_alarm"), play.false_alarm, rate if 0 <= rate <= 1 else None),
        )

    def _sentence(self, setting: Setting, member: Member, play: MonitoredCooperation) -> str:
        unit, period, bond = setting.unit, setting.period, self.stake(member.id)
        if bond > 0:
            verb = "is still worth" if play.grim_value >= play.punish else "is only worth"
            text = (
                f"False alarms cost {member.id} {short(play.false_alarm * bond)} {unit} of its bond of {short(bond)} a {period}; "
                f"taking part {verb} {short(play.grim_value)} against {short(play.punish)} without."
            )
        else:
            text = f"{member.id} puts up no bond."
        least, largest = play.required_bond, play.largest_bond
        if least is None or (largest is not None and least > largest):
            return text + " No bond would both deter it and leave taking part worth it."
        if least == 0:
            return text + " It needs none to be deterred from cheating."
        return text + f" A bond of {short(least)} {unit} is the least that deters it from cheating."


def watching(setting: Setting) -> list[Monitoring]:
    """The monitoring clauses of the agreement."""
    return [clause for clause in setting.clauses if isinstance(clause, Monitoring)]
