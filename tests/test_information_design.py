"""Signals designed for those who decide: persuasion, Bayes-correlated equilibria, and near misses refuted (I4)."""

import json
from dataclasses import replace
from fractions import Fraction
from itertools import product

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import comity
from comity.checks.designed_evaluation import check_unsafe_approved
from comity.checks.information_design import check_obedient, check_optimal_signal, confirm_signal
from comity.errors import Infeasible, InvalidEvidence, InvalidGame
from comity.games.bayesian.designed_evaluation import DesignedEvaluation
from comity.games.bayesian.information_design import InformationDesign
from comity.mechanisms.information_sharing.persuasion import Persuasion
from comity.mechanisms.members import Member
from comity.mechanisms.setting import Setting
from comity.solvers.design.concavification import concavification
from comity.solvers.design.optimal_signal import optimal_signal
from comity.solvers.design.signal import Signal

ZERO, ONE, HALF = Fraction(0), Fraction(1), Fraction(1, 2)
SMALL = Fraction(1, 10**12)

seeds = st.integers(0, 2**32 - 1)


def problems(n):
    return st.builds(lambda seed: InformationDesign.random(n, np.random.default_rng(seed)), seeds)


evaluations = st.builds(lambda seed: DesignedEvaluation.random(1, np.random.default_rng(seed)), seeds)


def trial(guilty="0.3"):
    prior = {"innocent": 1 - Fraction(guilty), "guilty": guilty}
    return InformationDesign.persuasion(prior, [[1, 0], [0, 1]], [[0, 1], [0, 1]], actions=["acquit", "convict"])


def investment(x, complements):
    """Two firms invest or not, in a bad or a good state; investing earns -1 or x, and more if both do; to be maximised."""

    def earns(state, own, other):
        return own * ((x if state else -1) + complements * other)

    payoffs = [
        [[[earns(s, a, b) for b in (0, 1)] for a in (0, 1)] for s in (0, 1)],
        [[[earns(s, b, a) for b in (0, 1)] for a in (0, 1)] for s in (0, 1)],
    ]
    return InformationDesign(
        {"bad": HALF, "good": HALF}, payoffs, [[[0, 1], [1, 2]]] * 2, [("stay", "invest")] * 2, ("firm 1", "firm 2")
    )


# --- published numbers -----------------------------------------------------------------------------


def test_the_prosecutor_convicts_twice_as_many_as_are_guilty():  # I4-06: Kamenica & Gentzkow 2011
    signal = optimal_signal(trial())
    assert signal.value == Fraction(3, 5)
    assert signal.chance("convict", "innocent") == Fraction(3, 7)
    assert signal.chance("convict", "guilty") == 1
    assert signal.posterior("convict") == {"innocent": HALF, "guilty": HALF}
    assert signal.posterior("acquit")["guilty"] == 0


def test_a_tenth_that_is_safe_gets_half_approved():  # I4-07: prior safe .1, bar .2
    lab = DesignedEvaluation(prior_safe="0.1", threshold="0.2", approval_value=1)
    assert lab.approved == HALF
    assert optimal_signal(lab.problem).value == HALF


@pytest.mark.parametrize("x", [Fraction(11, 20), Fraction(1, 5)])
def test_one_firm_invests_in_the_bad_state_with_chance_x(x):  # Bergemann & Morris 2019, section 2 (from memory)
    problem = InformationDesign.persuasion([HALF, HALF], [[0, -1], [0, x]], [[0, 1], [0, 1]])
    assert optimal_signal(problem).value == (1 + x) / 2


@pytest.mark.parametrize("e", [Fraction(3, 20), Fraction(1, 10)])
def test_complements_are_best_told_the_same(e):
    # Bergemann & Morris 2019 (from memory); by hand: both invest in the bad state with chance q, and then obedience binds,
    # x + e = q (1 - e).
    x = Fraction(11, 20)
    private, public = optimal_signal(investment(x, e)), optimal_signal(investment(x, e), public=True)
    assert private.value == public.value == 1 + (x + e) / (1 - e)


def test_substitutes_are_best_told_different_things():
    # By hand: each invests in the bad state with chance q, never both, x - e = q; told the same, x - e = q (1 + e).
    x, e = Fraction(11, 20), Fraction(1, 10)
    private, public = optimal_signal(investment(x, -e)), optimal_signal(investment(x, -e), public=True)
    assert private.value == 1 + (x - e)
    assert public.value == 1 + (x - e) / (1 + e)
    assert private.chance(("invest", "invest"), "bad") == 0


