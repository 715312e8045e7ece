"""What a rule promises its agents and its owner: honesty pays, taking part pays, the money suffices."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Literal

from comity import rational
from comity.errors import ComityError

Incentive = Literal["dominant", "bayesian"]
Participation = Literal["ex-post", "interim"]
Budget = Literal["balanced", "no-deficit", "no-expected-deficit"]

CHOICES: dict[str, tuple[str, ...]] = {
    "incentive": ("dominant", "bayesian"),
    "participation": ("ex-post", "interim"),
    "budget": ("balanced", "no-deficit", "no-expected-deficit"),
}


@dataclass(frozen=True)
class Promises:
    """What has to hold for every rule that is considered; None promises nothing.

    Parameters
    ----------
    incentive : "dominant", "bayesian" or None
        Telling one's type is best whatever the others are (where their types matter to one's value: whatever they truly are),
        or best on average over the others' types given one's own.
    participation : "ex-post", "interim" or None
        Nobody gets less than outside at any profile, or on average over the others' types given one's own.
    budget : "balanced", "no-deficit", "no-expected-deficit" or None
        At every profile payments and ``funds`` equal, or at least equal, what outcomes and examinations cost; or they do so on
        average.
    payments : pair
        The least and the most that anybody pays at any profile; None does not bind.  ``(0, 0)`` rules money out, ``(None, 0)``
        allows rewards only.
    funds : number
        What the owner adds at every profile.

    Examples
    --------
    >>> Promises("dominant", "ex-post", "balanced").payments
    (None, None)
    >>> Promises(incentive="bayes")
    Traceback (most recent call last):
        ...
    comity.errors.ComityError: incentive is 'bayes'; it is 'dominant', 'bayesian' or None
    """

    incentive: Incentive | None = "dominant"
    participation: Participation | None = "ex-post"
    budget: Budget | None = None
    payments: Any = (None, None)
    funds: Fraction = Fraction(0)

    def __post_init__(self) -> None:
        for name, choices in CHOICES.items():
            value = getattr(self, name)
            if value is not None and value not in choices:
                raise ComityError(f"{name} is {value!r}; it is {', '.join(map(repr, choices))} or None")
        object.__setattr__(self, "payments", _pair(self.payments))
        object.__setattr__(self, "funds", rational.exact(self.funds, "the funds"))

    def to_json(self) -> dict[str, Any]:
        """Plain data, exact numbers as text; the constructor's arguments."""
        return {
            **{name: getattr(self, name) for name in CHOICES},
            "payments": [None if side is None else rational.text(side) for side in self.payments],
            "funds": rational.text(self.funds),
        }


def _pair(given: Any) -> tuple[Fraction | None, Fraction | None]:
    if not isinstance(given, Sequence) or isinstance(given, str) or len(given) != 2:
        raise ComityError(f"payments is {given!r}; give the least and the most anybody pays, None where there is no bound")
    low, high = (None if side is None else rational.exact(side, "a bound on payments") for side in given)
    if low is not None and high is not None and low > high:
        raise ComityError(f"nobody can pay at least {rational.short(low)} and at most {rational.short(high)}; change a bound")
    return low, high
