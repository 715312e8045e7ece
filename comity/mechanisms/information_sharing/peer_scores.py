"""Scoring actual reports that nobody can verify: by agents and tasks, with the scores confirmed by counting another way."""

from __future__ import annotations

import html
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property
from typing import TYPE_CHECKING, Any

from comity import rational
from comity.certificate import Certificate, number_fields
from comity.checks.peer_scores import check_agreement_scores, check_prediction_scores, check_serum_scores
from comity.declaration import declare
from comity.enclosure import Between, between, log_between
from comity.errors import ComityError
from comity.games.bayesian.peer_prediction import AGREEMENT, PeerPrediction
from comity.games.bayesian.peer_signals import PeerSignals
from comity.games.bayesian.scoring_rules import SCORING_RULES, read_probabilities

if TYPE_CHECKING:
    import pandas as pd

ZERO, ONE = Fraction(0), Fraction(1)
Reports = Mapping[str, Mapping[str, str]]


@dataclass(frozen=True)
class ReviewScore:
    """What one report of an agent earned, and its parts where it has some."""

    agent: str
    task: str
    score: Between
    parts: Mapping[str, Between] = field(default_factory=dict)


@dataclass(frozen=True)
class PeerScores:
    """Scores by agent and task, with the certificate that they follow the rule.

    ``scores["A"]`` is the agent's total; ``unscored`` are reports with which nothing could be compared.

    Examples
    --------
    >>> scores = correlated_agreement_scores({"A": {"1": "h", "2": "l", "3": "h"}, "B": {"1": "h", "2": "l", "3": "l"}})
    >>> scores["A"], scores.certificate.verdict.value
    (1.0, 'HOLDS')
    """

    rule: str
    rows: tuple[ReviewScore, ...]
    certificate: Certificate
    unit: str = ""
    unscored: tuple[tuple[str, str], ...] = ()

    @cached_property
    def totals(self) -> dict[str, Between]:
        """What each agent earned over all its tasks."""
        found: dict[str, Between] = {agent: between(0) for agent, _ in self.unscored}
        for row in self.rows:
            found[row.agent] = found.get(row.agent, between(0)) + row.score
        return found

    def __getitem__(self, agent: str) -> float:
        if agent not in self.totals:
            raise KeyError(f"there is no agent {agent!r}; the agents are {', '.join(self.totals)}")
        return rational.double(self.totals[agent].middle)

    def to_frame(self) -> pd.DataFrame:
        """A row for each report, in columns agent, task, score and the parts."""
        import pandas as pd

        columns = ["agent", "task", "score", *(self.rows[0].parts if self.rows else ())]
        rows = [
            (row.agent, row.task, *(rational.double(number.middle) for number in (row.score, *row.parts.values())))
            for row in self.rows
        ]
        return pd.DataFrame(rows, columns=columns)

    def to_series(self) -> pd.Series[float]:
        """The totals, indexed by agent."""
        import pandas as pd

        agents = list(self.totals)
        return pd.Series([self[agent] for agent in agents], index=pd.Index(agents, name="agent"), name=self.rule)

    def to_json(self) -> dict[str, Any]:
        """Plain data; exact scores are kept beside their nearest doubles."""
        return {
            "rule": self.rule,
            "unit": self.unit,
            "scores": [
                {
                    "agent": row.agent,
                    "task": row.task,
                    **{
                        key: value
                        for name, number in {"score": row.score, **row.parts}.items()
                        for key, value in number_fields(name, number.number).items()
                    },
                }
                for row in self.rows
            ],
            "unscored": [list(pair) for pair in self.unscored],
            "certificate": self.certificate.to_json(),
        }

    def summary(self) -> str:
        """The totals as a plain-text table with the certificate under it."""
        width = max((len(agent) for agent in self.totals), default=0)
        head = self.rule.replace("_", " ") + (f" ({self.unit})" if self.unit else "")
        lines = [f"  {agent:<{width}}  {rational.short(total.middle):>12}" for agent, total in self.totals.items()]
        return "\n".join([head, *lines, str(self.certificate)])

    __str__ = summary

    def _repr_html_(self) -> str:
        return self.to_frame().to_html(index=False) + f"<p>{html.escape(str(self.certificate))}</p>"


