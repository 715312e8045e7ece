"""Confirming that an allocation is in the prekernel or the kernel: what any two players hold against each other is compared."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from comity.certificate import Certificate, Verdict, holds_if
from comity.checks.core import exact_amounts, settled
from comity.checks.excess_chain import integer_excesses
from comity.coalitions import names_of
from comity.declaration import declare
from comity.games.coalitional.base import Game


@declare(
    "check",
    "Any two players could gain equally much without each other",
    confirms=("prekernel_point",),
    reference="Davis & Maschler (1965); Maschler, Peleg & Shapley (1972)",
)
def check_in_prekernel(game: Game, x: Sequence[Any], witness: Mapping[str, Any] | None = None) -> Certificate:
    """x(N) = v(N) and s_ij(x) = s_ji(x) for all i and j, where s_ij is the largest excess of a coalition with i and without j.

    The margin is minus the largest difference; the witness names the two players who have it and their best coalitions.

    Examples
    --------
    >>> from comity.games.coalitional.table import TableGame
    >>> game = TableGame(["A", "B"], [0, 1, 2, 5])
    >>> bool(check_in_prekernel(game, [2, 3])), check_in_prekernel(game, [0, 5]).witness["stronger"]
    (True, 'A')
    """
    game, kept = settled(game, witness)
    amounts = exact_amounts(game, x)
    claim, name = "the allocation is in the prekernel", "check_in_prekernel"
    gap = abs(sum(amounts) - game.exact(game.grand_coalition))
    if gap:
        return Certificate(claim, Verdict.FAILS, -gap, witness={"reason": "the amounts do not add up", **kept}, check=name)
    worst = max(_comparisons(game, amounts), key=lambda one: one.difference, default=None)
    if worst is None:  # one player
        return Certificate(claim, Verdict.HOLDS, witness=kept, check=name)
    return Certificate(
        claim, holds_if(worst.difference <= 0), -worst.difference, witness={**worst.plain(game), **kept}, check=name
    )


@declare(
    "check",
    "Nobody could gain more without another who could be made to give",
    confirms=("kernel_point",),
    reference="Davis & Maschler (1965)",
)
def check_in_kernel(game: Game, x: Sequence[Any], witness: Mapping[str, Any] | None = None) -> Certificate:
    """x is an imputation, and where s_ij(x) > s_ji(x) player j gets no more than alone.

    For the coalition structure of everybody together.  The margin is minus what is violated: a difference s_ij - s_ji, or
    what an amount or their sum lacks.

    Examples
    --------
    >>> from comity.games.coalitional.table import TableGame
    >>> bool(check_in_kernel(TableGame(["A", "B", "C"], [0, 0, 0, 0, 0, 1, 1, 1]), [0, 0, 1]))
    True
    """
    game, kept = settled(game, witness)
    amounts = exact_amounts(game, x)
    claim, name = "the allocation is in the kernel", "check_in_kernel"
    gap, reason = not_an_imputation(game, amounts)
    if reason:
        return Certificate(claim, Verdict.FAILS, -gap, witness={"reason": reason, **kept}, check=name)
    held = [one for one in _comparisons(game, amounts) if amounts[one.weaker] != game.exact(1 << one.weaker)]
    worst = max(held, key=lambda one: one.difference, default=None)
    if worst is None:  # everybody gets what they get alone
        return Certificate(claim, Verdict.HOLDS, witness=kept, check=name)
    difference = max(worst.difference, Fraction(0))
    return Certificate(claim, holds_if(not difference), -difference, witness={**worst.plain(game), **kept}, check=name)


def not_an_imputation(game: Game, x: Sequence[Fraction]) -> tuple[Fraction, str]:
    """By how much and why x is no imputation; no reason if it is one."""
    gap = abs(sum(x) - game.exact(game.grand_coalition))
    if gap:
        return Fraction(gap), "the amounts do not add up to the worth of all players together"
    excess, i = max((game.excess(1 << i, x), -i) for i in range(game.n))
    if excess > 0:
        return excess, f"{game.players[-i]} does better alone"
    return Fraction(0), ""


@dataclass(frozen=True)
class _Comparison:
    """What i holds against j beyond what j holds against i."""

    stronger: int
    weaker: int
    difference: Fraction
    scan: _Surpluses

    def plain(self, game: Game) -> dict[str, Any]:
        i, j = self.stronger, self.weaker
        return {
            "stronger": game.players[i],
            "weaker": game.players[j],
            "coalitions": [names_of(game.players, self.scan.first(*pair)) for pair in ((i, j), (j, i))],
        }


def _comparisons(game: Game, x: Sequence[Fraction]) -> list[_Comparison]:
    """Every ordered pair of players, with the first of the coalitions that have the largest excess."""
    found = _Surpluses(game, x)
    return [
        _Comparison(i, j, Fraction(found.most[i, j] - found.most[j, i], found.scale), found)
        for i in range(game.n)
        for j in range(game.n)
        if i != j
    ]


class _Surpluses:
    """The largest excess of a coalition with i and without j, for all i and j; integers in units of 1 / scale."""

    def __init__(self, game: Game, x: Sequence[Fraction]) -> None:
        self.scale, self.excesses = integer_excesses(game, x)
        self.most: dict[tuple[int, int], int] = {}
        # Once its pairs are known, a player is left out: of each two coalitions that differ in that player the better one stays.
        table = self.excesses
        for i in reversed(range(1, game.n)):
            without, with_ = table[: 1 << i], table[1 << i :]
            for j, (out, _) in _in_and_out(with_, i):
                self.most[i, j] = out
            for j, (_, into) in _in_and_out(without, i):
                self.most[j, i] = into
            table = np.maximum(without, with_)

    def first(self, i: int, j: int) -> int:
        """The first coalition with i and without j that has the largest excess."""
        S = np.flatnonzero(self.excesses == self.most[i, j])
        return int(S[(S >> i & 1 == 1) & (S >> j & 1 == 0)][0])


def _in_and_out(table: NDArray[Any], n: int) -> Iterator[tuple[int, tuple[int, int]]]:
    """For each of n players, the largest number of a coalition without and of one with the player."""
    for j in reversed(range(n)):
        without, with_ = table[: 1 << j], table[1 << j :]
        yield j, (int(without.max()), int(with_.max()))
        table = np.maximum(without, with_)
