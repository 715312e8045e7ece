"""Games from dicts, DataFrames, arrays, functions and CSV; what does not describe a game is refused by name."""

from __future__ import annotations

import math
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings

import comity
from comity.errors import ComityError, InvalidGame, TooManyPlayers
from comity.games.coalitional.csv_form import game_from_csv
from comity.games.coalitional.table import TableGame
from comity.testing.strategies import gain_or_cost_games

WORTHS = {"A": 0, "B": 0.1, "C": "1/3", ("A", "B"): 60, "A, C": 48, ("B", "C"): 36, "A,B,C": 84}
TABLE = [Fraction(0), Fraction(0), Fraction(1, 10), Fraction(60), Fraction(1, 3), Fraction(48), Fraction(36), Fraction(84)]


def coalitions(game: TableGame) -> list[str]:
    return [",".join(game.players[i] for i in range(game.n) if S >> i & 1) for S in range(1, 1 << game.n)]


def test_a_dict_of_names_or_of_text_with_commas_is_a_game() -> None:
    game = comity.game_from(WORTHS)
    assert game.players == ("A", "B", "C")
    assert list(game.exact_table()) == TABLE


def test_sets_of_names_leave_the_order_to_who_stands_alone() -> None:
    game = comity.game_from({frozenset("BA"): 60, frozenset("B"): 1, frozenset("A"): 2})
    assert game.players == ("B", "A")
    assert list(game.exact_table()) == [0, 1, 2, 60]


def test_a_function_needs_the_players_and_is_asked_for_names() -> None:
    game = comity.game_from(lambda members: len(members) ** 2, players=["A", "B"], orientation="cost")
    assert (game.value(0b11), game.orientation) == (4.0, "cost")
    with pytest.raises(InvalidGame, match="give players="):
        comity.game_from(len)


def test_an_array_is_a_table_by_bitmask() -> None:
    assert list(comity.game_from(np.array([0, 1, 2, 5.5])).exact_table()) == [0, 1, 2, Fraction(11, 2)]
    assert comity.game_from([0, 1, 2, 5], players="XY").players == ("X", "Y")


def test_a_game_and_a_game_on_file_come_as_they_are(tmp_path: Path) -> None:
    game = comity.AirportGame({"A": 12, "B": 28})
    assert comity.game_from(game) is game
    assert list(comity.game_from(game.to_json()).exact_table()) == list(game.exact_table())
    with pytest.raises(InvalidGame, match="leave players and orientation out"):
        comity.game_from(game.to_json(), orientation="gain")


@settings(max_examples=40, deadline=None)
@given(game=gain_or_cost_games())
def test_every_table_comes_back_from_a_frame_and_from_csv_in_both_forms(game: TableGame) -> None:
    names, worths = coalitions(game), list(game.exact_table())[1:]
    column = "cost" if game.orientation == "cost" else "worth"
    listed = pd.DataFrame({"coalition": names, column: worths})
    marked = pd.DataFrame({p: [S >> i & 1 for S in range(1, 1 << game.n)] for i, p in enumerate(game.players)} | {column: worths})
    series = pd.Series(worths, index=names)
    again = [
        comity.game_from(listed),
        comity.game_from(marked),
        game_from_csv(listed.to_csv(index=False)),
        game_from_csv(marked.to_csv(index=False)),
        comity.game_from(series, orientation=game.orientation),
    ]
    for one in again:
        assert (one.players, one.orientation) == (game.players, game.orientation)
        assert list(one.exact_table()) == list(game.exact_table())


def test_a_series_may_have_names_in_levels() -> None:
    index = pd.MultiIndex.from_tuples([("A", ""), ("B", ""), ("A", "B")])
    assert list(comity.game_from(pd.Series([1, 2, 60], index=index)).exact_table()) == [0, 1, 2, 60]


def test_a_csv_file_is_read_by_its_name(tmp_path: Path) -> None:
    path = tmp_path / "game.CSV"
    path.write_text('\ufeffcoalition,cost\nA,12\nB,28\n\n" B, A ",30.5\n', encoding="utf-8")
    game = comity.read_game(path)
    assert (game.players, game.orientation, game.exact(0b11)) == (("A", "B"), "cost", Fraction(61, 2))


