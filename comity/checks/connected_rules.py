"""The Myerson value of many players: every connected set and its neighbours, or dividends moved to who joins them on a forest."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

import numpy as np

from comity.checks.rule_sums import shapley_by_dividends_of_rules
from comity.coalitions import members
from comity.games.coalitional.base import Game
from comity.games.coalitional.rules import Rule

Link = tuple[int, int]
MAX_CONNECTED = 200_000


def myerson_by_parts(game: Game, links: Sequence[Link]) -> list[Fraction] | None:
    """The amounts from the dividends of the rules that connected sets stand for; None if these are too many."""
    near = [0] * game.n
    for i, j in links:
        near[i] |= 1 << j
        near[j] |= 1 << i
    connected = _grown_by_one(game.n, near)
    if connected is not None:
        worths = game.exact_worths(np.array(list(connected), dtype=np.int64 if game.n < 63 else object)).fractions()
        rules = [Rule(C, around, worth) for (C, around), worth in zip(connected.items(), worths, strict=True) if worth]
        return shapley_by_dividends_of_rules(rules, game.n)
    if type(game).dividends is Game.dividends or not _falls_apart(near):
        return None
    # On a forest a coalition needs those who are left when ends that are not its members are cut off, again and again.
    rules = []
    for S, dividend in game.dividends().items():
        needed = _cut_back(S, near)
        if needed:
            rules.append(Rule(needed, 0, dividend))
    return shapley_by_dividends_of_rules(rules, game.n)


def _grown_by_one(n: int, near: Sequence[int]) -> dict[int, int] | None:
    """Every connected set with its neighbours: those of one player more are those of a neighbour more."""
    found: dict[int, int] = {}
    largest = {1 << i: near[i] for i in range(n)}
    while largest:
        found |= largest
        if len(found) > MAX_CONNECTED:
            return None
        largest = {C | 1 << i: (around | near[i]) & ~(C | 1 << i) for C, around in largest.items() for i in members(around)}
    return found


def _falls_apart(near: Sequence[int]) -> bool:
    """Whether cutting off ends leaves no link: so it is with a forest."""
    left = (1 << len(near)) - 1
    ends = [i for i, around in enumerate(near) if around.bit_count() <= 1]
    while ends:
        i = ends.pop()
        if left >> i & 1:
            left ^= 1 << i
            ends += [j for j in members(near[i] & left) if (near[j] & left).bit_count() <= 1]
    return not left


def _cut_back(S: int, near: Sequence[int]) -> int:
    """The smallest connected set with S in it, on a forest; 0 if there is none."""
    reached = frontier = S & -S
    while frontier:
        around = 0
        for i in members(frontier):
            around |= near[i]
        frontier = around & ~reached
        reached |= frontier
    if S & ~reached:
        return 0
    ends = [i for i in members(reached & ~S) if (near[i] & reached).bit_count() == 1]
    while ends:
        i = ends.pop()
        reached ^= 1 << i
        ends += [j for j in members(near[i] & reached & ~S) if (near[j] & reached).bit_count() == 1]
    return reached
