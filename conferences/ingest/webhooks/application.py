"""POST /webhooks/telnyx/ as an ASGI application in front of Django: nothing but what a webhook needs is done for it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Any, Final

from django.urls import reverse

from conferences import metrics
from conferences.ingest.webhooks.checking import (
    LARGEST_BODY,
    NOT_STORED,
    UNREADABLE,
    Answer,
    answer_to,
    check,
    count,
)
from conferences.ingest.webhooks.refused_requests import tally
from conferences.ingest.webhooks.writer import Full, Writer, writer

Scope = dict[str, Any]
Receive = Callable[[], Awaitable[Mapping[str, Any]]]
Send = Callable[[Mapping[str, Any]], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]

_HEADERS: Final = (
    (b"content-type", b"text/plain"),
    (b"cache-control", b"no-store"),
    (b"x-content-type-options", b"nosniff"),
)


class WebhookApplication:
    """Takes the webhooks, and hands every other request on to the application behind it."""

    def __init__(self, application: Application, writer: Writer = writer) -> None:
        self._application = application
        self._writer = writer
        self._path = reverse("telnyx_webhook").rstrip("/")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["method"] != "POST" or scope["path"].rstrip("/") != self._path:
            await self._application(scope, receive, send)
            return
        with metrics.ACK.time():
            answer = count(await self._take(scope, receive))
        if answer.reason is not None and tally.note(answer.reason):
            self._writer.do(tally.write)
        body = answer.sentence.encode()
        headers = [*_HEADERS, (b"content-length", str(len(body)).encode())]
        await send({"type": "http.response.start", "status": answer.status, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    async def _take(self, scope: Scope, receive: Receive) -> Answer:
        body = await _read(receive)
        if body is None:
            return UNREADABLE
        checked = check(body, _joined(scope["headers"]))
        if isinstance(checked, Answer):
            return checked
        try:
            return answer_to(await self._writer.store(checked))
        except Full:
            return NOT_STORED


async def _read(receive: Receive) -> bytes | None:
    """The body, or as much of it as shows that it is too large; None when it breaks off."""
    body = b""
    while True:
        message = await receive()
        if message["type"] != "http.request":
            return None
        body += bytes(message.get("body", b""))
        if len(body) > LARGEST_BODY or not message.get("more_body", False):
            return body


def _joined(headers: Iterable[tuple[bytes, bytes]]) -> dict[str, str]:
    """As Django has them: what comes twice is one, with a comma, which signs nothing."""
    told: dict[str, str] = {}
    for name, value in headers:
        key, text = name.decode("latin-1").lower(), value.decode("latin-1")
        told[key] = f"{told[key]},{text}" if key in told else text
    return told
