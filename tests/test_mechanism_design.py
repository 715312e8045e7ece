"""Designed rules are best among those that keep the promises, and impossible promises come back with the reason."""

import json
from dataclasses import replace
from fractions import Fraction
from itertools import product

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from comity.agreements.verify import verify
from comity.checks.design import check_design, check_no_rule, objective_value
from comity.checks.rules import check_budget, check_efficiency, check_participation, check_truthful
from comity.errors import ComityError, Infeasible, InvalidEvidence, Unbounded
from comity.games.bayesian.objectives import Objective
from comity.games.bayesian.promises import Promises
from comity.games.bayesian.rule import DirectRule
from comity.games.bayesian.setting import BayesianSetting, Examination
from comity.games.bayesian.standard import (
    bilateral_trade,
    disclosed_as_reported,
    examined_disclosure,
    public_project,
    single_item_auction,
)
from comity.solvers.design import mechanism_design
from comity.solvers.design.mechanism_design import design_mechanism

TINY = Fraction(1, 10**12)


def random_setting(rng, examined=False):
    """Two agents, independent or correlated types, small whole numbers."""
    shape = tuple(int(k) for k in rng.integers(1, 4, 2))
    count = int(rng.integers(2, 4))
    agents = ("A", "B")
    weights = rng.integers(1, 5, shape)
    joint = np.vectorize(lambda w: Fraction(int(w), int(weights.sum())), otypes=[object])(weights)
    marginals = {
        a: [Fraction(int(w), int(x.sum())) for w in x]
        for a, x in zip(agents, (rng.integers(1, 5, k) for k in shape), strict=True)
    }
    return BayesianSetting(
        types={a: [f"t{k}" for k in range(size)] for a, size in zip(agents, shape, strict=True)},
        outcomes=[f"x{k}" for k in range(count)],
        values={a: rng.integers(-6, 7, (size, count)) for a, size in zip(agents, shape, strict=True)},
        prior=marginals if rng.random() < 0.5 else joint,
        outside={a: rng.integers(-3, 2, size) for a, size in zip(agents, shape, strict=True)},
        costs=rng.integers(0, 4, count),
        reports={a: rng.random((size, size)) < 0.8 for a, size in zip(agents, shape, strict=True)},
        examination=Examination("0.5", 4, "0.8", "0.1") if examined else None,
    )


def random_promises(rng):
    return {
        "incentive": ["dominant", "bayesian", None][int(rng.integers(3))],
        "participation": ["ex-post", "interim"][int(rng.integers(2))],
        "budget": [None, "balanced", "no-deficit", "no-expected-deficit"][int(rng.integers(4))],
    }


