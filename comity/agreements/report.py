"""The report: one self-contained HTML page that a reader who is no economist understands.

Everything on it is computed from the assessment alone, so that the same assessment gives the same bytes.
"""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import partial
from typing import Any

from comity import rational
from comity.agreements import charts
from comity.agreements.amend import choose
from comity.agreements.assessment import Assessment
from comity.agreements.labels import clause_title, clause_titles, label_path, rule_name, words
from comity.agreements.repair_views import RepairView, repair_view
from comity.agreements.repairs import Repair
from comity.agreements.standings import (
    Turn,
    about,
    anchors,
    distance,
    mapped_questions,
    member_map,
    memberships,
    standings,
    turns_of,
)
from comity.agreements.wording import best_repairs, grouped_repairs, listed, remaining, target_heading, verdict
from comity.certificate import Basis
from comity.mechanisms.findings import QUESTIONS, Finding
from comity.mechanisms.setting import Setting

MARKS = ("public", "estimated", "illustrative", None)
MOST_VALUES = 60
MOST_MARGINS = 25
FIRST_REPAIRS = 8
LONGEST_EXACT = 40
INDICES = {"banzhaf": "power (Banzhaf)", "shapley_shubik": "power (Shapley-Shubik)"}
WITNESS_ENTRIES, WITNESS_TEXT, WITNESS_DEPTH = 6, 160, 4
BASES = {
    Basis.EXACT: "checked in exact arithmetic, no rounding",
    Basis.ENCLOSED: "checked with proved bounds on every rounding error",
    Basis.DEFINITION: "true by how the numbers are defined",
    Basis.ESTIMATE: "a statistical statement at a stated confidence",
    Basis.ASSUMED: "assumed, not checked here",
}


