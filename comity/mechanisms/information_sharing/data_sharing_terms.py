"""Terms on which members share data: for which purposes, behind which doors, for how long, at what price, and how to get out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import lru_cache
from typing import ClassVar, Self

import numpy as np

from comity.checks.data_terms import StatedPool, check_data_parts, check_early_withdrawal
from comity.checks.incentives import check_at_least, check_expected_period, check_lottery
from comity.declaration import declare
from comity.games.coalitional.data_pool import MAX_COUNTS, DataPool, counts_of
from comity.mechanisms.clause import Clause, Flaw
from comity.mechanisms.findings import Deviation, Finding, Lever
from comity.mechanisms.members import Member
from comity.mechanisms.parameters import parameter, probability
from comity.mechanisms.setting import Setting
from comity.rational import short

ZERO, ONE = Fraction(0), Fraction(1)
DECIMALS = 9
LISTED = 8
THEOREM = "B7: data value as the Shapley split of N/(N+k) (Ghorbani & Zou 2019); terms of withdrawal and purpose derived"
BEYOND = "beyond purpose"


@dataclass(frozen=True, kw_only=True)
class Purpose:
    """One purpose for which data may be used."""

    name: str = parameter("name of the purpose")
    worth: Fraction = parameter("what unlimited data would be worth to all users together, per period", unit="money", low=0)
    saturation: Fraction = parameter("records at which half of that worth is reached", unit="records", above=0)


@dataclass(frozen=True, kw_only=True)
class Tier:
    """One way of giving access."""

    name: str = parameter("name of the tier")
    usable: Fraction = parameter("part of the records' use that this access allows", unit="share", low=0, high=1, default=ONE)
    leak: Fraction = probability("chance per period that data held so leak", default=ZERO)


@dataclass(frozen=True, kw_only=True)
class DataSet:
    """One member's data."""

    name: str = parameter("name of the data")
    provider: str = parameter("the member whose data they are", refers="member")
    records: Fraction = parameter("how many records, in the unit of the saturations", unit="records", low=0)
    tier: str = parameter("the tier in which they are held")
    purposes: tuple[str, ...] = parameter("purposes they may be used for (default: all)", default=())
    retention: int = parameter("periods after which they are deleted", unit="periods", low=1, high=60)
    harm: Fraction = parameter("harm to the provider if they leak", unit="money", low=0, default=ZERO)
    elsewhere: Fraction = parameter(
        "what the provider would earn with them per period if it did not share them", unit="money", low=0, default=ZERO
    )


