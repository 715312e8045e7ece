"""Confirming that an allocation is efficient, an imputation, in the core, or that the core is empty."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from typing import Any

from comity import rational
from comity.certificate import Certificate, Verdict, holds_if
from comity.checks.excess_scan import ExcessScan
from comity.checks.largest_excess import largest_excess
from comity.checks.priced_core import ARGUMENT, priced_argument, refuse_what_cannot_be_scanned
from comity.coalitions import mask_of, names_of
from comity.declaration import declare
from comity.errors import InvalidEvidence
from comity.games.coalitional.base import Game


def exact_amounts(game: Game, x: Sequence[Any]) -> tuple[Fraction, ...]:
    """The amounts as written, one a player."""
    if isinstance(x, str | bytes | Mapping | set | frozenset) or not isinstance(x, Iterable):
        raise InvalidEvidence(f"the amounts are {rational.shown(x)}; list one for each player, in the game's order")
    amounts = list(x)
    if len(amounts) != game.n:
        raise InvalidEvidence(f"{len(amounts)} amounts for {game.n} players; give one each")
    return rational.exact_all(amounts, game.players, "the amount")


def settled(game: Game, witness: Mapping[str, Any] | None) -> tuple[Game, dict[str, Any]]:
    """The game with worths that are arithmetic, and the evidence of its worths to keep in the new witness."""
    witness = witness or {}
    # A game whose worths are arithmetic needs no evidence of them; keeping what nobody read would let it pass for checked.
    needed = type(game).evidence is not Game.evidence and "worths" in witness
    return game.confirmed(witness), {"worths": witness["worths"]} if needed else {}


@declare("check", "The amounts add up to the worth of all players together")
def check_efficient(game: Game, x: Sequence[Any], witness: Mapping[str, Any] | None = None) -> Certificate:
    """x(N) = v(N), exactly; the margin is minus the difference.

    Examples
    --------
    >>> from comity.games.coalitional.table import TableGame
    >>> bool(check_efficient(TableGame(None, [0, 1, 2, 5]), [2, 3]))
    True
    """
    game, kept = settled(game, witness)
    amounts = exact_amounts(game, x)
    total, worth = sum(amounts), game.exact(game.grand_coalition)
    return Certificate(
        "the amounts add up to the worth of the grand coalition",
        holds_if(total == worth),
        margin=-abs(total - worth),
        witness={"total": rational.text(Fraction(total)), "worth": rational.text(worth), **kept},
        check="check_efficient",
    )


@declare("check", "No coalition would gain by leaving", reference="Gillies (1959)", confirms=("core_point",))
def check_in_core(game: Game, x: Sequence[Any], witness: Mapping[str, Any] | None = None) -> Certificate:
    """x(N) = v(N) and no coalition has a positive excess; every coalition is looked at.

    The margin is minus the largest excess of a proper coalition, the witness the coalition that has it.
    With ``{"argument": "prices", ...}`` as the witness no coalition is looked at: prices of what players own bound the worth of
    all coalitions, in production, flow, market and assignment games of any number (`core_point` hands them over).  Prices that
    do not prove it leave the claim UNDECIDED.

    Examples
    --------
    >>> from comity.games.coalitional.table import TableGame
    >>> certificate = check_in_core(TableGame(["A", "B"], [0, 1, 2, 5]), [0, 5])
    >>> certificate.verdict.value, certificate.witness["coalition"]
    ('FAILS', ['A'])
    """
    if witness and witness.get("argument") == ARGUMENT:
        return _by_prices(game, exact_amounts(game, x), witness)
    refuse_what_cannot_be_scanned(game)
    game, kept = settled(game, witness)
    amounts = exact_amounts(game, x)
    gap = abs(sum(amounts) - game.exact(game.grand_coalition))
    if gap:
        return Certificate(
            "the allocation is in the core",
            Verdict.FAILS,
            margin=-gap,
            witness={"coalition": list(game.players), "reason": "the amounts do not add up to its worth", **kept},
            check="check_in_core",
        )
    # With one player there is no proper coalition.
    worst, largest = largest_excess(game, amounts) if game.n > 1 else (0, Fraction(0))
    return Certificate(
        "the allocation is in the core",
        holds_if(largest <= 0),
        margin=-largest if worst else None,
        witness={"coalition": names_of(game.players, worst), **kept},
        check="check_in_core",
    )


def _by_prices(game: Game, x: tuple[Fraction, ...], witness: Mapping[str, Any]) -> Certificate:
    shown, reason = priced_argument(game, x, witness)
    return Certificate(
        "the allocation is in the core",
        Verdict.UNDECIDED if reason else Verdict.HOLDS,
        witness={**shown, **({"reason": reason} if reason else {})},
        check="check_in_core",
    )


@declare("check", "The core is empty", reference="Bondareva (1963), Shapley (1967)")
def check_core_empty(game: Game, x: None, witness: Mapping[str, Any]) -> Certificate:
    """Balanced weights whose worth exceeds v(N) prove that no allocation is in the core.

    There is no allocation to look at: ``x`` is None.  ``witness["weights"]`` is a list
    of pairs (names, weight > 0) with sum of w_S 1_S = 1 for every player;
    then sum of w_S v(S) > v(N) in a gain game (< c(N) in a cost game).  The margin is the difference.
    """
    game, kept = settled(game, witness)
    weights = read_weights(game, witness.get("weights"))
    covered = [sum((w for S, w in weights if S >> i & 1), Fraction(0)) for i in range(game.n)]
    worth = sum((w * game.exact(S) for S, w in weights), Fraction(0))
    margin = game.sign * (worth - game.exact(game.grand_coalition))
    balanced = all(w > 0 for _, w in weights) and all(total == 1 for total in covered)
    return Certificate(
        "the core is empty",
        holds_if(balanced and margin > 0),
        margin=margin if balanced else None,
        witness={"weights": _listed(game, weights), **kept},
        check="check_core_empty",
    )


@declare("check", "The game is balanced, or is not", reference="Bondareva (1963), Shapley (1967)")
def check_balancedness(game: Game, x: Sequence[Any] | None, witness: Mapping[str, Any]) -> Certificate:
    """The core is not empty, by a point of it in ``witness["point"]``; or is, by ``witness["weights"]``.

    HOLDS and FAILS are both proved; anything that proves neither is UNDECIDED.

    Examples
    --------
    >>> from comity.games.coalitional.table import TableGame
    >>> bool(check_balancedness(TableGame(None, [0, 1, 2, 5]), None, {"point": [2, 3]}))
    True
    """
    point = witness.get("point")
    proof = check_core_empty(game, None, witness) if point is None else check_in_core(game, point, witness)
    verdict = Verdict.UNDECIDED
    if proof:
        verdict = Verdict.FAILS if point is None else Verdict.HOLDS
    shown = dict(proof.witness)
    if point is not None:
        shown = {"point": [rational.text(amount) for amount in exact_amounts(game, point)], **shown}
    margin = proof.margin if point is not None or proof.margin is None else -proof.margin
    return Certificate("the game is balanced", verdict, margin=margin, witness=shown, check="check_balancedness")


@declare(
    "check",
    "The largest excess of a proper coalition is as small as possible",
    reference="Maschler, Peleg & Shapley (1979)",
    confirms=("least_core",),
)
def check_least_core(game: Game, x: Sequence[Any], witness: Mapping[str, Any]) -> Certificate:
    """No efficient allocation has a smaller largest excess than x.

    ``witness["epsilon"]`` is that excess and ``witness["weights"]`` a list of pairs (names, weight > 0) of coalitions that
    have it, with weights that add up to 1 and cover every player equally.  Then the weighted mean of the
    excesses is the same for every efficient allocation, so their largest is never below epsilon.  With one
    player there is no proper coalition, epsilon is None and the weights are empty.

    Examples
    --------
    >>> from comity.games.coalitional.table import TableGame
    >>> weights = [[["A"], "1/2"], [["B"], "1/2"]]
    >>> bool(check_least_core(TableGame(["A", "B"], [0, 1, 2, 5]), [2, 3], {"epsilon": -1, "weights": weights}))
    True
    """
    game, kept = settled(game, witness)
    amounts = exact_amounts(game, x)
    weights = read_weights(game, witness.get("weights"))
    stated = witness.get("epsilon")
    epsilon = None if stated is None else rational.exact(stated, "epsilon")
    scan = ExcessScan(game, amounts)
    covered = {sum((w for S, w in weights if S >> i & 1), Fraction(0)) for i in range(game.n)}
    balanced = (
        len(covered) == 1
        and all(w > 0 and 0 < S < game.grand_coalition and scan.excess(S) == epsilon for S, w in weights)
        and sum(w for _, w in weights) == (1 if game.n > 1 else 0)
    )
    largest = largest_excess(game, amounts)[1] if game.n > 1 else None
    return Certificate(
        "no efficient allocation has a smaller largest excess",
        holds_if(balanced and largest == epsilon and scan.excess(game.grand_coalition) == 0),
        witness={
            "epsilon": None if epsilon is None else rational.text(epsilon),
            "weights": _listed(game, weights),
            **kept,
        },
        check="check_least_core",
    )


@declare("check", "The least and the most each player gets in the core", confirms=("core_range",))
def check_core_range(game: Game, x: Sequence[Any], witness: Mapping[str, Any]) -> Certificate:
    """``x`` is a list of pairs (least, most), one a player, over the core.

    ``witness["least"]`` and ``witness["most"]`` have, for each player i, a ``point`` of the core where the amount is
    attained, ``weights`` of coalitions, at least 0, and a ``grand`` weight of either sign, which together give
    x_i (or -x_i) as a sum of amounts of coalitions: what the core guarantees those, it guarantees x_i.
    """
    game, kept = settled(game, witness)
    pairs = [exact_pair(pair) for pair in x]
    proofs = {"least": _proofs(game, witness, "least"), "most": _proofs(game, witness, "most")}
    holds = len(pairs) == game.n
    for i, pair in enumerate(pairs):
        for side, key, amount in ((1, "least", pair[0]), (-1, "most", pair[1])):
            point, weights, grand = proofs[key][i]
            slope = [side if j == i else 0 for j in range(game.n)]
            covers = [game.sign * (grand + sum(w for S, w in weights if S >> j & 1)) for j in range(game.n)] == slope
            attained = point[i] == amount and bool(check_in_core(game, point))
            holds = holds and covers and attained and _guaranteed(game, weights, grand) == side * amount
    return Certificate(
        "these are the least and the most each player gets in the core",
        holds_if(holds),
        witness={key: [_plain_proof(game, proof) for proof in listed] for key, listed in proofs.items()} | kept,
        check="check_core_range",
    )


@declare("check", "The least total transfer that reaches the core", confirms=("least_transfer_to_core",))
def check_least_transfer(game: Game, x: Sequence[Any], witness: Mapping[str, Any]) -> Certificate:
    """x is in the core and no point of the core is nearer, in total money moved, to ``witness["start"]``.

    Money moved is sum |x_i - start_i| / 2.  ``weights`` of coalitions, at least 0, and a ``grand`` weight of either sign
    give each player a slope between -1/2 and 1/2; along that slope the core keeps its distance, and x is exactly so far.
    The margin is None where the claim holds, else minus what is missing.
    """
    game, kept = settled(game, witness)
    amounts, start = exact_amounts(game, x), exact_amounts(game, witness.get("start", ()))
    weights, grand = read_weights(game, witness.get("weights")), rational.exact(witness.get("grand"), "the grand weight")
    moved = sum((abs(a - b) for a, b in zip(amounts, start, strict=True)), Fraction(0)) / 2
    slope = [game.sign * (grand + sum(w for S, w in weights if S >> i & 1)) for i in range(game.n)]
    distance = _guaranteed(game, weights, grand) - sum((g * b for g, b in zip(slope, start, strict=True)), Fraction(0))
    proved = all(abs(g) <= Fraction(1, 2) for g in slope) and all(w >= 0 for _, w in weights)
    holds = proved and distance == moved and bool(check_in_core(game, amounts))
    return Certificate(
        "no allocation in the core is reached by moving less",
        holds_if(holds),
        margin=None if holds or not proved else -abs(moved - distance),
        witness={
            "start": [rational.text(b) for b in start],
            "transfer": rational.text(moved),
            "weights": _listed(game, weights),
            "grand": rational.text(grand),
            **kept,
        },
        check="check_least_transfer",
    )


_Proof = tuple[tuple[Fraction, ...], list[tuple[int, Fraction]], Fraction]


def _proofs(game: Game, witness: Mapping[str, Any], key: str) -> list[_Proof]:
    try:
        proofs = [
            (
                exact_amounts(game, proof["point"]),
                read_weights(game, proof["weights"]),
                rational.exact(proof["grand"], "the grand weight"),
            )
            for proof in witness[key]
        ]
    except (KeyError, TypeError) as error:
        raise InvalidEvidence(f"the proofs of {key!r} cannot be read: {error}; give point, weights and grand") from None
    if len(proofs) != game.n:
        raise InvalidEvidence(f"{len(proofs)} proofs of {key!r} for {game.n} players; give one each")
    if any(w < 0 for _, weights, _ in proofs for _, w in weights):
        raise InvalidEvidence(f"a weight among the proofs of {key!r} is negative; a coalition is guaranteed a least amount only")
    return proofs


def _plain_proof(game: Game, proof: _Proof) -> dict[str, Any]:
    point, weights, grand = proof
    return {"point": [rational.text(a) for a in point], "weights": _listed(game, weights), "grand": rational.text(grand)}


def _guaranteed(game: Game, weights: Sequence[tuple[int, Fraction]], grand: Fraction) -> Fraction:
    """sign * (sum of w_S v(S) + grand v(N))."""
    total = sum((w * game.exact(S) for S, w in weights), grand * game.exact(game.grand_coalition))
    return game.sign * total


def _listed(game: Game, weights: Sequence[tuple[int, Fraction]]) -> list[list[Any]]:
    return [[names_of(game.players, S), rational.text(w)] for S, w in weights]


def exact_pair(pair: Any) -> tuple[Fraction, Fraction]:
    """Two exact numbers from a witness."""
    try:
        low, high = pair
    except (TypeError, ValueError):
        raise InvalidEvidence(f"{pair!r} is not a pair; give the least and the most") from None
    return rational.exact(low, "the least amount"), rational.exact(high, "the most")


def read_weights(game: Game, listed: Any) -> list[tuple[int, Fraction]]:
    """Pairs of coalition and weight from a witness."""
    try:
        return [(mask_of(game.players, names), rational.exact(weight, "a weight")) for names, weight in listed]
    except (TypeError, ValueError) as error:
        raise InvalidEvidence(f"the weights cannot be read: {error}; give pairs of names and weight") from None
