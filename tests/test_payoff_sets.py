"""Sets around the core: corners by brute force, theorems, and certificates that refute near misses."""

from __future__ import annotations

import json
from fractions import Fraction
from itertools import combinations

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from comity.certificate import Verdict
from comity.checks.confirm import confirm
from comity.checks.core import check_in_core
from comity.checks.payoff_sets import (
    check_imputation,
    check_in_core_cover,
    check_in_epsilon_core,
    check_in_reasonable_set,
    check_minimal_rights,
    check_utopia_payoffs,
    check_weber_set,
)
from comity.errors import EmptyCore, InvalidEvidence, TooManyPlayers
from comity.games.coalitional.base import Game
from comity.games.coalitional.table import TableGame
from comity.solvers.core.core_range import core_range
from comity.solvers.core.core_vertices import core_vertices
from comity.solvers.core.kernel import prekernel_point
from comity.solvers.core.least_core import least_core
from comity.solvers.core.modiclus import modiclus
from comity.solvers.core.payoff_sets import core_cover, imputation_set, reasonable_set, weber_set
from comity.solvers.core.per_capita_nucleolus import per_capita_prenucleolus
from comity.solvers.core.utopia import minimal_rights, utopia_payoffs
from comity.solvers.core.weber_set import check_in_weber_set
from comity.solvers.values.shapley import shapley_value
from comity.testing import strategies

F = Fraction
THREE = TableGame(["A", "B", "C"], [0, 0, 0, 60, 0, 80, 20, 120])
MAJORITY = TableGame(None, [0, 0, 0, 1, 0, 1, 1, 1])


def brute_force(game: Game, least) -> set[tuple[Fraction, ...]]:
    """Every point where n - 1 coalitions get just their least amount (as gains) and nobody less, by Cramer's rule."""
    n, total = game.n, game.sign * game.exact(game.grand_coalition)
    if n == 1:
        return {(game.exact(1),)} if all(total >= a for a in least.values()) else set()
    found = set()
    for chosen in combinations(least, n - 1):
        rows = [[S >> i & 1 for i in range(n)] for S in (*chosen, game.grand_coalition)]
        d = determinant(rows)
        if d:
            sides = [*(least[S] for S in chosen), total]
            y = [determinant([[*r[:i], b, *r[i + 1 :]] for r, b in zip(rows, sides, strict=True)]) / F(d) for i in range(n)]
            if all(sum(a for i, a in enumerate(y) if S >> i & 1) >= amount for S, amount in least.items()):
                found.add(tuple(game.sign * a for a in y))
    return found


def determinant(rows):
    if len(rows) == 1:
        return rows[0][0]
    return sum((-1) ** j * a * determinant([[*r[:j], *r[j + 1 :]] for r in rows[1:]]) for j, a in enumerate(rows[0]) if a)


def rich_games(max_players: int):
    """Games whose core is not empty most of the time: everybody together is worth much."""

    def rich(game: TableGame, more: int) -> TableGame:
        table = list(game.exact_table())
        size = max(map(abs, table))
        table[-1] = game.sign * (size * (game.n - 1) + F(more, 4) * size)
        return TableGame(game.players, table, game.orientation)

    return st.builds(rich, strategies.gain_or_cost_games(max_players=max_players), st.integers(-4, 4))


# --- the core and epsilon-cores -------------------------------------------------------------------------


@settings(max_examples=40)
@given(game=st.one_of(rich_games(4), strategies.gain_or_cost_games(max_players=4)))
def test_no_corner_of_the_core_is_missing_and_none_too_many(game):
    least = {S: game.sign * game.exact(S) for S in range(1, game.grand_coalition)}
    assert set(core_vertices(game)) == brute_force(game, least)


@settings(max_examples=25)
@given(game=strategies.convex_games(max_players=5))
def test_the_corners_of_a_convex_core_are_the_marginal_vectors(game):  # Shapley 1971
    assert set(core_vertices(game)) == set(weber_set(game))


