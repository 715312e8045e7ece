"""Points of the core drawn at random: hit-and-run in coordinates in which no direction is thin."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from comity.coalitions import exact_sums
from comity.games.coalitional.base import Game
from comity.solvers.core.nucleolus import prenucleolus

# Independent, so that the spread of their means is an honest error.
CHAINS = 20
# Coordinates of means are rounded to this part of what the tightest coalitions have to spare.
GRAIN = 2**40
LEAST = 1e-300
ZERO, ONE = Fraction(0), Fraction(1)
Floats = NDArray[np.float64]


def core_means(game: Game, steps: int, rng: np.random.Generator) -> list[list[Fraction]]:
    """The mean of each of `CHAINS` independent chains over this many points of the core, which must not be empty.

    Hit-and-run (Smith 1984): a line through the point in a random direction, and a point on the chord it has in the
    core; of each chord the midpoint is counted, which is what a point on it is on average.  The means are exactly in the core.
    """
    frame = _Frame.of(game)
    if not frame.basis:
        return [list(frame.origin)] * CHAINS
    d = len(frame.basis)
    inside, shape = np.zeros((d, CHAINS)), np.eye(d)
    for _ in range(2):
        # A line crosses a round body best: the body is made round by what has been seen of it.
        seen: list[Floats] = []
        inside = _chains(frame.rows, inside, shape, 100 + 10 * d * d, rng, seen.append)
        spread = np.cov(np.hstack(seen[len(seen) // 2 :])).reshape(d, d)
        shape = np.linalg.cholesky(spread + 1e-12 * np.trace(spread) / d * np.eye(d))
    total = np.zeros((d, CHAINS))

    def count(middle: Floats) -> None:
        np.add(total, middle, out=total)

    _chains(frame.rows, inside, shape, steps, rng, count)
    return [frame.point(mean) for mean in (total / steps).T]


def _chains(
    rows: Floats, inside: Floats, shape: Floats, steps: int, rng: np.random.Generator, see: Callable[[Floats], None]
) -> Floats:
    """Where the chains are after so many steps in {z : 1 + rows z >= 0}; the midpoints of their chords are seen."""
    for _ in range(steps):
        direction = shape @ rng.standard_normal(inside.shape)
        pace = (rows @ direction) / np.maximum(1 + rows @ inside, LEAST)
        ahead, behind = -1 / pace.min(axis=0), -1 / pace.max(axis=0)
        see(inside + direction * ((ahead + behind) / 2))
        inside = inside + direction * rng.uniform(behind, ahead)
    return inside


@dataclass(frozen=True)
class _Frame:
    """Coordinates of the core around a point in its relative interior.

    Coordinate k is what the k-th of the tightest independent coalitions has beyond what it has to spare at the origin, in units
    of that.  No coalition with less to spare depends on it, so that the ``rows``, one for each coalition that is not always
    tight, are of ordinary size, however thin the core is: 1 + rows z is what they have in units of what they have at the origin.
    """

    game: Game
    origin: tuple[Fraction, ...]
    basis: list[list[Fraction]]
    rows: Floats

    @classmethod
    def of(cls, game: Game) -> _Frame:
        # The nucleolus leaves every coalition something unless no point of the core does.
        origin = prenucleolus(game).exact
        spare = [-excess for excess in game.excesses(origin)]
        proper = sorted(range(1, game.grand_coalition), key=lambda S: (spare[S], S.bit_count()))
        chosen = _independent([game.grand_coalition, *proper], game.n)
        inverse = _inverse([[Fraction(S >> i & 1) for i in range(game.n)] for S in chosen])
        basis = [[game.sign * row[k] * spare[S] for row in inverse] for k, S in enumerate(chosen) if spare[S]]
        loose = [S for S in proper if spare[S]]
        sums = [exact_sums(vector) for vector in basis]
        rows = np.array([[float(game.sign * had[S] / spare[S]) for had in sums] for S in loose])
        return cls(game, origin, basis, rows)

    def point(self, z: Floats) -> list[Fraction]:
        """The allocation with about these coordinates, exactly in the core."""
        moves = [Fraction(round(float(a) * GRAIN), GRAIN) for a in z]
        step = [sum((m * vector[i] for m, vector in zip(moves, self.basis, strict=True)), ZERO) for i in range(self.game.n)]
        there = self._moved(step, ONE)
        before, after = self.game.excesses(self.origin), self.game.excesses(there)
        # As far as no coalition objects; that is all the way unless rounding has left the core.
        return self._moved(step, min((a / (a - b) for a, b in zip(before, after, strict=True) if b > 0), default=ONE))

    def _moved(self, step: Sequence[Fraction], share: Fraction) -> list[Fraction]:
        return [a + share * b for a, b in zip(self.origin, step, strict=True)]


def _independent(coalitions: Sequence[int], n: int) -> list[int]:
    """The first n coalitions that are linearly independent."""
    chosen: list[int] = []
    echelon: list[tuple[int, list[Fraction]]] = []
    for S in coalitions:
        vector = [Fraction(S >> i & 1) for i in range(n)]
        for pivot, row in echelon:
            if vector[pivot]:
                vector = [a - vector[pivot] * b for a, b in zip(vector, row, strict=True)]
        if any(vector):
            first = next(i for i, a in enumerate(vector) if a)
            chosen.append(S)
            echelon.append((first, [a / vector[first] for a in vector]))
        if len(chosen) == n:
            break
    return chosen


def _inverse(matrix: list[list[Fraction]]) -> list[list[Fraction]]:
    """By elimination; the matrix is regular."""
    n = len(matrix)
    both = [[*row, *(Fraction(i == k) for k in range(n))] for i, row in enumerate(matrix)]
    for i in range(n):
        swap = next(k for k in range(i, n) if both[k][i])
        both[i], both[swap] = both[swap], both[i]
        both[i] = [a / both[i][i] for a in both[i]]
        for k in range(n):
            if k != i and both[k][i]:
                both[k] = [a - both[k][i] * b for a, b in zip(both[k], both[i], strict=True)]
    return [row[n:] for row in both]
