"""Where every member stands: a map of members and questions, and each member's reasons in sentences."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction

from comity import rational
from comity.agreements.assessment import ASKED_OF_ALL, Assessment
from comity.agreements.labels import PathLabel, label_path, words
from comity.agreements.repair_views import repair_view
from comity.agreements.wording import listed, who_of
from comity.mechanisms.findings import QUESTIONS, Finding, Margin
from comity.mechanisms.setting import Setting

ASKED_OF_EACH = ("leave", "lie", "defect")
SUBJECTS = {
    "split": "the split",
    "leave": "leaving",
    "lie": "hiding or lying",
    "defect": "defecting",
    "join": "joining",
    "budget": "the money",
    "power": "power to decide",
    "sweep": "what follows",
}
# By whether the finding is about something a member does, and whether it holds.
TOLD = {
    (True, True): ("does not pay:", "It would start to pay"),
    (True, False): ("pays:", "It would no longer pay"),
    (False, True): ("holds:", "This would fail"),
    (False, False): ("fails:", "This would hold"),
}
MOST_DIGITS = 12
NAMED = 8


@dataclass(frozen=True)
class Cell:
    """One answer of the map; ``state`` is ``ok``, ``fails``, ``gone`` or ``none``."""

    state: str
    text: str
    note: str = ""


@dataclass(frozen=True)
class MapRow:
    """A member's answers, one for each question and membership."""

    name: str
    anchor: str
    cells: tuple[Cell, ...]


@dataclass(frozen=True)
class Turn:
    """How far one number may move before a finding turns; ``share`` of the number itself, None where that is 0."""

    label: PathLabel
    now: str
    turns_at: str
    move: str
    share: Fraction | None
    who: str
    then: str
    at: str


@dataclass(frozen=True)
class Side:
    """A finding as it reads at one membership: a word on the outcome, the sentence, and when it would turn."""

    state: str
    lead: str
    sentence: str
    turning: str
    turns: tuple[Turn, ...]
    repair: str
    evidence: str


@dataclass(frozen=True)
class Reason:
    """One question with its answers with all members and with those who remain (None: not asked there)."""

    subject: str
    item: str
    clause: str
    all: Side | None
    resulting: Side | None

    @property
    def title(self) -> str:
        """What it is about, with the clause where several clauses ask the same."""
        return (
            _capital(self.subject) + (f": {self.item}" if self.item else "") + (f" (clause {self.clause})" if self.clause else "")
        )

    @property
    def sides(self) -> tuple[tuple[str, Side], ...]:
        """The answers to show: one where both are the same."""
        if self.all and self.resulting and self.all.sentence == self.resulting.sentence:
            return (("both", self.all),)
        return tuple((at, side) for at, side in (("all", self.all), ("resulting", self.resulting)) if side)


@dataclass(frozen=True)
class Standing:
    """A member, or the agreement as a whole: status in words, and reasons with those that fail first."""

    name: str
    anchor: str
    role: str
    state: str
    status: str
    failing: tuple[Reason, ...]
    holding: tuple[Reason, ...]
    facts: tuple[Reason, ...]

    @property
    def met(self) -> str:
        """The requirements that are met, in a few words each."""
        by_subject: dict[str, list[str]] = {}
        for reason in self.holding:
            named = " in ".join(part for part in (reason.item, reason.clause) if part)
            by_subject.setdefault(reason.subject, []).extend([named] if named else [])
        return "; ".join(subject + _named(items) for subject, items in by_subject.items())


# --- the map -----------------------------------------------------------------------------------


def memberships(assessment: Assessment) -> tuple[str, ...]:
    """``all``, and ``resulting`` where something is asked of those who remain."""
    return ("all", "resulting") if any(finding.at == "resulting" for finding in assessment.findings) else ("all",)


def mapped_questions(assessment: Assessment) -> tuple[str, ...]:
    """The questions that are asked of everyone, and the others that have a bar here."""
    barred = {finding.question for finding in assessment.findings if finding.holds is not None}
    return tuple(question for question in QUESTIONS if question in ASKED_OF_EACH or question in barred)


def member_map(assessment: Assessment) -> tuple[MapRow, ...]:
    """One row a member, and a last one for what is asked of the agreement as a whole."""
    rows = []
    for at, name in enumerate(assessment.membership.all):
        cells = [
            _cell(assessment, [f for f in assessment.findings if _concerns(f, name)], name, question, membership)
            for question in mapped_questions(assessment)
            for membership in memberships(assessment)
        ]
        rows.append(MapRow(name, f"m{at}", tuple(cells)))
    general = [finding for finding in assessment.findings if _general(finding)]
    if any(finding.holds is not None for finding in general):
        cells = [
            _cell(assessment, general, "", question, membership)
            for question in mapped_questions(assessment)
            for membership in memberships(assessment)
        ]
        rows.append(MapRow("the agreement as a whole", "whole", tuple(cells)))
    return tuple(rows)