def best_by_another_programme(setting, objective, incentive, participation, budget):
    """The optimum by scipy from constraints written out one by one; None if there is none, infinite if it has no bound."""
    from scipy.optimize import linprog

    profiles = list(setting.each_profile())
    n, count = len(setting.agents), len(setting.outcomes)
    looks = setting.examination
    width = count + 2 * n
    size = len(profiles) * width + 1
    where = {p: k * width for k, p in enumerate(profiles)}

    def utility(i, true, said):
        row = np.zeros(size)
        for x in range(count):
            row[where[said] + x] = setting.value(i, true, x)
        row[where[said] + count + i] = -1
        if looks:
            row[where[said] + count + n + i] = -looks.penalty * (looks.false_positive if true == said else looks.sensitivity)
        return row

    def owner(p):
        row = np.zeros(size)
        row[where[p] : where[p] + count] = [-float(c) for c in setting.costs.fractions()]
        row[where[p] + count : where[p] + count + n] = 1
        if looks:
            row[where[p] + count + n : where[p] + width] = -looks.cost
        return row

    least, rhs, equal, right = [], [], [], []
    chance = {p: float(setting.probability(p)) for p in profiles}
    for i in range(n):
        for t in range(setting.shape[i]):
            own = [p for p in profiles if p[i] == t]
            given = sum(chance[p] for p in own)
            for r in range(setting.shape[i]):
                if r == t or not setting.reports[i][t, r] or incentive is None:
                    continue
                gains = {p: utility(i, p, p) - utility(i, p, (*p[:i], r, *p[i + 1 :])) for p in own}
                rows = list(gains.values()) if incentive == "dominant" else [sum(chance[p] * g for p, g in gains.items())]
                least += rows
                rhs += [0] * len(rows)
            outside = float(setting.outside[i][t])
            if participation == "ex-post":
                least += [utility(i, p, p) for p in own]
                rhs += [outside] * len(own)
            else:
                least.append(sum(chance[p] * utility(i, p, p) for p in own))
                rhs.append(outside * given)
    for p in profiles:
        row = np.zeros(size)
        row[where[p] : where[p] + count] = 1
        equal.append(row)
        right.append(1)
        if budget == "balanced":
            equal.append(owner(p))
            right.append(0)
        elif budget == "no-deficit":
            least.append(owner(p))
            rhs.append(0)
    if budget == "no-expected-deficit":
        least.append(sum(chance[p] * owner(p) for p in profiles))
        rhs.append(0)
    welfare = [sum(chance[p] * utility(i, p, p) for p in profiles) for i in range(n)]
    money = sum(chance[p] * owner(p) for p in profiles)
    bounds = [b for _ in profiles for b in [(0, 1)] * count + [(None, None)] * n + [(0, 1 if looks else 0)] * n] + [(None, None)]
    if objective == "max_min":
        goal = np.zeros(size)
        goal[-1] = 1
        for row in welfare:
            least.append(row - goal)
            rhs.append(0)
    else:
        goal = {"welfare": sum(welfare) + money, "revenue": money, "least_cost": money}[objective]
    answer = linprog(
        -goal,
        A_ub=-np.array(least) if least else None,
        b_ub=-np.array(rhs) if least else None,
        A_eq=np.array(equal),
        b_eq=right,
        bounds=bounds,
    )
    if answer.status == 0:
        return -answer.fun * (-1 if objective == "least_cost" else 1)
    if answer.status == 4:  # HiGHS could not tell infeasible from unbounded
        possible = linprog(0 * goal, -np.array(least), -np.array(rhs), np.array(equal), right, bounds).status == 0
        return np.inf if possible else None
    return {2: None, 3: np.inf}[answer.status]


@settings(max_examples=60)
@given(seed=st.integers(0, 2**32 - 1), objective=st.sampled_from(["welfare", "revenue", "least_cost", "max_min"]))
def test_the_best_rule_is_as_good_as_another_programme_says(seed, objective):
    rng = np.random.default_rng(seed)
    setting = random_setting(rng, examined=rng.random() < 0.4)
    promises = random_promises(rng)
    other = best_by_another_programme(setting, objective, **promises)
    if other is None:
        with pytest.raises(Infeasible) as refusal:
            design_mechanism(setting, objective, **promises)
        assert refusal.value.certificate
        again = check_no_rule(setting, Promises(**promises), refusal.value.certificate.witness)
        assert again == refusal.value.certificate
        return
    if other == np.inf:
        with pytest.raises(Unbounded):
            design_mechanism(setting, objective, **promises)
        return
    design = design_mechanism(setting, objective, **promises)
    assert float(design.value) == pytest.approx(other, abs=1e-6)
    assert design.certificate.basis == "EXACT"
    if promises["incentive"]:
        assert check_truthful(design.rule, promises["incentive"])
    assert check_participation(design.rule, promises["participation"])
    if promises["budget"]:
        assert check_budget(design.rule, promises["budget"])


@settings(max_examples=25)
@example(seed=4462326, objective="welfare")
@example(seed=65, objective="max_min")
@given(seed=st.integers(0, 2**32 - 1), objective=st.sampled_from(["welfare", "revenue", "max_min"]))
def test_large_settings_are_solved_as_small_ones_are(seed, objective):
    rng = np.random.default_rng(seed)
    setting = random_setting(rng, examined=rng.random() < 0.4)
    promises = random_promises(rng)

    def outcome():
        try:
            return design_mechanism(setting, objective, **promises)
        except (Unbounded, Infeasible) as error:
            return error

    exact = outcome()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(mechanism_design, "EXACT_ROWS", 0)
        large = outcome()
    if isinstance(exact, Exception):
        assert type(large) is type(exact), large
        assert isinstance(large, Unbounded) or large.certificate
        return
    assert abs(large.value - exact.value) <= Fraction(1, 10**6)
    assert large.certificate
    assert large.certificate.basis == "EXACT" or -Fraction(7, 10**7) <= large.certificate.margin <= 0


