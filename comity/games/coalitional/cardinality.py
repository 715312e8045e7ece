"""Games in which only the size of a coalition matters."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from comity import rational
from comity.coalitions import check_table_size, coalition_of, player_names, sizes
from comity.declaration import declare
from comity.errors import InvalidGame
from comity.games.coalitional.base import Game, Orientation
from comity.games.coalitional.json_form import fields, game_form, json_number


@declare(
    "game",
    "A worth for every size of coalition (symmetric game)",
    area="benefit_distribution",
    reference="von Neumann & Morgenstern (1944)",
)
class CardinalityGame(Game):
    """v(S) = worth_by_size[|S| - 1]: all players are alike.

    Parameters
    ----------
    worth_by_size : the worths of 1, 2, ..., n players, or {size: worth}
    players : iterable of str, optional
    orientation : "gain" or "cost"

    The most dissatisfied coalition is found among n, so that core and least core need no table.

    Examples
    --------
    >>> CardinalityGame([0, 60, 120]).value(0b101)
    60.0
    """

    kind: ClassVar[str] = "cardinality"

    def __init__(
        self,
        worth_by_size: Mapping[int, Any] | Iterable[Any],
        players: Iterable[str] | None = None,
        orientation: str | Orientation = Orientation.GAIN,
    ) -> None:
        listed = _listed(worth_by_size)
        self.players = player_names(players, len(listed))
        self.orientation = Orientation(orientation)
        exact = [rational.exact(worth, f"the worth of {size + 1} players") for size, worth in enumerate(listed)]
        # Index 0 is the empty coalition.
        self.worth_by_size = (Fraction(0), *exact)

    def value(self, coalition: int) -> float:
        return rational.double(self.exact(coalition))

    def exact(self, coalition: int) -> Fraction:
        return self.worth_by_size[coalition.bit_count()]

    def table(self) -> NDArray[np.float64]:
        check_table_size(self.n)
        return np.array([rational.double(worth) for worth in self.worth_by_size])[sizes(self.n)]

    def exact_table(self) -> list[Fraction]:
        check_table_size(self.n)
        return [self.worth_by_size[size] for size in sizes(self.n).tolist()]

    def most_dissatisfied(self, x: Sequence[Fraction]) -> tuple[int, Fraction]:
        # Of all coalitions of one size, those who receive the least (pay the most) have the largest excess.
        order = sorted(range(self.n), key=lambda i: self.sign * x[i])
        found = []
        total = Fraction(0)
        for size, player in enumerate(order[: max(self.n - 1, 1)], start=1):
            total += x[player]
            found.append((self.sign * (self.worth_by_size[size] - total), coalition_of(order[:size])))
        excess, worst = max(found, key=lambda pair: (pair[0], -pair[1]))
        return worst, excess

    def to_json(self) -> dict[str, Any]:
        return game_form(self.kind, self, worth_by_size=[json_number(worth) for worth in self.worth_by_size[1:]])

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """Read the form back; `read_game` is the way in."""
        given = fields(data, "worth_by_size")
        if not isinstance(given["worth_by_size"], list):
            raise InvalidGame(f'"worth_by_size" is {given["worth_by_size"]!r}; list the worths of 1, 2, ... players')
        return cls(given["worth_by_size"], given["players"], given["orientation"])

    @classmethod
    def random(cls, n: int, rng: np.random.Generator) -> Self:
        """Integer worths between -5 and 20, received or paid."""
        return cls(rng.integers(-5, 21, n).tolist(), orientation=["gain", "cost"][int(rng.integers(2))])


def _listed(worths: Any) -> list[Any]:
    if not isinstance(worths, Mapping):
        if isinstance(worths, str) or not isinstance(worths, Iterable):
            raise InvalidGame(f"the worths by size are {worths!r}; list the worths of 1, 2, ... players")
        return list(worths)
    n = len(worths)
    missing = [size for size in range(1, n + 1) if size not in worths]
    if missing:
        raise InvalidGame(f"the sizes {list(worths)} are given; give each size from 1 to the number of players, {missing[0]} too")
    return [worths[size] for size in range(1, n + 1)]
