"""Large rules: solved in floats, rounded to exact numbers, with an upper bound proved in exact arithmetic."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from itertools import accumulate
from math import lcm
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from comity import rational
from comity.checks.design import check_design, check_no_rule
from comity.errors import Infeasible, SolverFailure
from comity.exact_array import ExactArray
from comity.games.bayesian.promises import Promises
from comity.games.bayesian.rule import DirectRule
from comity.solvers.design.flows import ROOT, Edge, join, send_to_root
from comity.solvers.design.multipliers import Duals, by_row, weights_of_promises
from comity.solvers.design.programme import Rows, RuleProgramme
from comity.solvers.design.rounding import GRID, SMALL_DENOMINATOR, near_fraction

if TYPE_CHECKING:
    from comity.engines.sparse import SparseSolution
    from comity.solvers.design.design import Design

# Lies that gain less, in units of the largest value, are added no more.
SLACK = 1e-9
ROUNDS = 30
# Rows of a conflict that are solved in fractions where rounding leaves it unproved.
MOST_EXACT_ROWS = 4000
# What a large design may miss, in units of the largest value.
TOLERANCE = Fraction(1, 10**7)
# Duals in floats that are no more than rounding.
NO_WEIGHT = 1e-12
Doubles = NDArray[np.float64]


def in_floats(programme: RuleProgramme, standing: list[Rows]) -> Design:
    """Solve with the nearest lies first, add every other lie that gains, then round and prove."""
    from comity.solvers.design.mechanism_design import endless, finished

    solver = _Solver(programme, standing)
    solution, families = solver.run()
    rule = _rounded(programme, solution.x, solver.largest)
    duals = solver.duals(solution, families)
    tolerance = TOLERANCE * solver.largest
    attempts = [(_repaired(programme, families, weights), programme.promises) for weights in (_snapped(duals), duals)]
    attempts.append((duals, _boxed(programme.promises, rule)))
    margins = []
    for weights, promises in attempts:
        evidence = weights_of_promises(programme, families, weights)
        certificate = check_design(rule, programme.objective, promises, evidence, programme.decision)
        margins.append(certificate.margin)
        if not certificate and isinstance(certificate.margin, Fraction) and -certificate.margin <= tolerance:
            evidence["tolerance"] = rational.text(tolerance)
            certificate = check_design(rule, programme.objective, promises, evidence, programme.decision)
        if certificate:
            return finished(programme, rule, certificate, promises)
    promises = programme.promises
    if margins[0] is None and promises.participation is None and promises.budget is None:
        raise endless(programme)
    raise SolverFailure(f"a rule was found but could not be proved best: {certificate}; give fewer types, or bounds on payments")


class _Solver:
    """The programme in floats: amounts in units of the largest value, chances of profiles in units of the largest chance."""

    def __init__(self, programme: RuleProgramme, standing: list[Rows]) -> None:
        self.programme, self.standing = programme, standing
        largest = max(float(np.abs(table.doubles()).max()) for table in programme.setting.values) or 1.0
        self.unit, self.largest = largest, rational.exact(largest)
        goal, scale = programme.goal
        cost = np.array([-float(Fraction(int(c), scale)) if c else 0.0 for c in goal]) * self._widths()
        self.scale = float(np.abs(cost).max()) or 1.0
        self.cost = cost / self.scale

    def run(self) -> tuple[SparseSolution, list[Rows]]:
        """Solve, look for lies that gain, and solve again with these, until there are none."""
        from comity.engines.linear import Status
        from comity.engines.sparse import solve_sparse

        programme = self.programme
        agents = range(programme.columns.agents)
        dominant = programme.promises.incentive == "dominant"
        told = [programme.lies(i, nearest=True) if dominant else (np.zeros(0, int), np.zeros(0, int)) for i in agents]
        for _ in range(ROUNDS):
            families = self.standing + [programme.truthful(i, *told[i]) for i in agents if dominant]
            solution = solve_sparse(self._sparse(families), "ipm")
            if solution.status is Status.INFEASIBLE:
                self._refuse(families)
            if solution.status is not Status.OPTIMAL:
                from comity.solvers.design.mechanism_design import endless

                if solution.status is Status.UNBOUNDED:
                    raise endless(programme)
                raise SolverFailure("the solver found no rule in floats; give fewer types, or numbers of more equal size")
            more = [self._gaining(i, solution.x) if dominant else told[i] for i in agents]
            if not dominant or not any(len(at) for at, _ in more):
                return solution, families
            told = [_joined(programme, old, new) for old, new in zip(told, more, strict=True)]
        raise SolverFailure("lies that gain were added round after round without an end; give fewer types")

    def duals(self, solution: SparseSolution, families: Sequence[Rows]) -> dict[int, Fraction]:
        """Non-zero duals of the rows in whole numbers, the wrong signs of rounding cut off."""
        found: dict[int, Fraction] = {}
        goal_scale = self.programme.goal[1]
        start = 0
        for family in families:
            # In floats a row is divided by its scale and by its size, the objective by its own scale.
            factor = Fraction(self.scale) * goal_scale / family.scale
            part = solution.duals[start : start + len(family)]
            weighty = np.abs(part) > NO_WEIGHT if family.equal else part > NO_WEIGHT
            rows = np.flatnonzero(weighty)
            pairs = list(zip(part[rows].tolist(), self.sizes[rows + start].tolist(), strict=True))
            exact = {(value, size): Fraction(value) * factor / Fraction(size) for value, size in set(pairs)}
            found |= {row: exact[pair] for row, pair in zip((rows + start).tolist(), pairs, strict=True)}
            start += len(family)
        return found

    def _sparse(self, families: Sequence[Rows], elastic: bool = False) -> Any:
        from comity.engines.sparse import SparseProgramme

        columns = self.programme.columns
        width = self._widths()
        rows, places, entries, lower, upper, sizes = [], [], [], [], [], []
        start = 0
        for family in families:
            rows.append(family.rows + start)
            places.append(family.columns)
            part = _floats(family.entries, family.scale) * width[family.columns]
            size = _sizes(family.rows, part, len(family))
            sizes.append(size)
            entries.append(part / size[family.rows])
            low = _floats(family.lower, family.scale) / size
            lower.append(low)
            upper.append(low if family.equal else np.full(len(family), np.inf))
            start += len(family)
        self.sizes = np.concatenate(sizes)
        column_lower, column_upper = self.programme.bounds()
        low = np.array([-np.inf if side is None else float(side) for side in column_lower]) / width
        high = np.array([np.inf if side is None else float(side) for side in column_upper]) / width
        cost = self.cost
        if elastic:
            count = columns.count
            kinds = np.concatenate([np.full(len(family), family.kind in ("lottery", "average")) for family in families])
            loose = np.flatnonzero(~kinds)
            for sign in (1.0, -1.0):
                rows.append(loose)
                places.append(count + np.arange(len(loose)))
                entries.append(np.full(len(loose), sign))
                count += len(loose)
            cost = np.concatenate([np.zeros(columns.count), np.ones(2 * len(loose))])
            low, high = (np.concatenate([side, np.full(2 * len(loose), rest)]) for side, rest in ((low, 0.0), (high, np.inf)))
        return SparseProgramme(
            cost,
            np.concatenate(rows),
            np.concatenate(places),
            np.concatenate(entries),
            np.concatenate(lower),
            np.concatenate(upper),
            low,
            high,
        )

    def _widths(self) -> Doubles:
        """Columns of money are counted in units of money."""
        columns = self.programme.columns
        width = np.ones(columns.count)
        width[columns.payments : columns.examinations] = self.unit
        if columns.averages:
            for i, size in enumerate(columns.types):
                for t in range(size):
                    width[columns.average(i, t) + columns.outcomes] = self.unit
        if columns.max_min:
            width[columns.least] = self.unit
        return width

    def _gaining(self, agent: int, x: Doubles) -> tuple[Any, Any]:
        """Profiles and lies that gain, in the floats of the solution."""
        programme, columns = self.programme, self.programme.columns
        at, report = programme.lies(agent)
        said = at + (report - programme.profiles[at, agent]) * programme.strides[agent]
        chances = x[: columns.payments].reshape(columns.profiles, columns.outcomes)
        paid = x[columns.payments + agent : columns.examinations : columns.agents]
        worth = programme.worth(agent).astype(float) / programme.unit / self.unit
        gain = np.einsum("ij,ij->i", worth[at], chances[said] - chances[at]) - paid[said] + paid[at]
        if columns.examined:
            last = columns.examinations + columns.profiles * columns.agents
            looked = x[columns.examinations + agent : last : columns.agents]
            lie, mistake, _ = (rate / programme.unit / self.unit for rate in programme.rates)
            gain += looked[at] * mistake - looked[said] * lie
        found = gain > SLACK
        return at[found], report[found]

    def _refuse(self, families: Sequence[Rows]) -> None:
        """Raise the conflict: the duals of the least violation weigh the promises into a contradiction."""
        from comity.engines.sparse import solve_sparse
        from comity.solvers.design.conflict import impossible

        programme = self.programme
        if programme.promises.incentive == "dominant":
            every = [programme.truthful(i, *programme.lies(i)) for i in range(programme.columns.agents)]
            families = self.standing + every
        solution = solve_sparse(self._sparse(families, elastic=True), "ipm")
        duals = self.duals(replace(solution, duals=solution.duals / self.scale), families)
        for weights in (_snapped(duals), duals):
            evidence = weights_of_promises(programme, families, _repaired(programme, families, weights, nothing=True))
            evidence.pop("weights", None)
            certificate = check_no_rule(programme.setting, programme.promises, evidence, programme.decision)
            if certificate:
                raise impossible(programme, certificate)
        self._refuse_exactly(families, duals)
        raise SolverFailure("no rule seems to keep these promises, but that could not be proved; give fewer types")

    def _refuse_exactly(self, families: Sequence[Rows], duals: Duals) -> None:
        """Raise the conflict of the rows with a dual alone, found in fractions, where these are few enough."""
        from comity.engines.exact import solve_exactly
        from comity.solvers.design.conflict import explain

        weighty = np.zeros(sum(map(len, families)), dtype=bool)
        weighty[list(duals)] = True
        starts = accumulate([0, *map(len, families)])
        few = [
            family if family.kind in ("lottery", "average") else family.only(np.flatnonzero(weighty[start : start + len(family)]))
            for family, start in zip(families, starts, strict=False)
        ]
        if sum(map(len, few)) > MOST_EXACT_ROWS:
            return
        linear = self.programme.exact(few)
        try:
            solve_exactly(replace(linear, objective=(Fraction(0),) * linear.columns))
        except Infeasible as conflict:
            raise explain(self.programme, few, {row: y for row, y in enumerate(conflict.farkas) if y}) from None


def _sizes(rows: NDArray[np.int64], entries: Doubles, count: int) -> Doubles:
    """The largest entry of each row, to the next power of two."""
    largest = np.zeros(count)
    np.maximum.at(largest, rows, np.abs(entries))
    largest[largest == 0] = 1.0
    return np.asarray(2.0 ** np.round(np.log2(largest)), dtype=np.float64)


def _floats(numbers: Any, scale: float) -> Doubles:
    if numbers.dtype == object:
        return np.array([float(Fraction(int(a)) / Fraction(scale)) for a in numbers])
    return np.asarray(numbers, dtype=float) / scale


def _joined(programme: RuleProgramme, old: tuple[Any, Any], new: tuple[Any, Any]) -> tuple[Any, Any]:
    """Pairs of profile and report, each once."""
    width = max(programme.setting.shape)
    keys = np.unique(np.concatenate([old[0] * width + old[1], new[0] * width + new[1]]))
    return keys // width, keys % width


# --- from floats to fractions ----------------------------------------------------------------------


def _rounded(programme: RuleProgramme, x: Doubles, unit: Fraction) -> DirectRule:
    """The rule of the solution, chances adding up to one exactly."""
    columns, shape = programme.columns, programme.setting.shape
    if programme.decision is not None:
        lotteries = programme.decision
    else:
        near = _near(np.clip(x[: columns.payments], 0.0, 1.0).reshape(columns.profiles, columns.outcomes))
        numerators = near.numerators.copy()
        most = numerators.argmax(axis=-1)
        numerators[np.arange(columns.profiles), most] += near.denominator - numerators.sum(axis=-1)
        lotteries = ExactArray(numerators.reshape(*shape, columns.outcomes), near.denominator)
    each = (*shape, columns.agents)
    # Columns of money were counted in units of money.
    near = _near(x[columns.payments : columns.examinations].reshape(each))
    paid = ExactArray(near.numerators.astype(object) * unit.numerator, near.denominator * unit.denominator).reduced()
    low, high = programme.promises.payments
    if (low, high) != (None, None):
        paid = _between(paid, low, high)
    examinations = None
    if columns.examined:
        last = columns.examinations + columns.profiles * columns.agents
        examinations = _near(np.clip(x[columns.examinations : last], 0.0, 1.0).reshape(each))
    return DirectRule(programme.setting, lotteries, paid, examinations)


def _near(values: Doubles) -> ExactArray:
    """The simplest fractions within the solver's precision, over one denominator; decimals where that would be too large."""
    different, which = np.unique(np.round(values, 10), return_inverse=True)
    near = [near_fraction(value) for value in different.tolist()]
    denominator = lcm(*{number.denominator for number in near})
    if denominator > GRID**2:
        near, denominator = [Fraction(round(v * GRID), GRID) for v in different.tolist()], GRID
    numerators = np.array([int(number * denominator) for number in near], dtype=object)
    return ExactArray(numerators[which].reshape(values.shape), denominator)


