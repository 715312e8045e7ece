"""Integer programmes by PuLP: small ones by hand and by enumeration, and what is said when there is no answer."""

import itertools
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from comity.engines.integer import IntegerSolution, Status, solve_integer
from comity.errors import ComityError
from comity.linear_programme import linear_programme

F = Fraction


@settings(max_examples=25)
@given(
    weights=st.lists(st.integers(-5, 9), min_size=4, max_size=4),
    rows=st.lists(st.lists(st.integers(-4, 6), min_size=4, max_size=4), min_size=1, max_size=3),
    sides=st.lists(st.tuples(st.integers(-6, 6), st.integers(0, 8)), min_size=3, max_size=3),
    maximise=st.booleans(),
    unit=st.sampled_from([F(1), F(10) ** 30, F(1, 3 * 10**40)]),
)
def test_the_best_of_all_integer_points(weights, rows, sides, maximise, unit):
    sides = sides[: len(rows)]
    programme = linear_programme(
        [unit * w for w in weights],
        [[unit * a for a in row] for row in rows],
        lower=[unit * low for low, _ in sides],
        upper=[unit * (low + width) for low, width in sides],
        column_upper=[2] * 4,
        maximise=maximise,
    )
    points = [
        x
        for x in itertools.product(range(3), repeat=4)
        if all(low <= np.dot(row, x) <= low + width for row, (low, width) in zip(rows, sides, strict=True))
    ]
    found = solve_integer(programme)
    if not points:
        assert found == IntegerSolution(Status.INFEASIBLE)
        return
    assert found.status is Status.OPTIMAL
    assert tuple(map(int, found.x)) in points
    assert found.value == (max if maximise else min)(unit * int(np.dot(weights, x)) for x in points)


def test_some_columns_may_be_fractions():  # x integer, y free: 2 y = 3 - x with x = 0 makes y the largest
    programme = linear_programme([0, 1], [[1, 2]], lower=[3], upper=[3], maximise=True)
    assert solve_integer(programme, integer=[0]) == IntegerSolution(Status.OPTIMAL, (F(0), F(3, 2)), F(3, 2))
    assert solve_integer(programme).x == (1, 1)


def test_an_integer_programme_may_have_no_answer_where_the_linear_one_has():
    assert solve_integer(linear_programme([1], [[2]], lower=[1], upper=[1])).status is Status.INFEASIBLE
    assert solve_integer(linear_programme([1], [[2]], lower=[1], upper=[1]), integer=[]).x == (F(1, 2),)


def test_unbounded_and_infeasible_are_told_apart():
    assert solve_integer(linear_programme([1, 1], [[1, -1]], lower=[1], maximise=True)).status is Status.UNBOUNDED
    # Without the row it would be unbounded.
    assert solve_integer(linear_programme([1, 1], [[2, -2]], lower=[1], upper=[1], maximise=True)).status is Status.INFEASIBLE


def test_no_columns_no_rows_and_rows_of_zeros():
    assert solve_integer(linear_programme([], [])) == IntegerSolution(Status.OPTIMAL, (), F(0))
    assert solve_integer(linear_programme([], [[]], lower=[1])).status is Status.INFEASIBLE
    assert solve_integer(linear_programme([1, 0], [[0, 0]], upper=[1], column_lower=[-2, 4])).x == (-2, 4)
    assert solve_integer(linear_programme([1, 0], [[0, 0]], lower=[1])).status is Status.INFEASIBLE


def hard():
    rng = np.random.default_rng(1)
    rows = [dict.fromkeys(map(int, rng.choice(300, 25, replace=False)), 1) for _ in range(60)]
    return linear_programme(rng.uniform(0.8, 1.2, 300), rows, upper=[2] * 60, column_upper=[1] * 300, maximise=True)


def test_a_time_limit_keeps_what_was_found_and_never_calls_it_optimal():
    found = solve_integer(hard(), time_limit=1)
    assert found.status is Status.FEASIBLE
    assert found.value == hard().value(found.x)
    assert solve_integer(hard(), time_limit=1e-4) == IntegerSolution(Status.FAILED)


def test_nothing_is_printed(capfd):
    solve_integer(linear_programme([1], [[2]], lower=[1], column_upper=[3]))
    assert capfd.readouterr() == ("", "")


def test_what_cannot_be_asked_is_refused():
    with pytest.raises(ComityError, match="column 2 is to be an integer, but the columns are 0 to 0"):
        solve_integer(linear_programme([1], []), integer=[2])
    with pytest.raises(ComityError, match="time_limit is 0; give a positive number of seconds"):
        solve_integer(linear_programme([1], []), time_limit=0)
