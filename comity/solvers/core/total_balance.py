"""Totally balanced games and the totally balanced cover: a core point, or balanced weights, for every coalition."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np

from comity import rational
from comity.certificate import Certificate, Verdict
from comity.checks.total_balance import BY_MODEL, check_total_balancedness, plain_points
from comity.coalitions import check_table_size, names_of
from comity.declaration import declare
from comity.errors import SolverFailure
from comity.games.coalitional.base import Game
from comity.games.coalitional.table import TableGame
from comity.games.coalitional.transforms import subgame
from comity.linear_programme import LinearProgramme
from comity.solvers.core.coalition_rows import ONE, IntegerGame, optimise

# Evidence has a point for each of 2**n - 1 coalitions.
MAX_PLAYERS = 10


@declare("property", "Every subgame has a core", reference="Shapley & Shubik (1969)", certificate="check_total_balancedness")
def is_totally_balanced(game: Game) -> bool:
    """Whether the core of every subgame is not empty; as far as 10 players, any number if every game of the model is.

    Examples
    --------
    >>> from comity.games.coalitional.glove import GloveGame
    >>> is_totally_balanced(GloveGame(2, 1))
    True
    """
    return bool(check_totally_balanced(game))


@declare(
    "property",
    "Every subgame has a core: the points, or the weights that prove one has none",
    reference="Shapley & Shubik (1969)",
    certificate="check_total_balancedness",
)
def check_totally_balanced(game: Game) -> Certificate:
    """Whether every subgame has a core, with a core point of each or balanced weights of one as the witness.

    With more than 10 players the witness is a theorem, for models whose games are all totally balanced.

    Examples
    --------
    >>> check_totally_balanced(TableGame(None, [0, 0, 0, 1, 0, 1, 1, 1, 0, 0, 0, 1, 0, 1, 1, 9])).witness["coalition"]
    ['1', '2', '3']
    """
    if game.n > MAX_PLAYERS and "totally_balanced" in game.facts:
        return decided(check_total_balancedness(game, {"argument": BY_MODEL}))
    check_table_size(game.n, MAX_PLAYERS)
    points: dict[int, tuple[Fraction, ...]] = {}
    evidence: dict[str, Any] = {}
    for S in sorted(range(1, 1 << game.n), key=int.bit_count):
        best = _best_balanced(game, S)
        if best.total != game.exact(S):
            evidence = {"coalition": names_of(game.players, S), "weights": best.named(game)}
            break
        points[S] = best.amounts
    certificate = check_total_balancedness(game, {**(evidence or {"points": plain_points(game, points)}), **game.evidence()})
    return decided(certificate)


@declare(
    "transform", "The best a coalition could do by spending its time in several coalitions", reference="Shapley & Shubik (1969)"
)
def totally_balanced_cover(game: Game) -> TableGame:
    """The greatest total worth of balanced weights within S, in a cost game the least cost.

    The smallest totally balanced game that is nowhere below (the largest nowhere above, for costs), and the game itself if
    that is totally balanced.  A linear programme for each coalition, solved exactly; as far as 10 players.

    Examples
    --------
    >>> totally_balanced_cover(TableGame(None, [0, 0, 0, 1, 0, 1, 1, 1])).exact(0b111)
    Fraction(3, 2)
    """
    check_table_size(game.n, MAX_PLAYERS)
    totals = [_best_balanced(game, S).total for S in range(1, 1 << game.n)]
    return TableGame(game.players, [Fraction(0), *totals], game.orientation)


def decided(certificate: Certificate) -> Certificate:
    """The certificate, if it decides its claim; otherwise the evidence was wrong, which is a mistake here."""
    if certificate.verdict is Verdict.UNDECIDED:
        raise SolverFailure(f"it was not confirmed whether {certificate.claim}; please report the game")
    return certificate


@dataclass(frozen=True)
class _Balanced:
    """Amounts that give every part of S its worth at the least total, and balanced weights that prove it least."""

    total: Fraction
    amounts: tuple[Fraction, ...]
    weights: dict[int, Fraction]
    inside: TableGame

    def named(self, game: Game) -> list[list[Any]]:
        return [[names_of(self.inside.players, T), rational.text(w)] for T, w in sorted(self.weights.items())]


def _best_balanced(game: Game, S: int) -> _Balanced:
    inside = subgame(game, S)
    integer = IntegerGame.of(inside)
    n = inside.n
    base = LinearProgramme(objective=(ONE,) * n, rows=(), lower=(), upper=(), column_lower=(None,) * n, column_upper=(None,) * n)
    allowed = np.ones(1 << n, dtype=bool)
    allowed[0] = False
    start = sorted({*(1 << i for i in range(n)), (1 << n) - 1})
    best, pool = optimise(integer, base, allowed, start)
    weights = {T: w for T, w in zip(pool, best.dual, strict=True) if w}
    return _Balanced(game.sign * best.value / integer.scale, tuple(integer.amounts(best.primal)), weights, inside)
