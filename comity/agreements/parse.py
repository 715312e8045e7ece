"""The text of an agreement as plain data, or every syntax mistake that can be told apart.

After a syntax mistake the offending word is replaced and reading goes on, so that one missing quote does not hide the
mistakes that follow; problems on a line with a syntax mistake are then left out, because they only echo it.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from comity.agreements.locate import depth_exceeded, repeated, unclosed
from comity.agreements.numbers import decimal
from comity.errors import Problem

MAX_BYTES = 1_000_000
MAX_DEPTH = 20
MAX_ENTRIES = 10_000
MAX_MENDED = 20
MENDABLE_BYTES = 200_000
UNFINISHED, UNQUOTED = "The text ends too soon", "The text ends within quotes"

_PLACE = re.compile(r" \(at (?:line (\d+), column (\d+)|end of document)\)$")
_WORD = re.compile(r"[^\s,\]}#]+")
_STATEMENT = re.compile(r"[ \t]*([A-Za-z0-9_\"'.-]+)[ \t]*=")
_HALF_LETTER = re.compile(r"\\u[dD][89a-fA-F]")
_HEADER = re.compile(r"[ \t]*\[\[?[^\[\]=]+\]\]?[ \t]*(?:#.*)?")
_FIRST_WORD = re.compile(r"[ \t]*([A-Za-z0-9_-]+)")


@dataclass(frozen=True)
class Parsed:
    """Plain data where there are any, the text they were read from, and the syntax mistakes found on the way."""

    data: dict[str, Any] | None
    text: str
    problems: tuple[Problem, ...]


def parse(text: str, *, is_json: bool) -> Parsed:
    """Read TOML or JSON with numbers kept as written."""
    text = text.removeprefix("\ufeff").replace("\r\n", "\n")
    deep = depth_exceeded(text, MAX_DEPTH)
    if deep is not None:
        return Parsed(None, text, (Problem(deep, "", f"lists and tables are nested more than {MAX_DEPTH} deep"),))
    parsed = _json(text) if is_json else _toml(text)
    problem = None if parsed.data is None else _too_large(parsed.data)
    return parsed if problem is None else Parsed(None, parsed.text, (*parsed.problems, problem))


def parse_value(text: str) -> Any:
    """A value given on the command line: a TOML value, or else the words as they stand."""
    if "\n" in text or len(text) > MAX_BYTES or depth_exceeded(text, MAX_DEPTH) is not None:
        return text
    try:
        data = tomllib.loads("value = " + text, parse_float=decimal)
    except ValueError:
        return text.strip()
    return data["value"]


def _toml(text: str) -> Parsed:
    problems: dict[int, Problem] = {}
    while True:
        try:
            return Parsed(tomllib.loads(text, parse_float=decimal), text, tuple(problems.values()))
        except ValueError as problem:  # besides TOMLDecodeError: integers too long for Python
            message, line, column = _where(str(problem), text)
        lines = text.split("\n")
        if message == "Invalid value" and _HEADER.fullmatch(lines[line - 1]):
            message = UNFINISHED
        if message == UNFINISHED:  # told where it begins, since it ends nowhere
            line = unclosed("\n".join(lines[: line - 1]) if column > 1 and _HEADER.fullmatch(lines[line - 1]) else text) or line
        problems.setdefault(line, Problem(line, "", *_explained(message, lines[line - 1], column)))
        mended = _mended(message, lines, line, column) if len(problems) <= MAX_MENDED and len(text) <= MENDABLE_BYTES else None
        if mended is None or mended == text:
            return Parsed(None, text, tuple(problems.values()))
        text = mended


def _where(message: str, text: str) -> tuple[str, int, int]:
    """The parser's message, line and column, counted from 1."""
    found = _PLACE.search(message)
    if found is None:  # Python tells no place for integers too long to be read
        long = re.search(r"\d[\d_]{4000,}", text)
        start = long.start() if long else 0
        return "Invalid value", text.count("\n", 0, start) + 1, start - text.rfind("\n", 0, start)
    message = message[: found.start()]
    if found[1] is None:
        last = text.rstrip("\n")
        in_text = "string" in message or "'''" in message or '"""' in message
        return (UNQUOTED if in_text else UNFINISHED), last.count("\n") + 1, len(last) - last.rfind("\n")
    return message, int(found[1]), int(found[2])


