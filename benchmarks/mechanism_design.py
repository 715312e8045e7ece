"""Designed rules: how long they take, against the same linear programme with every row at once in the same run.

    python benchmarks/mechanism_design.py

Prints, for each setting, the time of the design with its proof and what the certificate says; for the smaller ones also the rows
of the whole programme, and the time to build it and solve it with HiGHS's interior-point method without any proof.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import numpy as np

from comity.games.bayesian.objectives import Objective
from comity.games.bayesian.promises import Promises
from comity.games.bayesian.setting import BayesianSetting
from comity.games.bayesian.standard import single_item_auction
from comity.solvers.design.large import _Solver
from comity.solvers.design.mechanism_design import design_mechanism
from comity.solvers.design.programme import RuleProgramme
from comity.solvers.design.symmetric import design_symmetric_mechanism


def auction(bidders: int, types: int) -> BayesianSetting:
    """One item, values 1, 2, ..., all alike."""
    return single_item_auction({f"bidder {k}": list(range(1, types + 1)) for k in range(bidders)})


def main() -> None:
    """Run every case and print a line for each."""
    cases: list[tuple[str, BayesianSetting, dict[str, Any], Callable[..., Any]]] = [
        ("2 bidders x 40 types, dominant", auction(2, 40), {}, design_mechanism),
        ("2 bidders x 60 types, dominant", auction(2, 60), {}, design_mechanism),
        (
            "4 bidders x 12 types, bayesian",
            auction(4, 12),
            {"incentive": "bayesian", "participation": "interim"},
            design_mechanism,
        ),
        ("10 bidders x 5 types, symmetric, no deficit", auction(10, 5), {"budget": "no-deficit"}, design_symmetric_mechanism),
    ]
    for name, setting, promises, design in cases:
        started = time.perf_counter()
        found = design(setting, "revenue", **promises)
        taken = time.perf_counter() - started
        print(f"{name}: {taken:.2f} s, revenue {float(found.value):.6f}, {found.certificate.basis} {found.certificate.verdict}")
        if design is design_mechanism and setting.profiles <= 1600:
            rows, built, solved, value = all_at_once(setting, promises)
            print(f"    all {rows:,} rows at once: built {built:.2f} s, solved {solved:.2f} s, revenue {value:.6f}")


def all_at_once(setting: BayesianSetting, promises: dict[str, Any]) -> tuple[int, float, float, float]:
    """Rows, seconds to build, seconds to solve and the optimum of the programme with every row."""
    from comity.engines.sparse import solve_sparse

    started = time.perf_counter()
    programme = RuleProgramme(setting, Objective.of("revenue", setting), Promises(**promises))
    standing = programme.standing()
    families = standing + [programme.truthful(i, *programme.lies(i)) for i in range(len(setting.agents))]
    solver = _Solver(programme, standing)
    sparse = solver._sparse(families)
    built = time.perf_counter() - started
    started = time.perf_counter()
    solution = solve_sparse(sparse, "ipm", crossover=False)
    return (
        sum(map(len, families)),
        built,
        time.perf_counter() - started,
        float(-(sparse.cost @ np.asarray(solution.x)) * solver.scale),
    )


if __name__ == "__main__":
    main()
