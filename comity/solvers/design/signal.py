"""A designed signal: what is recommended in which state, with the proof that none does better."""

from __future__ import annotations

import html
import json
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from comity import rational
from comity.certificate import Certificate
from comity.checks.information_design import SIGNAL_SCHEMA
from comity.errors import InvalidEvidence, InvalidGame
from comity.exact_array import ExactArray
from comity.games.bayesian.information_design import InformationDesign, Profile
from comity.results import latex

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

ZERO = Fraction(0)


@dataclass(frozen=True, eq=False)
class Signal:
    """The chances of recommendations by state, what they are worth to the designer, and the certificate of both.

    ``chances[s][a_1]...[a_n]`` are exact.  A recommendation is named by its action, or by a tuple of actions where there are
    several receivers.
    """

    problem: InformationDesign
    chances: ExactArray
    public: bool
    value: Fraction
    certificate: Certificate

    @property
    def recommendations(self) -> tuple[Profile, ...]:
        """The profiles that are ever recommended, as positions."""
        found = [a for a in self.problem.profiles() if self._total(a)]
        return tuple(found)

    def chance(self, recommendation: Any, state: str | None = None) -> Fraction:
        """The probability of a recommendation in a state, or in all by the prior."""
        profile = self._profile(recommendation)
        if state is None:
            return self._total(profile)
        if state not in self.problem.states:
            raise InvalidGame(f"there is no state {state!r}; the states are {', '.join(self.problem.states)}")
        found: Fraction = self.chances[(self.problem.states.index(state), *profile)]
        return found

    def posterior(self, recommendation: Any) -> dict[str, Fraction]:
        """The probabilities of the states for whoever knows the whole recommendation."""
        profile = self._profile(recommendation)
        total = self._total(profile)
        if not total:
            raise InvalidGame(f"{self._label(profile)} is never recommended; what is recommended says `recommendations`")
        return {
            state: p * self.chances[(s, *profile)] / total
            for s, (state, p) in enumerate(zip(self.problem.states, self.problem.prior, strict=True))
        }

    def receiver_value(self, receiver: int | str = 0) -> Fraction:
        """What a receiver earns on average."""
        i = self.problem.receivers.index(receiver) if isinstance(receiver, str) else receiver
        return sum(
            (
                p * self.chances[(s, *a)] * self.problem.payoff(i, s, a)
                for s, p in enumerate(self.problem.prior)
                for a in self.recommendations
            ),
            ZERO,
        )

    def _total(self, profile: Profile) -> Fraction:
        return sum((p * self.chances[(s, *profile)] for s, p in enumerate(self.problem.prior)), ZERO)

    def _profile(self, recommendation: Any) -> Profile:
        names = (recommendation,) if isinstance(recommendation, str) else tuple(recommendation)
        if len(names) != self.problem.n:
            raise InvalidGame(
                f"the recommendation {names} has {len(names)} actions for {self.problem.n} receivers; give one each"
            )
        found = []
        for name, known in zip(names, self.problem.actions, strict=True):
            if name not in known and not (isinstance(name, int) and 0 <= name < len(known)):
                raise InvalidGame(f"there is no action {name!r}; the actions are {', '.join(known)}")
            found.append(known.index(name) if name in known else name)
        return tuple(found)

    def _label(self, profile: Profile) -> str:
        return ", ".join(self.problem.profile_names(profile))

    # --- showing -------------------------------------------------------------------------------

    def to_frame(self) -> pd.DataFrame:
        """A DataFrame with a row for each recommendation that is made and a column for each state."""
        import pandas as pd

        rows = [[rational.double(self.chances[(s, *a)]) for s in range(len(self.problem.states))] for a in self.recommendations]
        index = pd.Index([self._label(a) for a in self.recommendations], name="recommendation")
        return pd.DataFrame(rows, index=index, columns=pd.Index(self.problem.states, name="state"))

    def to_latex(self, digits: int = 4) -> str:
        """A ``tabular`` environment that needs the package ``booktabs``."""
        states = range(len(self.problem.states))
        rows = [
            " & ".join([latex(self._label(a)), *(rational.short(self.chances[(s, *a)], digits) for s in states)]) + " \\\\"
            for a in self.recommendations
        ]
        head = " & ".join(["recommendation", *map(latex, self.problem.states)]) + " \\\\"
        form = "l" + "r" * len(self.problem.states)
        return "\n".join(
            [f"\\begin{{tabular}}{{{form}}}", "\\toprule", head, "\\midrule", *rows, "\\bottomrule", "\\end{tabular}"]
        )

    def to_json(self) -> dict[str, Any]:
        """Plain data: the problem, the chances and the certificate, enough to confirm it without the solver."""
        return {
            "schema": SIGNAL_SCHEMA,
            "problem": self.problem.to_json(),
            "public": self.public,
            "chances": self.chances.texts(),
            "value": rational.double(self.value),
            "value_exact": rational.text(self.value),
            "certificate": self.certificate.to_json(),
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any] | str) -> Signal:
        """Read a signal back, from data or JSON text; `comity.verify` says whether it is what it claims to be."""
        try:
            read = json.loads(data) if isinstance(data, str) else data
            if read["schema"] != SIGNAL_SCHEMA:
                raise InvalidEvidence(f'this is no signal; its "schema" should be "{SIGNAL_SCHEMA}"')
            problem = InformationDesign.from_json(read["problem"])
            return cls(
                problem,
                ExactArray.of(read["chances"], "the chance of a recommendation", problem.designer.shape),
                bool(read["public"]),
                rational.exact(read["value_exact"], "the value"),
                Certificate.from_json(read["certificate"]),
            )
        except (KeyError, TypeError, json.JSONDecodeError, RecursionError) as error:
            raise InvalidEvidence(f"the signal cannot be read: {error!r}; give what to_json wrote") from None

    def summary(self) -> str:
        """The recommendations and what they are worth, in plain text."""
        unit = f" {self.problem.unit}" if self.problem.unit else ""
        lines = [f"{'public' if self.public else 'private'} signal worth {rational.short(self.value)}{unit} to the designer"]
        for a in self.recommendations:
            told = ", ".join(f"{rational.short(self.chances[(s, *a)])} in {state}" for s, state in enumerate(self.problem.states))
            lines.append(f"  {self._label(a)}: with chance {told}")
        return "\n".join([*lines, str(self.certificate)])

    __str__ = summary

    def _repr_html_(self) -> str:
        shown: str = self.to_frame().to_html(float_format=lambda x: f"{x:.4g}")
        head = html.escape(f"{'public' if self.public else 'private'} signal worth {rational.short(self.value)}")
        return f"<p>{head}</p>{shown}<p>{html.escape(str(self.certificate))}</p>"

    def plot(self, ax: Axes | None = None) -> Axes:
        """The concavification for two states and one receiver; otherwise a bar of recommendations for each state."""
        if len(self.problem.states) == 2 and self.problem.n == 1:
            from comity.solvers.design.concavification import concavification

            return concavification(self.problem).plot(ax)
        import matplotlib.pyplot as plt

        if ax is None:
            _, ax = plt.subplots()
        floor = [0.0] * len(self.problem.states)
        for a in self.recommendations:
            heights = [rational.double(self.chances[(s, *a)]) for s in range(len(floor))]
            ax.bar(self.problem.states, heights, bottom=floor, label=self._label(a))
            floor = [low + height for low, height in zip(floor, heights, strict=True)]
        ax.set_ylabel("chance of the recommendation")
        ax.legend(frameon=False)
        return ax
