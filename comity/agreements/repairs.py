"""For everything that fails: the smallest change of each single lever, what it costs whom, and whether it really repairs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

from comity import rational
from comity.agreements.assessment import MAX_SINGLE_TARGETS, gain_of
from comity.agreements.file import Agreement
from comity.agreements.levers import change_of, current, end_of_range, last_value, least_value, one_step_back, pulled
from comity.agreements.membership import Membership, leaving, membership, stated_values
from comity.agreements.schema import Question
from comity.certificate import Basis, Certificate, Verdict, holds_if, number_fields, plain
from comity.mechanisms.findings import Finding, Lever, Solved
from comity.mechanisms.setting import Setting

ZERO, ONE = Fraction(0), Fraction(1)
DEVIATING = ("lie", "defect")


@dataclass(frozen=True)
class Target:
    """What a repair is for: one finding, or all findings of a clause that answer one question together.

    ``members`` are those who must all comply; for a single finding only its own gain counts.
    """

    id: str
    at: str
    clause: str
    question: str
    findings: tuple[Finding, ...]
    members: tuple[str, ...] = ()
    max_cost: Fraction | None = None

    @property
    def single(self) -> Finding | None:
        """The one finding, or None for a group."""
        return None if self.members else self.findings[0]


@dataclass(frozen=True)
class Repair:
    """One lever, changed as little as possible.

    ``value`` is None where no value repairs; ``condition`` then gives the reason, and ``change`` what was tried.  With a value,
    ``condition`` says on what the repair depends, and is None where it holds at the membership that results under it and the
    budget carries it.
    """

    finding: str
    covers: tuple[str, ...]
    lever: Lever
    at: str
    value: Fraction | None
    change: Mapping[str, Fraction]
    holds: bool
    condition: str | None
    cost: Fraction | None
    paid_by: str
    budget_after: Fraction | None
    falls: Mapping[str, Fraction]
    budget_fall: Fraction
    values: Mapping[str, Fraction]
    certificate: Certificate

    @property
    def rank(self) -> tuple[Any, ...]:
        """Repairs that hold first; then the least fall of the budget, then the least largest fall of a member's value."""
        order = 0 if self.holds else 1 if self.value is not None else 2
        return (order, self.budget_fall, max(self.falls.values(), default=ZERO))

    def to_json(self) -> dict[str, Any]:
        """The form of ``assessment/0.1``."""
        return {
            "finding": self.finding,
            "covers": list(self.covers),
            "lever": self.lever.name,
            "clause": self.lever.clause,
            "item": self.lever.item,
            "member": self.lever.member,
            **number_fields("value", self.value),
            "at": self.at,
            **number_fields("cost", self.cost),
            "paid_by": self.paid_by,
            **number_fields("budget_after", self.budget_after),
            "holds": self.holds,
            "condition": self.condition,
            "change": plain(self.change),
            "values": {k: v for name, value in self.values.items() for k, v in number_fields(name, value).items()},
            "certificate": self.certificate.to_json(),
        }


# --- which repairs there are -------------------------------------------------------------------


def repairs(agreement: Agreement, setting: Setting, who: Membership, findings: Sequence[Finding]) -> tuple[Repair, ...]:
    """Search every lever that was asked for; the result is in the order of findings, cheapest repair first."""
    found: list[Repair] = []
    for target, levers in tasks(agreement, setting, who, findings):
        here = setting if target.at == "all" else setting.keeping(who.resulting)
        solved = [describe(setting, who, target, lever, solve(here, target, lever)) for lever in levers]
        found += sorted(solved, key=lambda repair: repair.rank)
    return tuple(found)


def tasks(
    agreement: Agreement, setting: Setting, who: Membership, findings: Sequence[Finding]
) -> Iterator[tuple[Target, list[Lever]]]:
    """Every target with the levers that could repair it; the order does not depend on what they turn out to do."""
    questions = [question for question in agreement.questions if question.kind == "fix"]
    if agreement.questions and not questions:
        return
    # A lever is offered for those present: who has left pays and receives no side payments.
    present = {"all": setting, "resulting": setting.keeping(who.resulting)}
    levers = {at: [lever for clause in here.clauses for lever in clause.levers(here)] for at, here in present.items()}
    for target in targets(setting, who, findings):
        asked = _once(
            [lever for lever in levers[target.at] if _fits(setting, target, lever) and _asked(questions, target, lever)], target
        )
        limits = [question.max_cost for question in questions]
        if asked:
            # The most generous question decides; one without a limit sets none.
            limit = None if None in limits else max((one for one in limits if one is not None), default=None)
            yield replace(target, max_cost=limit), asked


