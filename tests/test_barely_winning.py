"""The nucleolus of votes where it is in proportion to weights, and where it is not: found from the same guess."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from comity.checks.confirm import confirm
from comity.checks.nucleolus import check_nucleolus
from comity.coalitions import members
from comity.games.coalitional.table import TableGame
from comity.games.coalitional.voting import VotingGame
from comity.solvers.core.barely_winning import barely_winning
from comity.solvers.core.guided_levels import _Search, guided_chain
from comity.solvers.core.nucleolus import nucleolus, prenucleolus
from comity.solvers.core.structured_levels import _structured, nucleolus_chains

F = Fraction


def in_proportion(game: VotingGame) -> tuple[Fraction, ...]:
    return tuple(F(weight, sum(game.weights)) for weight in game.weights)


def votes(n: int, most: int, share: Fraction, seed: int = 0) -> VotingGame:
    weights = np.random.default_rng(seed).integers(1, most + 1, n).tolist()
    return VotingGame(weights, int(sum(weights) * share) + 1)


@settings(max_examples=60, deadline=None)
@given(weights=st.lists(st.integers(0, 30), min_size=2, max_size=20), data=st.data())
def test_all_coalitions_have_the_weight_asked_for(weights, data):
    like = data.draw(st.integers(0, (1 << len(weights)) - 1))
    wanted = sum(weights[i] for i in members(like))
    found = barely_winning(weights, like)
    assert len(found) == len(set(found))
    assert {sum(weights[i] for i in members(S)) for S in found} <= {wanted}


def test_of_a_hundred_members_there_are_as_many_as_asked_for():
    weights = np.random.default_rng(0).integers(1, 101, 100).tolist()
    assert len(barely_winning(weights, (1 << 50) - 1)) == 400
    assert {S.bit_count() for S in barely_winning([2**70] * 20, (1 << 10) - 1)} == {10}  # more than 64 bits


@settings(max_examples=10, deadline=None)
@given(most=st.sampled_from([3, 20, 1000]), share=st.sampled_from([F(1, 2), F(2, 3), F(9, 10)]), seed=st.integers(0, 2**31))
def test_the_nucleolus_without_a_table_is_that_of_the_table(most, share, seed):
    game = votes(15, most, share, seed)
    for concept in (nucleolus, prenucleolus):
        assert concept(game).exact == concept(TableGame(game.players, game.exact_table())).exact


@pytest.mark.parametrize(
    "game",
    [
        VotingGame([1000, *range(1, 40)], 1200),  # one member is always needed
        VotingGame([100] + [1] * 30, 100),  # one is enough
        VotingGame([2**k for k in range(20)], 2**19 + 5),
        VotingGame([5, 4, 3] * 6, 72),  # only all together
        VotingGame([0] * 5 + list(range(1, 40)), 500),  # some have no weight
        votes(16, 3, F(19, 20)),
    ],
    ids=["veto", "dictator", "powers of two", "unanimity", "without weight", "large quota"],
)
def test_where_amounts_are_not_in_proportion_the_guess_does_no_harm(game):
    found = nucleolus(game)
    assert found.certificate
    large, look = _structured(game)
    plain = guided_chain(large, True, look)
    assert tuple(large.amounts(plain.y)) == found.exact
    for (a, x), (b, y) in pairwise(sorted(zip(game.weights, found.exact, strict=True))):
        assert x <= y
        assert a < b or x == y


@pytest.mark.parametrize("share", [F(1, 2), F(2, 3)])
def test_a_hundred_members_get_amounts_in_proportion_to_weights(share):
    game = votes(100, 100, share)
    found = nucleolus(game)
    assert found.exact == in_proportion(game)
    assert confirm(game, found)
    # One level proves it: coalitions with the least weight that wins, in balance.
    (level,) = found.certificate.witness["levels"]
    assert len(level["coalitions"]) >= 99


def test_a_guess_that_floats_would_take_is_not_believed():
    # In proportion to other weights that differ by a billionth: the exact proof does not reach its largest excess.
    game = votes(40, 100, F(1, 2))
    large, look = _structured(game)
    tiny = F(1, 10**12)
    wrong = (large.guess[0] + tiny, large.guess[1] - tiny, *large.guess[2:])
    found = guided_chain(large, True, look, wrong)
    assert found is None or tuple(found.y) == large.guess
    assert next(nucleolus_chains(game, True))[0] == list(large.guess)


def test_a_level_is_compared_with_the_guess_exactly(monkeypatch):
    # However near floats are told to be satisfied with.
    monkeypatch.setattr("comity.solvers.core.guided_levels.NEAR", 1e6)
    for game in (votes(30, 20, F(1, 2)), votes(32, 10**9, F(3, 5)), votes(20, 10**6, F(3, 5))):
        x, levels = next(nucleolus_chains(game, True))
        assert check_nucleolus(game, x, {"levels": levels})


@pytest.mark.parametrize(("weights", "quota"), [([100] + [1] * 30, 100), ([7, 6, 5] + [1] * 30, 5)])
def test_a_guess_that_gives_somebody_less_than_alone_is_dropped(weights, quota):
    large, look = _structured(VotingGame(weights, quota))
    search = _Search.of(large, True, look)
    search.start_from(large.guess)
    assert search.guess is None