@settings(max_examples=30)
@given(game=rich_games(6))
def test_corners_are_in_the_core_and_reach_its_range(game):
    corners = core_vertices(game)
    assert len(set(corners)) == len(corners)
    assert all(check_in_core(game, corner) for corner in corners)
    try:
        ranges = core_range(game).exact
    except EmptyCore:
        assert corners == []
        return
    assert tuple((min(x), max(x)) for x in zip(*corners, strict=True)) == ranges


@given(game=strategies.gain_or_cost_games(min_players=2, max_players=5))
def test_the_least_core_is_the_last_epsilon_core(game):  # Maschler, Peleg & Shapley 1979
    best = least_core(game)
    epsilon = best.notes["epsilon"]
    corners = core_vertices(game, epsilon)
    assert corners
    assert all(check_in_epsilon_core(game, x, epsilon=epsilon) for x in (*corners, best.exact))
    tiny = max(abs(game.exact(S)) for S in range(1 << game.n)) / 10**12 or F(1, 10**12)
    assert core_vertices(game, epsilon - tiny) == []
    assert not check_in_epsilon_core(game, best.exact, epsilon=epsilon - tiny)


@given(game=strategies.gain_or_cost_games(min_players=2, max_players=4))
def test_the_per_capita_prenucleolus_is_in_every_weak_epsilon_core(game):
    x = per_capita_prenucleolus(game)
    epsilon = F(x.certificate.witness["levels"][0]["epsilon"])
    found = check_in_epsilon_core(game, x.exact, epsilon=epsilon, weak=True)
    assert found
    assert found.margin == 0
    assert check_in_epsilon_core(game, x.exact, json.loads(json.dumps(found.to_json()))["witness"]) == found
    assert not check_in_epsilon_core(game, x.exact, epsilon=epsilon - F(1, 10**60), weak=True)


def test_an_epsilon_core_needs_an_epsilon():
    with pytest.raises(InvalidEvidence, match="no epsilon"):
        check_in_epsilon_core(MAJORITY, [0, 0, 1])
    found = check_in_epsilon_core(MAJORITY, [0, 0, 1], epsilon="1/2")
    assert (found.margin, found.witness["reason"]) == (F(-1, 2), "the excess of {1, 2} is 1")


def test_the_corners_of_six_and_no_more():
    table = [S.bit_count() ** 2 for S in range(64)]
    assert len(core_vertices(TableGame(None, table))) == 720
    with pytest.raises(TooManyPlayers):
        core_vertices(TableGame(None, [0] * 128))


def test_a_core_of_one_point():
    # Read at "coreVertices {CoopGame}", manual of the R package CoopGame 0.2.2, 2021.
    game = TableGame(None, [0, 0, 1, 3, 2, 4, 5, 6])
    assert core_vertices(game) == [(1, 2, 3)]


# --- imputations, core cover, reasonable set --------------------------------------------------------------


def test_utopia_payoffs_and_minimal_rights_by_hand():
    # M = 120 - (20, 80, 60); A alone is left 0, with B 60 - 40, with C 80 - 60, with both 120 - 100; B with A 60 - 100.
    assert utopia_payoffs(THREE).exact == (100, 40, 60)
    assert minimal_rights(THREE).exact == (20, 0, 0)


def test_a_core_cover():
    # Read at "coreCoverVertices {CoopGame}" and "belongsToCoreCover {CoopGame}", manual of the R package CoopGame 0.2.2, 2021.
    game = TableGame(None, [0, 0, 0, 3, 0, 3, 3, 6])
    assert set(core_cover(game)) == {(3, 0, 3), (0, 3, 3), (3, 3, 0)}
    assert check_in_core_cover(game, [2, 2, 2])
    assert not check_in_core_cover(game, [1, 2, 4])


@given(game=strategies.gain_or_cost_games(max_players=5))
def test_bounds_are_confirmed_from_their_file_and_refuted_when_moved(game):
    for bound, check in ((utopia_payoffs, check_utopia_payoffs), (minimal_rights, check_minimal_rights)):
        found = bound(game)
        assert confirm(game, json.dumps(found.to_json())) == found.certificate
        for i in range(game.n):
            moved = [a + F(i == k, 10**12) for k, a in enumerate(found.exact)]
            assert check(game, moved).margin == -F(1, 10**12)


