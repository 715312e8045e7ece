"""Holding a concept that needs more than a game to what it claims, and its check to what it must refuse."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from typing import Any

from comity.certificate import Verdict
from comity.checks.confirm import confirm
from comity.games.coalitional.base import Game
from comity.results import Allocation
from comity.testing.axioms import Rule, axioms


def assert_keeps_its_claims(concept: Any, rule: Rule, game: Game) -> None:
    """``rule`` is the concept with all but the game given: it satisfies every axiom that the concept declares."""
    known = axioms()
    for claim in concept.__declaration__.claims:
        known[claim](rule, game)


def assert_proved_and_near_misses_refuted(game: Game, result: Allocation) -> None:
    """The result survives its JSON form and is confirmed; no near miss of its amounts is."""
    assert result.certificate.verdict is Verdict.HOLDS, result.certificate
    again = confirm(game, json.dumps(result.to_json()))
    assert again == result.certificate, again.witness
    for miss in near_misses(result.exact):
        refused = confirm(game, replace(result, exact=miss))
        assert refused.verdict is Verdict.FAILS, f"{miss} passes for {result.exact}"


def near_misses(x: tuple[Fraction, ...]) -> Iterator[tuple[Fraction, ...]]:
    """A little more for one, a little moved between two, the sign turned, two exchanged, nothing, an amount too few."""
    little = Fraction(1, 10**12)
    yield (x[0] + little, *x[1:])
    yield (*x[:-1], x[-1] - little)
    if len(x) > 1:
        yield (x[0] + little, x[1] - little, *x[2:])
        yield (*x[:-1], x[-1] + little)
        if x[0] != x[1]:
            yield (x[1], x[0], *x[2:])
    if any(x):
        yield tuple(-amount for amount in x)
        yield (Fraction(0),) * len(x)
