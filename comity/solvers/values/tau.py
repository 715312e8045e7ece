"""The tau value: between the most each can hope for and what each can insist on."""

from __future__ import annotations

from fractions import Fraction

from comity.checks.compromise_values import check_not_quasi_balanced, check_tau_value
from comity.coalitions import names_of
from comity.declaration import declare
from comity.errors import OutsideDomain
from comity.games.coalitional.base import Game
from comity.results import Allocation
from comity.solvers.core.coalition_rows import IntegerGame
from comity.solvers.core.utopia import hopes, rights
from comity.solvers.values.compromise import compromise


@declare(
    "concept",
    "Between utopia payoffs and minimal rights",
    area="benefit_distribution",
    claims=(
        "efficient",
        "symmetric",
        "anonymous",
        "null_player",
        "dummy_player",
        "desirability",
        "covariant",
        "individually_rational",
    ),
    reference="Tijs (1981)",
    certificate="check_tau_value",
)
def tau_value(game: Game) -> Allocation:
    """The efficient point between the utopia payoffs M and the minimal rights m.

    M_i = v(N) - v(N - i) is the most the others would let i have; m_i is what is left for i in the best coalition that
    gives its other members their M (in a cost game the least that is left to pay).  Defined for quasi-balanced games,
    m <= M and m(N) <= v(N) <= M(N), which all games with a core are; otherwise `OutsideDomain` with coalitions that prove it.

    References
    ----------
    Tijs, S. H. (1981). Bounds for the core of a game and the tau-value.

    Examples
    --------
    >>> from comity.games.coalitional.table import TableGame
    >>> tau_value(TableGame(None, [0, 0, 0, 1, 0, 2, 1, 3])).amounts.round(3).tolist()
    [1.2, 0.6, 1.2]
    """
    gains = IntegerGame.of(game)
    most = hopes(gains)
    right, best = zip(*rights(gains), strict=True)
    if any(m > M for m, M in zip(right, most, strict=True)):
        raise _refused(game, [next(S for S, m, M in zip(best, right, most, strict=True) if m > M)])
    if sum(right) > gains.worth(game.grand_coalition):
        raise _refused(game, list(best))
    low, high = (gains.amounts(map(Fraction, bound)) for bound in (right, most))
    x = compromise(low, high, game.exact(game.grand_coalition))
    return Allocation("tau_value", game.players, x, check_tau_value(game, x, game.evidence()))


def _refused(game: Game, coalitions: list[int]) -> OutsideDomain:
    names = [names_of(game.players, S) for S in coalitions]
    certificate = check_not_quasi_balanced(game, None, {"coalitions": names, **game.evidence()})
    return OutsideDomain(
        "the tau value needs a quasi-balanced game, and this one is not (nor has it a core); use nucleolus or chi_value",
        certificate,
    )
