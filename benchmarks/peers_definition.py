"""The definitions written out in ``tests/brute_force.py``, asked as if they were a package: for trials on a few players."""

from __future__ import annotations

import sys
from fractions import Fraction
from itertools import combinations
from pathlib import Path
from typing import Any

from workers import Way

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))
import brute_force
from brute_force import Plain

PACKAGE, MODULE = "definition", "brute_force"
NUMBERS = ("shapley_value", "banzhaf_value", "solidarity_value", "tau_value", "dividend_table", "prenucleolus", "nucleolus")
MORE = ("per_capita_prenucleolus", "modiclus")
YES_OR_NO = ("is_convex", "is_superadditive", "is_balanced")


def ways() -> list[Way]:
    definitions = brute_force.CONCEPTS | brute_force.PROPERTIES

    def of_table(data: Any) -> Plain:
        return Plain.of([Fraction(str(worth)) for worth in data.tolist()])

    def of_first(data: Any) -> tuple[Plain, Any]:
        return of_table(data[0]), data[1]

    def of_votes(data: Any) -> Plain:
        weights, quota = data
        heavy = (sum(weight for i, weight in enumerate(weights) if S >> i & 1) for S in range(1 << len(weights)))
        return Plain.of([Fraction(int(weight >= quota)) for weight in heavy])

    def of_costs(costs: Any) -> Plain:
        largest = (max((cost for i, cost in enumerate(costs) if S >> i & 1), default=0) for S in range(1 << len(costs)))
        return Plain.of([Fraction(cost) for cost in largest], cost=True)

    def of_claims(data: Any) -> Plain:
        estate, claims = data
        others = (sum(claim for i, claim in enumerate(claims) if not S >> i & 1) for S in range(1 << len(claims)))
        return Plain.of([Fraction(max(0, estate - claimed)) for claimed in others])

    def pairs(found: Any, data: Any) -> list[Fraction]:
        return [found[frozenset(pair)] for pair in combinations(range(len(data).bit_length() - 1), 2)]

    return [
        *(Way(name, of_table, definitions[name]) for name in (*NUMBERS, *MORE)),
        *(Way(name, of_table, definitions[name], lambda answer, data: [answer]) for name in YES_OR_NO),
        *(Way(name, of_table, lambda v, name=name: definitions[name](v, 2), pairs) for name in _INTERACTIONS),  # type: ignore[misc]
        *(Way(name, of_first, lambda given, name=name: definitions[name](*given)) for name in ("owen_value", "myerson_value")),  # type: ignore[misc]
        *(Way(name, of_votes, definitions[name]) for name in _INDICES),
        Way("Shapley value and nucleolus of an airport", of_costs, _both),
        Way("talmud_rule", of_claims, definitions["nucleolus"]),
        Way("nucleolus of votes", of_votes, definitions["nucleolus"]),
        Way("nucleolus of a market", lambda data: of_table(data[1]), definitions["nucleolus"]),
    ]


_INTERACTIONS = ("shapley_interactions", "banzhaf_interactions")
_INDICES = ("shapley_shubik_index", "banzhaf_index", "johnston_index", "deegan_packel_index", "public_good_index")


def _both(v: Plain) -> list[Fraction]:
    return [*brute_force.shapley_value(v), *brute_force.nucleolus(v)]
