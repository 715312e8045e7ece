"""No group gains by lying together, with or without paying one another."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from math import lcm
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from comity import rational
from comity.certificate import Certificate, holds_if
from comity.checks.deviations import Gains, JointLie, gains_of_members, groups, joint_lie, joint_lies, lie_witness
from comity.checks.rules import largest
from comity.declaration import declare
from comity.exact_array import SMALL
from comity.games.bayesian.rule import DirectRule

Gain = Literal["some", "all", "together"]


@declare("check", "No group gains by lying together", reference="Moulin (1999); Barbera, Berga & Moreno (2010)")
def check_group_strategyproof(rule: DirectRule, size: int = 2, strong: bool = True) -> Certificate:
    """No group of at most ``size`` agents has a joint lie, whatever the others' types, that is good for it.

    Strong: no lie by which some member gains and none loses; the margin is minus the most that a member gains by such a lie.
    Weak: no lie by which every member gains; the margin is minus the most that every member gains.  Members pay nothing to one
    another; see `check_collusion_proof`.  Every pair of true types and reports of the group is tried at every profile of the
    others.

    Examples
    --------
    Who names the most gets the thing and pays the second price; a loser who says less makes it cheaper for the winner:

    >>> from comity.games.bayesian.standard import single_item_auction
    >>> auction = single_item_auction({"A": [2], "B": [0, 1]})
    >>> second_price = DirectRule(auction, [[1, 1]], [[[0, 0], [1, 0]]])
    >>> check_group_strategyproof(second_price).margin, check_group_strategyproof(second_price, strong=False).margin
    (Fraction(-1, 1), Fraction(0, 1))
    """
    claim = (
        f"no group of up to {size} has a lie by which one gains and none loses"
        if strong
        else f"no group of up to {size} has a lie by which every member gains"
    )
    return _scan(rule, size, "some" if strong else "all", claim, "check_group_strategyproof")


@declare("check", "No group gains by lying and sharing the gain", reference="Green & Laffont (1979); Schummer (2000)")
def check_collusion_proof(rule: DirectRule, size: int = 2) -> Certificate:
    """No group of at most ``size`` agents has a joint lie by which it gains in sum, so that side payments could please all.

    The margin is minus the most that a group gains.

    Examples
    --------
    >>> from comity.games.bayesian.standard import single_item_auction
    >>> auction = single_item_auction({"A": [2], "B": [0, 1]})
    >>> second_price = DirectRule(auction, [[1, 1]], [[[0, 0], [1, 0]]])
    >>> check_collusion_proof(second_price).witness["members"]["B"]
    {'type': '1', 'report': '0', 'gain': '0'}
    """
    claim = f"no group of up to {size} gains in sum by a joint lie, side payments included"
    return _scan(rule, size, "together", claim, "check_collusion_proof")


@dataclass
class _Best:
    gain: Fraction = Fraction(0)
    lie: JointLie | None = None


def _scan(rule: DirectRule, size: int, kind: Gain, claim: str, check: str) -> Certificate:
    setting = rule.setting
    best, tried = _Best(), 0
    for group in groups(setting, size):
        tried += joint_lies(setting, group)
        for part in gains_of_members(rule, group):
            common = lcm(*part.denominators)
            score = _score(_over_common(part, common), kind)
            at = int(np.argmax(score))
            gain = Fraction(int(score.reshape(-1)[at]), common)
            if gain > best.gain:
                types, reports, others = (int(k) for k in np.unravel_index(at, score.shape))
                best = _Best(gain, joint_lie(setting, group, part.types + types, reports, part.others + others))
    witness: dict[str, Any] = {"size": size, "lies_tried": tried, "kind": kind}
    if best.lie is not None:
        witness |= lie_witness(rule, best.lie) | {"gain": rational.text(best.gain)}
    return Certificate(claim, holds_if(best.gain <= 0), margin=-best.gain, unit=setting.unit, witness=witness, check=check)


def _score(gains: list[NDArray[Any]], kind: Gain) -> NDArray[Any]:
    """What a joint lie is worth to the group; the truth is worth 0."""
    if kind == "together":
        together: NDArray[Any] = sum(gains[1:], gains[0])
        return together
    least = gains[0]
    for gain in gains[1:]:
        least = np.minimum(least, gain)
    if kind == "all":
        return least
    most = gains[0]
    for gain in gains[1:]:
        most = np.maximum(most, gain)
    return np.where(least >= 0, most, 0)


def _over_common(part: Gains, common: int) -> list[NDArray[Any]]:
    """The members' gains over one denominator, in 64 bits where their sum cannot leave them."""
    factors = [common // denominator for denominator in part.denominators]
    bound = sum(largest(gain) * factor for gain, factor in zip(part.members, factors, strict=True))
    wide = bound >= SMALL
    return [
        (gain.astype(object) if wide else gain) * factor if factor > 1 or wide else gain
        for gain, factor in zip(part.members, factors, strict=True)
    ]
