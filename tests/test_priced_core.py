"""Core points by prices: the theorem on small games by every coalition, the size on large ones, and forged prices refused."""

from __future__ import annotations

import copy
import json
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from comity.checks.confirm import confirm
from comity.checks.core import check_balancedness, check_in_core
from comity.checks.production import ONE_POINT, check_owen_vector
from comity.checks.total_balance import check_total_balancedness
from comity.errors import InvalidEvidence, InvalidGame, TooManyPlayers
from comity.games.coalitional.assignment import AssignmentGame
from comity.games.coalitional.flow import FlowGame
from comity.games.coalitional.linear_production import LinearProductionGame
from comity.games.coalitional.market import MarketGame
from comity.games.coalitional.table import TableGame
from comity.solvers.core.core_point import check_balanced, core_point, is_balanced
from comity.solvers.core.owen_vector import owen_vector
from comity.solvers.core.total_balance import check_totally_balanced, is_totally_balanced

F = Fraction
TINY = F(1, 10**12)
MODELS = (LinearProductionGame, FlowGame, MarketGame, AssignmentGame)
models = pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
instances = given(n=st.integers(1, 6), seed=st.integers(0, 2**32 - 1))

OWEN = LinearProductionGame([6, 5, 4], [[4, 2, 1], [1, 3, 2], [1, 1, 3]], {"A": [40, 5, 5], "B": [10, 30, 5], "C": [10, 5, 30]})
RIVER = FlowGame([("s", "m", 5, "A"), ("m", "t", 3, "B"), ("m", "t", 4, "C"), ("s", "t", 1, "B")], "s", "t")
GOODS = MarketGame({"A": {"compute": 10}, "B": {}}, {"A": {"compute": [(4, 5), (6, 1)]}, "B": {"compute": [(3, 4)]}})
HOUSES = AssignmentGame({"s1": {"b1": 5, "b2": 8}, "s2": {"b1": 7, "b2": 9}})


def production(owners: int, resources: int, products: int, seed: int = 0) -> LinearProductionGame:
    """Decimals as people write them; every product uses some resource."""
    rng = np.random.default_rng(seed)
    uses = [[f"{use:.2f}" if rng.random() < 0.3 else "0" for use in rng.uniform(0.1, 5, products)] for _ in range(resources)]
    for p in range(products):
        uses[p % resources][p] = "1.25"
    prices = [f"{price:.2f}" for price in rng.uniform(1, 20, products)]
    return LinearProductionGame(prices, uses, [[f"{b:.2f}" for b in row] for row in rng.uniform(0, 50, (owners, resources))])


def network(owners: int, places: int, arcs: int, seed: int = 0) -> FlowGame:
    """Random arcs between numbered places, each owned by somebody."""
    rng = np.random.default_rng(seed)
    names = [f"m{i}" for i in range(owners)]
    listed = []
    for k in range(arcs):
        tail, head = rng.choice(places, 2, replace=False).tolist()
        listed.append((f"p{tail}", f"p{head}", f"{rng.uniform(0, 9):.1f}", names[k % owners]))
    return FlowGame(listed, "p0", f"p{places - 1}", names)


def market(traders: int, goods: int, seed: int = 0) -> MarketGame:
    """Each owns some of each good and values it in two steps."""
    rng = np.random.default_rng(seed)
    names, things = [f"m{i}" for i in range(traders)], [f"g{k}" for k in range(goods)]

    def steps() -> list[tuple[str, str]]:
        high, low = sorted(rng.uniform(0, 9, 2), reverse=True)
        return [(f"{rng.uniform(0, 5):.1f}", f"{high:.2f}"), (f"{rng.uniform(0, 5):.1f}", f"{low:.2f}")]

    endowments = {name: {thing: f"{rng.uniform(0, 5):.1f}" for thing in things} for name in names}
    return MarketGame(endowments, {name: {thing: steps() for thing in things} for name in names})


# --- the theorems, by every coalition ------------------------------------------------------------------


@models
@settings(max_examples=40, deadline=None)
@instances
def test_what_is_owned_at_prices_is_in_the_core(model, n, seed):
    # Owen 1975; Kalai & Zemel 1982; Shapley & Shubik 1969 and 1971
    game = model.random(n, np.random.default_rng(seed))
    x, evidence = game.priced()
    assert check_in_core(game, x, evidence)
    assert check_in_core(TableGame(game.players, game.exact_table()), x)
    assert json.loads(json.dumps(evidence)) == evidence


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), places=st.integers(2, 7))
def test_the_greatest_flow_is_that_of_a_linear_programme(seed, places):
    from scipy.optimize import linprog

    game = network(4, places, 12, seed)
    arcs = game.arcs
    inside = [f"p{k}" for k in range(1, places - 1)]
    balance = [[(arc.tail == place) - (arc.head == place) for arc in arcs] for place in inside]
    out = [(arc.tail == game.source) - (arc.head == game.source) for arc in arcs]
    found = linprog(
        [-c for c in out],
        A_eq=balance or None,
        b_eq=[0] * len(inside) or None,
        bounds=[(0, float(arc.capacity)) for arc in arcs],
    )
    assert game.value(game.grand_coalition) == pytest.approx(-found.fun, abs=1e-7)


