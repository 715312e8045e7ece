"""Payments that make given decisions truthful: shortest paths between types, or the cycle that rules payments out."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from math import lcm
from typing import Any

import numpy as np
from numpy.typing import NDArray

from comity import rational
from comity.checks.monotonicity import check_implementable, values_by_report, without_payments
from comity.checks.rules import check_participation, check_truthful
from comity.declaration import declare
from comity.errors import ImpossiblePromises, SolverFailure
from comity.exact_array import SMALL, ExactArray
from comity.games.bayesian.rule import DirectRule


@declare(
    "rule",
    "The highest payments at which the truth is best and all take part",
    certificate="check_implementable",
    reference="Rochet (1987); Heydenreich, Mueller, Uetz & Vohra (2009)",
)
def implementing_payments(rule: DirectRule) -> DirectRule:
    """The decisions of a rule with payments at which no type gains by a lie, at any profile, and nobody would rather stay away.

    For each agent and profile of the others, what type t may pay beyond type r is at most what it would lose in value by claiming
    r; the payments are the lengths of shortest paths in that graph from "staying away", the highest that keep every promise.
    Payments of the rule itself play no part.

    Raises
    ------
    ImpossiblePromises
        If there are no such payments; its certificate names a cycle of types along which the loss in value is negative.

    Examples
    --------
    To whoever names the most: a winner pays the least type with which it would still have won.

    >>> from comity.games.bayesian.standard import single_item_auction
    >>> auction = single_item_auction({"A": [1, 3, 5], "B": [2]})
    >>> paying = implementing_payments(DirectRule(auction, [[2], [1], [1]]))
    >>> paying.payment({"A": 5, "B": 2})["A"], paying.payment({"A": 1, "B": 2})["B"]
    (Fraction(3, 1), Fraction(2, 1))
    """
    setting = rule.setting
    bare = without_payments(rule)
    found = [_of_agent(bare, i) for i in range(len(setting.agents))]
    common = lcm(*(part.denominator for part in found))
    payments = ExactArray(np.stack([part.over(common) for part in found], axis=-1), common)
    chances = bare.chosen if bare.chosen is not None else bare.lotteries
    paying = DirectRule(setting, chances, payments, bare.examinations)
    if not check_truthful(paying) or not check_participation(paying):
        raise SolverFailure("the payments found were not confirmed; please report the rule")
    return paying


def _of_agent(bare: DirectRule, agent: int) -> ExactArray:
    """One agent's payments, one axis for each agent's reports."""
    setting = bare.setting
    size = setting.shape[agent]
    outside = setting.outside[agent]
    parts, denominators = [], []
    for start, values, denominator in values_by_report(bare, agent):
        common = lcm(denominator, outside.denominator)
        apart = _Graph.of(values, denominator, outside, setting.reports[agent], common)
        paths = apart.shortest()
        if isinstance(paths, _Cycle):
            raise _impossible(bare, agent, paths, start)
        parts.append(paths)
        denominators.append(common)
    common = lcm(*denominators)
    whole = np.concatenate([_times(part, common // d) for part, d in zip(parts, denominators, strict=True)], axis=1)
    others = [k for j, k in enumerate(setting.shape) if j != agent]
    return ExactArray(np.moveaxis(whole.reshape(size, *others), 0, agent), common)


@dataclass(frozen=True)
class _Cycle:
    types: list[int]
    others: int


@dataclass(frozen=True)
class _Graph:
    """What types lose by claiming others, for many profiles of the others at once: axes type, report, profile."""

    losses: NDArray[Any]
    first: NDArray[Any]  # what each type can pay and still not rather stay away
    able: NDArray[np.bool_]

    @classmethod
    def of(cls, values: NDArray[Any], denominator: int, outside: ExactArray, able: NDArray[np.bool_], common: int) -> _Graph:
        own = np.arange(len(values))
        limits = [max(abs(int(array.max())), abs(int(array.min()))) for array in (values, outside.numerators)]
        bound = limits[0] * (common // denominator) + limits[1] * (common // outside.denominator)
        # A shortest path has fewer steps than there are types, each at most twice the largest value.
        kind: Any = np.int64 if values.dtype != object and 2 * bound * (len(values) + 1) < SMALL else object
        values = values.astype(kind) * (common // denominator)
        honest = values[own, own]
        first = honest - (outside.numerators.astype(kind) * (common // outside.denominator))[:, None]
        return cls(honest[:, None] - values, first, able)

    def shortest(self) -> NDArray[Any] | _Cycle:
        """Bellman and Ford's method for all profiles at once; profiles that are done are left alone."""
        paths = self.first.copy()
        before = np.full(paths.shape, -1)
        active = np.arange(paths.shape[1])
        for _ in range(len(paths) + 1):
            changed = np.zeros(len(active), dtype=bool)
            for t in range(len(paths)):
                steps = np.flatnonzero(self.able[t] & (np.arange(len(paths)) != t))
                if not len(steps):
                    continue
                through = paths[np.ix_(steps, active)] + self.losses[t][np.ix_(steps, active)]
                best = through.argmin(axis=0)
                length = np.take_along_axis(through, best[None], axis=0)[0]
                shorter = length < paths[t, active]
                where = active[shorter]
                paths[t, where] = length[shorter]
                before[t, where] = steps[best[shorter]]
                changed |= shorter
            active = active[changed]
            if not len(active):
                return paths
        return self._cycle(before[:, active[0]].tolist(), int(active[0]))

    def _cycle(self, before: list[int], others: int) -> _Cycle:
        """A path that gets shorter for ever goes round; each type on it claims the next."""
        for start in range(len(before)):
            seen: list[int] = []
            t = start
            while t != -1 and t not in seen:
                seen.append(t)
                t = before[t]
            if t != -1:
                return _Cycle(seen[seen.index(t) :], others)
        raise SolverFailure("payments do not settle, but no cycle was found; please report the rule")


def _times(numbers: NDArray[Any], factor: int) -> NDArray[Any]:
    return numbers if factor == 1 else numbers.astype(object) * factor


def _impossible(bare: DirectRule, agent: int, cycle: _Cycle, start: int) -> ImpossiblePromises:
    setting = bare.setting
    names = setting.type_names(agent)
    rest = [j for j in range(len(setting.agents)) if j != agent]
    at = np.unravel_index(start + cycle.others, [setting.shape[j] for j in rest]) if rest else ()
    others = {setting.agents[j]: setting.type_names(j)[int(t)] for j, t in zip(rest, at, strict=True)}
    types = [names[t] for t in cycle.types]
    certificate = check_implementable(bare, cycle={"agent": setting.agents[agent], "types": types, "others": others})
    margin = Fraction(0) if certificate.margin is None else Fraction(certificate.margin)
    conflict = (
        f"{setting.agents[agent]} of type {a} would claim {b}" for a, b in zip(types, [*types[1:], types[0]], strict=True)
    )
    return ImpossiblePromises(
        f"no payments make these decisions truthful: if types {', '.join(types)} of {setting.agents[agent]} each "
        f"claimed to be the next, value would grow by {rational.short(-margin)} in all; change the decisions",
        certificate,
        tuple(conflict),
        ("give an agent whose report shows a higher value no less",),
    )
