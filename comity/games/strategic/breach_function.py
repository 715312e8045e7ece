"""How likely a breach is after some spending on security: the two classes of Gordon & Loeb, and one outside them."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from fractions import Fraction
from typing import ClassVar

from comity import rational
from comity.enclosure import Between, Number, between, log_between, power_between
from comity.errors import ComityError

ZERO, ONE = Fraction(0), Fraction(1)


class BreachFunction(ABC):
    """S(z, v): the probability of a breach after spending z on a system of vulnerability v; convex and falling in z.

    ``log_convex`` says whether ln S is convex in z too: then nobody should spend more than 1/e of the loss expected without
    security (Gordon & Loeb 2002 for their two classes; Baryshnikov 2012).
    """

    log_convex: ClassVar[bool]

    @abstractmethod
    def at(self, vulnerability: Fraction, spending: Fraction) -> Between:
        """S(z, v) for one spending."""

    @abstractmethod
    def best(self, vulnerability: Fraction, loss: Number, price: Fraction) -> Between:
        """The spending z >= 0 that makes ``S(z, v) loss + price z`` least; 0 where even the first unit does not pay."""

    def chance(self, vulnerability: Fraction, spending: Number) -> Between:
        """S(z, v), also for a spending that is only bounded."""
        z = between(spending)
        first = self.at(vulnerability, z.low)
        return first if z.exact else Between(self.at(vulnerability, z.high).low, first.high)


@dataclass(frozen=True)
class PowerBreach(BreachFunction):
    """Class I: ``S = v / (productivity z + 1)**curvature``.

    Examples
    --------
    >>> PowerBreach("0.00001").chance(Fraction(13, 20), 100_000).low
    Fraction(13, 40)
    >>> round(float(PowerBreach("0.00001").best(Fraction("0.65"), Fraction(4_000_000), Fraction(1)).middle), 1)
    409902.0
    """

    log_convex: ClassVar[bool] = True
    productivity: Fraction
    curvature: Fraction = ONE

    def __post_init__(self) -> None:
        _positive(self, "productivity")
        _positive(self, "curvature")

    def at(self, vulnerability: Fraction, spending: Fraction) -> Between:
        return vulnerability * power_between(self.productivity * spending + 1, -self.curvature)

    def best(self, vulnerability: Fraction, loss: Number, price: Fraction) -> Between:
        return_on_first = between(loss) * (vulnerability * self.curvature * self.productivity / price)
        if return_on_first.high <= 1:
            return between(ZERO)
        found = (power_between(return_on_first, 1 / (self.curvature + 1)) - 1) / self.productivity
        return Between(max(ZERO, found.low), found.high).rounded()

    def largest_share(self) -> Between:
        """The largest part of the expected loss v L that is ever worth spending: (b / (b+1))**(b+1), with b the curvature.

        >>> PowerBreach(1).largest_share()
        Between(low=Fraction(1, 4), high=Fraction(1, 4))
        """
        return power_between(self.curvature / (self.curvature + 1), self.curvature + 1)


@dataclass(frozen=True)
class ExponentialBreach(BreachFunction):
    """Class II: ``S = v**(productivity z + 1)``, for v below 1.

    The best spending does not rise with v throughout: what is nearly certain to be breached is not worth defending.

    Examples
    --------
    >>> breach = ExponentialBreach("0.000002")
    >>> [round(float(breach.best(Fraction(v, 10), Fraction(4_000_000), Fraction(1)).middle), 1) for v in (5, 8)]
    [735616.8, 798495.0]
    """

    log_convex: ClassVar[bool] = True
    productivity: Fraction

    def __post_init__(self) -> None:
        _positive(self, "productivity")

    def at(self, vulnerability: Fraction, spending: Fraction) -> Between:
        return power_between(vulnerability, self.productivity * spending + 1)

    def best(self, vulnerability: Fraction, loss: Number, price: Fraction) -> Between:
        steepness = -log_between(vulnerability) * self.productivity
        return_on_first = between(loss) * steepness * (vulnerability / price)
        if return_on_first.high <= 1:
            return between(ZERO)
        if return_on_first.low <= 1:
            return Between(ZERO, (log_between(return_on_first.high) / steepness).high)
        return (log_between(return_on_first) / steepness).rounded()


@dataclass(frozen=True)
class QuadraticBreach(BreachFunction):
    """``S = v (1 - z / enough)**2`` up to z = enough, then 0: convex but not log-convex, so 1/e does not bound the spending.

    Examples
    --------
    >>> QuadraticBreach(1).best(Fraction(1, 2), Fraction(2), Fraction(1)).low
    Fraction(1, 2)
    """

    log_convex: ClassVar[bool] = False
    enough: Fraction

    def __post_init__(self) -> None:
        _positive(self, "enough")

    def at(self, vulnerability: Fraction, spending: Fraction) -> Between:
        return between(vulnerability * max(ZERO, 1 - spending / self.enough) ** 2)

    def best(self, vulnerability: Fraction, loss: Number, price: Fraction) -> Between:
        found = self.enough - self.enough**2 * price / (2 * vulnerability) / between(loss)
        return Between(max(ZERO, found.low), max(ZERO, found.high))


def _positive(thing: BreachFunction, name: str) -> None:
    number = rational.exact(getattr(thing, name), name)
    if number <= 0:
        raise ComityError(f"{name} is {rational.short(number)}; give a number above 0")
    object.__setattr__(thing, name, number)
