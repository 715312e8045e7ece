"""The most and the least a player can reasonably ask for: utopia payoffs and minimal rights."""

from __future__ import annotations

from comity.checks.payoff_sets import check_minimal_rights, check_utopia_payoffs
from comity.coalitions import exact_sums
from comity.declaration import declare
from comity.errors import SolverFailure
from comity.games.coalitional.base import Game
from comity.results import Allocation


@declare(
    "property",
    "What everybody would lose without the player",
    area="benefit_distribution",
    reference="Milnor (1952); Tijs (1981)",
    certificate="check_utopia_payoffs",
)
def utopia_payoffs(game: Game) -> Allocation:
    """M_i = v(N) - v(N without i): the most the others let i have in the core (the least i pays there, in a cost game).

    Not efficient in general.

    References
    ----------
    Tijs (1981), "Bounds for the core and the tau-value".

    Examples
    --------
    >>> from comity.games.coalitional.table import TableGame
    >>> utopia_payoffs(TableGame(["A", "B", "C"], [0, 0, 0, 60, 0, 80, 20, 120])).amounts.tolist()
    [100.0, 40.0, 60.0]
    """
    together = game.exact(game.grand_coalition)
    x = tuple(together - game.exact(game.grand_coalition ^ 1 << i) for i in range(game.n))
    return Allocation("utopia_payoffs", game.players, x, check_utopia_payoffs(game, x, game.evidence()))


@declare(
    "property",
    "What is left for the player in the best coalition that gives the others their utopia payoffs",
    area="benefit_distribution",
    reference="Tijs (1981)",
    certificate="check_minimal_rights",
)
def minimal_rights(game: Game) -> Allocation:
    """m_i = the largest v(S) - M(S without i) over coalitions S with i, where M are the utopia payoffs.

    In a cost game the smallest.  Nobody gets less (pays more) in the core.  Not efficient in general.

    References
    ----------
    Tijs (1981), "Bounds for the core and the tau-value".

    Examples
    --------
    >>> from comity.games.coalitional.table import TableGame
    >>> minimal_rights(TableGame(["A", "B", "C"], [0, 0, 0, 60, 0, 80, 20, 120])).amounts.tolist()
    [20.0, 0.0, 0.0]
    """
    utopia = utopia_payoffs(game).exact
    left = [game.sign * (worth - total) for worth, total in zip(game.exact_table(), exact_sums(utopia), strict=True)]
    best = [max(left[S] for S in range(1 << game.n) if S >> i & 1) for i in range(game.n)]
    x = tuple(most + game.sign * remains for most, remains in zip(utopia, best, strict=True))
    certificate = check_minimal_rights(game, x, game.evidence())
    if not certificate:
        raise SolverFailure("the minimal rights found were not confirmed; please report the game")
    return Allocation("minimal_rights", game.players, x, certificate)
