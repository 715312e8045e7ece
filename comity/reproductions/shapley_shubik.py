"""Shapley & Shubik (1954): the power of a veto in the Security Council."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from comity.declaration import declare
from comity.games.coalitional.voting import VotingGame
from comity.reproductions.table import Reproduction, Row

REFERENCE = (
    "Shapley, L. S. & Shubik, M. (1954). A method for evaluating the distribution of power in a committee system. American "
    "Political Science Review 48, 787-792."
)
SOURCE = (
    "the council of 11 from memory; the council of 15 read in a note on voting power "
    "(gonitsora.com/veto-starting-to-sound-really-good), not in the paper, which is older."
)


@declare("reproduction", "The power of a veto in the Security Council", reference=REFERENCE)
def shapley_shubik_1954() -> Reproduction:
    """The share of orders in which a member's vote decides, for the council of eleven and for that of fifteen since 1965.

    Examples
    --------
    >>> shapley_shubik_1954().agrees
    True
    """
    rows = (*_council(), *_council_of_today())
    return Reproduction("shapley_shubik_1954", "The distribution of power in a committee system", REFERENCE, SOURCE, rows)


def council(elected: int, votes: int) -> VotingGame:
    """Five permanent members, each with a veto, and elected ones; ``votes`` of all are needed.

    A permanent vote weighs more than all elected ones beyond need, so that the quota cannot be met without every one of the five.
    """
    weight = elected + 1
    weights = {f"permanent {k}": weight for k in range(1, 6)} | {f"elected {k}": 1 for k in range(1, elected + 1)}
    return VotingGame(weights, 5 * weight + votes - 5)


def _council() -> Iterator[Row]:
    """Eleven members, seven votes, as the council was until 1965."""
    index = _index(council(6, 7))
    permanent, elected = index[0], index[-1]
    yield Row("council of 11, one permanent member", "76/385", permanent)
    yield Row("council of 11, one elected member", "1/462", elected)
    yield Row("council of 11, the five together, per cent", "98.7", 500 * permanent)
    yield Row("council of 11, the six together, per cent", "1.3", 600 * elected)


def _council_of_today() -> Iterator[Row]:
    index = _index(council(10, 9))
    yield Row("council of 15, one permanent member, per cent", "19.6", 100 * index[0])
    yield Row("council of 15, one elected member", "4/2145", index[-1])
    yield Row("council of 15, one elected member, per cent", "0.19", 100 * index[-1])


def _index(game: VotingGame) -> tuple[Fraction, ...]:
    from comity.solvers.values.shapley_shubik import shapley_shubik_index

    return shapley_shubik_index(game).exact
