"""The best partition of the players under side constraints: found by an integer programme, proved by a tree of prices.

One column of zero or one for each coalition that may form, one row for each player: every player is in exactly one coalition.
What the integer programme finds is only the start.  The proof branches on pairs of players, together or apart, and has exact
prices at its leaves; a better partition met on the way takes its place.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import cached_property
from itertools import combinations
from math import lcm
from typing import Any

import numpy as np
from numpy.typing import NDArray

from comity import rational
from comity.certificate import Certificate
from comity.checks.constrained_coalition_structure import check_constrained_coalition_structure, check_no_coalition_structure
from comity.coalitions import members, names_of
from comity.engines.exact import solve_exactly
from comity.engines.integer import solve_integer
from comity.errors import Infeasible, SolverFailure, Unbounded
from comity.games.coalitional.base import Game
from comity.games.coalitional.structure_constraints import StructureConstraints
from comity.linear_programme import LinearProgramme
from comity.solvers.core.coalition_rows import SAFE, integers

ZERO, ONE = Fraction(0), Fraction(1)
# Random games need a handful of leaves; a proof of more than this takes longer to check than anyone waits.
MAX_LEAVES = 2000
# Columns the integer programme is given.  All 32 767 of 15 players took HiGHS minutes, and the proof takes in the rest anyway.
PROMISING = 1500
# Coalitions written down at a time: more make fewer but larger linear programmes.
BATCH = 24


def best_constrained_structure(
    game: Game, constraints: StructureConstraints, time_limit: float | None = None
) -> tuple[list[int], Certificate]:
    """The best partition that meets the constraints, and its certificate.

    Raises
    ------
    Infeasible
        If there is none, with a certificate that proves it and, in the message, constraints that contradict each other.
    """
    problem = _Problem.of(constraints, [game.exact(S) for S in constraints.permitted], game.sign)
    tree = _Tree(problem)
    proof = tree.prove(time_limit)
    if tree.best is None:
        certificate = check_no_coalition_structure(game, constraints, {"proof": proof})
        if not certificate:
            raise SolverFailure("that no coalition structure meets the constraints was not confirmed; please report the game")
        raise Infeasible(_why(constraints), certificate=certificate)
    masks = sorted((problem.columns[j] for j in tree.best), key=lambda S: S & -S)
    names = [names_of(game.players, S) for S in masks]
    certificate = check_constrained_coalition_structure(game, names, constraints, {**game.evidence(), "proof": proof})
    if not certificate:
        raise SolverFailure("the coalition structure found was not confirmed; please report the game and the constraints")
    return masks, certificate


# --- the problem, in integers ------------------------------------------------------------------------


@dataclass(frozen=True)
class _Row:
    """A limit on the sum of an integer amount over the coalitions that form; the amounts are in units of 1/unit."""

    amounts: tuple[int, ...]
    low: Fraction | None
    high: Fraction | None
    unit: int


@dataclass(frozen=True)
class _Problem:
    """The coalitions that may form, their gains in units of 1/unit, and the rows, of which the first is on their number."""

    constraints: StructureConstraints
    columns: tuple[int, ...]
    gains: tuple[int, ...]
    sign: int
    unit: int
    rows: tuple[_Row, ...]

    @classmethod
    def of(cls, constraints: StructureConstraints, worths: Sequence[Fraction], sign: int) -> _Problem:
        columns = constraints.permitted
        scaled, unit = _in_integers(worths)
        fewest, most = (None if count is None else Fraction(count) for count in (constraints.fewest, constraints.most))
        rows = [_Row((1,) * len(columns), fewest, most, 1)]
        for limit, amounts in constraints.total:
            counted, scale = _in_integers([amounts[S] for S in columns])
            low, high = (None if side is None else side * scale for side in (limit.at_least, limit.at_most))
            rows.append(_Row(tuple(counted), low, high, scale))
        return cls(constraints, columns, tuple(sign * worth for worth in scaled), sign, unit, tuple(rows))

    @property
    def n(self) -> int:
        return len(self.constraints.players)

    @property
    def all_columns(self) -> NDArray[np.bool_]:
        return np.ones(len(self.columns), dtype=bool)

    @cached_property
    def membership(self) -> NDArray[np.bool_]:
        """Who is in which coalition; shape (columns, n)."""
        return np.array([[S >> i & 1 for i in range(self.n)] for S in self.columns], dtype=bool).reshape(-1, self.n)

    def gain(self, structure: Sequence[int]) -> int:
        """The gain of these columns together."""
        return sum(self.gains[j] for j in structure)

    def is_feasible(self, structure: Sequence[int]) -> bool:
        """Whether these columns are a partition of the players that meets the constraints."""
        masks = [self.columns[j] for j in structure]
        once = sum(masks) == (1 << self.n) - 1 and sum(S.bit_count() for S in masks) == self.n
        return once and not self.constraints.violation(masks)

    # Prices: one for each player, then one for each row.

    def prices_programme(self, written: Sequence[int], contradiction: bool) -> LinearProgramme:
        """The least prices that cover the columns written; two columns for each row, for its high side and its low side."""
        sides = [side for row in self.rows for side in (row.high, row.low)]
        signs = (1, -1) * len(self.rows)
        free = (-ONE, ONE) if contradiction else (None, None)
        # A side that is not there has no price.
        most = [ZERO if side is None else ONE if contradiction else None for side in sides]
        rows = [
            dict.fromkeys(members(self.columns[j]), ONE)
            | {self.n + 2 * k + c: Fraction(signs[c] * row.amounts[j]) for k, row in enumerate(self.rows) for c in (0, 1)}
            for j in written
        ]
        return LinearProgramme(
            objective=(ONE,) * self.n + tuple(sign * (side or ZERO) for sign, side in zip(signs, sides, strict=True)),
            rows=tuple({c: a for c, a in row.items() if a} for row in rows),
            lower=tuple(ZERO if contradiction else Fraction(self.gains[j]) for j in written),
            upper=(None,) * len(written),
            column_lower=(free[0],) * self.n + (ZERO,) * len(sides),
            column_upper=(free[1],) * self.n + tuple(most),
        )

    def prices(self, x: Sequence[Fraction]) -> tuple[Fraction, ...]:
        """The prices in a point of the programme: a row's is what its high side costs less what its low side does."""
        return (*x[: self.n], *(x[k] - x[k + 1] for k in range(self.n, len(x), 2)))

    def not_covered(self, prices: Sequence[Fraction], alive: NDArray[np.bool_], contradiction: bool) -> list[int]:
        """Some of the columns alive that are worth more than their prices, those that lack most first."""
        slack = np.where(alive, self.slack(prices, contradiction), 0)
        worst = np.argsort(slack, kind="stable")[:BATCH]
        return [int(j) for j in worst if slack[j] < 0]

    def slack(self, prices: Sequence[Fraction], contradiction: bool = False) -> NDArray[Any]:
        """By how much the prices of every column are more than its gain, in integers of some unit."""
        scaled, scale = _in_integers(prices)
        weights = [*scaled, 0 if contradiction else -scale]
        exact = sum(abs(weight) * max(size, 1) for weight, size in zip(weights, self._sizes, strict=True)) >= SAFE
        slack: NDArray[Any] = (
            self._matrix.astype(object) @ np.array(weights, dtype=object) if exact else self._matrix @ np.array(weights)
        )
        return slack

    @cached_property
    def _matrix(self) -> NDArray[Any]:
        """Membership, amounts and gain of every column, in integers."""
        numbers = [*(row.amounts for row in self.rows), self.gains]
        return np.column_stack([self.membership.astype(np.int64), *(integers(column) for column in numbers)])

    @cached_property
    def _sizes(self) -> list[int]:
        numbers = [*(row.amounts for row in self.rows), self.gains]
        return [1] * self.n + [max(map(abs, column), default=0) for column in numbers]


