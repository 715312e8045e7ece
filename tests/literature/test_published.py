"""Published examples: the printed digits come out, certificates confirm, and a second method gives the same fractions."""

from __future__ import annotations

import pytest
from published import EXAMPLES, MARK, Example

from comity.checks.confirm import confirm

examples = pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.name)


@examples
def test_the_printed_answer_comes_out_and_is_confirmed(example: Example) -> None:
    result = example.solve()
    for amount, (printed, rounding) in zip(result.exact, example.printed, strict=True):
        assert abs(amount - printed) <= rounding
    assert result.certificate
    assert confirm(example.game, result)


@examples
def test_a_second_method_gives_the_same_fractions(example: Example) -> None:
    assert list(example.solve().exact) == example.by_the_second_method()


def test_there_are_more_than_thirty_each_with_a_source_and_a_mark() -> None:
    assert len(EXAMPLES) >= 30
    for example in EXAMPLES:
        assert MARK.fullmatch(example.mark), example.name
        assert example.source


def test_no_example_is_there_twice() -> None:
    assert len({example.name for example in EXAMPLES}) == len(EXAMPLES)
    asked = {
        (example.concept.__name__, example.arguments, example.game.orientation, tuple(example.game.exact_table()))
        for example in EXAMPLES
    }
    assert len(asked) == len(EXAMPLES)
