"""The server under measurement: daphne in a process of its own, started as by `make demo`, and a stand-in provider."""

from __future__ import annotations

import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from tests.bench.center import Center
from tests.support.ports import free_port

START_WITHIN = 30.0
Process = subprocess.Popen[bytes]


@dataclass(frozen=True, slots=True)
class Served:
    """A center's server: where it listens, and which process it is."""

    center: Center
    port: int
    pid: int


@contextmanager
def serving(center: Center, *, deaf: bool = False, bare: bool = False) -> Iterator[Served]:
    """Serve the center's database; both the server and the provider have stopped when this is left.

    `deaf`: every nudge between the server's parts is lost. `bare`: not the product, but the view it is compared with.
    """
    port = free_port()
    with center.simulator.serve() as api, center.log.open("wb") as log:
        environment = os.environ | {
            "ORIGINS": f"http://127.0.0.1:{port}",
            "TELNYX_BASE_URL": api.base_url,
            "TELNYX_API_KEY": center.simulator.api_key,
            "TELNYX_PUBLIC_KEY": center.simulator.public_key,
            "BENCH_DEAF": "1" if deaf else "",
        }
        if bare:
            environment["DJANGO_SETTINGS_MODULE"] = "tests.bench.bare_settings"
        application = "tests.bench.bare_asgi:application" if bare else "dashboard.asgi:application"
        with _daphne(application, port, environment, log) as process:
            _wait_for(port, process, center.log)
            yield Served(center, port, process.pid)


@contextmanager
def serving_bare_hub(log: Path) -> Iterator[int]:
    """Serve the floor of the push on a port of its own."""
    port = free_port()
    with log.open("wb") as words, _daphne("tests.bench.bare_hub:application", port, dict(os.environ), words) as process:
        _wait_for(port, process, log)
        yield port


@contextmanager
def _daphne(application: str, port: int, environment: dict[str, str], log: BinaryIO) -> Iterator[Process]:
    daphne = [sys.executable, "-m", "daphne", "-v", "0", "-b", "127.0.0.1", "-p", str(port)]
    limits = ["--http-timeout", "30", "--websocket_timeout", "-1"]
    process = subprocess.Popen([*daphne, *limits, application], env=environment, stderr=log)
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait_for(port: int, process: Process, log: Path) -> None:
    until = time.monotonic() + START_WITHIN
    while time.monotonic() < until:
        if process.poll() is not None:
            raise RuntimeError(f"The server stopped by itself. Its last words:\n{log.read_text()[-2000:]}")
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=1).close()
        except (urllib.error.URLError, TimeoutError):
            time.sleep(0.1)
        else:
            return
    raise RuntimeError(f"The server did not answer within {START_WITHIN:.0f} s.")
