"""A linear programme with exact data: what the engines solve and the checks confirm."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from comity import rational
from comity.errors import ComityError, Infeasible

Bound = Fraction | None


@dataclass(frozen=True)
class LinearProgramme:
    """Minimise or maximise c x subject to lower <= A x <= upper and column_lower <= x <= column_upper.

    All data are Fractions; a bound of None does not bind.  Rows are sparse, ``{column: coefficient}``.
    `linear_programme` builds one from numbers as they were written.

    A dual is one number y_i a row: the change of the optimum when the binding side of the row moves by
    one.  With z = c - y A, a minimum has y_i > 0 only at a lower and y_i < 0 only at an upper side, the
    same for z_j and the columns; a maximum has it the other way round.
    """

    objective: tuple[Fraction, ...]
    rows: tuple[Mapping[int, Fraction], ...]
    lower: tuple[Bound, ...]
    upper: tuple[Bound, ...]
    column_lower: tuple[Bound, ...]
    column_upper: tuple[Bound, ...]
    maximise: bool = False

    def __post_init__(self) -> None:
        m, n = len(self.rows), len(self.objective)
        if not len(self.lower) == len(self.upper) == m:
            raise ComityError(f"{m} rows have {len(self.lower)} lower and {len(self.upper)} upper sides; give one of each a row")
        if not len(self.column_lower) == len(self.column_upper) == n:
            raise ComityError(
                f"{n} columns have {len(self.column_lower)} lower and {len(self.column_upper)} upper bounds; "
                "give one of each a column"
            )
        for i, row in enumerate(self.rows):
            if any(not 0 <= j < n for j in row):
                raise ComityError(f"row {i} names column {max(row)}, but the columns are 0 to {n - 1}")
        _refuse_crossed("row", self.lower, self.upper)
        _refuse_crossed("column", self.column_lower, self.column_upper)

    @property
    def columns(self) -> int:
        """The number of columns."""
        return len(self.objective)

    def value(self, x: Sequence[Fraction]) -> Fraction:
        """c x."""
        return sum((c * amount for c, amount in zip(self.objective, x, strict=True) if c), Fraction(0))

    def activities(self, x: Sequence[Fraction]) -> list[Fraction]:
        """A x, one number a row."""
        return [sum((a * x[j] for j, a in row.items() if x[j]), Fraction(0)) for row in self.rows]

    def combination(self, y: Sequence[Fraction]) -> list[Fraction]:
        """y A, one number a column."""
        total = [Fraction(0)] * self.columns
        for weight, row in zip(y, self.rows, strict=True):
            if weight:
                for j, a in row.items():
                    total[j] += weight * a
        return total


def linear_programme(
    objective: Iterable[Any],
    rows: Iterable[Mapping[int, Any] | Sequence[Any]],
    *,
    lower: Iterable[Any] | None = None,
    upper: Iterable[Any] | None = None,
    column_lower: Iterable[Any] | None = None,
    column_upper: Iterable[Any] | None = None,
    maximise: bool = False,
) -> LinearProgramme:
    """A linear programme from numbers as they were written.

    Rows are sequences or ``{column: coefficient}``; a side left out, or None in it, does not bind.
    Columns are not negative unless ``column_lower`` says otherwise; None in it frees a column.

    Examples
    --------
    >>> production = linear_programme([6, 5], [[4, 2], {0: 1, 1: 3}], upper=[40, 30], maximise=True)
    >>> production.activities([Fraction(1), Fraction(2)])
    [Fraction(8, 1), Fraction(7, 1)]
    """
    c = tuple(rational.exact(number, "an objective coefficient") for number in objective)
    sparse = tuple(_row(i, row, len(c)) for i, row in enumerate(rows))
    return LinearProgramme(
        objective=c,
        rows=sparse,
        lower=_sides(lower, len(sparse)),
        upper=_sides(upper, len(sparse)),
        column_lower=(Fraction(0),) * len(c) if column_lower is None else _sides(column_lower, len(c)),
        column_upper=_sides(column_upper, len(c)),
        maximise=maximise,
    )


def _row(i: int, row: Mapping[int, Any] | Sequence[Any], columns: int) -> dict[int, Fraction]:
    if not isinstance(row, Mapping):
        if len(row) != columns:
            raise ComityError(f"row {i} has {len(row)} coefficients for {columns} columns; give one each")
        row = dict(enumerate(row))
    exact = {int(j): rational.exact(a, f"a coefficient of row {i}") for j, a in row.items()}
    return {j: a for j, a in exact.items() if a}


def _sides(sides: Iterable[Any] | None, count: int) -> tuple[Bound, ...]:
    if sides is None:
        return (None,) * count
    return tuple(None if side is None else rational.exact(side, "a bound") for side in sides)


def _refuse_crossed(what: str, lower: Sequence[Bound], upper: Sequence[Bound]) -> None:
    for i, (low, high) in enumerate(zip(lower, upper, strict=True)):
        if low is not None and high is not None and low > high:
            raise Infeasible(f"{what} {i} asks for at least {rational.text(low)} and at most {rational.text(high)}")
