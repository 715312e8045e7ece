"""Confirming the Owen vector of a linear production game and its range, by prices and plans."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from math import lcm
from operator import mul
from typing import Any

from comity import rational
from comity.certificate import Certificate, holds_if
from comity.checks.core import exact_amounts
from comity.declaration import declare
from comity.errors import InvalidEvidence
from comity.games.coalitional.linear_production import LinearProductionGame


@declare(
    "check",
    "Each endowment is paid at prices that are optimal for all together",
    confirms=("owen_vector",),
    reference="Owen (1975)",
)
def check_owen_vector(game: LinearProductionGame, x: Sequence[Any], witness: Mapping[str, Any]) -> Certificate:
    """x_i = y b_i for prices y with y >= 0, y A >= c and y b(N) = c p for a plan p that everybody can carry out.

    Then x is in the core, for any number of players: c z <= y A z <= y b(S) = x(S) for every plan z of S.
    ``witness["range"]``, if there, is confirmed too: for each player a pair of optimal prices (``least``, ``most``), and for
    either end a plan q >= 0 and a number s with A q + s b(N) <= b_i (>= at the upper end with -q), so that
    y b_i >= c q + s v(N) for all optimal prices y.  ``"one point"`` says that no other prices are optimal: those must cover
    exactly what the plan makes and be 0 where it leaves something over, which are equations with one solution.
    """
    amounts = exact_amounts(game, x)
    prices = _read(witness, "prices", len(game.resources))
    plan = _read(witness, "plan", len(game.products))
    everybody = game.grand_coalition
    worth = _dot(game.prices, plan)
    optimal = game.is_plan(everybody, plan) and game.are_prices(prices) and _dot(prices, game.pooled(everybody)) == worth
    reason = ""
    if not optimal:
        reason = "the plan and the prices do not prove each other optimal"
    elif not _are_paid(game, amounts, prices):
        reason = "the amounts are not the endowments at these prices"
    listed = witness.get("range")
    ends = [] if listed in (None, ONE_POINT) else _read_range(game, listed)
    if not reason and listed == ONE_POINT and not _no_other_prices(game, plan):
        reason = "other prices may be optimal, too"
    if not reason and any(not _is_end(game, worth, i, side, end) for i, pair in enumerate(ends) for side, end in pair):
        reason = "an end of the range is not proved"
    return Certificate(
        "each endowment is paid at prices that are optimal for all players together, so the allocation is in the core",
        holds_if(not reason),
        witness={
            "prices": [rational.text(y) for y in prices],
            "plan": [rational.text(p) for p in plan],
            **({} if listed is None else {"range": _plain_range(ends) if listed != ONE_POINT else ONE_POINT}),
            **({"reason": reason} if reason else {}),
        },
        check="check_owen_vector",
    )


ONE_POINT = "one point"
_SIDES = {1: "least", -1: "most"}
# Rows that are independent modulo a prime are independent.
PRIME = (1 << 61) - 1


def _are_paid(game: LinearProductionGame, amounts: Sequence[Fraction], prices: Sequence[Fraction]) -> bool:
    """Whether each amount is the endowment at the prices, in integers."""
    unit = lcm(*(y.denominator for y in prices))
    whole = [y.numerator * (unit // y.denominator) for y in prices]
    units = unit * game.holdings.denominator
    return all(
        sum(map(mul, whole, holding)) * amount.denominator == amount.numerator * units
        for amount, holding in zip(amounts, game.holdings.numerators.tolist(), strict=True)
    )


def _no_other_prices(game: LinearProductionGame, plan: Sequence[Fraction]) -> bool:
    """Whether the uses of what is made have full rank over the resources that the plan uses up."""
    import flint

    made = [p for p, amount in enumerate(plan) if amount]
    together = game.pooled(game.grand_coalition)
    scarce = [row for r, row in enumerate(game.uses) if _dot(row, plan) == together[r]]
    if len(scarce) > len(made):
        return False
    whole = [lcm(*(row[p].denominator for p in made)) for row in scarce]
    entries = [int(row[p] * unit) % PRIME for row, unit in zip(scarce, whole, strict=True) for p in made]
    return not scarce or flint.nmod_mat(len(scarce), len(made), entries, PRIME).rank() == len(scarce)


def _plain_range(ends: list[list[tuple[int, _End]]]) -> list[dict[str, Any]]:
    return [{_SIDES[side]: end.plain() for side, end in pair} for pair in ends]


class _End:
    """One end of a player's range: prices that attain it, and the plan q and number s that prove it."""

    def __init__(self, game: LinearProductionGame, end: Mapping[str, Any]) -> None:
        self.amount = rational.exact(end["amount"], "an end of the range")
        self.prices = _read(end, "prices", len(game.resources))
        self.plan = _read(end, "plan", len(game.products))
        self.share = rational.exact(end["share"], "a share of the whole")

    def plain(self) -> dict[str, Any]:
        return {
            "amount": rational.text(self.amount),
            "prices": [rational.text(y) for y in self.prices],
            "plan": [rational.text(q) for q in self.plan],
            "share": rational.text(self.share),
        }


def _read_range(game: LinearProductionGame, listed: Any) -> list[list[tuple[int, _End]]]:
    try:
        ends = [[(side, _End(game, pair[name])) for side, name in _SIDES.items()] for pair in listed]
    except (KeyError, TypeError) as error:
        raise InvalidEvidence(f"the range cannot be read: {error}; give least and most for each player") from None
    if len(ends) != game.n:
        raise InvalidEvidence(f"the range has {len(ends)} entries for {game.n} players; give one each")
    return ends


def _is_end(game: LinearProductionGame, worth: Fraction, i: int, side: int, end: _End) -> bool:
    """For all optimal prices y, side * y b_i >= side * amount; and some attain it."""
    together, own = game.pooled(game.grand_coalition), game.endowments[i]
    attained = game.are_prices(end.prices) and _dot(end.prices, together) == worth and _dot(end.prices, own) == end.amount
    covered = min(end.plan, default=Fraction(0)) >= 0 and all(
        _dot(row, end.plan) + end.share * together[r] <= side * own[r] for r, row in enumerate(game.uses)
    )
    return attained and covered and _dot(game.prices, end.plan) + end.share * worth == side * end.amount


def _read(witness: Mapping[str, Any], key: str, count: int) -> list[Fraction]:
    try:
        numbers = [rational.exact(number, f"a number of the {key}") for number in witness[key]]
    except (KeyError, TypeError) as error:
        raise InvalidEvidence(f"the evidence cannot be read: {error}; give {key}, a list of {count} numbers") from None
    if len(numbers) != count:
        raise InvalidEvidence(f"the {key} has {len(numbers)} numbers where {count} are needed")
    return numbers


def _dot(a: Sequence[Fraction], b: Sequence[Fraction]) -> Fraction:
    return sum((p * q for p, q in zip(a, b, strict=True)), Fraction(0))
