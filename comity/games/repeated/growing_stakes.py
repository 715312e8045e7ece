"""Cooperation whose temptation grows at another rate than its benefit: when does it stop enforcing itself?"""

from __future__ import annotations

from dataclasses import dataclass, fields
from decimal import MAX_EMAX, MIN_EMIN, Context, Decimal
from fractions import Fraction
from typing import Self

import numpy as np

from comity import rational
from comity.declaration import declare
from comity.errors import ComityError

# Powers of more bits are compared through their logarithms.
EXACT_BITS = 60_000
DIGITS = Context(prec=60, Emax=MAX_EMAX, Emin=MIN_EMIN)


@declare(
    "game",
    "Repeated cooperation with growing stakes",
    area="governance",
    reference="derived from perfect monitoring (Friedman 1971) with growing payoffs",
)
@dataclass(frozen=True, kw_only=True)
class GrowingStakes:
    """In period t cheating gains ``d0 G**t`` at once and ends cooperation, which is worth ``v H**t`` more than what follows.

    With perfect monitoring the loss is ``R0 H**t``, R0 = v d H / (1 - d H); so cheating does not pay while
    ``d0 (G/H)**t <= R0``: with G > H until t* = ln(R0/d0) / ln(G/H).

    Parameters
    ----------
    temptation_gain, cooperation_gain : number
        d0 = T - R and v = R - P, today.
    discount : number in [0, 1)
        d; a hazard h that the agreement ends anyway is counted as d (1 - h).
    growth_temptation, growth_benefit : number
        G and H, factors per period.

    Examples
    --------
    >>> stakes = GrowingStakes(
    ...     temptation_gain=4, cooperation_gain=3, discount=0.85, growth_temptation=1.1, growth_benefit=1.02
    ... )
    >>> round(float(stakes.continuation), 4), stakes.last_period
    (19.5564, 21)
    """

    temptation_gain: Fraction
    cooperation_gain: Fraction
    discount: Fraction
    growth_temptation: Fraction
    growth_benefit: Fraction

    def __post_init__(self) -> None:
        for field in fields(self):
            object.__setattr__(self, field.name, rational.exact(getattr(self, field.name), field.name))
        if self.growth_temptation <= 0 or self.growth_benefit <= 0:
            raise ComityError("growth factors must be above 0; 1 means no growth")

    @property
    def continuation(self) -> Fraction | None:
        """R0, what cheating today loses later, at least 0; None: without bound, since the benefit outgrows impatience."""
        if self.cooperation_gain <= 0:
            return Fraction(0)
        effective = self.discount * self.growth_benefit
        return self.cooperation_gain * effective / (1 - effective) if effective < 1 else None

    @property
    def outgrows(self) -> bool:
        """Whether a day comes on which cheating pays, however large the loss: G > H, a real temptation, a bounded loss."""
        bounded = self.continuation is not None
        return bounded and self.temptation_gain > 0 and self.growth_temptation > self.growth_benefit

    @property
    def t_star(self) -> float | None:
        """ln(R0/d0) / ln(G/H) to the nearest double; None where cheating never or always pays, whatever the period."""
        exact = self._t_star
        return None if exact is None else float(exact)

    @property
    def last_period(self) -> int | None:
        """The last period in which cheating does not pay (-1: it pays today already); None: there is no last one."""
        if not self.outgrows:
            return None if self.holds_today else -1
        if not self.holds_today:
            return -1
        last = int(self._t_star or 0)
        # Sixty digits may still be off at an integer; the comparison of powers is not.
        while self.holds_at(last + 1):
            last += 1
        while not self.holds_at(last):
            last -= 1
        return last

    @property
    def holds_today(self) -> bool:
        """Whether cheating in period 0 does not pay."""
        return self.continuation is None or self.temptation_gain <= self.continuation

    def holds_at(self, t: int) -> bool:
        """Whether cheating in period t does not pay: d0 G**t <= R0 H**t."""
        loss = self.continuation
        if loss is None or self.temptation_gain <= 0:
            return True
        ratio = self.growth_temptation / self.growth_benefit
        if not loss or ratio == 1 or t * _bits(ratio) <= EXACT_BITS:
            return self.temptation_gain * ratio**t <= loss
        return DIGITS.multiply(Decimal(t), self._log(ratio)) <= self._log(loss / self.temptation_gain)

    def gain(self, horizon: int | None = None) -> Fraction:
        """At most 0 exactly if cheating pays in no period up to the horizon (None: in no period at all).

        In money of today: what cheating gains today, or, if that is more, without a horizon by how much the temptation
        outgrows the benefit in one period, ``d0 (G/H - 1)``; with one what cheating gains, relative to the benefit's growth,
        in the first period in which it pays or, if it never does, at the horizon.
        """
        d0, loss = self.temptation_gain, self.continuation
        if loss is None:
            # So many periods at today's benefit are already worth more than the temptation.
            periods = max(0, d0 // self.cooperation_gain) + 1
            return d0 - periods * self.cooperation_gain
        ratio = self.growth_temptation / self.growth_benefit
        if d0 <= 0 or (ratio <= 1 and horizon is not None):
            return d0 - loss
        if horizon is None:
            return max(d0 - loss, d0 * (ratio - 1))
        last = self.last_period
        deciding = horizon if last is None else min(horizon, last + 1)
        return d0 * self._power(ratio, deciding) - loss

    def bond_schedule(self, periods: int) -> list[Fraction]:
        """Bonds that carry an agreement of known length: B_t = max(0, d_t - sum of the benefits still to come)."""
        bonds, to_come = [], Fraction(0)
        for t in reversed(range(periods)):
            bonds.append(max(Fraction(0), self.temptation_gain * self.growth_temptation**t - to_come))
            to_come = self.discount * (to_come + self.cooperation_gain * self.growth_benefit**t)
        return bonds[::-1]

    @classmethod
    def random(cls, n: int, rng: np.random.Generator) -> Self:
        """Random stakes of one party; the number of parties does not matter."""
        numbers = [
            Fraction(int(rng.integers(low, high)), 100) for low, high in ((1, 500), (1, 500), (5, 98), (80, 150), (80, 130))
        ]
        return cls(**dict(zip((field.name for field in fields(cls)), numbers, strict=True)))

    @property
    def _t_star(self) -> Decimal | None:
        if not self.outgrows or not self.continuation:
            return None
        log = self._log(self.continuation / self.temptation_gain)
        return DIGITS.divide(log, self._log(self.growth_temptation / self.growth_benefit))

    @staticmethod
    def _log(number: Fraction) -> Decimal:
        # ln of numerator and denominator apart: each is rounded correctly, on every machine.
        return DIGITS.subtract(DIGITS.ln(Decimal(number.numerator)), DIGITS.ln(Decimal(number.denominator)))

    def _power(self, ratio: Fraction, t: int) -> Fraction:
        if t * _bits(ratio) <= EXACT_BITS:
            return ratio**t
        return Fraction(DIGITS.power(DIGITS.divide(Decimal(ratio.numerator), Decimal(ratio.denominator)), t))


def _bits(ratio: Fraction) -> int:
    return max(ratio.numerator.bit_length(), ratio.denominator.bit_length())
