"""Structured games at size: how long an answer takes *with its certificate*, and what the certificate says.

Run it where comity is installed::

    python benchmarks/structured.py                every task
    python benchmarks/structured.py --only voting  those whose name has that word

Seconds are of the whole call (finding and confirming), by the clock and of this process alone; the limits are for two idle cores.
A certificate that does not hold, or a voting index that does not add up to 1 within 1e-12, ends the run with exit status 1.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Iterator
from fractions import Fraction

import numpy as np

from comity.games.coalitional.airport import AirportGame
from comity.games.coalitional.assignment import AssignmentGame
from comity.games.coalitional.queueing import QueueingGame
from comity.games.coalitional.rules import RuleGame
from comity.games.coalitional.shared_links import SharedLinksGame
from comity.games.coalitional.spanning_tree import SpanningTreeGame
from comity.games.coalitional.voting import VotingGame
from comity.results import Allocation
from comity.solvers.core.nucleolus import nucleolus
from comity.solvers.rules.bird_rule import bird_rule
from comity.solvers.rules.claims import constrained_equal_awards, constrained_equal_losses, proportional_rule, talmud_rule
from comity.solvers.values.banzhaf_index import banzhaf_index
from comity.solvers.values.shapley import shapley_value
from comity.solvers.values.shapley_shubik import shapley_shubik_index

# Electoral votes and how many of the 51 members have them, 2024.
COLLEGE = {
    54: 1,
    40: 1,
    30: 1,
    28: 1,
    19: 2,
    17: 1,
    16: 2,
    15: 1,
    14: 1,
    13: 1,
    12: 1,
    11: 4,
    10: 5,
    9: 2,
    8: 3,
    7: 2,
    6: 6,
    5: 2,
    4: 7,
}
MANY = 10_000
Task = tuple[str, float | None, Callable[[], Allocation]]


def votes(n: int, most: int, share: Fraction) -> VotingGame:
    """n members with random weights and a quota of that share of them all."""
    weights = np.random.default_rng(n).integers(1, most + 1, n).tolist()
    return VotingGame(weights, int(sum(weights) * share) + 1)


def market(k: int) -> AssignmentGame:
    """k sellers and k buyers with random gains."""
    return AssignmentGame(np.random.default_rng(0).integers(1, 1000, (k, k)).tolist())


def network(n: int) -> SpanningTreeGame:
    """n places in a square, each linked to the source and to its neighbours in narrow strips."""
    rng = np.random.default_rng(0)
    names = [f"m{i}" for i in range(n)]
    places = rng.integers(0, 10_000, (n, 2))
    links = [("source", name, int(place.sum())) for name, place in zip(names, places, strict=True)]
    order = np.lexsort((places[:, 1], places[:, 0] // 100))
    for step in (1, 2, 3, 7):
        pairs = zip(order, order[step:], strict=False)
        links += [(names[i], names[j], int(np.abs(places[i] - places[j]).sum())) for i, j in pairs]
    return SpanningTreeGame(links, source="source")


def rules(n: int, count: int, present: int, absent: int) -> RuleGame:
    """Random rules that want so many players present and so many away."""
    rng = np.random.default_rng(0)
    names = [f"m{i}" for i in range(n)]
    listed = []
    for _ in range(count):
        chosen = [names[i] for i in rng.choice(n, present + absent, replace=False)]
        listed.append((chosen[:present], chosen[present:], int(rng.integers(1, 100))))
    return RuleGame(listed, names)


def links(n: int, count: int, users: int) -> SharedLinksGame:
    """Random links with so many users each."""
    rng = np.random.default_rng(0)
    names = [f"m{i}" for i in range(n)]
    listed = {
        f"link {k}": (int(rng.integers(1, 50)), [names[i] for i in rng.choice(n, users, replace=False)]) for k in range(count)
    }
    return SharedLinksGame(listed, names)


def tasks() -> Iterator[Task]:
    """Name, limit in seconds if there is one, and what is to be timed; the games are made before."""
    college = VotingGame([votes for votes, members in (COLLEGE | {3: 7}).items() for _ in range(members)], 270)
    half, more = Fraction(1, 2), Fraction(3, 5)
    yield "voting: Shapley-Shubik, US electoral college, 51", None, lambda: shapley_shubik_index(college)
    for n, limit in ((500, 4.0), (1000, 20.0)):
        game = votes(n, 100, half)
        yield f"voting: Shapley-Shubik, {n} members", limit, lambda game=game: shapley_shubik_index(game)  # type: ignore[misc]
    thousand = votes(1000, 100, half)
    yield "voting: Banzhaf, 1000 members", 0.5, lambda: banzhaf_index(thousand)
    yield "voting: nucleolus, US electoral college, 51", 1.5, lambda: nucleolus(college)
    long = votes(40, 10**9, more)
    yield "voting: nucleolus, 40 members, weights to 1e9", 6.0, lambda: nucleolus(long)
    sixty = votes(60, 1000, half)
    yield "voting: nucleolus, 60 members, weights to 1000", None, lambda: nucleolus(sixty)
    square = market(50)
    yield "assignment: nucleolus, 50 x 50", 2.5, lambda: nucleolus(square)
    amounts = np.random.default_rng(0).integers(1, 10**6, MANY).tolist()
    airport = AirportGame(amounts)
    yield f"airport: Shapley value, {MANY}", None, lambda: shapley_value(airport)
    yield f"airport: nucleolus, {MANY}", None, lambda: nucleolus(airport)
    for served in ("first", "last"):
        queue = QueueingGame(amounts, served)
        yield f"queue, served {served}: Shapley value, {MANY}", None, lambda queue=queue: shapley_value(queue)  # type: ignore[misc]
    for rule in (talmud_rule, constrained_equal_awards, constrained_equal_losses, proportional_rule):
        yield f"claims: {rule.__name__}, {MANY}", None, lambda rule=rule: rule(sum(amounts) // 3, amounts)  # type: ignore[misc]
    places = network(MANY)
    yield f"spanning tree: Bird's rule, {MANY}", None, lambda: bird_rule(places)
    few, many = rules(2000, 5000, 4, 3), rules(2000, 5000, 5, 20)
    yield "rules: Shapley value, 2000 members, 5000 rules, 3 away", None, lambda: shapley_value(few)
    yield "rules: Shapley value, 2000 members, 5000 rules, 20 away", None, lambda: shapley_value(many)
    shared = links(1000, 3000, 20)
    yield "shared links: Shapley value, 1000 members, 3000 links", None, lambda: shapley_value(shared)


def main() -> None:
    """Time the tasks and print a row for each."""
    parser = argparse.ArgumentParser(description="Structured games at size.")
    parser.add_argument("--only", default="", help="a word that the task's name has")
    chosen = parser.parse_args().only
    print(f"{'task':<62}{'wall s':>8}{'cpu s':>8}{'limit':>7}  certificate")
    failed = []
    for name, limit, run in tasks():
        if chosen not in name:
            continue
        wall, cpu = time.perf_counter(), time.process_time()
        result = run()
        wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
        certificate = result.certificate
        residual = abs(float(sum(result.exact, Fraction(-1)))) if "Shapley-Shubik" in name or "Banzhaf" in name else 0.0
        shown = f"{certificate.verdict.value} ({certificate.basis.value})" + (f", sum - 1 = {residual:.0e}" if residual else "")
        print(f"{name:<62}{wall:8.2f}{cpu:8.2f}{limit or '':>7}  {shown}", flush=True)
        if not certificate or residual > 1e-12:
            failed.append(name)
    if failed:
        sys.exit(f"not confirmed: {', '.join(failed)}")


if __name__ == "__main__":
    main()
