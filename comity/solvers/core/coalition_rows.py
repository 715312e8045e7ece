"""Linear programmes with a row for every coalition, of which only the violated ones are ever written down."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from math import lcm
from typing import Any

import numpy as np
from numpy.typing import NDArray

from comity.coalitions import members, names_of
from comity.engines.exact import ExactOptimum, solve_exactly
from comity.games.coalitional.base import Game
from comity.linear_programme import Bound, LinearProgramme

ONE = Fraction(1)
# Sums of two numbers below this stay inside int64.
SAFE = 2**61


@dataclass(frozen=True)
class IntegerGame:
    """The game as gains in integers: w(S) = sign * scale * v(S), so that an allocation is y = sign * scale * x.

    The excess of S is (w(S) - y(S)) / scale whatever the orientation.  Where it does not count the same for every coalition,
    ``units`` says of how many units of t it must be before it counts as much as t: y(S) + units[S] t >= w(S).
    """

    n: int
    sign: int
    scale: int
    worths: Sequence[int]
    units: Sequence[int] | None = None

    @classmethod
    def of(cls, game: Game) -> IntegerGame:
        worths, scale = game.scaled_table
        return cls(game.n, game.sign, scale, worths if game.sign > 0 else [-w for w in worths])

    @property
    def grand_coalition(self) -> int:
        return (1 << self.n) - 1

    @property
    def everybody(self) -> int:
        """The row whose amount is the same in every allocation: x(N)."""
        return self.grand_coalition

    @cached_property
    def array(self) -> NDArray[Any]:
        """The worths by coalition, as int64 where they fit."""
        return integers(self.worths)

    @cached_property
    def size(self) -> int:
        """The largest absolute worth."""
        return max(map(abs, self.worths))

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
    def units_array(self) -> NDArray[Any]:
        """The units by coalition, as int64 where they fit."""
        return integers([1] * len(self.worths) if self.units is None else self.units)

    @cached_property
    def largest_unit(self) -> int:
        """The largest of the units."""
        return 1 if self.units is None else max(self.units)

    def row(self, S: int) -> dict[int, Fraction]:
        """The vector of S."""
        return dict.fromkeys(members(S), ONE)

    def sums(self, amounts: Sequence[int]) -> NDArray[Any]:
        """The sum over every coalition, by coalition."""
        return integer_sums(amounts)

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


def integer_sums(amounts: Sequence[int]) -> NDArray[Any]:
    """The sum over every coalition, by coalition, without overflow."""
    total = sum(map(abs, amounts))
    sums: NDArray[Any] = np.zeros(1, dtype=np.int64 if total < SAFE else object)
    for amount in amounts:
        sums = np.concatenate([sums, sums + amount])
    return sums


def optimise(
    game: IntegerGame,
    base: LinearProgramme,
    allowed: NDArray[np.bool_],
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
        new = [S for S in most_violated(game, best.primal[: game.n], t, allowed, 2 * game.n + 2) if S not in known]
        if not new:
            return best, pool
        pool += new
        known.update(new)


def most_violated(game: IntegerGame, y: Sequence[Fraction], t: Fraction, allowed: NDArray[np.bool_], count: int) -> list[int]:
    """Up to ``count`` allowed coalitions with the largest w(S) - y(S) > units[S] t, decided in integers."""
    scale = lcm(t.denominator, *(amount.denominator for amount in y))
    sums, level = game.sums([int(amount * scale) for amount in y]), int(t * scale)
    fits = game.size * scale < SAFE and abs(level) * game.largest_unit < SAFE
    worths, units = (game.array, game.units_array) if fits else (game.array.astype(object), game.units_array.astype(object))
    beyond = worths * scale - sums - (level if game.units is None else units * level)
    violated = np.flatnonzero(allowed & (beyond > 0))
    if violated.size > count:
        order = np.argsort(-beyond[violated].astype(float), kind="stable")
        violated = violated[order[:count]]
    return [int(S) for S in violated]


def _with_rows(game: IntegerGame, base: LinearProgramme, pool: Sequence[int], level: int | None) -> LinearProgramme:
    no: tuple[Bound, ...] = (None,) * len(pool)
    return LinearProgramme(
        objective=base.objective,
        rows=base.rows + tuple(_row(game, S, level) for S in pool),
        lower=base.lower + tuple(Fraction(game.worths[S]) for S in pool),
        upper=base.upper + no,
        column_lower=base.column_lower,
        column_upper=base.column_upper,
        maximise=base.maximise,
    )


def _row(game: IntegerGame, S: int, level: int | None) -> dict[int, Fraction]:
    row = game.row(S)
    if level is not None:
        row[level] = ONE if game.units is None else Fraction(game.units[S])
    return row
