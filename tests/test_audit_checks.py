"""What groups, types and players of trees could gain, by the definitions written out in fractions; near misses are refuted."""

from fractions import Fraction
from itertools import combinations, permutations, product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from test_rule_checks import random_rule, second_price

from comity.certificate import Verdict
from comity.checks import deviations
from comity.checks.deviations import check_deviation, utility_after
from comity.checks.envy import check_envy_free
from comity.checks.false_names import check_false_name_proof
from comity.checks.group_strategyproofness import check_collusion_proof, check_group_strategyproof
from comity.checks.monotonicity import check_implementable, check_weakly_monotone, cycle_sum, without_payments
from comity.checks.obvious_strategyproofness import check_obviously_strategyproof
from comity.checks.rules import check_participation, check_truthful
from comity.errors import ComityError, ImpossiblePromises, InvalidEvidence, InvalidGame
from comity.games.bayesian.rule import DirectRule
from comity.games.bayesian.setting import BayesianSetting
from comity.games.bayesian.standard import single_item_auction
from comity.games.extensive.tree import Chance, GameTree, Leaf, Move
from comity.solvers.design.implementing_payments import implementing_payments

TINY = Fraction(1, 10**12)
seeds = st.integers(0, 2**32 - 1)
rules = settings(max_examples=60, deadline=None)


# --- groups ----------------------------------------------------------------------------------------


def joint_gains(rule, size):
    """Every joint lie of every group that is possible: the members' gains."""
    setting = rule.setting
    n = len(setting.agents)
    for k in range(1, min(size, n) + 1):
        for group in combinations(range(n), k):
            for true in setting.each_profile():
                for said in product(*(np.flatnonzero(setting.reports[i][true[i]]) for i in group)):
                    reports = list(true)
                    for i, r in zip(group, said, strict=True):
                        reports[i] = int(r)
                    yield [utility_after(rule, i, true, tuple(reports)) - utility_after(rule, i, true, true) for i in group]


@rules
@given(seed=seeds, size=st.integers(1, 3))
def test_the_best_joint_lie_is_found_among_all(seed, size):
    rule = random_rule(seed)
    gains = list(joint_gains(rule, size))
    assert check_group_strategyproof(rule, size, strong=False).margin == -max(map(min, gains))
    assert check_group_strategyproof(rule, size).margin == -max((max(g) for g in gains if min(g) >= 0), default=0)
    assert check_collusion_proof(rule, size).margin == -max(map(sum, gains))


@rules
@given(seed=seeds)
def test_a_group_of_one_is_an_agent(seed):
    rule = random_rule(seed)
    alone = check_truthful(rule).margin
    assert check_group_strategyproof(rule, 1).margin == alone
    assert check_group_strategyproof(rule, 1, strong=False).margin == alone
    assert check_collusion_proof(rule, 1).margin == alone


@rules
@given(seed=seeds)
def test_a_joint_lie_is_added_up_again_from_its_witness_and_a_forged_one_refused(seed):
    rule = random_rule(seed)
    for certificate in (check_group_strategyproof(rule), check_collusion_proof(rule), check_truthful(rule)):
        witness = certificate.witness
        if certificate:
            continue
        again = check_deviation(rule, witness)
        assert again.verdict is Verdict.HOLDS
        members = witness.get("members") or {witness["agent"]: witness}
        for agent, said in members.items():
            forged = {**members, agent: {**said, "gain": str(Fraction(said["gain"]) + TINY)}}
            assert not check_deviation(rule, {"members": forged, "others": witness["others"]})
            unable = rule.setting.reports[rule.setting.index(agent)]
            names = rule.setting.type_names(rule.setting.index(agent))
            for t, r in np.argwhere(~unable):
                cheat = {agent: {"type": names[t], "report": names[r], "gain": "0"}}
                assert not check_deviation(
                    rule, {"members": cheat, "others": dict.fromkeys(rule.agents, "t0") | witness["others"]}
                )


def test_many_types_are_taken_in_parts(monkeypatch):
    some = [random_rule(seed) for seed in range(30)]
    whole = [(check_group_strategyproof(rule, 3), check_collusion_proof(rule)) for rule in some]
    for chunk in (1, 7, 40):
        monkeypatch.setattr(deviations, "CHUNK", chunk)
        assert [(check_group_strategyproof(rule, 3), check_collusion_proof(rule)) for rule in some] == whole


def test_evidence_that_names_nobody_is_refused():
    rule = second_price({"A": [1, 2], "B": [1]})
    for witness in (
        {},
        {"members": {}},
        {"agent": "A"},
        {"members": {"Z": {"type": "1", "report": "1", "gain": 0}}, "others": {}},
    ):
        with pytest.raises(ComityError):
            check_deviation(rule, witness)


