"""Arguments for concepts that need more than a game: unions, links, weights, drawn from a seed.

Every argument speaks of players by name, or of coalitions by size, never of places in the order of the players.  It therefore
stays right when an axiom lists the players otherwise, and `renamed` takes it along when they are called otherwise.  A concept
with an argument of a new sort is a new line in ``DRAWS``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from functools import partial
from itertools import combinations
from math import comb
from typing import Any

import numpy as np

from comity.coalitions import names_of
from comity.errors import ComityError
from comity.games.coalitional.base import Game
from comity.results import Allocation


def arguments_for(concept: Callable[..., Allocation], game: Game, seed: int = 0) -> dict[str, Any]:
    """Valid arguments for this concept and game, always the same for the same seed; none where the game is enough.

    >>> from comity.games.coalitional.table import TableGame
    >>> from comity.solvers.values.owen import owen_value
    >>> game = TableGame(["A", "B", "C"], [0, 1, 2, 4, 0, 1, 2, 4])
    >>> {str(arguments_for(owen_value, game, seed)) for seed in range(9)} >= {"{'unions': [['A'], ['B', 'C']]}"}
    True
    """
    from comity.solvers.comparison import arguments_beside_the_game

    rng = np.random.default_rng(seed)
    return {argument: _draw_of(concept, argument)(game, rng) for argument in arguments_beside_the_game(concept)}


def with_arguments(concept: Callable[..., Allocation], game: Game, seed: int = 0) -> Callable[[Game], Allocation]:
    """The concept as a rule that needs only a game: its arguments are fixed to those drawn for this game's players."""
    return partial(concept, **arguments_for(concept, game, seed))


def renamed(argument: Any, names: Mapping[str, str]) -> Any:
    """The same argument for players who are called otherwise.

    >>> renamed({"unions": [["A"], ["B"]], "weights": {"A": 2, ("A", "B"): 1}}, {"A": "B", "B": "C"})
    {'unions': [['B'], ['C']], 'weights': {'B': 2, ('B', 'C'): 1}}
    """
    if isinstance(argument, str):
        return names.get(argument, argument)
    if isinstance(argument, Mapping):
        return {renamed(key, names): renamed(value, names) for key, value in argument.items()}
    if isinstance(argument, list | tuple):
        return type(argument)(renamed(part, names) for part in argument)
    return argument


def _unions(game: Game, rng: np.random.Generator) -> list[list[str]]:
    """Every player in one union: from all in one to each alone."""
    seats = rng.integers(0, rng.integers(1, game.n + 1), game.n).tolist()
    return [[name for name, seat in zip(game.players, seats, strict=True) if seat == k] for k in sorted(set(seats))]


def _links(game: Game, rng: np.random.Generator) -> list[tuple[str, str]]:
    """Nobody linked, everybody, or about half of the pairs."""
    share = rng.choice([0, 0.5, 0.5, 1])
    return [pair for pair in combinations(game.players, 2) if rng.random() < share]


def _weights_by_name(game: Game, rng: np.random.Generator) -> dict[str, Fraction]:
    return {name: _positive(rng) for name in game.players}


def _weights_by_size_joined(game: Game, rng: np.random.Generator) -> list[Fraction]:
    """The chances to join 0, 1, ..., n - 1 others, divided among the coalitions of each size; some chances are zero."""
    chances = rng.integers(0, 4, game.n).tolist()
    chances[rng.integers(game.n)] += 1
    return [Fraction(chance, sum(chances) * comb(game.n - 1, s)) for s, chance in enumerate(chances)]


def _weights_of_coalitions(game: Game, rng: np.random.Generator) -> list[Fraction] | dict[tuple[str, ...], Fraction]:
    """A weight for each size, or for each coalition but the empty one and everybody."""
    if rng.random() < 0.5:
        return [_positive(rng) for _ in range(game.n - 1)]
    return {tuple(names_of(game.players, S)): _positive(rng) for S in range(1, game.grand_coalition)}


def _positive(rng: np.random.Generator) -> Fraction:
    unit = Fraction([1, 1, 1, 10**6][rng.integers(4)])
    return unit * int(rng.integers(1, 5)) / int(rng.integers(1, 5))


# By argument; where several concepts mean different things by one name, by "argument of concept".
DRAWS: Mapping[str, Callable[[Game, np.random.Generator], Any]] = {
    "unions": _unions,
    "graph": _links,
    "weights of semivalue": _weights_by_size_joined,
    "weights of weighted_shapley_value": _weights_by_name,
    "weights of weighted_nucleolus": _weights_of_coalitions,
    "weights of weighted_prenucleolus": _weights_of_coalitions,
}


def _draw_of(concept: Callable[..., Allocation], argument: str) -> Callable[[Game, np.random.Generator], Any]:
    name = concept.__name__
    draw = DRAWS.get(f"{argument} of {name}") or DRAWS.get(argument)
    if draw is None:
        raise ComityError(
            f"nothing says how to draw the {argument} of {name}; add a line to DRAWS in comity/testing/arguments.py"
        )
    return draw
