"""Site sampling: how likely a yearly sample of inspections finds a violation."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, ClassVar, Self

import numpy as np

from comity.checks.sampling import check_detection_probability
from comity.declaration import declare
from comity.games.strategic.attribute_sampling import MAX_SITES, AttributeSampling
from comity.mechanisms.clause import Clause, Flaw
from comity.mechanisms.findings import Finding, Margin
from comity.mechanisms.parameters import parameter, probability
from comity.mechanisms.setting import Setting
from comity.rational import short


@declare(
    "clause",
    "Inspections of a random sample of sites",
    area="trust_building",
    claims=["the probability of detection is that of drawing without return"],
    reference="T1: Avenhaus, von Stengel & Zamir (2002); IAEA attribute sampling",
)
@dataclass(frozen=True, kw_only=True)
class SiteSampling(Clause):
    """Sites are drawn at random and inspected without error; the numbers are per period.

    The OPCW made 241 inspections of about 5,000 inspectable industry sites in 2014.

    Examples
    --------
    >>> clause = SiteSampling(id="sites", sites=5000, inspections=241, violating_sites=20)
    >>> clause.findings(Setting(members=(), clauses=(clause,), everyone=()))[0].sentence
    '241 inspections of 5,000 sites find at least one of 20 violating sites with probability 0.6284.'
    """

    type: ClassVar[str] = "site_sampling"
    area: ClassVar[str] = "trust_building"

    sites: int = parameter("sites that may be inspected", low=1, high=MAX_SITES)
    inspections: int = parameter("sites inspected per period, drawn at random", low=0)
    violating_sites: int = parameter("violating sites of whom at least one should be found", low=0)
    target: Fraction | None = probability("probability of finding one that the agreement asks for", default=None)

    def findings(self, setting: Setting) -> Sequence[Finding]:
        """The probability of detection, held to the target if there is one."""
        sample = self.sample()
        low, high = sample.detection
        holds = None if self.target is None else low >= self.target
        return [
            Finding(
                clause=self.id,
                question="sweep",
                holds=holds,
                sentence=self._sentence(sample),
                certificate=check_detection_probability(sample, low, high, self.target),
                item="detection",
                unit="probability",
                values={"detection": low if low == high else float((low + high) / 2), **self._needed(sample)},
                theorem="T1: drawing without return; IAEA attribute sampling",
                numbers=(self.path("inspections"), self.path("target")) if self.target is not None else (),
                margins=self._margins(sample, self.target) if self.target is not None else (),
            )
        ]

    def flaws(self, setting: Setting) -> Iterator[Flaw]:
        """There are no more sites to inspect, or to violate, than sites."""
        for name in ("inspections", "violating_sites"):
            if getattr(self, name) > self.sites:
                yield Flaw((name,), f"{getattr(self, name)} is more than the {self.sites} sites", f"give at most {self.sites}")

    @classmethod
    def random(cls, members: Sequence[Any], rng: np.random.Generator) -> Self:
        """Up to some hundred sites, with a target in half of the cases."""
        sample = AttributeSampling.random(int(rng.integers(1, 100)), rng)
        return cls(
            id="site_sampling",
            sites=sample.sites,
            inspections=sample.inspections,
            violating_sites=sample.violating_sites,
            target=Fraction(int(rng.integers(1, 100)), 100) if rng.random() < 0.5 else None,
        )

    def sample(self) -> AttributeSampling:
        """The sample the clause draws."""
        return AttributeSampling(sites=self.sites, inspections=self.inspections, violating_sites=self.violating_sites)

    def _needed(self, sample: AttributeSampling) -> dict[str, Any]:
        if self.target is None:
            return {}
        return {
            "least_inspections": sample.least_inspections(self.target),
            "least_inspections_by_rule_of_thumb": sample.least_by_rule(self.target),
        }

    def _margins(self, sample: AttributeSampling, target: Fraction) -> tuple[Margin, ...]:
        low, high = sample.detection
        least = sample.least_inspections(target)
        turns = least if least is None or low < target else least - 1
        exact = low if low == high else float((low + high) / 2)
        return (
            Margin(self.path("inspections"), self.inspections, turns if turns is None or turns >= 0 else None),
            # No target is above 1: a sample that finds violations for certain meets them all.
            Margin(self.path("target"), target, None if low == 1 else exact),
        )

    def _sentence(self, sample: AttributeSampling) -> str:
        drawn = f"{self.inspections:,} inspections of {self.sites:,} sites"
        violating = f"at least one of {self.violating_sites:,} violating sites"
        text = f"{drawn} find {violating} with probability {_shown(sample.detection)}"
        if self.target is None:
            return text + "."
        least = sample.least_inspections(self.target)
        asked = f"{text}; the agreement asks for {short(self.target)}"
        return f"{asked}, which takes {least:,}." if least is not None else f"{asked}, which no number of inspections reaches."


def _shown(detection: tuple[Fraction, Fraction]) -> str:
    """The probability; what only rounds to 1 is not shown as certain."""
    low, high = detection
    return short(low) if low <= Fraction(9999, 10_000) or low == high == 1 else "above 0.9999"