def test_an_average_gain_is_added_up_again():
    rule = DirectRule(single_item_auction({"A": [1, 2], "B": [1, 2]}), [[1, 2], [1, 1]], [[[1, 0], [0, 2]], [[2, 0], [2, 0]]])
    witness = check_truthful(rule, "bayesian").witness
    assert check_deviation(rule, witness)
    assert not check_deviation(rule, {**witness, "gain": str(Fraction(witness["gain"]) - TINY)})
    with pytest.raises(InvalidEvidence, match="has no type"):
        check_deviation(rule, {**witness, "report": "7"})


# --- envy ------------------------------------------------------------------------------------------


@rules
@given(seed=seeds)
def test_envy_written_out(seed):
    rule = random_rule(seed)
    setting, rng = rule.setting, np.random.default_rng(seed)
    n, outcomes = len(setting.agents), len(setting.outcomes)
    shares = [[rng.integers(-5, 6, (size, outcomes)).tolist() for _ in range(n)] for size in setting.shape]

    def net(i, j, p):
        worth = sum(chance * shares[i][j][p[i]][x] for x, chance in rule.chances(p))
        return worth - rule.payments[(*p, j)]

    envies = [net(i, j, p) - net(i, i, p) for p in setting.each_profile() for i in range(n) for j in range(n)]
    certificate = check_envy_free(rule, shares)
    assert certificate.margin == -max(envies)
    if not certificate:
        witness = certificate.witness
        p = setting.profile(witness["types"])
        i, j = setting.index(witness["agent"]), setting.index(witness["envies"])
        assert net(i, j, p) - net(i, i, p) == Fraction(witness["gain"])


def test_envy_of_a_trillionth_is_noticed():
    cake = BayesianSetting({"A": ["a"], "B": ["b"]}, ["cut"], {"A": [[1]], "B": [[1]]})
    equal = [[[[1]], [[1]]], [[[1]], [[1]]]]
    assert check_envy_free(DirectRule(cake, [[0]]), equal)
    assert check_envy_free(DirectRule(cake, [[0]], [[[TINY, 0]]]), equal).margin == -TINY
    with pytest.raises(ComityError, match="a table for each pair"):
        check_envy_free(DirectRule(cake, [[0]]), equal[:1])


# --- payments --------------------------------------------------------------------------------------


def values_lost(rule, i, others):
    """What types lose in value by claiming others, where they can."""
    bare, setting = without_payments(rule), rule.setting

    def at(t):
        return (*others[:i], t, *others[i:])

    return {
        (t, r): utility_after(bare, i, at(t), at(t)) - utility_after(bare, i, at(t), at(r))
        for t in range(setting.shape[i])
        for r in range(setting.shape[i])
        if setting.reports[i][t, r]
    }


def graphs(rule):
    setting = rule.setting
    for i in range(len(setting.agents)):
        for others in product(*(range(size) for j, size in enumerate(setting.shape) if j != i)):
            yield i, others, values_lost(rule, i, others)


@rules
@given(seed=seeds)
def test_weak_monotonicity_written_out(seed):
    rule = random_rule(seed)
    slack = [lost[t, r] + lost[r, t] for _, _, lost in graphs(rule) for t, r in lost if (r, t) in lost]
    assert check_weakly_monotone(rule).margin == min(slack)


@rules
@given(seed=seeds)
def test_payments_are_found_unless_a_cycle_of_types_forbids_them(seed):  # Rochet 1987
    rule = random_rule(seed)
    cycles = [
        sum(lost[a, b] for a, b in zip(cycle, [*cycle[1:], cycle[0]], strict=True))
        for i, _, lost in graphs(rule)
        for k in range(2, rule.setting.shape[i] + 1)
        for cycle in permutations(range(rule.setting.shape[i]), k)
        if all(pair in lost for pair in zip(cycle, [*cycle[1:], cycle[0]], strict=True))
    ]
    if min(cycles, default=0) < 0:
        with pytest.raises(ImpossiblePromises) as refused:
            implementing_payments(rule)
        certificate = refused.value.certificate
        assert certificate.verdict is Verdict.FAILS
        assert certificate.margin == cycle_sum(rule, certificate.witness) < 0
        assert check_implementable(rule, cycle=certificate.witness) == certificate
        backwards = {**certificate.witness, "types": certificate.witness["types"][::-1]}
        if cycle_is_possible(rule, backwards) and cycle_sum(rule, backwards) >= 0:
            with pytest.raises(InvalidEvidence, match="only a negative one"):
                check_implementable(rule, cycle=backwards)
    else:
        paying = implementing_payments(rule)
        assert check_truthful(paying)
        assert check_participation(paying)
        assert check_implementable(rule, payments=paying.payments).margin >= 0


