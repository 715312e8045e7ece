"""Confirming that no symmetric rule with the same promises does better, from counts of types alone."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from comity import rational
from comity.certificate import Basis, Certificate, holds_if
from comity.declaration import declare
from comity.errors import InvalidEvidence
from comity.games.bayesian.objectives import Objective
from comity.games.bayesian.promises import Promises
from comity.games.bayesian.symmetry import Counts, SymmetricRule, Symmetry

ZERO = Fraction(0)


@declare("check", "No symmetric rule with the same promises does better", reference="von Neumann (1947), weak duality")
def check_symmetric_design(rule: SymmetricRule, objective: Any, promises: Promises, witness: Mapping[str, Any]) -> Certificate:
    """The rule keeps its promises, and the weights in the witness bound what any rule that keeps them reaches.

    In a symmetric setting a rule can be averaged over all ways to name the agents, which keeps its promises and its worth, so the
    bound holds for rules that treat agents differently, too.

    Parameters
    ----------
    rule : SymmetricRule
    objective, promises
        As in `comity.checks.design.check_design`; weights of agents must be equal.
    witness : mapping
        ``truthful``: ``[type, report, counts of the others or None, weight]``; ``participation``: ``[type, counts or None,
        weight]``; ``budget``: ``[counts or None, weight]``; ``prices``: ``[counts, class, a number for each role]``, of which any
        numbers give a bound; perhaps a ``tolerance``.
    """
    symmetry = rule.symmetry
    goal = Objective.of(objective, symmetry.setting)
    tolerance = rational.exact(witness.get("tolerance", 0), "the tolerance")
    kept = broken_promises(rule, promises)
    value = objective_value(rule, goal)
    bound = promise_bound(symmetry, goal, promises, witness)
    gap = None if bound is None else bound - value
    worst = max(kept.values(), default=ZERO)
    sign = -1 if goal.least else 1
    return Certificate(
        "the rule keeps its promises, and no rule that keeps them does better" + (", up to the tolerance" if tolerance else ""),
        holds_if(gap is not None and gap <= tolerance and worst <= tolerance and tolerance >= 0),
        margin=None if gap is None else -max(gap, worst, ZERO),
        unit=symmetry.setting.unit,
        basis=Basis.ENCLOSED if tolerance else Basis.EXACT,
        witness={
            **dict(witness),
            "value": rational.text(sign * value),
            "bound": None if bound is None else rational.text(sign * bound),
            "broken_by": {name: rational.text(amount) for name, amount in kept.items() if amount > 0},
        },
        check="check_symmetric_design",
    )


# --- the rule --------------------------------------------------------------------------------------


def broken_promises(rule: SymmetricRule, promises: Promises) -> dict[str, Fraction]:
    """By how much each promise is broken; 0 where it is kept.  A table that hands out other roles than its class is an error."""
    symmetry = rule.symmetry
    for counts in symmetry.counts():
        _refuse_other_roles(rule, counts)
    utilities = rule.utilities
    found: dict[str, Fraction] = {}
    if promises.incentive is not None:
        found["truthful"] = _largest_gain(symmetry, promises.incentive, utilities)
    if promises.participation is not None:
        found["participation"] = -_least_surplus(symmetry, promises.participation, utilities)
    if promises.budget is not None:
        left = {counts: promises.funds + _left_over(rule, counts) for counts in symmetry.counts()}
        if promises.budget == "no-expected-deficit":
            found["budget"] = -sum((symmetry.probability(counts) * amount for counts, amount in left.items()), ZERO)
        elif promises.budget == "balanced":
            found["budget"] = max(map(abs, left.values()))
        else:
            found["budget"] = -min(left.values())
    low, high = promises.payments
    paid = [amount for counts in symmetry.counts() for t, amount in enumerate(rule.payments[counts]) if counts[t]]
    found["payments"] = max(ZERO if low is None else low - min(paid), ZERO if high is None else max(paid) - high)
    return {name: max(amount, ZERO) for name, amount in found.items()}


def objective_value(rule: SymmetricRule, goal: Objective) -> Fraction:
    """What the rule is worth by the objective when all tell the truth, larger being better."""
    symmetry = rule.symmetry
    weight = _weight_of_all(goal, symmetry)
    utilities = rule.utilities
    total = ZERO
    for counts in symmetry.counts():
        everybody = sum((k * utilities[counts, t, t] for t, k in enumerate(counts) if k), ZERO)
        total += symmetry.probability(counts) * (weight * everybody + goal.owner * _left_over(rule, counts))
    return total


def _refuse_other_roles(rule: SymmetricRule, counts: Counts) -> None:
    lottery = rule.lotteries[counts]
    if any(chance < 0 for chance in lottery.values()) or sum(lottery.values()) != 1:
        raise InvalidEvidence(f"the chances at counts {counts} are negative or do not add up to one")
    for kind, table in lottery:
        handed = tuple(map(sum, zip(*table, strict=True)))
        if tuple(map(sum, table)) != counts or handed != rule.symmetry.classes[kind] or min(map(min, table)) < 0:
            raise InvalidEvidence(f"at counts {counts} roles are handed out that are not those of outcome class {kind}")


def _largest_gain(symmetry: Symmetry, incentive: str, utilities: Mapping[Any, Fraction]) -> Fraction:
    able = symmetry.setting.reports[0]
    largest = ZERO
    for t in range(symmetry.types):
        for report in range(symmetry.types):
            if t == report or not able[t, report]:
                continue
            gains = {
                others: utilities[_with(others, report), t, report] - utilities[_with(others, t), t, t]
                for others in symmetry.counts(symmetry.agents - 1)
            }
            if incentive == "dominant":
                largest = max(largest, *gains.values())
            elif symmetry.setting.prior[0][t]:
                largest = max(largest, sum((symmetry.probability(k) * gain for k, gain in gains.items()), ZERO))
    return largest


def _least_surplus(symmetry: Symmetry, participation: str, utilities: Mapping[Any, Fraction]) -> Fraction:
    outside = symmetry.setting.outside[0]
    found = []
    for t in range(symmetry.types):
        each = {others: utilities[_with(others, t), t, t] - outside[t] for others in symmetry.counts(symmetry.agents - 1)}
        if participation == "ex-post":
            found.append(min(each.values()))
        elif symmetry.setting.prior[0][t]:
            found.append(sum((symmetry.probability(k) * surplus for k, surplus in each.items()), ZERO))
    least: Fraction = min(found)
    return least


def _left_over(rule: SymmetricRule, counts: Counts) -> Fraction:
    paid = sum((k * rule.payments[counts][t] for t, k in enumerate(counts) if k), ZERO)
    costs = rule.symmetry.costs
    return paid - sum((chance * costs[kind] for (kind, _), chance in rule.lotteries[counts].items()), ZERO)


def _with(others: Counts, kind: int) -> Counts:
    return tuple(k + (t == kind) for t, k in enumerate(others))


def _weight_of_all(goal: Objective, symmetry: Symmetry) -> Fraction:
    """The weight that each agent has; the least utility is everybody's alike."""
    if goal.outcomes is not None:
        raise InvalidEvidence("a table of what outcomes are worth is no objective of a symmetric rule; weigh agents and owner")
    if goal.agents is None:
        return Fraction(1, symmetry.agents)
    if len(set(goal.agents)) > 1:
        raise InvalidEvidence("a symmetric rule weighs all agents alike; give them equal weights")
    weight: Fraction = goal.agents[0]
    return weight


