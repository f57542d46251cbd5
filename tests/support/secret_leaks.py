"""Canaries: a key and a customer's number that must sing nowhere but where they belong, watched over the whole run.

A test fails, at its end, if while it ran one of them stood in a line of the log, in the text of an exception that left
a view, or in the page of a failed request.
"""

from __future__ import annotations

import logging
import sys
import traceback
from collections.abc import Callable, Iterator
from typing import Any, Final

import pytest
from django.core.signals import got_request_exception
from django.http import HttpRequest, HttpResponse

from dashboard.server.logs.lines import FORMS, Lines
from tests.support.story import API_KEY, CUSTOMER

KEYS: Final = (API_KEY,)
NUMBERS: Final = (CUSTOMER, CUSTOMER.removeprefix("+"), "+1 415-555-0171", "(415) 555-0171")
# Loggers that are heard from DEBUG on, whatever level they have; all others are heard through the root.
LOUD: Final = ("", "conferences", "dashboard", "django", "daphne", "httpx", "httpcore")
# At DEBUG it writes a traceback for every variable that a template does not find.
TALKATIVE: Final = "django.template"
_MADE_LOUD: Final = 1


class Guard:
    """Looks at whatever it is shown, and remembers where a canary was."""

    def __init__(self) -> None:
        self._leaks: list[str] = []
        self._as_written = [Lines(form) for form in FORMS]
        self._raw = logging.Formatter()

    def look(self, text: str, where: str, canaries: tuple[str, ...] = KEYS + NUMBERS) -> None:
        """Note a leak if one of the canaries is in the text."""
        self._leaks += [f"{canary} in the {where}: {text[:2000]}" for canary in canaries if canary in text]

    def look_at_record(self, record: logging.LogRecord) -> None:
        """No key even before masking, no number where the words are ours, and neither in what is written."""
        raw, where = self._raw.format(record), f"log of {record.name}"
        if any(canary in raw for canary in KEYS + NUMBERS):
            ours = record.name.startswith(("conferences", "dashboard"))
            self.look(raw, where, KEYS + NUMBERS if ours else KEYS)
            for lines in self._as_written:
                self.look(lines.format(record), where)

    def look_at_exception(self, error: BaseException | None) -> None:
        """Neither in the exception's text nor in that of its causes."""
        while error is not None:
            self.look("".join(traceback.format_exception_only(error)), "text of an exception")
            error = error.__cause__ or error.__context__

    def taken(self) -> list[str]:
        """Return the leaks since the last call."""
        leaks, self._leaks = self._leaks, []
        return leaks


GUARD: Final = Guard()


def watch_failed_pages(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Middleware that shows the guard every page of a failed request."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if response.status_code >= 400 and not response.streaming:
            GUARD.look(response.content.decode(errors="replace"), f"page of {request.path} ({response.status_code})")
        return response

    return middleware


def _request_failed(**_: Any) -> None:
    GUARD.look_at_exception(sys.exc_info()[1])


@pytest.fixture(scope="session", autouse=True)
def _watched() -> Iterator[None]:
    """Show the guard every log record from DEBUG on; all other handlers see what they would see without it."""
    usual = {logging.getLogger(name): logging.getLogger(name).level for name in (*LOUD, TALKATIVE)}
    call_handlers = logging.Logger.callHandlers

    def heard(logger: logging.Logger, record: logging.LogRecord) -> None:
        GUARD.look_at_record(record)
        level = logger.getEffectiveLevel()
        if record.levelno >= (_level(logger, usual) if level == _MADE_LOUD else level):
            call_handlers(logger, record)

    for logger in usual:
        logger.setLevel(logging.INFO if logger.name == TALKATIVE else _MADE_LOUD)
    logging.Logger.callHandlers = heard  # type: ignore[method-assign]
    got_request_exception.connect(_request_failed)
    yield
    got_request_exception.disconnect(_request_failed)
    logging.Logger.callHandlers = call_handlers  # type: ignore[method-assign]
    for logger, level in usual.items():
        logger.setLevel(level)


def _level(logger: logging.Logger, usual: dict[logging.Logger, int]) -> int:
    """The level this logger would have without us: its own, or that of the nearest one above that has any."""
    one: logging.Logger | None = logger
    while one is not None:
        if level := usual.get(one, one.level):
            return level
        one = one.parent
    return logging.WARNING


@pytest.fixture(autouse=True)
def _no_canary_escapes(_watched: None) -> Iterator[None]:
    GUARD.taken()
    yield
    if leaks := GUARD.taken():
        pytest.fail("A canary escaped.\n" + "\n".join(leaks), pytrace=False)
