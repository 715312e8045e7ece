"""Games made from games: each transform reads all worths exactly and gives a table."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from typing import Any

from comity import rational
from comity.coalitions import check_table_size, exact_sums, label, mask_of, members, names_of
from comity.declaration import declare
from comity.errors import InvalidGame
from comity.games.coalitional.base import Game
from comity.games.coalitional.links import mask_reader
from comity.games.coalitional.table import TableGame


@declare("transform", "The game among some of the players")
def subgame(game: Game, coalition: int | Iterable[str]) -> TableGame:
    """The game among some of the players: every coalition of theirs keeps its worth.

    ``coalition`` is a bitmask or names.

    Examples
    --------
    >>> game = TableGame(["A", "B", "C"], [0, 1, 2, 5, 3, 6, 7, 9])
    >>> subgame(game, 0b101).exact(0b11), subgame(game, ["A", "C"]).players
    (Fraction(6, 1), ('A', 'C'))
    """
    chosen = _mask(game, coalition)
    return TableGame(names_of(game.players, chosen), [game.exact(S) for S in _subsets_in_order(chosen)], game.orientation)


@declare("transform", "What others would lose without a coalition", reference="Aumann & Maschler (1985)")
def dual_game(game: Game) -> TableGame:
    """v*(S) = v(N) - v(N without S): what a coalition cannot be kept from, rather than what it can secure.

    Examples
    --------
    >>> dual_game(TableGame(None, [0, 1, 2, 5])).exact_table()
    [Fraction(0, 1), Fraction(3, 1), Fraction(4, 1), Fraction(5, 1)]
    """
    table = game.exact_table()
    return TableGame(game.players, [table[-1] - worth for worth in reversed(table)], game.orientation)


@declare("transform", "What the others add to a coalition that is there already", reference="Branzei, Dimitrov & Tijs (2005)")
def marginal_game(game: Game, coalition: int | Iterable[str]) -> TableGame:
    """The game of the players outside T: v_T(S) = v(S or T) - v(T), for T the coalition given.

    Examples
    --------
    >>> marginal_game(TableGame(["A", "B"], [0, 1, 2, 5]), ["A"]).exact(0b1)
    Fraction(4, 1)
    """
    there = _mask(game, coalition)
    others = game.grand_coalition & ~there
    base = game.exact(there)
    return TableGame(
        names_of(game.players, others), [game.exact(S | there) - base for S in _subsets_in_order(others)], game.orientation
    )


@declare("transform", "What each coalition saves, or gains, by cooperating")
def savings_game(game: Game) -> TableGame:
    """A gain game: sum of c(i) over S less c(S) in a cost game, v(S) less the sum of v(i) in a gain game.

    Examples
    --------
    >>> savings_game(TableGame(["A", "B"], [0, 6, 10, 8], "cost")).exact(0b11)
    Fraction(8, 1)
    """
    alone = exact_sums([game.exact(1 << i) for i in range(game.n)])
    worths = [game.sign * (worth - apart) for worth, apart in zip(game.exact_table(), alone, strict=True)]
    return TableGame(game.players, worths)


@declare("transform", "Games played at once by the same players")
def sum_game(first: Game, *others: Game) -> TableGame:
    """v(S) + w(S) + ...: the same players in the same order, and all gains or all costs.

    Examples
    --------
    >>> sum_game(TableGame(None, [0, 1, 2, 5]), TableGame(None, [0, 0, 0, 1])).exact(0b11)
    Fraction(6, 1)
    """
    for game in (first, *others):
        if not isinstance(game, Game):
            raise InvalidGame(f"{rational.shown(game)} is no game and cannot be added; give games of the same players")
        if (game.players, game.orientation) != (first.players, first.orientation):
            raise InvalidGame(
                f"{first!r} and {game!r} cannot be added; use the same players in the same order, and one orientation"
            )
    tables = [game.exact_table() for game in (first, *others)]
    return TableGame(first.players, [sum(worths, Fraction(0)) for worths in zip(*tables, strict=True)], first.orientation)


@declare("transform", "Every worth times a number")
def scaled_game(game: Game, factor: Any) -> TableGame:
    """factor * v(S); a negative factor turns good into bad, for the orientation stays.

    Examples
    --------
    >>> scaled_game(TableGame(None, [0, 1, 2, 5]), 0.5).exact(0b11)
    Fraction(5, 2)
    """
    number = rational.exact(factor, "the factor")
    return TableGame(game.players, [number * worth for worth in game.exact_table()], game.orientation)


@declare("transform", "Another unit and other starting points", reference="von Neumann & Morgenstern (1944)")
def strategically_equivalent_game(game: Game, factor: Any, amounts: Sequence[Any] | Mapping[str, Any]) -> TableGame:
    """factor * v(S) + the sum of ``amounts`` over S, with a positive factor: the same game in other units.

    Examples
    --------
    >>> strategically_equivalent_game(TableGame(["A", "B"], [0, 1, 2, 5]), 2, {"A": -2, "B": -4}).exact(0b11)
    Fraction(4, 1)
    """
    number = rational.exact(factor, "the factor")
    if number <= 0:
        raise InvalidGame(f"the factor is {rational.text(number)}; only a positive one leaves the game the same, use scaled_game")
    if isinstance(amounts, str) or not isinstance(amounts, Mapping | Iterable):
        raise InvalidGame(f"the amounts are {rational.shown(amounts)}; list one for each player, or write {{name: amount}}")
    if isinstance(amounts, Mapping):
        mask_of(game.players, amounts)
        amounts = [amounts.get(name, 0) for name in game.players]
    amounts = list(amounts)
    if len(amounts) != game.n:
        raise InvalidGame(f"{len(amounts)} amounts are given for {game.n} players; give one each")
    shift = exact_sums(
        [rational.exact(amount, f"the amount of {name}") for name, amount in zip(game.players, amounts, strict=True)]
    )
    worths = [number * worth + moved for worth, moved in zip(game.exact_table(), shift, strict=True)]
    return TableGame(game.players, worths, game.orientation)


@declare("transform", "Nobody alone is worth anything")
def zero_normalised_game(game: Game) -> TableGame:
    """v(S) less the sum of v(i) over S; the orientation stays.

    Examples
    --------
    >>> zero_normalised_game(TableGame(None, [0, 1, 2, 5])).exact_table()
    [Fraction(0, 1), Fraction(0, 1), Fraction(0, 1), Fraction(2, 1)]
    """
    return strategically_equivalent_game(game, 1, [-game.exact(1 << i) for i in range(game.n)])


@declare("transform", "Nobody alone is worth anything, all together are worth one")
def zero_one_normalised_game(game: Game) -> TableGame:
    """The gain game of an essential game's savings, in the unit of what everybody together saves.

    Examples
    --------
    >>> zero_one_normalised_game(TableGame(None, [0, 1, 2, 5])).exact_table()[-1]
    Fraction(1, 1)
    """
    saved = savings_game(game)
    together = saved.exact(game.grand_coalition)
    if together <= 0:
        raise InvalidGame(
            f"all together gain {rational.text(together)} by cooperating, which is no unit; use zero_normalised_game"
        )
    return scaled_game(saved, 1 / together)


@declare("transform", "The game between unions of players", reference="Owen (1977)")
def quotient_game(game: Game, unions: Mapping[str, Iterable[str]] | Iterable[Iterable[str]]) -> TableGame:
    """The unions are the players; unions together are worth what all their members together are.

    Parameters
    ----------
    game : Game
    unions : mapping or iterable of iterable of str
        Lists of players, with names or without; every player is in one.  Without names a union is called by its members, "A+B".

    Examples
    --------
    >>> quotient_game(TableGame(["A", "B", "C"], [0, 1, 2, 5, 3, 6, 7, 9]), [["A", "B"], ["C"]]).exact_table()[1]
    Fraction(5, 1)
    """
    if isinstance(unions, str) or not isinstance(unions, Iterable):
        raise InvalidGame(f'the unions are {rational.shown(unions)}; give them as [["A", "B"], ["C"]]')
    for union in unions.values() if isinstance(unions, Mapping) else unions:
        if not isinstance(union, Iterable):
            raise InvalidGame(f'the union {rational.shown(union)} is no list of players; write ["A", "B"]')
    if isinstance(unions, Mapping):
        named = {str(name): list(union) for name, union in unions.items()}
    else:
        listed = [list(union) for union in unions]
        named = {"+".join(map(str, union)): union for union in listed}
    masks = {name: mask_of(game.players, union) for name, union in named.items()}
    covered = 0
    for name, mask in masks.items():
        if mask == 0:
            raise InvalidGame(f"the union {name!r} has no members; leave it out")
        if covered & mask:
            raise InvalidGame(
                f"{label(game.players, covered & mask)} is in two unions, the second is {name!r}; put each player in one"
            )
        covered |= mask
    if covered != game.grand_coalition:
        absent = ", ".join(names_of(game.players, game.grand_coalition & ~covered))
        raise InvalidGame(f"{absent} is in no union; put every player in one, alone if need be")
    check_table_size(len(masks))
    together = [0]
    for mask in masks.values():
        together += [S | mask for S in together]
    return TableGame(list(masks), [game.exact(S) for S in together], game.orientation)


@declare("transform", "Only players who are connected can cooperate", reference="Myerson (1977)")
def graph_restricted_game(game: Game, links: Any) -> TableGame:
    """The sum of the worths of the connected parts of S; its Shapley value is the Myerson value.

    ``links`` are pairs of names or a networkx graph.

    Examples
    --------
    >>> line = graph_restricted_game(TableGame(["A", "B", "C"], [0, 0, 0, 1, 0, 1, 1, 1]), [("A", "B"), ("B", "C")])
    >>> line.exact(0b101), line.exact(0b111)
    (Fraction(0, 1), Fraction(1, 1))
    """
    check_table_size(game.n)
    near = _neighbours(game.players, links)
    worths = [Fraction(0)]
    for S in range(1, 1 << game.n):
        part = _connected(S, S & -S, near)
        # Members outside the part of the lowest one are a smaller coalition, whose parts are those left.
        worths.append(game.exact(S) if part == S else worths[part] + worths[S & ~part])
    return TableGame(game.players, worths, game.orientation)


@declare("transform", "The best a coalition could do by sending members home")
def monotone_cover(game: Game) -> TableGame:
    """The greatest worth of a part of S; in a cost game the least cost of a coalition that has S in it.

    Examples
    --------
    >>> monotone_cover(TableGame(None, [0, 2, 1, 1])).exact_table()[-1]
    Fraction(2, 1)
    """
    table, denominator = game.scaled_table
    best = list(table)
    for i in range(game.n):
        bit = 1 << i
        for S in range(1 << game.n):
            if game.sign > 0 and S & bit:
                best[S] = max(best[S], best[S ^ bit])
            elif game.sign < 0 and not S & bit:
                best[S] = min(best[S], best[S | bit])
    # The empty coalition costs nothing whatever the others do.
    return TableGame(
        game.players, [Fraction(worth, denominator) if S else Fraction(0) for S, worth in enumerate(best)], game.orientation
    )


@declare("transform", "The best a coalition could do by splitting up", reference="Aumann & Drèze (1974)")
def superadditive_cover(game: Game) -> TableGame:
    """The greatest total worth over all partitions of S, in a cost game the least total cost; 3**n steps.

    Examples
    --------
    >>> superadditive_cover(TableGame(None, [0, 2, 1, 1])).exact_table()[-1]
    Fraction(3, 1)
    """
    check_table_size(game.n, 16)
    table, denominator = game.scaled_table
    choose = max if game.sign > 0 else min
    best = [0] * (1 << game.n)
    for S in range(1, 1 << game.n):
        lowest = S & -S
        # The part that holds the lowest member, and the best split of all others.
        best[S] = choose(table[T | lowest] + best[S ^ lowest ^ T] for T in _all_parts(S ^ lowest))
    return TableGame(game.players, [Fraction(worth, denominator) for worth in best], game.orientation)


def _all_parts(S: int) -> Iterable[int]:
    T = S
    while T:
        yield T
        T = (T - 1) & S
    yield 0


def _mask(game: Game, coalition: int | Iterable[str]) -> int:
    if isinstance(coalition, bool):
        raise InvalidGame(f"the coalition is {coalition}; use 0 to {game.grand_coalition}, or names")
    mask = coalition if isinstance(coalition, int) else mask_of(game.players, coalition)
    if not 0 <= mask <= game.grand_coalition:
        raise InvalidGame(f"there is no coalition {mask} among {game.n} players; use 0 to {game.grand_coalition}, or names")
    return mask


def _subsets_in_order(coalition: int) -> list[int]:
    """Every subset, at the index it has as a coalition of these players alone."""
    found = [0]
    for player in members(coalition):
        found += [S | 1 << player for S in found]
    return found


def _neighbours(players: Sequence[str], links: Any) -> list[int]:
    pairs = links.edges() if callable(getattr(links, "edges", None)) else links
    if isinstance(pairs, str) or not isinstance(pairs, Iterable):
        raise InvalidGame(f"links are {links!r}; write pairs of names such as [('A', 'B')]")
    mask = mask_reader(players)
    near = [0] * len(players)
    for pair in pairs:
        if isinstance(pair, str) or not isinstance(pair, Iterable) or len(list(pair)) != 2:
            raise InvalidGame(f"{pair!r} is no link; write two names, such as ('A', 'B')")
        both = mask(pair, f"the link {' - '.join(map(str, pair))}")
        for i in members(both):
            near[i] |= both
    return near


def _connected(S: int, start: int, near: Sequence[int]) -> int:
    """The members of S whom links within S join to the start."""
    reached, edge = start, start
    while edge:
        found = 0
        for i in members(edge):
            found |= near[i]
        edge = found & S & ~reached
        reached |= edge
    return reached
