"""Measures every bar and every package in one run and writes the documentation's page on speed.

    pip install "comity[fast,peers]"
    python benchmarks/page.py                     about ten minutes on two idle cores; writes docs/explanation/speed.md
    python benchmarks/page.py --quick             a trial on a few players, printed; --to FILE writes it there

The page is committed: documentation is built without benchmarks.
"""

from __future__ import annotations

import argparse
import importlib.metadata
import os
import platform
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import bars
import compare
import nucleolus
import structured
import values
import workers
from bars import Bar, Measured, markdown
from compare import Row

import comity
from comity import kernels

PAGE = Path(__file__).resolve().parent.parent / "docs" / "explanation" / "speed.md"
BARS: tuple[Bar, ...] = (*values.BARS, *nucleolus.BARS, *structured.BARS)
LIBRARIES = ("numpy", "numba", "highspy", "python-flint", "scipy")

INTRODUCTION = """\
# How fast it is

Figures of one run on one machine, comity beside the sum of the same table and beside every other package that answers the same
question. They are measured and written by

```bash
pip install "comity[fast,peers]"
python benchmarks/page.py
```

and not changed by hand. What is missed, slower or not answered is shown like everything else.
"""

METHOD = """\
## How it is measured

- **comity's time is that of the whole call**: finding the answer, and confirming its certificate in exact arithmetic. Only
  rows that say "found" leave the certificate out. A certificate that does not hold would end the run.
- **The clock runs for the call alone.** Games are made ready before: a `TableGame` of an array, for others what their
  documentation calls fastest. shapley-numba gets a compiled class on an array instead of its dict, the loops of powerindices
  are compiled as its source advises, shapiq has looked up all worths, and nothing is compiled while the clock runs. Each call
  is given a game that nobody has asked before. The time is the best of up to five calls while they are short.
- **`× np.sum`** is the time divided by that of `numpy.sum` of the same table, the two in turns. A core cannot add up a table
  faster, and comity works on all cores.
- **A bar**, meant for two idle cores, **is met** if the median over the families of games is within it and the slowest family
  within three times it. The families are five recipes for values, and eight for nucleoli, five of them those of Benedek,
  Fliege & Nguyen (2021); `benchmarks/value_games.py` and `benchmarks/nucleolus_games.py` list them.
- **Every answer of a package is held to comity's**, which is certified. "Same" allows a billionth of the largest amount for
  sums in doubles, a millionth for linear programmes, and nothing for Fractions. **Wrong** says by which share of the largest
  amount it is off; where many answers are right, the largest excess or the imbalance of surpluses is compared instead.
- Each package runs in a process of its own and is stopped after the seconds shown. Where it was, or refused, larger games
  are not tried.
- comity answers in exact numbers with evidence, the others in doubles unless a row says otherwise. Up to about ten players a
  call of comity takes milliseconds, most of them for that; who needs a million such answers is better served by coopgame-py.
"""

FASTER = "In doubles and without a certificate, unless a line says otherwise."
CAUSES = """\
[The agreement with other packages](agreement-with-other-packages.md) tells the causes for coopgame-py, tucoopy and shapiq, on
thousands of small games. powerindices counts coalitions in 64-bit integers, which are too short from about sixty members on."""
TRIAL = "**A trial on a few players: no figure here says anything about speed.**\n"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="a few players, and the definitions as one more package")
    parser.add_argument("--to", type=Path, help="write the page there")
    asked = parser.parse_args()
    peers = compare.present()
    text = page(peers, asked.quick)
    target = asked.to or (None if asked.quick else PAGE)
    if target is None:
        print(text)
    else:
        target.write_text(text, encoding="utf-8")


def page(peers: Sequence[str], quick: bool = False) -> str:
    """The page, measured now, with these packages."""
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else None
    started = time.perf_counter()
    measured = [_said(bar.measured(quick)) for bar in BARS]
    rows = list(_all_said(compare.rows([*peers, *[compare.DEFINITION] * quick], quick)))
    parts = [
        INTRODUCTION,
        TRIAL * quick,
        machine(peers, load, time.perf_counter() - started),
        METHOD,
        bars_section(measured),
        *peer_sections(rows),
        findings(rows),
    ]
    return "\n".join(part for part in parts if part)


