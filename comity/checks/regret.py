"""Confirming equilibria of smooth games: nobody gains by another action, proved from a few payoffs of each player."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Any, NamedTuple

from comity import rational
from comity.certificate import Basis, Certificate, Verdict
from comity.checks.equilibrium import check_best_reply
from comity.declaration import declare
from comity.enclosure import Between
from comity.errors import InvalidEvidence
from comity.games.strategic.smooth import Domain, SmoothGame

ZERO = Fraction(0)
# Relative to the size of the payoffs: about the square of what a change of the action by 1e-12 loses.
TOLERANCE = Fraction(1, 10**30)
# Actions this part of its scale away are compared, from far to near.
NEARNESS = tuple(Fraction(1, 10**k) for k in (2, 6, 10, 13, 16, 20, 25, 30, 35))


@declare("check", "Nobody gains by another action", reference="Nash (1951); secants of a concave function")
def check_regret(game: SmoothGame, actions: Sequence[Any], tolerance: Fraction = TOLERANCE, unit: str = "") -> Certificate:
    """No player has an action that earns it more; the margin is minus the largest regret.

    Quadratic payoffs: exactly, the largest value following from five of them.  Otherwise the payoff u is concave in the own
    action, so a secant through two points is above u outside of them.  With u(a) <= u(x) >= u(b) for a < x < b this bounds what
    any action gains, from three payoffs; at an end of the domain two actions on the other side do.  The regret must then not
    exceed ``tolerance`` times the size of the payoffs, and the basis is ENCLOSED.

    Examples
    --------
    >>> from comity.games.strategic.security_investment import SecurityInvestment
    >>> game = SecurityInvestment(2, "0.6", 4_000_000, "0.00001", share="0.3")
    >>> efforts = [game.nash_effort.middle] * 2
    >>> certificate = check_regret(game, efforts)
    >>> certificate.verdict.value, certificate.basis.value, bool(check_regret(game, [efforts[0] + 1, efforts[1]]))
    ('HOLDS', 'ENCLOSED', False)
    """
    profile = [rational.exact(x, "an action") for x in actions]
    if len(profile) != game.n:
        raise InvalidEvidence(f"{len(profile)} actions for {game.n} players; give one each")
    rows = [_row(game, player, profile, tolerance, unit) for player in range(game.n)]
    verdicts = [verdict for verdict, _, _ in rows]
    worst = next((v for v in (Verdict.FAILS, Verdict.UNDECIDED) if v in verdicts), Verdict.HOLDS)
    regrets = [regret for _, regret, _ in rows]
    regret = None if None in regrets else max((r for r in regrets if r is not None), default=ZERO)
    exact = game.quadratic
    return Certificate(
        "nobody gains by another action",
        worst,
        margin=None if regret is None else -regret if exact or regret == 0 else rational.double(-regret),
        unit=unit,
        basis=Basis.EXACT if exact else Basis.ENCLOSED,
        witness={
            "actions": {name: rational.text(x) for name, x in zip(game.players, profile, strict=True)},
            "players": {name: row for name, (_, _, row) in zip(game.players, rows, strict=True)},
            **({} if exact else {"relative_tolerance": rational.text(tolerance), "concave": game.concave}),
        },
        check="check_regret",
    )


Row = tuple[Verdict, Fraction | None, dict[str, Any]]


def _row(game: SmoothGame, player: int, profile: list[Fraction], tolerance: Fraction, unit: str) -> Row:
    domain, x = game.domain(player), profile[player]

    def payoff(y: Fraction) -> Between:
        return game.payoff(player, game.with_action(player, profile, y))

    if not domain.holds(x):
        return Verdict.FAILS, None, {"reason": f"{rational.text(x)} is not among the possible actions"}
    if game.quadratic:
        reply = check_best_reply("best", lambda y: payoff(y).low, x, domain.low, domain.high, unit)
        return reply.verdict, None if reply.margin is None else -rational.exact(reply.margin), dict(reply.witness)
    here = payoff(x)
    allowed = tolerance * max(abs(here.low), abs(here.high))
    found = compare(payoff, x, domain, abs(x) or game.scale(player, profile), allowed)
    row: dict[str, Any] = {"payoff": rational.double(here.middle)}
    if found.better is not None:
        row |= {"better_action": rational.text(found.better), "gain_at_least": rational.double(found.gain)}
        return Verdict.FAILS, found.gain, row
    if found.regret is None:
        return Verdict.UNDECIDED, None, row
    row |= {"compared_with": [rational.text(y) for y in found.points], "regret_at_most": rational.double(found.regret)}
    return Verdict.HOLDS if found.regret <= allowed else Verdict.UNDECIDED, found.regret, row


class Comparison(NamedTuple):
    """What payoffs near an action say: at most the ``regret``, from these ``points``; or a ``better`` action and its gain."""

    regret: Fraction | None
    points: tuple[Fraction, ...] = ()
    better: Fraction | None = None
    gain: Fraction = ZERO


def compare(
    payoff: Callable[[Fraction], Between], x: Fraction, domain: Domain, scale: Fraction, allowed: Fraction = ZERO
) -> Comparison:
    """Bound what any action in the domain earns more than x, for a payoff concave there, until the bound is as small as allowed.

    >>> from comity.enclosure import between
    >>> found = compare(lambda x: between(x * (2 - x)), Fraction(1), Domain(), Fraction(1), Fraction(1, 10**6))
    >>> found.better, found.regret <= Fraction(1, 10**6)
    (None, True)
    """
    here, best = payoff(x), Comparison(None)
    for nearness in NEARNESS:
        points = _neighbours(domain, x, nearness * scale)
        values = [payoff(y) for y in points]
        for y, value in zip(points, values, strict=True):
            if value.low - here.high > max(allowed, best.gain):
                best = Comparison(None, (), y, value.low - here.high)
        if best.better is not None:
            return best
        regret = secant_bound(x, here, points, values)
        if regret is not None and (best.regret is None or regret < best.regret):
            best = Comparison(regret, tuple(points))
        if best.regret is not None and best.regret <= allowed:
            break
    return best


def _neighbours(domain: Domain, x: Fraction, step: Fraction) -> list[Fraction]:
    """One action on either side, or two on the inner side at an end of the domain."""
    if domain.low == domain.high:
        return []
    if domain.high is not None:
        step = min(step, (domain.high - domain.low) / 2)
    if x - step < domain.low:
        return [x + step, x + 2 * step] if x == domain.low else [domain.low, x + step]
    if domain.high is not None and x + step > domain.high:
        return [x - step, x - 2 * step] if x == domain.high else [x - step, domain.high]
    return [x - step, x + step]


def secant_bound(x: Fraction, here: Between, points: Sequence[Fraction], values: Sequence[Between]) -> Fraction | None:
    """How much more than u(x) a concave u can be anywhere; None where these values do not bound it.

    Between x and b it is below the line through a and x, beyond b, where it is no larger than at x, it falls; and so on.
    """
    if not points:
        return ZERO
    (a, b), (u_a, u_b) = points, values
    if (a < x) != (b < x):
        if u_a.high > here.low or u_b.high > here.low:
            return None
        over = (_beyond(a, u_a, x, here, b), _beyond(b, u_b, x, here, a))
    else:
        # x is an end, a the nearer and b the farther of two points: beyond b the payoff must not rise.
        if u_b.high > u_a.low:
            return None
        over = (_beyond(b, u_b, a, u_a, x), _beyond(x, here, a, u_a, b))
    return max(*over, here.high) - here.low


def _beyond(p: Fraction, u_p: Between, q: Fraction, u_q: Between, y: Fraction) -> Fraction:
    """The most a concave u can be between q and y, if p, q and y lie in this order: it is below the line through p and q."""
    return max(u_q.high, (u_q + (u_q - u_p) * ((y - q) / (q - p))).high)
