"""Aumann & Maschler (1985): the Talmud's three estates, and the nucleolus behind them."""

from __future__ import annotations

from collections.abc import Iterator

from comity.declaration import declare
from comity.reproductions.table import Reproduction, Row

CLAIMS = (100, 200, 300)
AWARDS = {100: ("33 1/3", "33 1/3", "33 1/3"), 200: ("50", "75", "75"), 300: ("50", "100", "150")}
REFERENCE = (
    "Aumann, R. J. & Maschler, M. (1985). Game theoretic analysis of a bankruptcy problem from the Talmud. JET 36, 195-213."
)


@declare("reproduction", "The Talmud's division of three estates is the nucleolus", reference=REFERENCE)
def aumann_maschler_1985() -> Reproduction:
    """Claims of 100, 200 and 300 on estates of 100, 200 and 300: the Talmud's awards, the rule, and the nucleolus.

    Examples
    --------
    >>> aumann_maschler_1985().agrees
    True
    """
    return Reproduction(
        "aumann_maschler_1985",
        "A bankruptcy problem from the Talmud",
        REFERENCE,
        "read in S. Schecter, How the Talmud divides an estate among creditors (studylib.net/doc/18259845), not in the paper "
        "itself; the garment from memory.",
        (*_awards("talmud_rule"), *_awards("nucleolus"), *_garment()),
    )


def _awards(concept: str) -> Iterator[Row]:
    from comity.games.coalitional.claims import ClaimsGame
    from comity.solvers.core.nucleolus import nucleolus
    from comity.solvers.rules.claims import talmud_rule

    for estate, published in AWARDS.items():
        result = talmud_rule(estate, CLAIMS) if concept == "talmud_rule" else nucleolus(ClaimsGame(estate, CLAIMS))
        for claim, award, ours in zip(CLAIMS, published, result.exact, strict=True):
            yield Row(f"{concept.replace('_', ' ')}: estate {estate}, claim {claim}", award, ours)


def _garment() -> Iterator[Row]:
    """Two hold a garment; one claims all of it, the other half."""
    from comity.solvers.rules.claims import talmud_rule

    for claim, award, ours in zip(("all", "half"), ("3/4", "1/4"), talmud_rule(1, (1, 0.5)).exact, strict=True):
        yield Row(f"contested garment, claim to {claim}", award, ours)
