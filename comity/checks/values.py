"""Confirming the Shapley, Banzhaf and weighted Shapley values by formulas other than the solvers'.

The solvers weigh worths or divide dividends; here marginal contributions are added up by the size of the coalition
that is joined, or the potential of Hart and Mas-Colell is computed.  Nothing is searched for.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from math import factorial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from comity import rational
from comity.certificate import Basis, Certificate, Verdict, holds_if
from comity.checks.core import exact_amounts, settled
from comity.coalitions import members, sizes
from comity.declaration import declare
from comity.errors import ComityError, InvalidEvidence
from comity.games.coalitional.base import Game

# Beyond these, marginal contributions take minutes in exact integers; a stated sum of dividends is then shorter.
MAX_CHECKED_PLAYERS = 22
MAX_CHECKED_PLAYERS_WITH_DIVIDENDS = 15


@declare("check", "Each amount is the player's average contribution over all orders", confirms=("shapley_value",))
def check_shapley_value(game: Game, x: Sequence[Any], witness: Mapping[str, Any] | None = None) -> Certificate:
    """x_i = sum over S without i of s! (n - s - 1)! / n! (v(S + i) - v(S)), compared exactly.

    With more players than a table allows, a model that knows its dividends or those of its dual is checked by their potential,
    x_i = P(N) - P(N - i) with P(S) = sum of d(T) / |T| over T in S (Hart & Mas-Colell 1989); the witness says so.
    The margin is minus the largest difference.

    Examples
    --------
    >>> from comity.games.coalitional.table import TableGame
    >>> bool(check_shapley_value(TableGame(None, [0, 1, 2, 5]), [2, 3]))
    True
    """
    return _compare(game, x, witness, "the Shapley value", "check_shapley_value", _shapley_by_contributions, lambda size: size)


@declare("check", "Each amount is the player's average contribution over all coalitions", confirms=("banzhaf_value",))
def check_banzhaf_value(game: Game, x: Sequence[Any], witness: Mapping[str, Any] | None = None) -> Certificate:
    """x_i = 2**(1 - n) times the sum over S without i of v(S + i) - v(S), compared exactly.

    Examples
    --------
    >>> from comity.games.coalitional.voting import VotingGame
    >>> bool(check_banzhaf_value(VotingGame((1, 1, 1), 2), ["1/2", "1/2", "1/2"]))
    True
    """
    return _compare(
        game, x, witness, "the Banzhaf value", "check_banzhaf_value", _banzhaf_by_contributions, lambda size: 2 ** (size - 1)
    )


@declare("check", "The amounts are in proportion to the Banzhaf value and efficient", confirms=("normalized_banzhaf_value",))
def check_normalized_banzhaf_value(game: Game, x: Sequence[Any], witness: Mapping[str, Any] | None = None) -> Certificate:
    """x = Banzhaf value times v(N) / (sum of the Banzhaf values), compared exactly."""

    def normalized(game: Game) -> list[Fraction]:
        value = _banzhaf_by_contributions(game)
        total = sum(value, Fraction(0))
        if total == 0 and any(value):
            raise InvalidEvidence("the Banzhaf values add up to 0, so that no multiple of them is efficient")
        worth = game.exact(game.grand_coalition)
        return [amount * worth / total if total else Fraction(0) for amount in value]

    return _compare(game, x, witness, "the normalized Banzhaf value", "check_normalized_banzhaf_value", normalized, None)


@declare("check", "The amounts are the Shapley value for the weights given", confirms=("weighted_shapley_value",))
def check_weighted_shapley_value(game: Game, x: Sequence[Any], witness: Mapping[str, Any] | None = None) -> Certificate:
    """x_i = w_i (P(N) - P(N - i)) with the w-potential P(S) w(S) = v(S) + sum over i in S of w_i P(S - i).

    ``witness["weights"]`` is ``{name: weight}``, every weight positive (Hart & Mas-Colell 1989).
    """
    weights = _read_weights(game, witness)
    listed = {name: rational.text(weight) for name, weight in zip(game.players, weights, strict=True)}
    named = ", ".join(f"{name}: {weight}" for name, weight in list(listed.items())[:6])
    claim = f"the weighted Shapley value for the weights {named}" + (", ..." if len(listed) > 6 else "")
    certificate = _compare(
        game, x, witness, claim, "check_weighted_shapley_value", lambda game: _weighted_by_potential(game, weights), None
    )
    kept = {**certificate.witness, "weights": listed}
    return Certificate(
        certificate.claim, certificate.verdict, certificate.margin, certificate.unit, certificate.basis, kept, certificate.check
    )


@declare("check", "Everybody gets the same", confirms=("equal_division",))
def check_equal_division(game: Game, x: Sequence[Any], witness: Mapping[str, Any] | None = None) -> Certificate:
    """n x_i = v(N) for every player, exactly; the margin is minus the largest difference."""
    return _compare(
        game,
        x,
        witness,
        "the equal division of the worth of the grand coalition",
        "check_equal_division",
        lambda game: [game.exact(game.grand_coalition) / game.n] * game.n,
        None,
        needs_table=False,
    )


def _compare(
    game: Game,
    x: Sequence[Any],
    witness: Mapping[str, Any] | None,
    what: str,
    check: str,
    formula: Callable[[Game], list[Fraction]],
    divisor: Callable[[int], int] | None,
    *,
    needs_table: bool = True,
) -> Certificate:
    game, kept = settled(game, witness)
    amounts = exact_amounts(game, x)
    claim = f"the amounts are {what}"
    right, route = None, {}
    if needs_table and divisor and game.n > MAX_CHECKED_PLAYERS_WITH_DIVIDENDS:
        right, route = _by_potential(game, divisor), {"formula": "potential of the dividends that the model states"}
    if right is None and needs_table and game.n > MAX_CHECKED_PLAYERS:
        reason = f"{game.n} players are more than the {MAX_CHECKED_PLAYERS} whose contributions are added up here"
        return Certificate(claim, Verdict.UNDECIDED, basis=Basis.ASSUMED, witness={"reason": reason, **kept}, check=check)
    if right is None:
        right, route = formula(game), {}
    gaps = [abs(amount - value) for amount, value in zip(amounts, right, strict=True)]
    worst = max(range(game.n), key=gaps.__getitem__)
    found = {} if gaps[worst] == 0 else {"player": game.players[worst], "amount": rational.text(right[worst])}
    return Certificate(claim, holds_if(gaps[worst] == 0), margin=-gaps[worst], witness={**found, **route, **kept}, check=check)


def _shapley_by_contributions(game: Game) -> list[Fraction]:
    n = game.n
    weight = [factorial(s) * factorial(n - s - 1) for s in range(n)]
    contributions, denominator = _contributions_by_size(game)
    return [
        Fraction(sum(w * total for w, total in zip(weight, totals, strict=True)), factorial(n) * denominator)
        for totals in contributions
    ]


def _banzhaf_by_contributions(game: Game) -> list[Fraction]:
    contributions, denominator = _contributions_by_size(game)
    return [Fraction(sum(totals), denominator << (game.n - 1)) for totals in contributions]


def _contributions_by_size(game: Game) -> tuple[list[list[int]], int]:
    """For each player i and size s the sum of v(S + i) - v(S) over the S of s others, in units of 1 / denominator."""
    table, denominator = game.scaled_table
    n = game.n
    small = max(max(table), -min(table)) < 1 << (61 - n)
    worth: NDArray[Any] = np.array(table, dtype=np.int64 if small else object)
    size = sizes(n - 1)
    order = np.argsort(size, kind="stable")
    starts = np.searchsorted(size[order], np.arange(n))
    totals = []
    for i in range(n):
        halves = worth.reshape(-1, 2, 1 << i)
        added = (halves[:, 1, :] - halves[:, 0, :]).reshape(-1)
        totals.append([int(total) for total in np.add.reduceat(added[order], starts)])
    return totals, denominator


def _by_potential(game: Game, divisor: Callable[[int], int]) -> list[Fraction] | None:
    """P(N) - P(N - i) with P the sum of dividends over ``divisor(size)``; both values are the same for the dual game."""
    model = type(game)
    if model.dual_dividends is not Game.dual_dividends:
        dividends, dual = game.dual_dividends(), True
    elif model.dividends is not Game.dividends:
        dividends, dual = game.dividends(), False
    else:
        return None
    _require_the_same_worths(game, dividends, dual)
    shares = {S: dividend / divisor(S.bit_count()) for S, dividend in dividends.items()}
    whole = sum(shares.values(), Fraction(0))
    without = (sum((share for S, share in shares.items() if not S >> i & 1), Fraction(0)) for i in range(game.n))
    return [whole - part for part in without]


def _require_the_same_worths(game: Game, dividends: Mapping[int, Fraction], dual: bool) -> None:
    """The stated dividends give the worth of all, of each alone, and of all but one; a slip in a model shows here."""
    everybody = game.grand_coalition
    grand = game.exact(everybody)
    for S in [everybody, *(1 << i for i in range(game.n)), *(everybody ^ 1 << i for i in range(game.n))]:
        worth = game.exact(S) if not dual else grand - game.exact(everybody ^ S)
        if worth != sum((dividend for T, dividend in dividends.items() if T & S == T), Fraction(0)):
            raise InvalidEvidence(f"the dividends of {type(game).__name__} do not add up to its worths; the model is wrong")


def _weighted_by_potential(game: Game, weights: Sequence[Fraction]) -> list[Fraction]:
    table, denominator = game.scaled_table
    potential = [Fraction(0)] * len(table)
    for S in range(1, len(table)):
        inside = list(members(S))
        carried = sum((weights[i] * potential[S ^ 1 << i] for i in inside), Fraction(0))
        potential[S] = (Fraction(table[S], denominator) + carried) / sum((weights[i] for i in inside), Fraction(0))
    return [weights[i] * (potential[-1] - potential[game.grand_coalition ^ 1 << i]) for i in range(game.n)]


def _read_weights(game: Game, witness: Mapping[str, Any] | None) -> list[Fraction]:
    listed = (witness or {}).get("weights")
    if not isinstance(listed, Mapping) or set(listed) != set(game.players):
        raise InvalidEvidence('the evidence has no "weights" with one weight for each player')
    try:
        weights = [rational.exact(listed[name], f"the weight of {name}") for name in game.players]
    except ComityError as error:
        raise InvalidEvidence(str(error)) from None
    if min(weights) <= 0:
        raise InvalidEvidence("a weight is not positive; the weighted Shapley value needs positive weights")
    return weights
