"""Lets no client hold a connection by a request that never ends, nor the loop by sockets opened in great numbers.

daphne itself waits for as long as bytes drip, and takes every handshake apart twice before anybody is asked. A proxy
in front does the same and more; this is for a server that stands alone.
"""

from __future__ import annotations

import sys
from typing import Final

# Seconds for a whole request, head and body, from its first line on.
LONGEST: Final = 10.0
# Seconds for a first line to come, on a new connection or after the last answer; daphne's own is 60 after each byte.
IDLE: Final = 30.0


def guard_connections() -> None:
    """Have daphne make guarded requests of what it is sent. Call before its server starts."""
    if "twisted.internet.reactor" not in sys.modules:  # there is none under another server, nor in a test
        return
    from daphne import server

    from dashboard.server.guarded_requests import GuardedFactory

    server.HTTPFactory = GuardedFactory
