"""The catalogue: whatever is declared is found, and every concept is held to what it claims."""

import json
from dataclasses import replace
from fractions import Fraction
from functools import partial

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import comity
from comity.catalogue import catalogue, things
from comity.certificate import Certificate, Verdict
from comity.checks.confirm import check_for, confirm
from comity.checks.core import check_efficient
from comity.declaration import AREAS, KINDS, declaration_of, declare
from comity.errors import EmptyCore, InvalidGame, OutsideDomain
from comity.games.coalitional.base import Game
from comity.games.coalitional.json_form import read_game
from comity.games.coalitional.table import TableGame
from comity.results import Allocation
from comity.solvers.comparison import arguments_beside_the_game, solutions
from comity.solvers.values.equal_division import equal_division
from comity.solvers.values.shapley import shapley_value
from comity.testing import strategies
from comity.testing.arguments import arguments_for, renamed, with_arguments
from comity.testing.axioms import axioms

ENTRIES = catalogue()
CHECKS = {name for name, thing in things("comity.checks").items()}
AXIOMS = axioms()


# Of games in coalitional form; they return an allocation, and may need unions, links or weights besides the game.
CONCEPTS = {name: thing for name, thing in solutions().items() if declaration_of(thing).kind == "concept"}
MODELS = {name: thing for name, thing in things("comity.games").items() if isinstance(thing, type) and issubclass(thing, Game)}
CLAIMED = [(name, claim) for name, thing in CONCEPTS.items() for claim in thing.__declaration__.claims]

concepts = pytest.mark.parametrize("concept", CONCEPTS.values(), ids=CONCEPTS.keys())
seeds = st.integers(0, 99)  # of the arguments that a concept needs besides the game


# --- entries ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.name)
def test_an_entry_is_complete_and_within_reach(entry):
    assert entry.kind in KINDS
    assert entry.title
    assert not entry.title.endswith(".")
    assert entry.area in ("", *AREAS)
    thing = things()[entry.name]
    assert thing.__doc__
    assert getattr(comity, entry.name) is thing
    assert entry.name in dir(comity)
    if entry.kind in ("game", "concept", "rule", "check", "property"):
        assert entry.name == thing.__name__
    if entry.certificate:
        assert entry.certificate in CHECKS


def test_an_unknown_name_is_met_with_the_nearest_known_one():
    with pytest.raises(AttributeError, match="did you mean 'shapley_value'"):
        comity.shaply_value  # noqa: B018


@concepts
def test_a_concept_has_a_check_of_its_own_or_claims_a_general_property(concept):
    declaration = concept.__declaration__
    check = check_for(declaration.name, declaration.certificate)
    assert check is not None, f"{declaration.name} names no check in certificate="
    assert check.__name__ == declaration.certificate
    # A check of its own says so; otherwise only a general property is certified, never another concept's.
    confirmed = check.__declaration__.confirms
    assert declaration.name in confirmed or not confirmed


def test_every_claim_is_the_name_of_an_axiom():
    unknown = [(name, claim) for name, claim in CLAIMED if claim not in AXIOMS]
    assert unknown == []
    assert len(CONCEPTS) > 40


@pytest.mark.parametrize("entry", [entry for entry in ENTRIES if entry.kind in ("concept", "property")], ids=lambda e: e.name)
def test_a_concept_or_property_names_its_source_and_its_proof(entry):
    assert entry.reference, f"{entry.name} names no source in reference="
    if entry.name in CONCEPTS:
        assert entry.claims, f"{entry.name} claims no axiom"
        assert entry.certificate, f"{entry.name} names no check in certificate="
    else:
        assert bool(entry.certificate) != bool(entry.uncertified), f"{entry.name} names a certificate, or says why there is none"


# --- concepts --------------------------------------------------------------------------------------


