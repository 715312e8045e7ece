"""Forged statements: one thing changed in the amounts, the evidence, the certificate or the game."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from fractions import Fraction
from typing import Any

from corpus_statements import Statement

from comity import rational
from comity.checks.confirm import UNREADABLE
from comity.games.coalitional.claims import ClaimsGame, ClaimsProblem
from comity.games.coalitional.linear_production import LinearProductionGame
from comity.games.coalitional.spanning_tree import SpanningTreeGame
from comity.games.coalitional.table import TableGame
from comity.games.problems.resource_demands import ResourceDemands, resource_demands

TINY = Fraction(1, 10**12)

Path = tuple[Any, ...]


def forgeries(game: Any, statement: Statement, k: int, kinds: Iterable[str]) -> Iterator[tuple[str, Any, Statement]]:
    """The game and the statement with one thing changed, at a place that k chooses, for each kind that the statement allows."""
    for kind in kinds:
        forged = KINDS[kind](game, statement, k)
        if forged is not None:
            yield kind, *forged


def kinds_for(k: int, n: int) -> list[str]:
    """All kinds for up to three players; for more, where checks take longer, some of them in turn."""
    names = list(KINDS)
    count = len(names) if n < 4 else 5 if n < 7 else 3
    # Steps of four, which is prime to fifteen, so that unlike kinds are next to each other and each has its turn.
    return [names[(k + 4 * step) % len(names)] for step in range(count)]


# --- amounts ------------------------------------------------------------------------------------------


def _moved(game: Any, statement: Statement, k: int) -> tuple[Any, Statement] | None:
    return _with_arguments(game, statement, k, 1, lambda numbers: [numbers[0] + TINY])


def _moved_oppositely(game: Any, statement: Statement, k: int) -> tuple[Any, Statement] | None:
    return _with_arguments(game, statement, k, 2, lambda numbers: [numbers[0] + TINY, numbers[1] - TINY])


def _exchanged(game: Any, statement: Statement, k: int) -> tuple[Any, Statement] | None:
    return _with_arguments(game, statement, k, 2, lambda numbers: [numbers[1], numbers[0]])


def _with_arguments(
    game: Any, statement: Statement, k: int, count: int, change: Callable[[list[Fraction]], list[Fraction]]
) -> tuple[Any, Statement] | None:
    places = [path for path, leaf in _leaves(statement.arguments) if isinstance(leaf, str) and _number(game, leaf) is not None]
    if len(places) < count:
        return None
    chosen = [places[(k + step) % len(places)] for step in range(count)]
    old = [rational.exact(_at(statement.arguments, path)) for path in chosen]
    new = change(old)
    if new == old:
        return None
    arguments = statement.arguments
    for path, number in zip(chosen, new, strict=True):
        arguments = _put(arguments, path, rational.text(number))
    return game, replace(statement, arguments=arguments)


def _name_left_out(game: Any, statement: Statement, k: int) -> tuple[Any, Statement] | None:
    """A list of names that is the answer itself loses an entry."""
    places = [path for path, node in _lists(statement.arguments) if node and path]
    if not places:
        return None
    path = places[k % len(places)]
    node = _at(statement.arguments, path)
    return game, replace(statement, arguments=_put(statement.arguments, path, _without(node, k // 3 % len(node))))


def _recomputed(game: Any, statement: Statement, k: int) -> tuple[Any, Statement] | None:
    """Other amounts, with all that the check finds of them, but for the verdict."""
    other = _moved_oppositely(game, statement, k) or _moved(game, statement, k)
    if other is None:
        return None
    try:
        fresh = other[1].checked(game).to_json()
    except UNREADABLE:
        return None
    return game, replace(other[1], certificate=json.loads(json.dumps({**fresh, "verdict": statement.certificate["verdict"]})))


# --- evidence -----------------------------------------------------------------------------------------


def _dropped(game: Any, statement: Statement, k: int) -> tuple[Any, Statement] | None:
    places = [path for path, node in _lists(_witness(statement)) if node]
    if not places:
        return None
    path = places[k % len(places)]
    return _left_out(game, statement, path, k // 7)


def _top_dropped(game: Any, statement: Statement, k: int) -> tuple[Any, Statement] | None:
    """A level, point, order or weight: an entry of one of the lists that the evidence is made of."""
    places = [path for path, node in _lists(_witness(statement)) if node and len(path) == 1]
    if not places:
        return None
    path = places[k % len(places)]
    return _left_out(game, statement, path, k // 2)


def _left_out(game: Any, statement: Statement, path: Path, k: int) -> tuple[Any, Statement] | None:
    """The evidence without one entry of a list; of two levels with the same excess, though, one may be proof enough."""
    node = _at(_witness(statement), path)
    levels = [entry.get("epsilon") if isinstance(entry, dict) else None for entry in node]
    places = [i for i, epsilon in enumerate(levels) if epsilon is None or levels.count(epsilon) == 1]
    if not places:
        return None
    return game, _with_witness(statement, _put(_witness(statement), path, _without(node, places[k % len(places)])))


def _negated(game: Any, statement: Statement, k: int) -> tuple[Any, Statement] | None:
    return _with_number(game, statement, k, lambda number: -number)


def _level_negated(game: Any, statement: Statement, k: int) -> tuple[Any, Statement] | None:
    """All weights of one level, so that they still cancel; its excess stays."""
    found = _witness(statement)
    places = [path for path, node in _nodes(found) if isinstance(node, dict) and "epsilon" in node]
    if not places:
        return None
    at = places[k % len(places)]
    other = found
    for path, leaf in _leaves(_at(found, at)):
        number = _number(game, leaf)
        if number and path[0] != "epsilon":
            other = _put(other, (*at, *path), rational.text(-number))
    return None if other == found else (game, _with_witness(statement, other))


def _altered(game: Any, statement: Statement, k: int) -> tuple[Any, Statement] | None:
    return _with_number(game, statement, k, lambda number: number + TINY)


def _with_number(game: Any, statement: Statement, k: int, change: Callable[[Fraction], Fraction]) -> tuple[Any, Statement] | None:
    found = _witness(statement)
    numbers = [(path, _number(game, leaf)) for path, leaf in _leaves(found)]
    places = [(path, number) for path, number in numbers if number is not None and change(number) != number]
    if not places:
        return None
    path, number = places[k % len(places)]
    return game, _with_witness(statement, _put(found, path, rational.text(change(number))))


def _names_exchanged(game: Any, statement: Statement, k: int) -> tuple[Any, Statement] | None:
    """Two players take each other's place all over the evidence."""
    players = getattr(game, "players", ())
    if len(players) < 2:
        return None
    a, b = players[k % len(players)], players[(k + 1) % len(players)]
    other = _renamed(_witness(statement), {a: b, b: a})
    return None if other == _witness(statement) else (game, _with_witness(statement, other))


