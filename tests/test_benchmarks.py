"""The benchmarks run, their answers agree with the definitions, and the page on speed shows every bar and every wrong answer."""

import importlib
import re
import sys
import time
import tomllib
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "benchmarks"))
import compare
import page
import structured_games
import value_games
import workers
from bars import MET, MISSED, Bar, Measured, figure
from measure import best, in_turns
from questions import QUESTIONS, SUMS

ROOT = Path(__file__).resolve().parent.parent
SCRIPTS = ROOT / "benchmarks"
TABLE = value_games.doubles("uniform", 4)
SHAPLEY = next(question for question in QUESTIONS if question.name == "shapley_value")
FAKE = """
import os, time
import numpy as np
from workers import Way

PACKAGE, MODULE = "fake", "fake"
RIGHT = {right}

def fails(data):
    raise ValueError("no such game\\nsecond line")

def ways():
    shapley = lambda how, call: Way("shapley_value", lambda data: data, call, how=how)
    return [
        shapley("right", lambda data: RIGHT),
        shapley("a little off", lambda data: [x + 1e-7 for x in RIGHT]),
        shapley("not a number", lambda data: [float("nan")] * 4),
        shapley("one too few", lambda data: RIGHT[1:]),
        shapley("none", lambda data: None),
        shapley("refuses", fails),
        shapley("slow", lambda data: time.sleep(60)),
        shapley("dies", lambda data: os._exit(1)),
        shapley("after that", lambda data: RIGHT),
    ]
"""


@pytest.mark.parametrize("script", sorted(path.stem for path in SCRIPTS.glob("*.py")))
def test_a_script_can_be_imported_where_no_other_package_is_installed(script: str) -> None:
    importlib.import_module(script)


@pytest.fixture(scope="module")
def trial() -> str:
    return page.page([], quick=True)


def cells(text: str, start: str) -> list[list[str]]:
    """The rows of tables whose first cell is that."""
    rows = [[cell.strip() for cell in line.strip("|").split(" | ")] for line in text.splitlines() if line.startswith("| ")]
    return [row for row in rows if row[0] == start]


def test_a_trial_has_a_row_for_every_bar_and_judges_none(trial: str) -> None:
    assert page.TRIAL.strip() in trial
    for bar in page.BARS:
        [row] = cells(trial, bar.name)
        assert row[1] == bar.demand
        assert row[-1] == "not measured" if "coopgame" in bar.what else row[-1] == f"only tried, n = {bar.quick}"


def test_on_trial_comity_answers_as_the_definitions_do(trial: str) -> None:
    answered = re.findall(r"\| `(.*?)` \|.*\| definition \|.*\| (.*) \|", trial)
    assert len(answered) >= 25
    assert {remark for _, remark in answered} == {"same"}


def test_the_page_of_the_documentation_has_a_row_for_every_bar() -> None:
    text = page.PAGE.read_text(encoding="utf-8")
    assert page.TRIAL.strip() not in text
    for bar in page.BARS:
        [row] = cells(text, bar.name)
        assert row[1] == bar.demand
        assert row[-1] in (MET, MISSED)


def test_the_page_names_every_package_of_the_extra() -> None:
    extra = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["optional-dependencies"]["peers"]
    listed = {re.split(r"[\[<>=]", entry)[0] for entry in extra}
    known = {importlib.import_module(peer).PACKAGE for peer in compare.PEERS}
    assert known == listed
    text = page.PAGE.read_text(encoding="utf-8")
    assert all(f"{package} " in text for package in known)


@pytest.fixture(scope="module")
def answers(tmp_path_factory: pytest.TempPathFactory) -> dict[str, compare.Row]:
    """What is made of a package's right, wrong and missing answers to one question."""
    folder = tmp_path_factory.mktemp("peers")
    right = compare.own_answer(SHAPLEY, TABLE).amounts
    (folder / "peers_fake.py").write_text(FAKE.format(right=[float(x) for x in right]), encoding="utf-8")
    sys.path.insert(0, str(folder))
    before, compare.QUICK_LIMIT = compare.QUICK_LIMIT, 1.0
    try:
        return {row.package.removeprefix("fake, "): row for row in compare.rows(["peers_fake"], quick=True, only="shapley_value")}
    finally:
        compare.QUICK_LIMIT = before
        sys.path.remove(str(folder))


