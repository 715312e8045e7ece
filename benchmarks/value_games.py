"""Five recipes for tables of worths on which values are timed: doubles of many digits, or rounded to whole numbers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

Table = NDArray[Any]


def additive(n: int, rng: np.random.Generator) -> Table:
    """The sum of the players' whole weights."""
    worths = np.zeros(1, dtype=np.int64)
    for weight in rng.integers(1, 100, n):
        worths = np.concatenate([worths, worths + weight])
    return worths


def uniform(n: int, rng: np.random.Generator) -> Table:
    worths = rng.random(1 << n)
    worths[0] = 0
    return worths


FAMILIES: dict[str, Callable[[int, np.random.Generator], Table]] = {
    "uniform": uniform,
    "convex": lambda n, rng: (additive(n, rng) / 37.0) ** 2,
    "concave": lambda n, rng: np.sqrt(additive(n, rng)),
    "normal": lambda n, rng: uniform(n, rng) - uniform(n, rng),
    "noisy": lambda n, rng: additive(n, rng) * uniform(n, rng),
}


def doubles(family: str, n: int) -> Table:
    """The worths of one game, by coalition; nobody can write to them, so that a game need not copy them."""
    return _fixed(FAMILIES[family](n, np.random.default_rng(n)))


def wholes(family: str, n: int) -> Table:
    """The same as 64-bit integers up to a hundred thousand."""
    worths = FAMILIES[family](n, np.random.default_rng(n))
    return _fixed(np.rint(worths * (1e5 / np.abs(worths).max())).astype(np.int64))


def _fixed(worths: Table) -> Table:
    worths.flags.writeable = False
    return worths
