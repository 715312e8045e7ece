"""Prekernel points reached from a start: how the best coalitions and the steps are found, and games of many players."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import comity
from comity import TableGame, check_in_prekernel, prekernel_point, prenucleolus
from comity.coalitions import members
from comity.engines.equations import solve_consistent
from comity.solvers.core import kernel as rounds
from comity.testing import strategies

F = Fraction


@settings(max_examples=80, deadline=None)
@given(numbers=st.lists(st.integers(-3, 3), min_size=16, max_size=16), kind=st.sampled_from([np.int64, float, object]))
def test_for_every_pair_a_best_coalition_with_one_and_without_the_other_is_found(numbers, kind):
    best = rounds._best(np.array(numbers, dtype=kind))
    assert set(best) == {(i, j) for i in range(4) for j in range(4) if i != j}
    for (i, j), S in best.items():
        assert S >> i & 1
        assert not S >> j & 1
        assert numbers[S] == max(numbers[T] for T in range(16) if T >> i & 1 and not T >> j & 1)


@given(
    matrix=st.lists(st.lists(st.integers(-2, 2), min_size=3, max_size=3), min_size=1, max_size=4),
    solution=st.lists(st.fractions(-3, 3, max_denominator=4), min_size=3, max_size=3),
)
def test_equations_that_have_a_solution_are_solved(matrix, solution):
    right = [sum((a * b for a, b in zip(row, solution, strict=True)), F(0)) for row in matrix]
    found = solve_consistent(matrix, right)
    assert [sum((a * b for a, b in zip(row, found, strict=True)), F(0)) for row in matrix] == right


@settings(max_examples=60, deadline=None)
@given(game=strategies.gain_or_cost_games(min_players=2, max_players=5), data=st.data())
def test_from_any_start_a_point_of_the_prekernel_is_reached(game, data):
    x = [F(data.draw(st.integers(-9, 9))) for _ in range(game.n - 1)]
    x.append(game.exact(game.grand_coalition) - sum(x))
    found = prekernel_point(game, start=x)
    assert found.certificate
    for i in range(game.n):
        for j in range(i):
            s = [
                max(game.excess(S, found.exact) for S in range(1 << game.n) if S >> a & 1 and not S >> b & 1)
                for a, b in ((i, j), (j, i))
            ]
            assert s[0] == s[1]


def squares(n: int) -> TableGame:
    together = np.zeros(1, dtype=np.int64)
    for weight in np.random.default_rng(n).integers(1, 50, n):
        together = np.concatenate([together, together + weight])
    return TableGame(None, together**2)


def test_of_a_convex_game_of_fifteen_every_start_leads_to_the_nucleolus():  # Maschler, Peleg & Shapley 1972
    game = squares(15)
    right = prenucleolus(game).exact
    for start in (comity.equal_division(game).exact, comity.shapley_value(game).exact):
        assert prekernel_point(game, start=start).exact == right


def test_a_random_game_of_fifteen_has_a_point_and_near_misses_are_refuted():
    worths = np.random.default_rng(1).integers(0, 1000, 1 << 15)
    worths[0], worths[-1] = 0, 9000
    game = TableGame(None, worths, "cost")
    found = prekernel_point(game, start=[600] * 15)
    assert found.certificate
    x = list(found.exact)
    for i in range(1, 15):
        moved = [amount + F((k == 0) - (k == i), 10**12) for k, amount in enumerate(x)]
        assert not check_in_prekernel(game, moved)


@pytest.mark.parametrize("unit", [1, 10**30, 10**300])
def test_where_doubles_cannot_tell_integers_do(unit, monkeypatch):
    monkeypatch.setattr(rounds, "chains", lambda *_, **__: iter(()))
    # What one or two add alone is lost in doubles beside what three add.
    small = np.random.default_rng(3).integers(0, 9, 1 << 5).tolist()
    worths = [0] + [unit * (10**17 * (S.bit_count() >= 3) + small[S]) for S in range(1, 32)]
    game = TableGame(None, worths)
    start = [F(worths[-1], 5)] * 5
    assert prekernel_point(game, start=start).certificate


def test_the_point_does_not_depend_on_how_it_is_led(monkeypatch):
    game = squares(9)
    start = [F(0)] * 8 + [game.exact(game.grand_coalition)]
    led = prekernel_point(game, start=start).exact
    monkeypatch.setattr(rounds, "MOST_BITS", 0)
    assert prekernel_point(game, start=start).exact == led
    monkeypatch.setattr(rounds, "MAX_ROUNDS", 0)
    assert prekernel_point(game, start=start).exact == prenucleolus(game).exact


def test_each_step_is_the_least_sum_of_squares():
    rows, rest = np.array([[1, -1, 0], [0, 1, -1], [1, 0, -1]]), [F(3), F(0), F(0)]
    step = rounds._least_squares(rows, rest)
    assert sum(step) == 0
    # The gradient of the sum of squares is the same for all: no efficient step improves on it.
    left = [sum(int(row[i]) * step[i] for i in members(0b111)) - side for row, side in zip(rows, rest, strict=True)]
    assert len({sum(int(row[i]) * gap for row, gap in zip(rows, left, strict=True)) for i in range(3)}) == 1
