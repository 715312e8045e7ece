"""Which coalitions win in a simple game."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from comity.checks.power import check_not_simple
from comity.coalitions import names_of, sizes
from comity.errors import OutsideDomain
from comity.games.coalitional.base import Game

Wins = NDArray[np.bool_]


def winning(game: Game) -> Wins:
    """Whether each coalition wins; `OutsideDomain` with proof unless worths are 0 or 1, never fall, and everybody wins."""
    table = game.integer_table
    wins = np.asarray(table.numerators == table.denominator, dtype=bool)
    odd = np.flatnonzero((table.numerators != 0).astype(bool) & ~wins)
    if odd.size:
        raise no_power(game, "a coalition is worth neither 0 nor 1", int(odd[0]))
    if not wins.any():
        raise no_power(game, "no coalition wins", game.grand_coalition)
    falls = [(_first(without > with_i, i), i) for i, (without, with_i) in enumerate(halves(wins)) if (without > with_i).any()]
    if falls:
        S, i = min(falls)
        raise no_power(game, "a winning coalition loses by gaining a member", S, S | 1 << i)
    return wins


def minimal_winning(wins: Wins) -> NDArray[np.int64]:
    """The winning coalitions that need every member."""
    minimal = wins.copy()
    for (_, kept), (without, _) in zip(halves(minimal), halves(wins), strict=True):
        kept &= ~without
    return np.flatnonzero(minimal)


def places(minimal: NDArray[np.int64], n: int) -> list[list[int]]:
    """For each player, in how many of the coalitions of each size, from 0 to n, it is."""
    inside = [(minimal >> i & 1).astype(bool) for i in range(n)]
    size = np.zeros(len(minimal), dtype=np.int64)
    for own in inside:
        size += own
    return [np.bincount(size[own], minlength=n + 1).tolist() for own in inside]


def swings(wins: Wins, n: int) -> list[list[int]]:
    """For each player, how many winning coalitions of each size, from 1 on, lose without it."""
    return [
        np.bincount(size[with_i > without], minlength=n).tolist()
        for (size, _), (without, with_i) in zip(halves(sizes(n)), halves(wins), strict=True)
    ]


def critical_members(wins: Wins) -> NDArray[np.uint8]:
    """For each coalition, how many of its members it needs to win; 0 where it loses."""
    count = np.zeros(len(wins), dtype=np.uint8)
    for (_, needs), (without, with_i) in zip(halves(count), halves(wins), strict=True):
        needs += with_i > without
    return count


def halves(table: NDArray[Any]) -> Iterator[tuple[NDArray[Any], NDArray[Any]]]:
    """For each player, views of the table at the coalitions without and with that player, in increasing order."""
    for i in range(len(table).bit_length() - 1):
        cut = table.reshape(-1, 2, 1 << i)
        yield cut[:, 0], cut[:, 1]


def _first(chosen: Wins, i: int) -> int:
    """The first coalition without i that is chosen."""
    row, column = divmod(int(chosen.argmax()), 1 << i)
    return row << i + 1 | column


def no_power(game: Game, why: str, *coalitions: int) -> OutsideDomain:
    """The refusal of any power index, with the coalitions that prove it."""
    names = [names_of(game.players, S) for S in coalitions]
    certificate = check_not_simple(game, None, {"coalitions": names, **game.evidence()})
    return OutsideDomain(
        f"{why}, so there is no power index; give a simple game, or use shapley_value or banzhaf_value", certificate
    )
