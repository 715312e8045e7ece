"""comity beside other packages on thousands of random games: how often they agree, and why not where they do not.

Run it where comity and any of coopgame-py, tucoopy and shapiq are installed (``pip install "comity[peers]"``)::

    python benchmarks/agreement.py --games 2000 --markdown table.md

A package that is not there is left out.  Two answers agree if no amount differs by more than 1e-7 of the largest worth;
where many answers are right (least core, kernel), the other package's is held to the definition.  Whenever they differ,
comity's answer is confirmed twice: by its certificate, and by the definition written out in ``tests/brute_force.py``.  Then
the difference is given its cause, by trying; a difference without one, or an answer of comity that is not confirmed, ends the
run with exit status 1.
"""

from __future__ import annotations

import argparse
import importlib
import importlib.metadata
import json
import random
import sys
import warnings
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property, partial
from itertools import combinations, permutations
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))
import brute_force
from brute_force import Among, Plain

import comity
from comity.certificate import Certificate
from comity.errors import ComityError, EmptyCore, OutsideDomain
from comity.results import Allocation

TOLERANCE = Fraction(1, 10**7)
PEERS = {"coopgame-py": "coopgame", "tucoopy": "tucoopy", "shapiq": "shapiq"}
F = Fraction


# --- cases -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Case:
    """A game, as a table of decimals, and whatever else a concept asks for."""

    kind: str
    table: tuple[Fraction, ...]
    unions: tuple[tuple[int, ...], ...] = ()
    graph: tuple[tuple[int, int], ...] = ()
    weights: tuple[int, ...] = ()

    @cached_property
    def plain(self) -> Plain:
        return Plain.of(self.table)

    @property
    def n(self) -> int:
        return self.plain.n

    @cached_property
    def game(self) -> comity.TableGame:
        return comity.TableGame(None, self.table)

    @property
    def unit(self) -> Fraction:
        return max(map(abs, self.table)) or F(1)

    @cached_property
    def floats(self) -> list[float]:
        return [float(w) for w in self.table]

    @property
    def x(self) -> tuple[Fraction, ...]:
        """Some efficient allocation in decimals, an imputation if there is any."""
        alone = [self.table[1 << i] for i in range(self.n)]
        surplus = self.table[-1] - sum(alone)
        rest = [a + surplus * w / 32 for a, w in zip(alone[1:], self.weights[1:], strict=True)]
        return (self.table[-1] - sum(rest), *rest)

    def in_units(self) -> Case:
        """The same game with worths of at most 1."""
        return Case(self.kind, tuple(w / self.unit for w in self.table), self.unions, self.graph, self.weights)


KINDS: dict[str, Callable[[random.Random, int, int], Fraction]] = {
    "integers": lambda rng, s, n: F(rng.randint(0, 60)),
    "few values": lambda rng, s, n: F(rng.randint(0, 2)),
    "growing": lambda rng, s, n: F(rng.randint(5, 15) * s * s, 2),
    "growing, tenths": lambda rng, s, n: F(rng.randint(30, 60) * s * s, 10),
    "signs of both kinds": lambda rng, s, n: F(rng.randint(-30, 30)),
    "only large coalitions": lambda rng, s, n: F(rng.randint(1, 20) * (s >= n - 1)),
    "tiny unit": lambda rng, s, n: F(rng.randint(5, 15) * s * s, 10**12),
    "huge unit": lambda rng, s, n: F(rng.randint(5, 15) * s * s * 10**12),
}


def random_cases(count: int, seed: int) -> list[Case]:
    rng, found = random.Random(seed), []
    for k in range(count):
        kind = list(KINDS)[k % len(KINDS)]
        n = rng.choice([2, 3, 3, 4, 4, 5])
        table = (F(0), *(KINDS[kind](rng, S.bit_count(), n) for S in range(1, 1 << n)))
        homes = [rng.randrange(n) for _ in range(n)]
        unions = tuple(tuple(i for i in range(n) if homes[i] == home) for home in sorted(set(homes)))
        graph = tuple(link for link in combinations(range(n), 2) if rng.random() < 0.6)
        found.append(Case(kind, table, unions, graph, tuple(rng.randint(1, 6) for _ in range(n))))
    return found


