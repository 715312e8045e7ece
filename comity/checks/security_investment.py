"""Confirming security plans and the gains from breaking them, from costs in interval arithmetic and secants."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from comity import rational
from comity.certificate import Basis, Certificate, Verdict, holds_if
from comity.checks.intervals import PRECISION, ball, bounds, text_of
from comity.checks.regret import compare
from comity.declaration import declare
from comity.enclosure import Between
from comity.games.strategic.breach_function import BreachFunction, ExponentialBreach, PowerBreach, QuadraticBreach
from comity.games.strategic.security_investment import SecurityInvestment
from comity.games.strategic.smooth import Domain

if TYPE_CHECKING:
    from flint import arb

ZERO, ONE = Fraction(0), Fraction(1)
# Relative to the expected loss without security: a plan off by 1e-12 of itself costs about 1e-24 more.
TOLERANCE = Fraction(1, 10**30)


@declare("check", "A plan of security spending is best", reference="Gordon & Loeb (2002); Gordon, Loeb & Lucyshyn (2003)")
def check_effort(game: SecurityInvestment, plan: Between, *, for_all: bool, unit: str = "") -> Certificate:
    """No equal spending of all makes the cost of all smaller; or, not ``for_all``, nobody's own spending its own cost.

    Costs are convex: three of them bound how much less any other can be, see `check_regret`.  The margin is minus that bound.

    Examples
    --------
    >>> game = SecurityInvestment(3, "0.6", 4_000_000, "0.00001", share="0.3")
    >>> [bool(check_effort(game, plan, for_all=True)) for plan in (game.best_effort, game.nash_effort)]
    [True, False]
    """
    regret = _plan_regret(game, plan, for_all)
    who = "all of them" if for_all else "a lab"
    return Certificate(
        f"no other spending costs {who} less",
        Verdict.UNDECIDED if regret is None else holds_if(regret <= _allowed(game)),
        margin=None if regret is None else rational.double(-regret),
        unit=unit,
        basis=Basis.ENCLOSED,
        witness={"problem": problem(game), "spending": text_of(plan), "for_all": for_all},
        check="check_effort",
    )


@declare("check", "A lab gains nothing by breaking a security plan", reference="Gal-Or & Ghose (2005)")
def check_spending_breach(
    game: SecurityInvestment, plan: Between, breach: str, gain: Between, *, for_all: bool, who: str = "a lab", unit: str = ""
) -> Certificate:
    """Keeping to a plan costs no more than the best breach of it: to "underinvest", or to "withhold" and spend freely.

    The plan is confirmed by `check_effort`.  The gain must be what the best breach saves, as far as intervals tell; that it is
    best follows from secants.  A gain of exactly 0 is confirmed in fractions: the own price is at most the price at the plan,
    where every unit less costs more than it saves; or what is done is the same either way.
    """
    claim = f"{who} gains nothing by {'spending less than the plan' if breach == 'underinvest' else 'sharing nothing'}"
    witness: dict[str, Any] = {
        "problem": problem(game),
        "plan": text_of(plan),
        "breach": breach,
        "price": rational.text(game.price),
        "price_at_best": rational.text(game.price_at_best),
        "gain": text_of(gain),
    }

    def answer(verdict: Verdict, reason: str = "", margin: Fraction | None = None) -> Certificate:
        told = {**witness, "reason": reason} if reason else witness
        return Certificate(claim, verdict, margin, unit, Basis.ENCLOSED, told, "check_spending_breach")

    if not check_effort(game, plan, for_all=for_all):
        return answer(Verdict.FAILS, "the plan is not the best one")
    reply, saved = _best_breach(game, plan, breach)
    witness["best_breach"] = text_of(reply)
    if saved is None:
        return answer(Verdict.UNDECIDED, "the best breach could not be enclosed")
    slack = _allowed(game)
    if gain.high < saved.low - slack or gain.low > saved.high + slack:
        return answer(Verdict.FAILS, "the best breach gains more or less than stated")
    if gain.exact and gain.low == 0:
        exactly = _nothing_to_gain(game, breach, for_all) or reply == plan
        return answer(Verdict.HOLDS if exactly else Verdict.UNDECIDED, margin=ZERO)
    sign = saved.sign
    agrees = sign is not None and sign == gain.sign
    return answer(holds_if(sign is not None and sign <= 0) if agrees else Verdict.UNDECIDED, margin=-gain.safe)


@declare(
    "check", "Nobody should spend more than a part of the expected loss", reference="Gordon & Loeb (2002); Baryshnikov (2012)"
)
def check_spending_bound(game: SecurityInvestment) -> Certificate:
    """The best spending of a lab alone is at most 1/e of the loss expected without security, if S is log-convex.

    The margin is what the bound has to spare.  Without log-convexity the rule has no reason, and the certificate then only
    says whether it happens to hold.

    Examples
    --------
    >>> from comity.games.strategic.breach_function import QuadraticBreach
    >>> bool(check_spending_bound(SecurityInvestment(1, "0.65", 4_000_000, "0.00001")))
    True
    >>> bool(check_spending_bound(SecurityInvestment(1, "0.5", 2, QuadraticBreach(1))))
    False
    """
    from flint import ctx

    best = game.breach.best(game.vulnerability, game.loss, ONE)
    expected = game.vulnerability * game.loss
    with ctx.workprec(PRECISION):
        limit = bounds(ball(expected) * ball(-1).exp())
    spare = limit - best
    return Certificate(
        "the best spending is at most 1/e of the loss expected without security",
        Verdict.UNDECIDED if spare.sign is None else holds_if(spare.low >= 0),
        margin=None if spare.sign is None else spare.safe,
        basis=Basis.ENCLOSED,
        witness={
            "problem": problem(game),
            "spending": text_of(best),
            "limit": text_of(limit),
            "log_convex": game.breach.log_convex,
        },
        check="check_spending_bound",
    )


def problem(game: SecurityInvestment) -> dict[str, Any]:
    """What a reader needs to repeat a check."""
    names = ("vulnerability", "loss", "share", "leak_cost", "side_payment")
    numbers = {name: rational.text(getattr(game, name)) for name in names}
    breach = {name: rational.text(value) for name, value in vars(game.breach).items()}
    return {"labs": game.labs, **numbers, "breach": type(game.breach).__name__, **breach}


# Members are alike, and each has findings of its own about the same plan.
@lru_cache(maxsize=512)
def _plan_regret(game: SecurityInvestment, plan: Between, for_all: bool) -> Fraction | None:
    x = plan.middle
    sharing = game.share if game.labs > 1 else ZERO
    received = (game.labs - 1) * sharing * x

    def for_everyone(z: Fraction) -> Between:
        return -_cost(game, game.weight * z, (1 + sharing * game.leak_cost) * z)

    def for_oneself(z: Fraction) -> Between:
        return -_cost(game, z + received, game.price * z)

    return _regret(game, for_everyone if for_all else for_oneself, x, game.domain(0))


@lru_cache(maxsize=512)
def _best_breach(game: SecurityInvestment, plan: Between, breach: str) -> tuple[Between, Between | None]:
    """The best breach that was found, and what it saves: at least by doing it, at most by the secants around it."""
    x = plan.middle
    sharing = game.share if game.labs > 1 else ZERO
    received = (game.labs - 1) * sharing * x
    price, domain = (game.price, Domain(ZERO, x)) if breach == "underinvest" else (ONE, game.domain(0))
    reply = game.reply(Between(received, received), price)
    y = min(reply.middle, x) if breach == "underinvest" else reply.middle

    def payoff(z: Fraction) -> Between:
        return -_cost(game, z + received, price * z)

    more = _regret(game, payoff, y, domain)
    if more is None:
        return reply, None
    saved = _cost(game, x + received, game.price * x) + payoff(y)
    return reply, Between(saved.low, saved.high + more)


def _nothing_to_gain(game: SecurityInvestment, breach: str, for_all: bool) -> bool:
    """Reasons in fractions why the best breach gains exactly nothing."""
    alone = game.labs == 1 or game.share == 0
    if breach == "underinvest":
        # The plan is where a unit saves price_at_best (for all), or the own price; spending less loses at least that.
        return alone or not for_all or game.price <= game.price_at_best
    return alone or (not for_all and game.price == 1)


def _regret(game: SecurityInvestment, payoff: Callable[[Fraction], Between], x: Fraction, domain: Domain) -> Fraction | None:
    """How much more than at x a concave payoff can be."""
    found = compare(payoff, x, domain, x or game.vulnerability * game.loss, _allowed(game))
    return found.gain if found.better is not None else found.regret


def _allowed(game: SecurityInvestment) -> Fraction:
    return TOLERANCE * game.vulnerability * game.loss


def _cost(game: SecurityInvestment, total: Fraction, paid: Fraction) -> Between:
    """``S(total) loss + paid`` in interval arithmetic."""
    from flint import ctx

    with ctx.workprec(PRECISION):
        return bounds(_chance(game.breach, game.vulnerability, total) * ball(game.loss) + ball(paid))


def _chance(breach: BreachFunction, vulnerability: Fraction, spending: Fraction) -> arb:
    v = ball(vulnerability)
    if isinstance(breach, PowerBreach):
        return v / (ball(breach.curvature) * (ball(breach.productivity * spending) + 1).log()).exp()
    if isinstance(breach, ExponentialBreach):
        return (v.log() * ball(breach.productivity * spending + 1)).exp()
    if isinstance(breach, QuadraticBreach):
        return v * ball(max(ZERO, 1 - spending / breach.enough)) ** 2
    return ball(breach.at(vulnerability, spending).middle)
