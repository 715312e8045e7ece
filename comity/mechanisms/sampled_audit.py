"""An audit by samples, for types that no grid can hold: what is found is proved, what is not found is an estimate."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

import numpy as np

from comity import rational
from comity.certificate import Basis, Certificate, Verdict
from comity.errors import ComityError
from comity.mechanisms.audited import Audit
from comity.mechanisms.base import Mechanism
from comity.mechanisms.tabulate import amounts_by_player, name

CLAIMS = {
    "truthful": "no player gains by claiming another type",
    "participation": "no player gets less than outside",
    "no_deficit": "payments cover the costs",
    "balanced": "payments equal the costs",
    "envy_free": "nobody would rather have another's share at another's payment",
}
CHECKS = {
    "truthful": "check_truthful",
    "participation": "check_participation",
    "no_deficit": "check_budget",
    "balanced": "check_budget",
    "envy_free": "check_envy_free",
}


@dataclass
class _Worst:
    """The largest shortfall of one promise, where it was, and at how many draws there was one."""

    amount: Fraction = Fraction(0)
    witness: dict[str, Any] = field(default_factory=dict)
    broken: int = 0


def audit_by_samples(
    mechanism: Mechanism,
    types: Any,
    promises: Any,
    samples: int,
    lies: int,
    confidence: Any,
    rng: Any,
    tolerance: Any,
) -> Audit:
    """Draw profiles and, for each player, lies; compare exactly what each gets.

    If at least a share p of such draws held a deviation, m draws would have missed all of them with probability at most
    ``(1 - p)**m <= exp(-p m)``; the certificate states the p at which that is 1 - confidence.
    """
    for what, count in (("samples", samples), ("lies", lies)):
        if isinstance(count, bool) or not isinstance(count, int) or count < 1:
            raise ComityError(f"{what} is {rational.shown(count)}; give a whole number of at least 1")
    level = rational.exact(confidence, "the confidence")
    if not 0 < level < 1:
        raise ComityError(f"the confidence is {rational.short(level)}; give a probability such as 0.95")
    allowed = rational.exact(tolerance, "the tolerance")
    draws = _Draws.of(mechanism, types, rng)
    asked = _asked(promises, mechanism)
    worst = {promise: _Worst() for promise in asked}
    for _ in range(samples):
        types_drawn = {player: draws.one(player) for player in mechanism.players}
        at = _Profile.of(mechanism, types_drawn)
        for promise, seen in worst.items():
            shortfall, witness = _SHORTFALLS[promise](at, draws, lies)
            if shortfall > allowed:
                seen.broken += 1
                if shortfall > seen.amount:
                    seen.amount, seen.witness = shortfall, witness
    share = missed_share(samples, level)
    grid = (
        f"tried: {samples:,} profiles drawn at random, {lies} lies for each player at each; "
        f"at confidence {rational.short(level)} fewer than {rational.short(share)} of such draws hold what none of these did"
    )
    return Audit(
        grid,
        {
            promise: _certificate(promise, seen, samples, level, share, allowed, mechanism, grid)
            for promise, seen in worst.items()
        },
    )


def missed_share(samples: int, confidence: Fraction) -> Fraction:
    """The least share, rounded up, of draws with a deviation that so many draws show with this confidence.

    >>> missed_share(1000, Fraction(95, 100))
    Fraction(749, 250000)
    """
    # A relative 1e-12 is far more than the logarithm is off by.
    return min(Fraction(1), rational.round_up(Fraction(-math.log(1 - float(confidence)) * (1 + 1e-12)) / samples))


def _certificate(
    promise: str, seen: _Worst, samples: int, level: Fraction, share: Fraction, allowed: Fraction, mechanism: Mechanism, grid: str
) -> Certificate:
    claim = CLAIMS[promise] + (f" by more than {rational.short(allowed)}" if allowed else "")
    if seen.broken:
        witness = {**seen.witness, "draws": samples, "draws_with_one": seen.broken, "grid": grid}
        return Certificate(claim, Verdict.FAILS, -seen.amount, mechanism.unit, Basis.EXACT, witness, CHECKS[promise])
    return Certificate(
        f"at all but a share of at most {rational.short(share)} of profiles drawn so: {claim}",
        Verdict.HOLDS,
        unit=mechanism.unit,
        basis=Basis.ESTIMATE,
        witness={"draws": samples, "confidence": rational.text(level), "share": rational.text(share), "grid": grid},
    )


@dataclass(frozen=True)
class _Draws:
    """How each player's types are drawn."""

    samplers: Mapping[str, Callable[[np.random.Generator], Any]]
    rng: np.random.Generator

    @classmethod
    def of(cls, mechanism: Mechanism, types: Any, rng: Any) -> _Draws:
        given = mechanism.types if types is None else types
        if given is None:
            raise ComityError("the mechanism names no types; give types=, a function rng -> type for each player")
        each = given if isinstance(given, Mapping) else dict.fromkeys(mechanism.players, given)
        missing = [player for player in mechanism.players if player not in each]
        if missing:
            raise ComityError(f"no types are given for {missing[0]!r}; the players are {', '.join(mechanism.players)}")
        generator = rng if isinstance(rng, np.random.Generator) else np.random.default_rng(0 if rng is None else rng)
        return cls({player: _sampler(player, each[player]) for player in mechanism.players}, generator)

    def one(self, player: str) -> Any:
        """A type or a lie."""
        return self.samplers[player](self.rng)


