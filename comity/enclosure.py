"""Numbers known to lie between two rationals: roots, powers and logarithms that no fraction equals.

Bounds are rounded outwards, so that a comparison of bounds proves a comparison of numbers.  Logarithms and exponentials are
those of the decimal module, which rounds them correctly on every machine.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import MAX_EMAX, MIN_EMIN, Context, Decimal
from fractions import Fraction
from math import isqrt

from comity import rational
from comity.errors import ComityError

ZERO, ONE = Fraction(0), Fraction(1)
BITS = 128
DIGITS = 60
_CONTEXT = Context(prec=DIGITS, Emax=MAX_EMAX, Emin=MIN_EMIN)
_SLACK = Fraction(1, 10 ** (DIGITS - 2))
# Beyond these exponents of e a fraction would have thousands of digits; small numbers are then only bounded.
LEAST_EXPONENT, MOST_EXPONENT = -2000, 2000
# Integer powers with more bits are enclosed instead of written out.
EXACT_BITS = 4000
LONG_BITS = 230


@dataclass(frozen=True)
class Between:
    """A number known to lie between two rationals; exact where they are equal.

    Examples
    --------
    >>> third = Between(Fraction(1, 4), Fraction(1, 2))
    >>> third + 1, -third, (third * third).high
    (Between(low=Fraction(5, 4), high=Fraction(3, 2)), Between(low=Fraction(-1, 2), high=Fraction(-1, 4)), Fraction(1, 4))
    """

    low: Fraction
    high: Fraction

    def __iter__(self) -> Iterator[Fraction]:
        yield self.low
        yield self.high

    @property
    def exact(self) -> bool:
        """Whether the number is known exactly."""
        return self.low == self.high

    @property
    def middle(self) -> Fraction:
        """The number itself where it is exact."""
        return (self.low + self.high) / 2

    @property
    def width(self) -> Fraction:
        """By how much the number is not known."""
        return self.high - self.low

    @property
    def sign(self) -> int | None:
        """-1, 0 or 1; None where the bounds do not tell."""
        if self.low > 0 or self.high < 0 or self.exact:
            return (self.low > 0) - (self.high < 0)
        return None

    @property
    def number(self) -> Fraction | float:
        """The number where it is exact, else the nearest double of its middle."""
        return self.low if self.exact else rational.double(self.middle)

    @property
    def safe(self) -> Fraction:
        """A bound that has the number's sign: "at least" where it is positive, "at most" where it is not."""
        return self.low if self.low > 0 else self.high

    def __add__(self, other: Number) -> Between:
        o = between(other)
        return Between(self.low + o.low, self.high + o.high)

    __radd__ = __add__

    def __neg__(self) -> Between:
        return Between(-self.high, -self.low)

    def __sub__(self, other: Number) -> Between:
        return self + -between(other)

    def __rsub__(self, other: Number) -> Between:
        return between(other) + -self

    def __mul__(self, other: Number) -> Between:
        ends = [a * b for a in self for b in between(other)]
        return Between(min(ends), max(ends))

    __rmul__ = __mul__

    def __truediv__(self, other: Number) -> Between:
        o = between(other)
        if o.low <= 0 <= o.high:
            raise ComityError("a number that may be 0 divides nothing; bound it away from 0")
        return self * Between(1 / o.high, 1 / o.low)

    def __rtruediv__(self, other: Number) -> Between:
        return between(other) / self

    def rounded(self, bits: int = 2 * BITS) -> Between:
        """Slightly wider bounds with short fractions; an exact number with a short fraction stays exact.

        >>> Between(Fraction(1, 3), Fraction(1, 3)).rounded(2)
        Between(low=Fraction(1, 3), high=Fraction(1, 3))
        """
        if self.exact and self.low.denominator.bit_length() <= EXACT_BITS:
            return self
        return Between(round_to_bits(self.low, bits, up=False), round_to_bits(self.high, bits, up=True))


Number = Between | Fraction | int


def between(number: Number) -> Between:
    """The number as bounds of itself."""
    if isinstance(number, Between):
        return number
    return Between(Fraction(number), Fraction(number))


def hull(*numbers: Between) -> Between:
    """The narrowest bounds that hold all of them."""
    return Between(min(n.low for n in numbers), max(n.high for n in numbers))


