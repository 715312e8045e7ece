"""The most dissatisfied coalitions of a weighted vote outside a span: by weight, or by halves if the weights are long.

Both look for the cheapest coalition of each kind and keep the *two* cheapest with different keys.  If the key of the
cheapest is 0, it is in the span and the second, which then is not, takes its place: no coalition in the span is ever in
the way of one outside.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from comity.solvers.core.modular_span import PRIME

Doubles = NDArray[np.float64]
Keys = NDArray[np.int64]
NONE = 1e300
# Halves of so many members fill some hundred megabytes; a state for each sum and member some, too.
MAX_HALVED_PLAYERS = 44
MAX_STATES = 60_000_000
# From each of so many parts of the table of halves one coalition is taken.
PARTS = 256


def voting_separation(weights: Sequence[int], quota: int) -> ByWeight | ByHalves | None:
    """The quicker of both ways, or None if the vote is too large for either."""
    total, n = sum(weights), len(weights)
    by_weight, by_halves = n * (total + 1), 24 << (n + 1) // 2
    if n <= MAX_HALVED_PLAYERS and total < 1 << 61 and (by_halves < by_weight or by_weight > MAX_STATES):
        return ByHalves(weights, quota)
    return ByWeight(weights, quota) if by_weight <= MAX_STATES else None


class ByWeight:
    """Dynamic programming: for every sum of weights the two cheapest coalitions with different keys."""

    def __init__(self, weights: Sequence[int], quota: int) -> None:
        self.weights, self.total = list(weights), sum(weights)
        self.wins = np.arange(self.total + 1) >= quota
        # What winning is worth, in the unit of the amounts.
        self.win = 1.0
        self.keys = np.zeros(len(weights), dtype=np.int64)
        shape = (len(weights), self.total + 1)
        # Where the first and the second came from: 0 or 1, the first or second without the member; 2 or 3, with it.
        self.came = np.zeros(shape, dtype=np.int8), np.zeros(shape, dtype=np.int8)

    def settle(self, normal: Sequence[int]) -> None:
        """Coalitions with a key of 0 are in the span from now on."""
        self.keys = np.array(normal, dtype=np.int64)

    def find(self, y: Doubles, t: float, tolerance: float, count: int) -> list[int]:
        """For the sums with the largest excess above t, a coalition that has it."""
        first, second, key = self._cheapest(y, self.keys)
        in_span = key == 0
        cost = np.where(in_span, second, first)
        excess = np.where(cost < NONE / 2, np.where(self.wins, self.win, 0.0) - cost, -NONE)
        above = np.flatnonzero(excess > t + tolerance)
        if above.size > count:
            above = above[np.argpartition(-excess[above], count)[:count]]
        return self._traced(above, in_span[above].astype(np.int64))

    def _cheapest(self, x: Doubles, keys: Keys) -> tuple[Doubles, Doubles, Keys]:
        states = self.total + 1
        c1, c2 = np.full(states, NONE), np.full(states, NONE)
        z1, z2 = np.zeros(states, dtype=np.int64), np.zeros(states, dtype=np.int64)
        c1[0] = 0.0
        reached = 1
        for i, w in enumerate(self.weights):
            # Only the sums that the members so far can reach.
            reached += w
            a1, a2, y1, y2 = c1[:reached], c2[:reached], z1[:reached], z2[:reached]
            b1, u1 = _with(a1, y1, w, float(x[i]), int(keys[i]))
            b2, u2 = _with(a2, y2, w, float(x[i]), int(keys[i]))
            take = b1 < a1
            m1, k1 = np.where(take, b1, a1), np.where(take, u1, y1)
            other, k_other = np.where(take, a1, b1), np.where(take, y1, u1)
            m2, k2, code = np.where(k_other != k1, other, NONE), k_other, np.where(take, 0, 2).astype(np.int8)
            for cost, key, where in ((a2, y2, 1), (b2, u2, 3)):
                better = (cost < m2) & (key != k1)
                m2, k2 = np.where(better, cost, m2), np.where(better, key, k2)
                code[better] = where
            c1[:reached], z1[:reached], c2[:reached], z2[:reached] = m1, k1, m2, k2
            self.came[0][i, :reached] = np.where(take, 2, 0)
            self.came[1][i, :reached] = code
        return c1, c2, z1

    def _traced(self, sums: NDArray[np.int64], which: NDArray[np.int64]) -> list[int]:
        sums = sums.copy()
        found = [0] * len(sums)
        for i in range(len(self.weights) - 1, -1, -1):
            came = np.where(which == 0, self.came[0][i, sums], self.came[1][i, sums])
            taken = came >= 2
            for k in np.flatnonzero(taken).tolist():
                found[k] |= 1 << i
            sums = np.where(taken, sums - self.weights[i], sums)
            which = came & 1
        return found


def _with(cost: Doubles, key: Keys, w: int, x: float, z: int) -> tuple[Doubles, Keys]:
    """Costs and keys after a member of weight w has joined, by the new sum."""
    new_cost, new_key = np.full(cost.shape, NONE), np.zeros(key.shape, dtype=np.int64)
    rest = cost.size - w
    new_cost[w:] = cost[:rest] + x
    joined = key[:rest] + z
    new_key[w:] = np.where(joined >= PRIME, joined - PRIME, joined)
    return new_cost, new_key


class ByHalves:
    """Meet in the middle: every coalition of one half, with the two cheapest of the other half on its side of the quota."""

    def __init__(self, weights: Sequence[int], quota: int) -> None:
        self.win, self.half = 1.0, len(weights) // 2
        left, right = _sums(np.array(weights[: self.half], dtype=np.int64)), _sums(np.array(weights[self.half :], dtype=np.int64))
        # Both sorted by weight, so that neighbours stay neighbours in memory.
        self.left, self.right = np.argsort(left, kind="stable"), np.argsort(right, kind="stable")
        # How many of the right half lose with each of the left.
        self.losing = np.searchsorted(right[self.right], quota - left[self.left], side="left")

    def settle(self, normal: Sequence[int]) -> None:
        """Coalitions with a key of 0 are in the span from now on."""
        keys = np.array(normal, dtype=np.int64)
        key = _key_sums(keys[: self.half])[self.left]
        # A pair is in the span if its keys add up to 0 modulo the prime.
        self.forbidden = np.where(key == 0, 0, PRIME - key)
        self.other_keys = _key_sums(keys[self.half :])[self.right]

    def find(self, y: Doubles, t: float, tolerance: float, count: int) -> list[int]:
        """The coalitions with the largest excess above t, each in a part of the table of its own."""
        h = self.half
        cost, others = _sums(y[:h])[self.left], _sums(y[h:])[self.right]
        other_keys, forbidden = self.other_keys, self.forbidden
        found: list[tuple[float, int]] = []
        size = len(others)
        for wins in (True, False):
            if wins:
                first, k1, second, k2 = _two_cheapest(others[::-1], other_keys[::-1])
                places = size - 1 - self.losing
                k1, k2 = size - 1 - k1, size - 1 - k2
            else:
                first, k1, second, k2 = _two_cheapest(others, other_keys)
                places = self.losing - 1
            fits = places >= 0
            places = np.maximum(places, 0)
            chosen = k1[places]
            blocked = other_keys[chosen] == forbidden
            partner = np.where(blocked, k2[places], chosen)
            total = np.where(fits, cost + np.where(blocked, second[places], first[places]), NONE)
            for a in _cheapest_of_parts(total):
                excess = (self.win if wins else 0.0) - float(total[a])
                if excess > t + tolerance:
                    found.append((-excess, int(self.left[a]) | int(self.right[partner[a]]) << h))
        return [S for _, S in sorted(found)[:count]]


def _two_cheapest(cost: Doubles, key: Keys) -> tuple[Doubles, NDArray[np.int64], Doubles, NDArray[np.int64]]:
    """For each prefix the least cost and its place, and the least cost with another key and its place."""
    place = np.arange(len(cost))
    first = np.minimum.accumulate(cost)
    before = np.concatenate([[NONE], first[:-1]])
    record = cost < before
    k1 = np.maximum.accumulate(np.where(record, place, 0))
    k_before = np.concatenate([[0], k1[:-1]])
    # A new record leaves the old one behind, anybody else stays behind: unless both have the same key.
    left_behind = np.where(key == key[k_before], NONE, np.maximum(cost, before))
    second = np.minimum.accumulate(left_behind)
    improved = left_behind < np.concatenate([[NONE], second[:-1]])
    entry = np.maximum.accumulate(np.where(improved, place, 0))
    k2 = np.where(record, k_before, place)[entry]
    return first, k1, second, k2


def _cheapest_of_parts(cost: Doubles) -> list[int]:
    parts = min(PARTS, len(cost))
    size = len(cost) // parts
    best = cost.reshape(parts, size).argmin(axis=1)
    return [part * size + int(k) for part, k in enumerate(best)]


def _sums(numbers: NDArray[Any]) -> NDArray[Any]:
    sums = np.zeros(1, dtype=numbers.dtype)
    for number in numbers:
        sums = np.concatenate([sums, sums + number])
    return sums


def _key_sums(keys: Keys) -> Keys:
    sums = np.zeros(1, dtype=np.int64)
    for key in keys:
        joined = sums + key
        sums = np.concatenate([sums, np.where(joined >= PRIME, joined - PRIME, joined)])
    return sums
