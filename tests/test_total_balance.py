"""Totally balanced, exact and population monotonic: theorems, a second method, and evidence that is refuted a little off."""

import copy
import json
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from comity.certificate import Certificate, Verdict
from comity.checks.total_balance import check_exactness, check_population_monotonicity, check_total_balancedness
from comity.coalitions import members
from comity.errors import InvalidEvidence, OutsideDomain, TooManyPlayers
from comity.games.coalitional.airport import AirportGame
from comity.games.coalitional.assignment import AssignmentGame
from comity.games.coalitional.base import Game
from comity.games.coalitional.flow import FlowGame
from comity.games.coalitional.glove import GloveGame
from comity.games.coalitional.linear_production import LinearProductionGame
from comity.games.coalitional.properties import is_superadditive
from comity.games.coalitional.sequencing import SequencingGame
from comity.games.coalitional.spanning_tree import SpanningTreeGame
from comity.games.coalitional.table import TableGame
from comity.games.coalitional.transforms import subgame
from comity.games.coalitional.voting import VotingGame
from comity.solvers.core.core_point import is_balanced
from comity.solvers.core.exactness import check_exact, is_exact
from comity.solvers.core.population_monotonic import check_population_monotonic, population_monotonic_allocation_scheme
from comity.solvers.core.total_balance import check_totally_balanced, is_totally_balanced, totally_balanced_cover
from comity.testing import strategies

F = Fraction
TINY = F(1, 10**12)
games = strategies.gain_or_cost_games(max_players=4)
good = st.one_of(strategies.convex_games(max_players=4), strategies.concave_cost_games(max_players=4))
# Floats cannot tell a billionth from nothing: those who are asked for a second opinion get integers.
whole = st.integers(1, 4).flatmap(
    lambda n: st.builds(
        lambda worths, orientation: TableGame(None, [0, *worths], orientation),
        st.lists(st.integers(-2, 6), min_size=(1 << n) - 1, max_size=(1 << n) - 1),
        st.sampled_from(["gain", "cost"]),
    )
)
MAJORITY = VotingGame((1, 1, 1), 2)
# A fourth player who brings 9 to all others: balanced, but the majority game is a subgame.
RICH = TableGame(None, [0, 0, 0, 1, 0, 1, 1, 1, 0, 0, 0, 1, 0, 1, 1, 9])


# --- totally balanced ----------------------------------------------------------------------------


@settings(max_examples=25)
@given(games)
def test_total_balance_is_the_balance_of_every_subgame(game):
    expected = all(is_balanced(subgame(game, S)) for S in range(1, 1 << game.n))
    certificate = check_totally_balanced(game)
    assert bool(certificate) is is_totally_balanced(game) is expected
    again = check_total_balancedness(game, json.loads(json.dumps(certificate.to_json()))["witness"])
    assert again == certificate == Certificate.from_json(certificate.to_json())


def test_a_rich_grand_coalition_hides_a_majority():
    assert is_balanced(RICH)
    certificate = check_totally_balanced(RICH)
    assert certificate.witness["coalition"] == ["1", "2", "3"]
    assert certificate.margin == F(-1, 2)


@settings(max_examples=25)
@given(games)
def test_the_cover_is_the_least_totally_balanced_game_above(game):
    cover = totally_balanced_cover(game)
    for S in range(1, 1 << game.n):
        inside = [T for T in range(1, S + 1) if T & S == T]
        rows = [[T >> i & 1 for i in members(S)] for T in inside]
        worths = [float(game.sign * game.exact(T)) for T in inside]
        unit = max(map(abs, worths)) or 1.0
        dual = linprog(
            -np.array(worths) / unit, A_eq=np.array(rows).T, b_eq=np.ones(S.bit_count()), bounds=(0, None), method="highs"
        )
        assert float(game.sign * cover.exact(S)) / unit == pytest.approx(-dual.fun, abs=1e-7)
        assert game.sign * (cover.exact(S) - game.exact(S)) >= 0
    assert is_totally_balanced(cover)
    assert (list(cover.exact_table()) == list(game.exact_table())) is is_totally_balanced(game)


@pytest.mark.parametrize("model", [AssignmentGame, FlowGame, GloveGame, LinearProductionGame, SpanningTreeGame])
def test_markets_networks_and_production_are_totally_balanced(
    model,
):  # Shapley & Shubik 1969, Kalai & Zemel 1982, Owen 1975, Bird 1976
    for seed in range(3):
        game = model.random(4, np.random.default_rng(seed))
        certificate = check_totally_balanced(game)
        assert certificate
        assert check_total_balancedness(game, certificate.witness) == certificate


def spoiled(witness, *, key, place, by):
    """The witness with one number of one entry moved."""
    changed = copy.deepcopy(witness)
    entry = changed[key][place]
    last = entry[-1]
    if isinstance(last, list):
        last[0] = str(F(last[0]) + by)
    else:
        entry[-1] = str(F(last) + by)
    return changed


