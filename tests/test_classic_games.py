"""The classic games: published numbers, each worth by brute force too, large instances, and data that are no game."""

import json
from fractions import Fraction
from itertools import combinations, permutations

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linear_sum_assignment

from comity.catalogue import things
from comity.checks.core import check_in_core
from comity.coalitions import coalition_of, members
from comity.errors import ComityError, InvalidGame, TooManyPlayers
from comity.games.coalitional.assignment import AssignmentGame
from comity.games.coalitional.base import Game
from comity.games.coalitional.cardinality import CardinalityGame
from comity.games.coalitional.flow import FlowGame
from comity.games.coalitional.glove import GloveGame
from comity.games.coalitional.induced_subgraph import InducedSubgraphGame
from comity.games.coalitional.json_form import read_game
from comity.games.coalitional.linear_production import LinearProductionGame
from comity.games.coalitional.market import MarketGame
from comity.games.coalitional.permission_tree import PermissionTreeGame
from comity.games.coalitional.properties import is_concave, is_convex
from comity.games.coalitional.queueing import QueueingGame
from comity.games.coalitional.rules import RuleGame
from comity.games.coalitional.sequencing import SequencingGame
from comity.games.coalitional.shared_links import SharedLinksGame
from comity.games.coalitional.spanning_tree import SpanningTreeGame
from comity.games.coalitional.table import TableGame
from comity.solvers.core.core_range import core_range
from comity.solvers.values.shapley import shapley_value

F = Fraction
KINDS = (
    AssignmentGame, CardinalityGame, FlowGame, GloveGame, InducedSubgraphGame, MarketGame, PermissionTreeGame, QueueingGame,
    RuleGame, SequencingGame, SharedLinksGame, SpanningTreeGame,
)  # fmt: skip
seeds = st.integers(0, 2**32 - 1)


def drawn(model, n, seed):
    return model.random(n, np.random.default_rng(seed))


# --- assignment ----------------------------------------------------------------------------------

# Shapley & Shubik 1971, three sellers and three buyers of houses; from memory.
HOUSES = AssignmentGame([[5, 8, 2], [7, 9, 6], [2, 3, 0]], players=["s1", "s2", "s3", "b1", "b2", "b3"])


def by_brute_force(game, coalition):
    m = len(game.rows)
    rows = [i for i in members(coalition) if i < m]
    columns = [i - m for i in members(coalition) if i >= m]
    # As many stand-ins as rows, worth nothing: who is matched with one stays alone.
    seats = columns + [None] * len(rows)
    totals = (sum(game.matrix[i][j] for i, j in zip(rows, seat) if j is not None) for seat in permutations(seats, len(rows)))
    return max(totals, default=F(0))


def test_three_houses_are_worth_sixteen():  # Shapley & Shubik 1971, from memory
    assert HOUSES.exact(HOUSES.grand_coalition) == 16 == by_brute_force(HOUSES, HOUSES.grand_coalition)
    assert HOUSES.matching(HOUSES.grand_coalition) == [("s1", "b2"), ("s2", "b3"), ("s3", "b1")]


def test_the_two_ends_of_the_core_of_the_house_market():  # Shapley & Shubik 1971, from memory; found again by programmes
    sellers_best, buyers_best = (5, 6, 1, 1, 3, 0), (3, 5, 0, 2, 5, 1)
    assert check_in_core(HOUSES, sellers_best)
    assert check_in_core(HOUSES, buyers_best)
    assert not check_in_core(HOUSES, (5 + F(1, 10**12), 6, 1, 1, 3 - F(1, 10**12), 0))
    assert [most for _, most in core_range(HOUSES).exact] == [5, 6, 1, 2, 5, 1]


@given(n=st.integers(1, 7), seed=seeds)
def test_the_hungarian_method_finds_the_best_matching(n, seed):
    game = drawn(AssignmentGame, n, seed)
    for S in range(1 << n):
        assert game.exact(S) == by_brute_force(game, S)


