"""Values with unions for many players: the coalitions of whole unions and part of one more are enough."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from comity.checks.union_values import check_banzhaf_owen_value, check_owen_value, read_unions
from comity.coalitions import subsets
from comity.games.coalitional.table import TableGame
from comity.games.coalitional.voting import VotingGame
from comity.solvers.values.banzhaf_owen import banzhaf_owen_value
from comity.solvers.values.owen import owen_value
from comity.solvers.values.shapley import shapley_value
from comity.solvers.values.shapley_shubik import shapley_shubik_index
from comity.solvers.values.union_levels import by_coins, by_levels, by_order, few_levels

TINY = Fraction(1, 10**12)


@given(n=st.integers(1, 7), seed=st.integers(0, 10**6))
@settings(max_examples=60, deadline=None)
def test_levels_and_dividends_agree(n: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    game = TableGame(None, [0, *rng.integers(-9, 20, 2**n - 1).tolist()])
    places = rng.integers(0, 3, n).tolist()
    unions = [[name for name, place in zip(game.players, places, strict=True) if place == k] for k in set(places)]
    blocks = read_unions(game, unions)
    assert tuple(by_levels(game, blocks, by_order, by_order)) == owen_value(game, unions).exact
    assert tuple(by_levels(game, blocks, by_coins, by_coins)) == banzhaf_owen_value(game, unions).exact


@pytest.mark.parametrize(("concept", "check"), [(owen_value, check_owen_value), (banzhaf_owen_value, check_banzhaf_owen_value)])
def test_thirty_members_in_six_unions_are_confirmed(concept: Callable[..., Any], check: Callable[..., Any]) -> None:
    weights = np.random.default_rng(0).integers(1, 30, 30).tolist()
    game = VotingGame(weights, sum(weights) // 2 + 1)
    unions = [[game.players[i] for i in range(30) if i % 6 == k] for k in range(6)]
    assert few_levels(game, read_unions(game, unions))
    result = concept(game, unions)
    assert result.certificate
    x, witness = list(result.exact), result.certificate.witness
    assert not check(game, [x[0] + TINY, x[1] - TINY, *x[2:]], witness)
    assert not check(game, [x[1], x[0], *x[2:]], witness)
    if concept is owen_value:
        # The quotient property: a union gets its index in the vote of the unions.
        together = [sum(weights[i] for i in range(30) if i % 6 == k) for k in range(6)]
        between = shapley_shubik_index(VotingGame(together, sum(weights) // 2 + 1)).exact
        assert tuple(sum((x[i] for i in range(30) if i % 6 == k), Fraction(0)) for k in range(6)) == between


@pytest.mark.parametrize("kind", ["doubles", "integers", "long integers"])
@pytest.mark.parametrize("concept", [owen_value, banzhaf_owen_value])
def test_tables_of_any_numbers_are_read_where_it_matters(concept: Callable[..., Any], kind: str) -> None:
    rng = np.random.default_rng(3)
    drawn = rng.random(1 << 10) if kind == "doubles" else rng.integers(-(10**9), 10**9, 1 << 10)
    drawn[0] = 0
    worths = [int(worth) ** 5 for worth in drawn] if kind == "long integers" else drawn
    game = TableGame(None, worths)
    unions = [["1", "5", "9"], ["2", "4"], ["3", "10"], ["6"], ["7"], ["8"]]
    result = concept(game, unions)
    assert "integer_table" not in game.__dict__ or kind == "integers"
    # Every worth as a fraction of its own, and every contribution by itself.
    blocks = [sum(1 << int(name) - 1 for name in union) for union in unions]
    v = game.exact_table()
    for i, name in enumerate(game.players):
        own = next(block for block in blocks if block >> i & 1)
        others, amount = [block for block in blocks if block != own], Fraction(0)
        weight = by_order if concept is owen_value else by_coins
        for chosen in range(1 << len(others)):
            Q = sum(block for k, block in enumerate(others) if chosen >> k & 1)
            for T in subsets(own ^ 1 << i):
                chance = weight(chosen.bit_count(), len(others)) * weight(T.bit_count(), own.bit_count() - 1)
                amount += chance * (v[Q | T | 1 << i] - v[Q | T])
        assert result.exact[i] == amount, name
    assert result.certificate


def test_the_worths_of_some_coalitions_are_those_of_the_table() -> None:
    rng = np.random.default_rng(5)
    worths = rng.random(64)
    worths[0] = 0
    game = TableGame(None, worths)
    for coalitions in ([5, 3], [3, 5], [63], range(64), [9]):
        read = game.exact_worths(np.array(coalitions))
        assert read.fractions() == [game.exact(S) for S in coalitions]
    vote = VotingGame([2] * 70, 71)
    many = np.array([0, (1 << 70) - 1, (1 << 36) - 1], dtype=object)
    assert vote.exact_worths(many).fractions() == [0, 1, 1]


def test_one_union_or_none_is_the_shapley_value_of_fourteen() -> None:
    worths = np.random.default_rng(14).random(1 << 14)
    worths[0] = 0
    shapley = shapley_value(TableGame(None, worths)).exact
    game = TableGame(None, worths)
    for unions in ([[name] for name in game.players], [game.players]):
        result = owen_value(game, unions)
        assert result.exact == shapley
        assert result.certificate


@pytest.mark.scheduled
def test_more_players_than_an_integer_has_bits() -> None:
    game = VotingGame([1] * 64, 33)
    result = owen_value(game, [[game.players[i] for i in range(64) if i % 8 == k] for k in range(8)])
    assert result.certificate
    assert result.exact == (Fraction(1, 64),) * 64
