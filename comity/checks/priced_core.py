"""A core point without a table: what everybody owns, at prices that no coalition can beat.

A coalition's worth is the most it can make of what it owns, so that any feasible prices of what can be owned bound it from
above: v(S) <= x(S) for *every* S at once, however many there are, if x_i is what i owns at these prices.  What all together
then make - a plan, a flow, a matching - shows that x(N) is no more than v(N).

* linear production: resource prices y >= 0 with y A >= c, and a plan worth y b(N) (Owen 1975);
* flow: a cut - each arc that crosses it has price 1 - and a flow as large as its capacity (Kalai & Zemel 1982);
* market: a price for each good, and x_i = what i's goods cost and what i gains by buying at these prices (Shapley & Shubik 1969);
* assignment: the amounts themselves, x_i + x_j >= the worth of each pair, and a matching worth x(N) (Shapley & Shubik 1971).

The other way is closed: to tell of *any* amounts whether they are in the core of a linear production or flow game is
co-NP-complete (Fang, Zhu, Cai & Deng 2002), so that amounts come with their prices or with a table.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from math import lcm
from typing import Any

from comity import rational
from comity.coalitions import MAX_TABLE_PLAYERS
from comity.errors import InvalidEvidence, TooManyPlayers
from comity.games.coalitional.assignment import AssignmentGame
from comity.games.coalitional.base import Game
from comity.games.coalitional.flow import FlowGame
from comity.games.coalitional.linear_production import MAX_EVIDENCE_PLAYERS, LinearProductionGame
from comity.games.coalitional.market import MarketGame

ARGUMENT = "prices"

Amounts = Sequence[Fraction]
Evidence = Mapping[str, Any]


def priced_argument(game: Game, x: Amounts, witness: Evidence) -> tuple[dict[str, Any], str]:
    """The evidence as a certificate keeps it, and what is wrong with it as a proof that x is in the core; empty if nothing is."""
    argue = next((argue for model, argue in _ARGUMENTS.items() if isinstance(game, model)), None)
    if argue is None:
        raise InvalidEvidence(f"prices prove nothing about a {type(game).__name__}; leave the argument out")
    shown, reason = argue(game, x, witness)
    return {"argument": ARGUMENT, **shown}, reason


def refuse_what_cannot_be_scanned(game: Game) -> None:
    """Say what to do about amounts without prices in a game that is too large for a table."""
    limit = MAX_EVIDENCE_PLAYERS if isinstance(game, LinearProductionGame) else MAX_TABLE_PLAYERS
    if isinstance(game, tuple(_ARGUMENTS)) and game.n > limit:
        raise TooManyPlayers(
            f"whether given amounts are in the core is looked up in a table of 2**n worths, and {game.n} players are too many "
            f"(at most {limit}); core_point pays everybody at prices and hands over the prices, which prove it for any number"
        )


def _production(game: LinearProductionGame, x: Amounts, witness: Evidence) -> tuple[dict[str, Any], str]:
    plan = _numbers(witness, "plan", game.products)
    prices = _numbers(witness, "prices", game.resources)
    shown = {"plan": _plain(plan), "prices": _plain(prices)}
    return shown, _production_flaw(game, x, plan, prices)


def _production_flaw(game: LinearProductionGame, x: Amounts, plan: Amounts, prices: Amounts) -> str:
    together = game.pooled(game.grand_coalition)
    if not game.is_plan(game.grand_coalition, plan):
        return "all players together cannot carry out the plan"
    if not game.are_prices(prices):
        return "some product makes a profit at these prices"
    if _dot(game.prices, plan) != _dot(prices, together):
        return "the plan is worth less than the resources at these prices"
    whole, unit = _integers(prices)
    wrong = (name for name, own, paid in zip(game.players, game.endowments, x, strict=True) if _at(whole, own) != paid * unit)
    return _mispaid(next(wrong, None))


def _flow(game: FlowGame, x: Amounts, witness: Evidence) -> tuple[dict[str, Any], str]:
    flow = _numbers(witness, "flow", [f"arc {k}" for k in range(1, len(game.arcs) + 1)])
    places = _names(witness, "cut")
    return {"flow": _plain(flow), "cut": places}, _flow_flaw(game, x, flow, set(places))


def _flow_flaw(game: FlowGame, x: Amounts, flow: Amounts, inside: set[str]) -> str:
    if game.source not in inside or game.sink in inside:
        return "the cut does not part the source from the sink"
    left: dict[str, Fraction] = {}
    due = dict.fromkeys(game.players, Fraction(0))
    for arc, amount in zip(game.arcs, flow, strict=True):
        if not 0 <= amount <= arc.capacity:
            return f"the flow from {arc.tail} to {arc.head} is not between 0 and its capacity"
        left[arc.tail] = left.get(arc.tail, Fraction(0)) + amount
        left[arc.head] = left.get(arc.head, Fraction(0)) - amount
        if arc.tail in inside and arc.head not in inside:
            due[arc.owner] += arc.capacity
    ends = (game.source, game.sink)
    lost = next((place for place, amount in left.items() if amount and place not in ends), None)
    if lost is not None:
        return f"what flows into {lost} is not what flows out of it"
    if left.get(game.source, Fraction(0)) != sum(due.values()):
        return "the flow does not fill the cut"
    return _mispaid(next((name for name, paid in zip(game.players, x, strict=True) if due[name] != paid), None))


def _market(game: MarketGame, x: Amounts, witness: Evidence) -> tuple[dict[str, Any], str]:
    stated = witness.get("prices")
    if not isinstance(stated, Mapping) or set(stated) != set(game.goods):
        raise InvalidEvidence(f"the prices are {rational.shown(stated)}; give one for each of {', '.join(game.goods)}")
    prices = {good: rational.exact(stated[good], f"the price of {good}") for good in game.goods}
    return {"prices": {good: rational.text(price) for good, price in prices.items()}}, _market_flaw(game, x, prices)


def _market_flaw(game: MarketGame, x: Amounts, prices: Mapping[str, Fraction]) -> str:
    if any(price < 0 for price in prices.values()):
        return "a price is negative"
    for name, owned, wanted, paid in zip(game.players, game.endowments, game.utilities, x, strict=True):
        due = sum((prices[good] * amount for good, amount in owned.items()), Fraction(0))
        for good, steps in wanted.items():
            due += sum((amount * max(worth - prices[good], Fraction(0)) for amount, worth in steps), Fraction(0))
        if due != paid:
            return _mispaid(name)
    return "" if sum(x) == game.exact(game.grand_coalition) else "supply and demand do not meet at these prices"


def _assignment(game: AssignmentGame, x: Amounts, witness: Evidence) -> tuple[dict[str, Any], str]:
    listed = witness.get("matching")
    try:
        pairs = [(game.rows.index(row), game.columns.index(column)) for row, column in listed or ()]
    except (TypeError, ValueError) as error:
        raise InvalidEvidence(f"the matching cannot be read: {error}; give pairs of a row and a column") from None
    return {"matching": [[game.rows[i], game.columns[j]] for i, j in pairs]}, _assignment_flaw(game, x, pairs)


def _assignment_flaw(game: AssignmentGame, x: Amounts, pairs: Sequence[tuple[int, int]]) -> str:
    m = len(game.rows)
    if any(len({pair[side] for pair in pairs}) < len(pairs) for side in (0, 1)):
        return "the matching has somebody in two pairs"
    if min(x) < 0:
        return f"{game.players[min(range(game.n), key=x.__getitem__)]} does better alone"
    whole, unit = _integers(x)
    for i, line in enumerate(game.matrix):
        for j, worth in enumerate(line):
            if worth > 0 and worth.numerator * unit > (whole[i] + whole[m + j]) * worth.denominator:
                return f"{game.rows[i]} and {game.columns[j]} do better by themselves"
    worth_of_pairs = sum((game.matrix[i][j] for i, j in pairs), Fraction(0))
    return "" if sum(x) == worth_of_pairs else "the matching is not worth what is paid"


_ARGUMENTS: dict[type[Game], Callable[[Any, Amounts, Evidence], tuple[dict[str, Any], str]]] = {
    LinearProductionGame: _production,
    FlowGame: _flow,
    MarketGame: _market,
    AssignmentGame: _assignment,
}


def _mispaid(name: str | None) -> str:
    return "" if name is None else f"{name} is not paid what {name} owns at these prices"


def _numbers(witness: Evidence, key: str, names: Sequence[str]) -> list[Fraction]:
    listed = witness.get(key)
    if not isinstance(listed, list | tuple) or len(listed) != len(names):
        raise InvalidEvidence(f"the {key} is {rational.shown(listed)}; give a list of {len(names)} numbers")
    return [rational.exact(number, f"the {key}: {name}") for name, number in zip(names, listed, strict=True)]


def _names(witness: Evidence, key: str) -> list[str]:
    listed = witness.get(key)
    if not isinstance(listed, list | tuple) or not all(isinstance(name, str) for name in listed):
        raise InvalidEvidence(f"the {key} is {rational.shown(listed)}; list names")
    return list(listed)


def _plain(numbers: Amounts) -> list[str]:
    return [rational.text(number) for number in numbers]


def _dot(a: Amounts, b: Amounts) -> Fraction:
    return sum((p * q for p, q in zip(a, b, strict=True) if p and q), Fraction(0))


def _integers(numbers: Amounts) -> tuple[list[int], int]:
    """The numbers over their common denominator."""
    unit = lcm(*(number.denominator for number in numbers))
    return [number.numerator * (unit // number.denominator) for number in numbers], unit


def _at(prices: Sequence[int], amounts: Amounts) -> Fraction:
    whole, unit = _integers(amounts)
    return Fraction(sum(price * amount for price, amount in zip(prices, whole, strict=True)), unit)
