"""Computing together round by round: most rounds are fakes, so that withholding a share mostly ends everything for nothing."""

from __future__ import annotations

from dataclasses import dataclass, fields
from fractions import Fraction
from typing import Self

import numpy as np

from comity import rational
from comity.declaration import declare
from comity.errors import ComityError


@declare(
    "game",
    "Shares exchanged in rounds of which one is real",
    area="information_sharing",
    reference="Halpern & Teague (2004); Gordon & Katz (2006)",
)
@dataclass(frozen=True, kw_only=True)
class RandomisedDealer:
    """One party, or coalition, in a computation whose result all learn in the first real round.

    In each round everybody sends a share.  The round is real with probability ``real`` and shows the result; otherwise the
    shares are worthless, which shows only afterwards, and there is another round.  Whoever withholds its share learns the
    result alone if the round was real; if not, the others stop for good, nobody learns it and the bond is lost.

    Parameters
    ----------
    alone, together, nothing : number
        What learning the result alone (U+), with the others (U) or not at all (U-) is worth, in one unit.  Other orders than
        U+ >= U > U- are allowed; there nothing tempts, or there is no reason to compute.
    real : number in (0, 1]
        Probability that a round is the real one, each round anew.
    bond : number
        B, lost when a fake round is spoiled.  After the real round it is not counted on: who has the result may be gone.

    References
    ----------
    Halpern & Teague (2004); Gordon & Katz (2006).

    Examples
    --------
    >>> dealer = RandomisedDealer(alone=3, together=1, nothing=0, real="0.3")
    >>> dealer.value_of_withholding, dealer.gain, dealer.largest_real, dealer.expected_rounds
    (Fraction(9, 10), Fraction(-1, 10), Fraction(1, 3), Fraction(10, 3))
    """

    alone: Fraction
    together: Fraction
    nothing: Fraction
    real: Fraction
    bond: Fraction = Fraction(0)

    def __post_init__(self) -> None:
        for field in fields(self):
            object.__setattr__(self, field.name, rational.exact(getattr(self, field.name), field.name))
        if not 0 < self.real <= 1:
            raise ComityError(f"real is {self.real}; the probability that a round is real is above 0 and at most 1")
        if self.bond < 0:
            raise ComityError(f"bond is {self.bond}; a bond is at least 0")

    @property
    def value_of_withholding(self) -> Fraction:
        """real U+ + (1 - real) (U- - B), in whichever round it is done."""
        return self.real * self.alone + (1 - self.real) * (self.nothing - self.bond)

    @property
    def gain(self) -> Fraction:
        """What withholding once gains over sending to the end, which is worth U."""
        return self.value_of_withholding - self.together

    @property
    def complies(self) -> bool:
        """Withholding does not pay; a tie complies."""
        return self.gain <= 0

    @property
    def largest_real(self) -> Fraction:
        """The most often a round may be real: (U - U- + B) / (U+ - U- + B); 0 where none deters."""
        if self.together < self.nothing - self.bond:
            return Fraction(0)
        if self.alone <= self.together:
            return Fraction(1)
        return (self.together - self.nothing + self.bond) / (self.alone - self.nothing + self.bond)

    @property
    def expected_rounds(self) -> Fraction:
        """1 / real."""
        return 1 / self.real

    @property
    def least_rounds(self) -> Fraction | None:
        """Expected rounds when rounds are real as often as deters: 1 / largest_real; None where nothing deters."""
        return 1 / self.largest_real if self.largest_real else None

    @property
    def required_bond(self) -> Fraction | None:
        """Least bond that deters: (real U+ + (1 - real) U- - U) / (1 - real), at least 0; None: no bond does."""
        short = self.real * self.alone + (1 - self.real) * self.nothing - self.together
        if short <= 0:
            return Fraction(0)
        return short / (1 - self.real) if self.real < 1 else None

    def gain_in_last_round(self, rounds: int) -> Fraction:
        """What withholding in a last round that everybody knows gains, as seen from the start: (1 - real)**(rounds - 1) (U+ - U).

        If none was real before, the last one must be.
        """
        return (1 - self.real) ** (_at_least_one(rounds) - 1) * (self.alone - self.together)

    def sends(self, rounds: int) -> tuple[bool, ...]:
        """In which of so many rounds, the last one known to all, sending is worth it when everybody thinks ahead.

        Found from the end.  In the last round the result is there for the taking, so that nobody sends where alone is worth
        more; then only the bond is left to lose in the round before, and without one nobody sends there either, and so on to
        the first.

        >>> RandomisedDealer(alone=3, together=1, nothing=0, real="0.3").sends(4)
        (False, False, False, False)
        """
        found: list[bool] = []
        later = self.nothing
        for back in range(_at_least_one(rounds)):
            real = self.real if back else Fraction(1)
            sending = real * self.together + (1 - real) * later
            withholding = real * self.alone + (1 - real) * (self.nothing - self.bond)
            found.append(sending >= withholding)
            # Where sending does not pay nobody does, and nobody learns anything.
            later = sending if found[-1] else self.nothing
        return tuple(reversed(found))

    @classmethod
    def random(cls, n: int, rng: np.random.Generator) -> Self:
        """Random worths; the number of parties does not matter, each decides by itself."""
        nothing = Fraction(int(rng.integers(-100, 101)), 100)
        together = nothing + Fraction(int(rng.integers(1, 301)), 100)
        return cls(
            alone=together + Fraction(int(rng.integers(0, 401)), 100),
            together=together,
            nothing=nothing,
            real=Fraction(int(rng.integers(1, 101)), 100),
            bond=Fraction(int(rng.integers(0, 301)), 100) if rng.random() < 0.5 else Fraction(0),
        )


def _at_least_one(rounds: int) -> int:
    if rounds < 1:
        raise ComityError(f"there are {rounds} rounds; give at least one")
    return rounds