def render(assessment: Assessment) -> str:
    """The report as one HTML page: no scripts, no links to anything outside it, everything from the file escaped."""
    from jinja2 import Environment, PackageLoader, StrictUndefined

    # Only drawings are let through as they are; they escape what they show themselves.
    environment = Environment(
        loader=PackageLoader("comity.agreements"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["short"] = rational.short
    environment.filters["words"] = words
    environment.filters["listed"] = listed
    environment.filters["quoted"] = shlex.quote
    return environment.get_template("report.html").render(page_of(assessment))


def page_of(assessment: Assessment) -> dict[str, Any]:
    """Everything the page shows, by section."""
    agreement = assessment.agreement
    setting = agreement.setting()
    splits = split_views(assessment)
    return {
        "agreement": agreement,
        "assessment": assessment,
        "title": agreement.title or words(agreement.id),
        "verdict": verdict(assessment),
        "remaining": remaining(assessment),
        "counts": [(at, *_count(assessment, at)) for at in memberships(assessment)],
        "memberships": memberships(assessment),
        "advice": _advice(assessment, setting),
        "clauses": [(clause, clause_title(clause)) for clause in agreement.clauses],
        "questions": [(question, QUESTIONS[question]) for question in mapped_questions(assessment)],
        "map": member_map(assessment),
        "standings": standings(assessment),
        "worths": [view for at in memberships(assessment) if (view := _worth_view(assessment, at))],
        "splits": splits,
        "repairs": _repair_views(assessment, setting),
        "margins": _margins(assessment, setting),
        "most_margins": MOST_MARGINS,
        "others": _others(assessment, splits),
        "not_added": [(name, clause_title(setting.clause(name))) for name in assessment.not_added],
        "marks": _marks(assessment),
        "evidence": _evidence(assessment),
        "bases": [(basis.value, text) for basis, text in BASES.items()],
        "marker": charts.marker,
        "room": charts.room_bar,
    }


def _count(assessment: Assessment, at: str) -> tuple[int, int]:
    barred = [finding for finding in assessment.findings if finding.at == at and finding.holds is not None]
    return sum(finding.holds is False for finding in barred), len(barred)


def _advice(assessment: Assessment, setting: Setting) -> list[tuple[str, RepairView]]:
    """The repairs that an amendment would make, with what they are for."""
    chosen = choose(assessment)[0] if assessment.failing else []
    return [(target_heading(assessment, [repair]), repair_view(repair, setting)) for repair in chosen]


# --- repairs -----------------------------------------------------------------------------------


def _repair_views(assessment: Assessment, setting: Setting) -> dict[str, list[tuple[str, list[RepairView]]]]:
    """Headings with repairs: what matters at the membership that results first, each finding by itself last."""
    main = sorted(grouped_repairs(assessment), key=lambda found: found[0].at != memberships(assessment)[-1])
    shown = {found[0].finding for found in main}
    single = [found for target, found in best_repairs(assessment).items() if target not in shown]
    view = partial(_target_view, assessment, setting)
    return {
        "first": [view(found) for found in main[:FIRST_REPAIRS]],
        "more": [view(found) for found in main[FIRST_REPAIRS:]],
        "single": [view(found) for found in single],
    }


def _target_view(assessment: Assessment, setting: Setting, found: Sequence[Repair]) -> tuple[str, list[RepairView]]:
    return target_heading(assessment, found), [repair_view(repair, setting) for repair in found]


# --- what each gets ----------------------------------------------------------------------------


@dataclass(frozen=True)
class Series:
    """One rule's division: the amounts by member in their order, None where it says nothing."""

    name: str
    chosen: bool
    sentence: str
    evidence: str
    amounts: tuple[Fraction | int | float | None, ...]
    margin: Fraction | int | float | None


@dataclass(frozen=True)
class SplitView:
    """Divisions of one clause side by side."""

    title: str
    at: str
    unit: str
    members: tuple[str, ...]
    series: tuple[Series, ...]
    core: tuple[tuple[Fraction, Fraction], ...] | None
    note: str
    chart: str
    triangle: str
    findings: tuple[Finding, ...]

    @property
    def margins(self) -> bool:
        """Whether it is said what leaving groups would gain."""
        return any(one.margin is not None for one in self.series)


def split_views(assessment: Assessment) -> list[SplitView]:
    """For every clause whose findings give amounts by member: the rules, and the range of the core behind them."""
    found, anchor, titles = [], anchors(assessment), clause_titles(assessment.agreement.clauses)
    for at in memberships(assessment):
        who = assessment.membership.all if at == "all" else assessment.membership.resulting
        for clause in assessment.agreement.clauses:
            told = [
                f for f in assessment.findings if f.at == at and f.clause == clause.id and f.question == "split" and not f.member
            ]
            view = _split_view(titles[clause.id], at, who, told, str(getattr(clause, "rule", "")), anchor)
            if view is not None:
                found.append(view)
    return found


def _split_view(
    title: str, at: str, who: Sequence[str], told: Sequence[Finding], rule: str, anchor: Mapping[int, str]
) -> SplitView | None:
    divided = [finding for finding in told if _amounts(finding, who)]
    members = tuple(name for name in who if any(name in _amounts(finding, who) for finding in divided))
    if len(members) < 2:
        return None
    series = tuple(_series(finding, members, rule, anchor[id(finding)]) for finding in divided)
    core_finding = next((f for f in told if f.item == "core"), None)
    core = _core_range(core_finding, members)
    rows = [
        charts.Row(name, tuple(one.amounts[i] for one in series), None if core is None else core[i])
        for i, name in enumerate(members)
    ]
    unit = divided[0].unit
    names = [one.name for one in series]
    triangle = ""
    if len(members) == 3 and core_finding is not None:
        points = [[amount for amount in one.amounts if amount is not None] for one in series]
        triangle = charts.simplex(f"{title}: divisions among three", members, points, core)
    return SplitView(
        title=title,
        at=at,
        unit=unit,
        members=members,
        series=series,
        core=core,
        note="" if core_finding is None else core_finding.sentence,
        chart=charts.dot_chart(title, names, rows, unit),
        triangle=triangle,
        findings=(*divided, *([core_finding] if core_finding is not None else [])),
    )


def _series(finding: Finding, members: Sequence[str], rule: str, anchor: str) -> Series:
    stated = _amounts(finding, members)
    amounts = tuple(stated.get(name) for name in members)
    margin = finding.values.get("core_margin")
    item = finding.item or finding.clause
    return Series(rule_name(item), item == rule, finding.sentence, anchor, amounts, margin if _is_number(margin) else None)


def _amounts(finding: Finding, who: Sequence[str]) -> dict[str, Fraction | int | float]:
    """What a finding says of each member: among its values, or in one mapping of them."""
    for stated in (finding.values, *(value for value in finding.values.values() if isinstance(value, Mapping))):
        found = {name: stated[name] for name in who if _is_number(stated.get(name))}
        if found:
            return found
    return {}


def _core_range(finding: Finding | None, members: Sequence[str]) -> tuple[tuple[Fraction, Fraction], ...] | None:
    if finding is None:
        return None
    bounds = [(finding.values.get(f"{name}_least"), finding.values.get(f"{name}_most")) for name in members]
    if not all(_is_number(number) for pair in bounds for number in pair):
        return None
    return tuple((Fraction(low), Fraction(high)) for low, high in bounds)  # type: ignore[arg-type]


def _is_number(value: Any) -> bool:
    return isinstance(value, Fraction | int | float) and not isinstance(value, bool)


@dataclass(frozen=True)
class WorthView:
    """What each member has inside and outside."""

    at: str
    unit: str
    rows: tuple[tuple[str, Fraction, Fraction, Fraction], ...]
    chart: str


def _worth_view(assessment: Assessment, at: str) -> WorthView | None:
    found = [
        (f.member, f.values["value"], f.values["outside"], f.unit)
        for f in assessment.findings
        if f.question == "leave" and f.member and f.at == at and f.holds is not None and {"value", "outside"} <= set(f.values)
    ]
    if len(found) < 2:
        return None
    rows = [charts.Row(name, (inside, outside)) for name, inside, outside, _ in found]
    unit = found[0][3]
    chart = charts.dot_chart(
        "What membership is worth and what leaving alone gives", ("as a member", "leaving alone"), rows, unit
    )
    return WorthView(at, unit, tuple((name, inside, outside, inside - outside) for name, inside, outside, _ in found), chart)


# --- margins -----------------------------------------------------------------------------------


def _margins(assessment: Assessment, setting: Setting) -> list[Turn]:
    """Every margin, the numbers that need the smallest relative move first; equal ones of several members are one."""
    same: dict[tuple[str, str, str, str], list[Turn]] = {}
    for finding in assessment.findings:
        for turn in turns_of(setting, finding):
            same.setdefault((turn.label.path, turn.turns_at, turn.then, turn.at), []).append(turn)
    merged = [replace(turns[0], who=listed([turn.who for turn in turns])) for turns in same.values()]
    return sorted(merged, key=distance)


# --- other answers -----------------------------------------------------------------------------


@dataclass(frozen=True)
class Told:
    """A finding without a bar: its sentence and, unless a table has them, its values as (name, text, exact text)."""

    sentence: str
    at: str
    unit: str
    values: tuple[tuple[str, str, str], ...]
    evidence: str


@dataclass(frozen=True)
class Table:
    """Findings with the same values side by side, one a row."""

    at: str
    unit: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, tuple[str, ...]], ...]


