"""Kernels: compiled, in numpy, on one thread and on two, the numbers are the same; and they are what sums by hand are."""

from fractions import Fraction
from itertools import combinations, permutations

import numpy as np
import pytest

from comity import kernels
from comity.certificate import Basis, Verdict
from comity.checks.confirm import confirm
from comity.checks.interactions import check_banzhaf_interactions, check_shapley_interactions
from comity.checks.kernels import complements
from comity.checks.values import check_banzhaf_value, check_shapley_value
from comity.coalitions import sizes, subsets
from comity.games.coalitional.table import TableGame
from comity.games.kernels import moebius as moebius_kernel
from comity.solvers.kernels import pair_sums as pair_sums_kernel
from comity.solvers.kernels import weighted_sums
from comity.solvers.values.banzhaf import banzhaf_value
from comity.solvers.values.dividends import dividend_table
from comity.solvers.values.interactions import banzhaf_interactions, shapley_interactions
from comity.solvers.values.shapley import shapley_value

RNG = np.random.default_rng(7)


def doubles(n: int) -> np.ndarray:
    """Worths with all their digits."""
    worths = np.random.default_rng(n).normal(size=1 << n)
    worths[0] = 0
    return worths


def as_written(worths: np.ndarray) -> TableGame:
    """The same game with every decimal read as a fraction."""
    return TableGame(None, [Fraction(repr(float(worth))) for worth in worths])


def relabelled(worths: np.ndarray, order: list[int]) -> np.ndarray:
    """The table after player ``order[i]`` has become player i."""
    n = worths.size.bit_length() - 1
    axes = worths.reshape((2,) * n)  # the first axis is the last player
    return np.ascontiguousarray(axes.transpose([n - 1 - order[n - 1 - k] for k in range(n)])).ravel()


@pytest.fixture(params=["compiled", "numpy"])
def way(request, monkeypatch):
    """Every kernel compiled, however small the table, or none."""
    monkeypatch.setenv("COMITY_COMPILED", "1" if request.param == "compiled" else "0")
    monkeypatch.setattr(kernels, "LEAST_COMPILED_PLAYERS", 1)
    return request.param


@pytest.mark.parametrize("n", [1, 2, 5, 12, 13])
def test_weighted_sums_are_sums(n, way):
    worths, weights = RNG.integers(-(10**6), 10**6, 1 << n), RNG.integers(-50, 50, n + 1).tolist()
    part = [int(worth) >> 3 & 1023 for worth in worths]
    weighed = [weights[S.bit_count()] * u for S, u in enumerate(part)]
    containing = [sum(x for S, x in enumerate(weighed) if S >> i & 1) for i in range(n)]
    assert weighted_sums.totals_of_integers(worths, weights, 3, 1023) == (containing, sum(weighed))


@pytest.mark.parametrize("n", [1, 2, 5, 12, 13])
def test_sums_over_complements_are_sums(n, way):
    worths = RNG.integers(-(10**6), 10**6, 1 << n)
    weights = RNG.integers(-50, 50, n + 1).tolist()
    expected = [0] * n
    for S in range(1 << n - 1, 1 << n):
        for i in range(n):
            expected[i] += weights[S.bit_count()] * int(worths[S] - worths[~S]) * (S >> i & 1)
    assert complements.member_sums(worths, None, weights) == (expected, None)


@pytest.mark.parametrize("threads", ["1", "3"])
def test_values_of_doubles_are_the_same_however_they_are_computed(way, threads, monkeypatch):
    monkeypatch.setenv("COMITY_THREADS", threads)
    monkeypatch.setattr(weighted_sums, "TASK", 16)
    monkeypatch.setattr(complements, "BATCH", 16)
    game = TableGame(None, doubles(17))
    results = [shapley_value(game), banzhaf_value(game)]
    monkeypatch.undo()
    assert [result.exact for result in results] == [shapley_value(game).exact, banzhaf_value(game).exact]
    assert [result.certificate for result in results] == [shapley_value(game).certificate, banzhaf_value(game).certificate]


