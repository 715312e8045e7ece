"""The table of axioms: claims as declared, counterexamples that are real."""

from __future__ import annotations

from functools import cache

import pytest

from comity.catalogue import things
from comity.solvers.comparison import concepts_of_a_game
from comity.testing.axiom_table import (
    CLAIMED,
    FAILS,
    FOLLOWS,
    IMPLIES,
    OPEN,
    AxiomTable,
    axiom_table,
    counterexample,
    small_games,
)
from comity.testing.axioms import axioms


@cache
def table() -> AxiomTable:
    return axiom_table()


def test_every_concept_and_axiom_has_a_mark_and_claims_are_those_declared() -> None:
    concepts = {name for name, thing in things("comity.solvers").items() if thing.__declaration__.kind == "concept"}
    assert set(table().marks) == concepts
    for name, marks in table().marks.items():
        assert set(marks) == set(axioms())
        assert {axiom for axiom, mark in marks.items() if mark == CLAIMED} == set(things()[name].__declaration__.claims)
        assert set(marks.values()) <= {CLAIMED, FOLLOWS, FAILS, OPEN}


def test_every_counterexample_contradicts_the_axiom_again() -> None:
    assert set(table().counterexamples) == {
        (name, axiom) for name, marks in table().marks.items() for axiom, mark in marks.items() if mark == FAILS
    }
    for (name, axiom), (game, found) in list(table().counterexamples.items())[::7]:
        with pytest.raises(AssertionError) as contradiction:
            axioms()[axiom](concepts_of_a_game()[name], game)
        assert str(contradiction.value) == found


def test_what_is_known_is_found() -> None:
    marks = table().marks
    assert marks["equal_division"]["null_player"] == FAILS  # who adds nothing gets a share
    assert marks["nucleolus"]["additive"] == FAILS
    assert marks["solidarity_value"]["null_player"] == FAILS  # Nowak & Radzik 1994
    assert marks["shapley_value"]["in_core_if_nonempty"] == FAILS  # gloves
    assert marks["banzhaf_value"]["efficient"] == FAILS


def test_no_claim_has_a_counterexample_among_the_small_games() -> None:
    games = list(small_games())[:8]
    for name in ("shapley_value", "nucleolus", "tau_value", "modiclus"):
        for axiom in things()[name].__declaration__.claims:
            assert counterexample(concepts_of_a_game()[name], axiom, games) is None, (name, axiom)


def test_what_follows_from_a_claim_has_no_counterexample_and_all_names_are_axioms() -> None:
    assert set(IMPLIES) | {axiom for implied in IMPLIES.values() for axiom in implied} <= set(axioms())
    followed = [(name, axiom) for name, marks in table().marks.items() for axiom, mark in marks.items() if mark == FOLLOWS]
    assert ("tau_value", "homogeneous") in followed
    games = list(small_games())
    for name, axiom in followed:
        if name in concepts_of_a_game():
            assert counterexample(concepts_of_a_game()[name], axiom, games) is None, (name, axiom)
