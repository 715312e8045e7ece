"""Coalition structures under side constraints: the best of all partitions by enumeration, and near misses refuted."""

import json
import subprocess
import sys
from fractions import Fraction
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import comity
from comity.certificate import Certificate, Verdict
from comity.checks.constrained_coalition_structure import (
    check_constrained_coalition_structure,
    check_no_coalition_structure,
)
from comity.errors import ComityError, Infeasible, InvalidEvidence, TooManyPlayers
from comity.games.coalitional.base import Game
from comity.games.coalitional.function import FunctionGame
from comity.games.coalitional.linear_production import LinearProductionGame
from comity.games.coalitional.structure_constraints import Limit, read_structure_constraints, structure_constraints
from comity.games.coalitional.table import TableGame
from comity.solvers.allocation import constrained_coalition_structure
from comity.solvers.allocation.coalition_structure import optimal_coalition_structure
from comity.testing import strategies

F = Fraction
games = strategies.gain_or_cost_games(max_players=5)


# --- by enumeration, in sets of names ---------------------------------------------------------------


def partitions(names):
    """Every partition: the last player joins a coalition of the others', or is alone."""
    if not names:
        yield []
        return
    *others, last = names
    for parts in partitions(others):
        yield [*parts, frozenset([last])]
        for k in range(len(parts)):
            yield [part | {last} if i == k else part for i, part in enumerate(parts)]


def worth(game, coalition):
    return game.exact(sum(1 << i for i, name in enumerate(game.players) if name in coalition))


def amount(limit, coalition):
    return worth(limit.amount, coalition) if isinstance(limit.amount, Game) else sum(limit.amount[i] for i in coalition)


def within(limit, number):
    return (limit.at_least is None or limit.at_least <= number) and (limit.at_most is None or number <= limit.at_most)


def meets(parts, asked):
    """The constraints once more, said of sets."""
    return (
        all(asked.get("smallest_coalition", 1) <= len(S) <= asked.get("largest_coalition", 99) for S in parts)
        and asked.get("fewest_coalitions", 1) <= len(parts) <= asked.get("most_coalitions", 99)
        and all(any(set(group) <= S for S in parts) for group in asked.get("together", ()))
        and all(len(S & set(group)) <= 1 for group in asked.get("apart", ()) for S in parts)
        and not any(set(coalition) == S for coalition in asked.get("forbidden", ()) for S in parts)
        and ("allowed" not in asked or all(S in map(frozenset, asked["allowed"]) for S in parts))
        and all(within(limit, amount(limit, S)) for limit in asked.get("each_coalition", ()) for S in parts)
        and all(within(limit, sum(amount(limit, S) for S in parts)) for limit in asked.get("in_total", ()))
    )


@st.composite
def asked_of(draw, players):
    """One to four constraints, often contradictory."""
    n = len(players)
    count = st.integers(1, n)
    coalition = st.lists(st.sampled_from(players), min_size=1, unique=True)
    group = st.lists(st.sampled_from(players), min_size=2, max_size=3, unique=True)
    sides = st.sampled_from([{"at_least": 3}, {"at_most": 6}, {"at_least": F(5, 2), "at_most": 7.5}])
    each = st.fixed_dictionaries({i: st.integers(0, 5) for i in players})
    table = st.lists(strategies.numbers(0, 6), min_size=(1 << n) - 1, max_size=(1 << n) - 1)
    of_coalitions = table.map(lambda costs: TableGame(players, [0, *costs], "cost"))
    limits = st.lists(st.builds(lambda a, s: Limit(a, **s), each | of_coalitions, sides), min_size=1, max_size=2)
    kinds = {
        "smallest_coalition": count,
        "largest_coalition": count,
        "fewest_coalitions": count,
        "most_coalitions": count,
        "forbidden": st.lists(coalition, min_size=1, max_size=4),
        "allowed": st.lists(coalition, max_size=8),
        "each_coalition": limits,
        "in_total": limits,
    }
    if n > 1:
        kinds |= {"together": st.lists(group, min_size=1, max_size=2), "apart": st.lists(group, min_size=1, max_size=2)}
    names = draw(st.lists(st.sampled_from(sorted(kinds)), min_size=1, max_size=4, unique=True))
    return {name: draw(kinds[name]) for name in names}


