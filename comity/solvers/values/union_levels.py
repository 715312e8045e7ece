"""Values with unions from the coalitions that matter: some whole other unions and part of one's own."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from math import factorial, lcm
from typing import Any

import numpy as np
from numpy.typing import NDArray

from comity.coalitions import members, sizes
from comity.games.coalitional.base import Game
from comity.games.coalitional.table import TableGame
from comity.solvers.values.sums import few_dividends, limbs

# Chance of coming after just so many of so many others.
Weight = Callable[[int, int], Fraction]
# With so many players or fewer, dividends that a model states are as quick.
FEW_PLAYERS = 12
# Numbers of so many bits are added up; there are at most 2**22 of them.
BITS = 40
MAX_COALITIONS, MAX_COALITIONS_OF_A_TABLE = 400_000, 1 << 22


def few_levels(game: Game, unions: Sequence[int]) -> bool:
    """Whether the coalitions of whole unions and part of one more are few, and the model states no dividends that are fewer."""
    matter = sum(1 << len(unions) - 1 + union.bit_count() for union in unions)
    if few_dividends(game) is not None:
        return game.n > FEW_PLAYERS and matter <= min(MAX_COALITIONS, 1 << game.n)
    return matter <= (MAX_COALITIONS_OF_A_TABLE if isinstance(game, TableGame) else MAX_COALITIONS)


def by_levels(game: Game, unions: Sequence[int], outer: Weight, inner: Weight) -> list[Fraction]:
    """The value in two steps: what each part of a union is worth to the others, and then the value of its members in that.

    For a union B and T in B, A_k(T) is the sum of v(Q + T) over the sets Q of k other unions; T is worth
    sum over k of outer(k) A_k(T) to the others, and x_i weighs these worths within B.
    Unions of one size are worked out together.
    """
    classes = [[union for union in unions if union.bit_count() == size] for size in sorted({u.bit_count() for u in unions})]
    asked = [_coalitions(unions, same) for same in classes]
    distinct, place = np.unique(np.concatenate([part.ravel() for part in asked]), return_inverse=True)
    worths = game.exact_worths(distinct)
    parts = [(scale, part >> shift & mask) for scale, part, shift, mask in limbs(worths, BITS)]
    x = [Fraction(0)] * game.n
    first = 0
    for same, coalitions in zip(classes, asked, strict=True):
        here = place[first : first + coalitions.size].reshape(coalitions.shape)
        first += coalitions.size
        weights, unit = _weights(len(unions), same[0].bit_count(), outer, inner)
        amounts = np.zeros((len(same), same[0].bit_count()), dtype=object)
        for scale, part in parts:
            amounts += _weighed(part[here], weights) << scale
        for own, row in zip(same, amounts.tolist(), strict=True):
            for i, amount in zip(members(own), row, strict=True):
                x[i] = Fraction(amount, unit * worths.denominator)
    return x


def _coalitions(unions: Sequence[int], same: Sequence[int]) -> NDArray[Any]:
    """For each of these unions, the sets of other unions by their number, and the parts of it by size: all together."""
    return np.stack([_joined([u for u in unions if u != own])[:, None] | _joined([1 << i for i in members(own)]) for own in same])


def _joined(pieces: Sequence[int]) -> NDArray[Any]:
    """All that some of the pieces make together, first those of few."""
    sets = np.zeros(1, dtype=np.int64 if max(pieces, default=0).bit_length() < 63 else object)
    for piece in pieces:
        sets = np.concatenate([sets, sets | piece])
    return sets[np.argsort(sizes(len(pieces)), kind="stable")]


def _weights(unions: int, size: int, outer: Weight, inner: Weight) -> tuple[NDArray[Any], int]:
    """What v(Q + T) counts for a member of T, and against any member of the union, by the sizes of Q and T; and the unit."""
    joined = [Fraction(0), *(inner(s, size - 1) for s in range(size))]
    missed = [*joined[1:], Fraction(0)]
    rows = [[a + b for a, b in zip(joined, missed, strict=True)], [-b for b in missed]]
    chance = [outer(k, unions - 1) for k in range(unions)]
    unit = lcm(*(c.denominator for c in chance)) * lcm(*(w.denominator for row in rows for w in row))
    return np.array([[[int(c * w * unit) for w in row] for c in chance] for row in rows], dtype=object), unit


def _weighed(worths: NDArray[np.int64], weights: NDArray[Any]) -> NDArray[Any]:
    """The weighed sums for each member of each union."""
    number, size = weights.shape[1] - 1, weights.shape[2] - 1
    levels = np.add.reduceat(worths, _starts(number), axis=1)
    parts, starts = _joined([1 << i for i in range(size)]), _starts(size)
    against = (np.add.reduceat(levels, starts, axis=2) * weights[1]).sum(axis=(1, 2))
    having = [
        (np.add.reduceat(levels * (parts >> i & 1), starts, axis=2) * weights[0]).sum(axis=(1, 2)) + against for i in range(size)
    ]
    return np.stack(having, axis=1)


def _starts(n: int) -> NDArray[np.int64]:
    """Where those of each size begin, sorted by size."""
    return np.searchsorted(np.sort(sizes(n)), np.arange(n + 1))


def by_order(before: int, others: int) -> Fraction:
    """All orders of arrival are equally likely."""
    return Fraction(factorial(before) * factorial(others - before), factorial(others + 1))


def by_coins(before: int, others: int) -> Fraction:
    """All sets of others are equally likely, whatever their number."""
    return Fraction(1, 2**others)