def random_claims(count: int, seed: int) -> list[Case]:
    """An estate and the claims on it, in place of a table."""
    rng, found = random.Random(seed), []
    for _ in range(count):
        claims = [F(rng.randint(1, 40), rng.choice([1, 2, 10])) for _ in range(rng.choice([2, 3, 4, 5, 8]))]
        found.append(Case("claims", (F(rng.randint(0, 10), 10) * sum(claims), *claims)))
    return found


def random_votes(count: int, seed: int) -> list[Case]:
    """Simple games: some coalitions that win, and all that contain one of them."""
    rng, found = random.Random(seed), []
    for _ in range(count):
        n = rng.choice([2, 3, 4, 4, 5])
        winning = [rng.randrange(1, 1 << n) for _ in range(rng.randint(1, 4))]
        found.append(Case("simple", tuple(F(any(S & W == W for W in winning)) for S in range(1 << n))))
    return found


# --- what is asked ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Question:
    """How one package is asked for one concept, and which games it is asked about."""

    peer: str
    concept: str
    ask: Callable[[Case], Any]
    about: str = "games"
    most_players: int = 5
    # Only one game in so many is asked about, where an answer takes a second.
    one_in: int = 1
    arguments: Callable[[Case], tuple[dict[str, Any], list[Any]]] = field(default=lambda case: ({}, []))
    cost: bool = False
    said: str = ""
    # What the answer is instead, if it is something else: said how, and worked out exactly.
    instead: tuple[tuple[str, Callable[[Plain], Any]], ...] = ()


def unions_of(case: Case) -> tuple[dict[str, Any], list[Any]]:
    return {"unions": [[str(i + 1) for i in union] for union in case.unions]}, [case.unions]


def graph_of(case: Case) -> tuple[dict[str, Any], list[Any]]:
    return {"graph": [(str(i + 1), str(j + 1)) for i, j in case.graph]}, [case.graph]


def weights_of(case: Case) -> tuple[dict[str, Any], list[Any]]:
    return {"weights": list(case.weights)}, [case.weights]


def pairs_of(case: Case) -> tuple[dict[str, Any], list[Any]]:
    return {"order": 2}, [2]


def x_of(case: Case) -> tuple[dict[str, Any], list[Any]]:
    return {"x": case.x}, [case.x]


def normalized(case: Case) -> tuple[dict[str, Any], list[Any]]:
    return {"normalized": True}, [True]


