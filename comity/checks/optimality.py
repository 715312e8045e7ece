"""Confirming the optimum of a linear programme, or that it has none, by arithmetic."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

from comity import rational
from comity.certificate import Certificate, holds_if
from comity.declaration import declare
from comity.errors import InvalidEvidence
from comity.linear_programme import LinearProgramme


@declare("check", "A plan is the optimum of a linear programme", reference="von Neumann (1947), strong duality")
def check_optimum(programme: LinearProgramme, x: Sequence[Any], witness: Mapping[str, Any]) -> Certificate:
    """x and ``witness["dual"]`` are feasible and have the same objective, exactly.

    The dual has one number a row, signed as `LinearProgramme` says.  The margin is minus the gap between
    the two objectives, or minus the largest violation where one of them is not feasible.

    Examples
    --------
    >>> from comity.linear_programme import linear_programme
    >>> diet = linear_programme([3, 2], [[1, 1]], lower=[4])
    >>> bool(check_optimum(diet, [0, 4], {"dual": [2]})), bool(check_optimum(diet, [4, 0], {"dual": [2]}))
    (True, False)
    """
    primal = numbers(x, programme.columns, "x")
    dual = numbers(witness.get("dual"), len(programme.rows), "the dual")
    violation = infeasibility(programme, primal)
    # In a maximum every sign turns round: y proves a bound for max c x as -y does for min -c x.
    sign = -1 if programme.maximise else 1
    z = [c - a for c, a in zip(programme.objective, programme.combination(dual), strict=True)]
    bound, excess = _least(programme, [sign * weight for weight in dual], [sign * weight for weight in z])
    gap = abs(programme.value(primal) - sign * bound)
    worst = max(violation, excess) or gap
    return Certificate(
        "the plan is the optimum of the linear programme",
        holds_if(worst == 0),
        margin=-worst,
        witness={"dual": [rational.text(weight) for weight in dual], "value": rational.text(programme.value(primal))},
        check="check_optimum",
    )


@declare("check", "A linear programme has no solution", reference="Farkas (1902)")
def check_infeasible(programme: LinearProgramme, x: None, witness: Mapping[str, Any]) -> Certificate:
    """``witness["farkas"]`` weighs the rows so that they ask for more than their columns can give.

    There is no plan to look at: ``x`` is None.  The margin is the contradiction's size.
    """
    y = numbers(witness.get("farkas"), len(programme.rows), "the Farkas vector")
    z = [-a for a in programme.combination(y)]
    least, excess = _least(programme, y, z)
    return Certificate(
        "the linear programme has no solution",
        holds_if(excess == 0 and least > 0),
        margin=-excess if excess else least,
        witness={"farkas": [rational.text(weight) for weight in y]},
        check="check_infeasible",
    )


@declare("check", "A linear programme can be improved for ever")
def check_unbounded(programme: LinearProgramme, x: None, witness: Mapping[str, Any]) -> Certificate:
    """``witness["point"]`` is feasible, ``witness["ray"]`` keeps it so for ever and improves the objective.

    There is no optimum to look at: ``x`` is None.  The margin is the gain per step along the ray.
    """
    point = numbers(witness.get("point"), programme.columns, "the point")
    ray = numbers(witness.get("ray"), programme.columns, "the ray")
    gain = programme.value(ray) * (1 if programme.maximise else -1)
    stays = all(
        (low is None or step >= 0) and (high is None or step <= 0)
        for steps, lower, upper in (
            (programme.activities(ray), programme.lower, programme.upper),
            (ray, programme.column_lower, programme.column_upper),
        )
        for step, low, high in zip(steps, lower, upper, strict=True)
    )
    holds = infeasibility(programme, point) == 0 and stays and gain > 0
    return Certificate(
        "the linear programme can be improved for ever",
        holds_if(holds),
        margin=gain if stays else None,
        witness={"point": [rational.text(a) for a in point], "ray": [rational.text(a) for a in ray]},
        check="check_unbounded",
    )


def infeasibility(programme: LinearProgramme, x: Sequence[Fraction]) -> Fraction:
    """The largest violation of a side or bound; 0 when x is feasible."""
    amounts = [*programme.activities(x), *x]
    lower = [*programme.lower, *programme.column_lower]
    upper = [*programme.upper, *programme.column_upper]
    worst = Fraction(0)
    for amount, low, high in zip(amounts, lower, upper, strict=True):
        if low is not None:
            worst = max(worst, low - amount)
        if high is not None:
            worst = max(worst, amount - high)
    return worst


def _least(programme: LinearProgramme, y: Sequence[Fraction], z: Sequence[Fraction]) -> tuple[Fraction, Fraction]:
    """The least y A x + z x over all feasible x that the sides and bounds allow, and the largest weight on a missing one."""
    total, unbacked = Fraction(0), Fraction(0)
    weights = [*y, *z]
    lower = [*programme.lower, *programme.column_lower]
    upper = [*programme.upper, *programme.column_upper]
    for weight, low, high in zip(weights, lower, upper, strict=True):
        side = low if weight > 0 else high
        if side is not None:
            total += weight * side
        elif weight:
            unbacked = max(unbacked, abs(weight))
    return total, unbacked


def numbers(listed: Any, count: int, what: str) -> list[Fraction]:
    """Exact numbers from a witness."""
    try:
        found = [rational.exact(number, what) for number in listed]
    except (TypeError, ValueError) as error:
        raise InvalidEvidence(f"{what} cannot be read: {error}; give a list of {count} numbers") from None
    if len(found) != count:
        raise InvalidEvidence(f"{what} has {len(found)} numbers where {count} are needed")
    return found
