"""The least money that has to change hands to reach the core."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

from comity import rational
from comity.checks.core import check_least_transfer, exact_amounts
from comity.coalitions import named_numbers, names_of
from comity.declaration import declare
from comity.errors import ComityError, SolverFailure
from comity.games.coalitional.base import Game
from comity.linear_programme import LinearProgramme
from comity.results import Allocation
from comity.solvers.core.coalition_rows import ONE, IntegerGame, optimise
from comity.solvers.core.core_point import require_core


@declare(
    "property",
    "The point of the core reached with the least transfer",
    area="benefit_distribution",
    reference="Gillies (1959)",
    certificate="check_least_transfer",
)
def least_transfer_to_core(game: Game, x: Sequence[Any] | Mapping[str, Any]) -> Allocation:
    """The core allocation x' with the least total transfer, sum |x'_i - x_i| / 2, from the allocation x.

    Parameters
    ----------
    game : Game
    x : amounts by player, or {player: amount}
        Efficient: a transfer only moves money between players.

    Returns
    -------
    Allocation
        x', with ``notes["transfer"]`` the total that changes hands and ``notes["receives"]`` what each player gets
        (negative: gives); the certificate's dual proves that less does not suffice.

    Raises
    ------
    EmptyCore
        If there is no core to reach.

    Examples
    --------
    >>> from comity.games.coalitional.table import TableGame
    >>> repaired = least_transfer_to_core(TableGame(["A", "B"], [0, 1, 2, 5]), [0, 5])
    >>> repaired.amounts.tolist(), repaired.notes["transfer"]
    ([1.0, 4.0], Fraction(1, 1))
    """
    start = exact_amounts(game, named_numbers(x, game.players, "an amount")[1])
    together = game.exact(game.grand_coalition)
    if sum(start) != together:
        raise ComityError(
            f"the amounts add up to {rational.short(Fraction(sum(start)))}, but all players together are worth "
            f"{rational.short(together)}; moving money cannot reach the core from there, start from an efficient allocation"
        )
    require_core(game)
    best, grand, weights = _nearest(IntegerGame.of(game), start)
    witness = {
        "start": start,
        "weights": [[names_of(game.players, S), rational.text(w)] for S, w in weights.items()],
        "grand": grand,
        **game.evidence(),
    }
    certificate = check_least_transfer(game, best, witness)
    if not certificate:
        raise SolverFailure("the least transfer found was not confirmed; please report the game")
    receives = {name: a - b for name, a, b in zip(game.players, best, start, strict=True)}
    transfer = sum(map(abs, receives.values()), Fraction(0)) / 2
    return Allocation(
        "least_transfer_to_core", game.players, tuple(best), certificate, notes={"transfer": transfer, "receives": receives}
    )


def _nearest(game: IntegerGame, start: Sequence[Fraction]) -> tuple[list[Fraction], Fraction, dict[int, Fraction]]:
    """Minimise (p + q) / 2 with y = start + p - q in the core; the dual of y(N) and of the coalitions."""
    n, half, zero = game.n, Fraction(1, 2), Fraction(0)
    together = Fraction(game.worths[-1])
    given = tuple(game.sign * game.scale * amount for amount in start)
    moves = tuple({i: ONE, n + i: -ONE, 2 * n + i: ONE} for i in range(n))
    base = LinearProgramme(
        objective=(zero,) * n + (half,) * (2 * n),
        rows=(dict.fromkeys(range(n), ONE), *moves),
        lower=(together, *given),
        upper=(together, *given),
        column_lower=(None,) * n + (zero,) * (2 * n),
        column_upper=(None,) * (3 * n),
    )
    best, pool = optimise(game, base, game.proper, game.alone_and_without())
    weights = {S: w for S, w in zip(pool, best.dual[n + 1 :], strict=True) if w}
    return game.amounts(best.primal[:n]), best.dual[0], weights
