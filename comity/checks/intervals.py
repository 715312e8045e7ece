"""Interval arithmetic for checks: exact numbers into balls of python-flint, and balls back into bounds that are fractions."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

from comity import rational
from comity.enclosure import Between

if TYPE_CHECKING:
    from flint import arb

# Binary digits carried by checks: far more than any tolerance asks for.
PRECISION = 400
SHORT = 128


def ball(number: Fraction | int) -> arb:
    """The number as a ball."""
    from flint import arb, fmpq

    q = Fraction(number)
    return arb(fmpq(q.numerator, q.denominator))


def bounds(enclosed: Any) -> Between:
    """The two ends of a ball as fractions."""
    ends = []
    for end in (enclosed.lower(), enclosed.upper()):
        mantissa, exponent = (int(part) for part in end.man_exp())
        ends.append(Fraction(mantissa) * Fraction(2) ** exponent)
    return Between(*ends)


def text_of(number: Between) -> str | list[str]:
    """The number as text, or two short fractions it lies between."""
    if number.exact:
        return rational.text(number.low)
    return [rational.text(end) for end in number.rounded(SHORT)]
