"""Lists of corners: complete ones are confirmed, and every near miss is refuted."""

from __future__ import annotations

import json
from fractions import Fraction
from itertools import combinations

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from comity.certificate import Verdict
from comity.checks.core_vertices import check_core_cover, check_core_vertices, check_imputation_set, check_reasonable_set
from comity.checks.corners import Polytope
from comity.errors import InvalidEvidence, TooManyPlayers
from comity.games.coalitional.table import TableGame
from comity.solvers.core.core_point import check_balanced
from comity.solvers.core.core_vertices import core_vertices
from comity.solvers.core.least_core import least_core
from comity.solvers.core.payoff_sets import core_cover, imputation_set, reasonable_set
from comity.testing import strategies

F = Fraction
SIMPLEX = TableGame(["A", "B", "C"], [0, 0, 0, 0, 0, 0, 0, 12])
MAJORITY = TableGame(None, [0, 0, 0, 1, 0, 1, 1, 1])


def rich(game: TableGame, more: int) -> TableGame:
    """The same with so much for everybody that the core is not empty, mostly."""
    table = list(game.exact_table())
    size = max(map(abs, table))
    table[-1] = game.sign * (size * (game.n - 1) + F(more, 4) * size)
    return TableGame(game.players, table, game.orientation)


any_games = strategies.gain_or_cost_games(max_players=5)
rich_games = st.builds(rich, any_games, st.integers(-2, 4))


@settings(max_examples=40)
@given(game=st.one_of(rich_games, any_games, strategies.convex_games(max_players=5)), data=st.data())
def test_all_corners_are_confirmed_and_near_misses_refuted(game, data):
    corners = core_vertices(game)
    assume(corners)
    found = check_core_vertices(game, data.draw(st.permutations(corners)))
    assert found
    assert found.witness["corners"] == len(corners)
    assert check_core_vertices(game, corners, json.loads(json.dumps(found.to_json()))["witness"]) == found
    k = data.draw(st.integers(0, len(corners) - 1))
    if len(corners) > 1:
        dropped = check_core_vertices(game, [*corners[:k], *corners[k + 1 :]])
        assert dropped.verdict is Verdict.FAILS
        assert tuple(map(F, dropped.witness["missing"])) == corners[k]
        between = tuple((a + b) / 2 for a, b in zip(corners[k], corners[k - 1], strict=True))
        assert tuple(map(F, check_core_vertices(game, [*corners, between]).witness["no_corner"])) == between
        assert check_core_vertices(game, [between, *corners]).verdict is Verdict.FAILS
    assert tuple(map(F, check_core_vertices(game, [*corners, corners[k]]).witness["repeated"])) == corners[k]
    tiny = F(1, 10**12) * max(abs(game.exact(S)) for S in range(1 << game.n)) or F(1, 10**12)
    for i, j in combinations(range(game.n), 2):
        moved = tuple(a + tiny * ((p == i) - (p == j)) for p, a in enumerate(corners[k]))
        if moved not in corners:
            assert check_core_vertices(game, [*corners[:k], moved, *corners[k + 1 :]]).verdict is Verdict.FAILS
    unsplit = [corners[k][0] + tiny, *corners[k][1:]]
    assert check_core_vertices(game, [*corners[:k], unsplit, *corners[k + 1 :]]).verdict is Verdict.FAILS


