"""Confirming which treaties are self-enforcing: every party's effort is a best reply, and nobody gains by joining or leaving."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from typing import Any

from comity.certificate import Certificate, Verdict, holds_if
from comity.declaration import declare
from comity.games.strategic.self_enforcing_treaty import SelfEnforcingTreaty

Efforts = tuple[Fraction | None, Fraction | None]
SHOWN_ROWS = 12


@declare("check", "Which sizes of a treaty are stable", reference="Barrett (1994); Rubio & Ulph (2006)")
def check_stable_sizes(treaty: SelfEnforcingTreaty, efforts: Sequence[Efforts], sizes: Sequence[int]) -> Certificate:
    """The sizes listed, and no others from 2 on, are stable, given efforts (signatory, outsider) for k = 0, ..., N.

    Of the treaty only its numbers are used.  That the efforts are best replies is confirmed by derivatives: an outsider's
    from its own first-order condition, the signatories' by differences of their payoff along the outsiders' replies,
    which are exact because the payoff is quadratic between the bounds; it is concave, so a local best is the best.

    Examples
    --------
    >>> treaty = SelfEnforcingTreaty(parties=10, a=100, b=1, c=0.25)
    >>> bool(check_stable_sizes(treaty, [treaty.efforts(k) for k in range(11)], [4]))
    True
    """
    claim = f"the stable sizes are {', '.join(map(str, sizes))}" if sizes else "no size is stable"
    wrong = _first_wrong_row(treaty, range(treaty.parties + 1), dict(enumerate(efforts)))
    rows = {k: payoffs_of(treaty, k, efforts[k]) for k in range(len(efforts))} if wrong is None else {}
    stable = [k for k in range(2, treaty.parties + 1) if _stable(rows, k)] if rows else []
    shown = sorted({0} | {k + step for size in sizes[:SHOWN_ROWS] for k in (size,) for step in (-1, 0, 1)})
    witness: dict[str, Any] = {
        "numbers": numbers_of(treaty),
        "sizes": list(sizes),
        "rows": {k: _row(efforts[k], rows[k]) for k in shown if k in rows},
    }
    if wrong is not None:
        witness["reason"] = f"with {wrong} signatories an effort is not a best reply"
    verdict = holds_if(wrong is None and stable == list(sizes))
    return Certificate(claim, verdict, witness=witness, check="check_stable_sizes")


@declare("check", "With a threshold every signatory is pivotal", reference="Carraro & Siniscalco (1993)")
def check_pivotal(treaty: SelfEnforcingTreaty, k: int, efforts: Mapping[int, Efforts]) -> Certificate:
    """A signatory of k has at least what an outsider has when there is no treaty; the margin is the difference.

    Examples
    --------
    >>> treaty = SelfEnforcingTreaty(parties=10, a=100, b=1, c=0.25)
    >>> certificate = check_pivotal(treaty, 5, {k: treaty.efforts(k) for k in (0, 5)})
    >>> certificate.verdict.value, round(float(certificate.margin), 3)
    ('HOLDS', 1.684)
    """
    claim = f"a signatory of {k} gains nothing by leaving if the treaty then falls"
    wrong = _first_wrong_row(treaty, (0, k), efforts)
    witness: dict[str, Any] = {"numbers": numbers_of(treaty), "signatories": k}
    if wrong is not None:
        witness["reason"] = f"with {wrong} signatories an effort is not a best reply, or is missing"
        return Certificate(claim, Verdict.FAILS, witness=witness, check="check_pivotal")
    rows = {row: payoffs_of(treaty, row, efforts[row]) for row in efforts}
    witness["rows"] = {row: _row(efforts[row], rows[row]) for row in sorted(rows)}
    inside, none = rows[k][0], rows[0][1]
    margin = inside - none if inside is not None and none is not None else Fraction(0)
    return Certificate(claim, holds_if(margin >= 0), margin=margin, witness=witness, check="check_pivotal")


def numbers_of(treaty: SelfEnforcingTreaty) -> dict[str, Any]:
    """What a reader needs to repeat the check."""
    return {"parties": treaty.parties, "a": treaty.a, "b": treaty.b, "c": treaty.c, "most_effort": treaty.most_effort}


def payoffs_of(treaty: SelfEnforcingTreaty, k: int, efforts: Efforts) -> tuple[Fraction | None, Fraction | None]:
    """Payoff of a signatory and of an outsider at given efforts, from the definition."""
    signatory, outsider = efforts
    total = k * (signatory or Fraction(0)) + (treaty.parties - k) * (outsider or Fraction(0))
    return (
        None if signatory is None else _payoff(treaty, total, signatory),
        None if outsider is None else _payoff(treaty, total, outsider),
    )


def _payoff(treaty: SelfEnforcingTreaty, total: Fraction, own: Fraction) -> Fraction:
    return treaty.b * (treaty.a * total - total**2 / 2) / treaty.parties - treaty.c * own**2 / 2


def _first_wrong_row(treaty: SelfEnforcingTreaty, rows: Sequence[int], efforts: Mapping[int, Efforts]) -> int | None:
    for k in rows:
        if k not in efforts or not _best_replies(treaty, k, efforts[k]):
            return k
    return None


def _best_replies(treaty: SelfEnforcingTreaty, k: int, efforts: Efforts) -> bool:
    signatory, outsider = efforts
    outsiders = treaty.parties - k
    if (signatory is None) != (k == 0) or (outsider is None) != (outsiders == 0):
        return False
    lead = k * signatory if signatory is not None else Fraction(0)
    if outsider is not None and not _replies(treaty, lead, outsiders, outsider):
        return False
    return signatory is None or _leads(treaty, k, signatory)


def _replies(treaty: SelfEnforcingTreaty, lead: Fraction, outsiders: int, q: Fraction) -> bool:
    """Whether q, played by all outsiders, is each one's best: its derivative is 0, or points out of the bounds."""
    derivative = treaty.b * (treaty.a - lead - outsiders * q) / treaty.parties - treaty.c * q
    return _optimal(q, derivative, derivative, treaty.most_effort)


