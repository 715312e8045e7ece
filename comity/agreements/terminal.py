"""The assessment as people read it in a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from comity import rational
from comity.agreements.assessment import Assessment, omitted
from comity.agreements.wording import grouped_repairs, remaining, repair_sentence, target_heading, verdict, who_of
from comity.mechanisms.findings import QUESTIONS, Finding

if TYPE_CHECKING:
    from rich.console import Console

WIDTH = 110


def summary(assessment: Assessment) -> str:
    """The verdict, what fails and what repairs it, as plain text."""
    import io

    from rich.console import Console

    stream = io.StringIO()
    show(assessment, Console(file=stream, width=WIDTH, color_system=None, force_terminal=False, legacy_windows=False))
    return stream.getvalue().rstrip("\n")


def show(assessment: Assessment, console: Console) -> None:
    """Print an assessment: one sentence first, then what fails, what repairs it and what else was asked."""
    from rich.text import Text

    agreement = assessment.agreement
    console.print(Text(agreement.title or agreement.id, style="bold"))
    console.print(Text(verdict(assessment), style="green" if assessment.holds else "red"))
    console.print(Text(remaining(assessment)))
    for at, heading in _headings(assessment):
        _findings(assessment, at, heading, console)
    _repairs(assessment, console)
    _others(assessment, console)


def _headings(assessment: Assessment) -> list[tuple[str, str]]:
    who = assessment.membership
    headings = [("all", f"With all members ({', '.join(who.all)})")]
    if who.resulting != who.all:
        headings.append(("resulting", f"With those who remain ({', '.join(who.resulting) or 'nobody'})"))
    return headings


def _findings(assessment: Assessment, at: str, heading: str, console: Console) -> None:
    from rich.table import Table
    from rich.text import Text

    found = [f for f in assessment.findings if f.at == at]
    failing = [f for f in found if f.holds is False]
    holding = sum(f.holds is True for f in found)
    if not failing and not holding:
        return
    console.print()
    console.print(Text(f"{heading}: {len(failing)} of {len(failing) + holding} findings fail", style="bold"))
    if not failing:
        return
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for name, justify in (("who", "left"), ("question", "left"), ("gain", "right"), ("why", "left")):
        table.add_column(name, justify=justify, no_wrap=name != "why")  # type: ignore[arg-type]
    for finding in failing:
        gain = "" if finding.gain is None else f"{'+' if finding.gain > 0 else ''}{rational.short(finding.gain)}"
        table.add_row(
            Text(who_of(finding)), "later" if finding.question == "sweep" else finding.question, gain, Text(_why(finding))
        )
    console.print(table)


def _why(finding: Finding) -> str:
    turns = [f"{m.path} at {rational.short(m.turns_at)}" for m in finding.margins if m.turns_at is not None]
    return finding.sentence + (f" It turns with {' or '.join(turns)}." if turns else "")


def _repairs(assessment: Assessment, console: Console) -> None:
    from rich.text import Text

    if not assessment.repairs:
        return
    console.print()
    console.print(Text("Smallest repairs, one lever at a time", style="bold"))
    for found in grouped_repairs(assessment):
        console.print(Text(f"{target_heading(assessment, found)}:"))
        for repair in found:
            mark = "ok   " if repair.holds else "if   " if repair.value is not None else "none "
            console.print(Text(f"  {mark}{repair_sentence(repair, assessment.agreement.unit)}"), soft_wrap=False)


def _others(assessment: Assessment, console: Console) -> None:
    from rich.text import Text

    at = "all"
    told = [f for f in assessment.findings if f.holds is None and f.at == at]
    if told:
        console.print()
        console.print(Text("Also asked", style="bold"))
    for question, title in QUESTIONS.items():
        asked = [f for f in told if f.question == question]
        if asked:
            console.print(Text(title))
            for finding in asked:
                console.print(Text(f"  {finding.clause}: {finding.sentence}"))
    if assessment.not_added:
        console.print()
        names = ", ".join(assessment.not_added)
        console.print(Text(f"Not added to members' totals (no value per member and {assessment.agreement.period}): {names}"))
    left = omitted(assessment.findings)
    if left["margins"] or left["repairs"]:
        note = f"So many findings: {left['margins']} have no margins and {left['repairs']} no repairs of their own; groups have."
        console.print(Text(note))
    doubtful = assessment.agreement.numbers_without_source
    if doubtful:
        total = len(assessment.agreement.marks)
        console.print(Text(f"{len(doubtful)} of {total} numbers are illustrative or unmarked; the report lists them."))
