"""Confirming the Shapley value of a sum of symmetric games on nested sets, for tens of thousands of players.

The solver adds up what each part gives to each of its players.  Here neighbours in the order are compared: they differ by the
average contributions, over all sizes, to the parts that have one of them only; and what all get must be v(N).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from itertools import accumulate
from math import lcm
from typing import Any

from comity import rational
from comity.certificate import Certificate, Verdict, holds_if
from comity.checks.core import exact_amounts
from comity.checks.rounding import rounding_certificate
from comity.errors import InvalidEvidence
from comity.games.coalitional.base import Game
from comity.games.coalitional.nested_parts import NestedParts

FEW_PLAYERS = 200
SAMPLES = 6
# Rounded amounts are compared in units so many bits finer than what they were rounded to.
GUARD_BITS = 64


def check_shapley_by_parts(
    game: Game, parts: NestedParts, x: Sequence[Any], check: str, rounding: Fraction | None = None
) -> Certificate:
    """x_i - x_j is right for neighbours in the order, and x(N) = v(N); or none is off by more than ``rounding``."""
    amounts = exact_amounts(game, x)
    _require_parts_of(game, parts)
    order, claim = parts.order, "the amounts are the Shapley value"
    route = {"formula": "differences of neighbours, from the symmetric parts that the model states, and efficiency"}
    # Who comes at place m - 1 has a part that ends there, who comes at place m has not.
    gains: dict[int, Fraction] = {}
    for m, f in parts.parts:
        gains[m] = gains.get(m, Fraction(0)) + _mean_contribution(f(m), m)
    if rounding is not None:
        gaps = _enclosed_gaps(amounts, order, gains, game.exact(game.grand_coalition), rounding)
        return rounding_certificate(claim, check, game.players, gaps, rounding, route)
    worst, at = Fraction(0), ""
    for place in range(1, game.n):
        before, after = amounts[order[place - 1]], amounts[order[place]]
        right = gains.get(place, Fraction(0))
        # Equal fractions compare at once; long ones are subtracted only where that is needed.
        if (before != after) if not right else (before - after != right):
            gap = abs(before - after - right)
            if gap > worst:
                worst, at = gap, game.players[order[place]]
    gap = abs(_total(amounts) - game.exact(game.grand_coalition))
    if gap > worst:
        worst, at = gap, "all together"
    found = {"player": at, "wrong_by": rational.short(worst)} if worst else {}
    verdict = holds_if(worst == 0)
    margin: Fraction | float = -worst if verdict is Verdict.HOLDS else -rational.double(worst)
    return Certificate(claim, verdict, margin=margin, witness={**found, **route}, check=check)


def _enclosed_gaps(
    x: Sequence[Fraction], order: Sequence[int], gains: Mapping[int, Fraction], worth: Fraction, rounding: Fraction
) -> list[Fraction]:
    """Upper bounds of how far each amount is from the Shapley value, in whole units far below the rounding."""
    n = len(order)
    unit = Fraction(1, 1 << (GUARD_BITS + 2 * n.bit_length() + max((1 / rounding).__ceil__().bit_length(), 0)))
    # What the first get more than the last, in units rounded down: each is short by less than a unit a neighbour.
    steps = [gains.get(place, Fraction(0)) // unit for place in range(1, n)]
    more = [0, *accumulate(reversed(steps))][::-1]
    # The last gets what is left, an n-th of it: too much, by less than a unit a neighbour, and rounded down by less than one.
    last = (worth / unit - sum(more)) // n
    gaps = [Fraction(0)] * n
    for place, i in enumerate(order):
        gaps[i] = abs(x[i] - (more[place] + last) * unit) + n * unit
    return gaps


def _mean_contribution(worth: Fraction, m: int) -> Fraction:
    """The mean over s < m of f(s + 1) - f(s): each size of the others that came before is equally likely."""
    return worth / m if m else Fraction(0)


def _total(amounts: Sequence[Fraction]) -> Fraction:
    unit = lcm(*{amount.denominator for amount in amounts})
    return Fraction(sum(amount.numerator * (unit // amount.denominator) for amount in amounts), unit)


def _require_parts_of(game: Game, parts: NestedParts) -> None:
    """The parts add up to the worths of all, and of players alone, first in the order, last and away; a slip would show."""
    n, order = game.n, parts.order
    if sorted(order) != list(range(n)) or any(not 0 <= m <= n or f(0) for m, f in parts.parts):
        raise InvalidEvidence(f"the parts of {type(game).__name__} are not of its players; the model is wrong")
    everybody = game.grand_coalition
    spread = sorted({n * k // SAMPLES for k in range(SAMPLES)} | {n - 1})
    first = [sum(1 << i for i in order[:place]) for place in spread if place]
    singles = [1 << order[place] for place in spread]
    every_third = sum(1 << i for i in order[::3])
    for S in [everybody, every_third, *first, *(everybody ^ S for S in first), *singles, *(everybody ^ S for S in singles)]:
        if game.exact(S) != parts.worth(S):
            raise InvalidEvidence(f"the parts of {type(game).__name__} do not add up to its worths; the model is wrong")