def _concerns(finding: Finding, name: str) -> bool:
    return finding.member == name or name in (finding.coalition or ())


def _general(finding: Finding) -> bool:
    return finding.member is None and not finding.coalition


def _cell(assessment: Assessment, findings: Sequence[Finding], name: str, question: str, at: str) -> Cell:
    if at == "resulting" and name and name not in assessment.membership.resulting:
        return Cell("gone", "has left")
    asked = [f for f in findings if f.question == question and f.at == at and f.holds is not None]
    if not asked:
        return Cell("none", _unasked(assessment, question))
    failing = [finding for finding in asked if finding.holds is False]
    if not failing:
        return Cell("ok", "ok")
    count = f"in {len(failing)} of {len(asked)} ways" if len(asked) > 1 else ""
    gains = [finding for finding in failing if finding.gain is not None]
    worst = max(gains, key=lambda finding: Fraction(finding.gain or 0), default=None)
    gain = "" if worst is None else f"gains {rational.short(worst.gain or 0)} {worst.unit}".strip()
    together = " with others" if worst is not None and worst.coalition else ""
    return Cell("fails", "fails", "; ".join(part for part in (count, gain + together) if part))


def _unasked(assessment: Assessment, question: str) -> str:
    kinds = {asked.kind for asked in assessment.agreement.questions}
    return "not asked" if kinds and question not in (*kinds, *ASKED_OF_ALL) else "does not arise"


# --- reasons -----------------------------------------------------------------------------------


def standings(assessment: Assessment) -> tuple[Standing, ...]:
    """Every member with its reasons, then the agreement as a whole."""
    setting = assessment.agreement.setting()
    reasons = _Reasons(assessment, setting)
    found = [_member(assessment, setting, reasons, at, name) for at, name in enumerate(assessment.membership.all)]
    general = reasons.of([f for f in assessment.findings if _general(f) and f.holds is not None])
    if general:
        failing = [reason for reason in general if _worst(reason) == "fails"]
        holding = [reason for reason in general if _worst(reason) == "ok"]
        state = "fails" if failing else "ok"
        status = f"{len(failing)} of {len(general)} requirements fail" if failing else "every requirement is met"
        found.append(Standing("The agreement as a whole", "whole", "", state, status, tuple(failing), tuple(holding), ()))
    return tuple(found)


def _member(assessment: Assessment, setting: Setting, reasons: _Reasons, at: int, name: str) -> Standing:
    found = reasons.of([finding for finding in assessment.findings if _concerns(finding, name)])
    by_state: dict[str, list[Reason]] = {"fails": [], "ok": [], "info": []}
    for reason in found:
        by_state[_worst(reason)].append(reason)
    state, status = _status(assessment, name, by_state["fails"])
    failing, holding, facts = (tuple(by_state[key]) for key in ("fails", "ok", "info"))
    return Standing(name, f"m{at}", setting.member(name).role, state, status, failing, holding, facts)


def _status(assessment: Assessment, name: str, failing: Sequence[Reason]) -> tuple[str, str]:
    deeds = {"lie": "would hide or lie", "defect": "would defect", "leave": "would leave with others", "join": "would not join"}
    mine = [f for f in assessment.failing if _concerns(f, name)]
    does = [
        deed
        for question, deed in deeds.items()
        if any(f.question == question and (f.coalition or question != "leave") for f in mine)
    ]
    for at, leavers in enumerate(assessment.membership.rounds):
        if name in leavers:
            when = (
                "at once" if at == 0 else f"once {listed([n for gone in assessment.membership.rounds[:at] for n in gone])} left"
            )
            return "fails", f"would leave {when}" + (f"; {listed(does)}" if does else "")
    if does:
        return "fails", f"stays, but {listed(does)}"
    if failing:
        return "fails", f"{len(failing)} requirements fail"
    return "ok", "stays and keeps to the agreement" if mine or _asked(assessment, name) else "nothing is asked of it"


def _asked(assessment: Assessment, name: str) -> bool:
    return any(f.holds is not None and _concerns(f, name) for f in assessment.findings)


def _worst(reason: Reason) -> str:
    states = {side.state for side in (reason.all, reason.resulting) if side}
    return "fails" if "fails" in states else "ok" if "ok" in states else "info"


