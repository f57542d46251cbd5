"""Ports for servers that tests start: below those that the system gives to whoever opens a connection.

A port found by binding to port 0 can be an outgoing connection's a moment later, and the server that was to listen on
it ends at once. Each worker of a run in parallel has a thousand ports of its own.
"""

from __future__ import annotations

import itertools
import os
import random
import socket

FIRST, EACH, SHARES = 16_000, 1_000, 16
_worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")) % SHARES
_start = random.SystemRandom().randrange(EACH)  # another run beside this one begins elsewhere
_next = itertools.count()


def free_port() -> int:
    """A port of 127.0.0.1 on which nobody listens; not given twice until all have been given."""
    for _ in range(EACH):
        port = FIRST + _worker * EACH + (_start + next(_next)) % EACH
        with socket.socket() as probe:
            # As servers do: a connection of before that is still being closed is no listener.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
        return port
    raise AssertionError(f"a listener on each of the {EACH} ports of this worker")
