"""Systems of linear equations with integer coefficients, solved exactly."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from math import lcm


def solve_square(matrix: Sequence[Sequence[int]], right: Sequence[Fraction | int]) -> list[Fraction] | None:
    """The x with ``matrix x = right``, or None if the matrix is singular.

    Examples
    --------
    >>> solve_square([[1, 1], [1, -1]], [3, 1])
    [Fraction(2, 1), Fraction(1, 1)]
    """
    import flint

    if not matrix:
        return []
    scale = lcm(*(Fraction(side).denominator for side in right))
    column = flint.fmpz_mat([[int(side * scale)] for side in right])
    try:
        solution = flint.fmpz_mat(matrix).solve(column)
    except ZeroDivisionError:
        return None
    return [Fraction(int(q.p), int(q.q) * scale) for q in (solution[k, 0] for k in range(len(right)))]


def solve_consistent(matrix: Sequence[Sequence[int]], right: Sequence[Fraction | int]) -> list[Fraction]:
    """A solution of ``matrix x = right`` where there is one; what is free is 0.

    Examples
    --------
    >>> solve_consistent([[1, 1], [2, 2]], [3, 6])
    [Fraction(3, 1), Fraction(0, 1)]
    """
    import flint

    scale = lcm(*(Fraction(side).denominator for side in right))
    reduced, common, rank = flint.fmpz_mat([[*row, int(side * scale)] for row, side in zip(matrix, right, strict=True)]).rref()
    found = [Fraction(0)] * len(matrix[0])
    for r in range(rank):
        pivot = next(k for k in range(len(found)) if reduced[r, k])
        found[pivot] = Fraction(int(reduced[r, len(found)]), int(common) * scale)
    return found
