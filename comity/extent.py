"""The largest absolute number of a long array, in one pass."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from comity.kernels import compiled, each

PART = 1 << 20  # numbers that one thread reads at once
WITHOUT_SIGN = (1 << 63) - 1


def largest(numbers: NDArray[Any]) -> int | float:
    """The largest absolute value of 64-bit integers or doubles, 0 where there are none.

    Not finite where a double is not.

    >>> largest(np.array([3, -7])), largest(np.array([0.5, np.inf]))
    (7, inf)
    """
    doubles = numbers.dtype == np.float64
    if not numbers.size:
        return 0.0 if doubles else 0
    kernel = compiled(_largest_kernel, numbers.size.bit_length() - 1) if numbers.flags.c_contiguous else None
    if kernel is None:
        most, least = numbers.max().item(), numbers.min().item()
        return float(np.maximum(most, -least)) if doubles else max(most, -least)
    flat = numbers.reshape(-1).view(np.int64)
    parts = -(-flat.size // PART)
    # As integers, doubles without their sign are in order of size, and those that are not finite come last.
    found = each(lambda k: kernel(flat[k * PART : (k + 1) * PART], WITHOUT_SIGN if doubles else -1), parts)
    most, least = max(high for high, _ in found), min(low for _, low in found)
    return float(np.int64(most).view(np.float64)) if doubles else max(most, -least)


def _largest_kernel(numbers, mask):  # type: ignore[no-untyped-def]
    most, least = np.int64(0), np.int64(0)
    for j in range(numbers.size):
        x = numbers[j] & mask
        most, least = max(most, x), min(least, x)
    return most, least
