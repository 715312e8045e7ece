"""Published numbers of values: Shapley, Banzhaf, weighted Shapley."""

from fractions import Fraction
from itertools import combinations
from math import comb

import numpy as np
import pytest

from comity.checks.core import check_in_core
from comity.games.coalitional.airport import AirportGame
from comity.games.coalitional.table import TableGame
from comity.games.coalitional.voting import VotingGame
from comity.solvers.values.banzhaf import banzhaf_value
from comity.solvers.values.shapley import shapley_value
from comity.solvers.values.weighted import weighted_shapley_value

THREE_FIRMS = TableGame.from_coalitions(
    {"A": 0, "B": 0, "C": 0, ("A", "B"): 60, ("A", "C"): 80, ("B", "C"): 20, ("A", "B", "C"): 120}
)
# Two owners of a left glove and one of a right one.
GLOVES = TableGame(["L1", "L2", "R"], [0, 0, 0, 0, 0, 1, 1, 1])


def test_three_firms():  # B1-01
    assert shapley_value(THREE_FIRMS).exact == (Fraction(170, 3), Fraction(80, 3), Fraction(110, 3))


def test_the_glove_market():  # B1-03; Shapley & Shubik 1969
    assert shapley_value(GLOVES).exact == (Fraction(1, 6), Fraction(1, 6), Fraction(2, 3))
    assert banzhaf_value(GLOVES).exact == (Fraction(1, 4), Fraction(1, 4), Fraction(3, 4))


def test_the_security_council_of_the_united_nations():  # B1-04; Shapley & Shubik 1954, council of 15 since 1965
    permanent, elected = [f"P{i}" for i in range(1, 6)], [f"E{i}" for i in range(1, 11)]
    council = VotingGame({**dict.fromkeys(permanent, 7), **dict.fromkeys(elected, 1)}, quota=39)
    power = shapley_value(council)
    assert power["P1"] == pytest.approx(0.196270, abs=5e-7)
    assert power["E1"] == pytest.approx(0.001865, abs=5e-7)
    # An elected member is pivotal when all five permanent and just three of the nine other elected members came first.
    assert power.exact_amount("E1") == Fraction(comb(9, 3), 15 * comb(14, 8))
    assert power.exact_amount("P1") == (1 - 10 * power.exact_amount("E1")) / 5
    assert set(power.exact) == {power.exact_amount("P1"), power.exact_amount("E1")}


def test_weights_one_two_three():  # B1-05; Kalai & Samet 1987
    x = weighted_shapley_value(THREE_FIRMS, {"A": 1, "B": 2, "C": 3})
    np.testing.assert_allclose(x.amounts, (33.333, 34.667, 52), atol=5e-4)
    # Dividends 60, 80, 20 of the pairs and -40 of all three, by hand.
    assert x.exact_amount("A") == Fraction(60, 3) + Fraction(80, 4) - Fraction(40, 6)


def test_a_shapley_value_outside_the_core():  # B1-06
    names = ["1", "2", "3", "4"]
    worth = {S: 0 for k in range(1, 5) for S in combinations(names, k)}
    worth |= {("1", "2"): 80, ("1", "2", "3"): 90, ("1", "2", "4"): 90, ("1", "3", "4"): 90, tuple(names): 100}
    game = TableGame.from_coalitions(worth)
    certificate = check_in_core(game, shapley_value(game).exact)
    assert not certificate
    assert certificate.margin == -Fraction(85, 6)
    assert float(certificate.margin) == pytest.approx(-14.1667, abs=5e-5)


def test_the_airport():  # P2-01; Littlechild & Owen 1973
    x = shapley_value(AirportGame((12, 28, 30, 60)))
    assert x.exact == (3, Fraction(25, 3), Fraction(28, 3), Fraction(118, 3))
    np.testing.assert_allclose(x.amounts, (3, 8.3333, 9.3333, 39.3333), atol=5e-5)


def test_the_vote_of_luxembourg_counted_for_nothing_in_1958():  # Brams & Affuso 1976: votes 4, 4, 4, 2, 2, 1; quota 12
    council = VotingGame({"DE": 4, "FR": 4, "IT": 4, "NL": 2, "BE": 2, "LU": 1}, quota=12)
    assert shapley_value(council)["LU"] == banzhaf_value(council)["LU"] == 0
    assert shapley_value(council).exact_amount("FR") == Fraction(14, 60)
    assert shapley_value(council).exact_amount("NL") == Fraction(9, 60)