class _Reasons:
    """Findings as reasons, with the evidence and the repairs looked up once."""

    def __init__(self, assessment: Assessment, setting: Setting) -> None:
        self.setting = setting
        asked = {(finding.question, finding.clause) for finding in assessment.findings if finding.clause}
        # A clause is named only where several answer the same question.
        self.several = {question for question, _ in asked if sum(other == question for other, _ in asked) > 1}
        self.evidence = anchors(assessment)
        self.repairs: dict[str, str] = {}
        for repair in assessment.repairs:
            if repair.value is not None and repair.finding not in self.repairs:
                self.repairs[repair.finding] = repair_view(repair, setting).sentence

    def of(self, findings: Iterable[Finding]) -> list[Reason]:
        """Pairs of the same question with all members and with those who remain."""
        pairs: dict[tuple[str, str, str, str], dict[str, Side]] = {}
        for finding in findings:
            # The nearest group differs between memberships, but it is the same question.
            who = finding.member or ("+".join(finding.coalition) if finding.coalition else "")
            key = (finding.clause, finding.question, who, finding.item or "")
            pairs.setdefault(key, {})[finding.at] = self.side(finding)
        return [
            Reason(
                subject=SUBJECTS.get(question, words(question)) + (f" together ({who.replace('+', ', ')})" if "+" in who else ""),
                item=words(item) if item else "",
                clause=words(clause) if question in self.several else "",
                all=sides.get("all"),
                resulting=sides.get("resulting"),
            )
            for (clause, question, who, item), sides in pairs.items()
        ]

    def side(self, finding: Finding) -> Side:
        state = "info" if finding.holds is None else "ok" if finding.holds else "fails"
        turns = tuple(sorted(turns_of(self.setting, finding), key=distance))
        repair = self.repairs.get(finding.id, "") if finding.holds is False else ""
        told = TOLD[_is_deed(finding), finding.holds] if finding.holds is not None else ("", "")
        return Side(state, told[0], finding.sentence, told[1], turns, repair, self.evidence[id(finding)])


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _named(items: Sequence[str]) -> str:
    more = len(items) - NAMED
    return f" ({', '.join(items[:NAMED])}{f' and {more} more' if more > 0 else ''})" if items else ""


# --- margins -----------------------------------------------------------------------------------


def about(finding: Finding) -> str:
    """What a finding is about, in a few words."""
    item = f" ({words(finding.item)})" if finding.item else ""
    return f"{who_of(finding)}: {SUBJECTS.get(finding.question, words(finding.question))}{item}"


def anchors(assessment: Assessment) -> dict[int, str]:
    """Where on the page the evidence of each finding stands, by the finding's identity."""
    return {id(finding): f"e{at}" for at, finding in enumerate(assessment.findings)}


def _is_deed(finding: Finding) -> bool:
    return finding.question in ASKED_OF_EACH and bool(finding.member or finding.coalition)


def _then(finding: Finding) -> tuple[str, str]:
    """Who does what beyond the turning point."""
    if not _is_deed(finding):
        return about(finding), f"would {'hold' if finding.holds is False else 'fail'}"
    item = f" ({words(finding.item)})" if finding.item else ""
    return who_of(finding), f"would {'stop' if finding.holds is False else 'start'} {SUBJECTS[finding.question]}{item}"


def turns_of(setting: Setting, finding: Finding) -> list[Turn]:
    """Where each main number turns a finding."""
    return [_turn(setting, finding, one) for one in finding.margins if one.turns_at is not None]


def _turn(setting: Setting, finding: Finding, one: Margin) -> Turn:
    value, at = Fraction(one.value), Fraction(one.turns_at or 0)
    moved = abs(at - value)
    share = moved / abs(value) if value else None if moved else moved
    sign = "+" if at > value else "−"
    size = f"{rational.short(100 * share, 3)} %" if share is not None else rational.short(moved)
    move = sign + size if moved else "on the edge"
    now, then = told_apart(one.value, one.turns_at or 0)
    return Turn(label_path(setting, one.path), now, then, move, share, *_then(finding), finding.at)


def distance(turn: Turn) -> tuple[bool, Fraction]:
    """Sorts what needs the smallest relative move first, numbers that are 0 last."""
    return (turn.share is None, turn.share or Fraction(0))


def told_apart(first: Fraction | int | float, second: Fraction | int | float) -> tuple[str, str]:
    """Two numbers with as many digits as it takes to see which is larger.

    >>> told_apart(Fraction(1), Fraction(1000001, 1000000)), told_apart(3, 3)
    (('1', '1.000001'), ('3', '3'))
    """
    digits = 4
    while digits < MOST_DIGITS and first != second and rational.short(first, digits) == rational.short(second, digits):
        digits += 1
    return rational.short(first, digits), rational.short(second, digits)
