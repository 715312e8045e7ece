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
    parts = []
    for rule in rules:
        p, a = rule.present.bit_count(), rule.absent.bit_count()
        chance = rule.worth / comb(p + a, a)
        parts.append((rule.present, chance / p))
        if a:
            parts.append((rule.absent, -chance / a))
    unit = lcm(*{share.denominator for _, share in parts})
    x = [0] * n
    for named, share in parts:
        whole = share.numerator * (unit // share.denominator)
        for i in members(named):
            x[i] += whole
    return [Fraction(amount, unit) for amount in x]
