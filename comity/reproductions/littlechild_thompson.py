"""Littlechild & Thompson (1977): what each of 13,572 movements at Birmingham airport should pay for the runway."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from comity.declaration import declare
from comity.games.coalitional.airport import AirportGame
from comity.reproductions.table import Reproduction, Row

REFERENCE = (
    "Littlechild, S. C. & Thompson, G. F. (1977). Aircraft landing fees: a game theory approach. Bell Journal of Economics 8, "
    "186-204."
)
SOURCE = (
    "the table from memory; its 11 types and 13,572 movements of 1968-69 read in the documentation of the R package "
    "AirportProblems (rdrr.io/cran/AirportProblems), not in the paper itself."
)
# Aircraft, capital cost of the runway it needs in pounds a year, movements, and the printed Shapley fee for each movement.
TYPES = (
    ("Fokker Friendship 27", 65_899, 42, "4.86"),
    ("Viscount 800", 76_725, 9_555, "5.66"),
    ("Hawker Siddeley Trident", 95_200, 288, "10.30"),
    ("Britannia 100", 97_200, 303, "10.85"),
    ("Caravelle VI R", 97_436, 151, "10.92"),
    ("BAC 111 (500)", 98_142, 1_315, "11.13"),
    ("Vanguard 953", 102_496, 505, "13.40"),
    ("Comet 4B", 104_849, 1_128, "15.07"),
    ("Britannia 300", 113_322, 151, "44.80"),
    ("Convair Coronado", 115_440, 112, "60.61"),
    ("Boeing 707", 117_676, 22, "162.24"),
)


@declare("reproduction", "Landing fees at Birmingham airport by the Shapley value", reference=REFERENCE)
def littlechild_thompson_1977() -> Reproduction:
    """The Shapley value of a game whose 13,572 players are the movements of a year, in pounds for each.

    Examples
    --------
    >>> littlechild_thompson_1977().agrees
    True
    """
    return Reproduction("littlechild_thompson_1977", "Aircraft landing fees", REFERENCE, SOURCE, tuple(_rows()))


def _rows() -> Iterator[Row]:
    fees = shapley_fees([(cost, movements) for _, cost, movements, _ in TYPES])
    yield Row("movements", "13572", Fraction(sum(movements for _, _, movements, _ in TYPES)))
    for (name, _, _, printed), fee in zip(TYPES, fees, strict=True):
        yield Row(name, printed, fee)


def shapley_fees(types: list[tuple[int, int]]) -> list[Fraction]:
    """The Shapley value of one movement of each type: its part of every dividend of the dual game that it belongs to.

    The value is the same for a game and its dual, and the dual of an airport has few dividends (Littlechild & Owen 1973).
    `shapley_value` gives the same and proves it, but comparing every pair of movements takes long for so many.
    """
    game = AirportGame([cost for cost, movements in types for _ in range(movements)])
    dividends = game.dual_dividends()
    first = [sum(movements for _, movements in types[:k]) for k in range(len(types))]
    return [sum((d / S.bit_count() for S, d in dividends.items() if S >> i & 1), Fraction(0)) for i in first]
