"""A member's dilemma as its numbers state it: cheat alone, cooperate, or live without cooperation."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from comity.errors import ComityError
from comity.mechanisms.members import Member

STAGE_NUMBERS = ("discount", "temptation", "cooperate", "punish")


@dataclass(frozen=True)
class Stage:
    """T, R and P per period, and what one unit next period is worth today."""

    discount: Fraction
    temptation: Fraction
    cooperate: Fraction
    punish: Fraction


def stage_of(member: Member) -> Stage:
    """The member's dilemma; a missing number is an error that names it."""
    return Stage(*(_given(member, key) for key in STAGE_NUMBERS))


def _given(member: Member, key: str) -> Fraction:
    number = getattr(member, key)
    if not isinstance(number, Fraction):
        raise ComityError(f"member {member.id!r} has no {key}; give the member a {key}")
    return number
