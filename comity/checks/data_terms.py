"""Confirming the terms of shared data: prices by the potential of the pool, and leaving early date by date."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from itertools import product
from typing import Any

from comity import rational
from comity.certificate import Basis, Certificate, holds_if
from comity.declaration import declare
from comity.errors import InvalidEvidence

# Stated parts are rounded to nine decimals; of a tie, which the bounds cannot tell, either side will do.
ROUNDING = Fraction(1, 2 * 10**9) + Fraction(1, 1 << 100)
MAX_COUNTS = 4096
BITS = 220


@dataclass(frozen=True)
class StatedPool:
    """Data sets pooled for a purpose in some periods, and the part of the worth each is said to bring."""

    name: str
    sizes: Mapping[str, Fraction]
    saturation: Fraction
    parts: Mapping[str, Fraction]


@declare("check", "Each data set is credited with its Shapley value of the pool, to nine decimals")
def check_data_parts(claim: str, pools: Sequence[StatedPool], more: Mapping[str, Any] | None = None) -> Certificate:
    """x_i = P(N) - P(N - i), where |S| P(S) = N_S / (N_S + k) + sum over i in S of P(S - i) (Hart & Mas-Colell 1989).

    Data sets of equal size are alike, so the potential is one number for each count of sizes, enclosed between integers over a
    power of two.  Stated parts may be off by half of 1e-9, the place to which they are rounded; the margin is what is left.

    Examples
    --------
    >>> sizes = {"A": Fraction(1), "B": Fraction(1)}
    >>> third = Fraction(333333333, 10**9)  # v(A, B) = 2 / (2 + 1), halved
    >>> bool(check_data_parts("thirds", [StatedPool("evals", sizes, Fraction(1), dict.fromkeys(sizes, third))]))
    True
    """
    worst: tuple[Fraction, str] = (Fraction(0), "")
    for pool in pools:
        if set(pool.sizes) != set(pool.parts):
            raise InvalidEvidence(f"the parts of {pool.name} are of other data sets than its sizes")
        sizes = tuple(sorted(pool.sizes.values()))
        for name, size in pool.sizes.items():
            low, high = _by_potential(sizes, pool.saturation, size)
            off = max(high - pool.parts[name], pool.parts[name] - low)
            worst = max(worst, (off, f"{name} in {pool.name}"))
    margin = ROUNDING - worst[0]
    return Certificate(
        claim,
        holds_if(margin > 0),
        margin=Fraction(rational.double(margin)),
        unit="of the worth",
        witness={
            "pools": [
                {
                    "pool": pool.name,
                    "saturation": rational.text(pool.saturation),
                    "sizes": {name: rational.text(size) for name, size in pool.sizes.items()},
                    "parts": {name: rational.text(part) for name, part in pool.parts.items()},
                }
                for pool in pools
            ],
            "least_exact": worst[1],
            **(more or {}),
        },
        basis=Basis.ENCLOSED,
        check="check_data_parts",
    )


@lru_cache(maxsize=4096)
def _by_potential(sizes: tuple[Fraction, ...], saturation: Fraction, size: Fraction) -> tuple[Fraction, Fraction]:
    """Bounds of what a data set of this size is credited with, for a worth of 1."""
    if size < 0 or saturation <= 0:
        raise InvalidEvidence("sizes are 0 or more and the saturation is above 0")
    kinds = sorted(Counter(sizes).items())
    potential = _potential(tuple(kinds), saturation)
    everybody = tuple(count for _, count in kinds)
    at = [kind for kind, _ in kinds].index(size)
    without = tuple(count - (k == at) for k, count in enumerate(everybody))
    # Each of the |S| steps up to a count rounds down twice by less than one unit each, and averages add no more.
    error = 2 * len(sizes) + 2
    x = potential[everybody] - potential[without]
    return Fraction(x - error, 1 << BITS), Fraction(x + error, 1 << BITS)


@lru_cache(maxsize=256)
def _potential(kinds: tuple[tuple[Fraction, int], ...], saturation: Fraction) -> dict[tuple[int, ...], int]:
    ways = 1
    for _, count in kinds:
        ways *= count + 1
    if ways > MAX_COUNTS:
        raise InvalidEvidence(f"the data sets can come together in {ways:,} ways; at most {MAX_COUNTS:,} are added up")
    found: dict[tuple[int, ...], int] = {}
    for come in product(*(range(count + 1) for _, count in kinds)):
        n = sum(come)
        if not n:
            found[come] = 0
            continue
        records = sum((count * size for (size, _), count in zip(kinds, come, strict=True)), Fraction(0))
        worth = records / (records + saturation)
        total = (worth.numerator << BITS) // worth.denominator
        total += sum(c * found[(*come[:k], c - 1, *come[k + 1 :])] for k, c in enumerate(come) if c)
        found[come] = total // n
    return found


@declare("check", "What leaving early brings, date by date")
def check_early_withdrawal(
    claim: str,
    stated: Fraction,
    spared: Sequence[Fraction],
    discount: Fraction,
    notice: int,
    deposit: Fraction,
    unit: str = "",
) -> Certificate:
    """No date of notice brings anything, and the best brings what is stated.

    ``spared`` is, for each period of the term, what not sharing would bring more than sharing.  Notice in period t >= 1 ends the
    sharing after ``notice`` further periods, if any are left then, and forfeits the deposit; its gain, in money of that period,
    is the discounted sum of what is spared in the periods that are left, less the deposit.  Every date is added up by itself.

    Examples
    --------
    >>> one = Fraction(1)
    >>> check_early_withdrawal("stays", one / 2, [-one, one, one], one / 2, 0, one).verdict.value
    'FAILS'
    >>> bool(check_early_withdrawal("stays", -3 * one / 2, [-one, -one, -one], one / 2, 1, one))
    True
    """
    gains = {}
    for date in range(1, len(spared) - notice):
        left = range(date + notice, len(spared))
        gains[date] = sum((discount ** (t - date) * spared[t] for t in left), Fraction(0)) - deposit
    if not gains:
        raise InvalidEvidence(f"a term of {len(spared)} periods leaves no date for a notice of {notice} periods")
    best = max(gains.values())
    if best != stated:
        raise InvalidEvidence(f"the best date brings {rational.text(best)}, not {rational.text(stated)}")
    return Certificate(
        claim,
        holds_if(best <= 0),
        margin=-best,
        unit=unit,
        witness={
            "spared_by_period": [rational.text(amount) for amount in spared],
            "discount": rational.text(discount),
            "notice": notice,
            "deposit": rational.text(deposit),
            "best_date": max(gains, key=lambda date: gains[date]),
        },
        check="check_early_withdrawal",
    )
