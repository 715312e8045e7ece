"""Privacy as a budget: what noise costs in accuracy, how to split the budget, and what several releases lose together.

Epsilon is a worst case: how much the odds of any conclusion about one record can change.  It bounds what is learned on average
(the mutual information, in nats) and does not equal it.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from comity import rational
from comity.declaration import declare
from comity.errors import ComityError

# Cube roots are rounded to this many decimals of the largest; the proof of optimality then says how far off it is.
DIGITS = 30
# Logarithms, exponentials and roots are right to about 1e-16; what is promised is rounded up by more.
UP = 1 + 1e-13


@declare("protocol", "Variance of a number released with Laplace noise", reference="Dwork, McSherry, Nissim & Smith (2006)")
def laplace_variance(epsilon: Any, sensitivity: Any = 1) -> Fraction:
    """2 (D / epsilon)**2 for a statistic that one record changes by at most D; the mean error is D / epsilon.

    Examples
    --------
    >>> laplace_variance(0.5, sensitivity=2)
    Fraction(32, 1)
    """
    return 2 * (_positive(sensitivity, "sensitivity") / _positive(epsilon, "epsilon")) ** 2


@declare("protocol", "The split of a privacy budget with the least weighted variance", reference="derived; model I7")
def split_of_privacy_budget(
    weights: Mapping[str, Any], epsilon: Any, sensitivities: Mapping[str, Any] | None = None
) -> dict[str, Fraction]:
    """epsilon_q proportional to (w_q D_q**2)**(1/3): minimises sum of w_q 2 (D_q / epsilon_q)**2 for a given total.

    Exact where the cube roots are rational, else to thirty decimals; the parts add up to the total exactly.

    Examples
    --------
    >>> split = split_of_privacy_budget({"a": 1, "b": 8, "c": 27}, "1.2")
    >>> {name: str(part) for name, part in split.items()}
    {'a': '1/5', 'b': '2/5', 'c': '3/5'}
    >>> sum(w * laplace_variance(split[name]) for name, w in {"a": 1, "b": 8, "c": 27}.items())
    Fraction(300, 1)
    """
    if not weights:
        raise ComityError("there is no statistic to split the budget over; give each a weight")
    total = _positive(epsilon, "epsilon")
    importance = []
    for name, weight in weights.items():
        sensitivity = _positive((sensitivities or {}).get(name, 1), f"the sensitivity of {name!r}")
        importance.append(_positive(weight, f"the weight of {name!r}") * sensitivity**2)
    roots = cube_roots(importance)
    return {name: total * root / sum(roots) for name, root in zip(weights, roots, strict=True)}


# --- several releases ------------------------------------------------------------------------------


@declare("protocol", "Privacy loss of several releases: the sum", reference="Dwork & Roth (2014), theorem 3.16")
def basic_composition(epsilons: Iterable[Any]) -> Fraction:
    """Losses add up, whatever is asked in whatever order.

    Examples
    --------
    >>> basic_composition(["0.1"] * 100)
    Fraction(10, 1)
    """
    return sum((_positive(epsilon, "epsilon") for epsilon in epsilons), Fraction(0))


@declare(
    "protocol", "Privacy loss of many small releases, but for probability delta", reference="Dwork & Roth (2014), theorem 3.20"
)
def advanced_composition(epsilons: Iterable[Any], delta: float) -> float:
    """sqrt(2 ln(1/delta) sum e**2) + sum e (exp(e) - 1), rounded up; the loss is larger with probability at most ``delta``.

    Examples
    --------
    >>> round(advanced_composition([0.1] * 100, 1e-5), 4)
    5.8502
    """
    losses = [float(_positive(epsilon, "epsilon")) for epsilon in epsilons]
    spread = math.sqrt(2 * _log_inverse(delta) * math.fsum(e * e for e in losses))
    return (spread + math.fsum(e * math.expm1(e) for e in losses)) * UP


@declare("protocol", "Privacy loss of many releases by concentrated privacy", reference="Bun & Steinke (2016), proposition 1.3")
def concentrated_composition(epsilons: Iterable[Any], delta: float) -> float:
    """rho + 2 sqrt(rho ln(1/delta)) with rho = sum e**2 / 2, rounded up; larger with probability at most ``delta``.

    Examples
    --------
    >>> round(concentrated_composition([0.1] * 100, 1e-5), 5)
    5.29853
    """
    rho = math.fsum(float(_positive(epsilon, "epsilon")) ** 2 for epsilon in epsilons) / 2
    return (rho + 2 * math.sqrt(rho * _log_inverse(delta))) * UP


@dataclass(frozen=True)
class PrivacyLedger:
    """A total loss agreed on, and what was spent of it; each release adds to the list.

    Examples
    --------
    >>> ledger = PrivacyLedger("1.2").spend("0.5", "first quarter")
    >>> ledger.left
    Fraction(7, 10)
    """

    total: Fraction
    spent: tuple[tuple[str, Fraction], ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "total", _positive(self.total, "the budget"))
        object.__setattr__(self, "spent", tuple((what, rational.exact(epsilon)) for what, epsilon in self.spent))

    @property
    def left(self) -> Fraction:
        """What may still be spent; losses add up."""
        return self.total - sum((epsilon for _, epsilon in self.spent), Fraction(0))

    def spend(self, epsilon: Any, what: str = "a release") -> PrivacyLedger:
        """The budget after one more release; more than is left is refused."""
        loss = _positive(epsilon, "epsilon")
        if loss > self.left:
            raise ComityError(
                f"{what} would lose {rational.short(loss)}, but of the budget {rational.short(self.total)} only "
                f"{rational.short(self.left)} is left; release less or with more noise"
            )
        return PrivacyLedger(self.total, (*self.spent, (what, loss)))

    def bounds(self, delta: float) -> dict[str, float]:
        """What the releases so far lose together, by three ways of adding up; each of them is right, the least counts."""
        losses = [epsilon for _, epsilon in self.spent]
        return {
            "basic": float(basic_composition(losses)),
            "advanced": advanced_composition(losses, delta),
            "concentrated": concentrated_composition(losses, delta),
        }


# --- randomised response -----------------------------------------------------------------------------


@declare("protocol", "Answering truthfully by chance: the probability", reference="Warner (1965)")
def truth_probability(epsilon: Any) -> float:
    """exp(epsilon) / (1 + exp(epsilon)): whoever answers so loses at most epsilon, and trusts nobody with the truth.

    Examples
    --------
    >>> import math
    >>> round(truth_probability(math.log(3)), 12)
    0.75
    """
    return 1 / (1 + math.exp(-float(_positive(epsilon, "epsilon"))))


@declare("protocol", "The rate behind answers given by chance", reference="Warner (1965)")
def rate_from_answers(yes: float, epsilon: Any) -> float:
    """(y - (1 - q)) / (2 q - 1): unbiased from the share y of yes; it may lie outside [0, 1] by chance, and stays so.

    Examples
    --------
    >>> import math
    >>> round(rate_from_answers(0.3, math.log(3)), 12)
    0.1
    """
    q = truth_probability(epsilon)
    return (yes - (1 - q)) / (2 * q - 1)


@declare("protocol", "Standard deviation of a rate found by randomised response", reference="Warner (1965)")
def rate_deviation(rate: float, epsilon: Any, answers: int) -> float:
    """sqrt(l (1 - l) / n) / (2 q - 1) with l = rate q + (1 - rate) (1 - q), the share of yes.

    Examples
    --------
    >>> import math
    >>> round(rate_deviation(0.1, math.log(3), 1000), 7)
    0.0289828
    """
    if not 0 <= rate <= 1 or answers < 1:
        raise ComityError(f"the rate is {rate} of {answers} answers; give a rate in [0, 1] and at least one answer")
    q = truth_probability(epsilon)
    yes = rate * q + (1 - rate) * (1 - q)
    return math.sqrt(yes * (1 - yes) / answers) / (2 * q - 1)


@declare("protocol", "What one randomised answer tells on average", reference="mutual information of a binary channel")
def answer_information(rate: float, epsilon: Any) -> float:
    """H(yes) - H(q), in nats: below epsilon, mostly by far.  Epsilon is the worst case, this the average.

    Examples
    --------
    >>> import math
    >>> round(answer_information(0.5, math.log(3)), 4), round(math.log(3), 4)
    (0.1308, 1.0986)
    """
    q = truth_probability(epsilon)
    return _entropy(rate * q + (1 - rate) * (1 - q)) - _entropy(q)


def _entropy(p: float) -> float:
    return -math.fsum(x * math.log(x) for x in (p, 1 - p) if x > 0)


# --- numbers ---------------------------------------------------------------------------------------


def _positive(number: Any, what: str) -> Fraction:
    found = rational.exact(number, what)
    if found <= 0:
        raise ComityError(f"{what} is {rational.short(found)}; it must be above 0")
    return found


def _log_inverse(delta: float) -> float:
    if not 0 < delta < 1:
        raise ComityError(f"delta is {delta}; it is a probability above 0 and below 1, such as 1e-6")
    return -math.log(delta)


def cube_roots(numbers: Sequence[Fraction]) -> list[Fraction]:
    """Cube roots of positive numbers up to a common factor; exact where all ratios have rational roots.

    >>> cube_roots([Fraction(1), Fraction(8), Fraction(27)])
    [Fraction(1, 1), Fraction(2, 1), Fraction(3, 1)]
    """
    return [_cube_root(number / numbers[0]) for number in numbers]


def _cube_root(number: Fraction) -> Fraction:
    numerator, denominator = _integer_cube_root(number.numerator), _integer_cube_root(number.denominator)
    if numerator**3 == number.numerator and denominator**3 == number.denominator:
        return Fraction(numerator, denominator)
    # Enough digits below the leading one, however small the number is.
    shift = DIGITS + max(0, (len(str(number.denominator)) - len(str(number.numerator))) // 3 + 1)
    return Fraction(_integer_cube_root(number.numerator * 10 ** (3 * shift) // number.denominator), 10**shift)


def _integer_cube_root(number: int) -> int:
    """The largest integer whose cube is not above the number, by Newton's method from above."""
    root = 1 << -(-number.bit_length() // 3)
    while True:
        better = (2 * root + number // root**2) // 3
        if better >= root:
            return root
        root = better
