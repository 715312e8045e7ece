"""The Myerson value of many players, from connected sets or from dividends on a forest."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import comity.checks.connected_rules as confirming
import comity.checks.graph_values as graph_values
import comity.solvers.values.connected_rules as finding
from comity.checks.graph_values import check_myerson_value
from comity.games.coalitional.base import Game
from comity.games.coalitional.queueing import QueueingGame
from comity.games.coalitional.rules import RuleGame
from comity.games.coalitional.table import TableGame
from comity.games.coalitional.voting import VotingGame
from comity.solvers.values.myerson import myerson_value
from comity.solvers.values.rule_sums import shapley_by_rules
from comity.solvers.values.shapley import shapley_value

TINY = Fraction(1, 10**12)
Link = tuple[int, int]


def random_links(n: int, rng: np.random.Generator, forest: bool) -> list[Link]:
    if forest:
        return [(int(rng.integers(0, j)), j) for j in range(1, n) if rng.random() < 0.8]
    return [(i, j) for j in range(n) for i in range(j) if rng.random() < 0.4]


def named(game: Game, links: list[Link]) -> list[tuple[str, str]]:
    return [(game.players[i], game.players[j]) for i, j in links]


@given(n=st.integers(1, 7), seed=st.integers(0, 10**6), forest=st.booleans())
@settings(max_examples=80, deadline=None)
def test_rules_of_connected_sets_and_the_table_agree(n: int, seed: int, forest: bool) -> None:
    rng = np.random.default_rng(seed)
    links = random_links(n, rng, forest)
    # Whoever knows its dividends goes by them on a forest, others by connected sets.
    for game in (RuleGame.random(n, rng), TableGame(None, [0, *rng.integers(-9, 20, 2**n - 1).tolist()])):
        rules = finding.connected_rules(game, links)
        assert rules is not None
        x = shapley_by_rules(rules, n)
        assert tuple(x) == myerson_value(game, named(game, links)).exact
        assert confirming.myerson_by_parts(game, links) == x


@given(n=st.integers(1, 8), seed=st.integers(0, 10**6))
@settings(max_examples=40, deadline=None)
def test_cut_back_dividends_agree_with_connected_sets_on_a_forest(n: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    links, game = random_links(n, rng, forest=True), RuleGame.random(n, rng)
    right = confirming.myerson_by_parts(game, links)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(confirming, "MAX_CONNECTED", 0)
        assert confirming.myerson_by_parts(game, links) == right


def test_a_line_of_sixty_voters_is_confirmed_and_near_misses_are_not() -> None:
    weights = np.random.default_rng(0).integers(1, 20, 60).tolist()
    game = VotingGame(weights, sum(weights) // 2)
    line = list(zip(game.players, game.players[1:], strict=False))
    result = myerson_value(game, line)
    assert result.certificate
    x = list(result.exact)
    assert sum(x) == 1
    assert not check_myerson_value(game, [x[0] + TINY, x[1] - TINY, *x[2:]], {"links": line})
    assert not check_myerson_value(game, [-a for a in x], {"links": line})


def test_a_star_of_many_goes_by_dividends() -> None:
    game = QueueingGame(list(range(1, 41)))
    star = [("1", name) for name in game.players[1:]]
    result = myerson_value(game, star)
    assert result.certificate
    # Pairs of the points need the centre, which takes a third of min(a_i, a_j); pairs with the centre share its 1.
    points = sum(Fraction(min(i, j), 3) for j in range(2, 41) for i in range(2, j))
    assert result.exact_amount("1") == points + Fraction(39, 2)


def test_too_many_connected_sets_leave_the_claim_undecided(monkeypatch: pytest.MonkeyPatch) -> None:
    game = VotingGame([1] * 15, 8)
    complete = [(a, b) for k, b in enumerate(game.players) for a in game.players[:k]]
    monkeypatch.setattr(confirming, "MAX_CONNECTED", 1000)
    assert graph_values.check_myerson_value(game, [Fraction(1, 15)] * 15, {"links": complete}).verdict.value == "UNDECIDED"
    monkeypatch.undo()
    assert check_myerson_value(game, [Fraction(1, 15)] * 15, {"links": complete})


@pytest.mark.parametrize("links", ["none", "all", "a ring", "two paths apart"])
def test_fourteen_players_with_worths_of_many_digits(links: str) -> None:
    n = 14
    worths = np.random.default_rng(n).random(1 << n)
    worths[0] = 0
    pairs = {
        "none": [],
        "all": [(i, j) for j in range(n) for i in range(j)],
        "a ring": [(i, (i + 1) % n) for i in range(n)],
        # The first part is done step by step from one end to the other, and is not next to the second.
        "two paths apart": [(i, i + 2) for i in range(n - 2)],
    }[links]
    game = TableGame(None, worths)
    result = myerson_value(game, named(game, pairs))
    x, witness = list(result.exact), result.certificate.witness
    assert result.certificate
    if links == "none":
        assert x == [game.exact(1 << i) for i in range(n)]
    if links == "all":
        assert tuple(x) == shapley_value(TableGame(None, worths)).exact
    if links == "two paths apart":
        assert sum(x[::2]) == game.exact(0b01010101010101)
        assert sum(x[1::2]) == game.exact(0b10101010101010)
    assert not check_myerson_value(game, [x[0] + TINY, x[1] - TINY, *x[2:]], witness)
    assert not check_myerson_value(game, [x[1], x[0], *x[2:]], witness)
