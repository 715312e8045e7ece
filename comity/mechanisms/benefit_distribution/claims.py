"""Dividing what is not enough: claims on an estate, a fund or a windfall residue."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, ClassVar, Literal

import numpy as np

from comity import rational
from comity.certificate import Certificate, plain
from comity.checks import claims as checks
from comity.declaration import declare
from comity.errors import InvalidEvidence
from comity.games.coalitional.claims import ClaimsProblem
from comity.mechanisms.clause import Clause, Flaw
from comity.mechanisms.findings import Finding
from comity.mechanisms.members import Member
from comity.mechanisms.parameters import parameter
from comity.mechanisms.setting import Setting

ZERO = Fraction(0)
Rule = Literal["talmud_rule", "constrained_equal_awards", "constrained_equal_losses", "proportional_rule", "random_arrival_rule"]


@declare(
    "clause",
    "Claims on an estate that is too small",
    area="benefit_distribution",
    claims=["the awards are those of the rule"],
    reference="O'Neill (1982), Aumann & Maschler (1985); model B2",
)
@dataclass(frozen=True, kw_only=True)
class Claims(Clause):
    """Members claim amounts ``claims_i`` on an estate; the rule awards between 0 and the claim, the whole estate in all.

    An estate that covers every claim is not a conflict: everyone gets the claim, and the rest stays in the fund.
    """

    type: ClassVar[str] = "claims"
    area: ClassVar[str] = "benefit_distribution"

    estate: Fraction = parameter("what there is to divide", unit="money", low=0)
    claims: Mapping[str, Fraction] = parameter("what each member claims", unit="money", low=0, keys="member")
    rule: Rule = parameter("how it is divided")
    compare: tuple[Rule, ...] = parameter("rules to show beside it", default=())

    def problem(self, setting: Setting) -> ClaimsProblem | None:
        """The claims of the members present."""
        claims = {member.id: self.claims[member.id] for member in setting.among(self)}
        return ClaimsProblem(min(self.estate, sum(claims.values(), ZERO)), claims) if claims else None

    def rules(self) -> tuple[str, ...]:
        """The rule and those beside it, each once."""
        return tuple(dict.fromkeys((self.rule, *self.compare)))

    def find(self, setting: Setting) -> dict[str, Any]:
        from comity.solvers.rules import claims as rules

        problem = self.problem(setting)
        if problem is None:
            return {}
        named = dict(zip(problem.players, problem.claims, strict=True))
        return {rule: plain(getattr(rules, rule)(problem.estate, named).exact) for rule in self.rules()}

    def findings(self, setting: Setting) -> list[Finding]:
        problem = self.problem(setting)
        if problem is None:
            return []
        if set(self.found(setting)) != set(self.rules()):
            raise InvalidEvidence(f"clause {self.id}: the evidence should be awards by {', '.join(self.rules())}")
        return [self._rule(setting, problem, rule) for rule in self.rules()]

    def _rule(self, setting: Setting, problem: ClaimsProblem, rule: str) -> Finding:
        short = rational.short
        awards = [rational.exact(award, "an award") for award in self.found(setting)[rule]]
        check = getattr(checks, f"check_{rule}")
        certificate: Certificate = check(problem.to_game(), awards)
        shown = ", ".join(
            f"{name} {short(award)} of {short(claim)}"
            for name, award, claim in zip(problem.players, awards, problem.claims, strict=True)
        )
        rest = self.estate - problem.estate
        left = f"; {short(rest)} {setting.unit} are claimed by nobody" if rest else ""
        return Finding(
            clause=self.id,
            question="split",
            item=rule,
            holds=None,
            unit=setting.unit,
            sentence=f"Of {short(self.estate)} {setting.unit} the {rule.replace('_', ' ')} awards {shown}{left}.",
            certificate=certificate,
            values=dict(zip(problem.players, awards, strict=True)),
            theorem="B2: Aumann & Maschler 1985, the Talmud rule is the nucleolus"
            if rule == "talmud_rule"
            else "B2: O'Neill 1982",
        )

    def flaws(self, setting: Setting) -> Iterator[Flaw]:
        if not setting.bound(self):
            yield Flaw(("applies_to",), "nobody claims anything", "name at least one member")

    @classmethod
    def random(cls, members: Sequence[Member], rng: np.random.Generator) -> Claims:
        claims = {member.id: Fraction(int(rng.integers(0, 3000)), 10) for member in members}
        estate = Fraction(int(rng.integers(0, 4000)), 10)
        return cls(id="residue", estate=estate, claims=claims, rule="talmud_rule", compare=("proportional_rule",))
