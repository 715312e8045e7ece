"""Confirming that jobs are allocated by dominant resource fairness, by looking for everyone's bottleneck."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

from comity import rational
from comity.certificate import Certificate, holds_if
from comity.declaration import declare
from comity.errors import InvalidEvidence
from comity.games.problems.resource_demands import ResourceDemands


@declare(
    "check",
    "Everyone has a bottleneck: a used-up resource where nobody has a larger dominant share",
    confirms=("dominant_resource_fairness",),
    reference="Ghodsi et al. (2011); max-min fairness as in Bertsekas & Gallager (1992), section 6.5.2",
)
def check_dominant_resource_fairness(
    problem: ResourceDemands, x: Sequence[Any], witness: Mapping[str, Any] | None = None
) -> Certificate:
    """x is the one allocation whose weighted dominant shares, sorted, are lexicographically greatest.

    Checked: no resource is overused, and each player needs some used-up resource, the bottleneck, on which no other
    player who needs it has a larger dominant share per weight.  Then nobody's share can grow without
    making an equal or smaller one shrink, which is what max-min fair means.  The witness names the
    bottlenecks; they are looked for afresh.

    Examples
    --------
    >>> from comity.games.problems.resource_demands import resource_demands
    >>> problem = resource_demands([9, 18], [[1, 4], [3, 1]])
    >>> bool(check_dominant_resource_fairness(problem, [3, 2])), bool(check_dominant_resource_fairness(problem, [2, 2]))
    (True, False)
    """
    jobs = [rational.exact(amount, "a number of jobs") for amount in x]
    if len(jobs) != len(problem.players):
        raise InvalidEvidence(f"{len(jobs)} numbers of jobs for {len(problem.players)} players; give one each")
    left = [c - u for c, u in zip(problem.capacity, problem.used(jobs), strict=True)]
    shares = [amount * problem.dominant_share(i) / problem.weights[i] for i, amount in enumerate(jobs)]
    bottlenecks = {player: _bottleneck(problem, left, shares, i) for i, player in enumerate(problem.players)}
    without = [player for player, resource in bottlenecks.items() if resource is None]
    feasible = min(left) >= 0 and min(jobs) >= 0
    return Certificate(
        "the jobs are allocated by dominant resource fairness",
        holds_if(feasible and not without),
        margin=None if feasible else min(*left, *jobs),
        witness={
            "bottlenecks": bottlenecks,
            "dominant_shares": {
                player: rational.text(amount * problem.dominant_share(i))
                for i, (player, amount) in enumerate(zip(problem.players, jobs, strict=True))
            },
            "left": {name: rational.text(amount) for name, amount in zip(problem.resources, left, strict=True)},
        },
        check="check_dominant_resource_fairness",
    )


def _bottleneck(problem: ResourceDemands, left: Sequence[Fraction], shares: Sequence[Fraction], i: int) -> str | None:
    for r, name in enumerate(problem.resources):
        needing = [j for j, demand in enumerate(problem.demands) if demand[r]]
        if left[r] == 0 and i in needing and all(shares[j] <= shares[i] for j in needing):
            return name
    return None
