"""Linear production: Owen's numbers, his theorem on random games, and evidence that refutes near misses."""

from __future__ import annotations

import copy
import json
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from comity.checks.core import check_in_core
from comity.checks.production import check_owen_vector
from comity.errors import ComityError, InvalidEvidence, InvalidGame, TooManyPlayers
from comity.games.coalitional.json_form import read_game
from comity.games.coalitional.linear_production import LinearProductionGame
from comity.games.coalitional.table import TableGame
from comity.solvers.core.core_point import core_point
from comity.solvers.core.core_range import core_range
from comity.solvers.core.least_core import least_core
from comity.solvers.core.least_transfer import least_transfer_to_core
from comity.solvers.core.nucleolus import nucleolus, prenucleolus
from comity.solvers.core.owen_vector import _end, owen_vector
from comity.solvers.values.shapley import shapley_value

F = Fraction
TINY = F(1, 10**12)
USES = [[4, 2, 1], [1, 3, 2], [1, 1, 3]]
OWEN = LinearProductionGame([6, 5, 4], USES, {"A": [40, 5, 5], "B": [10, 30, 5], "C": [10, 5, 30]})
# One unit needs one of compute and one of data; A brings 10 of compute, B brings 6 of data.
LEONTIEF = LinearProductionGame([1], [[1], [1]], {"A": [10, 0], "B": [0, 6]})
random_games = st.builds(
    lambda n, seed: LinearProductionGame.random(n, np.random.default_rng(seed)), st.integers(1, 4), st.integers(0, 2**32 - 1)
)


# --- numbers ---------------------------------------------------------------------------------------


def test_owens_prices_and_payments():  # P1-01
    found = owen_vector(OWEN)
    assert OWEN.exact(0b111) == F(715, 6)
    assert found.notes["prices"] == {"1": F(29, 24), "2": F(17, 24), "3": F(11, 24)}
    assert found.amounts == pytest.approx([54.1667, 35.625, 29.375], abs=1e-4)
    assert [float(OWEN.exact(1 << i)) for i in range(3)] == pytest.approx([30, 25, 18.5714], abs=1e-4)


def test_the_shapley_value_of_the_same_game():  # P1-02
    x = shapley_value(OWEN)
    assert x.amounts == pytest.approx([40.7937, 40.7937, 37.5794], abs=1e-4)
    assert check_in_core(OWEN, x.exact, OWEN.evidence())


def test_the_abundant_side_deserves_nothing_at_the_margin():  # P1-03
    assert owen_vector(LEONTIEF).exact == (0, 6)
    assert shapley_value(LEONTIEF).exact == (3, 3)


def test_moving_money_to_the_core_of_the_compute_commons():  # compute-commons: 52/3
    start = [F("71.5"), F("42.9"), F(143, 30)]
    found = least_transfer_to_core(OWEN, start)
    assert found.notes["transfer"] == F(52, 3)
    blocked = check_in_core(OWEN, start, OWEN.evidence())
    assert (blocked.margin, blocked.witness["coalition"]) == (-F(52, 3), ["B", "C"])
    for x in (shapley_value(OWEN), nucleolus(OWEN), owen_vector(OWEN)):
        assert check_in_core(OWEN, x.exact, OWEN.evidence())


def test_where_several_prices_are_optimal_the_range_says_so():
    # Equally much compute and data: any prices (y, 1 - y) are optimal.
    game = LinearProductionGame([1], [[1], [1]], {"A": [6, 0], "B": [0, 6], "C": [1, 1]})
    assert owen_vector(game).notes["range"] == {"A": [0, 6], "B": [0, 6], "C": [1, 1]}
    unique = owen_vector(OWEN)
    assert unique.notes["range"] == {name: [unique.exact_amount(name)] * 2 for name in "ABC"}


