"""Confirming scores of actual reports: counted another way than they were found, and truth serums to their sum of zero."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

from comity import rational
from comity.certificate import Basis, Certificate, Verdict, holds_if
from comity.checks.intervals import PRECISION, ball, bounds, text_of
from comity.checks.peer_prediction import TOLERANCE, Books, same
from comity.declaration import declare
from comity.enclosure import Between, between
from comity.games.bayesian.peer_prediction import PeerPrediction
from comity.games.bayesian.truth_serum import TruthSerum

ZERO = Fraction(0)
Reports = Mapping[str, Mapping[str, str]]
Scores = Mapping[tuple[str, str], Between]


@declare("check", "Reports are scored against their peers' as the rule says", reference="Miller, Resnick & Zeckhauser (2005)")
def check_prediction_scores(game: PeerPrediction, reports: Reports, scores: Scores) -> Certificate:
    """Each report earns base and price times the mean of its scores against all peers' reports on the task, counted by signal.

    Examples
    --------
    >>> from comity.games.bayesian.peer_signals import PeerSignals
    >>> game = PeerPrediction(PeerSignals("hl", [["0.4", "0.1"], ["0.1", "0.4"]]), "quadratic")
    >>> reports = {"A": {"t": "h"}, "B": {"t": "l"}}
    >>> lone = between(2 * Fraction(1, 5) - Fraction(17, 25))
    >>> bool(check_prediction_scores(game, reports, {("A", "t"): lone, ("B", "t"): lone}))
    True
    """
    books = Books(game)
    position = game.signals.position
    by_task: dict[str, Counter[str]] = {}
    for mine in reports.values():
        for task, report in mine.items():
            by_task.setdefault(task, Counter())[report] += 1
    found = {}
    for agent, mine in reports.items():
        for task, report in mine.items():
            peers = by_task[task] - Counter([report])
            if peers.total():
                terms = (books.between_reports(position(report), position(peer)) * n for peer, n in peers.items())
                mean = sum(terms, between(0)) * Fraction(1, peers.total())
                found[agent, task] = mean * game.price + game.base
    return _confirmed("every report is scored against its peers' as the rule says", scores, found, "check_prediction_scores")


@declare(
    "check",
    "Reports are scored by correlated agreement",
    reference="Shnayder, Agarwal, Frongillo & Parkes (2016)",
)
def check_agreement_scores(reports: Reports, agreeing: Sequence[Sequence[str]], scores: Scores) -> Certificate:
    """Each report earns how much more often it agrees with a peer's on the task than two reports on different other tasks do.

    For every peer, reports on other tasks are counted by signal, pairs on one task taken out, and the means over peers compared
    exactly.  ``agreeing`` are the pairs of signals found together more often than by chance.

    Examples
    --------
    >>> reports = {"A": {"1": "h", "2": "l", "3": "h"}, "B": {"1": "h", "2": "l", "3": "l"}}
    >>> scores = {(a, t): between(Fraction(s)) for a in "AB" for t, s in zip("123", ["1/2", "1/2", "0"])}
    >>> bool(check_agreement_scores(reports, [["h", "h"], ["l", "l"]], scores))
    True
    """
    agree = {tuple(pair) for pair in agreeing}
    found = {}
    for agent, mine in reports.items():
        for task in mine:
            values = [
                _agreement(reports, agree, agent, peer, task) for peer in reports if peer != agent and task in reports[peer]
            ]
            known = [value for value in values if value is not None]
            if known:
                found[agent, task] = between(sum(known, ZERO) / len(known))
    return _confirmed("every report is scored by correlated agreement", scores, found, "check_agreement_scores")


def _agreement(reports: Reports, agree: set[tuple[str, ...]], agent: str, peer: str, task: str) -> Fraction | None:
    mine = {t: r for t, r in reports[agent].items() if t != task}
    theirs = {t: r for t, r in reports[peer].items() if t != task}
    pairs: Counter[tuple[str, str]] = Counter()
    for a, n in Counter(mine.values()).items():
        for b, k in Counter(theirs.values()).items():
            pairs[a, b] += n * k
    pairs.subtract((mine[t], theirs[t]) for t in mine.keys() & theirs.keys())
    if not pairs.total():
        return None
    by_chance = Fraction(sum(n for pair, n in pairs.items() if pair in agree), pairs.total())
    return ((reports[agent][task], reports[peer][task]) in agree) - by_chance


@declare("check", "Answers and predictions are scored by the Bayesian truth serum", reference="Prelec (2004)")
def check_serum_scores(
    answers: Mapping[str, str],
    predictions: Mapping[str, Mapping[str, Fraction]],
    weight: Fraction,
    information: Mapping[str, Between],
    prediction: Mapping[str, Between],
) -> Certificate:
    """Both parts of every score again, with interval logarithms; with weight 1 that they add up to 0, term by term and exactly.

    Each logarithm of a frequency or of a prediction enters the sum of all scores with a coefficient that is a fraction;
    with weight 1 all of them are 0.  A prediction's part is minus a relative entropy; with the other sign it is refuted.

    Examples
    --------
    >>> half = {"h": Fraction(1, 2), "l": Fraction(1, 2)}
    >>> zero = {"A": between(0), "B": between(0)}
    >>> bool(check_serum_scores({"A": "h", "B": "l"}, {"A": half, "B": half}, Fraction(1), zero, zero))
    True
    """
    from flint import ctx

    n = len(answers)
    x = {k: Fraction(count, n) for k, count in Counter(answers.values()).items()}
    with ctx.workprec(PRECISION):
        logs = {(a, k): ball(predictions[a][k]).log() for a in answers for k in x}
        common = {k: sum((logs[a, k] for a in answers), ball(0)) / n for k in x}
        surprise = {k: bounds(ball(x[k]).log() - common[k]) for k in x}
        losses = {a: bounds(sum((ball(x[k]) * (logs[a, k] - ball(x[k]).log()) for k in x), ball(0))) for a in answers}
    wrong = [a for a in answers if not _near(information[a], surprise[answers[a]]) or not _near(prediction[a], losses[a])]
    # The coefficients, summed over all respondents, of ln x_k and of every ln y_k.
    ends = Counter(answers.values())
    of_frequencies = {k: ends[k] - weight * n * x[k] for k in x}
    of_predictions = {k: weight * x[k] - Fraction(ends[k], n) for k in x}
    balanced = not any(of_frequencies.values()) and not any(of_predictions.values())
    reason = f"{wrong[0]} scores something else" if wrong else ""
    witness: dict[str, Any] = {
        "answers": dict(answers),
        "predictions": {a: {k: rational.text(p) for k, p in q.items()} for a, q in predictions.items()},
        "weight": rational.text(weight),
        "scores_add_up_to_0": balanced,
    }
    return Certificate(
        "answers and predictions are scored by the truth serum" + (", and all scores add up to 0" if balanced else ""),
        holds_if(not reason and balanced is (weight == 1)),
        basis=Basis.ENCLOSED,
        witness={**witness, "reason": reason} if reason else witness,
        check="check_serum_scores",
    )


@declare("check", "Under the truth serum the truth is the best answer", reference="Prelec (2004), theorem 1")
def check_truth_serum(model: TruthSerum) -> Certificate:
    """The advantage of the truth over every other answer is a relative entropy, added up from what two signals say of each kind.

    It must be that of the scores stated, and positive; the margin is the least of them.  Signals that say the same are no lies.

    Examples
    --------
    >>> from comity.games.bayesian.peer_signals import PeerSignals
    >>> seen = PeerSignals.from_kinds("hl", {"good": ("0.5", ["0.85", "0.15"]), "bad": ("0.5", ["0.45", "0.55"])})
    >>> bool(check_truth_serum(TruthSerum(seen)))
    True
    """
    from flint import ctx

    signals = model.signals
    names = signals.signals
    rows, reason = {}, ""
    least: Between | None = None
    with ctx.workprec(PRECISION):
        for i in range(signals.m):
            for k in range(signals.m):
                if _alike(model, i, k):
                    continue
                entropy = bounds(_entropy(model, i, k))
                stated = model.information(i, i) - model.information(i, k)
                rows[f"{names[i]} over {names[k]}"] = text_of(entropy)
                if not same(stated, entropy):
                    reason = f"the advantage of {names[i]} over {names[k]} is another"
                least = entropy if least is None or entropy.low < least.low else least
    return Certificate(
        "whatever a respondent sees, it expects to score most by saying so",
        Verdict.FAILS if reason else holds_if(least is None or least.low > 0),
        margin=None if least is None else rational.double(least.low),
        basis=Basis.ENCLOSED,
        witness={
            "signals": list(names),
            "kinds": {kind.name: [rational.text(kind.prior), *map(rational.text, kind.finds)] for kind in signals.kinds},
            "advantage": rows,
            **({"reason": reason} if reason else {}),
        },
        check="check_truth_serum",
    )


def _alike(model: TruthSerum, i: int, k: int) -> bool:
    """Whether two signals say the same of every kind."""
    ratios = {kind.finds[i] / kind.finds[k] for kind in model.signals.kinds if kind.prior}
    return len(ratios) == 1


def _entropy(model: TruthSerum, i: int, k: int) -> Any:
    """Sum over kinds t and others' signals s of P(t, s | i) ln(P(t | i, s) / P(t | k, s))."""
    kinds, chances = model.signals.kinds, model.signals.chances

    def of_both(a: int, s: int) -> Fraction:
        return sum((kind.prior * kind.finds[a] * kind.finds[s] for kind in kinds), ZERO)

    total = ball(0)
    for kind in kinds:
        for s in range(model.signals.m):
            chance = kind.prior * kind.finds[i] * kind.finds[s] / chances[i]
            if chance:
                ratio = (kind.finds[i] / of_both(i, s)) / (kind.finds[k] / of_both(k, s))
                total += ball(chance) * ball(ratio).log()
    return total


