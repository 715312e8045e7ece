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
from collections.abc import Callable, Iterator
from fractions import Fraction
from functools import cache, partial
from typing import Any

import numpy as np
from bars import Bar, figure
from measure import Seconds, best, taken
from structured_games import COLLEGE_VOTES, flow, links, market, network, production, rules, trade, votes

from comity.games.coalitional.airport import AirportGame
from comity.games.coalitional.queueing import QueueingGame
from comity.games.coalitional.voting import VotingGame
from comity.results import Allocation
from comity.solvers.core.core_point import core_point
from comity.solvers.core.nucleolus import nucleolus
from comity.solvers.core.owen_vector import owen_vector
from comity.solvers.rules.bird_rule import bird_rule
from comity.solvers.rules.claims import constrained_equal_awards, constrained_equal_losses, proportional_rule, talmud_rule
from comity.solvers.values.banzhaf_index import banzhaf_index
from comity.solvers.values.rounded import rounded
from comity.solvers.values.shapley import shapley_value
from comity.solvers.values.shapley_shubik import shapley_shubik_index

MANY = 10_000
RESIDUAL = 1e-12
Task = tuple[str, Callable[[], Allocation]]


@cache
def answered(ask: Callable[[Any], Allocation], make: Callable[[int], Any], n: int) -> tuple[Seconds, Allocation]:
    """Seconds and answer about a game that nobody has asked before; one whose certificate does not hold ends the run."""

    def prepare() -> Callable[[], Allocation]:
        game = make(n)
        return lambda: ask(game)

    seconds, answer = best(prepare, 3)
    if not answer.certificate:
        raise AssertionError(f"the {answer.concept} of {n} has a certificate that does not hold: {answer.certificate}")
    return seconds, answer


def wall(ask: Callable[[Any], Allocation], make: Callable[[int], Any], n: int) -> list[float]:
    return [answered(ask, make, n)[0].wall]


def residual(ask: Callable[[Any], Allocation], make: Callable[[int], Any], n: int) -> list[float]:
    return [beyond_one(answered(ask, make, n)[1])]


def beyond_one(index: Allocation) -> float:
    return abs(float(sum(index.exact, Fraction(-1))))


def vote(n: int) -> VotingGame:
    return VotingGame(*votes(n))


def heavy_vote(n: int) -> VotingGame:
    return VotingGame(*votes(n, 10**9, Fraction(3, 5)))


