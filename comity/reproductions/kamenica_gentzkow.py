"""Kamenica & Gentzkow (2011): the prosecutor who chooses what to investigate."""

from __future__ import annotations

from fractions import Fraction

from comity.declaration import declare
from comity.games.bayesian.information_design import InformationDesign
from comity.reproductions.table import Reproduction, Row

REFERENCE = "Kamenica, E. & Gentzkow, M. (2011). Bayesian persuasion. American Economic Review 101(6), 2590-2615."
SOURCE = (
    'the prosecutor\'s example read in a discussion of the paper ("Bayesian Persuasion, E. Kamenica & M. Gentzkow (2011)", '
    "a weblog on economic theory, 2012), not in the paper itself."
)


@declare("reproduction", "The prosecutor who chooses what to investigate", reference=REFERENCE)
def kamenica_gentzkow_2011() -> Reproduction:
    """How often a judge convicts who knows that the prosecutor wants convictions, but not that the evidence is chosen in vain.

    Examples
    --------
    >>> kamenica_gentzkow_2011().agrees
    True
    """
    from comity.solvers.design.optimal_signal import optimal_signal

    problem = trial(Fraction("0.3"))
    best = optimal_signal(problem)
    convicted, acquitted = best.posterior("convict"), best.posterior("acquit")
    rows = (
        Row("chance that a defendant is guilty", "0.3", problem.prior[1]),
        Row("share convicted, per cent", "60", 100 * best.value),
        Row("share acquitted, per cent", "40", 100 * best.chance("acquit")),
        Row("guilty among the convicted", "0.5", convicted["guilty"]),
        Row("innocent among the acquitted", "1", acquitted["innocent"]),
    )
    return Reproduction("kamenica_gentzkow_2011", "Bayesian persuasion", REFERENCE, SOURCE, rows)


def trial(guilty: Fraction) -> InformationDesign:
    """A judge who wants to be right, and a prosecutor who wants a conviction."""
    return InformationDesign.persuasion(
        {"innocent": 1 - guilty, "guilty": guilty},
        receiver=[[1, 0], [0, 1]],
        sender=[[0, 1], [0, 1]],
        actions=["acquit", "convict"],
    )
