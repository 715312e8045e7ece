"""The nucleolus led by floats: the same answer as exact programmes, nothing unproved passed as proved, any order of players."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Sequence
from dataclasses import replace
from fractions import Fraction
from itertools import product

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from comity.checks import excess_scan
from comity.checks.core import check_in_core, check_least_core
from comity.checks.excess_chain import Span
from comity.checks.excess_scan import ExcessScan
from comity.checks.kernel import check_in_prekernel
from comity.checks.nucleolus import check_nucleolus, check_prenucleolus
from comity.checks.weighted_nucleolus import check_per_capita_prenucleolus
from comity.coalitions import members, sizes
from comity.engines.equations import solve_square
from comity.engines.growing import GrowingProgramme
from comity.errors import SolverFailure
from comity.exact_array import ExactArray
from comity.games.coalitional.base import Game
from comity.games.coalitional.table import TableGame
from comity.solvers.core import least_core as least_core_module
from comity.solvers.core import least_excesses as engine
from comity.solvers.core import widest_violations
from comity.solvers.core.coalition_rows import IntegerGame
from comity.solvers.core.guided_levels import guided_chain, guided_least_core
from comity.solvers.core.kernel import prekernel_point
from comity.solvers.core.least_core import find_least_core, least_core
from comity.solvers.core.least_excesses import least_excesses
from comity.solvers.core.modiclus import PairGame, modiclus
from comity.solvers.core.modular_span import PRIME, ModularSpan
from comity.solvers.core.nucleolus import nucleolus, prenucleolus
from comity.solvers.core.per_capita_nucleolus import per_capita_nucleolus, per_capita_prenucleolus
from comity.solvers.core.weighted_nucleolus import weighted_prenucleolus
from comity.solvers.core.widest_violations import WidestViolations
from comity.testing import strategies

F = Fraction


def tables(n: int, seed: int) -> dict[str, list]:
    """Integer and rational games of all kinds: ties everywhere, nothing but ties, awkward units, numbers floats cannot hold."""
    rng = np.random.default_rng([n, seed])
    size, many = sizes(n), 1 << n
    add = np.array([sum((i + 2) ** 3 for i in members(S)) for S in range(many)])
    heavy = [10**12 * int(a) for a in add]
    found = {
        "uniform": rng.integers(1, 50 * n, many),
        "few values": rng.integers(0, 3, many),
        "zero": np.zeros(many, dtype=int),
        "additive": add,
        "symmetric": rng.integers(0, 20, n + 1)[size],
        "convex": size**2 * 7 + add,
        "winners": (rng.random(many) < 0.1).astype(int),
        "unanimity": (np.arange(many) & 3 == 3).astype(int),
        "negative": -rng.integers(0, 1000, many),
        "tenths": [F(int(a), 10) for a in rng.integers(0, 30, many)],
        "fractions": [F(int(a), int(b)) for a, b in zip(rng.integers(0, 99, many), rng.integers(1, 12, many), strict=True)],
        "tiny": [F(int(a), 10**20) for a in rng.integers(0, 100, many)],
        "huge": [int(a) * 10**40 for a in rng.integers(0, 100, many)],
        "sixty bits": rng.integers(0, 2**60, many),
        "hundred bits": [int(a) * int(b) for a, b in zip(*rng.integers(0, 2**50, (2, many)), strict=True)],
        "a heavy additive part": [a + int(b) for a, b in zip(heavy, rng.integers(0, 50, many), strict=True)],
        "levels far apart": [int(a) * 10**15 + int(b) for a, b in zip(*rng.integers(0, 3, (2, many)), strict=True)],
    }
    return {name: [0, *list(table)[1:]] for name, table in found.items()}


def games(n: int, seed: int) -> Iterator[tuple[str, Game]]:
    for k, (name, table) in enumerate(tables(n, seed).items()):
        yield name, TableGame(None, table, "cost" if (k + seed) % 2 else "gain")


def essential(game: Game) -> bool:
    return game.sign * (sum(game.exact(1 << i) for i in range(game.n)) - game.exact(game.grand_coalition)) <= 0


def exactly(game: Game, bounded: bool, units=None, integer=None) -> tuple[Fraction, ...]:
    """Every programme solved in rationals."""
    integer = replace(IntegerGame.of(game), units=units) if integer is None else integer
    return tuple(integer.amounts(least_excesses(integer, bounded)[0]))


# --- the same answer as exact programmes ----------------------------------------------------------------


@pytest.mark.parametrize("n", [2, 3, 4, 6, 7])
def test_floats_lead_to_what_exact_programmes_find(n):
    for seed, (name, game) in ((k, one) for k in range(2) for one in games(n, k)):
        assert prenucleolus(game).exact == exactly(game, False), (name, seed)
        if essential(game):
            assert nucleolus(game).exact == exactly(game, True), (name, seed)


@pytest.mark.parametrize("n", [3, 5])
def test_relatives_led_by_floats_are_what_exact_programmes_find(n):
    for name, game in games(n, 7):
        members_of = np.maximum(sizes(n), 1)
        assert per_capita_prenucleolus(game).exact == exactly(game, False, members_of), name
        assert modiclus(game).exact == exactly(game, False, integer=PairGame.of(game)), name
        if essential(game):
            assert per_capita_nucleolus(game).exact == exactly(game, True, members_of), name
        weights = [F(3, 1 + k % 4) for k in range(n - 1)]
        over = ExactArray.of([1, *(1 / w for w in weights), 1])[sizes(n)]
        assert weighted_prenucleolus(game, weights).exact == exactly(game, False, over.numerators), name


@settings(max_examples=60, deadline=None)
@given(game=strategies.gain_or_cost_games(max_players=6), bounded=st.booleans())
def test_floats_lead_to_what_exact_programmes_find_in_drawn_games(game, bounded):
    assume(not bounded or essential(game))
    assert (nucleolus if bounded else prenucleolus)(game).exact == exactly(game, bounded)


@pytest.mark.parametrize("n", [2, 4, 7])
def test_the_least_core_led_by_floats_is_as_small_as_the_exact_one(n):
    for name, game in games(n, 3):
        found = find_least_core(game)
        exact = least_core_module._exactly(IntegerGame.of(game))
        assert found.epsilon == exact.epsilon, name
        assert least_core(game).certificate, name


@settings(max_examples=40, deadline=None)
@given(game=strategies.gain_or_cost_games(min_players=2, max_players=5), data=st.data())
def test_players_in_another_order_get_the_same(game, data):
    order = data.draw(st.permutations(range(game.n)))
    table = [game.exact(sum(1 << order[i] for i in members(S))) for S in range(1 << game.n)]
    other = TableGame([game.players[order[i]] for i in range(game.n)], table, game.orientation)
    for concept in (prenucleolus, per_capita_prenucleolus):
        x, y = concept(game), concept(other)
        assert {name: x.exact[i] for i, name in enumerate(x.players)} == {name: y.exact[i] for i, name in enumerate(y.players)}


def test_sixteen_players_in_another_order_get_the_same():
    n = 16
    table = np.random.default_rng(16).integers(1, 40 * n, 1 << n)
    table[0] = 0
    order = np.random.default_rng(1).permutation(n)
    S = np.arange(1 << n)
    moved = sum((S >> i & 1) << int(order[i]) for i in range(n))
    x, y = prenucleolus(TableGame(None, table)).exact, prenucleolus(TableGame(None, table[moved])).exact
    assert tuple(x[order[i]] for i in range(n)) == y


def test_in_eighteen_players_nobody_could_gain_more_without_another():
    table = np.random.default_rng(18).integers(1, 18 * 50, 1 << 18)
    table[0] = 0
    game = TableGame(None, table)
    found = prenucleolus(game)  # a point of the prekernel, which is checked otherwise
    assert check_in_prekernel(game, found.exact)
    assert prekernel_point(game).exact == found.exact


# --- nothing unproved is passed as proved ---------------------------------------------------------------


def led_astray(monkeypatch, change) -> list[str]:
    """Let floats lead to something else; the list tells when exact programmes are asked instead."""
    asked = []

    def wrong(game, bounded, look):
        found = guided_chain(game, bounded, look)
        return found if found is None else change(found)

    def exact(*arguments):
        asked.append("exact")
        return least_excesses(*arguments)

    monkeypatch.setattr(engine, "guided_chain", wrong)
    monkeypatch.setattr(engine, "least_excesses", exact)
    return asked


ASTRAY = {
    "no answer": lambda found: None,
    "an amount moved": lambda found: replace(found, y=[found.y[0] + F(1, 10**12), found.y[1] - F(1, 10**12), *found.y[2:]]),
    "a level missing": lambda found: replace(found, levels=found.levels[1:]),
    "an excess too small": lambda found: replace(
        found, levels=[replace(found.levels[0], t=found.levels[0].t - F(1, 10**9)), *found.levels[1:]]
    ),
}


@pytest.mark.parametrize("change", ASTRAY.values(), ids=ASTRAY.keys())
def test_where_floats_lead_astray_exact_programmes_answer(monkeypatch, change):
    game = TableGame(None, tables(5, 0)["uniform"])
    right = prenucleolus(game).exact
    asked = led_astray(monkeypatch, change)
    assert prenucleolus(game).exact == right
    assert asked == ["exact"]
    assert prekernel_point(game).certificate


def test_an_answer_that_nothing_confirms_is_refused(monkeypatch):
    led_astray(monkeypatch, ASTRAY["an amount moved"])
    monkeypatch.setattr(engine, "least_excesses", lambda game, bounded, start: ([F(0)] * game.n, []))
    with pytest.raises(SolverFailure, match=r"prenucleolus found was not confirmed.*please report"):
        prenucleolus(TableGame(None, tables(5, 0)["uniform"]))


def test_where_floats_lead_astray_the_least_core_is_exact(monkeypatch):
    game = TableGame(None, tables(5, 0)["uniform"])
    right = find_least_core(game)

    def wrong(integer):
        found = guided_least_core(integer)
        return replace(found, y=[found.y[0] - 1, found.y[1] + 1, *found.y[2:]])

    monkeypatch.setattr(least_core_module, "guided_least_core", wrong)
    assert find_least_core(game).epsilon == right.epsilon
    assert least_core(game).certificate


def test_numbers_that_are_no_doubles_are_left_to_exact_programmes():
    game = TableGame(None, [10**290 * int(worth) for worth in tables(4, 0)["uniform"]])
    assert guided_chain(IntegerGame.of(game), bounded=False) is None
    assert prenucleolus(game).exact == tuple(10**290 * a for a in prenucleolus(TableGame(None, tables(4, 0)["uniform"])).exact)


# --- the check of many players ----------------------------------------------------------------------------


@pytest.fixture(scope="module")
def fourteen() -> tuple[Game, tuple[Fraction, ...], dict]:
    rng = np.random.default_rng(14)
    table = np.where(sizes(14) > 1, rng.integers(1, 15, 1 << 14), 0)
    game = TableGame(None, table)
    found = prenucleolus(game)
    assert len(found.certificate.witness["levels"]) > 1
    return game, found.exact, found.certificate.to_json()["witness"]


def test_a_near_miss_of_fourteen_players_is_refuted(fourteen):
    game, x, witness = fourteen
    assert check_prenucleolus(game, x, witness)
    for i in range(game.n):
        moved = list(x)
        moved[i] += F(1, 10**12)
        moved[i - 1] -= F(1, 10**12)
        assert not check_prenucleolus(game, moved, witness)
    for k, level in enumerate(witness["levels"]):
        assert not check_prenucleolus(game, x, {"levels": witness["levels"][:k] + witness["levels"][k + 1 :]})
        changed = copy.deepcopy(witness)
        for key in ("coalitions", "earlier"):
            changed["levels"][k][key] = [[names, str(-F(w))] for names, w in level[key]]
        assert not check_prenucleolus(game, x, changed)


def test_any_of_sixteen_thousand_coalitions_made_attractive_is_noticed(fourteen):
    game, x, witness = fourteen
    worths = game.integer_table.numerators
    for S in np.random.default_rng(0).integers(1, game.grand_coalition, 60).tolist():
        table = worths.copy()
        table[S] += 10**6
        assert not check_prenucleolus(TableGame(None, table), x, witness)


def test_a_worth_a_millionth_above_the_last_level_is_noticed(fourteen):
    game, x, witness = fourteen
    last = F(witness["levels"][-1]["epsilon"])
    span = Span(game.n)
    span.add([1] * game.n)
    for level in witness["levels"][:-1]:
        for names, _ in level["coalitions"]:
            span.add([int(name in names) for name in game.players])
    outside = [S for S in range(1, game.grand_coalition) if not span.contains(np.array([S]))[0]]
    for S in outside[:: len(outside) // 20]:
        for more, holds in ((F(0), True), (F(1, 10**18), False)):
            table = list(game.exact_table())
            table[S] += last + more - game.excess(S, x)
            settled = any(sum(1 << game.players.index(a) for a in names) == S for names, _ in _weighted(witness))
            if not settled:
                assert bool(check_prenucleolus(TableGame(None, table), x, witness)) == holds


def _weighted(witness: dict) -> list:
    return [pair for level in witness["levels"] for pair in level["coalitions"]]


# --- the scan: floats never decide what is close -----------------------------------------------------------


def by_definition(game: Game, x: Sequence[Fraction], divisors: ExactArray | None, epsilon: Fraction) -> list[int]:
    over = [F(1)] * (1 << game.n) if divisors is None else divisors.fractions()
    return [S for S in range(1, game.grand_coalition) if game.excess(S, x) > epsilon * over[S]]


@pytest.mark.parametrize(("n", "weighted"), list(product([2, 3, 6], [False, True])))
def test_the_coalitions_above_an_excess_are_those_of_the_definition(n, weighted):
    rng = np.random.default_rng(n)
    for name, game in games(n, 5):
        divisors = ExactArray.of([F(int(a), 7) for a in rng.integers(1, 9, 1 << n)]) if weighted else None
        share = game.exact(game.grand_coalition) / n
        for D in (1, 3, 10**9, 10**30):
            x = [share + F(int(a), D) for a in rng.integers(-3, 4, n)]
            scan = ExcessScan(game, x, divisors)
            levels = [scan.excess(S) for S in rng.integers(1, max(game.grand_coalition, 2), 3).tolist()]
            for epsilon in [e + step for e in levels for step in (F(0), F(1, 10**25), -F(1, 10**25))]:
                above = np.concatenate(list(scan.above(epsilon)))
                found = above[scan.exceeds(above, epsilon)].tolist()
                assert found == by_definition(game, x, divisors, epsilon), (name, D)


def test_rows_of_many_coalitions_are_looked_at_like_few(monkeypatch):
    game = TableGame(None, tables(7, 1)["few values"])
    x = prenucleolus(game).exact
    scan = ExcessScan(game, x)
    epsilon = scan.excess(5)
    whole = np.concatenate(list(scan.above(epsilon))).tolist()
    monkeypatch.setattr(excess_scan, "FIRST", 2)
    monkeypatch.setattr(excess_scan, "AT_ONCE", 8)
    parts = list(ExcessScan(game, x).above(epsilon))
    assert np.concatenate(parts).tolist() == whole
    assert len(parts) > 1


@settings(max_examples=60, deadline=None)
@given(rows=st.lists(st.lists(st.integers(0, 1), min_size=5, max_size=5), max_size=6))
def test_the_spans_agree(rows):
    """In integers and modulo a prime: what is outside for one is outside for the other, and so is the rank."""
    span, modular = Span(5), ModularSpan(5)
    for row in rows:
        before = modular.rank
        span.add(row)
        assert modular.add(row) == (modular.rank > before)
        assert span.rank == modular.rank
    S = np.arange(32)
    inside = span.contains(S)
    normal = modular.random_normal()
    assert inside.tolist() == [not sum(normal[i] for i in members(int(k))) % PRIME for k in S]
    seen = [tuple(sum(normal[i] for i in members(int(k))) for normal in span.normals) for k in S]
    for like in range(32):
        assert span.contains(S, like).tolist() == [one == seen[like] for one in seen]
    assert inside[0]


# --- violated coalitions are found where they are ------------------------------------------------------------


@pytest.mark.parametrize("weighted", [False, True])
def test_bounds_of_blocks_hide_no_violated_coalition(monkeypatch, weighted):
    monkeypatch.setattr(widest_violations, "AT_ONCE", 64)  # four blocks at a time
    n = 11
    rng = np.random.default_rng(3)
    units = rng.integers(1, 6, 1 << n) if weighted else None
    game = IntegerGame(n, 1, 1, np.r_[0, rng.integers(0, 1000, (1 << n) - 1)], units)
    scan = WidestViolations(game, 1.0, 1.0)
    span = ModularSpan(n)
    span.add([1] * n)
    y = np.full(n, 50.0)
    for step in range(60):
        if step % 20 == 19:
            span.add([int(a) for a in rng.integers(0, 2, n)])
        normal = span.random_normal()
        scan.settle(normal)
        y = 50 + rng.normal(0, 60 / (1 + step % 5), n)
        excess = (game.array - game.spread(y)) / (1 if units is None else units)
        settled = [not sum(normal[i] for i in members(S)) % PRIME for S in range(1 << n)]
        excess[settled] = -np.inf
        t = float(np.sort(excess)[-20])
        found = scan.find(y, t, 1e-9, 5)
        assert excess[found[0]] == pytest.approx(excess.max())
        blocks = excess.reshape(-1, scan.width).max(axis=1)
        assert sorted(excess[found]) == pytest.approx(np.sort(blocks[blocks > t + 1e-9])[-5:])
        assert scan.find(y, float(excess.max()), 1e-9, 5) == []


# --- the engine's programmes ---------------------------------------------------------------------------------


def test_rows_are_added_held_and_dropped():
    programme = GrowingProgramme(np.array([-np.inf, -np.inf]))
    programme.add(np.array([[1.0, 1.0], [-1.0, 1.0]]), np.array([2.0, 0.0]))  # x + t >= 2, t - x >= 0
    assert programme.solve() == pytest.approx([1, 1])
    assert programme.nonbasic() == ([0, 1], [])
    programme.add(np.array([[0.0, 1.0]]), np.array([3.0]))
    assert programme.solve()[1] == pytest.approx(3)
    programme.hold(0, 5.0)  # x = 5
    assert programme.solve() == pytest.approx([5, 5])
    programme.drop([1])
    assert programme.solve() == pytest.approx([5, 3])
    programme.drop([2])
    assert programme.solve() is None  # nothing keeps t


def test_bounds_of_columns_are_freed():
    programme = GrowingProgramme(np.array([4.0, -np.inf]))
    programme.add(np.array([[-1.0, 1.0], [1.0, 1.0]]), np.array([0.0, 2.0]))
    assert programme.solve() == pytest.approx([4, 4])
    assert programme.nonbasic() == ([0], [0])
    programme.free(0)
    assert programme.solve() == pytest.approx([1, 1])


@settings(max_examples=40, deadline=None)
@given(st.data())
def test_square_equations_are_solved_exactly(data):
    n = data.draw(st.integers(1, 5))
    row = st.lists(st.integers(-3, 3), min_size=n, max_size=n)
    matrix = data.draw(st.lists(row, min_size=n, max_size=n))
    right = data.draw(st.lists(st.fractions(max_denominator=9), min_size=n, max_size=n))
    x = solve_square(matrix, right)
    if x is None:
        assert np.linalg.matrix_rank(np.array(matrix)) < n
    else:
        assert [sum((a * b for a, b in zip(one, x, strict=True)), F(0)) for one in matrix] == right


def test_no_equations_have_the_empty_solution():
    assert solve_square([], []) == []


# --- at scale ------------------------------------------------------------------------------------------------


CHECKS = {False: check_prenucleolus, True: check_nucleolus}


@pytest.mark.scheduled
def test_ten_thousand_games_are_certified_and_no_forgery_passes():
    """Games of up to 13 players, of every kind; x moved by 1e-12, an excess by 1e-9, a level dropped, weights negated."""
    certified = forgeries = 0
    for n, seeds in ((2, 60), (3, 60), (4, 60), (5, 60), (6, 50), (7, 50), (8, 40), (9, 30), (10, 16), (11, 8), (12, 4), (13, 2)):
        for seed, (name, game) in ((k, one) for k in range(seeds) for one in games(n, k)):
            kinds = [(prenucleolus, False), (nucleolus, True)] if essential(game) else [(prenucleolus, False)]
            for concept, bounded in kinds:
                found = concept(game)
                assert found.certificate, (name, n, seed)
                certified += 1
                if seed % 3 == 0:
                    for witness, x in _forged(found.exact, found.certificate.to_json()["witness"]):
                        assert not CHECKS[bounded](game, x, witness), (name, n, seed)
                        forgeries += 1
            found = per_capita_prenucleolus(game)
            assert check_per_capita_prenucleolus(game, found.exact, found.certificate.witness), (name, n, seed)
            certified += 1
    assert certified >= 10_000
    assert forgeries >= 10_000


def _forged(x: Sequence[Fraction], witness: dict) -> Iterator[tuple[dict, Sequence[Fraction]]]:
    scale = F(max(1, *(abs(a) for a in x)))
    yield witness, [x[0] + scale / 10**12, x[1] - scale / 10**12, *x[2:]]
    yield {"levels": witness["levels"][:-1]}, x
    changed = copy.deepcopy(witness)
    changed["levels"][-1]["epsilon"] = str(F(witness["levels"][-1]["epsilon"]) - scale / 10**9)
    yield changed, x
    changed = copy.deepcopy(witness)
    for key in ("coalitions", "bounds", "earlier"):
        if key in changed["levels"][0]:
            changed["levels"][0][key] = [[name, str(-F(w))] for name, w in changed["levels"][0][key]]
    yield changed, x


@pytest.mark.scheduled
@pytest.mark.parametrize("n", [20, 22])
def test_games_of_twenty_players_and_more_are_certified(n):
    rng = np.random.default_rng(n)
    size = sizes(n)
    for table in (np.where(size > 1, rng.integers(1, n + 1, 1 << n), 0), size**2 * 7 + rng.integers(0, 3, 1 << n)):
        table[0] = 0
        game = TableGame(None, table)
        found = prenucleolus(game)
        assert found.certificate
        best = least_core(game)
        assert check_least_core(game, best.exact, best.certificate.witness)
        assert bool(check_in_core(game, found.exact)) == (best.notes["epsilon"] <= 0)
