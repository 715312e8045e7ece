"""A game given by a function from sets of names to worths."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from fractions import Fraction
from typing import Any, Self

import numpy as np

from comity import rational
from comity.coalitions import label, names_of, player_names
from comity.declaration import declare
from comity.errors import ComityError, InvalidGame
from comity.games.coalitional.base import Game, Orientation


@declare("game", "A worth for every coalition, computed by a function of the members' names", area="benefit_distribution")
class FunctionGame(Game):
    """A game given by ``worth(members)``, asked at most once for each coalition.

    Parameters
    ----------
    players : iterable of str
    worth : callable
        Receives a frozenset of names and returns a finite number; never asked about the empty
        coalition, which is worth 0.  It must always answer the same for the same members.
    key : str
        Names the function and its parameters, for whoever stores worths between runs.
    orientation : "gain" or "cost"

    Examples
    --------
    >>> game = FunctionGame("ABC", lambda members: len(members) ** 2, key="squared size")
    >>> game.value(0b111)
    9.0
    """

    def __init__(
        self,
        players: Iterable[str],
        worth: Callable[[frozenset[str]], Any],
        key: str = "",
        orientation: str | Orientation = Orientation.GAIN,
    ) -> None:
        if not callable(worth):
            raise InvalidGame(f"the worth is {rational.shown(worth)}; give a function from a set of names to a number")
        names = tuple(players)
        self.players = player_names(names, len(names))
        self.orientation = Orientation(orientation)
        self.key = key
        self._worth = worth
        self._known: dict[int, Fraction] = {0: Fraction(0)}

    def value(self, coalition: int) -> float:
        return rational.double(self.exact(coalition))

    def exact(self, coalition: int) -> Fraction:
        if coalition not in self._known:
            self._known[coalition] = self._ask(coalition)
        return self._known[coalition]

    def _ask(self, coalition: int) -> Fraction:
        answer = self._worth(frozenset(names_of(self.players, coalition)))
        try:
            return rational.exact(answer, f"the worth of {label(self.players, coalition)}")
        except ComityError as error:
            raise InvalidGame(f"{error}; the function must return a finite number for every coalition") from None

    @classmethod
    def random(cls, n: int, rng: np.random.Generator) -> Self:
        """The squared total of small strengths, less a toll for each member."""
        players = player_names(None, n)
        strength = dict(zip(players, rng.integers(0, 5, n).tolist(), strict=True))
        toll = int(rng.integers(0, 10))
        return cls(players, lambda members: sum(strength[name] for name in members) ** 2 - toll * len(members), key="random")
