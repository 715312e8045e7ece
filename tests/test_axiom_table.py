"""The table of axioms: claims as declared, counterexamples that are real."""

from __future__ import annotations

from functools import cache, partial

import pytest

from comity.catalogue import things
from comity.solvers.comparison import solutions
from comity.testing.axiom_table import (
    CLAIMED,
    FAILS,
    FOLLOWS,
    IMPLIES,
    OPEN,
    OUTSIDE,
    REMARKS,
    AxiomTable,
    axiom_table,
    counterexample,
    follows_from,
    small_games,
)
from comity.testing.axioms import axioms


@cache
def table() -> AxiomTable:
    return axiom_table()


def test_every_concept_and_axiom_has_a_mark_and_claims_are_those_declared() -> None:
    concepts = {name for name, thing in solutions().items() if thing.__declaration__.kind == "concept"}
    assert set(table().marks) == concepts
    for name, marks in table().marks.items():
        assert set(marks) == set(axioms())
        assert {axiom for axiom, mark in marks.items() if mark == CLAIMED} == set(things()[name].__declaration__.claims)
        assert set(marks.values()) <= {CLAIMED, FOLLOWS, FAILS, OUTSIDE, OPEN}


def test_every_counterexample_contradicts_the_axiom_again() -> None:
    assert set(table().counterexamples) == {
        (name, axiom) for name, marks in table().marks.items() for axiom, mark in marks.items() if mark == FAILS
    }
    needing = [cell for cell, example in table().counterexamples.items() if example.arguments]
    assert {"unions", "graph", "weights"} == {key for cell in needing for key in table().counterexamples[cell].arguments}
    for name, axiom in [*list(table().counterexamples)[::7], *needing[::3]]:
        example = table().counterexamples[name, axiom]
        with pytest.raises(AssertionError) as contradiction:
            axioms()[axiom](partial(things()[name], **example.arguments), example.game)
        assert str(contradiction.value) == example.found


def test_what_is_known_is_found() -> None:
    marks = table().marks
    assert marks["equal_division"]["null_player"] == FAILS  # who adds nothing gets a share
    assert marks["nucleolus"]["additive"] == FAILS
    assert marks["solidarity_value"]["null_player"] == FAILS  # Nowak & Radzik 1994
    assert marks["shapley_value"]["in_core_if_nonempty"] == FAILS  # gloves
    assert marks["banzhaf_value"]["efficient"] == FAILS
    assert marks["tau_value"]["in_core_if_convex"] == FAILS  # from four players on, Driessen & Tijs 1985
    assert marks["public_good_index"]["desirability"] == FAILS  # Holler 1982: local monotonicity fails
    assert marks["deegan_packel_index"]["desirability"] == FAILS
    assert marks["owen_value"]["symmetric"] == FAILS  # players who are alike, in different unions
    assert marks["myerson_value"]["null_player"] == FAILS  # who adds nothing may be the link between others
    assert marks["weighted_shapley_value"]["symmetric"] == FAILS
    assert marks["weighted_nucleolus"]["null_player"] == FAILS
    assert marks["semivalue"]["efficient"] == FAILS
    assert marks["banzhaf_index"]["additive"] == OUTSIDE  # the sum of two simple games is not simple


def test_whatever_is_left_open_is_explained() -> None:
    left = {(name, axiom) for name, marks in table().marks.items() for axiom, mark in marks.items() if mark == OPEN}
    assert left - set(table().remarks) == set(), "claim it, add a game that contradicts it, or say what is known in REMARKS"
    assert set(REMARKS) - left == set(), "answered: the remark can go"


def test_nobody_is_told_apart_by_a_name_but_players_may_be_by_arguments() -> None:
    assert "symmetric" in follows_from(["anonymous"])
    assert follows_from(["anonymous"], with_arguments=True) == set()
    assert follows_from(["in_core"]) >= {"null_player", "projection", "individually_rational_if_superadditive"}


def test_no_claim_has_a_counterexample_among_the_small_games() -> None:
    games = list(small_games())[:8]
    for name in ("shapley_value", "nucleolus", "tau_value", "modiclus", "owen_value", "position_value"):
        for axiom in things()[name].__declaration__.claims:
            assert counterexample(things()[name], axiom, games) is None, (name, axiom)


def test_what_follows_from_a_claim_has_no_counterexample_and_all_names_are_axioms() -> None:
    assert set(IMPLIES) | {axiom for implied in IMPLIES.values() for axiom in implied} <= set(axioms())
    followed = [(name, axiom) for name, marks in table().marks.items() for axiom, mark in marks.items() if mark == FOLLOWS]
    assert ("tau_value", "homogeneous") in followed
    games = list(small_games())[::6]
    for name, axiom in followed:
        assert counterexample(things()[name], axiom, games) is None, (name, axiom)
