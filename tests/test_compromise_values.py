"""Gately point, tau value and chi value: published examples, one formula where games are convex, refusals with proof."""

import json
from fractions import Fraction
from itertools import combinations

import pytest
from hypothesis import given, settings

from comity.certificate import Verdict
from comity.checks.compromise_values import (
    check_chi_value,
    check_gately_point,
    check_no_gately_point,
    check_not_essential,
    check_not_quasi_balanced,
    check_tau_value,
)
from comity.checks.confirm import check_for
from comity.errors import EmptyCore, InvalidEvidence, OutsideDomain
from comity.games.coalitional.table import TableGame
from comity.games.coalitional.voting import VotingGame
from comity.solvers.core.core_point import core_point
from comity.solvers.values.chi import chi_value
from comity.solvers.values.gately_point import gately_point
from comity.solvers.values.tau import tau_value
from comity.testing import strategies
from comity.testing.holding import assert_keeps_its_claims, assert_proved_and_near_misses_refuted

CONCEPTS = (gately_point, tau_value, chi_value)


def three(a, b, c, ab, ac, bc, abc, orientation="gain"):
    """A game of three by its worths in the order of the papers."""
    return TableGame(["1", "2", "3"], [0, a, b, ab, c, ac, bc, abc], orientation)


def bounds(game):
    """v(i), M, m and the largest contributions, for gains, straight from their definitions."""
    players = range(game.n)
    v = {S: game.sign * game.exact(sum(1 << i for i in S)) for k in range(game.n + 1) for S in combinations(players, k)}
    everybody = tuple(players)

    def less(S, i):
        return tuple(j for j in S if j != i)

    M = [v[everybody] - v[less(everybody, i)] for i in players]
    m = [max(w - sum(M[j] for j in less(S, i)) for S, w in v.items() if i in S) for i in players]
    largest = [max(w - v[less(S, i)] for S, w in v.items() if i in S) for i in players]
    return [v[i,] for i in players], M, m, largest, v[everybody]


def between(low, high, worth, sign):
    if sum(low) == sum(high):
        return [sign * a for a in low]
    t = (worth - sum(low)) / (sum(high) - sum(low))
    return [sign * ((1 - t) * a + t * b) for a, b in zip(low, high, strict=True)]


@settings(max_examples=100)
@given(game=strategies.gain_or_cost_games(max_players=4))
def test_compromises_follow_their_definitions_or_are_refused_rightly(game):
    alone, M, m, largest, worth = bounds(game)
    quasi_balanced = all(a <= b for a, b in zip(m, M, strict=True)) and sum(m) <= worth <= sum(M)
    room = [b - a for a, b in zip(alone, M, strict=True)]
    one_sign = any(room) and not min(room) < 0 < max(room)
    expected = {
        tau_value: between(m, M, worth, game.sign) if quasi_balanced else None,
        chi_value: between(alone, largest, worth, game.sign) if sum(alone) <= worth else None,
        gately_point: between(alone, M, worth, game.sign) if sum(alone) < worth and one_sign else None,
    }
    if sum(alone) == worth:
        expected[gately_point] = [game.sign * a for a in alone]
    for concept, amounts in expected.items():
        if amounts is None:
            with pytest.raises(OutsideDomain, match="use"):
                concept(game)
        else:
            result = concept(game)
            assert list(result.exact) == amounts
            assert_proved_and_near_misses_refuted(game, result)


@pytest.mark.parametrize("concept", CONCEPTS)
@settings(max_examples=25)
@given(game=strategies.convex_games(max_players=4))
def test_compromises_keep_their_claims_in_convex_games(concept, game):
    assert_keeps_its_claims(concept, concept, game)


@settings(max_examples=40)
@given(game=strategies.convex_games(max_players=4) | strategies.concave_cost_games(max_players=4))
def test_all_compromises_are_one_where_cooperation_grows(game):
    # The last to join adds most and insists on no more than being alone (Driessen & Tijs 1985).
    assert tau_value(game).exact == chi_value(game).exact == gately_point(game).exact


