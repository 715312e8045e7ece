"""The narrowest of many inequalities between worths: where it is, and what it has to spare.

Each scan looks at every place and keeps the first of those with the least slack, in the order described.  Differences are
taken in 64-bit integers where none can leave them, in 32 bits where that is enough, and in Python integers otherwise; those of
disjoint pairs, which are many, in the high and the low digits of longer numbers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from comity.kernels import each

# Disjoint pairs inside so many players are laid out at once: 3**11 of them stay in fast memory.
TOGETHER = 11
# The work is handed out after so many players have been placed.
APART = 4
FIRST_DIGITS = 58


class Place(NamedTuple):
    """One inequality: what it has to spare, and the coalitions and players it is about."""

    slack: int
    coalitions: tuple[int, ...]
    players: tuple[int, ...] = ()


def second_difference(worths: NDArray[Any], largest: int, sign: int) -> Place | None:
    """The least of v(S + i + j) - v(S + i) - v(S + j) + v(S); by j, then i < j, then S.  None with one player."""
    worth = _roomy(worths, largest, 4) * sign
    n = worth.size.bit_length() - 1
    best: Place | None = None
    for j in range(n):
        halves = worth.reshape(-1, 2, 1 << j)
        gain = (halves[:, 1] - halves[:, 0]).ravel()
        for i in range(j):
            quarters = gain.reshape(-1, 2, 1 << i)
            difference = quarters[:, 1] - quarters[:, 0]
            slack = difference.min()
            if best is None or slack < best.slack:
                S = _spread(int(difference.argmin()), i, j)
                best = Place(int(slack), (S, S | 1 << i, S | 1 << j, S | 1 << i | 1 << j), (i, j))
    return best


def joining(worths: NDArray[Any], largest: int, sign: int, *, alone: bool) -> Place | None:
    """The least of v(S + i) - v(S), or with ``alone`` of v(S + i) - v(S) - v(i) for S not empty; by S, then i."""
    worth = _roomy(worths, largest, 3) * sign
    n = worth.size.bit_length() - 1
    best: Place | None = None
    for i in range(n):
        halves = worth.reshape(-1, 2, 1 << i)
        gain = (halves[:, 1] - halves[:, 0]).ravel() - (worth[1 << i] if alone else 0)
        first = int(alone)
        if gain.size == first:
            continue
        at = first + int(gain[first:].argmin())
        S, slack = _spread(at, i), int(gain[at])
        if best is None or (slack, S) < (best.slack, best.coalitions[0]):
            best = Place(slack, (S, S | 1 << i, 1 << i) if alone else (S, S | 1 << i), (i,))
    return best


def merger(worths: NDArray[Any], largest: int, sign: int) -> Place | None:
    """The least of v(S or T) - v(S) - v(T) over disjoint S and T, neither empty; S holds the lowest member of both.

    Ties go to the pair whose highest member comes first; then the higher players decide: in neither, with it, or apart.
    """
    worth = _roomy(worths, largest, 9) * sign
    n = worth.size.bit_length() - 1
    low: Low | None = None
    if worth.dtype == object:
        worth, low = _digits(worth, largest)
        largest = (largest >> low.bits) + 1
    # An empty T never is the narrowest: it counts as worth so little that merging with it would be the widest gain.
    others = worth.copy()
    others[0] = -(6 * max(largest, 1) + 1)
    # S with player j, T without; both without anybody above.
    parts = [
        part
        for j in range(1, n)
        for part in _disjoint(1 << j, 0, worth[1 << j : 2 << j], others[: 1 << j], worth[1 << j : 2 << j], n - APART)
    ]

    def least(k: int) -> Place:
        return min((_least_of(pairs, low) for pairs in _disjoint(*parts[k], TOGETHER)), key=lambda place: place.slack)

    found = each(least, len(parts))
    return min(found, key=lambda place: place.slack, default=None)


class Low(NamedTuple):
    """The last digits of the worths, as integers from 0 to 2**bits - 1."""

    worths: NDArray[Any]
    bits: int


def _digits(worths: NDArray[Any], largest: int) -> tuple[NDArray[np.int64], Low]:
    """Integers of any length as 64-bit integers of the first digits, and the rest."""
    # Seven times the first digits of the largest stay inside 64 bits; the rest is as long as it must be.
    bits = max(largest.bit_length() - FIRST_DIGITS, 0)
    low = worths & ((1 << bits) - 1)
    return (worths >> bits).astype(np.int64), Low(low.astype(np.int64) if bits <= FIRST_DIGITS else low, bits)


Pairs = tuple[int, int, NDArray[Any], NDArray[Any], NDArray[Any]]


def _disjoint(S: int, T: int, x: NDArray[Any], y: NDArray[Any], z: NDArray[Any], most: int) -> Iterator[Pairs]:
    """S and T with the worths of each and of both together with coalitions of the players left, at most so many.

    The highest player of those left joins nobody, S or T.
    """
    if x.size <= 1 << max(most, 1):
        yield S, T, x, y, z
        return
    bit = x.size // 2
    x0, x1, y0, y1, z0, z1 = x[:bit], x[bit:], y[:bit], y[bit:], z[:bit], z[bit:]
    yield from _disjoint(S, T, x0, y0, z0, most)
    yield from _disjoint(S | bit, T, x1, y0, z1, most)
    yield from _disjoint(S, T | bit, x0, y1, z1, most)


def _least_of(pairs: Pairs, low: Low | None) -> Place:
    S, T, x, y, z = pairs
    slack = _every_way(x.reshape(-1, 1), y.reshape(-1, 1), z.reshape(-1, 1), lambda x, y, z: z - x - y)
    at = int(slack.argmin())
    least = int(slack[at])
    inside, outside = _layout(x.size)
    if low is not None:
        # The low digits are between -2 and 1 units of the high ones.
        close = np.flatnonzero(slack <= least + 2)
        # Beside an empty T there is nothing to compare, and no low digit brings it near the others.
        at, least = _least_with_low_digits(slack[close], S | inside[close], T | outside[close], low)
        at = int(close[at])
    S, T = S | int(inside[at]), T | int(outside[at])
    return Place(least, (S, T) if S & -S < T & -T else (T, S))


def _least_with_low_digits(high: NDArray[np.int64], S: NDArray[np.int64], T: NDArray[np.int64], low: Low) -> tuple[int, int]:
    """Where the least slack is that has these high digits, and that slack."""
    rest = low.worths[S | T] - low.worths[S] - low.worths[T]
    high = high + (rest >> low.bits).astype(np.int64)
    rest = rest & ((1 << low.bits) - 1)
    first = np.flatnonzero(high == high.min())
    at = int(first[rest[first].argmin()])
    return at, (int(high[at]) << low.bits) + int(rest[at])


def _every_way(x: NDArray[Any], y: NDArray[Any], z: NDArray[Any], formula: Callable[..., NDArray[Any]]) -> NDArray[Any]:
    """The formula for all disjoint pairs of coalitions of the players left, each of whom joins nobody, S or T."""
    while len(x) > 1:
        half = len(x) // 2
        x0, x1, y0, y1, z0, z1 = x[:half], x[half:], y[:half], y[half:], z[:half], z[half:]
        if half == 1:  # the last and largest step: no need to lay out the worths once more
            return np.concatenate([formula(x0, y0, z0)[0], formula(x1, y0, z1)[0], formula(x0, y1, z1)[0]])
        x, y, z = np.hstack([x0, x1, x0]), np.hstack([y0, y0, y1]), np.hstack([z0, z1, z1])
    alone: NDArray[Any] = formula(x, y, z)[0]
    return alone


@cache
def _layout(size: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The coalitions S and T at each place of `_every_way`."""
    masks = np.arange(size).reshape(-1, 1)
    inside, outside = (_every_way(masks, masks, masks, pick) for pick in (lambda x, y, z: x, lambda x, y, z: y))
    return inside, outside


def _roomy(worths: NDArray[Any], largest: int, terms: int) -> NDArray[Any]:
    """The integers in the narrowest kind in which sums of so many terms stay."""
    if largest * (terms + 1) < 1 << 31:
        return worths.astype(np.int32)
    return worths if largest * (terms + 1) < 1 << 63 else worths.astype(object)


def _spread(place: int, *absent: int) -> int:
    """The coalition at a place of a table from which these players, in increasing order, have been taken out."""
    for i in absent:
        place = (place >> i) << i + 1 | place & ((1 << i) - 1)
    return place