@pytest.mark.parametrize(
    ("find", "check", "game"),
    [
        (check_totally_balanced, check_total_balancedness, AssignmentGame([[5, 8], [7, 9]])),
        (check_totally_balanced, check_total_balancedness, RICH),
        (check_totally_balanced, check_total_balancedness, AirportGame([1, 2, 3])),
        (check_exact, check_exactness, SequencingGame([2, 2, 1], [4, 6, 5])),
        (check_exact, check_exactness, AssignmentGame([[5, 8], [7, 9]])),
        (check_exact, check_exactness, MAJORITY),
        (check_population_monotonic, check_population_monotonicity, AirportGame([1, 2, 3])),
        (check_population_monotonic, check_population_monotonicity, GloveGame(2, 2)),
        (check_population_monotonic, check_population_monotonicity, MAJORITY),
    ],
)
def test_evidence_a_little_off_proves_nothing(find, check, game):
    certificate = find(game)
    assert certificate.verdict in (Verdict.HOLDS, Verdict.FAILS)
    assert check(game, certificate.witness) == certificate
    for key in ("points", "weights", "steps"):
        for place in range(len(certificate.witness.get(key, ()))):
            for by in (TINY, -TINY):
                assert check(game, spoiled(certificate.witness, key=key, place=place, by=by)).verdict is Verdict.UNDECIDED
            shorter = {**certificate.witness, key: [e for k, e in enumerate(certificate.witness[key]) if k != place]}
            if not (key == "points" and find is check_exact and place == len(certificate.witness[key]) - 1):
                assert check(game, shorter).verdict is Verdict.UNDECIDED


def test_core_points_that_give_more_do_not_prove_exactness():
    game = TableGame(["A", "B"], [0, 1, 2, 5])
    points = [[["A"], [2, 3]], [["B"], [2, 3]], [["A", "B"], [2, 3]]]
    assert check_exactness(game, {"points": points}).verdict is Verdict.UNDECIDED
    points[0][1], points[1][1] = [1, 4], [3, 2]
    assert check_exactness(game, {"points": points}).verdict is Verdict.HOLDS


def test_evidence_with_a_negative_weight_proves_nothing():
    # Joining adds more than being alone: with a weight of -1 that would look like a contradiction.
    game = TableGame(["A", "B"], [0, 1, 2, 5])
    weights = [[["A", "B"], 1], [["B"], -1]]
    undecided = Verdict.UNDECIDED
    assert check_exactness(game, {"coalition": ["A"], "weights": weights, "grand": 0}).verdict is undecided
    alone = [[["A", "B"], 1], [["A"], -1], [["B"], -1]]
    steps = [[["A"], "A", "B", -1], [["B"], "B", "A", -1]]
    assert check_population_monotonicity(game, {"weights": alone, "steps": steps}).verdict is undecided
    three = TableGame(None, [0, 1, 2, 5, 3, 6, 7, 13])
    taken = [[["1", "2"], 1], [["1", "3"], 1], [["1"], -1]]
    assert check_total_balancedness(three, {"coalition": ["1", "2", "3"], "weights": taken}).verdict is undecided


@pytest.mark.parametrize("check", [check_total_balancedness, check_exactness, check_population_monotonicity])
@pytest.mark.parametrize(
    "witness",
    [
        {},
        {"points": 3},
        {"points": [["A"]]},
        {"points": [[["X"], [1]]]},
        {"points": [[["1"], [0]], [["1"], [0]]]},
        {"points": [[[], []]]},
        {"points": [[["1", "2"], [1, 2, 3, 4]]]},
        {"coalition": ["1"], "weights": 3},
        {"coalition": ["X"], "weights": []},
        {"coalition": [["1"]], "weights": []},
        {"coalition": ["1"], "weights": [[["1"], "x"]], "grand": 0},
        {"weights": [], "steps": [["1"]]},
        {"weights": [], "steps": [[["1"], "1", "9", 1]]},
        {"weights": [], "steps": [[["1"], "2", "1", 1]]},
    ],
)
def test_evidence_that_cannot_be_read_is_named(check, witness):
    try:
        verdict = check(MAJORITY, witness).verdict
    except InvalidEvidence:
        return
    assert verdict is Verdict.UNDECIDED


# --- exact ---------------------------------------------------------------------------------------


def least_in_core(game, S):
    """min sign*x(S) over the core by another solver, or None if there is no core."""
    everybody = range(1, 1 << game.n)
    rows = np.array([[T >> i & 1 for i in range(game.n)] for T in everybody], dtype=float)
    worths = np.array([float(game.sign * game.exact(T)) for T in everybody])
    unit = max(abs(worths).max(), 1e-300)
    found = linprog(
        rows[S - 1], A_ub=-rows, b_ub=-worths / unit, A_eq=rows[-1:], b_eq=worths[-1:] / unit, bounds=(None, None), method="highs"
    )
    return None if found.status == 2 else found.fun, worths[S - 1] / unit