@settings(max_examples=40)
@given(game=strategies.gain_or_cost_games(max_players=4))
def test_no_corner_of_a_set_between_bounds_is_missing(game):
    n, total, table = game.n, game.sign * game.exact(game.grand_coalition), [game.sign * w for w in game.exact_table()]
    adds = [[table[S | 1 << i] - table[S] for S in range(1 << n) if not S >> i & 1] for i in range(n)]
    utopia = [table[-1] - table[game.grand_coalition ^ 1 << i] for i in range(n)]
    rights = [
        max(table[S] - sum(utopia[j] for j in range(n) if S >> j & 1 and j != i) for S in range(1 << n) if S >> i & 1)
        for i in range(n)
    ]
    for found, low, high in (
        (imputation_set(game), [table[1 << i] for i in range(n)], None),
        (core_cover(game), rights, utopia),
        (reasonable_set(game), [min(a) for a in adds], [max(a) for a in adds]),
    ):
        assume(n > 1)
        least = {1 << i: low[i] for i in range(n)}
        if n > 2 and high:
            least |= {game.grand_coalition ^ 1 << i: total - high[i] for i in range(n)}
        elif high:
            least = {1 << i: max(low[i], total - high[1 - i]) for i in range(n)}
        assert set(found) == brute_force(game, least), found.name


CHECKS = {
    imputation_set: check_imputation,
    core_cover: check_in_core_cover,
    reasonable_set: check_in_reasonable_set,
}


@pytest.mark.parametrize("build", CHECKS)
@given(game=strategies.gain_or_cost_games(max_players=5), data=st.data())
def test_corners_and_what_is_between_them_are_members_and_what_is_beyond_is_not(build, game, data):
    found = build(game)
    assume(len(found) > 0)
    check = CHECKS[build]
    one, other = (data.draw(st.sampled_from(found.points)) for _ in range(2))
    assert check(game, one)
    assert check(game, one).margin in (0, None) or game.n == 1
    assert check(game, [(a + b) / 2 for a, b in zip(one, other, strict=True)])
    if one != other:
        assert not check(game, [a + (a - b) * F(1, 10**12) for a, b in zip(one, other, strict=True)])
    assert not check(game, [a + F(i == 0, 10**12) for i, a in enumerate(one)])


@given(game=rich_games(4))
def test_the_core_is_in_the_core_cover_and_in_the_weber_set(game):  # Tijs & Lipperts 1982, Weber 1988
    for x in core_vertices(game):
        assert check_in_core_cover(game, x)
        assert check_in_weber_set(game, x)
        assert check_in_reasonable_set(game, x)


@given(game=strategies.gain_or_cost_games(max_players=5))
def test_prekernel_modiclus_and_shapley_value_are_reasonable(game):
    for rule in (prekernel_point, modiclus, shapley_value):
        assert check_in_reasonable_set(game, rule(game).exact)


@given(game=strategies.gain_or_cost_games(max_players=4))
def test_costs_are_gains_with_the_other_sign(game):
    other = TableGame(
        game.players, [-worth for worth in game.exact_table()], "cost" if game.orientation.value == "gain" else "gain"
    )
    for build in (core_vertices, imputation_set, core_cover, reasonable_set, weber_set):
        assert {tuple(-a for a in x) for x in build(game)} == set(build(other))


def test_a_set_shows_itself():
    found = imputation_set(TableGame(["A", "B"], [0, 1, "1/2", 5]))
    assert str(found) == "imputation set: 2 points\n  A 1  B 4\n  A 4.5  B 0.5"
    assert found.to_frame().to_dict("list") == {"A": [1.0, 4.5], "B": [4.0, 0.5]}
    assert json.loads(json.dumps(found.to_json()))["points_exact"] == [["1", "4"], ["9/2", "1/2"]]
    assert str(imputation_set(TableGame(None, [0, 3, 3, 5]))) == "imputation set: empty"


def test_one_player_has_one_allocation():
    game = TableGame(["A"], [0, 3])
    for build in (core_vertices, imputation_set, core_cover, reasonable_set, weber_set):
        assert list(build(game)) == [(3,)]


