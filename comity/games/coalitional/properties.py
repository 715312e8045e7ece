"""What is true of a game's worths: convex, superadditive, monotone, and their opposites for costs.

Each answer looks at the exact table.  The words are about the worths as they stand: a cost game that is good
for cooperation is `is_concave` and `is_subadditive`.
"""

from __future__ import annotations

from comity.coalitions import subsets
from comity.declaration import declare
from comity.games.coalitional.base import Game


@declare("property", "Joining a larger coalition adds at least as much", reference="Shapley (1971)")
def is_convex(game: Game) -> bool:
    """v(S + i + j) - v(S + j) >= v(S + i) - v(S) for all S, i, j; n**2 2**n comparisons.

    Examples
    --------
    >>> from comity.games.coalitional.table import TableGame
    >>> is_convex(TableGame(None, [0, 1, 2, 5]))
    True
    """
    return _least_second_difference(game, 1) >= 0


@declare("property", "Joining a larger coalition adds at most as much", reference="Shapley (1971)")
def is_concave(game: Game) -> bool:
    """v(S + i + j) - v(S + j) <= v(S + i) - v(S) for all S, i, j."""
    return _least_second_difference(game, -1) >= 0


@declare("property", "Two separate coalitions never lose by merging", reference="von Neumann & Morgenstern (1944)")
def is_superadditive(game: Game) -> bool:
    """v(S or T) >= v(S) + v(T) for all disjoint S, T; 3**n comparisons.

    Examples
    --------
    >>> from comity.games.coalitional.voting import VotingGame
    >>> is_superadditive(VotingGame(weights=(1, 1), quota=1))
    False
    """
    return _merging_never_hurts(game, 1)


@declare("property", "Two separate coalitions never pay more by merging")
def is_subadditive(game: Game) -> bool:
    """v(S or T) <= v(S) + v(T) for all disjoint S, T."""
    return _merging_never_hurts(game, -1)


@declare("property", "A larger coalition is worth at least as much")
def is_monotone(game: Game) -> bool:
    """v(S + i) >= v(S) for all S, i."""
    worth, _ = game.scaled_table
    n, everybody = game.n, game.grand_coalition
    return all(worth[S | 1 << i] >= worth[S] for S in range(everybody + 1) for i in range(n))


def _least_second_difference(game: Game, sign: int) -> int:
    worth, _ = game.scaled_table
    pairs = [(1 << i, 1 << j) for j in range(game.n) for i in range(j)]
    differences = (
        worth[S | i | j] - worth[S | j] - worth[S | i] + worth[S] for i, j in pairs for S in range(len(worth)) if not S & (i | j)
    )
    return min((sign * difference for difference in differences), default=0)


def _merging_never_hurts(game: Game, sign: int) -> bool:
    worth, _ = game.scaled_table
    return all(sign * (worth[S] - worth[T] - worth[S ^ T]) >= 0 for S in range(len(worth)) for T in subsets(S))
