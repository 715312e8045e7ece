"""Rivals in one market who each learn something about it, and may tell the others before they compete."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from fractions import Fraction
from functools import lru_cache
from itertools import product
from typing import NamedTuple, Self

import numpy as np

from comity import rational
from comity.declaration import declare
from comity.enclosure import Between, sqrt_between
from comity.errors import ComityError
from comity.games.strategic.normal_form import NormalFormGame
from comity.linear_equations import solve_equations

ZERO, ONE = Fraction(0), Fraction(1)
MAX_COEFFICIENTS = 150  # unknowns of an arbitrary pattern of who sees what
Row = tuple[Fraction, ...]


class Strategies(NamedTuple):
    """How the signals enter actions: ``a_i = average + sum over what i sees of weight * (signal - mean)``, and what each earns.

    ``weights[i]`` holds a weight for each signal that i sees, by the number of its owner.
    """

    average: Fraction
    weights: tuple[dict[int, Fraction], ...]
    profits: tuple[Fraction, ...]


class Reaction(NamedTuple):
    """The weights of one who shares, of one who does not, and their profits when some of n alike rivals share.

    ``own`` is the weight of the own signal, ``seen`` that of each other signal seen; None where there is nobody of the kind.
    """

    sharing_own: Fraction
    sharing_seen: Fraction
    hiding_own: Fraction
    hiding_seen: Fraction
    profit_sharing: Fraction | None
    profit_hiding: Fraction | None


@declare(
    "game",
    "Rivals with private signals about their market",
    area="information_sharing",
    reference="Vives (1984); Gal-Or (1985, 1986); Raith (1996)",
)
@dataclass(frozen=True)
class OligopolySignals:
    """Each of n rivals earns ``(theta_i - own_slope a_i - cross_slope * sum of the others' a_j) a_i``.

    The theta_i are normal with one mean and variance and equal correlations; rival i sees ``theta_i`` plus a normal error of
    variance ``noise``.  Who sees whose signal is settled first; then all choose a_i, knowing that.  The answer is linear in
    the signals, ``E u_i = own_slope (average^2 + Var a_i)``, and everything is an exact fraction.

    ``correlation`` 1 is a common state (demand, a threat), 0 private ones (own efficiency); ``cross_slope`` above 0 means that
    more by one makes more by others worth less (substitutes), below 0 the contrary.

    Parameters
    ----------
    n : int
    mean, variance, correlation, noise, own_slope, cross_slope : number
        ``own_slope`` above 0; ``-2 own_slope / (n-1) < cross_slope < 2 own_slope``, so that there is exactly one equilibrium.

    Examples
    --------
    >>> duopoly = OligopolySignals(2, mean=10, variance=1, correlation=1, noise=1, own_slope=1, cross_slope=1)
    >>> [round(float(duopoly.profit_if_all(share)), 5) for share in (False, True)]
    [11.19111, 11.18519]
    """

    n: int
    mean: Fraction
    variance: Fraction
    correlation: Fraction
    noise: Fraction
    own_slope: Fraction
    cross_slope: Fraction

    def __post_init__(self) -> None:
        for field in fields(self)[1:]:
            object.__setattr__(self, field.name, rational.exact(getattr(self, field.name), field.name))
        for problem in self.problems():
            raise ComityError(problem)

    def problems(self) -> list[str]:
        """Why these numbers are no such market; empty where they are."""
        found = []
        if self.n < 1:
            found.append(f"there are {self.n} rivals; give at least one")
        if self.variance < 0 or self.noise < 0:
            found.append("variance and noise are at least 0")
        if not (self.n - 1) * self.correlation >= -1 or abs(self.correlation) > 1:
            found.append(f"no {self.n} numbers have correlation {rational.short(self.correlation)} with each other; raise it")
        if self.own_slope <= 0:
            found.append(f"own_slope is {rational.short(self.own_slope)}; give a number above 0")
        elif self.n > 1 and not -2 * self.own_slope < (self.n - 1) * self.cross_slope < 2 * (self.n - 1) * self.own_slope:
            least, most = -2 * self.own_slope / (self.n - 1), 2 * self.own_slope
            found.append(
                f"cross_slope is {rational.short(self.cross_slope)}; between {rational.short(least)} and {rational.short(most)} "
                "there is exactly one equilibrium"
            )
        return found

    @property
    def players(self) -> tuple[str, ...]:
        """The rivals' names: 1 to n."""
        return tuple(str(i + 1) for i in range(self.n))

    @property
    def average(self) -> Fraction:
        """Everybody's mean action, whoever sees what."""
        return self.mean / (2 * self.own_slope + self.cross_slope * (self.n - 1))

    @property
    def covariance(self) -> Fraction:
        """Covariance of two rivals' states, and of their signals."""
        return self.correlation * self.variance

    # --- any pattern of who sees what ----------------------------------------------------------

    def strategies(self, observed: Sequence[Sequence[int]]) -> Strategies:
        """The equilibrium when rival i sees the signals of ``observed[i]``, by solving the conditions of optimality.

        For every signal k that i sees: ``2 own_slope Cov(a_i, y_k) + cross_slope sum_j Cov(a_j, y_k) = Cov(theta_i, y_k)``.
        Signals that repeat each other leave weights open; actions and profits are the same whichever are chosen.

        Examples
        --------
        >>> duopoly = OligopolySignals(2, 10, 1, 1, 1, 1, 1)
        >>> [round(float(profit), 4) for profit in duopoly.strategies([[0, 1], [1]]).profits]  # only the second tells
        [11.2083, 11.1667]
        """
        seen = [sorted(set(signals)) for signals in observed]
        if len(seen) != self.n or any(k not in range(self.n) for signals in seen for k in signals):
            raise ComityError(f"say for each of the {self.n} rivals whose signals it sees, by numbers 0 to {self.n - 1}")
        unknowns = [(i, k) for i, signals in enumerate(seen) for k in signals]
        if len(unknowns) > MAX_COEFFICIENTS:
            raise ComityError(f"{len(unknowns)} weights are more than {MAX_COEFFICIENTS}; for alike rivals use `reaction`")
        rows = [
            [(2 * self.own_slope if j == i else self.cross_slope) * self._signals(l, k) for j, l in unknowns] for i, k in unknowns
        ]
        right = [self.variance if i == k else self.covariance for i, k in unknowns]
        weights: list[dict[int, Fraction]] = [{} for _ in range(self.n)]
        for (i, k), weight in zip(unknowns, solve_equations(rows, right), strict=True):
            weights[i][k] = weight
        profits = tuple(
            self._profit(sum((a * b * self._signals(k, l) for k, a in own.items() for l, b in own.items()), ZERO))
            for own in weights
        )
        return Strategies(self.average, tuple(weights), profits)

    def _signals(self, k: int, l: int) -> Fraction:
        return self.variance + self.noise if k == l else self.covariance

    def _profit(self, variance: Fraction) -> Fraction:
        return self.own_slope * (self.average**2 + variance)

    # --- some of alike rivals share ------------------------------------------------------------

    def reaction(self, sharing: int, *, members_only: bool = False) -> Reaction:
        """The equilibrium when so many of the rivals make their signals known, to everybody or to each other only.

        Four conditions for four weights, whatever n is.

        Examples
        --------
        >>> duopoly = OligopolySignals(2, 10, 1, 1, 1, 1, 1)
        >>> round(float(duopoly.reaction(1).profit_hiding), 4), round(float(duopoly.reaction(1).profit_sharing), 4)
        (11.2083, 11.1667)
        """
        if not 0 <= sharing <= self.n:
            raise ComityError(f"{sharing} of {self.n} rivals cannot share; give 0 to {self.n}")
        return _reaction(self, sharing, members_only)

    def profit_if_all(self, share: bool) -> Fraction:
        """What each earns when everybody shares, or nobody does."""
        found = self.reaction(self.n).profit_sharing if share else self.reaction(0).profit_hiding
        assert found is not None  # there is at least one rival
        return found

    @property
    def industry_gain(self) -> Fraction:
        """What each gains when all share instead of nobody."""
        return self.profit_if_all(True) - self.profit_if_all(False)

    def unilateral_gain(self, others: int, *, members_only: bool = False) -> Fraction:
        """What a rival gains by sharing when so many others share: often of another sign than the industry's gain."""
        if not 0 <= others < self.n:
            raise ComityError(f"a rival has {self.n - 1} others; give 0 to {self.n - 1}")
        inside = self.reaction(others + 1, members_only=members_only).profit_sharing
        outside = self.reaction(others, members_only=members_only).profit_hiding
        assert inside is not None
        assert outside is not None
        return inside - outside

    def revelation_game(self, *, members_only: bool = False) -> NormalFormGame:
        """The first stage alone: each decides whether to share; payoffs are expected profits.

        Examples
        --------
        >>> game = OligopolySignals(2, 10, 1, 1, 1, 1, 1).revelation_game()
        >>> [round(float(game.payoff(0, profile)), 4) for profile in ((0, 0), (1, 0), (0, 1), (1, 1))]
        [11.1911, 11.1667, 11.2083, 11.1852]
        """
        reactions = [self.reaction(k, members_only=members_only) for k in range(self.n + 1)]
        table = {
            profile: [reactions[sum(profile)].profit_sharing if own else reactions[sum(profile)].profit_hiding for own in profile]
            for profile in product((0, 1), repeat=self.n)
        }
        return NormalFormGame.from_profiles(table, actions=[("conceal", "reveal")] * self.n, players=self.players)

    def industry_threshold(self) -> Between | None:
        """The ratio cross_slope / own_slope up to which all gain if all share, for a common state (correlation 1).

        ``2 (r - 1) / ((n-1) (1 - b r))`` with b = V/(V+N), r^2 = (V+N)/(V+N/n), V variance, N noise; None where sharing never
        matters: no noise, no variance, or one rival.

        Examples
        --------
        >>> round(float(OligopolySignals(2, 10, 1, 1, 1, 1, 1).industry_threshold().middle), 5)  # sqrt(3) - 1
        0.73205
        """
        if self.correlation != 1:
            raise ComityError("the threshold is known for a common state only (correlation 1); look at industry_gain instead")
        if self.n == 1 or not self.variance or not self.noise:
            return None
        b = self.variance / (self.variance + self.noise)
        r = sqrt_between((self.variance + self.noise) / (self.variance + self.noise / self.n), 256)
        return 2 * (r - 1) / ((1 - b * r) * (self.n - 1))

    @classmethod
    def random(cls, n: int, rng: np.random.Generator) -> Self:
        """A market with one equilibrium; states and signals may be certain, common or private."""
        n = max(1, n)
        own = Fraction(int(rng.integers(1, 30)), 10)
        low = -2 * own / (n - 1) if n > 1 else -2 * own
        return cls(
            n,
            Fraction(int(rng.integers(0, 200)), 10),
            Fraction(int(rng.integers(0, 40)), 10),
            Fraction(int(rng.integers(0, 11)), 10),
            Fraction(int(rng.integers(0, 40)), 10),
            own,
            low + (2 * own - low) * Fraction(int(rng.integers(1, 20)), 20),
        )


@lru_cache(maxsize=4096)
def _reaction(game: OligopolySignals, k: int, members_only: bool) -> Reaction:
    n, C, D = game.n, game.covariance, game.variance + game.noise
    seen = 0 if members_only else 1  # those that hide see nothing of what members only are told

    def sum_of(*terms: tuple[Fraction | int, Row]) -> Row:
        return tuple(sum((factor * row[c] for factor, row in terms), ZERO) for c in range(4))

    # Covariances of an action with a signal, as coefficients of (sharing_own, sharing_seen, hiding_own, hiding_seen).
    sharer_own = (D, (k - 1) * C, ZERO, ZERO)  # with its own signal
    sharer_other = (C, D + (k - 2) * C, ZERO, ZERO)  # with that of another who shares
    sharer_hidden = (C, (k - 1) * C, ZERO, ZERO)  # with that of one who hides
    hider_own = (ZERO, ZERO, D, seen * k * C)
    hider_shared = (ZERO, ZERO, C, seen * (D + (k - 1) * C))
    hider_hidden = (ZERO, ZERO, C, seen * k * C)

    def condition(own: Row, others: Row) -> Row:
        return sum_of((2 * game.own_slope, own), (game.cross_slope, others))

    rows: list[tuple[Row, Fraction]] = []
    if k:
        rows.append((condition(sharer_own, sum_of((k - 1, sharer_other), (n - k, hider_shared))), game.variance))
    if k > 1:
        others = sum_of((1, sharer_own), (k - 2, sharer_other), (n - k, hider_shared))
        rows.append((condition(sharer_other, others), C))
    if k < n:
        rows.append((condition(hider_own, sum_of((k, sharer_hidden), (n - k - 1, hider_hidden))), game.variance))
    if 0 < k < n and seen:
        others = sum_of((1, sharer_own), (k - 1, sharer_other), (n - k - 1, hider_shared))
        rows.append((condition(hider_shared, others), C))
    x = solve_equations([row for row, _ in rows], [right for _, right in rows])
    sharing = x[0] * sum(map(_times, sharer_own, x), ZERO) + (k - 1) * x[1] * sum(map(_times, sharer_other, x), ZERO)
    hiding = x[2] * sum(map(_times, hider_own, x), ZERO) + seen * k * x[3] * sum(map(_times, hider_shared, x), ZERO)
    return Reaction(x[0], x[1], x[2], x[3], game._profit(sharing) if k else None, game._profit(hiding) if k < n else None)


def _times(a: Fraction, b: Fraction) -> Fraction:
    return a * b
