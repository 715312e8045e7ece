"""The position value: links earn their Shapley value, and share it between their ends."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from comity.checks.graph_values import check_position_value, link_names, read_graph
from comity.coalitions import members
from comity.declaration import declare
from comity.errors import TooManyPlayers
from comity.games.coalitional.base import Game
from comity.results import Allocation

MAX_LINKS = 18


@declare(
    "concept",
    "Links earn their average contribution and share it between their ends",
    area="collaborative_research",
    claims=("anonymous", "covariant", "additive", "projection", "individually_rational_if_superadditive"),
    reference="Meessen (1988); Borm, Owen & Tijs (1992)",
    certificate="check_position_value",
)
def position_value(game: Game, graph: Any) -> Allocation:
    """v(i) and half of the Shapley value of each link of i in the game among links.

    A set of links is worth what the parts it joins are worth beyond their members alone.  Each dividend of that game
    is divided equally among its links, and by each between its two ends.  The members of a connected part get its worth.

    Parameters
    ----------
    graph : pairs of names, or a networkx graph
        Who can talk to whom; at most 18 links.

    References
    ----------
    Borm, P., Owen, G. & Tijs, S. (1992). On the position value for communication situations.

    Examples
    --------
    >>> from comity.games.coalitional.voting import VotingGame
    >>> position_value(VotingGame((1, 1, 1), 2, "ABC"), [("A", "B"), ("B", "C")]).amounts.tolist()
    [0.25, 0.5, 0.25]
    """
    links = read_graph(game, graph)
    if len(links) > MAX_LINKS:
        raise TooManyPlayers(f"{len(links)} links have 2**{len(links)} sets, here at most 2**{MAX_LINKS}; use myerson_value")
    alone = [game.exact(1 << i) for i in range(game.n)]
    x = list(alone)
    for A, dividend in _dividends_of_links(game, links, alone).items():
        share = dividend / (2 * A.bit_count())
        for a in members(A):
            for i in links[a]:
                x[i] += share
    witness = {"links": link_names(game, links), **game.evidence()}
    return Allocation("position_value", game.players, tuple(x), check_position_value(game, x, witness))


def _dividends_of_links(game: Game, links: list[tuple[int, int]], alone: list[Fraction]) -> dict[int, Fraction]:
    """What each set of links creates that no smaller one does."""
    surplus: dict[int, Fraction] = {}
    created: list[Fraction] = []
    for A in range(1 << len(links)):
        worth = Fraction(0)
        for part in _joined(links, A):
            if part not in surplus:
                surplus[part] = game.exact(part) - sum((alone[i] for i in members(part)), Fraction(0))
            worth += surplus[part]
        created.append(worth)
    for a in range(len(links)):
        for A in range(1 << len(links)):
            if A >> a & 1:
                created[A] -= created[A ^ 1 << a]
    return {A: dividend for A, dividend in enumerate(created) if dividend}


def _joined(links: list[tuple[int, int]], A: int) -> set[int]:
    """The parts of two or more players that the links of A join."""
    part_of: dict[int, int] = {}
    for a in members(A):
        i, j = links[a]
        joined = part_of.get(i, 1 << i) | part_of.get(j, 1 << j)
        for k in members(joined):
            part_of[k] = joined
    return set(part_of.values())
