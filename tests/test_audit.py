"""Auditing rules: famous mechanisms keep their promises, famous flaws are found with the best deviation, and always the grid."""

import json
import subprocess
import sys
from fractions import Fraction
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import comity
from comity.certificate import Basis, Verdict
from comity.checks.deviations import check_deviation
from comity.checks.rules import check_truthful
from comity.errors import ComityError
from comity.games.bayesian.promises import Promises
from comity.games.bayesian.rule import DirectRule
from comity.games.bayesian.setting import BayesianSetting
from comity.games.bayesian.standard import bilateral_trade, single_item_auction
from comity.games.extensive.tree import GameTree, Leaf, Move
from comity.mechanisms.audit import PROMISES, audit
from comity.mechanisms.audited import Audit
from comity.mechanisms.base import FunctionMechanism, OpenMechanism
from comity.mechanisms.sampled_audit import missed_share
from comity.mechanisms.tabulate import tabulate
from comity.solvers.allocation.dominant_resource import dominant_resource_fairness
from comity.solvers.design.mechanism_design import design_mechanism
from comity.solvers.rules.claims import constrained_equal_awards, proportional_rule
from comity.testing import axioms


def wins(player, value, decision):
    return value if player == decision else 0


def second_price(bids):
    winner = max(bids, key=bids.get)
    return winner, {winner: max([bid for player, bid in bids.items() if player != winner], default=0)}


def first_price(bids):
    winner = max(bids, key=bids.get)
    return winner, {winner: bids[winner]}


def auction(rule, types, **more):
    return FunctionMechanism(rule, types, wins, payments="with the decision", **more)


THREE = {"A": [0, 1, 2, 5], "B": [0, 2, 4], "C": [1, 3]}


# --- money -----------------------------------------------------------------------------------------


def test_a_second_price_auction_keeps_what_it_promises():  # Vickrey 1961
    found = audit(auction(second_price, THREE))
    assert list(found) == ["truthful", "participation", "no_deficit", "efficient"]
    assert found.holds
    assert all(certificate.basis is Basis.EXACT for certificate in found.values())
    assert found.grid == "tried: all 4 x 3 x 2 = 24 profiles of types (A 4, B 3, C 2), and every lie"
    assert all(certificate.witness["grid"] == found.grid for certificate in found.values())


def test_a_first_price_auction_invites_lower_bids_and_the_best_one_is_named():
    found = audit(auction(first_price, THREE))
    assert not found.holds
    assert found["truthful"].margin == -4  # A has 5, B 0 and C 1; saying 1 wins the tie and pays 1
    assert found.found("truthful") == "A with 5 gains 4 by saying 1 while B says 0, C says 1"
    assert check_deviation(found.rule, found["truthful"].witness)
    assert [promise for promise in found if found[promise]] == ["participation", "no_deficit", "efficient"]


def test_honesty_in_a_first_price_auction_fails_on_average_too():
    found = audit(auction(first_price, {"A": [0, 2], "B": [0, 2]}), promises=["bayesian_truthful", "interim_participation"])
    # A has 2: the truth gives 0, saying 0 wins against 0 half of the time.
    assert found["bayesian_truthful"].margin == -1
    assert found.found("bayesian_truthful") == "A with 2 gains 1 on average by saying 0"
    assert check_deviation(found.rule, found["bayesian_truthful"].witness)
    assert found["interim_participation"]
    likely = audit(
        auction(first_price, {"A": [0, 2], "B": [0, 2]}),
        promises="bayesian_truthful",
        prior={"A": ["1/2", "1/2"], "B": ["0.1", "0.9"]},
    )
    assert likely["bayesian_truthful"].margin == Fraction(-2, 10)


def pivotal(values):
    """Clarke's pivotal mechanism for a project that costs 4, a third of it each: who changes the decision pays for it."""
    net = {player: Fraction(value) - Fraction(4, 3) for player, value in values.items()}
    built = sum(net.values()) > 0
    paid = {}
    for player in values:
        others = sum(amount for other, amount in net.items() if other != player)
        paid[player] = abs(others) * ((others > 0) != built) + Fraction(4, 3) * built
    return ("built" if built else "not built"), paid


