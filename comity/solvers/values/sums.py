"""Exact sums over all coalitions, at the speed of machine integers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction
from math import comb, frexp, lcm

import numpy as np
from numpy.typing import NDArray

from comity.coalitions import members
from comity.errors import TooManyPlayers
from comity.exact_array import ExactArray
from comity.games.coalitional.base import Doubles, Game
from comity.solvers.kernels.weighted_sums import totals_of_integers, totals_on_a_grid

# Weights whose total has more bits are cut in two after this many.
LONGEST_WEIGHTS, SPLIT = 52, 20
Worths = Sequence[int] | ExactArray


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


def level_weighted_totals(table: Worths, containing: Sequence[int], everywhere: Sequence[int]) -> tuple[list[int], int]:
    """For each i the sum of ``containing[s] v(S)`` over S with i, and the sum of ``everywhere[s] v(S)`` over all S.

    Exact for integers of any length.
    """
    totals, total = weighted_totals(table, containing)
    return totals, total if list(everywhere) == list(containing) else weighted_totals(table, everywhere)[1]


def weighted_totals(table: Worths, weights: Sequence[int]) -> tuple[list[int], int]:
    """For each player the sum of ``weights[s] v(S)`` over the coalitions S that contain it, and that over all.

    Exact for integers of any length.  Weights and worths are cut into limbs so short that no sum leaves 64 bits.
    """
    n = len(table).bit_length() - 1
    heaviest = sum(comb(n, s) * abs(weights[s]) for s in range(n + 1))
    if heaviest.bit_length() > LONGEST_WEIGHTS and max(map(abs, weights)) > 1 << SPLIT:
        # Many bits of weight leave few for the worths: weigh with the high and the low digits one after the other.
        parts = [(0, [w & ((1 << SPLIT) - 1) for w in weights]), (SPLIT, [w >> SPLIT for w in weights])]
    else:
        parts = [(0, list(weights))]
    totals, total = [0] * n, 0
    for shift, part in parts:
        found = weighted_totals(table, part) if len(parts) > 1 else _by_limbs(table, part, heaviest)
        totals = [a + (b << shift) for a, b in zip(totals, found[0], strict=True)]
        total += found[1] << shift
    return totals, total


def enclosed_totals(game: Game, doubles: Doubles, weights: Sequence[int]) -> tuple[list[int], int, Fraction]:
    """`weighted_totals` of integers that stand for the doubles, and their unit: worth = integer * unit, nearly.

    With v(N) the decimal written, the unit is |v(N)| / 2**k: v(N) and 0 are exact, every other worth is within
    2**-50 (that is 8 * 2**-53) of the largest.  Equal doubles stay equal, and from there on nothing is rounded.  Only where
    v(N) is 2**-50 of the largest worth or less, the unit is a power of 2 and v(N) is rounded as well.

    The sums are known modulo 2**64 exactly and as estimates in doubles; together they are exact, because an estimate is
    wrong by less than 2**62.
    """
    n = game.n
    heaviest = sum(comb(n, s) * abs(weights[s]) for s in range(n + 1))
    # At most 2**14 additions follow each other (blocks of a task, tasks, places, folds), each wrong by 2**-53 of all the
    # absolute terms together, which are below 2**51; reading a worth as an integer is wrong by less than 1.
    if (heaviest << 51 + 14 - 53) + 2 * heaviest >= 1 << 61:
        raise TooManyPlayers(f"the worths of {n} players cannot be added up in one pass; round them to 12 decimals")
    factor, unit = _unit(game, doubles)
    totals, total, estimates, estimate = totals_on_a_grid(doubles.worths, factor, weights)
    return [_nearest(a, b) for a, b in zip(totals, estimates, strict=True)], _nearest(total, estimate), unit


def _unit(game: Game, doubles: Doubles) -> tuple[float, Fraction]:
    """The factor that makes integers below 2**51 of the worths, and its inverse."""
    together = abs(game.exact(game.grand_coalition))
    k = 50 + _exponent(float(together)) - _exponent(doubles.largest) if together else -1
    if k < 0:
        k = 51 - _exponent(doubles.largest)
        return 2.0**k, Fraction(1) / Fraction(2) ** k
    k += 2.0 ** (k + 1) / float(together) * doubles.largest < 2.0**51
    return 2.0**k / float(together), together / 2**k


def _exponent(number: float) -> int:
    """The e with 2**(e - 1) <= number < 2**e."""
    return frexp(number)[1]


def _nearest(remainder: int, estimate: float) -> int:
    """The integer with this remainder modulo 2**64 that is next to the estimate."""
    return remainder + (round((Fraction(estimate) - remainder) / (1 << 64)) << 64)


def _by_limbs(table: Worths, weights: Sequence[int], heaviest: int) -> tuple[list[int], int]:
    n = len(table).bit_length() - 1
    bits = max(62 - heaviest.bit_length(), 1)
    totals, total = [0] * n, 0
    for scale, worths, shift, mask in limbs(table, bits):
        found = totals_of_integers(worths, weights, shift, mask)
        totals = [a + (b << scale) for a, b in zip(totals, found[0], strict=True)]
        total += found[1] << scale
    return totals, total


def limbs(table: Worths, bits: int) -> Iterator[tuple[int, NDArray[np.int64], int, int]]:
    """Tuples (scale, worths, shift, mask) with ``table = sum of ((worths >> shift) & mask) << scale``.

    Each part lies in [0, 2**bits), the last in [-2**bits, 2**bits).
    """
    whole = table.numerators if isinstance(table, ExactArray) else np.array([*table, None], dtype=object)[:-1]
    length = max(table.largest if isinstance(table, ExactArray) else max(map(abs, table)), 1).bit_length()
    small = length < 63
    worths = whole.astype(np.int64, copy=False) if small else whole
    mask = (1 << bits) - 1
    for scale in range(0, length, bits):
        last = scale + bits >= length
        if small:
            yield scale, worths, scale, -1 if last else mask
        else:
            part = whole >> scale
            yield scale, np.array(part if last else part & mask, dtype=np.int64), 0, -1