# --- theory ----------------------------------------------------------------------------------------


def virtual_revenue(values, chances):
    """Myerson 1981 for independent types: the expected largest virtual value, or 0, values of one agent rising in its type.

    Regular settings only: virtual values v_k - (v_{k+1} - v_k) (1 - F_k) / f_k rise with the value.
    """
    virtual = []
    for worths, f in zip(values, chances, strict=True):
        above = [1 - sum(f[: k + 1]) for k in range(len(f))]
        phi = [v - (worths[k + 1] - v) * above[k] / f[k] if k + 1 < len(f) else Fraction(v) for k, v in enumerate(worths)]
        if phi != sorted(phi):
            return None
        virtual.append(phi)
    total = Fraction(0)
    for profile in product(*(range(len(f)) for f in chances)):
        p = Fraction(1)
        for f, t in zip(chances, profile, strict=True):
            p *= f[t]
        total += p * max(0, *(phi[t] for phi, t in zip(virtual, profile, strict=True)))
    return total


@settings(max_examples=30)
@given(data=st.data())
def test_the_best_auction_sells_by_virtual_values(data):  # Myerson 1981
    values, chances = [], []
    for _ in range(2):
        worths = sorted(data.draw(st.sets(st.integers(0, 12), min_size=1, max_size=3)))
        weights = [data.draw(st.integers(1, 4)) for _ in worths]
        values.append(worths)
        chances.append([Fraction(w, sum(weights)) for w in weights])
    expected = virtual_revenue(values, chances)
    if expected is None:
        return
    auction = single_item_auction({"A": values[0], "B": values[1]}, prior={"A": chances[0], "B": chances[1]})
    assert design_mechanism(auction, "revenue").value == expected
    assert design_mechanism(auction, "revenue", "bayesian", "interim").value == expected


def test_the_best_rule_for_welfare_is_efficient_and_as_good_as_the_pivotal_rule():  # Clarke 1971
    project = public_project({"A": [0, 3], "B": [1, 4], "C": [0, 2]}, cost=5)
    design = design_mechanism(project, "welfare", participation=None)
    assert check_efficiency(design.rule)
    assert design.value == sum(
        project.probability(p) * max(project.welfare(p, 0), project.welfare(p, 1)) for p in project.each_profile()
    )


@settings(max_examples=20)
@given(seed=st.integers(0, 2**32 - 1))
def test_efficiency_and_balance_go_together_on_average(seed):  # d'Aspremont & Gerard-Varet 1979
    rng = np.random.default_rng(seed)
    values = {name: sorted(rng.choice(10, int(rng.integers(1, 4)), replace=False).tolist()) for name in "AB"}
    project = public_project(values, cost=int(rng.integers(0, 15)))
    design = design_mechanism(project, "welfare", "bayesian", None, "balanced")
    assert check_efficiency(design.rule)


def test_correlated_types_cost_no_rents():  # Cremer & McLean 1988: all of the surplus is extracted
    prior = [[Fraction(2, 5), Fraction(1, 10)], [Fraction(1, 10), Fraction(2, 5)]]
    auction = single_item_auction({"A": [1, 3], "B": [1, 3]}, prior=prior)
    surplus = sum(auction.probability(p) * max(auction.welfare(p, x) for x in range(3)) for p in auction.each_profile())
    assert design_mechanism(auction, "revenue", "bayesian", "interim").value == surplus
    assert design_mechanism(auction, "revenue").value < surplus


TRADE = bilateral_trade(buyer=[1, 2, 3, 4], seller=[0, 1, 2, 3])
WHENEVER_WORTH_MORE = [[1 if b >= c else 0 for c in (0, 1, 2, 3)] for b in (1, 2, 3, 4)]


