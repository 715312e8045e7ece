"""The clause base: what every clause type of an agreement can be asked.

A new clause type is one file with one frozen dataclass below this base: its parameters, `findings`, and
whichever of the other answers make sense for it.  The file's schema, its error messages, the catalogue, the
command line, the report, the repairs and the generic tests follow from that file alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, ClassVar, Literal, Self

import numpy as np

from comity.games.coalitional.base import Game
from comity.mechanisms.findings import Deviation, Finding, Lever
from comity.mechanisms.members import Member
from comity.mechanisms.parameters import parameter
from comity.mechanisms.setting import Setting


@dataclass(frozen=True)
class Flaw:
    """A mistake that only shows when several numbers are read together.

    ``path`` is a tuple of keys below the clause, for example ``("audit", "false_positive")``; a clause may point at a
    member with ``("member", id, key)`` when ``of_member`` is true.
    """

    path: tuple[str | int, ...]
    message: str
    hint: str = ""
    of_member: bool = False


@dataclass(frozen=True, kw_only=True)
class Clause:
    """One clause of an agreement."""

    type: ClassVar[str]
    area: ClassVar[str]
    # Lists that run parallel to a list of named tables: {"loss": "class_"} lets paths say loss.L1.near_miss.
    aligned: ClassVar[Mapping[str, str]] = {}
    # Member numbers this clause cannot do without, beyond those with defaults.
    needs: ClassVar[tuple[str, ...]] = ()

    id: str = parameter("name used everywhere in the file")
    applies_to: tuple[str, ...] = parameter("members it binds (default: all)", refers="member", default=())
    effective_from: str = parameter("when it enters into force, free text", default="")
    sunset: str = parameter("when it ends, free text", default="")
    evidence: Literal["public", "estimated", "illustrative"] | None = parameter("where its numbers come from", default=None)
    provenance: str = parameter("free text on sources", default="")

    # --- what a clause type answers ------------------------------------------------------------

    def findings(self, setting: Setting) -> Sequence[Finding]:
        """Every answer of this clause for the members present; arithmetic only, no solver.

        What needs a solver comes from ``self.found(setting)`` and is checked again here.
        """
        raise TypeError(f"clause type {type(self).__name__} answers nothing")

    def deviations(self, setting: Setting, member: Member) -> Sequence[Deviation]:
        """What a member could do against this clause: name, gain, what detects it."""
        return ()

    def levers(self, setting: Setting) -> Sequence[Lever]:
        """What a designer can turn here."""
        return ()

    def value(self, setting: Setting, member: Member) -> Fraction | None:
        """Value of the clause to a member present, in the agreement's unit per period; None: not stated."""
        return None

    def fallback(self, setting: Setting, member: Member) -> Fraction:
        """What the member keeps of this clause's subject when it leaves alone, per period; counted with ``outside``."""
        return Fraction(0)

    def budget(self, setting: Setting) -> Fraction | None:
        """What is left of the members' dues after this clause is paid for, per period; None: it has no budget."""
        return None

    def stake(self, member: str) -> Fraction:
        """What the member loses here, beyond cooperation itself, when an alarm rings against it."""
        return Fraction(0)

    def contributions(self, setting: Setting) -> Mapping[str, Fraction] | None:
        """What each member present brings in under this clause, per period; None: nothing is said of it."""
        return None

    def pooled(self, setting: Setting) -> Game | None:
        """The game of what the members present can earn together, worths confirmed; None: the clause pools nothing."""
        return None

    def flaws(self, setting: Setting) -> Iterator[Flaw]:
        """Mistakes that only show when several numbers are read together."""
        return iter(())

    def uses_continuation(self) -> bool:
        """Whether the clause counts on the future; such a clause needs an infinite horizon."""
        return False

    def find(self, setting: Setting) -> dict[str, Any]:
        """Evidence that takes a solver, as plain data; imports solvers inside."""
        return {}

    def evidence_inputs(self, setting: Setting) -> Any:
        """Everything `find` depends on."""
        return (self, setting.members)

    @classmethod
    def random(cls, members: Sequence[Member], rng: np.random.Generator) -> Self:
        """A random clause that makes sense for these members; the generic tests use it."""
        raise TypeError(f"clause type {cls.__name__} gives no random instances")

    @classmethod
    def companions(cls, members: Sequence[Member], rng: np.random.Generator) -> Sequence[Clause]:
        """Random clauses without which a random clause of this type makes no sense; the generic tests put them beside it."""
        return ()

    # --- what every clause has -----------------------------------------------------------------

    def binds(self, member: str) -> bool:
        """Whether the clause applies to a member."""
        return not self.applies_to or member in self.applies_to

    def found(self, setting: Setting) -> Mapping[str, Any]:
        """The evidence for this setting: found now while assessing, read while verifying."""
        return setting.evidence.of(self, setting)

    def path(self, *keys: str) -> str:
        """The dotted path of one of its numbers: ``clause.disclosure.audit.rate``."""
        return ".".join(("clause", self.id, *keys))
