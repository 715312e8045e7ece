"""The nucleolus and the prenucleolus: published numbers, a second method, and certificates that refute near misses."""

from __future__ import annotations

import copy
import json
from fractions import Fraction
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from comity.certificate import Verdict
from comity.checks.compromise_values import check_not_essential
from comity.checks.nucleolus import check_nucleolus, check_prenucleolus
from comity.coalitions import members
from comity.errors import InvalidEvidence, InvalidGame
from comity.games.coalitional.airport import AirportGame
from comity.games.coalitional.base import Game
from comity.games.coalitional.claims import ClaimsProblem
from comity.games.coalitional.table import TableGame
from comity.solvers.core.nucleolus import nucleolus, prenucleolus
from comity.solvers.rules.claims import talmud_rule
from comity.testing import strategies

F = Fraction
THREE = TableGame(["A", "B", "C"], [0, 0, 0, 60, 0, 80, 20, 120])
GLOVE = TableGame(["left", "other left", "right"], [0, 0, 0, 0, 0, 1, 1, 1])
# B1-06: {1,2} = 80, every triple with lab 1 = 90, N = 100, else 0.
FOUR_LABS = TableGame(
    None, [80 if S == 0b11 else 90 if S & 1 and S.bit_count() == 3 else 100 if S == 15 else 0 for S in range(16)]
)


# --- numbers ---------------------------------------------------------------------------------------


def test_three_labs():  # B1-02
    assert nucleolus(THREE).exact == prenucleolus(THREE).exact == (70, 20, 30)


def test_the_owner_of_the_scarce_glove_gets_all():  # B1-03
    assert nucleolus(GLOVE).exact == (0, 0, 1)


def test_a_runway():  # P2-02, Littlechild 1974
    assert nucleolus(AirportGame([12, 28, 30, 60])).exact == (6, 8, 8, 38)


@pytest.mark.parametrize(("estate", "awards"), [(100, (F(100, 3),) * 3), (200, (50, 75, 75)), (300, (50, 100, 150))])
def test_the_widows_of_the_talmud(estate, awards):  # B2-01..03, Aumann & Maschler 1985
    claims = [100, 200, 300]
    worths = [max(0, estate - sum(c for i, c in enumerate(claims) if not S >> i & 1)) for S in range(8)]
    assert nucleolus(TableGame(None, worths)).exact == awards


def test_kohlbergs_largest_excess_of_four_labs():  # B1-06: least core -5
    levels = nucleolus(FOUR_LABS).certificate.witness["levels"]
    assert levels[0]["epsilon"] == "-5"


def test_a_prenucleolus_that_is_no_imputation():
    # With x = (a, a, -2a) the pair has excess 1 - 2a and the third player 2a: equal at a = 1/4.
    game = TableGame(None, [0, 0, 0, 1, 0, 0, 0, 0])
    assert prenucleolus(game).exact == (F(1, 4), F(1, 4), F(-1, 2))
    assert nucleolus(game).exact == (0, 0, 0)


def test_one_player_gets_everything():
    for worth in (5, 0, -3):
        assert nucleolus(TableGame(["A"], [0, worth])).exact == prenucleolus(TableGame(["A"], [0, worth])).exact == (worth,)


def test_without_imputations_there_is_no_nucleolus_but_a_prenucleolus():
    game = TableGame(["A", "B"], [0, 2, 3, 4])
    with pytest.raises(InvalidGame, match=r"alone get 5 in all but together 4.*prenucleolus") as refused:
        nucleolus(game)
    proof = refused.value.certificate
    assert check_not_essential(game, None, proof.witness) == proof
    assert (proof.verdict, proof.margin) == (Verdict.HOLDS, 1)
    assert prenucleolus(game).exact == (F(3, 2), F(5, 2))
    with pytest.raises(InvalidGame, match="alone pay 4 in all but together 5"):
        nucleolus(TableGame(["A", "B"], [0, 2, 2, 5], "cost"))


@settings(max_examples=40)
@given(claims=st.lists(st.integers(0, 30), min_size=1, max_size=6), part=st.fractions(0, 1, max_denominator=9))
def test_the_talmud_rule_is_the_nucleolus_of_the_claims_game(claims, part):  # Aumann & Maschler 1985
    assume(sum(claims))
    estate = part * sum(claims)
    problem = ClaimsProblem(estate, claims)
    assert nucleolus(problem.to_game()).exact == talmud_rule(estate, claims).exact


