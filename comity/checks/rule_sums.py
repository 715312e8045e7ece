"""The Shapley value of a sum of rules by their dividends, those of one size added up first.

A rule with p present and a absent players, multiplied out, has (-1)**k times its worth as the dividend of each coalition of all
the present and k of the absent: C(a, k) of them, C(a - 1, k - 1) with a given absent player.  The solver counts orders instead.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from functools import cache
from math import comb, lcm

from comity.coalitions import members
from comity.games.coalitional.rules import Rule


def shapley_by_dividends_of_rules(rules: Sequence[Rule], n: int) -> list[Fraction]:
    """What each player gets if every dividend is divided equally."""
    by_share: dict[Fraction, list[int]] = {}
    for rule in rules:
        p, a = rule.present.bit_count(), rule.absent.bit_count()
        by_share.setdefault(rule.worth * _present_share(p, a), []).append(rule.present)
        by_share.setdefault(rule.worth * _absent_share(p, a), []).append(rule.absent)
    unit = lcm(*(share.denominator for share in by_share))
    x = [0] * n
    for share, sets in by_share.items():
        for S in sets:
            for i in members(S):
                x[i] += share.numerator * (unit // share.denominator)
    return [Fraction(amount, unit) for amount in x]


@cache
def _present_share(p: int, a: int) -> Fraction:
    return sum((Fraction((-1) ** k * comb(a, k), p + k) for k in range(a + 1)), Fraction(0))


@cache
def _absent_share(p: int, a: int) -> Fraction:
    return sum((Fraction((-1) ** k * comb(a - 1, k - 1), p + k) for k in range(1, a + 1)), Fraction(0))
