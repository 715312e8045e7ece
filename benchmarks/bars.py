"""A bar: what is measured, on how many players, and how good it is to be; judged by the median over families of games.

It is met if the median of the figures is within the bar and the worst of them within three times the bar.
"""

from __future__ import annotations

import statistics
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

SPREAD = 3
MET, MISSED, NOT_MEASURED = "yes", "**no**", "not measured"
JUDGED = (MET, MISSED)


@dataclass(frozen=True)
class Bar:
    """``measure(n)`` gives one figure for each family of games; ``n`` is the size that counts, ``quick`` one for a trial run."""

    area: str
    what: str
    n: int
    limit: float
    unit: str
    measure: Callable[[int], Sequence[float]]
    quick: int
    # The figure is to be at least this large, not at most.
    least: bool = False
    # What n counts, where that is not players.
    counted: str = "players"

    @property
    def name(self) -> str:
        return f"{self.what}, {self.n} {self.counted}"

    @property
    def demand(self) -> str:
        return f"{'≥' if self.least else '≤'} {self.limit:g} {self.unit}".strip()

    def measured(self, quick: bool = False) -> Measured:
        n = self.quick if quick else self.n
        return Measured(self, n, tuple(self.measure(n)))


@dataclass(frozen=True)
class Measured:
    """The figures found for a bar, at the size of the bar or, on trial, at a smaller one."""

    bar: Bar
    n: int
    figures: tuple[float, ...]

    @property
    def median(self) -> float:
        return statistics.median(self.figures)

    @property
    def worst(self) -> float:
        return min(self.figures) if self.bar.least else max(self.figures)

    @property
    def verdict(self) -> str:
        """Whether it is met; or why that is not said."""
        if not self.figures:
            return NOT_MEASURED
        if self.n != self.bar.n:
            return f"only tried, n = {self.n}"
        if self.bar.least:
            holds = self.median >= self.bar.limit and self.worst >= self.bar.limit / SPREAD
        else:
            holds = self.median <= self.bar.limit and self.worst <= SPREAD * self.bar.limit
        return MET if holds else MISSED


HEADING = ("what", "bar", "median", "worst", "families", "met")


def row(found: Measured) -> tuple[str, ...]:
    """The cells of one line."""
    shown = [f"{figure(x)} {found.bar.unit}".strip() for x in (found.median, found.worst)] if found.figures else ["", ""]
    return (found.bar.name, found.bar.demand, *shown, str(len(found.figures)), found.verdict)


def markdown(heading: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table, its columns of numbers to the right."""
    listed = list(rows)
    numbers = [all(cell[:1] in "0123456789>" for cell in column) for column in zip(*listed, strict=True)] or [True] * len(heading)
    lines = [heading, ["---:" if right else "---" for right in numbers], *listed]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def figure(x: float) -> str:
    """Two digits that count, three from a hundred on."""
    if x == 0:
        return "0"
    if abs(x) >= 100:
        return f"{x:,.0f}"
    return f"{x:.2g}" if 1e-4 <= abs(x) < 100 else f"{x:.0e}"
