"""An httpx transport that answers from the simulator in this very process, its broken connections included."""

from __future__ import annotations

from collections.abc import Callable

import httpx

from conferences.simulator.api import Api, Cut, Late, Response


class InProcessTransport(httpx.WSGITransport):
    """What a client over real HTTP would see, without waiting: a late answer is a timeout if it would be one.

    `wait` is told how many seconds the client would have waited.
    """

    def __init__(self, api: Api) -> None:
        super().__init__(app=api)
        self.wait: Callable[[float], object] = lambda seconds: None

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Answer, or raise what the network would."""
        try:
            return super().handle_request(request)
        except Late as late:
            allowed = request.extensions.get("timeout", {}).get("read")
            self.wait(late.seconds if allowed is None else min(late.seconds, allowed))
            if allowed is not None and late.seconds >= allowed:
                raise httpx.ReadTimeout("timed out", request=request) from late
            return _httpx(late.response)
        except Cut as cut:
            if cut.mid_body:
                raise httpx.ReadError("connection reset by peer", request=request) from cut
            reason = "Server disconnected without sending a response."
            raise httpx.RemoteProtocolError(reason, request=request) from cut


def _httpx(response: Response) -> httpx.Response:
    headers = [("Content-Type", response.content_type), *response.headers]
    return httpx.Response(response.status, headers=headers, content=response.body)
