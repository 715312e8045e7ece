"""Properties and their witnesses: two computations agree, the witness shows the fault, and a near miss is refuted."""

from fractions import Fraction
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from comity.certificate import Certificate
from comity.checks.properties import (
    check_concave,
    check_constant_sum,
    check_convex,
    check_essential,
    check_k_convex,
    check_monotone,
    check_null_players,
    check_simple,
    check_subadditive,
    check_superadditive,
    check_symmetric_players,
    check_veto_players,
    check_weakly_subadditive,
    check_weakly_superadditive,
)
from comity.coalitions import exact_sums, mask_of, sizes
from comity.errors import ComityError, InvalidEvidence
from comity.games.coalitional.airport import AirportGame
from comity.games.coalitional.claims import ClaimsGame
from comity.games.coalitional.glove import GloveGame
from comity.games.coalitional.linear_production import LinearProductionGame
from comity.games.coalitional.properties import (
    dummy_players,
    is_concave,
    is_constant_sum,
    is_convex,
    is_essential,
    is_k_convex,
    is_monotone,
    is_simple,
    is_subadditive,
    is_superadditive,
    is_weakly_subadditive,
    is_weakly_superadditive,
    null_players,
    symmetric_players,
    veto_players,
)
from comity.games.coalitional.table import TableGame
from comity.games.coalitional.transforms import dual_game, zero_normalised_game
from comity.games.coalitional.voting import VotingGame
from comity.testing import strategies

F = Fraction
PAIRS = [
    (is_convex, check_convex),
    (is_concave, check_concave),
    (is_superadditive, check_superadditive),
    (is_subadditive, check_subadditive),
    (is_monotone, check_monotone),
    (is_weakly_superadditive, check_weakly_superadditive),
    (is_weakly_subadditive, check_weakly_subadditive),
    (is_essential, check_essential),
    (is_simple, check_simple),
    (is_constant_sum, check_constant_sum),
]
games = strategies.gain_or_cost_games(max_players=4)
either = games | st.builds(
    VotingGame, st.lists(st.integers(0, 3), min_size=1, max_size=4), st.integers(1, 6)
) | strategies.convex_games(max_players=4) | strategies.concave_cost_games(max_players=4)  # fmt: skip


@pytest.mark.parametrize(("holds", "check"), PAIRS, ids=[check.__name__ for _, check in PAIRS])
@given(game=either)
def test_the_property_and_its_check_agree(holds, check, game):
    certificate = check(game)
    assert bool(certificate) is holds(game)
    assert certificate.check == check.__name__ == holds.__declaration__.certificate
    assert Certificate.from_json(certificate.to_json()) == certificate
    if certificate.margin is not None and check is not check_essential:
        assert (certificate.margin >= 0) is bool(certificate)


def worths_of(game, certificate):
    coalitions = [mask_of(game.players, names) for names in certificate.witness["coalitions"]]
    worths = [F(worth) for worth in certificate.witness["worths"]]
    assert worths == [game.exact(S) for S in coalitions]
    return worths


@given(games)
def test_the_witness_adds_up_to_the_margin(game):
    if game.n > 1:
        alone, first, second, both = worths_of(game, check_convex(game))
        assert both - first - second + alone == check_convex(game).margin
        apart, others = worths_of(game, check_superadditive(game))
        union = sum((mask_of(game.players, names) for names in check_superadditive(game).witness["coalitions"]), 0)
        assert game.exact(union) - apart - others == check_superadditive(game).margin
        small, large, newcomer = worths_of(game, check_weakly_superadditive(game))
        assert large - small - newcomer == check_weakly_superadditive(game).margin
    small, large = worths_of(game, check_monotone(game))
    assert large - small == check_monotone(game).margin


TINY = F(1, 10**12)


