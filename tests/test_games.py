"""Games: every override equals the default it speeds up, stated facts are true, and files keep every digit."""

import copy
import json
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import linprog

from comity.catalogue import things
from comity.coalitions import sizes
from comity.errors import ComityError, InvalidGame
from comity.games.coalitional.airport import AirportGame
from comity.games.coalitional.base import Game, Orientation
from comity.games.coalitional.claims import ClaimsProblem
from comity.games.coalitional.function import FunctionGame
from comity.games.coalitional.json_form import game_kinds, read_game, table_form
from comity.games.coalitional.properties import is_concave, is_convex, is_monotone, is_subadditive, is_superadditive
from comity.games.coalitional.table import TableGame
from comity.games.coalitional.voting import VotingGame
from comity.testing import strategies

MODELS = [thing for thing in things("comity.games").values() if isinstance(thing, type) and issubclass(thing, Game)]
DEFAULTS = ("values", "table", "exact_table", "dividends", "dual_dividends", "excesses", "most_dissatisfied", "excess")

models = pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
instances = given(n=st.integers(1, 5), seed=st.integers(0, 2**32 - 1))


def random_game(model, n, seed):
    return model.random(n, np.random.default_rng(seed))


# --- the contract of every model ------------------------------------------------------------------


@models
@instances
def test_the_worths_of_a_model_are_those_of_a_game(model, n, seed):
    game = random_game(model, n, seed)
    assert game.n == n
    assert isinstance(game.orientation, Orientation)
    assert game.exact(0) == 0 == game.value(0)
    assert all(game.value(S) == pytest.approx(float(game.exact(S)), rel=1e-9, abs=1e-9) for S in range(1 << n))


@models
@instances
def test_an_override_is_faster_never_different(model, n, seed):
    game = random_game(model, n, seed)
    table = TableGame(game.players, [game.exact(S) for S in range(1 << n)], game.orientation)
    x = [Fraction(k, 3) for k in range(n)]
    assert list(game.exact_table()) == list(table.exact_table())
    np.testing.assert_allclose(game.table(), Game.table(game), rtol=1e-9, atol=1e-9)
    np.testing.assert_array_equal(game.values([0, game.grand_coalition]), Game.values(game, [0, game.grand_coalition]))
    assert game.dividends() == Game.dividends(table)
    assert game.dual_dividends() == Game.dual_dividends(table)
    assert game.excesses(x) == Game.excesses(table, x) == [Game.excess(table, S, x) for S in range(1 << n)]
    worst, largest = game.most_dissatisfied(x)
    assert largest == Game.most_dissatisfied(table, x)[1] == game.excess(worst, x)


@models
def test_the_contract_covers_every_default(model):
    overridden = {name for name in DEFAULTS if getattr(model, name) is not getattr(Game, name)}
    assert overridden <= {"table", "values", "exact_table", "dividends", "dual_dividends", "excesses", "most_dissatisfied"}
    assert Game in model.__bases__, "no model inherits from a model"


FACTS = {
    "convex": is_convex,
    "concave": is_concave,
    "superadditive": is_superadditive,
    "subadditive": is_subadditive,
    "monotone": is_monotone,
    "balanced": lambda game: least_total(game) <= game.sign * game.value(game.grand_coalition) + 1e-6,
    "totally_balanced": lambda game: all(FACTS["balanced"](subgame(game, S)) for S in range(1, 1 << game.n)),
}


@models
@instances
def test_stated_facts_are_true(model, n, seed):
    game = random_game(model, n, seed)
    for fact, reason in game.facts.items():
        assert reason
        assert FACTS[fact](game), f"{fact}: {reason}"


def least_total(game):
    """The least x(N) with x(S) >= v(S) for every S (greatest x(N), in a cost game), with its sign."""
    members = [[S >> i & 1 for i in range(game.n)] for S in range(1, 1 << game.n)]
    worths = game.sign * game.table()[1:]
    found = linprog(np.ones(game.n), A_ub=-np.array(members), b_ub=-worths, bounds=(None, None))
    assert found.status == 0
    return found.fun


def subgame(game, coalition):
    inside = [i for i in range(game.n) if coalition >> i & 1]
    worths = [game.exact(sum(1 << i for k, i in enumerate(inside) if S >> k & 1)) for S in range(1 << len(inside))]
    return TableGame([game.players[i] for i in inside], worths, game.orientation)


