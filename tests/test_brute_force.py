"""Every concept and property of a coalitional game agrees exactly with its definition in `brute_force`, on random games.

A slice runs always, thousands of games with ``python -m pytest -m scheduled``.
"""

from __future__ import annotations

import ast
import random
import sys
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from inspect import signature
from itertools import combinations, product
from pathlib import Path
from typing import Any

import brute_force
import pytest
from brute_force import CONCEPTS, PROPERTIES, Among, Plain

from comity.catalogue import catalogue, things
from comity.certificate import Certificate
from comity.errors import ComityError, SolverFailure
from comity.exact_array import ExactArray
from comity.games.coalitional.base import Game
from comity.games.coalitional.table import TableGame
from comity.results import Allocation
from comity.solvers.core.core_range import CoreRange
from comity.solvers.core.payoff_sets import PayoffSet
from comity.solvers.core.population_monotonic import AllocationScheme
from comity.solvers.values.interactions import Interactions

F = Fraction
THINGS = things()


def is_of_coalitions(name: str) -> bool:
    """Asked of a game in coalitional form; equilibria of games in other forms have tests of their own."""
    first = next(iter(signature(THINGS[name]).parameters.values()))
    return first.annotation in ("Game", Game)


DECLARED = {
    kind: [entry.name for entry in catalogue() if entry.kind == kind and is_of_coalitions(entry.name)]
    for kind in ("concept", "property")
}

# Where the definition takes long, games are smaller: the most players, and how many games in the long run.
SMALLER = {
    "average_tree_solution": (4, 1000),
    "check_population_monotonic": (4, 1000),
    "check_in_bargaining_set": (4, 1000),
    "core_centre": (4, 1000),
    "core_vertices": (4, 1000),
    "modiclus": (4, 1000),
    "population_monotonic_allocation_scheme": (4, 1000),
    "position_value": (4, 1000),
}
MOST_PLAYERS, GAMES, SLICE = 5, 2000, 50


# Defined for simple games only: nearly all games drawn for them are.
VOTES = {name for name in CONCEPTS | PROPERTIES if name.endswith("_index")} | {"coleman_power_to_act"}


# --- random games ----------------------------------------------------------------------------------------------------