def test_the_pivotal_mechanism_is_truthful_and_covers_its_costs():  # Clarke 1971
    project = FunctionMechanism(
        pivotal,
        dict.fromkeys("ABC", (0, 1, 2, 3, 5)),
        lambda player, value, decision: value * (decision == "built"),
        payments="with the decision",
        cost=lambda decision: 4 * (decision == "built"),
    )
    found = audit(project, promises=["truthful", "no_deficit", "efficient", "balanced", "participation", "implementable"])
    assert {promise for promise in found if not found[promise]} == {"balanced", "participation"}


def test_no_group_of_bidders_is_kept_from_colluding_by_a_second_price():  # Green & Laffont 1979; Robinson 1985
    found = audit(
        auction(second_price, {"A": [1, 2, 3], "B": [1, 2, 3]}),
        promises=["group_strategyproof", "weakly_group_strategyproof", "collusion_proof"],
    )
    assert {promise: found[promise].margin for promise in found} == {
        "group_strategyproof": -2,
        "weakly_group_strategyproof": 0,
        "collusion_proof": -2,
    }
    for promise in ("group_strategyproof", "collusion_proof"):
        members = found[promise].witness["members"]
        assert members == {"A": {"type": "3", "report": "3", "gain": "2"}, "B": {"type": "3", "report": "1", "gain": "0"}} or (
            Fraction(members["A"]["gain"]) + Fraction(members["B"]["gain"]) == 2
        )
        assert check_deviation(found.rule, found[promise].witness)


class Clarke(OpenMechanism):
    """The Vickrey-Clarke-Groves auction of two things, for any number of bids (worth of the first, of the second, of both)."""

    def __init__(self, players, types):
        self.players, self.types = players, types

    def serve(self, reports):
        best, chosen = self._best(reports)
        shares = [tuple(thing for thing in (0, 1) if chosen[thing] == k) for k in range(len(reports))]
        paid = []
        for k in range(len(reports)):
            alone = [report if j != k else (0, 0, 0) for j, report in enumerate(reports)]
            paid.append(self._best(alone)[0] - (best - self.worth(reports[k], (shares[k],))))
        return shares, paid

    def worth(self, type, shares):
        got = {thing for share in shares for thing in share}
        return 0 if not got else type[2] if len(got) == 2 else type[min(got)]

    def _best(self, reports):
        def welfare(owners):
            return sum(
                self.worth(report, (tuple(thing for thing in (0, 1) if owners[thing] == k),)) for k, report in enumerate(reports)
            )

        return max(((welfare(owners), owners) for owners in product(range(len(reports)), repeat=2)), key=lambda found: found[0])


def test_false_names_pay_in_a_combinatorial_vickrey_auction():  # Yokoo, Sakurai & Matsubara 2004, Example 1
    whole, both, left, right = (0, 0, 8), (6, 6, 12), (6, 0, 6), (0, 6, 6)
    clarke = Clarke(("A", "B"), {"A": [both, left, right, whole], "B": [both, left, right, whole]})
    found = audit(clarke, promises=["truthful", "false_name_proof", "participation", "efficient"])
    assert {promise for promise in found if not found[promise]} == {"false_name_proof"}
    certificate = found["false_name_proof"]
    # Both things are worth 12 to one who competes with 8 for the pair: 8 to pay under one name, 2 each under two.
    assert clarke.serve([both, whole]) == ([(0, 1), ()], [8, 0])
    assert clarke.serve([left, whole, right])[1] == [2, 0, 2]
    assert certificate.margin <= -4
    assert "reporting" in found.found("false_name_proof")
    # Replayed by hand from the witness.
    listed = {repr(each): each for each in (whole, both, left, right)}
    names = [listed[text] for text in certificate.witness["reports"]]
    others = [listed[text] for text in certificate.witness["others"]]
    own, place = listed[certificate.witness["type"]], certificate.witness["place"] - 1
    honest, false = [*others], [*others]
    honest.insert(place, own)
    false.insert(place, names[0])
    false += names[1:]
    shares, paid = clarke.serve(honest)
    truth = clarke.worth(own, (shares[place],)) - paid[place]
    shares, paid = clarke.serve(false)
    mine = [place, *range(len(others) + 1, len(false))]
    gain = clarke.worth(own, tuple(shares[k] for k in mine)) - sum(paid[k] for k in mine) - truth
    assert gain == -certificate.margin == Fraction(certificate.witness["gain"])


