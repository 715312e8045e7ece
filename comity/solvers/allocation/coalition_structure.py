"""Coalition structure generation: the partition of the players that is worth most."""

from __future__ import annotations

from collections.abc import Iterable
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
from comity.games.coalitional.structure_constraints import Limit, StructureConstraints, structure_constraints
from comity.linear_programme import LinearProgramme
from comity.solvers.allocation.constrained_coalition_structure import best_constrained_structure
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

    def summary(self) -> str:
        """The coalitions, the total and the certificate, one line each."""
        parts = "  ".join("{" + ", ".join(coalition) + "}" for coalition in self.coalitions)
        return f"{parts}\ntotal {rational.short(self.total)}\n{self.certificate}"

    __str__ = summary


@declare(
    "rule",
    "The partition of the players that is worth most (coalition structure generation)",
    area="collaborative_research",
    reference="Yeh (1986); Aumann & Drèze (1974)",
    certificate="check_coalition_structure",
)
def optimal_coalition_structure(
    game: Game,
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
    time_limit: float | None = None,
) -> CoalitionStructure:
    """The partition with the greatest total worth, in a cost game the least total cost; exactly, as far as 15 players.

    Without side constraints by dynamic programming over coalitions, 3**n / 2 steps.  Of several the one found first has the
    largest coalitions with the first players.  If the partition can be defended by prices, they are found by a linear programme
    and prove it optimal at a glance; otherwise the check works out the best of every coalition again.

    With side constraints by an integer programme, one column for each coalition that may form.  The certificate holds a proof by
    prices that needs no solver to check.  Of several optimal partitions any one may come out; a constraint chooses among them.

    Parameters
    ----------
    game : Game
    smallest_coalition, largest_coalition : int, optional
        The number of members of every coalition that forms.
    fewest_coalitions, most_coalitions : int, optional
        How many coalitions form.
    together : list, optional
        Groups of players: all of a group are in one coalition.
    apart : list, optional
        Groups of players: no two of a group are in one coalition.
    forbidden : list, optional
        Coalitions: none of exactly these may form.
    allowed : list, optional
        Coalitions: only these may form; single players too only if they are named.  Then there may be any number of players,
        and 32 768 coalitions.
    each_coalition : list of Limit, optional
        What every coalition that forms holds of something.
    in_total : list of Limit, optional
        What all coalitions that form add up to, for example a budget of what it costs to run them.
    time_limit : float, optional
        Seconds for the search; the proof that follows takes the time it needs and improves what the search left.

    Raises
    ------
    Infeasible
        If no partition meets the constraints: the message names constraints that contradict each other, and ``certificate``
        proves it.

    Examples
    --------
    >>> from comity.games.coalitional.table import TableGame
    >>> game = TableGame(["A", "B", "C"], [0, 1, 1, 3, 1, 2, 2, 3])
    >>> found = optimal_coalition_structure(game)
    >>> found.coalitions, found.value
    ((('A', 'B'), ('C',)), 4.0)
    >>> optimal_coalition_structure(game, apart=[("A", "B")], most_coalitions=2).value
    3.0
    """
    asked = structure_constraints(
        game.players,
        smallest_coalition=smallest_coalition,
        largest_coalition=largest_coalition,
        fewest_coalitions=fewest_coalitions,
        most_coalitions=most_coalitions,
        together=together,
        apart=apart,
        forbidden=forbidden,
        allowed=allowed,
        each_coalition=each_coalition,
        in_total=in_total,
    )
    return _under(game, asked, time_limit) if asked.to_json() else _unconstrained(game)


def _under(game: Game, constraints: StructureConstraints, time_limit: float | None) -> CoalitionStructure:
    masks, certificate = best_constrained_structure(game, constraints, time_limit)
    coalitions = tuple(tuple(names_of(game.players, S)) for S in masks)
    total = sum((game.exact(S) for S in masks), Fraction(0))
    return CoalitionStructure(game.players, coalitions, total, None, certificate)


def _unconstrained(game: Game) -> CoalitionStructure:
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
