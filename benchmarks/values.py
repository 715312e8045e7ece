"""How long values, dividends and scans of a table take, beside ``numpy.sum`` of the same table and beside coopgame-py.

Run it where comity is installed, with the extra ``fast`` to see compiled kernels and coopgame-py to be compared with it::

    python benchmarks/values.py --players 20 24 26 --markdown table.md

Every time is the best of several calls in one process, after a first one that compiles, reads what is kept and touches the
memory; a call of comity includes its certificate.  Sums and calls take turns, so that other work on the machine slows
both.  Tables are made by five recipes; the last column but one is the median of their ratios to the sum.  CPU times beside the
wall clock tell a busy machine from a slow method: with two idle cores the wall clock is about half of them.
"""

from __future__ import annotations

import argparse
import importlib.util
import statistics
import time
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

import comity
from comity import kernels
from comity.checks.core import check_in_core
from comity.checks.properties import check_convex, check_superadditive
from comity.games.kernels.moebius import moebius

Table = NDArray[Any]


def additive(n: int, rng: np.random.Generator) -> Table:
    """The sum of the players' whole weights."""
    worths = np.zeros(1, dtype=np.int64)
    for weight in rng.integers(1, 100, n):
        worths = np.concatenate([worths, worths + weight])
    return worths


def uniform(n: int, rng: np.random.Generator) -> Table:
    worths = rng.random(1 << n)
    worths[0] = 0
    return worths


# Each recipe makes doubles of many digits; rounded to whole numbers they are the integer tables.
FAMILIES: dict[str, Callable[[int, np.random.Generator], Table]] = {
    "uniform": uniform,
    "convex": lambda n, rng: (additive(n, rng) / 37.0) ** 2,
    "concave": lambda n, rng: np.sqrt(additive(n, rng)),
    "normal": lambda n, rng: uniform(n, rng) - uniform(n, rng),
    "noisy": lambda n, rng: additive(n, rng) * uniform(n, rng),
}


class Times:
    """Best wall-clock and CPU seconds of what is timed."""

    def __init__(self, repeats: int) -> None:
        self.repeats = repeats

    def __call__(self, *calls: Callable[[], Any]) -> list[tuple[float, float]]:
        best = [(float("inf"), float("inf"))] * len(calls)
        for call in calls:
            call()
        for _ in range(self.repeats):
            for k, call in enumerate(calls):
                wall, cpu = time.perf_counter(), time.process_time()
                call()
                best[k] = min(best[k][0], time.perf_counter() - wall), min(best[k][1], time.process_time() - cpu)
        return best


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--players", type=int, nargs="+", default=[20, 24])
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--markdown", type=Path, help="write the table there as well")
    options = parser.parse_args()
    rows = [row for n in options.players for row in measure(n, Times(options.repeats))]
    heading = ("players", "what", "seconds", "CPU seconds", "x np.sum, median", "CPU x np.sum, median", "remark")
    lines = [" | ".join(heading), " | ".join("---" for _ in heading), *(" | ".join(row) for row in rows)]
    text = "\n".join(f"| {line} |" for line in lines)
    print(f"compiled kernels: {kernels.available()}; threads: {kernels.threads()}\n\n{text}")
    if options.markdown:
        options.markdown.write_text(text + "\n", encoding="utf-8")


def measure(n: int, times: Times) -> list[tuple[str, ...]]:
    """The rows of the table for this many players."""
    tables = {name: make(n, np.random.default_rng(n)) for name, make in FAMILIES.items()}
    wholes = {name: np.rint(worths * (1e5 / np.abs(worths).max())).astype(np.int64) for name, worths in tables.items()}
    rows = []
    for what, worths, ask in (
        ("shapley_value, doubles", tables, comity.shapley_value),
        ("banzhaf_value, doubles", tables, comity.banzhaf_value),
        ("shapley_value, integers", wholes, comity.shapley_value),
        ("banzhaf_value, integers", wholes, comity.banzhaf_value),
        ("shapley_interactions, integers", wholes, comity.shapley_interactions),
    ):
        rows.append(row(n, what, [_with_sum(times, ask, table) for table in worths.values()]))
    rows.append(row(n, "Moebius transform, in place", [moebius_of(times, table) for table in wholes.values()], per_entry=True))
    weights = additive(n, np.random.default_rng(n))
    square = weights * weights
    game = comity.TableGame(None, square)
    share = [int(square[-1]) * Fraction(int(weights[1 << i]), int(weights[-1])) for i in range(n)]
    rows.append(row(n, "check_in_core", [times(square.sum, lambda: check_in_core(game, share))]))
    if n <= 20:
        rows.append(row(n, "check_convex", [times(square.sum, lambda: check_convex(game))]))
    if n <= 18:
        rows.append(row(n, "check_superadditive", [times(square.sum, lambda: check_superadditive(game))]))
    if importlib.util.find_spec("coopgame") is not None:
        rows.append(beside_coopgame(n, times, tables["uniform"]))
    return rows


def _with_sum(times: Times, ask: Callable[[Any], Any], table: Table) -> list[tuple[float, float]]:
    game = comity.TableGame(None, table)
    return times(table.sum, lambda: ask(game))


def moebius_of(times: Times, table: Table) -> list[tuple[float, float]]:
    worths = table.copy()
    return times(table.sum, lambda: moebius(worths))


def row(n: int, what: str, found: list[list[tuple[float, float]]], per_entry: bool = False) -> tuple[str, ...]:
    """One line: the medians over the families."""
    wall = statistics.median(call[0] for _, call in found)
    cpu = statistics.median(call[1] for _, call in found)
    ratio = statistics.median(call[0] / total[0] for total, call in found)
    cpu_ratio = statistics.median(call[1] / total[1] for total, call in found)
    remark = f"{wall / 2**n * 1e9:.1f} ns an entry, {cpu / 2**n * 1e9:.1f} of CPU" if per_entry else ""
    return str(n), what, f"{wall:.4f}", f"{cpu:.4f}", f"{ratio:.1f}", f"{cpu_ratio:.1f}", remark


def beside_coopgame(n: int, times: Times, table: Table) -> tuple[str, ...]:
    import coopgame

    ours, theirs = comity.TableGame(None, table), coopgame.Game(table[1:].tolist())
    total, own, other = Times(2)(table.sum, lambda: comity.shapley_value(ours), lambda: coopgame.shapley(theirs))
    return (*row(n, "coopgame.shapley, doubles", [[total, other]])[:-1], f"{other[0] / own[0]:.0f} x as long as comity")


if __name__ == "__main__":
    main()
