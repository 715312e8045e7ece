"""Linear programmes solved exactly: a float basis is made rational and proved, or something better is tried.

A basis says which inequalities are tight; solving those equations in rationals gives a primal and a dual
point, and when both are feasible they prove each other optimal, whatever the floats were worth.
Source: Applegate, Cook, Dash & Espinoza (2007), "Exact solutions to linear programming problems".
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import lcm
from typing import TypeVar

from comity.engines.linear import At, Basis, Status, solve_in_floats
from comity.engines.simplex import optimal_basis
from comity.errors import Infeasible, SolverFailure, Unbounded
from comity.linear_programme import Bound, LinearProgramme

ZERO, ONE = Fraction(0), Fraction(1)
T = TypeVar("T")


@dataclass(frozen=True)
class ExactOptimum:
    """A primal and a dual point that prove each other optimal, and their common value.

    ``dual`` is one number a row, signed as `LinearProgramme` says.  ``basis`` may be the guess for a similar programme.
    """

    primal: tuple[Fraction, ...]
    dual: tuple[Fraction, ...]
    value: Fraction
    basis: Basis


def solve_exactly(programme: LinearProgramme, guess: Basis | None = None) -> ExactOptimum:
    """The optimum with its proof, in rationals.

    Tried in this order, each answer proved before it is returned: the guess if there is one, the basis HiGHS
    finds, the basis it finds with its tightest tolerances, and an exact simplex method from scratch for small programmes.

    Raises
    ------
    Infeasible
        With a Farkas vector: weights of the rows that add up to a contradiction.
    Unbounded
        With a feasible point and a ray along which the objective improves for ever.
    SolverFailure
        If nothing could be proved.

    Examples
    --------
    >>> from comity.linear_programme import linear_programme
    >>> best = solve_exactly(linear_programme([6, 5], [[4, 2], [1, 3]], upper=[40, 5], maximise=True))
    >>> best.value, best.dual
    (Fraction(30, 1), (Fraction(0, 1), Fraction(6, 1)))
    """
    guessed = prove(programme, guess) if guess else None
    if guessed is not None:
        return guessed
    for careful in (False, True):
        answer = solve_in_floats(programme, careful)
        if answer.status is Status.OPTIMAL and answer.basis is not None:
            optimum = prove(programme, answer.basis)
            if optimum is not None:
                return optimum
        elif answer.status in (Status.INFEASIBLE, Status.UNBOUNDED):
            _explain(programme, _proved_in_floats(careful))
    status, basis = optimal_basis(programme)
    if status is Status.OPTIMAL:
        return _by_exact_simplex(programme, basis)
    _explain(programme, lambda auxiliary: _by_exact_simplex(auxiliary, None))
    raise SolverFailure(f"a linear programme of {len(programme.rows)} rows could not be solved with proof; check its data")


def prove(programme: LinearProgramme, basis: Basis) -> ExactOptimum | None:
    """The exact optimum this basis stands for, or None if the basis is not optimal or not of this programme."""
    if len(basis.columns) != programme.columns or len(basis.rows) != len(programme.rows):
        return None
    points = _points(programme, basis)
    if points is None:
        return None
    x, y = points
    if not _primal_feasible(programme, x):
        return None
    bound = dual_bound(programme, y)
    value = programme.value(x)
    return ExactOptimum(tuple(x), tuple(y), value, basis) if bound == value else None


def dual_bound(programme: LinearProgramme, y: Sequence[Fraction]) -> Bound:
    """The bound on the optimum that y proves, or None if y is not dual feasible."""
    z = [c - a for c, a in zip(programme.objective, programme.combination(y), strict=True)]
    total = ZERO
    for weights, lower, upper in (
        (y, programme.lower, programme.upper),
        (z, programme.column_lower, programme.column_upper),
    ):
        for weight, low, high in zip(weights, lower, upper, strict=True):
            if weight:
                side = low if (weight > 0) != programme.maximise else high
                if side is None:
                    return None
                total += weight * side
    return total


# --- from a basis to rational points ---------------------------------------------------------------


def _points(programme: LinearProgramme, basis: Basis) -> tuple[list[Fraction], list[Fraction]] | None:
    """The primal and dual point where the basis's tight inequalities meet; None if they do not meet in one."""
    basic = [j for j, at in enumerate(basis.columns) if at is At.BASIC]
    tight = [i for i, at in enumerate(basis.rows) if at is not At.BASIC]
    if len(basic) != len(tight):
        return None
    x = [
        ZERO if at is At.BASIC else _place(at, low, high)
        for at, low, high in zip(basis.columns, programme.column_lower, programme.column_upper, strict=True)
    ]
    sides = [_place(basis.rows[i], programme.lower[i], programme.upper[i]) for i in tight]
    y = [ZERO] * len(programme.rows)
    if not basic:
        return x, y
    position = {j: k for k, j in enumerate(basic)}
    matrix, right, scales = [], [], []
    for i, side in zip(tight, sides, strict=True):
        row = programme.rows[i]
        scale = lcm(*(a.denominator for a in row.values()))
        line = [0] * len(basic)
        rest = side
        for j, a in row.items():
            if j in position:
                line[position[j]] = a.numerator * (scale // a.denominator)
            elif x[j]:
                rest -= a * x[j]
        matrix.append(line)
        right.append(rest * scale)
        scales.append(scale)
    solved = _solve_both(matrix, right, [programme.objective[j] for j in basic])
    if solved is None:
        return None
    for j, amount in zip(basic, solved[0], strict=True):
        x[j] = amount
    for i, scale, price in zip(tight, scales, solved[1], strict=True):
        y[i] = price * scale
    return x, y


def _place(at: At, low: Bound, high: Bound) -> Fraction:
    preferred = high if at is At.UPPER else low
    other = low if at is At.UPPER else high
    return next((side for side in (preferred, other) if side is not None), ZERO)


def _solve_both(
    matrix: list[list[int]], right: list[Fraction], cost: list[Fraction]
) -> tuple[list[Fraction], list[Fraction]] | None:
    """M x = right and y M = cost, or None if M is singular."""
    import flint

    M = flint.fmpz_mat(matrix)
    try:
        return _solve(M, right), _solve(M.transpose(), cost)
    except ZeroDivisionError:
        return None


def _solve(M: object, right: list[Fraction]) -> list[Fraction]:
    import flint

    scale = lcm(*(number.denominator for number in right))
    column = flint.fmpz_mat([[number.numerator * (scale // number.denominator)] for number in right])
    solution = M.solve(column)  # type: ignore[attr-defined]
    return [Fraction(int(q.p), int(q.q) * scale) for q in (solution[k, 0] for k in range(len(right)))]


def _primal_feasible(programme: LinearProgramme, x: Sequence[Fraction]) -> bool:
    return all(map(_between, x, programme.column_lower, programme.column_upper)) and all(
        map(_between, programme.activities(x), programme.lower, programme.upper)
    )


def _between(amount: Fraction, low: Bound, high: Bound) -> bool:
    return (low is None or amount >= low) and (high is None or amount <= high)


# --- no optimum: the reason, from a programme that has one ------------------------------------------


def _explain(programme: LinearProgramme, solve: Callable[[LinearProgramme], ExactOptimum | None]) -> None:
    """Raise `Infeasible` or `Unbounded` if the programme is; return if it seems to have an optimum after all."""
    nearest = solve(_elastic(programme))
    if nearest is None:
        return
    if nearest.value > 0:
        raise Infeasible("the constraints of a linear programme contradict each other", nearest.dual)
    steepest = solve(_recession(programme))
    if steepest is not None and steepest.value:
        ray = steepest.primal
        raise Unbounded("a linear programme can be improved for ever", nearest.primal[: programme.columns], ray)


def _elastic(programme: LinearProgramme) -> LinearProgramme:
    """Least total violation of the rows: always has an optimum, and its dual is a Farkas vector if that is positive."""
    m, n = len(programme.rows), programme.columns
    rows = [{**row, n + i: ONE, n + m + i: -ONE} for i, row in enumerate(programme.rows)]
    return LinearProgramme(
        objective=(ZERO,) * n + (ONE,) * (2 * m),
        rows=tuple(rows),
        lower=programme.lower,
        upper=programme.upper,
        column_lower=programme.column_lower + (ZERO,) * (2 * m),
        column_upper=programme.column_upper + (None,) * (2 * m),
    )


def _recession(programme: LinearProgramme) -> LinearProgramme:
    """The best direction in a box that stays feasible for ever."""

    def closed(side: Bound) -> Bound:
        return None if side is None else ZERO

    return LinearProgramme(
        objective=programme.objective,
        rows=programme.rows,
        lower=tuple(map(closed, programme.lower)),
        upper=tuple(map(closed, programme.upper)),
        column_lower=tuple(-ONE if side is None else ZERO for side in programme.column_lower),
        column_upper=tuple(ONE if side is None else ZERO for side in programme.column_upper),
        maximise=programme.maximise,
    )


def _proved_in_floats(careful: bool) -> Callable[[LinearProgramme], ExactOptimum | None]:
    def solve(auxiliary: LinearProgramme) -> ExactOptimum | None:
        answer = solve_in_floats(auxiliary, careful)
        return prove(auxiliary, answer.basis) if answer.status is Status.OPTIMAL and answer.basis else None

    return solve


def _by_exact_simplex(programme: LinearProgramme, basis: Basis | None) -> ExactOptimum:
    if basis is None:
        status, basis = optimal_basis(programme)
        if status is not Status.OPTIMAL:
            raise SolverFailure(f"an auxiliary programme that has an optimum was found {status}")
    optimum = prove(programme, basis)
    if optimum is None:
        raise SolverFailure("the exact simplex method stopped at a basis that proves nothing; please report the data")
    return optimum
