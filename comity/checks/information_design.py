"""Confirming a designed signal: everyone does as told, and no signal that is obeyed does better.

Adding non-negative multiples of what obeying earns to what the designer earns can only make an obeyed signal look better.  What
is then best over *all* signals, obeyed or not, is seen in each state by itself: the best profile of actions.  That bounds
what any obeyed signal reaches (weak duality), and no solver is needed to see it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Any

from comity import rational
from comity.certificate import Certificate, holds_if
from comity.declaration import declare
from comity.errors import InvalidEvidence
from comity.exact_array import ExactArray
from comity.games.bayesian.information_design import InformationDesign, Profile

SIGNAL_SCHEMA = "signal/0.1"
ZERO = Fraction(0)
# A receiver, what it is told to do, and what it might do instead; where all hear the same, the whole profile told.
Disobedience = tuple[int, Profile, int]


@declare("check", "Everyone does as the signal recommends", reference="Bergemann & Morris (2016), obedience")
def check_obedient(problem: InformationDesign, chances: Any, public: bool = False) -> Certificate:
    """No receiver gains on average by another action than the one recommended to it; the margin is the least it loses.

    ``chances[s][a_1]...[a_n]`` is the probability of recommending the profile in state s.  Where the signal is ``public``
    everyone hears the whole profile, and otherwise its own action alone.

    Examples
    --------
    >>> trial = InformationDesign.persuasion(["0.7", "0.3"], [[1, 0], [0, 1]], [[0, 1], [0, 1]])
    >>> [bool(check_obedient(trial, [[a, b], [0, 1]])) for a, b in (("4/7", "3/7"), ("1/2", "1/2"))]
    [True, False]
    """
    table = _table(problem, chances)
    told = _told(problem, public)
    losses = {way: _loss(problem, table, way, public) for way in told}
    least = min(losses, key=lambda way: losses[way], default=None)
    margin = ZERO if least is None else losses[least]
    unmeasured = _no_chances(table)
    return Certificate(
        "everyone does as the signal recommends",
        holds_if(margin >= 0 and not unmeasured),
        margin=None if unmeasured else margin,
        unit=problem.unit,
        witness={
            "public": public,
            **({"most_tempting": _words(problem, least, public)} if least is not None else {}),
            **({"reason": unmeasured} if unmeasured else {}),
        },
        check="check_obedient",
    )


@declare(
    "check",
    "No signal that is obeyed does better",
    reference="Bergemann & Morris (2016); von Neumann (1947), weak duality",
    confirms=("optimal_signal",),
)
def check_optimal_signal(problem: InformationDesign, chances: Any, witness: Mapping[str, Any]) -> Certificate:
    """The signal is obeyed, and ``witness["multipliers"]`` bound what any obeyed signal earns the designer by just what it earns.

    Each multiplier is ``[receiver, told, instead, weight]`` in positions; ``told`` is an action, or the whole profile where
    ``witness["public"]``.  The margin is minus the gap, or minus what disobeying gains.

    Examples
    --------
    >>> trial = InformationDesign.persuasion(["0.7", "0.3"], [[1, 0], [0, 1]], [[0, 1], [0, 1]])
    >>> best = check_optimal_signal(trial, [["4/7", "3/7"], [0, 1]], {"multipliers": [[0, 1, 0, 1]]})
    >>> best.verdict.value, best.witness["value"]
    ('HOLDS', '3/5')
    >>> bool(check_optimal_signal(trial, [["4/7", "3/7"], [0, 1]], {"multipliers": [[0, 1, 0, "1/2"]]}))
    False
    """
    public = bool(witness.get("public", False))
    table = _table(problem, chances)
    weights = _weights(problem, witness.get("multipliers"), public)
    obeyed = check_obedient(problem, table, public)
    value = sum(
        (p * table[(s, *a)] * problem.designer_payoff(s, a) for s, p in enumerate(problem.prior) for a in problem.profiles()),
        ZERO,
    )
    bound = sum((p * max(_shadow_values(problem, s, weights, public)) for s, p in enumerate(problem.prior) if p), ZERO)
    gap = bound - value
    told = {
        "public": public,
        "multipliers": [[i, list(told) if public else told[0], b, rational.text(w)] for (i, told, b), w in weights.items()],
        "value": rational.text(value),
        "bound": rational.text(bound),
    }
    if not obeyed:
        told["reason"] = obeyed.witness.get("reason") or f"{obeyed.witness['most_tempting']} gains"
    return Certificate(
        "everyone does as recommended, and no signal that is obeyed earns the designer more",
        holds_if(bool(obeyed) and gap == 0),
        margin=None if obeyed.margin is None else min(-abs(gap), rational.exact(obeyed.margin), ZERO),
        unit=problem.unit,
        witness=told,
        check="check_optimal_signal",
    )


def confirm_signal(data: Mapping[str, Any]) -> Certificate:
    """Repeat the check of a signal's JSON form; problem, value and certificate must come out the same."""
    problem = InformationDesign.from_json(data["problem"])
    stated = Certificate.from_json(data["certificate"])
    fresh = check_optimal_signal(problem, data["chances"], {**stated.witness, "public": data["public"]})
    value_told = rational.exact(data["value_exact"], "the value")
    same = fresh.to_json() == stated.to_json() and rational.text(value_told) == fresh.witness["value"]
    if same and data["value"] == rational.double(value_told):
        return fresh
    return Certificate(
        stated.claim,
        holds_if(False),
        witness={"reason": "the signal's value or certificate is not what its chances give", "found": fresh.to_json()},
        check="check_optimal_signal",
    )


