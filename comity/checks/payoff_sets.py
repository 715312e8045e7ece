"""Confirming that an allocation is in one of the sets around the core, and the bounds that some of them are made of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

from comity import rational
from comity.certificate import Certificate, Verdict, holds_if
from comity.checks.contributions import largest_excess_with_each, least_and_most_added
from comity.checks.core import exact_amounts, settled
from comity.coalitions import label, members
from comity.declaration import declare
from comity.errors import InvalidEvidence
from comity.games.coalitional.base import Game


@declare("check", "The amounts add up, and nobody would rather be alone", reference="von Neumann & Morgenstern (1944)")
def check_imputation(game: Game, x: Sequence[Any], witness: Mapping[str, Any] | None = None) -> Certificate:
    """x(N) = v(N) and x_i >= v(i) (x_i <= c(i) in a cost game); the margin is minus what is violated, or what is to spare.

    Examples
    --------
    >>> from comity.games.coalitional.table import TableGame
    >>> check_imputation(TableGame(["A", "B"], [0, 1, 2, 5]), [4, 1]).witness["reason"]
    'B would get 1 more alone'
    """
    game, kept = settled(game, witness)
    spare = [-game.excess(1 << i, amounts) for amounts in (exact_amounts(game, x),) for i in range(game.n)]
    reasons = [
        f"{name} would {'get' if game.sign > 0 else 'pay'} {rational.short(abs(gap))} {'more' if game.sign > 0 else 'less'} alone"
        for name, gap in zip(game.players, spare, strict=True)
    ]
    return _within(game, x, spare, reasons, "the allocation is an imputation", "check_imputation", kept)


@declare("check", "The amounts add up, between minimal rights and utopia payoffs", reference="Tijs & Lipperts (1982)")
def check_in_core_cover(game: Game, x: Sequence[Any], witness: Mapping[str, Any] | None = None) -> Certificate:
    """x(N) = v(N) and m_i <= x_i <= M_i (M_i <= x_i <= m_i in a cost game); the core is a subset.

    Examples
    --------
    >>> from comity.games.coalitional.table import TableGame
    >>> bool(check_in_core_cover(TableGame(["A", "B", "C"], [0, 0, 0, 60, 0, 80, 20, 120]), [70, 20, 30]))
    True
    """
    game, kept = settled(game, witness)
    most = utopia_of(game)
    bounds = list(zip(rights_of(game, most), most, strict=True))
    named = ("the minimal right", "the utopia payoff")
    return _between(game, x, bounds, named, "the allocation is in the core cover", "check_in_core_cover", kept)


@declare(
    "check",
    "The amounts add up, between the least and the most each adds to a coalition",
    reference="Milnor (1952); Gerard-Varet & Zamir (1987)",
)
def check_in_reasonable_set(game: Game, x: Sequence[Any], witness: Mapping[str, Any] | None = None) -> Certificate:
    """x(N) = v(N), and x_i is between the least and the most that i adds to a coalition: reasonable from both sides.

    Examples
    --------
    >>> from comity.games.coalitional.table import TableGame
    >>> bool(check_in_reasonable_set(TableGame(["A", "B"], [0, 1, 2, 5]), [3, 2]))
    True
    """
    game, kept = settled(game, witness)
    bounds = [(least, most) if game.sign > 0 else (most, least) for least, most in least_and_most_added(game)]
    named = ("the least contribution", "the greatest contribution")
    return _between(game, x, bounds, named, "the allocation is in the reasonable set", "check_in_reasonable_set", kept)


@declare("check", "No coalition would gain more than epsilon by leaving", reference="Shapley & Shubik (1966)")
def check_in_epsilon_core(
    game: Game, x: Sequence[Any], witness: Mapping[str, Any] | None = None, *, epsilon: Any = None, weak: bool = False
) -> Certificate:
    """x(N) = v(N) and no coalition but everybody has an excess of more than epsilon, or in the weak form epsilon for each member.

    ``epsilon`` and ``weak`` may come from the witness.  The margin is the least that a coalition has to spare, or minus what one
    exceeds; the witness names that coalition.

    Examples
    --------
    >>> from comity.games.coalitional.table import TableGame
    >>> majority = TableGame(None, [0, 0, 0, 1, 0, 1, 1, 1])
    >>> thirds = ["1/3", "1/3", "1/3"]
    >>> bool(check_in_epsilon_core(majority, thirds, epsilon="1/3"))
    True
    >>> check_in_epsilon_core(majority, thirds, epsilon="1/6", weak=True).margin
    Fraction(0, 1)
    """
    game, kept = settled(game, witness)
    stated = dict(witness or {})
    if epsilon is None and "epsilon" not in stated:
        raise InvalidEvidence("there is no epsilon; give the largest excess that a coalition may have")
    allowed = rational.exact(stated["epsilon"] if epsilon is None else epsilon, "epsilon")
    per_member = weak or stated.get("weak") is True
    amounts = exact_amounts(game, x)
    kept = {"epsilon": rational.text(allowed), "weak": per_member, **kept}
    excess = game.excesses(amounts)
    proper = range(1, game.grand_coalition)
    spare = [allowed * (S.bit_count() if per_member else 1) - excess[S] for S in proper]
    reasons = [f"the excess of {label(game.players, S)} is {rational.short(excess[S])}" for S in proper]
    claim = f"the allocation is in the {'weak' if per_member else 'strong'} epsilon-core"
    return _within(game, amounts, spare, reasons, claim, "check_in_epsilon_core", kept)


@declare("check", "Each amount is what everybody would lose without the player", confirms=("utopia_payoffs",))
def check_utopia_payoffs(game: Game, x: Sequence[Any], witness: Mapping[str, Any] | None = None) -> Certificate:
    """x_i = v(N) - v(N without i); the margin is minus the largest difference."""
    game, kept = settled(game, witness)
    return _equal(game, x, utopia_of(game), "these are the utopia payoffs", "check_utopia_payoffs", kept)


@declare(
    "check",
    "Each amount is what is left in the best coalition that gives the others their utopia payoffs",
    confirms=("minimal_rights",),
    reference="Tijs (1981)",
)
def check_minimal_rights(game: Game, x: Sequence[Any], witness: Mapping[str, Any] | None = None) -> Certificate:
    """x_i = the largest v(S) - M(S without i) over S with i (the smallest in a cost game); minus the largest difference."""
    game, kept = settled(game, witness)
    return _equal(game, x, rights_of(game, utopia_of(game)), "these are the minimal rights", "check_minimal_rights", kept)


@declare(
    "check",
    "The allocation is an average of marginal vectors, or is not",
    reference="Weber (1988)",
)
def check_weber_set(game: Game, x: Sequence[Any], witness: Mapping[str, Any]) -> Certificate:
    """x is in the Weber set by ``witness["orders"]``, or is not by ``witness["prices"]``.

    ``orders`` are pairs (players in order, weight) with weights above 0 that add up to 1: x is the average of what each adds
    when they join in these orders.  ``prices``, one for each player, prove the contrary if they value x more than the marginal
    vector of any order; the dearest order is found by looking once at each coalition.  UNDECIDED if neither is proved.

    Examples
    --------
    >>> from comity.games.coalitional.table import TableGame
    >>> game = TableGame(["A", "B"], [0, 1, 2, 5])
    >>> bool(check_weber_set(game, [2, 3], {"orders": [[["A", "B"], "1/2"], [["B", "A"], "1/2"]]}))
    True
    >>> check_weber_set(game, [0, 5], {"prices": [0, 1]}).verdict.value
    'FAILS'
    """
    game, kept = settled(game, witness)
    amounts = exact_amounts(game, x)
    claim, name = "the allocation is in the Weber set", "check_weber_set"
    table = game.exact_table()
    if "prices" in witness:
        prices = exact_amounts(game, witness["prices"])
        worth = sum((p * a for p, a in zip(prices, amounts, strict=True)), Fraction(0))
        margin = worth - _dearest(table, prices)
        shown = {"prices": [rational.text(p) for p in prices], **kept}
        return Certificate(claim, Verdict.FAILS if margin > 0 else Verdict.UNDECIDED, -margin, witness=shown, check=name)
    try:
        orders = [([game.players.index(one) for one in order], rational.exact(w, "a weight")) for order, w in witness["orders"]]
    except (KeyError, TypeError, ValueError) as error:
        raise InvalidEvidence(f"the orders cannot be read: {error}; give pairs of all players in order and weight") from None
    average = [Fraction(0)] * game.n
    proper = all(sorted(order) == list(range(game.n)) and w > 0 for order, w in orders) and sum(w for _, w in orders) == 1
    if proper:
        for order, w in orders:
            S = 0
            for i in order:
                average[i] += w * (table[S | 1 << i] - table[S])
                S |= 1 << i
    shown = {"orders": [[[game.players[i] for i in order], rational.text(w)] for order, w in orders], **kept}
    proved = proper and average == list(amounts)
    return Certificate(claim, Verdict.HOLDS if proved else Verdict.UNDECIDED, witness=shown, check=name)


def _dearest(table: Sequence[Fraction], prices: Sequence[Fraction]) -> Fraction:
    """The largest sum of p_i (v(S + i) - v(S)) along an order."""
    best = [Fraction(0)] * len(table)
    for S in range(1, len(table)):
        best[S] = max(best[S ^ 1 << i] + prices[i] * (table[S] - table[S ^ 1 << i]) for i in members(S))
    return best[-1]


def utopia_of(game: Game) -> list[Fraction]:
    """What everybody would lose without each player."""
    return [game.exact(game.grand_coalition) - game.exact(game.grand_coalition ^ 1 << i) for i in range(game.n)]


def rights_of(game: Game, most: Sequence[Fraction]) -> list[Fraction]:
    """What is left for each player in the best coalition that gives the others ``most``."""
    best = largest_excess_with_each(game, most)
    return [amount + game.sign * excess for amount, excess in zip(most, best, strict=True)]


def _between(
    game: Game,
    x: Sequence[Any],
    bounds: Sequence[tuple[Fraction, Fraction]],
    named: tuple[str, str],
    claim: str,
    check: str,
    kept: Mapping[str, Any],
) -> Certificate:
    """Each amount between a bound that is worse and one that is better for the player."""
    amounts = exact_amounts(game, x)
    spare, reasons = [], []
    for name, amount, (worse, better) in zip(game.players, amounts, bounds, strict=True):
        spare += [game.sign * (amount - worse), game.sign * (better - amount)]
        reasons += [f"{bound} of {name} is {rational.short(at)}" for bound, at in zip(named, (worse, better), strict=True)]
    return _within(game, amounts, spare, reasons, claim, check, kept)


def _within(
    game: Game,
    x: Sequence[Any],
    spare: Sequence[Fraction],
    reasons: Sequence[str],
    claim: str,
    check: str,
    kept: Mapping[str, Any],
) -> Certificate:
    """Efficient, and nothing of what is to spare is negative; the witness says where there is least."""
    amounts = exact_amounts(game, x)
    gap = abs(sum(amounts) - game.exact(game.grand_coalition))
    if gap:
        reason = "the amounts do not add up to the worth of all players together"
        return Certificate(claim, Verdict.FAILS, -Fraction(gap), witness={"reason": reason, **kept}, check=check)
    if not spare:
        return Certificate(claim, Verdict.HOLDS, witness=kept, check=check)
    k = min(range(len(spare)), key=spare.__getitem__)
    shown = {"reason": reasons[k]} if spare[k] < 0 else {}
    return Certificate(claim, holds_if(spare[k] >= 0), spare[k], witness={**shown, **kept}, check=check)


def _equal(
    game: Game, x: Sequence[Any], right: Sequence[Fraction], claim: str, check: str, kept: Mapping[str, Any]
) -> Certificate:
    gaps = [abs(a - b) for a, b in zip(exact_amounts(game, x), right, strict=True)]
    return Certificate(claim, holds_if(not any(gaps)), -max(gaps), witness=kept, check=check)
