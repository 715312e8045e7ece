"""Dotted paths to the numbers of an agreement: ``member.L6.discount``, ``clause.disclosure.class.near_miss.reward``.

Entries of a list are addressed by their ``name`` or ``id``; plain lists that run parallel to a list of named
tables are addressed by those names (``clause.disclosure.loss.L1.near_miss``).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import is_dataclass, replace
from difflib import get_close_matches
from fractions import Fraction
from typing import Any

from comity.errors import ComityError
from comity.mechanisms.clause import Clause
from comity.mechanisms.members import Member
from comity.mechanisms.parameters import parameters_of
from comity.mechanisms.setting import Setting

# How close to an open end of a number's range a search may go.
OPEN_END = Fraction(1, 10**6)


def read(setting: Setting, path: str) -> Any:
    """The value at a path; None for an entry that a mapping by member may leave out and does, such as a bond of 0."""
    owner, keys = _owner(setting, path)
    value: Any = owner
    for depth, key in enumerate(keys):
        if depth == len(keys) - 1 and _left_out(owner, keys[0], value, key):
            return None
        value = value_at(value, key, path, _labels(owner, keys[:depth]))
    return value


def range_of(setting: Setting, path: str) -> tuple[Fraction | None, Fraction | None]:
    """The least and the greatest value a number may take, None where it is unbounded; open ends are kept out."""
    owner, keys = _owner(setting, path)
    value: Any = owner
    meta: Mapping[str, Any] = {}
    for depth, key in enumerate(keys):
        if is_dataclass(value) and not isinstance(value, type) and key in parameters_of(type(value)):
            meta = parameters_of(type(value))[key].metadata
        value = value_at(value, key, path, _labels(owner, keys[:depth]))
    low = meta.get("low") if meta.get("above") is None else meta["above"] + OPEN_END
    high = meta.get("high") if meta.get("below") is None else meta["below"] - OPEN_END
    return None if low is None else Fraction(low), None if high is None else Fraction(high)


def write(setting: Setting, path: str, value: Any) -> Setting:
    """The same agreement with another value at a path."""
    owner, keys = _owner(setting, path)
    changed = _changed(owner, owner, keys, (), value, path)
    return setting.with_member(changed) if isinstance(changed, Member) else setting.with_clause(changed)


def write_all(setting: Setting, change: Mapping[str, Any]) -> Setting:
    """The same agreement with several values changed."""
    for path, value in change.items():
        setting = write(setting, path, value)
    return setting


def _owner(setting: Setting, path: str) -> tuple[Member | Clause, list[str]]:
    kind, _, rest = path.partition(".")
    name, _, keys = rest.partition(".")
    if not keys or kind not in ("member", "clause"):
        raise ComityError(f'path {path!r} leads nowhere; write "member.ID.key" or "clause.ID.key"')
    owner: Member | Clause = setting.member(name) if kind == "member" else setting.clause(name)
    return owner, keys.split(".")


def _left_out(owner: Any, first: str, value: Any, key: str) -> bool:
    described = parameters_of(type(owner)).get(first)
    return isinstance(value, Mapping) and key not in value and described is not None and described.metadata["optional_keys"]


def _labels(owner: Any, above: Sequence[str]) -> tuple[str, ...]:
    """Names for the entries of a plain list that runs parallel to a list of named tables."""
    aligned = getattr(owner, "aligned", {})
    if above and above[0] in aligned:
        return tuple(entry.name for entry in getattr(owner, aligned[above[0]]))
    return ()


def value_at(value: Any, key: str, path: str, labels: Sequence[str] = ()) -> Any:
    """One step down a path."""
    if is_dataclass(value) and not isinstance(value, type):
        known = parameters_of(type(value))
        if key in known:
            return getattr(value, known[key].name)
        raise _unknown(path, key, known)
    if isinstance(value, Mapping):
        if key in value:
            return value[key]
        raise _unknown(path, key, value)
    if isinstance(value, tuple | list):
        return value[_position(value, key, path, labels)]
    raise ComityError(f"path {path!r} goes on after a plain value; stop before {key!r}")


def _position(entries: Sequence[Any], key: str, path: str, labels: Sequence[str]) -> int:
    names = [str(getattr(entry, "name", getattr(entry, "id", i))) for i, entry in enumerate(entries)]
    if labels and len(labels) == len(entries):
        names = list(labels)
    if key in names:
        return names.index(key)
    if key.isdigit() and int(key) < len(entries):
        return int(key)
    raise _unknown(path, key, names)


def _unknown(path: str, key: str, known: Iterable[str]) -> ComityError:
    close = get_close_matches(key, list(known), 1)
    hint = f"did you mean {close[0]!r}?" if close else f"known here: {', '.join(known)}"
    return ComityError(f"path {path!r}: there is no {key!r}; {hint}")


def _changed(owner: Any, node: Any, keys: Sequence[str], above: tuple[str, ...], value: Any, path: str) -> Any:
    if not keys:
        return value
    key, rest = keys[0], keys[1:]
    labels = _labels(owner, above)
    if isinstance(node, Mapping) and key not in node and not rest:
        return {**node, key: value}  # an entry left out of a mapping, such as a bond of 0
    below = _changed(owner, value_at(node, key, path, labels), rest, (*above, key), value, path)
    if isinstance(node, Mapping):
        return {**node, key: below}
    if isinstance(node, tuple | list):
        at = _position(node, key, path, labels)
        return (*node[:at], below, *node[at + 1 :])
    return replace(node, **{parameters_of(type(node))[key].name: below})