def test_holdings_too_long_for_an_integer_are_pooled_exactly():
    for large in (2**61, 10**30, F(2**61, 3)):
        game = LinearProductionGame([3], [[1], [1]], [[large, 0], [large, 1], [large, large], [large, 0], [large, 0]])
        assert game.pooled(0b11111) == (5 * large, large + 1)
        assert game.pooled(0b110) == (2 * large, large + 1)
        assert game.pooled(0) == (0, 0)
        found = owen_vector(game)
        assert found.exact == (0, 3, 3 * large, 0, 0)
        assert not check_owen_vector(game, (TINY, 3 - TINY, 3 * large, 0, 0), found.certificate.witness)


# --- theorems on random games -------------------------------------------------------------------------


@settings(max_examples=60)
@given(game=random_games)
def test_the_owen_vector_is_in_the_core(game):  # Owen 1975
    found = owen_vector(game)
    assert check_in_core(game, found.exact, game.evidence())
    for name, (low, high) in found.notes["range"].items():
        assert low <= found.exact_amount(name) <= high
        assert core_range(game).exact[game.players.index(name)][0] <= low


@settings(max_examples=30)
@given(game=random_games)
def test_scipy_finds_the_same_worths(game):
    uses = np.array(game.uses, dtype=float)
    for S in range(1, 1 << game.n):
        best = linprog(-np.array(game.prices, dtype=float), uses, np.array(game.pooled(S), dtype=float))
        assert game.value(S) == pytest.approx(-best.fun, abs=1e-6)


@settings(max_examples=30)
@given(game=random_games)
def test_the_evidence_is_confirmed_and_gives_the_same_table(game):
    witness = json.loads(json.dumps(game.evidence()))
    confirmed = game.confirmed(witness)
    assert isinstance(confirmed, TableGame)
    assert confirmed.players == game.players
    assert list(confirmed.exact_table()) == list(game.exact_table())


def test_with_twice_of_everybody_the_owen_vector_stays_in_the_core():
    twice = LinearProductionGame([6, 5, 4], USES, [*OWEN.endowments, *OWEN.endowments])
    assert owen_vector(twice).exact == owen_vector(OWEN).exact * 2
    assert check_in_core(twice, owen_vector(twice).exact, twice.evidence())


def test_results_carry_the_evidence_of_the_worths():
    for concept in (core_point, least_core, nucleolus, prenucleolus):
        assert concept(OWEN).certificate.witness["worths"] == OWEN.evidence()["worths"]


def test_units_change_nothing():
    for money in (F(1, 10**9), 10**12):
        for amount in (F(1, 10**9), 10**12):
            game = LinearProductionGame(
                [money * c for c in (6, 5, 4)],
                USES,
                [[amount * b for b in row] for row in ([40, 5, 5], [10, 30, 5], [10, 5, 30])],
            )
            assert game.exact(0b111) == money * amount * F(715, 6)
            assert owen_vector(game).exact == tuple(money * amount * x for x in owen_vector(OWEN).exact)


# --- how it is written ------------------------------------------------------------------------------


def test_names_may_be_given_wherever_there_are_numbers():
    named = LinearProductionGame(
        prices={"run": 6, "suite": 5, "team": 4},
        uses={
            "compute": {"run": 4, "suite": 2, "team": 1},
            "data": {"run": 1, "suite": 3, "team": 2},
            "talent": {"team": 3, "run": 1, "suite": 1},
        },
        endowments={
            "A": {"compute": 40, "data": 5, "talent": 5},
            "B": {"data": 30, "compute": 10, "talent": 5},
            "C": {"compute": 10, "data": 5, "talent": 30},
        },
    )
    assert named.resources == ("compute", "data", "talent")
    assert list(named.exact_table()) == list(OWEN.exact_table())
    assert list(read_game(json.dumps(named.to_json())).exact_table()) == list(OWEN.exact_table())
    assert read_game(named.to_json()).to_json() == named.to_json()


