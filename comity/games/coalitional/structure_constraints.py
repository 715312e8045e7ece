"""What a partition of the players must satisfy: side constraints on coalitions, on their number and on their totals."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from numbers import Integral
from typing import Any

from comity import rational
from comity.coalitions import label, mask_of, members, named_numbers, names_of
from comity.declaration import declare
from comity.errors import ComityError, TooManyPlayers
from comity.games.coalitional.base import Game

# Every coalition considered is one column of an integer programme: all of those of 15 players.
MAX_COALITIONS = 2**15


@declare("game", "A limit on what coalitions hold or cost, each of them or all that form")
@dataclass(frozen=True)
class Limit:
    """At least and at most so much of something.

    Parameters
    ----------
    amount : mapping, sequence or Game
        A number for each player, added up over the members (``{"A": 3, "B": 1}``, or in player order), or a game with the same
        players whose worths are the amounts of the coalitions.
    at_least, at_most : number, optional
        Read as written.  At least one of the two.
    name : str
        What it is, for messages.

    Examples
    --------
    >>> Limit({"A": 3, "B": 1}, at_least=2, name="reviewers").at_least
    Fraction(2, 1)
    """

    amount: Any
    at_least: Any = None
    at_most: Any = None
    name: str = "a limit"

    def __post_init__(self) -> None:
        if self.at_least is None and self.at_most is None:
            raise ComityError(f"{self.name} limits nothing; give at_least, at_most or both")
        for side in ("at_least", "at_most"):
            number = getattr(self, side)
            if number is not None:
                object.__setattr__(self, side, rational.exact(number, f"{side} of {self.name}"))

    def admits(self, total: Fraction) -> bool:
        """Whether the total lies between the two sides."""
        return (self.at_least is None or total >= self.at_least) and (self.at_most is None or total <= self.at_most)

    def amounts(self, players: Sequence[str], coalitions: Sequence[int]) -> list[Fraction]:
        """The amount of each of the coalitions, exactly."""
        if isinstance(self.amount, Game):
            if self.amount.players != tuple(players):
                raise ComityError(
                    f"{self.name} is on a game of {', '.join(self.amount.players)}; "
                    f"give one of {', '.join(players)}, in this order"
                )
            return [self.amount.exact(S) for S in coalitions]
        if isinstance(self.amount, ByCoalition):
            if len(self.amount.amounts) != len(coalitions):
                raise ComityError(f"{self.name} has {len(self.amount.amounts)} amounts for {len(coalitions)} coalitions")
            return [rational.exact(amount, f"an amount of {self.name}") for amount in self.amount.amounts]
        each = self.by_player(players)
        return [sum((each[i] for i in members(S)), Fraction(0)) for S in coalitions]

    def by_player(self, players: Sequence[str]) -> tuple[Fraction, ...]:
        """The number of each player."""
        if isinstance(self.amount, Mapping) and set(self.amount) != set(players):
            odd = ", ".join(sorted(map(str, set(self.amount) ^ set(players))))
            raise ComityError(f"{self.name} needs one amount for each player; missing or unknown: {odd}")
        return named_numbers(self.amount, players, f"{self.name}: the amount")[1]

    def to_json(self, players: Sequence[str], amounts: Sequence[Fraction]) -> dict[str, Any]:
        """Plain data, given the amounts of the coalitions considered."""
        sides = {side: getattr(self, side) for side in ("at_least", "at_most")}
        data = {"name": self.name, **{side: rational.text(number) for side, number in sides.items() if number is not None}}
        if isinstance(self.amount, Game | ByCoalition):
            return {**data, "by_coalition": [rational.text(amount) for amount in amounts]}
        return {**data, "by_player": [rational.text(amount) for amount in self.by_player(players)]}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Limit:
        """Read a limit back."""
        amount = ByCoalition(tuple(data["by_coalition"])) if "by_coalition" in data else data["by_player"]
        return cls(amount, data.get("at_least"), data.get("at_most"), str(data["name"]))


@dataclass(frozen=True)
class ByCoalition:
    """An amount for each coalition considered, in their order."""

    amounts: tuple[Any, ...]


@dataclass(frozen=True)
class StructureConstraints:
    """Which coalitions may form, how many of them, and what they may add up to; `structure_constraints` builds it by names.

    ``considered`` are the coalitions named by ``allowed``, or all; ``each`` and ``total`` hold for each limit the amount of every
    coalition considered.  The rest is by mask.
    """

    players: tuple[str, ...]
    considered: tuple[int, ...]
    smallest: int | None = None
    largest: int | None = None
    fewest: int | None = None
    most: int | None = None
    together: tuple[int, ...] = ()
    apart: tuple[int, ...] = ()
    forbidden: tuple[int, ...] = ()
    each: tuple[tuple[Limit, Mapping[int, Fraction]], ...] = ()
    total: tuple[tuple[Limit, Mapping[int, Fraction]], ...] = ()

    def why_not(self, S: int) -> str:
        """Why a coalition may not form, or nothing if it may."""
        who = label(self.players, S)
        if S not in self._considered:
            return f"{who} is not among the coalitions allowed"
        if S in self.forbidden:
            return f"{who} is forbidden"
        size = S.bit_count()
        if (self.smallest is not None and size < self.smallest) or (self.largest is not None and size > self.largest):
            return f"{who} has {size} members"
        for group in self.together:
            if S & group not in (0, group):
                return f"{who} parts {label(self.players, group)}, who are to be together"
        for group in self.apart:
            if (S & group).bit_count() > 1:
                return f"{who} joins players who are to be apart: {', '.join(names_of(self.players, S & group))}"
        for limit, amounts in self.each:
            if not limit.admits(amounts[S]):
                return f"{who} has {rational.short(amounts[S])} of {limit.name}"
        return ""

    @cached_property
    def permitted(self) -> tuple[int, ...]:
        """The coalitions that may form."""
        return tuple(S for S in self.considered if not self.why_not(S))

    @cached_property
    def _considered(self) -> frozenset[int]:
        return frozenset(self.considered)

    def violation(self, structure: Sequence[int]) -> str:
        """Why a partition does not satisfy the constraints, or nothing if it does."""
        for S in structure:
            reason = self.why_not(S)
            if reason:
                return reason
        k = len(structure)
        if (self.fewest is not None and k < self.fewest) or (self.most is not None and k > self.most):
            return f"there are {k} coalitions"
        for limit, amounts in self.total:
            total = sum((amounts[S] for S in structure), Fraction(0))
            if not limit.admits(total):
                return f"the coalitions add up to {rational.short(total)} of {limit.name}"
        return ""

    def to_json(self) -> dict[str, Any]:
        """Plain data, in the words of the arguments; amounts by coalition follow the coalitions allowed, or all by mask."""
        everything = self.considered == _every_coalition(self.players)
        data = {
            "smallest_coalition": self.smallest,
            "largest_coalition": self.largest,
            "fewest_coalitions": self.fewest,
            "most_coalitions": self.most,
            "together": self._named(self.together),
            "apart": self._named(self.apart),
            "forbidden": self._named(self.forbidden),
            "allowed": None if everything else self._named(self.considered),
            "each_coalition": self._limits(self.each),
            "in_total": self._limits(self.total),
        }
        # An empty list of coalitions allowed allows none; every other empty list asks for nothing.
        return {key: value for key, value in data.items() if value is not None and (value != [] or key == "allowed")}

    def _named(self, masks: Iterable[int]) -> list[list[str]]:
        return [names_of(self.players, S) for S in masks]

    def _limits(self, pairs: Iterable[tuple[Limit, Mapping[int, Fraction]]]) -> list[dict[str, Any]]:
        return [limit.to_json(self.players, [amounts[S] for S in self.considered]) for limit, amounts in pairs]


@declare("game", "Side constraints on partitions of the players, for finding and for checking")
def structure_constraints(
    players: Sequence[str],
    *,
    smallest_coalition: int | None = None,
    largest_coalition: int | None = None,
    fewest_coalitions: int | None = None,
    most_coalitions: int | None = None,
    together: Iterable[Iterable[str]] = (),
    apart: Iterable[Iterable[str]] = (),
    forbidden: Iterable[Iterable[str]] = (),
    allowed: Iterable[Iterable[str]] | None = None,
    each_coalition: Iterable[Limit] = (),
    in_total: Iterable[Limit] = (),
) -> StructureConstraints:
    """Side constraints by names; the arguments are those of `optimal_coalition_structure`.

    Examples
    --------
    >>> pairs = structure_constraints(["A", "B", "C"], largest_coalition=2, apart=[("A", "C")])
    >>> [label(pairs.players, S) for S in pairs.permitted]
    ['{A}', '{B}', '{A, B}', '{C}', '{B, C}']
    >>> pairs.why_not(0b101)
    '{A, C} joins players who are to be apart: A, C'
    """
    names = tuple(players)
    considered = _considered(names, allowed)

    def bound(limits: Iterable[Limit], what: str) -> tuple[tuple[Limit, Mapping[int, Fraction]], ...]:
        listed = [limits] if isinstance(limits, Limit) else list(limits)
        for limit in listed:
            if not isinstance(limit, Limit):
                raise ComityError(f"{what} has {limit!r}; give a list of Limit(amount, at_least=, at_most=)")
        return tuple((limit, dict(zip(considered, limit.amounts(names, considered), strict=True))) for limit in listed)

    return StructureConstraints(
        players=names,
        considered=considered,
        smallest=_count(smallest_coalition, "smallest_coalition"),
        largest=_count(largest_coalition, "largest_coalition"),
        fewest=_count(fewest_coalitions, "fewest_coalitions"),
        most=_count(most_coalitions, "most_coalitions"),
        together=_groups(names, together, "together", 2),
        apart=_groups(names, apart, "apart", 2),
        forbidden=_groups(names, forbidden, "forbidden"),
        each=bound(each_coalition, "each_coalition"),
        total=bound(in_total, "in_total"),
    )


def read_structure_constraints(players: Sequence[str], data: Mapping[str, Any]) -> StructureConstraints:
    """Read constraints back from plain data."""
    limits = {key: [Limit.from_json(limit) for limit in data.get(key, [])] for key in ("each_coalition", "in_total")}
    return structure_constraints(players, **{**data, **limits})


def _considered(players: tuple[str, ...], allowed: Iterable[Iterable[str]] | None) -> tuple[int, ...]:
    if allowed is not None:
        found = tuple(dict.fromkeys(_groups(players, allowed, "allowed")))
        if len(found) > MAX_COALITIONS:
            raise TooManyPlayers(f"{len(found)} coalitions are allowed; {MAX_COALITIONS} are the most that are compared")
        return found
    every = _every_coalition(players)
    if every is None:
        raise TooManyPlayers(
            f"{len(players)} players have 2**{len(players)} coalitions, more than {MAX_COALITIONS}; "
            "name those that may form with allowed="
        )
    return every


def _every_coalition(players: Sequence[str]) -> tuple[int, ...] | None:
    """All coalitions by mask; None if they are too many."""
    return tuple(range(1, 1 << len(players))) if 1 << len(players) <= MAX_COALITIONS else None


def _count(number: Any, what: str) -> int | None:
    if number is None:
        return None
    if isinstance(number, bool) or not isinstance(number, Integral) or number < 1:
        raise ComityError(f"{what} is {number!r}; give a positive integer, or leave it out")
    return int(number)


def _groups(players: tuple[str, ...], groups: Iterable[Iterable[str]], what: str, least: int = 1) -> tuple[int, ...]:
    if isinstance(groups, str):
        raise ComityError(f'{what} is {groups!r}; give a list of groups of players, such as [("A", "B")]')
    masks = []
    for group in groups:
        if isinstance(group, str):
            raise ComityError(f'{what} has {group!r} where a group of players belongs; write [("A", "B")]')
        try:
            mask = mask_of(players, group)
        except ComityError as error:
            raise ComityError(f"{what}: {error}") from None
        if mask.bit_count() < least:
            raise ComityError(f"{what} has a group of {mask.bit_count()}; name at least {least}")
        masks.append(mask)
    return tuple(masks)
