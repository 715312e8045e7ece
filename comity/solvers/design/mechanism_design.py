"""Automated mechanism design: the best rule that keeps its promises, as a linear programme, with the proof that it is best.

Source: Conitzer & Sandholm (2002), "Complexity of mechanism design".
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import numpy as np

from comity import rational
from comity.certificate import Certificate
from comity.checks.design import check_design, objective_value
from comity.declaration import declare
from comity.errors import ComityError, Infeasible, SolverFailure, Unbounded
from comity.exact_array import ExactArray
from comity.games.bayesian.objectives import Objective
from comity.games.bayesian.promises import Promises
from comity.games.bayesian.rule import DirectRule
from comity.games.bayesian.setting import BayesianSetting
from comity.solvers.design.conflict import explain
from comity.solvers.design.design import Design
from comity.solvers.design.multipliers import weights_of_promises
from comity.solvers.design.programme import Rows, RuleProgramme

# Programmes up to this size are solved in fractions; larger ones in floats, with a rigorous bound.
EXACT_ROWS = 2000


@declare(
    "rule",
    "The best rule that keeps its promises",
    certificate="check_design",
    reference="Conitzer & Sandholm (2002); Myerson (1981)",
)
def design_mechanism(
    setting: BayesianSetting,
    objective: Any = "welfare",
    incentive: str | None = "dominant",
    participation: str | None = "ex-post",
    budget: str | None = None,
    *,
    payments: Sequence[Any] = (None, None),
    funds: Any = 0,
    decision: Any = None,
    deterministic: bool = False,
) -> Design:
    """The rule that is best by the objective among all that keep the promises; chance may decide.

    Parameters
    ----------
    setting : BayesianSetting
    objective : str, mapping or table
        ``"welfare"`` (all values less all costs), ``"revenue"`` (payments less costs), ``"least_cost"`` (what the owner has to
        add: costs less payments, made small), ``"max_min"`` (the least expected utility of an agent, made large), weights
        ``{agent or "owner": weight}`` of what they get, or a table of what outcomes are worth.
    incentive, participation, budget, payments, funds
        What the rule promises: see `Promises`.
    decision : optional
        The outcomes for each profile of reports where these are given (as in `DirectRule`), and only payments and examinations
        are sought.
    deterministic : bool
        Whether chance is ruled out: an integer programme, for small settings.  The certificate's margin is then by how much the
        rule may fall short of the best with chance; where that is not 0, its basis is ASSUMED.

    Returns
    -------
    Design
        Up to about 2,000 rows exact, with weights of the promises that prove that no rule does better.  Beyond, a rule
        rounded to exact numbers with an upper bound proved in exact arithmetic: the certificate's ``tolerance`` bounds what
        it misses, its basis is ENCLOSED, and its margin is minus the actual gap.

    Raises
    ------
    Infeasible
        If no rule keeps all promises; the message says which conflict, ``certificate`` proves it.
    Unbounded
        If the objective grows for ever, as revenue does where taking part is not voluntary.

    Examples
    --------
    The best auction for two bidders worth 1 or 3 sells to a bidder with 3 at 3, if there is one:

    >>> from comity.games.bayesian.standard import single_item_auction
    >>> design = design_mechanism(single_item_auction({"A": [1, 3], "B": [1, 3]}), "revenue")
    >>> design.value, design.certificate.verdict.value, design.certificate.basis.value
    (Fraction(9, 4), 'HOLDS', 'EXACT')
    """
    goal = Objective.of(objective, setting)
    promised = Promises(incentive, participation, budget, payments, rational.exact(funds, "the funds"))  # type: ignore[arg-type]
    given = None if decision is None else DirectRule(setting, decision).lotteries
    programme = RuleProgramme(setting, goal, promised, given)
    if deterministic:
        from comity.solvers.design.deterministic import best_without_chance

        if given is not None:
            raise ComityError("deterministic has no meaning where the decision is given; leave one of them out")
        return best_without_chance(programme)
    lies = [programme.lies(i) for i in range(len(setting.agents))] if incentive == "dominant" else []
    standing = programme.standing()
    if sum(map(len, standing)) + sum(len(at) for at, _ in lies) <= EXACT_ROWS:
        return exactly(programme, [*standing, *(programme.truthful(i, *pairs) for i, pairs in enumerate(lies))])
    from comity.solvers.design.large import in_floats

    return in_floats(programme, standing)


def exactly(programme: RuleProgramme, families: list[Rows]) -> Design:
    """The exact optimum from a basis made rational; a conflict or an endless improvement is explained."""
    from comity.engines.exact import solve_exactly

    linear = programme.exact(families)
    try:
        best = solve_exactly(linear)
    except Infeasible as conflict:
        raise explain(programme, families, _nonzero(conflict.farkas)) from None
    except Unbounded:
        raise endless(programme) from None
    rule = rule_of(programme, best.primal)
    return design_of(programme, rule, weights_of_promises(programme, families, _nonzero(best.dual)))


def _nonzero(duals: Sequence[Fraction]) -> dict[int, Fraction]:
    return {row: dual for row, dual in enumerate(duals) if dual}


def rule_of(programme: RuleProgramme, x: Sequence[Fraction]) -> DirectRule:
    """The rule that the columns' values describe."""
    columns, shape = programme.columns, programme.setting.shape

    def part(first: int, last: int, width: int) -> ExactArray:
        listed = np.empty(last - first, dtype=object)
        listed[:] = x[first:last]
        return ExactArray.of(listed.reshape(*shape, width))

    examinations = None
    if columns.examined:
        last = columns.examinations + columns.profiles * columns.agents
        examinations = part(columns.examinations, last, columns.agents)
    return DirectRule(
        programme.setting,
        part(0, columns.payments, columns.outcomes),
        part(columns.payments, columns.examinations, columns.agents),
        examinations,
    )


def design_of(programme: RuleProgramme, rule: DirectRule, witness: dict[str, Any], promises: Promises | None = None) -> Design:
    """The rule with its certificate, which has to hold."""
    promised = promises or programme.promises
    certificate = check_design(rule, programme.objective, promised, witness, programme.decision)
    if not certificate:
        raise SolverFailure(f"the rule that was found could not be proved best: {certificate}; please report the setting")
    return finished(programme, rule, certificate, promised)


def finished(programme: RuleProgramme, rule: DirectRule, certificate: Certificate, promises: Promises) -> Design:
    value = objective_value(rule, programme.objective)
    return Design(
        rule,
        programme.objective,
        promises,
        -value if programme.objective.least else value,
        certificate,
        fixed=programme.decision is not None,
    )


def endless(programme: RuleProgramme) -> Unbounded:
    """Why there is no best rule."""
    words = programme.objective.name.replace("_", " ")
    return Unbounded(
        f"the {words} can be made as large as one likes, since somebody can be made to pay or get any amount; "
        "promise participation, a budget, or give bounds on payments"
    )
