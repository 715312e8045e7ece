"""What a clause or member can be told: a dataclass field with its meaning, unit and range.

The agreement layer derives the file's schema, its error messages and its documentation from these fields.
"""

from __future__ import annotations

from collections.abc import Mapping
from copy import copy
from dataclasses import MISSING, Field, field, fields
from fractions import Fraction
from functools import partial
from typing import Any


def parameter(
    meaning: str,
    *,
    unit: str = "",
    low: int | Fraction | None = None,
    high: int | Fraction | None = None,
    above: int | Fraction | None = None,
    below: int | Fraction | None = None,
    keys: str = "",
    refers: str = "",
    optional_keys: bool = False,
    default: Any = MISSING,
) -> Any:
    """A field of a clause, member or nested table.

    Parameters
    ----------
    meaning : str
        One line a designer understands.
    unit : str
        "money" (the agreement's unit), "probability", "share", "per period", or any text.  Text that begins with "money"
        (``money per unit``) or ends in "per money" says how the number changes when money is counted in another unit.
    low, high : number, optional
        Inclusive bounds; ``above`` and ``below`` are exclusive ones.  For a mapping or list they bound each number.
    keys : str
        For a mapping: "member" (one entry for every member the clause applies to) or "resource".
    refers : str
        For text: "clause" or "member" when it must be the id of one.
    optional_keys : bool
        A mapping by member may leave members out.
    default
        Left out: the field is required.

    Notes
    -----
    A trailing underscore is dropped in the file: ``class_`` is written ``class``.
    """
    metadata = {
        "meaning": meaning,
        "unit": unit,
        "low": low,
        "high": high,
        "above": above,
        "below": below,
        "keys": keys,
        "refers": refers,
        "optional_keys": optional_keys,
    }
    if isinstance(default, Mapping | list):
        return field(default_factory=partial(copy, default), metadata=metadata, kw_only=True)
    return field(default=default, metadata=metadata, kw_only=True)


def probability(meaning: str, **options: Any) -> Any:
    """A parameter in [0, 1]."""
    return parameter(meaning, unit="probability", low=0, high=1, **options)


def key_of(described: Field[Any]) -> str:
    """The field's name in the file."""
    return described.name.removesuffix("_")


def parameters_of(cls: type[Any]) -> Mapping[str, Field[Any]]:
    """The fields of a clause, member or nested table that the file may set, by their name in the file."""
    if cls not in _KNOWN:
        _KNOWN[cls] = {key_of(f): f for f in fields(cls) if "meaning" in f.metadata}
    return _KNOWN[cls]


# Paths are followed thousands of times in a search; a class does not change.
_KNOWN: dict[type[Any], dict[str, Field[Any]]] = {}
