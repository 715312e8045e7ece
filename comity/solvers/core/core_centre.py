"""The centre of the core: what all its allocations are on average."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np

from comity import rational
from comity.checks.core import check_in_core
from comity.checks.core_centre import check_core_centre
from comity.coalitions import check_table_size
from comity.declaration import declare
from comity.errors import ComityError, SolverFailure, TooManyPlayers
from comity.games.coalitional.base import Game
from comity.results import Allocation
from comity.solvers.core.centroid import centroid
from comity.solvers.core.core_point import require_core
from comity.solvers.core.core_samples import CHAINS, core_means
from comity.solvers.core.core_vertices import MAX_PLAYERS, core_vertices

MAX_SAMPLED_PLAYERS = 12
FEWEST = 100


@declare(
    "concept",
    "The average of all allocations that no coalition would leave",
    area="benefit_distribution",
    claims=(
        "efficient",
        "symmetric",
        "anonymous",
        "null_player",
        "dummy_player",
        "desirability",
        "covariant",
        "in_core",
        "in_core_if_nonempty",
        "in_core_if_convex",
        "individually_rational",
    ),
    reference="González-Díaz & Sánchez-Rodríguez (2007)",
    certificate="check_core_centre",
)
def core_centre(game: Game, *, samples: int | None = None, seed: int | None = None) -> Allocation:
    """The centroid of the core: the mean of the uniform distribution over it, within its affine hull.

    A core that is a point is its own centre, that of a segment is its midpoint.  The mean of the corners is another point.
    Exact up to 6 players.  With ``samples`` it is estimated, up to 12 players, as an average of so many random points of the
    core: an allocation that is in the core exactly, and at the centre within a few standard errors.

    Parameters
    ----------
    game : Game
        Of up to 6 players, or 12 with ``samples``.
    samples : int, optional
        At least 100; rounded up to a multiple of 20, the number of independent chains.
    seed : int, optional
        The same seed draws the same samples; without one, a seed is drawn and noted.

    Returns
    -------
    Allocation
        ``notes["dimension"]`` is that of the core, ``notes["corners"]`` the number of its corners.  An estimate has instead
        ``notes["standard_errors"]`` by player, ``notes["samples"]``, ``notes["seed"]`` and, as ``notes["in_core"]``, the
        certificate that it is in the core; the basis of its own certificate is ESTIMATE.

    Raises
    ------
    EmptyCore
        With balanced weights that prove it, confirmed by `check_core_empty`, as its ``certificate``.

    References
    ----------
    González-Díaz & Sánchez-Rodríguez (2007), "A natural selection from the core of a TU game: the core-center".

    Examples
    --------
    >>> from comity.games.coalitional.table import TableGame
    >>> game = TableGame(["A", "B", "C"], [0, 0, 0, 6, 0, 0, 0, 12])
    >>> centre = core_centre(game)  # of a trapezoid
    >>> [str(a) for a in centre.exact], centre.notes["dimension"]
    (['14/3', '14/3', '8/3'], 2)
    >>> estimate = core_centre(game, samples=2000, seed=1)
    >>> estimate.certificate.basis.value, bool(estimate.notes["in_core"])
    ('ESTIMATE', True)
    """
    if samples is not None:
        return _estimated(game, _checked(samples, "samples", FEWEST), seed)
    if seed is not None:
        raise ComityError(f"the seed is {seed!r} but nothing is drawn at random; give samples=, or leave the seed out")
    if game.n > MAX_PLAYERS:
        raise TooManyPlayers(
            f"the centre of the core is found exactly for up to {MAX_PLAYERS} players, and the game has {game.n}; "
            f"estimate it with samples=10000 for up to {MAX_SAMPLED_PLAYERS}"
        )
    require_core(game)
    corners = core_vertices(game)
    excesses = [game.excesses(corner) for corner in corners]
    tight = [sum(1 << S for S in range(1, game.grand_coalition) if not excess[S]) for excess in excesses]
    dimension, middle = centroid(corners, tight)
    witness = {"corner": [rational.text(a) for a in corners[0]], **game.evidence()}
    return _confirmed(game, middle, witness, {"dimension": dimension, "corners": len(corners)})


def _estimated(game: Game, samples: int, seed: int | None) -> Allocation:
    check_table_size(game.n, MAX_SAMPLED_PLAYERS)
    drawn = int(np.random.SeedSequence().generate_state(1)[0]) if seed is None else _checked(seed, "the seed", 0)
    require_core(game)
    steps = -(-samples // CHAINS)
    means = core_means(game, steps, np.random.default_rng(drawn))
    x = [sum(amounts, Fraction(0)) / CHAINS for amounts in zip(*means, strict=True)]
    witness = {"means": means, "samples": steps * CHAINS, "seed": drawn, **game.evidence()}
    notes = {"samples": steps * CHAINS, "seed": drawn, "in_core": check_in_core(game, x, game.evidence())}
    return _confirmed(game, x, witness, notes)


def _confirmed(game: Game, x: Any, witness: dict[str, Any], notes: dict[str, Any]) -> Allocation:
    certificate = check_core_centre(game, x, witness)
    if not certificate:
        raise SolverFailure("the centre of the core was not confirmed; please report the game")
    if "standard_errors" in certificate.witness:
        notes["standard_errors"] = dict(zip(game.players, certificate.witness["standard_errors"], strict=True))
    return Allocation("core_centre", game.players, tuple(x), certificate, notes=notes)


def _checked(number: Any, what: str, least: int) -> int:
    if isinstance(number, bool) or not isinstance(number, int | np.integer) or number < least:
        raise ComityError(f"{what} is {number!r}; give a whole number of at least {least}")
    return int(number)
