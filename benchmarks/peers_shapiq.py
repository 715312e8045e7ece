"""How shapiq's exact computer is asked: the worths of all coalitions are looked up before the clock runs."""

from __future__ import annotations

from itertools import combinations
from typing import Any

import numpy as np
from excesses import largest_excess
from workers import Way

PACKAGE, MODULE = "shapiq", "shapiq"


def ways() -> list[Way]:
    from shapiq import ExactComputer

    def computer(data: Any) -> Any:
        n = len(data).bit_length() - 1
        bits = 1 << np.arange(n)
        worths = np.array(data, dtype=float)
        return ExactComputer(lambda rows: worths[np.asarray(rows, dtype=int) @ bits], n, evaluate_game=True)

    def players(answer: Any, data: Any) -> list[float]:
        return [float(answer[(i,)]) for i in range(len(data).bit_length() - 1)]

    def pairs(answer: Any, data: Any) -> list[float]:
        return [float(answer[pair]) for pair in combinations(range(len(data).bit_length() - 1), 2)]

    def coalitions(answer: Any, data: Any) -> Any:
        n = len(data).bit_length() - 1
        return np.array([float(answer[tuple(i for i in range(n) if S >> i & 1)]) if S else 0.0 for S in range(1 << n)])

    return [
        Way("shapley_value", computer, lambda ready: ready("SV", 1), players),
        Way("banzhaf_value", computer, lambda ready: ready("BV", 1), players),
        Way("shapley_interactions", computer, lambda ready: ready("SII", 2), pairs),
        Way("banzhaf_interactions", computer, lambda ready: ready("BII", 2), pairs),
        Way("dividend_table", computer, lambda ready: ready("Moebius"), coalitions),
        Way(
            "least_core",
            computer,
            lambda ready: ready("ELC", 1),
            lambda answer, data: [largest_excess(data, players(answer, data))],
        ),
    ]
