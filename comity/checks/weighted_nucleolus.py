"""Confirming the relatives of the nucleolus whose excesses count differently; `excess_chain` says why a chain proves them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

import numpy as np

from comity import rational
from comity.certificate import Certificate, holds_if
from comity.checks.core import settled
from comity.checks.nucleolus import check_chain
from comity.coalitions import label, mask_of, names_of, sizes
from comity.declaration import declare
from comity.errors import InvalidEvidence, InvalidGame
from comity.exact_array import ExactArray
from comity.games.coalitional.base import Game


@declare(
    "check",
    "The sorted excesses per member are lexicographically least among efficient allocations",
    confirms=("per_capita_prenucleolus",),
    reference="Grotte (1970); Kohlberg (1971)",
)
def check_per_capita_prenucleolus(game: Game, x: Sequence[Any], witness: Mapping[str, Any]) -> Certificate:
    """x is the per-capita prenucleolus: as `check_prenucleolus`, with e(S) / |S| for the excess.

    Examples
    --------
    >>> from comity.games.coalitional.table import TableGame
    >>> level = {"epsilon": -1, "coalitions": [[["A"], 1], [["B"], 1]], "earlier": [[["A", "B"], -1]]}
    >>> bool(check_per_capita_prenucleolus(TableGame(["A", "B"], [0, 1, 2, 5]), [2, 3], {"levels": [level]}))
    True
    """
    return check_chain("per_capita_prenucleolus", game, x, witness, bounded=False, divisors=_members(game))


@declare(
    "check",
    "The sorted excesses per member are lexicographically least among imputations",
    confirms=("per_capita_nucleolus",),
    reference="Grotte (1970); Kohlberg (1971)",
)
def check_per_capita_nucleolus(game: Game, x: Sequence[Any], witness: Mapping[str, Any]) -> Certificate:
    """x is the per-capita nucleolus: as `check_nucleolus`, with e(S) / |S| for the excess."""
    return check_chain("per_capita_nucleolus", game, x, witness, bounded=True, divisors=_members(game))


@declare(
    "check",
    "The sorted excesses per unit of worth are lexicographically least among efficient allocations",
    confirms=("proportional_prenucleolus",),
    reference="Young, Okada & Hashimoto (1982); Kohlberg (1971)",
)
def check_proportional_prenucleolus(game: Game, x: Sequence[Any], witness: Mapping[str, Any]) -> Certificate:
    """x is the proportional prenucleolus: as `check_prenucleolus`, with e(S) / v(S) for the excess."""
    return check_chain("proportional_prenucleolus", game, x, witness, bounded=False, divisors=_worths(game.confirmed(witness)))


@declare(
    "check",
    "The sorted excesses per unit of worth are lexicographically least among imputations",
    confirms=("proportional_nucleolus",),
    reference="Young, Okada & Hashimoto (1982); Kohlberg (1971)",
)
def check_proportional_nucleolus(game: Game, x: Sequence[Any], witness: Mapping[str, Any]) -> Certificate:
    """x is the proportional nucleolus: as `check_nucleolus`, with e(S) / v(S) for the excess."""
    return check_chain("proportional_nucleolus", game, x, witness, bounded=True, divisors=_worths(game.confirmed(witness)))


@declare(
    "check",
    "The sorted weighted excesses are lexicographically least among efficient allocations",
    confirms=("weighted_prenucleolus",),
    reference="Derks & Haller (1999); Kohlberg (1971)",
)
def check_weighted_prenucleolus(game: Game, x: Sequence[Any], witness: Mapping[str, Any]) -> Certificate:
    """x is the prenucleolus with the excess of S multiplied by the weight of S.

    ``witness["excess_weights"]`` has the weights: one for each size 1 to n - 1, or pairs (names, weight) for all coalitions but
    the empty one and everybody.
    """
    divisors, shown = _stated(game, witness)
    return check_chain("weighted_prenucleolus", game, x, witness, bounded=False, divisors=divisors, shown=shown)


@declare(
    "check",
    "The sorted weighted excesses are lexicographically least among imputations",
    confirms=("weighted_nucleolus",),
    reference="Derks & Haller (1999); Kohlberg (1971)",
)
def check_weighted_nucleolus(game: Game, x: Sequence[Any], witness: Mapping[str, Any]) -> Certificate:
    """x is the nucleolus with the excess of S multiplied by the weight of S, as `check_weighted_prenucleolus` reads it."""
    divisors, shown = _stated(game, witness)
    return check_chain("weighted_nucleolus", game, x, witness, bounded=True, divisors=divisors, shown=shown)


@declare("check", "A coalition is worth nothing or less")
def check_no_positive_worth(game: Game, x: None, witness: Mapping[str, Any]) -> Certificate:
    """``witness["coalition"]`` names one, not everybody, whose worth (cost) is not positive; the margin is minus that worth.

    There is no allocation to look at: ``x`` is None.
    """
    game, kept = settled(game, witness)
    names = witness.get("coalition")
    if not isinstance(names, list | tuple):
        raise InvalidEvidence("the evidence names no coalition; give the names of one that is worth nothing or less")
    S = mask_of(game.players, names)
    worth = game.exact(S)
    return Certificate(
        "a coalition is worth nothing or less",
        holds_if(0 < S < game.grand_coalition and worth <= 0),
        margin=-worth,
        witness={"coalition": names_of(game.players, S), **kept},
        check="check_no_positive_worth",
    )


def _members(game: Game) -> ExactArray:
    return ExactArray(np.maximum(sizes(game.n), 1), 1)


def _worths(game: Game) -> ExactArray:
    table = game.integer_table
    worths = table.numerators.copy()
    worths[[0, -1]] = 1
    if (worths <= 0).any():
        S = int(np.flatnonzero(worths <= 0)[0])
        raise InvalidGame(
            f"{label(game.players, S)} is worth {rational.short(table[S])}; an excess per unit of worth needs more than 0"
        )
    return ExactArray(worths, table.denominator)


def _stated(game: Game, witness: Mapping[str, Any]) -> tuple[ExactArray, dict[str, Any]]:
    """One over the weight of every coalition, and the weights as the witness keeps them."""
    listed = witness.get("excess_weights")
    if not isinstance(listed, list | tuple):
        raise InvalidEvidence("the evidence has no excess_weights; give one for each size 1 to n - 1, or one for each coalition")
    if any(isinstance(one, list | tuple) for one in listed):
        return _by_coalition(game, listed)
    by_size = [rational.exact(w, "the weight of a size") for w in listed]
    if len(by_size) != game.n - 1 or any(w <= 0 for w in by_size):
        raise InvalidEvidence(
            f"excess_weights are {list(listed)}; give {game.n - 1} positive numbers, one for each size 1 to n - 1"
        )
    each = ExactArray.of([1, *(1 / w for w in by_size), 1])
    return each[sizes(game.n)], {"excess_weights": [rational.text(w) for w in by_size]}


def _by_coalition(game: Game, listed: Sequence[Any]) -> tuple[ExactArray, dict[str, Any]]:
    try:
        found = [(mask_of(game.players, names), rational.exact(w, "the weight of a coalition")) for names, w in listed]
    except (TypeError, ValueError) as error:
        raise InvalidEvidence(f"the excess_weights cannot be read: {error}; give pairs of names and weight") from None
    if sorted(S for S, _ in found) != list(range(1, game.grand_coalition)) or any(w <= 0 for _, w in found):
        raise InvalidEvidence("excess_weights are not one positive number for each coalition but the empty one and everybody")
    weights = [Fraction(1)] * (1 << game.n)
    for S, w in found:
        weights[S] = w
    return ExactArray.of([1 / w for w in weights]), {
        "excess_weights": [[list(names), rational.text(w)] for (names, _), (_, w) in zip(listed, found, strict=True)]
    }
