"""Confirming that an allocation is efficient, an imputation, in the core, or that the core is empty."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

from comity import rational
from comity.certificate import Certificate, Verdict, holds_if
from comity.coalitions import exact_sums, mask_of, names_of
from comity.declaration import declare
from comity.errors import InvalidEvidence
from comity.games.coalitional.base import Game


def exact_amounts(game: Game, x: Sequence[Any]) -> tuple[Fraction, ...]:
    """The amounts as written, one a player."""
    amounts = tuple(rational.exact(amount, "an amount") for amount in x)
    if len(amounts) != game.n:
        raise InvalidEvidence(f"{len(amounts)} amounts for {game.n} players; give one each")
    return amounts


def settled(game: Game, witness: Mapping[str, Any] | None) -> tuple[Game, dict[str, Any]]:
    """The game with worths that are arithmetic, and the evidence of its worths to keep in the new witness."""
    witness = witness or {}
    # A game whose worths are arithmetic needs no evidence of them; keeping what nobody read would let it pass for checked.
    needed = type(game).evidence is not Game.evidence and "worths" in witness
    return game.confirmed(witness), {"worths": witness["worths"]} if needed else {}


@declare("check", "The amounts add up to the worth of all players together")
def check_efficient(game: Game, x: Sequence[Any], witness: Mapping[str, Any] | None = None) -> Certificate:
    """x(N) = v(N), exactly; the margin is minus the difference.

    Examples
    --------
    >>> from comity.games.coalitional.table import TableGame
    >>> bool(check_efficient(TableGame(None, [0, 1, 2, 5]), [2, 3]))
    True
    """
    game, kept = settled(game, witness)
    amounts = exact_amounts(game, x)
    total, worth = sum(amounts), game.exact(game.grand_coalition)
    return Certificate(
        "the amounts add up to the worth of the grand coalition",
        holds_if(total == worth),
        margin=-abs(total - worth),
        witness={"total": rational.text(Fraction(total)), "worth": rational.text(worth), **kept},
        check="check_efficient",
    )


@declare("check", "No coalition would gain by leaving", reference="Gillies (1959)")
def check_in_core(game: Game, x: Sequence[Any], witness: Mapping[str, Any] | None = None) -> Certificate:
    """x(N) = v(N) and no coalition has a positive excess; every coalition is looked at.

    The margin is minus the largest excess of a proper coalition, the witness the coalition that has it.

    Examples
    --------
    >>> from comity.games.coalitional.table import TableGame
    >>> certificate = check_in_core(TableGame(["A", "B"], [0, 1, 2, 5]), [0, 5])
    >>> certificate.verdict.value, certificate.witness["coalition"]
    ('FAILS', ['A'])
    """
    game, kept = settled(game, witness)
    amounts = exact_amounts(game, x)
    table, denominator = game.scaled_table
    if sum(amounts) != Fraction(table[-1], denominator):
        gap = abs(sum(amounts) - Fraction(table[-1], denominator))
        return Certificate(
            "the allocation is in the core",
            Verdict.FAILS,
            margin=-gap,
            witness={"coalition": list(game.players), "reason": "the amounts do not add up to its worth", **kept},
            check="check_in_core",
        )
    sums = exact_sums(amounts)
    worst, largest = 0, Fraction(0)
    for S in range(1, game.grand_coalition):
        excess = game.sign * (Fraction(table[S], denominator) - sums[S])
        if worst == 0 or excess > largest:
            worst, largest = S, excess
    return Certificate(
        "the allocation is in the core",
        holds_if(largest <= 0),
        margin=-largest if worst else None,
        witness={"coalition": names_of(game.players, worst), **kept},
        check="check_in_core",
    )


@declare("check", "The core is empty", reference="Bondareva (1963), Shapley (1967)")
def check_core_empty(game: Game, x: None, witness: Mapping[str, Any]) -> Certificate:
    """Balanced weights whose worth exceeds v(N) prove that no allocation is in the core.

    There is no allocation to look at: ``x`` is None.  ``witness["weights"]`` is a list
    of pairs (names, weight > 0) with sum of w_S 1_S = 1 for every player;
    then sum of w_S v(S) > v(N) in a gain game (< c(N) in a cost game).  The margin is the difference.
    """
    game, kept = settled(game, witness)
    weights = read_weights(game, witness.get("weights"))
    covered = [sum((w for S, w in weights if S >> i & 1), Fraction(0)) for i in range(game.n)]
    worth = sum((w * game.exact(S) for S, w in weights), Fraction(0))
    margin = game.sign * (worth - game.exact(game.grand_coalition))
    balanced = all(w > 0 for _, w in weights) and all(total == 1 for total in covered)
    return Certificate(
        "the core is empty",
        holds_if(balanced and margin > 0),
        margin=margin if balanced else None,
        witness={"weights": [[names_of(game.players, S), rational.text(w)] for S, w in weights], **kept},
        check="check_core_empty",
    )


def read_weights(game: Game, listed: Any) -> list[tuple[int, Fraction]]:
    """Pairs of coalition and weight from a witness."""
    try:
        return [(mask_of(game.players, names), rational.exact(weight, "a weight")) for names, weight in listed]
    except (TypeError, ValueError) as error:
        raise InvalidEvidence(f"the weights cannot be read: {error}; give pairs of names and weight") from None
