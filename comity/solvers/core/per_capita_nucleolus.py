"""The per-capita nucleolus and prenucleolus: the largest dissatisfaction per member as small as possible, then the next, ..."""

from __future__ import annotations

from comity.checks.weighted_nucleolus import check_per_capita_nucleolus, check_per_capita_prenucleolus
from comity.declaration import declare
from comity.games.coalitional.base import Game
from comity.results import Allocation
from comity.solvers.core.least_excesses import confirmed, require_imputations
from comity.solvers.core.weighted_nucleolus import least_weighted_excesses


@declare(
    "concept",
    "The largest dissatisfaction per member as small as possible, then the next, over all efficient allocations",
    area="benefit_distribution",
    claims=(
        "efficient",
        "symmetric",
        "anonymous",
        "desirability",
        "covariant",
        "in_core_if_nonempty",
        "in_core_if_convex",
    ),
    reference="Grotte (1970)",
    certificate="check_per_capita_prenucleolus",
)
def per_capita_prenucleolus(game: Game) -> Allocation:
    """The efficient allocation whose excesses per member, e(S) / |S|, sorted from the largest, are lexicographically least.

    Always exists and is unique; in the core if there is one.  Unlike the prenucleolus it is monotone in v(N): nobody loses
    when all together are worth more and nothing else changes.  Null players may get something.

    Parameters
    ----------
    game : Game
        Its table of 2**n worths is read; within a few seconds up to about 12 players.

    References
    ----------
    Grotte (1970); Young, Okada & Hashimoto (1982).

    Examples
    --------
    >>> from comity.games.coalitional.table import TableGame
    >>> per_capita_prenucleolus(TableGame(["A", "B", "C"], [0, 0, 0, 60, 0, 80, 20, 120])).exact
    (Fraction(220, 3), Fraction(40, 3), Fraction(100, 3))
    """
    x, levels = least_weighted_excesses(game, _members(game), bounded=False)
    certificate = check_per_capita_prenucleolus(game, x, {"levels": levels, **game.evidence()})
    return confirmed(game, "per_capita_prenucleolus", x, certificate)


@declare(
    "concept",
    "The largest dissatisfaction per member as small as possible, then the next, over all imputations",
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
    reference="Grotte (1970)",
    certificate="check_per_capita_nucleolus",
)
def per_capita_nucleolus(game: Game) -> Allocation:
    """The imputation whose excesses per member, e(S) / |S|, sorted from the largest, are lexicographically least.

    Parameters
    ----------
    game : Game
        Its table of 2**n worths is read; within a few seconds up to about 12 players.

    Raises
    ------
    InvalidGame
        If there is no imputation; `per_capita_prenucleolus` exists even then.

    References
    ----------
    Grotte (1970); Young, Okada & Hashimoto (1982).

    Examples
    --------
    >>> from comity.games.coalitional.table import TableGame
    >>> per_capita_nucleolus(TableGame(["A", "B", "C"], [0, 0, 0, 0, 0, 0, 90, 120])).exact
    (Fraction(10, 1), Fraction(55, 1), Fraction(55, 1))
    """
    require_imputations(game, "per-capita nucleolus", "per_capita_prenucleolus")
    x, levels = least_weighted_excesses(game, _members(game), bounded=True)
    certificate = check_per_capita_nucleolus(game, x, {"levels": levels, **game.evidence()})
    return confirmed(game, "per_capita_nucleolus", x, certificate)


def _members(game: Game) -> list[int]:
    return [S.bit_count() for S in range(1 << game.n)]
