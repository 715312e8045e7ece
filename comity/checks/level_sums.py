"""The worths of all coalitions of each size, and of those that each player is in, added up exactly."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from comity.coalitions import sizes
from comity.exact_array import ExactArray

# Players within a block: as doubles, the limbs of its 2**10 coalitions are added up without rounding.
INSIDE = 10
# Of 30 players, those with one of them and 15 others are 2**26.3: times their 16 members and two limbs, less than 2**63.
LIMB = 32


def level_sums(table: ExactArray) -> tuple[list[list[int]], list[int]]:
    """For each player and each size the sum of the numerators over the coalitions of that size with the player; and with anybody.

    Exact for numbers of any length: 2**10 limbs of 32 bits are added up in doubles, those of 2**20 blocks in 64-bit integers.

    Examples
    --------
    >>> level_sums(ExactArray.of([0, 1, 2, 5]))
    ([[0, 1, 5], [0, 2, 5]], [0, 3, 5])
    """
    return _added_up(len(table).bit_length() - 1, limbs(table))


def joining_sums(table: ExactArray) -> list[list[int]]:
    """For each player and s = 0, ..., n - 1 the sum of v(S + i) - v(S) over the coalitions S of s others, in numerators.

    Examples
    --------
    >>> joining_sums(ExactArray.of([0, 1, 2, 5]))
    [[1, 3], [2, 4]]
    """
    with_player, everywhere = level_sums(table)
    return [[own[s + 1] - (everywhere[s] - own[s]) for s in range(len(own) - 1)] for own in with_player]


def contribution_sums(table: ExactArray) -> list[list[int]]:
    """For each player and each size the sum, over the coalitions S of that size with the player, of what each member adds to S.

    That is the sum of v(S) - v(S - k) over the members k of S, in numerators.

    Examples
    --------
    >>> contribution_sums(ExactArray.of([0, 1, 2, 5]))
    [[0, 1, 7], [0, 2, 7]]
    """
    n = len(table).bit_length() - 1

    def contributions(limb: NDArray[np.int64]) -> NDArray[np.int64]:
        # Of 32 bits and fewer than 32 members: 37 bits, which 2**10 summands make 47.
        added = np.zeros_like(limb)
        for i in range(n):
            halves, sums = limb.reshape(-1, 2, 1 << i), added.reshape(-1, 2, 1 << i)
            sums[:, 1] += halves[:, 1] - halves[:, 0]
        return added

    return _added_up(n, ((shift, contributions(limb)) for shift, limb in limbs(table)))[0]


def limbs(table: ExactArray) -> Iterator[tuple[int, NDArray[np.int64]]]:
    """Shifts, and integers of up to 32 bits: shifted by so many bits, they add up to the numerators."""
    bits = max(table.largest, 1).bit_length()
    for shift in range(0, bits, LIMB):
        last = shift + LIMB >= bits
        part: NDArray[Any] = table.numerators >> shift
        yield shift, np.asarray(part if last else part & ((1 << LIMB) - 1)).astype(np.int64, copy=False)


def _added_up(n: int, parts: Iterable[tuple[int, NDArray[np.int64]]]) -> tuple[list[list[int]], list[int]]:
    levels = [[0] * (n + 1) for _ in range(n + 1)]
    for shift, part in parts:
        for level, sums in zip(levels, _of_limb(part), strict=True):
            for size, total in enumerate(sums):
                level[size] += total << shift
    return levels[:-1], levels[-1]


def _of_limb(worths: NDArray[np.int64]) -> list[list[int]]:
    """The sums by size with each player, and those with anybody."""
    n = worths.size.bit_length() - 1
    inside = min(n, INSIDE)
    within, block_sizes = sizes(inside), sizes(n - inside)
    blocks = worths.reshape(-1, 1 << inside)
    # By block and size within it; and, by size of the block, all blocks on top of each other.
    by_block = (blocks.astype(float) @ (within[:, None] == np.arange(inside + 1)).astype(float)).astype(np.int64)
    by_place = np.stack([blocks[block_sizes == size].sum(axis=0) for size in range(n - inside + 1)])
    *inner, everywhere = _by_both(by_place)
    outer = _by_both(by_block.T)[:-1] if n > inside else []
    return [*inner, *outer, everywhere]


def _by_both(sums: NDArray[np.int64]) -> list[list[int]]:
    """For each player within the places, and for anybody, added up by the sizes of row and place together."""
    k = sums.shape[1].bit_length() - 1
    if k <= INSIDE:
        by_size = (sums @ _members_and_sizes(k)).reshape(len(sums), k + 1, k + 1)
    else:
        size = sizes(k)
        by_size = np.empty((len(sums), k + 1, k + 1), dtype=np.int64)
        for i, chosen in enumerate((*_with_each(k), np.ones(1 << k, dtype=bool))):
            part, part_size = sums[:, chosen], size[chosen]
            for s in range(k + 1):
                by_size[:, i, s] = part[:, part_size == s].sum(axis=1)
    found = np.zeros((k + 1, len(sums) + k), dtype=np.int64)
    for row in range(len(sums)):
        found[:, row : row + k + 1] += by_size[row]
    listed: list[list[int]] = found.tolist()
    return listed


@cache
def _members_and_sizes(k: int) -> NDArray[np.int64]:
    """Which places have just so many players and a given one, the last: any; a column for each of both."""
    size = sizes(k)[:, None] == np.arange(k + 1)
    having = np.stack([*_with_each(k), np.ones(1 << k, dtype=bool)], axis=1)
    both: NDArray[np.bool_] = having[:, :, None] & size[:, None, :]
    return both.reshape(1 << k, -1).astype(np.int64)


def _with_each(n: int) -> Iterator[NDArray[np.bool_]]:
    masks = np.arange(1 << n)
    return ((masks >> i & 1).astype(bool) for i in range(n))
