"""How long values, dividends and scans of a table take, beside ``numpy.sum`` of the same table.

Run it where comity is installed, with the extra ``fast`` to see compiled kernels::

    python benchmarks/values.py --players 20 24 26

Every time is the best of several calls in one process, after a first one that compiles, reads what is kept and touches the
memory; a call of comity includes its certificate, unless it only finds, and is given a game that nobody has asked anything
before.  Sums and calls take
turns, so that other work on the machine slows both.  Tables are made by five recipes; ratios to the sum are medians over them.
CPU times beside the wall clock tell a busy machine from a slow method: with two idle cores the wall clock is about half of them.
"""

from __future__ import annotations

import argparse
import os
import statistics
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from fractions import Fraction
from functools import cache, partial
from itertools import product
from typing import Any

import numpy as np
import workers
from bars import Bar, markdown
from measure import Call, Prepare, Seconds, in_turns
from nucleolus_games import table_of
from value_games import FAMILIES, Table, additive, doubles, wholes

import comity
from comity import kernels
from comity.checks.core import check_in_core
from comity.checks.properties import check_convex, check_superadditive
from comity.games.kernels.moebius import moebius
from comity.solvers.values.banzhaf import banzhaf_amounts
from comity.solvers.values.interactions import shapley_pairs
from comity.solvers.values.shapley import shapley_of_table

Asked = dict[str, Callable[[Table], Prepare]]


def of_game(ask: Callable[[Any], Any]) -> Callable[[Table], Prepare]:
    """Asking a game that is made of the table outside the clock."""

    def of(table: Table) -> Prepare:
        def prepare() -> Call:
            game = comity.TableGame(None, table)
            return lambda: ask(game)

        return prepare

    return of


def total_of(table: Table) -> Prepare:
    return lambda: table.sum


def in_place(table: Table) -> Prepare:
    def prepare() -> Call:
        worths = table.copy()
        return lambda: moebius(worths)

    return prepare


SHAPLEY, BANZHAF, PAIRS, MOEBIUS = "Shapley value", "Banzhaf value", "Shapley interactions of all pairs", "Moebius transform"
FOUND = ", found alone"
CERTIFIED = {SHAPLEY: of_game(comity.shapley_value), BANZHAF: of_game(comity.banzhaf_value)}
DOUBLES: Asked = {**CERTIFIED, SHAPLEY + FOUND: of_game(shapley_of_table), BANZHAF + FOUND: of_game(banzhaf_amounts)}
WHOLES: Asked = {
    **DOUBLES,
    PAIRS: of_game(comity.shapley_interactions),
    PAIRS + FOUND: of_game(shapley_pairs),
    MOEBIUS: in_place,
}
KINDS: dict[str, tuple[Callable[[str, int], Table], Asked]] = {"doubles": (doubles, DOUBLES), "integers": (wholes, WHOLES)}
# Beyond, five tables take gigabytes and the rest of a minute.
MOST_REPEATED = 26


@cache
def beside_sum(kind: str, n: int) -> dict[str, list[tuple[Seconds, Seconds]]]:
    """For each call and each family, the time of the sum and that of the call."""
    make, asked = KINDS[kind]
    found: dict[str, list[tuple[Seconds, Seconds]]] = {what: [] for what in asked}
    for family in FAMILIES:
        table = make(family, n)
        total, *calls = in_turns([total_of(table), *(of(table) for of in asked.values())], 5 if n <= MOST_REPEATED else 2)
        for what, call in zip(asked, calls, strict=True):
            found[what].append((total, call))
    return found


def ratios(what: str, kind: str, n: int) -> list[float]:
    return [call.wall / total.wall for total, call in beside_sum(kind, n)[what]]


def seconds(what: str, kind: str, n: int) -> list[float]:
    return [call.wall for _, call in beside_sum(kind, n)[what]]


def nanoseconds_an_entry(what: str, kind: str, n: int) -> list[float]:
    return [call.wall / 2**n * 1e9 for _, call in beside_sum(kind, n)[what]]


@contextmanager
def not_compiled() -> Iterator[None]:
    before = os.environ.get("COMITY_COMPILED")
    os.environ["COMITY_COMPILED"] = "0"
    try:
        yield
    finally:
        if before is None:
            del os.environ["COMITY_COMPILED"]
        else:
            os.environ["COMITY_COMPILED"] = before


