"""What an examination finds: how grave, about what, in which words, and how to mend it."""

from __future__ import annotations

import enum
from dataclasses import dataclass


class Level(enum.IntEnum):
    """How grave a finding is; its number is the exit code of an examination in which nothing is graver."""

    OK = 0
    WARNING = 1
    ERROR = 2


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at: `message` is what was found and `fix` what to do about it, in sentences; never a key.

    `where` is the list in the admin in which it is mended, as "agents" or "queues"; empty where it is mended elsewhere.
    """

    level: Level
    subject: str
    message: str
    fix: str = ""
    where: str = ""


def ok(subject: str, message: str) -> Finding:
    """Return that there is nothing to do."""
    return Finding(Level.OK, subject, message)


def warning(subject: str, message: str, fix: str, where: str = "") -> Finding:
    """Return that it works, but not as well or as safely as it could."""
    return Finding(Level.WARNING, subject, message, fix, where)


def error(subject: str, message: str, fix: str, where: str = "") -> Finding:
    """Return that calls, supervisors or webhooks are lost as long as this is so."""
    return Finding(Level.ERROR, subject, message, fix, where)
