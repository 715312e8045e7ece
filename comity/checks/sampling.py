"""Confirming the probability that a sample of inspections finds a violation."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Any

from comity.certificate import Basis, Certificate, Verdict, holds_if
from comity.declaration import declare
from comity.games.strategic.attribute_sampling import AttributeSampling

BITS = 400
# Binomial coefficients with a lower index beyond this are longer than the answer is worth.
LARGEST_COUNT = 3000


@declare("check", "How likely a sample of inspections finds a violation", reference="Avenhaus, von Stengel & Zamir (2002)")
def check_detection_probability(
    sample: AttributeSampling, low: Fraction, high: Fraction, target: Fraction | None = None
) -> Certificate:
    """The probability of detection lies in [low, high], which is a point or very narrow; and it reaches the target if given.

    Samples without a violation are counted, ``C(N-D, k)`` of ``C(N, k)``; where that takes too long the counts are enclosed
    through the logarithm of the gamma function.  The margin is the probability beyond the target.

    Examples
    --------
    >>> sample = AttributeSampling(sites=4, inspections=2, violating_sites=1)
    >>> bool(check_detection_probability(sample, Fraction(1, 2), Fraction(1, 2)))
    True
    """
    found = f"{sample.inspections} of {sample.sites} sites inspected find at least one of {sample.violating_sites} violating"
    claim = f"{found} with the stated probability" if target is None else f"{found} with probability at least {target}"
    witness: dict[str, Any] = {
        "sites": sample.sites,
        "inspections": sample.inspections,
        "violating_sites": sample.violating_sites,
        "probability": low if low == high else [low, high],
        "target": target,
    }
    narrow = 0 <= high - low <= Fraction(1, 10**60)
    if not narrow or not _agrees(sample, low, high):
        witness["reason"] = "counting the samples gives another probability"
        return Certificate(claim, Verdict.FAILS, witness=witness, check="check_detection_probability")
    basis = Basis.EXACT if low == high else Basis.ENCLOSED
    margin = None if target is None else low - target
    if target is not None and low < target <= high:
        return Certificate(claim, Verdict.UNDECIDED, margin, "", basis, witness, "check_detection_probability")
    return Certificate(claim, holds_if(margin is None or margin >= 0), margin, "", basis, witness, "check_detection_probability")


def _agrees(sample: AttributeSampling, low: Fraction, high: Fraction) -> bool:
    N, k, D = sample.sites, sample.inspections, sample.violating_sites
    if D + k > N:
        return low <= 1 <= high
    if min(k, D) <= LARGEST_COUNT:
        # Both sides are counts of samples, by sites inspected or by sites violating; the shorter one is taken.
        clean, all_ = (math.comb(N - D, k), math.comb(N, k)) if k <= LARGEST_COUNT else (math.comb(N - k, D), math.comb(N, D))
        found = all_ - clean
        return low.numerator * all_ <= found * low.denominator and found * high.denominator <= high.numerator * all_
    return _within(N, k, D, low, high)


def _within(N: int, k: int, D: int, low: Fraction, high: Fraction) -> bool:
    """Whether the enclosure by logarithms of factorials overlaps [low, high]."""
    from flint import arb, ctx, fmpq

    before = ctx.prec
    ctx.prec = BITS
    try:
        log = arb(N - D + 1).lgamma() + arb(N - k + 1).lgamma() - arb(N - D - k + 1).lgamma() - arb(N + 1).lgamma()
        found = 1 - log.exp()
        # The smallest number the enclosure allows must not be above high, nor the largest below low.
        above = bool(found > arb(fmpq(high.numerator, high.denominator)))
        below = bool(found < arb(fmpq(low.numerator, low.denominator)))
    finally:
        ctx.prec = before
    return not above and not below