def answer(rule, game):
    """The result, or None where the concept proves that there is none."""
    try:
        return rule(game)
    except (EmptyCore, InvalidGame, OutsideDomain) as error:
        refusal = error
    if isinstance(refusal, EmptyCore | OutsideDomain):
        assert confirmed_refusal(game, refusal.certificate)
    else:
        alone = sum(game.exact(1 << i) for i in range(game.n))
        assert game.sign * (alone - game.exact(game.grand_coalition)) > 0, "there are imputations, so there is an answer"
    return None


def confirmed_refusal(game, certificate):
    check = check_for("", certificate.check)
    again = check(game, None, json.loads(json.dumps(certificate.to_json()))["witness"])
    return certificate.verdict is Verdict.HOLDS and again == certificate


@pytest.mark.parametrize(("name", "claim"), CLAIMED, ids=["-".join(pair) for pair in CLAIMED])
@settings(max_examples=25)
@given(game=strategies.gain_or_cost_games(max_players=4), seed=seeds)
def test_a_concept_keeps_its_claims(name, claim, game, seed):
    rule = with_arguments(CONCEPTS[name], game, seed)
    if answer(rule, game) is not None:
        AXIOMS[claim](rule, game)


@pytest.mark.parametrize(
    "concept", [c for c in CONCEPTS.values() if "anonymous" in c.__declaration__.claims], ids=lambda c: c.__name__
)
@settings(max_examples=15)
@given(game=strategies.gain_or_cost_games(max_players=4), seed=seeds, data=st.data())
def test_players_who_are_called_otherwise_take_their_arguments_along(concept, game, seed, data):
    called = dict(zip(game.players, data.draw(st.permutations([*game.players[1:], "Z"])), strict=True))
    arguments = arguments_for(concept, game, seed)
    other = TableGame([called[name] for name in game.players], game.exact_table(), game.orientation)
    first = answer(partial(concept, **arguments), game)
    again = answer(partial(concept, **{key: renamed(value, called) for key, value in arguments.items()}), other)
    assert (first and first.exact) == (again and again.exact)


@concepts
@given(game=strategies.gain_or_cost_games(max_players=5), seed=seeds, data=st.data())
def test_a_result_is_proved_confirmed_and_refuted_when_a_little_is_moved(concept, game, seed, data):
    result = answer(with_arguments(concept, game, seed), game)
    if result is None:
        return
    assert result.concept == concept.__name__
    assert result.players == game.players
    assert result.certificate.verdict is Verdict.HOLDS
    text = json.dumps(result.to_json())
    assert Allocation.from_json(text).certificate == result.certificate
    assert confirm(game, text) == result.certificate
    i = data.draw(st.integers(0, game.n - 1))
    moved = [amount + Fraction(k == i, 10**12) for k, amount in enumerate(result.exact)]
    assert confirm(game, replace(result, exact=moved)).verdict is Verdict.FAILS


@concepts
@pytest.mark.parametrize("model", MODELS.values(), ids=MODELS.keys())
@settings(max_examples=5)
@given(n=st.integers(1, 4), seed=st.integers(0, 2**32 - 1))
def test_a_concept_serves_every_model_and_whoever_has_its_file(concept, model, n, seed):
    game = model.random(n, np.random.default_rng(seed))
    result = answer(with_arguments(concept, game, seed), game)
    if result is not None:
        assert confirm(read_game(json.dumps(game.to_json())), json.dumps(result.to_json())) == result.certificate


