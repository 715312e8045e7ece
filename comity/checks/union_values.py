"""Confirming the values of games with unions by adding up contributions; the solvers divide dividends."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from math import comb
from typing import Any

import numpy as np
from numpy.typing import NDArray

from comity import rational
from comity.certificate import Certificate
from comity.checks.comparison import compared
from comity.checks.core import settled
from comity.checks.level_sums import limbs
from comity.coalitions import label, mask_of, members, names_of, sizes
from comity.declaration import declare
from comity.errors import ComityError, InvalidEvidence
from comity.games.coalitional.base import Game
from comity.games.coalitional.table import TableGame

Weight = Callable[[int, int], Fraction]
MAX_PLAYERS, MAX_COALITIONS, MAX_COALITIONS_OF_A_TABLE = 16, 400_000, 1 << 22


@declare("check", "Each amount is the average contribution when unions arrive together", confirms=("owen_value",))
def check_owen_value(game: Game, x: Sequence[Any], witness: Mapping[str, Any] | None = None) -> Certificate:
    """x_i = average of v(Q + T + i) - v(Q + T) over the whole unions Q and the members T of i's union that came before.

    ``witness["unions"]`` lists the names in each union.

    Examples
    --------
    >>> from comity.games.coalitional.voting import VotingGame
    >>> bool(check_owen_value(VotingGame((1, 1, 1), 2), ["1/2", "1/2", 0], {"unions": [["1", "2"], ["3"]]}))
    True
    """
    return _check(game, x, witness, "Owen value", "check_owen_value", _by_order, _by_order)


@declare("check", "Each amount is the average contribution over unions and within the own one", confirms=("banzhaf_owen_value",))
def check_banzhaf_owen_value(game: Game, x: Sequence[Any], witness: Mapping[str, Any] | None = None) -> Certificate:
    """x_i = mean of v(Q + T + i) - v(Q + T) over all sets Q of whole other unions and all T of i's own union.

    Examples
    --------
    >>> from comity.games.coalitional.voting import VotingGame
    >>> game = VotingGame((1, 1, 1), 2)
    >>> bool(check_banzhaf_owen_value(game, ["1/2", "1/2", 0], {"unions": [["1", "2"], ["3"]]}))
    True
    """
    return _check(game, x, witness, "Banzhaf-Owen value", "check_banzhaf_owen_value", _by_coalition, _by_coalition)


def read_unions(game: Game, unions: Any) -> list[int]:
    """The unions as coalitions: every player in exactly one."""
    if isinstance(unions, str | Mapping) or not hasattr(unions, "__iter__"):
        raise InvalidEvidence(f'the unions are {rational.shown(unions)}, not a list; give them as [["A", "B"], ["C"]]')
    found: list[int] = []
    for names in unions:
        union = mask_of(game.players, [names] if isinstance(names, str) else names)
        if not union:
            raise ComityError("a union has no members; leave it out")
        twice = next((other for other in found if other & union), 0) & union
        if twice:
            raise ComityError(f"{label(game.players, twice)} is in two unions; put each player in one")
        found.append(union)
    alone = game.grand_coalition ^ sum(found)
    if alone:
        raise ComityError(f"{label(game.players, alone)} is in no union; put each player in one, alone if need be")
    return found


def _check(
    game: Game, x: Sequence[Any], witness: Mapping[str, Any] | None, name: str, check: str, outer: Weight, inner: Weight
) -> Certificate:
    game, kept = settled(game, witness)
    unions = read_unions(game, (witness or {}).get("unions"))
    shown = ", ".join(label(game.players, union) for union in unions[:6]) + (", ..." if len(unions) > 6 else "")
    kept = {"unions": [names_of(game.players, union) for union in unions], **kept}
    # Only coalitions of whole unions and part of one more are asked for.
    asked = sum(1 << len(unions) - 1 + union.bit_count() for union in unions)
    claim = f"the amounts are the {name} for the unions {shown}"
    limit = MAX_COALITIONS_OF_A_TABLE if isinstance(game, TableGame) else MAX_COALITIONS
    most = max(game.n, MAX_PLAYERS) if asked <= limit else MAX_PLAYERS
    return compared(game, x, claim, check, lambda: _averages(game, unions, outer, inner), kept, most)


def _averages(game: Game, unions: Sequence[int], outer: Weight, inner: Weight) -> list[Fraction]:
    m = len(unions)
    asked = [np.bitwise_or.outer(_unions_of([*unions[:k], *unions[k + 1 :]]), _parts_of(own)) for k, own in enumerate(unions)]
    distinct = np.unique(np.concatenate([coalitions.ravel() for coalitions in asked]))
    worths = game.exact_worths(distinct)
    parts = list(limbs(worths))
    # Which sets of other unions have how many: adds up those of each number.
    number = (sizes(m - 1) == np.arange(m)[:, None]).astype(np.int64)
    x = [Fraction(0)] * game.n
    for own, coalitions in zip(unions, asked, strict=True):
        size = own.bit_count()
        place = np.searchsorted(distinct, coalitions)
        before = (sizes(size - 1)[:, None] == np.arange(size)).astype(np.int64)
        chance = [[outer(q, m - 1) * inner(t, size - 1) for t in range(size)] for q in range(m)]
        for shift, part in parts:
            worth = part[place]
            for j, i in enumerate(members(own)):
                # Bit j of a part says whether i is in it.
                halves = worth.reshape(len(worth), -1, 2, 1 << j)
                added = (halves[:, :, 1] - halves[:, :, 0]).reshape(len(worth), -1)
                levels = (number @ added @ before).tolist()
                gain = sum((c * a for row in zip(chance, levels, strict=True) for c, a in zip(*row, strict=True)), Fraction(0))
                x[i] += gain * (1 << shift)
    return [amount / worths.denominator for amount in x]


def _unions_of(unions: Sequence[int]) -> NDArray[Any]:
    """Every union of some of these coalitions; bit k of the place says whether the k-th is in."""
    found = np.zeros(1, dtype=np.int64 if max(unions, default=0) < 1 << 62 else object)
    for union in unions:
        found = np.append(found, found | union)
    return found


def _parts_of(own: int) -> NDArray[Any]:
    return _unions_of([1 << i for i in members(own)])


def _by_order(before: int, others: int) -> Fraction:
    """The probability that just these ``before`` of all others come first."""
    return Fraction(1, (others + 1) * comb(others, before))


def _by_coalition(before: int, others: int) -> Fraction:
    return Fraction(1, 1 << others)
