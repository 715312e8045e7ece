"""Data pooled for one purpose, worth less with each further record: N / (N + k) of what unlimited data would be worth."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from fractions import Fraction
from itertools import product
from math import comb, factorial, lcm, prod
from typing import Any, ClassVar, Self

import numpy as np

from comity import rational
from comity.coalitions import members, named_numbers
from comity.declaration import declare
from comity.errors import InvalidGame
from comity.games.coalitional.base import Game, Orientation
from comity.games.coalitional.json_form import fields, game_form, json_numbers, numbers

# Contributions are added up over counts of equal sizes; so many counts take about a second.
MAX_COUNTS = 4096
# Binary digits kept of each summand: the error stays below 2**-180 for any sum that is allowed.
BITS = 200


@declare(
    "game",
    "Data pooled by several owners, with decreasing returns",
    area="information_sharing",
    reference="Ghorbani & Zou (2019), Jia et al. (2019); worth N / (N + k): model B7",
)
class DataPool(Game):
    """v(S) = worth N / (N + saturation), with N the records of the members of S together.

    Parameters
    ----------
    sizes : mapping of name to records, or one number a player
        Never negative.
    saturation : number
        The k at which a pool is worth half of what unlimited data would be; above 0.
    worth : number
        What unlimited data would be worth; never negative.
    players : iterable of str, optional

    Examples
    --------
    >>> pool = DataPool({"A": 5, "B": 10, "C": 40}, saturation=10)
    >>> [round(float(x), 6) for x in pool.average_contributions()]
    [0.135082, 0.225991, 0.485082]
    """

    kind: ClassVar[str] = "data_pool"
    facts: ClassVar[Mapping[str, str]] = {
        "concave": "N / (N + k) is concave in N, so a data set adds less to a larger pool",
        "monotone": "N / (N + k) rises with N",
        "subadditive": "concave, and no data are worth nothing",
    }
    orientation = Orientation.GAIN

    def __init__(
        self,
        sizes: Mapping[str, Any] | Iterable[Any],
        saturation: Any,
        worth: Any = 1,
        players: Iterable[str] | None = None,
    ) -> None:
        self.players, self.sizes = named_numbers(sizes, players, "the size")
        self.saturation = rational.exact(saturation, "the saturation")
        self.worth = rational.exact(worth, "the worth")
        for name, size in zip(self.players, self.sizes, strict=True):
            if size < 0:
                raise InvalidGame(f"{name} has {rational.text(size)} records; give 0 or more")
        if self.saturation <= 0:
            raise InvalidGame(f"the saturation is {rational.text(self.saturation)}; give a number above 0")
        if self.worth < 0:
            raise InvalidGame(f"the worth is {rational.text(self.worth)}; give 0 or more")

    def value(self, coalition: int) -> float:
        return rational.double(self.exact(coalition))

    def exact(self, coalition: int) -> Fraction:
        records = sum((self.sizes[i] for i in members(coalition)), Fraction(0))
        return self.worth * records / (records + self.saturation)

    def average_contributions(self) -> list[Fraction]:
        """What each adds on average over all orders of arrival, short of it by less than worth / 2**180.

        Players with equal sizes are alike, so that only how many of each size have come is counted: 50 owners of two sizes are a
        few hundred counts.  Exact values come from `comity.shapley_value`.
        """
        kinds = Counter(self.sizes)
        if counts_of(self.sizes) > MAX_COUNTS:
            raise InvalidGame(
                f"{self.n} data sets of {len(kinds)} different sizes can come together in more than {MAX_COUNTS:,} ways; "
                "round the sizes so that more of them are equal, or group data sets"
            )
        # Counted in a unit in which all are whole numbers.
        unit = lcm(self.saturation.denominator, *(size.denominator for size in kinds))
        whole = {int(size * unit): count for size, count in kinds.items()}
        shares = {size: _average_contribution(int(size * unit), whole, int(self.saturation * unit)) for size in kinds}
        return [self.worth * shares[size] for size in self.sizes]

    def to_json(self) -> dict[str, Any]:
        scalars = json_numbers(("saturation", "worth"), (self.saturation, self.worth))
        return game_form(self.kind, self, sizes=json_numbers(self.players, self.sizes), **scalars)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """Read the form back; `read_game` names what is wrong with it."""
        given = fields(data, "sizes", "saturation", "worth", orientation=Orientation.GAIN)
        return cls(numbers("sizes", given["sizes"]), given["saturation"], given["worth"], given["players"])

    @classmethod
    def random(cls, n: int, rng: np.random.Generator) -> Self:
        """Up to 20 records each, some of them equal."""
        return cls(rng.integers(0, 21, n).tolist(), int(rng.integers(1, 30)), int(rng.integers(0, 100)))


def counts_of(sizes: Iterable[Fraction]) -> int:
    """In how many ways data sets can have come, those of equal size not told apart."""
    return prod(count + 1 for count in Counter(sizes).values())


def _average_contribution(size: int, kinds: Mapping[int, int], saturation: int) -> Fraction:
    """Of one data set of this size, to a pool of worth 1, rounded down at each summand."""
    others = {other: count - (other == size) for other, count in kinds.items()}
    n = sum(kinds.values())
    total = 0
    for come in product(*(range(count + 1) for count in others.values())):
        before = sum(come)
        ways = prod(comb(count, c) for count, c in zip(others.values(), come, strict=True))
        filled = saturation + sum(c * other for other, c in zip(others, come, strict=True))
        # N' / (N' + k) - N / (N + k) = k (N' - N) / ((N' + k) (N + k))
        weight = ways * factorial(before) * factorial(n - 1 - before)
        total += (weight * saturation * size << BITS) // (factorial(n) * filled * (filled + size))
    return Fraction(total, 1 << BITS)
