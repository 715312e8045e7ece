"""The least core: the largest dissatisfaction of a coalition as small as possible."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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
from comity.solvers.core.guided_levels import guided_least_core


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
    """The first linear programme of the nucleolus: led by floats and confirmed, or else solved exactly."""
    integer = IntegerGame.of(game)
    if game.n == 1:
        return LeastCore(tuple(integer.amounts([Fraction(integer.worth(1))])), None, {})
    guided = guided_least_core(integer)
    if guided is not None:
        found = _least_core(integer, guided.y, guided.levels[0].t, guided.levels[0].coalitions)
        if check_least_core(game, found.x, {"epsilon": found.epsilon, "weights": found.named(game), **game.evidence()}):
            return found
    return _exactly(integer)


def _exactly(integer: IntegerGame) -> LeastCore:
    n, together = integer.n, Fraction(integer.worth(-1))
    base = LinearProgramme(
        objective=(Fraction(0),) * n + (ONE,),
        rows=(dict.fromkeys(range(n), ONE),),
        lower=(together,),
        upper=(together,),
        column_lower=(None,) * (n + 1),
        column_upper=(None,) * (n + 1),
    )
    best, pool = optimise(integer, base, integer.proper, integer.alone_and_without(), level=n)
    return _least_core(integer, best.primal[:n], best.value, dict(zip(pool, best.dual[1:], strict=True)))


def _least_core(integer: IntegerGame, y: Sequence[Fraction], t: Fraction, weights: Mapping[int, Fraction]) -> LeastCore:
    return LeastCore(tuple(integer.amounts(y)), t / integer.scale, {S: w for S, w in weights.items() if w})
