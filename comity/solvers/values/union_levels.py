"""Values with unions from the coalitions that matter: some whole other unions and part of one's own."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from math import factorial

from comity.coalitions import members, subsets
from comity.games.coalitional.base import Game

# Chance of coming after just so many of so many others.
Weight = Callable[[int, int], Fraction]
# With so many players or fewer, dividends of the table are as quick.
FEW_PLAYERS = 12
MAX_COALITIONS = 400_000


def few_levels(game: Game, unions: Sequence[int]) -> bool:
    """Whether the coalitions of whole unions and part of one more are few, and fewer than all."""
    matter = sum(1 << len(unions) - 1 + union.bit_count() for union in unions)
    return game.n > FEW_PLAYERS and matter <= min(MAX_COALITIONS, 1 << game.n)


def by_levels(game: Game, unions: Sequence[int], outer: Weight, inner: Weight) -> list[Fraction]:
    """The value in two steps: what each part of a union is worth to the others, and then the value of its members in that.

    For a union B and T in B, A_k(T) is the sum of v(Q + T) over the sets Q of k other unions; T is worth
    sum over k of outer(k) A_k(T) to the others, and x_i weighs these worths within B.
    """
    x = [Fraction(0)] * game.n
    for own in unions:
        others = [union for union in unions if union != own]
        come = [0]
        for union in others:
            come += [before | union for before in come]
        chance = [outer(k, len(others)) for k in range(len(others) + 1)]
        size = own.bit_count()
        for T in subsets(own):
            levels = [Fraction(0)] * len(chance)
            for k, Q in enumerate(come):
                levels[k.bit_count()] += game.exact(Q | T)
            worth = sum((c * level for c, level in zip(chance, levels, strict=True)), Fraction(0))
            s = T.bit_count()
            joined = worth * inner(s - 1, size - 1) if s else Fraction(0)
            missed = worth * inner(s, size - 1) if s < size else Fraction(0)
            for i in members(T):
                x[i] += joined
            for i in members(own & ~T):
                x[i] -= missed
    return x


def by_order(before: int, others: int) -> Fraction:
    """All orders of arrival are equally likely."""
    return Fraction(factorial(before) * factorial(others - before), factorial(others + 1))


def by_coins(before: int, others: int) -> Fraction:
    """All sets of others are equally likely, whatever their number."""
    return Fraction(1, 2**others)
