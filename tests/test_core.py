"""Core, least core, range and least transfer: numbers, theorems, and near misses refuted."""

from __future__ import annotations

import copy
import json
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from comity.certificate import Verdict
from comity.checks.core import (
    check_balancedness,
    check_core_empty,
    check_core_range,
    check_in_core,
    check_least_core,
    check_least_transfer,
)
from comity.errors import ComityError, EmptyCore, InvalidEvidence
from comity.games.coalitional.airport import AirportGame
from comity.games.coalitional.base import Game
from comity.games.coalitional.table import TableGame
from comity.solvers.core.core_point import check_balanced, core_point, is_balanced
from comity.solvers.core.core_range import core_range
from comity.solvers.core.least_core import least_core
from comity.solvers.core.least_transfer import least_transfer_to_core
from comity.solvers.core.nucleolus import nucleolus
from comity.testing import strategies

F = Fraction
TINY = F(1, 10**12)
MAJORITY = TableGame(["A", "B", "C"], [0, 0, 0, 1, 0, 1, 1, 1])
THREE = TableGame(["A", "B", "C"], [0, 0, 0, 60, 0, 80, 20, 120])
FOUR_LABS = TableGame(
    None, [80 if S == 0b11 else 90 if S & 1 and S.bit_count() == 3 else 100 if S == 15 else 0 for S in range(16)]
)


def stored(certificate) -> dict:
    """The evidence after a journey through a file."""
    return json.loads(json.dumps(certificate.to_json()))["witness"]


# --- numbers ---------------------------------------------------------------------------------------


def test_the_least_core_of_four_labs_is_five_below():  # B1-06
    found = least_core(FOUR_LABS)
    assert found.notes["epsilon"] == -5
    assert check_in_core(FOUR_LABS, found.exact)


def test_a_majority_of_three_has_no_core_and_balanced_weights_say_so():
    with pytest.raises(EmptyCore, match=r"worth 1\.5, more than the 1 of everybody") as refusal:
        core_point(MAJORITY)
    certificate = refusal.value.certificate
    assert certificate.margin == F(1, 2)
    assert check_core_empty(MAJORITY, None, stored(certificate)) == certificate
    assert least_core(MAJORITY).notes["epsilon"] == F(1, 3)
    assert not is_balanced(MAJORITY)


def test_a_cost_game_without_a_core():
    game = TableGame(None, [0, 2, 2, 2, 2, 2, 2, 4], "cost")
    with pytest.raises(EmptyCore, match="cost 3, less than the 4 of everybody"):
        core_point(game)


def test_the_core_range_of_three_labs():
    # x_B + x_C <= 120 - 0 and the pairs leave at most 120 - 20, 120 - 80, 120 - 60 to the third.
    found = core_range(THREE)
    assert found.exact == ((20, 100), (0, 40), (0, 60))
    assert found["A"] == (20.0, 100.0)
    assert found.to_frame().loc["B", "most"] == 40
    assert "20 to 100" in str(found)


def test_nobody_in_a_runway_pays_more_than_alone():
    assert core_range(AirportGame([12, 28, 60])).exact == ((0, 12), (0, 28), (32, 60))


def test_one_player():
    game = TableGame(["A"], [0, 5])
    assert core_point(game).exact == least_core(game).exact == (5,)
    assert least_core(game).notes["epsilon"] is None
    assert core_range(game).exact == ((5, 5),)
    assert least_transfer_to_core(game, [5]).notes["transfer"] == 0
    assert is_balanced(game)


def test_moving_money_to_the_core():
    # {A,C} = 80 gets 40 of 120 here: 40 have to come from B.
    found = least_transfer_to_core(THREE, {"A": 20, "B": 80, "C": 20})
    assert found.notes["transfer"] == 40
    assert check_in_core(THREE, found.exact)
    assert least_transfer_to_core(THREE, found.exact).exact == found.exact


def test_money_alone_cannot_reach_the_core_from_an_allocation_that_does_not_add_up():
    with pytest.raises(ComityError, match="add up to 100, but all players together are worth 120"):
        least_transfer_to_core(THREE, [50, 30, 20])
    with pytest.raises(EmptyCore):
        least_transfer_to_core(MAJORITY, [1, 0, 0])


# --- theorems on random games -------------------------------------------------------------------------