def repeated(game, found):
    """The check, from what the certificate itself says after a trip through JSON."""
    certificate = Certificate.from_json(json.loads(json.dumps(found.certificate.to_json())))
    assert certificate == found.certificate
    return check_constrained_coalition_structure(game, found.coalitions, certificate.witness["constraints"], certificate.witness)


def agrees_with_enumeration(game, asked):
    totals = [sum((worth(game, S) for S in parts), F(0)) for parts in partitions(list(game.players)) if meets(parts, asked)]
    if not totals:
        with pytest.raises(Infeasible) as refused:
            optimal_coalition_structure(game, **asked)
        certificate = refused.value.certificate
        assert certificate
        assert (
            check_no_coalition_structure(game, structure_constraints(game.players, **asked), certificate.witness) == certificate
        )
        return
    found = optimal_coalition_structure(game, **asked)
    assert meets([frozenset(S) for S in found.coalitions], asked)
    assert found.total == (max if game.sign > 0 else min)(totals)
    assert found.certificate.margin == 0
    if "constraints" in found.certificate.witness:  # otherwise nothing was excluded
        assert repeated(game, found) == found.certificate


@settings(max_examples=80)
@given(games, st.data())
def test_no_partition_that_meets_the_constraints_is_better(game, data):
    agrees_with_enumeration(game, data.draw(asked_of(game.players)))


@settings(max_examples=8)
@given(strategies.gain_or_cost_games(min_players=6, max_players=6), st.data())
def test_six_players(game, data):
    agrees_with_enumeration(game, data.draw(asked_of(game.players)))


@settings(max_examples=25)
@given(games)
def test_a_constraint_that_excludes_nothing_changes_nothing(game):
    free = optimal_coalition_structure(game)
    for asked in ({"largest_coalition": game.n}, {"fewest_coalitions": 1}, {"forbidden": [], "most_coalitions": game.n}):
        assert optimal_coalition_structure(game, **asked).total == free.total


@settings(max_examples=20)
@given(games, st.data())
def test_the_proof_stands_when_the_integer_programme_finds_nothing(game, data):
    asked = data.draw(asked_of(game.players))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(constrained_coalition_structure, "_by_integer_programme", lambda *_: None)
        agrees_with_enumeration(game, asked)


# --- by hand ------------------------------------------------------------------------------------------

# A research union of four laboratories.  Each pair is worth 10 together but A and B 16; three are worth 21, all 26, one alone 4.
LABS = ("A", "B", "C", "D")


def labs(coalition):
    return 16 if coalition == {"A", "B"} else [0, 4, 10, 21, 26][len(coalition)]


UNION = FunctionGame(LABS, labs, key="four laboratories")
SECRETARIATS = FunctionGame(LABS, lambda S: 3 * (len(S) > 1), key="secretariats", orientation="cost")


@pytest.mark.parametrize(
    ("asked", "total"),
    [
        ({"largest_coalition": 2}, 26),  # A and B, C and D
        ({"apart": [("A", "B")]}, 25),  # three with one of A and B, the other alone; two pairs are worth 20
        ({"apart": [("A", "B")], "smallest_coalition": 2}, 20),
        ({"together": [("A", "B"), ("B", "C")], "fewest_coalitions": 2}, 25),  # A, B and C; D alone
        ({"together": [("A", "B"), ("B", "C")]}, 26),
        ({"allowed": [("A",), ("B", "C", "D"), ("A", "B")]}, 25),
        ({"fewest_coalitions": 4}, 16),
        ({"most_coalitions": 2, "fewest_coalitions": 2, "forbidden": [("C", "D")]}, 25),  # three and one
        # C and D have the two reviewers, and every coalition needs one.
        ({"each_coalition": [Limit({"A": 0, "B": 0, "C": 1, "D": 1}, at_least=1)], "fewest_coalitions": 2}, 25),
        # A secretariat costs 3 for a coalition of more than one: a trillionth short, there is none.
        ({"largest_coalition": 2, "in_total": [Limit(SECRETARIATS, at_most=5)]}, 24),
        ({"in_total": [Limit(SECRETARIATS, at_most=3)]}, 26),
        ({"in_total": [Limit(SECRETARIATS, at_most="2.999999999999")]}, 16),
    ],
)  # fmt: skip
def test_four_laboratories(asked, total):
    found = optimal_coalition_structure(UNION, **asked)
    assert found.total == total == sum(labs(set(S)) for S in found.coalitions)
    assert meets([frozenset(S) for S in found.coalitions], asked)
    assert found.summary() == str(found)
    assert found.to_json()["certificate"] == found.certificate.to_json()


