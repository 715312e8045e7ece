"""Sequencing games: neighbours in a queue of jobs change places and share what waiting less is worth."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction
from typing import Any, ClassVar, Self

import numpy as np

from comity import rational
from comity.coalitions import members, named_numbers
from comity.declaration import declare
from comity.errors import InvalidGame
from comity.games.coalitional.base import Game, Orientation
from comity.games.coalitional.json_form import fields, game_form, json_numbers, numbers


@declare(
    "game",
    "Jobs in a queue that may change places (sequencing game)",
    area="resource_pooling",
    reference="Curiel, Pederzoli & Tijs (1989)",
)
class SequencingGame(Game):
    """v(S) = what S saves in waiting costs by the best order of its own jobs that overtakes nobody outside S.

    With jobs served in the order of the players, g(i, j) = max(0, p_i a_j - p_j a_i) is saved when j, who comes
    later, overtakes i: v(S) is the sum over the pairs of S between whom all others are in S too.

    Parameters
    ----------
    times : mapping of name to processing time p, or one a player
        The queue: jobs in their present order.  Positive.
    urgency : mapping of name to cost a of a unit of time until the job is done, or one a player
        Never negative; ``times * urgency`` is the unit of the game.
    players : iterable of str, optional
        The present order, if it is not that of ``times``.

    One dividend for each pair and all between them, so that values are found for hundreds of players.

    Examples
    --------
    >>> game = SequencingGame(times={"A": 2, "B": 2, "C": 1}, urgency={"A": 4, "B": 6, "C": 5})
    >>> [game.value(S) for S in (0b011, 0b101, 0b110, 0b111)]
    [4.0, 0.0, 4.0, 14.0]
    """

    kind: ClassVar[str] = "sequencing"
    facts: ClassVar[Mapping[str, str]] = {
        "convex": "no dividend is negative (Curiel, Pederzoli & Tijs 1989)",
        "monotone": "convex, and nobody saves anything alone",
        "superadditive": "convex, and the empty coalition saves nothing",
        "balanced": "convex games have a core (Shapley 1971)",
        "totally_balanced": "subgames of convex games are convex",
    }
    orientation = Orientation.GAIN

    def __init__(
        self,
        times: Mapping[str, Any] | Iterable[Any],
        urgency: Mapping[str, Any] | Iterable[Any],
        players: Iterable[str] | None = None,
    ) -> None:
        self.players, self.times = named_numbers(times, players, "the processing time")
        names, self.urgency = named_numbers(urgency, self.players, "the urgency")
        for name, time, cost in zip(names, self.times, self.urgency, strict=True):
            if time <= 0 or cost < 0:
                raise InvalidGame(
                    f"{name} takes {rational.text(time)} and waiting costs {rational.text(cost)}; "
                    "times are positive and costs never negative"
                )

    def saving(self, i: int, j: int) -> Fraction:
        """What is saved when player j overtakes player i directly before."""
        return max(Fraction(0), self.times[i] * self.urgency[j] - self.times[j] * self.urgency[i])

    def value(self, coalition: int) -> float:
        return rational.double(self.exact(coalition))

    def exact(self, coalition: int) -> Fraction:
        total = Fraction(0)
        neighbours: list[int] = []
        for j in members(coalition):
            if neighbours and neighbours[-1] != j - 1:
                neighbours = []
            total += sum((self.saving(i, j) for i in neighbours), Fraction(0))
            neighbours.append(j)
        return total

    def dividends(self) -> dict[int, Fraction]:
        # The pair and everybody between them, and nobody else, make the change of places possible.
        between = {(2 << j) - (1 << i): self.saving(i, j) for j in range(self.n) for i in range(j)}
        return {S: saved for S, saved in between.items() if saved}

    def to_json(self) -> dict[str, Any]:
        return game_form(
            self.kind, self, times=json_numbers(self.players, self.times), urgency=json_numbers(self.players, self.urgency)
        )

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """Read the form back; `read_game` is the way in."""
        given = fields(data, "times", "urgency", orientation=Orientation.GAIN)
        return cls(numbers("times", given["times"]), numbers("urgency", given["urgency"]), given["players"])

    @classmethod
    def random(cls, n: int, rng: np.random.Generator) -> Self:
        """Times from 1 to 6 and urgencies up to 9, in integers."""
        return cls(rng.integers(1, 7, n).tolist(), rng.integers(0, 10, n).tolist())
