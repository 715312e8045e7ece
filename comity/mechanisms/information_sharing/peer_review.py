"""Peer review of safety evaluations that nobody can verify: reviewers are paid by comparing what they report."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from typing import ClassVar, Literal, Self

import numpy as np

from comity.certificate import Basis, Certificate, Verdict
from comity.checks.peer_prediction import check_review_effort, check_truthful_report, check_uninformative
from comity.declaration import declare
from comity.errors import ComityError
from comity.games.bayesian.peer_prediction import AGREEMENT, PAYMENTS, PeerPrediction
from comity.games.bayesian.peer_signals import PeerSignals
from comity.mechanisms.clause import Clause, Flaw
from comity.mechanisms.findings import Deviation, Finding, Lever
from comity.mechanisms.members import Member
from comity.mechanisms.parameters import parameter, probability
from comity.mechanisms.setting import Setting
from comity.rational import short

ZERO = Fraction(0)
REFERENCE = "I6: Miller, Resnick & Zeckhauser 2005; Dasgupta & Ghosh 2013; Shnayder et al. 2016"
SHIRK = "not_looking"
MAX_SIGNALS = 8


@dataclass(frozen=True, kw_only=True)
class Signal:
    """One thing a review can find."""

    name: str = parameter("name of the finding")
    interest: Fraction = parameter(
        "what reporting it is worth to the reviewer besides the payment (a rival held up, a favour owed)",
        unit="money",
        default=ZERO,
    )


@dataclass(frozen=True, kw_only=True)
class ReviewedKind:
    """One kind of thing under review."""

    name: str = parameter("name of the kind, such as flawed or sound")
    prior: Fraction = probability("how common the kind is")
    finds: tuple[Fraction, ...] = probability("chance of each finding in a careful review of it, in the order of the signals")


@declare(
    "clause",
    "Reviews of each other's work, paid by comparing reports",
    area="information_sharing",
    claims=["nobody gains by reporting something else than it found", "nobody gains by not looking"],
    reference=REFERENCE,
)
@dataclass(frozen=True, kw_only=True)
class PeerReview(Clause):
    """Members review each other's safety evaluations; each report is compared with that of a peer drawn at random.

    The game is `comity.PeerPrediction`.  How often two reviews agree is given by the chances of pairs (``joint``) or, as a pilot
    with seeded flaws finds it, by kinds of things under review (``kind``).  A payment by ``correlated_agreement`` needs several
    tasks a reviewer; scoring rules pay for uninformative agreement as well, and the finding ``uninformative`` says how much.
    The Bayesian truth serum needs many respondents; `comity.truth_serum_scores` serves a survey, not a clause among a few.

    Examples
    --------
    >>> members = (Member(id="A"), Member(id="B"))
    >>> clause = PeerReview(
    ...     id="evals", signal=(Signal(name="flaw"), Signal(name="none")), price=Fraction(10),
    ...     joint=((Fraction("0.4"), Fraction("0.1")), (Fraction("0.1"), Fraction("0.4"))),
    ...     effort_cost={"A": Fraction(1), "B": Fraction(4)},
    ... )
    >>> setting = Setting(members, (clause,), members)
    >>> [(d.name, str(d.gain)) for d in clause.deviations(setting, members[1])]
    [('flaw', '-6'), ('none', '-6'), ('not_looking', '1')]
    """

    type: ClassVar[str] = "peer_review"
    area: ClassVar[str] = "information_sharing"

    signal: tuple[Signal, ...] = parameter("what a review can find, at least two")
    price: Fraction = parameter("what a score of 1 is paid", unit="money", above=0)
    effort_cost: dict[str, Fraction] = parameter("what a careful review costs each member", unit="money", low=0, keys="member")
    payment: Literal["correlated_agreement", "quadratic", "logarithmic", "spherical"] = parameter(
        "how a report is compared with a peer's", default=AGREEMENT
    )
    base: Fraction = parameter("paid for every review whatever it scores", unit="money", default=ZERO)
    joint: tuple[tuple[Fraction, ...], ...] = parameter(
        "chance that of two reviews the one finds the row's and the other the column's signal",
        unit="probability",
        low=0,
        high=1,
        default=(),
    )
    kind: tuple[ReviewedKind, ...] = parameter("kinds of things under review, instead of joint", default=())

    # --- the game --------------------------------------------------------------------------------

    def signals(self) -> PeerSignals:
        """What two reviewers may see."""
        kinds = tuple((kind.name, kind.prior, kind.finds) for kind in self.kind)
        return _signals(tuple(signal.name for signal in self.signal), self.joint, kinds)

    def game(self, member: Member | None = None) -> PeerPrediction:
        """Two reviewers with a member's cost of effort; without one, before effort."""
        return PeerPrediction(
            self.signals(),
            self.payment,
            self.price,
            self.base,
            self.effort_cost[member.id] if member else ZERO,
            tuple(signal.interest for signal in self.signal),
        )

    # --- answers ---------------------------------------------------------------------------------

    def findings(self, setting: Setting) -> Sequence[Finding]:
        """Whether each member reports what it finds and looks at all, and what all earn by agreeing on a report beforehand."""
        present = setting.among(self)
        if len(present) < 2:
            return [self._alone(present[0])] if present else []
        lies = [self._lie(setting, member, i) for member in present for i in range(len(self.signal))]
        return [*lies, *(self._effort(setting, member) for member in present), self._uninformative(setting)]

    def deviations(self, setting: Setting, member: Member) -> Sequence[Deviation]:
        """The best other report of each finding, and the best report without looking; nothing is compared with one alone."""
        if not self.binds(member.id) or len(setting.among(self)) < 2:
            return ()
        game, seen_by = self.game(member), "comparison with a peer's report"
        lies = [
            Deviation(self.id, member.id, "lie", signal.name, game.misreport(i)[1].safe, seen_by)
            for i, signal in enumerate(self.signal)
        ]
        return (*lies, Deviation(self.id, member.id, "defect", SHIRK, game.shirking()[1].safe, seen_by))

    def levers(self, setting: Setting) -> Sequence[Lever]:
        """A higher price pays for effort and outweighs interests, as far as findings tell anything."""
        payer = "whoever pays for the reviews"
        return [Lever("price", self.id, (self.path("price"),), ("lie", "defect"), low=self.price, payer=payer)]

    def flaws(self, setting: Setting) -> Iterator[Flaw]:
        """The chances must be those of pairs, and every score bounded."""
        names = [signal.name for signal in self.signal]
        if not 2 <= len(names) <= MAX_SIGNALS:
            yield Flaw(("signal",), f"a review finds one of {len(names)} things", f"list 2 to {MAX_SIGNALS}")
        for at, name in enumerate(names):
            if name in names[:at]:
                yield Flaw(("signal", at, "name"), f"signal name {name!r} is taken", "give each finding a name of its own")
        if bool(self.joint) == bool(self.kind):
            what = "both joint and kind are" if self.joint else "neither joint nor kind is"
            yield Flaw(("joint",) if self.joint else (), f"{what} given", "give the chances of pairs by one of them")
            return
        if 2 <= len(names) <= MAX_SIGNALS and len(set(names)) == len(names):
            try:
                self.game()
            except ComityError as problem:
                message, _, hint = str(problem).partition("; ")
                yield Flaw(("joint",) if self.joint else ("kind",), message, hint)

    @classmethod
    def random(cls, members: Sequence[Member], rng: np.random.Generator) -> Self:
        """Any payment, with and without interests in reports."""

        def money(low: int, high: int) -> Fraction:
            return Fraction(int(rng.integers(low, high)), 100)

        seen = PeerSignals.random(int(rng.integers(2, 4)), rng)
        by_kind, biased = bool(rng.integers(2)), bool(rng.integers(2))
        return cls(
            id="reviews",
            signal=tuple(Signal(name=name, interest=money(-20, 50) if biased else ZERO) for name in seen.signals),
            price=money(1, 3000),
            effort_cost={member.id: money(0, 200) for member in members},
            payment=PAYMENTS[int(rng.integers(len(PAYMENTS)))],  # type: ignore[arg-type]
            base=money(0, 100),
            joint=() if by_kind else seen.joint,
            kind=tuple(ReviewedKind(name=k.name, prior=k.prior, finds=k.finds) for k in seen.kinds) if by_kind else (),
        )

    # --- findings --------------------------------------------------------------------------------

    def _lie(self, setting: Setting, member: Member, seen: int) -> Finding:
        game, unit = self.game(member), f"{setting.unit} per review"
        report, gain = game.misreport(seen)
        price = game.price_for_truth(seen)
        return Finding(
            clause=self.id,
            question="lie",
            member=member.id,
            item=self.signal[seen].name,
            holds=gain.safe <= 0,
            gain=gain.safe,
            unit=unit,
            sentence=self._lie_sentence(game, member, seen, report, unit),
            certificate=check_truthful_report(game, seen, gain, member.id, unit),
            values={"best_other_report": self.signal[report].name, "least_price": None if price is None else price.number},
            theorem=REFERENCE,
            numbers=(self.path("price"), *self._interests(seen, report)),
        )

    def _lie_sentence(self, game: PeerPrediction, member: Member, seen: int, report: int, unit: str) -> str:
        found, other = self.signal[seen].name, self.signal[report].name
        gain = game.misreport(seen)[1]
        interest = self.signal[report].interest - self.signal[seen].interest
        lost = interest - gain
        paid = f"is paid {short(lost.middle)} {unit} less" if lost.safe > 0 else "is paid the same"
        text = f"{member.id} {paid} on average for reporting {other} when it finds {found}"
        if interest:
            text += f", which is worth {short(abs(interest))} {'more' if interest > 0 else 'less'} to it otherwise"
        if gain.safe > 0:
            return f"{text}: it lies, and gains {short(gain.middle)} {unit}."
        spare = f" ({short(-gain.middle)} to spare)" if gain.safe < 0 and interest else ""
        return f"{text}: it tells the truth{spare}."

    def _effort(self, setting: Setting, member: Member) -> Finding:
        game, unit = self.game(member), f"{setting.unit} per review"
        report, gain = game.shirking()
        honest = game.payoff(game.truthful, game.truthful) + game.effort_cost
        blind = game.payoff(game.always(report), game.truthful)
        price = game.price_for_effort()
        text = (
            f"An honest review is worth {short(honest.middle)} {unit} to {member.id} on average before its effort of "
            f"{short(game.effort_cost)}; always reporting {self.signal[report].name} without looking is worth "
            f"{short(blind.middle)}: "
        )
        if gain.safe <= 0:
            text += (
                f"it looks ({short(-gain.middle)} to spare)." if gain.safe < 0 else "it looks, since nothing is gained otherwise."
            )
        else:
            text += f"it does not look, and gains {short(gain.middle)} {unit}. "
            text += (
                "No price would change that, since what it finds tells nothing of what a peer finds."
                if price is None
                else f"It would look from a price of {short(price.middle)} {setting.unit} on; it is {short(self.price)}."
            )
        return Finding(
            clause=self.id,
            question="defect",
            member=member.id,
            item=SHIRK,
            holds=gain.safe <= 0,
            gain=gain.safe,
            unit=unit,
            sentence=text,
            certificate=check_review_effort(game, gain, member.id, unit),
            values={
                "honest_before_effort": honest.number,
                "without_looking": blind.number,
                "least_price": None if price is None else price.number,
            },
            theorem=REFERENCE,
            numbers=(self.path("price"), self.path("effort_cost", member.id)),
        )

    def _uninformative(self, setting: Setting) -> Finding:
        """What everybody earns who always reports the same, if all do; a scoring rule often pays it more than the truth."""
        game, unit = self.game(), f"{setting.unit} per review"
        honest = game.payoff(game.truthful, game.truthful)
        found = game.uninformative_equilibria()
        earned = {self.signal[one.mine[0]].name: one.payoffs[0] for one in found}
        truth = f"honest reviews earn {short(honest.middle)} {unit} before effort"
        if not found:
            text = f"Agreeing beforehand on always reporting the same does not last, whatever the report; {truth}."
        else:
            each = ", ".join(f"{short(pay.middle)} by always reporting {name}" for name, pay in earned.items())
            text = f"If all agree to report without looking, nobody gains by doing otherwise, and each earns {each}; {truth}."
            most = max(earned.values(), key=lambda pay: pay.middle)
            if (most - honest).sign == 1:
                text += " So agreeing beforehand pays more than the truth"
                text += (
                    ", because of what the reports are worth otherwise."
                    if self.payment == AGREEMENT
                    else "; under correlated agreement it would score nothing."
                )
        return Finding(
            clause=self.id,
            question="sweep",
            item="uninformative",
            holds=None,
            sentence=text,
            certificate=check_uninformative(game, found, honest, unit),
            values={"honest_before_effort": honest.number, **{f"always_{name}": pay.number for name, pay in earned.items()}},
            theorem=REFERENCE,
        )

    def _alone(self, member: Member) -> Finding:
        return Finding(
            clause=self.id,
            question="sweep",
            item="uninformative",
            holds=None,
            sentence=f"Only {member.id} is left to review, and its reports are compared with nobody's.",
            certificate=Certificate("one reviewer has no peer", Verdict.HOLDS, basis=Basis.DEFINITION),
            theorem=REFERENCE,
        )

    def _interests(self, seen: int, report: int) -> tuple[str, ...]:
        return tuple(self.path("signal", self.signal[k].name, "interest") for k in (seen, report))


# A search changes prices, not what reviewers see.
@lru_cache(maxsize=256)
def _signals(
    names: tuple[str, ...],
    joint: tuple[tuple[Fraction, ...], ...],
    kinds: tuple[tuple[str, Fraction, tuple[Fraction, ...]], ...],
) -> PeerSignals:
    if joint:
        return PeerSignals(names, joint)
    return PeerSignals.from_kinds(names, {name: (prior, finds) for name, prior, finds in kinds})
