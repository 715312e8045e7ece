"""What a finding may be worth to the one who makes it: evenly spread, normal, or one of a list."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property
from typing import Any, Self

import numpy as np

from comity import rational
from comity.enclosure import BITS, Between, between, root_between, sqrt_between
from comity.errors import InvalidGame
from comity.normal_distribution import below_between, density_between, mills_ratio_between

ZERO, ONE = Fraction(0), Fraction(1)
TINY = Fraction(1, 1 << 200)
LONGEST = 1 << 1000
# Findings that are kept silent: all below the price of silence plus the net cost, and this share of those just there.
Silence = tuple[Between | None, Between, Fraction]


class Worth(ABC):
    """The distribution of a finding's worth.

    Its questions are about the worst part of the findings: `worst(u)` is the worth at which a share u is worse, and
    `total_of_worst(u)` what that share adds up to on average.
    """

    least: Fraction | None
    most: Fraction | None
    mean: Fraction
    scale: Fraction  # an amount that says how far worths spread; changes with the unit of money

    @abstractmethod
    def worst(self, share: Fraction) -> Between:
        """The worth of the best finding among the worst share of them; ``share`` is below 1."""

    @abstractmethod
    def below(self, worth: Between) -> Between:
        """The chance that a finding is worth less."""

    @abstractmethod
    def silence(self, informed: Fraction, net: Fraction) -> Silence:
        """The price of silence, the share of findings that are kept silent, and that share at the threshold itself.

        ``net`` is what disclosing costs less what silence is expected to cost.  The price is None where it is below every
        number.
        """

    @abstractmethod
    def temptation(self, informed: Fraction, share: Fraction) -> Between:
        """The price of silence less the worth of the worst disclosed finding: the least over the shares up to the one given."""

    @abstractmethod
    def numbers(self) -> dict[str, Any]:
        """What a reader needs to repeat a check, as plain data."""

    def price(self, informed: Fraction, share: Fraction, total: Between) -> Between:
        """What silence is taken to be worth if the worst share is kept silent, which adds up to ``total``.

        Where silence never happens it is taken for the worst.
        """
        heard = 1 - informed + informed * share
        if heard == 0:
            assert self.least is not None
            return between(self.least)
        return ((1 - informed) * self.mean + informed * total) / heard


@dataclass(frozen=True)
class UniformWorth(Worth):
    """Every worth between ``low`` and ``high`` is as likely."""

    low: Fraction
    high: Fraction
    least: Fraction = field(init=False, repr=False)
    most: Fraction = field(init=False, repr=False)
    mean: Fraction = field(init=False, repr=False)
    scale: Fraction = field(init=False, repr=False)

    def __post_init__(self) -> None:
        _read(self, "low", "high")
        if self.low >= self.high:
            raise InvalidGame(
                f"worths between {rational.short(self.low)} and {rational.short(self.high)} do not spread; give low below high"
            )
        _put(self, least=self.low, most=self.high, mean=(self.low + self.high) / 2, scale=self.high - self.low)

    def worst(self, share: Fraction) -> Between:
        return between(self.low + share * self.scale)

    def below(self, worth: Between) -> Between:
        return Between(*(min(max((t - self.low) / self.scale, ZERO), ONE) for t in worth))

    def silence(self, informed: Fraction, net: Fraction) -> Silence:
        """The root in [0, 1] of ``p u^2 / 2 + (1-p) u - (1-p) / 2 = k ((1-p) + p u)``, with k in units of the spread."""
        k, out = net / self.scale, 1 - informed
        if k >= Fraction(1, 2):
            return between(self.mean), between(ONE), ZERO
        if out == 0:
            return between(self.low + max(ZERO, k) * self.scale), between(max(ZERO, 2 * k)), ZERO
        if k <= Fraction(-1, 2):
            return between(self.mean), between(ZERO), ZERO
        linear, constant = out - k * informed, -out * (Fraction(1, 2) + k)
        root = sqrt_between(linear**2 - 2 * informed * constant, 2 * BITS)
        # Of the two forms of the root the one in which nothing cancels.
        kept = -2 * constant / (linear + root) if linear >= 0 else (root - linear) / informed
        return self.low + self.scale * (kept - k), kept, ZERO

    def temptation(self, informed: Fraction, share: Fraction) -> Between:
        """It falls in the share, since the chance of silence is log-concave in the worth."""
        total = between(share * (self.low + share * self.scale / 2))
        return self.price(informed, share, total) - self.worst(share)

    def numbers(self) -> dict[str, Any]:
        return {"kind": "uniform", "low": rational.text(self.low), "high": rational.text(self.high)}


@dataclass(frozen=True)
class NormalWorth(Worth):
    """Normally distributed worths; there is no least one."""

    mean: Fraction
    deviation: Fraction
    least: None = field(init=False, default=None, repr=False)
    most: None = field(init=False, default=None, repr=False)
    scale: Fraction = field(init=False, repr=False)

    def __post_init__(self) -> None:
        _read(self, "mean", "deviation")
        if self.deviation <= 0:
            raise InvalidGame(f"the standard deviation is {rational.short(self.deviation)}; give one above 0")
        _put(self, scale=self.deviation)

    def worst(self, share: Fraction) -> Between:
        return self.mean + self.deviation * standard_quantile(share)

    def below(self, worth: Between) -> Between:
        low, high = ((t - self.mean) / self.deviation for t in worth)
        return below_between(low) if worth.exact else Between(below_between(low).low, below_between(high).high)

    def silence(self, informed: Fraction, net: Fraction) -> Silence:
        """The z at which ``(1-p) (z-k) + p ((z-k) Phi(z) + phi(z)) = 0``, with k in units of the deviation."""
        k = net / self.deviation
        if informed == 1 and k <= 0:
            return None, between(ZERO), ZERO
        if informed == 0:
            return between(self.mean), self.below(between(self.mean + net)), ZERO
        z = _standard_threshold(informed, k)
        return self.mean + self.deviation * (z - k), self.below(self.mean + self.deviation * z), ZERO

    def temptation(self, informed: Fraction, share: Fraction) -> Between:
        """It falls in the share, since the chance of silence is log-concave in the worth."""
        z = standard_quantile(share)
        density = Between(*sorted((density_between(z.low).low, density_between(z.high).high)))
        if z.low < 0 < z.high:
            density = Between(density.low, density_between(ZERO).high)
        total = share * self.mean - self.deviation * density
        return self.price(informed, share, total) - self.worst(share)

    def numbers(self) -> dict[str, Any]:
        return {"kind": "normal", "mean": rational.text(self.mean), "deviation": rational.text(self.deviation)}


@dataclass(frozen=True)
class ListedWorth(Worth):
    """Finitely many worths with their chances."""

    values: tuple[Fraction, ...]
    chances: tuple[Fraction, ...]
    least: Fraction = field(init=False, repr=False)
    most: Fraction = field(init=False, repr=False)
    mean: Fraction = field(init=False, repr=False)
    scale: Fraction = field(init=False, repr=False)

    def __post_init__(self) -> None:
        values = [rational.exact(x, "a worth") for x in self.values]
        chances = [rational.exact(f, "a chance") for f in self.chances]
        if len(values) != len(chances) or not values:
            raise InvalidGame(f"{len(values)} worths have {len(chances)} chances; give one each, of at least one worth")
        if any(f < 0 for f in chances) or sum(chances) != 1:
            raise InvalidGame(
                f"the chances {', '.join(map(rational.short, chances))} are no distribution; give numbers from 0 on that add up "
                'to 1 (fractions such as "1/3" are exact)'
            )
        merged: dict[Fraction, Fraction] = {}
        for x, f in zip(values, chances, strict=True):
            merged[x] = merged.get(x, ZERO) + f
        kept = sorted((x, f) for x, f in merged.items() if f)
        worths = tuple(x for x, _ in kept)
        _put(self, values=worths, chances=tuple(f for _, f in kept), least=worths[0], most=worths[-1])
        _put(self, mean=sum((x * f for x, f in kept), ZERO), scale=(worths[-1] - worths[0]) or ONE)

    @cached_property
    def steps(self) -> tuple[tuple[Fraction, Fraction, Fraction], ...]:
        """For each worth, the share that is worse, what that share adds up to, and the worth itself."""
        found, share, total = [], ZERO, ZERO
        for x, f in zip(self.values, self.chances, strict=True):
            found.append((share, total, x))
            share, total = share + f, total + f * x
        return tuple(found)

    def worst(self, share: Fraction) -> Between:
        return between(next(x for begin, _, x in reversed(self.steps) if begin <= share))

    def below(self, worth: Between) -> Between:
        return Between(*(sum((f for x, f in zip(self.values, self.chances, strict=True) if x < t), ZERO) for t in worth))

    def silence(self, informed: Fraction, net: Fraction) -> Silence:
        """Worth by worth from the worst on, until disclosing is no worse than silence; the last worth may do both.

        With a penalty that exceeds the cost it may pay to keep a worth silent if nobody does, and not if all do: then just so
        many do that it makes no difference.
        """
        for (share, total, x), f in zip(self.steps, self.chances, strict=True):
            if x - net >= (price := self.price(informed, share, between(total)).low):
                return between(price), between(share), ZERO
            after = self.price(informed, share + f, between(total + f * x)).low
            if x - net > after:
                # (1-p) mean + p (total + part x) = (x - net) ((1-p) + p (share + part))
                out = 1 - informed
                part = (out * (self.mean - x + net) + informed * (total - share * (x - net))) / (-net * informed)
                return between(x - net), between(share + part), part / f
        return between(self.mean), between(ONE), ZERO

    def temptation(self, informed: Fraction, share: Fraction) -> Between:
        """Within one worth the price moves one way, so that the least is where a worth begins or at the share given."""
        reached = [step for step in self.steps if step[0] <= share]
        begin, total, x = reached[-1]
        places = [*reached, (share, total + (share - begin) * x, x)]
        return between(min(self.price(informed, u, between(t)).low - y for u, t, y in places))

    def numbers(self) -> dict[str, Any]:
        return {
            "kind": "listed",
            "values": [rational.text(x) for x in self.values],
            "chances": [rational.text(f) for f in self.chances],
        }

    @classmethod
    def random(cls, rng: np.random.Generator) -> Self:
        """Up to five whole worths."""
        count = int(rng.integers(1, 6))
        weights = rng.integers(1, 6, count)
        values = rng.integers(-5, 10, count)
        return cls(tuple(Fraction(int(x)) for x in values), tuple(Fraction(int(w), int(weights.sum())) for w in weights))


def standard_quantile(share: Fraction) -> Between:
    """The number below which a standard normal one is with this chance, 0 < share < 1.

    >>> round(float(standard_quantile(Fraction(975, 1000)).middle), 6)
    1.959964
    """
    if share == Fraction(1, 2):
        return between(ZERO)
    if share > Fraction(1, 2):
        return -standard_quantile(1 - share)
    if share <= 0:
        raise InvalidGame("no number has a share of 0 of normally distributed ones below it; give a share above 0")

    def falling(x: Fraction) -> Between:
        return below_between(-x) - share

    low, high = Fraction(1, 2), ONE
    while falling(low).sign != 1:
        low /= 2
    while falling(high).sign != -1:
        high *= 2
    return -root_between(falling, low, high)


def _standard_threshold(informed: Fraction, k: Fraction) -> Between:
    """The only z with ``(1-p) (z-k) + p ((z-k) Phi(z) + phi(z)) = 0``, divided by phi far below 0, where all of it is tiny."""
    out = 1 - informed

    def rising(z: Fraction) -> Between:
        if out == 0 and z < 0:
            return (z - k) * mills_ratio_between(-z) + 1
        return (z - k) * (out + informed * below_between(z)) + informed * density_between(z)

    # Silence is never taken to be worth more than the mean, so that z is at most k.
    high = k + TINY
    if rising(k).sign != 1:
        if rising(k - TINY).sign == -1:
            return Between(k - TINY, high)
        raise InvalidGame("the threshold cannot be told from the least worth; give a smaller penalty or a larger cost")
    width = ONE
    while rising(high - width).sign != -1:
        width *= 2
        if width > LONGEST:
            raise InvalidGame("the threshold is too far below the mean to be told; give a larger cost or less informed members")
    return high - root_between(lambda distance: rising(high - distance), TINY, width)


def _read(worth: Worth, *names: str) -> None:
    _put(worth, **{name: rational.exact(getattr(worth, name), name) for name in names})


def _put(worth: Worth, **attributes: Any) -> None:
    for name, value in attributes.items():
        object.__setattr__(worth, name, value)
