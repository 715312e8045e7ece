"""What a direct rule promises, confirmed report by report; checks agree with utilities written out and refute near misses."""

from fractions import Fraction
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from comity.checks import rules
from comity.checks.rules import check_budget, check_efficiency, check_participation, check_truthful, lies
from comity.games.bayesian.rule import DirectRule
from comity.games.bayesian.setting import BayesianSetting, Examination
from comity.games.bayesian.standard import single_item_auction

TINY = Fraction(1, 10**12)


def random_rule(seed):
    """Small and of every kind: with and without lotteries and examinations, private and interdependent values, any prior."""
    rng = np.random.default_rng(seed)
    n = int(rng.integers(1, 4))
    shape = tuple(int(k) for k in rng.integers(1, 4, n))
    count = int(rng.integers(1, 4))
    agents = [f"P{i}" for i in range(n)]
    huge = 10 ** int(rng.choice([0, 0, 30]))

    def numbers(size):
        return [
            Fraction(int(a) * huge, int(b)) for a, b in zip(rng.integers(-9, 10, size), rng.integers(1, 4, size), strict=True)
        ]

    def table(size):
        flat = np.empty(int(np.prod(size)), dtype=object)
        flat[:] = numbers(len(flat))
        return flat.reshape(size)

    if rng.random() < 0.5:
        prior = {
            a: [Fraction(int(w), int(x.sum())) for w in x]
            for a, x in ((a, rng.integers(0, 3, k) + (np.arange(k) == 0)) for a, k in zip(agents, shape, strict=True))
        }
    else:
        weights = rng.integers(0, 3, shape) + 1
        prior = np.vectorize(lambda w: Fraction(int(w), int(weights.sum())), otypes=[object])(weights)
    interdependent = rng.random() < 0.3
    examined = rng.random() < 0.4
    setting = BayesianSetting(
        types={a: [f"t{k}" for k in range(size)] for a, size in zip(agents, shape, strict=True)},
        outcomes=[f"x{k}" for k in range(count)],
        values={a: table((*shape, count) if interdependent else (size, count)) for a, size in zip(agents, shape, strict=True)},
        prior=prior,
        outside={a: numbers(size) for a, size in zip(agents, shape, strict=True)},
        costs=numbers(count),
        reports={a: rng.random((size, size)) < 0.7 for a, size in zip(agents, shape, strict=True)},
        examination=Examination("0.3", 7, "0.9", "0.1") if examined else None,
    )
    if rng.random() < 0.5:
        lotteries = rng.integers(0, count, shape)
    else:
        raw = rng.integers(0, 4, (*shape, count)) + 1
        lotteries = np.vectorize(Fraction, otypes=[object])(raw, raw.sum(axis=-1, keepdims=True))
    examinations = rng.integers(0, 5, (*shape, n)) / 4 if examined else None
    return DirectRule(setting, lotteries, table((*shape, n)), examinations)


def gains_written_out(rule, incentive):
    setting = rule.setting
    for i in range(len(setting.agents)):
        for t, r in product(range(setting.shape[i]), repeat=2):
            if not setting.reports[i][t, r]:
                continue
            profiles = [p for p in setting.each_profile() if p[i] == t]
            each = [rule.utility(i, p, report=r) - rule.utility(i, p) for p in profiles]
            if incentive == "dominant":
                yield from each
            else:
                own = sum(setting.probability(p) for p in profiles)
                if own:
                    yield sum(setting.probability(p) * gain for p, gain in zip(profiles, each, strict=True)) / own


@settings(max_examples=150)
@given(seed=st.integers(0, 2**32 - 1))
def test_the_largest_gain_is_found_among_all_lies(seed):
    rule = random_rule(seed)
    for incentive in ("dominant", "bayesian"):
        certificate = check_truthful(rule, incentive)
        assert -certificate.margin == max(gains_written_out(rule, incentive))
        assert bool(certificate) == (certificate.margin >= 0)


@settings(max_examples=60)
@given(seed=st.integers(0, 2**32 - 1))
def test_the_witness_of_a_lie_says_who_gains_how_much_by_which(seed):
    rule = random_rule(seed)
    witness = check_truthful(rule).witness
    setting = rule.setting
    i = setting.index(witness["agent"])
    types = dict(witness["others"]) | {witness["agent"]: witness["type"]}
    profile = setting.profile(types)
    report = setting.type_names(i).index(witness["report"])
    assert rule.utility(i, profile, report) - rule.utility(i, profile) == Fraction(witness["gain"])
    assert setting.reports[i][profile[i], report]


