"""Cooperation along links as a sum of rules: a connected set counts where all of it is there and none of its neighbours is."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import islice

import numpy as np

from comity.coalitions import members
from comity.games.coalitional.base import Game
from comity.games.coalitional.rules import Rule

Link = tuple[int, int]
# A line of 600 has fewer connected sets, a star of 18 about as many.
MAX_CONNECTED = 200_000


def connected_rules(game: Game, links: Sequence[Link]) -> list[Rule] | None:
    """Rules whose sum is the game in which only those who are linked cooperate; None if they are too many.

    A coalition is worth what its parts are worth, and C is a part of S if C is connected, in S, and no neighbour of C is in S.
    On a forest a model that knows its dividends needs fewer rules: one that wants everybody present who is on the way between
    members of the coalition of the dividend (Owen 1986).
    """
    near = [0] * game.n
    for i, j in links:
        near[i] |= 1 << j
        near[j] |= 1 << i
    if type(game).dividends is not Game.dividends and _is_forest(game.n, near):
        return _joined_dividends(game, near)
    connected = list(islice(_connected(game.n, near), MAX_CONNECTED + 1))
    if len(connected) > MAX_CONNECTED:
        return None
    sets = np.array(connected, dtype=np.int64 if game.n < 63 else object)
    rules = []
    for C, worth in zip(connected, game.exact_worths(sets).fractions(), strict=True):
        if worth:
            neighbours = 0
            for i in members(C):
                neighbours |= near[i]
            rules.append(Rule(C, neighbours & ~C, worth))
    return rules


def _connected(n: int, near: Sequence[int]) -> Iterator[int]:
    """Every connected set once: from its first player on, each further neighbour is taken or refused for good."""
    for first in range(n):
        waiting = [(1 << first, near[first] & ~((2 << first) - 1), (2 << first) - 1)]
        while waiting:
            S, open_to, refused = waiting.pop()
            yield S
            while open_to:
                one = open_to & -open_to
                open_to ^= one
                refused |= one
                waiting.append((S | one, open_to | near[one.bit_length() - 1] & ~refused & ~S, refused))


def _is_forest(n: int, near: Sequence[int]) -> bool:
    parent = list(range(n))

    def root(i: int) -> int:
        while parent[i] != i:
            parent[i] = parent[parent[i]]
            i = parent[i]
        return i

    for i in range(n):
        for j in members(near[i] & ((1 << i) - 1)):
            a, b = root(i), root(j)
            if a == b:
                return False
            parent[a] = b
    return True


def _joined_dividends(game: Game, near: Sequence[int]) -> list[Rule]:
    """The dividends moved to the coalitions that are needed to join their members; those that nothing joins are lost."""
    up, depth, tree = _rooted(game.n, near)
    total: dict[int, Fraction] = {}
    for S, dividend in game.dividends().items():
        listed = list(members(S))
        if len({tree[i] for i in listed}) > 1:
            continue
        joined = S
        for i in listed[1:]:
            a, b = i, listed[0]
            while a != b:
                if depth[a] < depth[b]:
                    a, b = b, a
                joined |= 1 << a
                a = up[a]
            joined |= 1 << a
        total[joined] = total.get(joined, Fraction(0)) + dividend
    return [Rule(S, 0, dividend) for S, dividend in total.items() if dividend]


def _rooted(n: int, near: Sequence[int]) -> tuple[list[int], list[int], list[int]]:
    """For each player the next one towards the root of its tree, the distance to the root, and the root."""
    up, depth, tree = list(range(n)), [0] * n, [-1] * n
    for root in range(n):
        if tree[root] >= 0:
            continue
        tree[root] = root
        waiting = [root]
        while waiting:
            i = waiting.pop()
            for j in members(near[i]):
                if tree[j] < 0:
                    tree[j], up[j], depth[j] = root, i, depth[i] + 1
                    waiting.append(j)
    return up, depth, tree
