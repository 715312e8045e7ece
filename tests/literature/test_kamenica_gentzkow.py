"""Kamenica & Gentzkow (2011): the prosecutor, by hand and by geometry."""

from __future__ import annotations

from fractions import Fraction

import pytest

from comity.reproductions.kamenica_gentzkow import kamenica_gentzkow_2011, trial
from comity.solvers.design.concavification import concavification
from comity.solvers.design.optimal_signal import optimal_signal


def test_every_row_agrees() -> None:
    assert kamenica_gentzkow_2011().agrees


@pytest.mark.parametrize("guilty", ["0.1", "0.3", "0.49", "0.5", "0.8"])
def test_innocents_are_convicted_up_to_the_number_of_the_guilty(guilty: str) -> None:
    # A judge convicts if the guilty are at least half: as many innocent as guilty, or all there are.
    expected = min(Fraction(1), 2 * Fraction(guilty))
    assert optimal_signal(trial(Fraction(guilty))).value == expected
    assert concavification(trial(Fraction(guilty))).value == expected
