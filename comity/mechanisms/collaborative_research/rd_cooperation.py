"""Research done together by rivals: what it yields, who would break the plan, and who would rather go alone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from typing import Any, ClassVar, Literal, Self

import numpy as np

from comity import rational
from comity.checks.rd_cooperation import check_breach, check_outsider, check_plans, check_reply_slope, gain_of, safe
from comity.declaration import declare
from comity.enclosure import BITS, Between
from comity.errors import ComityError
from comity.games.strategic.rd_cooperation import (
    REGIMES,
    SOCIETY,
    Breach,
    InputSpillover,
    OutputSpillover,
    Regime,
)
from comity.mechanisms.clause import Clause, Flaw
from comity.mechanisms.findings import Deviation, Finding, Lever
from comity.mechanisms.members import Member
from comity.mechanisms.parameters import parameter
from comity.mechanisms.setting import Setting
from comity.rational import short

Model = OutputSpillover | InputSpillover

ZERO, HALF, ONE = Fraction(0), Fraction(1, 2), Fraction(1)
MOST_PATIENT = Fraction(999_999, 1_000_000)
MOST_BITS = 4096
IN_WORDS = {
    "competition": "if everyone decides alone",
    "rd_cartel": "as a research cartel",
    "joint_venture_competition": "with shared results but separate budgets",
    "joint_venture_cartel": "in a joint lab",
    "full_cartel": "if sales are agreed as well",
    SOCIETY: "where it is best for society",
}
NAMES = {
    "competition": "competition",
    "rd_cartel": "the research cartel",
    "joint_venture_competition": "sharing results with separate budgets",
    "joint_venture_cartel": "the joint lab",
    "full_cartel": "the full cartel",
}
# By whether the spillover is below (-1), at (0) or above (1) one half.
_CARTEL = {
    -1: "A research cartel cuts research, because the spillover {size} is below 1/2: each member's research then hurts the "
    "others more than it helps them.",
    0: "A research cartel changes nothing, because the spillover is 1/2: each member's research helps the others as much as it "
    "hurts them.",
    1: "A research cartel raises research, because the spillover {size} is above 1/2: each member's research then helps the "
    "others more than it hurts them.",
}


@declare(
    "clause",
    "Research that rivals do together",
    area="collaborative_research",
    claims=["nobody gains by breaking the research plan where it is said to comply"],
    reference="R1: d'Aspremont & Jacquemin (1988); Kamien, Muller & Zang (1992); Amir (2000); Friedman (1971)",
)
@dataclass(frozen=True, kw_only=True)
class RdCooperation(Clause):
    """The members present are the only sellers of one good; they promise a research regime and fall back to ``breach`` for ever.

    A member that breaks the plan does the best research for itself while the others keep to theirs (in a full cartel it also
    sells what is best for itself) and is seen when the period ends.  With discount d it complies if::

        (1 - d) (profit of the best breach - profit of the plan) <= d (profit of the plan - profit under ``breach``)

    ``output_spillover``: research x costs ``rd_cost`` x^2 / 2, results spill over; everything is exact.  ``input_spillover`` (two
    members): spending X lowers unit cost by sqrt(2 X / ``rd_cost``), spending spills over; a best breach that involves square
    roots is enclosed, its gain reported by the bound on the safe side: at least where it pays, at most where it does not.

    What one member gains by leaving is stated for two beliefs: the others keep the regime among themselves (left out where
    then not everybody would sell), or all decide alone.

    Examples
    --------
    >>> clause = RdCooperation(id="lab", model="output_spillover", regime="rd_cartel", demand_intercept=Fraction(60),
    ...     demand_slope=Fraction(1), unit_cost=Fraction(50), rd_cost=Fraction(6), spillover=Fraction(3, 10))
    >>> labs = tuple(Member(id=f"C{i}", discount=Fraction(9 - 2 * i, 10)) for i in range(4))
    >>> setting = Setting(members=labs, clauses=(clause,), everyone=labs)
    >>> [d.gain > 0 for lab in labs for d in clause.deviations(setting, lab)]
    [False, False, True, True]
    """

    type: ClassVar[str] = "rd_cooperation"
    area: ClassVar[str] = "collaborative_research"
    needs: ClassVar[tuple[str, ...]] = ("discount",)

    model: Literal["output_spillover", "input_spillover"] = parameter(
        "whether research results spill over (any number of members) or the money spent (two members)"
    )
    regime: Regime = parameter("what the members promise")
    demand_intercept: Fraction = parameter("a in price = a - b * (all output)", unit="money per unit", above=0)
    demand_slope: Fraction = parameter("b in price = a - b * (all output)", unit="money per unit, per unit", above=0)
    unit_cost: Fraction = parameter("cost of a unit before research", unit="money per unit", low=0)
    rd_cost: Fraction = parameter(
        "lowering unit cost by x costs rd_cost * x^2 / 2; with input_spillover, spending X lowers it by sqrt(2 X / rd_cost)",
        unit="units squared per money",
        above=0,
    )
    spillover: Fraction = parameter("the part of each member's results (or spending) that works for each other", low=0, high=1)
    breach: Regime = parameter("the regime for ever after a breach is seen", default="competition")

    # --- the game ------------------------------------------------------------------------------

    def game(self, n: int) -> Model:
        """The market with n members."""
        model = OutputSpillover if self.model == "output_spillover" else InputSpillover
        margin = self.demand_intercept - self.unit_cost
        return model(n, margin, self.demand_slope, self.rd_cost, self.spillover)

    def _present(self, setting: Setting) -> Model:
        return self.game(max(1, len(setting.among(self))))

    def _problems(self, game: Model) -> list[str]:
        return _problems(game, (self.regime, self.breach, "competition"))

    def _gain(self, game: Model, member: Member) -> tuple[Fraction, Between, Breach]:
        """The gain per period, what the breach gains in its period, and the breach."""
        assert member.discount is not None  # in `needs`
        stay, then = game.at(self.regime).profit, game.at(self.breach).profit
        bits = BITS
        while bits <= MOST_BITS:
            breach = _best_breach(game, self.regime, bits)
            gains = gain_of(breach.profit, stay, then, member.discount)
            if not gains.low <= 0 < gains.high:
                return safe(gains), Between(*(profit - stay for profit in breach.profit)), breach
            bits *= 2
        raise ComityError(
            f"clause {self.id!r}: whether a breach pays {member.id} is too close to decide; change its discount slightly"
        )

    # --- answers -------------------------------------------------------------------------------

    def value(self, setting: Setting, member: Member) -> Fraction | None:
        """Profit per period under the promised regime."""
        return self._present(setting).at(self.regime).profit if self.binds(member.id) else None

    def fallback(self, setting: Setting, member: Member) -> Fraction:
        """Profit per period under the regime after a breach."""
        return self._present(setting).at(self.breach).profit if self.binds(member.id) else ZERO

    def deviations(self, setting: Setting, member: Member) -> Sequence[Deviation]:
        """Breaking the plan once in the best way; none at numbers for which the model has no answer."""
        game = self._present(setting)
        if not self.binds(member.id) or self._problems(game):
            return ()
        gain = self._gain(game, member)[0]
        return (Deviation(self.id, member.id, "defect", "breach", gain, "what it researched, seen when the period ends", ONE),)

    def levers(self, setting: Setting) -> Sequence[Lever]:
        """Only patience: what a breach costs lies in the market."""
        return [
            Lever(
                "discount",
                self.id,
                (f"member.{member.id}.discount",),
                ("defect",),
                member=member.id,
                low=member.discount or ZERO,
                high=MOST_PATIENT,
                payer="patience is not bought",
            )
            for member in setting.bound(self)
        ]

    def uses_continuation(self) -> bool:
        """Only the loss of future cooperation deters."""
        return True

    def flaws(self, setting: Setting) -> Iterator[Flaw]:
        """The market must exist, and every regime named must have a plan for any number of members that may remain."""
        bound = len(setting.bound(self))
        if self.model == "input_spillover" and bound != 2:
            yield Flaw(
                ("model",),
                f"input_spillover is a model of two members, but this clause applies to {bound}",
                'name two in applies_to, or use model = "output_spillover"',
            )
            return
        if self.demand_intercept <= self.unit_cost:
            yield Flaw(
                ("demand_intercept",),
                f"{short(self.demand_intercept)} is not above unit_cost {short(self.unit_cost)}: nobody would sell",
                "give a demand_intercept above unit_cost",
            )
            return
        for n in range(bound, 0, -1):
            problems = self._problems(self.game(n))
            if problems:
                yield Flaw(("rd_cost",), f"with {_count(n)}: {problems[0]}", "raise rd_cost")
                return

    @classmethod
    def random(cls, members: Sequence[Member], rng: np.random.Generator) -> Self:
        """A market in which every regime has a plan."""
        spending = len(members) >= 2 and rng.random() < 0.3
        n = 2 if spending else max(1, len(members))
        game: Model = (InputSpillover if spending else OutputSpillover).random(n, rng)
        return cls(
            id="research",
            applies_to=tuple(member.id for member in members[:2]) if spending else (),
            model="input_spillover" if spending else "output_spillover",
            regime=REGIMES[int(rng.integers(len(REGIMES)))],
            demand_intercept=game.margin + 5,
            demand_slope=game.slope,
            unit_cost=Fraction(5),
            rd_cost=rational.round_up(game.rd_cost, 1),
            spillover=game.spillover,
        )

    # --- findings ------------------------------------------------------------------------------

    def findings(self, setting: Setting) -> Sequence[Finding]:
        """Whether each member keeps to the plan, what leaving would bring it, and all regimes side by side."""
        present = setting.among(self)
        if not present:
            return []
        game = self.game(len(present))
        found = [self._keeps(setting, game, member) for member in present]
        if len(present) > 1:
            found += [finding for member in present for finding in self._leaves(setting, game, member)]
        found.append(self._regimes(game))
        if isinstance(game, OutputSpillover) and len(present) > 1:
            found.append(self._settles(game))
        return found

    def _keeps(self, setting: Setting, game: Model, member: Member) -> Finding:
        gain, once, breach = self._gain(game, member)
        assert member.discount is not None
        plan, lost = game.at(self.regime), game.at(self.regime).profit - game.at(self.breach).profit
        unit = f"{setting.unit} per {setting.period}"
        return Finding(
            clause=self.id,
            question="defect",
            member=member.id,
            item="breach",
            holds=gain <= 0,
            gain=gain,
            unit=unit,
            sentence=self._sentence(setting, member, gain, once, breach, lost),
            certificate=check_breach(game, self.regime, self.breach, member.discount, breach, member.id, unit),
            values={
                "profit": plan.profit,
                "profit_after_breach": plan.profit - lost,
                "research": plan.research,
                "best_breach": _number(breach.research),
                "breach_gain": _number(once),
                "loss_per_period_afterwards": lost,
                "critical_discount": _critical(once, lost),
            },
            theorem=f"R1 with trigger strategies: {_author(game)}; Friedman 1971",
            numbers=(f"member.{member.id}.discount", self.path("spillover"), self.path("rd_cost"), self.path("demand_intercept")),
        )

    def _sentence(self, setting: Setting, member: Member, gain: Fraction, once: Between, breach: Breach, lost: Fraction) -> str:
        unit, who = setting.unit, member.id
        if once.high <= 0:
            return (
                f"{who} has no better research than the plan's"
                + (f", but {NAMES[self.breach]} after a breach would earn it more" if gain > 0 else "; there is nothing to break")
                + "."
            )
        plan = short(self._present(setting).at(self.regime).research)
        verb = "researching" if self.model == "output_spillover" else "spending"
        does = f"{verb} {short(breach.research.middle)} instead of {plan}"
        gains = f"{does} gains {short(once.middle)} {unit} once"
        if lost <= 0:
            return f"{who} would break the research plan: {gains}, and {NAMES[self.breach]} afterwards earns no less."
        costs = f"costs {short(lost)} {unit} in every {setting.period} of {NAMES[self.breach]} afterwards"
        critical = _critical(once, lost)
        assert critical is not None
        assert member.discount is not None
        bar = f"a discount of at least {short(critical)} keeps to the plan, and it has {short(member.discount)}"
        return f"{who} {'would break' if gain > 0 else 'keeps to'} the research plan: {gains} but {costs}; {bar}."

    def _leaves(self, setting: Setting, game: Model, member: Member) -> Iterator[Finding]:
        stay, alone = game.at(self.regime).profit, game.at("competition").profit
        unit = f"{setting.unit} per {setting.period}"
        # One that stays behind is no group: for two members both beliefs are the same.
        apart = game.if_others_stay(self.regime) if game.n > 2 else None
        if apart is not None:
            outsider, insider = apart
            yield Finding(
                clause=self.id,
                question="leave",
                member=member.id,
                item="others_stay",
                holds=None,
                gain=outsider.profit - stay,
                unit=unit,
                sentence=f"If {member.id} decided its research alone and the other {game.n - 1} kept to {NAMES[self.regime]}, "
                f"it would {_gain_words(outsider.profit - stay)} {unit}.",
                certificate=check_outsider(
                    game,
                    self.regime,
                    outsider,
                    insider,
                    f"outside, while the others stay together, {member.id} earns {rational.text(outsider.profit)}",
                    unit,
                ),
                values={
                    "profit": stay,
                    "profit_outside": outsider.profit,
                    "research_outside": outsider.research,
                    "research_of_the_others": insider.research,
                    "profit_of_the_others": insider.profit,
                },
                theorem=f"R1 with delta beliefs (the others stay together): {_author(game)}; Hart & Kurz 1983",
            )
        yield Finding(
            clause=self.id,
            question="leave",
            member=member.id,
            item="others_dissolve",
            holds=None,
            gain=alone - stay,
            unit=unit,
            sentence=f"If {member.id} left and everyone decided alone, it would {_gain_words(alone - stay)} {unit}.",
            certificate=check_plans(game, {regime: game.at(regime) for regime in dict.fromkeys((self.regime, "competition"))}),
            values={"profit": stay, "profit_outside": alone},
            theorem=f"R1 with gamma beliefs (everyone for itself): {_author(game)}; Hart & Kurz 1983",
        )

    def _regimes(self, game: Model) -> Finding:
        plans = {regime: game.at(regime) for regime in (*REGIMES, SOCIETY) if game.has(regime)}
        results = isinstance(game, OutputSpillover)
        what = "Each member's research" if results else "The fall of unit costs"
        levels = {regime: plan.research if results else plan.reduction for regime, plan in plans.items()}
        listed = ", ".join(f"{short(level)} {IN_WORDS[regime]}" for regime, level in levels.items())
        values: dict[str, Any] = {}
        for regime, plan in plans.items():
            values |= {f"research_{regime}": plan.research, f"cost_reduction_{regime}": plan.reduction}
            values |= {f"profit_{regime}": plan.profit} if regime != SOCIETY else {}
        return Finding(
            clause=self.id,
            question="sweep",
            item="regimes",
            holds=None,
            sentence=f"{what} is {listed}. {self._why(game)}",
            certificate=check_plans(game, plans),
            values=values,
            theorem=f"R1: {_author(game)}",
        )

    def _why(self, game: Model) -> str:
        """Whether deciding together cuts or raises research, and why."""
        if game.n == 1:
            return "With one member all regimes are one."
        text = _CARTEL[(self.spillover > HALF) - (self.spillover < HALF)].format(size=short(self.spillover))
        if self.regime not in ("competition", "rd_cartel"):
            plan, alone = game.at(self.regime).reduction, game.at("competition").reduction
            change = "less than" if plan < alone else "more than" if plan > alone else "the same as"
            text += f" Under {NAMES[self.regime]} unit costs fall by {short(plan)}, {change} the {short(alone)} of competition."
        if not game.even_is_best(self.regime):
            text += " Together the members would earn more by moving research to fewer labs."
        return text

    def _settles(self, game: OutputSpillover) -> Finding:
        slope = game.reply_slope()
        answer = f"{'more' if slope > 0 else 'less'} research of its own: {short(abs(slope))} for each unit of all the others"
        if slope == 0:
            answer = "nothing"
        stable = abs(slope) < 1
        return Finding(
            clause=self.id,
            question="sweep",
            item="stability",
            holds=None,
            sentence=f"In competition a member answers more research of the others with {answer}; "
            + ("small shocks die out." if stable else "small shocks grow, and what really happens may be lopsided."),
            certificate=check_reply_slope(game, slope),
            values={"reply_slope": slope, "stable": stable},
            theorem="R1: best-reply stability (Henriques 1990; Amir & Wooders 1998)",
        )


@lru_cache(maxsize=4096)
def _best_breach(game: Model, regime: str, bits: int) -> Breach:
    return game.best_breach(regime, bits)


@lru_cache(maxsize=4096)
def _problems(game: Model, regimes: tuple[str, ...]) -> list[str]:
    if game.margin <= 0:
        return ["nobody would sell"]
    return [problem for regime in dict.fromkeys(regimes) for problem in game.objections(regime)]


def _critical(once: Between, lost: Fraction) -> Fraction | float | None:
    """The discount from which on the plan is kept; None: none is enough."""
    if once.high <= 0:
        return ZERO if lost >= 0 else None
    if lost <= 0:
        return None
    return _number(Between(*(gain / (gain + lost) for gain in once)))


def _number(between: Between) -> Fraction | float:
    """The number where it is exact, else the nearest double."""
    return between.low if between.exact else rational.double(between.middle)


def _gain_words(gain: Fraction) -> str:
    return f"gain {short(gain)}" if gain > 0 else f"lose {short(-gain)}" if gain < 0 else "gain 0"


def _count(n: int) -> str:
    return "one member" if n == 1 else f"{n} members"


def _author(game: Model) -> str:
    return "d'Aspremont & Jacquemin 1988" if isinstance(game, OutputSpillover) else "Kamien, Muller & Zang 1992"