def test_without_anything_unknown_the_best_is_a_correlated_equilibrium():
    # Aumann 1974, chicken: the most welfare of any correlated equilibrium is 21/2 for (6,6), (7,2), (2,7), (0,0).
    u = [[6, 2], [7, 0]]
    v = [[6, 7], [2, 0]]
    welfare = [[[12, 9], [9, 0]]]
    assert optimal_signal(InformationDesign([1], [[u], [v]], welfare)).value == Fraction(21, 2)
    assert optimal_signal(InformationDesign([1], [[u], [v]], welfare), public=True).value == 9


# --- second methods ----------------------------------------------------------------------------------


@settings(max_examples=40, deadline=None)
@given(problems(1))
def test_two_states_concavified_are_worth_the_best_signal(problem):
    assume(len(problem.prior) == 2)
    found, signal = concavification(problem), optimal_signal(problem)
    assert found.value == signal.value
    # Along the segments the sender earns what a belief is worth, at their ends at most that.
    for (a, u), (b, v) in found.segments:
        middle = (a + b) / 2
        assert problem.value_at((1 - middle, middle)) == (u + v) / 2
        assert u <= problem.value_at((1 - a, a))


@settings(max_examples=20, deadline=None)
@given(problems(1))
def test_no_split_of_the_prior_on_a_grid_does_better(problem):
    """Brute force: all pairs of beliefs on a grid around the prior."""
    assume(len(problem.prior) == 2)
    best, prior = optimal_signal(problem).value, problem.prior[1]
    worth = {Fraction(k, 24): problem.value_at((1 - Fraction(k, 24), Fraction(k, 24))) for k in range(25)}
    for a, b in product(worth, worth):
        if a < prior < b:
            assert worth[a] + (worth[b] - worth[a]) * (prior - a) / (b - a) <= best


@settings(max_examples=15, deadline=None)
@given(problem=st.one_of(problems(1), problems(2)))
def test_the_value_agrees_with_scipy(problem):
    from scipy.optimize import linprog

    profiles, states = list(problem.profiles()), range(len(problem.prior))
    objective = [-float(problem.prior[s] * problem.designer_payoff(s, a)) for s in states for a in profiles]
    rows = [
        [-float(problem.prior[s] * problem.regret(i, s, a, b)) if a[i] == told else 0.0 for s in states for a in profiles]
        for i in range(problem.n)
        for told in range(problem.counts[i])
        for b in range(problem.counts[i])
    ]
    sums = np.kron(np.eye(len(states)), np.ones(len(profiles)))
    solved = linprog(objective, A_ub=rows, b_ub=np.zeros(len(rows)), A_eq=sums, b_eq=np.ones(len(states)))
    assert -solved.fun == pytest.approx(float(optimal_signal(problem).value), abs=1e-8)


@pytest.mark.scheduled
def test_a_regulator_that_counts_does_as_recommended():
    """Half a million systems are evaluated as the best signal says; of those that pass, the threshold is safe."""
    rng = np.random.default_rng(3)
    lab = DesignedEvaluation(prior_safe="0.3", threshold="0.6", approval_value=1, audit_rate="0.2")
    safe = rng.random(500_000) < 0.3
    passed = safe | (rng.random(500_000) < float(lab.passes[0]))
    assert safe[passed].mean() == pytest.approx(0.6, abs=5e-3)
    approved = np.where(rng.random(500_000) < 0.2, safe, passed)
    assert (approved & ~safe).mean() == pytest.approx(float(lab.unsafe_approved), abs=3e-3)


# --- axioms --------------------------------------------------------------------------------------------


@settings(max_examples=60, deadline=None)
@given(problems(1))
def test_commitment_is_worth_at_least_silence_and_at_least_the_truth(problem):
    signal = optimal_signal(problem)
    assert signal.value >= max(problem.value_without_information, problem.value_with_full_information)
    # The receiver is no worse off than if it knew nothing, and no better than if it knew all.
    averages = [
        sum((p * problem.payoff(0, s, (a,)) for s, p in enumerate(problem.prior)), ZERO) for a in range(problem.counts[0])
    ]
    knowing = sum(
        (p * max(problem.payoff(0, s, (a,)) for a in range(problem.counts[0])) for s, p in enumerate(problem.prior)), ZERO
    )
    assert max(averages) <= signal.receiver_value() <= knowing


