"""The centroid of a bounded polytope from its corners and the faces they lie on, exactly and in any affine dimension."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction

from comity.solvers.core.polytope import Point

ZERO, ONE = Fraction(0), Fraction(1)
# A pivot and a vector: 1 there, 0 at every other pivot and before its own.
Rows = tuple[tuple[int, Point], ...]


def centroid(points: Sequence[Point], tight: Sequence[int]) -> tuple[int, Point]:
    """The dimension of the polytope with these corners, and the mean of the uniform distribution over it.

    Bit k of ``tight[p]`` is set if inequality k is an equation at corner p.  A polytope is cut into the pyramids from one of
    its corners over the facets without that corner, each facet in the same way in its turn; a face is measured once, however
    many faces it is part of.

    Examples
    --------
    >>> dimension, middle = centroid([(0, 0), (3, 0), (0, 3)], [0b011, 0b101, 0b110])
    >>> dimension, [str(a) for a in middle]
    (2, ['1', '1'])
    """
    everything = (1 << len(points)) - 1
    on = [sum(1 << p for p, mask in enumerate(tight) if mask >> k & 1) for k in range(max(tight).bit_length())]
    whole = _Faces(points).measured(everything, _largest(face for face in on if face != everything))
    return len(whole.rows), whole.middle


@dataclass(frozen=True)
class _Measured:
    """A face: echelon rows that span its directions, its volume in simplices of theirs, and its centroid."""

    rows: Rows
    volume: Fraction
    middle: Point


class _Faces:
    """The faces of one polytope; bit p of a face is set if corner p is on it."""

    def __init__(self, points: Sequence[Point]) -> None:
        self.points = [tuple(map(Fraction, point)) for point in points]
        self.known: dict[int, _Measured] = {}

    def measured(self, face: int, facets: Sequence[int]) -> _Measured:
        """The face with these facets."""
        if face not in self.known:
            self.known[face] = self._pyramids(face, facets) if face & (face - 1) else _Measured((), ONE, self._first(face))
        return self.known[face]

    def _pyramids(self, face: int, facets: Sequence[int]) -> _Measured:
        apex = self._first(face)
        volume, moment = ZERO, [ZERO] * len(apex)
        for facet in facets:
            if facet & face & -face:
                continue
            # A facet of a facet is where it meets another facet.
            base = self.measured(facet, _largest(facet & other for other in facets if other != facet))
            pivot, beyond = _reduced(base.rows, [a - b for a, b in zip(apex, base.middle, strict=True)])
            # The echelon rows of all facets have the same pivots but one, so that these volumes have one unit.
            piece = base.volume * abs(beyond[pivot])
            k = len(base.rows) + 1
            volume += piece
            moment = [m + piece * (k * b + a) / (k + 1) for m, a, b in zip(moment, apex, base.middle, strict=True)]
        return _Measured(_with(base.rows, pivot, beyond), volume, tuple(m / volume for m in moment))

    def _first(self, face: int) -> Point:
        return self.points[(face & -face).bit_length() - 1]


def _largest(faces: Iterable[int]) -> list[int]:
    """Those that are not empty and part of no other, each once."""
    found: list[int] = []
    for face in sorted(set(faces) - {0}, key=int.bit_count, reverse=True):
        if all(face & other != face for other in found):
            found.append(face)
    return found


def _reduced(rows: Rows, direction: Sequence[Fraction]) -> tuple[int, list[Fraction]]:
    """The direction less what of it lies along the rows, and where it begins."""
    left = list(direction)
    for pivot, row in rows:
        share = direction[pivot]
        if share:
            left = [a - share * b for a, b in zip(left, row, strict=True)]
    return next(i for i, a in enumerate(left) if a), left


def _with(rows: Rows, pivot: int, beyond: Sequence[Fraction]) -> Rows:
    """The echelon rows with one more, for a direction that they do not span."""
    new = tuple(a / beyond[pivot] for a in beyond)
    return (*((p, tuple(a - row[pivot] * b for a, b in zip(row, new, strict=True))) for p, row in rows), (pivot, new))
