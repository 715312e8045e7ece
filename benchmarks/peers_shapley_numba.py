"""How shapley-numba is asked: games are classes that numba compiles; its template for tables keeps a dict, an array is faster."""

from __future__ import annotations

from itertools import product
from typing import Any

import numpy as np
from workers import Way

PACKAGE, MODULE = "shapley-numba", "shapley_numba"


def ways() -> list[Way]:
    import numba
    from shapley_numba.core import numba_game
    from shapley_numba.harsanyi import HarsanyiDividends
    from shapley_numba.shapley import shapley

    @numba_game([("worths", numba.float64[::1])])
    class ArrayGame:
        def __init__(self, worths: Any) -> None:
            self.worths = worths

        def value(self, subset: Any) -> Any:
            place = 0
            for i in range(len(subset)):
                place += subset[i] << i
            return self.worths[place]

    @numba_game([("weights", numba.int64[::1]), ("quota", numba.int64)])
    class Votes:
        def __init__(self, weights: Any, quota: Any) -> None:
            self.weights = weights
            self.quota = quota

        def value(self, subset: Any) -> Any:
            total = 0
            for i in range(len(subset)):
                total += subset[i] * self.weights[i]
            return 1.0 if total >= self.quota else 0.0

    def of_table(data: Any) -> tuple[Any, int]:
        return ArrayGame(np.array(data, dtype=np.float64)), len(data).bit_length() - 1

    def of_votes(data: Any) -> tuple[Any, int]:
        return Votes(np.array(data[0]), data[1]), len(data[0])

    def dividends(answer: Any, data: Any) -> Any:
        n = len(data).bit_length() - 1
        # The last of a product runs fastest, and is bit 0.
        return np.array([answer(np.array(bits[::-1], dtype=np.int32)) for bits in product((0, 1), repeat=n)])

    # Compiled before any clock runs.
    tiny = np.array([0.0, 1.0, 2.0, 4.0])
    shapley(*of_table(tiny))
    HarsanyiDividends(*of_table(tiny))
    shapley(*of_votes(([1, 1], 2)))
    return [
        Way("shapley_value", of_table, lambda ready: shapley(*ready)),
        Way("dividend_table", of_table, lambda ready: HarsanyiDividends(*ready), dividends),
        Way("shapley_shubik_index", of_votes, lambda ready: shapley(*ready)),
    ]
