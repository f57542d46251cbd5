"""Talks to the provider's API: one method per command and per reading."""

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final, Protocol, Self
from urllib.parse import quote

import httpx
import orjson

from conferences.telnyx import rules
from conferences.telnyx.commands import Dial, Hangup, Join, Leave, Mute, Update
from conferences.telnyx.errors import Refused
from conferences.telnyx.exchange import Exchange, Question, Readable, Reply
from conferences.telnyx.pacing import CommandIds, Gate
from conferences.telnyx.paging import Fetch, cursor_pages, is_page, numbered_pages
from conferences.telnyx.patience import Patience
from conferences.telnyx.standing import Standing
from conferences.telnyx.transport import DeadlineTransport

BASE_URL: Final = "https://api.telnyx.com/v2"
COMMAND_SECONDS: Final = 20.0
READ_SECONDS: Final = 10.0
_WAIT_SECONDS: Final = 2.0
_READ_SENDS: Final = 2
_SAME_PARTICIPANT_TWICE: Final = "90044"
_HEADERS: Final = {
    "Accept": "application/json",
    "Accept-Encoding": "identity",
    "Content-Type": "application/json",
    "User-Agent": "earshot",
}


@dataclass(frozen=True, slots=True)
class Answer:
    """What the provider said to a command, after so many sends. It says accepted, not done: the webhook says done."""

    status: int
    sends: int
    data: Mapping[str, Any] = field(repr=False, hash=False)


@dataclass(frozen=True, slots=True)
class Dialled(Answer):
    """The leg that now rings, or is about to; the ids are empty where the provider gave none."""

    call_control_id: str
    call_leg_id: str
    call_session_id: str


class _Command(Protocol):
    @property
    def command_id(self) -> str: ...
    def body(self) -> dict[str, object]: ...


@dataclass(frozen=True, slots=True)
class _Manner:
    """How a command is sent: which answers to it are clear, and whether it waits.

    What takes our own leg out of earshot is urgent: it is tried even while a rate limit is in force. What follows an
    answered call is patient: refused as too early it is tried again.
    """

    readable: Readable
    already_done: str | None = None
    urgent: bool = False
    patient: bool = False


