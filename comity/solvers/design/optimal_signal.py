"""The best signal a designer can commit to, as a linear programme over recommendations that are obeyed."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

import numpy as np

from comity.checks.information_design import check_optimal_signal
from comity.declaration import declare
from comity.engines.exact import ExactOptimum, solve_exactly
from comity.errors import Infeasible, SolverFailure
from comity.exact_array import ExactArray
from comity.games.bayesian.information_design import InformationDesign, Profile
from comity.linear_programme import LinearProgramme
from comity.rational import text
from comity.solvers.design.signal import Signal

ZERO, ONE = Fraction(0), Fraction(1)


@declare(
    "concept",
    "The best signal for a designer that commits to it",
    area="information_sharing",
    reference="Kamenica & Gentzkow (2011); Bergemann & Morris (2016), the best Bayes-correlated equilibrium",
    certificate="check_optimal_signal",
)
def optimal_signal(problem: InformationDesign, public: bool = False) -> Signal:
    """Recommendations that depend on the state, are obeyed, and earn the designer the most.

    Maximises ``sum of prior_s chance(a | s) designer(a, s)`` subject to obedience: of each receiver i, told a_i, for each other
    action b, ``sum over s and the others' a of prior_s chance(a | s) (payoff_i(a, s) - payoff_i(b, a_-i, s)) >= 0``.

    No signal is left out: whatever is told can be summed up in what is done.  With several receivers the result is the best
    Bayes-correlated equilibrium for the designer, each hearing its own action alone.

    Parameters
    ----------
    problem : InformationDesign
    public : bool
        Everyone hears the whole profile, so that a pure equilibrium is played after each message; with one receiver the same.

    Returns
    -------
    Signal
        With an exact primal and dual proof.

    Raises
    ------
    Infeasible
        If the signal is to be public and no belief has a pure equilibrium; a private one is always there.

    Examples
    --------
    >>> trial = InformationDesign.persuasion(
    ...     {"innocent": "0.7", "guilty": "0.3"}, [[1, 0], [0, 1]], [[0, 1], [0, 1]], actions=["acquit", "convict"]
    ... )
    >>> signal = optimal_signal(trial)
    >>> signal.value, signal.chance("convict", "innocent"), signal.certificate.verdict.value
    (Fraction(3, 5), Fraction(3, 7), 'HOLDS')
    """
    profiles = list(problem.profiles())
    ways = list(_ways(problem, public))
    optimum = _solve(problem, profiles, ways, public)
    flat = np.array(optimum.primal, dtype=object).reshape(problem.designer.shape)
    multipliers = [
        [i, list(told) if public else told[0], instead, text(-weight)]
        for (i, told, instead), weight in zip(ways, optimum.dual[len(problem.states) :], strict=True)
        if weight
    ]
    chances = ExactArray.of(flat)
    certificate = check_optimal_signal(problem, chances, {"public": public, "multipliers": multipliers})
    if not certificate:
        raise SolverFailure(f"the signal found could not be proved to be the best: {certificate}; please report the problem")
    return Signal(problem, chances, public, optimum.value, certificate)


def _ways(problem: InformationDesign, public: bool) -> Iterator[tuple[int, Profile, int]]:
    for i, count in enumerate(problem.counts):
        for told in problem.profiles() if public else ((a,) for a in range(count)):
            yield from ((i, told, instead) for instead in range(count) if instead != told[i if public else 0])


def _solve(
    problem: InformationDesign, profiles: list[Profile], ways: list[tuple[int, Profile, int]], public: bool
) -> ExactOptimum:
    try:
        return solve_exactly(_programme(problem, profiles, ways, public))
    except Infeasible as refusal:
        raise Infeasible(
            "there is no belief after which a pure equilibrium is played, so that no public recommendation is obeyed by all; "
            "ask for a private signal (public=False)",
            refusal.farkas,
        ) from None


def _programme(
    problem: InformationDesign, profiles: list[Profile], ways: list[tuple[int, Profile, int]], public: bool
) -> LinearProgramme:
    """One column for each state and profile; a row for each state, whose chances add up to 1, and for each way to disobey."""
    width = len(profiles)
    states = list(enumerate(problem.prior))
    objective = tuple(p * problem.designer_payoff(s, a) for s, p in states for a in profiles)
    certain = [{s * width + k: ONE for k in range(width)} for s, _ in states]
    obedience = [
        {
            s * width + k: p * loss
            for s, p in states
            for k, a in enumerate(profiles)
            if (a == told if public else a[i] == told[0]) and (loss := problem.regret(i, s, a, instead)) and p
        }
        for i, told, instead in ways
    ]
    return LinearProgramme(
        objective=objective,
        rows=(*certain, *obedience),
        lower=(*(ONE for _ in states), *(ZERO for _ in ways)),
        upper=(*(ONE for _ in states), *(None for _ in ways)),
        column_lower=(ZERO,) * len(objective),
        column_upper=(None,) * len(objective),
        maximise=True,
    )
