"""A deadline for fixing a flaw before it is made public: is it kept, and would another cost less?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from typing import ClassVar, Self

import numpy as np

from comity.checks.disclosure_deadline import check_best_deadline, check_lateness
from comity.declaration import declare
from comity.games.strategic.disclosure_deadline import DisclosureDeadline
from comity.mechanisms.clause import Clause
from comity.mechanisms.findings import Deviation, Finding, Lever, Margin
from comity.mechanisms.members import Member
from comity.mechanisms.parameters import parameter
from comity.mechanisms.setting import Setting
from comity.rational import short

REFERENCE = "I3: structure after Arora, Telang & Xu 2008; closed form derived"
LATE = "late_fix"


@declare(
    "clause",
    "A deadline before a flaw is made public",
    area="information_sharing",
    claims=["nobody gains by fixing after the deadline", "no other deadline costs less"],
    reference=REFERENCE,
)
@dataclass(frozen=True, kw_only=True)
class DeadlineDisclosure(Clause):
    """A flaw is made public ``deadline_days`` after its developer is told, fixed or not; the developer chooses when to fix it.

    The game is `comity.DisclosureDeadline`; all members bound develop, and are alike.

    Examples
    --------
    >>> members = (Member(id="A"),)
    >>> clause = DeadlineDisclosure(
    ...     id="embargo", deadline_days=Fraction(90), fix_cost=Fraction(3600), harm=Fraction(1), rediscovery=Fraction(1, 100),
    ...     internalised=Fraction(1, 4),
    ... )
    >>> [finding.holds for finding in clause.findings(Setting(members, (clause,), members))]
    [False, None]
    """

    type: ClassVar[str] = "deadline_disclosure"
    area: ClassVar[str] = "information_sharing"

    deadline_days: Fraction = parameter("days after which the flaw is made public", unit="days", above=0)
    fix_cost: Fraction = parameter("a fix within t days costs this divided by t", unit="money times days", above=0)
    harm: Fraction = parameter("harm to all users while attackers know an unfixed flaw", unit="money per day", above=0)
    rediscovery: Fraction = parameter("rate at which attackers find the flaw by themselves", unit="per day", above=0)
    internalised: Fraction = parameter("part of the harm that the developer bears", unit="share", above=0, high=1)

    def flaw(self) -> DisclosureDeadline:
        """The game behind the clause."""
        return _flaw(self.fix_cost, self.harm, self.rediscovery, self.internalised)

    def deviations(self, setting: Setting, member: Member) -> Sequence[Deviation]:
        """Fixing after the deadline."""
        if not self.binds(member.id):
            return ()
        gain = self.flaw().lateness_gain(self.deadline_days).safe
        return (Deviation(self.id, member.id, "defect", LATE, gain, "the date of the fix", Fraction(1)),)

    def levers(self, setting: Setting) -> Sequence[Lever]:
        """A later deadline is kept."""
        return [
            Lever(
                "deadline",
                self.id,
                (self.path("deadline_days"),),
                ("defect",),
                low=self.deadline_days,
                payer="users, whom the flaw may harm for longer",
            )
        ]

    @classmethod
    def random(cls, members: Sequence[Member], rng: np.random.Generator) -> Self:
        """A deadline that may come too early, in time or too late."""
        flaw = DisclosureDeadline.random(len(members), rng)
        return cls(
            id="embargo",
            deadline_days=Fraction(int(rng.integers(1, 40))),
            fix_cost=flaw.fix_cost,
            harm=flaw.harm,
            rediscovery=flaw.rediscovery,
            internalised=flaw.internalised,
        )

    def findings(self, setting: Setting) -> Sequence[Finding]:
        """Whether each developer keeps the deadline, and which deadline costs least."""
        present = setting.among(self)
        if not present:
            return []
        flaw = self.flaw()
        return [*(self._keeps(setting, flaw, member) for member in present), self._best(setting, flaw)]

    def _keeps(self, setting: Setting, flaw: DisclosureDeadline, member: Member) -> Finding:
        deadline, unit = self.deadline_days, f"{setting.unit} per flaw"
        gain, fix = flaw.lateness_gain(deadline), flaw.fix(deadline)
        day, by = short(fix.middle), f"the deadline of {short(deadline)} days"
        if flaw.misses(deadline):
            saves = f"a slower fix saves it {short(gain.middle)} {unit} more than the harm it bears meanwhile"
            text = f"{member.id} fixes on day {day}, after {by}: {saves}."
        elif fix.middle < deadline:
            text = f"{member.id} fixes on day {day}, before {by}, of its own accord."
        else:
            text = f"{member.id} fixes just in time for {by}: each day later would cost it more in harm than it saves."
        return Finding(
            clause=self.id,
            question="defect",
            member=member.id,
            item=LATE,
            holds=gain.safe <= 0,
            gain=gain.safe,
            unit=unit,
            sentence=text,
            certificate=check_lateness(flaw, deadline, gain, member.id, unit),
            values={"fix_on_day": fix.number, "least_deadline_kept": flaw.at_once.number},
            theorem=REFERENCE,
            margins=self._margins(flaw),
        )

    def _margins(self, flaw: DisclosureDeadline) -> tuple[Margin, ...]:
        """The deadline is kept exactly as long as fix_cost <= internalised harm deadline^2."""
        days = self.deadline_days**2
        borne = self.fix_cost / (self.harm * days)
        turns = {
            "deadline_days": flaw.at_once.number,
            "fix_cost": self.internalised * self.harm * days,
            "harm": self.fix_cost / (self.internalised * days),
            "internalised": borne if borne <= 1 else None,
        }
        return tuple(Margin(self.path(name), getattr(self, name), turn) for name, turn in turns.items())

    def _best(self, setting: Setting, flaw: DisclosureDeadline) -> Finding:
        unit, best = f"{setting.unit} per flaw", flaw.best_deadline
        least = f"A deadline of {short(best.middle)} days costs least, {short(flaw.total_at_best.middle)} {unit} for fix and harm"
        stated = flaw.total_at(self.deadline_days)
        costs = {"at once": flaw.total_at_once, "never": flaw.total_in_secrecy}
        others = ", ".join(f"{short(cost.middle)} if it is made public {when}" for when, cost in costs.items())
        return Finding(
            clause=self.id,
            question="sweep",
            item="best_deadline",
            holds=None,
            sentence=f"{least}; the stated {short(self.deadline_days)} days cost {short(stated.middle)}, and it is {others}.",
            certificate=check_best_deadline(flaw, best, unit),
            values={
                "best_deadline": best.number,
                "cost_at_best": flaw.total_at_best.number,
                "cost_at_stated": stated.number,
                "cost_if_public_at_once": flaw.total_at_once.number,
                "cost_if_never_public": flaw.total_in_secrecy.number,
                "fix_if_public_at_once": flaw.at_once.number,
                "fix_if_never_public": flaw.in_secrecy.number,
            },
            theorem=REFERENCE,
        )


# A flaw remembers when it is fixed; a search asks for the same one again and again.
@lru_cache(maxsize=1024)
def _flaw(fix_cost: Fraction, harm: Fraction, rediscovery: Fraction, internalised: Fraction) -> DisclosureDeadline:
    return DisclosureDeadline(fix_cost, harm, rediscovery, internalised)
