"""Hypothesis strategies and axioms, for the tests of whoever writes a rule, a game, a concept or a clause type.

``from comity.testing import axioms, clauses, strategies``; Hypothesis is loaded with the strategies, not before.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

__all__ = ["axioms", "clauses", "strategies"]


def __getattr__(name: str) -> Any:
    if name in __all__:
        return import_module(f"comity.testing.{name}")
    raise AttributeError(f"comity.testing has no {name!r}; it has {', '.join(__all__)}")