def test_a_resource_that_is_not_named_is_not_owned():
    game = LinearProductionGame([1], [[1], [1]], {"A": {"compute": 10}, "B": {"data": 6}}, resources=["compute", "data"])
    assert game.endowments == ((10, 0), (0, 6))


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: LinearProductionGame({"gift": 1}, [[0]], [[1]]), "product 'gift' is worth 1 and uses no resource"),
        (lambda: LinearProductionGame([1], [[-1]], [[1]]), "use of 1 has -1 of 1; amounts are never negative"),
        (lambda: LinearProductionGame([1], [[1]], {"A": [-1]}), "endowment of A has -1 of 1"),
        (lambda: LinearProductionGame([1], [[1, 2]], [[1]]), "use of 1 has 2 amounts"),
        (lambda: LinearProductionGame([1], [[1]], {"A": [1, 2]}), "endowment of A has 2 amounts"),
        (lambda: LinearProductionGame([1], [[1]], {"A": {"gold": 2}}, resources=["iron"]), "names 'gold'"),
        (lambda: LinearProductionGame([1], {"iron": [1]}, [[1]], resources=["gold"]), "resources iron are given where gold"),
        (lambda: read_game({**OWEN.to_json(), "prices": 3}), '"prices" is 3'),
    ],
)
def test_data_that_describe_no_production_are_refused(make, message):
    with pytest.raises(InvalidGame, match=message):
        make()


def test_a_product_nobody_would_make_may_use_nothing():
    assert LinearProductionGame([1, 0, -1], [[1, 0, 0]], [[3]]).exact(1) == 3


def test_nothing_owned_is_nothing_made():
    assert LinearProductionGame([1], [[1]], {"A": [0], "B": [0]}).exact(0b11) == 0
    assert nucleolus(LinearProductionGame([1], [[1]], {"A": [0], "B": [0]})).exact == (0, 0)


def test_the_owen_vector_is_for_production_games():
    with pytest.raises(ComityError, match="needs a LinearProductionGame, not a TableGame; core_point serves any game"):
        owen_vector(TableGame(None, [0, 1]))


def test_evidence_has_a_limit_but_the_owen_vector_has_none():
    many = LinearProductionGame([6, 5, 4], USES, [[k + 1, 5, 30 - k] for k in range(30)])
    with pytest.raises(TooManyPlayers):
        many.evidence()
    assert sum(owen_vector(many).exact) == many.exact(many.grand_coalition)


# --- near misses are refuted ------------------------------------------------------------------------


def test_without_evidence_a_check_does_not_optimise():
    with pytest.raises(InvalidEvidence, match=r"game.evidence\(\)"):
        check_in_core(OWEN, owen_vector(OWEN).exact)


def test_a_plan_or_a_price_moved_by_1e_12_is_refuted():
    for names in ("A", "B,C", "A,B,C"):
        for key in ("plan", "prices"):
            for k in range(3):
                for change in (TINY, -TINY):
                    witness = copy.deepcopy(OWEN.evidence())
                    numbers = witness["worths"][names][key]
                    numbers[k] = str(F(numbers[k]) + change)
                    with pytest.raises(InvalidEvidence, match="B, C" if names == "B,C" else "A"):
                        OWEN.confirmed(witness)


def test_a_coalition_that_is_missing_or_malformed_is_named():
    for broken in (None, {"plan": ["0"] * 3}, {"plan": ["0"] * 2, "prices": ["0"] * 3}, "text"):
        witness = copy.deepcopy(OWEN.evidence())
        if broken is None:
            del witness["worths"]["A,C"]
        else:
            witness["worths"]["A,C"] = broken
        with pytest.raises(InvalidEvidence, match=r"\{A, C\}"):
            OWEN.confirmed(witness)


def with_ends(game, found):
    """The evidence with both ends of each range proved, even where the plan leaves one choice of prices only."""
    worth = game.exact(game.grand_coalition)
    ends = [{name: _end(game, worth, i, side) for side, name in ((1, "least"), (-1, "most"))} for i in range(game.n)]
    return {**json.loads(json.dumps(found.certificate.to_json()))["witness"], "range": ends}


