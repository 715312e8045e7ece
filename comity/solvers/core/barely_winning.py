"""Many different coalitions of a vote with exactly the same weight: who complains of amounts in proportion to weights."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from comity.coalitions import coalition_of, members

# So many for each member, from so many tries for each of them.
FOR_EACH, TRIES = 4, 3


def barely_winning(weights: Sequence[int], like: int) -> list[int]:
    """Random coalitions with the weight of that one.

    At amounts in proportion to weights all coalitions with the least weight that wins complain equally, and most.  There are
    many; a programme that knows some hundreds finds weights that balance them.  Members join in random order as long as they fit,
    then one inside makes room for one outside who fills the rest.
    """
    if not like:
        return []
    whole = np.array(weights, dtype=object if sum(weights) >= 1 << 62 else np.int64)
    total = sum(weights[i] for i in members(like))
    # A fixed seed: the same vote gives the same steps.
    rng = np.random.default_rng(0)
    found: dict[int, None] = {}
    n = len(weights)
    for _ in range(TRIES * FOR_EACH * n):
        order = rng.permutation(n)
        inside = _filled(whole[order], total)
        missing = total - int(whole[order[inside]].sum())
        if missing:
            a, b = np.flatnonzero(inside), np.flatnonzero(~inside)
            places = np.argwhere(whole[order[b]][None, :] - whole[order[a]][:, None] == missing)
            if not len(places):
                continue
            i, j = places[rng.integers(len(places))]
            inside[a[i]], inside[b[j]] = False, True
        found[coalition_of(order[inside].tolist())] = None
        if len(found) == FOR_EACH * n:
            break
    return list(found)


def _filled(weights: NDArray[Any], total: int) -> NDArray[np.bool_]:
    """Who joins, in this order, as long as the total is not passed."""
    inside = np.cumsum(weights) <= total
    left = total - int(weights[inside].sum())
    for k in range(int(inside.sum()), len(weights)):
        if weights[k] <= left:
            inside[k] = True
            left -= int(weights[k])
    return inside
