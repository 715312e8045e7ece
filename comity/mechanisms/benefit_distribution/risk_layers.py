"""Risk layers: primary cover first, then a call on every unit up to a cap; the rest is uncovered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, ClassVar, Self

import numpy as np

from comity.checks.layers import check_layers
from comity.declaration import declare
from comity.mechanisms.clause import Clause
from comity.mechanisms.findings import Finding
from comity.mechanisms.members import Member
from comity.mechanisms.parameters import parameter
from comity.mechanisms.setting import Setting
from comity.rational import short


@declare(
    "clause",
    "Liability in layers: primary cover, then a retrospective call on every unit",
    area="benefit_distribution",
    claims=["the parts add up to the loss"],
    reference="B6: Price-Anderson Act; Congressional Research Service IF10821 (2024)",
)
@dataclass(frozen=True, kw_only=True)
class RiskLayers(Clause):
    """The primary layer pays first; then every unit of every member present pays alike, up to a cap; the rest is uncovered.

    Examples
    --------
    >>> labs = (Member(id="A"), Member(id="B"))
    >>> clause = RiskLayers(
    ...     id="liability",
    ...     primary=Fraction(500),
    ...     retrospective_cap=Fraction(158),
    ...     units={"A": Fraction(60), "B": Fraction(35)},
    ...     losses=(Fraction(20_000),),
    ... )
    >>> clause.findings(Setting(members=labs, clauses=(clause,), everyone=labs))[0].values["uncovered"]
    Fraction(4490, 1)
    """

    type: ClassVar[str] = "risk_layers"
    area: ClassVar[str] = "benefit_distribution"

    primary: Fraction = parameter("cover of the primary layer per event", unit="money", low=0)
    retrospective_cap: Fraction = parameter("most that each unit pays after an event", unit="money", low=0)
    units: Mapping[str, Fraction] = parameter("units of each member, for example sites", keys="member", low=0)
    losses: tuple[Fraction, ...] = parameter("losses to show the layers for", unit="money", low=0, default=())

    def findings(self, setting: Setting) -> Sequence[Finding]:
        """How each of the losses listed is shared."""
        return [self._finding(setting, number, loss) for number, loss in enumerate(self.losses, 1)]

    @classmethod
    def random(cls, members: Sequence[Member], rng: np.random.Generator) -> Self:
        """Some units each, and losses that stay in the primary layer, reach the pool or exceed it."""
        units = {member.id: Fraction(int(rng.integers(0, 40))) for member in members}
        primary, cap = Fraction(int(rng.integers(0, 600))), Fraction(int(rng.integers(0, 20_000)), 100)
        capacity = primary + cap * sum(units.values())
        losses = tuple(capacity * int(share) / 100 for share in rng.integers(0, 200, 3))
        return cls(id="risk_layers", primary=primary, retrospective_cap=cap, units=units, losses=losses)

    def layers(self, units: Mapping[str, Fraction], loss: Fraction) -> dict[str, Any]:
        """What the primary layer, each unit and each member pay, and what is left uncovered."""
        first = min(loss, self.primary)
        count = sum(units.values(), Fraction(0))
        call = min(self.retrospective_cap, (loss - first) / count) if count else Fraction(0)
        return {
            "primary": first,
            "call": call,
            "shares": {name: number * call for name, number in units.items()},
            "uncovered": loss - first - count * call,
        }

    def _finding(self, setting: Setting, number: int, loss: Fraction) -> Finding:
        units = {member.id: self.units.get(member.id, Fraction(0)) for member in setting.among(self)}
        parts = self.layers(units, loss)
        return Finding(
            clause=self.id,
            question="split",
            holds=None,
            sentence=self._sentence(setting, loss, parts, sum(units.values(), Fraction(0))),
            certificate=check_layers(loss, self.primary, self.retrospective_cap, units, parts),
            item=f"loss_{number}",
            unit=setting.unit,
            values={
                "loss": loss,
                "primary": parts["primary"],
                "call_per_unit": parts["call"],
                "shares": parts["shares"],
                "uncovered": parts["uncovered"],
                "capacity": self.primary + self.retrospective_cap * sum(units.values(), Fraction(0)),
            },
            theorem="B6: layered cover as in the Price-Anderson Act",
        )

    def _sentence(self, setting: Setting, loss: Fraction, parts: Mapping[str, Any], count: Fraction) -> str:
        unit = setting.unit
        paid = f"Of a loss of {short(loss)} {unit} the primary layer pays {short(parts['primary'])}"
        pool = f" and each of {short(count)} units {short(parts['call'])}" if parts["call"] > 0 else ""
        rest = f"{short(parts['uncovered'])} {unit} stay uncovered" if parts["uncovered"] > 0 else "nothing stays uncovered"
        return f"{paid}{pool}; {rest}."
