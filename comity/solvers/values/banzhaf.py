"""The Banzhaf value: what a player adds to a coalition drawn at random."""

from __future__ import annotations

from fractions import Fraction

from comity.checks.values import check_banzhaf_value, check_normalized_banzhaf_value, error_bound
from comity.declaration import declare
from comity.errors import ComityError
from comity.games.coalitional.base import Game
from comity.results import Allocation
from comity.solvers.values.sums import enclosed_totals, few_dividends, weighted_totals


@declare(
    "concept",
    "Average contribution over all coalitions",
    area="governance",
    claims=(
        "symmetric",
        "anonymous",
        "null_player",
        "dummy_player",
        "desirability",
        "covariant",
        "additive",
        "self_dual",
        "individually_rational_if_superadditive",
    ),
    reference="Banzhaf (1965); Dubey & Shapley (1979)",
    certificate="check_banzhaf_value",
)
def banzhaf_value(game: Game, normalized: bool = False) -> Allocation:
    """Give each player the average of v(S + i) - v(S) over all coalitions S of the others.

    The amounts need not add up to v(N).  With ``normalized=True`` they are scaled until they do, and the result is
    named ``normalized_banzhaf_value``; it is neither additive nor covariant.  Exact, in integers; a table of more than 2**14
    doubles of many digits gives amounts within 2**-47 of the largest worth, which the certificate proves.

    References
    ----------
    Banzhaf (1965); Dubey, P. & Shapley, L. S. (1979). Mathematical properties of the Banzhaf power index.

    Examples
    --------
    >>> from comity.games.coalitional.voting import VotingGame
    >>> banzhaf_value(VotingGame((2, 1, 1), 3)).amounts.tolist()
    [0.75, 0.25, 0.25]
    """
    x = banzhaf_amounts(game)
    if not normalized:
        certificate = check_banzhaf_value(game, x, game.evidence())
        return Allocation("banzhaf_value", game.players, tuple(x), certificate, notes=error_bound(certificate))
    total = sum(x, Fraction(0))
    if total == 0 and any(x):
        raise ComityError("the Banzhaf values add up to 0, so that no multiple of them is efficient; use normalized=False")
    worth = game.exact(game.grand_coalition)
    scaled = tuple(amount * worth / total if total else Fraction(0) for amount in x)
    certificate = check_normalized_banzhaf_value(game, scaled, game.evidence())
    return Allocation("normalized_banzhaf_value", game.players, scaled, certificate, notes=error_bound(certificate))


def banzhaf_amounts(game: Game) -> list[Fraction]:
    """The amounts alone."""
    n = game.n
    dividends = few_dividends(game)
    if dividends is not None:
        # A unanimity game of s players is won by a member's arrival with probability 2**(1 - s).
        x = [Fraction(0)] * n
        for S, dividend in dividends:
            for i in S:
                x[i] += dividend / 2 ** (len(S) - 1)
        return x
    ones, doubles = [1] * (n + 1), game.doubles
    if doubles is None:
        containing, everywhere = weighted_totals(game.integer_table, ones)
        unit = Fraction(1, game.integer_table.denominator)
    else:
        containing, everywhere, unit = enclosed_totals(game, doubles, ones)
    return [(2 * total - everywhere) * unit / (1 << (n - 1)) for total in containing]
