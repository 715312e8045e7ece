"""The prenucleolus and its relatives on eight families of games, beside coopgame-py in one run: times, ratios, the same amounts.

    python benchmarks/nucleolus.py                     10 to 22 players
    python benchmarks/nucleolus.py --players 24 --relatives

Each game is given to both as a table of 64-bit integers that is ready.  comity's time is that of the whole call, so the exact
certificate is found and confirmed in it; "found" is the part before the check, by a separate run.  coopgame-py's `prenucleolus`
answers in doubles, and its `certify` makes that exact: the first ratio compares finding, the second the whole with both.
Amounts that differ by more than doubles explain end the run with exit status 1.  Each time is the best of several runs while they
are short.  coopgame-py is stopped after half a minute; its ratio is then a lower bound.
"""

from __future__ import annotations

import argparse
import statistics
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, partial
from typing import Any

import numpy as np
import workers
from bars import Bar
from measure import best
from nucleolus_games import FAMILIES, Table, table_of

import comity
from comity.errors import EmptyCore
from comity.games.coalitional.table import TableGame
from comity.results import Allocation
from comity.solvers.core.coalition_rows import IntegerGame
from comity.solvers.core.guided_levels import guided_chain

PEER = "peers_coopgame"
LIMIT = 30.0
CERTIFIED = "with its certificate"
# Amounts in doubles may be off by this share of the largest worth.
ROUNDING = 1e-6


@dataclass(frozen=True)
class Own:
    """Seconds to find, seconds of the whole call with its certificate, and what it returned."""

    found: float
    whole: float
    answer: Allocation


@cache
def own(family: str, n: int) -> Own:
    table = table_of(family, n)
    # The first call imports the engines.
    comity.prenucleolus(TableGame(None, table_of("uniform", 7)))
    whole, answer = best(lambda: lambda: comity.prenucleolus(TableGame(None, table)), 3)
    found, _ = best(lambda: lambda: guided_chain(IntegerGame.of(TableGame(None, table)), bounded=False), 3)
    if not answer.certificate:
        raise AssertionError(f"the prenucleolus of {family} with {n} players has a certificate that does not hold")
    return Own(found.wall, whole.wall, answer)


@cache
def theirs(how: str, n: int) -> dict[str, workers.Said]:
    """What coopgame-py says about each family; nothing where it is not installed."""
    if not workers.installed(PEER):
        return {}
    with workers.Worker(PEER) as peer:
        return {family: peer.ask("prenucleolus", how, table_of(family, n), LIMIT) for family in FAMILIES}


def finding(n: int) -> list[float]:
    return [own(family, n).found for family in FAMILIES]


def certified(n: int) -> list[float]:
    return [own(family, n).whole for family in FAMILIES]


def times_coopgame(part: Callable[[Own], float], how: str, n: int) -> list[float]:
    """How many times what comity takes for a part of its work coopgame-py takes; at least, where it was stopped."""
    found = []
    for family, said in theirs(how, n).items():
        seconds = _seconds(said)
        if seconds is not None:
            found.append(seconds / part(own(family, n)))
    return found


def _seconds(said: workers.Said) -> float | None:
    if isinstance(said, workers.Refused):
        return None
    return said.seconds if isinstance(said, workers.Answer) else said.limit


def relative(name: str, n: int) -> list[float]:
    """The seconds of another concept with its certificate, for each family."""
    return [best(lambda: partial(_asked, name, TableGame(None, table)), 3)[0].wall for table in _tables(n)]  # noqa: B023


def _tables(n: int) -> Iterator[Table]:
    return (table_of(family, n) for family in FAMILIES)


def _asked(name: str, game: Any) -> None:
    try:
        getattr(comity, name)(game)
    except EmptyCore:
        return