def _in_integers(numbers: Sequence[Fraction]) -> tuple[list[int], int]:
    unit = lcm(*(number.denominator for number in numbers))
    return [number.numerator * (unit // number.denominator) for number in numbers], unit


# --- finding -----------------------------------------------------------------------------------------


def _by_integer_programme(problem: _Problem, columns: Sequence[int], time_limit: float | None) -> list[int] | None:
    """The partition into some of these columns that HiGHS thinks best, if it is one."""
    cover: list[dict[int, Fraction]] = [{} for _ in range(problem.n)]
    for c, j in enumerate(columns):
        for i in members(problem.columns[j]):
            cover[i][c] = ONE
    limits = [row for row in problem.rows if row.low is not None or row.high is not None]
    programme = LinearProgramme(
        objective=tuple(Fraction(problem.gains[j]) for j in columns),
        rows=(*cover, *({c: Fraction(row.amounts[j]) for c, j in enumerate(columns) if row.amounts[j]} for row in limits)),
        lower=(ONE,) * problem.n + tuple(row.low for row in limits),
        upper=(ONE,) * problem.n + tuple(row.high for row in limits),
        column_lower=(ZERO,) * len(columns),
        column_upper=(ONE,) * len(columns),
        maximise=True,
    )
    found = [columns[c] for c, amount in enumerate(solve_integer(programme, time_limit=time_limit).x) if amount]
    return found if problem.is_feasible(found) else None


# --- proving -----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Bound:
    """Prices that cover every coalition of a node, what they add up to, and the shares of columns that attain it."""

    prices: tuple[Fraction, ...]
    total: Fraction
    shares: Mapping[int, Fraction]


@dataclass
class _Tree:
    """Branching on pairs of players; ``best`` is the best partition met, as columns, ``written`` the columns ever needed."""

    problem: _Problem
    best: list[int] | None = None
    leaves: int = 0
    written: list[int] = field(default_factory=list)

    def prove(self, time_limit: float | None) -> dict[str, Any]:
        """Find the best partition, and the proof that none is better, or that there is none."""
        for k, row in enumerate(self.problem.rows):
            # The proof names the row: a price on its one side would cancel one on the other.
            if row.low is not None and row.high is not None and row.low > row.high:
                return {"crossed": k}
        self.seed(time_limit)
        return self.grow(self.problem.all_columns)

    def seed(self, time_limit: float | None) -> None:
        """Start from the best partition into the most promising columns: those whose prices are least above their gain."""
        kind, bound = self._relaxed(self.problem.all_columns)
        if kind == "bound":
            promising = np.argsort(self.problem.slack(bound.prices), kind="stable")[:PROMISING]
            self.best = _by_integer_programme(self.problem, sorted(map(int, promising)), time_limit)
            self.written += self.best or []

    def grow(self, alive: NDArray[np.bool_]) -> dict[str, Any]:
        """The proof that no partition into the columns alive is better than the best met by then."""
        kind, bound = self._relaxed(alive)
        if kind == "contradiction":
            return self._leaf(kind, bound, ONE)
        if self.best is None or bound.total > self.problem.gain(self.best):
            pair = self._undecided(bound.shares)
            if pair is not None:
                return self._branch(alive, *pair)
            # Two different coalitions in shares would part some pair in shares: these are whole, and attain the bound.
            self.best = sorted(bound.shares)
        return self._leaf(kind, bound, Fraction(self.problem.sign, self.problem.unit))

    def _relaxed(self, alive: NDArray[np.bool_]) -> tuple[str, _Bound]:
        """The bound of partitions in shares, or the contradiction if there is not even one of those."""
        bound = self._bound(alive)
        if bound is None:
            nearest = self._bound(alive, contradiction=True)
            if nearest is not None and nearest.total < 0:
                return "contradiction", nearest
            # The columns written down by now have a partition in shares.
            bound = self._bound(alive)
        if bound is None:
            raise SolverFailure("no prices were found though there is a partition in shares; please report the game")
        return "bound", bound

    def _branch(self, alive: NDArray[np.bool_], i: int, k: int) -> dict[str, Any]:
        has_i, has_k = (self.problem.membership[:, player] for player in (i, k))
        players = self.problem.constraints.players
        return {
            "pair": [players[i], players[k]],
            "together": self.grow(alive & (has_i == has_k)),
            "apart": self.grow(alive & ~(has_i & has_k)),
        }

    def _undecided(self, shares: Mapping[int, Fraction]) -> tuple[int, int] | None:
        """The pair whose share of being together is nearest to one half; None if every share is zero or one."""
        together: dict[tuple[int, int], Fraction] = {}
        for j, share in shares.items():
            for pair in combinations(members(self.problem.columns[j]), 2):
                together[pair] = together.get(pair, ZERO) + share
        parted = [pair for pair, share in together.items() if share < 1]
        return min(parted, key=lambda pair: (abs(together[pair] - Fraction(1, 2)), pair), default=None)

    def _bound(self, alive: NDArray[np.bool_], contradiction: bool = False) -> _Bound | None:
        """The least prices that cover every column alive; None if no prices are least.

        For a contradiction every coalition is worth nothing and prices end at one: the total is negative if and only if there
        is no partition even in shares.
        """
        while True:
            rows = [j for j in self.written if alive[j]]
            try:
                optimum = solve_exactly(self.problem.prices_programme(rows, contradiction))
            except Unbounded:
                return None
            prices = self.problem.prices(optimum.primal)
            short = self.problem.not_covered(prices, alive, contradiction)
            if not short:
                shares = {j: share for j, share in zip(rows, optimum.dual, strict=True) if share}
                return _Bound(prices, optimum.value, shares)
            self.written += short

    def _leaf(self, kind: str, bound: _Bound, unit: Fraction) -> dict[str, Any]:
        """The prices in the units of the game and of the limits."""
        self.leaves += 1
        if self.leaves > MAX_LEAVES:
            raise SolverFailure(
                f"the proof has more than {MAX_LEAVES} leaves; use fewer limits in_total, or name the coalitions with allowed="
            )
        n, rows = self.problem.n, self.problem.rows
        per_row = [rational.text(price * row.unit * unit) for price, row in zip(bound.prices[n:], rows, strict=True)]
        per_player = [rational.text(price * unit) for price in bound.prices[:n]]
        return {kind: {"players": per_player, "coalition": per_row[0], "in_total": per_row[1:]}}


# --- no partition: which constraints contradict each other --------------------------------------------

# What an argument becomes when it is dropped.  ``allowed`` stays: amounts are known only of the coalitions it names.
_DROPPED: tuple[dict[str, Any], ...] = (
    {"total": ()},
    {"each": ()},
    {"forbidden": ()},
    {"apart": ()},
    {"together": ()},
    {"most": None},
    {"fewest": None},
    {"largest": None},
    {"smallest": None},
)


def _why(constraints: StructureConstraints) -> str:
    """One sentence with constraints that cannot all be met, none of which could be spared."""
    needed = constraints
    for dropped in _DROPPED:
        lighter = replace(needed, **dropped)
        if not _is_possible(lighter):
            needed = lighter
    reached = 0
    for S in needed.permitted:
        reached |= S
    outside = names_of(needed.players, ((1 << len(needed.players)) - 1) & ~reached)
    alone = f" (no coalition with {', '.join(outside)} in it may form)" if outside else ""
    names = list(needed.to_json())
    asked = names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]} at once"
    return f"no partition of the players meets {asked}{alone}; loosen {'it' if len(names) == 1 else 'one of them'}"


def _is_possible(constraints: StructureConstraints) -> bool:
    problem = _Problem.of(constraints, [ZERO] * len(constraints.permitted), 1)
    tree = _Tree(problem)
    tree.prove(None)
    return tree.best is not None
