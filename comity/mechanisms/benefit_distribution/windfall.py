"""Windfall clause: a share of extreme profits, promised before anybody has them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, ClassVar, Self

import numpy as np

from comity.checks.layers import Step, check_marginal_obligation
from comity.declaration import declare
from comity.mechanisms.clause import Clause, Flaw
from comity.mechanisms.findings import Finding
from comity.mechanisms.parameters import parameter
from comity.mechanisms.setting import Setting
from comity.rational import short


@dataclass(frozen=True, kw_only=True)
class Bracket:
    """Profit between two shares of gross world product, and what is owed of each unit between them."""

    from_: Fraction = parameter("share of gross world product from which it counts", low=0)
    to: Fraction | None = parameter("share up to which it counts (default: without end)", above=0, default=None)
    rate: Fraction = parameter("part owed of each unit in between", unit="share", low=0, high=1)


@declare(
    "clause",
    "A share of extreme profits by marginal brackets",
    area="benefit_distribution",
    claims=["a larger profit never owes less, nor leaves less"],
    reference="B5: O'Keefe, Cihon, Garfinkel, Flynn, Leung & Dafoe (2020)",
)
@dataclass(frozen=True, kw_only=True)
class Windfall(Clause):
    """``sum of rate_k * (min(profit, to_k * G) - from_k * G)`` over the brackets reached; G is gross world product.

    Examples
    --------
    >>> brackets = (Bracket(from_=Fraction(1, 1000), to=Fraction(1, 100), rate=Fraction(1, 100)),)
    >>> clause = Windfall(id="w", gross_world_product=Fraction(10**8), brackets=brackets, profit=(Fraction(500_000),))
    >>> clause.owed(Fraction(500_000))
    Fraction(4000, 1)
    """

    type: ClassVar[str] = "windfall"
    area: ClassVar[str] = "benefit_distribution"

    gross_world_product: Fraction = parameter("gross world product per period", unit="money", above=0)
    brackets: tuple[Bracket, ...] = parameter("marginal brackets, lowest first")
    profit: tuple[Fraction, ...] = parameter("profits per period to show the obligation for", unit="money", default=())

    def findings(self, setting: Setting) -> Sequence[Finding]:
        """What each of the profits listed owes."""
        return [self._finding(setting, number, profit) for number, profit in enumerate(self.profit, 1)]

    def flaws(self, setting: Setting) -> Iterator[Flaw]:
        """Brackets rise and do not overlap; only the last is without end."""
        end: Fraction | None = Fraction(0)
        for i, bracket in enumerate(self.brackets):
            if bracket.to is not None and bracket.to <= bracket.from_:
                yield Flaw(
                    ("brackets", i, "to"), f"the bracket ends at {short(bracket.to)}, where it has not begun", "swap from and to"
                )
            if end is None:
                yield Flaw(("brackets", i), "the bracket before is without end", "give that bracket a to, or move it last")
            elif bracket.from_ < end:
                yield Flaw(
                    ("brackets", i, "from"),
                    f"the bracket begins at {short(bracket.from_)}, inside the one before, which ends at {short(end)}",
                    f"begin at {short(end)} or later",
                )
            end = bracket.to

    @classmethod
    def random(cls, members: Sequence[Any], rng: np.random.Generator) -> Self:
        """One to four brackets and three profits."""
        corners = sorted({Fraction(int(c), 1000) for c in rng.integers(1, 400, int(rng.integers(1, 5)))})
        ends: list[Fraction | None] = [*corners[1:], None]
        brackets = tuple(
            Bracket(from_=low, to=high, rate=Fraction(int(rng.integers(0, 101)), 100)) for low, high in zip(corners, ends)
        )
        product = Fraction(int(rng.integers(1, 10**6)))
        profits = tuple(product * int(share) / 1000 for share in rng.integers(0, 500, 3))
        return cls(id="windfall", gross_world_product=product, brackets=brackets, profit=profits)

    def owed(self, profit: Fraction) -> Fraction:
        """What a profit owes."""
        owed = Fraction(0)
        for low, high, rate in self.steps():
            reached = profit if high is None else min(profit, high)
            owed += rate * max(reached - low, Fraction(0))
        return owed

    def steps(self) -> list[Step]:
        """The brackets in money."""
        G = self.gross_world_product
        return [(b.from_ * G, None if b.to is None else b.to * G, b.rate) for b in self.brackets]

    def _finding(self, setting: Setting, number: int, profit: Fraction) -> Finding:
        owed = self.owed(profit)
        unit, period = setting.unit, setting.period
        share = f", {short(100 * owed / profit)} % of it" if owed > 0 else ""
        return Finding(
            clause=self.id,
            question="split",
            holds=None,
            sentence=f"A profit of {short(profit)} {unit} in a {period} owes {short(owed)} {unit}{share}.",
            certificate=check_marginal_obligation(self.steps(), profit, owed),
            item=f"profit_{number}",
            unit=f"{unit} per {period}",
            values={"profit": profit, "owed": owed, "kept": profit - owed},
            theorem="B5: O'Keefe et al. 2020",
        )