def test_a_wrong_answer_is_marked_with_its_error(answers: dict[str, compare.Row]) -> None:
    assert answers["right"].remark == "same"
    off = answers["a little off"]
    assert off.error == pytest.approx(1e-7 / max(map(abs, off.own.amounts)), rel=1e-3)
    assert off.remark == f"**wrong** by {figure(off.error)}"
    assert answers["not a number"].remark == answers["one too few"].remark == answers["none"].remark == "**wrong** by inf"


def test_who_refuses_takes_too_long_or_dies_is_said_so_and_asked_again(answers: dict[str, compare.Row]) -> None:
    assert answers["refuses"].remark == "refuses: ValueError: no such game"
    assert answers["slow"].remark == "stopped"
    assert compare.cells(answers["slow"])[5] == "> 1"
    assert answers["dies"].remark == "refuses: its process died"
    assert answers["after that"].remark == "same"


def test_only_a_right_answer_counts_as_faster(answers: dict[str, compare.Row]) -> None:
    assert {how for how, row in answers.items() if row.faster} == {"right", "after that"}
    wrong = [row for row in answers.values() if row.wrong]
    told = page.findings(list(answers.values()))
    faster, off = told.split("## Wrong answers")
    assert "fake, right" in faster
    assert "fake, a little off" not in faster
    assert all(f"fake, {how}" in off for how, row in answers.items() if row in wrong)


def test_errors_are_shares_of_the_largest_amount() -> None:
    assert compare.error_of([Fraction(1, 3), 2], [Fraction(1, 3), Fraction(2)]) == 0
    assert compare.error_of([0.0, 5.0], [0, 4]) == 0.25
    assert compare.error_of([0.5], [0]) == 0.5
    assert compare.error_of(np.array([1.0, 3.0]), np.array([1.0, 2.0])) == 0.5
    assert compare.error_of([True], [False]) == 1
    assert compare.error_of([float("inf")], [1]) == float("inf")
    # NaN is smaller than nothing: an array with one is wrong.
    nan = compare.Row(SHAPLEY, 4, compare.Own(1, [1]), "p", workers.Answer(1, None), compare.error_of(np.array([np.nan]), [1.0]))
    assert nan.wrong


def bar(limit: float, least: bool = False) -> Bar:
    return Bar("area", "what", 9, limit, "s", lambda n: [float(n)], 3, least)


@pytest.mark.parametrize(
    ("figures", "least", "verdict"),
    [
        ((1, 2, 6), False, MET),
        ((1, 2, 6.1), False, MISSED),
        ((1, 2.1, 3), False, MISSED),
        ((1, 2, 3), True, MET),
        ((0.6, 2, 3), True, MISSED),
        ((1, 1.9, 3), True, MISSED),
        ((), False, "not measured"),
    ],
)
def test_a_bar_is_met_by_the_median_and_within_three_times_by_the_worst(figures, least, verdict) -> None:  # type: ignore[no-untyped-def]
    assert Measured(bar(2, least), 9, figures).verdict == verdict


def test_a_bar_tried_on_fewer_players_is_not_judged() -> None:
    assert bar(100).measured(quick=True).verdict == "only tried, n = 3"
    assert bar(100).measured().verdict == MET


def test_making_ready_is_not_timed_and_done_anew_for_every_call() -> None:
    made = []

    def prepare():  # type: ignore[no-untyped-def]
        time.sleep(0.05)
        made.append(0)
        return lambda: len(made)

    seconds, answer = best(prepare, most=3)
    assert seconds.wall < 0.04
    assert answer == len(made) == 3
    assert in_turns([prepare, prepare], 2)[1].wall < 0.04
    assert len(made) == 3 + 2 * (1 + 2)


def test_the_college_has_538_votes() -> None:
    weights, quota = structured_games.COLLEGE_VOTES
    assert (len(weights), sum(weights), quota) == (51, 538, 270)


def test_roundings_are_far_below_what_is_compared() -> None:
    assert all(question.tolerance <= 1e-6 for question in QUESTIONS)
    assert SUMS == 1e-9
