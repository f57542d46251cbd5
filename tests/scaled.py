"""The tests once more on PostgreSQL and Redis, both started on free loopback ports and stopped afterwards."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Self

from tests.support.ports import free_port

# What depends on the database's locking or on another process's nudges; the rest would only repeat itself. Side by
# side, each process with a database of either store; but one at a time where the stores themselves are restarted.
RUNS = (["-m", "scaled and not served", "-n", "auto"], ["-m", "scaled and served"])


def main(arguments: list[str]) -> int:
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("Terminated."))  # a database server would outlive us otherwise
    with ExitStack() as stack:
        home = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="earshot-scaled-")))
        home.chmod(0o755)
        environment = os.environ | {
            "POSTGRESQL_HOME": str(home / "postgresql"),
            "DATABASE_URL": stack.enter_context(postgresql(home)),
            "REDIS_URL": stack.enter_context(redis(home)),
        }
        runs = [[sys.executable, "-m", "pytest", *one] for one in ([arguments] if arguments else RUNS)]
        return max(subprocess.run(run, env=environment, check=False).returncode for run in runs)


class Cluster:
    """A new PostgreSQL cluster. It refuses to run as root, so for root it runs as the user Debian made for it."""

    def __init__(self, home: Path, max_connections: int = 200) -> None:
        self._place, self._binaries = home / "postgresql", _postgresql_binaries()
        user = "postgres" if os.geteuid() == 0 else pwd.getpwuid(os.geteuid()).pw_name
        self._as_user = ["runuser", "-u", user, "--"] if os.geteuid() == 0 else []
        self._place.mkdir()
        if self._as_user:
            shutil.chown(self._place, user)
        self.port = free_port()
        self.url = f"postgres://earshot@127.0.0.1:{self.port}/postgres"
        self._options = (
            f"-p {self.port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={self._place}"
            f" -c max_connections={max_connections}"
        )

    def __enter__(self) -> Self:
        program = str(self._binaries / "initdb")
        self._run(program, "-D", str(self._place / "data"), "-U", "earshot", "-A", "trust", "--no-sync")
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._control("-m", "immediate", "stop", check=False)

    def start(self) -> None:
        self._control("-l", str(self._place / "log"), "-o", self._options, "start")

    def stop(self) -> None:
        """Stop it as for a restart: sessions are ended, and what was committed is kept."""
        self._control("-m", "fast", "stop")

    def _control(self, *arguments: str, check: bool = True) -> None:
        self._run(str(self._binaries / "pg_ctl"), "-D", str(self._place / "data"), "-w", *arguments, check=check)

    def _run(self, *command: str, check: bool = True) -> None:
        subprocess.run([*self._as_user, *command], check=check, stdout=subprocess.DEVNULL)


@contextmanager
def postgresql(home: Path) -> Iterator[str]:
    with Cluster(home) as cluster:
        yield cluster.url


@contextmanager
def redis(home: Path, port: int = 0) -> Iterator[str]:
    program = shutil.which("redis-server")
    if program is None:
        sys.exit("redis-server is not installed (Debian's package redis-server).")
    port = port or free_port()
    settings = ["--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", str(home)]
    process = subprocess.Popen([program, *settings], stdout=subprocess.DEVNULL)
    try:
        _wait_for(port)
        yield f"redis://127.0.0.1:{port}/0"
    finally:
        process.terminate()
        process.wait(timeout=10)


def _postgresql_binaries() -> Path:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if not found:
        sys.exit("PostgreSQL's server is not installed (Debian's package postgresql).")
    return found[-1].parent


def _wait_for(port: int) -> None:
    for _ in range(100):
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    sys.exit(f"Nothing answers on port {port}.")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
