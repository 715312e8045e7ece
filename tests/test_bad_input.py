"""Bad input of every kind: refused with one message that names the place, the value and the way out."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import networkx as nx
import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner

import comity
from comity.cli import WRONG, main
from comity.errors import ComityError
from comity.games.coalitional.airport import AirportGame
from comity.games.coalitional.assignment import AssignmentGame
from comity.games.coalitional.cardinality import CardinalityGame
from comity.games.coalitional.claims import ClaimsGame, ClaimsProblem
from comity.games.coalitional.flow import FlowGame
from comity.games.coalitional.from_data import game_from
from comity.games.coalitional.function import FunctionGame
from comity.games.coalitional.glove import GloveGame
from comity.games.coalitional.induced_subgraph import InducedSubgraphGame
from comity.games.coalitional.json_form import game_kinds, read_game
from comity.games.coalitional.linear_production import LinearProductionGame
from comity.games.coalitional.market import MarketGame
from comity.games.coalitional.permission_tree import PermissionTreeGame
from comity.games.coalitional.queueing import QueueingGame
from comity.games.coalitional.rules import RuleGame
from comity.games.coalitional.sequencing import SequencingGame
from comity.games.coalitional.shared_links import SharedLinksGame
from comity.games.coalitional.spanning_tree import SpanningTreeGame
from comity.games.coalitional.table import TableGame
from comity.games.coalitional.voting import VotingGame
from comity.results import Allocation
from comity.solvers.comparison import arguments_beside_the_game, solutions

T = TableGame(["A", "B", "C"], [0, 1, 2, 4, 0, 1, 2, 9])
AB = ["A", "B"]
MANY = [str(i) for i in range(40)]
NAN, INF, HUGE = float("nan"), float("inf"), 10**5000

# Words that tell what to do; one of them stands after the value.
WAY_OUT = re.compile(
    r"\b(write|use|give|choose|keep|leave|list|name|put|call|start|subtract|spell|divide|did you mean|make|break|say|rename|drop"
    r"|serves|the players are|lies between)\b"
)


def refusal(call: Callable[[], Any]) -> str:
    """The message, on one line and not a page long."""
    with pytest.raises(ComityError) as refused:
        call()
    said = str(refused.value)
    assert said
    assert "\n" not in said
    assert len(said) < 500, said
    return said


# --- numbers -----------------------------------------------------------------------------------------

# What is no number, and how a message quotes it.
NO_NUMBERS = {
    "nan": (NAN, "nan"),
    "numpy nan": (np.float64("nan"), "nan"),
    "pandas nan": (pd.Series([None], dtype=float)[0], "nan"),
    "decimal nan": (Decimal("sNaN"), "NaN"),
    "pandas NA": (pd.NA, "<NA>"),
    "infinity": (INF, "inf"),
    "minus infinity": (np.float32("-inf"), "-inf"),
    "too large": ("1e400", "1e400"),
    "too long": (HUGE, "4000 digits"),
    "bool": (True, "True"),
    "numpy bool": (np.bool_(False), "False"),
    "complex": (1 + 2j, "(1+2j)"),
    "numpy complex": (np.complex128(1), "1+0j"),
    "None": (None, "None"),
    "text": ("many", "'many'"),
    "no text": ("", "''"),
    "bytes": (b"12", "b'12'"),
    "division by zero": ("1/0", "'1/0'"),
    "list": ([1], "[1]"),
    "array": (np.array([1.0]), "array([1.])"),
    "set": ({1}, "{1}"),
    "date": (pd.NaT, "NaT"),
}

# Where a number is expected: how it gets there, and how a message names the place.
PLACES: dict[str, tuple[Callable[[Any], Any], str]] = {
    "table": (lambda v: TableGame(AB, [0, 1, v, 3]), "the worth of {B}"),
    "table by names": (lambda v: TableGame.from_coalitions({"A": 1, "B": v, ("A", "B"): 3}), "the worth of {B}"),
    "dict": (lambda v: game_from({"A": 1, "B": v, "A,B": 3}), "the worth of {B}"),
    "list": (lambda v: game_from([0, 1, v, 3]), "the worth of {2}"),
    "data frame": (
        lambda v: game_from(pd.DataFrame({"A": [1, 0, 1], "B": [0, 1, 1], "worth": pd.Series([1, v, 3], dtype=object)})),
        "the worth of {B}",
    ),
    "function": (lambda v: FunctionGame("AB", lambda members: v).exact(0b10), "the worth of {B}"),
    "airport": (lambda v: AirportGame({"A": 1, "B": v}), "the cost of B"),
    "assignment": (lambda v: AssignmentGame({"r": {"c": 1, "d": v}}), "the worth of r and d"),
    "cardinality": (lambda v: CardinalityGame([1, v]), "the worth of 2 players"),
    "estate": (lambda v: ClaimsGame(v, [1, 2]), "the estate"),
    "claim": (lambda v: ClaimsProblem(1, {"A": 1, "B": v}), "the claim of B"),
    "capacity": (lambda v: FlowGame([("s", "t", 1, "A"), ("s", "t", v, "B")], "s", "t"), "the capacity of arc 2"),
    "gloves": (lambda v: GloveGame({"A": 1}, {"B": v}), "gloves of B"),
    "link": (lambda v: InducedSubgraphGame([("A", "B", v)]), "the link A - B"),
    "price": (lambda v: LinearProductionGame({"p": v}, {"r": {"p": 1}}, {"A": {"r": 1}}), "the price of p"),
    "use": (lambda v: LinearProductionGame({"p": 1}, {"r": {"p": v}}, {"A": {"r": 1}}), "the use of r: p"),
    "endowment": (lambda v: LinearProductionGame({"p": 1}, {"r": {"p": 1}}, {"A": {"r": v}}), "the endowment of A: r"),
    "market": (lambda v: MarketGame({"A": {"g": v}}, {"A": {"g": [[1, 1]]}}), "the g of A"),
    "utility": (lambda v: MarketGame({"A": {"g": 1}}, {"A": {"g": [[1, v]]}}), "the utility of g for A"),
    "waiting cost": (lambda v: QueueingGame({"A": 1, "B": v}), "the waiting cost of B"),
    "rule": (lambda v: RuleGame([(["A"], 1), (["A", "B"], v)]), "the worth of rule 2"),
    "time": (lambda v: SequencingGame({"A": 1, "B": v}, {"A": 1, "B": 1}), "the processing time of B"),
    "urgency": (lambda v: SequencingGame({"A": 1, "B": 1}, {"A": 1, "B": v}), "the urgency of B"),
    "shared link": (lambda v: SharedLinksGame({"trunk": (v, ["A"])}), "the cost of link 'trunk'"),
    "cost of a link": (lambda v: SpanningTreeGame([("well", "A", v)], "well"), "the link well - A"),
    "votes": (lambda v: VotingGame({"A": 1, "B": v}, 1), "the weight of B"),
    "quota": (lambda v: VotingGame([1, 1], v), "the quota"),
    "weights of the Shapley value": (lambda v: comity.weighted_shapley_value(T, {"A": 1, "B": v, "C": 1}), "the weight of B"),
    "weights of a semivalue": (lambda v: comity.semivalue(T, [0, v, 0]), "the weight of size 1"),
    "weights of sizes": (lambda v: comity.weighted_prenucleolus(T, [1, v]), "the weight of size 2"),
    "weights of coalitions": (lambda v: comity.weighted_nucleolus(T, {("A", "C"): v}), "the weight of {A, C}"),
    "core": (lambda v: comity.check_in_core(T, [1, v, 1]), "the amount of B"),
    "bargaining set": (lambda v: comity.check_in_bargaining_set(T, [1, v, 1]), "the amount of B"),
    "Weber set": (lambda v: comity.check_in_weber_set(T, [1, v, 1]), "the amount of B"),
    "least transfer": (lambda v: comity.least_transfer_to_core(T, {"A": 1, "B": v, "C": 1}), "an amount of B"),
    "start": (lambda v: comity.prekernel_point(T, [1, v, 1]), "the amount of B"),
    "epsilon": (lambda v: comity.core_vertices(T, v), "epsilon"),
    "factor": (lambda v: comity.scaled_game(T, v), "the factor"),
    "shift": (lambda v: comity.strategically_equivalent_game(T, 1, [1, v, 1]), "the amount of B"),
    "rule of an estate": (lambda v: comity.talmud_rule(v, {"A": 1, "B": 2}), "the estate"),
    "rule of claims": (lambda v: comity.constrained_equal_awards(1, {"A": 1, "B": v}), "the claim of B"),
    "capacity of a pool": (lambda v: comity.dominant_resource_fairness({"cpu": v}, {"A": {"cpu": 1}}), "the capacity of cpu"),
    "demand": (lambda v: comity.dominant_resource_fairness({"cpu": 1}, {"A": {"cpu": v}}), "A's need of cpu"),
}


@pytest.mark.parametrize("bad", NO_NUMBERS)
@pytest.mark.parametrize("place", PLACES)
def test_what_is_no_number_is_refused_with_its_place_and_value(place, bad):
    build, named = PLACES[place]
    value, quoted = NO_NUMBERS[bad]
    said = refusal(lambda: build(value))
    assert named in said
    assert quoted in said
    assert WAY_OUT.search(said)


@pytest.mark.parametrize("place", PLACES)
def test_numbers_of_other_libraries_are_numbers(place):
    build, _ = PLACES[place]
    said = []
    for number in (1, np.int64(1), np.float64(1), Decimal(1), "1", "2/2"):
        try:
            build(number)
        except ComityError as error:
            said.append(str(error))
    # Some places need more than a number, such as a semivalue whose weights add up; that is said of each alike.
    assert len(set(said)) <= 1
    assert len(said) in (0, 6)


@pytest.mark.parametrize("bad", [NAN, "2", None, True, 0, -1, 2.0, HUGE, [2]], ids=lambda bad: type(bad).__name__)
def test_what_counts_players_is_a_whole_number(bad):
    quoted = "4000 digits" if bad == HUGE else repr(bad)
    for place, call in {
        "k is": lambda: comity.is_k_convex(T, bad),
        "the order is": lambda: comity.shapley_interactions(T, bad),
        "order is": lambda: comity.banzhaf_interactions(T, bad),
    }.items():
        said = refusal(call)
        assert f"{place} {quoted}" in said or (place in said and quoted in said)
        assert WAY_OUT.search(said)


@pytest.mark.parametrize(
    "worths", [[0, 1, NAN, 3], [0, 1, INF, 3], [0, 1, 1j, 3], [False, True, True, True], ["0", "1", "x", "3"]]
)
def test_an_array_is_looked_at_before_it_is_taken(worths):
    said = refusal(lambda: TableGame(AB, np.array(worths)))
    assert "the worth of {" in said
    assert any(quoted in said for quoted in ("nan", "inf", "0j", "False", "'x'"))
    assert WAY_OUT.search(said)


# --- names, lengths, ranges --------------------------------------------------------------------------

# Each with what its message says: the place or the name, the value, the way out.
CASES: dict[str, tuple[Callable[[], Any], tuple[str, ...]]] = {
    # tables
    "a worth too few": (lambda: TableGame(AB, [0, 1, 2]), ("2 players need 2**2 = 4 worths", "(3,)", "give one for each")),
    "no power of two": (lambda: TableGame(None, [0, 1, 2]), ("2**n worths", "there are 3", "give one for each")),
    "no worths": (lambda: TableGame(None, []), ("there are 0", "give one for each")),
    "worths are None": (lambda: TableGame(AB, None), ("the worths are None", "list 2**n worths")),
    "worths are text": (lambda: TableGame(AB, "0123"), ("the worths are '0123'", "list 2**n worths")),
    "worths are masked": (
        lambda: TableGame(AB, np.ma.masked_equal([0.0, 1, 2, 5], 2)),
        ("the worth of {B} is masked", "give every coalition a worth"),
    ),
    "worths are an array of one": (lambda: TableGame(AB, np.array(5.0)), ("the worths are array(5.)", "list 2**n worths")),
    "worths by number": (lambda: TableGame(AB, {0: 0, 1: 1}), ("the worths are {0: 0, 1: 1}", "from_coalitions")),
    "two dimensions": (lambda: TableGame(AB, np.zeros((2, 2))), ("2 players", "(2, 2)", "give one for each")),
    "empty worth": (lambda: TableGame(AB, [5, 1, 2, 3]), ("the empty coalition is worth 5", "subtract it")),
    "empty worth by name": (lambda: game_from({"": 5, "A": 1}), ("the empty coalition is worth 5", "subtract it")),
    "orientation": (lambda: TableGame(AB, [0, 1, 2, 3], "loss"), ("orientation 'loss'", '"gain" or "cost"')),
    "orientation None": (lambda: TableGame(AB, [0, 1, 2, 3], None), ("orientation None", '"gain" or "cost"')),
    "a coalition missing": (lambda: TableGame.from_coalitions({"A": 1, ("A", "B"): 3}), ("first B", "give every coalition")),
    "a coalition twice": (
        lambda: TableGame.from_coalitions({"A": 1, "B": 1, ("A", "B"): 1, ("B", "A"): 2}),
        ("['A', 'B'] is given twice", "keep one"),
    ),
    "a coalition of a stranger": (lambda: TableGame.from_coalitions({"A": 1, "Z": 1}, ["A"]), ("'Z'", "the players are A")),
    "a coalition by number": (lambda: TableGame.from_coalitions({1: 1}), ("the coalition 1 is not names", "write 'A'")),
    "worths in a list": (lambda: TableGame.from_coalitions([1, 2]), ("the worths are [1, 2]", "write {'A': 1")),
    # players
    "nobody": (lambda: TableGame([], [0]), ("at least one player",)),
    "nobody at the airport": (lambda: AirportGame({}), ("at least one player",)),
    "players are a number": (lambda: TableGame(2, [0, 1, 2, 3]), ("the players are 2", "list their names")),
    "the same name twice": (lambda: TableGame(["A", "A"], [0, 1, 2, 3]), ("repeat: A", "give each player a name of its own")),
    "the same name on both sides": (lambda: AssignmentGame({"A": {"A": 1}}), ("repeat: A", "give each player a name")),
    "forty in a table": (lambda: TableGame(MANY, [0]), ("40 players", "2**40", "use a structured game")),
    "forty by name": (lambda: game_from(dict.fromkeys(MANY, 1)), ("40 players", "2**40", "use a structured game")),
    "forty planes in a table": (lambda: AirportGame([1] * 40).table(), ("40 players", "2**40", "use a structured game")),
    "forty voters in a table": (
        lambda: comity.modiclus(VotingGame([1] * 40, 21)),
        ("40 players", "2**40", "use a structured game"),
    ),
    **{
        f"a player called {name!r}": (
            lambda name=name: TableGame(["A", name], [0, 1, 2, 3]),
            (f"player name {name!r}", "use text"),
        )
        for name in ("", " ", "B,C", "B\nC", "B\tC", "B\x00", 7, None, NAN, True, b"B", ("B",))
    },
    "a name too few": (
        lambda: AirportGame([1, 2], ["A"]),
        ("1 players are named", "data are for 2", "give the cost of each of A"),
    ),
    "numbers are None": (lambda: AirportGame(None), ("the cost of each player", "None", "write {'A': 1")),
    "numbers are a number": (lambda: VotingGame(3, 2), ("the weight of each player", "3", "write {'A': 1")),
    "numbers are text": (lambda: AirportGame("12"), ("the cost of each player", "'12'", "write {'A': 1")),
    "claims are None": (lambda: comity.talmud_rule(1, None), ("the claim of each player", "None", "write {'A': 1")),
    "numbers of others": (lambda: AirportGame({"A": 1}, ["B"]), ("the cost is missing for B", "names given are A")),
    # ranges
    "a cost below 0": (lambda: AirportGame({"A": -1}), ("the cost of A is -1", "use 0 or more")),
    "a claim below 0": (lambda: ClaimsGame(1, {"A": -1, "B": 3}), ("the claim of A is -1", "use 0 or more")),
    "an estate below 0": (lambda: ClaimsGame(-1, [1, 2]), ("the estate is -1", "lies between 0 and")),
    "an estate too large": (lambda: comity.talmud_rule(9, [1, 2]), ("the estate is 9", "add up to 3", "lies between 0 and")),
    "a capacity below 0": (lambda: FlowGame([("s", "t", -1, "A")], "s", "t"), ("capacity of arc 1 is -1", "use 0 or more")),
    "gloves below 0": (lambda: GloveGame({"A": -1}, {"B": 1}), ("A owns -1 left gloves", "use 0 or more")),
    "owners below 0": (lambda: GloveGame(-1, 1), ("-1 owners of left gloves", "use 0 to")),
    "owners beyond counting": (lambda: GloveGame(1, HUGE), ("4000 digits owners of right gloves", "use 0 to")),
    "a use below 0": (
        lambda: LinearProductionGame({"p": 1}, {"r": {"p": -1}}, {"A": {"r": 1}}),
        ("the use of r has -1 of p", "use 0 or more"),
    ),
    "nothing is used": (
        lambda: LinearProductionGame({"p": 1}, {"r": {"p": 0}}, {"A": {"r": 1}}),
        ("product 'p' is worth 1 and uses no resource", "say what it uses"),
    ),
    "a good below 0": (lambda: MarketGame({"A": {"g": -1}}, {"A": {"g": [[1, 1]]}}), ("the g of A is -1", "use 0 or more")),
    "waiting below 0": (lambda: QueueingGame({"A": -1}), ("the waiting cost of A is -1", "use 0 or more")),
    "a link below 0": (lambda: SpanningTreeGame([("s", "A", -1)], "s"), ("link s - A costs -1", "use 0 or more")),
    "a shared link below 0": (lambda: SharedLinksGame({"l": (-1, ["A"])}), ("link 'l' is -1", "use 0 or more")),
    "votes below 0": (lambda: VotingGame({"A": 2, "B": -1}, 1), ("the weight of B is -1", "use 0 or more")),
    "a quota of 0": (lambda: VotingGame([1, 1], 0), ("the quota is 0", "use a positive quota")),
    "a quota below 0": (lambda: VotingGame([1, 1], -3), ("the quota is -3", "use a positive quota")),
    "a quota nobody meets": (lambda: comity.banzhaf_index(VotingGame([1, 1], 5)), ("no coalition wins",)),
    "a power index of other games": (lambda: comity.banzhaf_index(T), ("neither 0 nor 1", "give a simple game")),
    "served in the middle": (lambda: QueueingGame([1, 2], "middle"), ("served 'middle'", 'use "first" or "last"')),
    # parts of models
    "no matrix": (lambda: AssignmentGame(None), ("the matrix is None", "write a list of rows")),
    "a flat matrix": (lambda: AssignmentGame([1, 2]), ("row 1 of the matrix is 1", "write a list of worths")),
    "a flat matrix by name": (lambda: AssignmentGame({"r": 3}), ("the row of r is 3", "write {column: worth}")),
    "a ragged matrix": (lambda: AssignmentGame([[1, 2], [3]]), ("row 2 of the matrix has 1", "give one for each column")),
    "a size missing": (lambda: CardinalityGame({1: 1, 3: 2}), ("the sizes [1, 3]", "give each size from 1")),
    "from source to source": (lambda: FlowGame([("s", "t", 1, "A")], "s", "s"), ("from 's' to 's'", "name two different")),
    "an arc of nobody": (lambda: FlowGame([("s", "t", 1)], "s", "t"), ("arc 1 is ('s', 't', 1)", "write (tail, head")),
    "an arc of a stranger": (lambda: FlowGame([("s", "t", 1, "Z")], "s", "t", ["B"]), ("'Z' owns an arc", "name everybody")),
    "no function": (lambda: FunctionGame("AB", 3), ("the worth is 3", "give a function")),
    "a link of one": (lambda: InducedSubgraphGame([("A",)]), ("('A',) is no link", "write two names and a number")),
    "two weights": (lambda: InducedSubgraphGame([("A", "B", 1), ("B", "A", 2)]), ("as 1 and as 2", "keep one")),
    "a link of a stranger": (lambda: InducedSubgraphGame([("A", "Z", 1)], ["A"]), ("A - Z", "'Z'", "the players are A")),
    "no uses": (lambda: LinearProductionGame([1], None, [[1]]), ("the uses are None", "write {name")),
    "another product": (
        lambda: LinearProductionGame({"p": 1}, {"r": {"q": 1}}, {"A": {"r": 1}}),
        ("the use of r names 'q'", "use these names"),
    ),
    "another resource": (
        lambda: LinearProductionGame({"p": 1}, {"r": {"p": 1}}, {"A": {"z": 1}}),
        ("the endowment of A names 'z'", "use these names"),
    ),
    "no steps": (lambda: MarketGame({"A": {"g": 1}}, {"A": {"g": 1}}), ("the utility of g for A is 1", "write steps")),
    "rising prices": (
        lambda: MarketGame({"A": {"g": 1}}, {"A": {"g": [[1, 1], [1, 2]]}}),
        ("the utility of g for A rises from 1 to 2", "do not rise"),
    ),
    "a circle of superiors": (lambda: PermissionTreeGame(T, {"A": "B", "B": "A"}), ("A, B", "circle", "break it")),
    "one's own superior": (lambda: PermissionTreeGame(T, {"A": "A"}), ("A", "circle", "break it")),
    "an unknown superior": (lambda: PermissionTreeGame(T, {"A": "Z"}), ("the superiors of A", "'Z'", "the players are A, B, C")),
    "permission without a game": (lambda: PermissionTreeGame(3, {}), ("is 3", "give a game")),
    "a rule for nobody": (lambda: RuleGame([([], ["A"], 1)]), ("rule 1", "name a player")),
    "a rule against itself": (lambda: RuleGame([(["A"], ["A"], 1)]), ("rule 1 wants A both", "keep one")),
    "a rule of a stranger": (lambda: RuleGame([(["Z"], 1)], ["A"]), ("rule 1", "'Z'", "the players are A")),
    "a rule in other words": (lambda: RuleGame([{"present": ["A"], "value": 1}]), ("rule 1", "value", 'use "present"')),
    "no time": (lambda: SequencingGame([0, 1], [1, 1]), ("1 takes 0", "times are positive")),
    "a time too few": (lambda: SequencingGame([1], [1, 1]), ("1 players are named", "for 2", "give the urgency")),
    "a link without users": (lambda: SharedLinksGame({"l": 1}), ("link 'l' is 1", "write (cost, users)")),
    "a link of another user": (lambda: SharedLinksGame({"l": (1, ["Z"])}, ["A"]), ("link 'l'", "'Z'", "the players are A")),
    "far from the well": (
        lambda: SpanningTreeGame([("s", "A", 1), ("B", "A", 1)], "s"),
        ("B has no link to s", "give it a cost"),
    ),
    "another well": (lambda: SpanningTreeGame([("s", "A", 1)], "x"), ("no link to x", "give it a cost")),
    "a link to itself": (lambda: SpanningTreeGame([("s", "A", 1), ("A", "A", 1)], "s"), ("a link A - A", "two different")),
    # arguments of concepts and properties
    "a weight of 0": (
        lambda: comity.weighted_shapley_value(T, {"A": 1, "B": 0, "C": 1}),
        ("the weight of B is 0", "use a small one"),
    ),
    "a weight below 0": (lambda: comity.weighted_shapley_value(T, [1, -2, 1]), ("the weight of B is -2", "weights are positive")),
    "a weight missing": (lambda: comity.weighted_shapley_value(T, {"A": 1, "B": 2}), ("missing for C", "names given are A, B")),
    "a weight of a stranger": (
        lambda: comity.weighted_shapley_value(T, {"A": 1, "B": 2, "C": 1, "D": 2}),
        ("the weight is given for 'D'", "the players are A, B, C", "leave others out"),
    ),
    "a weight too few": (
        lambda: comity.weighted_shapley_value(T, [1, 2]),
        ("data are for 2", "give the weight of each of A, B, C"),
    ),
    "no weights": (lambda: comity.weighted_shapley_value(T, None), ("the weight", "None", "write {'A': 1")),
    "weights are text": (lambda: comity.weighted_shapley_value(T, "123"), ("the weight", "'123'", "write {'A': 1")),
    "chances above 1": (lambda: comity.semivalue(T, [1, 1, 1]), ("the weights", "add up to 4, not 1", "divide each")),
    "chances below 0": (lambda: comity.semivalue(T, [2, -1, 1]), ("the weight of size 1 is -1", "use 0 or more")),
    "a chance too few": (lambda: comity.semivalue(T, [1]), ("1 weights for 3 players", "give one for each")),
    "chances by name": (lambda: comity.semivalue(T, {"A": 1}), ("the weights are {'A': 1}", "give one for each")),
    "a size of weight 0": (lambda: comity.weighted_nucleolus(T, [0, 1]), ("the weight of size 1 is 0", "more than 0")),
    "a size too few": (lambda: comity.weighted_prenucleolus(T, [1]), ("1 weights for 3 players", "give 2")),
    "sizes are a number": (lambda: comity.weighted_prenucleolus(T, 3), ("the weights are 3", "give one for each size")),
    "coalitions missing": (
        lambda: comity.weighted_prenucleolus(T, {"A": 1}),
        ("5 coalitions have no weight", "{B}", "give every"),
    ),
    "a coalition of a number": (lambda: comity.weighted_prenucleolus(T, {1: 1}), ("a coalition is 1", "name its members")),
    "everybody weighted": (
        lambda: comity.weighted_prenucleolus(T, {("A", "B", "C"): 1}),
        ("{A, B, C} needs no weight", "leave it out"),
    ),
    "amounts too few": (lambda: comity.check_in_core(T, [1, 2]), ("2 amounts for 3 players", "give one each")),
    "amounts by name": (lambda: comity.check_in_core(T, {"A": 1}), ("the amounts are {'A': 1}", "list one for each player")),
    "amounts are None": (lambda: comity.check_in_weber_set(T, None), ("the amounts are None", "list one for each player")),
    "amounts of a stranger": (
        lambda: comity.least_transfer_to_core(T, {"A": 1, "B": 1, "Z": 7}),
        ("missing for C", "names given are A, B, Z"),
    ),
    "amounts that do not add up": (lambda: comity.least_transfer_to_core(T, [1, 1, 1]), ("add up to 3", "9", "start from")),
    "a start that does not add up": (lambda: comity.prekernel_point(T, [1, 1, 1]), ("add", "3", "9", "give amounts")),
    "another model's rule": (lambda: comity.bird_rule(T), ("SpanningTreeGame", "TableGame", "core_point serves any game")),
    "k beyond everybody": (lambda: comity.is_k_convex(T, 9), ("k is 9", "use a whole number from 1")),
    # transforms
    "a part with a stranger": (lambda: comity.subgame(T, ["Z"]), ("'Z'", "the players are A, B, C")),
    "a part of nobody": (lambda: comity.subgame(T, []), ("at least one player",)),
    "a part beyond all": (lambda: comity.subgame(T, 99), ("no coalition 99", "use 0 to 7")),
    "a part below nobody": (lambda: comity.marginal_game(T, -1), ("no coalition -1", "use 0 to 7")),
    "a part of truth": (lambda: comity.subgame(T, True), ("the coalition is True", "use 0 to 7")),
    "a part of None": (lambda: comity.subgame(T, None), ("a coalition is None", "name its members")),
    "a member twice": (lambda: comity.subgame(T, ["A", "A"]), ("'A' is named twice", "name each player once")),
    "other players": (lambda: comity.sum_game(T, TableGame(["X", "Y", "Z"], [0] * 8)), ("(X, Y, Z)", "use the same players")),
    "costs and gains": (lambda: comity.sum_game(T, TableGame(list("ABC"), [0] * 8, "cost")), ("cost", "one orientation")),
    "a number added": (lambda: comity.sum_game(T, 3), ("3 is no game", "give games")),
    "a factor below 0": (lambda: comity.strategically_equivalent_game(T, -1, [1] * 3), ("the factor is -1", "use scaled_game")),
    "shifts too few": (lambda: comity.strategically_equivalent_game(T, 1, [1]), ("1 amounts", "3 players", "give one each")),
    "no shifts": (lambda: comity.strategically_equivalent_game(T, 1, None), ("the amounts are None", "list one for each")),
    "no unit": (lambda: comity.zero_one_normalised_game(TableGame(None, [0, 1, 2, 3])), ("gain 0", "use zero_normalised_game")),
    # any data
    "a game of None": (lambda: game_from(None), ("NoneType", "give a dict")),
    "a game of a set": (lambda: game_from({1, 2}), ("set", "give a dict")),
    "three worths": (lambda: game_from([0, 1, 2]), ("2**n worths", "(3,)", "give each")),
    "a function of nobody": (lambda: game_from(lambda members: 1), ("does not say who plays", "give players=")),
    "a key that is a number": (lambda: game_from({1: 1}), ("the coalition 1 is not names", "write")),
    "a key missing": (lambda: game_from({"A": 1, "B": 1, "A,C": 3}), ("no value", "give every coalition")),
    "players of other data": (lambda: game_from({"A": 1, "B": 1, "A,B": 3}, ["A", "C"]), ("'B'", "the players are A, C")),
    "a frame without worths": (
        lambda: game_from(pd.DataFrame({"A": [1], "B": [2]})),
        ("the columns are A, B", '"worth" or "cost"'),
    ),
    "a frame with other marks": (
        lambda: game_from(pd.DataFrame({"A": [1, 0, 2], "B": [0, 1, 1], "worth": [1, 1, 2]})),
        ("column 'A' holds 2", "write 1"),
    ),
    "a frame with a coalition twice": (
        lambda: game_from(pd.DataFrame({"A": [1, 1, 1], "B": [0, 0, 1], "worth": [1, 1, 2]})),
        ("{A} is given twice", "keep one"),
    ),
    "a series with a hole": (lambda: game_from(pd.Series([1, 2, NAN], index=["A", "B", "A,B"])), ("{A, B}", "nan", "write one")),
    # names of concepts
    "a concept misspelt": (lambda: comity.compare(T, ["shaply_value"]), ("'shaply_value'", "did you mean 'shapley_value'")),
    "a concept that needs more": (
        lambda: comity.compare(T, ["owen_value"]),
        ("owen_value needs unions", "call comity.owen_value"),
    ),
    "no concept at all": (lambda: comity.compare(T, []), ("no concept", "name one")),
    "concepts are a number": (lambda: comity.compare(T, 3), ("the concepts are 3", "write a list")),
    "a concept is a number": (lambda: comity.compare(T, [3]), ("3 is no concept", "give a name")),
    "compared without a game": (lambda: comity.compare(3), ("3 is no game", "make one")),
    "a result that is no JSON": (lambda: Allocation.from_json("shapley"), ("not JSON", "give what to_json wrote")),
    "a result of another form": (lambda: Allocation.from_json("[1]"), ('"schema" should be "result/0.1"',)),
}


@pytest.mark.parametrize("case", CASES)
def test_bad_data_are_refused_with_the_place_the_value_and_the_way_out(case):
    call, parts = CASES[case]
    said = refusal(call)
    for part in parts:
        assert part in said


# --- unions and links ----------------------------------------------------------------------------------

UNIONS = {
    "overlap": ([["A", "B"], ["B", "C"]], "{B} is in two unions", "put each player in one"),
    "a player missing": ([["A", "B"]], "C", "is in no union"),
    "nobody in any": ([], "C", "is in no union"),
    "a stranger": ([["A", "B"], ["C", "Z"]], "'Z'", "the players are A, B, C"),
    "no name": ([["A", "B"], ["C", NAN]], "nan", "the players are A, B, C"),
    "a union of nobody": ([["A", "B", "C"], []], "has no members", "leave it out"),
    "a player twice": ([["A", "A", "B"], ["C"]], "'A' is named twice", "name each player once"),
    "too deep": ([[["A"]], ["B", "C"]], "['A']", "the players are A, B, C"),
    "too flat": ([1, 2], " 1", "name its members|write"),
    "None": (None, "None", "give them as"),
    "a number": (3, "3", "give them as"),
    "text": ("ABC", "'ABC'", "give them as"),
}
LINKS = {
    "to a stranger": ([("A", "Z")], "'Z'", "the players are A, B, C"),
    "by number": ([(0, 1)], "0", "the players are A, B, C"),
    "to nobody": ([("A", NAN)], "nan", "the players are A, B, C"),
    "of a list": ([(["A"], "B")], "['A']", "the players are A, B, C"),
    "of three": ([("A", "B", "C")], "('A', 'B', 'C')", "write two"),
    "of one text": (["AB"], "'AB'", "write two"),
    "flat": ([1], "1", "write two"),
    "None": (None, "None", "(give|write) pairs"),
    "a number": (3, "3", "(give|write) pairs"),
    "text": ("AB", "'AB'", "(give|write) pairs"),
    "another graph": (nx.Graph([("A", "Q")]), "'Q'", "the players are A, B, C"),
}
ONLY_LINKS = {
    "to itself": ([("A", "A")], "A to itself", "leave it out"),
    "twice": ([("A", "B"), ("B", "A")], "A and B is given twice", "give each link once"),
}


@pytest.mark.parametrize("bad", UNIONS)
@pytest.mark.parametrize("concept", ["owen_value", "banzhaf_owen_value", "quotient_game"])
def test_unions_are_lists_of_players_each_in_one(concept, bad):
    unions, named, way_out = UNIONS[bad]
    said = refusal(lambda: getattr(comity, concept)(T, unions))
    assert named in said
    assert re.search(way_out, said)


@pytest.mark.parametrize("bad", LINKS | ONLY_LINKS)
@pytest.mark.parametrize("concept", ["myerson_value", "position_value", "average_tree_solution", "graph_restricted_game"])
def test_links_join_two_players(concept, bad):
    if concept == "graph_restricted_game" and bad in ONLY_LINKS:
        comity.graph_restricted_game(T, ONLY_LINKS[bad][0])  # who is joined to whom is all that counts there
        return
    links, named, way_out = (LINKS | ONLY_LINKS)[bad]
    said = refusal(lambda: getattr(comity, concept)(T, links))
    assert named in said
    assert re.search(way_out, said)


def test_every_concept_with_arguments_is_swept_here():
    swept = {"owen_value", "banzhaf_owen_value", "myerson_value", "position_value", "average_tree_solution"}
    swept |= {"weighted_shapley_value", "semivalue", "weighted_nucleolus", "weighted_prenucleolus"}
    swept |= {"least_transfer_to_core"}
    assert {name for name, concept in solutions().items() if arguments_beside_the_game(concept)} <= swept


# --- files and the command line --------------------------------------------------------------------------


def game_text(**changes: Any) -> str:
    data = {"schema": "game/0.1", "kind": "table", "players": AB, "orientation": "gain", "values": {"A": 0, "B": 1, "A,B": 3}}
    return json.dumps({key: value for key, value in (data | changes).items() if value != "LEFT OUT"})


DEEP = "[" * 100_000 + "]" * 100_000
FILES: dict[str, tuple[str, str, tuple[str, ...]]] = {
    "nothing": ("json", "", ("JSON",)),
    "no JSON": ("json", '{"schema": ', ("JSON",)),
    "a list": ("json", "[1]", ("list", "start with {")),
    "another schema": ("json", game_text(schema="game/9"), ("'game/9'", '"game/0.1"')),
    "no schema": ("json", game_text(schema="LEFT OUT"), ('"schema" is None', '"game/0.1"')),
    "an unknown kind": ("json", game_text(kind="chess"), ("\"kind\" is 'chess'", "use one of")),
    "a kind that is a list": ("json", game_text(kind=["table"]), ("['table']", "use one of")),
    "a field too many": ("json", game_text(colour="red"), ("colour",)),
    "a field too few": ("json", game_text(values="LEFT OUT"), ("values",)),
    "no players": ("json", game_text(players=[]), ("player",)),
    "players are text": ("json", game_text(players="AB"), ('"players"',)),
    "a name with a comma": ("json", game_text(players=["A", "B,C"]), ("'B,C'", "use text")),
    "a name twice": ("json", game_text(players=["A", "A"]), ("repeat: A", "give each player a name")),
    "forty players": ("json", game_text(players=MANY), ("40 players", "2**40", "use a structured game")),
    "a coalition missing": ("json", game_text(values={"A": 0, "B": 1}), ("{A, B}", "give every coalition")),
    "a coalition of a stranger": ("json", game_text(values={"A": 0, "Z": 1}), ("'Z'",)),
    "NaN": ("json", game_text(values={"A": 0, "B": NAN, "A,B": 3}), ("NaN", "only finite numbers")),
    "infinity": ("json", game_text(values={"A": 0, "B": INF, "A,B": 3}), ("Infinity", "only finite numbers")),
    "1e400": ("json", game_text().replace("1,", "1e400,", 1), ("{B}", "1E+400", "choose another unit")),
    "1e400 in text": ("json", game_text(values={"A": 0, "B": "1e400", "A,B": 3}), ("{B}", "1e400", "choose another unit")),
    "a truth": ("json", game_text(values={"A": 0, "B": True, "A,B": 3}), ("{B}", "True", "write a number")),
    "null": ("json", game_text(values={"A": 0, "B": None, "A,B": 3}), ("{B}", "None", "write digits")),
    "a list for a number": ("json", game_text(values={"A": 0, "B": [1], "A,B": 3}), ("{B}", "[1]", "write digits")),
    "a word for a number": ("json", game_text(values={"A": 0, "B": "one", "A,B": 3}), ("{B}", "'one'", "write digits")),
    "a key twice": ("json", game_text().replace('"B": 1', '"B": 1, "B": 2'), ("'B' twice", "keep one")),
    "an orientation": ("json", game_text(orientation="loss"), ("loss", "gain")),
    "too deep": ("json", DEEP, ("JSON",)),
    "a very long number": ("json", game_text().replace("3", "3" * 5000), ("digits",)),
    "no columns": ("csv", "", ()),
    "no worths": ("csv", "A,B\n1,0\n", ("A, B", '"worth" or "cost"')),
    "nan in a row": ("csv", 'coalition,worth\nA,0\nB,nan\n"A,B",3\n', ("{B}", "nan", "write")),
    "1e400 in a row": ("csv", 'coalition,worth\nA,0\nB,1e400\n"A,B",3\n', ("{B}", "1e400", "choose another unit")),
    "a word in a row": ("csv", 'coalition,worth\nA,0\nB,one\n"A,B",3\n', ("{B}", "'one'", "write digits")),
    "nothing in a row": ("csv", 'coalition,worth\nA,0\nB,\n"A,B",3\n', ("{B}", "''", "write digits")),
    "a coalition twice in rows": ("csv", "coalition,worth\nA,0\nA,1\n", ("{A} is given twice", "keep one")),
    "a row missing": ("csv", "coalition,worth\nA,0\nB,1\n", ("A, B", "give every coalition")),
    "other marks": ("csv", "A,B,worth\n1,0,0\n0,1,1\n1,x,3\n", ("column 'B' holds 'x'", "write 1")),
    "a row too long": ("csv", "A,B,worth\n1,0,0,7\n0,1,1\n1,1,3\n", ("line 2", "4 cells")),
    "the empty coalition": ("csv", 'coalition,worth\n"",4\nA,0\n', ("the empty coalition is worth 4", "subtract it")),
}


@pytest.mark.parametrize("bad", FILES)
def test_a_bad_file_is_refused_by_the_library_and_by_the_command(bad, tmp_path):
    ending, text, parts = FILES[bad]
    path = tmp_path / f"game.{ending}"
    path.write_text(text, encoding="utf-8")
    said = refusal(lambda: read_game(path))
    for part in parts:
        assert part in said
    done = CliRunner().invoke(main, ["solve", str(path), "--concept", "shapley_value"])
    assert isinstance(done.exception, SystemExit)
    assert done.exit_code == WRONG
    assert "Traceback" not in done.output
    assert " ".join(said.split()) in " ".join(done.output.split())


@pytest.mark.parametrize("kind", game_kinds())
def test_every_kind_on_file_names_a_field_too_many_and_a_field_too_few(kind):
    form = game_kinds()[kind].random(3, np.random.default_rng(0)).to_json()
    assert "colour" in refusal(lambda: read_game({**form, "colour": "red"}))
    own = [key for key in form if key not in ("schema", "kind", "players", "orientation")]
    for key in own:
        assert key in refusal(lambda key=key: read_game({name: value for name, value in form.items() if name != key}))
        for bad in (None, True, {"Z": {"Z": "Z"}}):
            refusal(lambda key=key, bad=bad: read_game({**form, key: bad}))


@pytest.mark.parametrize(
    ("arguments", "parts"),
    [
        (["solve", "NOWHERE.json", "--concept", "nucleolus"], ("NOWHERE.json", "cannot be read", "give the path")),
        (["solve", "GAME", "--concept", "nucleolos"], ("'nucleolos'", "did you mean 'nucleolus'")),
        (["solve", "GAME", "--concept", "owen_value"], ("owen_value needs unions", "call comity.owen_value")),
        (["solve", "GAME"], ("--concept NAME", "--all")),
        (["solve", "GAME", "--all", "--concept", "nucleolus"], ("--concept NAME", "--all")),
        (["solve", "GAME", "--concept", "banzhaf_index"], ("neither 0 nor 1", "give a simple game")),
        (["solve", "FOLDER", "--concept", "nucleolus"], ("cannot be read", "give the path")),
        (["solve", "GAME", "--concept", "nucleolus", "--json", "FOLDER"], ("FOLDER",)),
    ],
    ids=lambda value: " ".join(value[1:]) if isinstance(value, list) else "",
)
def test_the_command_line_says_what_is_wrong_in_one_message(arguments, parts, tmp_path):
    game = tmp_path / "game.json"
    game.write_text(game_text(), encoding="utf-8")
    places = {"GAME": str(game), "FOLDER": str(tmp_path)}
    done = CliRunner().invoke(main, [places.get(argument, argument) for argument in arguments])
    assert isinstance(done.exception, SystemExit), repr(done.exception)
    assert done.exit_code == WRONG
    assert "Traceback" not in done.output
    for part in parts:
        assert places.get(part, part) in done.output
