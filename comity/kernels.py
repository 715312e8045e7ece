"""Compiling the few loops that need it, and running blocks of work side by side.

A kernel is a plain Python function over arrays, in a room called ``kernels``; beside it stands the same in numpy.
With the extra ``fast`` the plain function is compiled on first use and kept on disk; without it, and for tables too small
to gain, numpy answers.  Both give the same numbers to the last bit, with any number of threads.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from importlib.util import find_spec
from typing import Any

# Loading numba and a kernel from disk takes about a third of a second; numpy is through with a smaller table before that.
LEAST_COMPILED_PLAYERS = 22


def compiled(kernel: Callable[..., Any], n: int, *, reassociate: bool = False) -> Any:
    """The kernel compiled, or None where numba is absent, switched off by ``COMITY_COMPILED=0``, or not worth loading.

    ``reassociate`` lets floating-point sums be taken in any order; nothing that is kept may depend on it.
    """
    if n < LEAST_COMPILED_PLAYERS or not available():
        return None
    return _compiled(kernel, reassociate)


def available() -> bool:
    """Whether kernels can be compiled here."""
    return os.environ.get("COMITY_COMPILED", "1") != "0" and _installed()


def threads() -> int:
    """How many threads share the blocks: the cores this process may use, or ``COMITY_THREADS``."""
    wished = os.environ.get("COMITY_THREADS", "")
    if wished.isdigit() and int(wished) > 0:
        return int(wished)
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def each(task: Callable[[int], Any], count: int, *, alone: bool = False) -> list[Any]:
    """``[task(0), ..., task(count - 1)]``, side by side unless ``alone``; results come in order."""
    workers = 1 if alone else min(threads(), count)
    # A task that hands out tasks itself does them alone: waiting for its own pool it would wait for ever.
    if workers <= 1 or getattr(_here, "is_worker", False):
        return [task(k) for k in range(count)]
    return list(_pool(workers).map(task, range(count)))


_here = threading.local()


@cache
def _pool(workers: int) -> ThreadPoolExecutor:
    """Threads that stay: starting them takes about as long as a pass over a table of 22 players."""
    return ThreadPoolExecutor(workers, "comity", lambda: setattr(_here, "is_worker", True))


if hasattr(os, "register_at_fork"):
    # A forked process has the pool, but none of its threads.
    os.register_at_fork(after_in_child=_pool.cache_clear)


@cache
def _installed() -> bool:
    return find_spec("numba") is not None


@cache
def _compiled(kernel: Callable[..., Any], reassociate: bool) -> Any:
    import numba

    # No contraction of products and sums: numpy rounds each of them.
    flags: Any = {"reassoc", "nsz"} if reassociate else False
    return numba.njit(cache=True, nogil=True, fastmath=flags)(kernel)
