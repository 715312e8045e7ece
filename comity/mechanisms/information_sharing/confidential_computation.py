"""Confidential computation: labs compute on secrets together, and nobody gains by leaving with the result alone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import ClassVar, Self

import numpy as np

from comity.certificate import Certificate, Verdict, holds_if
from comity.checks.withholding import check_last_round, check_withholding, check_withholding_together
from comity.declaration import declare
from comity.games.repeated.randomised_dealer import RandomisedDealer
from comity.mechanisms.clause import Clause, Flaw
from comity.mechanisms.findings import Deviation, Finding, Lever, Margin
from comity.mechanisms.members import Member
from comity.mechanisms.parameters import parameter
from comity.mechanisms.paths import OPEN_END
from comity.mechanisms.setting import Setting
from comity.rational import short

THEOREM = "R7: Halpern & Teague 2004; Gordon & Katz 2006"
WITHHOLD, LAST = "withhold", "withhold_in_last_round"


@declare(
    "clause",
    "Computing together on secrets, with rounds of which one is real",
    area="information_sharing",
    claims=["nobody gains by withholding its share where it is said to send"],
    reference=THEOREM,
)
@dataclass(frozen=True, kw_only=True)
class ConfidentialComputation(Clause):
    """The members compute something from their secrets; the result appears when they exchange shares of it.

    Whoever receives the others' shares and withholds its own has the result alone.  So shares are exchanged in rounds of which
    only a share ``real_share`` shows the result; the others are fakes and look the same.  Withholding ends the exchange, and
    in a fake round costs the bond.  How such a computation is run is said in the documentation of ``comity confidential``.

    Examples
    --------
    >>> lab = Member(id="L"), Member(id="M")
    >>> clause = ConfidentialComputation(
    ...     id="evaluation",
    ...     real_share=Fraction(3, 10),
    ...     alone={"L": Fraction(3), "M": Fraction(3)},
    ...     together={"L": Fraction(1), "M": Fraction(1)},
    ... )
    >>> [str(d.gain) for d in clause.deviations(Setting(members=lab, clauses=(clause,), everyone=lab), lab[0])]
    ['-1/10']
    """

    type: ClassVar[str] = "confidential_computation"
    area: ClassVar[str] = "information_sharing"

    real_share: Fraction = parameter("share of the rounds that are real: the probability of each", above=0, high=1)
    alone: Mapping[str, Fraction] = parameter("worth of learning the result alone", unit="money", keys="member")
    together: Mapping[str, Fraction] = parameter("worth of learning it with the others", unit="money", keys="member")
    nothing: Mapping[str, Fraction] = parameter(
        "worth if nobody learns it; left out: 0", unit="money", keys="member", optional_keys=True, default={}
    )
    bond: Mapping[str, Fraction] = parameter(
        "what a member loses when it spoils a fake round; left out: nothing",
        unit="money",
        keys="member",
        optional_keys=True,
        low=0,
        default={},
    )
    shares_needed: int | None = parameter("shares that reveal the result (default: everybody's)", low=1, default=None)
    last_round: int | None = parameter("a last round that everybody knows of (default: none)", low=1, default=None)

    def findings(self, setting: Setting) -> Sequence[Finding]:
        """Whether withholding pays, for each member or for the most tempted coalition, and how long the exchange takes."""
        present = setting.among(self)
        if not present:
            return []
        t = self._needed(setting)
        if len(present) < t:
            return [self._too_few(len(present), t)]
        found = [self._withholding(setting, member) for member in present if self._decides(setting)]
        if self.last_round is not None and self._decides(setting):
            found += [self._last(setting, member, self.last_round) for member in present]
        if 1 < t < len(present):
            found.append(self._together(setting, present, t))
        return [*found, self._rounds(setting, present)]

    def deviations(self, setting: Setting, member: Member) -> Sequence[Deviation]:
        """Withholding a share, in any round or in a last one that is known; nothing where the others can do without it."""
        if not self.binds(member.id) or not self._decides(setting):
            return ()
        dealer = self.dealer(member.id)
        found = [Deviation(self.id, member.id, "defect", WITHHOLD, dealer.gain, "the missing share", Fraction(1))]
        if self.last_round is not None:
            gain = dealer.gain_in_last_round(self.last_round)
            found.append(Deviation(self.id, member.id, "defect", LAST, gain, "the missing share", Fraction(1)))
        return found

    def levers(self, setting: Setting) -> Sequence[Lever]:
        """Fewer real rounds for all, or a larger bond of one member."""
        rounds = Lever(
            "share",
            self.id,
            (self.path("real_share"),),
            ("defect",),
            low=min(OPEN_END, self.real_share),
            high=Fraction(1),
            rises=False,
            payer="nobody pays, but the exchange takes more rounds",
        )
        return [
            rounds,
            *(
                Lever(
                    "bond",
                    self.id,
                    (self.path("bond", member.id),),
                    ("defect",),
                    member=member.id,
                    low=self.bond.get(member.id, Fraction(0)),
                    payer="the member puts it up",
                )
                for member in setting.bound(self)
            ),
        ]

    def flaws(self, setting: Setting) -> Iterator[Flaw]:
        """Knowing must be worth something, alone at least as much as together; more shares than members cannot be needed."""
        bound = setting.bound(self)
        for member in bound:
            if member.id not in self.alone or member.id not in self.together:
                continue  # the missing entry is reported by itself
            nothing, together, alone = self._worths(member.id)
            if not nothing < together:
                yield Flaw(
                    ("together", member.id),
                    f"learning the result is worth {short(together)} to {member.id}, not learning it {short(nothing)}",
                    f"give a larger worth, or leave {member.id} out of applies_to: it has no reason to compute",
                )
            elif alone < together:
                yield Flaw(
                    ("alone", member.id),
                    f"learning the result alone is worth {short(alone)} to {member.id}, less than with the others "
                    f"({short(together)}): nothing tempts",
                    "correct it; give the same number where being alone is worth no more",
                )
        if self.shares_needed is not None and self.shares_needed > len(bound):
            yield Flaw(
                ("shares_needed",),
                f"{self.shares_needed} shares are needed, but the clause applies to {len(bound)}",
                f"give at most {len(bound)}",
            )

    @classmethod
    def random(cls, members: Sequence[Member], rng: np.random.Generator) -> Self:
        """Random worths, some bonds; in some cases fewer shares are needed or a last round is known."""
        dealers = {member.id: RandomisedDealer.random(1, rng) for member in members}
        bonds = {name: dealer.bond for name, dealer in dealers.items() if dealer.bond}
        return cls(
            id="confidential",
            real_share=Fraction(int(rng.integers(1, 100)), 100),
            alone={name: dealer.alone for name, dealer in dealers.items()},
            together={name: dealer.together for name, dealer in dealers.items()},
            nothing={name: dealer.nothing for name, dealer in dealers.items() if dealer.nothing},
            bond=bonds,
            shares_needed=int(rng.integers(1, len(members) + 1)) if members and rng.random() < 0.4 else None,
            last_round=int(rng.integers(1, 8)) if rng.random() < 0.2 else None,
        )

    def dealer(self, member: str) -> RandomisedDealer:
        """The exchange as one member sees it."""
        nothing, together, alone = self._worths(member)
        bond = self.bond.get(member, Fraction(0))
        return RandomisedDealer(alone=alone, together=together, nothing=nothing, real=self.real_share, bond=bond)

    def _worths(self, member: str) -> tuple[Fraction, Fraction, Fraction]:
        return self.nothing.get(member, Fraction(0)), self.together[member], self.alone[member]

    def _needed(self, setting: Setting) -> int:
        return self.shares_needed or len(setting.among(self))

    def _decides(self, setting: Setting) -> bool:
        """Whether one member alone can stop the others, and needs them: everybody's share is needed, and there are several."""
        return self._needed(setting) == len(setting.among(self)) > 1

    # --- the findings --------------------------------------------------------------------------

    def _withholding(self, setting: Setting, member: Member) -> Finding:
        dealer = self.dealer(member.id)
        return Finding(
            clause=self.id,
            question="defect",
            holds=dealer.complies,
            sentence=self._sentence(setting, member.id, dealer),
            certificate=check_withholding(dealer, dealer.gain, member.id),
            member=member.id,
            item=WITHHOLD,
            gain=dealer.gain,
            unit=setting.unit,
            values={
                "value_of_withholding": dealer.value_of_withholding,
                "largest_real_share": dealer.largest_real,
                "required_bond": dealer.required_bond,
                "bond": dealer.bond,
            },
            theorem=THEOREM,
            numbers=(self.path("real_share"), self.path("alone", member.id), self.path("together", member.id)),
        )

    def _sentence(self, setting: Setting, name: str, dealer: RandomisedDealer) -> str:
        unit = setting.unit
        lost = f" and its bond of {short(dealer.bond)}" if dealer.bond else ""
        text = (
            f"Withholding its share gives {name} the result alone with probability {short(dealer.real)}, and else ends the "
            f"exchange for nothing{lost}: it is worth {short(dealer.value_of_withholding)} {unit} against "
            f"{short(dealer.together)} for sending to the end."
        )
        if dealer.complies:
            return text
        ways = [f"if at most {short(dealer.largest_real)} of the rounds were real"] if dealer.largest_real > 0 else []
        ways += [] if dealer.required_bond is None else [f"with a bond of {short(dealer.required_bond)}"]
        return text + " It withholds." + (f" It would send {', or '.join(ways)}." if ways else "")

    def _last(self, setting: Setting, member: Member, rounds: int) -> Finding:
        dealer = self.dealer(member.id)
        gain, sends = dealer.gain_in_last_round(rounds), sum(dealer.sends(rounds))
        if gain <= 0:
            text = f"That round {rounds} is the last tempts {member.id} to nothing: the result is worth no more to it alone."
        else:
            rest = "it sends in no round at all" if not sends else f"it sends in {sends} of the {rounds} rounds"
            text = (
                f"Everybody knows that round {rounds} is the last, so that it must be real if none was before. "
                f"By withholding there {member.id} gains {short(gain)} {setting.unit}, and thinking ahead {rest}. "
                "No bond and no number of fakes makes the last round worth sending; leave the number of rounds open."
            )
        return Finding(
            clause=self.id,
            question="defect",
            holds=gain <= 0,
            sentence=text,
            certificate=check_last_round(dealer, rounds, gain, member.id),
            member=member.id,
            item=LAST,
            gain=gain,
            unit=setting.unit,
            values={"rounds_in_which_it_sends": sends},
            theorem=THEOREM + "; backward induction",
            numbers=(self.path("alone", member.id), self.path("together", member.id)),
        )

    def _together(self, setting: Setting, present: Sequence[Member], t: int) -> Finding:
        """What the most tempted coalition gains of those that can stop the others and need them."""
        dealers = {member.id: self.dealer(member.id) for member in present}
        n = len(present)
        low, high = n - t + 1, t - 1
        if low > high:
            return self._unstoppable(n, t)
        gains = {name: dealer.gain for name, dealer in dealers.items()}
        ranked = sorted(gains, key=lambda name: (-gains[name], list(gains).index(name)))
        size = max(low, min(high, sum(gain > 0 for gain in gains.values())))
        coalition = tuple(name for name in gains if name in ranked[:size])
        gain = sum((gains[name] for name in coalition), Fraction(0))
        names = " and ".join(coalition)
        verb = "gain" if len(coalition) > 1 else "gains"
        if gain > 0:
            text = (
                f"{names} {verb} {short(gain)} {setting.unit} by withholding, "
                f"as without them only {n - size} of the {t} shares needed are left."
            )
        else:
            text = (
                f"No coalition of fewer than {t} that could stop the others gains by withholding its shares; the most tempted, "
                f"{names}, would lose {short(-gain)} {setting.unit}."
            )
        return Finding(
            clause=self.id,
            question="defect",
            holds=gain <= 0,
            sentence=text,
            certificate=check_withholding_together(dealers, t, coalition, gain),
            item="withhold_together",
            gain=gain,
            unit=setting.unit,
            values={"coalition": list(coalition), "shares_needed": t},
            theorem=THEOREM,
            numbers=(self.path("real_share"),),
        )

    def _unstoppable(self, n: int, t: int) -> Finding:
        return Finding(
            clause=self.id,
            question="defect",
            holds=True,
            sentence=f"No coalition that needs the others can stop them: {t} of {n} shares reveal the result, and whoever could "
            f"withhold enough of them, {n - t + 1} members, has enough to learn it without the others.",
            certificate=_counted("whoever can stop the others needs none of them", n - t + 1, t),
            item="withhold_together",
            values={"shares_needed": t, "least_coalition_that_stops_the_others": n - t + 1},
            theorem="R7: honest majority",
        )

    def _too_few(self, n: int, t: int) -> Finding:
        return Finding(
            clause=self.id,
            question="join",
            holds=False,
            sentence=f"Only {n} of the {t} members whose shares are needed are present, so that nothing can be computed.",
            certificate=_counted("enough members are present to compute", n, t),
            item="shares",
            values={"present": n, "shares_needed": t},
            theorem="R7: t of n shares",
            numbers=(self.path("shares_needed"),),
            margins=(Margin(self.path("shares_needed"), t, n),),
        )

    def _rounds(self, setting: Setting, present: Sequence[Member]) -> Finding:
        """How long the exchange takes, and the shortest that would deter everybody."""
        dealers = [self.dealer(member.id) for member in present]
        largest = min(dealer.largest_real for dealer in dealers)
        expected = 1 / self.real_share
        text = f"The exchange takes {short(expected)} rounds on average"
        if self._decides(setting):
            text += (
                f"; with these worths and bonds at most {short(largest)} of them may be real, which takes {short(1 / largest)}"
            )
        return Finding(
            clause=self.id,
            question="sweep",
            holds=None,
            sentence=text + ".",
            certificate=Certificate(
                "rounds each real with this probability take this many on average: E = 1 + (1 - real) E",
                holds_if(expected == 1 + (1 - self.real_share) * expected),
                witness={"real_share": self.real_share, "expected_rounds": expected},
            ),
            item="rounds",
            values={
                "expected_rounds": expected,
                "largest_real_share": largest,
                "least_expected_rounds": 1 / largest if largest > 0 else None,
            },
            theorem=THEOREM,
        )


def _counted(claim: str, have: int, need: int) -> Certificate:
    verdict: Verdict = holds_if(have >= need)
    return Certificate(claim, verdict, margin=Fraction(have - need), witness={"have": have, "need": need})
