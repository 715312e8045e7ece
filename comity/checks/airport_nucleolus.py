"""Confirming the nucleolus of an airport game by the balance of power of neighbours, for any number of players.

The cost is concave, so that the nucleolus is the only efficient allocation at which every two have the same surplus against each
other (Maschler, Peleg & Shapley 1972).  In the order of costs, with d_m = c_m - x(the first m) and x in the core so that no d_m
is negative, the surplus of i against a later j is -min(d_i, ..., d_(j-1), x_j) and that of j against i is -x_i: best for i is all
up to some m without j, best for j is everybody without i.  So x_i = min(d_i, ..., d_(j-1), x_j) is asked for, and it follows from
x_i = min(d_i, x_(i+1)) for neighbours.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from math import lcm

from comity.games.coalitional.airport import AirportGame


def airport_flaw(game: AirportGame, x: Sequence[Fraction]) -> str:
    """What keeps x from being the nucleolus, in words; empty if it is."""
    order = sorted(range(game.n), key=game.costs.__getitem__)
    # Whole numbers over one denominator.
    unit = lcm(*{a.denominator for a in x}, *{cost.denominator for cost in game.costs})
    paid = [x[i].numerator * (unit // x[i].denominator) for i in order]
    cost = [game.costs[i].numerator * (unit // game.costs[i].denominator) for i in order]
    if sum(paid) != cost[-1]:
        return "the amounts do not add up to the cost of all players together"
    if min(paid) < 0:
        return f"{game.players[order[paid.index(min(paid))]]} pays less than nothing"
    together = 0
    for place in range(game.n - 1):
        together += paid[place]
        # Nobody pays less than nothing, so that this is not negative either where it holds.
        if paid[place] != min(cost[place] - together, paid[place + 1]):
            names = f"{game.players[order[place]]} and {game.players[order[place + 1]]}"
            return f"{names} do not have the same surplus against each other"
    return ""
