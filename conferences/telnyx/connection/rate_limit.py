"""How fast the provider may be asked: commands before reads, and nobody while it says no more."""

import math
import random
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Final

from conferences.telnyx.errors import RateLimited
from conferences.telnyx.rules import InvalidCommand

# A refusal to be asked for an hour would leave a supervisor in a call for an hour; ask again after a minute.
_LONGEST_LIMIT: Final = 60.0
# What a read lets commands go before, in seconds; longer would let one command that hangs hold everybody's reads back.
_COURTESY: Final = 0.25
_POLL_SECONDS: Final = 0.02
_REUSE_SECONDS: Final = 50.0
_IDS_KEPT: Final = 10_000


class RateLimiter:
    """What everybody who uses one API key passes before asking. Thread-safe; times are on `clock`, in seconds."""

    def __init__(self, clock: Callable[[], float], sleep: Callable[[float], None]) -> None:
        self._clock = clock
        self._sleep = sleep
        self._lock = threading.Lock()
        self._commands = 0
        self._nobody_until = -math.inf
        self._no_reads_until = -math.inf

    @contextmanager
    def command(self) -> Iterator[None]:
        """Let reads that arrive while a command waits or is under way come after it, if it does not take long."""
        with self._lock:
            self._commands += 1
        try:
            yield
        finally:
            with self._lock:
                self._commands -= 1

    def wait_for_command(self, until: float) -> None:
        """Wait for the end of a rate limit; raise RateLimited when that is later than `until`."""
        self._wait(self._limit_left, until)

    def wait_for_read(self, until: float) -> None:
        """Wait for the end of a rate limit, and a quarter of a second at most for commands that are under way.

        Raises RateLimited when the limit ends later than `until`.
        """
        courteous_until = self._clock() + _COURTESY
        self._wait(lambda: self._read_waits(courteous_until), until)

    def limit(self, seconds: float) -> None:
        """Let nobody ask for so many seconds, a minute at most."""
        with self._lock:
            self._nobody_until = max(self._nobody_until, self._clock() + min(seconds, _LONGEST_LIMIT))

    def observe(self, headers: Mapping[str, str]) -> None:
        """Leave the last request of the provider's allowance to a command (Telnyx docs: Rate limiting)."""
        remaining, reset = _number(headers.get("x-ratelimit-remaining")), _number(headers.get("x-ratelimit-reset"))
        if remaining is not None and reset is not None and remaining <= 1:
            with self._lock:
                self._no_reads_until = max(self._no_reads_until, self._clock() + min(reset, _LONGEST_LIMIT))

    def _wait(self, left: Callable[[], float], until: float) -> None:
        while (seconds := left()) > 0:
            if self._clock() + seconds > until:
                raise RateLimited(seconds)
            self._sleep(seconds)

    def _limit_left(self) -> float:
        with self._lock:
            return self._nobody_until - self._clock()

    def _read_waits(self, courteous_until: float) -> float:
        with self._lock:
            now = self._clock()
            limit = max(self._nobody_until, self._no_reads_until) - now
            return max(limit, _POLL_SECONDS) if self._commands and now < courteous_until else limit


class CommandIds:
    """Remembers which command an id was first used for, and when.

    The provider ignores a repeated id for 60 seconds and forgets it then (Telnyx docs: Command retries), so an id used
    again too late would act twice, and one used for another command would not act at all. Thread-safe.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._first: OrderedDict[str, tuple[float, int]] = OrderedDict()

    def claim(self, command_id: str, command: tuple[str, bytes]) -> float:
        """Return until when this id may be sent; raise InvalidCommand when it is too late, or is another command's."""
        with self._lock:
            now = self._clock()
            since, digest = self._first.setdefault(command_id, (now, hash(command)))
            if len(self._first) > _IDS_KEPT:
                self._first.popitem(last=False)
        if digest != hash(command):
            raise InvalidCommand("command_id", "This id was used for another command; each action needs its own.")
        if now - since >= _REUSE_SECONDS:
            raise InvalidCommand("command_id", "This id is too old to be sent again; a new action needs a new one.")
        return since + _REUSE_SECONDS


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Return the seconds a 429 asks us to wait, in Retry-After or x-ratelimit-reset, or None when it does not say.

    `headers` must match names whatever their case, as httpx.Headers does.
    """
    asked = headers.get("retry-after")
    for seconds in (
        _number(asked),
        _seconds_until(asked, headers.get("date")),
        _number(headers.get("x-ratelimit-reset")),
    ):
        if seconds is not None:
            return seconds
    return None


def pause(sends: int) -> float:
    """Return the seconds before a lost command is sent again: at once, says the provider, but not all as one."""
    return random.uniform(0.0, 0.2) * sends  # noqa: S311


def back_off(sends: int) -> float:
    """Return the seconds to wait after a 429 that names none: about one, then about two."""
    return random.uniform(0.6, 1.2) * sends  # noqa: S311


def _number(value: str | None) -> float | None:
    """A value beyond an hour is a date or a mistake, and no number of seconds."""
    try:
        seconds = float(value or "")
    except ValueError:
        return None
    return seconds if 0 <= seconds <= 3600 else None


def _seconds_until(asked: str | None, sent: str | None) -> float | None:
    """Count from the answer's own date where it has one: our clock may be wrong."""
    try:
        end = parsedate_to_datetime(asked or "")
        start = parsedate_to_datetime(sent) if sent else datetime.now(UTC)
        return max(0.0, (end - start).total_seconds())
    except (ValueError, TypeError):
        return None
