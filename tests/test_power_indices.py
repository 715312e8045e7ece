"""Power indices: published votes, every simple game of few players, counts by a second way, refusals with proof."""

import json
from fractions import Fraction
from itertools import permutations
from math import factorial

import numpy as np
import pytest

from comity.certificate import Verdict
from comity.checks.confirm import check_for
from comity.checks.power import (
    check_deegan_packel_index,
    check_not_simple,
    check_public_help_index,
    check_shapley_shubik_index,
)
from comity.coalitions import names_of
from comity.errors import InvalidEvidence, OutsideDomain
from comity.games.coalitional.table import TableGame
from comity.games.coalitional.voting import VotingGame
from comity.solvers.values.banzhaf import banzhaf_value
from comity.solvers.values.banzhaf_index import banzhaf_index
from comity.solvers.values.coleman import coleman_initiative_index, coleman_power_to_act, coleman_preventive_index
from comity.solvers.values.deegan_packel import deegan_packel_index
from comity.solvers.values.johnston import johnston_index
from comity.solvers.values.public_good import public_good_index
from comity.solvers.values.public_help import public_help_index
from comity.solvers.values.shapley import shapley_value
from comity.solvers.values.shapley_shubik import shapley_shubik_index
from comity.testing.holding import assert_keeps_its_claims, assert_proved_and_near_misses_refuted

INDICES = (
    shapley_shubik_index,
    banzhaf_index,
    coleman_preventive_index,
    coleman_initiative_index,
    deegan_packel_index,
    public_good_index,
    public_help_index,
    johnston_index,
)


def simple_tables(n):
    """Every table of 0 and 1 that never falls, with everybody winning."""
    if n == 0:
        return [[0], [1]]
    halves = simple_tables(n - 1)
    return [low + high for low in halves for high in halves if all(a <= b for a, b in zip(low, high, strict=True))]


SIMPLE = [
    TableGame(None, table, orientation)
    for n, step in ((1, 1), (2, 1), (3, 1), (4, 6))
    for table in simple_tables(n)[::step]
    for orientation in (("gain", "cost") if n == 3 else ("gain",))
    if table[0] == 0 and table[-1] == 1
]


def test_there_are_as_many_simple_games_as_dedekind_counted():  # Dedekind's numbers 3, 6, 20, 168, less the two constants
    counted = [sum(t[0] == 0 and t[-1] == 1 for t in simple_tables(n)) for n in (1, 2, 3, 4)]
    assert counted == [1, 4, 18, 166]


@pytest.mark.parametrize("index", INDICES)
def test_an_index_keeps_its_claims_and_refutes_near_misses_in_simple_games(index):
    for game in SIMPLE:
        assert_keeps_its_claims(index, index, game)
        assert_proved_and_near_misses_refuted(game, index(game))


def by_definition(game):
    """All indices from sets of names, minimal coalitions and orders of joining."""
    players = set(game.players)

    def wins(S):
        return game.exact(sum(1 << i for i, name in enumerate(game.players) if name in S)) == 1

    coalitions = [{name for i, name in enumerate(game.players) if S >> i & 1} for S in range(1 << game.n)]
    winning = [S for S in coalitions if wins(S)]
    critical = [[i for i in S if not wins(S - {i})] for S in winning]
    minimal = [S for S, needed in zip(winning, critical, strict=True) if len(needed) == len(S)]
    swings = {i: sum(i in needed for needed in critical) for i in players}
    vulnerable = [needed for needed in critical if needed]
    pivots = dict.fromkeys(players, 0)
    for order in permutations(game.players):
        pivots[next(order[k] for k in range(game.n) if wins(set(order[: k + 1])))] += 1

    def shares(counts):
        return {i: Fraction(counts[i], sum(counts.values())) for i in players}

    return {
        shapley_shubik_index: {i: Fraction(pivots[i], factorial(game.n)) for i in players},
        banzhaf_index: shares(swings),
        coleman_preventive_index: {i: Fraction(swings[i], len(winning)) for i in players},
        coleman_initiative_index: {i: Fraction(swings[i], len(coalitions) - len(winning)) for i in players},
        deegan_packel_index: {
            i: sum((Fraction(1, len(S)) for S in minimal if i in S), Fraction(0)) / len(minimal) for i in players
        },
        public_good_index: shares({i: sum(i in S for S in minimal) for i in players}),
        public_help_index: shares({i: sum(i in S for S in winning) for i in players}),
        johnston_index: {
            i: sum((Fraction(1, len(c)) for c in vulnerable if i in c), Fraction(0)) / len(vulnerable) for i in players
        },
    }


VOTES = (
    VotingGame((4, 4, 4, 2, 2, 1), 12),
    VotingGame((35, 20, 15, 15, 15), 51),
    VotingGame((3, 2, 1), 4),
    VotingGame((4, 4, 4, 2, 1), 10),
    VotingGame((1, 1, 0), 1),
    VotingGame((5,), 5),
    *SIMPLE[::5],
)


