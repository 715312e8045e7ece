"""Shared links: every link is paid for once, by whoever of its users is there."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction
from functools import cached_property
from math import lcm
from typing import Any, ClassVar, Self

import numpy as np

from comity import rational
from comity.coalitions import members, names_of, player_names
from comity.declaration import declare
from comity.errors import InvalidGame
from comity.games.coalitional.base import Game, Orientation
from comity.games.coalitional.json_form import fields, game_form, json_number
from comity.games.coalitional.links import mask_reader

# Among many players, the links of few are looked up by player.
MANY, FEW = 64, 16


@declare(
    "game",
    "Links, each needed by some of the players and paid for once",
    area="resource_pooling",
    reference="Megiddo (1978), for trees; Littlechild & Owen (1973), for chains",
)
class SharedLinksGame(Game):
    """c(S) = sum of the costs of the links that somebody in S uses.

    Any shared facility, data set or service will do for a link.  An airport is the case in which the sets of users
    are nested.

    Parameters
    ----------
    links : {link: (cost, users)} or {link: {"cost": ..., "users": [...]}}
        Costs are never negative; ``users`` are names of players.
    players : iterable of str, optional
        By default all users, in order of appearance.

    The dual game has one dividend for each set of users, so that values are found for thousands of players.

    Examples
    --------
    >>> game = SharedLinksGame({"trunk": (12, ["A", "B"]), "last mile": (3, ["B"])})
    >>> game.value(0b01), game.value(0b11)
    (12.0, 15.0)
    """

    kind: ClassVar[str] = "shared_links"
    facts: ClassVar[Mapping[str, str]] = {
        "concave": "a newcomer pays for the links that nobody before used; these become fewer",
        "monotone": "costs are not negative",
        "subadditive": "concave, and the empty coalition costs nothing",
        "balanced": "concave cost games have a core (Shapley 1971)",
        "totally_balanced": "a subgame has the same form",
    }
    orientation = Orientation.COST

    def __init__(self, links: Mapping[str, Any], players: Iterable[str] | None = None) -> None:
        if not isinstance(links, Mapping):
            raise InvalidGame(f"links are {links!r}; write {{'trunk': (12, ['A', 'B'])}}")
        parts = {str(name): _parts(str(name), link) for name, link in links.items()}
        named = dict.fromkeys(user for _, users in parts.values() for user in users)
        listed = tuple(named) if players is None else tuple(players)
        self.players = player_names(listed, len(listed))
        mask = mask_reader(self.players)
        self.costs = {name: cost for name, (cost, _) in parts.items()}
        self.users = {name: int(mask(users, f"link {name!r}")) for name, (_, users) in parts.items()}

    @cached_property
    def _integers(self) -> tuple[list[tuple[int, int]], int]:
        """Users and cost of each link in the costs' smallest common unit."""
        unit = lcm(*(cost.denominator for cost in self.costs.values()))
        return [(self.users[name], int(cost * unit)) for name, cost in self.costs.items()], unit

    def value(self, coalition: int) -> float:
        return rational.double(self.exact(coalition))

    def exact(self, coalition: int) -> Fraction:
        costs, unit = self._integers
        away = self.grand_coalition & ~coalition
        # Of few, the links they use; of nearly all, all links but those that only the others use.
        if self.n > MANY and coalition.bit_count() < FEW:
            return Fraction(sum(costs[k][1] for k in self._links_of(coalition)), unit)
        if self.n > MANY and away.bit_count() < FEW:
            return Fraction(self._all - sum(costs[k][1] for k in self._links_of(away) if not costs[k][0] & coalition), unit)
        return Fraction(sum([cost for users, cost in costs if users & coalition]), unit)

    def _links_of(self, coalition: int) -> set[int]:
        return {k for i in members(coalition) for k in self._links[i]}

    @cached_property
    def _links(self) -> list[list[int]]:
        """The links of each player, by their number."""
        links: list[list[int]] = [[] for _ in self.players]
        for k, (users, _) in enumerate(self._integers[0]):
            for i in members(users):
                links[i].append(k)
        return links

    @cached_property
    def _all(self) -> int:
        """What all links with a user cost."""
        return sum(cost for users, cost in self._integers[0] if users)

    def dual_dividends(self) -> dict[int, Fraction]:
        # A link is saved only if all its users are away.
        total: dict[int, Fraction] = {}
        for name, cost in self.costs.items():
            users = self.users[name]
            total[users] = total.get(users, Fraction(0)) + cost
        return {users: cost for users, cost in total.items() if users and cost}

    def to_json(self) -> dict[str, Any]:
        links = {
            name: {"cost": json_number(cost), "users": names_of(self.players, self.users[name])}
            for name, cost in self.costs.items()
        }
        return game_form(self.kind, self, links=links)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """Read the form back; `read_game` is the way in."""
        given = fields(data, "links", orientation=Orientation.COST)
        return cls(given["links"], given["players"])

    @classmethod
    def random(cls, n: int, rng: np.random.Generator) -> Self:
        """One link more than players, with costs up to 9; some are used by nobody."""
        names = player_names(None, n)
        used = rng.random((n + 1, n)) < 0.5
        links = {
            f"link {k + 1}": (int(rng.integers(0, 10)), [name for name, uses in zip(names, row) if uses])
            for k, row in enumerate(used.tolist())
        }
        return cls(links, names)


def _parts(name: str, link: Any) -> tuple[Fraction, list[str]]:
    if isinstance(link, Mapping):
        if sorted(map(str, link)) != ["cost", "users"]:
            raise InvalidGame(f'link {name!r} has {", ".join(map(str, link)) or "no parts"}; give "cost" and "users"')
        cost, users = link["cost"], link["users"]
    elif isinstance(link, tuple | list) and len(link) == 2:
        cost, users = link
    else:
        raise InvalidGame(f"link {name!r} is {link!r}; write (cost, users)")
    if isinstance(users, str) or not isinstance(users, Iterable):
        raise InvalidGame(f"the users of link {name!r} are {users!r}; write a list of names")
    listed = list(users)
    if not all(isinstance(user, str) for user in listed):
        raise InvalidGame(f"the users of link {name!r} are {listed!r}; names are text")
    exact = rational.exact(cost, f"the cost of link {name!r}")
    if exact < 0:
        raise InvalidGame(f"the cost of link {name!r} is {rational.text(exact)}; costs are never negative, use 0 or more")
    return exact, listed
