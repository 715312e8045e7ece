"""Audited disclosure: report dangerous findings, be audited when silent, be fined and expelled when caught.

Members find things of several classes.  Disclosing a finding of class k costs member i the loss ``loss_ik`` and pays
``reward_k``; the statement "nothing to report in k" is examined with probability ``rate``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from math import prod
from typing import ClassVar, Literal

import numpy as np

from comity import rational
from comity.certificate import Certificate
from comity.checks.incentives import Outcome, check_at_least, check_continuation, check_expected_period, check_lottery
from comity.declaration import declare
from comity.errors import InvalidEvidence
from comity.mechanisms.clause import Clause, Flaw
from comity.mechanisms.findings import Deviation, Finding, Lever
from comity.mechanisms.members import Member
from comity.mechanisms.parameters import parameter, probability
from comity.mechanisms.setting import Setting

ZERO, ONE = Fraction(0), Fraction(1)
THEOREM = "I5 with T3 and T4: audits, fines under errors and expulsion (Townsend 1979; Becker & Stigler 1974; Friedman 1971)"
TOGETHER = "several together"


@dataclass(frozen=True, kw_only=True)
class FindingClass:
    """One class of findings."""

    name: str = parameter("name of the class")
    p: Fraction = probability("chance that a member makes such a finding in a period")
    value: Fraction = parameter("what a disclosed finding is worth to each recipient of weight 1", unit="money")
    reward: Fraction = parameter("paid to the member that discloses one", unit="money", low=0, default=ZERO)
    tlp: Literal["RED", "AMBER", "AMBER+STRICT", "GREEN", "CLEAR"] | None = parameter("traffic-light level", default=None)
    deadline_days: int | None = parameter("days until it must be disclosed", low=0, default=None)


@dataclass(frozen=True, kw_only=True)
class AuditRule:
    """How silence is examined."""

    rate: Fraction = probability('chance that a "nothing to report" is examined')
    sensitivity: Fraction = probability("chance that an examination reveals a hidden finding")
    false_positive: Fraction = probability("chance that an examination accuses a member with nothing to report", default=ZERO)
    cost: Fraction = parameter("cost of one examination", unit="money", low=0, default=ZERO)


@dataclass(frozen=True, kw_only=True)
class Sanction:
    """What a revealed concealment costs."""

    fine: Fraction = parameter("fine for a concealment that is revealed", unit="money", low=0)
    expel: bool = parameter("whether membership ends as well", default=False)


@declare(
    "clause",
    "Audited disclosure of dangerous findings",
    area="information_sharing",
    claims=["every report a member can make is compared with the truth"],
    reference="Townsend (1979), Border & Sobel (1987), Becker & Stigler (1974), Friedman (1971); models I5, T3, T4",
)
@dataclass(frozen=True, kw_only=True)
class AuditedDisclosure(Clause):
    """Members report findings by class; silence is audited, concealment fined and punished by expulsion.

    With G = sum of p_k value_k over classes and n members present::

        v_i     = receive_weight_i (n - 1) G + sum_k p_k (reward_k - loss_ik) - dues_i - rate false_positive fine prod_k (1 - p_k)
        V_i     = discount_i / (1 - discount_i) max(0, v_i - outside_i)  if members are expelled, else 0
        gain_ik = loss_ik - reward_k - rate sensitivity (fine + V_i)

    A member leaves if v_i < outside_i and hides class k if gain_ik > 0 (per finding made, in this period's money).  With
    ``examine = "year"`` one examination finds everything, so hiding several findings together is one more lie.
    """

    type: ClassVar[str] = "audited_disclosure"
    area: ClassVar[str] = "information_sharing"
    aligned: ClassVar[Mapping[str, str]] = {"loss": "class_"}

    class_: tuple[FindingClass, ...] = parameter("classes of findings")
    loss: Mapping[str, tuple[Fraction, ...]] = parameter(
        "what disclosing costs each member, one number per class in their order", unit="money", keys="member"
    )
    audit: AuditRule = parameter("how silence is examined")
    sanction: Sanction = parameter("what a revealed concealment costs")
    examine: Literal["statement", "year"] = parameter(
        "whether each statement is examined by itself or one examination finds everything", default="statement"
    )

    # --- formulas ------------------------------------------------------------------------------

    @cached_property
    def shared(self) -> Fraction:
        """G: what one member's disclosures of a period are worth to a recipient of weight 1."""
        return sum((k.p * k.value for k in self.class_), ZERO)

    @cached_property
    def quiet(self) -> Fraction:
        """Probability that a member finds nothing in a period."""
        return prod((1 - k.p for k in self.class_), start=ONE)

    def value(self, setting: Setting, member: Member) -> Fraction:
        """v_i: value of membership per period when all present stay and disclose."""
        others = len(setting.among(self)) - 1
        received = member.receive_weight * others * self.shared
        disclosed = sum((k.p * (k.reward - loss) for k, loss in zip(self.class_, self.loss[member.id], strict=True)), ZERO)
        return received + disclosed - self._dues(setting, member) - self._wrongful_fine() * self.quiet

    def continuation(self, setting: Setting, member: Member) -> Fraction:
        """V_i: what expulsion takes away."""
        if not self.sanction.expel:
            return ZERO
        assert member.discount is not None  # `flaws` demands it
        surplus = max(ZERO, self.value(setting, member) - member.outside)
        return member.discount / (1 - member.discount) * surplus

    def budget(self, setting: Setting) -> Fraction | None:
        """Dues less expected rewards and audits; a quiet period counts as one examination.

        Several such clauses spend the same dues: the first of them, in the order of the file, keeps the one budget.
        """
        sharing = self._sharing(setting)
        if sharing[0].id != self.id:
            return None
        dues = sum((dues for clause in sharing for _, dues in clause.own_dues(setting)), ZERO)
        return dues - sum((amount for clause in sharing for _, amount in clause.spending(setting)), ZERO)

    def own_dues(self, setting: Setting) -> list[tuple[str, Fraction]]:
        """The dues counted in this clause: those of members whom no earlier clause of this type binds."""
        return [(member.id, self._dues(setting, member)) for member in setting.among(self)]

    def spending(self, setting: Setting) -> list[tuple[str, Fraction]]:
        """Expected rewards by class, and examinations, per period."""
        n = len(setting.among(self))
        rewards = [(f"rewards for {k.name}", n * k.p * k.reward) for k in self.class_]
        return [*rewards, ("examinations in quiet periods", n * self.audit.rate * self.audit.cost * self.quiet)]

    def _sharing(self, setting: Setting) -> list[AuditedDisclosure]:
        """The clauses of this type, which live on the same dues."""
        found = [clause for clause in setting.clauses if isinstance(clause, AuditedDisclosure)]
        return found if any(clause.id == self.id for clause in found) else [self]

    def _dues(self, setting: Setting, member: Member) -> Fraction:
        """A member pays its dues once, so one clause counts them."""
        first = next(clause for clause in self._sharing(setting) if clause.binds(member.id))
        return member.dues if first.id == self.id else ZERO

    def _wrongful_fine(self) -> Fraction:
        return self.audit.rate * self.audit.false_positive * self.sanction.fine

    def _spared(self, member: Member) -> list[Fraction]:
        """What hiding a finding of each class spares: the loss less the reward."""
        return [loss - k.reward for k, loss in zip(self.class_, self.loss[member.id], strict=True)]

    # --- answers -------------------------------------------------------------------------------

    def deviations(self, setting: Setting, member: Member) -> list[Deviation]:
        detection = self.audit.rate * self.audit.sensitivity
        risk = detection * (self.sanction.fine + self.continuation(setting, member))
        lies = dict(zip((k.name for k in self.class_), self._spared(member), strict=True))
        if self.examine == "year" and len(lies) > 1:
            lies[TOGETHER] = sum((spared for _, spared in self._worth_hiding(member)), ZERO)
        return [
            Deviation(self.id, member.id, "lie", name, spared - risk, "an examination of its silence", detection)
            for name, spared in lies.items()
        ]

    def _worth_hiding(self, member: Member) -> list[tuple[str, Fraction]]:
        """The classes a member would hide together, at least two."""
        ranked = sorted(zip((k.name for k in self.class_), self._spared(member), strict=True), key=lambda pair: -pair[1])
        return [pair for rank, pair in enumerate(ranked) if rank < 2 or pair[1] > 0]

    def findings(self, setting: Setting) -> list[Finding]:
        present = setting.among(self)
        found = [self._membership(setting, member) for member in present]
        for member in present:
            found += [self._lie(setting, member, deviation) for deviation in self.deviations(setting, member)]
            if self.examine == "statement":
                found += self._hiding_several(setting, member)
        return [*found, *self._money(setting)]

    def levers(self, setting: Setting) -> list[Lever]:
        lie = ("lie",)
        rewards = [self.path("class", k.name, "reward") for k in self.class_]
        per_class = [
            Lever("reward", self.id, (path,), lie, item=k.name, added=True) for k, path in zip(self.class_, rewards, strict=True)
        ]
        patience = [
            Lever(
                "discount",
                self.id,
                (f"member.{member.id}.discount",),
                lie,
                member=member.id,
                low=member.discount or ZERO,
                high=1 - Fraction(1, 10**6),
                payer="patience is not bought",
            )
            for member in setting.among(self)
            if self.sanction.expel
        ]
        return [
            Lever("audit.rate", self.id, (self.path("audit", "rate"),), lie, low=self.audit.rate, high=ONE),
            Lever("audit.sensitivity", self.id, (self.path("audit", "sensitivity"),), lie, low=self.audit.sensitivity, high=ONE),
            Lever("sanction.fine", self.id, (self.path("sanction", "fine"),), lie, low=self.sanction.fine),
            Lever("reward", self.id, tuple(rewards), ("lie", "leave"), added=True),
            *per_class,
            *patience,
        ]

    def flaws(self, setting: Setting) -> Iterator[Flaw]:
        names = [k.name for k in self.class_]
        for at, name in enumerate(names):
            if name in names[:at] or name == TOGETHER:
                yield Flaw(("class", at, "name"), f"class name {name!r} is taken", "give each class a name of its own")
        if not names:
            yield Flaw(("class",), "there is no class of findings", "list at least one")
        for name, losses in self.loss.items():
            if len(losses) != len(names):
                yield Flaw(
                    ("loss", name),
                    f"{len(losses)} losses for {len(names)} classes",
                    "give one number per class, in their order",
                )
        if self.audit.sensitivity <= self.audit.false_positive:
            yield Flaw(
                ("audit", "sensitivity"),
                f"an examination accuses the guilty ({rational.short(self.audit.sensitivity)}) no more often than the innocent "
                f"({rational.short(self.audit.false_positive)})",
                "sensitivity must exceed false_positive",
            )
        for member in setting.bound(self):
            if self.sanction.expel and member.discount is None:
                yield Flaw(
                    ("member", member.id, "discount"),
                    "expulsion threatens the future, so a discount is needed",
                    "add discount = 0.9, say",
                    of_member=True,
                )

    def uses_continuation(self) -> bool:
        return self.sanction.expel

    @classmethod
    def random(cls, members: Sequence[Member], rng: np.random.Generator) -> AuditedDisclosure:
        def decimal(low: int, high: int) -> Fraction:
            return Fraction(int(rng.integers(low, high + 1)), 100)

        classes = tuple(
            FindingClass(name=f"class_{k + 1}", p=decimal(0, 100), value=decimal(0, 800), reward=decimal(0, 100))
            for k in range(int(rng.integers(1, 4)))
        )
        return cls(
            id="disclosure",
            class_=classes,
            loss={member.id: tuple(decimal(0, 900) for _ in classes) for member in members},
            audit=AuditRule(
                rate=decimal(1, 100), sensitivity=decimal(20, 100), false_positive=decimal(0, 10), cost=decimal(0, 50)
            ),
            sanction=Sanction(fine=decimal(0, 2000), expel=bool(rng.integers(2))),
            examine="year" if rng.integers(2) else "statement",
        )

    # --- findings ------------------------------------------------------------------------------

    def _lie(self, setting: Setting, member: Member, deviation: Deviation) -> Finding:
        short, unit = rational.short, setting.unit
        future = self.continuation(setting, member)
        loses = f"the fine of {short(self.sanction.fine)}" + (
            f" and a future worth {short(future)}" if self.sanction.expel else ""
        )
        what = "several findings together" if deviation.name == TOGETHER else f"a finding of class {deviation.name}"
        spared = deviation.gain + self.audit.rate * self.audit.sensitivity * (self.sanction.fine + future)
        verb = "gains" if deviation.gain > 0 else "loses" if deviation.gain < 0 else "gains nothing"
        amount = f" {short(abs(deviation.gain))} {unit}" if deviation.gain else ""
        reason = (
            f"hiding spares it {short(spared)}, and is revealed with probability {short(deviation.detection or ZERO)}, "
            f"which then costs {loses}"
        )
        return Finding(
            clause=self.id,
            question="lie",
            member=member.id,
            item=deviation.name,
            holds=deviation.gain <= 0,
            gain=deviation.gain,
            unit=unit,
            sentence=f"{member.id} {verb}{amount} by hiding {what}: {reason}.",
            certificate=self._compare(setting, member, deviation.name, future),
            values={"spared": spared, "future": future, "detection": deviation.detection},
            theorem=THEOREM,
            numbers=self._main_numbers(member, deviation.name),
        )

    def _main_numbers(self, member: Member, name: str) -> tuple[str, ...]:
        losses = () if name == TOGETHER else (self.path("loss", member.id, name),)
        patience = (f"member.{member.id}.discount",) if self.sanction.expel else ()
        return (*losses, self.path("audit", "rate"), self.path("sanction", "fine"), *patience)

    def _compare(self, setting: Setting, member: Member, name: str, future: Fraction) -> Certificate:
        """The lottery of honesty beside that of the lie, outcome by outcome."""
        if self.sanction.expel:
            assert member.discount is not None
            surplus = max(ZERO, self.value(setting, member) - member.outside)
            if not check_continuation(future, surplus, member.discount):
                raise InvalidEvidence(f"the future of {member.id} does not satisfy its recursion")
        hidden = [pair[0] for pair in self._worth_hiding(member)] if name == TOGETHER else [name]
        disclosed = sum(
            (k.reward - loss for k, loss in zip(self.class_, self.loss[member.id], strict=True) if k.name in hidden), ZERO
        )
        honest: list[Outcome] = [("disclosed: reward less loss, then the future as a member", ONE, disclosed + future)]
        audit = self.audit
        deviating: list[Outcome] = [
            ("not examined", 1 - audit.rate, future),
            ("examined, nothing revealed", audit.rate * (1 - audit.sensitivity), future),
            (
                "revealed: fined" + (" and expelled" if self.sanction.expel else ""),
                audit.rate * audit.sensitivity,
                -self.sanction.fine,
            ),
        ]
        if not self.sanction.expel:
            deviating[2] = (deviating[2][0], deviating[2][1], future - self.sanction.fine)
        return check_lottery(f"{member.id} gains nothing by hiding {name}", honest, deviating, setting.unit)

    def _hiding_several(self, setting: Setting, member: Member) -> list[Finding]:
        """Separate examinations add up fines but expel only once, so two lies can pay where each alone does not."""
        hidden = self._worth_hiding(member)
        if len(hidden) < 2 or any(deviation.gain > 0 for deviation in self.deviations(setting, member)):
            return []
        caught = self.audit.rate * self.audit.sensitivity
        future = self.continuation(setting, member)
        escape = (1 - caught) ** len(hidden)
        gain = sum((spared for _, spared in hidden), ZERO) - len(hidden) * caught * self.sanction.fine - (1 - escape) * future
        if gain <= 0:
            return []
        names = " and ".join(name for name, _ in hidden)
        outcomes = [
            ("what hiding them spares", sum((spared for _, spared in hidden), ZERO)),
        ]
        costs = [
            ("expected fines", len(hidden) * caught * self.sanction.fine),
            ("expected loss of the future", (1 - escape) * future),
        ]
        return [
            Finding(
                clause=self.id,
                question="lie",
                member=member.id,
                item=TOGETHER,
                holds=None,
                gain=gain,
                unit=setting.unit,
                sentence=f"In a {setting.period} in which {member.id} makes findings of {names}, hiding them all gains "
                f"{rational.short(gain)} {setting.unit}, although hiding one alone does not: a member is expelled only once.",
                certificate=check_at_least(f"hiding {names} together pays {member.id}", outcomes, costs, setting.unit),
                theorem=THEOREM,
            )
        ]

    def _membership(self, setting: Setting, member: Member) -> Finding:
        value, unit = self.value(setting, member), f"{setting.unit} per {setting.period}"
        others = len(setting.among(self)) - 1
        certificate = check_expected_period(
            f"membership is worth {rational.text(value)} to {member.id}",
            value,
            events={k.name: (k.p, k.reward - loss) for k, loss in zip(self.class_, self.loss[member.id], strict=True)},
            certain={
                **{f"{k.name} from {others} others": others * member.receive_weight * k.p * k.value for k in self.class_},
                "dues": -self._dues(setting, member),
            },
            if_none=-self._wrongful_fine(),
            unit=unit,
        )
        return Finding(
            clause=self.id,
            question="split",
            member=member.id,
            item="membership",
            holds=None,
            unit=unit,
            sentence=f"Membership is worth {rational.short(value)} {unit} to {member.id}: what {others} others disclose to it, "
            "less what disclosing costs it, its dues and the risk of a wrongful fine.",
            certificate=certificate,
            values={"value": value, "future": self.continuation(setting, member)},
            theorem=THEOREM,
        )

    def _money(self, setting: Setting) -> list[Finding]:
        left, unit = self.budget(setting), f"{setting.unit} per {setting.period}"
        sharing = [clause for clause in self._sharing(setting) if setting.among(clause)]
        if left is None or not sharing:
            return []
        several = len(sharing) > 1
        spending = [
            (f"{clause.id}: {what}" if several else what, amount)
            for clause in sharing
            for what, amount in clause.spending(setting)
        ]
        whose = f" of {', '.join(clause.id for clause in sharing)}" if several else ""
        state = f"{rational.short(left)} {unit} is left" if left >= 0 else f"{rational.short(-left)} {unit} is missing"
        return [
            Finding(
                clause=self.id,
                question="budget",
                item="budget",
                holds=left >= 0,
                unit=unit,
                sentence=f"Rewards and examinations{whose} are paid from the dues: {state}.",
                certificate=check_at_least(
                    "the dues carry rewards and examinations",
                    [pair for clause in sharing for pair in clause.own_dues(setting)],
                    spending,
                    unit,
                ),
                values={"budget": left},
                theorem="I5: budget balance in expectation",
            )
        ]
