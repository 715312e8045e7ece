"""Linear programmes with a row for every coalition, of which only the violated ones are ever written down."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from math import lcm
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from comity.coalitions import members, names_of
from comity.engines.exact import ExactOptimum, solve_exactly
from comity.games.coalitional.base import Game
from comity.linear_programme import Bound, LinearProgramme

ONE = Fraction(1)
# Sums of two numbers below this stay inside int64.
SAFE = 2**61
# Coalitions of more players are no 64-bit integers.
MASK_BITS = 62


class Allowed(Protocol):
    """Which rows a programme may have."""

    def __getitem__(self, row: int, /) -> Any:
        """Whether it may have this one."""


@dataclass(frozen=True, eq=False)
class IntegerGame:
    """The game as gains in integers: w(S) = sign * scale * v(S), so that an allocation is y = sign * scale * x.

    The excess of S is (w(S) - y(S)) / scale whatever the orientation.  Where it does not count the same for every coalition,
    ``units`` says of how many units of t it must be before it counts as much as t: y(S) + units[S] t >= w(S).  Both are arrays
    by coalition, of 64-bit integers where they fit and of Python's integers where not.
    """

    n: int
    sign: int
    scale: int
    array: NDArray[Any]
    units: NDArray[Any] | None = None

    @classmethod
    def of(cls, game: Game) -> IntegerGame:
        table = game.integer_table
        return cls(game.n, game.sign, table.denominator, table.numerators if game.sign > 0 else -table.numerators)

    @cached_property
    def worths(self) -> list[int]:
        """The worths by coalition, as Python's integers."""
        return [int(worth) for worth in self.array.tolist()]

    def worth(self, S: int) -> int:
        """w(S)."""
        return int(self.array[S])

    def unit(self, S: int) -> int:
        """The units of t that count for S."""
        return 1 if self.units is None else int(self.units[S])

    @property
    def grand_coalition(self) -> int:
        return (1 << self.n) - 1

    @property
    def everybody(self) -> int:
        """The row whose amount is the same in every allocation: x(N)."""
        return self.grand_coalition

    @cached_property
    def size(self) -> int:
        """The largest absolute worth."""
        return max(abs(int(self.array.max())), abs(int(self.array.min())))

    @cached_property
    def proper(self) -> NDArray[np.bool_]:
        """Which coalitions are neither empty nor everybody."""
        mask = np.ones(1 << self.n, dtype=bool)
        mask[[0, -1]] = False
        return mask

    def alone_and_without(self) -> list[int]:
        """Every player alone and everybody else: rows that keep every programme here bounded."""
        singles = [1 << i for i in range(self.n)]
        return sorted({*singles, *(self.grand_coalition ^ S for S in singles)} - {0, self.grand_coalition})

    @cached_property
    def largest_unit(self) -> int:
        """The largest of the units."""
        return 1 if self.units is None else int(self.units.max())

    def row(self, S: int) -> dict[int, Fraction]:
        """The vector of S."""
        return dict.fromkeys(members(S), ONE)

    def vector(self, S: int) -> list[int]:
        """How often each player counts in S."""
        return [S >> i & 1 for i in range(self.n)]

    def vectors(self, coalitions: Sequence[int]) -> NDArray[np.int64]:
        """`vector` of each, a row for each; shape (coalitions, n)."""
        if self.n > MASK_BITS:
            return np.array([self.vector(S) for S in coalitions], dtype=np.int64).reshape(-1, self.n)
        return np.array(coalitions, dtype=np.int64)[:, None] >> np.arange(self.n) & 1

    def sums(self, amounts: Sequence[int]) -> NDArray[Any]:
        """The sum over every coalition, by coalition, without overflow."""
        return self.spread(np.array(amounts, dtype=np.int64 if sum(map(abs, amounts)) < SAFE else object))

    def spread(self, amounts: NDArray[Any]) -> NDArray[Any]:
        """The sums over every coalition of as many players as there are amounts, in their own arithmetic."""
        sums = np.zeros(1, dtype=amounts.dtype)
        for amount in amounts:
            sums = np.concatenate([sums, sums + amount])
        return sums

    def outside(self, normals: Sequence[Sequence[int]]) -> Allowed:
        """The rows that some of these vectors sees: those outside the span that all of them are orthogonal to."""
        outside = np.zeros(len(self.array), dtype=bool)
        for normal in normals:
            outside |= (self.sums(normal) != 0).astype(bool)
        return outside & self.proper

    def most_violated(self, y: Sequence[Fraction], t: Fraction, allowed: Any, count: int) -> list[int]:
        """Up to ``count`` allowed coalitions with the largest w(S) - y(S) > units[S] t, decided in integers."""
        beyond = self.beyond(y, t)
        violated = np.flatnonzero(allowed & (beyond > 0))
        if violated.size > count:
            order = np.argsort(-beyond[violated].astype(float), kind="stable")
            violated = violated[order[:count]]
        return [int(S) for S in violated]

    def beyond(self, y: Sequence[Fraction], t: Fraction) -> NDArray[Any]:
        """w(S) - y(S) - units[S] t in integers, over the common denominator of y and t."""
        scale = common_denominator((*y, t))
        sums, level = self.sums([int(amount * scale) for amount in y]), int(t * scale)
        fits = self.size * scale < SAFE and abs(level) * self.largest_unit < SAFE
        kind = np.int64 if fits and self.array.dtype != object else object
        taken = level if self.units is None else self.units.astype(kind, copy=False) * level
        beyond: NDArray[Any] = self.array.astype(kind, copy=False) * scale - sums - taken
        return beyond

    def named(self, players: Sequence[str], S: int) -> list[Any]:
        """S as a witness names it."""
        return names_of(players, S)

    def amounts(self, y: Iterable[Fraction]) -> list[Fraction]:
        """The allocation x in the game's own units and orientation."""
        return [self.sign * amount / self.scale for amount in y]


