"""Confirming what a direct rule promises, report by report: every lie is tried, in exact integers.

A rule is a table, so its promises are finitely many inequalities between whole numbers over one denominator.  All of them are
looked at; the margin is the tightest, and the witness says where it is.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from math import lcm
from typing import Any

import numpy as np
from numpy.typing import NDArray

from comity import rational
from comity.certificate import Certificate, holds_if
from comity.declaration import declare
from comity.exact_array import SMALL, ExactArray, compact, over_one_denominator
from comity.games.bayesian.rule import DirectRule
from comity.games.bayesian.setting import BayesianSetting

# So many comparisons are made at a time: large enough for numpy, small enough for memory.
CHUNK = 1 << 18
FLOAT_EXACT = 1 << 53


@declare("check", "Nobody gains by a lie", reference="Hurwicz (1972); Gibbard (1973)")
def check_truthful(rule: DirectRule, incentive: str = "dominant") -> Certificate:
    """No type of any agent gains by claiming to be another that it can claim to be.

    ``"dominant"``: at no profile of the others' types, all reporting the truth; for private values that means whatever they
    report, and otherwise that the truth is an equilibrium whatever the types are (ex-post).  ``"bayesian"``: not on average over
    the others' types given one's own; types of probability 0 are not asked.  The margin is minus the largest gain of a lie.

    Examples
    --------
    The highest bid wins and pays itself: a bidder with 3 would rather say 1.

    >>> from comity.games.bayesian.standard import single_item_auction
    >>> auction = single_item_auction({"A": [1, 3], "B": [2]})
    >>> first_price = DirectRule(auction, [[2], [1]], [[[0, 2]], [[3, 0]]])
    >>> check_truthful(first_price).verdict.value, check_truthful(first_price).margin
    ('HOLDS', Fraction(0, 1))
    """
    setting = rule.setting
    worst = _Worst()
    for i in range(len(setting.agents)):
        if incentive == "dominant":
            _worst_lie(rule, i, worst)
        else:
            _worst_average_lie(rule, i, worst)
    gain = worst.gain or Fraction(0)
    claim = "at every profile" if incentive == "dominant" else "on average over the others' types"
    return Certificate(
        f"no agent gains by claiming another type, {claim}",
        holds_if(gain <= 0),
        margin=-gain,
        unit=setting.unit,
        witness=_lie(rule, worst, incentive),
        check="check_truthful",
    )


@declare("check", "Nobody would rather stay away")
def check_participation(rule: DirectRule, mode: str = "ex-post") -> Certificate:
    """No type of any agent gets less than its outside option when all tell the truth.

    ``"ex-post"``: at any profile; ``"interim"``: on average over the others' types given its own, types of probability 0 apart.
    The margin is the least that anybody gets above outside.
    """
    setting = rule.setting
    worst = _Worst()
    for i in range(len(setting.agents)):
        surplus, denominator = _honest(rule, i)
        (outside,), scale = _over(denominator, setting.outside[i])
        surplus = plus(times(surplus, scale // denominator), -outside.reshape(_along(i, setting.shape)))
        if mode == "interim":
            prior = setting.joint_prior()
            others = tuple(j for j in range(len(setting.agents)) if j != i)
            weighed = (surplus.astype(object) * prior.numerators).sum(axis=others)
            own = _marginal_numerators(prior, others)
            average = [Fraction(int(a), int(p) * scale) for a, p in zip(weighed, own, strict=True) if p]
            places = [t for t, p in enumerate(own) if p]
            least = min(average)
            worst.take(-least, agent=i, place=(places[average.index(least)],))
        else:
            place = np.unravel_index(int(np.argmin(surplus)), surplus.shape)
            worst.take(Fraction(-int(surplus[place]), scale), agent=i, place=tuple(int(t) for t in place))
    short_of = worst.gain or Fraction(0)
    where = "at any profile" if mode == "ex-post" else "on average over the others' types"
    return Certificate(
        f"no agent gets less than outside, {where}",
        holds_if(short_of <= 0),
        margin=-short_of,
        unit=setting.unit,
        witness=_place(rule, worst, mode),
        check="check_participation",
    )


@declare("check", "Payments cover what is decided")
def check_budget(rule: DirectRule, mode: str = "no-deficit", funds: Any = 0) -> Certificate:
    """Payments and ``funds`` cover the cost of outcomes and examinations.

    ``"no-deficit"`` at every profile, ``"balanced"`` with nothing left over, ``"no-expected-deficit"`` on average.  The margin is
    the least that is left over; where the budget has to balance, minus the largest imbalance.
    """
    setting = rule.setting
    left, denominator = _left_over(rule)
    added = rational.exact(funds, "the funds")
    scale = lcm(denominator, added.denominator)
    left = times(left, scale // denominator)
    if added:
        left = compact(left.astype(object) + added.numerator * (scale // added.denominator))
    witness: dict[str, Any] = {"funds": rational.text(added)}
    if mode == "no-expected-deficit":
        prior = setting.joint_prior()
        margin = Fraction(int((left.astype(object) * prior.numerators).sum()), prior.denominator * scale)
    else:
        short_of = -np.abs(left) if mode == "balanced" else left
        place = np.unravel_index(int(np.argmin(short_of)), left.shape)
        margin = Fraction(int(short_of[place]), scale)
        witness["reports"] = named_types(setting, tuple(int(t) for t in place))
        witness["left_over"] = rational.text(Fraction(int(left[place]), scale))
    claims = {
        "no-deficit": "payments cover the costs at every profile",
        "balanced": "payments equal the costs at every profile",
        "no-expected-deficit": "payments cover the costs on average",
    }
    return Certificate(
        claims[mode],
        holds_if(margin >= 0),
        margin=margin,
        unit=setting.unit,
        witness={**witness, "mode": mode},
        check="check_budget",
    )


@declare("check", "What is decided is worth most to all together")
def check_efficiency(rule: DirectRule) -> Certificate:
    """At every profile of positive probability the outcome has the largest sum of values less its cost; chance included.

    The margin is minus the largest loss of welfare at a profile.
    """
    setting = rule.setting
    loss, denominator = welfare_losses(rule)
    place = np.unravel_index(int(np.argmax(np.where(_possible(setting).reshape(-1), loss, -1))), setting.shape)
    worst = Fraction(int(loss[np.ravel_multi_index(place, setting.shape)]), denominator)
    return Certificate(
        "at every profile the outcome is worth most to all together",
        holds_if(worst <= 0),
        margin=-worst,
        unit=setting.unit,
        witness={"reports": named_types(setting, tuple(int(t) for t in place)), "lost": rational.text(worst)},
        check="check_efficiency",
    )


def welfare_losses(rule: DirectRule) -> tuple[NDArray[Any], int]:
    """What welfare falls short of its largest at each profile, in the order of profiles, over a common denominator."""
    setting = rule.setting
    tables, denominator = over_one_denominator(*setting.values, setting.costs)
    if sum(map(largest, tables)) >= SMALL:
        tables = [table.astype(object) for table in tables]
    count, outcomes = setting.profiles, len(setting.outcomes)
    chances = None if rule.chosen is not None else rule.lotteries
    losses = []
    step = max(1, CHUNK // outcomes)
    for part in (slice(start, start + step) for start in range(0, count, step)):
        profiles = np.arange(count)[part]
        types = np.unravel_index(profiles, setting.shape)
        welfare = -tables[-1][None, :]
        for own, table in zip(types, tables[:-1], strict=True):
            welfare = welfare + (table[own] if table.ndim == 2 else table.reshape(count, outcomes)[part])
        if chances is None:
            got = np.take_along_axis(welfare, rule.chosen.reshape(-1)[part, None], axis=1)[:, 0]  # type: ignore[union-attr]
            losses.append(welfare.max(axis=1) - got)
        else:
            rows = chances.numerators.reshape(count, outcomes)[part]
            got = expected(welfare, rows)
            losses.append(times(welfare.max(axis=1), chances.denominator) - got)
    return np.concatenate(losses), denominator * (1 if chances is None else chances.denominator)


def expected(numbers: NDArray[Any], chances: NDArray[Any]) -> NDArray[Any]:
    """Sums of products along the last axis, in 64 bits where no sum can leave them; chances of a row add up to the same."""
    heaviest = int(chances.reshape(-1, chances.shape[-1])[0].astype(object).sum()) if chances.size else 0
    if numbers.dtype == object or chances.dtype == object or largest(numbers) * heaviest >= SMALL:
        numbers = numbers.astype(object)
    found: NDArray[Any] = (numbers * chances).sum(axis=-1)
    return found


def full_values(setting: BayesianSetting, agent: int) -> ExactArray:
    """An agent's values with one axis for each agent's types and one for outcomes, also where only its own type matters."""
    table: ExactArray = setting.values[agent]
    if len(table.shape) != 2:
        return table
    shape = _along(agent, setting.shape)
    spread = np.broadcast_to(table.numerators.reshape(*shape, -1), (*setting.shape, len(setting.outcomes)))
    return ExactArray(spread, table.denominator)


# --- lies ------------------------------------------------------------------------------------------


@dataclass
class _Worst:
    """The largest gain seen, and where."""

    gain: Fraction | None = None
    agent: int = 0
    place: tuple[int, ...] = ()

    def take(self, gain: Fraction, agent: int, place: tuple[int, ...]) -> None:
        if self.gain is None or gain > self.gain:
            self.gain, self.agent, self.place = gain, agent, place


def _worst_lie(rule: DirectRule, agent: int, worst: _Worst) -> None:
    """The best report against the truth at every profile; the first of equally good lies is kept."""
    table = Utilities.of(rule, agent)
    for start, utilities in table.chunks():
        honest = _diagonal(utilities)
        gains = utilities.max(axis=1) - honest
        t, q = np.unravel_index(int(np.argmax(gains)), gains.shape)
        report = int(np.argmax(utilities[t, :, q]))
        worst.take(Fraction(int(gains[t, q]), table.denominator), agent, (int(t), report, int(q) + start))


def _worst_average_lie(rule: DirectRule, agent: int, worst: _Worst) -> None:
    """The same on average over the others' types, given one's own."""
    setting = rule.setting
    table = Utilities.of(rule, agent)
    if setting.independent and table.values.ndim == 2:
        # The others' types are as likely whatever one's own is: average the rule first, then look at the types.
        others = _others_prior(setting, agent)
        average, scale = table.averages(others), int(others.astype(object).sum())
        possible = (setting.prior[agent].numerators > 0).tolist()
        scales = [scale if yes else 0 for yes in possible]
    else:
        weights = np.moveaxis(setting.joint_prior().numerators, agent, 0).reshape(setting.shape[agent], -1)
        average = np.zeros((setting.shape[agent],) * 2, dtype=object)
        for start, utilities in table.chunks():
            average = average + _weighed(weights[:, start : start + utilities.shape[2]], utilities).astype(object)
        scales = [int(own) for own in _total(weights)]
    gains = average - average.diagonal()[:, None]
    for t, own in enumerate(scales):
        if own:
            report = int(np.argmax(gains[t]))
            worst.take(Fraction(int(gains[t, report]), own * table.denominator), agent, (t, report))


def _others_prior(setting: BayesianSetting, agent: int) -> NDArray[Any]:
    """How likely the profiles of the others are, where types are independent: whole numbers."""
    weights: NDArray[Any] = np.ones(1, dtype=object)
    for j, marginal in enumerate(setting.prior):
        if j != agent:
            weights = np.multiply.outer(weights, marginal.numerators.astype(object)).reshape(-1)
    return compact(weights)


def _diagonal(utilities: NDArray[Any]) -> NDArray[Any]:
    """What each type gets from the truth: axes type, profile of the others."""
    own = np.arange(len(utilities))
    found: NDArray[Any] = utilities[own, own]
    return found


def _weighed(weights: NDArray[Any], utilities: NDArray[Any]) -> NDArray[Any]:
    """Sums over profiles of the others, each with its weight: axes true type, report."""
    heaviest = max(_total(weights).tolist(), default=0)
    wide = object in (utilities.dtype, weights.dtype)
    bound = largest(utilities) * max(heaviest, 1)
    if not wide and bound < FLOAT_EXACT:
        # Every partial sum is a whole number below 2**53, so floats, which numpy multiplies fastest, are exact.
        averaged: NDArray[Any] = (utilities.astype(float) @ weights.astype(float)[:, :, None])[:, :, 0].astype(np.int64)
        return averaged
    if not wide and bound < SMALL:
        return np.asarray(np.einsum("tq,trq->tr", weights, utilities))
    rows = [[int(np.dot(w.astype(object), u.astype(object))) for u in row] for w, row in zip(weights, utilities, strict=True)]
    return np.array(rows, dtype=object)


@dataclass(frozen=True)
class Utilities:
    """What each type of one agent gets from each report at each profile of the others: whole numbers over a denominator.

    ``values`` has axes type and outcome, with the others' profile between them where that matters; ``chances`` (or, where nothing
    is left to chance, ``chosen`` outcomes), ``paid``, ``lie`` and ``mistake`` have axes report and profile of the others.
    """

    values: NDArray[Any]
    chances: NDArray[Any] | None
    chosen: NDArray[Any] | None
    paid: NDArray[Any]
    lie: NDArray[Any] | None
    mistake: NDArray[Any] | None
    able: NDArray[np.bool_]
    denominator: int

    @classmethod
    def of(cls, rule: DirectRule, agent: int) -> Utilities:
        setting, size = rule.setting, rule.setting.shape[agent]
        values, payments = setting.values[agent], rule.payments
        chances = None if rule.chosen is not None else rule.lotteries
        parts = 1 if chances is None else chances.denominator
        base = values.denominator * parts
        looks = setting.examination
        looked = rule.examinations.numerators[..., agent]
        examined = looks is not None and bool(looked.any())
        penalties = [looks.penalty * looks.sensitivity, looks.penalty * looks.false_positive] if looks and examined else []
        per_look = [penalty / rule.examinations.denominator for penalty in penalties]
        denominator = lcm(base, payments.denominator, *(each.denominator for each in per_look))
        once = [int(each * denominator) for each in per_look]
        # The largest number that can come up decides once whether 64 bits are enough for all.
        size_of = (
            largest(values.numerators) * parts * (denominator // base)
            + largest(payments.numerators) * (denominator // payments.denominator)
            + (largest(looked) * max(once) if once else 0)
        )
        kind: Any = np.int64 if size_of < SMALL and (chances is None or chances.numerators.dtype != object) else object

        def along(numbers: NDArray[Any], factor: int, *more: int) -> NDArray[Any]:
            return np.moveaxis(numbers, agent, 0).reshape(size, -1, *more).astype(kind) * factor

        worth = values.numerators.astype(kind) * (denominator // base)
        if worth.ndim > 2:
            worth = np.moveaxis(worth, agent, 0).reshape(size, -1, worth.shape[-1])
        return cls(
            values=worth,
            chances=None
            if chances is None
            else np.moveaxis(chances.numerators, agent, 0).reshape(size, -1, len(setting.outcomes)),
            chosen=None if rule.chosen is None else np.moveaxis(rule.chosen, agent, 0).reshape(size, -1),
            paid=along(payments.numerators[..., agent], denominator // payments.denominator),
            lie=along(looked, once[0]) if once else None,
            mistake=along(looked, once[1]) if once else None,
            able=setting.reports[agent],
            denominator=denominator,
        )

    def chunks(self) -> Iterator[tuple[int, NDArray[Any]]]:
        """Axes true type, report, some profiles of the others; where a claim is impossible, what the truth gives."""
        size, count = self.paid.shape
        step = max(1, CHUNK // (size * size))
        own = np.arange(size)
        cannot, instead = np.nonzero(~self.able)
        for start in range(0, count, step):
            part = slice(start, start + step)
            utilities = self._worth(part)
            utilities -= self.paid[None, :, part]
            if self.lie is not None and self.mistake is not None:
                utilities -= self.lie[None, :, part]
                utilities[own, own] += self.lie[:, part] - self.mistake[:, part]
            utilities[cannot, instead] = utilities[cannot, cannot]
            yield start, utilities

    def averages(self, weights: NDArray[Any]) -> NDArray[Any]:
        """Sums over profiles of the others, each with its weight: axes true type, report; for private values."""
        heavy = int(weights.astype(object).sum())

        def over_others(numbers: NDArray[Any]) -> NDArray[Any]:
            if heavy * max(1, largest(numbers)) < FLOAT_EXACT:
                averaged: NDArray[Any] = (numbers.astype(float) @ weights.astype(float)).astype(np.int64).astype(object)
                return averaged
            return np.array([int(np.dot(row.astype(object), weights.astype(object))) for row in numbers], dtype=object)

        count = self.values.shape[1]
        if self.chosen is not None and heavy < FLOAT_EXACT:
            likely = weights.astype(float)
            chances = np.array([np.bincount(row, weights=likely, minlength=count) for row in self.chosen]).astype(np.int64)
        elif self.chosen is not None:
            chances = np.zeros((len(self.chosen), count), dtype=object)
            for row, own in zip(self.chosen, chances, strict=True):
                np.add.at(own, row, weights.astype(object))
        else:
            assert self.chances is not None  # chosen or left to chance
            chances = np.stack([over_others(self.chances[:, :, k]) for k in range(count)], axis=1)
        average: NDArray[Any] = self.values.astype(object) @ chances.astype(object).T - over_others(self.paid)
        if self.lie is not None and self.mistake is not None:
            lie, own = over_others(self.lie), np.arange(len(average))
            average = average - lie
            average[own, own] += lie - over_others(self.mistake)
        cannot, instead = np.nonzero(~self.able)
        average[cannot, instead] = average[cannot, cannot]
        return average

    def _worth(self, part: slice) -> NDArray[Any]:
        values = self.values if self.values.ndim == 2 else self.values[:, part]
        if self.chosen is not None:
            chosen = self.chosen[:, part]
            if values.ndim == 2:
                return values[:, chosen]
            return np.stack([np.take_along_axis(own, chosen.T, axis=1).T for own in values])
        assert self.chances is not None  # chosen or left to chance
        chances = self.chances[:, part]
        # Sums of products stay below 2**53 in floats if the largest possible one does: chances are not negative and add up.
        exact_in_floats = values.dtype != object and largest(values) * int(chances[0, 0].sum()) < FLOAT_EXACT
        if exact_in_floats:
            values, chances = values.astype(float), chances.astype(float)
        else:
            chances = chances.astype(values.dtype)
        if values.ndim == 2:
            worth = np.tensordot(values, chances, axes=([1], [2]))
        else:
            worth = np.stack([(own[None] * chances).sum(axis=-1) for own in values])
        return worth.astype(self.values.dtype)


def _honest(rule: DirectRule, agent: int) -> tuple[NDArray[Any], int]:
    """What an agent gets at each profile when all tell the truth, one axis for each agent."""
    setting = rule.setting
    looks = setting.examination
    mistake = Fraction(0) if looks is None else looks.penalty * looks.false_positive
    terms = [_honest_worth(rule, agent), (-rule.payments.numerators[..., agent], rule.payments.denominator)]
    if mistake:
        looked = -rule.examinations.numerators[..., agent].astype(object) * mistake.numerator
        terms.append((looked, rule.examinations.denominator * mistake.denominator))
    return add_up(terms)


def _honest_worth(rule: DirectRule, agent: int) -> tuple[NDArray[Any], int]:
    setting = rule.setting
    values = setting.values[agent]
    if rule.chosen is None:
        chances = rule.lotteries
        worth = expected(full_values(setting, agent).numerators, chances.numerators)
        return worth, values.denominator * chances.denominator
    if len(values.shape) == 2:
        own = np.arange(setting.shape[agent]).reshape(_along(agent, setting.shape))
        return values.numerators[own, rule.chosen], values.denominator
    return np.take_along_axis(values.numerators, rule.chosen[..., None], axis=-1)[..., 0], values.denominator


def add_up(terms: list[tuple[NDArray[Any], int]]) -> tuple[NDArray[Any], int]:
    """Arrays over denominators of their own, added up over one."""
    denominator = lcm(*(scale for _, scale in terms))
    total = times(terms[0][0], denominator // terms[0][1])
    for numbers, scale in terms[1:]:
        total = plus(total, times(numbers, denominator // scale))
    return total, denominator


def _left_over(rule: DirectRule) -> tuple[NDArray[Any], int]:
    """Payments less the costs of outcomes and examinations at each profile."""
    setting = rule.setting
    costs = setting.costs
    if rule.chosen is not None:
        cost, scale = costs.numerators[rule.chosen], costs.denominator
    else:
        cost, scale = expected(costs.numerators, rule.lotteries.numerators), costs.denominator * rule.lotteries.denominator
    terms = [(_total(rule.payments.numerators), rule.payments.denominator), (-cost, scale)]
    if setting.examination is not None:
        looks = setting.examination.cost
        looked = -_total(rule.examinations.numerators).astype(object) * looks.numerator
        terms.append((looked, rule.examinations.denominator * looks.denominator))
    return add_up(terms)


def _total(numbers: NDArray[Any]) -> NDArray[Any]:
    """The sum along the last axis, without leaving 64 bits unnoticed."""
    small = numbers.dtype != object and largest(numbers) * numbers.shape[-1] < SMALL
    found: NDArray[Any] = (numbers if small else numbers.astype(object)).sum(axis=-1)
    return found


def _possible(setting: BayesianSetting) -> NDArray[np.bool_]:
    """Whether a profile can occur, one axis for each agent."""
    if not setting.independent:
        return np.asarray(setting.prior.numerators > 0)
    found = np.ones((), dtype=bool)
    for marginal in setting.prior:
        found = np.logical_and.outer(found, marginal.numerators > 0)
    return found


# --- integers --------------------------------------------------------------------------------------


def times(numbers: NDArray[Any], factor: int) -> NDArray[Any]:
    if factor == 1:
        return numbers
    small = numbers.dtype != object and largest(numbers) * abs(factor) < SMALL
    return (numbers if small else numbers.astype(object)) * factor


def plus(a: NDArray[Any], b: NDArray[Any]) -> NDArray[Any]:
    """Operands below 2**62 cannot leave 64 bits; the sum is widened if it is larger than that."""
    return compact(a + b)


def largest(numbers: NDArray[Any]) -> int:
    return max(abs(int(numbers.max())), abs(int(numbers.min()))) if numbers.size else 0


def _over(denominator: int, array: ExactArray) -> tuple[tuple[NDArray[Any]], int]:
    scale = lcm(denominator, array.denominator)
    return (array.over(scale),), scale


def _along(agent: int, shape: tuple[int, ...]) -> tuple[int, ...]:
    """The shape of an array along one agent's axis."""
    return tuple(size if j == agent else 1 for j, size in enumerate(shape))


