"""A game from whatever the data are: a dict, a DataFrame, a table by bitmask, a function, a file."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import islice
from typing import Any

import numpy as np

from comity import rational
from comity.coalitions import MAX_TABLE_PLAYERS, check_table_size, label, mask_of, player_names
from comity.errors import ComityError, InvalidGame
from comity.games.coalitional.base import Game
from comity.games.coalitional.function import FunctionGame
from comity.games.coalitional.json_form import SCHEMA, read_game
from comity.games.coalitional.table import TableGame

# The column of worths says whether they are received or paid.
WORTHS = {"worth": "gain", "cost": "cost"}


def game_from(data: Any, players: Iterable[str] | None = None, orientation: str | None = None) -> Game:
    """The game in these data; nothing is guessed and no gap is filled.

    Parameters
    ----------
    data
        One of

        * a dict ``{"A": 0, ("A", "B"): 60, "A,C": 48, ...}``, a key being names or text with commas between them;
        * a pandas Series with such an index, or a DataFrame: a column ``worth`` or ``cost``, and either a column
          ``coalition`` with such keys or one column of 0 and 1 for each player;
        * an array or list of 2**n worths by bitmask;
        * a function from a frozenset of names to a worth, which needs ``players``;
        * a path to a file in JSON (``game/0.1``) or CSV (see `read_game`), or the JSON data;
        * a game, which comes back as it is.
    players : iterable of str, optional
        The names in order.  Without it: the order of columns, or in which the players stand alone, or "1", "2", ...
    orientation : "gain" or "cost", optional
        Gain by default; a column ``cost`` makes a cost game.

    Returns
    -------
    Game
        A `TableGame`, a `FunctionGame`, or the kind that the file names.

    Examples
    --------
    >>> game_from({"A": 0, "B": 0, "A,B": 60}).value(0b11)
    60.0
    >>> game_from(lambda members: len(members) ** 2, players="ABC").players
    ('A', 'B', 'C')
    >>> import pandas as pd
    >>> game_from(pd.DataFrame({"A": [1, 0, 1], "B": [0, 1, 1], "cost": [12, 28, 30]}))
    <TableGame: 2 players (A, B), cost>
    """
    names = None if players is None else tuple(players)
    if isinstance(data, Game) or _is_on_file(data):
        _refuse_extras(names, orientation, data)
        return data if isinstance(data, Game) else read_game(data)
    if callable(data):
        if names is None:
            raise InvalidGame("a function does not say who plays; give players=")
        return _as_invalid_game(lambda: FunctionGame(names, data, orientation=orientation or "gain"))
    if hasattr(data, "columns") and hasattr(data, "to_dict"):
        return _as_invalid_game(lambda: game_from_rows(list(data.columns), data.to_numpy(dtype=object), names, orientation))
    if hasattr(data, "index") and hasattr(data, "to_dict"):
        rows = zip(data.index, data.to_numpy(dtype=object), strict=True)
        return _as_invalid_game(lambda: _by_name(rows, names, orientation))
    if isinstance(data, Mapping):
        return _as_invalid_game(lambda: _by_name(data.items(), names, orientation))
    if isinstance(data, Iterable) and not isinstance(data, str | bytes | set | frozenset):
        return _as_invalid_game(lambda: _by_mask(data, names, orientation))
    raise InvalidGame(f"no game can be made of {type(data).__name__}; give a dict, DataFrame, array, function or path")


def game_from_rows(
    columns: Sequence[Any], rows: Iterable[Sequence[Any]], players: Sequence[str] | None = None, orientation: str | None = None
) -> TableGame:
    """A game from the rows of a table with a column ``worth`` or ``cost`` and coalitions in one column or in one a player."""
    stated = [column for column in columns if column in WORTHS]
    if len(stated) != 1 or len(set(columns)) < len(columns):
        listed = ", ".join(map(str, columns))
        raise InvalidGame(f'the columns are {listed}; exactly one is "worth" or "cost", and no other stands twice')
    worth = columns.index(stated[0])
    if orientation is not None and stated[0] == "cost" and orientation != "cost":
        raise InvalidGame(f'the column "cost" makes a cost game, but orientation is {orientation!r}; rename the column "worth"')
    orientation = orientation or WORTHS[stated[0]]
    others = [column for k, column in enumerate(columns) if k != worth]
    if others == ["coalition"]:
        return _by_name(((row[1 - worth], row[worth]) for row in rows), players, orientation)
    if "coalition" in others:
        extra = next(column for column in others if column != "coalition")
        raise InvalidGame(f'beside "coalition" and "{stated[0]}" there is a column {extra!r}; drop it')
    pairs = ((_marked(others, [x for k, x in enumerate(row) if k != worth]), row[worth]) for row in rows)
    return _by_name(pairs, others if players is None else players, orientation)


def _by_name(pairs: Iterable[tuple[Any, Any]], players: Sequence[str] | None, orientation: str | None) -> TableGame:
    # The largest table has 2**25 rows; one more shows that there are too many.
    named = [(_names(key), worth) for key, worth in islice(pairs, (1 << MAX_TABLE_PLAYERS) + 1)]
    # Every player must be listed alone, so that order serves sets, too, which have none.
    listed = dict.fromkeys([names[0] for names, _ in named if len(names) == 1]) | dict.fromkeys(
        name for names, _ in named for name in sorted(names)
    )
    order = player_names(listed if players is None else players, len(listed if players is None else players))
    check_table_size(len(order))
    worths: dict[tuple[str, ...], Any] = {}
    seen: set[int] = set()
    for names, worth in named:
        S = mask_of(order, names)
        if S in seen:
            raise InvalidGame(f"coalition {label(order, S)} is given twice; keep one")
        seen.add(S)
        worths[names] = rational.exact(worth, f"the worth of {label(order, S)}")
    return TableGame.from_coalitions(worths, order, orientation or "gain")


def _by_mask(worths: Iterable[Any], players: Sequence[str] | None, orientation: str | None) -> TableGame:
    given = worths if isinstance(worths, np.ndarray) else list(worths)
    shape = given.shape if isinstance(given, np.ndarray) else (len(given),)
    if players is None and (len(shape) != 1 or shape[0] < 2 or shape[0] & (shape[0] - 1)):
        raise InvalidGame(
            f"a table has 2**n worths, one for each coalition, the empty one first; these data have the shape {shape}, give each"
        )
    return TableGame(players, given, orientation or "gain")


def _names(key: Any) -> tuple[str, ...]:
    if isinstance(key, str):
        return tuple(name.strip() for name in key.split(",")) if key.strip() else ()
    if not isinstance(key, Iterable):
        raise InvalidGame(f'the coalition {key!r} is not names; write "A,B" or ("A", "B")')
    names = tuple(sorted(key) if isinstance(key, set | frozenset) else key)
    # A MultiIndex fills short keys up with NaN or empty text; a NaN differs from itself.
    return tuple(name for name in names if name == name and name != "")


def _marked(players: Sequence[Any], marks: Sequence[Any]) -> tuple[Any, ...]:
    """The players whose column says 1."""
    for player, mark in zip(players, marks, strict=True):
        if str(mark).strip() not in ("0", "1", "0.0", "1.0", "True", "False"):
            raise InvalidGame(f"column {player!r} holds {mark!r}; write 1 where the player is in the coalition and 0 where not")
    return tuple(player for player, mark in zip(players, marks, strict=True) if str(mark).strip() in ("1", "1.0", "True"))


def _is_on_file(data: Any) -> bool:
    if isinstance(data, Mapping):
        return data.get("schema") == SCHEMA
    return isinstance(data, str | os.PathLike)


def _refuse_extras(names: Sequence[str] | None, orientation: str | None, data: Any) -> None:
    if names is not None or orientation is not None:
        what = "a game" if isinstance(data, Game) else "a game on file"
        raise InvalidGame(f"{what} names its players and orientation itself; leave players and orientation out")


def _as_invalid_game(make: Callable[[], Game]) -> Game:
    """Whatever is wrong with the data is wrong with the game."""
    try:
        return make()
    except (InvalidGame, ComityError) as error:
        raise error if type(error) is not ComityError else InvalidGame(str(error)) from None
