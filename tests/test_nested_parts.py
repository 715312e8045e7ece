"""Sums of symmetric games on nested sets: airports and queues of thousands."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from comity.checks.airport_nucleolus import airport_flaw
from comity.checks.nested_parts import check_shapley_by_parts
from comity.checks.nucleolus import PREKERNEL, check_nucleolus, check_prenucleolus
from comity.checks.values import check_shapley_value
from comity.errors import InvalidEvidence
from comity.games.coalitional.airport import AirportGame
from comity.games.coalitional.nested_parts import NestedParts, NestedSum
from comity.games.coalitional.queueing import QueueingGame
from comity.solvers.core.airport_nucleolus import airport_nucleolus
from comity.solvers.core.nucleolus import nucleolus, prenucleolus
from comity.solvers.values.nested_sums import shapley_by_parts
from comity.solvers.values.shapley import shapley_value

TINY = Fraction(1, 10**12)
seeds = st.integers(0, 10**6)


@pytest.mark.parametrize("kind", [AirportGame, QueueingGame])
@given(n=st.integers(1, 7), seed=seeds)
@settings(max_examples=40, deadline=None)
def test_the_parts_add_up_to_every_worth(kind: type[AirportGame] | type[QueueingGame], n: int, seed: int) -> None:
    game = kind.random(n, np.random.default_rng(seed))
    parts = game.nested_parts()
    assert isinstance(game, NestedSum)
    assert [parts.worth(S) for S in range(1 << n)] == [game.exact(S) for S in range(1 << n)]


@pytest.mark.parametrize("kind", [AirportGame, QueueingGame])
@given(n=st.integers(1, 9), seed=seeds)
@settings(max_examples=40, deadline=None)
def test_parts_and_dividends_give_the_same_shapley_value(kind: type[AirportGame] | type[QueueingGame], n: int, seed: int) -> None:
    game = kind.random(n, np.random.default_rng(seed))
    x = shapley_by_parts(game.nested_parts())
    assert tuple(x) == shapley_value(game).exact
    assert check_shapley_by_parts(game, game.nested_parts(), x, "check_shapley_value")
    for i in range(n):
        moved = [*x[:i], x[i] + TINY, *x[i + 1 :]]
        assert not check_shapley_by_parts(game, game.nested_parts(), moved, "check_shapley_value")
        if i:
            moved[0] -= TINY
            assert not check_shapley_by_parts(game, game.nested_parts(), moved, "check_shapley_value")


def test_parts_that_are_not_the_games_are_refused() -> None:
    game = AirportGame([3, 5, 5, 9])
    parts = game.nested_parts()
    x = shapley_by_parts(parts)
    for wrong in (
        NestedParts(parts.order, parts.parts[1:]),
        NestedParts(parts.order[::-1], parts.parts),
        NestedParts([0, 1], []),
    ):
        with pytest.raises(InvalidEvidence, match="the model is wrong"):
            check_shapley_by_parts(game, wrong, x, "check_shapley_value")


@pytest.mark.parametrize("served", [None, "first", "last"])
def test_two_thousand_members_are_served_and_confirmed(served: str | None) -> None:
    amounts = np.random.default_rng(0).integers(0, 1000, 2000).tolist()
    game = AirportGame(amounts) if served is None else QueueingGame(amounts, served)
    result = shapley_value(game)
    assert result.certificate
    x = list(result.exact)
    assert sum(x) == game.exact(game.grand_coalition)
    assert not check_shapley_value(game, [x[0] + TINY, x[1] - TINY, *x[2:]])
    assert not check_shapley_value(game, [x[0] + TINY, *x[1:]])
    if served is None:
        # Littlechild and Owen 1973: the cheapest pays an equal part of its own cost.
        cheapest = min(range(2000), key=amounts.__getitem__)
        assert x[cheapest] == Fraction(amounts[cheapest], 2000)


@given(costs=st.lists(st.integers(0, 12), min_size=1, max_size=8))
@settings(max_examples=150, deadline=None)
def test_littlechilds_nucleolus_is_that_of_the_chain_of_levels(costs: list[int]) -> None:
    game = AirportGame(costs)
    x = airport_nucleolus(game)
    assert tuple(x) == nucleolus(game).exact
    for concept, check in ((nucleolus, check_nucleolus), (prenucleolus, check_prenucleolus)):
        assert check(game, concept(game).exact, {"argument": PREKERNEL})


@given(costs=st.lists(st.integers(0, 6), min_size=2, max_size=5), data=st.data())
@settings(max_examples=150, deadline=None)
def test_nothing_but_the_nucleolus_balances_neighbours(costs: list[int], data: st.DataObject) -> None:
    game = AirportGame(costs)
    right = airport_nucleolus(game)
    cuts = sorted(data.draw(st.lists(st.integers(0, 12 * max(costs)), min_size=len(costs) - 1, max_size=len(costs) - 1)))
    x = [Fraction(b - a, 12) for a, b in zip([0, *cuts], [*cuts, 12 * max(costs)], strict=True)]
    assert (airport_flaw(game, x) == "") == (x == right)
    moved = [right[0] + TINY, *right[1:-1], right[-1] - TINY]
    assert airport_flaw(game, moved)
    assert airport_flaw(game, [right[0] + TINY, *right[1:]])


def test_the_airport_of_a_thousand_aircraft() -> None:
    costs = np.random.default_rng(1).integers(1, 10**6, 1000).tolist()
    result = nucleolus(AirportGame(costs))
    assert result.certificate
    x = list(result.exact)
    assert not check_nucleolus(AirportGame(costs), [x[0] + TINY, x[1] - TINY, *x[2:]], result.certificate.witness)


@pytest.mark.scheduled
def test_ten_thousand_members() -> None:
    amounts = np.random.default_rng(0).integers(1, 10**6, 10_000).tolist()
    for game in (AirportGame(amounts), QueueingGame(amounts)):
        assert shapley_value(game).certificate
    assert nucleolus(AirportGame(amounts)).certificate