@declare(
    "rule",
    "Reports paid as forecasts of a peer's report",
    area="information_sharing",
    reference="Miller, Resnick & Zeckhauser (2005)",
    certificate="check_prediction_scores",
)
def peer_prediction_scores(
    signals: PeerSignals, reports: Reports, rule: str = "quadratic", price: Any = 1, base: Any = 0, unit: str = ""
) -> PeerScores:
    """Each report is scored as a forecast of every peer's report on the same task, ``base + price * mean of scores``.

    The prior must be known.  Always reporting the same may pay more than the truth if peers do so too: see
    `PeerPrediction.uninformative_equilibria`, and `correlated_agreement_scores` for a rule without that weakness.

    Parameters
    ----------
    signals : PeerSignals
    reports : ``{agent: {task: signal}}``; a report alone on its task is not scored
    rule : "quadratic", "logarithmic" or "spherical"

    Examples
    --------
    >>> seen = PeerSignals("hl", [["37/80", "3/16"], ["3/16", "13/80"]])
    >>> scores = peer_prediction_scores(seen, {"A": {"m1": "h", "m2": "l"}, "B": {"m1": "h", "m2": "h"}}, "logarithmic")
    >>> [(row.agent, row.task, round(row.score.number, 4)) for row in scores.rows][:2]
    [('A', 'm1', -0.3403), ('A', 'm2', -0.6242)]
    """
    if rule not in SCORING_RULES:
        raise ComityError(f"the scoring rule is {rational.shown(rule)}; use one of {', '.join(SCORING_RULES)}")
    read = read_reports(reports, signals.signals)
    game = PeerPrediction(signals, rule, price, base)
    table = {
        (r, s): between(SCORING_RULES[rule](signals.posterior(r), signals.position(s)))
        for r in signals.signals
        for s in signals.signals
    }
    scores = {}
    for agent, task, report in _each(read):
        peers = [others[task] for peer, others in read.items() if peer != agent and task in others]
        if peers:
            total = sum((table[report, peer] for peer in peers), between(0))
            scores[agent, task] = game.price * total / len(peers) + game.base
    return _scored("peer_prediction", read, scores, check_prediction_scores(game, read, scores), unit)


@declare(
    "rule",
    "Reports paid for agreeing more often than by chance",
    area="information_sharing",
    reference="Dasgupta & Ghosh (2013); Shnayder, Agarwal, Frongillo & Parkes (2016)",
    certificate="check_agreement_scores",
)
def correlated_agreement_scores(reports: Reports, signals: PeerSignals | None = None, unit: str = "") -> PeerScores:
    """Each report scores how much more often it agrees with peers on the task than reports on two different other tasks do.

    Signals agree if they are found together more often than by chance: under the prior ``signals``, or as the reports
    themselves show where none is given (with few reports that is a rough estimate).  All pairs of other tasks are averaged, and
    all peers, so that nothing is left to chance.  With two signals that are found together this is the rule of Dasgupta & Ghosh.

    Parameters
    ----------
    reports : ``{agent: {task: signal}}``; two agents need a task in common, and each another one besides

    Examples
    --------
    A reports honestly and B always the same:

    >>> tasks = "12345678"
    >>> seen = PeerSignals("hl", [["0.4", "0.1"], ["0.1", "0.4"]])
    >>> reports = {"A": dict(zip(tasks, "hhlhllhl")), "B": dict(zip(tasks, "hhlhllll")), "C": dict.fromkeys(tasks, "h")}
    >>> {agent: round(total, 3) for agent, total in correlated_agreement_scores(reports, seen).to_series().items()}
    {'A': 1.714, 'B': 1.714, 'C': 0.0}
    """
    read = read_reports(reports, None if signals is None else signals.signals)
    agree = agreeing_pairs(read) if signals is None else _pairs_of(signals)
    scores = {}
    for agent, task, _ in _each(read):
        found = [
            value
            for peer in read
            if peer != agent and task in read[peer] and (value := _beyond_chance(read, agree, agent, peer, task)) is not None
        ]
        if found:
            scores[agent, task] = between(sum(found, ZERO) / len(found))
    certificate = check_agreement_scores(read, [list(pair) for pair in sorted(agree)], scores)
    return _scored(AGREEMENT, read, scores, certificate, unit)


