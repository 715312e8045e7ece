"""Confirming that a choice is a best reply from the payoff alone: no formula for it is trusted, payoffs are compared."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Any

from comity import rational
from comity.certificate import Certificate, Verdict, holds_if
from comity.declaration import declare
from comity.errors import InvalidEvidence

Payoff = Callable[[Fraction], Fraction]
ZERO = Fraction(0)


@declare("check", "Nobody whose payoff is quadratic gains by another choice")
def check_best_reply(
    claim: str, payoff: Payoff, choice: Fraction, low: Fraction | None = ZERO, high: Fraction | None = None, unit: str = ""
) -> Certificate:
    """No choice between ``low`` and ``high`` (None: no bound) has a larger payoff; the margin is minus the regret.

    ``payoff`` must be a polynomial of degree two at most in the choice.  Three of its values determine it, a fourth and a fifth
    must agree; its largest value follows.  The witness holds the coefficients.

    Examples
    --------
    >>> bool(check_best_reply("x = 2 is best", lambda x: 4 * x - x * x, Fraction(2)))
    True
    >>> check_best_reply("x = 1 is best", lambda x: 4 * x - x * x, Fraction(1)).margin
    Fraction(-1, 1)
    """
    if (low is not None and choice < low) or (high is not None and choice > high):
        reason = f"the choice {rational.text(choice)} is not among the possible ones"
        return Certificate(claim, Verdict.FAILS, unit=unit, witness={"reason": reason}, check="check_best_reply")
    square, linear, constant = quadratic(payoff, choice or Fraction(1))
    best = _largest(square, linear, constant, low, high)
    regret = None if best is None else best - payoff(choice)
    return Certificate(
        claim,
        holds_if(regret == 0),
        margin=None if regret is None else -regret,
        unit=unit,
        witness={
            "choice": rational.text(choice),
            "payoff": rational.text(payoff(choice)),
            "coefficients": [rational.text(c) for c in (square, linear, constant)],
        },
        check="check_best_reply",
    )


def quadratic(payoff: Payoff, step: Fraction) -> tuple[Fraction, Fraction, Fraction]:
    """a, b, c of a payoff a x^2 + b x + c, from its values at 0, 1 and 2 steps; two more must agree.

    >>> [int(c) for c in quadratic(lambda x: (x - 3) ** 2, Fraction(1, 7))]
    [1, -6, 9]
    """
    at = [payoff(k * step) for k in range(5)]
    square = (at[2] - 2 * at[1] + at[0]) / (2 * step**2)
    linear = (at[1] - at[0]) / step - square * step
    for k in (3, 4):
        if square * (k * step) ** 2 + linear * k * step + at[0] != at[k]:
            raise InvalidEvidence("the payoff is not quadratic in the choice, so its maximum does not follow from a few values")
    return square, linear, at[0]


def cournot_outputs(margins: Sequence[Any], slope: Any) -> list[Any]:
    """What sellers of one good offer, each knowing the others' output: a - b Q - b q_i = c_i for all, from the margins a - c_i.

    The conditions added up give Q, and each of them then q_i.  Works for exact numbers and for intervals.

    >>> cournot_outputs([Fraction(10), Fraction(7)], Fraction(1))
    [Fraction(13, 3), Fraction(4, 3)]
    """
    total = sum(margins) / (slope * (len(margins) + 1))
    return [margin / slope - total for margin in margins]


def _largest(
    square: Fraction, linear: Fraction, constant: Fraction, low: Fraction | None, high: Fraction | None
) -> Fraction | None:
    """The largest value of a quadratic on an interval; None: no largest."""

    def value(x: Fraction) -> Fraction:
        return (square * x + linear) * x + constant

    if square < 0:
        top = -linear / (2 * square)
        if low is not None and top < low:
            return value(low)
        return value(high) if high is not None and top > high else value(top)
    # Convex: the largest is at an end, and there must be one wherever the payoff rises.
    grows_down = square > 0 or linear < 0
    grows_up = square > 0 or linear > 0
    if (grows_up and high is None) or (grows_down and low is None):
        return None
    return max(value(end) for end in (low, high, ZERO if square == linear == 0 else None) if end is not None)