def cycle_is_possible(rule, cycle):
    i = rule.setting.index(cycle["agent"])
    places = [rule.setting.type_names(i).index(name) for name in cycle["types"]]
    return all(rule.setting.reports[i][t, r] for t, r in zip(places, [*places[1:], places[0]], strict=True))


@settings(max_examples=20, deadline=None)
@given(seed=seeds)
def test_nobody_can_be_asked_to_pay_more_for_the_same_decisions(seed):
    rng = np.random.default_rng(seed)
    types = {name: sorted({int(v) for v in rng.integers(0, 9, 3)}) for name in "AB"}
    rule = implementing_payments(second_price(types))
    place = tuple(int(rng.integers(k)) for k in (*rule.setting.shape, 2))
    paid = np.array(rule.payments.fractions(), dtype=object)
    paid[place] += TINY
    dearer = DirectRule(rule.setting, rule.chosen, paid)
    assert not (check_truthful(dearer) and check_participation(dearer))


def test_an_efficient_auction_is_paid_by_the_least_winning_type():
    rule = second_price({"A": [1, 3, 5], "B": [2, 4]})
    paying = implementing_payments(rule)
    # On the grid the winner pays the least of its types that still wins, not the other's bid.
    assert paying.payment({"A": 5, "B": 2}) == {"A": 3, "B": 0}
    assert paying.payment({"A": 3, "B": 4}) == {"A": 0, "B": 4}


def test_payments_that_invite_a_lie_prove_nothing():
    rule = second_price({"A": [1, 2], "B": [1, 2]})
    paid = np.array(implementing_payments(rule).payments.fractions(), dtype=object)
    assert check_implementable(rule, payments=paid)
    paid[1, 0, 0] += TINY
    with pytest.raises(InvalidEvidence, match="gains 1/1000000000000"):
        check_implementable(rule, payments=paid)
    with pytest.raises(InvalidEvidence, match="either"):
        check_implementable(rule)
    with pytest.raises(InvalidEvidence, match="only a negative one"):
        check_implementable(rule, cycle={"agent": "A", "types": ["1", "2"], "others": {"B": "1"}})
    for cycle in ({}, {"agent": "A", "types": ["1"], "others": {"B": "1"}}, {"agent": "Z", "types": ["1", "2"], "others": {}}):
        with pytest.raises(ComityError):
            check_implementable(rule, cycle=cycle)


def test_a_claim_that_cannot_be_made_closes_no_cycle():
    inverted = [[1], [2]]
    free = single_item_auction({"A": [1, 4], "B": [2]})
    with pytest.raises(ImpossiblePromises, match="no payments make these decisions truthful"):
        implementing_payments(DirectRule(free, inverted))
    bound = BayesianSetting(free.types, free.outcomes, free.values, reports={"A": {"1": ["1"], "4": ["1", "4"]}})
    assert check_truthful(implementing_payments(DirectRule(bound, inverted)))
    with pytest.raises(InvalidEvidence, match="cannot claim to be"):
        check_implementable(DirectRule(bound, inverted), cycle={"agent": "A", "types": ["1", "4"], "others": {"B": "2"}})


# --- trees -----------------------------------------------------------------------------------------


def random_tree(rng):
    """Three moves deep, information sets that span moves, chance now and then."""
    types = {"A": [0, 1], "B": [0, 1]}
    worths = rng.integers(-4, 5, (2, 2, 64))
    plans = rng.integers(0, 2, (2, 2, 64))
    ends = iter(range(64))

    def grow(depth, knows):
        if depth == 3 or (depth and rng.random() < 0.2):
            return Leaf(next(ends))
        if rng.random() < 0.15:
            return Chance([grow(depth + 1, {**knows}) for _ in range(2)])
        player = "AB"[int(rng.integers(2))]
        # A player remembers its own moves, and sees the other's half of the time.
        information = " ".join(knows[player]) or "start"
        branches = {}
        for action in (0, 1):
            after = {name: list(seen) for name, seen in knows.items()}
            after[player].append(f"I{action}")
            if rng.random() < 0.5:
                after["B" if player == "A" else "A"].append(f"they{action}")
            branches[action] = grow(depth + 1, after)
        return Move(player, information, branches)

    return GameTree(
        types,
        grow(0, {"A": [], "B": []}),
        benefit=lambda player, own, leaf: int(worths["AB".index(player), own, leaf]),
        plan=lambda player, own, knows: int(plans["AB".index(player), own, sum(map(ord, knows)) % 64]),
    )


def information_sets(tree, player):
    return sorted({node.information for node in tree.nodes() if isinstance(node, Move) and node.player == player})