def random_table(kind: str, n: int, rng: random.Random) -> list[Fraction]:
    """Worths by mask."""
    size = [S.bit_count() for S in range(1 << n)]
    alone = [F(rng.randint(-3, 12)) for _ in range(n)]
    sums = [sum((alone[i] for i in range(n) if S >> i & 1), F(0)) for S in range(1 << n)]
    weights = [rng.randint(0, 5) for _ in range(n)]
    votes = [sum(weights[i] for i in range(n) if S >> i & 1) for S in range(1 << n)]
    lefts = rng.randrange(1 << n)
    winning = [rng.randrange(1, 1 << n) for _ in range(rng.randint(1, 4))]
    levels = [F(0), *(F(rng.randint(0, 9)) for _ in range(n))]
    draws = {
        "integers": lambda S: F(rng.randint(-20, 60)),
        "few values": lambda S: F(rng.randint(0, 2)),
        "growing": lambda S: F(rng.randint(5, 15) * size[S] ** 2, 2),
        "nearly additive": lambda S: sums[S] + F(rng.randint(0, 2), 3) * (size[S] > 1),
        "additive": lambda S: sums[S],
        "zero": lambda S: F(0),
        "symmetric": lambda S: levels[size[S]],
        "voting": lambda S: F(votes[S] >= max(1, (votes[-1] + 1) // 2)),
        "winning": lambda S: F(any(S & W == W for W in winning)),
        "gloves": lambda S: F(min((S & lefts).bit_count(), (S & ~lefts).bit_count())),
        "only everybody": lambda S: F(7, 2) * (size[S] == n),
        "thirds": lambda S: F(rng.randint(1, 30), 3),
        "decimals": lambda S: F(rng.randint(-9, 9), 10),
        "tiny": lambda S: F(rng.randint(0, 40), 10**15),
        "huge": lambda S: F(rng.randint(0, 40) * 10**25),
        "negative": lambda S: F(-rng.randint(1, 30)),
        "square": lambda S: F(votes[S] ** 2),
        "root": lambda S: F(round(40 * votes[S] ** 0.5), 4),
    }
    table = [F(0), *map(draws[kind], range(1, 1 << n))]
    if kind in ("few values", "integers") and n > 1 and rng.random() < 0.3:
        # One player changes nothing.
        i = 1 << rng.randrange(n)
        table = [table[S & ~i] for S in range(1 << n)]
    return table


KINDS = (
    "integers",
    "few values",
    "growing",
    "nearly additive",
    "additive",
    "zero",
    "symmetric",
    "voting",
    "winning",
    "gloves",
    "only everybody",
    "thirds",
    "decimals",
    "tiny",
    "huge",
    "negative",
    "square",
    "root",
)


def random_games(name: str, count: int, most_players: int):
    """Pairs of the same game for comity and for the brute force, with the random numbers for everything else asked."""
    rng = random.Random(name)
    for k in range(count):
        n = rng.choice([1, 2, 2, 3, 3, 3, 3, 4, 4, 4, 5][: 2 * most_players + 1])
        table = random_table("winning" if name in VOTES and k % 8 else KINDS[k % len(KINDS)], n, rng)
        cost = bool(k // len(KINDS) % 2)
        yield TableGame(None, table, "cost" if cost else "gain"), Plain.of(table, cost), rng


# --- what else is asked --------------------------------------------------------------------------------------------------


def random_arguments(name: str, v: Plain, rng: random.Random) -> list[tuple[dict[str, Any], list[Any]]]:
    """For comity, by names, and for the brute force, by numbers: all arguments beside the game, one or more times."""
    asked = list(signature(THINGS[name]).parameters)[1:]
    if not asked:
        return [({}, [])]
    if asked == ["graph"]:
        most = 5 if name == "position_value" else 10
        links = [link for link in combinations(v.players, 2) if rng.random() < 0.7]
        links = rng.sample(links, min(len(links), most))
        return [({"graph": [(str(i + 1), str(j + 1)) for i, j in links]}, [links])]
    if asked == ["unions"]:
        homes = [rng.randrange(v.n) for _ in v.players]
        unions = [[i for i in v.players if homes[i] == home] for home in sorted(set(homes))]
        return [({"unions": [[str(i + 1) for i in union] for union in unions]}, [unions])]
    if asked == ["weights"]:
        weights = random_weights(name, v.n, rng)
        return [({"weights": weights}, [weights])]
    if asked == ["normalized"]:
        return [({"normalized": choice}, [choice]) for choice in (False, True)]
    if asked == ["k"]:
        return [({"k": k}, [k]) for k in range(1, v.n + 1)]
    if asked == ["order"]:
        return [({"order": order}, [order]) for order in range(1, v.n + 1)]
    if asked in (["epsilon"], ["samples", "seed"]):
        # Tried with what they are by default: the core itself, and exactly.
        return [({}, [])]
    if asked in (["x"], ["start"]):
        return [({asked[0]: x}, [x]) for x in some_allocations(v, rng)]
    raise AssertionError(f"{name} asks for {', '.join(asked)}, of which the tests know nothing; say here how to draw them")


def random_weights(name: str, n: int, rng: random.Random) -> list[Fraction]:
    if name == "weighted_shapley_value":
        return [F(rng.randint(1, 6), rng.randint(1, 3)) for _ in range(n)]
    if name == "semivalue":
        # A coalition of s others is met with the chance that each is in it with chance q, for one q or another.
        drawn = [F(rng.randint(0, 4), 4) for _ in range(2)]
        return [sum((q**s * (1 - q) ** (n - 1 - s) for q in drawn), F(0)) / 2 for s in range(n)]
    assert name in ("weighted_nucleolus", "weighted_prenucleolus"), f"say here which weights {name} takes"
    return [F(rng.randint(1, 4), rng.randint(1, 3)) for _ in range(n - 1)]


def some_allocations(v: Plain, rng: random.Random) -> list[list[Fraction]]:
    """Efficient: the nucleolus or the prenucleolus, their mean with equal division, and anything."""
    total = v(v.everybody)
    special = list(brute_force.nucleolus(v) or brute_force.prenucleolus(v))
    middle = [(a + total / v.n) / 2 for a in special]
    anything = [F(rng.randint(-4, 20)) for _ in range(v.n - 1)]
    return [special, middle, [*anything, total - sum(anything)]]


# --- agreement -------------------------------------------------------------------------------------------------------


def plain(answer: Any) -> Any:
    """Comity's answer in the words of the brute force: players by number, coalitions as sets of them."""
    if isinstance(answer, Allocation):
        return answer.exact
    if isinstance(answer, ExactArray):
        return answer.fractions()
    if isinstance(answer, Certificate):
        return bool(answer)
    if isinstance(answer, CoreRange):
        return answer.exact
    if isinstance(answer, PayoffSet | list):
        assert len(set(answer)) == len(answer), "a point is listed twice"
        return set(answer)
    if isinstance(answer, Interactions):
        return by_coalition(answer.exact)
    if isinstance(answer, dict):
        return by_coalition(answer)
    if isinstance(answer, AllocationScheme):
        members = {S: [i for i in range(len(answer.players)) if S >> i & 1] for S in answer.exact}
        return {frozenset(members[S]): dict(zip(members[S], amounts)) for S, amounts in answer.exact.items()}
    if isinstance(answer, tuple):
        return tuple(plain(part) if isinstance(part, tuple) else int(part) - 1 for part in answer)
    return answer


def by_coalition(amounts: Any) -> dict[frozenset[int], Fraction]:
    return {frozenset(int(player) - 1 for player in names): amount for names, amount in amounts.items()}


def compare(name: str, definition: Callable[..., Any], count: int, most_players: int) -> Counter[str]:
    """How often the definition answers and how often it is not defined; any difference fails, with the game."""
    seen: Counter[str] = Counter()
    for game, v, rng in random_games(name, count, most_players):
        for by_name, by_number in random_arguments(name, v, rng):
            expected, found = definition(v, *by_number), answer(name, game, by_name)
            if isinstance(found, Refusal):
                agreed = expected is None
            else:
                agreed = expected.contains(found) if isinstance(expected, Among) else found == expected
            assert agreed, f"{name} of {told(game, by_name)}: comity {found}, by definition {expected}"
            seen["refused" if expected is None else "answered"] += 1
    return seen


@dataclass(frozen=True)
class Refusal:
    reason: str


def answer(name: str, game: TableGame, arguments: dict[str, Any]) -> Any:
    try:
        return plain(THINGS[name](game, **arguments))
    except SolverFailure:
        # No refusal but a mistake.
        raise
    except ComityError as error:
        return Refusal(str(error))


def told(game: TableGame, arguments: dict[str, Any]) -> str:
    return f"TableGame(None, {list(map(str, game.exact_table()))}, {str(game.orientation)!r}) with {arguments}"


EVERYTHING = CONCEPTS | PROPERTIES


@pytest.mark.parametrize("name", EVERYTHING)
def test_a_slice_agrees_with_the_definition(name):
    few = name in SMALLER
    assert compare(name, EVERYTHING[name], SLICE // 2 if few else SLICE, 3 if few else 4)["answered"] > 0


@pytest.mark.scheduled
@pytest.mark.parametrize("name", EVERYTHING)
def test_thousands_of_games_agree_with_the_definition(name):
    most_players, games = SMALLER.get(name, (MOST_PLAYERS, GAMES))
    seen = compare(name, EVERYTHING[name], games, most_players)
    print(f"{name}: {seen['answered']} answers agree, {seen['refused']} refusals agree")
    assert seen.total() >= games
    assert seen["answered"] >= games / 20


@pytest.mark.parametrize("kind", ["concept", "property"])
def test_everything_in_the_catalogue_has_a_definition_here(kind):
    written = CONCEPTS if kind == "concept" else PROPERTIES
    missing = sorted(set(DECLARED[kind]) - set(written))
    assert not missing, f"write {', '.join(missing)} down from the definition in tests/brute_force.py and list it there"
    gone = sorted(set(written) - set(DECLARED[kind]))
    assert not gone, f"{', '.join(gone)} in tests/brute_force.py is in the catalogue no more; remove it or rename it"


# --- the brute force itself ---------------------------------------------------------------------------------------------


def test_the_brute_force_imports_the_standard_library_only():
    tree = ast.parse(Path(brute_force.__file__).read_text(encoding="utf-8"))
    imported = {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    imported |= {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    assert {str(name).split(".")[0] for name in imported} <= sys.stdlib_module_names


def corners_of(rows: Sequence[tuple[Sequence[Fraction], Fraction]], n: int) -> list[tuple[Fraction, ...]]:
    found = (brute_force.solve_equations(chosen) for chosen in combinations(rows, n))
    return [x for x in found if x is not None and brute_force.satisfies(x, rows)]


def test_its_linear_programmes_agree_with_the_best_of_all_corners():
    rng, solved = random.Random(1), 0
    for _ in range(60):
        n = rng.choice([1, 2, 3])
        inside = [([int(i == j) for j in range(n)], F(-9)) for i in range(n)]
        inside += [([-int(i == j) for j in range(n)], F(-9)) for i in range(n)]
        rows = inside + [([F(rng.randint(-3, 3)) for _ in range(n)], F(rng.randint(-4, 6), 2)) for _ in range(4)]
        c = [F(rng.randint(-3, 3), 2) for _ in range(n)]
        corners = corners_of(rows, n)
        found = brute_force.least(c, rows)
        if found is None:
            assert not corners
            continue
        value, z = found
        assert value == brute_force.dot(c, z) == min(brute_force.dot(c, x) for x in corners)
        assert brute_force.satisfies(z, rows)
        solved += 1
    assert 20 < solved < 60


def test_its_nucleolus_is_lexicographically_least_on_a_grid():
    rng = random.Random(2)
    for _ in range(6):
        v = Plain.of([F(0), *(F(rng.randint(0, 6)) for _ in range(6)), F(12)])
        best = brute_force.nucleolus(v)

        def ordered(x, v=v):
            return sorted((brute_force.excess(v, S, x) for S in v.proper), reverse=True)

        for a in range(13):
            for b in range(13 - a):
                x = (F(a), F(b), F(12 - a - b))
                if all(x[i] >= v([i]) for i in v.players):
                    assert ordered(best) <= ordered(x)


def test_its_modiclus_is_the_prenucleolus_of_the_dual_cover_on_either_half():  # Sudhölter 1997
    rng = random.Random(3)
    for n in (1, 2, 2, 3, 3, 3):
        v = Plain.of([F(0), *(F(rng.randint(-9, 30)) for _ in range((1 << n) - 1))])
        dual = {S: v(v.everybody) - v(v.everybody - S) for S in v.coalitions}
        cover = {S | {n + i for i in T}: max(v(S) + dual[T], dual[S] + v(T)) for S, T in product(v.coalitions, repeat=2)}
        assert brute_force.prenucleolus(Plain(2 * n, cover)) == 2 * brute_force.modiclus(v)


def test_a_near_miss_is_no_answer():
    table = list(map(F, [0, 0, 0, 6, 0, 6, 6, 12]))
    game, v = TableGame(None, table), Plain.of(table)
    for name in ("core_point", "least_core", "kernel_point", "prekernel_point"):
        x = THINGS[name](game).exact
        assert CONCEPTS[name](v).contains(x)
        moved = (x[0] + F(1, 10**12), x[1] - F(1, 10**12), x[2])
        assert not CONCEPTS[name](v).contains(moved), name