@settings(max_examples=10)
@given(m=st.integers(1, 25), k=st.integers(1, 25), seed=seeds)
def test_large_markets_agree_with_another_implementation(m, k, seed):
    worth = np.random.default_rng(seed).integers(-10, 100, (m, k))
    game = AssignmentGame(worth.tolist())
    positive = np.maximum(worth, 0)
    rows, columns = linear_sum_assignment(positive, maximize=True)
    assert game.exact(game.grand_coalition) == int(positive[rows, columns].sum())
    matched = game.matching(game.grand_coalition)
    assert len({name for pair in matched for name in pair}) == 2 * len(matched)
    assert sum(positive[game.rows.index(a), game.columns.index(b)] for a, b in matched) == game.exact(game.grand_coalition)


def test_a_market_with_one_side_is_worth_nothing():
    assert AssignmentGame([[], []]).exact(0b11) == 0
    assert AssignmentGame({"s": {}, "t": {"b": F(1, 3)}}).exact(0b111) == F(1, 3)


# --- spanning trees ------------------------------------------------------------------------------

# A source O and three players: read at "Minimum-cost spanning tree game", an encyclopedia's page; 3 in all.
VILLAGES = SpanningTreeGame(
    {("O", "A"): 1, ("O", "B"): 10, ("O", "C"): 10, ("A", "B"): 1, ("A", "C"): 1, ("B", "C"): 3}, source="O"
)


def cheapest_by_enumeration(game, coalition):
    places = [game.source, *(game.players[i] for i in members(coalition))]
    links = [(pair, cost) for pair, cost in game.links.items() if set(pair) <= set(places)]
    best = None
    for chosen in combinations(links, len(places) - 1):
        graph = nx.Graph()
        graph.add_nodes_from(places)
        graph.add_edges_from(pair for pair, _ in chosen)
        cost = sum((cost for _, cost in chosen), F(0))
        if nx.is_connected(graph) and (best is None or cost < best):
            best = cost
    return best


def bird_allocation(game):
    """Everybody pays the link by which a cheapest tree, grown from the source, reaches them."""
    cost = {frozenset(pair): amount for pair, amount in game.links.items()}
    paid = {newcomer: cost[frozenset((inside, newcomer))] for inside, newcomer in game.tree(game.grand_coalition)}
    return [paid[name] for name in game.players]


def test_three_villages():
    assert VILLAGES.exact(0b111) == 3
    assert VILLAGES.exact(0b110) == 13
    assert bird_allocation(VILLAGES) == [1, 1, 1]


@given(n=st.integers(1, 4), seed=seeds)
def test_prims_tree_is_the_cheapest_of_all(n, seed):
    game = drawn(SpanningTreeGame, n, seed)
    for S in range(1, 1 << n):
        assert game.exact(S) == cheapest_by_enumeration(game, S)


@given(n=st.integers(1, 5), seed=seeds)
def test_paying_the_link_towards_the_source_is_in_the_core(n, seed):  # Bird 1976
    game = drawn(SpanningTreeGame, n, seed)
    assert check_in_core(game, bird_allocation(game))


def test_a_spanning_tree_game_from_a_graph_is_the_same():
    graph = nx.Graph()
    for (a, b), cost in VILLAGES.links.items():
        graph.add_edge(a, b, weight=int(cost))
    again = SpanningTreeGame(graph, "O", players=VILLAGES.players)
    assert list(again.exact_table()) == list(VILLAGES.exact_table())
    adjacency = SpanningTreeGame(_weights(graph), "O", VILLAGES.players)
    assert list(adjacency.exact_table()) == list(VILLAGES.exact_table())


def _weights(graph):
    return {a: {b: data["weight"] for b, data in near.items()} for a, near in graph.adjacency()}


def test_two_hundred_villages():
    game = drawn(SpanningTreeGame, 200, 0)
    graph = nx.Graph()
    graph.add_weighted_edges_from((a, b, int(cost)) for (a, b), cost in game.links.items())
    assert game.exact(game.grand_coalition) == int(nx.minimum_spanning_tree(graph).size(weight="weight"))


# --- flows ---------------------------------------------------------------------------------------


def least_cut(game, coalition):
    owned = [arc for arc in game.arcs if coalition >> game.players.index(arc.owner) & 1]
    inner = sorted({end for arc in owned for end in (arc.tail, arc.head)} - {game.source, game.sink})
    sides = ({game.source, *chosen} for k in range(len(inner) + 1) for chosen in combinations(inner, k))
    return min(sum((arc.capacity for arc in owned if arc.tail in side and arc.head not in side), F(0)) for side in sides)


