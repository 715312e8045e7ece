"""Finite games: exact payoffs of mixed strategies, dominance, pure equilibria, and the check that confirms equilibria."""

from fractions import Fraction
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from comity.checks.nash import check_dominant, check_equilibrium
from comity.errors import InvalidGame
from comity.games.strategic.normal_form import NormalFormGame
from comity.solvers.equilibrium.pure import pure_equilibria

TINY = Fraction(1, 10**12)
ROCK_PAPER_SCISSORS = NormalFormGame([[[0, -1, 1], [1, 0, -1], [-1, 1, 0]], [[0, 1, -1], [-1, 0, 1], [1, -1, 0]]])
STAG = NormalFormGame([[[4, 0], [3, 3]], [[4, 3], [0, 3]]], actions=[("stag", "hare")] * 2, players=["A", "B"])
# Selten & Wooders's style three-player game: the third picks the matrix.
THREE = NormalFormGame(np.arange(24).reshape(3, 2, 2, 2))


def games(n=None):
    sizes = st.integers(1, 3) if n is None else st.just(n)
    return st.builds(lambda n, seed: NormalFormGame.random(n, np.random.default_rng(seed)), sizes, st.integers(0, 10**6))


def mixed_profile(game, seed):
    rng = np.random.default_rng(seed)
    drawn = [rng.integers(0, 5, size=m) + np.eye(m, dtype=int)[0] for m in game.counts]
    return [[Fraction(int(w), int(weights.sum())) for w in weights] for weights in drawn]


def test_a_third_each_is_the_equilibrium_of_rock_paper_scissors():
    third = ["1/3"] * 3
    assert check_equilibrium(ROCK_PAPER_SCISSORS, [third, third]).margin == 0
    assert pure_equilibria(ROCK_PAPER_SCISSORS) == []


@pytest.mark.parametrize("sign", [1, -1])
def test_a_near_miss_is_refuted(sign):
    third = Fraction(1, 3)
    certificate = check_equilibrium(ROCK_PAPER_SCISSORS, [[third] * 3, [third + sign * TINY, third - sign * TINY, third]])
    assert not certificate
    assert certificate.margin == {1: -TINY, -1: -2 * TINY}[sign]


def test_stag_hunt_has_two_pure_equilibria_and_one_mixed():  # Rousseau's hunt: a stag with probability 3/4
    assert pure_equilibria(STAG) == [(0, 0), (1, 1)]
    assert check_equilibrium(STAG, [["3/4", "1/4"]] * 2)
    assert check_equilibrium(STAG, ["stag", "hare"]).margin == -3
    assert check_equilibrium(STAG, [0, 0]).witness["players"]["A"]["best_action"] == "stag"


@settings(max_examples=60, deadline=None)
@given(game=games())
def test_pure_equilibria_are_the_profiles_that_the_check_accepts(game):
    found = pure_equilibria(game)
    assert found == [profile for profile in game.profiles() if check_equilibrium(game, profile)]
    assert all(profile[i] in game.pure_best_replies(i, profile) for profile in found for i in range(game.n))


@settings(max_examples=40, deadline=None)
@given(game=games(), seed=st.integers(0, 10**6))
def test_expected_payoffs_are_averages_over_profiles(game, seed):
    mixed = mixed_profile(game, seed)
    expected = [Fraction(0)] * game.n
    for profile in product(*map(range, game.counts)):
        chance = Fraction(1)
        for i, k in enumerate(profile):
            chance *= mixed[i][k]
        for i in range(game.n):
            expected[i] += chance * game.payoff(i, profile)
    assert list(game.expected_payoffs(mixed)) == expected
    worst = max(max(game.payoffs_of_actions(i, mixed)) - expected[i] for i in range(game.n))
    assert check_equilibrium(game, mixed).margin == -worst


@settings(max_examples=40, deadline=None)
@given(game=games(), seed=st.integers(0, 10**6))
def test_an_action_strictly_dominated_is_never_a_best_reply(game, seed):
    mixed = mixed_profile(game, seed)
    for i in range(game.n):
        assert not set(game.dominated_actions(i)) & set(game.best_replies(i, mixed))
        dominant = game.dominant_action(i)
        assert dominant is None or game.best_replies(i, mixed) == (dominant,)
        assert [k for k in range(game.counts[i]) if check_dominant(game, i, k)] == ([] if dominant is None else [dominant])


def test_weak_dominance_needs_one_strict_advantage():
    same = NormalFormGame([[[1, 1], [1, 1]], [[0, 0], [0, 1]]])
    assert same.dominated_actions(0, strictly=False) == ()
    assert same.dominated_actions(1, strictly=False) == (0,)
    assert same.dominant_action(1, strictly=False) == 1
    assert same.dominant_action(1) is None
    assert check_dominant(same, 1, 1, strictly=False)
    assert check_dominant(same, 1, 1).margin == 0


def test_one_player_with_one_action():
    game = NormalFormGame([[5]])
    assert pure_equilibria(game) == [(0,)]
    assert game.dominant_action(0) == 0
    assert check_equilibrium(game, [[1]])


def test_positions_of_a_third_player():
    assert THREE.payoff("3", (1, 0, 1)) == 16 + 4 + 1
    assert THREE.payoffs_of_actions(2, [0, 0, 0]) == (16, 17)


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (lambda: NormalFormGame([[1, 2], [3, 4]]), "shape"),
        (lambda: NormalFormGame([[[1]], [[float("nan")]]]), "finite"),
        (lambda: NormalFormGame([[5]], players=["A", "B"]), "player names"),
        (lambda: NormalFormGame([[5, 6]], actions=[("a", "a")]), "different"),
        (lambda: NormalFormGame([[5, 6]], actions=[]), "list of names for each"),
        (lambda: STAG.payoff("A", ("stag", "mouse")), "no action 'mouse'"),
        (lambda: STAG.payoff("A", (0, 2)), "position 2"),
        (lambda: STAG.mixed([["1/2", "1/3"], 0]), "add up to 1"),
        (lambda: STAG.mixed([0]), "one each"),
        (lambda: NormalFormGame.from_profiles({(0,): [1]}, actions=[("a", "b")]), "1 profiles have no payoffs"),
        (lambda: NormalFormGame.from_profiles({(0,): [1], ("a",): [1]}, actions=[("a",)]), "twice"),
        (lambda: NormalFormGame.from_profiles({(0, 0): [1]}, actions=[("a",)]), "payoff each"),
    ],
)
def test_what_is_no_game_or_no_strategy_is_refused(build, message):
    with pytest.raises((InvalidGame, ValueError), match=message):
        build()
