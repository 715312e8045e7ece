"""The best rule for agents that differ by their types alone: by counts of types, where profiles would be too many."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import cached_property
from math import ceil, floor
from typing import Any

import numpy as np
from numpy.typing import NDArray

from comity import rational
from comity.certificate import Certificate
from comity.checks.symmetric_design import check_symmetric_design, objective_value
from comity.declaration import declare
from comity.errors import ComityError, Infeasible, SolverFailure, Unbounded
from comity.games.bayesian.objectives import Objective
from comity.games.bayesian.promises import Promises
from comity.games.bayesian.setting import BayesianSetting
from comity.games.bayesian.symmetry import Counts, SymmetricRule, Symmetry, Table
from comity.linear_programme import LinearProgramme
from comity.solvers.design.flows import ROOT, Edge, join, send_to_root
from comity.solvers.design.rounding import NEAR, SMALL_DENOMINATOR, near_fraction

# Programmes up to this size are solved in fractions.
EXACT_ROWS = 1500
TOLERANCE = Fraction(1, 10**7)
NO_WEIGHT = 1e-11
WHOLE = 1e-7


@dataclass(frozen=True, eq=False)
class SymmetricDesign:
    """A symmetric rule that keeps its promises, what it is worth, and the certificate of both."""

    rule: SymmetricRule
    objective: Objective
    promises: Promises
    value: Fraction
    certificate: Certificate

    def outcome(self, reports: Any) -> dict[str, Fraction]:
        """The outcomes that can happen after these reports, with their chances."""
        return self.rule.outcome(reports)

    def payment(self, reports: Any) -> dict[str, Fraction]:
        """What each agent pays after these reports."""
        return self.rule.payment(reports)

    def summary(self) -> str:
        """What the rule is worth, and on what ground."""
        words = self.objective.name.replace("_", " ")
        return f"{words} {rational.short(self.value)} {self.rule.setting.unit}".rstrip() + f"\n{self.certificate}"

    __str__ = summary


@declare(
    "rule",
    "The best rule for agents that differ by their types alone",
    certificate="check_symmetric_design",
    reference="Conitzer & Sandholm (2002); symmetry by averaging over the agents' names",
)
def design_symmetric_mechanism(
    setting: BayesianSetting,
    objective: Any = "welfare",
    incentive: str | None = "dominant",
    participation: str | None = "ex-post",
    budget: str | None = None,
    *,
    payments: Sequence[Any] = (None, None),
    funds: Any = 0,
) -> SymmetricDesign:
    """The best rule where agents have the same types, chances and values, found by counts of types.

    As good as what `design_mechanism` finds, since a rule can be averaged over all ways to name the agents; only much smaller:
    ten agents with five types are 1,001 counts instead of 9,765,625 profiles.

    Parameters
    ----------
    setting : BayesianSetting
        Symmetric, see `Symmetry`; an error says in what agents differ.
    objective
        A name, or equal weights of agents and one of the ``"owner"``.
    incentive, participation, budget, payments, funds
        As in `design_mechanism`.

    Examples
    --------
    >>> from comity.games.bayesian.standard import single_item_auction
    >>> auction = single_item_auction({f"bidder {k}": [1, 3] for k in range(6)})
    >>> design = design_symmetric_mechanism(auction, "revenue")
    >>> design.value, design.certificate.basis.value
    (Fraction(189, 64), 'EXACT')
    """
    goal = Objective.of(objective, setting)
    if goal.outcomes is not None or len(set(goal.agents or ())) > 1:
        raise ComityError(
            "a symmetric rule weighs all agents alike; give equal weights of agents and one of the owner, or a name"
        )
    promised = Promises(incentive, participation, budget, payments, rational.exact(funds, "the funds"))  # type: ignore[arg-type]
    programme = _Programme(Symmetry.of(setting), goal, promised)
    programme.build()
    return programme.exactly() if len(programme.rows) <= EXACT_ROWS else programme.in_floats()


@dataclass
class _Row:
    """One row: what it is about, its coefficients by column, its lower side."""

    kind: str
    label: tuple[Any, ...]
    entries: dict[int, Fraction]
    lower: Fraction
    equal: bool


@dataclass
class _Programme:
    """Columns: how many of each type get each role in each class of outcomes, the classes' chances, and payments, by counts."""

    symmetry: Symmetry
    goal: Objective
    promises: Promises
    columns: dict[tuple[Any, ...], int] = field(default_factory=dict)
    cost: dict[int, Fraction] = field(default_factory=dict)
    rows: list[_Row] = field(default_factory=list)
    scale: float = 1.0  # of the objective in floats

    @cached_property
    def unit(self) -> float:
        """The largest value, the unit of payments where they are rounded."""
        return max(float(np.abs(self.symmetry.values.doubles()).max()), 1e-300)

    def column(self, *key: Any) -> int:
        return self.columns.setdefault(key, len(self.columns))

    # --- rows ----------------------------------------------------------------------------------

    def build(self) -> None:
        symmetry = self.symmetry
        counts = list(symmetry.counts())
        others = list(symmetry.counts(symmetry.agents - 1))
        worths = symmetry.worths
        self.utilities = {
            (k, t, report): self._utility(k, worths[t], report)
            for k in counts
            for report in range(symmetry.types)
            if k[report]
            for t in range(symmetry.types)
        }
        for k in counts:
            self._table(k)
        self._objective(counts)
        if self.promises.incentive is not None:
            self._truth(others)
        if self.promises.participation is not None:
            self._stay(others)
        if self.promises.budget is not None:
            self._budget(counts)

    def _utility(self, counts: Counts, worth: Sequence[Fraction], report: int) -> dict[int, Fraction]:
        entries = {self.column("paid", counts, report): Fraction(-1)}
        for c, handed in enumerate(self.symmetry.classes):
            for r, m in enumerate(handed):
                if m and worth[r]:
                    entries[self.column("flow", counts, c, report, r)] = worth[r] / counts[report]
        return entries

    def _table(self, counts: Counts) -> None:
        """Every role of a class is handed out, to every agent one."""
        total = {}
        for c, handed in enumerate(self.symmetry.classes):
            chance = self.column("class", counts, c)
            total[chance] = Fraction(1)
            for t, k in enumerate(counts):
                if k:
                    entries = {self.column("flow", counts, c, t, r): Fraction(1) for r, m in enumerate(handed) if m}
                    self._row("agents", (counts, c, t), {**entries, chance: Fraction(-k)}, Fraction(0), True)
            for r, m in enumerate(handed):
                if m:
                    entries = {self.column("flow", counts, c, t, r): Fraction(1) for t, k in enumerate(counts) if k}
                    self._row("roles", (counts, c, r), {**entries, chance: Fraction(-m)}, Fraction(0), True)
        self._row("chances", (counts,), total, Fraction(1), True)

    def _truth(self, others: Sequence[Counts]) -> None:
        able = self.symmetry.setting.reports[0]
        for t in range(self.symmetry.types):
            for report in range(self.symmetry.types):
                if t == report or not able[t, report]:
                    continue
                rows = {k: _less(self.utilities[_with(k, t), t, t], self.utilities[_with(k, report), t, report]) for k in others}
                if self.promises.incentive == "dominant":
                    for k, entries in rows.items():
                        self._row("truthful", (t, report, k), entries, Fraction(0), False)
                elif self.symmetry.setting.prior[0][t]:
                    self._row("truthful", (t, report, None), self._average(rows), Fraction(0), False)

    def _stay(self, others: Sequence[Counts]) -> None:
        outside = self.symmetry.setting.outside[0]
        for t in range(self.symmetry.types):
            rows = {k: self.utilities[_with(k, t), t, t] for k in others}
            if self.promises.participation == "ex-post":
                for k, entries in rows.items():
                    self._row("participation", (t, _with(k, t)), entries, outside[t], False)
            elif self.symmetry.setting.prior[0][t]:
                self._row("participation", (t, None), self._average(rows), outside[t], False)

    def _average(self, rows: Mapping[Counts, Mapping[int, Fraction]]) -> dict[int, Fraction]:
        total: dict[int, Fraction] = {}
        for k, entries in rows.items():
            _add(total, entries, self.symmetry.probability(k))
        return total

    def _budget(self, counts: Sequence[Counts]) -> None:
        rows = {k: self._left_over(k) for k in counts}
        if self.promises.budget == "no-expected-deficit":
            self._row("budget", (None,), self._average(rows), -self.promises.funds, False)
            return
        for k, entries in rows.items():
            self._row("budget", (k,), entries, -self.promises.funds, self.promises.budget == "balanced")

    def _left_over(self, counts: Counts) -> dict[int, Fraction]:
        entries = {self.column("paid", counts, t): Fraction(k) for t, k in enumerate(counts) if k}
        for c, cost in enumerate(self.symmetry.costs):
            if cost:
                entries[self.column("class", counts, c)] = -cost
        return entries

    def _objective(self, counts: Sequence[Counts]) -> None:
        weight = Fraction(1, self.symmetry.agents) if self.goal.agents is None else self.goal.agents[0]
        for k in counts:
            chance = self.symmetry.probability(k)
            for t, number in enumerate(k):
                if number and weight:
                    _add(self.cost, self.utilities[k, t, t], weight * chance * number)
            if self.goal.owner:
                _add(self.cost, self._left_over(k), self.goal.owner * chance)

    def _row(self, kind: str, label: tuple[Any, ...], entries: dict[int, Fraction], lower: Fraction, equal: bool) -> None:
        self.rows.append(_Row(kind, label, entries, lower, equal))

    # --- solving -------------------------------------------------------------------------------

    def exactly(self) -> SymmetricDesign:
        """The optimum in fractions."""
        from comity.engines.exact import solve_exactly

        low, high = self.promises.payments
        kinds = [key[0] for key in self.columns]
        linear = LinearProgramme(
            tuple(-self.cost.get(j, Fraction(0)) for j in range(len(kinds))),
            tuple({j: a for j, a in row.entries.items() if a} for row in self.rows),
            tuple(row.lower for row in self.rows),
            tuple(row.lower if row.equal else None for row in self.rows),
            tuple(low if kind == "paid" else Fraction(0) for kind in kinds),
            tuple(high if kind == "paid" else None for kind in kinds),
        )
        try:
            best = solve_exactly(linear)
        except Infeasible:
            raise self._impossible() from None
        except Unbounded:
            raise self._endless() from None
        rule = self._rule(best.primal)
        witness = self._witness({row: dual for row, dual in enumerate(best.dual) if dual})
        certificate = check_symmetric_design(rule, self.goal, self.promises, witness)
        if not certificate:
            raise SolverFailure(f"the rule that was found could not be proved best: {certificate}; please report the setting")
        return self._finished(rule, certificate, self.promises)

    def in_floats(self) -> SymmetricDesign:
        """The rule of a solution in floats in exact numbers, with a rigorous bound."""
        solution = self._solution()
        rule = self._rule(solution.x)
        tolerance = TOLERANCE * rational.exact(self.unit)
        attempts = [(self._repaired(self._duals(solution.duals, snap)), self.promises) for snap in (True, False)]
        attempts.append((self._duals(solution.duals, False), _boxed(self.promises, rule)))
        for duals, promises in attempts:
            witness = self._witness(duals)
            certificate = check_symmetric_design(rule, self.goal, promises, witness)
            if not certificate and isinstance(certificate.margin, Fraction) and -certificate.margin <= tolerance:
                certificate = check_symmetric_design(
                    rule, self.goal, promises, {**witness, "tolerance": rational.text(tolerance)}
                )
            if certificate:
                return self._finished(rule, certificate, promises)
        raise SolverFailure(f"a rule was found but could not be proved best: {certificate}; give fewer types, or bound payments")

    def _solution(self) -> Any:
        from comity.engines.linear import Status
        from comity.engines.sparse import SparseProgramme, solve_sparse

        count = len(self.columns)
        # Payments are counted in units of the largest value, and so are the rows about money.
        width = np.ones(count)
        lower, upper = np.zeros(count), np.full(count, np.inf)
        low, high = self.promises.payments
        for key, j in self.columns.items():
            if key[0] == "paid":
                width[j] = self.unit
                lower[j] = -np.inf if low is None else float(low) / self.unit
                upper[j] = np.inf if high is None else float(high) / self.unit
        cost = np.zeros(count)
        for j, c in self.cost.items():
            cost[j] = -float(c) * width[j]
        self.scale = float(np.abs(cost).max()) or 1.0
        money = np.array([self._money(row) for row in self.rows])
        sides = np.array([float(row.lower) for row in self.rows]) / money
        places = np.array([j for row in self.rows for j in row.entries], dtype=np.int64)
        each = np.repeat(np.arange(len(self.rows)), [len(row.entries) for row in self.rows])
        programme = SparseProgramme(
            cost / self.scale,
            each,
            places,
            np.array([float(a) for row in self.rows for a in row.entries.values()]) * width[places] / money[each],
            sides,
            np.where([row.equal for row in self.rows], sides, np.inf),
            lower,
            upper,
        )
        solution = solve_sparse(programme, "ipm")
        if solution.status is Status.INFEASIBLE:
            raise self._impossible()
        if solution.status is Status.UNBOUNDED:
            raise self._endless()
        if solution.status is not Status.OPTIMAL:
            raise SolverFailure("the solver found no rule; give fewer types, or numbers of more equal size")
        return replace(solution, x=solution.x * width)

    def _money(self, row: _Row) -> float:
        return self.unit if row.kind in ("truthful", "participation", "budget") else 1.0

    def _impossible(self) -> Infeasible:
        return Infeasible(
            "no rule keeps all these promises; design_mechanism says which of them conflict, for a few agents and types; "
            "drop one of incentive, participation and budget, or add funds"
        )

    def _endless(self) -> Unbounded:
        return Unbounded("the objective can be made as large as one likes; promise participation or a budget, or bound payments")

    def _finished(self, rule: SymmetricRule, certificate: Certificate, promises: Promises) -> SymmetricDesign:
        value = objective_value(rule, self.goal)
        return SymmetricDesign(rule, self.goal, promises, -value if self.goal.least else value, certificate)

    # --- exact numbers -------------------------------------------------------------------------

    def _rule(self, x: Any) -> SymmetricRule:
        """From the columns' values, fractions or floats."""
        lotteries: dict[Counts, dict[tuple[int, Table], Fraction]] = {}
        payments: dict[Counts, list[Fraction]] = {}
        for counts in self.symmetry.counts():
            exact: dict[tuple[int, Table], Fraction] = {}
            for c, handed in enumerate(self.symmetry.classes):
                chance = x[self.columns["class", counts, c]]
                if chance > NEAR:
                    flow = np.zeros((self.symmetry.types, self.symmetry.roles), dtype=object)
                    for t, k in enumerate(counts):
                        for r, m in enumerate(handed):
                            if k and m:
                                flow[t, r] = x[self.columns["flow", counts, c, t, r]] / chance
                    for table, part in whole_tables(flow).items():
                        exact[c, table] = _exact(chance * part)
            likeliest = max(exact, key=lambda key: exact[key])
            exact[likeliest] += 1 - sum(exact.values())
            lotteries[counts] = {key: chance for key, chance in exact.items() if chance}
            payments[counts] = [self._paid(x, counts, t) if k else Fraction(0) for t, k in enumerate(counts)]
        return SymmetricRule(self.symmetry, lotteries, payments)

    def _paid(self, x: Any, counts: Counts, kind: int) -> Fraction:
        amount = x[self.columns["paid", counts, kind]]
        if not isinstance(amount, Fraction):
            amount = near_fraction(amount / self.unit) * rational.exact(self.unit)
        low, high = self.promises.payments
        amount = amount if low is None else max(amount, low)
        return amount if high is None else min(amount, high)

    def _duals(self, duals: NDArray[np.float64], snap: bool) -> dict[int, Fraction]:
        largest = float(np.abs(duals).max()) if len(duals) else 1.0
        unit = Fraction(largest).limit_denominator() if snap else Fraction(largest)
        known: dict[float, Fraction] = {}
        found = {}
        for i, dual in enumerate(duals.tolist()):
            row = self.rows[i]
            if abs(dual) < NO_WEIGHT or (not row.equal and dual < 0):
                continue
            if dual not in known:
                ratio = Fraction(dual / largest)
                known[dual] = (ratio.limit_denominator(SMALL_DENOMINATOR) if snap else ratio) * unit * Fraction(self.scale)
            found[i] = known[dual] / Fraction(self._money(row))
        return found

    def _repaired(self, duals: dict[int, Fraction]) -> dict[int, Fraction]:
        """Duals under which no free payment counts; see `comity.solvers.design.flows`."""
        if self.promises.payments != (None, None):
            return duals
        paid = {j: key for key, j in self.columns.items() if key[0] == "paid"}
        left = {j: self.cost.get(j, Fraction(0)) for j in paid}
        edges: dict[int, list[Edge]] = {}
        for i, dual in duals.items():
            row = self.rows[i]
            touched = [(j, a) for j, a in row.entries.items() if j in paid]
            for j, a in touched:
                left[j] += dual * a
            if row.kind == "truthful" and len(touched) == 2:
                (first, sign), (second, _) = touched
                ends = (first, second) if sign < 0 else (second, first)
                join(edges, ends[0], ends[1], i)
            elif row.kind == "participation" and len(touched) == 1:
                join(edges, touched[0][0], ROOT, i)
        changed = dict(duals)
        send_to_root(changed, left, edges, 1)
        return changed

    def _witness(self, duals: Mapping[int, Fraction]) -> dict[str, Any]:
        found: dict[str, Any] = {"truthful": [], "participation": [], "budget": []}
        prices: dict[tuple[Counts, int], list[Fraction]] = {}
        marginal = self.symmetry.setting.prior[0]
        for i, dual in sorted(duals.items()):
            row = self.rows[i]
            if row.kind == "truthful":
                t, report, others = row.label
                weight = dual if others is not None else dual / marginal[t]
                found["truthful"].append([t, report, None if others is None else list(others), rational.text(weight)])
            elif row.kind == "participation":
                t, counts = row.label
                weight = dual if counts is not None else dual / marginal[t]
                found["participation"].append([t, None if counts is None else list(counts), rational.text(weight)])
            elif row.kind == "budget":
                (counts,) = row.label
                found["budget"].append([None if counts is None else list(counts), rational.text(dual)])
            elif row.kind == "roles":
                counts, c, r = row.label
                # Rows ask for sums of at least zero, prices are what a role takes away.
                prices.setdefault((counts, c), [Fraction(0)] * self.symmetry.roles)[r] = -dual
        found["prices"] = [[list(k), c, [rational.text(p) for p in row]] for (k, c), row in prices.items()]
        return found


