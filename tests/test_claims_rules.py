"""Rules for claims: the Talmud's numbers, duality, and checks that refute near misses."""

import json
from fractions import Fraction
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from comity.catalogue import things
from comity.certificate import Verdict
from comity.checks.claims import (
    check_constrained_equal_awards,
    check_constrained_equal_losses,
    check_proportional_rule,
    check_talmud_rule,
)
from comity.checks.confirm import check_for, confirm
from comity.errors import ComityError, InvalidEvidence
from comity.games.coalitional.claims import ClaimsProblem
from comity.games.coalitional.table import TableGame
from comity.solvers.rules.claims import (
    constrained_equal_awards,
    constrained_equal_losses,
    proportional_rule,
    random_arrival_rule,
    talmud_rule,
)
from comity.solvers.values.shapley import shapley_value

RULES = (talmud_rule, constrained_equal_awards, constrained_equal_losses, proportional_rule, random_arrival_rule)
WIDOWS = (100, 200, 300)

rules = pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)


@st.composite
def problems(draw, max_claimants=5):
    amounts = st.integers(0, 12) | st.fractions(0, 12, max_denominator=6)
    unit = draw(st.sampled_from([Fraction(1), Fraction(1, 10**15), Fraction(10**12)]))
    claims = [claim * unit for claim in draw(st.lists(amounts, min_size=1, max_size=max_claimants))]
    share = draw(st.sampled_from([Fraction(0), Fraction(1, 2), Fraction(1)]) | st.fractions(0, 1, max_denominator=24))
    return share * sum(claims), claims


# --- published -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("estate", "awards"),
    [
        (100, (Fraction(100, 3), Fraction(100, 3), Fraction(100, 3))),  # B2-01
        (200, (50, 75, 75)),  # B2-02
        (300, (50, 100, 150)),  # B2-03
        (450, (50, 150, 250)),  # B2-04
    ],
)
def test_the_three_widows(estate, awards):  # Mishnah, Ketubot 93a; Aumann & Maschler 1985, table I
    assert talmud_rule(estate, WIDOWS).exact == awards


def test_five_rules_at_an_estate_of_two_hundred():  # B2-05
    assert proportional_rule(200, WIDOWS).exact == (Fraction(100, 3), Fraction(200, 3), 100)
    assert constrained_equal_awards(200, WIDOWS).exact == (Fraction(200, 3),) * 3
    assert constrained_equal_losses(200, WIDOWS).exact == (0, 50, 150)
    np.testing.assert_allclose(random_arrival_rule(200, WIDOWS).amounts, (33.33, 83.33, 83.33), atol=5e-3)


def test_the_contested_garment():  # Mishnah, Bava Metzia 2a: one claims all of it, the other half
    assert talmud_rule(1, {"all": 1, "half": "1/2"}).exact == (Fraction(3, 4), Fraction(1, 4))


# --- axioms ----------------------------------------------------------------------------------------


@rules
@given(problem=problems())
def test_awards_use_up_the_estate_and_no_more_than_each_claim(rule, problem):
    estate, claims = problem
    result = rule(estate, claims)
    assert sum(result.exact) == estate
    assert all(0 <= award <= claim for award, claim in zip(result.exact, claims, strict=True))
    assert result.certificate.verdict is Verdict.HOLDS
    assert confirm(ClaimsProblem(estate, claims).to_game(), json.dumps(result.to_json()))


@rules
@given(problem=problems())
def test_a_larger_claim_gets_no_less_and_loses_no_less(rule, problem):  # order preservation
    estate, claims = problem
    pairs = sorted((claim, award, claim - award) for claim, award in zip(claims, rule(estate, claims).exact, strict=True))
    assert all(a[1] <= b[1] and a[2] <= b[2] and (a[0] < b[0] or a[1] == b[1]) for a, b in pairwise(pairs))


@pytest.mark.parametrize(
    ("rule", "dual"),
    [
        (talmud_rule, talmud_rule),
        (proportional_rule, proportional_rule),
        (random_arrival_rule, random_arrival_rule),
        (constrained_equal_awards, constrained_equal_losses),
    ],
    ids=["talmud", "proportional", "random arrival", "equal awards and equal losses"],
)
@given(problem=problems())
def test_dividing_the_loss_is_the_dual_rule(rule, dual, problem):  # Aumann & Maschler 1985, section 3
    estate, claims = problem
    awards, losses = rule(estate, claims).exact, dual(sum(claims) - estate, claims).exact
    assert list(awards) == [claim - loss for claim, loss in zip(claims, losses, strict=True)]


