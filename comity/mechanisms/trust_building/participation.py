"""Participation: how many of all possible parties join when nobody can be forced, with and without a threshold."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, ClassVar, Self

import numpy as np

from comity.checks.treaty import check_pivotal, check_stable_sizes
from comity.declaration import declare
from comity.games.strategic.self_enforcing_treaty import MAX_PARTIES, SelfEnforcingTreaty
from comity.mechanisms.clause import Clause, Flaw
from comity.mechanisms.findings import Finding, Margin
from comity.mechanisms.parameters import parameter
from comity.mechanisms.setting import Setting
from comity.rational import short

REFERENCE = "T6: Barrett 1994; Carraro & Siniscalco 1993; Rubio & Ulph 2006"


@declare(
    "clause",
    "Who joins a treaty that enforces itself, and what a threshold for entry into force does",
    area="trust_building",
    claims=["at a stable size nobody gains by joining or leaving", "with a threshold that holds every signatory is pivotal"],
    reference=REFERENCE,
)
@dataclass(frozen=True, kw_only=True)
class Participation(Clause):
    """N equal parties, of whom the agreement's members are some, choose whether to sign; signatories lead.

    Examples
    --------
    >>> clause = Participation(id="entry", N=10, a=Fraction(100), b=Fraction(1), c=Fraction(1, 4), entry_into_force=5)
    >>> [finding.holds for finding in clause.findings(Setting(members=(), clauses=(clause,), everyone=()))]
    [None, True]
    """

    type: ClassVar[str] = "participation"
    area: ClassVar[str] = "trust_building"

    N: int = parameter("number of all parties that could sign, members or not", low=2, high=MAX_PARTIES)
    a: Fraction = parameter("total effort beyond which more is useless", above=0)
    b: Fraction = parameter("slope of the marginal benefit of total effort", unit="money per squared effort", above=0)
    c: Fraction = parameter("slope of the marginal cost of a party's own effort", unit="money per squared effort", above=0)
    most_effort: Fraction | None = parameter("the most one party can do (default: no bound)", above=0, default=None)
    entry_into_force: int | None = parameter("signatories without whom there is no treaty", low=1, default=None)

    def findings(self, setting: Setting) -> Sequence[Finding]:
        """The stable sizes, and whether every signatory is pivotal at the threshold."""
        treaty = self.treaty()
        found = [self._sizes(setting, treaty)]
        if self.entry_into_force is not None and self.entry_into_force <= self.N:
            found.append(self._pivotal(setting, treaty, self.entry_into_force))
        return found

    def flaws(self, setting: Setting) -> Iterator[Flaw]:
        """A threshold must be within reach."""
        if self.entry_into_force is not None and self.entry_into_force > self.N:
            yield Flaw(
                ("entry_into_force",),
                f"entry into force needs {self.entry_into_force} signatories, but there are only {self.N} parties",
                f"give at most {self.N}",
            )

    @classmethod
    def random(cls, members: Sequence[Any], rng: np.random.Generator) -> Self:
        """A treaty of up to 15 parties, with a threshold in half of the cases."""
        N = int(rng.integers(2, 16))
        treaty = SelfEnforcingTreaty.random(N, rng)
        return cls(
            id="participation",
            N=N,
            a=treaty.a,
            b=treaty.b,
            c=treaty.c,
            most_effort=treaty.most_effort,
            entry_into_force=int(rng.integers(1, N + 1)) if rng.random() < 0.5 else None,
        )

    def treaty(self) -> SelfEnforcingTreaty:
        """The game behind the clause."""
        return SelfEnforcingTreaty(parties=self.N, a=self.a, b=self.b, c=self.c, most_effort=self.most_effort)

    def _sizes(self, setting: Setting, treaty: SelfEnforcingTreaty) -> Finding:
        sizes = treaty.stable_sizes
        efforts = [treaty.efforts(k) for k in range(self.N + 1)]
        payoffs = {size: dict(zip(("signatory", "outsider"), treaty.table[size], strict=True)) for size in sizes}
        return Finding(
            clause=self.id,
            question="join",
            holds=None,
            sentence=f"Without a threshold, {self._which(sizes)}",
            certificate=check_stable_sizes(treaty, efforts, sizes),
            item="stable_sizes",
            unit=f"{setting.unit} per {setting.period}",
            values={"stable_sizes": list(sizes), "payoffs": payoffs, "payoff_without_agreement": treaty.table[0][1]},
            theorem=REFERENCE,
        )

    def _which(self, sizes: Sequence[int]) -> str:
        if not sizes:
            return f"no agreement among {self.N:,} possible parties is stable: at every size someone gains by joining or leaving."
        listed = " or ".join(map(str, sizes))
        return (
            f"an agreement of {listed} of the {self.N:,} possible parties is stable: "
            "no signatory gains by leaving, nobody else by joining."
        )

    def _pivotal(self, setting: Setting, treaty: SelfEnforcingTreaty, k: int) -> Finding:
        inside, outside = treaty.payoffs(k)
        none = treaty.payoffs(0)[1]
        gain = treaty.collapsing_gain(k)
        efforts = {row: treaty.efforts(row) for row in sorted({0, k - 1, k})}
        return Finding(
            clause=self.id,
            question="leave",
            holds=gain <= 0,
            sentence=self._sentence(setting, treaty, k, gain),
            certificate=check_pivotal(treaty, k, efforts),
            item="pivotal",
            gain=gain,
            unit=f"{setting.unit} per {setting.period}",
            values={
                "signatory": inside,
                "outsider": outside,
                "without_agreement": none,
                "gain_from_leaving_if_the_agreement_survives": treaty.leaving_gain(k),
                "stable_sizes": [size for size in range(max(k, 2), self.N + 1) if self._stable(treaty, size, k)],
            },
            theorem=REFERENCE,
            numbers=(self.path("entry_into_force"),),
            margins=(Margin(self.path("entry_into_force"), k, self._turns(treaty, k, gain <= 0)),),
        )

    @staticmethod
    def _stable(treaty: SelfEnforcingTreaty, size: int, threshold: int) -> bool:
        leaving = treaty.collapsing_gain(size) if size == threshold else treaty.leaving_gain(size)
        return leaving <= 0 and treaty.joining_gain(size) <= 0

    def _turns(self, treaty: SelfEnforcingTreaty, k: int, holds: bool) -> int | None:
        """The nearest threshold at which the answer is another; of two, the smaller."""
        none = treaty.table[0][1] or Fraction(0)
        other = [size for size in range(1, self.N + 1) if ((treaty.table[size][0] or Fraction(0)) >= none) != holds]
        return min(other, key=lambda size: (abs(size - k), size), default=None)

    def _sentence(self, setting: Setting, treaty: SelfEnforcingTreaty, k: int, gain: Fraction) -> str:
        unit = f"{setting.unit} per {setting.period}"
        inside, none = treaty.payoffs(k)[0], treaty.payoffs(0)[1]
        compared = f"{_payoff(inside)} against {_payoff(none)} {unit} without any agreement"
        if gain > 0:
            return f"Entry into force at {k:,} does not bind: a signatory has {compared} and would let it fall."
        temptation = treaty.leaving_gain(k)
        freely = f"leaving would gain {short(temptation)}" if temptation > 0 else f"leaving would still lose {short(-temptation)}"
        text = (
            f"With entry into force at {k:,} every signatory is pivotal: it has {compared}. If the agreement survived, {freely}."
        )
        free = treaty.payoffs(k)[1]
        return text if free is None else f"{text} The {self.N - k:,} outside have {_payoff(free)} each."


def _payoff(number: Fraction | None) -> str:
    # Payoffs with and without a treaty differ little; two more digits keep them apart.
    return short(number or Fraction(0), 6)
