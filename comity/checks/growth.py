"""Confirming until when cooperation with growing stakes enforces itself."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

from comity.certificate import Certificate, Verdict, holds_if
from comity.declaration import declare
from comity.games.repeated.growing_stakes import GrowingStakes

if TYPE_CHECKING:
    from flint import arb

PRECISION = 300
# Integer powers up to this exponent are compared as they are; beyond, their logarithms are enclosed.
LARGEST_POWER = 5_000
ACCURACY = Fraction(1, 10**12)


@declare("check", "Until when growing stakes leave cooperation self-enforcing", reference="perfect monitoring: Friedman (1971)")
def check_growth(
    stakes: GrowingStakes,
    continuation: Fraction | None,
    last_period: int | None,
    t_star: float | None = None,
    horizon: int | None = None,
    who: str = "the party",
) -> Certificate:
    """Cheating pays in no period up to the horizon (without one: in no period), and first pays after ``last_period``.

    The loss R0 must solve ``R0 = d H (v + R0)``, or be None where d H >= 1 lets it grow without bound; that cheating does not
    pay in the last period and does in the next is confirmed by integer powers, t* by interval logarithms.

    Examples
    --------
    >>> stakes = GrowingStakes(
    ...     temptation_gain=4, cooperation_gain=3, discount=0.85, growth_temptation=1.1, growth_benefit=1.02
    ... )
    >>> certificate = check_growth(stakes, stakes.continuation, 21, stakes.t_star, horizon=21)
    >>> certificate.verdict.value, check_growth(stakes, stakes.continuation, 20, horizon=21).verdict.value
    ('HOLDS', 'FAILS')
    """
    until = "at any time" if horizon is None else f"in any period up to {horizon}"
    claim = f"{who} gains nothing by defecting {until}"
    witness: dict[str, Any] = {
        "temptation_gain": stakes.temptation_gain,
        "cooperation_gain": stakes.cooperation_gain,
        "discount": stakes.discount,
        "growth_temptation": stakes.growth_temptation,
        "growth_benefit": stakes.growth_benefit,
        "loss": continuation,
        "last_period": last_period,
        "t_star": t_star,
        "horizon": horizon,
    }
    reason = _wrong(stakes, continuation, last_period, t_star)
    if reason:
        return Certificate(claim, Verdict.FAILS, witness={**witness, "reason": reason}, check="check_growth")
    for_ever = last_period is None
    holds = for_ever or (horizon is not None and last_period is not None and horizon <= last_period)
    margin = _slack(stakes, continuation, last_period, horizon)
    return Certificate(claim, holds_if(holds), margin=margin, witness=witness, check="check_growth")


def _wrong(stakes: GrowingStakes, loss: Fraction | None, last: int | None, t_star: float | None) -> str:
    d, H, v = stakes.discount, stakes.growth_benefit, stakes.cooperation_gain
    if loss is None:
        if v <= 0 or d * H < 1:
            return "the loss is bounded"
        return "" if last is None and t_star is None else "with a loss without bound cheating never pays"
    if loss != (d * H * (v + loss) if v > 0 else 0) or (v > 0 and d * H >= 1):
        return "the loss does not solve its recursion"
    if last is None:
        grows = stakes.temptation_gain > 0 and stakes.growth_temptation > H
        return "cheating pays some day" if grows or stakes.temptation_gain > loss else ""
    if last < 0:
        return "" if last == -1 and _pays(stakes, loss, 0) else "cheating does not pay today"
    if _pays(stakes, loss, last) or not _pays(stakes, loss, last + 1):
        return f"period {last} is not the last in which cheating does not pay"
    return "" if t_star is None or _is_t_star(stakes, loss, t_star) else "t_star is another"


def _slack(stakes: GrowingStakes, loss: Fraction | None, last: int | None, horizon: int | None) -> Fraction | None:
    """By how much the loss exceeds the gain where it is closest; None where the powers are too long to be written out."""
    d0, v = stakes.temptation_gain, stakes.cooperation_gain
    if loss is None:
        return v - d0 % v if d0 > 0 else v - d0
    step = stakes.growth_temptation / stakes.growth_benefit
    if d0 <= 0:
        return loss - d0
    if horizon is None:
        return min(loss - d0, d0 - d0 * step)
    nearest = 0 if step <= 1 else horizon if last is None else min(horizon, last + 1)
    return loss - d0 * step**nearest if nearest <= LARGEST_POWER else None


def _pays(stakes: GrowingStakes, loss: Fraction, t: int) -> bool:
    """Whether d0 G**t > R0 H**t."""
    d0, G, H = stakes.temptation_gain, stakes.growth_temptation, stakes.growth_benefit
    if d0 <= 0 or loss <= 0:
        return d0 > 0
    if t <= LARGEST_POWER:
        up = d0.numerator * loss.denominator * (G.numerator * H.denominator) ** t
        return bool(up > loss.numerator * d0.denominator * (G.denominator * H.numerator) ** t)
    from flint import arb, ctx

    before, ctx.prec = ctx.prec, PRECISION
    try:
        return bool(_log(d0 / loss) + arb(t) * _log(G / H) > 0)
    finally:
        ctx.prec = before


def _is_t_star(stakes: GrowingStakes, loss: Fraction, t_star: float) -> bool:
    from flint import arb, ctx

    before, ctx.prec = ctx.prec, PRECISION
    try:
        ratio = _log(loss / stakes.temptation_gain) / _log(stakes.growth_temptation / stakes.growth_benefit)
        off = abs(ratio - arb(t_star))
        return bool(off <= arb(ACCURACY.numerator) / arb(ACCURACY.denominator) * (1 + abs(ratio)))
    finally:
        ctx.prec = before


def _log(number: Fraction) -> arb:
    from flint import arb, fmpq

    return arb(fmpq(number.numerator, number.denominator)).log()
