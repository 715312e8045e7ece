"""Confirming research plans and the best breach of them, from prices, costs and outputs instead of the models' formulas."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from math import isqrt
from typing import Any

from comity import rational
from comity.certificate import Basis, Certificate, Verdict, holds_if
from comity.checks.equilibrium import check_best_reply, cournot_outputs
from comity.declaration import declare
from comity.enclosure import Between
from comity.games.strategic.rd_cooperation import (
    RESEARCH_TOGETHER,
    SOCIETY,
    Breach,
    InputSpillover,
    OutputSpillover,
    Point,
)

Model = OutputSpillover | InputSpillover
ZERO = Fraction(0)
SPARE_BITS = 256  # of precision, beyond those of any bound handed over


@declare("check", "Each research plan is best for whoever decides it", reference="d'Aspremont & Jacquemin (1988)")
def check_plans(game: Model, plans: Mapping[str, Point]) -> Certificate:
    """Under each regime nobody who decides gains by other research, and costs, outputs and profits follow from it.

    Alone: one member's profit given the others' research; together: the profit of all; society: the profit of all and what
    buyers gain.  The margin is minus the largest regret (for spending decided alone: the slope of the payoff).

    Examples
    --------
    >>> game = OutputSpillover(n=2, margin=Fraction(10), slope=Fraction(1), rd_cost=Fraction(4), spillover=Fraction(1, 5))
    >>> bool(check_plans(game, {"rd_cartel": game.at("rd_cartel")}))
    True
    """
    rows: dict[str, dict[str, str]] = {}
    wrong: list[str] = []
    worst = ZERO
    for regime, plan in plans.items():
        choice, payoff = _decision(game, regime, plan)
        if isinstance(game, InputSpillover) and payoff is None:
            slope = _spending(game, regime, plan, plan.research)[1]
            regret = abs(slope) if isinstance(slope, Fraction) else Fraction(1)
            reply = slope == 0 and _concave(game, regime, plan)
        else:
            assert payoff is not None
            certificate = check_best_reply(regime, payoff, choice)
            regret = -rational.exact(certificate.margin) if certificate.margin is not None else Fraction(1)
            reply = bool(certificate)
        worst = max(worst, regret)
        if not reply or _outcome(game, regime, plan.research) != plan:
            wrong.append(regime)
        rows[regime] = {name: rational.text(number) for name, number in plan._asdict().items()}
    witness: dict[str, Any] = {"market": _numbers(game), "plans": rows}
    if wrong:
        witness["reason"] = f"not what is best or not what follows from it: {', '.join(wrong)}"
    return Certificate(
        "each research plan is best for whoever decides it",
        holds_if(not wrong),
        margin=-worst,
        witness=witness,
        check="check_plans",
    )


@declare("check", "A member gains nothing by breaking a research plan", reference="Friedman (1971)")
def check_breach(
    game: Model, regime: str, after: str, discount: Fraction, breach: Breach, who: str = "a member", unit: str = ""
) -> Certificate:
    """Keeping the plan for ever is worth at least the best breach once and the regime ``after`` it for ever.

    Per period: (1 - d) (best breach - plan) - d (plan - after) <= 0.  That the breach is best is confirmed from payoffs: exactly
    where they are quadratic, otherwise by the signs of the slope of a concave payoff at both ends of ``breach.research``.
    The margin is minus the gain; where the gain is enclosed, minus its bound on the safe side of the verdict.

    Examples
    --------
    >>> game = OutputSpillover(n=2, margin=Fraction(10), slope=Fraction(1), rd_cost=Fraction(4), spillover=Fraction(1, 5))
    >>> best = game.best_breach("rd_cartel")
    >>> [check_breach(game, "rd_cartel", "competition", Fraction(d, 100), best).verdict.value for d in (40, 60)]
    ['FAILS', 'HOLDS']
    """
    claim = f"{who} gains nothing by breaking the research plan"
    stay, then = (_outcome(game, r, game.at(r).research).profit for r in (regime, after))
    witness: dict[str, Any] = {
        "market": _numbers(game),
        "regime": regime,
        "after": after,
        "discount": rational.text(discount),
        "plan": rational.text(game.at(regime).research),
        "profit": rational.text(stay),
        "profit_after": rational.text(then),
        "best_breach": _bounds(breach.research),
        "profit_of_breach": _bounds(breach.profit),
    }
    problem = _not_best(game, regime, breach)
    basis = Basis.EXACT if breach.profit.exact else Basis.ENCLOSED
    if problem:
        witness["reason"] = problem
        return Certificate(claim, Verdict.FAILS, unit=unit, basis=basis, witness=witness, check="check_breach")
    gains = gain_of(breach.profit, stay, then, discount)
    undecided = gains.low <= 0 < gains.high
    return Certificate(
        claim,
        Verdict.UNDECIDED if undecided else holds_if(gains.high <= 0),
        margin=None if undecided else -safe(gains),
        unit=unit,
        basis=basis,
        witness=witness,
        check="check_breach",
    )


@declare("check", "An outsider and those that stay together answer each other best")
def check_outsider(game: Model, regime: str, outsider: Point, insider: Point, claim: str, unit: str = "") -> Certificate:
    """Neither the one that left nor the others, who keep the regime among themselves, gain by other research.

    The margin is minus the larger regret.  For two members it is competition, and `check_plans` confirms that.
    """
    witness = {
        "market": _numbers(game),
        "regime": regime,
        "outsider": {name: rational.text(number) for name, number in outsider._asdict().items()},
        "insider": {name: rational.text(number) for name, number in insider._asdict().items()},
    }
    if isinstance(game, InputSpillover) or game.n == 2:
        plans = check_plans(game, {"competition": outsider})
        holds, margin = bool(plans) and insider == outsider, plans.margin
    else:

        def leaver(x: Fraction) -> Fraction:
            return _apart(game, regime, x, [insider.research] * (game.n - 1))[0]

        def stayers(x: Fraction) -> Fraction:
            same = regime in RESEARCH_TOGETHER
            others = [x if same else insider.research] * (game.n - 2)
            return _apart(game, regime, outsider.research, [x, *others])[1]

        replies = [
            check_best_reply("the outsider", leaver, outsider.research),
            check_best_reply("those that stay", stayers, insider.research),
        ]
        agrees = (leaver(outsider.research), stayers(insider.research)) == (outsider.profit, insider.profit)
        holds = all(replies) and agrees and min(outsider.quantity, insider.quantity) >= 0
        margin = min((reply.margin for reply in replies if reply.margin is not None), default=None)
    return Certificate(claim, holds_if(holds), margin=margin, unit=unit, witness=witness, check="check_outsider")


@declare("check", "How strongly a member's research answers that of the others")
def check_reply_slope(game: OutputSpillover, slope: Fraction) -> Certificate:
    """Two best replies in competition, to the others' plan and to one unit more of each, differ by ``slope``.

    Best replies to research of equals are straight lines, so two points determine the slope.

    Examples
    --------
    >>> game = OutputSpillover(n=2, margin=Fraction(10), slope=Fraction(1), rd_cost=Fraction(4), spillover=Fraction(1, 2))
    >>> bool(check_reply_slope(game, Fraction(0)))
    True
    """
    plan = game.at("competition")

    def reply(research_of_others: Fraction, x: Fraction) -> Certificate:
        others = plan._replace(research=research_of_others)
        # Not bounded below by 0: the slope of the line is what is asked for.
        return check_best_reply("the reply is best", lambda own: _alone(game, "competition", others, own), x, low=None)

    replies = [reply(plan.research, plan.research), reply(plan.research + 1, plan.research + slope)]
    margin = min((reply.margin for reply in replies if reply.margin is not None), default=None)
    return Certificate(
        f"a member answers one unit more of each of the others with {rational.text(slope)}",
        holds_if(all(replies)),
        margin=margin,
        witness={"market": _numbers(game), "replies": [dict(reply.witness) for reply in replies]},
        check="check_reply_slope",
    )


def gain_of(breach: Between, stay: Fraction, then: Fraction, discount: Fraction) -> Between:
    """The gain per period from breaking the plan once: (1 - d) (breach - plan) - d (plan - after)."""
    low, high = ((1 - discount) * (profit - stay) - discount * (stay - then) for profit in breach)
    return Between(low, high)


def safe(gains: Between) -> Fraction:
    """A bound of the gain with its sign: "at least" where breaking the plan pays, "at most" where it does not."""
    return gains.low if gains.low > 0 else gains.high


# --- payoffs from prices, costs and outputs ---------------------------------------------------------


def _decision(game: Model, regime: str, plan: Point) -> tuple[Fraction, Callable[[Fraction], Fraction] | None]:
    """What is chosen and what it earns those who decide; None where that is not quadratic."""
    together = regime in RESEARCH_TOGETHER or regime == SOCIETY or game.n == 1
    if isinstance(game, InputSpillover):
        if not together:
            return plan.research, None

        def from_reduction(f: Fraction) -> Fraction:
            spent = game.rd_cost * f**2 / 2 / (1 + (game.n - 1) * game.shared(regime))
            return _common(game, regime, f, spent)

        return plan.reduction, from_reduction

    def from_research(x: Fraction) -> Fraction:
        if together:
            reduction = x + (game.n - 1) * game.shared(regime) * x
            return _common(game, regime, reduction, game.rd_cost * x**2 / 2)
        return _alone(game, regime, plan, x)

    return plan.research, from_research


def _total(game: Model, regime: str, choke: Fraction) -> Fraction:
    """The output of all together when each one's choke price less unit cost is ``choke``."""
    if regime == SOCIETY:
        return choke / game.slope  # price at unit cost
    if regime == "full_cartel":
        return choke / (2 * game.slope)  # one seller
    return sum(cournot_outputs([choke] * game.n, game.slope), ZERO)


