"""A real Chromium against a real server: daphne in a process of its own, the simulator over HTTP beside it."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import User
from django.db import connection
from playwright.sync_api import Browser, Page, expect, sync_playwright

from conferences.simulator import Simulator
from conferences.simulator.clock import system_clock
from tests.browser.support import Center
from tests.story import API_KEY, DESK, PASSWORD

CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
WITHOUT_BROWSER = "NO CHROMIUM FOUND: the browser tests did not run. Install Debian's chromium, or set CHROMIUM."


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if here in Path(item.path).parents:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """Until the end of the module only: Playwright keeps an event loop in this thread while it lives."""
    if CHROMIUM is None:
        if os.environ.get("REQUIRE_BROWSER") == "1":
            pytest.fail(WITHOUT_BROWSER)
        pytest.skip(WITHOUT_BROWSER)
    with pytest.MonkeyPatch.context() as patch, sync_playwright() as playwright:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")  # that loop runs nothing that uses the database
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM,
            args=["--no-sandbox", "--disable-quic", "--disable-background-networking", "--disable-component-update"],
        )
        expect.set_options(timeout=15_000)
        yield browser
        browser.close()


@pytest.fixture
def center(chromium: Browser, transactional_db: None, marta: User, ben: User) -> Iterator[Center]:
    # The server of the product knows no quick hash.
    User.objects.update(password=make_password(PASSWORD, hasher="pbkdf2_sha256"))
    port = _free_port()
    simulator = Simulator(
        webhook_url=f"http://127.0.0.1:{port}/webhooks/telnyx/",
        api_key=API_KEY,
        connection_id=os.environ["TELNYX_CONNECTION_ID"],
        clock=system_clock,
    )
    simulator.phones.set(DESK, "answers", after=0.5)
    with simulator.serve() as provider:
        server = _serve(port, simulator.public_key, provider.base_url)
        try:
            _wait_for(port, server)
            yield Center(simulator, f"http://127.0.0.1:{port}")
        finally:
            server.terminate()
            server.wait(timeout=10)


@pytest.fixture
def open_page(chromium: Browser, center: Center) -> Iterator[Callable[..., Page]]:
    """Open a page in a browser of its own, logged in as that user; any error in its console fails the test."""
    contexts, complaints = [], []

    def open_one(username: str = "marta", path: str = "/", **options: Any) -> Page:
        options.setdefault("viewport", {"width": 1440, "height": 900})
        contexts.append(chromium.new_context(base_url=center.url, **options))
        contexts[-1].set_default_timeout(10_000)
        page = contexts[-1].new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
        page.goto(f"/accounts/login/?next={path}")
        page.locator("#id_username").fill(username)
        page.locator("#id_password").fill(PASSWORD)
        page.get_by_role("button", name="Log in").click()
        page.wait_for_url(f"**{path}")
        return page

    yield open_one
    for context in contexts:
        context.close()
    assert complaints == []


def _serve(port: int, public_key: str, base_url: str) -> subprocess.Popen[bytes]:
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "dashboard.settings",
        "DEBUG": "1",
        "RUN_ERRANDS": "1",
        "DATABASE_URL": f"sqlite:///{connection.settings_dict['NAME']}",
        "ORIGINS": f"http://127.0.0.1:{port}",
        "TELNYX_PUBLIC_KEY": public_key,
        "TELNYX_API_KEY": API_KEY,
        "TELNYX_BASE_URL": base_url,
    }
    daphne = [sys.executable, "-m", "daphne", "-v", "0", "-b", "127.0.0.1", "-p", str(port)]
    return subprocess.Popen([*daphne, "dashboard.asgi:application"], env=environment)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_for(port: int, server: subprocess.Popen[bytes]) -> None:
    for _ in range(200):
        assert server.poll() is None, "the server stopped by itself"
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=1).close()
        except urllib.error.URLError:
            time.sleep(0.1)
        else:
            return
    raise AssertionError("the server does not answer")
