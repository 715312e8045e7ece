"""The Myerson value: the Shapley value when only those who are linked can cooperate."""

from __future__ import annotations

from typing import Any

from comity.checks.graph_values import check_myerson_value, link_names, read_graph
from comity.declaration import declare
from comity.games.coalitional.base import Game
from comity.games.coalitional.transforms import graph_restricted_game
from comity.results import Allocation
from comity.solvers.values.connected_rules import connected_rules
from comity.solvers.values.rule_sums import shapley_by_rules
from comity.solvers.values.shapley import shapley_value


@declare(
    "concept",
    "Average contribution when only those who are linked can cooperate",
    area="collaborative_research",
    claims=("anonymous", "covariant", "additive", "projection", "individually_rational_if_superadditive"),
    reference="Myerson (1977)",
    certificate="check_myerson_value",
)
def myerson_value(game: Game, graph: Any) -> Allocation:
    """The Shapley value of the game in which a coalition is worth the sum of the worths of its connected parts.

    The members of a connected part get its worth; two players gain the same from the link between them.  Many players are no
    obstacle where connected sets are few (a line of hundreds, a sparse graph of tens) or, on a forest, where the model knows its
    dividends.

    Parameters
    ----------
    graph : pairs of names, or a networkx graph
        Who can talk to whom; players without a link stay alone.

    References
    ----------
    Myerson, R. B. (1977). Graphs and cooperation in games.

    Examples
    --------
    >>> from comity.games.coalitional.voting import VotingGame
    >>> myerson_value(VotingGame((1, 1, 1), 2, "ABC"), [("A", "B"), ("B", "C")]).amounts.round(4).tolist()
    [0.1667, 0.6667, 0.1667]
    """
    links = read_graph(game, graph)
    names = link_names(game, links)
    rules = connected_rules(game, links)
    if rules is None:
        x = shapley_value(graph_restricted_game(game, names)).exact
    else:
        x = tuple(shapley_by_rules(rules, game.n))
    return Allocation("myerson_value", game.players, x, check_myerson_value(game, x, {"links": names, **game.evidence()}))
