"""What plain data say as an agreement: members, clauses, scenarios, questions, and every mistake in them.

Members and clauses are validated one by one; then what refers to something else is followed; then each clause is
asked for the flaws that only show when several numbers are read together.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from typing import Any

from comity.agreements.locate import Place, child
from comity.agreements.numbers import shown
from comity.agreements.schema import (
    INSTRUMENTS,
    VERSION,
    Heading,
    Mistake,
    Question,
    Scenario,
    clause_types,
    did_you_mean,
    sound_part,
    validate,
)
from comity.agreements.walk import nodes
from comity.declaration import AREAS
from comity.mechanisms.clause import Clause, Flaw
from comity.mechanisms.members import Member
from comity.mechanisms.parameters import key_of, parameters_of
from comity.mechanisms.setting import Setting

MOST = {"member": 1_000, "clause": 500, "scenario": 100, "question": 500}
KIND = ("type", "area")
ID = re.compile(r"[A-Za-z0-9_-]+")
# Hints are searched for in the first mistakes only: a search among a thousand names takes time.
HINTED = 200


@dataclass
class Content:
    """The parts of an agreement that could be read, and the mistakes in the others."""

    heading: Heading | None = None
    members: dict[int, Member] = field(default_factory=dict)  # by their place in the file
    clauses: dict[int, Clause] = field(default_factory=dict)
    scenarios: list[Scenario] = field(default_factory=list)
    questions: list[Question] = field(default_factory=list)
    mistakes: list[Mistake] = field(default_factory=list)

    def setting(self) -> Setting:
        """Members and clauses as the clauses see them."""
        everyone = tuple(self.members.values())
        head = self.heading
        horizon = head.horizon if head and isinstance(head.horizon, int) else None
        unit, period = (head.unit, head.period) if head else ("money", "period")
        return Setting(everyone, tuple(self.clauses.values()), everyone, unit, period, horizon)


def content_of(data: Mapping[str, Any], known: dict[Any, Any] | None = None) -> Content:
    """Read plain data; ``known`` remembers tables already validated, by identity, while scenarios are tried."""
    return _Reader(data, {} if known is None else known).read()


class _Reader:
    """The data, what has been read of them, and the ids met."""

    def __init__(self, data: Mapping[str, Any], known: dict[Any, Any]) -> None:
        self.data = data
        self.known = known
        self.content = Content()
        self.types = clause_types()
        self.entries = {name: self.tables(name) for name in MOST}
        self.member_ids = self.ids("member")
        self.clause_ids = self.ids("clause")

    def read(self) -> Content:
        self.top()
        self.heading()
        for at, raw in self.entries["member"].items():
            self.member(at, raw)
        for at, raw in self.entries["clause"].items():
            self.clause(at, raw)
        for at, raw in self.entries["scenario"].items():
            self.content.scenarios += self.plain(Scenario, ("scenario", at), raw)
        for at, raw in self.entries["question"].items():
            self.question(at, raw)
        for name in ("member", "clause", "scenario"):
            self.unique(name)
        self.needs()
        self.horizon()
        self.flaws()
        self.content.mistakes = without_echoes(self.content.mistakes)
        return self.content

    def ids(self, name: str) -> dict[str, int]:
        """Where each id stands first."""
        found: dict[str, int] = {}
        for at, entry in self.entries[name].items():
            if _is_id(entry.get("id")):
                found.setdefault(entry["id"], at)
        return found

    def wrong(self, place: Place, message: str, hint: str = "", absent: bool = False) -> None:
        self.content.mistakes.append(Mistake(place, message, hint, absent))

    def near(self, word: Any, names: Any) -> str:
        return did_you_mean(str(word), names) if len(self.content.mistakes) < HINTED else ""

    # --- the file as a whole -------------------------------------------------------------------

    def tables(self, name: str) -> dict[int, dict[str, Any]]:
        """The tables of one array, by position; what is none is reported."""
        entries = self.data.get(name, [])
        if isinstance(entries, dict):
            self.wrong((name,), f"[{name}] is one table", f"write [[{name}]] in double brackets, one for each")
            return {}
        if not isinstance(entries, list):
            self.wrong((name,), f"needs tables, found {shown(entries)}", f"write [[{name}]], one for each")
            return {}
        if len(entries) > MOST[name]:
            self.wrong((name,), f"there are {len(entries):,} of them, more than {MOST[name]:,}")
            return {}
        for at, entry in enumerate(entries):
            if not isinstance(entry, dict):
                self.wrong((name, at), f"needs a table, found {shown(entry)}")
        return {at: entry for at, entry in enumerate(entries) if isinstance(entry, dict)}

    def top(self) -> None:
        known = ("schema", "agreement", *MOST)
        for key in self.data:
            if key not in known:
                self.wrong((key,), "there is no such key here", self.near(key, known))
        if "schema" not in self.data:
            self.wrong(("schema",), "this is required and missing", f'begin the file with schema = "{VERSION}"')
        elif self.data["schema"] != VERSION:
            self.wrong(("schema",), f"{shown(self.data['schema'])} cannot be read", f'this version reads "{VERSION}"')
        for name in ("member", "clause"):
            if not self.data.get(name):
                self.wrong((name,), f"there is no {name}", f"write [[{name}]], one for each")

    def heading(self) -> None:
        raw = self.data.get("agreement")
        if isinstance(raw, dict):
            self.content.heading = next(iter(self.plain(Heading, ("agreement",), raw)), None)
            self.identifier(("agreement",), raw)
        elif raw is None:
            self.wrong(("agreement",), "the table [agreement] is required and missing", "give id, unit, period and horizon")
        else:
            self.wrong(("agreement",), f"needs a table, found {shown(raw)}", "write [agreement] in single brackets")

    # --- entries -------------------------------------------------------------------------------

    def plain(self, cls: type[Any], place: Place, raw: dict[str, Any]) -> list[Any]:
        """The instance a table stands for, or none of it and its mistakes."""
        key = id(raw)
        if key not in self.known:
            self.known[key] = (raw, *validate(cls, raw))
        _, found, mistakes = self.known[key]
        for mistake in mistakes:
            meant = None if mistake.meant is None else place + mistake.meant
            self.content.mistakes.append(replace(mistake, place=place + mistake.place, meant=meant))
        return [] if found is None else [found]

    def stand_in(self, cls: type[Any], raw: dict[str, Any]) -> list[Any]:
        """The sound part of a table with mistakes, so that what else is wrong with it comes out too."""
        table = {key: raw[key] for key in raw if key not in KIND} if cls is not Member else raw
        found = sound_part(cls, table, self.known[id(raw)][2])
        return [] if found is None else [found]

    def identifier(self, place: Place, raw: Mapping[str, Any]) -> None:
        name = raw.get("id")
        if isinstance(name, str) and not _is_id(name):
            self.wrong((*place, "id"), f"{shown(name)} is no id", "use letters, digits, - and _")

    def unique(self, name: str) -> None:
        first: dict[str, int] = {}
        for at, raw in self.entries[name].items():
            label = raw.get("id")
            self.identifier((name, at), raw)
            if isinstance(label, str) and first.setdefault(label, at) != at:
                self.wrong((name, at, "id"), f"there is another {name} {shown(label)}", "ids are unique")

    def member(self, at: int, raw: dict[str, Any]) -> None:
        place: Place = ("member", at)
        found = self.plain(Member, place, raw) or self.stand_in(Member, raw)
        if found and self.member_ids.get(found[0].id) == at:
            self.content.members[at] = found[0]

    def clause(self, at: int, raw: dict[str, Any]) -> None:
        place: Place = ("clause", at)
        cls = self.clause_type(place, raw)
        if cls is None:
            self.references(Clause, place, {key: raw[key] for key in ("applies_to",) if key in raw}, raw)
            return
        key = id(raw)
        if key not in self.known:  # without the two keys that chose the type
            self.known[key] = (raw, *validate(cls, {key: raw[key] for key in raw if key not in KIND}))
        found = self.plain(cls, place, raw) or self.stand_in(cls, raw)
        if found and self.clause_ids.get(found[0].id) == at:
            self.content.clauses[at] = found[0]
        self.followed(cls, place, raw)

    def followed(self, cls: type[Clause], place: Place, raw: dict[str, Any]) -> None:
        """What a clause refers to; scenarios change no ids, so it is followed once."""
        key = ("followed", id(raw))
        if key not in self.known:
            before = len(self.content.mistakes)
            if raw.get("applies_to") == []:  # elsewhere an empty list stands for all members
                self.wrong((*place, "applies_to"), "the clause binds nobody", "leave it out to bind all members")
            self.references(cls, place, raw, raw)
            self.aligned(cls, place, raw)
            self.known[key] = (raw, self.content.mistakes[before:])
        else:
            self.content.mistakes += self.known[key][1]

    def clause_type(self, place: Place, raw: Mapping[str, Any]) -> type[Clause] | None:
        """The class named by ``type``, after ``type`` and ``area`` have been looked at."""
        name, area = raw.get("type"), raw.get("area")
        cls = self.types.get(name) if isinstance(name, str) else None
        if "type" not in raw:
            self.wrong((*place, "type"), "this is required and missing", self.near("", self.types))
        elif not isinstance(name, str):
            self.wrong((*place, "type"), f"needs text, found {shown(name)}")
        elif cls is None:
            self.wrong((*place, "type"), f"there is no clause type {shown(name)}", self.type_hint(name, area))
        if "area" not in raw:
            self.wrong(
                (*place, "area"), "this is required and missing", f'add area = "{cls.area}"' if cls else self.near("", AREAS)
            )
        elif area not in AREAS:
            hint = f'clauses of type {name} are written area = "{cls.area}"' if cls else did_you_mean(str(area), AREAS)
            self.wrong((*place, "area"), f"there is no area {shown(area)}", hint)
        elif cls is not None and area != cls.area:
            self.wrong((*place, "area"), f"a clause of type {name} does not belong to {area}", f'write area = "{cls.area}"')
        return cls

    def type_hint(self, name: str, area: Any) -> str:
        """The type that was meant if it is nearly spelt out, otherwise the types there are, of this area if it is one."""
        close = get_close_matches(name[:60], self.types, 1, 0.8)
        if close:
            return f'did you mean "{close[0]}"?'
        there = [kind for kind, cls in self.types.items() if cls.area == area]
        return f"the types of {area} are {', '.join(there)}" if there else f"the types are {', '.join(self.types)}"

    def question(self, at: int, raw: dict[str, Any]) -> None:
        place: Place = ("question", at)
        self.content.questions += self.plain(Question, place, raw)
        self.references(Question, place, raw, raw)
        instruments = raw.get("instruments", [])
        for where, name in enumerate(instruments if isinstance(instruments, list) else []):
            if (
                isinstance(name, str)
                and name.split(" on ")[0].split(" of ")[0] not in INSTRUMENTS
                and name not in self.lever_names()
            ):
                self.wrong(
                    (*place, "instruments", where), f"there is no lever {shown(name)}", self.near(name, self.lever_names())
                )

    def lever_names(self) -> list[str]:
        """The agreed names, and whatever else the clauses of this file offer; asked only when a name is unknown."""
        setting = self.content.setting()
        offered = [] if self.content.mistakes else [lever.name for c in setting.clauses for lever in c.levers(setting)]
        return list(dict.fromkeys([*INSTRUMENTS, *offered]))

    # --- what refers to something else ---------------------------------------------------------

    def bound(self, raw: Mapping[str, Any]) -> list[str]:
        """Ids of the members a clause applies to."""
        listed = raw.get("applies_to")
        named = {name for name in listed if isinstance(name, str)} if isinstance(listed, list) else set()
        return [name for name in self.member_ids if not named or name in named]

    def references(self, cls: type[Any], place: Place, shape: Mapping[str, Any], raw: Mapping[str, Any]) -> None:
        """Names of members and clauses, mappings by member, and names within a list of tables."""
        for node in nodes(cls, shape, place):
            refers = node.described.metadata["refers"]
            if refers and isinstance(node.value, str):
                ids = self.member_ids if refers == "member" else self.clause_ids
                if node.value not in ids:
                    self.wrong(node.place, f"there is no {refers} {shown(node.value)}", self.near(node.value, ids))
            if isinstance(node.value, list):
                self.names(node.place, node.value, bool(refers))
            if node.is_field and node.described.metadata["keys"] == "member" and isinstance(node.value, dict):
                self.by_member(node.place, node.value, raw, node.described.metadata["optional_keys"])

    def by_member(self, place: Place, value: Mapping[str, Any], raw: Mapping[str, Any], optional: bool) -> None:
        bound = self.bound(raw)
        for name in value:
            if name not in self.member_ids:
                self.wrong((*place, name), f"there is no member {shown(name)}", self.near(name, self.member_ids))
            elif name not in bound:
                self.wrong((*place, name), f"the clause does not apply to {name}", "leave it out or add it to applies_to")
        missing = [] if optional else [name for name in bound if name not in value]
        if missing:
            listed = ", ".join(missing[:10]) + (f" and {len(missing) - 10} more" if len(missing) > 10 else "")
            self.wrong(place, f"nothing is said for {listed}", "give one entry for every member the clause applies to")

    def names(self, place: Place, entries: list[Any], plain: bool) -> None:
        """Entries are addressed by name, so names differ and hold no dot."""
        seen: set[str] = set()
        for at, entry in enumerate(entries):
            key = next((key for key in ("name", "id") if isinstance(entry, dict) and isinstance(entry.get(key), str)), None)
            name = entry[key] if key else entry
            where = (*place, at, key) if key else (*place, at)
            if not isinstance(name, str) or (key is None and not plain):
                continue
            if name in seen:
                self.wrong(where, f"{shown(name)} is named twice", "each name may stand once")
            elif key and "." in name:
                self.wrong(where, f"the name {shown(name)} holds a dot", "paths are written with dots; choose another name")
            seen.add(name)

    def aligned(self, cls: type[Clause], place: Place, raw: Mapping[str, Any]) -> None:
        """Lists that run parallel to a list of named tables have its length."""
        for name, along in cls.aligned.items():
            key, model = name.removesuffix("_"), along.removesuffix("_")
            tables = raw.get(model)
            if isinstance(tables, list):
                for where, entries in _lists((*place, key), raw.get(key)):
                    if len(entries) != len(tables):
                        names = [str(table.get("name", "?")) for table in tables if isinstance(table, dict)]
                        self.wrong(
                            where,
                            f"has {len(entries)} numbers for {len(tables)} entries of {model}",
                            "give one for each of " + ", ".join(names[:12]),
                        )

    def needs(self) -> None:
        """Members' numbers that a clause cannot do without."""
        wanted: dict[tuple[int, str], list[str]] = {}
        described = parameters_of(Member)
        for at, raw in self.entries["clause"].items():
            cls = self.types.get(raw.get("type", "")) if isinstance(raw.get("type"), str) else None
            for name in cls.needs if cls else ():
                key = key_of(described[name.removesuffix("_")])
                for member in self.bound(raw):
                    where = self.member_ids[member]
                    if key not in self.entries["member"][where]:
                        wanted.setdefault((where, key), []).append(str(raw.get("id", at)))
        for (where, key), clauses in wanted.items():
            meaning = described[key].metadata["meaning"]
            who = f"clause {clauses[0]} needs" if len(clauses) == 1 else f"clauses {', '.join(clauses[:5])} need"
            self.wrong(("member", where, key), f"{who} this number", f"add {key} = ... # {meaning}", absent=True)

    # --- what shows only when several things are read together ---------------------------------

    def horizon(self) -> None:
        head = self.content.heading
        if head is None or head.horizon == "infinite":
            return
        counting = [clause.id for clause in self.content.clauses.values() if clause.uses_continuation()]
        if counting:
            named = ", ".join(counting[:8])
            self.wrong(
                ("agreement", "horizon"), f"a finite horizon, but {named} counts on the future", 'write horizon = "infinite"'
            )

    def flaws(self) -> None:
        setting = self.content.setting()
        for at, clause in self.content.clauses.items():
            for flaw in self.flaws_of(clause, setting):
                place = self.flaw_place(at, flaw)
                # What is reported at, above or below a place is not reported there again.
                if not any(place[: len(other)] == other or other[: len(place)] == place for other in self.places(at, flaw)):
                    self.wrong(place, flaw.message, flaw.hint)

    def flaws_of(self, clause: Clause, setting: Setting) -> list[Flaw]:
        if not self.content.mistakes:
            return list(clause.flaws(setting))
        found: list[Flaw] = []
        try:
            for flaw in clause.flaws(setting):
                found.append(flaw)
        except (ValueError, TypeError, LookupError, ArithmeticError, AssertionError, AttributeError):
            # A mistake already reported leaves numbers out that the clause counts on; what it said until then stands.
            return found
        return found

    def places(self, at: int, flaw: Flaw) -> Iterator[Place]:
        owner = "member" if flaw.of_member else "clause"
        whole = 2  # a remark on the whole clause hides nothing in it
        return (m.place for m in self.content.mistakes if len(m.place) > whole and m.place[0] == owner)

    def flaw_place(self, at: int, flaw: Flaw) -> Place:
        keys = list(flaw.path)
        if flaw.of_member:
            keys = keys[1:] if keys[:1] == ["member"] else keys
            place: Place = ("member", self.member_ids.get(str(keys[0]), 0))
            keys = keys[1:]
        else:
            place = ("clause", at)
        node: Any = self.data[str(place[0])][place[1]]
        for key in keys:
            part = _step(node, key)
            place = (*place, part)
            node = child(node, part)
        return place


def without_echoes(mistakes: list[Mistake]) -> list[Mistake]:
    """A key written wrong is not reported as missing as well."""
    meant = {mistake.meant for mistake in mistakes}
    return [mistake for mistake in mistakes if not (mistake.absent and mistake.place in meant)]


def _step(node: Any, key: str | int) -> str | int:
    """A flaw's key as the data have it: entries of a list by their position."""
    if isinstance(node, list):
        names = [entry.get("name", entry.get("id")) if isinstance(entry, dict) else entry for entry in node]
        if isinstance(key, str) and key in names:
            return names.index(key)
        return int(key) if str(key).isdigit() and int(key) < len(node) else str(key)
    return str(key).removesuffix("_") if isinstance(node, dict) and key not in node else key


def _lists(place: Place, value: Any) -> Iterator[tuple[Place, list[Any]]]:
    if isinstance(value, list):
        yield place, value
    elif isinstance(value, dict):
        for key, entry in value.items():
            yield from _lists((*place, key), entry)


def _is_id(name: Any) -> bool:
    return isinstance(name, str) and ID.fullmatch(name) is not None
