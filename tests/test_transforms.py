"""Games made from games: each by its definition, coalition by coalition, and with what is known about it."""

from fractions import Fraction
from itertools import combinations

import networkx as nx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity.coalitions import members, names_of, subsets
from comity.errors import ComityError
from comity.games.coalitional.glove import GloveGame
from comity.games.coalitional.properties import is_convex, is_monotone, is_subadditive, is_superadditive
from comity.games.coalitional.table import TableGame
from comity.games.coalitional.transforms import (
    dual_game,
    graph_restricted_game,
    marginal_game,
    monotone_cover,
    quotient_game,
    savings_game,
    scaled_game,
    strategically_equivalent_game,
    subgame,
    sum_game,
    superadditive_cover,
    zero_normalised_game,
    zero_one_normalised_game,
)
from comity.solvers.values.shapley import shapley_value
from comity.testing import strategies

F = Fraction
games = strategies.gain_or_cost_games(max_players=4)


def same(game, other):
    return (game.players, game.orientation, list(game.exact_table())) == (
        other.players,
        other.orientation,
        list(other.exact_table()),
    )


def worth(game, names):
    return game.exact(sum(1 << game.players.index(name) for name in names))


def partitions(S):
    if not S:
        yield []
        return
    lowest = S & -S
    for T in subsets(S ^ lowest):
        yield from ([T | lowest, *rest] for rest in partitions(S ^ lowest ^ T))


@given(games)
def test_the_dual_of_the_dual_is_the_game(game):
    dual = dual_game(game)
    everybody = game.grand_coalition
    assert all(dual.exact(S) == game.exact(everybody) - game.exact(everybody ^ S) for S in range(everybody + 1))
    assert same(dual_game(dual), game)


@given(games, st.data())
def test_subgame_and_marginal_game_by_names(game, data):
    chosen = data.draw(st.lists(st.sampled_from(game.players), unique=True, min_size=1))
    inside = subgame(game, chosen)
    assert inside.players == tuple(name for name in game.players if name in chosen)
    assert all(inside.exact(S) == worth(game, names_of(inside.players, S)) for S in range(1 << inside.n))
    if inside.n < game.n:
        rest = marginal_game(game, chosen)
        gains = [worth(game, names_of(rest.players, S) + chosen) - worth(game, chosen) for S in range(1 << rest.n)]
        assert gains == list(rest.exact_table())


@given(games, games, st.fractions(-3, 3))
def test_sums_and_multiples(game, other, factor):
    doubled = sum_game(game, game)
    assert same(doubled, scaled_game(game, 2))
    assert [factor * w for w in game.exact_table()] == list(scaled_game(game, factor).exact_table())
    if (game.players, game.orientation) != (other.players, other.orientation):
        with pytest.raises(ComityError, match="cannot be added"):
            sum_game(game, other)


@given(games)
def test_savings_and_normalised_games(game):
    saved, level = savings_game(game), zero_normalised_game(game)
    alone = [game.exact(1 << i) for i in range(game.n)]
    for S in range(1 << game.n):
        gap = game.exact(S) - sum(alone[i] for i in members(S))
        assert level.exact(S) == gap
        assert saved.exact(S) == game.sign * gap
    assert saved.sign == 1
    if saved.exact(game.grand_coalition) > 0:
        unit = zero_one_normalised_game(game)
        assert unit.exact(game.grand_coalition) == 1
        assert not any(unit.exact(1 << i) for i in range(game.n))
        together = saved.exact(game.grand_coalition)
        shift = [game.sign * worth for worth in alone]
        back = strategically_equivalent_game(unit, together, shift)
        assert [game.sign * w for w in back.exact_table()] == list(game.exact_table())
    else:
        with pytest.raises(ComityError, match="which is no unit; use zero_normalised_game"):
            zero_one_normalised_game(game)


