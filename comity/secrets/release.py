"""Releasing pooled statistics with noise: counts, sums and means of records, under a privacy budget, with OpenDP's noise."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Literal

from comity import rational
from comity.certificate import Basis, Certificate, holds_if
from comity.checks.optimum import check_minimum_on_simplex
from comity.declaration import declare
from comity.errors import ComityError
from comity.secrets.accounting import PrivacyLedger, laplace_variance, split_of_privacy_budget
from comity.secrets.extras import extra

if TYPE_CHECKING:
    import pandas as pd

KINDS = ("count", "sum", "mean")
# Noise is drawn among 64-bit integers; this leaves room for it.
MOST_GRAINS = 2**53


class Neighbours(StrEnum):
    """Which two pools of records must look alike: what a privacy loss is about.

    ``REPLACE_ONE``: one record says something else; how many there are is public.  ``ADD_OR_REMOVE``: one record is there or
    not.  A loss under one is not a loss under the other: replacing is removing and adding, and moves a sum by twice as much.
    """

    REPLACE_ONE = "replace one record"
    ADD_OR_REMOVE = "add or remove one record"


@dataclass(frozen=True, kw_only=True)
class Statistic:
    """One number that is released.

    Parameters
    ----------
    name : str
    kind : "count", "sum" or "mean"
        A count is of records where the field is true (or not 0); the others are of the field's numbers.
    field : str
        Which number of a record is meant; default: the name.
    low, high : number
        Numbers outside are moved to the nearer end before they are added; public, and chosen without looking at the records.
    size : int, optional
        For a mean: what the sum is divided by, public.  Under "replace one record" it is the number of records.
    weight : number
        How much its accuracy matters when the budget is split.
    decimals : int
        Records are rounded to so many decimals, and so is the released number before a mean is divided.

    Examples
    --------
    >>> hours = Statistic(name="hours", kind="mean", low=0, high=48, size=100)
    >>> str(hours.sensitivity(Neighbours.REPLACE_ONE)), str(hours.sensitivity(Neighbours.ADD_OR_REMOVE))
    ('12/25', '6/25')
    """

    name: str
    kind: Literal["count", "sum", "mean"]
    field: str = ""
    low: Fraction = Fraction(0)
    high: Fraction = Fraction(1)
    size: int | None = None
    weight: Fraction = Fraction(1)
    decimals: int = 3

    def __post_init__(self) -> None:
        for key in ("low", "high", "weight"):
            object.__setattr__(self, key, rational.exact(getattr(self, key), f"{key} of {self.name!r}"))
        object.__setattr__(self, "field", self.field or self.name)
        if self.kind not in KINDS:
            raise ComityError(f"statistic {self.name!r} is a {self.kind!r}; use one of {', '.join(KINDS)}")
        if not self.low < self.high:
            raise ComityError(f"statistic {self.name!r} has low {self.low} and high {self.high}; low must be below high")
        if not 0 <= self.decimals <= 9:
            raise ComityError(f"statistic {self.name!r} has {self.decimals} decimals; give 0 to 9")
        if any((self.unit * end).denominator > 1 for end in (self.low, self.high)) and self.kind != "count":
            raise ComityError(f"statistic {self.name!r} has low or high with more than {self.decimals} decimals; round them")
        if (self.kind == "mean") is not (self.size is not None) or (self.size is not None and self.size < 1):
            raise ComityError(f"statistic {self.name!r}: give a mean, and nothing else, a public size of at least 1")

    @property
    def unit(self) -> int:
        """How many grains make one: records are whole grains, or half ones beside the middle of a mean's range."""
        grains = 1 if self.kind == "count" else int(10**self.decimals)
        return 2 * grains if self.kind == "mean" else grains

    @property
    def middle(self) -> Fraction:
        """What is taken off each record before adding, and put back afterwards: for a mean the middle of its range."""
        return (self.low + self.high) / 2 if self.kind == "mean" else Fraction(0)

    def grains(self, record: Mapping[str, Any]) -> int:
        """A record's share in the noisy sum: clamped, centred and in whole grains."""
        if self.field not in record:
            raise ComityError(f"a record has no {self.field!r}; it has {', '.join(map(repr, record)) or 'nothing'}")
        if self.kind == "count":
            return int(bool(record[self.field]))
        number = rational.exact(record[self.field], self.field)
        return self._share(min(max(number, self.low), self.high))

    def _share(self, number: Fraction) -> int:
        return round((number - self.middle) * self.unit)

    def sensitivity_in_grains(self, neighbours: Neighbours) -> int:
        """By how much one record can change the noisy sum."""
        if self.kind == "count":
            return 1
        # Rounding is monotone: no record's share lies outside the shares of the ends.
        low, high = self._share(self.low), self._share(self.high)
        return high - low if neighbours is Neighbours.REPLACE_ONE else max(abs(low), abs(high))

    def sensitivity(self, neighbours: Neighbours) -> Fraction:
        """By how much one record can change the statistic."""
        return self.scaled(self.sensitivity_in_grains(neighbours)) - self.scaled(0)

    def scaled(self, grains: int) -> Fraction:
        """The statistic from the sum in grains."""
        total = Fraction(grains, self.unit)
        return self.middle + total / self.size if self.size is not None else total


