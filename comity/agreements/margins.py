"""How far a number of the file may move, all else as written, before a finding turns."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

from comity.errors import ComityError
from comity.mechanisms import paths
from comity.mechanisms.findings import Margin
from comity.mechanisms.setting import Setting

Gain = Callable[[Setting], Fraction | None]
DOUBLINGS = 24
BISECTIONS = 44


def margin(setting: Setting, path: str, gain: Gain) -> Margin | None:
    """Where the gain changes between paying and not paying as one number moves; None if the number plays no part."""
    try:
        value = paths.read(setting, path)
    except ComityError:
        return None
    if not isinstance(value, Fraction):
        return None
    low, high = paths.range_of(setting, path)

    def at(number: Fraction) -> Fraction | None:
        return gain(paths.write(setting, path, number))

    nudge = max(abs(value), Fraction(1)) / 1024
    beside = value + nudge if high is None or value + nudge <= high else value - nudge
    far = 2 * value + 1 if high is None else high
    here, there = at(value), at(beside)
    if here is None or there is None or here == there == at(far):
        return None
    slope = (there - here) / (beside - value)
    turns: Fraction | float | None = _linear_root(at, value, here, slope, low, high)
    if turns is None:
        turns = _nearest_turn(at, value, here, slope, low, high)
    return Margin(path, value, turns)


def _linear_root(
    at: Callable[[Fraction], Fraction | None],
    value: Fraction,
    here: Fraction,
    slope: Fraction,
    low: Fraction | None,
    high: Fraction | None,
) -> Fraction | None:
    """The root if the gain is linear up to it; it then is exact."""
    if slope == 0:
        return None
    root = value - here / slope
    if (low is not None and root < low) or (high is not None and root > high):
        return None
    if here <= 0 and root == (high if slope > 0 else low):
        return None  # it turns beyond the root, where the number cannot go
    middle = (value + root) / 2
    return root if at(root) == 0 and at(middle) == here / 2 else None


def _nearest_turn(
    at: Callable[[Fraction], Fraction | None],
    value: Fraction,
    here: Fraction,
    slope: Fraction,
    low: Fraction | None,
    high: Fraction | None,
) -> float | None:
    """The nearest turning point found by doubling steps both ways, then halving; to about twelve digits."""
    pays = here > 0

    def turned(number: Fraction) -> bool:
        gain = at(number)
        return gain is not None and (gain > 0) != pays

    inner = [value, value]
    first = max(abs(value), Fraction(1, 1000)) / 64
    # The side on which the gain moves towards zero is looked at first; a tie there goes to it.
    toward = 1 if (slope > 0) != pays else -1
    for doubling in range(DOUBLINGS):
        for side, sign in enumerate((toward, -toward)):
            outer = value + sign * first * 2**doubling
            outer = min(outer, high) if high is not None else outer
            outer = max(outer, low) if low is not None else outer
            if outer != inner[side] and turned(outer):
                return _halve(turned, inner[side], outer)
            inner[side] = outer
    return None


def _halve(turned: Callable[[Fraction], bool], inside: Fraction, outside: Fraction) -> float:
    for _ in range(BISECTIONS):
        middle = (inside + outside) / 2
        # Short decimals keep the fractions small; the interval is wider than their rounding until the end.
        rounded = Fraction(f"{float(middle):.15g}")
        if not min(inside, outside) < rounded < max(inside, outside):
            break
        if turned(rounded):
            outside = rounded
        else:
            inside = rounded
    return float(f"{float(outside):.12g}")
