"""Published tables recomputed: a paper's numbers beside ours, one file a paper."""

from __future__ import annotations

from collections.abc import Callable
from difflib import get_close_matches

from comity.errors import ComityError
from comity.reproductions.table import Reproduction


def find() -> dict[str, Callable[[], Reproduction]]:
    """Every paper that is reproduced here, by name, found by looking at this package.

    Examples
    --------
    >>> "aumann_maschler_1985" in find()
    True
    """
    from comity.catalogue import things

    return {name: thing for name, thing in sorted(things(__name__).items()) if thing.__declaration__.kind == "reproduction"}


def run(name: str) -> Reproduction:
    """Recompute one paper's table.

    Examples
    --------
    >>> run("aumann_maschler_1985").agrees
    True
    """
    known = find()
    if name not in known:
        close = get_close_matches(name, known, 1)
        hint = f"did you mean {close[0]!r}?" if close else f"there are {', '.join(known)}"
        raise ComityError(f"there is no reproduction {name!r}; {hint}")
    return known[name]()
