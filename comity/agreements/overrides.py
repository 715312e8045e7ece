"""Other values at dotted paths of the file: ``--set member.L6.discount=0.8``, scenarios, what-if."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import Field, is_dataclass
from typing import Any, get_args

from comity.agreements.locate import Place
from comity.agreements.numbers import shown
from comity.agreements.schema import Heading, clause_types, did_you_mean, hints_of, type_written
from comity.errors import ComityError
from comity.mechanisms.members import Member
from comity.mechanisms.parameters import parameters_of

FIXED = ("id", "type", "area")


def place_of(data: Mapping[str, Any], path: str) -> Place:
    """Where a dotted path leads in the data of a sound file; a key left out of the file may be named too."""
    kind, _, rest = path.partition(".")
    if kind not in ("member", "clause", "agreement") or not rest:
        raise ComityError(f'there is no path {shown(path)}; write "member.ID.key", "clause.ID.key" or "agreement.key"')
    keys = rest.split(".")
    place: Place
    cls: type[Any]
    if kind == "agreement":
        place, cls = (kind,), Heading
    else:
        ids = [entry["id"] for entry in data[kind]]
        if keys[0] not in ids:
            raise ComityError(f"there is no {kind} {shown(keys[0])}; {did_you_mean(keys[0], ids)}")
        place = (kind, ids.index(keys[0]))
        cls = Member if kind == "member" else clause_types()[data[kind][place[1]]["type"]]
        keys = keys[1:]
    if not keys or not all(keys) or len(keys) > 10:
        raise ComityError(f"the path {shown(path)} stops before a key; go on with one, as in {path.rstrip('.')}.key")
    if keys[0] in FIXED:
        raise ComityError(f"{shown(path)} names the thing itself; only what is said of it can be set")
    return _below(data, place, cls, keys)


def _below(data: Mapping[str, Any], place: Place, cls: type[Any], keys: list[str]) -> Place:
    """One key after the other, through tables, mappings and lists."""
    owner = node = _node(data, place)
    hint: Any = cls
    described: Field[Any] | None = None
    for depth, key in enumerate(keys):
        part: str | int = key
        if isinstance(hint, type) and is_dataclass(hint):
            known = parameters_of(hint)
            _demand(key in known, key, known)
            described = known[key]
            node = node.get(key, {})
            hint = type_written(hints_of(hint)[described.name], node)
        elif isinstance(node, dict):
            # A mapping may leave members out; anything else it does not mention is a slip.
            by_member = described is not None and described.metadata["keys"] == "member"
            _demand(key in node or by_member, key, node)
            node, hint = node.get(key, {}), _inner(hint, node.get(key))
        elif isinstance(node, list):
            names = _labels(cls, owner, keys[0], node)
            _demand(key in names or (key.isdigit() and int(key) < len(node)), key, names)
            part = names.index(key) if key in names else int(key)
            node, hint = node[part], _inner(hint, node[part])
        else:
            raise ComityError(f"there is nothing below {shown(keys[depth - 1])}; stop before {shown(key)}")
        place = (*place, part)
    return place


def _demand(found: bool, key: str, known: Iterable[str]) -> None:
    if not found:
        raise ComityError(f"there is no {shown(key)}; {did_you_mean(key, known)}")


def _inner(hint: Any, value: Any) -> Any:
    """The type of one entry of a list or mapping."""
    inner = [part for part in get_args(hint) if part is not Ellipsis]
    return type_written(inner[-1], value) if inner else Any


def _labels(cls: type[Any], owner: Mapping[str, Any], first: str, entries: list[Any]) -> list[str]:
    """Names of a list's entries: their own, those of the list it runs parallel to, or their positions."""
    aligned = {name.removesuffix("_"): along.removesuffix("_") for name, along in getattr(cls, "aligned", {}).items()}
    if first in aligned:
        entries = owner.get(aligned[first], entries)
    return [
        str(entry.get("name", entry.get("id", at))) if isinstance(entry, dict) else str(at) for at, entry in enumerate(entries)
    ]


def changed(data: Any, place: Place, value: Any) -> Any:
    """The same data with another value at a place; only what lies on the way there is copied."""
    if not place:
        return value
    part, rest = place[0], place[1:]
    if isinstance(data, list):
        assert isinstance(part, int)
        return [*data[:part], changed(data[part], rest, value), *data[part + 1 :]]
    return {**data, part: changed(data.get(part, {}), rest, value)}


def _node(data: Any, place: Iterable[str | int]) -> Any:
    for part in place:
        data = data[part]
    return data
