"""A point of the core, or the proof that there is none."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from comity import rational
from comity.certificate import Certificate
from comity.checks.core import check_balancedness, check_core_empty, check_in_core
from comity.coalitions import names_of
from comity.declaration import declare
from comity.errors import EmptyCore, SolverFailure
from comity.games.coalitional.base import Game
from comity.games.coalitional.properties import is_concave, is_convex
from comity.games.coalitional.table import TableGame
from comity.results import Allocation
from comity.solvers.core.least_core import LeastCore, find_least_core

# With so many players or fewer, a table is worked out, and the point is the one with the most to spare.
FEW_PLAYERS = 12


@declare(
    "concept",
    "An allocation no coalition would leave, as far from that as possible",
    area="benefit_distribution",
    claims=(
        "efficient",
        "in_core",
        "in_core_if_nonempty",
        "in_core_if_convex",
        "null_player",
        "dummy_player",
        "individually_rational",
    ),
    reference="Gillies (1959); Bondareva (1963), Shapley (1967)",
    certificate="check_in_core",
)
def core_point(game: Game) -> Allocation:
    """A point of the core: one of the least core, where every coalition has as much to spare as possible.

    With more than 12 players, games of what is owned - linear production, flow, market, assignment - pay what everybody owns
    at prices instead: linear production to thousands of owners of hundreds of resources within seconds, the certificate with
    them.  No table is read, and coalitions may have nothing to spare.

    Parameters
    ----------
    game : Game
        Its table of 2**n worths is read, unless it has prices.

    Raises
    ------
    EmptyCore
        With balanced weights that prove it, confirmed by `check_core_empty`, as its ``certificate``.

    References
    ----------
    Bondareva (1963), Shapley (1967).

    Examples
    --------
    >>> from comity.games.coalitional.table import TableGame
    >>> core_point(TableGame(["A", "B"], [0, 1, 2, 5])).amounts.tolist()
    [2.0, 3.0]
    >>> majority = TableGame(None, [0, 0, 0, 1, 0, 1, 1, 1])
    >>> core_point(majority)  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    comity.errors.EmptyCore: the core is empty: balanced coalitions are worth 1.5, more than the 1 of everybody; ...
    """
    x, evidence = _priced(game) or (list(require_core(game).x), None)
    certificate = check_in_core(game, x, game.evidence() if evidence is None else evidence)
    if not certificate:
        raise SolverFailure("the core point found was not confirmed; please report the game")
    return Allocation("core_point", game.players, tuple(x), certificate)


@declare(
    "property", "Some allocation is in the core", reference="Bondareva (1963), Shapley (1967)", certificate="check_balancedness"
)
def is_balanced(game: Game) -> bool:
    """Whether the core is not empty.

    Examples
    --------
    >>> from comity.games.coalitional.table import TableGame
    >>> is_balanced(TableGame(None, [0, 0, 0, 1, 0, 1, 1, 1]))
    False
    """
    # Convex games have a core (Shapley 1971); with few players that is seen sooner than a point of it is found.
    if isinstance(game, TableGame) and game.n <= FEW_PLAYERS and (is_convex if game.sign > 0 else is_concave)(game):
        return True
    return bool(check_balanced(game))


@declare(
    "property",
    "Some allocation is in the core: the point or the weights that prove it",
    reference="Bondareva (1963), Shapley (1967)",
    certificate="check_balancedness",
)
def check_balanced(game: Game) -> Certificate:
    """Whether the core is not empty, with a point of it or balanced weights as the witness.

    Finds the evidence by a linear programme; `check_balancedness` confirms it without one.

    Examples
    --------
    >>> from comity.games.coalitional.table import TableGame
    >>> check_balanced(TableGame(None, [0, 0, 0, 1, 0, 1, 1, 1])).witness["weights"]
    [[['1', '2'], '1/2'], [['1', '3'], '1/2'], [['2', '3'], '1/2']]
    """
    priced = _priced(game)
    if priced is not None:
        evidence: dict[str, Any] = {"point": priced[0], **priced[1]}
    else:
        best = find_least_core(game)
        evidence = {**({"weights": _balanced(game, best)} if _empty(best) else {"point": best.x}), **game.evidence()}
    certificate = check_balancedness(game, None, evidence)
    if certificate.verdict.value == "UNDECIDED":
        raise SolverFailure("whether the core is empty was not confirmed; please report the game")
    return certificate


def _priced(game: Game) -> tuple[list[Fraction], dict[str, Any]] | None:
    """A core point by prices, where there are many players and prices."""
    return game.priced() if game.n > FEW_PLAYERS else None


def require_core(game: Game) -> LeastCore:
    """A least-core point if it is in the core; otherwise `EmptyCore` with its proof."""
    best = find_least_core(game)
    if not _empty(best):
        return best
    certificate = check_core_empty(game, None, {"weights": _balanced(game, best), **game.evidence()})
    if not certificate or certificate.margin is None:
        raise SolverFailure("the balanced weights found were not confirmed; please report the game")
    together = game.exact(game.grand_coalition)
    balanced = together + game.sign * Fraction(certificate.margin)
    relation = "are worth {}, more than the {} of everybody" if game.sign > 0 else "cost {}, less than the {} of everybody"
    raise EmptyCore(
        f"the core is empty: balanced coalitions {relation.format(rational.short(balanced), rational.short(together))}; "
        "use least_core or nucleolus",
        certificate,
    )


def _empty(best: LeastCore) -> bool:
    return best.epsilon is not None and best.epsilon > 0


def _balanced(game: Game, best: LeastCore) -> list[list[Any]]:
    """Weights that cover every player exactly once, from weights that cover everybody equally."""
    covered = sum(w for S, w in best.weights.items() if S & 1)
    return [[names_of(game.players, S), rational.text(w / covered)] for S, w in sorted(best.weights.items())]