def test_costs_are_made_small():
    # A runway each: 12, 28, 30; the dearest of a coalition is paid for.  Apart, B and C pay 58, and A flies for nothing.
    runway = comity.AirportGame({"A": 12, "B": 28, "C": 30})
    found = optimal_coalition_structure(runway, apart=[("B", "C")])
    assert found.total == 58
    assert optimal_coalition_structure(runway, largest_coalition=1).total == 70
    assert optimal_coalition_structure(runway, smallest_coalition=3).coalitions == (("A", "B", "C"),)


def test_thirty_players_with_few_coalitions_allowed():
    # A chain: who is next to whom may pair; the odd links are worth 3, the even ones 2.
    players = [f"p{i}" for i in range(30)]
    game = FunctionGame(players, lambda S: 0 if len(S) < 2 else 3 if min(int(name[1:]) for name in S) % 2 else 2)
    allowed = [(name,) for name in players] + list(pairwise(players))
    found = optimal_coalition_structure(game, allowed=allowed)
    assert found.total == 14 * 3  # p1-p2 to p27-p28, with p0 and p29 alone; fifteen even links are worth 30
    assert found.coalition_of("p0") == ("p0",)
    with pytest.raises(TooManyPlayers, match="name those that may form with allowed="):
        optimal_coalition_structure(game, largest_coalition=2)


def test_worths_that_are_optima_are_confirmed_without_an_engine():
    game = LinearProductionGame.random(4, np.random.default_rng(3))
    found = optimal_coalition_structure(game, largest_coalition=2)
    assert "worths" in found.certificate.witness
    assert repeated(game, found) == found.certificate


def test_a_budget_in_huge_units_is_kept_to_the_last_unit():
    big = 10**30
    game = TableGame(["A", "B"], [0, 0, 0, 1])
    costs = TableGame(["A", "B"], [0, big, big, 2 * big + 1])
    assert optimal_coalition_structure(game, in_total=[Limit(costs, at_most=2 * big)]).total == 0
    assert optimal_coalition_structure(game, in_total=[Limit(costs, at_most=2 * big + 1)]).total == 1


# --- degenerate ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("orientation", ["gain", "cost"])
def test_one_player_and_the_zero_game(orientation):
    one = TableGame(["A"], [0, -3], orientation)
    assert optimal_coalition_structure(one, smallest_coalition=1).coalitions == (("A",),)
    with pytest.raises(Infeasible, match="no partition of the players meets smallest_coalition"):
        optimal_coalition_structure(one, smallest_coalition=2)
    zero = TableGame(None, [0] * 16, orientation)
    found = optimal_coalition_structure(zero, fewest_coalitions=3, smallest_coalition=1, apart=[("1", "2", "3")])
    assert (found.total, len(found.coalitions) >= 3) == (0, True)


def test_nothing_is_allowed():
    with pytest.raises(Infeasible, match=r"allowed \(no coalition with A, B, C, D in it may form\); loosen it"):
        optimal_coalition_structure(UNION, allowed=[])
    with pytest.raises(Infeasible, match=r"no coalition with D in it may form"):
        optimal_coalition_structure(UNION, allowed=[("A", "B"), ("C",), ("A", "B", "C")])


def test_the_refusal_names_constraints_that_contradict_each_other_and_no_others():
    with pytest.raises(Infeasible) as refused:
        optimal_coalition_structure(
            UNION, largest_coalition=2, most_coalitions=1, apart=[("A", "C")], forbidden=[("D",)], together=[("A", "B")]
        )
    assert str(refused.value) == (
        "no partition of the players meets largest_coalition and most_coalitions at once; loosen one of them"
    )
    with pytest.raises(Infeasible, match="meets together and apart at once"):
        optimal_coalition_structure(UNION, together=[("A", "B", "C")], apart=[("C", "A")], smallest_coalition=1)


# --- near misses ----------------------------------------------------------------------------------------

ODD = structure_constraints(("A", "B", "C"), largest_coalition=2)
TRILLIONTH = F(1, 10**12)


def majority(worth_of_ab=2):
    """Any two are worth 2, one nothing: only shares of a half prove more than 2, so the proof must branch."""
    return TableGame(["A", "B", "C"], [0, 0, 0, worth_of_ab, 0, 2, 2, 0])


def proof_of(game, **asked):
    return optimal_coalition_structure(game, **asked).certificate.witness["proof"]


