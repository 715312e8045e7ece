"""Bird's rule: everybody pays the link by which a cheapest network reaches them."""

from __future__ import annotations

from comity.checks.spanning_tree import check_bird_rule
from comity.declaration import declare
from comity.errors import ComityError, SolverFailure
from comity.games.coalitional.base import Game
from comity.games.coalitional.spanning_tree import SpanningTreeGame
from comity.results import Allocation


@declare(
    "rule",
    "Everybody pays the link towards the source in a cheapest network (Bird's rule)",
    area="resource_pooling",
    reference="Bird (1976)",
    certificate="check_bird_rule",
)
def bird_rule(game: Game) -> Allocation:
    """The cost of each player's link towards the source in a minimum cost spanning tree: always in the core.

    Where several trees are cheapest this is that of `SpanningTreeGame.tree`, grown from the source; among equal links the one to
    the player named first.

    Parameters
    ----------
    game : SpanningTreeGame
        Any number of players: no coalition but the grand one is looked at.

    References
    ----------
    Bird (1976), "On cost allocation for a spanning tree: a game theoretic approach".

    Examples
    --------
    >>> game = SpanningTreeGame([("well", "A", 6), ("well", "B", 10), ("A", "B", 2)], source="well")
    >>> bird_rule(game).amounts.tolist()
    [6.0, 2.0]
    """
    if not isinstance(game, SpanningTreeGame):
        raise ComityError(f"Bird's rule needs a SpanningTreeGame, not a {type(game).__name__}; core_point serves any game")
    tree = game.tree(game.grand_coalition)
    paid = {far: game.links[(near, far) if (near, far) in game.links else (far, near)] for near, far in tree}
    x = tuple(paid[name] for name in game.players)
    certificate = check_bird_rule(game, x, {"tree": [list(link) for link in tree]})
    if not certificate:
        raise SolverFailure("the tree found was not confirmed to be the cheapest; please report the game")
    return Allocation("bird_rule", game.players, x, certificate)
