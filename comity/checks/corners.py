"""All corners of {y : y(N) = total, y(S) >= least[S]} by walking along its edges from one of them, in integers.

Every inequality is thought of as loosened by an amount of its own, each of them infinitely larger than the next.  The loosened
polytope is simple: n - 1 equations at a corner, and an edge for each of them to drop.  The corners and edges of a polytope are
a connected graph (Balinski 1961), so that a walk over all of them from anywhere misses none.  Every corner of the
polytope itself is the limit of one or more corners of the loosened one, and these have no other limits: degenerate corners
and polytopes of any dimension need no cases of their own.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from math import lcm
from typing import Any

import numpy as np
from numpy.typing import NDArray

Point = tuple[Fraction, ...]


@dataclass(frozen=True)
class Equations:
    """n - 1 coalitions with just their least amounts, and what every coalition has beyond its own in terms of theirs.

    Beyond its least amount a coalition has (``spare`` + ``rates`` . what each of the n - 1 has) / ``unit``, in integers:
    as in the simplex method of Edmonds, ``unit`` is a determinant and each division leaves no remainder.
    """

    chosen: tuple[int, ...]
    spare: NDArray[Any]
    rates: NDArray[np.int64]
    unit: int

    def exchanged(self, k: int, row: int) -> Equations:
        """With this row instead of the k-th equation."""
        pivot, sign = int(self.rates[row, k]), 1 if self.rates[row, k] > 0 else -1
        rates = sign * (self.rates * pivot - np.outer(self.rates[:, k], self.rates[row])) // self.unit
        rates[:, k] = sign * self.rates[:, k]
        spare = sign * (self.spare * pivot - self.rates[:, k].astype(object) * self.spare[row]) // self.unit
        return Equations((*self.chosen[:k], row, *self.chosen[k + 1 :]), spare, rates, abs(pivot))

    def only(self, columns: Sequence[int]) -> Equations:
        """With the equations of the other columns kept for ever."""
        return replace(self, chosen=tuple(self.chosen[k] for k in columns), rates=self.rates[:, list(columns)])


class Polytope:
    """The set {y : y(N) = total, y(S) >= least[S]}; every single player must have a least amount, so that it is bounded."""

    def __init__(self, n: int, total: Fraction, least: Mapping[int, Fraction]) -> None:
        self.n = n
        # The larger the coalition the more it is loosened: those implied by smaller ones then stay out of the way.
        self.rows = sorted(least, key=lambda S: (-S.bit_count(), S))
        self.scale = lcm(total.denominator, *(amount.denominator for amount in least.values()))
        self.total = int(total * self.scale)
        self.least = [int(least[S] * self.scale) for S in self.rows]
        self.singles = [self.rows.index(1 << i) for i in range(n)]

    def at(self, point: Sequence[Fraction]) -> Equations | None:
        """Equations whose solution is the point; None if it is no corner."""
        tight = self._tight(point)
        if tight is None:
            return None
        found = self._by_singles()
        for k in range(self.n - 1):
            if found.chosen[k] not in tight:
                row = next((r for r in reversed(tight) if found.rates[r, k]), None)
                if row is None:
                    return None
                found = found.exchanged(k, row)
        return found

    def walk(self, start: Equations) -> Iterator[Equations]:
        """The equations of every corner of the loosened polytope; those of the start are loosened least."""
        order = [row for row in range(len(self.rows)) if row not in start.chosen] + list(start.chosen)
        seen, waiting = {frozenset(start.chosen)}, [start]
        while waiting:
            here = waiting.pop()
            yield here
            for k in range(len(here.chosen)):
                row = _first_met(here, k, order)
                there = frozenset((*here.chosen[:k], row, *here.chosen[k + 1 :]))
                if there not in seen:
                    seen.add(there)
                    waiting.append(here.exchanged(k, row))

    def corner(self, here: Equations) -> Point:
        """The solution of the equations."""
        return self.point(here.spare[self.singles] * Fraction(1, here.unit))

    def point(self, beyond: Sequence[Fraction]) -> Point:
        """The allocation by what each player gets beyond the least amount, in the integers' unit."""
        return tuple((self.least[row] + more) / Fraction(self.scale) for row, more in zip(self.singles, beyond, strict=True))

    def corners(self, start: Equations) -> set[Point]:
        """Every corner of the polytope, from the equations of one."""
        return {self.corner(here) for here in self.walk(start)}

    def _tight(self, point: Sequence[Fraction]) -> list[int] | None:
        """The rows that are equations at the point; None if it is not in the polytope."""
        y = [a * self.scale for a in point]
        spare = [
            sum((a for i, a in enumerate(y) if S >> i & 1), Fraction(-low)) for S, low in zip(self.rows, self.least, strict=True)
        ]
        inside = sum(y) == self.total and all(more >= 0 for more in spare)
        return [row for row, more in enumerate(spare) if not more] if inside else None

    def _by_singles(self) -> Equations:
        """The equations of every player but the last one."""
        last, low = 1 << (self.n - 1), [self.least[row] for row in self.singles]
        rates = np.zeros((len(self.rows), self.n - 1), dtype=np.int64)
        spare = np.empty(len(self.rows), dtype=object)
        for row, S in enumerate(self.rows):
            # What a coalition with the last player gets is the total less what the others get.
            side, those = (1, S) if not S & last else (-1, ~S)
            counted = [i for i in range(self.n - 1) if those >> i & 1]
            rates[row, counted] = side
            spare[row] = side * sum(low[i] for i in counted) + (self.total if S & last else 0) - self.least[row]
        return Equations(tuple(self.singles[:-1]), spare, rates, 1)


def _first_met(here: Equations, k: int, order: Sequence[int]) -> int:
    """The row that becomes an equation first when the k-th one is dropped, in the loosened polytope."""
    met = np.flatnonzero(here.rates[:, k] < 0)
    speed = (-here.rates[met, k]).tolist()
    common = lcm(*speed)
    factor = {int(row): common // v for row, v in zip(met, speed, strict=True)}
    until = [here.spare[row] * factor[int(row)] for row in met]
    soonest = min(until)
    tied = [int(row) for row, when in zip(met, until, strict=True) if when == soonest]
    # Ties are broken by what each row is loosened by itself, and by what loosening the equations takes from it.
    for loosened in order:
        if len(tied) == 1:
            break
        if loosened in here.chosen:
            rates = here.rates[:, here.chosen.index(loosened)]
            by = [-int(rates[row]) * factor[row] for row in tied]
        else:
            by = [here.unit * factor[row] * (row == loosened) for row in tied]
        tied = [row for row, amount in zip(tied, by, strict=True) if amount == min(by)]
    return tied[0]
