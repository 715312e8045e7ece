"""Ghodsi et al. (2011): dominant resource fairness beside two other rules for sharing a cluster."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import product
from math import prod

from comity.declaration import declare
from comity.reproductions.table import Reproduction, Row

REFERENCE = (
    "Ghodsi, A., Zaharia, M., Hindman, B., Konwinski, A., Shenker, S. & Stoica, I. (2011). Dominant resource fairness: fair "
    "allocation of multiple resource types. NSDI 11."
)
# The paper's running example: 9 CPUs and 18 GB; a task of A needs <1 CPU, 4 GB>, one of B <3 CPUs, 1 GB>.
CAPACITY, DEMANDS = (9, 18), ((1, 4), (3, 1))
Demand = tuple[int | Fraction, int | Fraction]


@declare("reproduction", "Sharing 9 CPUs and 18 GB between two users, by three rules", reference=REFERENCE)
def ghodsi_2011() -> Reproduction:
    """Tasks of each user under dominant resource fairness, asset fairness and equal incomes; lying gains nothing.

    Examples
    --------
    >>> ghodsi_2011().agrees
    True
    """
    return Reproduction(
        "ghodsi_2011",
        "Dominant resource fairness",
        REFERENCE,
        "the example read in a summary of the paper (github.com/Romero027/personal-blog), asset fairness in a public note on its "
        "section 5.1 and theorem 1, neither in the paper itself; equal incomes from memory.",
        (*_dominant(), *_others(), *_lies()),
    )


def _jobs(demands: Sequence[Demand]) -> tuple[Fraction, ...]:
    from comity.solvers.allocation.dominant_resource import dominant_resource_fairness

    return dominant_resource_fairness(CAPACITY, demands).exact


def _dominant() -> Iterator[Row]:
    for user, tasks, ours, demand in zip("AB", ("3", "2"), _jobs(DEMANDS), DEMANDS, strict=True):
        share = ours * max(Fraction(d, c) for d, c in zip(demand, CAPACITY, strict=True))
        yield Row(f"dominant resource fairness, tasks of {user}", tasks, ours)
        yield Row(f"dominant resource fairness, dominant share of {user}", "2/3", share)


def _others() -> Iterator[Row]:
    for user, tasks, ours in zip("AB", ("2.52", "2.16"), asset_fairness(CAPACITY, DEMANDS), strict=True):
        yield Row(f"asset fairness, tasks of {user}", tasks, ours)
    for user, tasks, ours in zip("12", ("6", "12"), asset_fairness((30, 30), ((1, 3), (1, 1))), strict=True):
        yield Row(f"asset fairness where it gives user 2 less than half (theorem 1), tasks of {user}", tasks, ours)
    for user, tasks, ours in zip("AB", ("45/11", "18/11"), equal_incomes(CAPACITY, DEMANDS), strict=True):
        yield Row(f"equal incomes, tasks of {user}", tasks, ours)


def _lies() -> Iterator[Row]:
    """The most a user gains in tasks by stating other needs, over a grid of needs around the true ones."""
    truth = _jobs(DEMANDS)
    gains = []
    for user, (cpu, memory) in product((0, 1), product(range(1, 10), repeat=2)):
        stated: list[Demand] = [*DEMANDS]
        stated[user] = (Fraction(cpu, 2), Fraction(memory, 2))
        got = _jobs(stated)[user]
        # A task still needs both resources in the true proportions.
        tasks = min(got * has / need for has, need in zip(stated[user], DEMANDS[user], strict=True))
        gains.append(tasks - truth[user])
    yield Row("dominant resource fairness, most gained by stating other needs", "0", max(gains))


def asset_fairness(capacity: Sequence[int], demands: Sequence[Demand]) -> list[Fraction]:
    """Tasks of two users when each one's summed shares of all resources are equal and as large as possible."""
    shares = [sum((Fraction(d) / c for d, c in zip(demand, capacity, strict=True)), Fraction(0)) for demand in demands]
    pace = [1 / share for share in shares]
    common = min(
        c / sum((speed * demand[r] for speed, demand in zip(pace, demands, strict=True)), Fraction(0))
        for r, c in enumerate(capacity)
    )
    return [common * speed for speed in pace]


def equal_incomes(capacity: Sequence[int], demands: Sequence[Demand]) -> list[Fraction]:
    """Tasks of two users in a market with equal incomes: the largest product of tasks that two resources allow.

    At that point one resource is used up (each user then spends half of it) or both are.
    """
    (a, b), (c, d) = ((Fraction(x), Fraction(y)) for x, y in zip(*demands, strict=True))
    first, second = map(Fraction, capacity)
    points = [(first / (2 * a), first / (2 * b)), (second / (2 * c), second / (2 * d))]
    determinant = a * d - b * c
    if determinant:
        points.append(((first * d - second * b) / determinant, (a * second - c * first) / determinant))
    feasible = [(x, y) for x, y in points if min(x, y) >= 0 and a * x + b * y <= first and c * x + d * y <= second]
    return list(max(feasible, key=prod))
