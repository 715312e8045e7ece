"""Reference pages written from the catalogue, so that whatever is declared is documented.

Before each build this writes one page for each kind of entry, and one with the help of every command, into
``docs/reference/generated/``.  The words come from the declarations and the docstrings; nothing is listed here.  The
table of published examples is that of the tests.
"""

from __future__ import annotations

import inspect
import sys
from collections.abc import Iterator, Mapping
from itertools import groupby
from pathlib import Path

import click
from sphinx.application import Sphinx

from comity.catalogue import catalogue, things
from comity.declaration import KINDS, Declaration
from comity.testing.axiom_table import CLAIMED, FAILS, FOLLOWS, OPEN, OUTSIDE, Counterexample, axiom_table
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
        "published-examples.md": examples_page(),
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
        ("Certificate", entry.certificate or (entry.uncertified and f"none; {entry.uncertified}")),
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
    signs = {CLAIMED: "✓", FOLLOWS: "(✓)", FAILS: "✗", OUTSIDE: "–", OPEN: "·"}
    parts = [
        "# Axioms",
        "**✓** the concept claims the axiom, and the tests hold it to that on random games, exactly. "
        "**(✓)** follows from what is claimed. "
        "**✗** a counterexample is known; it is listed below. "
        "**–** the axiom is about games for which the concept is not defined. "
        "**·** open: not claimed, and no counterexample among the small games searched at this build; "
        "what is known is said below. "
        "A concept that needs more than a game is searched with several unions, links or weights; its *anonymous* means that "
        "they belong to the players and go with their names.",
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
        lines = (f"* *{axiom.replace('_', ' ')}*: {contradiction(example)}" for (_, axiom), example in found)
        parts.append(f"### Where {name.replace('_', ' ')} differs\n\n" + "\n".join(lines))
    parts.append("## What is known of open questions")
    parts.append("\n".join(f"* `{name}`, *{axiom.replace('_', ' ')}*: {why}." for (name, axiom), why in table.remarks.items()))
    return "\n\n".join(parts) + "\n"


def examples_page() -> str:
    """The published examples of the tests: source, mark, concept, answer, and what confirms it."""
    sys.path.insert(0, str(Path(__file__).parents[2] / "tests" / "literature"))
    from published import EXAMPLES

    parts = [
        "# Published examples",
        f"{len(EXAMPLES)} answers printed elsewhere that the tests find again, to every digit printed. Each is confirmed by its "
        "certificate and, exactly, by a second method that uses only the worths of the game. *Read at* names the page where the "
        "answer was read; *from memory* says that no page was. Whole tables of papers are under "
        "[reproductions](reproduction.md).",
        "\n".join(
            [
                "| example | source | mark | concept | printed answer | second method |",
                "|---" * 6 + "|",
                *(
                    f"| {example.name} | {example.source} | {example.mark} | `{example.concept.__name__}` | {example.answer} | "
                    f"{(inspect.getdoc(example.second) or '').partition(chr(10))[0]} |"
                    for example in EXAMPLES
                ),
            ]
        ),
    ]
    return "\n\n".join(parts) + "\n"


def contradiction(example: Counterexample) -> str:
    """The game, the arguments beside it and what was found there, on one line."""
    game = f"in the {example.game.orientation} game {', '.join(map(str, example.game.exact_table()))}, "
    beside = "".join(f"with the {name} {words(value)}, " for name, value in example.arguments.items())
    return game + beside + " ".join(example.found.replace("|", "/").split())


def words(argument: object) -> str:
    """Unions, links or weights as people read them.

    >>> words([["A", "B"], ["C"]]), words({"A": 2, ("A", "B"): 1})
    ('{A, B}, {C}', '{A}: 2, {A, B}: 1')
    """
    if isinstance(argument, Mapping):
        return ", ".join(f"{words([(key,) if isinstance(key, str) else key])}: {value}" for key, value in argument.items())
    if isinstance(argument, list | tuple):
        return (
            ", ".join("{" + ", ".join(part) + "}" if isinstance(part, list | tuple) else str(part) for part in argument) or "none"
        )
    return str(argument)


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
