"""Which concept satisfies which axiom: what each claims and is tested on, and where a counterexample is known."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from comity.catalogue import things
from comity.errors import ComityError
from comity.games.coalitional.base import Game
from comity.games.coalitional.table import TableGame
from comity.results import Allocation
from comity.testing.axioms import axioms

CLAIMED, FOLLOWS, FAILS, OPEN = "claimed", "follows", "fails", "open"
# What every rule that satisfies the first satisfies, too, by the words of both.
IMPLIES = {
    "anonymous": ("symmetric",),
    "covariant": ("homogeneous",),
    "desirability": ("symmetric",),
    "dummy_player": ("null_player", "projection"),
    "in_core_if_nonempty": ("in_core_if_convex",),
    "individually_rational": ("individually_rational_if_superadditive",),
}


@dataclass(frozen=True)
class AxiomTable:
    """``marks[concept][axiom]`` is ``"claimed"`` (and tested), ``"follows"`` (from a claim), ``"fails"`` or ``"open"``.

    ``counterexamples[concept, axiom]`` is a game and what was found in it, wherever the mark is ``"fails"``.
    """

    axioms: tuple[str, ...]
    marks: Mapping[str, Mapping[str, str]]
    counterexamples: Mapping[tuple[str, str], tuple[Game, str]]


def axiom_table(games: Sequence[Game] | None = None) -> AxiomTable:
    """Every concept of the catalogue against every axiom of `comity.testing.axioms`.

    A claim is what the generic tests hold the concept to.  Where nothing is claimed, the games are searched for a counterexample,
    which is kept; where none is found the question is left open here, not answered.

    Parameters
    ----------
    games : sequence of Game
        Where to look; by default a fixed set of small games of every kind.
    """
    known = axioms()
    searched = list(games) if games is not None else list(small_games())
    from comity.solvers.comparison import concepts_of_a_game

    applicable = concepts_of_a_game()
    marks: dict[str, dict[str, str]] = {}
    found: dict[tuple[str, str], tuple[Game, str]] = {}
    for name, concept in sorted(things("comity.solvers").items()):
        declaration = concept.__declaration__
        if declaration.kind != "concept":
            continue
        implied = {axiom for claim in declaration.claims for axiom in IMPLIES.get(claim, ())}
        marks[name] = {a: CLAIMED if a in declaration.claims else FOLLOWS if a in implied else OPEN for a in known}
        for axiom in known:
            if name in applicable and marks[name][axiom] == OPEN:
                example = counterexample(applicable[name], axiom, searched)
                if example is not None:
                    marks[name][axiom], found[name, axiom] = FAILS, example
    return AxiomTable(tuple(known), marks, found)


def counterexample(rule: Callable[[Game], Allocation], axiom: str, games: Sequence[Game]) -> tuple[Game, str] | None:
    """The first game in which the rule contradicts the axiom, and what was found there; None if there is none among these.

    >>> from comity.solvers.values.equal_division import equal_division
    >>> game, found = counterexample(equal_division, "null_player", list(small_games()))
    >>> "adds nothing to any coalition but gets" in found
    True
    """
    check = axioms()[axiom]
    for game in games:
        try:
            check(rule, game)
        except AssertionError as contradiction:
            return game, str(contradiction)
        except ComityError:
            continue  # the concept does not apply to this game, or to one that the axiom makes of it
    return None


def small_games() -> Iterator[Game]:
    """A fixed set of games of two to four players: famous ones, simple, convex and any others, gains and costs."""
    from comity.games.coalitional.airport import AirportGame
    from comity.games.coalitional.glove import GloveGame
    from comity.games.coalitional.voting import VotingGame

    yield TableGame(None, [0, 0, 0, 4])
    yield TableGame(None, [0, 1, 3, 10])
    yield TableGame(None, [0, 0, 0, 60, 0, 48, 36, 84])
    yield TableGame(None, [0, 0, 0, 6, 0, 0, 0, 6])
    yield TableGame(None, [0, 6, 1, 7, 2, 8, 3, 9])
    yield VotingGame((2, 1, 1), 3)
    yield VotingGame((1, 1, 1), 2)
    yield VotingGame((3, 1, 1, 1), 4)
    yield VotingGame((3, 2, 2, 0), 4)
    yield AirportGame((12, 28, 30))
    yield AirportGame((1, 1, 5, 5))
    yield GloveGame(["L"], ["R1", "R2"])
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
