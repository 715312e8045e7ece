"""Hypothesis strategies: random games of every kind that has ever surprised a solver.

Ties, null players, symmetric players, zero and additive games, fractions, decimals such as 0.1 + 0.2, and units so huge
or tiny that a fixed tolerance fails.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from comity import rational
from comity.coalitions import MAX_TABLE_PLAYERS, coalition_of, sizes
from comity.games.coalitional.base import Orientation
from comity.games.coalitional.table import TableGame

NAMES = tuple("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
UNITS = (
    Fraction(1),
    Fraction(1, 10),
    Fraction(1, 3),
    Fraction(1, 10**12),
    Fraction(10**9),
    Fraction(10**30),
    Fraction(1, 10**40),
)


def numbers(least: int = -8, most: int = 8) -> SearchStrategy[Fraction]:
    """Few integers, so that ties are common; decimals that doubles cannot hold; fractions."""
    whole = st.integers(least, most).map(Fraction)
    decimals = st.sampled_from([0.1, 0.2, 0.1 + 0.2, 0.3, 1e-9]).map(rational.exact).filter(lambda x: least <= x <= most)
    fractions = st.fractions(least, most, max_denominator=12)
    return st.one_of(whole, whole, decimals, fractions)


def games(min_players: int = 1, max_players: int = 5, orientation: str | None = "gain") -> SearchStrategy[TableGame]:
    """Games of any kind; of either orientation if ``orientation`` is None.

    Examples
    --------
    >>> from hypothesis import find
    >>> find(games(min_players=2), lambda game: game.n == 2).players
    ('A', 'B')
    """
    _check_players(min_players, max_players)
    kinds = (
        general_tables,
        dividend_tables,
        zero_tables,
        additive_tables,
        symmetric_tables,
        unanimity_tables,
        null_player_tables,
    )
    return _games(st.one_of(*(st.integers(min_players, max_players).flatmap(kind) for kind in kinds)), orientation)


def gain_or_cost_games(min_players: int = 1, max_players: int = 5) -> SearchStrategy[TableGame]:
    """Games of any kind and either orientation."""
    return games(min_players, max_players, None)


def convex_games(min_players: int = 1, max_players: int = 5) -> SearchStrategy[TableGame]:
    """Gain games in which joining a larger coalition adds at least as much: no dividend of two or more is negative."""
    _check_players(min_players, max_players)
    return _games(st.integers(min_players, max_players).flatmap(convex_tables), "gain")


def concave_cost_games(min_players: int = 1, max_players: int = 5) -> SearchStrategy[TableGame]:
    """Cost games in which joining a larger coalition costs at most as much."""
    _check_players(min_players, max_players)
    negative = st.integers(min_players, max_players).flatmap(convex_tables).map(lambda table: [-worth for worth in table])
    return _games(negative, "cost")


def general_tables(n: int) -> SearchStrategy[list[Fraction]]:
    """Any worths at all."""
    return st.lists(numbers(), min_size=(1 << n) - 1, max_size=(1 << n) - 1).map(lambda worths: [Fraction(0), *worths])


def dividend_tables(n: int) -> SearchStrategy[list[Fraction]]:
    """A few coalitions create everything; whoever is in none of them is a null player."""
    return st.dictionaries(st.integers(1, (1 << n) - 1), numbers(), max_size=4).map(lambda found: _table(n, found))


def convex_tables(n: int) -> SearchStrategy[list[Fraction]]:
    """Dividends that are not negative, but for those of single players."""
    alone = st.lists(numbers(), min_size=n, max_size=n)
    together = st.dictionaries(st.integers(1, (1 << n) - 1), numbers(0), max_size=6)
    return st.builds(lambda a, t: _table(n, t, a), alone, together)


def zero_tables(n: int) -> SearchStrategy[list[Fraction]]:
    """Nothing is worth anything."""
    return st.just([Fraction(0)] * (1 << n))


def additive_tables(n: int) -> SearchStrategy[list[Fraction]]:
    """Cooperation changes nothing."""
    return st.lists(numbers(), min_size=n, max_size=n).map(lambda alone: _table(n, {}, alone))


def symmetric_tables(n: int) -> SearchStrategy[list[Fraction]]:
    """The size of a coalition is all that matters."""
    size = sizes(n).tolist()
    levels = st.lists(numbers(), min_size=n, max_size=n)
    return levels.map(lambda by_size: [([Fraction(0), *by_size])[s] for s in size])


def unanimity_tables(n: int) -> SearchStrategy[list[Fraction]]:
    """One coalition creates everything."""
    return st.builds(lambda S, worth: _table(n, {S: worth}), st.integers(1, (1 << n) - 1), numbers())


def null_player_tables(n: int) -> SearchStrategy[list[Fraction]]:
    """Any worths of the others, and one player, anywhere, who changes nothing."""

    def with_null(null: int, table: Sequence[Fraction]) -> list[Fraction]:
        below = (1 << null) - 1
        return [table[S & below | S >> 1 & ~below] for S in range(1 << n)]

    return st.builds(with_null, st.integers(0, n - 1), general_tables(n - 1))


def _table(n: int, dividends: dict[int, Fraction], alone: Sequence[Fraction] = ()) -> list[Fraction]:
    created = dict(dividends)
    for i, worth in enumerate(alone):
        single = coalition_of([i])
        created[single] = created.get(single, Fraction(0)) + worth
    return [sum((d for T, d in created.items() if T & S == T), Fraction(0)) for S in range(1 << n)]


def _games(tables: SearchStrategy[list[Fraction]], orientation: str | None) -> SearchStrategy[TableGame]:
    orientations = st.sampled_from(list(Orientation)) if orientation is None else st.just(Orientation(orientation))

    def game(table: list[Fraction], unit: Fraction, orientation: Orientation) -> TableGame:
        n = len(table).bit_length() - 1
        return TableGame(NAMES[:n], [worth * unit for worth in table], orientation)

    return st.builds(game, tables, st.sampled_from(UNITS), orientations)


def _check_players(least: int, most: int) -> None:
    if not 1 <= least <= most <= MAX_TABLE_PLAYERS:
        raise ValueError(
            f"between {least} and {most} players cannot be drawn; use 1 <= min_players <= max_players <= {MAX_TABLE_PLAYERS}"
        )
