"""The most and the least a player can reasonably ask for: utopia payoffs and minimal rights."""

from __future__ import annotations

from fractions import Fraction

import numpy as np

from comity.checks.payoff_sets import check_minimal_rights, check_utopia_payoffs
from comity.declaration import declare
from comity.errors import SolverFailure
from comity.games.coalitional.base import Game
from comity.results import Allocation
from comity.solvers.core.coalition_rows import IntegerGame


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
    gains = IntegerGame.of(game)
    x = tuple(gains.amounts(Fraction(right) for right, _ in rights(gains)))
    certificate = check_minimal_rights(game, x, game.evidence())
    if not certificate:
        raise SolverFailure("the minimal rights found were not confirmed; please report the game")
    return Allocation("minimal_rights", game.players, x, certificate)


def hopes(gains: IntegerGame) -> list[int]:
    """M_i = w(N) - w(N without i) for each player."""
    everybody = gains.grand_coalition
    return [gains.worth(everybody) - gains.worth(everybody ^ 1 << i) for i in range(gains.n)]


def rights(gains: IntegerGame) -> list[tuple[int, int]]:
    """For each player the largest w(S) - M(S without i) over the S with i, and the first coalition that leaves so much."""
    most = hopes(gains)
    # w(S) - M(S) + M_i: which coalition of i is best does not depend on M_i.
    left = gains.beyond([Fraction(M) for M in most], Fraction(0))
    found = []
    for i, M in enumerate(most):
        of_i = left.reshape(-1, 2, 1 << i)[:, 1]
        above, below = divmod(int(np.argmax(of_i)), 1 << i)
        S = above << i + 1 | 1 << i | below
        found.append((int(left[S]) + M, S))
    return found