@pytest.mark.parametrize(
    ("check", "worths", "wrong"),
    [
        (check_convex, [0, 1, 1, 2, 1, 2, 2, 3], 0b011),
        (check_superadditive, [0, 1, 1, 2, 1, 2, 2, 3], 0b111),
        (check_weakly_superadditive, [0, 1, 1, 2, 1, 2, 2, 3], 0b110),
        (check_monotone, [0, 1, 1, 1, 1, 1, 1, 1], 0b111),
        (check_simple, [0, 0, 0, 1, 0, 1, 1, 1], 0b111),
        (check_constant_sum, [0, 0, 0, 1, 0, 1, 1, 1], 0b001),
        (check_essential, [0, 1, 1, 2, 1, 2, 2, 3 + TINY], 0b111),
    ],
)  # fmt: skip
def test_a_trillionth_too_little_is_too_little(check, worths, wrong):
    worths = [F(worth) for worth in worths]
    assert check(TableGame(None, worths))
    worths[wrong] -= TINY
    refuted = check(TableGame(None, worths))
    assert not refuted
    if check not in (check_simple, check_essential):
        assert refuted.margin == -TINY


@pytest.mark.parametrize(
    ("check", "place"),
    [
        (check_superadditive, [["2"], ["3"]]),
        (check_monotone, [["2"], ["2", "3"]]),
        (check_weakly_superadditive, [["2"], ["2", "3"], ["3"]]),
    ],
)
def test_a_fault_in_one_place_is_found_there(check, place):
    # Only the second and the third player, by themselves, would lose by merging.
    certificate = check(TableGame(None, [0, 0, 1, 1, 0, 0, 0, 1]))
    assert not certificate
    assert certificate.margin == -1
    assert certificate.witness["coalitions"] == place


def test_costs_are_read_with_the_other_sign():
    worths = [F(w) for w in [0, 1, 1, 2, 1, 2, 2, 3]]
    for check in (check_concave, check_subadditive, check_weakly_subadditive):
        assert check(TableGame(None, worths, "cost"))
        raised = [w + TINY if S == 7 else w for S, w in enumerate(worths)]
        assert check(TableGame(None, raised, "cost")).margin == -TINY
    assert check_essential(TableGame(None, [0, 1, 1, 1], "cost")).margin == 1
    assert not check_essential(TableGame(None, [0, 1, 1, 1], "gain"))


@given(games)
def test_weakly_superadditive_is_monotone_once_normalised(game):
    assert is_weakly_superadditive(game) is is_monotone(zero_normalised_game(game))


@given(games)
def test_constant_sum_games_are_their_own_duals(game):
    assert is_constant_sum(game) is (list(dual_game(game).exact_table()) == list(game.exact_table()))


@given(weights=st.lists(st.integers(0, 4), min_size=1, max_size=5), quota=st.integers(1, 12))
def test_votes_are_simple_if_all_together_win(weights, quota):
    assert is_simple(VotingGame(weights, quota)) is (sum(weights) >= quota)


# --- k-convexity -------------------------------------------------------------------------------------


@given(claims=st.lists(st.integers(1, 9), min_size=3, max_size=5), data=st.data())
def test_when_a_bankruptcy_game_is_k_convex(claims, data):
    # Driessen 1995, read at "A Bankruptcy Problem and an Information Trading Problem: Applications to k-Convex Games", abstract:
    # for k <= n - 2 iff the estate meets the claims of any n - k creditors; with no claim above the estate.
    estate = data.draw(st.integers(max(claims), sum(claims) - 1))
    game = ClaimsGame(estate, claims)
    for k in range(1, len(claims) - 1):
        enough = all(sum(chosen) <= estate for chosen in combinations(claims, len(claims) - k))
        assert is_k_convex(game, k) is bool(check_k_convex(game, k)) is enough


@given(games, st.data())
def test_k_convexity_and_its_check_agree(game, data):
    k = data.draw(st.integers(1, game.n))
    certificate = check_k_convex(game, k)
    assert bool(certificate) is is_k_convex(game, k)
    assert (certificate.margin >= 0) is bool(certificate)