def test_a_false_fact_would_be_found():
    # Any two of three win: nothing can be divided so that no two would rather leave.
    majority = VotingGame((1, 1, 1), 2)
    assert not FACTS["balanced"](majority)
    assert not FACTS["convex"](majority)
    assert FACTS["superadditive"](majority)


# --- models --------------------------------------------------------------------------------------


def test_a_function_is_asked_once_for_each_coalition_and_never_for_nobody():
    asked = []

    def worth(members):
        asked.append(members)
        return len(members) ** 2

    game = FunctionGame("AB", worth, key="squares")
    assert [game.value(S) for S in (3, 3, 1, 2, 0)] == [4, 4, 1, 1, 0]
    assert sorted(map(sorted, asked)) == [["A"], ["A", "B"], ["B"]]


@pytest.mark.parametrize("answer", [float("nan"), float("inf"), None, "much", True])
def test_a_function_that_gives_no_number_is_told_for_which_coalition(answer):
    game = FunctionGame("ABC", lambda members: answer, orientation="cost")
    with pytest.raises(InvalidGame, match=r"the worth of \{A, C\}"):
        game.exact(0b101)


def test_a_function_of_decimals_is_exact():
    game = FunctionGame("AB", lambda members: 0.1 * len(members))
    assert game.exact(0b11) == Fraction(1, 5)


def test_costs_may_be_named_and_ordered():
    assert AirportGame({"A": 12, "B": 28}).costs == (12, 28)
    assert AirportGame({"A": 12, "B": 28}, players=["B", "A"]).costs == (28, 12)
    assert AirportGame([12, 28], players=["B", "A"]).players == ("B", "A")


def test_votes_of_a_tenth_reach_a_quota_of_three_tenths():
    assert VotingGame((0.1, 0.1, 0.1), 0.3).value(0b111) == 1


@given(weights=st.lists(st.integers(0, 2**80), min_size=1, max_size=6), quota=st.integers(1, 2**82))
def test_weights_of_any_size_are_added_exactly(weights, quota):
    game = VotingGame(weights, quota)
    assert game.table().tolist() == [game.value(S) for S in range(1 << game.n)]


def test_a_claims_game_is_the_dual_of_what_can_be_taken():  # Aumann & Maschler 1985, section 6
    game = ClaimsProblem(200, {"A": 100, "B": 200, "C": 300}).to_game()
    assert [game.value(S) for S in range(8)] == [0, 0, 0, 0, 0, 0, 100, 200]


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (lambda: AirportGame({"A": -1}), "the cost of A is -1"),
        (lambda: AirportGame([1, float("nan")]), "the cost of 2"),
        (lambda: AirportGame([]), "at least one player"),
        (lambda: AirportGame({"A": 1}, players=["B"]), "missing for B"),
        (lambda: VotingGame([1, -1], 1), "the weight of 2 is -1"),
        (lambda: VotingGame([1, 1], 0), "the quota is 0"),
        (lambda: ClaimsProblem(7, [1, 2]), "the estate is 7 and the claims add up to 3"),
        (lambda: ClaimsProblem(-1, [1, 2]), "the estate is -1"),
        (lambda: ClaimsProblem(1, [1, -2]), "the claim of 2 is -2"),
    ],
)  # fmt: skip
def test_data_that_are_no_game_are_refused_by_name(build, message):
    with pytest.raises(ComityError, match=message):
        build()


@given(strategies.convex_games(max_players=4))
def test_convex_games_are_convex_and_superadditive(game):
    assert is_convex(game)
    assert is_superadditive(game)


@given(strategies.concave_cost_games(max_players=4))
def test_concave_cost_games_are_concave_and_subadditive(game):
    assert is_concave(game)
    assert is_subadditive(game)


@given(strategies.games(max_players=4))
def test_dividends_add_up_to_worths(game):
    d = game.dividends()
    assert all(game.exact(S) == sum(d[T] for T in d if T & S == T) for S in range(1 << game.n))


