"""Small drawings for the report: plain SVG text, the same bytes on every machine.

Positions are computed from exact numbers, so zero, negative and huge values need no special care; what no double can
hold is left out of a drawing, never out of the table beside it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from html import escape
from math import floor, isfinite, log10

from comity import rational

Number = Fraction | int | float

WIDTH, LABELS, RIGHT = 480, 92, 24
LANE, GAP = 11, 10
LONGEST_LABEL = 12
# Each series has a shape as well as a colour, so that nobody needs to see colours.
SHAPES = (
    "M-5,0a5,5 0 1,0 10,0a5,5 0 1,0 -10,0z",
    "M-4.5,-4.5h9v9h-9z",
    "M0,-6l6,6l-6,6l-6,-6z",
    "M0,-5.5l5.8,10h-11.6z",
    "M0,5.5l5.8,-10h-11.6z",
    "M-5,-3l2,-2l3,3l3,-3l2,2l-3,3l3,3l-2,2l-3,-3l-3,3l-2,-2l3,-3z",
    "M-1.6,-5.5h3.2v3.9h3.9v3.2h-3.9v3.9h-3.2v-3.9h-3.9v-3.2h3.9z",
    "M-5.5,-2h11v4h-11z",
)


@dataclass(frozen=True)
class Row:
    """One line of a dot chart: a label, one number per series (None: nothing to show), and a range drawn behind them."""

    label: str
    points: tuple[Number | None, ...]
    band: tuple[Number, Number] | None = None


def dot_chart(title: str, series: Sequence[str], rows: Sequence[Row], unit: str) -> str:
    """Labelled rows over one axis; each series has its own lane, so that equal numbers do not hide each other."""
    scale = _scale([number for row in rows for number in (*row.points, *(row.band or ()))])
    height = LANE * len(series) + GAP
    bottom = 8 + height * len(rows)
    drawn = [_axis(scale, bottom, unit)]
    for at, row in enumerate(rows):
        drawn.append(_row(scale, row, series, 8 + at * height, height))
    return _svg(title, WIDTH, bottom + 36, drawn)


def marker(at: int) -> str:
    """The sign of one series, for a legend."""
    return f'<svg class="key" viewBox="-7 -7 14 14" width="14" height="14" aria-hidden="true">{_sign(at, 0, 0)}</svg>'


def stacked_bar(title: str, parts: Sequence[tuple[str, int]]) -> str:
    """Counts side by side as parts of one bar; parts of zero are left out."""
    total = sum(count for _, count in parts) or 1
    drawn, x = [], 0.0
    for at, (label, count) in enumerate(parts):
        width = WIDTH * count / total
        if count:
            told = f"<title>{escape(label)}: {count}</title>"
            drawn.append(f'<rect class="part p{at}" x="{x:.1f}" y="0" width="{width:.1f}" height="26">{told}</rect>')
            if width > 26:
                drawn.append(f'<text class="count" x="{x + width / 2:.1f}" y="18" text-anchor="middle">{count}</text>')
        x += width
    return _svg(title, WIDTH, 26, drawn)


def room_bar(share: Number) -> str:
    """How far a number may move, as a share of itself, up to all of it."""
    width = 80 * min(1.0, max(0.0, rational.double(share)))
    return (
        '<svg class="room" viewBox="0 0 80 8" width="80" height="8" aria-hidden="true"><rect class="rail" width="80" height="8"/>'
        f'<rect class="fill" width="{max(width, 1):.1f}" height="8"/></svg>'
    )


def simplex(
    title: str, names: Sequence[str], points: Sequence[Sequence[Number]], bounds: Sequence[tuple[Number, Number]] | None
) -> str:
    """Divisions among three as points of a triangle, each corner giving everything to one member.

    ``bounds`` are the least and the most each gets in the core; for three members they cut out the core itself, because
    what a pair can claim only limits what the third gets.
    """
    exact = [[_finite(number) for number in point] for point in points]
    total = sum((number for number in exact[0] if number is not None), Fraction(0)) if exact else Fraction(0)
    if total <= 0 or any(number is None or number < 0 for point in exact for number in point):
        return ""
    corners = ((240.0, 26.0), (75.0, 268.0), (405.0, 268.0))

    def place(point: Sequence[Number]) -> tuple[float, float]:
        weights = [rational.double(Fraction(number) / total) for number in point]
        return (
            sum(w * x for w, (x, _) in zip(weights, corners, strict=True)),
            sum(w * y for w, (_, y) in zip(weights, corners, strict=True)),
        )

    drawn = [f'<path class="frame" d="{_path(corners)}"/>']
    if bounds is not None:
        core = [place(point) for point in _core_corners([(Fraction(low), Fraction(high)) for low, high in bounds], total)]
        if core:
            drawn.append(f'<path class="band core" d="{_path(core)}"/>')
    for (x, y), name, dy in zip(corners, names, (-10, 20, 20), strict=True):
        drawn.append(f'<text x="{x:.1f}" y="{y + dy:.1f}" text-anchor="middle">all to {_short_label(name)}</text>')
    drawn += [_sign(at, *place(point)) for at, point in enumerate(points)]
    return _svg(title, WIDTH, 296, drawn)


# --- scale -------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Scale:
    low: Fraction
    high: Fraction
    ticks: tuple[Fraction, ...]

    def x(self, number: Fraction) -> float:
        return LABELS + float((number - self.low) / (self.high - self.low)) * (WIDTH - LABELS - RIGHT)


def _scale(numbers: Sequence[Number | None]) -> _Scale:
    """An axis that shows every number, and zero if it is not far away."""
    known = [number for number in map(_finite, numbers) if number is not None] or [Fraction(0)]
    low, high = min(known), max(known)
    if low > 0 and low < 2 * (high - low):
        low = Fraction(0)
    if high < 0 and -high < 2 * (high - low):
        high = Fraction(0)
    if low == high:
        pad = abs(low) or Fraction(1)
        low, high = low - pad, high + pad
    step = _step((high - low) / 5)
    first, last = floor(low / step), -floor(-high / step)
    return _Scale(first * step, last * step, tuple(k * step for k in range(first, last + 1)))


def _step(least: Fraction) -> Fraction:
    """The least of 1, 2, 5 times a power of ten that is not smaller."""
    power = Fraction(10) ** floor(log10(least.numerator) - log10(least.denominator))
    return next(step for k in (1, 2, 5, 10, 20) if (step := k * power) >= least)


def _finite(number: Number | None) -> Fraction | None:
    if number is None or (isinstance(number, float) and not isfinite(number)):
        return None
    return Fraction(number)


# --- parts -------------------------------------------------------------------------------------


def _axis(scale: _Scale, bottom: int, unit: str) -> str:
    drawn = []
    for tick in scale.ticks:
        x = scale.x(tick)
        kind = "zero" if tick == 0 else "grid"
        drawn.append(f'<path class="{kind}" d="M{x:.1f},4V{bottom}"/>')
        drawn.append(f'<text class="tick" x="{x:.1f}" y="{bottom + 14}" text-anchor="middle">{rational.short(tick)}</text>')
    middle = (LABELS + WIDTH - RIGHT) / 2
    drawn.append(f'<text class="tick" x="{middle:.1f}" y="{bottom + 29}" text-anchor="middle">{escape(unit)}</text>')
    return "".join(drawn)


def _row(scale: _Scale, row: Row, series: Sequence[str], top: int, height: int) -> str:
    drawn = []
    if top > 8:
        drawn.append(f'<path class="grid" d="M0,{top}H{WIDTH}"/>')
    band = [number for number in map(_finite, row.band or ()) if number is not None]
    if len(band) == 2:
        left, right = scale.x(band[0]), scale.x(band[1])
        told = f"<title>{escape(row.label)}: {rational.short(band[0])} to {rational.short(band[1])}</title>"
        size = f'width="{max(right - left, 2):.1f}" height="{height - 6}"'
        drawn.append(f'<rect class="band" x="{left:.1f}" y="{top + 3}" {size}>{told}</rect>')
    for at, point in enumerate(row.points):
        number = _finite(point)
        if number is not None:
            told = f"<title>{escape(row.label)}, {escape(series[at])}: {rational.short(number)}</title>"
            drawn.append(_sign(at, scale.x(number), top + GAP / 2 + LANE * (at + 0.5), told))
    drawn.append(f'<text x="0" y="{top + height / 2 + 4:.1f}">{_short_label(row.label)}</text>')
    return "".join(drawn)


def _sign(at: int, x: float, y: float, told: str = "") -> str:
    shape = SHAPES[at % len(SHAPES)]
    return f'<path class="s s{at % len(SHAPES)}" transform="translate({x:.1f} {y:.1f})" d="{shape}">{told}</path>'


def _short_label(label: str) -> str:
    shown = label if len(label) <= LONGEST_LABEL else label[: LONGEST_LABEL - 1] + "…"
    return f"{escape(shown)}<title>{escape(label)}</title>"


def _path(corners: Sequence[tuple[float, float]]) -> str:
    return "M" + "L".join(f"{x:.1f},{y:.1f}" for x, y in corners) + "z"


def _core_corners(bounds: Sequence[tuple[Fraction, Fraction]], total: Fraction) -> list[tuple[Fraction, ...]]:
    """Corners of {x: low_i <= x_i <= high_i, sum x = total} for three members, in order around it."""
    found = set()
    for i, j, k in ((0, 1, 2), (1, 2, 0), (2, 0, 1)):
        for first in bounds[i]:
            for second in bounds[j]:
                third = total - first - second
                if bounds[k][0] <= third <= bounds[k][1]:
                    amounts = {i: first, j: second, k: third}
                    found.add((amounts[0], amounts[1], amounts[2]))
    if not found:
        return []
    centre = [sum((point[i] for point in found), Fraction(0)) / len(found) for i in range(3)]
    return sorted(found, key=lambda point: _angle(point[0] - centre[0], point[1] - centre[1]))


def _angle(dx: Fraction, dy: Fraction) -> tuple[int, Fraction]:
    """Grows with the angle of (dx, dy) once around; exact, so that the order never depends on rounding."""
    size = abs(dx) + abs(dy)
    share = dy / size if size else Fraction(0)
    return (0, share) if dx >= 0 else (1, -share)


def _svg(title: str, width: int, height: int, drawn: Sequence[str]) -> str:
    named = escape(title, quote=True)
    return (
        f'<svg class="chart" viewBox="0 0 {width} {height}" role="img" aria-label="{named}"><title>{named}</title>'
        + "".join(drawn)
        + "</svg>"
    )
