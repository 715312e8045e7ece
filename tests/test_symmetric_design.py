"""Rules for agents that differ by their types alone are as good as any, and found from counts of types."""

from dataclasses import replace
from fractions import Fraction
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from comity.checks.rules import check_budget, check_participation, check_truthful
from comity.checks.symmetric_design import check_symmetric_design
from comity.errors import ComityError, Infeasible, InvalidEvidence, InvalidGame, Unbounded
from comity.games.bayesian.rule import DirectRule
from comity.games.bayesian.setting import BayesianSetting, Examination
from comity.games.bayesian.standard import bilateral_trade, public_project, single_item_auction
from comity.games.bayesian.symmetry import SymmetricRule, Symmetry
from comity.solvers.design import symmetric
from comity.solvers.design.mechanism_design import design_mechanism
from comity.solvers.design.symmetric import design_symmetric_mechanism, whole_tables

TINY = Fraction(1, 10**12)


def roles_setting(rng, n, kinds):
    """Any symmetric setting: a few roles with values by type, and some classes of outcomes with all their assignments."""
    roles = int(rng.integers(2, 4))
    values = rng.integers(-3, 6, (kinds, roles))
    classes = {tuple(sorted(rng.integers(0, roles, n).tolist())) for _ in range(int(rng.integers(1, 4)))}
    outcomes, costs = [], []
    for handed in classes:
        cost = int(rng.integers(0, 4))
        for roles_of in sorted(set(permutations_of(handed))):
            outcomes.append(roles_of)
            costs.append(cost)
    weights = rng.integers(1, 4, kinds)
    return BayesianSetting(
        types={f"a{i}": [f"t{k}" for k in range(kinds)] for i in range(n)},
        outcomes=[str(x) for x in outcomes],
        values={f"a{i}": [[int(values[t, x[i]]) for x in outcomes] for t in range(kinds)] for i in range(n)},
        prior={f"a{i}": [Fraction(int(w), int(weights.sum())) for w in weights] for i in range(n)},
        costs=costs,
    )


def permutations_of(handed):
    from itertools import permutations

    return permutations(handed)


@settings(max_examples=25)
@given(
    seed=st.integers(0, 2**32 - 1),
    incentive=st.sampled_from(["dominant", "bayesian", None]),
    participation=st.sampled_from(["ex-post", "interim"]),
    budget=st.sampled_from([None, "balanced", "no-deficit", "no-expected-deficit"]),
    objective=st.sampled_from(["welfare", "revenue", "least_cost", "max_min"]),
    large=st.booleans(),
)
def test_it_is_as_good_as_any_rule(seed, incentive, participation, budget, objective, large):
    rng = np.random.default_rng(seed)
    setting = roles_setting(rng, int(rng.integers(1, 4)), int(rng.integers(1, 3)))
    try:
        Symmetry.of(setting)
    except InvalidGame:
        return  # two roles are worth the same to all types, so that two outcomes are one
    promises = {"incentive": incentive, "participation": participation, "budget": budget}
    try:
        best = design_mechanism(setting, objective, **promises)
    except (Unbounded, Infeasible) as error:
        with pytest.raises(type(error).__mro__[1] if isinstance(error, Infeasible) else Unbounded):
            design_symmetric_mechanism(setting, objective, **promises)
        return
    with pytest.MonkeyPatch.context() as patch:
        if large:
            patch.setattr(symmetric, "EXACT_ROWS", 0)
        design = design_symmetric_mechanism(setting, objective, **promises)
    assert abs(design.value - best.value) <= (Fraction(1, 10**6) if large else 0)
    if large:
        return
    rule = written_out(design.rule)
    if incentive:
        assert check_truthful(rule, incentive)
    assert check_participation(rule, participation)
    if budget:
        assert check_budget(rule, budget)


def written_out(rule):
    """The same rule as a table over profiles."""
    setting = rule.setting
    lotteries = np.zeros((*setting.shape, len(setting.outcomes)), dtype=object)
    payments = np.zeros((*setting.shape, len(setting.agents)), dtype=object)
    for profile in setting.each_profile():
        names = [setting.type_names(i)[t] for i, t in enumerate(profile)]
        for outcome, chance in rule.outcome(names).items():
            lotteries[(*profile, setting.outcomes.index(outcome))] = chance
        payments[profile] = list(rule.payment(names).values())
    return DirectRule(setting, lotteries, payments)


@pytest.mark.parametrize("bidders", [4, pytest.param(10, marks=pytest.mark.scheduled)])
def test_bidders_of_five_types(bidders):  # values 1 to 5: virtual values -3, -1, 1, 3, 5; the best of them, or nothing
    auction = single_item_auction({f"bidder {k}": [1, 2, 3, 4, 5] for k in range(bidders)})
    design = design_symmetric_mechanism(auction, "revenue", budget="no-deficit")
    best = {t: Fraction(t, 5) ** bidders - Fraction(t - 1, 5) ** bidders for t in (3, 4, 5)}
    assert abs(design.value - (best[3] + 3 * best[4] + 5 * best[5])) <= Fraction(1, 10**6)
    assert design.certificate
    assert abs(design.certificate.margin) <= Fraction(5, 10**7)
    chances = design.outcome({f"bidder {k}": 5 if k < 2 else 1 for k in range(bidders)})
    assert chances == {"to bidder 0": Fraction(1, 2), "to bidder 1": Fraction(1, 2)}


