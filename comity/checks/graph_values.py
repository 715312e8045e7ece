"""Confirming values of games on graphs, by joining links one by one and by drawing every tree."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from fractions import Fraction
from itertools import islice
from math import comb
from typing import Any

import numpy as np
from numpy.typing import NDArray

from comity import rational
from comity.certificate import Basis, Certificate, Verdict
from comity.checks.comparison import compared
from comity.checks.connected_rules import myerson_by_parts
from comity.checks.core import settled
from comity.checks.level_sums import joining_sums, limbs
from comity.coalitions import members
from comity.declaration import declare
from comity.errors import ComityError, InvalidEvidence
from comity.exact_array import ExactArray
from comity.games.coalitional.base import Game

MAX_PLAYERS = 14
MAX_LINKS = 14
# Trees of one connected part; a complete graph of 7 has 5,040.
MAX_TREES = 10_000

Link = tuple[int, int]


@declare("check", "The amounts are the Shapley value among those who are linked", confirms=("myerson_value",))
def check_myerson_value(game: Game, x: Sequence[Any], witness: Mapping[str, Any] | None = None) -> Certificate:
    """Average contribution to the sum of the worths of the parts that the links within a coalition join.

    ``witness["links"]`` lists pairs of names.  With many players the connected sets are gone through instead, each a rule that
    wants its neighbours away, or on a forest the dividends that the model states.

    Examples
    --------
    >>> from comity.games.coalitional.voting import VotingGame
    >>> line = {"links": [["1", "2"], ["2", "3"]]}
    >>> bool(check_myerson_value(VotingGame((1, 1, 1), 2), ["1/6", "2/3", "1/6"], line))
    True
    """
    game, links, kept = _read(game, witness)
    claim, check = f"the amounts are the Myerson value for {len(links)} links", "check_myerson_value"
    if game.n > MAX_PLAYERS:
        right = myerson_by_parts(game, links)
        if right is None:
            return _undecided("the connected sets are more than can be gone through here", claim, check, kept)
        return compared(game, x, claim, check, lambda: right, kept, game.n)
    return compared(game, x, claim, check, lambda: _contributions_of_players(game, links), kept, MAX_PLAYERS)


@declare("check", "Each link's average contribution is divided between its ends", confirms=("position_value",))
def check_position_value(game: Game, x: Sequence[Any], witness: Mapping[str, Any] | None = None) -> Certificate:
    """x_i = v(i) + half of the average contributions of the links of i to the worth of the parts that links join.

    Examples
    --------
    >>> from comity.games.coalitional.voting import VotingGame
    >>> line = {"links": [["1", "2"], ["2", "3"]]}
    >>> bool(check_position_value(VotingGame((1, 1, 1), 2), ["1/4", "1/2", "1/4"], line))
    True
    """
    game, links, kept = _read(game, witness)
    claim, check = f"the amounts are the position value for {len(links)} links", "check_position_value"
    if len(links) > MAX_LINKS:
        return _undecided(f"{len(links)} links have more sets than the 2**{MAX_LINKS} gone through here", claim, check, kept)
    return compared(game, x, claim, check, lambda: _contributions_of_links(game, links), kept, game.n)


@declare("check", "The amounts are the average over all admissible trees", confirms=("average_tree_solution",))
def check_average_tree_solution(game: Game, x: Sequence[Any], witness: Mapping[str, Any] | None = None) -> Certificate:
    """In each tree a player gets what its part is worth with it beyond the parts that are left below it.

    Every tree is drawn: a root, below it a tree for each part that is left, with a neighbour of the root at its top.

    Examples
    --------
    >>> from comity.games.coalitional.voting import VotingGame
    >>> line = {"links": [["1", "2"], ["2", "3"]]}
    >>> bool(check_average_tree_solution(VotingGame((1, 1, 1), 2), [0, 1, 0], line))
    True
    """
    game, links, kept = _read(game, witness)
    claim, check = f"the amounts are the average tree solution for {len(links)} links", "check_average_tree_solution"
    near = [0] * game.n
    for i, j in links:
        near[i] |= 1 << j
        near[j] |= 1 << i
    drawn = {part: list(islice(_trees(part, part, near), MAX_TREES + 1)) for part in _parts(game.grand_coalition, links)}
    if max(map(len, drawn.values())) > MAX_TREES:
        return _undecided(f"there are more than {MAX_TREES} trees", claim, check, kept)

    def formula() -> list[Fraction]:
        x = [Fraction(0)] * game.n
        for trees in drawn.values():
            for tree in trees:
                for i, with_i, below in tree:
                    x[i] += (game.exact(with_i) - sum((game.exact(S) for S in below), Fraction(0))) / len(trees)
        return x

    return compared(game, x, claim, check, formula, kept, game.n)


def read_graph(game: Game, graph: Any) -> list[Link]:
    """The links as pairs of players, each once, from pairs of names or a networkx graph."""
    edges = list(graph.edges()) if callable(getattr(graph, "edges", None)) else graph
    if isinstance(edges, str | Mapping) or not hasattr(edges, "__iter__"):
        raise InvalidEvidence(
            f'the graph is {rational.shown(edges)}, not a list of links; give pairs such as [["A", "B"], ["B", "C"]]'
        )
    position = {name: i for i, name in enumerate(game.players)}
    links: list[Link] = []
    for edge in edges:
        if isinstance(edge, str) or not hasattr(edge, "__len__") or len(edge) != 2:
            raise ComityError(f"the link {edge!r} is not a pair of names; write two, such as ('A', 'B')")
        for name in edge:
            if not isinstance(name, str) or name not in position:
                raise ComityError(f"a link ends at {name!r}, who is no player; the players are {', '.join(game.players)}")
        i, j = sorted(position[name] for name in edge)
        if i == j:
            raise ComityError(f"a link joins {game.players[i]} to itself; leave it out")
        if (i, j) in links:
            raise ComityError(f"the link of {game.players[i]} and {game.players[j]} is given twice; give each link once")
        links.append((i, j))
    return links


def link_names(game: Game, links: Sequence[Link]) -> list[list[str]]:
    """The links as pairs of names, as a witness keeps them."""
    return [[game.players[i], game.players[j]] for i, j in links]


def _read(game: Game, witness: Mapping[str, Any] | None) -> tuple[Game, list[Link], dict[str, Any]]:
    game, kept = settled(game, witness)
    links = read_graph(game, (witness or {}).get("links"))
    return game, links, {"links": link_names(game, links), **kept}


def _parts(S: int, links: Sequence[Link]) -> list[int]:
    """The parts of S that the links within it join, found by merging."""
    parts = [1 << i for i in members(S)]
    for i, j in links:
        if S >> i & S >> j & 1:
            joined = sum(part for part in parts if part >> i & 1 or part >> j & 1)
            parts = [part for part in parts if not part & joined] + [joined]
    return parts


def _contributions_of_players(game: Game, links: Sequence[Link]) -> list[Fraction]:
    n = game.n
    everyone = np.arange(1 << n)
    part = _part_of_the_first(everyone, links)
    connected = np.unique(part[1:])
    worths = game.exact_worths(connected)
    place = np.searchsorted(connected, part[1:])
    x = [Fraction(0)] * n
    for shift, limb in limbs(worths):
        first = np.append(0, limb[place])
        worth, rest = first, everyone ^ part
        # Part by part, until nobody is left.
        while rest.any():
            worth = worth + first[rest]
            rest = rest ^ part[rest]
        for i, added in enumerate(joining_sums(ExactArray(worth, 1))):
            x[i] += (1 << shift) * sum((Fraction(gain, n * comb(n - 1, s)) for s, gain in enumerate(added)), Fraction(0))
    return [amount / worths.denominator for amount in x]


def _part_of_the_first(coalitions: NDArray[np.int64], links: Sequence[Link]) -> NDArray[np.int64]:
    """For every coalition the part that the links within it join to its first player."""
    around = np.zeros_like(coalitions)
    for i, j in links:
        around |= (coalitions >> i & 1) << j | (coalitions >> j & 1) << i
    part = coalitions & -coalitions
    while True:
        grown = part | around[part] & coalitions
        if np.array_equal(grown, part):
            return part
        part = grown


def _contributions_of_links(game: Game, links: Sequence[Link]) -> list[Fraction]:
    alone = [game.exact(1 << i) for i in range(game.n)]
    everybody, m = game.grand_coalition, len(links)
    value = _remembering(game.exact)
    worth = [sum((value(part) for part in _parts(everybody, [links[a] for a in members(A)])), Fraction(0)) for A in range(1 << m)]
    x = list(alone)
    for a, ends in enumerate(links):
        for A in range(1 << m):
            if not A >> a & 1:
                for i in ends:
                    x[i] += (worth[A | 1 << a] - worth[A]) / (2 * m * comb(m - 1, A.bit_count()))
    return x


def _remembering(exact: Callable[[int], Fraction]) -> Callable[[int], Fraction]:
    known: dict[int, Fraction] = {}

    def value(S: int) -> Fraction:
        if S not in known:
            known[S] = exact(S)
        return known[S]

    return value


def _trees(part: int, tops: int, near: Sequence[int]) -> Iterator[list[tuple[int, int, list[int]]]]:
    """Every admissible tree of a connected part with one of ``tops`` at its top, as (player, with it, parts below it)."""
    for i in members(part & tops):
        below = _below(part ^ 1 << i, near)
        for branches in _choices([(C, near[i]) for C in below], near):
            yield [(i, part, below), *branches]


def _choices(parts: list[tuple[int, int]], near: Sequence[int]) -> Iterator[list[tuple[int, int, list[int]]]]:
    if not parts:
        yield []
        return
    (part, tops), *others = parts
    for tree in _trees(part, tops, near):
        for rest in _choices(others, near):
            yield [*tree, *rest]


def _below(S: int, near: Sequence[int]) -> list[int]:
    return _parts(S, [(i, j) for i in members(S) for j in members(near[i] & S) if i < j])


def _undecided(reason: str, claim: str, check: str, kept: Mapping[str, Any]) -> Certificate:
    return Certificate(claim, Verdict.UNDECIDED, basis=Basis.ASSUMED, witness={"reason": reason, **kept}, check=check)
