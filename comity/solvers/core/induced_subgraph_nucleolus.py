"""The nucleolus of an induced subgraph game: every link's worth is halved between its ends."""

from __future__ import annotations

from fractions import Fraction
from math import lcm

from comity.games.coalitional.induced_subgraph import InducedSubgraphGame


def induced_subgraph_prenucleolus(game: InducedSubgraphGame) -> list[Fraction]:
    """Half of the weight of each of a player's links, and all of the own weight, whatever the signs of the weights.

    It is the Shapley value, too, and the nucleolus where nobody gets less than alone.

    References
    ----------
    Deng, X. & Papadimitriou, C. H. (1994). On the complexity of cooperative solution concepts.
    """
    dividends = game.dividends()
    unit = lcm(*{weight.denominator for weight in dividends.values()})
    doubled = [0] * game.n
    for ends, weight in dividends.items():
        whole = weight.numerator * (unit // weight.denominator)
        # Of a link to oneself, first and last are the same player.
        doubled[(ends & -ends).bit_length() - 1] += whole
        doubled[ends.bit_length() - 1] += whole
    return [Fraction(amount, 2 * unit) for amount in doubled]


def all_get_what_they_are_worth_alone(game: InducedSubgraphGame, x: list[Fraction]) -> bool:
    """Whether an efficient x is an imputation."""
    alone = {ends: weight for ends, weight in game.dividends().items() if not ends & (ends - 1)}
    return all(game.sign * (amount - alone.get(1 << i, 0)) >= 0 for i, amount in enumerate(x))
