"""Many doubles of many digits read as the decimals they print, without making a fraction of each."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from comity.exact_array import ExactArray

ZERO, NINE, POINT, MINUS = b"09.-"
# Longer than any double's shortest decimal.
LONGEST = 26
# Beyond these, there may be too many digits to write down.
SMALLEST, LARGEST = 1e-280, 1e280


def shortest_decimals(numbers: NDArray[np.float64], what: str = "a number") -> ExactArray:
    """The shortest decimal of every double, as `repr` prints it: what a person wrote who wrote no more digits than count.

    Finite numbers.  They have at most 17 digits, which 64 bits hold; only the places of the point differ.

    Examples
    --------
    >>> read = shortest_decimals(np.array([0.1, -2.5, 1e-7]))
    >>> read.fractions()
    [Fraction(1, 10), Fraction(-5, 2), Fraction(1, 10000000)]
    """
    sizes = np.abs(numbers[numbers != 0])
    if sizes.size and not SMALLEST < sizes.min() <= sizes.max() < LARGEST:
        return ExactArray.of(numbers, what)  # which says where such numbers are refused
    digits, places = _read(numbers.ravel())
    most = max(int(places.max(initial=0)), 0)
    numerators = np.empty(digits.size, dtype=object)
    for place in np.unique(places).tolist():
        here = places == place
        numerators[here] = digits[here].astype(object) * 10 ** (most - place)
    return ExactArray(numerators.reshape(numbers.shape), 10**most)


def _read(numbers: NDArray[np.float64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Integers, and how many of their digits are behind the point."""
    printed = list(map(repr, numbers.tolist()))
    digits, places = _plain(np.array(printed, dtype=f"S{LONGEST}"))
    # Powers of ten are printed where a number is very small or large.
    powers = [k for k, text in enumerate(printed) if "e" in text]
    for k in powers:
        mantissa, power = printed[k].split("e")
        whole, _, behind = mantissa.partition(".")
        digits[k], places[k] = int(whole + behind), len(behind) - int(power)
    return digits, places


def _plain(printed: NDArray[np.bytes_]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Texts such as -12.5 read a column at a time."""
    columns = np.ascontiguousarray(printed.view(np.uint8).reshape(printed.size, LONGEST).T)
    digits, places = np.zeros(printed.size, dtype=np.int64), np.zeros(printed.size, dtype=np.int64)
    behind = np.zeros(printed.size, dtype=bool)
    for column in columns:
        is_digit = (column >= ZERO) & (column <= NINE)
        if not column.any():
            break
        digits = np.where(is_digit, digits * 10 + (column.astype(np.int64) - ZERO), digits)
        places += is_digit & behind
        behind |= column == POINT
    return np.where(columns[0] == MINUS, -digits, digits), places