def _common(game: Model, regime: str, reduction: Fraction, spent: Fraction) -> Fraction:
    """What a plan alike for all is worth: profit of each, or what society gains."""
    choke = game.margin + reduction
    total = _total(game, regime, choke)
    if regime == SOCIETY:
        return (choke - game.slope * total / 2) * total - game.n * spent
    return (choke - game.slope * total) * total / game.n - spent


def _outcome(game: Model, regime: str, x: Fraction) -> Point:
    """Costs, outputs and profits when everybody's research is x."""
    pooled = x + (game.n - 1) * game.shared(regime) * x
    if isinstance(game, InputSpillover):
        reduction, spent = _root(2 * pooled / game.rd_cost) or ZERO, x
    else:
        reduction, spent = pooled, game.rd_cost * x**2 / 2
    choke = game.margin + reduction
    q = _total(game, regime, choke) / game.n
    return Point(x, reduction, q, q * (choke - game.slope * game.n * q) - spent)


def _alone(game: OutputSpillover, regime: str, plan: Point, x: Fraction) -> Fraction:
    """Profit of one member that researches x while the others keep to the plan."""
    spill, others = game.shared(regime), [plan.research] * (game.n - 1)
    chokes = [game.margin + mine + spill * (x + sum(others) - mine) for mine in (x, *others)]
    if regime == "full_cartel":
        rest = sum((plan.quantity for _ in others), ZERO)
        q = (chokes[0] - game.slope * rest) / (2 * game.slope)
        total = q + rest
    else:
        outputs = cournot_outputs(chokes, game.slope)
        q, total = outputs[0], sum(outputs)
    return (chokes[0] - game.slope * total) * q - game.rd_cost * x**2 / 2


