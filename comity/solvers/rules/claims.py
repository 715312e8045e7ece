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
    half = [claim / 2 for claim in problem.claims]
    halves = sum(half, Fraction(0))
    if problem.estate <= halves:
        x = _equal_up_to(half, problem.estate)
    else:
        losses = _equal_up_to(half, 2 * halves - problem.estate)
        x = [claim - loss for claim, loss in zip(problem.claims, losses, strict=True)]
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
    return _result(
        "constrained_equal_awards", problem, _equal_up_to(problem.claims, problem.estate), check_constrained_equal_awards
    )


@declare("rule", "The same loss for all, down to nothing", area="benefit_distribution", reference="Maimonides; Thomson (2003)")
def constrained_equal_losses(estate: Any, claims: Claims) -> Allocation:
    """x_i = max(0, c_i - a) with the a that divides the whole estate.

    Examples
    --------
    >>> constrained_equal_losses(200, (100, 200, 300)).amounts.tolist()
    [0.0, 50.0, 150.0]
    """
    problem = ClaimsProblem(estate, claims)
    losses = _equal_up_to(problem.claims, sum(problem.claims, Fraction(0)) - problem.estate)
    x = [claim - loss for claim, loss in zip(problem.claims, losses, strict=True)]
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
    total = sum(problem.claims, Fraction(0))
    x = [problem.estate * claim / total if total else Fraction(0) for claim in problem.claims]
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


def _equal_up_to(limits: Sequence[Fraction], total: Fraction) -> list[Fraction]:
    """min(limit, a) for each, with the a for which they add up to ``total``."""
    shares = [Fraction(0)] * len(limits)
    left = total
    order = sorted(range(len(limits)), key=limits.__getitem__)
    for waiting, i in zip(range(len(limits), 0, -1), order, strict=True):
        shares[i] = min(limits[i], left / waiting)
        left -= shares[i]
    return shares


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
