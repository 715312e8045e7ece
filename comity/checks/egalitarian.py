"""Confirming the most equal point of the core of a convex game, and that a game is not convex."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

from comity import rational
from comity.certificate import Basis, Certificate, Verdict, holds_if
from comity.checks.core import check_in_core, exact_amounts, settled
from comity.coalitions import coalition_of, mask_of, names_of
from comity.declaration import declare
from comity.games.coalitional.base import Game

MAX_PLAYERS = 16


@declare("check", "No point of the core is more equal", reference="Dutta & Ray (1989)", confirms=("dutta_ray_solution",))
def check_dutta_ray_solution(game: Game, x: Sequence[Any], witness: Mapping[str, Any] | None = None) -> Certificate:
    """The game is convex (concave for costs), x is in its core, and whoever gets t or more together hold just their worth.

    Every y in the core gives those as much or more, so the k best off have at least as much under y as under x, for every k:
    x Lorenz-dominates y.  In a cost game it is those who pay t or less who pay just their cost.

    Examples
    --------
    >>> from comity.games.coalitional.table import TableGame
    >>> bool(check_dutta_ray_solution(TableGame(None, [0, 1, 3, 5]), ["2", "3"]))
    True
    """
    game, kept = settled(game, witness)
    amounts = exact_amounts(game, x)
    claim, check = "the game is convex and no point of its core is more equal", "check_dutta_ray_solution"
    if game.n > MAX_PLAYERS:
        reason = f"{game.n} players are more than the {MAX_PLAYERS} whose coalitions are looked at here"
        return Certificate(claim, Verdict.UNDECIDED, basis=Basis.ASSUMED, witness={"reason": reason, **kept}, check=check)
    received = [game.sign * amount for amount in amounts]
    levels = [coalition_of(i for i in range(game.n) if received[i] >= t) for t in sorted(set(received), reverse=True)]
    loose = next((S for S in levels if game.excess(S, amounts) != 0), None)
    found = {} if loose is None else {"coalition": names_of(game.players, loose)}
    in_core = check_in_core(game, amounts)
    return Certificate(
        claim,
        holds_if(_is_convex(game) and bool(in_core) and loose is None),
        margin=None if in_core else in_core.margin,
        witness={"levels": [names_of(game.players, S) for S in levels], **found, **kept},
        check=check,
    )


@declare("check", "The game is not convex", reference="Shapley (1971)")
def check_not_convex(game: Game, x: None, witness: Mapping[str, Any]) -> Certificate:
    """v(S) + v(T) > v(S or T) + v(S and T) (for costs: <) for the two ``witness["coalitions"]``; the margin is the difference.

    Examples
    --------
    >>> from comity.games.coalitional.voting import VotingGame
    >>> bool(check_not_convex(VotingGame((1, 1, 1), 2), None, {"coalitions": [["1", "2"], ["2", "3"]]}))
    True
    """
    game, kept = settled(game, witness)
    chosen = [mask_of(game.players, names) for names in witness["coalitions"]]
    margin = Fraction(0)
    if len(chosen) == 2:
        S, T = chosen
        margin = game.sign * (game.exact(S) + game.exact(T) - game.exact(S | T) - game.exact(S & T))
    return Certificate(
        "the game is not convex" if game.sign > 0 else "the cost game is not concave",
        holds_if(margin > 0),
        margin=margin,
        witness={
            "coalitions": [names_of(game.players, S) for S in chosen],
            "amounts": [rational.text(game.exact(S)) for S in chosen],
            **kept,
        },
        check="check_not_convex",
    )


def _is_convex(game: Game) -> bool:
    table, _ = game.scaled_table
    return all(
        game.sign * (table[S | 1 << i | 1 << j] + table[S] - table[S | 1 << i] - table[S | 1 << j]) >= 0
        for j in range(game.n)
        for i in range(j)
        for S in range(len(table))
        if not S & (1 << i | 1 << j)
    )
