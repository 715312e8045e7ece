"""The game base: one abstract method, and slow, obviously right answers to everything else."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from fractions import Fraction
from functools import cached_property
from math import lcm
from typing import Any, ClassVar, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from comity import rational
from comity.coalitions import check_table_size, exact_sums
from comity.errors import InvalidGame
from comity.exact_array import SMALL, ExactArray
from comity.games.kernels.moebius import moebius


class Orientation(StrEnum):
    """Whether worth is received or paid."""

    GAIN = "gain"
    COST = "cost"

    @classmethod
    def _missing_(cls, value: object) -> Self:
        raise InvalidGame(f'orientation {value!r} is unknown; use "gain" or "cost"')


class Doubles(NamedTuple):
    """A table of doubles, each within 2**-53 of itself of the decimal it was written as, and the largest absolute worth."""

    worths: NDArray[np.float64]
    largest: float


class Game(ABC):
    """A game in coalitional form: players, and a worth for every coalition.

    Overriding a default makes a model faster, never different; a contract test compares the two.
    """

    players: tuple[str, ...]
    orientation: Orientation
    # Facts true of every instance of a model, each with its reason; tests try them on random instances.
    facts: ClassVar[Mapping[str, str]] = {}

    @abstractmethod
    def value(self, coalition: int) -> float:
        """The worth of a coalition, as a double: v(S), or c(S) in a cost game."""

    @classmethod
    def random(cls, n: int, rng: np.random.Generator) -> Self:
        """A random instance with n players; every model has one, for tests, benchmarks and tutorials."""
        raise TypeError(f"{cls.__name__} gives no random instances")

    @property
    def n(self) -> int:
        """The number of players."""
        return len(self.players)

    @property
    def grand_coalition(self) -> int:
        """All players together: 2**n - 1."""
        return (1 << self.n) - 1

    @property
    def sign(self) -> int:
        """+1 in a gain game, -1 in a cost game."""
        return 1 if self.orientation is Orientation.GAIN else -1

    def exact(self, coalition: int) -> Fraction:
        """The worth of a coalition, exactly; by default the shortest decimal of `value`."""
        return rational.exact(self.value(coalition), "a worth")

    def values(self, coalitions: Iterable[int]) -> NDArray[np.float64]:
        """The worths of many coalitions, in their order."""
        return np.array([self.value(coalition) for coalition in coalitions], dtype=float)

    def table(self) -> NDArray[np.float64]:
        """The worth of every coalition, by coalition; shape (2**n,)."""
        check_table_size(self.n)
        return self.values(range(1 << self.n))

    def exact_table(self) -> Sequence[Fraction]:
        """The exact worth of every coalition, by coalition."""
        check_table_size(self.n)
        return [self.exact(coalition) for coalition in range(1 << self.n)]

    @cached_property
    def integer_table(self) -> ExactArray:
        """The exact table as an array of integers over their least common denominator."""
        worths = self.exact_table()
        denominator = lcm(*{worth.denominator for worth in worths})
        numerators = [worth.numerator * (denominator // worth.denominator) for worth in worths]
        return ExactArray(np.array([*numerators, None], dtype=object)[:-1], denominator)

    def exact_worths(self, coalitions: NDArray[Any]) -> ExactArray:
        """The exact worths of these coalitions, in their order, without those of others."""
        worths = np.empty(len(coalitions), dtype=object)
        worths[:] = [self.exact(int(S)) for S in coalitions.tolist()]
        return ExactArray.of(worths, "a worth")

    @cached_property
    def scaled_table(self) -> tuple[list[int], int]:
        """Integers and their common denominator, as a list: the exact table without fractions."""
        table = self.integer_table
        return table.numerators.tolist(), table.denominator

    @property
    def doubles(self) -> Doubles | None:
        """The worths where they are many doubles of many digits, so that values are enclosed instead of exact; else None."""
        return None

    def dividends(self) -> dict[int, Fraction]:
        """The non-zero Harsanyi dividends d(S) = v(S) - sum of d(T) over proper subsets T."""
        return _nonzero(integer_dividends(self.integer_table))

    def dual_dividends(self) -> dict[int, Fraction]:
        """The non-zero dividends of the dual game v*(S) = v(N) - v(N without S).

        Few where many dividends are not: an airport has one for each length of runway.
        """
        table = self.integer_table
        together = int(table.numerators[-1])
        return _nonzero(integer_dividends(ExactArray(together - table.numerators[::-1], table.denominator)))

    def excess(self, coalition: int, x: Sequence[Fraction]) -> Fraction:
        """How much a coalition would gain by leaving the allocation x; positive: it would rather leave.

        v(S) - x(S) in a gain game, x(S) - c(S) in a cost game.
        """
        total = sum((x[i] for i in range(self.n) if coalition >> i & 1), Fraction(0))
        return self.sign * (self.exact(coalition) - total)

    def excesses(self, x: Sequence[Fraction]) -> list[Fraction]:
        """The excess of every coalition, by coalition; the empty and the grand one included."""
        sign = self.sign
        return [sign * (worth - total) for worth, total in zip(self.exact_table(), exact_sums(x), strict=True)]

    def most_dissatisfied(self, x: Sequence[Fraction]) -> tuple[int, Fraction]:
        """A proper coalition with the largest excess, and that excess; among equals the first by mask.

        With one player there is no proper coalition; the grand coalition answers for itself.
        """
        excess = self.excesses(x)
        proper = range(1, self.grand_coalition) if self.n > 1 else range(1, 2)
        worst = max(proper, key=excess.__getitem__)
        return worst, excess[worst]

    def priced(self) -> tuple[list[Fraction], dict[str, Any]] | None:
        """A core point that prices prove without a table, and that proof for `check_in_core`; None where there are no prices."""
        return None

    def evidence(self) -> dict[str, Any]:
        """What a check needs to know the worths without an engine: ``{"worths": ...}``, or nothing.

        Empty where `exact` is arithmetic.  Solvers hand it to their check as part of the witness.
        """
        return {}

    def confirmed(self, witness: Mapping[str, Any]) -> Game:
        """The same game with worths that are arithmetic, confirmed from ``witness["worths"]``; calls no engine."""
        return self

    def to_json(self) -> dict[str, Any]:
        """The form ``game/0.1``; by default the table, by names."""
        from comity.games.coalitional.json_form import table_form

        return table_form(self)

    def __repr__(self) -> str:
        shown = ", ".join(self.players[:6]) + (", ..." if self.n > 6 else "")
        return f"<{type(self).__name__}: {self.n} players ({shown}), {self.orientation}>"


def integer_dividends(table: ExactArray) -> ExactArray:
    """The Harsanyi dividends of all coalitions, by coalition, from the worths; in the same unit.

    >>> integer_dividends(ExactArray.of([0, 1, 2, 5])).numerators.tolist()
    [0, 1, 2, 2]
    """
    n = len(table).bit_length() - 1
    # A dividend is a sum of at most 2**n worths.
    if table.numerators.dtype != object and max(table.largest, 1) << n < SMALL:
        dividends = table.numerators.copy()
        moebius(dividends)
        return ExactArray(dividends, table.denominator)
    dividends = table.numerators.astype(object)
    for i in range(n):
        halves = dividends.reshape(-1, 2, 1 << i)
        halves[:, 1] -= halves[:, 0]
    return ExactArray(dividends, table.denominator)


def _nonzero(dividends: ExactArray) -> dict[int, Fraction]:
    found = np.flatnonzero(dividends.numerators != 0)
    return {
        int(S): Fraction(int(dividend), dividends.denominator)
        for S, dividend in zip(found, dividends.numerators[found], strict=True)
    }
