"""A mechanism on a grid of types, as a table of exact numbers: every profile asked once, every decision valued once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import product
from math import prod
from typing import Any

import numpy as np

from comity import rational
from comity.errors import ComityError
from comity.exact_array import ExactArray
from comity.games.bayesian.rule import DirectRule
from comity.games.bayesian.setting import MAX_PROFILES, BayesianSetting
from comity.games.extensive.tree import GameTree
from comity.mechanisms.base import Mechanism
from comity.results import Allocation

# A function takes about a microsecond at best.
MAX_CALLS = 1 << 21
# Kinds of decision that are told apart by comparing them.
PLAIN = (str, int, Fraction, frozenset)


@dataclass(frozen=True, eq=False)
class Tabulation:
    """A mechanism's table, and the types and decisions that its names stand for."""

    mechanism: Mechanism
    rule: DirectRule
    types: Mapping[str, tuple[Any, ...]]
    decisions: tuple[Any, ...]
    money: bool

    def shares(self) -> list[list[Any]] | None:
        """What each share in each decision would be worth to each type of each player; None if shares are not compared."""
        compare = self.mechanism.benefit_of_share
        tables: list[list[Any]] = []
        for player in self.mechanism.players:
            tables.append([])
            for other in self.mechanism.players:
                worths = [[compare(player, other, own, decision) for decision in self.decisions] for own in self.types[player]]
                if worths[0][0] is None:
                    return None
                tables[-1].append(ExactArray.of(worths, f"the worth to {player} of what {other} gets"))
        return tables


def tabulate(mechanism: Mechanism, types: Any = None, prior: Any = None) -> Tabulation:
    """Ask the mechanism at every profile of types.

    ``types`` replaces the mechanism's own: ``{player: types}``, or one sequence for all.

    Examples
    --------
    >>> from comity.mechanisms.base import FunctionMechanism
    >>> sharing = FunctionMechanism(lambda reports: {p: 6 // len(reports) for p in reports}, types={"A": [1, 2], "B": [1]})
    >>> tabulate(sharing).rule.setting.shape, tabulate(sharing).decisions
    ((2, 1), ({'A': 3, 'B': 3},))
    """
    grid = types_of(mechanism, types)
    shape = tuple(map(len, grid.values()))
    profiles = prod(shape)
    if profiles > min(MAX_CALLS, MAX_PROFILES):
        raise ComityError(
            f"{' x '.join(map(str, shape))} types make {profiles:,} profiles, and a function is asked at most {MAX_CALLS:,} "
            "times; give fewer types, or samples= to audit by samples"
        )
    decisions, run, players = _Decisions(), mechanism.run, tuple(mechanism.players)
    for decision in mechanism.decisions or ():
        decisions.place(decision)
    chosen = np.empty(profiles, dtype=np.int64)
    paid: list[Any] = []
    money, nothing = False, (0,) * len(shape)
    for k, profile in enumerate(product(*grid.values())):
        decision, payments = run(dict(zip(players, profile, strict=True)))
        chosen[k] = decisions.place(decision)
        row = amounts_by_player(players, payments)
        money = money or row is not None
        paid.extend(nothing if row is None else row)
    listed = tuple(decisions.listed)
    setting = BayesianSetting(
        types={player: names(own) for player, own in grid.items()},
        outcomes=names(listed),
        values={
            player: [[mechanism.benefit(player, own, decision) for decision in listed] for own in owns]
            for player, owns in grid.items()
        },
        prior=prior,
        outside={player: [mechanism.outside(player, own) for own in owns] for player, owns in grid.items()},
        costs=[mechanism.cost(decision) for decision in listed],
        unit=mechanism.unit,
    )
    amounts = _amounts(paid) if money else ExactArray.zeros((len(paid),))
    table = ExactArray(amounts.numerators.reshape(*shape, len(shape)), amounts.denominator)
    return Tabulation(mechanism, DirectRule(setting, chosen.reshape(shape), table), grid, listed, money)


def _amounts(paid: list[Any]) -> ExactArray:
    """Many amounts, those that are plain integers or floats at once."""
    kinds = set(map(type, paid))
    if kinds <= {int, float} and all(-(1 << 53) < amount < 1 << 53 for amount in paid):
        return ExactArray.of(np.array(paid, dtype=np.int64 if kinds == {int} else float), "a payment")
    return ExactArray.of(paid, "a payment")