def _apart(game: OutputSpillover, regime: str, x: Fraction, insiders: list[Fraction]) -> tuple[Fraction, Fraction]:
    """Profits of the outsider and of the first insider."""
    beta, inside = game.spillover, game.shared(regime)
    pool = sum(insiders, ZERO)
    chokes = [game.margin + x + beta * pool]
    chokes += [game.margin + mine + inside * (pool - mine) + beta * x for mine in insiders]
    merged = regime == "full_cartel"
    outputs = cournot_outputs(chokes[:2] if merged else chokes, game.slope)
    price = chokes[0] - game.slope * sum(outputs), chokes[1] - game.slope * sum(outputs)
    share = outputs[1] / len(insiders) if merged else outputs[1]
    return price[0] * outputs[0] - game.rd_cost * x**2 / 2, price[1] * share - game.rd_cost * insiders[0] ** 2 / 2


# --- the best breach --------------------------------------------------------------------------------


def _not_best(game: Model, regime: str, breach: Breach) -> str:
    """Why the breach is not shown to be best; empty if it is."""
    plan = game.at(regime)
    if isinstance(game, OutputSpillover):
        reply = check_best_reply("the breach is best", lambda x: _alone(game, regime, plan, x), breach.research.low)
        stated = breach.profit.exact and breach.profit.low == _alone(game, regime, plan, breach.research.low)
        return "" if reply and stated else "another breach earns more, or the stated one earns something else"
    if not _concave(game, regime, plan):
        return "the profit from spending is not known to be concave"
    low, high = breach.research
    from flint import ctx

    with ctx.workprec(SPARE_BITS + breach.profit.low.denominator.bit_length()):
        profit, slope = _spending(game, regime, plan, low)
        last = slope if low == high else _spending(game, regime, plan, high)[1]
        if not (0 <= low <= high and (low == 0 or slope >= 0) and last <= 0):
            return "the slope of the profit does not change its sign where the breach is said to be best"
        # Concave, so nowhere above its tangent at the lower end.
        top = profit if low == high else profit + _like(profit, high - low) * abs(slope)
        least, most = (_like(profit, bound) for bound in breach.profit)
        return "" if least <= profit and top <= most else "the best breach earns more or less than stated"


