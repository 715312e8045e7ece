"""A developer designs the evaluation on which its own approval rests: what it can get approved that should not be."""

from __future__ import annotations

from dataclasses import dataclass, fields
from fractions import Fraction
from functools import cached_property
from typing import Self

import numpy as np

from comity import rational
from comity.declaration import declare
from comity.errors import InvalidGame
from comity.games.bayesian.information_design import InformationDesign

ZERO, ONE = Fraction(0), Fraction(1)
UNSAFE, SAFE = 0, 1
REJECT, APPROVE = 0, 1


@declare(
    "game",
    "An evaluation designed by the one it evaluates",
    area="information_sharing",
    reference="Kamenica & Gentzkow (2011), two states and a threshold; audit and fine derived",
)
@dataclass(frozen=True)
class DesignedEvaluation:
    """A regulator approves a system it believes to be safe with probability ``threshold``; the developer designs the evaluation.

    A system is safe with probability ``prior_safe``.  With probability ``audit_rate`` the regulator finds out for itself.  An
    approval is worth ``approval_value`` to the developer; one of an unsafe system is found out later with probability
    ``detection`` and then costs it ``fine``.  As long as an unsafe approval is worth anything to it, the developer lets every
    safe system pass and so many unsafe ones that whoever passes is just believed to be safe enough::

        unsafe_approved = (1 - audit_rate) (min(1, prior_safe / threshold) - prior_safe)

    Examples
    --------
    >>> lab = DesignedEvaluation(prior_safe="0.1", threshold="0.2", approval_value=1)
    >>> lab.approved, lab.unsafe_approved
    (Fraction(1, 2), Fraction(2, 5))
    """

    prior_safe: Fraction
    threshold: Fraction
    approval_value: Fraction
    audit_rate: Fraction = ZERO
    detection: Fraction = ZERO
    fine: Fraction = ZERO

    def __post_init__(self) -> None:
        for described in fields(self):
            number = rational.exact(getattr(self, described.name), described.name)
            money = described.name in ("approval_value", "fine")
            if number < 0 or (not money and number > 1) or (described.name == "threshold" and number == 0):
                allowed = "of at least 0" if money else "above 0 and up to 1" if described.name == "threshold" else "from 0 to 1"
                raise InvalidGame(f"{described.name} is {rational.short(number)}; give a number {allowed}")
            object.__setattr__(self, described.name, number)

    @property
    def unsafe_worth(self) -> Fraction:
        """What the approval of an unsafe system is worth to the developer, the expected fine counted."""
        return self.approval_value - self.detection * self.fine

    @property
    def could_pass(self) -> Fraction:
        """The chance that a system is unsafe, passes, and would not be found out by an audit, if the developer wants it so."""
        return (1 - self.audit_rate) * (min(ONE, self.prior_safe / self.threshold) - self.prior_safe)

    @property
    def unsafe_approved(self) -> Fraction:
        """The chance that a system is unsafe and approved."""
        return self.could_pass if self.unsafe_worth > 0 else ZERO

    @property
    def approved(self) -> Fraction:
        """The chance that a system is approved."""
        return self.prior_safe + self.unsafe_approved

    @property
    def extracted(self) -> Fraction:
        """What designing the evaluation earns the developer on average, beyond one that shows all."""
        return self.unsafe_worth * self.unsafe_approved

    def gain_beyond(self, most: Fraction) -> Fraction:
        """What designing it earns beyond the chance ``most`` of unsafe approvals; not above 0 exactly if there are no more."""
        return max(ZERO, self.unsafe_worth) * (self.could_pass - most)

    # --- as a problem of information design ----------------------------------------------------

    @cached_property
    def problem(self) -> InformationDesign:
        """Whoever passes is approved unless an audit shows it to be unsafe; whoever fails only if one shows it to be safe."""
        seen, unseen, t = self.audit_rate, 1 - self.audit_rate, self.threshold
        return InformationDesign.persuasion(
            {"unsafe": 1 - self.prior_safe, "safe": self.prior_safe},
            receiver=[[ZERO, -unseen * t], [seen * (1 - t), 1 - t]],
            sender=[[ZERO, unseen * self.unsafe_worth], [seen * self.approval_value, self.approval_value]],
            actions=["fail", "pass"],
        )

    @property
    def passes(self) -> tuple[Fraction, Fraction]:
        """The chances with which an unsafe and a safe system pass the developer's evaluation."""
        if self.unsafe_worth <= 0 or self.prior_safe == 0:
            return ZERO, ONE
        if self.prior_safe >= self.threshold:
            return ONE, ONE
        return self.prior_safe * (1 - self.threshold) / ((1 - self.prior_safe) * self.threshold), ONE

    @property
    def multiplier(self) -> Fraction:
        """What one unit of the regulator's trust is worth to the developer, which proves that no evaluation earns it more."""
        return max(ZERO, self.unsafe_worth) / self.threshold if self.prior_safe < self.threshold else ZERO

    @classmethod
    def random(cls, n: int, rng: np.random.Generator) -> Self:
        """Chances in tenths, so that ties occur; the number of players does not matter."""

        def tenths(low: int, high: int) -> Fraction:
            return Fraction(int(rng.integers(low, high + 1)), 10)

        return cls(tenths(0, 10), tenths(1, 10), tenths(1, 50), tenths(0, 10), tenths(0, 10), tenths(0, 90))