def test_efficient_trade_that_pays_for_itself_is_impossible():  # Myerson & Satterthwaite 1983
    with pytest.raises(Infeasible) as refusal:
        design_mechanism(TRADE, "welfare", "bayesian", "interim", "balanced", decision=WHENEVER_WORTH_MORE)
    error = refusal.value
    assert error.certificate.verdict == "HOLDS"
    assert any("claiming" in words for words in error.conflict)
    assert any("outside" in words for words in error.conflict)
    assert any("payments must equal the costs" in words for words in error.conflict)
    assert {"without truthfulness", "without participation", "without the budget"} <= set(error.ways_out)
    needed = next(words for words in error.ways_out if "funds" in words)
    assert needed == "with funds of 0.75 more at every profile"
    # With these funds it is possible, with a little less it is not.
    design_mechanism(TRADE, "welfare", "bayesian", "interim", "balanced", decision=WHENEVER_WORTH_MORE, funds="0.75")
    with pytest.raises(Infeasible):
        design_mechanism(
            TRADE, "welfare", "bayesian", "interim", "balanced", decision=WHENEVER_WORTH_MORE, funds=Fraction(3, 4) - TINY
        )


def test_a_forged_impossibility_is_refuted():
    with pytest.raises(Infeasible) as refusal:
        design_mechanism(TRADE, "welfare", "bayesian", "interim", "balanced", decision=WHENEVER_WORTH_MORE)
    witness = refusal.value.certificate.witness
    promises = Promises("bayesian", "interim", "balanced")
    decision = DirectRule(TRADE, WHENEVER_WORTH_MORE).lotteries
    assert check_no_rule(TRADE, promises, witness, decision)
    # Another decision, funds that suffice, or a promise dropped: no longer a contradiction.
    assert not check_no_rule(TRADE, promises, witness)
    assert not check_no_rule(TRADE, replace(promises, funds=Fraction(1)), witness, decision)
    for kind in ("truthful", "participation", "budget"):
        for k in range(len(witness[kind])):
            rest = [row for j, row in enumerate(witness[kind]) if j != k]
            assert not check_no_rule(TRADE, promises, {**witness, kind: rest}, decision)
    negated = [[*row[:-1], f"-{row[-1]}"] for row in witness["truthful"]]
    with pytest.raises(InvalidEvidence, match="not negative"):
        check_no_rule(TRADE, promises, {**witness, "truthful": negated}, decision)
    with pytest.raises(InvalidEvidence, match="not promised anything"):
        check_no_rule(TRADE, replace(promises, incentive="dominant"), witness, decision)


# --- model I5 --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("chance", "loss", "cost", "penalty", "membership", "least", "reward", "examined"),
    [
        ("0.2", 10, 2, 20, 50, "0.8", 0, "0.5"),  # I5-01
        ("0.05", 10, 2, 20, 50, "0.5", 10, 0),  # I5-02
        ("0.4", 10, 2, 6, 50, "2.8", 4, 1),  # I5-05
    ],
)
def test_rewards_or_examinations_for_one_kind_of_finding(chance, loss, cost, penalty, membership, least, reward, examined):
    setting = examined_disclosure(
        {"nothing": 0, "finding": loss}, [1 - Fraction(chance), chance], Examination(cost, penalty), membership
    )
    design = design_mechanism(setting, "least_cost", payments=(None, 0), decision=disclosed_as_reported(setting))
    assert design.value == Fraction(least)
    assert design.rule.payments[1, 0] == -reward
    assert design.rule.examinations[0, 0] == Fraction(examined)  # the report of nothing is the one to examine
    assert design.rule.examinations[1, 0] == 0


def test_three_kinds_of_findings():  # I5-04
    setting = examined_disclosure({"a": 0, "b": 4, "c": 10}, ["0.7", "0.2", "0.1"], Examination(1, 15), 100)
    design = design_mechanism(setting, "least_cost", payments=(None, 0), decision=disclosed_as_reported(setting))
    assert round(float(design.value), 6) == 0.546667
    assert [row[0] for row in design.rule.examinations.fractions()] == [Fraction(2, 3), Fraction(2, 5), 0]


def test_a_membership_worth_less_than_the_loss_needs_a_reward_however_cheap_examinations_are():  # I5, pitfall
    setting = examined_disclosure({"nothing": 0, "finding": 10}, ["0.8", "0.2"], Examination("0.01", 1000), membership=4)
    design = design_mechanism(setting, "least_cost", payments=(None, 0), decision=disclosed_as_reported(setting))
    assert design.rule.payments[1, 0] == -6


# --- without chance --------------------------------------------------------------------------------