def ends_from(node, player, strategy):
    """All ends below a node if the player follows the strategy and anything else can happen."""
    if isinstance(node, Leaf):
        return [node]
    if isinstance(node, Move) and node.player == player:
        return ends_from(node.actions[strategy[node.information]], player, strategy)
    below = node.actions.values() if isinstance(node, Move) else node.branches
    return [leaf for after in below for leaf in ends_from(after, player, strategy)]


def reached(node, player, strategy):
    """The player's moves that can be reached under its strategy."""
    if isinstance(node, Leaf):
        return []
    if isinstance(node, Move) and node.player == player:
        return [node, *reached(node.actions[strategy[node.information]], player, strategy)]
    below = node.actions.values() if isinstance(node, Move) else node.branches
    return [move for after in below for move in reached(after, player, strategy)]


def obviously_dominant(tree):
    """Li's definition, strategy by strategy: at every earliest point of departure the worst is at least the best."""
    least = []
    for player in tree.players:
        sets = information_sets(tree, player)
        for own in tree.types[player]:
            plan = {knows: tree.plan(player, own, knows) for knows in sets}
            for actions in product((0, 1), repeat=len(sets)):
                other = dict(zip(sets, actions, strict=True))
                by_plan, by_other = reached(tree.root, player, plan), reached(tree.root, player, other)
                common = [move for move in by_plan if any(move is m for m in by_other)]
                for knows in {move.information for move in common if plan[move.information] != other[move.information]}:
                    moves = [move for move in common if move.information == knows]
                    worst = min(tree.utility(player, own, e) for m in moves for e in ends_from(m, player, plan))
                    best = max(tree.utility(player, own, e) for m in moves for e in ends_from(m, player, other))
                    least.append(worst - best)
    return min(least, default=Fraction(0))


@settings(max_examples=80, deadline=None)
@given(seed=seeds)
def test_obvious_strategyproofness_by_its_definition(seed):  # Li 2017, Definition 2
    tree = random_tree(np.random.default_rng(seed))
    assert check_obviously_strategyproof(tree).margin == obviously_dominant(tree)


def test_a_price_a_trillionth_too_high_is_not_obviously_taken():
    def shop(price):
        return GameTree(
            {"A": [2]},
            Move("A", "start", {"take": Leaf("A", {"A": price}), "leave": Leaf("nobody")}),
            benefit=lambda player, own, decision: own * (decision == "A"),
            plan=lambda player, own, knows: "take",
        )

    assert check_obviously_strategyproof(shop(2)).margin == 0
    assert check_obviously_strategyproof(shop(2 + TINY)).margin == -TINY


@pytest.mark.parametrize(
    ("root", "types", "says"),
    [
        (Leaf(0), {"A": []}, "has no type"),
        (3, {"A": [1]}, "put a Move"),
        (Chance([]), {"A": [1]}, "leads nowhere"),
        (Move("Z", "start", {"x": Leaf(0)}), {"A": [1]}, "has no types"),
        (Move("A", "start", {}), {"A": [1]}, "no action"),
        (Move("A", "start", {"y": Leaf(0)}), {"A": [1]}, "plans 'x'"),
        (Move("A", "start", {"x": Move("A", "start", {"x": Leaf(0), "z": Leaf(1)})}), {"A": [1]}, "different actions"),
    ],
)
def test_a_tree_that_is_none_is_refused(root, types, says):
    with pytest.raises(InvalidGame, match=says):
        GameTree(types, root, benefit=lambda *_: 0, plan=lambda *_: "x")


def test_chance_has_no_single_end():
    tree = GameTree({"A": [1]}, Chance([Leaf(0), Leaf(1)]), benefit=lambda *_: 0, plan=lambda *_: "x")
    with pytest.raises(InvalidGame, match="chance decides"):
        tree.play({"A": 1})


# --- false names -----------------------------------------------------------------------------------


@pytest.mark.parametrize("fee", [Fraction(10) - TINY, Fraction(10), Fraction(10) + TINY])
def test_a_second_name_pays_until_it_costs_what_it_brings(fee):
    certificate = check_false_name_proof(
        [1, 2], lambda reports: ([10] * len(reports), [fee] * len(reports)), lambda own, shares: sum(shares), agents=2, names=3
    )
    assert certificate.margin == -2 * max(10 - fee, 0)
    assert bool(certificate) == (fee >= 10)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (([], None, None, 1), "no type"),
        (([1], None, None, 0), "agents is 0"),
        (([1], None, None, 1, 0), "names is 0"),
        ((range(100), None, None, 4), "give fewer"),
        (([1], lambda r: ([1], []), lambda t, s: 0, 1), "one of each"),
    ],
)
def test_false_names_that_cannot_be_tried_are_refused(arguments, says):
    with pytest.raises(ComityError, match=says):
        check_false_name_proof(*arguments)
