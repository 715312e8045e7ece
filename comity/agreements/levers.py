"""The smallest value of a lever after which something no longer fails, rounded to the safe side."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction

from comity import rational
from comity.mechanisms import paths
from comity.mechanisms.findings import Lever
from comity.mechanisms.setting import Setting

DECIMALS = 6
STEP = Fraction(1, 10**DECIMALS)
# A lever without a bound of its own is tried up to about 1e36, in longer strides from about 1e12 on.
UNBOUNDED_STEPS = 2**140
STRIDES = (*range(60), *range(60, 141, 8))
EVEN_PROBES = 32


def current(lever: Lever, setting: Setting) -> Fraction:
    """The value as the file has it; nothing is added yet by an added lever."""
    if lever.added:
        return Fraction(0)
    value = paths.read(setting, lever.paths[0])
    return Fraction(value) if value is not None else lever.low


def change_of(lever: Lever, setting: Setting, value: Fraction) -> dict[str, Fraction]:
    """What the file would say, by path, with the lever at a value."""
    if lever.added:
        return {path: paths.read(setting, path) + value for path in lever.paths}
    return dict.fromkeys(lever.paths, value)


def pulled(setting: Setting, change: Mapping[str, Fraction]) -> Setting:
    """The agreement with a change made."""
    return paths.write_all(setting, change)


def least_value(lever: Lever, setting: Setting, excess: Callable[[Setting], Fraction]) -> Fraction | None:
    """The value nearest to the present one, on six decimals, at which nothing fails any more; None if there is none.

    ``excess`` is positive as long as something fails.  Probes double their distance from the present value, with an even grid
    between where the lever is bounded; where what is left falls and rises again, its least is looked for in between.  The
    first success is then narrowed down until one step less fails.  What fails for good beyond a success does not matter.
    """
    start = current(lever, setting)
    steps = _range(lever, start)

    def left(k: int) -> Fraction:
        return excess(pulled(setting, change_of(lever, setting, grid(lever, start, k))))

    seen = [(0, left(0))]
    for k in probes(steps):
        seen = [*seen[-2:], (k, left(k))]
        low = _low_between(left, seen, at_the_end=k == steps) if seen[-1][1] > 0 else k
        if low is not None:
            before = seen[0][0] if low < seen[-2][0] else seen[-2][0]
            while low - before > 1:
                middle = (before + low) // 2
                if left(middle) > 0:
                    before = middle
                else:
                    low = middle
            return grid(lever, start, low)
    return None


def _low_between(left: Callable[[int], Fraction], seen: list[tuple[int, Fraction]], at_the_end: bool) -> int | None:
    """A step at which nothing is left, in a hollow between probes that all fail."""
    (one, first), (two, second) = seen[-2:]
    if len(seen) == 3 and seen[0][1] > first < second:
        one = seen[0][0]
    elif not (at_the_end and second < first and left(two - 1) < second):
        return None
    while two - one > 2:
        third = (two - one) // 3
        lower, upper = one + third, two - third
        here, there = left(lower), left(upper)
        if here <= 0 or there <= 0:
            return lower if here <= 0 else upper
        one, two = (lower, two) if here > there else (one, upper)
    return one + 1 if two - one == 2 and left(one + 1) <= 0 else None


def probes(steps: int) -> list[int]:
    """Which steps to try: doubling distances, and an even grid where the range is bounded."""
    doubling = {2**j for j in STRIDES if 2**j <= steps}
    even = {steps * j // EVEN_PROBES for j in range(1, EVEN_PROBES + 1)} if steps < UNBOUNDED_STEPS else set()
    return sorted((doubling | even | {steps}) - {0})


def grid(lever: Lever, start: Fraction, k: int) -> Fraction:
    """The k-th decimal away from the present value, on the safe side of it."""
    if lever.rises:
        return rational.round_down(start, DECIMALS) + k * STEP
    return rational.round_up(start, DECIMALS) - k * STEP


def one_step_back(lever: Lever, value: Fraction) -> Fraction:
    """The next weaker value on six decimals."""
    return value - STEP if lever.rises else value + STEP


def end_of_range(lever: Lever) -> Fraction | None:
    """The strongest value there is, None if unbounded."""
    return lever.high if lever.rises else lever.low


def last_value(lever: Lever, setting: Setting) -> Fraction | None:
    """The strongest value on six decimals, or the present one where none lies in between; None if unbounded."""
    start = current(lever, setting)
    steps = None if end_of_range(lever) is None else _range(lever, start)
    return None if steps is None else grid(lever, start, steps) if steps else start


def _range(lever: Lever, start: Fraction) -> int:
    end = end_of_range(lever)
    if end is None:
        return UNBOUNDED_STEPS
    reach = end - rational.round_down(start, DECIMALS) if lever.rises else rational.round_up(start, DECIMALS) - end
    return max(0, int(reach / STEP))
