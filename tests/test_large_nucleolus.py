"""The nucleolus of votes and assignment games without a table: found by structure, proved by structure."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from electoral_college import COLLEGE
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import comity.checks.structured_excesses as confirming
import comity.solvers.core.structured_levels as finding
from comity.checks.excess_chain import Span
from comity.checks.nucleolus import check_nucleolus, check_prenucleolus
from comity.checks.structured_excesses import PairsAndSingles
from comity.errors import NoImputation
from comity.games.coalitional.assignment import AssignmentGame
from comity.games.coalitional.base import Game
from comity.games.coalitional.voting import VotingGame
from comity.games.coalitional.voting_power import whole_weights
from comity.solvers.core.guided_levels import guided_chain
from comity.solvers.core.nucleolus import nucleolus, prenucleolus
from comity.solvers.core.voting_separation import ByHalves, ByWeight, voting_separation

TINY = Fraction(1, 10**12)


@pytest.fixture(params=["by weight", "by halves"])
def by(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Structure at every size, by one of the two ways for votes."""
    halves = request.param == "by halves"
    monkeypatch.setattr(finding, "voting_separation", ByHalves if halves else ByWeight)
    monkeypatch.setattr(confirming, "_halves_are_fewer", lambda game: halves)
    monkeypatch.setattr(confirming, "MAX_TABLE_PLAYERS", 1)
    return str(request.param)


def chain(game: Game, bounded: bool) -> tuple[list[Fraction], list[dict[str, Any]]]:
    structured = finding._structured(game)
    assert structured is not None
    large, look = structured
    found = guided_chain(large, bounded, look)
    assert found is not None
    return large.amounts(found.y), [level.plain(large, game.players, "coalitions", 1) for level in found.levels]


def games(n: int, seed: int, kind: type[Game]) -> Game:
    return kind.random(n, np.random.default_rng(seed))


@pytest.mark.parametrize("kind", [VotingGame, AssignmentGame])
@given(n=st.integers(2, 8), seed=st.integers(0, 10**6))
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_structure_and_table_agree_exactly(by: str, kind: type[Game], n: int, seed: int) -> None:
    game = games(n, seed, kind)
    for bounded, concept, check in ((True, nucleolus, check_nucleolus), (False, prenucleolus, check_prenucleolus)):
        try:
            by_table = concept(game).exact  # the solver looks at the table of so few players
        except NoImputation:
            continue
        x, levels = chain(game, bounded)
        assert tuple(x) == by_table
        assert check(game, x, {"levels": levels})


@pytest.mark.parametrize("kind", [VotingGame, AssignmentGame])
@given(n=st.integers(3, 7), seed=st.integers(0, 10**6))
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_near_misses_are_refuted_by_structure(by: str, kind: type[Game], n: int, seed: int) -> None:
    game = games(n, seed, kind)
    x, levels = chain(game, bounded=False)
    moved = [x[0] + TINY, *x[1:-1], x[-1] - TINY]
    assert not check_prenucleolus(game, moved, {"levels": levels})
    assert not any(x) or not check_prenucleolus(game, [2 * a for a in x], {"levels": levels})
    for k, level in enumerate(levels):
        for change in (TINY, -TINY):
            wrong = {**level, "epsilon": str(Fraction(level["epsilon"]) + change)}
            assert not check_prenucleolus(game, x, {"levels": [*levels[:k], wrong, *levels[k + 1 :]]})
        assert not check_prenucleolus(game, x, {"levels": levels[:k] + levels[k + 1 :]})
        assert not check_prenucleolus(game, x, {"levels": [*levels[:k], {**level, "coalitions": []}, *levels[k + 1 :]]})


def test_a_chain_that_forgets_a_coalition_is_refuted(by: str) -> None:
    # Balanced and tight, so that only the look at all coalitions can tell: the first with any other wins.
    wrong = check_prenucleolus(VotingGame((3, 1, 1, 1), 4), [Fraction(1, 4)] * 4, _equal_chain(4))
    assert "winning coalition" in wrong.witness["reason"]


