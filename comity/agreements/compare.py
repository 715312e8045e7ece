"""Two assessed agreements side by side."""

from __future__ import annotations

from comity import rational
from comity.agreements.assessment import Assessment
from comity.agreements.wording import remaining, verdict
from comity.mechanisms.findings import Finding


def comparison(first: Assessment, second: Assessment) -> str:
    """The verdicts, and every finding that differs or stands in one of them only."""
    import io

    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for name in ("finding", first.agreement.name, second.agreement.name):
        table.add_column(Text(name))
    here, there = ({finding.id: finding for finding in one.findings} for one in (first, second))
    names = [*here, *(name for name in there if name not in here)]
    differing = [name for name in names if _said(here.get(name)) != _said(there.get(name))]
    for name in differing:
        table.add_row(Text(name), Text(_said(here.get(name))), Text(_said(there.get(name))))
    stream = io.StringIO()
    console = Console(file=stream, width=140, color_system=None, force_terminal=False, legacy_windows=False)
    for one in (first, second):
        console.print(Text(f"{one.agreement.name}: {verdict(one)} {remaining(one)}"))
    console.print()
    if differing:
        console.print(table)
    console.print(Text(f"{len(names) - len(differing)} of {len(names)} findings are the same."))
    return stream.getvalue().rstrip("\n")


def _said(finding: Finding | None) -> str:
    if finding is None:
        return "not asked"
    if finding.holds is None:
        numbers = [value for value in finding.values.values() if isinstance(value, int | float) or hasattr(value, "numerator")]
        return ", ".join(rational.short(value) for value in numbers) or finding.sentence
    gain = "" if finding.gain is None else f" ({'+' if finding.gain > 0 else ''}{rational.short(finding.gain)})"
    return ("holds" if finding.holds else "FAILS") + gain
