"""Confirming a modiclus from a chain of levels of pairs of coalitions; `excess_chain` says why it proves it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from comity.certificate import Certificate, holds_if
from comity.checks.core import exact_amounts, settled
from comity.checks.excess_chain import Pairs, flaw, read_levels
from comity.declaration import declare
from comity.games.coalitional.base import Game


@declare(
    "check",
    "The sorted differences of excesses are lexicographically least among efficient allocations",
    confirms=("modiclus",),
    reference="Sudhölter (1997); Kohlberg (1971)",
)
def check_modiclus(game: Game, x: Sequence[Any], witness: Mapping[str, Any]) -> Certificate:
    """x is the modiclus, by the chain of levels in ``witness["levels"]``.

    As `check_prenucleolus`, with ordered pairs of coalitions in the place of coalitions: the excess of (S, T) is e(S) - e(T),
    its vector 1_S - 1_T.  The empty coalition and everybody are among them; what is looked at are 2**n excesses, twice.

    Examples
    --------
    >>> from comity.games.coalitional.table import TableGame
    >>> pairs = [[[["A"], ["B"]], 1], [[["B"], ["A"]], 1]]
    >>> bool(check_modiclus(TableGame(["A", "B"], [0, 1, 2, 5]), [2, 3], {"levels": [{"epsilon": 0, "pairs": pairs}]}))
    False
    """
    game, kept = settled(game, witness)
    objectors = Pairs(game, exact_amounts(game, x))
    levels = read_levels(objectors, witness, bounded=False, key="pairs")
    reason = flaw(objectors, levels, bounded=False)
    return Certificate(
        "the allocation is the modiclus",
        holds_if(not reason),
        witness={
            "levels": [level.plain(objectors, False, "pairs") for level in levels],
            **({"reason": reason} if reason else {}),
            **kept,
        },
        check="check_modiclus",
    )
