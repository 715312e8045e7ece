"""The line of every key of a TOML or JSON text, which the standard parsers do not tell; one pass, linear time."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Mapping
from typing import Any

Place = tuple[str | int, ...]

# Possessive, and an unclosed string runs on to the end: no text makes these patterns go back over it.
_STRING = re.compile(
    r'"""(?:[^"\\]++|\\(?:.|\Z)|""?(?!"))*+(?:"{3,5}|\Z)'
    r"|'''(?:[^']++|''?(?!'))*+(?:'{3,5}|\Z)"
    r'|"(?:[^"\\\n]++|\\[^\n])*+"?'
    r"|'[^'\n]*+'?",
    re.DOTALL,
)
_BARE = re.compile(r"[A-Za-z0-9_-]+")
_BLANK = re.compile(r"[ \t]*")
_SKIP = re.compile(r"(?:[ \t\r\n]++|#[^\n]*+)*+")
_SCALAR = re.compile(r"[^,\]}#\n]+")
_DEEPENING = re.compile(_STRING.pattern + r"|#[^\n]*+|[\[{\]}.=,\n]", re.DOTALL)


def locate(text: str, *, is_json: bool = False) -> dict[Place, int]:
    """Lines of all keys and list entries of a text its parser accepts.

    Examples
    --------
    >>> lines = locate('[[member]]\\nid = "A"\\nendow = {\\n}\\n')
    >>> lines["member", 0], lines["member", 0, "endow"]
    (1, 3)
    """
    return _scanned(text, is_json).lines


def repeated(text: str) -> list[tuple[int, str]]:
    """Line and name of every key a JSON text writes twice in one table."""
    return _scanned(text, is_json=True).repeated


def line_of(lines: Mapping[Place, int], place: Place) -> int:
    """The line of a place, or of the nearest table around it that is written in the file."""
    while place and place not in lines:
        place = place[:-1]
    return lines.get(place, 1)


def child(node: Any, part: str | int) -> Any:
    """One step down the data of a file; None where there is nothing."""
    if isinstance(node, list) and isinstance(part, int) and part < len(node):
        return node[part]
    return node.get(part) if isinstance(node, dict) else None


def depth_exceeded(text: str, deepest: int) -> int | None:
    """The line where brackets or dotted keys go deeper than allowed; parsers run out of stack or time there."""
    depth = dots = 0
    for found in _DEEPENING.finditer(text):
        mark = found.group()
        if mark in ("[", "{"):
            depth += 1
        elif mark in ("]", "}"):
            depth -= 1
        dots = dots + 1 if mark == "." else 0 if mark in ("=", ",", "\n") else dots
        if max(depth, dots) > deepest:
            return text.count("\n", 0, found.start()) + 1
    return None


def unclosed(text: str) -> int | None:
    """The line of the last bracket that is opened and never closed."""
    opened: list[int] = []
    for found in _DEEPENING.finditer(text):
        if found.group() in ("[", "{"):
            opened.append(found.start())
        elif found.group() in ("]", "}") and opened:
            opened.pop()
    return text.count("\n", 0, opened[-1]) + 1 if opened else None


def _scanned(text: str, is_json: bool) -> _Scan:
    scan = _Scan(text.replace("\r\n", "\n"), is_json)
    if is_json:
        scan.skip()
        scan.value(())
    else:
        scan.document()
    return scan


class _Scan:
    """A position in the text, its line, and the lines found so far."""

    def __init__(self, text: str, is_json: bool) -> None:
        self.text = text
        self.is_json = is_json
        self.at = 0
        self.lines: dict[Place, int] = {}
        self.repeated: list[tuple[int, str]] = []
        self.last_entry: dict[Place, int] = {}  # of arrays of tables
        self._line, self._counted = 1, 0

    def line(self) -> int:
        """Counted on from where it was last asked, so that the whole text is counted once."""
        self._line += self.text.count("\n", self._counted, self.at)
        self._counted = self.at
        return self._line

    def skip(self) -> None:
        self.at = self._end(_SKIP)

    def document(self) -> None:
        table: Place = ()
        while True:
            self.skip()
            if self.at >= len(self.text):
                return
            line = self.line()
            if self.text.startswith("[[", self.at):
                table = self.entry_header(line)
            elif self.text[self.at] == "[":
                table = self.table_header(line)
            else:
                key = self.key()
                self.note(table, key, line)
                self.at += 1  # the equals sign
                self.at = self._end(_BLANK)
                self.value(table + key)

    def entry_header(self, line: int) -> Place:
        self.at += 2
        key = self.key()
        self.at += 2
        array = (*self.resolve(key[:-1]), key[-1])
        self.last_entry[array] = self.last_entry.get(array, -1) + 1
        self.note((), array, line)
        entry = (*array, self.last_entry[array])
        self.lines[entry] = line
        return entry

    def table_header(self, line: int) -> Place:
        self.at += 1
        table = self.resolve(self.key())
        self.at += 1
        self.note((), table, line)
        return table

    def resolve(self, key: Place) -> Place:
        """A header's key, with arrays of tables standing for their last entry."""
        place: Place = ()
        for part in key:
            place = (*place, part)
            if place in self.last_entry:
                place = (*place, self.last_entry[place])
        return place

    def note(self, table: Place, key: Place, line: int) -> None:
        for length in range(1, len(key) + 1):
            self.lines.setdefault(table + key[:length], line)

    def key(self) -> Place:
        parts: list[str | int] = []
        while True:
            self.at = self._end(_BLANK)
            found = _STRING.match(self.text, self.at) or _BARE.match(self.text, self.at)
            if found is None:
                raise ValueError("no key here; locate reads what a parser has accepted")
            parts.append(self._plain(found.group()))
            self.at = found.end()
            self.at = self._end(_BLANK)
            if self.text[self.at] != ".":
                return tuple(parts)
            self.at += 1

    def value(self, place: Place) -> None:
        opening = self.text[self.at]
        if opening == "[":
            self.entries("]", place)
        elif opening == "{":
            self.entries("}", place)
        else:
            self.at = (_STRING.match(self.text, self.at) or _SCALAR.match(self.text, self.at) or self._stuck()).end()

    def entries(self, closing: str, place: Place) -> None:
        self.at += 1
        count = 0
        while True:
            self.skip()
            letter = self.text[self.at]
            if letter in (closing, ","):
                self.at += 1
                if letter == closing:
                    return
                continue
            line = self.line()
            if closing == "]":
                inner: Place = (*place, count)
                self.lines[inner] = line
                count += 1
            else:
                key = self.key() if not self.is_json else self.json_key()
                if place + key in self.lines:
                    self.repeated.append((line, str(key[-1])))
                self.note(place, key, line)
                self.at += 1  # the equals sign or colon
                self.skip()
                inner = place + key
            self.value(inner)

    def json_key(self) -> Place:
        found = _STRING.match(self.text, self.at) or self._stuck()
        self.at = found.end()
        self.skip()
        return (self._plain(found.group()),)

    def _plain(self, written: str) -> str:
        if written[0] not in "\"'":
            return written
        return str(json.loads(written) if self.is_json else tomllib.loads("key=" + written)["key"])

    def _end(self, pattern: re.Pattern[str]) -> int:
        found = pattern.match(self.text, self.at)
        return found.end() if found else self.at

    def _stuck(self) -> re.Match[str]:
        raise ValueError("no value here; locate reads what a parser has accepted")
