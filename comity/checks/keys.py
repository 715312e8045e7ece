"""Confirming what a contribution key asks of each member."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from statistics import median

from comity import rational
from comity.certificate import Certificate, holds_if
from comity.declaration import declare


@declare("check", "Contributions follow a rate with a floor and a cap")
def check_contributions(
    stated: Mapping[str, Fraction],
    basis: Mapping[str, Fraction],
    rate: Fraction,
    floor: Fraction,
    cap: Fraction | None,
    unit: str = "",
) -> Certificate:
    """Each contribution is the median of floor, rate times basis, and cap; the margin is minus the largest difference."""
    top = max([rate * amount for amount in basis.values()] + [floor]) if cap is None else cap
    wrong = max((abs(stated[name] - median([floor, rate * amount, top])) for name, amount in basis.items()), default=Fraction(0))
    return Certificate(
        "every contribution is the rate times the basis, not below the floor and not above the cap",
        holds_if(wrong == 0 and stated.keys() == basis.keys()),
        margin=-wrong,
        unit=unit,
        witness={
            "basis": {name: rational.text(amount) for name, amount in basis.items()},
            "contributions": {name: rational.text(amount) for name, amount in stated.items()},
        },
        check="check_contributions",
    )
