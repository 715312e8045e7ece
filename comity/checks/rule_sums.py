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
    shapes = {(rule.present.bit_count(), rule.absent.bit_count()) for rule in rules}
    shares = {shape: (_present_share(*shape), _absent_share(*shape)) for shape in shapes}
    parts = lcm(*(share.denominator for both in shares.values() for share in both))
    unit = lcm(*{rule.worth.denominator for rule in rules})
    # In integers over one denominator, for sums of fractions are slow.
    whole = {shape: (int(present * parts), int(absent * parts)) for shape, (present, absent) in shares.items()}
    x = [0] * n
    for rule in rules:
        present, absent = whole[rule.present.bit_count(), rule.absent.bit_count()]
        worth = rule.worth.numerator * (unit // rule.worth.denominator)
        for S, amount in ((rule.present, worth * present), (rule.absent, worth * absent)):
            for i in members(S):
                x[i] += amount
    return [Fraction(amount, unit * parts) for amount in x]


@cache
def _present_share(p: int, a: int) -> Fraction:
    return sum((Fraction((-1) ** k * comb(a, k), p + k) for k in range(a + 1)), Fraction(0))


@cache
def _absent_share(p: int, a: int) -> Fraction:
    return sum((Fraction((-1) ** k * comb(a - 1, k - 1), p + k) for k in range(1, a + 1)), Fraction(0))
