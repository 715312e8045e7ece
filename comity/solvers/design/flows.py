"""Duals of promises as a flow among types, made exact where rounding left something over.

A free payment stands in the rows about lies, where its agent's type either tells the truth or is claimed, and in participation.
For a bound its coefficients must add up to nothing exactly.  What is left over at a payment is sent along the rows with the
largest duals towards participation, where it can be taken up.
"""

from __future__ import annotations

from collections import deque
from collections.abc import MutableMapping, MutableSequence
from fractions import Fraction

# Participation, among the payments that a flow of duals runs through.
ROOT = -1
Edge = tuple[int, int, int]  # the other end, the row, the sign of the row's dual at this end


def join(edges: dict[int, list[Edge]], a: int, b: int, row: int) -> None:
    """A dual that counts with minus at one end and plus at the other."""
    edges.setdefault(a, []).append((b, row, -1))
    edges.setdefault(b, []).append((a, row, 1))


def send_to_root(
    duals: MutableMapping[int, Fraction],
    left: MutableMapping[int, Fraction] | MutableSequence[Fraction],
    edges: dict[int, list[Edge]],
    unit: int,
) -> None:
    """Cancel what is left over along a tree of strong edges, from the leaves to participation; duals stay non-negative."""
    above: dict[int, Edge] = {}
    order: list[int] = []
    queue = deque([ROOT])
    seen = {ROOT}
    strong = {a: sorted(out, key=lambda edge: -abs(duals[edge[1]])) for a, out in edges.items()}
    while queue:
        node = queue.popleft()
        order.append(node)
        for other, row, sign in strong.get(node, ()):
            if other not in seen:
                seen.add(other)
                # The edge as it counts at the other end.
                above[other] = (node, row, -sign)
                queue.append(other)
    for node in reversed(order[1:]):
        parent, row, sign = above[node]
        change = -left[node] / (sign * unit)
        if duals[row] + change < 0:
            continue
        duals[row] += change
        left[node] = Fraction(0)
        if parent != ROOT:
            left[parent] -= sign * change * unit
