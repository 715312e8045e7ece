"""Voting power of many members: quadrature enclosed by sums of positive terms."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from electoral_college import COLLEGE
from hypothesis import given, settings
from hypothesis import strategies as st

from comity.certificate import Basis, Verdict
from comity.checks.large_votes import _nodes, _Votes, check_enclosed, enclosed_banzhaf, enclosed_shapley_shubik
from comity.checks.power import check_banzhaf_index, check_shapley_shubik_index
from comity.errors import OutsideDomain, TooManyPlayers
from comity.games.coalitional.voting import VotingGame
from comity.games.coalitional.voting_power import MAX_WORK, voting_power, work
from comity.solvers.values.banzhaf_index import banzhaf_index
from comity.solvers.values.large_votes import banzhaf_by_tilting, shapley_shubik_by_quadrature
from comity.solvers.values.shapley_shubik import shapley_shubik_index


@st.composite
def votes(draw: st.DrawFn, most: int = 12) -> VotingGame:
    weights = draw(st.lists(st.one_of(st.integers(0, 9), st.integers(0, 2000)), min_size=1, max_size=most).filter(any))
    return VotingGame(weights, draw(st.integers(1, sum(weights))))


@given(game=votes())
@settings(max_examples=60, deadline=None)
def test_quadrature_and_counting_agree_to_the_last_places(game: VotingGame) -> None:
    power = voting_power(game)
    exact = list(power.shapley_shubik.values())
    assert shapley_shubik_by_quadrature(game) == pytest.approx(list(map(float, exact)), abs=1e-15 * game.n)
    assert banzhaf_by_tilting(game) == pytest.approx(list(map(float, power.banzhaf.values())), abs=1e-14 * game.n)


@given(game=votes())
@settings(max_examples=60, deadline=None)
def test_the_enclosure_contains_the_exact_index(game: VotingGame) -> None:
    power = voting_power(game)
    for found, exact in (
        (enclosed_shapley_shubik(game), power.shapley_shubik),
        (enclosed_banzhaf(game), power.banzhaf),
    ):
        for near, within, right in zip(found.nearest, found.within, exact.values(), strict=True):
            assert abs(Fraction(near) - right) <= within
            assert within < Fraction(1, 10**13)


@pytest.mark.parametrize(
    ("weights", "quota", "index"),
    [
        ([5, 1, 1], 4, [1, 0, 0]),  # a dictator
        ([1] * 40, 21, [Fraction(1, 40)] * 40),  # all alike
        ([7] * 9 + [0] * 3, 63, [Fraction(1, 9)] * 9 + [0] * 3),  # unanimity, and members without a vote
        ([1], 1, [1]),
        ([10**6, 10**6, 1], 10**6 + 1, [Fraction(1, 3)] * 3),  # huge beside small
    ],
)
def test_degenerate_votes_are_enclosed(weights: list[int], quota: int, index: list[Fraction]) -> None:
    game = VotingGame(weights, quota)
    found = shapley_shubik_by_quadrature(game)
    assert found == pytest.approx([float(a) for a in index], abs=1e-14)
    assert check_enclosed(game, found, "index", "check", enclosed_shapley_shubik)
    assert check_enclosed(game, banzhaf_by_tilting(game), "index", "check", enclosed_banzhaf)


def test_the_electoral_college_is_counted_exactly() -> None:
    game = VotingGame(COLLEGE, 270)
    index = shapley_shubik_index(game)
    assert index.certificate.basis is Basis.EXACT
    assert index.certificate
    assert sum(index.exact) == 1
    assert shapley_shubik_by_quadrature(game) == pytest.approx(index.amounts, abs=1e-15)
    assert banzhaf_index(game).certificate.basis is Basis.EXACT


def test_an_unlikely_quota_has_its_banzhaf_index_too() -> None:
    # Nine tenths of the weight: a coalition drawn at random wins with a chance of about 1e-30.
    weights = np.random.default_rng(1).integers(1, 30, 120).tolist()
    game = VotingGame(weights, sum(weights) * 9 // 10)
    exact = voting_power(game).banzhaf
    assert banzhaf_by_tilting(game) == pytest.approx(list(map(float, exact.values())), rel=1e-12)
    found = enclosed_banzhaf(game)
    gaps = zip(found.nearest, found.within, exact.values(), strict=True)
    assert all(abs(Fraction(near) - right) <= within for near, within, right in gaps)


def large(n: int, most: int = 100) -> VotingGame:
    weights = np.random.default_rng(n).integers(1, most + 1, n).tolist()
    return VotingGame(weights, sum(weights) * 3 // 5)


def test_beyond_counting_the_index_is_enclosed_and_nearly_efficient() -> None:
    game = large(180)
    assert work(game) > MAX_WORK
    index = shapley_shubik_index(game)
    assert index.certificate
    assert index.certificate.basis is Basis.ENCLOSED
    assert abs(sum(index.exact, Fraction(-1))) < Fraction(1, 10**12)
    assert float(index.certificate.witness["residual"]) < 1e-12
    order = np.argsort([float(w) for w in game.weights])
    assert all(np.diff(index.amounts[order]) >= -1e-15)  # desirability: more weight, no less power


@pytest.mark.parametrize("concept", [shapley_shubik_index, banzhaf_index])
def test_the_enclosure_refutes_near_misses(concept: object) -> None:
    game = large(180)
    index = concept(game)  # type: ignore[operator]
    check = check_shapley_shubik_index if concept is shapley_shubik_index else check_banzhaf_index
    x = list(index.exact)
    assert check(game, x)
    for change in (Fraction(1, 10**12), -Fraction(1, 10**12)):
        moved = check(game, [x[0] + change, x[1] - change, *x[2:]])
        assert moved.verdict is Verdict.FAILS
    assert check(game, [x[1], x[0], *x[2:]]).verdict is Verdict.FAILS
    assert check(game, [-x[0], *x[1:]]).verdict is Verdict.FAILS
    assert check(game, [0, *x[1:]]).verdict is Verdict.FAILS


def test_a_quota_that_nobody_meets_gives_no_power_at_any_size() -> None:
    game = VotingGame([3] * 300, 1000)
    for concept in (shapley_shubik_index, banzhaf_index):
        with pytest.raises(OutsideDomain, match="no coalition wins"):
            concept(game)


def test_weights_too_long_for_any_count_are_refused_with_the_way_out() -> None:
    weights = np.random.default_rng(0).integers(1, 10**12, 60).tolist()
    with pytest.raises(TooManyPlayers, match="round the weights"):
        shapley_shubik_index(VotingGame(weights, sum(weights) // 2))


@pytest.mark.scheduled
@pytest.mark.parametrize("n", [500, 1000])
def test_a_thousand_members_within_1e_12(n: int) -> None:
    game = large(n)
    index = shapley_shubik_index(game)
    assert index.certificate
    assert abs(sum(index.exact, Fraction(-1))) < Fraction(1, 10**12)
    assert banzhaf_index(game).certificate


@pytest.mark.parametrize("share", [Fraction(1, 2), Fraction(3, 5)])
def test_some_dozens_of_nodes_are_as_good_as_all(share: Fraction) -> None:  # Trefethen 2013, theorem 19.3
    weights = np.random.default_rng(0).integers(1, 3, 300).tolist()
    game = VotingGame(weights, int(sum(weights) * share) + 1)
    assert len(_nodes(_Votes.of(game))) < 100
    exact = list(voting_power(game).shapley_shubik.values())
    found = enclosed_shapley_shubik(game)
    assert all(abs(Fraction(a) - b) <= c for a, b, c in zip(found.nearest, exact, found.within, strict=True))
    assert max(found.within) < Fraction(1, 10**14)
    assert shapley_shubik_by_quadrature(game) == pytest.approx(list(map(float, exact)), abs=1e-15)


def test_too_many_additions_name_the_limit_and_the_index_that_needs_one_pass() -> None:
    weights = np.random.default_rng(0).integers(1, 10**6, 5000).tolist()
    with pytest.raises(TooManyPlayers, match=r"of 5000 votes .* about five minutes; round the weights, or use banzhaf_index"):
        shapley_shubik_index(VotingGame(weights, sum(weights) // 2))


@pytest.mark.scheduled
def test_two_thousand_members_within_1e_12() -> None:
    game = large(2000)
    for concept in (shapley_shubik_index, banzhaf_index):
        index = concept(game)
        assert index.certificate
        assert abs(sum(index.exact, Fraction(-1))) < Fraction(1, 10**12)
