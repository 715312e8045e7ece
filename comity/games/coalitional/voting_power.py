"""Voting power: in how many coalitions, and in how many orders of joining, a vote decides."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import factorial, lcm

from comity.errors import TooManyPlayers
from comity.games.coalitional.voting import VotingGame

MAX_WORK = 4_000_000


@dataclass(frozen=True)
class VotingPower:
    """Swings (coalitions of the others that win with the player only), and the share of orders in which it decides."""

    players: tuple[str, ...]
    swings: Mapping[str, int]
    shapley_shubik: Mapping[str, Fraction]

    @property
    def banzhaf(self) -> dict[str, Fraction]:
        """Each player's share of all swings; 0 where nobody ever decides."""
        total = sum(self.swings.values())
        return {name: Fraction(count, total) if total else Fraction(0) for name, count in self.swings.items()}


def voting_power(game: VotingGame) -> VotingPower:
    """Swings and Shapley-Shubik indices, exactly, from the coalitions counted by weight and size.

    The losing coalitions are counted by their weight, all sizes packed into one integer; one player is taken out again by
    ``g[s] = f[s] - g[s-w]``.  The work grows with the players times the distinct sums of weights below the quota; about a
    hundred votes with weights up to a hundred take a second.

    References
    ----------
    Mann & Shapley (1962); Bilbao et al. (2000).

    Examples
    --------
    >>> power = voting_power(VotingGame({"A": 2, "B": 1, "C": 1}, 3))
    >>> dict(power.swings), power.banzhaf["A"], power.shapley_shubik["A"]
    ({'A': 3, 'B': 1, 'C': 1}, Fraction(3, 5), Fraction(2, 3))
    """
    weights, quota = whole_weights(game)
    if work(game) > MAX_WORK:
        steps = f"about {work(game):.1e} steps, here at most {MAX_WORK:.0e}"
        raise TooManyPlayers(f"counting the power of {game.n} votes takes {steps}; round the weights")
    slot = game.n + 1
    losing = _by_sum(weights, quota, slot)
    counts = {w: _pivotal_by_size(losing, w, quota, slot, game.n) for w in set(weights)}
    orders = [factorial(size) * factorial(game.n - 1 - size) for size in range(game.n)]
    return VotingPower(
        game.players,
        {name: sum(counts[w]) for name, w in zip(game.players, weights, strict=True)},
        {
            name: Fraction(sum(c * o for c, o in zip(counts[w], orders, strict=True)), factorial(game.n))
            for name, w in zip(game.players, weights, strict=True)
        },
    )


def whole_weights(game: VotingGame) -> tuple[list[int], int]:
    """Weights and quota as integers in their smallest common unit; a quota nobody reaches is cut to just above all."""
    unit = lcm(game.quota.denominator, *(weight.denominator for weight in game.weights))
    weights = [int(weight * unit) for weight in game.weights]
    return weights, min(int(game.quota * unit), sum(weights) + 1)


def work(game: VotingGame) -> int:
    """About how many steps counting takes: one for each vote and sum of weights, more where all sizes together are long."""
    _, quota = whole_weights(game)
    return game.n * min(quota, 1 << game.n) * (1 + game.n**2 // 4000)


def _by_sum(weights: list[int], quota: int, slot: int) -> dict[int, int]:
    """How many coalitions have each sum below the quota; the number of size k stands in bits k*slot on."""
    counted = {0: 1}
    for w in weights:
        grown = dict(counted)
        for total, sizes in counted.items():
            if total + w < quota:
                grown[total + w] = grown.get(total + w, 0) + (sizes << slot)
        counted = grown
    return counted


def _pivotal_by_size(losing: Mapping[int, int], w: int, quota: int, slot: int, n: int) -> list[int]:
    """Coalitions without one player of weight w that lose, but win with it, by size."""
    if w == 0:
        return [0] * n
    without: dict[int, int] = {}
    pivotal = 0
    for total in sorted(losing):
        without[total] = losing[total] - (without.get(total - w, 0) << slot)
        if total >= quota - w:
            pivotal += without[total]
    # Sums over totals count distinct coalitions, at most 2**n of a size, so no slot overflows into the next.
    return [pivotal >> (size * slot) & ((1 << slot) - 1) for size in range(n)]
