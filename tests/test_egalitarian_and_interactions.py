"""The Dutta-Ray solution is the most equal of the core; interactions by differences, by merging and by axioms."""

import json
from fractions import Fraction
from itertools import accumulate, permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from comity.certificate import Verdict
from comity.checks.confirm import check_for
from comity.checks.egalitarian import check_dutta_ray_solution, check_not_convex
from comity.checks.interactions import check_banzhaf_interactions, check_shapley_interactions
from comity.coalitions import subsets
from comity.errors import ComityError, InvalidEvidence, OutsideDomain
from comity.games.coalitional.airport import AirportGame
from comity.games.coalitional.claims import ClaimsGame
from comity.games.coalitional.properties import is_concave, is_convex
from comity.games.coalitional.table import TableGame
from comity.games.coalitional.voting import VotingGame
from comity.solvers.rules.claims import constrained_equal_awards
from comity.solvers.values.banzhaf import banzhaf_value
from comity.solvers.values.dutta_ray import dutta_ray_solution
from comity.solvers.values.interactions import banzhaf_interactions, shapley_interactions
from comity.solvers.values.shapley import shapley_value
from comity.testing import strategies
from comity.testing.holding import assert_keeps_its_claims, assert_proved_and_near_misses_refuted

convex_or_concave = strategies.convex_games(max_players=4) | strategies.concave_cost_games(max_players=4)


# --- Dutta and Ray ---------------------------------------------------------------------------------------


@settings(max_examples=60)
@given(game=convex_or_concave, data=st.data())
def test_no_point_of_the_core_is_more_equal(game, data):  # Dutta & Ray 1989
    result = dutta_ray_solution(game)
    vertices = []
    for order in permutations(range(game.n)):
        vertex, present = [Fraction(0)] * game.n, 0
        for i in order:
            vertex[i] = game.exact(present | 1 << i) - game.exact(present)
            present |= 1 << i
        vertices.append(vertex)
    # The core of a convex game is the hull of these (Shapley 1971), its inner points the more equal ones.
    weights = data.draw(st.lists(st.integers(0, 4), min_size=len(vertices), max_size=len(vertices)).filter(any))
    inside = [sum(w * v[i] for w, v in zip(weights, vertices, strict=True)) / sum(weights) for i in range(game.n)]
    for y in (*vertices, inside, shapley_value(game).exact):
        assert all(a >= b for a, b in zip(accumulate(sorted(result.exact)), accumulate(sorted(y)), strict=True))
    assert_proved_and_near_misses_refuted(game, result)


@settings(max_examples=25)
@given(game=convex_or_concave)
def test_the_dutta_ray_solution_keeps_its_claims(game):
    assert_keeps_its_claims(dutta_ray_solution, dutta_ray_solution, game)


@settings(max_examples=40)
@given(claims=st.lists(st.integers(0, 12), min_size=1, max_size=5), share=st.fractions(0, 1, max_denominator=7))
def test_in_a_bankruptcy_it_is_constrained_equal_awards(claims, share):  # Dutta & Ray 1989
    estate = share * sum(claims)
    assert dutta_ray_solution(ClaimsGame(estate, claims)).exact == constrained_equal_awards(estate, claims).exact


@settings(max_examples=60)
@given(game=strategies.gain_or_cost_games(max_players=4))
def test_it_is_defined_just_for_convex_games_and_the_refusal_proves_it(game):
    convex = is_convex(game) if game.sign > 0 else is_concave(game)
    if convex:
        assert dutta_ray_solution(game).certificate
        return
    with pytest.raises(OutsideDomain, match="needs a con") as caught:
        dutta_ray_solution(game)
    certificate = caught.value.certificate
    assert certificate.verdict is Verdict.HOLDS
    assert check_for("", certificate.check)(game, None, json.loads(json.dumps(certificate.to_json()))["witness"]) == certificate


def test_equal_shares_unless_a_coalition_has_more_by_itself():
    assert dutta_ray_solution(TableGame(None, [0, 0, 0, 8, 0, 0, 0, 10])).exact == (4, 4, 2)
    assert dutta_ray_solution(TableGame(None, [0, 0, 0, 6, 0, 0, 0, 12])).exact == (4, 4, 4)
    # A runway: whoever needs least pays an equal part, up to what it costs alone.
    assert dutta_ray_solution(AirportGame([1, 6, 8])).exact == (1, Fraction(7, 2), Fraction(7, 2))


def test_other_points_of_the_core_are_not_the_most_equal():
    game = TableGame(None, [0, 0, 0, 8, 0, 0, 0, 10])
    for x in ((5, 4, 1), (4, 5, 1), (8, 0, 2), (4, 4, 1), (Fraction(10, 3),) * 3):
        assert check_dutta_ray_solution(game, x).verdict is Verdict.FAILS
    # In the core, and with tight levels, but of a game that is not convex.
    assert not check_dutta_ray_solution(TableGame(None, [0, 0, 0, 0, 0, 2, 2, 3]), (1, 1, 1))
    assert check_dutta_ray_solution(VotingGame([1] * 20, 20), [Fraction(1, 20)] * 20).verdict is Verdict.UNDECIDED
    for listed in ([["1"], ["2"]], [["1", "2"]], [], [["1"], ["1", "2"]]):
        assert not check_not_convex(game, None, {"coalitions": listed})