def coopgame_questions() -> list[Question]:
    import coopgame as c

    def of(f: Callable[..., Any], *keys: str) -> Callable[[Case], Any]:
        def ask(case: Case) -> Any:
            answer = f(c.Game(case.floats[1:]))
            for key in keys:
                answer = answer[key]
            return answer

        return ask

    def over(f: Callable[..., Any], domain: str) -> Callable[[Case], Any]:
        return lambda case: f(c.Game(case.floats[1:]), domain)["allocation"]

    def question(concept: str, ask: Callable[[Case], Any], **more: Any) -> Question:
        return Question("coopgame-py", concept, ask, **more)

    proper_pairs = ("it compares proper coalitions only, not the empty one and everybody", modiclus_of_proper)
    every, alone = "preimputation", "imputation"
    found = [
        question("shapley_value", of(c.shapley)),
        question("banzhaf_value", of(c.banzhaf)),
        question("solidarity_value", of(c.solidarity)),
        question("tau_value", of(c.tau_value)),
        question("gately_point", of(c.gately_point)),
        question("utopia_payoffs", of(c.utopia_payoffs, "utopia")),
        question("minimal_rights", of(c.utopia_payoffs, "minimal_rights")),
        question("prenucleolus", over(c.nucleolus, every)),
        question("nucleolus", over(c.nucleolus, alone)),
        question("nucleolus", lambda case: c.cost_nucleolus(c.Game(case.floats[1:])), cost=True),
        question("least_core", over(c.least_core, every)),
        question("per_capita_prenucleolus", over(c.per_capita_nucleolus, every)),
        question("per_capita_nucleolus", over(c.per_capita_nucleolus, alone)),
        question("proportional_prenucleolus", over(c.proportional_nucleolus, every)),
        question("proportional_nucleolus", over(c.proportional_nucleolus, alone)),
        question("modiclus", of(c.modiclus, "allocation"), most_players=3, instead=(proper_pairs,)),
        question("prekernel_point", over(c.kernel_point, every)),
        question("kernel_point", over(c.kernel_point, alone)),
        question("owen_value", lambda case: c.owen(c.Game(case.floats[1:]), list(map(list, case.unions))), arguments=unions_of),
        question("myerson_value", lambda case: c.myerson(c.Game(case.floats[1:]), list(case.graph)), arguments=graph_of),
        question("is_balanced", lambda case: c.Game(case.floats[1:]).has_nonempty_core()),
        question("is_convex", lambda case: c.Game(case.floats[1:]).is_convex()),
        question("is_superadditive", lambda case: c.Game(case.floats[1:]).is_superadditive()),
        question("is_weakly_superadditive", lambda case: c.Game(case.floats[1:]).is_zero_monotonic()),
        question("prenucleolus", lambda case: c.nucleolus_exact(list(case.table[1:]), every)["allocation"], said="in Fractions"),
        question("nucleolus", lambda case: c.nucleolus_exact(list(case.table[1:]), alone)["allocation"], said="in Fractions"),
        question(
            "check_in_bargaining_set",
            lambda case: c.bargaining_set(c.Game(case.floats[1:]), list(map(float, case.x)), alone)["member"],
            arguments=x_of,
            most_players=4,
        ),
        question("banzhaf_index", lambda case: c.normalize(c.banzhaf(c.Game(case.floats[1:]))), about="votes"),
    ]
    for concept, rule in (
        ("talmud_rule", c.talmud),
        ("constrained_equal_awards", c.constrained_equal_awards),
        ("constrained_equal_losses", c.constrained_equal_losses),
    ):
        exactly = partial(shared_out, rule)
        found.append(question(concept, exactly, about="claims", said="in Fractions"))
    for concept, key in (
        ("johnston_index", "johnston"),
        ("deegan_packel_index", "deegan_packel"),
        ("public_good_index", "public_good"),
        ("coleman_preventive_index", "coleman_prevent"),
        ("coleman_initiative_index", "coleman_initiative"),
        ("coleman_power_to_act", "coleman_collectivity"),
    ):
        found.append(question(concept, of(c.power_indices, key), about="votes"))
    return found


def shared_out(rule: Callable[..., Any], case: Case) -> Any:
    estate, *claims = case.table
    return rule(estate, claims, exact=True)


