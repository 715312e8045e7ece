"""The centre of the core: published theorems, hand integrals, independent methods, and estimates within their errors."""

from __future__ import annotations

import json
from dataclasses import replace
from fractions import Fraction
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy.spatial import Delaunay

from comity.certificate import Basis, Verdict
from comity.checks.confirm import confirm
from comity.checks.core import check_in_core
from comity.checks.core_centre import check_core_centre
from comity.errors import ComityError, EmptyCore, InvalidEvidence, TooManyPlayers
from comity.games.coalitional.airport import AirportGame
from comity.games.coalitional.claims import ClaimsProblem
from comity.games.coalitional.table import TableGame
from comity.results import Allocation
from comity.solvers.core.centroid import centroid
from comity.solvers.core.core_centre import core_centre
from comity.solvers.core.core_vertices import core_vertices
from comity.testing import strategies

F = Fraction
SIMPLEX = TableGame(["A", "B", "C"], [0, 0, 0, 0, 0, 0, 0, 12])
TRAPEZOID = TableGame(["A", "B", "C"], [0, 0, 0, 6, 0, 0, 0, 12])
MAJORITY = TableGame(None, [0, 0, 0, 1, 0, 1, 1, 1])


def rich(game: TableGame, more: int = 0) -> TableGame:
    """The same with so much for everybody that the core is not empty, mostly."""
    table = list(game.exact_table())
    size = max(map(abs, table))
    table[-1] = game.sign * (size * (game.n - 1) + F(more, 4) * size)
    return TableGame(game.players, table, game.orientation)


rich_games = st.builds(rich, strategies.gain_or_cost_games(min_players=2, max_players=5), st.integers(-2, 4))


def runway_volume(costs) -> Fraction:
    """The volume of {x >= 0 : x_1 + ... + x_i <= c_i for every i}, costs in increasing order, by integrals of polynomials."""
    tail = [F(1)]  # in s = x_1 + ... + x_i, the volume of what may follow
    for cost in reversed(costs):
        primitive = [F(0), *(a / (k + 1) for k, a in enumerate(tail))]
        at_cost = sum(a * cost**k for k, a in enumerate(primitive))
        tail = [at_cost - primitive[0], *(-a for a in primitive[1:])]
    return tail[0]


def runway_centre(costs) -> list[Fraction]:
    """A share is the volume of the core with that player twice, over the volume of the core (costs in increasing order)."""
    whole = runway_volume(costs[:-1])
    return [runway_volume([*costs[: i + 1], *costs[i:-1]]) / whole for i in range(len(costs))]


# --- published and by hand --------------------------------------------------------------------------------------------


def test_the_centre_of_a_triangle_and_of_a_trapezoid():
    assert core_centre(SIMPLEX).exact == (4, 4, 4)
    # x_C is z with density 12 - z on [0, 6]: (6 * 36 - 72) / (72 - 18) = 8/3; A and B share the rest alike.
    found = core_centre(TRAPEZOID)
    assert found.exact == (F(14, 3), F(14, 3), F(8, 3))
    assert found.notes == {"dimension": 2, "corners": 4}


def test_the_centre_is_not_the_mean_of_the_corners():
    corners = core_vertices(TRAPEZOID)
    mean = [sum(amounts) / len(corners) for amounts in zip(*corners, strict=True)]
    found = check_core_centre(TRAPEZOID, mean, {"corner": corners[0]})
    assert found.verdict is Verdict.FAILS
    assert found.margin == -F(1, 3)  # 3 for C instead of 8/3


def test_the_centre_of_a_runway_for_three():
    # s = x_1 is uniform but for weight 20 - s on [0, 10]: (20 * 50 - 1000/3) / (200 - 50) = 40/9.
    # x_1 + x_2 between s and 20 has the mean of (20^2 - s^2) / 2: (2000 - 500/3) / 150 = 110/9.
    game = AirportGame((10, 20, 30))
    assert core_centre(game).exact == (F(40, 9), F(70, 9), F(160, 9))
    assert runway_centre([10, 20, 30]) == [F(40, 9), F(70, 9), F(160, 9)]


@settings(max_examples=15)
@given(costs=st.lists(st.integers(1, 12), min_size=1, max_size=6))
def test_the_share_of_a_runway_is_the_volume_with_a_clone(costs):
    # González-Díaz, Mirás Calvo, Quinteiro Sandomingo & Sánchez Rodríguez (2016): a cloned player's core over the core.
    costs = sorted(costs)
    assert list(core_centre(AirportGame(costs)).exact) == runway_centre([F(c) for c in costs])