def best_by_trying_all(setting, objective, **promises):
    """Every rule without chance, with the best payments for each."""
    best = None
    for chosen in product(range(len(setting.outcomes)), repeat=setting.profiles):
        try:
            value = design_mechanism(setting, objective, decision=np.reshape(chosen, setting.shape), **promises).value
        except Infeasible:
            continue
        best = value if best is None else max(best, value)
    return best


@settings(max_examples=6)
@given(seed=st.integers(0, 2**32 - 1))
def test_the_best_rule_without_chance_is_the_best_of_all(seed):
    rng = np.random.default_rng(seed)
    setting = bilateral_trade(rng.choice(6, 2, replace=False).tolist(), rng.choice(6, 2, replace=False).tolist())
    promises = {"incentive": "dominant", "participation": "ex-post", "budget": "balanced"}
    design = design_mechanism(setting, "welfare", deterministic=True, **promises)
    assert design.value == best_by_trying_all(setting, "welfare", **promises)
    assert design.rule.lotteries.denominator == 1
    free = design_mechanism(setting, "welfare", **promises)
    assert -design.certificate.margin == free.value - design.value
    assert design.certificate.basis == ("EXACT" if free.value == design.value else "ASSUMED")


# --- what is refused -------------------------------------------------------------------------------


AUCTION = single_item_auction({"A": [1, 3], "B": [1, 3]})


def test_near_misses_of_the_best_auction_are_refuted():
    design = design_mechanism(AUCTION, "revenue")
    promises, witness = design.promises, design.certificate.witness
    assert check_design(design.rule, "revenue", promises, witness) == design.certificate
    paid = design.rule.payments.numerators.astype(object)
    for step in (TINY, -TINY):
        for place in product(range(2), range(2), range(2)):
            moved = paid.copy()
            moved[place] += step
            assert not check_design(DirectRule(AUCTION, design.rule.lotteries, moved), "revenue", promises, witness)
    for kind in ("truthful", "participation"):
        assert witness[kind]
        for k, row in enumerate(witness[kind]):
            for other in ([], [[*row[:-1], str(Fraction(row[-1]) + TINY)]]):
                forged = {**witness, kind: [*witness[kind][:k], *other, *witness[kind][k + 1 :]]}
                assert not check_design(design.rule, "revenue", promises, forged)
    assert not check_design(design.rule, "welfare", promises, witness)
    other = {bidder: table.numerators.copy() for bidder, table in zip("AB", AUCTION.values, strict=True)}
    other["A"][1, 1] += 1
    dearer = BayesianSetting(dict(AUCTION.types), AUCTION.outcomes, other)
    assert not check_design(DirectRule(dearer, design.rule.lotteries, design.rule.payments), "revenue", promises, witness)
    with pytest.raises(InvalidEvidence, match="A has no type '3'; its types are 1, 4"):
        check_design(
            DirectRule(single_item_auction({"A": [1, 4], "B": [1, 3]}), design.rule.lotteries), "revenue", promises, witness
        )


def test_a_tolerance_is_stated_and_makes_the_basis_enclosed():
    design = design_mechanism(AUCTION, "revenue")
    witness = dict(design.certificate.witness) | {"tolerance": "1/1000"}
    paid = design.rule.payments.numerators.astype(object) - Fraction(1, 2000)
    close = check_design(DirectRule(AUCTION, design.rule.lotteries, paid), "revenue", design.promises, witness)
    assert close.verdict == "HOLDS"
    assert close.basis == "ENCLOSED"
    assert close.margin == -Fraction(1, 1000)
    far = check_design(DirectRule(AUCTION, design.rule.lotteries, paid - TINY), "revenue", design.promises, witness)
    assert far.verdict == "FAILS"


def test_a_rule_survives_json():
    design = design_mechanism(AUCTION, "revenue")
    data = design.to_json()
    rule = DirectRule.from_json(data["rule"])
    goal = Objective.from_json(data["objective"])
    assert objective_value(rule, goal) == design.value == Fraction(data["value_exact"])
    assert check_design(rule, goal, Promises(**data["promises"]), data["certificate"]["witness"]) == design.certificate
    assert verify(design) == design.certificate
    assert verify(json.dumps(data)) == design.certificate