@given(n=st.integers(1, 6), seed=seeds)
def test_the_greatest_flow_is_the_least_cut(n, seed):  # Ford & Fulkerson 1956
    game = drawn(FlowGame, n, seed)
    for S in range(1 << n):
        assert game.exact(S) == least_cut(game, S)


@given(n=st.integers(1, 6), seed=seeds)
def test_the_owners_of_a_least_cut_may_share_the_flow(n, seed):  # Kalai & Zemel 1982
    game = drawn(FlowGame, n, seed)
    inner = sorted({end for arc in game.arcs for end in (arc.tail, arc.head)} - {"s", "t"})
    sides = [{"s", *chosen} for k in range(len(inner) + 1) for chosen in combinations(inner, k)]
    crossing = [[arc for arc in game.arcs if arc.tail in side and arc.head not in side] for side in sides]
    cut = min(crossing, key=lambda arcs: sum(arc.capacity for arc in arcs))
    assert check_in_core(game, [sum((arc.capacity for arc in cut if arc.owner == name), F(0)) for name in game.players])


def test_a_flow_may_have_to_be_taken_back():
    # The shortest way, s a d t, blocks one of two: b must push a's flow over to the long way c e.
    arcs = [("s", "a"), ("s", "b"), ("a", "d"), ("b", "d"), ("d", "t"), ("a", "c"), ("c", "e"), ("e", "t")]
    assert FlowGame([(tail, head, 1, "A") for tail, head in arcs], "s", "t").exact(1) == 2


@settings(max_examples=20)
@given(seed=seeds)
def test_large_networks_agree_with_another_implementation(seed):
    rng = np.random.default_rng(seed)
    arcs = [(str(a), str(b), int(rng.integers(1, 20)), f"m{(a + b) % 5}") for a, b in rng.integers(0, 12, (40, 2)).tolist()]
    game = FlowGame(arcs, "0", "1")
    graph = nx.DiGraph()
    graph.add_nodes_from(["0", "1"])
    for tail, head, capacity, _ in arcs:
        if tail != head:
            graph.add_edge(tail, head, capacity=capacity + graph.get_edge_data(tail, head, {"capacity": 0})["capacity"])
    assert game.exact(game.grand_coalition) == nx.maximum_flow_value(graph, "0", "1")


def test_parallel_arcs_loops_and_thirds():
    arcs = [("s", "t", F(1, 3), "A"), ("s", "t", "1/3", "B"), ("s", "s", 9, "A"), ("t", "s", 9, "B")]
    game = FlowGame(arcs, "s", "t")
    assert [game.exact(S) for S in range(4)] == [0, F(1, 3), F(1, 3), F(2, 3)]
    assert FlowGame(arcs, "t", "s").exact(0b11) == 9


# --- queues --------------------------------------------------------------------------------------


def cheapest_order(game, coalition):
    """The least waiting cost of the coalition over all orders in which everybody outside S keeps place and predecessors."""
    n, S = game.n, set(members(coalition))
    present = cost_of(game, range(n), S)
    best = present
    for order in permutations(range(n)):
        allowed = all(order[k] == k and set(order[:k]) == set(range(k)) for k in range(n) if k not in S)
        if allowed:
            best = min(best, cost_of(game, order, S))
    return present - best


def cost_of(game, order, S):
    total, clock = F(0), F(0)
    for i in order:
        clock += game.times[i]
        if i in S:
            total += clock * game.urgency[i]
    return total


@given(n=st.integers(1, 5), seed=seeds)
def test_savings_in_a_queue_are_those_of_the_best_order(n, seed):  # Curiel, Pederzoli & Tijs 1989
    game = drawn(SequencingGame, n, seed)
    for S in range(1 << n):
        assert game.exact(S) == cheapest_order(game, S)


def test_half_of_what_a_pair_saves_for_each_is_in_the_core():  # the equal gain splitting rule, Curiel, Pederzoli & Tijs 1989
    game = SequencingGame({"A": 2, "B": 2, "C": 1}, {"A": 4, "B": 6, "C": 5})
    x = [sum((game.saving(min(i, j), max(i, j)) for j in range(3) if j != i), F(0)) / 2 for i in range(3)]
    assert x == [5, 4, 5]
    assert check_in_core(game, x)


