"""Confirming grades: who leaks first is told apart, and each grade is reached from the one before it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

from comity import rational
from comity.certificate import Certificate, holds_if
from comity.declaration import declare
from comity.errors import InvalidEvidence

# Somebody who newly knows at a grade: name, worth of knowing, lead lost to it, probability that it leaks.
Newcomer = tuple[str, Fraction, Fraction, Fraction]


@declare("check", "No grade of a finding is worth more to all together than the one named")
def check_best_grade(
    claim: str,
    stated: tuple[str, Fraction],
    grades: Sequence[tuple[str, Sequence[Newcomer]]],
    harm: Fraction,
    unit: str = "",
    more: Mapping[str, Any] | None = None,
) -> Certificate:
    """The stated grade has the stated total, and no other grade has a larger one.

    ``grades`` run from the most closed to the most open, each with those who know from it on.  A leak is counted by who leaks
    first: a newcomer with probability q adds harm times q times the chance that nobody before it leaks.  The margin is what the
    stated grade is ahead of the best other one, or minus the error of the stated total.

    Examples
    --------
    >>> one, tenth = Fraction(1), Fraction(1, 10)
    >>> grades = [("WITHHELD", []), ("AMBER", [("B", 6 * one, one, tenth)]), ("CLEAR", [("public", 8 * one, 0 * one, one)])]
    >>> check_best_grade("AMBER is best", ("AMBER", 3 * one), grades, 20 * one).margin
    Fraction(3, 1)
    >>> check_best_grade("CLEAR is best", ("CLEAR", -7 * one), grades, 20 * one).verdict.value
    'FAILS'
    """
    if len({grade for grade, _ in grades}) < len(grades):
        raise InvalidEvidence("a grade is listed twice")
    totals: dict[str, Fraction] = {}
    total, nobody_yet = Fraction(0), Fraction(1)
    for grade, newcomers in grades:
        for name, value, lost, leak in newcomers:
            if not 0 <= leak <= 1:
                raise InvalidEvidence(f"{name} leaks with probability {rational.text(leak)}")
            total += value - lost - harm * leak * nobody_yet
            nobody_yet *= 1 - leak
        totals[grade] = total
    name, amount = stated
    if name not in totals:
        raise InvalidEvidence(f"nothing is said of grade {name}")
    others = [other for grade, other in totals.items() if grade != name]
    off = abs(totals[name] - amount)
    ahead = totals[name] - max(others, default=totals[name])
    return Certificate(
        claim,
        holds_if(not off and ahead >= 0),
        margin=-off if off else ahead,
        unit=unit,
        witness={
            "grades": [
                [grade, [[who, *map(rational.text, (value, lost, leak))] for who, value, lost, leak in newcomers]]
                for grade, newcomers in grades
            ],
            "harm": rational.text(harm),
            "totals": {grade: rational.text(one) for grade, one in totals.items()},
            **(more or {}),
        },
        check="check_best_grade",
    )
