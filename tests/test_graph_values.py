"""Myerson, position and average tree values: their own axioms on random graphs, brute force, near misses refuted."""

from fractions import Fraction
from itertools import combinations, pairwise, permutations, product
from math import factorial

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from comity.certificate import Verdict
from comity.checks.confirm import confirm
from comity.checks.graph_values import check_average_tree_solution, check_myerson_value, check_position_value
from comity.errors import ComityError, TooManyPlayers
from comity.games.coalitional.function import FunctionGame
from comity.games.coalitional.table import TableGame
from comity.games.coalitional.voting import VotingGame
from comity.solvers.values.average_tree import average_tree_solution
from comity.solvers.values.myerson import myerson_value
from comity.solvers.values.position import position_value
from comity.solvers.values.shapley import shapley_value
from comity.testing import strategies
from comity.testing.holding import assert_keeps_its_claims, assert_proved_and_near_misses_refuted

CONCEPTS = (myerson_value, position_value, average_tree_solution)
MAJORITY = VotingGame((1, 1, 1), 2, "ABC")
LINE = [("A", "B"), ("B", "C")]
SQUARE = TableGame.from_coalitions({S: len(S) ** 2 for k in range(1, 5) for S in combinations("ABCD", k)})


@st.composite
def games_on_graphs(draw, forest=False):
    game = draw(strategies.gain_or_cost_games(max_players=4))
    pairs = list(combinations(game.players, 2))
    if forest:
        pairs = [(draw(st.sampled_from(game.players[:k])), game.players[k]) for k in range(1, game.n)]
    return game, [pair for pair in pairs if draw(st.booleans())]


def parts(names, links):
    graph = nx.Graph(link for link in links if set(link) <= set(names))
    graph.add_nodes_from(names)
    return [frozenset(part) for part in nx.connected_components(graph)]


def worth(game, names):
    return game.exact(sum(1 << game.players.index(name) for name in names))


def gain(concept, game, links, link, name):
    """What a player gains from a link."""
    kept = [other for other in links if other != link]
    return concept(game, links).exact_amount(name) - concept(game, kept).exact_amount(name)


@pytest.mark.parametrize("concept", CONCEPTS)
@settings(max_examples=40)
@given(drawn=games_on_graphs())
def test_connected_parts_get_their_worth_and_near_misses_are_refuted(concept, drawn):
    game, links = drawn
    result = concept(game, links)
    for part in parts(game.players, links):
        assert sum(result.exact_amount(name) for name in part) == worth(game, part)
    assert_proved_and_near_misses_refuted(game, result)


@pytest.mark.parametrize("concept", CONCEPTS)
@settings(max_examples=25)
@given(drawn=games_on_graphs())
def test_values_on_graphs_keep_their_claims(concept, drawn):
    game, links = drawn
    assert_keeps_its_claims(concept, lambda game: concept(game, links), game)


@settings(max_examples=30)
@given(games_on_graphs())
def test_both_ends_gain_the_same_from_a_link(drawn):  # Myerson 1977: with the worth of parts this is the value
    game, links = drawn
    for link in links:
        assert gain(myerson_value, game, links, link, link[0]) == gain(myerson_value, game, links, link, link[1])


@settings(max_examples=30)
@given(games_on_graphs())
def test_two_players_gain_the_same_from_all_links_of_each_other(drawn):  # Slikker 2005: balanced link contributions
    game, links = drawn
    for i, j in combinations(game.players, 2):
        from_j = sum(gain(position_value, game, links, link, i) for link in links if j in link)
        assert from_j == sum(gain(position_value, game, links, link, j) for link in links if i in link)


@settings(max_examples=30)
@given(games_on_graphs(forest=True))
def test_both_sides_of_a_link_gain_the_same_per_head(drawn):  # Herings, van der Laan & Talman 2008: component fairness
    game, links = drawn
    for link in links:
        sides = [next(part for part in parts(game.players, [o for o in links if o != link]) if end in part) for end in link]
        a, b = (sum(gain(average_tree_solution, game, links, link, name) for name in side) / len(side) for side in sides)
        assert a == b


@settings(max_examples=40)
@given(games_on_graphs())
def test_the_myerson_value_averages_over_orders_of_arrival(drawn):
    game, links = drawn
    total = dict.fromkeys(game.players, Fraction(0))
    for order in permutations(game.players):
        before = Fraction(0)
        for k, name in enumerate(order):
            now = sum((worth(game, part) for part in parts(order[: k + 1], links)), Fraction(0))
            total[name] += now - before
            before = now
    assert [total[name] / factorial(game.n) for name in game.players] == list(myerson_value(game, links).exact)


@settings(max_examples=30)
@given(games_on_graphs())
def test_the_position_value_averages_over_orders_of_links(drawn):  # Borm, Owen & Tijs 1992
    game, links = drawn
    links = links[:4]
    x = {name: worth(game, [name]) for name in game.players}
    orders = list(permutations(links))
    for order in orders:
        before = sum(worth(game, [name]) for name in game.players)
        for k, link in enumerate(order):
            now = sum(worth(game, part) for part in parts(game.players, order[: k + 1]))
            for end in link:
                x[end] += (now - before) / (2 * len(orders))
            before = now
    assert [x[name] for name in game.players] == list(position_value(game, links).exact)