@pytest.mark.parametrize(
    "rule", [talmud_rule, constrained_equal_awards, constrained_equal_losses, proportional_rule], ids=lambda r: r.__name__
)
@given(problem=problems())
def test_whoever_leaves_with_the_award_changes_nothing_for_the_others(rule, problem):  # consistency
    estate, claims = problem
    assume(len(claims) > 1)
    first, *others = rule(estate, claims).exact
    assert list(rule(estate - first, claims[1:]).exact) == others


@given(problems(max_claimants=4))
def test_random_arrival_is_the_shapley_value_of_the_claims_game(problem):  # O'Neill 1982
    estate, claims = problem
    assert random_arrival_rule(estate, claims).exact == shapley_value(ClaimsProblem(estate, claims).to_game()).exact


def test_forty_equal_claimants_arrive_in_any_order():
    assert set(random_arrival_rule(10, [1] * 40).exact) == {Fraction(1, 4)}


# --- checks ------------------------------------------------------------------------------------------


@rules
@given(problem=problems(), data=st.data())
def test_a_rule_is_refuted_when_a_little_is_moved(rule, problem, data):
    estate, claims = problem
    assume(len(claims) > 1)
    game, result = ClaimsProblem(estate, claims).to_game(), rule(estate, claims)
    i, j = data.draw(st.permutations(range(len(claims))))[:2]
    little = Fraction(1, 10**12) * (max(claims) or 1)
    moved = list(result.exact)
    moved[i], moved[j] = moved[i] + little, moved[j] - little
    check = check_for(rule.__name__, "")
    assert check.__name__ == f"check_{rule.__name__}"
    for x in (
        moved,
        [moved[i] if k == i else award for k, award in enumerate(result.exact)],
        [-award - little for award in result.exact],
    ):
        certificate = check(game, x, {})
        assert certificate.verdict is Verdict.FAILS
        assert certificate.margin < 0


@given(problems())
def test_no_rule_passes_for_another(problem):
    game = ClaimsProblem(*problem).to_game()
    for rule in RULES:
        awards = rule(*problem).exact
        for other in RULES:
            same = other(*problem).exact == awards
            assert bool(check_for(other.__name__, "")(game, awards, {})) is same


def test_a_claims_rule_is_checked_for_a_claims_game_only():
    with pytest.raises(InvalidEvidence, match="ClaimsProblem"):
        check_talmud_rule(TableGame(None, [0, 1]), [1])


@rules
@pytest.mark.parametrize(("estate", "claims"), [(7, [1, 2]), (-1, [1, 2]), (1, [-1, 3]), (1, []), (1, ["much"]), ("nan", [1])])
def test_what_is_no_claims_problem_is_refused(rule, estate, claims):
    with pytest.raises(ComityError):
        rule(estate, claims)


def test_claims_may_be_named():
    assert dict(talmud_rule(200, {"A": 100, "B": 200, "C": 300}).items()) == {"A": 50, "B": 75, "C": 75}


def test_every_claims_rule_is_in_the_catalogue():
    assert {rule.__name__ for rule in RULES} <= things("comity.solvers").keys()


def test_ten_thousand_different_claims_are_divided_and_confirmed_at_once():
    claims = [(7919 * k) % 10_007 + Fraction(k % 3, 3) for k in range(1, 10_001)]
    estate = Fraction(sum(claims)) * Fraction(2, 7)
    for rule in RULES[:4]:
        result = rule(estate, claims)
        assert result.certificate
        assert sum(result.exact) == estate
    awards = list(talmud_rule(estate, claims).exact)
    awards[17], awards[4711] = awards[17] + Fraction(1, 10**12), awards[4711] - Fraction(1, 10**12)
    assert not check_talmud_rule(ClaimsProblem(estate, claims).to_game(), awards)


def test_the_margin_is_by_how_much_the_smaller_claimant_is_off():
    # By hand: the garment gives 50 and 75; 42 : 83 is off by 42 - 83 / 2.
    game = ClaimsProblem(125, (100, 200)).to_game()
    assert check_talmud_rule(game, (50, 75)).margin == 0
    assert check_talmud_rule(game, ("50.5", "74.5")).margin == Fraction(-1, 2)
    assert check_proportional_rule(game, ("125/3", "250/3")).margin == 0
    assert check_proportional_rule(game, (42, 83)).margin == Fraction(-1, 2)
    assert check_constrained_equal_awards(game, (62, 63)).margin == -1
    assert check_constrained_equal_losses(game, (13, 112)).margin == -1
