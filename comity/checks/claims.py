"""Confirming the division of an estate among claimants by what characterises each rule.

No formula of a rule is repeated here: pairs of claimants are looked at as in the Talmud, orders of arrival through the
Shapley value, and the constrained rules through who falls short of the common award or loss.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from itertools import pairwise
from math import lcm
from typing import Any, NamedTuple

from comity import rational
from comity.certificate import Basis, Certificate, Verdict, holds_if
from comity.checks.core import exact_amounts
from comity.checks.values import check_shapley_value
from comity.declaration import declare
from comity.errors import InvalidEvidence
from comity.games.coalitional.base import Game
from comity.games.coalitional.claims import ClaimsGame, ClaimsProblem

# What is wrong and by how much; None where nothing is.
Fault = tuple[dict[str, Any], Fraction] | None


class _Division(NamedTuple):
    """Estate, claims and awards as integers, in units of 1 / unit."""

    players: tuple[str, ...]
    estate: int
    claims: list[int]
    awards: list[int]
    unit: int


Rule = Callable[[_Division], Fault]


@declare("check", "Every two claimants divide theirs as the contested garment", confirms=("talmud_rule",))
def check_talmud_rule(game: Game, x: Sequence[Any], witness: Mapping[str, Any] | None = None) -> Certificate:
    """Any two divide what they got together as the contested garment; only one division does so (Aumann & Maschler 1985).

    With e = x_i + x_j, each concedes max(0, e - own claim) to the other, and the rest is halved.  Neighbours in the order of
    claims are looked at, from which it follows for all.

    Examples
    --------
    >>> problem = ClaimsProblem(200, (100, 200, 300)).to_game()
    >>> bool(check_talmud_rule(problem, (50, 75, 75))), bool(check_talmud_rule(problem, (50, 74, 76)))
    (True, False)
    """
    return _check(game, x, "the Talmud's division", "check_talmud_rule", _garment_fault)


@declare("check", "Whoever gets less than another is paid in full", confirms=("constrained_equal_awards",))
def check_constrained_equal_awards(game: Game, x: Sequence[Any], witness: Mapping[str, Any] | None = None) -> Certificate:
    """x_i < x_j only if x_i is the whole claim of i."""
    return _check(game, x, "constrained equal awards", "check_constrained_equal_awards", _award_fault)


@declare("check", "Whoever loses less than another gets nothing", confirms=("constrained_equal_losses",))
def check_constrained_equal_losses(game: Game, x: Sequence[Any], witness: Mapping[str, Any] | None = None) -> Certificate:
    """c_i - x_i < c_j - x_j only if x_i = 0."""
    return _check(game, x, "constrained equal losses", "check_constrained_equal_losses", _loss_fault)


@declare("check", "Awards are in proportion to claims", confirms=("proportional_rule",))
def check_proportional_rule(game: Game, x: Sequence[Any], witness: Mapping[str, Any] | None = None) -> Certificate:
    """x_i c_j = x_j c_i for every two claimants; looked at with the largest claim as one of them."""
    return _check(game, x, "the proportional division", "check_proportional_rule", _proportion_fault)


@declare("check", "Awards are the average over all orders of arrival", confirms=("random_arrival_rule",))
def check_random_arrival_rule(game: Game, x: Sequence[Any], witness: Mapping[str, Any] | None = None) -> Certificate:
    """x is the Shapley value of the claims game (O'Neill 1982), recomputed from its table of worths."""
    claimed = _claims_game(game)
    found = check_shapley_value(claimed, x)
    return Certificate(
        "the awards are the average over all orders of arrival",
        found.verdict,
        margin=found.margin,
        basis=found.basis if found.verdict is not Verdict.UNDECIDED else Basis.ASSUMED,
        witness=found.witness,
        check="check_random_arrival_rule",
    )


def _check(game: Game, x: Sequence[Any], what: str, check: str, rule: Rule) -> Certificate:
    given = _division(_claims_game(game).problem, exact_amounts(game, x))
    fault = _feasibility_fault(given) or rule(given)
    found, size = fault or ({}, Fraction(0))
    return Certificate(f"the awards are {what}", holds_if(fault is None), margin=-size, witness=found, check=check)


def _claims_game(game: Game) -> ClaimsGame:
    if not isinstance(game, ClaimsGame):
        raise InvalidEvidence(
            f"a claims rule divides an estate, but this is a {type(game).__name__}; use ClaimsProblem(...).to_game()"
        )
    return game


def _division(problem: ClaimsProblem, x: Sequence[Fraction]) -> _Division:
    unit = lcm(problem.whole.unit, *{award.denominator for award in x})
    wider = unit // problem.whole.unit
    return _Division(
        problem.players,
        problem.whole.estate * wider,
        [claim * wider for claim in problem.whole.claims],
        [award.numerator * (unit // award.denominator) for award in x],
        unit,
    )


def _feasibility_fault(given: _Division) -> Fault:
    """Awards lie between 0 and the claim and add up to the estate."""
    total = sum(given.awards)
    if total != given.estate:
        reason = {"reason": "the awards do not add up to the estate", "total": rational.text(Fraction(total, given.unit))}
        return reason, Fraction(abs(total - given.estate), given.unit)
    for name, award, claim in zip(given.players, given.awards, given.claims, strict=True):
        if not 0 <= award <= claim:
            shown = rational.text(Fraction(award, given.unit))
            reason = {"reason": "an award lies outside 0 and the claim", "player": name, "award": shown}
            return reason, Fraction(max(-award, award - claim), given.unit)
    return None


def _garment_fault(given: _Division) -> Fault:
    # Neighbours in the order of claims are enough.  With c_i the smaller claim, two divide as the garment if they get the same up
    # to c_i / 2, or lose the same up to c_i / 2, or the smaller gets c_i / 2 and the larger between that and all but that.  Each
    # of the three passes on from i and j, and j and k, to i and k.
    c, x = given.claims, given.awards
    for i, j in pairwise(sorted(range(len(c)), key=c.__getitem__)):
        together = x[i] + x[j]
        # Each gets what the other concedes and half of what is contested: they differ by what is conceded.
        right = x[j] + max(0, together - c[j]) - max(0, together - c[i])
        if x[i] != right:
            return _pair(given, i, j, "they do not divide as the contested garment"), Fraction(abs(x[i] - right), 2 * given.unit)
    return None


def _award_fault(given: _Division) -> Fault:
    return _short_fault(given, given.awards, "the first gets less, and not the whole claim")


def _loss_fault(given: _Division) -> Fault:
    losses = [claim - award for claim, award in zip(given.claims, given.awards, strict=True)]
    return _short_fault(given, losses, "the first loses less, and not the whole claim")


def _short_fault(given: _Division, x: Sequence[int], reason: str) -> Fault:
    top = max(x)
    for i, (amount, claim) in enumerate(zip(x, given.claims, strict=True)):
        if amount < top and amount != claim:
            return _pair(given, i, x.index(top), reason), Fraction(min(top - amount, claim - amount), given.unit)
    return None


def _proportion_fault(given: _Division) -> Fault:
    c, x = given.claims, given.awards
    # In proportion to the largest claim, all are in proportion to each other.
    j = max(range(len(c)), key=c.__getitem__)
    for i in range(len(c)):
        gap = x[i] * c[j] - x[j] * c[i]
        if gap:
            reason = "their awards are not in proportion to their claims"
            return _pair(given, min(i, j), max(i, j), reason), Fraction(abs(gap), c[j] * given.unit)
    return None


def _pair(given: _Division, i: int, j: int, reason: str) -> dict[str, Any]:
    return {"reason": reason, "players": [given.players[i], given.players[j]]}
