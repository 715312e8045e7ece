"""The largest excess over all coalitions: the scan agrees with looking at each one, in integers, doubles and beyond."""

from fractions import Fraction

import numpy as np
import pytest

from comity.checks import largest_excess as scan
from comity.checks.core import check_in_core
from comity.checks.largest_excess import largest_excess
from comity.games.coalitional.table import TableGame

RNG = np.random.default_rng(3)


def one_by_one(game, x):
    """Every proper coalition in its order; the first of the largest."""
    excesses = {S: game.excess(S, x) for S in range(1, game.grand_coalition)}
    worst = max(excesses, key=excesses.__getitem__)
    return worst, excesses[worst]


@pytest.mark.parametrize("orientation", ["gain", "cost"])
@pytest.mark.parametrize("kind", ["few integers", "long integers", "decimals", "doubles", "far apart"])
@pytest.mark.parametrize("n", [2, 5, 8])
def test_the_scan_finds_what_looking_at_each_coalition_finds(orientation, kind, n, monkeypatch):
    monkeypatch.setattr(scan, "WITHIN", 3)
    worths = {
        "few integers": RNG.integers(-2, 3, 1 << n),  # many ties: the first by mask counts
        "long integers": RNG.integers(-(2**61), 2**61, 1 << n),
        "decimals": RNG.integers(-20, 20, 1 << n) / 10,
        "doubles": RNG.normal(size=1 << n),
        "far apart": RNG.normal(size=1 << n) * 10.0 ** RNG.integers(-200, 200, 1 << n),
    }[kind]
    worths[0] = 0
    game = TableGame(None, worths, orientation)
    for x in ([Fraction(1, 3)] * n, [Fraction(int(a), 7**30) for a in RNG.integers(-(10**9), 10**9, n)]):
        assert largest_excess(game, x) == one_by_one(game, x)


@pytest.mark.parametrize("many", [2, 10_000])
def test_ties_that_doubles_cannot_tell_apart_are_decided_exactly(many, monkeypatch):
    monkeypatch.setattr(scan, "MOST_CLOSE", many)
    thirds = [Fraction(k + 1, 3) for k in range(6)]
    game = TableGame(None, [sum(thirds[i] for i in range(6) if S >> i & 1) for S in range(64)])
    hair = Fraction(1, 10**30)
    x = [thirds[0] + hair, *thirds[1:5], thirds[5] - hair]
    assert check_in_core(game, thirds)
    assert largest_excess(game, thirds) == (1, 0)
    assert largest_excess(game, x) == (1 << 5, hair)
    assert not check_in_core(game, x)


def test_doubles_of_many_players_are_compared_as_they_were_written():
    weights = np.random.default_rng(5).normal(size=15)
    worths = np.zeros(1)
    for weight in weights:
        worths = np.concatenate([worths, worths + weight])
    game = TableGame(None, worths)
    assert game.doubles is not None
    x = [game.exact(1 << i) for i in range(15)]
    assert largest_excess(game, x) == one_by_one(game, x)
