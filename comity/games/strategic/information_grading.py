"""How openly to share each finding: what knowing it is worth against leaks and the lead its originator gives up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from comity import rational
from comity.declaration import declare
from comity.errors import ComityError

if TYPE_CHECKING:
    from matplotlib.axes import Axes

ZERO, ONE = Fraction(0), Fraction(1)
WITHHELD = "WITHHELD"
LEVELS = ("RED", "AMBER+STRICT", "AMBER", "GREEN", "CLEAR")
# From the most closed to the most open; the traffic lights are those of FIRST's TLP 2.0.
GRADES = (WITHHELD, *LEVELS)
# Items whose trade-offs all differ multiply their choices; far more gradings than anybody would look at.
MAX_FRONTIER = 20_000


@dataclass(frozen=True)
class Recipient:
    """Somebody who may come to know: from which ``level`` on, and the chance ``leak`` that what it knows gets out."""

    name: str
    level: str
    leak: Fraction = ZERO

    def __post_init__(self) -> None:
        if self.level not in LEVELS:
            raise ComityError(f"the level of {self.name} is {self.level!r}; use one of {', '.join(LEVELS)}")
        leak = rational.exact(self.leak, f"the leak of {self.name}")
        if not 0 <= leak <= 1:
            raise ComityError(f"{self.name} leaks with probability {rational.short(leak)}; give a number between 0 and 1")
        object.__setattr__(self, "leak", leak)


@dataclass(frozen=True)
class GradedItem:
    """A finding to be graded: its worth to each recipient, the lead its originator loses to each, and the harm of a leak.

    Recipients left out of ``value`` or ``lost_lead`` count 0; a negative lost lead is a gain, such as credit.  The originator
    bears the part ``borne`` of the harm, the rest falls on others.
    """

    name: str
    originator: str = ""
    value: Mapping[str, Fraction] = field(default_factory=dict)
    lost_lead: Mapping[str, Fraction] = field(default_factory=dict)
    harm: Fraction = ZERO
    borne: Fraction = ZERO

    def __post_init__(self) -> None:
        for what in ("value", "lost_lead"):
            named = {name: rational.exact(x, f"the {what} of {self.name} for {name}") for name, x in getattr(self, what).items()}
            object.__setattr__(self, what, named)
        for what in ("harm", "borne"):
            object.__setattr__(self, what, rational.exact(getattr(self, what), f"the {what} of {self.name}"))
        if self.harm < 0:
            raise ComityError(f"the harm of a leak of {self.name} is {rational.short(self.harm)}; give 0 or more")
        if not 0 <= self.borne <= 1:
            raise ComityError(f"the originator bears {rational.short(self.borne)} of the harm of {self.name}; give 0 to 1")


@dataclass(frozen=True)
class GradeEffect:
    """What a grade does: who knows, what knowing is worth to them, the lead lost, the chance of a leak and its expected harm."""

    grade: str
    audience: tuple[str, ...]
    value: Fraction
    lost_lead: Fraction
    leak: Fraction
    expected_harm: Fraction
    borne: Fraction

    @property
    def total(self) -> Fraction:
        """What the grade is worth to all together."""
        return self.value - self.lost_lead - self.expected_harm

    @property
    def own(self) -> Fraction:
        """What the grade is worth to the originator."""
        return -self.lost_lead - self.borne

    @property
    def others(self) -> Fraction:
        """What the grade is worth to everybody else."""
        return self.total - self.own


@dataclass(frozen=True)
class Price:
    """The gap between the grade an originator chooses and the efficient one, and the payments for the latter that close it.

    ``least`` makes the originator choose it; up to ``most`` everybody else still gains.  Never is ``least > most``, because
    the efficient grade is worth no less to all together.
    """

    item: str
    efficient: str
    chosen: str
    gap: Fraction  # what all together lose by the originator's choice
    least: Fraction
    most: Fraction


@dataclass(frozen=True)
class FrontierPoint:
    """A grading of all items of which no other has both more worth of knowing and less expected harm."""

    expected_harm: Fraction
    net_value: Fraction  # of knowing, less lost lead
    grades: tuple[str, ...]


@declare(
    "game",
    "Grading of findings by traffic lights: worth of knowing, leaks and lost lead",
    area="information_sharing",
    reference="derived; levels: FIRST Traffic Light Protocol 2.0 (2022); payment: Coase (1960)",
)
@dataclass(frozen=True)
class InformationGrading:
    """Each item gets one grade; everybody whose level is no more open than the grade then knows it, but for its originator.

    With the audience A(g) of a grade g, leaks independent of each other::

        total(g) = sum over A(g) of value - sum over A(g) of lost lead - harm (1 - product over A(g) of (1 - leak))
        own(g)   = - sum over A(g) of lost lead - borne harm (1 - product over A(g) of (1 - leak))

    The total over items is a sum in which each grade appears in its own term only, so the best grading is best item by item.

    Examples
    --------
    >>> public = Recipient("public", "CLEAR", leak=1)
    >>> game = InformationGrading(
    ...     [Recipient("B", "AMBER", leak="0.1"), public],
    ...     [GradedItem("exploit", "A", value={"B": 6, "public": 8}, lost_lead={"B": 1}, harm=20)],
    ... )
    >>> game.efficient(), game.chosen_alone()
    ({'exploit': 'AMBER'}, {'exploit': 'WITHHELD'})
    >>> price = game.price("exploit")
    >>> price.gap, price.least, price.most
    (Fraction(3, 1), Fraction(1, 1), Fraction(4, 1))
    """

    recipients: Sequence[Recipient]
    items: Sequence[GradedItem]

    def __post_init__(self) -> None:
        object.__setattr__(self, "recipients", tuple(self.recipients))
        object.__setattr__(self, "items", tuple(self.items))
        for what, names in (("recipient", [r.name for r in self.recipients]), ("item", [item.name for item in self.items])):
            twice = next((name for at, name in enumerate(names) if name in names[:at]), None)
            if twice is not None:
                raise ComityError(f"there are two {what}s named {twice!r}; give each a name of its own")
        known = {r.name for r in self.recipients}
        for item in self.items:
            for what, table in (("value", item.value), ("lost_lead", item.lost_lead)):
                unknown = next((name for name in table if name not in known), None)
                if unknown is not None:
                    raise ComityError(
                        f"the {what} of {item.name} names {unknown!r}, who is no recipient; add it to the recipients"
                    )

    def effects(self, item: str) -> dict[str, GradeEffect]:
        """What each grade of an item does, from the most closed to the most open; some may reach the same audience."""
        return self._effects[self._item(item).name]

    def distinct(self, item: str) -> list[GradeEffect]:
        """The most closed grade for each different audience."""
        found: dict[int, GradeEffect] = {}
        for effect in self.effects(item).values():
            found.setdefault(len(effect.audience), effect)
        return list(found.values())

    def efficient(self) -> dict[str, str]:
        """For each item the grade with the largest total; of equals the most closed."""
        return {item.name: self.best(item.name).grade for item in self.items}

    def best(self, item: str) -> GradeEffect:
        """What the efficient grade of an item does."""
        return max(self.distinct(item), key=lambda effect: effect.total)

    def chosen_alone(self) -> dict[str, str]:
        """For each item the grade its originator likes best; of equals the one that is better for all, then the most closed."""
        return {item.name: self.alone(item.name).grade for item in self.items}

    def alone(self, item: str) -> GradeEffect:
        """What the originator's own choice for an item does."""
        return max(self.distinct(item), key=lambda effect: (effect.own, effect.total))

    def price(self, item: str) -> Price:
        """What closes the gap between the originator's choice and the efficient grade."""
        best, alone = self.best(item), self.alone(item)
        return Price(item, best.grade, alone.grade, best.total - alone.total, alone.own - best.own, best.others - alone.others)

    def total(self, grading: Mapping[str, str]) -> Fraction:
        """What a grading of all items is worth to all together."""
        missing = [item.name for item in self.items if item.name not in grading]
        if missing:
            raise ComityError(f"the grading says nothing of {', '.join(missing)}; give one of {', '.join(GRADES)} for each item")
        return sum((self._effect(item.name, grading[item.name]).total for item in self.items), ZERO)

    def frontier(self) -> GradingFrontier:
        """Every grading of which no other has at least the worth of knowing at no more expected harm, one beyond it in either.

        Items are added one by one and dominated sums dropped at once: a sum that is dominated stays so whatever is added.
        """
        points = [FrontierPoint(ZERO, ZERO, ())]
        for item in self.items:
            sums = [
                FrontierPoint(
                    point.expected_harm + effect.expected_harm,
                    point.net_value + effect.value - effect.lost_lead,
                    (*point.grades, effect.grade),
                )
                for point in points
                for effect in self.distinct(item.name)
            ]
            points = _undominated(sums)
            if len(points) > MAX_FRONTIER:
                raise ComityError(
                    f"the frontier of {len(self.items)} items has more than {MAX_FRONTIER:,} gradings; "
                    "ask for the items that matter most, or group items that are alike"
                )
        return GradingFrontier(tuple(item.name for item in self.items), tuple(points))

    @classmethod
    def random(cls, n: int, rng: np.random.Generator) -> Self:
        """``n`` members who know from AMBER on, two outsiders, and up to four items of the members."""

        def decimal(low: int, high: int) -> Fraction:
            return Fraction(int(rng.integers(low, high + 1)), 100)

        recipients = [Recipient(f"M{i + 1}", LEVELS[int(rng.integers(0, 3))], decimal(0, 20)) for i in range(n)]
        recipients += [Recipient("community", "GREEN", decimal(5, 50)), Recipient("public", "CLEAR", decimal(50, 100))]
        items = [
            GradedItem(
                f"item_{k + 1}",
                f"M{int(rng.integers(0, n)) + 1}" if n else "",
                {r.name: decimal(0, 500) for r in recipients},
                {r.name: decimal(-50, 200) for r in recipients},
                decimal(0, 5000),
                decimal(0, 100),
            )
            for k in range(int(rng.integers(1, 5)))
        ]
        return cls(recipients, items)

    # --- helpers -------------------------------------------------------------------------------

    @cached_property
    def _effects(self) -> dict[str, dict[str, GradeEffect]]:
        return {item.name: _effects_of(item, self.recipients) for item in self.items}

    def _item(self, name: str) -> GradedItem:
        for item in self.items:
            if item.name == name:
                return item
        raise ComityError(f"there is no item {name!r}; the items are {', '.join(item.name for item in self.items)}")

    def _effect(self, item: str, grade: str) -> GradeEffect:
        effects = self.effects(item)
        if grade not in effects:
            raise ComityError(f"the grade of {item} is {grade!r}; use one of {', '.join(GRADES)}")
        return effects[grade]


