"""Coalitions are integers: bit i is set when player i is in.

One type serves three players and three thousand; a table of worths uses the integer as its index.
Names live at the boundary only.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Any
from unicodedata import category

import numpy as np
from numpy.typing import NDArray

from comity import rational
from comity.errors import ComityError, TooManyPlayers

# 2**25 numbers are 268 MB of doubles; beyond that a table is not worked out, though one that is given is taken.
MAX_TABLE_PLAYERS = 25
MAX_GIVEN_TABLE_PLAYERS = 30


def members(coalition: int) -> Iterator[int]:
    """The players of a coalition, in increasing order.

    >>> list(members(0b1011))
    [0, 1, 3]
    """
    while coalition:
        lowest = coalition & -coalition
        yield lowest.bit_length() - 1
        coalition ^= lowest


def coalition_of(players: Iterable[int]) -> int:
    """The coalition of these players.

    >>> coalition_of([0, 1, 3])
    11
    """
    coalition = 0
    for player in players:
        coalition |= 1 << player
    return coalition


def subsets(coalition: int) -> Iterator[int]:
    """Every subset of a coalition, the empty one first.

    >>> list(subsets(0b101))
    [0, 1, 4, 5]
    """
    subset = 0
    while True:
        yield subset
        if subset == coalition:
            return
        subset = (subset - coalition) & coalition


def sizes(n: int) -> NDArray[np.int64]:
    """The number of players of every coalition, by coalition; shape (2**n,)."""
    size = np.empty(1 << n, dtype=np.int64)
    size[0] = 0
    for i in range(n):
        np.add(size[: 1 << i], 1, out=size[1 << i : 2 << i])
    return size


def exact_sums(x: Sequence[Fraction]) -> list[Fraction]:
    """``x(S)`` for every coalition S, by coalition."""
    sums = [Fraction(0)]
    for amount in x:
        sums += [total + amount for total in sums]
    return sums


def names_of(players: Sequence[str], coalition: int) -> list[str]:
    """The names of a coalition's players, in the game's order."""
    return [players[i] for i in members(coalition)]


def label(players: Sequence[str], coalition: int) -> str:
    """``{A, C}``: a coalition as people read it.

    >>> label(("A", "B", "C"), 0b101)
    '{A, C}'
    """
    return "{" + ", ".join(names_of(players, coalition)) + "}"


def mask_of(players: Sequence[str], names: Iterable[str]) -> int:
    """The coalition with these names; an unknown or repeated name is refused."""
    if not isinstance(names, Iterable):
        raise ComityError(f"a coalition is {rational.shown(names)}; name its members, such as {list(players[:2])}")
    position = {name: i for i, name in enumerate(players)}
    coalition = 0
    for name in names:
        if not isinstance(name, str) or name not in position:
            raise ComityError(f"there is no player {name!r}; the players are {', '.join(players)}")
        if coalition >> position[name] & 1:
            raise ComityError(f"player {name!r} is named twice in one coalition; name each player once")
        coalition |= 1 << position[name]
    return coalition


def player_names(players: Iterable[str] | None, n: int) -> tuple[str, ...]:
    """The names given, or ``"1"`` to ``"n"``; each name once, no comma in it."""
    if players is not None and not isinstance(players, Iterable):
        raise ComityError(f"the players are {rational.shown(players)}; list their names, such as ['A', 'B']")
    names = tuple(map(str, range(1, n + 1))) if players is None else tuple(players)
    if not names:
        raise ComityError("a game needs at least one player")
    if players is None:
        return names
    if len(names) != n:
        raise ComityError(f"{len(names)} players are named but the data are for {n}; give one name for each")
    for name in names:
        if not isinstance(name, str) or not name.strip() or "," in name or _controls(name):
            raise ComityError(
                f"player name {rational.shown(name)} is not usable; use text that is not blank, without comma or line break"
            )
    repeated = sorted({name for name in names if names.count(name) > 1}) if len(set(names)) < n else []
    if repeated:
        raise ComityError(f"player names repeat: {', '.join(repeated)}; give each player a name of its own")
    return names


def _controls(name: str) -> bool:
    # Printable is quick to tell, and no control character is.
    return not name.isprintable() and any(category(c) == "Cc" for c in name)


def named_numbers(
    numbers: Mapping[str, Any] | Iterable[Any], players: Iterable[str] | None, what: str
) -> tuple[tuple[str, ...], tuple[Fraction, ...]]:
    """Names and exact numbers from ``{name: number}`` or from one number a player.

    >>> named_numbers({"A": 0.1, "B": 2}, None, "a cost")
    (('A', 'B'), (Fraction(1, 10), Fraction(2, 1)))
    """
    if isinstance(numbers, str | bytes) or not isinstance(numbers, Iterable):
        raise ComityError(f"{what} of each player is needed, not {rational.shown(numbers)}; write {{'A': 1, 'B': 2}} or [1, 2]")
    listed = list(numbers)
    expected = None if players is None else _names(players)
    if isinstance(numbers, Mapping):
        names = player_names(numbers, len(numbers)) if expected is None else expected
        absent = [name for name in names if name not in numbers]
        if absent:
            raise ComityError(f"{what} is missing for {', '.join(absent)}; the names given are {', '.join(map(str, numbers))}")
        known = set(names)
        strangers = [rational.shown(name) for name in numbers if name not in known]
        if strangers:
            raise ComityError(f"{what} is given for {', '.join(strangers)}; the players are {', '.join(names)}, leave others out")
        listed = [numbers[name] for name in names]
    elif expected is not None and len(expected) != len(listed):
        raise ComityError(
            f"{len(expected)} players are named but the data are for {len(listed)}; give {what} of each of {_some(expected)}"
        )
    else:
        names = expected or player_names(None, len(listed))
    return names, rational.exact_all(listed, names, what)


def _names(players: Iterable[str]) -> tuple[str, ...]:
    named = tuple(players) if isinstance(players, Iterable) else players
    return player_names(named, len(named) if isinstance(named, tuple) else 0)


def _some(names: Sequence[str]) -> str:
    return ", ".join(names[:10]) + (", ..." if len(names) > 10 else "")


def check_table_size(n: int, limit: int = MAX_TABLE_PLAYERS) -> None:
    """Refuse a table of more than 2**limit numbers, with the memory it would take and the way out."""
    if n > limit:
        raise TooManyPlayers(
            f"a table of {n} players needs {memory_of_table(n)} for 2**{n} numbers, here at most 2**{limit}; "
            "use a structured game or an estimate"
        )


def memory_of_table(n: int) -> str:
    """How much memory 2**n numbers take, as people read it.

    >>> memory_of_table(30), memory_of_table(20)
    ('8.6 GB', '8.4 MB')
    """
    if n > 60:
        return "more memory than there is"
    size = 8 << n
    return f"{size / 1e9:,.1f} GB" if size >= 1e9 else f"{size / 1e6:,.1f} MB"
