"""Security that rivals pay for apart and share in part: how much each spends, and how much all of them should."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property
from itertools import product
from typing import Any, ClassVar, Self

import numpy as np

from comity import rational
from comity.declaration import declare
from comity.enclosure import Between, Number, between
from comity.errors import ComityError
from comity.games.strategic.breach_function import BreachFunction, ExponentialBreach, PowerBreach
from comity.games.strategic.normal_form import NormalFormGame
from comity.games.strategic.smooth import Domain, SmoothGame

ZERO, ONE = Fraction(0), Fraction(1)


@declare(
    "game",
    "Security spending whose results rivals can use in part",
    area="information_sharing",
    reference="Gordon & Loeb (2002); Gordon, Loeb & Lucyshyn (2003); Gal-Or & Ghose (2005)",
)
@dataclass(frozen=True)
class SecurityInvestment(SmoothGame):
    """n labs spend z_i; of each rival's spending the part ``share`` helps, so lab i is breached with probability S(Z_i, v).

    With ``Z_i = z_i + share * sum of the others' z_j`` a lab pays ``S(Z_i, v) loss + z_i``, a ``leak_cost`` for each unit of its
    own spending that it shares, and receives the ``side_payment`` for each such unit: ``share (leak_cost - side_payment) z_i``.
    The payoff is minus that cost.

    Parameters
    ----------
    labs : int
        n, at least 1; alone there is nobody to share with.
    vulnerability : number
        v, above 0 and below 1: probability of a breach without spending.
    loss : number
        What a breach costs, in the unit of the spending.
    breach : BreachFunction or number
        S; a number is the productivity of a `PowerBreach`.
    share : number in [0, 1]
    leak_cost, side_payment : number
        For each unit of spending that is shared, at least 0.
    most : number, optional
        The most a lab can spend; None: no bound.

    Examples
    --------
    >>> game = SecurityInvestment(3, "0.6", 4_000_000, "0.00001", share="0.3")
    >>> [round(float(effort.middle)) for effort in (game.nash_effort, game.best_effort)], game.efficient_side_payment
    ([243686, 324798], Fraction(5, 4))
    """

    concave: ClassVar[str] = "the probability of a breach is convex in the spending, everything else linear"

    labs: int
    vulnerability: Fraction
    loss: Fraction
    breach: BreachFunction
    share: Fraction = ZERO
    leak_cost: Fraction = ZERO
    side_payment: Fraction = ZERO
    most: Fraction | None = None
    players: tuple[str, ...] = field(init=False)

    def __post_init__(self) -> None:
        for name in ("vulnerability", "loss", "share", "leak_cost", "side_payment"):
            object.__setattr__(self, name, rational.exact(getattr(self, name), name))
        breach: Any = self.breach
        object.__setattr__(self, "breach", breach if isinstance(breach, BreachFunction) else PowerBreach(breach))
        if self.most is not None:
            object.__setattr__(self, "most", rational.exact(self.most, "most"))
        object.__setattr__(self, "players", tuple(str(i + 1) for i in range(self.labs)))
        if self.labs < 1:
            raise ComityError(f"there are {self.labs} labs; give at least one")
        if not 0 < self.vulnerability < 1:
            raise ComityError(f"vulnerability is {rational.short(self.vulnerability)}; give a number above 0 and below 1")
        if not 0 <= self.share <= 1:
            raise ComityError(f"share is {rational.short(self.share)}; it lies between 0 and 1")
        if self.loss <= 0 or self.leak_cost < 0 or self.side_payment < 0 or (self.most is not None and self.most < 0):
            raise ComityError("loss is above 0; leak_cost, side_payment and most are at least 0")

    # --- the game ------------------------------------------------------------------------------

    def domain(self, player: int) -> Domain:
        return Domain(ZERO, self.most)

    def payoff(self, player: int, actions: Sequence[Fraction]) -> Between:
        others = sum(actions, ZERO) - actions[player]
        return -self.cost(actions[player], self.share * others, self.price)

    def scale(self, player: int, actions: Sequence[Fraction]) -> Fraction:
        return self.vulnerability * self.loss

    def best_reply(self, player: int, actions: Sequence[Fraction], bits: int = 0) -> Fraction:
        """In closed form: whatever the others' results leave to be done of the best total."""
        others = sum(actions, ZERO) - actions[player]
        return self.reply(between(self.share * others), self.price).middle

    def cost(self, effort: Number, received: Number, price: Fraction) -> Between:
        """Expected loss and spending of a lab that can use ``received`` from others, at a price for each own unit."""
        return self.breach.chance(self.vulnerability, between(effort) + received) * self.loss + between(effort) * price

    def reply(self, received: Between, price: Fraction) -> Between:
        """The own spending with the least `cost`."""
        if price <= 0:
            if self.most is None:
                raise ComityError(
                    "every unit spent is paid for, so there is no best spending; give most, or a smaller side_payment"
                )
            return between(self.most)
        own = self.breach.best(self.vulnerability, self.loss, price) - received
        return Between(*(max(ZERO, end if self.most is None else min(end, self.most)) for end in own))

    @property
    def weight(self) -> Fraction:
        """What one unit spent by everybody adds to each lab's total: 1 + (n-1) share."""
        return 1 + (self.labs - 1) * self.share

    @property
    def price(self) -> Fraction:
        """What a unit of own spending costs a lab once it shares it."""
        return 1 + self.share_passed_on * (self.leak_cost - self.side_payment)

    @property
    def price_at_best(self) -> Fraction:
        """The price at which a lab would spend what is best for all by itself: the others' benefit taken off."""
        return (1 + self.share_passed_on * self.leak_cost) / self.weight

    @property
    def share_passed_on(self) -> Fraction:
        """The share, or 0 for a lab alone: there is nobody to pass results to."""
        return self.share if self.labs > 1 else ZERO

    # --- answers -------------------------------------------------------------------------------

    @cached_property
    def nash_effort(self) -> Between:
        """What each spends when each minds its own cost: ``z*(loss) / (1 + (n-1) share)``, equal for all."""
        if self.price <= 0:
            return self.reply(between(ZERO), self.price)
        return self._capped(self.breach.best(self.vulnerability, self.loss, self.price) / self.weight)

    @cached_property
    def best_effort(self) -> Between:
        """What each spends when the cost of all is least: ``z*(loss (1 + (n-1) share)) / (1 + (n-1) share)``.

        The total cost is convex and treats all alike, so equal spending is best.
        """
        total = self.breach.best(self.vulnerability, self.loss * self.weight, 1 + self.share_passed_on * self.leak_cost)
        return self._capped(total / self.weight)

    @property
    def efficient_side_payment(self) -> Fraction:
        """The side payment for each shared unit that makes the best for all an equilibrium: what the n-1 others gain from it.

        At the optimum a unit of ``Z`` saves each lab ``(1 + share leak_cost) / (1 + (n-1) share)``, and n-1 of them use it.
        """
        return (self.labs - 1) * self.price_at_best

    def underinvestment_gain(self, plan: Between) -> Between:
        """What a lab gains by spending less than the plan, while it shares and the others keep to the plan; at least 0.

        Exactly 0 where the own price is at most the one at which the plan, if it is the `best_effort`, is chosen freely.
        """
        if plan.high == 0 or (plan == self.best_effort and self.price <= self.price_at_best) or plan == self.nash_effort:
            return between(ZERO)
        received = (self.labs - 1) * self.share_passed_on * plan
        reply = self.reply(received, self.price)
        if reply.low >= plan.high:
            return between(ZERO)  # more than the plan is no breach
        reply = Between(min(reply.low, plan.low), min(reply.high, plan.high))
        return self.cost(plan, received, self.price) - self.cost(reply, received, self.price)

    def withholding_gain(self, plan: Between) -> Between:
        """What a lab gains by sharing nothing and spending what is then best for it, while the others keep to the plan.

        It saves the cost of leaks, and loses the side payment for what it shares; its own breaches depend on others' sharing.
        """
        received = (self.labs - 1) * self.share_passed_on * plan
        reply = self.reply(received, ONE)
        if self.price == 1 and (reply == plan or plan == self.nash_effort):
            return between(ZERO)
        if plan.exact and plan.low == 0 and reply.exact and reply.low == 0:
            return between(ZERO)
        return self.cost(plan, received, self.price) - self.cost(reply, received, ONE)

    def sharing_game(self, effort: Fraction) -> NormalFormGame:
        """Who shares when all spend the same: each chooses to share nothing or the part ``share``; payoffs must be exact.

        Examples
        --------
        >>> game = SecurityInvestment(2, "0.5", 100, "0.1", share="0.5", leak_cost="0.1").sharing_game(10)
        >>> [str(game.payoff(0, profile)) for profile in ((0, 0), (1, 0), (0, 1), (1, 1))]
        ['-35', '-71/2', '-30', '-61/2']
        """
        z, change = rational.exact(effort, "effort"), self.side_payment - self.leak_cost
        table: dict[tuple[int, ...], list[Fraction]] = {}
        for profile in product((0, 1), repeat=self.labs):
            payoffs = []
            for own in profile:
                cost = self.cost(z, self.share_passed_on * (sum(profile) - own) * z, ONE)
                if not cost.exact:
                    raise ComityError("payoffs of this breach function are no fractions; use a PowerBreach of whole curvature")
                payoffs.append(own * self.share_passed_on * z * change - cost.low)
            table[profile] = payoffs
        return NormalFormGame.from_profiles(table, actions=[("share nothing", "share")] * self.labs, players=self.players)

    def _capped(self, effort: Between) -> Between:
        return effort if self.most is None else Between(*(min(end, self.most) for end in effort))

    @classmethod
    def random(cls, n: int, rng: np.random.Generator) -> Self:
        """Labs for which some spending may pay or not."""
        loss = Fraction(int(rng.integers(10, 10_000)))
        productivity = Fraction(int(rng.integers(1, 400)), 10) / loss
        curvature = Fraction(int(rng.integers(1, 9)), 2)
        return cls(
            n,
            Fraction(int(rng.integers(5, 96)), 100),
            loss,
            PowerBreach(productivity, curvature) if rng.random() < 0.5 else ExponentialBreach(productivity),
            Fraction(int(rng.integers(0, 101)), 100),
            Fraction(int(rng.integers(0, 50)), 100),
            Fraction(int(rng.integers(0, 50)), 100),
        )
