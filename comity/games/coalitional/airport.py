"""Airport games: a coalition pays for the longest runway any of its members needs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction
from functools import partial
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from comity import rational
from comity.coalitions import check_table_size, members, named_numbers, sizes
from comity.declaration import declare
from comity.errors import InvalidGame
from comity.games.coalitional.base import Game, Orientation
from comity.games.coalitional.json_form import fields, game_form, json_numbers, numbers
from comity.games.coalitional.nested_parts import NestedParts, levels


@declare(
    "game",
    "A shared facility whose cost is set by the largest need (airport game)",
    area="resource_pooling",
    reference="Littlechild & Owen (1973)",
)
class AirportGame(Game):
    """c(S) is the largest cost among the members of S, as for a runway that serves all of them.

    The dual game is a sum of one unanimity game for each step of the sorted costs, so that values are
    found for any number of players.

    Parameters
    ----------
    costs : mapping of name to cost, or one cost a player
        Never negative; the game is in their unit.
    players : iterable of str, optional

    Examples
    --------
    >>> game = AirportGame({"short": 12, "medium": 28, "long": 60})
    >>> game.value(0b011)
    28.0
    """

    kind: ClassVar[str] = "airport"
    facts: ClassVar[Mapping[str, str]] = {
        "concave": "a maximum has decreasing increments (Littlechild & Owen 1973)",
        "monotone": "the maximum over a larger set is not smaller",
        "subadditive": "concave, and the empty coalition costs nothing",
        "balanced": "concave cost games have a core (Shapley 1971)",
    }
    orientation = Orientation.COST

    def __init__(self, costs: Mapping[str, Any] | Iterable[Any], players: Iterable[str] | None = None) -> None:
        self.players, self.costs = named_numbers(costs, players, "the cost")
        for name, cost in zip(self.players, self.costs, strict=True):
            if cost < 0:
                raise InvalidGame(f"the cost of {name} is {rational.text(cost)}; costs are never negative, use 0 or more")

    def value(self, coalition: int) -> float:
        return rational.double(self.exact(coalition))

    def exact(self, coalition: int) -> Fraction:
        return max((self.costs[i] for i in members(coalition)), default=Fraction(0))

    def table(self) -> NDArray[np.float64]:
        check_table_size(self.n)
        # The nearest double of a maximum is the maximum of the nearest doubles.
        table = np.zeros(1)
        for cost in self.costs:
            table = np.concatenate([table, np.maximum(table, rational.double(cost))])
        return table

    def exact_table(self) -> list[Fraction]:
        check_table_size(self.n)
        table = [Fraction(0)]
        for cost in self.costs:
            table += [max(worth, cost) for worth in table]
        return table

    def dividends(self) -> dict[int, Fraction]:
        # Maximum-minimums identity: max = sum over T of (-1)^(|T|+1) min over T.
        check_table_size(self.n)
        least: list[Fraction | None] = [None]
        for cost in self.costs:
            least += [cost if worth is None else min(worth, cost) for worth in least]
        odd = (sizes(self.n) % 2).tolist()
        return {S: worth if odd[S] else -worth for S, worth in enumerate(least) if worth}

    def dual_dividends(self) -> dict[int, Fraction]:
        # A step between two neighbouring costs is saved only if everybody who needs it is away.
        steps: dict[int, Fraction] = {}
        below, needing = Fraction(0), self.grand_coalition
        for cost, player in sorted((cost, i) for i, cost in enumerate(self.costs)):
            if cost > below:
                steps[needing] = cost - below
                below = cost
            needing ^= 1 << player
        return steps

    def nested_parts(self) -> NestedParts:
        """Each step of runway costs its length as soon as one of those who need it is there."""
        order = sorted(range(self.n), key=self.costs.__getitem__, reverse=True)
        return NestedParts(order, [(self.n - below, partial(_once, step)) for step, below in levels(self.costs)])

    def to_json(self) -> dict[str, Any]:
        return game_form(self.kind, self, costs=json_numbers(self.players, self.costs))

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """Read the form back; `read_game` names what is wrong with it."""
        given = fields(data, "costs", orientation=Orientation.COST)
        return cls(numbers("costs", given["costs"]), given["players"])

    @classmethod
    def random(cls, n: int, rng: np.random.Generator) -> Self:
        """Integer costs up to 20, some of them equal."""
        return cls(rng.integers(0, 21, n).tolist())


def _once(cost: Fraction, size: int) -> Fraction:
    return cost if size else Fraction(0)