def _explained(message: str, line: str, column: int) -> tuple[str, str]:
    """What is wrong and what to do, in the words of someone who writes agreements rather than TOML."""
    found = _WORD.match(line, column - 1)
    word = found.group()[:40] if found else ""
    statement = _STATEMENT.match(line)
    if message == "Cannot overwrite a value" and statement:
        return f"the key {statement[1]} is written twice in the same table", "keep one of the two"
    if message.startswith("Cannot declare"):
        return (
            f"the table {line.strip()[:60]} is written twice",
            "write [[member]] and [[clause]] in double brackets; keep one of the others",
        )
    if message == UNFINISHED:
        return "a list or table that begins here is not closed", "look for a missing ] or }"
    if message == UNQUOTED:
        return "a text is not closed", "look for missing quotes"
    if message == "Invalid value" and word.lower() in ("true", "false", "yes", "no"):
        return f"{word} is not read", "write true or false, in small letters"
    if message == "Invalid value" and word[:1].isalpha():
        return f"{word} is not read", f'text needs quotes: "{word}"'
    if message == "Invalid value" and word[:1].isdigit():
        return f"{word} is not read", "write numbers like 1500000, 0.25 or 1e8"
    if message == "Invalid value":
        return "a value is missing or cannot be read", "write a number, true, false, or text in quotes"
    if message.startswith("Expected newline or end of document"):
        comma = re.fullmatch(r"[\d.]+,\d[\d.,]*", line.split("=", 1)[-1].split("#")[0].strip())
        hint = "write decimals with a point and no separators" if comma else "one key a line, text in quotes, comments after #"
        return f"something is left over after the value: {line[column - 1 :].strip()[:40]}", hint
    if message.startswith("Expected '=' after a key"):
        return "there is no = after the key", "write key = value"
    return f"the file cannot be read here ({message[:80]})", "look for a missing quote, bracket or comma here or just above"


def _mended(message: str, lines: list[str], number: int, column: int) -> str | None:
    """The text with the offending piece made harmless, or None where that would be a guess."""
    line = lines[number - 1]
    if message == "Invalid value":
        found = _WORD.match(line, column - 1)
        rest = line[found.end() :] if found else ""
        if found is None and _STATEMENT.match(line) is None:
            return None
        changed = f"{line[: column - 1]} false{rest}"
    elif message.startswith("Expected newline or end of document") and line[: column - 1].strip():
        changed = line[: column - 1]
    elif message == "Cannot overwrite a value" and _STATEMENT.match(line):
        changed = ""
    elif message.startswith("Expected '=' after a key") and (first := _FIRST_WORD.match(line)):
        changed = f"{first[1]} = false"
    else:
        return None
    return "\n".join([*lines[: number - 1], changed, *lines[number:]])


def _json(text: str) -> Parsed:
    repeats = False

    def table(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        nonlocal repeats
        found = dict(pairs)
        repeats |= len(found) < len(pairs)
        return found

    try:
        data = json.loads(text, parse_float=decimal, parse_constant=decimal, object_pairs_hook=table)
    except json.JSONDecodeError as problem:
        hint = "look for a missing quote, bracket or comma here or just above"
        return Parsed(None, text, (Problem(problem.lineno, "", f"the file is no JSON here ({problem.msg})", hint),))
    except ValueError as problem:  # integers too long for Python
        _, line, _ = _where(str(problem), text)
        return Parsed(None, text, (Problem(line, "", "a number has too many digits", "choose another unit"),))
    if not isinstance(data, dict):
        return Parsed(None, text, (Problem(1, "", "the file is not a table of keys", 'write {"schema": "agreement/0.1", ...}'),))
    if _HALF_LETTER.search(text) and not _writable(data):
        return Parsed(
            None, text, (Problem(1, "", "the text holds half a letter, such as \\ud800 alone", "write the letter itself"),)
        )
    found = repeated(text) if repeats else []
    return Parsed(
        data, text, tuple(Problem(line, "", f"the key {key[:60]} is written twice in the same table") for line, key in found)
    )


def _writable(data: Any) -> bool:
    try:
        json.dumps(data, ensure_ascii=False, default=str).encode()
    except UnicodeEncodeError:
        return False
    return True


def _too_large(data: Mapping[str, Any]) -> Problem | None:
    """Depth by dotted keys, which no bracket shows, and the length of lists; without recursion."""
    level: list[Any] = [data]
    for _ in range(MAX_DEPTH + 1):
        deeper: list[Any] = []
        for node in level:
            if len(node) > MAX_ENTRIES:
                return Problem(1, "", f"a list or table has {len(node):,} entries, more than {MAX_ENTRIES:,}")
            entries = node.values() if isinstance(node, dict) else node
            deeper.extend(entry for entry in entries if isinstance(entry, dict | list))
        level = deeper
        if not level:
            return None
    return Problem(1, "", f"lists and tables are nested more than {MAX_DEPTH} deep")
