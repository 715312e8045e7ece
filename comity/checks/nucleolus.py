"""Confirming a nucleolus or prenucleolus from a chain of levels with balancing weights.

Level k names an excess epsilon_k, coalitions S with weight lambda_S > 0 (for the nucleolus also players i
with mu_i > 0 who get exactly their stand-alone worth), and coalitions F of earlier levels with weights nu_F
of either sign.  Checked, for the fixed span H of all earlier coalitions (the grand one to begin with):

1. sum lambda_S 1_S + sum mu_i e_i + sum nu_F 1_F = 0;
2. every S of the level has excess epsilon_k, every i of the level gets v(i);
3. every coalition outside H has excess at most epsilon_k;
4. in the end H is everything.

Why that is enough: let z be at least as good lexicographically.  By induction z agrees with x on H, so
outside H its excesses are at most epsilon_k: z(S) >= x(S) for the S of the level, and z_i >= v(i) = x_i.
By 1 the weighted sum of these differences is zero, so each is: z agrees with x on the level too.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from math import gcd, lcm
from typing import Any

import numpy as np
from numpy.typing import NDArray

from comity import rational
from comity.certificate import Certificate, holds_if
from comity.checks.core import exact_amounts, settled
from comity.coalitions import label, mask_of, names_of
from comity.declaration import declare
from comity.errors import InvalidEvidence
from comity.games.coalitional.base import Game


@declare(
    "check",
    "The sorted excesses are lexicographically least among efficient allocations",
    confirms=("prenucleolus",),
    reference="Kohlberg (1971)",
)
def check_prenucleolus(game: Game, x: Sequence[Any], witness: Mapping[str, Any]) -> Certificate:
    """x is the prenucleolus, by the chain of levels in ``witness["levels"]``.

    A level is ``{"epsilon": e, "coalitions": [[names, weight], ...], "earlier": [[names, weight], ...]}``.
    No linear programme is solved: 2**n inequalities a level, in integers.

    Examples
    --------
    >>> from comity.games.coalitional.table import TableGame
    >>> level = {"epsilon": -1, "coalitions": [[["A"], 1], [["B"], 1]], "earlier": [[["A", "B"], -1]]}
    >>> bool(check_prenucleolus(TableGame(["A", "B"], [0, 1, 2, 5]), [2, 3], {"levels": [level]}))
    True
    """
    return _check(game, x, witness, bounded=False)


@declare(
    "check",
    "The sorted excesses are lexicographically least among imputations",
    confirms=("nucleolus",),
    reference="Kohlberg (1971)",
)
def check_nucleolus(game: Game, x: Sequence[Any], witness: Mapping[str, Any]) -> Certificate:
    """x is the nucleolus, by the chain of levels in ``witness["levels"]``.

    As `check_prenucleolus`; a level may also have ``"bounds": [[name, weight], ...]``, players who get exactly
    what they are worth alone, and nobody may get less than that.

    Examples
    --------
    >>> from comity.games.coalitional.table import TableGame
    >>> level = {"epsilon": -1, "coalitions": [[["A"], 1], [["B"], 1]], "earlier": [[["A", "B"], -1]]}
    >>> bool(check_nucleolus(TableGame(["A", "B"], [0, 1, 2, 5]), [1, 4], {"levels": [level]}))
    False
    """
    return _check(game, x, witness, bounded=True)


def _check(game: Game, x: Sequence[Any], witness: Mapping[str, Any], bounded: bool) -> Certificate:
    game, kept = settled(game, witness)
    amounts = exact_amounts(game, x)
    levels = [_Level.read(game, k, level, bounded) for k, level in enumerate(_listed(witness, "levels"))]
    reason = _flaw(game, amounts, levels, bounded)
    name = "nucleolus" if bounded else "prenucleolus"
    return Certificate(
        f"the allocation is the {name}",
        holds_if(not reason),
        witness={
            "levels": [level.plain(game.players, bounded) for level in levels],
            **({"reason": reason} if reason else {}),
            **kept,
        },
        check=f"check_{name}",
    )


@dataclass(frozen=True)
class _Level:
    epsilon: Fraction
    coalitions: list[tuple[int, Fraction]]
    bounds: list[tuple[int, Fraction]]  # as coalitions of one
    earlier: list[tuple[int, Fraction]]

    @classmethod
    def read(cls, game: Game, k: int, level: Any, bounded: bool) -> _Level:
        try:
            pairs = {
                key: [(mask_of(game.players, names), rational.exact(w, "a weight")) for names, w in level.get(key, ())]
                for key in ("coalitions", "earlier")
            }
            bounds = [(mask_of(game.players, [name]), rational.exact(w, "a weight")) for name, w in level.get("bounds", ())]
            epsilon = rational.exact(level["epsilon"], "an excess")
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise InvalidEvidence(f"level {k} cannot be read: {error}; give epsilon, coalitions and earlier") from None
        if bounds and not bounded:
            raise InvalidEvidence(f"level {k} has bounds, but the prenucleolus has none; leave them out or check the nucleolus")
        return cls(epsilon, pairs["coalitions"], bounds, pairs["earlier"])

    def plain(self, players: Sequence[str], bounded: bool) -> dict[str, Any]:
        def listed(pairs: Iterable[tuple[int, Fraction]]) -> list[Any]:
            return [[names_of(players, S), rational.text(w)] for S, w in pairs]

        bounds = {"bounds": [[names_of(players, S)[0], rational.text(w)] for S, w in self.bounds]} if bounded else {}
        return {
            "epsilon": rational.text(self.epsilon),
            "coalitions": listed(self.coalitions),
            **bounds,
            "earlier": listed(self.earlier),
        }


def _listed(witness: Mapping[str, Any], key: str) -> list[Any]:
    found = witness.get(key)
    if not isinstance(found, list | tuple):
        raise InvalidEvidence(f"the evidence has no list of {key}; give the chain that the solver handed over")
    return list(found)


def _flaw(game: Game, x: Sequence[Fraction], levels: Sequence[_Level], bounded: bool) -> str:
    """The first thing that is wrong, in words; empty if nothing is."""
    table, denominator = game.scaled_table
    alone = [Fraction(table[1 << i], denominator) for i in range(game.n)]
    if sum(x) != Fraction(table[-1], denominator):
        return "the amounts do not add up to the worth of all players together"
    if bounded:
        for i, name in enumerate(game.players):
            if game.sign * (x[i] - alone[i]) < 0:
                return f"{name} does better alone"
    excesses = _Excesses.of(game, x)
    span = _Span(game.n)
    span.add(game.grand_coalition)
    earlier = {game.grand_coalition}
    for k, level in enumerate(levels):
        flaw = _unbalanced(game, level, earlier) or _loose(game, x, alone, excesses, level)
        if flaw:
            return f"level {k}: {flaw}"
        above = excesses.above(level.epsilon, span.outside())
        if above is not None:
            return f"level {k}: coalition {label(game.players, above)} has a larger excess than the level's"
        for S, _ in (*level.coalitions, *level.bounds):
            span.add(S)
            earlier.add(S)
    return "" if span.rank == game.n else f"the levels settle {span.rank} of {game.n} dimensions only"


def _unbalanced(game: Game, level: _Level, earlier: set[int]) -> str:
    if any(w <= 0 for _, w in (*level.coalitions, *level.bounds)):
        return "a weight of the level is not positive"
    if any(S not in earlier for S, _ in level.earlier):
        return "a coalition called earlier has not been settled by an earlier level"
    for i, name in enumerate(game.players):
        if sum(w for S, w in (*level.coalitions, *level.bounds, *level.earlier) if S >> i & 1):
            return f"the weights do not cancel for {name}"
    return ""


def _loose(game: Game, x: Sequence[Fraction], alone: Sequence[Fraction], excesses: _Excesses, level: _Level) -> str:
    for S, _ in level.coalitions:
        if excesses.of_coalition(S) != level.epsilon:
            return f"coalition {label(game.players, S)} does not have the level's excess"
    for S, _ in level.bounds:
        i = S.bit_length() - 1
        if x[i] != alone[i]:
            return f"{game.players[i]} does not get exactly the stand-alone worth"
    return ""


@dataclass(frozen=True)
class _Excesses:
    """scale * e(S, x) for every coalition, in integers."""

    scale: int
    array: NDArray[Any]

    @classmethod
    def of(cls, game: Game, x: Sequence[Fraction]) -> _Excesses:
        table, denominator = game.scaled_table
        scale = lcm(denominator, *(amount.denominator for amount in x))
        factor = game.sign * (scale // denominator)
        steps = [int(game.sign * scale * amount) for amount in x]
        bound = max(map(abs, table)) * abs(factor) + sum(map(abs, steps))
        kind: Any = np.int64 if bound < 2**62 else object
        worths = np.empty(1 << game.n, dtype=kind)
        worths[:] = [factor * worth for worth in table]
        totals = np.zeros(1, dtype=kind)
        for step in steps:
            totals = np.concatenate([totals, totals + step])
        return cls(scale, worths - totals)

    def of_coalition(self, S: int) -> Fraction:
        return Fraction(int(self.array[S]), self.scale)

    def above(self, epsilon: Fraction, among: NDArray[np.bool_]) -> int | None:
        """A coalition with a larger excess, or None; integer excesses are compared with the floor of epsilon."""
        floor = (epsilon * self.scale).__floor__()
        if self.array.dtype != object:
            floor = max(min(floor, 2**62), -(2**62))
        found = np.flatnonzero((self.array > floor) & among)
        return int(found[0]) if found.size else None


@dataclass
class _Span:
    """The span of 0/1 vectors, kept as a basis in integers of its orthogonal complement."""

    n: int
    normals: list[list[int]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.normals = [[int(i == j) for j in range(self.n)] for i in range(self.n)]

    @property
    def rank(self) -> int:
        return self.n - len(self.normals)

    def add(self, S: int) -> None:
        """Keep the part of the complement that is orthogonal to S too."""
        seen = [sum(a for i, a in enumerate(normal) if S >> i & 1) for normal in self.normals]
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
        for normal in self.normals:
            kind: Any = np.int64 if sum(map(abs, normal)) < 2**62 else object
            totals = np.zeros(1, dtype=kind)
            for a in normal:
                totals = np.concatenate([totals, totals + a])
            found |= (totals != 0).astype(bool)
        return found
