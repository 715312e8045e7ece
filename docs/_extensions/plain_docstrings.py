"""Docstrings are written to be read in the source; this makes the same text safe for reStructuredText.

`name` in single backticks is shown as code, and the bars of ``|S|`` are bars, not a substitution.
"""

from __future__ import annotations

import re
from typing import Any

from sphinx.application import Sphinx

CODE = re.compile(r"(``.+?``)")
NAME = re.compile(r"(?<![`:\\])`([^`]+)`(?![`_])")


def setup(app: Sphinx) -> dict[str, bool]:
    # Before napoleon (priority 500), which turns sections into markup that is meant as markup.
    app.connect("autodoc-process-docstring", make_safe, priority=400)
    return {"parallel_read_safe": True}


def make_safe(app: Sphinx, what: str, name: str, thing: Any, options: Any, lines: list[str]) -> None:
    in_example = False
    for k, line in enumerate(lines):
        in_example = line.lstrip().startswith(">>>") or (in_example and line.strip() != "")
        if not in_example:
            lines[k] = safe(line)


def safe(line: str) -> str:
    parts = CODE.split(NAME.sub(r"``\1``", line))
    return "".join(part if part.startswith("``") else part.replace("|", r"\|") for part in parts)
