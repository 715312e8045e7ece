"""Exact sums over all coalitions, at the speed of machine integers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction
from math import comb, lcm

import numpy as np
from numpy.typing import NDArray

from comity.coalitions import members, sizes
from comity.games.coalitional.base import Game


def few_dividends(game: Game, dual: bool = True) -> list[tuple[list[int], Fraction]] | None:
    """The model's own dividends as members and amount, those of its dual, or None where the table is as good.

    A value that is the same for a game and its dual may use either; otherwise ``dual`` is False.  A model that
    knows both hands over those of its dual, of which there are few.
    """
    model = type(game)
    if dual and model.dual_dividends is not Game.dual_dividends:
        found = game.dual_dividends()
    elif model.dividends is not Game.dividends:
        found = game.dividends()
    else:
        return None
    return [(list(members(S)), dividend) for S, dividend in found.items()]


def dividends_by_members(game: Game, dual: bool = True) -> Iterable[tuple[list[int], Fraction]]:
    """Few dividends where the model has them (those of its dual unless ``dual`` is False), else those of the table."""
    found = few_dividends(game, dual)
    return found if found is not None else ((list(members(S)), dividend) for S, dividend in game.dividends().items())


def lcm_of_sizes(n: int) -> tuple[int, list[int]]:
    """M = lcm(1..n) and the integers M s! (n-s-1)! / n! for s = 0..n-1."""
    M = lcm(*range(1, n + 1))
    return M, [M // (n * comb(n - 1, s)) for s in range(n)]


def level_weighted_totals(table: Sequence[int], containing: Sequence[int], everywhere: Sequence[int]) -> tuple[list[int], int]:
    """For each i the sum of ``containing[s] v(S)`` over S with i, and the sum of ``everywhere[s] v(S)`` over all S.

    Exact for integers of any length.  Worths are cut into limbs so short that no sum leaves 64 bits.
    """
    n = len(table).bit_length() - 1
    size = sizes(n)
    # No total exceeds the sum of all weights times a limb of this many bits, so none leaves 63.
    heaviest = max(sum(comb(n, s) * abs(w[s]) for s in range(n + 1)) for w in (containing, everywhere))
    bits = max(62 - heaviest.bit_length(), 1)
    within = np.array(containing, dtype=np.int64)[size]
    overall = np.array(everywhere, dtype=np.int64)[size]
    totals, total = [0] * n, 0
    for shift, limb in _limbs(table, bits):
        for i, part in enumerate(_totals_with(limb * within, n)):
            totals[i] += part << shift
        total += int((limb * overall).sum()) << shift
    return totals, total


def _totals_with(weighted: NDArray[np.int64], n: int) -> list[int]:
    """For each player the sum over the coalitions that contain it, folding the table in half n times."""
    totals = [0] * n
    for i in reversed(range(n)):
        without, with_i = weighted[: 1 << i], weighted[1 << i :]
        totals[i] = int(with_i.sum())
        weighted = without + with_i
    return totals


def _limbs(table: Sequence[int], bits: int) -> list[tuple[int, NDArray[np.int64]]]:
    """Pairs (shift, limb) with ``table = sum of limb << shift``; limbs lie in [0, 2**bits), the last in [-2**bits, 2**bits)."""
    length = max(max(table).bit_length(), min(table).bit_length())
    if length <= bits:
        return [(0, np.array(table, dtype=np.int64))]
    whole = np.array(table, dtype=object)
    mask = (1 << bits) - 1
    limbs = []
    for shift in range(0, length, bits):
        part = whole >> shift
        last = shift + bits >= length
        limbs.append((shift, np.array(part if last else part & mask, dtype=np.int64)))
    return limbs
