"""Confirming that no rule that keeps the same promises does better, by weighing the promises.

Every promise is an inequality in the rule's chances, payments and examinations.  Adding non-negative multiples of what a rule
promises to the objective can only make it larger; what then is largest over *all* tables, promises or not, is seen at each
profile by itself.  That bounds what any rule that keeps the promises can reach (weak duality), and no solver is needed to see it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import lcm
from typing import Any

import numpy as np
from numpy.typing import NDArray

from comity import rational
from comity.certificate import Basis, Certificate, Verdict, holds_if, number_fields
from comity.checks.rules import check_budget, check_participation, check_truthful, full_values
from comity.declaration import declare
from comity.errors import InvalidEvidence
from comity.exact_array import ExactArray
from comity.games.bayesian.objectives import Objective
from comity.games.bayesian.promises import Promises
from comity.games.bayesian.rule import DirectRule
from comity.games.bayesian.setting import BayesianSetting

DESIGN_SCHEMA = "design/0.1"
ZERO = Fraction(0)
Limits = ExactArray | None


@declare("check", "No rule with the same promises does better", reference="von Neumann (1947), weak duality; Myerson (1981)")
def check_design(
    rule: DirectRule, objective: Any, promises: Promises, witness: Mapping[str, Any], decision: ExactArray | None = None
) -> Certificate:
    """The rule keeps its promises, and the weights in the witness bound what any rule that keeps them reaches.

    The margin is minus the gap between the two.  Where the witness states a ``tolerance`` the rule may break a promise, and miss
    the bound, by that much, and the basis is ENCLOSED; otherwise both must be exact.  Where it says ``without_chance`` the rule
    is one of those that leave nothing to chance and may miss the bound, which rules with chance obey, by any amount: the basis
    is then ASSUMED, since that no other one without chance does better is not proved.

    Parameters
    ----------
    rule : DirectRule
    objective : name, weights, table or Objective
    promises : Promises
    witness : mapping
        ``truthful``: ``[agent, type, report, others' types or None, weight]`` each; ``participation``: ``[agent, types or type,
        weight]``; ``budget``: ``[types or None, weight]``; ``weights``: of agents, for max-min.
    decision : ExactArray, optional
        Chances of the outcomes where these are given and only money and examinations are chosen.
    """
    setting = rule.setting
    goal = Objective.of(objective, setting)
    tolerance = rational.exact(witness.get("tolerance", 0), "the tolerance")
    kept = broken_promises(rule, promises)
    if decision is not None and decision != rule.lotteries:
        kept["decision"] = Fraction(1)
    value = objective_value(rule, goal)
    bound = promise_bound(setting, goal, promises, witness, decision)
    gap = None if bound is None else bound - value
    worst = max(kept.values(), default=ZERO)
    certain = witness.get("without_chance") is True
    near = gap is not None and (gap <= tolerance or (certain and rule.lotteries.reduced().denominator == 1))
    sign = -1 if goal.least else 1
    return Certificate(
        _claim(certain, decision is not None, tolerance),
        holds_if(near and worst <= tolerance and tolerance >= 0),
        margin=None if gap is None else -max(gap, worst, ZERO),
        unit=setting.unit,
        basis=Basis.ASSUMED if certain and gap else Basis.EXACT if tolerance == 0 else Basis.ENCLOSED,
        witness={
            **dict(witness),
            "value": rational.text(sign * value),
            "bound": None if bound is None else rational.text(sign * bound),
            "broken_by": {name: rational.text(amount) for name, amount in kept.items() if amount > 0},
        },
        check="check_design",
    )


def _claim(without_chance: bool, decided: bool, tolerance: Fraction) -> str:
    if without_chance:
        return (
            "the rule leaves nothing to chance, keeps its promises, and no rule that keeps them, chance included, "
            "does better by more than the margin" + (" if it decides the same" if decided else "")
        )
    others = "no rule that decides the same and keeps them" if decided else "no rule that keeps them"
    return f"the rule keeps its promises, and {others} does better" + (", up to the tolerance" if tolerance else "")


def confirm_design(data: Mapping[str, Any]) -> Certificate:
    """Repeat the check of a design from its JSON form: its value, and every field of its certificate, must come out the same."""
    rule = DirectRule.from_json(data["rule"])
    goal, promises = Objective.from_json(data["objective"]), Promises(**data["promises"])
    stated = data["certificate"]
    fresh = check_design(rule, goal, promises, stated["witness"], rule.lotteries if data["fixed"] is True else None)
    value = objective_value(rule, goal) * (-1 if goal.least else 1)
    found = fresh.to_json()
    differing = {name: {"stated": stated.get(name), "found": found[name]} for name in found if stated.get(name) != found[name]}
    if number_fields("value", value) != {name: data.get(name) for name in ("value", "value_exact")}:
        differing["value"] = {"stated": data.get("value_exact"), "found": rational.text(value)}
    if not differing:
        return fresh
    return Certificate("the design is confirmed", Verdict.FAILS, witness={"differences": differing}, check="check_design")


@declare("check", "No rule keeps all these promises", reference="Farkas (1902)")
def check_no_rule(
    setting: BayesianSetting, promises: Promises, witness: Mapping[str, Any], decision: ExactArray | None = None
) -> Certificate:
    """Multiples of the promises add up to something that no table of chances and payments satisfies.

    The margin is by how much it falls short at best.
    """
    nothing = Objective("outcomes", (ZERO,) * len(setting.agents), ZERO, ExactArray.zeros((len(setting.outcomes),)))
    bound = promise_bound(setting, nothing, promises, witness, decision)
    return Certificate(
        "no rule keeps all these promises",
        holds_if(bound is not None and bound < 0),
        margin=None if bound is None else -bound,
        unit=setting.unit,
        witness=dict(witness),
        check="check_no_rule",
    )


def broken_promises(rule: DirectRule, promises: Promises) -> dict[str, Fraction]:
    """By how much each promise is broken; 0 where it is kept."""
    found = {}
    if promises.incentive is not None:
        found["truthful"] = -_margin(check_truthful(rule, promises.incentive))
    if promises.participation is not None:
        found["participation"] = -_margin(check_participation(rule, promises.participation))
    if promises.budget is not None:
        found["budget"] = -_margin(check_budget(rule, promises.budget, promises.funds))
    low, high = promises.payments
    paid = rule.payments
    if low is not None:
        found["payments"] = low - Fraction(int(paid.numerators.min()), paid.denominator)
    if high is not None:
        above = Fraction(int(paid.numerators.max()), paid.denominator) - high
        found["payments"] = max(above, found.get("payments", above))
    return {name: max(amount, ZERO) for name, amount in found.items()}


def _margin(certificate: Certificate) -> Fraction:
    margin = certificate.margin
    if not isinstance(margin, Fraction):
        raise InvalidEvidence(f"the margin of {certificate.check} is {margin!r}, not an exact number")
    return margin


def objective_value(rule: DirectRule, goal: Objective) -> Fraction:
    """What the rule is worth by the objective when all tell the truth, larger being better."""
    setting = rule.setting
    utilities, owner, other = [ZERO] * len(setting.agents), ZERO, ZERO
    prior = setting.joint_prior()
    chances, paid, looked = rule.lotteries, rule.payments, rule.examinations

    def mean(amounts: NDArray[Any], denominator: int) -> Fraction:
        return Fraction(int((amounts * prior.numerators.astype(object)).sum()), denominator * prior.denominator)

    def mean_of_outcomes(table: ExactArray) -> Fraction:
        amounts = (chances.numerators.astype(object) * table.numerators).sum(axis=-1)
        return mean(amounts, chances.denominator * table.denominator)

    looks = setting.examination
    for i in range(len(setting.agents)):
        money = mean(paid.numerators[..., i].astype(object), paid.denominator)
        examined = mean(looked.numerators[..., i].astype(object), looked.denominator)
        utilities[i] = mean_of_outcomes(full_values(setting, i)) - money
        owner += money
        if looks is not None:
            utilities[i] -= examined * looks.penalty * looks.false_positive
            owner -= examined * looks.cost
    owner -= mean_of_outcomes(setting.costs)
    if goal.outcomes is not None:
        other = mean_of_outcomes(goal.outcomes)
    if goal.agents is None:
        return min(utilities)
    return sum((w * u for w, u in zip(goal.agents, utilities, strict=True)), goal.owner * owner) + other


# --- the bound -------------------------------------------------------------------------------------


def promise_bound(
    setting: BayesianSetting, goal: Objective, promises: Promises, witness: Mapping[str, Any], decision: Limits = None
) -> Fraction | None:
    """The largest that objective plus weighted promises reach on any table; None if they grow for ever.

    Weights that are negative, or on lies that cannot be told, are refused.
    """
    sums = _Sums.of(setting, goal, promises, witness)
    return sums.largest(promises.payments, decision)


@dataclass
class _Sums:
    """Coefficients of chances, payments and examinations, and a constant: whole numbers over ``scale``."""

    chances: NDArray[Any]
    payments: NDArray[Any]
    examinations: NDArray[Any] | None
    constant: int
    scale: int

    @classmethod
    def of(cls, setting: BayesianSetting, goal: Objective, promises: Promises, witness: Mapping[str, Any]) -> _Sums:
        return _Adder(setting, goal, promises, witness).sums()

    def largest(self, bounds: tuple[Fraction | None, Fraction | None], decision: Limits) -> Fraction | None:
        """The largest value over all tables."""
        if decision is None:
            total = Fraction(int(self.chances.max(axis=-1).sum()), 1)
        else:
            total = Fraction(int((self.chances * decision.numerators).sum()), decision.denominator)
        if self.examinations is not None:
            total += int(np.where(self.examinations > 0, self.examinations, 0).sum())
        low, high = bounds
        upward, downward = self.payments[self.payments > 0].sum(), self.payments[self.payments < 0].sum()
        if (upward and high is None) or (downward and low is None):
            return None
        total += int(upward) * (high or ZERO) + int(downward) * (low or ZERO)
        return (total + self.constant) / self.scale


class _Adder:
    """Adds the objective and the weighted promises up, all over one denominator."""

    def __init__(self, setting: BayesianSetting, goal: Objective, promises: Promises, witness: Mapping[str, Any]) -> None:
        self.setting, self.promises = setting, promises
        self.truthful, self.participation, self.budget, weights = _read(setting, goal, promises, witness)
        looks = setting.examination
        listed = [*weights, goal.owner, *(row[-1] for row in (*self.truthful, *self.participation, *self.budget))]
        self.by = lcm(*{weight.denominator for weight in listed})
        tables = [full_values(setting, i) for i in range(len(setting.agents))]
        prior = setting.joint_prior()
        parts = [setting.costs, *setting.outside, *tables, *([goal.outcomes] if goal.outcomes is not None else [])]
        rates = [looks.penalty * looks.false_positive, looks.penalty * looks.sensitivity, looks.cost] if looks else []
        self.unit = lcm(*(part.denominator for part in parts), *(rate.denominator for rate in rates), promises.funds.denominator)
        self.chance = prior.denominator
        self.prior = prior.numerators.astype(object)
        self.values = [table.over(self.unit).astype(object) for table in tables]
        self.outside = [amounts.over(self.unit).astype(object) for amounts in setting.outside]
        self.costs = setting.costs.over(self.unit).astype(object)
        self.mistake, self.lie, self.look = (int(rate * self.unit) for rate in rates) if rates else (0, 0, 0)
        self.chances = np.zeros((*setting.shape, len(setting.outcomes)), dtype=object)
        self.payments = np.zeros((*setting.shape, len(setting.agents)), dtype=object)
        self.examinations = np.zeros(self.payments.shape, dtype=object) if looks else None
        self.constant = 0
        self._objective(goal, weights)

    def sums(self) -> _Sums:
        for i, t, report, others, weight in self.truthful:
            self._truth(i, t, report, others, weight)
        for i, place, weight in self.participation:
            self._stay(i, place, weight)
        for place, weight in self.budget:
            self._cover(place, weight)
        return _Sums(self.chances, self.payments, self.examinations, self.constant, self.by * self.unit * self.chance)

    def _whole(self, weight: Fraction) -> int:
        return int(weight * self.by)

    def _objective(self, goal: Objective, weights: Sequence[Fraction]) -> None:
        for i, weight in enumerate(weights):
            self._utility(i, ..., self._whole(weight) * self.prior)
        self._owner(..., self._whole(goal.owner) * self.prior)
        if goal.outcomes is not None:
            self.chances += self.by * self.prior[..., None] * goal.outcomes.over(self.unit).astype(object)

    def _utility(self, i: int, at: Any, times: Any, values: Any = None, lying: bool = False) -> None:
        """Add ``times`` the utility of an agent at some places; its values there may be those of another type."""
        worth = self.values[i][at] if values is None else values
        times = np.asarray(times, dtype=object)
        self.chances[at] += times[..., None] * worth
        self.payments[at][..., i] -= times * self.unit
        if self.examinations is not None:
            self.examinations[at][..., i] -= times * (self.lie if lying else self.mistake)

    def _owner(self, at: Any, times: Any) -> None:
        """Add ``times`` what is left over at some places."""
        times = np.asarray(times, dtype=object)
        self.chances[at] -= times[..., None] * self.costs
        self.payments[at] += times[..., None] * self.unit
        if self.examinations is not None:
            self.examinations[at] -= times[..., None] * self.look

    def _truth(self, i: int, t: int, report: int, others: tuple[int, ...] | None, weight: Fraction) -> None:
        true: Any
        said: Any
        if others is None:
            true, said = (*[slice(None)] * i, t), (*[slice(None)] * i, report)
            times = self._whole(weight) * self.prior[true]
        else:
            true, said = (*others[:i], t, *others[i:], ...), (*others[:i], report, *others[i:], ...)
            times = np.asarray(self._whole(weight) * self.chance, dtype=object)
        self._utility(i, true, times)
        self._utility(i, said, -times, values=self.values[i][true], lying=True)

    def _stay(self, i: int, place: tuple[int, ...], weight: Fraction) -> None:
        if self.promises.participation == "interim":
            at: Any = (*[slice(None)] * i, place[0])
            times = self._whole(weight) * self.prior[at]
            own = place[0]
        else:
            at, times, own = (*place, ...), np.asarray(self._whole(weight) * self.chance, dtype=object), place[i]
        self._utility(i, at, times)
        self.constant -= int(np.sum(times)) * int(self.outside[i][own])

    def _cover(self, place: tuple[int, ...] | None, weight: Fraction) -> None:
        at: Any = ... if place is None else (*place, ...)
        times = self._whole(weight) * (self.prior if place is None else np.asarray(self.chance, dtype=object))
        self._owner(at, times)
        self.constant += int(np.sum(times)) * int(self.promises.funds * self.unit)


def _read(setting: BayesianSetting, goal: Objective, promises: Promises, witness: Mapping[str, Any]) -> tuple[Any, Any, Any, Any]:
    """The weights with indices for names; refused where no such promise is made or the sign is wrong."""
    truthful, participation, budget = [], [], []
    for agent, kind, report, others, weight in witness.get("truthful", ()):
        i = setting.index(agent)
        t, r = (_type(setting, i, name) for name in (kind, report))
        at = None if others is None else _others(setting, i, others)
        if not setting.reports[i][t, r] or (at is None) != (promises.incentive == "bayesian") or promises.incentive is None:
            raise InvalidEvidence(f"{agent} of type {kind} is not promised anything about claiming {report}")
        truthful.append((i, t, r, at, _weight(weight)))
    for agent, types, weight in witness.get("participation", ()):
        i = setting.index(agent)
        interim = isinstance(types, str)
        if promises.participation is None or interim != (promises.participation == "interim"):
            raise InvalidEvidence(f"{agent} is not promised anything about taking part at {types}")
        place = (_type(setting, i, types),) if interim else setting.profile(types)
        participation.append((i, place, _weight(weight)))
    for types, weight in witness.get("budget", ()):
        if promises.budget is None or (types is None) != (promises.budget == "no-expected-deficit"):
            raise InvalidEvidence(f"nothing is promised about the budget at {types}")
        free = promises.budget == "balanced"
        number = rational.exact(weight, "a weight") if free else _weight(weight)
        budget.append((None if types is None else setting.profile(types), number))
    if goal.agents is not None:
        return truthful, participation, budget, goal.agents
    weights = [_weight(weight) for weight in witness.get("weights", ())]
    if len(weights) != len(setting.agents) or sum(weights) != 1:
        raise InvalidEvidence("the weights of the agents do not add up to one, so they bound the least utility by nothing")
    return truthful, participation, budget, tuple(weights)


def _others(setting: BayesianSetting, agent: int, names: Sequence[Any]) -> tuple[int, ...]:
    places = [j for j in range(len(setting.agents)) if j != agent]
    if len(names) != len(places):
        raise InvalidEvidence(f"{len(names)} types are given for the {len(places)} others of {setting.agents[agent]}")
    return tuple(_type(setting, j, name) for j, name in zip(places, names, strict=True))


def _type(setting: BayesianSetting, agent: int, name: Any) -> int:
    names = setting.type_names(agent)
    if name not in names:
        raise InvalidEvidence(f"{setting.agents[agent]} has no type {name!r}; its types are {', '.join(names)}")
    return names.index(name)


def _weight(number: Any) -> Fraction:
    weight = rational.exact(number, "a weight")
    if weight < 0:
        raise InvalidEvidence(f"a promise is weighed with {rational.text(weight)}; weights of inequalities are not negative")
    return weight
