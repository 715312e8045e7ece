"""The per-capita nucleolus and prenucleolus: the largest dissatisfaction per member as small as possible, then the next, ..."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np

from comity.certificate import Certificate
from comity.checks.weighted_nucleolus import check_per_capita_nucleolus, check_per_capita_prenucleolus
from comity.coalitions import sizes
from comity.declaration import declare
from comity.exact_array import ExactArray
from comity.games.coalitional.base import Game
from comity.results import Allocation
from comity.solvers.core.least_excesses import confirmed, require_imputations
from comity.solvers.core.weighted_nucleolus import weighted_chains


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
        Its table of 2**n worths is read; within about a second up to 20 players.

    References
    ----------
    Grotte (1970); Young, Okada & Hashimoto (1982).

    Examples
    --------
    >>> from comity.games.coalitional.table import TableGame
    >>> per_capita_prenucleolus(TableGame(["A", "B", "C"], [0, 0, 0, 60, 0, 80, 20, 120])).exact
    (Fraction(220, 3), Fraction(40, 3), Fraction(100, 3))
    """
    found, evidence = weighted_chains(game, _members(game), bounded=False), game.evidence()

    def check(x: list[Fraction], levels: list[dict[str, Any]]) -> Certificate:
        return check_per_capita_prenucleolus(game, x, {"levels": levels, **evidence})

    return confirmed(game, "per_capita_prenucleolus", found, check)


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
        Its table of 2**n worths is read; within about a second up to 20 players.

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
    found, evidence = weighted_chains(game, _members(game), bounded=True), game.evidence()

    def check(x: list[Fraction], levels: list[dict[str, Any]]) -> Certificate:
        return check_per_capita_nucleolus(game, x, {"levels": levels, **evidence})

    return confirmed(game, "per_capita_nucleolus", found, check)


def _members(game: Game) -> ExactArray:
    """The number of members; 1 for the empty coalition, whose excess is 0."""
    return ExactArray(np.maximum(sizes(game.n), 1), 1)
