"""Posting one webhook over real HTTP."""

from __future__ import annotations

import threading
from collections.abc import Callable

import httpx

Post = Callable[[str, bytes, dict[str, str]], int]
"""Takes URL, body and headers; returns the status that came back, 0 for none."""
NO_ANSWER = 0
ANSWER_SECONDS = 2.0
"""Telnyx docs: Receiving webhooks: one not answered within two seconds is sent again.

https://developers.telnyx.com/docs/voice/programmable-voice/receiving-webhooks
"""


def worth_repeating(status: int) -> bool:
    """Tell whether to send again: after 408, 429, 5xx and silence, not other 4xx (Telnyx docs: Voice API webhooks).

    https://developers.telnyx.com/docs/voice/programmable-voice/voice-api-webhooks
    """
    return status in (NO_ANSWER, 408, 429) or status >= 500


class HttpPost:
    """Posts over real HTTP, giving up after two seconds; follows up to three redirects."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._client: httpx.Client | None = None

    def __call__(self, url: str, body: bytes, headers: dict[str, str]) -> int:
        """The status that came back, or 0 for none."""
        try:
            return self._open().post(url, content=body, headers=headers).status_code
        except httpx.RequestError:
            return NO_ANSWER

    def _open(self) -> httpx.Client:
        with self._lock:
            if self._client is None:
                self._client = httpx.Client(
                    timeout=ANSWER_SECONDS, follow_redirects=True, max_redirects=3, trust_env=False
                )
            return self._client

    def close(self) -> None:
        """Close idle connections; the next post opens new ones."""
        with self._lock:
            client, self._client = self._client, None
        if client:
            client.close()
