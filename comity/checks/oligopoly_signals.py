"""Confirming how rivals react to shared signals, from covariances of what they do instead of the conditions that found it."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from functools import lru_cache
from typing import Any

from comity import rational
from comity.certificate import Basis, Certificate, Verdict, holds_if
from comity.checks.equilibrium import check_best_reply
from comity.declaration import declare
from comity.enclosure import Between
from comity.games.strategic.oligopoly_signals import OligopolySignals, Reaction

ZERO = Fraction(0)


@declare("check", "Nobody gains by reacting to its signals in another way", reference="Vives (1984); Raith (1996)")
def check_reaction(game: OligopolySignals, sharing: int, reaction: Reaction, *, members_only: bool = False) -> Certificate:
    """With so many sharing, no weight of any signal and no average action earns more, and the profits follow.

    Each expected payoff is added up from covariances; it is concave in all weights of the player together (a variance is), so
    that it suffices to move one at a time, which check_best_reply does from payoffs alone.  The margin is minus the largest
    regret.

    Examples
    --------
    >>> duopoly = OligopolySignals(2, 10, 1, 1, 1, 1, 1)
    >>> found = duopoly.reaction(1)
    >>> moved = found._replace(hiding_seen=found.hiding_seen + Fraction(1, 10**12))
    >>> bool(check_reaction(duopoly, 1, found)), bool(check_reaction(duopoly, 1, moved))
    (True, False)
    """
    regret, wrong = _reaction_regret(game, sharing, reaction, members_only)
    witness: dict[str, Any] = {
        "market": market(game),
        "sharing": sharing,
        "members_only": members_only,
        "weights": {name: rational.text(value) for name, value in reaction._asdict().items() if value is not None},
    }
    if wrong:
        witness["reason"] = wrong
    return Certificate(
        f"with {sharing} of {game.n} sharing nobody gains by reacting to its signals in another way",
        holds_if(not wrong),
        margin=None if regret is None else -regret,
        witness=witness,
        check="check_reaction",
    )


@declare("check", "A rival gains nothing by withholding its signal", reference="Gal-Or (1985, 1986); Raith (1996)")
def check_concealing(
    game: OligopolySignals,
    sharing: int,
    *,
    members_only: bool = False,
    side_payment: Fraction = ZERO,
    who: str = "a rival",
    unit: str = "",
) -> Certificate:
    """Profit with ``sharing`` rivals sharing is at least that of one of them which hides its signal, less what it then pays.

    Both reactions are confirmed by `check_reaction`.  The margin is what sharing is better by.

    Examples
    --------
    >>> check_concealing(OligopolySignals(2, 10, 1, 1, 1, 1, 1), 2).verdict.value
    'FAILS'
    """
    claim = f"{who} gains nothing by withholding its signal"
    inside, outside = game.reaction(sharing, members_only=members_only), game.reaction(sharing - 1, members_only=members_only)
    confirmed = [
        check_reaction(game, sharing, inside, members_only=members_only),
        check_reaction(game, sharing - 1, outside, members_only=members_only),
    ]
    witness = {
        "sharing": dict(confirmed[0].witness),
        "withholding": dict(confirmed[1].witness),
        "side_payment": rational.text(side_payment),
    }
    if not all(confirmed) or inside.profit_sharing is None or outside.profit_hiding is None:
        return Certificate(claim, Verdict.FAILS, unit=unit, witness=witness, check="check_concealing")
    margin = inside.profit_sharing - (outside.profit_hiding - side_payment)
    return Certificate(claim, holds_if(margin >= 0), margin=margin, unit=unit, witness=witness, check="check_concealing")


@declare("check", "What all gain if all share instead of nobody", reference="Vives (1984); Raith (1996)")
def check_industry_gain(game: OligopolySignals, gain: Fraction, unit: str = "") -> Certificate:
    """Both reactions are confirmed by `check_reaction`, and the profits of each differ by the gain.

    Examples
    --------
    >>> market = OligopolySignals(2, 10, 1, 1, 1, 1, 1)
    >>> bool(check_industry_gain(market, market.industry_gain)), bool(check_industry_gain(market, -market.industry_gain))
    (True, False)
    """
    all_share, nobody = game.reaction(game.n), game.reaction(0)
    confirmed = [check_reaction(game, game.n, all_share), check_reaction(game, 0, nobody)]
    profits = (all_share.profit_sharing, nobody.profit_hiding)
    holds = all(confirmed) and None not in profits and gain == (profits[0] or ZERO) - (profits[1] or ZERO)
    return Certificate(
        f"each gains {rational.text(gain)} if all share instead of nobody",
        holds_if(holds),
        unit=unit,
        witness={"all_share": dict(confirmed[0].witness), "nobody_shares": dict(confirmed[1].witness)},
        check="check_industry_gain",
    )


@declare("check", "Up to which ratio of the slopes all gain if all share")
def check_industry_threshold(game: OligopolySignals, threshold: Between) -> Certificate:
    """The industry's gain from sharing, an exact fraction, is positive at one bound of the ratio and not at the other.

    It is continuous in the ratio, so the threshold lies between them.

    Examples
    --------
    >>> market = OligopolySignals(2, 10, 1, 1, 1, 1, 1)
    >>> bool(check_industry_threshold(market, market.industry_threshold()))
    True
    """
    gains = [gain_at_ratio(game, ratio) for ratio in threshold]
    turns = gains[0] == 0 == gains[1] if threshold.exact else (gains[0] > 0) != (gains[1] > 0)
    return Certificate(
        "the industry's gain from sharing changes its sign within these bounds",
        holds_if(turns),
        basis=Basis.EXACT if threshold.exact else Basis.ENCLOSED,
        witness={
            "market": market(game),
            "bounds": [rational.text(end) for end in threshold],
            "signs": ["positive" if gain > 0 else "negative" if gain < 0 else "zero" for gain in gains],
        },
        check="check_industry_threshold",
    )


def gain_at_ratio(game: OligopolySignals, ratio: Fraction) -> Fraction:
    """The industry's gain if cross_slope were so many times own_slope."""
    numbers = (game.n, game.mean, game.variance, game.correlation, game.noise, game.own_slope)
    return OligopolySignals(*numbers, ratio * game.own_slope).industry_gain


