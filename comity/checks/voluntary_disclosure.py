"""Confirming what is disclosed voluntarily: everybody's best reply to the price of silence, and that price itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from comity import rational
from comity.certificate import Basis, Certificate, Verdict, holds_if
from comity.checks.intervals import PRECISION, ball, bounds, text_of
from comity.declaration import declare
from comity.enclosure import Between, between
from comity.errors import InvalidEvidence
from comity.games.bayesian.voluntary_disclosure import DisclosureGame, Silence
from comity.games.bayesian.worths import ListedWorth, NormalWorth, UniformWorth

ZERO, ONE = Fraction(0), Fraction(1)
# Relative to the spread of the worths, or to the threshold where that is larger.
TOLERANCE = Fraction(1, 10**25)


@declare("check", "Nobody gains by disclosing or by being silent otherwise", reference="Dye (1985); Jung & Kwon (1988)")
def check_voluntary_disclosure(game: DisclosureGame, silence: Silence, who: str = "the sender", unit: str = "") -> Certificate:
    """Silence is worth what those who are silent are worth on average, and given that, disclosing pays from the threshold on.

    With listed worths all outcomes in which nothing is said are added up, every worth is asked, and no smaller set of worths
    kept silent would do.  Otherwise silence pays below and disclosing above ``price + net cost``, which must be the threshold,
    and ``(x - k) P(silence) - E[worth; silence]`` must change its sign within the bounds of the threshold: in fractions for a
    uniform worth, in ball arithmetic for a normal one.  The margin is minus what anybody may still gain.

    Examples
    --------
    >>> game = DisclosureGame.uniform(0, 1, informed="0.5")
    >>> bool(check_voluntary_disclosure(game, game.silence))
    True
    >>> other = DisclosureGame.uniform(0, 1, informed="0.500000000001")
    >>> bool(check_voluntary_disclosure(game, other.silence))
    False
    """
    reason, undecided = _mistake(game, silence)
    verdict = Verdict.UNDECIDED if undecided else holds_if(not reason)
    exact = silence.threshold is None or silence.threshold.exact
    width = ZERO if silence.threshold is None else silence.threshold.width
    return Certificate(
        f"{who} gains nothing by disclosing or by being silent otherwise",
        verdict,
        margin=None if verdict is not Verdict.HOLDS else ZERO if exact else rational.double(-width),
        unit=unit,
        basis=Basis.EXACT if exact and not isinstance(game.worth, NormalWorth) else Basis.ENCLOSED,
        witness=_witness(game, silence) | ({"reason": reason} if reason else {}),
        check="check_voluntary_disclosure",
    )


@declare("check", "Findings are withheld with at most this chance", reference="Dye (1985); Jung & Kwon (1988); penalty derived")
def check_withheld_at_most(
    game: DisclosureGame,
    silence: Silence,
    most: Fraction,
    gain: Between,
    marginal: Between | None = None,
    who: str = "the sender",
    unit: str = "",
) -> Certificate:
    """The chance of a finding kept silent is at most ``most``; the margin is minus ``gain``, what withholding more of them gains.

    The chance is that of `check_voluntary_disclosure`, which is repeated.  The gain is confirmed by itself, from what is said if
    just the worst findings are withheld, with a chance of ``most``; ``marginal`` is the best of them.  Both must say the same.

    Examples
    --------
    >>> game = DisclosureGame.uniform(0, 1, informed="0.5", fine="0.25")
    >>> for most in (Fraction(1, 10), Fraction(1, 20)):
    ...     print(check_withheld_at_most(game, game.silence, most, game.gain_beyond(most), game.marginal_worth(most)).verdict)
    HOLDS
    FAILS
    """
    claim = f"{who} withholds a finding with a chance of at most {rational.short(most)}"
    first = check_voluntary_disclosure(game, silence, who, unit)
    witness = {**first.witness, "most": rational.text(most), "gain": text_of(gain)}
    if marginal is not None:
        witness["marginal_worth"] = text_of(marginal)
    reason = "" if first else first.witness.get("reason", "the threshold is not known well enough")
    reason = reason or _mistaken_gain(game, most, gain, marginal)
    within = silence.withheld.high <= most
    if not reason and within is not (gain.safe <= 0):
        reason = "what withholding gains contradicts how much is withheld"
    return Certificate(
        claim,
        Verdict.FAILS if reason else holds_if(within),
        margin=-gain.safe,
        unit=unit,
        basis=first.basis if gain.exact else Basis.ENCLOSED,
        witness=witness | ({"reason": reason} if reason else {}),
        check="check_withheld_at_most",
    )


@dataclass(frozen=True)
class Heard:
    """The chance that nothing is said, and what it adds up to: the average worth times that chance."""

    chance: Any
    total: Any


def _mistake(game: DisclosureGame, silence: Silence) -> tuple[str, bool]:
    """What is wrong, if anything; and whether that cannot be told."""
    threshold, price, k = silence.threshold, silence.price, game.net_cost
    if not 0 <= silence.silent_at_threshold <= 1:
        return "the part that is silent at the threshold is no part", False
    if _apart(silence.withheld + silence.disclosed, between(game.informed)):
        return "there are more or fewer findings than informed senders", False
    if threshold is None or price is None:
        nothing = threshold is None and price is None and silence.withheld == between(ZERO)
        unravels = game.informed == 1 and k <= 0 and game.worth.least is None
        return ("" if nothing and unravels else "silence has a price here, and some prefer it"), False
    if price + k != threshold:
        return "the threshold is not the price of silence plus the net cost of disclosing", False
    if threshold.width > TOLERANCE * max(game.worth.scale, abs(threshold.high)):
        return "the threshold is not known well enough", True
    if game.informed == 0:
        return ("" if price == between(game.worth.mean) and silence.withheld.high == 0 else "nobody is informed"), False
    if isinstance(game.worth, ListedWorth):
        return _listed_mistake(game, game.worth, silence), False
    return _spread_mistake(game, silence, threshold, price), False


# --- listed worths -----------------------------------------------------------------------------


def _listed_mistake(game: DisclosureGame, worth: ListedWorth, silence: Silence) -> str:
    assert silence.threshold is not None
    assert silence.price is not None
    if not (silence.threshold.exact and silence.withheld.exact and silence.disclosed.exact):
        return "listed worths have an exact threshold"
    threshold, price = silence.threshold.low, silence.price.low
    silent = [ONE if x < threshold else silence.silent_at_threshold if x == threshold else ZERO for x in worth.values]
    for x, part in zip(worth.values, silent, strict=True):
        disclosing, keeping = x - game.cost, price - game.penalty
        if (part < 1 and disclosing < keeping) or (part > 0 and disclosing > keeping):
            return f"a finding worth {rational.short(x)} is better treated otherwise"
    if price != _price_of(game, worth, silent):
        return "silence is worth more or less on average"
    withheld = game.informed * sum((f * part for f, part in zip(worth.chances, silent, strict=True)), ZERO)
    if silence.withheld.low != withheld:
        return "findings are withheld with another chance"
    for j, x in enumerate(worth.values):
        before = _price_of(game, worth, [ONE if i < j else ZERO for i in range(len(silent))])
        if silent[j] > 0 and x - game.cost >= before - game.penalty:
            return f"disclosing from {rational.short(x)} on would do as well"
    return ""


def _price_of(game: DisclosureGame, worth: ListedWorth, silent: Sequence[Fraction]) -> Fraction:
    """The average worth over all outcomes in which nothing is said; the worst if there is none."""
    outcomes = [
        (f * (1 - game.informed + game.informed * part), x)
        for f, part, x in zip(worth.chances, silent, worth.values, strict=True)
    ]
    chance = sum((p for p, _ in outcomes), ZERO)
    return sum((p * x for p, x in outcomes), ZERO) / chance if chance else min(worth.values)


# --- spread worths -----------------------------------------------------------------------------


def _spread_mistake(game: DisclosureGame, silence: Silence, threshold: Between, price: Between) -> str:
    heard = [_heard(game, end) for end in threshold]
    if threshold.exact and _is_zero(heard[0].chance):
        sceptical = price.low == game.worth.least and game.net_cost <= 0
        return "" if sceptical and silence.withheld.high == 0 else "silence that never happens is to be taken for the worst"
    low, high = (_advantage(game, end) for end in threshold)
    if not (low is not None and high is not None and low <= 0 <= high):
        return "silence is worth more or less on average"
    chances = [_fraction_bounds(h.chance) - (1 - game.informed) for h in heard]
    withheld = Between(chances[0].low, chances[1].high)
    if _apart(withheld, silence.withheld) or silence.withheld.width > TOLERANCE:
        return "findings are withheld with another chance"
    return ""


def _advantage(game: DisclosureGame, threshold: Fraction) -> int | None:
    """Whether disclosing is better than silence at the threshold: 1, worse: -1, or neither: 0; None if that cannot be told."""
    for precision in (PRECISION, 4 * PRECISION, 16 * PRECISION):
        heard = _heard(game, threshold, precision)
        price = threshold - game.net_cost
        if isinstance(heard.chance, Fraction):
            return between(price * heard.chance - heard.total).sign
        from flint import ctx

        with ctx.workprec(precision):
            enclosed = ball(price) * heard.chance - heard.total
        if not enclosed.contains(0):
            return 1 if bounds(enclosed).low > 0 else -1
    return None


def _heard(game: DisclosureGame, threshold: Fraction, precision: int = PRECISION) -> Heard:
    """If just the findings worth less than this are kept silent."""
    p, worth = game.informed, game.worth
    if isinstance(worth, UniformWorth):
        top = min(max(threshold, worth.low), worth.high)
        share, total = (top - worth.low) / worth.scale, (top**2 - worth.low**2) / (2 * worth.scale)
        return Heard(1 - p + p * share, (1 - p) * worth.mean + p * total)
    if not isinstance(worth, NormalWorth):
        raise InvalidEvidence(f"worths of the kind {type(worth).__name__} cannot be checked; use uniform, normal or listed ones")
    from flint import arb, ctx

    with ctx.workprec(precision):
        z = ball((threshold - worth.mean) / worth.deviation)
        below = (-z / arb(2).sqrt()).erfc() / 2
        density = (-z * z / 2).exp() / (2 * arb.pi()).sqrt()
        among = ball(worth.mean) * below - ball(worth.deviation) * density
        return Heard(ball(1 - p) + ball(p) * below, ball((1 - p) * worth.mean) + ball(p) * among)


def _is_zero(number: Any) -> bool:
    return isinstance(number, Fraction) and number == 0


def _fraction_bounds(number: Any) -> Between:
    return between(number) if isinstance(number, Fraction) else bounds(number)


# --- what withholding more gains -----------------------------------------------------------------


def _mistaken_gain(game: DisclosureGame, most: Fraction, gain: Between, marginal: Between | None) -> str:
    wrong = "withholding more gains more or less than stated"
    if most >= game.informed:
        return "" if gain == between(ZERO) else wrong
    worth = game.worth
    if isinstance(worth, ListedWorth):
        return "" if gain == between(_listed_gain(game, worth, most)) else wrong
    if most == 0 and worth.least is None:
        return "" if game.informed == 1 and gain == between(game.net_cost) else wrong
    if marginal is None:
        return "the worth of the best finding withheld is missing"
    heard = [_heard(game, end) for end in marginal]
    chances = [_fraction_bounds(h.chance) - (1 - game.informed) for h in heard]
    if not (chances[0].low <= most <= chances[1].high) or marginal.width > TOLERANCE * max(worth.scale, abs(marginal.high)):
        return "that finding is not the best of those withheld"
    if _is_zero(heard[0].chance):
        price = between(worth.least or ZERO)
    else:
        prices = [_fraction_bounds(h.total) / _fraction_bounds(h.chance) for h in heard]
        price = Between(min(p.low for p in prices), max(p.high for p in prices))
    found = price + game.net_cost - marginal
    slack = TOLERANCE * max(worth.scale, abs(found.high))
    apart = gain.low > found.high + slack or gain.high < found.low - slack
    return wrong if apart or gain.width > slack or (gain.exact and found.exact and gain != found) else ""


def _listed_gain(game: DisclosureGame, worth: ListedWorth, most: Fraction) -> Fraction:
    """The least over what may be withheld: all worths up to one, whose part is at most as large as there is room for."""
    gains = []
    room = most / game.informed
    for j, (x, f) in enumerate(zip(worth.values, worth.chances, strict=True)):
        for part in (ZERO, min(ONE, room / f)):
            silent = [ONE if i < j else part if i == j else ZERO for i in range(len(worth.values))]
            gains.append(_price_of(game, worth, silent) + game.net_cost - x)
        room -= f
        if room < 0:
            break
    return min(gains)


# --- helpers -----------------------------------------------------------------------------------


def _apart(a: Between, b: Between) -> bool:
    return a.low > b.high or b.low > a.high


def _witness(game: DisclosureGame, silence: Silence) -> dict[str, Any]:
    told = {name: getattr(silence, name) for name in ("threshold", "price", "withheld", "disclosed")}
    return {
        "worth": game.worth.numbers(),
        **{name: rational.text(getattr(game, name)) for name in ("informed", "cost", "proof", "fine")},
        **{name: None if number is None else text_of(number) for name, number in told.items()},
        "silent_at_threshold": rational.text(silence.silent_at_threshold),
    }