def tucoopy_questions() -> list[Question]:
    from tucoopy import Game, power, properties, solutions

    def of(f: Callable[..., Any], part: str = "", **fixed: Any) -> Callable[[Case], Any]:
        def ask(case: Case) -> Any:
            answer = f(game_of(case), **fixed)
            return getattr(answer, part) if part else answer

        return ask

    def game_of(case: Case) -> Any:
        return Game.from_coalitions(n_players=case.n, values=dict(enumerate(case.floats)))

    def question(concept: str, ask: Callable[[Case], Any], **more: Any) -> Question:
        return Question("tucoopy", concept, ask, **more)

    def settled(f: Callable[..., Any]) -> Callable[[Case], Any]:
        """The point, if the residual that comes with it says that the steps have led to one."""

        def ask(case: Case) -> Any:
            answer = f(game_of(case))
            if answer.residual > TOLERANCE * case.unit:
                raise RuntimeError("by its residual it has not converged")
            return answer.x

        return ask

    proper_pairs = ("it compares proper coalitions only, not the empty one and everybody", modiclus_of_proper)
    plain_excesses = ("it is the prenucleolus", brute_force.prenucleolus)
    nucleoli = importlib.import_module("tucoopy.solutions.nucleolus")
    found = [
        question("shapley_value", of(solutions.shapley_value)),
        question("banzhaf_value", of(solutions.banzhaf_value)),
        question("banzhaf_value", of(solutions.normalized_banzhaf_value), arguments=normalized),
        question(
            "weighted_shapley_value",
            lambda case: solutions.weighted_shapley_value(game_of(case), weights=case.weights),
            arguments=weights_of,
        ),
        question(
            "solidarity_value", of(power.solidarity_value), instead=(("it is the Shapley value", brute_force.shapley_value),)
        ),
        question("tau_value", of(solutions.tau_value)),
        question(
            "gately_point",
            of(solutions.gately_point, "x"),
            instead=(("it takes (v(N) - x_i) / (x_i - v(i)) for the propensity to disrupt", whole_over_own),),
        ),
        question("utopia_payoffs", of(solutions.utopia_payoff)),
        question("minimal_rights", of(solutions.minimal_rights)),
        question("equal_division", of(solutions.egalitarian_value)),
        question("equal_surplus_division", of(solutions.cis_value)),
        question(
            "egalitarian_nonseparable_contribution",
            of(solutions.ensc_value),
            instead=(("it gives v(N) less the mean of v(N - j) over all others j", whole_less_mean),),
        ),
        question("proportional_division", of(solutions.proportional_value)),
        question("prenucleolus", of(solutions.prenucleolus, "x")),
        question("nucleolus", of(solutions.nucleolus, "x")),
        question(
            "per_capita_prenucleolus", of(nucleoli.per_capita_nucleolus, "x"), instead=(plain_excesses,), most_players=3, one_in=3
        ),
        question(
            "proportional_prenucleolus",
            of(nucleoli.proportional_nucleolus, "x"),
            instead=(plain_excesses,),
            most_players=3,
            one_in=3,
        ),
        question("least_core", of(solutions.least_core, "x")),
        question("modiclus", of(solutions.modiclus, "x"), most_players=3, instead=(proper_pairs,)),
        question("prekernel_point", settled(solutions.prekernel)),
        question("kernel_point", settled(solutions.kernel)),
        question(
            "owen_value",
            lambda case: solutions.owen_value(game_of(case), unions=list(map(list, case.unions))).x,
            arguments=unions_of,
        ),
        question(
            "myerson_value", lambda case: solutions.myerson_value(game_of(case), edges=list(case.graph)).x, arguments=graph_of
        ),
        question("is_convex", of(properties.is_convex)),
        question("is_superadditive", of(properties.is_superadditive)),
        question("is_monotone", of(properties.is_monotone)),
        question("is_essential", of(properties.is_essential)),
    ]
    for concept, index in (
        ("shapley_shubik_index", power.shapley_shubik_index),
        ("banzhaf_index", power.banzhaf_index),
        ("johnston_index", power.johnston_index),
        ("deegan_packel_index", power.deegan_packel_index),
        ("public_good_index", power.holler_index),
        ("coleman_preventive_index", power.coleman_prevent_index),
        ("coleman_initiative_index", power.coleman_initiate_index),
        ("coleman_power_to_act", power.coleman_collectivity_power_to_act),
    ):
        found.append(question(concept, of(index), about="votes"))
    return found


def shapiq_questions() -> list[Question]:
    import numpy as np
    from shapiq import ExactComputer

    def computer(case: Case) -> Any:
        bits = 1 << np.arange(case.n)
        worths = np.array(case.floats)
        return ExactComputer(lambda rows: worths[np.asarray(rows, dtype=int) @ bits], case.n)

    def values(index: str, order: int) -> Callable[[Case], Any]:
        def ask(case: Case) -> Any:
            found = computer(case)(index, order)
            if order == 1:
                return [found[(i,)] for i in range(case.n)]
            return {frozenset(T): found[T] for T in combinations(range(case.n), order)}

        return ask

    def question(concept: str, ask: Callable[[Case], Any], **more: Any) -> Question:
        return Question("shapiq", concept, ask, **more)

    return [
        question("shapley_value", values("SV", 1)),
        question("banzhaf_value", values("BV", 1)),
        question("shapley_interactions", values("SII", 2), arguments=pairs_of),
        question("banzhaf_interactions", values("BII", 2), arguments=pairs_of),
        question("harsanyi_dividends", lambda case: dividends(computer(case)("Moebius", case.n), case.n)),
        question("least_core", values("ELC", 1)),
    ]


def dividends(found: Any, n: int) -> dict[frozenset[int], float]:
    sets = (frozenset(T) for size in range(1, n + 1) for T in combinations(range(n), size))
    return {T: found[tuple(sorted(T))] for T in sets}


def modiclus_of_proper(v: Plain) -> Any:
    pairs = [
        ([b - a for a, b in zip(brute_force.indicator(v, S), brute_force.indicator(v, T), strict=True)], v(S) - v(T))
        for S, T in permutations(v.proper, 2)
    ]
    return brute_force.lexicographically_least(pairs, brute_force.efficient(v), v.n)