def _renamed(node: Any, names: dict[str, str]) -> Any:
    if isinstance(node, dict):
        return {names.get(key, key): _renamed(value, names) for key, value in node.items()}
    if isinstance(node, list):
        return [_renamed(value, names) for value in node]
    return names.get(node, node) if isinstance(node, str) else node


# --- certificate --------------------------------------------------------------------------------------


def _margin(game: Any, statement: Statement, k: int) -> tuple[Any, Statement] | None:
    stated = statement.certificate.get("margin_exact", "0")
    number = rational.exact(stated) + TINY
    fields = {"margin": rational.double(number), "margin_exact": rational.text(number)}
    return game, replace(statement, certificate={**statement.certificate, **fields})


def _verdict(game: Any, statement: Statement, k: int) -> tuple[Any, Statement] | None:
    turned = {"HOLDS": "FAILS", "FAILS": "HOLDS"}[statement.certificate["verdict"]]
    return game, replace(statement, certificate={**statement.certificate, "verdict": turned})


def _claim(game: Any, statement: Statement, k: int) -> tuple[Any, Statement] | None:
    claim = statement.certificate["claim"]
    edits = {"claim": claim + ", and fair", "basis": "DEFINITION", "unit": "euro"}
    key = list(edits)[k % 3]
    return game, replace(statement, certificate={**statement.certificate, key: edits[key]})


# --- game ---------------------------------------------------------------------------------------------


def _another_game(game: Any, statement: Statement, k: int) -> tuple[Any, Statement] | None:
    """One coalition's worth (one cost, claim, need or endowment) is a unit more or less."""
    step = 1 if k % 2 else -1
    if isinstance(game, ClaimsGame):
        other = _another_claims_problem(game.problem, k)
        return None if other is None else (other.to_game(), statement)
    if isinstance(game, SpanningTreeGame):
        links = [(a, b, cost) for (a, b), cost in game.links.items()]
        a, b, cost = links[k % len(links)]
        links[k % len(links)] = (a, b, cost + 1)
        return SpanningTreeGame(links, game.source, game.players), statement
    if isinstance(game, LinearProductionGame):
        return _another_production(game, k), statement
    if isinstance(game, ResourceDemands):
        capacity = list(game.capacity)
        capacity[k % len(capacity)] += 1
        return resource_demands(
            dict(zip(game.resources, capacity, strict=True)),
            dict(zip(game.players, game.demands, strict=True)),
            dict(zip(game.players, game.weights, strict=True)),
        ), statement
    worths = list(game.exact_table())
    # In turn the grand coalition, and any.
    S = len(worths) - 1 if k % 3 == 0 else 1 + k // 3 % (len(worths) - 1)
    worths[S] += step * Fraction(1, game.scaled_table[1])
    return TableGame(game.players, worths, game.orientation), statement


