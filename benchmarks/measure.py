"""Seconds of a call: made ready outside the clock, called at least once, the best of several that fit into a budget."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

Call = Callable[[], Any]
# What makes a call ready; whatever it does is not timed, and nothing that it keeps serves a second call.
Prepare = Callable[[], Call]


@dataclass(frozen=True)
class Seconds:
    """By the clock, and of this process on all cores: with two idle cores the first is about half of the second."""

    wall: float
    cpu: float


def taken(call: Call) -> tuple[Seconds, Any]:
    wall, cpu = time.perf_counter(), time.process_time()
    answer = call()
    return Seconds(time.perf_counter() - wall, time.process_time() - cpu), answer


def best(prepare: Prepare, most: int = 5, budget: float = 1.0) -> tuple[Seconds, Any]:
    """The least time of up to ``most`` calls, no more of them once they and their making ready have filled the budget."""
    started = time.perf_counter()
    found, answer = taken(prepare())
    for _ in range(most - 1):
        if time.perf_counter() - started > budget:
            break
        again, answer = taken(prepare())
        found = _less(found, again)
    return found, answer


def in_turns(calls: Sequence[Prepare], repeats: int) -> list[Seconds]:
    """The least time of each, in turns, so that other work on the machine slows all of them; after a first one not counted."""
    for prepare in calls:
        prepare()()
    found = [Seconds(float("inf"), float("inf"))] * len(calls)
    for _ in range(repeats):
        for k, prepare in enumerate(calls):
            found[k] = _less(found[k], taken(prepare())[0])
    return found


def _less(a: Seconds, b: Seconds) -> Seconds:
    return Seconds(min(a.wall, b.wall), min(a.cpu, b.cpu))
