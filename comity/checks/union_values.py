"""Confirming the values of games with unions by adding up contributions; the solvers divide dividends."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from math import comb
from typing import Any

from comity import rational
from comity.certificate import Certificate
from comity.checks.comparison import compared
from comity.checks.core import settled
from comity.coalitions import label, mask_of, names_of, subsets
from comity.declaration import declare
from comity.errors import ComityError, InvalidEvidence
from comity.games.coalitional.base import Game

Weight = Callable[[int, int], Fraction]
MAX_PLAYERS, MAX_COALITIONS = 16, 400_000


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
    most = max(game.n, MAX_PLAYERS) if asked <= MAX_COALITIONS else MAX_PLAYERS
    return compared(game, x, claim, check, lambda: _averages(game, unions, outer, inner), kept, most)


def _averages(game: Game, unions: Sequence[int], outer: Weight, inner: Weight) -> list[Fraction]:
    worth = _worths(game)
    x = [Fraction(0)] * game.n
    for own in unions:
        others = [union for union in unions if union != own]
        arrived = [0]
        for union in others:
            arrived += [before | union for before in arrived]
        for i in range(game.n):
            if own >> i & 1:
                for T in subsets(own ^ 1 << i):
                    added = [Fraction(0)] * (len(others) + 1)
                    for k, Q in enumerate(arrived):
                        added[k.bit_count()] += worth(Q | T | 1 << i) - worth(Q | T)
                    mean = sum((outer(k, len(others)) * gain for k, gain in enumerate(added)), Fraction(0))
                    x[i] += inner(T.bit_count(), own.bit_count() - 1) * mean
    return x


def _worths(game: Game) -> Callable[[int], Fraction]:
    """The table where it is short, else each worth as it is asked for, once."""
    if game.n <= MAX_PLAYERS:
        return game.exact_table().__getitem__
    known: dict[int, Fraction] = {}

    def worth(S: int) -> Fraction:
        if S not in known:
            known[S] = game.exact(S)
        return known[S]

    return worth


def _by_order(before: int, others: int) -> Fraction:
    """The probability that just these ``before`` of all others come first."""
    return Fraction(1, (others + 1) * comb(others, before))


def _by_coalition(before: int, others: int) -> Fraction:
    return Fraction(1, 1 << others)
