"""Sums over all coalitions of worths weighted by size, and over those that contain a player, in one pass over the table.

The table is cut into blocks of 2**8 worths.  A block's weights depend on how many of the higher players it has, so a small
matrix of weights serves all of them; what remains is one total a place within the blocks, one for each set of the next six
players and one for each set of the others, and these are folded in half once a player.  Everything kept is in 64-bit integers
that wrap around, so that the order of summation does not matter.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from math import comb
from typing import Any

import numpy as np
from numpy.typing import NDArray

from comity.coalitions import sizes
from comity.kernels import compiled, each

LOW = 8  # players within a block: the weights of all kinds of blocks stay in the fastest memory
MIDDLE = 6  # players whose totals are kept beside them, so that a block leaves nothing behind
TASK = 1 << 21  # worths that a thread adds up at once: fewer would wait for each other, more be a long chain of roundings
AT_ONCE = 1 << 15  # worths that numpy takes at once
# Adding 1.5 * 2**52 rounds a double below 2**51 to the nearest integer, and leaves it in the last bits; the other bits are
# the same in all, so that they are taken away from the totals.
ROUNDER = 6755399441055744.0
ROUNDER_BITS = int(np.float64(ROUNDER).view(np.int64))


def totals_of_integers(worths: NDArray[np.int64], weights: Sequence[int], shift: int, mask: int) -> tuple[list[int], int]:
    """For each player the sum of ``weights[s] * ((worth >> shift) & mask)`` over its coalitions, and that over all; modulo 2**64.

    Both lie in [-2**63, 2**63): exact where the caller knows that no such sum is larger.
    """
    n = worths.size.bit_length() - 1
    kernel = compiled(_integer_kernel, n)
    run = kernel or _integers_in_numpy
    (totals,) = _totals(lambda *where: run(worths, shift, mask, *where), n, weights, kinds=(np.int64,), alone=kernel is None)
    return totals[:-1], totals[-1]


def totals_on_a_grid(
    worths: NDArray[np.float64], factor: float, weights: Sequence[int]
) -> tuple[list[int], int, list[float], float]:
    """The same for ``u = rint(worth * factor)``, modulo 2**64, and beside it estimates of the sums in doubles.

    Every ``|worth * factor|`` must be below 2**51.
    """
    n = worths.size.bit_length() - 1
    kernel = compiled(_grid_kernel, n, reassociate=True)
    run = kernel or _grid_in_numpy
    totals, estimates = _totals(
        lambda *where: run(worths, factor, *where), n, weights, kinds=(np.int64, np.float64), alone=kernel is None
    )
    # What the other bits of ROUNDER have added, for a player and for all.
    surplus, whole = (
        sum(comb(m, k) * weight for k, weight in enumerate(listed)) * ROUNDER_BITS if kernel else 0
        for m, listed in ((n - 1, weights[1:]), (n, weights))
    )
    estimates = [float(total) * factor for total in estimates]
    return [_wrapped(total - surplus) for total in totals[:-1]], _wrapped(totals[-1] - whole), estimates[:-1], estimates[-1]


def _totals(run: Callable[..., None], n: int, weights: Sequence[int], kinds: Sequence[Any], *, alone: bool) -> list[list[Any]]:
    """The totals of each player and over all, in each kind of number, from the sums that ``run`` takes over ranges of blocks."""
    low = min(n, LOW)
    middle = min(n - low, MIDDLE)
    W, size = weights_of_blocks(weights, n, low), sizes(n - low)
    share = max(TASK >> low, 1 << middle)

    def task(k: int) -> list[NDArray[Any]]:
        first, last = k * share, min((k + 1) * share, len(size))
        lengths = (1 << low, 1 << middle, last - first >> middle)
        sums = [_aligned_zeros(length, kind) for kind in kinds for length in lengths]
        run(W, size, first, last, *sums)
        return sums

    done = each(task, -(-len(size) // share), alone=alone)
    totals = []
    for k in range(0, 3 * len(kinds), 3):
        place, inside = (np.asarray(sum(sums[m] for sums in done)) for m in (k, k + 1))
        outside = np.concatenate([sums[k + 2] for sums in done])
        totals.append([*_folded(place), *_folded(inside), *_folded(outside), outside.sum().item()])
    return totals


def weights_of_blocks(weights: Sequence[int], n: int, low: int) -> NDArray[Any]:
    """By number of the higher players and place; the shorter the weights are, the more of them are close by."""
    kinds = (np.int32, np.uint32, np.int64)
    kind = next(kind for kind in kinds if np.iinfo(kind).min <= min(weights) and max(weights) <= np.iinfo(kind).max)
    return np.array(weights, dtype=kind)[np.add.outer(np.arange(n - low + 1), sizes(low))]


def _aligned_zeros(length: int, kind: Any) -> NDArray[Any]:
    """Zeros of 8 bytes that begin where a line of the cache does, for what is read and written at every step."""
    room = np.zeros(8 * length + 64, dtype=np.uint8)
    start = -room.ctypes.data % 64
    return room[start : start + 8 * length].view(kind)


def _wrapped(number: int) -> int:
    return (number + (1 << 63)) % (1 << 64) - (1 << 63)


def _folded(part: NDArray[Any]) -> list[Any]:
    totals = []
    for i in reversed(range(part.size.bit_length() - 1)):
        without, having = part[: 1 << i], part[1 << i :]
        totals.append(having.sum().item())
        part = without + having
    return totals[::-1]


# --- the loops, for the compiler ---------------------------------------------------------------------


def _integer_kernel(worths, shift, mask, W, size, first, last, place, inside, outside):  # type: ignore[no-untyped-def]
    width = place.size
    for block in range(first, last):
        w = W[size[block]]
        u = worths[block * width : (block + 1) * width]
        total = np.int64(0)
        for j in range(width):
            x = ((u[j] >> shift) & mask) * w[j]
            total += x
            place[j] += x
        inside[block % inside.size] += total
        outside[(block - first) // inside.size] += total


def _grid_kernel(  # type: ignore[no-untyped-def]
    worths, factor, W, size, first, last, place, inside, outside, place_estimate, inside_estimate, outside_estimate
):
    width = place.size
    for block in range(first, last):
        w = W[size[block]]
        v = worths[block * width : (block + 1) * width]
        total, estimate = np.int64(0), 0.0
        for j in range(width):
            worth, weight = v[j], w[j]
            x = np.float64(worth * factor + ROUNDER).view(np.int64) * weight
            total += x
            place[j] += x
            y = worth * weight
            estimate += y
            place_estimate[j] += y
        inside[block % inside.size] += total
        outside[(block - first) // inside.size] += total
        inside_estimate[block % inside.size] += estimate
        outside_estimate[(block - first) // inside.size] += estimate


# --- the same in numpy -------------------------------------------------------------------------------


def _integers_in_numpy(
    worths: NDArray[np.int64],
    shift: int,
    mask: int,
    W: NDArray[Any],
    size: NDArray[np.int64],
    first: int,
    last: int,
    *sums: NDArray[np.int64],
) -> None:
    for part, rows in _parts(worths, sums[0].size, first, last):
        u = rows if mask == -1 and shift == 0 else (rows >> shift) & mask
        _add(u * W[size[part]], part, first, *sums)


def _grid_in_numpy(
    worths: NDArray[np.float64],
    factor: float,
    W: NDArray[Any],
    size: NDArray[np.int64],
    first: int,
    last: int,
    *sums: NDArray[Any],
) -> None:
    for part, rows in _parts(worths, sums[0].size, first, last):
        _add(np.rint(rows * factor).astype(np.int64) * W[size[part]], part, first, *sums[:3])
        _add(rows * W[size[part]], part, first, *sums[3:])


def _parts(worths: NDArray[Any], width: int, first: int, last: int) -> Iterator[tuple[slice, NDArray[Any]]]:
    rows, step = worths.reshape(-1, width), max(AT_ONCE // width, 1 << MIDDLE)
    for start in range(first, last, step):
        part = slice(start, min(start + step, last))
        yield part, rows[part]


def _add(
    weighed: NDArray[Any], part: slice, first: int, place: NDArray[Any], inside: NDArray[Any], outside: NDArray[Any]
) -> None:
    place += weighed.sum(axis=0)
    blocks = weighed.sum(axis=1).reshape(-1, inside.size)
    inside += blocks.sum(axis=0)
    outside[(part.start - first) // inside.size :][: len(blocks)] += blocks.sum(axis=1)
