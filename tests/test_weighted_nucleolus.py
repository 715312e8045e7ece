"""Per-capita, proportional and weighted nucleolus and the modiclus: a second method each, relations, refuted near misses."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import pairwise, product

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

import comity
from comity.checks.confirm import check_for, confirm
from comity.checks.excess_chain import Pairs, Span
from comity.checks.weighted_nucleolus import check_no_positive_worth
from comity.coalitions import names_of
from comity.errors import ComityError, InvalidEvidence, InvalidGame, OutsideDomain
from comity.games.coalitional.airport import AirportGame
from comity.games.coalitional.base import Game
from comity.games.coalitional.table import TableGame
from comity.games.coalitional.transforms import savings_game
from comity.results import Allocation
from comity.solvers.core.modiclus import modiclus
from comity.solvers.core.nucleolus import nucleolus, prenucleolus
from comity.solvers.core.per_capita_nucleolus import per_capita_nucleolus, per_capita_prenucleolus
from comity.solvers.core.weighted_nucleolus import (
    proportional_nucleolus,
    proportional_prenucleolus,
    weighted_nucleolus,
    weighted_prenucleolus,
)
from comity.testing import strategies
from comity.testing.holding import assert_keeps_its_claims

F = Fraction
THREE = TableGame(["A", "B", "C"], [0, 0, 0, 60, 0, 80, 20, 120])


def scaled(game: Game) -> bool:
    size = max(abs(game.table()))
    return bool(size == 0 or 1e-3 < size < 1e6)


def suits_everybody_alone(game: Game) -> bool:
    return game.sign * (sum(game.exact(1 << i) for i in range(game.n)) - game.exact(game.grand_coalition)) <= 0


def positive_games(max_players: int = 4):
    """Games of either orientation where every coalition is worth more than nothing."""
    n = st.integers(1, max_players)
    tables = n.flatmap(lambda n: st.lists(st.integers(1, 12), min_size=(1 << n) - 1, max_size=(1 << n) - 1))
    return st.builds(lambda table, kind: TableGame(None, [0, *table], kind), tables, st.sampled_from(["gain", "cost"]))


# --- numbers ---------------------------------------------------------------------------------------


def test_a_pair_worth_something_pays_more_per_head():
    # By hand: with x_B = x_C = b and x_A = 120 - 2b, A has 2b - 120 and the pair 90 - 2b, per head 45 - b.
    game = TableGame(["A", "B", "C"], [0, 0, 0, 0, 0, 0, 90, 120])
    assert nucleolus(game).exact == (15, F(105, 2), F(105, 2))
    assert per_capita_nucleolus(game).exact == per_capita_prenucleolus(game).exact == (10, 55, 55)


def test_three_towns_pay_their_costs_less_what_they_save():  # costs of an example of Young (1985), among the published ones
    costs = TableGame(["A", "B", "C"], [0, 15, 20, 35, 55, 61, 65, 78], "cost")
    saved = per_capita_nucleolus(savings_game(costs)).exact
    assert per_capita_nucleolus(costs).exact == tuple(costs.exact(1 << i) - saved[i] for i in range(3))


def test_two_share_costs_in_proportion():
    # By hand: (x_A - 6) / 6 = (x_B - 10) / 10 with x_A + x_B = 12.
    assert proportional_nucleolus(TableGame(None, [0, 6, 10, 12], "cost")).exact == (F(9, 2), F(15, 2))


@pytest.mark.parametrize(("left", "right"), [(1, 3), (2, 3), (3, 2)])
def test_the_modiclus_gives_half_to_either_side_of_a_market_for_gloves(left, right):  # from memory: Sudhölter (2001)
    n = left + right
    hands = [min((S & (1 << left) - 1).bit_count(), (S >> left).bit_count()) for S in range(1 << n)]
    x = modiclus(TableGame(None, hands)).exact
    half = F(min(left, right), 2)
    assert x == (half / left,) * left + (half / right,) * right


# --- equal weights, sizes, worths -------------------------------------------------------------------


@given(game=strategies.gain_or_cost_games(max_players=4), weight=st.fractions(F(1, 9), 9))
def test_equal_weights_change_nothing(game, weight):
    assert weighted_prenucleolus(game, [weight] * (game.n - 1)).exact == prenucleolus(game).exact
    if suits_everybody_alone(game):
        assert weighted_nucleolus(game, [weight] * (game.n - 1)).exact == nucleolus(game).exact


@given(game=strategies.gain_or_cost_games(max_players=4))
def test_weights_of_one_over_the_size_are_per_capita(game):
    assert weighted_prenucleolus(game, [F(1, s) for s in range(1, game.n)]).exact == per_capita_prenucleolus(game).exact
    if suits_everybody_alone(game):
        assert weighted_nucleolus(game, [F(1, s) for s in range(1, game.n)]).exact == per_capita_nucleolus(game).exact


@given(game=positive_games())
def test_weights_of_one_over_the_worth_are_proportional(game):
    weights = {tuple(names_of(game.players, S)): 1 / game.exact(S) for S in range(1, game.grand_coalition)}
    assert weighted_prenucleolus(game, weights).exact == proportional_prenucleolus(game).exact
    if suits_everybody_alone(game):
        assert weighted_nucleolus(game, weights).exact == proportional_nucleolus(game).exact


@given(game=strategies.gain_or_cost_games(max_players=4), more=st.integers(0, 20))
def test_the_per_capita_prenucleolus_takes_from_nobody_when_there_is_more(game, more):  # Young, Okada & Hashimoto 1982
    table = list(game.exact_table())
    table[-1] += game.sign * more
    before, after = per_capita_prenucleolus(game).exact, per_capita_prenucleolus(TableGame(None, table, game.orientation)).exact
    assert all(game.sign * (b - a) >= 0 for a, b in zip(before, after, strict=True))


@pytest.mark.parametrize("concept", [proportional_nucleolus, proportional_prenucleolus])
@settings(max_examples=40)
@given(game=positive_games())
def test_the_proportional_nucleolus_keeps_its_claims(concept, game):
    if concept is proportional_prenucleolus or suits_everybody_alone(game):
        assert_keeps_its_claims(concept, concept, game)


@settings(max_examples=25)
@given(game=positive_games(), alone=st.integers(1, 9))
def test_who_adds_the_same_to_everybody_gets_just_that_of_the_proportional_nucleolus(game, alone):
    table = game.exact_table()
    larger = TableGame(None, [*table, *(worth + alone for worth in table)], game.orientation)
    if suits_everybody_alone(larger):
        assert proportional_nucleolus(larger).exact[-1] == alone


@given(game=positive_games(), unit=st.fractions(F(1, 9), 9))
def test_the_proportional_nucleolus_follows_the_unit(game, unit):
    other = TableGame(game.players, [unit * worth for worth in game.exact_table()], game.orientation)
    assert proportional_prenucleolus(other).exact == tuple(unit * a for a in proportional_prenucleolus(game).exact)


def test_on_a_runway_per_capita_charges_small_planes_more():
    game = AirportGame([12, 28, 30, 60])
    x, y = nucleolus(game).exact, per_capita_nucleolus(game).exact
    assert x == (6, 8, 8, 38)  # Littlechild 1974
    assert sum(y) == 60
    assert y[0] < 12
    assert comity.check_in_core(game, y)
    assert y != x


# --- independent methods ----------------------------------------------------------------------------


def textbook(game: Game, vectors: np.ndarray, worths: np.ndarray, units: np.ndarray, bounded: bool) -> np.ndarray:
    """Maschler, Peleg & Shapley: a row for every vector, floats, fixed if its excess cannot be moved."""
    n, v = game.n, game.sign * game.table()
    bounds = [(v[1 << i] if bounded else None, None) for i in range(n)] + [(None, None)]
    rows, sides = [np.ones(n)], [v[-1]]
    size = max(1.0, np.abs(v).max())
    while np.linalg.matrix_rank(np.array(rows)) < n:
        rank = np.linalg.matrix_rank(np.array(rows))
        free = [k for k, a in enumerate(vectors) if np.linalg.matrix_rank(np.array([*rows, a])) > rank]
        same = {"A_eq": np.c_[np.array(rows), np.zeros(len(rows))], "b_eq": list(sides), "bounds": bounds}
        best = linprog(np.r_[np.zeros(n), 1], np.c_[-vectors[free], -units[free]], -worths[free], **same)
        assert best.status == 0
        held = np.c_[-vectors[free], np.zeros(len(free))], best.fun * units[free] - worths[free] + 1e-10 * size
        for k in free:
            most = -linprog(np.r_[-vectors[k], 0], *held, **same).fun
            if most < worths[k] - best.fun * units[k] + 1e-7 * size:
                rows.append(vectors[k])
                sides.append(worths[k] - best.fun * units[k])
    return game.sign * np.linalg.lstsq(np.array(rows), np.array(sides))[0]


def indicator(n: int, S: int) -> list[int]:
    return [S >> i & 1 for i in range(n)]


@settings(max_examples=25)
@given(game=strategies.gain_or_cost_games(max_players=4), bounded=st.booleans(), data=st.data())
def test_the_textbook_sequence_agrees_with_any_weights(game, bounded, data):
    assume(scaled(game) and (not bounded or suits_everybody_alone(game)))
    proper = range(1, game.grand_coalition)
    units = {S: data.draw(st.sampled_from([F(1, 2), F(1), F(2), F(3)])) for S in proper}
    weights = {tuple(names_of(game.players, S)): 1 / units[S] for S in proper}
    found = (weighted_nucleolus if bounded else weighted_prenucleolus)(game, weights)
    vectors = np.array([indicator(game.n, S) for S in proper], dtype=float).reshape(-1, game.n)
    worths = np.array([game.sign * game.value(S) for S in proper])
    other = textbook(game, vectors, worths, np.array([float(units[S]) for S in proper]), bounded)
    assert found.amounts == pytest.approx(other, abs=1e-6 * max(1, max(abs(game.table()))))


@settings(max_examples=12)
@given(game=strategies.gain_or_cost_games(min_players=2, max_players=3))
def test_the_textbook_sequence_over_all_pairs_agrees(game):
    assume(scaled(game))
    pairs = [(S, T) for S, T in product(range(1 << game.n), repeat=2) if S != T]
    vectors = np.array([np.subtract(indicator(game.n, S), indicator(game.n, T)) for S, T in pairs], dtype=float)
    worths = np.array([game.sign * (game.value(S) - game.value(T)) for S, T in pairs])
    other = textbook(game, vectors, worths, np.ones(len(pairs)), bounded=False)
    assert modiclus(game).amounts == pytest.approx(other, abs=1e-6 * max(1, max(abs(game.table()))))


def dual_cover(game: Game) -> TableGame:
    """max(v(S) + v*(T), v*(S) + v(T)) of twice the players; in a cost game the least."""
    n, v = game.n, game.exact_table()
    dual = [v[-1] - worth for worth in reversed(v)]
    better = max if game.sign > 0 else min
    return TableGame(
        None, [better(v[S] + dual[T], dual[S] + v[T]) for T in range(1 << n) for S in range(1 << n)], game.orientation
    )


@settings(max_examples=40)
@given(game=strategies.gain_or_cost_games(max_players=4))
def test_the_modiclus_is_the_prenucleolus_of_the_dual_cover(game):  # Sudhölter 1997
    assert prenucleolus(dual_cover(game)).exact == modiclus(game).exact * 2


@settings(max_examples=40)
@given(game=strategies.gain_or_cost_games(max_players=5))
def test_the_modiclus_of_a_constant_sum_game_is_its_prenucleolus(game):  # Sudhölter 1997
    table = list(game.exact_table())
    for S in range(1, 1 << game.n - 1):
        table[S ^ game.grand_coalition] = table[-1] - table[S]
    constant = TableGame(game.players, table, game.orientation)
    assert modiclus(constant).exact == prenucleolus(constant).exact


# --- every kind of game ------------------------------------------------------------------------------

WEIGHTED = (per_capita_prenucleolus, per_capita_nucleolus, modiclus)


@settings(max_examples=20)
@given(game=strategies.gain_or_cost_games(min_players=5, max_players=7))
def test_every_game_has_a_chain_that_survives_json(game):
    for concept in WEIGHTED:
        if concept is per_capita_nucleolus and not suits_everybody_alone(game):
            continue
        found = concept(game)
        assert confirm(game, json.dumps(found.to_json())) == found.certificate
        epsilons = [F(level["epsilon"]) for level in found.certificate.witness["levels"]]
        assert all(a >= b for a, b in pairwise(epsilons))


@pytest.mark.parametrize("concept", [per_capita_prenucleolus, modiclus])
def test_the_order_of_the_alternatives_is_lexicographic(concept):
    rng = np.random.default_rng(5)
    for _ in range(20):
        table = rng.integers(-5, 20, 16)
        table[0] = 0
        game = TableGame(None, table)
        x = concept(game).exact
        step = [F(int(a), 50) for a in rng.integers(-30, 31, 3)]
        y = [a + b for a, b in zip(x, [*step, -sum(step)], strict=True)]
        assert sorted(complaints(concept, game, x), reverse=True) <= sorted(complaints(concept, game, y), reverse=True)


def complaints(concept, game: Game, x: Sequence[Fraction]) -> list[Fraction]:
    excess = game.excesses(x)
    if concept is modiclus:
        return [a - b for a in excess for b in excess]
    return [excess[S] / S.bit_count() for S in range(1, game.grand_coalition)]


@pytest.mark.parametrize("unit", [F(1, 10**9), F(1, 3), 10**30])
@pytest.mark.parametrize("concept", [per_capita_prenucleolus, modiclus])
def test_the_unit_changes_nothing(concept, unit):
    rng = np.random.default_rng(2)
    table = [0, *map(int, rng.integers(-(10**6), 10**6, 15))]
    assert concept(TableGame(None, [unit * a for a in table])).exact == tuple(
        unit * a for a in concept(TableGame(None, table)).exact
    )


def test_eight_labs_in_a_second_or_so():
    table = np.random.default_rng(8).integers(0, 300, 1 << 8)
    table[0] = 0
    assert modiclus(TableGame(None, table)).certificate


# --- near misses are refuted -------------------------------------------------------------------------


def several_levels() -> Iterator[tuple[Game, Allocation]]:
    for seed in range(4):
        rng = np.random.default_rng(seed)
        table = rng.integers(1, 40, 1 << 4)
        kind = "gain" if seed % 2 else "cost"
        table[0], table[-1] = 0, 120 if seed % 2 else 20
        game = TableGame(["A", "B", "C", "D"], table, kind)
        for concept in (*WEIGHTED, proportional_nucleolus, lambda g: weighted_prenucleolus(g, [3, 1, 2])):
            yield game, concept(game)


CASES = list(several_levels())
cases = pytest.mark.parametrize(("game", "result"), CASES, ids=[f"{r.concept}-{g.orientation}" for g, r in CASES])


def refuted(game: Game, result: Allocation, x, witness) -> bool:
    try:
        return not check_for(result.concept, "")(game, x, witness)
    except (InvalidEvidence, InvalidGame):
        return True


def test_there_is_more_than_one_level_to_drop():
    assert sum(len(result.certificate.witness["levels"]) > 1 for _, result in CASES) >= 8


@cases
def test_an_allocation_moved_by_1e_12_is_refuted(game, result):
    witness = result.certificate.to_json()["witness"]
    assert not refuted(game, result, result.exact, witness)
    for i in range(game.n):
        for step in (F(1, 10**12), F(-1, 10**12)):
            moved = list(result.exact)
            moved[i] += step
            assert refuted(game, result, moved, witness)
            moved[i - 1] -= step
            assert refuted(game, result, moved, witness)


@cases
def test_changed_levels_are_refuted(game, result):
    witness = result.certificate.to_json()["witness"]
    key = "pairs" if result.concept == "modiclus" else "coalitions"
    for k, level in enumerate(witness["levels"]):
        dropped = {**witness, "levels": witness["levels"][:k] + witness["levels"][k + 1 :]}
        assert refuted(game, result, result.exact, dropped)
        for change in (F(1, 10**12), F(-1, 10**12)):
            assert refuted(game, result, result.exact, with_epsilon(witness, k, F(level["epsilon"]) + change))
        for name in (key, "earlier", "bounds"):
            for j, (one, weight) in enumerate(level.get(name, [])):
                for other in (-F(weight), F(0), F(weight) + F(1, 10**12)):
                    changed = copy.deepcopy(witness)
                    changed["levels"][k][name][j] = [one, str(other)]
                    assert refuted(game, result, result.exact, changed)


def with_epsilon(witness, k, epsilon):
    changed = copy.deepcopy(witness)
    changed["levels"][k]["epsilon"] = str(epsilon)
    return changed


@cases
def test_one_worth_changed_by_one_unit_is_refuted_where_it_matters(game, result):
    witness = result.certificate.to_json()["witness"]
    used = [names for level in witness["levels"] for names, _ in level.get("coalitions", [])]
    used += [half for level in witness["levels"] for pair, _ in level.get("pairs", []) for half in pair if half]
    for names in used:
        S = sum(1 << game.players.index(name) for name in names)
        for unit in (1, -1):
            table = [worth + unit * (T == S) for T, worth in enumerate(game.exact_table())]
            changed = TableGame(game.players, table, game.orientation)
            # Where x changes with the worth; a pair's excess may move with both of its coalitions.
            if result.concept != "modiclus" or modiclus(changed).exact != result.exact:
                assert refuted(changed, result, result.exact, witness)


@cases
def test_a_coalition_made_attractive_is_noticed(game, result):
    witness = result.certificate.to_json()["witness"]
    for S in range(1, game.grand_coalition):
        table = [worth + game.sign * 10**6 * (T == S) for T, worth in enumerate(game.exact_table())]
        assert refuted(TableGame(game.players, table, game.orientation), result, result.exact, witness)


@given(game=strategies.gain_or_cost_games(max_players=4), data=st.data())
def test_the_largest_excess_of_a_pair_outside_a_span_is_found(game, data):
    n = game.n
    x = [*(F(data.draw(st.integers(-3, 3))) for _ in range(n - 1))]
    x.append(game.exact(game.grand_coalition) - sum(x))
    span = Span(n)
    for _ in range(data.draw(st.integers(0, n))):
        span.add([data.draw(st.integers(-1, 1)) for _ in range(n)])
    excess = game.excesses(x)

    def inside(S: int, T: int) -> bool:
        difference = [(S >> i & 1) - (T >> i & 1) for i in range(n)]
        return all(sum(a * b for a, b in zip(normal, difference, strict=True)) == 0 for normal in span.normals)

    outside = [excess[S] - excess[T] for S, T in product(range(1 << n), repeat=2) if not inside(S, T)]
    pairs = Pairs(game, x)
    assert bool(outside) is (span.rank < n)
    for epsilon in {*outside, F(0)}:
        found = pairs.above(epsilon, span)
        assert (found is None) is (max(outside, default=epsilon) <= epsilon)
        assert found is None or (pairs.excess(found) > epsilon and not inside(*found))


@cases
def test_other_weights_of_the_excesses_are_refuted(game, result):
    witness = result.certificate.to_json()["witness"]
    if result.concept == "weighted_prenucleolus":
        for other in (["1", "1", "2"], ["3", "1"], ["3", "-1", "2"], [[["A"], "1"]], "3, 1, 2", None):
            assert refuted(game, result, result.exact, {**witness, "excess_weights": other})
    elif result.concept != "modiclus":
        chain = comity.check_nucleolus if "pre" not in result.concept else comity.check_prenucleolus
        assert not chain(game, result.exact, witness)


def test_what_cannot_be_weights_says_so():
    for weights, words in (
        ([1], "1 weights for 3 players; give 2"),
        ([1, 0], "the weight of size 2 is 0"),
        ([1, -2], "the weight of size 2 is -2"),
        ("12", "give one for each size"),
        (3, "give one for each size"),
        ({"A": 1}, "5 coalitions have no weight, first {B}"),
        ({"Z": 1}, "there is no player 'Z'"),
        ({("A", "B", "C"): 1}, "needs no weight"),
        ({"A": 1, ("A",): 2}, "given two weights"),
    ):
        with pytest.raises(ComityError, match=words):
            weighted_nucleolus(THREE, weights)


def test_a_proportional_nucleolus_needs_worths():
    with pytest.raises(OutsideDomain, match=r"\{A\} is worth 0; .* use per_capita_nucleolus") as refusal:
        proportional_nucleolus(THREE)
    assert refusal.value.certificate == check_no_positive_worth(THREE, None, {"coalition": ["A"]})
    with pytest.raises(OutsideDomain, match=r"\{1\} costs -1"):
        proportional_prenucleolus(TableGame(None, [0, -1, 2, 3], "cost"))
    for names in ([], ["A", "B"], ["A", "B", "C"]):
        assert not check_no_positive_worth(THREE, None, {"coalition": names})


def test_one_player_gets_everything():
    for worth in (5, -3):
        game = TableGame(["A"], [0, worth])
        for concept in (*WEIGHTED, lambda g: weighted_nucleolus(g, []), lambda g: weighted_prenucleolus(g, {})):
            assert concept(game).exact == (worth,)


def test_no_imputation_no_nucleolus_of_any_kind():
    game = TableGame(["A", "B"], [0, 2, 3, 4])
    for concept in (per_capita_nucleolus, proportional_nucleolus, lambda g: weighted_nucleolus(g, [1])):
        with pytest.raises(InvalidGame, match="prenucleolus"):
            concept(game)


def test_a_pair_is_found_where_one_class_has_both_the_largest_and_the_smallest_excess():
    # e(AB) = 5 and e(C) = -5 are alike to the span, so are e(A) = 4 and e(AC) = -1; of the other pairs (A, C) has most.
    game = TableGame(["A", "B", "C"], [0, 4, 0, 5, -5, -1, 0, 0])
    span = Span(3)
    span.add([1, 1, 0])
    span.add([0, 0, 1])
    assert Pairs(game, [F(0)] * 3).above(F(6), span) == (0b001, 0b100)
    assert Pairs(game, [F(0)] * 3).above(F(9), span) is None
    flipped = Pairs(TableGame(game.players, [-worth for worth in game.exact_table()]), [F(0)] * 3)
    assert flipped.above(F(6), span) == (0b100, 0b001)
