"""Small agreements to start from: complete, commented, and they load."""

from __future__ import annotations

from importlib.resources import files
from importlib.resources.abc import Traversable

from comity.errors import ComityError

STARTER = "starter"


def starter(template: str = STARTER) -> str:
    """The text of a commented agreement, as ``comity new`` writes it; `templates` lists which there are.

    Examples
    --------
    >>> starter("information-sharing").splitlines()[0]
    '# An agreement on sharing information, to start from: three rival developers and a public evaluator.'
    """
    if template not in templates():
        raise ComityError(f"there is no template {template!r}; the templates are {', '.join(templates())}")
    return _folder().joinpath(f"{template}.toml").read_text(encoding="utf-8")


def templates() -> list[str]:
    """Names of the agreements one can start from; the small one first.

    Examples
    --------
    >>> templates()[0]
    'starter'
    """
    names = sorted(entry.name.removesuffix(".toml") for entry in _folder().iterdir() if entry.name.endswith(".toml"))
    return [STARTER, *(name for name in names if name != STARTER)]


def _folder() -> Traversable:
    return files("comity.agreements").joinpath("templates")
