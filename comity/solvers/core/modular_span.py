"""The span of coalitions' vectors modulo a prime: which coalitions are outside is told by one number each."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

# Twice this stays inside int64.  Sub-determinants of coalitions of up to 30 players are smaller, and of differences of
# coalitions of up to 25, so no rank is lost.
PRIME = 2**61 - 1


class ModularSpan:
    """The span of integer vectors modulo `PRIME`, in reduced echelon form."""

    def __init__(self, n: int) -> None:
        self.n = n
        self._rows: dict[int, list[int]] = {}
        # A fixed seed: the same game gives the same steps.
        self._rng = np.random.default_rng(0)

    @property
    def rank(self) -> int:
        """Its dimension."""
        return len(self._rows)

    def add(self, vector: Sequence[int]) -> bool:
        """Whether the vector was outside; it is inside from now on."""
        row = [a % PRIME for a in vector]
        for pivot, known in self._rows.items():
            row = _without(row, known, pivot)
        if not any(row):
            return False
        pivot = next(i for i, a in enumerate(row) if a)
        inverse = pow(row[pivot], -1, PRIME)
        row = [a * inverse % PRIME for a in row]
        for other, known in self._rows.items():
            self._rows[other] = _without(known, row, pivot)
        self._rows[pivot] = row
        return True

    def random_normal(self) -> list[int]:
        """A random vector orthogonal to the span.

        A vector whose product with it is not 0 is outside the span, for certain; one whose product is 0 is inside
        but for a chance of 1 in 2**61.
        """
        normal = [0 if i in self._rows else int(self._rng.integers(1, PRIME)) for i in range(self.n)]
        for pivot, row in self._rows.items():
            normal[pivot] = -sum(a * b for i, (a, b) in enumerate(zip(row, normal, strict=True)) if i not in self._rows) % PRIME
        return normal


def residues(amounts: Sequence[int]) -> NDArray[np.int64]:
    """The sums over every coalition modulo the prime, of numbers that are below it."""
    sums = np.zeros(1, dtype=np.int64)
    for amount in amounts:
        sums = np.concatenate([sums, (sums + amount) % PRIME])
    return sums


def _without(row: list[int], known: list[int], pivot: int) -> list[int]:
    factor = row[pivot]
    return [(a - factor * b) % PRIME for a, b in zip(row, known, strict=True)] if factor else row
