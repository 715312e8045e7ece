"""Linear programmes: every answer is proved, and the proof is confirmed by a check that shares no code."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from comity.checks.optimality import check_infeasible, check_optimum, check_unbounded
from comity.engines import exact
from comity.engines.exact import prove, solve_exactly
from comity.engines.linear import FloatSolution, Status, solve_in_floats
from comity.engines.simplex import optimal_basis
from comity.errors import ComityError, Infeasible, InvalidEvidence, SolverFailure, Unbounded
from comity.linear_programme import LinearProgramme, linear_programme

F = Fraction
numbers = st.integers(-6, 6) | st.fractions(-4, 4, max_denominator=7)
sides = st.none() | numbers


@st.composite
def programmes(draw: st.DrawFn, rows: int = 5, columns: int = 4) -> LinearProgramme:
    """Small programmes of every kind: degenerate, infeasible, unbounded, free, boxed, with equations."""
    m, n = draw(st.integers(0, rows)), draw(st.integers(1, columns))

    def pairs(count: int) -> tuple[list[object], list[object]]:
        listed = [draw(st.tuples(sides, sides)) for _ in range(count)]
        ordered = [(a, b) if a is None or b is None or a <= b else (b, a) for a, b in listed]
        return [low for low, _ in ordered], [high for _, high in ordered]

    lower, upper = pairs(m)
    column_lower, column_upper = pairs(n)
    return linear_programme(
        draw(st.lists(numbers, min_size=n, max_size=n)),
        [draw(st.lists(numbers, min_size=n, max_size=n)) for _ in range(m)],
        lower=lower,
        upper=upper,
        column_lower=column_lower,
        column_upper=column_upper,
        maximise=draw(st.booleans()),
    )


def outcome(programme: LinearProgramme) -> str:
    """Solve, confirm the proof whatever it is, and say which it was."""
    try:
        best = solve_exactly(programme)
    except Infeasible as reason:
        proof, ending = check_infeasible(programme, None, {"farkas": reason.farkas}), "infeasible"
    except Unbounded as reason:
        proof, ending = check_unbounded(programme, None, {"point": reason.point, "ray": reason.ray}), "unbounded"
    else:
        proof, ending = check_optimum(programme, best.primal, {"dual": best.dual}), "optimal"
        assert best.value == programme.value(best.primal)
    assert proof
    return ending


@settings(max_examples=300)
@given(programme=programmes())
def test_every_programme_ends_with_a_proof_that_the_check_accepts(programme):
    outcome(programme)


@settings(max_examples=150)
@given(programme=programmes())
def test_the_exact_simplex_method_alone_finds_the_same(programme):
    status, basis = optimal_basis(programme)
    assert status.value == outcome(programme)
    if status is Status.OPTIMAL:
        proved = prove(programme, basis)
        assert proved is not None
        assert proved.value == solve_exactly(programme).value


@given(programme=programmes(rows=3, columns=3), other=programmes(rows=3, columns=3))
def test_a_guess_changes_nothing_but_the_time(programme, other):
    try:
        best, hint = solve_exactly(programme), solve_exactly(other)
    except (Infeasible, Unbounded):
        return
    for basis in (best.basis, hint.basis):
        again = solve_exactly(programme, basis)
        assert again.value == best.value
        assert check_optimum(programme, again.primal, {"dual": again.dual})


def test_all_three_outcomes_occur_and_are_explained():
    assert outcome(linear_programme([1], [[1]], lower=[2], upper=[3])) == "optimal"
    assert outcome(linear_programme([1, 1], [[1, 1], [1, 1]], lower=[2, None], upper=[None, 1])) == "infeasible"
    assert outcome(linear_programme([1, 1], [[1, -1]], lower=[0], maximise=True)) == "unbounded"
    assert outcome(linear_programme([-1], [])) == "unbounded"
    assert outcome(linear_programme([1], [[0]], lower=[1])) == "infeasible"


@pytest.mark.parametrize("unit", [Fraction(1, 10**9), 1, 10**6, 10**12, Fraction(1, 10**60), 10**60])
@pytest.mark.parametrize("good", [Fraction(1, 10**9), 1, 10**12])
def test_the_units_of_money_and_of_resources_change_nothing(unit, good):  # P1-01, in other units
    uses = [[4, 2, 1], [1, 3, 2], [1, 1, 3]]
    production = linear_programme([unit * p for p in (6, 5, 4)], uses, upper=[good * b for b in (60, 40, 40)], maximise=True)
    best = solve_exactly(production)
    assert best.value == unit * good * Fraction(715, 6)
    assert best.dual == (unit * Fraction(29, 24), unit * Fraction(17, 24), unit * Fraction(11, 24))


def test_the_floats_alone_find_the_basis_in_any_unit(monkeypatch):
    def no_help(programme: LinearProgramme) -> None:
        raise AssertionError("the exact simplex method was needed")

    monkeypatch.setattr(exact, "optimal_basis", no_help)
    for unit in (F(1, 10**60), F(1, 10**9), F(10**12), F(10**60)):
        uses = [[4, 2, 1], [1, 3, 2], [1, 1, 3]]
        money = linear_programme([unit * p for p in (6, 5, 4)], uses, upper=[60, 40, 40], maximise=True)
        goods = linear_programme([6, 5, 4], uses, upper=[unit * b for b in (60, 40, 40)], maximise=True)
        assert solve_exactly(money).value == solve_exactly(goods).value == unit * F(715, 6)


def test_coefficients_of_very_different_size_in_one_programme():
    spread = linear_programme(
        [1, 10**9, "1/1000000000"],
        [[1, 10**9, 0], ["1/1000000000", 0, 1], [10**12, 1, "1/1000000"]],
        lower=[1, "1/3", 10**6],
    )
    assert outcome(spread) == "optimal"


def test_nearly_parallel_rows_that_floats_cannot_tell_apart():
    # Both rows print as the same doubles; only the second binds.
    close = linear_programme([1, 1], [[1, 1], [1, 1]], lower=[1, 1 + Fraction(1, 10**25)])
    assert solve_exactly(close).value == 1 + Fraction(1, 10**25)


def test_a_contradiction_smaller_than_any_double():
    tiny = linear_programme([1], [[1], [1]], lower=[1 + Fraction(1, 10**30), None], upper=[None, 1])
    assert outcome(tiny) == "infeasible"


def test_the_hilbert_matrix():
    n = 8
    rows = [[Fraction(1, i + j + 1) for j in range(n)] for i in range(n)]
    sums = [sum(row) for row in rows]
    best = solve_exactly(linear_programme([1] * n, rows, lower=sums, upper=sums))
    assert best.primal == (1,) * n


def test_when_the_floats_are_wrong_the_exact_method_answers(monkeypatch):
    def wrong(programme: LinearProgramme, careful: bool = False) -> FloatSolution:
        honest = solve_in_floats(programme, careful)
        return replace(honest, status=Status.INFEASIBLE, basis=None)

    monkeypatch.setattr(exact, "solve_in_floats", wrong)
    diet = linear_programme([3, 2], [[1, 1], [1, 0]], lower=[4, 1])
    assert solve_exactly(diet).value == 9
    with pytest.raises(Infeasible) as reason:
        solve_exactly(linear_programme([1], [[1], [1]], lower=[2, None], upper=[None, 1]))
    assert check_infeasible(
        linear_programme([1], [[1], [1]], lower=[2, None], upper=[None, 1]), None, {"farkas": reason.value.farkas}
    )


def test_an_answer_that_cannot_be_proved_is_not_given(monkeypatch):
    def wrong(programme: LinearProgramme, careful: bool = False) -> FloatSolution:
        return FloatSolution(Status.UNKNOWN, (), None)

    monkeypatch.setattr(exact, "solve_in_floats", wrong)
    size = 400
    rows = [{j: Fraction(1)} for j in range(size)]
    with pytest.raises(SolverFailure, match="rescale"):
        solve_exactly(linear_programme([1] * size, rows, lower=[1] * size))


def test_random_production_problems_of_medium_size():
    rng = np.random.default_rng(0)
    uses = rng.integers(0, 10, (40, 120)) * (rng.random((40, 120)) < 0.3) + np.eye(40, 120, dtype=int)
    uses[0] += 1
    best_of = linear_programme(
        rng.integers(1, 50, 120).tolist(), uses.tolist(), upper=rng.integers(10, 99, 40).tolist(), maximise=True
    )
    assert outcome(best_of) == "optimal"


def test_a_plan_or_a_dual_moved_by_1e_12_is_refuted():
    step = Fraction(1, 10**12)
    production = linear_programme([6, 5, 4], [[4, 2, 1], [1, 3, 2], [1, 1, 3]], upper=[60, 40, 40], maximise=True)
    best = solve_exactly(production)
    assert check_optimum(production, best.primal, {"dual": best.dual})
    for k in range(3):
        for moved in (step, -step):
            plan = [amount + moved * (j == k) for j, amount in enumerate(best.primal)]
            dual = [price + moved * (j == k) for j, price in enumerate(best.dual)]
            assert not check_optimum(production, plan, {"dual": best.dual})
            assert not check_optimum(production, best.primal, {"dual": dual})
    assert not check_optimum(production, best.primal, {"dual": [-price for price in best.dual]})
    assert not check_optimum(replace(production, maximise=False), best.primal, {"dual": best.dual})


def test_an_infeasible_plan_or_dual_with_the_right_objective_is_refuted():
    diet = linear_programme([3, 2], [[1, 1]], lower=[4])
    assert check_optimum(diet, [0, 4], {"dual": [2]})
    assert not check_optimum(diet, ["8/3", 0], {"dual": [2]})
    assert not check_optimum(diet, [4, 0], {"dual": [3]})


def test_wrong_evidence_of_having_no_optimum_is_refuted():
    contradiction = linear_programme([1, 1], [[1, 1], [1, 1]], lower=[2, None], upper=[None, 1])
    assert check_infeasible(contradiction, None, {"farkas": [1, -1]})
    for farkas in ([1, 0], [-1, 1], [1, -2], [1, -1 + Fraction(1, 10**12)], [0, 0]):
        assert not check_infeasible(contradiction, None, {"farkas": farkas})
    growing = linear_programme([1, 1], [[1, -1]], lower=[0], maximise=True)
    assert check_unbounded(growing, None, {"point": [0, 0], "ray": [1, 1]})
    assert not check_unbounded(growing, None, {"point": [0, 0], "ray": [1, 2]})
    assert not check_unbounded(growing, None, {"point": [0, 1], "ray": [1, 1]})
    assert not check_unbounded(growing, None, {"point": [0, 0], "ray": [0, 0]})
    with pytest.raises(InvalidEvidence, match="2 are needed"):
        check_infeasible(contradiction, None, {"farkas": [1]})


def test_data_that_fit_nowhere_are_refused():
    with pytest.raises(Infeasible, match="row 0"):
        linear_programme([1], [[1]], lower=[2], upper=[1])
    with pytest.raises(ComityError, match="row 0 has 1 coefficients"):
        linear_programme([1, 1], [[1]])
    with pytest.raises(ComityError, match="names column 5"):
        linear_programme([1, 1], [{5: 1}])
    with pytest.raises(ComityError, match="1 lower"):
        linear_programme([1, 1], [[1, 1], [0, 1]], lower=[1])


def test_solving_says_nothing_aloud(capfd):
    solve_exactly(linear_programme([1], [[1]], lower=[2]))
    assert capfd.readouterr() == ("", "")
