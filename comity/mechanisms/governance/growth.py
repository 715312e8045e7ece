"""Growth: temptation that rises faster than the benefit of cooperation, and the day on which the agreement stops holding."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import ClassVar, Self

import numpy as np

from comity.checks.growth import check_growth
from comity.declaration import declare
from comity.games.repeated.growing_stakes import GrowingStakes
from comity.mechanisms.clause import Clause, Flaw
from comity.mechanisms.findings import Deviation, Finding
from comity.mechanisms.members import Member
from comity.mechanisms.parameters import parameter, probability
from comity.mechanisms.setting import Setting
from comity.mechanisms.stage import STAGE_NUMBERS, stage_of
from comity.rational import short


@declare(
    "clause",
    "How long an agreement holds when temptation outgrows benefit",
    area="governance",
    claims=["until the stated period nobody gains by cheating once under perfect monitoring"],
    reference="X3: derived from Friedman (1971)",
)
@dataclass(frozen=True, kw_only=True)
class Growth(Clause):
    """Members' temptation and benefit grow by fixed factors per period, under perfect monitoring; the review is due by t*.

    Examples
    --------
    >>> lab = Member(id="L", discount=Fraction(4, 5), temptation=Fraction(7), cooperate=Fraction(3), punish=Fraction(1))
    >>> clause = Growth(id="growth", growth_temptation=Fraction(11, 10), growth_benefit=Fraction(51, 50))
    >>> found = clause.findings(Setting(members=(lab,), clauses=(clause,), everyone=(lab,)))
    >>> round(found[0].values["t_star"], 3), found[0].holds
    (10.546, False)
    """

    type: ClassVar[str] = "growth"
    area: ClassVar[str] = "governance"
    needs: ClassVar[tuple[str, ...]] = STAGE_NUMBERS

    growth_temptation: Fraction = parameter("factor by which what cheating gains grows per period", above=0)
    growth_benefit: Fraction = parameter("factor by which the benefit of cooperation grows per period", above=0)
    hazard: Fraction = probability("probability per period that the agreement ends anyway", default=Fraction(0))
    review_trigger: str = parameter("what starts a review, free text", default="")

    def findings(self, setting: Setting) -> Sequence[Finding]:
        """For every member, until when the agreement holds."""
        return [self._finding(setting, member) for member in setting.among(self)]

    def deviations(self, setting: Setting, member: Member) -> Sequence[Deviation]:
        """Cheating in the period that decides."""
        if not self.binds(member.id):
            return ()
        gain = self.stakes(member).gain(setting.horizon)
        return (Deviation(self.id, member.id, "sweep", "growth", gain, "perfect monitoring", Fraction(1)),)

    def flaws(self, setting: Setting) -> Iterator[Flaw]:
        """Cheating must tempt."""
        for member in setting.bound(self):
            if member.temptation is not None and member.cooperate is not None and member.temptation < member.cooperate:
                yield Flaw(
                    ("member", member.id, "temptation"),
                    f"temptation {short(member.temptation)} is below cooperate {short(member.cooperate)}: nothing can grow",
                    f"correct it, or leave {member.id} out of applies_to",
                    of_member=True,
                )

    @classmethod
    def random(cls, members: Sequence[Member], rng: np.random.Generator) -> Self:
        """Growth by up to a quarter per period."""
        return cls(
            id="growth",
            growth_temptation=Fraction(int(rng.integers(95, 126)), 100),
            growth_benefit=Fraction(int(rng.integers(95, 116)), 100),
            hazard=Fraction(int(rng.integers(0, 10)), 100),
            review_trigger="capability_threshold",
        )

    def stakes(self, member: Member) -> GrowingStakes:
        """The member's dilemma as it grows."""
        stage = stage_of(member)
        return GrowingStakes(
            temptation_gain=stage.temptation - stage.cooperate,
            cooperation_gain=stage.cooperate - stage.punish,
            discount=stage.discount * (1 - self.hazard),
            growth_temptation=self.growth_temptation,
            growth_benefit=self.growth_benefit,
        )

    def _finding(self, setting: Setting, member: Member) -> Finding:
        stakes = self.stakes(member)
        gain = stakes.gain(setting.horizon)
        return Finding(
            clause=self.id,
            question="sweep",
            holds=gain <= 0,
            sentence=self._sentence(setting, member, stakes, gain <= 0),
            certificate=check_growth(stakes, stakes.continuation, stakes.last_period, stakes.t_star, setting.horizon, member.id),
            member=member.id,
            item="growth",
            gain=gain,
            unit=setting.unit,
            values={
                "t_star": stakes.t_star,
                "last_period": stakes.last_period,
                "temptation_gain": stakes.temptation_gain,
                "loss": stakes.continuation,
            },
            theorem="X3: derived from Friedman 1971",
            numbers=(
                self.path("growth_temptation"),
                self.path("growth_benefit"),
                f"member.{member.id}.discount",
                f"member.{member.id}.temptation",
            ),
        )

    def _sentence(self, setting: Setting, member: Member, stakes: GrowingStakes, holds: bool) -> str:
        text = self._when(setting, member, stakes)
        if setting.horizon is None:
            return text
        reached = "is not beyond it" if holds else "passes it"
        known_end = "a known last period unravels cooperation backwards unless bonds cover it"
        return f"{text} The horizon of {setting.horizon:,} {setting.period}s {reached}; but {known_end}."

    def _when(self, setting: Setting, member: Member, stakes: GrowingStakes) -> str:
        now = f"cheating gains {member.id} {short(stakes.temptation_gain)} {setting.unit} today"
        loss = stakes.continuation
        lost = "without bound" if loss is None else short(loss)
        if stakes.last_period is None:
            return f"At these rates {now} and costs it {lost} later, and cheating never comes to pay."
        if stakes.last_period < 0:
            return f"Even if every breach is seen, {now} and costs it only {lost} later: the agreement does not hold today."
        t_star = "" if stakes.t_star is None else short(stakes.t_star)
        rates = f"{_percent(self.growth_temptation)} and {_percent(self.growth_benefit)} a {setting.period}"
        return (
            f"Even if every breach is seen, {now} and costs it {lost} later; these grow by {rates}: "
            f"from t = {t_star} {setting.period}s on cheating pays, so review it before."
        )


def _percent(factor: Fraction) -> str:
    return f"{short((factor - 1) * 100)} %"
