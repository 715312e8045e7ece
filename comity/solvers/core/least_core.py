"""The least core: the largest dissatisfaction of a coalition as small as possible."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from comity import rational
from comity.checks.core import check_least_core
from comity.coalitions import names_of
from comity.declaration import declare
from comity.errors import SolverFailure
from comity.games.coalitional.base import Game
from comity.linear_programme import LinearProgramme
from comity.results import Allocation
from comity.solvers.core.coalition_rows import ONE, IntegerGame, optimise


@declare(
    "concept",
    "The largest dissatisfaction of a coalition as small as possible",
    area="benefit_distribution",
    claims=(
        "efficient",
        "null_player",
        "dummy_player",
        "in_core_if_nonempty",
        "in_core_if_convex",
        "individually_rational_if_superadditive",
    ),
    reference="Maschler, Peleg & Shapley (1979)",
    certificate="check_least_core",
)
def least_core(game: Game) -> Allocation:
    """One of the allocations whose largest dissatisfaction is as small as possible.

    Minimises ``eps`` subject to ``excess(S) <= eps`` for every proper coalition and ``x(N) = v(N)``.

    Parameters
    ----------
    game : Game
        Its table of 2**n worths is read.

    Returns
    -------
    Allocation
        ``notes["epsilon"]`` is the least largest excess, exactly: positive if the core is empty; None for one
        player, who has nobody to leave with.  The certificate holds dual weights proving it minimal.

    References
    ----------
    Maschler, Peleg & Shapley (1979).

    Examples
    --------
    >>> from comity.games.coalitional.table import TableGame
    >>> majority = TableGame(None, [0, 0, 0, 1, 0, 1, 1, 1])
    >>> least_core(majority).notes["epsilon"]
    Fraction(1, 3)
    """
    best = find_least_core(game)
    witness = {"epsilon": best.epsilon, "weights": best.named(game), **game.evidence()}
    certificate = check_least_core(game, best.x, witness)
    if not certificate:
        raise SolverFailure("the least core found was not confirmed; please report the game")
    return Allocation("least_core", game.players, best.x, certificate, notes={"epsilon": best.epsilon})


@dataclass(frozen=True)
class LeastCore:
    """A point, the least largest excess, and the weights (adding up to 1) of coalitions that prove it."""

    x: tuple[Fraction, ...]
    epsilon: Fraction | None
    weights: dict[int, Fraction]

    def named(self, game: Game) -> list[list[Any]]:
        """The weights as a witness holds them."""
        return [[names_of(game.players, S), rational.text(w)] for S, w in self.weights.items()]


def find_least_core(game: Game) -> LeastCore:
    """The first linear programme of the nucleolus, unconfirmed."""
    integer = IntegerGame.of(game)
    n, together = game.n, Fraction(integer.worths[-1])
    if n == 1:
        return LeastCore(tuple(integer.amounts([together])), None, {})
    base = LinearProgramme(
        objective=(Fraction(0),) * n + (ONE,),
        rows=(dict.fromkeys(range(n), ONE),),
        lower=(together,),
        upper=(together,),
        column_lower=(None,) * (n + 1),
        column_upper=(None,) * (n + 1),
    )
    best, pool = optimise(integer, base, integer.proper, integer.alone_and_without(), level=n)
    weights = {S: w for S, w in zip(pool, best.dual[1:], strict=True) if w}
    return LeastCore(tuple(integer.amounts(best.primal[:n])), best.value / integer.scale, weights)
