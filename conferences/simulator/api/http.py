"""Requests and responses of the stand-in API, to and from WSGI."""

from __future__ import annotations

import json
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from conferences.simulator import refusals

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment


@dataclass
class Request:
    """One request: decoded path, query with its brackets as sent (`page[size]`), body bytes."""

    method: str
    path: str
    query: dict[str, str]
    authorization: str
    body: bytes
    keys: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, environ: WSGIEnvironment) -> Request:
        """Read a WSGI request; a path arrives as Latin-1 from servers and decoded from httpx, both are understood."""
        path = str(environ.get("PATH_INFO", ""))
        with suppress(UnicodeError):  # the caller decoded it already
            path = path.encode("latin-1").decode("utf-8")
        length = int(environ.get("CONTENT_LENGTH") or 0)
        return cls(
            method=str(environ["REQUEST_METHOD"]),
            path=path,
            query=dict(parse_qsl(str(environ.get("QUERY_STRING", "")), keep_blank_values=True)),
            authorization=str(environ.get("HTTP_AUTHORIZATION", "")),
            body=environ["wsgi.input"].read(length) if length else b"",
        )

    def json(self) -> dict[str, Any]:
        """Read the body as a JSON object, {} when there is none; Refusal 10023 for anything else."""
        if not self.body.strip():
            return {}
        try:
            value = json.loads(self.body)
        except ValueError as error:
            raise refusals.invalid_json() from error
        if not isinstance(value, dict):
            raise refusals.invalid_json()
        return value


@dataclass
class Response:
    """One answer; headers beside Content-Type and Content-Length in `headers`."""

    status: int
    body: bytes
    content_type: str = "application/json; charset=utf-8"
    headers: list[tuple[str, str]] = field(default_factory=list)

    def send(self, start_response: StartResponse) -> Iterable[bytes]:
        """Hand it to the server."""
        phrase = HTTPStatus(self.status).phrase
        lengths = [("Content-Type", self.content_type), ("Content-Length", str(len(self.body)))]
        start_response(f"{self.status} {phrase}", [*lengths, *self.headers])
        return [self.body]


def answer(value: Any, status: int = 200) -> Response:
    """Make a JSON answer."""
    return Response(status, json.dumps(value).encode())


def data(value: Any, status: int = 200) -> Response:
    """Make a JSON answer wrapped in `data`, as Telnyx does."""
    return answer({"data": value}, status)


def ok() -> Response:
    """Answer as every accepted command is answered: accepted, not done."""
    return data({"result": "ok"})


def plain(text: str, status: int) -> Response:
    """Make a plain-text answer."""
    return Response(status, text.encode(), "text/plain; charset=utf-8")
