"""Confirming semivalues by adding up the contributions to coalitions of each size; the solver weighs worths."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from math import comb
from typing import Any

from comity import rational
from comity.certificate import Certificate
from comity.checks.comparison import compared, most_with_a_table
from comity.checks.core import settled
from comity.checks.level_sums import joining_sums
from comity.declaration import declare
from comity.errors import ComityError, InvalidEvidence
from comity.games.coalitional.base import Game


@declare("check", "Each amount is the player's contribution weighted by the size joined", confirms=("semivalue",))
def check_semivalue(game: Game, x: Sequence[Any], witness: Mapping[str, Any] | None = None) -> Certificate:
    """x_i = sum of p_s times what i adds to all coalitions of s others together, exactly.

    ``witness["weights"]`` lists p_0, ..., p_(n-1), the weight of each coalition of s others.

    Examples
    --------
    >>> from comity.games.coalitional.table import TableGame
    >>> bool(check_semivalue(TableGame(None, [0, 1, 2, 5]), [2, 3], {"weights": ["1/2", "1/2"]}))
    True
    """
    game, kept = settled(game, witness)
    weights = read_weights_by_size(game, (witness or {}).get("weights"))
    listed = [rational.text(p) for p in weights]
    claim = "the amounts are the semivalue with the weights " + ", ".join(listed[:6]) + (", ..." if len(listed) > 6 else "")
    return compared(
        game,
        x,
        claim,
        "check_semivalue",
        lambda: _from_contributions(game, weights),
        {"weights": listed, **kept},
        most_with_a_table(game),
    )


ROUNDING = Fraction(1, 10**12)


def read_weights_by_size(game: Game, weights: Any) -> list[Fraction]:
    """The weights p_s of each coalition of s others: none negative, and sum of C(n - 1, s) p_s = 1, up to 1e-12."""
    n = game.n
    if isinstance(weights, str | Mapping) or not hasattr(weights, "__iter__"):
        raise InvalidEvidence(
            f"the weights are {rational.shown(weights)}, not a list; give one for each number of others, from 0 to {n - 1}"
        )
    p = [rational.exact(weight, f"the weight of size {s}") for s, weight in enumerate(weights)]
    if len(p) != n:
        raise ComityError(f"{len(p)} weights for {n} players; give one for each number of others, 0 to {n - 1}")
    for s, weight in enumerate(p):
        if weight < 0:
            raise ComityError(f"the weight of size {s} is {rational.text(weight)}; weights are never negative, use 0 or more")
    total = sum((comb(n - 1, s) * weight for s, weight in enumerate(p)), Fraction(0))
    # Doubles such as 1/3 cannot add up exactly; they are kept as written, and the claim names them.
    if abs(total - 1) > ROUNDING:
        raise ComityError(
            f"the weights of all coalitions of others add up to {rational.text(total)}, not 1; "
            f'divide each by that, and write thirds as "1/3"'
        )
    return p


def _from_contributions(game: Game, weights: Sequence[Fraction]) -> list[Fraction]:
    table = game.integer_table
    return [
        sum((p * total for p, total in zip(weights, added, strict=True)), Fraction(0)) / table.denominator
        for added in joining_sums(table)
    ]
