"""Confirming the division of an estate among claimants by what characterises each rule.

No formula of a rule is repeated here: pairs of claimants are looked at as in the Talmud, orders of arrival through the
Shapley value, and the constrained rules through who falls short of the common award or loss.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from itertools import pairwise
from typing import Any

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
Rule = Callable[[ClaimsProblem, Sequence[Fraction]], Fault]


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
    problem = _claims_game(game).problem
    awards = exact_amounts(game, x)
    fault = _feasibility_fault(problem, awards) or rule(problem, awards)
    found, size = fault or ({}, Fraction(0))
    return Certificate(f"the awards are {what}", holds_if(fault is None), margin=-size, witness=found, check=check)


def _claims_game(game: Game) -> ClaimsGame:
    if not isinstance(game, ClaimsGame):
        raise InvalidEvidence(
            f"a claims rule divides an estate, but this is a {type(game).__name__}; use ClaimsProblem(...).to_game()"
        )
    return game


def _feasibility_fault(problem: ClaimsProblem, x: Sequence[Fraction]) -> Fault:
    """Awards lie between 0 and the claim and add up to the estate."""
    gap = sum(x, Fraction(0)) - problem.estate
    if gap:
        return {"reason": "the awards do not add up to the estate", "total": rational.text(gap + problem.estate)}, abs(gap)
    for name, award, claim in zip(problem.players, x, problem.claims, strict=True):
        if not 0 <= award <= claim:
            reason = {"reason": "an award lies outside 0 and the claim", "player": name, "award": rational.text(award)}
            return reason, max(-award, award - claim)
    return None


def _garment_fault(problem: ClaimsProblem, x: Sequence[Fraction]) -> Fault:
    # Neighbours in the order of claims are enough.  With c_i the smaller claim, two divide as the garment if they get the same up
    # to c_i / 2, or lose the same up to c_i / 2, or the smaller gets c_i / 2 and the larger between that and all but that.  Each
    # of the three passes on from i and j, and j and k, to i and k.
    c = problem.claims
    for i, j in pairwise(sorted(range(len(c)), key=c.__getitem__)):
        together = x[i] + x[j]
        conceded_to_i = max(Fraction(0), together - c[j])
        conceded_to_j = max(Fraction(0), together - c[i])
        right = conceded_to_i + (together - conceded_to_i - conceded_to_j) / 2
        if x[i] != right:
            return _pair(problem, i, j, "they do not divide as the contested garment"), abs(x[i] - right)
    return None


def _award_fault(problem: ClaimsProblem, x: Sequence[Fraction]) -> Fault:
    return _short_fault(problem, x, x, problem.claims, "the first gets less, and not the whole claim")


def _loss_fault(problem: ClaimsProblem, x: Sequence[Fraction]) -> Fault:
    losses = [claim - award for claim, award in zip(problem.claims, x, strict=True)]
    return _short_fault(problem, losses, losses, problem.claims, "the first loses less, and not the whole claim")


def _short_fault(
    problem: ClaimsProblem, x: Sequence[Fraction], level: Sequence[Fraction], most: Sequence[Fraction], reason: str
) -> Fault:
    top = max(range(len(x)), key=level.__getitem__)
    for i in range(len(x)):
        if level[i] < level[top] and x[i] != most[i]:
            return _pair(problem, i, top, reason), min(level[top] - level[i], most[i] - x[i])
    return None


def _proportion_fault(problem: ClaimsProblem, x: Sequence[Fraction]) -> Fault:
    c = problem.claims
    # In proportion to the largest claim, all are in proportion to each other.
    j = max(range(len(c)), key=c.__getitem__)
    for i in range(len(c)):
        gap = x[i] * c[j] - x[j] * c[i]
        if gap:
            return _pair(problem, min(i, j), max(i, j), "their awards are not in proportion to their claims"), abs(gap) / c[j]
    return None


def _pair(problem: ClaimsProblem, i: int, j: int, reason: str) -> dict[str, Any]:
    return {"reason": reason, "players": [problem.players[i], problem.players[j]]}
