"""The nucleolus and the prenucleolus: the largest dissatisfaction as small as possible, then the next, ..."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from math import lcm
from typing import Any

import numpy as np
from numpy.typing import NDArray

from comity import rational
from comity.checks.nucleolus import check_nucleolus, check_prenucleolus
from comity.coalitions import members, names_of
from comity.declaration import declare
from comity.errors import InvalidGame, SolverFailure
from comity.games.coalitional.base import Game
from comity.linear_programme import LinearProgramme
from comity.results import Allocation
from comity.solvers.core.coalition_rows import ONE, IntegerGame, integer_sums, optimise


@declare(
    "concept",
    "The largest dissatisfaction as small as possible, then the next largest, over all efficient allocations",
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
    reference="Schmeidler (1969); Sobolev (1975)",
    certificate="check_prenucleolus",
)
def prenucleolus(game: Game) -> Allocation:
    """The efficient allocation whose excesses, sorted from the largest, are lexicographically least.

    Always exists and is unique.  Found by at most n - 1 linear programmes, each solved exactly; the
    certificate is a chain of levels with balancing weights that needs no linear programme to confirm.

    Parameters
    ----------
    game : Game
        Its table of 2**n worths is read; within a few seconds up to about 14 players.

    References
    ----------
    Schmeidler (1969); Maschler, Peleg & Shapley (1979); Kohlberg (1971) for the certificate.

    Examples
    --------
    >>> from comity.games.coalitional.table import TableGame
    >>> prenucleolus(TableGame(["A", "B", "C"], [0, 0, 0, 60, 0, 80, 20, 120])).exact
    (Fraction(70, 1), Fraction(20, 1), Fraction(30, 1))
    """
    x, levels = _solve(IntegerGame.of(game), game.players, bounded=False)
    return _confirmed(game, "prenucleolus", x, check_prenucleolus(game, x, {"levels": levels, **game.evidence()}))


@declare(
    "concept",
    "The largest dissatisfaction as small as possible, then the next largest, over all imputations",
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
    reference="Schmeidler (1969)",
    certificate="check_nucleolus",
)
def nucleolus(game: Game) -> Allocation:
    """The imputation whose excesses, sorted from the largest, are lexicographically least.

    An imputation is efficient and gives nobody less (in a cost game: charges nobody more) than the worth of
    standing alone.  Exists, and is unique, unless the players together do worse than alone.

    Parameters
    ----------
    game : Game
        Its table of 2**n worths is read; within a few seconds up to about 14 players.

    Raises
    ------
    InvalidGame
        If there is no imputation; `prenucleolus` exists even then.

    References
    ----------
    Schmeidler (1969); Maschler, Peleg & Shapley (1979); Kohlberg (1971) for the certificate.

    Examples
    --------
    >>> from comity.games.coalitional.table import TableGame
    >>> glove = TableGame(["left", "other left", "right"], [0, 0, 0, 0, 0, 1, 1, 1])
    >>> nucleolus(glove)["right"]
    1.0
    """
    integer = IntegerGame.of(game)
    alone, together = sum(integer.worths[1 << i] for i in range(game.n)), integer.worths[-1]
    if alone > together:
        each, everybody = (rational.short(Fraction(game.sign * worth, integer.scale)) for worth in (alone, together))
        verb = "get" if game.sign > 0 else "pay"
        raise InvalidGame(
            f"the players alone {verb} {each} in all but together {everybody}, so no allocation suits each of them "
            "and there is no nucleolus; use prenucleolus, which exists for every game"
        )
    x, levels = _solve(integer, game.players, bounded=True)
    return _confirmed(game, "nucleolus", x, check_nucleolus(game, x, {"levels": levels, **game.evidence()}))


def _confirmed(game: Game, concept: str, x: Sequence[Fraction], certificate: Any) -> Allocation:
    if not certificate:
        raise SolverFailure(f"the {concept} found was not confirmed: {certificate.witness.get('reason')}; please report the game")
    return Allocation(concept, game.players, tuple(x), certificate)


# --- one linear programme a level ------------------------------------------------------------------


@dataclass
class _Fixed:
    """Coalitions whose amounts every remaining allocation shares, linearly independent, and what they get."""

    n: int
    coalitions: list[int] = field(default_factory=list)
    amounts: list[Fraction] = field(default_factory=list)
    # The same span in reduced echelon form, by pivot.
    rows: dict[int, list[Fraction]] = field(default_factory=dict)

    def fix(self, S: int, amount: Fraction) -> None:
        """Fix y(S), unless that follows from what is fixed."""
        row = [Fraction(S >> i & 1) for i in range(self.n)]
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

    def open(self) -> NDArray[np.bool_]:
        """Which coalitions are outside the span: those that some vector orthogonal to it sees."""
        outside = np.zeros(1 << self.n, dtype=bool)
        for j in range(self.n):
            if j not in self.rows:
                normal = [Fraction(i == j) if i not in self.rows else -self.rows[i][j] for i in range(self.n)]
                scale = lcm(*(a.denominator for a in normal))
                outside |= (integer_sums([int(a * scale) for a in normal]) != 0).astype(bool)
        return outside


def _solve(game: IntegerGame, players: Sequence[str], bounded: bool) -> tuple[list[Fraction], list[dict[str, Any]]]:
    fixed = _Fixed(game.n)
    fixed.fix(game.grand_coalition, Fraction(game.worths[-1]))
    solved = list(_levels(game, fixed, bounded))
    # One player has everything fixed before the first level.
    y = solved[-1][0] if solved else fixed.amounts
    return game.amounts(y), [level.plain(players, game.scale) for _, level in solved]


@dataclass(frozen=True)
class _Level:
    """Excess t, the coalitions that have it in every solution, and the weights that prove it."""

    t: Fraction
    coalitions: Mapping[int, Fraction]
    bounds: Mapping[int, Fraction]
    earlier: Mapping[int, Fraction]

    def plain(self, players: Sequence[str], scale: int) -> dict[str, Any]:
        return {
            "epsilon": rational.text(self.t / scale),
            "coalitions": [[names_of(players, S), rational.text(w)] for S, w in self.coalitions.items()],
            "bounds": [[players[i], rational.text(w)] for i, w in self.bounds.items()],
            "earlier": [[names_of(players, S), rational.text(w)] for S, w in self.earlier.items()],
        }


def _levels(game: IntegerGame, fixed: _Fixed, bounded: bool) -> Iterator[tuple[list[Fraction], _Level]]:
    """Minimise the largest excess outside what is fixed; fix what cannot change; until nothing is left open."""
    n = game.n
    pool = game.alone_and_without()
    while fixed.rank < n:
        allowed = fixed.open() & game.proper
        best, pool = optimise(
            game, _largest_excess(game, fixed, allowed, bounded), allowed, (S for S in pool if allowed[S]), level=n
        )
        t = best.primal[n]
        earlier, weights = best.dual[: fixed.rank], best.dual[fixed.rank :]
        # Positive dual weight: tight in every optimal solution, not just in this one.
        coalitions = {S: w for S, w in zip(pool, weights, strict=True) if w}
        balance = [
            -sum((w for S, w in [*coalitions.items(), *zip(fixed.coalitions, earlier, strict=True)] if S >> i & 1), Fraction(0))
            for i in range(n)
        ]
        level = _Level(
            t,
            coalitions,
            {i: w for i, w in enumerate(balance) if w},
            {S: w for S, w in zip(fixed.coalitions, earlier, strict=True) if w},
        )
        for S in coalitions:
            fixed.fix(S, game.worths[S] - t)
        for i in level.bounds:
            fixed.fix(1 << i, Fraction(game.worths[1 << i]))
        yield list(best.primal[:n]), level


def _largest_excess(game: IntegerGame, fixed: _Fixed, allowed: NDArray[np.bool_], bounded: bool) -> LinearProgramme:
    """Minimise t with y(F) as fixed; the rows y(S) + t >= w(S) are added by `optimise`."""
    n = game.n
    # A player whose amount is fixed needs no bound, and without it the weights are simpler.
    lower = tuple(Fraction(game.worths[1 << i]) if bounded and allowed[1 << i] else None for i in range(n))
    return LinearProgramme(
        objective=(Fraction(0),) * n + (ONE,),
        rows=tuple(dict.fromkeys(members(F), ONE) for F in fixed.coalitions),
        lower=tuple(fixed.amounts),
        upper=tuple(fixed.amounts),
        column_lower=(*lower, None),
        column_upper=(None,) * (n + 1),
    )
