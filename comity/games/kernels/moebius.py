"""The Moebius transform of a table: from worths to Harsanyi dividends, player by player, in place.

Players are taken in groups: those within a block of 2**12 worths first, then three at a time, each worth being read and
written once a group.  Differences of integers wrap around in 64 bits, as everywhere in the kernels.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from comity.kernels import compiled, each

INNER = 12  # players within a block
ABREAST = 1 << 10  # coalitions side by side in the higher groups
PARTS = 64  # pieces of work handed out, where there is enough of it
# numpy takes longer steps, alone: threads would wait for each other at every one.
AT_ONCE, WIDE, SHORT = 1 << 15, 1 << 12, 4


def moebius(table: NDArray[np.int64]) -> None:
    """Subtract from every worth the dividends of all smaller coalitions; in place, modulo 2**64.

    >>> worths = np.array([0, 1, 2, 5])
    >>> moebius(worths)
    >>> worths.tolist()
    [0, 1, 2, 2]
    """
    n = table.size.bit_length() - 1
    inner = min(n, INNER)
    kernel = compiled(_inner_kernel, n)
    low, high = (kernel, compiled(_outer_kernel, n)) if kernel else (_inner_in_numpy, _outer_in_numpy)
    alone = kernel is None
    _shared(lambda first, last: low(table, 1 << inner, first, last), 1 << n - inner, alone)
    done = inner
    while done < n:
        players = min(3, n - done)
        step = 1 << done
        width = min(step, WIDE if alone else ABREAST)
        pieces = table.size // (width << players)
        _shared(lambda first, last, s=step, p=players, w=width: high(table, s, p, w, first, last), pieces, alone)
        done += players


def _shared(work: Any, count: int, alone: bool) -> None:
    parts = 1 if alone else min(PARTS, count)
    each(lambda k: work(k * count // parts, (k + 1) * count // parts), parts, alone=alone)


# --- the loops, for the compiler ---------------------------------------------------------------------


def _inner_kernel(table, size, first, last):  # type: ignore[no-untyped-def]
    for block in range(first, last):
        a = table[block * size : (block + 1) * size]
        start = 1
        if size >= 8:
            # The three lowest players at once: their steps are too short for a loop.
            start = 8
            for o in range(0, size, 8):
                a0, a1, a2, a3 = a[o], a[o + 1], a[o + 2], a[o + 3]
                a4, a5, a6, a7 = a[o + 4], a[o + 5], a[o + 6], a[o + 7]
                b1, b3, b5, b7 = a1 - a0, a3 - a2, a5 - a4, a7 - a6
                c2, c3, c6, c7 = a2 - a0, b3 - b1, a6 - a4, b7 - b5
                a[o + 1], a[o + 2], a[o + 3] = b1, c2, c3
                a[o + 4], a[o + 5], a[o + 6], a[o + 7] = a4 - a0, b5 - b1, c6 - c2, c7 - c3
        step = start
        while step < size:
            for s in range(0, size, 2 * step):
                without = a[s : s + step]
                having = a[s + step : s + 2 * step]
                for j in range(step):
                    having[j] -= without[j]
            step *= 2


def _outer_kernel(table, step, players, width, first, last):  # type: ignore[no-untyped-def]
    across = step // width
    for piece in range(first, last):
        base = (piece // across) * (step << players) + (piece % across) * width
        if players == 3:
            v0, v1 = table[base : base + width], table[base + step : base + step + width]
            v2, v3 = table[base + 2 * step : base + 2 * step + width], table[base + 3 * step : base + 3 * step + width]
            v4, v5 = table[base + 4 * step : base + 4 * step + width], table[base + 5 * step : base + 5 * step + width]
            v6, v7 = table[base + 6 * step : base + 6 * step + width], table[base + 7 * step : base + 7 * step + width]
            for j in range(width):
                a0, a2, a4, a6 = v0[j], v2[j], v4[j], v6[j]
                b1, b3, b5, b7 = v1[j] - a0, v3[j] - a2, v5[j] - a4, v7[j] - a6
                c2, c3, c6, c7 = a2 - a0, b3 - b1, a6 - a4, b7 - b5
                v1[j], v2[j], v3[j] = b1, c2, c3
                v4[j], v5[j], v6[j], v7[j] = a4 - a0, b5 - b1, c6 - c2, c7 - c3
        else:
            for player in range(players):
                for row in range(1 << players):
                    if row >> player & 1:
                        having = table[base + row * step : base + row * step + width]
                        other = base + (row - (1 << player)) * step
                        without = table[other : other + width]
                        for j in range(width):
                            having[j] -= without[j]


# --- the same in numpy -------------------------------------------------------------------------------


def _inner_in_numpy(table: NDArray[np.int64], size: int, first: int, last: int) -> None:
    players = size.bit_length() - 1
    short = min(players, SHORT)
    step = max(AT_ONCE // size, 1)
    for start in range(first, last, step):
        part = table[start * size : min(start + step, last) * size]
        # Many short rows take numpy longer than turning them into a few long columns and back.
        rows = part.reshape(-1, 1 << short)
        columns = np.ascontiguousarray(rows.T)
        for i in range(short):
            _subtract(columns.reshape(1 << short - 1 - i, 2, -1))
        rows[:] = columns.T
        for i in range(short, players):
            _subtract(part.reshape(-1, 2, 1 << i))


def _subtract(halves: NDArray[np.int64]) -> None:
    halves[:, 1] -= halves[:, 0]


def _outer_in_numpy(table: NDArray[np.int64], step: int, players: int, width: int, first: int, last: int) -> None:
    across = step // width
    rows = table.reshape(-1, 1 << players, across, width)
    for piece in range(first, last):
        part = rows[piece // across, :, piece % across]
        for player in range(players):
            for row in range(1 << players):
                if row >> player & 1:
                    part[row] -= part[row ^ 1 << player]
