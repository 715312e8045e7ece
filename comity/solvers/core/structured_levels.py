"""The nucleolus of votes and assignment games that are too large for a table, by what is known about their coalitions."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property
from math import lcm

import numpy as np

from comity.coalitions import MAX_TABLE_PLAYERS, members
from comity.games.coalitional.assignment import AssignmentGame
from comity.games.coalitional.base import Game
from comity.games.coalitional.voting import VotingGame
from comity.games.coalitional.voting_power import whole_weights
from comity.solvers.core.assignment_separation import AssignmentSeparation
from comity.solvers.core.barely_winning import barely_winning
from comity.solvers.core.coalition_rows import IntegerGame
from comity.solvers.core.guided_levels import Look, Violations, guided_chain
from comity.solvers.core.least_excesses import Chain, chains
from comity.solvers.core.voting_separation import voting_separation

# With so many players or fewer, the table is as quick.
FEW_PLAYERS = 14


def nucleolus_chains(game: Game, bounded: bool) -> Iterator[Chain]:
    """Allocations with the chain of levels that is to prove each, by structure where there is some, else from the table.

    ``bounded`` means among imputations.
    """
    structured = _structured(game) if game.n > FEW_PLAYERS else None
    if structured is not None:
        large, look = structured
        # The second is for a guess that floats took for the nucleolus and the check did not.
        for guess in dict.fromkeys([large.guess, None]):
            found = guided_chain(large, bounded, look, guess)
            if found is not None:
                yield large.amounts(found.y), [level.plain(large, game.players, "coalitions", 1) for level in found.levels]
    if structured is None or game.n <= MAX_TABLE_PLAYERS:
        yield from chains(IntegerGame.of(game), game.players, bounded)


@dataclass(frozen=True, eq=False)
class _LargeGame(IntegerGame):
    """Integer worths as they are asked for: there is no table."""

    game: Game | None = None
    start: tuple[int, ...] = ()
    guess: tuple[Fraction, ...] | None = None
    known: dict[int, int] = field(default_factory=dict)

    @classmethod
    def without_table(
        cls, game: Game, scale: int, start: tuple[int, ...], guess: tuple[Fraction, ...] | None = None
    ) -> _LargeGame:
        """The game in units of 1 / scale; ``start`` are coalitions to begin with, ``guess`` may be the nucleolus."""
        return cls(game.n, game.sign, scale, np.zeros(0), None, game, start, guess)

    def worth(self, S: int) -> int:
        assert self.game is not None
        if S not in self.known:
            self.known[S] = int(self.sign * self.scale * self.game.exact(S))
        return self.known[S]

    @cached_property
    def size(self) -> int:
        """The worth of all together, which no coalition of a monotone game exceeds."""
        return max(abs(self.worth(self.grand_coalition)), 1)

    def alone_and_without(self) -> list[int]:
        return list(self.start)


def _structured(game: Game) -> tuple[_LargeGame, Look] | None:
    if isinstance(game, VotingGame):
        return _vote(game)
    if isinstance(game, AssignmentGame):
        unit = lcm(*(worth.denominator for line in game.matrix for worth in line))
        large = _LargeGame.without_table(game, unit, tuple(1 << i for i in range(game.n)))
        return large, lambda _, size, __: AssignmentSeparation(game, size / unit)
    return None


def _vote(game: VotingGame) -> tuple[_LargeGame, Look] | None:
    weights, quota = whole_weights(game)
    separation = voting_separation(weights, quota)
    if separation is None or not sum(weights):
        return None
    # To begin with, the coalitions that complain most if amounts are in proportion to weights: often near the end, too.
    separation.settle([1] * game.n)
    near = separation.find(np.array(weights, dtype=float) / float(sum(weights)), -np.inf, 0.0, 2 * game.n)
    singles = [1 << i for i in range(game.n)]
    near += barely_winning(weights, min((S for S in near if game.exact(S)), key=lambda S: _weight(weights, S), default=0))
    proper = {*near, *singles, *(game.grand_coalition ^ S for S in singles)} - {0, game.grand_coalition}
    # In proportion to weights: as a rule the nucleolus of many members none of whom is much larger than the others.
    guess = tuple(Fraction(weight, sum(weights)) for weight in weights) if game.exact(game.grand_coalition) == 1 else None

    def look(_: IntegerGame, unit: float, __: float) -> Violations:
        separation.win = 1 / unit
        return separation

    return _LargeGame.without_table(game, 1, tuple(sorted(proper)), guess), look


def _weight(weights: Sequence[int], S: int) -> int:
    return sum(weights[i] for i in members(S))
