"""Harsanyi dividends by name: what each coalition creates that no smaller one does."""

from __future__ import annotations

from fractions import Fraction

from comity.coalitions import names_of
from comity.declaration import declare
from comity.exact_array import ExactArray
from comity.games.coalitional.base import Game, integer_dividends


@declare(
    "property",
    "What each coalition creates beyond its parts",
    area="benefit_distribution",
    reference="Harsanyi (1959)",
    uncertified="the dividends of the subsets of a coalition add up to its worth, which shows that they are right",
)
def harsanyi_dividends(game: Game) -> dict[tuple[str, ...], Fraction]:
    """The non-zero dividends d(S) = v(S) - sum of d(T) over proper subsets T, by the names of S, small coalitions first.

    Examples
    --------
    >>> from comity.games.coalitional.table import TableGame
    >>> harsanyi_dividends(TableGame(["A", "B"], [0, 1, 0, 3]))
    {('A',): Fraction(1, 1), ('A', 'B'): Fraction(2, 1)}
    """
    found = game.dividends()
    return {tuple(names_of(game.players, S)): found[S] for S in sorted(found, key=lambda S: (S.bit_count(), S))}


@declare(
    "property",
    "What every coalition creates beyond its parts, as a table",
    area="benefit_distribution",
    reference="Harsanyi (1959)",
    uncertified="the dividends of the subsets of a coalition add up to its worth, which shows that they are right",
)
def dividend_table(game: Game) -> ExactArray:
    """The Harsanyi dividend of every coalition, by coalition: the Moebius transform of the table of worths, exact.

    Shape (2**n,).  Made for many players: a few nanoseconds a coalition where the worths are integers or short decimals;
    their integers may have up to 62 - n bits, longer ones take Python's integers and a hundred times as long.

    Examples
    --------
    >>> from comity.games.coalitional.table import TableGame
    >>> dividend_table(TableGame(["A", "B"], [0, 1, 0, 3])).fractions()
    [Fraction(0, 1), Fraction(1, 1), Fraction(0, 1), Fraction(2, 1)]
    """
    return integer_dividends(game.integer_table)
