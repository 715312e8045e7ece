"""Confirming the centre of the core: computed again from its corners, by other formulas than the solver's."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

import numpy as np

from comity import rational
from comity.certificate import Basis, Certificate, Verdict, holds_if
from comity.checks.core import check_in_core, exact_amounts, settled
from comity.checks.corners import Equations, Point, Polytope
from comity.coalitions import check_table_size
from comity.declaration import declare
from comity.errors import InvalidEvidence
from comity.games.coalitional.base import Game

MAX_PLAYERS = 8
ZERO = Fraction(0)


@declare(
    "check",
    "The allocation is the centre of the core, exactly or as the average of samples",
    reference="González-Díaz & Sánchez-Rodríguez (2007); Lawrence (1991)",
    confirms=("core_centre",),
)
def check_core_centre(game: Game, x: Sequence[Any], witness: Mapping[str, Any]) -> Certificate:
    """x is the centroid of the core, within its affine hull; or a point of the core that samples say is near the centroid.

    Exactly: ``witness["corner"]`` is a corner of the core.  All others are reached along edges, and the integral of each
    amount over the core is a sum over corners (Lawrence 1991, with the signed cones of Brion 1988); no corner can be left
    out, and nothing is divided into pyramids.  The margin is minus the largest difference.

    Sampled: ``witness["means"]`` are averages of independent chains of samples.  That each is in the core, that x is their
    average and what its standard errors are is checked exactly; that the means are of ``witness["samples"]`` points, drawn at
    random with ``witness["seed"]``, is taken as stated, and that x is near the centroid is an ESTIMATE.  The margin is what
    the coalition with least to spare gets in x beyond its worth.

    Examples
    --------
    >>> from comity.games.coalitional.table import TableGame
    >>> game = TableGame(["A", "B"], [0, 1, 2, 5])
    >>> bool(check_core_centre(game, [2, 3], {"corner": [3, 2]}))
    True
    >>> check_core_centre(game, [3, 2], {"corner": [3, 2]}).margin
    Fraction(-1, 1)
    """
    game, kept = settled(game, witness)
    amounts = exact_amounts(game, x)
    if "means" in witness:
        return _sampled(game, amounts, witness, kept)
    if "corner" not in witness:
        raise InvalidEvidence('there is no "corner" of the core to begin with, nor "means" of samples; give either')
    check_table_size(game.n, MAX_PLAYERS)
    corner = exact_amounts(game, witness["corner"])
    shown = {"corner": [rational.text(a) for a in corner], **kept}
    claim, name = "the allocation is the centroid of the core", "check_core_centre"
    table, sign = game.exact_table(), game.sign
    total = sign * table[-1]
    polytope = Polytope(game.n, total, {S: sign * table[S] for S in range(1, game.grand_coalition)} or {1: total})
    start = polytope.at([sign * a for a in corner])
    if start is None:
        return Certificate(claim, Verdict.UNDECIDED, witness={"reason": "this is no corner of the core", **shown}, check=name)
    gaps = [abs(a - sign * b) for a, b in zip(amounts, centroid(polytope, start), strict=True)]
    return Certificate(claim, holds_if(not any(gaps)), -max(gaps), witness=shown, check=name)


def centroid(polytope: Polytope, start: Equations) -> Point:
    """The centroid of a polytope, within its affine hull, from the equations of one corner."""
    start = _without_fixed(polytope, start)
    d, rows = len(start.chosen), list(start.chosen)
    places = list(polytope.walk(start))
    # Larger than the bound of Cauchy on the roots of a polynomial with the rates of an edge as coefficients:
    # then no edge is at right angles to (1, p, p ** 2, ...).
    p = 2 + max((int(abs(here.rates[rows]).max()) for here in places), default=0) if d else 2
    c = np.array([p**i for i in range(d)], dtype=object)
    volume, moment = ZERO, np.full(d, ZERO)
    for here in places:
        # What the first equations' coalitions have beyond their least amounts are the coordinates, times here.unit.
        at, edges = here.spare[rows], here.rates[rows].astype(object)
        height, slopes = int(c @ at), [int(s) for s in c @ edges]
        weight = Fraction(height**d, here.unit * math.prod(-s for s in slopes))
        volume += weight
        along = sum((edge * Fraction(height, slope) for edge, slope in zip(edges.T, slopes, strict=True)), np.full(d, ZERO))
        moment += weight / here.unit * ((d + 1) * at - along)
    middle = moment / ((d + 1) * volume)
    beyond = [
        (int(start.spare[row]) + sum((int(r) * m for r, m in zip(start.rates[row], middle, strict=True)), ZERO)) / start.unit
        for row in polytope.singles
    ]
    return polytope.point(beyond)


def _without_fixed(polytope: Polytope, start: Equations) -> Equations:
    """The same corner, without the equations that hold all over the polytope."""
    spare = np.zeros(len(polytope.rows), dtype=object)
    for here in polytope.walk(start):
        spare += here.spare
    fixed = [row for row, ever in enumerate(spare) if not ever]
    for row in fixed:
        free = (k for k, chosen in enumerate(start.chosen) if chosen not in fixed and start.rates[row, k])
        k = next(free, None) if row not in start.chosen else None
        if k is not None:
            start = start.exchanged(k, row)
    return start.only([k for k, row in enumerate(start.chosen) if row not in fixed])


def _sampled(game: Game, x: Point, witness: Mapping[str, Any], kept: Mapping[str, Any]) -> Certificate:
    """x is the average of points of the core, with these standard errors."""
    try:
        means = [exact_amounts(game, mean) for mean in witness["means"]]
        samples, seed = int(witness["samples"]), int(witness["seed"])
    except (KeyError, TypeError, ValueError) as error:
        raise InvalidEvidence(f"the samples cannot be read: {error}; give means, samples and seed") from None
    if len(means) < 2:
        raise InvalidEvidence(f"{len(means)} chains of samples say nothing of the error; give two or more")
    inside = check_in_core(game, x)
    average = [sum(amounts, ZERO) / len(means) for amounts in zip(*means, strict=True)]
    proved = average == list(x) and bool(inside) and all(check_in_core(game, mean) for mean in means)
    return Certificate(
        f"the allocation is in the core, and its centre as estimated from {samples} points",
        holds_if(proved),
        margin=inside.margin,
        basis=Basis.ESTIMATE,
        witness={
            "means": [[rational.text(a) for a in mean] for mean in means],
            "samples": samples,
            "seed": seed,
            "standard_errors": standard_errors(means),
            "coalition": inside.witness["coalition"],
            **kept,
        },
        check="check_core_centre",
    )


def standard_errors(means: Sequence[Sequence[Fraction]]) -> list[float]:
    """Of the average of independent means, for each player: their standard deviation over the square root of their number."""
    errors = []
    for amounts in zip(*means, strict=True):
        middle = sum(amounts, ZERO) / len(amounts)
        off = [a - middle for a in amounts]
        # In units of the largest, so that no unit of money is beyond the doubles.
        size = max(map(abs, off))
        share = sum((a / size) ** 2 for a in off) / (len(off) * (len(off) - 1)) if size else ZERO
        errors.append(math.sqrt(share) * rational.double(size))
    return errors
