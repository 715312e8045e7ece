"""The public help index: a player's share of the places in all winning coalitions."""

from __future__ import annotations

from fractions import Fraction

from comity.checks.power import check_public_help_index
from comity.declaration import declare
from comity.games.coalitional.base import Game
from comity.results import Allocation
from comity.solvers.values.simple import winning


@declare(
    "concept",
    "Share of places in winning coalitions",
    area="governance",
    claims=("efficient", "symmetric", "anonymous", "desirability"),
    reference="Bertini, Gambarelli & Stach (2008)",
    certificate="check_public_help_index",
)
def public_help_index(game: Game) -> Allocation:
    """The number of winning coalitions of the player, over the sum of these numbers.

    Whoever helps a coalition to win counts, needed or not; so even a null player has a part.

    References
    ----------
    Bertini, C., Gambarelli, G. & Stach, I. (2008). A public help index.

    Examples
    --------
    >>> from comity.games.coalitional.voting import VotingGame
    >>> public_help_index(VotingGame((2, 1, 0), 3)).amounts.tolist()
    [0.4, 0.4, 0.2]
    """
    wins = winning(game)
    counts = [int(wins.reshape(-1, 2, 1 << i)[:, 1].sum()) for i in range(game.n)]
    x = tuple(Fraction(count, sum(counts)) for count in counts)
    return Allocation("public_help_index", game.players, x, check_public_help_index(game, x, game.evidence()))
