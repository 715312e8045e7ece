"""What the catalogue states of a game, as data that its check confirms again: every concept, property and rule."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from inspect import Parameter, signature
from typing import Any

import numpy as np
from corpus_games import MOST_PLAYERS, corpus

import comity
from comity import rational
from comity.catalogue import things
from comity.certificate import Certificate, Verdict, plain
from comity.checks.confirm import UNREADABLE, _same, check_for, confirm
from comity.coalitions import exact_sums, names_of
from comity.errors import EmptyCore, OutsideDomain, SolverFailure
from comity.games.coalitional.base import Game
from comity.games.coalitional.claims import ClaimsProblem
from comity.games.coalitional.linear_production import LinearProductionGame
from comity.games.coalitional.spanning_tree import SpanningTreeGame
from comity.results import Allocation

Refusal = (EmptyCore, OutsideDomain)


@dataclass(frozen=True)
class Statement:
    """A certificate with what its check is told beside the game and the evidence, all of it as JSON holds it.

    ``concept`` is that of an `Allocation`, which `confirm` reads; anything else is confirmed by its check.
    """

    arguments: list[Any]
    certificate: dict[str, Any]
    concept: str = ""
    players: tuple[str, ...] = ()

    def accepted(self, game: Any) -> bool:
        """Whether a reader of this statement, with the game and without a solver, is told that it is right."""
        if self.concept and isinstance(game, Game):
            return confirm(game, self.result()).verdict is Verdict.HOLDS
        try:
            fresh = self.checked(game)
        except UNREADABLE:
            return False
        decided = fresh.verdict is not Verdict.UNDECIDED
        return decided and _same(fresh.to_json(), self.certificate) and (not self.concept or bool(fresh))

    def checked(self, game: Any) -> Certificate:
        """What the check finds by itself, whatever the certificate says."""
        named = self.certificate["check"]
        check: Any = check_for(self.concept, named) or things("comity.checks").get(named)
        assert check is not None, f"no check is named {named!r}"
        if "witness" not in signature(check).parameters:
            return check(game, *self.arguments)
        return check(game, *self.arguments, witness=self.certificate["witness"])

    def result(self) -> dict[str, Any]:
        """The form ``result/0.1``."""
        amounts = [rational.double(rational.exact(amount)) for amount in self.arguments[0]]
        return {
            "schema": "result/0.1",
            "concept": self.concept,
            "players": list(self.players),
            "amounts": amounts,
            "amounts_exact": self.arguments[0],
            "unit": "",
            "certificate": self.certificate,
        }


@dataclass(frozen=True)
class Subject:
    """A concept, property or rule, and the games it is asked about."""

    name: str
    call: Callable[..., Any]
    largest: int = MOST_PLAYERS

    def cases(self) -> Iterator[tuple[str, Any]]:
        """The games, at least 2,000."""
        yield from PROBLEMS[self.name](self) if self.name in PROBLEMS else corpus(self.largest)

    def ask(self, game: Any, k: int) -> Statement:
        """What it says of a game, with arguments derived from the game and the number k; or a refusal with its proof."""
        told = self.given(game, k)
        return _statement(self, game, self.call(*told), told)

    def given(self, game: Any, k: int) -> list[Any]:
        """The game and whatever else it needs to be told."""
        if self.name in OF_PROBLEMS:
            return list(OF_PROBLEMS[self.name](game))
        more = [one for one in list(signature(self.call).parameters.values())[1:] if one.default is Parameter.empty]
        return [game, *(_argument(self.name, one.name)(game, k) for one in more)]

    def is_true(self, game: Any, statement: Statement, k: int) -> bool:
        """Whether the statement is true of a game, decided by asking again for the same, not by looking at its evidence."""
        try:
            told = self.given(game, k)
            if self.name in RETOLD and (statement.concept or any(statement.arguments)):
                told = [game, *RETOLD[self.name](statement)]
            again = _statement(self, game, self.call(*told), told)
        except Refusal as error:
            proof = refusal(error)
            same = proof.certificate["check"] == statement.certificate["check"]
            return same or (statement.certificate["check"] == "check_not_essential" and _better_alone(game))
        except SolverFailure:  # no answer is no reason to call the statement false
            raise
        except UNREADABLE:
            return False
        if self.name in ALSO_TRUE:
            return ALSO_TRUE[self.name](game, statement, again)
        same = again.certificate["verdict"] == statement.certificate["verdict"]
        return same and again.concept == statement.concept and again.arguments == statement.arguments


def subjects() -> list[Subject]:
    """Every concept, property and rule of games in coalitional form and of the problems below that has a check."""
    return [
        Subject(name, thing, LARGEST.get(name, MOST_PLAYERS))
        for name, thing in sorted(things("comity.solvers", "comity.games").items())
        if thing.__declaration__.kind in ("concept", "property", "rule")
        and _is_about_games(name, thing)
        and _is_checked(name, thing)
    ]


def _is_about_games(name: str, thing: Any) -> bool:
    return name in PROBLEMS or signature(thing).parameters[next(iter(signature(thing).parameters))].annotation in ("Game", Game)


def _is_checked(name: str, thing: Any) -> bool:
    """Whether some check confirms the answer; where it is yes or no and needs evidence, ``check_...`` is asked instead."""
    if name == "weber_set":  # lists the marginal vectors; check_weber_set is about one allocation, for check_in_weber_set
        return False
    check = check_of(name, thing)
    if signature(thing).return_annotation in ("bool", bool):
        return check is not None and signature(check).parameters["witness"].default is not Parameter.empty
    return check is not None or thing.__declaration__.kind == "rule"


def check_of(name: str, thing: Any) -> Callable[..., Certificate] | None:
    """The check that a property names, or that is named after it."""
    found: Callable[..., Certificate] | None = things("comity.checks").get(
        thing.__declaration__.certificate or f"check_{name.removeprefix('is_')}"
    )
    return found


# Where nine players are too many, and why.
LARGEST: dict[str, int] = {
    "check_population_monotonic": 5,  # the solver's limit is six; there a programme has 192 amounts and 960 rows
    "check_totally_balanced": 8,  # a linear programme for each coalition
    "core_centre": 6,  # exact up to six; beyond, an estimate that says so
    "core_cover": 8,  # the solver's limit
    "core_vertices": 6,  # the solver's limit
    "imputation_set": 8,  # the solver's limit
    "population_monotonic_allocation_scheme": 5,  # as check_population_monotonic
    "reasonable_set": 8,  # the solver's limit
}


def _argument(concept: str, name: str) -> Callable[[Game, int], Any]:
    found = ARGUMENTS.get((concept, name)) or ARGUMENTS.get(("", name))
    assert found is not None, f"{concept} needs {name!r}: say in ARGUMENTS how it follows from a game"
    return found


def _rng(game: Game, k: int) -> np.random.Generator:
    return np.random.default_rng([game.n, k])


def _unions(game: Game, k: int) -> list[list[str]]:
    parts = _rng(game, k).integers(0, game.n, game.n).tolist()
    return [[name for name, part in zip(game.players, parts, strict=True) if part == one] for one in sorted(set(parts))]


def _graph(game: Game, k: int) -> list[tuple[str, str]]:
    """Rotating: a line, a ring, a star, everybody linked (up to five), any links, none."""
    n, names = game.n, game.players
    pairs = [(i, j) for i in range(n) for j in range(i + 1, n)]
    chosen = {
        0: [(i, i + 1) for i in range(n - 1)],
        1: [(i, j) for i, j in pairs if j - i in (1, n - 1)],
        2: [(0, i) for i in range(1, n)],
        3: pairs if n <= 4 else pairs[:n],
        4: [pair for pair, drawn in zip(pairs, _rng(game, k).random(len(pairs)), strict=True) if drawn < 3 / max(n, 3)],
        5: [],
    }[k % 6]
    return [(names[i], names[j]) for i, j in chosen]


def _weights_of_players(game: Game, k: int) -> dict[str, Fraction]:
    drawn = _rng(game, k).integers(1, 7, game.n).tolist()
    return {name: Fraction(w, 2) for name, w in zip(game.players, drawn, strict=True)}


def _weights_of_sizes(game: Game, k: int) -> list[Fraction]:
    """A probability p for each other player to be there; or drawn for each size."""
    from math import comb

    n = game.n
    if k % 2:
        p = Fraction(1 + k % 5, 6)
        return [p**s * (1 - p) ** (n - 1 - s) for s in range(n)]
    drawn = [int(a) for a in _rng(game, k).integers(0, 5, n)]
    drawn[k % n] += 1
    return [Fraction(a, sum(drawn) * comb(n - 1, s)) for s, a in enumerate(drawn)]


def _weights_of_excesses(game: Game, k: int) -> Any:
    if k % 2:
        return [Fraction(int(a), 3) for a in _rng(game, k).integers(1, 9, game.n - 1)]
    drawn = _rng(game, k).integers(1, 9, 1 << game.n).tolist()
    return {tuple(names_of(game.players, S)): Fraction(drawn[S], 2) for S in range(1, game.grand_coalition)}


def _amounts(game: Game, k: int) -> list[Fraction]:
    """Rotating: equal parts, alone and equal parts of the rest, a marginal vector, the prenucleolus, all to one."""
    n, total = game.n, game.exact(game.grand_coalition)
    alone = [game.exact(1 << i) for i in range(n)]
    which = k % 5
    if which == 0:
        return [total / n] * n
    if which == 1:
        return [a + (total - sum(alone)) / n for a in alone]
    if which == 2:
        return [game.exact((2 << i) - 1) - game.exact((1 << i) - 1) for i in range(n)]
    if which == 3 and n < 7:
        return list(comity.prenucleolus(game).exact)
    return [total if i == k % n else Fraction(0) for i in range(n)]


ARGUMENTS: dict[tuple[str, str], Callable[[Game, int], Any]] = {
    ("", "unions"): _unions,
    ("", "graph"): _graph,
    ("", "x"): _amounts,
    ("", "k"): lambda game, k: 1 + k % game.n,
    ("weighted_shapley_value", "weights"): _weights_of_players,
    ("semivalue", "weights"): _weights_of_sizes,
    ("weighted_nucleolus", "weights"): _weights_of_excesses,
    ("weighted_prenucleolus", "weights"): _weights_of_excesses,
}
# Proofs by inequalities, which may hold with room to spare: a weight left out may leave enough.
WITH_ROOM = (
    "check_in_bargaining_set",  # coalitions that can pay more than an objection asks for
    "check_in_weber_set",  # several prices separate an allocation from the set by as much
    "least_transfer_to_core",  # slopes anywhere between -1/2 and 1/2
)
# Properties of amounts, which come first among what the check is told.
ABOUT_AMOUNTS = ("check_in_bargaining_set", "check_in_weber_set")


def _excess_weights(statement: Statement) -> list[Any]:
    listed = statement.certificate["witness"]["excess_weights"]
    by_size = not any(isinstance(one, list) for one in listed)
    return [listed if by_size else {tuple(names): w for names, w in listed}]


# What the subject was told, as its statement keeps it.
RETOLD: dict[str, Callable[[Statement], list[Any]]] = {
    **dict.fromkeys(ABOUT_AMOUNTS, lambda statement: statement.arguments[:1]),
    **dict.fromkeys(("owen_value", "banzhaf_owen_value"), lambda statement: [statement.certificate["witness"]["unions"]]),
    **dict.fromkeys(
        ("myerson_value", "position_value", "average_tree_solution"),
        lambda statement: [statement.certificate["witness"]["links"]],
    ),
    **dict.fromkeys(("semivalue", "weighted_shapley_value"), lambda statement: [statement.certificate["witness"]["weights"]]),
    **dict.fromkeys(("weighted_nucleolus", "weighted_prenucleolus"), _excess_weights),
    "is_k_convex": lambda statement: statement.arguments[:1],
    "least_transfer_to_core": lambda statement: [statement.certificate["witness"]["start"]],
}

# The rules of problems that are no games in coalitional form, by what they are told.
OF_PROBLEMS: dict[str, Callable[[Any], Sequence[Any]]] = {
    rule: lambda game: (game.problem.estate, dict(zip(game.players, game.problem.claims, strict=True)))
    for rule in (
        "constrained_equal_awards",
        "constrained_equal_losses",
        "proportional_rule",
        "random_arrival_rule",
        "talmud_rule",
    )
} | {"dominant_resource_fairness": lambda problem: (problem,)}


# --- what has many right answers ---------------------------------------------------------------------


def _read(statement: Statement) -> list[Fraction]:
    return [rational.exact(amount) for amount in statement.arguments[0]]


def _excesses(game: Game, x: Sequence[Fraction]) -> list[Fraction]:
    return [game.sign * (worth - total) for worth, total in zip(game.exact_table(), exact_sums(x), strict=True)]


def _better_alone(game: Game) -> bool:
    alone = sum(game.exact(1 << i) for i in range(game.n))
    return game.sign * (alone - game.exact(game.grand_coalition)) > 0


def _in_core(game: Game, statement: Statement, _: Statement) -> bool:
    excess = _excesses(game, _read(statement))
    return excess[-1] == 0 and max(excess) <= 0


def _in_least_core(game: Game, statement: Statement, again: Statement) -> bool:
    excess, best = _excesses(game, _read(statement)), _excesses(game, _read(again))
    return excess[-1] == 0 and max(excess[1:-1], default=None) == max(best[1:-1], default=None)


def _in_prekernel(game: Game, statement: Statement, _: Statement) -> bool:
    return _held_against(game, _read(statement), lambda j, x: False)


def _in_kernel(game: Game, statement: Statement, _: Statement) -> bool:
    x = _read(statement)
    imputation = all(game.sign * (a - game.exact(1 << i)) >= 0 for i, a in enumerate(x))
    return imputation and _held_against(game, x, lambda j, x: x[j] == game.exact(1 << j))


def _held_against(game: Game, x: Sequence[Fraction], excused: Callable[[int, Sequence[Fraction]], bool]) -> bool:
    excess = _excesses(game, x)
    most = {
        (i, j): max(e for S, e in enumerate(excess) if S >> i & 1 and not S >> j & 1)
        for i in range(game.n)
        for j in range(game.n)
        if i != j
    }
    return excess[-1] == 0 and all(most[i, j] <= most[j, i] or excused(j, x) for i, j in most)


def _as_near(game: Game, statement: Statement, again: Statement) -> bool:
    start = [rational.exact(amount) for amount in statement.certificate["witness"]["start"]]
    moved = [sum(abs(a - b) for a, b in zip(_read(one), start, strict=True)) for one in (statement, again)]
    return _in_core(game, statement, again) and moved[0] == moved[1]


def _worth_as_much(game: Game, statement: Statement, again: Statement) -> bool:
    totals = []
    for one in (statement, again):
        (listed,) = one.arguments
        if sorted(name for names in listed for name in names) != sorted(game.players):
            return False
        totals.append(sum(game.exact(sum(1 << game.players.index(name) for name in names)) for names in listed))
    return totals[0] == totals[1]


ALSO_TRUE: dict[str, Callable[[Any, Statement, Statement], bool]] = {
    "core_point": _in_core,
    "least_core": _in_least_core,
    "prekernel_point": _in_prekernel,
    "kernel_point": _in_kernel,
    "least_transfer_to_core": _as_near,
    "optimal_coalition_structure": _worth_as_much,
}


# --- problems of the rules --------------------------------------------------------------------------

UNITS = (Fraction(1), Fraction(1, 10), Fraction(1, 3), Fraction(1, 10**15), Fraction(10**25))


def _numbers(rng: np.random.Generator, count: int, least: int = 0, most: int = 9) -> list[Fraction]:
    return [Fraction(int(a)) for a in rng.integers(least, most + 1, count)]


def _claims(subject: Subject) -> Iterator[tuple[str, Any]]:
    for k in range(2_100):
        rng = np.random.default_rng(k)
        n, unit = 1 + k % subject.largest, UNITS[k // subject.largest % len(UNITS)]
        claims = [unit * c for c in _numbers(rng, n, 0, 30)]
        # Nothing, everything, half of everything, and anything between.
        parts = (Fraction(0), Fraction(1), Fraction(1, 2), Fraction(int(rng.integers(0, 101)), 100))
        yield f"claims {k}", ClaimsProblem(sum(claims) * parts[k % 4], dict(zip("ABCDEFGHI", claims, strict=False))).to_game()


def _demands(subject: Subject) -> Iterator[tuple[str, Any]]:
    for k in range(2_100):
        rng = np.random.default_rng(k)
        n, m, unit = 1 + k % subject.largest, 1 + k // 9 % 3, UNITS[k % len(UNITS)]
        needs = [[unit * a for a in _numbers(rng, m, 0, 4)] for _ in range(n)]
        for i, need in enumerate(needs):
            need[i % m] += unit
        capacity = [unit * a for a in _numbers(rng, m, 1, 20)]
        weights = [a + 1 for a in _numbers(rng, n, 0, 3)]
        yield f"demands {k}", comity_problem(capacity, needs, weights)


def comity_problem(capacity: Sequence[Fraction], needs: Sequence[Sequence[Fraction]], weights: Sequence[Fraction]) -> Any:
    from comity.games.problems.resource_demands import resource_demands

    return resource_demands(capacity, needs, weights)


def _networks(subject: Subject) -> Iterator[tuple[str, Any]]:
    for k in range(2_100):
        rng = np.random.default_rng(k)
        n, unit = 1 + k % subject.largest, UNITS[k % len(UNITS)]
        places = ["source", *"ABCDEFGHI"[:n]]
        pairs = [(a, b) for j, b in enumerate(places) for a in places[:j]]
        costs = _numbers(rng, len(pairs), 0, 4 + k % 30)
        yield f"network {k}", SpanningTreeGame([(a, b, unit * c) for (a, b), c in zip(pairs, costs, strict=True)], "source")


def _production(subject: Subject) -> Iterator[tuple[str, Any]]:
    for k in range(2_100):
        yield f"production {k}", LinearProductionGame.random(1 + k % subject.largest, np.random.default_rng(k))


PROBLEMS: dict[str, Callable[[Subject], Iterator[tuple[str, Any]]]] = {
    **dict.fromkeys(OF_PROBLEMS, _claims),
    "dominant_resource_fairness": _demands,
    "bird_rule": _networks,
    "owen_vector": _production,
}


# --- statements from answers ------------------------------------------------------------------------


def _statement(subject: Subject, game: Any, answer: Any, told: Sequence[Any]) -> Statement:
    if isinstance(answer, Allocation):
        found = json.loads(json.dumps(answer.to_json()))
        return Statement([found["amounts_exact"]], found["certificate"], answer.concept, tuple(found["players"]))
    arguments, certificate = _parts(subject, game, answer, told)
    return Statement(json.loads(json.dumps(plain(arguments))), json.loads(json.dumps(certificate.to_json())))


def _parts(subject: Subject, game: Any, answer: Any, told: Sequence[Any]) -> tuple[list[Any], Certificate]:
    """What the check is told, and the certificate."""
    name = subject.name
    if isinstance(answer, Certificate):
        if name in ABOUT_AMOUNTS:
            return [told[1]], answer
        return [None] * _arguments_of(answer.check), answer
    if hasattr(answer, "certificate"):
        arguments = {
            "core_cover": lambda: [answer.points],
            "core_range": lambda: [answer.exact],
            "imputation_set": lambda: [answer.points],
            "optimal_coalition_structure": lambda: [answer.coalitions],
            "population_monotonic_allocation_scheme": list,
            "reasonable_set": lambda: [answer.points],
            "shapley_interactions": lambda: [list(answer.exact.items()), answer.order],
            "banzhaf_interactions": lambda: [list(answer.exact.items()), answer.order],
        }[name]()
        return arguments, answer.certificate
    # An answer without a certificate, yes or no, names, or points: its check is asked about that.
    check = check_of(name, subject.call)
    assert check is not None, f"say in _parts what the check of {name} is told"
    arguments = [] if isinstance(answer, bool) else [list(answer)]
    if name == "is_k_convex":
        arguments = [told[1]]
    # An empty list of corners needs the weights that prove that there is none.
    evidence = comity.check_balanced(game).witness if name == "core_vertices" and not answer else game.evidence()
    certificate = check(game, *arguments, witness=evidence)
    expected = answer if isinstance(answer, bool) else True
    assert bool(certificate) is expected, f"{name} is {answer}, but its check says {certificate}"
    return arguments, certificate


def _arguments_of(check: str) -> int:
    """How many arguments a check has between the game and the evidence."""
    return len([name for name in signature(things("comity.checks")[check]).parameters if name != "witness"]) - 1


def refusal(error: EmptyCore | OutsideDomain) -> Statement:
    """The proof that comes with a refusal, as a statement."""
    certificate = error.certificate
    assert certificate is not None, f"refused without a proof: {error}"
    return Statement([None] * _arguments_of(certificate.check), json.loads(json.dumps(certificate.to_json())))
