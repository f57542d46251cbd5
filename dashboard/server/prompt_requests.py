"""Lets no client hold a connection by sending a request that never ends: daphne itself waits for as long as bytes drip.

A proxy in front does the same and more; this is for a server that stands alone.
"""

from __future__ import annotations

import sys
from typing import Any, Final

# Seconds for a whole request, head and body, from its first line on.
LONGEST: Final = 10.0
# Seconds for a first line to come, on a new connection or after the last answer; daphne's own is 60 after each byte.
IDLE: Final = 30.0


def ask_for_promptness() -> None:
    """Have daphne's connections abort what does not come to its end in time. Call before its server starts."""
    if "twisted.internet.reactor" not in sys.modules:  # there is none under another server, nor in a test
        return
    from daphne import http_protocol, server
    from twisted.internet import reactor

    clock: Any = reactor

    class PromptRequest(http_protocol.WebRequest):  # type: ignore[misc]
        """A request that is aborted when it is not complete in time."""

        def __init__(self, *args: Any, **kwargs: Any) -> None:
            super().__init__(*args, **kwargs)
            _stop(getattr(self.channel, "waits", None))
            self._overdue = clock.callLater(LONGEST, _abort, self.channel)

        def process(self) -> Any:
            _stop(self._overdue)
            return super().process()

        def finish(self) -> None:
            channel = self.channel
            super().finish()
            if channel is not None:
                channel.waits = clock.callLater(IDLE, _abort, channel)

        def connectionLost(self, reason: Any) -> None:  # noqa: N802 - twisted's name
            _stop(self._overdue)
            super().connectionLost(reason)

    class PromptFactory(http_protocol.HTTPFactory):  # type: ignore[misc]
        """Makes connections that say something soon."""

        def buildProtocol(self, addr: Any) -> Any:  # noqa: N802 - twisted's name
            protocol = super().buildProtocol(addr)
            protocol.requestFactory = PromptRequest
            channel = protocol._channel  # noqa: SLF001 - the one that requests know
            channel.waits = clock.callLater(IDLE, _abort, channel)
            return protocol

    server.HTTPFactory = PromptFactory


def _stop(call: Any) -> None:
    if call is not None and call.active():
        call.cancel()


def _abort(channel: Any) -> None:
    transport = getattr(channel, "transport", None)
    if transport is not None:
        transport.abortConnection()
