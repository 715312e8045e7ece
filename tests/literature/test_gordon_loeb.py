"""Gordon & Loeb (2002): the bound of 37 per cent, reached and not passed."""

from __future__ import annotations

from fractions import Fraction
from math import e, log

import pytest

from comity.checks.security_investment import check_spending_bound
from comity.games.strategic.breach_function import ExponentialBreach
from comity.games.strategic.security_investment import SecurityInvestment
from comity.reproductions.gordon_loeb import costliest, gordon_loeb_2002


def test_every_row_agrees() -> None:
    assert gordon_loeb_2002().agrees


@pytest.mark.parametrize("vulnerability", ["0.12", "0.5", "0.9"])
def test_the_bound_is_reached_at_one_productivity_and_passed_at_none(vulnerability: str) -> None:
    v, loss = Fraction(vulnerability), Fraction(10**6)
    game = costliest(v, loss)
    assert float(game.nash_effort.middle / (v * loss)) == pytest.approx(1 / e, rel=1e-6)
    assert check_spending_bound(game)
    for factor in (Fraction(1, 2), Fraction(9, 10), Fraction(11, 10), Fraction(3)):
        other = SecurityInvestment(1, v, loss, ExponentialBreach(game.breach.productivity * factor))
        u = e * float(factor)
        assert float(other.nash_effort.middle / (v * loss)) == pytest.approx(max(0.0, log(u) / u), rel=1e-6, abs=1e-9)
        assert check_spending_bound(other)
