"""Bounds that are fractions: outward rounding, and roots, logarithms and powers that lie within."""

from fractions import Fraction

import pytest
from flint import arb, ctx, fmpq
from hypothesis import given, settings
from hypothesis import strategies as st

from comity.checks.intervals import ball, bounds
from comity.enclosure import (
    Between,
    between,
    exp_between,
    hull,
    log_between,
    power_between,
    root_between,
    round_to_bits,
    sqrt_between,
)
from comity.errors import ComityError
from comity.linear_equations import solve_equations

numbers = st.fractions(min_value=Fraction(1, 1000), max_value=1000, max_denominator=10**6)
signed = st.fractions(min_value=-50, max_value=50, max_denominator=10**4)


def arb_of(number):
    return arb(fmpq(number.numerator, number.denominator))


def holds(found, wanted):
    """The bounds hold all of a ball of another library, and are about as narrow as promised."""
    inner = bounds(wanted)
    return found.low <= inner.low <= inner.high <= found.high and found.width <= max(abs(found.high), 1) / 10**50


@settings(max_examples=60, deadline=None)
@given(x=numbers, y=signed)
def test_logarithms_exponentials_and_powers_hold_those_of_another_library(x, y):
    with ctx.workprec(600):
        assert holds(log_between(x), arb_of(x).log())
        assert holds(exp_between(y), arb_of(y).exp()) or abs(y) > 20
        # An exact power is one number within the ball; otherwise the ball is the narrower of the two.
        power, exact = power_between(x, y / 10), bounds((arb_of(y / 10) * arb_of(x).log()).exp())
        assert power.low <= exact.high
        assert exact.low <= power.high
        assert power.width <= power.high / 10**50


@given(x=numbers, low=signed, width=st.fractions(min_value=0, max_value=5, max_denominator=100))
def test_arithmetic_holds_every_number_within(x, low, width):
    a, b = Between(low, low + width), Between(x, x + width)
    for p in (a.low, a.middle, a.high):
        for q in (b.low, b.middle, b.high):
            for found, wanted in ((a + b, p + q), (a - b, p - q), (a * b, p * q), (a / b, p / q), (1 - a, 1 - p), (2 / b, 2 / q)):
                assert found.low <= wanted <= found.high
    assert hull(a, b).low == min(a.low, b.low)


@given(number=st.fractions(), bits=st.integers(1, 80))
def test_rounding_to_bits_goes_outwards(number, bits):
    down, up = (round_to_bits(number, bits, up=way) for way in (False, True))
    assert down <= number <= up
    assert up - down <= abs(number) / Fraction(2) ** (bits - 2)


def test_signs_are_told_only_where_bounds_tell():
    assert [Between(Fraction(a), Fraction(b)).sign for a, b in ((1, 2), (-2, -1), (0, 0), (-1, 1), (0, 1))] == [
        1,
        -1,
        0,
        None,
        None,
    ]


def test_powers_that_are_fractions_are_exact():
    assert power_between(Fraction(4, 9), Fraction(-3, 2)) == between(Fraction(27, 8))
    assert sqrt_between(Fraction(49, 4)).exact
    assert not power_between(Fraction(2), Fraction(1, 3)).exact


def test_a_root_is_bracketed_by_signs():
    root = root_between(lambda x: between(3 - x**3), Fraction(1), Fraction(2))
    assert root.low**3 < 3 < root.high**3
    assert root.width < Fraction(1, 2**120)
    assert root_between(lambda x: between(Fraction(3, 2) - x), Fraction(1), Fraction(2)).middle == Fraction(3, 2)


def test_what_has_no_answer_is_refused():
    with pytest.raises(ComityError, match="no logarithm"):
        log_between(0)
    with pytest.raises(ComityError, match="divides nothing"):
        between(1) / Between(Fraction(-1), Fraction(1))
    with pytest.raises(ComityError, match="widen"):
        root_between(lambda x: between(x), Fraction(1), Fraction(2))
    with pytest.raises(ComityError, match="beyond every unit"):
        exp_between(10**6)


def test_a_tiny_exponential_stays_short_and_bounded():
    assert exp_between(-(10**9)).low == 0
    assert 0 < exp_between(-(10**9)).high < Fraction(1, 10**800)


@given(st.lists(st.lists(signed, min_size=3, max_size=3), min_size=3, max_size=3), st.lists(signed, min_size=3, max_size=3))
def test_equations_are_solved_exactly(rows, x):
    right = [sum(a * b for a, b in zip(row, x, strict=True)) for row in rows]
    found = solve_equations(rows, right)
    assert [sum(a * b for a, b in zip(row, found, strict=True)) for row in rows] == right


def test_equations_that_contradict_each_other_are_refused():
    with pytest.raises(ComityError, match="contradict"):
        solve_equations([[Fraction(1)], [Fraction(1)]], [Fraction(1), Fraction(2)])


def test_balls_go_to_fractions_and_back():
    with ctx.workprec(200):
        found = bounds(ball(Fraction(1, 3)))
    assert found.low <= Fraction(1, 3) <= found.high
    assert found.width < Fraction(1, 10**50)
