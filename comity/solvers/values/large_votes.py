"""Voting power of many members in doubles, by quadrature; a check encloses it by another formula.

If every member says yes with probability t, independently, the chance that member i decides is a polynomial in t.  Its
integral over t is the Shapley-Shubik index, its value at 1/2 the Banzhaf value (Owen 1972).
"""

from __future__ import annotations

from math import log, sqrt

import numpy as np
from numpy.typing import NDArray

from comity.errors import TooManyPlayers
from comity.games.coalitional.voting import VotingGame
from comity.games.coalitional.voting_power import whole_weights

Doubles = NDArray[np.float64]

# Among so many members half as many nodes are few enough.
MANY = 60
# Chances below this are left out; they are far below what doubles resolve.
NEGLIGIBLE = 1e-22
# A minute or two of additions, and twice as much for the check.
MAX_ADDITIONS = 60_000_000_000


def shapley_shubik_by_quadrature(game: VotingGame) -> list[float]:
    """The Shapley-Shubik index of every member, wrong by no more than rounding.

    Gauss-Legendre quadrature with n/2 nodes integrates a polynomial of degree n - 1 exactly; nodes at which the vote
    is decided without anybody's doubt are left out.  Of many members, some dozens of nodes where it is in doubt are enough.
    Work: nodes times members times the likely sums of weights; a thousand members with weights to a hundred take some seconds,
    five thousand a minute or two, most of it for the certificate.
    """
    votes = _Votes(game)
    least, most = votes.doubtful
    n = len(votes.weights)
    few = _nodes_enough(n, least, most) if n > MANY else n
    if few < (most - least) * n / 2:
        x, g = _gauss_legendre(few)
        kept = [
            (float(t), float(c)) for t, c in zip((least + most + (most - least) * x) / 2, (most - least) * g / 2, strict=True)
        ]
    else:
        x, g = _gauss_legendre((n + 1) // 2)
        kept = [(float(t), float(c)) for t, c in zip((1 + x) / 2, g / 2, strict=True) if votes.in_doubt(float(t))]
    additions = len(kept) * n * min(2 * votes.reach, votes.quota)
    if additions > MAX_ADDITIONS:
        raise TooManyPlayers(
            f"the Shapley-Shubik index of {game.n} votes with weights to {int(votes.kinds[-1]):,} takes about {additions:.0e} "
            f"additions, and {MAX_ADDITIONS:.0e} are about five minutes; round the weights, or use banzhaf_index, which needs "
            "one pass"
        )
    found = np.zeros(len(votes.kinds))
    for t, c in kept:
        found += c * votes.chances_to_decide(t)
    return votes.by_member(found)


def banzhaf_by_tilting(game: VotingGame) -> list[float]:
    """The Banzhaf index of every member, wrong by no more than rounding.

    Coalitions are counted as if members of weight w said yes with odds of rho**w, for which the mean of the sum is the quota,
    and each sum s counts rho**-s: the swings come out the same, and their chances are never too small for doubles.
    """
    votes = _Votes(game)
    quota = min(votes.quota, votes.total - votes.quota + 1)
    swings = votes.by_member(votes.chances_without(votes.tilted(quota), quota))
    total = sum(swings)
    return [amount / total for amount in swings]


class _Votes:
    """Weights above zero in whole numbers, and how far a sum of random votes strays from its mean."""

    def __init__(self, game: VotingGame) -> None:
        listed, self.quota = whole_weights(game)
        self.listed = np.array(listed, dtype=np.int64)
        self.weights = np.sort(self.listed[self.listed > 0])
        self.kinds = np.unique(self.weights)
        self.total = int(self.weights.sum())
        # Hoeffding: no partial sum strays farther than this but with a negligible chance.
        self.reach = int(sqrt(float((self.weights.astype(float) ** 2).sum()) / 2 * log(2 / NEGLIGIBLE))) + 1

    def in_doubt(self, t: float) -> bool:
        """Whether a member may decide with more than a negligible chance."""
        return abs(t * self.total - self.quota) <= self.reach + int(self.kinds[-1]) + 1

    @property
    def doubtful(self) -> tuple[float, float]:
        """Between which probabilities of yes a member may decide with more than a negligible chance."""
        half = (self.reach + int(self.kinds[-1]) + 1) / self.total
        return max(self.quota / self.total - half, 0.0), min(self.quota / self.total + half, 1.0)

    def by_member(self, power: Doubles) -> list[float]:
        place = np.minimum(np.searchsorted(self.kinds, self.listed), len(self.kinds) - 1)
        return np.where(self.listed > 0, np.maximum(power, 0)[place], 0.0).tolist()  # type: ignore[no-any-return]

    def chances_to_decide(self, t: float) -> Doubles:
        """P(quota - w <= sum of the others < quota) for every kind of weight w, where all say yes with probability t."""
        # With more yes than no, count the noes: they decide in the dual vote, and the series below converges.
        quota = self.quota if t <= 0.5 else self.total - self.quota + 1
        t = min(t, 1 - t)
        below = np.cumsum(self._distribution(np.full(len(self.kinds), t), quota))
        return self._without_one(below, quota, t / (1 - t)) / (1 - t)

    def tilted(self, quota: int) -> float:
        """The rho of at most 1 for which the mean of the sum is about the quota."""
        least, most = -60.0 / float(self.kinds[-1]), 0.0
        copies = np.searchsorted(self.weights, self.kinds, side="right") - np.searchsorted(self.weights, self.kinds)
        for _ in range(60):
            theta = (least + most) / 2
            mean = float((copies * self.kinds / (1 + np.exp(-theta * self.kinds))).sum())
            least, most = (theta, most) if mean < quota else (least, theta)
        return float(np.exp(most))

    def chances_without(self, rho: float, quota: int) -> Doubles:
        """For every kind of weight, in proportion, the losing coalitions of others that win with it."""
        chance = self._distribution(1 / (1 + rho ** -self.kinds.astype(float)), quota)
        # Untilted, each chance of s is multiplied by rho**(quota - s), and the odds of taking a member out are 1.
        plain = chance * rho ** np.arange(quota, 0, -1)
        return self._without_one(np.cumsum(plain), quota, 1.0)

    def _without_one(self, below: Doubles, quota: int, odds: float) -> Doubles:
        # Dividing the generating function by 1 + odds z**w takes one member out: a geometric series, on the chances of ever
        # lower blocks of w sums.
        below = np.concatenate([[0.0], below])
        signs = (-odds) ** np.arange(quota // int(self.kinds[0]) + 1)
        chances = np.empty(len(self.kinds))
        for k, w in enumerate(self.kinds.tolist()):
            edges = np.append(below[quota::-w], 0.0)
            blocks = edges[:-1] - edges[1:]
            chances[k] = float(blocks @ signs[: len(blocks)])
        return chances

    def _distribution(self, yes: Doubles, quota: int) -> Doubles:
        """P(sum = s) for s below the quota, where each kind says yes with its own probability."""
        chance = np.zeros(quota)
        chance[0] = 1.0
        low, high, mean = 0, 1, 0.0
        places = np.searchsorted(self.kinds, self.weights)
        for w, t in zip(self.weights.tolist(), yes[places].tolist(), strict=True):
            mean += t * w
            new_low, new_high = max(low, int(mean) - self.reach), min(quota, high + w, int(mean) + self.reach + 2)
            part = chance[low : max(new_high - w, low)] * t
            chance[low:new_high] *= 1 - t
            chance[low + w : low + w + len(part)] += part
            chance[low:new_low] = 0.0
            chance[new_high:high] = 0.0
            low, high = new_low, max(new_high, new_low)
        return chance


def _nodes_enough(n: int, least: float, most: float) -> int:
    """So many nodes that what they miss is negligible: the chance to decide grows by no more than exp(n y**2 / (2 t (1 - t))) at
    an imaginary part of y, and the rule gains a factor of rho**-2 a node in an ellipse as high as that.
    """
    doubt = min(max(least, 1 / n) * (1 - max(least, 1 / n)), min(most, 1 - 1 / n) * (1 - min(most, 1 - 1 / n)))
    rho = np.linspace(1.05, 4, 60)
    growth = n * ((most - least) * (rho - 1 / rho) / 4) ** 2 / (2 * doubt)
    return int(((growth - log(NEGLIGIBLE)) / (2 * np.log(rho))).min()) + 3


def _gauss_legendre(count: int) -> tuple[Doubles, Doubles]:
    """Nodes and weights on [-1, 1], by Newton's method on the three-term recursion."""
    k = np.arange(1, count + 1)
    x = np.cos(np.pi * (k - 0.25) / (count + 0.5))
    slope = np.ones(count)
    for _ in range(6):
        before, here = np.ones(count), x
        for d in range(2, count + 1):
            before, here = here, ((2 * d - 1) * x * here - (d - 1) * before) / d
        slope = count * (x * here - before) / (x * x - 1)
        x = x - here / slope
    return x, 2 / ((1 - x * x) * slope**2)