def whole_less_mean(v: Plain) -> Any:
    total = v(v.everybody)
    return tuple(total - sum(v(v.everybody - {j}) for j in v.players if j != i) / (v.n - 1) for i in v.players)


def whole_over_own(v: Plain) -> Any:
    """(v(N) - x_i) / (x_i - v(i)) = d for all i."""
    alone, total = [v([i]) for i in v.players], v(v.everybody)
    d = (v.n - 1) * total / (total - sum(alone))
    return tuple((total + d * a) / (1 + d) for a in alone)


# --- one answer ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Refused:
    reason: str


def ours(question: Question, case: Case) -> Any:
    """Comity's answer: the result itself, or the error with which it refuses."""
    concept = getattr(comity, question.concept)
    try:
        if question.about == "claims":
            return concept(case.table[0], case.table[1:])
        game = comity.TableGame(None, case.table, "cost") if question.cost else case.game
        return concept(game, **question.arguments(case)[0])
    except ComityError as error:
        return error


def theirs(question: Question, case: Case) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            found = question.ask(case)
        except (ValueError, RuntimeError, ArithmeticError, TypeError, LookupError) as error:
            return Refused(f"{type(error).__name__}: {error}")
    return Refused("None") if found is None else found


def by_definition(question: Question, case: Case) -> Any:
    v = Plain.of(case.table, question.cost)
    definitions = brute_force.CONCEPTS | brute_force.PROPERTIES
    return definitions[question.concept](v, *question.arguments(case)[1])


def exact(answer: Any) -> Any:
    """Plain data with exact numbers, of a result of comity."""
    if isinstance(answer, Allocation):
        return answer.exact
    if isinstance(answer, Certificate):
        return bool(answer)
    amounts = getattr(answer, "exact", answer)
    if isinstance(amounts, dict):
        return {frozenset(int(name) - 1 for name in names): F(a) for names, a in amounts.items()}
    return amounts


def confirmed(question: Question, case: Case, answer: Any) -> bool:
    """By the certificate where there is one, and by the definition."""
    if question.about == "claims":
        return bool(answer.certificate)
    expected = by_definition(question, case)
    if isinstance(answer, ComityError):
        proof = getattr(answer, "certificate", None)
        proved = bool(proof) if isinstance(answer, OutsideDomain | EmptyCore) else True
        return expected is None and proved
    game = comity.TableGame(None, case.table, "cost") if question.cost else case.game
    if isinstance(answer, Allocation) and not comity.verify(game, answer):
        return False
    return expected.contains(exact(answer)) if isinstance(expected, Among) else exact(answer) == expected


def close(found: Any, right: Any, unit: Fraction) -> bool:
    """The same up to the tolerance."""
    if isinstance(right, bool):
        return bool(found) is right
    if isinstance(right, dict):
        return all(abs(F(float(found.get(key, 0))) - right.get(key, 0)) <= TOLERANCE * unit for key in set(found) | set(right))
    if isinstance(right, Fraction):
        return abs(F(float(found)) - right) <= TOLERANCE * unit
    if all(isinstance(a, Fraction) for a in found):
        return tuple(found) == tuple(right)
    amounts = numbers(found)
    return amounts is not None and all(abs(a - b) <= TOLERANCE * unit for a, b in zip(amounts, right, strict=True))


def numbers(found: Any) -> list[Fraction] | None:
    """Exactly the doubles found; None if one is not finite."""
    amounts = [float(a) for a in found]
    return [F(a) for a in amounts] if all(abs(a) < float("inf") for a in amounts) else None


def agree(question: Question, case: Case, answer: Any, found: Any) -> bool:
    unit = F(1) if case.kind == "simple" else case.unit
    if question.concept in BY_CONDITION:
        x = numbers(found)
        return x is not None and BY_CONDITION[question.concept](case.plain, x, answer, TOLERANCE * unit)
    return close(found, exact(answer), unit)


def efficient(v: Plain, x: Sequence[Fraction], slack: Fraction) -> bool:
    return abs(sum(x) - v(v.everybody)) <= slack


