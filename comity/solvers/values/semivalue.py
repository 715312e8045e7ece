"""Semivalues: contributions weighted by the size of the coalition joined."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from math import lcm
from typing import Any

from comity import rational
from comity.checks.semivalues import check_semivalue, read_weights_by_size
from comity.declaration import declare
from comity.games.coalitional.base import Game
from comity.results import Allocation
from comity.solvers.values.sums import level_weighted_totals


@declare(
    "concept",
    "Contributions weighted by the size of the coalition joined",
    area="benefit_distribution",
    claims=(
        "symmetric",
        "anonymous",
        "null_player",
        "dummy_player",
        "desirability",
        "covariant",
        "additive",
        "individually_rational_if_superadditive",
    ),
    reference="Dubey, Neyman & Weber (1981)",
    certificate="check_semivalue",
)
def semivalue(game: Game, weights: Sequence[Any]) -> Allocation:
    """Give each player the sum of p_s (v(S + i) - v(S)) over the coalitions S of s others.

    Parameters
    ----------
    weights : sequence of n numbers
        p_0, ..., p_(n-1), none negative, with sum of C(n - 1, s) p_s = 1.  p_s = 1 / (n C(n - 1, s)) is the Shapley
        value, p_s = 2**(1 - n) the Banzhaf value.

    References
    ----------
    Dubey, P., Neyman, A. & Weber, R. J. (1981). Value theory without efficiency.

    Examples
    --------
    >>> from comity.games.coalitional.voting import VotingGame
    >>> semivalue(VotingGame((2, 1, 1), 3), [0, "1/2", 0]).amounts.tolist()
    [1.0, 0.5, 0.5]
    """
    p = read_weights_by_size(game, weights)
    unit = lcm(*(weight.denominator for weight in p))
    whole = [int(weight * unit) for weight in p]
    # A worth counts p_(s-1) times for a member and -p_s times for everybody else.
    joined, passed_over = [0, *whole], [*whole, 0]
    table = game.integer_table
    both = [a + b for a, b in zip(joined, passed_over, strict=True)]
    x, everywhere = level_weighted_totals(table, both, passed_over)
    amounts = tuple(Fraction(total - everywhere, unit * table.denominator) for total in x)
    witness = {"weights": [rational.text(weight) for weight in p], **game.evidence()}
    return Allocation("semivalue", game.players, amounts, check_semivalue(game, amounts, witness))
