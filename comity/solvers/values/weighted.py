"""The weighted Shapley value: each dividend divided in proportion to the weights of those who create it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction
from typing import Any

from comity import rational
from comity.checks.values import check_weighted_shapley_value
from comity.coalitions import members, named_numbers
from comity.declaration import declare
from comity.errors import ComityError
from comity.games.coalitional.base import Game
from comity.results import Allocation


@declare(
    "concept",
    "Dividends divided in proportion to weights",
    area="benefit_distribution",
    claims=(
        "efficient",
        "anonymous",
        "null_player",
        "dummy_player",
        "covariant",
        "additive",
        "in_core_if_convex",
        "individually_rational_if_superadditive",
    ),
    reference="Shapley (1953); Kalai & Samet (1987)",
    certificate="check_weighted_shapley_value",
)
def weighted_shapley_value(game: Game, weights: Mapping[str, Any] | Iterable[Any]) -> Allocation:
    """phi_i = sum over S with i of d(S) w_i / w(S): a player of twice the weight gets twice as much of every dividend they share.

    Parameters
    ----------
    weights : mapping of name to weight, or one weight a player in the game's order
        All positive; only their ratios matter.

    References
    ----------
    Kalai, E. & Samet, D. (1987). On weighted Shapley values.

    Examples
    --------
    >>> from comity.games.coalitional.table import TableGame
    >>> weighted_shapley_value(TableGame(["A", "B"], [0, 0, 0, 3]), {"A": 1, "B": 2}).amounts.tolist()
    [1.0, 2.0]
    """
    _, w = named_numbers(weights, game.players, "the weight")
    for name, weight in zip(game.players, w, strict=True):
        if weight <= 0:
            raise ComityError(
                f"the weight of {name} is {rational.text(weight)}; weights are positive, use a small one instead of 0"
            )
    x = [Fraction(0)] * game.n
    for S, dividend in game.dividends().items():
        inside = list(members(S))
        share = dividend / sum(w[i] for i in inside)
        for i in inside:
            x[i] += w[i] * share
    witness = {"weights": {name: rational.text(weight) for name, weight in zip(game.players, w, strict=True)}, **game.evidence()}
    return Allocation("weighted_shapley_value", game.players, tuple(x), check_weighted_shapley_value(game, x, witness))
