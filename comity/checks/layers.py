"""Confirming what a schedule of brackets owes and how layers of cover share a loss."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from itertools import pairwise
from typing import Any

from comity.certificate import Certificate, Verdict, holds_if
from comity.declaration import declare

# From where, to where (None: without end), and at which marginal rate.
Step = tuple[Fraction, Fraction | None, Fraction]


@declare("check", "What marginal brackets owe", reference="O'Keefe et al. (2020)")
def check_marginal_obligation(steps: Sequence[Step], amount: Fraction, owed: Fraction) -> Certificate:
    """The obligation is the area under the marginal rate from 0 to the amount; margin: minus the difference.

    The rate is read at the middle of every interval between corners of the schedule, so each unit is counted once, whatever
    the order of the brackets.

    Examples
    --------
    >>> steps = [(Fraction(10), Fraction(20), Fraction(1, 10)), (Fraction(20), None, Fraction(1, 2))]
    >>> bool(check_marginal_obligation(steps, Fraction(30), Fraction(6)))
    True
    """
    corners = sorted(
        {Fraction(0), amount} | {c for low, high, _ in steps for c in (low, high) if c is not None and 0 < c < amount}
    )
    area = Fraction(0)
    for left, right in pairwise(corners):
        area += (right - left) * _marginal_rate(steps, (left + right) / 2)
    witness: dict[str, Any] = {
        "brackets": [{"from": low, "to": high, "rate": rate} for low, high, rate in steps],
        "amount": amount,
        "owed": owed,
    }
    claim = f"an amount of {amount} owes {owed}"
    return Certificate(claim, holds_if(area == owed), -abs(area - owed), witness=witness, check="check_marginal_obligation")


@declare("check", "How layers of cover share a loss", reference="Price-Anderson Act; Borch (1962)")
def check_layers(
    loss: Fraction,
    primary: Fraction,
    cap: Fraction,
    units: Mapping[str, Fraction],
    parts: Mapping[str, Any],
) -> Certificate:
    """The parts (primary, call per unit, shares by member, uncovered) add up to the loss, and no layer is called before its turn.

    A layer pays only when the one below is exhausted, never more than its cap, and every unit is called alike; these conditions
    leave one division.  The margin is minus what is uncovered: information, not a fault.

    Examples
    --------
    >>> parts = {"primary": 5, "call": 2, "shares": {"A": 2, "B": 4}, "uncovered": 1}
    >>> bool(check_layers(Fraction(12), Fraction(5), Fraction(2), {"A": Fraction(1), "B": Fraction(2)}, parts))
    True
    """
    first, call, rest = Fraction(parts["primary"]), Fraction(parts["call"]), Fraction(parts["uncovered"])
    shares = {name: Fraction(share) for name, share in parts["shares"].items()}
    witness: dict[str, Any] = {
        "loss": loss,
        "primary_limit": primary,
        "cap_per_unit": cap,
        "units": dict(units),
        "primary": first,
        "call_per_unit": call,
        "shares": shares,
        "uncovered": rest,
    }
    pooled = sum(units.values(), Fraction(0)) > 0
    faults = {
        "the parts do not add up to the loss": first + sum(shares.values(), Fraction(0)) + rest != loss,
        "a part is negative": min(first, call, rest) < 0,
        "a member is not called for its units alike": shares != {name: count * call for name, count in units.items()},
        "a layer pays beyond its limit": first > primary or call > cap,
        "the pool is called before the primary layer is exhausted": call > 0 and first < primary,
        "the loss is left uncovered before the primary layer is exhausted": rest > 0 and first < primary,
        "the loss is left uncovered before the pool is exhausted": rest > 0 and pooled and call < cap,
    }
    reasons = [reason for reason, found in faults.items() if found]
    claim = f"the layers cover {loss - rest} of a loss of {loss}"
    if reasons:
        return Certificate(claim, Verdict.FAILS, witness={**witness, "reason": reasons[0]}, check="check_layers")
    return Certificate(claim, Verdict.HOLDS, witness=witness, check="check_layers")


def _marginal_rate(steps: Sequence[Step], at: Fraction) -> Fraction:
    return sum((rate for low, high, rate in steps if low <= at and (high is None or at < high)), Fraction(0))
