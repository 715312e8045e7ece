"""Coalition structures: the best of all partitions, by enumeration, by prices and with near misses refuted."""

import json
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from comity.certificate import Certificate
from comity.checks.coalition_structure import check_coalition_structure
from comity.coalitions import names_of, subsets
from comity.errors import ComityError, InvalidEvidence, TooManyPlayers
from comity.games.coalitional.airport import AirportGame
from comity.games.coalitional.linear_production import LinearProductionGame
from comity.games.coalitional.table import TableGame
from comity.games.coalitional.transforms import superadditive_cover
from comity.games.coalitional.voting import VotingGame
from comity.solvers.allocation.coalition_structure import optimal_coalition_structure
from comity.solvers.core.core_point import is_balanced
from comity.testing import strategies

F = Fraction
games = strategies.gain_or_cost_games(max_players=5)


def partitions(S):
    if not S:
        yield []
        return
    lowest = S & -S
    for T in subsets(S ^ lowest):
        yield from ([T | lowest, *rest] for rest in partitions(S ^ lowest ^ T))


@given(games)
def test_no_partition_is_better(game):
    found = optimal_coalition_structure(game)
    choose = max if game.sign > 0 else min
    assert found.total == choose(sum(game.exact(S) for S in parts) for parts in partitions(game.grand_coalition))
    assert sorted(name for coalition in found.coalitions for name in coalition) == sorted(game.players)
    assert found.certificate
    assert Certificate.from_json(found.certificate.to_json()) == found.certificate


@given(games)
def test_there_are_prices_if_the_superadditive_cover_has_a_core(game):  # Aumann & Drèze 1974
    found = optimal_coalition_structure(game)
    assert (found.prices is not None) is is_balanced(superadditive_cover(game))
    assert ("prices" in found.certificate.witness) is (found.prices is not None)


@given(games, st.data())
def test_only_a_best_partition_is_confirmed(game, data):
    parts = data.draw(st.sampled_from(list(partitions(game.grand_coalition))))
    names = [names_of(game.players, S) for S in parts]
    found = optimal_coalition_structure(game)
    total = sum((game.exact(S) for S in parts), F(0))
    certificate = check_coalition_structure(game, names)
    assert bool(certificate) is (total == found.total)
    assert certificate.margin == -abs(total - found.total)
    if found.prices is not None:
        assert bool(check_coalition_structure(game, names, {"prices": found.prices})) is (total == found.total)


@given(games, st.data())
def test_prices_a_trillionth_off_prove_nothing(game, data):
    found = optimal_coalition_structure(game)
    if found.prices is None:
        return
    i = data.draw(st.integers(0, game.n - 1))
    size = max([abs(worth) for worth in game.exact_table()] + [F(1, 10**60)])
    for by in (F(1, 10**12) * size, -F(1, 10**12) * size):
        moved = [price + by * (k == i) for k, price in enumerate(found.prices)]
        certificate = check_coalition_structure(game, found.coalitions, {"prices": moved})
        assert not certificate
        assert certificate.margin is None


def test_prices_below_what_a_coalition_is_worth_prove_nothing():
    game = TableGame(["A", "B"], [0, 2, 1, 1])
    assert not check_coalition_structure(game, [["A", "B"]], {"prices": [1, 0]})
    assert not check_coalition_structure(game, [["A"], ["B"]], {"prices": [3, 0]})
    assert not check_coalition_structure(game, [["A"], ["B"]], {"prices": [3, 1]})
    assert check_coalition_structure(game, [["A"], ["B"]], {"prices": [2, 1]})


def test_four_agents():  # Rahwan & Jennings 2008, from memory: {1}, {2} and {3, 4} with 30 + 40 + 80
    worth = {1: 30, 2: 40, 4: 25, 8: 45, 3: 50, 5: 60, 9: 80, 6: 55, 10: 70, 12: 80, 7: 90, 11: 120, 13: 100, 14: 115, 15: 140}
    found = optimal_coalition_structure(TableGame(None, [worth.get(S, 0) for S in range(16)]))
    assert found.coalitions == (("1",), ("2",), ("3", "4"))
    assert found.total == 150 == max(sum(worth[S] for S in parts) for parts in partitions(15))


def test_a_majority_of_three_has_no_prices_and_costs_join():
    majority = optimal_coalition_structure(VotingGame({"A": 1, "B": 1, "C": 1}, 2))
    assert majority.total == 1
    assert majority.prices is None
    airport = optimal_coalition_structure(AirportGame({"A": 12, "B": 28}))
    assert airport.coalitions == (("A", "B"),)
    assert airport.coalition_of("B") == ("A", "B")
    assert sum(airport.prices) == 28
    with pytest.raises(KeyError, match="no player 'X'"):
        airport.coalition_of("X")
    assert json.dumps(airport.to_json())
    assert "total 28" in str(airport)


@settings(max_examples=3)
@given(seed=st.integers(0, 1000))
def test_ten_players(seed):
    worths = np.random.default_rng(seed).integers(0, 100, 1 << 10)
    worths[0] = 0
    game = TableGame(None, worths)
    found = optimal_coalition_structure(game)
    assert found.total == superadditive_cover(game).exact(game.grand_coalition)


def test_a_game_of_optima_keeps_its_evidence():
    game = LinearProductionGame.random(3, np.random.default_rng(0))
    found = optimal_coalition_structure(game)
    assert check_coalition_structure(game, found.coalitions, found.certificate.witness) == found.certificate


@pytest.mark.parametrize(
    ("structure", "message"),
    [
        ([["A"]], "B are in no coalition"),
        ([["A"], ["A", "B"]], "has A, again"),
        ([["A", "B"], []], "has nobody"),
    ],
)
def test_what_is_no_partition_is_refused(structure, message):
    with pytest.raises(InvalidEvidence, match=message):
        check_coalition_structure(TableGame(["A", "B"], [0, 1, 1, 1]), structure)


def test_unknown_players_and_too_many_are_refused():
    with pytest.raises(ComityError, match="no player 'X'"):
        check_coalition_structure(TableGame(["A", "B"], [0, 1, 1, 1]), [["A", "X"]])
    with pytest.raises(TooManyPlayers):
        optimal_coalition_structure(AirportGame(range(1, 18)))
