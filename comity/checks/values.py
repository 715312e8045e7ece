"""Confirming the Shapley, Banzhaf and weighted Shapley values by formulas other than the solvers'.

The solvers weigh worths and let efficiency settle the rest, or divide dividends; here every coalition is set against its
complement, or the potential of Hart and Mas-Colell is computed.  Nothing is searched for.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from math import comb, frexp, lcm
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from comity import rational
from comity.certificate import Basis, Certificate, Verdict, holds_if
from comity.checks.core import exact_amounts, settled
from comity.checks.kernels.complements import member_sums
from comity.checks.nested_parts import FEW_PLAYERS, check_shapley_by_parts
from comity.checks.rounding import read_rounding, rounding_certificate
from comity.checks.rule_sums import shapley_by_dividends_of_rules
from comity.coalitions import MAX_GIVEN_TABLE_PLAYERS, members
from comity.declaration import declare
from comity.errors import ComityError, InvalidEvidence, TooManyPlayers
from comity.games.coalitional.base import Game
from comity.games.coalitional.nested_parts import NestedSum
from comity.games.coalitional.rules import RuleSum
from comity.games.coalitional.table import TableGame

# Beyond these, the worths take minutes unless they are given; where the model states its dividends, their sum is shorter sooner.
MAX_CHECKED_PLAYERS = 22
MAX_CHECKED_PLAYERS_WITH_DIVIDENDS = 15


@declare("check", "Each amount is the player's average contribution over all orders", confirms=("shapley_value",))
def check_shapley_value(game: Game, x: Sequence[Any], witness: Mapping[str, Any] | None = None) -> Certificate:
    """x_i = sum over S without i of s! (n - s - 1)! / n! (v(S + i) - v(S)), compared exactly.

    With more players than a table allows, a model that knows its dividends or those of its dual is checked by their potential,
    x_i = P(N) - P(N - i) with P(S) = sum of d(T) / |T| over T in S (Hart & Mas-Colell 1989); the witness says so.  With hundreds
    of players, a sum of symmetric games on nested sets is checked by the differences of neighbours and efficiency; a sum of rules
    by their dividends, those of one size together.  The margin is minus the largest difference.
    ``{"rounded_to": "1/1000"}`` in the witness says that amounts are rounded, and by how much they may be off.

    Examples
    --------
    >>> from comity.games.coalitional.table import TableGame
    >>> bool(check_shapley_value(TableGame(None, [0, 1, 2, 5]), [2, 3]))
    True
    """
    if game.n > MAX_CHECKED_PLAYERS_WITH_DIVIDENDS and isinstance(game, RuleSum):
        rules = game.marginal_rules()
        return _compare(
            game,
            x,
            witness,
            "the Shapley value",
            "check_shapley_value",
            lambda game: Right(shapley_by_dividends_of_rules(rules, game.n)),
            None,
            needs_table=False,
        )
    if game.n > FEW_PLAYERS and isinstance(game, NestedSum):
        return check_shapley_by_parts(game, game.nested_parts(), x, "check_shapley_value", read_rounding(witness))
    return _compare(game, x, witness, "the Shapley value", "check_shapley_value", _shapley, lambda size: size)


@declare("check", "Each amount is the player's average contribution over all coalitions", confirms=("banzhaf_value",))
def check_banzhaf_value(game: Game, x: Sequence[Any], witness: Mapping[str, Any] | None = None) -> Certificate:
    """x_i = 2**(1 - n) times the sum over S without i of v(S + i) - v(S), compared exactly.

    Examples
    --------
    >>> from comity.games.coalitional.voting import VotingGame
    >>> bool(check_banzhaf_value(VotingGame((1, 1, 1), 2), ["1/2", "1/2", "1/2"]))
    True
    """
    return _compare(game, x, witness, "the Banzhaf value", "check_banzhaf_value", _banzhaf, lambda size: 2 ** (size - 1))


@declare("check", "The amounts are in proportion to the Banzhaf value and efficient", confirms=("normalized_banzhaf_value",))
def check_normalized_banzhaf_value(game: Game, x: Sequence[Any], witness: Mapping[str, Any] | None = None) -> Certificate:
    """x = Banzhaf value times v(N) / (sum of the Banzhaf values), compared exactly."""

    def normalized(game: Game) -> Right:
        value, radius, within = _banzhaf(game)
        total = sum(value, Fraction(0))
        if total == 0 and any(value):
            raise InvalidEvidence("the Banzhaf values add up to 0, so that no multiple of them is efficient")
        worth = game.exact(game.grand_coalition)
        if not total:
            return Right(value)
        if abs(total) <= 2 * game.n * within:
            raise InvalidEvidence("the Banzhaf values add up to 0 as far as doubles tell; write the worths with 12 decimals")
        # A quotient moves by no more than numerator and denominator move it together; the denominator stays above half.
        spread = abs(worth / total) * (1 + game.n * max(map(abs, value)) / abs(total)) * 2
        return Right([amount * worth / total for amount in value], radius * spread, within * spread)

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
        game,
        x,
        witness,
        claim,
        "check_weighted_shapley_value",
        lambda game: Right(_weighted_by_potential(game, weights)),
        None,
        quick=False,
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
        lambda game: Right([game.exact(game.grand_coalition) / game.n] * game.n),
        None,
        needs_table=False,
    )


def _compare(
    game: Game,
    x: Sequence[Any],
    witness: Mapping[str, Any] | None,
    what: str,
    check: str,
    formula: Callable[[Game], Right],
    divisor: Callable[[int], int] | None,
    *,
    needs_table: bool = True,
    quick: bool = True,
) -> Certificate:
    game, kept = settled(game, witness)
    amounts = exact_amounts(game, x)
    claim = f"the amounts are {what}"
    right, route = None, {}
    if needs_table and divisor and game.n > MAX_CHECKED_PLAYERS_WITH_DIVIDENDS:
        stated = _by_potential(game, divisor)
        right = None if stated is None else Right(stated)
        route = {"formula": "potential of the dividends that the model states"}
    most_players = MAX_GIVEN_TABLE_PLAYERS if quick and isinstance(game, TableGame) else MAX_CHECKED_PLAYERS
    if right is None and needs_table and game.n > most_players:
        reason = f"{game.n} players are more than the {most_players} for whom this is worked out again here"
        return Certificate(claim, Verdict.UNDECIDED, basis=Basis.ASSUMED, witness={"reason": reason, **kept}, check=check)
    if right is None:
        right, route = formula(game), {}
    gaps = [abs(amount - value) for amount, value in zip(amounts, right.amounts, strict=True)]
    rounding = read_rounding(witness)
    if rounding is not None:
        return rounding_certificate(claim, check, game.players, [gap + right.radius for gap in gaps], rounding, {**route, **kept})
    worst = max(range(game.n), key=gaps.__getitem__)
    if right.within:
        return _enclosed(game, claim, check, right, gaps, worst, {**route, **kept})
    found = {} if gaps[worst] == 0 else {"player": game.players[worst], "amount": rational.text(right.amounts[worst])}
    return Certificate(claim, holds_if(gaps[worst] == 0), margin=-gaps[worst], witness={**found, **route, **kept}, check=check)


def _enclosed(
    game: Game, claim: str, check: str, right: Right, gaps: Sequence[Fraction], worst: int, kept: Mapping[str, Any]
) -> Certificate:
    """Whether the amounts are right up to what doubles of many digits allow."""
    margin = right.within - right.radius - gaps[worst]
    refuted = gaps[worst] - right.radius > right.within
    found = {} if margin >= 0 else {"player": game.players[worst], "amount": rational.text(right.amounts[worst])}
    return Certificate(
        f"{claim}, up to the error that doubles of many digits leave",
        Verdict.HOLDS if margin >= 0 else Verdict.FAILS if refuted else Verdict.UNDECIDED,
        margin=margin,
        basis=Basis.ENCLOSED,
        witness={"within": rational.text(right.within), **found, **kept},
        check=check,
    )


def error_bound(certificate: Certificate) -> dict[str, Any]:
    """The note of a result whose amounts are enclosed, not exact: how far from the truth they may be."""
    within = certificate.witness.get("within")
    return {} if within is None else {"error_bound": rational.exact(within, "the error bound")}


class Right(NamedTuple):
    """The right amounts up to ``radius``, and up to what a solver is held to; both are 0 where all is exact."""

    amounts: list[Fraction]
    radius: Fraction = Fraction(0)
    within: Fraction = Fraction(0)


def _shapley(game: Game) -> Right:
    n = game.n
    unit = lcm(*range(1, n + 1))
    # p_s / (p_(s-1) + p_s) = s / n for s < n: what counts against strangers is an n-th of what counts for each member.
    return _by_complements(
        game,
        [unit // (n * comb(n - 1, s)) for s in range(n)],
        unit,
        lambda sums, everybody: Fraction(sum(sums), n) - everybody * unit // n,
    )


def _banzhaf(game: Game) -> Right:
    # The last player is in every S that is read, each of which counts twice, and only the coalition of all once.
    return _by_complements(game, [1] * game.n, 1 << game.n - 1, lambda sums, everybody: Fraction(sums[-1] - everybody, 2))


def _by_complements(game: Game, weight: Sequence[int], total: int, against: Callable[[list[int], int], Fraction]) -> Right:
    """The sum of p_(s-1) (v(S) - v(N - S)) over S with i, with p = weight / total the same from both ends.

    Each coalition stands against its complement, which is without i: p_(s-1) = p_(n-s) weighs both.  Read at the
    coalitions of the last player only, S - or its complement - counts p_(s-1) for its members and -p_s for the others:
    p_(s-1) + p_s for its members, less what ``against`` says of these sums and of v(N) - v(0).
    """
    weights = [a + b for a, b in zip([0, *weight], [*weight, 0], strict=True)]
    # |v(S) - v(N - S)| is at most twice the largest worth, and half of the coalitions are read.
    heaviest = sum(comb(game.n, s) * w for s, w in enumerate(weights))
    doubles = game.doubles
    if doubles is not None:
        # |v(S) - v(N - S)| times the factor is below 2**51; the sum over S with i of p_(s-1) is 1, so that an amount is
        # wrong by no more than a difference is: the decimals by 2 * 2**-53 of the largest worth, their difference rounded
        # by as much again, and half a unit, 8 * 2**-53.  An estimate is a sum of at most 2**14 terms after each other.
        if (heaviest << 51 + 14 - 53) + 2 * heaviest >= 1 << 61:
            raise TooManyPlayers(f"the worths of {game.n} players cannot be added up in one pass; round them to 12 decimals")
        exponent = 50 - frexp(doubles.largest)[1]
        remainders, guesses = member_sums(doubles.worths, 2.0**exponent, weights)
        sums = [a + (round((Fraction(b) - a) / 2**64) << 64) for a, b in zip(remainders, guesses or (), strict=True)]
        everybody = round(float(doubles.worths[-1] - doubles.worths[0]) * 2.0**exponent)
        unit = total * Fraction(2) ** exponent
        largest = Fraction(doubles.largest)
        radius, within = largest * 12 / 2**53, largest / 2**47
    else:
        table = game.integer_table
        sums = _exact_sums(table.numerators, table.largest, 2 * heaviest, weights)
        everybody = int(table.numerators[-1]) - int(table.numerators[0])
        unit, radius, within = Fraction(total * table.denominator), Fraction(0), Fraction(0)
    less = against(sums, everybody)
    return Right([(a - less) / unit for a in sums], radius, within)


def _exact_sums(worths: NDArray[Any], largest: int, most: int, weights: Sequence[int]) -> list[int]:
    """`member_sums` without wrapping around: of the whole worths, or of their low digits and of the rest."""
    if most * max(largest, 1) < 1 << 63:
        return member_sums(worths.astype(np.int64, copy=False), None, weights)[0]
    bits = 63 - most.bit_length()
    low = np.asarray(worths & ((1 << bits) - 1)).astype(np.int64, copy=False)
    lower = member_sums(low, None, weights)[0]
    higher = _exact_sums(np.asarray(worths >> bits), (largest >> bits) + 1, most, weights)
    return [a + (b << bits) for a, b in zip(lower, higher, strict=True)]


def _by_potential(game: Game, divisor: Callable[[int], int]) -> list[Fraction] | None:
    """P(N) - P(N - i) with P the sum of dividends over ``divisor(size)``; both values are the same for the dual game."""
    model = type(game)
    if model.dual_dividends is not Game.dual_dividends:
        dividends, dual = game.dual_dividends(), True
    elif model.dividends is not Game.dividends:
        dividends, dual = game.dividends(), False
    else:
        return None
    # In integers over one denominator; what P loses without i are the shares of the coalitions of i.
    unit = lcm(*(divisor(S.bit_count()) * dividend.denominator for S, dividend in dividends.items()))
    _require_the_same_worths(game, dividends, dual)
    lost = [0] * game.n
    for S, dividend in dividends.items():
        share = dividend.numerator * (unit // (divisor(S.bit_count()) * dividend.denominator))
        for i in members(S):
            lost[i] += share
    return [Fraction(amount, unit) for amount in lost]


def _require_the_same_worths(game: Game, dividends: Mapping[int, Fraction], dual: bool) -> None:
    """The stated dividends give the worth of all, of each alone, and of all but one; a slip in a model shows here."""
    everybody = game.grand_coalition
    grand = game.exact(everybody)
    total, lost = Fraction(0), [Fraction(0)] * game.n
    for S, dividend in dividends.items():
        total += dividend
        for i in members(S):
            lost[i] += dividend
    stated = {everybody: total}
    stated |= {1 << i: dividends.get(1 << i, Fraction(0)) for i in range(game.n)}
    stated |= {everybody ^ 1 << i: total - lost[i] for i in range(game.n)}
    for S, amount in stated.items():
        worth = game.exact(S) if not dual else grand - game.exact(everybody ^ S)
        if worth != amount:
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