@settings(max_examples=100)
@given(seed=st.integers(0, 2**32 - 1))
def test_participation_budget_and_efficiency_written_out(seed):
    rule = random_rule(seed)
    setting = rule.setting
    everyone = range(len(setting.agents))
    profiles = list(setting.each_profile())
    surplus = {(i, p): rule.utility(i, p) - setting.outside[i][p[i]] for i in everyone for p in profiles}
    assert check_participation(rule).margin == min(surplus.values())
    interim = []
    for i in everyone:
        for t in range(setting.shape[i]):
            own = [p for p in profiles if p[i] == t]
            if weight := sum(map(setting.probability, own)):
                interim.append(sum(setting.probability(p) * surplus[i, p] for p in own) / weight)
    assert check_participation(rule, "interim").margin == min(interim)
    left = {p: sum(rule.payments[p].fractions()) - rule.cost(p) + Fraction(1, 3) for p in profiles}
    assert check_budget(rule, "no-deficit", funds="1/3").margin == min(left.values())
    assert check_budget(rule, "balanced", funds="1/3").margin == -max(map(abs, left.values()))
    expected = sum(setting.probability(p) * amount for p, amount in left.items())
    assert check_budget(rule, "no-expected-deficit", funds="1/3").margin == expected
    losses = []
    for p in profiles:
        welfare = [setting.welfare(p, x) for x in range(len(setting.outcomes))]
        got = sum(rule.lotteries[p][x] * w for x, w in enumerate(welfare))
        losses.append(max(welfare) - got if setting.probability(p) else 0)
    assert check_efficiency(rule).margin == -max(losses)


def second_price(values, reserve=0):
    """The highest bid wins and pays the second highest; ties go to the first."""
    auction = single_item_auction(values, reserve=reserve)
    bids = [[Fraction(v) for v in worths] for worths in values.values()]
    chosen, paid = np.zeros(auction.shape, dtype=int), np.zeros((*auction.shape, len(bids)), dtype=object)
    for p in auction.each_profile():
        offered = [bids[i][t] for i, t in enumerate(p)]
        winner = max(range(len(bids)), key=lambda i: (offered[i], -i))
        chosen[p] = winner + 1
        paid[(*p, winner)] = max([v for i, v in enumerate(offered) if i != winner], default=Fraction(0))
    return DirectRule(auction, chosen, paid)


def test_a_second_price_auction_keeps_its_promises():  # Vickrey 1961
    rule = second_price({"A": [1, 2, 5], "B": [0, 2, 4], "C": [3]})
    assert check_truthful(rule)
    assert check_participation(rule).margin == 0
    assert check_budget(rule).margin >= 0
    assert check_efficiency(rule)


def test_a_first_price_auction_invites_lower_bids():
    rule = second_price({"A": [1, 2, 5], "B": [0, 2, 4]})
    chosen = rule.lotteries.numerators.argmax(-1)
    own = np.array([[[[1, 2, 5][a], [0, 2, 4][b]] for b in range(3)] for a in range(3)])
    first = DirectRule(rule.setting, chosen, own * (np.arange(1, 3) == chosen[..., None]))
    certificate = check_truthful(first)
    assert certificate.margin == -4  # A has 5 and says 1 while B says 0: 4 instead of 0
    assert (certificate.witness["agent"], certificate.witness["type"], certificate.witness["report"]) == ("A", "5", "1")
    assert certificate.witness["lies_tried"] == lies(rule.setting, "dominant") == 2 * 6 * 3


@pytest.mark.parametrize("incentive", ["dominant", "bayesian"])
def test_a_rule_off_by_a_trillionth_is_refuted(incentive):
    rule = second_price({"A": [1, 2], "B": [1, 2]})
    assert check_truthful(rule, incentive).margin == 0
    paid = rule.payments.numerators.astype(object)
    paid[1, 0, 0] += TINY  # a winner with 2 against 1 would rather say 1
    moved = DirectRule(rule.setting, rule.lotteries, paid)
    gain = TINY if incentive == "dominant" else TINY / 2
    assert check_truthful(moved, incentive).margin == -gain
    paid[:] -= 1
    assert check_budget(DirectRule(rule.setting, rule.lotteries, paid)).verdict == "FAILS"


def test_nothing_is_promised_to_types_that_cannot_occur():
    auction = single_item_auction({"A": [1, 2], "B": [1]}, prior={"A": [1, 0], "B": [1]})
    rule = DirectRule(auction, [[1], [1]], [[[1, 0]], [[5, 0]]])
    assert check_truthful(rule, "bayesian")
    assert check_truthful(rule, "dominant").margin == -4
    assert check_participation(rule, "interim")
    assert check_participation(rule).margin == -3


def test_many_profiles_of_the_others_are_taken_in_parts(monkeypatch):
    rules_of_one = [random_rule(seed) for seed in range(40)]
    whole = [(check_truthful(r), check_truthful(r, "bayesian")) for r in rules_of_one]
    monkeypatch.setattr(rules, "CHUNK", 4)
    assert [(check_truthful(r), check_truthful(r, "bayesian")) for r in rules_of_one] == whole
