"""A treaty among symmetric parties that nobody can enforce: who joins, and who rides free."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import Self, cast

import numpy as np

from comity import rational
from comity.declaration import declare
from comity.errors import ComityError

MAX_PARTIES = 10_000


@declare(
    "game",
    "A self-enforcing treaty: signatories lead, outsiders follow",
    area="trust_building",
    reference="Barrett (1994); Carraro & Siniscalco (1993); Rubio & Ulph (2006)",
)
@dataclass(frozen=True, kw_only=True)
class SelfEnforcingTreaty:
    """N equal parties choose efforts q; each has ``b (a Q - Q**2 / 2) / N - c q**2 / 2`` with Q the sum of all efforts.

    The k signatories choose first, to their joint best; each outsider then chooses its own best.  Efforts lie between 0
    and ``most_effort``: the outsiders' reply and the signatories' choice are optima within these bounds, not interior
    formulas cut off afterwards.

    Parameters
    ----------
    parties : int
        N, at most 10,000.
    a, b, c : number
        Total effort beyond which more is useless, slope of the marginal benefit, slope of the marginal cost.
    most_effort : number, optional
        The most one party can do; None: no bound.

    References
    ----------
    Barrett (1994); bounds after Rubio & Ulph (2006).

    Examples
    --------
    >>> SelfEnforcingTreaty(parties=10, a=100, b=1, c=0.25).stable_sizes
    (4,)
    """

    parties: int
    a: Fraction
    b: Fraction
    c: Fraction
    most_effort: Fraction | None = None

    def __post_init__(self) -> None:
        for name in ("a", "b", "c", "most_effort"):
            number = getattr(self, name)
            if number is not None:
                object.__setattr__(self, name, rational.exact(number, name))
                if getattr(self, name) <= 0:
                    raise ComityError(f"{name} is {number}; it must be above 0")
        if not 1 <= self.parties <= MAX_PARTIES:
            raise ComityError(f"a treaty among {self.parties} parties is not computed; give 1 to {MAX_PARTIES}")

    def efforts(self, k: int) -> tuple[Fraction | None, Fraction | None]:
        """Effort of a signatory and of an outsider with k signatories; None where there is none."""
        if k == 0:
            return None, self._reply(0, Fraction(0))
        q = self._joint_best(k)
        return q, self._reply(k, q) if k < self.parties else None

    def payoffs(self, k: int) -> tuple[Fraction | None, Fraction | None]:
        """Payoff of a signatory and of an outsider with k signatories; None where there is none."""
        signatory, outsider = self.efforts(k)
        total = k * (signatory or Fraction(0)) + (self.parties - k) * (outsider or Fraction(0))
        benefit = self.b * (self.a * total - total * total / 2) / self.parties

        def payoff(q: Fraction | None) -> Fraction | None:
            return None if q is None else benefit - self.c * q * q / 2

        return payoff(signatory), payoff(outsider)

    @cached_property
    def table(self) -> tuple[tuple[Fraction | None, Fraction | None], ...]:
        """The payoffs for k = 0, ..., N signatories."""
        return tuple(self.payoffs(k) for k in range(self.parties + 1))

    @cached_property
    def stable_sizes(self) -> tuple[int, ...]:
        """Sizes from 2 on at which no signatory gains by leaving and no outsider by joining; ties stay as they are."""
        return tuple(k for k in range(2, self.parties + 1) if self.leaving_gain(k) <= 0 and self.joining_gain(k) <= 0)

    def leaving_gain(self, k: int) -> Fraction:
        """What a signatory of k gains by leaving if the others go on."""
        return _stated(self.table[k - 1][1]) - _stated(self.table[k][0])

    def joining_gain(self, k: int) -> Fraction:
        """What an outsider gains by joining k signatories; 0 where there is none."""
        return _stated(self.table[k + 1][0]) - _stated(self.table[k][1]) if k < self.parties else Fraction(0)

    def collapsing_gain(self, k: int) -> Fraction:
        """What a signatory of k gains by leaving if the treaty then falls; with a threshold of k every signatory is pivotal."""
        return _stated(self.payoffs(0)[1]) - _stated(self.payoffs(k)[0])

    @classmethod
    def random(cls, n: int, rng: np.random.Generator) -> Self:
        """A random treaty among n parties, bounded in half of the cases."""
        a = Fraction(int(rng.integers(1, 200)))
        bound = a * int(rng.integers(20, 200)) / (100 * n) if rng.random() < 0.5 else None
        b, c = (Fraction(int(rng.integers(1, 300)), 100) for _ in range(2))
        return cls(parties=n, a=a, b=b, c=c, most_effort=bound)

    def _slope(self, k: int) -> Fraction:
        """Nc + b(N-k): how the outsiders' first-order condition bends."""
        return self.parties * self.c + self.b * (self.parties - k)

    def _reply(self, k: int, q: Fraction) -> Fraction:
        reply = max(Fraction(0), self.b * (self.a - k * q) / self._slope(k))
        return reply if self.most_effort is None else min(reply, self.most_effort)

    def _joint_best(self, k: int) -> Fraction:
        """The signatories' effort: the vertex of one of the pieces of their concave payoff, or where two pieces meet."""
        a, b, c, N = self.a, self.b, self.c, self.parties
        slope = self._slope(k)
        interior = a * b * k * N * c / (slope * slope + k * k * b * N * c)
        bound = self.most_effort
        if bound is None:
            return interior
        # Below this effort of theirs the outsiders are at their own bound.
        meeting = (a - bound * slope / b) / k if k < N else Fraction(-1)
        if interior >= meeting:
            return min(interior, bound)
        beside_bound = b * k * (a - (N - k) * bound) / (N * c + b * k * k)
        return min(max(beside_bound, Fraction(0)), meeting, bound)


def _stated(payoff: Fraction | None) -> Fraction:
    return cast(Fraction, payoff)  # asked only where there is such a party
