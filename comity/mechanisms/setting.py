"""The agreement as a clause sees it: who is in, what the other clauses say, and the evidence found so far."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeVar

from comity.errors import ComityError, InvalidEvidence
from comity.mechanisms.members import Member

if TYPE_CHECKING:
    from comity.mechanisms.clause import Clause

T = TypeVar("T")


class Evidence:
    """What solvers found, by clause and by everything the answer depends on.

    While assessing, missing evidence is found by the clause (``solving=True``).  While verifying it is only
    read; what is missing is an error, because nothing may be solved again.
    """

    def __init__(self, known: Mapping[tuple[str, str], Mapping[str, Any]] | None = None, *, solving: bool = True) -> None:
        self.known: dict[tuple[str, str], Mapping[str, Any]] = dict(known or {})
        self.solving = solving
        self._confirmed: dict[tuple[str, str], Any] = {}

    def of(self, clause: Clause, setting: Setting) -> Mapping[str, Any]:
        """The evidence of a clause in a setting."""
        key = (clause.id, digest(clause.evidence_inputs(setting)))
        if key not in self.known:
            if not self.solving:
                present = ", ".join(member.id for member in setting.members)
                raise InvalidEvidence(f"the evidence of clause {clause.id!r} for members {present} is missing")
            self.known[key] = clause.find(setting)
        return self.known[key]

    def confirmed(self, clause: Clause, setting: Setting, check: Callable[[Mapping[str, Any]], T]) -> T:
        """What a check makes of the evidence; evidence that is the same is checked once."""
        key = (clause.id, digest(clause.evidence_inputs(setting)))
        if key not in self._confirmed:
            self._confirmed[key] = check(self.of(clause, setting))
        found: T = self._confirmed[key]
        return found


def digest(inputs: Any) -> str:
    """A short name for what evidence depends on; equal inputs have equal names on every machine."""
    return hashlib.sha256(repr(inputs).encode()).hexdigest()[:16]


@dataclass(frozen=True)
class Setting:
    """Members present, clauses in force, and how to ask across clauses."""

    members: tuple[Member, ...]
    clauses: tuple[Clause, ...]
    everyone: tuple[Member, ...]
    unit: str = "money"
    period: str = "period"
    horizon: int | None = None  # None: infinite
    evidence: Evidence = field(default_factory=Evidence, compare=False, repr=False)

    @property
    def ids(self) -> tuple[str, ...]:
        """Ids of the members present."""
        return tuple(member.id for member in self.members)

    @cached_property
    def _by_id(self) -> dict[str, Member]:
        return {member.id: member for member in self.everyone}

    def member(self, name: str) -> Member:
        """One member, present or not."""
        found = self._by_id.get(name)
        if found is not None:
            return found
        raise ComityError(f"there is no member {name!r}; the members are {', '.join(m.id for m in self.everyone)}")

    def clause(self, name: str) -> Clause:
        """One clause by its id."""
        for clause in self.clauses:
            if clause.id == name:
                return clause
        raise ComityError(f"there is no clause {name!r}; the clauses are {', '.join(c.id for c in self.clauses)}")

    def among(self, clause: Clause) -> tuple[Member, ...]:
        """The members present to whom a clause applies."""
        if not clause.applies_to:
            return self.members
        return tuple(member for member in self.members if clause.binds(member.id))

    def bound(self, clause: Clause) -> tuple[Member, ...]:
        """All members to whom a clause applies, present or not."""
        if not clause.applies_to:
            return self.everyone
        return tuple(member for member in self.everyone if clause.binds(member.id))

    def stake(self, member: str) -> Fraction:
        """What a member loses over all clauses, beyond cooperation itself, when an alarm rings against it."""
        return sum((clause.stake(member) for clause in self.clauses if clause.binds(member)), Fraction(0))

    def keeping(self, ids: Iterable[str]) -> Setting:
        """The same agreement with only these members present."""
        kept = set(ids)
        return replace(self, members=tuple(member for member in self.everyone if member.id in kept))

    def with_clause(self, changed: Clause) -> Setting:
        """The same agreement with one clause replaced by another of the same id."""
        return replace(self, clauses=tuple(changed if clause.id == changed.id else clause for clause in self.clauses))

    def with_member(self, changed: Member) -> Setting:
        """The same agreement with one member replaced by another of the same id."""

        def swap(members: tuple[Member, ...]) -> tuple[Member, ...]:
            return tuple(changed if member.id == changed.id else member for member in members)

        return replace(self, members=swap(self.members), everyone=swap(self.everyone))
