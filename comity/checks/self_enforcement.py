"""Confirming that watched cooperation enforces itself: a plan's value solves its recursion, and cheating once does not pay."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from comity.certificate import Certificate, Verdict, holds_if
from comity.declaration import declare
from comity.games.repeated.monitored import MonitoredCooperation

# A plan: after every alarm the bond is lost and cooperation ends with this probability; and what the plan is worth.
Plan = tuple[Fraction, Fraction]


@declare("check", "A watched party gains nothing by cheating once", reference="Abreu, Milgrom & Pearce (1991)")
def check_compliance(play: MonitoredCooperation, plans: Sequence[Plan], who: str = "the party") -> Certificate:
    """No one-shot deviation pays under the harshest plan (every alarm ends cooperation), nor under any plan handed over.

    Each value must solve ``V = (1-d)(R - p0 B) + d [(1 - p0 a) V + p0 a P]`` exactly; the equation contracts, so V is the
    value.  A deviation is worth ``(1-d)(T - p1 B) + d [(1 - p1 a) V + p1 a P]``.  The margin is minus the gain from
    cheating once under the harshest plan.

    Examples
    --------
    >>> play = MonitoredCooperation(temptation=5, cooperate=3, punish=1, discount=0.9, false_alarm=0.1, detection=0.6)
    >>> bool(check_compliance(play, [(Fraction(1), play.grim_value), (Fraction(5, 18), Fraction(13, 5))]))
    True
    """
    claim = f"{who} gains nothing by defecting"
    rows = [
        {"collapse_probability": a, "value": value, "value_of_cheating_once": _cheating(play, a, value)} for a, value in plans
    ]
    witness: dict[str, Any] = {"numbers": numbers_of(play), "plans": rows}
    reason = _wrong_plan(play, plans)
    if reason:
        return Certificate(claim, Verdict.FAILS, witness={**witness, "reason": reason}, check="check_compliance")
    worst = max(_cheating(play, a, value) - value for a, value in plans)
    harshest = next(_cheating(play, a, value) - value for a, value in plans if a == 1)
    return Certificate(
        claim,
        holds_if(worst <= 0),
        margin=-harshest,
        witness=witness,
        check="check_compliance",
    )


@declare("check", "Putting a bond at risk is worth it", reference="Becker & Stigler (1974)")
def check_bond_worth_risking(play: MonitoredCooperation, value: Fraction, who: str = "the party") -> Certificate:
    """Cooperation with the bond at risk, ended by the first alarm, is worth at least P; the margin is the difference.

    Examples
    --------
    >>> play = MonitoredCooperation(
    ...     temptation=7, cooperate=3, punish=1, discount=0.8, false_alarm=0.1, detection=0.6, bond=3.2
    ... )
    >>> bool(check_bond_worth_risking(play, play.grim_value))
    True
    """
    claim = f"taking part with the bond at risk is worth it to {who}"
    witness: dict[str, Any] = {"numbers": numbers_of(play), "plans": [{"collapse_probability": 1, "value": value}]}
    if _conforming(play, Fraction(1), value) != value:
        witness["reason"] = "the value does not solve the plan's recursion"
        return Certificate(claim, Verdict.FAILS, witness=witness, check="check_bond_worth_risking")
    margin = value - play.punish
    return Certificate(claim, holds_if(margin >= 0), margin=margin, witness=witness, check="check_bond_worth_risking")


def numbers_of(play: MonitoredCooperation) -> dict[str, Fraction]:
    """What a reader needs to repeat the check."""
    return {
        "temptation": play.temptation,
        "cooperate": play.cooperate,
        "punish": play.punish,
        "discount": play.discount,
        "false_alarm": play.false_alarm,
        "detection": play.detection,
        "bond": play.bond,
    }


def _wrong_plan(play: MonitoredCooperation, plans: Sequence[Plan]) -> str:
    if not any(a == 1 for a, _ in plans):
        return "the plan in which every alarm ends cooperation is missing"
    for a, value in plans:
        if not 0 <= a <= 1:
            return f"{a} is not a probability"
        if _conforming(play, a, value) != value:
            return f"the value {value} does not solve the recursion of its plan"
    return ""


def _conforming(play: MonitoredCooperation, a: Fraction, value: Fraction) -> Fraction:
    return _period(play, play.cooperate, play.false_alarm, a, value)


def _cheating(play: MonitoredCooperation, a: Fraction, value: Fraction) -> Fraction:
    return _period(play, play.temptation, play.detection, a, value)


def _period(play: MonitoredCooperation, now: Fraction, alarm: Fraction, a: Fraction, value: Fraction) -> Fraction:
    """One period in which the alarm rings with probability ``alarm``, then the plan again."""
    d = play.discount
    later = (1 - alarm * a) * value + alarm * a * play.punish
    return (1 - d) * (now - alarm * play.bond) + d * later
