"""Confirming a nucleolus or prenucleolus from a chain of levels with balancing weights; `excess_chain` says why it proves it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from comity.certificate import Certificate, holds_if
from comity.checks.airport_nucleolus import airport_flaw
from comity.checks.core import exact_amounts, settled
from comity.checks.excess_chain import flaw, read_levels
from comity.checks.induced_subgraph_nucleolus import induced_subgraph_flaw
from comity.checks.structured_excesses import objecting_coalitions
from comity.declaration import declare
from comity.exact_array import ExactArray
from comity.games.coalitional.airport import AirportGame
from comity.games.coalitional.base import Game
from comity.games.coalitional.induced_subgraph import InducedSubgraphGame

PREKERNEL = "prekernel of a concave cost"
COMPLEMENTS = "each coalition complains as much as the others"


@declare(
    "check",
    "The sorted excesses are lexicographically least among efficient allocations",
    confirms=("prenucleolus",),
    reference="Kohlberg (1971)",
)
def check_prenucleolus(game: Game, x: Sequence[Any], witness: Mapping[str, Any]) -> Certificate:
    """x is the prenucleolus, by the chain of levels in ``witness["levels"]``.

    A level is ``{"epsilon": e, "coalitions": [[names, weight], ...], "earlier": [[names, weight], ...]}``.
    No linear programme is solved: 2**n inequalities a level, in integers; large votes and assignment games are proved by their
    structure.  ``{"argument": "prekernel of a concave cost"}`` instead of levels compares neighbours in an airport game, and
    ``{"argument": "each coalition complains as much as the others"}`` looks at the links of an induced subgraph game.

    Examples
    --------
    >>> from comity.games.coalitional.table import TableGame
    >>> level = {"epsilon": -1, "coalitions": [[["A"], 1], [["B"], 1]], "earlier": [[["A", "B"], -1]]}
    >>> bool(check_prenucleolus(TableGame(["A", "B"], [0, 1, 2, 5]), [2, 3], {"levels": [level]}))
    True
    """
    return check_chain("prenucleolus", game, x, witness, bounded=False)


@declare(
    "check",
    "The sorted excesses are lexicographically least among imputations",
    confirms=("nucleolus",),
    reference="Kohlberg (1971)",
)
def check_nucleolus(game: Game, x: Sequence[Any], witness: Mapping[str, Any]) -> Certificate:
    """x is the nucleolus, by the chain of levels in ``witness["levels"]``.

    As `check_prenucleolus`; a level may also have ``"bounds": [[name, weight], ...]``, players who get exactly
    what they are worth alone, and nobody may get less than that.

    Examples
    --------
    >>> from comity.games.coalitional.table import TableGame
    >>> level = {"epsilon": -1, "coalitions": [[["A"], 1], [["B"], 1]], "earlier": [[["A", "B"], -1]]}
    >>> bool(check_nucleolus(TableGame(["A", "B"], [0, 1, 2, 5]), [1, 4], {"levels": [level]}))
    False
    """
    return check_chain("nucleolus", game, x, witness, bounded=True)


def check_chain(
    name: str,
    game: Game,
    x: Sequence[Any],
    witness: Mapping[str, Any],
    bounded: bool,
    divisors: ExactArray | None = None,
    shown: Mapping[str, Any] | None = None,
) -> Certificate:
    """The excesses of coalitions, divided by ``divisors`` if there are any, are lexicographically least.

    ``bounded`` means among imputations; ``shown`` is kept in the witness.
    """
    game, kept = settled(game, witness)
    argument = witness.get("argument")
    if divisors is None and argument == PREKERNEL and isinstance(game, AirportGame):
        return _by_argument(name, PREKERNEL, airport_flaw(game, exact_amounts(game, x)))
    if divisors is None and argument == COMPLEMENTS and isinstance(game, InducedSubgraphGame):
        return _by_argument(name, COMPLEMENTS, induced_subgraph_flaw(game, exact_amounts(game, x), bounded))
    objectors = objecting_coalitions(game, exact_amounts(game, x), divisors)
    levels = read_levels(objectors, witness, bounded)
    reason = flaw(objectors, levels, bounded)
    return Certificate(
        f"the allocation is the {name.replace('_', ' ')}",
        holds_if(not reason),
        witness={
            **(shown or {}),
            "levels": [level.plain(objectors, bounded, "coalitions") for level in levels],
            **({"reason": reason} if reason else {}),
            **kept,
        },
        check=f"check_{name}",
    )


def _by_argument(name: str, argument: str, reason: str) -> Certificate:
    return Certificate(
        f"the allocation is the {name}",
        holds_if(not reason),
        witness={"argument": argument, **({"reason": reason} if reason else {})},
        check=f"check_{name}",
    )
