"""How tests tell Earshot something, as the provider words it and delivers it, and ask what it made of that."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, fields
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
from asgiref.sync import async_to_sync
from asgiref.testing import ApplicationCommunicator
from django.conf import settings
from django.core.asgi import get_asgi_application
from django.test import Client

from conferences.fold import ConferenceState, LegState, ParticipantState, State, advance, is_ours
from conferences.ingest import inbox
from conferences.models import Conference, Fact, Leg, Participant
from conferences.simulator.delivery.keys import SigningKey
from conferences.telnyx.events import Event, encode

PATH = "/webhooks/telnyx/"
MORNING = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)
_numbers = itertools.count(1)


def event(event_type: str, at: float = 0, **payload: Any) -> Event:
    """A fact of this type, `at` seconds into the morning; `leg` and `conference` are short for the provider's names."""
    names = {"leg": "call_control_id", "conference": "conference_id", "from_": "from"}
    told = {names.get(name, name): value for name, value in payload.items()}
    return Event(told.pop("id", f"event-{next(_numbers):09}"), event_type, MORNING + timedelta(seconds=at), told)


def call(leg: str, at: float = 0, *, from_: str = "+14155550171", to: str = "+14155550101") -> list[Event]:
    """A customer calls and is answered."""
    ends = {"leg": leg, "from_": from_, "to": to}
    return [
        event("call.initiated", at, direction="incoming", **ends),
        event("call.answered", at + 0.1, **ends),
    ]


def joined(leg: str, conference: str = "c1", at: float = 0) -> Event:
    return event("conference.participant.joined", at, leg=leg, conference=conference)


def left(leg: str, conference: str = "c1", at: float = 0) -> Event:
    return event("conference.participant.left", at, leg=leg, conference=conference)


@dataclass
class Door:
    """The webhook's address with a key to sign for it."""

    key: SigningKey = field(default_factory=SigningKey.generate)
    client: Client = field(default_factory=lambda: Client(enforce_csrf_checks=True))
    now: datetime = MORNING

    def signed(self, body: bytes, *, late: int = 0) -> dict[str, str]:
        return self.key.headers(body, int(self.now.timestamp()) - late)

    def post(self, body: bytes, headers: dict[str, str] | None = None, **extra: Any) -> Any:
        headers = self.signed(body) if headers is None else headers
        return self.client.generic("POST", PATH, body, "application/json", headers=headers, **extra)

    def tell(self, events: Iterable[Event]) -> list[int]:
        """Deliver events in this order; the statuses they were answered with."""
        return [self.post(encode(one)).status_code for one in events]


def over_asgi(chunks: Iterable[bytes], headers: dict[str, str]) -> int:
    """Post a body in chunks, under these headers and no others, as a server would hand it to Django; the status."""
    scope = {"type": "http", "http_version": "1.1", "method": "POST", "path": PATH, "raw_path": PATH.encode(),
             "query_string": b"", "scheme": "https", "server": ("testserver", 443), "client": ("127.0.0.1", 9),
             "headers": [(b"host", settings.ALLOWED_HOSTS[0].encode()), (b"x-forwarded-proto", b"https"),
                         *((name.lower().encode(), value.encode()) for name, value in headers.items())]}  # fmt: skip

    async def post() -> int:
        communicator = ApplicationCommunicator(get_asgi_application(), scope)
        for message in _messages(list(chunks)):
            await communicator.send_input(message)
        started = await communicator.receive_output(timeout=5)
        await communicator.receive_output(timeout=5)
        await communicator.wait()
        status: int = started["status"]
        return status

    return async_to_sync(post)()


def _messages(chunks: list[bytes]) -> Iterator[dict[str, Any]]:
    for number, chunk in enumerate(chunks, start=1):
        yield {"type": "http.request", "body": chunk, "more_body": number < len(chunks)}


def envelope(**changes: Any) -> bytes:
    """A usable body, unless changed; `...` takes a key away."""
    data = {
        "record_type": "event",
        "event_type": "call.initiated",
        "id": "0d3c",
        "occurred_at": "2026-11-22T09:59:59.500000Z",
        "payload": {"call_control_id": "v3:a"},
    }
    return orjson.dumps({"data": {key: value for key, value in (data | changes).items() if value is not ...}})


def arrive(facts: Iterable[Event]) -> Iterator[State]:
    """The state after each arrival, as the projection comes by it; a fact that comes twice changes nothing."""
    state, so_far = State(), {}
    for fact in facts:
        if fact.id not in so_far:
            so_far[fact.id] = fact
            state = advance(state, fact, so_far.values)
        yield state


def stored() -> State:
    """What the rows say, all of them."""
    conferences = {row.conference_id: _record(ConferenceState, row) for row in Conference.objects.all()}
    legs = {row.call_control_id: _record(LegState, row) for row in Leg.objects.all()}
    stays = {}
    for row in Participant.objects.select_related("conference", "leg"):
        key = (row.conference.conference_id, row.leg.call_control_id)
        ids = dict(zip(("conference_id", "call_control_id"), key, strict=True))
        stays[key] = _record(ParticipantState, row, **ids)
    return State(conferences, stays, legs)


def _record(kind: Any, row: Any, **values: Any) -> Any:
    told = {one.name: getattr(row, one.name) for one in fields(kind) if one.name not in values}
    return kind(**values, **{name: tuple(value) if isinstance(value, list) else value for name, value in told.items()})


def facts_on_record() -> list[Event]:
    return [fact.event for fact in Fact.objects.filter(outcome=Fact.Outcome.APPLIED)]


def receive(facts: Iterable[Event]) -> None:
    """Put facts into the inbox in this order: what the provider tells as its webhooks, the rest as our own."""
    for fact in facts:
        if is_ours(fact.type):
            source = Fact.Source.COMMAND if fact.type.startswith("command.") else Fact.Source.READBACK
            inbox.record(fact.type, fact.payload, source=source, occurred_at=fact.occurred_at)
        else:
            inbox.receive(encode(fact), received_at=MORNING)
