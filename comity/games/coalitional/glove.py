"""Glove games: a left glove alone is worth nothing, a pair is worth one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction
from typing import Any, ClassVar, Self

import numpy as np

from comity import rational
from comity.coalitions import check_table_size, exact_sums, members, player_names
from comity.declaration import declare
from comity.errors import InvalidGame
from comity.games.coalitional.base import Game, Orientation
from comity.games.coalitional.json_form import fields, game_form, json_numbers

MAX_COUNT = 10_000


@declare(
    "game",
    "Two complements of which only pairs are worth something (glove game)",
    area="resource_pooling",
    reference="Shapley & Shubik (1969), On market games",
)
class GloveGame(Game):
    """v(S) = min(left gloves in S, right gloves in S).

    Parameters
    ----------
    left, right : {name: gloves}, names of owners of one glove each, or how many such owners
        Amounts are never negative and need not be whole; a player may own both kinds.
    players : iterable of str, optional
        All players, in order; by default those named on the left, then those on the right.

    Examples
    --------
    >>> game = GloveGame(["A", "B"], ["C"])
    >>> game.value(0b011), game.value(0b111)
    (0.0, 1.0)
    """

    kind: ClassVar[str] = "glove"
    facts: ClassVar[Mapping[str, str]] = {
        "totally_balanced": "the smaller of two additive games; owners of the scarce hand may get all (Shapley & Shubik 1969)",
        "balanced": "totally balanced",
        "superadditive": "pairs made apart can be made together",
        "monotone": "more gloves make no fewer pairs",
    }
    orientation = Orientation.GAIN

    def __init__(self, left: Any, right: Any, players: Iterable[str] | None = None) -> None:
        hands = [_gloves(left, "left", "L"), _gloves(right, "right", "R")]
        named = dict.fromkeys([*hands[0], *hands[1]])
        listed = tuple(named) if players is None else tuple(players)
        self.players = player_names(listed, len(listed))
        strangers = [name for name in named if name not in self.players]
        if strangers:
            raise InvalidGame(
                f"{strangers[0]!r} owns gloves but is not among the players {', '.join(self.players)}; name everybody"
            )
        self.left, self.right = (tuple(hand.get(name, Fraction(0)) for name in self.players) for hand in hands)

    def value(self, coalition: int) -> float:
        return rational.double(self.exact(coalition))

    def exact(self, coalition: int) -> Fraction:
        left, right = (sum((hand[i] for i in members(coalition)), Fraction(0)) for hand in (self.left, self.right))
        return min(left, right)

    def exact_table(self) -> list[Fraction]:
        check_table_size(self.n)
        return [min(left, right) for left, right in zip(exact_sums(self.left), exact_sums(self.right), strict=True)]

    def to_json(self) -> dict[str, Any]:
        return game_form(
            self.kind, self, left=json_numbers(self.players, self.left), right=json_numbers(self.players, self.right)
        )

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """Read the form back; `read_game` is the way in."""
        given = fields(data, "left", "right", orientation=Orientation.GAIN)
        return cls(given["left"], given["right"], given["players"])

    @classmethod
    def random(cls, n: int, rng: np.random.Generator) -> Self:
        """Up to three gloves of each hand a player, most players with one hand only."""
        hands = rng.integers(0, 4, (2, n)) * (rng.random((2, n)) < 0.6)
        names = player_names(None, n)
        return cls(dict(zip(names, hands[0].tolist())), dict(zip(names, hands[1].tolist())), names)


def _gloves(given: Any, hand: str, letter: str) -> dict[str, Fraction]:
    if isinstance(given, int) and not isinstance(given, bool):
        if not 0 <= given <= MAX_COUNT:
            raise InvalidGame(f"{rational.shown(given)} owners of {hand} gloves are asked for; use 0 to {MAX_COUNT}")
        given = [f"{letter}{k + 1}" for k in range(given)]
    if not isinstance(given, Iterable):
        raise InvalidGame(f"the {hand} gloves are {given!r}; name their owners, such as ['A', 'B'] or {{'A': 2}}")
    owned = dict(given) if isinstance(given, Mapping) else dict.fromkeys(_names(given, hand), 1)
    exact = {str(name): rational.exact(number, f"the {hand} gloves of {name}") for name, number in owned.items()}
    for name, number in exact.items():
        if number < 0:
            raise InvalidGame(f"{name} owns {rational.text(number)} {hand} gloves; amounts are never negative, use 0 or more")
    return exact


def _names(given: Iterable[Any], hand: str) -> list[str]:
    names = list(given)
    if not all(isinstance(name, str) for name in names):
        raise InvalidGame(f"the owners of {hand} gloves are {names!r}; write names, such as ['A', 'B']")
    if len(set(names)) < len(names):
        raise InvalidGame(f"an owner of {hand} gloves is named twice in {names}; write {{name: gloves}} for several gloves")
    return names
