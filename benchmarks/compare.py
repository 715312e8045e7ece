"""comity beside every package that is installed and answers the same question, on the same games in one run.

    pip install "comity[fast,peers]"
    python benchmarks/compare.py                  everything; --quick for a trial on a few players
    python benchmarks/compare.py --only Votes     an area or a question with that word

Each package runs in a process of its own; its games are made ready, and what it compiles is compiled, outside the clock.  The
time is the best of up to five calls.  Every answer is held to comity's, whose certificate holds: an amount that differs by more
than the question's rounding is marked as wrong, with the size of the difference as a share of the largest amount.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
import workers
from bars import figure, markdown
from measure import best
from questions import QUESTIONS, Question
from workers import Answer, Refused, Said, TooLong, Worker

import comity
from comity import kernels
from comity.certificate import Verdict
from comity.errors import ComityError

PEERS = ("peers_coopgame", "peers_shapley_numba", "peers_tucoopy", "peers_shapiq", "peers_power_bdd", "peers_powerindices")
DEFINITION = "peers_definition"
# Seconds, in a trial; in earnest the question says.
QUICK_LIMIT = 10.0


@dataclass(frozen=True)
class Own:
    """comity's answer: seconds and amounts, or why there is none; and what its certificate does not decide."""

    seconds: float | None
    amounts: Any
    refusal: str = ""
    confirmed: bool = True


@dataclass(frozen=True)
class Row:
    """One question about one game, answered by comity and by one package in one way."""

    question: Question
    n: int
    own: Own
    package: str
    said: Said
    # As a share of the largest amount; None where there is nothing to compare.
    error: float | None

    @property
    def wrong(self) -> bool:
        return self.error is not None and not self.error <= self.question.tolerance

    @property
    def times(self) -> float | None:
        """How many times comity's seconds it took, at least where it was stopped."""
        if self.own.seconds is None or isinstance(self.said, Refused):
            return None
        seconds = self.said.seconds if isinstance(self.said, Answer) else self.said.limit
        return seconds / self.own.seconds

    @property
    def faster(self) -> bool:
        """Whether the package gave a right answer in less time, or the only one."""
        if self.wrong or not isinstance(self.said, Answer):
            return False
        return self.times is None or self.times < 1

    @property
    def remark(self) -> str:
        if isinstance(self.said, Refused):
            return f"refuses: {self.said.reason}"
        if isinstance(self.said, TooLong):
            return "stopped"
        if self.error is None:
            return f"comity refuses: {self.own.refusal}"
        if not self.own.confirmed and self.wrong:
            return f"off by {figure(self.error)} from comity's, which is not confirmed"
        return f"**wrong** by {figure(self.error)}" if self.wrong else "same"


def compile_kernels() -> None:
    """What comity compiles on first use, for tables of 22 players or more, as what others compile: outside the clock."""
    table = np.arange(1 << kernels.LEAST_COMPILED_PLAYERS)
    game, half = comity.TableGame(None, table), comity.TableGame(None, np.sqrt(table))
    for ask in (comity.shapley_value, comity.banzhaf_value):
        ask(game)
        ask(half)
    comity.shapley_interactions(game)
    comity.dividend_table(game)


def own_answer(question: Question, data: Any) -> Own:
    """comity's seconds and amounts; a certificate that says they are wrong ends the run."""

    def prepare() -> Any:
        game = question.game(data)
        return lambda: question.ask(game)

    try:
        seconds, answer = best(prepare)
    except ComityError as refusal:
        return Own(None, None, type(refusal).__name__)
    parts = answer if isinstance(answer, tuple) else (answer,)
    verdicts = {part.certificate.verdict for part in parts if hasattr(part, "certificate")}
    if Verdict.FAILS in verdicts:
        raise AssertionError(f"comity's {question.name} is refuted by its certificate, on {question.about}")
    return Own(seconds.wall, question.read(answer, data), confirmed=verdicts <= {Verdict.HOLDS})


def error_of(found: Any, right: Any) -> float:
    """The largest difference, as a share of the largest right amount if that is not 0; infinite if it cannot be told."""
    try:
        if len(found) != len(right):
            return float("inf")
        if isinstance(found, np.ndarray) or isinstance(right, np.ndarray):
            a, b = np.asarray(found, dtype=float), np.asarray(right, dtype=float)
            return float(np.abs(a - b).max() / (np.abs(b).max() or 1))
        # A whole number, a Fraction or a finite double is a Fraction; a NaN is none.
        a, b = ([Fraction(x) for x in amounts] for amounts in (found, right))
    except (TypeError, ValueError, OverflowError):
        return float("inf")
    unit = max(map(abs, b)) or 1
    return float(max(abs(x - y) for x, y in zip(a, b, strict=True)) / unit)


def compare(question: Question, peers: Sequence[Worker], quick: bool = False) -> Iterator[Row]:
    """A row for each size and each way of asking a package; larger games are not tried where one took too long or was refused."""
    asked = [(peer, how) for peer in peers for name, how in peer.ways if name == question.name]
    for n in (question.quick,) if quick else question.sizes:
        if not asked:
            return
        data = question.draw(n)
        own = own_answer(question, data)
        for peer, how in list(asked):
            said = peer.ask(question.name, how, data, QUICK_LIMIT if quick else question.limit)
            if isinstance(said, TooLong | Refused):
                asked.remove((peer, how))
            error = error_of(said.amounts, own.amounts) if isinstance(said, Answer) and own.seconds is not None else None
            yield Row(question, n, own, f"{peer.package}, {how}" if how else peer.package, said, error)


def rows(peers: Sequence[str], quick: bool = False, only: str = "") -> Iterator[Row]:
    """Every question that has the word ``only`` in it or in its area, put to everyone who knows it."""
    if not quick:
        compile_kernels()
    with ExitStack() as ending:
        known = [ending.enter_context(Worker(peer)) for peer in peers]
        for question in QUESTIONS:
            if only in question.area or only in question.name:
                yield from compare(question, known, quick)


def present() -> list[str]:
    """The packages that are installed."""
    return [peer for peer in PEERS if workers.installed(peer)]


HEADING = ("question", "games", "n", "comity, s", "package", "its s", "times comity's", "its answer")


def cells(row: Row) -> tuple[str, ...]:
    """The cells of one line."""
    own = "refuses" if row.own.seconds is None else figure(row.own.seconds) + " (not confirmed)" * (not row.own.confirmed)
    theirs, times = "", "" if row.times is None else figure(row.times)
    if isinstance(row.said, Answer):
        theirs = figure(row.said.seconds)
    elif isinstance(row.said, TooLong):
        theirs, times = f"> {row.said.limit:g}", f"> {times}" if times else ""
    return f"`{row.question.name}`", row.question.about, str(row.n), own, row.package, theirs, times, row.remark


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", default="", help="a word that the area or the question has")
    parser.add_argument("--quick", action="store_true", help="a few players, and the definitions as one more package")
    asked = parser.parse_args()
    print(markdown(HEADING, []))
    for row in rows([*present(), *[DEFINITION] * asked.quick], asked.quick, asked.only):
        print(f"| {' | '.join(cells(row))} |", flush=True)


if __name__ == "__main__":
    main()
