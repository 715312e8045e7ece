"""Points of the prekernel and the kernel, where any two players could gain equally much without each other."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from math import lcm
from typing import Any

import numpy as np

from comity import rational
from comity.checks.core import exact_amounts
from comity.checks.kernel import check_in_kernel, check_in_prekernel
from comity.declaration import declare
from comity.errors import ComityError
from comity.games.coalitional.base import Game
from comity.results import Allocation
from comity.solvers.core.coalition_rows import SAFE, IntegerGame
from comity.solvers.core.least_excesses import chains, confirmed, require_imputations

MAX_ROUNDS = 60


@declare(
    "concept",
    "Any two players could gain equally much without each other",
    area="benefit_distribution",
    claims=(
        "efficient",
        "symmetric",
        "anonymous",
        "null_player",
        "dummy_player",
        "desirability",
        "covariant",
        "in_core_if_nonempty",
        "in_core_if_convex",
        "individually_rational_if_superadditive",
    ),
    reference="Davis & Maschler (1965); Meinhardt (2014)",
    certificate="check_in_prekernel",
)
def prekernel_point(game: Game, start: Sequence[Any] | None = None) -> Allocation:
    """A point of the prekernel: s_ij(x) = s_ji(x) for all i and j, s_ij the largest excess of a coalition with i, without j.

    Without a start, the prenucleolus, which is one.  From a start, the differences s_ij - s_ji for the coalitions that are best
    at x are made as small as possible in the sum of squares, a system of linear equations, until nothing changes: a few
    rounds, of which each looks once at all coalitions.  Different starts may lead to different points.  Should the rounds not
    end, the prenucleolus answers.

    Parameters
    ----------
    game : Game
        Its table of 2**n worths is read.
    start : numbers, optional
        One for each player, adding up to the worth of everybody.

    References
    ----------
    Davis & Maschler (1965); Meinhardt (2014), "The pre-kernel as a tractable solution for cooperative games".

    Examples
    --------
    >>> from comity.games.coalitional.table import TableGame
    >>> game = TableGame(["A", "B", "C"], [0, 0, 0, 60, 0, 80, 20, 120])
    >>> prekernel_point(game, start=[40, 40, 40]).exact == prekernel_point(game).exact
    True
    """
    integer = IntegerGame.of(game)
    y = None if start is None else _balanced(integer, _efficient(game, integer, start))
    found = chains(integer, game.players, bounded=False) if y is None else iter([(integer.amounts(y), [])])
    return confirmed(game, "prekernel_point", found, lambda x, _: check_in_prekernel(game, x, game.evidence()))


@declare(
    "concept",
    "Nobody could gain more without another who could be made to give",
    area="benefit_distribution",
    claims=(
        "efficient",
        "symmetric",
        "anonymous",
        "null_player",
        "dummy_player",
        "desirability",
        "covariant",
        "in_core_if_nonempty",
        "in_core_if_convex",
        "individually_rational",
    ),
    reference="Davis & Maschler (1965); Schmeidler (1969)",
    certificate="check_in_kernel",
)
def kernel_point(game: Game) -> Allocation:
    """A point of the kernel of everybody together: where s_ij(x) > s_ji(x), player j gets just what j gets alone.

    The nucleolus is one, and it is the one that is found.

    Raises
    ------
    InvalidGame
        If there is no imputation; `prekernel_point` exists even then.

    References
    ----------
    Davis & Maschler (1965); Schmeidler (1969) for the nucleolus being in the kernel.

    Examples
    --------
    >>> from comity.games.coalitional.table import TableGame
    >>> kernel_point(TableGame(None, [0, 0, 0, 1, 0, 0, 0, 0])).exact
    (Fraction(0, 1), Fraction(0, 1), Fraction(0, 1))
    """
    require_imputations(game, "kernel", "prekernel_point")
    found = chains(IntegerGame.of(game), game.players, bounded=True)
    return confirmed(game, "kernel_point", found, lambda x, _: check_in_kernel(game, x, game.evidence()))


def _efficient(game: Game, integer: IntegerGame, start: Sequence[Any]) -> list[Fraction]:
    x = exact_amounts(game, start)
    total, together = sum(x), game.exact(game.grand_coalition)
    if total != together:
        raise ComityError(
            f"the start adds up to {rational.short(Fraction(total))}, but all players together are worth "
            f"{rational.short(together)}; give amounts that add up to it"
        )
    return [integer.sign * integer.scale * amount for amount in x]


def _balanced(game: IntegerGame, y: list[Fraction]) -> list[Fraction] | None:
    """An allocation with s_ij = s_ji for all i and j, or None if the rounds do not end."""
    for _ in range(MAX_ROUNDS):
        rows, sides = _differences(game, y)
        if all(_dot(row, y) == side for row, side in zip(rows, sides, strict=True)):
            return y
        y = _least_squares(rows, sides, y)
    return None


def _differences(game: IntegerGame, y: Sequence[Fraction]) -> tuple[list[list[int]], list[int]]:
    """For every two players, s_ij - s_ji = 0 as an equation in y for the coalitions that are best at y."""
    scale = lcm(*(amount.denominator for amount in y))
    worths = game.array if game.size * scale < SAFE else game.array.astype(object)
    excesses = worths * scale - game.sums([int(amount * scale) for amount in y])
    mask = np.arange(1 << game.n)
    has = [mask >> i & 1 == 1 for i in range(game.n)]

    def best(i: int, j: int) -> int:
        among = np.flatnonzero(has[i] & ~has[j])
        return int(among[np.argmax(excesses[among])])

    rows, sides = [], []
    for i in range(game.n):
        for j in range(i):
            S, T = best(i, j), best(j, i)
            rows.append([(S >> k & 1) - (T >> k & 1) for k in range(game.n)])
            sides.append(game.worth(S) - game.worth(T))
    return rows, sides


def _least_squares(rows: Sequence[Sequence[int]], sides: Sequence[int], y: Sequence[Fraction]) -> list[Fraction]:
    """A minimum of |rows y - sides|**2 with the same sum of y: the normal equations, with a multiplier for the sum."""
    n = len(y)
    rest = [side - _dot(row, y) for row, side in zip(rows, sides, strict=True)]
    system = [
        [Fraction(sum(row[p] * row[q] for row in rows)) for q in range(n)] + [Fraction(1), _dot([row[p] for row in rows], rest)]
        for p in range(n)
    ]
    system.append([Fraction(1)] * n + [Fraction(0), Fraction(0)])
    step = _solution(system)
    return [amount + move for amount, move in zip(y, step[:n], strict=True)]


def _solution(system: list[list[Fraction]]) -> list[Fraction]:
    """A solution of equations that have one, the last column being the right side; what is free is 0."""
    columns = len(system[0]) - 1
    pivots: list[int] = []
    for k in range(columns):
        at = next((r for r in range(len(pivots), len(system)) if system[r][k]), None)
        if at is None:
            continue
        p = len(pivots)
        system[p], system[at] = system[at], system[p]
        lead = system[p][k]
        system[p] = [a / lead for a in system[p]]
        for r, row in enumerate(system):
            if r != p and row[k]:
                factor = row[k]
                system[r] = [a - factor * b if b else a for a, b in zip(row, system[p], strict=True)]
        pivots.append(k)
    found = [Fraction(0)] * columns
    for p, k in enumerate(pivots):
        found[k] = system[p][-1]
    return found


def _dot(a: Sequence[int], b: Sequence[Fraction]) -> Fraction:
    return sum((p * q for p, q in zip(a, b, strict=True)), Fraction(0))
