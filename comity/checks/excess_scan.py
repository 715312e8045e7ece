"""Every coalition's excess looked at in floats, and those that are too close to call in integers: exact at the floats' speed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from math import inf, isfinite, lcm
from typing import Any

import numpy as np
from numpy.typing import NDArray

from comity import rational
from comity.coalitions import members
from comity.exact_array import ExactArray, compact
from comity.games.coalitional.base import Game

# Coalitions are looked at in rows that differ in the first players only, and so many of them at a time that caches hold them.
FIRST, AT_ONCE = 11, 1 << 16
# Beyond these, doubles overflow or lose digits.
LARGEST, SMALLEST = 2.0**1000, 2.0**-900
ROUNDING = 2.0**-52
# Integers below this are what they are modulo 2**64.
WRAPS = 2**62
ZERO = Fraction(0)

Masks = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class ExcessScan:
    """The excesses e(S, x), divided by ``divisors`` where there are any (those of the empty coalition and everybody count not).

    With ``sign`` -1 it is -e(S, x) that is looked at.

    In integers w and rationals y it is ``unit * (w(S) - y(S))``, whatever the orientation.  In doubles, w(S) - y(S) - t u(S) is
    wrong by less than (n + 7) 2**-52 times the largest numbers in it: each of fewer than n + 7 operations by half of 2**-52.
    What is farther than that from 0 has its sign; of the rest D (w(S) - y(S) - t u(S)) is an integer, D being the common
    denominator, so small that 64 bits which wrap around still hold it.  Where that is not so, Python's integers decide.
    """

    game: Game
    x: Sequence[Fraction]
    divisors: ExactArray | None = None
    sign: int = 1

    @cached_property
    def unit(self) -> Fraction:
        """What one unit of w and y is in the game's."""
        table = self.game.integer_table
        # Worths of more than 64 bits may have fewer without a common factor.
        common = int(np.gcd.reduce(table.numerators)) if table.numerators.dtype == object else 1
        return Fraction(common or 1, table.denominator)

    @cached_property
    def worths(self) -> NDArray[Any]:
        """w: the worths as gains, in integers."""
        table = self.game.integer_table
        common = int(self.unit * table.denominator)
        gains = table.numerators if self.game.sign * self.sign > 0 else -table.numerators
        return gains if common == 1 else compact(gains // common)

    @cached_property
    def y(self) -> list[Fraction]:
        """The allocation in the units of w, as a gain."""
        return [self.game.sign * self.sign * amount / self.unit for amount in self.x]

    @cached_property
    def units(self) -> NDArray[Any] | None:
        """u: the divisors as integers, in units of the next."""
        return None if self.divisors is None else self.divisors.numerators

    def excess(self, S: int) -> Fraction:
        """e(S, x) over its divisor."""
        plain = self.unit * (int(self.worths[S]) - sum((self.y[i] for i in members(S)), ZERO))
        return plain if self.divisors is None else plain / self.divisors[S]

    def largest(self) -> tuple[int, Fraction]:
        """A coalition with the largest excess, the empty one and everybody among them, and that excess."""
        better: int | None = 0
        while better is not None:
            S, most = better, self.excess(better)
            better = next((self._seems_largest(found) for found in self._above_for_certain(most)), None)
        return S, most

    def above(self, epsilon: Fraction, ends: bool = False) -> Iterator[Masks]:
        """The proper coalitions that may have an excess above epsilon, and all that have, in batches.

        With ``ends``, the empty coalition and everybody are asked about too.
        """
        level = self._in_units(epsilon)
        delta = self._delta(level)
        waiting = [np.array([0, self.game.grand_coalition] if ends else [], dtype=np.int64)]
        for S, excess in self._looked_at(level):
            waiting.append(S[~(excess <= -delta)])
            if sum(map(len, waiting)) >= AT_ONCE:
                yield np.concatenate(waiting)
                waiting = []
        if waiting:
            yield np.concatenate(waiting)

    def exceeds(self, S: Masks, epsilon: Fraction) -> NDArray[np.bool_]:
        """Which of these coalitions have an excess above epsilon."""
        level = self._in_units(epsilon)
        D = lcm(level.denominator, *(amount.denominator for amount in self.y))
        steps, T = [int(D * amount) for amount in self.y], int(D * level)
        delta = self._delta(level)
        if not isfinite(delta):
            return self._above_in_python(S, D, steps, T)
        units = 1.0 if self.units is None else self.units[S].astype(float)
        floats = self._in_doubles(S) - float(level) * units
        near = np.abs(floats) <= delta
        wide = any(part is not None and part.dtype == object for part in (self.worths, self.units))
        decide = self._above_in_python if wide or 2 * D * Fraction(delta) >= WRAPS else self._above_wrapping_around
        above: NDArray[np.bool_] = floats > 0
        above[near] = decide(S[near], D, steps, T)
        return above

    def _above_for_certain(self, epsilon: Fraction) -> Iterator[Masks]:
        for found in self.above(epsilon, ends=True):
            above = found[self.exceeds(found, epsilon)]
            if above.size:
                yield above

    def _seems_largest(self, S: Masks) -> int:
        """One of these coalitions that few others are above, if any."""
        return int(S[self._in_doubles(S).argmax() if isfinite(self._delta(ZERO)) else 0])

    def _in_doubles(self, S: Masks) -> NDArray[np.float64]:
        """w(S) - y(S)."""
        k = min(self.game.n, FIRST)
        first, others = self._doubles
        found: NDArray[np.float64] = self.worths[S].astype(float) - first[S & ((1 << k) - 1)] - others[S >> k]
        return found

    def _in_units(self, epsilon: Fraction) -> Fraction:
        """An excess as so many units of w for each unit of u."""
        return epsilon / self.unit if self.divisors is None else epsilon / (self.unit * self.divisors.denominator)

    def _delta(self, level: Fraction) -> float:
        """By how much w(S) - y(S) - level u(S) may be wrong in doubles; infinity where they cannot hold it."""
        size, units = self._sizes
        size += abs(rational.double(level)) * units
        # Below that, doubles lose digits.
        return (self.game.n + 7) * ROUNDING * size if size < LARGEST and (size > SMALLEST or not size) else inf

    @cached_property
    def _sizes(self) -> tuple[float, float]:
        """What no w(S) - y(S) is beyond, and the largest u(S)."""
        worths = max(abs(int(self.worths.max())), abs(int(self.worths.min())))
        units = 1 if self.units is None else int(self.units.max())
        return rational.double(worths + sum(map(abs, self.y))), rational.double(units)

    @cached_property
    def _doubles(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """y of the coalitions of the first players, and of those of the others."""
        k = min(self.game.n, FIRST)
        y = np.array([float(amount) for amount in self.y])
        return spread(y[:k]), spread(y[k:])

    def _looked_at(self, level: Fraction) -> Iterator[tuple[Masks, NDArray[np.float64]]]:
        """The proper coalitions in batches with w(S) - y(S) - level u(S) in doubles; no numbers where those cannot hold it."""
        width = 1 << min(self.game.n, FIRST)
        worths = self.worths.reshape(-1, width)
        units = None if self.units is None else self.units.reshape(-1, width)
        hopeless = not isfinite(self._delta(level))
        step = max(AT_ONCE // width, 1)
        for start in range(0, len(worths), step):
            rows = slice(start, start + step)
            if hopeless:
                excess = np.full(worths[rows].shape, np.nan)
            else:
                first, others = self._doubles
                part = worths[rows]
                excess = (part if part.dtype != object else part.astype(float)) - first
                excess -= others[rows, None] + float(level) * (1.0 if units is None else units[rows].astype(float))
            S = np.arange(start * width, start * width + excess.size)
            proper = slice(int(start == 0), excess.size - int(rows.stop >= len(worths)))
            yield S[proper], excess.ravel()[proper]

    def _above_wrapping_around(self, S: Masks, D: int, steps: Sequence[int], T: int) -> NDArray[np.bool_]:
        k = min(self.game.n, FIRST)
        parts = np.array([_wrapped(step) for step in steps], dtype=np.int64)
        beyond: NDArray[np.int64] = self.worths[S] * np.int64(_wrapped(D))
        beyond -= spread(parts[:k])[S & ((1 << k) - 1)] + spread(parts[k:])[S >> k]
        beyond -= np.int64(_wrapped(T)) * (np.ones(1, dtype=np.int64) if self.units is None else self.units[S])
        return beyond > 0

    def _above_in_python(self, S: Masks, D: int, steps: Sequence[int], T: int) -> NDArray[np.bool_]:
        units = [1] * len(S) if self.units is None else self.units[S].tolist()
        found = (
            D * worth - sum(steps[i] for i in members(coalition)) - T * unit > 0
            for coalition, worth, unit in zip(S.tolist(), self.worths[S].tolist(), units, strict=True)
        )
        return np.fromiter(found, dtype=bool, count=len(S))


def spread(amounts: NDArray[Any]) -> NDArray[Any]:
    """The sums over every coalition of these players, in the amounts' own arithmetic."""
    sums = np.zeros(1, dtype=amounts.dtype)
    for amount in amounts:
        sums = np.concatenate([sums, sums + amount])
    return sums


def _wrapped(number: int) -> int:
    """The number modulo 2**64, as a signed integer of 64 bits."""
    return (number + 2**63) % 2**64 - 2**63
