"""The verdict in one sentence, and other phrases that the terminal and the report share."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from comity import rational
from comity.agreements.assessment import Assessment
from comity.agreements.membership import Leaver
from comity.agreements.repairs import Repair
from comity.mechanisms.findings import Finding

DEEDS = {
    "lie": ("would hide findings or lie", "would hide findings or lie"),
    "defect": ("would defect", "would defect"),
    "leave": ("would leave", "would leave"),
    "join": ("would not join", "would not join"),
}


def verdict(assessment: Assessment) -> str:
    """One sentence: does the agreement hold, and if not, who does what."""
    if assessment.holds:
        barred = [finding for finding in assessment.findings if finding.holds is not None]
        if not barred:
            return "The agreement states no bar to meet, so there is nothing it could break."
        return f"The agreement holds: nobody gains by leaving, lying or defecting ({len(barred)} findings)."
    parts = []
    for question in ("leave", "lie", "defect", "join"):
        failing = [finding for finding in assessment.failing if finding.question == question]
        names = unique(finding.member for finding in failing if finding.member)
        blocs = unique("{" + ", ".join(finding.coalition) + "}" for finding in failing if finding.coalition)
        if names or blocs:
            parts.append(f"{listed([*names, *blocs])} {DEEDS[question][0]}")
        elif failing:
            parts.append(failing[0].sentence.rstrip("."))
    if any(finding.question == "budget" for finding in assessment.failing):
        parts.append("the budget does not suffice")
    others = [f for f in assessment.failing if f.question not in ("leave", "lie", "defect", "join", "budget")]
    parts += [finding.sentence.rstrip(".") for finding in others[:1]]
    return f"As written, the agreement does not hold: {'; '.join(parts)}."


def remaining(assessment: Assessment) -> str:
    """Who stays, in one sentence."""
    who = assessment.membership
    if not who.rounds:
        return "Nobody gains by leaving alone, so all members stay."
    rounds = ", then ".join(listed([_reason(leaver) for leaver in leavers]) for leavers in who.leavers)
    stay = f"{listed(who.resulting)} {'remains' if len(who.resulting) == 1 else 'remain'}" if who.resulting else "nobody remains"
    return f"{rounds} would leave; {stay}."


def _reason(leaver: Leaver) -> str:
    return f"{leaver.member} ({rational.short(leaver.value)} as a member against {rational.short(leaver.outside)} outside)"


def repair_sentence(repair: Repair, unit: str) -> str:
    """What to change, what it costs whom, and on what it depends."""
    short = rational.short
    if repair.value is None:
        return f"{repair.lever.key}: none. {_capital(repair.condition or '')}."
    amount = f"+{short(repair.value, 7)}" if repair.lever.added else short(repair.value, 7)
    text = f"{repair.lever.key} {amount}"
    if repair.cost:
        text += f"; costs {short(repair.cost)} {unit}, paid by {_payer(repair)}"
    elif repair.lever.payer:
        text += f"; paid by {repair.lever.payer}"
    if repair.budget_after is not None:
        text += f"; budget left {short(repair.budget_after)}"
    return text + (f". Only if: {repair.condition}" if repair.condition else "")


def _payer(repair: Repair) -> str:
    return "the budget" if repair.paid_by == "budget" else repair.paid_by


def unique(names: Iterable[str]) -> list[str]:
    """Each name once, in the order of first mention."""
    return list(dict.fromkeys(names))


def listed(names: Sequence[str]) -> str:
    """``A, B and C``.

    >>> listed(["A", "B", "C"])
    'A, B and C'
    """
    return names[0] if len(names) == 1 else ", ".join(names[:-1]) + " and " + names[-1] if names else "nobody"


def best_repairs(assessment: Assessment) -> dict[str, list[Repair]]:
    """Repairs by what they are for, cheapest first."""
    found: dict[str, list[Repair]] = {}
    for repair in assessment.repairs:
        found.setdefault(repair.finding, []).append(repair)
    return found


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def who_of(finding: Finding) -> str:
    """The member or the bloc a finding is about, or ``all``."""
    return finding.member or ("{" + ", ".join(finding.coalition) + "}" if finding.coalition else "all")
