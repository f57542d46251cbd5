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

# What depends on the database's locking or on another process's nudges; the rest would only repeat itself.
TESTS = ["-m", "scaled"]


def main(arguments: list[str]) -> int:
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("Terminated."))  # a database server would outlive us otherwise
    with ExitStack() as stack:
        home = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="earshot-scaled-")))
        home.chmod(0o755)
        environment = os.environ | {
            "DATABASE_URL": stack.enter_context(postgresql(home)),
            "REDIS_URL": stack.enter_context(redis(home)),
        }
        run = [sys.executable, "-m", "pytest", *(arguments or TESTS)]
        return subprocess.run(run, env=environment, check=False).returncode


@contextmanager
def postgresql(home: Path) -> Iterator[str]:
    """A new PostgreSQL cluster. It refuses to run as root, so for root it runs as the user Debian made for it."""
    binaries = _postgresql_binaries()
    place = home / "postgresql"
    place.mkdir()
    user = "postgres" if os.geteuid() == 0 else pwd.getpwuid(os.geteuid()).pw_name
    as_user = ["runuser", "-u", user, "--"] if os.geteuid() == 0 else []
    if as_user:
        shutil.chown(place, user)
    port = free_port()
    data = place / "data"
    subprocess.run(
        [*as_user, str(binaries / "initdb"), "-D", str(data), "-U", "earshot", "-A", "trust", "--no-sync"],
        check=True,
        stdout=subprocess.DEVNULL,
    )
    options = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={place} -c max_connections=200"
    control = [*as_user, str(binaries / "pg_ctl"), "-D", str(data), "-w"]
    subprocess.run([*control, "-l", str(place / "log"), "-o", options, "start"], check=True, stdout=subprocess.DEVNULL)
    try:
        yield f"postgres://earshot@127.0.0.1:{port}/postgres"
    finally:
        subprocess.run([*control, "-m", "immediate", "stop"], check=False, stdout=subprocess.DEVNULL)


@contextmanager
def redis(home: Path) -> Iterator[str]:
    program = shutil.which("redis-server")
    if program is None:
        sys.exit("redis-server is not installed (Debian's package redis-server).")
    port = free_port()
    settings = ["--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", str(home)]
    process = subprocess.Popen([program, *settings], stdout=subprocess.DEVNULL)
    try:
        _wait_for(port)
        yield f"redis://127.0.0.1:{port}/0"
    finally:
        process.terminate()
        process.wait(timeout=10)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


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
