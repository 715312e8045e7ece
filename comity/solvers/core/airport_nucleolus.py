"""The nucleolus of an airport game, from the shortest runway to the longest."""

from __future__ import annotations

from fractions import Fraction

from comity.games.coalitional.airport import AirportGame

# With so many players or fewer, the chain of levels is as quick, and needs no theorem but duality.
FEW_PLAYERS = 14


def airport_nucleolus(game: AirportGame) -> list[Fraction]:
    """What each player pays, for any number of players.

    In the order of costs c_1 <= ... <= c_n, those up to i pay what has been found.  The next up to l all pay
    r' = min over l of (c_l - c_i + r) / (l - i + 1), l < n, with r the last payment (and c_i = r = 0, l + 1 below, at first); the
    last pays the rest.  The least quotient is a tangent to the lower hull of the points (l, c_l), so that about n steps do.

    References
    ----------
    Littlechild, S. C. (1974). A simple expression for the nucleolus in a special case.
    """
    n = game.n
    order = sorted(range(n), key=game.costs.__getitem__)
    costs = [Fraction(0), *(game.costs[i] for i in order)]
    following = _lower_hull(costs)
    x = [Fraction(0)] * n
    at, r = 0, Fraction(0)
    while at < n - 1:
        # (at - 1, c_at - r) sees the points to its right; the first time that is (-1, 0).
        base, height = at - 1, costs[at] - r
        touch = at + 1
        slope = (costs[touch] - height) / (touch - base)
        while (farther := following[touch]) is not None:
            next_slope = (costs[farther] - height) / (farther - base)
            if next_slope > slope:
                break
            touch, slope = farther, next_slope
        for place in range(at, touch):
            x[order[place]] = slope
        at, r = touch, slope
    # Those before pay c_(n-1) - r together, as after every step.
    x[order[-1]] = costs[n] - costs[n - 1] + r
    return x


def _lower_hull(costs: list[Fraction]) -> list[int | None]:
    """For each place l < n the next one on the lower hull of (l, c_l), (l + 1, c_(l + 1)), ..., (n - 1, c_(n - 1))."""
    last = len(costs) - 2
    following: list[int | None] = [None] * (last + 1)
    for place in range(last - 1, 0, -1):
        after = place + 1
        while (then := following[after]) is not None:
            # Above the line from here to the point after it: not on the hull seen from here.
            if (costs[after] - costs[place]) * (then - place) < (costs[then] - costs[place]) * (after - place):
                break
            after = then
        following[place] = after
    return following