def admissible_trees(part, links):
    """All ways to give each player but one a linked parent, kept if what is below each player is what the graph leaves.

    Herings, van der Laan, Talman & Yang 2010: for each player the parts of what is below are again what is below its children.
    """
    part = sorted(part)
    near = {i: [j for j in part if (i, j) in links or (j, i) in links] for i in part}
    for root in part:
        others = [i for i in part if i != root]
        for choice in product(*(near[i] for i in others)):
            parent = dict(zip(others, choice, strict=True))

            def with_below(i, parent=parent, depth=0):
                if depth > len(part):
                    return None
                found = {i}
                for child, above in parent.items():
                    if above == i:
                        below = with_below(child, parent, depth + 1)
                        if below is None:
                            return None
                        found |= below
                return found

            sets = {i: with_below(i) for i in part}
            if sets[root] is None or sets[root] != set(part) or None in sets.values():
                continue
            children = {i: [frozenset(sets[j]) for j, above in parent.items() if above == i] for i in part}
            if all(set(parts(sets[i] - {i}, links)) == set(children[i]) for i in part):
                yield sets, children


@settings(max_examples=40)
@given(games_on_graphs())
def test_the_average_tree_solution_averages_over_admissible_trees(drawn):
    game, links = drawn
    x = {}
    for part in parts(game.players, links):
        trees = list(admissible_trees(part, links))
        for i in part:
            got = [worth(game, sets[i]) - sum(worth(game, below) for below in children[i]) for sets, children in trees]
            x[i] = sum(got) / len(trees)
    assert [x[name] for name in game.players] == list(average_tree_solution(game, links).exact)


@settings(max_examples=30)
@given(strategies.gain_or_cost_games(max_players=4))
def test_without_links_all_are_alone_and_with_all_links_there_is_no_graph(game):
    alone = tuple(game.exact(1 << i) for i in range(game.n))
    everyone = list(combinations(game.players, 2))
    for concept in CONCEPTS:
        assert concept(game, []).exact == alone
    assert myerson_value(game, everyone).exact == shapley_value(game).exact
    assert average_tree_solution(game, everyone).exact == shapley_value(game).exact


# --- examples ------------------------------------------------------------------------------------------


def test_the_middle_of_a_line_of_three_voters():  # the Myerson value is among the published examples
    # Each link alone makes a majority, so both earn 1/2 and give half of it to each end.
    assert position_value(MAJORITY, LINE).exact == (Fraction(1, 4), Fraction(1, 2), Fraction(1, 4))
    # At the top or below a neighbour, B is always the first whose part wins.
    assert average_tree_solution(MAJORITY, LINE).exact == (0, 1, 0)


def test_four_on_a_line_with_squares_of_sizes():  # B4-04; from memory
    line = [("A", "B"), ("B", "C"), ("C", "D")]
    x = myerson_value(SQUARE, line).exact
    assert x == (Fraction(19, 6), Fraction(29, 6), Fraction(29, 6), Fraction(19, 6))
    # With A, B, C or D at the top, A gets 16 - 9, 1, 1, 1 and B gets 9 - 4, 16 - 1 - 4, 4 - 1, 4 - 1.
    assert average_tree_solution(SQUARE, line).exact == tuple(Fraction(k, 4) for k in (10, 22, 22, 10))


def test_a_networkx_graph_is_read_and_its_other_players_stay_alone():
    graph = nx.path_graph(["A", "B", "C"])
    for concept in CONCEPTS:
        assert concept(MAJORITY, graph).exact == concept(MAJORITY, LINE).exact
        assert concept(MAJORITY, nx.empty_graph(["A"])).exact == (0, 0, 0)


@pytest.mark.parametrize("concept", CONCEPTS)
def test_links_join_two_players_once(concept):
    for graph, message in (
        ([("A", "D")], "ends at 'D', who is no player"),
        ([("A", "A")], "joins A to itself"),
        ([("A", "B"), ("B", "A")], "given twice"),
        ([("A", "B", "C")], "not a pair"),
        ([("A", 2)], "ends at 2"),
        (["AB"], "not a pair"),
        ("AB", "not a list of links"),
        ({"A": "B"}, "not a list of links"),
        (None, "not a list of links"),
    ):
        with pytest.raises(ComityError, match=message):
            concept(MAJORITY, graph)


@pytest.mark.parametrize("concept", CONCEPTS)
def test_the_graph_is_part_of_what_is_claimed(concept):
    form = concept(MAJORITY, LINE).to_json()
    for links in ([["A", "B"]], [["A", "B"], ["A", "C"]], [], None):
        form["certificate"]["witness"]["links"] = links
        assert confirm(MAJORITY, form).verdict is Verdict.FAILS


def test_a_long_line_needs_no_table_for_its_trees():
    names = [f"m{i}" for i in range(30)]
    game = FunctionGame(names, lambda S: len(S) ** 2)
    line = list(pairwise(names))
    result = average_tree_solution(game, line)
    assert result.certificate.verdict is Verdict.HOLDS
    assert sum(result.exact) == 900
    with pytest.raises(TooManyPlayers, match="29 links"):
        position_value(game, line)


def test_what_is_too_long_to_repeat_is_undecided():
    game = TableGame.random(8, np.random.default_rng(0))
    everyone = list(combinations(game.players, 2))
    result = average_tree_solution(game, everyone)
    assert result.certificate.verdict is Verdict.UNDECIDED
    assert result.exact == shapley_value(game).exact
    assert check_position_value(game, [0] * 8, {"links": everyone}).verdict is Verdict.UNDECIDED
    many = VotingGame([1] * 20, 11)
    assert check_myerson_value(many, [0] * 20, {"links": list(combinations(many.players, 2))}).verdict is Verdict.UNDECIDED
    assert check_average_tree_solution(many, [0] * 20, {"links": []})
