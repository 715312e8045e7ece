"""The cheapest lever changes after which an agreement holds, or why there are none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import Any

from comity.agreements.assessment import Assessment, assess
from comity.agreements.file import Agreement
from comity.agreements.repairs import Repair
from comity.certificate import plain


@dataclass(frozen=True)
class Amendment:
    """Changes that repair what can be repaired one lever at a time, applied together and assessed again.

    ``before`` and ``after`` are whole assessments; ``chosen`` are the repairs that were made, ``change`` the numbers they set by
    path.  ``holds`` is that of ``after``; ``reasons`` say why what still fails was not repaired.
    """

    before: Assessment
    after: Assessment
    chosen: tuple[Repair, ...]
    change: dict[str, Fraction]
    reasons: tuple[str, ...]

    @property
    def holds(self) -> bool:
        """Whether everything holds after the changes, for the members who then remain."""
        at = "resulting" if self.after.membership.rounds else "all"
        return all(finding.holds is not False for finding in self.after.findings if finding.at == at)

    def to_json(self) -> dict[str, Any]:
        """Changes, reasons and the assessment afterwards."""
        return {
            "schema": "amendment/0.1",
            "holds": self.holds,
            "change": plain(self.change),
            "repairs": [repair.to_json() for repair in self.chosen],
            "reasons": list(self.reasons),
            "after": self.after.to_json(),
        }

    def to_toml(self) -> str:
        """The agreement's text with the changed numbers in place, comments kept."""
        return self.after.agreement.text

    def summary(self) -> str:
        """What to change and what it achieves, as plain text."""
        from comity.agreements.wording import remaining, repair_sentence, verdict

        unit = self.before.agreement.unit
        lines = [verdict(self.before)]
        if not self.before.failing:
            return "\n".join([*lines, "There is nothing to amend."])
        lines += [f"change {repair_sentence(repair, unit)}" for repair in self.chosen] or ["No single lever repairs it."]
        lines += [f"not repaired: {reason}" for reason in self.reasons]
        if self.chosen:
            state = "then holds" if self.holds else "still does not hold"
            lines.append(
                f"With {'this change' if len(self.chosen) == 1 else 'these changes'} the agreement {state}, for those who remain."
            )
            lines.append(remaining(self.after))
        return "\n".join(lines)

    __str__ = summary


def amend(agreement: Agreement | str | Path, levers: Sequence[str] = ()) -> Amendment:
    """Repair everything that fails with the cheapest single lever each, and assess the result again.

    Parameters
    ----------
    agreement : Agreement, or the path of an agreement file
    levers : sequence of str, optional
        Names of the levers that may be used, for example ``["sanction.fine", "bond"]``; by default those that the file's
        ``fix`` questions name, or all.

    Returns
    -------
    Amendment
        Among repairs of one finding the order is: least fall of the budget, then the least largest fall of a member's value,
        then the order of the file.  The changes are applied together and every question is asked again.

    Examples
    --------
    >>> import comity
    >>> amendment = comity.amend("examples/frontier-sharing.toml")
    >>> {path: float(value) for path, value in amendment.change.items()}
    {'clause.disclosure.sanction.fine': 20.350666}
    """
    if not isinstance(agreement, Agreement):
        agreement = Agreement.load(agreement)
    before = assess(_asking(agreement, levers))
    chosen, reasons = choose(before)
    change: dict[str, Fraction] = {}
    for repair in chosen:
        change.update(repair.change)
    after = assess(before.agreement.rewritten(change)) if change else before
    return Amendment(before, after, tuple(chosen), change, tuple(reasons))


def _asking(agreement: Agreement, levers: Sequence[str]) -> Agreement:
    """The agreement with its ``fix`` questions restricted to some levers."""
    from comity.agreements.schema import Question

    fixes = [question for question in agreement.questions if question.kind == "fix"]
    if levers:
        others = tuple(question for question in agreement.questions if question.kind != "fix")
        asked = others or tuple(Question(kind=kind) for kind in ("split", "leave", "lie", "defect", "join", "power", "sweep"))
        return replace(agreement, questions=(*asked, Question(kind="fix", instruments=tuple(levers))))
    if agreement.questions and not fixes:
        return replace(agreement, questions=(*agreement.questions, Question(kind="fix")))
    return agreement


def choose(assessment: Assessment) -> tuple[list[Repair], list[str]]:
    """The first repair that holds for each target, groups before single findings, and reasons for what has none.

    What fails at the membership that results comes first: repairs for all members do not matter to those who have left.
    """
    at = "resulting" if assessment.membership.rounds else "all"
    covered: set[str] = set()
    chosen: list[Repair] = []
    reasons: list[str] = []
    targets: dict[str, list[Repair]] = {}
    for repair in assessment.repairs:
        targets.setdefault(repair.finding, []).append(repair)
    for found in sorted(targets.values(), key=lambda group: (group[0].at != at, len(group[0].covers) == 1)):
        first = found[0]
        if first.holds and not covered.issuperset(first.covers):
            chosen.append(first)
            covered.update(first.covers)
    for finding in assessment.failing:
        # What fails only while those stay who leave is no concern of those who remain; that they leave is.
        if finding.id in covered or (finding.at != at and finding.question != "leave"):
            continue
        tried = [repair for repair in assessment.repairs if repair.finding == finding.id]
        why = f"{tried[0].lever.key}: {tried[0].condition}" if tried else "no lever that may be used acts on it"
        reasons.append(f"{finding.id} ({why})")
    return chosen, reasons
