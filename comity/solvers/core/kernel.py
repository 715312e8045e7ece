"""Points of the prekernel and the kernel, where any two players could gain equally much without each other."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from comity import rational
from comity.checks.core import exact_amounts
from comity.checks.kernel import check_in_kernel, check_in_prekernel
from comity.declaration import declare
from comity.engines.equations import solve_consistent
from comity.errors import ComityError
from comity.games.coalitional.base import Game
from comity.results import Allocation
from comity.solvers.core.coalition_rows import IntegerGame
from comity.solvers.core.least_excesses import Chain, chains, confirmed, require_imputations

MAX_ROUNDS = 60
# Larger numbers are no doubles.
MOST_BITS = 900


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
    if start is None:
        found = chains(integer, game.players, bounded=False)
    else:
        found = _balanced(integer, _efficient(game, integer, start), game.players)
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


def _balanced(game: IntegerGame, start: Sequence[Fraction], players: Sequence[str]) -> Iterator[Chain]:
    """Allocations with s_ij = s_ji for all i and j as far as can be told: first in doubles, then in integers."""
    for kind in (float, object) if game.size.bit_length() < MOST_BITS else (object,):
        y = _rounds(game, list(start), kind)
        if y is not None:
            yield game.amounts(y), []
    yield from chains(game, players, bounded=False)


def _rounds(game: IntegerGame, y: list[Fraction], kind: type) -> list[Fraction] | None:
    """The y of the first round that changes nothing, or None if the rounds do not end."""
    for _ in range(MAX_ROUNDS):
        rows, sides = _differences(game, y, kind)
        rest = [side - _dot(row, y) for row, side in zip(rows, sides, strict=True)]
        if not any(rest):
            return y
        y = [amount + move for amount, move in zip(y, _least_squares(np.array(rows), rest), strict=True)]
    return None


def _differences(game: IntegerGame, y: Sequence[Fraction], kind: type) -> tuple[list[list[int]], list[int]]:
    """For every two players, s_ij - s_ji = 0 as an equation in y for the coalitions that are best at y."""
    if kind is float:
        excesses = game.array.astype(float) - game.spread(np.array([rational.double(amount) for amount in y]))
    else:
        excesses = game.beyond(y, Fraction(0))
    best = _best(excesses)
    rows, sides = [], []
    for i in range(game.n):
        for j in range(i):
            S, T = best[i, j], best[j, i]
            rows.append([(S >> k & 1) - (T >> k & 1) for k in range(game.n)])
            sides.append(game.worth(S) - game.worth(T))
    return rows, sides


def _best(excesses: NDArray[Any]) -> dict[tuple[int, int], int]:
    """For all i and j a coalition with i and without j that has the largest excess."""
    n = excesses.size.bit_length() - 1
    found: dict[tuple[int, int], int] = {}
    table, S = excesses, np.arange(excesses.size)
    # Once its pairs are known, a player is left out: of each two coalitions that differ in that player the better one stays.
    for i in reversed(range(1, n)):
        (without, with_i), (S_without, S_with) = np.split(table, 2), np.split(S, 2)
        for j, (out, _) in enumerate(_out_and_in(with_i)):
            found[i, j] = int(S_with[out])
        for j, (_, into) in enumerate(_out_and_in(without)):
            found[j, i] = int(S_without[into])
        better = (with_i > without).astype(bool)
        table, S = np.where(better, with_i, without), np.where(better, S_with, S_without)
    return found


def _out_and_in(table: NDArray[Any]) -> list[tuple[int, int]]:
    """For each player, where the largest number of those without and of those with the player is."""
    found = []
    place = np.arange(table.size)
    while table.size > 1:
        (without, with_j), (out, into) = np.split(table, 2), np.split(place, 2)
        found.append((int(out[without.argmax()]), int(into[with_j.argmax()])))
        better = (with_j > without).astype(bool)
        table, place = np.where(better, with_j, without), np.where(better, into, out)
    return found[::-1]


def _least_squares(rows: NDArray[np.int64], rest: Sequence[Fraction]) -> list[Fraction]:
    """A step that makes |rows step - rest|**2 least and adds up to 0: the normal equations, with a multiplier for the sum."""
    n = rows.shape[1]
    system = np.ones((n + 1, n + 1), dtype=np.int64)
    system[:n, :n] = rows.T @ rows
    system[n, n] = 0
    right = [_dot(column, rest) for column in rows.T.tolist()]
    return solve_consistent(system.tolist(), [*right, Fraction(0)])[:n]


def _dot(a: Sequence[int], b: Sequence[Fraction]) -> Fraction:
    return sum((p * q for p, q in zip(a, b, strict=True) if p), Fraction(0))
