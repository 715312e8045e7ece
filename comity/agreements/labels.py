"""Names of the file said in words: paths to its numbers, clauses, rules and the values of findings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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
MEMBER_NUMBERS = {
    "outside": "outside value",
    "receive_weight": "usefulness of others' findings",
    "temptation": "value of cheating alone",
    "cooperate": "value of cooperation",
    "punish": "value after cooperation has ended",
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


def clause_titles(clauses: Sequence[Clause]) -> dict[str, str]:
    """Titles by id; clauses of one type are told apart by their ids."""
    titles = {clause.id: clause_title(clause) for clause in clauses}
    common = [title for title in titles.values() if list(titles.values()).count(title) > 1]
    return {name: f"{title} ({words(name)})" if title in common else title for name, title in titles.items()}


def label_path(setting: Setting, path: str) -> PathLabel:
    """A path in words; one that leads nowhere is shown as it is.

    >>> from comity.agreements.file import Agreement
    >>> from comity.agreements.starter import starter
    >>> label = label_path(Agreement.loads(starter()).setting(), "member.A.discount")
    >>> label.name, label.meaning
    ("A's discount", 'what one unit next period is worth today')
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
    if kind == "member":
        what = f"{name}'s {', '.join([MEMBER_NUMBERS.get(keys[0], words(keys[0])), *map(words, keys[1:])])}"
    else:
        what = f"{_spoken(keys, {member.id for member in setting.everyone})} ({words(name)})"
    described = _described(owner, keys, path)
    unit = str(described.get("unit", ""))
    return PathLabel(path, what, str(described.get("meaning", "")), setting.unit if unit == "money" else unit)


def _spoken(keys: list[str], members: set[str]) -> str:
    """``audit.rate`` reads "audit rate"; entries of lists and mappings follow what they are entries of."""
    said = [key if key in members else words(key) for key in keys]
    if len(keys) == 2:
        return " of ".join(said) if keys[1] in members else " ".join(said)
    if len(keys) == 3 and keys[1] not in members:
        return f"{said[2]} of {said[1]}"
    if len(keys) == 3:
        return f"{said[0]} of {said[1]}, {said[2]}"
    return ", ".join(said)


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
