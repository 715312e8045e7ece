"""Which coalitions win in a simple game."""

from __future__ import annotations

from comity.checks.power import check_not_simple
from comity.coalitions import members, names_of
from comity.errors import OutsideDomain
from comity.games.coalitional.base import Game


def winning(game: Game) -> list[bool]:
    """Whether each coalition wins; `OutsideDomain` with proof unless worths are 0 or 1, never fall, and everybody wins."""
    table = game.exact_table()
    for S, worth in enumerate(table):
        if worth not in (0, 1):
            raise no_power(game, "a coalition is worth neither 0 nor 1", S)
    if not any(table):
        raise no_power(game, "no coalition wins", game.grand_coalition)
    for S, worth in enumerate(table):
        for i in range(game.n):
            if worth > table[S | 1 << i]:
                raise no_power(game, "a winning coalition loses by gaining a member", S, S | 1 << i)
    return [worth == 1 for worth in table]


def minimal_winning(wins: list[bool]) -> list[int]:
    """The winning coalitions that need every member."""
    return [S for S, won in enumerate(wins) if won and not any(wins[S ^ 1 << i] for i in members(S))]


def swings(wins: list[bool], n: int) -> list[list[int]]:
    """For each player, how many winning coalitions of each size, from 1 on, lose without it."""
    counts = [[0] * n for _ in range(n)]
    for S, won in enumerate(wins):
        if won:
            for i in members(S):
                if not wins[S ^ 1 << i]:
                    counts[i][S.bit_count() - 1] += 1
    return counts


def no_power(game: Game, why: str, *coalitions: int) -> OutsideDomain:
    """The refusal of any power index, with the coalitions that prove it."""
    names = [names_of(game.players, S) for S in coalitions]
    certificate = check_not_simple(game, None, {"coalitions": names, **game.evidence()})
    return OutsideDomain(
        f"{why}, so there is no power index; give a simple game, or use shapley_value or banzhaf_value", certificate
    )