# --- Weber set ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("orders", [[], [[["A", "B"], -1]], [[["A"], 1]], [[["A", "B"], 2], [["B", "A"], -1]], [[["A", "A"], 1]]])
def test_orders_that_are_no_average_do_not_prove_that_nothing_for_anybody_is_one(orders):
    game = TableGame(["A", "B"], [0, 1, 2, 5])
    assert check_weber_set(game, [0, 0], {"orders": orders}).verdict is Verdict.UNDECIDED
    assert not check_in_weber_set(game, [0, 0])


@settings(max_examples=40)
@given(game=strategies.gain_or_cost_games(max_players=5), data=st.data())
def test_averages_of_marginal_vectors_are_in_the_weber_set(game, data):
    points = weber_set(game).points
    parts = [F(data.draw(st.integers(0, 3)), 1) for _ in points[:6]]
    assume(sum(parts))
    x = [sum((w * p[i] for w, p in zip(parts, points, strict=False)), F(0)) / sum(parts) for i in range(game.n)]
    for point in (x, shapley_value(game).exact):
        found = check_in_weber_set(game, point)
        assert found
        assert check_weber_set(game, point, json.loads(json.dumps(found.to_json()))["witness"]) == found


@settings(max_examples=40)
@given(game=strategies.convex_games(min_players=2, max_players=4), data=st.data())
def test_the_weber_set_of_a_convex_game_is_its_core(game, data):  # Ichiishi 1981
    points = weber_set(game).points
    one, other = (data.draw(st.sampled_from(points)) for _ in range(2))
    x = [a + (a - b) * F(data.draw(st.integers(-9, 3)), 9) for a, b in zip(one, other, strict=True)]
    assert bool(check_in_weber_set(game, x)) is bool(check_in_core(game, x))


def test_changed_evidence_of_the_weber_set_proves_nothing():
    x = shapley_value(THREE).exact
    found = check_in_weber_set(THREE, x)
    orders = found.to_json()["witness"]["orders"]
    assert len(orders) > 1
    for k, (order, weight) in enumerate(orders):
        for changed in ([], [[order, str(-F(weight))]], [[order[::-1], weight]], [[order, str(F(weight) + F(1, 10**12))]]):
            witness = {"orders": [*orders[:k], *changed, *orders[k + 1 :]]}
            assert check_weber_set(THREE, x, witness).verdict is Verdict.UNDECIDED
    moved = [x[0] + F(1, 10**12), x[1] - F(1, 10**12), x[2]]
    assert check_weber_set(THREE, moved, found.witness).verdict is Verdict.UNDECIDED
    outside = check_in_weber_set(THREE, [120, 0, 0])
    assert outside.verdict is Verdict.FAILS
    prices = [F(p) for p in outside.witness["prices"]]
    assert check_weber_set(THREE, [120, 0, 0], {"prices": [-p for p in prices]}).verdict is Verdict.UNDECIDED
    assert check_weber_set(THREE, x, outside.witness).verdict is Verdict.UNDECIDED
    for witness in ({}, {"orders": 3}, {"orders": [["A"]]}, {"orders": [[["Z"], 1]]}, {"prices": [1]}):
        with pytest.raises(InvalidEvidence):
            check_weber_set(THREE, x, witness)


def test_nine_players_in_the_weber_set():
    table = np.random.default_rng(1).integers(0, 50, 1 << 9)
    table[0] = 0
    game = TableGame(None, table)
    assert check_in_weber_set(game, shapley_value(game).exact)


def test_forged_averages_prove_nothing():
    game = TableGame(["A", "B"], [0, 1, 2, 5])
    beyond = {"orders": [[["A", "B"], 2], [["B", "A"], -1]]}  # twice one marginal vector less another
    assert check_weber_set(game, [-1, 6], beyond).verdict is Verdict.UNDECIDED
    assert check_in_weber_set(game, [-1, 6]).verdict is Verdict.FAILS
    nothing = TableGame(["A", "B"], [0, 1, 1, 0])
    twice = {"orders": [[["A", "B"], 2]]}  # weights that add up to 2
    assert check_weber_set(nothing, [2, -2], twice).verdict is Verdict.UNDECIDED