def _between(paid: ExactArray, low: Fraction | None, high: Fraction | None) -> ExactArray:
    """Payments within their bounds, where rounding left them."""
    bounds = [side for side in (low, high) if side is not None]
    denominator = lcm(paid.denominator, *(side.denominator for side in bounds))
    least, most = (None if side is None else int(side * denominator) for side in (low, high))
    return ExactArray(np.clip(paid.over(denominator).astype(object), least, most), denominator)


def _snapped(duals: Duals) -> dict[int, Fraction]:
    """Duals as the simplest fractions near them: in uniform settings these are what they are."""
    largest = max(map(abs, duals.values()), default=Fraction(1))
    unit = largest.limit_denominator()
    simple = {dual: (dual / largest).limit_denominator(SMALL_DENOMINATOR) * unit for dual in set(duals.values())}
    return {row: simple[dual] for row, dual in duals.items() if simple[dual]}


def _boxed(promises: Promises, rule: DirectRule) -> Promises:
    """The same promises with payments no larger than ten times the largest there is."""
    most = (
        max((abs(Fraction(int(a), rule.payments.denominator)) for a in rule.payments.numerators.flat), default=Fraction(0)) * 10
        + 1
    )
    low, high = promises.payments
    return replace(promises, payments=(-most if low is None else low, most if high is None else high))


