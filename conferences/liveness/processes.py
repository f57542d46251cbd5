"""Which process is at work on something, and whether it still lives: so that a killed one holds nothing up."""

from __future__ import annotations

import os
import socket
from pathlib import Path
from typing import Final


def _started(pid: int) -> str:
    """Return when a process of this machine began, in the kernel's ticks; empty if there is none, or no way to tell.

    With it a process is told from a later one of the same number (proc(5): /proc/pid/stat, field 22).
    """
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[19]
    except (OSError, IndexError):
        return ""


_HOST: Final = socket.gethostname()
_CAN_TELL: Final = bool(_started(os.getpid()))


def current_process() -> str:
    """Return a name for this process that no other has or had."""
    return f"{_HOST} {os.getpid()} {_started(os.getpid())}"


def has_exited(name: str) -> bool:
    """Return whether the process of that name has certainly ended. Of another machine's nobody can tell here."""
    host, pid, started = (*name.rsplit(" ", 2), "", "")[:3]
    return _CAN_TELL and host == _HOST and pid.isdigit() and _started(int(pid)) != started
