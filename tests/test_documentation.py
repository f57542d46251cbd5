"""README tells the truth: it lists every setting, command, make target and package that there is."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text()
SETTINGS = re.findall(r'env\.\w+\(\s*"(\w+)"', (ROOT / "dashboard" / "settings.py").read_text())
COMMANDS = sorted(one.stem for one in (ROOT / "conferences" / "management" / "commands").glob("[a-z]*.py"))
PACKAGES = sorted(
    place.parent
    for app in ("conferences", "dashboard")
    for place in (ROOT / app).rglob("__init__.py")
    if place.parent.name not in ("migrations", "management")
)
TARGETS = re.search(r"^\.PHONY: (.*)$", (ROOT / "Makefile").read_text(), re.MULTILINE)


@pytest.mark.parametrize("name", SETTINGS)
def test_every_setting_is_in_the_readme(name):
    assert f"`{name}`" in README


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_is_in_the_readme(name):
    assert f"`{name}" in README


@pytest.mark.parametrize("package", PACKAGES, ids=lambda place: str(place.relative_to(ROOT)))
def test_every_package_is_in_the_readme_in_the_words_of_its_docstring(package: Path):
    said = ast.get_docstring(ast.parse((package / "__init__.py").read_text())) or ""
    assert f"| `{package.relative_to(ROOT)}/` | {said.splitlines()[0]} |" in README


@pytest.mark.parametrize("package", PACKAGES, ids=lambda place: str(place.relative_to(ROOT)))
def test_no_package_has_more_than_twelve_siblings(package: Path):
    modules = [one for one in package.glob("*.py") if one.name != "__init__.py"]
    packages = [one for one in package.iterdir() if (one / "__init__.py").exists()]
    siblings = modules if package.parent == ROOT else [*modules, *packages]
    assert len(siblings) <= 12


@pytest.mark.parametrize(
    "path", sorted(set(re.findall(r"`((?:conferences|dashboard|tests|templates|static)/[^` *]*)`", README)))
)
def test_every_path_in_the_readme_exists(path):
    assert (ROOT / path).exists()


def test_every_make_target_a_person_calls_is_in_the_readme():
    assert TARGETS is not None
    called = [name for name in TARGETS[1].split() if name not in ("install-dev", "lock")]
    assert [name for name in called if f"make {name}" not in README] == []


def test_the_picture_is_there():
    pictures = re.findall(r"!\[[^\]]*\]\(([^)]+)\)", README)
    assert [one for one in pictures if not (ROOT / one).exists()] == []