def _near(stated: Between, found: Between) -> bool:
    """As `same`, for numbers that may be 0 up to their bounds."""
    slack = TOLERANCE * max(Fraction(1), *(abs(end) for end in found))
    return stated.width <= slack and stated.low <= found.high + slack and stated.high >= found.low - slack


def _confirmed(claim: str, scores: Scores, found: Scores, check: str) -> Certificate:
    reason = ""
    if scores.keys() != found.keys():
        agent, task = min(scores.keys() ^ found.keys())
        state = "left out" if (agent, task) in found else "scored though nothing compares with it"
        reason = f"the report of {agent} on {task} is {state}"
    wrong = [key for key in found if not reason and not _exactly_or_near(scores[key], found[key])]
    if wrong:
        reason = f"the report of {wrong[0][0]} on {wrong[0][1]} scores {text_of(found[wrong[0]])}"
    witness: dict[str, Any] = {"scores": {f"{agent} / {task}": text_of(score) for (agent, task), score in found.items()}}
    exact = all(score.exact for score in found.values())
    return Certificate(
        claim,
        holds_if(not reason),
        basis=Basis.EXACT if exact else Basis.ENCLOSED,
        witness={**witness, "reason": reason} if reason else witness,
        check=check,
    )


def _exactly_or_near(stated: Between, found: Between) -> bool:
    return stated == found if stated.exact and found.exact else _near(stated, found)
