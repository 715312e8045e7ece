"""Persuasion with two states by geometry: the least concave function above what each belief is worth to the sender."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from typing import TYPE_CHECKING

from comity import rational
from comity.declaration import declare
from comity.errors import InvalidGame
from comity.games.bayesian.information_design import InformationDesign

if TYPE_CHECKING:
    from matplotlib.axes import Axes

ZERO, ONE = Fraction(0), Fraction(1)
Point = tuple[Fraction, Fraction]


@dataclass(frozen=True)
class Concavification:
    """What beliefs are worth to the sender, and what splitting the prior into several of them is worth.

    A belief is the chance of the second state.  ``segments`` are the straight pieces of the worth without a signal, each with
    its two ends; ``hull`` are the corners of the least concave function above; ``split`` the beliefs the best signal leads to.
    """

    state: str
    prior: Fraction
    value: Fraction
    segments: tuple[tuple[Point, Point], ...]
    hull: tuple[Point, ...]
    split: tuple[Fraction, ...]
    unit: str = ""

    def plot(self, ax: Axes | None = None) -> Axes:
        """The worth of beliefs, the concave function above, and the prior's place; returns the axes."""
        import matplotlib.pyplot as plt

        if ax is None:
            _, ax = plt.subplots()
        for k, ends in enumerate(self.segments):
            (x, y), (xx, yy) = ([rational.double(c) for c in end] for end in ends)
            ax.plot([x, xx], [y, yy], color="C0", linewidth=2, label="without a signal" if k == 0 else None)
        hull = [(rational.double(x), rational.double(y)) for x, y in self.hull]
        ax.plot([x for x, _ in hull], [y for _, y in hull], "--", color="C1", label="with the best signal")
        prior, value = rational.double(self.prior), rational.double(self.value)
        ax.plot([prior], [value], "o", color="C1", label=f"prior, worth {rational.short(self.value)}")
        ax.set_xlabel(f"chance of {self.state}")
        ax.set_ylabel(self.unit or "worth to the sender")
        ax.legend(frameon=False)
        return ax


@declare(
    "concept",
    "The worth of persuasion with two states, by concavification",
    area="information_sharing",
    reference="Aumann & Maschler (1995); Kamenica & Gentzkow (2011)",
    uncertified="a second way to the value of optimal_signal, whose certificate proves it",
)
def concavification(problem: InformationDesign) -> Concavification:
    """The least concave function above what the sender earns at each belief, exactly; one receiver and two states.

    The receiver's best action changes where two of its payoffs cross, and between crossings the sender's worth is straight; at
    a crossing the receiver takes what the sender prefers.

    Examples
    --------
    >>> trial = InformationDesign.persuasion({"innocent": "0.7", "guilty": "0.3"}, [[1, 0], [0, 1]], [[0, 1], [0, 1]])
    >>> found = concavification(trial)
    >>> found.value, found.split
    (Fraction(3, 5), (Fraction(0, 1), Fraction(1, 2)))
    """
    if len(problem.prior) != 2 or problem.n != 1:
        raise InvalidGame(
            f"there are {len(problem.prior)} states and {problem.n} receivers; "
            "concavification is for two states and one receiver, optimal_signal for any number"
        )
    places = _places(problem)
    corners = [(x, problem.value_at((1 - x, x))) for x in places]
    hull = _upper_hull(corners)
    prior = problem.prior[1]
    (a, u), (b, v) = next(ends for ends in pairwise(hull) if ends[0][0] <= prior <= ends[1][0])
    value = u + (v - u) * (prior - a) / (b - a)
    split = (prior,) if problem.value_at(problem.prior) == value else (a, b)
    return Concavification(problem.states[1], prior, value, tuple(_segments(problem, places)), tuple(hull), split, problem.unit)


def _places(problem: InformationDesign) -> list[Fraction]:
    """The ends, and where two of the receiver's payoffs cross."""
    lines = [tuple(problem.payoff(0, s, (a,)) for s in (0, 1)) for a in range(problem.counts[0])]
    found = {ZERO, ONE}
    for k, one in enumerate(lines):
        for other in lines[:k]:
            at_first, at_second = one[0] - other[0], one[1] - other[1]
            if at_first != at_second:
                crossing = at_first / (at_first - at_second)
                if 0 < crossing < 1:
                    found.add(crossing)
    return sorted(found)


def _segments(problem: InformationDesign, places: Sequence[Fraction]) -> Iterator[tuple[Point, Point]]:
    """Between two places the receiver does one thing; of several equally good all along, the sender's favourite in the middle."""
    for a, b in pairwise(places):
        middle = (a + b) / 2
        best = problem.best_actions((1 - middle, middle))
        earns = [(problem.designer_payoff(0, (action,)), problem.designer_payoff(1, (action,))) for action in best]
        first, second = max(((1 - middle) * u + middle * v, u, v) for u, v in earns)[1:]
        yield (a, first + a * (second - first)), (b, first + b * (second - first))


def _upper_hull(points: Sequence[Point]) -> list[Point]:
    hull: list[Point] = []
    for point in points:
        while len(hull) > 1 and _turns_up(hull[-2], hull[-1], point):
            hull.pop()
        hull.append(point)
    return hull


def _turns_up(a: Point, b: Point, c: Point) -> bool:
    return (b[1] - a[1]) * (c[0] - b[0]) <= (c[1] - b[1]) * (b[0] - a[0])