def test_with_one_name_false_names_are_ordinary_lies():
    clarke = Clarke(("A", "B"), dict.fromkeys("AB", ((0, 0, 8), (6, 6, 12), (6, 0, 6))))
    assert audit(clarke, promises="false_name_proof", names=1).holds


# --- no money --------------------------------------------------------------------------------------


def shared_cluster(types=((1, 4), (3, 1), (2, 2), (1, 1))):
    """Two resources, 9 and 18; a type is what a job needs of each; as many jobs as the bundle allows by the true need."""
    capacity = (9, 18)

    def bundle(player, decision):
        jobs, need = decision
        return [Fraction(jobs[player]) * amount for amount in need[player]]

    def rule(needs):
        allocation = dominant_resource_fairness(capacity, {player: list(need) for player, need in needs.items()})
        return {player: allocation.exact_amount(player) for player in needs}, dict(needs)

    def jobs(amounts, need):
        return min(Fraction(a) / n for a, n in zip(amounts, need, strict=True) if n)

    return FunctionMechanism(
        rule,
        {"A": types, "B": types, "C": types[:2]},
        benefit=lambda player, need, decision: jobs(bundle(player, decision), need),
        # A third of everything is anybody's to keep: the sharing incentive.
        outside=lambda player, need: jobs([Fraction(c, 3) for c in capacity], need),
        benefit_of_share=lambda player, other, need, decision: jobs(bundle(other, decision), need),
        promises=("truthful", "participation", "envy_free", "weakly_group_strategyproof"),
    )


def test_dominant_resource_fairness_keeps_its_four_promises():  # P5-03; Ghodsi et al. 2011, Parkes, Procaccia & Shah 2015
    cluster = shared_cluster()
    found = audit(cluster)
    assert found.holds, found
    assert list(found) == ["truthful", "participation", "envy_free", "weakly_group_strategyproof"]
    assert audit(cluster, promises="envy_free")["envy_free"].witness["pairs_compared"] == 6 * 32


