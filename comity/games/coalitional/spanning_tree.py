"""Minimum cost spanning tree games: connecting everybody to a source, at least cost."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from functools import cached_property
from heapq import heapify, heappop, heappush
from math import lcm
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from comity import rational
from comity.coalitions import members, player_names
from comity.declaration import declare
from comity.errors import InvalidGame
from comity.exact_array import ExactArray
from comity.games.coalitional.base import Game, Orientation
from comity.games.coalitional.json_form import fields, game_form
from comity.games.coalitional.links import json_links, places, read_links

# An array of all pairs of more places takes more than 32 MB.
MAX_DENSE = 2000


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
        self.ends, self.costs = self._as_arrays()

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

    def _as_arrays(self) -> tuple[NDArray[np.int64], ExactArray]:
        """The places that each link joins, the source as number n, in shape (2, links); and what each costs."""
        position = {name: i for i, name in enumerate((*self.players, self.source))}
        ends = np.array([[position[a] for a, _ in self.links], [position[b] for _, b in self.links]], dtype=np.int64)
        unit = lcm(*{cost.denominator for cost in self.links.values()})
        whole = [cost.numerator * (unit // cost.denominator) for cost in self.links.values()]
        return ends, ExactArray(np.array([*whole, None], dtype=object)[:-1], unit)

    @cached_property
    def _costs(self) -> tuple[list[dict[int, int]], int]:
        """From each place, the source last, the costs of its links in their smallest common unit, by the place they lead to."""
        near: list[dict[int, int]] = [{} for _ in range(self.n + 1)]
        for i, j, cost in zip(*self.ends.tolist(), self.costs.numerators.tolist(), strict=True):
            near[i][j] = near[j][i] = cost
        return near, self.costs.denominator

    def is_dense(self) -> bool:
        """Whether arrays of all pairs of places are as short as lists of links."""
        return 8 * len(self.links) >= (self.n + 1) ** 2 and self.n < MAX_DENSE

    def _grown(self, coalition: int) -> list[tuple[int, int, int]]:
        """Prim's method from the source: (inside, newcomer, cost) in the order of joining."""
        if coalition == self.grand_coalition and self.is_dense():
            return self._grown_from_all_pairs()
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

    def _grown_from_all_pairs(self) -> list[tuple[int, int, int]]:
        """The same for everybody, in arrays: a key for each pair has the cost, then the newcomer, then who joined first."""
        n, bits = self.n, self.n.bit_length()
        whole = self.costs.numerators
        # A rank serves as well as a cost that leaves no room for the other two.
        ranks = whole if self.costs.largest < 1 << (61 - 2 * bits) else np.unique(whole, return_inverse=True)[1].reshape(-1)
        never = 1 << 62
        keys = np.full((n + 1, n + 1), never, dtype=np.int64)
        for i, j in (self.ends, self.ends[::-1]):
            keys[i, j] = ranks.astype(np.int64) << 2 * bits | j << bits
        near, order = keys[n].copy(), [n]
        grown: list[tuple[int, int]] = []
        keys[:, n] = never
        while len(grown) < n:
            newcomer = int(near.argmin())
            grown.append((order[int(near[newcomer]) & (1 << bits) - 1], newcomer))
            order.append(newcomer)
            keys[:, newcomer] = near[newcomer] = never
            np.minimum(near, keys[newcomer] + len(grown), out=near)
        cost = self.pair_costs(grown)
        return [(inside, newcomer, amount) for (inside, newcomer), amount in zip(grown, cost, strict=True)]

    def pair_costs(self, pairs: Sequence[tuple[int, int]]) -> list[int]:
        """What the links between these pairs of places cost, in numerators of `costs`."""
        names, unit = (*self.players, self.source), self.costs.denominator
        found = []
        for i, j in pairs:
            cost = self.links.get((names[i], names[j]))
            cost = self.links[names[j], names[i]] if cost is None else cost
            found.append(cost.numerator * (unit // cost.denominator))
        return found

    def tree(self, coalition: int) -> list[tuple[str, str]]:
        """The links of one cheapest tree, each from the end nearer to the source, in the order of joining."""
        names = (*self.players, self.source)
        return [(names[inside], names[newcomer]) for inside, newcomer, _ in self._grown(coalition)]

    def value(self, coalition: int) -> float:
        return rational.double(self.exact(coalition))

    def exact(self, coalition: int) -> Fraction:
        return Fraction(sum(cost for _, _, cost in self._grown(coalition)), self.costs.denominator)

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
