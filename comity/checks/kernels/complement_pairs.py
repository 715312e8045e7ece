"""Three weighted sums over pairs of a coalition and its complement, by place within blocks, by block, and by both.

Only coalitions S without the last player are visited, each with v(S) + v(N - S); a block holds those that agree on the higher
players.  Everything wraps around in 64 bits.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from comity.coalitions import sizes
from comity.kernels import compiled, each

BATCH = 1 << 13  # blocks that one thread adds up
ROWS = 32  # blocks that numpy takes at once
Integers = NDArray[np.int64]
Weights = NDArray[Any]


def complement_pairs(
    worths: Integers, twice: Weights, once: Weights, never: Weights
) -> tuple[Integers, Integers, Integers, Integers, Integers, int]:
    """The sums of v(S) + v(N - S) over S without the last player, with weights ``[size of the block's players, place]``.

    With the weights ``twice``: by place; with ``once``: by place; with ``twice``: by block and player within, of the
    places with that player, and by block; with ``once``: by block; with ``never``: over all.
    """
    n = worths.size.bit_length() - 1
    width = twice.shape[1]
    inside = width.bit_length() - 1
    blocks = 1 << n - 1 - inside
    size = sizes(n - 1 - inside)
    singles = np.zeros((blocks, inside), dtype=np.int64)
    block, block_once = np.zeros((2, blocks), dtype=np.int64)
    kernel = compiled(_kernel, n)
    run = kernel or _in_numpy
    if max(int(np.abs(w).max()) for w in (twice, once, never)) < 1 << 31:
        # Short weights leave the fastest memory to the worths.
        twice, once, never = (w.astype(np.int32) for w in (twice, once, never))

    def batch(k: int) -> tuple[Integers, Integers, Integers]:
        place, place_once, none = (np.zeros(length, dtype=np.int64) for length in (width, width, 1))
        first, last = k * BATCH, min((k + 1) * BATCH, blocks)
        run(worths, twice, once, never, size, first, last, place, place_once, none, singles, block, block_once)
        return place, place_once, none

    done = each(batch, -(-blocks // BATCH), alone=kernel is None and n < 18)
    place, place_once, none = (np.asarray(sum(sums[k] for sums in done)) for k in range(3))
    return place, place_once, singles, block, block_once, int(none[0])


def _kernel(  # type: ignore[no-untyped-def]
    worths, twice, once, never, size, first, last, place, place_once, none, singles, block, block_once
):
    width = place.size
    inside = singles.shape[1]
    folded = np.empty(width, dtype=np.int64)
    for b in range(first, last):
        s = size[b]
        f, g, c = twice[s], once[s], never[s]
        S = worths[b * width : (b + 1) * width]
        others = worths[worths.size - (b + 1) * width : worths.size - b * width]
        total, constant = np.int64(0), np.int64(0)
        for j in range(width):
            # An unsigned index cannot count from the end, which lets the compiler read backwards many at a time.
            e = S[j] + others[np.uintp(width - 1 - j)]
            constant += e * c[j]
            y = e * g[j]
            place_once[j] += y
            total += y
            x = e * f[j]
            place[j] += x
            folded[j] = x
        none[0] += constant
        block_once[b] = total
        for k in range(inside):
            i = inside - 1 - k
            half = 1 << i
            single = np.int64(0)
            for j in range(half):
                x = folded[half + j]
                single += x
                folded[j] += x
            singles[b, i] = single
        block[b] = folded[0]


def _in_numpy(
    worths: Integers,
    twice: Weights,
    once: Weights,
    never: Weights,
    size: Integers,
    first: int,
    last: int,
    place: Integers,
    place_once: Integers,
    none: Integers,
    singles: Integers,
    block: Integers,
    block_once: Integers,
) -> None:
    width = place.size
    for start in range(first, last, ROWS):
        stop = min(start + ROWS, last)
        S = worths[start * width : stop * width]
        others = worths[worths.size - stop * width : worths.size - start * width][::-1]
        e = (S + others).reshape(-1, width)
        s = size[start:stop]
        none += (e * never[s]).sum()
        y = e * once[s]
        place_once += y.sum(axis=0)
        block_once[start:stop] = y.sum(axis=1)
        x = e * twice[s]
        place += x.sum(axis=0)
        for i in reversed(range(singles.shape[1])):
            having = x[:, 1 << i :]
            singles[start:stop, i] = having.sum(axis=1)
            x = x[:, : 1 << i] + having
        block[start:stop] = x[:, 0]
