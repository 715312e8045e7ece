"""Signals shared among rivals in a market: who would rather keep its own, and what it takes that nobody does."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, ClassVar, Literal, Self

import numpy as np

from comity.checks.oligopoly_signals import check_concealing, check_industry_gain
from comity.declaration import declare
from comity.errors import ComityError
from comity.games.strategic.oligopoly_signals import OligopolySignals
from comity.mechanisms.clause import Clause, Flaw
from comity.mechanisms.findings import Deviation, Finding, Lever
from comity.mechanisms.members import Member
from comity.mechanisms.parameters import parameter
from comity.mechanisms.setting import Setting
from comity.rational import short

ZERO = Fraction(0)
REFERENCE = "I1: Vives 1984; Gal-Or 1985; Raith 1996"
SIGNAL = "own_signal"


@declare(
    "clause",
    "Signals about the market shared among rivals",
    area="information_sharing",
    claims=["nobody gains by hiding its signal", "the side payment is the profit gap of whoever would hide"],
    reference=REFERENCE,
)
@dataclass(frozen=True, kw_only=True)
class OligopolySignalsClause(Clause):
    """Those to whom the clause applies compete in one market, in the agreement or not; its members tell each other their signals.

    The market is `comity.OligopolySignals` with one rival for each member bound.  Members that have left hide their signals,
    and still see those that are published (``reciprocity = "open"``) or see none (``"members_only"``).  A member that hides
    its signal pays ``side_payment`` per period to those that share, in equal parts.

    Examples
    --------
    >>> members = (Member(id="A"), Member(id="B"))
    >>> clause = OligopolySignalsClause(
    ...     id="signals", mean=Fraction(10), spread=Fraction(1), correlation=Fraction(1), noise=Fraction(1),
    ...     own_slope=Fraction(1), cross_slope=Fraction(1),
    ... )
    >>> setting = Setting(members, (clause,), members)
    >>> [finding.holds for finding in clause.findings(setting)]
    [False, False, None]
    """

    type: ClassVar[str] = "oligopoly_signals"
    area: ClassVar[str] = "information_sharing"

    mean: Fraction = parameter("average worth of the first unit a member sells", unit="money per unit", low=0)
    spread: Fraction = parameter("standard deviation of that worth", unit="money per unit", low=0)
    correlation: Fraction = parameter("how strongly the members' worths move together (1: one common state)", low=-1, high=1)
    noise: Fraction = parameter("standard deviation of the error in a member's signal", unit="money per unit", low=0)
    own_slope: Fraction = parameter("fall of the worth for each own unit", unit="money per squared unit", above=0)
    cross_slope: Fraction = parameter(
        "fall of the worth for each unit of another (below 0: a rise)", unit="money per squared unit"
    )
    reciprocity: Literal["open", "members_only"] = parameter("who sees what is shared", default="open")
    side_payment: Fraction = parameter(
        "what a member that hides its signal pays to those that share", unit="money", low=0, default=ZERO
    )

    # --- the game ------------------------------------------------------------------------------

    def market(self, setting: Setting) -> OligopolySignals | None:
        """The market of everyone bound; None at numbers for which there is no such market."""
        n = len(setting.bound(self))
        if n == 0:
            return None
        try:
            return OligopolySignals(
                n, self.mean, self.spread**2, self.correlation, self.noise**2, self.own_slope, self.cross_slope
            )
        except ComityError:
            return None

    @property
    def _members_only(self) -> bool:
        return self.reciprocity == "members_only"

    def _profits(self, setting: Setting) -> tuple[Fraction, Fraction] | None:
        """Profit of a member when all present share, and when it alone of them does not; None: there is no market."""
        game, k = self.market(setting), len(setting.among(self))
        if game is None or k == 0:
            return None
        inside = game.reaction(k, members_only=self._members_only).profit_sharing
        outside = game.reaction(k - 1, members_only=self._members_only).profit_hiding
        assert inside is not None
        assert outside is not None
        return inside, outside

    def _paid(self, setting: Setting) -> Fraction:
        """The side payment, if there is another member to receive it."""
        return self.side_payment if len(setting.among(self)) > 1 else ZERO

    # --- answers -------------------------------------------------------------------------------

    def value(self, setting: Setting, member: Member) -> Fraction | None:
        """Expected profit per period when all members present share."""
        profits = self._profits(setting) if self.binds(member.id) else None
        return None if profits is None else profits[0]

    def fallback(self, setting: Setting, member: Member) -> Fraction:
        """Expected profit per period of one that left, while the others go on sharing."""
        profits = self._profits(setting) if self.binds(member.id) else None
        return ZERO if profits is None else profits[1]

    def deviations(self, setting: Setting, member: Member) -> Sequence[Deviation]:
        """Hiding the own signal; none at numbers for which there is no market."""
        profits = self._profits(setting)
        if profits is None or not self.binds(member.id) or member.id not in setting.ids:
            return ()
        gain = profits[1] - self._paid(setting) - profits[0]
        return (Deviation(self.id, member.id, "lie", SIGNAL, gain, "the others, who receive no signal", Fraction(1)),)

    def levers(self, setting: Setting) -> Sequence[Lever]:
        """What a member that hides its signal pays to the others."""
        return [
            Lever(
                "side_payment",
                self.id,
                (self.path("side_payment"),),
                ("lie",),
                low=self.side_payment,
                payer="whoever hides pays; nobody while all share",
            )
        ]

    def flaws(self, setting: Setting) -> Iterator[Flaw]:
        """The numbers must be those of a market with exactly one equilibrium."""
        n = len(setting.bound(self))
        if n > 1 and (n - 1) * self.correlation < -1:
            yield Flaw(
                ("correlation",),
                f"no {n} numbers have correlation {short(self.correlation)} with each other",
                f"give at least {short(Fraction(-1, n - 1))}",
            )
        least = -2 * self.own_slope / (n - 1) if n > 1 else None
        if least is not None and not least < self.cross_slope < 2 * self.own_slope:
            yield Flaw(
                ("cross_slope",),
                f"with {n} members and own_slope {short(self.own_slope)} the market has no single equilibrium",
                f"give a cross_slope between {short(least)} and {short(2 * self.own_slope)}, both excluded",
            )

    @classmethod
    def random(cls, members: Sequence[Member], rng: np.random.Generator) -> Self:
        """A market of the members in which hiding may pay or not."""
        market = OligopolySignals.random(len(members), rng)
        return cls(
            id="signals",
            mean=market.mean,
            spread=market.variance,
            correlation=market.correlation,
            noise=market.noise,
            own_slope=market.own_slope,
            cross_slope=market.cross_slope,
            reciprocity="open" if rng.random() < 0.6 else "members_only",
            side_payment=Fraction(int(rng.integers(0, 20)), 1000),
        )

    # --- findings ------------------------------------------------------------------------------

    def findings(self, setting: Setting) -> Sequence[Finding]:
        """Whether each member tells its signal, and what all gain if all do."""
        game, present = self.market(setting), setting.among(self)
        if game is None or not present:
            return []
        return [*(self._tells(setting, game, member) for member in present), self._industry(setting, game)]

    def _tells(self, setting: Setting, game: OligopolySignals, member: Member) -> Finding:
        profits = self._profits(setting)
        assert profits is not None
        inside, outside = profits
        paid = self._paid(setting)
        gain = outside - paid - inside
        unit = f"{setting.unit} per {setting.period}"
        return Finding(
            clause=self.id,
            question="lie",
            member=member.id,
            item=SIGNAL,
            holds=gain <= 0,
            gain=gain,
            unit=unit,
            sentence=self._sentence(member.id, inside, outside, paid, unit),
            certificate=check_concealing(
                game,
                len(setting.among(self)),
                members_only=self._members_only,
                side_payment=paid,
                who=member.id,
                unit=unit,
            ),
            values={
                "profit_sharing": inside,
                "profit_hiding": outside,
                "needed_side_payment": max(ZERO, outside - inside),
            },
            theorem=REFERENCE,
            numbers=tuple(self.path(name) for name in ("side_payment", "cross_slope", "noise", "correlation")),
        )

    def _sentence(self, who: str, inside: Fraction, outside: Fraction, paid: Fraction, unit: str) -> str:
        gap = outside - inside
        side = f" and costs a side payment of {short(paid)}" if paid else ""
        if gap - paid > 0:
            return (
                f"{who} would hide its signal: that earns it {short(gap)} {unit} more{side}, because rivals that know what it "
                f"knows compete on it; a side payment of {short(gap)} would outweigh that."
            )
        if gap > 0:
            return f"{who} tells its signal: hiding it earns {short(gap)} {unit} more{side}."
        if gap == 0:
            return f"{who} tells its signal: hiding it earns no more{side}."
        return f"{who} tells its signal: hiding it would lose {short(-gap)} {unit}{side}."

    def _industry(self, setting: Setting, game: OligopolySignals) -> Finding:
        unit = f"{setting.unit} per {setting.period}"
        gain, together = game.industry_gain, game.profit_if_all(True)
        verdict = (
            f"sharing gains {short(gain)}" if gain > 0 else f"sharing loses {short(-gain)}" if gain < 0 else "it is the same"
        )
        values: dict[str, Any] = {"profit_if_all_share": together, "profit_if_nobody_shares": game.profit_if_all(False)}
        text = (
            f"If all {game.n} in the market share, each earns {short(together, 6)} {unit}, and if nobody does "
            f"{short(game.profit_if_all(False), 6)}: {verdict}."
        )
        if game.n == 1:
            text = f"Alone in the market there is nobody to share with; it earns {short(together)} {unit}."
        threshold = game.industry_threshold() if game.correlation == 1 else None
        if threshold is not None:
            values["threshold_of_cross_slope"] = (threshold * game.own_slope).number
            text += f" It pays all only while cross_slope is below {short(threshold.middle * game.own_slope)}."
        return Finding(
            clause=self.id,
            question="sweep",
            item="industry",
            holds=None,
            sentence=text,
            certificate=check_industry_gain(game, gain, unit),
            gain=gain,
            unit=unit,
            values=values,
            theorem=REFERENCE,
        )
