"""An installation whose server can be killed and started again, beside its provider; and what has to be true of it."""

from __future__ import annotations

import json
import re
import subprocess
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from ssl import SSLContext
from typing import Any

import httpx
from django.conf import settings
from django.contrib.auth.models import User
from websockets.exceptions import WebSocketException
from websockets.sync.client import ClientConnection, connect

from conferences.fold import fold
from conferences.ingest import feed
from conferences.models import Fact
from conferences.simulator import Simulator
from tests.support.events import facts_on_record, stored
from tests.support.markup import on_one_line
from tests.support.ports import free_port
from tests.support.serving import serve, simulator_for, wait_for
from tests.support.story import browser

_ROW = re.compile(r'<article id="(conference-[^"]+)".*?</article>', re.DOTALL)
_LEG = re.compile(r'data-leg="([^"]+)" data-kind="(\w+)"[^>]*?data-muted="(\w+)" data-on-hold="(\w+)"')

# Told by the provider: it delivered it, or keeps it on record and was asked.
THEIRS = (Fact.Source.WEBHOOK, Fact.Source.BACKFILL)
Row = frozenset[tuple[str, ...]]


class Installation:
    """Server and provider over HTTP, on the tests' own database unless the settings say another."""

    def __init__(self, simulator: Simulator, base_url: str, user: User, **settings_: str) -> None:
        self.simulator, self.settings = simulator, settings_
        self.base_url = base_url
        self.port = int(simulator.app.webhook_url.split(":")[2].split("/")[0])
        self.session = browser(user).cookies[settings.SESSION_COOKIE_NAME].value
        self.url = f"http://127.0.0.1:{self.port}"
        self.server: subprocess.Popen[bytes] | None = None
        self.tls: SSLContext | None = None  # where it is reached by https, with a certificate of the test's

    def start(self, application: str = "dashboard.asgi", **more: str) -> subprocess.Popen[bytes]:
        arguments = (self.port, self.simulator.public_key, self.base_url, application)
        self.server = serve(*arguments, **self.settings, **more)
        wait_for(self.port, self.server)
        return self.server

    def kill(self) -> None:
        if self.server is not None:
            self.server.kill()
            self.server.wait()

    def get(self, path: str, **options: Any) -> httpx.Response:
        cookies = {settings.SESSION_COOKIE_NAME: self.session}
        return httpx.get(self.url + path, cookies=cookies, timeout=30, verify=self.tls or True, **options)

    def post(self, path: str, **form: str) -> httpx.Response:
        token = uuid.uuid4().hex
        cookies = {settings.SESSION_COOKIE_NAME: self.session, settings.CSRF_COOKIE_NAME: token}
        headers = {"X-CSRFToken": token, "Origin": self.url}
        verify = self.tls or True
        return httpx.post(self.url + path, data=form, cookies=cookies, headers=headers, timeout=30, verify=verify)

    def deliver(self, body: bytes, headers: dict[str, str]) -> int:
        """Post a webhook as the provider does; the status, 0 when none came within its patience."""
        try:
            return httpx.post(f"{self.url}/webhooks/telnyx/", content=body, headers=headers, timeout=60).status_code
        except httpx.TransportError:
            return 0

    def page(self, port: int = 0) -> Page:
        """Open a board, at another server's port if need be."""
        return Page(self, port or self.port)

    def board(self) -> dict[str, Row]:
        """What a page that is opened now shows."""
        return _rows(self.get("/").text)

    def issued(self) -> set[str]:
        """The ids of all webhooks that the provider ever meant to send."""
        return {one.event.id for one in self.simulator.deliverer.deliveries}

    def acknowledged(self) -> set[str]:
        return {one.event.id for one in self.simulator.deliverer.deliveries if one.status == "delivered"}


