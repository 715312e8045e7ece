"""Why no rule keeps all promises: which of them conflict, in words, and what would help."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Any

from comity import rational
from comity.certificate import Certificate
from comity.checks.design import check_no_rule
from comity.errors import ImpossiblePromises, Infeasible, SolverFailure, Unbounded
from comity.games.bayesian.promises import Promises
from comity.games.bayesian.setting import BayesianSetting
from comity.linear_programme import LinearProgramme
from comity.solvers.design.multipliers import Duals, weights_of_promises
from comity.solvers.design.programme import Rows, RuleProgramme

# So many of each kind of promise that conflict are named; the certificate lists all.
NAMED = 3
SIDES = {"incentive": "truthfulness", "participation": "participation", "budget": "the budget"}


def explain(programme: RuleProgramme, families: Sequence[Rows], farkas: Duals) -> ImpossiblePromises:
    """The error to raise, with its certificate, from weights of the rows that add up to a contradiction."""
    witness = weights_of_promises(programme, families, farkas)
    witness.pop("weights", None)
    return impossible(programme, check_no_rule(programme.setting, programme.promises, witness, programme.decision))


def impossible(programme: RuleProgramme, certificate: Certificate) -> ImpossiblePromises:
    """The error to raise for a proved conflict."""
    if not certificate:
        raise SolverFailure(f"promises seem to conflict, but that could not be proved: {certificate}; please report the setting")
    words = sentences(programme.setting, programme.promises, certificate.witness)
    helps = ways_out(programme)
    message = "no rule keeps all these promises. These conflict: " + "; ".join(words) + "."
    if helps:
        message += " It becomes possible " + ", or ".join(helps) + "."
    return ImpossiblePromises(message, certificate, tuple(words), tuple(helps))


def sentences(setting: BayesianSetting, promises: Promises, witness: Any) -> list[str]:
    """The promises with the largest weights, in words, a few of each kind, and how many more there are."""
    told = [(weight, _truthful(setting, *row)) for *row, weight in witness.get("truthful", ())]
    stay = [(weight, _participation(setting, *row)) for *row, weight in witness.get("participation", ())]
    verb = "equal" if promises.budget == "balanced" else "cover"
    paid = [
        (weight, f"payments must {verb} the costs {'on average' if types is None else 'when the types are ' + ', '.join(types)}")
        for types, weight in witness.get("budget", ())
    ]
    words = []
    for rows in (told, stay, paid):
        rows.sort(key=lambda row: -abs(Fraction(row[0])))
        words += [text for _, text in rows[:NAMED]]
    sides = (("at least", promises.payments[0]), ("at most", promises.payments[1]))
    limits = [f"{bound} {rational.short(side)}" for bound, side in sides if side is not None]
    if limits:
        words.append("everybody pays " + " and ".join(limits))
    more = sum(max(0, len(rows) - NAMED) for rows in (told, stay, paid))
    if more:
        words.append(f"and {more} more like these, all in the certificate")
    return words


def _truthful(setting: BayesianSetting, agent: str, kind: str, report: str, others: Sequence[str] | None) -> str:
    where = " on average" if others is None else _where(setting, agent, others)
    return f"{agent} of type {kind} must not gain by claiming {report}{where}"


def _participation(setting: BayesianSetting, agent: str, types: Any) -> str:
    if isinstance(types, str):
        return f"{agent} of type {types} must not get less than outside on average"
    i = setting.index(agent)
    where = _where(setting, agent, [*types[:i], *types[i + 1 :]])
    return f"{agent} of type {types[i]} must not get less than outside{where}"


def _where(setting: BayesianSetting, agent: str, others: Sequence[str]) -> str:
    names = [name for name in setting.agents if name != agent]
    return " when " + ", ".join(f"{name} is of type {kind}" for name, kind in zip(names, others, strict=True)) if names else ""


def ways_out(programme: RuleProgramme) -> list[str]:
    """Single promises without which there is a rule, and the least funds that make one possible; none where that is too large."""
    promises, found = programme.promises, []
    for name, word in SIDES.items():
        if getattr(promises, name) is not None and _possible(programme, _without(promises, name)):
            found.append(f"without {word}")
    if promises.incentive == "dominant" and _possible(programme, replace(promises, incentive="bayesian")):
        found.append("with truthfulness on average only")
    if promises.participation == "ex-post" and _possible(programme, replace(promises, participation="interim")):
        found.append("with participation on average only")
    if promises.payments != (None, None) and _possible(programme, replace(promises, payments=(None, None))):
        found.append("with payments of any size")
    needed = least_funds(programme)
    if needed is not None:
        found.append(f"with funds of {rational.short(needed)} more at every profile")
    return found


def _without(promises: Promises, name: str) -> Promises:
    dropped: dict[str, Any] = {name: None}
    return replace(promises, **dropped)


def least_funds(programme: RuleProgramme) -> Fraction | None:
    """The least amount that has to be added at every profile for the promises to be kept; None if no amount helps.

    A budget that has to balance is met with exactly that amount.
    """
    from comity.engines.exact import solve_exactly

    if programme.promises.budget is None:
        return None
    families = _families(programme)
    if families is None:
        return None
    linear = programme.exact(families)
    extra = linear.columns
    rows, at = list(linear.rows), 0
    for family in families:
        if family.kind == "budget":
            added = programme.unit * (programme.prior.denominator if family.scale != programme.unit else 1)
            rows[at : at + len(family)] = [{**row, extra: Fraction(added)} for row in rows[at : at + len(family)]]
        at += len(family)
    least = LinearProgramme(
        (Fraction(0),) * extra + (Fraction(1),),
        tuple(rows),
        linear.lower,
        linear.upper,
        (*linear.column_lower, None),
        (*linear.column_upper, None),
    )
    try:
        needed = solve_exactly(least).value
    except (Infeasible, Unbounded, SolverFailure):
        return None
    return needed if needed > 0 else None


def _possible(programme: RuleProgramme, promises: Promises) -> bool:
    from comity.engines.exact import solve_exactly

    other = RuleProgramme(programme.setting, programme.objective, promises, programme.decision)
    families = _families(other)
    if families is None:
        return False
    linear = other.exact(families)
    try:
        solve_exactly(replace(linear, objective=(Fraction(0),) * linear.columns))
    except (Infeasible, SolverFailure):
        return False
    return True


def _families(programme: RuleProgramme) -> list[Rows] | None:
    """All rows, or None where there are too many to be solved in fractions."""
    from comity.solvers.design.mechanism_design import EXACT_ROWS

    families = programme.standing()
    if programme.promises.incentive == "dominant":
        pairs = [programme.lies(i) for i in range(programme.columns.agents)]
        if sum(map(len, families)) + sum(len(at) for at, _ in pairs) > EXACT_ROWS:
            return None
        families += [programme.truthful(i, *pair) for i, pair in enumerate(pairs)]
    return families if sum(map(len, families)) <= EXACT_ROWS else None
