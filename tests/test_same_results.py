"""The same result to the last digit: compiled or in numpy, on one thread or two, whatever the players are called."""

from __future__ import annotations

import json
from fractions import Fraction
from math import comb

import numpy as np
import pytest

import comity
from comity import TableGame, kernels
from comity.coalitions import names_of
from comity.errors import ComityError

N = 7
NAMES = [f"P{i}" for i in range(N)]
UNIONS = [[0, 1], [2, 3, 4], [5, 6]]
LINKS = [(i, i + 1) for i in range(N - 1)]
BY_SIZE = [Fraction(1, N * comb(N - 1, s)) for s in range(N)]
WEIGHTS = [1, 2, 3, 1, 2, 3, 1]


def games() -> dict[str, TableGame]:
    rng = np.random.default_rng(4)
    size = np.bitwise_count(np.arange(1 << N)).astype(int)
    tables = {
        "random": np.where(size == N, 5000, rng.integers(1, 1000, 1 << N)),
        "convex": size**2 * 40 + size * rng.integers(0, 2),
        "many ties": rng.integers(1, 4, 1 << N) + 3 * size,
        "symmetric": size * (size + 1),
        "simple": (size >= 4).astype(int),
        "doubles": np.where(size == N, 9.0, rng.random(1 << N)),
        "short decimals": rng.integers(1, 100, 1 << N) / 10 + size**2,
        "long integers": rng.integers(2**55, 2**60, 1 << N),
    }
    found = {name: np.where(size == 0, 0, table) for name, table in tables.items()}
    return {name: TableGame(NAMES, table, "cost" if name == "short decimals" else "gain") for name, table in found.items()}


GAMES = games()


def called(of: list[int]) -> list[str]:
    return [NAMES[i] for i in of]


# Everything that reads a table through kernels, the engine or scans of arrays.
CONCEPTS = {
    **{
        name: (lambda game, name=name: getattr(comity, name)(game))
        for name in (
            "shapley_value",
            "banzhaf_value",
            "solidarity_value",
            "consensus_value",
            "chi_value",
            "tau_value",
            "gately_point",
            "equal_surplus_division",
            "proportional_division",
            "egalitarian_nonseparable_contribution",
            "minimal_rights",
            "utopia_payoffs",
            "prenucleolus",
            "nucleolus",
            "per_capita_prenucleolus",
            "per_capita_nucleolus",
            "proportional_prenucleolus",
            "proportional_nucleolus",
            "modiclus",
            "prekernel_point",
            "kernel_point",
        )
    },
    "semivalue": lambda game: comity.semivalue(game, BY_SIZE),
    "weighted_shapley_value": lambda game: comity.weighted_shapley_value(game, dict(zip(NAMES, WEIGHTS, strict=True))),
    "owen_value": lambda game: comity.owen_value(game, [called(union) for union in UNIONS]),
    "banzhaf_owen_value": lambda game: comity.banzhaf_owen_value(game, [called(union) for union in UNIONS]),
    "myerson_value": lambda game: comity.myerson_value(game, [tuple(called(link)) for link in LINKS]),
    "weighted_prenucleolus": lambda game: comity.weighted_prenucleolus(game, [Fraction(1, s) for s in range(1, N)]),
}
# These answer with one of many points: the first, which depends on the order of the players.
CHOICES = {
    "least_core": lambda game: comity.least_core(game),
    "core_point": lambda game: comity.core_point(game),
    "prekernel_point from a start": lambda game: comity.prekernel_point(game, start=comity.equal_division(game).exact),
}
QUESTIONS = {
    **{
        name: (lambda game, name=name: getattr(comity, name)(game))
        for name in (
            "is_convex",
            "is_concave",
            "is_superadditive",
            "is_subadditive",
            "is_monotone",
            "is_weakly_superadditive",
            "is_balanced",
            "is_essential",
        )
    },
    "harsanyi_dividends": lambda game: {frozenset(T): d for T, d in comity.harsanyi_dividends(game).items()},
    "shapley_interactions": lambda game: {frozenset(T): a for T, a in comity.shapley_interactions(game).exact.items()},
    "banzhaf_interactions": lambda game: {frozenset(T): a for T, a in comity.banzhaf_interactions(game).exact.items()},
}


