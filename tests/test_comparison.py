"""Concepts side by side: exact numbers behind, reasons for what does not apply, every way of showing them."""

from __future__ import annotations

import json
from fractions import Fraction
from functools import partial

import matplotlib
import matplotlib.pyplot as plt
import pytest
from hypothesis import given, settings

import comity
from comity.errors import ComityError
from comity.games.coalitional.base import Game
from comity.games.coalitional.table import TableGame
from comity.results import Allocation
from comity.solvers.comparison import Comparison, calls_with_arguments, compare, concepts_of_a_game
from comity.testing.strategies import gain_or_cost_games

matplotlib.use("Agg")
LABS = TableGame(["A", "B", "C"], [0, 0, 0, 60, 0, 48, 36, 84])
MAJORITY = TableGame(["A", "B", "C"], [0, 0, 0, 1, 0, 1, 1, 1])


def test_the_columns_are_what_each_concept_gives() -> None:
    table = compare(LABS, ["shapley_value", comity.nucleolus, comity.equal_division(LABS)])
    assert list(table.results) == ["shapley_value", "nucleolus", "equal_division"]
    assert list(table.to_frame().loc["A"]) == [
        34.0,
        40.0,
        28.0,
    ]  # by hand: 0 + 1/6 (60 + 48) + 1/3 (84 - 36); and see test_nucleolus
    assert table["nucleolus"].certificate
    assert table.to_frame(exact=True).loc["C", "shapley_value"] == Fraction(22)


@settings(max_examples=15, deadline=None)
@given(game=gain_or_cost_games(max_players=4))
def test_every_concept_of_the_catalogue_gives_amounts_or_a_reason(game: TableGame) -> None:
    table = compare(game)
    assert set(table.results) | set(table.left_out) == set(concepts_of_a_game())
    assert not set(table.results) & set(table.left_out)
    for name, result in table.results.items():
        assert result.exact == concepts_of_a_game()[name](game).exact
    for reason in table.left_out.values():
        assert len(reason) > 20
    assert {"shapley_value", "prenucleolus", "equal_division"} <= set(table.results)


def test_a_concept_that_does_not_apply_says_why_wherever_the_table_is_shown() -> None:
    table = compare(MAJORITY, ["shapley_value", "core_point"])
    for shown in (table.summary(), table.to_latex(), table._repr_html_(), json.dumps(table.to_json())):
        assert "the core is empty" in shown
    with pytest.raises(KeyError, match="the core is empty"):
        table["core_point"]
    with pytest.raises(KeyError, match="'nucleolus' is not compared"):
        table["nucleolus"]


def test_a_reason_that_many_share_is_said_once() -> None:
    assert compare(LABS).summary().count("there is no power index") == 1


def test_a_concept_with_arguments_is_given_as_a_function() -> None:
    table = compare(LABS, {"A with B": lambda game: comity.owen_value(game, [["A", "B"], ["C"]]), "each alone": "shapley_value"})
    assert list(table.results) == ["A with B", "each alone"]
    assert "A with B" in table.to_latex()
    assert list(compare(LABS, [partial(comity.banzhaf_value, normalized=True)]).results) == ["banzhaf_value"]
    assert "comity.owen_value(game, unions=...)" in calls_with_arguments()


@pytest.mark.parametrize(
    ("concepts", "message"),
    [
        (["nucleollus"], "there is no concept 'nucleollus'; did you mean 'nucleolus'"),
        (["owen_value"], r"owen_value needs unions besides the game; in Python, call comity.owen_value\(game, unions=...\)"),
        ("nucleolus", r"write a list such as \['nucleolus'\]"),
        ([], "there is no concept to compare"),
        (["nucleolus", "nucleolus"], "two concepts are headed 'nucleolus'"),
        ([lambda game: 3], "not an allocation"),
        ([comity.shapley_value(TableGame(["X"], [0, 1]))], "not an allocation to A, B, C"),
        (["talmud_rule"], "there is no concept 'talmud_rule'"),
    ],
)
def test_what_cannot_be_compared_is_refused(concepts: object, message: str) -> None:
    with pytest.raises(ComityError, match=message):
        compare(LABS, concepts)  # type: ignore[arg-type]


def test_latex_and_html_escape_names() -> None:
    game = TableGame(["R&D", "<b>"], [0, 0, 0, 1])
    table = compare(game, {"50% rule": comity.equal_division})
    assert "R\\&D & 0.5 \\\\" in table.to_latex()
    assert "50\\% rule" in table.to_latex()
    assert "&lt;b&gt;" in table._repr_html_()


def test_the_json_holds_results_that_can_be_confirmed_again() -> None:
    data = json.loads(json.dumps(compare(LABS, ["nucleolus", "shapley_value"]).to_json()))
    assert all(comity.verify(LABS, result) for result in data["results"].values())


def test_a_comparison_on_file_names_its_form_and_is_read_back_the_same() -> None:
    table = compare(LABS)
    text = json.dumps(table.to_json())
    assert json.loads(text)["schema"] == "comparison/0.1"
    again = Comparison.from_json(text)
    assert again.to_json() == table.to_json()
    assert all(comity.verify(LABS, result) for result in again.results.values())


def test_what_is_no_comparison_is_refused_with_the_place() -> None:
    form = compare(LABS, ["nucleolus", "shapley_value"]).to_json()
    result = form["results"]["nucleolus"]
    for bad, said in (
        (result, '"schema" is \'result/0.1\'; it should be "comparison/0.1"'),
        ([], "list"),
        ("{", "not JSON that can be read"),
        ({**form, "players": None}, "cannot be read"),
        ({key: value for key, value in form.items() if key != "left_out"}, "left_out"),
        ({**form, "results": {"nucleolus": {**result, "amounts": [0, 0, 0]}}}, "not the nearest doubles"),
        ({**form, "players": ["X", "Y", "Z"]}, "'nucleolus' is for"),
    ):
        with pytest.raises(ComityError) as refusal:
            Comparison.from_json(bad)
        assert said in str(refusal.value)


def test_the_picture_has_a_bar_for_each_player_and_concept() -> None:
    axes = compare(LABS, ["shapley_value", "nucleolus"]).plot()
    heights = [bar.get_height() for bar in axes.patches]  # type: ignore[attr-defined]
    assert heights == [34, 28, 22, 40, 28, 16]
    legend = axes.get_legend()
    assert legend is not None
    assert [text.get_text() for text in legend.get_texts()] == ["shapley value", "nucleolus"]
    plt.close("all")


def test_another_rule_of_ones_own_is_compared_too() -> None:
    def dictator(game: Game) -> Allocation:
        x = [game.exact(game.grand_coalition), *[Fraction(0)] * (game.n - 1)]
        return Allocation("dictator", game.players, tuple(x), comity.check_in_core(game, x))

    assert compare(LABS, [dictator])["dictator"].exact == (Fraction(84), Fraction(0), Fraction(0))