def test_a_proof_that_branches():
    found = optimal_coalition_structure(majority(), largest_coalition=2)
    assert found.total == 2
    assert "pair" in found.certificate.witness["proof"]


def test_a_partition_a_trillionth_worse_is_refuted_by_that_much():
    better = majority(2 + TRILLIONTH)
    proof = proof_of(better, largest_coalition=2)
    assert check_constrained_coalition_structure(better, [["A", "B"], ["C"]], ODD, {"proof": proof})
    worse = check_constrained_coalition_structure(better, [["A", "C"], ["B"]], ODD, {"proof": proof})
    assert (worse.verdict, worse.margin) == (Verdict.FAILS, -TRILLIONTH)


def test_the_proof_of_another_game_a_trillionth_away_is_refuted():
    proof = proof_of(majority(), largest_coalition=2)
    wrong = check_constrained_coalition_structure(majority(2 + TRILLIONTH), [["A", "C"], ["B"]], ODD, {"proof": proof})
    assert wrong.verdict is Verdict.FAILS
    assert wrong.witness["reason"] == "at a leaf of the proof the prices do not cover {A, B}"


def leaves(node):
    return [node] if "pair" not in node else leaves(node["together"]) + leaves(node["apart"])


@settings(max_examples=25)
@given(games, st.data())
def test_a_price_a_trillionth_off_proves_nothing(game, data):
    asked = {"fewest_coalitions": min(2, game.n), "most_coalitions": 3, "largest_coalition": max(1, game.n - 1)}
    found = optimal_coalition_structure(game, **asked)
    witness = json.loads(json.dumps(found.certificate.witness))
    bounds = [leaf["bound"] for leaf in leaves(witness["proof"]) if "bound" in leaf]
    # In a leaf that attains the optimum a raised price bounds too little, and a lowered one leaves a coalition uncovered.
    tight = [leaf for leaf in bounds if bound_of(game, leaf, asked) == game.sign * found.total]
    player = data.draw(st.integers(0, game.n - 1))
    size = max([abs(w) for w in game.exact_table()] + [F(1, 10**60)])
    assert tight
    for leaf in tight:
        price = leaf["players"][player]
        for by in (size * TRILLIONTH, -size * TRILLIONTH):
            leaf["players"][player] = str(F(price) + by)
            certificate = check_constrained_coalition_structure(game, found.coalitions, witness["constraints"], witness)
            assert certificate.verdict is Verdict.FAILS
        leaf["players"][player] = price
    assert check_constrained_coalition_structure(game, found.coalitions, witness["constraints"], witness)


def bound_of(game, leaf, asked):
    price = F(leaf["coalition"])
    count = asked["most_coalitions"] if game.sign * price > 0 else asked["fewest_coalitions"]
    return game.sign * (sum(map(F, leaf["players"])) + price * count)


@pytest.mark.parametrize(
    ("asked", "structure", "reason"),
    [
        ({"largest_coalition": 2}, [["A", "B", "C"], ["D"]], "{A, B, C} has 3 members"),
        ({"smallest_coalition": 2}, [["A", "B", "C"], ["D"]], "{D} has 1 members"),
        ({"most_coalitions": 1}, [["A", "B", "C"], ["D"]], "there are 2 coalitions"),
        ({"fewest_coalitions": 3}, [["A", "B", "C"], ["D"]], "there are 2 coalitions"),
        ({"together": [["C", "D"]]}, [["A", "B", "C"], ["D"]], "{A, B, C} parts {C, D}, who are to be together"),
        ({"apart": [["A", "C", "D"]]}, [["A", "B", "C"], ["D"]], "{A, B, C} joins players who are to be apart: A, C"),
        ({"forbidden": [["D"]]}, [["A", "B", "C"], ["D"]], "{D} is forbidden"),
        ({"allowed": [["D"], list(LABS)]}, [["D"], ["A", "B", "C"]], "{A, B, C} is not among the coalitions allowed"),
        (
            {"each_coalition": [{"name": "reviewers", "by_player": [1, 1, 0, 0], "at_least": 1}]},
            [["A", "B", "C"], ["D"]],
            "{D} has 0 of reviewers",
        ),
        (
            {"in_total": [{"name": "euros", "by_coalition": ["1"] * 15, "at_most": "1.999999999999"}]},
            [["A", "B", "C"], ["D"]],
            "the coalitions add up to 2 of euros",
        ),
    ],
)  # fmt: skip
def test_a_partition_that_breaks_a_constraint_is_refuted(asked, structure, reason):
    # Prices no coalition is worth: a bound that would satisfy anybody.
    leaf = {"bound": {"players": [0] * 4, "coalition": 0, "in_total": [0] * len(asked.get("in_total", []))}}
    nothing = TableGame(LABS, [0] * 16)
    certificate = check_constrained_coalition_structure(nothing, structure, asked, {"proof": leaf})
    assert (certificate.verdict, certificate.witness["reason"]) == (Verdict.FAILS, reason)
    assert check_constrained_coalition_structure(nothing, structure, {}, {"proof": {"bound": {**leaf["bound"], "in_total": []}}})