def in_least_core(v: Plain, x: Sequence[Fraction], answer: Any, slack: Fraction) -> bool:
    largest = max(brute_force.excess(v, S, x) for S in v.proper)
    return efficient(v, x, slack) and largest <= answer.notes["epsilon"] + slack


def in_prekernel(v: Plain, x: Sequence[Fraction], answer: Any, slack: Fraction) -> bool:
    return efficient(v, x, slack) and all(
        abs(brute_force.surplus(v, i, j, x) - brute_force.surplus(v, j, i, x)) <= 2 * slack for i, j in combinations(v.players, 2)
    )


def in_kernel(v: Plain, x: Sequence[Fraction], answer: Any, slack: Fraction) -> bool:
    return (
        efficient(v, x, slack)
        and all(x[i] >= v([i]) - slack for i in v.players)
        and all(
            brute_force.surplus(v, i, j, x) <= brute_force.surplus(v, j, i, x) + 2 * slack or x[j] <= v([j]) + slack
            for i, j in permutations(v.players, 2)
        )
    )


BY_CONDITION = {"least_core": in_least_core, "prekernel_point": in_prekernel, "kernel_point": in_kernel}


# --- why they differ -------------------------------------------------------------------------------------------------


def cause(question: Question, case: Case, answer: Any, found: Any) -> str:
    """What makes the answers differ, found by trying; empty if nothing does."""
    if not isinstance(found, Refused) and isinstance(answer, ComityError):
        return f"answers where the concept is not defined ({undefined(question, case)})"
    scaled = case.in_units()
    if scaled.table != case.table and case.kind in ("tiny unit", "huge unit"):
        again, mine = theirs(question, scaled), ours(question, scaled)
        if not isinstance(again, Refused) and not isinstance(mine, ComityError) and agree(question, scaled, mine, again):
            return "fixed tolerances: with the same game in other units it agrees"
    if isinstance(found, Refused):
        return f"refuses: {refusal(question, case, found.reason)}"
    for said, definition in question.instead:
        if close(found, definition(case.plain), case.unit):
            return f"another definition: {said}"
    return by_conditions(question, case, answer, found)


def refusal(question: Question, case: Case, reason: str) -> str:
    v = case.plain
    if question.concept == "gately_point" and sum(v([i]) for i in v.players) == v(v.everybody):
        return "together the players are worth just what they are alone, where comity gives the only imputation"
    if question.concept.startswith("proportional_") and min(case.table) < 0 < min(v(S) for S in v.proper):
        return "everybody together is worth less than 0, which comity allows"
    if question.concept == "check_in_bargaining_set" and any(a < v([i]) for i, a in enumerate(case.x)):
        return "the allocation is no imputation, of which comity says that it is not in the set"
    if question.concept == "gately_point" and "essential" in reason:
        return "what there is to gain over being alone is below a fixed tolerance"
    if "LinprogFailure" in reason:
        return "its linear programme fails"
    return "it says that it has not converged" if "converge" in reason else reason


def undefined(question: Question, case: Case) -> str:
    v = case.plain
    if question.concept == "tau_value":
        return "the game is not quasi-balanced"
    if question.concept == "gately_point":
        return "no imputation has equal propensities to disrupt"
    per_worth = question.concept in ("proportional_nucleolus", "proportional_prenucleolus")
    if per_worth and any(v(S) <= 0 for S in v.proper):
        return "excesses per unit of worth where a coalition is worth nothing or less"
    if question.concept == "banzhaf_value":
        return "the Banzhaf values add up to 0 and cannot be scaled"
    if question.concept == "proportional_division":
        return "worths alone of both signs, or all 0"
    if sum(v([i]) for i in v.players) > v(v.everybody):
        return "there is no imputation"
    return "another reason"


