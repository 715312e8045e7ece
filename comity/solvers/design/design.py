"""A designed rule with the proof that none does better."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from comity import rational
from comity.certificate import Certificate, number_fields
from comity.checks.design import DESIGN_SCHEMA
from comity.games.bayesian.objectives import Objective
from comity.games.bayesian.promises import Promises
from comity.games.bayesian.rule import DirectRule
from comity.games.bayesian.setting import BayesianSetting

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, eq=False)
class Design:
    """A rule that keeps its promises, what it is worth by its objective, and the certificate of both.

    ``rule.outcome(reports)`` and ``rule.payment(reports)`` say what happens after which reports.
    """

    rule: DirectRule
    objective: Objective
    promises: Promises
    value: Fraction
    certificate: Certificate
    fixed: bool = False  # whether the outcomes were given, and only payments and examinations chosen
    notes: Mapping[str, Any] = field(default_factory=dict)

    @property
    def setting(self) -> BayesianSetting:
        """The setting it was designed for."""
        return self.rule.setting

    def outcome(self, reports: Any) -> dict[str, Fraction]:
        """The outcomes that can happen after these reports, with their chances."""
        return self.rule.outcome(reports)

    def payment(self, reports: Any) -> dict[str, Fraction]:
        """What each agent pays after these reports."""
        return self.rule.payment(reports)

    def to_frame(self) -> pd.DataFrame:
        """A DataFrame with a row for each profile of reports."""
        return self.rule.to_frame()

    def to_latex(self) -> str:
        """The table of `to_frame` in LaTeX; needs the package ``booktabs``."""
        frame: str = self.to_frame().reset_index().to_latex(index=False, float_format="%.4g", escape=True)
        return frame

    def to_json(self) -> dict[str, Any]:
        """Plain data: rule, objective, promises and certificate, enough to confirm it without the solver."""
        return {
            "schema": DESIGN_SCHEMA,
            "rule": self.rule.to_json(),
            "objective": self.objective.to_json(),
            "promises": self.promises.to_json(),
            "fixed": self.fixed,
            **number_fields("value", self.value),
            "certificate": self.certificate.to_json(),
        }

    def summary(self) -> str:
        """The rule and what it is worth, in plain text."""
        unit = f" {self.setting.unit}" if self.setting.unit else ""
        words = self.objective.name.replace("_", " ")
        return "\n".join([f"{words} {rational.short(self.value)}{unit}", str(self.rule), str(self.certificate)])

    __str__ = summary

    def _repr_html_(self) -> str:
        import html

        shown: str = self.to_frame().head(50).to_html()
        head = html.escape(f"{self.objective.name.replace('_', ' ')} {rational.short(self.value)}")
        return f"<p>{head}</p>{shown}<p>{html.escape(str(self.certificate))}</p>"
