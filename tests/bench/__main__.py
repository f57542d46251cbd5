"""`make bench`: measures a server it starts itself, on the loopback alone, and prints one table."""

from __future__ import annotations

import argparse
import os
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from typing import Any

from tests.scaled import postgresql

# Those of one group share a server and its database; cost counts live calls itself, and deaf's server loses all nudges.
GROUPS = (
    ("ingest", "push_floor", "fanout", "painted", "resync"),
    ("watched",),
    ("click",),
    ("soak",),
    ("deaf",),
    ("unruly",),
    ("cost",),
    ("pages",),
    ("scrolled",),
)
SECTIONS = tuple(section for group in GROUPS for section in group)


def main(arguments: list[str]) -> int:
    options = _options(arguments)
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with ExitStack() as stack:
        home = stack.enter_context(tempfile.TemporaryDirectory(prefix="earshot-bench-"))
        _set_up(Path(home), _database(options, Path(home), stack))
        try:
            about, lines = _run(options, Path(home))
        except KeyboardInterrupt:
            return 130
    report = import_module("tests.bench.report")
    _say(report.table(lines))
    _say(_footer(about))
    if options.plot:
        options.plot.write_text(import_module("tests.bench.plot").drawn(lines), encoding="utf-8")
    if options.json:
        report.save(options.json, about, lines)
    return 0


def _options(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer sizes, one round: to see that it runs")
    parser.add_argument(
        "--large",
        action="store_true",
        help="also what takes minutes more: 1,000 sockets, 6,000 live calls, a million ended",
    )
    parser.add_argument("--only", nargs="+", choices=SECTIONS, default=SECTIONS, help="leave the other sections out")
    parser.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite", help="sqlite unless named")
    parser.add_argument("--plot", type=Path, metavar="FILE", help="also draw the percentiles, as SVG")
    parser.add_argument("--json", type=Path, metavar="FILE", help="also write every round to a file")
    return parser.parse_args(arguments)


def _database(options: argparse.Namespace, home: Path, stack: ExitStack) -> str:
    """The address of the database: a file, or in a PostgreSQL cluster of its own that stops with the run."""
    if options.database == "sqlite":
        return f"sqlite:///{home / 'earshot.sqlite3'}"
    home.chmod(0o755)
    return stack.enter_context(postgresql(home)).replace("/postgres", "/earshot")


def _set_up(home: Path, database: str) -> None:
    """Settings for this process and the server's; nothing of the caller's environment decides what is measured."""
    os.environ.update(
        DJANGO_SETTINGS_MODULE="tests.bench.settings",
        BENCH_HOME=str(home),
        DATABASE_URL=database,
        REDIS_URL="",
        SECRET_KEY="of this run alone " * 3,
        ALLOWED_HOSTS="127.0.0.1",
        RUN_BACKGROUND="1",
        TELNYX_BASE_URL="http://127.0.0.1:8001/v2",  # a stand-in's; the server under measurement is given its own
        TELNYX_API_KEY="KEY_BENCH",
        TELNYX_CONNECTION_ID="1590000000000000001",
        TELNYX_CALLER_ID="+14155550100",
    )
    import django
    from django.core.management import call_command

    django.setup()
    call_command("collectstatic", interactive=False, verbosity=0)


def _run(options: argparse.Namespace, home: Path) -> tuple[dict[str, Any], list[Any]]:
    from tests.bench.center import Center
    from tests.bench.machine import Neighbours, facts
    from tests.bench.plan import FULL, LARGE, QUICK
    from tests.bench.server import serving

    began, load, neighbours = time.monotonic(), os.getloadavg()[0], Neighbours()
    plan = QUICK if options.quick else LARGE if options.large else FULL
    about: dict[str, Any] = {"machine": facts(), "at": datetime.now(UTC).isoformat(timespec="seconds")}
    lines: list[Any] = []
    for group in GROUPS:
        if sections := [section for section in group if section in options.only]:
            with serving(Center(home), deaf=group == ("deaf",)) as served:
                for section in sections:
                    _say(f"{time.monotonic() - began:4.0f} s  {section}", sys.stderr)
                    lines += _section(section)(plan, served)
    about |= {
        "database": _database_words(machine_facts=about["machine"]),
        "quick": options.quick,
        "seconds": round(time.monotonic() - began),
        "load_average_before": round(load, 2),
        "share_of_other_processes": round(neighbours.share(), 3),
    }
    return about, lines


def _database_words(machine_facts: dict[str, Any]) -> str:
    from django.db import connection

    if connection.vendor == "sqlite":
        return f"SQLite {machine_facts['sqlite']} (WAL, synchronous FULL)"
    with connection.cursor() as cursor:
        cursor.execute("SHOW server_version")
        return f"PostgreSQL {cursor.fetchone()[0].split()[0]} (fsync and synchronous_commit on)"


def _section(name: str) -> Callable[..., Iterator[Any]]:
    measure: Callable[..., Iterator[Any]] = import_module(f"tests.bench.{name}").measure
    return measure


def _footer(about: dict[str, Any]) -> str:
    machine = about["machine"]
    packages = ", ".join(f"{name} {version}" for name, version in machine["packages"].items())
    return (
        f"\n{machine['cpu']}, {machine['cores']} cores, {machine['memory_gb']} GB; {machine['system']}\n"
        f"Python {machine['python']}, {about['database']}, {packages}\n"
        f"commit {machine['commit'] or 'unknown'}; {about['at']}, {about['seconds']} s; other processes "
        f"took {about['share_of_other_processes']:.0%} of the processors (load {about['load_average_before']} before)"
    )


def _say(text: str, to: Any = None) -> None:
    (to or sys.stdout).write(text + "\n")
    (to or sys.stdout).flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