class Page:
    """A board that stays open, and comes back with its last number when its socket breaks."""

    def __init__(self, installation: Installation, port: int) -> None:
        self._session, self._tls = installation.session, installation.tls
        self._at = installation.url if installation.tls else f"http://127.0.0.1:{port}"
        self._socket: ClientConnection | None = None
        self._opened = ExitStack()
        self.feed = 0
        self.rows: dict[str, Row] = {}

    def listen(self, seconds: float = 0.5) -> None:
        """Take in what comes within that time."""
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            try:
                self._socket = self._socket or self._open()
                self._take(json.loads(self._socket.recv(timeout=left)))
            except TimeoutError:
                return
            except (OSError, WebSocketException):  # whatever ended it, a page comes back
                self.close()
                time.sleep(0.1)

    def close(self) -> None:
        self._socket = None
        self._opened.close()

    def _open(self) -> ClientConnection:
        socket = connect(
            f"{self._at.replace('http', 'ws', 1)}/ws/board/?since={self.feed}",
            additional_headers={"Cookie": f"{settings.SESSION_COOKIE_NAME}={self._session}"},
            origin=self._at,  # type: ignore[arg-type]
            compression=None,
            proxy=None,
            ssl=self._tls,
            close_timeout=1,
        )
        return self._opened.enter_context(socket)

    def _take(self, frame: dict[str, Any]) -> None:
        self.feed = frame["feed"]
        told = frame.get("rows", [])
        kept = frame.get("live", [row for row in self.rows if row not in told])
        self.rows = {row: shown for row, shown in self.rows.items() if row in kept} | _rows(frame.get("content", ""))


def _rows(html: str) -> dict[str, Row]:
    """The live rows, each with its legs, and how muted and held they are."""
    rows = {match[1]: match[0] for match in _ROW.finditer(on_one_line(html))}
    live = {row: html for row, html in rows.items() if 'data-state="completed"' not in html}
    return {row: frozenset(match.groups() for match in _LEG.finditer(html)) for row, html in live.items()}


@contextmanager
def installed(user: User, **settings_: str) -> Iterator[Installation]:
    """An installation, not started yet; at the end both its server and its provider are gone."""
    simulator = simulator_for(free_port())
    simulator.switches.set({"webhook_attempts": 7, "webhook_backoff_seconds": 0.5})
    with simulator.serve() as provider:
        installation = Installation(simulator, provider.base_url, user, **settings_)
        try:
            yield installation
        finally:
            installation.kill()


def eventually(claim: Callable[[], bool], seconds: float = 20.0) -> None:
    until = time.monotonic() + seconds
    while not claim():
        assert time.monotonic() < until, f"it did not come true within {seconds} s"
        time.sleep(0.1)


def is_whole(installation: Installation) -> bool:
    """Whether everything the provider ever sent is stored, each once."""
    told = list(Fact.objects.filter(source__in=THEIRS).values_list("event_id", flat=True))
    return sorted(told) == sorted(installation.issued())


def differences() -> list[Any]:
    """Where the rows are not what all stored facts together come to."""
    with feed.writing():  # nothing is stored in between
        state, rows = fold(facts_on_record()), stored()
    pairs = [(getattr(state, name), getattr(rows, name)) for name in ("conferences", "participants", "legs")]
    return [
        (key, kept.get(key), told.get(key))
        for told, kept in pairs
        for key in {*told, *kept}
        if told.get(key) != kept.get(key)
    ]


def live_legs(installation: Installation) -> set[frozenset[str]]:
    """Who is together in a live conference, by the provider's reckoning."""
    conferences = installation.simulator.state.conferences.values()
    stays = [one.participants for one in conferences if one.status == "in_progress"]
    return {frozenset(stay.leg.call_control_id for stay in those if stay.status == "joined") for those in stays}


def legs_shown(rows: dict[str, Row]) -> set[frozenset[str]]:
    return {frozenset(leg[0] for leg in row) for row in rows.values()}


def resident(pid: int) -> int:
    """Bytes of memory that a process holds."""
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * 4096
