"""Large sparse linear programmes in floats, by HiGHS: numbers to be checked, and nothing that is believed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from comity.engines.linear import Status

Method = Literal["simplex", "ipm"]
Doubles = NDArray[np.float64]


@dataclass(frozen=True)
class SparseProgramme:
    """Minimise cost x subject to row_lower <= A x <= row_upper and lower <= x <= upper, A given entry by entry.

    Infinite bounds do not bind.  Entries at the same place are added up.
    """

    cost: Doubles
    rows: NDArray[np.int64]
    columns: NDArray[np.int64]
    entries: Doubles
    row_lower: Doubles
    row_upper: Doubles
    lower: Doubles
    upper: Doubles


@dataclass(frozen=True)
class SparseSolution:
    """What HiGHS answered: the point, and a dual for each row, positive only at a lower side and negative only at an upper."""

    status: Status
    x: Doubles
    duals: Doubles
    value: float


def solve_sparse(programme: SparseProgramme, method: Method = "ipm", crossover: bool = True) -> SparseSolution:
    """Solve by the simplex or an interior-point method; large programmes of mechanism design want the latter.

    Examples
    --------
    >>> diet = SparseProgramme(
    ...     np.array([3.0, 2.0]), np.array([0, 0]), np.array([0, 1]), np.ones(2),
    ...     np.array([4.0]), np.array([np.inf]), np.zeros(2), np.full(2, np.inf),
    ... )
    >>> solution = solve_sparse(diet, "simplex")
    >>> solution.status.value, solution.x.tolist(), solution.duals.tolist()
    ('optimal', [0.0, 4.0], [2.0])
    """
    import highspy

    solver: Any = highspy.Highs.__bases__[0]()  # the Python subclass prints a banner as it is made
    for name, value in {
        "output_flag": False,
        "solver": method,
        "run_crossover": "on" if crossover else "off",
        "primal_feasibility_tolerance": 1e-9,
        "dual_feasibility_tolerance": 1e-9,
    }.items():
        solver.setOptionValue(name, value)
    solver.passModel(_model(programme))
    solver.run()
    found = {
        highspy.HighsModelStatus.kOptimal: Status.OPTIMAL,
        highspy.HighsModelStatus.kInfeasible: Status.INFEASIBLE,
        highspy.HighsModelStatus.kUnbounded: Status.UNBOUNDED,
        highspy.HighsModelStatus.kUnboundedOrInfeasible: Status.INFEASIBLE,
    }.get(solver.getModelStatus(), Status.UNKNOWN)
    solution = solver.getSolution()
    x, duals = np.array(list(solution.col_value)), np.array(list(solution.row_dual))
    return SparseSolution(found, x, duals, float(programme.cost @ x) if len(x) == len(programme.cost) else float("nan"))


def _model(programme: SparseProgramme) -> Any:
    import highspy

    m, n = len(programme.row_lower), len(programme.cost)
    rows, columns, entries = _merged(programme, n)
    model = highspy.HighsLp()
    model.num_col_, model.num_row_ = n, m
    model.col_cost_, model.col_lower_, model.col_upper_ = programme.cost, programme.lower, programme.upper
    model.row_lower_, model.row_upper_ = programme.row_lower, programme.row_upper
    model.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    model.a_matrix_.start_ = np.searchsorted(rows, np.arange(m + 1)).astype(np.int32)
    model.a_matrix_.index_ = columns.astype(np.int32)
    model.a_matrix_.value_ = entries
    return model


def _merged(programme: SparseProgramme, n: int) -> tuple[NDArray[np.int64], NDArray[np.int64], Doubles]:
    """Entries in the order of rows and columns, those at one place added up, zeros dropped."""
    key = programme.rows * n + programme.columns
    order = np.argsort(key, kind="stable")
    key, entries = key[order], programme.entries[order]
    first = np.flatnonzero(np.concatenate([[True], key[1:] != key[:-1]])) if len(key) else np.zeros(0, dtype=np.int64)
    sums = np.add.reduceat(entries, first) if len(first) else entries
    kept = sums != 0
    place = key[first][kept]
    return place // n, place % n, sums[kept]
