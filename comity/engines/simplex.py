"""The simplex method in rationals, with Bland's rule: slow, exact, and it always ends.

It is the last resort when floats cannot find the right basis.  Columns x and rows r = A x are treated
alike: each has bounds, the basic ones are written as combinations of the others (a dictionary).
Source: Bland (1977); bounds and the sum of infeasibilities as in Chvatal (1983), chapter 8.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from comity.engines.linear import At, Basis, Status
from comity.errors import SolverFailure
from comity.linear_programme import LinearProgramme

# As many take seconds: the programme whose least violation disproves a scheme of five players has 88,242.
MAX_ENTRIES = 120_000
MAX_PIVOTS = 20_000


def optimal_basis(programme: LinearProgramme) -> tuple[Status, Basis]:
    """OPTIMAL with an optimal basis, or INFEASIBLE or UNBOUNDED with the basis that shows it."""
    m, n = len(programme.rows), programme.columns
    if m * n > MAX_ENTRIES:
        raise SolverFailure(
            f"the floats' basis for a linear programme of {m} rows and {n} columns is not exactly optimal, "
            f"and it is too large for exact pivoting (at most {MAX_ENTRIES} entries); rescale its data"
        )
    dictionary = _Dictionary.start(programme)
    for _ in range(MAX_PIVOTS):
        costs, repairing = dictionary.costs()
        entering = dictionary.entering(costs)
        if entering is None:
            return Status.INFEASIBLE if repairing else Status.OPTIMAL, dictionary.basis()
        if not dictionary.step(*entering):
            return Status.UNBOUNDED, dictionary.basis()
    raise SolverFailure(f"the exact simplex method needs more than {MAX_PIVOTS} pivots; rescale the programme's data")


def _bounds(programme: LinearProgramme) -> list[tuple[Fraction | None, Fraction | None]]:
    return [
        *zip(programme.column_lower, programme.column_upper, strict=True),
        *zip(programme.lower, programme.upper, strict=True),
    ]


@dataclass
class _Dictionary:
    """basic[i] = sum_k table[i][k] * outside[k]; variables 0..n-1 are columns, n.. are rows."""

    columns: int
    cost: list[Any]
    lower: list[Any]
    upper: list[Any]
    basic: list[int]
    outside: list[int]
    table: list[list[Any]]
    value: list[Any]  # by variable
    zero: Any

    @classmethod
    def start(cls, programme: LinearProgramme) -> _Dictionary:
        import flint

        def q(number: Fraction | None) -> Any:
            return None if number is None else flint.fmpq(number.numerator, number.denominator)

        m, n = len(programme.rows), programme.columns
        zero = flint.fmpq(0)
        lower = [q(low) for low, _ in _bounds(programme)]
        upper = [q(high) for _, high in _bounds(programme)]
        table = [[q(row[j]) if j in row else zero for j in range(n)] for row in programme.rows]
        x = [next((side for side in (lower[j], upper[j]) if side is not None), zero) for j in range(n)]
        sign = -1 if programme.maximise else 1
        dictionary = cls(
            columns=n,
            cost=[q(sign * c) for c in programme.objective] + [zero] * m,
            lower=lower,
            upper=upper,
            basic=list(range(n, n + m)),
            outside=list(range(n)),
            table=table,
            value=x + [zero] * m,
            zero=zero,
        )
        dictionary._evaluate()
        return dictionary

    def _evaluate(self) -> None:
        for i, variable in enumerate(self.basic):
            row = self.table[i]
            self.value[variable] = sum((row[k] * self.value[j] for k, j in enumerate(self.outside) if row[k]), self.zero)

    def costs(self) -> tuple[list[Any], bool]:
        """What each outside variable adds to the objective, or to the sum of infeasibilities while there is one."""
        pull = {}
        for i, variable in enumerate(self.basic):
            if self.lower[variable] is not None and self.value[variable] < self.lower[variable]:
                pull[i] = -1
            elif self.upper[variable] is not None and self.value[variable] > self.upper[variable]:
                pull[i] = 1
        if pull:
            return [sum((sign * self.table[i][k] for i, sign in pull.items()), self.zero) for k in range(len(self.outside))], True
        total = [self.cost[j] for j in self.outside]
        for i, variable in enumerate(self.basic):
            c = self.cost[variable]
            if c:
                total = [t + c * a if a else t for t, a in zip(total, self.table[i], strict=True)]
        return total, False

    def entering(self, costs: list[Any]) -> tuple[int, int] | None:
        """Bland's rule: the first variable that improves, and the direction it moves in."""
        found = None
        for k, j in enumerate(self.outside):
            if found is not None and j > self.outside[found[0]]:
                continue
            if costs[k] < 0 and (self.upper[j] is None or self.value[j] < self.upper[j]):
                found = (k, 1)
            elif costs[k] > 0 and (self.lower[j] is None or self.value[j] > self.lower[j]):
                found = (k, -1)
        return found

    def step(self, k: int, direction: int) -> bool:
        """Move outside[k] until something blocks; False if nothing does."""
        j = self.outside[k]
        limit = self.upper[j] if direction > 0 else self.lower[j]
        best = None if limit is None else (abs(limit - self.value[j]), j, -1, limit)
        for i, variable in enumerate(self.basic):
            rate = direction * self.table[i][k]
            stop = self._stop(variable, rate)
            if stop is not None:
                candidate = ((stop - self.value[variable]) / rate, variable, i, stop)
                if best is None or candidate[:2] < best[:2]:
                    best = candidate
        if best is None:
            return False
        _, _, i, stop = best
        if i < 0:
            self.value[j] = stop
        else:
            leaving = self.basic[i]
            self._pivot(i, k)
            self.value[leaving] = stop
        self._evaluate()
        return True

    def _stop(self, variable: int, rate: Any) -> Any:
        """The bound a basic variable meets first; one that is infeasible stops where it becomes feasible."""
        if not rate:
            return None
        value, low, high = self.value[variable], self.lower[variable], self.upper[variable]
        if rate > 0:
            return low if low is not None and value < low else (high if high is None or value <= high else None)
        return high if high is not None and value > high else (low if low is None or value >= low else None)

    def _pivot(self, i: int, k: int) -> None:
        row = self.table[i]
        pivot = row[k]
        solved = [-a / pivot if a else a for a in row]
        solved[k] = 1 / pivot
        for other, line in enumerate(self.table):
            factor = line[k]
            if other != i and factor:
                changed = [a + factor * b if b else a for a, b in zip(line, solved, strict=True)]
                changed[k] = factor * solved[k]
                self.table[other] = changed
        self.table[i] = solved
        self.basic[i], self.outside[k] = self.outside[k], self.basic[i]

    def basis(self) -> Basis:
        place = [At.BASIC] * (self.columns + len(self.basic))
        for j in self.outside:
            if self.lower[j] is not None and self.value[j] == self.lower[j]:
                place[j] = At.LOWER
            elif self.upper[j] is not None and self.value[j] == self.upper[j]:
                place[j] = At.UPPER
            else:
                place[j] = At.ZERO
        return Basis(tuple(place[: self.columns]), tuple(place[self.columns :]))
