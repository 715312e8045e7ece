"""The best rule that leaves nothing to chance, for small settings: an integer programme, then exact payments."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np

from comity.errors import Infeasible, SolverFailure
from comity.exact_array import ExactArray
from comity.solvers.design.programme import Rows, RuleProgramme

if TYPE_CHECKING:
    from comity.solvers.design.design import Design

MAX_CHOICES = 2000


def best_without_chance(programme: RuleProgramme) -> Design:
    """The best deterministic rule that HiGHS finds, with exact payments.

    Proved: it keeps its promises, and how far it is from what any rule, chance included, could reach (the certificate's margin).
    Where that is more than 0, that no other deterministic rule is better rests on the solver, and the certificate says so.
    """
    from comity.engines.integer import Status, solve_integer
    from comity.solvers.design.mechanism_design import EXACT_ROWS, exactly

    columns = programme.columns
    families = all_rows(programme)
    if columns.payments > MAX_CHOICES or sum(map(len, families)) > EXACT_ROWS:
        raise SolverFailure(
            f"without chance there are {columns.payments:,} choices and {sum(map(len, families)):,} rows; "
            f"at most {MAX_CHOICES:,} and {EXACT_ROWS:,} can be solved, so allow chance or give fewer types"
        )
    bound = exactly(programme, families)  # chance included; raises what conflicts
    found = solve_integer(programme.exact(families), range(columns.payments))
    if found.status is Status.INFEASIBLE:
        raise Infeasible("no rule that leaves nothing to chance keeps all these promises; one that may toss a coin does")
    if found.status is not Status.OPTIMAL:
        raise SolverFailure(f"the integer programme of the rule ended {found.status}; allow chance or give fewer types")
    chosen = np.array([int(a) for a in found.x[: columns.payments]]).reshape(*programme.setting.shape, -1)
    paid = exactly(replace(programme, decision=ExactArray(chosen, 1)), families)
    return _without_chance(programme, paid, bound)


def all_rows(programme: RuleProgramme) -> list[Rows]:
    """Every row, lies under dominant incentives included."""
    families = programme.standing()
    if programme.promises.incentive == "dominant":
        families += [programme.truthful(i, *programme.lies(i)) for i in range(programme.columns.agents)]
    return families


def _without_chance(programme: RuleProgramme, paid: Design, bound: Design) -> Design:
    """The rule with the bound that also rules with chance obey."""
    from comity.certificate import Basis
    from comity.checks.design import check_design
    from comity.solvers.design.mechanism_design import finished

    gap = abs(bound.value - paid.value)
    witness = dict(bound.certificate.witness) | {"tolerance": str(gap)}
    certificate = check_design(paid.rule, programme.objective, programme.promises, witness)
    if gap == 0:
        return finished(programme, paid.rule, certificate, programme.promises)
    claim = (
        "the rule leaves nothing to chance, keeps its promises, and falls short of the best with chance by the margin at most; "
        "that no other one without chance does better rests on the integer programme"
    )
    assumed = replace(certificate, claim=claim, basis=Basis.ASSUMED, margin=Fraction(-gap))
    return finished(programme, paid.rule, assumed, programme.promises)
