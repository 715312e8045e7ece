"""Findings that may be kept silent but not misstated: which of them come to light, and what silence is taken to mean."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property, lru_cache
from typing import Any, Self

import numpy as np

from comity import rational
from comity.declaration import declare
from comity.enclosure import Between, between
from comity.errors import InvalidGame
from comity.games.bayesian.worths import ListedWorth, NormalWorth, UniformWorth, Worth

ZERO, ONE = Fraction(0), Fraction(1)


@dataclass(frozen=True)
class Silence:
    """How a game of voluntary disclosure ends.

    Findings worth ``threshold`` or more are disclosed and all others kept silent; of those worth just ``threshold`` the part
    ``silent_at_threshold`` is.  Silence is taken to be worth ``price``.  Both are None where they are below every number: all
    findings are disclosed, and there is no worst one.
    """

    threshold: Between | None
    price: Between | None
    withheld: Between  # chance that there is a finding and nothing is said
    disclosed: Between  # chance that a finding is disclosed
    silent_at_threshold: Fraction = ZERO


@declare(
    "game",
    "Disclosure of findings that can be withheld but not misstated",
    area="information_sharing",
    reference="Grossman (1981); Milgrom (1981); Verrecchia (1983); Dye (1985); Jung & Kwon (1988); penalty derived",
)
@dataclass(frozen=True)
class DisclosureGame:
    """A sender makes a finding with probability ``informed`` and may disclose it; others judge what it is worth.

    The finding says what the sender is worth, x, all considered: bad news is a low x.  Disclosed, it earns the sender x less
    ``cost``.  Silence earns what the sender is worth on average given that nothing is said, less ``proof fine``, what being
    found out is expected to cost one that had something to say.  With k = cost - proof fine the threshold solves::

        x = k + [(1 - p) mean + p (integral of t dF over t < x)] / [(1 - p) + p F(x)]

    Where the worths are listed and disclosing is costly there may be several such thresholds: the least is meant.  Silence that
    never happens (everybody is informed and discloses) is taken for the worst.

    Parameters
    ----------
    worth : Worth
        `UniformWorth`, `NormalWorth` or `ListedWorth`; the constructors `uniform`, `normal` and `listed` make them.
    informed : number in [0, 1]
        Chance that there is a finding.
    cost : number
        What disclosing costs, at least 0.
    proof : number in [0, 1]
        Chance that a finding kept silent is found out.
    fine : number
        What that costs, at least 0.

    Examples
    --------
    >>> game = DisclosureGame.uniform(0, 1, informed="0.5")
    >>> round(float(game.threshold.middle), 6), round(float(game.silence.withheld.middle), 6)
    (0.414214, 0.207107)
    >>> game.penalty_needed(), DisclosureGame.uniform(0, 1, informed="0.5", proof="0.5", fine=1).discloses_all
    (Between(low=Fraction(1, 2), high=Fraction(1, 2)), True)
    """

    worth: Worth
    informed: Fraction
    cost: Fraction = ZERO
    proof: Fraction = ONE
    fine: Fraction = ZERO
    net_cost: Fraction = field(init=False, repr=False)

    def __post_init__(self) -> None:
        if not isinstance(self.worth, Worth):
            raise InvalidGame(f"the worth is {rational.shown(self.worth)}; use DisclosureGame.uniform, .normal or .listed")
        for name in ("informed", "cost", "proof", "fine"):
            number = rational.exact(getattr(self, name), name)
            if number < 0 or (name in ("informed", "proof") and number > 1):
                allowed = "from 0 to 1" if name in ("informed", "proof") else "of at least 0"
                raise InvalidGame(f"{name} is {rational.short(number)}; give a number {allowed}")
            object.__setattr__(self, name, number)
        object.__setattr__(self, "net_cost", self.cost - self.penalty)

    @classmethod
    def uniform(cls, low: Any, high: Any, informed: Any, cost: Any = 0, proof: Any = 1, fine: Any = 0) -> Self:
        """Every worth between ``low`` and ``high`` is as likely."""
        return cls(UniformWorth(low, high), informed, cost, proof, fine)

    @classmethod
    def normal(cls, mean: Any, deviation: Any, informed: Any, cost: Any = 0, proof: Any = 1, fine: Any = 0) -> Self:
        """Normally distributed worths."""
        return cls(NormalWorth(mean, deviation), informed, cost, proof, fine)

    @classmethod
    def listed(cls, chances: Mapping[Any, Any], informed: Any, cost: Any = 0, proof: Any = 1, fine: Any = 0) -> Self:
        """Finitely many worths: ``{worth: chance}``.

        >>> DisclosureGame.listed({0: "1/4", 1: "3/4"}, informed="0.5").silence.withheld.low
        Fraction(1, 8)
        """
        return cls(ListedWorth(tuple(chances), tuple(chances.values())), informed, cost, proof, fine)

    @property
    def penalty(self) -> Fraction:
        """What silence about a finding is expected to cost."""
        return self.proof * self.fine

    @cached_property
    def silence(self) -> Silence:
        """The threshold, the price of silence and the chances of withholding and disclosing."""
        price, share, part = self.worth.silence(self.informed, self.net_cost)
        threshold = None if price is None else price + self.net_cost
        return Silence(threshold, price, self.informed * share, self.informed * (1 - share), part)

    @property
    def threshold(self) -> Between | None:
        """Findings worth at least this are disclosed; None: all are."""
        return self.silence.threshold

    @property
    def discloses_all(self) -> bool:
        """Whether no finding is kept silent."""
        return self.silence.withheld.high == 0

    def withholding_gain(self, worth: Any) -> Between:
        """What the sender gains by keeping a finding silent rather than disclosing it, at the price of silence."""
        if self.silence.price is None:
            raise InvalidGame("silence is priced below every number here, so that withholding loses without bound")
        return self.silence.price - self.penalty - (rational.exact(worth, "the worth") - self.cost)

    def gain_beyond(self, most: Any) -> Between:
        """What withholding gains beyond the chance ``most``: not above 0 exactly if `Silence.withheld` is at most that.

        It is the gain of a sender that keeps silent the best of its worst findings, those with a chance of ``most`` in all,
        while silence is taken to mean just these: what is paid for silence about findings that should come to light.
        """
        needed = self._penalty_for(rational.exact(most, "the chance"))
        return between(ZERO) if needed is None else needed - self.penalty

    def penalty_needed(self, most: Any = 0) -> Between:
        """The least expected penalty with which at most this chance of withholding is left; for 0, nothing is withheld.

        For 0, ``cost + mean - least worth`` as long as it is not certain that there is a finding, and then ``cost``.
        """
        needed = self._penalty_for(rational.exact(most, "the chance"))
        return between(ZERO) if needed is None else Between(max(ZERO, needed.low), max(ZERO, needed.high))

    def _penalty_for(self, most: Fraction) -> Between | None:
        """None where findings have no greater chance than that."""
        if most < 0:
            raise InvalidGame(f"the chance is {rational.short(most)}; give one from 0 on")
        if most >= self.informed:
            return None
        if most == 0 and self.worth.least is None:
            if self.informed == 1:
                return between(self.cost)
            raise InvalidGame("there is no worst finding, so that no penalty brings all to light; allow a chance above 0")
        return self.cost + _temptation(self.worth, self.informed, most / self.informed)

    def marginal_worth(self, most: Any) -> Between | None:
        """The worth of the best finding withheld if the worst are, with this chance in all; None: there is none, or no worst."""
        chance = rational.exact(most, "the chance")
        if chance >= self.informed or (chance == 0 and self.worth.least is None):
            return None
        return self.worth.worst(chance / self.informed)

    @classmethod
    def random(cls, n: int, rng: np.random.Generator) -> Self:
        """Worths of any kind, with costs and penalties that matter; the number of players does not."""

        def part(low: int, high: int) -> Fraction:
            return Fraction(int(rng.integers(low, high + 1)), 20)

        low = part(-40, 40)
        kinds = (UniformWorth(low, low + part(1, 60)), NormalWorth(low, part(1, 40)), ListedWorth.random(rng))
        worth = kinds[int(rng.integers(3))]
        informed = part(0, 19) if isinstance(worth, NormalWorth) else part(0, 20)
        return cls(worth, informed, part(0, 10) if rng.random() < 0.5 else ZERO, part(0, 20), part(0, 40))


# A search for a fine asks for the same one again and again.
@lru_cache(maxsize=4096)
def _temptation(worth: Worth, informed: Fraction, share: Fraction) -> Between:
    return worth.temptation(informed, share)