def _once(levers: Sequence[Lever], target: Target) -> list[Lever]:
    """Each number once: several clauses may offer a member's discount, and the target's own clause goes first."""
    chosen: dict[tuple[str, ...], Lever] = {}
    for lever in levers:
        if lever.paths not in chosen or lever.clause == target.clause:
            chosen[lever.paths] = lever
    return list(chosen.values())


def targets(setting: Setting, who: Membership, findings: Sequence[Finding]) -> Iterator[Target]:
    """Groups first, then every failing finding by itself."""
    for at in ("all", "resulting"):
        failing = [f for f in findings if f.at == at and f.holds is False]
        suffix = "" if at == "all" else "@resulting"
        for clause in setting.clauses:
            for question in DEVIATING:
                group = tuple(f for f in failing if f.clause == clause.id and f.question == question and gain_of(f))
                staying = tuple(f for f in group if f.member in who.resulting)
                if len(group) > 1:
                    members = who.all if at == "all" else who.resulting
                    yield Target(f"{clause.id}.{question}{suffix}", at, clause.id, question, group, members)
                if at == "all" and len(staying) > 1 and staying != group:
                    yield Target(f"{clause.id}.{question}.stayers", at, clause.id, question, staying, who.resulting)
            blocs = tuple(f for f in failing if f.clause == clause.id and f.question == "leave")
            if any(f.coalition for f in blocs) or len(blocs) > 1:
                members = who.all if at == "all" else who.resulting
                yield Target(f"{clause.id}.leave{suffix}", at, clause.id, "leave", blocs, members)
        for finding in failing[:MAX_SINGLE_TARGETS]:
            yield Target(finding.id, at, finding.clause, finding.question, (finding,))


def _fits(setting: Setting, target: Target, lever: Lever) -> bool:
    if target.question not in lever.questions:
        return False
    if lever.solve is not None:
        return bool(target.members) and lever.clause == target.clause and target.question == "leave"
    if target.question == "leave" and (target.members or lever.item or target.findings[0].coalition):
        return False
    single = target.single
    if lever.member is not None and (single is None or single.member != lever.member):
        return False
    if lever.item is not None and any(finding.item != lever.item for finding in target.findings):
        return False
    if single is not None and single.member is not None and not setting.clause(lever.clause).binds(single.member):
        return False
    return lever.clause == target.clause or _touches(setting, target, lever)


def _touches(setting: Setting, target: Target, lever: Lever) -> bool:
    """Whether another clause's lever moves what the target is about; a bond in escrow moves defection under monitoring."""
    end = end_of_range(lever)
    far = end if end is not None else 2 * current(lever, setting) + 1
    changed = pulled(setting, change_of(lever, setting, far))
    return any(gain(setting) != gain(changed) for f in target.findings if (gain := gain_of(f)) is not None)


def _asked(questions: Sequence[Question], target: Target, lever: Lever) -> bool:
    def wanted(question: Question) -> bool:
        members = {finding.member for finding in target.findings}
        return (
            (not question.instruments or lever.name in question.instruments)
            and (not question.clause or question.clause == target.clause)
            and (not question.member or question.member in members)
            and (not question.target or members.issuperset(question.target))
        )

    return not questions or any(wanted(question) for question in questions)


# --- finding the smallest change ---------------------------------------------------------------


def solve(here: Setting, target: Target, lever: Lever) -> Solved | str:
    """The smallest change of a lever at a fixed membership, or the reason why there is none."""
    if lever.solve is not None:
        return lever.solve(here)
    value = least_value(lever, here, lambda changed: excess(changed, target))
    if value is None:
        return unreachable(here, target, lever)
    return Solved(value, change_of(lever, here, value), {})


def unreachable(here: Setting, target: Target, lever: Lever) -> str:
    """Why no value of a lever repairs, with what still fails at the end of its range."""
    end = end_of_range(lever)
    if end is None:
        return f"no {lever.key} however large repairs it"
    now, last = current(lever, here), last_value(lever, here)
    if last is None or not (now < end if lever.rises else now > end):
        return f"{lever.key} is at the end of its range already ({rational.short(end)})"
    if last == now:
        between = f"between {rational.short(now)} and {rational.short(end)}"
        return f"{lever.key} has no value on six decimals {between}: choose a smaller unit"
    worst = failures(pulled(here, change_of(lever, here, last)), target)
    return f"even with {lever.key} at {rational.short(last)}, {worst[0]}"


def excess(setting: Setting, target: Target) -> Fraction:
    """What is left of a target, positive as long as it fails; the quick form of `failures`, asked thousands of times."""
    gain = gain_of(target.single) if target.single is not None else None
    if gain is not None:
        amount = gain(setting)
        return ONE if amount is None else amount
    if target.members and target.question in DEVIATING:
        clause = setting.clause(target.clause)
        gains = (
            deviation.gain
            for member in setting.among(clause)
            if member.id in target.members
            for deviation in clause.deviations(setting, member)
            if deviation.question == target.question
        )
        return max(gains, default=ZERO)
    return ONE if failures(setting, target) else ZERO


