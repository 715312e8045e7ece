"""The normal distribution between rationals: its density and the chance of being below a number, on every machine alike."""

from __future__ import annotations

from fractions import Fraction
from functools import cache, lru_cache

from comity.enclosure import BITS, Between, between, exp_between, sqrt_between

ZERO, ONE = Fraction(0), Fraction(1)
# Carried in sums and continued fractions: more than exponentials are known to.
FINE = 2 * BITS
# From here on the continued fraction settles faster than the series.
FAR = 5


def density_between(z: Fraction) -> Between:
    """The standard normal density, ``exp(-z^2 / 2) / sqrt(2 pi)``.

    >>> round(float(density_between(Fraction(0)).middle), 6)
    0.398942
    """
    return exp_between(-z * z / 2) / _root_of_two_pi()


def below_between(z: Fraction) -> Between:
    """The chance that a standard normal number is below z; far out as well the bounds are close to each other in relative terms.

    >>> round(float(below_between(Fraction(-2)).middle), 6), below_between(Fraction(0))
    (0.02275, Between(low=Fraction(1, 2), high=Fraction(1, 2)))
    """
    if z == 0:
        return between(Fraction(1, 2))
    beyond = mills_ratio_between(abs(z)) * density_between(z)
    return beyond if z < 0 else 1 - beyond


@lru_cache(maxsize=4096)
def mills_ratio_between(z: Fraction) -> Between:
    """The chance of being above z, divided by the density at z, for z >= 0.

    Near 0 it is ``sqrt(pi / 2) exp(z^2 / 2)`` less the sum of ``z^(2n+1) / (1 3 ... (2n+1))``, whose terms are all positive.
    Farther out it is the continued fraction ``1 / (z + 1 / (z + 2 / (z + 3 / ...)))``, in which every tail is above z and
    below z plus the next quotient by z.

    >>> round(float(mills_ratio_between(Fraction(1)).middle), 6), round(float(mills_ratio_between(Fraction(10)).middle), 6)
    (0.65568, 0.099029)
    """
    return _by_fraction(z) if z >= FAR else (_root_of_two_pi() / 2) * exp_between(z * z / 2) - _series(z)


def _series(z: Fraction) -> Between:
    """In whole multiples of 2^-FINE, rounded outwards."""
    square = _fixed(z * z)
    low = high = 0
    below, above = _fixed(z)
    n = 0
    # Once a term is less than half of the one before, all the rest is less than twice the first of them.
    while above > 1 or z * z * 2 >= 2 * n + 3:
        low, high = low + below, high + above
        below = (below * square[0] >> FINE) // (2 * n + 3)
        above = -(-above * square[1] // (2 * n + 3 << FINE))
        n += 1
    return Between(Fraction(low, 1 << FINE), Fraction(high + 2 * above, 1 << FINE))


def _by_fraction(z: Fraction) -> Between:
    """In whole multiples of 2^-FINE, rounded outwards, from ever deeper tails."""
    bottom, top = _fixed(z)
    depth = 8
    while True:
        low, high = bottom, top - (-depth << 2 * FINE) // bottom
        for k in range(depth - 1, 0, -1):
            low, high = bottom + (k << 2 * FINE) // high, top - (-k << 2 * FINE) // low
        if (high - low) << (FINE - 60) <= top:
            return Between(Fraction(1 << FINE, high), Fraction(1 << FINE, low))
        depth *= 2


def _fixed(number: Fraction) -> tuple[int, int]:
    scaled = number * (1 << FINE)
    return scaled.numerator // scaled.denominator, -(-scaled.numerator // scaled.denominator)


@cache
def _root_of_two_pi() -> Between:
    low, high = pi_between()
    return Between(sqrt_between(2 * low, FINE).low, sqrt_between(2 * high, FINE).high)


@cache
def pi_between() -> Between:
    """The ratio of a circle's circumference to its diameter, by Machin's formula ``16 arctan(1/5) - 4 arctan(1/239)``.

    >>> round(float(pi_between().middle), 10), pi_between().width < Fraction(1, 10**70)
    (3.1415926536, True)
    """
    return 16 * _arctan_of_inverse(5) - 4 * _arctan_of_inverse(239)


def _arctan_of_inverse(k: int) -> Between:
    """Terms alternate and fall, so that the sum lies between two that follow each other."""
    total, n = ZERO, 0
    while k ** (2 * n + 1) < 2**FINE:
        total += Fraction((-1) ** n, (2 * n + 1) * k ** (2 * n + 1))
        n += 1
    following = total + Fraction((-1) ** n, (2 * n + 1) * k ** (2 * n + 1))
    return Between(min(total, following), max(total, following))