@settings(max_examples=40)
@given(game=strategies.gain_or_cost_games(max_players=4))
def test_a_game_with_a_core_has_a_tau_value(game):  # Tijs 1981
    try:
        core_point(game)
    except EmptyCore:
        return
    assert tau_value(game).certificate


def test_the_owner_of_the_scarce_glove_gets_all_of_the_tau_value():  # from memory; the core is that point alone
    assert tau_value(three(0, 0, 0, 0, 1, 1, 1)).exact == (0, 0, 1)


def test_the_majority_of_three_is_not_quasi_balanced():
    game = VotingGame((1, 1, 1), 2)
    with pytest.raises(OutsideDomain, match="quasi-balanced") as caught:
        tau_value(game)
    assert caught.value.certificate.witness["coalitions"]
    assert chi_value(game).exact == (Fraction(1, 3),) * 3
    with pytest.raises(InvalidEvidence, match="not defined"):
        check_tau_value(game, [Fraction(1, 3)] * 3)


REFUSED = (
    (tau_value, three(0, 0, 0, 1, 1, 1, 1)),  # a negative gap
    (tau_value, three(5, 0, 0, 5, 5, 0, 0)),
    (tau_value, three(2, 2, 2, 0, 0, 0, 4)),
    (tau_value, TableGame(None, [0, 2, 2, 3])),
    (gately_point, TableGame(None, [0, 2, 2, 3])),
    (gately_point, three(0, 0, 1, 4, 4, 0, 4)),
    (gately_point, three(0, 0, 0, 3, 3, 3, 3)),
    (chi_value, TableGame(None, [0, 2, 2, 3])),
    (chi_value, TableGame(None, [0, 2, 2, 5], "cost")),
)


@pytest.mark.parametrize(("concept", "game"), REFUSED)
def test_a_refusal_carries_a_proof_that_stands_alone(concept, game):
    with pytest.raises(OutsideDomain) as caught:
        concept(game)
    certificate = caught.value.certificate
    assert certificate.verdict is Verdict.HOLDS
    assert check_for("", certificate.check)(game, None, json.loads(json.dumps(certificate.to_json()))["witness"]) == certificate


def test_no_proof_of_a_refusal_passes_where_there_is_an_answer():
    game = three(0, 0, 0, 1, 2, 1, 3)
    assert tau_value(game).certificate
    for listed in ([["1"]], [["1", "2", "3"]], [["1"], ["2"], ["3"]], [["1", "2"], ["2"], ["3", "1"]], [["1", "2", "3"]] * 3, []):
        assert not check_not_quasi_balanced(game, None, {"coalitions": listed})
    assert not check_no_gately_point(game, None)
    assert not check_not_essential(game, None)
    # No gap at all is no proof either.
    additive = TableGame(None, [0, 1, 2, 3])
    for listed in ([["1"]], [["1", "2"]], [["1"], ["2"]]):
        assert not check_not_quasi_balanced(additive, None, {"coalitions": listed})
    # Gaps that add up to less than that of all prove something only if every player has a coalition.
    wrong = three(2, 2, 2, 0, 0, 0, 4)
    assert not check_not_quasi_balanced(wrong, None, {"coalitions": [["1"], ["1"], ["1"]]})


def test_votes_of_many_are_left_undecided():
    many = VotingGame([1] * 23, 12)
    for check in (check_tau_value, check_chi_value):
        assert check(many, [Fraction(1, 23)] * 23).verdict is Verdict.UNDECIDED
    assert check_gately_point(TableGame(None, [0, 1, 1, 2]), [1, 1])


def test_one_player_gets_what_there_is():
    for orientation in ("gain", "cost"):
        for concept in CONCEPTS:
            assert concept(TableGame(None, [0, -3], orientation)).exact == (-3,)
