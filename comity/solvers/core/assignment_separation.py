"""The most dissatisfied pairs and singles of an assignment game outside a span: no other coalition matters for its nucleolus.

A coalition is worth what its best matching is worth, so its excess is the sum of the excesses of pairs and singles; in the core
none of them is positive, and at least one is outside the span if the coalition is (Granot, Granot & Zhu 1998).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from comity import rational
from comity.games.coalitional.assignment import AssignmentGame
from comity.solvers.core.modular_span import PRIME


class AssignmentSeparation:
    """Looks at every pair of a row and a column, and at everybody alone; worths are in ``unit``."""

    def __init__(self, game: AssignmentGame, unit: float) -> None:
        self.m, self.n = len(game.rows), game.n
        worths = [[max(rational.double(worth) / unit, 0.0) for worth in line] for line in game.matrix]
        self.worth = np.array(worths, dtype=float).reshape(self.m, self.n - self.m)
        self.settled = np.zeros(self.m * (self.n - self.m) + self.n, dtype=bool)

    def settle(self, normal: Sequence[int]) -> None:
        """From now on coalitions on which this vector modulo the prime vanishes are left out."""
        keys = np.array(normal, dtype=np.int64)
        pairs = (keys[: self.m, None] + keys[None, self.m :]) % PRIME
        self.settled = np.concatenate([pairs.ravel(), keys]) == 0

    def find(self, y: NDArray[np.float64], t: float, tolerance: float, count: int) -> list[int]:
        """The pairs and singles with the largest excess above t."""
        m = self.m
        excess = np.concatenate([(self.worth - y[:m, None] - y[None, m:]).ravel(), -y])
        above = np.flatnonzero(~self.settled & (excess > t + tolerance))
        if above.size > count:
            above = above[np.argpartition(-excess[above], count)[:count]]
        return [self._coalition(k) for k in above.tolist()]

    def _coalition(self, k: int) -> int:
        columns = self.n - self.m
        if k >= self.m * columns:
            return 1 << k - self.m * columns
        return 1 << k // columns | 1 << self.m + k % columns
