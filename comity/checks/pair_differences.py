"""The average second difference of every pair of players, with each coalition set against its complement.

With weights that are the same from both ends, S and N - S count alike for every pair, whoever is in which; so the coalitions
without the last player, each with v(S) + v(N - S), say everything.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from itertools import combinations
from typing import Any

import numpy as np
from numpy.typing import NDArray

from comity.checks.kernels.complement_pairs import complement_pairs
from comity.coalitions import sizes
from comity.games.coalitional.base import Game

INSIDE = 8  # players within a block of the table, which with its weights stays in the fastest memory


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


def _wrapped(worths: NDArray[np.int64], weight: Sequence[int]) -> dict[tuple[int, int], int]:
    """The weighted sums of second differences, modulo 2**64."""
    n = worths.size.bit_length() - 1
    inside = min(n - 1, INSIDE)
    order = np.add.outer(np.arange(n - inside), sizes(inside))
    w = np.array([0, 0, *weight, 0, 0])
    # What a coalition of s players counts with both, one and none of a pair; beyond its ends, none.
    both, one, none = w[: n + 1], -w[1 : n + 2], w[2 : n + 3]
    twice, once, never = ((both - 2 * one + none)[order], (one - none)[order], none[order])
    place, place_once, singles, block, block_once, constant = complement_pairs(worths, twice, once, never)
    alone = [int(amount) for amount in (*_with_each(place_once), *_with_each(block_once))]
    pairs = {**_with_both(place, 0), **_with_both(block, inside)}
    for i, having in enumerate(_with_each(singles)):
        pairs |= {(j, inside + i): int(having[j]) for j in range(inside)}
    pairs = {(i, j): amount + alone[i] + alone[j] + constant for (i, j), amount in pairs.items()}
    pairs |= {(i, n - 1): alone[i] + constant for i in range(n - 1)}
    return {pair: (pairs[pair] + (1 << 63)) % (1 << 64) - (1 << 63) for pair in combinations(range(n), 2)}


def _with_each(part: Any) -> list[Any]:
    """The sum over the places with each player; the last player is settled first, and then its half added to the other."""
    totals = []
    while len(part) > 1:
        without, having = part.reshape(2, len(part) // 2, *part.shape[1:])
        totals.append(having.sum(axis=0))
        part = without + having
    return totals[::-1]


def _with_both(part: Any, first: int) -> dict[tuple[int, int], int]:
    """The sums over the places with both of a pair, whose players are numbered from ``first``."""
    pairs: dict[tuple[int, int], int] = {}
    for j in reversed(range(part.size.bit_length() - 1)):
        without, having = part.reshape(2, -1)
        pairs |= {(first + i, first + j): int(amount) for i, amount in enumerate(_with_each(having))}
        part = without + having
    return pairs
