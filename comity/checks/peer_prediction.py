"""Confirming what reviewers earn by comparing reports: payments are added up outcome by outcome, with the definitions alone."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from fractions import Fraction
from typing import Any

from comity import rational
from comity.certificate import Basis, Certificate, Verdict, holds_if
from comity.checks.intervals import PRECISION, ball, bounds, text_of
from comity.declaration import declare
from comity.enclosure import Between, between
from comity.games.bayesian.peer_prediction import AGREEMENT, PeerPrediction, ReviewEquilibrium, Strategy
from comity.games.bayesian.peer_signals import PeerSignals

ZERO, ONE = Fraction(0), Fraction(1)
# Relative to the size of the numbers: far more than scores are known to, far less than anybody is paid.
TOLERANCE = Fraction(1, 10**30)


@declare("check", "With each belief the forecast of that belief scores most", reference="Savage (1971)")
def check_proper(
    score: Callable[[Sequence[Fraction], int], Any], beliefs: Mapping[str, Sequence[Any]], claim: str = ""
) -> Certificate:
    """For each of some beliefs, no other of them scores as much on average: the rule is strictly proper among these forecasts.

    The margin is the least advantage of the truth.  Beliefs that are the same forecast are compared once.

    Examples
    --------
    >>> from comity.games.bayesian.scoring_rules import quadratic_score
    >>> beliefs = {"h": ["37/52", "15/52"], "l": ["15/28", "13/28"]}
    >>> check_proper(quadratic_score, beliefs).margin
    Fraction(512, 8281)
    >>> bool(check_proper(lambda q, k: q[k], beliefs))
    False
    """
    known = {name: tuple(rational.exact(p, f"the belief of {name}") for p in q) for name, q in beliefs.items()}
    least: Between | None = None
    rows = {}
    for name, p in known.items():
        for other, q in known.items():
            if p == q:
                continue
            terms = (chance * (between(score(p, k)) - between(score(q, k))) for k, chance in enumerate(p) if chance)
            advantage = sum(terms, between(0))
            rows[f"{name} over {other}"] = text_of(advantage)
            if least is None or advantage.low < least.low:
                least = advantage
    sign = 1 if least is None else least.sign
    return Certificate(
        claim or "with each belief its own forecast scores more than the others on average",
        Verdict.UNDECIDED if sign is None else holds_if(sign > 0),
        margin=None if least is None else _margin(least),
        basis=Basis.EXACT if least is None or least.exact else Basis.ENCLOSED,
        witness={"beliefs": {name: [rational.text(p) for p in q] for name, q in known.items()}, "advantage": rows},
        check="check_proper",
    )


@declare(
    "check", "A reviewer gains nothing by reporting something else than it saw", reference="Miller, Resnick & Zeckhauser (2005)"
)
def check_truthful_report(
    game: PeerPrediction, seen: int | str, gain: Between, who: str = "the reviewer", unit: str = ""
) -> Certificate:
    """Every other report of one signal is paid outcome by outcome; the best of them must gain what is stated.

    The margin is minus the gain, counted per review that finds the signal, its peer being truthful.

    Examples
    --------
    >>> game = PeerPrediction(PeerSignals("hl", [["0.4", "0.1"], ["0.1", "0.4"]]), "quadratic")
    >>> [check_truthful_report(game, "h", gain).verdict.value for gain in (game.misreport("h")[1], between(0))]
    ['HOLDS', 'FAILS']
    """
    i = game.signals.position(seen)
    name = game.signals.signals[i]
    books = Books(game)
    truth = books.payoff(game.truthful, game.truthful)
    gains = {}
    for r, report in enumerate(game.signals.signals):
        if r != i:
            lying = tuple(r if k == i else k for k in range(game.signals.m))
            gains[report] = (books.payoff(lying, game.truthful, looking=True) - truth) / books.chances[i]
    return _compared(
        f"{who} gains nothing by reporting something else when it finds {name}",
        gain,
        gains,
        "lying",
        {**numbers(game), "seen": name, "truth": text_of(truth)},
        unit,
        "check_truthful_report",
    )


@declare("check", "A reviewer gains nothing by not looking", reference="Miller, Resnick & Zeckhauser (2005), proposition 2")
def check_review_effort(game: PeerPrediction, gain: Between, who: str = "the reviewer", unit: str = "") -> Certificate:
    """Every report made without looking is paid outcome by outcome; the best of them must gain what is stated.

    The margin is minus the gain per review, its peer being truthful.

    Examples
    --------
    >>> game = PeerPrediction(PeerSignals("hl", [["0.4", "0.1"], ["0.1", "0.4"]]), price=2, effort_cost="0.5")
    >>> game.shirking()[1].number, check_review_effort(game, game.shirking()[1]).margin
    (Fraction(-1, 10), Fraction(1, 10))
    """
    books = Books(game)
    truth = books.payoff(game.truthful, game.truthful)
    gains = {f"always {name}": books.payoff(game.always(k), game.truthful) - truth for k, name in enumerate(game.signals.signals)}
    return _compared(
        f"{who} gains nothing by not looking",
        gain,
        gains,
        "not looking",
        {**numbers(game), "truth": text_of(truth)},
        unit,
        "check_review_effort",
    )


@declare("check", "These are the equilibria of two reviewers in pure strategies, and what they pay")
def check_peer_equilibria(
    game: PeerPrediction, equilibria: Sequence[ReviewEquilibrium], *, symmetric: bool = False, unit: str = ""
) -> Certificate:
    """Every pair of strategies is tried against every strategy: from those listed nobody gains, in every other one somebody does.

    The payoffs stated must be those added up.  Gains below 1e-30 of the payoffs count as nothing where scores are not exact.

    Examples
    --------
    >>> game = PeerPrediction(PeerSignals("hl", [["0.4", "0.1"], ["0.1", "0.4"]]), "quadratic")
    >>> found = game.equilibria()
    >>> [bool(check_peer_equilibria(game, some)) for some in (found, found[:-1], found[1:])]
    [True, False, False]
    """
    books = Books(game)
    strategies = list(game.strategies())
    payoff = {(f, g): books.payoff(f, g) for f in strategies for g in strategies}
    best = {g: max(payoff[f, g].low for f in strategies) for g in strategies}
    allowed = ZERO if books.exact else TOLERANCE * max(abs(end) for entry in payoff.values() for end in entry)
    stays = {pair: payoff[pair].high >= best[pair[1]] - allowed for pair in payoff}
    wanted = {(f, g) for f, g in payoff if stays[f, g] and stays[g, f] and (f == g or not symmetric)}
    listed = {(one.mine, one.theirs): one.payoffs for one in equilibria}
    reason = ""
    for f, g in sorted(wanted ^ set(listed)):
        reason = f"{_pair(game, f, g)} is {'left out' if (f, g) in wanted else 'no equilibrium'}"
        break
    for (f, g), stated in listed.items():
        if not reason and not (same(stated[0], payoff[f, g]) and same(stated[1], payoff[g, f])):
            reason = f"{_pair(game, f, g)} pays something else"
    rows = {_pair(game, f, g): [text_of(payoff[f, g]), text_of(payoff[g, f])] for f, g in listed if (f, g) in payoff}
    witness: dict[str, Any] = {**numbers(game), "equilibria": rows, "pairs_tried": len(payoff)}
    return Certificate(
        f"these are all {'symmetric ' if symmetric else ''}equilibria in pure strategies, and what they pay",
        holds_if(not reason),
        unit=unit,
        basis=Basis.EXACT if books.exact else Basis.ENCLOSED,
        witness={**witness, "reason": reason} if reason else witness,
        check="check_peer_equilibria",
    )


@declare("check", "Reporting the same without looking is an equilibrium, and pays what is stated")
def check_uninformative(
    game: PeerPrediction, equilibria: Sequence[ReviewEquilibrium], honest: Between, unit: str = ""
) -> Certificate:
    """Every report is tried against peers that always report the same; who reports so must be among those listed exactly.

    What a review finds then tells nothing of the peer's report, so that the report is all that counts.  ``honest`` must be what
    a truthful pair earns.  The claim says how many pay more than that.

    Examples
    --------
    >>> game = PeerPrediction(PeerSignals("hl", [["0.4", "0.1"], ["0.1", "0.4"]]), "quadratic")
    >>> honest = game.payoff(game.truthful, game.truthful)
    >>> check_uninformative(game, game.uninformative_equilibria(), honest).claim
    '2 uninformative equilibria are listed, 2 of them pay more than honest reviews'
    """
    books = Books(game)
    m = range(game.signals.m)
    earned = [[books.payoff(game.always(r), game.always(k)) for r in m] for k in m]
    allowed = ZERO if books.exact else TOLERANCE * max(abs(end) for row in earned for entry in row for end in entry)
    wanted = {k for k in m if earned[k][k].high >= max(entry.low for entry in earned[k]) - allowed}
    listed = {one.mine[0]: one.payoffs[0] for one in equilibria if one.mine == one.theirs and not one.informed}
    truth = books.payoff(game.truthful, game.truthful)
    reason = ""
    if set(listed) != wanted or len(listed) != len(equilibria):
        reason = "others are equilibria than those listed"
    elif not all(same(pay, earned[k][k]) for k, pay in listed.items()) or not same(honest, truth):
        reason = "they pay something else"
    more = sum(pay.low > truth.high for pay in listed.values())
    names = game.signals.signals
    witness: dict[str, Any] = {
        **numbers(game),
        "honest": text_of(truth),
        "earned_if_all_others_report": {names[k]: {names[r]: text_of(entry) for r, entry in enumerate(earned[k])} for k in m},
    }
    return Certificate(
        f"{len(listed)} uninformative equilibria are listed, {more} of them pay more than honest reviews",
        holds_if(not reason),
        unit=unit,
        basis=Basis.EXACT if books.exact else Basis.ENCLOSED,
        witness={**witness, "reason": reason} if reason else witness,
        check="check_uninformative",
    )


@declare(
    "check",
    "No pair of strategies scores more than the truth under correlated agreement",
    reference="Shnayder, Agarwal, Frongillo & Parkes (2016), theorem 4.4",
)
def check_agreement_bound(signals: PeerSignals, score: Fraction) -> Certificate:
    """The expected score is a sum of P(i, j) - P(i) P(j) with factors from 0 to 1, so that its positive part bounds every pair.

    Mixed strategies and any number of signals are included.  ``score`` must be that bound, and be reached by the truth, which
    is added up outcome by outcome.

    Examples
    --------
    >>> signals = PeerSignals("abc", [["0.3", "0.06", "0.02"], ["0.06", "0.18", "0.06"], ["0.02", "0.06", "0.24"]])
    >>> check_agreement_bound(signals, Fraction(479, 1250)).verdict.value
    'HOLDS'
    """
    game = PeerPrediction(signals, AGREEMENT)
    books = Books(game)
    m = range(signals.m)
    products = [books.joint[i][j] - books.chances[i] * books.chances[j] for i in m for j in m]
    bound = sum((d for d in products if d > 0), ZERO)
    truth = books.payoff(game.truthful, game.truthful).low
    return Certificate(
        "no pair of strategies scores more than the truth",
        holds_if(score == bound == truth),
        margin=score - bound if score != bound else truth - bound,
        witness={**numbers(game), "score": rational.text(score), "bound": rational.text(bound), "truth": rational.text(truth)},
        check="check_agreement_bound",
    )


def numbers(game: PeerPrediction) -> dict[str, Any]:
    """What a reader needs to repeat a check."""
    names = game.signals.signals
    return {
        "signals": list(names),
        "joint": [[rational.text(p) for p in row] for row in game.signals.joint],
        "payment": game.payment,
        "price": rational.text(game.price),
        "base": rational.text(game.base),
        "effort_cost": rational.text(game.effort_cost),
        "interest": {name: rational.text(worth) for name, worth in zip(names, game.interest, strict=True)},
    }


class Books:
    """Payoffs of pairs of strategies, each outcome booked by itself: from kinds where they are known, with scores of our own."""

    def __init__(self, game: PeerPrediction) -> None:
        self.game = game
        m = range(game.signals.m)
        self.joint = [[_chance(game.signals, i, j) for j in m] for i in m]
        self.chances = [sum((self.joint[i][j] for j in m), ZERO) for i in m]
        with _precisely():
            self.score = [[self._score(r, s) for s in m] for r in m]
        self.exact = all(isinstance(entry, Fraction) for row in self.score for entry in row)

    def payoff(self, mine: Strategy, theirs: Strategy, *, looking: bool = False) -> Between:
        """Base, price times score and interest, less the effort; ``looking``: even though the report does not depend on it."""
        game = self.game
        m = range(game.signals.m)
        worth = sum((self.chances[i] * game.interest[mine[i]] for i in m), ZERO) + game.base
        worth -= game.effort_cost if looking or any(mine[i] != mine[0] for i in m) else ZERO
        weights: dict[tuple[int, int], Fraction] = {}
        for i in m:
            for j in m:
                pair = (mine[i], theirs[j])
                weights[pair] = weights.get(pair, ZERO) + self.joint[i][j]
                if game.payment == AGREEMENT:
                    # Two reports on different tasks: what is seen there is independent.
                    weights[pair] -= self.chances[i] * self.chances[j]
        if self.exact:
            return between(worth + game.price * sum((w * self.score[r][s] for (r, s), w in weights.items()), ZERO))
        with _precisely():
            total = sum((ball(w) * _as_ball(self.score[r][s]) for (r, s), w in weights.items()), ball(0))
            return bounds(total * ball(game.price)) + worth

    def between_reports(self, report: int, peer: int) -> Between:
        """What one report scores against one peer's."""
        score = self.score[report][peer]
        return between(score) if isinstance(score, Fraction) else bounds(score)

    def _score(self, report: int, peer: int) -> Any:
        """What a report scores against a peer's: the definition, in fractions where it is one."""
        if self.game.payment == AGREEMENT:
            return Fraction(self.joint[report][peer] > self.chances[report] * self.chances[peer])
        q = [p / self.chances[report] for p in self.joint[report]]
        if self.game.payment == "quadratic":
            return ONE - sum(((p - (k == peer)) ** 2 for k, p in enumerate(q)), ZERO)
        if self.game.payment == "logarithmic":
            return -(ball(1 / q[peer]).log())
        return ball(q[peer]) / ball(sum((p * p for p in q), ZERO)).sqrt()


