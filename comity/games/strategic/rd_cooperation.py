"""Rivals that first do research and then sell: what they invest and earn alone, as a cartel and as a joint lab.

n alike rivals sell one good at the price P = a - b Q; research lowers unit costs, and spills over to the others.
Two models that must not be confused: in `OutputSpillover` the *results* of research spill over, in `InputSpillover` the
*money* spent on it does.  Only the margin D = a - unit cost enters, called ``margin`` here.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal, NamedTuple, Self

import numpy as np

from comity.declaration import declare
from comity.enclosure import BITS, Between, sqrt_between

Regime = Literal["competition", "rd_cartel", "joint_venture_competition", "joint_venture_cartel", "full_cartel"]

# What is decided together: nothing, research, nothing but results are shared, research and results are shared, all.
REGIMES: tuple[Regime, ...] = ("competition", "rd_cartel", "joint_venture_competition", "joint_venture_cartel", "full_cartel")
JOINT_VENTURES = ("joint_venture_competition", "joint_venture_cartel")
RESEARCH_TOGETHER = ("rd_cartel", "joint_venture_cartel", "full_cartel")
SOCIETY = "society"  # the benchmark: research and output that are best for consumers and rivals together
ZERO, ONE = Fraction(0), Fraction(1)
COARSE = 24  # bits found by bisection before Newton's method takes over


class Breach(NamedTuple):
    """The best a member can do for itself while the others keep to the plan."""

    research: Between
    profit: Between


class Point(NamedTuple):
    """What one of n alike rivals does and gets."""

    research: Fraction
    reduction: Fraction  # of its unit cost
    quantity: Fraction
    profit: Fraction


@declare(
    "game",
    "Rivals whose research results spill over, then compete in quantities",
    area="collaborative_research",
    reference="d'Aspremont & Jacquemin (1988)",
)
@dataclass(frozen=True)
class OutputSpillover:
    """n rivals; research x_i costs rd_cost x_i^2 / 2 and lowers unit costs by x_i + spillover * sum of the others' x_j.

    With u = n - (n-1) s0, s = 1 + (n-1) s0, K = b rd_cost (n+1)^2 and s0 the spillover (1 in a joint venture), each does::

        2 D u / (K - 2 u s)        when everyone decides alone
        2 D s / (K - 2 s^2)        when research is decided together
        D s / (2 b rd_cost n - s^2)   when output is decided together too
        D s / (b rd_cost n - s^2)     when it is best for society

    A joint plan treats all members alike.

    Examples
    --------
    >>> duopoly = OutputSpillover(n=2, margin=Fraction(10), slope=Fraction(1), rd_cost=Fraction(4), spillover=Fraction(1, 5))
    >>> [round(float(duopoly.at(regime).research), 6) for regime in ("competition", "rd_cartel", "full_cartel", "society")]
    [1.136364, 0.724638, 0.824176, 1.829268]
    """

    n: int
    margin: Fraction
    slope: Fraction
    rd_cost: Fraction
    spillover: Fraction

    def shared(self, regime: str) -> Fraction:
        """The part of each other's results that everyone gets."""
        return ONE if regime in JOINT_VENTURES else self.spillover

    def effects(self, regime: str) -> tuple[Fraction, Fraction, Fraction]:
        """What a unit of research adds to b (n+1) q_i: one's own, another's, and everybody's together."""
        spill = self.shared(regime)
        own, other = self.n - (self.n - 1) * spill, 2 * spill - 1
        return own, other, own + (self.n - 1) * other

    @property
    def _k(self) -> Fraction:
        return self.slope * self.rd_cost * (self.n + 1) ** 2

    def _denominator(self, regime: str) -> Fraction:
        own, _, together = self.effects(regime)
        if regime == "full_cartel":
            return 2 * self.slope * self.rd_cost * self.n - together**2
        if regime == SOCIETY:
            return self.slope * self.rd_cost * self.n - together**2
        return self._k - 2 * together * (together if regime in RESEARCH_TOGETHER else own)

    def has(self, regime: str) -> bool:
        """Whether the regime has a finite best plan."""
        own = self.effects(regime)[0]
        alone = regime in RESEARCH_TOGETHER or regime == SOCIETY or self._k > 2 * own**2
        return alone and self._denominator(regime) > 0

    def at(self, regime: str) -> Point:
        """What each does and earns in a regime that `has` a plan."""
        own, _, together = self.effects(regime)
        effect = together if regime in RESEARCH_TOGETHER or regime == SOCIETY else own
        factor = 1 if regime in ("full_cartel", SOCIETY) else 2
        x = factor * self.margin * effect / self._denominator(regime)
        sellers = {"full_cartel": 2 * self.n, SOCIETY: self.n}.get(regime, self.n + 1)
        room = self.margin + together * x  # choke price less unit cost
        q = room / (self.slope * sellers)
        return Point(x, together * x, q, q * (room - self.slope * self.n * q) - self.rd_cost * x**2 / 2)

    def best_breach(self, regime: str, bits: int = BITS) -> Breach:
        """The best research of one member while the others keep to the plan; always exact.

        In a full cartel it chooses its output afresh too, and is seen only at the end of the period; otherwise all
        choose their output knowing what was researched.
        """
        room, own, scale = self._breach_terms(regime)
        # Maximises (room + own x)^2 / scale - rd_cost x^2 / 2, concave and rising at 0 (see `objections`).
        x = 2 * own * room / (self.rd_cost * scale - 2 * own**2)
        profit = (room + own * x) ** 2 / scale - self.rd_cost * x**2 / 2
        return Breach(Between(x, x), Between(profit, profit))

    def _breach_terms(self, regime: str) -> tuple[Fraction, Fraction, Fraction]:
        """room, own and scale of one member's profit (room + own x)^2 / scale - rd_cost x^2 / 2."""
        plan, others = self.at(regime), self.n - 1
        if regime == "full_cartel":
            room = self.margin + others * (self.spillover * plan.research - self.slope * plan.quantity)
            return room, ONE, 4 * self.slope
        own, other, _ = self.effects(regime)
        return self.margin + other * others * plan.research, own, self.slope * (self.n + 1) ** 2

    def if_others_stay(self, regime: str) -> tuple[Point, Point] | None:
        """An outsider and each of the n - 1 others that keep the regime among themselves; None: not all would sell.

        The outsider decides alone, and results pass between it and the others at the stated spillover.
        """
        if self.n == 1:
            return None
        m, beta, inside = self.n - 1, self.spillover, self.shared(regime)
        # Unit costs fall by (x_out + m beta x_in) outside and (beta x_out + share x_in) inside.
        share = 1 + (m - 1) * inside
        sellers, weight = (2, ONE) if regime == "full_cartel" else (self.n, Fraction(m))
        # (sellers + 1) b q_k = D + (sellers + 1) r_k - sum of all sellers' r
        out_row = (sellers - weight * beta, sellers * m * beta - weight * share)
        in_row = ((sellers + 1 - weight) * beta - 1, (sellers + 1 - weight) * share - m * beta)
        scale = self.slope * (sellers + 1)
        if regime == "full_cartel":
            lift = in_row[1] / m  # one firm's output, research paid m times
        elif regime in RESEARCH_TOGETHER:
            lift = in_row[1]
        else:
            lift = sellers - (m - 1) * inside - beta
        # Best replies: rd_cost x = 2 b q dq/dx, so x_k = pull_k * (D + row_k . x)
        pulls = [2 * effect / (self.rd_cost * scale * (sellers + 1)) for effect in (out_row[0], lift)]
        found = _solve_two(
            (1 - pulls[0] * out_row[0], -pulls[0] * out_row[1], pulls[0] * self.margin),
            (-pulls[1] * in_row[0], 1 - pulls[1] * in_row[1], pulls[1] * self.margin),
        )
        decided = in_row[1] if regime in RESEARCH_TOGETHER else lift
        concave = all(pull * effect < 1 for pull, effect in zip(pulls, (out_row[0], decided), strict=True))
        if found is None or not concave:
            return None
        x_out, x_in = found
        points = []
        for row, x, reduction, members in (
            (out_row, x_out, x_out + m * beta * x_in, 1),
            (in_row, x_in, beta * x_out + share * x_in, m if regime == "full_cartel" else 1),
        ):
            q = (self.margin + row[0] * x_out + row[1] * x_in) / scale
            points.append(Point(x, reduction, q / members, self.slope * q**2 / members - self.rd_cost * x**2 / 2))
        return (points[0], points[1]) if min(*found, *(point.quantity for point in points)) >= 0 else None

    def reply_slope(self) -> Fraction:
        """How much a member deciding alone raises its research when every other raises theirs by one unit each."""
        own, other, _ = self.effects("competition")
        return 2 * own * other * (self.n - 1) / (self._k - 2 * own**2)

    def even_is_best(self, regime: str) -> bool:
        """Whether members that plan together cannot earn more by moving a little research from one lab to another."""
        if regime not in ("rd_cartel", "joint_venture_cartel") or self.n == 1:
            return True
        return self.slope * self.rd_cost >= 2 * (1 - self.shared(regime)) ** 2

    def objections(self, regime: str) -> Iterator[str]:
        """Why a regime has no plan, or no best breach, in which everybody sells."""
        if not self.has(regime):
            yield f"research pays for itself without limit under {regime}"
            return
        room, own, scale = self._breach_terms(regime)
        if self.rd_cost * scale <= 2 * own**2:
            yield f"under {regime} one member's research pays for itself without limit"
        elif room < 0:
            yield f"the plan under {regime} leaves no room for a member that breaks it"
        elif regime != "full_cartel" and self.n > 1:
            # Up to the point where the others stop selling its profit is the parabola; beyond, it rises more slowly.
            _, other, together = self.effects(regime)
            x = self.best_breach(regime).research.low
            if self.margin + other * x + (together - other) * self.at(regime).research < 0:
                yield f"under {regime} one member alone could drive the others from the market"

    @classmethod
    def random(cls, n: int, rng: np.random.Generator) -> Self:
        """Research costly enough for every regime to have a plan."""
        return cls(n, *_random_market(rng, n + 1))


