"""Smooth games: equilibria with corners found by complementarity, and regrets bounded from payoffs alone."""

from dataclasses import dataclass, field, replace
from fractions import Fraction
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from comity.certificate import Basis, Verdict
from comity.checks.regret import TOLERANCE, check_regret, secant_bound
from comity.enclosure import Between, between
from comity.errors import ComityError, InvalidEvidence, SolverFailure
from comity.games.strategic.breach_function import QuadraticBreach
from comity.games.strategic.security_investment import SecurityInvestment
from comity.games.strategic.smooth import Domain, SmoothGame
from comity.linear_equations import solve_equations
from comity.solvers.equilibrium.smooth import equilibrium

TINY = Fraction(1, 10**12)
MAX = {"deadline": None}


@dataclass(frozen=True)
class Cournot(SmoothGame):
    """Price D - Q, constant unit costs; quantities between 0 and a capacity."""

    quadratic = True
    concave = "minus the square of the own quantity"
    demand: Fraction
    costs: tuple[Fraction, ...]
    capacity: Fraction | None = None
    players: tuple[str, ...] = field(init=False)

    def __post_init__(self):
        object.__setattr__(self, "players", tuple("ABCDEFGH"[: len(self.costs)]))

    def domain(self, player):
        return Domain(Fraction(0), self.capacity)

    def payoff(self, player, actions):
        return between((self.demand - sum(actions) - self.costs[player]) * actions[player])


class Unbounded(Cournot):
    def payoff(self, player, actions):
        return between(actions[player])


class Swinging(Cournot):
    """One chases, the other flees; the only reply in common is the middle, and replies in turn never settle."""

    concave = "linear in the own action"
    quadratic = False

    def domain(self, player):
        return Domain(Fraction(-1), Fraction(1))

    def payoff(self, player, actions):
        return between(actions[0] * actions[1] * (1 if player == 0 else -1))


def cournot(*costs, demand=10, capacity=None):
    return Cournot(Fraction(demand), tuple(map(Fraction, costs)), None if capacity is None else Fraction(capacity))


# --- quadratic payoffs: exact -----------------------------------------------------------------------


def test_cournot_duopoly():  # Cournot 1838: (D - 2 c_1 + c_2) / 3
    found = equilibrium(cournot(1, 4))
    assert found.exact == (4, 1)
    assert found.certificate.basis is Basis.EXACT
    assert found.certificate.margin == 0
    assert found["A"] == 4.0


def test_a_firm_that_would_lose_stays_out_and_the_others_know():
    # Cutting the interior formula off at 0 afterwards would give (17/4, 5/4, 0) instead.
    found = equilibrium(cournot(1, 4, 9))
    assert found.exact == (4, 1, 0)


def test_a_firm_exactly_at_the_margin_of_entry_is_a_tie():
    assert equilibrium(cournot(1, 4, 5)).exact == (4, 1, 0)


def test_a_capacity_binds():
    assert equilibrium(cournot(0, 0, capacity=2)).exact == (2, 2)
    assert equilibrium(cournot(0, 6, capacity=3)).exact == (3, Fraction(1, 2))


def brute_force(game):
    """All ways to be at an end or inside, each solved and tried: the conditions of optimality, without a solver."""
    n, top = game.n, game.capacity
    for where in product((0, 1, 2), repeat=n):
        rows, right = [], []
        for i, state in enumerate(where):
            row = [Fraction(int(i == j)) for j in range(n)]
            if state == 2:
                row = [Fraction(1 + (i == j)) for j in range(n)]
            rows.append(row)
            right.append((Fraction(0), top, game.demand - game.costs[i])[state])
        q = solve_equations(rows, right)
        slopes = [game.demand - sum(q) - q[i] - game.costs[i] for i in range(n)]
        if all(0 <= x <= top for x in q) and all(
            slope <= 0 if x == 0 else slope >= 0 if x == top else slope == 0 for x, slope in zip(q, slopes, strict=True)
        ):
            return tuple(q)
    return None


@settings(max_examples=30, **MAX)
@given(costs=st.lists(st.integers(0, 14), min_size=1, max_size=4), capacity=st.integers(1, 6))
def test_the_solver_finds_what_trying_every_set_of_corners_finds(costs, capacity):
    game = cournot(*costs, capacity=capacity)
    assert equilibrium(game).exact == brute_force(game)


@settings(max_examples=30, **MAX)
@given(costs=st.lists(st.integers(0, 14), min_size=1, max_size=4), unit=st.fractions(Fraction(1, 1000), 1000))
def test_units_do_not_matter(costs, unit):
    here, there = equilibrium(cournot(*costs)), equilibrium(cournot(*[c * unit for c in costs], demand=10 * unit))
    assert there.exact == tuple(unit * x for x in here.exact)


@pytest.mark.parametrize("near_miss", [(4 + TINY, 1), (4, 1 - TINY), (-4, 1), (4, 0)])
def test_a_near_miss_is_refuted_exactly(near_miss):
    certificate = check_regret(cournot(1, 4), near_miss)
    assert certificate.verdict is Verdict.FAILS
    assert certificate.margin is None or certificate.margin < 0


def test_an_action_too_few_is_no_evidence():
    with pytest.raises(InvalidEvidence, match="give one each"):
        check_regret(cournot(1, 4), (4,))


def test_nobody_and_one_who_has_no_choice():
    assert equilibrium(cournot()).exact == ()
    assert equilibrium(cournot(3, capacity=0)).exact == (0,)


# --- concave payoffs: bounded by secants -------------------------------------------------------------


