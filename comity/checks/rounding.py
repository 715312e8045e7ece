"""Confirming amounts that were rounded: each is as near to the right one as its result says."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

from comity import rational
from comity.certificate import Basis, Certificate, holds_if
from comity.errors import InvalidEvidence

ROUNDED = "rounded_to"


def read_rounding(witness: Mapping[str, Any] | None) -> Fraction | None:
    """How far the amounts may be off, where the witness says that they are rounded."""
    stated = (witness or {}).get(ROUNDED)
    if stated is None:
        return None
    within = rational.exact(stated, "what the amounts are rounded to")
    if within <= 0:
        raise InvalidEvidence(f"the amounts are rounded to {rational.text(within)}; give a positive number such as 1/1000000")
    return within


def rounding_certificate(
    claim: str, check: str, players: Sequence[str], gaps: Sequence[Fraction], within: Fraction, kept: Mapping[str, Any]
) -> Certificate:
    """Whether none of the amounts is off by more than ``within``; ``gaps`` bound from above how far each is."""
    worst = max(range(len(gaps)), key=gaps.__getitem__)
    fine = gaps[worst] <= within
    # The exact difference may have as many digits as the amounts have before rounding.
    found = {} if fine else {"player": players[worst], "wrong_by": rational.short(gaps[worst])}
    return Certificate(
        f"{claim}, none off by more than {rational.short(within)}",
        holds_if(fine),
        margin=rational.double(within - gaps[worst]),
        basis=Basis.ENCLOSED,
        witness={ROUNDED: rational.text(within), **found, **kept},
        check=check,
    )
