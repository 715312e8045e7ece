"""The proper coalition with the largest excess, found among all of them in one pass over the table."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from math import lcm
from typing import Any

import numpy as np
from numpy.typing import NDArray

from comity import rational
from comity.checks.excess_chain import integer_excesses
from comity.games.coalitional.base import Game
from comity.kernels import each

# Players within a block: the excesses of 2**14 coalitions stay in fast memory.
WITHIN = 14
# Where more coalitions than this are too close for doubles to tell apart, Python's integers decide.
MOST_CLOSE = 10_000
# Integers of more bits leave the doubles.
LONGEST = 900


def largest_excess(game: Game, x: Sequence[Fraction]) -> tuple[int, Fraction]:
    """The first proper coalition, by mask, whose excess is the largest, and that excess; exact.

    With two players or more.  In 64-bit integers where none can leave them; else in doubles, which leave so few coalitions
    open that these are looked at one by one.
    """
    doubles = game.doubles
    if doubles is not None:
        worths = doubles.worths
    else:
        table = game.integer_table
        scale = lcm(table.denominator, *(amount.denominator for amount in x))
        factor = game.sign * (scale // table.denominator)
        steps = [int(game.sign * scale * amount) for amount in x]
        if 2 * (table.largest * abs(factor) + sum(map(abs, steps))) < 1 << 63 and table.numerators.dtype != object:
            S, largest = _largest(table.numerators, np.int64(factor), np.array(steps, dtype=np.int64))
            return S, Fraction(int(largest), scale)
        if max(table.largest, table.denominator).bit_length() > LONGEST:
            return _one_by_one(game, x)
        worths = table.numerators.astype(float) / float(table.denominator)
    close = _close(game, worths, x)
    if close is None:
        return _one_by_one(game, x)
    excesses = [game.excess(S, x) for S in close]
    best = max(range(len(close)), key=excesses.__getitem__)
    return close[best], excesses[best]


def _one_by_one(game: Game, x: Sequence[Fraction]) -> tuple[int, Fraction]:
    scale, excess = integer_excesses(game, x)
    worst = 1 + int(excess[1:-1].argmax())
    return worst, Fraction(int(excess[worst]), scale)


def _largest(worths: NDArray[Any], factor: Any, steps: NDArray[Any]) -> tuple[int, Any]:
    """The first proper coalition where ``factor * worth`` less the steps of its members is largest, and that."""
    found = _by_blocks(worths, factor, steps)
    best = max(range(len(found)), key=lambda block: found[block][1])
    return found[best]


def _by_blocks(worths: NDArray[Any], factor: Any, steps: NDArray[Any]) -> list[tuple[int, Any]]:
    """For each block of coalitions the first proper one with the largest excess, and that."""
    within = min(len(steps), WITHIN)
    low, high = _sums(steps[:within]), _sums(steps[within:])

    def one(block: int) -> tuple[int, Any]:
        first = 1 if block == 0 else 0
        last = (1 << within) - (block == len(high) - 1)
        excess = worths[(block << within) + first : (block << within) + last] * factor
        excess -= low[first:last]
        at = int(excess.argmax())
        return (block << within) + first + at, excess[at] - high[block]

    return each(one, len(high))


def _close(game: Game, worths: NDArray[np.float64], x: Sequence[Fraction]) -> list[int] | None:
    """The proper coalitions that doubles cannot exclude from having the largest excess, or None if they are many."""
    n, amounts = game.n, np.array([rational.double(game.sign * amount) for amount in x])
    largest = float(max(worths.max(), -worths.min())) + float(np.abs(amounts).sum())
    if not 1e-200 < largest < 1e300:
        return None
    # Worths and amounts are read, and n + 1 sums of no more than the largest are taken, each with an error of 2**-53 of it.
    error = (2 * n + 12) * 2.0**-53 * largest
    blocks = _by_blocks(worths, float(game.sign), amounts)
    least = max(excess for _, excess in blocks) - 2 * error
    within = min(n, WITHIN)
    low, high = _sums(amounts[:within]), _sums(amounts[within:])
    close: list[int] = []
    for block, (_, excess) in enumerate(blocks):
        if excess >= least:
            start = block << within
            all_excesses = (worths[start : start + (1 << within)] * float(game.sign) - low) - high[block]
            close += (start + np.flatnonzero(all_excesses >= least)).tolist()
        if len(close) > MOST_CLOSE:
            return None
    return [S for S in close if 0 < S < game.grand_coalition]


def _sums(steps: NDArray[Any]) -> NDArray[Any]:
    totals = np.zeros(1, dtype=steps.dtype)
    for step in steps:
        totals = np.concatenate([totals, totals + step])
    return totals