@settings(max_examples=40)
@given(whole)
def test_exactness_agrees_with_another_solver(game):
    expected = True
    for S in range(1, 1 << game.n):
        least, worth = least_in_core(game, S)
        expected = expected and least is not None and abs(least - worth) < 1e-9
    certificate = check_exact(game)
    assert bool(certificate) is is_exact(game)
    assert bool(certificate) == expected
    assert check_exactness(game, json.loads(json.dumps(certificate.to_json()))["witness"]) == certificate


@settings(max_examples=15)
@given(good)
def test_convex_games_are_exact_and_exact_games_totally_balanced(game):  # Shapley 1971, Schmeidler 1972
    assert is_exact(game)
    assert is_totally_balanced(game)


def test_a_totally_balanced_game_need_not_be_exact():
    gloves = GloveGame(2, 1)
    assert is_totally_balanced(gloves)
    certificate = check_exact(gloves)
    assert not certificate
    assert check_exactness(gloves, certificate.witness) == certificate


# --- population monotonic ------------------------------------------------------------------------


@settings(max_examples=15)
@given(good)
def test_convex_games_have_schemes_that_grow(game):  # Sprumont 1990
    scheme = population_monotonic_allocation_scheme(game)
    for S, amounts in scheme.exact.items():
        assert sum(amounts) == game.exact(S)
        for T, others in scheme.exact.items():
            if S & T == S:
                larger = dict(zip(members(T), others, strict=True))
                assert all(game.sign * (larger[i] - x) >= 0 for i, x in zip(members(S), amounts, strict=True))


@settings(max_examples=40)
@given(whole)
def test_whether_there_is_a_scheme_agrees_with_another_solver(game):
    cells = [(S, i) for S in range(1, 1 << game.n) for i in members(S)]
    column = {cell: k for k, cell in enumerate(cells)}
    worths = np.array([float(game.sign * game.exact(S)) for S in range(1, 1 << game.n)])
    equal = np.zeros((len(worths), len(cells)))
    for S, i in cells:
        equal[S - 1, column[S, i]] = 1
    growing = []
    for S, i in cells:
        for j in range(game.n):
            if not S >> j & 1:
                row = np.zeros(len(cells))
                row[column[S, i]], row[column[S | 1 << j, i]] = 1, -1
                growing.append(row)
    unit = max(abs(worths).max(), 1e-300)
    bounds = {"A_ub": np.array(growing), "b_ub": np.zeros(len(growing))} if growing else {}
    found = linprog(np.zeros(len(cells)), A_eq=equal, b_eq=worths / unit, bounds=(None, None), method="highs", **bounds)
    certificate = check_population_monotonic(game)
    assert bool(certificate) is (found.status == 0)
    assert check_population_monotonicity(game, json.loads(json.dumps(certificate.to_json()))["witness"]) == certificate
    if certificate:
        assert is_totally_balanced(game)


def test_two_left_and_two_right_gloves_have_no_scheme():  # Sprumont 1990, from memory
    game = GloveGame(2, 2)
    assert is_totally_balanced(game)
    assert is_superadditive(game)
    with pytest.raises(OutsideDomain) as refusal:
        population_monotonic_allocation_scheme(game)
    assert refusal.value.certificate.verdict is Verdict.FAILS
    assert check_population_monotonicity(game, refusal.value.certificate.witness) == refusal.value.certificate


def test_a_scheme_by_names():
    scheme = population_monotonic_allocation_scheme(AirportGame({"A": 12, "B": 28}))
    assert scheme["A"] == {"A": 12.0}
    assert sum(scheme["B", "A"].values()) == 28
    frame = scheme.to_frame()
    assert frame.loc["A, B"].sum() == 28
    assert frame.loc["A"].isna().tolist() == [False, True]
    assert json.dumps(scheme.to_json())


def test_a_game_of_optima_keeps_its_evidence():
    game = LinearProductionGame.random(3, np.random.default_rng(3))
    for find, check in ((check_exact, check_exactness), (check_population_monotonic, check_population_monotonicity)):
        certificate = find(game)
        assert "worths" in certificate.witness
        assert check(game, certificate.witness) == certificate


def test_more_players_than_evidence_can_list_are_refused():
    large: Game = AirportGame(range(1, 15))
    for find in (check_totally_balanced, totally_balanced_cover, check_exact, check_population_monotonic):
        with pytest.raises(TooManyPlayers, match="here at most"):
            find(large)


def test_one_player_is_everything():
    for worth in (3, 0, -2):
        game = TableGame(["A"], [0, worth])
        assert is_totally_balanced(game)
        assert is_exact(game)
        assert population_monotonic_allocation_scheme(game)["A"] == {"A": worth}
