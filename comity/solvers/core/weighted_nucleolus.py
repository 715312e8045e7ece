"""The nucleolus with dissatisfactions that count differently: by any weights, or per unit of worth."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Any

import numpy as np

from comity import rational
from comity.certificate import Certificate
from comity.checks.weighted_nucleolus import (
    check_no_positive_worth,
    check_proportional_nucleolus,
    check_proportional_prenucleolus,
    check_weighted_nucleolus,
    check_weighted_prenucleolus,
)
from comity.coalitions import label, mask_of, names_of
from comity.declaration import declare
from comity.errors import ComityError, OutsideDomain
from comity.exact_array import ExactArray
from comity.games.coalitional.base import Game
from comity.results import Allocation
from comity.solvers.core.coalition_rows import IntegerGame
from comity.solvers.core.least_excesses import Chain, chains, confirmed, require_imputations

Weights = Mapping[Any, Any] | Sequence[Any]


@declare(
    "concept",
    "The largest weighted dissatisfaction as small as possible, then the next, over all efficient allocations",
    area="benefit_distribution",
    claims=("efficient", "anonymous", "covariant", "in_core_if_nonempty", "in_core_if_convex"),
    reference="Derks & Haller (1999)",
    certificate="check_weighted_prenucleolus",
)
def weighted_prenucleolus(game: Game, weights: Weights) -> Allocation:
    """The efficient allocation whose weighted excesses w(S) e(S), sorted from the largest, are lexicographically least.

    Equal weights give the prenucleolus, 1 / |S| the per-capita, 1 / v(S) the proportional prenucleolus.

    Parameters
    ----------
    game : Game
        Its table of 2**n worths is read.
    weights : numbers, or {names: number}
        Positive: one for each size 1 to n - 1, or one for each coalition but the empty one and everybody, by a player's name
        or a collection of names.

    References
    ----------
    Derks & Haller (1999), "Weighted nucleoli"; Kohlberg (1971) for the certificate.

    Examples
    --------
    >>> from comity.games.coalitional.table import TableGame
    >>> weighted_prenucleolus(TableGame(["A", "B"], [0, 1, 2, 5]), {"A": 1, "B": 3}).exact
    (Fraction(5, 2), Fraction(5, 2))
    """
    return _weighted(game, weights, "weighted_prenucleolus", bounded=False)


@declare(
    "concept",
    "The largest weighted dissatisfaction as small as possible, then the next, over all imputations",
    area="benefit_distribution",
    claims=("efficient", "anonymous", "covariant", "in_core_if_nonempty", "in_core_if_convex", "individually_rational"),
    reference="Derks & Haller (1999)",
    certificate="check_weighted_nucleolus",
)
def weighted_nucleolus(game: Game, weights: Weights) -> Allocation:
    """The imputation whose weighted excesses w(S) e(S), sorted from the largest, are lexicographically least.

    Parameters
    ----------
    game : Game
        Its table of 2**n worths is read.
    weights : numbers, or {names: number}
        As for `weighted_prenucleolus`.

    Raises
    ------
    InvalidGame
        If there is no imputation; `weighted_prenucleolus` exists even then.

    References
    ----------
    Derks & Haller (1999), "Weighted nucleoli"; Kohlberg (1971) for the certificate.

    Examples
    --------
    >>> from comity.games.coalitional.table import TableGame
    >>> weighted_nucleolus(TableGame(None, [0, 0, 0, 0, 0, 0, 90, 120]), [1, "1/2"]).exact
    (Fraction(10, 1), Fraction(55, 1), Fraction(55, 1))
    """
    require_imputations(game, "weighted nucleolus", "weighted_prenucleolus")
    return _weighted(game, weights, "weighted_nucleolus", bounded=True)


@declare(
    "concept",
    "The largest dissatisfaction per unit of worth as small as possible, then the next, over all efficient allocations",
    area="benefit_distribution",
    claims=("efficient", "symmetric", "anonymous", "homogeneous", "in_core_if_nonempty", "in_core_if_convex"),
    reference="Young, Okada & Hashimoto (1982)",
    certificate="check_proportional_prenucleolus",
)
def proportional_prenucleolus(game: Game) -> Allocation:
    """The efficient allocation whose excesses per unit of worth, e(S) / v(S), sorted, are lexicographically least.

    Parameters
    ----------
    game : Game
        Every coalition but the empty one and everybody is worth (costs) more than 0.

    Raises
    ------
    OutsideDomain
        If a coalition is worth nothing or less; its name is in the ``certificate``.

    References
    ----------
    Young, Okada & Hashimoto (1982), "Cost allocation in water resources development".

    Examples
    --------
    >>> from comity.games.coalitional.table import TableGame
    >>> proportional_prenucleolus(TableGame(["A", "B"], [0, 2, 4, 12])).exact
    (Fraction(4, 1), Fraction(8, 1))
    """
    found, evidence = weighted_chains(game, _worths(game), bounded=False), game.evidence()

    def check(x: list[Fraction], levels: list[dict[str, Any]]) -> Certificate:
        return check_proportional_prenucleolus(game, x, {"levels": levels, **evidence})

    return confirmed(game, "proportional_prenucleolus", found, check)


@declare(
    "concept",
    "The largest dissatisfaction per unit of worth as small as possible, then the next, over all imputations",
    area="benefit_distribution",
    claims=(
        "efficient",
        "symmetric",
        "anonymous",
        "null_player",
        "dummy_player",
        "homogeneous",
        "in_core_if_nonempty",
        "in_core_if_convex",
        "individually_rational",
    ),
    reference="Young, Okada & Hashimoto (1982)",
    certificate="check_proportional_nucleolus",
)
def proportional_nucleolus(game: Game) -> Allocation:
    """The imputation whose excesses per unit of worth, e(S) / v(S), sorted from the largest, are lexicographically least.

    Parameters
    ----------
    game : Game
        Every coalition but the empty one and everybody is worth (costs) more than 0.

    Raises
    ------
    OutsideDomain
        If a coalition is worth nothing or less; its name is in the ``certificate``.
    InvalidGame
        If there is no imputation; `proportional_prenucleolus` exists even then.

    References
    ----------
    Young, Okada & Hashimoto (1982), "Cost allocation in water resources development".

    Examples
    --------
    >>> from comity.games.coalitional.table import TableGame
    >>> proportional_nucleolus(TableGame(["A", "B"], [0, 6, 10, 12], "cost")).exact
    (Fraction(9, 2), Fraction(15, 2))
    """
    worths = _worths(game)
    require_imputations(game, "proportional nucleolus", "proportional_prenucleolus")
    found, evidence = weighted_chains(game, worths, bounded=True), game.evidence()

    def check(x: list[Fraction], levels: list[dict[str, Any]]) -> Certificate:
        return check_proportional_nucleolus(game, x, {"levels": levels, **evidence})

    return confirmed(game, "proportional_nucleolus", found, check)


def weighted_chains(game: Game, divisors: ExactArray, bounded: bool) -> Iterator[Chain]:
    """Allocations whose excesses e(S) / divisors[S] are lexicographically least, with their chains of levels."""
    integer = replace(IntegerGame.of(game), units=divisors.numerators)
    return chains(integer, game.players, bounded, unit=divisors.denominator)


def _weighted(game: Game, weights: Weights, concept: str, bounded: bool) -> Allocation:
    by_coalition = _read(game, weights)
    found = weighted_chains(game, ExactArray.of([1 / w for w in by_coalition]), bounded)
    if isinstance(weights, Mapping):
        stated: list[Any] = [[names_of(game.players, S), rational.text(by_coalition[S])] for S in range(1, game.grand_coalition)]
    else:
        stated = [rational.text(by_coalition[(1 << size) - 1]) for size in range(1, game.n)]
    claim = check_weighted_nucleolus if bounded else check_weighted_prenucleolus
    evidence = {"excess_weights": stated, **game.evidence()}
    return confirmed(game, concept, found, lambda x, levels: claim(game, x, {"levels": levels, **evidence}))


def _read(game: Game, weights: Weights) -> list[Fraction]:
    """The weight of every coalition; 1 for the empty one and everybody, whose excess is 0."""
    if isinstance(weights, str) or not isinstance(weights, Mapping | Iterable):
        raise ComityError(f"the weights are {weights!r}; give one for each size 1 to {game.n - 1}, or {{names: weight}}")
    if isinstance(weights, Mapping):
        return _read_by_coalition(game, weights)
    by_size = [_positive(w, f"the weight of size {size}") for size, w in enumerate(weights, 1)]
    if len(by_size) != game.n - 1:
        raise ComityError(f"{len(by_size)} weights for {game.n} players; give {game.n - 1}, one for each size 1 to n - 1")
    each = [Fraction(1), *by_size, Fraction(1)]
    return [each[S.bit_count()] for S in range(1 << game.n)]


def _read_by_coalition(game: Game, weights: Mapping[Any, Any]) -> list[Fraction]:
    found: dict[int, Fraction] = {0: Fraction(1), game.grand_coalition: Fraction(1)}
    for names, w in weights.items():
        S = mask_of(game.players, (names,) if isinstance(names, str) else names)
        if S in found:
            said = "is given two weights" if 0 < S < game.grand_coalition else "needs no weight, for its excess is 0"
            raise ComityError(f"{label(game.players, S)} {said}; leave it out once")
        found[S] = _positive(w, f"the weight of {label(game.players, S)}")
    missing = [S for S in range(1 << game.n) if S not in found]
    if missing:
        first = ", ".join(label(game.players, S) for S in missing[:3])
        raise ComityError(f"{len(missing)} coalitions have no weight, first {first}; give every proper coalition one")
    return [found[S] for S in range(1 << game.n)]


def _positive(weight: Any, what: str) -> Fraction:
    exact = rational.exact(weight, what)
    if exact <= 0:
        raise ComityError(f"{what} is {rational.short(exact)}; a weight is more than 0, so that the allocation is unique")
    return exact


def _worths(game: Game) -> ExactArray:
    """The worth of every coalition; any number for the empty one and everybody, whose excess is 0."""
    table = game.integer_table
    worths = table.numerators.copy()
    worths[[0, -1]] = 1
    if (worths <= 0).any():
        S = int(np.flatnonzero(worths <= 0)[0])
        verb = "is worth" if game.sign > 0 else "costs"
        raise OutsideDomain(
            f"{label(game.players, S)} {verb} {rational.short(table[S])}; an excess per unit of worth needs more than 0, "
            "use per_capita_nucleolus or nucleolus",
            check_no_positive_worth(game, None, {"coalition": names_of(game.players, S), **game.evidence()}),
        )
    return ExactArray(worths, table.denominator)
