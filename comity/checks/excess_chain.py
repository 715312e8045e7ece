"""Confirming that sorted excesses are lexicographically least, from a chain of levels with balancing weights.

Level k names an excess epsilon_k, coalitions S with weight lambda_S > 0 (over imputations also players i
with mu_i > 0 who get exactly their stand-alone worth), and coalitions F of earlier levels with weights nu_F
of either sign.  Checked, for the fixed span H of all earlier coalitions (the grand one to begin with):

1. sum lambda_S 1_S + sum mu_i e_i + sum nu_F 1_F = 0;
2. every S of the level has excess epsilon_k, every i of the level gets v(i);
3. every coalition outside H has excess at most epsilon_k;
4. in the end H is everything.

Why that is enough: let z be at least as good lexicographically.  By induction z agrees with x on H, so
outside H its excesses are at most epsilon_k: z(S) >= x(S) for the S of the level, and z_i >= v(i) = x_i.
By 1 the weighted sum of these differences is zero, so each is: z agrees with x on the level too.

Nothing in this asks that an excess counts as much for every coalition: it may be multiplied by a positive number
that depends on the coalition.  Nor that it is of coalitions: for the modiclus the vectors are 1_S - 1_T, and the excess
of a pair is e(S) - e(T).
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from math import gcd, lcm
from typing import Any

import numpy as np
from numpy.typing import NDArray

from comity import rational
from comity.coalitions import label, mask_of, names_of
from comity.errors import InvalidEvidence
from comity.games.coalitional.base import Game

# Differences of two integers below this stay inside int64.
SAFE = 2**62

Weighted = list[tuple[Any, Fraction]]


class Objectors(ABC):
    """Who may complain of x, and how much: the coalitions, or pairs of them."""

    def __init__(self, game: Game, x: Sequence[Fraction]) -> None:
        self.game = game
        self.x = x

    @property
    @abstractmethod
    def everybody(self) -> Any:
        """The one who gets the same in every efficient allocation."""

    @abstractmethod
    def single(self, name: str) -> Any:
        """The one who gets what this player gets."""

    @abstractmethod
    def read(self, named: Any) -> Any:
        """One of them as the evidence names it."""

    @abstractmethod
    def named(self, key: Any) -> Any:
        """The name for the evidence."""

    @abstractmethod
    def words(self, key: Any) -> str:
        """The name for people."""

    @abstractmethod
    def vector(self, key: Any) -> list[int]:
        """How often each player counts."""

    @abstractmethod
    def excess(self, key: Any) -> Fraction:
        """How much this one complains."""

    @abstractmethod
    def above(self, epsilon: Fraction, span: Span) -> Any:
        """One outside the span who complains more than that, or None."""


class Coalitions(Objectors):
    """Coalitions, whose excess is multiplied by ``weights[S]`` if there are weights (the empty one and everybody need none)."""

    def __init__(self, game: Game, x: Sequence[Fraction], weights: Sequence[Fraction] | None = None) -> None:
        super().__init__(game, x)
        self.weights = weights
        self.scale, self.array = integer_excesses(game, x)

    @property
    def everybody(self) -> int:
        return self.game.grand_coalition

    def single(self, name: str) -> int:
        return mask_of(self.game.players, [name])

    def read(self, named: Any) -> int:
        return mask_of(self.game.players, named)

    def named(self, key: int) -> list[str]:
        return names_of(self.game.players, key)

    def words(self, key: int) -> str:
        return f"coalition {label(self.game.players, key)}"

    def vector(self, key: int) -> list[int]:
        return [key >> i & 1 for i in range(self.game.n)]

    def excess(self, key: int) -> Fraction:
        plain = Fraction(int(self.array[key]), self.scale)
        return plain if self.weights is None else self.weights[key] * plain

    def above(self, epsilon: Fraction, span: Span) -> int | None:
        found = np.flatnonzero((self.array > self._limit(epsilon)) & span.outside())
        return int(found[0]) if found.size else None

    def _limit(self, epsilon: Fraction) -> Any:
        """The largest integer excess that is not above epsilon: one for all, or one for each coalition."""
        if self.weights is None:
            floor = (epsilon * self.scale).__floor__()
            return floor if self.array.dtype == object else max(min(floor, SAFE), -SAFE)
        floors = [(epsilon * self.scale / w).__floor__() if w else 0 for w in self.weights]
        if self.array.dtype == object:
            limit = np.empty(len(floors), dtype=object)
            limit[:] = floors
            return limit
        return np.array([max(min(floor, SAFE), -SAFE) for floor in floors], dtype=np.int64)


class Pairs(Objectors):
    """Ordered pairs (S, T) of coalitions, empty and grand ones included, with the excess e(S) - e(T)."""

    def __init__(self, game: Game, x: Sequence[Fraction]) -> None:
        super().__init__(game, x)
        self.scale, array = integer_excesses(game, x)
        self.excesses = [int(e) for e in array]

    @property
    def everybody(self) -> tuple[int, int]:
        return self.game.grand_coalition, 0

    def single(self, name: str) -> tuple[int, int]:
        return mask_of(self.game.players, [name]), 0

    def read(self, named: Any) -> tuple[int, int]:
        S, T = named
        return mask_of(self.game.players, S), mask_of(self.game.players, T)

    def named(self, key: tuple[int, int]) -> list[list[str]]:
        return [names_of(self.game.players, S) for S in key]

    def words(self, key: tuple[int, int]) -> str:
        return "the pair {} and {}".format(*(label(self.game.players, S) for S in key))

    def vector(self, key: tuple[int, int]) -> list[int]:
        S, T = key
        return [(S >> i & 1) - (T >> i & 1) for i in range(self.game.n)]

    def excess(self, key: tuple[int, int]) -> Fraction:
        return Fraction(self.excesses[key[0]] - self.excesses[key[1]], self.scale)

    def above(self, epsilon: Fraction, span: Span) -> tuple[int, int] | None:
        # S - T is in the span if all normals see S and T alike, so the largest excess of one such class is
        # set against the smallest of another; of each, two classes are enough.
        most: dict[tuple[int, ...], int] = {}
        least: dict[tuple[int, ...], int] = {}
        for S, seen in enumerate(span.classes()):
            if seen not in most or self.excesses[S] > self.excesses[most[seen]]:
                most[seen] = S
            if seen not in least or self.excesses[S] < self.excesses[least[seen]]:
                least[seen] = S
        highest = sorted(most.items(), key=lambda item: -self.excesses[item[1]])[:2]
        lowest = sorted(least.items(), key=lambda item: self.excesses[item[1]])[:2]
        for a, S in highest:
            for b, T in lowest:
                if a != b and self.excess((S, T)) > epsilon:
                    return S, T
        return None


@dataclass(frozen=True)
class Level:
    """One level as the evidence has it."""

    epsilon: Fraction
    objectors: Weighted
    bounds: list[tuple[str, Fraction]]
    earlier: Weighted

    def plain(self, objectors: Objectors, bounded: bool, key: str) -> dict[str, Any]:
        def listed(pairs: Weighted) -> list[Any]:
            return [[objectors.named(one), rational.text(w)] for one, w in pairs]

        bounds = {"bounds": [[name, rational.text(w)] for name, w in self.bounds]} if bounded else {}
        return {
            "epsilon": rational.text(self.epsilon),
            key: listed(self.objectors),
            **bounds,
            "earlier": listed(self.earlier),
        }


def read_levels(objectors: Objectors, witness: Mapping[str, Any], bounded: bool, key: str = "coalitions") -> list[Level]:
    """The levels in ``witness["levels"]``."""
    found = witness.get("levels")
    if not isinstance(found, list | tuple):
        raise InvalidEvidence("the evidence has no list of levels; give the chain that the solver handed over")
    return [_read_level(objectors, k, level, bounded, key) for k, level in enumerate(found)]


def flaw(objectors: Objectors, levels: Iterable[Level], bounded: bool) -> str:
    """The first thing that is wrong with the chain, in words; empty if it proves x lexicographically least."""
    game, x = objectors.game, objectors.x
    table, denominator = game.scaled_table
    alone = [Fraction(table[1 << i], denominator) for i in range(game.n)]
    if sum(x) != Fraction(table[-1], denominator):
        return "the amounts do not add up to the worth of all players together"
    if bounded:
        for i, name in enumerate(game.players):
            if game.sign * (x[i] - alone[i]) < 0:
                return f"{name} does better alone"
    span = Span(game.n)
    span.add(objectors.vector(objectors.everybody))
    earlier = {objectors.everybody}
    for k, level in enumerate(levels):
        wrong = _unbalanced(objectors, level, earlier) or _loose(objectors, alone, level)
        if wrong:
            return f"level {k}: {wrong}"
        above = objectors.above(level.epsilon, span)
        if above is not None:
            return f"level {k}: {objectors.words(above)} has a larger excess than the level's"
        for one in _settled_by(objectors, level):
            span.add(objectors.vector(one))
            earlier.add(one)
    return "" if span.rank == game.n else f"the levels settle {span.rank} of {game.n} dimensions only"


def _read_level(objectors: Objectors, k: int, level: Any, bounded: bool, key: str) -> Level:
    try:
        weighted, earlier = (
            [(objectors.read(named), rational.exact(w, "a weight")) for named, w in level.get(which, ())]
            for which in (key, "earlier")
        )
        bounds = [(str(name), rational.exact(w, "a weight")) for name, w in level.get("bounds", ())]
        mask_of(objectors.game.players, dict.fromkeys(name for name, _ in bounds))
        epsilon = rational.exact(level["epsilon"], "an excess")
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise InvalidEvidence(f"level {k} cannot be read: {error}; give epsilon, {key} and earlier") from None
    if bounds and not bounded:
        raise InvalidEvidence(f"level {k} has bounds, but the prenucleolus has none; leave them out or check the nucleolus")
    return Level(epsilon, weighted, bounds, earlier)


def _settled_by(objectors: Objectors, level: Level) -> Iterator[Any]:
    yield from (one for one, _ in level.objectors)
    yield from (objectors.single(name) for name, _ in level.bounds)


def _unbalanced(objectors: Objectors, level: Level, earlier: set[Any]) -> str:
    if any(w <= 0 for _, w in (*level.objectors, *level.bounds)):
        return "a weight of the level is not positive"
    if any(one not in earlier for one, _ in level.earlier):
        return "a coalition called earlier has not been settled by an earlier level"
    bounds = [(objectors.single(name), w) for name, w in level.bounds]
    weighted = [(objectors.vector(one), w) for one, w in (*level.objectors, *bounds, *level.earlier)]
    for i, name in enumerate(objectors.game.players):
        if sum(vector[i] * w for vector, w in weighted):
            return f"the weights do not cancel for {name}"
    return ""


def _loose(objectors: Objectors, alone: Sequence[Fraction], level: Level) -> str:
    for one, _ in level.objectors:
        if objectors.excess(one) != level.epsilon:
            return f"{objectors.words(one)} does not have the level's excess"
    for name, _ in level.bounds:
        i = objectors.game.players.index(name)
        if objectors.x[i] != alone[i]:
            return f"{name} does not get exactly the stand-alone worth"
    return ""


def integer_excesses(game: Game, x: Sequence[Fraction]) -> tuple[int, NDArray[Any]]:
    """A scale, and scale * e(S, x) for every coalition in integers."""
    table, denominator = game.scaled_table
    scale = lcm(denominator, *(amount.denominator for amount in x))
    factor = game.sign * (scale // denominator)
    steps = [int(game.sign * scale * amount) for amount in x]
    bound = max(map(abs, table)) * abs(factor) + sum(map(abs, steps))
    kind: Any = np.int64 if bound < SAFE else object
    worths = np.empty(1 << game.n, dtype=kind)
    worths[:] = [factor * worth for worth in table]
    totals = np.zeros(1, dtype=kind)
    for step in steps:
        totals = np.concatenate([totals, totals + step])
    return scale, worths - totals


@dataclass
class Span:
    """The span of integer vectors, kept as a basis in integers of its orthogonal complement."""

    n: int
    normals: list[list[int]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.normals = [[int(i == j) for j in range(self.n)] for i in range(self.n)]

    @property
    def rank(self) -> int:
        """Its dimension."""
        return self.n - len(self.normals)

    def add(self, vector: Sequence[int]) -> None:
        """Keep the part of the complement that is orthogonal to the vector too."""
        seen = [sum(a * b for a, b in zip(normal, vector, strict=True)) for normal in self.normals]
        k = next((k for k, product in enumerate(seen) if product), None)
        if k is None:
            return
        chosen = self.normals[k]
        kept = []
        for j, normal in enumerate(self.normals):
            if j != k:
                mixed = [seen[k] * a - seen[j] * b for a, b in zip(normal, chosen, strict=True)]
                common = gcd(*mixed)
                kept.append([a // common for a in mixed])
        self.normals = kept

    def outside(self) -> NDArray[np.bool_]:
        """Which coalitions are not in the span: some normal does not vanish on them."""
        found = np.zeros(1 << self.n, dtype=bool)
        for totals in self._totals():
            found |= (totals != 0).astype(bool)
        return found

    def classes(self) -> list[tuple[int, ...]]:
        """What the normals see of every coalition: alike for two whose difference is in the span."""
        totals = [total.tolist() for total in self._totals()]
        return list(zip(*totals, strict=True)) if totals else [()] * (1 << self.n)

    def _totals(self) -> Iterator[NDArray[Any]]:
        for normal in self.normals:
            kind: Any = np.int64 if sum(map(abs, normal)) < SAFE else object
            totals = np.zeros(1, dtype=kind)
            for a in normal:
                totals = np.concatenate([totals, totals + a])
            yield totals
