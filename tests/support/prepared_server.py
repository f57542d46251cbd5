"""Servers forked from a process that has imported the product already, which takes more than a second of a processor.

For tests of what a server does. How it starts, and how it stops, is asked of those that `serving` starts from nothing.
"""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing import forkserver, reduction
from pathlib import Path
from typing import Any, Final

import pytest

from conferences.simulator import Simulator
from tests.support.serving import environment_of, wait_for

ROOT: Final = Path(__file__).parents[2]
_FORKS: Final = multiprocessing.get_context("forkserver")
_FORKS.set_forkserver_preload(["tests.support.imported"])


class PreparedServer(_FORKS.Process):  # type: ignore[name-defined,misc]
    """The product on the tests' own database, with settings of this test's."""

    def __init__(self, port: int, **settings: Any) -> None:
        super().__init__(name=f"server at {port}")
        self._port, self._settings = port, settings
        self._stderr: Any = None

    def start(self) -> None:
        with pytest.MonkeyPatch.context() as patch:  # the fork server takes it over once, as it begins
            for name, value in environment_of(self._port).items():
                patch.setenv(name, value)
            patch.setenv("PYTHONPATH", str(ROOT))
            forkserver.ensure_running()
        super().start()

    def poll(self) -> int | None:
        return self.exitcode

    def end(self) -> None:
        """Kill it, and wait until it is gone."""
        self.kill()
        self.join()

    def __getstate__(self) -> dict[str, Any]:
        return self.__dict__ | {"_stderr": reduction.DupFd(2)}  # where this test's own is captured

    def run(self) -> None:
        from daphne.cli import CommandLineInterface
        from django.conf import settings

        os.dup2(self._stderr.detach(), 2)
        for name, value in self._settings.items():
            setattr(settings, name, value)
        CommandLineInterface().run(["-v", "0", "-b", "127.0.0.1", "-p", str(self._port), "dashboard.asgi:application"])


def fork_server(port: int, simulator: Simulator, base_url: str) -> PreparedServer:
    """Start the product at that port beside the provider at that address, and wait until it answers."""
    origins = [f"http://127.0.0.1:{port}"]
    server = PreparedServer(
        port,
        ORIGINS=origins,
        CSRF_TRUSTED_ORIGINS=origins,
        TELNYX_PUBLIC_KEY=simulator.public_key,
        TELNYX_BASE_URL=base_url,
    )
    server.start()
    wait_for(port, server)
    return server


@contextmanager
def serving_prepared(simulator: Simulator, port: int) -> Iterator[PreparedServer]:
    """The provider over HTTP and, as it is given, the product beside it, until both are stopped."""
    with simulator.serve() as provider:
        server = fork_server(port, simulator, provider.base_url)
        try:
            yield server
        finally:
            server.end()
