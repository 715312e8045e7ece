"""The average second difference of every pair of players, with each coalition set against its complement.

With weights that are the same from both ends, S and N - S count alike for every pair, whoever is in which; so the coalitions
without the last player, each with v(S) + v(N - S), say everything.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from itertools import combinations
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from comity.coalitions import sizes
from comity.games.coalitional.base import Game
from comity.kernels import each

INSIDE = 10  # players within a block
ROWS = 32  # blocks taken at once
BATCH = 1 << 10  # blocks whose sums are added up by one thread


def second_differences(game: Game, weight: Sequence[int], total: int) -> dict[tuple[int, int], Fraction]:
    """The sum of ``weight[s] / total`` times v(S + i + j) - v(S + i) - v(S + j) + v(S) over S without i and j, for each pair.

    The weights are not negative, the same from both ends, and add up to ``total``; with two players or more.  Exact: in
    64-bit integers, of the high and the low digits where the worths are long.
    """
    table = game.integer_table
    found = _exact(table.numerators, table.largest, weight, total)
    return {pair: Fraction(amount, total * table.denominator) for pair, amount in found.items()}


def _exact(worths: NDArray[Any], largest: int, weight: Sequence[int], total: int) -> dict[tuple[int, int], int]:
    # A second difference is at most four worths, and the weights add up to the total.
    if 4 * max(largest, 1) * total < 1 << 62:
        return _wrapped(worths.astype(np.int64, copy=False), weight)
    bits = max(60 - total.bit_length(), 1)
    low = _exact(np.asarray(worths & ((1 << bits) - 1)), 0, weight, total)
    high = _exact(np.asarray(worths >> bits), (largest >> bits) + 1, weight, total)
    return {pair: amount + (high[pair] << bits) for pair, amount in low.items()}


class _Sums(NamedTuple):
    """Over blocks of coalitions without the last player, weighted: for pairs, for single players, and over all."""

    place: NDArray[np.int64]
    singles: NDArray[np.int64]
    block: NDArray[np.int64]
    place_once: NDArray[np.int64]
    block_once: NDArray[np.int64]
    none: np.int64


def _wrapped(worths: NDArray[np.int64], weight: Sequence[int]) -> dict[tuple[int, int], int]:
    """The weighted sums of second differences, modulo 2**64."""
    n = worths.size.bit_length() - 1
    inside = min(n - 1, INSIDE)
    order = np.add.outer(np.arange(n - inside), sizes(inside))
    w = np.array([0, 0, *weight, 0, 0])
    # What a coalition of s players counts with both, one and none of a pair; beyond its ends, none.
    both, one, none = w[: n + 1], -w[1 : n + 2], w[2 : n + 3]
    twice, once, never = ((both - 2 * one + none)[order], (one - none)[order], none[order])
    blocks = 1 << n - 1 - inside
    size = sizes(n - 1 - inside)

    def batch(k: int) -> _Sums:
        return _summed(worths, twice, once, never, size, range(k * BATCH, min((k + 1) * BATCH, blocks), ROWS))

    done = each(batch, -(-blocks // BATCH))
    place, place_once = (sum(sums[k] for sums in done) for k in (0, 3))
    singles, block, block_once = (np.concatenate([sums[k] for sums in done]) for k in (1, 2, 4))
    constant = int(np.array([sums.none for sums in done]).sum())
    alone = [*_with_each(place_once), *_with_each(block_once)]
    pairs = {**_with_both(place, 0), **_with_both(block, inside)}
    for i in range(n - 1 - inside):
        having = singles.reshape(-1, 2, 1 << i, inside)[:, 1].sum(axis=(0, 1))
        pairs |= {(j, inside + i): int(having[j]) for j in range(inside)}
    pairs = {(i, j): amount + alone[i] + alone[j] + constant for (i, j), amount in pairs.items()}
    pairs |= {(i, n - 1): alone[i] + constant for i in range(n - 1)}
    return {pair: (pairs[pair] + (1 << 63)) % (1 << 64) - (1 << 63) for pair in combinations(range(n), 2)}


def _summed(
    worths: NDArray[np.int64],
    twice: NDArray[np.int64],
    once: NDArray[np.int64],
    never: NDArray[np.int64],
    size: NDArray[np.int64],
    starts: range,
) -> _Sums:
    width = twice.shape[1]
    inside = width.bit_length() - 1
    place, place_once = np.zeros((2, width), dtype=np.int64)
    none = np.int64(0)
    singles, block, block_once = [], [], []
    for start in starts:
        stop = min(start + ROWS, starts.stop)
        S = worths[start * width : stop * width]
        others = worths[worths.size - stop * width : worths.size - start * width][::-1]
        E = (S + others).reshape(-1, width)
        s = size[start:stop]
        none = none + (E * never[s]).sum()
        y = E * once[s]
        place_once += y.sum(axis=0)
        block_once.append(y.sum(axis=1))
        x = E * twice[s]
        place += x.sum(axis=0)
        single = np.empty((len(x), inside), dtype=np.int64)
        for i in reversed(range(inside)):
            having = x[:, 1 << i :]
            single[:, i] = having.sum(axis=1)
            x = x[:, : 1 << i] + having
        singles.append(single)
        block.append(x[:, 0])
    return _Sums(place, np.concatenate(singles), np.concatenate(block), place_once, np.concatenate(block_once), none)


def _with_each(part: Any) -> list[int]:
    return [int(part.reshape(-1, 2, 1 << i)[:, 1].sum()) for i in range(part.size.bit_length() - 1)]


def _with_both(part: Any, first: int) -> dict[tuple[int, int], int]:
    """The sums over the places with both of a pair, whose players are numbered from ``first``."""
    pairs = {}
    for j in range(part.size.bit_length() - 1):
        for i, amount in enumerate(_with_each(part.reshape(-1, 2, 1 << j)[:, 1].sum(axis=0))):
            pairs[first + i, first + j] = amount
    return pairs
