"""Amounts of thousands of digits, rounded so that they can be written down and confirmed again."""

from __future__ import annotations

from fractions import Fraction

from comity import rational
from comity.checks.confirm import check_for
from comity.checks.rounding import ROUNDED
from comity.declaration import declare
from comity.errors import ComityError
from comity.games.coalitional.base import Game
from comity.results import Allocation

MAX_DECIMALS = 200


@declare("transform", "The same amounts with so many decimals, and the proof that none is further off")
def rounded(game: Game, result: Allocation, decimals: int = 15) -> Allocation:
    """Amounts with so many decimals, none further than 10**-decimals from the exact ones; together what they were together.

    Exact amounts can be too long for a file: those of an airport of n lengths have a denominator like lcm(1, ..., n), of 4,349
    digits for 10,000.  The rounded result says so: its certificate's basis is ENCLOSED, its claim names the bound, and `confirm`
    works the exact amounts out again.  Where all together get the worth of the grand coalition, they still do: units of the last
    decimal go to those who lost most by rounding, among equals to the first, and less than a unit, if any, to who lost least.

    Parameters
    ----------
    game : Game
    result : Allocation
        Of a value that its check works out again, such as Shapley's and Banzhaf's; others are refused.
    decimals : int
        From 0 to 200.

    Examples
    --------
    >>> from comity.games.coalitional.airport import AirportGame
    >>> from comity.solvers.values.shapley import shapley_value
    >>> airport = AirportGame({"A": 10, "B": 20, "C": 40})
    >>> short = rounded(airport, shapley_value(airport), decimals=3)
    >>> [float(x) for x in short.exact], sum(short.exact)
    ([3.334, 8.333, 28.333], Fraction(40, 1))
    >>> short.certificate.basis.value, short.certificate.claim
    ('ENCLOSED', 'the amounts are the Shapley value, none off by more than 0.001')
    """
    if isinstance(decimals, bool) or not isinstance(decimals, int) or not 0 <= decimals <= MAX_DECIMALS:
        raise ComityError(f"{rational.shown(decimals)} decimals are asked for; give a whole number from 0 to {MAX_DECIMALS}")
    if result.players != game.players:
        raise ComityError(
            f"the result is for {rational.shown(list(result.players))}, the game has {rational.shown(list(game.players))}; "
            "give the game of the result"
        )
    check = check_for(result.concept, result.certificate.check)
    if check is None:
        raise ComityError(f"no check confirms {result.concept!r}, so nothing would prove rounded amounts; keep the exact ones")
    unit = Fraction(1, 10**decimals)
    x = _to_units(result.exact, unit, game.exact(game.grand_coalition))
    certificate = check(game, x, {**result.certificate.witness, ROUNDED: rational.text(unit)})
    if ROUNDED not in certificate.witness:
        raise ComityError(
            f"the check of {result.concept!r} compares exact amounts only, so that nothing proves rounded ones; "
            "keep the exact ones"
        )
    if not certificate:
        raise ComityError(
            f"the amounts are not the {result.concept.replace('_', ' ')} of this game: that of "
            f"{certificate.witness.get('player')} is wrong by {certificate.witness.get('wrong_by')}; give the game of the result"
        )
    notes = {**result.notes, "error_bound": unit}
    return Allocation(result.concept, result.players, tuple(x), certificate, result.unit, notes)


def _to_units(exact: tuple[Fraction, ...], unit: Fraction, worth: Fraction) -> list[Fraction]:
    """Each amount rounded down or up to the unit, so that they add up to the worth where they did before."""
    lower = [amount // unit for amount in exact]
    # How much of a unit is lost, to nine decimals: the order is all that counts.
    lost = [(amount / unit - floor) * 10**9 // 1 for amount, floor in zip(exact, lower, strict=True)]
    missing = worth / unit - sum(lower)
    whole = missing // 1
    nearest = [Fraction(floor + (part >= 5 * 10**8)) * unit for floor, part in zip(lower, lost, strict=True)]
    # The parts lost add up to what is missing, up to what their own decimals cut off, where the amounts are efficient.
    if not 0 <= missing * 10**9 - sum(lost) < len(exact):
        return nearest
    most = sorted(range(len(exact)), key=lambda i: -lost[i])
    raised = set(most[:whole])
    x = [(floor + (i in raised)) * unit for i, floor in enumerate(lower)]
    x[most[-1]] += (missing - whole) * unit
    return x