@dataclass(frozen=True)
class Answers:
    """What one clause tells on one question."""

    clause: str
    question: str
    told: tuple[Told, ...]
    tables: tuple[Table, ...]
    legend: tuple[str, ...]
    chart: str


def _others(assessment: Assessment, splits: Sequence[SplitView]) -> list[Answers]:
    """By clause and question: what informs and is not among the divisions."""
    shown = {id(finding) for view in splits for finding in view.findings}
    anchor = anchors(assessment)
    groups: dict[tuple[str, str], list[tuple[str, Finding]]] = {}
    for finding in assessment.findings:
        if finding.holds is None and id(finding) not in shown:
            groups.setdefault((finding.clause, finding.question), []).append((anchor[id(finding)], finding))
    titles = clause_titles(assessment.agreement.clauses)
    members = set(assessment.membership.all)
    found = [
        _answers(titles.get(clause, "The agreement as a whole"), question, group, members)
        for (clause, question), group in groups.items()
    ]
    return [answers for answers in found if answers.told or answers.tables]


def _answers(title: str, question: str, group: Sequence[tuple[str, Finding]], members: set[str]) -> Answers:
    alike: dict[tuple[str, tuple[str, ...]], list[Finding]] = {}
    for _, finding in group:
        names = tuple(name for name, _ in _flat(finding.values, "", members))
        alike.setdefault((finding.at, names), []).append(finding)
    tabled = {key: found for key, found in alike.items() if len(found) > 1 and key[1]}
    in_table = {id(finding) for found in tabled.values() for finding in found}
    told, said = [], set()
    for anchor, finding in group:
        # Members' sentences stand with their reasons.
        if not finding.member and finding.sentence not in said:
            said.add(finding.sentence)
            values = () if id(finding) in in_table else tuple(_value_rows(finding.values, members))
            told.append(Told(finding.sentence, finding.at, finding.unit, values, anchor))
    tables = tuple(_table(at, names, found, members) for (at, names), found in tabled.items())
    legend, chart = _power_chart([finding for _, finding in group if finding.at == "all"])
    return Answers(title, QUESTIONS[question], tuple(told), tables, legend, chart)


