"""Divisible jobs that need several resources in fixed proportion, and what there is of each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Self

import numpy as np

from comity import rational
from comity.coalitions import named_numbers, player_names
from comity.errors import ComityError


@dataclass(frozen=True)
class ResourceDemands:
    """Capacity of each resource, the amount of each that one job of a player needs, and the players' weights.

    ``demands[i][r]`` is what one job of player i takes of resource r; players' jobs are divisible.
    `resource_demands` builds one from numbers as they were written.
    """

    players: tuple[str, ...]
    resources: tuple[str, ...]
    capacity: tuple[Fraction, ...]
    demands: tuple[tuple[Fraction, ...], ...]
    weights: tuple[Fraction, ...]

    def dominant_share(self, i: int) -> Fraction:
        """The largest share of any resource's capacity that one job of a player takes."""
        needed = ((d, c) for d, c in zip(self.demands[i], self.capacity, strict=True) if d)
        return max(d / c for d, c in needed)

    def used(self, jobs: Iterable[Fraction]) -> list[Fraction]:
        """What so many jobs of each player take of each resource."""
        listed = tuple(jobs)
        return [
            sum((x * d[r] for x, d in zip(listed, self.demands, strict=True)), Fraction(0)) for r in range(len(self.resources))
        ]

    @classmethod
    def random(cls, n: int, rng: np.random.Generator) -> Self:
        """Two to four resources, small integers; many demands are zero."""
        m = int(rng.integers(2, 5))
        demands = rng.integers(0, 5, (n, m))
        demands[range(n), rng.integers(0, m, n)] += 1
        players, resources = player_names(None, n), player_names(None, m)
        return cls(
            players,
            resources,
            tuple(map(rational.exact, rng.integers(5, 100, m))),
            tuple(tuple(map(rational.exact, row)) for row in demands),
            tuple(map(rational.exact, rng.integers(1, 4, n))),
        )


def resource_demands(
    capacity: Mapping[str, Any] | Iterable[Any],
    demands: Mapping[str, Any] | Iterable[Any],
    weights: Mapping[str, Any] | Iterable[Any] | None = None,
) -> ResourceDemands:
    """Demands from numbers as they were written.

    Parameters
    ----------
    capacity : {resource: amount} or one amount a resource
        Never negative; a resource that someone needs must not be zero.
    demands : {player: {resource: amount}}, {player: amounts} or one list of amounts a player
        Never negative; each player needs something, else any number of jobs would fit.
    weights : {player: weight} or one weight a player, optional
        Positive; equal unless given.

    Examples
    --------
    >>> resource_demands({"cpu": 9, "memory": 18}, {"A": {"cpu": 1, "memory": 4}, "B": [3, 1]}).demands[1]
    (Fraction(3, 1), Fraction(1, 1))
    """
    resources, amounts = named_numbers(capacity, None, "the capacity")
    rows = dict(demands) if isinstance(demands, Mapping) else list(demands)
    players = player_names(rows if isinstance(rows, dict) else None, len(rows))
    listed = rows.values() if isinstance(rows, dict) else rows
    needs = tuple(_needs(player, row, resources) for player, row in zip(players, listed, strict=True))
    shares = (Fraction(1),) * len(players) if weights is None else named_numbers(weights, players, "the weight")[1]
    for name, amount in zip(resources, amounts, strict=True):
        if amount < 0:
            raise ComityError(f"the capacity of {name} is {rational.text(amount)}; capacities are never negative, use 0 or more")
    for player, row, weight in zip(players, needs, shares, strict=True):
        if weight <= 0:
            raise ComityError(
                f"the weight of {player} is {rational.text(weight)}; weights are positive, leave a player out instead"
            )
        if not any(row):
            raise ComityError(
                f"a job of {player} needs nothing, so any number of them would fit; say what it needs or leave it out"
            )
        for name, need, amount in zip(resources, row, amounts, strict=True):
            if need and not amount:
                raise ComityError(
                    f"a job of {player} needs {name}, of which there is none; give it a capacity or leave the player out"
                )
    return ResourceDemands(players, resources, amounts, needs, shares)


def _needs(player: str, row: Any, resources: tuple[str, ...]) -> tuple[Fraction, ...]:
    if isinstance(row, Mapping):
        unknown = [name for name in row if name not in resources]
        if unknown:
            raise ComityError(f"{player} needs {unknown[0]!r}, but the resources are {', '.join(resources)}")
        row = [row.get(name, 0) for name in resources]
    listed = list(row)
    if len(listed) != len(resources):
        raise ComityError(
            f"{player} lists {len(listed)} needs for the {len(resources)} resources {', '.join(resources)}; give one each"
        )
    needs = tuple(rational.exact(need, f"{player}'s need of {name}") for name, need in zip(resources, listed, strict=True))
    for name, need in zip(resources, needs, strict=True):
        if need < 0:
            raise ComityError(f"{player}'s need of {name} is {rational.text(need)}; needs are never negative, use 0 or more")
    return needs