@pytest.mark.parametrize("game", VOTES)
def test_every_index_follows_its_definition(game):
    for index, amounts in by_definition(game).items():
        assert list(index(game).exact) == [amounts[name] for name in game.players], index.__name__


@pytest.mark.parametrize("game", VOTES)
def test_indices_of_shapley_and_banzhaf_are_the_values_of_the_game(game):
    assert shapley_shubik_index(game).exact == shapley_value(game).exact
    assert banzhaf_index(game).exact == banzhaf_value(game, normalized=True).exact
    act, prevent, initiate = coleman_power_to_act(game), coleman_preventive_index(game), coleman_initiative_index(game)
    # Both of Coleman's are multiples of the Banzhaf value (Dubey & Shapley 1979).
    assert [2 * act * p for p in prevent.exact] == list(banzhaf_value(game).exact)
    assert [2 * (1 - act) * p for p in initiate.exact] == list(banzhaf_value(game).exact)


# --- published ------------------------------------------------------------------------------------------


def test_the_security_council():  # B1-04; from memory, and the great powers and the others by hand
    game = VotingGame([7] * 5 + [1] * 10, 39)
    result = shapley_shubik_index(game)
    # One of the ten decides with all five and just three others before it.
    small = Fraction(84 * factorial(8) * factorial(6), factorial(15))
    assert result.exact == (*((1 - 10 * small) / 5,) * 5, *(small,) * 10)
    assert result.amounts[[0, 14]].round(6).tolist() == [0.196270, 0.001865]
    assert shapley_shubik_index(TableGame(game.players, game.exact_table())).exact == result.exact


def test_a_hundred_votes_need_no_table():
    game = VotingGame([1] * 99 + [0], 50)
    result = shapley_shubik_index(game)
    assert result.exact == (*(Fraction(1, 99),) * 99, 0)
    assert_proved_and_near_misses_refuted(game, result)


# --- what is no simple game ---------------------------------------------------------------------------------


@pytest.mark.parametrize("index", [*INDICES, coleman_power_to_act])
@pytest.mark.parametrize(
    ("game", "why"),
    [
        (VotingGame((1, 1), 3), "no coalition wins"),
        (TableGame(None, [0, 0]), "no coalition wins"),
        (TableGame(None, [0, 1, 2, 2]), "neither 0 nor 1"),
        (TableGame(None, [0, 1, -1, 1]), "neither 0 nor 1"),
        (TableGame(None, [0, 1, 0, 0]), "loses by gaining"),
        (TableGame(None, [0, 1, 0, 0, 0, 1, 1, 1]), "loses by gaining"),
    ],
)
def test_without_winners_there_is_no_power_and_the_proof_of_it_stands_alone(index, game, why):
    with pytest.raises(OutsideDomain, match=why) as caught:
        index(game)
    certificate = caught.value.certificate
    assert certificate.verdict is Verdict.HOLDS
    assert check_for("", certificate.check)(game, None, json.loads(json.dumps(certificate.to_json()))["witness"]) == certificate


def test_a_large_vote_that_nobody_can_win_is_refused_without_a_table():
    with pytest.raises(OutsideDomain, match="no coalition wins"):
        shapley_shubik_index(VotingGame([1] * 60, 61))


def test_no_proof_passes_that_a_simple_game_is_none():
    game = VotingGame((2, 1, 1), 3, "ABC")
    for coalitions in ([["A", "B", "C"]], [["A"]], [["A"], ["A", "B"]], [["A", "B"], ["C"]], [["A", "B"], ["B", "C"]], [], [[]]):
        assert not check_not_simple(game, None, {"coalitions": coalitions})


@pytest.mark.parametrize("check", [check_deegan_packel_index, check_public_help_index, check_shapley_shubik_index])
def test_no_index_is_confirmed_where_there_is_none(check):
    for table in ([0, 1, 2, 5], [0, 1, 0, 0], [0, 0, 0, 0], [0, 1, 0, 0, 0, 1, 1, 1]):
        game = TableGame(None, table)
        with pytest.raises(InvalidEvidence, match="simple games"):
            check(game, [0] * game.n)


def test_counts_of_many_players_are_left_undecided():
    game = VotingGame([1] * 23, 12)
    assert check_deegan_packel_index(game, [Fraction(1, 23)] * 23).verdict is Verdict.UNDECIDED


@pytest.mark.parametrize("n", [3, 4])
def test_the_first_winner_that_gains_a_member_and_loses_is_shown(n):
    rng = np.random.default_rng(n)
    for _ in range(60):
        wins = [0, *rng.integers(0, 2, (1 << n) - 2).tolist(), 1]
        falls = [(S, S | 1 << i) for S in range(1 << n) for i in range(n) if not S >> i & 1 and wins[S] > wins[S | 1 << i]]
        if falls:
            game = TableGame(None, wins)
            with pytest.raises(OutsideDomain, match="loses by gaining a member") as refused:
                johnston_index(game)
            certificate = refused.value.certificate
            assert certificate
            assert certificate.witness["coalitions"] == [names_of(game.players, S) for S in falls[0]]