# --- tables of many doubles --------------------------------------------------------------------------


@pytest.mark.parametrize(("value", "check"), [(shapley_value, check_shapley_value), (banzhaf_value, check_banzhaf_value)])
def test_values_of_many_doubles_are_within_their_bound_of_the_exact_ones(value, check):
    worths = doubles(15)
    found, exact = value(TableGame(None, worths)), value(as_written(worths))
    assert exact.certificate.basis is Basis.EXACT
    assert found.certificate.basis is Basis.ENCLOSED
    bound = found.notes["error_bound"]
    assert bound == Fraction(float(np.abs(worths).max())) / 2**47
    assert max(abs(a - b) for a, b in zip(found.exact, exact.exact, strict=True)) <= bound / 4
    assert check(TableGame(None, worths), exact.exact)
    for i in range(15):  # a near miss is refuted
        moved = [a + (j == i) * 2 * bound for j, a in enumerate(found.exact)]
        assert check(TableGame(None, worths), moved).verdict is Verdict.FAILS
    # Between the bound and what rounding leaves open nothing is said.
    assert check(TableGame(None, worths), [found.exact[0] + bound, *found.exact[1:]]).verdict is Verdict.UNDECIDED


def test_the_value_of_many_doubles_is_efficient_symmetric_null_and_confirmed():
    few = doubles(13)
    worths = np.concatenate([few, few, few, few + 1 / 3])  # the last two players can stand in for each other ...
    worths = np.concatenate([worths, worths])  # ... and one more adds nothing
    game = TableGame(None, worths)
    result = shapley_value(game)
    assert game.doubles is not None
    assert sum(result.exact) == game.exact(game.grand_coalition)
    assert result.exact[-1] == 0
    assert result.exact[13] == result.exact[14]
    assert confirm(game, result.to_json()).verdict is Verdict.HOLDS


@pytest.mark.parametrize("order", [list(range(14, -1, -1)), [*range(1, 15), 0]])
def test_relabelled_players_get_the_same_to_the_last_bit(order):
    worths = doubles(15)
    for value in (shapley_value, banzhaf_value):
        before, after = value(TableGame(None, worths)), value(TableGame(None, relabelled(worths, order)))
        assert [before.exact[i] for i in order] == list(after.exact)
        assert before.certificate == after.certificate


def test_relabelling_a_table_moves_the_players():
    worths = np.arange(8.0)
    for order in permutations(range(3)):
        moved = relabelled(worths, list(order))
        assert all(moved[1 << i] == worths[1 << order[i]] for i in range(3))


@pytest.mark.parametrize("scale", [1e-120, 1e120])
def test_units_do_not_matter_to_doubles(scale):
    worths = doubles(15) * scale
    assert shapley_value(TableGame(None, worths)).certificate


@pytest.mark.parametrize("together", [0.0, 1e-30])
def test_a_grand_coalition_worth_next_to_nothing(together):
    worths = doubles(15)
    worths[-1] = together
    result = shapley_value(TableGame(None, worths))
    assert result.certificate
    assert abs(sum(result.exact) - Fraction(repr(together))) <= result.notes["error_bound"]


def test_decimals_of_few_digits_stay_exact_however_many_players():
    worths = np.round(doubles(15), 6)
    result = shapley_value(TableGame(None, worths))
    assert result.certificate.basis is Basis.EXACT
    assert result.exact == shapley_value(as_written(worths)).exact
    assert not result.notes


def test_integers_of_sixty_bits_stay_exact():
    worths = RNG.integers(-(2**61), 2**61, 1 << 15)
    worths[0] = 0
    result = shapley_value(TableGame(None, worths))
    assert result.certificate.basis is Basis.EXACT
    assert result.certificate
    assert result.exact == shapley_value(TableGame(None, [Fraction(int(worth)) for worth in worths])).exact