def _table(at: str, names: tuple[str, ...], found: Sequence[Finding], members: set[str]) -> Table:
    rows = tuple(
        (finding.member or words(finding.item or ""), tuple(_value_text(v)[0] for _, v in _flat(finding.values, "", members)))
        for finding in found
    )
    return Table(at, found[0].unit, names, rows)


def _power_chart(found: Sequence[Finding]) -> tuple[tuple[str, ...], str]:
    """Shares of the votes beside shares of the power, which often differ; with the names of the series."""
    if not found or any(finding.question != "power" or not finding.member for finding in found):
        return (), ""
    indices = [name for name in INDICES if all(_is_number(f.values.get(name)) for f in found)]
    if not indices:
        return (), ""
    votes = [Fraction(f.values["weight"]) if _is_number(f.values.get("weight")) else None for f in found]
    total = sum((vote for vote in votes if vote is not None), Fraction(0))
    rows = [
        charts.Row(f.member or "", (vote / total if vote is not None and total else None, *(f.values[name] for name in indices)))
        for f, vote in zip(found, votes, strict=True)
    ]
    legend = ("votes", *(INDICES[name] for name in indices))
    return legend, charts.dot_chart("Votes and power", legend, rows, "share of the whole")


def _value_rows(values: Mapping[str, Any], members: set[str]) -> list[tuple[str, str, str]]:
    """Name, value as people read it, exact value where that says more."""
    rows = [(name, *_value_text(value)) for name, value in _flat(values, "", members)]
    more = len(rows) - MOST_VALUES
    return rows if more <= 0 else [*rows[:MOST_VALUES], (f"{more} more values", "in the JSON form", "")]


def _flat(value: Any, name: str, members: set[str]) -> Iterable[tuple[str, Any]]:
    def named(key: Any) -> str:
        said = str(key) if str(key) in members else words(str(key))
        return f"{name}, {said}" if name else said

    if isinstance(value, Mapping):
        for key, item in value.items():
            yield from _flat(item, named(key), members)
    elif isinstance(value, list | tuple) and any(isinstance(item, Mapping | list | tuple) for item in value):
        for at, item in enumerate(value, 1):
            yield from _flat(item, named(at), members)
    else:
        yield name, value