@settings(max_examples=15)
@given(claims=st.lists(st.integers(1, 9), min_size=2, max_size=5), share=st.integers(0, 12))
def test_awards_and_losses_of_claims_have_centres_alike(claims, share):
    estate = F(share * sum(claims), 12)
    awards = core_centre(ClaimsProblem(estate, claims).to_game()).exact
    losses = core_centre(ClaimsProblem(sum(claims) - estate, claims).to_game()).exact
    assert [a + b for a, b in zip(awards, losses, strict=True)] == claims
    if estate <= min(claims):  # nobody's claim binds: all divisions of the estate
        assert set(awards) == {estate / len(claims)}
    if 2 * estate == sum(claims):
        assert [2 * a for a in awards] == claims


def test_contested_garment():
    # Of two, the centre concedes and divides: 100 of 300 and 200 leaves 0 to 100 each; 250 leaves 50 to 200 and 50 to 200.
    assert core_centre(ClaimsProblem(100, (300, 200)).to_game()).exact == (50, 50)
    assert core_centre(ClaimsProblem(250, (300, 200)).to_game()).exact == (150, 100)


# --- independent methods ----------------------------------------------------------------------------------------------


@settings(max_examples=30)
@given(game=strategies.gain_or_cost_games(min_players=3, max_players=3), more=st.integers(-2, 4))
def test_the_centre_for_three_by_the_shoelace_formula(game, more):
    game = rich(game, more)
    corners = core_vertices(game)
    assume(len(corners) > 2)
    edges = list(pairwise([*corners, corners[0]]))
    crossed = [(a, b, a[0] * b[1] - a[1] * b[0]) for a, b in edges]
    area = sum(c for _, _, c in crossed)
    first, second = (sum((a[i] + b[i]) * c for a, b, c in crossed) / (3 * area) for i in (0, 1))
    assert core_centre(game).exact == (first, second, game.exact(0b111) - first - second)


@settings(max_examples=15)
@given(seed=st.integers(0, 2**32 - 1), n=st.integers(4, 6))
def test_the_centre_by_simplices_of_a_triangulation_in_doubles(seed, n):
    rng = np.random.default_rng(seed)
    table = [0, *(int(rng.integers(0, 30)) * S.bit_count() for S in range(1, 1 << n))]
    table[-1] = max(table) * 3 // 2
    game = TableGame(None, table)
    corners = np.array(core_vertices(game), dtype=float)
    assume(len(corners) > n)
    flat = corners[:, :-1]
    assume(np.linalg.matrix_rank(flat - flat[0]) == n - 1)
    simplices = flat[Delaunay(flat, qhull_options="QJ").simplices]
    volumes = abs(np.linalg.det(simplices[:, 1:] - simplices[:, :1]))
    expected = volumes @ simplices.mean(axis=1) / volumes.sum()
    assert core_centre(game).amounts[:-1] == pytest.approx(expected, abs=1e-6 * table[-1])


@pytest.mark.scheduled
@pytest.mark.parametrize("seed", range(6))
def test_the_centre_by_points_thrown_at_the_core(seed):
    rng = np.random.default_rng(seed)
    n = 4
    table = [0, *(int(rng.integers(0, 20)) * S.bit_count() for S in range(1, 1 << n))]
    table[-1] = 20 * n  # equal parts suit everybody
    game = TableGame(None, table)
    alone = np.array([table[1 << i] for i in range(n)])
    thrown = alone + (table[-1] - alone.sum()) * rng.dirichlet(np.ones(n), 400_000)
    inside = np.ones(len(thrown), dtype=bool)
    for S in range(1, game.grand_coalition):
        inside &= thrown[:, [i for i in range(n) if S >> i & 1]].sum(axis=1) >= table[S]
    kept = thrown[inside]
    assert len(kept) > 1000
    error = kept.std(axis=0) / np.sqrt(len(kept))
    assert (abs(kept.mean(axis=0) - core_centre(game).amounts) < 5 * error).all()


# --- degenerate cores, units ----------------------------------------------------------------------------------------------


def test_a_point_is_its_own_centre_and_a_segment_has_its_midpoint():
    point = core_centre(TableGame(None, [0, 0, 1, 3, 2, 4, 5, 6]))
    assert (point.exact, point.notes) == ((1, 2, 3), {"dimension": 0, "corners": 1})
    # A left glove and a right one, and somebody without any.
    segment = core_centre(TableGame(None, [0, 0, 0, 1, 0, 0, 0, 1]))
    assert (segment.exact, segment.notes) == ((F(1, 2), F(1, 2), 0), {"dimension": 1, "corners": 2})
    assert core_centre(TableGame(["A"], [0, 7])).exact == (7,)


