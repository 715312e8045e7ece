"""Confirming compromise values: efficient, and on the line between two bounds that are worked out from the gap function."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

from comity import rational
from comity.certificate import Basis, Certificate, Verdict, holds_if
from comity.checks.comparison import most_with_a_table
from comity.checks.contributions import largest_excess_with_each, least_and_most_added
from comity.checks.core import exact_amounts, settled
from comity.coalitions import mask_of, members, names_of
from comity.declaration import declare
from comity.errors import InvalidEvidence
from comity.games.coalitional.base import Game


@declare("check", "All have the same propensity to disrupt", reference="Gately (1974)", confirms=("gately_point",))
def check_gately_point(game: Game, x: Sequence[Any], witness: Mapping[str, Any] | None = None) -> Certificate:
    """(x_i - v(i)) C = (M_i - v(i)) (v(N) - sum of v(j)), with M_i = v(N) - v(N - i) and C the sum of all M_j - v(j).

    Then what the others lose over what i loses if i leaves, (M_i - x_i) / (x_i - v(i)), is the same for all.

    Examples
    --------
    >>> from comity.games.coalitional.table import TableGame
    >>> bool(check_gately_point(TableGame(None, [0, 1, 2, 5]), [2, 3]))
    True
    """
    game, kept = settled(game, witness)
    alone = [game.exact(1 << i) for i in range(game.n)]
    return _on_the_line(
        game, x, "the Gately point", "check_gately_point", alone, _additions(game), kept, gately_refusal(game) is not None
    )


@declare("check", "The game has no Gately point that is an imputation", reference="Staudacher & Anwander (2019)")
def check_no_gately_point(game: Game, x: None, witness: Mapping[str, Any] | None = None) -> Certificate:
    """The players alone are worth more than together, or it is worth more but the M_i - v(i) are all 0 or of both signs."""
    game, kept = settled(game, witness)
    reason = gately_refusal(game)
    return Certificate(
        "the game has no Gately point that is an imputation",
        holds_if(reason is not None),
        witness={**({"reason": reason} if reason else {}), **kept},
        check="check_no_gately_point",
    )


@declare("check", "The amounts are the tau value", reference="Driessen & Tijs (1985)", confirms=("tau_value",))
def check_tau_value(game: Game, x: Sequence[Any], witness: Mapping[str, Any] | None = None) -> Certificate:
    """x = M - t L, efficient, with L_i = least gap M(S) - v(S) of a coalition of i; no gap is negative and g(N) <= L(N).

    Examples
    --------
    >>> from comity.games.coalitional.table import TableGame
    >>> bool(check_tau_value(TableGame(None, [0, 1, 2, 5]), [2, 3]))
    True
    """
    game, kept = settled(game, witness)
    if game.n > most_with_a_table(game):
        return _too_many(game, "the amounts are the tau value", "check_tau_value", kept)
    most = _additions(game)
    # A coalition's gap M(S) - v(S) is minus its excess at M; that of the empty one is 0.
    concession = [-excess for excess in largest_excess_with_each(game, most)]
    refused = min(concession) < 0 or -game.excess(game.grand_coalition, most) > sum(concession)
    least = [a - game.sign * c for a, c in zip(most, concession, strict=True)]
    return _on_the_line(game, x, "the tau value", "check_tau_value", least, most, kept, refused)


@declare("check", "The game is not quasi-balanced", reference="Driessen & Tijs (1985)")
def check_not_quasi_balanced(game: Game, x: None, witness: Mapping[str, Any]) -> Certificate:
    """A coalition with a negative gap M(S) - v(S), or one for each player with gaps that add up to less than that of all.

    ``witness["coalitions"]`` names that one coalition, or one with player i in it for each i.

    Examples
    --------
    >>> from comity.games.coalitional.voting import VotingGame
    >>> bool(check_not_quasi_balanced(VotingGame((1, 1, 1), 2), None, {"coalitions": [["1", "2", "3"]]}))
    True
    """
    game, kept = settled(game, witness)
    chosen = [mask_of(game.players, names) for names in witness["coalitions"]]
    most = _additions(game)

    def gap(S: int) -> Fraction:
        return game.sign * (sum((most[i] for i in members(S)), Fraction(0)) - game.exact(S))

    total = sum((gap(S) for S in chosen), Fraction(0))
    one = len(chosen) == 1 and total < 0
    each = len(chosen) == game.n and all(S >> i & 1 for i, S in enumerate(chosen)) and total < gap(game.grand_coalition)
    return Certificate(
        "the game is not quasi-balanced",
        holds_if(one or each),
        witness={"coalitions": [names_of(game.players, S) for S in chosen], "gaps": rational.text(total), **kept},
        check="check_not_quasi_balanced",
    )


@declare("check", "The amounts are the chi value", reference="Bergantiños & Massó (1996)", confirms=("chi_value",))
def check_chi_value(game: Game, x: Sequence[Any], witness: Mapping[str, Any] | None = None) -> Certificate:
    """x is efficient and on the line from the worths alone to the largest contributions to any coalition.

    Examples
    --------
    >>> from comity.games.coalitional.table import TableGame
    >>> bool(check_chi_value(TableGame(None, [0, 1, 2, 5]), [2, 3]))
    True
    """
    game, kept = settled(game, witness)
    if game.n > most_with_a_table(game):
        return _too_many(game, "the amounts are the chi value", "check_chi_value", kept)
    highest = [most if game.sign > 0 else least for least, most in least_and_most_added(game)]
    alone = [game.exact(1 << i) for i in range(game.n)]
    refused = game.sign * (game.exact(game.grand_coalition) - sum(alone)) < 0
    return _on_the_line(game, x, "the chi value", "check_chi_value", alone, highest, kept, refused)


@declare("check", "The players are worth more alone than together")
def check_not_essential(game: Game, x: None, witness: Mapping[str, Any] | None = None) -> Certificate:
    """sum of v(i) > v(N) (for costs: <), so that there is no imputation; the margin is the difference."""
    game, kept = settled(game, witness)
    margin = game.sign * (sum((game.exact(1 << i) for i in range(game.n)), Fraction(0)) - game.exact(game.grand_coalition))
    return Certificate(
        "the players are better off alone than together",
        holds_if(margin > 0),
        margin=margin,
        witness=kept,
        check="check_not_essential",
    )


def gately_refusal(game: Game) -> str | None:
    """Why the game has no Gately point, or None."""
    alone = [game.exact(1 << i) for i in range(game.n)]
    surplus = game.sign * (game.exact(game.grand_coalition) - sum(alone, Fraction(0)))
    if surplus < 0:
        return "the players are better off alone than together"
    if surplus == 0:
        return None
    room = [most - least for most, least in zip(_additions(game), alone, strict=True)]
    if not any(room):
        return "everybody adds to all others just what they are worth alone, but together there is more"
    if min(room) < 0 < max(room):
        return "some add more to all others than they are worth alone and some less"
    return None


def _additions(game: Game) -> list[Fraction]:
    """M_i = v(N) - v(N - i)."""
    everybody = game.grand_coalition
    return [game.exact(everybody) - game.exact(everybody ^ 1 << i) for i in range(game.n)]


def _on_the_line(
    game: Game,
    x: Sequence[Any],
    what: str,
    check: str,
    low: Sequence[Fraction],
    high: Sequence[Fraction],
    kept: Mapping[str, Any],
    refused: bool,
) -> Certificate:
    """Efficient, and x - low in proportion to high - low."""
    if refused:
        raise InvalidEvidence(f"the game is of a kind for which {what} is not defined")
    amounts = exact_amounts(game, x)
    room = [b - a for a, b in zip(low, high, strict=True)]
    taken = [amount - a for amount, a in zip(amounts, low, strict=True)]
    whole, total = sum(room, Fraction(0)), game.exact(game.grand_coalition) - sum(low, Fraction(0))
    # Nothing but low itself is left where there is no room at all.
    wrong = [i for i in range(game.n) if (taken[i] * whole != room[i] * total if whole else taken[i] != 0)]
    gap = abs(sum(taken, Fraction(0)) - total)
    return Certificate(
        f"the amounts are {what}",
        holds_if(not wrong and gap == 0),
        margin=-gap,
        witness={**({"player": game.players[wrong[0]]} if wrong else {}), **kept},
        check=check,
    )


def _too_many(game: Game, claim: str, check: str, kept: Mapping[str, Any]) -> Certificate:
    reason = f"{game.n} players are more than the {most_with_a_table(game)} whose coalitions are looked at here"
    return Certificate(claim, Verdict.UNDECIDED, basis=Basis.ASSUMED, witness={"reason": reason, **kept}, check=check)