def _with(others: Counts, kind: int) -> Counts:
    return tuple(k + (t == kind) for t, k in enumerate(others))


def _less(a: Mapping[int, Fraction], b: Mapping[int, Fraction]) -> dict[int, Fraction]:
    found = dict(a)
    for j, entry in b.items():
        found[j] = found.get(j, Fraction(0)) - entry
    return found


def _add(total: dict[int, Fraction], entries: Mapping[int, Fraction], times: Fraction) -> None:
    for j, entry in entries.items():
        total[j] = total.get(j, Fraction(0)) + times * entry


def _exact(number: Any) -> Fraction:
    return number if isinstance(number, Fraction) else near_fraction(float(number))


def _boxed(promises: Promises, rule: SymmetricRule) -> Promises:
    most = 1 + 10 * max((abs(amount) for row in rule.payments.values() for amount in row), default=Fraction(0))
    low, high = promises.payments
    return Promises(
        promises.incentive,
        promises.participation,
        promises.budget,
        (-most if low is None else low, most if high is None else high),
        promises.funds,
    )


# --- tables of whole numbers -----------------------------------------------------------------------


def whole_tables(flow: NDArray[Any]) -> dict[Table, Any]:
    """A table with whole row and column sums as a lottery over tables of whole numbers with the same sums.

    While there are fractions, they lie on cycles; around one of them entries are shifted up and down in turn until one is whole.
    Fractions stay exact, floats within rounding.

    Examples
    --------
    >>> half = Fraction(1, 2)
    >>> whole_tables(np.array([[half, half], [half, half]])) == {((1, 0), (0, 1)): half, ((0, 1), (1, 0)): half}
    True
    """
    found: dict[Table, Any] = {}
    for table, part in _split(flow):
        found[table] = found.get(table, 0) + part
    return found