def _told(problem: InformationDesign, public: bool) -> Iterator[Disobedience]:
    for i, count in enumerate(problem.counts):
        for told in problem.profiles() if public else ((a,) for a in range(count)):
            own = told[i] if public else told[0]
            yield from ((i, told, instead) for instead in range(count) if instead != own)


def _loss(problem: InformationDesign, table: ExactArray, way: Disobedience, public: bool) -> Fraction:
    """What disobeying loses on average, over the states and what the others are told."""
    i, told, instead = way
    heard = [told] if public else [a for a in problem.profiles() if a[i] == told[0]]
    return sum(
        (
            p * table[(s, *a)] * problem.regret(i, s, a, instead)
            for s, p in enumerate(problem.prior)
            if p
            for a in heard
            if table[(s, *a)]
        ),
        ZERO,
    )


def _shadow_values(
    problem: InformationDesign, state: int, weights: Mapping[Disobedience, Fraction], public: bool
) -> Iterator[Fraction]:
    """What each profile earns the designer in a state, and the weighed loss from disobeying it."""
    by_told: dict[tuple[int, Profile], list[tuple[int, Fraction]]] = {}
    for (i, told, instead), weight in weights.items():
        by_told.setdefault((i, told), []).append((instead, weight))
    for a in problem.profiles():
        total = problem.designer_payoff(state, a)
        for i in range(problem.n):
            for instead, weight in by_told.get((i, a if public else (a[i],)), ()):
                total += weight * problem.regret(i, state, a, instead)
        yield total


def _table(problem: InformationDesign, chances: Any) -> ExactArray:
    return ExactArray.of(chances, "the chance of a recommendation", problem.designer.shape)


def _no_chances(table: ExactArray) -> str:
    """Why the numbers are no probabilities; empty if they are."""
    if (table.numerators < 0).any():
        return "a chance is negative"
    totals = table.numerators.astype(object).reshape(len(table), -1).sum(axis=1)
    return "" if all(int(total) == table.denominator for total in totals) else "the chances in a state do not add up to 1"


def _weights(problem: InformationDesign, listed: Any, public: bool) -> dict[Disobedience, Fraction]:
    if not isinstance(listed, Sequence):
        raise InvalidEvidence("there are no multipliers; give [receiver, told, instead, weight] for each")
    possible = set(_told(problem, public))
    weights: dict[Disobedience, Fraction] = {}
    for entry in listed:
        try:
            i, told, instead, number = entry
            way = (int(i), tuple(map(int, told)) if public else (int(told),), int(instead))
            weight = rational.exact(number, "a multiplier")
        except (TypeError, ValueError) as error:
            raise InvalidEvidence(f"the multiplier {rational.shown(entry)} cannot be read: {error}") from None
        if way not in possible or way in weights or weight < 0:
            raise InvalidEvidence(f"the multiplier {rational.shown(entry)} is negative, twice there or for nothing one is told")
        weights[way] = weight
    return weights


def _words(problem: InformationDesign, way: Disobedience, public: bool) -> str:
    i, told, instead = way
    heard = ", ".join(problem.profile_names(told)) if public else problem.actions[i][told[0]]
    return f"{problem.receivers[i]} told {heard} doing {problem.actions[i][instead]}"
