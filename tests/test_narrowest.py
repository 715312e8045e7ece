"""The narrowest place of an inequality: the scans agree with looking at every place, however the work is cut."""

import numpy as np
import pytest

from comity.checks import narrowest
from comity.coalitions import memory_of_table, sizes
from comity.errors import TooManyPlayers
from comity.games.coalitional import properties, table
from comity.games.coalitional.properties import is_superadditive
from comity.games.coalitional.table import TableGame

RNG = np.random.default_rng(11)
N = 6
EVERY = range(1 << N)
KINDS = {
    "small": RNG.integers(-9, 9, 1 << N),
    "strict": sizes(N) ** 2 * 10 + RNG.integers(0, 5, 1 << N),  # every merger gains: an empty coalition may not count
    "wide": RNG.integers(-(2**61), 2**61, 1 << N),
    "long": np.array([int(a) * 2**21 + 7 * S % 11 for S, a in enumerate(RNG.integers(-(2**61), 2**61, 1 << N))], dtype=object),
    "longer": np.array([int(a) * 2**150 + 7 * S % 11 for S, a in enumerate(RNG.integers(-9, 9, 1 << N))], dtype=object),
    # Merging gains next to nothing, or loses it: the last digits decide.
    "close": np.array([S * 10**30 - 2**40 + int(a) for S, a in enumerate(RNG.integers(0, 2**39, 1 << N))], dtype=object),
    # The last digits of the narrowest carry.
    "carried": np.array(
        [S * (10**30 + 7**20) + int(a) for S, a in enumerate(np.random.default_rng(0).integers(0, 2**30, 1 << N))], dtype=object
    ),
    # One merger loses what only the last digits show.
    "nearly lost": np.array([S * 10**30 - 2**40 * (4 if S == 3 else 1) for S in EVERY], dtype=object),
    "lost below a billionth": np.array([S * (10**30 + 2**47) - 2**40 * (4 if S == 5 else 1) for S in EVERY], dtype=object),
    "nearly close": np.array([S * 10**30 + S.bit_count() ** 2 for S in EVERY], dtype=object),
    "wider": np.array([int(a) << 70 for a in RNG.integers(-9, 9, 1 << N)], dtype=object),
}


@pytest.fixture(params=[(1, 2), (3, 1), (9, 4)], autouse=True)
def cut(request, monkeypatch):
    """So many players laid out at once, and so many placed before the work is handed out."""
    monkeypatch.setattr(narrowest, "TOGETHER", request.param[0])
    monkeypatch.setattr(narrowest, "APART", request.param[1])
    monkeypatch.setattr(properties, "MOST_AT_ONCE", request.param[0])


@pytest.mark.parametrize("sign", [1, -1])
@pytest.mark.parametrize("kind", KINDS)
def test_the_narrowest_merger_of_two_coalitions(kind, sign):
    v = [int(worth) for worth in KINDS[kind]]
    v[0] = 0
    worths = np.array(v, dtype=KINDS[kind].dtype)
    gains = {(S, T): sign * (v[S | T] - v[S] - v[T]) for S in EVERY for T in EVERY if S and T and not S & T}
    place = narrowest.merger(worths, max(map(abs, v)), sign)
    S, T = place.coalitions
    assert place.slack == gains[S, T] == min(gains.values())
    assert S & -S < T & -T
    if sign > 0:
        assert is_superadditive(TableGame(None, worths)) == (place.slack >= 0)


@pytest.mark.parametrize("sign", [1, -1])
@pytest.mark.parametrize("kind", KINDS)
def test_the_narrowest_second_difference(kind, sign):
    worths = KINDS[kind]
    v = [int(worth) for worth in worths]
    places = [
        (sign * (v[S | 1 << i | 1 << j] - v[S | 1 << i] - v[S | 1 << j] + v[S]), (i, j), S)
        for j in range(N)
        for i in range(j)
        for S in EVERY
        if not S & (1 << i | 1 << j)
    ]
    first = min(places, key=lambda place: place[0])
    place = narrowest.second_difference(worths, max(map(abs, v)), sign)
    assert (place.slack, place.players, place.coalitions[0]) == first


def test_a_read_only_array_is_shared_and_any_other_copied_with_a_word_about_memory(monkeypatch):
    worths = np.arange(8.0)
    assert TableGame(None, worths).table() is not worths
    worths.setflags(write=False)
    assert TableGame(None, worths).table() is worths
    monkeypatch.setattr(table, "ANNOUNCED_BYTES", 60)
    with pytest.warns(UserWarning, match="a copy of the table of 3 players needs"):
        TableGame(None, worths[:])  # a view: its base may be written to
    assert memory_of_table(30) == "8.6 GB"
    with pytest.raises(TooManyPlayers, match=r"a table of 40 players needs 8,796\.1 GB"):
        TableGame([str(i) for i in range(40)], worths)
