"""Gives each HTTP request an id: every line of the log that is written for it has it, and so has its answer."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, Final

from conferences import tracing
from dashboard.server.client_address import Network, is_trusted

Scope = dict[str, Any]
Receive = Callable[[], Awaitable[Mapping[str, Any]]]
Send = Callable[[Mapping[str, Any]], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]

HEADER: Final = b"x-request-id"


class RequestIds:
    """An ASGI application around another. The id is a proxy's own where we trust the proxy, and made here elsewhere."""

    def __init__(self, application: Application, proxies: Sequence[Network]) -> None:
        self._application = application
        self._proxies = proxies

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = tracing.request_id(self._given(scope))

        async def identified(message: Mapping[str, Any]) -> None:
            if message["type"] == "http.response.start":
                message = {**message, "headers": [*message.get("headers", ()), (HEADER, request.encode())]}
            await send(message)

        with tracing.during(request):
            await self._application(scope, receive, identified)

    def _given(self, scope: Scope) -> str:
        """What the header says, where it comes from a proxy and only once; else nothing."""
        said = [value for name, value in scope.get("headers", ()) if name.lower() == HEADER]
        peer, _ = scope.get("client") or ("", 0)
        return said[0].decode("latin-1") if len(said) == 1 and is_trusted(peer, self._proxies) else ""
