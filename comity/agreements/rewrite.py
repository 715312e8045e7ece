"""A file's text with other values at some places, comments and layout kept."""

from __future__ import annotations

import json
import re
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
    written = tomlkit.dumps(document)
    # Added lines end as the file's own do.
    return re.sub(r"(?<!\r)\n", "\r\n", written) if "\r\n" in text else written


def _json(text: str, values: Mapping[Place, Any]) -> str:
    import tomllib

    # Digits are kept as written: as marked text on the way through, since a float would round them.
    data = json.loads(text.removeprefix("\ufeff"), parse_float=_marked)
    for place, value in values.items():
        _put(data, place, tomllib.loads(f"value = {toml_text(value)}", parse_float=_marked)["value"], dict)
    written = json.dumps(data, indent=2, ensure_ascii=False)
    return re.sub(rf'"{_MARK}([^"]*)"', r"\1", written) + "\n"


# A private-use character: it stands in no agreement, and JSON writes it as itself.
_MARK = "\ue000"


def _marked(digits: str) -> str:
    return _MARK + digits


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
