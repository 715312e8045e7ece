"""The corners of a bounded set of allocations given by a least amount for some coalitions, exactly."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from math import lcm

Point = tuple[Fraction, ...]


def corners(n: int, total: Fraction, least: Mapping[int, Fraction]) -> list[Point]:
    """The corners of {y : y(N) = total, y(S) >= least[S]}; every single player must have a least amount.

    The double description method: from the simplex above the least amounts of the single players, every coalition
    cuts off the corners where it gets too little and adds one on each edge it cuts.  Two corners are the ends of an edge if
    no other corner has all the equalities they share.
    """
    alone = [least[1 << i] for i in range(n)]
    free = total - sum(alone, Fraction(0))
    if free < 0:
        return []
    simplex = {tuple(a + free * (j == i) for j, a in enumerate(alone)) for i in range(n)}
    order = [1 << i for i in range(n)] + sorted((S for S in least if S & (S - 1)), key=lambda S: (-S.bit_count(), S))
    equal = {y: _tight(y, order[:n], least) for y in simplex}
    for k, S in enumerate(order[n:], n):
        equal = _cut(n, equal, S, least[S], 1 << k)
        if not equal:
            return []
    return sorted(equal)


def _tight(y: Point, order: Sequence[int], least: Mapping[int, Fraction]) -> int:
    """Bit k is set if coalition k of the order gets just its least amount."""
    return sum((_slack(y, S, least[S]) == 0) << k for k, S in enumerate(order))


def _slack(y: Point, S: int, amount: Fraction) -> Fraction:
    """y(S) - amount."""
    inside = [a for i, a in enumerate(y) if S >> i & 1]
    scale = lcm(amount.denominator, *(a.denominator for a in inside))
    got = sum(a.numerator * (scale // a.denominator) for a in inside)
    return Fraction(got - amount.numerator * (scale // amount.denominator), scale)


def _cut(n: int, equal: Mapping[Point, int], S: int, amount: Fraction, bit: int) -> dict[Point, int]:
    slack = {y: _slack(y, S, amount) for y in equal}
    kept = {y: tight | (bit if slack[y] == 0 else 0) for y, tight in equal.items() if slack[y] >= 0}
    inside = [(y, tight) for y, tight in equal.items() if slack[y] > 0]
    outside = [(y, tight) for y, tight in equal.items() if slack[y] < 0]
    every = list(equal.values())
    for z, tight_z in outside:
        for y, tight_y in inside:
            common = tight_y & tight_z
            # An edge lies on at least n - 2 of the faces.
            if common.bit_count() >= n - 2 and sum(common & tight == common for tight in every) == 2:
                share = slack[y] / (slack[y] - slack[z])
                kept[tuple(a + share * (b - a) for a, b in zip(y, z, strict=True))] = common | bit
    return kept