@declare(
    "clause",
    "Terms of shared data: purpose, access, retention, withdrawal and price",
    area="information_sharing",
    claims=["prices are what data add on average", "every date of withdrawal is compared with staying"],
    reference="Ghorbani & Zou (2019), Jia et al. (2019); model B7; terms derived",
)
@dataclass(frozen=True, kw_only=True)
class DataSharingTerms(Clause):
    """Data are delivered once, used for stated purposes, held in a tier, paid for by the period, and deleted in time.

    In period t the data sets not yet deleted are worth ``sum over purposes of worth N / (N + saturation)``, N the usable records
    for the purpose.  A data set's part is its Shapley value in these pools, rounded to nine decimals of the worth as a contract
    would state it; users pay ``share`` of it, each by its ``use``, and keep the rest.  For a provider of patience d, what is
    spared in period t by not sharing is ``s_t = elsewhere + leak harm - price_t``, and::

        gain of keeping back  = s_0 + d s_1 + ... over the retention
        gain of withdrawing   = max over T >= 1 of  sum over t >= T + notice of d^(t - T) s_t  - deposit
        gain beyond purpose   = misuse - detection fine                               per period

    Losing access deters nobody in the last period before deletion, so only the fine is counted against use beyond the purpose.
    Prices are for a term, not for ever: they are no value per period, and the clause adds nothing to what membership is worth.

    Examples
    --------
    >>> members = tuple(Member(id=name, discount=Fraction(9, 10)) for name in "ABC")
    >>> clause = DataSharingTerms(
    ...     id="terms",
    ...     purpose=(Purpose(name="evaluation", worth=ONE, saturation=Fraction(10)),),
    ...     tier=(Tier(name="open"),),
    ...     data=tuple(
    ...         DataSet(name=f"logs_{name}", provider=name, records=Fraction(size), tier="open", retention=1)
    ...         for name, size in (("A", 5), ("B", 10), ("C", 40))
    ...     ),
    ... )
    >>> {name: round(float(price), 6) for name, price in clause.prices(Setting(members, (clause,), members), 0).items()}
    {'logs_A': 0.135082, 'logs_B': 0.225991, 'logs_C': 0.485082}
    """

    type: ClassVar[str] = "data_sharing_terms"
    area: ClassVar[str] = "information_sharing"
    needs: ClassVar[tuple[str, ...]] = ("discount",)

    purpose: tuple[Purpose, ...] = parameter("purposes for which data may be used")
    tier: tuple[Tier, ...] = parameter("ways of giving access")
    data: tuple[DataSet, ...] = parameter("data sets shared")
    share: Fraction = parameter("part of the data's worth that users pay to providers", unit="share", low=0, high=1, default=ONE)
    use: Mapping[str, Fraction] = parameter(
        "each member's part in the use, as weights (default: equal)", keys="member", optional_keys=True, low=0, default={}
    )
    notice: int = parameter("periods between saying so and withdrawal", unit="periods", low=0, high=60, default=0)
    deposit: Fraction = parameter("what a provider forfeits that withdraws early", unit="money", low=0, default=ZERO)
    misuse: Mapping[str, Fraction] = parameter(
        "what use beyond the purposes would bring a member per period",
        unit="money",
        keys="member",
        optional_keys=True,
        low=0,
        default={},
    )
    detection: Fraction = probability("chance per period that use beyond the purposes is noticed", default=ZERO)
    fine: Fraction = parameter("fine for use beyond the purposes that is noticed", unit="money", low=0, default=ZERO)

    # --- what data are worth -------------------------------------------------------------------

    def prices(self, setting: Setting, period: int) -> dict[str, Fraction]:
        """What each data set of members present earns in a period; nothing once it is deleted."""
        return {name: self.share * part for name, part in self._worths(setting, period).items()}

    def worth(self, setting: Setting, period: int) -> Fraction:
        """What the data held in a period are worth to all users."""
        return sum((amount for _, amount in self._uses_of(setting, period)), ZERO)

    def _uses_of(self, setting: Setting, period: int) -> list[tuple[str, Fraction]]:
        """What the data held in a period are worth for each purpose."""
        return [(purpose.name, _pooled(sizes, purpose)) for purpose, sizes in self._held(setting, period)]

    def _worths(self, setting: Setting, period: int) -> dict[str, Fraction]:
        found = {one.name: ZERO for one in self._present(setting)}
        for purpose, sizes in self._held(setting, period):
            for name, part in zip(sizes, _parts(tuple(sizes.values()), purpose.saturation), strict=True):
                found[name] += purpose.worth * part
        return found

    def _held(self, setting: Setting, period: int) -> list[tuple[Purpose, dict[str, Fraction]]]:
        """For each purpose the usable records of the data sets held for it, where there are any."""
        usable = {tier.name: tier.usable for tier in self.tier}
        found = []
        for purpose in self.purpose:
            sizes = {
                one.name: one.records * usable[one.tier]
                for one in self._present(setting)
                if one.retention > period and (not one.purposes or purpose.name in one.purposes)
            }
            if sizes:
                found.append((purpose, sizes))
        return found

    def _pools(self, setting: Setting, period: int) -> list[StatedPool]:
        """The pools held in a period with the part of its worth each data set is credited with."""
        return [
            StatedPool(
                f"{purpose.name}, period {period + 1}",
                sizes,
                purpose.saturation,
                dict(zip(sizes, _parts(tuple(sizes.values()), purpose.saturation), strict=True)),
            )
            for purpose, sizes in self._held(setting, period)
        ]

    def _present(self, setting: Setting) -> list[DataSet]:
        present = {member.id for member in setting.among(self)}
        return [one for one in self.data if one.provider in present]

    def _risk(self, one: DataSet) -> Fraction:
        """Expected harm of a leak, per period."""
        return one.harm * next(tier.leak for tier in self.tier if tier.name == one.tier)

    def _uses(self, setting: Setting) -> dict[str, Fraction]:
        """Each member's part in the use; together 1 unless nobody uses anything."""
        weights = {m.id: self.use.get(m.id, ZERO) if self.use else ONE for m in setting.among(self)}
        total = sum(weights.values(), ZERO)
        return {name: weight / total if total else ZERO for name, weight in weights.items()}

    # --- answers -------------------------------------------------------------------------------

    def deviations(self, setting: Setting, member: Member) -> list[Deviation]:
        """Keeping data back, withdrawing them early, using others' data beyond the purposes."""
        found = []
        for one in self._present(setting):
            if one.provider == member.id:
                back, out = self._gains(self._spared(setting, one), member)
                found.append(Deviation(self.id, member.id, "defect", f"{one.name} kept back", back, "nothing arrives", ONE))
                if out is not None:
                    out_name = f"{one.name} withdrawn"
                    found.append(Deviation(self.id, member.id, "defect", out_name, out, "its notice of withdrawal", ONE))
        if self._may_misuse(setting, member):
            gain = self.misuse[member.id] - self.detection * self.fine
            found.append(
                Deviation(self.id, member.id, "defect", BEYOND, gain, "a check of what data are used for", self.detection)
            )
        return found

    def _may_misuse(self, setting: Setting, member: Member) -> bool:
        others = any(one.provider != member.id for one in self._present(setting))
        return others and member.id in self.misuse and self._uses(setting).get(member.id, ZERO) > 0

    def _spared(self, setting: Setting, one: DataSet) -> list[Fraction]:
        """For each period of a data set's retention, what not sharing it would bring more than sharing it."""
        ends = sorted({other.retention for other in self._present(setting) if other.retention <= one.retention})
        spared: list[Fraction] = []
        for end in ends:  # prices change only when some data are deleted
            price = self.prices(setting, len(spared))[one.name]
            spared += [one.elsewhere + self._risk(one) - price] * (end - len(spared))
        return spared

    def _gains(self, spared: Sequence[Fraction], member: Member) -> tuple[Fraction, Fraction | None]:
        """Of keeping back, and of withdrawing at the best date; None where the term is too short for that."""
        assert member.discount is not None  # `needs` demands it
        rest = [ZERO] * (len(spared) + 1)
        for t in reversed(range(len(spared))):
            rest[t] = spared[t] + member.discount * rest[t + 1]
        out = rest[1 + self.notice : len(spared)]
        return rest[0], member.discount**self.notice * max(out) - self.deposit if out else None

    def levers(self, setting: Setting) -> list[Lever]:
        defect = ("defect",)
        return [
            Lever("share", self.id, (self.path("share"),), defect, low=self.share, high=ONE, payer="users"),
            Lever("bond", self.id, (self.path("deposit"),), defect, low=self.deposit),
            Lever("sanction.fine", self.id, (self.path("fine"),), defect, low=self.fine),
            Lever("detection", self.id, (self.path("detection"),), defect, low=self.detection, high=ONE),
        ]

    def flaws(self, setting: Setting) -> Iterator[Flaw]:
        for key, entries in (("purpose", self.purpose), ("tier", self.tier), ("data", self.data)):
            if not entries:
                yield Flaw((key,), "the list is empty", "give at least one")
            names = [entry.name for entry in entries]
            for at, name in enumerate(names):
                if name in names[:at]:
                    yield Flaw((key, at, "name"), f"{name!r} is listed twice", "give each a name of its own")
        bound = {member.id for member in setting.bound(self)}
        if self.use and not any(self.use.values()):
            yield Flaw(("use",), "nobody uses the data", "give at least one member a weight above 0")
        for at, one in enumerate(self.data):
            yield from self._flaws_of(at, one, setting, bound)
        usable = {tier.name: tier.usable for tier in self.tier}
        for purpose in self.purpose:
            held = [one for one in self.data if not one.purposes or purpose.name in one.purposes]
            if counts_of(one.records * usable.get(one.tier, ONE) for one in held) > MAX_COUNTS:
                yield Flaw(
                    ("data",),
                    f"{len(held)} data sets can come together for {purpose.name} in more than {MAX_COUNTS:,} ways",
                    "round their records so that more of them are equal, or join data sets",
                )

    def _flaws_of(self, at: int, one: DataSet, setting: Setting, bound: set[str]) -> Iterator[Flaw]:
        tiers, purposes = [tier.name for tier in self.tier], [purpose.name for purpose in self.purpose]
        if one.tier not in tiers:
            yield Flaw(("data", at, "tier"), f"there is no tier {one.tier!r}", f"known: {', '.join(tiers)}")
        for name in one.purposes:
            if name not in purposes:
                yield Flaw(("data", at, "purposes"), f"there is no purpose {name!r}", f"known: {', '.join(purposes)}")
        if one.provider not in bound:
            yield Flaw(("data", at, "provider"), f"the clause does not apply to {one.provider}", "add it to applies_to")
        if setting.horizon is not None and one.retention > setting.horizon:
            yield Flaw(
                ("data", at, "retention"),
                f"{one.retention} periods, but the agreement ends after {setting.horizon}",
                "delete the data by then, or let the agreement last longer",
            )

    @classmethod
    def random(cls, members: Sequence[Member], rng: np.random.Generator) -> Self:
        """Up to four data sets of members, for two purposes, in two tiers."""

        def decimal(low: int, high: int) -> Fraction:
            return Fraction(int(rng.integers(low, high + 1)), 100)

        ids = [member.id for member in members]
        purposes = [Purpose(name=name, worth=decimal(100, 3000), saturation=decimal(100, 5000)) for name in ("eval", "red_team")]
        data = tuple(
            DataSet(
                name=f"data_{k + 1}",
                provider=str(rng.choice(ids)),
                records=Fraction(int(rng.integers(0, 60))),
                tier="enclave" if rng.integers(2) else "open",
                purposes=("eval",) if rng.integers(2) else (),
                retention=int(rng.integers(1, 6)),
                harm=decimal(0, 2000),
                elsewhere=decimal(0, 300),
            )
            for k in range(int(rng.integers(1, 5)) if ids else 0)
        )
        return cls(
            id="data_terms",
            purpose=tuple(purposes),
            tier=(Tier(name="open", leak=decimal(0, 10)), Tier(name="enclave", usable=decimal(40, 100), leak=decimal(0, 2))),
            data=data,
            share=decimal(20, 100),
            notice=int(rng.integers(0, 3)),
            deposit=decimal(0, 300),
            misuse={name: decimal(0, 300) for name in ids if rng.integers(2)},
            detection=decimal(5, 90),
            fine=decimal(0, 500),
        )

    # --- findings ------------------------------------------------------------------------------

    def findings(self, setting: Setting) -> list[Finding]:
        """Prices, what each member gets and pays, who would keep data back, withdraw or misuse them, and the best access."""
        data = self._present(setting)
        if not data:
            return []
        found = [self._prices(setting, data)]
        found += [self._position(setting, member) for member in setting.among(self)]
        for one in data:
            spared, provider = self._spared(setting, one), setting.member(one.provider)
            back, out = self._gains(spared, provider)
            found.append(self._kept_back(setting, one, provider, spared, back))
            if out is not None:
                found.append(self._withdrawn(setting, one, provider, spared, out))
        found += [self._misused(setting, member) for member in setting.among(self) if self._may_misuse(setting, member)]
        if len(self.tier) > 1:
            found += [self._access(setting, one) for one in data]
        return found

    def _prices(self, setting: Setting, data: Sequence[DataSet]) -> Finding:
        unit, prices = f"{setting.unit} per {setting.period}", self.prices(setting, 0)
        starts = [0, *sorted({one.retention for one in data})[:-1]]
        pools = [pool for period in starts for pool in self._pools(setting, period)]
        listed = ", ".join(f"{one.name} of {one.provider} {short(prices[one.name])}" for one in data[:LISTED])
        more = f" and {len(data) - LISTED} more" if len(data) > LISTED else ""
        later = "; once some are deleted, the others earn more" if len(starts) > 1 else ""
        return Finding(
            clause=self.id,
            question="split",
            item="prices",
            holds=None,
            unit=unit,
            sentence=f"In the first {setting.period} the data are worth {short(self.worth(setting, 0))} {setting.unit} to their "
            f"users, who pay the part {short(self.share)} of what each adds on average: {listed}{more}{later}.",
            certificate=check_data_parts("each data set earns by what it adds on average over all orders", pools),
            values={"worth": self.worth(setting, 0), **{f"price_of_{name}": price for name, price in prices.items()}},
            theorem=THEOREM,
        )

    def _position(self, setting: Setting, member: Member) -> Finding:
        unit, prices = f"{setting.unit} per {setting.period}", self.prices(setting, 0)
        own = [one for one in self._present(setting) if one.provider == member.id]
        part = self._uses(setting)[member.id]
        used, paid = part * self.worth(setting, 0), part * sum(prices.values(), ZERO)
        earned, risk = sum((prices[one.name] for one in own), ZERO), sum((self._risk(one) for one in own), ZERO)
        kept = sum((one.elsewhere for one in own), ZERO)
        total = used - paid + earned - risk - kept
        given_up = f", gives up {short(kept)} elsewhere" if kept else ""
        off = "better" if total >= 0 else "worse"
        sentence = f"{member.id} uses data worth {short(used)} {unit}, pays {short(paid)} for them"
        if own:
            sentence += f", earns {short(earned)} with its own{given_up} and bears a risk of leaks of {short(risk)}"
        return Finding(
            clause=self.id,
            question="split",
            member=member.id,
            item="first_period",
            holds=None,
            unit=unit,
            sentence=f"{sentence}: in the first {setting.period} it is {short(abs(total))} {off} off.",
            certificate=check_expected_period(
                f"the terms bring {member.id} what is stated in the first {setting.period}",
                total,
                events={},
                certain={
                    **{f"use for {purpose}": part * amount for purpose, amount in self._uses_of(setting, 0)},
                    **{f"paid for {name}": -part * price for name, price in prices.items()},
                    **{f"earned with {one.name}": prices[one.name] for one in own},
                    **{f"elsewhere, with {one.name}": -one.elsewhere for one in own},
                    **{f"risk of {one.name}": -self._risk(one) for one in own},
                },
                if_none=ZERO,
                unit=unit,
            ),
            values={"total": total, "used": used, "paid": paid, "earned": earned, "risk": risk},
            theorem=THEOREM,
        )

    def _kept_back(self, setting: Setting, one: DataSet, provider: Member, spared: Sequence[Fraction], gain: Fraction) -> Finding:
        assert provider.discount is not None  # `needs` demands it
        price, risk, term = self.prices(setting, 0)[one.name], self._risk(one), _times(one.retention, setting.period)
        worth = [provider.discount**t for t in range(len(spared))]
        instead = one.elsewhere + risk
        return Finding(
            clause=self.id,
            question="defect",
            member=provider.id,
            item=f"{one.name} kept back",
            holds=gain <= 0,
            gain=gain,
            unit=setting.unit,
            sentence=f"{_verdict(provider.id, gain, setting.unit)} by keeping {one.name} back: for {term} it would earn "
            f"{short(one.elsewhere)} elsewhere and bear {short(risk)} less risk per {setting.period}, but forgo a price of "
            f"{short(price)} at first.",
            certificate=check_at_least(
                f"{provider.id} gains nothing by keeping {one.name} back",
                [
                    (f"price in period {t + 1}, today", d * (instead - s))
                    for t, (d, s) in enumerate(zip(worth, spared, strict=True))
                ],
                [(f"elsewhere and risk in period {t + 1}, today", d * instead) for t, d in enumerate(worth)],
                setting.unit,
            ),
            values={"price": price, "elsewhere": one.elsewhere, "risk": risk, "periods": Fraction(one.retention)},
            theorem=THEOREM,
            numbers=(self.path("share"), self.path("data", one.name, "elsewhere"), self.path("data", one.name, "harm")),
        )

    def _withdrawn(self, setting: Setting, one: DataSet, provider: Member, spared: Sequence[Fraction], gain: Fraction) -> Finding:
        assert provider.discount is not None  # `needs` demands it
        certificate = check_early_withdrawal(
            f"{provider.id} gains nothing by withdrawing {one.name} early",
            gain,
            spared,
            provider.discount,
            self.notice,
            self.deposit,
            setting.unit,
        )
        date = certificate.witness["best_date"]
        left, spare = one.retention - date - self.notice, gain + self.deposit
        last = f"the last {setting.period if left == 1 else _times(left, setting.period)}"
        brings = f"{'brings' if spare >= 0 else 'costs'} it {short(abs(spare))}"
        forfeits = f"notice forfeits the deposit of {short(self.deposit)}" if self.deposit else "notice forfeits nothing"
        sentence = (
            f"{_verdict(provider.id, gain, setting.unit)} by withdrawing {one.name} early: "
            f"after {_times(date, setting.period)}, its best moment, {forfeits}, and not sharing for {last} {brings}."
        )
        return Finding(
            clause=self.id,
            question="defect",
            member=provider.id,
            item=f"{one.name} withdrawn",
            holds=gain <= 0,
            gain=gain,
            unit=setting.unit,
            sentence=sentence,
            certificate=certificate,
            values={"deposit": self.deposit, "best_date": Fraction(date)},
            theorem=THEOREM,
            numbers=(self.path("deposit"), self.path("share"), self.path("data", one.name, "elsewhere")),
        )

    def _misused(self, setting: Setting, member: Member) -> Finding:
        unit, worth = f"{setting.unit} per {setting.period}", self.misuse[member.id]
        gain = worth - self.detection * self.fine
        if self.detection and self.fine:
            risk = f"it is noticed with probability {short(self.detection)} and then fined {short(self.fine)}"
        else:
            risk = "it is not fined"
        return Finding(
            clause=self.id,
            question="defect",
            member=member.id,
            item=BEYOND,
            holds=gain <= 0,
            gain=gain,
            unit=unit,
            sentence=f"{_verdict(member.id, gain, unit)} by using others' data beyond their purposes: that brings it "
            f"{short(worth)}, and {risk}.",
            certificate=check_lottery(
                f"{member.id} gains nothing by using data beyond their purposes",
                [("within the purposes", ONE, ZERO)],
                [("not noticed", 1 - self.detection, worth), ("noticed and fined", self.detection, worth - self.fine)],
                unit,
            ),
            values={"misuse": worth, "detection": self.detection},
            theorem=THEOREM,
            numbers=(self.path("misuse", member.id), self.path("detection"), self.path("fine")),
        )

    def _access(self, setting: Setting, one: DataSet) -> Finding:
        unit = f"{setting.unit} per {setting.period}"
        accounts = {tier.name: self._with_tier(setting, one, tier) for tier in self.tier}
        totals = {name: sum((amount for _, amount in account), ZERO) for name, account in accounts.items()}
        best = max(totals, key=lambda name: totals[name])
        second = max((name for name in totals if name != best), key=lambda name: totals[name])
        if totals[one.tier] == totals[best]:
            which = f"no other tier is better for all together than {one.tier}: {second} would bring "
            which += f"{short(totals[best] - totals[second])} less" if totals[best] > totals[second] else "as much"
        else:
            which = f"{best} would bring all together {short(totals[best] - totals[one.tier])} {unit} more than {one.tier}"
        return Finding(
            clause=self.id,
            question="sweep",
            member=one.provider,
            item=f"{one.name} tier",
            holds=None,
            unit=unit,
            sentence=f"For {one.name} of {one.provider}, {which}, counting use and the risk of leaks.",
            certificate=check_at_least(
                f"no tier is worth more for {one.name} than {best}", accounts[best], accounts[second], unit
            ),
            values=dict(totals),
            theorem=THEOREM,
        )

    def _with_tier(self, setting: Setting, one: DataSet, tier: Tier) -> list[tuple[str, Fraction]]:
        """What all data are worth in the first period by purpose, and the risk of this data set, were it held in a tier."""
        moved = replace(one, tier=tier.name)
        clause = replace(self, data=tuple(moved if other.name == one.name else other for other in self.data))
        worth = [(f"{tier.name}: {purpose}", amount) for purpose, amount in clause._uses_of(setting, 0)]
        return [*worth, (f"{tier.name}: risk of a leak", -one.harm * tier.leak)]


def _pooled(sizes: Mapping[str, Fraction], purpose: Purpose) -> Fraction:
    records = sum(sizes.values(), ZERO)
    return purpose.worth * records / (records + purpose.saturation)


# The same pools are priced again and again while a lever is searched.
@lru_cache(maxsize=4096)
def _parts(sizes: tuple[Fraction, ...], saturation: Fraction) -> tuple[Fraction, ...]:
    """Shapley values of a pool of worth 1, rounded to nine decimals as a contract would state them."""
    return tuple(round(part, DECIMALS) for part in DataPool(sizes, saturation).average_contributions())


def _verdict(member: str, gain: Fraction, unit: str) -> str:
    verb = "gains" if gain > 0 else "loses" if gain < 0 else "gains nothing"
    return f"{member} {verb}" + (f" {short(abs(gain))} {unit}" if gain else "")


def _times(count: int, period: str) -> str:
    return f"{count} {period}" if count == 1 else f"{count} {period}s"
