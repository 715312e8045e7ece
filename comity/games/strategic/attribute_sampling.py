"""Inspecting a sample of sites: how likely at least one violation is found."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Context, Decimal
from fractions import Fraction
from functools import cached_property
from typing import Self

import numpy as np

from comity.declaration import declare
from comity.errors import ComityError

MAX_SITES = 1_000_000
# Up to this many factors the probability is an exact fraction of some hundred digits; beyond, it is enclosed.
EXACT_FACTORS = 100
BITS = 320


@declare(
    "game",
    "Inspecting a random sample of sites",
    area="trust_building",
    reference="Avenhaus, von Stengel & Zamir (2002)",
)
@dataclass(frozen=True, kw_only=True)
class AttributeSampling:
    """D of N sites violate; k sites are drawn at random without return and inspected without error.

    ``P = 1 - C(N-D, k) / C(N, k)``, a product of the smaller of D and k factors.  With up to 100 factors P is exact,
    beyond that it is enclosed within 1e-90.

    Examples
    --------
    >>> sample = AttributeSampling(sites=100, inspections=37, violating_sites=5)
    >>> round(float(sample.detection[0]), 6), sample.least_inspections(Fraction(9, 10)), sample.least_by_rule(Fraction(9, 10))
    (0.90664, 37, 37)
    """

    sites: int
    inspections: int
    violating_sites: int

    def __post_init__(self) -> None:
        if not 1 <= self.sites <= MAX_SITES:
            raise ComityError(f"sites is {self.sites}; give 1 to {MAX_SITES}")
        for name in ("inspections", "violating_sites"):
            if not 0 <= getattr(self, name) <= self.sites:
                raise ComityError(f"{name} is {getattr(self, name)}; give 0 to {self.sites}, the number of sites")

    @property
    def is_exact(self) -> bool:
        """Whether the probability is one exact fraction."""
        return min(self.inspections, self.violating_sites) <= EXACT_FACTORS

    @cached_property
    def detection(self) -> tuple[Fraction, Fraction]:
        """Lower and upper bound of P; equal where P is exact."""
        low, high = self._missed(self.inspections)
        return 1 - high, 1 - low

    def least_inspections(self, target: Fraction) -> int | None:
        """The fewest inspections that find a violation with at least this probability; None: not even all of them."""
        if self.violating_sites == 0:
            return 0 if target <= 0 else None
        if target >= 1:
            return self.sites - self.violating_sites + 1 if target == 1 else None
        reach = 1
        while not self._reaches(reach, target):
            reach = min(2 * reach, self.sites)
        short = -1 if self._reaches(0, target) else reach // 2
        while reach - short > 1:
            middle = (short + reach) // 2
            if self._reaches(middle, target):
                reach = middle
            else:
                short = middle
        return max(reach, 0)

    def least_by_rule(self, target: Fraction) -> int | None:
        """The inspectors' rule of thumb ``N (1 - (1 - target)**(1/D))``, rounded up."""
        if self.violating_sites == 0 or not 0 <= target <= 1:
            return None
        if target == 1:
            return self.sites
        digits = Context(prec=60)
        missed = 1 - target
        log = digits.ln(digits.divide(Decimal(missed.numerator), Decimal(missed.denominator)))
        share = digits.subtract(Decimal(1), digits.exp(digits.divide(log, Decimal(self.violating_sites))))
        return int(digits.multiply(Decimal(self.sites), share).to_integral_value("ROUND_CEILING"))

    @classmethod
    def random(cls, n: int, rng: np.random.Generator) -> Self:
        """A sample of some of at least n sites."""
        sites = int(rng.integers(n, 10 * n + 1))
        return cls(
            sites=sites, inspections=int(rng.integers(0, sites + 1)), violating_sites=int(rng.integers(0, min(sites, 60) + 1))
        )

    def _reaches(self, inspections: int, target: Fraction) -> bool:
        low, high = self._missed(inspections)
        if high <= 1 - target:
            return True
        if low > 1 - target:
            return False
        low, _ = self._missed(inspections, exact=True)
        return low <= 1 - target

    def _missed(self, inspections: int, exact: bool = False) -> tuple[Fraction, Fraction]:
        """Bounds of the probability that no violating site is among those inspected."""
        few, many = sorted((inspections, self.violating_sites))
        if many + few > self.sites:
            return Fraction(0), Fraction(0)
        if exact or few <= EXACT_FACTORS:
            up = down = 1
            for j in range(few):
                up *= self.sites - many - j
                down *= self.sites - j
            return Fraction(up, down), Fraction(up, down)
        low = high = 1 << BITS
        for j in range(few):
            up, down = self.sites - many - j, self.sites - j
            low, high = low * up // down, -(-high * up // down)
        return Fraction(low, 1 << BITS), Fraction(high, 1 << BITS)
