"""The Shapley value of a sum of rules, each in time proportional to the players it names (Ieong & Shoham 2005)."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from math import comb, lcm

from comity.coalitions import members
from comity.games.coalitional.rules import Rule


def shapley_by_rules(rules: Sequence[Rule], n: int) -> list[Fraction]:
    """Of p present and a absent players, who comes last of the present, before all absent, makes the rule apply; who comes first
    of the absent, after all present, ends it.

    The chance is p! a! / (p + a)! in all for either, divided equally.
    """
    # All in integers over one denominator, for sums of fractions are slow.
    shapes = {(rule.present.bit_count(), rule.absent.bit_count()) for rule in rules}
    orders = lcm(*(comb(p + a, a) * each for p, a in shapes for each in (p, a or 1)))
    shares = {(p, a): (orders // (comb(p + a, a) * p), orders // (comb(p + a, a) * (a or 1))) for p, a in shapes}
    unit = lcm(*{rule.worth.denominator for rule in rules})
    x = [0] * n
    for rule in rules:
        worth = rule.worth.numerator * (unit // rule.worth.denominator)
        first, last = shares[rule.present.bit_count(), rule.absent.bit_count()]
        for named, share in ((rule.present, worth * first), (rule.absent, -worth * last)):
            for i in members(named):
                x[i] += share
    return [Fraction(amount, unit * orders) for amount in x]
