"""What can go wrong, each with the way out in its message."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any


class ComityError(ValueError):
    """Any mistake in what was asked of comity."""


class InvalidGame(ComityError):
    """The data do not describe a game."""


class TooManyPlayers(ComityError):
    """The question needs one number for each of 2**n coalitions, and that is too many."""


class InvalidEvidence(ComityError):
    """What was handed over as evidence cannot be read or does not prove the claim."""


class EmptyCore(ComityError):
    """No allocation is in the core; ``certificate`` holds the balanced weights that prove it."""

    def __init__(self, message: str, certificate: Any = None) -> None:
        self.certificate = certificate
        super().__init__(message)


class OutsideDomain(ComityError):
    """The concept is not defined for a game of this kind; ``certificate`` proves that the game is not of the kind needed."""

    def __init__(self, message: str, certificate: Any = None) -> None:
        self.certificate = certificate
        super().__init__(message)


class NoImputation(OutsideDomain, InvalidGame):
    """The players do better alone than together, so that no allocation suits each of them; ``certificate`` proves it."""


class Infeasible(ComityError):
    """Nothing satisfies the constraints; ``farkas`` weighs the rows into a contradiction, or ``certificate`` proves it."""

    def __init__(self, message: str, farkas: Sequence[Any] = (), certificate: Any = None) -> None:
        self.farkas = tuple(farkas)
        self.certificate = certificate
        super().__init__(message)


class ImpossiblePromises(Infeasible):
    """No rule keeps all the promises: which conflict and what would help, in words; ``certificate`` proves it."""

    def __init__(self, message: str, certificate: Any, conflict: Sequence[str] = (), ways_out: Sequence[str] = ()) -> None:
        self.conflict, self.ways_out = tuple(conflict), tuple(ways_out)
        super().__init__(message, certificate=certificate)


class Unbounded(ComityError):
    """The objective improves for ever, from the feasible ``point`` along ``ray``."""

    def __init__(self, message: str, point: Sequence[Any] = (), ray: Sequence[Any] = ()) -> None:
        self.point, self.ray = tuple(point), tuple(ray)
        super().__init__(message)


class SolverFailure(ComityError, RuntimeError):
    """A solver stopped without an answer that could be proved."""


@dataclass(frozen=True, order=True)
class Problem:
    """One mistake in an agreement file: where it is, what is wrong and what to do."""

    line: int
    path: str
    message: str
    hint: str = ""
    text: str = ""

    def format(self, file: str) -> str:
        """``FILE:LINE: path: what is wrong; hint``, then the offending line."""
        head = f"{file}:{self.line}: {self.path + ': ' if self.path else ''}{self.message}"
        if self.hint:
            head += f"; {self.hint}"
        return head + (f"\n    {self.text.strip()}" if self.text.strip() else "")


class AgreementError(ComityError):
    """All mistakes found in an agreement file, in the order of the file."""

    def __init__(self, file: str, problems: Sequence[Problem]) -> None:
        self.file = file
        self.problems = tuple(sorted(problems))
        super().__init__("\n".join(problem.format(file) for problem in self.problems))