def by_conditions(question: Question, case: Case, answer: Any, found: Any) -> str:
    """Which condition of the definition the answer breaks."""
    v, slack = case.plain, TOLERANCE * case.unit
    if isinstance(found, bool | dict | float):
        return ""
    x = numbers(found)
    if x is None:
        return "an amount is not a number"
    if not efficient(v, x, slack):
        return "not efficient"
    if question.concept in ("nucleolus", "kernel_point", "per_capita_nucleolus") and any(
        x[i] < v([i]) - slack for i in v.players
    ):
        return "not an imputation"
    if question.concept in ("prekernel_point", "kernel_point"):
        return "not a point of it: maximal surpluses differ"
    if question.concept == "least_core":
        largest = max(brute_force.excess(v, S, x) for S in v.proper)
        if answer.notes["epsilon"] < 0 and largest <= slack:
            return "another definition: where there is a core, any point of it will do"
        return "not optimal: the largest excess is larger than need be"
    if question.concept in WEIGHTS:
        weight = WEIGHTS[question.concept]
        largest = [
            sorted((weight(v, S) * brute_force.excess(v, S, y) for S in v.proper), reverse=True) for y in (x, exact(answer))
        ]
        for k, (a, b) in enumerate(zip(*largest, strict=True)):
            if abs(a - b) > slack * max(weight(v, S) for S in v.proper):
                which = "the largest excess" if k == 0 else "a later one of the ordered excesses"
                return f"not optimal: {which} is larger than need be" if a > b else ""
    if question.concept == "modiclus":
        differences = [
            sorted(
                (brute_force.excess(v, S, y) - brute_force.excess(v, T, y) for S in v.coalitions for T in v.coalitions),
                reverse=True,
            )
            for y in (x, exact(answer))
        ]
        first = next((a - b for a, b in zip(*differences, strict=True) if abs(a - b) > slack), F(0))
        return "not optimal: a difference of excesses is larger than need be" if first > 0 else ""
    return ""


WEIGHTS: dict[str, Callable[[Plain, frozenset[int]], Fraction]] = {
    "prenucleolus": lambda v, S: F(1),
    "nucleolus": lambda v, S: F(1),
    "per_capita_prenucleolus": lambda v, S: F(1, len(S)),
    "per_capita_nucleolus": lambda v, S: F(1, len(S)),
    "proportional_prenucleolus": lambda v, S: 1 / v(S),
    "proportional_nucleolus": lambda v, S: 1 / v(S),
}


# --- a worth left out ------------------------------------------------------------------------------------------------


def a_worth_left_out(games: int, seed: int) -> dict[str, Counter[str]]:
    """What each package makes of a game with one coalition missing, asked for its Shapley value."""
    rng = random.Random(seed)
    readers = {"comity": comity_reads, "coopgame-py": coopgame_reads, "tucoopy": tucoopy_reads}
    seen: dict[str, Counter[str]] = {name: Counter() for name in readers}
    for case in random_cases(games, seed):
        missing = frozenset(rng.sample(range(case.n), rng.randint(1, case.n)))
        worths = {S: w for S, w in case.plain.worth.items() if S and missing != S}
        as_if_0 = brute_force.shapley_value(Plain(case.n, case.plain.worth | {missing: F(0)}))
        for name, read in readers.items():
            try:
                found = read(case.n, worths)
            except ImportError:
                continue
            except (ValueError, RuntimeError, LookupError):
                seen[name]["refuses"] += 1
            else:
                seen[name]["reads 0" if close(found, as_if_0, case.unit) else "reads something else"] += 1
    return {name: counts for name, counts in seen.items() if counts}


Worths = dict[frozenset[int], Fraction]


def comity_reads(n: int, worths: Worths) -> Any:
    named = {tuple(str(i) for i in sorted(S)): w for S, w in worths.items()}
    return comity.shapley_value(comity.game_from(named, players=[str(i) for i in range(n)])).exact


def coopgame_reads(n: int, worths: Worths) -> Any:
    import coopgame

    listed = {",".join(str(i) for i in sorted(S)): float(w) for S, w in worths.items()}
    return coopgame.shapley(coopgame.parse_game(json.dumps({"values": listed}))["game"])


def tucoopy_reads(n: int, worths: Worths) -> Any:
    from tucoopy import Game, solutions

    return solutions.shapley_value(Game.from_coalitions(n_players=n, values={tuple(S): float(w) for S, w in worths.items()}))


# --- the whole run ---------------------------------------------------------------------------------------------------


