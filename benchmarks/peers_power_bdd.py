"""How power-bdd is asked: a weighted vote becomes a binary decision diagram, in plain Python; building it is the computation."""

from __future__ import annotations

from typing import Any

from workers import Way

PACKAGE, MODULE = "power-bdd", "power_bdd"


def ways() -> list[Way]:
    from power_bdd.bdd import BDD, WeightedGame

    def game(data: Any) -> Any:
        # It puts a weight of its own before the list.
        return WeightedGame(data[1], list(data[0]))

    return [
        Way("shapley_shubik_index", game, lambda ready: BDD(ready).calc_shapley()),
        Way("banzhaf_index", game, lambda ready: BDD(ready).calc_banzhaf(), lambda swings, data: _shares(swings)),
    ]


def _shares(swings: Any) -> list[float]:
    return [swing / sum(swings) for swing in swings]
