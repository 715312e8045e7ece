"""Asking an agreement every question, with all members and without those who would leave."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

from comity import rational
from comity.agreements.file import Agreement
from comity.agreements.margins import margin
from comity.agreements.membership import Membership, leave_findings, leave_gain, membership, not_added
from comity.certificate import number_fields, plain
from comity.mechanisms.findings import Finding, Margin
from comity.mechanisms.setting import Evidence, Setting

if TYPE_CHECKING:
    import pandas as pd

    from comity.agreements.repairs import Repair

ASSESSMENT_SCHEMA = "assessment/0.1"
# Margins and repairs of single findings are searches; beyond these numbers only the first have their own.
MAX_MARGINS = 150
MAX_SINGLE_TARGETS = 40
# A promise nobody can pay is none, and the date of a first failure concerns everyone: always asked.
ASKED_OF_ALL = ("budget", "sweep")


@dataclass(frozen=True)
class Assessment:
    """Every finding about an agreement, who remains, and what would repair what fails.

    ``findings`` with ``at == "all"`` suppose that all members stay; where some would leave, those with
    ``at == "resulting"`` are about the members who remain.
    """

    agreement: Agreement
    findings: tuple[Finding, ...]
    membership: Membership
    repairs: tuple[Repair, ...]
    not_added: tuple[str, ...]
    evidence: Mapping[tuple[str, str], Mapping[str, Any]]

    @property
    def holds(self) -> bool:
        """Whether every finding that has a bar to meet meets it."""
        return all(finding.holds is not False for finding in self.findings)

    @property
    def failing(self) -> tuple[Finding, ...]:
        """The findings that fail, in the order of the file."""
        return tuple(finding for finding in self.findings if finding.holds is False)

    def __getitem__(self, name: str) -> Finding:
        """A finding by its id."""
        for finding in self.findings:
            if finding.id == name:
                return finding
        raise KeyError(f"there is no finding {name!r}; the ids are in assessment.to_frame()")

    def to_json(self, path: str | Path | None = None) -> dict[str, Any]:
        """The form ``assessment/0.1``; written to a file as well if a path is given."""
        data = {
            "schema": ASSESSMENT_SCHEMA,
            "agreement": self.agreement.text,
            "sha256": self.agreement.sha256,
            "set": plain(self.agreement.overrides),
            "holds": self.holds,
            "membership": self.membership.to_json(),
            "findings": [finding_form(finding) for finding in self.findings],
            "repairs": [repair.to_json() for repair in self.repairs],
            "not_added": list(self.not_added),
            "omitted": omitted(self.findings),
            "evidence": [
                {"clause": clause, "inputs": inputs, "found": plain(found)}
                for (clause, inputs), found in sorted(self.evidence.items())
                if found
            ],
        }
        if path is not None:
            Path(path).write_text(json.dumps(data, indent=1, ensure_ascii=False, allow_nan=False) + "\n", encoding="utf-8")
        return data

    def to_html(self, path: str | Path | None = None) -> str:
        """The report: one self-contained HTML page; written to a file as well if a path is given."""
        from comity.agreements.report import render

        page = render(self)
        if path is not None:
            Path(path).write_text(page, encoding="utf-8")
        return page

    def to_frame(self) -> pd.DataFrame:
        """One row per finding."""
        import pandas as pd

        rows = [
            {
                "id": f.id,
                "at": f.at,
                "clause": f.clause,
                "question": f.question,
                "who": f.member or ", ".join(f.coalition or ()),
                "item": f.item,
                "holds": f.holds,
                "gain": None if f.gain is None else rational.double(f.gain),
                "unit": f.unit,
                "sentence": f.sentence,
            }
            for f in self.findings
        ]
        return pd.DataFrame(rows).set_index("id")

    def summary(self) -> str:
        """The verdict, what fails and what repairs it, as plain text."""
        from comity.agreements.terminal import summary

        return summary(self)

    __str__ = summary

    def _repr_html_(self) -> str:
        import html

        return f"<pre>{html.escape(self.summary())}</pre>"


def assess(agreement: Agreement | str | Path) -> Assessment:
    """Ask every clause, then the agreement as a whole, and look for the smallest repairs of what fails.

    Parameters
    ----------
    agreement : Agreement, or the path of an agreement file

    Returns
    -------
    Assessment
        Findings with certificates, for all members and for those who remain after everyone who gains by leaving alone
        has left; `comity.verify` repeats every check of its JSON form without a solver.

    Examples
    --------
    >>> import comity
    >>> assessment = comity.assess("examples/frontier-sharing.toml")
    >>> assessment.holds, assessment.membership.resulting
    (False, ('L1', 'L2', 'L3', 'L4', 'L5'))
    """
    from comity.agreements.repairs import repairs

    if not isinstance(agreement, Agreement):
        agreement = Agreement.load(agreement)
    setting = replace(agreement.setting(), evidence=Evidence())
    who, findings = answers(agreement, setting)
    found = repairs(agreement, setting, who, findings)
    return Assessment(agreement, findings, who, found, not_added(setting), setting.evidence.known)


def answers(agreement: Agreement, setting: Setting) -> tuple[Membership, tuple[Finding, ...]]:
    """Membership and findings; arithmetic only, as far as the evidence is known."""
    who = membership(setting)
    findings = list(findings_of(agreement, setting))
    if who.resulting != who.all:
        remaining = setting.keeping(who.resulting)
        findings += [replace(finding, at="resulting") for finding in findings_of(agreement, remaining)]
    return who, tuple(findings)


def findings_of(agreement: Agreement, setting: Setting) -> Iterable[Finding]:
    """Every finding that was asked for, with its margins."""
    kinds = {question.kind for question in agreement.questions} - {"fix"}  # alone it asks to repair whatever fails
    found: list[Finding] = [finding for clause in setting.clauses for finding in clause.findings(setting)]
    asked = [
        finding
        for finding in [*found, *leave_findings(setting)]
        if not kinds or finding.question in kinds or finding.holds is None or finding.question in ASKED_OF_ALL
    ]
    moving = {finding.id for finding in with_gain(asked)[:MAX_MARGINS]}
    return (with_margins(setting, finding) if finding.id in moving else finding for finding in asked)


def with_gain(findings: Iterable[Finding]) -> list[Finding]:
    """Findings whose margins are searched for, failing ones first."""
    barred = [finding for finding in findings if finding.holds is not None and gain_of(finding) is not None]
    return sorted(barred, key=lambda finding: finding.holds is True)


def omitted(findings: Sequence[Finding]) -> dict[str, int]:
    """How many findings of large agreements go without margins, and how many without repairs of their own."""
    margins = repairs = 0
    for at in ("all", "resulting"):
        here = [finding for finding in findings if finding.at == at]
        margins += max(0, len(with_gain(here)) - MAX_MARGINS)
        repairs += max(0, sum(finding.holds is False for finding in here) - MAX_SINGLE_TARGETS)
    return {"margins": margins, "repairs": repairs}


def with_margins(setting: Setting, finding: Finding) -> Finding:
    """The finding with the margin of each of its main numbers."""
    gain = gain_of(finding)
    if finding.margins or finding.holds is None or gain is None:
        return finding
    found = [margin(setting, path, gain) for path in finding.numbers]
    return replace(finding, margins=tuple(one for one in found if one is not None))


def gain_of(finding: Finding) -> Callable[[Setting], Fraction | None] | None:
    """The gain a finding is about, as a function of the setting; None where it is not one member's gain."""
    name = finding.member
    if name is None:
        return None
    if finding.question == "leave" and finding.item is None:
        return lambda setting: leave_gain(setting, setting.member(name))
    if finding.question not in ("lie", "defect", "sweep"):
        return None

    def gain(setting: Setting) -> Fraction | None:
        for deviation in setting.clause(finding.clause).deviations(setting, setting.member(name)):
            if deviation.question == finding.question and deviation.name == (finding.item or "defect"):
                return deviation.gain
        return None

    return gain


def finding_form(finding: Finding) -> dict[str, Any]:
    """A finding in the form of ``assessment/0.1``."""
    values: dict[str, Any] = {}
    for name, value in finding.values.items():
        numeric = isinstance(value, Fraction | int | float) and not isinstance(value, bool)
        values.update(number_fields(name, value) if numeric else {name: plain(value)})
    return {
        "id": finding.id,
        "at": finding.at,
        "clause": finding.clause,
        "question": finding.question,
        "member": finding.member,
        "coalition": None if finding.coalition is None else list(finding.coalition),
        "item": finding.item,
        "holds": finding.holds,
        **number_fields("gain", finding.gain),
        "unit": finding.unit,
        "values": values,
        "margins": [margin_form(one) for one in finding.margins],
        "sentence": finding.sentence,
        "theorem": finding.theorem,
        "certificate": finding.certificate.to_json(),
    }


def margin_form(one: Margin) -> dict[str, Any]:
    """A margin in the form of ``assessment/0.1``."""
    return {"path": one.path, **number_fields("value", one.value), **number_fields("turns_at", one.turns_at)}
