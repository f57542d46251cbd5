"""One open page: what it shows, what it has been told, and what is waiting to be sent to it."""

from __future__ import annotations

import asyncio
from collections import deque
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final
from uuid import UUID

from django.utils import timezone

from dashboard.presenters.audience import Audience
from dashboard.presenters.board.board_filter import BoardFilter

# A page that has not taken this many frames is too far behind to be told what changed; it is to load anew.
MOST_WAITING: Final = 100
AGENTS: Final = "agents"
UNASSIGNED: Final = "unassigned"


class TooSlow(Exception):
    """The browser does not take what it is sent."""


@dataclass(eq=False, slots=True)
class Viewer:
    """A socket's end of the hub. `conference` is the one its page is about; None for a list.

    `view`: of what that is a list, empty for the board's calls.
    """

    user_pk: int
    session_key: str
    audience: Audience
    filter: BoardFilter
    conference: UUID | None
    since: int
    view: str = ""
    alerts: bool = False  # whether its user wants any, and so is told when something is due
    frames: asyncio.Queue[str | None] = field(default_factory=lambda: asyncio.Queue(MOST_WAITING))
    unshown: deque[int] = field(default_factory=lambda: deque(maxlen=MOST_WAITING))  # sent, not said to be on screen
    close_code: int = 1000
    login_ends: datetime | None = None  # as its page was told, shortly before
    opened_at: datetime = field(default_factory=timezone.now)

    def offer(self, frame: str) -> None:
        try:
            self.frames.put_nowait(frame)
        except asyncio.QueueFull:
            raise TooSlow from None

    def dismiss(self, code: int) -> None:
        """Have the socket closed with `code`, before anything that still waits."""
        self.close_code = code
        while not self.frames.empty():
            self.frames.get_nowait()
        self.frames.put_nowait(None)