def test_hand_calculations():
    # s-m carries 5, s-t carries 1: the cut is what leaves s.
    assert RIVER.priced()[0] == [5, 1, 0]
    # 10 units, 4 worth 5, 3 worth 4, 3 of the 6 worth 1: one more is worth 1; A has 10 + 4 (5 - 1), B 3 (4 - 1).
    assert GOODS.priced()[0] == [26, 9]
    assert sum(HOUSES.priced()[0]) == 15
    assert OWEN.priced()[0] == list(owen_vector(OWEN).exact)


def test_degenerate_games_have_prices_too():
    cases = [
        LinearProductionGame([1], [[1], [1]], {"A": [6, 0], "B": [0, 6], "C": [1, 1]}),  # any prices (y, 1 - y)
        LinearProductionGame([1, 1], [[1, 1], [0, 0], [1, 1]], {"A": [0, 0, 0], "B": [0, 0, 0]}),  # nothing owned
        LinearProductionGame([0, -1], [[1, 0]], {"A": [3]}),  # nothing worth making
        FlowGame([("s", "s", 3, "A"), ("t", "s", 4, "B")], "s", "t"),  # a loop, and only the way back
        FlowGame([("s", "m", 0, "A"), ("m", "t", 4, "B")], "s", "t"),
        MarketGame({"A": {}}, {"A": {}}),
        MarketGame({"A": {"x": 0}, "B": {}}, {"B": {"x": [(2, 3)]}}),  # wanted and not there
        AssignmentGame([[0, 0], [0, 0]]),
        AssignmentGame([[9, 9], [0, 0]]),
        AssignmentGame([[1], [2], [-3]]),
    ]
    for game in cases:
        x, evidence = game.priced()
        assert check_in_core(game, x, evidence)
        assert check_in_core(TableGame(game.players, game.exact_table()), x)


def test_production_without_limit_is_an_error_that_names_the_product():
    with pytest.raises(InvalidGame, match="'gift' is worth 1 and uses no resource"):
        LinearProductionGame({"gift": 1}, [[0]] * 100, [[1] * 100] * 1000)


# --- at size -------------------------------------------------------------------------------------------

LARGE = {
    "production": production(200, 30, 60),
    "flow": network(300, 60, 1500),
    "market": market(300, 5),
    "assignment": AssignmentGame(np.random.default_rng(0).integers(-5, 100, (30, 25)).tolist()),
}


@pytest.mark.parametrize("game", LARGE.values(), ids=LARGE.keys())
def test_hundreds_have_a_core_point_that_its_file_proves(game):
    found = core_point(game)
    assert found.certificate.basis.value == "EXACT"
    assert sum(found.exact) == game.exact(game.grand_coalition)
    stored = json.loads(json.dumps(found.to_json()))
    assert confirm(game, stored)
    assert is_balanced(game)
    certificate = check_balanced(game)
    assert check_balancedness(game, None, json.loads(json.dumps(certificate.to_json()))["witness"]) == certificate
    for change in (TINY, -TINY):
        moved = copy.deepcopy(stored)
        moved["amounts_exact"][:2] = [str(found.exact[0] + change), str(found.exact[1] - change)]
        moved["amounts"] = [float(F(amount)) for amount in moved["amounts_exact"]]
        assert not confirm(game, moved)
    with pytest.raises(TooManyPlayers, match="core_point pays everybody at prices"):
        check_in_core(game, found.exact)


@pytest.mark.parametrize("game", LARGE.values(), ids=LARGE.keys())
def test_every_subgame_has_a_core_by_theorem(game):
    assert is_totally_balanced(game)
    certificate = check_totally_balanced(game)
    assert certificate.basis.value == "DEFINITION"
    assert check_total_balancedness(game, certificate.witness) == certificate


def test_no_theorem_is_claimed_for_games_at_large():
    assert not check_total_balancedness(TableGame(None, [0, 0, 0, 1, 0, 1, 1, 1]), {"argument": "model"})


def test_a_thousand_owners_of_a_hundred_resources():
    game = production(1000, 100, 200)
    found = owen_vector(game)
    assert found.certificate
    assert all(low == high == amount for (low, high), amount in zip(found.notes["range"].values(), found.exact, strict=True))
    assert core_point(game).exact == found.exact


def test_where_other_prices_are_optimal_the_range_of_many_is_not_told():
    many = LinearProductionGame([1], [[1], [1]], [[6, 0], [0, 6]] * 20)
    found = owen_vector(many)
    assert "range" not in found.notes
    assert not check_owen_vector(many, found.exact, {**found.certificate.witness, "range": ONE_POINT})
    # With a little more data than compute, compute has all the value: no other prices.
    fewer = LinearProductionGame([1], [[1], [1]], [[6, 0], [0, 7]] * 20)
    assert owen_vector(fewer).notes["range"]["1"] == [6, 6]