@given(games)
def test_n_convex_is_convex_and_one_convex_is_a_gap_that_grows(game):
    good = is_convex if game.sign > 0 else is_concave
    assert is_k_convex(game, game.n) is good(game)
    # Driessen & Tijs 1983: 0 <= g(N) <= g(S) for the gap g(S) = sum of b_i over S - v(S).
    everybody = game.grand_coalition
    hope = exact_sums([game.exact(everybody) - game.exact(everybody ^ 1 << i) for i in range(game.n)])
    gap = [game.sign * (b - v) for b, v in zip(hope, game.exact_table(), strict=True)]
    assert is_k_convex(game, 1) is (game.n == 1 or 0 <= gap[-1] == min(gap[1:]))


def test_k_is_between_one_and_the_number_of_players():
    for k in (0, 4, 1.5):
        with pytest.raises(ComityError, match="k is"):
            is_k_convex(ClaimsGame(1, (1, 1, 1)), k)
        with pytest.raises(ComityError, match="k is"):
            check_k_convex(ClaimsGame(1, (1, 1, 1)), k)


# --- players -----------------------------------------------------------------------------------------


@given(either)
def test_players_who_stand_out_by_their_definitions(game):
    everybody = range(1 << game.n)
    null = [i for i in range(game.n) if all(game.exact(S | 1 << i) == game.exact(S & ~(1 << i)) for S in everybody)]
    veto = [i for i in range(game.n) if all(game.exact(S & ~(1 << i)) == 0 for S in everybody)]
    assert null_players(game) == tuple(game.players[i] for i in null)
    assert veto_players(game) == tuple(game.players[i] for i in veto)
    assert set(null_players(game)) <= set(dummy_players(game))
    assert dummy_players(game) == null_players(zero_normalised_game(game))
    groups = {name: group for group in symmetric_players(game) for name in group}
    for i, j in combinations(range(game.n), 2):
        swapped = [S if (S >> i & 1) == (S >> j & 1) else S ^ (1 << i | 1 << j) for S in everybody]
        alike = all(game.exact(S) == game.exact(T) for S, T in zip(everybody, swapped))
        assert alike is (groups[game.players[i]] == groups[game.players[j]])


@given(either, st.data())
def test_the_players_named_are_confirmed_and_others_refuted(game, data):
    for find, check in ((null_players, check_null_players), (veto_players, check_veto_players)):
        found = find(game)
        assert check(game, found)
        name = data.draw(st.sampled_from(game.players))
        assert not check(game, set(found) ^ {name})
    groups = symmetric_players(game)
    assert check_symmetric_players(game, groups)
    if len(groups) > 1:
        merged = [groups[0] + groups[1], *groups[2:]]
        assert not check_symmetric_players(game, merged)
        assert not check_symmetric_players(game, groups[1:])
    if len(groups[0]) > 1:
        assert not check_symmetric_players(game, [groups[0][:1], groups[0][1:], *groups[1:]])
    assert not check_symmetric_players(game, [*groups, groups[0]])


def test_the_owner_of_the_scarce_glove_has_a_veto():
    game = GloveGame(["A", "B"], ["C"])
    assert veto_players(game) == ("C",)
    assert symmetric_players(game) == (("A", "B"), ("C",))
    certificate = check_symmetric_players(game, [["A", "C"], ["B"]])
    assert certificate.witness["wrong"][0] == {"players": ["A", "C"], "coalition": ["B"]}


def test_a_game_of_optima_is_checked_from_its_evidence():
    game = LinearProductionGame.random(3, np.random.default_rng(1))
    with pytest.raises(InvalidEvidence, match="give it game"):
        check_superadditive(game)
    certificate = check_superadditive(game, game.evidence())
    assert certificate
    assert check_superadditive(game, certificate.witness) == certificate


def test_one_player_has_nothing_to_compare():
    game = TableGame(["A"], [0, -1])
    assert check_convex(game)
    assert check_superadditive(game)
    assert not check_monotone(game)


@settings(max_examples=10)
@given(n=st.integers(1, 6))
def test_squares_of_sizes_are_convex_with_two_to_spare(n):
    certificate = check_convex(TableGame(None, sizes(n) ** 2))
    assert certificate.margin == (2 if n > 1 else None)


def test_an_airport_is_concave_and_never_convex_by_chance():
    assert check_concave(AirportGame([12, 28, 60]))
    assert check_convex(AirportGame([12, 28, 60])).margin == -28