def test_without_a_proof_nothing_is_decided():
    certificate = check_constrained_coalition_structure(majority(), [["A", "B"], ["C"]], ODD)
    assert certificate.verdict is Verdict.UNDECIDED
    assert not certificate


NOT_A = "at a leaf of the proof the prices do not cover {A}"
NOTHING = {"players": [0, 0, 0], "coalition": 0, "in_total": []}


@pytest.mark.parametrize(
    ("proof", "reason"),
    [
        # Two coalitions of the three have to form: at most one can be had for less than nothing only where it cannot.
        ({"contradiction": NOTHING}, "the prices of a contradiction do not add up to less than nothing"),
        ({"contradiction": {**NOTHING, "players": [-1, 0, 0]}}, NOT_A),
        ({"contradiction": {**NOTHING, "players": [1, 1, 1], "coalition": -2}}, NOT_A),
        ({"contradiction": {**NOTHING, "players": ["-1/1000000000000", 0, 0]}}, NOT_A),
        ({"bound": {**NOTHING, "players": [2, 2, 2]}}, "a leaf of the proof is no contradiction"),
        ({"crossed": 0}, "a limit of which the proof says that it asks for more than it allows does not"),
    ],
)  # fmt: skip
def test_a_false_claim_that_there_is_no_partition_is_refuted(proof, reason):
    asked = {"largest_coalition": 2, "fewest_coalitions": 2}
    certificate = check_no_coalition_structure(majority(), asked, {"proof": proof})
    assert (certificate.verdict, certificate.witness["reason"]) == (Verdict.FAILS, reason)
    assert optimal_coalition_structure(majority(), **asked).total == 2


def test_sides_that_touch_do_not_cross():
    asked = {"fewest_coalitions": 2, "most_coalitions": 2}
    assert not check_no_coalition_structure(majority(), asked, {"proof": {"crossed": 0}})
    assert check_no_coalition_structure(majority(), asked | {"fewest_coalitions": 3}, {"proof": {"crossed": 0}})


def test_the_proof_of_stricter_constraints_does_not_do_for_looser_ones():
    with pytest.raises(Infeasible) as refused:
        optimal_coalition_structure(majority(), largest_coalition=2, most_coalitions=1)
    proof = refused.value.certificate.witness
    assert check_no_coalition_structure(majority(), {"largest_coalition": 2, "most_coalitions": 1}, proof)
    assert not check_no_coalition_structure(majority(), {"largest_coalition": 2, "most_coalitions": 2}, proof)
    assert not check_no_coalition_structure(majority(), {"largest_coalition": 3, "most_coalitions": 1}, proof)


@pytest.mark.parametrize(
    ("proof", "message"),
    [
        ("trust me", "trust me where something with|a node of the proof is 'trust me'"),
        ({}, "something with 'contradiction' belongs"),
        ({"pair": ["A", "A"], "together": {}, "apart": {}}, "player 'A' is named twice"),
        ({"pair": ["A"], "together": {}, "apart": {}}, "takes two players"),
        ({"pair": ["A", "B"], "together": {"bound": {**NOTHING, "players": [9, 9, 9]}}}, "something with 'apart' belongs"),
        ({"bound": {"players": [0, 0, 0], "coalition": 0}}, "something with 'in_total' belongs"),
        ({"bound": {**NOTHING, "players": [9, 9]}}, "prices for 2 players and 0 limits in_total; give 3 and 0"),
        ({"bound": {**NOTHING, "coalition": 9}}, "a side of a limit that is not there"),
        ({"bound": {**NOTHING, "coalition": "nine"}}, "which is not a number"),
        ({"crossed": 1}, "limit 1 crosses; give a number from 0 to 0"),
    ],
)  # fmt: skip
def test_a_proof_that_cannot_be_read_is_refused(proof, message):
    with pytest.raises(ComityError, match=message):
        check_constrained_coalition_structure(majority(), [["A", "B"], ["C"]], ODD, {"proof": proof})


