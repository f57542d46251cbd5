"""The product's own server in a process of its own, on the tests' database and beside their simulator."""

from __future__ import annotations

import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO, Protocol

from django.db import connection

from conferences.simulator import Simulator
from conferences.simulator.world.clock import system_clock
from tests.support.story import API_KEY


class Started(Protocol):
    def poll(self) -> int | None: ...


def database_url() -> str:
    """Where the tests' own database is, for another process."""
    database = connection.settings_dict
    if connection.vendor == "postgresql":
        return "postgresql://{USER}:{PASSWORD}@{HOST}:{PORT}/{NAME}".format(**database)
    return f"sqlite:///{database['NAME']}"


def serve(
    port: int,
    public_key: str,
    base_url: str,
    application: str = "dashboard.asgi",
    *,
    log: IO[bytes] | None = None,
    **others: str,
) -> subprocess.Popen[bytes]:
    """Start the product on the tests' own database. `log`: what it says; `others`: otherwise in its environment."""
    environment = os.environ | environment_of(port) | {"TELNYX_PUBLIC_KEY": public_key, "TELNYX_BASE_URL": base_url}
    daphne = [sys.executable, "-m", "daphne", "-v", "0", "-b", "127.0.0.1", "-p", str(port)]
    return subprocess.Popen([*daphne, f"{application}:application"], env=environment | others, stderr=log)


def environment_of(port: int) -> dict[str, str]:
    """What every server of a test has in its environment."""
    return {
        "DJANGO_SETTINGS_MODULE": "dashboard.settings",
        "DEBUG": "1",
        "RUN_BACKGROUND": "1",
        "DATABASE_URL": database_url(),
        "ORIGINS": f"http://127.0.0.1:{port}",
        "TELNYX_API_KEY": API_KEY,
    }


def simulator_for(port: int) -> Simulator:
    """The provider in real time, posting to the server on that port."""
    return Simulator(
        webhook_url=f"http://127.0.0.1:{port}/webhooks/telnyx/",
        api_key=API_KEY,
        connection_id=os.environ["TELNYX_CONNECTION_ID"],
        clock=system_clock,
    )


@contextmanager
def serving(
    simulator: Simulator, port: int, log: IO[bytes] | None = None, **others: str
) -> Iterator[subprocess.Popen[bytes]]:
    """The provider over HTTP and the product beside it, until both are stopped; `others` as for `serve`."""
    with simulator.serve() as provider:
        server = serve(port, simulator.public_key, provider.base_url, log=log, **others)
        try:
            wait_for(port, server)
            yield server
        finally:
            server.kill()
            server.wait()


def wait_for(port: int, server: Started) -> None:
    for _ in range(200):
        assert server.poll() is None, "the server stopped by itself"
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=1).close()
        except urllib.error.URLError:
            time.sleep(0.1)
        else:
            return
    raise AssertionError("the server does not answer")
