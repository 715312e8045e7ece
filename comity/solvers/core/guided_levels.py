"""The levels of a nucleolus found in floats and made exact: for games of many players, and for a check to confirm.

The floats say which coalitions are tight and which weights are not zero; the weights, the excess of the level and the amounts
that it settles are then computed in rationals.  What the floats cannot be trusted with is only whether no coalition has a larger
excess: that is for the check of the chain, which looks at all of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import lcm
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from comity.engines.equations import solve_square
from comity.engines.growing import GrowingProgramme
from comity.solvers.core.coalition_rows import IntegerGame
from comity.solvers.core.excess_level import ExcessLevel
from comity.solvers.core.modular_span import PRIME, ModularSpan
from comity.solvers.core.widest_violations import WidestViolations

ZERO = Fraction(0)
# Worths are brought to this size, so that the engine's absolute tolerance of 1e-9 is a small one.
SIZE_BITS = 10
TOLERANCE = 3e-9
# A level so near to the guess's largest excess is compared with it exactly.
NEAR = TOLERANCE
# Larger numbers are no doubles.
MOST_BITS = 900


@dataclass(frozen=True)
class GuidedChain:
    """An allocation y and levels with their exact proof but for the inequalities."""

    y: list[Fraction]
    levels: list[ExcessLevel]


class Violations(Protocol):
    """Where violated coalitions are looked for: in all of the table, or by what else is known about the game."""

    def settle(self, normal: Sequence[int]) -> None:
        """From now on coalitions on which this vector modulo the prime vanishes are left out."""

    def find(self, y: NDArray[np.float64], t: float, tolerance: float, count: int) -> list[int]:
        """Up to ``count`` coalitions whose excess at y is above t by more than the tolerance; none only if there is none."""


# Given the game and the units of its worths and of t.
Look = Callable[[IntegerGame, float, float], Violations]


def guided_chain(
    game: IntegerGame, bounded: bool, look: Look = WidestViolations, guess: Sequence[Fraction] | None = None
) -> GuidedChain | None:
    """The nucleolus and all levels, if floats lead to them; ``bounded`` means among imputations.

    ``guess`` is an allocation that may well be the nucleolus: a programme that proves its largest excess least is enough.
    """
    search = _Search.of(game, bounded, look)
    if search is not None and guess is not None:
        search.start_from(guess)
    while search is not None and search.span.rank < game.n:
        if not search.next_level():
            return None
    y = None if search is None else search.settled_allocation()
    return None if search is None or y is None else GuidedChain(y, search.levels)


def guided_least_core(game: IntegerGame) -> GuidedChain | None:
    """A point of the least core and the first level, if floats lead to them."""
    search = _Search.of(game, bounded=False, look=WidestViolations)
    y = search.first_vertex() if search is not None else None
    return None if search is None or y is None else GuidedChain(y, search.levels)


class _Search:
    """The programme of the present level, what is settled, and where violated coalitions are looked for."""

    def __init__(self, game: IntegerGame, bounded: bool, look: Look) -> None:
        n = game.n
        self.game = game
        self.unit = 2.0 ** (max(game.size.bit_length(), 1) - SIZE_BITS)
        self.unit_of_t = 2.0 ** (game.largest_unit.bit_length() - 1)
        self.scan = look(game, self.unit, self.unit_of_t)
        self.span = ModularSpan(n)
        self.levels: list[ExcessLevel] = []
        # Coalitions whose amounts are settled, linearly independent, and those amounts.
        self.settled: dict[int, Fraction] = {}
        # An allocation that may be the nucleolus, as long as it agrees with what is settled; and a level that it proved.
        self.guess: Sequence[Fraction] | None = None
        self.reached: ExcessLevel | None = None
        # By row of the programme: its coalition, how often each player counts there, and whether it is still to be kept
        # below the level.
        self.rows: list[int] = []
        self.vectors = np.zeros((0, n), dtype=np.int64)
        self.live: list[bool] = []
        self.bounds = {i: Fraction(game.worth(1 << i)) for i in range(n)} if bounded else {}
        lower = [float(self.bounds[i]) / self.unit if i in self.bounds else -np.inf for i in range(n)]
        self.programme = GrowingProgramme(np.array([*lower, -np.inf]))
        self._add(game.alone_and_without())
        self._settle({game.everybody: Fraction(game.worth(game.everybody))})

    @classmethod
    def of(cls, game: IntegerGame, bounded: bool, look: Look) -> _Search | None:
        """A search, unless the numbers are no doubles."""
        large = max(game.size.bit_length(), game.largest_unit.bit_length()) > MOST_BITS
        return None if large else cls(game, bounded, look)

    def start_from(self, guess: Sequence[Fraction]) -> None:
        """Try this allocation first at every level."""
        feasible = sum(guess) == self.settled[self.game.everybody] and all(guess[i] >= least for i, least in self.bounds.items())
        self.guess = guess if feasible else None

    def next_level(self) -> bool:
        """Find the level and settle what it settles; whether that was possible."""
        if not self._optimise():
            return False
        level = self.reached or self._proof()
        if level is None:
            return False
        self.levels.append(level)
        game = self.game
        self._settle(
            {S: game.worth(S) - game.unit(S) * level.t for S in level.coalitions} | {1 << i: self.bounds[i] for i in level.bounds}
        )
        return True

    def settled_allocation(self) -> list[Fraction] | None:
        """The allocation that the settled amounts leave."""
        return solve_square([self.game.vector(S) for S in self.settled], list(self.settled.values()))

    def first_vertex(self) -> list[Fraction] | None:
        """Find the first level only, and an allocation where the tight rows meet; there are no bounds."""
        game, n = self.game, self.game.n
        level = self._proof() if self._optimise() else None
        if level is None:
            return None
        self.levels.append(level)
        tight, _ = self.programme.nonbasic()
        coalitions = [self.rows[r] for r in tight]
        matrix = [[*game.vector(S), game.unit(S) if self.live[r] else 0] for r, S in zip(tight, coalitions, strict=True)]
        met = solve_square(matrix, [self.settled.get(S, Fraction(game.worth(S))) for S in coalitions])
        return None if met is None else met[:n]

    def _optimise(self) -> bool:
        n = self.game.n
        known = set(self.rows)
        self.reached, most = None, self._most_at_guess()
        while True:
            found = self.programme.solve()
            if found is None:
                return False
            if most is not None and float(found[n]) > float(most / Fraction(self.unit)) - NEAR:
                # The exact proof of a lower bound that the guess attains; who complains elsewhere does not matter.
                level = self._proof()
                if level is not None and level.t == most:
                    self.reached = level
                    return True
            new = [S for S in self.scan.find(found[:n], float(found[n]), TOLERANCE, 2 * n) if S not in known]
            if not new:
                return True
            known.update(new)
            self._add(new)

    def _most_at_guess(self) -> Fraction | None:
        """The largest excess at the guess outside the span; None if there is no guess that agrees with what is settled."""
        game, guess = self.game, self.guess

        def amount(S: int) -> Fraction:
            return sum((y for y, counts in zip(guess or (), game.vector(S), strict=True) if counts), ZERO)

        if guess is None or any(amount(S) != settled for S, settled in self.settled.items()):
            self.guess = None
            return None
        y = np.array([float(amount / Fraction(self.unit)) for amount in guess])
        found = self.scan.find(y, -np.inf, 0.0, 2 * game.n)
        return max((game.worth(S) - amount(S) for S in found), default=None)

    def _add(self, coalitions: Sequence[int]) -> None:
        game = self.game
        vectors = game.vectors(coalitions)
        units = np.array([game.unit(S) / self.unit_of_t for S in coalitions])
        self.programme.add(np.column_stack((vectors, units)), np.array([game.worth(S) / self.unit for S in coalitions]))
        self.vectors = np.concatenate([self.vectors, vectors])
        self.rows += coalitions
        self.live += [True] * len(coalitions)

    def _proof(self) -> ExcessLevel | None:
        """The exact dual of the basis and the optimum it proves, or None if it is no proof."""
        game, n = self.game, self.game.n
        tight, outside = self.programme.nonbasic()
        columns = [j for j in range(n + 1) if j not in outside]
        if len(columns) != len(tight):
            return None
        vectors = [[*game.vector(self.rows[r]), game.unit(self.rows[r]) if self.live[r] else 0] for r in tight]
        weights = solve_square([[vector[j] for vector in vectors] for j in columns], [int(j == n) for j in columns])
        if weights is None:
            return None
        coalitions, earlier = {}, {}
        for r, weight in zip(tight, weights, strict=True):
            S = self.rows[r]
            if weight and self.live[r] and weight > 0:
                coalitions[S] = weight
            elif weight and S in self.settled and not self.live[r]:
                earlier[S] = weight
            elif weight:
                return None
        prices = {j: -_weighted_sum((w, v[j]) for w, v in zip(weights, vectors, strict=True)) for j in outside if j < n}
        if any(price < 0 or (price and j not in self.bounds) for j, price in prices.items()) or n in outside:
            return None
        bounds = {j: price for j, price in prices.items() if price}
        terms: list[tuple[Fraction, Fraction | int]] = [(w, game.worth(S)) for S, w in coalitions.items()]
        terms += [(w, self.settled[S]) for S, w in earlier.items()]
        terms += [(price, self.bounds[j]) for j, price in bounds.items()]
        return ExcessLevel(_weighted_sum(terms), coalitions, bounds, earlier)

    def _settle(self, amounts: dict[int, Fraction]) -> None:
        """These amounts are the same in every allocation that is left; so is what follows from them."""
        game = self.game
        new = [S for S in amounts if self.span.add(game.vector(S))]
        missing = [S for S in new if S not in self.rows]
        if missing:
            self._add(missing)
        for S in new:
            self.settled[S] = amounts[S]
            row = self.rows.index(S)
            self.live[row] = False
            self.programme.hold(row, float(amounts[S] / Fraction(self.unit)))
        if self.span.rank == game.n:
            return
        normal = self.span.random_normal()
        self.scan.settle(normal)
        gone = [r for r, product in enumerate(_products(self.vectors, normal)) if self.live[r] and not product]
        for r in gone:
            self.live[r] = False
        self.programme.drop(gone)
        for i in [i for i in self.bounds if not normal[i] % PRIME]:
            self.programme.free(i)
            del self.bounds[i]


def _weighted_sum(terms: Iterable[tuple[Fraction, Fraction | int]]) -> Fraction:
    """The sum of weight * amount, over one denominator: adding fraction to fraction is slow."""
    listed = [(w, a) for w, a in terms if w and a]
    ours, theirs = lcm(*(w.denominator for w, _ in listed)), lcm(*(a.denominator for _, a in listed))
    total = sum(w.numerator * (ours // w.denominator) * a.numerator * (theirs // a.denominator) for w, a in listed)
    return Fraction(total, ours * theirs)


def _products(vectors: NDArray[np.int64], normal: Sequence[int]) -> list[int]:
    """The products of vectors of zeros and ones with one modulo the prime, of its high and low digits separately."""
    half = PRIME.bit_length() // 2
    high = vectors @ np.array([a >> half for a in normal])
    low = vectors @ np.array([a & (1 << half) - 1 for a in normal])
    return [((a << half) + b) % PRIME for a, b in zip(high.tolist(), low.tolist(), strict=True)]