FORTY = [f"p{k}" for k in range(40)]
BAD: list[tuple[Any, str]] = [
    ({"A": math.nan}, r"the worth of \{A\} is nan"),
    ({"A": 1, "B": math.inf, "A,B": 2}, r"the worth of \{B\} is inf"),
    ({"A": None}, r"the worth of \{A\} is None, which is not a number"),
    ({"A": "many"}, "'many', which is not a number"),
    ({"A": 1, "": 3}, r"v\(empty\) = 0"),
    ({}, "at least one player"),
    ({"A": 1, "A,B": 2}, r"1 coalitions have no value, first B"),
    ({"A": 1, "B": 1, "A,B": 2, ("B", "A"): 3}, r"\{A, B\} is given twice"),
    ({"A": 1, "A,A": 2}, "'A' is named twice"),
    ({3: 1}, "coalition 3 is not names"),
    ([0, 1, 2], r"2\*\*n worths.*\(3,\)"),
    ([1, 1, 2, 3], r"v\(empty\) = 0"),
    ([0, math.nan], "nan"),
    (np.array([0, math.inf]), "inf"),
    (np.zeros((2, 2)), r"\(2, 2\)"),
    ([], r"\(0,\)"),
    ([0], r"\(1,\)"),
    (7, "no game can be made of int"),
    (pd.DataFrame({"coalition": ["A"]}), 'exactly one is "worth" or "cost"'),
    (pd.DataFrame({"coalition": ["A"], "worth": [1], "cost": [1]}), 'exactly one is "worth" or "cost"'),
    (pd.DataFrame({"coalition": ["A"], "worth": [1], "note": ["?"]}), "a column 'note'; drop it"),
    (pd.DataFrame({"A": [2], "worth": [1]}), "column 'A' holds 2"),
    (pd.DataFrame({"A": [1, 0], "B": [0, 1], "worth": [1, 2]}), "1 coalitions have no value, first A, B"),
    (pd.DataFrame([[1, 1, 5]], columns=["A", "A", "worth"]), "no other stands twice"),
    (pd.DataFrame({"worth": [1.0]}), "at least one player"),
    (pd.DataFrame({"coalition": ["A", "B", "A,B"], "worth": [1, 2, None]}), r"the worth of \{A, B\} is nan"),
]


@pytest.mark.parametrize(("data", "message"), BAD)
def test_what_is_not_a_game_is_refused_with_the_place(data: Any, message: str) -> None:
    with pytest.raises(InvalidGame, match=message):
        comity.game_from(data)


def test_names_given_must_fit_the_data() -> None:
    with pytest.raises(InvalidGame, match="player names repeat: A"):
        comity.game_from([0, 1, 2, 3], players=["A", "A"])
    with pytest.raises(InvalidGame, match="there is no player 'B'"):
        comity.game_from({"A": 1, "B": 2, "A,B": 3}, players=["A", "C"])
    with pytest.raises(InvalidGame, match=r"2 players need 2\*\*2 = 4 worths"):
        comity.game_from([0, 1], players=["A", "B"])
    with pytest.raises(InvalidGame, match="at least one player"):
        comity.game_from([0], players=[])
    with pytest.raises(InvalidGame, match='"cost" makes a cost game'):
        comity.game_from(pd.DataFrame({"A": [1], "cost": [1]}), orientation="gain")
    with pytest.raises(InvalidGame, match="orientation 'profit' is unknown"):
        comity.game_from({"A": 1}, orientation="profit")


def test_forty_players_are_no_table() -> None:
    with pytest.raises(TooManyPlayers, match="use a structured game"):
        comity.game_from(dict.fromkeys(FORTY, 1))
    with pytest.raises(TooManyPlayers, match="use a structured game"):
        comity.game_from([0, 1], players=FORTY)
    with pytest.raises(TooManyPlayers, match="use a structured game"):
        game_from_csv(",".join([*FORTY, "worth"]) + "\n" + ",".join(["1"] * 41))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "the CSV file is empty"),
        ("coalition,worth\nA,0\nB,0\nA,B,60\n", "line 4 has 3 cells and the header 2; put names in quotes"),
        ("coalition,worth\nA,NaN\n", r"the worth of \{A\} is NaN"),
        ("coalition,worth\nA,\n", "which is not a number"),
        ("A,B,worth\n1,x,3\n", "column 'B' holds 'x'"),
        ('coalition,worth\n"A"B,1\n', "not CSV that can be read"),
        ("coalition,worth\n", "at least one player"),
    ],
)
def test_csv_that_is_no_game_is_refused_with_the_line(text: str, message: str) -> None:
    with pytest.raises(InvalidGame, match=message):
        game_from_csv(text)


def test_a_missing_file_is_named() -> None:
    with pytest.raises(ComityError, match=r"nowhere\.csv"):
        comity.read_game("nowhere.csv")
