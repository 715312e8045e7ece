"""How powerindices is asked: counting by weights in numpy, its loops compiled by numba as its source advises."""

from __future__ import annotations

from typing import Any

from workers import Way

PACKAGE, MODULE = "powerindices", "powerindices"
LOOPS = (
    "number_coalitions_weighting_x",
    "number_coalitions_weighting_x_including_i",
    "number_coalitions_weighting_x_having_size_s",
    "number_coalitions_weighting_x_having_size_s_including_i",
)


def ways() -> list[Way]:
    import numba
    import powerindices

    for name in LOOPS:
        setattr(powerindices, name, numba.njit(getattr(powerindices, name)))
    # Compiled before any clock runs.
    powerindices.compute_ssi(3, [2, 1, 1])
    powerindices.compute_pbi(3, [2, 1, 1])

    def ready(data: Any) -> tuple[int, list[int]]:
        # It lowers large weights in the list.
        return data[1], list(data[0])

    return [
        Way(
            "shapley_shubik_index",
            ready,
            lambda given: powerindices.compute_ssi(*given),
            lambda found, data: list(map(float, found)),
        ),
        Way("banzhaf_index", ready, lambda given: powerindices.compute_pbi(*given), lambda swings, data: _shares(swings)),
    ]


def _shares(swings: Any) -> list[float]:
    return [float(swing) / float(sum(swings)) for swing in swings]