@settings(max_examples=8, **MAX)
@given(seed=st.integers(0, 10**6), n=st.integers(1, 4))
def test_the_general_solver_agrees_with_the_closed_form(seed, n):
    game = SecurityInvestment.random(n, np.random.default_rng(seed))
    found = equilibrium(game)
    assert found.certificate.basis is Basis.ENCLOSED
    for x in found.exact:
        assert abs(x - game.nash_effort.middle) <= Fraction(1, 10**25) * game.loss


class OnlyPayoffs(SecurityInvestment):
    """The same game without its closed forms: slopes are difference quotients, replies bisections."""

    best_reply = SmoothGame.best_reply


@settings(max_examples=4, **MAX)
@given(seed=st.integers(0, 10**6))
def test_default_replies_are_those_of_the_closed_form(seed):
    fast = SecurityInvestment.random(3, np.random.default_rng(seed))
    slow = OnlyPayoffs(
        *(getattr(fast, name) for name in ("labs", "vulnerability", "loss", "breach", "share", "leak_cost", "side_payment"))
    )
    others = [fast.loss / 50, fast.loss / 9, fast.loss / 30]
    assert float(slow.best_reply(0, others)) == pytest.approx(float(fast.best_reply(0, others)), rel=1e-12, abs=1e-15)


def test_an_equilibrium_from_payoffs_alone():
    game = OnlyPayoffs(2, "0.6", 4_000_000, "0.00001", share="0.3")
    assert equilibrium(game).actions == pytest.approx([float(game.nash_effort.middle)] * 2)


@pytest.mark.parametrize("change", [1 + TINY, 1 - TINY, -1, 0, 2])
def test_a_near_miss_is_refuted_by_a_better_action(change):
    game = SecurityInvestment(2, "0.6", 4_000_000, "0.00001", share="0.3")
    effort = game.nash_effort.middle
    certificate = check_regret(game, [effort * change, effort])
    assert certificate.verdict is Verdict.FAILS
    if change >= 0:
        better = Fraction(certificate.witness["players"]["1"]["better_action"])
        assert game.payoff(0, [better, effort]).low > game.payoff(0, [effort * change, effort]).high


@settings(max_examples=30, **MAX)
@given(seed=st.integers(0, 10**6), parts=st.lists(st.fractions(0, 2, max_denominator=1000), min_size=3, max_size=3))
def test_payoffs_are_concave_in_the_own_action(seed, parts):  # the fact every regret bound rests on
    game = SecurityInvestment.random(2, np.random.default_rng(seed))
    a, b, other = (part * game.loss for part in parts)
    ends = [game.payoff(0, [x, other]) for x in (a, b)]
    assert game.payoff(0, [(a + b) / 2, other]).high >= (ends[0].low + ends[1].low) / 2


@settings(max_examples=20, **MAX)
@given(seed=st.integers(0, 10**6), away=st.fractions(0, 3, max_denominator=100))
def test_no_action_anywhere_gains_more_than_the_regret_stated(seed, away):
    game = SecurityInvestment.random(2, np.random.default_rng(seed))
    efforts = [game.nash_effort.middle] * 2
    certificate = check_regret(game, efforts)
    assert certificate
    gain = game.payoff(0, [away * game.loss, efforts[1]]).low - game.payoff(0, efforts).high
    assert gain <= -Fraction(certificate.margin)
    assert -Fraction(certificate.margin) <= TOLERANCE * abs(game.payoff(0, efforts).low) * 2


def test_a_bound_that_payoffs_do_not_give_is_undecided():
    class Blurred(SecurityInvestment):
        def payoff(self, player, actions):
            found = super().payoff(player, actions)
            return Between(found.low - 1, found.high + 1)

    game = Blurred(2, "0.6", 4_000_000, "0.00001")
    assert check_regret(game, [game.nash_effort.middle] * 2).verdict is Verdict.UNDECIDED


def test_secants_say_nothing_where_a_neighbour_earns_more():
    x, points = Fraction(1), [Fraction(0), Fraction(2)]
    here, less, more = between(5), between(4), between(6)
    assert secant_bound(x, here, points, [less, less]) == 1
    assert secant_bound(x, here, points, [less, more]) is None
    assert secant_bound(x, here, points, [more, less]) is None
    # At an end: two actions inside, the farther of which must earn no more than the nearer.
    inside = [Fraction(2), Fraction(3)]
    assert secant_bound(x, here, inside, [less, between(2)]) == 1
    assert secant_bound(x, here, inside, [less, more]) is None


def test_an_action_out_of_bounds_is_refused_however_good():
    game = SecurityInvestment(2, "0.6", 4_000_000, "0.00001", most=1000)
    best = replace(game, most=None).nash_effort.middle
    certificate = check_regret(game, [best, best])
    assert "not among the possible actions" in certificate.witness["players"]["1"]["reason"]
    assert check_regret(game, [1000, 1000])


def test_kinks_are_allowed():
    game = SecurityInvestment(1, "0.5", 100, QuadraticBreach(1))
    best = game.nash_effort.middle
    assert best == Fraction(99, 100)
    assert check_regret(game, [best])


# --- what has no answer ------------------------------------------------------------------------------


def test_payoffs_that_rise_for_ever_are_refused():
    with pytest.raises(ComityError, match="upper bound"):
        equilibrium(Unbounded(Fraction(1), (Fraction(0),)))


def test_replies_that_never_settle_are_no_equilibrium():
    with pytest.raises(SolverFailure, match="start elsewhere"):
        equilibrium(Swinging(Fraction(0), (Fraction(0),) * 2), start=[1, 1])