def _concave(game: Model, regime: str, plan: Point) -> bool:
    """Whether a member's profit is concave in its spending (reason in `InputSpillover.objections`)."""
    spill = game.shared(regime)
    return regime == "full_cartel" or game.n == 1 or 2 * plan.research * (1 - spill**2) <= game.rd_cost * game.margin**2


def _spending(game: InputSpillover, regime: str, plan: Point, x: Fraction) -> tuple[Any, Any]:
    """Profit of one member that spends x, and its slope; exact where the square roots are, else intervals.

    A comparison of intervals is true only where it holds for all their numbers.
    """
    sells_alone = game.n == 1 or regime == "full_cartel"  # against fixed outputs, or none
    spill, other = game.shared(regime), plan.research if game.n > 1 else ZERO
    spendings = [x + spill * other] if sells_alone else [x + spill * other, other + spill * x]
    roots: list[Any] = [_root(2 * money / game.rd_cost) for money in spendings]
    if None in roots:
        roots = [_interval(2 * money / game.rd_cost).sqrt() for money in spendings]
    mine, kept = roots[0], plan.quantity if game.n > 1 else ZERO
    margin, b, g, spill, x, kept = (_like(mine, v) for v in (game.margin, game.slope, game.rd_cost, spill, x, kept))
    if sells_alone:
        q = (margin + mine - b * kept) / (2 * b)
        return b * q * q - x, q / (g * mine) - 1
    q = cournot_outputs([margin + mine, margin + roots[1]], b)[0]
    return b * q * q - x, 2 * q * (2 / (g * mine) - spill / (g * roots[1])) / 3 - 1


def _root(number: Fraction) -> Fraction | None:
    """The square root where it is rational."""
    p, q = isqrt(number.numerator), isqrt(number.denominator)
    return Fraction(p, q) if p * p == number.numerator and q * q == number.denominator else None


def _interval(number: Fraction) -> Any:
    from flint import arb, fmpq

    return arb(fmpq(number.numerator, number.denominator))


def _like(kind: Any, number: Fraction) -> Any:
    """The number as an interval where the other one is, else as it is."""
    return number if isinstance(kind, Fraction) else _interval(number)


def _numbers(game: Model) -> dict[str, Any]:
    """What a reader needs to repeat the check."""
    spills = "results" if isinstance(game, OutputSpillover) else "spending"
    numbers = (game.margin, game.slope, game.rd_cost, game.spillover)
    names = ("margin", "slope", "rd_cost", "spillover")
    return {"members": game.n, "spills": spills, **dict(zip(names, map(rational.text, numbers), strict=True))}


def _bounds(between: Between) -> Any:
    """The number as text, or the two it lies between."""
    return rational.text(between.low) if between.exact else [rational.text(bound) for bound in between]
