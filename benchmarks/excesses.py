"""What makes an answer right where many are: the largest excess of an allocation, and how far it is from the prekernel."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

Doubles = NDArray[np.float64]


def excesses(table: NDArray[Any], x: Sequence[Any]) -> Doubles:
    """v(S) - x(S) for every coalition S."""
    sums = np.zeros(1)
    for amount in map(float, x):
        sums = np.concatenate([sums, sums + amount])
    return np.asarray(table - sums, dtype=float)


def largest_excess(table: NDArray[Any], x: Sequence[Any]) -> float:
    """Over the coalitions that are neither empty nor everybody."""
    return float(excesses(table, x)[1:-1].max())


def imbalance(table: NDArray[Any], x: Sequence[Any]) -> float:
    """The largest difference between s_ij, the largest excess of a coalition with i and without j, and s_ji.

    As a share of the largest worth, to twelve digits: zero is the prekernel.
    """
    found, n = excesses(table, x), len(x)
    coalitions = np.arange(len(table))
    within = [(coalitions >> i & 1).astype(bool) for i in range(n)]
    surplus = [[found[within[i] & ~within[j]].max() if i != j else 0.0 for j in range(n)] for i in range(n)]
    largest = max(abs(surplus[i][j] - surplus[j][i]) for i in range(n) for j in range(n))
    return round(largest / float(np.abs(table).max()), 12)
