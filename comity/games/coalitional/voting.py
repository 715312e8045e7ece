"""Weighted voting games: a coalition wins when its weights reach the quota."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction
from functools import cached_property
from math import lcm
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from comity import rational
from comity.coalitions import check_table_size, members, named_numbers
from comity.declaration import declare
from comity.errors import InvalidGame
from comity.exact_array import ExactArray
from comity.games.coalitional.base import Game, Orientation
from comity.games.coalitional.json_form import fields, game_form, json_number, json_numbers, numbers


@declare(
    "game",
    "A vote with weights and a quota",
    area="governance",
    reference="Shapley & Shubik (1954)",
)
class VotingGame(Game):
    """v(S) = 1 if the weights of S add up to the quota or more, else 0.

    Parameters
    ----------
    weights : mapping of name to weight, or one weight a player
        Never negative; read exactly, so that three votes of 0.1 reach a quota of 0.3.
    quota : number
        Positive, for the empty coalition must lose.  A quota above all weights is never reached.
    players : iterable of str, optional

    Examples
    --------
    >>> majority = VotingGame(weights=(1, 1, 1), quota=2)
    >>> majority.value(0b011), majority.value(0b100)
    (1.0, 0.0)
    """

    kind: ClassVar[str] = "voting"
    facts: ClassVar[Mapping[str, str]] = {"monotone": "weights are not negative: joining never loses a vote"}
    orientation = Orientation.GAIN

    def __init__(self, weights: Mapping[str, Any] | Iterable[Any], quota: Any, players: Iterable[str] | None = None) -> None:
        self.players, self.weights = named_numbers(weights, players, "the weight")
        self.quota = rational.exact(quota, "the quota")
        for name, weight in zip(self.players, self.weights, strict=True):
            if weight < 0:
                raise InvalidGame(f"the weight of {name} is {rational.text(weight)}; weights are never negative, use 0 or more")
        if self.quota <= 0:
            raise InvalidGame(f"the quota is {rational.text(self.quota)}, so nobody at all would win; use a positive quota")

    @cached_property
    def _integers(self) -> tuple[list[int], int]:
        """Weights and quota in their smallest common unit."""
        unit = lcm(self.quota.denominator, *(weight.denominator for weight in self.weights))
        return [int(weight * unit) for weight in self.weights], int(self.quota * unit)

    def _wins(self, coalition: int) -> bool:
        weights, quota = self._integers
        return sum(weights[i] for i in members(coalition)) >= quota

    def value(self, coalition: int) -> float:
        return float(self._wins(coalition))

    def exact(self, coalition: int) -> Fraction:
        return Fraction(self._wins(coalition))

    def table(self) -> NDArray[np.float64]:
        return self._winning.astype(float)

    def exact_table(self) -> list[Fraction]:
        worth = (Fraction(0), Fraction(1))
        return [worth[wins] for wins in self._winning.tolist()]

    @cached_property
    def integer_table(self) -> ExactArray:
        """1 where a coalition wins."""
        return ExactArray(self._winning.astype(np.int64), 1)

    @property
    def _winning(self) -> NDArray[np.bool_]:
        check_table_size(self.n)
        weights, quota = self._integers
        # Beyond 64 bits numpy would wrap around; Python's integers do not.
        kind = np.int64 if sum(weights) + quota < 2**63 else object
        total = np.zeros(1, dtype=kind)
        for weight in weights:
            total = np.concatenate([total, total + weight])
        return np.asarray(total >= quota, dtype=bool)

    def to_json(self) -> dict[str, Any]:
        return game_form(self.kind, self, weights=json_numbers(self.players, self.weights), quota=json_number(self.quota))

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """Read the form back; `read_game` is the way in."""
        given = fields(data, "weights", "quota", orientation=Orientation.GAIN)
        return cls(numbers("weights", given["weights"]), given["quota"], given["players"])

    @classmethod
    def random(cls, n: int, rng: np.random.Generator) -> Self:
        """Integer weights up to 9 and a quota that everybody together reaches."""
        weights = rng.integers(0, 10, n)
        weights[0] += 1
        return cls(weights.tolist(), int(rng.integers(1, weights.sum() + 1)))