def machine(peers: Sequence[str], load: float | None, taken: float) -> str:
    """Cores, memory and versions; no names of machines or folders."""
    python = f"{platform.python_implementation()} {platform.python_version()}"
    lines = [
        f"- {kernels.threads()} cores ({platform.system()}, {platform.machine()}), {_memory()}{python}",
        f"- comity {comity.__version__}, kernels {'compiled' if kernels.available() else 'not compiled'}; {_versions(LIBRARIES)}",
        f"- {', '.join(workers.named(peer) for peer in peers)}" if peers else "- no other package",
    ]
    if load is not None:
        lines.append(f"- other work on the machine when the run began: a load of {load:.1f}")
    lines.append(f"- the run took {taken / 60:.0f} minutes")
    return "\n".join(["## Where", "", *lines, ""])


def _memory() -> str:
    if not hasattr(os, "sysconf"):
        return ""
    return f"{os.sysconf('SC_PAGE_SIZE') * os.sysconf('SC_PHYS_PAGES') / 1e9:.0f} GB, "


def _versions(packages: Iterable[str]) -> str:
    found = []
    for package in packages:
        try:
            found.append(f"{package} {importlib.metadata.version(package)}")
        except importlib.metadata.PackageNotFoundError:
            continue
    return ", ".join(found)


def bars_section(measured: Sequence[Measured]) -> str:
    """A table for each area, and how many bars are met."""
    judged = [found for found in measured if found.verdict in bars.JUDGED]
    met = sum(found.verdict == bars.MET for found in judged)
    parts = ["## The bars", "", f"{met} of {len(judged)} bars that were judged are met.", ""]
    for area in dict.fromkeys(found.bar.area for found in measured):
        rows = [bars.row(found) for found in measured if found.bar.area == area]
        parts += [f"### {area}", "", markdown(bars.HEADING, rows), ""]
    return "\n".join(parts)


def peer_sections(rows: Sequence[Row]) -> Iterator[str]:
    """A table for each area of questions."""
    for area in dict.fromkeys(row.question.area for row in rows):
        table = markdown(compare.HEADING, [compare.cells(row) for row in rows if row.question.area == area])
        yield f"## {area}, beside other packages\n\n{table}\n"


def findings(rows: Sequence[Row]) -> str:
    """Where others are faster, and where they are wrong, in a line for each question and package."""
    wrong = [row for row in rows if row.wrong]
    parts = [
        "## Where another package is faster",
        "",
        FASTER,
        "",
        *(_lines(_by_question(row for row in rows if row.faster), _slower) or ["Nowhere."]),
        "",
    ]
    parts += ["## Wrong answers", "", CAUSES, "", *(_lines(_by_question(wrong), _off) or ["None."]), ""]
    return "\n".join(parts)


def _by_question(rows: Iterable[Row]) -> dict[tuple[str, str, str], list[Row]]:
    found: dict[tuple[str, str, str], list[Row]] = {}
    for row in rows:
        found.setdefault((row.question.name, row.question.about, row.package), []).append(row)
    return found


def _lines(groups: dict[tuple[str, str, str], list[Row]], said: object) -> list[str]:
    return [f"- `{name}`, {about}: {package}, {said(rows)}" for (name, about, package), rows in groups.items()]  # type: ignore[operator]


def _slower(rows: Sequence[Row]) -> str:
    return "; ".join(
        f"n = {row.n}, which comity does not answer"
        if row.times is None
        else f"n = {row.n}, {bars.figure(1 / row.times)} times as fast"
        for row in rows
    )


def _off(rows: Sequence[Row]) -> str:
    return "; ".join(f"n = {row.n}, by {bars.figure(row.error or 0)} of the largest amount" for row in rows)


def _said(found: Measured) -> Measured:
    print(" | ".join(bars.row(found)), file=sys.stderr, flush=True)
    return found


def _all_said(rows: Iterable[Row]) -> Iterator[Row]:
    for row in rows:
        print(" | ".join(compare.cells(row)), file=sys.stderr, flush=True)
        yield row


if __name__ == "__main__":
    main()