def integers(numbers: Sequence[int]) -> NDArray[Any]:
    """The integers as an array, of int64 where they fit and of Python's integers where not."""
    if all(-SAFE < number < SAFE for number in numbers):
        return np.array(numbers, dtype=np.int64)
    array = np.empty(len(numbers), dtype=object)
    array[:] = numbers
    return array


def optimise(
    game: IntegerGame,
    base: LinearProgramme,
    allowed: Allowed,
    start: Iterable[int],
    level: int | None = None,
) -> tuple[ExactOptimum, list[int]]:
    """The optimum of ``base`` with y(S) >= w(S), or y(S) + units[S] t >= w(S), for every allowed coalition S.

    Columns 0..n-1 of ``base`` are y; ``level`` is the column of t.  Returns the optimum, whose last duals
    belong to the coalitions returned with it, in their order.
    """
    pool = list(start)
    known = set(pool)
    while True:
        best = solve_exactly(_with_rows(game, base, pool, level))
        t = best.primal[level] if level is not None else Fraction(0)
        new = [S for S in game.most_violated(best.primal[: game.n], t, allowed, 2 * game.n + 2) if S not in known]
        if not new:
            return best, pool
        pool += new
        known.update(new)


def common_denominator(numbers: Iterable[Fraction]) -> int:
    """The least common denominator of all these."""
    return lcm(*(number.denominator for number in numbers))


def _with_rows(game: IntegerGame, base: LinearProgramme, pool: Sequence[int], level: int | None) -> LinearProgramme:
    no: tuple[Bound, ...] = (None,) * len(pool)
    return LinearProgramme(
        objective=base.objective,
        rows=base.rows + tuple(_row(game, S, level) for S in pool),
        lower=base.lower + tuple(Fraction(game.worth(S)) for S in pool),
        upper=base.upper + no,
        column_lower=base.column_lower,
        column_upper=base.column_upper,
        maximise=base.maximise,
    )


def _row(game: IntegerGame, S: int, level: int | None) -> dict[int, Fraction]:
    row = game.row(S)
    if level is not None:
        row[level] = ONE if game.units is None else Fraction(game.unit(S))
    return row
