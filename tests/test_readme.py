"""What the README shows is so: its examples run, its commands are the ones that are checked, its map is true."""

import doctest
import re
import subprocess
from pathlib import Path

import pytest
from click.testing import CliRunner

from comity.cli import main

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")

INSTALL_AND_ASSESS = (
    "python -m pip install -c constraints.txt -e . && comity assess examples/frontier-sharing.toml --html report.html --exit-zero"
)
INSTALL_AND_TEST = 'python -m pip install -c constraints.txt -e ".[test]" && python -m pytest'


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", README, flags=re.MULTILINE | re.DOTALL)


def test_python_in_the_readme_prints_what_it_says(monkeypatch):
    monkeypatch.chdir(ROOT)
    # One session: later blocks use the names of earlier ones.
    session = doctest.DocTestParser().get_doctest("\n".join(blocks("python")), {}, "README.md", "README.md", 0)
    report: list[str] = []
    results = doctest.DocTestRunner(verbose=False).run(session, out=report.append)
    assert results.attempted > 0
    assert results.failed == 0, "".join(report)


def test_the_first_command_prints_what_the_readme_shows():
    arguments = INSTALL_AND_ASSESS.split("&& comity ")[1].replace(" --html report.html", "").split()
    said = CliRunner().invoke(main, [str(ROOT / part) if part.endswith(".toml") else part for part in arguments])
    assert said.exit_code == 0, said.output
    (shown,) = blocks("text")
    for paragraph in shown.split("\n\n"):
        assert unwrapped(paragraph) in unwrapped(said.output)


def unwrapped(text: str) -> str:
    return " ".join(text.split())


def test_the_readme_gives_the_two_promised_commands_each_as_one_line():
    assert [block.strip() for block in blocks("bash")] == [INSTALL_AND_ASSESS, INSTALL_AND_TEST]


@pytest.mark.parametrize(
    ("pattern", "command"), [("&& comity assess ", INSTALL_AND_ASSESS), ("&& python -m pytest$", INSTALL_AND_TEST)]
)
def test_the_command_that_checks_everything_takes_them_from_the_readme(pattern, command):
    assert f"readme_command '{pattern}'" in (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    found = subprocess.run(["grep", "-m", "1", "--", pattern, "README.md"], cwd=ROOT, capture_output=True, text=True, check=True)
    assert found.stdout.strip() == command


def test_every_place_on_the_map_exists():
    places = re.findall(r"^\| `([\w./]+)`", README, flags=re.MULTILINE)
    assert "comity/games/" in places
    assert [place for place in places if not (ROOT / place).exists()] == []


def test_every_linked_file_exists():
    links = [link for link in re.findall(r"\]\(([^)#]+)\)", README) if "://" not in link]
    assert links != []
    assert [link for link in links if not (ROOT / link).exists()] == []
