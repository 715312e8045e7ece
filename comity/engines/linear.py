"""Linear programmes in floats, by HiGHS: a basis to be proved, and nothing that is believed."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import Enum, StrEnum
from fractions import Fraction
from typing import Any

import numpy as np

from comity.linear_programme import Bound, LinearProgramme


class Status(StrEnum):
    """What HiGHS believes."""

    OPTIMAL = "optimal"
    INFEASIBLE = "infeasible"
    UNBOUNDED = "unbounded"
    UNKNOWN = "unknown"


class At(Enum):
    """Where a column or row stands in a basis."""

    BASIC = 0
    LOWER = 1
    UPPER = 2
    ZERO = 3  # free and not basic


@dataclass(frozen=True)
class Basis:
    """One place for each column and each row; as many are basic as there are rows."""

    columns: tuple[At, ...]
    rows: tuple[At, ...]


@dataclass(frozen=True)
class FloatSolution:
    """What HiGHS answered: ``x`` is for orientation only, the basis is what can be proved."""

    status: Status
    x: tuple[float, ...]
    basis: Basis | None


def solve_in_floats(programme: LinearProgramme, careful: bool = False) -> FloatSolution:
    """Solve with HiGHS's simplex method, after bringing the data to the size of one by powers of two.

    ``careful`` means the tightest tolerances, no presolve and no scaling but ours.
    """
    import highspy

    # The Python subclass prints a banner as it is made; its base, the binding itself, does not.
    solver: Any = highspy.Highs.__bases__[0]()
    options: dict[str, Any] = {
        "output_flag": False,
        "solver": "simplex",
        "small_matrix_value": 1e-12,
        "primal_feasibility_tolerance": 1e-10 if careful else 1e-9,
        "dual_feasibility_tolerance": 1e-10 if careful else 1e-9,
    }
    if careful or len(programme.rows) <= 200:  # presolve costs more than it saves on small programmes
        options["presolve"] = "off"
    if careful:
        options["simplex_scale_strategy"] = 0
    for name, value in options.items():
        solver.setOptionValue(name, value)
    scale = _Scale.of(programme)
    solver.passModel(_model(programme, scale))
    solver.run()
    status = _status(solver.getModelStatus())
    solution = solver.getSolution()
    x = tuple(_ldexp(value, scale.columns[j] + scale.size) for j, value in enumerate(list(solution.col_value)))
    return FloatSolution(status, x, _basis(solver.getBasis(), programme))


@dataclass(frozen=True)
class _Scale:
    """Powers of two: x_j = 2**(columns[j] + size) x'_j, row i is multiplied by 2**rows[i], c by 2**cost."""

    rows: tuple[int, ...]
    columns: tuple[int, ...]
    size: int
    cost: int

    @classmethod
    def of(cls, programme: LinearProgramme) -> _Scale:
        entries = [(i, j, _exponent(a)) for i, row in enumerate(programme.rows) for j, a in row.items()]
        rows, columns = [0] * len(programme.rows), [0] * programme.columns
        for _ in range(2):
            rows = _middle(len(rows), ((i, e + columns[j]) for i, j, e in entries))
            columns = _middle(len(columns), ((j, e + rows[i]) for i, j, e in entries))
        bounds = [
            _exponent(side) + shift
            for sides, shifts in (
                (programme.lower, rows),
                (programme.upper, rows),
                (programme.column_lower, [-e for e in columns]),
                (programme.column_upper, [-e for e in columns]),
            )
            for side, shift in zip(sides, shifts, strict=True)
            if side
        ]
        costs = [_exponent(c) + columns[j] for j, c in enumerate(programme.objective) if c]
        return cls(tuple(rows), tuple(columns), max(bounds, default=0), -max(costs, default=0))


