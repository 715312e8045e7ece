"""Littlechild & Thompson (1977): landing fees at Birmingham, by the game and by the rule of equal steps."""

from __future__ import annotations

from fractions import Fraction

from hypothesis import given, settings
from hypothesis import strategies as st

from comity.games.coalitional.airport import AirportGame
from comity.reproductions.littlechild_thompson import TYPES, shapley_fees
from comity.solvers.values.shapley import shapley_value

FLEET = [(cost, movements) for _, cost, movements, _ in TYPES]


def equal_steps(types: list[tuple[int, int]]) -> list[Fraction]:
    """Each further piece of runway is paid equally by those who need it."""
    fees, fee, below = [], Fraction(0), 0
    for k, (cost, _) in enumerate(types):
        fee += Fraction(cost - below, sum(movements for _, movements in types[k:]))
        fees.append(fee)
        below = cost
    return fees


def test_fees_are_those_of_equal_steps_and_pay_for_the_runway() -> None:  # Littlechild & Owen 1973
    fees = shapley_fees(FLEET)
    assert fees == equal_steps(FLEET)
    assert sum(fee * movements for fee, (_, movements) in zip(fees, FLEET, strict=True)) == 117_676


@settings(max_examples=25, deadline=None)
@given(steps=st.lists(st.tuples(st.integers(1, 9), st.integers(1, 3)), min_size=1, max_size=4))
def test_fees_are_the_shapley_value_of_every_small_airport(steps: list[tuple[int, int]]) -> None:
    types = [(sum(step for step, _ in steps[: k + 1]), movements) for k, (_, movements) in enumerate(steps)]
    value = shapley_value(AirportGame([cost for cost, movements in types for _ in range(movements)])).exact
    assert list(value) == [fee for fee, (_, movements) in zip(shapley_fees(types), types, strict=True) for _ in range(movements)]