def test_taking_what_one_names_is_envied_and_lied_for():
    def first_served(needs):
        return {"A": 9 // needs["A"], "B": (9 - 9 // needs["A"] * needs["A"]) // needs["B"]}, needs

    unfair = FunctionMechanism(
        first_served,
        {"A": [1, 2], "B": [1, 2]},
        benefit=lambda player, need, decision: decision[0][player] * decision[1][player] // need,
        benefit_of_share=lambda player, other, need, decision: decision[0][other] * decision[1][other] // need,
    )
    found = audit(unfair)
    assert list(found) == ["truthful", "participation", "envy_free"]
    assert found["envy_free"].margin == -9
    assert found.found("envy_free") == "B would be 9 better off in the place of A where A says 1, B says 1"


def moulin_shares(bids):
    """Moulin's mechanism for an equally shared cost of 6: everyone served pays the same; who bids less is left out."""
    served = list(bids)
    while served:
        staying = [player for player in served if bids[player] >= Fraction(6, len(served))]
        if staying == served:
            break
        served = staying
    return tuple(served), {player: Fraction(6, len(served)) for player in served}


def test_equal_cost_shares_withstand_groups_where_vickrey_clarke_groves_does_not():  # Moulin 1999; Moulin & Shenker 2001
    types = dict.fromkeys("ABC", (0, 1, 2, 3, 4, 6))
    moulin = FunctionMechanism(
        moulin_shares, types, lambda p, v, served: v * (p in served), payments="with the decision", cost=lambda s: 6 * bool(s)
    )
    found = audit(moulin, promises=["truthful", "participation", "balanced", "group_strategyproof"], group_size=3)
    assert found["group_strategyproof"].witness["lies_tried"] == 216 * (3 * 6 + 3 * 36 + 216)
    assert found.holds, found

    def clarke(values):
        built = sum(values.values()) >= 6
        paid = {p: max(0, 6 - sum(v for q, v in values.items() if q != p)) * built for p in values}
        return built, paid

    vcg = FunctionMechanism(clarke, types, lambda p, v, built: v * built, payments="with the decision")
    found = audit(vcg, promises=["truthful", "weakly_group_strategyproof"])
    assert found["truthful"]
    assert not found["weakly_group_strategyproof"]
    assert check_deviation(found.rule, found["weakly_group_strategyproof"].witness).margin > 0


def test_sharing_by_claims_tells_which_rule_withstands_inflated_claims():
    def by(rule):
        return FunctionMechanism(
            lambda claims: rule(10, claims),
            types={"A": [4, 6, 12], "B": [6, 12]},
            benefit=lambda player, claim, awards: min(awards.exact_amount(player), Fraction(claim)),
        )

    proportional, awards = audit(by(proportional_rule)), audit(by(constrained_equal_awards))
    assert not proportional["truthful"]
    assert awards["truthful"]
    assert "efficient" not in awards  # no money: gains of different players are not compared


# --- move by move ----------------------------------------------------------------------------------


def dictatorship(order, things):
    """One after the other takes what it likes best of what is left."""

    def node(rest, left, taken):
        if not rest:
            return Leaf(taken)
        return Move(
            rest[0],
            f"{', '.join(left)} are left",
            {thing: node(rest[1:], tuple(t for t in left if t != thing), {**taken, rest[0]: thing}) for thing in left},
        )

    rankings = [("x", "y", "z"), ("z", "y", "x"), ("y", "x", "z")]
    return GameTree(
        dict.fromkeys(order, rankings),
        node(order, things, {}),
        benefit=lambda player, ranking, taken: 3 - ranking.index(taken[player]),
        plan=lambda player, ranking, knows: next(thing for thing in ranking if thing in knows.split(" are")[0].split(", ")),
    )


def test_serial_dictatorship_is_obviously_strategyproof():  # Li 2017; Pycia & Troyan 2023
    found = audit(dictatorship(("A", "B", "C"), ("x", "y", "z")), promises="all")
    assert set(found) >= {"truthful", "obviously_strategyproof", "group_strategyproof"}
    assert found.holds


def sealed_bids(values):
    """Both name a price without knowing the other's; the first wins ties; the winner pays the other's bid."""

    def end(a, b):
        return Leaf("A", {"A": b}) if a >= b else Leaf("B", {"B": a})

    return GameTree(
        {"A": values, "B": values},
        Move("A", "the start", {a: Move("B", "the start", {b: end(a, b) for b in values}) for a in values}),
        benefit=wins,
        plan=lambda player, value, knows: value,
    )


def ascending(values):
    """The price rises; whoever is asked stays or leaves; who leaves last pays the price at which the other left."""

    def turn(player, place):
        if place == len(values):
            return Leaf("A", {"A": values[-1]})
        price = values[place]
        other = "B" if player == "A" else "A"
        after = turn("B", place) if player == "A" else turn("A", place + 1)
        # A wins ties: A leaves below its value only, B leaves at its value.
        return Move(player, f"price {place}", {"stay": after, "leave": Leaf(other, {other: price})})

    def plan(player, value, knows):
        price = values[int(knows.split()[1])]
        return "stay" if (value >= price if player == "A" else value > price) else "leave"

    return GameTree({"A": values, "B": values}, turn("A", 0), benefit=wins, plan=plan)


def test_an_ascending_auction_is_obviously_strategyproof_and_sealed_second_price_bids_are_not():  # Li 2017
    sealed, rising = audit(sealed_bids([1, 2, 3])), audit(ascending([1, 2, 3]))
    assert [promise for promise in sealed if not sealed[promise]] == ["obviously_strategyproof"]
    assert rising.holds
    assert "may end" in sealed.found("obviously_strategyproof")
    # The worst of bidding 3 is paying 3 for it; the best of bidding 2 is paying 1.
    assert sealed["obviously_strategyproof"].margin == -2


# --- designs and settings --------------------------------------------------------------------------


def test_a_designed_rule_is_audited_by_what_it_promises():
    trade = bilateral_trade(buyer=[2, 5], seller=[1, 4])
    design = design_mechanism(trade, "welfare", incentive="bayesian", participation="interim", budget="balanced")
    found = audit(design)
    assert list(found) == ["bayesian_truthful", "interim_participation", "balanced"]
    assert found.holds
    assert audit(design.rule, promises=Promises("dominant", None, None)).keys() == {"truthful"}


def test_types_that_matter_to_others_are_audited_ex_post():
    setting = BayesianSetting(
        {"A": [0, 1], "B": [0, 1]},
        ["no", "yes"],
        {name: [[[0, a + b - 1] for b in (0, 1)] for a in (0, 1)] for name in "AB"},
    )
    assert audit(DirectRule(setting, [[0, 0], [0, 1]]), promises=["truthful", "implementable"]).holds
    wrong = audit(DirectRule(setting, [[1, 1], [1, 0]]), promises=["truthful", "implementable"])
    assert not wrong["truthful"]
    assert not wrong["implementable"]


# --- by samples ------------------------------------------------------------------------------------


def test_samples_find_lies_and_prove_them_and_otherwise_say_how_sure_they_are():
    def draw(rng):
        return Fraction(int(rng.integers(0, 10**6)), 10**6)

    types = {"A": draw, "B": draw, "C": draw}
    first = audit(auction(first_price, types), samples=200, rng=1, promises=["truthful", "participation", "no_deficit"])
    assert first["truthful"].verdict is Verdict.FAILS
    assert first["truthful"].basis is Basis.EXACT
    witness = first["truthful"].witness
    value, bid = Fraction(witness["type"]), Fraction(witness["report"])
    others = [Fraction(v) for v in witness["others"].values()]
    # The highest value wins and pays itself, so a lie gains if it still wins.
    assert value - bid == -first["truthful"].margin > 0
    assert bid >= max(others)
    second = audit(auction(second_price, types), samples=200, rng=1)
    assert second.holds
    assert {certificate.basis for certificate in second.values()} == {Basis.ESTIMATE}
    assert second["truthful"].witness["share"] == str(missed_share(200, Fraction(95, 100)))
    assert "200 profiles drawn at random, 10 lies for each player" in second.grid
    assert first["truthful"].to_json() == audit(auction(first_price, types), samples=200, rng=1)["truthful"].to_json()


@pytest.mark.parametrize(("samples", "confidence"), [(1, "0.5"), (10, "0.95"), (1000, "0.99"), (12345, "0.9")])
def test_the_share_that_may_be_missed_is_missed_with_no_more_than_the_probability_allowed(samples, confidence):
    share = missed_share(samples, Fraction(confidence))
    assert (1 - share) ** samples <= 1 - Fraction(confidence)
    assert share == 1 or (1 - share * Fraction(9, 10)) ** samples > (1 - Fraction(confidence)) / 2


def test_samples_also_hold_payments_and_shares_to_account():
    cluster = shared_cluster()
    assert audit(cluster, samples=30, promises=["truthful", "participation", "envy_free"]).holds
    paying_out = auction(lambda bids: (max(bids, key=bids.get), dict.fromkeys(bids, -1)), {"A": [1, 2], "B": [1, 2]})
    found = audit(paying_out, samples=20, promises=["no_deficit", "balanced", "participation"])
    assert [found["no_deficit"].margin, found["balanced"].margin, found["participation"].margin] == [-2, -2, None]
    dear = auction(lambda bids: ("A", {"A": 5}), {"A": [1, 2], "B": [1, 2]})
    assert audit(dear, samples=20, promises="participation")["participation"].margin == -4


# --- shape of the answer ---------------------------------------------------------------------------


def test_an_audit_goes_to_json_and_comes_back():
    found = audit(auction(first_price, {"A": [1, 2], "B": [1]}))
    again = Audit.from_json(json.dumps(found.to_json()))
    assert dict(again) == dict(found)
    assert again.grid == found.grid
    assert again.summary() == found.summary()
    forged = found.to_json() | {"holds": True}
    with pytest.raises(ComityError, match="say otherwise"):
        Audit.from_json(forged)
    for bad in ("{", "[]", {"schema": "audit/0.1"}, {"schema": "audit/0.1", "grid": "", "holds": True, "promises": {"x": 1}}):
        with pytest.raises(ComityError):
            Audit.from_json(bad)


def test_an_audit_shows_itself():
    found = audit(auction(first_price, {"A<b>": [1, 2], "B": [1]}))
    frame = found.to_frame()
    assert frame.loc["truthful", "verdict"] == "FAILS"
    assert frame.loc["truthful", "margin"] == -1
    assert "A&lt;b&gt; with 2 gains 1 by saying 1" in found._repr_html_()
    assert str(found).endswith(found.grid)
    with pytest.raises(KeyError, match="was not audited"):
        found["balanced"]


def test_every_promise_has_a_sentence_where_it_fails():
    broken = FunctionMechanism(
        lambda reports: (reports["A"], {"A": 3 * reports["B"] - 4, "B": 2 - reports["A"] * reports["B"]}),
        {"A": [0, 1, 2], "B": [0, 1, 2]},
        benefit=lambda player, own, decision: own * (2 - decision) * (3 if player == "A" else -2),
        benefit_of_share=lambda player, other, own, decision: own * decision * (1 if player == other else 2),
        payments="with the decision",
    )
    found = audit(broken, promises="all")
    failing = [promise for promise in found if not found[promise]]
    assert len(failing) >= 10
    for promise in found:
        assert found.found(promise)


def test_nothing_much_can_be_audited_too():
    for types in ({"A": [1]}, {"A": [1], "B": [2]}, {"A": [3, 3]}):
        found = audit(auction(second_price, types), promises=[p for p in PROMISES if p not in NOT_FOR_FUNCTIONS], group_size=5)
        assert found.holds, found
    nothing = FunctionMechanism(lambda reports: None, {"A": [1, 2]}, benefit=lambda *_: 0)
    assert audit(nothing, promises="all").holds


NOT_FOR_FUNCTIONS = ("balanced", "envy_free", "false_name_proof", "obviously_strategyproof", "group_strategyproof")
NOT_FOR_FUNCTIONS += ("collusion_proof",)
MANY_TYPES = single_item_auction({"A": list(range(300)), "B": list(range(300))})


def test_decisions_of_any_kind_are_told_apart():
    kinds = [np.array([1, 2]), {"a": [1]}, [1, {2}], (1, 2), "x", frozenset({1}), 0.5, None, {"a": [1]}, np.array([1, 2])]
    kinds.append(np.array([[1], [2]]))
    table = tabulate(FunctionMechanism(lambda r: kinds[r["A"]], {"A": list(range(11))}, benefit=lambda *_: 0))
    assert len(table.decisions) == 9
    assert table.rule.chosen.tolist() == [0, 1, 2, 3, 4, 5, 6, 7, 1, 0, 8]


def test_a_rule_that_computes_in_floats_is_given_a_tolerance():
    noisy = auction(lambda bids: ("A", {"A": 0.1 + 0.2 if bids["A"] == 1 else 0.3}), {"A": [1, 2]})
    assert not audit(noisy)["truthful"]
    found = audit(noisy, tolerance="1e-9")
    assert found["truthful"]
    assert "let pass" in found["truthful"].claim
    assert found["truthful"].witness["tolerance"] == "1/1000000000"
    dearer = auction(first_price, {"A": [1, 2], "B": [1]})
    assert audit(dearer, promises="truthful", tolerance="0.5").found("truthful") == "A with 2 gains 1 by saying 1 while B says 1"


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda: audit(lambda r: r), "wrap a function"),
        (lambda: audit(auction(second_price, THREE), promises=["fair"]), "no promise that can be audited; known are truthful"),
        (lambda: audit(auction(second_price, THREE), types={"D": [1]}), "there is no player 'D'"),
        (lambda: audit(auction(second_price, THREE), types={"A": [1]}), "no types are given for 'B'"),
        (lambda: audit(auction(second_price, THREE), types=[]), "no type to try"),
        (lambda: audit(auction(second_price, THREE), types="abc"), "give a list of types"),
        (lambda: audit(auction(second_price, {"A": lambda rng: 1})), "samples="),
        (lambda: audit(auction(second_price, dict.fromkeys("ABCD", range(99)))), "give fewer types, or samples="),
        (lambda: audit(auction(second_price, THREE), promises="envy_free"), "benefit_of_share"),
        (lambda: audit(auction(second_price, THREE), promises="false_name_proof"), "OpenMechanism"),
        (lambda: audit(auction(second_price, THREE), promises="obviously_strategyproof"), "GameTree"),
        (lambda: audit(auction(second_price, THREE), promises="collusion_proof", group_size=0), "whole number from 1 to 3"),
        (lambda: audit(auction(second_price, THREE), tolerance=-1), "at least 0"),
        (lambda: audit(auction(second_price, THREE), samples=0), "at least 1"),
        (lambda: audit(auction(second_price, THREE), samples=5, confidence=1), "probability such as"),
        (lambda: audit(auction(second_price, THREE), samples=5, promises="collusion_proof"), "on a grid there are more"),
        (lambda: audit(auction(lambda b: "A", {"A": [1]})), "should return a pair"),
        (lambda: audit(auction(lambda b: ("A", {"Z": 1}), {"A": [1]})), "is no player"),
        (lambda: audit(auction(lambda b: ("A", [1, 2]), {"A": [1]})), "2 payments for 1 players"),
        (lambda: audit(auction(lambda b: ("A", {"A": float("nan")}), {"A": [1]})), "a payment is nan"),
        (lambda: audit(FunctionMechanism(lambda r: "x", {"A": [1]})), "holds no amount for A"),
        (lambda: FunctionMechanism(lambda r: "x", [1, 2]), "not given by player"),
        (lambda: FunctionMechanism(lambda r: "x", {"A": [1]}, payments=3), "with the decision"),
        (lambda: audit(DirectRule(single_item_auction({"A": [1]}), [0]), types={"A": [1]}), "leave types and prior out"),
        (lambda: audit(DirectRule(MANY_TYPES, np.zeros((300, 300), int)), promises="collusion_proof"), "smaller groups"),
    ],
)
def test_a_mistake_is_met_with_the_way_out(call, says):
    with pytest.raises(ComityError, match=says):
        call()


