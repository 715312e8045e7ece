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
from comity.games.coalitional.table import TableGame
from comity.games.coalitional.voting import VotingGame
from comity.solvers.values.banzhaf_owen import banzhaf_owen_value
from comity.solvers.values.owen import owen_value
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
