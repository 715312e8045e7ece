"""A package in a process of its own: asked one thing at a time, made ready outside the clock, ended when it takes too long.

What is known of a package stands in a module ``peers_...``: its name on the package index in ``PACKAGE``, the module to import in
``MODULE``, and in ``ways()`` how it is asked, by what comity calls the question.
"""

from __future__ import annotations

import importlib
import importlib.metadata
import importlib.util
import multiprocessing
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.connection import Connection
from types import TracebackType
from typing import Any, Self

from measure import best

Data = Any
# Repeated only while all calls together, with what makes them ready, stay within so many seconds.
BUDGET = 0.5


@dataclass(frozen=True)
class Way:
    """``read(call(prepare(data)), data)`` answers the question; only ``call`` is timed."""

    question: str
    prepare: Callable[[Data], Any]
    call: Callable[[Any], Any]
    read: Callable[[Any, Data], Any] = lambda answer, data: answer
    # Which of several ways it is, in a few words.
    how: str = ""


@dataclass(frozen=True)
class Answer:
    """The least seconds of the call, and the amounts in the order that the question asks for."""

    seconds: float
    amounts: Any


@dataclass(frozen=True)
class Refused:
    """What the package said instead."""

    reason: str


@dataclass(frozen=True)
class TooLong:
    """No answer within so many seconds."""

    limit: float


Said = Answer | Refused | TooLong


def installed(peer: str) -> bool:
    """Whether the package that a module ``peers_...`` knows is there."""
    return importlib.util.find_spec(importlib.import_module(peer).MODULE) is not None


def named(peer: str) -> str:
    """The name of the package and its version."""
    package = importlib.import_module(peer).PACKAGE
    return f"{package} {importlib.metadata.version(package)}"


class Worker:
    """The process that knows one package; it begins with the first question, and anew after one that took too long."""

    def __init__(self, peer: str) -> None:
        self.peer = peer
        self.package: str = importlib.import_module(peer).PACKAGE
        self._process: Any = None
        self._line: Connection | None = None
        self._ways: list[tuple[str, str]] | None = None

    @property
    def ways(self) -> list[tuple[str, str]]:
        """The questions it knows, and the ways of asking each."""
        if self._ways is None:
            self._begin()
        assert self._ways is not None
        return self._ways

    def ask(self, question: str, how: str, data: Data, limit: float) -> Said:
        """Its answer, if it comes within so many seconds, the making ready and one call counted."""
        if self._line is None:
            # Loading and compiling are not counted.
            self._begin()
        assert self._line is not None
        self._line.send((question, how, data))
        try:
            if self._line.poll(limit):
                said: Said = self._line.recv()
                return said
        except EOFError:
            self.close()
            return Refused("its process died")
        self.close()
        return TooLong(limit)

    def close(self) -> None:
        if self._process is not None and self._line is not None:
            self._process.kill()
            self._process.join()
            self._line.close()
            self._process = self._line = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def _begin(self) -> None:
        context = multiprocessing.get_context("spawn")
        self._line, theirs = context.Pipe()
        self._process = context.Process(target=_serve, args=(self.peer, theirs), daemon=True)
        self._process.start()
        theirs.close()
        self._ways = self._line.recv()


def _serve(peer: str, line: Connection) -> None:
    warnings.simplefilter("ignore")
    ways = {(way.question, way.how): way for way in importlib.import_module(peer).ways()}
    line.send(list(ways))
    while True:
        try:
            question, how, data = line.recv()
        except EOFError:
            return
        line.send(answer(ways[question, how], data))


def answer(way: Way, data: Data) -> Said:
    """The package's answer, or what it said instead of one."""

    def prepare() -> Callable[[], Any]:
        ready = way.prepare(data)
        return lambda: way.call(ready)

    try:
        seconds, found = best(prepare, budget=BUDGET)
        return Answer(seconds.wall, way.read(found, data))
    # Whatever a foreign package raises is its answer.
    except Exception as error:
        return Refused(f"{type(error).__name__}: {error}".split("\n")[0][:90])
