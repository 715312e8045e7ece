"""The efficient point on the line between two bounds."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction


def compromise(low: Sequence[Fraction], high: Sequence[Fraction], worth: Fraction) -> tuple[Fraction, ...]:
    """low + t (high - low) with the t for which the amounts add up to ``worth``; low itself where the bounds meet."""
    least, most = sum(low, Fraction(0)), sum(high, Fraction(0))
    t = (worth - least) / (most - least) if most != least else Fraction(0)
    return tuple(a + t * (b - a) for a, b in zip(low, high, strict=True))
