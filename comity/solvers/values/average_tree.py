"""The average tree solution: what each adds to the parts below it, over all ways to order a network from a top down."""

from __future__ import annotations

from fractions import Fraction
from functools import cache
from typing import Any

from comity.checks.graph_values import check_average_tree_solution, link_names, read_graph
from comity.coalitions import members
from comity.declaration import declare
from comity.games.coalitional.base import Game
from comity.results import Allocation

# How many trees there are, and the sum of the amounts over all of them.
Trees = tuple[int, tuple[Fraction, ...]]


@declare(
    "concept",
    "What each adds to the parts below it, over all orders of a network from a top down",
    area="collaborative_research",
    claims=("anonymous", "covariant", "additive", "projection", "individually_rational_if_superadditive"),
    reference="Herings, van der Laan & Talman (2008); Herings, van der Laan, Talman & Yang (2010)",
    certificate="check_average_tree_solution",
)
def average_tree_solution(game: Game, graph: Any) -> Allocation:
    """The average, over all admissible trees, of what each player adds to the parts that are left below it.

    A tree has a player at the top; below it stands, for each part that is connected without it, a tree of that part with a
    neighbour of that player at the top.  A player gets v(its part) less v of each part below.  Without cycles there is one
    tree for each top; with all links the solution is the Shapley value.  The members of a connected part get its worth.

    Parameters
    ----------
    graph : pairs of names, or a networkx graph
        Who can talk to whom; players without a link stay alone.

    References
    ----------
    Herings, P. J.-J., van der Laan, G., Talman, D. & Yang, Z. (2010). The average tree solution for cooperative games with
    communication structure.

    Examples
    --------
    >>> from comity.games.coalitional.voting import VotingGame
    >>> average_tree_solution(VotingGame((1, 1, 1), 2, "ABC"), [("A", "B"), ("B", "C")]).amounts.tolist()
    [0.0, 1.0, 0.0]
    """
    links = read_graph(game, graph)
    near = [0] * game.n
    for i, j in links:
        near[i] |= 1 << j
        near[j] |= 1 << i
    exact = cache(game.exact)

    @cache
    def below(part: int, tops: int) -> Trees:
        """All trees of a connected part with one of ``tops`` at the top."""
        count, total = 0, [Fraction(0)] * game.n
        for i in members(part & tops):
            branches = {C: below(C, near[i] & C) for C in _connected_parts(part ^ 1 << i, near)}
            ways = 1
            for trees, _ in branches.values():
                ways *= trees
            count += ways
            total[i] += ways * (exact(part) - sum((exact(C) for C in branches), Fraction(0)))
            for trees, amounts in branches.values():
                for k, amount in enumerate(amounts):
                    total[k] += ways // trees * amount
        return count, tuple(total)

    x = [Fraction(0)] * game.n
    for part in _connected_parts(game.grand_coalition, near):
        count, total = below(part, part)
        for i in members(part):
            x[i] = total[i] / count
    witness = {"links": link_names(game, links), **game.evidence()}
    return Allocation("average_tree_solution", game.players, tuple(x), check_average_tree_solution(game, x, witness))


def _connected_parts(S: int, near: list[int]) -> list[int]:
    """The parts of S that its own links connect, by walking from the lowest player."""
    parts = []
    while S:
        part, edge = 0, S & -S
        while edge:
            part |= edge
            reached = 0
            for i in members(edge):
                reached |= near[i]
            edge = reached & S & ~part
        parts.append(part)
        S ^= part
    return parts
