"""The core of four players in its tetrahedron, excess profiles and dividends."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

import matplotlib
import matplotlib.pyplot as plt
import numpy as np
import pytest
from hypothesis import given, settings

import comity
from comity.errors import ComityError, TooManyPlayers
from comity.games.coalitional.base import Game
from comity.games.coalitional.table import TableGame
from comity.solvers.core.core_vertices import core_vertices
from comity.solvers.core.plot_core_of_four import core_faces
from comity.testing.strategies import convex_games, gain_or_cost_games, games

matplotlib.use("Agg")
LABS = TableGame(["A", "B", "C"], [0, 0, 0, 60, 0, 48, 36, 84])
SQUARES = TableGame(list("ABCD"), [S.bit_count() ** 2 for S in range(16)])
AIRPORT = comity.AirportGame({"A": 12, "B": 20, "C": 33, "D": 40})


@pytest.fixture(autouse=True)
def _no_open_figures() -> Iterator[None]:
    yield
    plt.close("all")


def labels(ax: object) -> list[str]:
    return [text.get_text() for text in ax.get_legend().get_texts()]  # type: ignore[attr-defined]


def test_the_core_of_a_strictly_convex_game_of_four_is_a_truncated_octahedron() -> None:  # Shapley 1971: 4! corners, 14 faces
    vertices = core_vertices(SQUARES)
    faces = core_faces(SQUARES, vertices)
    assert len(vertices) == 24
    assert sorted(map(len, faces)) == [4] * 6 + [6] * 8
    assert labels(comity.plot_core(SQUARES)) == ["core, 24 corners"]


@settings(max_examples=30, deadline=None)
@given(game=convex_games(4, 4))
def test_faces_corners_and_edges_satisfy_euler(game: TableGame) -> None:
    faces = core_faces(game, core_vertices(game))
    if len(faces) > 1:
        corners = {tuple(x) for face in faces for x in face}
        edges = sum(map(len, faces)) // 2
        assert len(corners) - edges + len(faces) == 2


@settings(max_examples=25, deadline=None)
@given(game=gain_or_cost_games(4, 4))
def test_every_game_of_four_can_be_drawn_in_every_unit(game: TableGame) -> None:
    ax = comity.plot_core(game, [comity.shapley_value(game)])
    ax.figure.canvas.draw()
    assert ("the core is empty" in labels(ax)) is (not core_vertices(game))
    plt.close("all")


def test_a_player_who_gets_everything_stands_in_its_corner() -> None:
    alone = [AIRPORT.exact(1 << i) for i in range(4)]
    saved = AIRPORT.exact(15) - sum(alone)
    ax = comity.plot_core(AIRPORT, {"all savings to D": [*alone[:3], alone[3] + saved]})
    x, y, z = ax.lines[-1].get_data_3d()
    assert np.allclose([x[0], y[0], z[0]], [0.5, 3**0.5 / 6, (2 / 3) ** 0.5])


def test_amounts_of_another_sum_have_no_place_in_the_picture() -> None:
    for game in (LABS, SQUARES):
        with pytest.raises(ComityError, match="add up to 1, and everybody together is worth"):
            comity.plot_core(game, {"mine": [1] + [0] * (game.n - 1)})


def test_an_excess_profile_is_sorted_and_names_its_coalitions() -> None:
    # By hand: at (34, 28, 22) the pairs lack 60 - 62, 48 - 56 and 36 - 50, and each alone lacks its amount.
    profile = comity.excess_profile(LABS, comity.shapley_value(LABS))
    assert profile == [(3, -2), (5, -8), (6, -14), (4, -22), (2, -28), (1, -34)]


@settings(max_examples=30, deadline=None)
@given(game=games(2, 4))
def test_no_division_has_a_lexicographically_smaller_profile_than_the_prenucleolus(game: Game) -> None:  # Schmeidler 1969
    best = [excess for _, excess in comity.excess_profile(game, comity.prenucleolus(game))]
    for other in (comity.shapley_value(game), comity.equal_division(game), comity.least_core(game)):
        assert best <= [excess for _, excess in comity.excess_profile(game, other)]


def test_the_steps_of_the_picture_are_the_profile() -> None:
    ax = comity.plot_excesses(LABS, [comity.shapley_value(LABS)])
    assert list(ax.lines[1].get_ydata()) == [-2, -8, -14, -22, -28, -34, -34]
    assert [text.get_text() for text in ax.get_xticklabels()][:2] == ["{A, B}", "{A, C}"]
    assert labels(comity.plot_excesses(LABS, {"mine": [84, 0, 0], "yours": [0, 42, 42]})) == ["mine", "yours"]


def test_a_profile_needs_two_players_a_division_and_a_table() -> None:
    with pytest.raises(ComityError, match="at least one division"):
        comity.plot_excesses(LABS, [])
    with pytest.raises(ComityError, match="two players"):
        comity.plot_excesses(TableGame(["A"], [0, 1]), {"all": [1]})
    with pytest.raises(TooManyPlayers):
        comity.excess_profile(comity.AirportGame([1] * 13), [Fraction(1, 13)] * 13)


def test_every_dividend_has_a_bar_small_coalitions_first() -> None:
    ax = comity.plot_dividends(LABS)  # by hand: the pairs create 60, 48, 36, and all three 84 - 144
    assert [bar.get_height() for bar in ax.patches] == [60, 48, 36, -60]
    assert [text.get_text() for text in ax.get_xticklabels()] == ["{A, B}", "{A, C}", "{B, C}", "{A, B, C}"]
    assert labels(ax) == ["2 players", "3 players"]


def test_of_many_dividends_the_largest_are_drawn_and_the_title_says_so() -> None:
    ax = comity.plot_dividends(LABS, most=2)
    assert [bar.get_height() for bar in ax.patches] == [60, -60]
    assert ax.get_title() == "the 2 largest of 4 dividends"
    assert comity.plot_dividends(TableGame(None, [0, 0])).get_title() == "no coalition creates anything"
