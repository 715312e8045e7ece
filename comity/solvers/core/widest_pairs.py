"""Pairs of coalitions whose dissatisfactions differ most, found from the extremes of one table instead of all its pairs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from comity.solvers.core.coalition_rows import IntegerGame
from comity.solvers.core.modular_span import PRIME, residues

Floats = NDArray[np.float64]
# Each block of the table gives a coalition for either side, so that pairs that are found together differ.
BLOCKS = 1 << 7


class WidestPairs:
    """Where violated pairs are looked for: rows of a `PairGame`."""

    def __init__(self, game: IntegerGame, unit: float, unit_of_t: float) -> None:
        self.game = game
        self.worths = game.array.astype(np.float64) / unit
        self.seen = np.zeros(1 << game.n, dtype=np.int64)

    def settle(self, normal: Sequence[int]) -> None:
        """From now on pairs whose coalitions this vector modulo the prime sees alike are left out."""
        half = len(normal) // 2
        first, others = residues(normal[:half]), residues(normal[half:])
        self.seen = ((others[:, None] + first) % PRIME).ravel()

    def find(self, y: Floats, t: float, tolerance: float, count: int) -> list[int]:
        """Up to ``count`` pairs whose excess at y is above t by more than the tolerance."""
        half = len(y) // 2
        excess = self.worths.reshape(1 << (len(y) - half), 1 << half) - self.game.spread(y[:half])
        excess -= self.game.spread(y[half:])[:, None]
        return pairs_above(excess.ravel(), self.seen, t + tolerance, count)


def pairs_above(excess: NDArray[Any], seen: NDArray[np.int64], least: Any, count: int) -> list[int]:
    """Up to ``count`` pairs (S, T), as S * 2**n + T, with excess[S] - excess[T] > least and seen[S] != seen[T]; the widest first.

    None only if there is none: let S have the largest and T the smallest excess of all.  The widest pair is S with the smallest
    outside its class, or T with the largest outside its class; for were neither in it, S with its T or its S with T would be
    wider, unless both pairs are of one class and so all four of one.
    """
    size = len(excess)
    blocks = excess.reshape(min(BLOCKS, size), -1), seen.reshape(min(BLOCKS, size), -1)
    S, T = int(excess.argmax()), int(excess.argmin())
    if not excess[S] - excess[T] > least:
        return []
    tops = _extremes(*blocks, seen[T], largest=True)
    bottoms = _extremes(*blocks, seen[S], largest=False)
    ends = zip(tops[np.argsort(-excess[tops], kind="stable")], bottoms[np.argsort(excess[bottoms], kind="stable")], strict=False)
    pairs = {(int(top), T) for top in tops} | {(S, int(bottom)) for bottom in bottoms} | {(int(a), int(b)) for a, b in ends}
    wide = [(excess[a] - excess[b], a, b) for a, b in pairs if seen[a] != seen[b] and excess[a] - excess[b] > least]
    wide.sort(key=lambda pair: (-pair[0], pair[1:]))
    return [a * size + b for _, a, b in wide[:count]]


def _extremes(excess: NDArray[Any], seen: NDArray[np.int64], apart: int, largest: bool) -> NDArray[np.int64]:
    """For each block the coalition with the largest (or smallest) excess of those that are not seen as ``apart``."""
    width = excess.shape[1]
    rows = np.arange(len(excess))
    where = excess.argmax(axis=1) if largest else excess.argmin(axis=1)
    # In most blocks the extreme one is outside already.
    look = np.flatnonzero(seen[rows, where] == apart)
    if look.size:
        part = excess[look]
        worst = excess.min() - 1 if largest else excess.max() + 1
        part[seen[look] == apart] = worst
        where[look] = part.argmax(axis=1) if largest else part.argmin(axis=1)
    found: NDArray[np.int64] = (rows * width + where)[seen[rows, where] != apart]
    return found


def classes(totals: Iterable[NDArray[Any]], size: int) -> NDArray[np.int64]:
    """One number for each coalition, the same for two of them only if all the totals are.

    >>> classes([np.array([0, 5, 5, 10]), np.array([0, 1, 2, 3])], 4).tolist()
    [0, 1, 2, 3]
    """
    found = np.zeros(size, dtype=np.int64)
    for total in totals:
        _, each = np.unique(total, return_inverse=True)
        _, found = np.unique(found * size + each.reshape(-1), return_inverse=True)
    return found.reshape(-1)


class OpenPairs:
    """The pairs whose coalitions are in different classes."""

    def __init__(self, seen: NDArray[np.int64]) -> None:
        self.seen = seen

    def __getitem__(self, pair: int, /) -> bool:
        S, T = divmod(pair, len(self.seen))
        return bool(self.seen[S] != self.seen[T])
