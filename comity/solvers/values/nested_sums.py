"""The Shapley value of sums of symmetric games on nested sets, for tens of thousands of players."""

from __future__ import annotations

from fractions import Fraction
from math import lcm

from comity.games.coalitional.nested_parts import NestedParts

# With so many players or fewer, dividends are as quick.
FEW_PLAYERS = 200


def shapley_by_parts(parts: NestedParts) -> list[Fraction]:
    """Each part divides what its set is worth equally among the set (symmetry), and the parts add up (additivity)."""
    shares = [(m, f(m) / m) for m, f in parts.parts if m]
    # In integers over one denominator: it may have as many digits as half the number of players.
    unit = lcm(*(share.denominator for _, share in shares))
    ending = [0] * (len(parts.order) + 1)
    for m, share in shares:
        ending[m] += share.numerator * (unit // share.denominator)
    x = [Fraction(0)] * len(parts.order)
    total, amount, last = 0, Fraction(0), None
    for place in range(len(parts.order) - 1, -1, -1):
        total += ending[place + 1]
        if total != last:
            amount, last = Fraction(total, unit), total
        x[parts.order[place]] = amount
    return x