# --- independent methods ----------------------------------------------------------------------------


def textbook(game: Game, bounded: bool) -> np.ndarray:
    """Maschler, Peleg & Shapley: every coalition a row, floats, a coalition fixed if its excess cannot be moved."""
    n = game.n
    v = game.sign * game.table()
    rows = np.array([[S >> i & 1 for i in range(n)] for S in range(1 << n)], dtype=float)
    proper = list(range(1, (1 << n) - 1))
    bounds = [(v[1 << i] if bounded else None, None) for i in range(n)] + [(None, None)]
    fixed = {(1 << n) - 1: v[-1]}
    if n == 1:
        return game.sign * v[1:]
    scale = max(1.0, np.abs(v).max())
    while True:
        free = [S for S in proper if np.linalg.matrix_rank(rows[[*fixed, S]]) > np.linalg.matrix_rank(rows[list(fixed)])]
        if not free:
            # Everything that is fixed has full rank.
            return game.sign * np.linalg.lstsq(rows[list(fixed)], np.array(list(fixed.values())))[0]
        same = {"A_eq": np.c_[rows[list(fixed)], np.zeros(len(fixed))], "b_eq": list(fixed.values()), "bounds": bounds}
        best = linprog(np.r_[np.zeros(n), 1], np.c_[-rows[free], -np.ones(len(free))], -v[free], **same)
        held = np.c_[-rows[free], np.zeros(len(free))], best.fun - v[free] + 1e-10 * scale
        most = {S: -linprog(np.r_[-rows[S], 0], *held, **same).fun for S in free}
        fixed |= {S: v[S] - best.fun for S in free if most[S] < v[S] - best.fun + 1e-7 * scale}


@settings(max_examples=40)
@given(game=strategies.gain_or_cost_games(min_players=2, max_players=4), bounded=st.booleans())
def test_the_textbook_sequence_of_full_programmes_agrees(game, bounded):
    size = max(abs(game.table()))
    assume(size == 0 or 1e-3 < size < 1e6)
    if bounded:
        assume(game.sign * (sum(game.exact(1 << i) for i in range(game.n)) - game.exact(game.grand_coalition)) <= 0)
    ours = (nucleolus if bounded else prenucleolus)(game)
    assert ours.amounts == pytest.approx(textbook(game, bounded), abs=1e-6 * max(1, size))


@settings(max_examples=60)
@given(game=strategies.gain_or_cost_games(min_players=2, max_players=5), data=st.data())
def test_no_other_allocation_has_lexicographically_smaller_excesses(game, data):
    x = prenucleolus(game).exact
    step = [
        data.draw(st.integers(-3, 3)) * max(F(1, 10**6), abs(game.exact(game.grand_coalition))) / 50 for _ in range(game.n - 1)
    ]
    moved = [a + d for a, d in zip(x, [*step, -sum(step)], strict=True)]
    assert sorted(game.excesses(x), reverse=True) <= sorted(game.excesses(moved), reverse=True)


# --- every kind of game -----------------------------------------------------------------------------


@settings(max_examples=80)
@given(game=strategies.gain_or_cost_games(max_players=7))
def test_every_game_has_a_prenucleolus_with_a_chain_that_survives_json(game):
    found = prenucleolus(game)
    again = check_prenucleolus(game, found.exact, json.loads(json.dumps(found.certificate.to_json()))["witness"])
    assert again == found.certificate
    epsilons = [F(level["epsilon"]) for level in found.certificate.witness["levels"]]
    assert all(a >= b for a, b in pairwise(epsilons))


