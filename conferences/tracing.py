"""What a line of the log is about: one id from door to push and command.

A request's id is bound where it comes in and is in every line that is written for it, in whatever thread. A webhook's
is also in the line of its batch, beside the event's own id and the feed numbers that it took; a push says up to which
feed number it told pages; a command says which request asked for it last, and after which event it was sent.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar, Token

from structlog import contextvars
from structlog.stdlib import get_logger

REQUEST = "request"

log = get_logger(__name__)

_taken: ContextVar[list[int] | None] = ContextVar("feed numbers taken", default=None)


def request_id(given: str = "") -> str:
    """Return an id for a request: the one given where it is a UUID, however it is written, else a new one.

    Of what somebody else made up only that is taken: it stays readable where numbers are masked, and hides nothing.
    """
    try:
        return str(uuid.UUID(given))
    except ValueError:
        return str(uuid.uuid4())


def current_request() -> str:
    """Return the id of the request that this is done for; empty outside any."""
    return str(contextvars.get_contextvars().get(REQUEST, ""))


@contextmanager
def during(request: str) -> Iterator[None]:
    """Have every line that is written meanwhile say that it is for this request; for none if it is empty."""
    tokens = contextvars.bind_contextvars(**({REQUEST: request} if request else {}))
    try:
        yield
    finally:
        contextvars.reset_contextvars(**tokens)


@contextmanager
def feed_numbers() -> Iterator[list[int]]:
    """Collect the feed numbers that are taken meanwhile."""
    numbers: list[int] = []
    token: Token[list[int] | None] = _taken.set(numbers)
    try:
        yield numbers
    finally:
        _taken.reset(token)


def note_taken(numbers: range) -> None:
    """Add feed numbers to those that are being collected, if they are."""
    if (taken := _taken.get()) is not None:
        taken.extend(numbers)


def stored(
    events: Sequence[str], numbers: Sequence[int], *, known: Sequence[str] = (), requests: Sequence[str] = ()
) -> None:
    """Write the line of webhooks that were stored together: their events' ids, and the feed numbers that they took.

    `known` are ids that had been stored before. Transactions that take feed numbers run one after another, so those of
    one follow each other. Something that took none is not seen on any page.
    """
    told: dict[str, object] = {"events": list(events)} if events else {}
    told |= {"known": list(known)} if known else {}
    told |= {"feed_from": min(numbers), "feed_to": max(numbers)} if numbers else {}
    told |= {"requests": [one for one in requests if one]} if any(requests) else {}
    log.info("webhooks stored", **told)
