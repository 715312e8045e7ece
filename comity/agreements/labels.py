"""Names of the file said in words: paths to its numbers, clauses, rules and the values of findings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, is_dataclass
from typing import Any

from comity.declaration import declaration_of
from comity.errors import ComityError
from comity.mechanisms import paths
from comity.mechanisms.clause import Clause
from comity.mechanisms.parameters import parameters_of
from comity.mechanisms.setting import Setting

RULES = {
    "proportional_to_contribution": "in proportion to contributions",
    "shapley": "Shapley value",
    "nucleolus": "nucleolus",
    "prenucleolus": "prenucleolus",
    "owen_set": "internal prices (Owen)",
    "equal": "equal parts",
    "core": "every coalition kept (core)",
}


@dataclass(frozen=True)
class PathLabel:
    """A number of the file in words: its short name, what it means, its unit, and its path for ``--set``."""

    path: str
    name: str
    meaning: str
    unit: str


def words(name: str) -> str:
    """An identifier as text.

    >>> words("value_if_every_alarm_ends_cooperation")
    'value if every alarm ends cooperation'
    """
    return name.replace("_", " ").strip() or name


def rule_name(item: str) -> str:
    """A rule of division as people call it."""
    return RULES.get(item, words(item))


def clause_title(clause: Clause) -> str:
    """What the clause's type says of itself in the catalogue."""
    declared = declaration_of(type(clause))
    return declared.title if declared is not None else words(type(clause).__name__)


def label_path(setting: Setting, path: str) -> PathLabel:
    """A path in words; one that leads nowhere is shown as it is.

    >>> from comity.agreements.file import Agreement
    >>> from comity.agreements.starter import starter
    >>> label = label_path(Agreement.loads(starter()).setting(), "member.A.discount")
    >>> label.name, label.meaning
    ('discount of A', 'what one unit next period is worth today')
    """
    kind, _, rest = path.partition(".")
    name, _, below = rest.partition(".")
    keys = below.split(".") if below else []
    try:
        owner: Any = setting.member(name) if kind == "member" else setting.clause(name)
    except ComityError:
        return PathLabel(path, path, "", "")
    if not keys:
        return PathLabel(path, path, "", "")
    spoken = ", ".join(words(key) for key in _spoken(keys, {member.id for member in setting.everyone}))
    what = f"{spoken} of {name}" if kind == "member" else f"{spoken} ({words(name)})"
    described = _described(owner, keys, path)
    unit = str(described.get("unit", ""))
    return PathLabel(path, what, str(described.get("meaning", "")), setting.unit if unit == "money" else unit)


def _spoken(keys: list[str], members: set[str]) -> list[str]:
    """``audit.rate`` reads "audit rate"; entries of lists and mappings follow what they are entries of."""
    if len(keys) == 2 and keys[1] not in members:
        return [f"{keys[0]} {keys[1]}"]
    if len(keys) == 2:
        return [f"{keys[0]} of {keys[1]}"]
    if len(keys) == 3 and keys[1] not in members:
        return [f"{keys[2]} of {keys[1]}"]
    if len(keys) == 3:
        return [f"{keys[0]} of {keys[1]}", keys[2]]
    return keys


def _described(owner: Any, keys: list[str], path: str) -> Mapping[str, Any]:
    """What the last parameter on the way says of itself."""
    value, found = owner, {}
    for key in keys:
        if is_dataclass(value) and not isinstance(value, type) and key in parameters_of(type(value)):
            found = dict(parameters_of(type(value))[key].metadata)
        try:
            value = paths.value_at(value, key, path)
        except ComityError:
            break
    return found
