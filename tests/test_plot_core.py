"""The core of three players: its corners, exactly, and the picture."""

from fractions import Fraction
from itertools import product

import matplotlib
import matplotlib.pyplot as plt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import comity
from comity.checks.core import check_in_core
from comity.errors import EmptyCore, TooManyPlayers
from comity.games.coalitional.table import TableGame
from comity.solvers.core.core_range import core_range
from comity.solvers.core.core_vertices import core_vertices
from comity.solvers.core.plot_core import plot_core

matplotlib.use("Agg")
LABS = TableGame(["A", "B", "C"], [0, 0, 0, 60, 0, 48, 36, 84])
MAJORITY = TableGame(["A", "B", "C"], [0, 0, 0, 1, 0, 1, 1, 1])
games = st.builds(
    lambda worths, orientation: TableGame(["A", "B", "C"], [0, *worths], orientation),
    st.lists(st.integers(-3, 12), min_size=7, max_size=7),
    st.sampled_from(["gain", "cost"]),
)


@pytest.fixture(autouse=True)
def _no_open_figures():
    yield
    plt.close("all")


def test_the_corners_of_a_core():  # by hand: B and C leave A at most 48, A and C leave B at most 36, A and B leave C at most 24
    assert set(core_vertices(LABS)) == {(48, 36, 0), (48, 12, 24), (24, 36, 24)}


def test_an_empty_core_has_no_corners_and_a_single_division_has_one():
    assert core_vertices(MAJORITY) == []
    assert core_vertices(TableGame(None, [0, 1, 2, 3, 3, 4, 5, 6])) == [(1, 2, 3)]


@settings(max_examples=150, deadline=None)
@given(game=games)
def test_corners_are_in_the_core_and_reach_its_range(game):
    corners = core_vertices(game)
    assert all(check_in_core(game, corner) for corner in corners)
    try:
        ranges = core_range(game).exact
    except EmptyCore:
        assert corners == []
        return
    assert tuple((min(x), max(x)) for x in zip(*corners, strict=True)) == ranges


@settings(max_examples=60, deadline=None)
@given(game=games)
def test_no_corner_is_missing(game):
    # Every whole division in the core lies among the corners: on the inner side of each edge.
    corners = core_vertices(game)
    for x, y in product(range(-3, 13), repeat=2):
        division = (x, y, int(game.exact(7)) - x - y)
        inside = len(corners) > 2 and all(
            (b[0] - a[0]) * (y - a[1]) - (b[1] - a[1]) * (x - a[0]) >= 0
            for a, b in zip(corners, [*corners[1:], corners[0]], strict=True)
        )
        if len(corners) > 2:
            assert bool(check_in_core(game, division)) is inside


def test_the_picture_names_what_it_shows():
    ax = plot_core(LABS, [comity.shapley_value(LABS), comity.nucleolus(LABS)])
    labels = [text.get_text() for text in ax.get_legend().get_texts()]
    assert labels == ["{B, C} 36", "{A, C} 48", "{A, B} 60", "core", "shapley value", "nucleolus"]


def test_an_empty_core_is_drawn_as_such():
    labels = [text.get_text() for text in plot_core(MAJORITY).get_legend().get_texts()]
    assert "the core is empty" in labels


def test_points_are_drawn_where_they_belong():
    # A corner of the picture is all for one player; each player pulls towards its own.
    ax = plot_core(LABS, {"all for A": (84, 0, 0), "all for C": (0, 0, Fraction(84))})
    (a, c) = (line.get_xydata()[0].tolist() for line in ax.lines[-2:])
    assert a == [0, 0]
    assert c == pytest.approx([42, 84 * 3**0.5 / 2])


@settings(max_examples=20, deadline=None)
@given(game=games)
def test_every_game_of_three_can_be_drawn(game):
    plot_core(game)
    plt.close("all")


def test_five_players_are_refused_with_the_way_out():
    with pytest.raises(TooManyPlayers, match="core_range"):
        comity.plot_core(TableGame(None, [0] * 32))