@settings(max_examples=20)
@given(one=strategies.convex_games(min_players=2, max_players=3), other=strategies.convex_games(min_players=2, max_players=3))
def test_the_centre_of_two_games_apart_is_made_of_both_centres(one, other):
    both = [a + b for b in other.exact_table() for a in one.exact_table()]
    names = [f"player {i}" for i in range(one.n + other.n)]
    found = core_centre(TableGame(names, both))
    assert found.exact == (*core_centre(one).exact, *core_centre(other).exact)
    assert found.notes["dimension"] == core_centre(one).notes["dimension"] + core_centre(other).notes["dimension"]


@pytest.mark.parametrize("unit", [F(10**100), F(1, 10**100), F(1, 3)])
def test_no_unit_is_too_large_or_too_small(unit):
    game = AirportGame((10, 20, 30, 45))
    other = TableGame(game.players, [unit * worth for worth in game.exact_table()], "cost")
    assert core_centre(other).exact == tuple(unit * a for a in core_centre(game).exact)
    first, second = (core_centre(g, samples=200, seed=3) for g in (game, other))
    assert second.exact == tuple(unit * a for a in first.exact)


def test_a_square_with_its_corners_given_twice_over_has_one_centre():
    # A redundant inequality that touches a corner changes nothing: bit 4 is such a one.
    square = [(0, 0), (2, 0), (2, 2), (0, 2)]
    assert centroid(square, [0b10011, 0b00101, 0b01100, 0b01010]) == (2, (1, 1))


# --- the certificate ------------------------------------------------------------------------------------------------------


@settings(max_examples=25)
@given(game=rich_games, data=st.data())
def test_every_corner_proves_the_centre_and_nothing_else_does(game, data):
    corners = core_vertices(game)
    assume(corners)
    corner = data.draw(st.sampled_from(corners))
    x = core_centre(game).exact
    assert check_core_centre(game, x, {"corner": corner})
    i, j = data.draw(st.permutations(range(game.n)))[:2]
    tiny = F(1, 10**12) * max(abs(game.exact(S)) for S in range(1 << game.n)) or F(1, 10**12)
    near = [a + tiny * ((k == i) - (k == j)) for k, a in enumerate(x)]
    found = check_core_centre(game, near, {"corner": corner})
    assert (found.verdict, found.margin) == (Verdict.FAILS, -tiny)
    outside = [a + tiny * ((k == i) - (k == j)) for k, a in enumerate(corner)]
    if outside not in map(list, corners):
        assert check_core_centre(game, x, {"corner": outside}).verdict is Verdict.UNDECIDED


def test_the_centre_of_a_face_is_not_the_centre():
    # The face of the triangle where C gets nothing.
    assert check_core_centre(SIMPLEX, [6, 6, 0], {"corner": [12, 0, 0]}).margin == -4
    assert check_core_centre(SIMPLEX, [4, 4, 4], {"corner": [6, 6, 0]}).verdict is Verdict.UNDECIDED


def test_evidence_that_cannot_be_read_is_refused():
    estimate = core_centre(TRAPEZOID, samples=100, seed=1)
    witness = estimate.certificate.to_json()["witness"]
    for changed in ({}, {"corner": [1]}, {"means": 3}, {**witness, "means": witness["means"][:1]}, {"means": witness["means"]}):
        with pytest.raises(InvalidEvidence):
            check_core_centre(TRAPEZOID, estimate.exact, changed)


def test_an_empty_core_has_no_centre():
    for options in ({}, {"samples": 100}):
        with pytest.raises(EmptyCore, match="the core is empty") as refused:
            core_centre(MAJORITY, **options)
        assert refused.value.certificate.verdict is Verdict.HOLDS


# --- estimates --------------------------------------------------------------------------------------------------------------


@settings(max_examples=15)
@given(game=rich_games, seed=st.integers(0, 2**32 - 1))
def test_an_estimate_is_in_the_core_and_confirmed_from_its_file(game, seed):
    assume(core_vertices(game))
    found = core_centre(game, samples=100, seed=seed)
    assert found.certificate.basis is Basis.ESTIMATE
    assert found.notes["in_core"] == check_in_core(game, found.exact)
    assert found.notes["in_core"].basis is Basis.EXACT
    assert found.certificate.margin == found.notes["in_core"].margin
    text = json.dumps(found.to_json())
    assert confirm(game, text) == found.certificate
    assert Allocation.from_json(text).certificate == found.certificate


