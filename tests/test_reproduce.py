"""Published tables beside ours."""

from fractions import Fraction

import pytest

import comity.reproductions as reproductions
from comity.errors import ComityError
from comity.reproductions.ghodsi import asset_fairness, equal_incomes
from comity.reproductions.table import Reproduction, Row, printed

NAMES = sorted(reproductions.find())


def test_papers_are_found_by_looking():
    assert NAMES == [
        "aspremont_jacquemin_1988",
        "aumann_maschler_1985",
        "ghodsi_2011",
        "gordon_loeb_2002",
        "kamenica_gentzkow_2011",
        "littlechild_thompson_1977",
        "shapley_shubik_1954",
    ]


@pytest.mark.parametrize("name", NAMES)
def test_every_number_agrees_at_the_printed_digits(name):
    table = reproductions.run(name)
    assert [row.label for row in table.rows if not row.agrees] == []
    assert table.agrees
    assert table.name == name
    assert len(set(table.to_frame().index)) == len(table.rows)
    assert all(row.published in table.to_text() for row in table.rows)
    assert "read in" in table.source or "from memory" in table.source


def test_an_unknown_paper_is_refused_with_the_closest_name():
    with pytest.raises(ComityError, match="did you mean 'ghodsi_2011'"):
        reproductions.run("ghodsi_2012")


def test_a_number_agrees_up_to_half_a_unit_of_its_last_printed_digit():
    assert Row("", "2.52", Fraction(2525, 1000)).agrees
    assert not Row("", "2.52", Fraction(25251, 10000)).agrees
    assert not Row("", "33 1/3", Fraction(333333, 10000)).agrees
    assert not Row("", "50", Fraction(5001, 100)).agrees
    assert printed("45/11") == (Fraction(45, 11), 0)


def test_words_agree_only_if_they_are_the_same():
    assert Row("", "a > b", "a > b").agrees
    assert not Row("", "a > b", "b > a").agrees


def test_a_difference_is_shown_and_counted():
    table = Reproduction("x", "Title", "Reference.", "from memory.", (Row("one", "1", Fraction(1)), Row("two", "2", Fraction(3))))
    assert not table.agrees
    assert "DIFFERS" in table.to_text()
    assert "1 of 2 differ." in table.to_text()
    assert table.to_frame()["agrees"].tolist() == [True, False]


def test_in_a_market_with_equal_incomes_prices_support_the_tasks():  # P5-04
    x, y = equal_incomes((9, 18), ((1, 4), (3, 1)))
    # Prices p, q of the two resources: a user's spending is the same for both and all of it is spent.
    q = (3 / x - 1 / y) / 11
    p = 1 / x - 4 * q
    assert min(p, q) > 0
    assert (p + 4 * q) * x == (3 * p + q) * y == 1


def test_asset_fairness_gives_equal_shares_of_everything_together():
    x, y = asset_fairness((9, 18), ((1, 4), (3, 1)))
    assert x * (Fraction(1, 9) + Fraction(4, 18)) == y * (Fraction(3, 9) + Fraction(1, 18))
    assert x + 3 * y == 9
