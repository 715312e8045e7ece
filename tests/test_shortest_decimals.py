"""Many doubles are read as `Fraction(repr(x))` reads one."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from comity import TableGame
from comity.errors import ComityError
from comity.shortest_decimals import shortest_decimals

ORDINARY = st.floats(allow_nan=False, allow_infinity=False).filter(lambda x: x == 0 or 1e-290 < abs(x) < 1e290)


@settings(max_examples=300, deadline=None)
@given(numbers=st.lists(ORDINARY | st.integers(-(10**17), 10**17).map(float), max_size=8))
def test_every_double_is_the_decimal_it_prints(numbers):
    read = shortest_decimals(np.array(numbers, dtype=float))
    assert read.fractions() == [Fraction(repr(number)) for number in numbers]


def test_many_random_doubles_of_every_size_are_the_decimals_they_print():
    rng = np.random.default_rng(0)
    numbers = rng.standard_normal(3000) * 10.0 ** rng.integers(-30, 30, 3000)
    read = shortest_decimals(numbers)
    assert read.fractions() == [Fraction(repr(number)) for number in numbers.tolist()]
    assert read.shape == numbers.shape


def test_a_table_of_long_doubles_is_exact():
    worths = np.random.default_rng(1).random(1 << 15)
    worths[0] = 0
    table = TableGame(None, worths).integer_table
    assert all(table[S] == Fraction(repr(float(worths[S]))) for S in range(0, 1 << 15, 101))


@pytest.mark.parametrize("worth", [5e-324, 1.7e308])
def test_a_worth_of_too_many_digits_is_refused(worth):
    with pytest.raises(ComityError, match="choose another unit"):
        _ = TableGame(None, np.array([0, worth, 1 / 3, 1])).integer_table
