"""What a clause answers: findings, deviations and levers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from comity.certificate import Certificate

if TYPE_CHECKING:
    from comity.mechanisms.setting import Setting

Number = Fraction | int | float

QUESTIONS = {
    "split": "Who gets what?",
    "leave": "Who would leave?",
    "lie": "Who would lie or hide?",
    "defect": "Who would defect?",
    "join": "Who would join?",
    "budget": "Does the money suffice?",
    "power": "Who decides?",
    "sweep": "What follows from which number?",
}


@dataclass(frozen=True)
class Margin:
    """How far one number of the file may move, all else as written, before a finding turns.

    ``turns_at`` is None where no value in the number's range turns it.
    """

    path: str
    value: Number
    turns_at: Number | None


@dataclass(frozen=True)
class Deviation:
    """One thing a member could do against a clause; kept apart so that deviations of several clauses combine.

    ``gain`` is in the unit of the agreement for one use of the deviation, all consequences counted
    (positive: it pays).  ``detected_by`` says what reveals it, with ``detection`` the probability that it does.
    """

    clause: str
    member: str
    question: str  # "lie" or "defect"; "sweep" for one that pays only at some date
    name: str
    gain: Fraction
    detected_by: str = ""
    detection: Fraction | None = None


@dataclass(frozen=True)
class Finding:
    """One answer: who, what, how much they gain, why, and the evidence.

    Parameters
    ----------
    clause : str
        Id of the clause; empty for a finding about the agreement as a whole.
    question : str
        One of `QUESTIONS`.
    holds : bool or None
        None where the file states no bar to meet; such a finding informs and never fails.
    certificate : Certificate
        For a finding with a bar its claim is the good property, so that its verdict says ``holds``.
    gain : number, optional
        What the member or coalition gains by lying, leaving or defecting (positive: it would).
    values : mapping
        Further numbers by name, exact where they can be.
    numbers : tuple of str
        Paths of the file's numbers it mainly rests on; their margins are found by whoever assesses.
    margins : tuple of Margin
        Margins the clause knows in closed form.
    """

    clause: str
    question: str
    holds: bool | None
    sentence: str
    certificate: Certificate
    member: str | None = None
    coalition: tuple[str, ...] | None = None
    item: str | None = None
    gain: Number | None = None
    unit: str = ""
    values: Mapping[str, Any] = field(default_factory=dict)
    theorem: str = ""
    numbers: tuple[str, ...] = ()
    margins: tuple[Margin, ...] = ()
    at: str = "all"

    @property
    def id(self) -> str:
        """Unique within an assessment: clause, question, who, item, and the membership if not all."""
        who = self.member or ("+".join(self.coalition) if self.coalition else "")
        parts = [self.clause or "agreement", self.question, who, self.item or ""]
        return ".".join(part for part in parts if part) + ("" if self.at == "all" else f"@{self.at}")


@dataclass(frozen=True)
class Lever:
    """One number a designer can change to repair a finding.

    Parameters
    ----------
    name : str
        From the agreed list: ``audit.rate``, ``sanction.fine``, ``reward``, ``bond``, ...
    paths : tuple of str
        The numbers it sets; an `added` lever adds its value to each of them.
    questions : tuple of str
        Questions whose findings it can repair.
    member : str, optional
        It can repair this member's findings only; None: everybody's.
    item : str, optional
        The one item it acts on, as part of its name in reports ("reward on capability_of_concern").
    low, high : Fraction
        Range of the value; ``high`` None: no bound known in advance.
    rises : bool
        Repair by raising (True) or lowering (False) the value.
    payer : str
        Who pays in words when neither budget nor members' values fall, for example "patience is not bought".
    solve : callable, optional
        For a lever that is not one number: finds the new values by path with their evidence, or says why there are none.
    confirm : callable, optional
        With ``solve``: checks the answer by arithmetic; called while verifying as well.
    hopeless : callable, optional
        With ``solve``: says from evidence, by arithmetic, why there is no answer; None if there may be one.
    """

    name: str
    clause: str
    paths: tuple[str, ...]
    questions: tuple[str, ...]
    member: str | None = None
    item: str | None = None
    added: bool = False
    low: Fraction = Fraction(0)
    high: Fraction | None = None
    rises: bool = True
    payer: str = ""
    solve: Callable[[Setting], Solved | str] | None = None
    confirm: Callable[[Setting, Solved], Certificate] | None = None
    hopeless: Callable[[Setting], str | None] | None = None

    @property
    def key(self) -> str:
        """The lever with the one thing it acts on: ``reward on near_miss``, ``bond of N3``."""
        if self.item:
            return f"{self.name} on {self.item}"
        return f"{self.name} of {self.member}" if self.member else self.name


@dataclass(frozen=True)
class Solved:
    """The answer of a lever that is not one number: its size, what it sets by path, and the proof that less will not do."""

    value: Fraction
    change: Mapping[str, Fraction]
    witness: Mapping[str, Any]
