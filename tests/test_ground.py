"""The ground: exact numbers, coalitions, certificates, tables and allocations."""

import json
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity import rational
from comity.catalogue import catalogue
from comity.certificate import Basis, Certificate, Verdict
from comity.coalitions import coalition_of, mask_of, members, named_numbers, names_of, player_names, sizes, subsets
from comity.declaration import declare
from comity.errors import ComityError, InvalidEvidence, InvalidGame, TooManyPlayers
from comity.games.coalitional.table import TableGame
from comity.rational import exact
from comity.results import Allocation

FRACTIONS = st.fractions(max_denominator=10**20)


# --- numbers ------------------------------------------------------------------------------------


def test_a_float_is_the_decimal_that_prints_it():
    assert exact(0.1) + exact(0.2) == exact(0.3) == Fraction(3, 10)
    assert exact(np.float64(0.1)) == exact(Decimal("0.1")) == exact("0.1") == exact("1/10") == Fraction(1, 10)
    assert exact(np.int64(7)) == 7


@given(FRACTIONS)
def test_the_text_of_a_number_is_read_back_the_same(number):
    assert exact(rational.text(number)) == number


def test_a_number_too_long_to_be_read_back_is_not_written():
    assert exact(rational.text(Fraction(1, 7**4000))) == Fraction(1, 7**4000)
    with pytest.raises(ComityError, match="as decimals"):
        rational.text(Fraction(1, 7**6000))


@given(st.floats(allow_nan=False, allow_infinity=False, min_value=-1e300, max_value=1e300))
def test_the_nearest_double_of_a_float_is_itself(number):
    if abs(number) > 1e-300 or number == 0:
        assert rational.double(exact(number)) == number


@pytest.mark.parametrize(
    "number",
    [
        float("nan"), float("inf"), -float("inf"), "nan", "Infinity", Decimal("NaN"), "1e999999", Decimal("1e999999"),
        "1e-999999", "1/0", "1/2/3", "one", "", True, np.True_, None, [], "9" * 9000, "1/" + "9" * 9000,
    ],
    ids=lambda number: repr(number)[:20],
)  # fmt: skip
def test_what_is_not_a_finite_number_is_refused_by_name(number):
    with pytest.raises(ComityError, match="the fine"):
        exact(number, "the fine")


@given(FRACTIONS, st.integers(0, 8))
def test_rounding_to_the_safe_side_is_safe_and_close(number, decimals):
    up, down = rational.round_up(number, decimals), rational.round_down(number, decimals)
    assert down <= number <= up
    assert up - down <= Fraction(1, 10**decimals)


# --- coalitions ---------------------------------------------------------------------------------


@given(st.sets(st.integers(0, 40)))
def test_a_coalition_lists_the_players_it_was_made_of(players):
    assert list(members(coalition_of(players))) == sorted(players)


@given(st.integers(0, 2**9 - 1))
def test_a_coalition_of_s_players_has_two_to_the_s_subsets(coalition):
    found = list(subsets(coalition))
    assert len(set(found)) == len(found) == 2 ** coalition.bit_count()
    assert all(S & coalition == S for S in found)


def test_sizes_are_numbers_of_members():
    assert sizes(5).tolist() == [S.bit_count() for S in range(32)]


def test_names_and_masks_are_two_ways_to_write_a_coalition():
    players = ("A", "B", "C")
    assert all(mask_of(players, names_of(players, S)) == S for S in range(8))


@pytest.mark.parametrize(
    ("players", "n", "message"),
    [
        ([], 0, "at least one player"),
        (["A", "A"], 2, "repeat"),
        (["A,B"], 1, "comma"),
        ([""], 1, "not usable"),
        ([3], 1, "not usable"),
        (["A"], 2, "one name for each"),
    ],
)  # fmt: skip
def test_unusable_names_are_refused(players, n, message):
    with pytest.raises(ComityError, match=message):
        player_names(players, n)


def test_a_name_that_is_missing_or_unknown_is_named():
    with pytest.raises(ComityError, match="no player 'D'"):
        mask_of(("A", "B"), ["D"])
    with pytest.raises(ComityError, match="twice"):
        mask_of(("A", "B"), ["A", "A"])
    with pytest.raises(ComityError, match="the cost is missing for C"):
        named_numbers({"A": 1, "B": 2}, ["A", "C"], "the cost")
    assert named_numbers({"A": 1, "B": 2}, ["B", "A"], "the cost")[1] == (2, 1)


# --- certificates -------------------------------------------------------------------------------

PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**60), 2**60) | st.text(max_size=8) | FRACTIONS.map(rational.text),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
CERTIFICATES = st.builds(
    Certificate,
    claim=st.text(max_size=20),
    verdict=st.sampled_from(Verdict),
    margin=st.none() | FRACTIONS | st.floats(allow_nan=False, allow_infinity=False),
    unit=st.text(max_size=5),
    basis=st.sampled_from(Basis),
    witness=st.dictionaries(st.text(max_size=5), PLAIN, max_size=3),
    check=st.text(max_size=10),
)


@given(CERTIFICATES)
def test_a_certificate_goes_to_json_and_comes_back(certificate):
    assert Certificate.from_json(json.loads(json.dumps(certificate.to_json()))) == certificate