def college(n: int) -> VotingGame:
    """The first n members of the electoral college, and more than half of their votes."""
    weights, quota = COLLEGE_VOTES
    return VotingGame(weights[:n], quota if n == len(weights) else sum(weights[:n]) // 2 + 1)


def _bars() -> Iterator[Bar]:
    area = "Structured games"
    members = partial(Bar, area, counted="members")
    for n, limit in ((500, 4), (1000, 20)):
        yield members("Shapley-Shubik index", n, limit, "s", partial(wall, shapley_shubik_index, vote), 12)
        off = partial(residual, shapley_shubik_index, vote)
        yield members("Shapley-Shubik index, how far its sum is from 1", n, RESIDUAL, "", off, 12)
    yield members("Banzhaf index", 1000, 0.5, "s", partial(wall, banzhaf_index, vote), 12)
    yield members("Banzhaf index, how far its sum is from 1", 1000, RESIDUAL, "", partial(residual, banzhaf_index, vote), 12)
    yield members("nucleolus of the US electoral college, exact", 51, 1.5, "s", partial(wall, nucleolus, college), 12)
    yield members("nucleolus of a vote with weights to 1e9, exact", 40, 6, "s", partial(wall, nucleolus, heavy_vote), 10)
    sides = "sellers and as many buyers"
    yield Bar(area, "nucleolus of an assignment game", 50, 2.5, "s", partial(wall, nucleolus, market), 5, counted=sides)


BARS = tuple(_bars())


def tasks() -> Iterator[Task]:
    """Name and what is to be timed, beyond the bars; the games are made before."""
    whole = VotingGame(*COLLEGE_VOTES)
    yield "voting: Shapley-Shubik, US electoral college, 51", lambda: shapley_shubik_index(whole)
    for n, most in ((60, 1000), (100, 100), (150, 100), (150, 1000)):
        long = VotingGame(*votes(n, most))
        yield f"voting: nucleolus, {n} members, weights to {most}", lambda long=long: nucleolus(long)  # type: ignore[misc]
    for n in (2000, 5000):
        large = vote(n)
        yield f"voting: Banzhaf, {n} members", lambda large=large: banzhaf_index(large)  # type: ignore[misc]
        yield f"voting: Shapley-Shubik, {n} members", lambda large=large: shapley_shubik_index(large)  # type: ignore[misc]
    works = production(1000, 100, 200)
    yield "linear production: core by prices, 1000 owners, 100 resources, 200 products", lambda: core_point(works)
    yield "linear production: Owen vector, 1000 owners, 100 resources, 200 products", lambda: owen_vector(works)
    pipes, goods = flow(5000, 1000, 30_000), trade(5000, 5)
    yield "flow: core by a least cut, 5000 owners, 30000 arcs", lambda: core_point(pipes)
    yield "market: core by prices, 5000 traders, 5 goods", lambda: core_point(goods)
    amounts = np.random.default_rng(0).integers(1, 10**6, MANY).tolist()
    airport = AirportGame(amounts)
    yield f"airport: Shapley value, {MANY}", lambda: shapley_value(airport)
    yield f"airport: Shapley value rounded for a file, {MANY}", lambda: rounded(airport, shapley_value(airport))
    yield f"airport: nucleolus, {MANY}", lambda: nucleolus(airport)
    for served in ("first", "last"):
        queue = QueueingGame(amounts, served)
        yield f"queue, served {served}: Shapley value, {MANY}", lambda queue=queue: shapley_value(queue)  # type: ignore[misc]
    for rule in (talmud_rule, constrained_equal_awards, constrained_equal_losses, proportional_rule):
        yield f"claims: {rule.__name__}, {MANY}", lambda rule=rule: rule(sum(amounts) // 3, amounts)  # type: ignore[misc]
    places = network(MANY)
    yield f"spanning tree: Bird's rule, {MANY}", lambda: bird_rule(places)
    few, many = rules(2000, 5000, 4, 3), rules(2000, 5000, 5, 20)
    yield "rules: Shapley value, 2000 members, 5000 rules, 3 away", lambda: shapley_value(few)
    yield "rules: Shapley value, 2000 members, 5000 rules, 20 away", lambda: shapley_value(many)
    shared = links(1000, 3000, 20)
    yield "shared links: Shapley value, 1000 members, 3000 links", lambda: shapley_value(shared)
    more = links(MANY, MANY, 20)
    yield f"shared links: Shapley value, {MANY} members, {MANY} links", lambda: shapley_value(more)


def main() -> None:
    """Time the bars and the tasks and print a row for each."""
    parser = argparse.ArgumentParser(description="Structured games at size.")
    parser.add_argument("--only", default="", help="a word that the name has")
    chosen = parser.parse_args().only
    print(f"{'task':<76}{'wall s':>8}{'cpu s':>8}  certificate")
    failed = []
    for bar in BARS:
        if chosen in bar.name:
            found = bar.measured()
            print(f"{bar.name:<76}{figure(found.median):>8}{'':>8}  the bar is {bar.demand}", flush=True)
            failed += [bar.name] * (bar.limit == RESIDUAL and found.median > RESIDUAL)
    for name, run in tasks():
        if chosen in name:
            seconds, result = taken(run)
            certificate = result.certificate
            shown = f"{certificate.verdict.value} ({certificate.basis.value})"
            print(f"{name:<76}{seconds.wall:8.2f}{seconds.cpu:8.2f}  {shown}", flush=True)
            failed += [name] * (not certificate)
    if failed:
        sys.exit(f"not confirmed: {', '.join(failed)}")


if __name__ == "__main__":
    main()