def test_a_normalized_banzhaf_value_of_many_doubles():
    worths = np.abs(doubles(15)) + np.arange(1 << 15) / 3.0**10
    worths[0] = 0
    game = TableGame(None, worths)
    result = banzhaf_value(game, normalized=True)
    assert result.certificate.basis is Basis.ENCLOSED
    assert result.certificate
    assert sum(result.exact) == game.exact(game.grand_coalition)
    assert (
        max(abs(a - b) for a, b in zip(result.exact, banzhaf_value(as_written(worths), normalized=True).exact, strict=True))
        <= (result.notes["error_bound"])
    )


# --- dividends ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("n", [1, 2, 3, 4, 5, 8, 13])
def test_the_moebius_transform_is_undone_by_adding_up_subsets(n, way, monkeypatch):
    monkeypatch.setattr(moebius_kernel, "INNER", 3)
    monkeypatch.setattr(moebius_kernel, "ABREAST", 4)
    worths = RNG.integers(-(2**62), 2**62, 1 << n)
    dividends = worths.copy()
    moebius_kernel.moebius(dividends)
    for i in range(n):
        halves = dividends.reshape(-1, 2, 1 << i)
        halves[:, 1] += halves[:, 0]
    assert (dividends == worths).all()


@pytest.mark.parametrize("largest", [10, 2**61])
def test_dividends_add_up_to_the_worth_of_the_coalition(largest):
    game = TableGame(None, np.concatenate([[0], RNG.integers(-largest, largest, 63)]))
    table = dividend_table(game)
    for S in range(64):
        assert sum(table[T] for T in subsets(S)) == game.exact(S)
    assert game.dividends() == {S: table[S] for S in range(64) if table[S]}
    dual = TableGame(None, [game.exact(63) - game.exact(63 ^ S) for S in range(64)])
    assert game.dual_dividends() == dual.dividends()


# --- pairs -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("n", [1, 2, 5, 8, 13])
def test_pair_sums_are_sums(n, way, monkeypatch):
    monkeypatch.setattr(pair_sums_kernel, "LOW", 3)
    worths, weights = RNG.integers(-(10**6), 10**6, 1 << n), RNG.integers(-50, 50, n + 1).tolist()
    S = np.arange(1 << n)
    weighed = worths * np.array(weights)[sizes(n)]
    expected = [[int(weighed[(S >> i & 1) * (S >> j & 1) == 1].sum()) for j in range(n)] for i in range(n)]
    sums, total = pair_sums_kernel.pair_sums(worths, weights)
    assert sums.tolist() == expected
    assert total == weighed.sum()


@pytest.mark.parametrize("largest", [10, 2**61, 2**200])
@pytest.mark.parametrize("n", [4, 5, 7])
def test_interactions_of_pairs_are_those_of_the_dividends(n, largest):
    game = TableGame(None, [0, *(int(RNG.integers(-10, 10)) * largest // 10 + k for k in range(1, 1 << n))])
    for index, part in (
        (shapley_interactions, lambda s: Fraction(1, s + 1)),
        (banzhaf_interactions, lambda s: Fraction(1, 2**s)),
    ):
        found = index(game)
        assert found.certificate
        for i, j in combinations(range(n), 2):
            both = 1 << i | 1 << j
            expected = sum(d * part(S.bit_count() - 2) for S, d in game.dividends().items() if S & both == both)
            assert found.exact[game.players[i], game.players[j]] == expected


@pytest.mark.parametrize("index", [shapley_interactions, banzhaf_interactions])
def test_interactions_of_many_players_are_confirmed_and_a_slip_is_not(index, way):
    game = TableGame(None, np.concatenate([[0], RNG.integers(-(10**6), 10**6, (1 << 14) - 1)]))
    found = index(game)
    assert found.certificate.verdict is Verdict.HOLDS
    check = {shapley_interactions: check_shapley_interactions, banzhaf_interactions: check_banzhaf_interactions}[index]
    for pair in (("1", "2"), ("3", "13"), ("12", "14")):
        slipped = {**found.exact, pair: found.exact[pair] + Fraction(1, 10**12)}
        assert check(game, slipped, 2).verdict is Verdict.FAILS
