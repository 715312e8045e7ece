"""Bird's rule: in the core, for hundreds of players, and refuted when the tree or an amount is a little off."""

from fractions import Fraction

import networkx as nx
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity.checks.confirm import confirm
from comity.checks.core import check_in_core
from comity.checks.spanning_tree import check_bird_rule
from comity.errors import ComityError, InvalidEvidence
from comity.games.coalitional.glove import GloveGame
from comity.games.coalitional.spanning_tree import SpanningTreeGame
from comity.games.coalitional.transforms import subgame
from comity.solvers.rules.bird_rule import bird_rule

TINY = Fraction(1, 10**12)
seeds = st.integers(0, 2**32 - 1)
VILLAGES = SpanningTreeGame([("O", "A", 1), ("O", "B", 10), ("O", "C", 10), ("A", "B", 1), ("A", "C", 1), ("B", "C", 3)], "O")


@given(n=st.integers(1, 6), seed=seeds)
def test_birds_rule_is_in_the_core(n, seed):  # Bird 1976
    game = SpanningTreeGame.random(n, np.random.default_rng(seed))
    found = bird_rule(game)
    assert check_in_core(game, found.exact)
    assert confirm(game, found.to_json()) == found.certificate


@given(n=st.integers(1, 6), seed=seeds)
def test_every_cheapest_tree_is_confirmed_and_in_the_core(n, seed):  # Granot & Huberman 1981
    rng = np.random.default_rng(seed)
    game = SpanningTreeGame.random(n, rng)
    graph = nx.Graph()
    # Costs from a perturbed copy: among equal trees any may win.
    for (a, b), cost in game.links.items():
        graph.add_edge(a, b, weight=float(cost) + rng.random() / 1000)
    tree = nx.minimum_spanning_tree(graph)
    listed = [list(step) for step in nx.bfs_edges(tree, "source")]
    costs = {frozenset(link): cost for link, cost in game.links.items()}
    paid = {far: costs[frozenset((near, far))] for near, far in listed}
    x = [paid[name] for name in game.players]
    assert check_bird_rule(game, x, {"tree": listed})
    assert check_in_core(game, x)
    for i in range(n):
        for by in (TINY, -TINY):
            assert not check_bird_rule(game, [amount + by * (k == i) for k, amount in enumerate(x)], {"tree": listed})


def test_a_tree_that_is_not_the_cheapest_is_refuted():
    star = [["O", "A"], ["O", "B"], ["A", "C"]]
    certificate = check_bird_rule(VILLAGES, [1, 10, 1], {"tree": star})
    assert not certificate
    assert certificate.margin == -9
    assert not check_in_core(VILLAGES, [1, 10, 1])


def test_hundreds_of_villages():
    game = SpanningTreeGame.random(150, np.random.default_rng(1))
    found = bird_rule(game)
    assert sum(found.exact) == game.exact(game.grand_coalition)
    assert found.certificate


def test_a_village_alone_on_its_way_pays_its_link():
    assert bird_rule(VILLAGES).exact == (1, 1, 1)
    assert bird_rule(SpanningTreeGame([("O", "A", "1/3")], "O")).exact == (Fraction(1, 3),)
    assert bird_rule(SpanningTreeGame([("O", "A", "1/3")], "O")).certificate.margin is None


@pytest.mark.parametrize(
    ("tree", "message"),
    [
        (None, "cannot be read"),
        ([["O"]], "cannot be read"),
        ([["A", "B"]], "before it reaches A"),
        ([["O", "A"], ["O", "A"]], "reaches A again"),
        ([["O", "A"], ["A", "O"]], "reaches O again"),
        ([["O", "X"]], "which is none"),
        ([["O", "A"], ["A", "B"]], "does not reach C"),
    ],
)
def test_a_tree_that_is_none_is_refused(tree, message):
    with pytest.raises(InvalidEvidence, match=message):
        check_bird_rule(VILLAGES, [1, 1, 1], {"tree": tree})


def test_other_games_are_refused():
    with pytest.raises(ComityError, match="needs a SpanningTreeGame"):
        bird_rule(GloveGame(1, 1))
    with pytest.raises(InvalidEvidence, match="SpanningTreeGame"):
        check_bird_rule(subgame(VILLAGES, ["A"]), [1], {"tree": []})