@given(n=st.integers(1, 5), seed=seeds)
def test_a_queue_serves_the_impatient_first(n, seed):
    game = drawn(QueueingGame, n, seed)
    for S in range(1 << n):
        waiting = [game.waiting_costs[i] for i in members(S)]
        start = 0 if game.served == "first" else n - len(waiting)
        orders = (sum((k * a for k, a in enumerate(order, start)), F(0)) for order in permutations(waiting))
        assert game.exact(S) == min(orders)


@given(n=st.integers(1, 5), seed=seeds)
def test_counting_on_the_first_places_is_convex_and_on_the_last_concave(n, seed):
    game = drawn(QueueingGame, n, seed)
    assert (is_convex if game.served == "first" else is_concave)(game)


def test_the_minimal_transfer_rule_is_the_shapley_value():  # Maniquet 2003: half a_i for each before, half a_j for each after
    game = QueueingGame({"A": 9, "B": 6, "C": 3})
    assert shapley_value(game).exact == (F(6 + 3, 2), F(6 + 3, 2), F(3 + 3, 2))


# --- others --------------------------------------------------------------------------------------


def test_gloves_by_name_by_number_and_by_count():
    by_name, by_count = GloveGame(["A", "B"], ["C"]), GloveGame(2, 1)
    assert by_count.players == ("L1", "L2", "R1")
    assert list(by_name.exact_table()) == list(by_count.exact_table()) == [0, 0, 0, 0, 0, 1, 1, 1]
    assert shapley_value(by_name).exact == (F(1, 6), F(1, 6), F(2, 3))  # B1-03
    assert GloveGame({"A": 2}, {"A": 1, "B": "1/2"}).exact(0b11) == F(3, 2)


def test_a_glove_game_of_single_gloves_is_an_assignment_game():  # Shapley & Shubik 1971
    gloves, pairs = GloveGame(3, 2), AssignmentGame([[1, 1]] * 3)
    assert list(gloves.exact_table()) == list(pairs.exact_table())


def test_sizes_may_be_a_mapping():
    assert CardinalityGame({2: 5, 1: 0, 3: 9}).worth_by_size == (0, 0, 5, 9)


@given(n=st.integers(2, 6), seed=seeds)
def test_the_most_dissatisfied_coalition_of_alike_players_is_the_first_among_equals(n, seed):
    rng = np.random.default_rng(seed)
    game = CardinalityGame.random(n, rng)
    x = [F(int(k)) for k in rng.integers(0, 3, n)]
    assert game.most_dissatisfied(x) == Game.most_dissatisfied(game, x)


def test_a_rule_with_absent_players():  # Ieong & Shoham 2005, in small: a and b without c
    game = RuleGame([(["a", "b"], 5), (["b"], 2), (["a"], ["b"], 1)], players=["a", "b"])
    assert [game.exact(S) for S in range(4)] == [0, 1, 2, 7]


def test_rules_link_games_and_shared_links_serve_hundreds():
    n = 300
    names = [f"m{i}" for i in range(n)]
    ring = [(names[i], names[(i + 1) % n], 2) for i in range(n)]
    assert set(shapley_value(InducedSubgraphGame(ring)).exact) == {2}
    rules = RuleGame([([a, b], [names[0]], w) if names[0] not in (a, b) else ([a, b], w) for a, b, w in ring])
    assert sum(shapley_value(rules).exact) == rules.exact(rules.grand_coalition)
    shared = SharedLinksGame({f"{a}-{b}": (w, [a, b]) for a, b, w in ring})
    assert set(shapley_value(shared).exact) == {2}


def test_too_many_absences_are_refused_in_time():
    names = [f"m{i}" for i in range(40)]
    with pytest.raises(TooManyPlayers, match="name fewer as absent"):
        RuleGame([(names[:1], names[1:], 1)]).dividends()


def test_an_airport_is_a_chain_of_shared_links():
    from comity.games.coalitional.airport import AirportGame

    steps = SharedLinksGame({"first": (12, ["A", "B", "C"]), "second": (16, ["B", "C"]), "third": (32, ["C"])})
    assert list(steps.exact_table()) == list(AirportGame({"A": 12, "B": 28, "C": 60}).exact_table())


