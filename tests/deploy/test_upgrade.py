"""An upgrade by the shipped script, behind nginx as shipped: no webhook is lost, and open pages find what is theirs."""

from __future__ import annotations

import getpass
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import httpx
import pytest
from django.conf import settings
from django.db import connection

from conferences.models import Fact
from dashboard.version import VERSION, version_of
from tests.deploy.conftest import KEY, NOBODY, ROOT, signed
from tests.support.events import event
from tests.support.ports import free_port
from tests.support.programs import needed, open_to_others
from tests.support.shipped_nginx import HOST, Site, nginx
from tests.support.story import API_KEY, browser

pytestmark = [pytest.mark.served, pytest.mark.slow, pytest.mark.django_db(transaction=True)]

PARTS = ("conferences", "dashboard", "templates", "static", "requirements", "deploy")


class Installation:
    """A machine with a release in service, as docs/deploy.md has it, in a folder of its own."""

    def __init__(self, home: Path, site: Site, ports: list[int]) -> None:
        self.home, self.site = home, site
        self.current, self.records = home / "current", home / "units"
        (home / "bin").mkdir()
        self.records.mkdir()
        program = f'#!/bin/sh\nexec {sys.executable} {ROOT / "tests" / "fixtures" / "systemctl.py"} "$@"\n'
        (home / "bin" / "systemctl").write_text(program)
        (home / "bin" / "systemctl").chmod(0o755)
        for port in ports:
            (self.records / f"earshot-server@{port}.service").touch()
        self.production = {
            "DEBUG": "0",
            "ALLOWED_HOSTS": HOST,
            "ORIGINS": site.origin,
            "SECRET_KEY": settings.SECRET_KEY,
            "DATABASE_URL": f"sqlite:///{connection.settings_dict['NAME']}",
            "STATIC_ROOT": str(home / "static"),
            "RUN_BACKGROUND": "0",
            "TELNYX_PUBLIC_KEY": KEY.public_key,
            "TELNYX_API_KEY": API_KEY,
            "TELNYX_BASE_URL": NOBODY,
            "DJANGO_SETTINGS_MODULE": "dashboard.settings",
        }
        lines = [f"{name}={shlex.quote(value)}" for name, value in self.production.items()]
        (home / "earshot.env").write_text("\n".join(lines))

    def release(self, name: str, **changes: str) -> Path:
        """A release with these files changed."""
        place = self.home / "releases" / name
        for part in PARTS:
            shutil.copytree(ROOT / part, place / part, ignore=shutil.ignore_patterns("__pycache__"))
        shutil.copy(ROOT / "manage.py", place)
        (place / ".venv").symlink_to(ROOT / ".venv")
        for path, text in changes.items():
            (place / path).write_text((place / path).read_text() + text)
        return place

    def upgrade_to(self, release: Path, patience: int = 60) -> subprocess.CompletedProcess[str]:
        places = {
            "EARSHOT_CURRENT": str(self.current),
            "EARSHOT_ENVIRONMENT": str(self.home / "earshot.env"),
            "EARSHOT_BACKUPS": str(self.home / "backups"),
            "EARSHOT_USER": getpass.getuser(),
            "EARSHOT_PATIENCE": str(patience),
            "STAND_IN_HOME": str(self.records),
            "STAND_IN_UNIT": str(ROOT / "deploy" / "systemd" / "earshot-server@.service"),
            "PATH": f"{self.home / 'bin'}{os.pathsep}{os.environ['PATH']}",
        }
        script = [release / "deploy" / "upgrade"]
        return subprocess.run(script, env=os.environ | places, capture_output=True, text=True, check=False)

    def stop(self) -> None:
        for record in self.records.glob("earshot-server@*"):
            if pid := record.read_text():
                with suppress(ProcessLookupError):
                    os.kill(int(pid), signal.SIGKILL)

    def page(self, session: str) -> str:
        with self.site.client(session=session) as client:
            return client.get("/").text


@pytest.fixture
def installation(transactional_db: None, tmp_path: Path) -> Iterator[Installation]:
    needed("curl", "curl")
    open_to_others(tmp_path)
    ports = [free_port(), free_port()]
    (tmp_path / "nginx").mkdir()
    with nginx(tmp_path / "nginx", ports, EARSHOT_STATIC=str(tmp_path / "static")) as site:
        found = Installation(tmp_path, site, ports)
        try:
            yield found
        finally:
            found.stop()


@contextmanager
def webhooks(site: Site) -> Iterator[list[int]]:
    """Post webhooks as the provider does, one after another, and note how each was answered."""
    answers: list[int] = []
    over = threading.Event()

    def post() -> None:
        with site.client() as telnyx:
            while not over.wait(0.05):
                ends = {"from_": "+14155550171", "to": "+14155550101", "direction": "incoming"}
                body, headers = signed(event("call.initiated", leg=f"u{len(answers)}", id=f"u{len(answers)}", **ends))
                try:
                    answers.append(telnyx.post("/webhooks/telnyx/", content=body, headers=headers).status_code)
                except httpx.HTTPError:
                    answers.append(0)

    thread = threading.Thread(target=post)
    thread.start()
    try:
        yield answers
        time.sleep(1)
    finally:
        over.set()
        thread.join()


def test_an_upgrade_loses_no_webhook(installation: Installation, marta):
    said = installation.upgrade_to(installation.release("old"))
    assert said.returncode == 0, said.stderr
    session = browser(marta).cookies[settings.SESSION_COOKIE_NAME].value
    old = installation.page(session)
    assert f'data-version="{VERSION}"' in old

    new = installation.release("new", **{"static/dashboard/js/clock.js": "\n// newer\n"})
    with webhooks(installation.site) as answers:
        said = installation.upgrade_to(new)
    assert said.returncode == 0, said.stderr
    assert (set(answers), len(answers) > 20) == ({200}, True)
    assert Fact.objects.count() == len(answers)
    assert f'data-version="{version_of(new)}"' in installation.page(session)
    assert len([*(installation.home / "backups").glob("earshot-*.sqlite3")]) >= 1
    with installation.site.client() as client:  # a page of the old release loads its script after all
        links = re.findall(r'(?:href|src)="(/static/dashboard/[^"]+)"', old)
        assert [one for one in links if client.get(one).status_code != 200] == []


def test_a_release_that_does_not_start_is_taken_back(installation: Installation, marta):
    old = installation.release("old")
    assert installation.upgrade_to(old).returncode == 0
    broken = installation.release("broken", **{"dashboard/asgi.py": "\nraise RuntimeError('broken')\n"})
    with webhooks(installation.site) as answers:
        said = installation.upgrade_to(broken, patience=6)
    assert (said.returncode, installation.current.resolve()) == (1, old)
    assert (set(answers), Fact.objects.count()) == ({200}, len(answers))


def test_a_first_release_that_does_not_start_is_said(installation: Installation):
    broken = installation.release("broken", **{"dashboard/asgi.py": "\nraise RuntimeError('broken')\n"})
    said = installation.upgrade_to(broken, patience=2)
    assert (said.returncode, installation.current.resolve()) == (1, broken)
    assert "does not answer" in said.stdout