# --- interactions ----------------------------------------------------------------------------------------


def merged(game, i, j):
    """The game in which i and j act as one, in the place of i; and that player's position."""
    others = [k for k in range(game.n) if k != j]
    table = []
    for S in range(1 << len(others)):
        T = sum(1 << others[k] for k in range(len(others)) if S >> k & 1)
        table.append(game.exact(T | (1 << j if T >> i & 1 else 0)))
    return TableGame(None, table, game.orientation), others.index(i)


def without(game, j):
    """The game without j, and where each of the others sits in it."""
    others = [k for k in range(game.n) if k != j]
    masks = [sum(1 << others[k] for k in range(len(others)) if S >> k & 1) for S in range(1 << len(others))]
    return TableGame(None, [game.exact(T) for T in masks], game.orientation), others


PAIRS = ((shapley_interactions, shapley_value), (banzhaf_interactions, banzhaf_value))
both = pytest.mark.parametrize(("interactions", "value"), PAIRS)


@both
@settings(max_examples=40)
@given(game=strategies.gain_or_cost_games(min_players=2, max_players=4))
def test_two_interact_by_what_they_get_as_one_beyond_what_they_get_without_each_other(interactions, value, game):
    # Grabisch & Roubens 1999, the recursive axiom.
    found = interactions(game)
    for (a, b), amount in found.exact.items():
        i, j = game.players.index(a), game.players.index(b)
        one, place = merged(game, i, j)
        no_j, at_i = without(game, j)
        no_i, at_j = without(game, i)
        alone = value(no_j).exact[at_i.index(i)] + value(no_i).exact[at_j.index(j)]
        assert amount == value(one).exact[place] - alone


@both
@given(game=strategies.gain_or_cost_games(max_players=4))
def test_the_interaction_of_one_player_is_the_value(interactions, value, game):
    assert tuple(interactions(game, 1).exact.values()) == value(game).exact


@both
@settings(max_examples=40)
@given(game=strategies.gain_or_cost_games(max_players=4), order=st.integers(1, 4))
def test_interactions_are_averages_of_differences_and_near_misses_are_refuted(interactions, value, game, order):
    found = interactions(game, order)
    assert found.certificate.verdict is Verdict.HOLDS
    check = check_shapley_interactions if interactions is shapley_interactions else check_banzhaf_interactions
    assert check(game, json.loads(json.dumps(found.to_json()))["interactions"], order) == found.certificate
    for names in list(found.exact)[:2]:
        moved = {**found.exact, names: found.exact[names] + Fraction(1, 10**12)}
        refuted = check(game, moved, order)
        assert refuted.verdict is Verdict.FAILS
        assert refuted.witness["coalition"] == list(names)
    if found.exact:
        with pytest.raises(InvalidEvidence, match="give each one"):
            check(game, dict(list(found.exact.items())[1:]), order)


@both
@settings(max_examples=30)
@given(game=strategies.gain_or_cost_games(min_players=2, max_players=4))
def test_a_player_who_adds_the_same_to_all_interacts_with_nobody(interactions, value, game):
    found = interactions(game).exact
    for i in range(game.n):
        others = list(subsets(game.grand_coalition ^ 1 << i))
        if all(game.exact(S | 1 << i) - game.exact(S) == game.exact(1 << i) for S in others):
            assert all(amount == 0 for names, amount in found.items() if game.players[i] in names)


def test_interactions_of_a_vote_by_hand():
    # A with 2 votes of 4, quota 3: A needs either B or C, who replace each other.
    game = VotingGame((2, 1, 1), 3, "ABC")
    found = shapley_interactions(game)
    assert found.exact == {("A", "B"): Fraction(1, 2), ("A", "C"): Fraction(1, 2), ("B", "C"): Fraction(-1, 2)}
    assert found["C", "A"] == 0.5
    assert shapley_interactions(game, 3).exact == {("A", "B", "C"): -1}
    assert shapley_interactions(game, 1)["A"] == shapley_value(game)["A"]
    assert found.to_series()["B, C"] == -0.5
    with pytest.raises(KeyError, match="no coalition"):
        found["A"]


def test_orders_are_positive_and_may_exceed_the_players():
    game = TableGame(None, [0, 1])
    assert shapley_interactions(game).exact == {}
    for order in (0, -1, 1.5, True, "2"):
        with pytest.raises(ComityError, match="the order is"):
            banzhaf_interactions(game, order)


def test_interactions_of_many_are_left_undecided():
    game = AirportGame.random(17, np.random.default_rng(0))
    assert shapley_interactions(game).certificate.verdict is Verdict.UNDECIDED