def test_counts_cover_all_profiles():
    alike = Symmetry.of(public_project({name: [0, 1, 3] for name in "ABCD"}, cost=4))
    counts = list(alike.counts())
    assert len(counts) == len(set(counts)) == 15
    assert sum(map(alike.probability, counts)) == 1
    profiles = [tuple(profile.count(t) for t in range(3)) for profile in product(range(3), repeat=4)]
    assert all(alike.probability(k) == Fraction(profiles.count(k), 81) for k in counts)


@settings(max_examples=60)
@given(seed=st.integers(0, 2**32 - 1))
def test_a_table_with_whole_sums_is_a_lottery_over_whole_tables(seed):
    rng = np.random.default_rng(seed)
    tables = [rng.permutation(np.repeat(np.arange(3), 2)).reshape(2, 3) for _ in range(3)]
    counted = [np.array([[int((row == r).sum()) for r in range(3)] for row in table]) for table in tables]
    weights = [Fraction(1, 2), Fraction(1, 3), Fraction(1, 6)]
    flow = sum(w * table.astype(object) for w, table in zip(weights, counted, strict=True))
    found = whole_tables(flow)
    assert sum(found.values()) == 1
    assert all(chance > 0 for chance in found.values())
    average = sum(chance * np.array(table, dtype=object) for table, chance in found.items())
    assert (average == flow).all()
    for table in found:
        assert np.array_equal(np.sum(table, axis=0), flow.sum(axis=0))
        assert np.array_equal(np.sum(table, axis=1), flow.sum(axis=1))


def test_near_misses_are_refuted():
    auction = single_item_auction({name: [1, 3] for name in "ABC"})
    design = design_symmetric_mechanism(auction, "revenue")
    rule, promises, witness = design.rule, design.promises, design.certificate.witness
    assert check_symmetric_design(rule, "revenue", promises, witness) == design.certificate
    for counts in rule.payments:
        for t in range(2):
            if counts[t]:
                for step in (TINY, -TINY):
                    paid = {k: list(row) for k, row in rule.payments.items()}
                    paid[counts][t] += step
                    assert not check_symmetric_design(
                        SymmetricRule(rule.symmetry, rule.lotteries, paid), "revenue", promises, witness
                    )
    for kind in ("truthful", "participation"):
        for k in range(len(witness[kind])):
            rest = {**witness, kind: witness[kind][:k] + witness[kind][k + 1 :]}
            assert not check_symmetric_design(rule, "revenue", promises, rest)
    assert not check_symmetric_design(rule, "welfare", promises, witness)
    negated = [[*row[:-1], f"-{row[-1]}"] for row in witness["participation"]]
    with pytest.raises(InvalidEvidence, match="not negative"):
        check_symmetric_design(rule, "revenue", promises, {**witness, "participation": negated})
    with pytest.raises(InvalidEvidence, match="not promised"):
        check_symmetric_design(rule, "revenue", replace(promises, participation=None), witness)
    lotteries = {k: dict(row) for k, row in rule.lotteries.items()}
    lotteries[3, 0] = {(1, ((3, 0), (0, 0))): Fraction(1)}
    with pytest.raises(InvalidEvidence, match="not those of outcome class 1"):
        check_symmetric_design(SymmetricRule(rule.symmetry, lotteries, rule.payments), "revenue", promises, witness)


ALIKE = {"A": [1, 2], "B": [1, 2]}


@pytest.mark.parametrize(
    ("setting", "message"),
    [
        (bilateral_trade([1, 2], [0, 1]), "not alike: their types differ"),
        (single_item_auction(ALIKE, prior={"A": [1, 0], "B": ["1/2", "1/2"]}), "their probabilities of types differ"),
        (single_item_auction(ALIKE, prior=[["1/4", "1/4"], ["1/4", "1/4"]]), "only where types are independent"),
        (
            BayesianSetting({"A": [1], "B": [1]}, ["A", "B", "none"], {"A": [[1, 0, 0]], "B": [[0, 2, 0]]}),
            "only 1 of the 2 outcomes",
        ),
        (
            BayesianSetting({"A": [1], "B": [1]}, ["A", "B"], {"A": [[1, 0]], "B": [[0, 1]]}, costs=[0, 1]),
            "cost differently",
        ),
        (BayesianSetting({"A": [1], "B": [1]}, ["x", "y"], {"A": [[1, 1]], "B": [[1, 1]]}), "mean the same to everybody as 'x'"),
        (
            BayesianSetting({"A": [1]}, ["x"], {"A": [[1]]}, examination=Examination(1, 1)),
            "does not examine reports",
        ),
    ],
)
def test_settings_whose_agents_differ_are_refused(setting, message):
    with pytest.raises(InvalidGame, match=message):
        design_symmetric_mechanism(setting)


def test_weights_must_be_equal():
    with pytest.raises(ComityError, match="equal weights"):
        design_symmetric_mechanism(single_item_auction(ALIKE), {"A": 1})