@dataclass(frozen=True)
class Release:
    """Released numbers, with the noise in them and the privacy they cost.

    ``values`` are as drawn: a count may be negative, and is not rounded up, for that would bias it.
    """

    values: Mapping[str, Fraction]
    epsilons: Mapping[str, Fraction]
    deviations: Mapping[str, float]
    neighbours: Neighbours
    certificate: Certificate
    split: Certificate
    ledger: PrivacyLedger = field(repr=False)

    @property
    def epsilon(self) -> Fraction:
        """The privacy loss of the whole release: the sum."""
        return sum(self.epsilons.values(), Fraction(0))

    def __getitem__(self, name: str) -> float:
        try:
            return rational.double(self.values[name])
        except KeyError:
            raise KeyError(f"there is no statistic {name!r}; there are {', '.join(self.values)}") from None

    def to_frame(self) -> pd.DataFrame:
        """One row for each statistic: value, standard deviation of the noise, privacy loss."""
        import pandas as pd

        rows = {
            name: (rational.double(value), self.deviations[name], rational.double(self.epsilons[name]))
            for name, value in self.values.items()
        }
        frame = pd.DataFrame.from_dict(rows, orient="index", columns=["value", "noise_sd", "epsilon"])
        return frame.rename_axis("statistic")

    def to_json(self) -> dict[str, Any]:
        """Plain data."""
        return {
            "schema": "release/0.1",
            "neighbours": self.neighbours.value,
            "values": {name: rational.text(value) for name, value in self.values.items()},
            "epsilons": {name: rational.text(epsilon) for name, epsilon in self.epsilons.items()},
            "noise_sd": dict(self.deviations),
            "certificate": self.certificate.to_json(),
        }

    def summary(self) -> str:
        """A plain-text table with the certificate under it."""
        width = max(len(name) for name in self.values)
        rows = [
            f"  {name:<{width}}  {rational.short(value):>12}  +- {rational.short(self.deviations[name])}"
            f"  (epsilon {rational.short(self.epsilons[name])})"
            for name, value in self.values.items()
        ]
        return "\n".join([f"released statistics; neighbours: {self.neighbours}", *rows, str(self.certificate)])

    __str__ = summary

    def _repr_html_(self) -> str:
        return self.to_frame().to_html() + f"<p>{self.certificate}</p>"