def types_of(mechanism: Mechanism, types: Any = None) -> dict[str, tuple[Any, ...]]:
    """The types to try of each player, in the mechanism's order."""
    given = mechanism.types if types is None else types
    if given is None:
        raise ComityError('the mechanism names no types to try; give types={"A": [1, 2, 3], ...}')
    if not isinstance(given, Mapping):
        given = dict.fromkeys(mechanism.players, given)
    unknown = [player for player in given if player not in mechanism.players]
    missing = [player for player in mechanism.players if player not in given]
    if unknown or missing:
        wrong = f"there is no player {unknown[0]!r}" if unknown else f"no types are given for {missing[0]!r}"
        raise ComityError(f"{wrong}; the players are {', '.join(mechanism.players)}")
    found = {}
    for player in mechanism.players:
        if callable(given[player]):
            raise ComityError(f"the types of {player} are a function; give a list of types, or samples= to draw from it")
        if isinstance(given[player], str) or not isinstance(given[player], Iterable):
            raise ComityError(f"the types of {player} are {rational.shown(given[player])}; give a list of types")
        found[player] = tuple(given[player])
        if not found[player]:
            raise ComityError(f"{player} has no type to try; give at least one")
    return found


def amounts_by_player(players: Sequence[str], payments: Any) -> tuple[Any, ...] | None:
    """Payments in the order of the players; nobody pays who is not named."""
    if payments is None:
        return None
    if isinstance(payments, Mapping):
        found = tuple([payments.get(player, 0) for player in players])
        if not payments.keys() <= set(players):
            unknown = next(name for name in payments if name not in players)
            raise ComityError(f"{rational.shown(unknown)} is to pay but is no player; the players are {', '.join(players)}")
        return found
    listed = tuple(payments)
    if len(listed) != len(players):
        raise ComityError(f"{len(listed)} payments for {len(players)} players; give one each, or {{player: amount}}")
    return listed


def names(things: Sequence[Any]) -> list[str]:
    """A text for each, no two alike."""
    found: list[str] = []
    seen: set[str] = set()
    for place, thing in enumerate(things):
        text = name(thing)
        if text in seen:
            text = f"{text} ({place + 1})"
        seen.add(text)
        found.append(text)
    return found


def name(thing: Any) -> str:
    """A number, text, or anything else, as people read it."""
    if isinstance(thing, str):
        return thing if thing.strip() else "(empty)"
    if isinstance(thing, Allocation):
        return ", ".join(f"{player} {rational.short(amount)}" for player, amount in zip(thing.players, thing.exact, strict=True))
    try:
        return rational.text(rational.exact(thing))
    except ComityError:
        return rational.shown(thing)


class _Decisions:
    """Decisions in the order they come up, each once."""

    def __init__(self) -> None:
        self.listed: list[Any] = []
        self._places: dict[Any, int] = {}

    def place(self, decision: Any) -> int:
        key = _key(decision)
        found = self._places.get(key)
        if found is None:
            found = self._places[key] = len(self.listed)
            self.listed.append(decision)
        return found


def _key(decision: Any) -> Any:
    """Something hashable that is equal for equal decisions; an unknown kind that cannot be hashed equals only itself."""
    if type(decision) in PLAIN:
        return decision
    if isinstance(decision, Allocation):
        return (Allocation, decision.players, decision.exact)
    if isinstance(decision, np.ndarray):
        return (np.ndarray, decision.shape, tuple(decision.ravel().tolist()))
    if isinstance(decision, Mapping):
        return (dict, frozenset((key, _key(value)) for key, value in decision.items()))
    if isinstance(decision, list | tuple):
        return (type(decision), tuple(map(_key, decision)))
    if isinstance(decision, set | frozenset):
        return (frozenset, frozenset(decision))
    try:
        hash(decision)
    except TypeError:
        return (id, id(decision))
    return decision


class TreeMechanism(Mechanism):
    """A game tree played as planned, as a mechanism."""

    def __init__(self, tree: GameTree) -> None:
        self.tree, self.players, self.types, self.unit = tree, tree.players, tree.types, tree.unit
        self._money = any(leaf.payments for leaf in tree.leaves())

    def outcome(self, reports: Mapping[str, Any]) -> Any:
        return self.tree.play(reports).decision

    def run(self, reports: Mapping[str, Any]) -> tuple[Any, Mapping[str, Any] | None]:
        leaf = self.tree.play(reports)
        return leaf.decision, leaf.payments if self._money else None

    def benefit(self, player: str, type: Any, decision: Any) -> Any:
        return self.tree.benefit(player, type, decision)
