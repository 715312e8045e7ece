"""Prekernel, kernel and bargaining set: theorems, a second method, and certificates that refute near misses."""

from __future__ import annotations

import copy
import json
from fractions import Fraction
from itertools import combinations, permutations

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from comity.certificate import Verdict
from comity.checks.bargaining_set import check_bargaining_set
from comity.checks.core import check_in_core
from comity.checks.kernel import check_in_kernel, check_in_prekernel
from comity.coalitions import members
from comity.errors import ComityError, InvalidEvidence, InvalidGame, TooManyPlayers
from comity.games.coalitional.base import Game
from comity.games.coalitional.properties import is_superadditive
from comity.games.coalitional.table import TableGame
from comity.solvers.core.bargaining_set import check_in_bargaining_set
from comity.solvers.core.core_point import is_balanced
from comity.solvers.core.kernel import kernel_point, prekernel_point
from comity.solvers.core.nucleolus import nucleolus, prenucleolus
from comity.testing import strategies

F = Fraction
MAJORITY = TableGame(["A", "B", "C"], [0, 0, 0, 1, 0, 1, 1, 1])
GLOVE = TableGame(["left", "other left", "right"], [0, 0, 0, 0, 0, 1, 1, 1])
# Two pairs of gloves of four owners: left 1, 2 and right 3, 4.
MARKET = TableGame(None, [min((S & 3).bit_count(), (S >> 2).bit_count()) for S in range(16)])


def suits_everybody_alone(game: Game) -> bool:
    return game.sign * (sum(game.exact(1 << i) for i in range(game.n)) - game.exact(game.grand_coalition)) <= 0


def surplus(game: Game, x, i: int, j: int) -> Fraction:
    return max(game.excess(S, x) for S in range(1 << game.n) if S >> i & 1 and not S >> j & 1)


def imputations(game: Game, data: st.DataObject) -> list[Fraction]:
    """Random shares of what all together have beyond what each has alone."""
    shares = data.draw(st.lists(st.integers(0, 6), min_size=game.n, max_size=game.n).filter(any))
    alone = [game.exact(1 << i) for i in range(game.n)]
    more = game.exact(game.grand_coalition) - sum(alone)
    return [a + more * F(s, sum(shares)) for a, s in zip(alone, shares, strict=True)]


# --- kernel ---------------------------------------------------------------------------------------------


def test_the_kernel_of_a_market_for_gloves_has_many_points():
    # By hand: x = (a, a, 1-a, 1-a) leaves every mixed pair content; any two on one side face the same offers.
    for a in (F(0), F(1, 3), F(1)):
        assert check_in_kernel(MARKET, [a, a, 1 - a, 1 - a])
    assert not check_in_kernel(MARKET, [F(1, 2), F(1, 3), F(1, 2), F(2, 3)])


def test_a_prekernel_outside_the_imputations():
    # Read at "Prenucleolus {CoopGame}", manual of the R package CoopGame 0.2.2, 2021: Example 5.5.12 of Peleg and Sudhölter.
    game = TableGame(None, [0, 0, 0, 10, 0, 0, 0, 2])
    assert prekernel_point(game).exact == prenucleolus(game).exact == (3, 3, -4)
    assert not check_in_kernel(game, (3, 3, -4))
    assert kernel_point(game).exact == nucleolus(game).exact == (1, 1, 0)


def test_a_nucleolus_of_four():
    # Read at "nucleolus {CoopGame}", manual of the R package CoopGame 0.2.2, 2021: 3.5, 4.5, 5.5, 7.5.
    by_size = [0, 0, 0, 0, 5, 5, 8, 9, 10, 8, 13, 15, 16, 17, 21]
    masks = [S for size in range(1, 5) for S in (sum(1 << i for i in c) for c in combinations(range(4), size))]
    worths = dict(zip(masks, by_size, strict=True))
    game = TableGame(None, [worths.get(S, 0) for S in range(16)])
    x = (F(7, 2), F(9, 2), F(11, 2), F(15, 2))
    assert nucleolus(game).exact == x
    assert check_in_kernel(game, x)
    assert prekernel_point(game, [21, 0, 0, 0]).exact == x


def test_different_starts_lead_to_different_points():
    found = {prekernel_point(MARKET, [a, a, 1 - a, 1 - a]).exact for a in (F(0), F(1, 3), F(1))}
    assert found == {(0, 0, 1, 1), (F(1, 3), F(1, 3), F(2, 3), F(2, 3)), (1, 1, 0, 0)}


