"""A real Chromium against a real server: daphne in a process of its own, the simulator over HTTP beside it."""

from __future__ import annotations

import asyncio
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import User
from django.test import Client
from playwright.sync_api import Browser, ConsoleMessage, Page, expect, sync_playwright

from tests.browser.support import Center
from tests.support.ports import free_port
from tests.support.prepared_server import serving_prepared
from tests.support.serving import simulator_for
from tests.support.story import DESK, PASSWORD

CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
WITHOUT_BROWSER = "NO CHROMIUM FOUND: the browser tests did not run. Install Debian's chromium, or set CHROMIUM."


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if here in Path(item.path).parents:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def launched() -> Iterator[tuple[Browser, asyncio.AbstractEventLoop]]:
    """One Chromium for all tests, and the loop by which Playwright speaks with it."""
    if CHROMIUM is None:
        if os.environ.get("REQUIRE_BROWSER") == "1":
            pytest.fail(WITHOUT_BROWSER)
        pytest.skip(WITHOUT_BROWSER)
    with sync_playwright() as playwright:
        loop = asyncio.get_running_loop()
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM,
            args=["--no-sandbox", "--disable-quic", "--disable-background-networking", "--disable-component-update"],
        )
        expect.set_options(timeout=15_000)
        asyncio._set_running_loop(None)
        yield browser, loop
        asyncio._set_running_loop(loop)
        browser.close()


@pytest.fixture
def chromium(launched: tuple[Browser, asyncio.AbstractEventLoop]) -> Iterator[Browser]:
    """That Chromium. Its loop counts as running during the test alone: asynchronous tests have loops of their own."""
    browser, loop = launched
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")  # that loop runs nothing that uses the database
        asyncio._set_running_loop(loop)
        yield browser
        asyncio._set_running_loop(None)


@pytest.fixture
def center(chromium: Browser, transactional_db: None, marta: User, ben: User) -> Iterator[Center]:
    port = free_port()
    simulator = simulator_for(port)
    simulator.phones.set(DESK, "answers", after=0.5)
    with serving_prepared(simulator, port) as server:
        yield Center(simulator, f"http://127.0.0.1:{port}", server.pid)


@pytest.fixture
def open_page(chromium: Browser, center: Center) -> Iterator[Callable[..., Page]]:
    """Open a page in a browser of its own, logged in as that user; any error in its console fails the test.

    `by_form`: through the login page, which costs a hashed password and a page more than the session alone.
    """
    contexts, complaints = [], []

    def open_one(username: str = "marta", path: str = "/", *, by_form: bool = False, **options: Any) -> Page:
        options.setdefault("viewport", {"width": 1440, "height": 900})
        contexts.append(chromium.new_context(base_url=center.url, **options))
        contexts[-1].set_default_timeout(10_000)
        page = contexts[-1].new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda message: complaints.append(message.text) if _is_complaint(message) else None)
        if by_form:
            _log_in(page, username, path)
        else:
            contexts[-1].add_cookies([{"name": "sessionid", "value": _session(username), "url": center.url}])
            page.goto(path)
        return page

    yield open_one
    for context in contexts:
        context.close()
    assert complaints == []


def _is_complaint(message: ConsoleMessage) -> bool:
    # A letter typed into the filter takes back the question before it, and htmx calls each one taken back an error.
    taken_back = "htmx:error: signal is aborted" in message.text and "form#filter" in message.text
    return message.type == "error" and not taken_back


def _session(username: str) -> str:
    client = Client()
    client.force_login(User.objects.get(username=username))
    return client.cookies["sessionid"].value


def _log_in(page: Page, username: str, path: str) -> None:
    # The server of the product knows no quick hash.
    User.objects.filter(username=username).update(password=make_password(PASSWORD, hasher="pbkdf2_sha256"))
    page.goto(f"/accounts/login/?next={path}")
    page.locator("#id_username").fill(username)
    page.locator("#id_password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()
    page.wait_for_url(f"**{path}")
