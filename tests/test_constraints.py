"""The constraints pin every dependency, for every supported Python, and hold names and versions only."""

import re
import tomllib
from pathlib import Path

import pytest
from packaging.markers import Marker
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parent.parent
LINES = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
EXTRAS = PROJECT["optional-dependencies"]
WANTED = [Requirement(line) for line in [*PROJECT["dependencies"], *EXTRAS["test"], *EXTRAS["docs"]]]


def holds_on(marker: Marker | None, python: str) -> bool:
    environment = {"python_version": python, "python_full_version": f"{python}.9", "sys_platform": "linux"}
    return marker is None or marker.evaluate(environment)


def test_a_line_is_a_name_a_version_and_perhaps_a_marker():
    odd = [line for line in LINES if not re.fullmatch(r"[a-z0-9-]+==[0-9][0-9a-z.]*( ; [a-z_]+ [^:/@]+)?", line)]
    assert odd == []


@pytest.mark.parametrize("python", ["3.11", "3.12", "3.13", "3.14"])
def test_each_dependency_is_pinned_once_to_a_version_it_allows(python):
    pins = [pin for pin in map(Requirement, LINES) if holds_on(pin.marker, python)]
    names = [pin.name for pin in pins]
    assert sorted(set(names)) == sorted(names)
    versions = {pin.name: next(iter(pin.specifier)).version for pin in pins}
    for wanted in WANTED:
        assert wanted.specifier.contains(versions[canonicalize_name(wanted.name)]), wanted


def test_the_extras_are_these():
    assert {"crypto", "docs", "dp", "mpc", "test"} <= set(EXTRAS)


@pytest.mark.parametrize("extra", ["crypto", "dp", "mpc"])
def test_the_tests_need_what_an_extra_brings(extra):
    assert set(EXTRAS[extra]) <= set(EXTRAS["test"]), f"without it the tests of {extra} could not run"
