"""Gordon & Loeb (2002): never more than 37 per cent of the expected loss on security."""

from __future__ import annotations

from fractions import Fraction

from comity import rational
from comity.declaration import declare
from comity.enclosure import exp_between, log_between
from comity.games.strategic.breach_function import ExponentialBreach
from comity.games.strategic.security_investment import SecurityInvestment
from comity.reproductions.table import Reproduction, Row

REFERENCE = (
    "Gordon, L. A. & Loeb, M. P. (2002). The economics of information security investment. ACM Transactions on Information and "
    "System Security 5(4), 438-457."
)
SOURCE = (
    "the bound and its example read in an encyclopedia's article on the paper (Gordon-Loeb model, 2023), not in the paper itself."
)
DIGITS = 12


@declare("reproduction", "Never more than 37 per cent of the expected loss on security", reference=REFERENCE)
def gordon_loeb_2002() -> Reproduction:
    """Data worth a million euros, an attack with chance 15 per cent that succeeds with chance 80: what is worth spending?

    The paper's bound 1/e is reached at one productivity of spending, which is computed here; the best spending with it is the
    most that is worth spending with any.

    Examples
    --------
    >>> gordon_loeb_2002().agrees
    True
    """
    vulnerability, worth = Fraction("0.15") * Fraction("0.8"), Fraction(1_000_000)
    expected = vulnerability * worth
    most = costliest(vulnerability, worth).nash_effort.middle
    rows = (
        Row("expected loss, euros", "120000", expected),
        Row("most that is worth spending of it", "37 per cent", f"{round(100 * most / expected)} per cent"),
        Row("most that is worth spending", "44 thousand euros", f"{round(most / 1000)} thousand euros"),
    )
    return Reproduction("gordon_loeb_2002", "The economics of information security investment", REFERENCE, SOURCE, rows)


def costliest(vulnerability: Fraction, loss: Fraction) -> SecurityInvestment:
    """One lab with the productivity that makes the most spending worthwhile: breaches have chance v^(a z + 1), and

    ``z* = ln u / (-a ln v)`` with ``u = -a v L ln v`` is the largest part ``ln(u) / u`` of v L at u = e.
    """
    e, log = exp_between(Fraction(1)), log_between(vulnerability)
    productivity = rational.round_down(e.low / (vulnerability * loss * -log.low), DIGITS)
    return SecurityInvestment(1, vulnerability, loss, ExponentialBreach(productivity))