@declare(
    "game",
    "Two rivals whose research spending spills over, then compete in quantities",
    area="collaborative_research",
    reference="Kamien, Muller & Zang (1992)",
)
@dataclass(frozen=True)
class InputSpillover:
    """Two rivals (or one that is left); spending x_i lowers i's unit cost by sqrt(2 (x_i + spillover x_j) / rd_cost).

    Unit costs fall by f = D k / (1 - k), where k * slope * rd_cost is 2 (2 - s0) / 9 when everyone decides alone, 2 (1 + s0) / 9
    when research is decided together, (1 + s0) / 4 when output is too and (1 + s0) / 2 when it is best for society; s0 is the
    spillover, 1 in a joint venture.
    Profits are rational; a best breach involves square roots and is enclosed.

    Examples
    --------
    >>> duopoly = InputSpillover(n=2, margin=Fraction(10), slope=Fraction(1), rd_cost=Fraction(3), spillover=Fraction(1, 5))
    >>> [round(float(duopoly.at(regime).reduction), 6) for regime in REGIMES[:4]]
    [1.538462, 0.97561, 0.8, 1.73913]
    """

    n: int
    margin: Fraction
    slope: Fraction
    rd_cost: Fraction
    spillover: Fraction

    def shared(self, regime: str) -> Fraction:
        """The part of each other's spending that works for everyone."""
        return ONE if regime in JOINT_VENTURES else self.spillover

    def _k(self, regime: str) -> Fraction:
        spill, scale = self.shared(regime), self.slope * self.rd_cost
        if self.n == 1:
            return 1 / scale if regime == SOCIETY else 1 / (2 * scale)
        if regime == "full_cartel":
            return (1 + spill) / (4 * scale)
        if regime == SOCIETY:
            return (1 + spill) / (2 * scale)
        return 2 * (1 + spill if regime in RESEARCH_TOGETHER else 2 - spill) / (9 * scale)

    def has(self, regime: str) -> bool:
        """Whether the regime has a finite best plan."""
        return self._k(regime) < 1

    def at(self, regime: str) -> Point:
        """What each does and earns in a regime that `has` a plan."""
        k = self._k(regime)
        f = self.margin * k / (1 - k)
        x = self.rd_cost * f**2 / 2 / (1 + (self.n - 1) * self.shared(regime))
        sellers = {"full_cartel": 2 * self.n, SOCIETY: self.n}.get(regime, self.n + 1)
        room = self.margin + f
        q = room / (self.slope * sellers)
        return Point(x, f, q, q * (room - self.slope * self.n * q) - x)

    def best_breach(self, regime: str, bits: int = BITS) -> Breach:
        """The best spending of one member while the other keeps to the plan, enclosed to about ``2**-bits``.

        In a full cartel it chooses its output afresh too, and is seen only at the end of the period.
        """
        plan = self.at(regime)
        if self.n == 1 or regime in ("competition", "joint_venture_competition"):
            return Breach(Between(plan.research, plan.research), Between(plan.profit, plan.profit))
        spill = self.shared(regime)
        if regime == "full_cartel":
            room = self.margin - self.slope * plan.quantity
            return self._quadratic(spill * plan.research, room, ONE, 4 * self.slope, bits)
        if spill == 1:
            return self._quadratic(plan.research, self.margin, ONE, 9 * self.slope, bits)
        if spill == 0:
            return self._quadratic(ZERO, self.margin - plan.reduction, Fraction(2), 9 * self.slope, bits)
        return self._interior(plan, bits)

    def _quadratic(self, free: Fraction, room: Fraction, own: Fraction, scale: Fraction, bits: int) -> Breach:
        """Maximise (room + own r)^2 / scale - x over r = sqrt(2 (x + free) / rd_cost), where ``free`` is the other's spending."""
        r = 2 * own * room / (self.rd_cost * scale - 2 * own**2)
        x = self.rd_cost * r**2 / 2 - free
        if x >= 0:
            profit = (room + own * r) ** 2 / scale - x
            return Breach(Between(x, x), Between(profit, profit))
        # Even the first unit spent is not worth it: it lives on what the other spends.
        low, high = sqrt_between(2 * free / self.rd_cost, bits)
        return Breach(Between(ZERO, ZERO), Between((room + own * low) ** 2 / scale, (room + own * high) ** 2 / scale))

    def _interior(self, plan: Point, bits: int) -> Breach:
        """Where the slope of the profit, which falls all the way (see `objections`), changes its sign."""
        slope_at_plan = (
            2 * (self.margin + plan.reduction) * (2 - self.spillover) / (9 * self.slope * self.rd_cost * plan.reduction) - 1
        )
        if slope_at_plan == 0:
            return Breach(Between(plan.research, plan.research), Between(plan.profit, plan.profit))
        at_zero, slope_at_zero = self.breach_at(plan.research, ZERO, bits)
        if slope_at_zero.high <= 0:
            return Breach(Between(ZERO, ZERO), at_zero)
        low, high = (ZERO, plan.research) if slope_at_plan < 0 else (plan.research, 2 * plan.research)
        while self.breach_at(plan.research, high, bits)[1].high > 0:
            low, high = high, 2 * high
        low, high = self._near_root(plan, low, high, bits)
        profit, slope = self.breach_at(plan.research, low, bits)
        # Concave: nowhere above its tangent at the lower end.
        return Breach(Between(low, high), Between(profit.low, profit.high + max(ZERO, slope.high) * (high - low)))

    def _near_root(self, plan: Point, low: Fraction, high: Fraction, bits: int) -> tuple[Fraction, Fraction]:
        """Two close spendings with slopes of different sign: Newton's method in rationals, else bisection.

        The profit is flat at its top: half the bits of the best spending give all bits of the best profit.
        """
        other, half = plan.research, bits // 2 + 8

        def slope(x: Fraction, bits: int = bits) -> Between:
            return self.breach_at(other, x, bits)[1]

        def bisect(steps: int, bits: int) -> None:
            nonlocal low, high
            for _ in range(steps):
                middle = (low + high) / 2
                at_middle = slope(middle, bits)
                if at_middle.low > 0:
                    low = middle
                elif at_middle.high < 0:
                    high = middle
                else:
                    return

        bisect(COARSE, 3 * COARSE)
        fall = (slope(low).middle - slope(high).middle) / (high - low)
        x = (low + high) / 2
        # The secant's slope is right to about COARSE bits, so each step adds as many.
        for _ in range(half // COARSE + 1):
            x = _rounded(x + slope(x).middle / fall, 2 * half)
        below, above = x * (1 - Fraction(1, 1 << half)), x * (1 + Fraction(1, 1 << half))
        if low <= below and above <= high and slope(below).low > 0 > slope(above).high:
            return below, above
        bisect(half, bits)
        return low, high

    def breach_at(self, other: Fraction, x: Fraction, bits: int = BITS) -> tuple[Between, Between]:
        """The profit from spending x while the other spends ``other``, and its slope in x; results not shared."""
        mine = sqrt_between(2 * (x + self.spillover * other) / self.rd_cost, bits)
        theirs = sqrt_between(2 * (other + self.spillover * x) / self.rd_cost, bits)
        room = Between(self.margin + 2 * mine.low - theirs.high, self.margin + 2 * mine.high - theirs.low)
        scale = 9 * self.slope
        profit = Between(room.low**2 / scale - x, room.high**2 / scale - x)
        # Every factor is positive: spillover <= 1 makes 2 / mine - spillover / theirs so.
        steep = Between(2 / mine.high - self.spillover / theirs.low, 2 / mine.low - self.spillover / theirs.high)
        return profit, Between(*(2 * a * c / (scale * self.rd_cost) - 1 for a, c in zip(room, steep, strict=True)))

    def if_others_stay(self, regime: str) -> tuple[Point, Point] | None:
        """One that leaves faces one other: both decide alone."""
        return None if self.n == 1 else (self.at("competition"), self.at("competition"))

    def even_is_best(self, regime: str) -> bool:
        """Whether members that plan together cannot earn more by moving a little spending from one lab to another."""
        if regime != "rd_cartel" or self.n == 1 or self.spillover == 1:
            return True
        return self.slope * self.rd_cost >= 2 * (1 + self.spillover)

    def objections(self, regime: str) -> Iterator[str]:
        """Why a regime has no plan, or no best breach that is known to be best, in which everybody sells.

        A member's profit is concave in its spending if 2 c (1 - spillover^2) <= rd_cost D^2, where c is what the other spends.
        """
        if not self.has(regime):
            yield f"research pays for itself without limit under {regime}"
            return
        if self.n == 1:
            return
        plan, scale = self.at(regime), self.slope * self.rd_cost
        if regime == "full_cartel":
            if 2 * scale <= 1:
                yield f"under {regime} one member's research pays for itself without limit"
            elif plan.reduction > 3 * self.margin:
                yield f"the plan under {regime} leaves no room for a member that breaks it"
            return
        spill = self.shared(regime)
        # As spending grows the slope tends to 2 (2 - sqrt(spill))^2 / (9 scale) - 1, which must be negative.
        excess = 4 + spill - Fraction(9, 2) * scale
        if excess >= 0 and excess**2 >= 16 * spill:
            yield f"under {regime} one member's research pays for itself without limit"
        elif 2 * plan.research * (1 - spill**2) > self.rd_cost * self.margin**2:
            yield f"under {regime} research lowers unit costs so far that a member's best reply is not known"
        elif spill < 1 and regime == "rd_cartel":
            x = self.best_breach(regime, 2 * COARSE).research.high
            mine = sqrt_between(2 * (x + spill * plan.research) / self.rd_cost, BITS)
            theirs = sqrt_between(2 * (plan.research + spill * x) / self.rd_cost, BITS)
            if self.margin + 2 * theirs.low - mine.high < 0:
                yield f"under {regime} one member alone could drive the other from the market"

    @classmethod
    def random(cls, n: int, rng: np.random.Generator) -> Self:
        """Research costly enough for every regime to have a plan."""
        return cls(min(n, 2), *_random_market(rng, 2))


def _rounded(number: Fraction, bits: int) -> Fraction:
    """The number to so many bits, so that its fraction stays short."""
    shift = bits + number.denominator.bit_length() - number.numerator.bit_length()
    return Fraction(round(number * 2**shift), 2**shift) if shift > 0 else number


def _solve_two(
    first: tuple[Fraction, Fraction, Fraction], second: tuple[Fraction, Fraction, Fraction]
) -> tuple[Fraction, Fraction] | None:
    """x, y of a x + b y = c twice; None where they are not determined."""
    (a, b, c), (d, e, f) = first, second
    determinant = a * e - b * d
    return None if determinant == 0 else ((c * e - b * f) / determinant, (a * f - c * d) / determinant)


def _random_market(rng: np.random.Generator, dear: int) -> tuple[Fraction, Fraction, Fraction, Fraction]:
    """Margin, slope, rd_cost and spillover with slope * rd_cost above ``dear``."""
    slope = Fraction(int(rng.integers(1, 40)), 10)
    rd_cost = dear / slope + Fraction(int(rng.integers(1, 200)), 10)
    return Fraction(int(rng.integers(1, 1000)), 10), slope, rd_cost, Fraction(int(rng.integers(0, 101)), 100)
