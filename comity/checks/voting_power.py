"""Confirming voting power by counting again: every coalition of a small vote, or without each player anew in a large one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from functools import lru_cache
from math import comb, lcm
from typing import Any

import numpy as np

from comity.certificate import Certificate, holds_if
from comity.declaration import declare
from comity.games.coalitional.voting import VotingGame

MAX_ENUMERATED = 16
MAX_COUNTED = 16_000_000_000


@declare("check", "How often a vote decides", reference="Banzhaf (1965); Shapley & Shubik (1954)")
def check_voting_power(game: VotingGame, player: str, swings: int, shapley_shubik: Fraction) -> Certificate:
    """The player decides in so many coalitions and in that share of the orders of joining.

    Up to 16 votes every coalition is looked at; beyond, the coalitions of the others are counted without the player.

    Examples
    --------
    >>> bool(check_voting_power(VotingGame({"A": 2, "B": 1, "C": 1}, 3), "A", 3, Fraction(2, 3)))
    True
    """
    counts = recount(game.weights, game.quota)[game.players.index(player)]
    share = sum((Fraction(count, comb(game.n - 1, size) * game.n) for size, count in enumerate(counts)), Fraction(0))
    witness: dict[str, Any] = {
        "weights": dict(zip(game.players, game.weights, strict=True)),
        "quota": game.quota,
        "player": player,
        "swings_by_number_of_others": list(counts),
        "swings": swings,
        "shapley_shubik": shapley_shubik,
    }
    right = sum(counts) == swings and share == shapley_shubik
    claim = f"{player} decides in {swings} coalitions and in {shapley_shubik} of the orders of joining"
    return Certificate(claim, holds_if(right), witness=witness, check="check_voting_power")


@lru_cache(maxsize=64)
def recount(weights: tuple[Fraction, ...], quota: Fraction) -> tuple[tuple[int, ...], ...]:
    """For every player, how many coalitions of each number of others win with the player only."""
    whole, needed = whole_votes(weights, quota)
    if len(whole) <= MAX_ENUMERATED and needed < 2**62:
        return _enumerated(whole, needed)
    kinds = sorted(set(whole), reverse=True)
    found = dict(_without_one_of_each([(w, whole.count(w)) for w in kinds], {0: 1}, needed, len(whole)))
    return tuple(found[w] for w in whole)


def whole_votes(weights: Sequence[Fraction], quota: Fraction) -> tuple[list[int], int]:
    """Weights and quota in integers; a quota nobody reaches is cut to just above all."""
    unit = lcm(quota.denominator, *(weight.denominator for weight in weights))
    whole = [int(weight * unit) for weight in weights]
    return whole, min(int(quota * unit), sum(whole) + 1)


def countable(weights: Sequence[Fraction], quota: Fraction) -> bool:
    """Whether counting takes seconds: a step for each vote and sum of weights, as long as all sizes together are."""
    whole, needed = whole_votes(weights, quota)
    n = len(whole)
    return n <= MAX_ENUMERATED or n * min(needed, 1 << n) * (4000 + n * n) <= MAX_COUNTED


def _enumerated(weights: Sequence[int], quota: int) -> tuple[tuple[int, ...], ...]:
    n = len(weights)
    totals, sizes = np.zeros(1, dtype=np.int64), np.zeros(1, dtype=np.int64)
    for w in weights:
        totals, sizes = np.concatenate([totals, totals + w]), np.concatenate([sizes, sizes + 1])
    coalitions = np.arange(1 << n)
    found = []
    for i, w in enumerate(weights):
        decides = (coalitions >> i & 1 == 1) & (totals >= quota) & (totals - w < quota)
        found.append(tuple(int(count) for count in np.bincount(sizes[decides] - 1, minlength=n)))
    return tuple(found)


def _without_one_of_each(
    kinds: Sequence[tuple[int, int]], others: dict[int, int], quota: int, n: int
) -> Iterator[tuple[int, tuple[int, ...]]]:
    """For each kind (weight, copies): the losing coalitions without one of it that win with it, by size.

    ``others`` counts the coalitions of everybody else by their weight, the number of each size in a slot of n bits; either
    half of the kinds is counted once for all kinds of the other.
    """
    if len(kinds) == 1:
        w, copies = kinds[0]
        counted = _with_members(others, w, copies - 1, quota, n)
        decides = sum(sizes for total, sizes in counted.items() if quota - w <= total < quota)
        yield w, tuple(decides >> (size * n) & ((1 << n) - 1) for size in range(n))
        return
    middle = len(kinds) // 2
    for own, rest in ((kinds[:middle], kinds[middle:]), (kinds[middle:], kinds[:middle])):
        counted = others
        for w, copies in rest:
            counted = _with_members(counted, w, copies, quota, n)
        yield from _without_one_of_each(own, counted, quota, n)


def _with_members(counted: dict[int, int], w: int, copies: int, quota: int, slot: int) -> dict[int, int]:
    """The count with so many more members of weight w; sums that reach the quota are dropped, for they have won."""
    for _ in range(copies):
        joined = dict(counted)
        for total, sizes in counted.items():
            if total + w < quota:
                joined[total + w] = joined.get(total + w, 0) + (sizes << slot)
        counted = joined
    return counted
