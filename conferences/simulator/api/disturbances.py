"""How a faulty answer looks: another status, a broken body, or a connection its host must spoil."""

from __future__ import annotations

import json
from collections import OrderedDict

from conferences.simulator import refusals
from conferences.simulator.api.http import Request, Response, answer
from conferences.simulator.faults import ApiFault
from conferences.simulator.switches import Switches

RESET_SECONDS = 3
ANSWERS_KEPT = 500
_HELD_BACK = {"slow": 1.0, "hang": 3600.0}
BAD_GATEWAY = (
    b"<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body><h1>502 Bad Gateway</h1></body>\r\n</html>"
)


class Late(Exception):
    """The answer comes only after so many seconds, if the client still waits."""

    def __init__(self, response: Response, seconds: float) -> None:
        super().__init__(f"answer held back for {seconds} s")
        self.response = response
        self.seconds = seconds


class Cut(Exception):
    """The connection ends: without a word, or in the middle of the body."""

    def __init__(self, response: Response, mid_body: bool) -> None:
        super().__init__("connection cut")
        self.response = response
        self.mid_body = mid_body


_Question = tuple[str, tuple[tuple[str, str], ...]]


class Stale:
    """Remembers the latest answers to GET, so that a lagging replica can be played."""

    def __init__(self) -> None:
        self._answers: OrderedDict[_Question, Response] = OrderedDict()

    def remember(self, request: Request, response: Response) -> Response:
        """Keep an answer and hand it on."""
        if request.method == "GET" and response.status == 200:
            self._answers[_question(request)] = response
            while len(self._answers) > ANSWERS_KEPT:
                self._answers.popitem(last=False)
        return response

    def earlier(self, request: Request) -> Response | None:
        """Return the last answer to the same question."""
        return self._answers.get(_question(request))


def _question(request: Request) -> _Question:
    return request.path, tuple(sorted(request.query.items()))


def _replacement(fault: ApiFault, switches: Switches) -> Response:
    if fault.kind == "rate_limited":
        return _rate_limited(fault, switches)
    if fault.kind == "unauthorized":
        return answer(refusals.unauthorized().body(), 401)
    if fault.kind == "bad_gateway":
        return Response(502, BAD_GATEWAY, "text/html")
    if fault.kind in ("error", "unavailable"):
        return _outage(500 if fault.kind == "error" else 503)
    if isinstance(fault.body, str | bytes):
        raw = fault.body.encode() if isinstance(fault.body, str) else fault.body
        return Response(fault.status, raw, headers=list(fault.headers.items()))
    return Response(fault.status, json.dumps(fault.body or {}).encode(), headers=list(fault.headers.items()))


def _outage(status: int) -> Response:
    title = "Internal server error" if status == 500 else "Service unavailable"
    detail = "An unexpected error occurred. Please try again."
    return answer({"errors": [{"code": "10007", "title": title, "detail": detail}]}, status)


def _rate_limited(fault: ApiFault, switches: Switches) -> Response:
    response = answer(refusals.too_many_requests().body(), 429)
    seconds = str(RESET_SECONDS if fault.seconds is None else int(fault.seconds))
    limits = [("x-ratelimit-limit", "100"), ("x-ratelimit-remaining", "0"), ("x-ratelimit-reset", seconds)]
    if switches.rate_limit_headers == "retry-after":
        response.headers = [*limits, ("Retry-After", seconds)]
    elif switches.rate_limit_headers == "reset":
        response.headers = limits
    response.headers += list(fault.headers.items())
    return response


def disturb(fault: ApiFault, real: Response | None, switches: Switches) -> Response:
    """Return the answer as the fault has it, given the real one if the work was done.

    Raises Late or Cut where only the host of the application can spoil the connection.
    """
    response = real or _outage(503)
    if fault.kind in ("slow", "hang"):
        raise Late(response, _HELD_BACK[fault.kind] if fault.seconds is None else fault.seconds)
    if fault.kind in ("drop", "reset"):
        raise Cut(response, mid_body=fault.kind == "reset")
    if fault.kind == "empty":
        return Response(200, b"")
    if fault.kind == "invalid_json":
        return Response(200, b'{"data": {"result": ')
    return _replacement(fault, switches)