def kinds(n: int, rng: np.random.Generator) -> dict[str, list[int]]:
    """Integer games that have broken nucleolus codes before."""
    size = np.array([S.bit_count() for S in range(1 << n)])
    mask = np.arange(1 << n)
    left = (1 << n // 2) - 1
    weights = rng.integers(1, 6, n)
    weight = np.array([sum(weights[i] for i in members(S)) for S in range(1 << n)])
    games = {
        "bankruptcy": np.maximum(0, weight - weight[-1] // 2),
        "weighted voting": (weight > 0.6 * weight[-1]).astype(int),
        "glove": np.minimum(np.array([(S & left).bit_count() for S in mask]), np.array([(S & ~left).bit_count() for S in mask])),
        "symmetric": np.r_[0, rng.integers(0, 20, n)][size],
        "negative": rng.integers(-1000, 1000, 1 << n),
        "big": rng.integers(0, 10**9, 1 << n),
        "mixed scales": (10.0 ** rng.uniform(0, 9, 1 << n)).astype(np.int64),
        "null players": np.r_[0, rng.integers(0, 50, left)][mask & left],
        "random simple": (rng.random(1 << n) < 0.05).astype(int),
        "convex": size**2 * 7 + weight,
    }
    for table in games.values():
        table[0] = 0
    return {name: table.tolist() for name, table in games.items()}


@pytest.mark.parametrize("n", [2, 5, 8])
@pytest.mark.parametrize("orientation", ["gain", "cost"])
def test_games_that_have_broken_codes_before(n, orientation):
    for name, table in kinds(n, np.random.default_rng(n)).items():
        game = TableGame(None, table, orientation)
        assert prenucleolus(game).certificate, name


@pytest.mark.parametrize("unit", [F(1, 10**9), F(1, 3), F(1, 10), 10**9, 10**30])
def test_the_unit_changes_nothing(unit):
    for table in kinds(5, np.random.default_rng(1)).values():
        x = prenucleolus(TableGame(None, table)).exact
        y = prenucleolus(TableGame(None, [unit * worth for worth in table])).exact
        assert y == tuple(unit * amount for amount in x)


def test_decimals_are_read_as_written():
    # 0.1 + 0.2 is not 0.3 in doubles; read as 0.30000000000000004 it breaks the tie between A and B.
    game = TableGame(["A", "B", "C"], [0, 0.1, 0.1, 0.3, 0, 0.1, 0.1, 0.3])
    x = nucleolus(game).exact
    assert x[0] == x[1]
    assert x == (F(3, 20), F(3, 20), 0)


def test_twelve_labs_in_one_second_or_so():
    rng = np.random.default_rng(12)
    table = rng.integers(1, 600, 1 << 12)
    table[0], table[-1] = 0, 11_000
    assert nucleolus(TableGame(None, table)).certificate


# --- near misses are refuted ------------------------------------------------------------------------


def several_levels() -> list[tuple[Game, tuple[Fraction, ...], dict]]:
    cases = []
    for seed in range(6):
        rng = np.random.default_rng(seed)
        table = rng.integers(0, 40, 1 << 5)
        table[0], table[-1] = 0, 90
        game = TableGame(["A", "B", "C", "D", "E"], table, "gain" if seed % 2 else "cost")
        found = prenucleolus(game)
        if len(found.certificate.witness["levels"]) > 1:
            cases.append((game, found.exact, found.certificate.to_json()["witness"]))
    assert len(cases) >= 3
    return cases


CASES = several_levels()
cases = pytest.mark.parametrize(("game", "x", "witness"), CASES)


def refuted(game: Game, x, witness) -> bool:
    try:
        return not check_prenucleolus(game, x, witness)
    except InvalidEvidence:
        return True


@cases
def test_the_chain_itself_is_accepted(game, x, witness):
    assert not refuted(game, x, witness)


@cases
def test_an_allocation_moved_by_1e_12_is_refuted(game, x, witness):
    for i in range(game.n):
        for sign in (1, -1):
            moved = list(x)
            moved[i] += sign * F(1, 10**12)
            moved[i - 1] -= sign * F(1, 10**12)
            assert refuted(game, moved, witness)
            moved[i - 1] = x[i - 1]
            assert refuted(game, moved, witness)


@cases
def test_a_missing_level_is_refuted(game, x, witness):
    for k in range(len(witness["levels"])):
        assert refuted(game, x, {"levels": witness["levels"][:k] + witness["levels"][k + 1 :]})


@cases
def test_levels_in_another_order_are_refuted(game, x, witness):
    assert refuted(game, x, {"levels": witness["levels"][::-1]})


@cases
def test_a_changed_weight_or_excess_is_refuted(game, x, witness):
    for k, level in enumerate(witness["levels"]):
        for change in ("1/1000000000000", "-1/1000000000000"):
            changed = copy.deepcopy(witness)
            changed["levels"][k]["epsilon"] = str(F(level["epsilon"]) + F(change))
            assert refuted(game, x, changed)
        for key in ("coalitions", "earlier"):
            for j, (names, weight) in enumerate(level[key]):
                for other in (-F(weight), F(0), F(weight) + F(1, 10**12)):
                    changed = copy.deepcopy(witness)
                    changed["levels"][k][key][j] = [names, str(other)]
                    assert refuted(game, x, changed)
        changed = copy.deepcopy(witness)
        changed["levels"][k]["coalitions"] = [[names, str(-F(w))] for names, w in level["coalitions"]]
        changed["levels"][k]["earlier"] = [[names, str(-F(w))] for names, w in level["earlier"]]
        assert refuted(game, x, changed)


@cases
def test_another_coalition_in_its_place_is_refuted(game, x, witness):
    for k, level in enumerate(witness["levels"]):
        for j, (names, weight) in enumerate(level["coalitions"]):
            other = [player for player in game.players if player not in names]
            changed = copy.deepcopy(witness)
            changed["levels"][k]["coalitions"][j] = [other, weight]
            assert refuted(game, x, changed)


@cases
def test_one_worth_changed_by_one_unit_is_refuted_where_it_matters(game, x, witness):
    settled = {tuple(names) for level in witness["levels"] for names, _ in level["coalitions"]}
    for names in settled:
        S = sum(1 << game.players.index(name) for name in names)
        for unit in (1, -1):
            table = [worth + unit * (T == S) for T, worth in enumerate(game.exact_table())]
            assert refuted(TableGame(game.players, table, game.orientation), x, witness)


@cases
def test_a_coalition_made_attractive_is_noticed(game, x, witness):
    for S in range(1, game.grand_coalition):
        table = [worth + game.sign * 10**6 * (T == S) for T, worth in enumerate(game.exact_table())]
        assert refuted(TableGame(game.players, table, game.orientation), x, witness)


def test_an_imputation_is_asked_for():
    game = TableGame(None, [0, 0, 0, 1, 0, 0, 0, 0])
    pre, ours = prenucleolus(game), nucleolus(game)
    assert not check_nucleolus(game, pre.exact, pre.certificate.witness)
    with pytest.raises(InvalidEvidence, match="bounds"):
        check_prenucleolus(game, ours.exact, ours.certificate.witness)
    witness = ours.certificate.to_json()["witness"]
    bounds = [pair for level in witness["levels"] for pair in level["bounds"]]
    assert bounds
    for pair in bounds:
        weight = pair[1]
        for other in (str(-F(weight)), "0", str(2 * F(weight))):
            pair[1] = other
            assert not check_nucleolus(game, ours.exact, witness)
        pair[1] = weight
    assert check_nucleolus(game, ours.exact, witness)


PAIR = TableGame(["A", "B"], [0, 1, 2, 5])
BOTH = [["A"], 1], [["B"], 1]
FORGED = {
    "amounts that do not add up": ([3, 4], {"epsilon": -2, "coalitions": BOTH, "earlier": [[["A", "B"], -1]]}),
    "a coalition that nobody settled": ([1, 4], {"epsilon": 0, "coalitions": [[["A"], 1]], "earlier": [[["A"], -1]]}),
    "a bound that does not bind": (
        [3, 2],
        {"epsilon": 0, "coalitions": [[["B"], 1]], "bounds": [["A", 1]], "earlier": [[["A", "B"], -1]]},
    ),
    "weights that do not cancel": ([2, 3], {"epsilon": -1, "coalitions": BOTH, "earlier": [[["A", "B"], -2]]}),
    "nothing settled": ([2, 3], {"epsilon": 0, "coalitions": [[["A", "B"], 1]], "earlier": [[["A", "B"], -1]]}),
}


@pytest.mark.parametrize(("x", "level"), FORGED.values(), ids=FORGED.keys())
def test_forged_evidence_with_a_single_flaw_is_refuted(x, level):
    assert not check_nucleolus(PAIR, x, {"levels": [level]})
    if "bounds" not in level:
        assert not check_prenucleolus(PAIR, x, {"levels": [level]})


def test_evidence_that_cannot_be_read_says_so():
    game = TableGame(["A", "B"], [0, 1, 2, 5])
    for levels in (
        None,
        "levels",
        [3],
        [{"coalitions": []}],
        [{"epsilon": 0, "coalitions": [["A"]]}],
        [{"epsilon": 0, "coalitions": [[["Z"], 1]]}],
    ):
        with pytest.raises(InvalidEvidence):
            check_prenucleolus(game, [2, 3], {"levels": levels})