@declare(
    "rule",
    "Answers paid for being more common than predicted",
    area="information_sharing",
    reference="Prelec (2004)",
    certificate="check_serum_scores",
)
def truth_serum_scores(
    answers: Mapping[str, str], predictions: Mapping[str, Mapping[str, Any]], weight: Any = 1, unit: str = ""
) -> PeerScores:
    """The Bayesian truth serum: information ``ln(x_k / y_k)`` of the answer k, and ``weight * sum of x_j ln(q_j / x_j)``.

    x are the frequencies of answers, ln y the mean logarithm of predictions, q the own prediction.  The second part is never
    positive, and 0 for a prediction that comes true.  With weight 1 all scores add up to 0.  The prior need not be known, but
    there must be many respondents: among a few, an answer moves the averages it is compared with.

    Parameters
    ----------
    answers : ``{agent: answer}``
    predictions : ``{agent: {answer: expected frequency}}``, above 0 for every answer that somebody gives

    Examples
    --------
    >>> scores = truth_serum_scores(
    ...     {"A": "flaw", "B": "flaw", "C": "none"},
    ...     {"A": {"flaw": "0.5", "none": "0.5"}, "B": {"flaw": "0.6", "none": "0.4"}, "C": {"flaw": "0.2", "none": "0.8"}},
    ... )
    >>> [round(scores[agent], 3) for agent in "ABC"], abs(sum(scores[agent] for agent in "ABC")) < 1e-12
    ([0.476, 0.523, -0.999], True)
    """
    alpha = rational.exact(weight, "the weight")
    if alpha <= 0:
        raise ComityError(f"the weight is {rational.short(alpha)}; give a number above 0, such as 1")
    if len(answers) < 2:
        raise ComityError(f"{len(answers)} answers have nothing to be compared with; give those of two respondents or more")
    given = {str(agent): str(answer) for agent, answer in answers.items()}
    believed = _read_predictions(given, predictions)
    x = {k: Fraction(count, len(given)) for k, count in Counter(given.values()).items()}
    logs = {agent: {k: log_between(q[k]) for k in x} for agent, q in believed.items()}
    common = {k: sum((logs[agent][k] for agent in given), between(0)) / len(given) for k in x}
    information = {agent: log_between(x[k]) - common[k] for agent, k in given.items()}
    prediction = {
        agent: sum((share * (logs[agent][k] - log_between(share)) for k, share in x.items()), between(0)) for agent in given
    }
    rows = tuple(
        ReviewScore(
            agent,
            given[agent],
            information[agent] + alpha * prediction[agent],
            {"information": information[agent], "prediction": alpha * prediction[agent]},
        )
        for agent in given
    )
    certificate = check_serum_scores(given, believed, alpha, information, prediction)
    return PeerScores("bayesian_truth_serum", rows, certificate, unit)


