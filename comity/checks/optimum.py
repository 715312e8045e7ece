"""Confirming that a point minimises a convex sum on a simplex, by a bound anyone can add up."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from comity import rational
from comity.certificate import Basis, Certificate, holds_if
from comity.declaration import declare


@declare("check", "A point minimises a sum of inverse squares on a simplex", reference="first-order bound for convex functions")
def check_minimum_on_simplex(
    claim: str, terms: Mapping[str, tuple[Fraction, Fraction]], total: Fraction, tolerance: Fraction = Fraction(1, 10**12)
) -> Certificate:
    """``sum of w / e**2`` over positive e adding up to ``total`` is within ``tolerance`` (relative) of its minimum.

    ``terms`` holds (w, e) by name.  The sum f is convex, so for every other point y of the simplex
    f(y) >= f(e) + gradient (y - e) >= f(e) - gap, with gap = gradient e - total * (least gradient).  The margin is minus
    the gap; at the exact minimum it is zero and the basis EXACT.

    Examples
    --------
    >>> check_minimum_on_simplex("equal", {"a": (Fraction(1), Fraction(1)), "b": (Fraction(1), Fraction(1))}, Fraction(2)).margin
    Fraction(0, 1)
    """
    feasible = all(e > 0 for _, e in terms.values()) and sum(e for _, e in terms.values()) == total
    if not feasible:
        return Certificate(claim, holds_if(False), witness={"reason": "the shares are not positive or do not add up"})
    objective = sum((w / e**2 for w, e in terms.values()), Fraction(0))
    gradient = {name: -2 * w / e**3 for name, (w, e) in terms.items()}
    gap = sum((gradient[name] * e for name, (_, e) in terms.items()), Fraction(0)) - total * min(gradient.values())
    return Certificate(
        claim,
        holds_if(gap <= tolerance * objective),
        margin=-gap if gap == 0 else rational.double(-gap),
        basis=Basis.EXACT if gap == 0 else Basis.ENCLOSED,
        witness={
            "shares": {name: rational.text(e) for name, (_, e) in terms.items()},
            "weights": {name: rational.text(w) for name, (w, _) in terms.items()},
            "relative_tolerance": rational.text(tolerance),
        },
        check="check_minimum_on_simplex",
    )
