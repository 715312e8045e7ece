"""Games made from games."""

from __future__ import annotations

from comity.coalitions import members, names_of
from comity.games.coalitional.base import Game
from comity.games.coalitional.table import TableGame


def subgame(game: Game, coalition: int) -> TableGame:
    """The game among some of the players: every coalition of theirs keeps its worth.

    Examples
    --------
    >>> game = TableGame(["A", "B", "C"], [0, 1, 2, 5, 3, 6, 7, 9])
    >>> subgame(game, 0b101).exact(0b11)
    Fraction(6, 1)
    """
    chosen = list(members(coalition))
    masks = [0]
    for player in chosen:
        masks += [mask | 1 << player for mask in masks]
    return TableGame(names_of(game.players, coalition), [game.exact(mask) for mask in masks], game.orientation)
