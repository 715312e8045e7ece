"""Which coalitions win in a simple game."""

from __future__ import annotations

from collections.abc import Iterator

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
    falls = [S[wins[S] & ~wins[S | 1 << i]] for i, S in enumerate(_without_each(game.n))]
    pairs = [(int(S[0]), i) for i, S in enumerate(falls) if S.size]
    if pairs:
        S, i = min(pairs)
        raise no_power(game, "a winning coalition loses by gaining a member", S, S | 1 << i)
    return wins


def minimal_winning(wins: Wins) -> list[int]:
    """The winning coalitions that need every member."""
    minimal = wins.copy()
    for i, S in enumerate(_without_each(_players(wins))):
        minimal[S | 1 << i] &= ~wins[S]
    return [int(S) for S in np.flatnonzero(minimal)]


def swings(wins: Wins, n: int) -> list[list[int]]:
    """For each player, how many winning coalitions of each size, from 1 on, lose without it."""
    size = sizes(n)
    needed = (S[wins[S | 1 << i] & ~wins[S]] for i, S in enumerate(_without_each(n)))
    return [[int(count) for count in np.bincount(size[S], minlength=n)] for S in needed]


def critical_members(wins: Wins) -> NDArray[np.int64]:
    """For each coalition, how many of its members it needs to win; 0 where it loses."""
    count = np.zeros(len(wins), dtype=np.int64)
    for i, S in enumerate(_without_each(_players(wins))):
        count[S | 1 << i] += wins[S | 1 << i] & ~wins[S]
    return count


def _without_each(n: int) -> Iterator[NDArray[np.int64]]:
    """For each player the coalitions without it, in increasing order."""
    S = np.arange(1 << n)
    return (S.reshape(-1, 2, 1 << i)[:, 0].ravel() for i in range(n))


def _players(wins: Wins) -> int:
    return len(wins).bit_length() - 1


def no_power(game: Game, why: str, *coalitions: int) -> OutsideDomain:
    """The refusal of any power index, with the coalitions that prove it."""
    names = [names_of(game.players, S) for S in coalitions]
    certificate = check_not_simple(game, None, {"coalitions": names, **game.evidence()})
    return OutsideDomain(
        f"{why}, so there is no power index; give a simple game, or use shapley_value or banzhaf_value", certificate
    )
