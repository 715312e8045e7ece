"""Peer prediction: reviewers are paid by comparing their reports, since nobody can verify them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property, lru_cache
from itertools import product
from typing import Any, Self

import numpy as np

from comity import rational
from comity.declaration import declare
from comity.enclosure import Between, between
from comity.errors import InvalidGame
from comity.games.bayesian.peer_signals import PeerSignals
from comity.games.bayesian.scoring_rules import SCORING_RULES, score_argument
from comity.games.strategic.normal_form import NormalFormGame

ZERO, ONE = Fraction(0), Fraction(1)
AGREEMENT = "correlated_agreement"
PAYMENTS = (AGREEMENT, *SCORING_RULES)
# All strategies are tried: 5**5 of them are too many to be compared with each other.
MAX_SIGNALS_LISTED = 4
# A report for each signal, by position.
Strategy = tuple[int, ...]


@dataclass(frozen=True)
class ReviewEquilibrium:
    """One equilibrium in pure strategies: what both report of each signal, and what each earns on average."""

    mine: Strategy
    theirs: Strategy
    payoffs: tuple[Between, Between]

    @property
    def informed(self) -> bool:
        """Whether anybody looks."""
        return any(len(set(strategy)) > 1 for strategy in (self.mine, self.theirs))

    @property
    def truthful(self) -> bool:
        """Whether both report what they see."""
        return self.mine == self.theirs == tuple(range(len(self.mine)))


@declare(
    "game",
    "Two reviewers paid by comparing their reports",
    area="information_sharing",
    reference="Miller, Resnick & Zeckhauser (2005); Dasgupta & Ghosh (2013); Shnayder, Agarwal, Frongillo & Parkes (2016)",
)
@dataclass(frozen=True)
class PeerPrediction:
    """A review costs effort and finds a signal; the report is paid ``base + price * score`` by comparison with a peer's.

    With a proper scoring rule R (``quadratic``, ``logarithmic``, ``spherical``), the report r means the forecast "my peer has
    found j with probability P(j | r)", and scores R(that forecast, the peer's report).  Telling the truth is an equilibrium;
    **so is always reporting the same, without looking, and it may pay more**: `equilibria` lists them all.

    With ``correlated_agreement``, reviewers have several tasks: S(r, s) = 1 if the signals r and s are found together more often
    than by chance, and the score is S for two reports on the same task less S for two reports on different tasks.  Telling the
    truth is expected to score ``sum of max(0, P(i, j) - P(i) P(j))``, which no pair of strategies exceeds; a report that does
    not depend on what is seen scores 0.  Score and effort are counted per review.

    Parameters
    ----------
    signals : PeerSignals
    payment : name of a scoring rule, or ``correlated_agreement``
    price, base : what a score of 1 is worth, and what every review is paid besides
    effort_cost : what looking costs; a reviewer that reports the same whatever it sees need not look
    interest : what each report is worth to its author besides, in the order of the signals
    players : names of the two

    Examples
    --------
    >>> seen = PeerSignals.from_kinds("hl", {"good": ("0.5", ["0.85", "0.15"]), "bad": ("0.5", ["0.45", "0.55"])})
    >>> game = PeerPrediction(seen, "logarithmic")
    >>> truth, always_h = game.truthful, (0, 0)
    >>> [round(float(game.payoff(*pair).number), 4) for pair in [(truth, truth), (always_h, truth), (always_h, always_h)]]
    [-0.6322, -0.6563, -0.3403]
    >>> PeerPrediction(seen).payoff(truth, truth).number, PeerPrediction(seen).payoff(always_h, always_h).number
    (Fraction(2, 25), Fraction(0, 1))
    """

    signals: PeerSignals
    payment: str = AGREEMENT
    price: Fraction = ONE
    base: Fraction = ZERO
    effort_cost: Fraction = ZERO
    interest: tuple[Fraction, ...] = ()
    players: tuple[str, str] = field(default=("1", "2"), compare=False)

    def __post_init__(self) -> None:
        for name in ("price", "base", "effort_cost"):
            object.__setattr__(self, name, rational.exact(getattr(self, name), f"the {name}"))
        for name in ("price", "effort_cost"):
            if getattr(self, name) < 0:
                raise InvalidGame(f"the {name} is {rational.short(getattr(self, name))}; give 0 or more")
        worths = tuple(rational.exact(x, "an interest in a report") for x in self.interest) or (ZERO,) * self.signals.m
        if len(worths) != self.signals.m:
            raise InvalidGame(f"{len(worths)} interests for {self.signals.m} signals; give one each, in their order, or none")
        object.__setattr__(self, "interest", worths)
        if self.payment not in PAYMENTS:
            raise InvalidGame(f"the payment is {rational.shown(self.payment)}; use one of {', '.join(PAYMENTS)}")
        if self.payment == "logarithmic" and not all(map(all, self.signals.joint)):
            raise InvalidGame("some pair of signals never occurs, and its logarithmic score has no bound; use quadratic")

    # --- strategies ------------------------------------------------------------------------------

    @property
    def truthful(self) -> Strategy:
        """Reporting what is seen."""
        return tuple(range(self.signals.m))

    def always(self, report: int | str) -> Strategy:
        """Reporting the same whatever is seen, without looking."""
        return (self.signals.position(report),) * self.signals.m

    def strategies(self) -> Iterator[Strategy]:
        """Every way to report, as positions."""
        return product(range(self.signals.m), repeat=self.signals.m)

    def describe(self, strategy: Strategy) -> str:
        """The strategy in words.

        >>> game = PeerPrediction(PeerSignals("hl", [["0.4", "0.1"], ["0.1", "0.4"]]))
        >>> [game.describe(s) for s in [(0, 1), (1, 1), (1, 0)]]
        ['what it sees', 'always l', 'l for h, h for l']
        """
        names = self.signals.signals
        if strategy == self.truthful:
            return "what it sees"
        if len(set(strategy)) == 1:
            return f"always {names[strategy[0]]}"
        return ", ".join(f"{names[r]} for {names[i]}" for i, r in enumerate(strategy) if r != i)

    def effort(self, strategy: Strategy) -> Fraction:
        """What looking costs, 0 for a report that does not depend on it."""
        return self.effort_cost if len(set(strategy)) > 1 else ZERO

    # --- what is earned --------------------------------------------------------------------------

    def expected_score(self, mine: Strategy, theirs: Strategy) -> Between:
        """The score expected from a pair of strategies, before price, base, interest and effort."""
        return self._score.total(
            (self._weights[i][j], r, s) for i, r in enumerate(mine) for j, s in enumerate(theirs) if self._weights[i][j]
        )

    def payoff(self, mine: Strategy, theirs: Strategy) -> Between:
        """What a reviewer earns on average: base, price times the score, and its interest, less its effort."""
        return self.price * self.expected_score(mine, theirs) + (self.base + self._besides(mine))

    def gain(self, mine: Strategy, other: Strategy, theirs: Strategy) -> Between:
        """How much more a reviewer earns by another strategy; scores that are the same are cancelled before they are bounded."""
        terms = [
            (sign * self._weights[i][j], strategy[i], s)
            for sign, strategy in ((1, other), (-1, mine))
            for i in range(self.signals.m)
            if other[i] != mine[i]
            for j, s in enumerate(theirs)
        ]
        return self.price * self._score.total(terms) + (self._besides(other) - self._besides(mine))

    def misreport(self, seen: int | str) -> tuple[int, Between]:
        """The best other report for a reviewer that saw a signal, its peer being truthful, and what it gains by it."""
        i = self.signals.position(seen)
        gains = {r: self._lie(i, r) for r in range(self.signals.m) if r != i}
        best = max(gains, key=lambda r: gains[r].middle)
        return best, largest(gains.values())

    def shirking(self) -> tuple[int, Between]:
        """The best report without looking, its peer being truthful, and what it gains over an honest review."""
        saved = self.effort_cost - self._besides_by_chance
        gains = {
            k: -self.price * advantage + (saved + self.interest[k])
            for k, advantage in enumerate(self._tables.advantage_of_looking)
        }
        best = max(gains, key=lambda k: gains[k].middle)
        return best, largest(gains.values())

    def price_for_effort(self) -> Between | None:
        """The least price at which looking and telling the truth pays: effort divided by the gap of the scores.

        Without interests this is ``effort_cost / (E truthful - E best uninformed)``; None where no price is enough.
        """
        wanted = [self.effort_cost + worth - self._besides_by_chance for worth in self.interest]
        return _least(zip(wanted, self._tables.advantage_of_looking, strict=True))

    def price_for_truth(self, seen: int | str) -> Between | None:
        """The least price at which a reviewer that saw a signal says so; None where no price is enough."""
        i = self.signals.position(seen)
        lies = [r for r in range(self.signals.m) if r != i]
        advantages = self._tables.advantage_of_truth[i]
        return _least((self.interest[r] - self.interest[i], advantages[r]) for r in lies)

    # --- equilibria ------------------------------------------------------------------------------

    def best_replies(self, theirs: Strategy) -> list[Strategy]:
        """Every pure strategy that earns most against another; equal within the bounds of the scores (1e-50) counts as equal."""
        by_signal = [self._best_reports(seen, theirs) for seen in range(self.signals.m)]
        informed = tuple(reports[0] for reports in by_signal)
        blind = self._best_constants(theirs)
        looking = self.gain(self.always(blind[0]), informed, theirs).sign if len(set(informed)) > 1 else -1
        found = [self.always(k) for k in blind] if looking in (-1, 0, None) else []
        if looking in (1, 0, None):
            found += [strategy for strategy in product(*by_signal) if len(set(strategy)) > 1]
        elif self.effort_cost == 0:
            # One report is best whatever is seen; where others are as good, mixing them by signal costs nothing.
            found += [strategy for strategy in product(*by_signal) if len(set(strategy)) > 1]
        return found

    def equilibria(self, *, symmetric: bool = False) -> list[ReviewEquilibrium]:
        """Every equilibrium in pure strategies, the truthful one first; ``symmetric``: only those where both do the same.

        `comity.check_peer_equilibria` confirms that these are equilibria and that there are no others.  At most 4 signals.

        Examples
        --------
        >>> game = PeerPrediction(PeerSignals("hl", [["37/80", "3/16"], ["3/16", "13/80"]]), "quadratic")
        >>> [(game.describe(e.mine), round(float(e.payoffs[0].number), 3)) for e in game.equilibria(symmetric=True)]
        [('what it sees', 0.559), ('always h', 0.834), ('always l', 0.426)]
        """
        if self.signals.m > MAX_SIGNALS_LISTED:
            raise InvalidGame(
                f"{self.signals.m} signals have too many strategies to list every equilibrium; use at most {MAX_SIGNALS_LISTED}, "
                "or uninformative_equilibria"
            )
        replies = {theirs: set(self.best_replies(theirs)) for theirs in self.strategies()}
        pairs = [(f, g) for g, best in replies.items() for f in best if g in replies[f] and (f == g or not symmetric)]
        return [self._equilibrium(f, g) for f, g in sorted(pairs, key=self._order)]

    def uninformative_equilibria(self) -> list[ReviewEquilibrium]:
        """The equilibria in which all report the same whatever they see, for any number of signals; what each pays is stated."""
        found = [self.always(k) for k in range(self.signals.m) if k in self._best_constants(self.always(k))]
        return [self._equilibrium(strategy, strategy) for strategy in found]

    def to_normal_form(self) -> NormalFormGame:
        """The same as a finite game, a strategy an action; for payments that are exact."""
        strategies = list(self.strategies())
        table = [[self.payoff(f, g) for g in strategies] for f in strategies]
        if not all(entry.exact for row in table for entry in row):
            raise InvalidGame(f"{self.payment} scores are no fractions; use quadratic or {AGREEMENT}, or equilibria()")
        mine = [[entry.low for entry in row] for row in table]
        names = [" ".join(self.signals.signals[r] for r in strategy) for strategy in strategies]
        return NormalFormGame([mine, [list(column) for column in zip(*mine, strict=True)]], [names, names], self.players)

    @classmethod
    def random(cls, n: int, rng: np.random.Generator) -> Self:
        """Any payment; n counts players and does not matter, since two are compared."""
        seen = PeerSignals.random(int(rng.integers(2, 4)), rng)
        payment = PAYMENTS[int(rng.integers(len(PAYMENTS)))]
        cost, price = (Fraction(int(rng.integers(low, 200)), 100) for low in (0, 1))
        return cls(seen, payment, price, effort_cost=cost / 20)

    # --- parts -----------------------------------------------------------------------------------

    @property
    def _tables(self) -> _Tables:
        return _tables_of(self.signals, self.payment)

    @property
    def _score(self) -> _Scores:
        return self._tables.score

    @property
    def _weights(self) -> tuple[tuple[Fraction, ...], ...]:
        return self._tables.weights

    @cached_property
    def _besides_by_chance(self) -> Fraction:
        """What telling the truth is worth besides the payments, before effort."""
        return sum((p * worth for p, worth in zip(self.signals.chances, self.interest, strict=True)), ZERO)

    def _besides(self, strategy: Strategy) -> Fraction:
        worth = sum((p * self.interest[r] for p, r in zip(self.signals.chances, strategy, strict=True)), ZERO)
        return worth - self.effort(strategy)

    def _lie(self, seen: int, report: int) -> Between:
        return -self.price * self._tables.advantage_of_truth[seen][report] + (self.interest[report] - self.interest[seen])

    def _best_reports(self, seen: int, theirs: Strategy) -> list[int]:
        """The best reports of one signal; a strategy that differs in that signal only says how much better one is."""

        def better(r: int, s: int) -> Between:
            terms = [
                (sign * self._weights[seen][j], report, peer)
                for sign, report in ((1, s), (-1, r))
                for j, peer in enumerate(theirs)
            ]
            return self.price * self._score.total(terms) + self.signals.chances[seen] * (self.interest[s] - self.interest[r])

        return _best(self.signals.m, better)

    def _best_constants(self, theirs: Strategy) -> list[int]:
        return _best(self.signals.m, lambda r, s: self.gain(self.always(r), self.always(s), theirs))

    def _equilibrium(self, mine: Strategy, theirs: Strategy) -> ReviewEquilibrium:
        return ReviewEquilibrium(mine, theirs, (self.payoff(mine, theirs), self.payoff(theirs, mine)))

    def _order(self, pair: tuple[Strategy, Strategy]) -> tuple[Any, ...]:
        mine, theirs = pair
        return (pair != (self.truthful, self.truthful), len(set(mine)) > 1, len(set(theirs)) > 1, mine != theirs, pair)


class _Scores:
    """What every pair of reports scores, with equal scores known as equal although they are only bounded."""

    def __init__(self, arguments: list[list[Any]], value: dict[Any, Between]) -> None:
        self.arguments, self.value = arguments, value

    def total(self, terms: Iterable[tuple[Fraction, int, int]]) -> Between:
        """The sum of weight times score of (report, peer's report); weights of equal scores are added up first."""
        weights: dict[Any, Fraction] = {}
        for weight, report, peer in terms:
            argument = self.arguments[report][peer]
            weights[argument] = weights.get(argument, ZERO) + weight
        exact, bounded = ZERO, []
        for argument, weight in weights.items():
            if weight:
                score = self.value[argument]
                if score.exact:
                    exact += weight * score.low
                else:
                    bounded.append(score * weight)
        return sum(bounded, between(exact))


@dataclass(frozen=True)
class _Tables:
    """All that does not depend on money: ``advantage_of_truth[seen][report]``, ``advantage_of_looking[always]``."""

    weights: tuple[tuple[Fraction, ...], ...]
    score: _Scores
    advantage_of_truth: list[list[Between]]
    advantage_of_looking: list[Between]


# Searches change prices and costs, not what reviewers see.
@lru_cache(maxsize=256)
def _tables_of(signals: PeerSignals, payment: str) -> _Tables:
    m = range(signals.m)
    agreement = payment == AGREEMENT
    weights = signals.association if agreement else signals.joint
    if agreement:
        arguments: list[list[Any]] = [[int(signals.association[r][s] > 0) for s in m] for r in m]
        value = {0: between(0), 1: between(1)}
    else:
        rule = SCORING_RULES[payment]
        arguments = [[score_argument(payment, signals.posteriors[r], s) for s in m] for r in m]
        value = {arguments[r][s]: between(rule(signals.posteriors[r], s)) for r in m for s in m}
    score = _Scores(arguments, value)

    def advantage(seen: Iterable[int], instead: int) -> Between:
        return score.total(
            (sign * weights[i][j], report, j) for i in seen for j in m for sign, report in ((1, i), (-1, instead)) if i != instead
        )

    truth = [[advantage([i], r) / signals.chances[i] for r in m] for i in m]
    return _Tables(weights, score, truth, [advantage(m, k) for k in m])


def largest(numbers: Iterable[Between]) -> Between:
    """Bounds of the largest of some numbers."""
    listed = list(numbers)
    return Between(max(n.low for n in listed), max(n.high for n in listed))


def _best(count: int, better: Any) -> list[int]:
    """All positions that nothing is better than; ``better(r, s)`` says by how much s is better than r."""
    best = 0
    for k in range(1, count):
        if better(best, k).sign == 1:
            best = k
    return [k for k in range(count) if k == best or better(best, k).sign in (0, None)]


def _least(pairs: Iterable[tuple[Fraction, Between]]) -> Between | None:
    """The least price p >= 0 with ``p * advantage >= wanted`` for all pairs; None where there is none."""
    found = [between(ZERO)]
    for wanted, advantage in pairs:
        if wanted > 0:
            if advantage.low <= 0:
                return None
            found.append(wanted / advantage)
    return largest(found)
