"""Confirming that everybody pays the link towards the source in a cheapest spanning tree, for any number of players."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

import numpy as np

from comity import rational
from comity.certificate import Certificate, holds_if
from comity.checks.core import exact_amounts
from comity.declaration import declare
from comity.errors import InvalidEvidence
from comity.games.coalitional.base import Game
from comity.games.coalitional.spanning_tree import SpanningTreeGame


@declare(
    "check",
    "Everybody pays the link towards the source in a cheapest tree",
    reference="Bird (1976); Granot & Huberman (1981)",
    confirms=("bird_rule",),
)
def check_bird_rule(game: Game, x: Sequence[Any], witness: Mapping[str, Any]) -> Certificate:
    """``witness["tree"]`` lists links (nearer end, farther end), each of which reaches somebody new, and x are their costs.

    The tree is cheapest because no link outside it is cheaper than one on the way it would bridge: the margin is the least that
    such a link costs more, None where there is none.  Such amounts are in the core of the game and of every subgame that the
    tree connects (Granot & Huberman 1981), so that no coalition need be looked at.

    Examples
    --------
    >>> game = SpanningTreeGame([("well", "A", 6), ("well", "B", 10), ("A", "B", 2)], source="well")
    >>> check_bird_rule(game, [6, 2], {"tree": [["well", "A"], ["A", "B"]]}).margin
    Fraction(4, 1)
    """
    if not isinstance(game, SpanningTreeGame):
        raise InvalidEvidence(f"the tree is to be that of a SpanningTreeGame, not of a {type(game).__name__}")
    amounts = exact_amounts(game, x)
    towards = _tree(game, witness.get("tree"))
    paid = all(amount == _cost(game, name, towards[name]) for name, amount in zip(game.players, amounts, strict=True))
    margin = _spare_of_all_pairs(game, towards) if game.is_dense() else _spare(game, towards)
    return Certificate(
        "everybody pays the link towards the source in a cheapest tree, which is in the core",
        holds_if(paid and (margin is None or margin >= 0)),
        margin=margin if paid else None,
        witness={"tree": [[near, far] for far, near in towards.items()], "total": rational.text(sum(amounts, Fraction(0)))},
        check="check_bird_rule",
    )


def _cost(game: SpanningTreeGame, a: str, b: str) -> Fraction | None:
    cost = game.links.get((a, b))
    return game.links.get((b, a)) if cost is None else cost


def _tree(game: SpanningTreeGame, listed: Any) -> dict[str, str]:
    """For each player the next place towards the source; every link starts at a place reached before."""
    towards: dict[str, str] = {}
    try:
        links = [(str(near), str(far)) for near, far in listed]
    except (TypeError, ValueError) as error:
        raise InvalidEvidence(f"the tree cannot be read: {error}; give pairs of names") from None
    for near, far in links:
        if near != game.source and near not in towards:
            raise InvalidEvidence(f"the tree has the link {near} - {far} before it reaches {near}; start from {game.source}")
        if far == game.source or far in towards or _cost(game, near, far) is None:
            raise InvalidEvidence(f"the tree has the link {near} - {far}, which is none or reaches {far} again")
        towards[far] = near
    missing = [name for name in game.players if name not in towards]
    if missing:
        raise InvalidEvidence(f"the tree does not reach {missing[0]}; it is to connect everybody")
    return towards


def _spare_of_all_pairs(game: SpanningTreeGame, towards: Mapping[str, str]) -> Fraction | None:
    """`_spare` from the dearest link on the way between any two places: the way on from whoever was reached before."""
    position = {name: i for i, name in enumerate((*game.players, game.source))}
    costs = game.costs.numerators
    cost_of = np.zeros((game.n + 1, game.n + 1), dtype=costs.dtype)
    a, b = game.ends
    cost_of[a, b] = cost_of[b, a] = costs
    dearest = np.zeros_like(cost_of)
    reached = np.empty(game.n + 1, dtype=np.int64)
    reached[0] = game.n
    outside = np.ones((game.n + 1, game.n + 1), dtype=bool)
    for count, (far, near) in enumerate(towards.items(), 1):
        i, j = position[far], position[near]
        before = reached[:count]
        dearest[i, before] = dearest[before, i] = np.maximum(dearest[j, before], cost_of[i, j])
        outside[i, j] = outside[j, i] = False
        reached[count] = i
    spare = (costs - dearest[a, b])[outside[a, b]]
    return Fraction(int(spare.min()), game.costs.denominator) if spare.size else None


def _spare(game: SpanningTreeGame, towards: Mapping[str, str]) -> Fraction | None:
    """By how much a link outside the tree costs more than every link of the way it would bridge, at the least."""
    outside = [(a, b, cost) for (a, b), cost in game.links.items() if towards.get(a) != b and towards.get(b) != a]
    # Joined by ever dearer links of the tree, two places first hang together through the dearest link between them.  Each part
    # keeps the links that leave it; the smaller part moves over, so that no link moves more often than log n times.
    part = {place: {place} for place in (game.source, *game.players)}
    leaving: dict[str, set[int]] = {place: set() for place in part}
    for k, (a, b, _) in enumerate(outside):
        leaving[a].add(k)
        leaving[b].add(k)
    head = {place: place for place in part}
    least: Fraction | None = None
    costs = {frozenset(pair): game.links[pair if pair in game.links else pair[::-1]] for pair in towards.items()}
    for link in sorted(costs, key=costs.__getitem__):
        large, small = sorted((head[end] for end in link), key=lambda h: -len(part[h]) - len(leaving[h]))
        for place in part.pop(small):
            head[place] = large
            part[large].add(place)
        for k in leaving.pop(small):
            if k in leaving[large]:
                leaving[large].remove(k)
                spare = outside[k][2] - costs[link]
                least = spare if least is None else min(least, spare)
            else:
                leaving[large].add(k)
    return least