def _sampler(player: str, given: Any) -> Callable[[np.random.Generator], Any]:
    if callable(given):
        sampler: Callable[[np.random.Generator], Any] = given
        return sampler
    listed = list(given)
    if not listed:
        raise ComityError(f"{player} has no type to draw; give at least one")

    def uniform(rng: np.random.Generator) -> Any:
        return listed[int(rng.integers(len(listed)))]

    return uniform


@dataclass(frozen=True)
class _Profile:
    """What happens when all tell the truth."""

    mechanism: Mechanism
    types: Mapping[str, Any]
    decision: Any
    paid: Mapping[str, Fraction]

    @classmethod
    def of(cls, mechanism: Mechanism, types: Mapping[str, Any], reports: Mapping[str, Any] | None = None) -> _Profile:
        decision, payments = mechanism.run(dict(types if reports is None else reports))
        row = amounts_by_player(mechanism.players, payments) or (0,) * len(mechanism.players)
        paid = {player: rational.exact(amount, "a payment") for player, amount in zip(mechanism.players, row, strict=True)}
        return cls(mechanism, types, decision, paid)

    def utility(self, player: str) -> Fraction:
        """What a player gets here by its true type."""
        worth = self.mechanism.benefit(player, self.types[player], self.decision)
        return rational.exact(worth, f"the benefit of {player}") - self.paid[player]

    def shown(self, but: str = "") -> dict[str, str]:
        return {player: name(own) for player, own in self.types.items() if player != but}


Found = tuple[Fraction, dict[str, Any]]
NOTHING: Found = (Fraction(0), {})


def _by_lies(at: _Profile, draws: _Draws, lies: int) -> Found:
    best = NOTHING
    for player in at.mechanism.players:
        honest = at.utility(player)
        for _ in range(lies):
            lie = draws.one(player)
            gain = _Profile.of(at.mechanism, at.types, {**at.types, player: lie}).utility(player) - honest
            if gain > best[0]:
                said = {"agent": player, "type": name(at.types[player]), "report": name(lie), "others": at.shown(player)}
                best = gain, {"incentive": "dominant", **said, "gain": rational.text(gain)}
    return best


def _by_staying_away(at: _Profile, draws: _Draws, lies: int) -> Found:
    best = NOTHING
    for player in at.mechanism.players:
        outside = rational.exact(at.mechanism.outside(player, at.types[player]), f"the outside option of {player}")
        if outside - at.utility(player) > best[0]:
            best = outside - at.utility(player), {"mode": "ex-post", "agent": player, "types": at.shown()}
    return best


def _missing(at: _Profile, draws: _Draws, lies: int) -> Found:
    left = sum(at.paid.values(), Fraction(0)) - rational.exact(at.mechanism.cost(at.decision), "the cost")
    return max(-left, Fraction(0)), {"mode": "no-deficit", "reports": at.shown(), "left_over": rational.text(left)}


def _unbalanced(at: _Profile, draws: _Draws, lies: int) -> Found:
    left = sum(at.paid.values(), Fraction(0)) - rational.exact(at.mechanism.cost(at.decision), "the cost")
    return abs(left), {"mode": "balanced", "reports": at.shown(), "left_over": rational.text(left)}


def _by_envy(at: _Profile, draws: _Draws, lies: int) -> Found:
    best = NOTHING
    for player in at.mechanism.players:
        for other in at.mechanism.players:
            worth = at.mechanism.benefit_of_share(player, other, at.types[player], at.decision)
            if worth is None:
                raise ComityError("envy needs to know what another's share would be worth; give the mechanism benefit_of_share")
            own = at.mechanism.benefit_of_share(player, player, at.types[player], at.decision)
            envy = rational.exact(worth) - at.paid[other] - rational.exact(own) + at.paid[player]
            if player != other and envy > best[0]:
                best = envy, {"agent": player, "envies": other, "types": at.shown(), "gain": rational.text(envy)}
    return best


_SHORTFALLS: dict[str, Callable[[_Profile, _Draws, int], Found]] = {
    "truthful": _by_lies,
    "participation": _by_staying_away,
    "no_deficit": _missing,
    "balanced": _unbalanced,
    "envy_free": _by_envy,
}


def _asked(promises: Any, mechanism: Mechanism) -> Sequence[str]:
    given = promises if promises is not None else (mechanism.promises or ("truthful", "participation"))
    listed = [given] if isinstance(given, str) else list(given)
    for promise in listed:
        if promise not in CLAIMS:
            raise ComityError(
                f"{rational.shown(promise)} cannot be audited by samples; known are {', '.join(CLAIMS)}; on a grid there are more"
            )
    return listed