@given(game=strategies.gain_or_cost_games(max_players=5), data=st.data())
def test_the_definition_of_the_prekernel(game, data):
    free = data.draw(st.lists(st.integers(-4, 4), min_size=game.n - 1, max_size=game.n - 1))
    start = [*map(F, free), game.exact(game.grand_coalition) - sum(free)]
    for x in (prekernel_point(game).exact, prekernel_point(game, start).exact, start):
        equal = all(surplus(game, x, i, j) == surplus(game, x, j, i) for i, j in permutations(range(game.n), 2))
        assert bool(check_in_prekernel(game, x)) is equal
    assert check_in_prekernel(game, prekernel_point(game, start).exact)


@given(game=strategies.gain_or_cost_games(max_players=5), data=st.data())
def test_the_definition_of_the_kernel(game, data):
    assume(suits_everybody_alone(game))
    for x in (kernel_point(game).exact, imputations(game, data)):
        inside = all(
            surplus(game, x, i, j) <= surplus(game, x, j, i) or x[j] == game.exact(1 << j)
            for i, j in permutations(range(game.n), 2)
        )
        assert bool(check_in_kernel(game, x)) is inside
    assert check_in_kernel(game, kernel_point(game).exact)


@given(game=strategies.convex_games(max_players=5), data=st.data())
def test_the_prekernel_of_a_convex_game_is_one_point(game, data):  # Maschler, Peleg & Shapley 1972
    assert prekernel_point(game, imputations(game, data)).exact == nucleolus(game).exact == kernel_point(game).exact


@settings(max_examples=100)
@given(game=strategies.gain_or_cost_games(min_players=3, max_players=3), data=st.data())
def test_the_kernel_of_three_players_who_should_work_together_is_the_nucleolus(game, data):  # Davis & Maschler 1965
    table = [game.sign * worth for worth in game.exact_table()]
    table[7] = max(table[7], *(table[S] + table[7 ^ S] for S in (1, 2, 4)), table[1] + table[2] + table[4])
    for S in (3, 5, 6):
        table[S] = max(table[S], sum(table[1 << i] for i in members(S)))
    table[7] = max(table[7], *(table[S] + table[7 ^ S] for S in (1, 2, 4)))
    game = TableGame(game.players, [game.sign * worth for worth in table], game.orientation)
    best = nucleolus(game).exact
    for x in (imputations(game, data), prekernel_point(game, imputations(game, data)).exact):
        assert bool(check_in_kernel(game, x)) is (tuple(x) == best)


def test_a_start_must_be_efficient():
    with pytest.raises(ComityError, match="the start adds up to 2, but all players together are worth 1"):
        prekernel_point(MAJORITY, [1, 1, 0])
    with pytest.raises(InvalidEvidence, match="2 amounts for 3 players"):
        prekernel_point(MAJORITY, [1, 0])


def test_without_imputations_there_is_no_kernel():
    game = TableGame(["A", "B"], [0, 2, 3, 4])
    with pytest.raises(InvalidGame, match="use prekernel_point"):
        kernel_point(game)
    assert check_in_kernel(game, [F(3, 2), F(5, 2)]).witness["reason"] == "A does better alone"
    assert check_in_prekernel(game, prekernel_point(game).exact)


@pytest.mark.parametrize("check", [check_in_prekernel, check_in_kernel])
def test_a_point_moved_by_1e_12_is_refuted(check):
    game = TableGame(["A", "B", "C", "D"], [0, 1, 2, 9, 3, 11, 10, 20, 2, 14, 9, 21, 12, 22, 25, 40])
    x = prenucleolus(game).exact
    assert check(game, x)
    for i, j in permutations(range(4), 2):
        moved = list(x)
        moved[i] += F(1, 10**12)
        assert check(game, moved).margin == -F(1, 10**12)
        moved[j] -= F(1, 10**12)
        assert not check(game, moved)


def test_the_witness_names_who_could_demand_from_whom():
    found = check_in_kernel(GLOVE, [0, F(1, 2), F(1, 2)])
    assert (found.verdict, found.margin) == (Verdict.FAILS, -1)
    assert found.witness == {"stronger": "right", "weaker": "other left", "coalitions": [["left", "right"], ["other left"]]}


# --- bargaining set ---------------------------------------------------------------------------------------


def test_three_who_can_do_without_one_share_alike():  # by hand; Davis & Maschler 1967
    assert check_in_bargaining_set(MAJORITY, [F(1, 3)] * 3)
    found = check_in_bargaining_set(MAJORITY, [0, F(3, 4), F(1, 4)])
    assert found.verdict is Verdict.FAILS
    assert check_bargaining_set(MAJORITY, [0, F(3, 4), F(1, 4)], found.witness) == found


@settings(max_examples=60)
@given(game=strategies.convex_games(max_players=5), data=st.data())
def test_the_bargaining_set_of_a_convex_game_is_its_core(game, data):  # Maschler, Peleg & Shapley 1972
    x = imputations(game, data)
    assert bool(check_in_bargaining_set(game, x)) is bool(check_in_core(game, x))