def round_to_bits(number: Fraction, bits: int, *, up: bool) -> Fraction:
    """The nearest fraction above or below with about so many significant bits.

    >>> round_to_bits(Fraction(2, 3), 3, up=False), round_to_bits(Fraction(2, 3), 3, up=True)
    (Fraction(5, 8), Fraction(3, 4))
    """
    shift = bits + number.denominator.bit_length() - number.numerator.bit_length()
    scaled = number * Fraction(2) ** shift
    return (
        Fraction(-(-scaled.numerator // scaled.denominator) if up else scaled.numerator // scaled.denominator)
        / Fraction(2) ** shift
    )


def sqrt_between(number: Fraction, bits: int = BITS) -> Between:
    """The square root between two rationals, with ``bits`` correct bits; exact where it is rational.

    >>> sqrt_between(Fraction(9, 4)), sqrt_between(Fraction(2), 3)
    (Between(low=Fraction(3, 2), high=Fraction(3, 2)), Between(low=Fraction(11, 8), high=Fraction(3, 2)))
    """
    p, q = isqrt(number.numerator), isqrt(number.denominator)
    if p * p == number.numerator and q * q == number.denominator:
        return Between(Fraction(p, q), Fraction(p, q))
    # The first bit counts as one of them, however small the number is.
    shift = max(0, bits - (number.numerator.bit_length() - number.denominator.bit_length()) // 2)
    root = isqrt((number.numerator << 2 * shift) // number.denominator)
    return Between(Fraction(root, 1 << shift), Fraction(root + 1, 1 << shift))


def log_between(number: Number) -> Between:
    """The natural logarithm of a positive number.

    >>> log_between(1), round(float(log_between(2).middle), 6)
    (Between(low=Fraction(0, 1), high=Fraction(0, 1)), 0.693147)
    """
    low, high = _shortened(between(number))
    if low <= 0:
        raise ComityError(f"{rational.short(low)} has no logarithm; give a positive number")
    below, above = _log(low), _log(high)
    return Between(below.low, above.high)


def exp_between(number: Number) -> Between:
    """e to a power.

    >>> exp_between(0), round(float(exp_between(1).middle), 6)
    (Between(low=Fraction(1, 1), high=Fraction(1, 1)), 2.718282)
    """
    low, high = _shortened(between(number))
    below, above = _exp(low), _exp(high)
    return Between(below.low, above.high)


def power_between(base: Number, exponent: Fraction) -> Between:
    """A positive number to a rational power; exact for short integer powers, and for square roots that are rational.

    >>> power_between(Fraction(9, 4), Fraction(3, 2)), power_between(Fraction(2), Fraction(-3))
    (Between(low=Fraction(27, 8), high=Fraction(27, 8)), Between(low=Fraction(1, 8), high=Fraction(1, 8)))
    """
    b = between(base)
    if not b.exact:
        ends = (power_between(b.low, exponent), power_between(b.high, exponent))
        return hull(*ends)
    if exponent.denominator == 2:
        root = sqrt_between(b.low, 2 * BITS)
        if root.exact:
            return power_between(root.low, Fraction(exponent.numerator))
    if exponent.denominator == 1 and abs(exponent) * _bits(b.low) <= EXACT_BITS:
        return between(b.low ** int(exponent))
    return exp_between(log_between(b) * exponent)


def root_between(falling: Callable[[Fraction], Between], low: Fraction, high: Fraction, bits: int = BITS) -> Between:
    """Where a falling function of a positive number is 0, to ``bits`` bits; it is above 0 at ``low`` and below 0 at ``high``.

    Guessed by secants and proved by the signs on either side of the guess; by halving as long as that fails.  It stops early
    where the function itself is not known well enough to tell its sign.

    >>> root = root_between(lambda x: between(2 - x * x), Fraction(1), Fraction(2))
    >>> root.low**2 < 2 < root.high**2, root.width < Fraction(1, 2**100)
    (True, True)
    """
    if falling(low).sign != 1 or falling(high).sign != -1:
        raise ComityError("the function does not change its sign between the bounds; widen them")
    guess = _secants(falling, low, high, bits)
    nearly = guess / 2 ** (bits + 2)
    tried = [x for x in (guess - nearly, guess + nearly) if low < x < high]
    while tried or (high - low) * 2**bits > high:
        middle = tried.pop() if tried else (low + high) / 2
        sign = falling(middle).sign if low < middle < high else 1
        if sign is None:
            break
        if sign == 0:
            return Between(middle, middle)
        if low < middle < high:
            low, high = (middle, high) if sign > 0 else (low, middle)
    return Between(low, high)


def _secants(falling: Callable[[Fraction], Between], low: Fraction, high: Fraction, bits: int) -> Fraction:
    """Where the function is about 0: secants that stay around the root (Illinois rule)."""
    (a, u), (b, v) = ((x, falling(x).middle) for x in (low, high))
    for _ in range(bits):
        x = round_to_bits((a * v - b * u) / (v - u), 2 * bits, up=False)
        w = round_to_bits(falling(x).middle, bits, up=False)
        if w == 0 or abs(x - b) * 2 ** (bits + 4) <= abs(x):
            return x
        if (w > 0) != (v > 0):
            a, u = b, v
        else:
            u /= 2
        b, v = x, w
    return b


def _shortened(number: Between) -> Between:
    """Bounds without more digits than logarithms and exponentials are known to; longer ones only cost time."""
    low, high = number
    return Between(
        low if _bits(low) <= LONG_BITS else round_to_bits(low, LONG_BITS, up=False),
        high if _bits(high) <= LONG_BITS else round_to_bits(high, LONG_BITS, up=True),
    )


def _log(number: Fraction) -> Between:
    if number == 1:
        return Between(ZERO, ZERO)
    up, down = (Fraction(_CONTEXT.ln(Decimal(part))) for part in (number.numerator, number.denominator))
    slack = (abs(up) + abs(down)) * _SLACK
    return Between(up - down - slack, up - down + slack)


def _exp(number: Fraction) -> Between:
    if number == 0:
        return Between(ONE, ONE)
    if number < LEAST_EXPONENT:
        return Between(ZERO, _exp(Fraction(LEAST_EXPONENT)).high)
    if number > MOST_EXPONENT:
        raise ComityError(f"e to the power {rational.short(number)} is beyond every unit; check the numbers it comes from")
    power = _CONTEXT.exp(_CONTEXT.divide(Decimal(number.numerator), Decimal(number.denominator)))
    # The exponent is rounded as well: relative to the result that is its size times the precision.
    value, slack = Fraction(power), (1 + abs(number)) * _SLACK
    return Between(value * (1 - slack), value * (1 + slack))


def _bits(number: Fraction) -> int:
    return max(number.numerator.bit_length(), number.denominator.bit_length())