@given(strategies.games(min_players=3, max_players=4))
def test_a_quotient_asks_whole_unions(game):
    first, second, *rest = game.players
    quotient = quotient_game(game, {"pair": [second, first], "others": rest})
    assert quotient.players == ("pair", "others")
    assert list(quotient.exact_table()) == [0, worth(game, [first, second]), worth(game, rest), game.exact(game.grand_coalition)]
    assert same(quotient_game(game, [[name] for name in game.players]), game)


@given(games, st.data())
def test_only_connected_players_cooperate(game, data):  # Myerson 1977
    pairs = list(combinations(game.players, 2))
    links = data.draw(st.lists(st.sampled_from(pairs), unique=True)) if pairs else []
    graph = nx.Graph(links)
    graph.add_nodes_from(game.players)
    restricted = graph_restricted_game(game, links)
    for S in range(1 << game.n):
        parts = nx.connected_components(graph.subgraph(names_of(game.players, S)))
        assert restricted.exact(S) == sum((worth(game, part) for part in parts), F(0))
    assert same(graph_restricted_game(game, graph), restricted)
    assert same(graph_restricted_game(game, pairs), game)


def test_the_middle_of_a_line_gets_two_thirds():  # Myerson 1977, example with v = 1 for two or three players, from memory
    majority = TableGame(["A", "B", "C"], [0, 0, 0, 1, 0, 1, 1, 1])
    line = graph_restricted_game(majority, [("A", "B"), ("B", "C")])
    assert shapley_value(line).exact == (F(1, 6), F(2, 3), F(1, 6))


@given(games)
def test_covers_by_their_definitions(game):
    best = max if game.sign > 0 else min
    monotone, additive = monotone_cover(game), superadditive_cover(game)
    everybody = game.grand_coalition
    for S in range(1, everybody + 1):
        nested = subsets(S) if game.sign > 0 else (S | T for T in subsets(everybody ^ S))
        assert monotone.exact(S) == best(game.exact(T) for T in nested)
        assert additive.exact(S) == best(sum(game.exact(T) for T in parts) for parts in partitions(S))
    assert is_monotone(monotone) or game.sign < 0
    assert (is_superadditive if game.sign > 0 else is_subadditive)(additive)
    assert same(superadditive_cover(additive), additive)
    assert same(monotone_cover(monotone), monotone)


@given(strategies.convex_games(max_players=4))
def test_a_convex_game_stays_convex_among_some_and_given_some(game):
    for S in range(1, game.grand_coalition):
        assert is_convex(subgame(game, S))
        assert is_convex(marginal_game(game, S))


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (lambda game: subgame(game, 99), "no coalition 99"),
        (lambda game: subgame(game, ["X"]), "no player 'X'"),
        (lambda game: subgame(game, 0), "at least one player"),
        (lambda game: marginal_game(game, 0b111), "at least one player"),
        (lambda game: strategically_equivalent_game(game, 0, [0, 0, 0]), "the factor is 0"),
        (lambda game: strategically_equivalent_game(game, 1, [0]), "1 amounts are given for 3"),
        (lambda game: strategically_equivalent_game(game, 1, {"X": 1}), "no player 'X'"),
        (lambda game: scaled_game(game, float("nan")), "the factor is nan"),
        (lambda game: quotient_game(game, [["L1"], ["L1", "L2", "R1"]]), r"\{L1\} is in two unions"),
        (lambda game: quotient_game(game, {"a": ["L1", "L2"]}), "R1 is in no union"),
        (lambda game: quotient_game(game, {"a": []}), "has no members"),
        (lambda game: graph_restricted_game(game, [("L1", "X")]), "no player 'X'"),
        (lambda game: graph_restricted_game(game, ["L1"]), "is no link"),
        (lambda game: graph_restricted_game(game, 7), "links are 7"),
    ],
)  # fmt: skip
def test_what_cannot_be_made_is_refused_by_name(build, message):
    with pytest.raises(ComityError, match=message):
        build(GloveGame(2, 1))