@settings(max_examples=80)
@given(game=strategies.gain_or_cost_games(max_players=5))
def test_a_game_is_balanced_or_provably_not(game):  # Bondareva 1963, Shapley 1967
    certificate = check_balanced(game)
    assert certificate.verdict in (Verdict.HOLDS, Verdict.FAILS)
    assert check_balancedness(game, None, stored(certificate)) == certificate
    if certificate:
        assert check_in_core(game, core_point(game).exact)
        assert check_in_core(game, nucleolus(game).exact)
        pairs = core_range(game).exact
        assert all(low <= x <= high for (low, high), x in zip(pairs, nucleolus(game).exact, strict=True))
    else:
        with pytest.raises(EmptyCore):
            core_point(game)
        with pytest.raises(EmptyCore):
            core_range(game)


@settings(max_examples=50)
@given(game=strategies.gain_or_cost_games(min_players=2, max_players=4))
def test_the_full_programme_in_floats_has_the_same_least_excess(game):
    n, v = game.n, game.sign * game.table()
    size = max(abs(v))
    assume(size == 0 or 1e-3 < size < 1e6)
    rows = np.array([[S >> i & 1 for i in range(n)] for S in range(1, (1 << n) - 1)], dtype=float)
    full = linprog(
        np.r_[np.zeros(n), 1],
        np.c_[-rows, -np.ones(len(rows))],
        -v[1:-1],
        [[1] * n + [0]],
        [v[-1]],
        bounds=[(None, None)] * (n + 1),
    )
    assert float(least_core(game).notes["epsilon"]) == pytest.approx(full.fun, abs=1e-6 * max(1, size))


@settings(max_examples=50)
@given(game=strategies.gain_or_cost_games(min_players=2, max_players=4), data=st.data())
def test_the_least_transfer_is_least(game, data):
    assume(is_balanced(game))
    amounts = [data.draw(st.integers(-5, 5)) for _ in range(game.n - 1)]
    start = [F(a) for a in amounts]
    start.append(game.exact(game.grand_coalition) - sum(start))
    found = least_transfer_to_core(game, start)
    assert check_least_transfer(game, found.exact, stored(found.certificate)) == found.certificate
    other = nucleolus(game).exact
    assert found.notes["transfer"] <= sum(abs(a - b) for a, b in zip(other, start, strict=True)) / 2
    assert (found.notes["transfer"] == 0) == bool(check_in_core(game, start))


# --- near misses are refuted ------------------------------------------------------------------------


def balanced_games() -> list[Game]:
    return [THREE, FOUR_LABS, AirportGame([12, 28, 30, 60]), TableGame(None, [0, 1, 2, 5])]


@pytest.mark.parametrize("game", balanced_games())
def test_a_least_core_that_is_not_is_refuted(game):
    found = least_core(game)
    witness = stored(found.certificate)
    assert check_least_core(game, found.exact, witness) == found.certificate
    for change in (TINY, -TINY):
        moved = (found.exact[0] + change, found.exact[1] - change, *found.exact[2:])
        assert not check_least_core(game, moved, {**witness, "epsilon": str(F(witness["epsilon"]) + change)})
        assert not check_least_core(game, found.exact, {**witness, "epsilon": str(F(witness["epsilon"]) + change)})
    for j, (names, weight) in enumerate(witness["weights"]):
        for other in (-F(weight), 0, F(weight) + TINY):
            changed = copy.deepcopy(witness)
            changed["weights"][j] = [names, str(other)]
            assert not check_least_core(game, found.exact, changed)
        assert not check_least_core(
            game, found.exact, {**witness, "weights": witness["weights"][:j] + witness["weights"][j + 1 :]}
        )


PAIR = TableGame(["A", "B"], [0, 1, 2, 5])
ATTRACTIVE = TableGame(["A", "B", "C"], [0, 1, -10, 1, -10, 1, -10, 0])
FORGED_LEAST_CORES = {
    "everybody is no coalition that leaves": (PAIR, [1, 4], {"epsilon": 0, "weights": [[["A", "B"], 1]]}),
    "a negative weight": (ATTRACTIVE, [0, 0, 0], {"epsilon": 1, "weights": [[["A"], -1], [["A", "B"], 1], [["A", "C"], 1]]}),
    "weights that cover some more than others": (PAIR, [1, 4], {"epsilon": 0, "weights": [[["A"], 1]]}),
    "a larger excess elsewhere": (THREE, [50, 10, 60], {"epsilon": -50, "weights": [[["A"], "1/2"], [["B", "C"], "1/2"]]}),
    "amounts that do not add up": (PAIR, [3, 4], {"epsilon": -2, "weights": [[["A"], "1/2"], [["B"], "1/2"]]}),
}