def answer(ask, game: TableGame):
    """Everything that a result says, or the kind of refusal."""
    try:
        found = ask(game)
    except ComityError as refusal:
        return type(refusal).__name__
    if hasattr(found, "to_json"):
        return json.dumps(found.to_json(), sort_keys=True)
    return found


@pytest.mark.parametrize("game", GAMES.values(), ids=GAMES.keys())
def test_compiled_or_not_on_one_thread_or_two_everything_is_the_same(game, monkeypatch):
    monkeypatch.setattr(kernels, "LEAST_COMPILED_PLAYERS", 1)
    asked = CONCEPTS | CHOICES | QUESTIONS
    found = {}
    for compiled in ("1", "0"):
        for threads in ("1", "2"):
            monkeypatch.setenv("COMITY_COMPILED", compiled)
            monkeypatch.setenv("COMITY_THREADS", threads)
            # A new game, which has worked nothing out.
            found[compiled, threads] = {name: answer(ask, fresh(game)) for name, ask in asked.items()}
    first = found["1", "1"]
    for way, answers in found.items():
        for name in asked:
            assert answers[name] == first[name], (way, name)


def fresh(game: TableGame, worths=None, players=None) -> TableGame:
    return TableGame(players or game.players, game._given.copy() if worths is None else worths, game.orientation)


@pytest.mark.parametrize("order", [list(range(N))[::-1], [3, 0, 6, 1, 5, 2, 4]], ids=["reversed", "mixed"])
@pytest.mark.parametrize("game", GAMES.values(), ids=GAMES.keys())
def test_everybody_gets_the_same_wherever_they_stand(game, order):
    masks = np.arange(1 << N)
    # Player order[k] stands at place k.
    before = sum((masks >> place & 1) << player for place, player in enumerate(order))
    moved = fresh(game, game._given[before], [NAMES[player] for player in order])
    assert names_of(moved.players, 1) == [NAMES[order[0]]]
    for name, ask in CONCEPTS.items():
        here, there = exact(ask, game), exact(ask, moved)
        assert here == there, name
    for name, ask in QUESTIONS.items():
        assert answer(ask, game) == answer(ask, moved), name


def exact(ask, game: TableGame):
    try:
        found = ask(game)
    except ComityError as refusal:
        return type(refusal).__name__
    return dict(zip(found.players, found.exact, strict=True))


@pytest.mark.parametrize("concept", ["prenucleolus", "nucleolus", "modiclus", "prekernel_point"])
def test_where_there_are_many_ties_the_same_point_is_found_again_and_again(concept):
    for name in ("many ties", "symmetric", "simple"):
        game = GAMES[name] if name != "many ties" else fresh(GAMES[name], np.r_[GAMES[name]._given[:-1], 40])
        assert len({getattr(comity, concept)(fresh(game)).exact for _ in range(3)}) == 1


def test_fifteen_players_with_long_doubles_get_the_same_wherever_they_stand(monkeypatch):
    n = 15
    worths = np.random.default_rng(6).random(1 << n)
    worths[0], worths[-1] = 0, 9
    order = np.random.default_rng(7).permutation(n).tolist()
    masks = np.arange(1 << n)
    game = TableGame([f"P{i}" for i in range(n)], worths)
    moved = TableGame(
        [f"P{player}" for player in order], worths[sum((masks >> place & 1) << player for place, player in enumerate(order))]
    )
    for compiled in ("1", "0"):
        monkeypatch.setenv("COMITY_COMPILED", compiled)
        monkeypatch.setattr(kernels, "LEAST_COMPILED_PLAYERS", 1)
        for name in ("shapley_value", "banzhaf_value", "consensus_value", "prenucleolus", "modiclus", "minimal_rights"):
            assert exact(CONCEPTS[name], game) == exact(CONCEPTS[name], moved), name