def _as_ball(number: Any) -> Any:
    return ball(number) if isinstance(number, Fraction) else number


@contextmanager
def _precisely() -> Iterator[None]:
    from flint import ctx

    with ctx.workprec(PRECISION):
        yield


def _chance(signals: PeerSignals, i: int, j: int) -> Fraction:
    if not signals.kinds:
        return signals.joint[i][j]
    return sum((kind.prior * kind.finds[i] * kind.finds[j] for kind in signals.kinds), ZERO)


def _compared(
    claim: str, gain: Between, gains: Mapping[str, Between], what: str, witness: dict[str, Any], unit: str, check: str
) -> Certificate:
    """A stated gain against the largest of those added up."""
    most = Between(max(g.low for g in gains.values()), max(g.high for g in gains.values()))
    witness = {**witness, "gains": {name: text_of(g) for name, g in gains.items()}, "gain": text_of(gain)}
    basis = Basis.EXACT if gain.exact else Basis.ENCLOSED
    if not same(gain, most):
        witness["reason"] = f"{what} gains {text_of(most)}"
        return Certificate(claim, Verdict.FAILS, -most.safe, unit, basis, witness, check)
    return Certificate(claim, holds_if(gain.safe <= 0), -gain.safe, unit, basis, witness, check)


def same(stated: Between, found: Between) -> bool:
    """Equal where both are exact; else as near as bounds tell."""
    if stated.exact and found.exact:
        return stated == found
    slack = TOLERANCE * max(abs(end) for number in (stated, found) for end in number)
    narrow = stated.width <= slack and found.width <= slack
    return narrow and stated.low <= found.high + slack and stated.high >= found.low - slack


def _margin(number: Between) -> Fraction | float:
    return number.low if number.exact else rational.double(number.safe)


def _pair(game: PeerPrediction, mine: Strategy, theirs: Strategy) -> str:
    return f"{game.describe(mine)} / {game.describe(theirs)}"
