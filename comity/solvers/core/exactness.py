"""Exact games: every coalition can be held to its worth somewhere in the core."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from comity import rational
from comity.certificate import Certificate
from comity.checks.total_balance import check_exactness, plain_points
from comity.coalitions import check_table_size, members, names_of
from comity.declaration import declare
from comity.games.coalitional.base import Game
from comity.linear_programme import LinearProgramme
from comity.solvers.core.coalition_rows import ONE, IntegerGame, optimise
from comity.solvers.core.core_point import check_balanced
from comity.solvers.core.total_balance import MAX_PLAYERS, decided


@declare(
    "property",
    "Every coalition gets exactly its worth somewhere in the core",
    reference="Schmeidler (1972)",
    certificate="check_exactness",
)
def is_exact(game: Game) -> bool:
    """Whether for each coalition some point of the core gives it no more than its worth; as far as 10 players.

    Examples
    --------
    >>> from comity.games.coalitional.table import TableGame
    >>> is_exact(TableGame(None, [0, 1, 2, 5])), is_exact(TableGame(None, [0, 0, 0, 1, 0, 1, 0, 1]))
    (True, False)
    """
    return bool(check_exact(game))


@declare(
    "property",
    "Every coalition gets exactly its worth somewhere in the core: the points, or who gets more",
    reference="Schmeidler (1972)",
    certificate="check_exactness",
)
def check_exact(game: Game) -> Certificate:
    """Whether the game is exact, with a core point for each coalition or a proof that one always gets more as the witness.

    Examples
    --------
    >>> from comity.games.coalitional.table import TableGame
    >>> check_exact(TableGame(["A", "B", "C"], [0, 0, 0, 1, 0, 1, 0, 1])).witness["coalition"]
    ['A']
    """
    check_table_size(game.n, MAX_PLAYERS)
    balanced = check_balanced(game)
    if not balanced:
        # Balanced weights above v(N), with grand weight -1, can be added to any coalition.
        first = [game.players[0]]
        weights = [*balanced.witness["weights"], [first, "1"]]
        evidence: dict[str, Any] = {"coalition": first, "weights": weights, "grand": "-1"}
        return decided(check_exactness(game, {**evidence, **game.evidence()}))
    known = [tuple(rational.exact(amount) for amount in balanced.witness["point"])]
    points: dict[int, tuple[Fraction, ...]] = {}
    for S in range(1, 1 << game.n):
        held = next((x for x in known if sum(x[i] for i in members(S)) == game.exact(S)), None)
        if held is None:
            held, weights, grand = _least_in_core(game, S)
            if weights:
                evidence = {"coalition": names_of(game.players, S), "weights": weights, "grand": rational.text(grand)}
                return decided(check_exactness(game, {**evidence, **game.evidence()}))
            known.append(held)
        points[S] = held
    return decided(check_exactness(game, {"points": plain_points(game, points), **game.evidence()}))


def _least_in_core(game: Game, S: int) -> tuple[tuple[Fraction, ...], list[list[Any]], Fraction]:
    """A core point that gives S the least; weights and grand weight if that is more than its worth."""
    integer = IntegerGame.of(game)
    n, together = game.n, Fraction(integer.worths[-1])
    base = LinearProgramme(
        objective=tuple(Fraction(S >> i & 1) for i in range(n)),
        rows=(dict.fromkeys(range(n), ONE),),
        lower=(together,),
        upper=(together,),
        column_lower=(None,) * n,
        column_upper=(None,) * n,
    )
    best, pool = optimise(integer, base, integer.proper, integer.alone_and_without())
    point = tuple(integer.amounts(best.primal))
    if best.value == integer.worths[S]:
        return point, [], Fraction(0)
    weights = [[names_of(game.players, T), rational.text(w)] for T, w in zip(pool, best.dual[1:], strict=True) if w]
    # Without a weight the grand coalition alone proves it; a weight of 0 says so.
    return point, weights or [[names_of(game.players, S), "0"]], best.dual[0]
