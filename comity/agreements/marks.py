"""Every number of a file with where it comes from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import Any, NamedTuple

from comity.agreements.locate import Place, child
from comity.agreements.numbers import read_number
from comity.agreements.schema import Heading, clause_types
from comity.agreements.walk import nodes
from comity.mechanisms.members import Member


class Mark(NamedTuple):
    """A number, its path and its evidence mark: "public", "estimated", "illustrative" or None."""

    path: str
    value: Fraction
    mark: str | None


def marks_of(data: Mapping[str, Any], changed: frozenset[str] = frozenset()) -> tuple[Mark, ...]:
    """All numbers in the order of the file; each has its own mark or that of its member or clause.

    Numbers at or below a changed path came from elsewhere, so the mark of what they replaced is not theirs.
    """
    return tuple(_marked(data, changed))


def sources_of(data: Mapping[str, Any]) -> dict[str, str]:
    """The source of every number that states one, by path."""
    return {
        path_of(data, place): table["source"] for place, table in _numbers(data) if isinstance(table, dict) and "source" in table
    }


def _marked(data: Mapping[str, Any], changed: frozenset[str]) -> Iterator[Mark]:
    for place, written in _numbers(data):
        path = path_of(data, place)
        owner = data[place[0]] if place[0] == "agreement" else data[str(place[0])][place[1]]
        inherited = None if any(path == other or path.startswith(other + ".") for other in changed) else owner.get("evidence")
        own = written.get("evidence") if isinstance(written, dict) else None
        yield Mark(path, read_number(written), own or inherited)


def _numbers(data: Mapping[str, Any]) -> Iterator[tuple[Place, Any]]:
    types = clause_types()
    yield from _of(Heading, data["agreement"], ("agreement",))
    for at, raw in enumerate(data["member"]):
        yield from _of(Member, raw, ("member", at))
    for at, raw in enumerate(data["clause"]):
        yield from _of(types[raw["type"]], raw, ("clause", at))


def _of(cls: type[Any], raw: Mapping[str, Any], place: Place) -> Iterator[tuple[Place, Any]]:
    return ((node.place, node.value) for node in nodes(cls, raw, place) if node.is_number)


def path_of(data: Any, place: Place) -> str:
    """A place as people write it: entries by id or name, parallel lists by the names they run along."""
    words: list[str] = []
    node, owner, first = data, None, None
    for depth, part in enumerate(place):
        entry = child(node, part)
        if isinstance(part, int):
            words.append(_label(part, entry, owner, first, len(node) if isinstance(node, list) else 0))
        else:
            words.append(str(part))
        if depth == 1 and place[0] == "clause":
            owner = entry
        elif depth == 2:
            first = part
        node = entry
    return ".".join(words)


def _label(part: int, entry: Any, owner: Any, first: Any, length: int) -> str:
    if isinstance(entry, dict):
        name = entry.get("name", entry.get("id"))
        return name if isinstance(name, str) else str(part)
    kind = owner.get("type") if isinstance(owner, dict) else None
    cls = clause_types().get(kind) if isinstance(kind, str) else None
    aligned = {name.removesuffix("_"): along.removesuffix("_") for name, along in cls.aligned.items()} if cls else {}
    along = owner.get(aligned[first]) if first in aligned else None
    if isinstance(along, list) and len(along) == length and isinstance(along[part], dict):
        return str(along[part].get("name", part))
    return str(part)
