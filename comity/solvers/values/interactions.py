"""Interaction indices: what the members of a coalition gain by being together, beyond what they add separately."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations
from math import comb
from typing import TYPE_CHECKING, Any

from comity import rational
from comity.certificate import Certificate
from comity.checks.interactions import check_banzhaf_interactions, check_shapley_interactions, order_of
from comity.coalitions import coalition_of, members
from comity.declaration import declare
from comity.exact_array import ExactArray
from comity.games.coalitional.base import Game
from comity.solvers.kernels.pair_sums import pair_sums
from comity.solvers.values.sums import few_dividends, lcm_of_sizes, limbs

if TYPE_CHECKING:
    import pandas as pd

# With fewer players there are no sizes between those about a pair itself.
LEAST_ADDED_UP = 4
Amounts = dict[tuple[str, ...], Fraction]


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
    Pairs take one pass over a table of integers or short decimals.

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
    exact = shapley_pairs(game) if order == 2 else None
    if exact is None:
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
    exact = _banzhaf_pairs(game) if order == 2 else None
    if exact is None:
        exact = _divided(game, order, lambda others: Fraction(1, 1 << others))
    return Interactions("banzhaf_interactions", order, exact, check_banzhaf_interactions(game, exact, order, game.evidence()))


def shapley_pairs(game: Game) -> Amounts | None:
    """The average second difference over all orders, from the sums over the coalitions of each pair; None where dividends do.

    Let f(s) = 1 / ((n - 3) C(n - 4, s - 2)) for sizes 2 to n - 2, Q_ij the sum of f(s) v(S) over the S with i and j, R_i that
    of Q_ij over j, and R that of R_i over i.  A coalition of s others counts w(s) = 1 / ((n - 1) C(n - 2, s)) in a second
    difference.  Because f(s) = w(s-2) + 2 w(s-1) + w(s), (s - 1) f(s) = (n - 2) (w(s-1) + w(s)) and
    s (s - 1) f(s) = (n - 1) (n - 2) w(s), these sizes add Q_ij - (R_i + R_j) / (n-2) + R / ((n-1) (n-2)).  With
    e_i = v(i) + v(N - i) and e their sum, the other sizes add the same of e, and (v(0) + v(N)) / (n - 1).
    """
    n = game.n
    if n < LEAST_ADDED_UP or few_dividends(game, dual=False) is not None:
        return None
    M, weight = lcm_of_sizes(n - 3)
    table, everybody = game.integer_table, game.grand_coalition
    Q, _ = _pair_sums(table, [0, 0, *weight, 0, 0])
    # In integers, M (n - 1) (n - 2) times as large: there are many pairs, and fractions are slow.
    worth = [int(table.numerators[S]) for S in (0, everybody)]
    r = [
        sum(row) - row[i] + M * (int(table.numerators[1 << i]) + int(table.numerators[everybody ^ 1 << i]))
        for i, row in enumerate(Q)
    ]
    same = sum(r) + M * (n - 2) * sum(worth)
    return _named(game, lambda i, j: (n - 1) * ((n - 2) * Q[i][j] - r[i] - r[j]) + same, M * (n - 1) * (n - 2))


def _banzhaf_pairs(game: Game) -> Amounts | None:
    """The average second difference over all coalitions, where the sums over those with both count four times; or None."""
    n = game.n
    if n < LEAST_ADDED_UP or few_dividends(game, dual=False) is not None:
        return None
    Q, total = _pair_sums(game.integer_table, [1] * (n + 1))
    return _named(game, lambda i, j: 4 * Q[i][j] - 2 * Q[i][i] - 2 * Q[j][j] + total, 1 << n - 2)


def _pair_sums(table: ExactArray, weights: Sequence[int]) -> tuple[list[list[int]], int]:
    """For each pair the sum of ``weights[s] v(S)`` over the coalitions S with both, and that over all S; exact."""
    n = len(table).bit_length() - 1
    heaviest = sum(comb(n, s) * weight for s, weight in enumerate(weights))
    sums, total = [[0] * n for _ in range(n)], 0
    for scale, worths, shift, mask in limbs(table, max(62 - heaviest.bit_length(), 1)):
        part = worths if shift == 0 and mask == -1 else (worths >> shift) & mask
        found, over_all = pair_sums(part, weights)
        sums = [
            [a + (b << scale) for a, b in zip(row, more, strict=True)] for row, more in zip(sums, found.tolist(), strict=True)
        ]
        total += over_all << scale
    return sums, total


def _named(game: Game, amount: Callable[[int, int], int], unit: int) -> Amounts:
    players, unit = game.players, unit * game.integer_table.denominator
    return {(players[i], players[j]): Fraction(amount(i, j), unit) for i, j in combinations(range(game.n), 2)}


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