def _middle(count: int, entries: Any) -> list[int]:
    """Minus the middle of the smallest and largest exponent of each line."""
    least: list[int | None] = [None] * count
    most = [0] * count
    for k, e in entries:
        low = least[k]
        if low is None:
            least[k] = most[k] = e
        else:
            least[k], most[k] = min(low, e), max(most[k], e)
    return [0 if low is None else -((low + high) // 2) for low, high in zip(least, most, strict=True)]


def _exponent(number: Fraction) -> int:
    """About log2 of the number, however large its integers are."""
    return number.numerator.bit_length() - number.denominator.bit_length()


def _scaled(number: Fraction, shift: int) -> float:
    """number * 2**shift as a double, for numbers of any size."""
    numerator, denominator = number.numerator, number.denominator
    if not numerator:
        return 0.0
    total = _exponent(number) + shift
    if total > 1000:
        return math.inf if numerator > 0 else -math.inf
    if total < -1000:
        return 0.0
    return (numerator << max(shift, 0)) / (denominator << max(-shift, 0))


def _ldexp(value: float, shift: int) -> float:
    try:
        return math.ldexp(value, shift)
    except OverflowError:
        return math.copysign(math.inf, value)


def _side(side: Bound, shift: int, missing: float) -> float:
    return missing if side is None else _scaled(side, shift)


def _model(programme: LinearProgramme, scale: _Scale) -> Any:
    import highspy

    m, n = len(programme.rows), programme.columns
    sign = -1 if programme.maximise else 1
    start, index, value = [0], [], []
    for i, row in enumerate(programme.rows):
        for j, a in row.items():
            index.append(j)
            value.append(_scaled(a, scale.rows[i] + scale.columns[j]))
        start.append(len(index))
    shifts = [shift - scale.size for shift in scale.rows]
    column_shifts = [-shift - scale.size for shift in scale.columns]
    model = highspy.HighsLp()
    model.num_col_, model.num_row_ = n, m
    model.col_cost_ = np.array([sign * _scaled(c, scale.columns[j] + scale.cost) for j, c in enumerate(programme.objective)])
    model.col_lower_ = np.array([_side(s, k, -math.inf) for s, k in zip(programme.column_lower, column_shifts, strict=True)])
    model.col_upper_ = np.array([_side(s, k, math.inf) for s, k in zip(programme.column_upper, column_shifts, strict=True)])
    model.row_lower_ = np.array([_side(s, k, -math.inf) for s, k in zip(programme.lower, shifts, strict=True)])
    model.row_upper_ = np.array([_side(s, k, math.inf) for s, k in zip(programme.upper, shifts, strict=True)])
    model.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    model.a_matrix_.start_ = np.array(start, dtype=np.int32)
    model.a_matrix_.index_ = np.array(index, dtype=np.int32)
    model.a_matrix_.value_ = np.array(value, dtype=float)
    return model


def _status(status: Any) -> Status:
    import highspy

    known = {
        highspy.HighsModelStatus.kOptimal: Status.OPTIMAL,
        highspy.HighsModelStatus.kInfeasible: Status.INFEASIBLE,
        highspy.HighsModelStatus.kUnbounded: Status.UNBOUNDED,
        highspy.HighsModelStatus.kUnboundedOrInfeasible: Status.UNBOUNDED,
    }
    return known.get(status, Status.UNKNOWN)


def _basis(basis: Any, programme: LinearProgramme) -> Basis | None:
    import highspy

    if not basis.valid:
        return None
    kind = highspy.HighsBasisStatus
    place = {kind.kBasic: At.BASIC, kind.kLower: At.LOWER, kind.kUpper: At.UPPER, kind.kZero: At.ZERO, kind.kNonbasic: At.LOWER}
    # Each access to a status vector copies all of it, so it is read once.
    columns = tuple(place[status] for status in list(basis.col_status))
    rows = tuple(place[status] for status in list(basis.row_status))
    if len(columns) != programme.columns or len(rows) != len(programme.rows):
        return None
    return Basis(columns, rows)