class TelnyxClient:
    """The provider's API for one key. Thread-safe: keep one for the process, it reuses its connections.

    A command is sent up to three times with the same command_id, within 20 seconds, for as long as no clear answer
    comes. Every method raises Refused, RateLimited or Unavailable, and InvalidCommand for ids that cannot be sent.
    `clock` and `sleep` are in seconds.
    """

    def __init__(
        self,
        api_key: str,
        base_url: str = BASE_URL,
        *,
        transport: httpx.BaseTransport | None = None,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        if not api_key.isascii() or not api_key.isprintable() or not api_key.strip() or " " in api_key:
            raise ValueError("The API key must be plain characters without spaces or line ends.")
        self._base_url = base_url
        self._clock = clock
        self._gate = Gate(clock, sleep)
        self._ids = CommandIds(clock)
        self._http = httpx.Client(
            base_url=base_url,
            headers={"Authorization": f"Bearer {api_key}", **_HEADERS},
            timeout=_WAIT_SECONDS,
            follow_redirects=False,
            trust_env=False,
            transport=transport or DeadlineTransport(clock),
        )
        self._exchange = Exchange(self._http, self._gate, clock, sleep)
        self._patience = Patience(clock, sleep)

    def __repr__(self) -> str:
        return f"<TelnyxClient {self._base_url}>"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    @property
    def standing(self) -> Standing:
        """Whether the provider takes our key, and how far its clock is from ours, by its latest answers."""
        return self._exchange.standing

    def join(self, conference_id: str, join: Join) -> Answer:
        """Bring a leg into the conference, by id or name (Telnyx: Join Conference page).

        Refused as too early, just after the leg was answered, it is tried again for up to two seconds.
        A 422 saying "same participant twice" to a repeated send is the success whose answer was lost, and returned
        as such with `status` 422; only reading back tells whether the earlier stay had the same role.
        """
        path = f"/conferences/{_segment('conference_id', conference_id)}/actions/join"
        return _answer(self._command(path, join, _Manner(_is_ok, _SAME_PARTICIPANT_TWICE, patient=True)))

    def update(self, conference_id: str, update: Update, *, urgent: bool = False) -> Answer:
        """Change the role of a leg in the conference, and with it who hears it; to a quieter one it is urgent."""
        path = f"/conferences/{_segment('conference_id', conference_id)}/actions/update"
        return _answer(self._command(path, update, _Manner(_is_ok, urgent=urgent)))

    def leave(self, conference_id: str, leave: Leave) -> Answer:
        """Take a leg out of the conference; it stays up, parked. Refused with 90018 when it is gone already."""
        path = f"/conferences/{_segment('conference_id', conference_id)}/actions/leave"
        return _answer(self._command(path, leave, _Manner(_is_ok, urgent=True)))

    def mute(self, conference_id: str, mute: Mute) -> Answer:
        """Mute a leg in the conference or unmute it. No webhook tells of it: the participants list does."""
        action = "mute" if mute.muted else "unmute"
        path = f"/conferences/{_segment('conference_id', conference_id)}/actions/{action}"
        return _answer(self._command(path, mute, _Manner(_is_ok, urgent=mute.muted)))

    def dial(self, dial: Dial) -> Dialled:
        """Start ringing a device. After Unavailable it may ring all the same: find it by its client_state."""
        reply = self._command("/calls", dial, _Manner(_is_call))
        data = reply.document["data"]
        ids = {name: _text(data.get(name)) for name in ("call_control_id", "call_leg_id", "call_session_id")}
        return Dialled(reply.status, reply.sends, data, **ids)

    def hangup(self, call_control_id: str, hangup: Hangup) -> Answer:
        """End one leg. Refused with 90018 when it has ended already."""
        path = f"/calls/{_segment('call_control_id', call_control_id)}/actions/hangup"
        return _answer(self._command(path, hangup, _Manner(_is_ok, urgent=True)))

    def conference(
        self, conference_id: str, region: str | None = None, *, seconds: float = READ_SECONDS
    ) -> dict[str, Any]:
        """Return one conference by id, ended or not; what has not come after `seconds` is Unavailable."""
        return self._read_one(f"/conferences/{_segment('conference_id', conference_id)}", _region(region), seconds)

    def conferences(self, status: str = "in_progress", region: str | None = None) -> Iterator[dict[str, Any]]:
        """Yield the account's conferences of one status; one region at a time where there are several."""
        return numbered_pages(self._pages("/conferences", {"filter[status]": status} | _region(region)))

    def participants(self, conference_id: str, region: str | None = None) -> Iterator[dict[str, Any]]:
        """Yield a conference's participants. Raises part-way rather than end early: who is missing has left."""
        path = f"/conferences/{_segment('conference_id', conference_id)}/participants"
        return numbered_pages(self._pages(path, _region(region)))

    def call(self, call_control_id: str) -> dict[str, Any]:
        """Return one leg's state; the provider keeps it for ten minutes after its end, and then refuses."""
        return self._read_one(f"/calls/{_segment('call_control_id', call_control_id)}")

    def active_calls(self, connection_id: str) -> Iterator[dict[str, Any]]:
        """Yield the legs that are up on one application (paged by cursor, Telnyx docs: List active calls)."""
        return cursor_pages(self._pages(f"/connections/{_segment('connection_id', connection_id)}/active_calls"))

    def webhook_deliveries(
        self, since: datetime, *, until: datetime | None = None, status: str = "failed", event_type: str | None = None
    ) -> Iterator[dict[str, Any]]:
        """Yield the provider's attempts to reach us that began from `since` to `until` (aware), with their events."""
        params = {"filter[status][eq]": status, "filter[started_at][gte]": _stamp(since)}
        params |= _given("filter[started_at][lte]", _stamp(until) if until else None)
        return numbered_pages(self._pages("/webhook_deliveries", params | _given("filter[event_type]", event_type)))

    def call_events(
        self,
        since: datetime,
        *,
        until: datetime | None = None,
        connection_id: str | None = None,
        leg_id: str | None = None,
        kind: str = "webhook",
    ) -> Iterator[dict[str, Any]]:
        """Yield what the provider recorded from `since` to `until` (aware); kept for 24 hours.

        `kind` may also be "command".
        """
        params = {"filter[type]": kind, "filter[occurred_at][gte]": _stamp(since)}
        params |= _given("filter[occurred_at][lte]", _stamp(until) if until else None)
        params |= _given("filter[connection_id]", connection_id) | _given("filter[leg_id]", leg_id)
        return numbered_pages(self._pages("/call_events", params))

    def application(self, connection_id: str) -> dict[str, Any]:
        """Return one Call Control application: its webhook addresses, timeout and whether it hangs up on timeouts."""
        return self._read_one(f"/call_control_applications/{_segment('connection_id', connection_id)}")

    def is_registered(self, username: str, credential_type: str, *, seconds: float) -> bool | None:
        """Return whether a phone is signed in with this SIP user; None when the record does not say.

        `credential_type` is telephony_credential or sip_credential_connection (Telnyx SDK: sip_registration_status,
        which shows the record without `data` around it).
        """
        params = {"credential_type": credential_type, "username": username}
        document = self._read("/sip_registration_status", params, _is_any, seconds)
        data = document.get("data")
        registered = (data if isinstance(data, dict) else document).get("registered")
        return registered if isinstance(registered, bool) else None

    def _command(self, path: str, command: _Command, manner: _Manner) -> Reply:
        until = self._clock() + COMMAND_SECONDS

        def attempt(command_id: str, before: Refused | None) -> Reply:
            body = command.body()
            content = orjson.dumps(body | ({"command_id": command_id} if "command_id" in body else {}))
            by = min(self._ids.claim(command_id, (path, content)), until)
            question = Question(
                "POST",
                path,
                manner.readable,
                content,
                already_done=manner.already_done,
                before=before,
                urgent=manner.urgent,
            )
            return self._pass_gate(question, by)

        return self._patience.send(command.command_id, attempt) if manner.patient else attempt(command.command_id, None)

    def _pass_gate(self, question: Question, until: float) -> Reply:
        with self._gate.command():
            if not question.urgent:
                self._gate.wait_for_command(until)
            return self._exchange.ask(question, until)

    def _read(
        self, path: str, params: Mapping[str, str], readable: Readable, seconds: float = READ_SECONDS
    ) -> Mapping[str, Any]:
        until = self._clock() + seconds
        self._gate.wait_for_read(until)
        question = Question("GET", path, readable, params=params, sends=_READ_SENDS)
        return self._exchange.ask(question, until).document

    def _read_one(
        self, path: str, params: Mapping[str, str] | None = None, seconds: float = READ_SECONDS
    ) -> dict[str, Any]:
        data: dict[str, Any] = self._read(path, params or {}, _is_object, seconds)["data"]
        return data

    def _pages(self, path: str, params: Mapping[str, str] | None = None) -> Fetch:
        return lambda page: self._read(path, {**(params or {}), **page}, is_page)


def _answer(reply: Reply) -> Answer:
    return Answer(reply.status, reply.sends, reply.document["data"])


def _segment(field_name: str, value: str) -> str:
    """Escape an id or a name as one part of a path; ':' and '=' stay, '/' and spaces do not."""
    if value in {"", ".", ".."}:
        raise rules.InvalidCommand(field_name, "An id is needed.")
    return quote(value, safe="!$&'()*+,;=:@")


def _region(region: str | None) -> dict[str, str]:
    rules.check_region(region)
    return _given("region", region)


def _given(name: str, value: str | None) -> dict[str, str]:
    return {} if value is None else {name: str(value)}


def _stamp(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _is_ok(document: Mapping[str, Any]) -> bool:
    data = document.get("data")
    return isinstance(data, dict) and data.get("result") == "ok"


def _is_any(document: Mapping[str, Any]) -> bool:
    return True


def _is_object(document: Mapping[str, Any]) -> bool:
    return isinstance(document.get("data"), dict)


def _is_call(document: Mapping[str, Any]) -> bool:
    return _is_object(document) and bool(_text(document["data"].get("call_control_id")))


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
