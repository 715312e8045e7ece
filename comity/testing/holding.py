"""Holding a concept that needs more than a game to what it claims, and its check to what it must refuse."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from typing import Any

from comity.certificate import Verdict
from comity.checks.confirm import check_for, confirm
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
    check = check_for(result.concept, result.certificate.check)
    assert check is not None, f"no check confirms {result.concept}"
    for miss in near_misses(result.exact):
        assert confirm(game, replace(result, exact=miss)).verdict is Verdict.FAILS, f"{miss} passes for {result.exact}"
        # Confirming compares the whole certificate; the check alone has to refuse, too.
        assert check(game, miss, result.certificate.witness).verdict is Verdict.FAILS, f"the check lets {miss} pass"


def near_misses(x: tuple[Fraction, ...]) -> Iterator[tuple[Fraction, ...]]:
    """A little more for one, a little moved between two, two exchanged, the sign turned, twice as much, nothing."""
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
        yield tuple(2 * amount for amount in x)
        yield (Fraction(0),) * len(x)
