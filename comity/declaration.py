"""What a game, concept, check or mechanism says of itself, in its own file.

The catalogue, the documentation and the generic tests read the declaration; a claimed axiom or promise
that is false fails the tests.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, TypeVar

T = TypeVar("T", bound=Callable[..., Any])

KINDS = ("game", "transform", "concept", "property", "rule", "check", "clause", "mechanism", "protocol", "reproduction")
AREAS = (
    "information_sharing",
    "collaborative_research",
    "resource_pooling",
    "trust_building",
    "benefit_distribution",
    "governance",
)


@dataclass(frozen=True)
class Declaration:
    """One line of the catalogue.

    ``claims`` are names of axioms (for concepts) or promises (for clauses) that the generic tests hold it to.
    ``confirms`` are the names of the results a check can confirm again.  ``certificate`` is the check that confirms what this
    finds; where there is none, ``uncertified`` says why none is needed.
    """

    kind: str
    name: str
    title: str
    area: str = ""
    claims: tuple[str, ...] = ()
    reference: str = ""
    certificate: str = ""
    confirms: tuple[str, ...] = ()
    module: str = ""
    uncertified: str = ""


def declare(
    kind: str,
    title: str,
    *,
    area: str = "",
    claims: Iterable[str] = (),
    reference: str = "",
    certificate: str = "",
    confirms: Iterable[str] = (),
    name: str = "",
    uncertified: str = "",
) -> Callable[[T], T]:
    """Attach a declaration to a function or class; nothing is registered.

    Examples
    --------
    >>> @declare("concept", "Everything to the first player", claims=["efficient"])
    ... def dictator(game): ...
    >>> dictator.__declaration__.name
    'dictator'
    """
    if kind not in KINDS:
        raise ValueError(f"kind {kind!r} is unknown; use one of {', '.join(KINDS)}")

    def attach(thing: T) -> T:
        declaration = Declaration(
            kind=kind,
            name=name or thing.__name__,
            title=title,
            area=area,
            claims=tuple(claims),
            reference=reference,
            certificate=certificate,
            confirms=tuple(confirms),
            module=thing.__module__,
            uncertified=uncertified,
        )
        thing.__declaration__ = declaration  # type: ignore[attr-defined]
        return thing

    return attach


def declaration_of(thing: Any) -> Declaration | None:
    """The declaration made on this very thing, not one inherited from a base."""
    found = vars(thing).get("__declaration__") if hasattr(thing, "__dict__") else None
    return found if isinstance(found, Declaration) else None