@settings(max_examples=40, deadline=None)
@given(problem=st.one_of(problems(1), problems(2)))
def test_beliefs_average_to_the_prior_and_recommendations_are_obeyed(problem):
    signal = optimal_signal(problem)
    chances = {a: signal.chance(a) for a in signal.recommendations}
    assert sum(chances.values()) == 1
    for state, p in zip(problem.states, problem.prior, strict=True):
        assert sum(chances[a] * signal.posterior(a)[state] for a in chances) == p
    assert check_obedient(problem, signal.chances)
    if problem.n == 1:
        for (action,) in signal.recommendations:
            assert action in problem.best_actions(tuple(signal.posterior((action,)).values()))


@settings(max_examples=30, deadline=None)
@given(problems(2))
def test_what_everyone_hears_is_worth_no_more_than_what_each_is_told(problem):
    private = optimal_signal(problem)
    try:
        public = optimal_signal(problem, public=True)
    except Infeasible:
        return  # no belief has a pure equilibrium
    assert public.value <= private.value
    assert check_obedient(problem, public.chances, public=True)
    assert check_obedient(problem, public.chances)


@settings(max_examples=20, deadline=None)
@given(problem=problems(2), scale=st.integers(1, 9), shift=st.integers(-5, 5))
def test_units_and_constants_change_nothing(problem, scale, shift):  # property 12
    def moved(table):
        return [[entry * scale + shift for entry in row] if isinstance(row[0], Fraction) else moved(row) for row in table]

    other = InformationDesign(problem.prior, moved(problem.payoffs.fractions()), moved(problem.designer.fractions()))
    assert optimal_signal(other).value == scale * optimal_signal(problem).value + shift


@settings(max_examples=30, deadline=None)
@given(problem=problems(1))
def test_one_receiver_hears_the_same_in_public(problem):
    assert optimal_signal(problem, public=True).value == optimal_signal(problem).value


# --- near misses are refuted -----------------------------------------------------------------------


@settings(max_examples=40, deadline=None)
@given(problem=st.one_of(problems(1), problems(2)), data=st.data())
def test_chances_or_multipliers_a_little_off_are_refuted(problem, data):
    signal = optimal_signal(problem)
    witness = signal.certificate.witness
    assert check_optimal_signal(problem, signal.chances, witness)
    moved = np.array(signal.chances.fractions(), dtype=object)
    moved[tuple(data.draw(st.integers(0, m - 1)) for m in moved.shape)] += data.draw(st.sampled_from([SMALL, -SMALL]))
    assert not check_optimal_signal(problem, moved, witness)
    assert signal.certificate.margin == 0


def test_each_part_of_the_evidence_is_needed():
    best = optimal_signal(trial())
    chances, witness = best.chances.fractions(), best.certificate.witness
    assert witness["multipliers"] == [[0, 1, 0, "1"]]
    for weight in ("1.000000000001", "0.999999999999", "0"):
        assert not check_optimal_signal(trial(), chances, {"multipliers": [[0, 1, 0, weight]]})
    assert not check_optimal_signal(trial(), chances, {"multipliers": []})
    greedy = [[Fraction(4, 7) - SMALL, Fraction(3, 7) + SMALL], [0, 1]]
    assert not check_obedient(trial(), greedy)
    assert "convict doing acquit" in check_optimal_signal(trial(), greedy, witness).witness["reason"]
    modest = [[Fraction(4, 7) + SMALL, Fraction(3, 7) - SMALL], [0, 1]]
    assert check_obedient(trial(), modest)
    assert check_optimal_signal(trial(), modest, witness).margin == -Fraction(7, 10) * SMALL
    for forged in ([[0, 1, 0, "-1"]], [[0, 1, 1, "1"]], [[0, 1, 0, "1"]] * 2, [[0]], None, "x"):
        with pytest.raises(InvalidEvidence):
            check_optimal_signal(trial(), chances, {"multipliers": forged})