def _another_claims_problem(problem: ClaimsProblem, k: int) -> ClaimsProblem | None:
    claims = list(problem.claims)
    claims[k % len(claims)] += 1
    return ClaimsProblem(problem.estate, dict(zip(problem.players, claims, strict=True)))


def _another_production(game: LinearProductionGame, k: int) -> LinearProductionGame:
    endowments = [list(one) for one in game.endowments]
    endowments[k % game.n][k // 3 % len(game.resources)] += 1
    return LinearProductionGame(
        dict(zip(game.products, game.prices, strict=True)),
        game.uses,
        dict(zip(game.players, endowments, strict=True)),
        resources=game.resources,
    )


KINDS: dict[str, Callable[[Any, Statement, int], tuple[Any, Statement] | None]] = {
    "an amount moved by 1e-12": _moved,
    "two amounts moved oppositely": _moved_oppositely,
    "two amounts exchanged": _exchanged,
    "part of the answer left out": _name_left_out,
    "other amounts, their own certificate": _recomputed,
    "a level or point dropped": _top_dropped,
    "any entry dropped": _dropped,
    "a number of the evidence negated": _negated,
    "all weights of a level negated": _level_negated,
    "a number of the evidence moved by 1e-12": _altered,
    "two players exchanged in the evidence": _names_exchanged,
    "margin edited": _margin,
    "verdict turned": _verdict,
    "claim, basis or unit edited": _claim,
    "one worth changed by a unit": _another_game,
}

# What is checked by the check alone, too, whatever else is in the certificate.
ABOUT_THE_ANSWER = (
    "an amount moved by 1e-12",
    "two amounts moved oppositely",
    "two amounts exchanged",
    "part of the answer left out",
    "one worth changed by a unit",
)
# What leaves no proof, unless there was more than enough of it.
NO_PROOF_LEFT = (
    "a level or point dropped",
    "a number of the evidence negated",
    "all weights of a level negated",
)
# What leaves nothing that could still be true.
NEVER_TRUE = (*NO_PROOF_LEFT, "margin edited", "verdict turned", "claim, basis or unit edited")


# --- trees of plain data --------------------------------------------------------------------------------


def _witness(statement: Statement) -> Any:
    return statement.certificate["witness"]


def _with_witness(statement: Statement, witness: Any) -> Statement:
    return replace(statement, certificate={**statement.certificate, "witness": witness})


def _leaves(node: Any, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    if isinstance(node, dict | list):
        for key, value in node.items() if isinstance(node, dict) else enumerate(node):
            yield from _leaves(value, (*path, key))
    else:
        yield path, node


def _nodes(node: Any, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    if isinstance(node, dict | list):
        yield path, node
        for key, value in node.items() if isinstance(node, dict) else enumerate(node):
            yield from _nodes(value, (*path, key))


def _lists(node: Any) -> Iterator[tuple[Path, list[Any]]]:
    return ((path, one) for path, one in _nodes(node) if isinstance(one, list))


def _at(node: Any, path: Path) -> Any:
    for key in path:
        node = node[key]
    return node


def _put(node: Any, path: Path, value: Any) -> Any:
    """The tree with another value at one place; the old one stays as it is."""
    if not path:
        return value
    key, *rest = path
    if isinstance(node, dict):
        return {**node, key: _put(node[key], tuple(rest), value)}
    return [*node[:key], _put(node[key], tuple(rest), value), *node[key + 1 :]]


def _without(node: list[Any], k: int) -> list[Any]:
    return [*node[:k], *node[k + 1 :]]


def _number(game: Any, leaf: Any) -> Fraction | None:
    """The number that a leaf is, unless it is a player's name, a word or a truth."""
    if leaf is None or isinstance(leaf, bool) or leaf in getattr(game, "players", ()):
        return None
    try:
        return rational.exact(leaf)
    except ValueError:
        return None
