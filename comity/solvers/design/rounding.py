"""From a solver's floats to exact numbers."""

from __future__ import annotations

from fractions import Fraction

# The simplest fractions are tried first, within the solver's precision; then decimals.
GRID, SMALL_DENOMINATOR, NEAR = 10**9, 10_000, 1e-9


def near_fraction(value: float) -> Fraction:
    """The simplest fraction within the solver's precision, or else a decimal.

    >>> near_fraction(0.3333333333), near_fraction(0.123456789)
    (Fraction(1, 3), Fraction(123456789, 1000000000))
    """
    simple = Fraction(value).limit_denominator(SMALL_DENOMINATOR)
    return simple if abs(float(simple) - value) < NEAR else Fraction(round(value * GRID), GRID)
