"""Numbers of an agreement file: exact as written, alone or with where they come from."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime, time
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from typing import Any

from comity.errors import ComityError
from comity.rational import MAX_EXPONENT, exact

EVIDENCE = ("public", "estimated", "illustrative")
RATIO = re.compile(r"[+-]?\d+/\d+")
_LARGEST = 10**MAX_EXPONENT


class Unreadable(ComityError):
    """A value that is not what its place asks for, with the way out apart."""

    def __init__(self, message: str, hint: str = "") -> None:
        self.message, self.hint = message, hint
        super().__init__(f"{message}; {hint}" if hint else message)


class OutOfRange(Unreadable):
    """A number beyond its bounds."""

    def __init__(self, message: str, hint: str, number: Fraction) -> None:
        self.number = number
        super().__init__(message, hint)


def read_number(written: Any) -> Fraction:
    """The number a file states: ``0.25``, ``"1/3"`` or ``{value = 0.25, source = "...", evidence = "public"}``."""
    if isinstance(written, Mapping):
        return read_number(_value_of(written))
    if isinstance(written, int) and not isinstance(written, bool):
        if abs(written) > _LARGEST:
            raise Unreadable(f"the number is beyond 1e{MAX_EXPONENT}", "choose another unit")
        return Fraction(written)
    if isinstance(written, Decimal) and not written.is_finite():
        raise Unreadable(f"needs a finite number, found {shown(written)}")
    if isinstance(written, Decimal) or (isinstance(written, str) and RATIO.fullmatch(written)):
        try:
            return exact(written)
        except ComityError as problem:
            raise Unreadable(f"needs a number, found {shown(written)}", str(problem).removeprefix("a number is ")) from None
    hint = "write it without quotes" if isinstance(written, str) and _is_decimal(written) else ""
    raise Unreadable(f"needs a number, found {shown(written)}", hint)


def is_number(written: Any) -> bool:
    """Whether a value of the file is a number in any of its forms."""
    if isinstance(written, Mapping):
        return "value" in written
    if isinstance(written, str):
        return RATIO.fullmatch(written) is not None
    return isinstance(written, int | Decimal) and not isinstance(written, bool)


def decimal(written: str) -> Decimal:
    """Digits as written; what is no finite decimal becomes NaN and is refused where a number is asked for."""
    try:
        return Decimal(written)
    except InvalidOperation:
        return Decimal("NaN")


def shown(value: Any) -> str:
    """A value of the file in a message, briefly."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if value is None:
        return "null"
    if isinstance(value, Mapping):
        return "a table"
    if isinstance(value, list | tuple):
        return f"a list of {len(value)}" if value else "an empty list"
    if isinstance(value, int) and abs(value) > _LARGEST:
        return "a number of very many digits"
    text = f'"{value}"' if isinstance(value, str) else str(value)
    return text if len(text) <= 60 else text[:57] + "..."


def toml_text(value: Any) -> str:
    """A value as it would be written in the file; numbers that are no decimals as ``"1/3"``.

    Examples
    --------
    >>> toml_text(Fraction(4, 5)), toml_text(Fraction(1, 3)), toml_text(["a", 2]), toml_text(True)
    ('0.8', '"1/3"', '["a", 2]', 'true')
    """
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return '"' + "".join(_escaped(letter) for letter in value) + '"'
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{toml_text(str(key))} = {toml_text(entry)}" for key, entry in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(toml_text(entry) for entry in value) + "]"
    if isinstance(value, date | datetime | time):
        return value.isoformat()
    return _digits(exact(value))


def _digits(number: Fraction) -> str:
    """Decimal digits where they end, otherwise the ratio in quotes."""
    places, rest = 0, number.denominator
    for prime in (2, 5):
        count = 0
        while rest % prime == 0:
            rest //= prime
            count += 1
        places = max(places, count)
    if rest != 1:
        return f'"{number.numerator}/{number.denominator}"'
    if not places:
        return str(number.numerator)
    digits = str(abs(number.numerator) * 10**places // number.denominator).rjust(places + 1, "0")
    return f"{'-' if number < 0 else ''}{digits[:-places]}.{digits[-places:]}"


def _escaped(letter: str) -> str:
    if letter in '"\\':
        return "\\" + letter
    return letter if letter.isprintable() else f"\\U{ord(letter):08x}"


def _is_decimal(written: str) -> bool:
    return decimal(written).is_finite()


def _value_of(table: Mapping[str, Any]) -> Any:
    if {"low", "high"} & set(table):
        raise Unreadable("ranges {low, high} are not read", "write the number, or {value = ..., source = ..., evidence = ...}")
    unknown = set(table) - {"value", "source", "evidence"}
    if unknown or "value" not in table:
        found = ", ".join(sorted(unknown)) or "no value"
        raise Unreadable(f"needs a number, found a table with {found[:60]}", "write {value = ..., source = ..., evidence = ...}")
    if isinstance(table["value"], Mapping):
        raise Unreadable("needs a number as value, found a table")
    if not isinstance(table.get("source", ""), str):
        raise Unreadable(f"needs text as source, found {shown(table['source'])}")
    if table.get("evidence", "public") not in EVIDENCE:
        raise Unreadable(f"{shown(table['evidence'])} is no evidence mark", f"write one of {', '.join(EVIDENCE)}")
    return table["value"]
