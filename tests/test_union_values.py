"""Semivalues and values with unions: told as stories, held to their axioms, near misses refuted."""

from fractions import Fraction
from itertools import pairwise, permutations
from math import comb

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from comity.certificate import Verdict
from comity.checks.confirm import confirm
from comity.checks.semivalues import check_semivalue
from comity.checks.union_values import check_owen_value
from comity.coalitions import subsets
from comity.errors import ComityError
from comity.games.coalitional.airport import AirportGame
from comity.games.coalitional.table import TableGame
from comity.games.coalitional.voting import VotingGame
from comity.solvers.values.banzhaf import banzhaf_value
from comity.solvers.values.banzhaf_owen import banzhaf_owen_value
from comity.solvers.values.owen import owen_value
from comity.solvers.values.semivalue import semivalue
from comity.solvers.values.shapley import shapley_value
from comity.testing import strategies
from comity.testing.holding import assert_keeps_its_claims, assert_proved_and_near_misses_refuted


@st.composite
def games_with_unions(draw, max_players=4):
    game = draw(strategies.gain_or_cost_games(max_players=max_players))
    seat = draw(st.lists(st.integers(0, 2), min_size=game.n, max_size=game.n))
    return game, [[name for name, s in zip(game.players, seat, strict=True) if s == k] for k in sorted(set(seat))]


@st.composite
def games_with_weights(draw):
    game = draw(strategies.gain_or_cost_games(max_players=4))
    chance = draw(st.lists(st.integers(0, 5), min_size=game.n, max_size=game.n).filter(any))
    return game, [Fraction(c, sum(chance) * comb(game.n - 1, s)) for s, c in enumerate(chance)]


# --- semivalues --------------------------------------------------------------------------------------


@settings(max_examples=40)
@given(games_with_weights())
def test_a_semivalue_weighs_contributions_by_size(drawn):
    game, weights = drawn
    result = semivalue(game, weights)
    for i in range(game.n):
        others = subsets(game.grand_coalition ^ 1 << i)
        assert result.exact[i] == sum(weights[S.bit_count()] * (game.exact(S | 1 << i) - game.exact(S)) for S in others)
    assert_proved_and_near_misses_refuted(game, result)


@settings(max_examples=25)
@given(games_with_weights())
def test_a_semivalue_keeps_its_claims(drawn):  # Dubey, Neyman & Weber 1981
    game, weights = drawn
    assert_keeps_its_claims(semivalue, lambda game: semivalue(game, weights), game)


@given(strategies.gain_or_cost_games(max_players=5))
def test_the_shapley_and_banzhaf_values_are_semivalues(game):
    n = game.n
    assert semivalue(game, [Fraction(1, n * comb(n - 1, s)) for s in range(n)]).exact == shapley_value(game).exact
    assert semivalue(game, [Fraction(1, 2 ** (n - 1))] * n).exact == banzhaf_value(game).exact


def test_weights_of_a_semivalue_are_complete_positive_and_add_up():
    game = TableGame(None, [0, 1, 2, 5])
    for weights, message in (
        (["1/3", "1/3"], "add up to 2/3, not 1"),
        ([1], "1 weights for 2 players"),
        ([2, -1], "size 1 is -1"),
        ({"A": 1}, "not a list"),
        ("11", "not a list"),
    ):
        with pytest.raises(ComityError, match=message):
            semivalue(game, weights)
    form = semivalue(game, ["1/2", "1/2"]).to_json()
    form["certificate"]["witness"]["weights"] = ["1/4", "3/4"]
    assert confirm(game, form).verdict is Verdict.FAILS
    many = VotingGame([1] * 23, 12)
    assert check_semivalue(many, [0] * 23, {"weights": [1] + [0] * 22}).verdict is Verdict.UNDECIDED


# --- unions ------------------------------------------------------------------------------------------


def together(game, unions):
    """The Owen value by its story: in which orders does no stranger come between members of a union?"""
    union_of = {name: k for k, union in enumerate(unions) for name in union}
    x, orders = [Fraction(0)] * game.n, 0
    for order in permutations(range(game.n)):
        seats = [union_of[game.players[i]] for i in order]
        if sum(a != b for a, b in pairwise(seats)) + 1 == len(unions):
            orders += 1
            present = 0
            for i in order:
                x[i] += game.exact(present | 1 << i) - game.exact(present)
                present |= 1 << i
    return [total / orders for total in x]


def quotient(game, unions):
    """The game between unions."""
    masks = [sum(1 << game.players.index(name) for name in union) for union in unions]
    worth = [game.exact(sum(m for k, m in enumerate(masks) if S >> k & 1)) for S in range(1 << len(masks))]
    return TableGame(None, worth, game.orientation)


@settings(max_examples=60)
@given(games_with_unions())
def test_the_owen_value_averages_the_orders_in_which_unions_stay_together(drawn):  # Owen 1977
    game, unions = drawn
    result = owen_value(game, unions)
    assert list(result.exact) == together(game, unions)
    assert_proved_and_near_misses_refuted(game, result)


