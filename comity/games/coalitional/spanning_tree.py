"""Minimum cost spanning tree games: connecting everybody to a source, at least cost."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction
from functools import cached_property
from heapq import heapify, heappop, heappush
from math import lcm
from typing import Any, ClassVar, Self

import numpy as np

from comity import rational
from comity.coalitions import members, player_names
from comity.declaration import declare
from comity.errors import InvalidGame
from comity.games.coalitional.base import Game, Orientation
from comity.games.coalitional.json_form import fields, game_form
from comity.games.coalitional.links import json_links, places, read_links


@declare(
    "game",
    "A network that connects everybody to a source (minimum cost spanning tree game)",
    area="resource_pooling",
    reference="Claus & Kleitman (1973); Bird (1976)",
)
class SpanningTreeGame(Game):
    """c(S) = the least cost of a tree that connects S to the source, through members of S only.

    Parameters
    ----------
    graph : triples (a, b, cost), {(a, b): cost}, {a: {b: cost}} or a networkx graph with weights
        Costs are never negative.  Everybody has a link to the source, or some coalition could not be connected at
        any cost; other links may be missing.
    source : str
        The name of the source, which is not a player.
    players : iterable of str, optional
        By default every end of a link but the source.

    Examples
    --------
    >>> game = SpanningTreeGame([("well", "A", 6), ("well", "B", 10), ("A", "B", 2)], source="well")
    >>> game.value(0b10), game.value(0b11), game.tree(0b11)
    (10.0, 8.0, [('well', 'A'), ('A', 'B')])
    """

    kind: ClassVar[str] = "spanning_tree"
    facts: ClassVar[Mapping[str, str]] = {
        "totally_balanced": "everybody who pays the link towards the source is in the core, in every subgame (Bird 1976)",
        "balanced": "totally balanced",
        "subadditive": "two trees that meet in the source are a connected network",
    }
    orientation = Orientation.COST

    def __init__(self, graph: Any, source: str, players: Iterable[str] | None = None) -> None:
        self.links, self.source = read_links(graph, "the cost"), source
        named = [place for place in places(self.links) if place != source]
        listed = tuple(named) if players is None else tuple(players)
        if source in listed or not isinstance(source, str):
            raise InvalidGame(f"the source {source!r} is among the players or is no name; the source is not a player")
        self.players = player_names(listed, len(listed))
        self._check()

    def _check(self) -> None:
        known = {self.source, *self.players}
        for (a, b), cost in self.links.items():
            if a == b or not {a, b} <= known:
                raise InvalidGame(f"there is a link {a} - {b}; links join two different ones of {self.source} and the players")
            if cost < 0:
                raise InvalidGame(f"the link {a} - {b} costs {rational.text(cost)}; costs are never negative, use 0 or more")
        direct = {end for link in self.links if self.source in link for end in link}
        cut_off = [name for name in self.players if name not in direct]
        if cut_off:
            raise InvalidGame(f"{cut_off[0]} has no link to {self.source}, and could not be connected alone; give it a cost")

    @cached_property
    def _costs(self) -> tuple[list[dict[int, int]], int]:
        """From each place, the source last, the costs of its links in their smallest common unit, by the place they lead to."""
        unit = lcm(*(cost.denominator for cost in self.links.values()))
        position = {name: i for i, name in enumerate((*self.players, self.source))}
        near: list[dict[int, int]] = [{} for _ in range(self.n + 1)]
        for (a, b), cost in self.links.items():
            i, j = position[a], position[b]
            near[i][j] = near[j][i] = int(cost * unit)
        return near, unit

    def _grown(self, coalition: int) -> list[tuple[int, int, int]]:
        """Prim's method from the source: (inside, newcomer, cost) in the order of joining."""
        links, _ = self._costs
        missing = set(members(coalition))
        near = {i: cost for i, cost in links[self.n].items() if i in missing}
        # Of equal links the one to the player named first, from whoever joined first.
        waiting = [(cost, i, 0, self.n) for i, cost in near.items()]
        heapify(waiting)
        grown: list[tuple[int, int, int]] = []
        while missing and waiting:
            cost, newcomer, _, inside = heappop(waiting)
            if newcomer not in missing:
                continue
            missing.remove(newcomer)
            grown.append((inside, newcomer, cost))
            for i, new in links[newcomer].items():
                if i in missing and (i not in near or new < near[i]):
                    near[i] = new
                    heappush(waiting, (new, i, len(grown), newcomer))
        return grown

    def tree(self, coalition: int) -> list[tuple[str, str]]:
        """The links of one cheapest tree, each from the end nearer to the source, in the order of joining."""
        names = (*self.players, self.source)
        return [(names[inside], names[newcomer]) for inside, newcomer, _ in self._grown(coalition)]

    def value(self, coalition: int) -> float:
        return rational.double(self.exact(coalition))

    def exact(self, coalition: int) -> Fraction:
        return Fraction(sum(cost for _, _, cost in self._grown(coalition)), self._costs[1])

    def to_json(self) -> dict[str, Any]:
        return game_form(self.kind, self, links=json_links(self.links), source=self.source)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """Read the form back; `read_game` is the way in."""
        given = fields(data, "links", "source", orientation=Orientation.COST)
        if not isinstance(given["links"], list) or not isinstance(given["source"], str):
            raise InvalidGame('write "links" as a list such as [["well", "A", 3]] and "source" as a name')
        return cls(given["links"], given["source"], given["players"])

    @classmethod
    def random(cls, n: int, rng: np.random.Generator) -> Self:
        """Integer costs up to 20, every third link between players missing."""
        names = player_names(None, n)
        links = [("source", name, int(rng.integers(0, 21))) for name in names]
        links += [(a, b, int(rng.integers(0, 21))) for j, b in enumerate(names) for a in names[:j] if rng.random() < 2 / 3]
        return cls(links, "source", names)
