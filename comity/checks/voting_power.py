"""Confirming voting power by counting again: every coalition of a small vote, or without each player anew in a large one."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from functools import lru_cache
from math import comb, lcm
from typing import Any

import numpy as np

from comity.certificate import Certificate, holds_if
from comity.declaration import declare
from comity.games.coalitional.voting import VotingGame

MAX_ENUMERATED = 16


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
    unit = lcm(quota.denominator, *(weight.denominator for weight in weights))
    whole, needed = [int(weight * unit) for weight in weights], int(quota * unit)
    needed = min(needed, sum(whole) + 1)
    if len(whole) <= MAX_ENUMERATED and needed < 2**62:
        return _enumerated(whole, needed)
    found = {w: _without_one(whole, w, needed) for w in set(whole)}
    return tuple(found[w] for w in whole)


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


def _without_one(weights: Sequence[int], w: int, quota: int) -> tuple[int, ...]:
    others = list(weights)
    others.remove(w)
    # (weight, size) of every coalition of the others, sizes as exponents of a polynomial in an integer.
    slot = len(others) + 1
    counted: dict[int, int] = {0: 1}
    for other in sorted(others, reverse=True):
        for total, sizes in sorted(counted.items(), reverse=True):
            if total + other < quota:
                counted[total + other] = counted.get(total + other, 0) + (sizes << slot)
    decides = sum(sizes for total, sizes in counted.items() if quota - w <= total < quota)
    return tuple(decides >> (size * slot) & ((1 << slot) - 1) for size in range(len(weights)))
