"""`make bench`: measures a server it starts itself, on the loopback alone, and prints one table."""

from __future__ import annotations

import argparse
import os
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from typing import Any

# Those of one group share a server and its database; cost counts live calls itself, and deaf's server loses all nudges.
GROUPS = (("ingest", "fanout", "painted", "resync"), ("deaf",), ("unruly",), ("cost",))
SECTIONS = tuple(section for group in GROUPS for section in group)


def main(arguments: list[str]) -> int:
    options = _options(arguments)
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with tempfile.TemporaryDirectory(prefix="earshot-bench-") as home:
        _set_up(Path(home))
        try:
            about, lines = _run(options, Path(home) / "earshot.sqlite3")
        except KeyboardInterrupt:
            return 130
    report = import_module("tests.bench.report")
    _say(report.table(lines))
    _say(_footer(about))
    if options.json:
        report.save(options.json, about, lines)
    return 0


def _options(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer sizes, one round: to see that it runs")
    parser.add_argument("--large", action="store_true", help="also 1,000 sockets, which takes half a minute more")
    parser.add_argument("--only", nargs="+", choices=SECTIONS, default=SECTIONS, help="leave the other sections out")
    parser.add_argument("--json", type=Path, metavar="FILE", help="also write every round to a file")
    return parser.parse_args(arguments)


def _set_up(home: Path) -> None:
    """Settings for this process and the server's; nothing of the caller's environment decides what is measured."""
    os.environ.update(
        DJANGO_SETTINGS_MODULE="tests.bench.settings",
        BENCH_HOME=str(home),
        DATABASE_URL=f"sqlite:///{home / 'earshot.sqlite3'}",
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


def _run(options: argparse.Namespace, database: Path) -> tuple[dict[str, Any], list[Any]]:
    from tests.bench.center import Center
    from tests.bench.machine import Neighbours, facts
    from tests.bench.plan import FULL, LARGE, QUICK
    from tests.bench.server import serving

    began, load, neighbours = time.monotonic(), os.getloadavg()[0], Neighbours()
    plan = QUICK if options.quick else FULL
    plan = replace(plan, cells=plan.cells + LARGE) if options.large else plan
    about: dict[str, Any] = {"machine": facts(), "at": datetime.now(UTC).isoformat(timespec="seconds")}
    lines: list[Any] = []
    for group in GROUPS:
        if sections := [section for section in group if section in options.only]:
            with serving(Center(database), deaf=group == ("deaf",)) as served:
                for section in sections:
                    _say(f"{time.monotonic() - began:4.0f} s  {section}", sys.stderr)
                    lines += _section(section)(plan, served)
    about |= {
        "quick": options.quick,
        "seconds": round(time.monotonic() - began),
        "load_average_before": round(load, 2),
        "share_of_other_processes": round(neighbours.share(), 3),
    }
    return about, lines


def _section(name: str) -> Callable[..., Iterator[Any]]:
    measure: Callable[..., Iterator[Any]] = import_module(f"tests.bench.{name}").measure
    return measure


def _footer(about: dict[str, Any]) -> str:
    machine = about["machine"]
    packages = ", ".join(f"{name} {version}" for name, version in machine["packages"].items())
    return (
        f"\n{machine['cpu']}, {machine['cores']} cores, {machine['memory_gb']} GB; {machine['system']}\n"
        f"Python {machine['python']}, SQLite {machine['sqlite']} (WAL, synchronous FULL), {packages}\n"
        f"commit {machine['commit'] or 'unknown'}; {about['at']}, {about['seconds']} s; other processes "
        f"took {about['share_of_other_processes']:.0%} of the processors (load {about['load_average_before']} before)"
    )


def _say(text: str, to: Any = None) -> None:
    (to or sys.stdout).write(text + "\n")
    (to or sys.stdout).flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
