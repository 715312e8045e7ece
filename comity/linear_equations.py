"""Linear equations in exact numbers."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from comity.errors import ComityError

ZERO = Fraction(0)


def solve_equations(rows: Sequence[Sequence[Fraction]], right: Sequence[Fraction]) -> list[Fraction]:
    """A solution of ``rows x = right``; unknowns that the equations leave free are 0.

    Elimination in fractions: for some hundred unknowns.  Equations that contradict each other are an error.

    Examples
    --------
    >>> solve_equations([[Fraction(1), Fraction(1)], [Fraction(1), Fraction(-1)]], [Fraction(3), Fraction(1)])
    [Fraction(2, 1), Fraction(1, 1)]
    >>> solve_equations([[Fraction(1), Fraction(1)], [Fraction(2), Fraction(2)]], [Fraction(3), Fraction(6)])
    [Fraction(3, 1), Fraction(0, 1)]
    """
    table = [[*row, b] for row, b in zip(rows, right, strict=True)]
    columns = len(table[0]) - 1 if table else 0
    pivots: list[int] = []
    for column in range(columns):
        done = len(pivots)
        pivot = next((i for i in range(done, len(table)) if table[i][column]), None)
        if pivot is None:
            continue
        table[done], table[pivot] = table[pivot], table[done]
        lead = table[done][column]
        table[done] = [entry / lead if entry else ZERO for entry in table[done]]
        for i, row in enumerate(table):
            if i != done and row[column]:
                factor = row[column]
                table[i] = [a - factor * b if b else a for a, b in zip(row, table[done], strict=True)]
        pivots.append(column)
    if any(row[-1] for row in table[len(pivots) :]):
        raise ComityError("the equations contradict each other")
    x = [ZERO] * columns
    for row, column in zip(table, pivots, strict=False):
        x[column] = row[-1]
    return x
