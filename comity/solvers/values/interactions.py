"""Interaction indices: what the members of a coalition gain by being together, beyond what they add separately."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations
from typing import TYPE_CHECKING, Any

from comity import rational
from comity.certificate import Certificate
from comity.checks.interactions import check_banzhaf_interactions, check_shapley_interactions, order_of
from comity.coalitions import coalition_of, members
from comity.declaration import declare
from comity.games.coalitional.base import Game

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Interactions:
    """An exact amount for each coalition of ``order`` players, by names in the game's order, with its certificate."""

    index: str
    order: int
    exact: Mapping[tuple[str, ...], Fraction]
    certificate: Certificate

    def __getitem__(self, names: str | tuple[str, ...]) -> float:
        wanted = {names} if isinstance(names, str) else set(names)
        for coalition, amount in self.exact.items():
            if set(coalition) == wanted:
                return rational.double(amount)
        raise KeyError(f"there is no coalition {names!r} of {self.order} players")

    def to_series(self) -> pd.Series[float]:
        """A pandas Series by coalition, names joined by commas."""
        import pandas as pd

        amounts = [rational.double(amount) for amount in self.exact.values()]
        return pd.Series(amounts, index=pd.Index([", ".join(names) for names in self.exact], name="coalition"), name=self.index)

    def to_json(self) -> dict[str, Any]:
        """Plain data: names and exact amount of each coalition, and the certificate."""
        return {
            "index": self.index,
            "order": self.order,
            "interactions": [[list(names), rational.text(amount)] for names, amount in self.exact.items()],
            "certificate": self.certificate.to_json(),
        }


@declare(
    "property",
    "What coalitions gain by being together, over all orders of arrival",
    area="benefit_distribution",
    reference="Owen (1972); Grabisch & Roubens (1999)",
    certificate="check_shapley_interactions",
)
def shapley_interactions(game: Game, order: int = 2) -> Interactions:
    """For each coalition T of ``order`` players the sum of d(S) / (s - t + 1) over the coalitions S around it.

    Positive: its members complement each other; negative: they can do without each other.  Order 1 is the Shapley value.

    References
    ----------
    Grabisch, M. & Roubens, M. (1999). An axiomatic approach to the concept of interaction among players in cooperative games.

    Examples
    --------
    >>> from comity.games.coalitional.voting import VotingGame
    >>> found = shapley_interactions(VotingGame((2, 1, 1), 3, "ABC"))
    >>> found["A", "B"], found["B", "C"]
    (0.5, -0.5)
    """
    exact = _divided(game, order, lambda others: Fraction(1, others + 1))
    return Interactions("shapley_interactions", order, exact, check_shapley_interactions(game, exact, order, game.evidence()))


@declare(
    "property",
    "What coalitions gain by being together, over all coalitions of the others",
    area="governance",
    reference="Owen (1972); Roubens (1996)",
    certificate="check_banzhaf_interactions",
)
def banzhaf_interactions(game: Game, order: int = 2) -> Interactions:
    """For each coalition T of ``order`` players the sum of d(S) / 2**(s - t) over the coalitions S around it.

    Order 1 is the Banzhaf value.

    References
    ----------
    Roubens, M. (1996). Interaction between criteria and definition of weights in MCDA problems.

    Examples
    --------
    >>> from comity.games.coalitional.voting import VotingGame
    >>> banzhaf_interactions(VotingGame((1, 1, 1), 2, "ABC"))["A", "B"]
    0.0
    """
    exact = _divided(game, order, lambda others: Fraction(1, 1 << others))
    return Interactions("banzhaf_interactions", order, exact, check_banzhaf_interactions(game, exact, order, game.evidence()))


def _divided(game: Game, order: int, part: Callable[[int], Fraction]) -> dict[tuple[str, ...], Fraction]:
    """Each dividend counts for every coalition of the order inside, by how many others it takes."""
    total = {coalition_of(T): Fraction(0) for T in combinations(range(game.n), order_of(order))}
    for S, dividend in game.dividends().items():
        inside = list(members(S))
        if len(inside) >= order:
            share = dividend * part(len(inside) - order)
            for T in combinations(inside, order):
                total[coalition_of(T)] += share
    return {tuple(game.players[i] for i in members(T)): amount for T, amount in total.items()}
