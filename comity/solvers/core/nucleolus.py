"""The nucleolus and the prenucleolus: the largest dissatisfaction as small as possible, then the next, ..."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction

from comity.certificate import Certificate
from comity.checks.nucleolus import COMPLEMENTS, PREKERNEL, check_nucleolus, check_prenucleolus
from comity.declaration import declare
from comity.errors import SolverFailure
from comity.games.coalitional.airport import AirportGame
from comity.games.coalitional.base import Game
from comity.games.coalitional.induced_subgraph import InducedSubgraphGame
from comity.results import Allocation
from comity.solvers.core.airport_nucleolus import FEW_PLAYERS, airport_nucleolus
from comity.solvers.core.induced_subgraph_nucleolus import all_get_what_they_are_worth_alone, induced_subgraph_prenucleolus
from comity.solvers.core.least_excesses import confirmed, require_imputations
from comity.solvers.core.structured_levels import nucleolus_chains


@declare(
    "concept",
    "The largest dissatisfaction as small as possible, then the next largest, over all efficient allocations",
    area="benefit_distribution",
    claims=(
        "efficient",
        "symmetric",
        "anonymous",
        "null_player",
        "dummy_player",
        "desirability",
        "covariant",
        "in_core_if_nonempty",
        "in_core_if_convex",
        "individually_rational_if_superadditive",
    ),
    reference="Schmeidler (1969); Sobolev (1975)",
    certificate="check_prenucleolus",
)
def prenucleolus(game: Game) -> Allocation:
    """The efficient allocation whose excesses, sorted from the largest, are lexicographically least.

    Always exists and is unique.  Found by at most n - 1 linear programmes, of whose 2**n rows only the violated ones are
    written down; the certificate is a chain of levels with balancing weights, in rationals, that needs no linear programme
    to confirm.  Should floats not lead to the right chain, every programme is solved exactly.

    Parameters
    ----------
    game : Game
        Its table of 2**n worths is read; within about a second up to 22 players.  Weighted votes (of hundreds of members,
        or of forty with weights of many digits) and assignment games (of a hundred players) need no table,
        nor do airports of tens of thousands and joint worths of pairs (`InducedSubgraphGame`).  A vote of a hundred takes
        about a second.

    References
    ----------
    Schmeidler (1969); Maschler, Peleg & Shapley (1979); Kohlberg (1971) for the certificate.

    Examples
    --------
    >>> from comity.games.coalitional.table import TableGame
    >>> prenucleolus(TableGame(["A", "B", "C"], [0, 0, 0, 60, 0, 80, 20, 120])).exact
    (Fraction(70, 1), Fraction(20, 1), Fraction(30, 1))
    """
    if isinstance(game, AirportGame) and game.n > FEW_PLAYERS:
        return _argued(game, "prenucleolus", airport_nucleolus(game), PREKERNEL, check_prenucleolus)
    if isinstance(game, InducedSubgraphGame):
        return _argued(game, "prenucleolus", induced_subgraph_prenucleolus(game), COMPLEMENTS, check_prenucleolus)
    found = nucleolus_chains(game, bounded=False)
    evidence = game.evidence()
    return confirmed(game, "prenucleolus", found, lambda x, levels: check_prenucleolus(game, x, {"levels": levels, **evidence}))


@declare(
    "concept",
    "The largest dissatisfaction as small as possible, then the next largest, over all imputations",
    area="benefit_distribution",
    claims=(
        "efficient",
        "symmetric",
        "anonymous",
        "null_player",
        "dummy_player",
        "desirability",
        "covariant",
        "in_core_if_nonempty",
        "in_core_if_convex",
        "individually_rational",
    ),
    reference="Schmeidler (1969)",
    certificate="check_nucleolus",
)
def nucleolus(game: Game) -> Allocation:
    """The imputation whose excesses, sorted from the largest, are lexicographically least.

    An imputation is efficient and gives nobody less (in a cost game: charges nobody more) than the worth of
    standing alone.  Exists, and is unique, unless the players together do worse than alone.

    Parameters
    ----------
    game : Game
        Its table of 2**n worths is read; within about a second up to 22 players.  Weighted votes (of hundreds of members,
        or of forty with weights of many digits) and assignment games (of a hundred players) need no table,
        nor do airports of tens of thousands and joint worths of pairs (`InducedSubgraphGame`).  A vote of a hundred takes
        about a second.

    Raises
    ------
    InvalidGame
        If there is no imputation; `prenucleolus` exists even then.

    References
    ----------
    Schmeidler (1969); Maschler, Peleg & Shapley (1979); Kohlberg (1971) for the certificate.

    Examples
    --------
    >>> from comity.games.coalitional.table import TableGame
    >>> glove = TableGame(["left", "other left", "right"], [0, 0, 0, 0, 0, 1, 1, 1])
    >>> nucleolus(glove)["right"]
    1.0
    """
    if isinstance(game, InducedSubgraphGame):
        x = induced_subgraph_prenucleolus(game)
        if all_get_what_they_are_worth_alone(game, x):
            return _argued(game, "nucleolus", x, COMPLEMENTS, check_nucleolus)
    require_imputations(game, "nucleolus")
    if isinstance(game, AirportGame) and game.n > FEW_PLAYERS:
        return _argued(game, "nucleolus", airport_nucleolus(game), PREKERNEL, check_nucleolus)
    found = nucleolus_chains(game, bounded=True)
    evidence = game.evidence()
    return confirmed(game, "nucleolus", found, lambda x, levels: check_nucleolus(game, x, {"levels": levels, **evidence}))


def _argued(game: Game, concept: str, x: Sequence[Fraction], argument: str, check: Callable[..., Certificate]) -> Allocation:
    """An allocation that a theorem on games of this kind proves, once what it supposes has been confirmed."""
    certificate = check(game, x, {"argument": argument})
    if not certificate:
        raise SolverFailure(f"the {concept} found was not confirmed: {certificate.witness['reason']}; please report the game")
    return Allocation(concept, game.players, tuple(x), certificate)
