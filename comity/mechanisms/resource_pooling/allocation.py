"""Allocating a shared cluster without money: dominant resource fairness."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, ClassVar, Literal

import numpy as np

from comity import rational
from comity.certificate import plain
from comity.checks.allocation import check_dominant_resource_fairness
from comity.declaration import declare
from comity.errors import InvalidEvidence
from comity.games.problems.resource_demands import ResourceDemands
from comity.mechanisms.clause import Clause, Flaw
from comity.mechanisms.findings import Finding
from comity.mechanisms.members import RESOURCES, Member
from comity.mechanisms.parameters import parameter
from comity.mechanisms.setting import Setting

ZERO, ONE = Fraction(0), Fraction(1)


@declare(
    "clause",
    "Jobs on a shared cluster by dominant resource fairness",
    area="resource_pooling",
    claims=["nobody gains by misreporting what a job needs", "everyone gets at least its part of every resource"],
    reference="Ghodsi et al. (2011); Parkes, Procaccia & Shah (2015); model P5",
)
@dataclass(frozen=True, kw_only=True)
class ClusterAllocation(Clause):
    """Divisible jobs for each member; largest shares of any resource grow alike until something runs out.

    A resource a member does not need never stops it.  Weights are claims on the pool, not priorities.
    """

    type: ClassVar[str] = "allocation"
    area: ClassVar[str] = "resource_pooling"
    needs: ClassVar[tuple[str, ...]] = ("demand",)

    rule: Literal["drf"] = parameter("how jobs are allocated: dominant resource fairness", default="drf")
    capacity: Mapping[str, Fraction] = parameter("what there is of each resource", keys="resource", above=0)
    weights: Mapping[str, Fraction] = parameter(
        "claims on the pool (default: equal)", keys="member", above=0, optional_keys=True, default={}
    )

    @property
    def resources(self) -> tuple[str, ...]:
        """Names of the resources."""
        return tuple(self.capacity)

    def problem(self, setting: Setting) -> ResourceDemands | None:
        """The members present and what a job of each needs."""
        present = setting.among(self)
        if not present:
            return None
        return ResourceDemands(
            players=tuple(member.id for member in present),
            resources=self.resources,
            capacity=tuple(self.capacity.values()),
            demands=tuple(tuple((member.demand or {}).get(r, ZERO) for r in self.resources) for member in present),
            weights=tuple(self.weights.get(member.id, ONE) for member in present),
        )

    def find(self, setting: Setting) -> dict[str, Any]:
        from comity.solvers.allocation.dominant_resource import dominant_resource_fairness

        problem = self.problem(setting)
        if problem is None:
            return {}
        return {"jobs": dict(zip(problem.players, plain(dominant_resource_fairness(problem).exact), strict=True))}

    def findings(self, setting: Setting) -> list[Finding]:
        problem = self.problem(setting)
        if problem is None:
            return []
        short = rational.short
        found = self.found(setting)
        if set(found) != {"jobs"} or set(found["jobs"]) != set(problem.players):
            raise InvalidEvidence(f"clause {self.id}: the evidence should be the jobs of {', '.join(problem.players)}")
        jobs = {name: rational.exact(found["jobs"][name], "jobs") for name in problem.players}
        certificate = check_dominant_resource_fairness(problem, list(jobs.values()))
        shares = {name: amount * problem.dominant_share(i) for i, (name, amount) in enumerate(jobs.items())}
        shown = ", ".join(f"{name} {short(amount)} jobs" for name, amount in jobs.items())
        scarce = [r for r, left in zip(problem.resources, self._left(problem, jobs), strict=True) if left == 0]
        return [
            Finding(
                clause=self.id,
                question="split",
                item="jobs",
                holds=None,
                unit="jobs",
                sentence=f"{shown}; used up: {', '.join(scarce)}. Everyone gets at least the jobs that its part of the cluster "
                "could run, and nobody gains by asking for other resources than it needs.",
                certificate=certificate,
                values={**jobs, **{f"dominant_share_{name}": share for name, share in shares.items()}},
                theorem="P5: Ghodsi et al. 2011 (strategy-proof, envy-free, sharing incentive)",
            )
        ]

    def _left(self, problem: ResourceDemands, jobs: Mapping[str, Fraction]) -> list[Fraction]:
        return [c - u for c, u in zip(problem.capacity, problem.used(list(jobs.values())), strict=True)]

    def flaws(self, setting: Setting) -> Iterator[Flaw]:
        if not self.capacity:
            yield Flaw(("capacity",), "no resource is named", "write capacity = { compute = 60.0 }, say")
        for member in setting.bound(self):
            demand = member.demand or {}
            if self.capacity and not any(demand.get(resource, ZERO) for resource in self.resources):
                yield Flaw(
                    ("member", member.id, "demand"),
                    f"a job of {member.id} needs nothing of the cluster",
                    "say what it needs",
                    True,
                )
            known = {name for clause in setting.clauses for name in getattr(clause, "resources", ())}
            for resource in demand:
                if resource not in known:
                    yield Flaw(
                        ("member", member.id, "demand", resource),
                        f"there is no resource {resource!r}",
                        f"the resources are {', '.join(sorted(known))}",
                        of_member=True,
                    )

    @classmethod
    def random(cls, members: Sequence[Member], rng: np.random.Generator) -> ClusterAllocation:
        return cls(id="cluster", capacity={r: Fraction(int(rng.integers(1, 10000)), 100) for r in RESOURCES})
