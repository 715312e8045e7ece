"""Games on file: the form ``game/0.1``, written and read without losing a digit.

``{"schema": "game/0.1", "kind": ..., "players": [...], "orientation": "gain" | "cost", ...}``; the rest belongs to the kind,
which is the ``kind`` attribute of a game class in the catalogue.  Numbers are JSON numbers, read as the decimals
they are written with, or text such as ``"1/3"``.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

from comity import rational
from comity.coalitions import check_table_size, label, mask_of, names_of, player_names
from comity.errors import ComityError, InvalidGame

if TYPE_CHECKING:
    from comity.games.coalitional.base import Game

SCHEMA = "game/0.1"
MAX_BYTES = 64 * 2**20
MAX_PLAYERS = 10_000
# A table of 2**20 worths by name is some 50 MB of text.
MAX_TABLE_PLAYERS = 20
# Integers beyond 2**53 are rounded by readers of JSON that know doubles only.
MAX_JSON_INTEGER = 2**53


def read_game(source: Mapping[str, Any] | str | os.PathLike[str]) -> Game:
    """The game in this file, JSON text or data; anything malformed is `InvalidGame` with the place and the way out.

    A path that ends in ``.csv`` is read as CSV: a header, and one row for each coalition with its ``worth`` (or ``cost``)
    and either a column ``coalition`` of names, ``"A,B"``, or one column of 0 and 1 for each player.

    Examples
    --------
    >>> read_game('{"schema": "game/0.1", "kind": "airport", "costs": {"A": 12, "B": 28}}')
    <AirportGame: 2 players (A, B), cost>
    """
    if not isinstance(source, Mapping) and str(source).lower().endswith(".csv"):
        from comity.games.coalitional.csv_form import game_from_csv

        return game_from_csv(_text_of(source))
    data = source if isinstance(source, Mapping) else strict_json(_text_of(source))
    if not isinstance(data, Mapping):
        raise InvalidGame(f"a game is a JSON object, not {type(data).__name__}; start with {{")
    if data.get("schema") != SCHEMA:
        raise InvalidGame(f'"schema" is {data.get("schema")!r}; this version reads "{SCHEMA}"')
    kinds = game_kinds()
    kind = data.get("kind")
    if not isinstance(kind, str) or kind not in kinds:
        raise InvalidGame(f'"kind" is {kind!r}; use one of {", ".join(sorted(kinds))}')
    try:
        game: Game = kinds[kind].from_json(data)
    except InvalidGame:
        raise
    except ComityError as error:
        raise InvalidGame(str(error)) from None
    return game


def game_kinds() -> dict[str, Any]:
    """Every game class that has a form on file, by its ``kind``."""
    from comity.catalogue import things

    return {thing.kind: thing for thing in things("comity.games").values() if isinstance(getattr(thing, "kind", None), str)}


def table_form(game: Game) -> dict[str, Any]:
    """Any game as its table by names, as far as 20 players.

    Examples
    --------
    >>> from comity.games.coalitional.table import TableGame
    >>> table_form(TableGame(["A", "B"], [0, "1/3", 0.5, 2]))["values"]
    {'A': '1/3', 'B': 0.5, 'A,B': 2}
    """
    check_table_size(game.n, MAX_TABLE_PLAYERS)
    worths = enumerate(game.exact_table())
    values = {",".join(names_of(game.players, S)): json_number(worth) for S, worth in worths if S}
    return game_form("table", game, values=values)


def read_table(data: Mapping[str, Any]) -> tuple[tuple[str, ...], list[Fraction], str]:
    """Players, worths by coalition and orientation from the kind ``table``."""
    given = fields(data, "values")
    players, listed = given["players"], given["values"]
    if players is None:
        raise InvalidGame('"players" is missing; list the names in the order that keys such as "A,B" use')
    check_table_size(len(players), MAX_TABLE_PLAYERS)
    if not isinstance(listed, Mapping):
        raise InvalidGame('"values" is not an object; write {"A": 0, "A,B": 60}')
    worths: list[Fraction | None] = [Fraction(0)] + [None] * ((1 << len(players)) - 1)
    for key, worth in listed.items():
        S = _coalition(players, key)
        worths[S] = rational.exact(worth, f"the worth of {label(players, S)}")
    missing = [S for S, worth in enumerate(worths) if worth is None]
    if missing:
        first = "; ".join(label(players, S) for S in missing[:3])
        raise InvalidGame(f'"values" lacks {len(missing)} coalitions, first {first}; give every coalition a worth')
    return players, [worth for worth in worths if worth is not None], given["orientation"]


def game_form(kind: str, game: Game, **own: Any) -> dict[str, Any]:
    """The fields every kind has, and then its own."""
    return {"schema": SCHEMA, "kind": kind, "players": list(game.players), "orientation": game.orientation.value, **own}


def fields(data: Mapping[str, Any], *own: str, orientation: str = "") -> dict[str, Any]:
    """The ``own`` fields, all required, with ``players`` (a tuple, or None) and ``orientation``.

    A field that does not belong is refused, for it may be a slip of the pen; so is an orientation the kind cannot have.
    """
    unknown = [key for key in data if key not in ("schema", "kind", "players", "orientation", *own)]
    if unknown:
        raise InvalidGame(f'a game of kind "{data["kind"]}" has no field {unknown[0]!r}; its own are {", ".join(own)}')
    missing = [key for key in own if key not in data]
    if missing:
        raise InvalidGame(f'a game of kind "{data["kind"]}" needs the field "{missing[0]}"')
    stated = data.get("orientation", orientation or "gain")
    if stated not in ("gain", "cost") or (orientation and stated != orientation):
        allowed = f'"{orientation}"' if orientation else '"gain" or "cost"'
        raise InvalidGame(f'"orientation" is {stated!r}; a game of kind "{data["kind"]}" takes {allowed}')
    return {"players": _players(data.get("players")), "orientation": str(stated), **{key: data[key] for key in own}}


def numbers(field: str, given: Any) -> Mapping[str, Any] | list[Any]:
    """``{name: number}`` or a list of numbers, not yet read."""
    if not isinstance(given, Mapping | list | tuple):
        raise InvalidGame(f'"{field}" is {given!r}; write {{"A": 12, "B": 28}}')
    if not 0 < len(given) <= MAX_PLAYERS:
        raise InvalidGame(f'"{field}" has {len(given)} entries; a game on file has 1 to {MAX_PLAYERS} players')
    return given if isinstance(given, Mapping) else list(given)


def json_number(number: Fraction) -> int | float | str:
    """The number as JSON keeps it exactly: an integer, a decimal, or else text such as ``"1/3"``."""
    if number.denominator == 1 and abs(number) <= MAX_JSON_INTEGER:
        return int(number)
    nearest = rational.double(number)
    written = nearest not in (float("inf"), float("-inf")) and abs(nearest) > 1e-300 and rational.exact(nearest) == number
    return nearest if written else rational.text(number)


def json_numbers(players: Iterable[str], exact: Iterable[Fraction]) -> dict[str, int | float | str]:
    """``{name: number}`` as JSON keeps it exactly."""
    return {name: json_number(number) for name, number in zip(players, exact, strict=True)}


def strict_json(text: str, parse_float: Callable[[str], Any] = Decimal) -> Any:
    """The data in JSON text; duplicate keys, NaN, infinities and bottomless nesting are refused.

    >>> strict_json('{"A": 1, "A": 2}')
    Traceback (most recent call last):
    ...
    comity.errors.InvalidGame: the JSON text gives the key 'A' twice; keep one
    """
    try:
        return json.loads(text, parse_float=parse_float, parse_constant=_no_constant, object_pairs_hook=_once)
    except InvalidGame:
        raise
    except (ValueError, RecursionError, InvalidOperation) as error:
        raise InvalidGame(f"this is not JSON that can be read: {error or type(error).__name__}") from None


def _text_of(source: str | os.PathLike[str]) -> str:
    if isinstance(source, str) and source.lstrip().startswith(("{", "[")):
        return source
    path = Path(source)
    try:
        if path.stat().st_size > MAX_BYTES:
            raise InvalidGame(f"{path} has {path.stat().st_size} bytes; a game on file has at most {MAX_BYTES}")
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidGame(f"{path} cannot be read: {error}; give the path of a JSON or CSV file in UTF-8") from None


def _players(listed: Any) -> tuple[str, ...] | None:
    if listed is None:
        return None
    if not isinstance(listed, list | tuple) or not all(isinstance(name, str) for name in listed):
        raise InvalidGame(f'"players" is {rational.shown(listed)}; write a list of names such as ["A", "B"]')
    if not 0 < len(listed) <= MAX_PLAYERS:
        raise InvalidGame(f'"players" has {len(listed)} names; a game on file has 1 to {MAX_PLAYERS}')
    return player_names(listed, len(listed))


def _coalition(players: tuple[str, ...], key: Any) -> int:
    if not isinstance(key, str) or not key:
        raise InvalidGame(
            f'"values" has the key {key!r}; write names joined by commas, and leave the empty coalition out: it is 0'
        )
    S = mask_of(players, key.split(","))
    ordered = ",".join(names_of(players, S))
    if key != ordered:
        raise InvalidGame(f'"values" has the key "{key}"; keep the order of "players" and write "{ordered}"')
    return S


def _no_constant(name: str) -> Any:
    raise InvalidGame(f"the JSON text contains {name}; only finite numbers have a meaning here")


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            raise InvalidGame(f"the JSON text gives the key {key!r} twice; keep one")
        found[key] = value
    return found
