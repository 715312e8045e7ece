"""Integer programmes, by PuLP and HiGHS: an answer to be checked, and nothing that is believed.

PuLP 3 (Python 3.11) and PuLP 4 (from Python 3.12) differ in what they return; nobody above this file needs to know.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from fractions import Fraction
from typing import Any

from comity import rational
from comity.errors import ComityError
from comity.linear_programme import Bound, LinearProgramme


class Status(StrEnum):
    """What HiGHS believes."""

    OPTIMAL = "optimal"
    FEASIBLE = "feasible"  # stopped by the time limit with something in hand
    INFEASIBLE = "infeasible"
    UNBOUNDED = "unbounded"
    FAILED = "failed"


@dataclass(frozen=True)
class IntegerSolution:
    """What HiGHS answered: ``x`` with integer columns rounded, empty unless OPTIMAL or FEASIBLE.

    ``value`` is the exact objective at ``x``.  HiGHS works in doubles with tolerances: whether x satisfies the rows exactly, and
    whether nothing is better, is for the caller to prove.
    """

    status: Status
    x: tuple[Fraction, ...] = ()
    value: Fraction | None = None


def solve_integer(
    programme: LinearProgramme, integer: Collection[int] | None = None, time_limit: float | None = None
) -> IntegerSolution:
    """Solve a linear programme in which some columns must be integers.

    Parameters
    ----------
    programme : LinearProgramme
    integer : collection of int, optional
        The columns that must be integers; every column if left out.
    time_limit : float, optional
        Seconds; then the best found so far is returned as FEASIBLE, or FAILED if there is none.

    Examples
    --------
    >>> from comity.linear_programme import linear_programme
    >>> knapsack = linear_programme([5, 4, 3], [[2, 3, 1]], upper=[5], column_upper=[1, 1, 1], maximise=True)
    >>> found = solve_integer(knapsack)
    >>> found.status.value, [int(amount) for amount in found.x], found.value
    ('optimal', [1, 1, 0], Fraction(9, 1))
    """
    columns = frozenset(range(programme.columns) if integer is None else integer)
    if not columns <= set(range(programme.columns)):
        raise ComityError(f"column {max(columns)} is to be an integer, but the columns are 0 to {programme.columns - 1}")
    if time_limit is not None and not time_limit > 0:
        raise ComityError(f"time_limit is {time_limit}; give a positive number of seconds, or leave it out")
    if not programme.columns:
        return _without_columns(programme)
    status, x = _ask(programme, columns, time_limit)
    if status is Status.UNBOUNDED:
        # HiGHS may only know that it is infeasible or unbounded; without an objective nothing is unbounded.
        status, _ = _ask(replace(programme, objective=(Fraction(0),) * programme.columns), columns, time_limit)
        return IntegerSolution(Status.UNBOUNDED if status in (Status.OPTIMAL, Status.FEASIBLE) else status)
    if status not in (Status.OPTIMAL, Status.FEASIBLE):
        return IntegerSolution(status)
    answer = tuple(
        Fraction(round(amount)) if j in columns else rational.exact(amount, "an amount HiGHS found") for j, amount in enumerate(x)
    )
    return IntegerSolution(status, answer, programme.value(answer))


def _without_columns(programme: LinearProgramme) -> IntegerSolution:
    possible = all(
        (low is None or low <= 0) and (high is None or high >= 0) for low, high in zip(programme.lower, programme.upper)
    )
    return IntegerSolution(Status.OPTIMAL, (), Fraction(0)) if possible else IntegerSolution(Status.INFEASIBLE)


def _ask(programme: LinearProgramme, integer: frozenset[int], time_limit: float | None) -> tuple[Status, list[float]]:
    """What HiGHS says, UNBOUNDED also where it cannot tell that from infeasible; and the amounts it found."""
    problem, variables = _model(programme, integer)
    solver = _quiet_highs(time_limit)
    problem.solve(solver)
    # A variable in no row may have been left out.
    amounts = [variable.value() for variable in variables]
    x = [_nearest_to_zero(programme, j) if amount is None else amount for j, amount in enumerate(amounts)]
    return _status(problem.solverModel), x


def _quiet_highs(time_limit: float | None) -> Any:
    import highspy
    import pulp

    options: dict[str, Any] = {"mip_rel_gap": 0.0, "mip_abs_gap": 0.0}
    if time_limit is not None:
        options["time_limit"] = float(time_limit)

    highs: Any = highspy.Highs

    class Quiet(highs):  # type: ignore[misc]
        """HiGHS prints a banner with the first thing it is asked unless this is the first thing."""

        def enableCallbacks(self) -> None:
            self.setOptionValue("output_flag", False)
            super().enableCallbacks()

    class HiGHS(pulp.HiGHS):  # type: ignore[misc]
        def createAndConfigureSolver(self, lp: Any) -> None:
            lp.solverModel = Quiet()
            for name, value in options.items():
                lp.solverModel.setOptionValue(name, value)

    return HiGHS(msg=False)


def _model(programme: LinearProgramme, integer: frozenset[int]) -> tuple[Any, list[Any]]:
    """The programme for PuLP; every row and the objective are brought to the size of one."""
    import pulp

    problem = pulp.LpProblem("integer_programme", pulp.LpMaximize if programme.maximise else pulp.LpMinimize)
    variables = [
        problem.add_variable(
            f"x{j}", lowBound=_side(low), upBound=_side(high), cat=pulp.LpInteger if j in integer else pulp.LpContinuous
        )
        for j, (low, high) in enumerate(zip(programme.column_lower, programme.column_upper, strict=True))
    ]

    def weighted(row: Mapping[int, Fraction], size: Fraction) -> Any:
        return pulp.lpSum(float(a / size) * variables[j] for j, a in row.items() if a)

    objective = dict(enumerate(programme.objective))
    problem += weighted(objective, _size(objective))
    for row, low, high in zip(programme.rows, programme.lower, programme.upper, strict=True):
        size = _size(row)
        activity = weighted(row, size) if any(row.values()) else 0 * variables[0]
        least, most = (_side(None if side is None else side / size) for side in (low, high))
        if least is not None and low == high:
            problem += activity == least
            continue
        if least is not None:
            problem += activity >= least
        if most is not None:
            problem += activity <= most
    return problem, variables


def _size(row: Mapping[int, Fraction]) -> Fraction:
    """The largest coefficient, or one where there is none."""
    return max(map(abs, row.values()), default=Fraction(0)) or Fraction(1)


def _side(side: Bound) -> float | None:
    number = None if side is None else rational.double(side)
    return None if number is None or math.isinf(number) else number


def _nearest_to_zero(programme: LinearProgramme, j: int) -> float:
    low, high = _side(programme.column_lower[j]), _side(programme.column_upper[j])
    return max(low, 0.0) if low is not None and low > 0 else min(high, 0.0) if high is not None else 0.0


def _status(solver: Any) -> Status:
    """Read from HiGHS itself: PuLP 3 calls a time limit optimal, and PuLP 4 has other words than PuLP 3."""
    import highspy

    kind = highspy.HighsModelStatus
    status = solver.getModelStatus()
    known = {
        kind.kOptimal: Status.OPTIMAL,
        kind.kInfeasible: Status.INFEASIBLE,
        kind.kUnbounded: Status.UNBOUNDED,
        kind.kUnboundedOrInfeasible: Status.UNBOUNDED,
    }
    if status in known:
        return known[status]
    something = solver.getInfo().primal_solution_status == int(highspy.SolutionStatus.kSolutionStatusFeasible)
    return Status.FEASIBLE if something else Status.FAILED
