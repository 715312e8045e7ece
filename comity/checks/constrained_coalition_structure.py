"""Confirming that a partition is the best of those that satisfy side constraints, or that none does."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import lcm
from typing import Any

from comity import rational
from comity.certificate import Certificate, Verdict, holds_if, plain
from comity.checks.coalition_structure import partition_masks
from comity.checks.core import settled
from comity.coalitions import label, mask_of, members, names_of
from comity.declaration import declare
from comity.errors import InvalidEvidence
from comity.games.coalitional.base import Game
from comity.games.coalitional.structure_constraints import StructureConstraints, read_structure_constraints

PROOF = "Ryan & Foster (1981); Barnhart et al. (1998)"


@declare("check", "No partition of the players that meets the constraints is worth more", reference=PROOF)
def check_constrained_coalition_structure(
    game: Game,
    structure: Sequence[Sequence[str]],
    constraints: StructureConstraints | Mapping[str, Any],
    witness: Mapping[str, Any] | None = None,
) -> Certificate:
    """The partition meets the constraints, and none that does is worth more (costs less).

    The witness's ``proof`` is a tree.  An inner node asks whether two players are together or apart, and has a tree for each
    answer.  A leaf has a price for every player, one for each coalition that forms and one for each limit ``in_total``.  If no
    coalition that may form there is worth more than its prices, no partition is worth more than all prices together, counted at
    the sides that bind: that is the leaf's ``bound``.  In a ``contradiction`` no coalition's prices are negative and yet all
    together are: no partition is there at all.  Neither is there one where a limit on the number of coalitions (``crossed`` is 0)
    or on a total (1 for the first ``in_total``) asks for more than it allows.  Every coalition is looked at in every leaf, in
    exact numbers.

    The margin is minus what a better partition might gain as far as the proof goes, zero where none can.  A partition that
    breaks a constraint FAILS with the reason; without a proof one that does not is UNDECIDED.

    Examples
    --------
    >>> from comity.games.coalitional.table import TableGame
    >>> game = TableGame(["A", "B"], [0, 2, 1, 5])
    >>> leaf = {"bound": {"players": [2, 1], "coalition": 0, "in_total": []}}
    >>> bool(check_constrained_coalition_structure(game, [["A"], ["B"]], {"largest_coalition": 1}, {"proof": leaf}))
    True
    >>> check_constrained_coalition_structure(game, [["A", "B"]], {"largest_coalition": 1}).witness["reason"]
    '{A, B} has 2 members'
    """
    game, kept = settled(game, witness)
    asked = _constraints(game, constraints)
    masks = partition_masks(game, structure)
    total = sum((game.exact(S) for S in masks), Fraction(0))
    shown: dict[str, Any] = {
        "coalitions": [names_of(game.players, S) for S in masks],
        "total": rational.text(total),
        "constraints": asked.to_json(),
        **kept,
    }
    claim = f"no partition of the players that meets the constraints {'is worth more' if game.sign > 0 else 'costs less'}"
    name = "check_constrained_coalition_structure"
    broken = asked.violation(masks)
    if broken:
        return Certificate(claim, Verdict.FAILS, witness={**shown, "reason": broken}, check=name)
    if not witness or "proof" not in witness:
        return Certificate(claim, Verdict.UNDECIDED, witness={**shown, "reason": "there is no proof of it"}, check=name)
    shown["proof"] = plain(witness["proof"])
    walk = _Walk(asked, {S: game.exact(S) for S in asked.permitted}, game.sign)
    bounds = list(walk.bounds(witness["proof"], asked.permitted))
    if walk.faults:
        return Certificate(claim, Verdict.FAILS, witness={**shown, "reason": walk.faults[0]}, check=name)
    # Not every leaf is a contradiction: this partition is in one of them.
    margin = game.sign * total - max(bounds)
    return Certificate(claim, holds_if(margin >= 0), margin=margin, witness=shown, check=name)


@declare("check", "No partition of the players meets the constraints", reference=PROOF)
def check_no_coalition_structure(
    game: Game, constraints: StructureConstraints | Mapping[str, Any], witness: Mapping[str, Any]
) -> Certificate:
    """Every leaf of the witness's ``proof`` is a contradiction; see `check_constrained_coalition_structure`.

    Only the players of the game matter, not what their coalitions are worth.

    Examples
    --------
    >>> from comity.games.coalitional.table import TableGame
    >>> game = TableGame(["A", "B"], [0, 2, 1, 5])
    >>> leaf = {"contradiction": {"players": [1, 1], "coalition": -1, "in_total": []}}
    >>> bool(check_no_coalition_structure(game, {"largest_coalition": 1, "fewest_coalitions": 3}, {"proof": leaf}))
    True
    """
    asked = _constraints(game, constraints)
    if "proof" not in witness:
        raise InvalidEvidence('there is no proof; give {"proof": ...}, a tree whose leaves are contradictions')
    walk = _Walk(asked, dict.fromkeys(asked.permitted, Fraction(0)), 1)
    bounds = list(walk.bounds(witness["proof"], asked.permitted))
    faults = [*walk.faults, *(["a leaf of the proof is no contradiction"] if bounds else [])]
    shown = {"constraints": asked.to_json(), "proof": plain(witness["proof"])}
    return Certificate(
        "no partition of the players meets the constraints",
        holds_if(not faults),
        witness={**shown, "reason": faults[0]} if faults else shown,
        check="check_no_coalition_structure",
    )


def _constraints(game: Game, constraints: StructureConstraints | Mapping[str, Any]) -> StructureConstraints:
    if isinstance(constraints, Mapping):
        return read_structure_constraints(game.players, constraints)
    if constraints.players != game.players:
        raise InvalidEvidence(f"the constraints are for {', '.join(constraints.players)}, not for the players of this game")
    return constraints


@dataclass(frozen=True)
class _Prices:
    """One for each player, for each coalition that forms, and for each limit on a total."""

    players: tuple[Fraction, ...]
    coalition: Fraction
    in_total: tuple[Fraction, ...]


class _Walk:
    """A walk through a proof: what each leaf bounds, as a gain, and what is wrong with the leaves."""

    def __init__(self, constraints: StructureConstraints, worths: Mapping[int, Fraction], sign: int) -> None:
        self.constraints, self.sign = constraints, sign
        self.members = {S: tuple(members(S)) for S in constraints.permitted}
        # In integers: the prices of every coalition are added up at every leaf.
        self.worths = _scaled(worths)
        self.amounts = [_scaled({S: amounts[S] for S in constraints.permitted}) for _, amounts in constraints.total]
        self.faults: list[str] = []

    def bounds(self, node: Any, coalitions: Sequence[int]) -> Iterator[Fraction]:
        """The bound of every leaf that is no contradiction; ``coalitions`` are those that may form at this node."""
        if not isinstance(node, Mapping):
            raise InvalidEvidence(f"a node of the proof is {node!r}; it needs a pair, a bound or a contradiction")
        if "pair" in node:
            pair = mask_of(self.constraints.players, node["pair"])
            if pair.bit_count() != 2:
                raise InvalidEvidence(f"a node of the proof asks about {node['pair']}; it takes two players")
            # Every partition has the two either in one coalition or in two.
            yield from self.bounds(_part(node, "together"), [S for S in coalitions if S & pair in (0, pair)])
            yield from self.bounds(_part(node, "apart"), [S for S in coalitions if S & pair != pair])
        elif "bound" in node:
            prices = self._prices(node["bound"])
            self._cover(prices, coalitions, self.sign, self.worths)
            yield self._total(prices, self.sign)
        elif "crossed" in node:
            self._crossed(node["crossed"])
        else:
            prices = self._prices(_part(node, "contradiction"))
            self._cover(prices, coalitions, 1, ({}, 1))
            if self._total(prices, 1) >= 0:
                self.faults.append("the prices of a contradiction do not add up to less than nothing")

    def _prices(self, data: Any) -> _Prices:
        players, in_total = (
            tuple(rational.exact(price, "a price in the proof") for price in _part(data, part))
            for part in ("players", "in_total")
        )
        if len(players) != len(self.constraints.players) or len(in_total) != len(self.constraints.total):
            raise InvalidEvidence(
                f"a leaf of the proof has prices for {len(players)} players and {len(in_total)} limits in_total; "
                f"give {len(self.constraints.players)} and {len(self.constraints.total)}"
            )
        return _Prices(players, rational.exact(_part(data, "coalition"), "the price of a coalition"), in_total)

    def _cover(self, prices: _Prices, coalitions: Sequence[int], sign: int, worths: tuple[Mapping[int, int], int]) -> None:
        """No coalition is worth more than its prices; otherwise a fault."""
        per_unit = [price / unit for price, (_, unit) in zip(prices.in_total, self.amounts, strict=True)]
        table, unit = worths
        scale = lcm(unit, *(price.denominator for price in (*prices.players, prices.coalition, *per_unit)))
        own = [int(price * scale) for price in prices.players]
        fixed = int(prices.coalition * scale)
        limits = [(int(price * scale), amounts) for price, (amounts, _) in zip(per_unit, self.amounts, strict=True) if price]
        for S in coalitions:
            paid = fixed + sum(own[i] for i in self.members[S]) + sum(price * amounts[S] for price, amounts in limits)
            if sign * (paid - table.get(S, 0) * (scale // unit)) < 0:
                self.faults.append(f"at a leaf of the proof the prices do not cover {label(self.constraints.players, S)}")
                return

    @property
    def _sides(self) -> list[tuple[Fraction | int | None, Fraction | int | None]]:
        """At least and at most: of the number of coalitions, then of each total."""
        totals = [(limit.at_least, limit.at_most) for limit, _ in self.constraints.total]
        return [(self.constraints.fewest, self.constraints.most), *totals]

    def _crossed(self, k: Any) -> None:
        if not isinstance(k, int) or not 0 <= k < len(self._sides):
            raise InvalidEvidence(f"the proof says that limit {k!r} crosses; give a number from 0 to {len(self._sides) - 1}")
        low, high = self._sides[k]
        if low is None or high is None or low <= high:
            self.faults.append("a limit of which the proof says that it asks for more than it allows does not")

    def _total(self, prices: _Prices, sign: int) -> Fraction:
        """All prices together, as a gain: no partition into covered coalitions has more."""
        total = sum(prices.players, Fraction(0))
        for price, (low, high) in zip((prices.coalition, *prices.in_total), self._sides, strict=True):
            if price:
                side = high if sign * price > 0 else low
                if side is None:
                    raise InvalidEvidence("the proof puts a price on a side of a limit that is not there")
                total += price * side
        return sign * total


def _part(data: Any, name: str) -> Any:
    if not isinstance(data, Mapping) or name not in data:
        raise InvalidEvidence(f"the proof has {str(data)[:80]} where something with {name!r} belongs")
    return data[name]


def _scaled(numbers: Mapping[int, Fraction]) -> tuple[dict[int, int], int]:
    """Integers and their common denominator."""
    unit = lcm(*(number.denominator for number in numbers.values()))
    return {S: number.numerator * (unit // number.denominator) for S, number in numbers.items()}, unit