def _optimal(q: Fraction, below: Fraction, above: Fraction, bound: Fraction | None) -> bool:
    """First-order conditions at q of a concave function with these one-sided derivatives, 0 <= q <= bound."""
    inside = q >= 0 and (bound is None or q <= bound)
    return inside and (q == 0 or below >= 0) and (q == bound or above <= 0)


def _leads(treaty: SelfEnforcingTreaty, k: int, q: Fraction) -> bool:
    """Whether q is the signatories' joint best along the outsiders' replies."""
    outsiders, bound = treaty.parties - k, treaty.most_effort

    def along(effort: Fraction) -> Fraction:
        return _payoff(treaty, k * effort + outsiders * _equilibrium_reply(treaty, k * effort, outsiders), effort)

    step = _piece(treaty, k, q) / 4
    return _optimal(q, -_derivative(along, q, -step), _derivative(along, q, step), bound)


def _derivative(f: Callable[[Fraction], Fraction], x: Fraction, step: Fraction) -> Fraction:
    """The derivative in the direction of the step, exact for a quadratic between x and x + 2 step."""
    return (4 * f(x + step) - f(x + 2 * step) - 3 * f(x)) / (2 * abs(step))


def _equilibrium_reply(treaty: SelfEnforcingTreaty, lead: Fraction, outsiders: int) -> Fraction:
    """The effort at which every outsider's derivative vanishes, moved to the nearest bound."""
    if outsiders == 0:
        return Fraction(0)
    at_zero = treaty.b * (treaty.a - lead) / treaty.parties
    fall = treaty.b * outsiders / treaty.parties + treaty.c
    root = max(at_zero / fall, Fraction(0))
    return root if treaty.most_effort is None else min(root, treaty.most_effort)


def _piece(treaty: SelfEnforcingTreaty, k: int, q: Fraction) -> Fraction:
    """A distance from q within which the outsiders' reply does not pass one of their bounds, except at q itself."""
    corners = [treaty.a / k]
    if treaty.most_effort is not None:
        fall = treaty.b * (treaty.parties - k) / treaty.parties + treaty.c
        corners.append((treaty.a - treaty.most_effort * fall * treaty.parties / treaty.b) / k)
    distances = [abs(corner - q) for corner in corners if corner != q]
    return min([d for d in distances if d > 0], default=Fraction(1))


def _stable(rows: Mapping[int, tuple[Fraction | None, Fraction | None]], k: int) -> bool:
    inside, outside = rows[k]
    before, after = rows[k - 1][1], rows.get(k + 1, (None, None))[0]
    stays = inside is not None and before is not None and inside >= before
    return stays and (outside is None or after is None or outside >= after)


def _row(efforts: Efforts, payoffs: tuple[Fraction | None, Fraction | None]) -> dict[str, Any]:
    return {
        "signatory_effort": efforts[0],
        "outsider_effort": efforts[1],
        "signatory_payoff": payoffs[0],
        "outsider_payoff": payoffs[1],
    }
