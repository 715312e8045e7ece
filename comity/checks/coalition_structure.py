"""Confirming that a partition into coalitions is worth as much as any."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

from comity import rational
from comity.certificate import Certificate, holds_if
from comity.checks.core import exact_amounts, settled
from comity.coalitions import check_table_size, exact_sums, mask_of, names_of
from comity.declaration import declare
from comity.errors import InvalidEvidence
from comity.games.coalitional.base import Game

# Without prices the best of every coalition is worked out again, in 3**n steps.
MAX_PLAYERS = 15


@declare("check", "No partition of the players is worth more", reference="Yeh (1986); Aumann & Drèze (1974)")
def check_coalition_structure(
    game: Game, structure: Sequence[Sequence[str]], witness: Mapping[str, Any] | None = None
) -> Certificate:
    """The coalitions are a partition, and no partition is worth more (costs less).

    With ``prices`` in the witness, one a player, the proof is short: no coalition is worth more than its members' prices, and the
    partition is worth exactly all of them.  There are such prices if and only if some division of the total is in no
    coalition's interest to leave.  Without prices the best partition of every coalition is worked out here again, as the least
    superadditive game above this one.  The margin is minus what a better partition would gain; None where prices prove nothing.

    Examples
    --------
    >>> from comity.games.coalitional.table import TableGame
    >>> game = TableGame(["A", "B"], [0, 2, 1, 1])
    >>> bool(check_coalition_structure(game, [["A"], ["B"]])), check_coalition_structure(game, [["A", "B"]]).margin
    (True, Fraction(-2, 1))
    """
    game, kept = settled(game, witness)
    masks = partition_masks(game, structure)
    total = sum((game.exact(S) for S in masks), Fraction(0))
    shown: dict[str, Any] = {"coalitions": [names_of(game.players, S) for S in masks], "total": rational.text(total)}
    prices = (witness or {}).get("prices")
    if prices is None:
        check_table_size(game.n, MAX_PLAYERS)
        margin: Fraction | None = game.sign * (total - _best_total(game))
        holds = margin == 0
    else:
        amounts = exact_amounts(game, prices)
        shown["prices"] = [rational.text(amount) for amount in amounts]
        enough = all(
            game.sign * (amount - worth) >= 0 for amount, worth in zip(exact_sums(amounts), game.exact_table(), strict=True)
        )
        holds = enough and sum(amounts) == total
        margin = Fraction(0) if holds else None
    return Certificate(
        "no partition of the players is worth more" if game.sign > 0 else "no partition of the players costs less",
        holds_if(holds),
        margin=margin,
        witness={**shown, **kept},
        check="check_coalition_structure",
    )


def partition_masks(game: Game, structure: Sequence[Sequence[str]]) -> list[int]:
    """The coalitions of a partition; anything that is none is refused."""
    masks = [mask_of(game.players, names) for names in structure]
    covered = 0
    for S in masks:
        if S == 0 or covered & S:
            who = ", ".join(names_of(game.players, covered & S)) or "nobody"
            raise InvalidEvidence(f"a coalition of the partition has {who}, again or at all; put every player in exactly one")
        covered |= S
    if covered != game.grand_coalition:
        absent = ", ".join(names_of(game.players, game.grand_coalition & ~covered))
        raise InvalidEvidence(f"{absent} are in no coalition of the partition; put every player in exactly one")
    return masks


def _best_total(game: Game) -> Fraction:
    """The grand coalition's worth in the least superadditive game above: each coalition stays whole or falls into two."""
    table, denominator = game.scaled_table
    best = [game.sign * worth for worth in table]
    for S in range(1, 1 << game.n):
        # Every split into two is met once, with the highest member on the left.
        T = (S - 1) & S
        while T > S ^ T:
            best[S] = max(best[S], best[T] + best[S ^ T])
            T = (T - 1) & S
    return game.sign * Fraction(best[-1], denominator)