def test_each_property_knows_a_counterexample():
    size = sizes(3)
    square, root = TableGame(None, size**2), TableGame(None, np.minimum(size, 1))
    assert (is_convex(square), is_concave(square), is_superadditive(square), is_subadditive(square)) == (True, False, True, False)
    assert (is_convex(root), is_concave(root), is_superadditive(root), is_subadditive(root)) == (False, True, False, True)
    assert not is_monotone(TableGame(None, [0, 2, 1, 1]))


# --- files ---------------------------------------------------------------------------------------


@models
@instances
def test_a_game_goes_to_a_file_and_comes_back(model, n, seed):
    game = random_game(model, n, seed)
    form = json.loads(json.dumps(game.to_json()))
    assert form["schema"] == "game/0.1"
    for back in (read_game(form), read_game(json.dumps(form))):
        assert (back.players, back.orientation) == (game.players, game.orientation)
        assert list(back.exact_table()) == list(game.exact_table())


@given(strategies.gain_or_cost_games(max_players=4))
def test_a_table_on_file_keeps_every_digit(game):
    back = read_game(json.dumps(table_form(game)))
    assert list(back.exact_table()) == list(game.exact_table())
    assert (back.players, back.orientation) == (game.players, game.orientation)


def test_decimals_in_a_file_are_read_as_written(tmp_path):
    path = tmp_path / "game.json"
    path.write_text(
        '{"schema": "game/0.1", "kind": "voting", "quota": 0.30000000000000000001, "weights": {"A": 0.1, "B": "1/3"}}'
    )
    game = read_game(path)
    assert game.quota == Fraction(30000000000000000001, 10**20)
    assert game.weights == (Fraction(1, 10), Fraction(1, 3))
    assert read_game(str(path)).quota == game.quota


TABLE = {
    "schema": "game/0.1",
    "kind": "table",
    "players": ["A", "B"],
    "orientation": "gain",
    "values": {"A": 0, "B": 1, "A,B": 2},
}
AIRPORT = {"schema": "game/0.1", "kind": "airport", "players": ["A", "B"], "orientation": "cost", "costs": {"A": 1, "B": 2}}
VOTING = {"schema": "game/0.1", "kind": "voting", "weights": {"A": 1, "B": 2}, "quota": 2}
CLAIMS = {"schema": "game/0.1", "kind": "claims", "estate": 2, "claims": {"A": 1, "B": 2}}


def changed(form, **changes):
    form = {**copy.deepcopy(form), **changes}
    return {key: value for key, value in form.items() if value is not ...}


