"""Who complains most outside a span, proved without looking at every coalition.

The chain of levels is that of `excess_chain`; only its third point, that every coalition outside the span of the earlier
ones has at most the excess of the level, is confirmed here from the structure of the game:

* an assignment game: a coalition is worth what a matching of it is worth, so its excess is a sum over pairs and singles.
  If none of these is positive, and those outside the span are at most epsilon, so is every coalition outside the span;
  for one outside the span has a part outside it.
* a weighted vote: the least amount of a winning and of a losing coalition outside the span, exactly, in integers: over all
  sums of weights, or over the halves of all coalitions if the weights are long.

A coalition is outside the span if some integer vector orthogonal to the span sees it.  What the vectors see is packed into as
few integers as hold it, each of which is 0 only if everything packed in it is.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator, Sequence
from fractions import Fraction
from functools import cached_property
from math import gcd, lcm
from typing import Any

import numpy as np
from numpy.typing import NDArray

from comity.checks.excess_chain import Coalitions, Objectors, Span
from comity.checks.voting_power import whole_votes
from comity.coalitions import label, mask_of, names_of
from comity.exact_array import ExactArray
from comity.games.coalitional.assignment import AssignmentGame
from comity.games.coalitional.base import Game
from comity.games.coalitional.voting import VotingGame

# With so many players or fewer, every coalition is looked at.
MAX_TABLE_PLAYERS = 14
# Sums of two numbers below this stay inside int64.
SAFE = 1 << 60
MAX_STATES, MAX_HALVED_PLAYERS = 60_000_000, 44

Integers = NDArray[Any]


def objecting_coalitions(game: Game, x: Sequence[Fraction], divisors: ExactArray | None = None) -> Objectors:
    """All coalitions, by the structure of a large vote or assignment game, by their table otherwise."""
    if divisors is None and game.n > MAX_TABLE_PLAYERS:
        if isinstance(game, AssignmentGame):
            return PairsAndSingles(game, x)
        if isinstance(game, VotingGame) and _within_reach(game):
            return VotingCoalitions(game, x)
    return Coalitions(game, x, divisors)


class _ByMask(Objectors):
    """Coalitions as masks, whatever their worths follow from."""

    @property
    def everybody(self) -> int:
        return self.game.grand_coalition

    def single(self, name: str) -> int:
        return mask_of(self.game.players, [name])

    def read(self, named: Any) -> int:
        return mask_of(self.game.players, named)

    def named(self, key: int) -> list[str]:
        return names_of(self.game.players, key)

    def words(self, key: Any) -> str:
        return key if isinstance(key, str) else f"coalition {label(self.game.players, key)}"

    def vector(self, key: int) -> list[int]:
        return [key >> i & 1 for i in range(self.game.n)]

    def excess(self, key: int) -> Fraction:
        return self.game.excess(key, self.x)

    def first_above(self, levels: Sequence[tuple[Fraction, Span]]) -> tuple[int, Any] | None:
        for k, (epsilon, span) in enumerate(levels):
            found = self.above(epsilon, span)
            if found is not None:
                return k, found
        return None

    @abstractmethod
    def above(self, epsilon: Fraction, span: Span) -> Any:
        """One outside the span with a larger excess than that, or None."""


class PairsAndSingles(_ByMask):
    """The coalitions of an assignment game; only pairs of a row and a column, and players alone, are looked at."""

    game: AssignmentGame

    @cached_property
    def _excesses(self) -> tuple[Integers, int]:
        """Of pairs, row by row, then of singles; in integers over their common denominator."""
        game, m = self.game, len(self.game.rows)
        unit = lcm(*(a.denominator for a in self.x), *(a.denominator for line in game.matrix for a in line))
        amounts = [int(amount * unit) for amount in self.x]
        pairs = [
            max(int(worth * unit), 0) - amounts[i] - amounts[m + j]
            for i, line in enumerate(game.matrix)
            for j, worth in enumerate(line)
        ]
        return _integers([*pairs, *(-amount for amount in amounts)]), unit

    def above(self, epsilon: Fraction, span: Span) -> int | str | None:
        excess, unit = self._excesses
        high = np.flatnonzero(excess > 0)
        if high.size:
            # Then nothing follows for larger coalitions; and x is not in the core, which the nucleolus is.
            return self._coalition(int(high[0]))
        outside = np.zeros(len(excess), dtype=bool)
        m = len(self.game.rows)
        for normal in span.normals:
            seen = _integers(normal)
            outside |= np.concatenate([(seen[:m, None] + seen[None, m:]).ravel(), seen]) != 0
        found = np.flatnonzero(outside & (excess > (epsilon * unit).__floor__()))
        return self._coalition(int(found[0])) if found.size else None

    def _coalition(self, k: int) -> int:
        m, columns = len(self.game.rows), len(self.game.columns)
        return 1 << k - m * columns if k >= m * columns else 1 << k // columns | 1 << m + k % columns


class VotingCoalitions(_ByMask):
    """The coalitions of a weighted vote."""

    game: VotingGame

    def above(self, epsilon: Fraction, span: Span) -> str | None:
        unit = lcm(*(amount.denominator for amount in self.x))
        amounts = [int(amount * unit) for amount in self.x]
        limit = (epsilon * unit).__floor__()
        for key in _packed(span.normals):
            winning, losing = self._least(amounts, key)
            if winning is not None and unit - winning > limit:
                return "a winning coalition"
            if losing is not None and -losing > limit:
                return "a losing coalition"
        return None

    def _least(self, amounts: Sequence[int], key: Sequence[int]) -> tuple[int | None, int | None]:
        """The least amount of a winning and of a losing coalition with a key other than 0; None if there is none."""
        weights, quota = whole_votes(self.game.weights, self.game.quota)
        if _states(self.game) <= MAX_STATES and not _halves_are_fewer(self.game):
            return _least_by_weight(weights, quota, amounts, key)
        return _least_by_halves(weights, quota, amounts, key)


def _states(game: VotingGame) -> int:
    weights, _ = whole_votes(game.weights, game.quota)
    return game.n * (sum(weights) + 1)


def _halves_are_fewer(game: VotingGame) -> bool:
    return game.n <= MAX_HALVED_PLAYERS and 24 << (game.n + 1) // 2 < _states(game)


def _within_reach(game: VotingGame) -> bool:
    return _states(game) <= MAX_STATES or game.n <= MAX_HALVED_PLAYERS


def _packed(normals: Sequence[Sequence[int]]) -> Iterator[list[int]]:
    """Integer vectors k with k(S) = 0 for all of them just where every normal has b(S) = 0."""
    packed, radix = [0] * (len(normals[0]) if normals else 0), 1
    for normal in normals:
        common = gcd(*normal)
        digits = [a // common for a in normal]
        # |b(S)| is at most this, so that multiples of 2 * most + 1 keep clear of it.
        most = max(sum(a for a in digits if a > 0), -sum(a for a in digits if a < 0))
        if radix > 1 and radix * (2 * most + 1) > SAFE:
            yield packed
            packed, radix = [0] * len(digits), 1
        packed = [a + radix * b for a, b in zip(packed, digits, strict=True)]
        radix *= 2 * most + 1
    if radix > 1:
        yield packed


def _least_by_weight(
    weights: Sequence[int], quota: int, amounts: Sequence[int], key: Sequence[int]
) -> tuple[int | None, int | None]:
    """Dynamic programming over sums of weights, with the two cheapest coalitions of different keys for each."""
    far = sum(map(abs, amounts)) * 4 + 4
    states = np.arange(sum(weights) + 1)
    cost = _filled((2, len(states)), far, far)
    seen = _filled((2, len(states)), 0, sum(map(abs, key)))
    cost[0, 0] = 0
    for w, amount, step in zip(weights, amounts, key, strict=True):
        joined, joined_seen = np.full_like(cost, far), np.zeros_like(seen)
        joined[:, w:] = np.minimum(cost[:, : len(states) - w] + amount, far)
        joined_seen[:, w:] = seen[:, : len(states) - w] + step
        all_costs, all_seen = np.concatenate([cost, joined]), np.concatenate([seen, joined_seen])
        # Where nobody is, the amount may be below `far` by what has been added; it is put back.
        all_costs[all_costs > far // 2] = far
        best = all_costs.argmin(axis=0)
        first, first_seen = all_costs[best, states], all_seen[best, states]
        all_costs[all_seen == first_seen] = far
        second = all_costs.argmin(axis=0)
        cost = np.stack([first, all_costs[second, states]])
        seen = np.stack([first_seen, all_seen[second, states]])
    least = np.where(seen[0] != 0, cost[0], cost[1])
    found = [int(part.min()) if len(part) else far for part in (least[quota:], least[:quota])]
    return tuple(None if amount > far // 2 else amount for amount in found)  # type: ignore[return-value]


def _least_by_halves(
    weights: Sequence[int], quota: int, amounts: Sequence[int], key: Sequence[int]
) -> tuple[int | None, int | None]:
    """Every coalition of the first half with the cheapest of the second half on its side of the quota."""
    half = len(weights) // 2
    far = sum(map(abs, amounts)) * 4 + 4

    def halves(numbers: Sequence[int], order: tuple[Integers, Integers] | None = None) -> tuple[Integers, Integers]:
        both = _all_sums(numbers[:half]), _all_sums(numbers[half:])
        return both if order is None else (both[0][order[0]], both[1][order[1]])

    sums = halves(weights)
    order = np.argsort(sums[0], kind="stable"), np.argsort(sums[1], kind="stable")
    losers = np.searchsorted(sums[1][order[1]], quota - sums[0][order[0]])
    (cost, others), (seen, others_seen) = halves(amounts, order), halves(key, order)
    found: list[int | None] = []
    for wins in (True, False):
        if wins:
            last, listed, listed_seen = len(others) - 1 - losers, others[::-1], others_seen[::-1]
        else:
            last, listed, listed_seen = losers - 1, others, others_seen
        fits = last >= 0
        cheapest, runner_up = _prefix_minima(listed, listed_seen, far)
        place = cheapest[1][last[fits]]
        hidden = listed_seen[place] + seen[fits] == 0
        total = cost[fits] + np.where(hidden, runner_up[last[fits]], cheapest[0][last[fits]])
        least = int(total.min()) if total.size else far
        found.append(None if least > far // 2 else least)
    return found[0], found[1]


def _prefix_minima(cost: Integers, seen: Integers, far: int) -> tuple[tuple[Integers, Integers], Integers]:
    """Of each prefix the least cost with its place, and the least cost among those seen otherwise than that place."""
    least = np.minimum.accumulate(cost)
    places = np.arange(len(cost))
    is_new = np.ones(len(cost), dtype=bool)
    is_new[1:] = cost[1:] < least[:-1]
    place = np.maximum.accumulate(np.where(is_new, places, 0))
    # Whoever does not hold the place from here on, the old holder or the newcomer, may be the runner-up.
    loser = np.full_like(cost, far)
    loser[1:] = np.maximum(cost[1:], least[:-1])
    loser[1:][seen[1:] == seen[place[:-1]]] = far
    return (least, place), np.minimum.accumulate(loser)


def _all_sums(numbers: Sequence[int]) -> Integers:
    sums = _filled(1, 0, sum(map(abs, numbers)))
    for number in numbers:
        sums = np.concatenate([sums, sums + number])
    return sums


def _filled(shape: int | tuple[int, int], value: int, largest: int) -> Integers:
    """An array of 64-bit integers where they are enough, of Python's where not."""
    return np.full(shape, value, dtype=np.int64 if largest < SAFE else object)


def _integers(numbers: Sequence[int]) -> Integers:
    array = _filled(len(numbers), 0, max(map(abs, numbers), default=0))
    array[:] = numbers
    return array