@settings(max_examples=60, deadline=None)
@given(lab=evaluations, most=st.integers(0, 10).map(lambda k: Fraction(k, 20)))
def test_the_closed_form_of_two_states_is_the_best_signal(lab, most):
    signal = optimal_signal(lab.problem)
    assert signal.value == lab.prior_safe * lab.approval_value + lab.extracted
    certificate = check_unsafe_approved(lab, lab.gain_beyond(most), most)
    assert "reason" not in certificate.witness
    assert bool(certificate) is (lab.unsafe_approved <= most)
    assert check_unsafe_approved(lab, lab.extracted)
    for moved in (SMALL, -SMALL):
        assert not check_unsafe_approved(lab, lab.extracted + moved)
        assert check_unsafe_approved(lab, lab.gain_beyond(most) + moved, most).witness["reason"]


# --- results show themselves ---------------------------------------------------------------------------


def test_a_signal_shows_itself_and_comes_back():
    signal = optimal_signal(trial())
    frame = signal.to_frame()
    assert frame.loc["convict", "guilty"] == 1
    assert list(frame.columns) == ["innocent", "guilty"]
    assert "convict & 0.4286 & 1" in signal.to_latex()
    assert "<table" in signal._repr_html_()
    assert "worth 0.6 to the designer" in str(signal)
    text = json.dumps(signal.to_json())
    again = Signal.from_json(text)
    assert (again.value, again.chances, again.certificate) == (signal.value, signal.chances, signal.certificate)
    assert comity.verify(again)
    assert comity.verify(text)


@pytest.mark.parametrize(
    "forge",
    [
        lambda data: data | {"value_exact": "2/3"},
        lambda data: data | {"value": 0.61},
        lambda data: data | {"chances": [["1/2", "1/2"], ["0", "1"]]},
        lambda data: data | {"certificate": data["certificate"] | {"margin": 1.0, "margin_exact": "1"}},
        lambda data: data | {"problem": data["problem"] | {"prior": ["3/5", "2/5"]}},
    ],
)
def test_a_forged_signal_is_refused(forge):
    data = forge(json.loads(json.dumps(optimal_signal(trial()).to_json())))
    assert confirm_signal(data).verdict.value == "FAILS"
    assert comity.verify(data).verdict.value == "FAILS"


def test_what_cannot_be_read_is_no_signal():
    data = optimal_signal(trial()).to_json()
    for broken in ("{", {}, data | {"schema": "signal/9"}, {k: v for k, v in data.items() if k != "chances"}, [1]):
        with pytest.raises(InvalidEvidence):
            Signal.from_json(broken)


@pytest.mark.parametrize("public", [False, True])
def test_several_receivers_and_plots(public):
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    signal = optimal_signal(investment(HALF, Fraction(-1, 10)), public)
    assert "invest, invest" in signal.to_frame().index
    assert signal.plot().get_ylabel() == "chance of the recommendation"
    assert optimal_signal(trial()).plot().get_xlabel() == "chance of guilty"
    assert confirm_signal(json.loads(json.dumps(signal.to_json())))
    plt.close("all")


# --- what makes no sense -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: InformationDesign.persuasion(["0.5", "0.6"], [[1]] * 2, [[1]] * 2), "add up to 1"),
        (lambda: InformationDesign.persuasion(["1.5", "-0.5"], [[1]] * 2, [[1]] * 2), "add up to 1"),
        (lambda: InformationDesign.persuasion([1], [[1, 2]], [[1]]), "shape"),
        (lambda: InformationDesign.persuasion([1], [[1]], [[1]] * 2), "shape"),
        (lambda: InformationDesign.persuasion([1], [[1]], [[1]], actions=["a", "b"]), "action names"),
        (lambda: InformationDesign.persuasion({"a": 1}, [[1]], [[1]], states=["b"]), "leave states out"),
        (lambda: InformationDesign([1], [[[[1]]]], [[1]]), "shape"),
        (lambda: InformationDesign([1], [[[1]]], [[1]], receivers="ab"), "list of names"),
        (lambda: InformationDesign.persuasion([1], np.zeros((1, 60_000)), np.zeros((1, 60_000))), "more than"),
        (lambda: concavification(investment(HALF, ZERO)), "optimal_signal for any number"),
        (lambda: investment(HALF, ZERO).value_without_information, "one receiver"),
        (lambda: optimal_signal(trial()).chance("hang"), "no action 'hang'"),
        (lambda: optimal_signal(trial()).chance("convict", "mad"), "no state 'mad'"),
        (lambda: optimal_signal(trial(guilty="0.9")).posterior("acquit"), "never recommended"),
        (lambda: InformationDesign.from_json({}), "schema"),
        (lambda: DesignedEvaluation(HALF, 0, 1), "above 0 and up to 1"),
        (lambda: DesignedEvaluation(2, HALF, 1), "from 0 to 1"),
        (lambda: DesignedEvaluation(HALF, HALF, -1), "at least 0"),
    ],
)
def test_what_makes_no_sense_is_refused_with_the_way_out(make, message):
    with pytest.raises(InvalidGame, match=message):
        make()


