"""The rest of what is shipped: scripts, the rotation of logs, the containers."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from tests.deploy.conftest import ROOT
from tests.support.programs import needed

DEPLOY = ROOT / "deploy"
SCRIPTS = sorted(one for one in [*DEPLOY.rglob("*"), ROOT / ".ci" / "run"] if one.is_file() and one.suffix == "")
SCRIPTS = [one for one in SCRIPTS if one.read_text().startswith("#!")]
COMPOSE = (DEPLOY / "compose.yaml").read_text()
TEMPLATE = (DEPLOY / "nginx" / "earshot.conf.template").read_text()
VALUES = sorted(set(re.findall(r"\$\{(EARSHOT_\w+)\}", TEMPLATE)))


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda one: one.name)
def test_shellcheck_finds_nothing(script: Path):
    said = subprocess.run([needed("shellcheck", "shellcheck"), script], capture_output=True, text=True, check=False)
    assert said.stdout == ""


def test_logrotate_understands_its_file(tmp_path: Path):
    (tmp_path / "a.log").write_text("line\n")
    rules = tmp_path / "rules"
    places = {"/var/log/earshot": str(tmp_path), "create 0640 root adm": "create"}  # only root may give files away
    text = (DEPLOY / "logrotate").read_text()
    for shipped, here in places.items():
        text = text.replace(shipped, here)
    rules.write_text(text)
    rules.chmod(0o644)
    command = [needed("logrotate", "logrotate"), "--state", str(tmp_path / "state"), "--force", str(rules)]
    said = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (said.returncode, (tmp_path / "a.log.1").exists()) == (0, True), said.stderr


def test_compose_understands_its_file():
    command = [needed("docker-compose", "docker-compose"), "-f", str(DEPLOY / "compose.yaml"), "config", "-q"]
    environment = {"EARSHOT_HOST": "earshot.example", "POSTGRES_PASSWORD": "secret", "EARSHOT_ENV": "../.env.example"}
    said = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert said.returncode == 0, said.stderr


@pytest.mark.parametrize("name", VALUES)
def test_every_value_of_the_template_has_its_places(name: str):
    assert f"{name}:" in COMPOSE
    assert name in (DEPLOY / "nginx" / "render").read_text()
    assert name in (ROOT / "docs" / "deploy.md").read_text()


def test_a_value_that_is_missing_is_said():
    said = subprocess.run([DEPLOY / "nginx" / "render"], env={}, capture_output=True, text=True, check=False)
    assert (said.returncode != 0, "EARSHOT_HOST" in said.stderr, said.stdout) == (True, True, "")
