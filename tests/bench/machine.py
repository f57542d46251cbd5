"""The machine, as far as figures depend on it: what it is, and what processes take of it (Linux, /proc)."""

from __future__ import annotations

import os
import platform
import sqlite3
import subprocess
from importlib.metadata import version
from pathlib import Path

PACKAGES = ("django", "channels", "daphne", "asgiref", "twisted", "autobahn", "orjson", "cryptography", "websockets")
TICKS = os.sysconf("SC_CLK_TCK")


def facts() -> dict[str, object]:
    """Return what a reader needs to know to compare figures."""
    return {
        "cpu": _cpu_model(),
        "cores": os.cpu_count(),
        "memory_gb": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9, 1),
        "system": platform.platform(),
        "python": platform.python_version(),
        "sqlite": sqlite3.sqlite_version,
        "packages": {name: version(name) for name in PACKAGES},
        "commit": commit(),
    }


def commit() -> str:
    """Return the git commit, with a plus sign when files that are served differ from it; empty outside a checkout."""
    found = _git("rev-parse", "--short=12", "HEAD")
    changed = _git("status", "--porcelain", "--", "conferences", "dashboard", "templates", "static", "requirements")
    return f"{found}+" if found and changed else found


def _git(*arguments: str) -> str:
    try:
        run = subprocess.run(["git", *arguments], capture_output=True, text=True, check=False)
    except OSError:
        return ""
    return run.stdout.strip()


def _cpu_model() -> str:
    lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    return next((line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")), platform.machine())


def cpu_seconds(pid: int) -> float:
    """Return the processor time that a process has used so far, all its threads together; 10 ms at the finest."""
    return sum(_stat(pid)[11:13]) / TICKS


def rss_mb(pid: int) -> float:
    """Return the memory a process holds now."""
    pages = int(Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


class Neighbours:
    """What else ran on the machine: the share of its processor time that was not ours, between two moments."""

    def __init__(self) -> None:
        self._before = self._now()

    def share(self) -> float:
        """Return the share since this object was made, from 0 to 1; time stolen by the hypervisor counts too."""
        total, busy, ours = (now - then for now, then in zip(self._now(), self._before, strict=True))
        return max(0.0, (busy - ours) / total) if total else 0.0

    @staticmethod
    def _now() -> tuple[float, float, float]:
        fields = Path("/proc/stat").read_text(encoding="ascii").split("\n", 1)[0].split()[1:9]
        ticks = [int(field) for field in fields]  # user nice system idle iowait irq softirq steal
        return sum(ticks), sum(ticks) - ticks[3] - ticks[4], _family_ticks()


def _family_ticks() -> int:
    """Of this process and its descendants, those that have ended and were waited for among them."""
    stats = {int(entry.name): stat for entry in Path("/proc").glob("[0-9]*") if (stat := _stat(int(entry.name)))}
    family = {os.getpid()}
    while more := {pid for pid, stat in stats.items() if stat[1] in family} - family:
        family |= more
    return sum(sum(stats[pid][11:15]) for pid in family if pid in stats)


def _stat(pid: int) -> list[int]:
    """The fields of /proc/PID/stat from the third on, numbers only; empty when the process is gone."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return []
    return [int(field) if field.lstrip("-").isdigit() else 0 for field in text.rpartition(")")[2].split()]
