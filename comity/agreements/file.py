"""The agreement file: read once, refused with every mistake at once, or taken as it stands."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from os import PathLike
from pathlib import Path
from typing import Any

from comity.agreements.content import Content, content_of
from comity.agreements.locate import Place, line_of, locate
from comity.agreements.marks import Mark, marks_of, path_of, sources_of
from comity.agreements.numbers import toml_text
from comity.agreements.overrides import changed, place_of
from comity.agreements.parse import MAX_BYTES, Parsed, parse, parse_value
from comity.agreements.rewrite import rewrite
from comity.agreements.schema import Mistake, Question
from comity.errors import AgreementError, ComityError, Problem
from comity.mechanisms.clause import Clause
from comity.mechanisms.members import Member
from comity.mechanisms.setting import Setting

MAX_PROBLEMS = 1_000


@dataclass(frozen=True)
class Agreement:
    """An agreement as its file states it: members, clauses, scenarios and questions, every number exact.

    Parameters
    ----------
    text : str
        The file, verbatim; ``sha256`` is that of its UTF-8 bytes.
    horizon : int or None
        Number of periods; None: infinite.
    scenarios : mapping
        By id, the values each scenario sets, by path.
    questions : tuple of Question
        Empty: everything that makes sense is asked.
    overrides : mapping
        What was set from outside the file: path to the value as the file would write it.
    marks : tuple of Mark
        Every number of the file as (path, value, mark), with overrides in place.
    quoted : mapping
        Sources of the numbers that state one, by path.

    Examples
    --------
    >>> from comity.agreements.starter import starter
    >>> agreement = Agreement.loads(starter())
    >>> [member.id for member in agreement.members]
    ['A', 'B', 'C']
    >>> agreement.with_overrides({"member.A.discount": "0.5"}).members[0].discount
    Fraction(1, 2)
    """

    text: str = field(repr=False)
    sha256: str
    name: str
    id: str
    title: str
    unit: str
    period: str
    horizon: int | None
    provenance: str
    sources: tuple[str, ...]
    members: tuple[Member, ...] = field(repr=False)
    clauses: tuple[Clause, ...] = field(repr=False)
    scenarios: Mapping[str, Mapping[str, Any]] = field(repr=False)
    questions: tuple[Question, ...] = field(repr=False)
    overrides: Mapping[str, str]
    marks: tuple[Mark, ...] = field(repr=False)
    quoted: Mapping[str, str] = field(repr=False)

    @classmethod
    def load(cls, path: str | PathLike[str]) -> Agreement:
        """Read a ``.toml`` or ``.json`` file; raises `AgreementError` with all its mistakes."""
        return cls.loads(_text_of(Path(path)), name=str(path))

    @classmethod
    def loads(cls, text: str, name: str = "agreement.toml", overrides: Mapping[str, Any] | None = None) -> Agreement:
        """Read a text; it is JSON if the name ends in ``.json`` or it begins with a brace, TOML otherwise."""
        data, content = _read(text, name)
        written = {path: _as_written(value) for path, value in (overrides or {}).items()}
        for path, value in written.items():
            data = _overridden(data, path, parse_value(value))
        if written:
            content = content_of(data)
            _refuse_overrides(data, content, written)
        head = content.heading
        assert head is not None  # its absence is a mistake
        return cls(
            text=text,
            sha256=hashlib.sha256(text.encode()).hexdigest(),
            name=name,
            id=head.id,
            title=head.title,
            unit=head.unit,
            period=head.period,
            horizon=head.horizon if isinstance(head.horizon, int) else None,
            provenance=head.provenance,
            sources=head.sources,
            members=tuple(content.members.values()),
            clauses=tuple(content.clauses.values()),
            scenarios={scenario.id: scenario.set for scenario in content.scenarios},
            questions=tuple(content.questions),
            overrides=written,
            marks=marks_of(data, frozenset(written)),
            quoted=sources_of(data),
        )

    def with_overrides(self, overrides: Mapping[str, Any]) -> Agreement:
        """The same file with other values at some paths, checked as if the file said so.

        Values may be numbers, lists, mappings, or text as on the command line, which is read as a TOML value.
        """
        return type(self).loads(self.text, self.name, {**self.overrides, **overrides})

    def scenario(self, name: str) -> Agreement:
        """The agreement under one of its scenarios."""
        if name not in self.scenarios:
            raise ComityError(f"there is no scenario {name!r}; the scenarios are {', '.join(self.scenarios) or 'none'}")
        return self.with_overrides({path: toml_text(value) for path, value in self.scenarios[name].items()})

    def rewritten(self, change: Mapping[str, Any]) -> Agreement:
        """The agreement whose text says what these changes and its overrides say, everything else verbatim."""
        data, _ = _read(self.text, self.name)
        values = {path: parse_value(_as_written(value)) for path, value in {**self.overrides, **change}.items()}
        # All at once: some numbers, such as side payments, only make sense together.
        places = {place_of(data, path): value for path, value in values.items()}
        found = type(self).loads(rewrite(self.text, places, is_json=_is_json(self.text, self.name)), self.name)
        return replace(found, questions=self.questions)

    def setting(self) -> Setting:
        """What the clauses are asked with: everyone present, no evidence found yet."""
        return Setting(self.members, self.clauses, self.members, self.unit, self.period, self.horizon)

    @property
    def numbers_without_source(self) -> tuple[Mark, ...]:
        """Numbers marked illustrative or not at all, and quoting no source."""
        return tuple(mark for mark in self.marks if mark.mark in (None, "illustrative") and mark.path not in self.quoted)


def _text_of(path: Path) -> str:
    """The file's text with its line ends and byte order mark as they are."""
    try:
        with path.open("rb") as file:
            content = file.read(MAX_BYTES + 1)
    except FileNotFoundError:
        raise _refusal(path, "there is no such file", "comity new FILE writes one to start from") from None
    except IsADirectoryError:
        raise _refusal(path, "this is a folder", "name the agreement file in it") from None
    except (OSError, ValueError) as problem:
        raise _refusal(path, f"the file cannot be read ({getattr(problem, 'strerror', None) or problem})") from None
    if len(content) > MAX_BYTES:
        raise _too_long(str(path))
    try:
        return content.decode()
    except UnicodeDecodeError as problem:
        line = content.count(b"\n", 0, problem.start) + 1
        raise AgreementError(
            str(path), [Problem(line, "", f"byte {content[problem.start]:#x} is not UTF-8", "save the file as UTF-8")]
        ) from None


