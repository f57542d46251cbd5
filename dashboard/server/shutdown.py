"""Lets a server that was told to stop be gone soon, whatever still waits in it."""

from __future__ import annotations

import logging
import os
import sys
import threading
from typing import Final

log = logging.getLogger(__name__)

GRACE: Final = 5.0  # seconds for what is under way to come to its end


def exit_after_grace() -> None:
    """Have this process end within seconds of daphne's loop.

    A thread that works on a request then may wait for ever: Django lets synchronous middleware wait for the loop, which
    runs no more, and Python waits for its threads. What was acknowledged is on disk, and what was not is sent again.
    """
    if "twisted.internet.reactor" in sys.modules:  # there is none under another server, nor in a test
        from twisted.internet import reactor

        reactor.addSystemEventTrigger("after", "shutdown", _begin)  # type: ignore[arg-type]


def _begin() -> None:
    timer = threading.Timer(GRACE, _leave)
    timer.daemon = True
    timer.start()


def _leave() -> None:
    log.warning("Something still waited %s s after the server was told to stop; leaving it", GRACE)
    os._exit(0)