def failures(setting: Setting, target: Target) -> list[str]:
    """What still fails of a target in a setting, the worst first; empty when it is repaired."""
    single = target.single
    if single is not None:
        return _single_failure(setting, single)
    if target.question == "leave":
        wrong = [f for f in setting.clause(target.clause).findings(setting) if f.question == "leave" and f.holds is False]
        return [f.sentence for f in wrong] + [f"{name} leaves" for name in leaving(setting)]
    paying = paying_deviations(setting, target.members)
    here = {key: gain for key, gain in paying.items() if key[0] == target.clause and key[1] == target.question}
    return _told(here)


def _single_failure(setting: Setting, finding: Finding) -> list[str]:
    gain = gain_of(finding)
    if gain is not None:
        amount = gain(setting)
        if amount is not None and amount <= 0:
            return []
        return [f"{finding.member} still gains {rational.short(amount)}" if amount is not None else "it cannot be asked"]
    wanted = replace(finding, at="all").id
    again = {f.id: f for f in setting.clause(finding.clause).findings(setting)}
    return (
        []
        if wanted in again and again[wanted].holds is not False
        else [again[wanted].sentence if wanted in again else "it fails"]
    )


Paying = dict[tuple[str, str, str, str], Fraction]


def paying_deviations(setting: Setting, members: Iterable[str] | None = None) -> Paying:
    """Every lie or defection that pays: (clause, question, member, name) -> gain."""
    wanted = set(setting.ids if members is None else members)
    return {
        (clause.id, deviation.question, member.id, deviation.name): deviation.gain
        for clause in setting.clauses
        for member in setting.among(clause)
        if member.id in wanted
        for deviation in clause.deviations(setting, member)
        if deviation.gain > 0
    }


def _told(paying: Paying) -> list[str]:
    ranked = sorted(paying.items(), key=lambda pair: -pair[1])
    return [f"{member} gains {rational.short(gain)} by {_deed(question, name)}" for (_, question, member, name), gain in ranked]


def _deed(question: str, name: str) -> str:
    return f"hiding {name}" if question == "lie" else "defecting" + ("" if name == "defect" else f" ({name})")


# --- what a change means -----------------------------------------------------------------------


def describe(setting: Setting, who: Membership, target: Target, lever: Lever, outcome: Solved | str) -> Repair:
    """What a change does with feedback: membership found anew from all members, values, budget, new failures.

    Arithmetic only, from the change alone; `comity.verify` calls it too.
    """
    if isinstance(outcome, str):
        return _none(setting, who, target, lever, outcome)
    assumed = who.all if target.at == "all" else who.resulting
    before, after = setting.keeping(assumed), pulled(setting, outcome.change).keeping(assumed)
    now = membership(pulled(setting, outcome.change))
    settled = pulled(setting, outcome.change).keeping(now.resulting)
    values: dict[str, Fraction] = {}
    reasons = _membership_reasons(setting, who, target, lever, now, settled, values)
    known = " ".join(reasons)
    reasons += [f"but {new}" for new in _new_failures(setting.keeping(who.resulting), settled) if new not in known]
    budget_before, budget_after = budget(before), budget(after)
    budget_fall = max(ZERO, (budget_before or ZERO) - (budget_after or ZERO))
    for present, left in ((assumed, budget_after), (now.resulting, budget(settled))):
        if left is not None and left < 0:
            reasons.append(f"only if the dues rise: the budget would be {rational.short(left)} with {len(present)} members")
            break
    falls = value_falls(before, after)
    returned = target.at == "resulting" and any(name not in who.resulting for name in now.resulting)
    if returned:
        values = {"least_if_membership_stays": outcome.value, **values}
        lead = f"with {lever.key} at {rational.short(outcome.value, 7)}, the least that would do if membership stayed, "
        reasons = [lead + reasons[0], *reasons[1:]]
    cost, paid_by = _cost(lever, budget_fall, falls)
    if target.max_cost is not None and cost is not None and cost > target.max_cost:
        reasons.append(f"only if it may cost {rational.short(cost)}, more than the {rational.short(target.max_cost)} allowed")
    return Repair(
        finding=target.id,
        covers=tuple(finding.id for finding in target.findings),
        lever=lever,
        at=target.at,
        value=None if returned else outcome.value,
        change=outcome.change,
        holds=not reasons,
        condition="; ".join(reasons) or None,
        cost=cost,
        paid_by=paid_by,
        budget_after=budget_after,
        falls=falls,
        budget_fall=budget_fall,
        values=values,
        certificate=_certificate(before, target, lever, outcome),
    )


