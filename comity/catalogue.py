"""The catalogue: every game, concept, check and clause type, found by looking at the package."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator
from functools import cache
from types import ModuleType
from typing import Any

from comity.declaration import Declaration, declaration_of
from comity.errors import ComityError

ROOMS = ("comity.games", "comity.checks", "comity.secrets", "comity.solvers", "comity.mechanisms", "comity.reproductions")


def modules(room: str) -> Iterator[ModuleType]:
    """Every module below a package, imported, in alphabetical order."""
    package = importlib.import_module(room)
    yield package
    for found in sorted(pkgutil.walk_packages(package.__path__, room + "."), key=lambda info: info.name):
        yield importlib.import_module(found.name)


@cache
def things(*rooms: str) -> dict[str, Any]:
    """Everything declared in these packages (all of them by default), by name."""
    found: dict[str, Any] = {}
    for room in rooms or ROOMS:
        for module in modules(room):
            for thing in vars(module).values():
                declaration = declaration_of(thing)
                if declaration is None or declaration.module != module.__name__:
                    continue
                if found.setdefault(declaration.name, thing) is not thing:
                    raise ComityError(f"two declarations are named {declaration.name!r}; rename one")
    return found


def catalogue(word: str = "") -> tuple[Declaration, ...]:
    """Every game, concept, rule, check and clause type whose entry contains the word.

    Examples
    --------
    >>> "AirportGame" in [entry.name for entry in catalogue("airport")]
    True
    """
    entries = (thing.__declaration__ for thing in things().values())
    return tuple(
        sorted(
            (entry for entry in entries if word.lower() in _searchable(entry)),
            key=lambda entry: (entry.kind, entry.area, entry.name),
        )
    )


def _searchable(entry: Declaration) -> str:
    parts = (entry.kind, entry.name, entry.title, entry.area, *entry.claims, entry.reference)
    return " ".join(parts).lower()