# --- the bound -------------------------------------------------------------------------------------


def promise_bound(symmetry: Symmetry, goal: Objective, promises: Promises, witness: Mapping[str, Any]) -> Fraction | None:
    """The largest that objective plus weighted promises reach on any table; None if they grow for ever."""
    return _Sums.of(symmetry, goal, promises, witness).largest(promises, witness)


@dataclass
class _Sums:
    """Coefficients by counts: of the number of each type in each role, of outcome classes, of what each type pays; a constant."""

    symmetry: Symmetry
    roles: dict[tuple[Counts, int], list[Fraction]]
    classes: dict[Counts, Fraction]  # of the owner's money, by which costs are weighed
    paid: dict[tuple[Counts, int], Fraction]
    constant: Fraction = ZERO

    @classmethod
    def of(cls, symmetry: Symmetry, goal: Objective, promises: Promises, witness: Mapping[str, Any]) -> _Sums:
        sums = cls(symmetry, defaultdict(lambda: [ZERO] * symmetry.roles), defaultdict(lambda: ZERO), defaultdict(lambda: ZERO))
        weight = _weight_of_all(goal, symmetry)
        for counts in symmetry.counts():
            chance = symmetry.probability(counts)
            for t, k in enumerate(counts):
                if k and weight:
                    sums.utility(counts, t, t, weight * chance * k)
            sums.owner(counts, goal.owner * chance)
        sums.promises(promises, witness)
        return sums

    def utility(self, counts: Counts, kind: int, report: int, times: Fraction) -> None:
        """Add ``times`` what a type gets from a report."""
        row = self.roles[counts, report]
        each = times / counts[report]
        for role, worth in enumerate(self.symmetry.worths[kind]):
            if worth:
                row[role] += each * worth
        self.paid[counts, report] -= times

    def owner(self, counts: Counts, times: Fraction) -> None:
        """Add ``times`` what is left over."""
        self.classes[counts] -= times
        for t, k in enumerate(counts):
            if k:
                self.paid[counts, t] += times * k

    def promises(self, promises: Promises, witness: Mapping[str, Any]) -> None:
        """Add every promise with its weight."""
        others_of = list(self.symmetry.counts(self.symmetry.agents - 1))
        marginal, able = self.symmetry.setting.prior[0], self.symmetry.setting.reports[0]
        for kind, report, others, number in witness.get("truthful", ()):
            if not able[kind, report] or (others is None) != (promises.incentive == "bayesian") or promises.incentive is None:
                raise InvalidEvidence(f"type {kind} is not promised anything about claiming {report}")
            weight = _positive(number)
            for at in others_of if others is None else [tuple(others)]:
                times = weight * (marginal[kind] * self.symmetry.probability(at) if others is None else 1)
                self.utility(_with(at, kind), kind, kind, times)
                self.utility(_with(at, report), kind, report, -times)
        for kind, counts, number in witness.get("participation", ()):
            if promises.participation is None or (counts is None) != (promises.participation == "interim"):
                raise InvalidEvidence(f"type {kind} is not promised anything about taking part at {counts}")
            weight = _positive(number)
            for at in [_with(k, kind) for k in others_of] if counts is None else [tuple(counts)]:
                others = tuple(k - (t == kind) for t, k in enumerate(at))
                times = weight * (marginal[kind] * self.symmetry.probability(others) if counts is None else 1)
                self.utility(at, kind, kind, times)
                self.constant -= times * self.symmetry.setting.outside[0][kind]
        for counts, number in witness.get("budget", ()):
            if promises.budget is None or (counts is None) != (promises.budget == "no-expected-deficit"):
                raise InvalidEvidence(f"nothing is promised about the budget at {counts}")
            weight = rational.exact(number, "a weight") if promises.budget == "balanced" else _positive(number)
            for at in self.symmetry.counts() if counts is None else [tuple(counts)]:
                times = weight * (self.symmetry.probability(at) if counts is None else 1)
                self.owner(at, times)
                self.constant += times * promises.funds

    def largest(self, promises: Promises, witness: Mapping[str, Any]) -> Fraction | None:
        """The largest value over all tables, bounded by prices of roles at each class of outcomes."""
        prices = {(tuple(counts), kind): _numbers(row) for counts, kind, row in witness.get("prices", ())}
        total = self.constant
        free = [ZERO] * self.symmetry.roles
        for counts in self.symmetry.counts():
            bounds = []
            for kind, (handed, cost) in enumerate(zip(self.symmetry.classes, self.symmetry.costs, strict=True)):
                price = prices.get((counts, kind), free)
                bound = self.classes[counts] * cost + sum((m * p for m, p in zip(handed, price, strict=True)), ZERO)
                for t, k in enumerate(counts):
                    if k:
                        worth = self.roles[counts, t]
                        bound += k * max(w - p for w, p, m in zip(worth, price, handed, strict=True) if m)
                bounds.append(bound)
            total += max(bounds)
        low, high = promises.payments
        for weight in self.paid.values():
            side = high if weight > 0 else low
            if weight and side is None:
                return None
            total += weight * (side or ZERO)
        return total


def _positive(number: Any) -> Fraction:
    weight = rational.exact(number, "a weight")
    if weight < 0:
        raise InvalidEvidence(f"a promise is weighed with {rational.text(weight)}; weights of inequalities are not negative")
    return weight


def _numbers(row: Sequence[Any]) -> list[Fraction]:
    return [rational.exact(number, "a price") for number in row]