@settings(max_examples=80)
@given(game=strategies.gain_or_cost_games(min_players=3, max_players=3), data=st.data())
def test_the_bargaining_set_of_three_players_is_the_core_or_one_point(game, data):  # Davis & Maschler 1967
    table = game.exact_table()
    superadditive = is_superadditive(TableGame(None, [game.sign * worth for worth in table]))
    assume(superadditive)
    x = imputations(game, data)
    expected = bool(check_in_core(game, x)) if is_balanced(game) else tuple(x) == nucleolus(game).exact
    assert bool(check_in_bargaining_set(game, x)) is expected


@settings(max_examples=40)
@given(game=strategies.gain_or_cost_games(max_players=5))
def test_the_nucleolus_is_in_the_kernel_and_that_in_the_bargaining_set(game):  # Schmeidler 1969, Davis & Maschler 1967
    assume(suits_everybody_alone(game))
    x = nucleolus(game).exact
    assert check_in_kernel(game, x)
    found = check_in_bargaining_set(game, x)
    assert found
    assert check_bargaining_set(game, x, json.loads(json.dumps(found.to_json()))["witness"]) == found


def an_objection_nothing_meets(game: Game, x) -> bool:
    """In floats: the most that every member of S and every coalition that could meet the objection can be kept apart."""
    size = max(1.0, max(abs(game.table())))
    excess = [float(e) / size for e in game.excesses(x)]
    for S in range(1, game.grand_coalition):
        inside = list(members(S))
        for i in inside:
            for j in members(game.grand_coalition ^ S):
                rows, sides = [[-1.0 * (k == p) for p in inside] + [1.0] for k in inside], [0.0] * len(inside)
                for T in range(1, game.grand_coalition):
                    if T >> j & 1 and not T >> i & 1:
                        rows.append([-1.0 * (T >> p & 1) for p in inside] + [1.0])
                        sides.append(-excess[T])
                best = linprog(
                    [0.0] * len(inside) + [-1.0],
                    rows,
                    sides,
                    [[1.0] * len(inside) + [0.0]],
                    [excess[S]],
                    bounds=[(None, None)] * len(inside) + [(None, 1.0)],
                )
                if best.status == 0 and -best.fun > 1e-7:
                    return True
    return False


def whole_games(max_players: int):
    """Integer worths, so that floats can tell what is strict."""
    tables = st.integers(2, max_players).flatmap(lambda n: st.lists(st.integers(-3, 8), min_size=2**n - 1, max_size=2**n - 1))
    return st.builds(lambda table, kind: TableGame(None, [0, *table], kind), tables, st.sampled_from(["gain", "cost"]))


@settings(max_examples=30)
@given(game=whole_games(4), data=st.data())
def test_a_programme_for_every_objection_agrees(game, data):
    assume(suits_everybody_alone(game))
    x = imputations(game, data)
    assert bool(check_in_bargaining_set(game, x)) is not an_objection_nothing_meets(game, x)


def several_needed(unit: Fraction, alone: list[int], orientation: str):
    """Three threaten by 3 to go without the fourth, who can offer each of the three 2, but none 3."""
    gains = {0b1001: 2, 0b1010: 2, 0b1100: 2, 0b0111: 3, 0b1000: -1}
    worths = [gains.get(S, 0) * unit + sum(alone[i] for i in members(S)) for S in range(16)]
    sign = 1 if orientation == "gain" else -1
    game, x = TableGame(["A", "B", "C", "D"], [sign * worth for worth in worths], orientation), [sign * a for a in alone]
    return game, x, check_in_bargaining_set(game, x)


SEVERAL = [
    several_needed(F(1), [0, 0, 0, 0], "gain"),
    several_needed(F(1, 3), [4, -1, 2, 7], "gain"),
    several_needed(F(10), [4, -1, 2, 7], "cost"),
]


def test_sometimes_several_coalitions_meet_an_objection_together():
    for _, _, found in SEVERAL:
        assert found
        assert sum(len(entry["met_by"]) > 1 for entry in found.witness["counters"]) >= 3


@pytest.mark.parametrize(("game", "x", "found"), SEVERAL)
def test_changed_counters_prove_nothing(game, x, found):
    witness = found.to_json()["witness"]
    assert check_bargaining_set(game, x, witness) == found
    for k, entry in enumerate(witness["counters"]):
        without = {"counters": witness["counters"][:k] + witness["counters"][k + 1 :]}
        assert check_bargaining_set(game, x, without).verdict is Verdict.UNDECIDED
        if len(entry["met_by"]) < 2:
            continue
        for j, (names, weight) in enumerate(entry["met_by"]):
            for other in (-F(weight), F(0), F(weight) + F(1, 10**12)):
                changed = copy.deepcopy(witness)
                changed["counters"][k]["met_by"][j] = [names, str(other)]
                assert not check_bargaining_set(game, x, changed)


