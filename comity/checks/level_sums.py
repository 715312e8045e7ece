"""The worths of all coalitions of each size, and of those that each player is in, added up exactly."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from comity.coalitions import sizes
from comity.exact_array import ExactArray

# Players within a block: as doubles, the limbs of its 2**10 coalitions are added up without rounding.
INSIDE = 10
LIMB = 36


def level_sums(table: ExactArray) -> tuple[list[list[int]], list[int]]:
    """For each player and each size the sum of the numerators over the coalitions of that size with the player; and with anybody.

    Exact for numbers of any length: 2**10 limbs of 36 bits are added up in doubles, those of 2**20 blocks in 64-bit integers.

    Examples
    --------
    >>> level_sums(ExactArray.of([0, 1, 2, 5]))
    ([[0, 1, 5], [0, 2, 5]], [0, 3, 5])
    """
    n = len(table).bit_length() - 1
    with_player, everywhere = [[0] * (n + 1) for _ in range(n)], [0] * (n + 1)
    for shift, limb in _limbs(table):
        for i, sums in enumerate(_of_limb(limb)):
            levels = everywhere if i == n else with_player[i]
            for size, total in enumerate(sums):
                levels[size] += total << shift
    return with_player, everywhere


def joining_sums(table: ExactArray) -> list[list[int]]:
    """For each player and s = 0, ..., n - 1 the sum of v(S + i) - v(S) over the coalitions S of s others, in numerators.

    Examples
    --------
    >>> joining_sums(ExactArray.of([0, 1, 2, 5]))
    [[1, 3], [2, 4]]
    """
    with_player, everywhere = level_sums(table)
    return [[own[s + 1] - (everywhere[s] - own[s]) for s in range(len(own) - 1)] for own in with_player]


def _limbs(table: ExactArray) -> Iterator[tuple[int, NDArray[np.int64]]]:
    """Integers of up to 36 bits whose sum, each shifted by its bits, are the numerators."""
    bits = max(table.largest, 1).bit_length()
    for shift in range(0, bits, LIMB):
        last = shift + LIMB >= bits
        part: NDArray[Any] = table.numerators >> shift
        yield shift, np.asarray(part if last else part & ((1 << LIMB) - 1)).astype(np.int64, copy=False)


def _of_limb(worths: NDArray[np.int64]) -> list[list[int]]:
    """The sums by size with each player, and those with anybody."""
    n = worths.size.bit_length() - 1
    inside = min(n, INSIDE)
    within, block_sizes = sizes(inside), sizes(n - inside)
    blocks = worths.reshape(-1, 1 << inside)
    # By block and size within it; and, by size of the block, all blocks on top of each other.
    by_block = (blocks.astype(float) @ (within[:, None] == np.arange(inside + 1)).astype(float)).astype(np.int64)
    by_place = np.stack([blocks[block_sizes == size].sum(axis=0) for size in range(n - inside + 1)])
    return [
        *(_by_size(by_place[:, within_it], within[within_it]) for within_it in _with_each(inside)),
        *(_by_size(by_block[with_it].T, block_sizes[with_it]) for with_it in _with_each(n - inside)),
        _by_size(by_place, within),
    ]


def _with_each(n: int) -> Iterator[NDArray[np.bool_]]:
    masks = np.arange(1 << n)
    return ((masks >> i & 1).astype(bool) for i in range(n))


def _by_size(sums: NDArray[np.int64], size: NDArray[Any]) -> list[int]:
    """Added up by the size that the row says and the size of the column together."""
    found = [0] * (len(sums) + int(size.max(initial=0)))
    for column_size in np.unique(size).tolist():
        for row, total in enumerate(sums[:, size == column_size].sum(axis=1).tolist()):
            found[row + column_size] += total
    return found
