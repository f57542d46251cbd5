"""Talks to the provider's API: one method per command; the readings are its base's."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Protocol

import orjson

from conferences.telnyx import codes
from conferences.telnyx.commands import CreateConference, Dial, Hangup, Join, Leave, Mute, Speak, Unhold, Update
from conferences.telnyx.connection.retry import Readable, RequestSpec, Response
from conferences.telnyx.errors import Refused
from conferences.telnyx.queries import Readings, is_object, segment
from conferences.telnyx.speech import GatherUsingSpeak

COMMAND_SECONDS: Final = 20.0


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


class TelnyxClient(Readings):
    """The provider's API for one key. Thread-safe: keep one for the process, it reuses its connections.

    A command is sent up to three times with the same command_id, within 20 seconds, for as long as no clear answer
    comes. Every method raises Refused, RateLimited or Unavailable, and InvalidCommand for ids that cannot be sent.
    `clock` and `sleep` are in seconds.
    """

    def join(self, conference_id: str, join: Join) -> Answer:
        """Bring a leg into the conference, by id or name (Telnyx docs: Join a conference).

        Refused as too early, just after the leg was answered, it is tried again for up to two seconds.
        A 422 saying "same participant twice" to a repeated send is the success whose answer was lost, and returned
        as such with `status` 422; only reading back tells whether the earlier stay had the same role.
        """
        path = f"/conferences/{segment('conference_id', conference_id)}/actions/join"
        return _answer(self._command(path, join, _Manner(_is_ok, codes.IN_CONFERENCE_ALREADY, patient=True)))

    def update(self, conference_id: str, update: Update, *, urgent: bool = False) -> Answer:
        """Change the role of a leg in the conference, and with it who hears it; to a quieter one it is urgent."""
        path = f"/conferences/{segment('conference_id', conference_id)}/actions/update"
        return _answer(self._command(path, update, _Manner(_is_ok, urgent=urgent)))

    def leave(self, conference_id: str, leave: Leave) -> Answer:
        """Take a leg out of the conference; it stays up, parked. Refused with 90018 when it is gone already."""
        path = f"/conferences/{segment('conference_id', conference_id)}/actions/leave"
        return _answer(self._command(path, leave, _Manner(_is_ok, urgent=True)))

    def mute(self, conference_id: str, mute: Mute) -> Answer:
        """Mute a leg in the conference or unmute it. No webhook tells of it: the participants list does."""
        action = "mute" if mute.muted else "unmute"
        path = f"/conferences/{segment('conference_id', conference_id)}/actions/{action}"
        return _answer(self._command(path, mute, _Manner(_is_ok, urgent=mute.muted)))

    def unhold(self, conference_id: str, unhold: Unhold) -> Answer:
        """Take a leg in the conference off hold. No webhook tells of it: the participants list does."""
        path = f"/conferences/{segment('conference_id', conference_id)}/actions/unhold"
        return _answer(self._command(path, unhold, _Manner(_is_ok)))

    def dial(self, dial: Dial) -> Dialled:
        """Start ringing a device. After Unavailable it may ring all the same: find it by its client_state."""
        reply = self._command("/calls", dial, _Manner(_is_call))
        data = reply.document["data"]
        ids = {name: _text(data.get(name)) for name in ("call_control_id", "call_leg_id", "call_session_id")}
        return Dialled(reply.status, reply.sends, data, **ids)

    def gather_using_speak(self, call_control_id: str, gather: GatherUsingSpeak) -> Answer:
        """Speak a line on an answered leg and wait for a key; call.gather.ended tells what came of it.

        Refused as too early, just after the leg was answered, it is tried again for up to two seconds.
        """
        path = f"/calls/{segment('call_control_id', call_control_id)}/actions/gather_using_speak"
        return _answer(self._command(path, gather, _Manner(_is_ok, patient=True)))

    def create_conference(self, made: CreateConference) -> Answer:
        """Make a conference of an answered leg; its id is in the answer."""
        return _answer(self._command("/conferences", made, _Manner(is_object, patient=True)))

    def speak(self, conference_id: str, speak: Speak) -> Answer:
        """Speak a text to one leg in the conference."""
        path = f"/conferences/{segment('conference_id', conference_id)}/actions/speak"
        return _answer(self._command(path, speak, _Manner(_is_ok)))

    def hangup(self, call_control_id: str, hangup: Hangup) -> Answer:
        """End one leg. Refused with 90018 when it has ended already."""
        path = f"/calls/{segment('call_control_id', call_control_id)}/actions/hangup"
        return _answer(self._command(path, hangup, _Manner(_is_ok, urgent=True)))

    def _command(self, path: str, command: _Command, manner: _Manner) -> Response:
        until = self._clock() + COMMAND_SECONDS

        def attempt(command_id: str, before: Refused | None) -> Response:
            body = command.body()
            content = orjson.dumps(body | ({"command_id": command_id} if "command_id" in body else {}))
            by = min(self._ids.claim(command_id, (path, content)), until)
            question = RequestSpec(
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

    def _pass_gate(self, question: RequestSpec, until: float) -> Response:
        with self._limiter.command():
            if not question.urgent:
                self._limiter.wait_for_command(until)
            return self._sender.ask(question, until)


def _answer(reply: Response) -> Answer:
    return Answer(reply.status, reply.sends, reply.document["data"])


def _is_ok(document: Mapping[str, Any]) -> bool:
    data = document.get("data")
    return isinstance(data, dict) and data.get("result") == "ok"


def _is_call(document: Mapping[str, Any]) -> bool:
    return is_object(document) and bool(_text(document["data"].get("call_control_id")))


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