# --- forgeries -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("game", [OWEN, RIVER, GOODS, HOUSES], ids=lambda game: type(game).__name__)
def test_every_number_of_the_evidence_counts(game):
    x, evidence = game.priced()
    assert check_in_core(game, x, evidence)
    for i in range(game.n):
        for change in (TINY, -TINY):
            moved = [amount + change * (i == j) for j, amount in enumerate(x)]
            assert check_in_core(game, moved, evidence).verdict.value == "UNDECIDED"
            assert check_in_core(game, moved, evidence).witness["reason"]
    for key, given_numbers in evidence.items():
        for forged in forgeries(key, given_numbers):
            assert not check_in_core(game, x, {**evidence, key: forged}), (key, forged)


def forgeries(key, numbers):
    """The same evidence with one number moved, or one entry dropped."""
    if key in ("plan", "flow", "prices"):
        places = numbers if isinstance(numbers, dict) else range(len(numbers))
        for place in places:
            for change in (TINY, -TINY):
                changed = copy.deepcopy(numbers)
                changed[place] = str(F(changed[place]) + change)
                yield changed
    elif key in ("cut", "matching"):
        yield from (numbers[:k] + numbers[k + 1 :] for k in range(len(numbers)))


FLAWS = {
    "prices that favour a product": (OWEN, [0, 0, 0], {"plan": [0, 0, 0], "prices": [0, 0, 0]}, "makes a profit"),
    "a plan beyond the resources": (OWEN, [0, 0, 0], {"plan": [99, 0, 0], "prices": [9, 9, 9]}, "cannot carry out"),
    "a plan that is poor": (OWEN, [450, 405, 405], {"plan": [0, 0, 0], "prices": [9, 9, 9]}, "worth less"),
    "a cut without a source": (RIVER, [0, 3, 4], {"flow": [0, 0, 0, 0], "cut": []}, "part the source"),
    "a cut with the sink": (RIVER, [0, 0, 0], {"flow": [0, 0, 0, 0], "cut": ["s", "t"]}, "part the source"),
    "a flow that is not full": (RIVER, [5, 1, 0], {"flow": [0, 0, 0, 0], "cut": ["s"]}, "does not fill"),
    "a flow from nowhere": (RIVER, [5, 1, 0], {"flow": [5, 3, 1, 1], "cut": ["s"]}, "flows into m"),
    "a flow beyond capacity": (RIVER, [5, 1, 0], {"flow": [5, 4, 1, 1], "cut": ["s"]}, "capacity"),
    "a flow below nothing": (RIVER, [5, 1, 0], {"flow": [5, -1, 4, 1], "cut": ["s"]}, "capacity"),
    "a price below nothing": (GOODS, [16, 21], {"prices": {"compute": -1}}, "negative"),
    "prices too high": (GOODS, [50, 0], {"prices": {"compute": 5}}, "do not meet"),
    "a pair that would leave": (HOUSES, [0, 0, 6, 9], {"matching": [["s1", "b1"], ["s2", "b2"]]}, "s2 and b1 do better"),
    "somebody in two pairs": (HOUSES, [8, 9, 0, 0], {"matching": [["s1", "b2"], ["s2", "b2"]]}, "in two pairs"),
    "one who would leave": (HOUSES, [9, 9, -2, -1], {"matching": [["s1", "b2"], ["s2", "b1"]]}, "b1 does better alone"),
    "a matching that is poor": (HOUSES, [8, 9, 0, 0], {"matching": [["s1", "b1"], ["s2", "b2"]]}, "not worth what is paid"),
}


@pytest.mark.parametrize(("game", "x", "evidence", "reason"), FLAWS.values(), ids=FLAWS.keys())
def test_evidence_with_a_single_flaw_is_refused(game, x, evidence, reason):
    certificate = check_in_core(game, x, {"argument": "prices", **evidence})
    assert certificate.verdict.value == "UNDECIDED"
    assert reason in certificate.witness["reason"]


@pytest.mark.parametrize(
    ("game", "evidence", "message"),
    [
        (OWEN, {"plan": [1, 2], "prices": [1, 2, 3]}, "list of 3 numbers"),
        (OWEN, {"plan": [1, 2, 3]}, "the prices is None"),
        (RIVER, {"flow": [1, 2, 3, 4], "cut": "s"}, "list names"),
        (GOODS, {"prices": {"gold": 1}}, "one for each of compute"),
        (HOUSES, {"matching": [["s1"]]}, "pairs of a row and a column"),
        (HOUSES, {"matching": [["s1", "b9"]]}, "pairs of a row and a column"),
        (TableGame(["A", "B"], [0, 1, 2, 5]), {}, "prove nothing about a TableGame"),
    ],
)
def test_evidence_that_cannot_be_read_says_what_to_give(game, evidence, message):
    with pytest.raises(InvalidEvidence, match=message):
        check_in_core(game, [1] * game.n, {"argument": "prices", **evidence})