@given(n=st.integers(1, 5), seed=seeds)
def test_permission_by_its_definition(n, seed):
    game = drawn(PermissionTreeGame, n, seed)

    def autonomous(S):
        return all(S & game.superiors[i] == game.superiors[i] for i in members(S))

    for S in range(1 << n):
        largest = max((T for T in range(1 << n) if T & S == T and autonomous(T)), key=int.bit_count)
        assert game.exact(S) == game.game.exact(largest)


def test_all_of_several_superiors_must_consent():
    inner = TableGame(["A", "B", "C"], [0, 0, 0, 0, 1, 1, 1, 1])
    game = PermissionTreeGame(inner, {"C": ["A", "B"]})
    assert [game.exact(S) for S in range(8)] == [0] * 7 + [1]
    assert read_game(json.dumps(game.to_json())).superiors == game.superiors


@given(n=st.integers(1, 4), seed=seeds)
def test_a_market_is_a_linear_production_game(n, seed):
    market = drawn(MarketGame, n, seed)
    # A product for each step; it uses one unit of the good and one of a right that only its owner has.
    steps = [(i, good, k, step) for i in range(n) for good in market.goods for k, step in enumerate(market.utilities[i][good])]
    resources = [*market.goods, *(str(number) for number in range(len(steps)))]
    uses = {
        resource: {str(number): int(resource in (good, str(number))) for number, (_, good, _, _) in enumerate(steps)}
        for resource in resources
    }
    endowments = {
        name: {**market.endowments[i], **{str(number): step[0] for number, (owner, _, _, step) in enumerate(steps) if owner == i}}
        for i, name in enumerate(market.players)
    }
    production = LinearProductionGame(
        {str(number): step[1] for number, (_, _, _, step) in enumerate(steps)}, uses, endowments, resources=resources
    )
    assert list(production.exact_table()) == list(market.exact_table())


# --- data that are no game -----------------------------------------------------------------------

