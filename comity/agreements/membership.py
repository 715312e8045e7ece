"""Who stays: members that gain by leaving alone go, until nobody does."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from comity import rational
from comity.certificate import number_fields
from comity.checks.incentives import check_at_least
from comity.mechanisms.findings import Finding
from comity.mechanisms.members import Member
from comity.mechanisms.setting import Setting

ZERO = Fraction(0)


@dataclass(frozen=True)
class Leaver:
    """Why a member leaves in its round: what it has as a member then, and what leaving alone gives it."""

    member: str
    value: Fraction
    outside: Fraction

    def to_json(self) -> dict[str, Any]:
        """Plain data."""
        gain = self.outside - self.value
        numbers = (("value", self.value), ("outside", self.outside), ("gain", gain))
        return {"member": self.member, **{k: v for name, number in numbers for k, v in number_fields(name, number).items()}}


@dataclass(frozen=True)
class Membership:
    """All members, who leaves in each round and why, and who remains."""

    all: tuple[str, ...]
    leavers: tuple[tuple[Leaver, ...], ...]
    resulting: tuple[str, ...]

    @property
    def rounds(self) -> tuple[tuple[str, ...], ...]:
        """Who leaves in each round."""
        return tuple(tuple(leaver.member for leaver in leavers) for leavers in self.leavers)

    def to_json(self) -> dict[str, Any]:
        """The form of ``assessment/0.1``; ``rounds`` lists who leaves in each, ``leavers`` with their reasons."""
        return {
            "all": list(self.all),
            "rounds": [list(ids) for ids in self.rounds],
            "resulting": list(self.resulting),
            "leavers": [[leaver.to_json() for leaver in leavers] for leavers in self.leavers],
        }


def membership(setting: Setting) -> Membership:
    """Remove everyone who gains by leaving alone, all at once, and repeat until nobody does; ties stay."""
    rounds: list[tuple[Leaver, ...]] = []
    now = setting
    while names := leaving(now):
        rounds.append(tuple(_leaver(now, now.member(name)) for name in names))
        now = now.keeping(name for name in now.ids if name not in names)
    return Membership(setting.ids, tuple(rounds), now.ids)


def _leaver(setting: Setting, member: Member) -> Leaver:
    stated = stated_values(setting, member)
    inside = sum((value for _, value, _ in stated), ZERO)
    return Leaver(member.id, inside, member.outside + sum((kept for _, _, kept in stated), ZERO))


def leaving(setting: Setting) -> tuple[str, ...]:
    """Members that gain by leaving alone."""
    return tuple(member.id for member in setting.members if (leave_gain(setting, member) or ZERO) > 0)


def stated_values(setting: Setting, member: Member) -> list[tuple[str, Fraction, Fraction]]:
    """(clause, value as a member, what remains after leaving) for each clause that states a value."""
    stated = []
    for clause in setting.clauses:
        if clause.binds(member.id):
            value = clause.value(setting, member)
            if value is not None:
                stated.append((clause.id, value, clause.fallback(setting, member)))
    return stated


def leave_gain(setting: Setting, member: Member) -> Fraction | None:
    """What leaving alone gains per period; None where no clause states a value."""
    stated = stated_values(setting, member)
    if not stated:
        return None
    return member.outside + sum((kept - value for _, value, kept in stated), ZERO)


def not_added(setting: Setting) -> tuple[str, ...]:
    """Clauses that state no value per member in the agreement's unit and period."""
    return tuple(
        clause.id
        for clause in setting.clauses
        if not any(clause.value(setting, member) is not None for member in setting.among(clause))
    )


def leave_findings(setting: Setting) -> list[Finding]:
    """For every member: is membership, over all clauses, worth at least what it has outside?"""
    found = []
    for member in setting.members:
        stated = stated_values(setting, member)
        if stated:
            found.append(_leave_finding(setting, member, stated))
    return found


def _leave_finding(setting: Setting, member: Member, stated: Sequence[tuple[str, Fraction, Fraction]]) -> Finding:
    unit = f"{setting.unit} per {setting.period}"
    inside = sum((value for _, value, _ in stated), ZERO)
    outside = member.outside + sum((kept for _, _, kept in stated), ZERO)
    gain = outside - inside
    short = rational.short
    if gain > 0:
        sentence = (
            f"{member.id} leaves: outside it has {short(outside)}, as a member {short(inside)}, a gain of {short(gain)} {unit}."
        )
    else:
        tie = " (a tie; it stays)" if gain == 0 else ""
        sentence = f"{member.id} stays: membership is worth {short(inside)} {unit} to it, leaving alone {short(outside)}{tie}."
    kept = [(f"{clause} after leaving", amount) for clause, _, amount in stated if amount]
    return Finding(
        clause=stated[0][0] if len(stated) == 1 else "",
        question="leave",
        member=member.id,
        holds=gain <= 0,
        gain=gain,
        unit=unit,
        sentence=sentence,
        certificate=check_at_least(
            f"{member.id} gains nothing by leaving alone",
            [(clause, value) for clause, value, _ in stated],
            [("outside", member.outside), *kept],
            unit,
        ),
        values={"value": inside, "outside": outside},
        theorem="individual rationality: a member stays if membership is worth at least its outside option",
        numbers=tuple(f"member.{member.id}.{name}" for name in ("outside", "dues", "receive_weight", "sales")),
    )