@declare("protocol", "Pooled statistics released under a privacy budget", reference="Dwork et al. (2006); OpenDP; model I7")
def release_statistics(
    records: Sequence[Mapping[str, Any]],
    statistics: Sequence[Statistic],
    epsilon: Any,
    neighbours: Neighbours | str,
    *,
    ledger: PrivacyLedger | None = None,
) -> Release:
    """Each statistic with Laplace noise; the budget ``epsilon`` is split so that the weighted variance is least (model I7).

    Noise is drawn by OpenDP among whole numbers, so that no digit of a floating-point number gives anything away; it cannot be
    seeded, on purpose.  Each call spends anew: the same question asked twice is two answers.

    Parameters
    ----------
    records : sequence of mapping
        One for each incident, say; all members' records together.
    statistics : sequence of Statistic
    epsilon : number
        Total privacy loss of this release.
    neighbours : Neighbours
        What the loss is about; there is no default, because twice the noise hangs on it.
    ledger : PrivacyLedger, optional
        A budget over several releases; more than is left is refused before anything is drawn, and the release holds the new one.

    Returns
    -------
    Release
    """
    relation = _relation(neighbours)
    names = [statistic.name for statistic in statistics]
    if len(set(names)) < len(names):
        raise ComityError("two statistics have the same name; give each a name of its own")
    _refuse_other_sizes(statistics, len(records), relation)
    sensitivities = {one.name: one.sensitivity(relation) for one in statistics}
    epsilons = split_of_privacy_budget({one.name: one.weight for one in statistics}, epsilon, sensitivities)
    spent = (ledger or PrivacyLedger(epsilon)).spend(epsilon, f"a release of {', '.join(names)}")
    values, witness = {}, {}
    for one in statistics:
        total = sum(one.grains(record) for record in records)
        noisy, told = _noisy(total, one.sensitivity_in_grains(relation), epsilons[one.name])
        values[one.name] = one.scaled(noisy)
        witness[one.name] = {"sensitivity": sensitivities[one.name], "epsilon": epsilons[one.name], **told}
    deviations = {name: math.sqrt(laplace_variance(e, sensitivities[name])) for name, e in epsilons.items()}
    proved = sum((rational.exact(one["epsilon_proved"]) for one in witness.values()), Fraction(0))
    total_loss = rational.exact(epsilon)
    return Release(
        values,
        epsilons,
        deviations,
        relation,
        Certificate(
            f"the release is {rational.short(total_loss)}-differentially private (neighbours: {relation}), if OpenDP draws "
            "what it says",
            holds_if(proved <= total_loss),
            margin=total_loss - proved,
            basis=Basis.ASSUMED,
            witness={"neighbours": relation.value, "statistics": witness, "composition": "basic: the losses add up"},
        ),
        check_minimum_on_simplex(
            "no other split of the privacy budget has a smaller weighted variance",
            {one.name: (2 * one.weight * sensitivities[one.name] ** 2, epsilons[one.name]) for one in statistics},
            total_loss,
        ),
        spent,
    )


def _noisy(total: int, sensitivity: int, epsilon: Fraction) -> tuple[int, dict[str, Any]]:
    """The sum with Laplace noise on the integers, of the least scale with which OpenDP proves the loss."""
    with extra("dp"):
        import opendp.prelude as dp
    if max(abs(total), sensitivity) > MOST_GRAINS:
        raise ComityError("a sum is too large for 64-bit noise; choose fewer decimals or a larger unit")
    dp.enable_features("contrib")
    scale = rational.double(sensitivity / epsilon)
    while True:
        noise = dp.m.make_laplace(dp.atom_domain(T="i64"), dp.absolute_distance(T="i64"), scale=scale)
        proved = float(noise.map(sensitivity))  # type: ignore[no-untyped-call]
        if Fraction(proved) <= epsilon:
            return int(noise(total)), {"scale_in_grains": repr(scale), "epsilon_proved": Fraction(proved)}
        scale = math.nextafter(scale, math.inf)


def _relation(neighbours: Neighbours | str) -> Neighbours:
    try:
        return Neighbours(neighbours)
    except ValueError:
        known = " or ".join(repr(one.value) for one in Neighbours)
        raise ComityError(f"neighbours is {str(neighbours)!r}; say which pools must look alike: {known}") from None


def _refuse_other_sizes(statistics: Sequence[Statistic], records: int, relation: Neighbours) -> None:
    """Where one record is replaced their number is public, and a mean of another size is a mistake."""
    for one in statistics:
        if relation is Neighbours.REPLACE_ONE and one.size is not None and one.size != records:
            raise ComityError(
                f"the mean {one.name!r} has size {one.size}, but there are {records} records; under {relation.value!r} their "
                "number is public, so give that"
            )