def market(game: OligopolySignals) -> dict[str, Any]:
    """What a reader needs to repeat a check."""
    names = ("mean", "variance", "correlation", "noise", "own_slope", "cross_slope")
    return {"rivals": game.n, **{name: rational.text(getattr(game, name)) for name in names}}


# All members are alike, and each has a finding of its own about the same reactions.
@lru_cache(maxsize=512)
def _reaction_regret(game: OligopolySignals, sharing: int, reaction: Reaction, members_only: bool) -> tuple[Fraction | None, str]:
    weights = [_weights(game, i, sharing, reaction, members_only) for i in range(game.n)]
    total = [sum((row[k] for row in weights), ZERO) for k in range(game.n)]
    worst: Fraction | None = ZERO
    claimed = {0: reaction.profit_sharing} if sharing else {}
    claimed |= {game.n - 1: reaction.profit_hiding} if sharing < game.n else {}
    for i, profit in claimed.items():
        own, others = weights[i], [t - w for t, w in zip(total, weights[i], strict=True)]
        if _earned(game, i, own, others) != profit:
            return None, "the profits are not what the weights earn"
        hides = i >= sharing
        others_seen = [] if hides and members_only else [k for k in range(sharing) if k != i][:1]
        for k in (i, *others_seen):

            def payoff(
                weight: Fraction, k: int = k, i: int = i, own: Sequence[Fraction] = own, others: Sequence[Fraction] = others
            ) -> Fraction:
                return _earned(game, i, [weight if l == k else w for l, w in enumerate(own)], others)

            reply = check_best_reply("best", payoff, own[k], low=None)
            worst = _worse(worst, reply)

    def at_average(a: Fraction) -> Fraction:
        return (game.mean - game.own_slope * a - game.cross_slope * (game.n - 1) * game.average) * a

    worst = _worse(worst, check_best_reply("best", at_average, game.average, low=None))
    return worst, "" if worst == 0 else "another reaction earns more"


def _worse(worst: Fraction | None, reply: Certificate) -> Fraction | None:
    if worst is None or reply.margin is None:
        return None
    return max(worst, -rational.exact(reply.margin))


def _weights(game: OligopolySignals, i: int, sharing: int, reaction: Reaction, members_only: bool) -> list[Fraction]:
    """The weight of each rival's signal in rival i's action; the first ``sharing`` share."""
    if i < sharing:
        seen, own = reaction.sharing_seen, reaction.sharing_own
    else:
        seen, own = ZERO if members_only else reaction.hiding_seen, reaction.hiding_own
    return [own if k == i else seen if k < sharing else ZERO for k in range(game.n)]


def _earned(game: OligopolySignals, i: int, own: Sequence[Fraction], others: Sequence[Fraction]) -> Fraction:
    """E (theta_i - own_slope a_i - cross_slope A) a_i, where A is the sum of the others' actions."""
    common = (game.mean - (game.own_slope + game.cross_slope * (game.n - 1)) * game.average) * game.average
    with_state = game.covariance * sum(own, ZERO) + (game.variance - game.covariance) * own[i]
    return common + with_state - game.own_slope * _covariance(game, own, own) - game.cross_slope * _covariance(game, own, others)


def _covariance(game: OligopolySignals, a: Sequence[Fraction], b: Sequence[Fraction]) -> Fraction:
    """Of two weighted sums of signals: each pair has the common covariance, the same signal the rest of its variance too."""
    same = sum((x * y for x, y in zip(a, b, strict=True) if x and y), ZERO)
    return game.covariance * sum(a, ZERO) * sum(b, ZERO) + (game.variance + game.noise - game.covariance) * same
