"""systemd's units as shipped: without a mistake, hardened, and with commands that there are."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
from pathlib import Path

import pytest
from django.core.management import get_commands

from tests.deploy.conftest import ROOT
from tests.support.programs import needed

UNITS = ROOT / "deploy" / "systemd"
SHIPPED = sorted(one.name for one in UNITS.iterdir() if one.is_file())
SERVICES = [name for name in SHIPPED if name.endswith(".service")]
DOCUMENT = (ROOT / "docs" / "deploy.md").read_text()
# Of ten; systemd's own word for less than 2 is "OK", and for a service without any bounds "UNSAFE".
MOST_EXPOSED = 1.9


def instance(name: str) -> str:
    """A template's name with what the document puts after the @."""
    return name.replace("@.", "@8001." if "server" in name else "@prune.")


@pytest.fixture
def installed(tmp_path: Path) -> Path:
    """The units in a folder of their own, for a release that is this checkout."""
    for one in UNITS.rglob("*"):
        if one.is_file():
            copy = tmp_path / one.relative_to(UNITS)
            copy.parent.mkdir(exist_ok=True)
            copy.write_text(one.read_text().replace("/opt/earshot/current", str(ROOT)))
    return tmp_path


def analyze(installed: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [needed("systemd-analyze", "systemd"), "--no-pager", *arguments]
    environment = os.environ | {"SYSTEMD_UNIT_PATH": f"{installed}:/lib/systemd/system"}
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("name", SHIPPED)
def test_systemd_finds_no_mistake(installed: Path, name: str):
    said = analyze(installed, "verify", "--man=no", str(installed / instance(name)))
    ours = [line for line in said.stderr.splitlines() if "earshot" in line]
    assert (said.returncode, ours) == (0, [])


@pytest.mark.parametrize("name", SERVICES)
def test_every_service_is_hardened(installed: Path, name: str):
    most = f"--threshold={MOST_EXPOSED * 10:.0f}"
    said = analyze(installed, "security", "--offline=true", most, str(installed / instance(name)))
    assert said.returncode == 0, said.stdout[-200:]


def test_a_service_without_its_bounds_is_found(installed: Path):
    (installed / "earshot-.service.d" / "common.conf").unlink()
    name = str(installed / "earshot-reconcile.service")
    assert analyze(installed, "security", "--offline=true", "--threshold=19", name).returncode != 0


@pytest.mark.parametrize("name", SERVICES)
def test_every_service_runs_a_command_there_is(name: str):
    (line,) = re.findall(r"^ExecStart=(.*)$", (UNITS / name).read_text(), re.MULTILINE)
    program, *arguments = shlex.split(line)
    assert program.startswith("/opt/earshot/current/.venv/bin/")
    if arguments[0] == "manage.py":
        assert arguments[1] in [*get_commands(), "%i"]


def test_every_command_of_a_timer_exists():
    named = re.findall(r"earshot-manage@(\w+)\.timer", DOCUMENT)
    assert named != []
    assert [one for one in named if one not in get_commands()] == []


@pytest.mark.parametrize("name", SHIPPED)
def test_the_document_tells_of_every_unit(name: str):
    assert name.partition(".")[0].rstrip("@") in DOCUMENT
