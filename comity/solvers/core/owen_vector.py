"""The Owen vector of a linear production game: every endowment at the prices of the grand coalition."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from comity import rational
from comity.checks.production import ONE_POINT, check_owen_vector
from comity.declaration import declare
from comity.engines.exact import solve_exactly
from comity.errors import ComityError, SolverFailure
from comity.games.coalitional.base import Game
from comity.games.coalitional.linear_production import LinearProductionGame
from comity.linear_programme import LinearProgramme
from comity.results import Allocation

# Each end of each player's range is a linear programme of its own.
MAX_RANGED_PLAYERS = 30


@declare(
    "rule",
    "Every endowment at the prices that are optimal for all together (Owen set)",
    area="resource_pooling",
    reference="Owen (1975)",
    certificate="check_owen_vector",
)
def owen_vector(game: Game) -> Allocation:
    """x_i = y b_i, with y optimal resource prices of the grand coalition: always in the core.

    Where several prices are optimal, this is one vector of the Owen set; ``notes["range"]`` says for each player the
    least and the most that optimal prices pay, and ``notes["prices"]`` the price of each resource.  Mostly the plan leaves one
    choice of prices only; with more than 30 players the range is left out where it does not.

    Parameters
    ----------
    game : LinearProductionGame
        Any number of players: no coalition but the grand one is looked at.  A thousand owners of a hundred resources take
        about two seconds.

    Returns
    -------
    Allocation
        The certificate holds plan and prices, and the proofs of both ends of each range.

    References
    ----------
    Owen (1975), "On the core of linear production games".

    Examples
    --------
    >>> from comity.games.coalitional.linear_production import LinearProductionGame
    >>> leontief = LinearProductionGame([1], [[1], [1]], {"compute": [10, 0], "data": [0, 6]})
    >>> owen_vector(leontief).amounts.tolist()
    [0.0, 6.0]
    """
    if not isinstance(game, LinearProductionGame):
        raise ComityError(
            f"the Owen vector needs a LinearProductionGame, not a {type(game).__name__}; core_point serves any game"
        )
    best = game.optimum(game.grand_coalition)
    x, _ = game.priced()
    witness: dict[str, Any] = {"prices": best.dual, "plan": best.primal}
    ranges = [[amount, amount] for amount in x]
    certificate = check_owen_vector(game, x, {**witness, "range": ONE_POINT})
    if not certificate:
        ranges = []
        if game.n <= MAX_RANGED_PLAYERS:
            witness["range"] = [
                {name: _end(game, best.value, i, side) for side, name in ((1, "least"), (-1, "most"))} for i in range(game.n)
            ]
            ranges = [[rational.exact(pair[side]["amount"]) for side in ("least", "most")] for pair in witness["range"]]
        certificate = check_owen_vector(game, x, witness)
    if not certificate:
        raise SolverFailure(
            f"the Owen vector found was not confirmed: {certificate.witness.get('reason')}; please report the game"
        )
    notes = {
        "prices": dict(zip(game.resources, best.dual, strict=True)),
        **({"range": dict(zip(game.players, ranges, strict=True))} if ranges else {}),
    }
    return Allocation("owen_vector", game.players, tuple(x), certificate, notes=notes)


def _end(game: LinearProductionGame, worth: Fraction, i: int, side: int) -> dict[str, Any]:
    """Minimise side * y b_i over the optimal prices y; the dual is the plan and the share that prove it."""
    resources, products = range(len(game.resources)), range(len(game.products))
    together, own = game.pooled(game.grand_coalition), game.endowments[i]
    programme = LinearProgramme(
        objective=tuple(side * amount for amount in own),
        rows=(
            *({r: game.uses[r][p] for r in resources if game.uses[r][p]} for p in products),
            {r: together[r] for r in resources if together[r]},
        ),
        lower=(*game.prices, worth),
        upper=(*(None for _ in products), worth),
        column_lower=(Fraction(0),) * len(resources),
        column_upper=(None,) * len(resources),
    )
    best = solve_exactly(programme)
    return {
        "amount": rational.text(side * best.value),
        "prices": [rational.text(y) for y in best.primal],
        "plan": [rational.text(q) for q in best.dual[:-1]],
        "share": rational.text(best.dual[-1]),
    }
