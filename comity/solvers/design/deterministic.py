"""The best rule that leaves nothing to chance, for small settings: an integer programme, then exact payments."""

from __future__ import annotations

from dataclasses import replace
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
    Where that is more than 0, that no other rule without chance is better rests on the solver: the basis is then ASSUMED.
    """
    from comity.engines.integer import Status, solve_integer
    from comity.solvers.design.mechanism_design import EXACT_ROWS, design_of, exactly

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
    return design_of(programme, paid.rule, {**bound.certificate.witness, "without_chance": True})


def all_rows(programme: RuleProgramme) -> list[Rows]:
    """Every row, lies under dominant incentives included."""
    families = programme.standing()
    if programme.promises.incentive == "dominant":
        families += [programme.truthful(i, *programme.lies(i)) for i in range(programme.columns.agents)]
    return families
