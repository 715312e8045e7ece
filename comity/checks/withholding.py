"""Confirming that nobody gains by withholding its share: every round tried, outcome by outcome."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from comity.certificate import Certificate, Verdict, holds_if
from comity.declaration import declare
from comity.games.repeated.randomised_dealer import RandomisedDealer

# The game starts anew after every fake round, so that the first rounds show what all do; these are listed.
SHOWN = 3


@declare("check", "Withholding a share gains nothing", reference="Halpern & Teague (2004); Gordon & Katz (2006)")
def check_withholding(dealer: RandomisedDealer, gain: Fraction, who: str = "the party") -> Certificate:
    """Withholding in round 1, 2 or 3 is worth what its outcomes add up to, and that is never more than sending for ever.

    The outcomes of withholding in round k are: the result came before, with probability ``1 - (1-b)**(k-1)``, for all;
    round k is real, for the party alone; or it is not, and the bond is lost.  After k - 1 fakes the game is as at the start,
    so that every later round gains ``(1-b)**(k-1)`` of what the first gains; the check compares this too.
    ``gain`` is what is claimed of the first round; the margin is minus it.

    Examples
    --------
    >>> dealer = RandomisedDealer(alone=3, together=1, nothing=0, real="0.3")
    >>> bool(check_withholding(dealer, dealer.gain)), bool(check_withholding(dealer, dealer.gain - Fraction(1, 10**12)))
    (True, False)
    """
    claim = f"{who} gains nothing by withholding its share"
    rounds = [_outcomes(dealer, k) for k in range(1, SHOWN + 1)]
    gains = [sum((p * worth for p, worth in outcomes.values()), Fraction(0)) - dealer.together for outcomes in rounds]
    witness: dict[str, Any] = {
        "numbers": numbers_of(dealer),
        "rounds": [
            {"round": k, "outcomes": {name: {"probability": p, "worth": u} for name, (p, u) in outcomes.items()}, "gain": one}
            for k, (outcomes, one) in enumerate(zip(rounds, gains, strict=True), 1)
        ],
    }
    wrong = any(one != (1 - dealer.real) ** k * gain for k, one in enumerate(gains))
    if wrong:
        witness["reason"] = f"withholding in the first round gains {gains[0]}, not {gain}"
    return Certificate(
        claim,
        Verdict.FAILS if wrong else holds_if(gain <= 0),
        margin=-gains[0],
        witness=witness,
        check="check_withholding",
    )


@declare("check", "A known last round leaves nobody a reason to withhold", reference="Halpern & Teague (2004)")
def check_last_round(dealer: RandomisedDealer, rounds: int, gain: Fraction, who: str = "the party") -> Certificate:
    """Sending up to a last round that everybody knows, and withholding there, against sending there too.

    The plan's outcomes: real before the last round, for all; else the last round, which must be real, for the party alone.

    Examples
    --------
    >>> dealer = RandomisedDealer(alone=3, together=1, nothing=0, real="0.3")
    >>> bool(check_last_round(dealer, 4, dealer.gain_in_last_round(4)))
    False
    """
    reached = Fraction(1)
    worth = Fraction(0)
    for _ in range(rounds - 1):
        worth += reached * dealer.real * dealer.together
        reached *= 1 - dealer.real
    worth += reached * dealer.alone
    witness: dict[str, Any] = {"numbers": numbers_of(dealer), "rounds": rounds, "last_round_reached": reached, "worth": worth}
    found = worth - dealer.together
    if found != gain:
        witness["reason"] = f"withholding in the last round gains {found}, not {gain}"
    return Certificate(
        f"{who} gains nothing by withholding its share in the last round",
        holds_if(found == gain and gain <= 0),
        margin=-found,
        witness=witness,
        check="check_last_round",
    )


@declare("check", "No coalition too small to learn the result by itself gains by withholding its shares")
def check_withholding_together(
    dealers: Mapping[str, RandomisedDealer], shares_needed: int, coalition: tuple[str, ...], gain: Fraction
) -> Certificate:
    """No coalition that can stop the others (n - c < t) and needs them (c < t) gains more than the one handed over, nor above 0.

    Worths of members add up, so that of c members those who gain most are the most tempted: nobody outside the
    coalition may gain more than anybody inside, and one more or one fewer may not gain more where the sizes allow it.

    Examples
    --------
    >>> one = RandomisedDealer(alone=3, together=1, nothing=0, real="0.3")
    >>> bool(check_withholding_together({"A": one, "B": one, "C": one}, 3, ("A",), one.gain))
    True
    """
    gains = {name: dealer.value_of_withholding - dealer.together for name, dealer in dealers.items()}
    low, high = len(gains) - shares_needed + 1, shares_needed - 1
    inside = sorted(gains[name] for name in set(coalition) if name in gains)
    outside = sorted((gains[name] for name in gains if name not in coalition), reverse=True)
    total = sum(inside, Fraction(0))
    c = len(inside)
    reason = ""
    if c != len(coalition) or not low <= c <= high:
        reason = f"a coalition of {len(coalition)} is not one of {low} to {high} parties"
    elif total != gain:
        reason = f"the coalition gains {total}, not {gain}"
    elif outside and inside and outside[0] > inside[0]:
        reason = f"exchanging a member gains {outside[0] - inside[0]} more"
    elif (c < high and outside and outside[0] > 0) or (c > low and inside and inside[0] < 0):
        reason = "a coalition with one member more or fewer gains more"
    witness: dict[str, Any] = {
        "gains": gains,
        "shares_needed": shares_needed,
        "coalition": list(coalition),
        "gain": total,
    }
    return Certificate(
        "no coalition that needs the others' shares gains by withholding its own",
        holds_if(not reason and total <= 0),
        margin=-total,
        witness={**witness, "reason": reason} if reason else witness,
        check="check_withholding_together",
    )


def _outcomes(dealer: RandomisedDealer, k: int) -> dict[str, tuple[Fraction, Fraction]]:
    """What can come of sending until round k and withholding there: probability and worth of each outcome."""
    before = (1 - dealer.real) ** (k - 1)
    return {
        "all learned it before": (1 - before, dealer.together),
        "it alone learns it": (before * dealer.real, dealer.alone),
        "nobody learns it": (before * (1 - dealer.real), dealer.nothing - dealer.bond),
    }


def numbers_of(dealer: RandomisedDealer) -> dict[str, Fraction]:
    """What a reader needs to repeat the check."""
    return {
        "alone": dealer.alone,
        "together": dealer.together,
        "nothing": dealer.nothing,
        "real": dealer.real,
        "bond": dealer.bond,
    }
