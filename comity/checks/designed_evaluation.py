"""Confirming how many unsafe systems a developer gets approved by an evaluation of its own design."""

from __future__ import annotations

from dataclasses import fields
from fractions import Fraction

from comity import rational
from comity.certificate import Certificate, holds_if
from comity.checks.information_design import check_optimal_signal
from comity.declaration import declare
from comity.games.bayesian.designed_evaluation import APPROVE, REJECT, SAFE, UNSAFE, DesignedEvaluation

ZERO = Fraction(0)


@declare("check", "Unsafe systems are approved with at most this chance", reference="Kamenica & Gentzkow (2011)")
def check_unsafe_approved(
    evaluation: DesignedEvaluation, gain: Fraction, most: Fraction | None = None, who: str = "the developer", unit: str = ""
) -> Certificate:
    """The evaluation is the developer's best, and what it passes is unsafe and approved with at most the chance ``most``.

    The chances of passing are confirmed as the optimal signal of a problem of information design: the regulator does as
    it is told, and no evaluation earns the developer more, by the worth of the regulator's trust.  What is approved and what it
    earns is added up outcome by outcome.  ``gain`` is what the evaluation earns beyond the chance ``most``, or beyond one that
    shows all where there is no ``most``; the margin is minus it, or 0.

    Examples
    --------
    >>> lab = DesignedEvaluation(prior_safe="0.3", threshold="0.5", approval_value=2)
    >>> bool(check_unsafe_approved(lab, lab.extracted)), bool(check_unsafe_approved(lab, lab.extracted - Fraction(1, 10**12)))
    (True, False)
    >>> check_unsafe_approved(lab, lab.gain_beyond(Fraction(1, 10)), Fraction(1, 10)).margin
    Fraction(-2, 5)
    """
    chances = [[1 - passing, passing] for passing in evaluation.passes]
    best = check_optimal_signal(
        evaluation.problem, chances, {"multipliers": [[0, APPROVE, REJECT, rational.text(evaluation.multiplier)]]}
    )
    prior = {UNSAFE: 1 - evaluation.prior_safe, SAFE: evaluation.prior_safe}
    unsafe = prior[UNSAFE] * chances[UNSAFE][APPROVE] * (1 - evaluation.audit_rate)
    # One that shows all: every safe system is approved, by the evaluation or by the audit, and no other.
    extracted = rational.exact(best.witness["value"]) - prior[SAFE] * evaluation.approval_value
    # Where passing unsafe systems loses, none passes; the chance allowed then does not matter.
    wanted = extracted if most is None else extracted - max(ZERO, evaluation.unsafe_worth) * most
    reason = ""
    if not best:
        reason = "another evaluation earns the developer more, or the regulator does otherwise"
    elif gain != wanted:
        reason = f"the evaluation earns {rational.text(wanted)}, not {rational.text(gain)}"
    within = most is None or unsafe <= most
    if not reason and most is not None and within is not (gain <= 0):
        reason = "what the evaluation earns contradicts what it lets pass"
    claim = (
        f"the evaluation that {who} designs earns it {rational.text(gain)} beyond one that shows all"
        if most is None
        else f"unsafe systems of {who} are approved with a chance of at most {rational.short(most)}"
    )
    return Certificate(
        claim,
        holds_if(not reason and within),
        margin=ZERO if most is None else -gain,
        unit=unit,
        witness={
            "evaluation": {f.name: rational.text(getattr(evaluation, f.name)) for f in fields(evaluation)},
            "passes": {"unsafe": rational.text(chances[UNSAFE][APPROVE]), "safe": rational.text(chances[SAFE][APPROVE])},
            "multiplier": rational.text(evaluation.multiplier),
            "unsafe_approved": rational.text(unsafe),
            **({"most": rational.text(most)} if most is not None else {}),
            **({"reason": reason} if reason else {}),
        },
        check="check_unsafe_approved",
    )
