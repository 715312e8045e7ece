"""Rules for dividing an estate that is too small for all claims on it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from fractions import Fraction
from math import factorial
from typing import Any

from comity.certificate import Certificate
from comity.checks.claims import (
    check_constrained_equal_awards,
    check_constrained_equal_losses,
    check_proportional_rule,
    check_random_arrival_rule,
    check_talmud_rule,
)
from comity.declaration import declare
from comity.errors import InvalidGame
from comity.games.coalitional.claims import ClaimsGame, ClaimsProblem
from comity.results import Allocation

Claims = Mapping[str, Any] | Iterable[Any]
Check = Callable[[ClaimsGame, Sequence[Fraction]], Certificate]

# The random arrival rule is a Shapley value without a short formula when claims are many different numbers; it counts
# sets of earlier claimants by the sum of their claims, at most this many.
MAX_SUMS = 200_000


@declare(
    "rule",
    "Half the claims are equal awards, the rest equal losses",
    area="benefit_distribution",
    reference="Aumann & Maschler (1985)",
)
def talmud_rule(estate: Any, claims: Claims) -> Allocation:
    """Equal awards up to half of each claim; beyond half of all claims, equal losses down to half of each.

    It is the nucleolus of the claims game, and the only rule under which every two claimants divide as in the contested garment.

    Parameters
    ----------
    estate : number
        From 0 to the sum of the claims, in their unit.
    claims : mapping of name to claim, or one claim a player
        Never negative.

    References
    ----------
    Aumann, R. J. & Maschler, M. (1985). Game theoretic analysis of a bankruptcy problem from the Talmud.

    Examples
    --------
    >>> talmud_rule(200, (100, 200, 300)).amounts.tolist()
    [50.0, 75.0, 75.0]
    """
    problem = ClaimsProblem(estate, claims)
    estate, whole, unit = problem.whole
    total = sum(whole)
    # In units of 1 / (2 unit), half of a claim is as many as the claim was before.
    if 2 * estate <= total:
        x = _equal_awards(whole, 2 * estate, 2 * unit)
    else:
        x = _equal_losses([2 * claim for claim in whole], whole, 2 * (total - estate), 2 * unit)
    return _result("talmud_rule", problem, x, check_talmud_rule)


@declare("rule", "The same award for all, up to each claim", area="benefit_distribution", reference="Maimonides; Thomson (2003)")
def constrained_equal_awards(estate: Any, claims: Claims) -> Allocation:
    """x_i = min(c_i, a) with the a that divides the whole estate.

    Examples
    --------
    >>> constrained_equal_awards(400, {"A": 100, "B": 200, "C": 300}).amounts.tolist()
    [100.0, 150.0, 150.0]
    """
    problem = ClaimsProblem(estate, claims)
    estate, whole, unit = problem.whole
    return _result("constrained_equal_awards", problem, _equal_awards(whole, estate, unit), check_constrained_equal_awards)


@declare("rule", "The same loss for all, down to nothing", area="benefit_distribution", reference="Maimonides; Thomson (2003)")
def constrained_equal_losses(estate: Any, claims: Claims) -> Allocation:
    """x_i = max(0, c_i - a) with the a that divides the whole estate.

    Examples
    --------
    >>> constrained_equal_losses(200, (100, 200, 300)).amounts.tolist()
    [0.0, 50.0, 150.0]
    """
    problem = ClaimsProblem(estate, claims)
    estate, whole, unit = problem.whole
    x = _equal_losses(whole, whole, sum(whole) - estate, unit)
    return _result("constrained_equal_losses", problem, x, check_constrained_equal_losses)


@declare("rule", "The same share of each claim", area="benefit_distribution", reference="Aristotle; Thomson (2003)")
def proportional_rule(estate: Any, claims: Claims) -> Allocation:
    """x_i = estate c_i / sum of the claims.

    Examples
    --------
    >>> proportional_rule(300, (100, 200, 300)).amounts.tolist()
    [50.0, 100.0, 150.0]
    """
    problem = ClaimsProblem(estate, claims)
    estate, whole, unit = problem.whole
    # Where nobody claims anything, nobody gets anything.
    x = _fractions([estate * claim for claim in whole], unit * (sum(whole) or 1))
    return _result("proportional_rule", problem, x, check_proportional_rule)


@declare("rule", "First come, first served, averaged over all orders", area="benefit_distribution", reference="O'Neill (1982)")
def random_arrival_rule(estate: Any, claims: Claims) -> Allocation:
    """Claimants are paid in full as they arrive while the estate lasts, averaged over all orders of arrival.

    The Shapley value of the claims game.  Sets of earlier claimants are counted by their size and the sum of their
    claims, so that many claimants with few different sums are no trouble.

    Examples
    --------
    >>> random_arrival_rule(200, (100, 200, 300)).amounts.round(2).tolist()
    [33.33, 83.33, 83.33]
    """
    problem = ClaimsProblem(estate, claims)
    x = [_expected_payment(problem, i) for i in range(len(problem.claims))]
    return _result("random_arrival_rule", problem, x, check_random_arrival_rule)


def _equal_awards(limits: Sequence[int], total: int, unit: int) -> list[Fraction]:
    """min(limit, a) for each, with the a for which they add up to ``total``; given in units of 1 / unit."""
    level, waiting = _common_level(limits, total)
    return _fractions([min(limit * waiting, level) for limit in limits], unit * waiting)


def _equal_losses(claims: Sequence[int], limits: Sequence[int], total: int, unit: int) -> list[Fraction]:
    """What is left of claims after losses of min(limit, a) that add up to ``total``."""
    level, waiting = _common_level(limits, total)
    left = [claim * waiting - min(limit * waiting, level) for claim, limit in zip(claims, limits, strict=True)]
    return _fractions(left, unit * waiting)


def _common_level(limits: Sequence[int], total: int) -> tuple[int, int]:
    """Numerator and denominator of the a for which min(limit, a) add up to ``total``."""
    left, waiting = total, len(limits)
    for limit in sorted(limits):
        # Always true of the last, as the total is at most all limits together.
        if limit * waiting >= left:
            break
        left -= limit
        waiting -= 1
    return left, waiting


def _fractions(numerators: Sequence[int], denominator: int) -> list[Fraction]:
    """Each different one is made once: many claimants get the same."""
    made = {numerator: Fraction(numerator, denominator) for numerator in set(numerators)}
    return [made[numerator] for numerator in numerators]


def _expected_payment(problem: ClaimsProblem, player: int) -> Fraction:
    n, claim, estate = len(problem.claims), problem.claims[player], problem.estate
    # counts[size, sum]: how many sets of others of that size hold claims adding up to that sum, below the estate.
    counts: dict[tuple[int, Fraction], int] = {(0, Fraction(0)): 1}
    for i, other in enumerate(problem.claims):
        if i == player:
            continue
        for (size, total), count in list(counts.items()):
            if total + other < estate:
                key = (size + 1, total + other)
                counts[key] = counts.get(key, 0) + count
        if len(counts) > MAX_SUMS:
            raise InvalidGame(
                f"{n} claims have more than {MAX_SUMS} different sums; round the claims, or use estimate_shapley_value"
            )
    return sum((count * min(claim, estate - total) * _chance(size, n) for (size, total), count in counts.items()), Fraction(0))


def _chance(size: int, n: int) -> Fraction:
    """The probability that exactly a given set of that size arrives before a given player."""
    return Fraction(factorial(size) * factorial(n - size - 1), factorial(n))


def _result(concept: str, problem: ClaimsProblem, x: Sequence[Fraction], check: Check) -> Allocation:
    return Allocation(concept, problem.players, tuple(x), check(problem.to_game(), x))
