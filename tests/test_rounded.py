"""Amounts rounded for a file: near the exact ones, together what they were, and confirmed from the file."""

from __future__ import annotations

import copy
import json
from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from comity.checks.confirm import confirm
from comity.checks.nested_parts import FEW_PLAYERS
from comity.errors import ComityError
from comity.games.coalitional.airport import AirportGame
from comity.games.coalitional.json_form import read_game
from comity.games.coalitional.shared_links import SharedLinksGame
from comity.games.coalitional.table import TableGame
from comity.results import Allocation
from comity.solvers.core.nucleolus import nucleolus
from comity.solvers.values.banzhaf import banzhaf_value
from comity.solvers.values.rounded import rounded
from comity.solvers.values.shapley import shapley_value

F = Fraction


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(-50, 50), min_size=7, max_size=7), st.integers(0, 4), st.integers(1, 7))
def test_rounded_amounts_are_near_and_add_up(worths, decimals, unit):
    game = TableGame(None, [F(w, unit) for w in (0, *worths)])
    exact = shapley_value(game)
    short = rounded(game, exact, decimals=decimals)
    assert max(abs(a - b) for a, b in zip(short.exact, exact.exact, strict=True)) < F(1, 10**decimals)
    assert sum(short.exact) == game.exact(0b111)
    assert short.certificate.basis.value == "ENCLOSED"
    assert confirm(game, json.loads(json.dumps(short.to_json())))


def test_what_is_not_efficient_is_rounded_to_the_nearest():
    game = TableGame(None, [0, 0, 0, 1, 0, 1, 1, 1])
    assert banzhaf_value(game).exact == (F(1, 2),) * 3
    assert rounded(game, banzhaf_value(game), decimals=0).exact == (1, 1, 1)
    assert rounded(game, shapley_value(game), decimals=2).exact == (F("0.34"), F("0.33"), F("0.33"))


@pytest.mark.parametrize("n", [3, 40, FEW_PLAYERS + 50])
def test_an_amount_moved_further_than_stated_is_refuted(n):
    game = AirportGame(np.random.default_rng(n).integers(1, 10**4, n).tolist())
    short = rounded(game, shapley_value(game), decimals=6)
    stored = json.loads(json.dumps(short.to_json()))
    assert confirm(game, stored)
    for i in (0, n // 2, n - 1):
        for change in (F(2, 10**6), F(-2, 10**6)):
            moved = copy.deepcopy(stored)
            moved["amounts_exact"][i] = str(short.exact[i] + change)
            moved["amounts"][i] = float(short.exact[i] + change)
            assert not confirm(game, moved)
    # Who states a bound that is too small is refuted, too; who states none claims the exact amounts.
    for stated in ("1/100000000000", None):
        forged = copy.deepcopy(stored)
        forged["certificate"]["witness"]["rounded_to"] = stated
        assert not confirm(game, forged)


def test_the_enclosure_of_many_is_as_tight_as_it_says():
    n = FEW_PLAYERS + 1
    game = AirportGame(list(range(1, n + 1)))
    exact = shapley_value(game)
    unit = F(1, 10**6)
    for off, holds in ((unit * (1 - F(1, 10**15)), True), (unit * (1 + F(1, 10**15)), False)):
        for sign in (1, -1):
            for i in (0, n - 1):
                moved = [amount + sign * off * (i == j) for j, amount in enumerate(exact.exact)]
                result = Allocation("shapley_value", game.players, moved, exact.certificate)
                assert bool(_check(game, result, unit)) is holds


def _check(game, result, unit):
    from comity.checks.values import check_shapley_value

    return check_shapley_value(game, result.exact, {"rounded_to": str(unit)})


def test_amounts_too_long_for_a_file_name_the_way_out():
    long = F(1, 10**5000)
    exact = Allocation("shapley_value", ("A", "B"), (1 - long, long), shapley_value(AirportGame([1, 2])).certificate)
    with pytest.raises(ComityError, match=r"value of A has more than 4000 digits.*comity.rounded\(game, result, decimals=15\)"):
        exact.to_json()
    # Whatever needs no digits works.
    assert repr(exact) == "<shapley_value of 2 players: A: 1, B: about 0; HOLDS (EXACT)>"
    assert list(exact.to_frame()["shapley_value"]) == [1.0, 0.0]
    assert "A & 1" in exact.to_latex()
    assert "about 0" in exact.summary()
    assert exact.items() == [("A", 1.0), ("B", 0.0)]


@pytest.mark.scheduled
def test_the_shapley_value_of_ten_thousand_goes_to_a_file_and_back():
    game = AirportGame(np.random.default_rng(0).integers(1, 10**6, 10_000).tolist())
    short = rounded(game, shapley_value(game))
    assert sum(short.exact) == game.exact(game.grand_coalition)
    assert confirm(read_game(json.dumps(game.to_json())), json.dumps(short.to_json()))
    assert len(short.to_frame()) == 10_000
    assert short.to_latex().count("\n") > 10_000


def test_only_what_is_worked_out_again_is_rounded():
    game = TableGame(None, [0, 0, 0, 1, 0, 1, 1, 1])
    with pytest.raises(ComityError, match="compares exact amounts only"):
        rounded(game, nucleolus(game), decimals=2)
    unknown = replace(shapley_value(game), concept="made up", certificate=replace(shapley_value(game).certificate, check=""))
    with pytest.raises(ComityError, match="no check confirms 'made up'"):
        rounded(game, unknown)
    for decimals in (-1, 201, 1.5, True):
        with pytest.raises(ComityError, match="whole number from 0 to 200"):
            rounded(game, shapley_value(game), decimals=decimals)


def test_a_result_of_another_game_is_not_rounded():
    result = shapley_value(AirportGame({"A": 1, "B": 2}))
    with pytest.raises(ComityError, match="not the shapley value of this game: that of B is wrong by 1"):
        rounded(AirportGame({"A": 1, "B": 3}), result)
    with pytest.raises(ComityError, match=r"the result is for \['A', 'B'\], the game has \['A', 'C'\]"):
        rounded(AirportGame({"A": 1, "C": 2}), result)


def test_results_show_a_few_members_only():
    game = AirportGame([10, 20, 40])
    assert repr(shapley_value(game)) == "<shapley_value of 3 players: 1: 3.333, 2: 8.333, 3: 28.33; HOLDS (EXACT)>"
    many = AirportGame([1] * 20)
    assert repr(shapley_value(many)).startswith("<shapley_value of 20 players: 1: 0.05, ")
    assert ", ...; HOLDS" in repr(shapley_value(many))


def test_links_of_few_among_many_are_looked_up_and_worth_the_same():
    rng = np.random.default_rng(1)
    names = [f"m{i}" for i in range(90)]
    links = {
        f"l{k}": (int(rng.integers(1, 9)), [names[i] for i in rng.choice(90, rng.integers(0, 90), replace=False)])
        for k in range(50)
    }
    game = SharedLinksGame(links, names)
    for size in (0, 1, 15, 16, 45, 74, 75, 89, 90):
        inside = set(rng.choice(90, size, replace=False).tolist())
        S = sum(1 << i for i in inside)
        assert game.exact(S) == sum(cost for cost, users in links.values() if any(names.index(user) in inside for user in users))
