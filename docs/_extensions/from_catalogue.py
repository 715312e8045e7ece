"""Reference pages written from the catalogue, so that whatever is declared is documented.

Before each build this writes one page for each kind of entry, and one with the help of every command, into
``docs/reference/generated/``.  The words come from the declarations and the docstrings; nothing is listed here.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path

import click
from sphinx.application import Sphinx

from comity.catalogue import catalogue, things
from comity.declaration import KINDS, Declaration
from comity.testing.axiom_table import CLAIMED, FAILS, FOLLOWS, OPEN, axiom_table
from comity.testing.axioms import axioms

HEADINGS = {
    "game": "Games",
    "transform": "Games made from games",
    "concept": "Concepts",
    "property": "Properties",
    "rule": "Rules",
    "check": "Checks",
    "clause": "Clause types",
    "mechanism": "Mechanisms",
    "protocol": "Protocols on secrets",
    "reproduction": "Reproductions of published tables",
}


def setup(app: Sphinx) -> dict[str, bool]:
    app.connect("builder-inited", write_pages)
    return {"parallel_read_safe": True}


def write_pages(app: Sphinx) -> None:
    folder = Path(app.srcdir) / "reference" / "generated"
    folder.mkdir(parents=True, exist_ok=True)
    pages = {f"{kind}.md": page for kind in KINDS if (page := kind_page(kind))} | {
        "command-line.md": command_page(),
        "axioms.md": axioms_page(),
    }
    for stale in set(folder.glob("*.md")) - {folder / name for name in pages}:
        stale.unlink()
    for name, page in pages.items():
        target = folder / name
        # Untouched pages keep their date, so that Sphinx does not read them again.
        if not target.exists() or target.read_text(encoding="utf-8") != page:
            target.write_text(page, encoding="utf-8")


def kind_page(kind: str) -> str:
    """Every entry of a kind, under its area where entries have one; empty where there is none."""
    entries = [entry for entry in catalogue() if entry.kind == kind]
    if not entries:
        return ""
    parts = [f"# {HEADINGS[kind]}"]
    for area, members in groupby(entries, key=lambda entry: entry.area):
        level = "##"
        if area:
            parts.append(f"## {area.replace('_', ' ').capitalize()}")
            level = "###"
        parts.extend(entry_section(entry, level) for entry in members)
    return "\n\n".join(parts) + "\n"


def entry_section(entry: Declaration, level: str) -> str:
    """The declaration as a line or two, then the docstring."""
    thing = things()[entry.name]
    facts = [
        ("Claims", ", ".join(name.replace("_", " ") for name in entry.claims)),
        ("Certificate", entry.certificate),
        ("Confirms", ", ".join(f"`{name}`" for name in entry.confirms)),
        ("Reference", entry.reference),
    ]
    lines = [f"{level} {entry.name}", f"{entry.title}."]
    lines += [f"*{label}:* {value}." for label, value in facts if value]
    qualified = f"{entry.module}.{thing.__qualname__}"
    if inspect.isclass(thing):
        lines.append(rst(f".. autoclass:: {qualified}", "   :members:"))
    else:
        lines.append(rst(f".. autofunction:: {qualified}"))
    return "\n\n".join(lines)


def rst(*lines: str) -> str:
    return "\n".join(["```{eval-rst}", *lines, "```"])


def axioms_page() -> str:
    """Which concept satisfies which axiom, from the axioms of the tests, the claims they hold, and counterexamples found now."""
    table = axiom_table()
    meaning = {name: (inspect.getdoc(axiom) or "").partition("\n")[0] for name, axiom in axioms().items()}
    signs = {CLAIMED: "✓", FOLLOWS: "(✓)", FAILS: "✗", OPEN: "·"}
    parts = [
        "# Axioms",
        "**✓** the concept claims the axiom, and the tests hold it to that on random games, exactly. "
        "**(✓)** follows from what is claimed. "
        "**✗** a counterexample is known; it is listed below. "
        "**·** neither: not claimed, and no counterexample among the few small games searched at this build, or the concept "
        "needs more than a game.",
        "\n".join(f"{k}. *{name.replace('_', ' ')}*: {meaning[name]}" for k, name in enumerate(table.axioms, 1)),
        "\n".join(
            [
                "| concept | " + " | ".join(str(k + 1) for k in range(len(table.axioms))) + " |",
                "|---" * (len(table.axioms) + 1) + "|",
                *(
                    f"| `{name}` | " + " | ".join(signs[marks[axiom]] for axiom in table.axioms) + " |"
                    for name, marks in table.marks.items()
                ),
            ]
        ),
        "## Counterexamples",
        "Worths are listed by coalition as in a table game: 0, {1}, {2}, {1, 2}, {3} and so on.",
    ]
    for name, found in groupby(table.counterexamples.items(), key=lambda item: item[0][0]):
        lines = (
            f"* *{axiom.replace('_', ' ')}*: in the {game.orientation} game {', '.join(map(str, game.exact_table()))}, "
            + " ".join(contradiction.replace("|", "/").split())
            for (_, axiom), (game, contradiction) in found
        )
        parts.append(f"### Where {name.replace('_', ' ')} differs\n\n" + "\n".join(lines))
    return "\n\n".join(parts) + "\n"


def command_page() -> str:
    """The help of the command line and of each of its commands, word for word."""
    from comity.cli import main

    helps = (f"## {name}\n\n```text\n{text}\n```" for name, text in command_helps(main))
    return "\n\n".join(["# Command line", *helps]) + "\n"


def command_helps(command: click.Command, parent: click.Context | None = None) -> Iterator[tuple[str, str]]:
    name = command.name if parent else "comity"
    with click.Context(command, parent=parent, info_name=name, terminal_width=100, max_content_width=100) as context:
        yield context.command_path, context.get_help()
        if isinstance(command, click.Group):
            for child in command.list_commands(context):
                found = command.get_command(context, child)
                assert found is not None
                yield from command_helps(found, context)
