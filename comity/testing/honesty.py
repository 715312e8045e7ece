"""Assertions about mechanisms: nobody gains by a lie, nobody would rather stay away, or whatever else is promised."""

from __future__ import annotations

from typing import Any

from comity.mechanisms.audit import audit


def assert_no_profitable_lie(mechanism: Any, types: Any = None, **options: Any) -> None:
    """No player gains by a lie, whatever the others say, on the mechanism's grid of types or the one given.

    ``options`` are those of `comity.audit`, for example ``samples=1000`` for types that no grid can hold.
    """
    assert_keeps(mechanism, "truthful", types, **options)


def assert_keeps(mechanism: Any, promises: Any, types: Any = None, **options: Any) -> None:
    """The mechanism keeps these promises (names as in `comity.audit`); the message names the best deviation."""
    found = audit(mechanism, types, promises, **options)
    broken = [f"{promise}: {found.found(promise)}" for promise, certificate in found.items() if not certificate]
    assert found.holds, "; ".join(broken) + f" ({found.grid})"
