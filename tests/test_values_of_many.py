"""Values and bounds of more players than a second definition can be worked out for: sums by size, and scans of arrays."""

from __future__ import annotations

from fractions import Fraction
from math import comb

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import comity
from comity import TableGame, Verdict, coalitions
from comity.checks import equal_values
from comity.checks import level_sums as level_sums_module
from comity.checks.contributions import largest_excess_with_each, least_and_most_added
from comity.checks.level_sums import contribution_sums, joining_sums, level_sums
from comity.coalitions import sizes
from comity.exact_array import ExactArray
from comity.testing import strategies

F = Fraction
LARGE = 18


def random_table(n: int, kind: str) -> TableGame:
    rng = np.random.default_rng(n)
    worths = rng.random(1 << n) if kind == "doubles" else rng.integers(-50, 1000, 1 << n)
    worths[0] = 0
    return TableGame(None, worths, "cost" if kind == "costs" else "gain")


# --- sums by size ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("n", [1, 2, 9, 10, 11, 12])
@pytest.mark.parametrize("largest", [5, 2**35 + 1, 2**61, 10**40])
def test_sums_by_size_are_exact_for_numbers_of_any_length(n, largest):
    rng = np.random.default_rng(n)
    numbers = np.array([int(a) * largest // 10**9 for a in rng.integers(-(10**9), 10**9 + 1, 1 << n)], dtype=object)
    numbers[-1], numbers[0] = largest, -largest
    with_player, everywhere = level_sums(ExactArray(numbers, 7))
    size, S = sizes(n), np.arange(1 << n)
    assert everywhere == [int(numbers[size == k].sum()) for k in range(n + 1)]
    for i in range(n):
        assert with_player[i] == [sum(numbers[(size == k) & (S >> i & 1 == 1)].tolist()) for k in range(n + 1)]


def test_sums_by_size_of_the_largest_tables_stay_inside_64_bits():
    n = coalitions.MAX_GIVEN_TABLE_PLAYERS
    with_each = max(s * comb(n - 1, s - 1) for s in range(1, n + 1))  # coalitions of s with a player, each added to by s
    assert max(with_each, comb(n, n // 2)) << level_sums_module.LIMB < 2**63


@pytest.mark.scheduled
def test_contributions_of_27_players_that_all_come_at_one_size():
    n, most = 27, 2**36 - 1  # together more than 2**63
    table = ExactArray(np.where(sizes(n) >= 14, most, 0), 1)
    assert contribution_sums(table) == [[14 * most * comb(n - 1, 13) if s == 14 else 0 for s in range(n + 1)]] * n


@settings(max_examples=40, deadline=None)
@given(game=strategies.gain_or_cost_games(max_players=5))
def test_contributions_by_size_are_added_up(game):
    table = game.integer_table
    v = table.numerators.tolist()
    added = joining_sums(table)
    for i in range(game.n):
        for s in range(game.n):
            joined = [S for S in range(1 << game.n) if S.bit_count() == s and not S >> i & 1]
            assert added[i][s] == sum(v[S | 1 << i] - v[S] for S in joined)


@settings(max_examples=40, deadline=None)
@given(game=strategies.gain_or_cost_games(max_players=5))
def test_sums_by_size_and_recursions_give_the_same_values(game):
    assert equal_values._mean_contributions(game) == solidarity_by_leaving(game)
    assert equal_values._consensus_by_sizes(game) == equal_values._consensus_by_remainders(game)


def solidarity_by_leaving(game) -> list[F]:
    """One of the s members, each as likely, leaves S: x_i(S) is 1/s of the mean contribution and the mean of x_i(S - j)."""
    v = game.exact_table()  # Calvo 2008
    value: list[dict[int, F]] = [{}]
    for S in range(1, len(v)):
        inside, s = [i for i in range(game.n) if S >> i & 1], S.bit_count()
        mean = sum(v[S] - v[S ^ 1 << k] for k in inside) / F(s)
        value.append({i: (mean + sum(value[S ^ 1 << j][i] for j in inside if j != i)) / s for i in inside})
    return [value[-1][i] for i in range(game.n)]


@pytest.mark.parametrize("n", [1, 2, 9, 10, 11, 12])
@pytest.mark.parametrize("largest", [5, 2**35 + 1, 2**61, 10**40])
def test_contributions_of_members_are_added_up_by_size(n, largest):
    rng = np.random.default_rng(n)
    numbers = np.array([int(a) * largest // 10**9 for a in rng.integers(-(10**9), 10**9 + 1, 1 << n)], dtype=object)
    # As far apart as can be: alternating signs by size add up the most.
    numbers[sizes(n) % 2 == 1] = largest
    numbers[sizes(n) % 2 == 0] -= largest
    size, S = sizes(n), np.arange(1 << n)
    added = sum(np.where(S >> k & 1 == 1, numbers - numbers[S & ~(1 << k)], 0) for k in range(n))
    assert contribution_sums(ExactArray(numbers, 7)) == [
        [sum(added[(size == s) & (S >> i & 1 == 1)].tolist()) for s in range(n + 1)] for i in range(n)
    ]


# --- the values ------------------------------------------------------------------------------------------


VALUES = ("solidarity_value", "consensus_value", "semivalue")


def value(name: str, game: TableGame):
    arguments = ([F(1, 2 ** (game.n - 1))] * game.n,) if name == "semivalue" else ()
    return getattr(comity, name)(game, *arguments)


@pytest.mark.parametrize("kind", ["gains", "costs", "doubles"])
@pytest.mark.parametrize("name", VALUES)
def test_a_value_of_many_is_confirmed_and_a_near_miss_refuted(name, kind):
    game = random_table(16 if kind == "doubles" else LARGE, kind)
    found = value(name, game)
    assert found.certificate.verdict is Verdict.HOLDS
    check = getattr(comity, found.certificate.check)
    x = list(found.exact)
    for moved in ([x[0] + F(1, 10**12), x[1] - F(1, 10**12), *x[2:]], [x[1], x[0], *x[2:]]):
        assert check(game, moved, found.certificate.witness).verdict is Verdict.FAILS


def test_with_the_banzhaf_weights_it_is_the_banzhaf_value():
    game = random_table(LARGE, "gains")
    assert value("semivalue", game).exact == comity.banzhaf_value(game).exact


def test_with_the_shapley_weights_it_is_the_shapley_value():
    game = random_table(LARGE, "costs")
    weights = [F(1, LARGE * comb(LARGE - 1, s)) for s in range(LARGE)]
    assert comity.semivalue(game, weights).exact == comity.shapley_value(game).exact


# --- bounds ----------------------------------------------------------------------------------------------


@settings(max_examples=60, deadline=None)
@given(game=strategies.gain_or_cost_games(max_players=5), data=st.data())
def test_the_least_and_the_most_are_over_all_coalitions_of_the_player(game, data):
    v, n = game.exact_table(), game.n
    x = [F(data.draw(st.integers(-9, 9)), 3) for _ in range(n)]
    for i, ((least, most), excess) in enumerate(zip(least_and_most_added(game), largest_excess_with_each(game, x), strict=True)):
        added = [v[S | 1 << i] - v[S] for S in range(1 << n) if not S >> i & 1]
        assert (least, most) == (min(added), max(added))
        assert excess == max(e for S, e in enumerate(game.excesses(x)) if S >> i & 1)


@pytest.mark.parametrize("name", ["tau_value", "chi_value"])
@pytest.mark.parametrize("orientation", ["gain", "cost"])
def test_compromise_values_of_many_are_confirmed_and_near_misses_refuted(name, orientation):
    weights = np.random.default_rng(2).integers(1, 50, LARGE)
    together = np.zeros(1, dtype=np.int64)
    for weight in weights:
        together = np.concatenate([together, together + weight])
    worths = together**2 if orientation == "gain" else together * 2000 - together**2
    game = TableGame(None, worths, orientation)
    found = getattr(comity, name)(game)
    assert found.certificate
    # Between twice what each adds alone and the rest: M and m are w_i (2 w(N) - w_i) and w_i**2 of a square.
    if orientation == "gain":
        total = int(weights.sum())
        room = [2 * int(w) * (total - int(w)) for w in weights]
        share = F(total**2 - int((weights**2).sum()), sum(room))
        assert found.exact == tuple(int(w) ** 2 + share * r for w, r in zip(weights, room, strict=True))
    x = list(found.exact)
    assert not getattr(comity, found.certificate.check)(game, [x[0] + F(1, 10**12), x[1] - F(1, 10**12), *x[2:]])


def test_minimal_rights_of_many_are_what_is_left():
    game = random_table(12, "costs")
    v, n = game.exact_table(), 12
    most = comity.utopia_payoffs(game).exact
    rights = comity.minimal_rights(game)
    for i in range(n):
        left = [v[S] - sum(most[j] for j in range(n) if S >> j & 1 and j != i) for S in range(1 << n) if S >> i & 1]
        assert rights.exact[i] == min(left)
    assert comity.minimal_rights(random_table(LARGE, "gains")).certificate


@pytest.mark.parametrize("name", ["core_cover", "reasonable_set"])
def test_sets_of_many_corners_are_refused_at_once(name):
    with pytest.raises(comity.errors.TooManyPlayers):
        getattr(comity, name)(random_table(LARGE, "gains"))


# --- votes given as a table ------------------------------------------------------------------------------


INDICES = (
    "shapley_shubik_index",
    "banzhaf_index",
    "coleman_preventive_index",
    "coleman_initiative_index",
    "deegan_packel_index",
    "johnston_index",
    "public_good_index",
    "public_help_index",
)


@pytest.fixture(scope="module")
def votes():
    weights = np.random.default_rng(8).integers(1, 30, LARGE + 1).tolist()
    return comity.VotingGame(weights, sum(weights) // 2 + 1)


@pytest.mark.parametrize("name", INDICES)
def test_power_in_a_table_of_many_is_confirmed_and_a_near_miss_refuted(name, votes):
    found = getattr(comity, name)(TableGame(votes.players, votes.table().astype(int)))
    assert found.certificate.verdict is Verdict.HOLDS
    if name in ("shapley_shubik_index", "banzhaf_index"):  # by counting sums of weights
        assert found.exact == getattr(comity, name)(votes).exact
    x = list(found.exact)
    moved = [x[0] + F(1, 10**12), x[1] - F(1, 10**12), *x[2:]]
    table = TableGame(votes.players, votes.table().astype(int))
    assert getattr(comity, found.certificate.check)(table, moved).verdict is Verdict.FAILS


@pytest.mark.parametrize("S", [5, (1 << 12) - 1])
def test_a_single_worth_that_is_wrong_among_many_is_named(S):
    worths = (sizes(12) >= 7).astype(int)
    worths[S] = 2
    with pytest.raises(comity.errors.OutsideDomain, match="neither 0 nor 1") as refusal:
        comity.johnston_index(TableGame(None, worths))
    assert refusal.value.certificate.witness["coalitions"] == [[str(i + 1) for i in range(12) if S >> i & 1]]
    worths = (sizes(12) >= 7).astype(int)
    worths[0b1110001111] = 1 - worths[0b1110001111]  # seven of the players, who lose, and any sixth of them need not win
    worths[0b110001111] = 1
    with pytest.raises(comity.errors.OutsideDomain, match="loses by gaining") as refusal:
        comity.johnston_index(TableGame(None, worths))
    assert [len(names) for names in refusal.value.certificate.witness["coalitions"]] == [6, 7]
    assert comity.check_simple(TableGame(None, worths)).witness["reason"] == "a larger coalition loses"
