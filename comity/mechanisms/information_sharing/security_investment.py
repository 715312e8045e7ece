"""Security spending whose results members share: what each should spend, and who would rather ride free."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from typing import ClassVar, Literal, Self

import numpy as np

from comity.checks.security_investment import check_effort, check_spending_bound, check_spending_breach
from comity.declaration import declare
from comity.enclosure import Between
from comity.errors import ComityError
from comity.games.strategic.breach_function import BreachFunction, ExponentialBreach, PowerBreach
from comity.games.strategic.security_investment import SecurityInvestment
from comity.mechanisms.clause import Clause
from comity.mechanisms.findings import Deviation, Finding, Lever
from comity.mechanisms.members import Member
from comity.mechanisms.parameters import parameter
from comity.mechanisms.setting import Setting
from comity.rational import double, short

ZERO, ONE = Fraction(0), Fraction(1)
DIGITS = 128  # binary ones kept of gains and values
REFERENCE = "I2: Gordon & Loeb 2002; Gordon, Loeb & Lucyshyn 2003; Gal-Or & Ghose 2005"
BREACHES = {"underinvest": "spending less", "withhold": "sharing nothing"}


@declare(
    "clause",
    "Security spending whose results are shared",
    area="information_sharing",
    claims=["nobody gains by spending less than the plan", "nobody gains by sharing nothing"],
    reference=REFERENCE,
)
@dataclass(frozen=True, kw_only=True)
class SecurityInvestmentClause(Clause):
    """Each member spends on security and passes the part ``share`` of its results on; each unit passed on may leak.

    The game is `comity.SecurityInvestment` among the members present.  The plan is what is best for all of them together, or what
    each spends by itself.  ``side_payment`` is paid to whoever shares, for each unit of spending shared, by those who receive it
    in equal parts; under the plan everybody pays as much as it receives.

    Costs involve roots and logarithms: gains are bounds on the safe side of their sign, far narrower than any figure shown.

    Examples
    --------
    >>> members = (Member(id="A"), Member(id="B"), Member(id="C"))
    >>> clause = SecurityInvestmentClause(
    ...     id="security", vulnerability=Fraction(3, 5), loss=Fraction(4_000_000), productivity=Fraction(1, 100_000),
    ...     share=Fraction(3, 10), side_payment=Fraction(5, 4),
    ... )
    >>> [finding.holds for finding in clause.findings(Setting(members, (clause,), members))]
    [True, True, True, True, True, True, None, None]
    """

    type: ClassVar[str] = "security_investment"
    area: ClassVar[str] = "information_sharing"

    vulnerability: Fraction = parameter(
        "probability of a breach in a period without spending", unit="probability", above=0, below=1
    )
    loss: Fraction = parameter("what a breach costs", unit="money", above=0)
    productivity: Fraction = parameter("how much the first unit of spending does", unit="per money", above=0)
    form: Literal["power", "exponential"] = parameter(
        "how a breach becomes less likely: v/(a z + 1)^b, or v^(a z + 1)", default="power"
    )
    curvature: Fraction = parameter("b, for the power form", above=0, default=ONE)
    share: Fraction = parameter("part of a member's results that helps each other one", unit="share", low=0, high=1)
    leak_cost: Fraction = parameter("what each unit of spending that is shared costs its owner", low=0, default=ZERO)
    side_payment: Fraction = parameter("paid to its owner for each unit of spending that is shared", low=0, default=ZERO)
    plan: Literal["best_for_all", "own_best"] = parameter("what members promise to spend", default="best_for_all")

    # --- the game ------------------------------------------------------------------------------

    def game(self, labs: int) -> SecurityInvestment:
        """The labs present; none can spend more than a breach costs."""
        breach: BreachFunction = (
            PowerBreach(self.productivity, self.curvature) if self.form == "power" else ExponentialBreach(self.productivity)
        )
        return SecurityInvestment(
            labs, self.vulnerability, self.loss, breach, self.share, self.leak_cost, self.side_payment, self.loss
        )

    def _present(self, setting: Setting) -> SecurityInvestment:
        return self.game(max(1, len(setting.among(self))))

    @property
    def _for_all(self) -> bool:
        return self.plan == "best_for_all"

    def effort(self, game: SecurityInvestment) -> Between:
        """What the plan asks of each."""
        return game.best_effort if self._for_all else game.nash_effort

    def _gain(self, game: SecurityInvestment, breach: str) -> Between:
        return _breach_gain(game, self._for_all, breach)

    def _decided(self, game: SecurityInvestment, breach: str) -> Between:
        gain = self._gain(game, breach)
        if gain.sign is None:
            raise ComityError(
                f"clause {self.id!r}: whether {BREACHES[breach]} pays is too close to decide; change a number slightly"
            )
        return gain

    # --- answers -------------------------------------------------------------------------------

    def value(self, setting: Setting, member: Member) -> Fraction | None:
        """Minus the expected loss and the spending under the plan, to some forty digits; side payments cancel."""
        if not self.binds(member.id):
            return None
        return _worth(self._present(setting), self._for_all)

    def fallback(self, setting: Setting, member: Member) -> Fraction:
        """Minus the expected loss and the spending of a member alone."""
        if not self.binds(member.id):
            return ZERO
        return _worth(self.game(1), True)

    def deviations(self, setting: Setting, member: Member) -> Sequence[Deviation]:
        """Spending less than the plan, or sharing nothing and spending what is then best."""
        if not self.binds(member.id) or member.id not in setting.ids:
            return ()
        game = self._present(setting)
        # A gain that cannot be told from 0 is a tie, and ties comply; a finding about it is refused.
        gains = {name: self._gain(game, name) for name in BREACHES}
        return [
            Deviation(self.id, member.id, "defect", name, ZERO if gain.sign is None else gain.safe)
            for name, gain in gains.items()
        ]

    def levers(self, setting: Setting) -> Sequence[Lever]:
        """Pay for what is shared, or share less."""
        return [
            Lever(
                "side_payment",
                self.id,
                (self.path("side_payment"),),
                ("defect",),
                low=self.side_payment,
                payer="those who receive results pay those who share them; under the plan it cancels",
            ),
            Lever("share", self.id, (self.path("share"),), ("defect",), low=ZERO, high=ONE, rises=False),
        ]

    @classmethod
    def random(cls, members: Sequence[Member], rng: np.random.Generator) -> Self:
        """A breach worth some spending, or not."""
        game = SecurityInvestment.random(max(1, len(members)), rng)
        power = isinstance(game.breach, PowerBreach)
        loss = Fraction(int(rng.integers(10, 5000)))
        return cls(
            id="security",
            vulnerability=game.vulnerability,
            loss=loss,
            productivity=Fraction(int(rng.integers(5, 400)), 10) / loss,
            form="power" if power else "exponential",
            curvature=Fraction(int(rng.integers(1, 7)), 2),
            share=game.share,
            leak_cost=game.leak_cost,
            side_payment=Fraction(int(rng.integers(0, 200)), 100),
            plan="best_for_all" if rng.random() < 0.7 else "own_best",
        )

    # --- findings ------------------------------------------------------------------------------

    def findings(self, setting: Setting) -> Sequence[Finding]:
        """Whether each member keeps to the plan and shares, what the plan is, and what a lab alone would spend."""
        present = setting.among(self)
        if not present:
            return []
        game = self._present(setting)
        return [
            *(self._keeps(setting, game, member, breach) for member in present for breach in BREACHES),
            self._planned(setting, game),
            self._alone(setting),
        ]

    def _keeps(self, setting: Setting, game: SecurityInvestment, member: Member, breach: str) -> Finding:
        gain, plan = self._decided(game, breach), self.effort(game)
        unit = f"{setting.unit} per {setting.period}"
        return Finding(
            clause=self.id,
            question="defect",
            member=member.id,
            item=breach,
            holds=gain.safe <= 0,
            gain=gain.safe,
            unit=unit,
            sentence=self._sentence(game, member.id, breach, gain, unit),
            certificate=check_spending_breach(game, plan, breach, gain, for_all=self._for_all, who=member.id, unit=unit),
            values={"spending": plan.number, "efficient_side_payment": game.efficient_side_payment},
            theorem=REFERENCE,
            numbers=tuple(self.path(name) for name in ("side_payment", "share")),
        )

    def _sentence(self, game: SecurityInvestment, who: str, breach: str, gain: Between, unit: str) -> str:
        act = "spend less than the plan" if breach == "underinvest" else "share nothing"
        if gain.safe > 0:
            why = (
                f"what it spends serves {game.labs - 1} others too, and it gets {short(self.side_payment)} for a unit shared"
                if breach == "underinvest"
                else "what it shares protects only others, and their results reach it anyway"
            )
            text = f"{who} would {act}: that saves it {short(gain.safe)} {unit}, because {why}."
            if breach == "underinvest" and game.efficient_side_payment > self.side_payment:
                text += f" A side payment of {short(game.efficient_side_payment)} would make it spend the plan by itself."
            return text
        if gain.safe == 0:
            return f"{who} does not {act}: that would save it nothing."
        return f"{who} does not {act}: that would cost it {short(-gain.safe)} {unit}."

    def _planned(self, setting: Setting, game: SecurityInvestment) -> Finding:
        plan, best, own = self.effort(game), game.best_effort, game.nash_effort
        unit = f"{setting.unit} per {setting.period}"
        text = f"Best for all is that each spends {short(best.middle)} {unit}; each by itself would spend {short(own.middle)}."
        if game.labs == 1:
            text = f"With one member there is nobody to share with; it spends {short(best.middle)} {unit}."
        return Finding(
            clause=self.id,
            question="sweep",
            item="plan",
            holds=None,
            sentence=text,
            certificate=check_effort(game, plan, for_all=self._for_all, unit=unit),
            values={
                "spending": plan.number,
                "spending_best_for_all": best.number,
                "spending_by_itself": own.number,
                "efficient_side_payment": game.efficient_side_payment,
            },
            theorem=REFERENCE,
        )

    def _alone(self, setting: Setting) -> Finding:
        game = self.game(1)
        spending, expected = game.best_effort, game.vulnerability * game.loss
        return Finding(
            clause=self.id,
            question="sweep",
            item="alone",
            holds=None,
            sentence=f"A member without the others would spend {short(spending.middle)} {setting.unit} per {setting.period}, "
            f"{short(100 * spending.middle / expected, 3)} % of the loss expected without security; more than 37 % is never "
            "worth it for a breach function of this kind.",
            certificate=check_spending_bound(game),
            values={"spending": spending.number, "share_of_expected_loss": double(spending.middle / expected)},
            theorem="I2: Gordon & Loeb 2002; Baryshnikov 2012 (1/e for log-convex breach functions)",
        )


# Members are alike, and a search for a repair asks for each of them.
@lru_cache(maxsize=8192)
def _breach_gain(game: SecurityInvestment, for_all: bool, breach: str) -> Between:
    plan = game.best_effort if for_all else game.nash_effort
    gain = game.underinvestment_gain(plan) if breach == "underinvest" else game.withholding_gain(plan)
    return gain.rounded(DIGITS)


@lru_cache(maxsize=8192)
def _worth(game: SecurityInvestment, for_all: bool) -> Fraction:
    plan = game.best_effort if for_all else game.nash_effort
    received = (game.labs - 1) * game.share * plan
    number = -game.cost(plan, received, 1 + game.share_passed_on * game.leak_cost)
    return number.middle if number.exact else number.rounded(DIGITS).low
