"""The allocation whose excesses, sorted from the largest, are lexicographically least: one linear programme a level."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from math import lcm
from typing import Any

from comity import rational
from comity.certificate import Certificate
from comity.checks.compromise_values import check_not_essential
from comity.errors import NoImputation, SolverFailure
from comity.games.coalitional.base import Game
from comity.linear_programme import LinearProgramme
from comity.results import Allocation
from comity.solvers.core.coalition_rows import ONE, Allowed, IntegerGame, optimise
from comity.solvers.core.excess_level import ExcessLevel
from comity.solvers.core.guided_levels import Look, guided_chain
from comity.solvers.core.widest_violations import WidestViolations

Chain = tuple[list[Fraction], list[dict[str, Any]]]


def chains(
    game: IntegerGame,
    players: Sequence[str],
    bounded: bool,
    key: str = "coalitions",
    unit: int = 1,
    look: Look = WidestViolations,
) -> Iterator[Chain]:
    """Allocations, each with the chain of levels that is to prove it: first one led by floats, then the exact one.

    ``bounded`` means among imputations.  ``key`` names those who complain, ``look`` finds them in floats; the excess of a level
    is given in ``unit`` times t.
    The first is nearly always right, and a check of the chain knows; the second is only found if it is asked for.
    """

    def plain(y: Iterable[Fraction], levels: Iterable[ExcessLevel]) -> Chain:
        return game.amounts(y), [level.plain(game, players, key, unit) for level in levels]

    guided = guided_chain(game, bounded, look)
    if guided is not None:
        yield plain(guided.y, guided.levels)
    yield plain(
        *least_excesses(game, bounded, () if guided is None else (S for level in guided.levels for S in level.coalitions))
    )


def least_excesses(game: IntegerGame, bounded: bool, start: Iterable[int] = ()) -> tuple[list[Fraction], list[ExcessLevel]]:
    """The allocation and its levels, every programme solved exactly; rows for the coalitions in ``start`` are there at once."""
    fixed = _Fixed(game)
    fixed.fix(game.everybody, Fraction(game.worth(game.everybody)))
    solved = list(_levels(game, fixed, bounded, start))
    # One player has everything fixed before the first level.
    return solved[-1][0] if solved else fixed.amounts, [level for _, level in solved]


def require_imputations(game: Game, concept: str, instead: str = "prenucleolus") -> None:
    """Refuse a game whose players together do worse than alone."""
    alone, together = sum(game.exact(1 << i) for i in range(game.n)), game.exact(game.grand_coalition)
    if game.sign * (alone - together) > 0:
        verb = "get" if game.sign > 0 else "pay"
        raise NoImputation(
            f"the players alone {verb} {rational.short(Fraction(alone))} in all but together {rational.short(together)}, "
            f"so no allocation suits each of them and there is no {concept}; use {instead}, which exists for every game",
            check_not_essential(game, None, game.evidence()),
        )


def confirmed(
    game: Game, concept: str, found: Iterable[Chain], check: Callable[[list[Fraction], list[dict[str, Any]]], Certificate]
) -> Allocation:
    """The first allocation whose chain is confirmed, with its certificate."""
    certificate = None
    for x, levels in found:
        certificate = check(x, levels)
        if certificate:
            return Allocation(concept, game.players, tuple(x), certificate)
    reason = certificate.witness.get("reason") if certificate is not None else "there is none"
    raise SolverFailure(f"the {concept} found was not confirmed: {reason}; please report the game")


@dataclass
class _Fixed:
    """Coalitions whose amounts every remaining allocation shares, linearly independent, and what they get."""

    game: IntegerGame
    coalitions: list[int] = field(default_factory=list)
    amounts: list[Fraction] = field(default_factory=list)
    # The same span in reduced echelon form, by pivot.
    rows: dict[int, list[Fraction]] = field(default_factory=dict)

    def fix(self, S: int, amount: Fraction) -> None:
        """Fix y(S), unless that follows from what is fixed."""
        sparse = self.game.row(S)
        row = [sparse.get(i, Fraction(0)) for i in range(self.game.n)]
        for pivot, known in self.rows.items():
            if row[pivot]:
                factor = row[pivot]
                row = [a - factor * b for a, b in zip(row, known, strict=True)]
        nonzero = [i for i, a in enumerate(row) if a]
        if not nonzero:
            return
        pivot = nonzero[0]
        row = [a / row[pivot] for a in row]
        for other, known in self.rows.items():
            if known[pivot]:
                self.rows[other] = [a - known[pivot] * b for a, b in zip(known, row, strict=True)]
        self.rows[pivot] = row
        self.coalitions.append(S)
        self.amounts.append(amount)

    @property
    def rank(self) -> int:
        return len(self.rows)

    def normals(self) -> list[list[int]]:
        """Integer vectors that span what is orthogonal to the coalitions."""
        found = []
        for j in range(self.game.n):
            if j not in self.rows:
                normal = [Fraction(i == j) if i not in self.rows else -self.rows[i][j] for i in range(self.game.n)]
                scale = lcm(*(a.denominator for a in normal))
                found.append([int(a * scale) for a in normal])
        return found


def _levels(
    game: IntegerGame, fixed: _Fixed, bounded: bool, start: Iterable[int]
) -> Iterator[tuple[list[Fraction], ExcessLevel]]:
    """Minimise the largest excess outside what is fixed; fix what cannot change; until nothing is left open."""
    n = game.n
    pool = list(dict.fromkeys((*game.alone_and_without(), *start)))
    while fixed.rank < n:
        allowed = game.outside(fixed.normals())
        best, pool = optimise(
            game, _largest_excess(game, fixed, allowed, bounded), allowed, (S for S in pool if allowed[S]), level=n
        )
        t = best.primal[n]
        earlier, weights = best.dual[: fixed.rank], best.dual[fixed.rank :]
        # Positive dual weight: tight in every optimal solution, not just in this one.
        coalitions = {S: w for S, w in zip(pool, weights, strict=True) if w}
        weighted = [(game.row(S), w) for S, w in (*coalitions.items(), *zip(fixed.coalitions, earlier, strict=True))]
        balance = [-sum((row[i] * w for row, w in weighted if i in row), Fraction(0)) for i in range(n)]
        level = ExcessLevel(
            t,
            coalitions,
            {i: w for i, w in enumerate(balance) if w},
            {S: w for S, w in zip(fixed.coalitions, earlier, strict=True) if w},
        )
        for S in coalitions:
            fixed.fix(S, game.worth(S) - game.unit(S) * t)
        for i in level.bounds:
            fixed.fix(1 << i, Fraction(game.worth(1 << i)))
        yield list(best.primal[:n]), level


def _largest_excess(game: IntegerGame, fixed: _Fixed, allowed: Allowed, bounded: bool) -> LinearProgramme:
    """Minimise t with y(F) as fixed; the rows y(S) + units[S] t >= w(S) are added by `optimise`."""
    n = game.n
    # A player whose amount is fixed needs no bound, and without it the weights are simpler.
    lower = tuple(Fraction(game.worth(1 << i)) if bounded and allowed[1 << i] else None for i in range(n))
    return LinearProgramme(
        objective=(Fraction(0),) * n + (ONE,),
        rows=tuple(game.row(F) for F in fixed.coalitions),
        lower=tuple(fixed.amounts),
        upper=tuple(fixed.amounts),
        column_lower=(*lower, None),
        column_upper=(None,) * (n + 1),
    )
