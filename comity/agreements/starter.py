"""A small agreement to start from: complete, commented, and it loads."""

from __future__ import annotations

from importlib.resources import files


def starter() -> str:
    """The text of a commented agreement of three members, as ``comity new`` writes it."""
    return files("comity.agreements").joinpath("templates", "starter.toml").read_text(encoding="utf-8")
