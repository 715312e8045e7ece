"""Nobody gains by taking part under several names."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from functools import cache
from itertools import product
from typing import Any

from comity import rational
from comity.certificate import Certificate, holds_if
from comity.declaration import declare
from comity.errors import ComityError

MAX_COMPARISONS = 2 * 10**7
# What each report gets, and what it pays.
Result = tuple[Sequence[Any], Sequence[Any]]


@declare("check", "Nobody gains by taking part under several names", reference="Yokoo, Sakurai & Matsubara (2004)")
def check_false_name_proof(
    types: Sequence[Any],
    serve: Callable[[tuple[Any, ...]], Result],
    worth: Callable[[Any, tuple[Any, ...]], Any],
    agents: int,
    names: int = 2,
    unit: str = "",
) -> Certificate:
    """No agent of any type gains by making up to ``names`` reports in place of its own, whatever up to ``agents - 1`` others say.

    ``serve(reports)`` says what each of any number of reports gets and pays; ``worth(type, shares)`` what several shares together
    are worth to a type.  The first report stands in the agent's own place, which is each place in turn; further names come last.
    One name is an ordinary lie.  The margin is minus the largest gain.

    Examples
    --------
    Ten for everyone who asks, out of which nobody pays: two names get twenty.

    >>> certificate = check_false_name_proof([1], lambda r: ([10] * len(r), [0] * len(r)), lambda t, s: t * sum(s), agents=1)
    >>> certificate.margin, certificate.witness["reports"]
    (Fraction(-10, 1), ['1', '1'])
    """
    for what, count in (("agents", agents), ("names", names)):
        if isinstance(count, bool) or not isinstance(count, int) or count < 1:
            raise ComityError(f"{what} is {rational.shown(count)}; give a whole number of at least 1")
    listed = tuple(types)
    if not listed:
        raise ComityError("there is no type; give at least one")
    work = sum(n * len(listed) ** (n + m) for n in range(1, agents + 1) for m in range(1, names + 1))
    if work > MAX_COMPARISONS:
        raise ComityError(
            f"{len(listed)} types, {agents} agents and {names} names make {work:.1e} lies; at most {MAX_COMPARISONS:.0e} can be "
            "tried, so give fewer of one of them"
        )
    order = range(len(listed))

    @cache
    def served(reports: tuple[int, ...]) -> tuple[tuple[Any, ...], tuple[Fraction, ...]]:
        shares, paid = serve(tuple(listed[t] for t in reports))
        if len(shares) != len(reports) or len(paid) != len(reports):
            raise ComityError(
                f"{len(reports)} reports get {len(shares)} shares and {len(paid)} payments; give one of each to each"
            )
        return tuple(shares), tuple(rational.exact(amount, "a payment") for amount in paid)

    def utility(own: int, reports: tuple[int, ...], places: Sequence[int]) -> Fraction:
        shares, paid = served(reports)
        got = rational.exact(worth(listed[own], tuple(shares[k] for k in places)), "the worth of shares")
        return got - sum((paid[k] for k in places), Fraction(0))

    best, witness = Fraction(0), dict[str, Any]()
    for n in range(1, agents + 1):
        for profile in product(order, repeat=n):
            for place in range(n):
                own = profile[place]
                honest = utility(own, profile, [place])
                for m in range(1, names + 1):
                    for said in product(order, repeat=m):
                        reports = (*profile[:place], said[0], *profile[place + 1 :], *said[1:])
                        gain = utility(own, reports, [place, *range(n, n + m - 1)]) - honest
                        if gain > best:
                            best = gain
                            witness = {
                                "type": rational.shown(listed[own]),
                                "place": place + 1,
                                "reports": [rational.shown(listed[t]) for t in said],
                                "others": [rational.shown(listed[t]) for k, t in enumerate(profile) if k != place],
                                "gain": rational.text(gain),
                            }
    return Certificate(
        f"nobody gains by taking part under up to {names} names",
        holds_if(best <= 0),
        margin=-best,
        unit=unit,
        witness={**witness, "lies_tried": work},
        check="check_false_name_proof",
    )
