"""The nucleolus of joint worths of pairs is half of every link: for any number of players, whatever the signs."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from comity.checks.nucleolus import COMPLEMENTS, check_nucleolus, check_prenucleolus
from comity.errors import NoImputation
from comity.games.coalitional.induced_subgraph import InducedSubgraphGame
from comity.games.coalitional.table import TableGame
from comity.solvers.core.nucleolus import nucleolus, prenucleolus
from comity.solvers.values.shapley import shapley_value

TINY = Fraction(1, 10**12)
ARGUED = {"argument": COMPLEMENTS}


def drawn(n: int, seed: int, orientation: str) -> tuple[InducedSubgraphGame, TableGame]:
    rng = np.random.default_rng(seed)
    game = InducedSubgraphGame.random(n, rng)
    # Thirds and tenths, so that units differ.
    links = [(a, b, weight / int(rng.choice([1, 3, 10]))) for (a, b), weight in game.links.items()]
    game = InducedSubgraphGame(links, game.players, orientation)
    return game, TableGame(game.players, game.exact_table(), orientation)


@given(n=st.integers(1, 6), seed=st.integers(0, 10**6), orientation=st.sampled_from(["gain", "cost"]))
@settings(max_examples=80, deadline=None)
def test_links_and_linear_programmes_give_the_same(n: int, seed: int, orientation: str) -> None:
    game, table = drawn(n, seed, orientation)
    x = prenucleolus(game)
    assert x.exact == prenucleolus(table).exact == shapley_value(game).exact
    assert x.certificate.witness == ARGUED
    try:
        expected = nucleolus(table).exact
    except NoImputation:
        with pytest.raises(NoImputation):
            nucleolus(game)
        return
    assert nucleolus(game).exact == expected
    argued = check_nucleolus(game, x.exact, ARGUED)
    assert bool(argued) == (expected == x.exact)
    assert argued or "worse than alone" in argued.witness["reason"]


@given(n=st.integers(2, 6), seed=st.integers(0, 10**6), orientation=st.sampled_from(["gain", "cost"]))
@settings(max_examples=30, deadline=None)
def test_near_misses_are_refuted(n: int, seed: int, orientation: str) -> None:
    game, _ = drawn(n, seed, orientation)
    x = list(prenucleolus(game).exact)
    assert check_prenucleolus(game, x, ARGUED)
    for i in range(n):
        moved = [*x[:i], x[i] + TINY, *x[i + 1 :]]
        assert not check_prenucleolus(game, moved, ARGUED)
        moved[i - 1] -= TINY
        assert not check_prenucleolus(game, moved, ARGUED)


def test_the_argument_is_for_links_alone() -> None:
    game = InducedSubgraphGame([("A", "B", 4), ("A", "A", 1)])
    assert check_nucleolus(game, [3, 2], ARGUED)
    # What nobody links gets nothing more than alone; and minus a link is worse than alone.
    assert not check_nucleolus(InducedSubgraphGame([("A", "B", -4), ("A", "A", 9)]), [7, -2], ARGUED)
    assert check_nucleolus(InducedSubgraphGame([("A", "B", -4), ("A", "A", 9)], orientation="cost"), [7, -2], ARGUED)
    assert not check_nucleolus(TableGame(["A", "B"], [0, 1, 0, 5]), [3, 2], {"levels": [], **ARGUED})


def test_somebody_who_would_do_worse_than_alone_is_paid_what_that_is() -> None:
    # By hand: half of all links is (5/2, -1, 9/2), so that B is held to 0.
    game = InducedSubgraphGame([("A", "B", -3), ("B", "C", 1), ("A", "C", 8)])
    table = TableGame(game.players, game.exact_table())
    assert nucleolus(game).exact == nucleolus(table).exact
    assert nucleolus(game).exact[1] == 0
    assert nucleolus(game).certificate.witness.keys() == {"levels"}


def test_two_hundred_players_are_answered_and_confirmed() -> None:
    rng = np.random.default_rng(0)
    links = [(f"p{i}", f"p{j}", int(rng.integers(0, 100))) for i in range(200) for j in range(i)]
    game = InducedSubgraphGame(links)
    result = nucleolus(game)
    assert result.certificate
    assert sum(result.exact) == sum(weight for *_, weight in links)
    assert result.exact[0] == Fraction(sum(weight for *ends, weight in links if game.players[0] in ends), 2)