def read_reports(reports: Reports, known: Iterable[str] | None) -> dict[str, dict[str, str]]:
    """Reports by agent and task as text; every signal must be a known one."""
    if not isinstance(reports, Mapping) or not all(isinstance(mine, Mapping) for mine in reports.values()):
        raise ComityError("the reports are no mapping of mappings; write {agent: {task: signal}}")
    found = {str(agent): {str(task): str(signal) for task, signal in mine.items()} for agent, mine in reports.items()}
    if len(found) < 2:
        raise ComityError(f"there are reports of {len(found)} agents; give those of two or more, since they are compared")
    names = None if known is None else tuple(known)
    for agent, task, signal in _each(found):
        if names is not None and signal not in names:
            raise ComityError(f"{agent} reports {signal!r} on {task}, which is no signal; use one of {', '.join(names)}")
    return found


def agreeing_pairs(reports: Reports) -> set[tuple[str, str]]:
    """Pairs of signals that two agents report of one task more often than by chance, over all tasks and pairs of agents."""
    by_task: dict[str, Counter[str]] = {}
    for _, task, signal in _each(reports):
        by_task.setdefault(task, Counter())[signal] += 1
    pairs: Counter[tuple[str, str]] = Counter()
    for counts in by_task.values():
        for a, n in counts.items():
            for b, k in counts.items():
                pairs[a, b] += n * (k - (a == b))
    total, rows = pairs.total(), Counter[str]()
    for (a, _), n in pairs.items():
        rows[a] += n
    return {(a, b) for (a, b), n in pairs.items() if n * total > rows[a] * rows[b]}


def _pairs_of(signals: PeerSignals) -> set[tuple[str, str]]:
    names = signals.signals
    return {(a, b) for a, row in zip(names, signals.association, strict=True) for b, d in zip(names, row, strict=True) if d > 0}


def _beyond_chance(reports: Reports, agree: set[tuple[str, str]], agent: str, peer: str, task: str) -> Fraction | None:
    """Agreement on a task less the share of agreement over two different other tasks; None where there are no such tasks.

    Of all pairs of tasks, those with the task itself and those of one task with itself are taken off.
    """
    mine, theirs = reports[agent], reports[peer]

    def agreed(a: str, b: str) -> int:
        return (a, b) in agree

    my_counts, their_counts = Counter(mine.values()), Counter(theirs.values())
    shared = [t for t in mine if t in theirs and t != task]
    count = (len(mine) - 1) * (len(theirs) - 1) - len(shared)
    if not count:
        return None
    here = agreed(mine[task], theirs[task])
    every = sum(n * k * agreed(a, b) for a, n in my_counts.items() for b, k in their_counts.items())
    with_mine = sum(k * agreed(mine[task], b) for b, k in their_counts.items())
    with_theirs = sum(n * agreed(a, theirs[task]) for a, n in my_counts.items())
    on_one_task = sum(agreed(mine[t], theirs[t]) for t in shared)
    return here - Fraction(every - with_mine - with_theirs + here - on_one_task, count)


def _read_predictions(answers: Mapping[str, str], predictions: Mapping[str, Mapping[str, Any]]) -> dict[str, dict[str, Fraction]]:
    found = {}
    for agent in answers:
        if agent not in predictions:
            raise ComityError(f"{agent} predicts nothing; give a probability for every answer")
        q = predictions[agent]
        numbers = read_probabilities(list(q.values()), f"the prediction of {agent}")
        found[agent] = dict(zip(map(str, q), numbers, strict=True))
        for answer in answers.values():
            if not found[agent].get(answer):
                raise ComityError(
                    f"{agent} calls {answer!r} impossible, but somebody answered so and the score has no bound; "
                    "give every answer a probability above 0"
                )
    return found


def _each(reports: Reports) -> Iterable[tuple[str, str, str]]:
    return ((agent, task, signal) for agent, mine in reports.items() for task, signal in mine.items())


def _scored(
    rule: str, reports: Reports, scores: Mapping[tuple[str, str], Between], certificate: Certificate, unit: str
) -> PeerScores:
    rows = tuple(ReviewScore(agent, task, score) for (agent, task), score in scores.items())
    unscored = tuple((agent, task) for agent, task, _ in _each(reports) if (agent, task) not in scores)
    return PeerScores(rule, rows, certificate, unit, unscored)
