"""Whether a property holds of all coalitions, with the place where it holds most narrowly or fails most badly.

Every check scans the exact table.  The witness names the coalitions and their worths; the margin is what is to spare there,
or minus what is missing.  As in the properties themselves, convex, superadditive, monotone and their like are about the
worths as they stand; essential and k-convex read the orientation.  For a game whose worths are optima, give
``game.evidence()`` as the witness.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from functools import partial
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from comity import rational
from comity.certificate import Certificate, holds_if
from comity.checks.core import settled
from comity.checks.narrowest import Place, joining, merger, second_difference
from comity.coalitions import mask_of, members, names_of
from comity.declaration import declare
from comity.errors import InvalidEvidence
from comity.exact_array import ExactArray
from comity.games.coalitional.base import Game

Scan = Callable[[NDArray[Any], int, int], Place | None]


@declare("check", "The game is convex, or where it is not", reference="Shapley (1971)")
def check_convex(game: Game, witness: Mapping[str, Any] | None = None) -> Certificate:
    """v(S + i + j) - v(S + j) >= v(S + i) - v(S) for all S, i, j; the witness is the narrowest place.

    Examples
    --------
    >>> from comity.games.coalitional.table import TableGame
    >>> certificate = check_convex(TableGame(["A", "B"], [0, 1, 2, 2]))
    >>> certificate.margin, certificate.witness["coalition"], certificate.witness["players"]
    (Fraction(-1, 1), [], ['A', 'B'])
    """
    return _scan(game, witness, "joining a larger coalition adds at least as much", second_difference, 1, "check_convex")


@declare("check", "The game is concave, or where it is not", reference="Shapley (1971)")
def check_concave(game: Game, witness: Mapping[str, Any] | None = None) -> Certificate:
    """v(S + i + j) - v(S + j) <= v(S + i) - v(S) for all S, i, j: what convexity is to gains, for costs."""
    return _scan(game, witness, "joining a larger coalition adds at most as much", second_difference, -1, "check_concave")


@declare("check", "The game is superadditive, or where it is not", reference="von Neumann & Morgenstern (1944)")
def check_superadditive(game: Game, witness: Mapping[str, Any] | None = None) -> Certificate:
    """v(S or T) >= v(S) + v(T) for all disjoint S, T; the witness is the narrowest pair.

    Examples
    --------
    >>> from comity.games.coalitional.voting import VotingGame
    >>> check_superadditive(VotingGame({"A": 1, "B": 1}, 1)).witness["coalitions"]
    [['A'], ['B']]
    """
    return _scan(game, witness, "two separate coalitions never lose by merging", merger, 1, "check_superadditive")


@declare("check", "The game is subadditive, or where it is not")
def check_subadditive(game: Game, witness: Mapping[str, Any] | None = None) -> Certificate:
    """v(S or T) <= v(S) + v(T) for all disjoint S, T; the witness is the narrowest pair."""
    return _scan(game, witness, "two separate coalitions never pay more by merging", merger, -1, "check_subadditive")


@declare("check", "The game is monotone, or where it is not")
def check_monotone(game: Game, witness: Mapping[str, Any] | None = None) -> Certificate:
    """v(S + i) >= v(S) for all S and i outside S; the witness is the narrowest place."""
    return _scan(game, witness, "a larger coalition is worth at least as much", _growing, 1, "check_monotone")


@declare("check", "A coalition never loses by taking in one player, or where it does")
def check_weakly_superadditive(game: Game, witness: Mapping[str, Any] | None = None) -> Certificate:
    """v(S + i) >= v(S) + v(i) for all S and i outside S; the witness is the narrowest place."""
    return _scan(game, witness, "a coalition never loses by taking in one player", _taking_in, 1, "check_weakly_superadditive")


@declare("check", "A coalition never pays more by taking in one player, or where it does")
def check_weakly_subadditive(game: Game, witness: Mapping[str, Any] | None = None) -> Certificate:
    """v(S + i) <= v(S) + v(i) for all S and i outside S; the witness is the narrowest place."""
    return _scan(game, witness, "a coalition never pays more by taking in one player", _taking_in, -1, "check_weakly_subadditive")


@declare("check", "All together do better than everybody alone")
def check_essential(game: Game, witness: Mapping[str, Any] | None = None) -> Certificate:
    """v(N) > sum of v(i), in a cost game c(N) < sum of c(i); the margin is the gain of all together.

    Examples
    --------
    >>> from comity.games.coalitional.airport import AirportGame
    >>> check_essential(AirportGame([12, 28])).margin
    Fraction(12, 1)
    """
    game, kept = settled(game, witness)
    together = game.exact(game.grand_coalition)
    alone = sum((game.exact(1 << i) for i in range(game.n)), Fraction(0))
    gain = game.sign * (together - alone)
    return Certificate(
        "all together do better than everybody alone",
        holds_if(gain > 0),
        margin=gain,
        witness={"together": rational.text(together), "alone": rational.text(alone), **kept},
        check="check_essential",
    )


@declare("check", "Every coalition wins or loses, and all together win")
def check_simple(game: Game, witness: Mapping[str, Any] | None = None) -> Certificate:
    """Worths are 0 or 1, no larger coalition is worth less, v(N) = 1; the witness is the first place where not.

    Examples
    --------
    >>> from comity.games.coalitional.table import TableGame
    >>> check_simple(TableGame(["A", "B"], [0, 2, 0, 1])).witness
    {'coalitions': [['A']], 'worths': ['2'], 'reason': 'a worth is neither 0 nor 1'}
    """
    game, kept = settled(game, witness)
    fault = next(_faults_of_a_simple_game(game), None)
    shown = {}
    if fault:
        shown = {**_shown(game, fault[1]), "reason": fault[0]}
    return Certificate(
        "every coalition wins or loses, and all together win",
        holds_if(fault is None),
        witness={**shown, **kept},
        check="check_simple",
    )


@declare("check", "What a coalition gets, the others do not")
def check_constant_sum(game: Game, witness: Mapping[str, Any] | None = None) -> Certificate:
    """v(S) + v(N without S) = v(N) for all S; the margin is minus the largest difference, the witness where it is."""
    game, kept = settled(game, witness)
    table, denominator = game.scaled_table
    everybody = game.grand_coalition
    differing = [abs(table[S] + table[everybody ^ S] - table[everybody]) for S in range(everybody + 1)]
    worst = max(range(everybody + 1), key=differing.__getitem__)
    shown = _shown(game, (worst, everybody ^ worst)) if differing[worst] else {}
    return Certificate(
        "what a coalition gets, the others do not",
        holds_if(not differing[worst]),
        margin=-Fraction(differing[worst], denominator),
        witness={**shown, **kept},
        check="check_constant_sum",
    )


@declare("check", "The game is k-convex, or where it is not", reference="Driessen (1988)")
def check_k_convex(game: Game, k: int, witness: Mapping[str, Any] | None = None) -> Certificate:
    """The k-cover is convex and nowhere below the game; a cost game is read by its gains -c.

    The k-cover keeps the gains of fewer than k players and gives k or more what is left when everybody else has
    b_i = v(N) - v(N without i).  The witness is the narrowest place of either kind, with the cover's worths.
    """
    game, kept = settled(game, witness)
    if not isinstance(k, int) or not 1 <= k <= game.n:
        raise InvalidEvidence(f"k is {k!r}; use a whole number from 1 to the number of players, {game.n}")
    table, denominator = game.scaled_table
    gains = [game.sign * worth for worth in table]
    everybody = game.grand_coalition
    cover = list(gains)
    for S in range(everybody + 1):
        if S.bit_count() >= k:
            absent = everybody ^ S
            cover[S] = gains[-1] - sum(gains[-1] - gains[everybody ^ 1 << i] for i in members(absent))
    below = [Place(cover[S] - gains[S], (S,)) for S in range(1, everybody + 1) if S.bit_count() >= k]
    curved = ExactArray(np.array([*cover, None], dtype=object)[:-1], 1)
    place = second_difference(curved.numerators, curved.largest, 1)
    places = [*below, *([place] if place else [])]
    narrowest = min(places, key=lambda place: place.slack)
    worths = [rational.text(Fraction(cover[S], denominator)) for S in narrowest.coalitions]
    shown = {
        "k": k,
        "coalitions": [names_of(game.players, S) for S in narrowest.coalitions],
        "worths_of_the_cover": worths,
        "reason": "the cover and the game" if not narrowest.players else "the cover is to be convex",
    }
    return Certificate(
        f"the game is {k}-convex",
        holds_if(narrowest.slack >= 0),
        margin=Fraction(narrowest.slack, denominator),
        witness={**shown, **kept},
        check="check_k_convex",
    )


# --- players who stand out -------------------------------------------------------------------------


@declare("check", "These players and no others add nothing to any coalition")
def check_null_players(game: Game, names: Iterable[str], witness: Mapping[str, Any] | None = None) -> Certificate:
    """For everybody else the witness has a coalition to which they add something.

    Examples
    --------
    >>> from comity.games.coalitional.voting import VotingGame
    >>> check_null_players(VotingGame({"A": 2, "B": 2, "C": 1}, 4), ["C"]).witness["others"]
    {'A': ['B'], 'B': ['A']}
    """
    game, kept = settled(game, witness)
    worth, _ = game.scaled_table

    def adds(S: int, i: int) -> bool:
        return not S >> i & 1 and worth[S | 1 << i] != worth[S]

    return _exactly_these(game, names, adds, kept, "these players and no others add nothing", "check_null_players")


@declare("check", "Without these players, and only these, nothing is worth anything")
def check_veto_players(game: Game, names: Iterable[str], witness: Mapping[str, Any] | None = None) -> Certificate:
    """For everybody else the witness has a coalition without them that is worth something.

    Examples
    --------
    >>> from comity.games.coalitional.voting import VotingGame
    >>> check_veto_players(VotingGame({"A": 3, "B": 1, "C": 1}, 4), ["A"]).witness["others"]
    {'B': ['A', 'C'], 'C': ['A', 'B']}
    """
    game, kept = settled(game, witness)
    worth, _ = game.scaled_table

    def does_without(S: int, i: int) -> bool:
        return not S >> i & 1 and worth[S] != 0

    claim = "without these players, and only these, nothing is worth anything"
    return _exactly_these(game, names, does_without, kept, claim, "check_veto_players")


@declare("check", "Players of a group, and only they, can stand in for each other")
def check_symmetric_players(game: Game, groups: Iterable[Iterable[str]], witness: Mapping[str, Any] | None = None) -> Certificate:
    """Within a group v(S + i) = v(S + j) for all S; the first players of two groups differ somewhere, and the witness says where.

    Examples
    --------
    >>> from comity.games.coalitional.voting import VotingGame
    >>> bool(check_symmetric_players(VotingGame({"A": 2, "B": 1, "C": 1}, 3), [["A"], ["B", "C"]]))
    True
    """
    game, kept = settled(game, witness)
    masks = [mask_of(game.players, group) for group in groups]
    listed = [list(members(mask)) for mask in masks]
    partition = sum(masks) == game.grand_coalition and all(masks) and sum(map(len, listed)) == game.n
    broken = [
        _told_apart(game, pair, S) for group in listed for pair in pairwise(group) if (S := _difference(game, *pair)) is not None
    ]
    firsts = [group[0] for group in listed if group]
    pairs = [(i, j) for b, j in enumerate(firsts) for i in firsts[:b]]
    apart = [(pair, _difference(game, *pair)) for pair in pairs]
    merged = [pair for pair, S in apart if S is None]
    shown: dict[str, Any] = {"groups": [names_of(game.players, mask) for mask in masks]}
    shown["apart"] = [_told_apart(game, pair, S) for pair, S in apart if S is not None]
    if broken or merged:
        shown["wrong"] = broken + [{"players": [game.players[i] for i in pair], "coalition": None} for pair in merged]
    return Certificate(
        "players of a group, and only they, can stand in for each other",
        holds_if(partition and not broken and not merged),
        witness={**shown, **kept},
        check="check_symmetric_players",
    )


# --- inequalities ----------------------------------------------------------------------------------


_growing = partial(joining, alone=False)
_taking_in = partial(joining, alone=True)


def _scan(game: Game, witness: Mapping[str, Any] | None, claim: str, places: Scan, sign: int, check: str) -> Certificate:
    """The certificate of an inequality that holds everywhere or not."""
    game, kept = settled(game, witness)
    table = game.integer_table
    narrowest = places(table.numerators, table.largest, sign)
    if narrowest is None:
        # One player: there is nothing to compare.
        return Certificate(claim, holds_if(True), witness=kept, check=check)
    shown = _shown(game, narrowest.coalitions)
    if narrowest.players:
        shown["coalition"] = shown["coalitions"][0]
        shown["players"] = [game.players[i] for i in narrowest.players]
    return Certificate(
        claim,
        holds_if(narrowest.slack >= 0),
        margin=Fraction(narrowest.slack, table.denominator),
        witness={**shown, **kept},
        check=check,
    )


def _shown(game: Game, coalitions: Sequence[int]) -> dict[str, Any]:
    return {
        "coalitions": [names_of(game.players, S) for S in coalitions],
        "worths": [rational.text(game.exact(S)) for S in coalitions],
    }


def _faults_of_a_simple_game(game: Game) -> Iterator[tuple[str, tuple[int, ...]]]:
    table = game.integer_table
    worths, one = table.numerators, table.denominator
    for S in np.flatnonzero((worths != 0) & (worths != one))[:1]:
        yield "a worth is neither 0 nor 1", (int(S),)
    if worths[-1] != one:
        yield "all together do not win", (game.grand_coalition,)
    fall = joining(worths, table.largest, 1, alone=False)
    if fall is not None and fall.slack < 0:
        yield "a larger coalition loses", fall.coalitions


def _exactly_these(game: Game, names: Iterable[str], against: Any, kept: dict[str, Any], claim: str, check: str) -> Certificate:
    """Nothing speaks against those named, and against everybody else something does."""
    stated = mask_of(game.players, names)
    found = [next((S for S in range(1 << game.n) if against(S, i)), None) for i in range(game.n)]
    others = {game.players[i]: names_of(game.players, S) for i, S in enumerate(found) if S is not None}
    actual = sum(1 << i for i, S in enumerate(found) if S is None)
    return Certificate(
        claim,
        holds_if(stated == actual),
        witness={"players": names_of(game.players, stated), "others": others, **kept},
        check=check,
    )


def _difference(game: Game, i: int, j: int) -> int | None:
    """A coalition that is not indifferent between the two, if there is one."""
    worth, _ = game.scaled_table
    both = 1 << i | 1 << j
    return next((S for S in range(len(worth)) if not S & both and worth[S | 1 << i] != worth[S | 1 << j]), None)


def _told_apart(game: Game, pair: tuple[int, int], S: int) -> dict[str, Any]:
    return {"players": [game.players[i] for i in pair], "coalition": names_of(game.players, S)}
