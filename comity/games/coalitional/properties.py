"""What is true of a game's worths: convex, superadditive, monotone, essential, and who stands out among the players.

Each answer looks at the exact table.  Convex, superadditive, monotone and their like are about the worths as they stand: a cost
game that is good for cooperation is `is_concave` and `is_subadditive`.  `is_essential` and `is_k_convex` read the orientation
and ask what is good for cooperation.  For each ``is_...`` here a ``check_...`` of the checks gives the witness.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from comity import rational
from comity.coalitions import members
from comity.declaration import declare
from comity.errors import InvalidGame
from comity.games.coalitional.base import Game

# Disjoint pairs of coalitions of so many players are compared at once: 3**11 of them stay in fast memory.
MOST_AT_ONCE = 11
# Of longer numbers so many bits are looked at first.
FIRST_DIGITS = 60
READ_OFF = "it is read off the worths, and whoever asks again reads it off again"


@declare("property", "Joining a larger coalition adds at least as much", reference="Shapley (1971)", certificate="check_convex")
def is_convex(game: Game) -> bool:
    """v(S + i + j) - v(S + j) >= v(S + i) - v(S) for all S, i, j; n**2 2**n comparisons.

    Examples
    --------
    >>> from comity.games.coalitional.table import TableGame
    >>> is_convex(TableGame(None, [0, 1, 2, 5]))
    True
    """
    return _least_second_difference(game, 1) >= 0


@declare("property", "Joining a larger coalition adds at most as much", reference="Shapley (1971)", certificate="check_concave")
def is_concave(game: Game) -> bool:
    """v(S + i + j) - v(S + j) <= v(S + i) - v(S) for all S, i, j."""
    return _least_second_difference(game, -1) >= 0


@declare(
    "property",
    "Two separate coalitions never lose by merging",
    reference="von Neumann & Morgenstern (1944)",
    certificate="check_superadditive",
)
def is_superadditive(game: Game) -> bool:
    """v(S or T) >= v(S) + v(T) for all disjoint S, T; 3**n comparisons unless the game is convex.

    Examples
    --------
    >>> from comity.games.coalitional.voting import VotingGame
    >>> is_superadditive(VotingGame(weights=(1, 1), quota=1))
    False
    """
    return _merging_never_hurts(game, 1)


@declare(
    "property",
    "Two separate coalitions never pay more by merging",
    reference="Peleg & Sudhölter (2007)",
    certificate="check_subadditive",
)
def is_subadditive(game: Game) -> bool:
    """v(S or T) <= v(S) + v(T) for all disjoint S, T."""
    return _merging_never_hurts(game, -1)


@declare(
    "property", "A larger coalition is worth at least as much", reference="Peleg & Sudhölter (2007)", certificate="check_monotone"
)
def is_monotone(game: Game) -> bool:
    """v(S + i) >= v(S) for all S, i."""
    worth = game.integer_table.numerators
    halves = (worth.reshape(-1, 2, 1 << i) for i in range(game.n))
    return all(bool((with_i[:, 1] >= with_i[:, 0]).all()) for with_i in halves)


@declare(
    "property",
    "A coalition never loses by taking in one player",
    reference="Peleg & Sudhölter (2007)",
    certificate="check_weakly_superadditive",
)
def is_weakly_superadditive(game: Game) -> bool:
    """v(S + i) >= v(S) + v(i) for all S and i outside S (zero-monotone); n 2**n comparisons.

    Examples
    --------
    >>> from comity.games.coalitional.table import TableGame
    >>> is_weakly_superadditive(TableGame(None, [0, 1, 2, 2]))
    False
    """
    return _joining_never_hurts(game, 1)


@declare(
    "property",
    "A coalition never pays more by taking in one player",
    reference="Peleg & Sudhölter (2007)",
    certificate="check_weakly_subadditive",
)
def is_weakly_subadditive(game: Game) -> bool:
    """v(S + i) <= v(S) + v(i) for all S and i outside S."""
    return _joining_never_hurts(game, -1)


@declare(
    "property",
    "All together do better than everybody alone",
    reference="von Neumann & Morgenstern (1944)",
    certificate="check_essential",
)
def is_essential(game: Game) -> bool:
    """v(N) > sum of v(i) in a gain game, c(N) < sum of c(i) in a cost game.

    Examples
    --------
    >>> from comity.games.coalitional.airport import AirportGame
    >>> is_essential(AirportGame([12, 28])), is_essential(AirportGame([12, 0]))
    (True, False)
    """
    worth, _ = game.scaled_table
    return game.sign * (worth[-1] - sum(worth[1 << i] for i in range(game.n))) > 0


@declare(
    "property",
    "Every coalition wins or loses, and all together win",
    reference="von Neumann & Morgenstern (1944)",
    certificate="check_simple",
)
def is_simple(game: Game) -> bool:
    """Worths are 0 or 1, no larger coalition is worth less, and v(N) = 1.

    Examples
    --------
    >>> from comity.games.coalitional.voting import VotingGame
    >>> is_simple(VotingGame((1, 1, 1), 2)), is_simple(VotingGame((1, 1, 1), 4))
    (True, False)
    """
    worth, one = game.scaled_table
    return worth[-1] == one and all(w in (0, one) for w in worth) and is_monotone(game)


@declare(
    "property",
    "What a coalition gets, the others do not",
    reference="von Neumann & Morgenstern (1944)",
    certificate="check_constant_sum",
)
def is_constant_sum(game: Game) -> bool:
    """v(S) + v(N without S) = v(N) for all S: the game is its own dual.

    Examples
    --------
    >>> from comity.games.coalitional.voting import VotingGame
    >>> is_constant_sum(VotingGame((1, 1, 1), 2)), is_constant_sum(VotingGame((1, 1, 1), 3))
    (True, False)
    """
    worth, _ = game.scaled_table
    return all(worth[S] + worth[-1 - S] == worth[-1] for S in range(len(worth)))


@declare(
    "property",
    "Convex once coalitions of k or more players are given what they can hope for",
    reference="Driessen (1988)",
    certificate="check_k_convex",
)
def is_k_convex(game: Game, k: int) -> bool:
    """The k-cover is convex and nowhere below the game.

    With b_i = v(N) - v(N without i), the k-cover is v(S) for fewer than k players and v(N) less the sum of b_i over
    the others for k or more.  n-convex is convex; the core of a k-convex game is that of its cover.  A cost game is read by
    its gains -c.

    Examples
    --------
    >>> from comity.games.coalitional.claims import ClaimsGame
    >>> [is_k_convex(ClaimsGame(200, (100, 200, 300)), k) for k in (1, 2, 3)]
    [False, True, True]
    """
    worth, cover = k_cover(game, k)
    as_array = np.array([*cover, None], dtype=object)[:-1]
    return all(c >= w for c, w in zip(cover, worth, strict=True)) and _least_second_difference_of(as_array, 1) >= 0


def k_cover(game: Game, k: int) -> tuple[list[int], list[int]]:
    """The gains of a game and those of its k-cover, by coalition, both in the unit of ``game.scaled_table``."""
    if isinstance(k, bool) or not isinstance(k, int) or not 1 <= k <= game.n:
        raise InvalidGame(f"k is {rational.shown(k)}; use a whole number from 1 to the number of players, {game.n}")
    table, _ = game.scaled_table
    worth = [game.sign * w for w in table]
    everybody = game.grand_coalition
    hope = [worth[-1] - worth[everybody ^ 1 << i] for i in range(game.n)]
    cover = [w if S.bit_count() < k else worth[-1] - sum(hope[i] for i in members(everybody ^ S)) for S, w in enumerate(worth)]
    return worth, cover


@declare("property", "The players who add nothing to any coalition", reference="Shapley (1953)", uncertified=READ_OFF)
def null_players(game: Game) -> tuple[str, ...]:
    """Everybody with v(S + i) = v(S) for all S.

    Examples
    --------
    >>> from comity.games.coalitional.voting import VotingGame
    >>> null_players(VotingGame({"A": 2, "B": 2, "C": 1}, 4))
    ('C',)
    """
    worth, _ = game.scaled_table
    return tuple(
        name for i, name in enumerate(game.players) if all(worth[S] == worth[S ^ 1 << i] for S in range(len(worth)) if S >> i & 1)
    )


@declare(
    "property",
    "The players who add to every coalition what they are worth alone",
    reference="Shapley (1953)",
    uncertified=READ_OFF,
)
def dummy_players(game: Game) -> tuple[str, ...]:
    """Everybody with v(S + i) = v(S) + v(i) for all S without i; null players among them.

    Examples
    --------
    >>> from comity.games.coalitional.table import TableGame
    >>> dummy_players(TableGame(["A", "B"], [0, 1, 2, 3]))
    ('A', 'B')
    """
    worth, _ = game.scaled_table
    return tuple(
        name
        for i, name in enumerate(game.players)
        if all(worth[S] == worth[S ^ 1 << i] + worth[1 << i] for S in range(len(worth)) if S >> i & 1)
    )


@declare("property", "The groups of players who can stand in for each other", reference="Shapley (1953)", uncertified=READ_OFF)
def symmetric_players(game: Game) -> tuple[tuple[str, ...], ...]:
    """Classes of players with v(S + i) = v(S + j) for all S without both; everybody is in one, perhaps alone.

    Examples
    --------
    >>> from comity.games.coalitional.voting import VotingGame
    >>> symmetric_players(VotingGame({"A": 2, "B": 1, "C": 1}, 3))
    (('A',), ('B', 'C'))
    """
    groups: list[list[int]] = []
    for i in range(game.n):
        # Standing in for each other is an equivalence: one member speaks for the group.
        group = next((group for group in groups if _alike(game, group[0], i)), None)
        if group is None:
            groups.append([i])
        else:
            group.append(i)
    return tuple(tuple(game.players[i] for i in group) for group in groups)


@declare("property", "The players without whom nothing is worth anything", reference="Shapley (1962)", uncertified=READ_OFF)
def veto_players(game: Game) -> tuple[str, ...]:
    """Everybody with v(S) = 0 for all S without i; in a simple game the members of all winning coalitions.

    Examples
    --------
    >>> from comity.games.coalitional.voting import VotingGame
    >>> veto_players(VotingGame({"A": 3, "B": 1, "C": 1}, 4))
    ('A',)
    """
    worth, _ = game.scaled_table
    needed = game.grand_coalition
    for S, w in enumerate(worth):
        if w:
            needed &= S
    return tuple(game.players[i] for i in members(needed))


def _alike(game: Game, i: int, j: int) -> bool:
    worth, _ = game.scaled_table
    a, b = 1 << i, 1 << j
    return all(worth[S | a] == worth[S | b] for S in range(len(worth)) if not S & (a | b))


def _least_second_difference(game: Game, sign: int) -> int:
    table = game.integer_table
    return _least_second_difference_of(_within_64_bits(table.numerators, table.largest, 4), sign)


def _least_second_difference_of(worth: NDArray[Any], sign: int) -> int:
    n, least = worth.size.bit_length() - 1, 0
    for j in range(n):
        halves = worth.reshape(-1, 2, 1 << j)
        gain = (halves[:, 1] - halves[:, 0]).ravel() * sign
        for i in range(j):
            quarters = gain.reshape(-1, 2, 1 << i)
            least = min(least, int((quarters[:, 1] - quarters[:, 0]).min()))
            if least < 0:
                return least
    return least


def _merging_never_hurts(game: Game, sign: int) -> bool:
    # Convex games are superadditive, as nobody at all is worth nothing, and that is far fewer comparisons.
    if _least_second_difference(game, sign) >= 0:
        return True
    table = game.integer_table
    worth = _within_64_bits(table.numerators, table.largest, 3) * sign
    if worth.dtype != object:
        return _never_less_for_any(worth[None], worth[None], game.n, 0)
    bits = max(table.largest.bit_length() - FIRST_DIGITS, 0)
    high, low = (worth >> bits).astype(np.int64), worth & ((1 << bits) - 1)
    # Two units of the high digits to spare are enough, but of what an empty T leaves, which is nothing.
    more = high + 2
    more[0] = -(1 << FIRST_DIGITS)
    if _never_less_for_any(high[None], more[None], game.n, 0):
        return True
    digits = np.stack([high, low.astype(np.int64) if bits <= FIRST_DIGITS else low])
    return _never_less_for_any(digits, digits, game.n, bits)


def _never_less_for_any(S: NDArray[Any], T: NDArray[Any], n: int, bits: int) -> bool:
    # Everybody up to player j: S is one with j, T one without j.
    return all(_never_less(S[:, 1 << j : 2 << j], S[:, 1 << j : 2 << j], T[:, : 1 << j], bits) for j in range(n))


def _never_less(both: NDArray[Any], S: NDArray[Any], T: NDArray[Any], bits: int) -> bool:
    """v(S or T) >= v(S) + v(T) for all disjoint S and T, by tables of the worths that others of whom some may join give.

    The player who doubles a table - on the second axis - joins neither, S or T; few players are taken all at once.  The first
    axis holds the worths, or their high digits and so many bits of low ones.
    """
    both, S, T = (table[..., None] for table in (both, S, T))
    waiting = [(both, S, T)]
    while waiting:
        both, S, T = waiting.pop()
        half = both.shape[1] // 2
        if half == 0:
            if _less(both, S, T, bits):
                return False
            continue
        without, with_it = both[:, :half], both[:, half:]
        cases = ((without, S[:, :half], T[:, :half]), (with_it, S[:, half:], T[:, :half]), (with_it, S[:, :half], T[:, half:]))
        if half == 1:
            if any(_less(b, s, t, bits) for b, s, t in cases):
                return False
        elif half >= 1 << MOST_AT_ONCE:
            waiting += cases
        else:
            joined = (np.concatenate(part, axis=2) for part in zip(*cases, strict=True))
            waiting.append((next(joined), next(joined), next(joined)))
    return True


def _less(both: NDArray[Any], S: NDArray[Any], T: NDArray[Any], bits: int) -> bool:
    """Whether a worth of both is below the sum of the worths."""
    if len(both) == 1:
        return bool((both < S + T).any())
    high = both[0] - S[0] - T[0]
    # The low digits are between -2 and 1 units of the high ones.
    close = (high == 0) | (high == 1)
    return bool((high < 0).any()) or bool(
        close.any() and (high[close] + ((both[1][close] - S[1][close] - T[1][close]) >> bits) < 0).any()
    )


def _joining_never_hurts(game: Game, sign: int) -> bool:
    table = game.integer_table
    worth = _within_64_bits(table.numerators, table.largest, 3) * sign
    halves = ((worth.reshape(-1, 2, 1 << i), worth[1 << i]) for i in range(game.n))
    return all(bool((with_i[:, 1] - with_i[:, 0] >= alone).all()) for with_i, alone in halves)


def _within_64_bits(worths: NDArray[Any], largest: int, terms: int) -> NDArray[Any]:
    """Integers that hold the sum of so many worths: of 32 or 64 bits, or Python's."""
    if largest * terms < 1 << 31:
        return worths.astype(np.int32)
    return worths if largest * terms < 1 << 63 else worths.astype(object)
