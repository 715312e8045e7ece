"""Smooth games: everyone chooses a number, and each payoff is concave in the player's own choice."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import ClassVar, NamedTuple

from comity.enclosure import BITS, Between
from comity.errors import ComityError

ZERO, ONE = Fraction(0), Fraction(1)
# Differences are taken over this part of an action's scale; payoffs are known far better than its square.
STEP = Fraction(1, 1 << 64)
FARTHEST = 200  # doublings of a choice without an upper bound before its payoff is taken to rise for ever


class Domain(NamedTuple):
    """The numbers a player may choose; ``high`` None: no upper bound."""

    low: Fraction = ZERO
    high: Fraction | None = None

    def holds(self, action: Fraction) -> bool:
        """Whether a number is among them."""
        return self.low <= action and (self.high is None or action <= self.high)


class SmoothGame(ABC):
    """Players, the interval each chooses from, and what each earns; payoffs are exact or narrowly bounded.

    Each payoff must be continuous and concave in the player's own action on its domain: local comparisons then prove a
    best reply, see `comity.check_regret`.  A game says in ``concave`` why its payoffs are, and sets ``quadratic`` where
    they are polynomials of degree two in all actions together; answers then are exact.

    `slope` and `best_reply` are slow and obviously right; a model overrides them to be faster, never different.
    """

    players: tuple[str, ...]
    concave: ClassVar[str]
    quadratic: ClassVar[bool] = False

    @property
    def n(self) -> int:
        """Number of players."""
        return len(self.players)

    @abstractmethod
    def payoff(self, player: int, actions: Sequence[Fraction]) -> Between:
        """What a player earns when everybody does as given."""

    def domain(self, player: int) -> Domain:
        """What a player may choose; any number from 0 on unless the game says otherwise."""
        return Domain()

    def scale(self, player: int, actions: Sequence[Fraction]) -> Fraction:
        """How large a player's choices typically are; differences are taken over a tiny part of it."""
        low, high = self.domain(player)
        return high - low if high is not None and high > low else max((abs(x) for x in actions), default=ONE) or ONE

    def with_action(self, player: int, actions: Sequence[Fraction], action: Fraction) -> list[Fraction]:
        """The same profile with one player's action changed."""
        return [action if i == player else x for i, x in enumerate(actions)]

    def slope(self, player: int, actions: Sequence[Fraction]) -> Between:
        """How fast a player's payoff rises with its own action: a difference quotient within its domain.

        Exact for quadratic payoffs; otherwise its error is of the order of `STEP` squared, and only searches use it.
        """
        low, high = self.domain(player)
        h, x = self.scale(player, actions) * STEP, actions[player]

        def at(y: Fraction) -> Between:
            return self.payoff(player, self.with_action(player, actions, y))

        if x - h >= low and (high is None or x + h <= high):
            return (at(x + h) - at(x - h)) / (2 * h)
        side = h if x - h < low else -h
        return (4 * at(x + side) - at(x + 2 * side) - 3 * at(x)) / (2 * side)

    def best_reply(self, player: int, actions: Sequence[Fraction], bits: int = BITS) -> Fraction:
        """The best action against the others'; exact for quadratic payoffs and at the ends of the domain.

        By the conditions of optimality, ends included: at the lower end the payoff does not rise, at the upper end it does not
        fall, in between it does neither.
        """
        low, high = self.domain(player)

        def rises(y: Fraction) -> bool:
            return self.slope(player, self.with_action(player, actions, y)).middle > 0

        if high == low or not rises(low):
            return low
        if high is not None and rises(high):
            return high
        if self.quadratic:
            at_low, beyond = (self.slope(player, self.with_action(player, actions, low + k)).middle for k in (0, 1))
            if beyond >= at_low:
                raise ComityError(f"the payoff of {self.players[player]} rises for ever; give its actions an upper bound")
            return low + at_low / (at_low - beyond)
        below, above = low, high if high is not None else self._falling(player, actions, rises)
        while (above - below) * 2**bits > above - low:
            middle = (below + above) / 2
            below, above = (middle, above) if rises(middle) else (below, middle)
        return (below + above) / 2

    def _falling(self, player: int, actions: Sequence[Fraction], rises: Callable[[Fraction], bool]) -> Fraction:
        low, step = self.domain(player).low, self.scale(player, actions)
        for doubling in range(FARTHEST):
            if not rises(low + step * (1 << doubling)):
                return low + step * (1 << doubling)
        raise ComityError(f"the payoff of {self.players[player]} rises for ever; give its actions an upper bound")