def without_compiled_code(what: str, n: int) -> list[float]:
    with not_compiled():
        return [in_turns([DOUBLES[what](doubles(family, n))], 5)[0].wall for family in FAMILIES]


def convex_tables(n: int) -> Iterator[Table]:
    """Games of which every comparison has to be made, since all of them hold."""
    weights = additive(n, np.random.default_rng(n))
    yield weights * weights
    yield table_of("unanimity_sums", n)
    yield table_of("airport_savings", n)


def scan(check: Callable[[Any], Any], n: int) -> list[float]:
    return [in_turns([of_game(check)(table)], 3)[0].wall for table in convex_tables(n)]


def membership(n: int) -> list[float]:
    """The Shapley value of a convex game is in its core: everything has to be looked at."""
    found = []
    for table in convex_tables(n):
        x = comity.shapley_value(comity.TableGame(None, table)).exact
        found.append(in_turns([of_game(partial(_check, x))(table)], 3)[0].wall)
    return found


def _check(x: tuple[Fraction, ...], game: Any) -> None:
    if not check_in_core(game, x):
        raise AssertionError("the Shapley value of a convex game is in its core (Shapley 1971)")


def times_coopgame(n: int) -> list[float]:
    """What coopgame-py takes for the Shapley value, as a multiple of what comity takes; nothing where it is not installed."""
    found = []
    if workers.installed("peers_coopgame"):
        with workers.Worker("peers_coopgame") as peer:
            for family in FAMILIES:
                table = doubles(family, n)
                own = in_turns([DOUBLES[SHAPLEY](table)], 3)[0].wall
                said = peer.ask("shapley_value", "", table, limit=60)
                if isinstance(said, workers.Answer):
                    found.append(said.seconds / own)
    return found


def _bars() -> Iterator[Bar]:
    area, times = "Values of a table", "× np.sum"
    # To find a value is one pass over the table, to confirm it another.
    for n in (24, 26, 28):
        for what, found in product((SHAPLEY, BANZHAF), (FOUND, "")):
            yield Bar(area, f"{what} of a table of doubles{found}", n, 2, times, partial(ratios, what + found, "doubles"), 12)
    for n in (24, 26):
        for what, found in product((SHAPLEY, BANZHAF), (FOUND, "")):
            name = f"{what} of a table of integers, exact{found}"
            yield Bar(area, name, n, 2, times, partial(ratios, what + found, "integers"), 12)
        for found in (FOUND, ""):
            yield Bar(area, f"{PAIRS} of integers, exact{found}", n, 4, times, partial(ratios, PAIRS + found, "integers"), 12)
        entries = partial(nanoseconds_an_entry, MOEBIUS, "integers")
        yield Bar(area, f"{MOEBIUS} of integers in place", n, 12, "ns an entry", entries, 12)
    for what in (SHAPLEY, BANZHAF):
        yield Bar(area, f"{what} of doubles without compiled code", 20, 0.02, "s", partial(without_compiled_code, what), 10)
    yield Bar(area, f"{SHAPLEY} of doubles, times what coopgame-py takes", 24, 20, "×", times_coopgame, 12, least=True)
    area = "Properties of a table"
    yield Bar(area, "convexity of a convex game", 20, 0.2, "s", partial(scan, check_convex), 10)
    yield Bar(area, "superadditivity of a convex game", 18, 0.5, "s", partial(scan, check_superadditive), 9)
    yield Bar(area, "membership in the core", 24, 0.1, "s", membership, 10)


BARS = tuple(_bars())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--players", type=int, nargs="+", default=[20, 24])
    asked = parser.parse_args()
    print(f"compiled kernels: {kernels.available()}; threads: {kernels.threads()}\n")
    heading = ("what", "players", "seconds", "CPU seconds", "x np.sum", "CPU x np.sum", "ns an entry")
    rows = [line(what, kind, n) for n in asked.players for kind, (_, calls) in KINDS.items() for what in calls]
    print(markdown(heading, rows))


def line(what: str, kind: str, n: int) -> tuple[str, ...]:
    """The medians over the families."""
    found = beside_sum(kind, n)[what]
    median = [
        statistics.median(part)
        for part in (
            [call.wall for _, call in found],
            [call.cpu for _, call in found],
            [call.wall / total.wall for total, call in found],
            [call.cpu / total.cpu for total, call in found],
        )
    ]
    return f"{what}, {kind}", str(n), *(f"{x:.4g}" for x in median), f"{median[0] / 2**n * 1e9:.2g}"


if __name__ == "__main__":
    main()
