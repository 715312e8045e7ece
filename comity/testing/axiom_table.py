"""Which concept satisfies which axiom: what each claims and is tested on, and where a counterexample is known."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import numpy as np

from comity.declaration import declaration_of
from comity.errors import ComityError
from comity.games.coalitional.base import Game
from comity.games.coalitional.table import TableGame
from comity.results import Allocation
from comity.testing.arguments import arguments_for
from comity.testing.axioms import axioms

CLAIMED, FOLLOWS, FAILS, OUTSIDE, OPEN = "claimed", "follows", "fails", "outside", "open"
# What every rule that satisfies the first satisfies, too, by the words of both.
IMPLIES = {
    "anonymous": ("symmetric",),
    "covariant": ("homogeneous",),
    "desirability": ("symmetric",),
    "dummy_player": ("null_player", "projection"),
    # A dummy player's amount in the core is at least what they are worth alone, and at most what they add to all others.
    "in_core": ("efficient", "dummy_player", "individually_rational", "in_core_if_nonempty", "in_core_if_convex"),
    # The core of a game in which nobody gains by cooperating is one point.
    "in_core_if_convex": ("projection",),
    "in_core_if_nonempty": ("in_core_if_convex",),
    "individually_rational": ("individually_rational_if_superadditive",),
}
REMARKS: Mapping[tuple[str, str], str] = {
    ("core_centre", "self_dual"): "only the game in which nobody gains by cooperating has a core and a dual with one",
    ("core_point", "covariant"): "any point of the core answers; which one is found may change with the units",
    ("core_point", "homogeneous"): "any point of the core answers; which one is found may change with the units",
    ("core_point", "self_dual"): "only the game in which nobody gains by cooperating has a core and a dual with one",
    ("dutta_ray_solution", "self_dual"): "only the game in which nobody gains by cooperating is convex and has a convex dual",
    ("least_core", "covariant"): "any point of the least core answers; which one is found may change with the units",
    ("least_core", "homogeneous"): "any point of the least core answers; which one is found may change with the units",
    ("proportional_prenucleolus", "null_player"): "nobody whose worth alone is positive adds nothing",
    ("proportional_value", "in_core_if_convex"): "proved for three players, and no counterexample was found with four or five",
    ("tau_value", "self_dual"): "where the game and its dual have one, both are the utopia payoffs, which are the worths alone",
}
# Drawn for each game where a concept needs more than the game.
SEEDS = range(4)


@dataclass(frozen=True)
class Counterexample:
    """A game, the arguments beside it, and what was found there that contradicts an axiom."""

    game: Game
    found: str
    arguments: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class AxiomTable:
    """``marks[concept][axiom]`` is one of five words.

    ``"claimed"`` (and tested), ``"follows"`` (from a claim), ``"fails"``, ``"outside"`` (none of the games searched, or what
    the axiom makes of it, is one that the concept is defined for) or ``"open"``.  ``counterexamples[concept, axiom]`` is there
    wherever the mark is ``"fails"``; ``remarks[concept, axiom]`` wherever it is ``"open"`` and something is known.
    """

    axioms: tuple[str, ...]
    marks: Mapping[str, Mapping[str, str]]
    counterexamples: Mapping[tuple[str, str], Counterexample]
    remarks: Mapping[tuple[str, str], str]


def axiom_table(games: Sequence[Game] | None = None) -> AxiomTable:
    """Every concept of the catalogue against every axiom of `comity.testing.axioms`.

    A claim is what the generic tests hold the concept to.  Where nothing is claimed, the games are searched for a counterexample,
    which is kept; where none is found the question is left open here, not answered.  Concepts that need more than a game are
    given the arguments of `comity.testing.arguments`.

    Parameters
    ----------
    games : sequence of Game
        Where to look; by default a fixed set of small games of every kind.
    """
    from comity.solvers.comparison import arguments_beside_the_game, solutions

    known = axioms()
    searched = list(games) if games is not None else list(small_games())
    marks: dict[str, dict[str, str]] = {}
    found: dict[tuple[str, str], Counterexample] = {}
    for name, concept in solutions().items():
        declaration = declaration_of(concept)
        if declaration is None or declaration.kind != "concept":
            continue
        claims = declaration.claims
        implied = follows_from(claims, with_arguments=bool(arguments_beside_the_game(concept)))
        marks[name] = {a: CLAIMED if a in claims else FOLLOWS if a in implied else OPEN for a in known}
        for axiom in known:
            if marks[name][axiom] == OPEN:
                answered, example = search(concept, axiom, searched)
                if example is not None:
                    marks[name][axiom], found[name, axiom] = FAILS, example
                elif not answered:
                    marks[name][axiom] = OUTSIDE
    return AxiomTable(tuple(known), marks, found, {cell: why for cell, why in REMARKS.items() if marks[cell[0]][cell[1]] == OPEN})


def follows_from(claims: Sequence[str], with_arguments: bool = False) -> set[str]:
    """Every axiom implied by these, and by what they imply.

    Players who are alike need not be treated alike where arguments tell them apart, though names do not matter.

    >>> sorted(follows_from(["anonymous", "dummy_player"])), sorted(follows_from(["anonymous"], with_arguments=True))
    (['null_player', 'projection', 'symmetric'], [])
    """
    implied: set[str] = set()
    new = list(claims)
    while new:
        axiom = new.pop()
        further = () if with_arguments and axiom == "anonymous" else IMPLIES.get(axiom, ())
        new += [other for other in further if other not in implied]
        implied.update(further)
    return implied


def counterexample(concept: Callable[..., Allocation], axiom: str, games: Sequence[Game]) -> Counterexample | None:
    """The first game in which the concept contradicts the axiom, and what was found there; None if there is none among these.

    >>> from comity.solvers.values.equal_division import equal_division
    >>> "adds nothing to any coalition but gets" in counterexample(equal_division, "null_player", list(small_games())).found
    True
    """
    return search(concept, axiom, games)[1]


def search(concept: Callable[..., Allocation], axiom: str, games: Sequence[Game]) -> tuple[bool, Counterexample | None]:
    """Whether the axiom could be looked at in any of the games, and the first that contradicts it."""
    from comity.solvers.comparison import arguments_beside_the_game

    check, answered = axioms()[axiom], False
    needed = arguments_beside_the_game(concept)
    for game in games:
        for seed in SEEDS if needed else SEEDS[:1]:
            arguments = arguments_for(concept, game, seed) if needed else {}
            rule = partial(concept, **arguments)
            try:
                check(rule, game)
                answered = answered or rule(game) is not None
            except AssertionError as contradiction:
                return True, Counterexample(game, str(contradiction), arguments)
            except ComityError:
                continue  # the concept does not apply to this game, or to one that the axiom makes of it
    return answered, None


def small_games() -> Iterator[Game]:
    """A fixed set of games of two to five players: famous ones, simple, convex and any others, gains and costs."""
    from comity.games.coalitional.airport import AirportGame
    from comity.games.coalitional.glove import GloveGame
    from comity.games.coalitional.voting import VotingGame

    yield TableGame(None, [0, 0, 0, 4])
    yield TableGame(None, [0, 1, 3, 10])
    yield TableGame(None, [0, 0, 0, 60, 0, 48, 36, 84])
    yield TableGame(None, [0, 0, 0, 6, 0, 0, 0, 6])
    yield TableGame(None, [0, 6, 1, 7, 2, 8, 3, 9])
    yield TableGame(None, [0, 0, 0, 1], "cost")
    yield VotingGame((2, 1, 1), 3)
    yield VotingGame((1, 1, 1), 2)
    yield VotingGame((3, 1, 1, 1), 4)
    yield VotingGame((3, 2, 2, 0), 4)
    yield VotingGame((1, 1), 1)
    yield VotingGame((1, 1), 2)
    yield VotingGame((1, 0, 0), 1)
    yield AirportGame((12, 28, 30))
    yield AirportGame((1, 1, 5, 5))
    yield GloveGame(["L"], ["R1", "R2"])
    yield VotingGame((35, 20, 15, 15, 15), 51)
    yield TableGame(None, [0, 4, 2, -1])
    yield TableGame(None, [0, 4, 2, -1], "cost")
    yield TableGame(None, [0, 6, 3, 8], "cost")
    yield TableGame(None, [0, 0, 1, 1, 0, 4, 1, 5])
    yield TableGame(None, [0, 2, 0, 2, 1, 2, 2, 3])
    yield TableGame(None, [0, 5, 5, 3, 5, 8, 2, 7], "cost")
    yield TableGame(None, [0, 2, 2, 6, 3, 6, 1, 7], "cost")
    yield TableGame(None, [0, 7, 7, 6, 5, 6, 1, 7], "cost")
    yield TableGame(None, [0, 5, 3, 4, 1, 2, 2, 5, 1, 6, 4, 5, 2, 3, 3, 6])
    yield TableGame(None, [0, 2, 3, 5, 1, 8, 4, 11, 1, 8, 4, 11, 5, 11, 11, 14])
    # Convex, with five players: the tau value is outside the core.
    yield TableGame(
        None, [0, 2, 2, 4, 2, 4, 4, 6, 1, 3, 3, 13, 3, 5, 5, 15, 2, 4, 4, 6, 10, 12, 12, 14, 3, 5, 5, 15, 11, 13, 13, 24]
    )
    rng = np.random.default_rng(1953)
    for n in (2, 3, 3, 3, 4, 4):
        yield TableGame.random(n, rng)
        yield _convex(n, rng)
        yield TableGame(None, [0, *rng.integers(1, 20, (1 << n) - 1).tolist()], "cost")
        yield TableGame(None, _with_a_null_player(_convex(n, rng).exact_table()))


def _convex(n: int, rng: np.random.Generator) -> TableGame:
    dividend = [0, *rng.integers(0, 9, (1 << n) - 1).tolist()]
    return TableGame(None, [sum(dividend[T] for T in range(1 << n) if T & S == T) for S in range(1 << n)])


def _with_a_null_player(table: Sequence[object]) -> list[object]:
    return [*table, *table]
