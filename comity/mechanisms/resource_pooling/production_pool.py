"""A production pool: members put resources together and earn what the best use of all of them earns."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, ClassVar

import numpy as np

from comity import rational
from comity.certificate import Certificate, Verdict
from comity.coalitions import mask_of
from comity.declaration import declare
from comity.games.coalitional.base import Game
from comity.games.coalitional.linear_production import LinearProductionGame
from comity.games.coalitional.transforms import subgame
from comity.mechanisms.clause import Clause, Flaw
from comity.mechanisms.findings import Finding
from comity.mechanisms.members import RESOURCES, Member
from comity.mechanisms.parameters import parameter
from comity.mechanisms.setting import Setting

ZERO = Fraction(0)
MAX_MEMBERS = 12


@dataclass(frozen=True, kw_only=True)
class Product:
    """Something the pool can make."""

    name: str = parameter("name of the product")
    price: Fraction = parameter("what one unit earns", unit="money")
    uses: tuple[Fraction, ...] = parameter("what one unit takes of each resource, in the order of resources", low=0)


@declare(
    "clause",
    "Pooled resources, used as well as they can be",
    area="resource_pooling",
    claims=["the worth of every coalition is optimal"],
    reference="Owen (1975); model P1",
)
@dataclass(frozen=True, kw_only=True)
class ProductionPool(Clause):
    """Coalition S earns v(S) = max c x subject to A x <= sum of the endowments in S, x >= 0 (linear production game)."""

    type: ClassVar[str] = "production_pool"
    area: ClassVar[str] = "resource_pooling"
    needs: ClassVar[tuple[str, ...]] = ("endow",)

    resources: tuple[str, ...] = parameter("names of the resources")
    products: tuple[Product, ...] = parameter("what can be made of them")

    def endowments(self, setting: Setting) -> dict[str, list[Fraction]]:
        """What every bound member brings, present or not; a resource left out is 0."""
        return {m.id: [(m.endow or {}).get(resource, ZERO) for resource in self.resources] for m in setting.bound(self)}

    def everyones_game(self, setting: Setting) -> LinearProductionGame:
        """The game among all bound members; subgames of it are the games of fewer."""
        brought = self.endowments(setting)
        return LinearProductionGame(
            prices=[product.price for product in self.products],
            uses=[[product.uses[r] for product in self.products] for r in range(len(self.resources))],
            endowments=list(brought.values()),
            players=tuple(brought),
        )

    def pooled(self, setting: Setting) -> Game | None:
        present = [member.id for member in setting.among(self)]
        if not present:
            return None
        game = setting.evidence.confirmed(self, setting, lambda found: self.everyones_game(setting).confirmed(found))
        return subgame(game, mask_of(game.players, present))

    def prices_of(self, setting: Setting) -> dict[str, Fraction]:
        """Internal prices of the resources when everyone present pools: the dual of their programme."""
        present = ",".join(member.id for member in setting.among(self))
        prices = self.found(setting)["worths"][present]["prices"]
        return {resource: rational.exact(price, "a price") for resource, price in zip(self.resources, prices, strict=True)}

    def owen_payoffs(self, setting: Setting) -> dict[str, Fraction]:
        """What each member's resources are worth at the internal prices."""
        prices, brought = self.prices_of(setting), self.endowments(setting)
        return {
            member.id: sum((p * b for p, b in zip(prices.values(), brought[member.id], strict=True)), ZERO)
            for member in setting.among(self)
        }

    def find(self, setting: Setting) -> dict[str, Any]:
        return self.everyones_game(setting).evidence()

    def evidence_inputs(self, setting: Setting) -> Any:
        return (self.resources, self.products, self.endowments(setting))

    def findings(self, setting: Setting) -> list[Finding]:
        game = self.pooled(setting)
        if game is None:
            return []
        unit, short = f"{setting.unit} per {setting.period}", rational.short
        worth = game.exact(game.grand_coalition)
        alone = {name: game.exact(1 << i) for i, name in enumerate(game.players)}
        prices = self.prices_of(setting)
        shown = ", ".join(f"{resource} {short(price)}" for resource, price in prices.items())
        apart = ", ".join(f"{name} {short(amount)}" for name, amount in alone.items())
        return [
            Finding(
                clause=self.id,
                question="split",
                item="worth",
                holds=None,
                unit=unit,
                sentence=f"Together the pool earns {short(worth)} {unit}; alone {apart}. "
                f"One more unit of a resource is worth: {shown}.",
                certificate=Certificate(
                    f"the best plan of every coalition is known; all together earn {rational.text(worth)}",
                    Verdict.HOLDS,
                    witness=dict(self.found(setting)),
                    check="check_optimum",
                ),
                values={"worth": worth, **{f"alone_{name}": amount for name, amount in alone.items()}, **prices},
                theorem="P1: Owen 1975; each plan and its prices prove each other optimal (duality)",
            )
        ]

    def flaws(self, setting: Setting) -> Iterator[Flaw]:
        for at, product in enumerate(self.products):
            if len(product.uses) != len(self.resources):
                yield Flaw(
                    ("products", at, "uses"),
                    f"{len(product.uses)} uses for {len(self.resources)} resources",
                    "give one number per resource, in their order",
                )
            elif product.price > 0 and not any(product.uses):
                yield Flaw(
                    ("products", at, "uses"), f"{product.name} earns something from nothing, without limit", "say what it takes"
                )
        if not self.resources or not self.products:
            yield Flaw(("products",), "a pool needs at least one resource and one product", "list them")
        for at, resource in enumerate(self.resources):
            if resource in self.resources[:at]:
                yield Flaw(("resources", at), f"resource {resource!r} is listed twice", "keep one")
        known = {name for clause in setting.clauses for name in getattr(clause, "resources", ())}
        for member in setting.bound(self):
            for resource in member.endow or {}:
                if resource not in known:
                    yield Flaw(
                        ("member", member.id, "endow", resource),
                        f"clause {self.id} knows no resource {resource!r}",
                        f"its resources are {', '.join(self.resources)}",
                        of_member=True,
                    )
        if len(setting.bound(self)) > MAX_MEMBERS:
            yield Flaw(
                ("id",), f"{len(setting.bound(self))} members pool, at most {MAX_MEMBERS} can", "group members or use applies_to"
            )

    @classmethod
    def random(cls, members: Sequence[Member], rng: np.random.Generator) -> ProductionPool:
        return cls(
            id="pool",
            resources=RESOURCES,
            products=tuple(
                Product(
                    name=f"product_{k}",
                    price=Fraction(int(rng.integers(1, 90)), 10),
                    uses=tuple(Fraction(int(rng.integers(1, 5))) for _ in RESOURCES),
                )
                for k in range(int(rng.integers(1, 4)))
            ),
        )
