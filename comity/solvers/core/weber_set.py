"""Whether an allocation is an average of marginal vectors, with the orders or the prices that prove it."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from comity import rational
from comity.certificate import Certificate, Verdict
from comity.checks.core import exact_amounts
from comity.checks.payoff_sets import check_weber_set
from comity.coalitions import check_table_size, members
from comity.declaration import declare
from comity.engines.exact import ExactOptimum, solve_exactly
from comity.errors import SolverFailure
from comity.games.coalitional.base import Game
from comity.linear_programme import LinearProgramme

MAX_PLAYERS = 12
ZERO, ONE = Fraction(0), Fraction(1)


@declare(
    "property",
    "An allocation is an average of marginal vectors: the orders or the prices that prove it",
    area="benefit_distribution",
    reference="Weber (1988)",
    certificate="check_weber_set",
)
def check_in_weber_set(game: Game, x: Sequence[Any]) -> Certificate:
    """Whether x is in the Weber set, with orders and their weights, or prices that separate it, as the witness.

    Prices that value x as much as possible more than every marginal vector are sought; the dearest order at given prices is found
    by looking once at each coalition, and only such orders are written down.  `check_weber_set` confirms it without a
    linear programme.

    Parameters
    ----------
    game : Game
        Of up to 12 players.
    x : numbers
        One for each player.

    References
    ----------
    Weber (1988), "Probabilistic values for games".

    Examples
    --------
    >>> from comity.games.coalitional.table import TableGame
    >>> game = TableGame(["A", "B"], [0, 1, 2, 5])
    >>> check_in_weber_set(game, [2, 3]).witness["orders"]
    [[['A', 'B'], '1/2'], [['B', 'A'], '1/2']]
    >>> bool(check_in_weber_set(game, [0, 5]))
    False
    """
    check_table_size(game.n, MAX_PLAYERS)
    amounts = exact_amounts(game, x)
    found = check_weber_set(game, amounts, {**_evidence(game, amounts), **game.evidence()})
    if found.verdict is Verdict.UNDECIDED:
        raise SolverFailure("whether the allocation is in the Weber set was not confirmed; please report the game")
    return found


def _evidence(game: Game, x: Sequence[Fraction]) -> dict[str, Any]:
    table = game.exact_table()
    orders = [tuple(range(game.n))]
    vectors = [_marginal(table, orders[0])]
    while True:
        best = _separate(x, vectors)
        prices, level = best.primal[: game.n], best.primal[game.n]
        order = _dearest(table, prices)
        vector = _marginal(table, order)
        if sum((p * a for p, a in zip(prices, vector, strict=True)), ZERO) <= level:
            break
        orders.append(order)
        vectors.append(vector)
    if best.value:
        return {"prices": [rational.text(p) for p in prices]}
    weights = [(order, w) for order, w in zip(orders, best.dual, strict=True) if w]
    return {"orders": [[[game.players[i] for i in order], rational.text(w)] for order, w in weights]}


def _separate(x: Sequence[Fraction], vectors: Sequence[Sequence[Fraction]]) -> ExactOptimum:
    """Maximise p x - q with p m <= q for the marginal vectors m, and prices between -1 and 1."""
    n = len(x)
    return solve_exactly(
        LinearProgramme(
            objective=(*x, -ONE),
            rows=tuple({**{i: a for i, a in enumerate(vector) if a}, n: -ONE} for vector in vectors),
            lower=(None,) * len(vectors),
            upper=(ZERO,) * len(vectors),
            column_lower=(-ONE,) * n + (None,),
            column_upper=(ONE,) * n + (None,),
            maximise=True,
        )
    )


def _dearest(table: Sequence[Fraction], prices: Sequence[Fraction]) -> tuple[int, ...]:
    """The order whose marginal vector is worth most at these prices."""
    best, last = [ZERO] * len(table), [0] * len(table)
    for S in range(1, len(table)):
        worth, player = max((best[S ^ 1 << i] + prices[i] * (table[S] - table[S ^ 1 << i]), -i) for i in members(S))
        best[S], last[S] = worth, -player
    order, S = [], len(table) - 1
    while S:
        order.append(last[S])
        S ^= 1 << last[S]
    return tuple(reversed(order))


def _marginal(table: Sequence[Fraction], order: Sequence[int]) -> list[Fraction]:
    x, S = [ZERO] * len(order), 0
    for i in order:
        x[i] = table[S | 1 << i] - table[S]
        S |= 1 << i
    return x
