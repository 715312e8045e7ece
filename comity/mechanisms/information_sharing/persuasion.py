"""Approval on the developer's own evaluation: what it can get approved that a full evaluation would have stopped."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import ClassVar, Self

import numpy as np

from comity.checks.designed_evaluation import check_unsafe_approved
from comity.declaration import declare
from comity.games.bayesian.designed_evaluation import DesignedEvaluation
from comity.mechanisms.clause import Clause
from comity.mechanisms.findings import Deviation, Finding, Lever, Margin
from comity.mechanisms.members import Member
from comity.mechanisms.parameters import parameter, probability
from comity.mechanisms.setting import Setting
from comity.rational import short

ZERO, ONE = Fraction(0), Fraction(1)
THEOREM = "I4: Kamenica & Gentzkow 2011; audit and fine derived"
UNSAFE_SYSTEMS = "unsafe_systems"


@declare(
    "clause",
    "Approval on an evaluation that the developer designs",
    area="information_sharing",
    claims=["no evaluation of the developer's gets more unsafe systems approved"],
    reference="I4: Kamenica & Gentzkow (2011), two states and a threshold; audit and fine derived",
)
@dataclass(frozen=True, kw_only=True)
class Persuasion(Clause):
    """Members design the evaluations of their own systems; whoever decides approves what it believes safe enough.

    The game is `comity.DesignedEvaluation`, each member by itself.  Where the clause states ``most_unsafe``, the gain of a member
    is what its evaluation earns it beyond that: the worth of an unsafe approval times the chance of more of them.

    Examples
    --------
    >>> members = (Member(id="A"),)
    >>> clause = Persuasion(
    ...     id="approval", prior_safe={"A": Fraction(3, 10)}, threshold=Fraction(1, 2), approval_value=Fraction(2),
    ...     most_unsafe=Fraction(1, 10),
    ... )
    >>> finding = clause.findings(Setting(members, (clause,), members))[0]
    >>> finding.holds, finding.gain, finding.values["approved"]
    (False, Fraction(2, 5), Fraction(3, 5))
    """

    type: ClassVar[str] = "persuasion"
    area: ClassVar[str] = "information_sharing"

    prior_safe: Mapping[str, Fraction] = parameter(
        "chance that a system of the member is safe", unit="probability", keys="member", low=0, high=1
    )
    threshold: Fraction = parameter(
        "belief that a system is safe from which on it is approved", unit="probability", above=0, high=1
    )
    approval_value: Fraction = parameter("what an approval is worth to the member", unit="money", low=0)
    audit_rate: Fraction = probability("chance that whoever decides finds out for itself before deciding", default=ZERO)
    detection: Fraction = probability("chance that an unsafe system is found out after its approval", default=ZERO)
    fine: Fraction = parameter(
        "fine for an unsafe system that is found out after its approval", unit="money", low=0, default=ZERO
    )
    most_unsafe: Fraction | None = probability("greatest acceptable chance that an unsafe system is approved", default=None)

    def evaluation(self, member: Member) -> DesignedEvaluation:
        """The game of one member."""
        return DesignedEvaluation(
            self.prior_safe[member.id], self.threshold, self.approval_value, self.audit_rate, self.detection, self.fine
        )

    def deviations(self, setting: Setting, member: Member) -> Sequence[Deviation]:
        """Designing the evaluation so that more unsafe systems pass than is acceptable."""
        if self.most_unsafe is None or not self.binds(member.id):
            return ()
        gain = self.evaluation(member).gain_beyond(self.most_unsafe)
        seen = self.audit_rate + (1 - self.audit_rate) * self.detection
        return (Deviation(self.id, member.id, "lie", UNSAFE_SYSTEMS, gain, "an audit before approval, or harm after it", seen),)

    def levers(self, setting: Setting) -> Sequence[Lever]:
        """More trust asked for, more audits, and larger or likelier fines."""
        lie = ("lie",)
        return [
            Lever(
                "threshold", self.id, (self.path("threshold"),), lie, low=self.threshold, high=ONE, payer="approval takes more"
            ),
            Lever("audit.rate", self.id, (self.path("audit_rate"),), lie, low=self.audit_rate, high=ONE),
            Lever("sanction.fine", self.id, (self.path("fine"),), lie, low=self.fine),
            Lever("detection", self.id, (self.path("detection"),), lie, low=self.detection, high=ONE),
        ]

    @classmethod
    def random(cls, members: Sequence[Member], rng: np.random.Generator) -> Self:
        """Systems of any safety, with a bar in most cases."""
        one = DesignedEvaluation.random(1, rng)
        return cls(
            id="approval",
            prior_safe={member.id: Fraction(int(rng.integers(0, 21)), 20) for member in members},
            threshold=one.threshold,
            approval_value=one.approval_value,
            audit_rate=one.audit_rate / 2,
            detection=one.detection,
            fine=one.fine,
            most_unsafe=Fraction(int(rng.integers(0, 5)), 20) if rng.random() < 0.8 else None,
        )

    def findings(self, setting: Setting) -> Sequence[Finding]:
        """For each member what it gets approved."""
        return [self._extracts(setting, member) for member in setting.among(self)]

    def _extracts(self, setting: Setting, member: Member) -> Finding:
        lab, unit, most = self.evaluation(member), f"{setting.unit} per system", self.most_unsafe
        gain = lab.extracted if most is None else lab.gain_beyond(most)
        return Finding(
            clause=self.id,
            question="lie",
            member=member.id,
            item=UNSAFE_SYSTEMS,
            holds=None if most is None else gain <= 0,
            gain=gain,
            unit=unit,
            sentence=self._sentence(member, lab, unit),
            certificate=check_unsafe_approved(lab, gain, most, member.id, unit),
            values={
                "approved": lab.approved,
                "unsafe_approved": lab.unsafe_approved,
                "unsafe_that_pass": lab.passes[0],
                "earned_by_design": lab.extracted,
            },
            theorem=THEOREM,
            margins=() if most is None else tuple(self._margins(member, lab, most)),
        )

    def _margins(self, member: Member, lab: DesignedEvaluation, most: Fraction) -> Iterator[Margin]:
        """Too many unsafe systems are approved exactly if that is worth something and more than ``most`` could pass."""
        turns = {
            ("threshold",): self._turning_threshold(lab, most),
            ("prior_safe", member.id): self._turning_prior(lab, most),
            ("audit_rate",): self._turning_audit_rate(lab, most),
            ("most_unsafe",): lab.could_pass or None,
        }
        for keys, turn in turns.items():
            value = self.prior_safe[member.id] if keys[0] == "prior_safe" else getattr(self, keys[0])
            yield Margin(self.path(*keys), value, turn if lab.unsafe_worth > 0 else None)
        tempted, expected = lab.could_pass > most, lab.detection * lab.fine
        enough = lab.approval_value / lab.detection if lab.detection and lab.approval_value else None
        yield Margin(self.path("fine"), self.fine, enough if tempted else None)
        yield Margin(self.path("approval_value"), self.approval_value, expected if tempted else None)

    def _turning_threshold(self, lab: DesignedEvaluation, most: Fraction) -> Fraction | None:
        """``(1 - audit_rate) (prior / t - prior) = most``."""
        unseen, prior = 1 - lab.audit_rate, lab.prior_safe
        return prior * unseen / (prior * unseen + most) if most < unseen * (1 - prior) and prior else None

    def _turning_prior(self, lab: DesignedEvaluation, most: Fraction) -> Fraction | None:
        """Few unsafe systems pass if few are safe, for then few are believed to be; and few if nearly all are."""
        unseen, t = 1 - lab.audit_rate, lab.threshold
        if most >= unseen * (1 - t):
            return None
        ends = (most / unseen * t / (1 - t), 1 - most / unseen)
        return min(ends, key=lambda end: abs(end - lab.prior_safe))

    def _turning_audit_rate(self, lab: DesignedEvaluation, most: Fraction) -> Fraction | None:
        unseen = min(ONE, lab.prior_safe / lab.threshold) - lab.prior_safe
        return 1 - most / unseen if most < unseen else None

    def _sentence(self, member: Member, lab: DesignedEvaluation, unit: str) -> str:
        who, safe, t = member.id, short(lab.prior_safe), short(lab.threshold)
        if lab.unsafe_approved:
            how = (
                "it would be believed safe enough without any evaluation"
                if lab.prior_safe >= lab.threshold
                else f"just so many unsafe ones pass that whatever passes is believed safe with a chance of {t}"
            )
            text = (
                f"{who} gets {short(lab.approved)} of its systems approved although {safe} are safe: {how}; "
                f"designing its own evaluation earns it {short(lab.extracted)} {unit}"
            )
        elif lab.could_pass:
            text = f"{who} gains nothing from the approval of unsafe systems, so that its evaluation shows what is safe"
        else:
            text = f"No evaluation that {who} designs gets an unsafe system approved"
        if self.most_unsafe is None:
            return text + "."
        chance = f"Unsafe systems are approved with a chance of {short(lab.unsafe_approved)}"
        return f"{text}. {chance}; acceptable is {short(self.most_unsafe)}."
