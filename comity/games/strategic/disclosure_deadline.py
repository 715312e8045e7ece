"""A deadline after which a flaw is made public: the developer that must fix it answers, and the best deadline takes that in."""

from __future__ import annotations

from dataclasses import dataclass, fields
from fractions import Fraction
from functools import cached_property
from typing import Self

import numpy as np

from comity import rational
from comity.declaration import declare
from comity.enclosure import Between, Number, between, exp_between, hull, root_between, sqrt_between
from comity.errors import ComityError

ZERO, ONE = Fraction(0), Fraction(1)


@declare(
    "game",
    "A disclosure deadline and the developer's answer to it",
    area="information_sharing",
    reference="structure after Arora, Telang & Xu (2008); closed form derived",
)
@dataclass(frozen=True)
class DisclosureDeadline:
    """A developer fixes a flaw after tau days at the cost ``fix_cost / tau``; it is published at T, fixed or not.

    Attackers find it by themselves at the rate ``rediscovery`` per day; while they know it and it is not fixed, users lose
    ``harm`` a day: in all ``harm (tau - (1 - exp(-h m)) / h)`` with m the smaller of tau and T.  The developer counts the part
    ``internalised`` of that.

    Parameters
    ----------
    fix_cost, harm, rediscovery, internalised : number
        Above 0; ``internalised`` at most 1, and then there is nothing to be gained by a deadline.

    Examples
    --------
    >>> flaw = DisclosureDeadline(fix_cost=3600, harm=1, rediscovery="0.01", internalised="0.25")
    >>> flaw.at_once.low, round(float(flaw.in_secrecy.middle), 2), flaw.best_deadline.low
    (Fraction(120, 1), 138.58, Fraction(120, 1))
    """

    fix_cost: Fraction
    harm: Fraction
    rediscovery: Fraction
    internalised: Fraction

    def __post_init__(self) -> None:
        for field in fields(self):
            number = rational.exact(getattr(self, field.name), field.name)
            if number <= 0:
                raise ComityError(f"{field.name} is {rational.short(number)}; give a number above 0")
            object.__setattr__(self, field.name, number)
        if self.internalised > 1:
            raise ComityError(f"internalised is {rational.short(self.internalised)}; a developer bears at most the whole harm, 1")

    @cached_property
    def at_once(self) -> Between:
        """When the fix comes if the flaw is public from the start: the square root of fix_cost / (internalised harm)."""
        return sqrt_between(self.fix_cost / (self.internalised * self.harm), 256)

    @cached_property
    def in_secrecy(self) -> Between:
        """When the fix comes if the flaw is never made public: ``k / tau^2 = internalised harm (1 - exp(-h tau))``."""
        return self._balance(self.internalised)

    @cached_property
    def best_fix(self) -> Between:
        """When the fix should come if one could command it: ``k / tau^2 = harm (1 - exp(-h tau))``."""
        return self._balance(ONE)

    @cached_property
    def best_deadline(self) -> Between:
        """The deadline with the least `total`, at which the fix arrives: `best_fix`, kept between `at_once` and `in_secrecy`."""
        low, high, best = self.at_once, self.in_secrecy, self.best_fix
        if self.internalised == 1:
            return high  # `best_fix` and `in_secrecy` are one number
        if best.high <= low.low:
            return low
        return best if best.low >= low.high else hull(low, best)

    def fix(self, deadline: Fraction) -> Between:
        """When the developer fixes: at the deadline, but never before `at_once` and never after `in_secrecy`."""
        if self.misses(deadline):
            return self.at_once
        if deadline >= self.in_secrecy.high:
            return self.in_secrecy
        return between(deadline) if deadline <= self.in_secrecy.low else hull(between(deadline), self.in_secrecy)

    def misses(self, deadline: Fraction) -> bool:
        """Whether the developer fixes only after the deadline, exactly: T^2 internalised harm < fix_cost."""
        return deadline**2 * self.internalised * self.harm < self.fix_cost

    def exposure(self, fix: Number, deadline: Number) -> Between:
        """Days on average in which attackers know of an unfixed flaw."""
        tau, until = between(fix), between(deadline)
        m = Between(min(tau.low, until.low), min(tau.high, until.high))
        return tau - (1 - exp_between(-self.rediscovery * m)) / self.rediscovery

    def total(self, fix: Number, deadline: Number) -> Between:
        """What the fix and the harm cost together."""
        return self.fix_cost / between(fix) + self.harm * self.exposure(fix, deadline)

    def developer_cost(self, fix: Number, deadline: Number) -> Between:
        """What the developer counts: the fix and its part of the harm."""
        return self.fix_cost / between(fix) + self.internalised * self.harm * self.exposure(fix, deadline)

    def total_at(self, deadline: Fraction) -> Between:
        """`total` with the developer's answer to a deadline; it falls as long as the deadline comes before `at_once`."""
        return self.total(self.fix(deadline), deadline)

    @cached_property
    def total_at_best(self) -> Between:
        """`total` under the best deadline."""
        return self.total(self.best_deadline, self.best_deadline)

    @cached_property
    def total_at_once(self) -> Between:
        """`total` if the flaw is made public at once."""
        return self.total(self.at_once, ZERO)

    @cached_property
    def total_in_secrecy(self) -> Between:
        """`total` if the flaw is never made public."""
        return self.total(self.in_secrecy, self.in_secrecy)

    def lateness_gain(self, deadline: Fraction) -> Between:
        """What the developer gains by fixing after the deadline rather than at it: ``k/T + w T - 2 sqrt(k w)``, w its harm a day.

        0 where it would fix in time anyway; the harm before the deadline is the same either way.
        """
        if not self.misses(deadline):
            return between(ZERO)
        w = self.internalised * self.harm
        return self.fix_cost / deadline + w * deadline - 2 * sqrt_between(self.fix_cost * w, 256)

    @classmethod
    def random(cls, n: int, rng: np.random.Generator) -> Self:
        """A flaw that takes some days to fix; the number of developers does not matter."""
        return cls(
            Fraction(int(rng.integers(1, 500)), 10),
            Fraction(int(rng.integers(1, 100)), 100),
            Fraction(int(rng.integers(1, 200)), 1000),
            Fraction(int(rng.integers(1, 101)), 100),
        )

    def _balance(self, part: Fraction) -> Between:
        def short_of(tau: Fraction) -> Between:
            return self.fix_cost / tau**2 - part * self.harm * (1 - exp_between(-self.rediscovery * tau))

        # The root lies above sqrt(k / (part harm)), where the exponential is 0, and doublings of that reach beyond it.
        low = sqrt_between(self.fix_cost / (part * self.harm)).low
        high = 2 * low
        while short_of(high).sign != -1:
            high *= 2
        return root_between(short_of, low * (1 - Fraction(1, 1 << 64)), high)
