"""Comparing the amounts stated with those of a second formula, and naming the first that differs most."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from typing import Any

from comity import rational
from comity.certificate import Basis, Certificate, Verdict
from comity.checks.core import exact_amounts
from comity.coalitions import MAX_GIVEN_TABLE_PLAYERS
from comity.games.coalitional.base import Game
from comity.games.coalitional.table import TableGame

# Beyond these, the worths take minutes unless they are given.
MAX_WORKED_OUT = 22


def compared(
    game: Game,
    x: Sequence[Any],
    claim: str,
    check: str,
    formula: Callable[[], Sequence[Fraction]],
    kept: Mapping[str, Any],
    most_players: int = 16,
) -> Certificate:
    """HOLDS if every amount is that of the formula; the margin is minus the largest difference.

    With more players than the formula can be worked out for, UNDECIDED.
    """
    amounts = exact_amounts(game, x)
    if game.n > most_players:
        reason = f"{game.n} players are more than the {most_players} for whom this is worked out again here"
        return Certificate(claim, Verdict.UNDECIDED, basis=Basis.ASSUMED, witness={"reason": reason, **kept}, check=check)
    right = formula()
    if amounts == tuple(right):
        return Certificate(claim, Verdict.HOLDS, margin=Fraction(0), witness=dict(kept), check=check)
    gaps = [abs(amount - value) for amount, value in zip(amounts, right, strict=True)]
    worst = max(range(game.n), key=gaps.__getitem__)
    found = {"player": game.players[worst], "amount": rational.text(right[worst])}
    return Certificate(claim, Verdict.FAILS, margin=-gaps[worst], witness={**found, **kept}, check=check)


def most_with_a_table(game: Game) -> int:
    """The most players for whom a formula that takes a few passes over the table is worked out."""
    return MAX_GIVEN_TABLE_PLAYERS if isinstance(game, TableGame) else MAX_WORKED_OUT
