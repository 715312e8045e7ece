"""The Dutta-Ray solution: as equal as the claims of coalitions allow, in a convex game."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from comity.checks.egalitarian import check_dutta_ray_solution, check_not_convex
from comity.coalitions import members, names_of, subsets
from comity.declaration import declare
from comity.errors import OutsideDomain
from comity.games.coalitional.base import Game
from comity.results import Allocation


@declare(
    "concept",
    "The most equal point of the core of a convex game (constrained egalitarian)",
    area="benefit_distribution",
    claims=(
        "efficient",
        "symmetric",
        "anonymous",
        "null_player",
        "dummy_player",
        "desirability",
        "homogeneous",
        "in_core",
        "individually_rational",
    ),
    reference="Dutta & Ray (1989)",
    certificate="check_dutta_ray_solution",
)
def dutta_ray_solution(game: Game) -> Allocation:
    """The point of the core of a convex gain game (concave cost game) that Lorenz-dominates all others.

    The largest coalition with the highest worth per head takes that, each member the same; then the same with what coalitions
    of the others add to it, and so on.  A game that is not convex raises `OutsideDomain` with two coalitions that prove it.

    References
    ----------
    Dutta, B. & Ray, D. (1989). A concept of egalitarianism under participation constraints.

    Examples
    --------
    >>> from comity.games.coalitional.table import TableGame
    >>> dutta_ray_solution(TableGame(None, [0, 0, 0, 8, 0, 0, 0, 10])).amounts.tolist()
    [4.0, 4.0, 2.0]
    """
    table, denominator = game.scaled_table
    worth = [game.sign * w for w in table]
    pair = _decreasing_return(worth, game.n)
    if pair is not None:
        names = [names_of(game.players, S) for S in pair]
        kind = "convex" if game.sign > 0 else "concave"
        raise OutsideDomain(
            f"the Dutta-Ray solution needs a {kind} game, and {names[0]} and {names[1]} prove that it is not; use nucleolus",
            check_not_convex(game, None, {"coalitions": names, **game.evidence()}),
        )
    x = [Fraction(0)] * game.n
    served = 0
    while served != game.grand_coalition:
        # In a convex game the union of two best coalitions is one, too, so the largest is unique.
        best, head = 0, Fraction(0)
        for S in subsets(game.grand_coalition ^ served):
            if S:
                each = Fraction(worth[served | S] - worth[served], S.bit_count())
                if not best or each > head or (each == head and S.bit_count() > best.bit_count()):
                    best, head = S, each
        for i in members(best):
            x[i] = game.sign * head / denominator
        served |= best
    return Allocation("dutta_ray_solution", game.players, tuple(x), check_dutta_ray_solution(game, x, game.evidence()))


def _decreasing_return(worth: Sequence[int], n: int) -> tuple[int, int] | None:
    """Two coalitions worth more than their union and their intersection, or None if the game is convex."""
    for S in range(len(worth)):
        for j in range(n):
            for i in range(j):
                a, b = S | 1 << i, S | 1 << j
                if not S & (1 << i | 1 << j) and worth[a] + worth[b] > worth[a | b] + worth[S]:
                    return a, b
    return None