def test_matching_pennies_cannot_be_recommended_in_public():
    # Whatever is said aloud, one of the two does otherwise.
    pennies = InformationDesign([1], [[[[1, -1], [-1, 1]]], [[[-1, 1], [1, -1]]]], [[[0, 0], [0, 0]]])
    assert optimal_signal(pennies).value == 0
    with pytest.raises(Infeasible, match="private signal"):
        optimal_signal(pennies, public=True)


def test_a_state_that_never_occurs_and_a_single_action_do_no_harm():
    assert optimal_signal(InformationDesign.persuasion([0, 1], [[1, 0], [0, 1]], [[5, 5], [1, 0]])).value == 0
    assert optimal_signal(InformationDesign.persuasion([HALF, HALF], [[1], [2]], [[3], [4]])).value == Fraction(7, 2)


# --- the clause ----------------------------------------------------------------------------------------

MEMBERS = (Member(id="A"), Member(id="B"))


def approval(**changes):
    given = {
        "id": "approval",
        "prior_safe": {"A": Fraction(1, 10), "B": Fraction(7, 10)},
        "threshold": Fraction(1, 5),
        "approval_value": Fraction(10),
        "most_unsafe": Fraction(1, 10),
    }
    return Persuasion(**given | changes)


def held(clause):
    return [finding.holds for finding in clause.findings(Setting(MEMBERS, (clause,), MEMBERS, "USD_m", "year"))]


def test_the_clause_says_what_is_extracted():  # I4-07
    clause = approval()
    first, second = clause.findings(Setting(MEMBERS, (clause,), MEMBERS, "USD_m", "year"))
    assert (first.values["approved"], first.gain) == (HALF, 10 * (Fraction(2, 5) - Fraction(1, 10)))
    assert (second.values["approved"], second.values["unsafe_approved"]) == (1, Fraction(3, 10))
    assert "A gets 0.5 of its systems approved although 0.1 are safe" in first.sentence
    assert "without any evaluation" in second.sentence
    assert held(clause) == [False, False]
    assert held(replace(clause, most_unsafe=None)) == [None, None]


@pytest.mark.parametrize(
    ("changes", "least"),
    [
        # A: .1 / t - .1 <= .1 from t = 1/2 on; B: .7 / t - .7 <= .1 from t = 7/8 on.
        ({"threshold": Fraction(7, 8)}, "threshold"),
        # .4 (1 - a) <= .1
        ({"audit_rate": Fraction(3, 4)}, "audit_rate"),
        # 10 <= .25 fine
        ({"detection": Fraction(1, 4), "fine": Fraction(40)}, "fine"),
        ({"detection": Fraction(1, 4), "fine": Fraction(40)}, "detection"),
    ],
)
def test_each_lever_ends_it_just_there(changes, least):
    assert held(approval(**changes)) == [True, True]
    assert False in held(approval(**changes | {least: changes[least] - SMALL}))


def test_margins_say_where_the_finding_turns():
    # .1 / t - .1 = .1; prior / .2 - prior = .1; .4 (1 - a) = .1; .4 pass; without detection no fine matters.
    clause = approval()
    first = clause.findings(Setting(MEMBERS, (clause,), MEMBERS, "USD_m", "year"))[0]
    assert {margin.path.removeprefix("clause.approval."): margin.turns_at for margin in first.margins} == {
        "threshold": HALF,
        "prior_safe.A": Fraction(1, 40),
        "audit_rate": Fraction(3, 4),
        "most_unsafe": Fraction(2, 5),
        "fine": None,
        "approval_value": 0,
    }
