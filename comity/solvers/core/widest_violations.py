"""Coalitions with the largest excess at an allocation in floats: most of the table need not be looked at again."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from comity.solvers.core.coalition_rows import IntegerGame
from comity.solvers.core.modular_span import PRIME, residues

Floats = NDArray[np.float64]
# A block is what the caches hold beside a few others; small games have more and smaller blocks, for each gives one coalition.
LARGEST_BLOCK, BLOCKS = 1 << 10, 1 << 7
AT_ONCE = 1 << 17
ROUNDING = 2.0**-40


class WidestViolations:
    """The worths in blocks of coalitions that differ in the first players only, with a bound on what each block violates.

    When the allocation moves, no coalition of a block gains more than all the first players who lose, so a bound known for
    the block grows by that much; only blocks whose bound is above the level are looked at.  The bound counts no coalition
    once it is settled, which it then stays.
    """

    def __init__(self, game: IntegerGame, unit: float, unit_of_t: float) -> None:
        self.game = game
        self.first = 0
        while 2 << self.first <= LARGEST_BLOCK and 1 << (game.n - self.first - 1) >= BLOCKS:
            self.first += 1
        self.width = 1 << self.first
        self.worths = (game.array.astype(np.float64) / unit).reshape(-1, self.width)
        self.slower: Floats | None = None
        self.rates: tuple[Floats, Floats] | None = None
        if game.units is not None:
            self.slower = unit_of_t / game.units.astype(np.float64).reshape(-1, self.width)
            self.rates = self.slower.max(axis=1), self.slower.min(axis=1)
        self.size = float(np.abs(self.worths).max())
        self.bounds = np.full(len(self.worths), np.inf)
        self.at = np.zeros(game.n)
        self.first_seen = self.others_seen = np.zeros(0, dtype=np.int64)

    def settle(self, normal: Sequence[int]) -> None:
        """From now on coalitions on which this vector modulo the prime vanishes are left out."""
        first, others = residues(normal[: self.first]), residues(normal[self.first :])
        self.first_seen, self.others_seen = first, (PRIME - others) % PRIME

    def find(self, y: Floats, t: float, tolerance: float, count: int) -> list[int]:
        """Up to ``count`` coalitions of different blocks whose excess at y is above t by more than the tolerance."""
        first = self.game.spread(y[: self.first])
        others = self.game.spread(y[self.first :])
        self._move(y)
        rows = np.flatnonzero(self.bounds > t + tolerance)
        rows = rows[np.argsort(-self.bounds[rows])]
        values: list[Floats] = []
        found: list[NDArray[np.int64]] = []
        least, step = t + tolerance, max(AT_ONCE // self.width, 1)
        for start in range(0, len(rows), step):
            part = rows[start : start + step]
            # What is left is no larger than what has been found.
            if self.bounds[part[0]] <= least:
                break
            best, where = self._largest(part, first, others, t + tolerance)
            self.bounds[part] = best
            above = best > t + tolerance
            values.append(best[above])
            found.append(part[above] * self.width + where[above])
            if sum(map(len, values)) >= count:
                every = np.concatenate(values)
                least = float(np.partition(every, len(every) - count)[len(every) - count])
        if not values:
            return []
        every, coalitions = np.concatenate(values), np.concatenate(found)
        return [int(S) for S in coalitions[np.argsort(-every, kind="stable")[:count]]]

    def _largest(self, rows: NDArray[np.int64], first: Floats, others: Floats, above: float) -> tuple[Floats, NDArray[np.int64]]:
        """The largest excess in each block of what is not settled, and where; where it is above a number, that is."""
        excess = self.worths[rows]
        excess -= first
        if self.slower is not None:
            excess -= others[rows, None]
            excess *= self.slower[rows]
        where = excess.argmax(axis=1)
        best = excess[np.arange(len(rows)), where]
        if self.slower is None:
            best -= others[rows]
        # Most settled coalitions are in the few blocks that seem to have a large excess.
        look = np.flatnonzero((best > above) & (self.first_seen[where] == self.others_seen[rows]))
        if look.size:
            part = excess[look]
            part[self.first_seen == self.others_seen[rows[look], None]] = -np.inf
            where[look] = part.argmax(axis=1)
            largest = part[np.arange(len(look)), where[look]]
            best[look] = largest if self.slower is not None else largest - others[rows[look]]
        return best, where

    def _move(self, y: Floats) -> None:
        """Make the bounds hold at y."""
        change = self.at - y
        self.at = y.copy()
        inside = sum(max(d, 0.0) for d in change[: self.first].tolist())
        gain = self.game.spread(change[self.first :]) + inside
        if self.rates is not None:
            most, least = self.rates
            gain = np.where(gain > 0, gain * most, gain * least)
        self.bounds += gain + ROUNDING * (self.size + float(np.abs(y).sum()))