def test_an_owen_vector_that_is_not_is_refuted():
    for game in (OWEN, LEONTIEF, LinearProductionGame([1], [[1], [1]], {"A": [6, 0], "B": [0, 6], "C": [1, 1]})):
        found = owen_vector(game)
        witness = json.loads(json.dumps(found.certificate.to_json()))["witness"]
        assert check_owen_vector(game, found.exact, witness) == found.certificate
        witness = with_ends(game, found)
        assert check_owen_vector(game, found.exact, witness)
        for change in (TINY, -TINY):
            moved = (found.exact[0] + change, found.exact[1] - change, *found.exact[2:])
            assert not check_owen_vector(game, moved, witness)
            for key in ("prices", "plan"):
                changed = copy.deepcopy(witness)
                changed[key][0] = str(F(changed[key][0]) + change)
                assert not check_owen_vector(game, found.exact, changed)
            for i in range(game.n):
                for side in ("least", "most"):
                    changed = copy.deepcopy(witness)
                    changed["range"][i][side]["amount"] = str(F(changed["range"][i][side]["amount"]) + change)
                    assert not check_owen_vector(game, found.exact, changed)
                    changed = copy.deepcopy(witness)
                    changed["range"][i][side]["share"] = str(F(changed["range"][i][side]["share"]) + change)
                    assert not check_owen_vector(game, found.exact, changed)
        with pytest.raises(InvalidEvidence, match="give one each"):
            check_owen_vector(game, found.exact, {**witness, "range": witness["range"][1:]})


def test_a_core_vector_at_other_prices_is_no_owen_vector():
    witness = owen_vector(OWEN).certificate.witness
    assert not check_owen_vector(OWEN, nucleolus(OWEN).exact, witness)


def test_a_forged_plan_or_price_with_a_single_flaw_is_refuted():
    # A negative amount of a useless product would set resources free: 5 units from 3.
    useless = LinearProductionGame([1, 0], [[1, 1]], [[3]])
    with pytest.raises(InvalidEvidence, match="cannot carry out"):
        useless.confirmed({"worths": {"1": {"plan": [5, -2], "prices": ["5/3"]}}})
    # A negative price of compute would make data look scarce.
    both = LinearProductionGame([1], [[1], [1]], [[10, 6]])
    with pytest.raises(InvalidEvidence, match="profit"):
        both.confirmed({"worths": {"1": {"plan": [2], "prices": [-1, 2]}}})
    assert not check_owen_vector(LEONTIEF, [10, 6], {"prices": [1, 1], "plan": [16]})
    assert not check_owen_vector(LEONTIEF, [0, 0], {"prices": [0, 0], "plan": [0]})


SQUARE = LinearProductionGame([1, 0], [[1, 5], [1, 5]], {"A": [6, 0], "B": [0, 6], "C": [1, 1]})
HALF = ["1/2", "1/2"]
FORGED_ENDS = {
    "prices that are none": (LEONTIEF, {"amount": -6, "prices": ["-3/5", 2], "plan": [0], "share": -1}),
    "not attained": (LEONTIEF, {"amount": -6, "prices": [0, 1], "plan": [0], "share": -1}),
    "a negative amount of a product": (SQUARE, {"amount": 3, "prices": HALF, "plan": [3, "-3/5"], "share": 0}),
    "a plan beyond the endowment": (SQUARE, {"amount": 3, "prices": HALF, "plan": [3, 0], "share": 0}),
    "a bound that falls short": (SQUARE, {"amount": 3, "prices": HALF, "plan": [0, 0], "share": 0}),
}


@pytest.mark.parametrize(("game", "end"), FORGED_ENDS.values(), ids=FORGED_ENDS.keys())
def test_a_forged_end_of_the_range_with_a_single_flaw_is_refuted(game, end):
    found = owen_vector(game)
    witness = with_ends(game, found)
    witness["range"][0]["least"] = end
    certificate = check_owen_vector(game, found.exact, witness)
    assert certificate.witness["reason"] == "an end of the range is not proved"
