"""Which decisions payments can make truthful: weak monotonicity, and payments or a cycle of types for cyclic monotonicity."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from comity import rational
from comity.certificate import Certificate, holds_if
from comity.checks.deviations import utility_after
from comity.checks.rules import Utilities, check_truthful
from comity.declaration import declare
from comity.errors import InvalidEvidence
from comity.games.bayesian.rule import DirectRule


@declare("check", "Two types never want each other's decisions", reference="Bikhchandani et al. (2006); Saks & Yu (2005)")
def check_weakly_monotone(rule: DirectRule) -> Certificate:
    """What a type gains in value by claiming another, the other loses at least by claiming the first; payments play no part.

    For decisions f, types s and t of one agent, and every profile of the others: ``v(s, f(s)) - v(s, f(t)) >= v(t, f(s)) - v(t,
    f(t))``.  Necessary for any payments to make the truth best in dominant strategies; enough if types are convex sets.  Pairs in
    which one cannot claim to be the other are left out.  The margin is the least difference of the two sides.

    Examples
    --------
    Giving the thing to whoever names less is not monotone:

    >>> from comity.games.bayesian.standard import single_item_auction
    >>> auction = single_item_auction({"A": [1, 4], "B": [2]})
    >>> check_weakly_monotone(DirectRule(auction, [[2], [1]])).margin
    Fraction(0, 1)
    >>> check_weakly_monotone(DirectRule(auction, [[1], [2]])).margin
    Fraction(-3, 1)
    """
    bare = without_payments(rule)
    setting = rule.setting
    worst: Fraction | None = None
    witness: dict[str, Any] = {}
    pairs = 0
    for i, agent in enumerate(setting.agents):
        able = setting.reports[i] & setting.reports[i].T
        pairs += int(np.triu(able, 1).sum()) * (setting.profiles // setting.shape[i])
        for start, values, denominator in values_by_report(bare, i):
            own = np.arange(len(values))
            honest = values[own, own]
            slack = honest[:, None] + honest[None] - values - values.swapaxes(0, 1)
            slack[~able] = 0
            at = np.unravel_index(int(np.argmin(slack)), slack.shape)
            found = Fraction(int(slack[at]), denominator)
            if worst is None or found < worst:
                s, t, q = (int(k) for k in at)
                worst = found
                names = setting.type_names(i)
                witness = {"agent": agent, "types": [names[s], names[t]], "others": _others(rule, i, start + q)}
    least = worst or Fraction(0)
    return Certificate(
        "no two types want each other's decisions",
        holds_if(least >= 0),
        margin=least,
        unit=setting.unit,
        witness={**(witness if least < 0 else {}), "pairs_compared": pairs},
        check="check_weakly_monotone",
    )


@declare("check", "Some payments make the truth best", reference="Rochet (1987); Heydenreich, Mueller, Uetz & Vohra (2009)")
def check_implementable(
    rule: DirectRule, payments: Any = None, cycle: Mapping[str, Any] | None = None, tried: Mapping[str, Any] | None = None
) -> Certificate:
    """Payments that make the decisions truthful in dominant strategies, or a cycle of types that proves there are none.

    With ``payments``, an array as in `DirectRule`, every lie is tried at them.  With a ``cycle``, which names ``"agent"``,
    ``"types"`` and ``"others"``: were there payments, no type on the cycle would gain by claiming the next one; added up, the
    payments cancel, and what is left is the loss in value along the cycle, which must not be negative.  The margin is the
    tightest lie, or that sum.

    Examples
    --------
    >>> from comity.games.bayesian.standard import single_item_auction
    >>> auction = single_item_auction({"A": [1, 4], "B": [2]})
    >>> inverted = DirectRule(auction, [[1], [2]])
    >>> check_implementable(inverted, cycle={"agent": "A", "types": ["1", "4"], "others": {"B": "2"}}).margin
    Fraction(-3, 1)
    """
    claim = "there are payments at which the truth is best for everyone, whatever the others say"
    if (payments is None) == (cycle is None):
        raise InvalidEvidence("give either the payments that make the truth best, or a cycle of types that proves there are none")
    if cycle is None:
        proof = check_truthful(replace(without_payments(rule), payments=payments))
        if not proof:
            raise InvalidEvidence(f"at these payments somebody gains {proof.witness['gain']} by a lie; they prove nothing")
        return Certificate(
            claim, proof.verdict, margin=proof.margin, unit=proof.unit, witness=dict(tried or {}), check="check_implementable"
        )
    total = cycle_sum(rule, cycle)
    if total >= 0:
        raise InvalidEvidence(
            f"along this cycle the loss in value is {rational.short(total)}; only a negative one proves something"
        )
    return Certificate(
        claim,
        holds_if(False),
        margin=total,
        unit=rule.setting.unit,
        witness={**{key: cycle[key] for key in ("agent", "types", "others")}, **(tried or {})},
        check="check_implementable",
    )


def cycle_sum(rule: DirectRule, cycle: Mapping[str, Any]) -> Fraction:
    """What the types of a cycle lose in value if each claims to be the next, the last the first."""
    bare, setting = without_payments(rule), rule.setting
    try:
        agent, names, others = cycle["agent"], list(cycle["types"]), dict(cycle["others"])
    except (KeyError, TypeError, ValueError) as error:
        raise InvalidEvidence(f"the cycle cannot be read: {error!r}; give agent, types and others") from None
    i = setting.index(agent)
    if len(names) < 2:
        raise InvalidEvidence("a cycle has at least two types")
    total = Fraction(0)
    for t, r in zip(names, [*names[1:], names[0]], strict=True):
        true, said = setting.profile({**others, agent: t}), setting.profile({**others, agent: r})
        if not setting.reports[i][true[i], said[i]]:
            raise InvalidEvidence(f"{agent} of type {t} cannot claim to be {r}; the cycle proves nothing")
        total += utility_after(bare, i, true, true) - utility_after(bare, i, true, said)
    return total


def without_payments(rule: DirectRule) -> DirectRule:
    """The same decisions and examinations with no payment."""
    chances = rule.chosen if rule.chosen is not None else rule.lotteries
    return DirectRule(rule.setting, chances, None, rule.examinations)


def values_by_report(rule: DirectRule, agent: int) -> Iterator[tuple[int, NDArray[Any], int]]:
    """What each type gets from each report, for some profiles of the others at a time, and the denominator."""
    table = Utilities.of(rule, agent)
    for start, values in table.chunks():
        # Sums of four such numbers.
        small = values.dtype == object or int(np.abs(values).max(initial=0)) < 1 << 60
        yield start, values if small else values.astype(object), table.denominator


def _others(rule: DirectRule, agent: int, place: int) -> dict[str, str]:
    setting = rule.setting
    rest: Sequence[int] = [j for j in range(len(setting.agents)) if j != agent]
    at = np.unravel_index(place, [setting.shape[j] for j in rest]) if rest else ()
    return {setting.agents[j]: setting.type_names(j)[int(t)] for j, t in zip(rest, at, strict=True)}
