"""Confirming equilibria of finite games: every pure deviation of every player is tried."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from itertools import product
from math import prod
from typing import Any

from comity import rational
from comity.certificate import Certificate, holds_if
from comity.declaration import declare
from comity.games.strategic.normal_form import NormalFormGame

ZERO = Fraction(0)


@declare("check", "Nobody gains by another action in a finite game", reference="Nash (1951)")
def check_equilibrium(game: NormalFormGame, strategies: Sequence[Any], unit: str = "") -> Certificate:
    """No player gains by another action against the others' strategies; the margin is minus the largest gain.

    A mixed strategy is an average of actions, so that pure deviations suffice.  Expected payoffs are added up profile by
    profile, exactly.

    Parameters
    ----------
    strategies : for each player probabilities of its actions, or one action by name or position

    Examples
    --------
    >>> pennies = NormalFormGame([[[1, -1], [-1, 1]], [[-1, 1], [1, -1]]])
    >>> half = ["1/2", "1/2"]
    >>> bool(check_equilibrium(pennies, [half, half])), check_equilibrium(pennies, [half, ["2/5", "3/5"]]).margin
    (True, Fraction(-1, 5))
    """
    mixed = game.mixed(strategies)
    rows: dict[str, Any] = {}
    worst = ZERO
    for i, name in enumerate(game.players):
        values = _values(game, i, mixed)
        earned = sum((p * x for p, x in zip(mixed[i], values, strict=True)), ZERO)
        best = max(range(len(values)), key=lambda k: values[k])
        worst = max(worst, values[best] - earned)
        rows[name] = {
            "strategy": [rational.text(p) for p in mixed[i]],
            "payoff": rational.text(earned),
            "best_action": game.actions[i][best],
            "its_payoff": rational.text(values[best]),
        }
    return Certificate(
        "nobody gains by another action",
        holds_if(worst == 0),
        margin=-worst,
        unit=unit,
        witness={"players": rows},
        check="check_equilibrium",
    )


@declare("check", "An action is better than every other whatever the others do")
def check_dominant(game: NormalFormGame, player: int, action: int, *, strictly: bool = True, unit: str = "") -> Certificate:
    """The action earns more than each other against every combination of the others' actions; weakly: never less.

    The margin is the least advantage, and the witness says where it is least.

    Examples
    --------
    >>> dilemma = NormalFormGame([[[3, 0], [4, 1]], [[3, 4], [0, 1]]])
    >>> check_dominant(dilemma, 0, 1).margin, bool(check_dominant(dilemma, 0, 0))
    (Fraction(1, 1), False)
    """
    least: Fraction | None = None
    witness: dict[str, Any] = {"player": game.players[player], "action": game.actions[player][action]}
    for profile in game.profiles():
        if profile[player] == action:
            continue
        chosen = (*profile[:player], action, *profile[player + 1 :])
        advantage = game.payoff(player, chosen) - game.payoff(player, profile)
        if least is None or advantage < least:
            least = advantage
            witness["least_advantage_against"] = [names[k] for names, k in zip(game.actions, profile, strict=True)]
    holds = least is None or (least > 0 if strictly else least >= 0)
    return Certificate(
        f"{game.actions[player][action]} is {'strictly' if strictly else 'weakly'} dominant for {game.players[player]}",
        holds_if(holds),
        margin=least,
        unit=unit,
        witness=witness,
        check="check_dominant",
    )


def _values(game: NormalFormGame, player: int, mixed: Sequence[Sequence[Fraction]]) -> list[Fraction]:
    values = [ZERO] * game.counts[player]
    # Profiles that cannot happen are left out: a pure strategy then costs one profile an action.
    likely = [range(count) if i == player else [k for k in range(count) if mixed[i][k]] for i, count in enumerate(game.counts)]
    for profile in product(*likely):
        chance = prod((mixed[i][k] for i, k in enumerate(profile) if i != player), start=Fraction(1))
        values[profile[player]] += chance * game.payoff(player, profile)
    return values
