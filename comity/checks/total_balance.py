"""Confirming that every subgame has a core, that every coalition can be held to its worth, and schemes that grow."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

from comity import rational
from comity.certificate import Basis, Certificate, Verdict
from comity.checks.core import check_core_empty, check_in_core, read_weights, settled
from comity.coalitions import mask_of, members, names_of
from comity.declaration import declare
from comity.errors import ComityError, InvalidEvidence
from comity.games.coalitional.base import Game
from comity.games.coalitional.transforms import subgame

BY_MODEL = "model"


@declare("check", "Every subgame has a core, or one has none", reference="Shapley & Shubik (1969)")
def check_total_balancedness(game: Game, witness: Mapping[str, Any]) -> Certificate:
    """A core point of every subgame in ``points``; or balanced ``weights`` of one ``coalition`` that prove its core empty.

    ``witness["points"]`` is a list of pairs (names, amounts), one for each coalition; ``witness["weights"]`` are pairs
    (names, weight) within ``witness["coalition"]``.  HOLDS and FAILS are both proved, anything less is UNDECIDED.
    ``{"argument": "model"}`` names the theorem instead, where every game of a model is totally balanced; no number is looked at.

    Examples
    --------
    >>> from comity.games.coalitional.table import TableGame
    >>> points = [[["A"], [1]], [["B"], [2]], [["A", "B"], [2, 3]]]
    >>> bool(check_total_balancedness(TableGame(["A", "B"], [0, 1, 2, 5]), {"points": points}))
    True
    """
    claim, name = "every subgame has a core", "check_total_balancedness"
    if witness.get("argument") == BY_MODEL:
        theorem = type(game).facts.get("totally_balanced", "")
        shown: dict[str, Any] = {"argument": BY_MODEL, "theorem": theorem}
        return Certificate(claim, _proved(bool(theorem), Verdict.HOLDS), basis=Basis.DEFINITION, witness=shown, check=name)
    game, kept = settled(game, witness)
    if "points" in witness:
        points = read_points(game, witness["points"])
        proved = len(points) == game.grand_coalition and all(check_in_core(subgame(game, S), x) for S, x in points.items())
        shown = {"points": plain_points(game, points)}
        return Certificate(claim, _proved(proved, Verdict.HOLDS), witness={**shown, **kept}, check=name)
    S = _coalition(game, witness)
    inside = subgame(game, S)
    proof = check_core_empty(inside, None, {"weights": witness.get("weights")})
    shown = {"coalition": list(inside.players), "weights": proof.witness["weights"]}
    margin = None if proof.margin is None else -proof.margin
    return Certificate(claim, _proved(bool(proof), Verdict.FAILS), margin=margin, witness={**shown, **kept}, check=name)


@declare(
    "check", "Every coalition gets no more than its worth somewhere in the core, or one gets more", reference="Schmeidler (1972)"
)
def check_exactness(game: Game, witness: Mapping[str, Any]) -> Certificate:
    """For each coalition a core point with x(S) = v(S) among ``points``; or a ``coalition`` that gets more all over the core.

    The second is proved by ``weights`` of coalitions, at least 0, and a ``grand`` weight of either sign, which add up to the
    coalition: sum of w_T 1_T + grand 1_N = 1_S, and sum of w_T v(T) + grand v(N) > v(S) (< in a cost game).  Nothing in the
    core gives S less, if anything is in the core at all.  Anything that proves neither is UNDECIDED.
    """
    game, kept = settled(game, witness)
    claim, name = "every coalition gets exactly its worth somewhere in the core", "check_exactness"
    if "points" in witness:
        points = read_points(game, witness["points"])
        # One point may serve many coalitions.
        inside = {x: len(x) == game.n and bool(check_in_core(game, x)) for x in set(points.values())}
        held = points.keys() == set(range(1, game.grand_coalition + 1)) and all(
            inside[x] and sum(x[i] for i in members(S)) == game.exact(S) for S, x in points.items()
        )
        shown: dict[str, Any] = {"points": plain_points(game, points)}
        return Certificate(claim, _proved(held, Verdict.HOLDS), witness={**shown, **kept}, check=name)
    S = _coalition(game, witness)
    weights = read_weights(game, witness.get("weights"))
    grand = rational.exact(witness.get("grand"), "the grand weight")
    covers = [grand + sum((w for T, w in weights if T >> i & 1), Fraction(0)) for i in range(game.n)]
    total = sum((w * game.exact(T) for T, w in weights), grand * game.exact(game.grand_coalition))
    more = game.sign * (total - game.exact(S))
    proved = all(w >= 0 for _, w in weights) and covers == [Fraction(S >> i & 1) for i in range(game.n)] and more > 0
    shown = {
        "coalition": names_of(game.players, S),
        "weights": [[names_of(game.players, T), rational.text(w)] for T, w in weights],
        "grand": rational.text(grand),
    }
    return Certificate(
        claim, _proved(proved, Verdict.FAILS), margin=-more if proved else None, witness={**shown, **kept}, check=name
    )


@declare("check", "A scheme pays no member less when others join, or no such scheme exists", reference="Sprumont (1990)")
def check_population_monotonicity(game: Game, witness: Mapping[str, Any]) -> Certificate:
    """Amounts for every coalition in ``points``, or weights that prove that there are none.

    A scheme divides each v(S) among the members of S, and gives nobody less (takes from nobody more, in a cost game) in
    a larger coalition.  ``points`` lists pairs (names, amounts).  None exists if ``weights`` w_S of either sign and ``steps``
    (names of T, member i, newcomer j, amount z >= 0) balance: for each S and each i in S, w_S plus the steps of i into S
    less those out of S is 0, while the sum of w_S v(S) > 0 (< 0 in a cost game).  Anything that proves neither is UNDECIDED.
    """
    game, kept = settled(game, witness)
    claim, name = "there is a population monotonic allocation scheme", "check_population_monotonicity"
    if "points" in witness:
        points = read_points(game, witness["points"])
        proved = len(points) == game.grand_coalition and _is_scheme(game, points)
        return Certificate(
            claim, _proved(proved, Verdict.HOLDS), witness={"points": plain_points(game, points), **kept}, check=name
        )
    weights = read_weights(game, witness.get("weights"))
    steps = _read_steps(game, witness.get("steps"))
    balance = {(S, i): Fraction(0) for S in range(1, game.grand_coalition + 1) for i in members(S)}
    for S, w in weights:
        for i in members(S):
            balance[S, i] += w
    for T, i, j, z in steps:
        balance[T | 1 << j, i] += z
        balance[T, i] -= z
    gain = game.sign * sum((w * game.exact(S) for S, w in weights), Fraction(0))
    refuted = gain > 0 and not any(balance.values()) and all(z >= 0 for *_, z in steps)
    shown = {
        "weights": [[names_of(game.players, S), rational.text(w)] for S, w in weights],
        "steps": [[names_of(game.players, T), game.players[i], game.players[j], rational.text(z)] for T, i, j, z in steps],
    }
    return Certificate(
        claim, _proved(refuted, Verdict.FAILS), margin=-gain if refuted else None, witness={**shown, **kept}, check=name
    )


def _is_scheme(game: Game, points: Mapping[int, Sequence[Fraction]]) -> bool:
    """Efficient everywhere, and nobody worse off when one more joins."""
    paid = {S: dict(zip(members(S), x, strict=True)) for S, x in points.items()}
    efficient = all(sum(x) == game.exact(S) for S, x in points.items())
    return efficient and all(
        game.sign * (paid[S | 1 << j][i] - paid[S][i]) >= 0
        for S in points
        for j in members(game.grand_coalition ^ S)
        for i in members(S)
    )


def _proved(condition: bool, verdict: Verdict) -> Verdict:
    return verdict if condition else Verdict.UNDECIDED


def _coalition(game: Game, witness: Mapping[str, Any]) -> int:
    names = witness.get("coalition")
    if not isinstance(names, list | tuple) or not names:
        raise InvalidEvidence('the evidence has neither "points" nor a "coalition"; give one of them')
    try:
        return mask_of(game.players, names)
    except (TypeError, ComityError) as error:
        raise InvalidEvidence(f"the coalition cannot be read: {error}") from None


def read_points(game: Game, listed: Any) -> dict[int, tuple[Fraction, ...]]:
    """Amounts by coalition from pairs (names, amounts); as many amounts as members or as players."""
    points: dict[int, tuple[Fraction, ...]] = {}
    try:
        for names, amounts in listed:
            S = mask_of(game.players, names)
            if S == 0 or S in points:
                raise InvalidEvidence(f"a point for {names} is given twice or for nobody; give one for each coalition")
            points[S] = tuple(rational.exact(amount, "an amount") for amount in amounts)
            if len(points[S]) not in (S.bit_count(), game.n):
                raise InvalidEvidence(f"the point for {names} has {len(points[S])} amounts; give one for each")
    except (TypeError, ValueError) as error:
        if isinstance(error, InvalidEvidence):
            raise
        raise InvalidEvidence(f"the points cannot be read: {error}; give pairs of names and amounts") from None
    return points


def plain_points(game: Game, points: Mapping[int, Sequence[Fraction]]) -> list[list[Any]]:
    """Points as a witness holds them."""
    return [[names_of(game.players, S), [rational.text(amount) for amount in x]] for S, x in sorted(points.items())]


def _read_steps(game: Game, listed: Any) -> list[tuple[int, int, int, Fraction]]:
    position = {name: i for i, name in enumerate(game.players)}
    steps = []
    try:
        for names, member, newcomer, amount in listed:
            T, i, j = mask_of(game.players, names), position[member], position[newcomer]
            if not T >> i & 1 or T >> j & 1:
                raise InvalidEvidence(
                    f"a step of {member} from {names} with {newcomer} is none; a member stays, a newcomer joins"
                )
            steps.append((T, i, j, rational.exact(amount, "a step")))
    except (TypeError, KeyError, ValueError) as error:
        if isinstance(error, InvalidEvidence):
            raise
        raise InvalidEvidence(f"the steps cannot be read: {error}; give names, member, newcomer and amount") from None
    return steps