def _refusal(path: Path, message: str, hint: str = "") -> AgreementError:
    return AgreementError(str(path), [Problem(1, "", message, hint)])


def _too_long(name: str) -> AgreementError:
    return AgreementError(name, [Problem(1, "", f"the file is longer than {MAX_BYTES:,} bytes", "an agreement is a few pages")])


def _read(text: str, name: str) -> tuple[dict[str, Any], Content]:
    """The data of a sound text and what they say; otherwise all problems at once."""
    if len(text) > MAX_BYTES:
        raise _too_long(name)
    try:
        text.encode()
    except UnicodeEncodeError:
        raise AgreementError(name, [Problem(1, "", "the text holds characters that UTF-8 cannot write")]) from None
    is_json = _is_json(text, name)
    parsed = parse(text, is_json=is_json)
    problems = list(parsed.problems)
    content = Content()
    if parsed.data is not None:
        known: dict[Any, Any] = {}
        content = content_of(parsed.data, known)
        content.mistakes += _scenario_mistakes(parsed.data, content, known)
        problems += _problems(parsed, content.mistakes, is_json)
    if problems or parsed.data is None:
        raise AgreementError(name, _with_text(problems, text))
    return parsed.data, content


def _is_json(text: str, name: str) -> bool:
    # No TOML file begins with a brace, so a text without its name is known as well.
    return name.lower().endswith(".json") or text.removeprefix("\ufeff").lstrip()[:1] == "{"


def _problems(parsed: Parsed, mistakes: list[Mistake], is_json: bool) -> list[Problem]:
    """Mistakes with their lines; those on a line that could not be read only echo that."""
    if not mistakes or parsed.data is None:
        return []
    lines = locate(parsed.text, is_json=is_json)
    broken = {problem.line for problem in parsed.problems}
    found = (Problem(line_of(lines, m.place), path_of(parsed.data, m.place), m.message, m.hint) for m in mistakes)
    return [problem for problem in found if problem.line not in broken]


def _with_text(problems: list[Problem], text: str) -> list[Problem]:
    lines = text.removeprefix("\ufeff").split("\n")
    ordered = sorted(set(problems))
    rest = len(ordered) - MAX_PROBLEMS
    shown = [Problem(p.line, p.path, p.message, p.hint, lines[p.line - 1].strip()[:200]) for p in ordered[:MAX_PROBLEMS]]
    if rest > 0:
        last = shown[-1].line
        shown.append(Problem(last, "", f"and {rest:,} more mistakes from here on"))
    return shown


# --- values from outside the file ------------------------------------------------------------


def _scenario_mistakes(data: dict[str, Any], content: Content, known: dict[Any, Any]) -> list[Mistake]:
    """What goes wrong when each scenario is put in force, at the line that sets it; asked of sound files alone."""
    if content.mistakes:
        return []
    found: list[Mistake] = []
    bare = {key: value for key, value in data.items() if key != "scenario"}
    for at in range(len(content.scenarios)):
        changes = data["scenario"][at]["set"]
        other = bare
        places: dict[Place, Place] = {}
        for path, value in changes.items():
            where: Place = ("scenario", at, "set", path)
            try:
                if "." not in path and isinstance(value, dict):
                    raise ComityError(f'write the whole path in quotes, as in "{path}.ID.key" = 0.5')
                place = place_of(bare, path)
            except ComityError as problem:
                found.append(Mistake(where, *_parted(str(problem))))
                continue
            other = changed(other, place, value)
            places[place] = where
        for mistake in content_of(other, known).mistakes:
            where = next((places[place] for place in places if mistake.place[: len(place)] == place), ("scenario", at, "set"))
            found.append(Mistake(where, f"{path_of(other, mistake.place)} {mistake.message}", mistake.hint))
    return found


def _parted(message: str) -> tuple[str, str]:
    head, _, hint = message.partition("; ")
    return head, hint


def _as_written(value: Any) -> str:
    """An override as the file would write it."""
    return value if isinstance(value, str) else toml_text(value)


def _overridden(data: dict[str, Any], path: str, value: Any) -> dict[str, Any]:
    try:
        found: dict[str, Any] = changed(data, place_of(data, path), value)
    except ComityError as problem:
        raise ComityError(f"{path}: {problem}") from None
    return found


def _refuse_overrides(data: dict[str, Any], content: Content, written: Mapping[str, str]) -> None:
    """The file was sound without them, so whatever is wrong now is theirs."""
    if content.mistakes:
        given = ", ".join(f"{path}={value}" for path, value in written.items())
        lines = (
            f"{path_of(data, m.place)}: {m.message}{'; ' + m.hint if m.hint else ''}" for m in content.mistakes[:MAX_PROBLEMS]
        )
        raise ComityError("\n".join([f"with {given[:200]}:", *lines]))
