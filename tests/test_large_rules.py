"""Rules for thousands of members: the short checks say what the long ones said."""

from __future__ import annotations

from fractions import Fraction
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from comity.checks.claims import check_proportional_rule, check_talmud_rule
from comity.checks.spanning_tree import check_bird_rule
from comity.games.coalitional.claims import ClaimsProblem
from comity.games.coalitional.spanning_tree import SpanningTreeGame
from comity.solvers.rules.bird_rule import bird_rule
from comity.solvers.rules.claims import (
    constrained_equal_awards,
    constrained_equal_losses,
    proportional_rule,
    talmud_rule,
)

claims_and_awards = st.lists(st.tuples(st.integers(0, 8), st.integers(0, 16)), min_size=2, max_size=6).map(
    lambda pairs: [(Fraction(c), min(Fraction(a, 2), Fraction(c))) for c, a in pairs]
)


def contested_garment(total: Fraction, a: Fraction, b: Fraction) -> Fraction:
    """What the claimant of a gets of an estate that is claimed by b too."""
    to_a, to_b = max(Fraction(0), total - b), max(Fraction(0), total - a)
    return to_a + (total - to_a - to_b) / 2


@given(pairs=claims_and_awards)
@settings(max_examples=400, deadline=None)
def test_neighbours_in_the_order_of_claims_speak_for_all_pairs(pairs: list[tuple[Fraction, Fraction]]) -> None:
    claims, x = [c for c, _ in pairs], [a for _, a in pairs]
    game = ClaimsProblem(sum(x), claims).to_game()
    every_pair = list(combinations(range(len(x)), 2))
    garment = all(x[i] == contested_garment(x[i] + x[j], claims[i], claims[j]) for i, j in every_pair)
    assert bool(check_talmud_rule(game, x)) == garment
    assert bool(check_proportional_rule(game, x)) == all(x[i] * claims[j] == x[j] * claims[i] for i, j in every_pair)


@pytest.mark.parametrize("rule", [talmud_rule, constrained_equal_awards, constrained_equal_losses, proportional_rule])
@pytest.mark.parametrize("part", [Fraction(1, 5), Fraction(1, 2), Fraction(4, 5)])
def test_three_thousand_claimants_are_confirmed(rule: object, part: Fraction) -> None:
    claims = np.random.default_rng(0).integers(0, 10**6, 3000).tolist()
    result = rule(sum(claims) * part, claims)  # type: ignore[operator]
    assert result.certificate
    assert sum(result.exact) == sum(claims) * part


def network(n: int, seed: int, most: int) -> SpanningTreeGame:
    rng = np.random.default_rng(seed)
    names = [f"m{i}" for i in range(n)]
    links = [("source", name, int(rng.integers(0, most))) for name in names]
    links += [
        (names[i], names[j], int(rng.integers(0, most)))
        for j in range(n)
        for i in {int(k) for k in rng.integers(0, n, 4)}
        if i < j
    ]
    return SpanningTreeGame(links, source="source")


@given(n=st.integers(1, 9), seed=st.integers(0, 10**6), most=st.sampled_from([1, 3, 20]))
@settings(max_examples=60, deadline=None)
def test_the_least_a_link_outside_the_tree_has_to_spare_is_found_over_all_ways(n: int, seed: int, most: int) -> None:
    game = network(n, seed, most)
    result = bird_rule(game)
    tree = game.tree(game.grand_coalition)
    towards = {far: near for near, far in tree}
    costs = {frozenset(link): cost for link, cost in game.links.items()}

    def way(place: str) -> set[frozenset[str]]:
        steps = set()
        while place in towards:
            steps.add(frozenset((place, towards[place])))
            place = towards[place]
        return steps

    outside = [link for link in game.links if frozenset(link) not in {frozenset(pair) for pair in tree}]
    spare = [costs[frozenset((a, b))] - max(costs[step] for step in way(a) ^ way(b)) for a, b in outside]
    assert result.certificate.margin == min(spare, default=None)


def test_a_tree_that_is_not_the_cheapest_is_refuted_among_thousands() -> None:
    game = network(2000, 0, 10**6)
    result = bird_rule(game)
    assert result.certificate
    costs = {frozenset(link): cost for link, cost in game.links.items()}
    # Somebody at the end of a branch links to the source instead.
    tree = game.tree(game.grand_coalition)
    inner = {near for near, _ in tree}
    near, end = next((near, far) for near, far in tree if near != "source" and far not in inner)
    own = costs[frozenset(("source", end))]
    x = [own if name == end else amount for name, amount in zip(game.players, result.exact, strict=True)]
    moved = [["source", end] if far == end else [near, far] for near, far in tree]
    dearer = check_bird_rule(game, x, {"tree": moved})
    assert not dearer
    assert dearer.margin is not None
    assert dearer.margin <= costs[frozenset((near, end))] - own
