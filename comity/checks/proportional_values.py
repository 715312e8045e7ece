"""Confirming that amounts are in proportion: to worths alone, or in every subgame; and that a game does not allow it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

from comity import rational
from comity.certificate import Certificate, holds_if
from comity.checks.comparison import compared
from comity.checks.core import exact_amounts, settled
from comity.coalitions import mask_of, members, names_of
from comity.declaration import declare
from comity.errors import InvalidEvidence
from comity.games.coalitional.base import Game

MAX_PLAYERS = 14


@declare("check", "The amounts are in proportion to what each is worth alone", confirms=("proportional_division",))
def check_proportional_division(game: Game, x: Sequence[Any], witness: Mapping[str, Any] | None = None) -> Certificate:
    """x_i v(j) = x_j v(i) for every two players, the v(i) have one sign, not all are 0, and x(N) = v(N).

    Examples
    --------
    >>> from comity.games.coalitional.table import TableGame
    >>> bool(check_proportional_division(TableGame(None, [0, 1, 2, 6]), [2, 4]))
    True
    """
    game, kept = settled(game, witness)
    amounts = exact_amounts(game, x)
    alone = [game.exact(1 << i) for i in range(game.n)]
    gap = abs(sum(amounts) - game.exact(game.grand_coalition))
    first = next((i for i in range(game.n) if alone[i]), None)
    # All are in proportion to the first that is worth something, hence to each other.
    in_proportion = (
        first is not None
        and min(alone) * max(alone) >= 0
        and all(a * alone[first] == amounts[first] * v for a, v in zip(amounts, alone, strict=True))
    )
    return Certificate(
        "the amounts are in proportion to what each is worth alone and add up to the worth of all",
        holds_if(in_proportion and gap == 0),
        margin=-gap,
        witness={"alone": {name: rational.text(worth) for name, worth in zip(game.players, alone, strict=True)}, **kept},
        check="check_proportional_division",
    )


@declare("check", "The worths of single players have no common sign")
def check_no_common_sign_alone(game: Game, x: None, witness: Mapping[str, Any] | None = None) -> Certificate:
    """Somebody alone is worth more than 0 and somebody less, or nobody anything; there is no allocation to look at."""
    game, kept = settled(game, witness)
    alone = [game.exact(1 << i) for i in range(game.n)]
    return Certificate(
        "what players are worth alone has no common sign",
        holds_if(min(alone) < 0 < max(alone) or not any(alone)),
        witness={"alone": {name: rational.text(worth) for name, worth in zip(game.players, alone, strict=True)}, **kept},
        check="check_no_common_sign_alone",
    )


@declare("check", "Two players always gain in the same proportion from each other", confirms=("proportional_value",))
def check_proportional_value(game: Game, x: Sequence[Any], witness: Mapping[str, Any] | None = None) -> Certificate:
    """x_i(S) / x_i(S - j) = x_j(S) / x_j(S - i) for all i, j in S, and x(S) = v(S), from single players up (Ortmann 2000).

    Examples
    --------
    >>> from comity.games.coalitional.table import TableGame
    >>> bool(check_proportional_value(TableGame(None, [0, 1, 2, 6]), [2, 4]))
    True
    """
    game, kept = settled(game, witness)
    return compared(
        game,
        x,
        "the amounts are the proportional value",
        "check_proportional_value",
        lambda: _by_equal_proportions(game),
        kept,
        MAX_PLAYERS,
    )


@declare("check", "Two worths have no common sign")
def check_no_common_sign(game: Game, x: None, witness: Mapping[str, Any]) -> Certificate:
    """``witness["coalitions"]`` names two, or one twice, whose worths are not both positive nor both negative."""
    game, kept = settled(game, witness)
    pair = [mask_of(game.players, names) for names in witness["coalitions"]]
    worths = [game.exact(S) for S in pair]
    return Certificate(
        "the worths of coalitions have no common sign",
        holds_if(len(pair) == 2 and all(pair) and worths[0] * worths[1] <= 0),
        witness={
            "coalitions": [names_of(game.players, S) for S in pair],
            "amounts": [rational.text(worth) for worth in worths],
            **kept,
        },
        check="check_no_common_sign",
    )


def _by_equal_proportions(game: Game) -> list[Fraction]:
    table, denominator = game.scaled_table
    if any(worth * table[1] <= 0 for worth in table[1:]):
        raise InvalidEvidence("the worths have no common sign, so there is no proportional value to compare with")
    value: list[dict[int, Fraction]] = [{}]
    for S in range(1, len(table)):
        inside = list(members(S))
        first = inside[0]
        # The first member's amount is the unit: x_j(S) : x_first(S) = x_j(S - first) : x_first(S - j).
        ratio = {j: value[S ^ 1 << first][j] / value[S ^ 1 << j][first] for j in inside[1:]} | {first: Fraction(1)}
        unit = table[S] / sum(ratio.values(), Fraction(0))
        value.append({j: part * unit for j, part in ratio.items()})
    return [value[-1][i] / denominator for i in range(game.n)]
