"""A table of the file and the dataclass it is written for, walked side by side."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import Field, dataclass, is_dataclass
from fractions import Fraction
from typing import Any, get_args, get_origin

from comity.agreements.locate import Place
from comity.agreements.numbers import is_number
from comity.agreements.schema import hints_of, type_written
from comity.mechanisms.parameters import parameters_of


@dataclass(frozen=True)
class Node:
    """One value of the file: where, what, its type, the described field that governs it, and whether it is that field."""

    place: Place
    value: Any
    hint: Any
    described: Field[Any]
    is_field: bool

    @property
    def is_number(self) -> bool:
        """Whether it is a number, written where one belongs."""
        return self.hint in (int, Fraction) and is_number(self.value)


def nodes(cls: type[Any], raw: Mapping[str, Any], place: Place = ()) -> Iterator[Node]:
    """Every value that stands where the dataclass expects one of its shape; what does not fit is passed over."""
    hints, described = hints_of(cls), parameters_of(cls)
    for key, value in raw.items():
        if key in described:
            yield from _below((*place, key), value, hints[described[key].name], described[key], True)


def _below(place: Place, value: Any, hint: Any, described: Field[Any], is_field: bool) -> Iterator[Node]:
    hint = type_written(hint, value)
    origin, inner = get_origin(hint), get_args(hint)
    yield Node(place, value, hint, described, is_field)
    if isinstance(value, list) and origin is tuple:
        for at, entry in enumerate(value):
            yield from _below(
                (*place, at), entry, inner[min(at, len(inner) - 1)] if inner[-1] is not ... else inner[0], described, False
            )
    elif isinstance(value, Mapping) and is_dataclass(hint):
        assert isinstance(hint, type)
        yield from nodes(hint, value, place)
    elif isinstance(value, Mapping) and isinstance(origin, type) and issubclass(origin, Mapping):
        for key, entry in value.items():
            yield from _below((*place, key), entry, inner[1], described, False)
