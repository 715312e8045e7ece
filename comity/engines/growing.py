"""A linear programme in floats to which rows are added; HiGHS starts each time from where it stood, and nothing is believed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


class GrowingProgramme:
    """Minimise the last column subject to rows that are added one batch after another.

    Data are expected to be of the size of some hundreds: tolerances are absolute.

    Parameters
    ----------
    lower : array, shape (columns,)
        The columns' lower bounds; minus infinity where there is none.
    """

    def __init__(self, lower: Floats) -> None:
        import highspy

        # The Python subclass prints a banner as it is made; its base, the binding itself, does not.
        self._solver: Any = highspy.Highs.__bases__[0]()
        self._optimal = highspy.HighsModelStatus.kOptimal
        self._basic = highspy.HighsBasisStatus.kBasic
        for name, value in {
            "output_flag": False,
            "solver": "simplex",
            "presolve": "off",
            "parallel": "off",
            # Devex: few rows are added at a time, for which the weights of steepest edges are not worth their price.
            "simplex_dual_edge_weight_strategy": 1,
            "primal_feasibility_tolerance": 1e-9,
            "dual_feasibility_tolerance": 1e-9,
        }.items():
            self._solver.setOptionValue(name, value)
        self.columns = len(lower)
        self._solver.addVars(self.columns, lower, np.full(self.columns, np.inf))
        self._solver.changeColCost(self.columns - 1, 1.0)

    def add(self, rows: Floats, sides: Floats) -> None:
        """Rows ``row x >= side``; shape (k, columns)."""
        which, index = np.nonzero(rows)
        starts = np.searchsorted(which, np.arange(len(rows))).astype(np.int32)
        self._solver.addRows(
            len(rows), sides, np.full(len(rows), np.inf), len(index), starts, index.astype(np.int32), rows[which, index]
        )

    def hold(self, row: int, side: float) -> None:
        """From now on the row is an equation without the last column."""
        self._solver.changeCoeff(row, self.columns - 1, 0.0)
        self._solver.changeRowBounds(row, side, side)

    def drop(self, rows: Sequence[int]) -> None:
        """From now on these rows ask for nothing."""
        for row in rows:
            self._solver.changeRowBounds(row, -np.inf, np.inf)

    def free(self, column: int) -> None:
        """From now on the column has no bound."""
        self._solver.changeColBounds(column, -np.inf, np.inf)

    def solve(self) -> Floats | None:
        """The columns at an optimum, or None if HiGHS does not say that it found one."""
        self._solver.run()
        if self._solver.getModelStatus() != self._optimal:
            return None
        return np.array(self._solver.getSolution().col_value)

    def nonbasic(self) -> tuple[list[int], list[int]]:
        """The rows and the columns that are not basic at the optimum found last."""
        basis = self._solver.getBasis()
        # Each access to a status vector copies all of it, so it is read once.
        rows, columns = list(basis.row_status), list(basis.col_status)
        return (
            [i for i, status in enumerate(rows) if status != self._basic],
            [j for j, status in enumerate(columns) if status != self._basic],
        )
