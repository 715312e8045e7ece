"""The linear programme of a rule: its chances, payments and examinations as columns, its promises as rows of whole numbers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property
from math import lcm
from typing import Any

import numpy as np
from numpy.typing import NDArray

from comity.exact_array import SMALL, ExactArray
from comity.games.bayesian.objectives import Objective
from comity.games.bayesian.promises import Promises
from comity.games.bayesian.setting import BayesianSetting
from comity.linear_programme import Bound, LinearProgramme

Ints = NDArray[Any]


@dataclass
class Rows:
    """Rows of one kind, entry by entry; what they mean is the whole numbers divided by ``scale``.

    ``labels`` has one row of indices for each: which agent, type, report or profile the row is about.
    """

    kind: str
    rows: Ints
    columns: Ints
    entries: Ints
    lower: Ints
    equal: bool
    scale: int
    labels: Ints

    def __len__(self) -> int:
        return len(self.lower)

    def only(self, kept: Ints) -> Rows:
        """These rows of them."""
        place = np.full(len(self), -1)
        place[kept] = np.arange(len(kept))
        here = place[self.rows] >= 0
        entries = place[self.rows[here]], self.columns[here], self.entries[here]
        return Rows(self.kind, *entries, self.lower[kept], self.equal, self.scale, self.labels[kept])


@dataclass(frozen=True)
class Columns:
    """Where the columns of each kind begin: chances, payments, examinations, averages over the others, the least utility."""

    profiles: int
    outcomes: int
    agents: int
    examined: bool
    types: tuple[int, ...]
    averages: bool
    max_min: bool

    @property
    def payments(self) -> int:
        return self.profiles * self.outcomes

    @property
    def examinations(self) -> int:
        return self.payments + self.profiles * self.agents

    @property
    def first_average(self) -> int:
        return self.examinations + self.profiles * self.agents * self.examined

    @property
    def per_type(self) -> int:
        """Averages of one type: of each outcome's chance, of the payment, and of the examination."""
        return self.outcomes + 1 + self.examined

    @property
    def least(self) -> int:
        return self.first_average + (sum(self.types) * self.per_type if self.averages else 0)

    @property
    def count(self) -> int:
        return self.least + self.max_min

    def average(self, agent: int, kind: int) -> int:
        """The first of the averages when an agent reports a type."""
        return self.first_average + (sum(self.types[:agent]) + kind) * self.per_type


