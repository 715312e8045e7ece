"""Sums over pairs of a coalition and its complement: what the members of one win, the members of the other lose.

Half of the coalitions, those with the last player, stand for their complements as well.  Blocks of 2**8 differences
v(S) - v(N - S) are read forwards at S and backwards at its complement.  What is kept wraps around in 64 bits.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from comity.coalitions import sizes
from comity.kernels import compiled, each

INSIDE = 8  # players within a block
BATCH = 1 << 13  # blocks added up before their sums are: 2**21 differences
TOGETHER = 128  # blocks that numpy takes at once
SHIFTER = 6755399441055744.0  # 1.5 * 2**52: adding it leaves the nearest integer in the last bits
SHIFTER_BITS = int(np.float64(SHIFTER).view(np.int64))


def member_sums(worths: NDArray[Any], factor: float | None, weights: Sequence[int]) -> tuple[list[int], list[float] | None]:
    """For each player i the sum of ``weights[s] D(S)`` over the S with i and the last player, D(S) = v(S) - v(N - S).

    For integers modulo 2**64, and no second result; for doubles of ``rint(D(S) * factor)`` modulo 2**64, which must be below
    2**51, and estimates of the sums.
    """
    n = worths.size.bit_length() - 1
    inside = min(n - 1, INSIDE)
    blocks = 1 << n - 1 - inside
    size = sizes(n - 1 - inside)
    # The last player is there as well.
    # Short weights leave the fastest memory to the worths.
    short = all(0 <= weight < 1 << 32 for weight in weights)
    member = np.array(weights, dtype=np.uint32 if short else np.int64)
    member = member[np.add.outer(np.arange(n - inside), sizes(inside)) + 1]
    doubles = factor is not None
    kernel = compiled(_enclosed_kernel if doubles else _whole_kernel, n, reassociate=doubles)
    run: Callable[..., Any] = kernel or (_enclosed_in_numpy if doubles else _whole_in_numpy)

    def batch(k: int) -> list[NDArray[Any]]:
        first, last = k * BATCH, min((k + 1) * BATCH, blocks)
        kinds = (np.int64, np.float64) if doubles else (np.int64,)
        sums = [np.zeros(shape, dtype=kind) for kind in kinds for shape in (last - first, 1 << inside)]
        scale = (factor,) if doubles else ()
        run(worths, *scale, member, size, first, last, *sums)
        return sums

    done = each(batch, -(-blocks // BATCH), alone=kernel is None)
    results = []
    for k in range(0, len(done[0]), 2):
        block = np.concatenate([sums[k] for sums in done])
        place = np.asarray(sum(sums[k + 1] for sums in done))
        results.append([total.item() for total in (*_bit_sums(place), *_bit_sums(block), block.sum())])
    return results[0], results[1] if doubles else None


def _bit_sums(part: NDArray[Any]) -> list[Any]:
    return [part.reshape(-1, 2, 1 << i)[:, 1].sum() for i in range(part.size.bit_length() - 1)]


# --- the loops, for the compiler ---------------------------------------------------------------------


def _whole_kernel(worths, member, size, first, last, block_sum, place_sum):  # type: ignore[no-untyped-def]
    width = place_sum.size
    half, top = worths.size // 2, worths.size - 1
    for block in range(first, last):
        a = member[size[block]]
        start = half + block * width
        S = worths[start : start + width]
        others = worths[top - start - width + 1 : top - start + 1]
        total = np.int64(0)
        for j in range(width):
            # An unsigned index cannot count from the end, which lets the compiler read backwards many at a time.
            x = (S[j] - others[np.uintp(width - 1 - j)]) * a[j]
            total += x
            place_sum[j] += x
        block_sum[block - first] = total


def _enclosed_kernel(  # type: ignore[no-untyped-def]
    worths, factor, member, size, first, last, block_sum, place_sum, block_guess, place_guess
):
    width = place_sum.size
    half, top = worths.size // 2, worths.size - 1
    for block in range(first, last):
        a = member[size[block]]
        start = half + block * width
        S = worths[start : start + width]
        others = worths[top - start - width + 1 : top - start + 1]
        total, guess = np.int64(0), 0.0
        for j in range(width):
            z, weight = (S[j] - others[np.uintp(width - 1 - j)]) * factor, a[j]
            x = (np.float64(z + SHIFTER).view(np.int64) - SHIFTER_BITS) * weight
            total += x
            place_sum[j] += x
            y = z * weight
            guess += y
            place_guess[j] += y
        block_sum[block - first] = total
        block_guess[block - first] = guess


# --- the same in numpy -------------------------------------------------------------------------------


def _differences(worths: NDArray[Any], width: int, start: int, stop: int) -> NDArray[Any]:
    half = worths.size // 2
    S = worths[half + start * width : half + stop * width]
    found: NDArray[Any] = S - worths[half - stop * width : half - start * width][::-1]
    return found.reshape(-1, width)


def _whole_in_numpy(
    worths: NDArray[np.int64],
    member: NDArray[Any],
    size: NDArray[np.int64],
    first: int,
    last: int,
    block_sum: NDArray[np.int64],
    place_sum: NDArray[np.int64],
) -> None:
    for start in range(first, last, TOGETHER):
        stop = min(start + TOGETHER, last)
        x = _differences(worths, place_sum.size, start, stop) * member[size[start:stop]]
        block_sum[start - first : stop - first] = x.sum(axis=1)
        place_sum += x.sum(axis=0)


def _enclosed_in_numpy(
    worths: NDArray[np.float64],
    factor: float,
    member: NDArray[Any],
    size: NDArray[np.int64],
    first: int,
    last: int,
    block_sum: NDArray[np.int64],
    place_sum: NDArray[np.int64],
    block_guess: NDArray[np.float64],
    place_guess: NDArray[np.float64],
) -> None:
    for start in range(first, last, TOGETHER):
        stop = min(start + TOGETHER, last)
        z = _differences(worths, place_sum.size, start, stop) * factor
        s = size[start:stop]
        x = np.rint(z).astype(np.int64) * member[s]
        block_sum[start - first : stop - first] = x.sum(axis=1)
        place_sum += x.sum(axis=0)
        z *= member[s]
        block_guess[start - first : stop - first] = z.sum(axis=1)
        place_guess += z.sum(axis=0)
