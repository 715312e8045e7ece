"""Sums over all coalitions of worths weighted by size, and over those that contain a player, in one pass over the table.

The table is cut into blocks of 2**9 or 2**10 worths.  A block's weights depend on how many of the higher players it has, so
a small matrix of weights serves all of them; what remains is one total a block and one total a place within the blocks, and
both are folded in half once a player.  Everything kept is in 64-bit integers that wrap around, so that the order of summation
does not matter.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import comb
from typing import Any

import numpy as np
from numpy.typing import NDArray

from comity.coalitions import sizes
from comity.kernels import compiled, each

LOW, LOW_ON_A_GRID = 9, 10  # players within a block: its weights, and four of the others, stay in the fastest memory
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
    n, low, high, W, size = _blocks(worths, weights, LOW)
    kernel = compiled(_integer_kernel, n)
    per_block = np.empty(1 << high, dtype=np.int64)

    def task(k: int) -> NDArray[np.int64]:
        first, last = k * share, min((k + 1) * share, 1 << high)
        place = np.zeros(1 << low, dtype=np.int64)
        (kernel or _integers_in_numpy)(worths, shift, mask, W, size, first, last, per_block, place)
        return place

    share = max(TASK >> low, 1)
    places = sum(each(task, -(-(1 << high) // share), alone=kernel is None))
    return _containing(np.asarray(places), per_block), int(per_block.sum())


def totals_on_a_grid(
    worths: NDArray[np.float64], factor: float, weights: Sequence[int]
) -> tuple[list[int], int, list[float], float]:
    """The same for ``u = rint(worth * factor)``, modulo 2**64, and beside it estimates of the sums in doubles.

    Every ``|worth * factor|`` must be below 2**51.
    """
    n, low, high, W, size = _blocks(worths, weights, LOW_ON_A_GRID)
    estimated = W.astype(float)
    # Four blocks at a time need two players above the blocks.
    kernel = compiled(_grid_kernel, n, reassociate=True) if high >= 2 else None
    per_block, block_estimate = np.empty(1 << high, dtype=np.int64), np.empty(1 << high)

    def task(k: int) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        first, last = k * share, min((k + 1) * share, 1 << high)
        place, place_estimate = np.zeros(1 << low, dtype=np.int64), np.zeros(1 << low)
        (kernel or _grid_in_numpy)(
            worths, factor, W, estimated, size, first, last, per_block, place, block_estimate, place_estimate
        )
        return place, place_estimate

    share = max(TASK >> low, 4)
    done = each(task, -(-(1 << high) // share), alone=kernel is None)
    place = np.asarray(sum(integers for integers, _ in done))
    place_estimate = np.asarray(sum(doubles for _, doubles in done))
    # What the other bits of ROUNDER have added, for a player and for all.
    surplus, whole = (
        sum(comb(m, k) * weight for k, weight in enumerate(listed)) * ROUNDER_BITS if kernel else 0
        for m, listed in ((n - 1, weights[1:]), (n, weights))
    )
    return (
        [_wrapped(total - surplus) for total in _containing(place, per_block)],
        _wrapped(int(per_block.sum()) - whole),
        [float(total) * factor for total in _containing(place_estimate, block_estimate)],
        float(block_estimate.sum()) * factor,
    )


def _wrapped(number: int) -> int:
    return (number + (1 << 63)) % (1 << 64) - (1 << 63)


def _blocks(worths: NDArray[Any], weights: Sequence[int], low: int) -> tuple[int, int, int, NDArray[np.int64], NDArray[np.int64]]:
    n = worths.size.bit_length() - 1
    low = min(n, low)
    W = np.array(weights, dtype=np.int64)[np.add.outer(np.arange(n - low + 1), sizes(low))]
    return n, low, n - low, W, sizes(n - low)


def _containing(place: NDArray[Any], block: NDArray[Any]) -> list[Any]:
    """The totals of each player from those of the places within blocks and those of the blocks."""
    return [*_folded(place), *_folded(block)]


def _folded(part: NDArray[Any]) -> list[Any]:
    totals = []
    for i in reversed(range(part.size.bit_length() - 1)):
        without, having = part[: 1 << i], part[1 << i :]
        totals.append(having.sum().item())
        part = without + having
    return totals[::-1]


# --- the loops, for the compiler ---------------------------------------------------------------------


def _integer_kernel(worths, shift, mask, W, size, first, last, per_block, place):  # type: ignore[no-untyped-def]
    width = place.size
    for block in range(first, last):
        w = W[size[block]]
        u = worths[block * width : (block + 1) * width]
        total = np.int64(0)
        for j in range(width):
            x = ((u[j] >> shift) & mask) * w[j]
            total += x
            place[j] += x
        per_block[block] = total


def _grid_kernel(  # type: ignore[no-untyped-def]
    worths, factor, W, estimated, size, first, last, per_block, place, block_estimate, place_estimate
):
    width = place.size
    for block in range(first, last, 4):
        # Four blocks with none, one, the other and both of the two lowest players above them.
        s = size[block]
        w0, w1, w2 = W[s], W[s + 1], W[s + 2]
        f0, f1, f2 = estimated[s], estimated[s + 1], estimated[s + 2]
        v0 = worths[block * width : (block + 1) * width]
        v1 = worths[(block + 1) * width : (block + 2) * width]
        v2 = worths[(block + 2) * width : (block + 3) * width]
        v3 = worths[(block + 3) * width : (block + 4) * width]
        s0, s1, s2, s3 = np.int64(0), np.int64(0), np.int64(0), np.int64(0)
        e0, e1, e2, e3 = 0.0, 0.0, 0.0, 0.0
        for j in range(width):
            x0 = np.float64(v0[j] * factor + ROUNDER).view(np.int64) * w0[j]
            x1 = np.float64(v1[j] * factor + ROUNDER).view(np.int64) * w1[j]
            x2 = np.float64(v2[j] * factor + ROUNDER).view(np.int64) * w1[j]
            x3 = np.float64(v3[j] * factor + ROUNDER).view(np.int64) * w2[j]
            s0 += x0
            s1 += x1
            s2 += x2
            s3 += x3
            place[j] += (x0 + x1) + (x2 + x3)
            y0, y1, y2, y3 = v0[j] * f0[j], v1[j] * f1[j], v2[j] * f1[j], v3[j] * f2[j]
            e0 += y0
            e1 += y1
            e2 += y2
            e3 += y3
            place_estimate[j] += (y0 + y1) + (y2 + y3)
        per_block[block], per_block[block + 1], per_block[block + 2], per_block[block + 3] = s0, s1, s2, s3
        block_estimate[block], block_estimate[block + 1] = e0, e1
        block_estimate[block + 2], block_estimate[block + 3] = e2, e3


# --- the same in numpy -------------------------------------------------------------------------------


def _integers_in_numpy(
    worths: NDArray[np.int64],
    shift: int,
    mask: int,
    W: NDArray[np.int64],
    size: NDArray[np.int64],
    first: int,
    last: int,
    per_block: NDArray[np.int64],
    place: NDArray[np.int64],
) -> None:
    rows, step = worths.reshape(-1, place.size), AT_ONCE // place.size
    for start in range(first, last, step):
        part = slice(start, min(start + step, last))
        u = rows[part] if mask == -1 and shift == 0 else (rows[part] >> shift) & mask
        x = u * W[size[part]]
        per_block[part] = x.sum(axis=1)
        place += x.sum(axis=0)


def _grid_in_numpy(
    worths: NDArray[np.float64],
    factor: float,
    W: NDArray[np.int64],
    estimated: NDArray[np.float64],
    size: NDArray[np.int64],
    first: int,
    last: int,
    per_block: NDArray[np.int64],
    place: NDArray[np.int64],
    block_estimate: NDArray[np.float64],
    place_estimate: NDArray[np.float64],
) -> None:
    rows, step = worths.reshape(-1, place.size), AT_ONCE // place.size
    for start in range(first, last, step):
        part = slice(start, min(start + step, last))
        x = np.rint(rows[part] * factor).astype(np.int64) * W[size[part]]
        per_block[part] = x.sum(axis=1)
        place += x.sum(axis=0)
        y = rows[part] * estimated[size[part]]
        block_estimate[part] = y.sum(axis=1)
        place_estimate += y.sum(axis=0)
