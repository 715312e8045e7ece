"""Who may join an agreement, and what is said of each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

import numpy as np

from comity.mechanisms.parameters import parameter

ZERO, ONE = Fraction(0), Fraction(1)
ROLES = ("lab", "state", "funder", "auditor", "beneficiary")


@dataclass(frozen=True, kw_only=True)
class Member:
    """One party to an agreement; numbers a clause needs and no default gives are required by that clause."""

    id: str = parameter("name used everywhere in the file")
    role: Literal["lab", "state", "funder", "auditor", "beneficiary"] = parameter("what kind of party", default="lab")
    discount: Fraction | None = parameter("what one unit next period is worth today", low=0, below=1, default=None)
    outside: Fraction = parameter("value per period when not a member", unit="money", default=ZERO)
    risk_tolerance: Fraction | None = parameter("CARA risk tolerance", unit="money", above=0, default=None)
    dues: Fraction = parameter("what the member pays in per period", unit="money", low=0, default=ZERO)
    receive_weight: Fraction = parameter("how useful others' findings are to it (1: as valued)", low=0, default=ONE)
    sales: Fraction | None = parameter("sales per period", unit="money", low=0, default=None)
    endow: Mapping[str, Fraction] | None = parameter("resources it brings", keys="resource", low=0, default=None)
    demand: Mapping[str, Fraction] | None = parameter("resources one of its jobs needs", keys="resource", low=0, default=None)
    temptation: Fraction | None = parameter("value of a period in which it alone cheats", unit="money", default=None)
    cooperate: Fraction | None = parameter("value of a period of cooperation", unit="money", default=None)
    punish: Fraction | None = parameter("value of a period after cooperation has ended", unit="money", default=None)
    beliefs: Mapping[str, Fraction] | None = parameter("probabilities it assigns, by name", low=0, high=1, default=None)
    evidence: Literal["public", "estimated", "illustrative"] | None = parameter("where its numbers come from", default=None)
    provenance: str = parameter("free text on sources", default="")


RESOURCES = ("compute", "data", "talent")


def random_members(n: int, rng: np.random.Generator) -> tuple[Member, ...]:
    """Members with every number filled in, for tests and benchmarks."""

    def decimal(low: int, high: int, places: int = 2) -> Fraction:
        return Fraction(int(rng.integers(low, high + 1)), 10**places)

    found = []
    for i in range(n):
        punish = decimal(0, 200)
        cooperate = punish + decimal(1, 300)
        found.append(
            Member(
                id=f"M{i + 1}",
                discount=decimal(5, 97),
                outside=decimal(0, 100),
                risk_tolerance=decimal(50, 500),
                dues=decimal(0, 200),
                receive_weight=decimal(10, 150),
                sales=decimal(100, 300000),
                endow={r: decimal(0, 4000) for r in RESOURCES},
                demand={r: decimal(1, 400) for r in RESOURCES},
                punish=punish,
                cooperate=cooperate,
                temptation=cooperate + decimal(1, 400),
            )
        )
    return tuple(found)