@settings(max_examples=15)
@given(game=rich_games, seed=st.integers(0, 99))
def test_an_estimate_is_within_six_errors_of_the_centre(game, seed):
    corners = core_vertices(game)
    assume(corners)
    exact, found = core_centre(game), core_centre(game, samples=1000, seed=seed)
    for i, name in enumerate(game.players):
        rounding = 1e-9 * float(max(x[i] for x in corners) - min(x[i] for x in corners))
        off = float(found.exact[i] - exact.exact[i])
        assert abs(off) <= 6 * found.notes["standard_errors"][name] + rounding


@pytest.mark.parametrize(("n", "samples"), [(8, 4000), (10, 4000)])
def test_an_estimate_for_a_runway_of_many(n, samples):
    costs = [F(c) for c in range(5, 5 + 3 * n, 3)]
    found = core_centre(AirportGame(costs), samples=samples, seed=7)
    errors = [found.notes["standard_errors"][name] for name in found.players]
    exact = [float(a) for a in runway_centre(costs)]
    assert (abs(found.amounts - exact) <= 5 * np.array(errors)).all()
    assert max(errors) < 0.1 * max(exact)


def test_errors_shrink_with_the_square_root_of_the_number_of_samples():
    few, many = (core_centre(AirportGame((10, 20, 30, 45)), samples=samples, seed=5) for samples in (400, 40_000))
    ratios = [few.notes["standard_errors"][name] / many.notes["standard_errors"][name] for name in few.players]
    assert 5 < float(np.median(ratios)) < 20


def test_a_core_a_trillion_times_as_long_as_it_is_wide():
    wide, thin = 1, F(1, 10**12)
    table = [wide * (S & 3 == 3) + thin * (S & 12 == 12) + thin * (S & 5 == 5) for S in range(16)]
    game = TableGame(["A", "B", "C", "D"], table)
    exact, found = core_centre(game), core_centre(game, samples=4000, seed=2)
    for name, size in (("B", 1e-2), ("D", 1e-14)):
        error = found.notes["standard_errors"][name]
        assert 0 < error < size
        assert abs(float(found.exact_amount(name) - exact.exact_amount(name))) < 5 * error


def test_the_same_seed_draws_the_same_samples():
    first, again, other = (core_centre(TRAPEZOID, samples=100, seed=seed) for seed in (4, 4, 5))
    assert first.exact == again.exact != other.exact
    drawn = core_centre(TRAPEZOID, samples=101)
    assert drawn.notes["samples"] == 120
    assert core_centre(TRAPEZOID, samples=120, seed=drawn.notes["seed"]).exact == drawn.exact


def test_a_changed_estimate_is_refuted():
    found = core_centre(TRAPEZOID, samples=100, seed=1)
    moved = [a + F(1, 10**12) * (i - 1) for i, a in enumerate(found.exact)]
    assert confirm(TRAPEZOID, replace(found, exact=moved)).verdict is Verdict.FAILS
    data = found.to_json()
    witness = data["certificate"]["witness"]
    means = witness["means"]
    beyond = [["-1", "7", "6"], *means[1:]]
    for changed in (
        {"standard_errors": [e / 2 for e in witness["standard_errors"]]},
        {"means": means[1:]},
        {"means": beyond},
        {"coalition": ["A", "B", "C"]},
    ):
        forged = {**data, "certificate": {**data["certificate"], "witness": {**witness, **changed}}}
        assert confirm(TRAPEZOID, forged).verdict is Verdict.FAILS
    # Means that average to x, one of them outside the core: not points of the core.
    average = [sum(F(m[i]) for m in beyond) / len(beyond) for i in range(3)]
    assert check_in_core(TRAPEZOID, average)
    assert not check_core_centre(TRAPEZOID, average, {**witness, "means": beyond})


def test_questions_without_an_answer_say_what_to_do():
    large = TableGame(None, [S.bit_count() ** 2 for S in range(128)])
    with pytest.raises(TooManyPlayers, match="samples=10000"):
        core_centre(large)
    with pytest.raises(TooManyPlayers, match="13 players"):
        core_centre(AirportGame(range(1, 14)), samples=100)
    for options, why in (
        ({"samples": 99}, "at least 100"),
        ({"samples": True}, "at least 100"),
        ({"samples": 1e4}, "whole number"),
        ({"samples": 100, "seed": -1}, "at least 0"),
        ({"seed": 1}, "give samples="),
    ):
        with pytest.raises(ComityError, match=why):
            core_centre(TRAPEZOID, **options)
