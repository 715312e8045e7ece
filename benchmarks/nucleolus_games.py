"""Eight families of integer games on which nucleolus codes are timed, by the number of players and a seed.

1 to 5 follow the generators of Benedek, Fliege & Nguyen (2021), "Finding and verifying the nucleolus of cooperative games";
6 is convex as a sum of unanimity games, 7 as a convex function of a weight, 8 is what an airport saves.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from comity.coalitions import sizes

Table = NDArray[np.int64]


def per_head(n: int, rng: np.random.Generator) -> Table:
    """Uniform up to 100 a member, nothing alone, nearly the most together."""
    size = sizes(n)
    table = np.where(size > 1, (rng.random(1 << n) * 100 * size).astype(np.int64) + 1, 0)
    table[-1] = rng.integers(100 * (n - 2), 100 * n + 1)
    return table


def uniform(n: int, rng: np.random.Generator) -> Table:
    """Uniform up to 50 a player, whoever is in it."""
    return np.where(sizes(n) > 1, rng.integers(1, 50 * n + 1, 1 << n), 0)


def large_winners(n: int, rng: np.random.Generator) -> Table:
    """Coalitions that lack at most two players win, nine times of ten."""
    size = sizes(n)
    table = ((size >= n - 2) & (rng.random(1 << n) < 0.9)).astype(np.int64)
    table[-1] = 1
    return table


def few_values(n: int, rng: np.random.Generator) -> Table:
    """Uniform up to the number of players: ties everywhere."""
    return np.where(sizes(n) > 1, rng.integers(1, n + 1, 1 << n), 0)


def five_large_voters(n: int, rng: np.random.Generator) -> Table:
    """A vote with five large players; from seven players on."""
    weights = [(n - 3) // 2] * 5 + [1] * (n - 5)
    return (_sums(weights) >= 4 * weights[0] + n - 4).astype(np.int64)


def unanimity_sums(n: int, rng: np.random.Generator) -> Table:
    """A sum of 5n unanimity games."""
    table = np.zeros(1 << n, dtype=np.int64)
    for _ in range(5 * n):
        carrier = rng.choice(n, rng.integers(2, max(3, n // 2)), replace=False)
        table[sum(1 << int(i) for i in carrier)] += rng.integers(1, 100)
    for i in range(n):
        halves = table.reshape(-1, 2, 1 << i)
        halves[:, 1] += halves[:, 0]
    return table


def convex_power(n: int, rng: np.random.Generator) -> Table:
    """Weight to the power 3/2, rounded down."""
    return (_sums(rng.integers(1, 100, n).tolist()) ** 1.5).astype(np.int64)


def airport_savings(n: int, rng: np.random.Generator) -> Table:
    """What aircraft save by sharing one runway."""
    costs = np.sort(rng.integers(1, 1000, n))
    longest = np.zeros(1, dtype=np.int64)
    for cost in costs:
        longest = np.concatenate([longest, np.maximum(longest, cost)])
    return _sums(costs.tolist()) - longest


FAMILIES: dict[str, Callable[[int, np.random.Generator], Table]] = {
    family.__name__: family
    for family in (
        per_head,
        uniform,
        large_winners,
        few_values,
        five_large_voters,
        unanimity_sums,
        convex_power,
        airport_savings,
    )
}


def table_of(family: str, n: int, seed: int = 0) -> Table:
    """The worths of one game, by coalition."""
    table = FAMILIES[family](n, np.random.default_rng([n, seed]))
    table[0] = 0
    return table


def _sums(weights: list[int]) -> Table:
    sums = np.zeros(1, dtype=np.int64)
    for weight in weights:
        sums = np.concatenate([sums, sums + weight])
    return sums
