"""Proper scoring rules: what a forecast earns once the outcome is known, so that saying what one believes is best."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from typing import Any

from comity import rational
from comity.declaration import declare
from comity.enclosure import Between, between, log_between, sqrt_between
from comity.errors import ComityError, InvalidGame

ZERO = Fraction(0)
Prediction = Sequence[Any] | Mapping[str, Any]
BITS = 200


@declare("rule", "The quadratic score of a forecast", area="information_sharing", reference="Brier (1950); Selten (1998)")
def quadratic_score(prediction: Prediction, outcome: int | str) -> Fraction:
    """``2 q_k - sum of q_j**2`` for the forecast q when k happens; exact, between -1 and 1.

    Believing p, the forecast q is expected to earn ``sum of (p_j - q_j)**2`` less than p: the rule is strictly proper.

    Parameters
    ----------
    prediction : probabilities in order, or ``{name: probability}``; they add up to 1
    outcome : position, or name

    Examples
    --------
    >>> quadratic_score({"flaw": "0.7", "none": "0.3"}, "flaw"), quadratic_score([0.7, 0.3], 1)
    (Fraction(41, 50), Fraction(1, 50))
    """
    q, k = read_prediction(prediction, outcome)
    return 2 * q[k] - sum((p * p for p in q), ZERO)


@declare("rule", "The logarithmic score of a forecast", area="information_sharing", reference="Good (1952)")
def logarithmic_score(prediction: Prediction, outcome: int | str) -> Between:
    """``ln q_k`` for the forecast q when k happens, between two rationals; at most 0, and without bound below.

    Believing p, the forecast q is expected to earn the relative entropy ``sum of p_j ln(p_j / q_j)`` less than p.

    Examples
    --------
    >>> round(logarithmic_score(["37/52", "15/52"], 0).number, 4)
    -0.3403
    """
    q, k = read_prediction(prediction, outcome)
    if q[k] == 0:
        raise ComityError("what was called impossible happened: its logarithmic score has no bound; use the quadratic score")
    return log_between(q[k])


@declare("rule", "The spherical score of a forecast", area="information_sharing", reference="Roby (1965); Savage (1971)")
def spherical_score(prediction: Prediction, outcome: int | str) -> Between:
    """``q_k / sqrt(sum of q_j**2)`` for the forecast q when k happens, between two rationals; between 0 and 1.

    Examples
    --------
    >>> spherical_score([1, 0], 0).number, round(spherical_score(["1/2", "1/2"], 1).number, 4)
    (Fraction(1, 1), 0.7071)
    """
    q, k = read_prediction(prediction, outcome)
    return q[k] / sqrt_between(sum((p * p for p in q), ZERO), BITS)


ScoringRule = Callable[[Prediction, int], Any]
SCORING_RULES: Mapping[str, ScoringRule] = {
    "quadratic": quadratic_score,
    "logarithmic": logarithmic_score,
    "spherical": spherical_score,
}


def score_argument(rule: str, prediction: Sequence[Fraction], outcome: int) -> tuple[Fraction, ...]:
    """What a rule's score depends on; equal arguments have equal scores, whatever their bounds.

    >>> score_argument("logarithmic", [Fraction(1, 4), Fraction(3, 4)], 0)
    (Fraction(1, 4),)
    """
    if rule == "logarithmic":
        return (prediction[outcome],)
    return (prediction[outcome], sum((p * p for p in prediction), ZERO))


def expected_score(rule: ScoringRule, belief: Sequence[Fraction], prediction: Sequence[Fraction]) -> Between:
    """What a forecast earns on average if the outcome is drawn from a belief; what cannot happen is not scored.

    >>> expected_score(quadratic_score, [Fraction(1, 2)] * 2, [Fraction(1), Fraction(0)]).low
    Fraction(0, 1)
    """
    terms = (p * between(rule(prediction, k)) for k, p in enumerate(belief) if p)
    return sum(terms, between(0))


def read_prediction(prediction: Prediction, outcome: int | str) -> tuple[tuple[Fraction, ...], int]:
    """The probabilities exactly, and the position of the outcome."""
    names = list(prediction) if isinstance(prediction, Mapping) else None
    if names is not None and outcome not in names:
        raise InvalidGame(f"the outcome {rational.shown(outcome)} has no probability; give one of {', '.join(map(str, names))}")
    given = list(prediction.values()) if isinstance(prediction, Mapping) else list(prediction)
    q = read_probabilities(given, "the prediction")
    k = names.index(str(outcome)) if names is not None else outcome
    if isinstance(k, bool) or not isinstance(k, int) or not 0 <= k < len(q):
        raise InvalidGame(f"the outcome is {rational.shown(outcome)}; give a position from 0 to {len(q) - 1}")
    return q, k


def read_probabilities(given: Sequence[Any], what: str) -> tuple[Fraction, ...]:
    """Numbers read as written that are probabilities and add up to 1 exactly."""
    q = tuple(rational.exact(p, what) for p in given)
    if not q or any(p < 0 for p in q) or sum(q) != 1:
        shown = ", ".join(rational.short(p) for p in q[:8])
        raise InvalidGame(f"{what} is ({shown}); give probabilities that add up to 1 exactly, such as 0.5 and 0.5")
    return q
