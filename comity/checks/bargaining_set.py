"""Confirming that an allocation is in the bargaining set, or is not, from counter-objections or a justified objection.

With d = y - x > 0 on S, an objection (S, y) of i against j has d(S) = e(S) and is met by a coalition T with j and without i
if d(T and S) <= e(T).  It is justified if no T meets it.  So there is a justified objection through S if and only if
some d > 0 has d(S without i) < e(S) and d(T and S) > e(T) for all those T.  Numbers lambda_T >= 0 that add up to at
most 1 for each player of S, with sum lambda_T e(T) >= e(S), prove that there is none:

    e(S) > d(S without i) >= sum lambda_T d(T and S) >= sum lambda_T e(T) >= e(S) is impossible.

A single T with no player of S and e(T) >= 0 meets every objection through S.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

from comity import rational
from comity.certificate import Certificate, Verdict
from comity.checks.core import exact_amounts, read_weights, settled
from comity.checks.kernel import not_an_imputation
from comity.coalitions import mask_of, members, names_of
from comity.declaration import declare
from comity.errors import InvalidEvidence
from comity.games.coalitional.base import Game

CLAIM = "the allocation is in the bargaining set"


@declare(
    "check",
    "Every objection has a counter-objection, or one has none",
    reference="Aumann & Maschler (1964); Davis & Maschler (1967)",
)
def check_bargaining_set(game: Game, x: Sequence[Any], witness: Mapping[str, Any]) -> Certificate:
    """x is in the bargaining set M1(i) of everybody together, by ``witness["counters"]``; or is not, by ``witness["objection"]``.

    ``counters`` has for every coalition S with a positive excess, and every i in it and j outside it, an entry
    ``{"by": i, "against": j, "coalition": S, "met_by": [[names, lambda], ...]}``.  ``objection`` is
    ``{"by": i, "against": j, "coalition": S, "amounts": [y_k for k in S]}``.
    HOLDS and FAILS are both proved; anything that proves neither is UNDECIDED.

    Examples
    --------
    >>> from comity.games.coalitional.table import TableGame
    >>> majority = TableGame(["A", "B", "C"], [0, 0, 0, 1, 0, 1, 1, 1])
    >>> objection = {"by": "A", "against": "C", "coalition": ["A", "B"], "amounts": ["1/10", "9/10"]}
    >>> check_bargaining_set(majority, [0, "3/4", "1/4"], {"objection": objection}).verdict.value
    'FAILS'
    """
    game, kept = settled(game, witness)
    amounts = exact_amounts(game, x)
    gap, reason = not_an_imputation(game, amounts)
    if reason:
        return _certificate(Verdict.FAILS, {"reason": reason, **kept}, -gap)
    try:
        if "objection" in witness:
            objection = witness["objection"]
            justified = _justified(game, amounts, objection)
            return _certificate(
                Verdict.FAILS if justified else Verdict.UNDECIDED, {"objection": _plain_objection(objection), **kept}
            )
        counters = {_key(game, entry): read_weights(game, entry["met_by"]) for entry in witness["counters"]}
    except (KeyError, TypeError, AttributeError) as error:
        raise InvalidEvidence(f"the evidence cannot be read: {error!r}; give counters or an objection") from None
    excess = game.excesses(amounts)
    met = all(
        (i, j, S) in counters and _meets(game, excess, i, j, S, counters[i, j, S])
        for S in range(1, game.grand_coalition)
        if excess[S] > 0
        for i in members(S)
        for j in members(game.grand_coalition ^ S)
    )
    shown = [_plain_counter(game, *key, weights) for key, weights in counters.items()]
    return _certificate(Verdict.HOLDS if met else Verdict.UNDECIDED, {"counters": shown, **kept})


def _certificate(verdict: Verdict, witness: Mapping[str, Any], margin: Fraction | None = None) -> Certificate:
    return Certificate(CLAIM, verdict, margin, witness=witness, check="check_bargaining_set")


def _key(game: Game, entry: Mapping[str, Any]) -> tuple[int, int, int]:
    by, against = (mask_of(game.players, [entry[side]]).bit_length() - 1 for side in ("by", "against"))
    return by, against, mask_of(game.players, entry["coalition"])


def _meets(game: Game, excess: Sequence[Fraction], i: int, j: int, S: int, weights: Sequence[tuple[int, Fraction]]) -> bool:
    if any(w < 0 or not T >> j & 1 or T >> i & 1 for T, w in weights):
        return False
    if any(not T & S and excess[T] >= 0 for T, _ in weights):
        return True
    covered = all(sum(w for T, w in weights if T >> k & 1) <= 1 for k in members(S))
    return covered and sum((w * excess[T] for T, w in weights), Fraction(0)) >= excess[S]


def _justified(game: Game, x: Sequence[Fraction], objection: Mapping[str, Any]) -> bool:
    """Whether the objection is one, and nothing meets it."""
    i, j, S = _key(game, objection)
    amounts = [rational.exact(y, "an amount of the objection") for y in objection["amounts"]]
    inside = list(members(S))
    if not S >> i & 1 or S >> j & 1 or len(amounts) != len(inside):
        return False
    y = list(x)
    for k, amount in zip(inside, amounts, strict=True):
        y[k] = amount
    if sum(amounts) != game.exact(S) or any(game.sign * (y[k] - x[k]) <= 0 for k in inside):
        return False
    # T meets it if it can pay y to those who object and x to the others.
    excess = game.excesses(y)
    return all(excess[T] < 0 for T in range(1, game.grand_coalition) if T >> j & 1 and not T >> i & 1)


def _plain_objection(objection: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "by": objection["by"],
        "against": objection["against"],
        "coalition": list(objection["coalition"]),
        "amounts": [rational.text(rational.exact(y)) for y in objection["amounts"]],
    }


def _plain_counter(game: Game, i: int, j: int, S: int, weights: Sequence[tuple[int, Fraction]]) -> dict[str, Any]:
    return {
        "by": game.players[i],
        "against": game.players[j],
        "coalition": names_of(game.players, S),
        "met_by": [[names_of(game.players, T), rational.text(w)] for T, w in weights],
    }
