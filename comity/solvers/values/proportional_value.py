"""The proportional value: any two players gain from each other in the same proportion."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from comity.checks.proportional_values import check_no_common_sign, check_proportional_value
from comity.coalitions import members, names_of
from comity.declaration import declare
from comity.errors import OutsideDomain
from comity.games.coalitional.base import Game
from comity.results import Allocation


@declare(
    "concept",
    "Any two players gain from each other in the same proportion",
    area="benefit_distribution",
    claims=(
        "efficient",
        "symmetric",
        "anonymous",
        "dummy_player",
        "desirability",
        "homogeneous",
        "projection",
        "individually_rational_if_superadditive",
    ),
    reference="Feldman (1999); Ortmann (2000)",
    certificate="check_proportional_value",
)
def proportional_value(game: Game) -> Allocation:
    """x_i = P(N) / P(N - i) with the ratio potential P(S) = v(S) / (sum over i in S of 1 / P(S - i)), P(empty) = 1.

    What i gets with j around, over what i gets without, is the same as for j with and without i.  Two players divide in
    proportion to what they are worth alone.  Defined where all worths are positive, or all negative; otherwise `OutsideDomain`.

    References
    ----------
    Ortmann, K. M. (2000). The proportional value for positive cooperative games.

    Examples
    --------
    >>> from comity.games.coalitional.table import TableGame
    >>> proportional_value(TableGame(None, [0, 1, 2, 6])).amounts.tolist()
    [2.0, 4.0]
    """
    table, _ = game.scaled_table
    wrong = _without_common_sign(table)
    if wrong is not None:
        names = [names_of(game.players, S) for S in wrong]
        raise OutsideDomain(
            "the proportional value needs all worths positive, or all negative; use shapley_value",
            check_no_common_sign(game, None, {"coalitions": names, **game.evidence()}),
        )
    potential = [Fraction(1)]
    for S in range(1, len(table)):
        potential.append(game.exact(S) / sum((1 / potential[S ^ 1 << i] for i in members(S)), Fraction(0)))
    x = tuple(potential[-1] / potential[game.grand_coalition ^ 1 << i] for i in range(game.n))
    return Allocation("proportional_value", game.players, x, check_proportional_value(game, x, game.evidence()))


def _without_common_sign(table: Sequence[int]) -> tuple[int, int] | None:
    """Two coalitions whose worths are not both positive nor both negative."""
    return next(((1, S) for S in range(1, len(table)) if table[1] * table[S] <= 0), None)
