"""The shape of the package: imports point down, and nothing heavy is loaded before it is needed."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

import comity

ROOT = Path(comity.__file__).parent
FILES = sorted(path for path in ROOT.rglob("*.py") if "__pycache__" not in path.parts)
# From the bottom up; a module imports from its own layer or a lower one.
LAYERS = ("ground", "engines", "games", "checks", "secrets", "solvers", "mechanisms", "agreements", "reproductions", "cli")
# What a layer may not import though it lies lower: checks prove without whoever found.
SKIPPED = {"checks": {"engines"}}
# The layers in which each package may be imported, at the top of a module or inside functions only.
EVERYWHERE = (*LAYERS, "testing")
TOP = {
    "numpy": EVERYWHERE,
    "pydantic": ("agreements",),
    "pydantic_core": ("agreements",),
    "tomlkit": ("agreements",),
    "click": ("cli",),
    "hypothesis": ("testing",),
}
INSIDE = {
    **dict.fromkeys(("highspy", "scipy", "cvxpy", "pulp"), ("engines",)),
    "flint": ("engines", "checks"),
    # Kernels are plain functions; they are compiled in one place.
    "numba": ("ground",),
    # What protects secrets: the extras mpc, dp and crypto, in one room and nowhere else.
    **dict.fromkeys(("mpyc", "opendp", "cryptography"), ("secrets",)),
    **dict.fromkeys(("pandas", "matplotlib", "mpl_toolkits", "jinja2", "rich", "networkx"), EVERYWHERE),
}
HEAVY = (
    "scipy", "cvxpy", "pulp", "highspy", "flint", "pandas", "matplotlib", "jinja2", "rich", "pydantic", "hypothesis", "numba",
    "networkx", "tomlkit", "mpyc", "opendp", "cryptography",
)  # fmt: skip


class Import(NamedTuple):
    """One import statement: the module named, and whether it stands inside a function."""

    module: str
    inside: bool
    line: int


def layer_of(path: Path) -> str:
    """The layer of a file of the package; what stands at the root and is not the command line is the ground."""
    first = path.relative_to(ROOT).parts[0].removesuffix(".py")
    return "cli" if first in ("cli", "__main__") else first if first in EVERYWHERE else "ground"


def layer_of_module(name: str) -> str:
    """The layer of a module of comity by its dotted name."""
    first = name.split(".")[1] if "." in name else ""
    return "cli" if first in ("cli", "__main__") else first if first in EVERYWHERE else "ground"


def imports(tree: ast.AST) -> list[Import]:
    """Every import that runs, at the top or inside a function; those for type checkers alone do not run."""
    return list(_imports(tree, inside=False))


def _imports(node: ast.AST, inside: bool) -> Iterator[Import]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Import):
            yield from (Import(alias.name, inside, child.lineno) for alias in child.names)
        elif isinstance(child, ast.ImportFrom):
            assert child.level == 0, f"line {child.lineno}: write imports in full"
            module = child.module or ""
            # ``from comity import rational`` names a module of its own.
            names = [f"comity.{alias.name}" for alias in child.names] if module == "comity" else [module]
            yield from (Import(name, inside, child.lineno) for name in names)
        elif isinstance(child, ast.If) and ast.unparse(child.test) in ("TYPE_CHECKING", "typing.TYPE_CHECKING"):
            yield from (found for statement in child.orelse for found in _imports(statement, inside))
        else:
            yield from _imports(child, inside or isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda))


def faults(layer: str, source: str) -> list[str]:
    """What is wrong with the imports of a module of this layer."""
    return [fault for found in imports(ast.parse(source)) if (fault := _fault(layer, found))]


def _fault(layer: str, found: Import) -> str:
    package = found.module.split(".")[0]
    where = f"line {found.line}: {layer} imports {found.module}"
    if package == "comity":
        other = layer_of_module(found.module)
        if layer == "testing":
            return where if other == "cli" else ""
        if other == "testing" or LAYERS.index(other) > LAYERS.index(layer) or other in SKIPPED.get(layer, ()):
            return where
        return ""
    if package in sys.stdlib_module_names:
        return ""
    if package in TOP and layer in TOP[package]:
        return ""
    if package in INSIDE and layer in INSIDE[package]:
        return "" if found.inside else f"{where} at the top; import it inside the function that needs it"
    return f"{where}, which is not for this layer"


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_imports_point_down(path):
    # The catalogue and the package itself look at every room, by name and when asked.
    assert faults(layer_of(path), path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    ("layer", "source"),
    [
        ("games", "from comity.solvers.values.shapley import shapley_value"),
        ("checks", "def f():\n    from comity.engines.linear import solve"),
        ("checks", "import comity.engines"),
        ("ground", "from comity import checks"),
        ("solvers", "import highspy"),
        ("solvers", "def f():\n    import scipy.optimize"),
        ("engines", "import scipy"),
        ("checks", "from flint import arb"),
        ("games", "def f():\n    from flint import arb"),
        ("mechanisms", "import pydantic"),
        ("mechanisms", "from comity.agreements.file import Agreement"),
        ("agreements", "import click"),
        ("ground", "import pandas"),
        ("solvers", "import hypothesis"),
        ("solvers", "from comity.testing import axioms"),
        ("testing", "from comity.cli import main"),
        ("cli", "import requests"),
        ("games", "if True:\n    import networkx"),
        ("games", "try:\n    import numba\nexcept ImportError:\n    pass"),
        ("games", "class A:\n    import networkx"),
        ("secrets", "import mpyc.runtime"),
        ("secrets", "from comity.solvers.values.shapley import shapley_value"),
        ("mechanisms", "def f():\n    import opendp.prelude"),
        ("cli", "def f():\n    from cryptography.hazmat.primitives import serialization"),
    ],
)  # fmt: skip
def test_an_import_that_points_up_or_is_too_heavy_is_found(layer, source):
    assert len(faults(layer, source)) == 1


@pytest.mark.parametrize(
    ("layer", "source"),
    [
        ("solvers", "from comity.engines.linear import solve\nimport numpy as np\nimport json"),
        ("checks", "def f():\n    from flint import arb"),
        ("ground", "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import pandas"),
        ("cli", "import click\nfrom comity.agreements import file"),
        ("testing", "import hypothesis\nfrom comity.solvers import values"),
        ("secrets", "def f():\n    import opendp.prelude"),
        ("mechanisms", "from comity.secrets.accounting import basic_composition"),
    ],
)  # fmt: skip
def test_an_import_that_is_allowed_is_let_through(layer, source):
    assert faults(layer, source) == []


# --- what is loaded ------------------------------------------------------------------------------------


def run(code: str) -> str:
    """The last line printed by a fresh interpreter."""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout.strip().splitlines()[-1] if done.stdout.strip() else ""


REPORT = f"import sys; print(sorted(name for name in {HEAVY!r} if name in sys.modules))"
EVERY_ROOM = "from comity.catalogue import modules, ROOMS; [list(modules(room)) for room in ROOMS]"


@pytest.mark.parametrize(
    "code",
    [
        "import comity",
        EVERY_ROOM,
        "import comity; comity.catalogue()",
        "import comity; comity.TableGame; dir(comity)",
        "import comity.testing",
    ],
)
def test_nothing_heavier_than_numpy_is_loaded(code):
    assert run(f"{code}; {REPORT}") == "[]"


def test_a_heavy_module_would_be_noticed():
    assert run(f"import comity, pandas; {REPORT}") != "[]"


@pytest.mark.parametrize("arguments", [["--help"], ["catalogue"]], ids=" ".join)
def test_the_command_line_starts_light(arguments):
    code = (
        "import runpy, sys\n"
        f"sys.argv = ['comity', *{arguments!r}]\n"
        "try:\n    runpy.run_module('comity', run_name='__main__')\n"
        "except SystemExit as stop:\n    assert not stop.code, stop.code\n"
    )
    assert run(code + REPORT) == "[]"


def test_confirming_needs_neither_engines_nor_solvers():
    code = f"""
import sys
blocked = ("scipy", "cvxpy", "pulp", "highspy", "comity.engines", "comity.solvers")
class Refuse:
    def find_spec(self, name, path=None, target=None):
        if name.startswith(tuple(b + "." for b in blocked)) or name in blocked:
            raise ImportError(name + " is out of reach")
sys.meta_path.insert(0, Refuse())
import importlib, pathlib
root = pathlib.Path({str(ROOT)!r})
for path in sorted(root.rglob("*.py")):
    parts = path.relative_to(root).with_suffix("").parts
    if parts[0] not in ("engines", "solvers", "__main__"):
        importlib.import_module(".".join(("comity", *parts)).removesuffix(".__init__"))
from comity.checks.confirm import confirm
from comity.games.coalitional.table import TableGame
from comity.checks.values import check_shapley_value
from comity.results import Allocation
game = TableGame(None, [0, 1, 2, 5])
result = Allocation("shapley_value", game.players, (2, 3), check_shapley_value(game, (2, 3)))
print(confirm(game, result.to_json()).verdict.value, any(name.startswith(blocked) for name in sys.modules))
"""
    assert run(code) == "HOLDS False"