MALFORMED = {
    "an array": "[]",
    "not JSON": "{",
    "nothing": "{}",
    "another schema": changed(TABLE, schema="game/9"),
    "another kind": changed(TABLE, kind="chess"),
    "a kind that is no name": changed(TABLE, kind=["table"]),
    "no kind": changed(TABLE, kind=...),
    "no values": changed(TABLE, values=...),
    "no players": changed(TABLE, players=...),
    "no players at all": changed(TABLE, players=[]),
    "players that are no list": changed(TABLE, players="AB"),
    "players that are no names": changed(TABLE, players=[1, 2]),
    "players twice": changed(TABLE, players=["A", "A"]),
    "too many players": changed(TABLE, players=[f"m{i}" for i in range(60)]),
    "far too many players": changed(TABLE, players=[f"m{i}" for i in range(20_000)]),
    "values that are no object": changed(TABLE, values=[0, 1, 2]),
    "a gap": changed(TABLE, values={"A": 0, "B": 1}),
    "a stranger": changed(TABLE, values={"A": 0, "B": 1, "A,C": 2}),
    "another order": changed(TABLE, values={"A": 0, "B": 1, "B,A": 2}),
    "both orders": changed(TABLE, values={"A": 0, "B": 1, "A,B": 2, "B,A": 2}),
    "a player twice in a coalition": changed(TABLE, values={"A": 0, "B": 1, "A,A": 2}),
    "the empty coalition": changed(TABLE, values={"": 1, "A": 0, "B": 1, "A,B": 2}),
    "a space": changed(TABLE, values={"A": 0, "B": 1, "A, B": 2}),
    "a word for a worth": changed(TABLE, values={"A": 0, "B": 1, "A,B": "much"}),
    "a truth value for a worth": changed(TABLE, values={"A": 0, "B": 1, "A,B": True}),
    "null for a worth": changed(TABLE, values={"A": 0, "B": 1, "A,B": None}),
    "a list for a worth": changed(TABLE, values={"A": 0, "B": 1, "A,B": [2]}),
    "a fraction of nothing": changed(TABLE, values={"A": 0, "B": 1, "A,B": "1/0"}),
    "another orientation": changed(TABLE, orientation="up"),
    "an orientation that is no name": changed(TABLE, orientation=["gain"]),
    "a field too many": changed(TABLE, note="hello"),
    "a duplicate key": json.dumps(TABLE).replace('"A": 0', '"A": 0, "A": 0'),
    "a duplicate field": json.dumps(TABLE).replace('"kind"', '"kind": "airport", "kind"'),
    "NaN": json.dumps(TABLE).replace('"A": 0', '"A": NaN'),
    "infinity": json.dumps(TABLE).replace('"A": 0', '"A": -Infinity'),
    "a huge exponent": json.dumps(TABLE).replace('"A": 0', '"A": 1e999999999'),
    "an exponent beyond decimals": json.dumps(TABLE).replace('"A": 0', '"A": 1e99999999999999999999'),
    "an endless integer": json.dumps(TABLE).replace('"A": 0', '"A": ' + "9" * 10_000),
    "bottomless nesting": "[" * 100_000,
    "a gain airport": changed(AIRPORT, orientation="gain"),
    "an airport without costs": changed(AIRPORT, costs=...),
    "costs that are a number": changed(AIRPORT, costs=3),
    "costs that are text": changed(AIRPORT, costs="12"),
    "no costs at all": changed(AIRPORT, players=..., costs={}),
    "a negative cost": changed(AIRPORT, costs={"A": 1, "B": -2}),
    "a cost for a stranger": changed(AIRPORT, costs={"A": 1, "C": 2}),
    "a cost too few": changed(AIRPORT, costs={"A": 1}),
    "a cost too many": changed(AIRPORT, costs={"A": 1, "B": 2, "C": 3}),
    "a cost that is an object": changed(AIRPORT, costs={"A": 1, "B": {}}),
    "no quota": changed(VOTING, quota=...),
    "a quota of nothing": changed(VOTING, quota=0),
    "a quota that is a list": changed(VOTING, quota=[2]),
    "a negative weight": changed(VOTING, weights={"A": 1, "B": -1}),
    "an estate beyond the claims": changed(CLAIMS, estate=4),
    "a negative claim": changed(CLAIMS, claims={"A": 1, "B": -2}),
    "an estate that is null": changed(CLAIMS, estate=None),
}


@pytest.mark.parametrize("form", MALFORMED.values(), ids=MALFORMED.keys())
def test_a_malformed_file_is_one_clear_error(form):
    with pytest.raises(InvalidGame) as error:
        read_game(form)
    assert 10 < len(str(error.value)) < 1000
    assert "\n" not in str(error.value)


@pytest.mark.parametrize("form", [TABLE, AIRPORT, VOTING, CLAIMS], ids=lambda form: form["kind"])
def test_the_forms_that_are_spoiled_above_are_right(form):
    assert read_game(form).players == ("A", "B")
    assert form["kind"] in game_kinds()


def test_a_file_that_cannot_be_read_is_named(tmp_path):
    with pytest.raises(InvalidGame, match=r"absent\.json cannot be read"):
        read_game(tmp_path / "absent.json")
    (tmp_path / "latin.json").write_bytes(b"\xff\xfe{")
    with pytest.raises(InvalidGame, match="UTF-8"):
        read_game(tmp_path / "latin.json")


scraps = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=4)
    | st.sampled_from(["A", "B", "A,B", "table", "airport"]),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from([*TABLE, *VOTING, *CLAIMS, "A", "B"]), inner, max_size=4)
    ),
    max_leaves=10,
)


@given(form=st.sampled_from([TABLE, AIRPORT, VOTING, CLAIMS]), data=st.data())
def test_no_scrap_of_data_leads_to_a_traceback(form, data):
    key = data.draw(st.sampled_from(list(form)))
    spoiled = {**form, key: data.draw(scraps)}
    try:
        assert isinstance(read_game(spoiled), Game)
    except InvalidGame:
        return