def _split(flow: NDArray[Any]) -> Iterator[tuple[Table, Any]]:
    fractional = np.array([[abs(a - round(a)) > WHOLE for a in row] for row in flow.tolist()])
    cycle = _cycle(fractional)
    if not cycle:
        yield tuple(tuple(round(a) for a in row) for row in flow.tolist()), 1
        return
    up, down = cycle[::2], cycle[1::2]
    rise = min(*(ceil(flow[p]) - flow[p] for p in up), *(flow[p] - floor(flow[p]) for p in down))
    fall = min(*(flow[p] - floor(flow[p]) for p in up), *(ceil(flow[p]) - flow[p] for p in down))
    for step, part in ((rise, fall), (-fall, rise)):
        moved = flow.copy()
        for place in up:
            moved[place] += step
        for place in down:
            moved[place] -= step
        for table, chance in _split(moved):
            yield table, chance * part / (rise + fall)


def _cycle(fractional: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """Places of a cycle that turns by row and column alternately; none if nothing is fractional."""
    if not fractional.any():
        return []
    row = int(np.argwhere(fractional)[0][0])
    path: list[tuple[int, int]] = []
    seen: dict[int, int] = {}
    column = -1
    while row not in seen:
        seen[row] = len(path)
        column = next((int(c) for c in np.flatnonzero(fractional[row]) if c != column), -1)
        if column < 0:
            raise ComityError("the sums of a table that hands out roles are not whole")
        path.append((row, column))
        row = next((int(r) for r in np.flatnonzero(fractional[:, column]) if r != row), -1)
        if row < 0:
            raise ComityError("the sums of a table that hands out roles are not whole")
        path.append((row, column))
    return path[seen[row] :]