def test_constraints_for_other_players_are_refused():
    with pytest.raises(InvalidEvidence, match="for A, B, C, not for the players of this game"):
        check_constrained_coalition_structure(UNION, [LABS], ODD)
    with pytest.raises(InvalidEvidence, match="there is no proof"):
        check_no_coalition_structure(majority(), ODD, {})


# --- what cannot be asked -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({"largest_coalition": 0}, "largest_coalition is 0; give a positive integer"),
        ({"smallest_coalition": 1.5}, "smallest_coalition is 1.5; give a positive integer"),
        ({"most_coalitions": True}, "most_coalitions is True"),
        ({"together": ("A", "B")}, r"together has 'A' where a group of players belongs; write \[\(\"A\", \"B\"\)\]"),
        ({"apart": "AB"}, "apart is 'AB'; give a list of groups"),
        ({"apart": [("A", "X")]}, "apart: there is no player 'X'; the players are A, B, C, D"),
        ({"apart": [("A",)]}, "apart has a group of 1; name at least 2"),
        ({"forbidden": [()]}, "forbidden has a group of 0; name at least 1"),
        ({"allowed": [("A", "A")]}, "allowed: player 'A' is named twice"),
        ({"in_total": [5]}, r"in_total has 5; give a list of Limit\("),
        ({"each_coalition": [Limit({"A": 1}, at_most=1, name="desks")]}, "desks needs one amount for each player; .*B, C, D"),
        ({"each_coalition": [Limit([1, 2], at_most=1)]}, "4 players are named but the data are for 2"),
        ({"in_total": [Limit(majority(), at_most=1)]}, "a limit is on a game of A, B, C; give one of A, B, C, D"),
    ],
)  # fmt: skip
def test_a_constraint_that_makes_no_sense_is_refused(asked, message):
    with pytest.raises(ComityError, match=message):
        optimal_coalition_structure(UNION, **asked)


def test_a_limit_limits():
    with pytest.raises(ComityError, match="desks limits nothing; give at_least, at_most or both"):
        Limit({"A": 1}, name="desks")
    with pytest.raises(ComityError, match="at_most of a limit is inf"):
        Limit({"A": 1}, at_most=float("inf"))


def test_one_limit_needs_no_list_and_sides_that_cross_contradict():
    desks = Limit({"A": 1, "B": 2, "C": 3, "D": 4}, at_least=7, at_most=6, name="desks")
    with pytest.raises(Infeasible, match="meets each_coalition"):
        optimal_coalition_structure(UNION, each_coalition=desks)
    with pytest.raises(Infeasible, match="meets in_total; loosen it") as refused:
        optimal_coalition_structure(UNION, in_total=desks)
    assert refused.value.certificate.witness["proof"] == {"crossed": 1}
    with pytest.raises(Infeasible, match="meets fewest_coalitions and most_coalitions at once"):
        optimal_coalition_structure(UNION, in_total=desks, fewest_coalitions=3, most_coalitions=2)


def test_the_constraints_come_back_from_json():
    asked = structure_constraints(
        LABS,
        smallest_coalition=1,
        apart=[("A", "B")],
        allowed=[("A",), ("B", "C", "D"), ("A",)],
        each_coalition=[Limit([1, 2, 3, 0.1], at_least=0, name="desks")],
        in_total=[Limit(UNION, at_most="70/3")],
    )
    data = json.loads(json.dumps(asked.to_json()))
    assert data["allowed"] == [["A"], ["B", "C", "D"]]
    assert data["in_total"] == [{"name": "a limit", "at_most": "70/3", "by_coalition": ["4", "21"]}]
    assert data["each_coalition"] == [{"name": "desks", "at_least": "0", "by_player": ["1", "2", "3", "1/10"]}]
    assert read_structure_constraints(LABS, data).to_json() == asked.to_json()


def test_the_check_loads_no_solver():
    solvers = ("pulp", "highspy", "scipy", "comity.engines", "comity.solvers")
    code = (
        "import sys, comity.checks.constrained_coalition_structure;"
        f"print([name for name in sys.modules if name.startswith({solvers!r})])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
