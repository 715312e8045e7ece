"""Dominant resource fairness: everyone's largest share of a resource grows alike until something runs out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction
from typing import Any

from comity.checks.allocation import check_dominant_resource_fairness
from comity.declaration import declare
from comity.errors import SolverFailure
from comity.games.problems.resource_demands import ResourceDemands, resource_demands
from comity.results import Allocation


@declare(
    "rule",
    "Dominant shares grow alike until a resource runs out (dominant resource fairness)",
    area="resource_pooling",
    claims=("strategy_proof", "envy_free", "sharing_incentive", "pareto_optimal"),
    reference="Ghodsi, Zaharia, Hindman, Konwinski, Shenker & Stoica (2011); Parkes, Procaccia & Shah (2015)",
    certificate="check_dominant_resource_fairness",
)
def dominant_resource_fairness(
    capacity: Mapping[str, Any] | Iterable[Any] | ResourceDemands,
    demands: Mapping[str, Any] | Iterable[Any] = (),
    weights: Mapping[str, Any] | Iterable[Any] | None = None,
) -> Allocation:
    """Jobs for each player by progressive filling, exactly.

    All dominant shares per weight grow at the same pace; when a resource is used up, the players who need it stop.
    A resource that a player does not need never stops that player.  Weights are the players' claims on the pool (their
    contributions), not priorities: nobody does better by misreporting needs, everyone gets at least their
    part of every resource, no one prefers another's bundle (in proportion to weights), nothing useful is left.

    Parameters
    ----------
    capacity : {resource: amount} or one amount a resource
    demands : {player: {resource: amount}}, {player: amounts} or one list of amounts a player
        What one job needs of each resource.
    weights : {player: weight} or one weight a player, optional

    Returns
    -------
    Allocation
        Divisible jobs by player; ``notes["dominant_shares"]`` and ``notes["used"]`` are exact.

    References
    ----------
    Ghodsi et al. (2011), "Dominant resource fairness"; Parkes, Procaccia & Shah (2015) for zero demands and weights.

    Examples
    --------
    >>> dominant_resource_fairness({"cpu": 9, "memory": 18}, {"A": [1, 4], "B": [3, 1]}).amounts.tolist()
    [3.0, 2.0]
    """
    problem = capacity if isinstance(capacity, ResourceDemands) else resource_demands(capacity, demands, weights)
    jobs = _fill(problem)
    certificate = check_dominant_resource_fairness(problem, jobs)
    if not certificate:
        raise SolverFailure("the allocation of jobs was not confirmed; please report the demands")
    shares = {player: x * problem.dominant_share(i) for i, (player, x) in enumerate(zip(problem.players, jobs, strict=True))}
    used = dict(zip(problem.resources, problem.used(jobs), strict=True))
    return Allocation(
        "dominant_resource_fairness",
        problem.players,
        tuple(jobs),
        certificate,
        unit="jobs",
        notes={"dominant_shares": shares, "used": used},
    )


def _fill(problem: ResourceDemands) -> list[Fraction]:
    # Jobs of player i while the common level t of dominant share per weight grows: pace[i] * t.
    pace = [weight / problem.dominant_share(i) for i, weight in enumerate(problem.weights)]
    jobs = [Fraction(0)] * len(pace)
    left = list(problem.capacity)
    growing = set(range(len(pace)))
    while growing:
        drain = [sum((pace[i] * problem.demands[i][r] for i in growing), Fraction(0)) for r in range(len(left))]
        step = min(amount / rate for amount, rate in zip(left, drain, strict=True) if rate)
        for i in growing:
            jobs[i] += pace[i] * step
        left = [amount - rate * step for amount, rate in zip(left, drain, strict=True)]
        spent = [r for r, amount in enumerate(left) if not amount]
        growing = {i for i in growing if not any(problem.demands[i][r] for r in spent)}
    return jobs
