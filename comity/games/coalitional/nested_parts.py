"""Games that are sums of symmetric games on nested sets of players: facilities by size, queues by patience."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import accumulate
from typing import Protocol, runtime_checkable


@dataclass(frozen=True)
class NestedParts:
    """v(S) = sum over k of f_k(how many of the first m_k players in ``order`` are in S).

    Parameters
    ----------
    order : sequence of int
        All players.
    parts : sequence of (m, f)
        ``f(0) = 0``; ``f`` is a worth by size, for sizes up to m.
    """

    order: Sequence[int]
    parts: Sequence[tuple[int, Callable[[int], Fraction]]]

    def worth(self, coalition: int) -> Fraction:
        """v(S), in time proportional to players and parts."""
        inside = [0, *accumulate(coalition >> i & 1 for i in self.order)]
        return sum((f(inside[m]) for m, f in self.parts), Fraction(0))


@runtime_checkable
class NestedSum(Protocol):
    """A game that knows such parts of itself."""

    def nested_parts(self) -> NestedParts:
        """The parts; few, or as many as players, where dividends are many more."""


def levels(amounts: Sequence[Fraction]) -> list[tuple[Fraction, int]]:
    """The steps between different amounts, from nothing upwards, and how many of all stay below each step.

    >>> levels([Fraction(5), Fraction(2), Fraction(5)])
    [(Fraction(2, 1), 0), (Fraction(3, 1), 1)]
    """
    found = []
    reached = Fraction(0)
    for below, amount in enumerate(sorted(amounts)):
        if amount > reached:
            found.append((amount - reached, below))
            reached = amount
    return found
