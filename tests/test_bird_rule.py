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


@given(n=st.integers(1, 9), seed=seeds, unit=st.sampled_from([Fraction(1), Fraction(1, 7), Fraction(2**66 + 1), Fraction(2**45)]))
def test_arrays_of_all_pairs_grow_the_same_tree_and_spare_the_same(n, seed, unit):
    rng = np.random.default_rng(seed)
    names = ["source", *"ABCDEFGHI"[:n]]
    # Few costs, so that many links are equal; a good third of the links of players is missing.
    links = [
        (a, b, int(rng.integers(0, 4)) * unit)
        for j, b in enumerate(names)
        for a in names[:j]
        if a == "source" or rng.random() < 0.6
    ]
    game, listed = SpanningTreeGame(links, "source", names[1:]), SpanningTreeGame(links, "source", names[1:])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(SpanningTreeGame, "is_dense", lambda self: self is game)
        assert game.tree(game.grand_coalition) == listed.tree(listed.grand_coalition)
        assert game.exact(game.grand_coalition) == listed.exact(listed.grand_coalition)
        assert bird_rule(game).to_json() == bird_rule(listed).to_json()
        # Any tree at all, by random predecessors: both ways of comparing say the same of it, good or bad.
        star = {"tree": [["source", name] for name in names[1:]]}
        x = [game.links["source", name] for name in names[1:]]
        path = [names[0]]
        tree = []
        for name in rng.permutation(names[1:]).tolist():
            near = [end for end in path if frozenset((end, name)) in {frozenset(link) for link in game.links}]
            tree.append([near[int(rng.integers(len(near)))], name])
            path.append(name)
        towards = {far: near for near, far in tree}
        cost = {frozenset(link): amount for link, amount in game.links.items()}
        paid = [cost[frozenset((name, towards[name]))] for name in names[1:]]
        for amounts, witness in ((x, star), (paid, {"tree": tree})):
            one, other = check_bird_rule(game, amounts, witness), check_bird_rule(listed, amounts, witness)
            assert one.to_json() == other.to_json()


def test_two_hundred_places_all_linked_agree_with_networkx():
    rng = np.random.default_rng(7)
    names = [str(k) for k in range(201)]
    links = [(a, b, int(rng.integers(1, 10**6))) for j, b in enumerate(names) for a in names[:j]]
    game = SpanningTreeGame(links, "0")
    found = bird_rule(game)
    graph = nx.Graph()
    graph.add_weighted_edges_from(links)
    assert game.is_dense()
    assert sum(found.exact) == nx.minimum_spanning_tree(graph).size(weight="weight")
    assert found.certificate
    x = list(found.exact)
    assert not check_bird_rule(game, [x[0] + TINY, x[1] - TINY, *x[2:]], found.certificate.witness)
