"""Splitting what a pool earns: by a rule, with the rules it is compared with, and who would rather leave."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, ClassVar, Literal, NamedTuple, get_args

import numpy as np

from comity import rational
from comity.certificate import Certificate, plain
from comity.checks.core import check_core_empty, check_core_range, check_efficient, check_in_core, check_least_transfer
from comity.checks.incentives import check_at_least
from comity.checks.nucleolus import check_nucleolus, check_prenucleolus
from comity.checks.values import check_equal_division, check_shapley_value
from comity.coalitions import names_of
from comity.declaration import declare
from comity.errors import EmptyCore, InvalidEvidence
from comity.games.coalitional.base import Game
from comity.mechanisms.clause import Clause, Flaw
from comity.mechanisms.findings import Finding, Lever, Solved
from comity.mechanisms.members import Member
from comity.mechanisms.parameters import parameter
from comity.mechanisms.resource_pooling.contribution_key import ContributionKey
from comity.mechanisms.resource_pooling.production_pool import ProductionPool
from comity.mechanisms.setting import Setting

ZERO = Fraction(0)
Rule = Literal["proportional_to_contribution", "shapley", "nucleolus", "prenucleolus", "owen_set", "equal"]
NAMES = {
    "proportional_to_contribution": "in proportion to contributions",
    "shapley": "by the Shapley value",
    "nucleolus": "by the nucleolus",
    "prenucleolus": "by the prenucleolus",
    "owen_set": "at internal prices (Owen)",
    "equal": "in equal parts",
}
THEOREMS = {
    "proportional_to_contribution": "proportional division",
    "shapley": "B1: Shapley 1953",
    "nucleolus": "B1: Schmeidler 1969; Kohlberg 1971",
    "prenucleolus": "B1: Schmeidler 1969; Sobolev 1975",
    "owen_set": "P1: Owen 1975, payoffs at dual prices are in the core",
    "equal": "equal division",
}
# The rules whose amounts take a solver, and what proves them.
CHECKS = {"shapley": check_shapley_value, "nucleolus": check_nucleolus, "prenucleolus": check_prenucleolus}
# More blocs than this are counted, not listed.
LISTED_BLOCS = 20


class Proved(NamedTuple):
    """Evidence that has been checked: amounts and certificate by rule, and the core with its certificate."""

    rules: Mapping[str, tuple[list[Fraction], Certificate]]
    core: Mapping[str, Any]
    core_certificate: Certificate


@declare(
    "clause",
    "The division of what a pool earns",
    area="benefit_distribution",
    claims=["the shares add up", "every bloc that would gain by leaving is found"],
    reference="Gillies (1959), Shapley (1953), Schmeidler (1969), Owen (1975); models B1, B4, P1",
)
@dataclass(frozen=True, kw_only=True)
class Split(Clause):
    """The pool's worth v(N) is divided by ``rule``; contributions are sunk and not refunded.

    A coalition S gains v(S) - x(S) by leaving with its resources.  Proportional shares with no contribution at all are equal.
    """

    type: ClassVar[str] = "split"
    area: ClassVar[str] = "benefit_distribution"

    game: str = parameter("id of the clause whose worth is divided", refers="clause")
    rule: Rule = parameter("how it is divided")
    contributions_: str = parameter("id of the clause whose amounts a proportional split follows", refers="clause", default="")
    compare: tuple[Rule, ...] = parameter("rules to show beside it", default=())
    transfers: Mapping[str, Fraction] = parameter(
        "side payments a member receives on top (negative: pays)", unit="money", keys="member", optional_keys=True, default={}
    )

    # --- shares --------------------------------------------------------------------------------

    def rules(self) -> tuple[str, ...]:
        """The rule and those beside it, each once."""
        return tuple(dict.fromkeys((self.rule, *self.compare)))

    def pool(self, setting: Setting) -> Game | None:
        """The game that is divided, among the members present."""
        return setting.clause(self.game).pooled(setting)

    def shares(self, setting: Setting, rule: str = "") -> dict[str, Fraction]:
        """What each member present gets by a rule; by the clause's own rule with its transfers."""
        game = self.pool(setting)
        if game is None:
            return {}
        amounts = self._amounts(setting, game, rule or self.rule)
        moved = self.transfers if not rule else {}
        return {name: amount + moved.get(name, ZERO) for name, amount in zip(game.players, amounts, strict=True)}

    def _amounts(self, setting: Setting, game: Game, rule: str) -> list[Fraction]:
        worth = game.exact(game.grand_coalition)
        if rule == "equal":
            return [worth / game.n] * game.n
        if rule == "proportional_to_contribution":
            paid = setting.clause(self.contributions_).contributions(setting) or {}
            total = sum((paid.get(name, ZERO) for name in game.players), ZERO)
            return [worth * paid.get(name, ZERO) / total if total else worth / game.n for name in game.players]
        if rule == "owen_set":
            payoffs = self._priced(setting).owen_payoffs(setting)
            return [payoffs[name] for name in game.players]
        return self._proved(setting, game).rules[rule][0]

    def _proved(self, setting: Setting, game: Game) -> Proved:
        """The evidence, all of it proved: who leaves depends on it where no finding shows it."""
        return setting.evidence.confirmed(self, setting, lambda found: self._proofs(game, found))

    def _proofs(self, game: Game, found: Mapping[str, Any]) -> Proved:
        core = found.get("core", {})
        wanted = {rule for rule in self.rules() if rule in CHECKS}
        if set(found) != {"rules", "core"} or set(found["rules"]) != wanted or set(core) not in ({"empty"}, {"range", "witness"}):
            raise InvalidEvidence(f"clause {self.id}: the evidence is not about {', '.join(sorted(wanted))} and the core")
        if "empty" in core:
            certificate = check_core_empty(game, None, core["empty"])
        else:
            certificate = check_core_range(game, core["range"], core["witness"])
        if not certificate or plain(certificate.witness) != core.get("empty", core.get("witness")):
            raise InvalidEvidence(f"clause {self.id}: the evidence does not prove what it says of the core")
        return Proved({rule: self._proof(game, rule, entry) for rule, entry in found["rules"].items()}, core, certificate)

    def _proof(self, game: Game, rule: str, entry: Mapping[str, Any]) -> tuple[list[Fraction], Certificate]:
        if set(entry) != {"amounts", "witness"}:
            raise InvalidEvidence(f"clause {self.id}: the evidence for {rule} should be its amounts and their witness")
        amounts = [rational.exact(amount, "an amount") for amount in entry["amounts"]]
        certificate = CHECKS[rule](game, amounts, entry["witness"])
        # What the check did not read is no evidence.
        if not certificate or plain(certificate.witness) != entry["witness"]:
            raise InvalidEvidence(f"clause {self.id}: the evidence does not prove the amounts {NAMES[rule]}")
        return amounts, certificate

    def _priced(self, setting: Setting) -> ProductionPool:
        pool = setting.clause(self.game)
        assert isinstance(pool, ProductionPool)  # `flaws` demands it
        return pool

    def _present(self, setting: Setting) -> tuple[str, ...]:
        game = self.pool(setting)
        return game.players if game is not None else ()

    def value(self, setting: Setting, member: Member) -> Fraction | None:
        return self.shares(setting).get(member.id)

    def fallback(self, setting: Setting, member: Member) -> Fraction:
        """What the member's own resources earn alone."""
        game = self.pool(setting)
        return game.exact(1 << game.players.index(member.id)) if game is not None and member.id in game.players else ZERO

    # --- evidence ------------------------------------------------------------------------------

    def find(self, setting: Setting) -> dict[str, Any]:
        from comity.solvers.core.core_range import core_range
        from comity.solvers.core.nucleolus import nucleolus, prenucleolus
        from comity.solvers.values.shapley import shapley_value

        game = self.pool(setting)
        if game is None:
            return {}
        solvers = {"shapley": shapley_value, "nucleolus": nucleolus, "prenucleolus": prenucleolus}
        found: dict[str, Any] = {"rules": {}}
        for rule in self.rules():
            if rule in solvers:
                result = solvers[rule](game)
                found["rules"][rule] = {"amounts": plain(result.exact), "witness": plain(result.certificate.witness)}
        try:
            ranges = core_range(game)
            found["core"] = {"range": plain(ranges.exact), "witness": plain(ranges.certificate.witness)}
        except EmptyCore as empty:
            found["core"] = {"empty": plain(empty.certificate.witness)}
        return found

    def evidence_inputs(self, setting: Setting) -> Any:
        pool = setting.clause(self.game)
        return (self.rules(), self._present(setting), type(pool).__name__, pool.evidence_inputs(setting))

    # --- answers -------------------------------------------------------------------------------

    def findings(self, setting: Setting) -> list[Finding]:
        game = self.pool(setting)
        if game is None:
            return []
        rules = [self._rule(setting, game, rule) for rule in self.rules()]
        return [*rules, *self._core(setting, game), *self._blocs(setting, game)]

    def levers(self, setting: Setting) -> list[Lever]:
        paths = tuple(self.path("transfers", name) for name in self._present(setting))
        return [
            Lever(
                "side_payment",
                self.id,
                paths,
                ("leave",),
                solve=self._least_transfer,
                confirm=self._confirm_transfer,
                hopeless=self._no_transfer,
            )
        ]

    def flaws(self, setting: Setting) -> Iterator[Flaw]:
        clauses = {clause.id: clause for clause in setting.clauses}
        pool = clauses.get(self.game)
        if pool is None:
            return
        if type(pool).pooled is Clause.pooled:
            yield Flaw(("game",), f"clause {self.game!r} pools nothing", "name a production_pool")
        elif "owen_set" in self.rules() and not isinstance(pool, ProductionPool):
            yield Flaw(("rule",), "internal prices need a production pool", "choose another rule")
        elif {m.id for m in setting.bound(pool)} != {m.id for m in setting.bound(self)}:
            yield Flaw(("game",), f"clause {self.game!r} binds other members than the split", "give both the same applies_to")
        if "proportional_to_contribution" in self.rules():
            key = clauses.get(self.contributions_)
            if not self.contributions_:
                yield Flaw(
                    ("rule",), "a proportional split needs contributions", 'add contributions = "ID of a contribution_key"'
                )
            elif key is not None and type(key).contributions is Clause.contributions:
                yield Flaw(
                    ("contributions",), f"clause {self.contributions_!r} states no contributions", "name a contribution_key"
                )
        if sum(self.transfers.values(), ZERO) != 0:
            total = rational.short(sum(self.transfers.values(), ZERO))
            yield Flaw(("transfers",), f"the transfers add up to {total}, not to 0", "what one receives another pays")

    @classmethod
    def random(cls, members: Sequence[Member], rng: np.random.Generator) -> Split:
        rule = str(rng.choice(get_args(Rule)))
        return cls(id="division", game="pool", rule=rule, contributions_="dues", compare=("shapley", "equal"))  # type: ignore[arg-type]

    @classmethod
    def companions(cls, members: Sequence[Member], rng: np.random.Generator) -> Sequence[Clause]:
        """The pool that is divided and the contributions that a proportional split follows."""
        return (ProductionPool.random(members, rng), ContributionKey.random(members, rng))

    # --- findings ------------------------------------------------------------------------------

    def _rule(self, setting: Setting, game: Game, rule: str) -> Finding:
        chosen = rule == self.rule
        shares = self.shares(setting, "" if chosen else rule)
        x = list(shares.values())
        stable = check_in_core(game, x)
        unit, short = f"{setting.unit} per {setting.period}", rational.short
        shown = ", ".join(f"{name} {short(amount)}" for name, amount in shares.items())
        if stable:
            verdict = "no coalition gains by leaving"
        else:
            bloc = ", ".join(stable.witness["coalition"])
            verdict = f"{{{bloc}}} would gain {short(-(stable.margin or ZERO))} by leaving"
        paid = " after side payments" if chosen and any(self.transfers.values()) else ""
        return Finding(
            clause=self.id,
            question="split",
            item=rule,
            holds=None,
            unit=unit,
            sentence=f"Divided {NAMES[rule]}{paid}: {shown}; {verdict}.",
            certificate=self._rule_certificate(setting, game, rule, x, moved=bool(paid)),
            values={**shares, "core_margin": stable.margin},
            theorem=THEOREMS[rule],
        )

    def _rule_certificate(self, setting: Setting, game: Game, rule: str, x: Sequence[Fraction], *, moved: bool) -> Certificate:
        if moved or rule == "proportional_to_contribution":
            return check_efficient(game, x)
        if rule == "equal":
            return check_equal_division(game, x)
        if rule == "owen_set":
            return check_in_core(game, x)
        return self._proved(setting, game).rules[rule][1]

    def _core(self, setting: Setting, game: Game) -> list[Finding]:
        proved, unit = self._proved(setting, game), f"{setting.unit} per {setting.period}"
        core, certificate = proved.core, proved.core_certificate
        if "empty" in core:
            gap = rational.short(certificate.margin or ZERO)
            return [
                Finding(
                    clause=self.id,
                    question="split",
                    item="core",
                    holds=None,
                    unit=unit,
                    sentence=f"No split whatever keeps every coalition: overlapping coalitions could together claim {gap} {unit} "
                    "more than there is.",
                    certificate=certificate,
                    values={"core_gap": certificate.margin},
                    theorem="B1: Bondareva 1963, Shapley 1967",
                )
            ]
        pairs = [tuple(rational.exact(bound, "a bound") for bound in pair) for pair in core["range"]]
        shown = ", ".join(
            f"{name} {rational.short(low)} to {rational.short(high)}"
            for name, (low, high) in zip(game.players, pairs, strict=True)
        )
        values = {}
        for name, (low, high) in zip(game.players, pairs, strict=True):
            values.update({f"{name}_least": low, f"{name}_most": high})
        return [
            Finding(
                clause=self.id,
                question="split",
                item="core",
                holds=None,
                unit=unit,
                sentence=f"Splits that keep every coalition leave: {shown}.",
                certificate=certificate,
                values=values,
                theorem="B1: Gillies 1959; bounds proved by linear-programming duality",
            )
        ]

    def _blocs(self, setting: Setting, game: Game) -> list[Finding]:
        """Groups of two or more that gain by leaving together; who leaves alone is asked over all clauses."""
        shares = self.shares(setting)
        excess = game.excesses(list(shares.values()))
        blocs = [S for S in range(1, game.grand_coalition) if S.bit_count() > 1]
        blocking = sorted((S for S in blocs if excess[S] > 0), key=lambda S: (-excess[S], S))
        if blocking:
            more = len(blocking) - LISTED_BLOCS
            return [
                self._bloc(setting, game, shares, S, more if rank == 0 else 0) for rank, S in enumerate(blocking[:LISTED_BLOCS])
            ]
        if not blocs:
            return []
        worst = max(blocs, key=lambda S: excess[S])
        return [self._bloc(setting, game, shares, worst, 0)]

    def _bloc(self, setting: Setting, game: Game, shares: Mapping[str, Fraction], S: int, more: int) -> Finding:
        names = names_of(game.players, S)
        worth, kept = game.exact(S), [(name, shares[name]) for name in names]
        inside = sum((amount for _, amount in kept), ZERO)
        gain, unit, short = worth - inside, f"{setting.unit} per {setting.period}", rational.short
        who = ", ".join(names)
        extra = f" {more} further group{'s gain' if more > 1 else ' gains'} less." if more > 0 else ""
        if gain > 0:
            claim = f"{{{who}}} gains nothing by leaving together"
            sentence = (
                f"{{{who}}} together earn {short(worth)} {unit} on their own but get {short(inside)}: "
                f"leaving gains {short(gain)}."
            )
        else:
            claim = f"no group of two or more gains by leaving; the nearest to it is {{{who}}}"
            sentence = f"No group gains by leaving together; nearest to it is {{{who}}}, which would lose {short(-gain)} {unit}."
        return Finding(
            clause=self.id,
            question="leave",
            coalition=tuple(names) if gain > 0 else None,
            item=None if gain > 0 else "blocs",
            holds=gain <= 0,
            gain=gain,
            unit=unit,
            sentence=sentence + extra,
            certificate=check_at_least(claim, kept, [("worth on their own", worth)], unit),
            values={"worth": worth, "inside": inside},
            theorem="B1: the core (Gillies 1959)",
        )

    # --- side payments -------------------------------------------------------------------------

    def _least_transfer(self, setting: Setting) -> Solved | str:
        from comity.solvers.core.least_transfer import least_transfer_to_core

        game = self.pool(setting)
        if reason := self._no_transfer(setting):
            return reason
        assert game is not None
        start = self.shares(setting)
        best = least_transfer_to_core(game, list(start.values()))
        change = {
            self.path("transfers", name): self.transfers.get(name, ZERO) + after - before
            for (name, before), after in zip(start.items(), best.exact, strict=True)
        }
        return Solved(best.notes["transfer"], change, plain(best.certificate.witness))

    def _no_transfer(self, setting: Setting) -> str | None:
        """Why no side payments keep everyone: nothing is pooled, or the core is empty, as its balanced weights prove."""
        game = self.pool(setting)
        if game is None:
            return "nothing is pooled"
        proved = self._proved(setting, game)
        if "empty" not in proved.core:
            return None
        gap = rational.short(proved.core_certificate.margin or ZERO)
        return f"no side payments keep every coalition: overlapping coalitions could claim {gap} more than there is"

    def _confirm_transfer(self, setting: Setting, solved: Solved) -> Certificate:
        game = self.pool(setting)
        if game is None:
            raise InvalidEvidence(f"clause {self.id}: nothing is pooled, so nothing can be paid")
        start = self.shares(setting)
        moved = {name: solved.change.get(self.path("transfers", name), ZERO) - self.transfers.get(name, ZERO) for name in start}
        certificate = check_least_transfer(game, [start[name] + moved[name] for name in start], solved.witness)
        if sum((abs(amount) for amount in moved.values()), ZERO) / 2 != solved.value:
            raise InvalidEvidence(f"clause {self.id}: the side payments do not add up to {rational.short(solved.value)}")
        return certificate
