"""Coalition structure generation: the partition of the players that is worth most."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np

from comity import rational
from comity.certificate import Certificate, number_fields
from comity.checks.coalition_structure import MAX_PLAYERS, check_coalition_structure
from comity.coalitions import check_table_size, names_of
from comity.declaration import declare
from comity.errors import SolverFailure
from comity.games.coalitional.base import Game
from comity.linear_programme import LinearProgramme
from comity.solvers.core.coalition_rows import ONE, IntegerGame, optimise


@dataclass(frozen=True)
class CoalitionStructure:
    """A partition of the players, and the total worth of its coalitions.

    ``prices``, where there are any, divide the total so that no coalition would do better on its own.
    """

    players: tuple[str, ...]
    coalitions: tuple[tuple[str, ...], ...]
    total: Fraction
    prices: tuple[Fraction, ...] | None
    certificate: Certificate

    @property
    def value(self) -> float:
        """The nearest double of the total."""
        return rational.double(self.total)

    def coalition_of(self, player: str) -> tuple[str, ...]:
        """The coalition a player is in."""
        for coalition in self.coalitions:
            if player in coalition:
                return coalition
        raise KeyError(f"there is no player {player!r}; the players are {', '.join(self.players)}")

    def to_json(self) -> dict[str, Any]:
        """Plain data."""
        return {
            "concept": "optimal_coalition_structure",
            "players": list(self.players),
            "coalitions": [list(coalition) for coalition in self.coalitions],
            **number_fields("total", self.total),
            "prices": None if self.prices is None else [rational.text(price) for price in self.prices],
            "certificate": self.certificate.to_json(),
        }

    def __str__(self) -> str:
        parts = "  ".join("{" + ", ".join(coalition) + "}" for coalition in self.coalitions)
        return f"{parts}\ntotal {rational.short(self.total)}\n{self.certificate}"


@declare(
    "rule",
    "The partition of the players that is worth most (coalition structure generation)",
    area="collaborative_research",
    reference="Yeh (1986); Aumann & Drèze (1974)",
    certificate="check_coalition_structure",
)
def optimal_coalition_structure(game: Game) -> CoalitionStructure:
    """The partition with the greatest total worth, in a cost game the least total cost; exactly, as far as 15 players.

    By dynamic programming over coalitions, 3**n / 2 steps.  Of several the one found first has the largest coalitions with the
    first players.  If the partition can be defended by prices, they are found by a linear programme and prove it optimal at a
    glance; otherwise the check works out the best of every coalition again.

    Examples
    --------
    >>> from comity.games.coalitional.table import TableGame
    >>> found = optimal_coalition_structure(TableGame(["A", "B", "C"], [0, 1, 1, 3, 1, 2, 2, 3]))
    >>> found.coalitions, found.value
    ((('A', 'B'), ('C',)), 4.0)
    """
    check_table_size(game.n, MAX_PLAYERS)
    best, first = _best_partitions(game)
    parts = []
    rest = game.grand_coalition
    while rest:
        parts.append(first[rest])
        rest ^= first[rest]
    coalitions = tuple(tuple(names_of(game.players, S)) for S in parts)
    total = sum((game.exact(S) for S in parts), Fraction(0))
    prices = _prices(game, best)
    evidence = {**game.evidence(), **({} if prices is None else {"prices": prices})}
    certificate = check_coalition_structure(game, coalitions, evidence)
    if not certificate:
        raise SolverFailure("the coalition structure found was not confirmed; please report the game")
    return CoalitionStructure(game.players, coalitions, total, prices, certificate)


def _best_partitions(game: Game) -> tuple[int, list[int]]:
    """The best total for everybody, as an integer gain; and for each coalition the part that holds its lowest member."""
    table, _ = game.scaled_table
    worth = [game.sign * w for w in table]
    best = [0] * (1 << game.n)
    first = [0] * (1 << game.n)
    for S in range(1, 1 << game.n):
        lowest = S & -S
        others = T = S ^ lowest
        top, part = worth[S], S
        while T:
            T = (T - 1) & others
            candidate = worth[T | lowest] + best[others ^ T]
            if candidate > top:
                top, part = candidate, T | lowest
        best[S], first[S] = top, part
    return best[-1], first


def _prices(game: Game, best: int) -> tuple[Fraction, ...] | None:
    """Prices that give every coalition its worth and add up to the best partition's, if there are any."""
    integer = IntegerGame.of(game)
    n = game.n
    base = LinearProgramme(objective=(ONE,) * n, rows=(), lower=(), upper=(), column_lower=(None,) * n, column_upper=(None,) * n)
    allowed = np.ones(1 << n, dtype=bool)
    allowed[0] = False
    least, _ = optimise(integer, base, allowed, [1 << i for i in range(n)])
    return tuple(integer.amounts(least.primal)) if least.value == best else None
