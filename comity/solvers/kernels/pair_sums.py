"""Sums over the coalitions that contain two given players, for all pairs, in one pass over the table.

The players are cut into three groups.  Summing the weighted worths over each group in turn leaves three tables that are
small - low and middle, low and high, middle and high players - and every pair of players is within one of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from comity.coalitions import sizes
from comity.kernels import compiled, each
from comity.solvers.kernels.weighted_sums import weights_of_blocks

LOW = 8  # players whose 2**8 worths lie side by side: the weights of all kinds of blocks stay in the fastest memory
PARTS = 4  # each with a table of low and middle players of its own


def pair_sums(worths: NDArray[np.int64], weights: Sequence[int]) -> tuple[NDArray[np.int64], int]:
    """Entry (i, j): the sum of ``weights[s] v(S)`` over S with i and j, on the diagonal over S with i; and that over all S.

    Modulo 2**64, in [-2**63, 2**63).
    """
    n = worths.size.bit_length() - 1
    low = min(n, LOW)
    middle = (n - low + 1) // 2
    high = n - low - middle
    W = weights_of_blocks(weights, n, low)
    kernel = compiled(_kernel, n)
    run = kernel or _in_numpy
    parts = min(PARTS, 1 << high)
    middle_size, high_size = sizes(middle), sizes(high)
    low_high = np.zeros((1 << high, 1 << low), dtype=np.int64)
    middle_high = np.zeros((1 << high, 1 << middle), dtype=np.int64)

    def part(k: int) -> NDArray[np.int64]:
        low_middle = np.zeros((1 << middle, 1 << low), dtype=np.int64)
        first, last = (k << high) // parts, (k + 1 << high) // parts
        run(worths, W, middle_size, high_size, first, last, low_middle, low_high, middle_high)
        return low_middle

    low_middle = np.asarray(sum(each(part, parts, alone=kernel is None)))
    total = np.zeros((n, n), dtype=np.int64)
    groups = (range(low), range(low, low + middle), range(low + middle, n))
    for table, players in (
        (low_middle, [*groups[0], *groups[1]]),
        (low_high, [*groups[0], *groups[2]]),
        (middle_high, [*groups[1], *groups[2]]),
    ):
        total[np.ix_(players, players)] = _pairs(table.ravel())
    return total, int(middle_high.sum())


def _pairs(table: NDArray[np.int64]) -> NDArray[np.int64]:
    """The same for a small table that is weighted already, folded in half once a player."""
    n = table.size.bit_length() - 1
    total = np.zeros((n, n), dtype=np.int64)
    for i in reversed(range(n)):
        having = table[1 << i :]
        table = table[: 1 << i] + having
        for j in reversed(range(i)):
            with_both = having[1 << j :]
            total[i, j] = total[j, i] = with_both.sum()
            having = having[: 1 << j] + with_both
        total[i, i] = having[0]
    return total


def _kernel(worths, W, middle_size, high_size, first, last, low_middle, low_high, middle_high):  # type: ignore[no-untyped-def]
    middles, width = low_middle.shape
    for high in range(first, last):
        here = low_high[high]
        for middle in range(middles):
            w = W[high_size[high] + middle_size[middle]]
            start = (high * middles + middle) * width
            v = worths[start : start + width]
            below = low_middle[middle]
            total = np.int64(0)
            for j in range(width):
                x = v[j] * w[j]
                total += x
                here[j] += x
                below[j] += x
            middle_high[high, middle] = total


def _in_numpy(
    worths: NDArray[np.int64],
    W: NDArray[Any],
    middle_size: NDArray[np.int64],
    high_size: NDArray[np.int64],
    first: int,
    last: int,
    low_middle: NDArray[np.int64],
    low_high: NDArray[np.int64],
    middle_high: NDArray[np.int64],
) -> None:
    cube: NDArray[Any] = worths.reshape(-1, *low_middle.shape)
    for high in range(first, last):
        x = cube[high] * W[middle_size + high_size[high]]
        low_middle += x
        low_high[high] = x.sum(axis=0)
        middle_high[high] = x.sum(axis=1)