def test_a_chain_that_forgets_a_losing_coalition_is_refuted(by: str) -> None:
    # Pairs first, then each alone: balanced and tight, but each alone complains more than the pairs.
    pairs = {"epsilon": "-1/2", "coalitions": [[["1", "2"], 1], [["3", "4"], 1]], "earlier": [[["1", "2", "3", "4"], -1]]}
    singles = [
        {"epsilon": "-1/4", "coalitions": [[[a], 1], [[b], 1]], "earlier": [[[a, b], -1]]} for a, b in (("1", "2"), ("3", "4"))
    ]
    wrong = check_prenucleolus(VotingGame([1] * 4, 4), [Fraction(1, 4)] * 4, {"levels": [pairs, *singles]})
    assert "losing coalition" in wrong.witness["reason"]


def test_a_pair_that_gains_by_leaving_is_above_any_level() -> None:
    game = AssignmentGame([[4, 0], [0, 4]])
    x = [Fraction(0), Fraction(4), Fraction(0), Fraction(4)]
    objectors = PairsAndSingles(game, x)
    assert objectors.above(Fraction(100), Span(4)) == 0b0101


def _equal_chain(n: int) -> dict[str, Any]:
    """Everybody alone complains as much and more than anybody else, which is not so in this vote."""
    names = [str(i + 1) for i in range(n)]
    level = {"epsilon": f"-1/{n}", "coalitions": [[[name], 1] for name in names], "earlier": [[names, -1]]}
    return {"levels": [level]}


def test_the_electoral_college_divides_by_its_votes() -> None:
    # Constant-sum, so that amounts in proportion to votes are tight where the votes are just enough.
    result = nucleolus(VotingGame(COLLEGE, 270))
    assert result.certificate
    assert sum(result.exact) == 1
    assert result.exact == tuple(Fraction(votes, 538) for votes in COLLEGE)


def test_twenty_members_with_weights_of_nine_digits() -> None:
    weights = np.random.default_rng(20).integers(1, 10**9, 20).tolist()
    game = VotingGame(weights, sum(weights) * 3 // 5)
    assert isinstance(voting_separation(*whole_weights(game)), ByHalves)
    result = nucleolus(game)
    assert result.certificate
    x = list(result.exact)
    assert not check_nucleolus(game, [x[0] + TINY, x[1] - TINY, *x[2:]], result.certificate.witness)


@pytest.mark.parametrize(
    ("weights", "quota", "expected"),
    [
        ([20] + [1] * 19, 20, [1] + [0] * 19),  # a dictator
        ([1] * 20, 11, [Fraction(1, 20)] * 20),  # all alike
        ([1] * 20, 20, [Fraction(1, 20)] * 20),  # everybody has a veto
        ([5, 5] + [1] * 8 + [0] * 6, 17, [Fraction(1, 2)] * 2 + [0] * 14),  # two vetoes, and members without a vote
    ],
)
def test_degenerate_votes(weights: list[int], quota: int, expected: list[Fraction]) -> None:
    result = nucleolus(VotingGame(weights, quota))
    assert result.certificate
    assert list(result.exact) == expected


def test_an_assignment_market_of_thirty() -> None:
    matrix = np.random.default_rng(0).integers(0, 100, (15, 15)).tolist()
    game = AssignmentGame(matrix)
    result = nucleolus(game)
    assert result.certificate
    x = result.exact
    assert all(x[i] + x[15 + j] >= matrix[i][j] for i in range(15) for j in range(15))  # in the core
    levels = result.certificate.witness
    assert not check_nucleolus(game, [x[0] + TINY, *x[1:-1], x[-1] - TINY], levels)


@pytest.mark.parametrize("matrix", [[[0] * 9] * 9, [[7] * 9] * 9, [[5] * 20], [[-1] * 8] * 8])
def test_degenerate_markets(matrix: list[list[int]]) -> None:
    result = nucleolus(AssignmentGame(matrix))
    assert result.certificate
    rows, columns, worth = len(matrix), len(matrix[0]), max(matrix[0][0], 0)
    # Alike on both sides, each side of a pair gets half; the one buyer of many sellers gets all.
    row, column = (Fraction(worth, 2), Fraction(worth, 2)) if rows == columns else (Fraction(worth), Fraction(0))
    assert list(result.exact) == [row] * rows + [column] * columns


@pytest.mark.scheduled
def test_forty_members_and_a_market_of_a_hundred() -> None:
    weights = np.random.default_rng(40).integers(1, 10**9, 40).tolist()
    assert nucleolus(VotingGame(weights, sum(weights) * 3 // 5)).certificate
    matrix = np.random.default_rng(0).integers(1, 1000, (50, 50)).tolist()
    assert nucleolus(AssignmentGame(matrix)).certificate
