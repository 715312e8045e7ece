"""The Bayesian truth serum among many: answers that are surprisingly common score high, and so do good predictions of answers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import Any, Self

import numpy as np

from comity import rational
from comity.declaration import declare
from comity.enclosure import Between, between, log_between
from comity.errors import InvalidGame
from comity.games.bayesian.peer_prediction import largest
from comity.games.bayesian.peer_signals import PeerSignals
from comity.games.bayesian.scoring_rules import read_probabilities

ZERO, ONE = Fraction(0), Fraction(1)


@declare(
    "game",
    "The Bayesian truth serum among many respondents",
    area="information_sharing",
    reference="Prelec (2004)",
)
@dataclass(frozen=True)
class TruthSerum:
    """What an answer and a prediction of the others' answers are expected to score, all others being truthful and very many.

    In a kind of thing t, the others' answers have the frequencies ``x_k = f_t(k)``, and their predictions the geometric mean
    ``ln y_k = sum over s of f_t(s) ln P(k | s)``.  The answer k scores the *information* ``ln(x_k / y_k)``, and the prediction q
    scores ``weight * sum of x_j ln(q_j / x_j)``, which is never positive.  With weight 1 all scores add up to 0.

    The best answer is the truth, and the best prediction is what one believes.  This needs many respondents, each too small to
    move the averages; among a few, `PeerPrediction` with correlated agreement does not depend on numbers.

    Parameters
    ----------
    signals : PeerSignals made from kinds, in each of which every signal may be found
    weight : of the prediction, above 0
    effort_cost : what looking costs

    Examples
    --------
    >>> seen = PeerSignals.from_kinds("hl", {"good": ("0.5", ["0.85", "0.15"]), "bad": ("0.5", ["0.45", "0.55"])})
    >>> [[round(TruthSerum(seen).information(i, k).number, 5) for k in "hl"] for i in "hl"]
    [[0.03953, -0.34146], [-0.19012, 0.14597]]
    """

    signals: PeerSignals
    weight: Fraction = ONE
    effort_cost: Fraction = ZERO

    def __post_init__(self) -> None:
        for name in ("weight", "effort_cost"):
            object.__setattr__(self, name, rational.exact(getattr(self, name), f"the {name}"))
        if self.weight <= 0 or self.effort_cost < 0:
            raise InvalidGame(
                f"the weight is {rational.short(self.weight)} and the effort {rational.short(self.effort_cost)}; "
                "give a weight above 0 and an effort of at least 0"
            )
        if not self.signals.kinds or not all(all(kind.finds) for kind in self.signals.kinds):
            raise InvalidGame(
                "the truth serum needs the kinds behind the signals, each with every signal; use PeerSignals.from_kinds"
            )

    def information(self, seen: int | str, answer: int | str) -> Between:
        """What an answer is expected to score for its information by who saw a signal; largest for the signal itself.

        The advantage of the truth over k is ``sum over t, s of P(t, s | seen) ln(P(t | seen, s) / P(t | k, s))``, a relative
        entropy: for the kind t of which another's signal s is known.
        """
        i, k = self.signals.position(seen), self.signals.position(answer)
        return self._expected(self._belief(i), [surprise[k] for surprise in self._surprise])

    def prediction(self, seen: int | str | None, forecast: Sequence[Any]) -> Between:
        """What a forecast of the answers is expected to score, before weighting, by who saw a signal (None: did not look)."""
        q = read_probabilities(forecast, "the forecast")
        if len(q) != self.signals.m or not all(q):
            raise InvalidGame(f"the forecast needs {self.signals.m} probabilities above 0; give one for each signal")
        logs = [log_between(p) for p in q]
        losses = [
            sum((x * (log - log_between(x)) for x, log in zip(kind.finds, logs, strict=True)), between(0))
            for kind in self.signals.kinds
        ]
        return self._expected(self._belief(None if seen is None else self.signals.position(seen)), losses)

    @property
    def honest_score(self) -> Between:
        """What an honest respondent scores on average, effort aside: ``(1 - weight) * information``; 0 with weight 1."""
        return (1 - self.weight) * self._information_of_truth

    def shirking(self) -> tuple[int, Between]:
        """The best answer without looking, with the best forecast, and what it gains over an honest answer."""
        chances = self.signals.chances
        blind = self.prediction(None, chances)
        gains = {
            k: sum((p * self.information(i, k) for i, p in enumerate(chances)), between(0))
            + self.weight * blind
            - self.honest_score
            + self.effort_cost
            for k in range(self.signals.m)
        }
        best = max(gains, key=lambda k: gains[k].middle)
        return best, largest(gains.values())

    def price_for_effort(self) -> Between | None:
        """What a score of 1 must be worth at least for looking to pay; None where what is seen says nothing."""
        advantage = self.effort_cost - self.shirking()[1]
        if self.effort_cost == 0:
            return between(ZERO)
        return None if self._tells_nothing else self.effort_cost / advantage

    @classmethod
    def random(cls, n: int, rng: np.random.Generator) -> Self:
        """Two or three signals; the number of respondents is taken to be large."""
        return cls(PeerSignals.random(int(rng.integers(2, 4)), rng), Fraction(int(rng.integers(1, 200)), 100))

    # --- parts -----------------------------------------------------------------------------------

    @property
    def _tells_nothing(self) -> bool:
        return len(set(self.signals.posteriors)) == 1

    @cached_property
    def _information_of_truth(self) -> Between:
        terms = (p * self.information(i, i) for i, p in enumerate(self.signals.chances))
        return sum(terms, between(0))

    def _belief(self, seen: int | None) -> list[Fraction]:
        """The chance of each kind after a signal."""
        if seen is None:
            return [kind.prior for kind in self.signals.kinds]
        return [kind.prior * kind.finds[seen] / self.signals.chances[seen] for kind in self.signals.kinds]

    @staticmethod
    def _expected(belief: Sequence[Fraction], values: Sequence[Between]) -> Between:
        return sum((p * value for p, value in zip(belief, values, strict=True)), between(0))

    @cached_property
    def _surprise(self) -> list[list[Between]]:
        """ln(x_k / y_k) in each kind: one logarithm of the frequency, the predictions' logarithms averaged."""
        logs = [[log_between(p) for p in row] for row in self.signals.posteriors]
        found = []
        for kind in self.signals.kinds:
            geometric = [
                sum((share * logs[s][k] for s, share in enumerate(kind.finds)), between(0)) for k in range(self.signals.m)
            ]
            found.append([log_between(x) - y for x, y in zip(kind.finds, geometric, strict=True)])
        return found
