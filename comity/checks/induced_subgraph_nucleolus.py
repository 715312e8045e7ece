"""Confirming the nucleolus of an induced subgraph game by the balance between each coalition and the others.

Let x give each player the own weight and half of every link with others.  Then v(S) - x(S) is minus half of the links between S
and the others, which is as much for the others as for S: e(S, x) = e(N - S, x).

Such an x is the prenucleolus.  Let y be another efficient allocation and d = y - x, which adds up to 0.  Among the coalitions
with d(S) not 0, let S have the largest excess at x; N - S is among them, with the same excess.  At y one of the two has more, as
e(S, y) = e(S, x) - d(S) and e(N - S, y) = e(S, x) + d(S); and whoever had more than e(S, x) at x has as much at y.  So more
coalitions have excesses above e(S, x) at y, after the same ones, and the sorted excesses of y are larger.  The signs of the
weights do not matter; in a cost game both excesses change their sign.  If x is an imputation, it is the nucleolus: it is best
even among all efficient allocations.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from math import lcm

from comity.games.coalitional.induced_subgraph import InducedSubgraphGame


def induced_subgraph_flaw(game: InducedSubgraphGame, x: Sequence[Fraction], bounded: bool) -> str:
    """What keeps x from being proved the prenucleolus (``bounded``: the nucleolus), in words; empty if nothing does."""
    unit = lcm(*{weight.denominator for weight in game.links.values()}, *{amount.denominator for amount in x})
    alone, shared = dict.fromkeys(game.players, 0), dict.fromkeys(game.players, 0)
    for (a, b), weight in game.links.items():
        whole = weight.numerator * (unit // weight.denominator)
        if a == b:
            alone[a] += whole
        else:
            shared[a] += whole
            shared[b] += whole
    for name, amount in zip(game.players, x, strict=True):
        if 2 * (amount.numerator * (unit // amount.denominator) - alone[name]) != shared[name]:
            return f"{name} does not get half of the own links, so that coalitions and the others do not complain alike"
        if bounded and game.sign * shared[name] < 0:
            return f"{name} does worse than alone"
    return ""
