"""d'Aspremont & Jacquemin (1988): research of two rivals alone, as a cartel, with sales agreed, and best for society."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from itertools import pairwise

from comity import rational
from comity.declaration import declare
from comity.games.strategic.rd_cooperation import SOCIETY, OutputSpillover
from comity.reproductions.table import Reproduction, Row

REFERENCE = (
    "d'Aspremont, C. & Jacquemin, A. (1988). Cooperative and noncooperative R&D in duopoly with spillovers. AER 78, 1133-1137."
)
# A market: D = a - A, slope b, research cost gamma; the spillover varies.
D, B, GAMMA = Fraction(10), Fraction(1), Fraction(4)
REGIMES = {"society": SOCIETY, "sales agreed": "full_cartel", "cartel": "rd_cartel", "alone": "competition"}


@declare("reproduction", "Research of a duopoly under four regimes, by spillover", reference=REFERENCE)
def aspremont_jacquemin_1988() -> Reproduction:
    """The paper prints formulas; each is worked out for a - A = 10, b = 1, gamma = 4 and set beside our equilibrium.

    Ours come from the model for any number of rivals; the ranking is the paper's conclusion.

    Examples
    --------
    >>> aspremont_jacquemin_1988().agrees
    True
    """
    return Reproduction(
        "aspremont_jacquemin_1988",
        "Cooperative and noncooperative research in duopoly with spillovers",
        REFERENCE,
        "the paper's formulas from memory, worked out here for one market; the paper prints no numbers for them.",
        (*_levels("0.2"), *_levels("0.8"), *_ranking()),
    )


def _formulas(beta: Fraction) -> dict[str, Fraction]:
    """The paper's own formulas for x*, x-hat, x-tilde and x**, for two firms."""
    return {
        "alone": D * (2 - beta) / (Fraction(9, 2) * B * GAMMA - (2 - beta) * (1 + beta)),
        "cartel": D * (1 + beta) / (Fraction(9, 2) * B * GAMMA - (1 + beta) ** 2),
        "sales agreed": D * (1 + beta) / (4 * B * GAMMA - (1 + beta) ** 2),
        "society": D * (1 + beta) / (2 * B * GAMMA - (1 + beta) ** 2),
    }


def _levels(spillover: str) -> Iterator[Row]:
    duopoly = OutputSpillover(2, D, B, GAMMA, rational.exact(spillover))
    for name, published in _formulas(duopoly.spillover).items():
        yield Row(f"research, {name}, spillover {spillover}", rational.text(published), duopoly.at(REGIMES[name]).research)


def _ranking() -> Iterator[Row]:
    """Where the spillover is above 1/2, x** > x-tilde > x-hat > x*; below, a cartel does least; at 1/2 it changes nothing."""
    for label, spillovers, published in (
        ("spillovers .51 to 1", range(51, 101), "society > sales agreed > cartel > alone"),
        ("spillover .5", range(50, 51), "society > sales agreed > cartel = alone"),
    ):
        found = {_order(Fraction(percent, 100)) for percent in spillovers}
        yield Row(f"ranking, {label}", published, found.pop() if len(found) == 1 else " or ".join(sorted(found)))
    below = all(
        duopoly.at("rd_cartel").research < duopoly.at("competition").research
        for percent in range(50)
        for duopoly in [OutputSpillover(2, D, B, GAMMA, Fraction(percent, 100))]
    )
    yield Row("ranking, spillovers 0 to .49", "cartel < alone", "cartel < alone" if below else "not always cartel < alone")


def _order(spillover: Fraction) -> str:
    duopoly = OutputSpillover(2, D, B, GAMMA, spillover)
    levels = {name: duopoly.at(regime).research for name, regime in REGIMES.items()}
    ranked = sorted(levels, key=lambda name: -levels[name])  # ties keep the order above
    text = ranked[0]
    for before, after in pairwise(ranked):
        text += f" {'=' if levels[before] == levels[after] else '>'} {after}"
    return text
