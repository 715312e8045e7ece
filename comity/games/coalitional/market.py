"""Market games: a coalition pools its goods and hands each unit to whoever values it most."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction
from itertools import pairwise
from typing import Any, ClassVar, Self

import numpy as np

from comity import rational
from comity.coalitions import members, player_names
from comity.declaration import declare
from comity.errors import InvalidGame
from comity.games.coalitional.base import Game, Orientation
from comity.games.coalitional.json_form import fields, game_form, json_number

Steps = tuple[tuple[Fraction, Fraction], ...]


@declare(
    "game",
    "Traders who pool goods and value them by decreasing steps (market game)",
    area="resource_pooling",
    reference="Shapley & Shubik (1969), On market games",
)
class MarketGame(Game):
    """v(S) = the greatest total utility of S from its own goods: max sum of u_i(x_i), sum of x_i <= sum of endowments.

    Utility is a sum over goods of concave, piecewise linear functions: a good is worth its price up to an amount, then the
    next lower price, and so on; beyond the last step it is worth nothing.  Each good then goes to the highest steps first.

    Parameters
    ----------
    endowments : {player: {good: amount}}
        Never negative; goods not named are not owned.
    utilities : {player: {good: [(amount, price), ...]}}
        Steps in order: ``amount`` more units at ``price`` each, prices not rising, neither ever negative.
    players : iterable of str, optional

    Examples
    --------
    >>> game = MarketGame({"A": {"compute": 10}, "B": {}}, {"A": {"compute": [(4, 5), (6, 1)]}, "B": {"compute": [(3, 4)]}})
    >>> game.value(0b01), game.value(0b11)
    (26.0, 35.0)
    """

    kind: ClassVar[str] = "market"
    facts: ClassVar[Mapping[str, str]] = {
        "totally_balanced": "shares of a balanced collection's goods, averaged, can be consumed by all (Shapley & Shubik 1969)",
        "balanced": "totally balanced",
        "superadditive": "what two coalitions consume apart they can consume together",
        "monotone": "goods may be thrown away and nobody is harmed by any",
    }
    orientation = Orientation.GAIN

    def __init__(
        self, endowments: Mapping[str, Mapping[str, Any]], utilities: Mapping[str, Any], players: Iterable[str] | None = None
    ) -> None:
        pair: tuple[tuple[str, Any], ...] = (("endowments", endowments), ("utilities", utilities))
        for what, given in pair:
            if not isinstance(given, Mapping) or not all(isinstance(part, Mapping) for part in given.values()):
                raise InvalidGame(f"the {what} are {given!r}; write {{'A': {{'compute': ...}}}}")
        listed = tuple(dict.fromkeys([*endowments, *utilities])) if players is None else tuple(players)
        self.players = player_names(listed, len(listed))
        strangers = [name for name in (*endowments, *utilities) if name not in self.players]
        if strangers:
            raise InvalidGame(f"{strangers[0]!r} is not among the players {', '.join(self.players)}; name everybody")
        self.endowments = tuple(
            {str(good): _amount(number, f"the {good} of {name}") for good, number in endowments.get(name, {}).items()}
            for name in self.players
        )
        self.utilities = tuple(
            {str(good): _steps(steps, f"the utility of {good} for {name}") for good, steps in utilities.get(name, {}).items()}
            for name in self.players
        )
        owned = [good for part in self.endowments for good in part]
        wanted = [good for part in self.utilities for good in part]
        self.goods = tuple(dict.fromkeys(owned + wanted))

    def value(self, coalition: int) -> float:
        return rational.double(self.exact(coalition))

    def exact(self, coalition: int) -> Fraction:
        return sum((self._worth_of(good, coalition) for good in self.goods), Fraction(0))

    def _worth_of(self, good: str, coalition: int) -> Fraction:
        everybody = list(members(coalition))
        left = sum((self.endowments[i].get(good, Fraction(0)) for i in everybody), Fraction(0))
        steps = sorted((step for i in everybody for step in self.utilities[i].get(good, ())), key=lambda step: -step[1])
        worth = Fraction(0)
        for amount, price in steps:
            used = min(amount, left)
            worth += used * price
            left -= used
        return worth

    def priced(self) -> tuple[list[Fraction], dict[str, Any]]:
        """What one's goods cost and what one gains by buying, at prices where supply meets demand."""
        prices = {good: self._clearing_price(good) for good in self.goods}
        x = [
            sum((prices[good] * amount for good, amount in owned.items()), Fraction(0))
            + sum(
                (
                    amount * (worth - prices[good])
                    for good, steps in wanted.items()
                    for amount, worth in steps
                    if worth > prices[good]
                ),
                Fraction(0),
            )
            for owned, wanted in zip(self.endowments, self.utilities, strict=True)
        ]
        return x, {"argument": "prices", "prices": {good: rational.text(price) for good, price in prices.items()}}

    def _clearing_price(self, good: str) -> Fraction:
        """What one more unit of the good would be worth to all together."""
        left = sum((owned.get(good, Fraction(0)) for owned in self.endowments), Fraction(0))
        for amount, worth in sorted(
            (step for wanted in self.utilities for step in wanted.get(good, ())), key=lambda step: -step[1]
        ):
            left -= amount
            if left < 0:
                return worth
        return Fraction(0)

    def to_json(self) -> dict[str, Any]:
        return game_form(
            self.kind,
            self,
            endowments={
                name: {good: json_number(amount) for good, amount in owned.items()}
                for name, owned in zip(self.players, self.endowments, strict=True)
            },
            utilities={
                name: {good: [[json_number(part) for part in step] for step in steps] for good, steps in wanted.items()}
                for name, wanted in zip(self.players, self.utilities, strict=True)
            },
        )

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """Read the form back; `read_game` is the way in."""
        given = fields(data, "endowments", "utilities", orientation=Orientation.GAIN)
        return cls(given["endowments"], given["utilities"], given["players"])

    @classmethod
    def random(cls, n: int, rng: np.random.Generator) -> Self:
        """Two goods, up to two steps each, in small integers."""
        names = player_names(None, n)
        goods = ("compute", "data")
        endowments = {name: {good: int(rng.integers(0, 8)) for good in goods} for name in names}
        utilities = {
            name: {
                good: [(int(rng.integers(0, 5)), price) for price in sorted(rng.integers(0, 9, 2).tolist())[::-1]]
                for good in goods
            }
            for name in names
        }
        return cls(endowments, utilities, names)


def _amount(number: Any, what: str) -> Fraction:
    amount = rational.exact(number, what)
    if amount < 0:
        raise InvalidGame(f"{what} is {rational.text(amount)}; it is never negative, use 0 or more")
    return amount


def _steps(given: Any, what: str) -> Steps:
    if isinstance(given, str | Mapping) or not isinstance(given, Iterable):
        raise InvalidGame(f"{what} is {given!r}; write steps such as [(10, 5), (20, 3)]")
    steps = []
    for step in given:
        if not isinstance(step, tuple | list) or len(step) != 2:
            raise InvalidGame(f"{what} has the step {step!r}; write (amount, price)")
        steps.append((_amount(step[0], f"an amount in {what}"), _amount(step[1], f"a price in {what}")))
    for (_, first), (_, second) in pairwise(steps):
        if second > first:
            raise InvalidGame(
                f"{what} rises from {rational.text(first)} to {rational.text(second)}; prices of further units do not rise"
            )
    return tuple(steps)