def _marginal_numerators(prior: ExactArray, others: tuple[int, ...]) -> NDArray[Any]:
    found: NDArray[Any] = prior.numerators.astype(object).sum(axis=others)
    return found


# --- words -----------------------------------------------------------------------------------------


def named_types(setting: BayesianSetting, profile: tuple[int, ...]) -> dict[str, str]:
    return {agent: setting.type_names(i)[profile[i]] for i, agent in enumerate(setting.agents)}


def _lie(rule: DirectRule, worst: _Worst, incentive: str) -> dict[str, Any]:
    setting, i = rule.setting, worst.agent
    witness: dict[str, Any] = {"incentive": incentive}
    if worst.gain is None:
        return witness
    names = setting.type_names(i)
    witness |= {"agent": setting.agents[i], "type": names[worst.place[0]], "report": names[worst.place[1]]}
    if incentive == "dominant":
        others = [j for j in range(len(setting.agents)) if j != i]
        at = np.unravel_index(worst.place[2], [setting.shape[j] for j in others]) if others else ()
        witness["others"] = {setting.agents[j]: setting.type_names(j)[int(t)] for j, t in zip(others, at, strict=True)}
    return witness | {"gain": rational.text(worst.gain), "lies_tried": lies(setting, incentive)}


def lies(setting: BayesianSetting, incentive: str) -> int:
    """How many lies there are to try."""
    count = 0
    for i, able in enumerate(setting.reports):
        each = int(able.sum()) - setting.shape[i]
        count += each * (setting.profiles // setting.shape[i] if incentive == "dominant" else 1)
    return count


def _place(rule: DirectRule, worst: _Worst, mode: str) -> dict[str, Any]:
    setting = rule.setting
    found: dict[str, Any] = {"mode": mode, "agent": setting.agents[worst.agent]}
    if mode == "interim":
        found["type"] = setting.type_names(worst.agent)[worst.place[0]]
    else:
        found["types"] = named_types(setting, worst.place)
    return found