def _value_text(value: Any) -> tuple[str, str]:
    if value is None:
        return "none", ""
    if isinstance(value, bool):
        return "yes" if value else "no", ""
    if isinstance(value, list | tuple):
        return ", ".join(_value_text(item)[0] for item in value) or "none", ""
    if isinstance(value, Fraction | int):
        short, exact = rational.short(value, 6), rational.text(value)
        return short, exact if exact != short.replace(",", "") and len(exact) <= LONGEST_EXACT else ""
    return (rational.short(value, 6), "") if isinstance(value, float) else (str(value), "")


# --- numbers and evidence ----------------------------------------------------------------------


def _marks(assessment: Assessment) -> dict[str, Any]:
    agreement = assessment.agreement
    setting = agreement.setting()
    counts = [(mark or "unmarked", sum(one.mark == mark for one in agreement.marks)) for mark in MARKS]
    rows = [
        (label_path(setting, one.path), rational.short(one.value, 7), one.mark or "unmarked", agreement.quoted.get(one.path, ""))
        for one in agreement.marks
    ]
    return {
        "counts": counts,
        "total": len(agreement.marks),
        "doubtful": len(agreement.numbers_without_source),
        "bar": charts.stacked_bar("How well the numbers of the file are supported", counts),
        "rows": rows,
    }


@dataclass(frozen=True)
class Proof:
    """A finding's certificate as the page shows it."""

    anchor: str
    state: str
    about: str
    claim: str
    verdict: str
    basis: str
    margin: str
    theorem: str
    id: str
    witness: str


def _evidence(assessment: Assessment) -> list[tuple[str, list[Proof]]]:
    proofs: dict[str, list[Proof]] = {at: [] for at in memberships(assessment)}
    anchor = anchors(assessment)
    for finding in assessment.findings:
        if finding.at in proofs:
            proofs[finding.at].append(_proof(finding, anchor[id(finding)]))
    return list(proofs.items())


def _proof(finding: Finding, anchor: str) -> Proof:
    certificate = finding.certificate
    margin = "" if certificate.margin is None else f"{rational.short(certificate.margin)} {certificate.unit}".strip()
    lines = [f"{words(key)}: {_brief(value)}" for key, value in list(certificate.witness.items())[:12]]
    return Proof(
        anchor=anchor,
        state="info" if finding.holds is None else "ok" if finding.holds else "fails",
        about=about(finding),
        claim=certificate.claim,
        verdict=certificate.verdict.value,
        basis=certificate.basis.value,
        margin=margin,
        theorem=finding.theorem,
        id=finding.id,
        witness="\n".join(lines),
    )


def _brief(value: Any) -> str:
    return json.dumps(_shrunk(value, WITNESS_DEPTH), ensure_ascii=False)


def _shrunk(value: Any, depth: int) -> Any:
    """The beginning of a witness; the whole of it is in the JSON form."""
    if isinstance(value, Fraction):
        value = rational.text(value)
    if isinstance(value, str):
        return value if len(value) <= WITNESS_TEXT else value[:WITNESS_TEXT] + "…"
    if isinstance(value, Mapping | list | tuple):
        more = len(value) - WITNESS_ENTRIES
        if depth == 0:
            return f"… {len(value)} entries"
        if isinstance(value, Mapping):
            first = {str(key): _shrunk(value[key], depth - 1) for key in list(value)[:WITNESS_ENTRIES]}
            return {**first, "…": f"{more} more"} if more > 0 else first
        start = [_shrunk(item, depth - 1) for item in value[:WITNESS_ENTRIES]]
        return [*start, f"… {more} more"] if more > 0 else start
    return value
