"""How we stand with the provider: whether it takes our key, and how far apart our clocks are."""

from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import httpx


class ProviderHealth:
    """What the provider's latest answers tell of us. Thread-safe: each answer replaces what the one before told."""

    def __init__(self, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._now = now
        self.note_clock_ahead: Callable[[float], None] = lambda _: None
        """Called each time with how far ahead our clock was."""
        self.key_refused_at: datetime | None = None
        """When it refused our key (401); None once it has taken it."""
        self.clock_ahead: float | None = None
        """Seconds our clock is ahead of the answer's Date, to a second or so; None when no answer had one."""

    def observe(self, response: httpx.Response) -> None:
        """Take note of an answer."""
        if response.status_code == httpx.codes.UNAUTHORIZED:
            self.key_refused_at = self._now()
        elif response.is_success:
            self.key_refused_at = None
        try:
            said = parsedate_to_datetime(response.headers.get("date", ""))
            self.clock_ahead = (self._now() - said.replace(tzinfo=said.tzinfo or UTC)).total_seconds()
        except (ValueError, OverflowError):
            return
        self.note_clock_ahead(self.clock_ahead)
