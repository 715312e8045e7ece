"""Queueing games: one at a time is served, and those who wait bear a cost."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction
from functools import partial
from typing import Any, ClassVar, Self

import numpy as np

from comity import rational
from comity.coalitions import members, named_numbers
from comity.declaration import declare
from comity.errors import InvalidGame
from comity.games.coalitional.base import Game, Orientation
from comity.games.coalitional.json_form import fields, game_form, json_numbers, numbers
from comity.games.coalitional.nested_parts import NestedParts, levels

SERVED = ("first", "last")


@declare(
    "game",
    "Waiting for a service that takes one at a time (queueing game)",
    area="resource_pooling",
    reference="Maniquet (2003); Chun (2006)",
)
class QueueingGame(Game):
    """c(S) = the least total waiting cost of S, were S served before (or after) everybody else.

    Each service takes one unit of time, and the impatient are served first.  Before all others, c(S) is the sum of
    min(a_i, a_j) over the pairs of S: a convex cost.  After all others, it is (n - 1) a(S) less the sum of max(a_i, a_j) over
    the pairs: a concave cost.  c(N) is the same.  The Shapley values are Maniquet's minimal transfer rule and
    Chun's maximal transfer rule, both before transfers are told from waiting.

    Parameters
    ----------
    waiting_costs : mapping of name to cost a of waiting for one unit of time, or one a player
        Never negative.
    served : "first" or "last"
        What a coalition may count on.
    players : iterable of str, optional

    A sum of symmetric games on nested sets of the more, or the less, patient, so that the Shapley value is found for tens of
    thousands of players.

    Examples
    --------
    >>> game = QueueingGame({"A": 9, "B": 6, "C": 3})
    >>> [game.value(S) for S in (0b001, 0b011, 0b111)]
    [0.0, 6.0, 12.0]
    """

    kind: ClassVar[str] = "queueing"
    orientation = Orientation.COST

    def __init__(
        self, waiting_costs: Mapping[str, Any] | Iterable[Any], served: str = "first", players: Iterable[str] | None = None
    ) -> None:
        self.players, self.waiting_costs = named_numbers(waiting_costs, players, "the waiting cost")
        if served not in SERVED:
            raise InvalidGame(f'coalitions are served {served!r}; use "first" or "last"')
        self.served = str(served)
        for name, cost in zip(self.players, self.waiting_costs, strict=True):
            if cost < 0:
                raise InvalidGame(f"the waiting cost of {name} is {rational.text(cost)}; costs are never negative, use 0 or more")

    def value(self, coalition: int) -> float:
        return rational.double(self.exact(coalition))

    def exact(self, coalition: int) -> Fraction:
        impatient_first = sorted((self.waiting_costs[i] for i in members(coalition)), reverse=True)
        start = 0 if self.served == "first" else self.n - len(impatient_first)
        return sum((place * cost for place, cost in enumerate(impatient_first, start)), Fraction(0))

    def dividends(self) -> dict[int, Fraction]:
        a = self.waiting_costs
        pairs = [(i, j) for j in range(self.n) for i in range(j)]
        if self.served == "first":
            found = {1 << i | 1 << j: min(a[i], a[j]) for i, j in pairs}
        else:
            found = {1 << i: (self.n - 1) * cost for i, cost in enumerate(a)}
            found |= {1 << i | 1 << j: -max(a[i], a[j]) for i, j in pairs}
        return {S: dividend for S, dividend in found.items() if dividend}

    def nested_parts(self) -> NestedParts:
        """The least cost of a pair is a sum of steps that both reach; the greatest lacks the steps that neither reaches."""
        steps, patient_first = levels(self.waiting_costs), sorted(range(self.n), key=self.waiting_costs.__getitem__)
        if self.served == "first":
            return NestedParts(patient_first[::-1], [(self.n - below, partial(_waiting, step, 0)) for step, below in steps])
        others = self.n - 1
        whole = (self.n, partial(_waiting, -max(self.waiting_costs), -others))
        return NestedParts(patient_first, [whole, *((below, partial(_waiting, step, -others)) for step, below in steps if below)])

    def to_json(self) -> dict[str, Any]:
        return game_form(self.kind, self, waiting_costs=json_numbers(self.players, self.waiting_costs), served=self.served)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """Read the form back; `read_game` is the way in."""
        given = fields(data, "waiting_costs", "served", orientation=Orientation.COST)
        return cls(numbers("waiting_costs", given["waiting_costs"]), given["served"], given["players"])

    @classmethod
    def random(cls, n: int, rng: np.random.Generator) -> Self:
        """Integer costs up to 9, served first or last."""
        return cls(rng.integers(0, 10, n).tolist(), SERVED[int(rng.integers(2))])


def _waiting(cost: Fraction, others: int, size: int) -> Fraction:
    """``cost`` for every pair and ``others`` times the cost for every one."""
    return cost * (size * (size - 1) // 2 + others * size)
