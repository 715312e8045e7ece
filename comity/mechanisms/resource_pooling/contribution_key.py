"""A contribution key: what each member pays in, as a rate on a basis with a floor and a cap."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import ClassVar

import numpy as np

from comity import rational
from comity.checks.keys import check_contributions
from comity.declaration import declare
from comity.mechanisms.clause import Clause, Flaw
from comity.mechanisms.findings import Finding
from comity.mechanisms.members import Member
from comity.mechanisms.parameters import parameter
from comity.mechanisms.setting import Setting

ZERO = Fraction(0)
MEMBER_BASES = ("sales", "dues")


@declare(
    "clause",
    "Contributions by a key with floor, cap and public match",
    area="resource_pooling",
    claims=["contributions follow the key"],
    reference="Irwin & Klenow (1996) on SEMATECH; model B5",
)
@dataclass(frozen=True, kw_only=True)
class ContributionKey(Clause):
    """Member i contributes ``min(max, max(min, rate * basis_i))``; a treasury adds ``match`` times the total.

    Floor and cap break additivity: a firm that splits in two pays another sum.
    """

    type: ClassVar[str] = "contribution_key"
    area: ClassVar[str] = "resource_pooling"

    basis: str = parameter('what is charged: "sales", "dues", or a name explained by amounts')
    rate: Fraction = parameter("share of the basis", low=0)
    min: Fraction = parameter("least contribution", unit="money", low=0, default=ZERO)
    max: Fraction | None = parameter("greatest contribution (default: none)", unit="money", low=0, default=None)
    match: Fraction = parameter("what a treasury adds, as a multiple of the members' total", low=0, default=ZERO)
    amounts: Mapping[str, Fraction] | None = parameter(
        "the basis of each member, for a basis of its own name (net national income, say)",
        unit="money",
        low=0,
        keys="member",
        default=None,
    )

    def basis_of(self, member: Member) -> Fraction:
        """What the rate is applied to."""
        amount = self.amounts[member.id] if self.amounts is not None else getattr(member, self.basis)
        return Fraction(amount)

    def contributions(self, setting: Setting) -> dict[str, Fraction]:
        return {member.id: self._clip(self.rate * self.basis_of(member)) for member in setting.among(self)}

    def _clip(self, amount: Fraction) -> Fraction:
        amount = max(amount, self.min)
        return amount if self.max is None else min(amount, self.max)

    def findings(self, setting: Setting) -> list[Finding]:
        paid = self.contributions(setting)
        if not paid:
            return []
        unit = f"{setting.unit} per {setting.period}"
        total = sum(paid.values(), ZERO)
        pooled = total * (1 + self.match)
        shown = ", ".join(f"{name} {rational.short(amount)}" for name, amount in paid.items())
        matched = f", matched to {rational.short(pooled)}" if self.match else ""
        basis = {member.id: self.basis_of(member) for member in setting.among(self)}
        return [
            Finding(
                clause=self.id,
                question="split",
                item="contributions",
                holds=None,
                unit=unit,
                sentence=f"Contributions are {shown}: {rational.short(total)} {unit}{matched}.",
                certificate=check_contributions(paid, basis, self.rate, self.min, self.max, unit),
                values={**paid, "total": total, "with_match": pooled},
                theorem="B5: rate on a basis with floor and cap",
            )
        ]

    def flaws(self, setting: Setting) -> Iterator[Flaw]:
        if self.max is not None and self.max < self.min:
            yield Flaw(("max",), f"the cap {rational.short(self.max)} is below the floor {rational.short(self.min)}", "raise max")
        if self.amounts is None and self.basis not in MEMBER_BASES:
            yield Flaw(("basis",), f"members state no {self.basis!r}", 'use "sales" or "dues", or add amounts = { ... }')
        if self.amounts is None and self.basis in MEMBER_BASES:
            for member in setting.bound(self):
                if getattr(member, self.basis) is None:
                    yield Flaw(
                        ("member", member.id, self.basis),
                        f"the key needs {self.basis}",
                        f"add {self.basis} = ...",
                        of_member=True,
                    )

    @classmethod
    def random(cls, members: Sequence[Member], rng: np.random.Generator) -> ContributionKey:
        floor = Fraction(int(rng.integers(0, 500)), 100)
        return cls(
            id="dues",
            basis="sales",
            rate=Fraction(int(rng.integers(0, 30)), 1000),
            min=floor,
            max=floor + Fraction(int(rng.integers(0, 3000)), 100),
            match=Fraction(int(rng.integers(0, 3))),
        )
