"""README tells the truth: it lists every setting, command, make target and module that there is."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text()
SETTINGS = re.findall(r'env\.\w+\(\s*"(\w+)"', (ROOT / "dashboard" / "settings.py").read_text())
COMMANDS = sorted(one.stem for one in (ROOT / "conferences" / "management" / "commands").glob("[a-z]*.py"))
TARGETS = re.search(r"^\.PHONY: (.*)$", (ROOT / "Makefile").read_text(), re.MULTILINE)


@pytest.mark.parametrize("name", SETTINGS)
def test_every_setting_is_in_the_readme(name):
    assert f"`{name}`" in README


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_is_in_the_readme(name):
    assert f"`{name}" in README


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