@settings(max_examples=40)
@given(games_with_unions())
def test_a_union_gets_its_shapley_value_in_the_game_between_unions(drawn):
    game, unions = drawn
    x = owen_value(game, unions)
    between = shapley_value(quotient(game, unions)).exact
    assert [sum(x.exact_amount(name) for name in union) for union in unions] == list(between)


@settings(max_examples=40)
@given(games_with_unions())
def test_the_banzhaf_owen_value_averages_over_whole_unions_and_the_own_one(drawn):  # Owen 1981
    game, unions = drawn
    masks = [sum(1 << game.players.index(name) for name in union) for union in unions]
    result = banzhaf_owen_value(game, unions)
    for i in range(game.n):
        own = next(mask for mask in masks if mask >> i & 1)
        allowed = [
            S for S in subsets(game.grand_coalition ^ 1 << i) if all(S & mask in (0, mask) for mask in masks if mask != own)
        ]
        assert result.exact[i] * len(allowed) == sum(game.exact(S | 1 << i) - game.exact(S) for S in allowed)
    assert_proved_and_near_misses_refuted(game, result)


@settings(max_examples=40)
@given(games_with_unions())
def test_unions_of_one_or_of_all_change_nothing(drawn):
    game, _ = drawn
    for unions in ([[name] for name in game.players], [list(game.players)]):
        assert owen_value(game, unions).exact == shapley_value(game).exact
        assert banzhaf_owen_value(game, unions).exact == banzhaf_value(game).exact


@pytest.mark.parametrize("concept", [owen_value, banzhaf_owen_value])
@settings(max_examples=25)
@given(games_with_unions())
def test_values_with_unions_keep_their_claims(concept, drawn):
    game, unions = drawn
    assert_keeps_its_claims(concept, lambda game: concept(game, unions), game)


@pytest.mark.parametrize("concept", [owen_value, banzhaf_owen_value])
@settings(max_examples=25)
@given(games_with_unions())
def test_partners_who_are_alike_get_the_same(concept, drawn):
    game, unions = drawn
    x = concept(game, unions)
    for union in unions:
        for a in union:
            for b in union:
                i, j = 1 << game.players.index(a), 1 << game.players.index(b)
                alike = (
                    all(game.exact(S | i) == game.exact(S | j) for S in subsets(game.grand_coalition ^ (i | j)))
                    if i != j
                    else True
                )
                assert not alike or x.exact_amount(a) == x.exact_amount(b)


def test_two_of_three_voters_who_unite_share_the_power():  # B4-01; from memory
    assert owen_value(VotingGame((1, 1, 1), 2), [["1", "2"], ["3"]]).exact == (Fraction(1, 2), Fraction(1, 2), 0)


def test_five_parties_in_three_blocs():  # B4-02; from memory, confirmed by `together` here
    game, unions = VotingGame((4, 3, 2, 2, 1), 7), [["1", "5"], ["2", "3"], ["4"]]
    x = owen_value(game, unions).exact
    assert x == (Fraction(1, 4), Fraction(1, 6), Fraction(1, 6), Fraction(1, 3), Fraction(1, 12))
    assert list(x) == together(game, unions)


def test_unions_in_a_large_game_use_its_dividends():
    game = AirportGame([3, 3, 5, 8, 8, 12])
    unions = [game.players[:2], game.players[2:5], game.players[5:]]
    table = TableGame(game.players, game.exact_table(), "cost")
    for concept in (owen_value, banzhaf_owen_value):
        assert concept(game, unions).exact == concept(table, unions).exact


def test_unions_are_a_partition_and_part_of_the_claim():
    game = VotingGame((2, 1, 1), 3, "ABC")
    for unions, message in (
        ([["A", "B"]], r"\{C\} is in no union"),
        ([["A", "B"], ["B", "C"]], r"\{B\} is in two unions"),
        ([["A", "B"], ["C", "D"]], "there is no player 'D'"),
        ([["A", "B"], [], ["C"]], "no members"),
        ("ABC", "not a list"),
        (None, "not a list"),
    ):
        with pytest.raises(ComityError, match=message):
            owen_value(game, unions)
    form = owen_value(game, [["A", "B"], ["C"]]).to_json()
    form["certificate"]["witness"]["unions"] = [["A"], ["B", "C"]]
    assert confirm(game, form).verdict is Verdict.FAILS
    assert check_owen_value(game, ["1/2", "1/2", 0], {"unions": [["A", "B"], ["C"]]}).verdict is Verdict.FAILS


def test_weights_in_doubles_are_taken_as_written():
    game = TableGame(None, [0, 0, 0, 60, 0, 80, 20, 120])
    result = semivalue(game, [1 / 3, 1 / 6, 1 / 3])
    assert result.amounts == pytest.approx(shapley_value(game).amounts)
    assert confirm(game, result)
