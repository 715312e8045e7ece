"""The verdict in one sentence, and other phrases that the terminal and the report share."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction

from comity import rational
from comity.agreements.assessment import Assessment
from comity.agreements.membership import Leaver
from comity.agreements.repairs import Repair
from comity.mechanisms.findings import Finding

# More names than this are counted, not listed.
LISTED = 12
DEEDS = {
    "lie": "would hide findings or lie",
    "defect": "would defect",
    "leave": "would leave",
    "join": "would not join",
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
            parts.append(f"{listed([*names, *blocs])} {DEEDS[question]}")
        elif failing:
            parts.append(failing[0].sentence.rstrip("."))
    if any(finding.question == "budget" for finding in assessment.failing):
        parts.append("the budget does not suffice")
    dated = [f for f in assessment.failing if "t_star" in f.values]
    if dated:
        first = min(dated, key=lambda f: rational.double(f.values["t_star"]))
        date = first.values["t_star"]
        after = f"after {rational.short(date)} {assessment.agreement.period}s" if date > 0 else "at once"
        parts.append(f"as the stakes grow, {first.member} would defect {after}")
    told = ("leave", "lie", "defect", "join", "budget")
    others = [f for f in assessment.failing if f.question not in told and f not in dated]
    parts += [finding.sentence.rstrip(".") for finding in others[:1]]
    return f"As written, the agreement does not hold: {'; '.join(parts)}."


def remaining(assessment: Assessment) -> str:
    """Who stays, in one sentence."""
    who = assessment.membership
    if not any(finding.question == "leave" and finding.member for finding in assessment.findings):
        return "No clause states what membership is worth, so nobody was asked whether to leave."
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
    amount = ("+" if repair.lever.added else "") + lever_value(repair.value)
    text = f"{repair.lever.key} {amount}"
    if repair.lever.solve is not None:
        text += " (" + ", ".join(f"{path.rpartition('.')[2]} {_signed(to)}" for path, to in repair.change.items()) + ")"
    if repair.cost:
        text += f"; costs {short(repair.cost)} {unit}"
    if repair.lever.payer:
        text += f"; {repair.lever.payer}"
    elif repair.cost:
        text += f", paid by {_payer(repair)}"
    if repair.budget_after is not None:
        text += f"; budget left {short(repair.budget_after)}"
    return text + (f". {_capital(repair.condition)}." if repair.condition else "")


def lever_value(value: Fraction) -> str:
    """All of a lever's six decimals: fewer could round to the side on which the repair fails.

    >>> lever_value(Fraction(20350666, 10**6)), lever_value(Fraction(52, 3))
    ('20.350666', '17.33333')
    """
    if (value * 10**6).denominator != 1:
        return rational.short(value, 7)
    shown = f"{float(value):.6f}"
    return shown.rstrip("0").rstrip(".")


def _signed(number: Fraction) -> str:
    return ("+" if number > 0 else "") + rational.short(number)


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
    if len(names) > LISTED:
        return f"{', '.join(names[:LISTED])} and {len(names) - LISTED} others"
    return names[0] if len(names) == 1 else ", ".join(names[:-1]) + " and " + names[-1] if names else "nobody"


def target_heading(assessment: Assessment, repairs: Sequence[Repair]) -> str:
    """What a group of repairs is for, in words."""
    first = repairs[0]
    covered = [finding for finding in assessment.findings if finding.id in first.covers]
    who = assessment.membership
    names = listed(unique(who_of(finding) for finding in covered))
    goal = {"lie": "disclose", "defect": "comply", "leave": "stay", "join": "join"}.get(covered[0].question, "meet the bar")
    what = f" ({covered[0].item})" if len(covered) == 1 and covered[0].item else ""
    text = f"For {names} to {goal}{what}"
    if not who.rounds or covered[0].question == "leave":
        return text
    if first.at == "resulting":
        gone = [name for name in who.all if name not in who.resulting]
        return f"{text}, once {listed(gone)} {'has' if len(gone) == 1 else 'have'} left"
    return f"{text}, if all {len(who.all)} stay"


def grouped_repairs(assessment: Assessment) -> list[list[Repair]]:
    """Repairs by what they are for; findings in a group by themselves only if a lever of one member alone repairs them."""
    targets = list(best_repairs(assessment).values())
    groups = [set(repairs[0].covers) for repairs in targets if len(repairs[0].covers) > 1]
    singles = [repairs for repairs in targets if len(repairs[0].covers) == 1]
    alone = [
        repairs
        for repairs in singles
        if any(r.lever.member for r in repairs) or not any(group.issuperset(repairs[0].covers) for group in groups)
    ]
    return [repairs for repairs in targets if repairs in alone or repairs not in singles]


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