def test_no_profitable_lie_can_be_asserted_in_anyones_tests():
    axioms.assert_no_profitable_lie(auction(second_price, THREE))
    axioms.assert_keeps(auction(second_price, THREE), ["participation", "efficient"])
    with pytest.raises(AssertionError, match="A with 5 gains 4 by saying 1"):
        axioms.assert_no_profitable_lie(auction(first_price, THREE))


def test_audit_is_where_users_look_for_it():
    assert comity.audit is audit
    assert comity.FunctionMechanism is FunctionMechanism


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 2**32 - 1))
def test_a_random_function_is_audited_as_if_written_out(seed):
    rng = np.random.default_rng(seed)
    types = {"A": list(range(int(rng.integers(1, 4)))), "B": list(range(int(rng.integers(1, 4))))}
    decided, paid = rng.integers(0, 4, (3, 3)), rng.integers(-3, 4, (3, 3, 2))
    worth = rng.integers(-5, 6, (2, 3, 4))

    def rule(reports):
        at = (reports["A"], reports["B"])
        return int(decided[at]), dict(zip("AB", map(int, paid[at]), strict=True))

    def benefit(player, own, decision):
        return int(worth["AB".index(player), own, decision])

    mechanism = FunctionMechanism(rule, types, benefit, payments="with the decision")

    def utility(i, own, a, b):
        return worth[i, own, decided[a, b]] - paid[a, b, i]

    gains = [utility(0, a, lie, b) - utility(0, a, a, b) for a in types["A"] for lie in types["A"] for b in types["B"]] + [
        utility(1, b, a, lie) - utility(1, b, a, b) for b in types["B"] for lie in types["B"] for a in types["A"]
    ]
    found = audit(mechanism, promises=["truthful", "participation", "no_deficit"])
    profiles = list(product(types["A"], types["B"]))
    assert found["truthful"].margin == -max(gains)
    least = min(min(utility(0, a, a, b), utility(1, b, a, b)) for a, b in profiles)
    assert found["participation"].margin == least
    assert found["no_deficit"].margin == min(int(paid[a, b].sum()) for a, b in profiles)
    assert found["truthful"].margin == check_truthful(found.rule).margin


LARGE = """
import resource, time
import numpy as np
from comity.games.bayesian.rule import DirectRule
from comity.games.bayesian.standard import single_item_auction
from comity.mechanisms.audit import audit
bids = np.indices((100,) * 3)
winner, paid = bids.argmax(axis=0), np.sort(bids, axis=0)[1]
setting = single_item_auction(dict.fromkeys("ABC", tuple(range(100))))
rule = DirectRule(setting, winner + 1, np.stack([np.where(winner == i, paid, 0) for i in range(3)], axis=-1))
start = time.process_time()
assert audit(rule).holds
print(time.process_time() - start, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20)
"""


@pytest.mark.scheduled
def test_a_million_profiles_take_seconds_and_less_than_a_gibibyte():
    done = subprocess.run([sys.executable, "-c", LARGE], check=True, capture_output=True, text=True)
    seconds, gibibytes = map(float, done.stdout.split())
    assert seconds < 5
    assert gibibytes < 1