@dataclass(frozen=True)
class GradingFrontier:
    """The gradings worth choosing between, by rising expected harm; ``items`` names what each point's ``grades`` belong to.

    The efficient grading is one of them: the point at which ``net_value - expected_harm`` is largest.
    """

    items: tuple[str, ...]
    points: tuple[FrontierPoint, ...]

    def __len__(self) -> int:
        return len(self.points)

    @property
    def best(self) -> FrontierPoint:
        """The point with the largest total; of equals the one with the least harm."""
        return max(self.points, key=lambda point: point.net_value - point.expected_harm)

    def plot(self, ax: Axes | None = None, unit: str = "", **marked: tuple[Any, Any]) -> Axes:
        """Worth of knowing against expected harm, the efficient grading marked; returns the axes.

        Further points are given by name as (expected harm, net value): ``frontier.plot(agreed=(2, 5))``.
        """
        import matplotlib.pyplot as plt

        if ax is None:
            _, ax = plt.subplots()
        harms = [rational.double(point.expected_harm) for point in self.points]
        values = [rational.double(point.net_value) for point in self.points]
        ax.step(harms, values, where="post", color="C0", marker=".", label=f"frontier, {len(self)} gradings")
        best = self.best
        places = {"efficient": (best.expected_harm, best.net_value), **marked}
        for k, (name, (harm, value)) in enumerate(places.items()):
            at = [rational.double(rational.exact(x, name)) for x in (harm, value)]
            ax.plot(at[:1], at[1:], "osD^v"[k % 5], color=f"C{k + 1}", label=name.replace("_", " "))
        ax.set_xlabel("expected harm of leaks" + (f" ({unit})" if unit else ""))
        ax.set_ylabel("worth of knowing less lost lead" + (f" ({unit})" if unit else ""))
        ax.legend(frameon=False)
        return ax


def _effects_of(item: GradedItem, recipients: Sequence[Recipient]) -> dict[str, GradeEffect]:
    audience: list[str] = []
    value, lost, tight = ZERO, ZERO, ONE
    found = {}
    for grade in GRADES:
        for recipient in recipients:
            if recipient.level == grade and recipient.name != item.originator:
                audience.append(recipient.name)
                value += item.value.get(recipient.name, ZERO)
                lost += item.lost_lead.get(recipient.name, ZERO)
                tight *= 1 - recipient.leak
        harm = item.harm * (1 - tight)
        found[grade] = GradeEffect(grade, tuple(audience), value, lost, 1 - tight, harm, item.borne * harm)
    return found


def _undominated(points: list[FrontierPoint]) -> list[FrontierPoint]:
    kept: list[FrontierPoint] = []
    for point in sorted(points, key=lambda p: (p.expected_harm, -p.net_value)):
        if not kept or point.net_value > kept[-1].net_value:
            kept.append(point)
    return kept
