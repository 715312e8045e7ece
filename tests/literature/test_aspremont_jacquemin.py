"""d'Aspremont & Jacquemin (1988): two rivals' research by the paper's formulas, for many markets."""

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from comity.games.strategic.rd_cooperation import SOCIETY, OutputSpillover

HALF = Fraction(1, 2)
percents = st.integers(0, 100).map(lambda k: Fraction(k, 100))
positive = st.integers(1, 300).map(lambda k: Fraction(k, 10))


@given(margin=positive, slope=positive, excess=positive, beta=percents)
def test_the_four_formulas_of_the_paper(margin, slope, excess, beta):
    gamma = (2 + excess) / slope
    duopoly = OutputSpillover(2, margin, slope, gamma, beta)
    scale = slope * gamma
    expected = {
        "competition": margin * (2 - beta) / (Fraction(9, 2) * scale - (2 - beta) * (1 + beta)),
        "rd_cartel": margin * (1 + beta) / (Fraction(9, 2) * scale - (1 + beta) ** 2),
        "full_cartel": margin * (1 + beta) / (4 * scale - (1 + beta) ** 2),
        SOCIETY: margin * (1 + beta) / (2 * scale - (1 + beta) ** 2),
    }
    assert {regime: duopoly.at(regime).research for regime in expected} == expected


@given(margin=positive, slope=positive, excess=positive, beta=percents)
def test_large_spillovers_order_the_four_regimes(margin, slope, excess, beta):
    duopoly = OutputSpillover(2, margin, slope, (2 + excess) / slope, beta)
    alone, cartel, sales, society = (
        duopoly.at(regime).research for regime in ("competition", "rd_cartel", "full_cartel", SOCIETY)
    )
    assert society > sales > cartel
    assert (cartel > alone) is (beta > HALF)
    assert (cartel == alone) is (beta == HALF)
