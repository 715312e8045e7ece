"""A file's text with other values at some places, comments and layout kept."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from comity.agreements.locate import Place
from comity.agreements.numbers import toml_text


def rewrite(text: str, values: Mapping[Place, Any], *, is_json: bool) -> str:
    """The text of a sound TOML or JSON file saying these values; keys that were left out are added."""
    return _json(text, values) if is_json else _toml(text, values)


def _toml(text: str, values: Mapping[Place, Any]) -> str:
    import tomlkit

    document = tomlkit.parse(text.removeprefix("\ufeff"))
    for place, value in values.items():
        _put(document, place, tomlkit.value(toml_text(value)), tomlkit.inline_table)
    return tomlkit.dumps(document)


def _json(text: str, values: Mapping[Place, Any]) -> str:
    import tomllib

    # Numbers keep the digits they are written with: floats are read and written as text by repr.
    data = json.loads(text.removeprefix("\ufeff"))
    for place, value in values.items():
        _put(data, place, tomllib.loads(f"value = {toml_text(value)}")["value"], dict)
    return json.dumps(data, indent=2, ensure_ascii=False) + "\n"


def _put(data: Any, place: Place, value: Any, table: Any) -> None:
    for part in place[:-1]:
        if isinstance(data, dict) and part not in data:
            data[part] = table()
        data = data[part]
    last = place[-1]
    before = data.get(last) if isinstance(data, dict) else data[last]
    if isinstance(before, dict) and "value" in before and not isinstance(value, dict):
        # A number that states its source is now the amendment's, not the source's.
        before["value"] = value
        before.pop("source", None)
    else:
        data[last] = value