RING = [("s", "A", 1), ("s", "B", 2), ("A", "B", 3)]


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (lambda: AssignmentGame([[1, 2], [3]]), "row 2 of the matrix has 1"),
        (lambda: AssignmentGame([]), "at least one player"),
        (lambda: AssignmentGame({"A": {"A": 1}}), "repeat: A"),
        (lambda: AssignmentGame({"A": {"B": 1}}, players=["B", "A"]), "do not start with the rows"),
        (lambda: AssignmentGame([[float("nan")]]), "the worth of 1 and 2 is nan"),
        (lambda: AssignmentGame(3), "the matrix is 3"),
        (lambda: SpanningTreeGame(RING[1:], "s"), "A has no link to s"),
        (lambda: SpanningTreeGame([("s", "A", -1)], "s"), "costs -1"),
        (lambda: SpanningTreeGame([("A", "A", 1), ("s", "A", 1)], "s"), "there is a link A - A"),
        (lambda: SpanningTreeGame([*RING, ("B", "A", 4)], "s"), "as 3 and as 4"),
        (lambda: SpanningTreeGame(RING, "s", players=["A"]), "there is a link s - B"),
        (lambda: SpanningTreeGame(RING, "s", players=["s", "A", "B"]), "is not a player"),
        (lambda: SpanningTreeGame([], "s"), "at least one player"),
        (lambda: SpanningTreeGame(nx.Graph([("s", "A")]), "s"), 'give the edge a "weight"'),
        (lambda: FlowGame([("s", "t", -1, "A")], "s", "t"), "the capacity of arc 1 is -1"),
        (lambda: FlowGame([("s", "t", 1, "A")], "s", "s"), "two different places"),
        (lambda: FlowGame([("s", "t", 1)], "s", "t"), "arc 1 is"),
        (lambda: FlowGame([("s", "t", 1, "A")], "s", "t", players=["B"]), "'A' owns an arc"),
        (lambda: SequencingGame([0], [1]), "times are positive"),
        (lambda: SequencingGame([1], [-1]), "costs never negative"),
        (lambda: SequencingGame([1, 2], [1]), "2 players are named but the data are for 1"),
        (lambda: QueueingGame([-1]), "the waiting cost of 1 is -1"),
        (lambda: QueueingGame([1], served="soon"), 'use "first" or "last"'),
        (lambda: GloveGame({"A": -1}, {"B": 1}), "A owns -1 left gloves"),
        (lambda: GloveGame(["A"], ["B"], players=["A"]), "'B' owns gloves"),
        (lambda: GloveGame(["A", "A"], ["B"]), "named twice"),
        (lambda: GloveGame(10**9, 1), "use 0 to"),
        (lambda: CardinalityGame({1: 0, 3: 2}), "2 too"),
        (lambda: CardinalityGame([]), "at least one player"),
        (lambda: CardinalityGame([1], orientation="up"), "orientation"),
        (lambda: RuleGame([([], ["A"], 1)]), "asks for nobody"),
        (lambda: RuleGame([(["A"], ["A"], 1)]), "both present and absent"),
        (lambda: RuleGame([(["A"], 1)], players=["B"]), "there is no player 'A'"),
        (lambda: RuleGame(["AB"]), "rule 1 is 'AB'"),
        (lambda: RuleGame([("AB", 1)]), "rule 1 has 'AB'"),
        (lambda: InducedSubgraphGame([("A", "B")]), "is no link"),
        (lambda: InducedSubgraphGame({"A": 3}), "'A' is no link"),
        (lambda: SharedLinksGame({"l": (-1, ["A"])}), "the cost of link 'l' is -1"),
        (lambda: SharedLinksGame({"l": {"cost": 1}}), 'give "cost" and "users"'),
        (lambda: PermissionTreeGame(GloveGame(1, 1), {"L1": "R1", "R1": "L1"}), "form a circle"),
        (lambda: PermissionTreeGame(GloveGame(1, 1), {"L1": "L1"}), "form a circle"),
        (lambda: PermissionTreeGame(GloveGame(1, 1), {"X": "L1"}), "there is no player 'X'"),
        (lambda: PermissionTreeGame(drawn(LinearProductionGame, 2, 0), {}), "are optima"),
        (lambda: MarketGame({"A": {"g": -1}}, {}), "the g of A is -1"),
        (lambda: MarketGame({"A": {"g": 1}}, {"A": {"g": [(1, 2), (1, 3)]}}), "rises from 2 to 3"),
        (lambda: MarketGame({"A": {"g": 1}}, {"A": {"g": [(1, 2, 3)]}}), "has the step"),
        (lambda: MarketGame({"A": {}}, {"B": {}}, players=["A"]), "'B' is not among the players"),
        (lambda: MarketGame([1], {}), "the endowments are"),
    ],
)  # fmt: skip
def test_data_that_are_no_game_are_refused_by_name(build, message):
    with pytest.raises(ComityError, match=message):
        build()


KEYS = ["1", "2", "cost", "users", "present", "worth", "tail"]
scraps = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 3) | st.floats() | st.sampled_from(["", "x", "1", "2", "s", "gain"]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=4),
    max_leaves=8,
)


def replaced(form, path, scrap):
    """The form with the part at this path replaced."""
    if not path:
        return scrap
    key, *rest = path
    if isinstance(form, dict):
        return {**form, key: replaced(form[key], rest, scrap)}
    return [replaced(part, rest, scrap) if k == key else part for k, part in enumerate(form)]


def paths_of(form):
    yield []
    for key, part in form.items() if isinstance(form, dict) else enumerate(form) if isinstance(form, list) else ():
        yield from ([key, *rest] for rest in paths_of(part))


@pytest.mark.parametrize("model", KINDS, ids=lambda model: model.__name__)
@settings(max_examples=60)
@given(data=st.data(), seed=st.integers(0, 20))
def test_no_scrap_of_data_leads_to_a_traceback(model, data, seed):
    form = drawn(model, 2, seed).to_json()
    spoiled = replaced(form, data.draw(st.sampled_from(list(paths_of(form)))), data.draw(scraps))
    try:
        game = read_game(spoiled if isinstance(spoiled, dict) else json.dumps(spoiled))
        assert isinstance(game, Game)
        game.exact(game.grand_coalition)
    except InvalidGame:
        return


def test_each_kind_here_is_in_the_catalogue():
    assert {model.__name__ for model in KINDS} <= set(things("comity.games"))


def test_coalitions_of_names_are_those_of_players():
    assert HOUSES.exact(coalition_of([0, 4])) == 8
