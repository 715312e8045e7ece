"""Equilibria of smooth games: best replies until they settle, then the conditions of optimality solved together."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from comity import rational
from comity.certificate import Certificate
from comity.checks.regret import check_regret
from comity.declaration import declare
from comity.enclosure import round_to_bits
from comity.errors import ComityError, SolverFailure
from comity.games.strategic.smooth import SmoothGame
from comity.linear_equations import solve_equations

ZERO, ONE = Fraction(0), Fraction(1)
ROUNDS = 300
COARSE = 40  # bits of a best reply while they still move
FINE = 300  # bits of an action in the end
NEWTON_STEPS = 8
# Slopes of payoffs that are not quadratic are compared over this part of an action's scale.
STEP = Fraction(1, 1 << 40)


@dataclass(frozen=True)
class Equilibrium:
    """An action for each player of a smooth game, with the proof that nobody gains by another.

    ``exact`` holds the actions as the proof is about them; for payoffs that are not quadratic they are within a tiny part of
    the equilibrium, and the certificate says how much anybody could still gain.
    """

    players: tuple[str, ...]
    exact: tuple[Fraction, ...]
    certificate: Certificate

    @property
    def actions(self) -> NDArray[np.float64]:
        """Nearest doubles of the actions, in player order."""
        return np.array([rational.double(x) for x in self.exact])

    def __getitem__(self, player: str) -> float:
        return float(self.actions[self.players.index(player)])


@declare("concept", "An equilibrium of a smooth game", reference="Nash (1951); Rosen (1965)", certificate="check_regret")
def equilibrium(game: SmoothGame, start: Sequence[Any] | None = None) -> Equilibrium:
    """Actions of which each is a best reply to the others.

    Best replies in turn from ``start`` (default: everybody's least action) until they settle; then those inside their domains
    solve the conditions of optimality together, by Newton's method, in one step and exactly where payoffs are quadratic, while
    the others stay at their ends.  Where there are several equilibria the start decides.

    Raises
    ------
    SolverFailure
        If best replies do not settle on actions that can be proved to be an equilibrium.

    Examples
    --------
    >>> from comity.games.strategic.security_investment import SecurityInvestment
    >>> found = equilibrium(SecurityInvestment(3, "0.6", 4_000_000, "0.00001", share="0.3"))
    >>> found.certificate.verdict.value, found.actions.round().tolist()
    ('HOLDS', [243686.0, 243686.0, 243686.0])
    """
    begin = [game.domain(i).low for i in range(game.n)] if start is None else [rational.exact(x, "an action") for x in start]
    settled = _settled(game, begin)
    for inside in _guesses(game, settled):
        try:
            actions = _polished(game, settled, inside)
        except ComityError:
            continue
        certificate = check_regret(game, actions)
        if certificate:
            return Equilibrium(tuple(game.players), tuple(actions), certificate)
    raise SolverFailure(
        f"best replies did not settle on an equilibrium in {ROUNDS} rounds; start elsewhere, or look whether there is one"
    )


def _settled(game: SmoothGame, actions: Sequence[Fraction]) -> list[Fraction]:
    """Best replies in turn, each to the latest actions of the others, with short fractions."""
    now = list(actions)
    for _ in range(ROUNDS):
        before = list(now)
        for i in range(game.n):
            now[i] = _short(game.best_reply(i, now, COARSE), 3 * COARSE, before[i])
        moved = max((abs(a - b) / game.scale(i, now) for i, (a, b) in enumerate(zip(now, before, strict=True))), default=ZERO)
        if moved * 2 ** (COARSE - 4) <= 1:
            break
    return now


def _short(number: Fraction, bits: int, like: Fraction) -> Fraction:
    return (
        number
        if not number or number == like or number.denominator.bit_length() <= bits
        else round_to_bits(number, bits, up=False)
    )


def _guesses(game: SmoothGame, actions: Sequence[Fraction]) -> Iterator[list[int]]:
    """Who is inside its domain: whoever is not at an end, or only who is clearly away from it."""
    seen: list[list[int]] = []
    for away in (ZERO, Fraction(1, 1 << (COARSE // 2))):
        inside = []
        for i, x in enumerate(actions):
            low, high = game.domain(i)
            room = away * game.scale(i, actions)
            if x - low > room and (high is None or high - x > room):
                inside.append(i)
        if inside not in seen:
            seen.append(inside)
            yield inside


def _polished(game: SmoothGame, actions: Sequence[Fraction], inside: Sequence[int]) -> list[Fraction]:
    """The actions inside their domains at which no slope is left; the others go to the nearest end."""
    now = [x if i in inside else _nearest_end(game, i, x) for i, x in enumerate(actions)]
    for _ in range(1 if game.quadratic else NEWTON_STEPS):
        slopes = [_slope(game, i, now) for i in inside]
        if not any(slopes):
            break
        columns = [_change(game, now, slopes, inside, j) for j in inside]
        rows = [list(row) for row in zip(*columns, strict=True)]
        moves = solve_equations(rows, [-slope for slope in slopes])
        for i, move in zip(inside, moves, strict=True):
            now[i] = now[i] + move if game.quadratic else round_to_bits(now[i] + move, FINE, up=False)
        if all(abs(move) * 2 ** (FINE // 2) <= abs(now[i]) for i, move in zip(inside, moves, strict=True)):
            break
    return now


def _nearest_end(game: SmoothGame, player: int, action: Fraction) -> Fraction:
    low, high = game.domain(player)
    return high if high is not None and high - action < action - low else low


def _slope(game: SmoothGame, player: int, actions: Sequence[Fraction]) -> Fraction:
    return game.slope(player, actions).middle


def _change(game: SmoothGame, now: list[Fraction], slopes: list[Fraction], inside: Sequence[int], j: int) -> list[Fraction]:
    """How the slopes change with the action of player j."""
    step = ONE if game.quadratic else game.scale(j, now) * STEP
    moved = game.with_action(j, now, now[j] + step)
    return [(_slope(game, i, moved) - slope) / step for i, slope in zip(inside, slopes, strict=True)]
