"""Confirming that honesty pays: expected payoffs of honest and dishonest conduct, outcome by outcome."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from itertools import product
from math import prod
from typing import Any

from comity import rational
from comity.certificate import Certificate, holds_if
from comity.declaration import declare
from comity.errors import InvalidEvidence

# A lottery: outcomes as (what happens, probability, payoff).
Outcome = tuple[str, Fraction, Fraction]


@declare("check", "A lottery over outcomes is at least as good as another")
def check_lottery(claim: str, honest: Sequence[Outcome], deviating: Sequence[Outcome], unit: str = "") -> Certificate:
    """The honest lottery's expected payoff is at least the deviating one's.

    Each outcome is (what happens, probability, payoff); probabilities are non-negative and add up to one.  The margin is the
    difference of the expectations, and the witness lists both lotteries so that a reader adds them up again.

    Examples
    --------
    >>> half = Fraction(1, 2)
    >>> bet = [("win", half, Fraction(3)), ("lose", half, -half)]
    >>> certificate = check_lottery("do not bet", [("keep", Fraction(1), Fraction(1))], bet)
    >>> certificate.verdict.value, certificate.margin
    ('FAILS', Fraction(-1, 4))
    """
    margin = expectation(honest) - expectation(deviating)
    return Certificate(
        claim,
        holds_if(margin >= 0),
        margin=margin,
        unit=unit,
        witness={"honest": _listed(honest), "deviating": _listed(deviating)},
        check="check_lottery",
    )


def expectation(lottery: Sequence[Outcome]) -> Fraction:
    """The expected payoff; probabilities that are no distribution are refused."""
    if any(chance < 0 for _, chance, _ in lottery) or sum(chance for _, chance, _ in lottery) != 1:
        raise InvalidEvidence("the probabilities of a lottery are negative or do not add up to one")
    return sum((chance * payoff for _, chance, payoff in lottery), Fraction(0))


def _listed(lottery: Sequence[Outcome]) -> list[list[str]]:
    return [[what, rational.text(chance), rational.text(payoff)] for what, chance, payoff in lottery]


def check_continuation(value: Fraction, surplus: Fraction, discount: Fraction) -> bool:
    """``value`` is the worth today of a surplus every period from the next on: V = discount (surplus + V)."""
    return value == discount * (surplus + value)


@declare("check", "An expected sum over independent events, added up event by event")
def check_expected_period(
    claim: str,
    stated: Fraction,
    events: Mapping[str, tuple[Fraction, Fraction]],
    certain: Mapping[str, Fraction],
    if_none: Fraction,
    unit: str = "",
) -> Certificate:
    """The stated value is the expectation over all combinations of independent events.

    ``events`` are (probability, payoff if it happens) by name, ``certain`` is added always, ``if_none`` only when no event
    happens.  All 2**k combinations are added up as long as k <= 10; beyond that the expectation is added up by linearity.
    """
    total = sum(certain.values(), Fraction(0)) + _expected_events(list(events.values()), if_none)
    return Certificate(
        claim,
        holds_if(total == stated),
        margin=-abs(total - stated),
        unit=unit,
        witness={
            "events": {name: [rational.text(chance), rational.text(payoff)] for name, (chance, payoff) in events.items()},
            "certain": {name: rational.text(amount) for name, amount in certain.items()},
            "if_none": rational.text(if_none),
            "total": rational.text(total),
        },
        check="check_expected_period",
    )


def _expected_events(events: Sequence[tuple[Fraction, Fraction]], if_none: Fraction) -> Fraction:
    if len(events) > 10:
        nothing = prod((1 - chance for chance, _ in events), start=Fraction(1))
        return sum((chance * payoff for chance, payoff in events), Fraction(0)) + nothing * if_none
    total = Fraction(0)
    for happens in product((False, True), repeat=len(events)):
        chance = prod((p if yes else 1 - p for yes, (p, _) in zip(happens, events, strict=True)), start=Fraction(1))
        payoff = sum((amount for yes, (_, amount) in zip(happens, events, strict=True) if yes), Fraction(0))
        total += chance * (payoff if any(happens) else payoff + if_none)
    return total


@declare("check", "Sums of stated amounts compared")
def check_at_least(
    claim: str,
    more: Iterable[tuple[str, Fraction]],
    less: Iterable[tuple[str, Fraction]],
    unit: str = "",
    basis_note: Mapping[str, Any] | None = None,
) -> Certificate:
    """The amounts on one side add up to at least those on the other; the margin is the difference."""
    more, less = list(more), list(less)
    margin = sum((amount for _, amount in more), Fraction(0)) - sum((amount for _, amount in less), Fraction(0))
    return Certificate(
        claim,
        holds_if(margin >= 0),
        margin=margin,
        unit=unit,
        witness={
            "at_least": [[name, rational.text(amount)] for name, amount in more],
            "compared_with": [[name, rational.text(amount)] for name, amount in less],
            **(basis_note or {}),
        },
        check="check_at_least",
    )
