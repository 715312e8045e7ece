"""The least and the most that each player adds to a coalition, and the most that one of the player's coalitions could gain."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from comity.checks.excess_chain import integer_excesses
from comity.games.coalitional.base import Game


def least_and_most_added(game: Game) -> list[tuple[Fraction, Fraction]]:
    """For each player the least and the most v(S + i) - v(S) over the coalitions S of others.

    Examples
    --------
    >>> from comity.games.coalitional.table import TableGame
    >>> [tuple(map(int, pair)) for pair in least_and_most_added(TableGame(None, [0, 1, 2, 5]))]
    [(1, 3), (2, 4)]
    """
    table = game.integer_table
    found = []
    for i in range(game.n):
        halves = table.numerators.reshape(-1, 2, 1 << i)
        added = halves[:, 1] - halves[:, 0]
        found.append((Fraction(int(added.min()), table.denominator), Fraction(int(added.max()), table.denominator)))
    return found


def largest_excess_with_each(game: Game, x: Sequence[Fraction]) -> list[Fraction]:
    """For each player the largest excess of a coalition with the player.

    Examples
    --------
    >>> from comity.games.coalitional.table import TableGame
    >>> [int(most) for most in largest_excess_with_each(TableGame(None, [0, 1, 2, 5]), [Fraction(3), Fraction(4)])]
    [-2, -2]
    """
    scale, excesses = integer_excesses(game, x)
    return [Fraction(int(excesses.reshape(-1, 2, 1 << i)[:, 1].max()), scale) for i in range(game.n)]
