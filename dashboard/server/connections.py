"""Lets no client hold a connection by a request that never ends, memory by one that is huge, or the loop by sockets.

daphne itself waits for as long as bytes drip, keeps all of a body however large before anybody is asked, and takes
every handshake apart twice. A proxy
in front does the same and more; this is for a server that stands alone.
"""

from __future__ import annotations

import sys
from typing import Any, Final

# Seconds for a whole request, head and body, from its first line on.
LONGEST: Final = 10.0
# Seconds for a first line to come, on a new connection or after the last answer; daphne's own is 60 after each byte.
IDLE: Final = 30.0
# Bytes of a body: four times what any page or webhook of ours has, and what nobody is let keep us busy with.
LARGEST: Final = 1024 * 1024
# New connections in one turn of the loop. Twisted takes 20 more in each turn that does not empty the queue: two hundred
# that one client opens at once would then all be answered before anything of anybody else's.
NEW_IN_A_TURN: Final = 2


def guard_connections() -> None:
    """Have daphne make guarded requests of what it is sent, and close sockets as told. Call before it starts."""
    if "twisted.internet.reactor" not in sys.modules:  # there is none under another server, nor in a test
        return
    from daphne import server
    from twisted.internet.tcp import Port

    from dashboard.server.guarded_requests import CodedSocket, GuardedFactory

    server.HTTPFactory = GuardedFactory
    server.WebSocketFactory.protocol = CodedSocket
    port: Any = Port  # to twisted a number that it changes itself
    port.numberAccepts = property(lambda _port: NEW_IN_A_TURN, lambda _port, _wanted: None)