def test_whoever_has_the_file_sees_the_arguments_and_a_change_of_them_is_refused():
    game = TableGame(["A", "B", "C", "D"], [0, 1, 1, 3, 2, 4, 4, 9, 1, 3, 3, 5, 3, 7, 6, 15])
    needing = [concept for concept in CONCEPTS.values() if arguments_beside_the_game(concept)]
    assert len(needing) >= 9
    for concept in needing:
        forms = [json.loads(json.dumps(with_arguments(concept, game, seed)(game).to_json())) for seed in range(12)]
        kept = {key for form in forms for key in form["certificate"]["witness"]} & {
            "unions",
            "links",
            "weights",
            "excess_weights",
        }
        (key,) = kept
        stated = {json.dumps(form["certificate"]["witness"][key]): form for form in forms}
        assert len(stated) > 1
        for form in stated.values():
            assert confirm(game, form).verdict is Verdict.HOLDS
            for other in stated.values():
                if other["amounts_exact"] != form["amounts_exact"]:
                    witness = {**form["certificate"]["witness"], key: other["certificate"]["witness"][key]}
                    forged = {**form, "certificate": {**form["certificate"], "witness": witness}}
                    assert confirm(game, forged).verdict is Verdict.FAILS, (concept.__name__, form, key)


# --- the axioms themselves ----------------------------------------------------------------------------


def rule(amounts):
    """A rule by its amounts, with a certificate that claims nothing of interest."""

    def applied(game):
        return Allocation("a_rule", game.players, tuple(amounts(game)), Certificate("a rule", Verdict.HOLDS))

    return applied


dictator = rule(lambda game: [game.exact(game.grand_coalition)] + [0] * (game.n - 1))
backwards = rule(lambda game: reversed(shapley_value(game).exact))
squares = rule(lambda game: [game.exact(1 << i) ** 2 for i in range(game.n)])
optimist = rule(lambda game: [game.exact(1 << i) for i in range(game.n)])
half = rule(lambda game: [amount / 2 for amount in shapley_value(game).exact])

# For each axiom, a rule that violates it.
VIOLATIONS = {
    "efficient": half,
    "symmetric": dictator,
    "anonymous": dictator,
    "null_player": equal_division,
    "dummy_player": equal_division,
    "desirability": backwards,
    "covariant": squares,
    "homogeneous": squares,
    "projection": equal_division,
    "additive": squares,
    "self_dual": optimist,
    "in_core": half,
    "in_core_if_nonempty": equal_division,
    "in_core_if_convex": equal_division,
    "individually_rational": equal_division,
    "individually_rational_if_superadditive": equal_division,
}
EXAMPLES = (
    TableGame(["A", "B", "C"], [0, 1, 2, 4, 0, 1, 2, 4]),
    TableGame(["A", "B", "C"], [0, 1, 2, 7, 8, 10, 11, 19]),
    TableGame(["A", "B", "C"], [0, 1, 1, 3, 1, 3, 3, 6]),
    TableGame(["A", "B"], [0, 1, 2, 3]),
)


@pytest.mark.parametrize("claim", AXIOMS)
def test_an_axiom_finds_a_rule_that_violates_it(claim):
    def holds_everywhere():
        for game in EXAMPLES:
            AXIOMS[claim](VIOLATIONS[claim], game)

    with pytest.raises(AssertionError, match=r"\w"):
        holds_everywhere()


def test_an_axiom_of_cost_games_reads_the_sign():
    # Two share a runway for 10; alone, the first needs one for 2 only.
    game = TableGame(["A", "B"], [0, 2, 10, 10], "cost")
    AXIOMS["individually_rational"](shapley_value, game)
    with pytest.raises(AssertionError, match="A would gain 3 by being alone"):
        AXIOMS["individually_rational"](equal_division, game)


def test_a_false_claim_would_be_found():
    @declare("concept", "Everything to the first player", claims=["symmetric"])
    def first_takes_all(game):
        return dictator(game)

    (claim,) = first_takes_all.__declaration__.claims
    with pytest.raises(AssertionError, match="are alike but get"):
        AXIOMS[claim](first_takes_all, TableGame(None, [0, 1, 1, 2]))


def test_a_weak_check_says_only_what_it_saw():
    game = TableGame(None, [0, 1, 2, 5])
    assert check_efficient(game, (5, 0)).claim == "the amounts add up to the worth of the grand coalition"
