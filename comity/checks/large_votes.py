"""Enclosing the voting power of many members, by sums of positive terms only.

The chance that a member decides, when everybody says yes with probability t, is counted from the votes of the others
alone: halves of the members are added to each other's complement until one kind of weight is left out.  The solver
divides one member out of a single count instead.  Here nothing is ever subtracted, so that every rounding is a factor of
1 + 2**-53 at most, and their number is known.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import ceil, fsum, hypot, isqrt, log2
from typing import Any

import numpy as np
from numpy.typing import NDArray

from comity import rational
from comity.certificate import Basis, Certificate, Verdict
from comity.checks.core import exact_amounts
from comity.checks.voting_power import whole_votes
from comity.games.coalitional.voting import VotingGame

Doubles = NDArray[np.float64]

UNIT = Fraction(1, 2**53)
# What a partial sum farther from its mean than `reach` is worth at most: 2 exp(-2 * 25) < 2**-71 (Hoeffding 1963, 2.17).
EXPONENT, LEFT_OUT = 25, Fraction(1, 2**71)
# For each member: its odds (at most 3), a product and a sum, its chance of no (at most 4), and their product, which is
# multiplied in from time to time; 16 more for the sums over nodes and sums of weights.
ROUNDINGS, MORE_ROUNDINGS = 10, 16
SMALL = 2.0**-64
# Amounts in doubles are right if they are within so many times n + 4 units in the last place of the largest.
ALLOWED = 32


@dataclass(frozen=True)
class EnclosedPower:
    """For every member a double, and by how much the power may differ from it."""

    nearest: tuple[float, ...]
    within: tuple[Fraction, ...]


def enclosed_shapley_shubik(game: VotingGame) -> EnclosedPower:
    """The Shapley-Shubik index: the chance to decide, integrated over t by Gauss and Legendre's nodes.

    Exactly, by half as many nodes as there are members; or up to what is left out anyway, by as many as that takes where the
    vote is in doubt.  The nodes and their weights are themselves enclosed, in ball arithmetic.
    """
    votes = _Votes.of(game)
    return _enclosed(votes, _nodes(votes))


def enclosed_banzhaf(game: VotingGame) -> EnclosedPower:
    """The Banzhaf index: swings as shares of their sum.

    Swings are counted as if members of weight w said yes with odds of rho**w, each sum s counting rho**(quota - s): the same
    shares for every rho, and no sum too unlikely for doubles if rho makes the quota the mean.
    """
    votes = _Votes.of(game)
    quota = min(votes.quota, votes.total - votes.quota + 1)
    rho = _tilt(votes, quota)
    odds = [rho**w for w in votes.kinds]
    no = [1 / (1 + r) for r in odds]
    swings = [chance * refusal for chance, refusal in zip(_Walk(votes, odds, no, quota, rho).result(), no, strict=True)]
    power = votes.by_member([[swing] for swing in swings])
    total = Fraction(fsum(power.nearest))
    # Rounding the sum and the quotient, and a sum that is wrong by as much as its terms.
    error = (sum(power.within) + 2 * UNIT * total) / total
    shares = tuple(float(Fraction(amount) / total) for amount in power.nearest)
    within = tuple(
        (radius / total + error * Fraction(share)) * Fraction(101, 100) + 2 * UNIT * Fraction(share)
        for radius, share in zip(power.within, shares, strict=True)
    )
    return EnclosedPower(shares, within)


def check_enclosed(
    game: VotingGame, x: Sequence[Any], name: str, check: str, enclose: Callable[[VotingGame], EnclosedPower]
) -> Certificate:
    """Every amount is within (n + 4) * 2**-48 of the largest one of the index, whatever the enclosure leaves open."""
    amounts = exact_amounts(game, x)
    power = enclose(game)
    largest = Fraction(max(power.nearest))
    allowed = ALLOWED * (game.n + 4) * UNIT * largest
    gaps = [abs(amount - Fraction(near)) for amount, near in zip(amounts, power.nearest, strict=True)]
    farthest = [gap + radius for gap, radius in zip(gaps, power.within, strict=True)]
    worst = max(range(game.n), key=farthest.__getitem__)
    if farthest[worst] <= allowed:
        verdict = Verdict.HOLDS
    elif any(gap - radius > allowed for gap, radius in zip(gaps, power.within, strict=True)):
        verdict = Verdict.FAILS
    else:
        verdict = Verdict.UNDECIDED
    witness: Mapping[str, Any] = {
        "allowed": f"{float(allowed):.2e}",
        "farthest": f"{float(farthest[worst]):.2e}",
        "residual": f"{float(abs(sum(amounts, Fraction(0)) - 1)):.2e}",
        "formula": "chances to decide from the votes of the others, every rounding counted",
        **({} if verdict is Verdict.HOLDS else {"player": game.players[worst], "amount": rational.text(_near(power, worst))}),
    }
    claim = f"the amounts are the {name}, each to within {float(allowed):.1e}"
    return Certificate(claim, verdict, allowed - farthest[worst], basis=Basis.ENCLOSED, witness=witness, check=check)


def _near(power: EnclosedPower, i: int) -> Fraction:
    return Fraction(power.nearest[i])


@dataclass(frozen=True)
class _Votes:
    """Kinds of weights above zero, how many members have each, which kind every member has, and the quota."""

    kinds: tuple[int, ...]
    copies: tuple[int, ...]
    kind_of: tuple[int | None, ...]
    quota: int

    @classmethod
    def of(cls, game: VotingGame) -> _Votes:
        weights, quota = whole_votes(game.weights, game.quota)
        kinds = sorted(set(weights) - {0}, reverse=True)
        place: dict[int, int | None] = {w: k for k, w in enumerate(kinds)}
        listed = tuple(place.get(w) for w in weights)
        return cls(tuple(kinds), tuple(listed.count(k) for k in range(len(kinds))), listed, quota)

    @property
    def total(self) -> int:
        return sum(w * m for w, m in zip(self.kinds, self.copies, strict=True))

    @property
    def reach(self) -> int:
        """sqrt(25 * sum of squares), rounded up: lambda with 2 lambda**2 / sum of squares >= 50."""
        return isqrt(EXPONENT * sum(w * w * m for w, m in zip(self.kinds, self.copies, strict=True))) + 1

    def by_member(self, terms: Sequence[Sequence[float]]) -> EnclosedPower:
        """The sum of the terms of each kind, for every member of the kind, and how much all roundings come to."""
        nearest = [fsum(listed) for listed in terms]
        # (1 + u)**k - 1 < 1.01 k u while k u < 0.01.
        relative = Fraction(101, 100) * (ROUNDINGS * sum(self.copies) + MORE_ROUNDINGS) * UNIT
        # Left out are sums far from their mean, every t where hardly anybody decides, and what nodes miss.
        radius = [relative * Fraction(amount) + 3 * LEFT_OUT for amount in nearest]
        return EnclosedPower(
            tuple(0.0 if kind is None else nearest[kind] for kind in self.kind_of),
            tuple(Fraction(0) if kind is None else radius[kind] for kind in self.kind_of),
        )


def _enclosed(votes: _Votes, nodes: Sequence[tuple[float, float, float]]) -> EnclosedPower:
    """The sum over (t, 1 - t, weight) of weight times the chances to decide."""
    terms: list[list[float]] = [[] for _ in votes.kinds]
    for yes, no, weight in nodes:
        # What is left out if the middle is farther from the quota than random votes stray.
        if abs(yes * votes.total - votes.quota) <= votes.reach + votes.kinds[0] + 1:
            for kind, chance in enumerate(_chances(votes, yes, no)):
                terms[kind].append(weight * chance)
    return votes.by_member(terms)


def _chances(votes: _Votes, yes: float, no: float) -> list[float]:
    """P(quota - w <= sum of the others < quota) for every kind of weight w."""
    # Odds above 1 could overflow: then the noes are counted, which decide in the dual vote.
    quota = votes.quota
    if yes > no:
        yes, no, quota = no, yes, votes.total - quota + 1
    kinds = len(votes.kinds)
    return _Walk(votes, [yes / no] * kinds, [no] * kinds, quota, 1.0).result()


def _tilt(votes: _Votes, quota: int) -> float:
    """A rho of at most 1 that makes the quota about the mean of the sum; any would do, exactly or not."""
    kinds, copies = np.array(votes.kinds, dtype=float), np.array(votes.copies, dtype=float)
    low, high = 0.0, 60.0 / kinds[0]
    for _ in range(50):
        middle = (low + high) / 2
        if float(copies @ (kinds / (1 + np.exp(middle * kinds)))) > quota:
            low = middle
        else:
            high = middle
    return float(np.exp(-low))


@dataclass
class _Count:
    """Chances of the sums ``low`` to ``high - 1``, each still to be multiplied by ``scale``."""

    chance: Doubles
    low: int
    high: int
    mean: float
    scale: float

    @classmethod
    def nobody(cls, quota: int) -> _Count:
        chance = np.zeros(max(quota, 1))
        chance[0] = 1.0
        return cls(chance, 0, 1, 0.0, 1.0)

    def copy(self) -> _Count:
        chance = np.zeros_like(self.chance)
        chance[self.low : self.high] = self.chance[self.low : self.high]
        return _Count(chance, self.low, self.high, self.mean, self.scale)


@dataclass
class _Walk:
    """Leaving out each kind in turn: the members outside a half are counted once for all kinds in it.

    ``odds`` of yes, at most 1, and the chance of ``no`` are given for each kind; a sum s counts rho**(quota - s).
    """

    votes: _Votes
    odds: Sequence[float]
    no: Sequence[float]
    quota: int
    rho: float

    def result(self) -> list[float]:
        """The chance that a member of each kind decides."""
        self.reach, self.chances = self.votes.reach, list[float]()
        self._leave_out(0, len(self.votes.kinds), _Count.nobody(self.quota))
        return self.chances

    def _leave_out(self, first: int, last: int, others: _Count) -> None:
        """Chances of the kinds ``first`` to ``last - 1``, with everybody else already in ``others``."""
        if last - first == 1:
            self._add(others, first, self.votes.copies[first] - 1)
            start = max(others.low, self.quota - self.votes.kinds[first], 0)
            below = others.chance[start : max(min(others.high, self.quota), start)]
            if self.rho != 1:
                below = below * self.rho ** np.arange(self.quota - start, self.quota - start - len(below), -1.0)
            self.chances.append(fsum(below.tolist()) * others.scale)
            return
        middle = (first + last) // 2
        for start, stop, added in ((first, middle, range(middle, last)), (middle, last, range(first, middle))):
            part = others.copy()
            for kind in added:
                self._add(part, kind, self.votes.copies[kind])
            self._leave_out(start, stop, part)

    def _add(self, count: _Count, kind: int, copies: int) -> None:
        w, odds, no = self.votes.kinds[kind], self.odds[kind], self.no[kind]
        chance = count.chance
        for _ in range(copies):
            count.mean += odds * no * w
            low, high = count.low, count.high
            # Sums only grow: what is beyond the quota, or farther from the mean than `reach`, stays out.
            new_low = max(low, int(count.mean) - self.reach - 1)
            new_high = min(self.quota, high + w, int(count.mean) + self.reach + 3)
            moved = chance[low : max(new_high - w, low)] * odds
            chance[low + w : low + w + len(moved)] += moved
            chance[low:new_low] = 0.0
            chance[new_high:high] = 0.0
            count.low, count.high = new_low, max(new_low, new_high)
            count.scale *= no
            if count.scale < SMALL:
                chance[count.low : count.high] *= count.scale
                count.scale = 1.0


def _nodes(votes: _Votes) -> list[tuple[float, float, float]]:
    """Nodes t, their 1 - t, and weights: of the fewer of two kinds.

    On [0, 1] half the members and one more are exact, for the chance to decide is a polynomial in t; one more than is needed, so
    that they are not those of the solver.  Elsewhere than on [least, most] it is less than what is left out, and there some
    dozens are enough.
    """
    n = sum(votes.copies)
    middle, half = Fraction(votes.quota, votes.total), Fraction(votes.reach + votes.kinds[0] + 1, votes.total)
    least, most = max(middle - half, Fraction(0)), min(middle + half, Fraction(1))
    everywhere, in_doubt = (n + 1) // 2 + 1, _enough(n, float(least), float(most))
    if in_doubt < everywhere * float(most - least):
        return _legendre_nodes(in_doubt, least, most)
    return _legendre_nodes(everywhere, Fraction(0), Fraction(1))


def _enough(n: int, least: float, most: float) -> int:
    """How many nodes integrate the chance to decide over [least, most] with an error of less than 2**-71.

    As a polynomial in a complex t it is at most (abs(t) + abs(1 - t))**(n - 1): convex in t, so largest at a corner of a box
    around the ellipse whose foci are least and most.  N nodes are wrong by at most 64/15 rho**(2 - 2 N) / (1 - rho**-2) times
    that, for an ellipse with the sum rho of its half axes in units of the half length (Trefethen 2013, theorem 19.3).
    """
    middle, half = (least + most) / 2, (most - least) / 2
    counts = []
    for step in range(1, 100):
        rho = 1 + step / 20
        wide, high = half * (rho + 1 / rho) / 2, half * (rho - 1 / rho) / 2
        largest = max(hypot(t, high) + hypot(1 - t, high) for t in (middle - wide, middle + wide))
        # Four bits more than is needed, for these doubles are rounded.
        bits = 75 + (n - 1) * log2(largest) + log2(64 / 15 * half / (1 - rho**-2))
        counts.append(2 + ceil(max(bits, 0) / (2 * log2(rho))))
    return min(counts)


def _legendre_nodes(count: int, least: Fraction, most: Fraction) -> list[tuple[float, float, float]]:
    """Nodes t on [least, most], their 1 - t, and weights, each rounded once: exact for polynomials of degree below 2 count."""
    import flint

    before, flint.ctx.prec = flint.ctx.prec, 128
    try:
        nodes = []
        low, high = (flint.arb(end.numerator) / end.denominator for end in (least, most))
        for k in range(count):
            x, weight = flint.arb.legendre_p_root(count, k, True)
            yes = (low + high + (high - low) * x) / 2
            nodes.append((float(yes), float(1 - yes), float(weight * (high - low) / 2)))
        return nodes
    finally:
        flint.ctx.prec = before
