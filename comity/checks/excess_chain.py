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
from itertools import accumulate
from math import gcd, lcm
from typing import Any

import numpy as np
from numpy.typing import NDArray

from comity import rational
from comity.checks.excess_scan import ExcessScan, Masks, spread
from comity.coalitions import label, mask_of, names_of
from comity.errors import InvalidEvidence
from comity.exact_array import ExactArray
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
    def first_above(self, levels: Sequence[tuple[Fraction, Span]]) -> tuple[int, Any] | None:
        """A level and one outside its span who complains more than its excess, or None."""


class Coalitions(Objectors):
    """Coalitions, whose excess is divided by ``divisors`` if there are any (the empty one and everybody need none)."""

    def __init__(self, game: Game, x: Sequence[Fraction], divisors: ExactArray | None = None) -> None:
        super().__init__(game, x)
        self.scan = ExcessScan(game, x, divisors)

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
        return self.scan.excess(key)

    def first_above(self, levels: Sequence[tuple[Fraction, Span]]) -> tuple[int, int] | None:
        return first_apart(self.scan, levels, like=0, ends=False)


class Pairs(Objectors):
    """Ordered pairs (S, T) of coalitions, empty and grand ones included, with the excess e(S) - e(T).

    Let e be largest at A and smallest at B.  A pair above epsilon has e(S) > epsilon + e(B) and e(T) < e(A) - epsilon.  If every
    such S differs from B, and every such T from A, by a vector of the span, so do all of them from each other: where there is
    such a pair, A is one of those S.  If one of them does not, its pair with B or A is above epsilon and outside the span.
    """

    def __init__(self, game: Game, x: Sequence[Fraction]) -> None:
        super().__init__(game, x)
        self.scan, self.reverse = ExcessScan(game, x), ExcessScan(game, x, sign=-1)

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
        return self.scan.excess(key[0]) - self.scan.excess(key[1])

    def first_above(self, levels: Sequence[tuple[Fraction, Span]]) -> tuple[int, tuple[int, int]] | None:
        (A, most), (B, least) = self.scan.largest(), self.reverse.largest()
        # The scan in reverse has -e: its largest is -e(B).
        wide = first_apart(self.scan, [(epsilon - least, span) for epsilon, span in levels], B)
        if wide is not None:
            return wide[0], (wide[1], B)
        wide = first_apart(self.reverse, [(epsilon - most, span) for epsilon, span in levels], A)
        return None if wide is None else (wide[0], (A, wide[1]))

    def above(self, epsilon: Fraction, span: Span) -> tuple[int, int] | None:
        """A pair outside the span with a larger excess than that, or None."""
        found = self.first_above([(epsilon, span)])
        return None if found is None else found[1]


def first_apart(
    scan: ExcessScan, levels: Sequence[tuple[Fraction, Span]], like: int, ends: bool = True
) -> tuple[int, int] | None:
    """A level and a coalition with an excess above the level's that does not differ from ``like`` by its span, or None.

    ``ends`` says whether the empty coalition and everybody count.
    """
    # Who is above a level must differ by its span, and then by the larger spans of later levels: each coalition is
    # held to the first level that it is above, and those below the least excess to none.
    least = list(accumulate((epsilon for epsilon, _ in levels), min))
    for S in scan.above(least[-1], ends) if levels else ():
        for k, above in _placed(scan, S[scan.exceeds(S, least[-1])], least, 0, len(levels)):
            outside = above[~levels[k][1].contains(above, like)]
            if outside.size:
                return k, int(outside[0])
    return None


def _placed(scan: ExcessScan, S: Masks, least: Sequence[Fraction], low: int, high: int) -> Iterator[tuple[int, Masks]]:
    """By level, the coalitions that are above it first; all are above one of low, ..., high - 1 and none before."""
    if not S.size:
        return
    if high - low == 1:
        yield low, S
        return
    middle = (low + high) // 2
    sooner = scan.exceeds(S, least[middle - 1])
    yield from _placed(scan, S[sooner], least, low, middle)
    yield from _placed(scan, S[~sooner], least, middle, high)


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
    alone = [game.exact(1 << i) for i in range(game.n)]
    if sum(x) != game.exact(game.grand_coalition):
        return "the amounts do not add up to the worth of all players together"
    if bounded:
        for i, name in enumerate(game.players):
            if game.sign * (x[i] - alone[i]) < 0:
                return f"{name} does better alone"
    span = Span(game.n)
    span.add(objectors.vector(objectors.everybody))
    earlier = {objectors.everybody}
    asked = []
    for k, level in enumerate(levels):
        wrong = _unbalanced(objectors, level, earlier) or _loose(objectors, alone, level)
        if wrong:
            return f"level {k}: {wrong}"
        asked.append((level.epsilon, span.copy()))
        for one in _settled_by(objectors, level):
            span.add(objectors.vector(one))
            earlier.add(one)
    if span.rank < game.n:
        return f"the levels settle {span.rank} of {game.n} dimensions only"
    above = objectors.first_above(asked)
    return "" if above is None else f"level {above[0]}: {objectors.words(above[1])} has a larger excess than the level's"


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
    whole = lcm(*(w.denominator for _, w in weighted))
    integers = [(vector, int(w * whole)) for vector, w in weighted]
    for i, name in enumerate(objectors.game.players):
        if sum(vector[i] * w for vector, w in integers):
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
    table = game.integer_table
    scale = lcm(table.denominator, *(amount.denominator for amount in x))
    factor = game.sign * (scale // table.denominator)
    steps = [int(game.sign * scale * amount) for amount in x]
    largest = max(abs(int(table.numerators.max())), abs(int(table.numerators.min())))
    kind: Any = np.int64 if largest * abs(factor) + sum(map(abs, steps)) < SAFE else object
    return scale, table.numerators.astype(kind, copy=False) * factor - spread(np.array(steps, dtype=kind))


@dataclass
class Span:
    """The span of integer vectors, kept as a basis in integers of its orthogonal complement."""

    n: int
    normals: list[list[int]] = field(init=False)

    def __post_init__(self) -> None:
        self.normals = [[int(i == j) for j in range(self.n)] for i in range(self.n)]

    def copy(self) -> Span:
        """The span as it is now."""
        same = Span(self.n)
        same.normals = list(self.normals)
        return same

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

    def contains(self, S: NDArray[np.int64], like: int = 0) -> NDArray[np.bool_]:
        """Which of these coalitions differ from one by a vector of the span: every normal sees both alike."""
        kind: Any = float if all(sum(map(abs, normal)) < 2**53 for normal in self.normals) else object
        normals = np.array(self.normals, dtype=kind).reshape(-1, self.n)
        # Doubles are exact integers here, and multiply faster.
        differs = ((S[:, None] >> np.arange(self.n) & 1) - (like >> np.arange(self.n) & 1)).astype(kind)
        return np.asarray((differs @ normals.T == 0).all(axis=1), dtype=bool)
