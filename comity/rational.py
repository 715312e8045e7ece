"""Numbers as they were written: exact fractions in, nearest doubles and short text out.

``0.1`` means 1/10 here, never the nearest double: a float is read as the shortest decimal that
prints it.  A check that compares fractions therefore needs no tolerance.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from numbers import Integral, Rational
from typing import Any

import numpy as np

from comity.errors import ComityError

# Larger exponents make the integers of a fraction too long to be worked with; 1e300 covers any unit.
MAX_EXPONENT = 300
MAX_DIGITS = 4000
# Integers below need no look at how many digits they have.
QUICK = 1 << 64


def exact(number: Any, what: str = "a number") -> Fraction:
    """Return the number as it was written.

    Integers and fractions stay, floats and decimals are read by their digits, text may be ``"0.1"``
    or ``"715/6"``.  NaN, infinities and exponents beyond 300 are refused.

    Examples
    --------
    >>> exact(0.1) + exact(0.2) == exact(0.3)
    True
    >>> exact("715/6")
    Fraction(715, 6)
    """
    if isinstance(number, Fraction):
        return number
    if isinstance(number, bool | np.bool_):
        raise ComityError(f"{what} is {number}; write a number such as 1 or 0.25")
    if isinstance(number, Integral):
        return Fraction(_whole(int(number), what))
    if isinstance(number, Rational):
        return Fraction(int(number.numerator), int(number.denominator))
    if isinstance(number, str) and "/" in number:
        return _ratio(number, what)
    text = number if isinstance(number, str | Decimal) else _digits(number, what)
    try:
        decimal = Decimal(text)
    except InvalidOperation:
        raise _no_number(number, what) from None
    if not decimal.is_finite():
        raise ComityError(f"{what} is {number}; only finite numbers have a meaning here, write one such as 0.25")
    exponent = decimal.adjusted()
    if (decimal and abs(exponent) > MAX_EXPONENT) or len(decimal.as_tuple().digits) > MAX_DIGITS:
        raise ComityError(f"{what} is {str(number)[:40]}, beyond 1e{MAX_EXPONENT} or {MAX_DIGITS} digits; choose another unit")
    return Fraction(decimal) if decimal else Fraction(0)


def exact_all(numbers: Sequence[Any], names: Sequence[str], what: str) -> tuple[Fraction, ...]:
    """`exact` of one number a name; a message says "{what} of {name}".

    >>> exact_all([0.1, 2], ["A", "B"], "the cost")
    (Fraction(1, 10), Fraction(2, 1))
    """
    kinds = set(map(type, numbers))
    if kinds == {Fraction}:
        return tuple(numbers)
    if kinds == {int} and max(map(abs, numbers)) < QUICK:
        return tuple(map(Fraction, numbers))
    return tuple(exact(number, f"{what} of {name}") for name, number in zip(names, numbers, strict=True))


def _digits(number: Any, what: str) -> str:
    try:
        # float() would read bytes by their digits and drop the imaginary part of a numpy complex number.
        if type(number) is not float and (isinstance(number, bytes | bytearray | np.complexfloating) or np.shape(number)):
            raise TypeError
        return repr(float(number))
    except (TypeError, ValueError, OverflowError):
        raise _no_number(number, what) from None


def _whole(number: int, what: str) -> int:
    # The exact text of more digits would not be read back.
    if number.bit_length() > MAX_DIGITS / 0.30103:
        raise ComityError(f"{what} is an integer of more than {MAX_DIGITS} digits; choose another unit")
    return number


def _no_number(number: Any, what: str) -> ComityError:
    return ComityError(f'{what} is {shown(number)}, which is not a number; write digits such as 0.25 or "1/4"')


def shown(value: Any) -> str:
    """Any value as a message quotes it: on one line, not too long.

    >>> shown("x"), shown(list(range(1000))), shown(10**5000)
    ("'x'", '[0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 1...', 'an integer of more than 4000 digits')
    """
    if isinstance(value, int) and value.bit_length() > MAX_DIGITS / 0.30103:
        return f"an integer of more than {MAX_DIGITS} digits"
    text = " ".join(repr(value).split())
    return text if len(text) <= 60 else text[:57] + "..."


def _ratio(text: str, what: str) -> Fraction:
    numerator, _, denominator = text.partition("/")
    try:
        if max(len(numerator), len(denominator)) > MAX_DIGITS:
            raise ValueError
        return Fraction(int(numerator), int(denominator))
    except (ValueError, ZeroDivisionError):
        raise ComityError(f'{what} is {text[:40]!r}, which is not a fraction; write two integers such as "1/4"') from None


def double(number: Fraction | float) -> float:
    """The nearest double; beyond the doubles' range, an infinity of the right sign."""
    try:
        return float(number)
    except OverflowError:
        return math.inf if number > 0 else -math.inf


def text(number: Fraction | int) -> str:
    """The exact number as text that `exact` reads back: ``"715/6"`` or ``"12"``."""
    number = Fraction(number)
    if is_long(number):
        raise ComityError(
            f"an exact number has more than {MAX_DIGITS} digits; write the data as decimals, not as fractions of many kinds"
        )
    return str(number.numerator) if number.denominator == 1 else f"{number.numerator}/{number.denominator}"


def is_long(number: Fraction) -> bool:
    """Whether the exact text has more digits than `exact` reads."""
    # One bit is 0.30103 digits: more bits than this may be more digits than `exact` reads.
    return max(abs(number.numerator), number.denominator).bit_length() > MAX_DIGITS / 0.30103


def short(number: Fraction | float, digits: int = 4) -> str:
    """The number as people read it, with about four significant digits.

    Examples
    --------
    >>> short(Fraction(715, 6)), short(0.000123456), short(1234567), short(Fraction(3))
    ('119.2', '0.0001235', '1,235,000', '3')
    """
    value = double(number)
    if not math.isfinite(value):
        return "unbounded" if value > 0 else "-unbounded"
    if value == 0:
        return "0" if number == 0 else ("about 0")
    size = math.floor(math.log10(abs(value)))
    if size >= 15 or size < -6:
        return f"{value:.{digits - 1}e}"
    decimals = digits - 1 - size
    rounded = round(value, decimals)
    shown = f"{rounded:,.{max(decimals, 0)}f}"
    return shown.rstrip("0").rstrip(".") if "." in shown else shown


def round_up(number: Fraction, decimals: int = 6) -> Fraction:
    """The least decimal with that many places that is not below the number."""
    scale = 10**decimals
    return Fraction(math.ceil(number * scale), scale)


def round_down(number: Fraction, decimals: int = 6) -> Fraction:
    """The greatest decimal with that many places that is not above the number."""
    return -round_up(-number, decimals)