@pytest.mark.parametrize(("game", "x", "witness"), FORGED_LEAST_CORES.values(), ids=FORGED_LEAST_CORES.keys())
def test_a_forged_least_core_with_a_single_flaw_is_refuted(game, x, witness):
    assert not check_least_core(game, x, witness)


def test_weights_that_are_not_balanced_prove_no_empty_core():
    weights = [[["A", "B"], "1/2"], [["A", "C"], "1/2"], [["B", "C"], "1/2"]]
    assert check_core_empty(MAJORITY, None, {"weights": weights})
    for j in range(3):
        for other in ("-1/2", "0", str(F(1, 2) + TINY)):
            changed = copy.deepcopy(weights)
            changed[j][1] = other
            assert not check_core_empty(MAJORITY, None, {"weights": changed})
    assert check_balancedness(MAJORITY, None, {"weights": weights}).verdict is Verdict.FAILS
    assert check_balancedness(MAJORITY, None, {"weights": weights[:2]}).verdict is Verdict.UNDECIDED
    assert check_balancedness(MAJORITY, None, {"point": ["1/3", "1/3", "1/3"]}).verdict is Verdict.UNDECIDED
    # Weights prove nothing against a game that has a core.
    assert not check_core_empty(THREE, None, {"weights": weights})


@pytest.mark.parametrize("game", balanced_games())
def test_a_range_that_is_too_wide_or_too_narrow_is_refuted(game):
    found = core_range(game)
    witness = stored(found.certificate)
    assert check_core_range(game, found.exact, witness) == found.certificate
    for i in range(game.n):
        for end in (0, 1):
            for change in (TINY, -TINY):
                pairs = [list(pair) for pair in found.exact]
                pairs[i][end] += change
                assert not check_core_range(game, pairs, witness)
        for key in ("least", "most"):
            changed = copy.deepcopy(witness)
            changed[key][i]["grand"] = str(F(changed[key][i]["grand"]) + TINY)
            assert not check_core_range(game, found.exact, changed)
            changed = copy.deepcopy(witness)
            changed[key][i]["point"] = changed[key][i]["point"][::-1]
            changed[key][i]["point"][i] = str(F(changed[key][i]["point"][i]) + 1)
            assert not check_core_range(game, found.exact, changed)
    with pytest.raises(InvalidEvidence, match="give one each"):
        check_core_range(game, found.exact, {**witness, "least": witness["least"][:-1]})


def test_a_range_that_is_attained_but_not_proved_is_refuted():
    found = core_range(THREE)
    witness = stored(found.certificate)
    # 120 * 5/12 = 50, but 5/12 of everybody's amounts is not what A gets.
    witness["least"][0] = {"point": ["50", "30", "40"], "weights": [], "grand": "5/12"}
    assert check_in_core(THREE, [50, 30, 40])
    assert not check_core_range(THREE, [(50, 100), *found.exact[1:]], witness)


def test_a_negative_weight_guarantees_nothing():
    found = core_range(THREE)
    witness = stored(found.certificate)
    # x_A >= 21 "proved" by counting what {B,C} gets negatively.
    witness["least"][0] = {"point": ["21", "40", "59"], "weights": [[["B", "C"], "-1"]], "grand": "1"}
    with pytest.raises(InvalidEvidence, match="negative"):
        check_core_range(THREE, found.exact, witness)


def test_a_transfer_that_is_not_least_is_refuted():
    start = [20, 80, 20]
    found = least_transfer_to_core(THREE, start)
    witness = stored(found.certificate)
    far = (100, 10, 10)
    assert check_in_core(THREE, far)
    assert not check_least_transfer(THREE, far, witness)
    assert not check_least_transfer(THREE, start, witness)
    assert not check_least_transfer(THREE, found.exact, {**witness, "grand": str(F(witness["grand"]) + TINY)})
    assert not check_least_transfer(THREE, found.exact, {**witness, "weights": []})
    doubled = [[names, str(2 * F(w))] for names, w in witness["weights"]]
    assert not check_least_transfer(THREE, found.exact, {**witness, "weights": doubled, "grand": str(2 * F(witness["grand"]))})
    assert not check_least_transfer(THREE, far, {**witness, "weights": doubled, "grand": str(2 * F(witness["grand"]))})
    # 80 moved to the far point, "proved" by what B gets counted negatively.
    assert not check_least_transfer(THREE, far, {**witness, "weights": [[["B"], "-1"]], "grand": "1/2"})
    near = [found.exact[0] - TINY, found.exact[1] + TINY, found.exact[2]]
    assert not check_least_transfer(THREE, near, witness)