@dataclass
class RuleProgramme:
    """All rules in a setting that keep the promises; rows for lies can be asked for a few at a time."""

    setting: BayesianSetting
    objective: Objective
    promises: Promises
    decision: ExactArray | None = None
    columns: Columns = field(init=False)

    def __post_init__(self) -> None:
        setting = self.setting
        # Where only averages over the others matter, and they do not depend on one's type, they get columns of their own.
        on_average = self.promises.incentive == "bayesian" or self.promises.participation == "interim"
        averages = setting.independent and setting.private_values and on_average
        self.columns = Columns(
            setting.profiles,
            len(setting.outcomes),
            len(setting.agents),
            setting.examination is not None,
            setting.shape,
            averages,
            self.objective.agents is None,
        )

    # --- numbers -------------------------------------------------------------------------------

    @cached_property
    def unit(self) -> int:
        """The denominator of all amounts of money."""
        looks = self.setting.examination
        rates = [looks.penalty * looks.sensitivity, looks.penalty * looks.false_positive, looks.cost] if looks else []
        parts = [*self.setting.values, *self.setting.outside, self.setting.costs]
        if self.objective.outcomes is not None:
            parts.append(self.objective.outcomes)
        sides = [side for side in (*self.promises.payments, self.promises.funds) if side is not None]
        return lcm(
            *(part.denominator for part in parts), *(rate.denominator for rate in rates), *(side.denominator for side in sides)
        )

    @cached_property
    def kind(self) -> Any:
        """64-bit integers where every coefficient fits, else Python's."""
        largest = max(
            (int(np.abs(table.over(self.unit)).max()) for table in (*self.setting.values, self.setting.costs)), default=1
        )
        return np.int64 if max(largest, self.unit) * self.prior.denominator * 4 * len(self.setting.agents) < SMALL else object

    @cached_property
    def prior(self) -> ExactArray:
        return self.setting.joint_prior().reduced()

    @cached_property
    def weights(self) -> Ints:
        """The prior's numerators, profile by profile."""
        found: Ints = self.prior.numerators.reshape(-1).astype(self.kind)
        return found

    @cached_property
    def profiles(self) -> NDArray[np.int64]:
        """Types at each profile: shape (profiles, agents)."""
        return np.stack(np.unravel_index(np.arange(self.setting.profiles), self.setting.shape), axis=1)

    @cached_property
    def strides(self) -> list[int]:
        shape = self.setting.shape
        return [int(np.prod(shape[i + 1 :], dtype=np.int64)) for i in range(len(shape))]

    def worth(self, agent: int) -> Ints:
        """An agent's values at each profile and outcome."""
        table = self.setting.values[agent]
        numbers = table.over(self.unit).astype(self.kind)
        if numbers.ndim == 2:
            found: Ints = numbers[self.profiles[:, agent]]
            return found
        spread: Ints = numbers.reshape(self.setting.profiles, -1)
        return spread

    @cached_property
    def rates(self) -> tuple[int, int, int]:
        """What an examination costs a liar, an honest agent and the owner."""
        looks = self.setting.examination
        if looks is None:
            return 0, 0, 0
        amounts = looks.penalty * looks.sensitivity, looks.penalty * looks.false_positive, looks.cost
        lie, mistake, look = (int(amount * self.unit) for amount in amounts)
        return lie, mistake, look

    # --- rows ----------------------------------------------------------------------------------

    def standing(self) -> list[Rows]:
        """Every row but those about lies under dominant incentives."""
        found = [self._lotteries()]
        if self.columns.averages:
            found += list(self._averages())
        for i in range(self.columns.agents):
            if self.promises.incentive == "bayesian":
                found.append(self._bayesian(i))
            if self.promises.participation is not None:
                found.append(self._participation(i))
        if self.promises.budget is not None:
            found.append(self._budget())
        if self.columns.max_min:
            found += [self._least_utility(i) for i in range(self.columns.agents)]
        return found

    def lies(self, agent: int, nearest: bool = False) -> tuple[Ints, Ints]:
        """Profiles and other reports an agent can make there; with ``nearest`` only the next type below and above."""
        able = self.setting.reports[agent].copy()
        np.fill_diagonal(able, False)
        if nearest:
            able = _nearest(able)
        kinds, reports = np.nonzero(able)
        own = self.profiles[:, agent]
        at = [np.flatnonzero(own == t) for t in range(self.setting.shape[agent])]
        places = np.concatenate([at[t] for t in kinds]) if len(kinds) else np.zeros(0, dtype=np.int64)
        said = np.concatenate([np.full(len(at[t]), r) for t, r in zip(kinds, reports, strict=True)]) if len(kinds) else places
        return places, said

    def truthful(self, agent: int, at: Ints, report: Ints) -> Rows:
        """At these profiles the truth gives the agent no less than these reports."""
        columns = self.columns
        said = at + (report - self.profiles[at, agent]) * self.strides[agent]
        worth = self.worth(agent)[at]
        row, outcome = np.nonzero(worth)
        values = worth[row, outcome]
        each = np.arange(len(at))
        lie, mistake, _ = self.rates
        money = np.full(len(at), self.unit, dtype=self.kind)
        parts = [
            (row, at[row] * columns.outcomes + outcome, values),
            (row, said[row] * columns.outcomes + outcome, -values),
            (each, columns.payments + at * columns.agents + agent, -money),
            (each, columns.payments + said * columns.agents + agent, money),
        ]
        if columns.examined:
            parts.append((each, columns.examinations + at * columns.agents + agent, np.full(len(at), -mistake, dtype=self.kind)))
            parts.append((each, columns.examinations + said * columns.agents + agent, np.full(len(at), lie, dtype=self.kind)))
        labels = np.stack([np.full(len(at), agent), at, report], axis=1)
        return self._rows("truthful", parts, np.zeros(len(at), dtype=np.int64), self.unit, labels)

    def _lotteries(self) -> Rows:
        """The chances of the outcomes add up to one."""
        count, outcomes = self.columns.profiles, self.columns.outcomes
        row = np.repeat(np.arange(count), outcomes)
        parts = [(row, np.arange(count * outcomes), np.ones(count * outcomes, dtype=np.int64))]
        return self._rows("lottery", parts, np.ones(count, dtype=np.int64), 1, np.arange(count)[:, None], equal=True)

    def _averages(self) -> Iterator[Rows]:
        """What a report leads to on average over the others' types."""
        columns = self.columns
        for i, size in enumerate(self.setting.shape):
            # Weights of the others' types: the joint prior would be zero wherever one's own type has probability zero.
            weights, total = self._others(i)
            own = self.profiles[:, i]
            at = np.arange(columns.profiles)
            parts = []
            width = columns.per_type
            for x in range(columns.outcomes):
                parts.append((own * width + x, at * columns.outcomes + x, weights))
            parts.append((own * width + columns.outcomes, columns.payments + at * columns.agents + i, weights))
            if columns.examined:
                parts.append((own * width + columns.outcomes + 1, columns.examinations + at * columns.agents + i, weights))
            every = np.arange(size * width)
            parts.append((every, columns.average(i, 0) + every, np.full(len(every), -total, dtype=self.kind)))
            labels = np.stack([np.full(len(every), i), every], axis=1)
            yield self._rows("average", parts, np.zeros(len(every), dtype=np.int64), total, labels, equal=True)

    def _others(self, agent: int) -> tuple[Ints, int]:
        weights = np.ones(self.columns.profiles, dtype=object)
        total = 1
        for j, marginal in enumerate(self.setting.prior):
            if j != agent:
                weights = weights * marginal.numerators.astype(object)[self.profiles[:, j]]
                total *= marginal.denominator
        return weights.astype(self.kind), total

    def _bayesian(self, agent: int) -> Rows:
        """On average over the others' types, the truth gives no less than any other report."""
        able = self.setting.reports[agent].copy()
        np.fill_diagonal(able, False)
        marginal = self.setting.marginal(agent).numerators
        able[[t for t, p in enumerate(marginal) if not p]] = False
        kinds, reports = np.nonzero(able)
        labels = np.stack([np.full(len(kinds), agent), kinds, reports], axis=1)
        zero = np.zeros(len(kinds), dtype=np.int64)
        if self.columns.averages:
            parts = self._average_utility(agent, kinds, kinds) + self._average_utility(agent, kinds, reports, minus=True)
            return self._rows("bayesian", parts, zero, self.unit, labels)
        parts = []
        for k, (t, r) in enumerate(zip(kinds, reports, strict=True)):
            at = np.flatnonzero(self.profiles[:, agent] == t)
            parts += self._weighed_utility(agent, k, at, at)
            parts += self._weighed_utility(agent, k, at, at + (r - t) * self.strides[agent], minus=True)
        return self._rows("bayesian", parts, zero, self.unit * self.prior.denominator, labels)

    def _average_utility(self, agent: int, kinds: Ints, reports: Ints, minus: bool = False) -> list[tuple[Ints, Ints, Ints]]:
        """Average utility of types from reports, in the columns of averages; one row for each pair."""
        sign = -1 if minus else 1
        lie, mistake, _ = self.rates
        first = np.array([self.columns.average(agent, int(r)) for r in reports], dtype=np.int64)
        each = np.arange(len(kinds))
        values = self.setting.values[agent].over(self.unit).astype(self.kind)[kinds]
        row, outcome = np.nonzero(values)
        parts = [
            (row, first[row] + outcome, sign * values[row, outcome]),
            (each, first + self.columns.outcomes, np.full(len(kinds), -sign * self.unit, dtype=self.kind)),
        ]
        if self.columns.examined:
            rate = np.where(kinds == reports, mistake, lie).astype(self.kind)
            parts.append((each, first + self.columns.outcomes + 1, -sign * rate))
        return parts

    def _weighed_utility(self, agent: int, k: int, true: Ints, said: Ints, minus: bool = False) -> list[tuple[Ints, Ints, Ints]]:
        """Row k: utility at true profiles when others are said, weighed with the prior of the true ones."""
        sign = -1 if minus else 1
        columns = self.columns
        lie, mistake, _ = self.rates
        weights = sign * self.weights[true]
        worth = self.worth(agent)[true] * weights[:, None]
        place = said[:, None] * columns.outcomes + np.arange(columns.outcomes)
        rate = lie if minus else mistake
        parts = [
            (np.full(worth.size, k), place.reshape(-1), worth.reshape(-1)),
            (np.full(len(said), k), columns.payments + said * columns.agents + agent, -self.unit * weights),
        ]
        if columns.examined:
            parts.append((np.full(len(said), k), columns.examinations + said * columns.agents + agent, -rate * weights))
        return parts

    def _participation(self, agent: int) -> Rows:
        """Nobody gets less than outside, at each profile or on average."""
        outside = self.setting.outside[agent].over(self.unit).astype(self.kind)
        if self.promises.participation == "ex-post":
            every = np.arange(self.columns.profiles)
            parts = self._utility(agent)
            labels = np.stack([np.full(len(every), agent), every], axis=1)
            return self._rows("participation", parts, outside[self.profiles[:, agent]], self.unit, labels)
        marginal = self.setting.marginal(agent)
        kinds = np.array([t for t, p in enumerate(marginal.numerators) if p], dtype=np.int64)
        labels = np.stack([np.full(len(kinds), agent), kinds], axis=1)
        if self.columns.averages:
            parts = self._average_utility(agent, kinds, kinds)
            return self._rows("interim", parts, outside[kinds], self.unit, labels)
        parts, lower = [], []
        for k, t in enumerate(kinds):
            at = np.flatnonzero(self.profiles[:, agent] == t)
            parts += self._weighed_utility(agent, k, at, at)
            lower.append(int(outside[t]) * int(self.weights[at].astype(object).sum()))
        return self._rows("interim", parts, np.array(lower, dtype=self.kind), self.unit * self.prior.denominator, labels)

    def _utility(self, agent: int) -> list[tuple[Ints, Ints, Ints]]:
        """An agent's utility when all tell the truth, one row for each profile."""
        columns = self.columns
        every = np.arange(columns.profiles)
        worth = self.worth(agent)
        row, outcome = np.nonzero(worth)
        parts = [
            (row, row * columns.outcomes + outcome, worth[row, outcome]),
            (every, columns.payments + every * columns.agents + agent, np.full(len(every), -self.unit, dtype=self.kind)),
        ]
        if columns.examined:
            rate = np.full(len(every), -self.rates[1], dtype=self.kind)
            parts.append((every, columns.examinations + every * columns.agents + agent, rate))
        return parts

    def _budget(self) -> Rows:
        """Payments and funds cover what is decided."""
        columns = self.columns
        every = np.arange(columns.profiles)
        costs = self.setting.costs.over(self.unit).astype(self.kind)
        row, outcome = np.nonzero(np.broadcast_to(costs, (columns.profiles, columns.outcomes)))
        agents = np.arange(columns.profiles * columns.agents)
        parts = [
            (row, row * columns.outcomes + outcome, -costs[outcome]),
            (agents // columns.agents, columns.payments + agents, np.full(len(agents), self.unit, dtype=self.kind)),
        ]
        if columns.examined:
            parts.append(
                (agents // columns.agents, columns.examinations + agents, np.full(len(agents), -self.rates[2], dtype=self.kind))
            )
        funds = -int(self.promises.funds * self.unit)
        if self.promises.budget == "no-expected-deficit":
            weighed = [(np.zeros(len(r), dtype=np.int64), c, e * self.weights[r]) for r, c, e in parts]
            lower = np.array([funds * self.prior.denominator], dtype=self.kind)
            return self._rows("budget", weighed, lower, self.unit * self.prior.denominator, np.array([[-1]]))
        lower = np.full(columns.profiles, funds, dtype=self.kind)
        return self._rows("budget", parts, lower, self.unit, every[:, None], equal=self.promises.budget == "balanced")

    def _least_utility(self, agent: int) -> Rows:
        """The expected utility of an agent is at least the last column."""
        parts = [(np.zeros(len(r), dtype=np.int64), c, e * self.weights[r]) for r, c, e in self._utility(agent)]
        scale = self.unit * self.prior.denominator
        parts.append((np.zeros(1, dtype=np.int64), np.array([self.columns.least]), np.array([-scale], dtype=self.kind)))
        return self._rows("least", parts, np.zeros(1, dtype=np.int64), scale, np.array([[agent]]))

    def _rows(
        self, kind: str, parts: list[tuple[Ints, Ints, Ints]], lower: Ints, scale: int, labels: Ints, equal: bool = False
    ) -> Rows:
        none = np.zeros(0, dtype=np.int64)
        rows = np.concatenate([none, *(part[0] for part in parts)]).astype(np.int64)
        places = np.concatenate([none, *(part[1] for part in parts)]).astype(np.int64)
        entries = np.concatenate([none, *(np.asarray(part[2]) for part in parts)])
        kept = entries != 0
        return Rows(kind, rows[kept], places[kept], entries[kept], lower, equal, scale, labels)

    # --- objective and bounds ------------------------------------------------------------------

    @cached_property
    def goal(self) -> tuple[Ints, int]:
        """Coefficients of all columns, larger being better: whole numbers over the second."""
        columns = self.columns
        total = np.zeros(columns.count, dtype=object)
        if self.objective.agents is None:
            total[columns.least] = 1
            return total, 1
        weights = [*self.objective.agents, self.objective.owner]
        by = lcm(*(weight.denominator for weight in weights))
        *agents, owner = (int(weight * by) for weight in weights)
        prior = self.weights.astype(object)
        chances = np.zeros((columns.profiles, columns.outcomes), dtype=object)
        chances -= owner * self.setting.costs.over(self.unit).astype(object)
        for i, weight in enumerate(agents):
            if weight:
                chances += weight * self.worth(i).astype(object)
        if self.objective.outcomes is not None:
            table = self.objective.outcomes.over(self.unit).astype(object)
            chances += by * (table if table.ndim == 1 else table.reshape(columns.profiles, -1))
        total[: columns.payments] = (chances * prior[:, None]).reshape(-1)
        _, mistake, look = self.rates
        for i, weight in enumerate(agents):
            total[columns.payments + i : columns.examinations : columns.agents] = (owner - weight) * self.unit * prior
            if columns.examined:
                last = columns.examinations + columns.profiles * columns.agents
                total[columns.examinations + i : last : columns.agents] = -(owner * look + weight * mistake) * prior
        return total, by * self.unit * self.prior.denominator

    def bounds(self) -> tuple[list[Bound], list[Bound]]:
        """Bounds of all columns."""
        columns = self.columns
        low, high = self.promises.payments
        lower: list[Bound] = [Fraction(0)] * columns.payments
        upper: list[Bound] = [None] * columns.payments
        if self.decision is not None:
            lower = [Fraction(int(a), self.decision.denominator) for a in self.decision.numerators.reshape(-1)]
            upper = list(lower)
        paid = columns.profiles * columns.agents
        lower += [low] * paid
        upper += [high] * paid
        if columns.examined:
            lower += [Fraction(0)] * paid
            upper += [Fraction(1)] * paid
        rest = columns.count - len(lower)
        return lower + [None] * rest, upper + [None] * rest

    def exact(self, families: list[Rows]) -> LinearProgramme:
        """The programme in fractions: minimise minus the objective."""
        rows: list[dict[int, Fraction]] = []
        lower: list[Bound] = []
        upper: list[Bound] = []
        for family in families:
            part: list[dict[int, Fraction]] = [{} for _ in range(len(family))]
            for i, j, a in zip(family.rows.tolist(), family.columns.tolist(), family.entries.tolist(), strict=True):
                part[i][j] = part[i].get(j, Fraction(0)) + a
            rows += part
            sides = [Fraction(int(side)) for side in family.lower]
            lower += sides
            upper += sides if family.equal else [None] * len(sides)
        goal, _ = self.goal
        column_lower, column_upper = self.bounds()
        return LinearProgramme(
            tuple(Fraction(-int(c)) for c in goal),
            tuple({j: a for j, a in row.items() if a} for row in rows),
            tuple(lower),
            tuple(upper),
            tuple(column_lower),
            tuple(column_upper),
        )


def _nearest(able: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """For each type, the closest report it can make below and above."""
    found = np.zeros_like(able)
    for t, row in enumerate(able):
        below, above = np.flatnonzero(row[:t]), np.flatnonzero(row[t + 1 :])
        if len(below):
            found[t, below[-1]] = True
        if len(above):
            found[t, t + 1 + above[0]] = True
    return found
