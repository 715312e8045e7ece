"""Confirming that a list of corners of the core, or of a set around it, is complete and holds nothing but corners."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

from comity import rational
from comity.certificate import Certificate, Verdict, holds_if
from comity.checks.core import exact_amounts, read_weights, settled
from comity.checks.corners import Polytope
from comity.checks.payoff_sets import rights_of, utopia_of
from comity.coalitions import check_table_size, names_of
from comity.declaration import declare
from comity.games.coalitional.base import Game

Points = Sequence[Sequence[Any]]
MAX_PLAYERS = 8
ZERO = Fraction(0)


@declare(
    "check",
    "These are all corners of the core, and nothing else",
    reference="Balinski (1961)",
    confirms=("core_vertices",),
)
def check_core_vertices(game: Game, x: Points, witness: Mapping[str, Any] | None = None, *, epsilon: Any = None) -> Certificate:
    """``x`` lists every corner of the core once, in any order: each is a corner, and along no edge is there another.

    An empty list needs balanced weights in ``witness["weights"]``; those in ``check_balanced(game).witness`` serve, and for
    every epsilon for which there is no corner.  Without them the verdict is UNDECIDED.
    Where the list is not right, the witness shows a point that is missing, repeated, or no corner.

    Parameters
    ----------
    game : Game
        Of up to 8 players.
    x : points
    witness : mapping, optional
    epsilon : number, optional
        For the strong epsilon-core; also read from ``witness["epsilon"]``.

    References
    ----------
    Balinski (1961), "On the graph structure of convex polyhedra in n-space": corners and edges are connected.

    Examples
    --------
    >>> from comity.games.coalitional.table import TableGame
    >>> game = TableGame(["A", "B"], [0, 1, 2, 5])
    >>> bool(check_core_vertices(game, [(1, 4), (3, 2)]))
    True
    >>> check_core_vertices(game, [(1, 4)]).witness["missing"]
    ['3', '2']
    """
    check_table_size(game.n, MAX_PLAYERS)
    game, kept = settled(game, witness)
    stated = dict(witness or {})
    more = rational.exact(stated.get("epsilon", 0) if epsilon is None else epsilon, "epsilon")
    if epsilon is not None or "epsilon" in stated:
        kept = {"epsilon": rational.text(more), **kept}
    claim, name = "these are the corners of the core and all of them", "check_core_vertices"
    if not list(x):
        return _none(game, stated, more, kept, claim, name)
    table, total = game.exact_table(), game.sign * game.exact(game.grand_coalition)
    least = {S: game.sign * table[S] - more for S in range(1, game.grand_coalition)} or {1: total}
    return _complete(game, x, total, least, claim, name, kept)


@declare("check", "These are all corners of the set of imputations, and nothing else", confirms=("imputation_set",))
def check_imputation_set(game: Game, x: Points, witness: Mapping[str, Any] | None = None) -> Certificate:
    """``x`` lists every corner of {x : x(N) = v(N), x_i >= v(i)} once, and nothing if there is no imputation.

    Examples
    --------
    >>> from comity.games.coalitional.table import TableGame
    >>> bool(check_imputation_set(TableGame(["A", "B"], [0, 1, 2, 5]), [(1, 4), (3, 2)]))
    True
    """
    game, kept = settled(game, witness)
    low = [game.sign * game.exact(1 << i) for i in range(game.n)]
    return _boxed(
        game, x, low, None, "these are the corners of the set of imputations and all of them", "check_imputation_set", kept
    )


@declare("check", "These are all corners of the core cover, and nothing else", confirms=("core_cover",))
def check_core_cover(game: Game, x: Points, witness: Mapping[str, Any] | None = None) -> Certificate:
    """``x`` lists every corner of the set between minimal rights and utopia payoffs once, and nothing if it is empty.

    Examples
    --------
    >>> from comity.games.coalitional.table import TableGame
    >>> bool(check_core_cover(TableGame(["A", "B"], [0, 1, 2, 5]), [(1, 4), (3, 2)]))
    True
    """
    game, kept = settled(game, witness)
    most = utopia_of(game)
    low = [game.sign * a for a in rights_of(game, most)]
    high = [game.sign * a for a in most]
    return _boxed(game, x, low, high, "these are the corners of the core cover and all of them", "check_core_cover", kept)


@declare("check", "These are all corners of the reasonable set, and nothing else", confirms=("reasonable_set",))
def check_reasonable_set(game: Game, x: Points, witness: Mapping[str, Any] | None = None) -> Certificate:
    """``x`` lists every corner of the set between the least and the most that each adds to a coalition once.

    Examples
    --------
    >>> from comity.games.coalitional.table import TableGame
    >>> bool(check_reasonable_set(TableGame(["A", "B"], [0, 1, 2, 5]), [(1, 4), (3, 2)]))
    True
    """
    game, kept = settled(game, witness)
    table = game.exact_table()
    adds = [[game.sign * (table[S | 1 << i] - table[S]) for S in range(1 << game.n) if not S >> i & 1] for i in range(game.n)]
    low, high = list(map(min, adds)), list(map(max, adds))
    return _boxed(game, x, low, high, "these are the corners of the reasonable set and all of them", "check_reasonable_set", kept)


def _boxed(
    game: Game,
    x: Points,
    low: Sequence[Fraction],
    high: Sequence[Fraction] | None,
    claim: str,
    check: str,
    kept: Mapping[str, Any],
) -> Certificate:
    """Between bounds for each player, as gains."""
    check_table_size(game.n, MAX_PLAYERS)
    total = game.sign * game.exact(game.grand_coalition)
    crossed = high is not None and (any(a > b for a, b in zip(low, high, strict=True)) or sum(high) < total)
    if not list(x):
        return Certificate(claim, holds_if(crossed or sum(low) > total), witness={"corners": 0, **kept}, check=check)
    least = {1 << i: amount for i, amount in enumerate(low)}
    for i, amount in enumerate(high or ()):
        others = game.grand_coalition ^ 1 << i
        if others:
            least[others] = max(least.get(others, total - amount), total - amount)
    if crossed:  # of one player nothing says so in the rows above
        return Certificate(claim, Verdict.FAILS, witness={"no_corner": _plain(exact_amounts(game, x[0])), **kept}, check=check)
    return _complete(game, x, total, least, claim, check, kept)


def _complete(
    game: Game, x: Points, total: Fraction, least: Mapping[int, Fraction], claim: str, check: str, kept: Mapping[str, Any]
) -> Certificate:
    """The points are the corners of {y : y(N) = total, y(S) >= least[S]}, as gains."""
    listed = [exact_amounts(game, point) for point in x]
    gains = [tuple(game.sign * a for a in point) for point in listed]
    polytope = Polytope(game.n, total, least)
    found: set[tuple[Fraction, ...]] = set()
    shown: dict[str, Any] = {"corners": len(listed)}
    for point, y in zip(listed, gains, strict=True):
        if y not in found:
            start = None if found else polytope.at(y)
            if start is None:
                shown = {"no_corner": _plain(point)}
                break
            found = polytope.corners(start)
    else:
        missing, twice = found.difference(gains), [point for point, times in Counter(listed).items() if times > 1]
        if missing:
            shown = {"missing": _plain([game.sign * a for a in min(missing)])}
        elif twice:
            shown = {"repeated": _plain(twice[0])}
    return Certificate(claim, holds_if("corners" in shown), witness={**shown, **kept}, check=check)


def _none(game: Game, stated: Mapping[str, Any], more: Fraction, kept: Mapping[str, Any], claim: str, check: str) -> Certificate:
    """The core has no corner, by balanced weights of coalitions that ask for more than there is."""
    if "weights" not in stated:
        why = "no corner is listed; that there is none is proved by balanced weights, such as check_balanced(game) finds"
        return Certificate(claim, Verdict.UNDECIDED, witness={"reason": why, **kept}, check=check)
    weights = read_weights(game, stated["weights"])
    balanced = all(w > 0 for _, w in weights) and all(sum(w for S, w in weights if S >> i & 1) == 1 for i in range(game.n))
    asked = sum((w * (game.sign * game.exact(S) - (more if game.grand_coalition != S else 0)) for S, w in weights), ZERO)
    proved = balanced and asked > game.sign * game.exact(game.grand_coalition)
    shown = [[names_of(game.players, S), rational.text(w)] for S, w in weights]
    verdict = Verdict.HOLDS if proved else Verdict.UNDECIDED
    return Certificate(claim, verdict, witness={"weights": shown, **kept}, check=check)


def _plain(point: Sequence[Fraction]) -> list[str]:
    return [rational.text(a) for a in point]
