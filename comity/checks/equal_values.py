"""Confirming values that share something equally, by recursions and sums that the solvers do not use."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from math import comb
from typing import Any

from comity.certificate import Certificate
from comity.checks.comparison import compared, most_with_a_table
from comity.checks.core import settled
from comity.checks.level_sums import contribution_sums, joining_sums
from comity.coalitions import members
from comity.declaration import declare
from comity.games.coalitional.base import Game

# Beyond, fractions for every member of every coalition take minutes, and sums by size are the second formula.
MAX_RECURSION = 14


@declare("check", "Each amount is the solidarity value's", reference="Nowak & Radzik (1994)", confirms=("solidarity_value",))
def check_solidarity_value(game: Game, x: Sequence[Any], witness: Mapping[str, Any] | None = None) -> Certificate:
    """x_i = sum over S with i of (n - s)! (s - 1)! / n! times the mean of v(S) - v(S - k) over the s members k, compared exactly.

    Examples
    --------
    >>> from comity.games.coalitional.table import TableGame
    >>> bool(check_solidarity_value(TableGame(None, [0, 0, 0, 1]), ["1/2", "1/2"]))
    True
    """
    game, kept = settled(game, witness)
    return compared(
        game,
        x,
        "the amounts are the solidarity value",
        "check_solidarity_value",
        lambda: _mean_contributions(game),
        kept,
        most_with_a_table(game),
    )


@declare(
    "check",
    "Everybody gets the separable contribution and the same more",
    confirms=("egalitarian_nonseparable_contribution",),
)
def check_egalitarian_nonseparable_contribution(
    game: Game, x: Sequence[Any], witness: Mapping[str, Any] | None = None
) -> Certificate:
    """n x_i = v(N) + sum over j of v(N - j) - n v(N - i), exactly.

    Examples
    --------
    >>> from comity.games.coalitional.table import TableGame
    >>> bool(check_egalitarian_nonseparable_contribution(TableGame(None, [0, 1, 2, 5]), [2, 3]))
    True
    """
    game, kept = settled(game, witness)

    def formula() -> list[Fraction]:
        everybody = game.grand_coalition
        without = [game.exact(everybody ^ 1 << i) for i in range(game.n)]
        mean = (game.exact(everybody) + sum(without, Fraction(0))) / game.n
        return [mean - worth for worth in without]

    claim = "everybody gets what they add to all others and an equal part of the rest"
    return compared(game, x, claim, "check_egalitarian_nonseparable_contribution", formula, kept, game.n)


@declare(
    "check",
    "Everybody gets the stand-alone worth and the same more",
    reference="Driessen & Funaki (1991)",
    confirms=("equal_surplus_division",),
)
def check_equal_surplus_division(game: Game, x: Sequence[Any], witness: Mapping[str, Any] | None = None) -> Certificate:
    """n x_i = v(N) + sum over j of v(i) - v(j), exactly.

    Examples
    --------
    >>> from comity.games.coalitional.table import TableGame
    >>> bool(check_equal_surplus_division(TableGame(None, [0, 1, 2, 5]), [2, 3]))
    True
    """
    game, kept = settled(game, witness)

    def formula() -> list[Fraction]:
        alone = [game.exact(1 << i) for i in range(game.n)]
        together = game.exact(game.grand_coalition)
        return [(together + sum((own - other for other in alone), Fraction(0))) / game.n for own in alone]

    claim = "everybody gets what they are worth alone and an equal part of the rest"
    return compared(game, x, claim, "check_equal_surplus_division", formula, kept, game.n)


@declare("check", "Each amount is the consensus value's", reference="Ju, Borm & Ruys (2007)", confirms=("consensus_value",))
def check_consensus_value(game: Game, x: Sequence[Any], witness: Mapping[str, Any] | None = None) -> Certificate:
    """The standardized remainders of Ju, Borm & Ruys, averaged over the orders of arrival.

    Who arrives last at S + i is alone against S: of the remainder r(S + i) each side gets its own worth, v(i) or v(S), and
    half of what is left; S then has its share as remainder.  With more than 14 players: the mean of average contributions and of
    equal surplus.

    Examples
    --------
    >>> from comity.games.coalitional.table import TableGame
    >>> bool(check_consensus_value(TableGame(None, [0, 1, 2, 5]), [2, 3]))
    True
    """
    game, kept = settled(game, witness)
    return compared(
        game,
        x,
        "the amounts are the consensus value",
        "check_consensus_value",
        lambda: (_consensus_by_remainders if game.n <= MAX_RECURSION else _consensus_by_sizes)(game),
        kept,
        most_with_a_table(game),
    )


def _mean_contributions(game: Game) -> list[Fraction]:
    n, table = game.n, game.integer_table
    # A coalition of s counts 1 / (s C(n, s)), and its mean is an s-th of what its members add.
    shares = [Fraction(0), *(Fraction(1, s * s * comb(n, s)) for s in range(1, n + 1))]
    return [
        sum((share * total for share, total in zip(shares, added, strict=True)), Fraction(0)) / table.denominator
        for added in contribution_sums(table)
    ]


def _consensus_by_sizes(game: Game) -> list[Fraction]:
    n, table = game.n, game.integer_table
    alone = [table[1 << i] for i in range(n)]
    each = (table[-1] - sum(alone, Fraction(0))) / n
    order = [Fraction(1, n * comb(n - 1, s) * table.denominator) for s in range(n)]
    average = [sum((w * total for w, total in zip(order, added, strict=True)), Fraction(0)) for added in joining_sums(table)]
    return [(mean + own + each) / 2 for mean, own in zip(average, alone, strict=True)]


def _consensus_by_remainders(game: Game) -> list[Fraction]:
    n = game.n
    table, denominator = game.scaled_table
    remainder = [Fraction(worth) for worth in table]
    x = [Fraction(0)] * n
    for S in range(game.grand_coalition, -1, -1):
        outside = list(members(game.grand_coalition ^ S))
        surplus = {i: (remainder[S | 1 << i] - table[S] - table[1 << i]) / 2 for i in outside}
        if outside and S:
            remainder[S] = table[S] + sum(surplus.values(), Fraction(0)) / len(outside)
        for i in outside:
            # The first to arrive keeps the whole remainder of being alone.
            got = table[1 << i] + surplus[i] if S else remainder[1 << i]
            x[i] += got / (n * comb(n - 1, S.bit_count()))
    return [amount / denominator for amount in x]
