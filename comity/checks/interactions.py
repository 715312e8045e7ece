"""Confirming interaction indices by adding up differences of the worths; the solver divides dividends."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from fractions import Fraction
from itertools import combinations
from math import comb, lcm
from typing import Any

from comity import rational
from comity.certificate import Basis, Certificate, Verdict, holds_if
from comity.checks.core import settled
from comity.checks.pair_differences import second_differences
from comity.coalitions import MAX_GIVEN_TABLE_PLAYERS, coalition_of, mask_of, names_of, subsets
from comity.declaration import declare
from comity.errors import InvalidEvidence
from comity.games.coalitional.base import Game
from comity.games.coalitional.table import TableGame

MAX_PLAYERS = 12
# Pairs take one pass over the table, which a model has to work out first.
MAX_PLAYERS_OF_PAIRS = 16
# More members than any game has; what is to be divided by coalitions of that many is nothing.
MAX_ORDER = 10_000
Witness = Mapping[str, Any] | None
Pairs = Mapping[tuple[str, ...], Any] | Iterable[tuple[Iterable[str], Any]]


@declare("check", "What coalitions gain by being together, over all orders", reference="Grabisch & Roubens (1999)")
def check_shapley_interactions(
    game: Game, interactions: Pairs, order: int, witness: Mapping[str, Any] | None = None
) -> Certificate:
    """I(T) = sum over S outside T of s! (n - s - t)! / (n - t + 1)! times the difference of v by all of T at S.

    ``interactions`` has an amount for each coalition of ``order`` players, by names: a mapping or pairs.

    Examples
    --------
    >>> from comity.games.coalitional.table import TableGame
    >>> bool(check_shapley_interactions(TableGame(None, [0, 1, 2, 5]), {("1", "2"): 2}, 2))
    True
    """

    def weight(s: int, others: int) -> Fraction:
        return Fraction(1, (others + 1) * comb(others, s))

    return _check(game, interactions, order, witness, "Shapley", weight)


@declare("check", "What coalitions gain by being together, over all coalitions", reference="Roubens (1996)")
def check_banzhaf_interactions(
    game: Game, interactions: Pairs, order: int, witness: Mapping[str, Any] | None = None
) -> Certificate:
    """I(T) = mean over all S outside T of the difference of v by all of T at S, sum over L in T of (-1)**(t - l) v(S + L).

    Examples
    --------
    >>> from comity.games.coalitional.table import TableGame
    >>> bool(check_banzhaf_interactions(TableGame(None, [0, 1, 2, 5]), [(["1", "2"], 2)], 2))
    True
    """
    return _check(game, interactions, order, witness, "Banzhaf", lambda s, others: Fraction(1, 1 << others))


def order_of(order: Any) -> int:
    """A number of players, 1 or more."""
    if isinstance(order, bool) or not isinstance(order, int) or not 1 <= order <= MAX_ORDER:
        raise InvalidEvidence(f"the order is {rational.shown(order)}; give a number of players, 1 or more")
    return order


def _check(
    game: Game,
    interactions: Pairs,
    order: int,
    witness: Mapping[str, Any] | None,
    name: str,
    weight: Callable[[int, int], Fraction],
) -> Certificate:
    game, kept = settled(game, witness)
    pairs = interactions.items() if isinstance(interactions, Mapping) else interactions
    stated = {mask_of(game.players, names): rational.exact(amount, "an interaction") for names, amount in pairs}
    expected = [coalition_of(T) for T in combinations(range(game.n), order_of(order))]
    claim, check = f"the amounts are the {name} interactions of order {order}", f"check_{name.lower()}_interactions"
    kept = {"order": order, **kept}
    if set(stated) != set(expected):
        raise InvalidEvidence(f"{len(stated)} interactions where there are {len(expected)} coalitions of {order}; give each one")
    most = MAX_PLAYERS if order != 2 else MAX_GIVEN_TABLE_PLAYERS if isinstance(game, TableGame) else MAX_PLAYERS_OF_PAIRS
    if game.n > most:
        reason = f"{game.n} players are more than the {most} for whom this is worked out again here"
        return Certificate(claim, Verdict.UNDECIDED, basis=Basis.ASSUMED, witness={"reason": reason, **kept}, check=check)
    right = _of_pairs(game, weight) if order == 2 else {T: _average_difference(game, T, weight) for T in expected}
    gaps = {T: abs(stated[T] - amount) for T, amount in right.items() if stated[T] != amount}
    worst = max(gaps, key=gaps.__getitem__, default=0)
    gap = gaps.get(worst, Fraction(0))
    found = {"coalition": names_of(game.players, worst)} if gap else {}
    return Certificate(claim, holds_if(gap == 0), margin=-gap, witness={**found, **kept}, check=check)


def _of_pairs(game: Game, weight: Callable[[int, int], Fraction]) -> dict[int, Fraction]:
    if game.n < 2:
        return {}
    others = game.n - 2
    by_size = [weight(s, others) for s in range(others + 1)]
    unit = lcm(*(w.denominator for w in by_size))
    found = second_differences(game, [int(w * unit) for w in by_size], unit)
    return {coalition_of(pair): amount for pair, amount in found.items()}


def _average_difference(game: Game, T: int, weight: Callable[[int, int], Fraction]) -> Fraction:
    table, denominator = game.scaled_table
    outside = game.grand_coalition ^ T
    total = Fraction(0)
    for S in subsets(outside):
        difference = sum((-1) ** (T ^ L).bit_count() * table[S | L] for L in subsets(T))
        if difference:
            total += weight(S.bit_count(), outside.bit_count()) * difference
    return total / denominator
