"""Aumann & Maschler (1985): the Talmud rule is the nucleolus of the claims game, and consistent with the contested garment."""

from fractions import Fraction
from itertools import combinations

import pytest

from comity.games.coalitional.claims import ClaimsGame
from comity.solvers.core.nucleolus import nucleolus
from comity.solvers.rules.claims import talmud_rule

CLAIMS = (100, 200, 300)


@pytest.mark.parametrize(
    ("estate", "awards"),
    [(100, [Fraction(100, 3)] * 3), (200, [50, 75, 75]), (300, [50, 100, 150])],
)
def test_the_table_of_the_mishna(estate, awards):
    assert list(talmud_rule(estate, CLAIMS).exact) == awards


@pytest.mark.parametrize("estate", range(0, 601, 50))
def test_the_talmud_rule_is_the_nucleolus(estate):
    assert talmud_rule(estate, CLAIMS).exact == nucleolus(ClaimsGame(estate, CLAIMS)).exact


@pytest.mark.parametrize("estate", range(0, 601, 75))
def test_any_two_claimants_divide_what_they_have_together_as_the_contested_garment(estate):
    x = talmud_rule(estate, CLAIMS).exact
    for i, j in combinations(range(3), 2):
        together = x[i] + x[j]
        conceded = [max(Fraction(0), together - CLAIMS[k]) for k in (j, i)]  # what the other does not claim
        contested = together - sum(conceded)
        assert (x[i], x[j]) == (conceded[0] + contested / 2, conceded[1] + contested / 2)
