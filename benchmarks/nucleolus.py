"""The prenucleolus and its relatives on eight families of games, beside coopgame-py in one run: times, ratios, the same amounts.

    python benchmarks/nucleolus.py                     10 to 22 players
    python benchmarks/nucleolus.py --players 24 --relatives
    pip install coopgame-py                            to compare; the table was made with 0.3.0

Each game is given to both as a table of 64-bit integers that is ready.  comity's time is that of the whole call, so the exact
certificate is found and confirmed in it; "found" is the part before the check, by a separate run.  coopgame-py's `prenucleolus`
answers in doubles, and its `certify` makes that exact: the first ratio compares finding, the second the whole with both.
`certify` is run up to 18 players, where it says yes; a dash stands for where it does not.  Amounts that differ by more than
doubles explain end the run with exit status 1.  Each time is the best of three runs up to 18 players, of one from 19 on, and of
one for coopgame-py from 14 on.
"""

from __future__ import annotations

import argparse
import importlib
import importlib.metadata
import importlib.util
import os
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import numpy as np
from nucleolus_games import FAMILIES, Table, table_of

import comity
from comity.errors import EmptyCore
from comity.games.coalitional.table import TableGame
from comity.solvers.core.coalition_rows import IntegerGame
from comity.solvers.core.guided_levels import guided_chain

LARGE = 19
# What coopgame-py takes for larger games is more than a benchmark has.
LARGEST_COMPARED, LARGEST_CERTIFIED = 22, 18


def seconds(call: Callable[[], Any], runs: int) -> tuple[float, Any]:
    """The least time of so many runs, and what the last returned."""
    best = float("inf")
    answer = None
    for _ in range(runs):
        start = time.perf_counter()
        answer = call()
        best = min(best, time.perf_counter() - start)
    return best, answer


def ours(table: Table, runs: int) -> tuple[float, float, Any]:
    """The time of the whole call, that of finding, and the allocation."""
    whole, allocation = seconds(lambda: comity.prenucleolus(TableGame(None, table)), runs)
    found, _ = seconds(lambda: guided_chain(IntegerGame.of(TableGame(None, table)), bounded=False), runs)
    return whole, found, allocation


def theirs(table: Table, runs: int) -> tuple[float, float | None, Any] | None:
    """The times of coopgame-py to find and, if it does, to certify, and its amounts; None if it is not installed."""
    if importlib.util.find_spec("coopgame") is None or len(table) > 1 << LARGEST_COMPARED:
        return None
    coopgame = importlib.import_module("coopgame")
    game = coopgame.Game(table[1:].astype(float).tolist())
    found, answer = seconds(lambda: coopgame.prenucleolus(game), runs)
    if len(table) > 1 << LARGEST_CERTIFIED:
        return found, None, answer["allocation"]
    certified, said = seconds(lambda: coopgame.certify(game, answer["allocation"], "preimputation"), 1)
    return found, certified if said["satisfied"] else None, answer["allocation"]


def prenucleoli(players: Sequence[int]) -> bool:
    """Print one line a game and the medians; whether all amounts agree."""
    agree = True
    print(f"{'':>28}{'comity':^25}{'coopgame-py':^18}{'ratios':^16}")
    print(f"{'n':>3} {'family':<24}{'found':>9}{'whole':>9}{'levels':>7}{'found':>9}{'certify':>9}{'found':>8}{'whole':>8}")
    for n in players:
        runs = 3 if n < LARGE else 1
        wholes, founds, ratios, certified = [], [], [], []
        for family in FAMILIES:
            table = table_of(family, n)
            whole, found, allocation = ours(table, runs)
            wholes.append(whole)
            founds.append(found)
            line = f"{n:>3} {family:<24}{found:>9.3f}{whole:>9.3f}{len(allocation.certificate.witness['levels']):>7}"
            other = theirs(table, 1 if n >= 14 else runs)
            if other is not None:
                ratios.append(other[0] / found)
                line += f"{other[0]:>9.3f}{'-' if other[1] is None else f'{other[1]:.3f}':>9}{ratios[-1]:>8.1f}"
                if other[1] is not None:
                    certified.append((other[0] + other[1]) / whole)
                    line += f"{certified[-1]:>8.1f}"
                near = np.allclose(other[2], allocation.amounts, rtol=0, atol=1e-6 * max(1.0, float(np.abs(table).max())))
                agree &= near
                line += "" if near else "  DIFFERENT AMOUNTS"
            print(line, flush=True)
        line = f"{n:>3} {'median':<24}{statistics.median(founds):>9.3f}{statistics.median(wholes):>9.3f}"
        medians = "".join(f"{statistics.median(part):>8.1f}" if part else " " * 8 for part in (ratios, certified))
        print(f"{line}{'':>25}{medians}\n{n:>3} {'worst':<24}{max(founds):>9.3f}{max(wholes):>9.3f}", flush=True)
    return agree


RELATIVES = {
    "nucleolus": 20,
    "per_capita_prenucleolus": 18,
    "least_core": 20,
    "check_balanced": 20,
    "prekernel_point": 18,
    "modiclus": 8,
}


def relatives() -> None:
    """Print the median and the worst time of the relatives over the families."""
    print(f"{'concept':<28}{'players':>8}{'median s':>10}{'worst s':>9}")
    for name, n in RELATIVES.items():
        taken = [seconds(partial(_asked, name, table_of(family, n)), 1)[0] for family in FAMILIES]
        print(f"{name:<28}{n:>8}{statistics.median(taken):>10.3f}{max(taken):>9.3f}", flush=True)


def _asked(name: str, table: Table) -> None:
    try:
        getattr(comity, name)(TableGame(None, table))
    except EmptyCore:
        return


def main() -> int:
    """Run what the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--players", type=int, nargs="*", default=[10, 12, 14, 15, 16, 18, 20, 22])
    parser.add_argument("--relatives", action="store_true", help="time the relatives too")
    asked = parser.parse_args()
    other = (
        f"coopgame-py {importlib.metadata.version('coopgame-py')}" if importlib.util.find_spec("coopgame") else "no coopgame-py"
    )
    print(f"{other}; numpy {np.__version__}; {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")
    # The first call imports the engines.
    comity.prenucleolus(TableGame(None, table_of("uniform", 7)))
    agree = prenucleoli(asked.players)
    if asked.relatives:
        relatives()
    return 0 if agree else 1


if __name__ == "__main__":
    sys.exit(main())
