"""Arrays of exact numbers hold what was written, and are compared and shown as such."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity import rational
from comity.errors import ComityError
from comity.exact_array import ExactArray, over_one_denominator

numbers = st.one_of(
    st.integers(-(10**30), 10**30),
    st.integers(-100, 100).map(lambda k: k / 10),
    st.floats(allow_nan=False, allow_infinity=False, min_value=-1e200, max_value=1e200).filter(
        lambda x: x == 0 or abs(x) > 1e-200
    ),
    st.fractions(max_denominator=10**6),
)


@given(listed=st.lists(numbers, min_size=1, max_size=6))
def test_every_number_is_read_as_one_number_is(listed):
    array = ExactArray.of(listed)
    assert [array[k] for k in range(len(listed))] == [rational.exact(x) for x in listed]
    assert array.fractions() == [rational.exact(x) for x in listed]
    assert array.doubles().tolist() == [rational.double(rational.exact(x)) for x in listed]
    assert ExactArray.of(array.texts()) == array
    assert hash(ExactArray.of(array.texts())) == hash(array)


@given(doubles=st.lists(st.integers(-(10**6), 10**6).map(lambda k: k / 1000), min_size=1, max_size=20))
def test_doubles_in_an_array_are_decimals(doubles):
    array = ExactArray.of(np.array(doubles))
    assert array.fractions() == [rational.exact(x) for x in doubles]
    assert array.numerators.dtype == np.int64


def test_a_third_of_a_double_is_its_shortest_decimal():
    assert ExactArray.of(np.array([1 / 3]))[0] == Fraction("0.3333333333333333")


def test_a_sum_of_two_numerators_never_leaves_64_bits():
    assert ExactArray.of([2**62 - 1]).numerators.dtype == np.int64
    assert ExactArray.of([2**62]).numerators.dtype == object
    assert ExactArray.of(np.array([2**63], dtype=np.uint64))[0] == 2**63
    (left, right), denominator = over_one_denominator(ExactArray.of([2**61]), ExactArray.of(["1/3"]))
    assert (int(left[0]), int(right[0]), denominator) == (3 * 2**61, 1, 3)


def test_parts_keep_the_denominator_and_equality_does_not_ask_for_it():
    array = ExactArray.of([[Fraction(1, 2), 1], [2, 3]])
    assert array[1] == ExactArray.of([2, 3])
    assert array[1].reduced().denominator == 1
    assert ExactArray(np.zeros(2, dtype=np.int64), 10**30).reduced().denominator == 1
    assert array != ExactArray.of([[1, 1], [2, 3]])
    assert array != ExactArray.of([1, 2])
    with pytest.raises(ValueError, match="read-only"):
        array.numerators[0, 0] = 7


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ([1, float("nan")], "price is nan"),
        ([1, float("inf")], "only finite numbers"),
        ([[1, 2], [3]], "price: a list of 1 stands where a list of 2 is needed"),
        ([[1, 2], 3], "3 stands where a list of 2"),
        ([1, [2]], "a list of 1 stands where a number is needed"),
        ([True, 1], "price is True"),
        (np.array([True]), "price is True"),
        (["one"], "'one', which is not a number"),
    ],
)
def test_what_is_no_array_of_numbers_is_refused(data, message):
    with pytest.raises(ComityError, match="price"):
        ExactArray.of(data, "price")
    with pytest.raises(ComityError, match=message.replace("(", r"\(")):
        ExactArray.of(data, "price")


def test_the_shape_is_held_to():
    with pytest.raises(ComityError, match=r"shape \(3,\), but \(2,\) is needed"):
        ExactArray.of([1, 2, 3], "a value", shape=(2,))