@pytest.mark.parametrize(
    "table",
    [
        [S.bit_count() ** 2 for S in range(64)],  # a permutohedron
        [0] * 63 + [1],  # a simplex, with 31 equations at each corner
        [0] * 64,  # a point, where all 62 are equations
        [3 * (S.bit_count() >= 3) for S in range(63)] + [7],
        [S.bit_count() // 2 for S in range(63)] + [4],
    ],
)
def test_degenerate_corners_of_six(table):
    game = TableGame(None, table)
    corners = core_vertices(game)
    assert check_core_vertices(game, corners)
    assert not check_core_vertices(game, corners[1:] or [(1, -1, 0, 0, 0, 0)])


def test_from_every_corner_the_walk_finds_all():
    # Five edges meet at each of the corners (4, 0, ...), where four would do for a simple polytope of this dimension.
    game = TableGame(None, [int(S.bit_count() == 4) for S in range(31)] + [4])
    least = {S: game.exact(S) for S in range(1, 31)}
    corners = core_vertices(game)
    polytope = Polytope(5, F(4), least)
    for corner in corners:
        start = polytope.at(corner)
        assert start is not None
        assert polytope.corners(start) == set(corners)


@settings(max_examples=25)
@given(game=strategies.gain_or_cost_games(min_players=2, max_players=4), share=st.integers(0, 3))
def test_corners_of_epsilon_cores(game, share):
    epsilon = least_core(game).notes["epsilon"]
    size = max(abs(game.exact(S)) for S in range(1 << game.n))
    level = epsilon + F(share, 4) * size
    corners = core_vertices(game, level)
    found = check_core_vertices(game, corners, epsilon=level)
    assert found
    assert check_core_vertices(game, corners, found.witness) == found
    assert not check_core_vertices(game, corners, epsilon=level + (size or 1))


@settings(max_examples=30)
@given(game=strategies.gain_or_cost_games(min_players=2, max_players=4))
def test_no_corner_is_a_list_that_needs_balanced_weights(game):
    balanced = check_balanced(game)
    unproved = check_core_vertices(game, [])
    assert unproved.verdict is Verdict.UNDECIDED
    assert "check_balanced" in unproved.witness["reason"]
    if balanced:
        assert check_core_vertices(game, [], {"weights": [[list(game.players), 1]]}).verdict is Verdict.UNDECIDED
        return
    found = check_core_vertices(game, [], balanced.witness)
    assert found
    assert check_core_vertices(game, [], json.loads(json.dumps(found.to_json()))["witness"]) == found
    epsilon = least_core(game).notes["epsilon"]
    # They serve as long as there is no corner.
    assert check_core_vertices(game, [], balanced.witness, epsilon=epsilon * F(999, 1000))
    assert not check_core_vertices(game, [], balanced.witness, epsilon=epsilon)
    short = [[names, str(F(w) / 2)] for names, w in balanced.witness["weights"]]
    assert not check_core_vertices(game, [], {"weights": short})


def test_one_player_has_one_corner():
    game = TableGame(["A"], [0, 3])
    assert check_core_vertices(game, [(3,)])
    assert not check_core_vertices(game, [(2,)])
    assert check_core_vertices(game, []).verdict is Verdict.UNDECIDED


def test_what_is_no_list_of_points_is_refused():
    with pytest.raises(InvalidEvidence, match="2 amounts for 3 players"):
        check_core_vertices(SIMPLEX, [(12, 0)])
    with pytest.raises(TooManyPlayers):
        check_core_vertices(TableGame(None, [0] * 512), [(0,) * 9])


CHECKS = {imputation_set: check_imputation_set, core_cover: check_core_cover, reasonable_set: check_reasonable_set}


@pytest.mark.parametrize("build", CHECKS)
@settings(max_examples=25)
@given(game=any_games, data=st.data())
def test_sets_between_bounds_carry_the_proof_of_their_corners(build, game, data):
    found, check = build(game), CHECKS[build]
    assert found.certificate == check(game, found.points)
    assert found.certificate
    assert found.to_json()["certificate"]["verdict"] == "HOLDS"
    if not found.points:
        assert not check(game, [(0,) * game.n])
        return
    assert not check(game, [])
    k = data.draw(st.integers(0, len(found) - 1))
    rest = [*found.points[:k], *found.points[k + 1 :]]
    if rest:
        assert tuple(map(F, check(game, rest).witness["missing"])) == found.points[k]
        middle = [sum(a) / len(found) for a in zip(*found, strict=True)]
        assert not check(game, [*found, middle])
    moved = [a + F(1, 10**12) * ((i == 0) - (i == 1)) for i, a in enumerate(found.points[k])]
    assert not check(game, [*rest, moved])
