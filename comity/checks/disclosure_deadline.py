"""Confirming a disclosure deadline and the developer's answer, with the harm added up by rigorous integration."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from functools import lru_cache
from typing import Any

from comity import rational
from comity.certificate import Basis, Certificate, Verdict, holds_if
from comity.checks.intervals import PRECISION, ball, bounds, text_of
from comity.checks.regret import compare
from comity.declaration import declare
from comity.enclosure import Between
from comity.games.strategic.disclosure_deadline import DisclosureDeadline
from comity.games.strategic.smooth import Domain

ZERO, ONE = Fraction(0), Fraction(1)
TOLERANCE = Fraction(1, 10**30)


@declare("check", "No other deadline costs less", reference="structure after Arora, Telang & Xu (2008)")
def check_best_deadline(flaw: DisclosureDeadline, deadline: Between, unit: str = "") -> Certificate:
    """The developer answers as stated, and no deadline makes the fix and the harm cost less together.

    When the fix comes is confirmed by the signs of the slope of what the developer counts, at both bounds.  A deadline before
    ``at_once`` changes nothing but how long attackers are kept from knowing, so the later the better; one after ``in_secrecy``
    changes nothing.  Between them the fix comes at the deadline and the total is convex in it: secants bound it, with the harm
    integrated over the days on which attackers may know.  The margin is minus that bound.

    Examples
    --------
    >>> flaw = DisclosureDeadline(fix_cost=3600, harm=1, rediscovery="0.01", internalised="0.25")
    >>> bool(check_best_deadline(flaw, flaw.best_deadline)), bool(check_best_deadline(flaw, flaw.in_secrecy))
    (True, False)
    """
    claim = "no other deadline makes the fix and the harm cost less together"
    low, high, x = flaw.at_once, flaw.in_secrecy, deadline.middle
    total = _total(flaw, x, x)
    witness = {
        "flaw": numbers(flaw),
        "at_once": text_of(low),
        "in_secrecy": text_of(high),
        "deadline": text_of(deadline),
        "total": text_of(total),
    }

    def answer(verdict: Verdict, reason: str = "", bound: Fraction | None = None) -> Certificate:
        told = {**witness, "reason": reason} if reason else witness
        margin = None if bound is None else rational.double(-bound)
        return Certificate(claim, verdict, margin, unit, Basis.ENCLOSED, told, "check_best_deadline")

    if not _answers(flaw):
        return answer(Verdict.FAILS, "the developer's answer is another")
    if not (low.low <= x <= high.high):
        return answer(Verdict.FAILS, "the fix would not come at this deadline")
    bound = _regret(lambda t: -_total(flaw, t, t), x, Domain(min(x, low.middle), max(x, high.middle)), TOLERANCE * total.high)
    if bound is None:
        return answer(Verdict.UNDECIDED)
    return answer(
        holds_if(bound <= TOLERANCE * total.high), "" if bound <= TOLERANCE * total.high else "another deadline costs less", bound
    )


@declare("check", "A developer gains nothing by fixing after the deadline", reference="structure after Arora, Telang & Xu (2008)")
def check_lateness(
    flaw: DisclosureDeadline, deadline: Fraction, gain: Between, who: str = "the developer", unit: str = ""
) -> Certificate:
    """What the developer counts is not less for any fix after the deadline than for one at it; the margin is minus the gain.

    In time exactly if one more day costs it at least what it saves: ``fix_cost <= internalised harm deadline^2``, in fractions.
    Otherwise the best late fix is confirmed by secants, with the harm integrated, and the gain must be what it saves.

    Examples
    --------
    >>> flaw = DisclosureDeadline(fix_cost=3600, harm=1, rediscovery="0.01", internalised="0.25")
    >>> [check_lateness(flaw, t, flaw.lateness_gain(t)).verdict.value for t in (Fraction(120), Fraction(90))]
    ['HOLDS', 'FAILS']
    """
    w = flaw.internalised * flaw.harm
    witness: dict[str, Any] = {"flaw": numbers(flaw), "deadline": rational.text(deadline), "gain": text_of(gain)}

    def answer(verdict: Verdict, reason: str = "", margin: Fraction | None = None) -> Certificate:
        told = {**witness, "reason": reason} if reason else witness
        basis = Basis.EXACT if gain.exact else Basis.ENCLOSED
        return Certificate(
            f"{who} gains nothing by fixing after the deadline", verdict, margin, unit, basis, told, "check_lateness"
        )

    if w * deadline**2 >= flaw.fix_cost:
        if gain.exact and gain.low == 0:
            return answer(Verdict.HOLDS, margin=ZERO)
        return answer(Verdict.FAILS, "being late gains nothing, but a gain is stated")
    witness["late_fix"] = text_of(flaw.at_once)
    slack = TOLERANCE * flaw.fix_cost / deadline
    saved = _saved_by_lateness(flaw, deadline, slack)
    if saved is None:
        return answer(Verdict.UNDECIDED)
    if gain.high < saved.low - slack or gain.low > saved.high + slack:
        return answer(Verdict.FAILS, "being late gains more or less than stated")
    return answer(holds_if(saved.low <= 0), margin=-gain.safe) if saved.sign is not None else answer(Verdict.UNDECIDED)


def numbers(flaw: DisclosureDeadline) -> dict[str, str]:
    """What a reader needs to repeat a check."""
    return {name: rational.text(value) for name, value in vars(flaw).items() if isinstance(value, Fraction)}


# Developers are alike, and each has a finding of its own about the same deadline.
@lru_cache(maxsize=512)
def _saved_by_lateness(flaw: DisclosureDeadline, deadline: Fraction, slack: Fraction) -> Between | None:
    """What the best late fix saves the developer: at least by choosing it, at most by the secants around it."""
    x = flaw.at_once.middle
    more = _regret(lambda t: -_counted(flaw, t, deadline), x, Domain(deadline), slack)
    saved = _counted(flaw, deadline, deadline) - _counted(flaw, x, deadline)
    return None if more is None else Between(saved.low, saved.high + more)


def _answers(flaw: DisclosureDeadline) -> bool:
    """Whether the slope of what the developer counts changes its sign at `at_once` and at `in_secrecy`."""
    from flint import ctx

    w, h = flaw.internalised * flaw.harm, flaw.rediscovery
    at_once = [w * tau**2 - flaw.fix_cost for tau in flaw.at_once]
    with ctx.workprec(PRECISION):
        secret = [bounds(ball(w) * (1 - (-ball(h * tau)).exp()) - ball(flaw.fix_cost / tau**2)) for tau in flaw.in_secrecy]
    narrow = flaw.in_secrecy.width <= flaw.in_secrecy.high / 10**30
    return at_once[0] <= 0 <= at_once[1] and narrow and secret[0].low <= 0 <= secret[1].high


def _regret(payoff: Callable[[Fraction], Between], x: Fraction, domain: Domain, allowed: Fraction) -> Fraction | None:
    """How much more than at x a concave payoff can be."""
    found = compare(payoff, x, domain, x, allowed)
    return found.gain if found.better is not None else found.regret


def _total(flaw: DisclosureDeadline, fix: Fraction, deadline: Fraction) -> Between:
    return _exposed(flaw, fix, deadline) * flaw.harm + flaw.fix_cost / fix


def _counted(flaw: DisclosureDeadline, fix: Fraction, deadline: Fraction) -> Between:
    return _exposed(flaw, fix, deadline) * (flaw.harm * flaw.internalised) + flaw.fix_cost / fix


def _exposed(flaw: DisclosureDeadline, fix: Fraction, deadline: Fraction) -> Between:
    """Days of knowledge before the fix: the chance that attackers know on a day, integrated; after the deadline all know."""
    from flint import acb, ctx

    with ctx.workprec(PRECISION):
        until, rate = min(fix, deadline), ball(flaw.rediscovery)
        known = acb.integral(lambda t, _: 1 - (-rate * t).exp(), 0, acb(ball(until))).real
        return bounds(known + ball(fix - until))
