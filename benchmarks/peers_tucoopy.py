"""How tucoopy is asked: plain Python on dicts of worths, linear programmes by SciPy."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from functools import partial
from typing import Any

from excesses import imbalance
from workers import Way

PACKAGE, MODULE = "tucoopy", "tucoopy"


def ways() -> list[Way]:
    from tucoopy import Game, power, properties, solutions
    from tucoopy.transforms import mobius_transform

    shapley = importlib.import_module("tucoopy.solutions.shapley")
    per_capita = importlib.import_module("tucoopy.solutions.nucleolus").per_capita_nucleolus
    shubik = importlib.import_module("tucoopy.power.shapley_shubik").shapley_shubik_index_weighted_voting
    banzhaf = importlib.import_module("tucoopy.power.banzhaf").banzhaf_index_weighted_voting
    balanced = importlib.import_module("tucoopy.properties.balancedness").balancedness_check
    weighted_voting_game = importlib.import_module("tucoopy.games.weighted_voting").weighted_voting_game

    def of_table(data: Any) -> Any:
        return Game.from_coalitions(n_players=len(data).bit_length() - 1, values=dict(enumerate(data.tolist())))

    def of_first(data: Any) -> tuple[Any, Any]:
        return of_table(data[0]), data[1]

    def of_votes(data: Any) -> Any:
        return weighted_voting_game(data[0], data[1])

    def x(answer: Any, data: Any) -> Any:
        return answer.x

    def settled(answer: Any, data: Any) -> Any:
        return [imbalance(data, answer.x)]

    def one(f: Callable[..., Any]) -> Callable[[Any], Any]:
        """A yes or no about any number of players."""
        return lambda game: [f(game, max_players=None)]

    return [
        Way("shapley_value", of_table, shapley.shapley_value_fast),
        Way("banzhaf_value", of_table, solutions.banzhaf_value),
        Way("dividend_table", lambda data: data.tolist(), partial(mobius_transform, backend="numpy")),
        Way("solidarity_value", of_table, power.solidarity_value),
        Way("tau_value", of_table, solutions.tau_value),
        Way("owen_value", of_first, lambda ready: solutions.owen_value(ready[0], unions=ready[1]), x),
        Way("myerson_value", of_first, lambda ready: solutions.myerson_value(ready[0], edges=ready[1]), x),
        Way("is_convex", of_table, one(properties.is_convex)),
        Way("is_superadditive", of_table, one(properties.is_superadditive)),
        Way("is_balanced", of_table, balanced, lambda answer, data: [answer.core_nonempty]),
        Way("prenucleolus", of_table, solutions.prenucleolus, x),
        Way("nucleolus", of_table, solutions.nucleolus, x),
        Way("least_core", of_table, solutions.least_core, lambda answer, data: [answer.epsilon]),
        Way("per_capita_prenucleolus", of_table, per_capita, x),
        Way("modiclus", of_table, solutions.modiclus, x),
        Way("prekernel_point", of_table, solutions.prekernel, settled),
        Way("shapley_shubik_index", lambda data: data, lambda data: shubik(*data)),
        Way("banzhaf_index", lambda data: data, lambda data: banzhaf(*data)),
        Way("johnston_index", of_votes, power.johnston_index),
        Way("deegan_packel_index", of_votes, power.deegan_packel_index),
        Way("public_good_index", of_votes, power.holler_index),
        Way("nucleolus of votes", of_votes, solutions.nucleolus, x),
        Way("nucleolus of a market", lambda data: of_table(data[1]), solutions.nucleolus, x),
    ]