@pytest.mark.parametrize("arguments", [{"deterministic": True}, {"decision": [[0, 2], [1, 1]]}, {"objective": "max_min"}, {}])
def test_a_forged_design_is_refuted(arguments):
    design = design_mechanism(AUCTION, **{"objective": "revenue", "budget": "no-deficit"} | arguments)
    data = json.loads(json.dumps(design.to_json()))
    assert verify(data) == design.certificate
    refuted = 0
    for path, leaf in leaves(data):
        for other in forgeries(leaf):
            forged = json.loads(json.dumps(data))
            part = forged
            for step in path[:-1]:
                part = part[step]
            part[path[-1]] = other
            if not verify(forged):
                refuted += 1
                continue
            # What may change without making the design wrong: names, a unit, or how a number is written.
            assert path[0] in ("rule", "objective", "promises"), path
            assert path[-1] in ("name", "unit", "schema") or "setting" in path or forged["certificate"] == data["certificate"]
    assert refuted > 50


def leaves(data, path=()):
    if isinstance(data, dict | list):
        for key, part in data.items() if isinstance(data, dict) else enumerate(data):
            yield from leaves(part, (*path, key))
    else:
        yield path, data


def forgeries(leaf):
    if isinstance(leaf, bool):
        yield not leaf
    elif isinstance(leaf, int | float):
        yield leaf + 1
    elif isinstance(leaf, str):
        yield leaf + "0"
        if leaf.lstrip("-").isdigit():
            yield str(int(leaf) + 1)


def test_revenue_without_participation_has_no_best():
    with pytest.raises(Unbounded, match="promise participation"):
        design_mechanism(AUCTION, "revenue", participation=None)


def test_no_rule_without_chance_where_only_a_coin_keeps_the_promises():
    setting = BayesianSetting(types={"A": ["t"]}, outcomes=["x", "y"], values={"A": [[1, -1]]}, costs=[1, -1])
    design = design_mechanism(setting, "welfare", budget="balanced", payments=(0, 0))
    assert design.rule.lotteries[0].fractions() == [Fraction(1, 2)] * 2
    with pytest.raises(Infeasible, match="toss a coin"):
        design_mechanism(setting, "welfare", budget="balanced", payments=(0, 0), deterministic=True)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"objective": "profit"}, "objective is 'profit'"),
        ({"objective": {"C": 1}}, "no agent 'C'"),
        ({"objective": [1, 2]}, r"the table has shape \(2,\)"),
        ({"incentive": "strong"}, "incentive is 'strong'"),
        ({"participation": "always"}, "participation is 'always'"),
        ({"budget": "surplus"}, "budget is 'surplus'"),
        ({"payments": (1, 0)}, "at least 1 and at most 0"),
        ({"payments": 5}, "payments is 5"),
        ({"funds": "much"}, "the funds is 'much'"),
        ({"decision": [1, 2]}, "the lotteries have shape"),
        ({"decision": [[0, 0], [0, 0]], "deterministic": True}, "leave one of them out"),
    ],
)
def test_what_makes_no_sense_is_refused(arguments, message):
    with pytest.raises(ComityError, match=message):
        design_mechanism(AUCTION, **arguments)


@pytest.mark.parametrize("rows", [2000, 0])
@pytest.mark.parametrize("unit", [10**25, Fraction(1, 10**15), Fraction(1, 3), Fraction("0.1")])
def test_units_do_not_matter(unit, rows, monkeypatch):
    monkeypatch.setattr(mechanism_design, "EXACT_ROWS", rows)
    values = [[0, unit, 0], [0, 3 * unit, 0]], [[0, 0, unit], [0, 0, 3 * unit]]
    auction = BayesianSetting({"A": [1, 3], "B": [1, 3]}, ["kept", "to A", "to B"], dict(zip("AB", values, strict=True)))
    assert design_mechanism(auction, "revenue").value == Fraction(9, 4) * unit
    assert design_mechanism(auction, "welfare", "bayesian", "interim", "balanced").value == Fraction(5, 2) * unit


@pytest.mark.parametrize("rows", [2000, 0])
def test_one_agent_one_type_nothing_at_stake(rows, monkeypatch):
    monkeypatch.setattr(mechanism_design, "EXACT_ROWS", rows)
    setting = BayesianSetting({"A": ["t"]}, ["x"], {"A": [[0]]})
    for objective in ("welfare", "revenue", "least_cost"):
        assert design_mechanism(setting, objective).value == 0