def _none(setting: Setting, who: Membership, target: Target, lever: Lever, reason: str) -> Repair:
    assumed = setting.keeping(who.all if target.at == "all" else who.resulting)
    certificate = Certificate(f"no value of {lever.key} repairs {target.id}", Verdict.HOLDS, basis=Basis.DEFINITION)
    if lever.solve is None:
        last = last_value(lever, assumed)
        tried = pulled(assumed, change_of(lever, assumed, last)) if last is not None else None
        still = failures(tried, target) if tried is not None else [reason]
        certificate = Certificate(
            f"no value of {lever.key} on six decimals repairs {target.id}",
            holds_if(bool(still)),
            basis=Basis.DEFINITION,
            witness={"at_the_end_of_its_range": still[:1], "end": "" if last is None else rational.text(last)},
        )
    return Repair(
        finding=target.id,
        covers=tuple(finding.id for finding in target.findings),
        lever=lever,
        at=target.at,
        value=None,
        change={},
        holds=False,
        condition=reason,
        cost=None,
        paid_by="",
        budget_after=budget(assumed),
        falls={},
        budget_fall=ZERO,
        values={},
        certificate=certificate,
    )


def _membership_reasons(
    setting: Setting,
    who: Membership,
    target: Target,
    lever: Lever,
    now: Membership,
    settled: Setting,
    values: dict[str, Fraction],
) -> list[str]:
    """Whether the target is still met by those who are in under the change."""
    reasons = []
    wanted = target.members or tuple(f.member for f in target.findings if f.member)
    gone = [name for name in wanted if name not in now.resulting and (target.at == "all" or name in who.resulting)]
    if gone:
        they = _verb(gone, "it leaves", "they leave")
        reasons.append(f"only if {_and(gone)} could be kept: under it {they}, and who has left cannot be held to it")
    back = [name for name in now.resulting if name not in who.resulting] if target.at == "resulting" else []
    for name in back:
        joins = least_value(lever, setting, lambda changed, name=name: Fraction(name not in membership(changed).resulting))  # type: ignore[misc]
        values[f"{name}_returns_from"] = joins if joins is not None else ZERO
        since = "" if joins is None else f" (it stays from {rational.short(joins, 6)} on)"
        reasons.append(f"{name} returns{since}")
    present = tuple(name for name in wanted if name in now.resulting)
    remaining = replace(target, members=tuple({*present, *back})) if target.members else target
    still = failures(settled, remaining) if present or not wanted else []
    if still and now.resulting != (who.all if target.at == "all" else who.resulting):
        others = [name for name in who.all if name not in now.resulting]
        then = "then "
        if others:
            then = f"only if all {len(who.all)} members stay: {_and(others)} {_verb(others, 'leaves', 'leave')}, and then "
        reasons.append(then + still[0])
    return reasons


def _new_failures(before: Setting, settled: Setting) -> list[str]:
    known = paying_deviations(before)
    new = {key: gain for key, gain in paying_deviations(settled).items() if key not in known}
    return _told(new)


def budget(setting: Setting) -> Fraction | None:
    """What is left over all clauses that have a budget."""
    lines = [line for clause in setting.clauses if (line := clause.budget(setting)) is not None]
    return sum(lines, ZERO) if lines else None


def value_falls(before: Setting, after: Setting) -> dict[str, Fraction]:
    """By how much each member's value over all clauses falls, where it does."""
    falls = {}
    for member in before.members:
        was = sum((value for _, value, _ in stated_values(before, member)), ZERO)
        now = sum((value for _, value, _ in stated_values(after, after.member(member.id))), ZERO)
        if now < was:
            falls[member.id] = was - now
    return falls


def _cost(lever: Lever, budget_fall: Fraction, falls: Mapping[str, Fraction]) -> tuple[Fraction | None, str]:
    if lever.payer:
        return sum(falls.values(), ZERO) or None, lever.payer
    if budget_fall:
        return budget_fall, "budget"
    return sum(falls.values(), ZERO), ", ".join(falls) or "nobody"


def _certificate(here: Setting, target: Target, lever: Lever, outcome: Solved) -> Certificate:
    """The change repairs, and one step less does not."""
    if lever.confirm is not None:
        return lever.confirm(here, outcome)
    back = one_step_back(lever, outcome.value)
    weaker = failures(pulled(here, change_of(lever, here, back)), target)
    repaired = not failures(pulled(here, outcome.change), target)
    return Certificate(
        f"{lever.key} at {rational.text(outcome.value)} repairs {target.id}, one millionth less does not",
        holds_if(repaired and bool(weaker)),
        witness={"value": rational.text(outcome.value), "one_step_less": rational.text(back), "then": weaker[:1]},
    )


def _verb(names: Sequence[str], one: str, many: str) -> str:
    return one if len(names) == 1 else many


def _and(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else ", ".join(names[:-1]) + " and " + names[-1]