def _bars() -> Iterator[Bar]:
    area = "Nucleoli of a table"
    for n, limit in ((15, 0.03), (20, 0.2), (22, 0.7), (24, 3)):
        yield Bar(area, "prenucleolus found", n, limit, "s", finding, 8)
    for n, limit in ((15, 0.1), (20, 1), (22, 2), (24, 6)):
        yield Bar(area, "prenucleolus with its exact certificate", n, limit, "s", certified, 8)
    for n in (16, 18, 20, 22):
        yield Bar(area, "prenucleolus, times what coopgame-py takes to find it", n, 10, "×", _times_found, 8, least=True)
    for n in (16, 18):
        what = "prenucleolus and certificate, times what coopgame-py takes for both"
        yield Bar(area, what, n, 10, "×", _times_whole, 8, least=True)
    for what, name, n, limit, quick in (
        ("modiclus", "modiclus", 8, 1, 5),
        ("a point of the prekernel", "prekernel_point", 18, 0.2, 8),
        ("whether the core is empty, with its proof", "check_balanced", 20, 0.3, 8),
    ):
        yield Bar(area, what, n, limit, "s", partial(relative, name), quick)


_times_found = partial(times_coopgame, lambda one: one.found, "")
_times_whole = partial(times_coopgame, lambda one: one.whole, CERTIFIED)
BARS = tuple(_bars())
RELATIVES = {"nucleolus": 20, "per_capita_prenucleolus": 18, "least_core": 20}


def prenucleoli(players: Sequence[int]) -> bool:
    """Print one line a game and the medians; whether all amounts agree."""
    agree = True
    print(f"{'':>28}{'comity':^25}{'coopgame-py':^18}{'ratios':^16}")
    print(f"{'n':>3} {'family':<24}{'found':>9}{'whole':>9}{'levels':>7}{'found':>9}{'certified':>10}{'found':>8}{'whole':>8}")
    for n in players:
        for family in FAMILIES:
            one, found, both = own(family, n), theirs("", n).get(family), theirs(CERTIFIED, n).get(family)
            levels = len(one.answer.certificate.witness["levels"])
            line = f"{n:>3} {family:<24}{one.found:>9.3f}{one.whole:>9.3f}{levels:>7}"
            seconds = [None if said is None else _seconds(said) for said in (found, both)]
            ratios = [
                None if taken is None else taken / part for taken, part in zip(seconds, (one.found, one.whole), strict=True)
            ]
            line += "".join(f"{'-' if x is None else f'{x:.3f}':>9}" for x in seconds)
            line += "".join(f"{'-' if x is None else f'{x:.1f}':>9}" for x in ratios)
            if isinstance(found, workers.Answer):
                unit = max(1.0, float(np.abs(table_of(family, n)).max()))
                near = np.allclose(found.amounts, one.answer.amounts, rtol=0, atol=ROUNDING * unit)
                agree &= near
                line += "" if near else "  DIFFERENT AMOUNTS"
            print(line, flush=True)
        median = [statistics.median(part) for part in (finding(n), certified(n))]
        print(f"{n:>3} {'median':<24}{median[0]:>9.3f}{median[1]:>9.3f}")
        print(f"{n:>3} {'worst':<24}{max(finding(n)):>9.3f}{max(certified(n)):>9.3f}", flush=True)
    return agree


def relatives() -> None:
    """Print the median and the worst time of the relatives over the families."""
    print(f"{'concept':<28}{'players':>8}{'median s':>10}{'worst s':>9}")
    for name, n in RELATIVES.items():
        taken = relative(name, n)
        print(f"{name:<28}{n:>8}{statistics.median(taken):>10.3f}{max(taken):>9.3f}", flush=True)


def main() -> int:
    """Run what the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--players", type=int, nargs="*", default=[10, 12, 14, 15, 16, 18, 20, 22])
    parser.add_argument("--relatives", action="store_true", help="time the relatives too")
    asked = parser.parse_args()
    agree = prenucleoli(asked.players)
    if asked.relatives:
        relatives()
    return 0 if agree else 1


if __name__ == "__main__":
    sys.exit(main())