# --- duals of payments, exactly --------------------------------------------------------------------


def _repaired(programme: RuleProgramme, families: Sequence[Rows], duals: Duals, nothing: bool = False) -> dict[int, Fraction]:
    """Duals under which no free payment counts, as a bound needs.

    See `comity.solvers.design.flows`.  Payments with bounds, and averages, are left as they are.
    """
    changed = dict(duals)
    if programme.promises.payments != (None, None) or programme.columns.averages:
        return changed
    columns = programme.columns
    goal, _ = programme.goal
    left = [Fraction(0 if nothing else int(c)) for c in goal[columns.payments : columns.examinations]]
    edges: dict[int, list[Edge]] = {}
    starts = {id(family): start for family, start in zip(families, accumulate([0, *map(len, families)]), strict=False)}
    for family, k, dual in by_row(families, duals):
        row, weight = starts[id(family)] + k, dual * programme.unit
        if family.kind == "truthful":
            i, at, report = map(int, family.labels[k])
            said = at + (report - int(programme.profiles[at, i])) * programme.strides[i]
            join(edges, at * columns.agents + i, said * columns.agents + i, row)
            left[at * columns.agents + i] -= weight
            left[said * columns.agents + i] += weight
        elif family.kind == "participation":
            i, at = map(int, family.labels[k])
            join(edges, at * columns.agents + i, ROOT, row)
            left[at * columns.agents + i] -= weight
        elif family.kind == "least":
            i = int(family.labels[k][0])
            for q in range(columns.profiles):
                left[q * columns.agents + i] -= weight * int(programme.weights[q])
        elif family.kind == "budget":
            at = int(family.labels[k][0])
            for q in range(columns.profiles) if at < 0 else [at]:
                for i in range(columns.agents):
                    left[q * columns.agents + i] += weight * (int(programme.weights[q]) if at < 0 else 1)
    send_to_root(changed, left, edges, programme.unit)
    return changed
