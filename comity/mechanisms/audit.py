"""Audit of any rule: every promise holds on the grid of types, or here is the best deviation."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from math import prod
from typing import Any

from comity import rational
from comity.certificate import Certificate, Verdict, holds_if
from comity.checks.envy import check_envy_free
from comity.checks.false_names import check_false_name_proof
from comity.checks.group_strategyproofness import check_collusion_proof, check_group_strategyproof
from comity.checks.monotonicity import check_implementable, check_weakly_monotone
from comity.checks.obvious_strategyproofness import check_obviously_strategyproof
from comity.checks.rules import check_budget, check_efficiency, check_participation, check_truthful
from comity.declaration import declare
from comity.errors import ComityError, ImpossiblePromises
from comity.games.bayesian.promises import Promises
from comity.games.bayesian.rule import DirectRule
from comity.games.extensive.tree import GameTree
from comity.mechanisms.audited import Audit
from comity.mechanisms.base import Mechanism, OpenMechanism
from comity.mechanisms.sampled_audit import audit_by_samples
from comity.mechanisms.tabulate import Tabulation, TreeMechanism, tabulate

Check = Callable[["_Case"], Certificate]


@declare("mechanism", "Audit of any rule: every promise holds, or here is the best deviation")
def audit(
    mechanism: Any,
    types: Any = None,
    promises: Any = None,
    *,
    prior: Any = None,
    group_size: int = 2,
    names: int = 2,
    tolerance: Any = 0,
    samples: int | None = None,
    lies: int = 10,
    confidence: Any = "0.95",
    rng: Any = None,
) -> Audit:
    """Hold a mechanism to its promises, exactly and exhaustively on a grid of types, or by samples.

    Parameters
    ----------
    mechanism : DirectRule, Design, Mechanism (such as FunctionMechanism) or GameTree
        A `DirectRule` or a `Design` is audited on all types of its setting, types that matter to others included.
    types : {player: types}, or one sequence for all, optional
        The grid on which a mechanism is tried; its own types if left out.  For samples: functions ``rng -> type``, or sequences
        from which to draw.
    promises : names from `PROMISES`, "all", or Promises, optional
        What the mechanism promises itself if left out; where it promises nothing, that honesty and taking part pay, and where
        money moves that there is no deficit and that decisions are worth most to all; where shares are compared, no envy.
    prior : optional
        As in `BayesianSetting`, for promises on average; independent and uniform if left out.
    group_size : int
        The largest group that lies together.
    names : int
        The largest number of names under which one player reports.
    tolerance : number
        What nobody is expected to lie for, for mechanisms that compute in floats: amounts up to this are let pass, and the claim
        says so.  ``group_strategyproof``, where nobody may lose at all, and ``implementable`` know no tolerance.
    samples : int, optional
        Draw so many profiles instead of trying all, and for each player ``lies`` lies at each; ``rng`` (a numpy Generator or a
        seed) draws.  A lie that is found proves that the promise fails; if none is, the certificate is an estimate and says at
        this ``confidence`` how often there can be one.

    Returns
    -------
    Audit
        A certificate for each promise.

    Examples
    --------
    >>> from comity.mechanisms.base import FunctionMechanism
    >>> def highest_bid(bids):
    ...     winner = max(bids, key=bids.get)
    ...     return winner, {winner: bids[winner]}
    >>> first_price = FunctionMechanism(
    ...     highest_bid,
    ...     types={"A": [1, 2, 3], "B": [1, 2]},
    ...     benefit=lambda player, value, winner: value if player == winner else 0,
    ...     payments="with the decision",
    ... )
    >>> found = audit(first_price)
    >>> found.holds, found["participation"].verdict.value
    (False, 'HOLDS')
    >>> found.found("truthful"), found.grid
    ('A with 3 gains 2 by saying 1 while B says 1', 'tried: all 3 x 2 = 6 profiles of types (A 3, B 2), and every lie')
    """
    if samples is not None:
        return audit_by_samples(_as_mechanism(mechanism), types, promises, samples, lies, confidence, rng, tolerance)
    case = _Case.of(mechanism, types, prior, group_size, names)
    allowed = rational.exact(tolerance, "the tolerance")
    if allowed < 0:
        raise ComityError(f"the tolerance is {rational.short(allowed)}; it is at least 0")
    found = {}
    for promise in _asked(promises, case):
        certificate = PROMISES[promise](case)
        found[promise] = _with(certificate, promise, allowed, case.grid)
    return Audit(case.grid, found, case.rule)


@dataclass(frozen=True)
class _Case:
    """What is audited: its table, and what else is known of it."""

    rule: DirectRule
    grid: str
    mechanism: Mechanism | None
    table: Tabulation | None
    tree: GameTree | None
    promised: tuple[str, ...]
    funds: Fraction
    group_size: int
    names: int

    @classmethod
    def of(cls, given: Any, types: Any, prior: Any, group_size: int, names: int) -> _Case:
        made = getattr(given, "rule", None)
        if isinstance(given, DirectRule) or isinstance(made, DirectRule):
            if types is not None or prior is not None:
                raise ComityError(
                    "a rule's setting has the types and the prior; leave types and prior out, or change the setting"
                )
            own: Promises | None = None if isinstance(given, DirectRule) else getattr(given, "promises", None)
            rule = given if isinstance(given, DirectRule) else made
            assert isinstance(rule, DirectRule)
            funds = Fraction(0) if own is None else own.funds
            return cls(rule, _grid(rule), None, None, None, _of_promises(own), funds, group_size, names)
        mechanism = _as_mechanism(given)
        table = tabulate(mechanism, types, prior)
        tree = given if isinstance(given, GameTree) else None
        promised = tuple(mechanism.promises)
        return cls(table.rule, _grid(table.rule), mechanism, table, tree, promised, Fraction(0), group_size, names)

    @property
    def money(self) -> bool:
        """Whether anybody pays or is paid, or decisions cost something."""
        setting = self.rule.setting
        paid = bool(self.rule.payments.numerators.any()) or (self.table is not None and self.table.money)
        return paid or bool(setting.costs.numerators.any()) or setting.examination is not None


def _as_mechanism(given: Any) -> Mechanism:
    if isinstance(given, GameTree):
        return TreeMechanism(given)
    if isinstance(given, Mechanism):
        return given
    raise ComityError(
        f"{rational.shown(given)} is no mechanism; give a DirectRule, a Design, a GameTree, a Mechanism, or wrap a function: "
        "FunctionMechanism(function, types=...)"
    )


def _grid(rule: DirectRule) -> str:
    setting = rule.setting
    sizes = " x ".join(map(str, setting.shape))
    each = ", ".join(f"{agent} {size}" for agent, size in zip(setting.agents, setting.shape, strict=True))
    product = f"{sizes} = " if len(setting.shape) > 1 else ""
    return f"tried: all {product}{prod(setting.shape):,} profiles of types ({each}), and every lie"


# --- promises ---------------------------------------------------------------------------------------


def _envy(case: _Case) -> Certificate:
    shares = None if case.table is None else case.table.shares()
    if shares is None:
        raise ComityError(
            "envy needs to know what another's share would be worth; give the mechanism benefit_of_share(player, other, type, "
            "decision)"
        )
    return check_envy_free(case.rule, shares)


def _efficient(case: _Case) -> Certificate:
    certificate = check_efficiency(case.rule)
    if case.mechanism is None or case.mechanism.decisions is not None:
        return certificate
    known = len(case.rule.setting.outcomes)
    claim = f"{certificate.claim}, of the {known} decisions that are taken somewhere on the grid"
    return replace(certificate, claim=claim)


def _implementable(case: _Case) -> Certificate:
    from comity.solvers.design.implementing_payments import implementing_payments

    try:
        return check_implementable(case.rule, payments=implementing_payments(case.rule).payments)
    except ImpossiblePromises as impossible:
        certificate: Certificate = impossible.certificate
        return certificate


def _false_names(case: _Case) -> Certificate:
    mechanism = case.mechanism
    if not isinstance(mechanism, OpenMechanism) or case.table is None:
        raise ComityError("false names are for mechanisms that take any number of reports; derive yours from OpenMechanism")
    each = list(case.table.types.values())
    every = [own for k, own in enumerate(sum(each, ())) if own not in sum(each, ())[:k]]
    return check_false_name_proof(every, mechanism.serve, mechanism.worth, len(each), case.names, mechanism.unit)


def _obvious(case: _Case) -> Certificate:
    if case.tree is None:
        raise ComityError("whether honesty is obviously best depends on who moves when; give a GameTree")
    return check_obviously_strategyproof(case.tree)


# What can be promised, by name; each is audited by one check.
PROMISES: dict[str, Check] = {
    "truthful": lambda case: check_truthful(case.rule),
    "bayesian_truthful": lambda case: check_truthful(case.rule, "bayesian"),
    "participation": lambda case: check_participation(case.rule),
    "interim_participation": lambda case: check_participation(case.rule, "interim"),
    "no_deficit": lambda case: check_budget(case.rule, "no-deficit", case.funds),
    "balanced": lambda case: check_budget(case.rule, "balanced", case.funds),
    "no_expected_deficit": lambda case: check_budget(case.rule, "no-expected-deficit", case.funds),
    "efficient": _efficient,
    "envy_free": _envy,
    "weakly_monotone": lambda case: check_weakly_monotone(case.rule),
    "implementable": _implementable,
    "group_strategyproof": lambda case: check_group_strategyproof(case.rule, case.group_size),
    "weakly_group_strategyproof": lambda case: check_group_strategyproof(case.rule, case.group_size, strong=False),
    "collusion_proof": lambda case: check_collusion_proof(case.rule, case.group_size),
    "false_name_proof": _false_names,
    "obviously_strategyproof": _obvious,
}
# A group's lie is judged by whether anybody loses at all, and a proof by payments has no lie of its own.
WITHOUT_TOLERANCE = ("group_strategyproof", "implementable")


def _asked(promises: Any, case: _Case) -> tuple[str, ...]:
    """The names of what is to be audited."""
    if isinstance(promises, Promises):
        return _of_promises(promises)
    if promises == "all":
        return tuple(promise for promise in PROMISES if _applies(promise, case))
    if promises is not None:
        return known_promises([promises] if isinstance(promises, str) else promises, PROMISES)
    return known_promises(case.promised, PROMISES) or tuple(
        promise
        for promise in ("truthful", "participation", "no_deficit", "efficient", "envy_free", "obviously_strategyproof")
        if _applies(promise, case)
    )


def known_promises(asked: Sequence[Any], known: Mapping[str, Any]) -> tuple[str, ...]:
    """The names, each once; an unknown one is refused with the known ones."""
    for promise in asked:
        if promise not in known:
            raise ComityError(f"{rational.shown(promise)} is no promise that can be audited; known are {', '.join(known)}")
    return tuple(dict.fromkeys(asked))


def _applies(promise: str, case: _Case) -> bool:
    if promise in ("no_deficit", "balanced", "no_expected_deficit", "efficient", "collusion_proof"):
        return case.money  # without money, gains of different players are not comparable
    if promise == "envy_free":
        return case.table is not None and case.table.shares() is not None
    if promise == "false_name_proof":
        return isinstance(case.mechanism, OpenMechanism)
    return promise != "obviously_strategyproof" or case.tree is not None


def _of_promises(promises: Promises | None) -> tuple[str, ...]:
    if promises is None:
        return ()
    named = {
        "dominant": "truthful",
        "bayesian": "bayesian_truthful",
        "ex-post": "participation",
        "interim": "interim_participation",
        "no-deficit": "no_deficit",
        "balanced": "balanced",
        "no-expected-deficit": "no_expected_deficit",
    }
    chosen = (promises.incentive, promises.participation, promises.budget)
    return tuple(named[choice] for choice in chosen if choice is not None)


def _with(certificate: Certificate, promise: str, tolerance: Fraction, grid: str) -> Certificate:
    """The certificate with the grid in its witness; amounts within the tolerance are let pass, and the claim says so."""
    certificate = replace(certificate, witness={**certificate.witness, "grid": grid})
    if not tolerance or promise in WITHOUT_TOLERANCE or certificate.margin is None:
        return certificate
    margin = rational.exact(certificate.margin) + tolerance
    verdict = certificate.verdict if certificate.verdict is Verdict.UNDECIDED else holds_if(margin >= 0)
    return replace(
        certificate,
        claim=f"{certificate.claim}; amounts up to {rational.short(tolerance)} are let pass",
        verdict=verdict,
        margin=margin,
        witness={**certificate.witness, "tolerance": rational.text(tolerance)},
    )
