"""Flow games: a coalition sends as much as it can through the arcs it owns."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from math import lcm
from typing import Any, ClassVar, Self

import numpy as np

from comity import rational
from comity.coalitions import player_names
from comity.declaration import declare
from comity.errors import InvalidGame
from comity.games.coalitional.base import Game, Orientation
from comity.games.coalitional.json_form import fields, game_form, json_number


@dataclass(frozen=True)
class Arc:
    """A directed arc of a network and whose it is."""

    tail: str
    head: str
    capacity: Fraction
    owner: str


@declare(
    "game",
    "The greatest flow through the arcs a coalition owns (flow game)",
    area="resource_pooling",
    reference="Kalai & Zemel (1982)",
)
class FlowGame(Game):
    """v(S) = the greatest flow from source to sink through arcs owned by members of S.

    Parameters
    ----------
    arcs : iterable of (tail, head, capacity, owner) or {"tail": ..., "head": ..., "capacity": ..., "owner": ...}
        Capacities are never negative; several arcs may join the same places.
    source, sink : str
        Two different places.
    players : iterable of str, optional
        By default all owners, in order of appearance.

    Examples
    --------
    >>> game = FlowGame([("s", "m", 5, "A"), ("m", "t", 3, "B"), ("m", "t", 4, "C")], "s", "t")
    >>> game.value(0b011), game.value(0b111)
    (3.0, 5.0)
    """

    kind: ClassVar[str] = "flow"
    facts: ClassVar[Mapping[str, str]] = {
        "totally_balanced": "who owns a least cut may share the flow by its arcs, in every subgame (Kalai & Zemel 1982)",
        "balanced": "totally balanced",
        "superadditive": "flows through different arcs can be sent together",
        "monotone": "more arcs carry no less",
    }
    orientation = Orientation.GAIN

    def __init__(self, arcs: Iterable[Any], source: str, sink: str, players: Iterable[str] | None = None) -> None:
        self.arcs = tuple(_arc(given, number) for number, given in enumerate(_listed(arcs), start=1))
        self.source, self.sink = source, sink
        if not isinstance(source, str) or not isinstance(sink, str) or source == sink:
            raise InvalidGame(f"the flow goes from {source!r} to {sink!r}; name two different places")
        owners = tuple(dict.fromkeys(arc.owner for arc in self.arcs))
        listed = owners if players is None else tuple(players)
        self.players = player_names(listed, len(listed))
        strangers = [name for name in owners if name not in self.players]
        if strangers:
            raise InvalidGame(
                f"{strangers[0]!r} owns an arc but is not among the players {', '.join(self.players)}; name everybody"
            )

    @cached_property
    def _network(self) -> tuple[list[tuple[int, int, int, int]], int]:
        """Arcs as (tail, head, capacity, owner's bit) in integers, source 0 and sink 1; and the unit."""
        unit = lcm(*(arc.capacity.denominator for arc in self.arcs))
        place = {
            name: k
            for k, name in enumerate(dict.fromkeys([self.source, self.sink, *(e for a in self.arcs for e in (a.tail, a.head))]))
        }
        bit = {name: 1 << i for i, name in enumerate(self.players)}
        return [(place[a.tail], place[a.head], int(a.capacity * unit), bit[a.owner]) for a in self.arcs], unit

    @cached_property
    def _known(self) -> dict[int, Fraction]:
        return {}

    def value(self, coalition: int) -> float:
        return rational.double(self.exact(coalition))

    def exact(self, coalition: int) -> Fraction:
        if coalition not in self._known:
            arcs, unit = self._network
            owned = [(tail, head, capacity) for tail, head, capacity, owner in arcs if owner & coalition]
            flow, _ = _greatest_flow(owned)
            sent = sum(amount * ((tail == 0) - (head == 0)) for (tail, head, _), amount in zip(owned, flow, strict=True))
            self._known[coalition] = Fraction(sent, unit)
        return self._known[coalition]

    def priced(self) -> tuple[list[Fraction], dict[str, Any]]:
        """To each the capacity of the arcs owned across a least cut, and the flow that proves it least."""
        arcs, unit = self._network
        flow, reached = _greatest_flow([(tail, head, capacity) for tail, head, capacity, _ in arcs])
        due: dict[str, Fraction] = dict.fromkeys(self.players, Fraction(0))
        cut = {arc.tail for arc, (tail, *_) in zip(self.arcs, arcs, strict=True) if tail in reached} | {
            arc.head for arc, (_, head, *_) in zip(self.arcs, arcs, strict=True) if head in reached
        }
        cut.add(self.source)
        for arc in self.arcs:
            if arc.tail in cut and arc.head not in cut:
                due[arc.owner] += arc.capacity
        sent = [rational.text(Fraction(amount, unit)) for amount in flow]
        return list(due.values()), {"argument": "prices", "flow": sent, "cut": sorted(cut)}

    def to_json(self) -> dict[str, Any]:
        arcs = [{"tail": a.tail, "head": a.head, "capacity": json_number(a.capacity), "owner": a.owner} for a in self.arcs]
        return game_form(self.kind, self, arcs=arcs, source=self.source, sink=self.sink)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """Read the form back; `read_game` is the way in."""
        given = fields(data, "arcs", "source", "sink", orientation=Orientation.GAIN)
        return cls(given["arcs"], given["source"], given["sink"], given["players"])

    @classmethod
    def random(cls, n: int, rng: np.random.Generator) -> Self:
        """Two arcs a player between four places, with integer capacities up to 9."""
        names = player_names(None, n)
        places = "sabt"
        arcs = []
        for owner in (*names, *names):
            tail, head = rng.choice(4, 2, replace=False).tolist()
            arcs.append((places[min(tail, head)], places[max(tail, head)], int(rng.integers(0, 10)), owner))
        return cls(arcs, "s", "t", names)


def _listed(arcs: Any) -> list[Any]:
    if isinstance(arcs, str | Mapping) or not isinstance(arcs, Iterable):
        raise InvalidGame(f"the arcs are {arcs!r}; write a list such as [('s', 't', 3, 'A')]")
    return list(arcs)


def _arc(given: Any, number: int) -> Arc:
    parts = ("tail", "head", "capacity", "owner")
    if isinstance(given, Mapping):
        if sorted(map(str, given)) != sorted(parts):
            raise InvalidGame(f"arc {number} has the parts {', '.join(map(str, given))}; give {', '.join(parts)}")
        given = [given[part] for part in parts]
    if not isinstance(given, tuple | list) or len(given) != 4:
        raise InvalidGame(f"arc {number} is {given!r}; write (tail, head, capacity, owner)")
    tail, head, capacity, owner = given
    if not all(isinstance(name, str) and name for name in (tail, head, owner)):
        raise InvalidGame(f"arc {number} joins {tail!r} to {head!r} for {owner!r}; use names")
    exact = rational.exact(capacity, f"the capacity of arc {number}")
    if exact < 0:
        raise InvalidGame(f"the capacity of arc {number} is {rational.text(exact)}; capacities are never negative, use 0 or more")
    return Arc(tail, head, exact, owner)


def _greatest_flow(arcs: Sequence[tuple[int, int, int]]) -> tuple[list[int], set[int]]:
    """The greatest flow from place 0 to place 1, by arc, and the places that room is left to: blocking flows (Dinic 1970)."""
    # Edge 2 k is arc k and edge 2 k + 1 the way back, which has the flow as its room.
    head = [place for tail, to, _ in arcs for place in (to, tail)]
    room = [amount for _, _, capacity in arcs for amount in (capacity, 0)]
    leaving: dict[int, list[int]] = {0: [], 1: []}
    for k, (tail, to, _) in enumerate(arcs):
        leaving.setdefault(tail, []).append(2 * k)
        leaving.setdefault(to, []).append(2 * k + 1)
    while True:
        depth = _depths(leaving, head, room)
        if 1 not in depth:
            return room[1::2], set(depth)
        _block(leaving, head, room, depth)


def _depths(leaving: Mapping[int, list[int]], head: Sequence[int], room: Sequence[int]) -> dict[int, int]:
    depth = {0: 0}
    waiting = deque([0])
    while waiting:
        here = waiting.popleft()
        for edge in leaving[here]:
            if room[edge] and head[edge] not in depth:
                depth[head[edge]] = depth[here] + 1
                waiting.append(head[edge])
    return depth


def _block(leaving: Mapping[int, list[int]], head: Sequence[int], room: list[int], depth: Mapping[int, int]) -> None:
    """Send flow along shortest paths until each has an edge without room."""
    # How many edges of each place lead nowhere any more.
    tried = dict.fromkeys(leaving, 0)
    path: list[int] = []
    here = 0
    while True:
        if here == 1:
            amount = min(room[edge] for edge in path)
            for edge in path:
                room[edge] -= amount
                room[edge ^ 1] += amount
            full = next(k for k, edge in enumerate(path) if not room[edge])
            here = head[path[full] ^ 1]
            del path[full:]
        edges, k = leaving[here], tried[here]
        while k < len(edges) and not (room[edges[k]] and depth.get(head[edges[k]]) == depth[here] + 1):
            k += 1
        tried[here] = k
        if k < len(edges):
            path.append(edges[k])
            here = head[edges[k]]
        elif path:
            here = head[path.pop() ^ 1]
            tried[here] += 1
        else:
            return
