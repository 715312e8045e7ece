"""Induced subgraph games: every link pays once both its ends are in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction
from functools import cached_property
from math import lcm
from typing import Any, ClassVar, Self

import numpy as np

from comity import rational
from comity.coalitions import player_names
from comity.declaration import declare
from comity.errors import InvalidGame
from comity.games.coalitional.base import Game, Orientation
from comity.games.coalitional.json_form import fields, game_form
from comity.games.coalitional.links import json_links, mask_reader, places, read_links


@declare(
    "game",
    "Joint worths of pairs, added up (induced subgraph game)",
    area="collaborative_research",
    reference="Deng & Papadimitriou (1994)",
)
class InducedSubgraphGame(Game):
    """v(S) = sum of the weights of the links with both ends in S.

    Parameters
    ----------
    links : triples (a, b, weight), {(a, b): weight}, {a: {b: weight}} or a networkx graph with weights
        A link from a player to itself is what that player is worth alone.  Weights may be negative.
    players : iterable of str, optional
        By default everybody at the end of a link.
    orientation : "gain" or "cost"

    One dividend a link, so that values are found for thousands of players.

    Examples
    --------
    >>> game = InducedSubgraphGame({("A", "B"): 3, ("B", "C"): 4, ("A", "A"): 1})
    >>> game.value(0b011), game.value(0b111)
    (4.0, 8.0)
    """

    kind: ClassVar[str] = "induced_subgraph"

    def __init__(
        self, links: Any, players: Iterable[str] | None = None, orientation: str | Orientation = Orientation.GAIN
    ) -> None:
        self.links = read_links(links, "the weight")
        listed = tuple(places(self.links)) if players is None else tuple(players)
        self.players = player_names(listed, len(listed))
        self.orientation = Orientation(orientation)
        mask = mask_reader(self.players)
        self._weights = {mask(pair, f"the link {pair[0]} - {pair[1]}"): weight for pair, weight in self.links.items()}

    @cached_property
    def _integers(self) -> tuple[list[tuple[int, int]], int]:
        """Ends and weight of each link in the weights' smallest common unit."""
        unit = lcm(*(weight.denominator for weight in self._weights.values()))
        return [(ends, int(weight * unit)) for ends, weight in self._weights.items()], unit

    def value(self, coalition: int) -> float:
        return rational.double(self.exact(coalition))

    def exact(self, coalition: int) -> Fraction:
        weights, unit = self._integers
        return Fraction(sum([weight for ends, weight in weights if ends & coalition == ends]), unit)

    def dividends(self) -> dict[int, Fraction]:
        return {ends: weight for ends, weight in self._weights.items() if weight}

    def to_json(self) -> dict[str, Any]:
        return game_form(self.kind, self, links=json_links(self.links))

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """Read the form back; `read_game` is the way in."""
        given = fields(data, "links")
        if not isinstance(given["links"], list):
            raise InvalidGame(f'"links" is {given["links"]!r}; write a list such as [["A", "B", 3]]')
        return cls(given["links"], given["players"], given["orientation"])

    @classmethod
    def random(cls, n: int, rng: np.random.Generator) -> Self:
        """About half of all pairs, with integer weights from -3 to 9."""
        names = player_names(None, n)
        pairs = [(i, j) for j in range(n) for i in range(j + 1) if rng.random() < 0.5]
        return cls([(names[i], names[j], int(rng.integers(-3, 10))) for i, j in pairs], names)