@dataclass
class Tally:
    games: int = 0
    agree: int = 0
    both_refuse: int = 0
    causes: Counter[str] = field(default_factory=Counter)
    examples: dict[str, str] = field(default_factory=dict)
    doubtful: int = 0

    def count(self, question: Question, case: Case, answer: Any) -> None:
        self.games += 1
        found = theirs(question, case)
        refuse = isinstance(answer, ComityError), isinstance(found, Refused)
        if all(refuse):
            self.both_refuse += 1
        elif not any(refuse) and agree(question, case, answer, found):
            self.agree += 1
        else:
            if not confirmed(question, case, answer):
                self.doubtful += 1
            why = cause(question, case, answer, found) or "no cause found"
            self.causes[why] += 1
            self.examples.setdefault(why, f"{list(map(str, case.table))}: {found}, comity {exact(answer)}")


def questions() -> dict[str, list[Question]]:
    makers = {"coopgame-py": coopgame_questions, "tucoopy": tucoopy_questions, "shapiq": shapiq_questions}
    found = {}
    for peer, module in PEERS.items():
        try:
            importlib.import_module(module)
        except ImportError:
            print(f"{peer} is not installed and left out", file=sys.stderr)
            continue
        found[peer] = makers[peer]()
    return found


def run(games: int, seed: int) -> dict[tuple[str, str], Tally]:
    asked = [question for listed in questions().values() for question in listed]
    tallies: dict[tuple[str, str], Tally] = {}
    families = {"games": random_cases, "votes": random_votes, "claims": random_claims}
    for about, draw in families.items():
        for k, case in enumerate(draw(games, seed)):
            answers: dict[Any, Any] = {}
            for question in asked:
                if question.about != about or k % question.one_in or (about == "games" and case.n > question.most_players):
                    continue
                key = question.concept, question.cost, question.arguments
                if key not in answers:
                    answers[key] = ours(question, case)
                tallies.setdefault((question.peer, label(question)), Tally()).count(question, case, answers[key])
            if k % 250 == 249:
                print(f"{about}: {k + 1}", file=sys.stderr, flush=True)
    return tallies


def label(question: Question) -> str:
    more = {"cost game": question.cost, "normalized": question.arguments is normalized, question.said: bool(question.said)}
    return ", ".join([question.concept, *(said for said, holds in more.items() if holds)])


def markdown(tallies: dict[tuple[str, str], Tally]) -> str:
    lines = ["| package | concept | games | agree | both refuse | differ |", "|---|---|---:|---:|---:|---:|"]
    for (peer, concept), t in tallies.items():
        lines.append(f"| {peer} | `{concept}` | {t.games} | {t.agree} | {t.both_refuse} | {t.causes.total()} |")
    lines += ["", "| package | concept | differ | cause |", "|---|---|---:|---|"]
    for (peer, concept), t in tallies.items():
        lines += [f"| {peer} | `{concept}` | {times} | {why} |" for why, times in t.causes.most_common()]
    return "\n".join(lines)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--games", type=int, default=2000, help="random games, and as many simple games and claims problems")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--markdown", type=Path, help="write the tables to this file")
    parser.add_argument("--examples", action="store_true", help="show a game for every cause")
    asked = parser.parse_args()
    tallies = run(asked.games, asked.seed)
    versions = ", ".join(f"{peer} {importlib.metadata.version(peer)}" for peer in dict.fromkeys(peer for peer, _ in tallies))
    drawn = f"{asked.games} games, as many simple games and as many claims problems, seed {asked.seed}"
    report = f"{versions}; {drawn}\n\n{markdown(tallies)}\n"
    print(report)
    for name, counts in a_worth_left_out(200, asked.seed).items():
        print(f"one worth left out of 200 games: {name} " + ", ".join(f"{said} in {times}" for said, times in counts.items()))
    if asked.markdown:
        asked.markdown.write_text(report, encoding="utf-8")
    if asked.examples:
        for (peer, concept), t in tallies.items():
            for why, example in t.examples.items():
                print(f"{peer} {concept}: {why}\n    {example}")
    differences = sum(t.causes.total() for t in tallies.values())
    doubtful = sum(t.doubtful for t in tallies.values())
    unexplained = sum(t.causes["no cause found"] for t in tallies.values())
    print(
        f"{sum(t.games for t in tallies.values())} comparisons, {differences} differences: comity's answer is confirmed in "
        f"{differences - doubtful}, {unexplained} are without a cause"
    )
    return int(bool(doubtful or unexplained))


if __name__ == "__main__":
    sys.exit(main())
