"""Honesty that even a player sees who does not think through what others may do."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from comity import rational
from comity.certificate import Certificate, holds_if
from comity.declaration import declare
from comity.games.extensive.tree import GameTree, Move, following


@declare("check", "Honesty is obviously best, move by move", reference="Li (2017)")
def check_obviously_strategyproof(tree: GameTree) -> Certificate:
    """Wherever a type first departs from its plan, the worst end of the plan is no worse than the best end of the departure.

    For each player, each of its types, and each information set that it can reach while it follows its plan: over all that the
    others and chance may do and all moves that look alike, the worst end if the player goes on as planned is compared with the
    best end after another action, whatever the player does then.  The margin is the least difference; the witness names the
    departure.

    Examples
    --------
    >>> from comity.games.extensive.tree import Leaf
    >>> shop = GameTree(
    ...     types={"A": [1, 3]},
    ...     root=Move("A", "price 2", {"take": Leaf("A", {"A": 2}), "leave": Leaf("nobody")}),
    ...     benefit=lambda player, type, decision: type if decision == player else 0,
    ...     plan=lambda player, type, information: "take" if type >= 2 else "leave",
    ... )
    >>> check_obviously_strategyproof(shop).margin
    Fraction(1, 1)
    """
    worst: Fraction | None = None
    witness: dict[str, Any] = {}
    compared = 0
    for player, types in tree.types.items():
        for own in types:
            for information, moves in _reached(tree, player, own).items():
                planned = tree.plan(player, own, information)
                for action in moves[0].actions:
                    if action == planned:
                        continue
                    compared += 1
                    low = _end(tree, player, own, [move.actions[planned] for move in moves], as_planned=True)
                    high = _end(tree, player, own, [move.actions[action] for move in moves], as_planned=False)
                    if worst is None or low.utility - high.utility < worst:
                        worst = low.utility - high.utility
                        witness = {
                            "agent": player,
                            "type": str(own),
                            "information": information,
                            "plan": str(planned),
                            "departure": str(action),
                            "worst_of_plan": rational.text(low.utility),
                            "best_of_departure": rational.text(high.utility),
                        }
    least = worst or Fraction(0)
    return Certificate(
        "wherever a player first departs from its plan, the worst end of the plan is at least the best of the departure",
        holds_if(least >= 0),
        margin=least,
        unit=tree.unit,
        witness={**witness, "departures_compared": compared},
        check="check_obviously_strategyproof",
    )


@dataclass(frozen=True)
class _End:
    utility: Fraction


def _reached(tree: GameTree, player: str, own: Any) -> dict[str, list[Move]]:
    """The player's moves that it can reach while it follows its plan, by what it knows there."""
    found: dict[str, list[Move]] = {}
    waiting = [tree.root]
    while waiting:
        node = waiting.pop()
        if isinstance(node, Move) and node.player == player:
            found.setdefault(node.information, []).append(node)
            waiting.append(node.actions[tree.plan(player, own, node.information)])
        else:
            waiting.extend(following(node))
    return found


def _end(tree: GameTree, player: str, own: Any, nodes: list[Any], as_planned: bool) -> _End:
    """The worst end if the player follows its plan from here, or the best end of all."""
    utilities = []
    waiting = list(nodes)
    while waiting:
        node = waiting.pop()
        if as_planned and isinstance(node, Move) and node.player == player:
            waiting.append(node.actions[tree.plan(player, own, node.information)])
        elif after := following(node):
            waiting.extend(after)
        else:
            utilities.append(tree.utility(player, own, node))
    return _End(min(utilities) if as_planned else max(utilities))
