"""Repeated cooperation of one party that is watched through an alarm which errs."""

from __future__ import annotations

from dataclasses import dataclass, fields
from fractions import Fraction
from typing import Self

import numpy as np

from comity import rational
from comity.declaration import declare
from comity.errors import ComityError


@declare(
    "game",
    "Repeated cooperation watched through an alarm that errs",
    area="trust_building",
    reference="Green & Porter (1984); Abreu, Milgrom & Pearce (1991); Becker & Stigler (1974)",
)
@dataclass(frozen=True, kw_only=True)
class MonitoredCooperation:
    """One party cooperates (R each period) or cheats alone (T); after cooperation has ended it has P for ever.

    An alarm rings with probability ``detection`` (p1) in a period of cheating and ``false_alarm`` (p0) otherwise.
    Every alarm costs the bond B and may end cooperation.  Values are averages per period: ``(1 - d) * sum d**t u_t``.

    Parameters
    ----------
    temptation, cooperate, punish : number
        T, R and P, per period, in one unit.
    discount : number in [0, 1)
        d, what one unit next period is worth today.
    false_alarm, detection : probability
    bond : number
        B, in the same unit.

    References
    ----------
    Abreu, Milgrom & Pearce (1991); the bond after Becker & Stigler (1974).

    Examples
    --------
    >>> play = MonitoredCooperation(temptation=5, cooperate=3, punish=1, discount=0.9, false_alarm=0.1, detection=0.6)
    >>> play.best_value, play.critical_discount, play.punishment_probability
    (Fraction(13, 5), Fraction(5, 7), Fraction(5, 18))
    """

    temptation: Fraction
    cooperate: Fraction
    punish: Fraction
    discount: Fraction
    false_alarm: Fraction
    detection: Fraction
    bond: Fraction = Fraction(0)

    def __post_init__(self) -> None:
        for field in fields(self):
            object.__setattr__(self, field.name, rational.exact(getattr(self, field.name), field.name))
        if not 0 <= self.discount < 1:
            raise ComityError(f"discount is {self.discount}; it must be at least 0 and below 1")

    @property
    def spread(self) -> Fraction:
        """p1 - p0: by how much cheating raises the probability of an alarm."""
        return self.detection - self.false_alarm

    @property
    def temptation_gain(self) -> Fraction:
        """T - R: what cheating once gains at once."""
        return self.temptation - self.cooperate

    @property
    def grim_value(self) -> Fraction:
        """W = ((1-d)(R - p0 B) + d p0 P) / (1 - d(1-p0)): cooperation that the first alarm ends for ever."""
        d, p0 = self.discount, self.false_alarm
        return ((1 - d) * (self.cooperate - p0 * self.bond) + d * p0 * self.punish) / (1 - d * (1 - p0))

    @property
    def gain(self) -> Fraction:
        """What cheating once gains, as an average per period, when every alarm costs the bond and ends cooperation.

        ``(1-d)(T-R) - (p1-p0) [d (W-P) + (1-d) B]``.  With no bond it is at most 0 exactly if V* > P and the
        discount is at least critical, so that one number decides for any bond and for milder punishment too.
        """
        d = self.discount
        return (1 - d) * self.temptation_gain - self.spread * (d * (self.grim_value - self.punish) + (1 - d) * self.bond)

    @property
    def complies(self) -> bool:
        """Cheating once does not pay; a tie complies."""
        return self.gain <= 0

    @property
    def best_value(self) -> Fraction | None:
        """V* = R - p0 (T-R)/(p1-p0): no plan that deters can be worth more.  None if cheating does not raise the alarm."""
        if self.temptation_gain <= 0:
            return self.cooperate
        return self.cooperate - self.false_alarm * self.temptation_gain / self.spread if self.spread > 0 else None

    @property
    def critical_discount(self) -> Fraction | None:
        """Least discount that deters: K / (K + V* - P) with K = (T-R)/(p1-p0) - B; None: no patience suffices."""
        best = self.best_value
        if best is None:
            return None
        if self.temptation_gain <= 0:
            return Fraction(0)
        uncovered = self.temptation_gain / self.spread - self.bond
        if uncovered <= 0:
            return Fraction(0)
        # Below 1 exactly if V* > P: some punishment must be left to fear.
        return uncovered / (uncovered + best - self.punish) if best > self.punish else None

    @property
    def punishment_probability(self) -> Fraction | None:
        """Mildest probability that an alarm ends cooperation and still deters, without a bond; None: none deters."""
        best = self.best_value
        if best is None or not self.complies:
            return None
        if self.temptation_gain <= 0:
            return Fraction(0)
        return (1 - self.discount) * self.temptation_gain / (self.discount * self.spread * (best - self.punish))

    @property
    def required_detection(self) -> Fraction | None:
        """Least detection that deters (above 1: none does); None where an alarm costs the party nothing."""
        lost = self.discount * (self.grim_value - self.punish) + (1 - self.discount) * self.bond
        if lost <= 0:
            return None
        return self.false_alarm + (1 - self.discount) * max(self.temptation_gain, Fraction(0)) / lost

    @property
    def required_bond(self) -> Fraction | None:
        """Least bond that deters: (T-R)/(p1-p0) - d (V*-P)/(1-d), at least 0; None if cheating does not raise the alarm."""
        best = self.best_value
        if best is None:
            return None
        if self.temptation_gain <= 0:
            return Fraction(0)
        trust = self.discount * (best - self.punish) / (1 - self.discount)
        return max(Fraction(0), self.temptation_gain / self.spread - trust)

    @property
    def largest_bond(self) -> Fraction | None:
        """Largest bond under which taking part is worth it (W >= P): (R-P)/p0; None: any bond."""
        return (self.cooperate - self.punish) / self.false_alarm if self.false_alarm > 0 else None

    @classmethod
    def random(cls, n: int, rng: np.random.Generator) -> Self:
        """A random dilemma; the number of parties does not matter, each is watched by itself."""

        def hundredths(low: int, high: int) -> Fraction:
            return Fraction(int(rng.integers(low, high + 1)), 100)

        punish = hundredths(0, 200)
        cooperate = punish + hundredths(1, 300)
        false_alarm = hundredths(0, 40)
        return cls(
            temptation=cooperate + hundredths(1, 400),
            cooperate=cooperate,
            punish=punish,
            discount=hundredths(0, 98),
            false_alarm=false_alarm,
            detection=false_alarm + hundredths(1, 60),
            bond=hundredths(0, 500) if rng.random() < 0.5 else Fraction(0),
        )
