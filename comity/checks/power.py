"""Confirming power indices of simple games by other counts than the solvers', and that a game is not simple."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from fractions import Fraction
from math import comb, lcm
from typing import Any

import numpy as np
from numpy.typing import NDArray

from comity import rational
from comity.certificate import Certificate, holds_if
from comity.checks.comparison import compared, most_with_a_table
from comity.checks.core import settled
from comity.checks.large_votes import check_enclosed, enclosed_banzhaf, enclosed_shapley_shubik
from comity.checks.level_sums import level_sums
from comity.checks.voting_power import countable, recount
from comity.coalitions import mask_of, names_of
from comity.declaration import declare
from comity.errors import InvalidEvidence
from comity.games.coalitional.base import Game, integer_dividends
from comity.games.coalitional.voting import VotingGame

MAX_PLAYERS = 18
Wins = NDArray[np.bool_]
Counting = Callable[[Wins, int], Sequence[Fraction]]


@declare("check", "Each amount is the share of orders in which the player decides", confirms=("shapley_shubik_index",))
def check_shapley_shubik_index(game: Game, x: Sequence[Any], witness: Mapping[str, Any] | None = None) -> Certificate:
    """Dividends of the table divided equally; for weighted votes the coalitions of the others are counted again.

    More votes than can be counted exactly are enclosed, with the basis ENCLOSED and an allowance named in the claim.

    Examples
    --------
    >>> from comity.games.coalitional.voting import VotingGame
    >>> bool(check_shapley_shubik_index(VotingGame((2, 1, 1), 3), ["2/3", "1/6", "1/6"]))
    True
    """
    game, kept = settled(game, witness)
    claim, check = "the amounts are the Shapley-Shubik index", "check_shapley_shubik_index"
    if isinstance(game, VotingGame):
        if not countable(game.weights, game.quota):
            return check_enclosed(game, x, "Shapley-Shubik index", check, enclosed_shapley_shubik)
        return compared(game, x, claim, check, lambda: _orders_of_votes(game), kept, game.n)
    return compared(game, x, claim, check, lambda: _equal_parts_of_dividends(game), kept, most_with_a_table(game))


@declare("check", "Each amount is the player's share of all swings", confirms=("banzhaf_index",))
def check_banzhaf_index(game: Game, x: Sequence[Any], witness: Mapping[str, Any] | None = None) -> Certificate:
    """A player swings twice as many coalitions as it is in that win, less all that win.

    The coalitions of the others are counted again for more votes than a table is for, and enclosed for still more.
    """
    if isinstance(game, VotingGame) and game.n > MAX_PLAYERS:
        if not countable(game.weights, game.quota):
            return check_enclosed(game, x, "Banzhaf index", "check_banzhaf_index", enclosed_banzhaf)
        claim = "the amounts are the Banzhaf index"
        return compared(game, x, claim, "check_banzhaf_index", lambda: _swings_of_votes(game), {}, game.n)
    return _check(game, x, witness, "Banzhaf index", "check_banzhaf_index", lambda wins, n: _shares(_swings(wins, n)))


@declare("check", "The share of winning coalitions that the player can block", confirms=("coleman_preventive_index",))
def check_coleman_preventive_index(game: Game, x: Sequence[Any], witness: Mapping[str, Any] | None = None) -> Certificate:
    """x_i is the number of swings over the number of winning coalitions."""

    def right(wins: Wins, n: int) -> list[Fraction]:
        return [Fraction(count, int(wins.sum())) for count in _swings(wins, n)]

    return _check(game, x, witness, "Coleman index of the power to prevent action", "check_coleman_preventive_index", right)


@declare("check", "The share of losing coalitions that the player can turn", confirms=("coleman_initiative_index",))
def check_coleman_initiative_index(game: Game, x: Sequence[Any], witness: Mapping[str, Any] | None = None) -> Certificate:
    """x_i is the number of swings over the number of losing coalitions."""

    def right(wins: Wins, n: int) -> list[Fraction]:
        return [Fraction(count, int((~wins).sum())) for count in _swings(wins, n)]

    return _check(game, x, witness, "Coleman index of the power to initiate action", "check_coleman_initiative_index", right)


@declare("check", "Minimal winning coalitions are equally likely and divide equally", confirms=("deegan_packel_index",))
def check_deegan_packel_index(game: Game, x: Sequence[Any], witness: Mapping[str, Any] | None = None) -> Certificate:
    """The minimal winning coalitions are those that win and hold just one winning coalition, themselves.

    Examples
    --------
    >>> from comity.games.coalitional.voting import VotingGame
    >>> bool(check_deegan_packel_index(VotingGame((2, 1, 1), 3), ["1/2", "1/4", "1/4"]))
    True
    """

    def right(wins: Wins, n: int) -> list[Fraction]:
        # Layer by layer: those of one size divide in the same way.
        layers = _minimal_by_size(wins, n)
        unit, number = lcm(*layers), sum(len(layer) for layer in layers.values())
        share = [0] * n
        for size, layer in layers.items():
            for i in range(n):
                share[i] += unit // size * _members_in(layer, i)
        return [Fraction(part, unit * number) for part in share]

    return _check(game, x, witness, "Deegan-Packel index", "check_deegan_packel_index", right)


@declare("check", "Each amount is the player's share of places in minimal winning coalitions", confirms=("public_good_index",))
def check_public_good_index(game: Game, x: Sequence[Any], witness: Mapping[str, Any] | None = None) -> Certificate:
    """x_i is in proportion to the number of minimal winning coalitions of i."""

    def right(wins: Wins, n: int) -> list[Fraction]:
        layers = _minimal_by_size(wins, n).values()
        return _shares([sum(_members_in(layer, i) for layer in layers) for i in range(n)])

    return _check(game, x, witness, "public good index", "check_public_good_index", right)


@declare("check", "Each amount is the player's share of places in winning coalitions", confirms=("public_help_index",))
def check_public_help_index(game: Game, x: Sequence[Any], witness: Mapping[str, Any] | None = None) -> Certificate:
    """Each winning coalition without i wins with it, too: i is in half of all winning ones and of those it swings."""

    def right(wins: Wins, n: int) -> list[Fraction]:
        # Swings counted among the losing coalitions; |W_i| = (|W| + swings) / 2.
        swings = [int((with_i & ~without).sum()) for without, with_i in _halves(wins, n)]
        return _shares([(int(wins.sum()) + count) // 2 for count in swings])

    return _check(game, x, witness, "public help index", "check_public_help_index", right)


@declare("check", "Vulnerable coalitions are equally likely and divide among those they need", confirms=("johnston_index",))
def check_johnston_index(game: Game, x: Sequence[Any], witness: Mapping[str, Any] | None = None) -> Certificate:
    """Losing coalitions are gone through: each that i turns into a winning one counts by how many that one needs."""

    def right(wins: Wins, n: int) -> list[Fraction]:
        needed = np.zeros(1 << n, dtype=np.uint8)
        for (_, has), (without, with_k) in zip(_halves(needed, n), _halves(wins, n), strict=True):
            has += with_k & ~without
        unit, share = lcm(*range(1, n + 1)), []
        for (_, by), (without, with_i) in zip(_halves(needed, n), _halves(wins, n), strict=True):
            turned = np.bincount((by * (with_i & ~without)).ravel()).tolist()
            share.append(sum(count * unit // many for many, count in enumerate(turned) if many))
        return _shares(share)

    return _check(game, x, witness, "Johnston index", "check_johnston_index", right)


@declare("check", "The game is not simple, or nobody ever wins", reference="von Neumann & Morgenstern (1944)")
def check_not_simple(game: Game, x: None, witness: Mapping[str, Any]) -> Certificate:
    """``witness["coalitions"]`` is one worth neither 0 nor 1; all, who do not win; or a winning one and a losing one around it.

    Examples
    --------
    >>> from comity.games.coalitional.table import TableGame
    >>> bool(check_not_simple(TableGame(None, [0, 1, 2, 5]), None, {"coalitions": [["2"]]}))
    True
    """
    game, kept = settled(game, witness)
    chosen = [mask_of(game.players, names) for names in witness["coalitions"]]
    worths = [game.exact(S) for S in chosen]
    everybody = game.grand_coalition
    odd = len(chosen) == 1 and (worths[0] not in (0, 1) or (chosen[0] == everybody and worths[0] != 1))
    falls = len(chosen) == 2 and chosen[0] & chosen[1] == chosen[0] and worths == [1, 0]
    return Certificate(
        "the game is no simple game in which somebody wins",
        holds_if(odd or falls),
        witness={
            "coalitions": [names_of(game.players, S) for S in chosen],
            "amounts": [rational.text(worth) for worth in worths],
            **kept,
        },
        check="check_not_simple",
    )


def _check(
    game: Game, x: Sequence[Any], witness: Mapping[str, Any] | None, name: str, check: str, right: Counting
) -> Certificate:
    game, kept = settled(game, witness)
    return compared(
        game, x, f"the amounts are the {name}", check, lambda: right(_wins(game), game.n), kept, most_with_a_table(game)
    )


def _wins(game: Game) -> Wins:
    """Whether each coalition wins, from worths 0 and 1 that never fall, 1 for everybody."""
    table = game.integer_table
    worths, one = table.numerators, table.denominator
    if ((worths != 0) & (worths != one)).any() or worths[-1] != one:
        raise InvalidEvidence("the worths are not 0 and 1 with 1 for everybody; power indices are for simple games")
    wins = np.asarray(worths != 0, dtype=bool)
    if any((without & ~with_i).any() for without, with_i in _halves(wins, game.n)):
        raise InvalidEvidence("a coalition loses by gaining a member; power indices are for simple games")
    return wins


def _halves(table: NDArray[Any], n: int) -> Iterator[tuple[NDArray[Any], NDArray[Any]]]:
    """For each player, views of the table at the coalitions without and with that player."""
    cut = (table.reshape(-1, 2, 1 << i) for i in range(n))
    return ((part[:, 0], part[:, 1]) for part in cut)


def _swings(wins: Wins, n: int) -> list[int]:
    return [2 * int(with_i.sum()) - int(wins.sum()) for _, with_i in _halves(wins, n)]


def _minimal_by_size(wins: Wins, n: int) -> dict[int, NDArray[np.int64]]:
    """The winning coalitions that hold just one winning coalition, themselves, by how many members they have."""
    # At most 2**n are held.
    held = wins.astype(np.int32 if n < 31 else np.int64)
    for without, with_i in _halves(held, n):
        with_i += without
    minimal = np.flatnonzero(wins & (held == 1))
    size = np.fromiter(map(int.bit_count, minimal.tolist()), dtype=np.int64, count=len(minimal))
    return {many: minimal[size == many] for many in np.unique(size).tolist()}


def _members_in(coalitions: NDArray[np.int64], i: int) -> int:
    """How many of the coalitions player i is in."""
    return int(np.count_nonzero(coalitions & 1 << i))


def _shares(counts: Sequence[int]) -> list[Fraction]:
    total = sum(counts)
    return [Fraction(count, total) for count in counts]


def _orders_of_votes(game: VotingGame) -> list[Fraction]:
    n = game.n
    weights = [Fraction(1, n * comb(n - 1, s)) for s in range(n)]
    return [
        sum((w * count for w, count in zip(weights, counts, strict=True)), Fraction(0))
        for counts in recount(game.weights, game.quota)
    ]


def _swings_of_votes(game: VotingGame) -> list[Fraction]:
    return _shares([sum(counts) for counts in recount(game.weights, game.quota)])


def _equal_parts_of_dividends(game: Game) -> list[Fraction]:
    _wins(game)
    created = integer_dividends(game.integer_table)
    with_player, _ = level_sums(created)
    return [
        sum((Fraction(total, created.denominator * size) for size, total in enumerate(own) if size), Fraction(0))
        for own in with_player
    ]