def test_an_objection_that_can_be_met_proves_nothing():
    x = [0, F(3, 4), F(1, 4)]
    right = {"by": "A", "against": "C", "coalition": ["A", "B"], "amounts": ["1/10", "9/10"]}
    assert check_bargaining_set(MAJORITY, x, {"objection": right}).verdict is Verdict.FAILS
    for change in (
        {"amounts": ["1/4", "3/4"]},  # B gains nothing
        {"amounts": ["1/10", "4/5"]},  # less than there is
        {"amounts": ["1/10", "900000000001/1000000000000"]},  # more than there is
        {"amounts": ["1/10"]},
        {"by": "C"},
        {"against": "B"},
        {"coalition": ["A", "C"], "against": "B", "amounts": ["1/2", "1/2"]},  # B can pay C 1/2 and keep more than 3/4? no
    ):
        verdict = check_bargaining_set(MAJORITY, x, {"objection": {**right, **change}}).verdict
        assert verdict is (Verdict.FAILS if "coalition" in change else Verdict.UNDECIDED)
    for witness in ({}, {"objection": {}}, {"counters": 3}, {"counters": [{"by": "A"}]}):
        with pytest.raises(InvalidEvidence):
            check_bargaining_set(MAJORITY, x, witness)


def test_who_is_no_imputation_is_not_in_the_bargaining_set():
    assert check_in_bargaining_set(MAJORITY, [-1, 1, 1]).witness["reason"] == "A does better alone"
    assert check_in_bargaining_set(MAJORITY, [1, 1, 1]).margin == -2


def test_too_many_players_for_objections():
    with pytest.raises(TooManyPlayers):
        check_in_bargaining_set(TableGame(None, np.zeros(1 << 11)), [0] * 11)


def test_one_player_is_at_peace():
    game = TableGame(["A"], [0, 3])
    assert check_in_bargaining_set(game, [3])
    assert check_in_kernel(game, [3])
    assert check_in_prekernel(game, [3])
    assert not check_in_prekernel(game, [2])


def test_forged_evidence_with_a_single_flaw_proves_nothing():
    game, x, found = SEVERAL[0]
    witness = found.to_json()["witness"]
    k = next(
        k for k, one in enumerate(witness["counters"]) if (one["by"], one["against"], len(one["coalition"])) == ("A", "D", 3)
    )
    for met_by in (
        [[["D"], "1"]],  # asks nobody of the three, but cannot keep what it has
        [[["B", "D"], "3/2"], [["B", "C", "D"], "-1/2"]],  # a negative weight
        [[["A", "D"], "1"], [["B", "D"], "1"]],  # A is among those who counter A
        [[["B", "C"], "3"]],  # without D
        [[["B", "D"], "3/2"]],  # asks B for more than all
        [[["B", "D"], "1"], [["C", "D"], "499999999999/1000000000000"]],  # too little
    ):
        forged = copy.deepcopy(witness)
        forged["counters"][k]["met_by"] = met_by
        assert check_bargaining_set(game, x, forged).verdict is Verdict.UNDECIDED
    pair = TableGame(["A", "B", "C"], [0, 0, 0, 1, 0, 0, 0, 1])
    objection = {"by": "A", "against": "C", "coalition": ["A", "B"], "amounts": ["1/2", "1/2"]}  # B gains nothing
    assert check_bargaining_set(pair, [0, F(1, 2), F(1, 2)], {"objection": objection}).verdict is Verdict.UNDECIDED
    objection["amounts"] = ["1/4", "3/4"]
    assert check_bargaining_set(pair, [0, F(1, 2), F(1, 2)], {"objection": objection}).verdict is Verdict.FAILS
    objection["amounts"] = ["2/5", "3/5"]  # C can offer B as much
    assert check_bargaining_set(MAJORITY, [F(1, 3)] * 3, {"objection": objection}).verdict is Verdict.UNDECIDED


def test_offers_that_are_just_enough_meet_an_objection():
    # As in `several_needed`, but each of two offers is 3/2 of the 3 that is threatened with; a little less is not enough.
    for offer, met in ((F(3, 2), True), (F(3, 2) - F(1, 10**12), False)):
        gains = {0b1001: offer, 0b1010: offer, 0b1100: offer, 0b0111: 3, 0b1000: -1}
        assert bool(check_in_bargaining_set(TableGame(None, [gains.get(S, 0) for S in range(16)]), [0] * 4)) is met