def test_only_a_claim_that_holds_is_true():
    assert [bool(Certificate("a claim", verdict)) for verdict in Verdict] == [True, False, False]


@pytest.mark.parametrize(
    "data", [{}, None, 3, {"claim": "x", "verdict": "MAYBE", "basis": "EXACT"}, {"claim": "x", "verdict": "HOLDS"}]
)
def test_what_is_not_a_certificate_is_refused(data):
    with pytest.raises(InvalidEvidence):
        Certificate.from_json(data)


# --- tables -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ([1, 2, 3, 4], "empty coalition"),
        ([0, 1, 2], "shape"),
        ([0, 1, float("nan"), 3], r"worth"),
        (np.array([0, 1, np.inf, 3]), r"\{B\}"),
        ([[0, 1], [2, 3]], "shape"),
    ],
)  # fmt: skip
def test_a_table_that_is_no_game_is_refused(values, message):
    with pytest.raises(ComityError, match=message):
        TableGame(["A", "B"], values)


def test_a_gap_a_duplicate_and_a_stranger_are_refused():
    with pytest.raises(InvalidGame, match="1 coalitions have no value, first A, B"):
        TableGame.from_coalitions({"A": 0, "B": 0})
    with pytest.raises(InvalidGame, match="given twice"):
        TableGame.from_coalitions({"A": 0, "B": 0, ("A", "B"): 1, ("B", "A"): 2})
    with pytest.raises(ComityError, match="no player 'C'"):
        TableGame.from_coalitions({"A": 0, "B": 0, ("A", "C"): 1}, players=["A", "B"])


def test_an_orientation_is_gain_or_cost():
    with pytest.raises(InvalidGame, match='"gain" or "cost"'):
        TableGame(["A"], [0, 1], "loss")


def test_changing_the_table_afterwards_does_not_change_the_game():
    worths = np.array([0.0, 1.0])
    game = TableGame(["A"], worths)
    worths[1] = 5
    assert game.value(1) == 1


def test_decimals_of_a_table_are_exact():
    game = TableGame(["A", "B"], [0, 0.1, 0.2, 0.3])
    assert game.exact(0b01) + game.exact(0b10) == game.exact(0b11)


def test_a_table_for_many_players_is_refused_with_the_way_out():
    with pytest.raises(TooManyPlayers, match="structured game"):
        TableGame([f"m{i}" for i in range(40)], [0])


# --- allocations --------------------------------------------------------------------------------

SPLIT = Allocation(
    "equal_split", ("A_1", "B"), (Fraction(1, 3), Fraction(715, 6)), Certificate("a split", Verdict.HOLDS), "USD_m"
)


def test_an_allocation_maps_names_to_amounts():
    assert SPLIT["B"] == 715 / 6
    assert dict(SPLIT.items()) == {"A_1": 1 / 3, "B": 715 / 6}
    assert SPLIT.exact_amount("B") == Fraction(715, 6)
    with pytest.raises(KeyError, match="the players are A_1, B"):
        SPLIT["C"]


def test_an_allocation_is_a_series_by_player():
    series = SPLIT.to_series()
    assert series.to_dict() == dict(SPLIT.items())
    assert (series.name, series.index.name) == ("equal_split", "player")
    assert SPLIT.to_frame().shape == (2, 1)


def test_an_allocation_in_latex_escapes_names():
    latex = SPLIT.to_latex()
    assert r"A\_1 & 0.3333 \\" in latex
    assert r"equal split (USD\_m)" in latex
    assert latex.count("\\begin") == latex.count("\\end") == 1


@given(st.lists(FRACTIONS, min_size=1, max_size=4), CERTIFICATES)
def test_an_allocation_goes_to_json_and_comes_back(amounts, certificate):
    allocation = Allocation("a_rule", tuple("ABCD"[: len(amounts)]), tuple(amounts), certificate)
    assert Allocation.from_json(json.dumps(allocation.to_json())) == allocation


def tampered(**changes):
    return {**SPLIT.to_json(), **changes}


@pytest.mark.parametrize(
    "data",
    [
        tampered(schema="result/9"),
        tampered(amounts=[1, 2]),
        tampered(amounts_exact=["1/3", "716/6"]),
        tampered(amounts_exact=["1/3"]),
        tampered(players=["A_1"]),
        tampered(certificate={}),
        tampered(players=None),
        {"schema": "result/0.1"},
        [],
        3,
    ],
    ids=range(10),
)  # fmt: skip
def test_a_result_that_was_tampered_with_cannot_be_read(data):
    with pytest.raises(InvalidEvidence):
        Allocation.from_json(data)


# --- declarations -------------------------------------------------------------------------------


def test_a_kind_that_does_not_exist_is_refused():
    with pytest.raises(ValueError, match="unknown; use one of"):
        declare("toy", "no such kind")


def test_the_catalogue_can_be_searched():
    assert "AirportGame" in {entry.name for entry in catalogue("littlechild")}
    assert catalogue("no entry has these words") == ()


def test_a_worth_that_is_no_number_is_named_with_its_coalition():
    with pytest.raises(InvalidGame, match=r"the worth of \{A, B\} is nan"):
        TableGame(["A", "B"], [0, 1, 2, float("nan")])
