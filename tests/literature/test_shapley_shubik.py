"""Shapley & Shubik (1954): the Security Council, counted by hand."""

from __future__ import annotations

from fractions import Fraction
from math import comb, factorial

import pytest

from comity.checks.core import check_in_core
from comity.reproductions.shapley_shubik import council
from comity.solvers.values.shapley_shubik import shapley_shubik_index


@pytest.mark.parametrize(("elected", "votes"), [(6, 7), (10, 9)])
def test_an_elected_member_decides_after_all_five_and_just_enough_others(elected: int, votes: int) -> None:
    n = elected + 5
    before = votes - 1  # the five permanent members and votes - 6 other elected ones, in any order
    orders = comb(elected - 1, votes - 6) * factorial(before) * factorial(n - 1 - before)
    power = shapley_shubik_index(council(elected, votes)).exact
    assert power[-1] == Fraction(orders, factorial(n))
    assert 5 * power[0] + elected * power[-1] == 1


def test_the_core_gives_everything_to_those_with_a_veto() -> None:
    game = council(6, 7)
    fifths = [Fraction(1, 5)] * 5 + [Fraction(0)] * 6
    assert check_in_core(game, fifths)
    assert not check_in_core(game, shapley_shubik_index(game).exact)
