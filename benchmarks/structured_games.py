"""Games given by a few numbers a player, of any size, on which structured solvers are timed."""

from __future__ import annotations

import sys
from fractions import Fraction
from pathlib import Path

import numpy as np

from comity.games.coalitional.assignment import AssignmentGame
from comity.games.coalitional.flow import FlowGame
from comity.games.coalitional.linear_production import LinearProductionGame
from comity.games.coalitional.market import MarketGame
from comity.games.coalitional.rules import RuleGame
from comity.games.coalitional.shared_links import SharedLinksGame
from comity.games.coalitional.spanning_tree import SpanningTreeGame

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))
from electoral_college import COLLEGE

# Weights and quota.
Votes = tuple[list[int], int]
COLLEGE_VOTES: Votes = (COLLEGE, 270)


def votes(n: int, most: int = 100, share: Fraction = Fraction(1, 2)) -> Votes:
    """n random weights and a quota of that share of them all."""
    weights = np.random.default_rng(n).integers(1, most + 1, n).tolist()
    return weights, int(sum(weights) * share) + 1


def gains(k: int) -> list[list[int]]:
    """What each of k sellers and each of k buyers gain together, at random."""
    return np.random.default_rng(0).integers(1, 1000, (k, k)).tolist()


def market(k: int) -> AssignmentGame:
    """k sellers and k buyers with random gains."""
    return AssignmentGame(gains(k))


def production(owners: int, resources: int, products: int) -> LinearProductionGame:
    """Uses, prices and endowments with two decimals; a product uses about a third of the resources."""
    rng = np.random.default_rng(0)
    drawn = rng.uniform(0.1, 5, (resources, products)).round(2)
    uses = np.where(rng.random((resources, products)) < 0.3, drawn, 0)
    uses[np.arange(products) % resources, np.arange(products)] = 1.25
    prices, endowments = rng.uniform(1, 20, products).round(2), rng.uniform(0, 50, (owners, resources)).round(2)
    return LinearProductionGame(prices.tolist(), uses.tolist(), endowments.tolist())


def flow(owners: int, places: int, arcs: int) -> FlowGame:
    """Random arcs between numbered places; the owners take turns."""
    rng = np.random.default_rng(0)
    ends = rng.integers(0, places, (arcs, 2)).tolist()
    capacities = rng.uniform(0, 9, arcs).round(1).tolist()
    listed = [(f"p{a}", f"p{b}", c, f"m{k % owners}") for k, ((a, b), c) in enumerate(zip(ends, capacities, strict=True))]
    return FlowGame(listed, "p0", f"p{places - 1}")


def trade(traders: int, goods: int) -> MarketGame:
    """Each owns some of each good and values it in two steps."""
    rng = np.random.default_rng(0)
    owned, amounts = rng.uniform(0, 5, (2, traders, goods)).round(1).tolist()
    worths = -np.sort(-rng.uniform(0, 9, (traders, goods, 2)).round(2), axis=2)
    endowments = {f"m{i}": {f"g{k}": amount for k, amount in enumerate(row)} for i, row in enumerate(owned)}
    utilities = {
        f"m{i}": {f"g{k}": [(amounts[i][k], worth) for worth in steps] for k, steps in enumerate(row)}
        for i, row in enumerate(worths.tolist())
    }
    return MarketGame(endowments, utilities)


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
