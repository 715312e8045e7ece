"""A privacy budget: how much noise each shared statistic carries, so that together they reveal no more than agreed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import ClassVar

import numpy as np

from comity import rational
from comity.checks.optimum import check_minimum_on_simplex
from comity.declaration import declare
from comity.mechanisms.clause import Clause, Flaw
from comity.mechanisms.findings import Finding
from comity.mechanisms.members import Member
from comity.mechanisms.parameters import parameter
from comity.mechanisms.setting import Setting
from comity.secrets.accounting import split_of_privacy_budget

ZERO, ONE = Fraction(0), Fraction(1)


@dataclass(frozen=True, kw_only=True)
class Query:
    """One statistic that is released."""

    name: str = parameter("name of the statistic")
    weight: Fraction = parameter("how much its accuracy matters", above=0)
    sensitivity: Fraction | None = parameter("most that one record can change it (default: the clause's)", above=0, default=None)


@declare(
    "clause",
    "A privacy budget split over shared statistics",
    area="information_sharing",
    claims=["the split of the budget is optimal"],
    reference="Dwork, McSherry, Nissim & Smith (2006); split of the budget derived; model I7",
)
@dataclass(frozen=True, kw_only=True)
class PrivacyBudget(Clause):
    """Each statistic is released with Laplace noise; the privacy losses epsilon_q add up to ``epsilon_total``.

    A release with loss epsilon_q and sensitivity D_q has variance 2 (D_q / epsilon_q)^2.  The weighted variance
    sum_q w_q 2 (D_q / epsilon_q)^2 is least for epsilon_q proportional to (w_q D_q^2)^(1/3).
    """

    type: ClassVar[str] = "privacy_budget"
    area: ClassVar[str] = "information_sharing"

    epsilon_total: Fraction = parameter("total privacy loss of all releases (pure differential privacy)", above=0)
    queries: tuple[Query, ...] = parameter("the statistics")
    sensitivity: Fraction = parameter("most that one record can change a statistic", above=0, default=ONE)

    def importance(self) -> list[Fraction]:
        """w_q D_q^2 for each statistic."""
        return [q.weight * (q.sensitivity or self.sensitivity) ** 2 for q in self.queries]

    def split(self) -> list[Fraction]:
        """epsilon_q, adding up to the total exactly; optimal exactly where the cube roots are rational."""
        # Names may still be wrong while a file is read; positions are not.
        weights = {str(k): weight for k, weight in enumerate(self.importance())}
        return list(split_of_privacy_budget(weights, self.epsilon_total).values())

    def findings(self, setting: Setting) -> list[Finding]:
        if not setting.among(self):
            return []
        epsilons, weights = self.split(), [2 * w for w in self.importance()]
        variance = sum((w / e**2 for w, e in zip(weights, epsilons, strict=True)), ZERO)
        names = [q.name for q in self.queries]
        certificate = check_minimum_on_simplex(
            "no other split of the privacy budget has a smaller weighted variance",
            dict(zip(names, zip(weights, epsilons, strict=True), strict=True)),
            self.epsilon_total,
        )
        shown = ", ".join(f"{name} {rational.short(e)}" for name, e in zip(names, epsilons, strict=True))
        least = certificate.margin == 0
        return [
            Finding(
                clause=self.id,
                question="split",
                item="privacy_budget",
                holds=None,
                sentence=f"Of the privacy budget {rational.short(self.epsilon_total)} give {shown}; the weighted variance of the "
                f"published numbers is then {rational.short(variance)}, the least possible.",
                certificate=certificate,
                values={
                    **{name: e if least else rational.double(e) for name, e in zip(names, epsilons, strict=True)},
                    "weighted_variance": variance if least else rational.double(variance),
                },
                theorem="I7: Laplace noise, basic composition; epsilon proportional to the cube root of the weight",
            )
        ]

    def flaws(self, setting: Setting) -> Iterator[Flaw]:
        names = [q.name for q in self.queries]
        for at, name in enumerate(names):
            if name in names[:at]:
                yield Flaw(("queries", at, "name"), f"query name {name!r} is taken", "give each statistic a name of its own")
        if not names:
            yield Flaw(("queries",), "there is no statistic to release", "list at least one")

    @classmethod
    def random(cls, members: Sequence[Member], rng: np.random.Generator) -> PrivacyBudget:
        return cls(
            id="statistics",
            epsilon_total=Fraction(int(rng.integers(1, 500)), 100),
            queries=tuple(
                Query(name=f"q{k}", weight=Fraction(int(rng.integers(1, 100)))) for k in range(int(rng.integers(1, 6)))
            ),
        )
